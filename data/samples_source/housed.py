"""Text of a disclosure in one of the `houses`, every printed amount noted as a fact."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from data.samples_source.accounts import FUNDS, PERSONNEL_CLASSES, ZERO, Books, Entry, Year, belongs, three_public
from data.samples_source.blocks import Heading, Text
from data.samples_source.facts import Fact
from data.samples_source.forms import UNITS, printed
from data.samples_source.houses import HOUSES, House
from data.samples_source.prose import Prose, percent

_FIGURE = re.compile(r"\{([a-z]|@list)(?::([a-z_.0-9]+))?(?::([a-z_.0-9]+))?\}")
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
_GRANTS = "fiscal_grant|general|gov_fund|state_capital"
_REASONS = (
    "人员变动",
    "年中追加了任务经费",
    "严格控制一般性支出",
    "上年度有一次性项目{x}，本年度不再安排",
    "新增专项工作经费{x}",
    "部分项目结转下年使用",
    "人员经费增加{x}，公用经费减少{x}",
    "按实际需求编报",
)


def any_house(rng: random.Random) -> House:
    """A house with figures printed in one of the ways publishers print them."""
    house = rng.choice(HOUSES)
    unit = rng.choice(("万元", "万元", "万元", "元"))
    return replace(
        house,
        comma=rng.random() < 0.3 or house.comma,
        wide=rng.random() < 0.15 or house.wide,
        percent=rng.choice(("%", "%", "％")),
        decimals=2 if unit == "元" else rng.choice((2, 2, 2, 4, 6, house.decimals)),
        unit=unit,
    )


class HousedProse(Prose):
    """Writes the text of one document as a house phrases it. rng decides which reasons are given."""

    def __init__(
        self, file: str, account: Year, previous: Year | None, kind: str, house: House, rng: random.Random
    ) -> None:
        super().__init__(file, account, previous, kind)
        self.house, self.rng = house, rng
        self.code = ""

    def final(self) -> list[Heading | Text]:
        """The explanation of a final account."""
        return self._sections(f"第二部分 {self.year}年度部门决算情况说明", self.house.final)

    def budget(self) -> list[Heading | Text]:
        """The explanation of a budget."""
        return self._sections(f"第二部分 {self.year}年部门预算情况说明", self.house.budget)

    def _sections(self, title: str, template: str) -> list[Heading | Text]:
        out: list[Heading | Text] = [Heading(title)]
        for line in template.splitlines():
            if line.startswith("#"):
                text = line[1:].replace("{u}", self.body).replace("{y}", str(self.year))
                out.append(Heading(text, 3 if text.startswith("（") else 2))
            elif line == "@items":
                out += self._items()
            elif line == "@classes":
                head = f"{self._digits(str(self.year))}年度一般公共预算财政拨款支出主要用于以下方面："
                out.append(self._paragraph(head + self._classes("general") + "。"))
            else:
                out.append(self._paragraph(self._fill(line)))
        return out

    def _items(self) -> list[Heading | Text]:
        """One paragraph for each 项 of the general budget."""
        template = self.house.item_budget if self.kind == "budget" else self.house.item_final
        out: list[Heading | Text] = []
        for number, code in enumerate(sorted({e.function for e in self.books.entries if e.fund == "general"}), 1):
            self.code = code
            names = self.functions
            path = self.house.path.format(
                **{"class": names[code[:3]], "group": names[code[:5]], "item": names[code], "code": code}
            )
            text = template.replace("{n}", str(number)).replace("{path}", path)
            mark = self.house.number.replace("{n}", str(number))
            out.append(self._paragraph(mark + self._fill(text)))
        return out

    def _classes(self, fund: str | None) -> str:
        """All classes in one sentence, with their shares where the house gives shares."""
        spent = self.books.spent(belongs(fund))
        parts = []
        test = {e.function[:3] for e in self.books.entries if fund is None or e.fund == fund}
        for group in sorted(test):
            self.code = group
            amount = self.books.spent(belongs(fund, function=group))
            word = self._money_of(amount, "class" if fund else "allclass")
            share = f"，占{self._rate(amount, spent)}" if fund else ""
            parts.append(f"{self.functions[group]}{word}{share}")
        return ("；" if fund else "，").join(parts)

    def _fill(self, template: str) -> str:
        return _FIGURE.sub(self._figure, template)

    def _figure(self, match: re.Match[str]) -> str:
        what, key, whole = match.groups()
        if what == "y":
            return self._digits(str(self.year))
        if what == "l":
            return self._digits(str(self.year - 1))
        if what == "u":
            return self.body
        if what == "r":
            return self._reason()
        if what == "@list":
            return self._classes(None)
        now = self._value(self.books, key)
        if what == "m":
            return self._money_of(now, key)
        if what == "b":
            return self._money_of(self._value(self.account.budget, key), key, measure="budget")
        if what == "s":
            return self._rate(now, self._value(self.books, whole))
        if what == "d":
            return self._rate(self._shown(now), self._shown(self._value(self.account.budget, key)))
        earlier = self._value(self.previous.budget if self.kind == "budget" else self.previous.final, key) if self.previous else ZERO  # fmt: skip
        if what == "p":
            return self._money_of(earlier, key, measure="budget" if self.kind == "budget" else "prior_final", last=True)
        return self._moved(now, earlier, key)

    def _reason(self) -> str:
        """A reason; an amount in it is nobody's total and no fact."""
        text = self.rng.choice(_REASONS)
        while "{x}" in text:
            text = text.replace("{x}", self._text(Decimal(self.rng.randint(100, 90000)) * 100), 1)
        return text

    def _moved(self, now: Decimal, before: Decimal, key: str) -> str:
        """How a printed figure moved against the printed one of the year before."""
        step = self._shown(now) - self._shown(before)
        if step == 0:
            return self.rng.choice(("持平", "无增减变化"))
        word, rate = ("增加", "增长") if step > 0 else ("减少", "下降")
        text = f"{word}{self._money_of(abs(step) * UNITS[self.house.unit], key, measure='change')}"
        return (
            text
            if before == 0 or self._shown(before) == 0
            else f"{text}，{rate}{self._rate(abs(step), self._shown(before))}"
        )

    def _shown(self, amount: Decimal) -> Decimal:
        return printed(amount, self.house.unit, self.house.decimals)

    def _rate(self, part: Decimal, whole: Decimal) -> str:
        return self._digits(percent(part, whole)) + self.house.percent

    def _digits(self, text: str) -> str:
        return text.translate(_WIDE) if self.house.wide else text

    def _text(self, amount: Decimal) -> str:
        figure = self._shown(amount)
        text = f"{figure:,f}" if self.house.comma else f"{figure:f}"
        return self._digits(text) + self.house.unit

    def _money_of(self, amount: Decimal, key: str, *, measure: str = "", last: bool = False) -> str:
        """An amount as text, noted as a fact of what the key says."""
        fund, flow, component, function = self._meaning(key)
        if key == "item" and "{class}" not in self.house.path and "{code}" not in self.house.path:
            function += "|"  # a name alone may stand under several 款
        text = self._text(amount)
        exact = self._shown(amount) * UNITS[self.house.unit]
        self.facts.append(
            Fact(
                self.file,
                0,
                "narrative",
                fund,
                flow,
                component,
                measure or self.measure,
                self.year - 1 if last else self.year,
                key,
                function,
                "",
                exact,
                text.removesuffix(self.house.unit),
                self.house.unit,
            )
        )
        return text

    def _meaning(self, key: str) -> tuple[str, str, str, str]:
        """Fund, flow, component and function code of a key, as the contract fills them (``|``: either, ``*``: not laid down)."""
        head, _, tail = key.partition(".")
        plain = {
            "total": ("all", "*", "total", ""),
            "income": ("all", "income", "total", ""),
            "spent": ("all", "expenditure", "total", ""),
            "grant": ("all|fiscal_grant", "income", "fiscal_grant|total", ""),
            "grants": ("fiscal_grant", "*", "total", ""),
            "grantspent": ("fiscal_grant", "expenditure", "total", ""),
            "general": ("general", "expenditure", "total", ""),
            "gbasic": ("general", "expenditure", "basic", ""),
            "gproject": ("general", "expenditure", "project", ""),
            "personnel": ("general", "expenditure", "personnel", ""),
            "operation": ("general", "expenditure", "operation", ""),
            "allpersonnel": ("all", "expenditure", "personnel", ""),
            "alloperation": ("all", "expenditure", "operation", ""),
            "basic": ("all", "expenditure", "basic", ""),
            "project": ("all", "expenditure", "project", ""),
            "institution": ("all", "income", "institution", ""),
            "other_income": ("all", "income", "other_income", ""),
            "opening": ("all", "balance", "opening_balance", ""),
            "closing": ("all", "balance", "closing_balance", ""),
            "office": ("general", "expenditure", "operation", ""),
            "item": ("general|fiscal_grant", "expenditure", "total", self.code),
            "class": ("general", "expenditure", "total", self.code),
            "allclass": ("all", "expenditure", "total", self.code),
        }
        if key in plain:
            return plain[key]
        if head == "tp":
            return "fiscal_grant|general", "expenditure", tail, ""
        if head == "in":
            return f"all|{tail}", "income", f"{tail}|total", ""
        return tail, "expenditure", "total", ""

    def _value(self, books: Books, key: str) -> Decimal:
        """The amount of a key in one side of the books."""
        head, _, tail = key.partition(".")
        if head == "tp":
            return three_public(books)[tail]
        if head == "in":
            return books.income.get(tail, ZERO)
        if head == "fund":
            return books.spent(belongs(tail))
        if key in ("institution", "other_income"):
            return books.income.get(key, ZERO)
        if key in ("item", "class"):
            return books.spent(belongs("general", function=self.code))
        return _TOTALS[key](books)


