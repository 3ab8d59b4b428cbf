"""Lines outside of tables → paragraphs: joins soft line breaks, within a page and across pages, and drops page numbers.

Joining is cautious: a line continues in the next one only when it reaches the right margin and the next one starts at
the left margin without the look of a heading. Two lines are never interleaved; nothing is dropped but page numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractors.model import Box, Paragraph, Place, Table
from extractors.pdf_content import PageContent
from extractors.pdf_text import HEADING, Line

_PAGE_NUMBER = re.compile(
    r"[-—–－−·•~～\s]*(?:第?\s*\d{1,4}\s*页?|[ivxIVX]{1,6}|第\s*[一二三四五六七八九十百]+\s*页)\s*"
    r"(?:[/／,，、]?\s*共?\s*\d{1,4}\s*页?)?[-—–－−·•~～\s]*"
)
_LEADERS = re.compile(r"[.…·．\-_]{4,}\s*[-—]?\s*\d{0,4}\s*[-—]?$")
_STOPS = "。！？；：!?;:"
_TOP, _BOTTOM = 0.09, 0.88


@dataclass(frozen=True, slots=True)
class Flow:
    """One page cut into its tables and the lines outside of them, top to bottom."""

    content: PageContent
    items: tuple[Table | Line, ...]


@dataclass(frozen=True, slots=True)
class _Margins:
    left: float
    right: float


@dataclass(slots=True)
class _Draft:
    """A paragraph in the making: where it starts, its text and its last line."""

    page: PageContent
    text: str
    box: Box
    size: float
    last: Line
    open: bool
    last_page: int


def is_page_number(line: Line, content: PageContent, edge: bool) -> bool:
    """Whether a line is nothing but a page number; edge: it is the first or last thing on its page."""
    height = content.frame[1]
    near = line.box[3] < _TOP * height or line.box[1] > _BOTTOM * height
    return edge and near and _PAGE_NUMBER.fullmatch(line.text) is not None


def build(flows: Sequence[Flow]) -> list[Paragraph | Table]:
    """All pages' tables and paragraphs in reading order."""
    margins = _margins(flows)
    blocks: list[Paragraph | Table] = []
    draft: _Draft | None = None

    def close() -> None:
        nonlocal draft
        if draft is not None:
            place = Place(page=draft.page.number, box=draft.page.to_display(draft.box))
            blocks.append(Paragraph(draft.text, place, None, round(draft.size, 1)))
            draft = None

    for flow in flows:
        content = flow.content
        width = content.frame[0]
        margin = margins.get(round(width / 10), _Margins(0.0, width))
        items = list(flow.items)
        while items and isinstance(items[-1], Line) and is_page_number(items[-1], content, True):
            items.pop()
        if items and isinstance(items[0], Line) and is_page_number(items[0], content, True):
            items.pop(0)
        for item in items:
            if isinstance(item, Table):
                close()
                blocks.append(item)
                continue
            if draft is not None and _continues(draft, item, content, margin):
                box = draft.box
                if draft.last_page == content.number == draft.page.number:
                    box = (min(box[0], item.box[0]), box[1], max(box[2], item.box[2]), item.box[3])
                draft = _Draft(
                    draft.page, _glue(draft.text, item.text), box, draft.size, item, _full(item, margin), content.number
                )
            else:
                close()
                draft = _Draft(content, item.text, item.box, item.size, item, _full(item, margin), content.number)
    close()
    return blocks


def _margins(flows: Sequence[Flow]) -> dict[int, _Margins]:
    """Left and right text margins by page width, from lines long enough to be running text."""
    starts: dict[int, list[float]] = {}
    ends: dict[int, list[float]] = {}
    for flow in flows:
        key = round(flow.content.frame[0] / 10)
        for item in flow.items:
            if (
                isinstance(item, Line)
                and len(item.pieces) == 1
                and len(item.text) >= 18
                and not _LEADERS.search(item.text)
            ):
                starts.setdefault(key, []).append(item.box[0])
                ends.setdefault(key, []).append(item.box[2])
    return {
        key: _Margins(float(np.percentile(values, 10)), float(np.percentile(ends[key], 85)))
        for key, values in starts.items()
    }


def _full(line: Line, margin: _Margins) -> bool:
    """Whether the line runs to the right margin, so that the next may continue it."""
    return len(line.pieces) == 1 and line.box[2] >= margin.right - 2.1 * line.size and not _LEADERS.search(line.text)


def _continues(draft: _Draft, line: Line, content: PageContent, margin: _Margins) -> bool:
    last = draft.last
    if not draft.open or len(line.pieces) > 1 or _LEADERS.search(line.text):
        return False
    if abs(line.size - last.size) > 0.12 * last.size:
        return False
    at_left = line.lead < 0.8 and line.box[0] <= margin.left + 1.3 * line.size
    below = line.lead < 0.8 and abs(line.box[0] - last.box[0]) < 0.6 * line.size and last.text[-1] not in _STOPS
    if not (at_left or below) or HEADING.match(line.text):
        return False
    if draft.last_page == content.number:
        return line.box[1] - last.box[3] < 1.6 * line.size
    if draft.last_page + 1 != content.number:
        return False
    return at_left and last.text[-1] not in _STOPS


def _glue(first: str, second: str) -> str:
    """Two lines of a paragraph: a blank only between Latin words."""
    latin = first[-1:].isascii() and first[-1:].isalpha() and second[:1].isascii() and second[:1].isalpha()
    return first + (" " if latin else "") + second
