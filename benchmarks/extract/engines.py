"""The engines under one signature, each run in a process of its own: `python -m benchmarks.extract.engines NAME`.

Reads one JSON line a document (``{"path", "pages"}``, pages 1-based, null for all), answers with one: CPU and wall
seconds of opening the document and reading those pages, and the cells. Importing and a first small document (the
warm-up) are not in the seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.extract.cells import Box, Seen, seen

Pages = dict[int, list[Seen]]
Engine = Callable[[Path, list[int]], Pages]


def pdfium_pages(path: Path, pages: list[int]) -> Pages:
    """PDFium alone: the content of each page parsed into objects (text, paths, pictures)."""
    return _pdfium(path, pages, text=False)


def pdfium_text(path: Path, pages: list[int]) -> Pages:
    """PDFium alone: the content parsed, and its text in characters with places. The least a reader on PDFium needs."""
    return _pdfium(path, pages, text=True)


def _pdfium(path: Path, pages: list[int], text: bool) -> Pages:
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    document = pdfium.PdfDocument(path)
    for number in pages:
        page = raw.FPDF_LoadPage(document.raw, number - 1)
        if not page:
            continue
        if text:
            text_page = raw.FPDFText_LoadPage(page)
            raw.FPDFText_CountChars(text_page)
            raw.FPDFText_ClosePage(text_page)
        raw.FPDF_ClosePage(page)
    document.close()
    return {}


def kuanxiang(path: Path, pages: list[int]) -> Pages:
    """`read_pdf`: the whole document, whatever pages are asked, with second opinion, paragraphs and notes."""
    from extractors.pdf import read_pdf

    out: Pages = {}
    for table in read_pdf(path).tables():
        page = out.setdefault(table.place.page or 0, [])
        first = max((cell.row for cell in page), default=-1) + 1
        page.extend(seen(first + c.row, c.place.box, c.text) for c in table.cells if c.text and c.place.box)
    return out


def kuanxiang_pages(path: Path, pages: list[int]) -> Pages:
    """The same reader on single pages: the fast engine, grids and tables, without the second opinion."""
    import pypdfium2 as pdfium

    from extractors.model import Table
    from extractors.pdf import cut_page
    from extractors.pdf_lattice import find_lattices
    from extractors.pdf_pdfium import read_content

    out: Pages = {}
    document = pdfium.PdfDocument(path)
    for number in pages:
        content = read_content(document, number - 1)
        page = out.setdefault(number, [])
        for table in cut_page(content, find_lattices(content.rules)[0]).items:
            if isinstance(table, Table):
                first = max((cell.row for cell in page), default=-1) + 1
                page.extend(seen(first + c.row, c.place.box, c.text) for c in table.cells if c.text and c.place.box)
    document.close()
    return out


def tablers(path: Path, pages: list[int]) -> Pages:
    """tablers (Rust on PDFium), default settings. Its boxes are those of the page before /Rotate: turned here."""
    from tablers import Document, find_tables  # type: ignore[import-not-found]

    out: Pages = {}
    with Document(os.fspath(path)) as document:
        for number in pages:
            page = out.setdefault(number, [])
            first = 0
            here = document.get_page(number - 1)
            turn = _turn(int(here.rotation_degrees), here.width, here.height)
            for table in find_tables(here, extract_text=True):
                for row in table.rows:
                    page.extend(seen(first, turn(cell.bbox), cell.text) for cell in row.cells if cell and cell.text)
                    first += 1
    return out


def _turn(degrees: int, width: float, height: float) -> Callable[[Box], Box]:
    """From the unturned page to the page as displayed (`width` × `height`)."""
    if degrees == 90:
        return lambda box: (width - box[3], box[0], width - box[1], box[2])
    if degrees == 180:
        return lambda box: (width - box[2], height - box[3], width - box[0], height - box[1])
    if degrees == 270:
        return lambda box: (box[1], height - box[2], box[3], height - box[0])
    return lambda box: box


def pdfplumber(path: Path, pages: list[int]) -> Pages:
    """pdfplumber, default settings: `find_tables` and `extract` of each table."""
    import pdfplumber as plumber

    out: Pages = {}
    with plumber.open(path) as document:
        for number in pages:
            here = document.pages[number - 1]
            page = out.setdefault(number, [])
            first = 0
            left, top = float(here.bbox[0]), float(here.bbox[1])
            for table in here.find_tables():
                for row, texts in zip(table.rows, table.extract(), strict=True):
                    for box, text in zip(row.cells, texts, strict=True):
                        if box and text:
                            page.append(seen(first, (box[0] - left, box[1] - top, box[2] - left, box[3] - top), text))
                    first += 1
            here.close()
    return out


def camelot(path: Path, pages: list[int]) -> Pages:
    """camelot, flavour lattice, PDFium backend, default settings."""
    import camelot as library  # type: ignore[import-not-found]
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    heights = {number: document[number - 1].get_height() for number in pages}
    document.close()
    out: Pages = {number: [] for number in pages}
    rows: dict[int, int] = {}
    for table in library.read_pdf(os.fspath(path), pages=",".join(map(str, pages)), flavor="lattice"):
        number, height = int(table.page), heights[int(table.page)]
        first = rows.get(number, 0)
        for r, row in enumerate(table.cells):
            for cell in row:
                if cell.text.strip():
                    out[number].append(
                        seen(first + r, (cell.x1, height - cell.y2, cell.x2, height - cell.y1), cell.text)
                    )
        rows[number] = first + len(table.cells)
    return out


ENGINES: dict[str, Engine] = {
    "pdfium-pages": pdfium_pages,
    "pdfium-text": pdfium_text,
    "kuanxiang": kuanxiang,
    "kuanxiang-pages": kuanxiang_pages,
    "tablers": tablers,
    "pdfplumber": pdfplumber,
    "camelot": camelot,
}


def _answer(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    path, pages = Path(request["path"]), request["pages"]
    cpu, wall = time.process_time(), time.perf_counter()
    error = None
    found: Pages = {}
    try:
        found = engine(path, pages)
    except Exception as problem:  # whatever a library raises on a document is a result here
        error = f"{type(problem).__name__}: {str(problem)[:120]}"
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    cells = {page: [(c.row, c.box, c.text) for c in held] for page, held in found.items()}
    return {"cpu": cpu, "wall": wall, "error": error, "cells": cells}


def main() -> None:
    engine = ENGINES[sys.argv[1]]
    answers = os.fdopen(os.dup(1), "w")  # libraries print as they like
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(_answer(engine, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
