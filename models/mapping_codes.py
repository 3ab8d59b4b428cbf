"""A printed code → its entry, and whether the name printed beside it can be that entry's name."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz

from models.catalog import SLACK, Entry, Scheme, bare_key, loose_key, name_key
from models.labels import LONGEST_LABEL, Label, split_label
from models.mapping import LIMITS, Mapping, bases, differs_in_kind, span
from models.mapping_names import Parents, by_name, complete_code, resolve_parents

_LENGTH_LEVEL = {3: "类", 5: "款", 7: "项"}


def classify_in(
    scheme: Scheme,
    year: int,
    code: str | None,
    name: str | None,
    parents: tuple[str, ...],
    fund: str | None,
    level: str | None,
) -> Mapping:
    """Map a printed code and name in one scheme; texts too long for a label count as not printed."""
    code, name = _short(code), _short(name)
    if code is not None and _LETTERS_IN_CODE.fullmatch(code.strip()):
        code = code.translate(_LETTERS)
    parents = tuple(parent for parent in parents if _short(parent))
    return _classify(scheme, year, code, name, parents, fund, level)


_LETTERS_IN_CODE = re.compile(r"(?=(?:\D*\d){2})[\dOoIl|]{3,9}")
_LETTERS = str.maketrans("OoIl|", "00111")
"""Letters typed or recognised for digits, in a cell that holds nothing but a code (2O80505)."""


def _short(text: str | None) -> str | None:
    return text if text and len(text) <= LONGEST_LABEL else None


@lru_cache(maxsize=32768)
def _classify(
    scheme: Scheme,
    year: int,
    code: str | None,
    name: str | None,
    parents: tuple[str, ...],
    fund: str | None,
    level: str | None,
) -> Mapping:
    label = _merge(code, name)
    level = label.level or level
    place = resolve_parents(scheme, year, parents)
    digits = complete_code(scheme, year, label.code, place)
    if digits is not None:
        return by_code(scheme, year, digits, label, place)
    if not label.name:
        return Mapping()
    if fund in (None, "all", "fiscal_grant", "n/a"):
        fund = None
    return by_name(scheme, year, label, place, fund, level)


def _merge(code: str | None, name: str | None) -> Label:
    """One label from the code cell and the name cell; a name in the code cell and a code in the name cell count."""
    from_name = split_label(name) if name else Label(None, "")
    if not code:
        return from_name
    from_code = split_label(code)
    chosen = from_code.code if from_code.code is not None else from_name.code
    if from_name.name:
        return replace(from_name, code=chosen)
    return replace(from_code, code=chosen, level=from_code.level or from_name.level)


def by_code(scheme: Scheme, year: int, code: str, label: Label, place: Parents) -> Mapping:
    """Map complete digits; what the name beside them or the year say against it becomes the mapping's conflict or note."""
    entry = scheme.get(year, code) or scheme.ever(year, code)
    if entry is None:
        return _unknown_code(scheme, year, code, label, place)
    distance = entry.distance(year)
    found = Mapping(entry.code, entry.name, entry.level, "code", 1.0)
    if 0 < distance <= SLACK:
        found = replace(found, score=0.95, note=f"{year}年目录未列此编码，按相邻年度{span(entry)}的目录")
    elif distance > SLACK:
        found = replace(found, score=0.7, note=f"此编码在目录中只见于{span(entry)}，{year}年是否有效不能确定")
    if not label.name:
        return found
    verdict = _agrees(scheme, year, entry, label)
    if verdict.conflict is not None:
        return replace(found, score=0.5, conflict=verdict.conflict, note=found.note)
    score = min(found.score or 0.0, verdict.score or 1.0)
    return replace(found, score=score, note="；".join(filter(None, (found.note, verdict.note))) or None)