def _paid(fund: str | None, people: bool) -> Callable[[Entry], bool]:
    def test(entry: Entry) -> bool:
        return (
            (fund is None or entry.fund == fund)
            and entry.nature == "basic"
            and (entry.economic[:3] in PERSONNEL_CLASSES) is people
        )

    return test


def _income(books: Books) -> Decimal:
    return sum(books.income.values(), ZERO)


def _grants(books: Books, opening: bool) -> Decimal:
    return sum(
        (books.income.get(fund, ZERO) + (books.opening.get(fund, ZERO) if opening else ZERO) for fund in FUNDS), ZERO
    )


_TOTALS: dict[str, Callable[[Books], Decimal]] = {
    "total": lambda books: _income(books) + books.used + sum(books.opening.values(), ZERO),
    "income": _income,
    "spent": lambda books: books.spent(),
    "grant": lambda books: _grants(books, False),
    "grants": lambda books: _grants(books, True),
    "grantspent": lambda books: sum((books.spent(belongs(fund)) for fund in FUNDS), ZERO),
    "general": lambda books: books.spent(belongs("general")),
    "gbasic": lambda books: books.spent(belongs("general", nature="basic")),
    "gproject": lambda books: books.spent(belongs("general", nature="project")),
    "personnel": lambda books: books.spent(_paid("general", True)),
    "operation": lambda books: books.spent(_paid("general", False)),
    "office": lambda books: books.spent(_paid("general", False)),
    "allpersonnel": lambda books: books.spent(_paid(None, True)),
    "alloperation": lambda books: books.spent(_paid(None, False)),
    "basic": lambda books: books.spent(belongs(nature="basic")),
    "project": lambda books: books.spent(belongs(nature="project")),
    "opening": lambda books: sum(books.opening.values(), ZERO),
    "closing": lambda books: sum(books.closing.values(), ZERO),
}
