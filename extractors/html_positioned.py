"""Pages that are a PDF turned into HTML: every line of text and every ruling placed absolutely on a page-sized box.

Such a page has no table elements, but it has positions; they are read with the same eyes as a PDF page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from extractors.limits import Clock
from extractors.model import Block, Paragraph, Place, Table
from extractors.pdf_content import Characters, PageContent, Rules
from extractors.pdf_lattice import find_lattices
from extractors.pdf_paragraphs import Flow, build
from extractors.pdf_tables import fill
from extractors.pdf_text import Line, make_lines
from extractors.texts import printable

_LENGTH = re.compile(r"(left|top|width|height|font-size|line-height)\s*:\s*(-?[\d.]+)\s*(pt|px)", re.IGNORECASE)
_BORDER = re.compile(r"border-(top|right|bottom|left)(?:-width)?\s*:\s*([\d.]+)", re.IGNORECASE)
_ABSOLUTE = re.compile(r"position\s*:\s*absolute", re.IGNORECASE)
_FEWEST = 60
"""Fewer placed texts than this are decoration, not a page."""


@dataclass(slots=True)
class _Sheet:
    """One page-sized box: what is placed in it."""

    width: float
    height: float
    texts: list[tuple[float, float, float, float, str]] = field(
        default_factory=list
    )  # left, top, line height, size, text
    horizontal: list[tuple[float, float, float]] = field(default_factory=list)
    vertical: list[tuple[float, float, float]] = field(default_factory=list)


def positioned_blocks(body: Any, clock: Clock) -> tuple[list[Block], tuple[tuple[float, float], ...]] | None:
    """Blocks and page sizes (points), or None where the page is ordinary HTML."""
    sheets = _sheets(body)
    placed = sum(len(sheet.texts) for sheet in sheets)
    if placed < _FEWEST:
        return None
    everything = sum(len("".join(text.split())) for text in body.itertext())
    if sum(len("".join(text.split())) for sheet in sheets for *_, text in sheet.texts) * 2 < everything:
        return None
    flows = []
    for number, sheet in enumerate(sheets, 1):
        clock.check()
        flows.append(_flow(_content(sheet, number)))
    sizes = tuple((round(sheet.width, 2), round(sheet.height, 2)) for sheet in sheets)
    return _with_paths(build(flows)), sizes


def _sheets(body: Any) -> list[_Sheet]:
    """The page boxes: elements with a width and a height that hold placed texts."""
    found: dict[Any, _Sheet] = {}
    for element in body.iter("div", "span", "p"):
        style = element.get("style") or ""
        if not _ABSOLUTE.search(style):
            continue
        parent = element.getparent()
        sheet = found.get(parent)
        if sheet is None:
            lengths = _lengths(parent.get("style") or "")
            if "width" not in lengths or "height" not in lengths:
                continue
            sheet = found[parent] = _Sheet(lengths["width"], lengths["height"])
        lengths = _lengths(style)
        if "left" not in lengths or "top" not in lengths:
            continue
        text = printable("".join(element.itertext())).replace("\n", " ")
        left, top = lengths["left"], lengths["top"]
        if text.strip():
            size = lengths.get("font-size", lengths.get("line-height", 10.5))
            sheet.texts.append((left, top, lengths.get("line-height", size), size, text))
            continue
        width, height = lengths.get("width", 0.0), lengths.get("height", 0.0)
        for side, thickness in _BORDER.findall(style):
            if not float(thickness):
                continue
            if side.lower() in ("top", "bottom"):
                sheet.horizontal.append((top + (height if side.lower() == "bottom" else 0.0), left, left + width))
            else:
                sheet.vertical.append((left + (width if side.lower() == "right" else 0.0), top, top + height))
    return [sheet for sheet in found.values() if sheet.texts]


def _lengths(style: str) -> dict[str, float]:
    """Lengths of a style in points."""
    found: dict[str, float] = {}
    for name, number, unit in _LENGTH.findall(style):
        try:
            found[name.lower()] = float(number) * (0.75 if unit.lower() == "px" else 1.0)
        except ValueError:
            continue
    return found


def _content(sheet: _Sheet, number: int) -> PageContent:
    """Characters with estimated widths: a Chinese character is an em wide, a Latin one or a digit half."""
    letters: list[str] = []
    rows: list[tuple[float, float, float, float]] = []
    for left, top, line_height, size, text in sheet.texts:
        position = left
        for letter in text:
            advance = size if ord(letter) > 0x2000 else size / 2
            letters.append(letter)
            rows.append((position, position + advance, top + line_height / 2, size))
            position += advance
    x0, x1, middle, height = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    characters = Characters(letters, x0, x1, middle, height, middle - height / 2, middle + height / 2)
    rules = Rules(
        np.array(sheet.horizontal, dtype=np.float64).reshape(-1, 3),
        np.array(sheet.vertical, dtype=np.float64).reshape(-1, 3),
        np.zeros((0, 4)),
    )
    return PageContent(number, sheet.width, sheet.height, characters, rules, engine="html-positioned")


def _flow(content: PageContent) -> Flow:
    """The page's ruled tables and the lines outside of them, by their tops."""
    placed: list[tuple[float, float, Table | Line]] = []
    free = np.ones(len(content.characters), dtype=bool)
    for lattice in find_lattices(content.rules)[0]:
        table, inside = fill(content, lattice)
        inside &= free
        if any(cell.text for cell in table.cells):
            free &= ~inside
            placed.append((lattice.box[1], lattice.box[0], table))
    placed.extend((line.box[1], line.box[0], line) for line in make_lines(content.characters, np.flatnonzero(free)))
    placed.sort(key=lambda item: (item[0], item[1]))
    return Flow(content, tuple(item[2] for item in placed))


def _with_paths(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with element paths added to their places on the page."""
    done: list[Block] = []
    paragraphs = tables = 0
    for block in blocks:
        if isinstance(block, Paragraph):
            paragraphs += 1
            done.append(replace(block, place=replace(block.place, cell=f"P{paragraphs}")))
            continue
        tables += 1
        cells = tuple(
            replace(cell, place=replace(cell.place, cell=f"T{tables}R{cell.row + 1}C{cell.column + 1}"))
            for cell in block.cells
        )
        place: Place = replace(block.place, cell=f"T{tables}")
        done.append(replace(block, cells=cells, place=place))
    return done
