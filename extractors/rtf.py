"""RTF (often named .doc) → `Extract`: paragraphs in order, tables on their logical grid with their merged cells.

Each row of an RTF table states the right edges of its own cells, so the grid is what all edges of a table make
together. Hidden text is kept aside, deleted text left out; pictures and embedded objects are not opened, and said so.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from pathlib import Path

from extractors.docx import logical_lines
from extractors.errors import DamagedDocument, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Block, Cell, Extract, Note, Paragraph, Place, Table
from extractors.rtf_tokens import Event, Tokens
from extractors.stacked import split_stacked
from extractors.texts import cell_text, printable

_SNAP = 40  # twips: edges nearer than this are one
_MOST_CELLS_IN_ROW = 500
_DEEPEST_TABLE = 20


def read_rtf(path: Path, limits: Limits) -> Extract:
    """The document as an extract of format ``rtf``, its places as in DOCX (``P12``, ``T3R5C2``).

    Raises DamagedDocument, NoTextLayer (only pictures) or TooLarge.
    """
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf").lstrip()
    tokens = Tokens(data, limits.clock())
    walk = _Walk(limits)
    for event in tokens.events():
        walk.take(event)
    walk.end()
    notes: list[Note] = []
    if not walk.blocks:
        if tokens.pictures:
            raise NoTextLayer("RTF 文件中只有图片，没有文字；请另存为 PDF 后提交，以便文字识别（OCR）。")
        raise DamagedDocument("RTF 文件中没有可读的文字，文件可能已损坏；请重新下载。")
    if tokens.deleted:
        message = f"文档带有修订痕迹：{tokens.deleted} 处已删除的内容未读取，插入的内容按正文读取。"
        notes.append(Note("tracked_changes", message))
    if walk.hidden:
        notes.append(Note("hidden_text", f"文档有 {len(walk.hidden)} 处隐藏文字，单独保存，不作为正文读取。"))
    if tokens.pictures:
        notes.append(Note("pictures", f"文档含 {tokens.pictures} 张图片，图片中的文字和表格未读取。"))
    if tokens.footnotes:
        notes.append(Note("footnotes", f"文档有 {tokens.footnotes} 处脚注，未读取。"))
    if tokens.objects:
        notes.append(Note("embedded_objects", f"文档嵌入了 {tokens.objects} 个对象（如 Excel 表格），其内容未读取。"))
    title = printable(tokens.title).strip()[:500] or None
    return Extract(
        "rtf", "kuanxiang-rtf", tuple(walk.blocks), hidden=tuple(walk.hidden), notes=tuple(notes), title=title
    )


@dataclass(slots=True)
class _Shape:
    """How a row is cut: left edge, and of each cell its right edge and how it is merged."""

    left: int = 0
    cells: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    pending: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Level:
    """A table being read: its rows so far, the cells of the row in hand, the text of the cell in hand."""

    shape: _Shape = field(default_factory=_Shape)
    rows: list[tuple[_Shape, list[str]]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    inner: list[list[tuple[_Shape, list[str]]]] = field(default_factory=list)


class _Walk:
    """Turns the events into blocks. levels[0] is the running text, deeper ones are tables in tables."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.blocks: list[Block] = []
        self.hidden: list[Block] = []
        self._levels = [_Level(), _Level()]
        self._depth = 0
        self._in_table = False
        self._paragraphs = self._tables = self._cells = self._characters = 0

    def take(self, event: Event) -> None:
        """One event."""
        mark = event.mark
        if not mark:
            self._characters += len(event.text)
            if self._characters > self.limits.max_characters:
                raise TooLarge(f"文字超过 {self.limits.max_characters} 个，未读取；请拆分后提交。")
            level = self._here()
            (level.hidden if event.hidden else level.text).append(event.text)
        elif mark == "pard":
            self._depth, self._in_table = 0, False
        elif mark == "intbl":
            self._in_table = True
            self._depth = max(1, self._depth)
        elif mark == "itap":
            self._depth = max(0, min(event.value or 0, _DEEPEST_TABLE))
            self._in_table = self._depth > 0
        elif mark in ("par", "sect", "page", "column"):
            if self._depth:
                self._here().text.append("\n")
            elif mark == "par" or self._levels[0].text:
                self._paragraph()
        elif mark in ("cell", "nestcell"):
            self._cell(1 if mark == "cell" else max(2, self._depth))
        elif mark in ("row", "nestrow"):
            self._row(1 if mark == "row" else max(2, self._depth))
        else:
            self._define(mark, event.value)

    def end(self) -> None:
        """After the last event: what was begun is closed."""
        for depth in range(len(self._levels) - 1, 0, -1):
            if self._levels[depth].cells:
                self._row(depth)
        self._depth = 0
        self._close_table()
        if self._levels[0].text or self._levels[0].hidden:
            self._paragraph()

    def _here(self) -> _Level:
        return self._level(self._depth)

    def _level(self, depth: int) -> _Level:
        while len(self._levels) <= depth:
            self._levels.append(_Level())
        return self._levels[depth]

    def _define(self, mark: str, value: int | None) -> None:
        """Part of a row's definition. It belongs to the table the current paragraph stands in."""
        level = self._level(max(1, self._depth))
        shape = level.shape
        if mark == "trowd":
            level.shape = _Shape()
        elif mark == "trleft":
            shape.left = value or 0
        elif mark in ("clmgf", "clmrg", "clvmgf", "clvmrg"):
            shape.pending.add(mark)
        elif mark == "cellx" and len(shape.cells) < _MOST_CELLS_IN_ROW:
            shape.cells.append((value or 0, frozenset(shape.pending)))
            shape.pending.clear()

    def _cell(self, depth: int) -> None:
        level = self._level(depth)
        self._cells += 1
        if self._cells > self.limits.max_cells:
            raise TooLarge(f"单元格超过 {self.limits.max_cells} 个，未读取；请拆分后提交。")
        if not self._depth and self._levels[0].text:
            # Some writers leave out that a paragraph stands in a table; its end as a cell says so.
            level.text.extend(self._levels[0].text)
            self._levels[0].text.clear()
        level.cells.append("".join(level.text))
        level.text.clear()
        self._conceal(level, f"T{self._tables + 1}")
        if depth < len(self._levels) - 1:
            self._inner(depth)

    def _inner(self, depth: int) -> None:
        """A table inside the cell that ends here is complete; it is placed after the table it stands in."""
        below = self._levels[depth + 1]
        if below.rows:
            self._levels[depth].inner.append(below.rows)
            self._levels[depth].inner.extend(below.inner)
        self._levels[depth + 1] = _Level()

    def _row(self, depth: int) -> None:
        level = self._level(depth)
        if level.cells:
            level.rows.append((level.shape, level.cells))
        level.cells = []
        level.shape = replace(level.shape, pending=set())

    def _paragraph(self) -> None:
        self._close_table()
        level = self._levels[0]
        self._paragraphs += 1
        place = Place(cell=f"P{self._paragraphs}")
        for line in logical_lines("".join(level.text)):
            self.blocks.append(Paragraph(line, place))
        self._conceal(level, f"P{self._paragraphs}")
        level.text.clear()

    def _conceal(self, level: _Level, cell: str) -> None:
        concealed = printable("".join(level.hidden)).strip()
        level.hidden.clear()
        if concealed:
            self.hidden.append(Paragraph(concealed, Place(cell=cell)))

    def _close_table(self) -> None:
        level = self._level(1)
        if not level.rows:
            return
        for rows in (level.rows, *level.inner):
            self._tables += 1
            table = _grid(rows, self._tables)
            if table is not None and any(cell.text for cell in table.cells):
                self.blocks.extend(split_stacked(table))
        fresh = _Level(text=level.text, cells=level.cells, shape=level.shape)
        self._levels[1] = fresh


