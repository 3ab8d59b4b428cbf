"""Plain text → `Extract`: a line is a paragraph; tables that were flattened into tabs are recovered, and said to be.

Two flattened forms are known: rows as lines of tab-separated columns, and one cell a line (each led by a tab) with a blank
line after each row. Merged cells are lost in both, so columns of such a table are only an order, not a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extractors.charset import decode
from extractors.errors import DamagedDocument, TooLarge
from extractors.limits import Limits
from extractors.model import Block, Cell, Extract, Note, Paragraph, Place, Table
from extractors.texts import cell_text, printable


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def read_txt(path: Path, limits: Limits) -> Extract:
    """The text as an extract. Raises DamagedDocument or TooLarge."""
    text, encoding = decode(path.read_bytes())
    if len(text) > limits.max_characters:
        raise TooLarge(f"文本超过 {limits.max_characters} 个字符，未读取。")
    if not text.strip():
        raise DamagedDocument("文本文件没有内容；请重新下载。")
    lines = [
        _Line(number, line) for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
    ]
    blocks: list[Block] = []
    position = 0
    flattened = 0
    while position < len(lines):
        taken, table = _cell_per_line(lines, position)
        if table is None:
            taken, table = _tab_separated(lines, position)
        if table is not None:
            blocks.append(table)
            flattened += 1
            position += taken
            continue
        stripped = printable(lines[position].text).strip().replace("\t", " ")
        if stripped:
            blocks.append(Paragraph(stripped, Place(cell=f"L{lines[position].number}")))
        position += 1
    notes = (
        (
            Note(
                "flattened_table",
                f"文本中有 {flattened} 个表格已被展平，合并单元格的信息丢失；列只按出现顺序排列，未必对应原表的列。",
            ),
        )
        if flattened
        else ()
    )
    return Extract(
        format="txt", engine="kuanxiang-txt", blocks=tuple(blocks), notes=notes, properties={"encoding": encoding}
    )


def _cell_per_line(lines: list[_Line], start: int) -> tuple[int, Table | None]:
    """A table written one cell a line, each led by a tab, rows parted by blank lines; and how many lines it takes."""
    if not _leads(lines[start]):
        return 0, None
    rows: list[list[list[_Line]]] = []
    row: list[list[_Line]] = []
    position = start
    while position < len(lines):
        line = lines[position]
        if _leads(line):
            row.append([line])
        elif not line.text.strip():
            # A blank line ends the row; anything but another led line after it ends the table.
            following = next(
                (later for later in lines[position + 1 : position + 4] if later.text.strip(" \u3000\r")), None
            )
            if row:
                rows.append(row)
                row = []
            if following is None or not _leads(following):
                break
        elif row and _continues(lines, position):
            row[-1].append(line)
        else:
            break
        position += 1
    if row:
        rows.append(row)
    if sum(len(cells) for cells in rows) < 4:
        return 0, None
    return position - start, _ragged(
        [[(cells[0].number, "\n".join(part.text for part in cells)) for cells in line] for line in rows]
    )


def _leads(line: _Line) -> bool:
    """A line that is one cell: a tab first and no other."""
    return line.text.startswith("\t") and "\t" not in line.text[1:].rstrip("\t")


def _continues(lines: list[_Line], position: int) -> bool:
    """A line without a tab inside a row goes on the cell above when the row goes on below it."""
    for later in lines[position + 1 : position + 12]:
        if _leads(later):
            return True
        if not later.text.strip():
            return False
    return False


def _tab_separated(lines: list[_Line], start: int) -> tuple[int, Table | None]:
    """Lines of tab-separated columns that repeat in shape."""
    rows: list[list[tuple[int, str]]] = []
    position = start
    while position < len(lines):
        parts = printable(lines[position].text).rstrip("\r\n").split("\t")
        filled = sum(1 for part in parts if part.strip())
        if filled >= 2 or (rows and len(parts) == len(rows[-1]) and len(parts) >= 3):
            rows.append([(lines[position].number, part) for part in parts])
        elif (
            not lines[position].text.strip() and rows and position + 1 < len(lines) and "\t" in lines[position + 1].text
        ):
            pass
        else:
            break
        position += 1
    widths = [len(row) for row in rows]
    if len(rows) < 2 or max(widths) < 2 or max(widths.count(width) for width in widths) * 2 < len(rows):
        return 0, None
    return position - start, _ragged(rows)


def _ragged(rows: list[list[tuple[int, str]]]) -> Table:
    """Rows of (line number, text) as a left-aligned table."""
    cells = []
    for index, row in enumerate(rows):
        for column, (number, raw) in enumerate(row):
            text, indent = cell_text(raw.lstrip("\t"))
            cells.append(Cell(index, column, text, Place(cell=f"L{number}"), indent=indent))
    first = rows[0][0][0]
    last = rows[-1][-1][0]
    return Table(
        tuple(cells),
        len(rows),
        max(len(row) for row in rows),
        Place(cell=f"L{first}-L{last}"),
        "kuanxiang-txt",
        ruled=False,
    )
