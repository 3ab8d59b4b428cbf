"""A picture of a page → the same `PageContent` and lattices a PDF page gives, so that everything after it is shared.

What recognition is unsure of is never passed on as if it were read: a figure that is weak, that a second look reads
otherwise, or that lost its decimal point against its whole column, carries `DOUBT` behind it and is no amount then.
Nothing is repaired: no O becomes a 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from extractors.limits import Clock
from extractors.model import Box, Doubt
from extractors.ocr_candidates import bare, candidates, is_amount, looks
from extractors.ocr_engine import ENGINE, Reading, find_text, is_figure, read_lines
from extractors.ocr_picture import Picture, Pixels, dark, find_tilt, turned
from extractors.ocr_rules import find_rules
from extractors.pdf_content import Characters, PageContent, no_characters
from extractors.pdf_lattice import Lattice

DOUBT = "〔识别存疑〕"
_WEAK = 0.75  # a digit less sure than this puts its figure in doubt
_ROOM = 1.3  # height of the detector's boxes in sizes of type
_SAMPLE, _SURE = 6, 0.85  # lines looked at to tell which way up a page is, and how sure they are when it is right
_MOST_DOUBTS = 120  # figures of one page that are looked at in more ways: bounds the time
_NOISE = 0.45  # a line less sure than this says nothing (seals, pictures, dirt)
_FIGURE = re.compile(r"[-+−－(（]?[\d][\d,，.．:：]*[\d][)）%％]?|\d")
_DIGITS = re.compile(r"\d")
_DASHES = "-—–－−一"
_DETAIL = re.compile(r"[\d.,，．\s()（）+\-−－—%％¥￥]+")


@dataclass(frozen=True, slots=True)
class _ScanContent(PageContent):
    """A page read from a picture: boxes go back to the picture as it was before it was straightened."""

    picture: Picture | None = None

    @property
    def as_displayed(self) -> bool:
        """Whether the reading frame is the displayed page: not where the picture was straightened."""
        return self.turn == 0 and self.picture is None

    def to_display(self, box: Box) -> Box:
        """A box of the reading frame on the displayed page, rounded to hundredths of a point."""
        if self.picture is not None:
            box = self.picture.original_box(box)
        return PageContent.to_display(self, box)


@dataclass(frozen=True, slots=True)
class Recognised:
    """One page. confidence, weakest: mean and least over its characters (0–1, 0 for an empty page); doubts: how many
    figures are marked; silent: places with ink in table cells that gave no text; seals: red seals taken off; figures:
    those that may read otherwise."""

    content: PageContent
    lattices: tuple[Lattice, ...]
    confidence: float = 0.0
    weakest: float = 0.0
    doubts: int = 0
    silent: int = 0
    seals: int = 0
    tilt: float = 0.0
    figures: tuple[Doubt, ...] = ()


@dataclass(slots=True)
class _Line:
    """One line of text found: its ink in pixels, and what it says."""

    box: tuple[int, int, int, int]
    reading: Reading = field(default_factory=lambda: Reading(()))
    second: Reading | None = None
    others: list[tuple[str, Reading]] = field(default_factory=list)
    stray: bool = False


def recognise(picture: Picture, number: int, clock: Clock) -> Recognised:
    """Everything a picture of page `number` says; one laid in sideways or upside down is turned first."""
    found = find_text(picture.without_rims())
    clock.check()
    picture, turn = _upright(picture, found)
    if turn:
        found = find_text(picture.without_rims())
        clock.check()
    heights = np.sort(found[:, 3] - found[:, 1])
    type_size = float(heights[len(heights) // 2]) / _ROOM if len(heights) else 20.0
    rules, tables, cleaned = find_rules(picture, type_size)
    lattices = tuple(tables)
    ink = dark(cleaned)
    red = picture.red
    if picture.rims is not None and red is not None:
        ink[picture.rims > 127] = 0
        red = np.where(cleaned == picture.grey, red, np.uint8(255))  # its rules taken off as well
    clock.check()
    lines = _lines(found, lattices, cleaned, ink, picture.scale)
    _read(
        lines, cleaned, [cleaned if red is None or not picture.under_seal(line.box) else red for line in lines], clock
    )
    lines = [line for line in lines if _says(line)]
    lines = _without_repeats(lines)
    for line in lines:
        # A lone stroke under a seal may be a piece of it; a figure of several digits is not.
        line.stray = len(bare(line.reading.text)) == 1 and not turn and picture.under_seal(line.box)
    silent = _silent(lines, lattices, cleaned, ink, picture.scale)
    width, height = picture.size
    if turn % 2:
        width, height = height, width
    pointless = _lost_points(lines)
    _look_again([line for i, line in enumerate(lines) if _doubtful(line, i in pointless)], cleaned, picture, red, clock)
    characters, doubts = _characters(lines, pointless, picture.scale)
    scores = [score for line in lines for _, score, _ in line.reading.characters]
    content = _ScanContent(
        number, width, height, characters, rules, turn=turn, engine=ENGINE, picture=picture if picture.tilt else None
    )
    return Recognised(
        content,
        lattices,
        sum(scores) / len(scores) if scores else 0.0,
        min(scores, default=0.0),
        doubts,
        silent,
        len(picture.seals),
        picture.tilt,
        tuple(_offered(lines, pointless, content, lattices, picture.scale)),
    )


def _look_again(lines: list[_Line], cleaned: Pixels, picture: Picture, red: Pixels | None, clock: Clock) -> None:
    """Doubtful figures looked at in more ways: what they might be, for the sums they stand in to choose among."""
    chosen = [line for line in lines if is_figure(line.reading.text)][:_MOST_DOUBTS]
    for first in range(0, len(chosen), 16):
        clock.check()
        chunk = chosen[first : first + 16]
        for line, found in zip(chunk, looks([one.box for one in chunk], cleaned, picture.grey, red), strict=True):
            line.others = found


def _offered(
    lines: list[_Line], pointless: set[int], content: PageContent, lattices: tuple[Lattice, ...], scale: float
) -> Iterator[Doubt]:
    """The figures standing alone in their line that more than one reading was offered for, or that are marked."""
    pieces: dict[tuple[int, int], list[_Line]] = {}
    for line in lines:
        cell = _cell_of(line, lattices, scale)
        if line.stray and cell is not None:
            pieces.setdefault(cell, []).append(line)
    for i, line in enumerate(lines):
        if line.second is None or line.stray:
            continue
        marks = _doubtful(line, i in pointless)
        offered = candidates([("初读", line.reading), ("复读", line.second), *line.others], i in pointless)
        cell = _cell_of(line, lattices, scale)
        strays = pieces.get(cell, []) if cell is not None else []
        odd = not _DETAIL.fullmatch(line.reading.text)
        if len(offered) > 1 or ((marks or strays or odd) and offered):
            x0, y0, x1, y1 = (value * scale for value in line.box)
            box = content.to_display((x0, y0, x1, y1))
            # As the cell will say it: the figure and the pieces of a seal that were read beside it.
            signs = [one + DOUBT if k in marks else one for k, (one, _, _) in enumerate(line.reading.characters)]
            for stray in strays:
                signs.append(stray.reading.text + (DOUBT if _DIGITS.search(stray.reading.text) else ""))
                offered += _with_stray(line, stray, offered)
            yield Doubt(content.number, box, "".join(signs), offered, bool(marks or strays or odd))


def _with_stray(line: _Line, stray: _Line, offered: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The readings of a figure if the stroke beside it is print and no piece of a seal: a minus, or one more digit
    (figures wrap in their cells), so that leaving it away is never the only way to read them."""
    sign = stray.reading.text
    if sign in _DASHES:
        return tuple((f"-{text}", f"{how}，带负号") for text, how in offered if text[0] != "-")
    if not _DIGITS.fullmatch(sign):
        return ()
    level = min(line.box[3], stray.box[3]) - max(line.box[1], stray.box[1]) > 0.5 * (stray.box[3] - stray.box[1])
    before = stray.box[0] < line.box[0] if level else stray.box[1] < line.box[1]
    joined = ((sign + text if before else text + sign, f"{how}，连同旁边的“{sign}”") for text, how in offered)
    return tuple((text, how) for text, how in joined if is_amount(text))


