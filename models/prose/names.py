"""The 类、款、项 paths and coded names that prose items print, and what they map to.

Found here: where a path stands in a line, its three names and the codes in its brackets, and names followed by a code
("行政运行（2040601）"). What they mean is asked of models/classify.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from data import read_toml
from models.catalog import load_catalog
from models.classify import Mapping, classify_economic, classify_function
from models.labels import parse_path

_MARK = re.compile(r"（(?P<code>\d{1,7})?(?P<level>类|款|项)(?:级)?(?:科目)?）")
_BOUNDARY = re.compile(
    r"[，。；：！？\x1e]|^\d{1,2}[、.．]|^（[一二三四五六七八九十\d]{1,3}）|^[一二三四五六七八九十]{1,3}[、.．]|^[①-⑳]"
)
_CODED = re.compile(
    r"(?P<name>[一-龥”][一-龥、”]{1,28}(?:（[一-龥、]{1,20}）[一-龥]{0,20})?)（(?P<code>[235]\d{2}(?:\d{2}){0,2})）"
)
_LEAD_CODE = re.compile(
    r"(?<![\d.，])(?P<code>2\d{6}|2\d{4})(?!(?:百万|亿|万|千)?元|人次|批次|车次|团次|平方米|公里)"
    r"(?P<name>[一-龥][一-龥（）、]{1,28}?)(?=支出|预算|决算|\d|，|：|。|年初)"
)
"""A code before its name. "21000万元，" and "21000人次，" are figures."""
LEVELS = "类款项"


@dataclass(frozen=True, slots=True)
class Named:
    """A classified name in a line. levels: printed names by level; code: the digits the path or bracket printed, if any.

    scheme: ``function`` or ``economic``. mapping: what it means; text: the path as printed.
    """

    start: int
    end: int
    text: str
    names: tuple[str | None, str | None, str | None]
    code: str | None
    level: str
    scheme: str
    mapping: Mapping


@dataclass(frozen=True, slots=True)
class PathSpan:
    """Where a 类款项 path stands and what it prints, before it is mapped."""

    start: int
    end: int
    names: tuple[str | None, str | None, str | None]
    code: str | None
    level: str


def path_spans(text: str) -> list[PathSpan]:
    """All paths of a line: runs of marks of growing level with nothing but names between them."""
    spans: list[PathSpan] = []
    run: list[re.Match[str]] = []
    for match in _MARK.finditer(text):
        if run and (
            LEVELS.index(match["level"]) <= LEVELS.index(run[-1]["level"])
            or _breaks(text[run[-1].end() : match.start()])
        ):
            spans.extend(_span(text, run, spans[-1].end if spans else 0))
            run = []
        run.append(match)
    if run:
        spans.extend(_span(text, run, spans[-1].end if spans else 0))
    if not spans:
        spans.extend(_dashed(text))
    return spans


_PART = r"[一-龥][一-龥（）、]{2,40}?"
_DASHED = re.compile(
    rf"”?(?P<top>{_PART}支出)—+(?P<middle>{_PART})—+(?P<low>{_PART})(?:”|(?=科目|支出?\d|\d|，|：|。|年初|预算|决算))"
)


def _dashed(text: str) -> Iterator[PathSpan]:
    """Paths whose names are joined by dashes: "“教育支出—普通教育—小学教育”科目"."""
    for match in _DASHED.finditer(text):
        yield PathSpan(match.start(), match.end(), (match["top"], match["middle"], match["low"]), None, "项")


def _breaks(between: str) -> bool:
    return len(between) > 45 or bool(re.search(r"[，。；：！？\d]", between))


def _span(text: str, run: list[re.Match[str]], floor: int) -> Iterator[PathSpan]:
    start = floor
    for boundary in _BOUNDARY.finditer(text, floor, run[0].start()):
        start = boundary.end()
    head = text[start : run[0].start()]
    number = re.match(
        r"^(?:\d{1,2}[、.．]|（[一二三四五六七八九十\d]{1,3}）|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳]|其中)+", head
    )
    start += number.end() if number else 0
    quote = text.rfind("”", start, run[0].start() - 1)
    if quote > start and run[0].start() - quote > 2:
        start = quote + 1
    start += _words_before(text[start : run[0].start()], run[0]["level"])
    parsed = parse_path(text[start : run[-1].end()])
    if parsed is None or len(text[start : run[0].start()]) < 2:
        return
    digits = [match["code"] or "" for match in run]
    code = "".join(digits) if all(digits) and run[0]["level"] == "类" else None
    if code is None and len(digits[-1]) in (5, 7):
        code = digits[-1]
    yield PathSpan(start, run[-1].end(), parsed, code, run[-1]["level"])


@lru_cache(maxsize=1)
def _introductions() -> re.Pattern[str]:
    """Words of a sentence that can stand directly before a name (``prose.toml``: names.introduced_by)."""
    return re.compile("(?:" + "|".join(read_toml("vocabulary/prose.toml")["names"]["introduced_by"]) + ")$")


def _is_name(name: str, level: str) -> bool:
    """Whether any year's catalog has exactly this name at this level."""
    return any(entry.level == level for entry in load_catalog().functional.ever_named(name))


