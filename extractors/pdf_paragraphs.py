"""Lines outside of tables → paragraphs: joins soft line breaks, within a page and across pages, and drops page numbers.

Joining is cautious: a line continues in the next one only when it reaches the right margin and the next one starts at
the left margin without the look of a heading. Two lines are never interleaved; nothing is dropped but page numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from extractors.model import Box, Paragraph, Place, Table
from extractors.pdf_content import PageContent
from extractors.pdf_text import HEADING, Line

_PAGE_NUMBER = re.compile(
    r"[-—–－−─━‐‑·•~～\s]*(?:第?\s*\d{1,4}\s*页?|[ivxIVX]{1,6}|第\s*[一二三四五六七八九十百]+\s*页)\s*"
    r"(?:[/／,，、]?\s*共?\s*\d{1,4}\s*页?)?[-—–－−─━‐‑·•~～\s]*"
)
_LEADERS = re.compile(r"[.…·．\-_]{4,}\s*[-—]?\s*\d{0,4}\s*[-—]?$")
_INLINE = re.compile(r"[①-⑳]|[（(]\d{1,2}[)）]")  # numbering that also runs on within a sentence
_NOTE = re.compile(r"(?:注|说明|备注)[\d①-⑳]?[：:.、]")
_PUNCTUATION = re.compile(r"[，。；,;]")
_STOPS = "。！？；：!?;:"
_CAPTION = re.compile(r"表|(?:单位|部门|名称)[:：]|^\d{4}年度?$")
_CAPTION_START = re.compile(
    r"(?:编制|填报|预算)?(?:单位|部门)(?:名称)?\s*[:：]|金额单位|公开\s*\d+\s*表|附?表\s*[\d一二三四五六七八九十]"
)
_TOP, _BOTTOM = 0.09, 0.88


@dataclass(frozen=True, slots=True)
class Flow:
    """One page cut into its tables and the lines outside of them, top to bottom.

    content: the page without its characters and rules (they would fill the memory in long documents); characters:
    how many there were.
    """

    content: PageContent
    items: tuple[Table | Line, ...]
    characters: int = 0


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
    last_page: int


def is_page_number(line: Line, content: PageContent, edge: bool) -> bool:
    """Whether a line is nothing but a page number; edge: it is the first or last thing on its page."""
    height = content.frame[1]
    near = line.box[3] < _TOP * height or line.box[1] > _BOTTOM * height
    return edge and near and _PAGE_NUMBER.fullmatch(line.text) is not None


def running_lines(flows: Sequence[Flow]) -> set[str]:
    """Lines that stand at the same height at the edge of most pages (running headers and footers). Captions of tables
    repeat too and are none."""
    pages: dict[tuple[str, int], int] = {}
    for flow in flows:
        height = flow.content.frame[1]
        edge = {
            (item.text, round(item.box[1] / 4))
            for item in (*flow.items[:2], *flow.items[-2:])
            if isinstance(item, Line) and (item.box[3] < 0.12 * height or item.box[1] > 0.87 * height)
        }
        for key in edge:
            pages[key] = pages.get(key, 0) + 1
    least = max(4.0, 0.6 * len(flows))
    return {text for (text, _), count in pages.items() if count >= least and not _CAPTION.search(text)}


def build(flows: Sequence[Flow], running: Collection[str] = ()) -> list[Paragraph | Table]:
    """All pages' tables and paragraphs in reading order; of the `running` lines only the first occurrence is kept."""
    margins = _margins(flows)
    seen: set[str] = set()
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
            if isinstance(item, Line) and item.text in running:
                if item.text in seen:
                    continue
                seen.add(item.text)
            if isinstance(item, Table):
                close()
                blocks.append(item)
                continue
            if draft is not None and _continues(draft, item, content, margin):
                box = draft.box
                if draft.last_page == content.number == draft.page.number:
                    box = (min(box[0], item.box[0]), box[1], max(box[2], item.box[2]), item.box[3])
                draft = _Draft(draft.page, _glue(draft.text, item.text), box, draft.size, item, content.number)
            else:
                close()
                draft = _Draft(content, item.text, item.box, item.size, item, content.number)
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


def _continues(draft: _Draft, line: Line, content: PageContent, margin: _Margins) -> bool:
    """Whether a line carries on the paragraph before it."""
    last = draft.last
    if len(line.pieces) > 1 or len(last.pieces) > 1 or _LEADERS.search(line.text) or _LEADERS.search(last.text):
        return False
    dangling = line.text[0] in "，。；、）" and draft.last_page == content.number
    # Unbreakable words (figures) leave ragged ends; a sentence that has not ended may stop well before the margin.
    room = margin.right - last.box[2]
    if not dangling and room > (2.1 if last.text[-1] in _STOPS else 6.0) * last.size:
        return False
    if abs(line.size - last.size) > 0.12 * last.size:
        return False
    stopped = last.text[-1] in _STOPS
    ended = last.text[-1] in "。！？!?"
    same_page = draft.last_page == content.number
    gap = line.box[1] - last.box[3]
    at_left = line.lead < 0.8 and line.box[0] <= margin.left + 1.3 * line.size
    if _CAPTION_START.match(line.text):
        return False
    if HEADING.match(line.text) and not (at_left and not ended and _INLINE.match(line.text)):
        return False
    if not same_page:
        return draft.last_page + 1 == content.number and at_left and not stopped
    if gap >= 1.6 * line.size or gap < -0.5 * line.size:
        return False
    # A block set in as a whole: its lines begin alike and run right to the margin, which headings rarely do.
    heading = HEADING.match(draft.text) is not None and not _PUNCTUATION.search(draft.text)
    filled = room <= 1.1 * line.size
    aligned = line.lead < 0.8 and abs(line.box[0] - last.box[0]) < 0.6 * line.size
    below = aligned and filled and not stopped and not heading
    middle, last_middle = (line.box[0] + line.box[2]) / 2, (last.box[0] + last.box[2]) / 2
    # The second line of a centred title: both centred on the page, the first one with no room for more.
    page_middle = content.frame[0] / 2
    centred = max(abs(middle - page_middle), abs(last_middle - page_middle)) < 1.2 * line.size and not stopped
    centred = centred and room < 2.1 * line.size
    hanging = _NOTE.match(draft.text) is not None and not stopped and gap < 0.9 * line.size and room < 2.1 * line.size
    return at_left or below or centred or hanging or dangling


def _glue(first: str, second: str) -> str:
    """Two lines of a paragraph: a blank only between Latin words."""
    latin = first[-1:].isascii() and first[-1:].isalpha() and second[:1].isascii() and second[:1].isalpha()
    return first + (" " if latin else "") + second
