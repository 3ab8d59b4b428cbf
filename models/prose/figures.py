"""Figures in running text: which digits are money, percentages, counts or years, and which are none of these.

Only the digits and what stands directly beside them are looked at; what a figure means is for the reader. A figure
that a line end or a blank cut in two is marked `broken` and must not be used; so is one whose digits are no number
("7,50331万元"), and one before which a dash may be a sign or a mere dash ("收入-1.71万元"): these are `malformed` too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from decimal import Decimal

from models.money import LARGEST_YUAN, UNITS

_NUMBER = r"\d{1,3}(?:，\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_FIGURE = re.compile(
    rf"(?P<sign>(?:(?<![\d一-龥）—])|(?<=[为是]))—)?(?P<number>{_NUMBER})(?P<tail>百万元|亿元|万元|千元|元|万(?=[（）。，；、])|%|‰|个百分点|年度|年)?"
)
_ZERO = re.compile(
    r"(?:均为|都为|全部为|各为|为|是|均是|也为|皆为)(?P<number>零)(?P<tail>百万元|亿元|万元|元)?(?=[。，；、（）]|$)"
)
_PRICE_TAIL = re.compile(r"^(?:／|每|一?个?以上|以下|以内|（含）以上|（含）|（不含）|起)")
_BOUND_HEAD = re.compile(
    r"(?:≤|≥|＜|＞|<|>|不超过|不超|不高于|不低于|不少于|不多于|不大于|不小于|小于等于|大于等于|低于|高于|超过|超出|突破|达到或超过|约|近|逾|超|单价|单位价值|每|人均|户均|平均|(?<!债务)限额)$"
)


_NEAR = 12
"""How many characters beside a figure are looked at."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a line.

    kind: ``money``, ``percent``, ``count`` (any other unit or none), ``year``, ``bare`` (no unit beside it), ``skip`` (a
    threshold, a unit price, part of a reference). start, end: span of sign and digits; after: end including the unit. value:
    as printed, in `unit`; decimals: printed places. broken: cut by a line end or blank, never to be used.
    """

    kind: str
    start: int
    end: int
    after: int
    value: Decimal
    decimals: int
    unit: str | None
    broken: bool = False
    signed: bool = False
    malformed: bool = False

    def yuan(self, unit: str | None = None) -> Decimal:
        """The amount in 元."""
        return self.value * UNITS[unit or self.unit or "元"]

    def ulp(self, unit: str | None = None) -> Decimal:
        """What one unit in the last printed place is worth in 元."""
        return UNITS[unit or self.unit or "元"].scaleb(-self.decimals)


_COUNTED = re.compile(
    r"^(?:辆次|辆|人次|人|批次|批|台（套）|台（件、套）|台\(套\)|台套|台|套|个|次|项|家|组|名|户|分(?!之|析|别|局|中心|制|类|项|配|解|数)|平方米|公里|份|篇|场|期|处|件|车次|团次|团组)"
)


def figures(text: str) -> list[Figure]:
    """All figures of a normalised line, left to right."""
    odd = [_malformed_figure(run) for run in _RUN.finditer(text) if _malformed(text, run)]
    found: list[Figure] = list(odd)
    taken = _Spans([(figure.start, figure.after) for figure in odd])
    for match in _FIGURE.finditer(text):
        if not taken.touch(match.start("number"), match.end()):
            found.append(_figure(text, match))
    found.extend(
        Figure("money", m.start("number"), m.end("number"), m.end(), Decimal(0), 0, m.group("tail"))
        for m in _ZERO.finditer(text)
    )
    found.sort(key=lambda figure: figure.start)
    found = _series(text, found)
    cuts = _Spans([cut.span() for cut in _CUT.finditer(text)])
    return [_broken(one) if cuts.touch(one.start, one.end) else one for one in found]


class _Spans:
    """Stretches of a text, in order and apart, asked for quickly: a line may hold tens of thousands."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them has a character between start and end."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._ends[before] > start


_CUT = re.compile(r"[\d，.]+\x1e[\d，.]+")
"""Digits that go on behind a line end: nobody knows which of them belong together."""


def _broken(figure: Figure) -> Figure:
    return replace(figure, broken=True)