def _words_before(text: str, level: str) -> int:
    """How many characters of a text are words of the sentence before a name: "项目调整至|科技条件与服务（款）".

    Only where the whole is no name, what is left is one, and the words before it end like words before a name.
    """
    if len(text) > _LONGEST_NAME or _is_name(text, level):
        return 0
    for cut in range(1, len(text) - 2):
        if _introductions().search(text, 0, cut) and _is_name(text[cut:], level):
            return cut
    return 0


_LONGEST_NAME = 80


def _two_names(name: str) -> tuple[str, str] | None:
    """A 款 and a 项 printed as one 项 ("人大事务行政运行（项）"), None where the name is one of its own."""
    if len(name) > _LONGEST_NAME or _is_name(name, "项"):
        return None
    for cut in range(3, len(name) - 2):
        if _is_name(name[:cut], "款") and _is_name(name[cut:], "项"):
            return name[:cut], name[cut:]
    return None


def map_path(span: PathSpan, text: str, year: int, above: tuple[str | None, str | None], fund: str | None) -> Named:
    """Map a path; `above` gives the 类 and 款 names of the headings before it, for paths that begin lower."""
    names = list(span.names)
    if span.level == "项" and names[1] is None and names[2] is not None:
        names[1], names[2] = _two_names(names[2]) or (None, names[2])
    if names[0] is None and span.level != "类":
        names[0] = above[0]
        if names[1] is None and span.level == "项":
            names[1] = above[1]
    own = LEVELS.index(span.level)
    parents = tuple(name for name in names[:own] if name)
    mapping = classify_function(
        year,
        code=span.code,
        name=names[own],
        parents=parents,
        fund=fund if fund in _CATALOG_FUNDS else None,
        level=span.level,
    )
    return Named(
        span.start,
        span.end,
        text[span.start : span.end],
        (names[0], names[1], names[2]),
        span.code,
        span.level,
        "function",
        mapping,
    )


_BARE = re.compile(
    r"(?:\d{1,2}[、.．]|（[一二三四五六七八九十\d]{1,3}）|[①-⑳])*(?P<name>[一-龥][一-龥、（）]{2,40}?)"
    r"(?P<tail>(?:支出)?(?:年初)?(?:预算|决算)?数?(?:为|：)?)(?=\d)"
)
_BARE_SECTION = re.compile("功能|支出(?:预算|决算)|一般公共预算|政府性基金|财政拨款")
_BY_FUNCTION = re.compile("功能")


def bare_name(
    text: str, year: int, section: str, above: tuple[str | None, str | None], fund: str | None
) -> Named | None:
    """A line that begins with the exact name of a 项 or 款 and its amount ("事业单位医疗9万元，其中：基本支出…"), under a heading of expenditure.

    A name that the economic classification has too counts only where the heading says 功能. Names of a 类 are not asked here:
    some 项 of transfers to other governments have the same name.
    """
    match = _BARE.match(text)
    if match is None or not _BARE_SECTION.search(section):
        return None
    for end in (match.end("name"), match.start("name") + len(match["name"] + "支出")):
        name = text[match.start("name") : end]
        level = next((level for level in ("项", "款") if _is_name(name, level)), None) if end <= match.end() else None
        if level is None:
            continue
        if _is_name(name.removesuffix("支出") + "支出", "类"):
            return None
        if _also_economic(name) and not _BY_FUNCTION.search(section):
            return None
        names = (None, None, name) if level == "项" else (None, name, None)
        return map_path(PathSpan(match.start("name"), end, names, None, level), text, year, above, fund)
    return None


@lru_cache(maxsize=1)
def _economic_names() -> frozenset[str]:
    """All names of the economic classification, without a final 支出 or 费."""
    entries = load_catalog().department.entries
    return frozenset(entry.name.removesuffix("支出").removesuffix("费") for entry in entries)


def _also_economic(name: str) -> bool:
    return name.removesuffix("支出").removesuffix("费") in _economic_names()


_CATALOG_FUNDS = ("general", "gov_fund", "state_capital")


def coded_names(text: str, year: int, taken: list[tuple[int, int]]) -> list[Named]:
    """Names followed by their code in brackets, or led by it, outside of the spans already taken."""
    found: list[Named] = []
    for match in [*_CODED.finditer(text), *_LEAD_CODE.finditer(text)]:
        start, end = match.span()
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        code, name = match["code"], match["name"]
        if match.start() == match.start("name") and code[0] == "2":
            before = _words_before(name, LEVELS[len(code) // 2 - 1])
            start, name = start + before, name[before:]
        if code[0] == "2":
            mapping = classify_function(year, code=code, name=name)
            scheme = "function"
        else:
            mapping = classify_economic(year, code=code, name=name)
            scheme = "economic"
        level = mapping.level or {3: "类", 5: "款", 7: "项"}[len(code)]
        own = LEVELS.index(level)
        names: list[str | None] = [None, None, None]
        names[own] = name
        found.append(Named(start, end, text[start:end], (names[0], names[1], names[2]), code, level, scheme, mapping))
        taken.append((start, end))
    return sorted(found, key=lambda named: named.start)
