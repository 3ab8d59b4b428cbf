"""A picture of a page made fit for recognition: bounded size, red seals taken off, straightened. Nothing is recognised here.

Seals are found by their size and shape, not by colour alone: red figures and red headings are text and stay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.model import Box

Pixels = NDArray[np.uint8]

LONGEST = 3_400  # pixels of the longer side beyond which nothing is gained
SHORTEST = 1_500  # a smaller picture is enlarged to this: strokes of one pixel are not recognised
_MOST_TILT = 4.0  # degrees; more than that is no scan laid in by hand
_LEAST_TILT = 0.04
_SEAL = 0.055  # a seal's smallest side, as a share of the picture's longer side (12 mm on A4)
_RED = 38  # how much redder than green and blue a seal's pixel is
_SPECKS = 2  # pixels: so many dark ones are noise
_CORE, _STROKE, _SHADE = 120, 160, 200  # greys: the middle of a printed stroke, a thin stroke, its edges are darker
_TINGE = 14  # the same at its rims, where compression has washed the colour out


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready for recognition.

    grey: black text on white. scale: points per pixel. tilt: degrees (counter-clockwise) it was turned to stand
    straight. seals: the places of red seals taken off, in pixels of the picture as it came. Where there are seals: red, the
    red channel as it came, and rims, what their strokes left in `grey` (255), both straightened alike.
    """

    grey: Pixels
    scale: float
    tilt: float = 0.0
    seals: tuple[tuple[int, int, int, int], ...] = ()
    red: Pixels | None = None
    rims: Pixels | None = None

    def without_rims(self) -> Pixels:
        """`grey` for finding where text is. Not for reading it: the finest strokes of print go with the rims."""
        return self.grey if self.rims is None else np.where(self.rims > 127, np.uint8(255), self.grey)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.grey.shape[1] * self.scale, self.grey.shape[0] * self.scale

    def under_seal(self, box: tuple[int, int, int, int]) -> bool:
        """Whether a place (pixels of `grey`) lies where a seal was taken off."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if self.tilt:
            angle = math.radians(self.tilt)
            dx, dy = x - self.grey.shape[1] / 2, y - self.grey.shape[0] / 2
            x = dx * math.cos(angle) - dy * math.sin(angle) + self.grey.shape[1] / 2
            y = dx * math.sin(angle) + dy * math.cos(angle) + self.grey.shape[0] / 2
        return any(x0 - 8 <= x <= x1 + 8 and y0 - 8 <= y <= y1 + 8 for x0, y0, x1, y1 in self.seals)

    def original_box(self, box: Box) -> Box:
        """A box of the straightened picture (points) on the picture as it was, not straightened."""
        if not self.tilt:
            return box
        width, height = self.size
        angle = math.radians(self.tilt)
        cosine, sine = math.cos(angle), math.sin(angle)
        corners = [(x - width / 2, y - height / 2) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs = [x * cosine - y * sine + width / 2 for x, y in corners]
        ys = [x * sine + y * cosine + height / 2 for x, y in corners]
        return (max(0.0, min(xs)), max(0.0, min(ys)), min(width, max(xs)), min(height, max(ys)))


def prepare(colours: Pixels, width: float) -> Picture:
    """A picture (height × width × 3, RGB) that is `width` points wide, cleaned and straightened."""
    colours = _sized(colours)
    grey, seals, rims = _without_seals(colours)
    tilt = find_tilt(grey)
    red = np.ascontiguousarray(colours[:, :, 0]) if seals else None
    if tilt:
        grey = turned(grey, tilt)
        red = turned(red, tilt) if red is not None else None
        rims = turned(rims, tilt, 0) if rims is not None else None
    return Picture(grey, width / grey.shape[1], tilt, tuple(seals), red, rims)


def dark(grey: Pixels) -> Pixels:
    """Where ink is (255), elsewhere 0; by the neighbourhood, so that shadows and grey paper are no ink."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    return np.asarray(
        cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 18), dtype=np.uint8
    )


def _sized(colours: Pixels) -> Pixels:
    longest = max(colours.shape[:2])
    if longest > LONGEST:
        factor, how = LONGEST / longest, cv2.INTER_AREA
    elif longest < SHORTEST:
        factor, how = SHORTEST / longest, cv2.INTER_CUBIC
    else:
        return colours
    size = (max(1, round(colours.shape[1] * factor)), max(1, round(colours.shape[0] * factor)))
    return np.asarray(cv2.resize(colours, size, interpolation=how), dtype=np.uint8)


