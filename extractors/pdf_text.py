"""Characters → lines of text: order, blanks between words, doubled glyphs, indentation. Knows nothing of tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from extractors.model import Box
from extractors.pdf_content import Characters

_IDEOGRAPHIC_BLANK = "\u3000"
HEADING = re.compile(
    r"(?:第[一二三四五六七八九十百\d]+[部分章节条款篇]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}[、．]|\d{1,2}\.(?!\d)|[①-⑳]|[●■◆★▲※]|注\d?[：:]|附[件表录]|目\s*录)"
)
"""How headings, list items and notes begin."""
_BLANKS = " \u00a0\u3000\u2002\u2003\u2009"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. text: without blanks at its ends; lead: width of the leading blanks in ems; box: of the
    visible characters; size: font size of most of them; pieces: (text, x0, x1) of its parts that stand far apart;
    words: the same of its words, where there are several."""

    text: str
    lead: float
    box: Box
    size: float
    pieces: tuple[tuple[str, float, float], ...]
    words: tuple[tuple[str, float, float], ...] = ()

    def fine(self) -> tuple[tuple[str, float, float], ...]:
        """The pieces, with codes and with figures that have decimals or separators standing for themselves: in tables
        columns may be close."""
        out: list[tuple[str, float, float]] = []
        pieces = iter(self.pieces)
        end = -1e9
        for text, x0, x1 in self.words or self.pieces:
            if x0 > end or SURE_FIGURE.fullmatch(text) or _ALONE.fullmatch(out[-1][0]):
                out.append((text, x0, x1))
            else:
                out[-1] = (f"{out[-1][0]} {text}", out[-1][1], x1)
            while end < x1:
                end = next(pieces)[2]
        return tuple(out)


_APART = "    "
"""What stands in the text of a line where its parts stand far apart."""
SURE_FIGURE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)")
_ALONE = re.compile(SURE_FIGURE.pattern + r"|\d{3}(?:\d{2}){0,2}")
_Word = tuple[str, float, float, str]
"""text, x0, x1, the blank after it."""
_Glyph = tuple[float, float, float, float, float, float, str]
"""x0, x1, middle, size, upper, lower, text: plain numbers, because single numpy elements are slow to handle."""


def make_lines(characters: Characters, chosen: NDArray[np.int64]) -> list[Line]:
    """The chosen characters as lines, top to bottom. Characters whose middles lie within half a font size of each
    other stand on one line, whatever their baselines."""
    return lines_of_groups(characters, chosen, np.zeros(len(chosen), dtype=np.int64), 1)[0]


def lines_of_groups(
    characters: Characters, chosen: NDArray[np.int64], group: NDArray[np.int64], count: int
) -> list[list[Line]]:
    """The lines of each of `count` groups (cells) of characters, as `make_lines` makes them of one; group: the number
    of the group of each character chosen.

    Most lines are plain: one height, one size, nothing between the characters. Those are found for all groups at once.
    """
    lines: list[list[Line]] = [[] for _ in range(count)]
    if not len(chosen):
        return lines
    by_height = np.lexsort((chosen, characters.middle[chosen], group))
    order, group = chosen[by_height], group[by_height]
    middle, size = characters.middle[order], characters.size[order]
    # A run is what certainly no line crosses; where it is flat enough, it is certainly one line.
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (group[1:] != group[:-1]) | (np.diff(middle) > 0.5 * size.max())
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(order))
    least = np.minimum.reduceat(size, starts)
    flat = middle[ends - 1] - middle[starts] <= 0.5 * least
    run = np.cumsum(fresh) - 1
    across = order[np.lexsort((np.arange(len(order)), characters.x0[order], run))]
    plain = flat & (least == np.maximum.reduceat(size, starts)) & _plain(characters, across, starts, fresh)
    upper = np.minimum.reduceat(characters.upper[across], starts).tolist()
    lower = np.maximum.reduceat(characters.lower[across], starts).tolist()
    right = np.maximum.reduceat(characters.x1[across], starts).tolist()
    left, last = characters.x0[across[starts]].tolist(), characters.x1[across[ends - 1]].tolist()
    texts = [characters.text[i] for i in across.tolist()]
    owners, sizes, kinds = group[starts].tolist(), least.tolist(), zip(plain.tolist(), flat.tolist(), strict=True)
    for k, (first, end, (is_plain, is_flat)) in enumerate(zip(starts.tolist(), ends.tolist(), kinds, strict=True)):
        own = lines[owners[k]]
        if is_plain:
            text = "".join(texts[first:end])
            box = (left[k], upper[k], right[k], lower[k])
            own.append(Line(text, 0.0, box, round(sizes[k], 2), ((text, left[k], last[k]),)))
            continue
        glyphs = _glyphs(characters, order[first:end])
        for one in [glyphs] if is_flat else _parted(glyphs):
            line = _line(one)
            if line is not None:
                own.append(line)
    return lines


