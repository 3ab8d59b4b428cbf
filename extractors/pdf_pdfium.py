"""Reading a page with PDFium: every character box and every path through the raw C interface, in bulk.

The C functions are called through `map` with plain addresses, so that the loop runs in C and the results land in
numpy arrays: some 0.5 µs a call where a Python loop with `byref` costs three times that. PDFium is not thread-safe;
one process reads one document at a time.
"""

from __future__ import annotations

import ctypes
import re
from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from extractors.errors import TooLarge
from extractors.model import Box
from extractors.pdf_content import Characters, Floats, PageContent, Rules, no_characters, no_rules, turn_points

_SIZE, _INT, _POINTER = ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_DEEPEST_FORM = 6
_MOST_OBJECTS = 400_000
_INVISIBLE = 3
_OF_FIGURES = np.array([ord(c) for c in "0123456789.,-%"])
_NO_TEXT = np.array([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFF])  # soft hyphen, zero width, no character
_IS_PAGE_NUMBER = re.compile(r"[-—–─\s]*第?\s*\d{1,4}\s*页?[-—–─\s]*")


def _raw(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A PDFium function under another signature: addresses as integers instead of typed pointers."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.CFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]


_char_box = _raw("FPDFText_GetCharBox", _INT, _POINTER, _INT, _SIZE, _SIZE, _SIZE, _SIZE)
_loose_box = _raw("FPDFText_GetLooseCharBox", _INT, _POINTER, _INT, _SIZE)
_origin = _raw("FPDFText_GetCharOrigin", _INT, _POINTER, _INT, _SIZE, _SIZE)
_unicode = _raw("FPDFText_GetUnicode", ctypes.c_uint, _POINTER, _INT)
_generated = _raw("FPDFText_IsGenerated", _INT, _POINTER, _INT)
_font_size = _raw("FPDFText_GetFontSize", ctypes.c_double, _POINTER, _INT)
_char_matrix = _raw("FPDFText_GetMatrix", _INT, _POINTER, _INT, _SIZE)
_text_object = _raw("FPDFText_GetTextObject", _POINTER, _POINTER, _INT)
_render_mode = _raw("FPDFTextObj_GetTextRenderMode", _INT, _POINTER)
_count_objects = _raw("FPDFPage_CountObjects", _INT, _POINTER)
_get_object = _raw("FPDFPage_GetObject", _POINTER, _POINTER, _INT)
_count_inner = _raw("FPDFFormObj_CountObjects", _INT, _POINTER)
_get_inner = _raw("FPDFFormObj_GetObject", _POINTER, _POINTER, ctypes.c_ulong)
_type = _raw("FPDFPageObj_GetType", _INT, _POINTER)
_bounds = _raw("FPDFPageObj_GetBounds", _INT, _POINTER, _SIZE, _SIZE, _SIZE, _SIZE)
_matrix = _raw("FPDFPageObj_GetMatrix", _INT, _POINTER, _SIZE)
_draw_mode = _raw("FPDFPath_GetDrawMode", _INT, _POINTER, _SIZE, _SIZE)
_fill_color = _raw("FPDFPageObj_GetFillColor", _INT, _POINTER, _SIZE, _SIZE, _SIZE, _SIZE)
_stroke_color = _raw("FPDFPageObj_GetStrokeColor", _INT, _POINTER, _SIZE, _SIZE, _SIZE, _SIZE)
_count_segments = _raw("FPDFPath_CountSegments", _INT, _POINTER)
_get_segment = _raw("FPDFPath_GetPathSegment", _POINTER, _POINTER, _INT)
_segment_point = _raw("FPDFPathSegment_GetPoint", _INT, _POINTER, _SIZE, _SIZE)
_segment_type = _raw("FPDFPathSegment_GetType", _INT, _POINTER)
_clip_path = _raw("FPDFPageObj_GetClipPath", _POINTER, _POINTER)
_count_clips = _raw("FPDFClipPath_CountPaths", _INT, _POINTER)
_count_clip_segments = _raw("FPDFClipPath_CountPathSegments", _INT, _POINTER, _INT)
_clip_segment = _raw("FPDFClipPath_GetPathSegment", _POINTER, _POINTER, _INT, _INT)
_segment_close = _raw("FPDFPathSegment_GetClose", _INT, _POINTER)


def _run(calls: Iterable[Any]) -> None:
    deque(calls, maxlen=0)


def _slots(array: NDArray[Any], field: int = 0) -> range:
    """Addresses of one column of a C-ordered 2-d array (or of a 1-d array)."""
    step = array.strides[0]
    start = array.ctypes.data + (field * array.itemsize)
    return range(start, start + step * len(array), step) if len(array) else range(0)


def address(handle: Any) -> int:
    """The address behind a pypdfium2 raw handle."""
    return int(ctypes.cast(handle, ctypes.c_void_p).value or 0)


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
    walk = _Walk()
    walk.page(address(page))
    shown = (width, height) if rotation % 2 == 0 else (height, width)
    turn, characters, hidden, unmapped = 0, no_characters(), 0, 0
    if text_page:
        quarter, characters, hidden, unmapped = _characters(address(text_page), bounds, rotation, walk)
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
    text_page: int, bounds: tuple[float, float, float, float], rotation: int, walk: _Walk
) -> tuple[int, Characters, int, int]:
    """(quarter turns that make the text upright, characters in that frame, left out as invisible, unmapped)."""
    count = int(pdfium.FPDFText_CountChars(ctypes.cast(text_page, pdfium.FPDF_TEXTPAGE)))
    if count <= 0:
        return rotation, no_characters(), 0, 0
    codes = np.fromiter(map(_unicode, repeat(text_page), range(count)), dtype=np.int64, count=count)
    # PDFium adds blanks and line ends of its own, and turns a hyphen at a line end into U+0002.
    codes[(codes == 2) | (codes == 0xFFFE)] = ord("-")
    codes[(codes >= 0xD800) & (codes <= 0xDFFF)] = 0xFFFD  # half a pair
    keep = (codes > 32) & ((codes < 0x7F) | (codes > 0x9F)) & ~np.isin(codes, _NO_TEXT)
    blanks = np.flatnonzero(codes == 32)
    keep[blanks] = [not _generated(text_page, int(i)) for i in blanks]
    unmapped = int(np.count_nonzero((codes == 0) | (codes == 0xFFFD) | ((codes >= 0xE000) & (codes <= 0xF8FF))))
    hidden = 0
    if walk.invisible:
        for i in np.flatnonzero(keep):
            found = _text_object(text_page, int(i))
            if found and _render_mode(found) == _INVISIBLE:
                keep[i] = False
                hidden += 1
    chosen = np.flatnonzero(keep)
    if not len(chosen):
        return rotation, no_characters(), hidden, unmapped
    indices = [int(i) for i in chosen]
    ink = np.zeros((len(chosen), 4))
    _run(map(_char_box, repeat(text_page), indices, *(_slots(ink, k) for k in range(4))))
    if walk.clipped:
        seen = _unclipped([walk.clipped.get(_text_object(text_page, i)) for i in indices], ink, codes[chosen], bounds)
        chosen, ink = chosen[seen], ink[seen]
        if not len(chosen):
            return rotation, no_characters(), hidden, unmapped
        indices = [int(i) for i in chosen]
    loose = np.zeros((len(chosen), 4), dtype=np.float32)
    _run(map(_loose_box, repeat(text_page), indices, _slots(loose)))
    origin = np.zeros((len(chosen), 2))
    _run(map(_origin, repeat(text_page), indices, _slots(origin, 0), _slots(origin, 1)))
    matrix = np.zeros((len(chosen), 6), dtype=np.float32)
    _run(map(_char_matrix, repeat(text_page), indices, _slots(matrix)))
    size = np.fromiter(map(_font_size, repeat(text_page), indices), dtype=np.float64, count=len(chosen))
    return (
        *_upright(
            codes[chosen], ink, loose.astype(np.float64), origin, matrix.astype(np.float64), size, bounds, rotation
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
    origin: Floats,
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
    _, base = turn_points(origin[:, 0], origin[:, 1], quarter, bounds)
    upper, lower = np.minimum(iy0, iy1), np.maximum(iy0, iy1)
    x0, x1 = np.minimum(lx0, lx1), np.maximum(lx0, lx1)
    left, right = np.minimum(ix0, ix1), np.maximum(ix0, ix1)
    # Fonts that lie about widths: never narrower than the ink.
    has_ink = right > left
    x0 = np.where(has_ink & (left < x0 - 0.2 * size), left, x0)
    x1 = np.where(has_ink & (right > x1 + 0.2 * size), right, x1)
    from_base = base - 0.36 * size
    tall = (lower - upper) > 0.5 * size
    middle = np.where(tall, (upper + lower) / 2, from_base)
    # A font whose glyphs stand far from their baseline (vertical and some made-up fonts): trust the ink.
    off = has_ink & (np.abs((upper + lower) / 2 - from_base) > 0.9 * size)
    middle = np.where(off, (upper + lower) / 2, middle)
    width = bounds[2] - bounds[0] if quarter % 2 == 0 else bounds[3] - bounds[1]
    height = bounds[3] - bounds[1] if quarter % 2 == 0 else bounds[2] - bounds[0]
    centre = (x0 + x1) / 2
    inside = (centre > -1) & (centre < width + 1) & (middle > -1) & (middle < height + 1)
    aside = straight & (direction != quarter)
    if aside.any() and _IS_PAGE_NUMBER.fullmatch("".join(chr(int(code)) for code in codes[aside])):
        inside &= ~aside  # a page number printed along the other edge of the sheet
    good = np.flatnonzero(straight & inside)
    text = [chr(int(code)) for code in codes[good]]
    return quarter, Characters(text, x0[good], x1[good], middle[good], size[good], upper[good], lower[good])


# Paths


class _Walk:
    """Collects lines, filled areas and pictures of a page and of the form XObjects in it, in PDF user space."""

    def __init__(self) -> None:
        self.boxes: list[Floats] = []
        self.lines: list[tuple[float, float, float, float]] = []
        self.image_area = 0.0
        self.invisible = False
        self.clipped: dict[int, Box] = {}  # the clip of each text object that is cut by one
        self.seen = 0
        self._clips: dict[tuple[int, ...], Box] = {}

    def page(self, page: int) -> None:
        count = _count_objects(page)
        self._objects([o for o in map(_get_object, repeat(page), range(count)) if o], np.eye(3), 0)

    def _form(self, form: int, outer: Floats, depth: int) -> None:
        if depth >= _DEEPEST_FORM:
            return
        count = _count_inner(form)
        inner = _matrix_of(form) @ outer
        self._objects([o for o in map(_get_inner, repeat(form), range(max(0, count))) if o], inner, depth + 1)

    def _objects(self, objects: list[int], matrix: Floats, depth: int) -> None:
        self.seen += len(objects)
        if self.seen > _MOST_OBJECTS:
            raise TooLarge(f"PDF 单页图形对象超过 {_MOST_OBJECTS} 个，超出可安全处理的范围，未读取。")
        kinds = list(map(_type, objects))
        paths = [o for o, kind in zip(objects, kinds, strict=True) if kind == _PATH]
        if paths:
            self._paths(paths, matrix)
        texts = [o for o, kind in zip(objects, kinds, strict=True) if kind == _TEXT]
        self._note_clips(texts, matrix)
        if not self.invisible:
            self.invisible = any(mode == _INVISIBLE for mode in map(_render_mode, texts))
        for item, kind in zip(objects, kinds, strict=True):
            if kind == _FORM:
                self._form(item, matrix, depth)
            elif kind == _IMAGE:
                box = _transform(_bounds_of([item]), matrix)[0]
                self.image_area += abs((box[2] - box[0]) * (box[3] - box[1]))

    def _note_clips(self, texts: list[int], matrix: Floats) -> None:
        """Remember text that its clip cuts off: spreadsheets print the neighbours of a page and hide them so."""
        clips = [self._clip(item) for item in texts]
        if not any(clips):
            return
        boxes = _bounds_of(texts)
        for item, clip, box in zip(texts, clips, boxes.tolist(), strict=True):
            if clip and (box[0] < clip[0] - 2 or box[1] < clip[1] - 2 or box[2] > clip[2] + 2 or box[3] > clip[3] + 2):
                placed = _transform(np.array([clip]), matrix)[0].tolist()
                self.clipped[item] = (placed[0], placed[1], placed[2], placed[3])

    def _clip(self, item: int) -> Box | None:
        """The clip of an object as a box; None where there is none."""
        path = _clip_path(item)
        count = _count_clips(path) if path else 0
        if count <= 0 or count > 50:
            return None
        # Objects under one clip share its data: the addresses of the first segments tell.
        key = tuple(_clip_segment(path, k, 0) or 0 for k in range(count))
        if key not in self._clips:
            box = (-1e9, -1e9, 1e9, 1e9)
            for k in range(count):
                number = min(_count_clip_segments(path, k), 500)
                if number <= 0:
                    continue
                points = np.zeros((number, 2), dtype=np.float32)
                segments = [_clip_segment(path, k, i) for i in range(number)]
                _run(map(_segment_point, segments, _slots(points, 0), _slots(points, 1)))
                low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
                box = (max(box[0], low[0]), max(box[1], low[1]), min(box[2], high[0]), min(box[3], high[1]))
            self._clips[key] = box
        return self._clips[key]

    def _paths(self, paths: list[int], matrix: Floats) -> None:
        bounds = _bounds_of(paths)
        mode = np.zeros((len(paths), 2), dtype=np.int32)
        _run(map(_draw_mode, paths, _slots(mode, 0), _slots(mode, 1)))
        filled, stroked = mode[:, 0] > 0, mode[:, 1] > 0
        seen = np.zeros(len(paths), dtype=bool)
        for which, getter in ((filled, _fill_color), (stroked, _stroke_color)):
            chosen = np.flatnonzero(which)
            if len(chosen):
                color = np.zeros((len(chosen), 4), dtype=np.uint32)
                _run(map(getter, [paths[i] for i in chosen], *(_slots(color, k) for k in range(4))))
                seen[chosen] |= (color[:, :3].min(axis=1) < 250) & (color[:, 3] > 10)
        box = _transform(bounds, matrix)
        breadth = np.minimum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
        thin = seen & (breadth <= 3.6)
        self.boxes.append(box[thin])
        for i in np.flatnonzero(seen & ~thin):
            if stroked[i] or _count_segments(paths[i]) > 6:
                self._segments(paths[i], matrix, bool(stroked[i]))
            else:
                self.boxes.append(box[i : i + 1])

    def _segments(self, path: int, matrix: Floats, stroked: bool) -> None:
        """Straight pieces of a path with several of them; a filled one counts only through rectangles in it."""
        count = min(_count_segments(path), 20_000)
        points = np.zeros((count, 2), dtype=np.float32)
        segments = list(map(_get_segment, repeat(path), range(count)))
        _run(map(_segment_point, segments, _slots(points, 0), _slots(points, 1)))
        kinds = list(map(_segment_type, segments))
        closes = list(map(_segment_close, segments))
        transform = _matrix_of(path) @ matrix
        placed = points.astype(np.float64) @ transform[:2, :2] + transform[2, :2]
        start = previous = None
        piece: list[tuple[float, float]] = []
        for kind, close, (x, y) in zip(kinds, closes, placed.tolist(), strict=True):
            if kind == 2:  # move
                self._filled_piece(piece, stroked)
                start, piece = (x, y), [(x, y)]
            else:
                if kind == 0 and previous is not None and stroked:
                    self.lines.append((previous[0], previous[1], x, y))
                piece.append((x, y))
            if close and start is not None:
                if stroked:
                    self.lines.append((x, y, start[0], start[1]))
                piece.append(start)
            previous = (x, y)
        self._filled_piece(piece, stroked)

    def _filled_piece(self, piece: list[tuple[float, float]], stroked: bool) -> None:
        if stroked or not 4 <= len(piece) <= 6:
            return
        xs, ys = [p[0] for p in piece], [p[1] for p in piece]
        if all(abs(p[0] - q[0]) < 0.5 or abs(p[1] - q[1]) < 0.5 for p, q in pairwise(piece)):
            self.boxes.append(np.array([[min(xs), min(ys), max(xs), max(ys)]]))

    def rules(self, quarter: int, bounds: tuple[float, float, float, float], frame: tuple[float, float]) -> Rules:
        """Everything collected as lines and areas in the reading frame, cut to the page."""
        boxes = np.concatenate(self.boxes) if self.boxes else np.zeros((0, 4))
        if self.lines:
            straight = np.array(self.lines)
            level = np.minimum(np.abs(straight[:, 0] - straight[:, 2]), np.abs(straight[:, 1] - straight[:, 3])) < 1.0
            straight = straight[level]
            boxes = np.concatenate([boxes, straight])
        if not len(boxes):
            return no_rules()
        x0, y0 = turn_points(boxes[:, 0], boxes[:, 1], quarter, bounds)
        x1, y1 = turn_points(boxes[:, 2], boxes[:, 3], quarter, bounds)
        left, right = np.clip(np.minimum(x0, x1), 0, frame[0]), np.clip(np.maximum(x0, x1), 0, frame[0])
        top, bottom = np.clip(np.minimum(y0, y1), 0, frame[1]), np.clip(np.maximum(y0, y1), 0, frame[1])
        wide, high = right - left, bottom - top
        dot = np.maximum(wide, high) <= 3.6
        flat = (high <= 3.6) & ((wide >= high) | dot)
        steep = (wide <= 3.6) & ((high > wide) | dot)
        area = ~flat & ~steep & (wide > 0) & (high > 0)
        horizontal = np.stack([(top + bottom) / 2, left, right], axis=1)[flat]
        vertical = np.stack([(left + right) / 2, top, bottom], axis=1)[steep]
        return Rules(horizontal, vertical, np.stack([left, top, right, bottom], axis=1)[area])


def _bounds_of(objects: list[int]) -> Floats:
    """Left, bottom, right, top of page objects."""
    box = np.zeros((len(objects), 4), dtype=np.float32)
    _run(map(_bounds, objects, *(_slots(box, k) for k in range(4))))
    return box.astype(np.float64)


def _matrix_of(item: int) -> Floats:
    """The matrix of an object as 3×3 for row vectors."""
    six = np.zeros(6, dtype=np.float32)
    if not _matrix(item, six.ctypes.data):
        return np.eye(3)
    a, b, c, d, e, f = six.astype(np.float64).tolist()
    return np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])


def _transform(boxes: Floats, matrix: Floats) -> Floats:
    """Boxes under a matrix (their bounding boxes, which is exact for quarter turns and scaling)."""
    if np.array_equal(matrix, np.eye(3)):
        return boxes
    corners = np.stack([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [0, 3]], boxes[:, [2, 3]]])
    placed = corners @ matrix[:2, :2] + matrix[2, :2]
    return np.concatenate([placed.min(axis=0), placed.max(axis=0)], axis=1)
