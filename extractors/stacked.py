"""One Word or HTML table that is really several, one under another: cut where a new title and unit line start.

Word joins tables that touch; their columns then share one grid in which nothing lines up. Each part gets its own grid
back. Places keep the addresses in the joined table.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from extractors.model import Cell, Table

_UNIT = re.compile(r"单\s*位\s*[:：]")
_LABEL = re.compile(r"(?:附\s*[表件]|公开|预算)?\s*表?\s*[\d一二三四五六七八九十—-]+\s*表?\s*[:：]?$")
_NOTE = ("注", "备注", "说明", "附注")
_REACH = 3
"""So many rows below its first title line a table states its unit."""


def split_stacked(table: Table) -> list[Table]:
    """The tables in reading order; the table itself where it is a single one."""
    rows: list[list[Cell]] = [[] for _ in range(table.n_rows)]
    crossing = [False] * (table.n_rows + 1)
    shapes: list[list[tuple[int, int]]] = [[] for _ in range(table.n_rows)]
    for cell in table.cells:
        shapes[cell.row].append((cell.column, cell.column_span))
        if cell.text:
            rows[cell.row].append(cell)
        for row in range(cell.row + 1, min(cell.row + cell.row_span, table.n_rows)):
            crossing[row] = True
    starts = [0]
    body = False
    for index in range(table.n_rows):
        if not body or crossing[index] or not _is_start(rows, index):
            body = body or len(rows[index]) >= 3
            continue
        # A row cut like the one above it is an entry with blank amounts, unless it is plainly a table's label.
        if shapes[index] != shapes[index - 1] or _LABEL.match(rows[index][0].text):
            starts.append(index)
            body = False
        body = body or len(rows[index]) >= 3
    if len(starts) == 1:
        return [table]
    ends = [*starts[1:], table.n_rows]
    return [part for start, end in zip(starts, ends, strict=True) if (part := _part(table, start, end)) is not None]


def _is_start(rows: list[list[Cell]], index: int) -> bool:
    """A text alone in its row, with a unit line close below and nothing but such lines between."""
    if len(rows[index]) != 1:
        return False
    text = rows[index][0].text.strip()
    if len(text) < 2 or len(text) > 80 or text.startswith(_NOTE) or _UNIT.search(text) or text[-1] in "。；;":
        return False
    for following in rows[index + 1 : index + 1 + _REACH]:
        if len(following) > 2:
            return False
        if any(_UNIT.search(cell.text) for cell in following):
            return True
    return False


def _part(table: Table, start: int, end: int) -> Table | None:
    """Rows `start` to `end` on the columns they use themselves."""
    cells = [cell for cell in table.cells if start <= cell.row < end]
    if not cells:
        return None
    edges = sorted({edge for cell in cells for edge in (cell.column, cell.column + cell.column_span)})
    moved = tuple(
        replace(
            cell,
            row=cell.row - start,
            column=bisect_left(edges, cell.column),
            row_span=min(cell.row_span, end - cell.row),
            column_span=bisect_left(edges, cell.column + cell.column_span) - bisect_left(edges, cell.column),
        )
        for cell in cells
    )
    place = replace(table.place, cell=f"{table.place.cell}R{start + 1}")
    return replace(table, cells=moved, n_rows=end - start, n_columns=len(edges) - 1, place=place)
