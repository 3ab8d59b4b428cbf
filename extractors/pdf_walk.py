"""What is drawn on a page besides text: every path through PDFium's C interface, as lines, areas and clips."""

from __future__ import annotations

import ctypes
from itertools import pairwise, repeat

import numpy as np

from extractors.errors import TooLarge
from extractors.model import Box
from extractors.pdf_calls import Function, collect, function
from extractors.pdf_content import Floats, Rules, no_rules, turn_points

_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_INVISIBLE = 3
_DEEPEST_FORM = 6
_MOST_OBJECTS = 400_000
_MOST_CLIPS = 50

_POINTER = ctypes.c_size_t
_render_mode = function("FPDFTextObj_GetTextRenderMode")
_count_objects = function("FPDFPage_CountObjects")
_get_object = function("FPDFPage_GetObject", _POINTER)
_count_inner = function("FPDFFormObj_CountObjects")
_get_inner = function("FPDFFormObj_GetObject", _POINTER)
_type = function("FPDFPageObj_GetType")
_bounds = function("FPDFPageObj_GetBounds")
_matrix = function("FPDFPageObj_GetMatrix")
_draw_mode = function("FPDFPath_GetDrawMode")
_fill_color = function("FPDFPageObj_GetFillColor")
_stroke_color = function("FPDFPageObj_GetStrokeColor")
_count_segments = function("FPDFPath_CountSegments")
_get_segment = function("FPDFPath_GetPathSegment", _POINTER)
_segment_point = function("FPDFPathSegment_GetPoint")
_segment_type = function("FPDFPathSegment_GetType")
_segment_close = function("FPDFPathSegment_GetClose")
_clip_path = function("FPDFPageObj_GetClipPath", _POINTER)
_count_clips = function("FPDFClipPath_CountPaths")
_count_clip_segments = function("FPDFClipPath_CountPathSegments")
_clip_segment = function("FPDFClipPath_GetPathSegment", _POINTER)


def is_invisible(text_object: int) -> bool:
    """Whether a text object is drawn in no way (recognised text under a scan)."""
    return bool(_render_mode(text_object) == _INVISIBLE)


