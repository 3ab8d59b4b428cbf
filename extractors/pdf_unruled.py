"""Tables without vertical rules: columns found by the white space between aligned pieces of text.

Cautious on purpose: a region counts as a table only when several lines carry figures standing in the same columns.
Lines of running text, contents pages and captions ("编制单位：…　单位：万元") are none.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

import numpy as np

from extractors.pdf_content import Floats
from extractors.pdf_lattice import GridCell, Lattice
from extractors.pdf_text import HEADING, Line

_FIGURE = re.compile(r"[-+—–−(（]?[¥￥]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%％]?[)）]?|[-—–]")
_PAGE_REFERENCE = re.compile(r"\d{1,3}")
_CAPTION = re.compile(r"单位[:：]|部门[:：]|编制|日期[:：]|^表\s*\d|公开\d+表|^注[:：]|^附[件表]")
# What only the first line of a label begins with: a number of a list, or a code of the classification.
_HEAD_OF_LABEL = re.compile(rf"{HEADING.pattern}|[\[【（(]?[1-5]\d{{2}}(?:\d{{2}}){{0,2}}[\]】）)]?[^\d.,年%％]")
_LEAST_ROWS = 3
_MOST_BETWEEN = 4  # lines without figures between two with figures
_CLOSE = 3.0  # lines further apart than this many font sizes are not of one table


@dataclass(frozen=True, slots=True)
class Found:
    """A table without vertical rules: its grid and the lines it takes up."""

    lattice: Lattice
    lines: tuple[int, ...]


def find_unruled(lines: list[Line], rules: Floats, width: float) -> list[Found]:
    """The tables among lines that no ruled table holds (top to bottom); rules: spare horizontal lines (y, x0, x1)."""
    long_rules = sorted(float(y) for y, x0, x1 in rules.tolist() if x1 - x0 > 0.35 * width)
    found: list[Found] = []
    taken = 0
    start = 0
    while start < len(lines):
        if not _has_figures(lines[start]):
            start += 1
            continue
        end = _end_of_run(lines, start)
        while end < len(lines) and _together(lines[end], lines[end - 1]):
            end += 1
        while start > taken and len(lines[start - 1].pieces) == 1 and _together(lines[start - 1], lines[start]):
            start -= 1
        head = _head_of_run(lines, start, taken, long_rules)
        table = _table(lines, head, start, end, _bounded(long_rules, lines[head], lines[end - 1]))
        if table is not None:
            found.append(table)
            taken = end
        start = end
    return found


def _bounded(rules: list[float], first: Line, last: Line) -> bool:
    """Whether rules above and below frame the lines (a three-line table)."""
    near = 2.5 * first.size
    above = any(first.box[1] - near < y < first.box[1] + 0.4 * first.size for y in rules)
    below = any(last.box[3] - 0.4 * last.size < y < last.box[3] + near for y in rules)
    return above and below


def _has_figures(line: Line) -> bool:
    return len(line.pieces) >= 2 and any(_FIGURE.fullmatch(piece[0]) for piece in line.pieces)


def _together(line: Line, other: Line) -> bool:
    """Whether two lines, not both with figures, are of one row (a wrapped label and what stands beside it): they
    overlap in height."""
    if _has_figures(line) and _has_figures(other):
        return False
    overlap = min(line.box[3], other.box[3]) - max(line.box[1], other.box[1])
    size = max(line.size, other.size)
    return overlap > 0.12 * size or abs(_middle(line) - _middle(other)) < 0.85 * size


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def _end_of_run(lines: list[Line], start: int) -> int:
    """After the last line of a run of figure rows; lines without figures may stand between them."""
    end = start + 1
    i = end
    while i < len(lines) and lines[i].box[1] - lines[i - 1].box[3] < _CLOSE * lines[i].size:
        if _has_figures(lines[i]):
            end = i + 1
        elif i - end >= _MOST_BETWEEN or _CAPTION.search(lines[i].text) or len(lines[i].text) > 40:
            break
        i += 1
    return end


def _head_of_run(lines: list[Line], start: int, taken: int, rules: list[float]) -> int:
    """The first header line above a run."""
    head = start
    while head > taken and start - head < 4:
        line, below = lines[head - 1], lines[head]
        if below.box[1] - line.box[3] > 2.0 * line.size or _CAPTION.search(line.text):
            break
        framed = any(y < line.box[1] + 0.4 * line.size and line.box[1] - y < 6 * line.size for y in rules)
        if len(line.pieces) < 2 and not framed:
            break
        head -= 1
    # A lone piece on top is a title, not a header.
    while head < start and len(lines[head].pieces) < 2 and not any(y < lines[head].box[1] + 2 for y in rules):
        head += 1
    return head


def _table(lines: list[Line], head: int, start: int, end: int, bounded: bool) -> Found | None:
    rows = [replace(line, pieces=line.fine()) for line in lines[start:end] if _has_figures(line)]
    if len(rows) < (1 if bounded and head < start else _LEAST_ROWS):
        return None
    figures = [piece[0] for line in rows for piece in line.pieces if _FIGURE.fullmatch(piece[0])]
    if all(_PAGE_REFERENCE.fullmatch(figure) for figure in figures) and max(len(line.pieces) for line in rows) <= 2:
        return None  # a list of contents
    # The numbers of the columns (栏次 1 2 3 …) may be aligned otherwise than the figures, and would bridge the gaps.
    columns = _columns([line for line in rows if not _numbers_columns(line)] or rows)
    if len(columns) < 2:
        return None
    counts = [0] * len(columns)
    for line in rows:
        for text, x0, x1 in line.pieces:
            middle = (x0 + x1) / 2
            hits = [k for k, (left, right) in enumerate(columns) if left - 1 <= middle <= right + 1]
            if hits and _FIGURE.fullmatch(text):
                counts[hits[0]] += 1
    if max(counts) < min(3, len(rows)) or max(counts) < 0.5 * len(rows):
        return None
    return _lay_out(lines, head, start, end, _boundaries(columns, lines[head:start]))


def _numbers_columns(line: Line) -> bool:
    """Whether a line counts the columns: 1, 2, 3 … behind at most one word."""
    texts = [piece[0] for piece in line.pieces]
    counted = texts if _FIGURE.fullmatch(texts[0]) else texts[1:]
    return len(counted) >= 2 and counted == [str(n) for n in range(1, len(counted) + 1)]


def _columns(rows: list[Line]) -> list[tuple[float, float]]:
    """What the pieces of the figure rows cover, left to right. White space of half a character parts columns; less
    where a row has several pieces in what would be one column."""
    size = float(np.median([line.size for line in rows]))
    spans = [[(x0, x1) for _, x0, x1 in line.pieces] for line in rows]
    out: list[tuple[float, float]] = []
    for left, right in _covers([span for row in spans for span in row], 0.5 * size):
        inside = [[span for span in row if left <= span[0] and span[1] <= right] for row in spans]
        tight = 0.1 * size if any(len(row) > 1 for row in inside) else 0.5 * size
        out += _covers([span for row in inside for span in row], tight)
    return out


def _covers(spans: list[tuple[float, float]], room: float) -> list[tuple[float, float]]:
    """Spans joined where less room is between them."""
    out: list[tuple[float, float]] = []
    for x0, x1 in sorted(spans):
        if out and x0 < out[-1][1] + room:
            out[-1] = (out[-1][0], max(out[-1][1], x1))
        else:
            out.append((x0, x1))
    return out


def _boundaries(columns: list[tuple[float, float]], header: list[Line]) -> list[float]:
    """Where one column ends and the next begins: in the white space, cutting the lowest header line least."""
    last = header[-1].pieces if header else ()
    inner: list[float] = []
    for (_, left), (right, _) in itertools.pairwise(columns):
        places = np.linspace(left, right, 15)[1:-1]
        cut = [sum(x0 < place < x1 for _, x0, x1 in last) for place in places]
        best = [float(place) for place, n in zip(places, cut, strict=True) if n == min(cut)]
        inner.append(best[len(best) // 2])
    pieces = [(x0, x1) for line in header for _, x0, x1 in line.pieces]
    first = min([columns[0][0], *(x0 for x0, _ in pieces)])
    end = max([columns[-1][1], *(x1 for _, x1 in pieces)])
    return [first - 2, *inner, end + 2]


def _heights(header: list[Line], body: list[Line]) -> list[float]:
    """Where rows begin and end: one for each line, the lines of a wrapped label with the figures beside it."""
    groups = [[line] for line in header]
    for line in body:
        last = groups[-1] if len(groups) > len(header) else []
        filled = any(map(_has_figures, last))
        begins = bool(_HEAD_OF_LABEL.match(line.text))
        if last and _together(line, last[-1]) and not (filled and (_has_figures(line) or begins)):
            last.append(line)
        else:
            groups.append([line])
    tops = [groups[0][0].box[1] - 2]
    for upper, lower in itertools.pairwise(groups):
        tops.append((max(line.box[3] for line in upper) + min(line.box[1] for line in lower)) / 2)
    return [*tops, max(line.box[3] for line in groups[-1]) + 2]


def _lay_out(lines: list[Line], head: int, start: int, end: int, xs: list[float]) -> Found:
    """The grid: one row a header line, then the rows of the body."""
    header = lines[head:start]
    body = lines[start:end]
    xs[0] = min(xs[0], min(line.box[0] for line in body) - 2)
    xs[-1] = max(xs[-1], max(line.box[2] for line in body) + 2)
    ys = np.array(_heights(header, body))
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = np.full((rows, columns), -1, dtype=np.int64)
    cells: list[GridCell] = []
    covers: list[list[tuple[int, int]]] = []
    for line in header:
        spans = []
        for _, x0, x1 in line.pieces:
            inside = [
                c for c in range(columns) if min(x1, xs[c + 1]) - max(x0, xs[c]) > min(0.8 * line.size, 0.5 * (x1 - x0))
            ]
            if inside:
                spans.append((inside[0], inside[-1]))
        covers.append(spans)
    for r, spans in enumerate(covers):
        for first, last in spans:
            if (owner[r, first : last + 1] >= 0).any():
                continue
            top, bottom = r, r + 1
            if first == last and sum(a <= first <= b for other in covers for a, b in other) == 1:
                top, bottom = 0, len(covers)
            if (owner[top:bottom, first : last + 1] >= 0).any():
                top, bottom = r, r + 1
            owner[top:bottom, first : last + 1] = len(cells)
            cells.append(GridCell(top, first, bottom - top, last - first + 1))
    for r in range(rows):
        for c in range(columns):
            if owner[r, c] < 0:
                owner[r, c] = len(cells)
                cells.append(GridCell(r, c, 1, 1))
    order = sorted(range(len(cells)), key=lambda i: (cells[i].row, cells[i].column))
    rank = np.empty(len(cells), dtype=np.int64)
    rank[order] = np.arange(len(cells))
    return Found(Lattice(np.array(xs), ys, tuple(cells[i] for i in order), rank[owner]), tuple(range(head, end)))
