"""Tables too wide for their sheet: what was printed on the pages after it is put back to the right of its left part.

Spreadsheets print a wide table in strips. The rows of a strip stand at exactly the heights of the rows they belong to, it has
no title, and either no names of its own or other columns; all this together does not happen by chance. Nothing is moved on
less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.model import Block, Cell, Paragraph, Place, Table
from models.forms.vocabulary import match_title
from models.money import is_blank, read_amount, read_unit
from models.text import clean

_FAR = 12
"""So many pages may lie between the left part of a table and a strip of it (down first, then across)."""
_LEVEL = 1.5
"""So many points two edges may differ that are the same."""
_LEAST_ROWS = 3
_SIDE_ROWS = 10
_CAPTION = 25
_HEAD = 3
"""Rows of a heading, of which a strip may have fewer: its heads stand over several."""


@dataclass(slots=True)
class _Part:
    """A table that strips may belong to: where it stands among the blocks, its edges, how many strips it has."""

    ordinal: int
    table: Table
    edges: list[float]
    strips: int = 0


def join_strips(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with every strip joined to its table; ordinals stay (an empty paragraph stands where a strip was).

    The money unit that was printed over a strip becomes the first row of the table. Cells keep their places.
    """
    out = list(blocks)
    parts: list[_Part] = []
    above: list[Paragraph] = []
    page: int | None = None
    for ordinal, block in enumerate(blocks):
        if block.place.page != page:
            page, above = block.place.page, []
        if isinstance(block, Paragraph):
            above.append(block)
            continue
        edges = _edges(block)
        if page is None or edges is None:
            continue
        owner = _owner(parts, block, edges) if _may_be_strip(block, above) else None
        if owner is None:
            parts.append(_Part(ordinal, block, edges))
        else:
            owner.table = _beside(owner.table, block, _rows_of(owner.edges, edges) or [])
            owner.strips += 1
            out[owner.ordinal] = owner.table
            out[ordinal] = Paragraph("", block.place)
            unit = next((line for line in above if read_unit(line.text)), None)
            if unit is not None:
                out[owner.ordinal] = owner.table = _under(unit, owner.table)
        above = [Paragraph("?", block.place)]  # whatever follows on this page is not the first on it
    return tuple(out)


def _edges(table: Table) -> list[float] | None:
    """The heights of all row edges from the top, None where they are not known."""
    tops: dict[int, float] = {}
    bottom = 0.0
    for cell in table.cells:
        if cell.place.box is None:
            return None
        tops[cell.row] = min(tops.get(cell.row, cell.place.box[1]), cell.place.box[1])
        bottom = max(bottom, cell.place.box[3])
    edges = [tops[row] for row in sorted(tops)] + [bottom]
    known = len(tops) == table.n_rows and all(a < b for a, b in pairwise(edges))
    return edges if known and table.ruled and table.n_rows >= _LEAST_ROWS else None


def _may_be_strip(table: Table, above: Sequence[Paragraph]) -> bool:
    """Whether a table is the first thing on its page but for a unit or a page number, and has figures."""
    if any(len(line.text) > _CAPTION or match_title(clean(line.text)) or line.text == "?" for line in above):
        return False
    return sum(_figure(cell) for cell in table.cells) >= _LEAST_ROWS


def _is_nameless(table: Table) -> bool:
    """Whether all that stands below the first figure of a table are figures."""
    return all(_figure(cell) or is_blank(cell.text) for cell in _body(table))


def _is_other_side(table: Table, strip: Table) -> bool:
    """Whether a strip with names stands on the very next page and has other columns: with the same ones it would be more
    rows of the table, however alike their heights are. Few rows at the top of two pages are alike by chance."""
    if (strip.place.page or 0) - (table.place.page or 0) != 1 or strip.n_rows < _SIDE_ROWS:
        return False
    if table.n_columns != strip.n_columns:
        return True
    lefts = [
        {cell.column: cell.place.box[0] for cell in one.cells if cell.column_span == 1 and cell.place.box}
        for one in (table, strip)
    ]
    return any(abs(lefts[0][c] - lefts[1][c]) > 4 * _LEVEL for c in lefts[0].keys() & lefts[1].keys())


