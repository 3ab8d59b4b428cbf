"""What a row label says: a total, a kind of income, a balance, a use of money — matched against data/forms/rows.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from models.forms.vocabulary import RowEntry, strip_numbering, vocabulary
from models.text import fold

_DECORATION = re.compile(r"^[＊*※★●■·]+|[＊*:：]+$")


@lru_cache(maxsize=16384)
def match_row(label: str, side: str | None, form: str) -> RowEntry | None:
    """The row entry a label falls under on the given side of the given form, None for a classification item or project."""
    text = _DECORATION.sub("", strip_numbering(label))
    if not text:
        return None
    for entry in vocabulary().rows:
        if entry.form is not None and entry.form != form:
            continue
        if entry.side is not None and side is not None and entry.side != side:
            continue
        if entry.pattern.fullmatch(text):
            return entry
    return None


@dataclass(frozen=True, slots=True)
class Period:
    """What a row label says of time: the year printed, or one counted from the document's, and the measure; percent:
    the row holds rates of change, no money."""

    year: int | None = None
    offset: int | None = None
    measure: str | None = None
    percent: bool = False


_YEAR_ROW = re.compile(
    r"^(?:(20\d\d)年?(?:度)?|(上年|上一年|去年)(?:度)?|(本年|当年|今年)(?:度)?)(?:年初|部门)?(预算|决算|执行|预计执行|预算执行)?(?:数|安排|安排数|金额)?(?:（.*）)?$"
)
_CHANGE_ROW = re.compile(
    r"^(?:(?:比|较|与)?(?:上年|上年度|去年|20\d\d年)?(?:度)?(?:预算|决算|执行)?(?:数)?(?:相比)?)?(?:增减|增加|增长|变动|变化)(?:变化)?(?:额|数|金额|情况|变化金额|（.*）)?$"
)
_RATE_ROW = re.compile(r"(?:增减|增长|变动|变化).*(?:%|％|率|比例|幅度|百分比)")


@lru_cache(maxsize=4096)
def period_of(label: str) -> Period | None:
    """The period a row is of where its label (or its 年度 column) is nothing but that; else None."""
    text = fold(label)
    found = _YEAR_ROW.match(text)
    if found:
        year, last, this, word = found.groups()
        measure = None if word is None else "budget" if word == "预算" else "final"
        return Period(int(year) if year else None, -1 if last else 0 if this else None, measure)
    if _RATE_ROW.search(text) and len(text) <= 20:
        return Period(percent=True, measure="change")
    if _CHANGE_ROW.match(text):
        return Period(measure="change")
    return None


def is_subset_label(label: str) -> bool:
    """Whether a row is a 其中 of the row above it."""
    return bool(re.match(r"^(?:[一二三四五六七八九十\d（）、.]*)?(其中|#)", fold(label)))
