"""Tables of a department budget that are none of the official forms: procurement, running cost, bought services, assets.

Their amounts carry the form ``other``; what the contract does not lay down for them (fund, flow, component) is ``*``.
Quantities and unit prices stand beside the money in them, as publishers print them: they are no facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from data.samples_source.accounts import PERSONNEL_CLASSES, ZERO, Entry
from data.samples_source.blocks import Cell, Grid
from data.samples_source.forms import Forms
from data.samples_source.names import ordinal

FORM = "other"
_KINDS = (("货物", ("31002", "31003", "31007")), ("工程", ("30213",)), ("服务", ("30209", "30226", "30227", "30299")))
_GOODS = {"31002": "台式计算机", "31003": "专用仪器设备", "31007": "基础软件"}
_WORKS = {"30213": "房屋修缮"}
_SERVICES = {"30209": "物业管理服务", "30226": "其他专业技术服务", "30227": "评估咨询服务", "30299": "印刷服务"}


def _amount(forms: Forms, value: Decimal, name: str, *, economic: str = "") -> Cell:
    return forms._cell(
        value, FORM, fund="*", flow="*", component="*", name=name, economic=economic, key=f"other:{name}"
    )


def _head(grid: Grid, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts):
        grid.put(0, column, Cell(text, align="center"))
    grid.header_rows = 1


def _by_economic(entries: Sequence[Entry]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.economic] = sums.get(entry.economic, ZERO) + entry.amount
    return dict(sorted(sums.items()))


def running_cost(forms: Forms) -> Grid:
    """机关运行经费: 公用经费 of the general budget by economic item, with its total."""
    entries = [
        e
        for e in forms.books.entries
        if e.fund == "general" and e.nature == "basic" and e.economic[:3] not in PERSONNEL_CLASSES
    ]
    grid = forms._grid(FORM, "一般公共预算机关运行经费支出预算表", [1.6, 4.2, 2.4])
    _head(grid, ("科目编码", "科目名称", "机关运行经费支出"))
    sums = _by_economic(entries)
    groups = {code[:3] for code in sums}
    lines = [("", "合计", sum(sums.values(), ZERO))]
    for code in sorted([*sums, *groups]):
        lines.append((code, forms.economics[code], sum((v for c, v in sums.items() if c.startswith(code)), ZERO)))
    for row, (code, name, value) in enumerate(lines, 1):
        grid.put(row, 0, Cell(code))
        grid.put(row, 1, Cell(name, align="center" if not code else "left"))
        grid.put(row, 2, _amount(forms, value, name, economic=code))
    return grid


def procurement(forms: Forms) -> Grid:
    """政府采购: goods, works and services, each with its items, the economic item they are charged to, and their sums."""
    projects = [e for e in forms.books.entries if e.nature == "project" and e.fund == "general"]
    names = _GOODS | _WORKS | _SERVICES
    grid = forms._grid(FORM, "政府采购支出预算表", [2.2, 3.6, 2.6, 2.2, 2.2], wide=True)
    _head(grid, ("采购品目大类", "专项名称", "经济科目", "采购品目名称", "总计"))
    chosen = [e for e in projects if e.economic in names]
    row = 1
    grid.put(row, 0, Cell("合计", align="center"))
    grid.put(row, 4, _amount(forms, sum((e.amount for e in chosen), ZERO), "合计"))
    row += 1
    for number, (kind, codes) in enumerate(_KINDS, 1):
        group = [e for e in chosen if e.economic in codes]
        if not group:
            continue
        label = f"{ordinal(number)}、{kind}"
        grid.put(row, 0, Cell(label))
        grid.put(row, 4, _amount(forms, sum((e.amount for e in group), ZERO), label))
        row += 1
        for entry in group:
            grid.put(row, 1, Cell(entry.project or ""))
            grid.put(row, 2, Cell(forms.economics[entry.economic]))
            grid.put(row, 3, Cell(names[entry.economic]))
            grid.put(row, 4, _amount(forms, entry.amount, "", economic="*"))
            row += 1
    return grid


def services(forms: Forms) -> Grid:
    """政府购买服务: project, what is bought, how many, and the money; the quantity is no amount."""
    entries = [e for e in forms.books.entries if e.nature == "project" and e.economic in _SERVICES]
    grid = forms._grid(FORM, "政府购买服务预算表", [4.0, 3.0, 1.4, 2.2])
    _head(grid, ("项目名称", "购买服务内容", "数量（项）", "预算金额"))
    for row, entry in enumerate(entries, 1):
        grid.put(row, 0, Cell(entry.project or ""))
        grid.put(row, 1, Cell(_SERVICES[entry.economic]))
        grid.put(row, 2, Cell(str(1 + len(entry.project or "") % 4), align="right"))
        grid.put(row, 3, _amount(forms, entry.amount, ""))
    row = len(entries) + 1
    grid.put(row, 0, Cell("合计", 1, 2, align="center"))
    grid.put(row, 3, _amount(forms, sum((e.amount for e in entries), ZERO), "合计"))
    return grid


def other_forms(forms: Forms) -> list[Grid]:
    """The further tables of a budget, those that would be empty left out."""
    grids = [running_cost(forms), procurement(forms), services(forms)]
    return [grid for grid in grids if any(cell.fact and cell.fact.amount_yuan for cell in grid.cells.values())]
