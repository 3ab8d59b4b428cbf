"""Characters → lines of text: order, blanks between words, doubled glyphs, indentation. Knows nothing of tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    visible characters; size: font size of most of them; pieces: (text, x0, x1) of its parts that stand far apart."""

    text: str
    lead: float
    box: Box
    size: float
    pieces: tuple[tuple[str, float, float], ...]


def make_lines(characters: Characters, chosen: NDArray[np.int64]) -> list[Line]:
    """The chosen characters as lines, top to bottom. Characters whose middles lie within half a font size of each
    other stand on one line, whatever their baselines."""
    if not len(chosen):
        return []
    order = chosen[np.argsort(characters.middle[chosen], kind="stable")].tolist()
    middle, size = characters.middle, characters.size
    groups: list[list[int]] = []
    at = height = 0.0
    for i in order:
        if groups and middle[i] - at <= 0.5 * min(height, max(size[i], 0.6 * height)):
            group = groups[-1]
            group.append(i)
            # The line is where its visible characters are on average; blanks often have another font's metrics.
            if characters.text[i] not in _BLANKS:
                at += (middle[i] - at) / min(len(group), 8)
                height = max(height, size[i])
        else:
            groups.append([i])
            at, height = float(middle[i]), float(size[i])
    lines = [_line(characters, group) for group in groups]
    return [line for line in lines if line is not None]


def _line(characters: Characters, group: list[int]) -> Line | None:
    """One line from its characters in any order; None when there is nothing but blanks."""
    x0s, x1s, sizes, texts = characters.x0, characters.x1, characters.size, characters.text
    group.sort(key=lambda i: x0s[i])
    solid = [i for i in group if texts[i] not in _BLANKS]
    if not solid:
        return None
    solid = _single(characters, solid)
    em = float(np.median(sizes[solid]))
    blanks = [i for i in group if texts[i] in _BLANKS]
    parts: list[str] = []
    pieces: list[tuple[str, float, float]] = []
    start = x0s[solid[0]]
    previous = -1
    at = 0
    lead = 0.0
    for i in solid:
        between: list[int] = []
        while at < len(blanks) and x0s[blanks[at]] < x0s[i]:
            between.append(blanks[at])
            at += 1
        if previous < 0:
            lead = sum(1.0 if texts[k] == _IDEOGRAPHIC_BLANK else (x1s[k] - x0s[k]) / em for k in between)
        else:
            gap = x0s[i] - x1s[previous]
            if gap > 2.2 * em:
                pieces.append(("".join(parts), float(start), float(x1s[previous])))
                parts, start = [], x0s[i]
            elif gap > 0.12 * em:
                # Real blanks count where there is room for them; a gap without one counts when it is a wide one.
                if between:
                    parts.append(texts[between[0]])
                elif gap > (0.7 if texts[i] > "\u2e80" or texts[previous] > "\u2e80" else 0.5) * em:
                    parts.append(" ")
        parts.append(texts[i])
        previous = i
    pieces.append(("".join(parts), float(start), float(x1s[previous])))
    text = "    ".join(piece[0] for piece in pieces)
    box = (
        float(x0s[solid[0]]),
        float(characters.upper[solid].min()),
        float(max(x1s[k] for k in solid)),
        float(characters.lower[solid].max()),
    )
    return Line(text, round(lead, 2), box, round(em, 2), tuple(pieces))


def _single(characters: Characters, solid: list[int]) -> list[int]:
    """Without glyphs printed twice at nearly the same place (bold by overprint, shadows)."""
    kept: list[int] = []
    for i in solid:
        width = max(float(characters.x1[i] - characters.x0[i]), 0.5)
        for k in reversed(kept[-3:]):
            if (
                characters.text[k] == characters.text[i]
                and abs(characters.x0[k] - characters.x0[i]) < 0.3 * width
                and abs(characters.middle[k] - characters.middle[i]) < 0.3 * characters.size[i]
            ):
                break
        else:
            kept.append(i)
    return kept


def join_lines(lines: list[Line]) -> str:
    """The text of a cell: its lines one under another."""
    return "\n".join(line.text for line in lines)
