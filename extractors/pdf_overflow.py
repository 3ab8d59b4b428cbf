"""Text of several lines printed higher than its cell: its first and last lines stand in the cells above and below.

Sheets printed with rows too low for their headings look like this. It shows where two texts are printed over each other, or
beside the text of a heading over several columns; the lines of the higher one are given back to the cell it is centred in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.pdf_content import Characters
from extractors.pdf_lattice import Lattice

_MOST_LINES = 6
_NEAR = 16
_FIGURE = frozenset("0123456789,.-—%")


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters drawn one after another on one line: first and behind the last, left, right, middle, size."""

    first: int
    end: int
    x0: float
    x1: float
    middle: float
    size: float


def give_back(characters: Characters, owner: NDArray[np.int64], lattice: Lattice) -> None:
    """Put the lines of texts that overflow their cells into these; changes `owner` (-1: in no cell) in place."""
    if len(characters) < 2:
        return
    colliding = _colliding(characters, owner)
    for block in _blocks(_runs(characters, owner)):
        home = _home(block, lattice)
        chosen = np.concatenate([np.arange(run.first, run.end) for run in block])
        if home is None or not 0 < np.count_nonzero(owner[chosen] == home) < len(chosen):
            continue
        if not colliding[chosen].any() and not any(_aside(run, home, owner, lattice) for run in block):
            continue
        if any(owner[run.first] != home and not _shared(run, owner) for run in block):
            continue  # a line that has a cell to itself is that cell's
        owner[chosen] = home


def _aside(run: _Run, home: int, owner: NDArray[np.int64], lattice: Lattice) -> bool:
    """Whether a line stands off the middle of a cell over several columns that prints something else as well."""
    at = int(owner[run.first])
    cell = lattice.cells[at]
    if at == home or cell.column_span <= lattice.cells[home].column_span:
        return False
    box = lattice.cell_box(cell)
    off = abs((run.x0 + run.x1) - (box[0] + box[2])) / 2
    return off > run.size and _shared(run, owner)


def _shared(run: _Run, owner: NDArray[np.int64]) -> bool:
    """Whether the cell a line stands in holds something else as well."""
    return int(np.count_nonzero(owner == owner[run.first])) > run.end - run.first


def _colliding(characters: Characters, owner: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which characters are printed over another one of their cell; one printed twice at its place is only bold."""
    marks = np.zeros(len(characters), dtype=bool)
    held = np.flatnonzero(owner >= 0)
    if len(held) < 2:
        return marks
    order = held[np.lexsort((characters.x0[held], np.round(characters.middle[held] / 3), owner[held]))]
    one, other = order[:-1], order[1:]
    narrow = np.minimum(characters.x1[one] - characters.x0[one], characters.x1[other] - characters.x0[other])
    over = (
        (owner[one] == owner[other])
        & (np.abs(characters.middle[one] - characters.middle[other]) < 0.4 * characters.size[other])
        & (characters.x1[one] - characters.x0[other] > 0.4 * narrow)
        & (narrow > 0)
    )
    for k in np.flatnonzero(over).tolist():
        pair = characters.text[one[k]], characters.text[other[k]]
        if pair[0] != pair[1] and not (set(pair) & set(" \u3000")):
            marks[one[k]] = marks[other[k]] = True
    return marks


def _runs(characters: Characters, owner: NDArray[np.int64]) -> list[_Run]:
    """The lines of words inside cells as they were drawn; figures are no lines of a heading."""
    size, middle = characters.size, characters.middle
    gap = characters.x0[1:] - characters.x1[:-1]
    along = (np.abs(middle[1:] - middle[:-1]) < 0.3 * size[1:]) & (gap > -0.2 * size[1:]) & (gap < 0.6 * size[1:])
    starts = np.flatnonzero(np.concatenate([[True], ~along]))
    left = np.minimum.reduceat(characters.x0, starts).tolist()
    right = np.maximum.reduceat(characters.x1, starts).tolist()
    ends = np.append(starts[1:], len(characters)).tolist()
    return [
        _Run(first, end, x0, x1, float(middle[first]), float(size[first]))
        for first, end, x0, x1 in zip(starts.tolist(), ends, left, right, strict=True)
        if owner[first] >= 0 and not _FIGURE.issuperset(characters.text[first:end])
    ]


def _blocks(runs: list[_Run]) -> list[list[_Run]]:
    """Lines drawn one under another, as the lines of one text are: several, and not a whole column of a table.

    Engines may put lines of other cells between them.
    """
    blocks: list[list[_Run]] = []
    for run in runs:
        home = next((block for block in reversed(blocks[-_NEAR:]) if _below(block[-1], run)), None)
        if home is not None:
            home.append(run)
        else:
            blocks.append([run])
    return [block for block in blocks if 2 <= len(block) <= _MOST_LINES]


def _below(above: _Run, run: _Run) -> bool:
    """Whether a line is the next line of the text another one is of."""
    shared = min(run.x1, above.x1) - max(run.x0, above.x0)
    return (
        0.8 * run.size < run.middle - above.middle < 1.8 * run.size
        and abs(run.size - above.size) < 0.1 * run.size
        and shared > 0.5 * min(run.x1 - run.x0, above.x1 - above.x0)
    )


def _home(block: list[_Run], lattice: Lattice) -> int | None:
    """The cell a block of lines is centred in, where it is no wider than that and its lines are broken where that ends."""
    x0, x1 = min(run.x0 for run in block), max(run.x1 for run in block)
    middle = (block[0].middle + block[-1].middle) / 2
    column = int(np.searchsorted(lattice.xs, (x0 + x1) / 2)) - 1
    row = int(np.searchsorted(lattice.ys, middle)) - 1
    if not (0 <= column < len(lattice.xs) - 1 and 0 <= row < len(lattice.ys) - 1):
        return None
    home = int(lattice.owner[row, column])
    box = lattice.cell_box(lattice.cells[home])
    full = all(box[2] - box[0] - (run.x1 - run.x0) < 2 * run.size for run in block[:-1])
    return home if full and box[0] - 1 <= x0 and x1 <= box[2] + 1 else None
