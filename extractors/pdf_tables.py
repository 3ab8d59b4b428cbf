"""A lattice and the characters in it → a `Table`."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from extractors.model import Box, Cell, Place, Table
from extractors.pdf_bands import cut_bands
from extractors.pdf_columns import cut_columns
from extractors.pdf_content import Characters, Floats, PageContent
from extractors.pdf_lattice import Lattice
from extractors.pdf_overflow import give_back
from extractors.pdf_text import Line, join_lines, lines_of_groups

_ONE_AMOUNT = re.compile(r"[-+(（]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?[)）]?")


def locate(characters: Characters, xs: Floats, ys: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of each character in a grid, -1 outside of it."""
    centre = (characters.x0 + characters.x1) / 2
    column = np.searchsorted(xs, centre) - 1
    row = np.searchsorted(ys, characters.middle) - 1
    outside = (column < 0) | (column >= len(xs) - 1) | (row < 0) | (row >= len(ys) - 1)
    return np.where(outside, -1, row), np.where(outside, -1, column)


def fill(content: PageContent, lattice: Lattice) -> tuple[Table, NDArray[np.bool_]]:
    """The table with its texts, and which characters of the page are in it."""
    owner, lines = _lines_of_cells(content.characters, lattice)
    for cut in (cut_columns, cut_bands):
        finer = cut(lattice, lines)
        if finer is not None:
            lattice = finer
            owner, lines = _lines_of_cells(content.characters, lattice)
    left_edge: dict[int, float] = {}
    for cell, own in zip(lattice.cells, lines, strict=True):
        if cell.column_span == 1:
            for line in own:
                left = line.box[0]
                edge = left_edge.get(cell.column, left - line.lead * line.size)
                left_edge[cell.column] = left if left < edge else edge
    cells: list[Cell] = []
    boxes = _display_boxes(content, lattice)
    for cell, own, box in zip(lattice.cells, lines, boxes, strict=True):
        text, indent = "", 0.0
        if own:
            line = own[0]
            edge = left_edge.get(cell.column, line.box[0])
            indent = round(max(0.0, line.lead, (line.box[0] - edge) / line.size), 1)
            text = line.text if len(own) == 1 else join_lines(own)
        place = Place(page=content.number, box=box)
        cells.append(Cell(cell.row, cell.column, text, place, cell.row_span, cell.column_span, indent))
    place = Place(page=content.number, box=content.to_display(lattice.box))
    return Table(tuple(cells), len(lattice.ys) - 1, len(lattice.xs) - 1, place, content.engine, True), owner >= 0


def _display_boxes(content: PageContent, lattice: Lattice) -> list[Box]:
    """Where the cells stand on the displayed page."""
    if not content.as_displayed:
        return [content.to_display(lattice.cell_box(cell)) for cell in lattice.cells]
    xs = [round(x, 2) for x in lattice.xs.tolist()]
    ys = [round(y, 2) for y in lattice.ys.tolist()]
    return [
        (xs[cell.column], ys[cell.row], xs[cell.column + cell.column_span], ys[cell.row + cell.row_span])
        for cell in lattice.cells
    ]


def _lines_of_cells(characters: Characters, lattice: Lattice) -> tuple[NDArray[np.int64], list[list[Line]]]:
    """Which cell each character is in (-1: none), and the lines of each cell."""
    row, column = locate(characters, lattice.xs, lattice.ys)
    inside = row >= 0
    owner = np.full(len(characters), -1, dtype=np.int64)
    owner[inside] = lattice.owner[row[inside], column[inside]]
    _keep_words_together(characters, owner, lattice)
    give_back(characters, owner, lattice)
    held = np.flatnonzero(owner >= 0)
    lines = lines_of_groups(characters, held, owner[held], len(lattice.cells))
    return owner, lines


def _keep_words_together(characters: Characters, owner: NDArray[np.int64], lattice: Lattice) -> None:
    """A single amount that crosses a rule belongs to the cell that holds most of it (text printed wider than its
    cell); changes `owner` in place."""
    n = len(characters)
    if n < 2:
        return
    gap = characters.x0[1:] - characters.x1[:-1]
    near = (np.abs(gap) < 0.2 * characters.size[1:]) & (
        np.abs(characters.middle[1:] - characters.middle[:-1]) < 0.3 * characters.size[1:]
    )
    for i in np.flatnonzero(near & (owner[1:] != owner[:-1])).tolist():
        near[i] = not _parted_by_rule(characters, owner, lattice, i)
    for i in np.flatnonzero(near & (owner[1:] != owner[:-1])).tolist():
        first = i
        while first > 0 and near[first - 1] and characters.text[first - 1] not in " \u3000":
            first -= 1
        last = i + 1
        while last + 1 < n and near[last] and characters.text[last + 1] not in " \u3000":
            last += 1
        word = "".join(characters.text[first : last + 1])
        values, counts = np.unique(owner[first : last + 1], return_counts=True)
        winner, share = values[counts.argmax()], counts.max() / (last + 1 - first)
        if (share > 0.5 and _ONE_AMOUNT.fullmatch(word)) or share >= 0.8:
            owner[first : last + 1] = winner


def _parted_by_rule(characters: Characters, owner: NDArray[np.int64], lattice: Lattice, i: int) -> bool:
    """Whether a rule stands in the blank between a character and the next: the end of a figure that fills its cell and
    the beginning of the next cell's text. The characters of one text that crosses a rule touch each other."""
    left, right = (i, i + 1) if characters.x0[i] <= characters.x0[i + 1] else (i + 1, i)
    if owner[left] < 0 or owner[right] < 0:
        return False
    cell = lattice.cells[owner[left]]
    edge = lattice.xs[cell.column + cell.column_span]
    spare = 0.05 * characters.size[left]
    end, begin = characters.x1[left], characters.x0[right]
    return bool(begin - end > spare and end - spare <= edge <= begin + spare)
