"""Ruling lines → grids: which lines belong to one table, its rows and columns, and which grid positions are one cell.

A cell is what lines enclose: neighbouring grid positions without a line between them are one cell, whatever it spans.
Gaps (dashed lines), double lines, lines drawn as thin rectangles and missing outer borders are allowed for. Text plays
no part here.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from extractors.model import Box
from extractors.pdf_content import Floats, Rules
from extractors.pdf_fills import lines_of_fills

_SNAP = 2.0  # lines nearer than this are one line
_GAP = 3.6  # a gap in a line that still counts as drawn (dashes)
_REACH = 3.0  # a line that ends this near to another one touches it
_SHORTEST = 4.0
_MOST_LINES = 3000
_MOST_GROUPS = 300


@dataclass(frozen=True, slots=True)
class GridCell:
    """Grid positions covered by one cell."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(frozen=True, slots=True)
class Lattice:
    """One ruled table. xs, ys: the column and row boundaries, ascending; owner: for each grid position the index into
    cells; uprights, levels: how many inner vertical and horizontal lines there are."""

    xs: Floats
    ys: Floats
    cells: tuple[GridCell, ...]
    owner: NDArray[np.int64]

    @property
    def box(self) -> Box:
        return (float(self.xs[0]), float(self.ys[0]), float(self.xs[-1]), float(self.ys[-1]))

    def cell_box(self, cell: GridCell) -> Box:
        return (
            float(self.xs[cell.column]),
            float(self.ys[cell.row]),
            float(self.xs[cell.column + cell.column_span]),
            float(self.ys[cell.row + cell.row_span]),
        )


def find_lattices(rules: Rules) -> tuple[list[Lattice], Floats]:
    """The ruled tables of a page, top to bottom, and the horizontal lines that belong to none of them."""
    lattices, spare = _find(rules.horizontal, rules.vertical)
    if len(rules.areas):
        fills = lines_of_fills(rules.areas, [lattice.box for lattice in lattices])
        if fills is not None:
            level, upright = (
                np.concatenate(pair) for pair in zip((rules.horizontal, rules.vertical), fills, strict=True)
            )
            return _find(level, upright)
    return lattices, spare


def _find(horizontal: Floats, vertical: Floats) -> tuple[list[Lattice], Floats]:
    level, upright = merge_lines(horizontal), merge_lines(vertical)
    level, upright = level[level[:, 2] - level[:, 1] >= _SHORTEST], upright[upright[:, 2] - upright[:, 1] >= _SHORTEST]
    level, upright = _longest(level), _longest(upright)
    groups = _connected(level, upright)
    groups = _absorb(groups, level, upright)
    lattices: list[Lattice] = []
    used = np.zeros(len(level), dtype=bool)
    for levels, uprights in groups:
        lattice = _lattice(level[levels], upright[uprights])
        if lattice is not None and len(lattice.cells) > 1:
            lattices.append(lattice)
            used[levels] = True
    lattices.sort(key=lambda lattice: (lattice.box[1], lattice.box[0]))
    return lattices, level[~used]


def _longest(lines: Floats) -> Floats:
    """At most `_MOST_LINES` lines, the longest: drawings and hostile pages have many more short ones."""
    if len(lines) <= _MOST_LINES:
        return lines
    return lines[np.sort(np.argsort(lines[:, 1] - lines[:, 2], kind="stable")[:_MOST_LINES])]


def merge_lines(lines: Floats) -> Floats:
    """Collinear pieces joined: rows of (position, start, end)."""
    if not len(lines):
        return np.zeros((0, 3))
    ordered = lines[np.argsort(lines[:, 0], kind="stable")]
    merged: list[tuple[float, float, float]] = []
    for bunch in _bunches(ordered[:, 0].tolist(), _SNAP / 2):
        pieces: list[list[float]] = ordered[bunch].tolist()
        pieces.sort(key=itemgetter(1))
        position, start, end = pieces[0]
        weight = max(0.1, end - start)
        for at, first, last in pieces[1:]:
            if first <= end + _GAP:
                more = max(0.1, last - first)
                position = (position * weight + at * more) / (weight + more)
                weight += more
                end = max(end, last)
            else:
                merged.append((position, start, end))
                start, end, position, weight = first, last, at, max(0.1, last - first)
        merged.append((position, start, end))
    return np.array(merged)