def _without_seals(colours: Pixels) -> tuple[Pixels, list[tuple[int, int, int, int]], Pixels | None]:
    """The picture in grey with red seals taken off, where they were, and what is left of their strokes (255)."""
    grey = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    red, green, blue = (colours[:, :, i].astype(np.int16) for i in range(3))
    reddish = ((red - np.maximum(green, blue)) > _RED).astype(np.uint8)
    if int(reddish.sum()) < 400:
        return grey, [], None
    longest = max(grey.shape)
    reach = max(3, longest // 160)
    joined = cv2.morphologyEx(reddish, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    seals: list[tuple[int, int, int, int]] = []
    for x, y, w, h, _ in stats[1:count].tolist():
        if min(w, h) >= _SEAL * longest and max(w, h) <= 2.2 * min(w, h) and max(w, h) < 0.5 * longest:
            seals.append((x, y, x + w, y + h))
    parts: list[list[int]] = stats[1:count].tolist()
    seals = [_with_arcs(_with_arcs(seal, parts), parts) for seal in seals]
    # The star inside a ring is part of the same seal.
    seals = [one for one in seals if not any(_inside(one, other) for other in seals if other != one)]
    grey = grey.copy()
    left = np.zeros_like(grey) if seals else None
    for x0, y0, x1, y1 in seals:
        area = (slice(max(0, y0 - reach), y1 + reach), slice(max(0, x0 - reach), x1 + reach))
        # Red ink is bright in the red channel, black ink under it is not.
        bright = np.asarray(red[area], dtype=np.int32)
        tinged = (red[area] - np.maximum(green, blue)[area] > _TINGE).astype(np.uint8)
        tint = cv2.dilate(tinged | reddish[area], np.ones((7, 7), np.uint8)) > 0
        floor = int(np.percentile(bright[reddish[area] > 0], 25)) if reddish[area].any() else 255
        black = 60
        stretched = np.clip((bright - black) * 255 / max(40, floor - black), 0, 255)
        grey[area] = np.where(tint, np.maximum(stretched, grey[area]), grey[area]).astype(np.uint8)
        if left is not None:
            left[area][_rims(grey[area], tint)] = 255
    return grey, seals, left


def _with_arcs(seal: tuple[int, int, int, int], parts: list[list[int]]) -> tuple[int, int, int, int]:
    """A seal with the arcs of its ring that rules or noise have torn off: long, thin, within the square it must fill.
    Lines of red text are no arcs: they fill their box."""
    x0, y0, x1, y1 = seal
    side = max(x1 - x0, y1 - y0)
    if min(x1 - x0, y1 - y0) > 0.97 * side:
        return seal
    left, top, right, bottom = x1 - 1.3 * side, y1 - 1.3 * side, x0 + 1.3 * side, y0 + 1.3 * side
    for x, y, w, h, area in parts:
        within = x >= left and y >= top and x + w <= right and y + h <= bottom
        if within and max(w, h) >= 0.2 * side and min(w, h) >= 0.04 * side and area <= 0.4 * w * h:
            x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x + w), max(y1, y + h)
    return (x0, y0, x1, y1)


def _rims(grey: Pixels, tint: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is left of a seal's strokes: grey without the dark middle that strokes of print have."""
    core = ((grey < _CORE) & tint).astype(np.uint8)
    print_ = grey[~tint & (grey < _SHADE)]
    paler = max(0.0, float(np.median(print_)) - _CORE) if len(print_) > 50 else 0.0  # pale print has pale strokes
    near = cv2.dilate((grey < _STROKE + paler).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    pale = tint & ~near
    shade = ((grey < _SHADE) & ~pale).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(shade, connectivity=8)
    within = np.bincount(labels[tint], minlength=count)
    dark_middle = np.bincount(labels[core > 0], minlength=count)
    area = stats[:, cv2.CC_STAT_AREA]
    # Only what lies in the seal and has no dark middle is a rim: rather a rim left than a digit lost. Label 0 is paper.
    rims = (within >= 0.9 * area) & (dark_middle <= _SPECKS)
    rims[0] = False
    return np.asarray(pale | rims[labels])


def _inside(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3]


def find_tilt(grey: Pixels) -> float:
    """By how many degrees (counter-clockwise) the picture has to be turned to stand straight; 0 when it does.

    The angle under which rows of ink stand out most: long rules and lines of text alike.
    """
    factor = 1000 / max(grey.shape)
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else grey
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    ys, xs = np.nonzero(ink)
    if len(ys) < 200:
        return 0.0
    if len(ys) > 60_000:
        chosen = np.random.default_rng(0).choice(len(ys), 60_000, replace=False)
        ys, xs = ys[chosen], xs[chosen]
    y, x = ys.astype(np.float64), xs.astype(np.float64)

    def sharpness(degrees: float) -> float:
        # One bin a pixel, halves shared between two, else whole angles would win by chance.
        angle = math.radians(degrees)
        level = y * math.cos(angle) + x * math.sin(angle) + ink.shape[1]
        whole = np.floor(level).astype(np.int64)
        part = level - whole
        rows = np.bincount(whole, 1 - part, ink.shape[0] + 3 * ink.shape[1])
        rows[1:] += np.bincount(whole, part, ink.shape[0] + 3 * ink.shape[1])[:-1]
        return float(np.square(rows).sum())

    best, score = 0.0, sharpness(0.0) * 1.01
    for step, reach in ((0.4, _MOST_TILT), (0.1, 0.4), (0.03, 0.1)):
        for degrees in np.arange(best - reach, best + reach + step / 2, step).tolist():
            found = sharpness(degrees)
            if found > score:
                best, score = degrees, found
    # `level` falls with x where lines rise to the right; turning by -angle in image coordinates lays them flat.
    return 0.0 if abs(best) < _LEAST_TILT else -best


def turned(grey: Pixels, degrees: float, outside: int = 255) -> Pixels:
    """The picture turned counter-clockwise around its middle, its size kept; outside: the value of what lay beyond it."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(
        grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=outside
    )
    return np.asarray(turned, dtype=np.uint8)
