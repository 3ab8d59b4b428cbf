"""Tables of a whole government: revenue and expenditure, transfers to districts, debt limits and balances, insurance.

All figures are drawn; every sum printed holds. Debt and transfer tables and those of the social insurance funds are
none of the contract's forms and carry the form ``other``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from data.samples_source.accounts import ZERO
from data.samples_source.blocks import Block, Cell, Document, Grid, Heading, Text
from data.samples_source.facts import Fact
from data.samples_source.forms import UNITS
from data.samples_source.names import classes
from data.samples_source.prose import FICTION

_TAXES = ("增值税", "企业所得税", "个人所得税", "城市维护建设税", "房产税", "契税")
_OTHER_REVENUE = ("专项收入", "行政事业性收费收入", "罚没收入", "国有资源（资产）有偿使用收入")
_INSURANCE = (
    "企业职工基本养老保险基金",
    "城乡居民基本养老保险基金",
    "机关事业单位基本养老保险基金",
    "职工基本医疗保险基金",
    "失业保险基金",
)
YI = Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class Column:
    """An amount column of a government table: heading and what its amounts mean."""

    head: str
    measure: str
    year: int
    flow: str = "*"
    fund: str = "*"


class Government:
    """Draws and lays out the tables of one government for one year. form numbers run through the document."""

    def __init__(self, rng: random.Random, file: str, place: str, year: int) -> None:
        self.rng, self.file, self.place, self.year = rng, file, place, year
        self.number = 0

    def _grid(self, form: str, title: str, unit: str, widths: list[float]) -> Grid:
        self.number += 1
        return Grid(form, title, f"表{self.number}", [("", "", f"单位：{unit}")], 1, widths, repeat_header=True)

    def _cell(self, form: str, column: Column, name: str, value: Decimal, unit: str, *, function: str = "",
              year: int | None = None) -> Cell:  # fmt: skip
        factor = YI if unit == "亿元" else UNITS[unit]
        text = f"{value:,.2f}" if unit == "亿元" else f"{value:,.0f}"
        fact = Fact(
            self.file, self.number, form, column.fund, column.flow, "*", column.measure, year or column.year, name,
            function, "", value * factor, text, unit,
        )  # fmt: skip
        return Cell(text, fact=fact, align="right", key=f"{form}:{self.number}:{name}:{column.head}")

    def _table(self, form: str, title: str, unit: str, columns: Sequence[Column],
               rows: Sequence[tuple[str, str, Sequence[Decimal | None]]], head: str = "项目") -> Grid:  # fmt: skip
        grid = self._grid(form, title, unit, [4.0] + [2.0] * len(columns))
        grid.put(0, 0, Cell(head, align="center"))
        for at, column in enumerate(columns, 1):
            grid.put(0, at, Cell(column.head, align="center"))
        for row, (name, code, values) in enumerate(rows, 1):
            grid.put(row, 0, Cell(name, align="center" if name in ("合计", "收入合计", "支出合计") else "left"))
            for at, (column, value) in enumerate(zip(columns, values, strict=True), 1):
                if value is not None:
                    grid.put(row, at, self._cell(form, column, name.strip("\u3000"), value, unit, function=code))
        return grid

    def _draw(self, low: int, high: int) -> list[Decimal]:
        """One figure for each of two years, in whole 万元."""
        first = self.rng.randint(low, high)
        return [Decimal(first), Decimal(first * self.rng.randint(95, 115) // 100)]

    def revenue(self) -> Grid:
        """一般公共预算收入表: taxes and other revenue, last year's outcome beside this year's budget."""
        columns = [
            Column(f"{self.year - 1}年执行数", "prior_final|final", self.year - 1, "income", "general"),
            Column(f"{self.year}年预算数", "budget", self.year, "income", "general"),
        ]
        parts: list[tuple[str, list[list[Decimal]], Sequence[str]]] = [
            ("一、税收收入", [self._draw(2_000, 90_000) for _ in _TAXES], _TAXES),
            ("二、非税收入", [self._draw(500, 30_000) for _ in _OTHER_REVENUE], _OTHER_REVENUE),
        ]
        rows: list[tuple[str, str, Sequence[Decimal | None]]] = []
        total = [ZERO, ZERO]
        for head, figures, names in parts:
            sums = [sum((f[i] for f in figures), ZERO) for i in (0, 1)]
            total = [a + b for a, b in zip(total, sums, strict=True)]
            rows.append((head, "", sums))
            rows += [(f"\u3000\u3000{name}", "", figure) for name, figure in zip(names, figures, strict=True)]
        rows.append(("收入合计", "", total))
        return self._table("income", f"{self.year}年{self.place}一般公共预算收入表", "万元", columns, rows)

    def expenditure(self) -> Grid:
        """一般公共预算支出表 by 类, their names without codes."""
        columns = [
            Column(f"{self.year - 1}年执行数", "prior_final|final", self.year - 1, "expenditure", "general"),
            Column(f"{self.year}年预算数", "budget", self.year, "expenditure", "general"),
        ]
        chosen = [
            pair
            for pair in classes(self.year)
            if pair[0] in ("201", "204", "205", "206", "208", "210", "211", "212", "213")
        ]
        figures = [self._draw(3_000, 120_000) for _ in chosen]
        rows: list[tuple[str, str, Sequence[Decimal | None]]] = [
            (name, code, figure) for (code, name), figure in zip(chosen, figures, strict=True)
        ]
        rows.append(("支出合计", "", [sum((f[i] for f in figures), ZERO) for i in (0, 1)]))
        return self._table("general_expenditure", f"{self.year}年{self.place}一般公共预算支出表", "万元", columns, rows)

    def transfers(self) -> Grid:
        """Transfers to districts, by kind: total, general and special."""
        columns = [Column(head, "budget", self.year) for head in ("合计", "一般性转移支付", "专项转移支付")]
        districts = ["澜石区", "望川县", "岚溪区", "云岭开发区"]
        figures = [[Decimal(self.rng.randint(900, 60_000)), Decimal(self.rng.randint(100, 9_000))] for _ in districts]
        rows: list[tuple[str, str, Sequence[Decimal | None]]] = []
        sums = [sum((f[i] for f in figures), ZERO) for i in (0, 1)]
        rows.append(("合计", "", [sum(sums, ZERO), *sums]))
        rows += [(name, "", [sum(f, ZERO), *f]) for name, f in zip(districts, figures, strict=True)]
        title = f"{self.year}年{self.place}对下转移支付预算分地区表"
        return self._table("other", title, "万元", columns, rows, head="地区")

    def debt(self) -> Grid:
        """限额 and 余额 of the debt: each row names the year it speaks of, each figure stands under 预算数 or 执行数."""
        columns = [Column("预算数", "budget", self.year), Column("执行数", "prior_final|final", self.year - 1)]
        unit = "亿元"
        cent = Decimal("0.01")
        opening, issued, repaid, limit, more = (
            (Decimal(self.rng.randint(low, high)) * cent) for low, high in
            ((9_000, 30_000), (1_000, 6_000), (200, 900), (40_000, 50_000), (500, 3_000))
        )  # fmt: skip
        last, now = self.year - 1, self.year
        rows: list[tuple[str, int, Decimal | None, Decimal | None]] = [
            (f"一、{last - 1}年末地方政府债务余额实际数", last - 1, None, opening),
            (f"二、{last}年末地方政府债务余额限额", last, limit, None),
            (f"三、{last}年地方政府债务发行额", last, None, issued),
            (f"四、{last}年地方政府债务还本额", last, None, repaid),
            (f"五、{last}年末地方政府债务余额预计执行数", last, None, opening + issued - repaid),
            (f"六、{now}年地方政府债务余额限额", now, limit + more, None),
        ]
        grid = self._grid("other", f"{self.place}{last}年地方政府债务余额情况表", unit, [5.5, 2.0, 2.0])
        for at, text in enumerate(("项目", "预算数", "执行数")):
            grid.put(0, at, Cell(text, align="center"))
        for row, (name, year, *values) in enumerate(rows, 1):
            grid.put(row, 0, Cell(name))
            for at, (column, value) in enumerate(zip(columns, values, strict=True), 1):
                if value is not None:
                    grid.put(row, at, self._cell("other", column, name, value, unit, year=year))
        return grid

    def insurance(self) -> Grid:
        """社会保险基金: income, expenditure and closing balance by fund."""
        columns = [Column(head, "budget", self.year) for head in ("本年收入", "本年支出", "年末滚存结余")]
        figures = [[Decimal(self.rng.randint(low, 90_000)) for low in (9_000, 8_000, 10_000)] for _ in _INSURANCE]
        rows: list[tuple[str, str, Sequence[Decimal | None]]] = [
            (name, "", figure) for name, figure in zip(_INSURANCE, figures, strict=True)
        ]
        rows.append(("合计", "", [sum((f[i] for f in figures), ZERO) for i in range(3)]))
        return self._table("other", f"{self.year}年{self.place}社会保险基金预算表", "万元", columns, rows)


def government_budget(file: str, place: str, year: int, seed: int) -> Document:
    """The budget of a whole government: cover and tables."""
    draw = Government(random.Random(f"{seed}:{place}:{year}"), file, place, year)
    grids = [draw.revenue(), draw.expenditure(), draw.transfers(), draw.debt(), draw.insurance()]
    blocks: list[Block] = [Heading(f"{place}{year}年政府预算", 0), Text(FICTION), *grids]
    return Document(file, place, year, "budget", blocks)


def debt_table(file: str, place: str, year: int, seed: int) -> Document:
    """A debt table published alone; the same seed gives the same figures whatever the format."""
    draw = Government(random.Random(f"{seed}:{place}:{year}:debt"), file, place, year)
    return Document(file, place, year, "budget", [Heading(f"{place}地方政府债务情况", 0), draw.debt()])
