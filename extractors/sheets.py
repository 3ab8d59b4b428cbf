"""From the cells of a worksheet, however it was stored, to tables: what is visible, what is hidden, where one table ends.

Shared by the readers of XLSX, XLS and ODS. Rows and columns of a table count what is visible; `Place.cell` keeps the
real address in the sheet.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.errors import TooLarge
from extractors.limits import Limits
from extractors.model import Block, Cell, Extract, Note, Paragraph, Place, Table
from extractors.texts import cell_text, column_letters

_COLUMN_GAP = 20
"""So many blank columns in a row part two tables (or a table and a stray cell far to the right)."""
_ROW_GAP = 60
_MERGED_AREA = 4_000_000
_DENSE = 400_000
"""Up to so many positions, blank cells are given their places too; larger and very thin grids keep only cells with text."""
_NUMBER = re.compile(r"[-(（]?[¥￥]?[\d,，.]+%?[)）]?")
_NOTE_WORDS = ("注", "备注", "说明", "填表", "制表", "审核", "负责人")


@dataclass(slots=True)
class Sheet:
    """One worksheet as stored; rows and columns 0-based.

    cells: text as displayed and alignment indent in characters, of cells that show anything. merges: first row, first
    column, last row, last column.
    """

    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], tuple[str, float]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)


def build_extract(
    sheets: Iterable[Sheet], *, format: str, engine: str, limits: Limits, properties: dict[str, str], notes: list[Note]
) -> Extract:
    """All sheets as one extract: visible tables as blocks, everything the publisher hid as hidden blocks."""
    clock = limits.clock()
    blocks: list[Block] = []
    hidden: list[Block] = []
    hidden_sheets: list[str] = []
    count = 0
    total = built = 0
    for sheet in sheets:
        count += 1
        total += len(sheet.cells)
        if count > limits.max_pages:
            raise TooLarge(f"工作表超过 {limits.max_pages} 个，未读取；请拆分后提交。")
        if total > limits.max_cells:
            raise TooLarge(f"单元格超过 {limits.max_cells} 个，未读取；请拆分后提交。")
        clock.check()
        visible, kept_apart = sheet_tables(sheet, engine)
        built += sum(len(table.cells) for table in visible)
        if built > 2 * limits.max_cells:
            raise TooLarge(f"表格的单元格超过 {2 * limits.max_cells} 个，未读取；请拆分后提交。")
        notes.extend(sheet.notes)
        hidden.extend(kept_apart)
        if sheet.hidden:
            hidden_sheets.append(sheet.name)
            hidden.extend(visible)
            continue
        for table in visible:
            blocks.extend(_as_text(table))
        if kept_apart:
            notes.append(Note("hidden_cells", f"工作表“{sheet.name}”有隐藏的行或列，其内容单独保存，不作为数据读取。"))
    if hidden_sheets:
        names = "、".join(hidden_sheets[:10]) + ("等" if len(hidden_sheets) > 10 else "")
        notes.append(Note("hidden_sheets", f"{len(hidden_sheets)} 个隐藏的工作表未作为数据读取：{names}。"))
    if not blocks and hidden_sheets:
        notes.append(Note("nothing_visible", "工作簿中没有可见的内容，全部工作表都被隐藏。"))
    return Extract(
        format=format,
        engine=engine,
        blocks=tuple(blocks),
        pages=count,
        hidden=tuple(hidden),
        notes=tuple(notes),
        properties=properties,
    )


def _as_text(table: Table) -> list[Block]:
    """A region whose rows hold one text each is running text (a cover, an explanation), not a table."""
    filled: dict[int, Cell] = {}
    for cell in table.cells:
        if not cell.text:
            continue
        if cell.row in filled or _NUMBER.fullmatch(cell.text):
            return [table]
        filled[cell.row] = cell
    return [
        Paragraph(line, cell.place)
        for _, cell in sorted(filled.items())
        for line in cell.text.split("\n")
        if line.strip()
    ]


def sheet_tables(sheet: Sheet, engine: str) -> tuple[list[Table], list[Table]]:
    """The visible tables of a sheet, and tables of what stands in its hidden rows and columns."""
    hidden_columns = sheet.hidden_columns
    visible: dict[tuple[int, int], tuple[str, float]] = {}
    hidden_by_row: dict[tuple[int, int], tuple[str, float]] = {}
    hidden_by_column: dict[tuple[int, int], tuple[str, float]] = {}
    merges = {
        (first_row, first_column): (last_row, last_column)
        for first_row, first_column, last_row, last_column in sheet.merges
    }
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    rows_used = {row for row, _ in sheet.cells}
    last_used = max(rows_used, default=-1)
    last_column_used = max((column for _, column in sheet.cells), default=-1)
    area = 0
    for (row, column), (last_row, last_column) in merges.items():
        if (row, column) not in sheet.cells and row not in rows_used:
            continue
        # Positions beyond the used range hold nothing that could be covered.
        area += (min(last_row, last_used) - row + 1) * (min(last_column, last_column_used) - column + 1)
        if area > _MERGED_AREA:
            raise TooLarge("工作表的合并单元格异常庞大，未读取；请检查来源。")
        for r in range(row, min(last_row, last_used) + 1):
            for c in range(column, min(last_column, last_column_used) + 1):
                covered.add((r, c))
        covered.discard((row, column))
        first_row = next((r for r in range(row, last_row + 1) if r not in sheet.hidden_rows), None)
        first_column = next((c for c in range(column, last_column + 1) if c not in sheet.hidden_columns), None)
        spans[row, column] = (last_row, last_column)
        if first_row is not None and first_column is not None and (first_row, first_column) != (row, column):
            anchors[row, column] = (first_row, first_column)
    for address in sorted(sheet.cells):
        if address in covered:
            continue
        row, column = address
        content = sheet.cells[address]
        if address in anchors:  # the anchor is hidden, but the merged cell shows its text in its visible part
            visible[anchors[address]] = content
        elif row in sheet.hidden_rows:
            hidden_by_row[address] = content
        elif column in hidden_columns:
            hidden_by_column[address] = content
        else:
            visible[address] = content
    origin = {shown: anchor for anchor, shown in anchors.items()}
    tables = [
        table
        for region in _regions(visible, spans, origin, sheet)
        if (table := _table(region, spans, origin, sheet, engine)) is not None
    ]
    bare = Sheet(sheet.name)
    kept_apart: list[Table] = [
        table
        for part in (hidden_by_row, hidden_by_column)
        if (table := _table(part, spans, {}, bare, engine, dense=False)) is not None
    ]
    return tables, kept_apart


_Cells = dict[tuple[int, int], tuple[str, float]]
_Spans = dict[tuple[int, int], tuple[int, int]]


def _regions(
    cells: _Cells, spans: _Spans, origin: dict[tuple[int, int], tuple[int, int]], sheet: Sheet
) -> list[_Cells]:
    """The parts of a sheet that are tables of their own, in reading order."""
    filled = {address for address, (text, _) in cells.items() if text}
    if not filled:
        return []
    columns: set[int] = set()
    for address in filled:
        anchor = origin.get(address, address)
        columns.update(range(address[1], spans.get(anchor, address)[1] + 1)) if anchor in spans else columns.add(
            address[1]
        )
    result: list[_Cells] = []
    for first, last in _runs(sorted(columns), _COLUMN_GAP):
        part = {address: content for address, content in cells.items() if first <= address[1] <= last}
        result.extend(_split_rows(part, spans, origin, sheet))
    return result


def _runs(numbers: list[int], gap: int) -> list[tuple[int, int]]:
    """First and last number of each run without a hole of `gap` or more."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number - runs[-1][1] <= gap:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [(first, last) for first, last in runs]