def _grid(rows: list[tuple[_Shape, list[str]]], number: int) -> Table | None:
    """Rows on the grid that all their edges make together."""
    edges = _edges([_row_edges(shape, len(texts)) for shape, texts in rows])
    if len(edges) < 2:
        return None
    cells: list[Cell] = []
    above: dict[tuple[int, int], int] = {}  # (column, span) of the cells merged downwards so far → index in `cells`
    for row, (shape, texts) in enumerate(rows):
        bounds = _row_edges(shape, len(texts))
        merged: dict[tuple[int, int], int] = {}
        previous: int | None = None
        for i, raw in enumerate(texts):
            flags = shape.cells[i][1] if i < len(shape.cells) else frozenset[str]()
            column, end = _at(edges, bounds[i]), _at(edges, bounds[i + 1])
            span = end - column
            if span <= 0:
                if raw.strip():
                    raise DamagedDocument("RTF 表格的单元格没有宽度却有文字，结构已损坏；请另存为 DOCX 后提交。")
                continue
            text, indent = cell_text(raw)
            if "clmrg" in flags and previous is not None:
                held = cells[previous]
                joined = "\n".join(part for part in (held.text, text) if part)
                cells[previous] = replace(held, text=joined, column_span=held.column_span + span)
                continue
            if "clvmrg" in flags and (column, span) in above:
                index = above[column, span]
                held = cells[index]
                # Text left in a continuation cell is shown nowhere, but never dropped silently.
                cells[index] = replace(held, text=held.text or text, row_span=held.row_span + 1)
                merged[column, span] = index
                previous = None
                continue
            place = Place(cell=f"T{number}R{row + 1}C{column + 1}")
            cells.append(Cell(row, column, text, place, column_span=span, indent=indent))
            previous = len(cells) - 1
            if "clvmgf" in flags or "clvmrg" in flags:
                merged[column, span] = previous
        above = merged
    if not cells:
        return None
    return Table(tuple(cells), len(rows), len(edges) - 1, Place(cell=f"T{number}"), "kuanxiang-rtf")


def _row_edges(shape: _Shape, count: int) -> list[int]:
    """The left edge of a row and the right edges of its `count` cells, never falling."""
    edges = [shape.left]
    for i in range(count):
        # Cells beyond the definition have no stated edge: they stand side by side after the last one.
        right = shape.cells[i][0] if i < len(shape.cells) else edges[-1] + 1000
        edges.append(max(edges[-1], right))
    return edges


def _edges(rows: list[list[int]]) -> list[int]:
    """All edges of a table, those nearer than `_SNAP` as one."""
    found: list[int] = []
    for edge in sorted({edge for row in rows for edge in row}):
        if not found or edge - found[-1] > _SNAP:
            found.append(edge)
    return found


def _at(edges: list[int], edge: int) -> int:
    """The index of the edge a stated edge belongs to."""
    index = bisect_left(edges, edge)
    if index == len(edges) or (index > 0 and edges[index] != edge):
        index -= 1
    return index
