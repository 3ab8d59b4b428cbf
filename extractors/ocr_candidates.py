"""What a figure of a scan may say: every reading some look at the picture offered, most likely first.

Nothing is decided here and nothing is made up: each digit comes from a look at the picture. Only separators may be set
right (a lost decimal point, points for commas), because a page's recogniser loses those by rule, not by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractors.ocr_engine import Reading, read_lines

if TYPE_CHECKING:
    from extractors.ocr_picture import Pixels

MOST = 10
"""Readings kept of one figure."""

_WELL_FORMED = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_SEPARATED = re.compile(r"-?\d+(?:[.,]\d+)+")
_SIGNS = str.maketrans("，．（）－−—–", ",.()----")


def bare(text: str) -> str:
    """A figure as far as its value goes: blanks and full-width forms do not matter."""
    return re.sub(r"\s", "", text).translate(_SIGNS)


def is_amount(text: str) -> bool:
    """Whether signs in a row are a well-formed figure."""
    return _WELL_FORMED.fullmatch(text) is not None


def looks(
    boxes: list[tuple[int, int, int, int]], cleaned: Pixels, ruled: Pixels, red: Pixels | None
) -> list[list[tuple[str, Reading]]]:
    """Each place of a picture looked at again in several ways: other margins, black and white, with the rules left in,
    and, where a seal was taken off, its red channel as it came (`red`). In the order of `boxes`."""
    pictures: list[tuple[int, str, Pixels]] = []
    for i, box in enumerate(boxes):
        pictures.append((i, "紧裁", _crop(cleaned, box, 0.04)))
        pictures.append((i, "宽裁", _crop(cleaned, box, 0.5)))
        _, split = cv2.threshold(_crop(cleaned, box, 0.2), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        pictures.append((i, "二值化", np.asarray(split, dtype=np.uint8)))
        pictures.append((i, "保留表线", _crop(ruled, box, 0.14)))
        if red is not None:
            pictures.append((i, "红色通道", _crop(red, box, 0.2)))
    found: list[list[tuple[str, Reading]]] = [[] for _ in boxes]
    for (i, how, _), reading in zip(pictures, read_lines([one for _, _, one in pictures]), strict=True):
        found[i].append((how, reading))
    return found


def candidates(readings: Iterable[tuple[str, Reading]], lost_point: bool = False) -> tuple[tuple[str, str], ...]:
    """The figures offered, each with the looks that offered it, best supported first.

    lost_point: the column prints two decimals and this figure none, so a point before the last two digits is offered.
    """
    support: dict[str, float] = {}
    hows: dict[str, list[str]] = {}

    def offer(text: str, weight: float, how: str) -> None:
        text = bare(text)
        if not _WELL_FORMED.fullmatch(text):
            return
        support[text] = support.get(text, 0.0) + weight
        if how not in hows.setdefault(text, []):
            hows[text].append(how)

    for how, reading in readings:
        weakest = min((score for _, score, _ in reading.characters), default=0.0)
        for text, likelihood, by in (
            (reading.text, max(weakest, 0.05), how),
            *((variant, min(0.9 * weight, 0.9), f"{how}之次选") for variant, weight in reading.variants),
        ):
            offer(text, likelihood, by)
            again = separated(bare(text))
            if again is not None:
                offer(again, 0.5 * likelihood, f"{by}，分隔符归正")
            digits = bare(text)
            if lost_point and re.fullmatch(r"-?[\d,]*\d{3}", digits):
                offer(f"{digits[:-2].rstrip(',')}.{digits[-2:]}", likelihood, f"{by}，补小数点")
    ranked = sorted(support, key=lambda text: -support[text])[:MOST]
    return tuple((text, "、".join(hows[text])) for text in ranked)


def separated(text: str) -> str | None:
    """A figure whose separators cannot be as read, with points for commas or the reverse; None where they can, or
    where no arrangement fits: groups of three, then two decimals."""
    if _WELL_FORMED.fullmatch(text) or not _SEPARATED.fullmatch(text):
        return None
    sign = "-" if text.startswith("-") else ""
    *groups, last = re.split(r"[.,]", text.removeprefix("-"))
    if len(last) == 3 and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]):
        return sign + ",".join([*groups, last])
    if len(last) == 2 and len(groups) == 1:
        return f"{sign}{groups[0]}.{last}"
    if len(last) == 2 and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]):
        return f"{sign}{','.join(groups)}.{last}"
    return None


def _crop(grey: Pixels, box: tuple[int, ...], room: float) -> Pixels:
    """The picture of a line with `room` (share of its height) around it."""
    x0, y0, x1, y1 = box
    margin = max(1, round(room * (y1 - y0)))
    return np.ascontiguousarray(grey[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin])