def _split_rows(
    cells: _Cells, spans: _Spans, origin: dict[tuple[int, int], tuple[int, int]], sheet: Sheet
) -> list[_Cells]:
    """Parted where, after a blank row, a new title starts, or where the blank is very tall."""
    rows: dict[int, list[tuple[int, str]]] = {}
    occupied: set[int] = set()
    for (row, column), (text, _) in cells.items():
        if text:
            rows.setdefault(row, []).append((column, text))
            anchor = origin.get((row, column), (row, column))
            if anchor in spans:
                occupied.update(range(row, min(spans[anchor][0], row + 200) + 1))
    occupied.update(rows)
    if not occupied:
        return []
    # Hidden rows between two visible ones are no blank rows.
    order = sorted(occupied)
    starts = [order[0]]
    body = False
    since = order[0]
    for previous, row in itertools.pairwise(order):
        body = body or len(rows.get(previous, ())) >= 3 or (previous > since and len(rows.get(previous, ())) >= 2)
        blank = sum(1 for r in range(previous + 1, min(row, previous + 200)) if r not in sheet.hidden_rows)
        if row - previous > _ROW_GAP or (body and _is_title(row, rows, order, spans, after_blank=blank > 0)):
            starts.append(row)
            body = False
            since = row
    ends = [*starts[1:], order[-1] + 1]
    return [
        {address: content for address, content in cells.items() if start <= address[0] < end}
        for start, end in zip(starts, ends, strict=True)
    ]


