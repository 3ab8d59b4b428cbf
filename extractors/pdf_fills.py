"""Tables drawn with fills only: the edges of coloured cells as ruling lines, where nothing else rules the table.

White rules on coloured cells look the same: what is white is not drawn. Fills inside of ruled tables, backgrounds and
highlighted words are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from extractors.model import Box
from extractors.pdf_content import Floats

_SEAM = 3.7  # the white between two neighbouring cells is no wider
_LEAST_ROWS, _LEAST_COLUMNS = 3, 2
_MOST = 3000


def lines_of_fills(areas: Floats, ruled: Sequence[Box]) -> tuple[Floats, Floats] | None:
    """Horizontal (y, x0, x1) and vertical (x, y0, y1) lines along filled cells outside of the tables `ruled`; None
    where the fills do not make up a grid."""
    cells = _cells(areas[: _MOST + 1], ruled)
    if len(cells) < _LEAST_ROWS * _LEAST_COLUMNS or len(cells) > _MOST:
        return None
    xs, ys = _snapped(cells[:, [0, 2]]), _snapped(cells[:, [1, 3]])
    boxes = np.column_stack([xs[:, 0], ys[:, 0], xs[:, 1], ys[:, 1]])
    tables = [boxes[block] for block in _blocks(boxes) if _tiled(boxes[block])]
    if not tables:
        return None
    boxes = np.concatenate([*tables, *map(_white_rows, tables)])
    xs, ys = boxes[:, [0, 2]], boxes[:, [1, 3]]
    level = np.concatenate([np.column_stack([ys[:, side], xs]) for side in (0, 1)])
    steep = np.concatenate([np.column_stack([xs[:, side], ys]) for side in (0, 1)])
    return np.unique(level, axis=0), np.unique(steep, axis=0)


def _blocks(boxes: Floats) -> list[list[int]]:
    """Indices of boxes that stand one under another, at most a row of white between them."""
    order = np.argsort(boxes[:, 1], kind="stable").tolist()
    room = 1.5 * float(np.median(boxes[:, 3] - boxes[:, 1]))
    blocks: list[list[int]] = []
    bottom = 0.0
    for i in order:
        if blocks and boxes[i, 1] <= bottom + room:
            blocks[-1].append(i)
        else:
            blocks.append([i])
        bottom = max(bottom, float(boxes[i, 3])) if len(blocks[-1]) > 1 else float(boxes[i, 3])
    return blocks


def _tiled(boxes: Floats) -> bool:
    """Whether boxes are the cells of one table: they fill its frame without overlapping, at least row by row (every
    other row may be white). Charts and diagrams do not."""
    if len(np.unique(boxes[:, 1])) < _LEAST_ROWS or len(np.unique(boxes[:, 0])) < _LEAST_COLUMNS:
        return False
    left, right = boxes[:, 0].min(), boxes[:, 2].max()
    size = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum()
    whole = (right - left) * (boxes[:, 3].max() - boxes[:, 1].min())
    if abs(size - whole) < 0.02 * whole:
        return True
    bands: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for x0, y0, x1, y1 in boxes.tolist():
        bands.setdefault((y0, y1), []).append((x0, x1))
    return all(_row(sorted(band), left, right) for band in bands.values()) and all(
        lower[0] >= upper[1] for upper, lower in pairwise(sorted(bands))
    )


def _white_rows(boxes: Floats) -> Floats:
    """The cells of rows left white, which are as wide as those in the row under them."""
    found: list[tuple[float, float, float, float]] = []
    bottom = float(boxes[:, 1].min())
    for top in np.unique(boxes[:, 1]).tolist():
        row = boxes[boxes[:, 1] == top]
        if top > bottom:
            found += [(x0, bottom, x1, top) for x0, _, x1, _ in row.tolist()]
        bottom = max(bottom, float(row[:, 3].max()))
    return np.array(found).reshape(-1, 4)


def _row(band: list[tuple[float, float]], left: float, right: float) -> bool:
    """Whether boxes side by side reach from left to right without a gap."""
    return (
        len(band) >= _LEAST_COLUMNS
        and band[0][0] == left
        and band[-1][1] == right
        and all(one[1] == other[0] for one, other in pairwise(band))
    )


def _cells(areas: Floats, ruled: Sequence[Box]) -> Floats:
    """The areas that may be cells of their own: neither in a ruled table, nor under several others, nor on another."""
    keep = np.ones(len(areas), dtype=bool)
    for box in ruled:
        wide = np.minimum(areas[:, 2], box[2]) - np.maximum(areas[:, 0], box[0])
        high = np.minimum(areas[:, 3], box[3]) - np.maximum(areas[:, 1], box[1])
        size = (areas[:, 2] - areas[:, 0]) * (areas[:, 3] - areas[:, 1])
        keep &= ~((wide > 0) & (high > 0) & (wide * high > 0.1 * size))
    areas = np.unique(np.round(areas[keep], 1), axis=0)
    if len(areas) < 2:
        return areas
    holds = _holds(areas)
    areas = areas[holds.sum(axis=1) < 2]
    return areas[~_holds(areas).any(axis=0)] if len(areas) else areas


def _holds(areas: Floats) -> NDArray[np.bool_]:
    """Which area (row) holds which other one (column)."""
    out = np.ones((len(areas), len(areas)), dtype=bool)
    for side, sign in ((0, 1), (1, 1), (2, -1), (3, -1)):
        edge = sign * areas[:, side]
        out &= edge[:, None] <= edge[None, :] + 0.5
    np.fill_diagonal(out, False)
    return out


def _snapped(sides: Floats) -> Floats:
    """Lower and upper sides, those of neighbours made one."""
    values = np.unique(sides)
    groups: list[list[float]] = []
    for value in values.tolist():
        if groups and value - groups[-1][0] <= _SEAM:
            groups[-1].append(value)
        else:
            groups.append([value])
    places = {value: (group[0] + group[-1]) / 2 for group in groups for value in group}
    return np.array([[places[value] for value in pair] for pair in sides.tolist()])
