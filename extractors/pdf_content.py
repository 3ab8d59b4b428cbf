"""What a PDF page shows, as plain numbers: characters with boxes and ruling lines, in the frame the text is read in.

Both engines (PDFium, pdfplumber) fill a `PageContent`; everything after it (tables, lines, paragraphs) is engine-blind.
The reading frame has its origin at the top left of the upright text. It equals the displayed page except where a
page is laid out sideways without saying so in /Rotate; `PageContent.to_display` turns boxes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from extractors.model import Box

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of a page, column by column; all arrays have the same length.

    text: one string each (never empty; ordinary and ideographic blanks are kept). x0, x1: from the origin to the
    advance, so that neighbours touch. middle: the vertical middle of the line the character stands on, tolerant of
    fonts with different baselines. size: font size in points as displayed. upper, lower: top and bottom of the ink.
    order: the drawing order.
    """

    text: list[str]
    x0: Floats
    x1: Floats
    middle: Floats
    size: Floats
    upper: Floats
    lower: Floats

    def __len__(self) -> int:
        return len(self.text)

    def take(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Characters:
        """The characters chosen by a mask or by indices."""
        chosen = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return Characters(
            [self.text[i] for i in chosen],
            self.x0[chosen],
            self.x1[chosen],
            self.middle[chosen],
            self.size[chosen],
            self.upper[chosen],
            self.lower[chosen],
        )

    def seen(self, width: float, height: float) -> Characters:
        """Without those that a damaged matrix makes larger than the sheet of `width` × `height`, or draws far off their
        line or the sheet: no text a person sees."""
        most = max(width, height)
        near = (self.upper > self.middle - 8 * self.size) & (self.lower < self.middle + 8 * self.size)
        across = (self.x0 > -most) & (self.x1 < 2 * most) & (np.abs(self.middle) < 2 * most)
        keep = (self.size < most) & near & across
        return self if keep.all() else self.take(keep)


def no_characters() -> Characters:
    """A page without text."""
    empty = np.zeros(0)
    return Characters([], empty, empty, empty, empty, empty, empty)


@dataclass(frozen=True, slots=True)
class Rules:
    """Ruling lines. horizontal: rows of (y, x0, x1); vertical: rows of (x, y0, y1); areas: filled rectangles
    (x0, y0, x1, y1) that are no lines (cell backgrounds)."""

    horizontal: Floats
    vertical: Floats
    areas: Floats


def no_rules() -> Rules:
    """A page without lines."""
    return Rules(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 4)))


@dataclass(frozen=True, slots=True)
class PageContent:
    """One page. number: 1-based; width, height: as displayed; turn: quarter turns from the displayed page to the
    reading frame (clockwise); image_share: part of the page that pictures cover (0–1); hidden: characters left out
    because they are invisible; unmapped: characters whose meaning the engine does not know."""

    number: int
    width: float
    height: float
    characters: Characters
    rules: Rules
    turn: int = 0
    image_share: float = 0.0
    hidden: int = 0
    unmapped: int = 0
    engine: str = "pdfium"
    tables: tuple[tuple[Box, ...], ...] = field(default=())

    @property
    def frame(self) -> tuple[float, float]:
        """Width and height of the reading frame."""
        return (self.width, self.height) if self.turn % 2 == 0 else (self.height, self.width)

    @property
    def as_displayed(self) -> bool:
        """Whether the reading frame is the displayed page, so that `to_display` only rounds."""
        return self.turn == 0

    def to_display(self, box: Box) -> Box:
        """A box of the reading frame on the displayed page, rounded to hundredths of a point."""
        x0, y0, x1, y1 = box
        if self.turn == 1:
            x0, y0, x1, y1 = y0, self.height - x1, y1, self.height - x0
        elif self.turn == 2:
            x0, y0, x1, y1 = self.width - x1, self.height - y1, self.width - x0, self.height - y0
        elif self.turn == 3:
            x0, y0, x1, y1 = self.width - y1, x0, self.width - y0, x1
        return (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))


def turn_points(x: Floats, y: Floats, quarter: int, bounds: Box) -> tuple[Floats, Floats]:
    """PDF user space (y up) → a frame with y down, after `quarter` clockwise quarter turns of the page `bounds`
    (left, bottom, right, top)."""
    left, bottom, right, top = bounds
    if quarter % 4 == 0:
        return x - left, top - y
    if quarter % 4 == 1:
        return y - bottom, x - left
    if quarter % 4 == 2:
        return right - x, y - bottom
    return top - y, right - x
