"""A document before it is printed: headings, paragraphs and grids of cells, the same for every format."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from data.samples_source.facts import Fact


@dataclass(slots=True)
class Cell:
    """One cell: text, how many rows and columns it covers, and the fact it prints (None for labels)."""

    text: str
    rows: int = 1
    columns: int = 1
    fact: Fact | None = None
    align: str = "left"
    key: str = ""


@dataclass(slots=True)
class Grid:
    """One official form. cells: (row, column) of the top left → Cell; header_rows of them are header.

    above: lines between title and table as (left, middle, right) texts. widths: relative column widths. form: contract
    name, for plants and tests. hidden: a draft that the publisher hid (workbooks only).
    """

    form: str
    title: str
    label: str
    above: list[tuple[str, str, str]]
    header_rows: int
    widths: list[float]
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    n_rows: int = 0
    notes: list[str] = field(default_factory=list)
    landscape: bool = False
    repeat_header: bool = True
    hidden: bool = False

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Place a cell."""
        self.cells[row, column] = cell
        self.n_rows = max(self.n_rows, row + cell.rows)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.widths)

    def with_title_inside(self) -> Grid:
        """The same form with its title and unit line as the first rows of the table, as web pages and sheets have them."""
        shift = 1 + len(self.above)
        width = self.n_columns
        cells = {(0, 0): Cell(self.title, 1, width, align="center")}
        for row, (left, _, right) in enumerate(self.above, 1):
            if left and width > 1:
                cells[row, 0] = Cell(left, 1, width // 2)
                cells[row, width // 2] = Cell(right, 1, width - width // 2, align="right")
            else:
                cells[row, 0] = Cell(right, 1, width, align="right")
        cells |= {(row + shift, column): cell for (row, column), cell in self.cells.items()}
        return replace(
            self, title="", above=[], cells=cells, n_rows=self.n_rows + shift, header_rows=self.header_rows + shift
        )

    def rows(self) -> list[list[Cell | None]]:
        """Anchor cells by position; positions covered by a span, and blank ones, are None."""
        return [[self.cells.get((row, column)) for column in range(self.n_columns)] for row in range(self.n_rows)]


@dataclass(slots=True)
class Heading:
    """A heading of the document: level 0 is the title on the cover."""

    text: str
    level: int = 1


@dataclass(slots=True)
class Text:
    """A paragraph, with the facts it prints."""

    text: str
    facts: list[Fact] = field(default_factory=list)
    key: str = ""


@dataclass(slots=True)
class PlainTable:
    """A table that is no official money form (self-evaluation tables): rows of (text, column span)."""

    title: str
    rows: list[list[tuple[str, int]]]
    n_columns: int


@dataclass(slots=True)
class PageBreak:
    """A new page where the format has pages."""


Block = Heading | Text | Grid | PlainTable | PageBreak


@dataclass(slots=True)
class Document:
    """One disclosure: its file name, who and when, what it is, and its blocks in order."""

    file: str
    body: str
    fiscal_year: int
    report_kind: str
    blocks: list[Block]

    def facts(self) -> list[Fact]:
        """Every printed amount in document order; hidden drafts print nothing."""
        result: list[Fact] = []
        for block in self.blocks:
            if isinstance(block, Text):
                result.extend(block.facts)
            elif isinstance(block, Grid) and not block.hidden:
                result.extend(cell.fact for _, cell in sorted(block.cells.items()) if cell.fact is not None)
        return result
