"""Cells as the engines give them, and what counts as the same: place by place, amounts, code rows. Knows no engine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]

_AMOUNT = re.compile(r"-?[(（]?[¥￥]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[)）]?")
_CODE = re.compile(r"\d{3}(?:\d{2}){0,2}")
_PART = re.compile(r"\d{2}")
_LONG = range(8, 16)  # digits of a whole figure without separators: shorter ones may be codes, longer ones are several
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell with text. row: its row in its table, counted over the page; box: points from the page's top left."""

    row: int
    box: Box
    text: str


def seen(row: int, box: Iterable[float], text: str) -> Seen:
    """A cell, its text without any blanks."""
    x0, y0, x1, y1 = box
    return Seen(row, (x0, y0, x1, y1), _BLANK.sub("", text))


def is_amount(text: str) -> bool:
    """Whether a text is a printed amount: with decimals or separators, or too long to be a code."""
    return _AMOUNT.fullmatch(text) is not None and ("." in text or "," in text or len(text) in _LONG)


def amounts(cells: Sequence[Seen]) -> Counter[str]:
    """The amounts of a page, as often as they stand there."""
    return Counter(cell.text for cell in cells if is_amount(cell.text))


def code_rows(cells: Sequence[Seen]) -> Counter[tuple[str, ...]]:
    """Rows that begin with a code (in one cell or in three) and hold an amount: their codes and amounts in order."""
    rows: dict[int, list[Seen]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    out: Counter[tuple[str, ...]] = Counter()
    for row in rows.values():
        texts = [cell.text for cell in sorted(row, key=lambda cell: cell.box[0])]
        codes = [text for text in texts if _CODE.fullmatch(text) or _PART.fullmatch(text)]
        figures = [text for text in texts if is_amount(text)]
        if figures and any(_CODE.fullmatch(text) for text in codes):
            out[(*codes, "|", *figures)] += 1
    return out


def held_by(counts: Mapping[str, Counter[str]], least: int) -> Counter[str]:
    """What at least so many engines have, as often as they have it."""
    out: Counter[str] = Counter()
    for key in set().union(*counts.values()):
        ranked = sorted((count[key] for count in counts.values()), reverse=True)
        if len(ranked) >= least and ranked[least - 1]:
            out[key] = ranked[least - 1]
    return out


def at(cells: Sequence[Seen], box: Box) -> Seen | None:
    """The cell that stands where `box` stands: the smallest one around its middle."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    around = [c for c in cells if c.box[0] <= x <= c.box[2] and c.box[1] <= y <= c.box[3]]
    return min(around, key=lambda c: (c.box[2] - c.box[0]) * (c.box[3] - c.box[1]), default=None)


def difference(cell: Seen, others: Sequence[Seen]) -> str:
    """How `others` differ from `cell` at its place: ``same``, or the class of the difference.

    ``joined``: it stands there together with other text; ``cut``: only a part of it; ``elsewhere``: that text is in
    another place of the page; ``other``: another text; ``absent``: no cell with text there.
    """
    other = at(others, cell.box)
    if other is not None and other.text == cell.text:
        return "same"
    if any(o.text == cell.text and _overlap(o.box, cell.box) for o in others):
        return "same"
    if other is not None and cell.text in other.text:
        return "joined"
    if any(o.text == cell.text for o in others):
        return "elsewhere"
    if other is not None and len(other.text) > 1 and other.text in cell.text:
        return "cut"
    return "other" if other is not None else "absent"


def _overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share most of the smaller one (spans are cut differently by the engines)."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return wide > 0 and high > 0 and wide * high > 0.5 * smaller