def _cell_of(line: _Line, lattices: tuple[Lattice, ...], scale: float) -> tuple[int, int] | None:
    """Which table and cell the middle of a line lies in."""
    x, y = (line.box[0] + line.box[2]) / 2 * scale, (line.box[1] + line.box[3]) / 2 * scale
    for number, lattice in enumerate(lattices):
        column, row = int(np.searchsorted(lattice.xs, x)) - 1, int(np.searchsorted(lattice.ys, y)) - 1
        if 0 <= column < len(lattice.xs) - 1 and 0 <= row < len(lattice.ys) - 1:
            return number, int(lattice.owner[row, column])
    return None


def _upright(picture: Picture, found: NDArray[np.float64]) -> tuple[Picture, int]:
    """The picture with its text upright, and by how many quarter turns (clockwise) it was turned for that."""
    if not len(found):
        return picture, 0
    wide, high = found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]
    long = np.maximum(wide, high) > 2.5 * np.minimum(wide, high)
    sideways = bool(long.any()) and int((high > wide)[long].sum()) > 0.6 * int(long.sum())
    longest = np.argsort(-np.maximum(wide, high))[:_SAMPLE]
    crops = [_crop(picture.grey, tuple(int(value) for value in found[i]), 0.0) for i in longest]

    def sureness(turn: int) -> float:
        readings = read_lines([np.ascontiguousarray(np.rot90(crop, -turn)) for crop in crops])
        return sum(reading.confidence for reading in readings) / len(readings)

    if not sideways and sureness(0) > _SURE:
        return picture, 0
    turn = max((1, 3) if sideways else (0, 2), key=sureness)
    if turn == 0:
        return picture, 0
    grey = np.ascontiguousarray(np.rot90(picture.grey, -turn))
    red = np.ascontiguousarray(np.rot90(picture.red, -turn)) if picture.red is not None else None
    rims = np.ascontiguousarray(np.rot90(picture.rims, -turn)) if picture.rims is not None else None
    # The tilt was found from the side: text lies level only now.
    rest = find_tilt(grey)
    if rest:
        grey, red = turned(grey, rest), turned(red, rest) if red is not None else None
        rims = turned(rims, rest, 0) if rims is not None else None
    return Picture(grey, picture.scale, picture.tilt + rest, picture.seals, red, rims), turn