def _is_title(
    row: int, rows: dict[int, list[tuple[int, str]]], order: list[int], spans: _Spans, *, after_blank: bool
) -> bool:
    """One text alone in its row, followed by a unit row or a header within a few rows: a new table's first line.

    Where no blank row stands before it, it must be merged over columns and have its unit row."""
    content = rows.get(row, [])
    if len(content) != 1:
        return False
    column, text = content[0]
    bare = "".join(text.split())
    if len(bare) < 3 or bare.startswith(_NOTE_WORDS) or bare[-1] in "。；;" or len(bare) > 80:
        return False
    position = bisect_left(order, row)
    following = order[position + 1 : position + 6]
    if not any(len(rows.get(r, ())) >= 2 for r in following):
        return False
    wide = spans.get((row, column), (row, column))[1] - column >= 2
    unit = any("单位" in part for r in following[:3] for _, part in rows.get(r, ()))
    if not after_blank:
        return unit and wide
    return unit or (wide and "表" in bare) or bare.endswith("表")


def _table(
    cells: _Cells,
    spans: _Spans,
    origin: dict[tuple[int, int], tuple[int, int]],
    sheet: Sheet,
    engine: str,
    *,
    dense: bool = True,
) -> Table | None:
    """A table of the given cells, trimmed to what has text; None where nothing has."""
    filled = [address for address, (text, _) in cells.items() if text]
    if not filled:
        return None
    top, bottom = min(r for r, _ in filled), max(r for r, _ in filled)
    left, right = min(c for _, c in filled), max(c for _, c in filled)
    for address in filled:
        anchor = origin.get(address, address)
        if anchor in spans:
            last_row, last_column = spans[anchor]
            bottom = max(bottom, min(last_row, address[0] + 200))
            right = max(right, min(last_column, address[1] + 200))
    row_numbers = [row for row in range(top, bottom + 1) if row not in sheet.hidden_rows]
    column_numbers = [column for column in range(left, right + 1) if column not in sheet.hidden_columns]
    row_index = {row: index for index, row in enumerate(row_numbers)}
    column_index = {column: index for index, column in enumerate(column_numbers)}
    built: list[Cell] = []
    for address in sorted(cells):
        row, column = address
        if row not in row_index or column not in column_index:
            continue
        text, indent = cells[address]
        anchor = origin.get(address, address)
        row_span = column_span = 1
        if anchor in spans:
            last_row, last_column = spans[anchor]
            row_span = max(1, sum(1 for r in range(row, min(last_row, bottom) + 1) if r in row_index))
            column_span = max(1, sum(1 for c in range(column, min(last_column, right) + 1) if c in column_index))
        stripped, blanks = cell_text(text)
        built.append(
            Cell(
                row=row_index[row],
                column=column_index[column],
                text=stripped,
                place=Place(sheet=sheet.name, cell=f"{column_letters(anchor[1])}{anchor[0] + 1}"),
                row_span=row_span,
                column_span=column_span,
                indent=blanks + indent,
            )
        )
    if dense and len(row_numbers) * len(column_numbers) <= min(_DENSE, 2000 + 20 * len(filled)):
        built = _with_blanks(built, row_numbers, column_numbers, sheet.name)
    first = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
    return Table(
        cells=tuple(built),
        n_rows=len(row_numbers),
        n_columns=len(column_numbers),
        place=Place(sheet=sheet.name, cell=first),
        engine=engine,
    )


def _with_blanks(cells: list[Cell], rows: list[int], columns: list[int], name: str) -> list[Cell]:
    """The cells and a blank one for every position none of them covers, in row-major order."""
    covered: set[tuple[int, int]] = set()
    for cell in cells:
        if cell.row_span == 1 and cell.column_span == 1:
            covered.add((cell.row, cell.column))
        else:
            covered.update(
                (row, column)
                for row in range(cell.row, cell.row + cell.row_span)
                for column in range(cell.column, cell.column + cell.column_span)
            )
    letters = [column_letters(column) for column in columns]
    blanks = [
        Cell(row, column, "", Place(sheet=name, cell=f"{letters[column]}{number + 1}"))
        for row, number in enumerate(rows)
        for column in range(len(columns))
        if (row, column) not in covered
    ]
    return sorted([*cells, *blanks], key=lambda cell: (cell.row, cell.column))