def _bunches(values: list[float], tolerance: float, widest: float = 3.0) -> list[slice]:
    """Runs of ascending values whose neighbours are within the tolerance, none wider than `widest`."""
    out: list[slice] = []
    start = 0
    for i in range(1, len(values) + 1):
        if i == len(values) or values[i] - values[i - 1] > tolerance or values[i] - values[start] > widest:
            out.append(slice(start, i))
            start = i
    return out


def _touching(level: Floats, upright: Floats) -> NDArray[np.bool_]:
    """Which horizontal line meets which vertical one."""
    y, x0, x1 = level[:, 0:1], level[:, 1:2], level[:, 2:3]
    x, y0, y1 = upright[:, 0], upright[:, 1], upright[:, 2]
    return (x >= x0 - _REACH) & (x <= x1 + _REACH) & (y >= y0 - _REACH) & (y <= y1 + _REACH)


def _connected(level: Floats, upright: Floats) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Groups of lines that hang together."""
    if not len(level) or not len(upright):
        return []
    meets = _touching(level, upright)
    group_level = np.full(len(level), -1)
    group_upright = np.full(len(upright), -1)
    groups: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for first in range(len(level)):
        if group_level[first] >= 0 or not meets[first].any():
            continue
        fresh = np.zeros(len(level), dtype=bool)
        fresh[first] = True
        levels, uprights = fresh.copy(), np.zeros(len(upright), dtype=bool)
        while fresh.any():
            new_uprights = meets[fresh].any(axis=0) & ~uprights
            uprights |= new_uprights
            fresh = meets[:, new_uprights].any(axis=1) & ~levels if new_uprights.any() else np.zeros_like(fresh)
            levels |= fresh
        group_level[levels] = len(groups)
        group_upright[uprights] = len(groups)
        groups.append((np.flatnonzero(levels), np.flatnonzero(uprights)))
    return groups


def _absorb(
    groups: list[tuple[NDArray[np.int64], NDArray[np.int64]]], level: Floats, upright: Floats
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lines inside another group's frame belong to it (inner rules that stop short of the border); a mere frame
    around other groups is dropped, as are boxes too small to hold text (tick boxes)."""
    boxes = []
    for levels, uprights in groups:
        x0 = min(level[levels, 1].min(), upright[uprights, 0].min())
        x1 = max(level[levels, 2].max(), upright[uprights, 0].max())
        y0 = min(level[levels, 0].min(), upright[uprights, 1].min())
        y1 = max(level[levels, 0].max(), upright[uprights, 2].max())
        boxes.append((x0, y0, x1, y1))
    order = sorted(range(len(groups)), key=lambda i: -(boxes[i][2] - boxes[i][0]) * (boxes[i][3] - boxes[i][1]))
    order = order[:_MOST_GROUPS]
    kept: list[int] = []
    members: dict[int, list[int]] = {}
    for i in order:
        box = boxes[i]
        if box[2] - box[0] < 14 and box[3] - box[1] < 14:
            continue
        home = next(
            (
                k
                for k in kept
                if box[0] >= boxes[k][0] - 1
                and box[1] >= boxes[k][1] - 1
                and box[2] <= boxes[k][2] + 1
                and box[3] <= boxes[k][3] + 1
            ),
            None,
        )
        if home is None:
            inside = any(
                j != i
                and boxes[j][0] >= box[0]
                and boxes[j][2] <= box[2]
                and boxes[j][1] >= box[1]
                and boxes[j][3] <= box[3]
                and len(groups[j][0]) + len(groups[j][1]) > 4
                for j in order
            )
            if inside:
                alone = _lattice(level[groups[i][0]], upright[groups[i][1]])
                if alone is None or len(alone.cells) <= 1:
                    continue
            kept.append(i)
            members[i] = [i]
        else:
            members[home].append(i)
    return [
        (
            np.concatenate([groups[j][0] for j in members[i]]),
            np.concatenate([groups[j][1] for j in members[i]]),
        )
        for i in kept
    ]


