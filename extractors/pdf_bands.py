"""Tables whose body has no rules between its rows: a ruled band is cut into rows where its figures stand in lines.

Only done on evidence: a column of complete figures one under another. A figure wrapped over two lines, or a label of
several lines beside one figure, stays one row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise

import numpy as np

from extractors.pdf_content import Floats
from extractors.pdf_lattice import GridCell, Lattice
from extractors.pdf_text import HEADING, Line

_VALUE = re.compile(r"[-+—–−(（]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%％]?[)）]?")
_FIGURE = re.compile(r"[-+—–−(（]?[\d,.]+[%％]?[)）]?")
_DIGIT = re.compile(r"\d")
_DASH = re.compile(r"[-—–−]+")
_PADDING = 11.0
_STACK = 4
_MOST_LINES = 6  # of one label


def cut_bands(lattice: Lattice, lines: list[list[Line]]) -> Lattice | None:
    """The lattice with more rows where a band holds several; None when no band does. lines: those of each cell."""
    cuts: dict[int, list[float]] = {}
    bands: dict[int, list[int]] = {}
    tall = {cell.row for cell, own in zip(lattice.cells, lines, strict=True) if len(own) > 1 and cell.row_span == 1}
    for i, cell in enumerate(lattice.cells):
        if cell.row_span == 1 and cell.row in tall:
            bands.setdefault(cell.row, []).append(i)
    for row, members in bands.items():
        if len(members) < 2:
            continue
        found = _cuts(lattice, [(lattice.cells[i], lines[i]) for i in members])
        if found:
            cuts[row] = found
    return _with_cuts(lattice, cuts) if cuts else None


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def _cuts(lattice: Lattice, cells: list[tuple[GridCell, list[Line]]]) -> list[float]:
    """Where to cut one band, or nothing."""
    sure: list[list[Line]] = []
    doubtful: list[list[Line]] = []
    labels_at: list[float] = []
    if any(_FIGURE.fullmatch(line.text) and not _DIGIT.search(line.text) for _, own in cells for line in own):
        return []  # a decimal point on a line of its own: figures are wrapped here, character by character
    for cell, own in cells:
        if own and all(_FIGURE.fullmatch(line.text) or _DASH.fullmatch(line.text) for line in own):
            box = lattice.cell_box(cell)
            (sure if _complete(own, box[2] - box[0]) else doubtful).append(own)
        elif len(own) >= _STACK:
            middles = [_middle(line) for line in own]
            labels_at += middles + [(a + b) / 2 for a, b in pairwise(middles)]
    # Figures that may be wrapped ones count only in line with stacked figures that are not; a stack of four or more
    # is no wrapped figure, and labels beside it will do. It vouches for the shorter ones in line with it.
    figures_at = [_middle(line) for own in sure if len(own) > 1 for line in own]
    for own in sorted(doubtful, key=len, reverse=True):
        tall = len(own) >= _STACK
        if not all(_beside(line, figures_at + (labels_at if tall else [])) for line in own):
            return []
        if tall:
            figures_at += [_middle(line) for line in own]
    figures = [line for own in sure + doubtful for line in own]
    stacked = max((len(own) for own in sure + doubtful), default=0)
    if stacked < 2:  # a code at the bottom of its cell beside amounts at the top makes no second row
        return []
    size = float(np.median([line.size for line in figures]))
    rows = _cluster([_middle(line) for line in figures], 0.55 * size)
    if len(rows) < 2:
        return []
    pitch = float(np.percentile(np.diff(rows), 20))
    extents = [(at - 0.5 * size, at + 0.5 * size) for at in rows]
    known = {id(line) for line in figures}
    labels = [(own, lattice.cell_box(cell)[2]) for cell, own in cells if own and id(own[0]) not in known]
    fresh: list[tuple[float, float]] = []
    for own, right in labels:
        for group, nearest in _label_groups(own, rows, pitch, size, right):
            top, bottom = group[0].box[1], group[-1].box[3]
            if nearest is not None:
                extents[nearest] = (min(extents[nearest][0], top), max(extents[nearest][1], bottom))
            else:
                fresh.append((top, bottom))
    for top, bottom in sorted(fresh):
        if all(bottom <= other[0] + 0.3 * size or top >= other[1] - 0.3 * size for other in extents):
            extents.append((top, bottom))
    extents.sort()
    if any(b[0] < a[1] - 0.6 * size for a, b in pairwise(extents)):
        return []
    return [(a[1] + b[0]) / 2 for a, b in pairwise(extents)]


def _beside(line: Line, supports: list[float]) -> bool:
    return any(abs(_middle(line) - other) <= 0.4 * line.size for other in supports)


def _complete(own: list[Line], width: float) -> bool:
    """Whether the figures of a cell are certainly whole: all with the same decimals, or too short to need wrapping."""
    if not all(_VALUE.fullmatch(line.text) or _DASH.fullmatch(line.text) for line in own):
        return False
    figures = [line for line in own if _VALUE.fullmatch(line.text)]
    decimals = {len(line.text.rstrip(")）%％").partition(".")[2]) for line in figures}
    if len(own) == 1 or (len(decimals) == 1 and decimals != {0}):
        return True
    return not any(width - (line.box[2] - line.box[0]) < _PADDING + 1.2 * line.size for line in own[:-1])


def _cluster(values: list[float], tolerance: float) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= tolerance:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _label_groups(
    own: list[Line], rows: list[float], pitch: float, size: float, right: float
) -> list[tuple[list[Line], int | None]]:
    """The lines of a label column with wrapped ones together, each group with the row of figures it stands beside.

    The cheapest way to part them: a label beside its figures (level with its middle; less likely with its first or last
    line) costs little, a label without figures or figures without a label cost more. Lines of one label are closer
    than rows, or the upper one fills the cell.
    """
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None, int | None]] = {(0, -1): (0.0, None, None)}
    for i in range(len(own)):
        states = {key[1]: value[0] for key, value in best.items() if key[0] == i}
        for used, base in states.items():
            if base > min(states.values()) + 3.0:
                continue
            for j in range(i + 1, min(i + _MOST_LINES, len(own)) + 1):
                if j > i + 1 and not _one_label(own[j - 2], own[j - 1], pitch, right):
                    break
                for row, cost in _beside_rows(own[i:j], rows, used, size):
                    state, total = (j, used if row is None else row), base + cost
                    if state not in best or total < best[state][0]:
                        best[state] = (total, (i, used), row)
    state = min(
        (key for key in best if key[0] == len(own)), key=lambda key: best[key][0] + 0.25 * (len(rows) - 1 - key[1])
    )
    groups: list[tuple[list[Line], int | None]] = []
    while (before := best[state][1]) is not None:
        groups.append((own[before[0] : state[0]], best[state][2]))
        state = before
    return groups[::-1]


def _one_label(upper: Line, lower: Line, pitch: float, right: float) -> bool:
    """Whether two lines may be one label, wrapped."""
    if HEADING.match(lower.text):
        return False
    return _middle(lower) - _middle(upper) < 0.86 * pitch or right - upper.box[2] < 2.0 * upper.size


def _beside_rows(group: list[Line], rows: list[float], used: int, size: float) -> list[tuple[int | None, float]]:
    """Rows after `used` that a label may belong to, with their costs; always also none."""
    found: list[tuple[int | None, float]] = [(None, 0.8)]
    middle = (group[0].box[1] + group[-1].box[3]) / 2
    for row in range(max(used + 1, bisect_left(rows, group[0].box[1] - 2 * size)), len(rows)):
        cost = min(
            abs(middle - rows[row]),
            abs(_middle(group[0]) - rows[row]) + 0.6 * size,
            abs(_middle(group[-1]) - rows[row]) + 0.6 * size,
        )
        if cost < 1.2 * size:
            found.append((row, 0.5 * cost / size + 0.25 * (row - used - 1)))
        elif rows[row] > group[-1].box[3]:
            break
    return found


def _with_cuts(lattice: Lattice, cuts: dict[int, list[float]]) -> Lattice:
    """Bands cut at the heights given; cells that span rows stretch over the new ones."""
    first: list[int] = []
    ys: list[float] = []
    for row in range(len(lattice.ys) - 1):
        first.append(len(ys))
        ys.extend([float(lattice.ys[row]), *cuts.get(row, [])])
    first.append(len(ys))
    ys.append(float(lattice.ys[-1]))
    cells: list[GridCell] = []
    for cell in lattice.cells:
        if cell.row_span == 1 and cell.row in cuts:
            cells.extend(
                GridCell(row, cell.column, 1, cell.column_span) for row in range(first[cell.row], first[cell.row + 1])
            )
        else:
            top, bottom = first[cell.row], first[cell.row + cell.row_span]
            cells.append(GridCell(top, cell.column, bottom - top, cell.column_span))
    cells.sort(key=lambda cell: (cell.row, cell.column))
    owner = np.full((len(ys) - 1, len(lattice.xs) - 1), -1, dtype=np.int64)
    for i, cell in enumerate(cells):
        owner[cell.row : cell.row + cell.row_span, cell.column : cell.column + cell.column_span] = i
    heights: Floats = np.array(ys)
    return Lattice(lattice.xs, heights, tuple(cells), owner)
