"""One page of an OFD document (GB/T 33190) → `PageContent`: text objects as characters, path objects as rules.

Coordinates of the format are millimetres from the top left, y downwards; each object has its own frame (Boundary, CTM).
Pictures are only listed with their places. Fonts are not opened: where no advances are stated, widths are estimated.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from extractors.errors import TooLarge
from extractors.limits import Clock
from extractors.model import Box
from extractors.pdf_content import Characters, PageContent, Rules, no_characters, no_rules
from extractors.texts import printable

POINTS = 72 / 25.4
"""Points in a millimetre."""
_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_MOST_OBJECTS = 400_000
_MOST_IMAGES = 200
_DEEPEST = 20
_THIN = 3.6
"""Boxes at most so thick are lines, points (as in the PDF reader)."""

Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class _Glyph:
    """A character: where it starts and where its advance ends, its size (points) and its direction in quarter turns."""

    text: str
    start: tuple[float, float]
    end: tuple[float, float]
    size: float
    quarter: int


@dataclass(slots=True)
class PageReader:
    """Collects what the layers of one page and of its templates draw, in points on the displayed page."""

    clock: Clock
    origin: tuple[float, float] = (0.0, 0.0)
    glyphs: list[_Glyph] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    image_area: float = 0.0
    images: list[tuple[Box, str]] = field(default_factory=list)
    hidden: int = 0
    unmapped: int = 0
    composites: int = 0
    seen: int = 0

    def layers(self, root: Any) -> None:
        """Everything in the Content of a page or template."""
        for content in children(root, "Content"):
            self._objects(content, 0)

    def _objects(self, parent: Any, depth: int) -> None:
        if depth > _DEEPEST:
            raise TooLarge("OFD 页面的结构嵌套过深，未读取；请检查来源。")
        for element in parent:
            if not isinstance(element.tag, str):
                continue
            self.seen += 1
            if self.seen > _MOST_OBJECTS:
                raise TooLarge(f"OFD 单页图形对象超过 {_MOST_OBJECTS} 个，超出可安全处理的范围，未读取。")
            if self.seen % 1000 == 0:
                self.clock.check()
            name = local(element)
            if name in ("Layer", "PageBlock"):
                self._objects(element, depth + 1)
            elif name == "TextObject":
                self._text(element)
            elif name == "PathObject":
                self._path(element)
            elif name == "ImageObject":
                if _visible(element):
                    box = numbers(element.get("Boundary"))
                    if len(box) >= 4:
                        self.image_area += abs(box[2] * box[3]) * POINTS**2
                        if len(self.images) < _MOST_IMAGES:
                            self.images.append((self._placed_box(box), element.get("ResourceID") or ""))
            elif name == "CompositeObject":
                self.composites += 1

    def _placed_box(self, box: tuple[float, ...]) -> Box:
        """A boundary in points on the page. What a picture's own matrix does beyond filling its boundary is not followed."""
        x, y = (box[0] - self.origin[0]) * POINTS, (box[1] - self.origin[1]) * POINTS
        return (x, y, x + abs(box[2]) * POINTS, y + abs(box[3]) * POINTS)

    def _frame(self, element: Any) -> Matrix:
        """The matrix from an object's coordinates to points on the page."""
        box = (*numbers(element.get("Boundary")), 0.0, 0.0)
        six = numbers(element.get("CTM"))
        a, b, c, d, e, f = six if len(six) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        x, y = box[0] - self.origin[0], box[1] - self.origin[1]
        return (a * POINTS, b * POINTS, c * POINTS, d * POINTS, (e + x) * POINTS, (f + y) * POINTS)

    def _text(self, element: Any) -> None:
        size = number(element.get("Size"), 0.0)
        shown = _visible(element) and size > 0
        if element.get("Fill") == "false" and element.get("Stroke") != "true":
            shown = False
        if any(number(color.get("Alpha"), 255.0) < 10 for color in children(element, "FillColor")):
            shown = False
        frame = self._frame(element)
        stretch = number(element.get("HScale"), 1.0) or 1.0
        turn = round(number(element.get("CharDirection"), 0.0) / 90) % 4
        ahead = _DIRECTIONS[round(number(element.get("ReadDirection"), 0.0) / 90) % 4]
        along = _DIRECTIONS[turn]
        angle = math.degrees(math.atan2(frame[1], frame[0])) + 90 * turn
        quarter = round(angle / 90)
        straight = abs(angle - 90 * quarter) < 5  # anything else is a watermark across the page
        height = size * math.hypot(frame[2], frame[3])
        x = y = 0.0
        for code in children(element, "TextCode"):
            text = code.text or ""
            x, y = number(code.get("X"), x), number(code.get("Y"), y)
            if not shown or not straight:
                self.hidden += len(text.strip())
                continue
            across = _advances(code.get("DeltaX"), len(text))
            down = _advances(code.get("DeltaY"), len(text))
            at = (x, y)
            for i, letter in enumerate(text):
                width = size * stretch * em_width(letter)
                step_x = across[i] if i < len(across) else None
                step_y = down[i] if i < len(down) else None
                if step_x is None and step_y is None:
                    step = (ahead[0] * width, ahead[1] * width)
                else:
                    step = (step_x or 0.0, step_y or 0.0)
                # The advance tells the width, unless it is a jump to somewhere else.
                stated = step[0] * along[0] + step[1] * along[1]
                reach = stated if 0.3 * width < stated < 1.6 * width else width
                end = (at[0] + along[0] * reach, at[1] + along[1] * reach)
                self._letter(letter, _placed(frame, *at), _placed(frame, *end), height, quarter % 4)
                at = (at[0] + step[0], at[1] + step[1])

    def _letter(
        self, letter: str, start: tuple[float, float], end: tuple[float, float], size: float, quarter: int
    ) -> None:
        if "\ue000" <= letter <= "\uf8ff" or letter == "\ufffd":
            self.unmapped += 1
        kept = printable(letter)
        if not kept or kept == "\n":
            return
        if all(math.isfinite(value) and abs(value) < 1e6 for value in (*start, *end, size)):
            self.glyphs.append(_Glyph(kept, start, end, size, quarter))

    def _path(self, element: Any) -> None:
        if not _visible(element):
            return
        stroked = element.get("Stroke") != "false" and not _unseen(element, "StrokeColor")
        filled = element.get("Fill") == "true" and not _unseen(element, "FillColor")
        if not stroked and not filled:
            return
        frame = self._frame(element)
        data = next(iter(children(element, "AbbreviatedData")), None)
        pieces = _pieces(data.text or "" if data is not None else "", frame, self.clock)
        points = [point for piece in pieces for point, _ in piece]
        if not points:
            return
        whole = _bounds(points)
        if min(whole[2] - whole[0], whole[3] - whole[1]) <= _THIN:
            self.boxes.append(whole)
            return
        for piece in pieces:
            if stroked:
                for (one, _), (other, straight) in pairwise(piece):
                    if straight and (abs(one[0] - other[0]) < 1.0 or abs(one[1] - other[1]) < 1.0):
                        self.boxes.append(_bounds([one, other]))
            elif 4 <= len(piece) <= 6 and all(
                straight and (abs(one[0] - other[0]) < 0.5 or abs(one[1] - other[1]) < 0.5)
                for (one, _), (other, straight) in pairwise(piece)
            ):
                self.boxes.append(_bounds([point for point, _ in piece]))

    def content(self, page: int, width: float, height: float) -> PageContent:
        """The page as plain numbers. page: 1-based; width, height: in points as displayed."""
        votes = [0, 0, 0, 0]
        for glyph in self.glyphs:
            votes[glyph.quarter] += 1
        most = max(range(4), key=votes.__getitem__)
        # A page is only turned for the sake of its text when nearly all of it runs that way.
        quarter = most if sum(votes) >= 8 and votes[most] > 0.8 * sum(votes) else 0
        turn = -quarter % 4
        frame = (width, height) if turn % 2 == 0 else (height, width)
        return PageContent(
            number=page,
            width=width,
            height=height,
            characters=self._characters(turn, width, height, frame),
            rules=self._rules(turn, width, height, frame),
            turn=turn,
            image_share=min(1.0, self.image_area / max(1.0, width * height)),
            hidden=self.hidden,
            unmapped=self.unmapped,
            engine=ENGINE,
        )

    def _characters(self, turn: int, width: float, height: float, frame: tuple[float, float]) -> Characters:
        text: list[str] = []
        rows: list[tuple[float, float, float, float]] = []
        for glyph in self.glyphs:
            x0, base = _turned(glyph.start, turn, width, height)
            x1, base_end = _turned(glyph.end, turn, width, height)
            left, right, base = min(x0, x1), max(x0, x1), (base + base_end) / 2
            middle = base - 0.36 * glyph.size
            if -1 < (left + right) / 2 < frame[0] + 1 and -1 < middle < frame[1] + 1:
                text.append(glyph.text)
                rows.append((left, right, base, glyph.size))
        if not rows:
            return no_characters()
        left, right, base, size = np.array(rows, dtype=np.float64).T
        return Characters(text, left, right, base - 0.36 * size, size, base - 0.86 * size, base + 0.14 * size)

    def _rules(self, turn: int, width: float, height: float, frame: tuple[float, float]) -> Rules:
        if not self.boxes:
            return no_rules()
        turned = [
            _bounds([_turned((x0, y0), turn, width, height), _turned((x1, y1), turn, width, height)])
            for x0, y0, x1, y1 in self.boxes
        ]
        boxes = np.array(turned, dtype=np.float64)
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        left, right = np.clip(boxes[:, 0], 0, frame[0]), np.clip(boxes[:, 2], 0, frame[0])
        top, bottom = np.clip(boxes[:, 1], 0, frame[1]), np.clip(boxes[:, 3], 0, frame[1])
        wide, high = right - left, bottom - top
        dot = np.maximum(wide, high) <= _THIN
        flat = (high <= _THIN) & ((wide >= high) | dot)
        steep = (wide <= _THIN) & ((high > wide) | dot)
        area = ~flat & ~steep & (wide > 0) & (high > 0)
        return Rules(
            np.stack([(top + bottom) / 2, left, right], axis=1)[flat],
            np.stack([(left + right) / 2, top, bottom], axis=1)[steep],
            np.stack([left, top, right, bottom], axis=1)[area],
        )


