"""Rows that a publisher numbered: a number that is missing or comes twice is a row lost, doubled or out of place.

Only a list whose other numbers all follow one another says so; where several are out of line the numbers mean something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from models.disclosure import Finding, LineItem
from models.forms.logical import LogicalTable, Row
from models.text import fold

_LEAST = 5
"""A shorter list shows no habit."""
_DIGITS = "一二三四五六七八九"


def numbering_findings(table: LogicalTable, items: Sequence[LineItem]) -> Iterator[Finding]:
    """At most one finding a column: serial numbers under 序号, and 一、二、三 of labels that are no classification."""
    for column in range(table.n_columns):
        numbered = _serials(table, column)
        if not numbered and column < 2 and not any(item.function_code or item.economic_code for item in items):
            numbered = _labels(table, column)
        broken = _broken(numbered)
        if broken is None:
            continue
        before, after, cell_row = broken
        cell = cell_row.anchored(column)
        if cell is None:
            continue
        kind = "重复" if after == before else "不连续"
        rows = {row.number for (_, row) in numbered if row.number in (cell_row.number, cell_row.number - 1)}
        yield Finding(
            "TABLE-ROW-NUMBERING",
            "warning",
            f"表“{table.title or table.caption or '（无题）'}”行的序号{kind}：第 {before} 行之后是第 {after} 行",
            cell.place,
            expected=str(before + 1),
            observed=str(after),
            locators=tuple(item.locator for item in items if item.row_no in rows)[:20],
        )


def _serials(table: LogicalTable, column: int) -> list[tuple[int, Row]]:
    heads = {fold(cell.text) for row in table.header for cell in [row.cells[column]] if cell is not None}
    if "序号" not in heads:
        return []
    found = []
    for row in table.rows:
        cell = row.anchored(column)
        if cell is not None and re.fullmatch(r"\d{1,4}", cell.text.strip()):
            found.append((int(cell.text), row))
    return found


def _labels(table: LogicalTable, column: int) -> list[tuple[int, Row]]:
    found = []
    for row in table.rows:
        cell = row.anchored(column)
        match = re.match(r"([一二三四五六七八九十]{1,3})[、.]", fold(cell.text)) if cell is not None else None
        if match is not None:
            found.append((_number(match.group(1)), row))
    return found


def _number(text: str) -> int:
    """三 3, 十 10, 十二 12, 二十一 21."""
    tens, ten, ones = text.rpartition("十")
    value = _DIGITS.find(ones) + 1 if ones else 0
    return value + (10 * ((_DIGITS.find(tens) + 1) or 1) if ten else 0)


def _broken(numbered: Sequence[tuple[int, Row]]) -> tuple[int, int, Row] | None:
    """The number before, the number after and the row, where exactly one step of the list is wrong, or two rows changed places."""
    if len(numbered) < _LEAST or numbered[0][0] not in (1, 2):
        return None
    steps = [(a, b, row) for (a, _), (b, row) in pairwise([(0, numbered[0][1]), *numbered]) if b not in (a + 1, 1)]
    exchanged = len(steps) == 3 and steps[0][1] - steps[0][0] == 2 and steps[1][1] == steps[1][0] - 1
    if (len(steps) == 1 and abs(steps[0][1] - steps[0][0]) <= 2) or exchanged:
        return steps[0]
    return None