class Walk:
    """Collects lines, filled areas and pictures of a page and of the form XObjects in it, in PDF user space."""

    def __init__(self, bounds: Box) -> None:
        self._bounds = bounds  # of the page: left, bottom, right, top
        self.boxes: list[Floats] = []
        self.lines: list[tuple[float, float, float, float]] = []
        self.image_area = 0.0
        self.invisible = False
        self.clipped: dict[int, Box] = {}  # the clip of each text object that is cut by one
        self.seen = 0
        self._clips: dict[tuple[int, int], Box | None] = {}

    def page(self, page: int) -> None:
        """Everything on a page given by its address."""
        self._objects(_all(_get_object, page, _count_objects(page)), np.eye(3), 0)

    def _form(self, form: int, outer: Floats, depth: int) -> None:
        if depth < _DEEPEST_FORM:
            self._objects(_all(_get_inner, form, _count_inner(form)), _matrix_of(form) @ outer, depth + 1)

    def _objects(self, objects: list[int], matrix: Floats, depth: int) -> None:
        self.seen += len(objects)
        if self.seen > _MOST_OBJECTS:
            raise TooLarge(f"PDF 单页图形对象超过 {_MOST_OBJECTS} 个，超出可安全处理的范围，未读取。")
        kinds = list(map(_type, objects))
        paths = [o for o, kind in zip(objects, kinds, strict=True) if kind == _PATH]
        if paths:
            self._paths(paths, matrix)
        texts = [o for o, kind in zip(objects, kinds, strict=True) if kind == _TEXT]
        if texts:
            self._note_clips(texts, matrix)
            self.invisible = self.invisible or _INVISIBLE in map(_render_mode, texts)
        if len(paths) + len(texts) == len(objects):
            return
        for item, kind in zip(objects, kinds, strict=True):
            if kind == _FORM:
                self._form(item, matrix, depth)
            elif kind == _IMAGE:
                box = _transform(_bounds_of([item]), matrix)[0]
                self.image_area += abs((box[2] - box[0]) * (box[3] - box[1]))

    def _note_clips(self, texts: list[int], matrix: Floats) -> None:
        """Remember text that its clip cuts off: spreadsheets print the neighbours of a page and hide them so."""
        paths = list(map(_clip_path, texts))
        counts = list(map(_count_clips, paths))
        if max(counts) <= 0:
            return
        # Objects under one clip share its data: the address of its last path tells.
        last = map(_clip_segment, paths, [count - 1 for count in counts], repeat(0))
        keys = list(zip(counts, last, strict=True))
        for key, path in dict(zip(keys, paths, strict=True)).items():
            if key not in self._clips:
                self._clips[key] = self._cutting(_clip(path, key[0]), matrix)
        clips = [self._clips[key] for key in keys]
        chosen = [i for i, clip in enumerate(clips) if clip is not None]
        if not chosen:
            return
        boxes = _bounds_of([texts[i] for i in chosen])
        frames = np.array([clips[i] for i in chosen])
        cut = (boxes[:, :2] < frames[:, :2] - 2).any(axis=1) | (boxes[:, 2:] > frames[:, 2:] + 2).any(axis=1)
        for i in np.flatnonzero(cut).tolist():
            placed = _transform(frames[i : i + 1], matrix)[0].tolist()
            self.clipped[texts[chosen[i]]] = (placed[0], placed[1], placed[2], placed[3])

    def _cutting(self, clip: Box, matrix: Floats) -> Box | None:
        """A clip that may cut off something of the page, else None."""
        x0, y0, x1, y1 = _transform(np.array([clip]), matrix)[0].tolist()
        left, bottom, right, top = self._bounds
        return None if x0 <= left and y0 <= bottom and x1 >= right and y1 >= top else clip

    def _paths(self, paths: list[int], matrix: Floats) -> None:
        bounds = _bounds_of(paths)
        mode = collect(ctypes.c_int, 2, _draw_mode, paths, count=len(paths))
        filled, stroked = mode[:, 0] > 0, mode[:, 1] > 0
        seen = np.zeros(len(paths), dtype=bool)
        for which, getter in ((filled, _fill_color), (stroked, _stroke_color)):
            chosen = np.flatnonzero(which)
            if len(chosen):
                some = [paths[i] for i in chosen.tolist()]
                color = collect(ctypes.c_uint, 4, getter, some, count=len(some))
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
        segments = list(map(_get_segment, repeat(path), range(count)))
        points = collect(ctypes.c_float, 2, _segment_point, segments, count=count)
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
    return collect(ctypes.c_float, 4, _bounds, objects, count=len(objects)).astype(np.float64)


def _all(getter: Function, parent: int, count: int) -> list[int]:
    """The objects in a page or form."""
    found = list(map(getter, repeat(parent), range(max(0, count))))
    return found if all(found) else [one for one in found if one]


def _clip(path: int, count: int) -> Box:
    """A clip as a box; all there is where there is none (or one too intricate to be that of a cell or a sheet)."""
    box = (-1e9, -1e9, 1e9, 1e9)
    if count > _MOST_CLIPS:
        return box
    for k in range(count):
        number = min(_count_clip_segments(path, k), 500)
        if number <= 0:
            continue
        segments = list(map(_clip_segment, repeat(path), repeat(k), range(number)))
        points = collect(ctypes.c_float, 2, _segment_point, segments, count=number)
        low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        box = (max(box[0], low[0]), max(box[1], low[1]), min(box[2], high[0]), min(box[3], high[1]))
    return box


def _matrix_of(item: int) -> Floats:
    """The matrix of an object as 3×3 for row vectors."""
    six = collect(ctypes.c_float, 6, _matrix, [item], count=1, together=True)[0].astype(np.float64)
    a, b, c, d, e, f = six.tolist() if six.any() else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])


def _transform(boxes: Floats, matrix: Floats) -> Floats:
    """Boxes under a matrix (their bounding boxes, which is exact for quarter turns and scaling)."""
    if np.array_equal(matrix, np.eye(3)):
        return boxes
    corners = np.stack([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [0, 3]], boxes[:, [2, 3]]])
    placed = corners @ matrix[:2, :2] + matrix[2, :2]
    return np.concatenate([placed.min(axis=0), placed.max(axis=0)], axis=1)
