"""Print a document as DOCX: headings in styles, tables with merged cells, the unit line as a paragraph."""

from __future__ import annotations

import io
from pathlib import Path

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Pt

from data.samples_source.blocks import Document, Grid, Heading, PageBreak, PlainTable, Text
from data.samples_source.packaging import FIXED, write_package

_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def _grid(word: docx.document.Document, grid: Grid) -> None:
    if grid.label:
        word.add_paragraph(grid.label)
    if grid.title:
        word.add_paragraph(grid.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for left, _, right in grid.above:
        word.add_paragraph(f"{left}{'　' * 12 if left else ''}{right}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table = word.add_table(grid.n_rows, grid.n_columns, style="Table Grid")
    matrix = [list(row.cells) for row in table.rows]
    for (row, column), cell in sorted(grid.cells.items()):
        target = matrix[row][column]
        if cell.rows > 1 or cell.columns > 1:
            target = target.merge(matrix[row + cell.rows - 1][column + cell.columns - 1])
        paragraph = target.paragraphs[0]
        run = paragraph.add_run(cell.text)
        run.font.size = Pt(7)
        paragraph.alignment = _ALIGN[cell.align]
    for note in grid.notes:
        word.add_paragraph(note)
    word.add_paragraph("")


def _plain(word: docx.document.Document, block: PlainTable) -> None:
    word.add_paragraph(block.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
    table = word.add_table(len(block.rows), block.n_columns, style="Table Grid")
    for row, cells in zip(table.rows, block.rows, strict=True):
        matrix, column = list(row.cells), 0
        for text, span in cells:
            target = matrix[column]
            if span > 1:
                target = target.merge(matrix[column + span - 1])
            target.paragraphs[0].add_run(text)
            column += span
    word.add_paragraph("")


def render(document: Document, path: Path) -> None:
    """Write the document to `path`."""
    word = docx.Document()
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    for block in document.blocks:
        if isinstance(block, Heading):
            word.add_heading(block.text, block.level)
        elif isinstance(block, Text):
            word.add_paragraph(block.text)
        elif isinstance(block, PageBreak):
            word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        elif isinstance(block, PlainTable):
            _plain(word, block)
        elif not block.hidden:
            _grid(word, block)
    properties = word.core_properties
    properties.author, properties.title = "kuanxiang samples", document.body
    properties.created = properties.modified = FIXED
    buffer = io.BytesIO()
    word.save(buffer)
    write_package(buffer.getvalue(), path)
