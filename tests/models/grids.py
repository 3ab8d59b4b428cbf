"""Extracts drawn as text, for tests: one line a row, cells parted by ``|``, ``<`` merges to the left, ``^`` upwards."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.model import Block, Cell, Extract, Paragraph, Place, Table
from models.disclosure import Metadata


def table(drawing: str, page: int = 1, top: float = 100.0) -> Table:
    """A ruled table on a page; columns are 100 points wide, rows 20 high."""
    rows = [
        [c.strip(" ").replace("\\n", "\n") for c in line.strip().split("|")] for line in drawing.strip().splitlines()
    ]
    width = max(len(r) for r in rows)
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows):
        for c in range(width):
            text = row[c] if c < len(row) else ""
            owner[r, c] = owner[r, c - 1] if text == "<" else owner[r - 1, c] if text == "^" else (r, c)
    cells = []
    for anchor in dict.fromkeys(owner.values()):
        covered = [p for p, a in owner.items() if a == anchor]
        r, c = anchor
        row_span = max(p[0] for p in covered) - r + 1
        column_span = max(p[1] for p in covered) - c + 1
        text = rows[r][c] if c < len(rows[r]) else ""
        box = (100.0 * c, top + 20 * r, 100.0 * (c + column_span), top + 20 * (r + row_span))
        indent = float(len(text) - len(text.lstrip("　")))
        cells.append(Cell(r, c, text.strip("　"), Place(page=page, box=box), row_span, column_span, indent))
    return Table(
        tuple(sorted(cells, key=lambda x: (x.row, x.column))),
        len(rows),
        width,
        Place(page=page, box=(0, top, 100.0 * width, top + 20 * len(rows))),
        "test",
    )


def line(text: str, page: int = 1) -> Paragraph:
    """One paragraph on a page."""
    return Paragraph(text, Place(page=page))


def extract(blocks: Sequence[Block]) -> Extract:
    """An extract of these blocks."""
    return Extract("pdf", "test", tuple(blocks), pages=9)


def final_account(year: int = 2024) -> Metadata:
    """Metadata of a department's final account."""
    return Metadata("final_account", "department", year, "示例市财政局", None)


def budget(year: int = 2026) -> Metadata:
    """Metadata of a department's budget."""
    return Metadata("budget", "department", year, "示例市财政局", None)
