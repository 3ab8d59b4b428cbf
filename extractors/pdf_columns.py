"""Ruled tables whose inner vertical rules are missing: a column is cut where its figures stand in columns of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np

from extractors.pdf_lattice import GridCell, Lattice
from extractors.pdf_text import Line

_FIGURE = re.compile(r"[-+—–−(（]?[¥￥]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%％]?[)）]?")
_LEAST = 3


def cut_columns(lattice: Lattice, lines: list[list[Line]]) -> Lattice | None:
    """The lattice with more columns where several lines of one column hold figures side by side; None when none do.

    A header that reaches over a cut stays one cell there.
    """
    cuts: dict[int, list[float]] = {}
    columns: dict[int, list[Line]] = {}
    for cell, held in zip(lattice.cells, lines, strict=True):
        if cell.column_span == 1 and held:
            columns.setdefault(cell.column, []).extend(replace(line, pieces=line.fine()) for line in held)
    for column, own in columns.items():
        found = _cuts(own)
        if found:
            cuts[column] = found
    return _with_cuts(lattice, cuts, lines) if cuts else None


def _cuts(lines: list[Line]) -> list[float]:
    """Where one column is to be cut: in the white space between the pieces of its lines with figures."""
    rows = [
        line for line in lines if len(line.pieces) > 1 and any(_FIGURE.fullmatch(piece[0]) for piece in line.pieces)
    ]
    if len(rows) < _LEAST:
        return []
    size = rows[0].size
    if 2 * len(rows) < len(lines):
        # Wrapped labels stand beside their figures; any other lines are too many.
        heights = np.array([(row.box[1] + row.box[3]) / 2 for row in rows])
        if len(rows) < sum(bool(np.abs(heights - (x.box[1] + x.box[3]) / 2).min() > size) for x in lines):
            return []
    spans: list[tuple[float, float]] = []
    for x0, x1 in sorted((x0, x1) for line in rows for _, x0, x1 in line.pieces):
        if spans and x0 < spans[-1][1] + 0.6 * size:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    # Upper header lines may reach over several columns; the lowest one, and lines further down, do not.
    top = min(line.box[1] for line in rows)
    above = max((line.box[1] for line in lines if line.box[1] < top), default=top)
    pieces = [
        (x0, x1) for line in lines if line not in rows and line.box[1] >= above - size / 2 for _, x0, x1 in line.pieces
    ]
    cuts: list[float] = []
    for (_, left), (right, _) in pairwise(spans):
        places = np.linspace(left, right, 15)[1:-1].tolist()
        crossed = [sum(x0 < place < x1 for x0, x1 in pieces) for place in places]
        best = [place for place, n in zip(places, crossed, strict=True) if n == min(crossed)]
        cuts.append(best[len(best) // 2])
    return cuts


def _with_cuts(lattice: Lattice, cuts: dict[int, list[float]], lines: list[list[Line]]) -> Lattice:
    first: list[int] = []
    xs: list[float] = []
    for column in range(len(lattice.xs) - 1):
        first.append(len(xs))
        xs.extend([float(lattice.xs[column]), *cuts.get(column, [])])
    first.append(len(xs))
    xs.append(float(lattice.xs[-1]))
    cells: list[GridCell] = []
    for cell, held in zip(lattice.cells, lines, strict=True):
        start, end = first[cell.column], first[cell.column + cell.column_span]
        if cell.column_span > 1 or cell.column not in cuts:
            cells.append(GridCell(cell.row, start, cell.row_span, end - start))
            continue
        at = start
        for inner in range(start + 1, end + 1):
            # The piece of text that lies across a cut keeps its two sides together.
            if inner == end or not any(x0 < xs[inner] < x1 for line in held for _, x0, x1 in line.fine()):
                cells.append(GridCell(cell.row, at, cell.row_span, inner - at))
                at = inner
    cells.sort(key=lambda cell: (cell.row, cell.column))
    owner = np.full((len(lattice.ys) - 1, len(xs) - 1), -1, dtype=np.int64)
    for i, cell in enumerate(cells):
        owner[cell.row : cell.row + cell.row_span, cell.column : cell.column + cell.column_span] = i
    return Lattice(np.array(xs), lattice.ys, tuple(cells), owner)
