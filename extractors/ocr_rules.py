"""Ruling lines in a picture: long thin strokes, level or upright, as a PDF page would have drawn them."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.ocr_picture import Picture, Pixels, dark
from extractors.pdf_content import Floats, Rules

_LEAST = 14.0  # points: strokes of characters are shorter
_THICKEST = 3.2  # points
_BREAK = 6.0  # points: a gap that noise or a seal has torn
_ALONE = 40.0  # points: a shorter stroke counts only where it meets a line of the other direction
_MEET = 3.5  # points


def find_rules(picture: Picture) -> tuple[Rules, Pixels]:
    """The ruling lines (points) and the picture without them, black on white, for reading the text."""
    ink = dark(picture.grey)
    level, level_mask = _strokes(ink, picture.scale)
    upright, upright_mask = _strokes(np.ascontiguousarray(ink.T), picture.scale)
    level, upright = _supported(level, upright), _supported(upright, level)
    found = cv2.bitwise_or(_drawn(level, ink.shape, level_mask, picture.scale),
                           _drawn(upright, ink.T.shape, upright_mask, picture.scale).T)  # fmt: skip
    cleaned = picture.grey.copy()
    cleaned[cv2.dilate(np.ascontiguousarray(found), np.ones((3, 3), np.uint8)) > 0] = 255
    return Rules(level, upright, np.zeros((0, 4))), cleaned


def _strokes(ink: Pixels, scale: float) -> tuple[Floats, Pixels]:
    """Level strokes as rows of (y, x0, x1) in points, and their pixels."""
    least = max(12, round(_LEAST / scale))
    # A stroke that is not quite level still overlaps itself once thickened by a pixel.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    core = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    joined = cv2.morphologyEx(core, cv2.MORPH_CLOSE, np.ones((3, max(3, round(_BREAK / scale))), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, dtype=np.uint8), connectivity=8)
    lines: list[tuple[float, float, float]] = []
    mask = np.zeros_like(ink)
    for label in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[label])
        if w < least or area / w > _THICKEST / scale + 2 or h > max(0.06 * w, 4 * _THICKEST / scale):
            continue
        part = labels[y : y + h, x : x + w] == label
        rows = np.flatnonzero(part.any(axis=1))
        weight = part.sum(axis=1)[rows]
        middle = float((rows * weight).sum() / weight.sum()) + y + 0.5
        lines.append((middle * scale, x * scale, (x + w) * scale))
        mask[y : y + h, x : x + w][part] = 255
    return np.array(lines).reshape(-1, 3), mask


def _supported(lines: Floats, others: Floats) -> Floats:
    """Without short strokes that meet no line of the other direction (strokes of large characters)."""
    if not len(lines):
        return lines
    long = lines[:, 2] - lines[:, 1] >= _ALONE
    if not len(others):
        return lines[long]
    firm = others[others[:, 2] - others[:, 1] >= _ALONE]
    at, start, end = lines[:, 0:1], lines[:, 1:2], lines[:, 2:3]
    crosses = (firm[:, 1] - _MEET <= at) & (firm[:, 2] + _MEET >= at)
    near_start = (np.abs(firm[:, 0] - start) <= _MEET) & crosses
    near_end = (np.abs(firm[:, 0] - end) <= _MEET) & crosses
    meets = near_start.any(axis=1) & near_end.any(axis=1)
    result: Floats = lines[long | meets]
    return result


def _drawn(lines: Floats, shape: tuple[int, ...], mask: Pixels, scale: float) -> Pixels:
    """The pixels of the lines that were kept."""
    kept = np.zeros(shape, dtype=np.uint8)
    reach = max(2, round(_THICKEST / scale))
    for at, start, end in (lines / scale).tolist():
        rows = slice(max(0, int(at) - reach), int(at) + reach + 1)
        columns = slice(max(0, int(start)), int(end) + 1)
        kept[rows, columns] = mask[rows, columns]
    return kept
