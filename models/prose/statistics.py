"""Figures that are not money: percentages tied to the amounts they speak of, counts, scores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.disclosure import Statistic
from models.prose.figures import figures
from models.prose.flow import Line, quoted
from models.prose.state import Outcome, Ratio, Read, What

_LABEL_HEAD = re.compile(
    r"^(?:其中|截至|全年|共计|累计|另|包括|按规定|本年度?|当年|年末|有|共有|共|和|及|或)+|^(?:\d{4}年度?)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:底|末)?"
)
_LABEL_TAIL = re.compile(r"(?:共有|共计|共|为|是|达|达到|(?<!保)有|合计|累计|计|总数|数量|的|安排|约|数)+$")
_NEAR, _EARLIER = 60, 1000
"""How many amounts before a percentage are looked at: in its paragraph, and for a total named in it."""
_NOUN = re.compile(r"项目|单位|部门|目标|指标|预算单位")
_SECTIONS = frozenset({"three_public", "assets", "procurement", "performance", "agency_running"})
_COUNT_UNITS = frozenset(
    {
        "辆",
        "辆次",
        "人次",
        "人",
        "批次",
        "批",
        "台（套）",
        "台（件、套）",
        "台套",
        "台",
        "套",
        "个",
        "次",
        "项",
        "家",
        "组",
        "团次",
        "团组",
        "车次",
        "分",
    }
)


def statistics(lines: Sequence[Line], outcome: Outcome) -> Iterator[Statistic]:
    """All statistics of the document in reading order: percentages first, then counts and scores."""
    for ratio in outcome.ratios:
        statistic = _percentage(lines[ratio.line_no], ratio, outcome.reads)
        if statistic is not None:
            yield statistic
    for number, line in enumerate(lines):
        kind = outcome.kinds[number] if number < len(outcome.kinds) else None
        if kind is not None and kind.id in _SECTIONS:
            yield from _counts(line)


def _percentage(line: Line, ratio: Ratio, reads: Sequence[Read]) -> Statistic | None:
    figure = ratio.figure
    before: list[Read] = []
    for read in reversed(reads[max(0, ratio.before - _NEAR) : ratio.before]):
        if read.line_no != ratio.line_no:
            break
        before.insert(0, read)
    subject, base = _operands(ratio, before, reads[max(0, ratio.before - _EARLIER) : ratio.before])
    if subject is None and base is None:
        return None
    value = figure.value
    if ratio.kind == "growth" and ratio.change < 0:
        value = -value
    known = subject or base
    what = known.what if known is not None else ratio.own
    endings = {"share": "占比", "growth": "增长率", "completion": "完成率"}
    name = (what.item if what is not None else "") + endings[ratio.kind]
    return Statistic(
        locator=line.locator(figure.start),
        section=quoted(line.section) if line.section else None,
        name=quoted(name),
        value=value,
        unit="%",
        published_text=line.printed(figure.start, figure.end),
        place=line.place(figure.start),
        kind=ratio.kind,
        subject=subject.item.locator if subject else None,
        base=base.item.locator if base else None,
    )


def _operands(ratio: Ratio, near: Sequence[Read], earlier: Sequence[Read]) -> tuple[Read | None, Read | None]:
    """The two amounts a percentage is computed from, as `Statistic` defines them."""
    if not near and ratio.kind != "growth":
        return None, None
    last = near[-1] if near else None
    if ratio.kind == "share":
        if ratio.own is not None:
            # behind a bracket: of what was told before it
            last = next((read for read in reversed(near) if _key(read.what) == _key(ratio.own)), None)
        if last is None or last.sentence != ratio.sentence or last.measure == "change":
            return None, None
        whole = ratio.named if ratio.named is not None else ratio.headline
        if whole is None and last.what.group == "three_public":
            return last, _find(earlier, last, group="three_public")
        if ratio.named is None and last.what.group == "three_public":
            return last, _find(earlier, last, group="three_public")
        if whole is None:
            return last, None
        return last, _same(earlier, whole, last)
    own = ratio.own
    if own is None:
        return None, None
    mine = [read for read in near if _key(read.what) == _key(own)]
    if ratio.kind == "completion":
        final = next((r for r in reversed(mine) if r.measure == "final"), None)
        budget = next(
            (
                r
                for r in reversed(mine)
                if r.measure in ("budget", "adjusted_budget") and final and r.item.fiscal_year == final.item.fiscal_year
            ),
            None,
        )
        return final, budget
    present_measure = ("budget", "final", "adjusted_budget")
    present = next(
        (
            r
            for r in reversed(mine)
            if r.measure in present_measure and r.compare is None and r.item.fiscal_year == _present_year(mine)
        ),
        None,
    )
    if (
        last is not None
        and last.measure == "change"
        and last.sentence == ratio.sentence
        and _key(last.what) == _key(own)
    ):
        return last, present
    prior = next(
        (
            r
            for r in reversed(mine)
            if r.measure == "prior_final" or (r.measure == "budget" and r.item.fiscal_year < _present_year(mine))
        ),
        None,
    )
    return prior, present


def _present_year(reads: Sequence[Read]) -> int:
    """The present year among the amounts."""
    return max((read.item.fiscal_year for read in reads), default=0)


def _key(what: What) -> tuple[str, str, str, str, str | None]:
    return what.fund, what.flow, what.component, what.item, what.code


def _same(reads: Sequence[Read], what: What, part: Read) -> Read | None:
    """The latest amount of that very thing, in the same year and measure as the part."""
    for read in reversed(reads):
        if (
            read.item.locator == part.item.locator
            or read.measure != part.measure
            or read.item.fiscal_year != part.item.fiscal_year
        ):
            continue
        if _key(read.what) == _key(what):
            return read
    return None


def _find(reads: Sequence[Read], part: Read, group: str) -> Read | None:
    for read in reversed(reads):
        if read.what.group == group and read.what.component == "total" and read.measure == part.measure:
            return read
    return None


def _counts(line: Line) -> Iterator[Statistic]:
    previous = ""
    outer: list[str] = []
    end = seen = 0
    for figure in figures(line.text):
        for character in line.text[seen : figure.start]:
            if character == "（":
                outer.append(previous)
            elif character == "）" and outer:
                previous = outer.pop()  # "接待9批次（其中外事接待1批次）、80人次"
        seen = max(seen, figure.start)
        label = _label(line.text, end, figure.start)
        if figure.kind == "count" and figure.unit in _COUNT_UNITS and not figure.broken:
            name = label or previous
            noun = _NOUN.match(line.text, figure.after)
            if noun and figure.unit in ("个", "项", "家") and not name.endswith(noun.group()):
                name += noun.group()
            if name:
                kind = "score" if figure.unit == "分" else "count"
                yield Statistic(
                    locator=line.locator(figure.start),
                    section=quoted(line.section) if line.section else None,
                    name=quoted(name),
                    value=figure.value,
                    unit=figure.unit,
                    published_text=line.printed(figure.start, figure.end),
                    place=line.place(figure.start),
                    kind=kind,
                )
            previous = name
        elif figure.kind not in ("year", "bare", "skip"):
            previous = ""
        if figure.kind not in ("year", "bare", "skip"):
            end = figure.after
    return


def _label(text: str, start: int, end: int) -> str:
    """What stands directly before a count, without connecting words: "共有车辆10辆" → 车辆."""
    piece = text[start:end]
    depth_open = piece.rfind("（")
    if depth_open > piece.rfind("）"):
        piece = piece[depth_open + 1 :]
    piece = re.sub(
        r"（[^（）]{0,12}）",
        lambda m: m.group() if m.group() in ("（境）", "（套）", "（不含车辆）", "（含）", "（国、境）") else "",
        piece,
    )
    kept = re.split(r"[，。；：、！？\x1e]", piece)[-1]
    kept = re.sub(r"^\d{1,2}[.．]", "", kept)
    for _ in range(3):
        kept = _LABEL_TAIL.sub("", _LABEL_HEAD.sub("", kept))
    # "某局共有车辆12辆": whose they are is the document's.
    kept = kept.rpartition("共有")[2] or kept
    return kept[-30:]
