"""Prose items whose name alone does not say their code get it from the tables of the same document.

"1.行政运行（项）年初预算为5万元" may be of twenty 款; where one table row of that name, year, measure and fund prints the same
amount, it is that one. Items of the same name in the same section (its change, its final amount) follow it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from models.catalog import name_key
from models.disclosure import LineItem

_SCORE = 0.95
_LEVELS = frozenset({"类", "款", "项"})
_DIGITS = {"类": 3, "款": 5, "项": 7}


def tied(prose: Sequence[LineItem], tables: Iterable[LineItem]) -> list[LineItem]:
    """The prose items, with codes and funds where a table of the document settles them beyond doubt."""
    tables = list(tables)
    prose = _of_the_heading(prose, tables)
    rows: dict[tuple[str, int, str | None], list[LineItem]] = defaultdict(list)
    for row in tables:
        if row.function_code and not row.economic_code and row.component == "total":
            rows[name_key(row.item), row.fiscal_year, row.measure].append(row)
    settled: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for item in prose:
        if _open(item):
            settled[item.section, item.item_name].update(_codes(item, rows))
    result = []
    for item in prose:
        codes = settled.get((item.section, item.item_name), set()) if _open(item) else set()
        if len(codes) == 1:
            item = replace(item, function_code=next(iter(codes)), mapping_method="name", mapping_score=_SCORE)
        result.append(item)
    return result


def _open(item: LineItem) -> bool:
    return item.level in _LEVELS and item.function_code is None and item.economic_code is None


def _codes(item: LineItem, rows: dict[tuple[str, int, str | None], list[LineItem]]) -> set[str]:
    """Codes of the table rows that print this very amount under this very name."""
    return {
        row.function_code or ""
        for row in rows.get((name_key(item.item), item.fiscal_year, item.measure), ())
        if len(row.function_code or "") == _DIGITS[item.level]
        and row.fund in (item.fund, "all", "fiscal_grant")
        and item.amount_yuan
        and 2 * abs(row.amount_yuan - item.amount_yuan) <= row.ulp_yuan + item.ulp_yuan
    }


_GENERAL_FORMS = ("general_expenditure", "general_basic_expenditure", "grant_income_expenditure")
_GENERAL = re.compile(r"(?=.*(?:一般公共预算|公共财政预算))(?!.*(?:政府性基金|国有资本))")


def _of_the_heading(prose: Sequence[LineItem], tables: Sequence[LineItem]) -> list[LineItem]:
    """财政拨款支出 under a heading of 一般公共预算财政拨款支出 is what the heading says, where the tables say so too.

    Every total the chapter states must be that of the general budget; else its words are taken as they stand.
    """
    printed: dict[tuple[int, str | None, str | None], set[Decimal]] = defaultdict(set)
    for row in tables:
        if row.form in _GENERAL_FORMS and row.fund == "general" and not row.function_code and not row.economic_code:
            printed[row.fiscal_year, row.measure, row.component].add(row.amount_yuan)
    stated: dict[str, list[bool]] = defaultdict(list)
    for item in prose:
        known = printed.get((item.fiscal_year, item.measure, item.component))
        if _unspecific(item) and not item.function_code and item.level in ("total", "item") and known:
            near = any(2 * abs(amount - item.amount_yuan) <= 2 * item.ulp_yuan for amount in known)
            stated[_chapter(item)].append(near)
    general = {chapter for chapter, agrees in stated.items() if all(agrees)}
    return [
        replace(item, fund="general", item=re.sub("^财政拨款", "一般公共预算财政拨款", item.item))
        if _unspecific(item) and _chapter(item) in general
        else item
        for item in prose
    ]


def _chapter(item: LineItem) -> str:
    """The outermost heading an item stands under."""
    return re.split(r"（[一二三四五六七八九十]{1,3}）", item.section or "", maxsplit=1)[0]


def _unspecific(item: LineItem) -> bool:
    """Whether an expenditure is said to be of 财政拨款, under a heading that names the general budget alone."""
    return item.fund == "fiscal_grant" and item.flow == "expenditure" and _GENERAL.match(_chapter(item)) is not None
