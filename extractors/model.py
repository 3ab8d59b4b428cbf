"""The one model every format is read into: an `Extract` of blocks in reading order, each with its place.

An extract knows nothing of money, forms or classification codes. It keeps the published text of every cell and
paragraph as it stands (only NUL and control characters are dropped), which cell covers which grid positions, and
where each stands, exactly enough to draw a frame around it on a picture of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in PDF points from the top left of the page as displayed (after /Rotate)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the original.

    page: 1-based page number (PDF, images); sheet: worksheet name; cell: spreadsheet address (``B7``), or for
    DOCX/HTML the element path (``T3R5C2`` table 3, row 5, column 2, all 1-based; ``P12`` the 12th paragraph), or for
    plain text the line (``L40``); box: the frame on the page.
    """

    page: int | None = None
    sheet: str | None = None
    cell: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, at its anchor position (top left of a merged range).

    text: as published, lines inside the cell joined by ``\\n``, leading blanks kept out and counted in `indent`.
    indent: leading white space in full-width characters (an ideographic space or one em of layout indentation is 1).
    """

    row: int
    column: int
    text: str
    place: Place
    row_span: int = 1
    column_span: int = 1
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands on one page, one sheet, or as one DOCX/HTML table; never joined over pages here.

    cells: anchor cells only, in row-major order; blank cells are present with empty text where the format has them.
    hidden_rows, hidden_columns: numbers of rows and columns that the publisher hid; their cells are in `Extract.hidden`.
    """

    cells: tuple[Cell, ...]
    n_rows: int
    n_columns: int
    place: Place
    engine: str = ""
    ruled: bool = True

    def grid(self) -> list[list[Cell | None]]:
        """Rows of columns; every position a merged cell covers points at that same cell, others are None."""
        rows: list[list[Cell | None]] = [[None] * self.n_columns for _ in range(self.n_rows)]
        for cell in self.cells:
            for row in range(cell.row, min(cell.row + cell.row_span, self.n_rows)):
                for column in range(cell.column, min(cell.column + cell.column_span, self.n_columns)):
                    rows[row][column] = cell
        return rows


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line or paragraph of running text outside of tables, its soft line breaks joined.

    heading_level: 1 for the largest where the format marks headings (styles, <h1>), else None. font_size: points.
    """

    text: str
    place: Place
    heading_level: int | None = None
    font_size: float | None = None


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the extract should know: which engine was replaced by which and why, what was left out."""

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure that text recognition read in more than one way, most likely first.

    page, box: where it stands; text: as it stands in its cell (with the mark of doubt where it carries one); readings:
    each figure offered and which look at the picture offered it; marked: whether it was left out of the amounts.
    """

    page: int
    box: Box
    text: str
    readings: tuple[tuple[str, str], ...]
    marked: bool


@dataclass(frozen=True, slots=True)
class Link:
    """An attachment or link a page offers: its text and its address as written."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Extract:
    """One document, read.

    format: what the bytes are (contract values, e.g. ``pdf``, ``pdf-scan``, ``docx``, ``xlsx``, ``xls``, ``html``, ``txt``).
    blocks: paragraphs and tables in reading order. doubts: figures of scans that may read otherwise. hidden: blocks of hidden sheets, rows and columns, never read as data.
    pages: number of pages (PDF) or sheets (workbooks), None where the notion does not exist. page_sizes: width and
    height in points per page, as displayed.
    """

    format: str
    engine: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    page_sizes: tuple[tuple[float, float], ...] = ()
    hidden: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    title: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    def tables(self) -> Iterator[Table]:
        """The visible tables in reading order."""
        return (block for block in self.blocks if isinstance(block, Table))

    def paragraphs(self) -> Iterator[Paragraph]:
        """The visible paragraphs in reading order."""
        return (block for block in self.blocks if isinstance(block, Paragraph))