def _positions(values: Floats) -> Floats:
    """Distinct line positions."""
    ordered: list[float] = np.sort(values).tolist()
    return np.array([sum(ordered[bunch]) / (bunch.stop - bunch.start) for bunch in _bunches(ordered, _SNAP)])


def _lattice(level: Floats, upright: Floats) -> Lattice | None:
    if len(level) < 2 or not len(upright):
        return None
    xs, ys = _positions(upright[:, 0]), _positions(level[:, 0])
    left, right = level[:, 1].min(), level[:, 2].max()
    top, bottom = upright[:, 1].min(), upright[:, 2].max()
    # Missing outer borders: the lines of the other direction reach beyond the last one.
    if left < xs[0] - 8:
        xs = np.concatenate([[left], xs])
    if right > xs[-1] + 8:
        xs = np.concatenate([xs, [right]])
    if top < ys[0] - 8:
        ys = np.concatenate([[top], ys])
    if bottom > ys[-1] + 8:
        ys = np.concatenate([ys, [bottom]])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > 200_000:
        return None
    between_columns = _covered(xs, ys, upright)  # [row, boundary]
    between_rows = _covered(ys, xs, level)  # [column, boundary]
    owner, cells = _cells(rows, columns, between_columns, between_rows)
    return Lattice(xs, ys, tuple(cells), owner)


def _covered(positions: Floats, stations: Floats, lines: Floats) -> NDArray[np.bool_]:
    """For each interval between stations and each position: is a line drawn there over the middle of the interval."""
    drawn = np.zeros((len(stations) - 1, len(positions)), dtype=bool)
    starts, ends = stations[:-1], stations[1:]
    margin = (ends - starts) * 0.25
    index = np.abs(positions[None, :] - lines[:, 0:1]).argmin(axis=1)
    over = (lines[:, 1:2] <= starts + margin) & (lines[:, 2:3] >= ends - margin)
    line, interval = np.nonzero(over)
    drawn[interval, index[line]] = True
    return drawn


def _cells(
    rows: int, columns: int, between_columns: NDArray[np.bool_], between_rows: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[GridCell]]:
    """Grid positions without a line between them, joined; a joined shape that is no rectangle is cut into such."""
    open_right = ~between_columns[:, 1:-1]
    open_down = ~between_rows[:, 1:-1].T
    shared = np.zeros((rows, columns), dtype=bool)  # positions with an open side
    shared[:, :-1] |= open_right
    shared[:, 1:] |= open_right
    shared[:-1] |= open_down
    shared[1:] |= open_down
    part = np.arange(rows * columns).reshape(rows, columns)
    parent = list(range(rows * columns))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for mine, other in zip(part[:, :-1][open_right].tolist(), part[:, 1:][open_right].tolist(), strict=True):
        parent[root(mine)] = root(other)
    for mine, other in zip(part[:-1][open_down].tolist(), part[1:][open_down].tolist(), strict=True):
        parent[root(mine)] = root(other)
    single = ~shared
    cells = [GridCell(r, c, 1, 1) for r, c in zip(*(at.tolist() for at in np.nonzero(single)), strict=True)]
    owners: list[list[int]] = [[0 if alone else -1 for alone in row] for row in single.tolist()]
    for r, c in zip(*(at.tolist() for at in np.nonzero(shared)), strict=True):
        if owners[r][c] >= 0:
            continue
        own = root(r * columns + c)
        wide = 1
        while c + wide < columns and owners[r][c + wide] < 0 and root(r * columns + c + wide) == own:
            wide += 1
        high = 1
        while r + high < rows and all(
            owners[r + high][k] < 0 and root((r + high) * columns + k) == own for k in range(c, c + wide)
        ):
            high += 1
        for row in owners[r : r + high]:
            row[c : c + wide] = [0] * wide
        cells.append(GridCell(r, c, high, wide))
    cells.sort(key=lambda cell: (cell.row, cell.column))
    owner = np.empty((rows, columns), dtype=np.int64)
    for i, cell in enumerate(cells):
        owner[cell.row : cell.row + cell.row_span, cell.column : cell.column + cell.column_span] = i
    return owner, cells