_RUN = re.compile(
    r"(?<![\d.·A-Za-z—])(?<!\d，)(?P<sign>—)?(?P<digits>[.·]?\d[\d，.。·`OoIl]*)(?P<unit>百万元|亿元|万元|千元|元|万(?=[（）。，；、]))"
)
"""Digits and what can be mistyped among them, directly before a unit of money."""
_PLAIN = re.compile(rf"(?:{_NUMBER})$")
_SERIES_HEAD = re.compile(r"(?:分别|依次|各)(?:为|是|完成|支出|增加|减少|增长|下降)?$")


def _malformed(text: str, run: re.Match[str]) -> bool:
    """Whether digits before a unit are neither a number nor several numbers of one list ("分别为12.5，13.6万元")."""
    digits = run.group("digits")
    before = text[max(0, run.start() - _NEAR) : run.start()]
    if _PLAIN.match(digits):
        # After a word a dash is a sign or a dash: the amount would be right in one reading and wrong in the other.
        # A range ("5万元—8万元") has its dash behind a unit.
        return run.group("sign") is not None and re.search(r"[一-龥）](?<![为是元万亿年月日])$", before) is not None
    parts = digits.split("，")
    if all(_PLAIN.match(part) for part in parts):
        places = {len(part.partition(".")[2]) for part in parts}
        listed = len(places) == 1 and places != {0}
        return not (listed or _SERIES_HEAD.search(before))
    return True


def _malformed_figure(run: re.Match[str]) -> Figure:
    unit = "万元" if run.group("unit") == "万" else run.group("unit")
    return Figure(
        "money", run.start("digits"), run.end("digits"), run.end(), Decimal(0), 0, unit, broken=True, malformed=True
    )


def _figure(text: str, match: re.Match[str]) -> Figure:
    number, tail = match.group("number"), match.group("tail")
    start, end, after = match.start("number"), match.end("number"), match.end()
    value = Decimal(number.replace("，", ""))
    decimals = len(number.partition(".")[2])
    before, rest = text[max(0, start - _NEAR) : start], text[after : after + _NEAR]
    broken = (
        before[-1:] in (" ", "\x1e", ".")
        or text[end : end + 1] in (" ", "\x1e")
        or (before[-1:] == "，" and before[-2:-1].isdigit())
    )
    signed = match.group("sign") is not None
    unit: str | None = None
    if tail in ("年", "年度"):
        kind = "year" if decimals == 0 and len(number) == 4 and 1990 <= value <= 2050 else "count"
        unit = "年"
    elif tail in ("%", "‰", "个百分点"):
        kind, unit = "percent", tail
    elif tail is not None:
        unit = "万元" if tail == "万" else tail
        kind = "money"
        if _PRICE_TAIL.match(rest) or _BOUND_HEAD.search(before[-8:]) or value * UNITS[unit] > LARGEST_YUAN:
            kind = "skip"
    else:
        counted = _COUNTED.match(text[end : end + _NEAR])
        if counted:
            kind, unit, after = "count", counted.group(), end + counted.end()
        elif (
            re.match(r"[号〕］】个月日时分秒类款项期届]|—\d|：\d", text[end : end + _NEAR])
            or before[-1:] in "〔［【第—＊"
        ):
            kind = "skip"
        else:
            kind = "bare"
    if signed and value:
        value = -value
    return Figure(kind, match.start("sign") if signed else start, end, after, value, decimals, unit, broken, signed)


def _series(text: str, found: list[Figure]) -> list[Figure]:
    """ "分别为12.5、13.6万元", "各是4125.49，4143.91万元": a bare figure directly before another takes its unit."""
    result = list(found)
    for index in range(len(result) - 2, -1, -1):
        figure, follower = result[index], result[index + 1]
        if figure.kind != "bare" or follower.kind != "money" or follower.unit is None:
            continue
        between = text[figure.end : follower.start]
        if between in ("，", "、", "和", "及"):
            result[index] = Figure(
                "money",
                figure.start,
                figure.end,
                figure.end,
                figure.value,
                figure.decimals,
                follower.unit,
                False,
                figure.signed,
            )
            if follower.broken and between == "，":
                result[index + 1] = Figure(
                    "money",
                    follower.start,
                    follower.end,
                    follower.after,
                    follower.value,
                    follower.decimals,
                    follower.unit,
                    False,
                    follower.signed,
                )
    return result
