"""Small documents made for one test each: DOCX and ZIP from their parts, XLSX through openpyxl."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from extractors.model import Extract, Table

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def write_zip(path: Path, members: Mapping[str, bytes | str]) -> Path:
    """A ZIP of the given members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return path


def write_docx(path: Path, body: str, *, styles: str = "", numbering: str = "", prolog: str = "") -> Path:
    """A DOCX whose body is the given WordprocessingML (prefix ``w``)."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<w:document xmlns:w="{W}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body>{body}</w:body></w:document>",
    }
    if styles:
        parts["word/styles.xml"] = f'<w:styles xmlns:w="{W}">{styles}</w:styles>'
    if numbering:
        parts["word/numbering.xml"] = f'<w:numbering xmlns:w="{W}">{numbering}</w:numbering>'
    return write_zip(path, parts)


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of one run."""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def write_xlsx(path: Path, fill: Callable[[Worksheet], None]) -> Path:
    """A workbook of one sheet, 表1, filled by the function."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "表1"
    fill(sheet)
    book.save(path)
    return path


def rows_of(*rows: Sequence[object]) -> Callable[[Worksheet], None]:
    """A fill function for `write_xlsx` that appends the rows."""

    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(list(row))

    return fill


def texts(table: Table) -> list[list[str]]:
    """The grid's texts; a merged cell's text stands in every position it covers."""
    return [["" if cell is None else cell.text for cell in row] for row in table.grid()]


def only_table(extract: Extract) -> Table:
    """The one visible table."""
    (table,) = extract.tables()
    return table


def at(table: Table, address: str) -> str:
    """The text of the cell that stands at an address."""
    return next(cell.text for cell in table.cells if cell.place.cell == address)
