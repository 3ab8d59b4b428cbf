"""Ruling lines in a picture: long thin strokes, level or upright, as a PDF page would have drawn them."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.ocr_picture import Picture, Pixels, dark
from extractors.pdf_content import Floats, Rules
from extractors.pdf_lattice import Lattice, find_lattices

_LEAST = 12.0  # points: strokes of characters are shorter
_LEAST_LEVEL, _LEAST_UPRIGHT = 2.0, 1.3  # the same in sizes of type: neighbouring characters join their level strokes
_THICKEST = 3.2  # points
_BREAK = 6.0  # points: a gap that noise or a seal has torn
_ALONE = 40.0  # points: a shorter stroke counts only where it meets lines of the other direction
_ALONE_TYPE = 4.0  # the same in sizes of type
_MEET = 3.5  # points


def find_rules(picture: Picture, type_size: float) -> tuple[Rules, list[Lattice], Pixels]:
    """The ruling lines (points), the ruled tables, and the picture without the lines of tables, for reading the text.

    type_size: usual size of type in pixels. Lines outside of tables are not taken off: it might be text that looks so.
    """
    ink, scale = dark(picture.grey), picture.scale
    level, level_mask = _strokes(ink, scale, max(_LEAST / scale, _LEAST_LEVEL * type_size))
    upright, upright_mask = _strokes(
        np.ascontiguousarray(ink.T), scale, max(_LEAST / scale, _LEAST_UPRIGHT * type_size)
    )
    alone = max(_ALONE, _ALONE_TYPE * type_size * scale)
    level, upright = _supported(level, upright, alone), _supported(upright, level, alone)
    rules = Rules(level, upright, np.zeros((0, 4)))
    lattices = find_lattices(rules)[0]
    if not lattices:
        return rules, [], picture.grey
    level, upright = _within(level, lattices, False), _within(upright, lattices, True)
    found = cv2.bitwise_or(_drawn(level, ink.shape, level_mask, picture.scale),
                           _drawn(upright, ink.T.shape, upright_mask, picture.scale).T)  # fmt: skip
    cleaned = picture.grey.copy()
    cleaned[cv2.dilate(np.ascontiguousarray(found), np.ones((3, 3), np.uint8)) > 0] = 255
    return rules, lattices, cleaned


def _within(lines: Floats, lattices: list[Lattice], upright: bool) -> Floats:
    """The lines that lie in one of the tables."""
    kept = np.zeros(len(lines), dtype=bool)
    for lattice in lattices:
        x0, y0, x1, y1 = lattice.box if not upright else (lattice.box[i] for i in (1, 0, 3, 2))
        at, start, end = lines[:, 0], lines[:, 1], lines[:, 2]
        kept |= (at >= y0 - _MEET) & (at <= y1 + _MEET) & (start < x1) & (end > x0)
    result: Floats = lines[kept]
    return result


def _strokes(ink: Pixels, scale: float, shortest: float) -> tuple[Floats, Pixels]:
    """Level strokes of at least `shortest` pixels as rows of (y, x0, x1) in points, and their pixels."""
    least = max(12, round(shortest))
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


def _supported(lines: Floats, others: Floats, alone: float) -> Floats:
    """Without short strokes that meet no line of the other direction (strokes of large characters)."""
    if not len(lines):
        return lines
    long = lines[:, 2] - lines[:, 1] >= alone
    if not len(others):
        return lines[long]
    firm = others[others[:, 2] - others[:, 1] >= alone]
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
