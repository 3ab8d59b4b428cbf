"""The second opinion: the same page through pdfplumber (pdfminer's text, its own table finding).

Slow (some 0.2 s a page), so it is asked page by page only. Characters, rules and the cells of tables are pdfplumber's;
the assembling of cell texts is shared with the fast reader.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from extractors.errors import DamagedDocument, ExtractionError
from extractors.limits import at_most
from extractors.model import Box
from extractors.pdf_content import Characters, PageContent, Rules, no_characters
from extractors.pdf_glyphs import doubtful
from extractors.pdf_lattice import GridCell, Lattice

ENGINE = "pdfplumber"


_SECONDS = 20.0
"""What one page may take: pdfminer follows forms that draw one another for as long as they do."""


def read_with_plumber(path: Path, number: int) -> tuple[PageContent, list[Lattice]]:
    """Content and tables of page `number` (1-based). Raises an ExtractionError on a page that it cannot read."""
    import pdfplumber  # only when it is asked: loading it takes longer than reading most documents

    try:
        with at_most(_SECONDS):
            document = pdfplumber.open(_page_alone(path, number))
            page = document.pages[0]
            content = _content(page, number)
            lattices = [lattice for table in page.find_tables() if (lattice := _lattice(table.cells)) is not None]
            document.close()
    except ExtractionError:
        raise
    except Exception as error:  # whatever pdfminer raises on hostile bytes
        raise DamagedDocument(f"第 {number} 页无法用 pdfplumber 读取（{type(error).__name__}）。") from error
    return content, lattices


def _page_alone(path: Path, number: int) -> io.BytesIO:
    """A document of that page only. pdfminer walks the whole page tree for one page, and for ever where the tree has circles."""
    import pypdfium2

    alone = io.BytesIO()
    with pypdfium2.PdfDocument(path) as document, pypdfium2.PdfDocument.new() as one:
        one.import_pages(document, [number - 1])
        one.save(alone)
    alone.seek(0)
    return alone


def _content(page: Any, number: int) -> PageContent:
    left, top = float(page.bbox[0]), float(page.bbox[1])
    chars = [c for c in page.chars if c["text"] and c["text"] not in "\r\n\t" and c.get("upright", True)]
    # pdfminer names glyphs it cannot map "(cid:12)"
    unmapped = sum(1 for c in chars if c["text"].startswith("(cid:"))
    chars = [c for c in chars if not c["text"].startswith("(cid:")]
    unmapped += doubtful(np.array([ord(one) for c in chars for one in c["text"]], dtype=np.int64))
    if chars:
        x0 = np.array([c["x0"] - left for c in chars], dtype=np.float64)
        x1 = np.array([c["x1"] - left for c in chars], dtype=np.float64)
        upper = np.array([c["top"] - top for c in chars], dtype=np.float64)
        lower = np.array([c["bottom"] - top for c in chars], dtype=np.float64)
        size = np.array([c["size"] for c in chars], dtype=np.float64)
        drawn = Characters([c["text"] for c in chars], x0, x1, (upper + lower) / 2, size, upper, lower)
        characters = drawn.seen(float(page.width), float(page.height))
    else:
        characters = no_characters()
    edges = page.edges
    level = [(e["top"] - top, e["x0"] - left, e["x1"] - left) for e in edges if e["orientation"] == "h"]
    steep = [(e["x0"] - left, e["top"] - top, e["bottom"] - top) for e in edges if e["orientation"] == "v"]
    rules = Rules(np.array(level).reshape(-1, 3), np.array(steep).reshape(-1, 3), np.zeros((0, 4)))
    return PageContent(
        number=number,
        width=float(page.width),
        height=float(page.height),
        characters=characters,
        rules=rules,
        unmapped=unmapped,
        engine=ENGINE,
    )


def _lattice(boxes: list[Box]) -> Lattice | None:
    """pdfplumber's cell boxes as a grid with spans; None for a lone frame."""
    if len(boxes) < 2:
        return None
    xs = _edges([x for box in boxes for x in (box[0], box[2])])
    ys = _edges([y for box in boxes for y in (box[1], box[3])])
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = np.full((rows, columns), -1, dtype=np.int64)
    found: list[GridCell] = []
    for box in boxes:
        c0, c1 = (int(np.abs(xs - x).argmin()) for x in (box[0], box[2]))
        r0, r1 = (int(np.abs(ys - y).argmin()) for y in (box[1], box[3]))
        if r1 > r0 and c1 > c0 and (owner[r0:r1, c0:c1] < 0).all():
            owner[r0:r1, c0:c1] = len(found)
            found.append(GridCell(r0, c0, r1 - r0, c1 - c0))
    order = sorted(range(len(found)), key=lambda i: (found[i].row, found[i].column))
    renumbered = np.full(len(found) + 1, -1, dtype=np.int64)
    for new, old in enumerate(order):
        renumbered[old] = new
    return Lattice(xs, ys, tuple(found[i] for i in order), renumbered[owner])


def _edges(values: list[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    ordered = sorted(values)
    groups: list[list[float]] = [[ordered[0]]]
    for value in ordered[1:]:
        if value - groups[-1][-1] <= 1.0:
            groups[-1].append(value)
        else:
            groups.append([value])
    return np.array([sum(group) / len(group) for group in groups])
