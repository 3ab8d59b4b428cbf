"""Prose items whose name alone does not say their code get it from the tables of the same document.

"1.行政运行（项）年初预算为5万元" may be of twenty 款; where one table row of that name, year, measure and fund prints the same
amount, it is that one. Items of the same name in the same section (its change, its final amount) follow it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.catalog import name_key
from models.disclosure import LineItem

_SCORE = 0.95
_LEVELS = frozenset({"类", "款", "项"})
_DIGITS = {"类": 3, "款": 5, "项": 7}


def tied(prose: Sequence[LineItem], tables: Iterable[LineItem]) -> list[LineItem]:
    """The prose items, with codes where a table of the document settles them beyond doubt."""
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