def _plain(
    characters: Characters, across: NDArray[np.int64], starts: NDArray[np.int64], fresh: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """For each run (characters from left to right) whether it is without blanks, gaps and characters printed twice."""
    x0, x1, size = characters.x0[across], characters.x1[across], characters.size[across]
    odd = np.array([characters.text[i] in _BLANKS for i in across.tolist()], dtype=bool)
    odd[1:] |= ~fresh[1:] & (
        (x0[1:] - x1[:-1] > 0.5 * size[1:]) | (x0[1:] - x0[:-1] < 0.3 * np.maximum(x1[1:] - x0[1:], 0.5))
    )
    return ~np.logical_or.reduceat(odd, starts)


def _glyphs(characters: Characters, order: NDArray[np.int64]) -> list[_Glyph]:
    columns = (characters.x0, characters.x1, characters.middle, characters.size, characters.upper, characters.lower)
    return list(
        zip(*(column[order].tolist() for column in columns), [characters.text[i] for i in order.tolist()], strict=True)
    )


def _parted(glyphs: list[_Glyph]) -> list[list[_Glyph]]:
    """Characters ordered by height as lines."""
    groups: list[list[_Glyph]] = []
    at = height = 0.0
    for glyph in glyphs:
        middle, size = glyph[2], glyph[3]
        if groups and middle - at <= 0.5 * min(height, max(size, 0.6 * height)):
            group = groups[-1]
            group.append(glyph)
            # The line is where its visible characters are on average; blanks often have another font's metrics.
            if glyph[6] not in _BLANKS:
                at += (middle - at) / min(len(group), 8)
                height = max(height, size)
        else:
            groups.append([glyph])
            at, height = middle, size
    return groups


def _line(group: list[_Glyph]) -> Line | None:
    """One line from its characters in any order; None when there is nothing but blanks."""
    group.sort(key=itemgetter(0))
    solid = [glyph for glyph in group if glyph[6] not in _BLANKS]
    if not solid:
        return None
    solid = _single(solid)
    em = sorted(glyph[3] for glyph in solid)[len(solid) // 2]
    blanks = [glyph for glyph in group if glyph[6] in _BLANKS]
    parts: list[str] = []
    words: list[_Word] = []
    start = solid[0][0]
    previous: _Glyph | None = None
    at = 0
    lead = 0.0
    for glyph in solid:
        between: list[_Glyph] = []
        while at < len(blanks) and blanks[at][0] < glyph[0]:
            between.append(blanks[at])
            at += 1
        if previous is None:
            lead = sum(1.0 if blank[6] == _IDEOGRAPHIC_BLANK else (blank[1] - blank[0]) / em for blank in between)
        else:
            gap = glyph[0] - previous[1]
            blank = ""
            if gap > 2.2 * em:
                blank = _APART
            elif gap > 0.12 * em:
                # Real blanks count where there is room for them; a gap without one counts when it is a wide one.
                if between:
                    blank = between[0][6]
                elif gap > (0.7 if glyph[6] > "\u2e80" or previous[6] > "\u2e80" else 0.5) * em:
                    blank = " "
            if blank:
                words.append(("".join(parts), start, previous[1], blank))
                parts, start = [], glyph[0]
        parts.append(glyph[6])
        previous = glyph
    words.append(("".join(parts), start, solid[-1][1], ""))
    pieces = _pieces(words)
    text = "".join(word[0] + word[3] for word in words)
    box = (
        solid[0][0],
        min(glyph[4] for glyph in solid),
        max(glyph[1] for glyph in solid),
        max(glyph[5] for glyph in solid),
    )
    apart = tuple((word, x0, x1) for word, x0, x1, _ in words) if len(words) > 1 else ()
    return Line(text, round(lead, 2), box, round(em, 2), pieces, apart)


def _pieces(words: list[_Word]) -> tuple[tuple[str, float, float], ...]:
    """Words put together that do not stand far apart; two figures side by side are never one piece."""
    pieces: list[tuple[str, float, float]] = []
    apart = True
    for i, (text, x0, x1, blank) in enumerate(words):
        if apart or (SURE_FIGURE.fullmatch(text) and SURE_FIGURE.fullmatch(words[i - 1][0])):
            pieces.append((text, x0, x1))
        else:
            before = pieces[-1]
            pieces[-1] = (before[0] + words[i - 1][3] + text, before[1], x1)
        apart = blank == _APART
    return tuple(pieces)


def _single(solid: list[_Glyph]) -> list[_Glyph]:
    """Without glyphs printed twice at nearly the same place (bold by overprint, shadows)."""
    kept: list[_Glyph] = []
    for glyph in solid:
        near = 0.3 * max(glyph[1] - glyph[0], 0.5)
        for other in kept[-3:]:
            if glyph[0] - other[0] < near and other[6] == glyph[6] and abs(other[2] - glyph[2]) < 0.3 * glyph[3]:
                break
        else:
            kept.append(glyph)
    return kept


def join_lines(lines: list[Line]) -> str:
    """The text of a cell: its lines one under another."""
    return "\n".join(line.text for line in lines)
