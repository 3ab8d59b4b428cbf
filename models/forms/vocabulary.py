"""The vocabularies of the forms (data/forms/*.toml), compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from data import read_toml
from models import steward
from models.text import fold


@dataclass(frozen=True, slots=True)
class TitleRule:
    """A table title pattern and the official form it names; form None: known, but no official form.

    reason: in words. skip: another reader has it (performance tables), its amounts are only counted here.
    """

    pattern: re.Pattern[str]
    form: str | None
    fund: str | None = None
    flow: str | None = None
    by_function: str | None = None
    reason: str | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """What one element of a column's header path says (data/forms/columns.toml)."""

    pattern: re.Pattern[str]
    kind: str | None = None
    component: str | None = None
    fund: str | None = None
    flow: str | None = None
    measure: str | None = None
    year: int | None = None
    subset: bool = False
    item: str | None = None
    three_public: str | None = None


@dataclass(frozen=True, slots=True)
class RowEntry:
    """What a row label says where it is no classification item (data/forms/rows.toml)."""

    pattern: re.Pattern[str]
    component: str
    item: str
    side: str | None = None
    form: str | None = None
    flow: str | None = None
    fund: str | None = None
    level: str = "item"
    subset: bool = False
    group: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All vocabularies of the forms, compiled."""

    title_strip: tuple[re.Pattern[str], ...]
    titles: tuple[TitleRule, ...]
    columns: tuple[ColumnEntry, ...]
    header_words: tuple[re.Pattern[str], ...]
    total_words: tuple[re.Pattern[str], ...]
    count_rows: tuple[re.Pattern[str], ...]
    body_words: tuple[re.Pattern[str], ...]
    rows: tuple[RowEntry, ...]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The compiled vocabularies."""
    titles, columns, rows = (read_toml(f"forms/{name}.toml") for name in ("titles", "columns", "rows"))
    return Vocabulary(
        title_strip=tuple(re.compile(p) for p in titles["strip"]),
        titles=tuple(
            TitleRule(**{**rule, "pattern": re.compile(rule["pattern"]), "form": rule["form"] or None})
            for rule in titles["rule"]
        ),
        columns=tuple(ColumnEntry(**{**entry, "pattern": re.compile(entry["pattern"])}) for entry in columns["column"]),
        header_words=tuple(re.compile(p) for p in columns["words"]["header"]),
        total_words=tuple(re.compile(p) for p in columns["words"]["total"]),
        body_words=tuple(re.compile(p) for p in columns["words"]["body"]),
        count_rows=tuple(re.compile(p) for p in columns["words"]["count_row"]),
        rows=tuple(RowEntry(**{**entry, "pattern": re.compile(entry["pattern"])}) for entry in rows["row"]),
    )


_YEAR = re.compile(r"(19|20)\d{2}年?(度|初)?")
_SUFFIX = re.compile(
    r"(（续(表)?(\d+|[一二三四五六七八九十]+)?）|续(表)?|（单位：.{1,3}元）|（(空表|无数据)）|（\d+）)$"
)


def strip_title(text: str) -> str:
    """A title without label, year and continuation mark: two pages of one form have the same stripped title."""
    title = fold(text)
    previous = None
    while previous != title:
        previous = title
        title = _SUFFIX.sub("", title)
        for pattern in vocabulary().title_strip:
            title = pattern.sub("", title)
    return _YEAR.sub("", title)


def match_title(text: str) -> TitleRule | None:
    """The rule a title falls under, else None."""
    title = strip_title(text)
    if not title:
        return None
    told = steward.said("title", title)
    if told is not None and told.form is not None:
        form = None if told.form == "other" else told.form
        return TitleRule(re.compile(""), form, reason="词表指定")
    return next((rule for rule in vocabulary().titles if rule.pattern.search(title)), None)


_NUMBERING = re.compile(
    r"^(?:其中：?|加：|减：|#)?(?:[一二三四五六七八九十]{1,3}(?:、|\.|，|：)|（[一二三四五六七八九十]{1,3}）、?|\d{1,2}(?:、|\.(?!\d)|，)|（\d{1,2}）、?|[①-⑳]|[ⅠⅡⅢⅣⅤ]、?)?(?:其中：?)?"
)


def strip_numbering(text: str) -> str:
    """A folded row label without its numbering and 其中."""
    return _NUMBERING.sub("", fold(text))


def numbering_depth(text: str) -> int | None:
    """How deep a row label's numbering is (一、=1, （一）=2, 1.=3, （1）=4, ①=5), None where it has none."""
    folded = fold(text)
    for depth, pattern in enumerate(
        (
            r"[一二三四五六七八九十]{1,3}[、.，：]",
            r"（[一二三四五六七八九十]{1,3}）",
            r"\d{1,2}[、.，](?!\d)",
            r"（\d{1,2}）",
            r"[①-⑳]",
        ),
        1,
    ):
        if re.match(pattern, folded):
            return depth
    return None