def _unknown_code(scheme: Scheme, year: int, code: str, label: Label, place: Parents) -> Mapping:
    """A printed code the catalog does not know: kept when its parent is known, with what the name says beside it."""
    below = _below_catalog(scheme, year, code, label)
    if below is not None:
        return below
    level = _LENGTH_LEVEL.get(len(code))
    known = next(
        (scheme.ever(year, code[:size]) for size in (5, 3) if size < len(code) and scheme.ever(year, code[:size])), None
    )
    named = (
        by_name(scheme, year, label, replace(place, top=known or place.top), None, level) if label.name else Mapping()
    )
    if (
        named.code is not None
        and named.method in ("name", "alias")
        and (known is None or named.code.startswith(known.code[:3]))
    ):
        path = "、".join(step.name for step in scheme.path(year, named.code))
        conflict = f"印出的编码{code}不在科目目录中，名称“{label.name}”对应{named.code}（{path}）"
    else:
        conflict = None
    if known is None:
        return Mapping(note=f"编码{code}不在科目目录中", conflict=conflict)
    return Mapping(
        code,
        label.name or None,
        level,
        "code",
        0.4 if conflict else 0.6,
        conflict,
        f"编码{code}不在科目目录中，上级{known.code}{known.name}存在",
    )


def _below_catalog(scheme: Scheme, year: int, code: str, label: Label) -> Mapping | None:
    """A local detail below the last level of the scheme (3010201 规范性津补贴): kept as printed, never as its parent,
    whose amount already holds it."""
    last = scheme.ever(year, code[: scheme.depth])
    if last is None or len(code) <= scheme.depth:
        return None
    return Mapping(
        code,
        label.name or None,
        "item",
        "code",
        0.8,
        None,
        f"目录列至{last.level}级，此为{last.code}“{last.name}”之下的地方明细",
    )


def _agrees(scheme: Scheme, year: int, entry: Entry, label: Label) -> Mapping:
    """Whether the printed name can be the name of the entry; only score, conflict and note of the result count."""
    namesakes = [other.code for other in scheme.named(year, label.name, SLACK) if other.code != entry.code]
    whole = bool(namesakes)
    # 基本养老金 and 基本养老金支出 under two funds: of its own 款 only one code can be meant.
    apart = all(code[:-2] != entry.code[:-2] for code in namesakes)
    # 资本性支出（基本建设） is the name of another code: its bracket is no short form of a 款.
    for name in (label.name,) if whole else bases(label):
        key = name_key(name)
        if key == entry.key or bare_key(name) == bare_key(entry.name):
            return Mapping(score=1.0)
        old = next((other for other in scheme.history(entry.code) if bare_key(other.name) == bare_key(name)), None)
        if old is not None and not scheme.goes_on(old, entry):
            return Mapping(
                conflict=f"印出的编码{entry.code}在{span(old)}是“{old.name}”，{year}年已改作“{entry.name}”，与印出的名称不符"
            )
        if old is not None:
            if old.distance(year) <= SLACK:
                return Mapping(score=0.98)
            return Mapping(score=0.9, note=f"名称“{old.name}”用于{span(old)}，{year}年该编码称“{entry.name}”")
        if scheme.has_alias(entry.code, name) or (apart and loose_key(name) == loose_key(entry.name)):
            return Mapping(score=0.97)
    key, own = bare_key(label.name), bare_key(entry.name)
    if len(key) >= LIMITS.prefix and own.startswith(key):
        # Cut by a narrow cell: the beginning of the code's own name, even where another code is called just that.
        return Mapping(score=0.9, note=f"名称印作“{label.name}”")
    others = [other for other in scheme.named(year, label.name, SLACK) if other.code != entry.code]
    if others:
        places = "、".join(f"{other.code}" for other in others[:3])
        more = "等" if len(others) > 3 else ""
        return Mapping(
            conflict=f"印出的编码{entry.code}在{year}年是“{entry.name}”，印出的名称“{label.name}”却是{places}{more}的名称"
        )
    if len(key) >= LIMITS.prefix and (
        own.startswith(key) or own.endswith(key) or (own in key and not differs_in_kind(own, key))
    ):
        return Mapping(score=0.95, note=f"名称印作“{label.name}”")
    ratio = fuzz.ratio(key, own)
    if ratio >= LIMITS.misprint:
        return Mapping(score=round(0.9 * ratio / 100, 3), note=f"名称印作“{label.name}”，与“{entry.name}”相近")
    if entry.confidence != "source":
        # The catalog itself is not sure of this name: no ground to accuse the publisher.
        return Mapping(score=0.75, note=f"名称印作“{label.name}”，目录推定为“{entry.name}”")
    return Mapping(conflict=f"印出的编码{entry.code}在{year}年是“{entry.name}”，与印出的名称“{label.name}”不符")
