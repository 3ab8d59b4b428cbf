"""Why an amount changed, as the prose says: the words after 主要原因是…, kept with the amount they explain.

A reason belongs to the last amount read before it. "主要是…" alone is a reason only after a change or a difference;
after a plain amount it tells what the money is for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from models.prose.flow import Line, quoted
from models.prose.state import Outcome, Read

_REASON = re.compile(
    r"(?P<sure>(?:主要)?(?:变动|增减|增减变化|增减变动|变化|差异|增加|减少|增长|下降)?的?(?:主要)?原因(?:分析)?(?:如下)?(?:主要)?(?:是|为|：|系|在于)+(?:由于|因为|因)?[：，]?)"
    r"|(?P<likely>(?<=[，。；])(?:主要(?:是|系|由于|因为|因|为)|由于|系因?)(?:由于|因为|因)?[：，]?)"
)
_MOVED = re.compile(
    "增加|减少|增长|下降|上升|降低|压减|持平|大于|小于|高于|低于|超过|无变化|无增减|一致|完成|差异|变动"
)
_PURPOSE = re.compile("^(?:用于|保障|包括|反映|支出|安排)")
_LONGEST = 600
_GAP = 90
"""How far behind its amount a reason may begin (a percentage and a few words stand between)."""


def with_reasons(lines: Sequence[Line], outcome: Outcome) -> list[Read]:
    """The reads, each with the reason its text states for it."""
    by_line: dict[int, list[int]] = defaultdict(list)
    for index, read in enumerate(outcome.reads):
        by_line[read.line_no].append(index)
    reads = list(outcome.reads)
    for number, line in enumerate(lines):
        indices = by_line.get(number, [])
        if indices:
            _line(line.text, indices, reads)
        elif number and by_line.get(number - 1) and not line.heading and line.depth is None:
            # A reason may fill a paragraph of its own.
            opening = _REASON.match(line.text)
            if opening is not None and opening["sure"]:
                _attach(reads, by_line[number - 1][-1], _words(line.text, opening.end(), len(line.text)))
    return reads


def _line(text: str, indices: list[int], reads: list[Read]) -> None:
    for match in _REASON.finditer(text):
        before = [index for index in indices if reads[index].figure.after <= match.start()]
        if not before:
            continue
        last = _explained(reads, before)
        read = reads[last]
        between = text[read.figure.after : match.start()]
        if len(between) > _GAP or (read.item.reason is not None):
            continue
        if match["likely"] and not (read.measure == "change" or _MOVED.search(between)):
            continue
        if _PURPOSE.match(text[match.end() : match.end() + 4]) and match["likely"]:
            continue
        following = [reads[index].figure.start for index in indices if reads[index].figure.start >= match.end()]
        _attach(reads, last, _words(text, match.end(), min(following, default=len(text))))


def _explained(reads: list[Read], before: list[int]) -> int:
    """The amount a reason is given for: the change of the thing spoken of, where one was printed just before."""
    last = reads[before[-1]]
    for index in reversed(before[-3:]):
        read = reads[index]
        if (read.sentence, read.what.item) != (last.sentence, last.what.item):
            break
        if read.measure == "change":
            return index
    return before[-1]


def _words(text: str, start: int, end: int) -> str:
    """The reason from start to the end of its sentence; before the next amount that was read it ends with its clause."""
    stop = text.find("。", start, end)
    if stop < 0 and end < len(text):
        stop = max(text.rfind("；", start, end), text.rfind("。", start, end))
        if stop < 0:
            return ""
    return text[start : stop if stop >= 0 else end].strip("，；：")[:_LONGEST]


def _attach(reads: list[Read], last: int, words: str) -> None:
    if len(words) < 2:
        return
    figure = reads[last].figure
    for index in range(last, -1, -1):
        if reads[index].line_no != reads[last].line_no or reads[index].figure is not figure:
            break
        reads[index] = replace(reads[index], item=replace(reads[index].item, reason=quoted(words)))