ENGINE = "kuanxiang-ofd"
"""The name of this reader in extracts."""
_DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def local(element: Any) -> str:
    """The name of an element without its namespace; producers differ in theirs."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Any, name: str) -> list[Any]:
    """The children of that local name; empty for no element."""
    return [child for child in element if local(child) == name] if element is not None else []


def numbers(text: str | None) -> tuple[float, ...]:
    """The numbers of a blank-separated list; empty where one of them is none."""
    try:
        found = tuple(float(part) for part in (text or "").replace(",", " ").split())
    except ValueError:
        return ()
    return found if all(map(math.isfinite, found)) else ()


def number(text: str | None, default: float) -> float:
    """One number, else the default."""
    found = numbers(text)
    return found[0] if found else default


def em_width(letter: str) -> float:
    """The usual width of a character in ems: Chinese characters one, Latin letters and digits half."""
    return 1.0 if ord(letter) > 0x2E7F or letter in "　—…“”‘’①②③④⑤⑥⑦⑧⑨⑩" else 0.5


def _visible(element: Any) -> bool:
    return element.get("Visible") != "false" and number(element.get("Alpha"), 255.0) >= 10


def _unseen(element: Any, name: str) -> bool:
    """Whether a colour is white or transparent."""
    for color in children(element, name):
        if number(color.get("Alpha"), 255.0) <= 10:
            return True
        parts = (color.get("Value") or "").replace(",", " ").split()
        try:
            values = [int(part[1:], 16) if part.startswith("#") else float(part) for part in parts]
        except ValueError:
            continue
        if values and (max(values) <= 5 if len(values) == 4 else min(values) >= 250):
            return True
    return False


def _advances(text: str | None, most: int) -> list[float]:
    """The steps from character to character; ``g 3 4.2`` stands for 4.2 three times."""
    found: list[float] = []
    parts = (text or "").replace(",", " ").split()
    at = 0
    try:
        while at < len(parts) and len(found) < most:
            if parts[at] in ("g", "G"):
                found.extend([float(parts[at + 2])] * max(0, min(int(parts[at + 1]), most)))
                at += 3
            else:
                found.append(float(parts[at]))
                at += 1
    except (ValueError, IndexError):
        pass
    return [step if math.isfinite(step) else 0.0 for step in found]


def _placed(frame: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = frame
    return (a * x + c * y + e, b * x + d * y + f)


def _turned(point: tuple[float, float], turn: int, width: float, height: float) -> tuple[float, float]:
    """A point of the displayed page in the reading frame (the inverse of `PageContent.to_display`)."""
    x, y = point
    if turn == 1:
        return height - y, x
    if turn == 2:
        return width - x, height - y
    if turn == 3:
        return y, width - x
    return x, y


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return (min(xs), min(ys), max(xs), max(ys))


def _pieces(data: str, frame: Matrix, clock: Clock) -> list[list[tuple[tuple[float, float], bool]]]:
    """The connected pieces of a path: points on the page, each with whether a straight line leads to it."""
    pieces: list[list[tuple[tuple[float, float], bool]]] = []
    piece: list[tuple[tuple[float, float], bool]] = []
    tokens = _TOKEN.findall(data[:20_000_000])
    clock.check()
    at = 0
    while at < len(tokens):
        name = tokens[at]
        count = _OPERANDS.get(name)
        at += 1
        if count is None:
            continue
        operands = tokens[at : at + count]
        try:
            values = [float(operand) for operand in operands]
        except ValueError:
            continue  # a command short of numbers: go on at the next one
        if len(values) < count:
            break
        at += count
        if name == "C":
            if piece:
                piece.append((piece[0][0], True))
            continue
        point = _placed(frame, values[-2], values[-1])
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            continue
        if name in "SM":
            piece = [(point, False)]
            pieces.append(piece)
        elif piece:
            piece.append((point, name == "L"))
    return pieces
