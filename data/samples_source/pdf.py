"""Print a document as PDF with a text layer: ruled tables, titles centred, the font's subset embedded.

Needs a TrueType font with simplified Chinese and Latin characters; `find_font` looks for free ones and
``KUANXIANG_SAMPLE_FONT`` names another. The same document gives the same bytes (reportlab's invariant mode).
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus import PageBreak as NewPage

from data.samples_source.blocks import Document, Grid, Heading, PageBreak, PlainTable, Text

FONT = "sample"
CANDIDATES = (
    "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
MARGIN = 48.0


class NoFont(RuntimeError):
    """No usable Chinese TrueType font on this machine."""


def find_font() -> Path | None:
    """The font to embed: ``KUANXIANG_SAMPLE_FONT``, else LXGW WenKai (OFL, Debian ``fonts-lxgw-wenkai``) or a stand-in."""
    named = os.environ.get("KUANXIANG_SAMPLE_FONT")
    for candidate in [named] if named else CANDIDATES:
        if Path(candidate).is_file():
            return Path(candidate)
    return None


@lru_cache(maxsize=1)
def _register() -> str:
    path = find_font()
    if path is None:
        raise NoFont("没有可嵌入的中文 TrueType 字体：请安装 fonts-lxgw-wenkai，或用 KUANXIANG_SAMPLE_FONT 指定")
    pdfmetrics.registerFont(TTFont(FONT, str(path)))
    return FONT


@lru_cache(maxsize=100_000)
def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, FONT, size))


def wrap(text: str, width: float, size: float) -> str:
    """Break a cell's text into lines that fit; figures break too when the column is too narrow."""
    lines, line = [], ""
    for character in text:
        if line and _width(line, size) + _width(character, size) > width:
            lines.append(line)
            line = ""
        line += character
    return "\n".join([*lines, line])


def _table(grid: Grid, width: float, size: float) -> Table:
    total = sum(grid.widths)
    widths = [width * part / total for part in grid.widths]
    rows: list[list[str]] = [[""] * grid.n_columns for _ in range(grid.n_rows)]
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, size, size * 1.25),
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    for (row, column), cell in grid.cells.items():
        room = sum(widths[column : column + cell.columns]) - 5
        rows[row][column] = wrap(cell.text, room, size)
        last = (column + cell.columns - 1, row + cell.rows - 1)
        if cell.rows > 1 or cell.columns > 1:
            style.append(("SPAN", (column, row), last))
        if cell.align != "left":
            style.append(("ALIGN", (column, row), last, cell.align.upper()))
    return Table(
        rows, widths, repeatRows=grid.header_rows if grid.repeat_header else 0, style=TableStyle(style), splitByRow=1
    )


def _plain(table: PlainTable, width: float, size: float) -> Table:
    rows: list[list[str]] = []
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, size, size * 1.25),
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    unit = width / table.n_columns
    for number, cells in enumerate(table.rows):
        row = [""] * table.n_columns
        column = 0
        for text, span in cells:
            row[column] = wrap(text, unit * span - 12, size)
            if span > 1:
                style.append(("SPAN", (column, number), (column + span - 1, number)))
            column += span
        rows.append(row)
    return Table(rows, [unit] * table.n_columns, style=TableStyle(style))


def render(document: Document, path: Path, *, font_size: float = 8.5) -> None:
    """Write the document to `path`. Raises NoFont where no Chinese font is found."""
    _register()
    portrait_size, landscape_size = A4, landscape(A4)
    body = ParagraphStyle("body", fontName=FONT, fontSize=11, leading=18, firstLineIndent=22, wordWrap="CJK")
    heads = {
        0: ParagraphStyle("h0", fontName=FONT, fontSize=22, leading=34, alignment=TA_CENTER, spaceBefore=220, spaceAfter=30, wordWrap="CJK"),
        1: ParagraphStyle("h1", fontName=FONT, fontSize=16, leading=26, alignment=TA_CENTER, spaceAfter=10, wordWrap="CJK"),
        2: ParagraphStyle("h2", fontName=FONT, fontSize=13, leading=22, spaceBefore=6, wordWrap="CJK"),
        3: ParagraphStyle("h3", fontName=FONT, fontSize=12, leading=20, wordWrap="CJK"),
    }  # fmt: skip
    title = ParagraphStyle("title", fontName=FONT, fontSize=15, leading=22, alignment=TA_CENTER, wordWrap="CJK")
    small = ParagraphStyle("small", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
    story: list[Flowable] = []
    for block in document.blocks:
        if isinstance(block, Heading):
            story.append(Paragraph(block.text, heads[block.level]))
        elif isinstance(block, Text):
            story.append(Paragraph(block.text, body))
        elif isinstance(block, PageBreak):
            story += [NextPageTemplate("portrait"), NewPage()]
        elif isinstance(block, PlainTable):
            story += [
                Spacer(1, 8),
                Paragraph(block.title, title),
                _plain(block, portrait_size[0] - 2 * MARGIN, 8),
                Spacer(1, 8),
            ]
        elif not block.hidden:
            size = landscape_size if block.landscape else portrait_size
            width = size[0] - 2 * MARGIN
            fit = min(font_size, max(3.2, width / sum(block.widths) * 0.36)) if len(block.widths) > 12 else font_size
            story += [NextPageTemplate("landscape" if block.landscape else "portrait"), NewPage()]
            if block.label:
                story.append(Paragraph(block.label, small))
            if block.title:
                story.append(Paragraph(block.title, title))
            for line in block.above:
                above = Table([list(line)], [width * 0.5, width * 0.2, width * 0.3])
                above.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), FONT, 9), ("ALIGN", (2, 0), (2, 0), "RIGHT")]))
                story.append(above)
            story.append(_table(block, width, fit))
            story += [Paragraph(note, small) for note in block.notes]
    template = BaseDocTemplate(str(path), pagesize=A4, invariant=1, title=document.body, author="kuanxiang samples")

    def frame(name: str, size: tuple[float, float]) -> PageTemplate:
        inner = Frame(MARGIN, MARGIN, size[0] - 2 * MARGIN, size[1] - 2 * MARGIN, 0, 0, 0, 0)

        def number(canvas, _):  # type: ignore[no-untyped-def]
            canvas.setPageSize(size)
            canvas.setFont(FONT, 9)
            canvas.drawCentredString(size[0] / 2, 26, f"- {canvas.getPageNumber()} -")

        return PageTemplate(name, [inner], onPage=number, pagesize=size)

    template.addPageTemplates([frame("portrait", portrait_size), frame("landscape", landscape_size)])
    template.build(story)
