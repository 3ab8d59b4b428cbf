"""Printed labels taken apart: the code, the name and the level mark in one cell, and the 类/款/项 path in prose.

Only the text is looked at here; whether a code or a name exists is for models/classify.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from models.text import clean, fold, plain

_FUNCTIONAL_LENGTHS = (3, 5, 7, 9)
_EDGE_CODE = re.compile(r"^[（]?(\d[\d\s.—_/、|]*\d|\d)[）]?[\s—_、|：．.]*(.*)$", re.DOTALL)
_TRAILING_CODE = re.compile(r"^(.*?[^\d（])[（—_|：]?(\d{3}(?:\d{2}){0,2})[）]?$", re.DOTALL)
_ENUMERATION = re.compile(
    r"^(?:其中(?:：|:)?|[一二三四五六七八九十]{1,3}[、.．]|（[一二三四五六七八九十]{1,3}）[、.]?|（\d{1,2}）[、.]?|\d{1,2}[、．]|\d{1,2}\.(?!\d)|[①-⑳])"
)
_FOOTNOTE = re.compile(r"(?:[＊*※#★▲]+|（?注\d*）?|（[①-⑳]）|[①-⑳]|（\d）)$")
_LEVEL_MARK = re.compile(r"（(类|款|项|目)(?:级)?(?:科目)?）")
_TRAILING_BRACKET = re.compile(r"^(.+)（([^（）]+)）$")


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label taken apart.

    code: digits only, of any length the label printed, else None. name: without code, enumeration, footnote mark and
    level mark, folded brackets; may be empty. level: the mark it carried. hint: a final bracket that may be the short
    name of the 款 (行政运行（人大）), still part of `name`.
    """

    code: str | None
    name: str
    level: str | None = None
    hint: str | None = None


LONGEST_LABEL = 200
"""Characters; a longer text is no label."""


def split_label(text: str) -> Label:
    """Take a label apart: "[2010101]行政运行", "2010101-行政运行", "341-2010101", "201 01 01", "　行政运行（项）".

    A text too long for a label gives an empty one.
    """
    return _split_label(text) if len(text) <= LONGEST_LABEL else Label(None, "")


_SMALL_BRACKETS = str.maketrans("﹙﹚﹝﹞", "（）（）")


@lru_cache(maxsize=32768)
def _split_label(text: str) -> Label:
    text = text.translate(_SMALL_BRACKETS)
    folded = fold(plain(text).replace("\n", ""))
    code: str | None = None
    spaced = fold_keeping_blanks(text)
    match = _EDGE_CODE.match(spaced)
    if match and not _ENUMERATION.match(fold(spaced)):
        code = join_code(match.group(1))
        if code is not None:
            folded = fold(match.group(2))
    if code is None:
        match = _TRAILING_CODE.match(folded)
        if match:
            code, folded = match.group(2), match.group(1)
    name, level = strip_name(folded)
    match = _TRAILING_BRACKET.match(name)
    return Label(code, name, level, match.group(2) if match else None)


def fold_keeping_blanks(text: str) -> str:
    """`fold` character by character, single blanks kept (they separate the groups of a code)."""
    return " ".join(fold(part) for part in plain(text).split())


def strip_name(folded: str) -> tuple[str, str | None]:
    """A folded name without enumeration, footnote mark, quotes around it and level mark; and the level it was marked."""
    name, level = folded.strip("：，。；、—”"), None
    for _ in range(3):
        before = name
        name = _ENUMERATION.sub("", name).strip("：，。；—”")
        match = _LEVEL_MARK.search(name)
        if match and match.end() == len(name):
            level, name = match.group(1), name[: match.start()]
        if len(name) > 2:
            name = _FOOTNOTE.sub("", name) or name
        if name == before:
            break
    return name, level


def join_code(text: str) -> str | None:
    """The classification code in a run of digits and separators, agency prefix dropped; None when there is none.

    "201 01 01", "201-01-01", "341-2010101" and "2010101.0" give "2010101"; a two-digit group alone ("05", a 款 or 项 in
    its own column) is given as it stands.
    """
    folded = fold(text)
    folded = re.sub(r"^(\d{3,9})\.0+$", r"\1", folded)
    groups = re.findall(r"\d+", folded)
    if not groups:
        return None
    if len(groups) == 1:
        digits = groups[0]
        return digits if len(digits) in (2, *_FUNCTIONAL_LENGTHS) else None
    for start in range(len(groups)):
        part = groups[start:]
        joined = "".join(part)
        standard = len(part[0]) in _FUNCTIONAL_LENGTHS and all(len(group) == 2 for group in part[1:])
        if standard and len(joined) in _FUNCTIONAL_LENGTHS and not (start == 0 and _is_agency(part)):
            return joined
    return None