def _lines(
    found: NDArray[np.float64], lattices: tuple[Lattice, ...], grey: Pixels, ink: Pixels, scale: float
) -> list[_Line]:
    """The places to read: what the detector found, cut at the rules of the cells, and ink in cells it overlooked."""
    lines: list[_Line] = []
    covered = np.zeros(ink.shape, dtype=bool)
    for x0, y0, x1, y1 in found.tolist():
        for part in _cut((x0, y0, x1, y1), lattices, scale):
            box = _tight(part, ink)
            if box is not None:
                lines.append(_Line(box))
                covered[box[1] : box[3], box[0] : box[2]] = True
    heights = sorted(line.box[3] - line.box[1] for line in lines)
    usual = heights[len(heights) // 2] if heights else 20
    lines.extend(_Line(box) for box in _overlooked(lattices, grey, ink, covered, scale, usual))
    return lines


def _cut(
    box: tuple[float, float, float, float], lattices: tuple[Lattice, ...], scale: float
) -> list[tuple[float, float, float, float]]:
    """A box that runs over several cells, cut at the rules between them."""
    x0, y0, x1, y1 = box
    middle = (y0 + y1) / 2 * scale
    for lattice in lattices:
        left, top, right, bottom = lattice.box
        if not (top < middle < bottom and x0 * scale < right and x1 * scale > left):
            continue
        row = int(np.searchsorted(lattice.ys, middle)) - 1
        edges = [
            float(lattice.xs[column]) / scale
            for column in range(len(lattice.xs))
            if column in (0, len(lattice.xs) - 1) or lattice.owner[row, column - 1] != lattice.owner[row, column]
        ]
        inner = [edge for edge in edges if x0 + 4 < edge < x1 - 4]
        stops = [x0, *inner, x1]
        return [(a, y0, b, y1) for a, b in pairwise(stops)]
    return [box]


def _tight(box: tuple[float, float, float, float], ink: Pixels) -> tuple[int, int, int, int] | None:
    """The ink within a box; None where there is next to none."""
    x0, y0, x1, y1 = max(0, int(box[0])), max(0, int(box[1])), int(box[2]) + 1, int(box[3]) + 1
    area = ink[y0:y1, x0:x1] > 0
    rows, columns = np.flatnonzero(area.sum(axis=1) > 0), np.flatnonzero(area.sum(axis=0) > 0)
    if len(rows) < 4 or not len(columns) or int(area.sum()) < 8:
        return None
    return (x0 + int(columns[0]), y0 + int(rows[0]), x0 + int(columns[-1]) + 1, y0 + int(rows[-1]) + 1)


def _overlooked(
    lattices: tuple[Lattice, ...], grey: Pixels, ink: Pixels, covered: NDArray[np.bool_], scale: float, usual: int
) -> list[tuple[int, int, int, int]]:
    """Places with ink that looks like characters and lies in no line found: lone digits in cells, lines outside."""
    import cv2

    spare = np.where(covered, 0, ink).astype(np.uint8)
    known = grey[(ink > 0) & covered]
    faintest = float(np.percentile(known, 75)) + 40 if len(known) else 255.0
    joined = cv2.morphologyEx(spare, cv2.MORPH_CLOSE, np.ones((3, max(3, usual // 2)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, dtype=np.uint8), connectivity=8)
    places: list[tuple[int, int, int, int]] = []
    for x, y, w, h, area in stats[1:count].tolist():
        if not (0.45 * usual <= h <= 1.8 * usual and w >= 0.12 * usual and area >= 0.12 * w * h):
            continue
        part = (slice(y, y + h), slice(x, x + w))
        if float(np.percentile(grey[part][ink[part] > 0], 25)) > faintest:
            continue  # a shade: what is left of a seal, print showing through
        middle = ((x + w / 2) * scale, (y + h / 2) * scale)
        if w >= 2 * usual or any(
            lattice.box[0] < middle[0] < lattice.box[2] and lattice.box[1] < middle[1] < lattice.box[3]
            for lattice in lattices
        ):
            places.append((x, y, x + w, y + h))
    return places[:2_000]


def _crop(grey: Pixels, box: tuple[int, ...], room: float) -> Pixels:
    """The picture of a line with `room` (share of its height) around it."""
    x0, y0, x1, y1 = box
    margin = max(2, round(room * (y1 - y0)))
    return grey[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin]


def _read(lines: list[_Line], grey: Pixels, others: list[Pixels], clock: Clock) -> None:
    """Recognise all lines, and those that hold figures a second time in another cut of another picture."""
    second = {id(line): other for line, other in zip(lines, others, strict=True)}
    for first in range(0, len(lines), 64):
        clock.check()
        chunk = lines[first : first + 64]
        for line, reading in zip(chunk, read_lines([_crop(grey, line.box, 0.14) for line in chunk]), strict=True):
            line.reading = reading
    figures = [line for line in lines if is_figure(line.reading.text)]
    for first in range(0, len(figures), 64):
        clock.check()
        chunk = figures[first : first + 64]
        for line, reading in zip(
            chunk, read_lines([_crop(second[id(line)], line.box, 0.3) for line in chunk]), strict=True
        ):
            line.second = reading


def _says(line: _Line) -> bool:
    """Whether a line is worth passing on: figures always, weak letters not."""
    text = line.reading.text.strip()
    return bool(text) and (line.reading.confidence >= _NOISE or _DIGITS.search(text) is not None)


def _without_repeats(lines: list[_Line]) -> list[_Line]:
    """Boxes that lie mostly within another one say the same thing twice."""
    kept: list[_Line] = []
    for line in sorted(lines, key=lambda one: -_area(one.box)):
        x0, y0, x1, y1 = line.box
        for other in kept:
            a0, b0, a1, b1 = other.box
            wide, high = min(x1, a1) - max(x0, a0), min(y1, b1) - max(y0, b0)
            if wide > 0 and high > 0 and wide * high > 0.6 * _area(line.box):
                break
        else:
            kept.append(line)
    return kept


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _silent(lines: list[_Line], lattices: tuple[Lattice, ...], grey: Pixels, ink: Pixels, scale: float) -> int:
    """How many places in table cells hold ink like characters, though no text was read there."""
    covered = np.zeros(ink.shape, dtype=bool)
    for x0, y0, x1, y1 in (line.box for line in lines):
        covered[max(0, y0 - 3) : y1 + 3, max(0, x0 - 3) : x1 + 3] = True
    heights = sorted(line.box[3] - line.box[1] for line in lines)
    usual = heights[len(heights) // 2] if heights else 20
    return len(_overlooked(lattices, grey, ink, covered, scale, usual))


def _characters(lines: list[_Line], pointless: set[int], scale: float) -> tuple[Characters, int]:
    """The characters with their places in points, doubtful figures marked; and how many were marked."""
    texts: list[str] = []
    rows: list[tuple[float, float, float, float, float, float]] = []
    doubts = 0
    sizes = sorted(_size(line) * scale for line in lines)
    usual = sizes[len(sizes) // 2] if sizes else 10.0
    for i, line in enumerate(lines):
        x0, y0, x1, y1 = (value * scale for value in line.box)
        characters = [(text, score, at) for text, score, at in line.reading.characters]
        if not characters:
            continue
        size = _size(line) * scale
        if 0.75 * usual < size < 1.3 * usual:
            size = usual  # heights of ink waver, sizes of type on a page rarely do
        centres = [x0 + (x1 - x0) * at for _, _, at in characters]
        middle = (y0 + y1) / 2
        marks = _doubtful(line, i in pointless)
        doubts += len(marks)
        for k, (text, _, _) in enumerate(characters):
            left = x0 if k == 0 else (centres[k - 1] + centres[k]) / 2
            right = x1 if k + 1 == len(characters) else (centres[k] + centres[k + 1]) / 2
            texts.append(text + DOUBT if k in marks else text)  # one piece, so that no rule can part them
            rows.append((left, max(left, right), middle, size, y0, y1))
    if not texts:
        return no_characters(), 0
    columns = np.array(rows, dtype=np.float64).T
    return Characters(texts, columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]), doubts


def _size(line: _Line) -> float:
    """The size of type of a line, by its ink: Chinese characters fill it, digits do not."""
    chinese = any("\u2e80" <= text <= "\u9fff" for text, _, _ in line.reading.characters)
    return (line.box[3] - line.box[1]) / (0.95 if chinese else 0.78)


def _doubtful(line: _Line, lost_point: bool) -> set[int]:
    """Indices of the characters behind which a figure has to be marked."""
    text = line.reading.text
    # One symbol may be several characters (never a digit), so places in the text are looked up, not counted.
    starts = np.cumsum([0, *(len(part) for part, _, _ in line.reading.characters)])
    marks: set[int] = set()
    differs = line.second is not None and bare(line.second.text) != bare(text)
    for found in _FIGURE.finditer(text):
        first = int(np.searchsorted(starts, found.start(), side="right")) - 1
        last = int(np.searchsorted(starts, found.end() - 1, side="right")) - 1
        weakest = min(score for _, score, _ in line.reading.characters[first : last + 1])
        if weakest < _WEAK or differs or lost_point or line.stray:
            marks.add(last)
    return marks


def _lost_points(lines: list[_Line]) -> set[int]:
    """Figures of four digits and more without a decimal point on a page where (nearly) all figures have two decimals,
    in a column of such: a point was lost, or the figure is no amount."""
    amounts: dict[int, bool] = {}
    for i, line in enumerate(lines):
        text = bare(line.reading.text)
        if re.fullmatch(r"-?[\d,]*\d\.\d{2}", text):
            amounts[i] = True
        elif re.fullmatch(r"-?[\d,]{4,}", text):
            amounts[i] = False
    lost: set[int] = set()
    for i, has_point in amounts.items():
        if has_point:
            continue
        right = lines[i].box[2]
        reach = 3 * (lines[i].box[3] - lines[i].box[1])
        column = [with_point for k, with_point in amounts.items() if k != i and abs(lines[k].box[2] - right) < reach]
        if len(column) >= 3 and sum(column) >= 0.75 * len(column):
            lost.add(i)
    return lost
