"""Reading a page with PDFium: the boxes of all characters, upright, and what is drawn besides (`pdf_walk`).

PDFium is not thread-safe; one process reads one document at a time.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from extractors.model import Box
from extractors.pdf_calls import address_of, collect, integers, reference, text_function
from extractors.pdf_content import Characters, Floats, PageContent, no_characters, turn_points
from extractors.pdf_glyphs import doubtful
from extractors.pdf_walk import Walk, is_invisible

_OF_FIGURES = np.array([ord(c) for c in "0123456789.,-%"])
_NO_TEXT = np.array([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFF])  # soft hyphen, zero width, no character
_IS_PAGE_NUMBER = re.compile(r"[-—–─\s]*第?\s*\d{1,4}\s*页?[-—–─\s]*")


_char_box = text_function("FPDFText_GetCharBox")
_loose_box = text_function("FPDFText_GetLooseCharBox")
_origin = text_function("FPDFText_GetCharOrigin")
_unicode = text_function("FPDFText_GetUnicode", ctypes.c_uint)
_generated = text_function("FPDFText_IsGenerated")
_font_size = text_function("FPDFText_GetFontSize", ctypes.c_double)
_char_matrix = text_function("FPDFText_GetMatrix")
_text_object = text_function("FPDFText_GetTextObject", ctypes.c_size_t)


def read_content(document: Any, index: int) -> PageContent:
    """Characters and rules of page `index` (0-based) of a `pypdfium2.PdfDocument`; raises ValueError when PDFium
    cannot load the page."""
    page = pdfium.FPDF_LoadPage(document.raw, index)
    if not page:
        raise ValueError(f"PDFium cannot load page {index + 1}")
    try:
        text_page = pdfium.FPDFText_LoadPage(page)
        try:
            return _read_loaded(page, text_page, index)
        finally:
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)
    finally:
        pdfium.FPDF_ClosePage(page)


def _read_loaded(page: Any, text_page: Any, index: int) -> PageContent:
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    bounds = (float(box.left), float(box.bottom), float(box.right), float(box.top))
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    rotation = int(pdfium.FPDFPage_GetRotation(page)) % 4
    walk = Walk(bounds)
    walk.page(address_of(page))
    shown = (width, height) if rotation % 2 == 0 else (height, width)
    turn, characters, hidden, unmapped = 0, no_characters(), 0, 0
    if text_page:
        quarter, characters, hidden, unmapped = _characters(text_page, bounds, rotation, walk)
        turn = (quarter - rotation) % 4
    frame = shown if turn % 2 == 0 else (shown[1], shown[0])
    return PageContent(
        number=index + 1,
        width=shown[0],
        height=shown[1],
        characters=characters,
        rules=walk.rules((rotation + turn) % 4, bounds, frame),
        turn=turn,
        image_share=min(1.0, walk.image_area / max(1.0, width * height)),
        hidden=hidden,
        unmapped=unmapped,
    )


# Characters


def _characters(
    text_page: Any, bounds: tuple[float, float, float, float], rotation: int, walk: Walk
) -> tuple[int, Characters, int, int]:
    """(quarter turns that make the text upright, characters in that frame, left out as invisible, unmapped)."""
    count = int(pdfium.FPDFText_CountChars(text_page))
    if count <= 0:
        return rotation, no_characters(), 0, 0
    handle = reference(address_of(text_page))
    codes = integers(_unicode, handle, range(count))
    # PDFium adds blanks and line ends of its own, and turns a hyphen at a line end into U+0002.
    codes[(codes == 2) | (codes == 0xFFFE)] = ord("-")
    codes[(codes >= 0xD800) & (codes <= 0xDFFF)] = 0xFFFD  # half a pair
    keep = (codes > 32) & ((codes < 0x7F) | (codes > 0x9F))
    if (rare := np.flatnonzero((codes == 0xAD) | ((codes >= 0x200B) & (codes <= 0x2060)) | (codes >= 0xFEFF))).size:
        keep[rare] &= ~np.isin(codes[rare], _NO_TEXT)
    blanks = np.flatnonzero(codes == 32)
    keep[blanks] = integers(_generated, handle, blanks.tolist()) == 0
    unmapped = doubtful(codes)
    hidden = 0
    chosen = np.flatnonzero(keep)
    indices: list[int] = chosen.tolist()
    objects = integers(_text_object, handle, indices)
    if walk.invisible:
        kinds = {item: item != 0 and is_invisible(item) for item in set(objects.tolist())}
        seen = np.array([not kinds[item] for item in objects.tolist()], dtype=bool)
        hidden = int(np.count_nonzero(~seen))
        chosen, objects = chosen[seen], objects[seen]
        indices = chosen.tolist()
    ink = collect(ctypes.c_double, 4, _char_box, repeat(handle), indices, count=len(indices))
    if walk.clipped:
        seen = _unclipped([walk.clipped.get(item) for item in objects.tolist()], ink, codes[chosen], bounds)
        chosen, objects, ink = chosen[seen], objects[seen], ink[seen]
        indices = chosen.tolist()
    if not len(chosen):
        return rotation, no_characters(), hidden, unmapped
    number = len(indices)
    loose = collect(ctypes.c_float, 4, _loose_box, repeat(handle), indices, count=number, together=True)
    # Font size and matrix are those of the text object that characters are drawn by: asked once for each.
    fresh = np.ones(number, dtype=bool)
    fresh[1:] = (objects[1:] != objects[:-1]) | (objects[1:] == 0)
    which = np.cumsum(fresh) - 1
    firsts = chosen[fresh].tolist()
    matrix = collect(ctypes.c_float, 6, _char_matrix, repeat(handle), firsts, count=len(firsts), together=True)
    size = np.fromiter(map(_font_size, repeat(handle), firsts), dtype=np.float64, count=len(firsts))

    def origins(some: NDArray[np.int64]) -> Floats:
        return collect(ctypes.c_double, 2, _origin, repeat(handle), chosen[some].tolist(), count=len(some))

    return (
        *_upright(
            codes[chosen],
            ink,
            loose.astype(np.float64),
            origins,
            matrix.astype(np.float64)[which],
            size[which],
            bounds,
            rotation,
        ),
        hidden,
        unmapped,
    )


def _unclipped(clips: list[Box | None], ink: Floats, codes: NDArray[np.int64], bounds: Box) -> NDArray[np.bool_]:
    """Which characters (left, right, bottom, top) are not cut off by the clip of their text object.

    A large clip is the edge of a printed sheet: what lies outside stands on another page. A small one is that of a
    cell: text that overflows it a little still belongs there. A figure is never cut in two.
    """
    everything = (-1e9, -1e9, 1e9, 1e9)
    clip = np.array([everything if box is None else box for box in clips])
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    wide, high = clip[:, 2] - clip[:, 0], clip[:, 3] - clip[:, 1]
    sheet = (wide * high > 0.15 * width * height) | (high > 0.4 * height) | (wide > 0.6 * width)
    spare = np.where(sheet, 1.0, 1.6 * np.maximum(ink[:, 3] - ink[:, 2], 8.0))
    x, y = (ink[:, 0] + ink[:, 1]) / 2, (ink[:, 2] + ink[:, 3]) / 2
    inside = (x > clip[:, 0] - spare) & (x < clip[:, 2] + spare) & (y > clip[:, 1] - spare) & (y < clip[:, 3] + spare)
    figures = np.isin(codes, _OF_FIGURES)
    first = 0
    while first < len(clips):
        last = first + 1
        if figures[first]:
            while (
                last < len(clips)
                and figures[last]
                and abs(y[last] - y[first]) < 4
                and ink[last, 0] - ink[last - 1, 1] < 4
            ):
                last += 1
            inside[first:last] = inside[first:last].mean() >= 0.5
        first = last
    return np.asarray(inside, dtype=np.bool_)


def _upright(
    codes: NDArray[np.int64],
    ink: Floats,
    loose: Floats,
    origins: Callable[[NDArray[np.int64]], Floats],
    matrix: Floats,
    size: Floats,
    bounds: tuple[float, float, float, float],
    rotation: int,
) -> tuple[int, Characters]:
    a, b, c, d = matrix[:, 0], matrix[:, 1], matrix[:, 2], matrix[:, 3]
    scale = np.hypot(c, d)
    size = size * np.where(scale > 0, scale, 1.0)
    size = np.where(size > 0.5, size, np.maximum(np.abs(ink[:, 3] - ink[:, 2]), 1.0))
    angle = np.degrees(np.arctan2(b, a))
    direction = np.round(angle / 90).astype(np.int64) % 4
    straight = np.abs(angle - np.round(angle / 90) * 90) < 5  # anything else is a watermark across the page
    votes = np.bincount(direction[straight], minlength=4)
    # A page is only turned for the sake of its text when nearly all of it runs that way.
    quarter = int(np.argmax(votes)) if votes.sum() and votes.max() > 0.8 * votes.sum() else rotation
    if quarter != rotation and votes.sum() < 8:
        quarter = rotation
    ix0, iy0 = turn_points(ink[:, 0], ink[:, 2], quarter, bounds)
    ix1, iy1 = turn_points(ink[:, 1], ink[:, 3], quarter, bounds)
    lx0, _ = turn_points(loose[:, 0], loose[:, 1], quarter, bounds)
    lx1, _ = turn_points(loose[:, 2], loose[:, 3], quarter, bounds)
    upper, lower = np.minimum(iy0, iy1), np.maximum(iy0, iy1)
    x0, x1 = np.minimum(lx0, lx1), np.maximum(lx0, lx1)
    left, right = np.minimum(ix0, ix1), np.maximum(ix0, ix1)
    # Fonts that lie about widths: never narrower than the ink.
    has_ink = right > left
    x0 = np.where(has_ink & (left < x0 - 0.2 * size), left, x0)
    x1 = np.where(has_ink & (right > x1 + 0.2 * size), right, x1)
    middle = (upper + lower) / 2
    low = np.flatnonzero(lower - upper <= 0.5 * size)
    if len(low):  # points, dashes, blanks: where they stand is told by their baseline
        origin = origins(low)
        _, base = turn_points(origin[:, 0], origin[:, 1], quarter, bounds)
        from_base = base - 0.36 * size[low]
        # A font whose glyphs stand far from their baseline (vertical and some made-up fonts): trust the ink.
        off = has_ink[low] & (np.abs(middle[low] - from_base) > 0.9 * size[low])
        middle[low] = np.where(off, middle[low], from_base)
    width = bounds[2] - bounds[0] if quarter % 2 == 0 else bounds[3] - bounds[1]
    height = bounds[3] - bounds[1] if quarter % 2 == 0 else bounds[2] - bounds[0]
    centre = (x0 + x1) / 2
    inside = (centre > -1) & (centre < width + 1) & (middle > -1) & (middle < height + 1)
    aside = straight & (direction != quarter)
    if aside.any() and _IS_PAGE_NUMBER.fullmatch("".join(chr(int(code)) for code in codes[aside])):
        inside &= ~aside  # a page number printed along the other edge of the sheet
    good = np.flatnonzero(straight & inside)
    text = list(codes[good].astype("<u4").tobytes().decode("utf-32-le", "replace"))
    read = Characters(text, x0[good], x1[good], middle[good], size[good], upper[good], lower[good])
    return quarter, read.seen(width, height)