def _figure(cell: Cell | None) -> bool:
    return cell is not None and read_amount(cell.text) is not None


def _owner(parts: list[_Part], strip: Table, edges: list[float]) -> _Part | None:
    """The table whose rows stand at the heights of the strip's: of several the one with the fewest strips, the first."""
    page = strip.place.page or 0
    nameless = _is_nameless(strip)
    fitting = [
        part
        for part in parts
        if 0 < page - (part.table.place.page or 0) <= _FAR
        and _rows_of(part.edges, edges) is not None
        and not _is_nameless(part.table)
        and (nameless or (part is parts[-1] and _is_other_side(part.table, strip)))
    ]
    return min(fitting, key=lambda part: (part.strips, part.ordinal), default=None)


def _rows_of(whole: list[float], strip: list[float]) -> list[int] | None:
    """For every edge of a strip which edge of the table it is; None where one is not, or where rows other than a few of
    the heading are missing."""
    found = [next((n for n, edge in enumerate(whole) if abs(edge - own) <= _LEVEL), None) for own in strip]
    known = [n for n in found if n is not None]
    if len(known) < len(found) or known[-1] != len(whole) - 1 or len(whole) - len(strip) > _HEAD:
        return None
    return known if all(b - a == 1 for a, b in pairwise(known[_HEAD:])) else None


def _body(table: Table) -> list[Cell]:
    first = min((cell.row for cell in table.cells if _figure(cell)), default=table.n_rows)
    return [cell for cell in table.cells if cell.row >= first]


def _beside(table: Table, strip: Table, edges: list[int]) -> Table:
    """One table: the strip's columns behind its own; a heading cut by the sheet goes on over blank heads of the strip.

    edges: for each edge of the strip's rows the number of the table's.
    """
    shift = table.n_rows - edges[-1]  # a row with the unit was put on top before
    width = table.n_columns + strip.n_columns
    added = [
        replace(
            cell,
            row=edges[cell.row] + shift,
            row_span=edges[cell.row + cell.row_span] - edges[cell.row],
            column=cell.column + table.n_columns,
        )
        for cell in strip.cells
    ]
    top = min((cell.row for cell in added if cell.text.strip()), default=0)
    cells = [
        replace(cell, column_span=width - cell.column)
        if cell.text.strip()
        and cell.column + cell.column_span == table.n_columns
        and shift <= cell.row < cell.row + cell.row_span <= top
        else cell
        for cell in table.cells
    ]
    over = {
        row
        for cell in cells
        if cell.column + cell.column_span == width
        for row in range(cell.row, cell.row + cell.row_span)
    }
    cells += [cell for cell in added if cell.row not in over]
    cells = _heads_reaching_back(cells, table.n_columns)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return replace(table, cells=tuple(cells), n_columns=width)


def _heads_reaching_back(cells: list[Cell], seam: int) -> list[Cell]:
    """Heads whose text was printed behind the seam (a column) stand over the blank heads before it that have heads of
    their own below them: the sheet cut them in two."""
    at = {(cell.row, cell.column + cell.column_span): cell for cell in cells}
    below = {(cell.column, row) for cell in cells if cell.text.strip() and not _figure(cell) for row in range(cell.row)}
    first = min((cell.row for cell in cells if _figure(cell)), default=0)
    gone: set[int] = set()
    longer: dict[int, Cell] = {}
    for head in cells:
        if head.column != seam or not head.text.strip() or head.row >= first or _figure(head):
            continue
        start = seam
        while (cell := at.get((head.row, start))) is not None and not cell.text.strip():
            if (cell.column, cell.row) not in below or cell.row_span != head.row_span:
                break
            gone.add(id(cell))
            start = cell.column
        if start < seam:
            longer[id(head)] = replace(head, column=start, column_span=head.column_span + seam - start)
    return [longer.get(id(cell), cell) for cell in cells if id(cell) not in gone]


def _under(caption: Paragraph, table: Table) -> Table:
    """The table with a caption as its first row, over its whole width."""
    head = Cell(0, 0, caption.text, Place(caption.place.page, box=caption.place.box), 1, table.n_columns)
    moved = tuple(replace(cell, row=cell.row + 1) for cell in table.cells)
    return replace(table, cells=(head, *moved), n_rows=table.n_rows + 1)