def _is_agency(groups: list[str]) -> bool:
    """Whether the first group is an agency number before a whole code ("341-2010101")."""
    return len(groups) > 1 and len(groups[1]) >= 3


_PATH_MARK = re.compile(r"[（(\[［【〔]\s*\d*(类|款|项)(?:级)?(?:科目)?\s*[）)\]］】〕]")
_BREAKS = re.compile(r"[，。；：！？\n]")
_DASHES = re.compile(r"\s*(?:——|—|－|–|--|-|>|→|/|＞)\s*")
_WORD_MARK = re.compile(r"^(.+?)类[、，]?(.+?)款[、，]?(.+?)项$")
Path = tuple[str | None, str | None, str | None]


def parse_path(text: str) -> Path | None:
    """The 类, 款 and 项 a prose item names, each cleaned, None where not given; None when it names none at all.

    "一般公共服务支出（类）党委办公厅（室）及相关机构事务（款）行政运行（项）：…" gives its three names; codes stand
    for names where printed so ("201（类）"). Without marks, three names joined by dashes are a path. What follows the
    last mark is not looked at.
    """
    line = plain(text)
    found: dict[str, str] = {}
    start = 0
    marks = list(_PATH_MARK.finditer(line))
    for match, level in zip(marks, _levels_meant(line, marks), strict=True):
        order = "类款项".index(level)
        if level in found or any("类款项".index(other) > order for other in found):
            break
        name = _path_name(line[start : match.start()], first=not found)
        start = match.end()
        if name:
            found[level] = name
        elif not found:
            continue
    if found:
        return found.get("类"), found.get("款"), found.get("项")
    return _dashed(line)


def _levels_meant(line: str, marks: list[re.Match[str]]) -> list[str]:
    """The levels of the marks; of three names in a row with one mark misprinted ("…（类）…（类）…（项）"), 类, 款, 项."""
    levels = [match.group(1) for match in marks]
    between = [line[one.end() : other.start()] for one, other in pairwise(marks[:3])]
    in_a_row = len(between) == 2 and all(
        name.strip() and not _BREAKS.search(name) and name.lstrip()[0] not in "、和及与" for name in between
    )
    if in_a_row and sum(level != meant for level, meant in zip(levels, "类款项", strict=False)) == 1:
        levels[:3] = "类款项"
    return levels


def _path_name(segment: str, first: bool) -> str:
    """The name at the end of a segment: nothing of the sentence before it, no enumeration, no quotes around."""
    segment = _BREAKS.split(segment.rstrip("：: ") if not first else segment.strip())[-1]
    segment = clean(segment).strip("-—–－_|、>→/ ，。：“”‘’\"'「」《》")
    for _ in range(3):
        stripped = _ENUMERATION.sub("", segment.replace("(", "（").replace(")", "）")).strip()
        if stripped == segment:
            break
        segment = stripped
    return segment.strip("-—–－_|> “”‘’\"'「」《》").replace("(", "（").replace(")", "）")


def _dashed(line: str) -> Path | None:
    """A path without marks: "社会保障和就业支出—行政事业单位养老支出—行政单位离退休", or "…类…款…项"."""
    head = _BREAKS.split(line.strip())[0].strip()
    if len(head) > LONGEST_LABEL:
        return None
    match = _WORD_MARK.match(head)
    if match:
        return _path_name(match.group(1), True), _path_name(match.group(2), False), _path_name(match.group(3), False)
    parts = [part for part in _DASHES.split(head) if part]
    if len(parts) == 3 and all(re.search(r"[一-龥]{2}", part) and len(part) <= 40 for part in parts):
        names = [_path_name(part, index == 0) for index, part in enumerate(parts)]
        if all(names) and not any(re.search(r"\d{4}年|万元|亿元", name) for name in names):
            return names[0], names[1], names[2]
    return None
