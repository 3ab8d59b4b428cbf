"""Why a label maps to what it maps to, and which printed names are out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from models.catalog import LEVELS, SLACK, Entry, Scheme, bare_key, load_catalog
from models.labels import Label, parse_path, split_label
from models.mapping import Mapping, bases, mapped
from models.mapping_codes import classify_in


@dataclass(frozen=True, slots=True)
class Abolished:
    """A 类/款/项 name that is known but was not valid in the year asked for. until: last year it was valid.

    code: the code it had; current_name: what that code is called in the year asked for, None when it is gone.
    """

    name: str
    level: str
    code: str
    until: int
    current_name: str | None


def was_abolished(name_path: str | Sequence[str | None], year: int) -> tuple[Abolished, ...]:
    """The 类, 款, 项 names of a path that are known but were no longer valid in that year; empty when all is well.

    name_path: a printed path ("…（类）…（款）…（项）") or its three names, None where not given. A name that only lacks its
    final 支出 counts as the current one; unknown names are not reported here.
    """
    scheme = load_catalog().functional
    path = parse_path(name_path) if isinstance(name_path, str) else tuple(name_path)
    if path is None:
        return ()
    found = []
    above: set[str] | None = None
    for level, printed in zip(LEVELS, path, strict=False):
        if not printed:
            continue
        label = split_label(printed)
        known = [entry for entry in scheme.entries if entry.level == level and _same_name(entry, label)]
        if above is not None:
            known = [entry for entry in known if entry.parent is not None and entry.parent[: _length(above)] in above]
        valid = [
            entry for entry in known if entry.valid_from <= year and (entry.valid_to is None or entry.valid_to >= year)
        ]
        past = [entry for entry in known if entry.valid_to is not None and entry.valid_to < year]
        if known:
            above = {entry.code for entry in (valid or past or known)}
        if valid or not past:
            continue
        last = max(past, key=lambda entry: entry.valid_to or 0)
        current = scheme.get(year, last.code)
        found.append(Abolished(last.name, level, last.code, last.valid_to or 0, current.name if current else None))
    return tuple(found)


def _same_name(entry: Entry, label: Label) -> bool:
    if label.code is not None and not label.name:
        return entry.code == label.code
    return bare_key(entry.name) == bare_key(label.name) or (
        entry.level == "类" and bare_key(entry.name) == bare_key(label.name) + "支出"
    )


def _length(codes: set[str]) -> int:
    return len(next(iter(codes), ""))


def explain(text: str, year: int) -> list[dict[str, object]]:
    """What a label or a prose item maps to in that year, and why; JSON-serialisable, the result first.

    Each entry: ``scheme``, ``code``, ``name``, ``path``, ``level``, ``method``, ``score``, ``chosen``, ``reason``.
    """
    catalog = load_catalog()
    path = parse_path(text)
    if path is not None:
        printed = [part for part in path if part]
        level = LEVELS[max(index for index, part in enumerate(path) if part)]
        mapping = classify_in(catalog.functional, year, None, printed[-1], tuple(printed[:-1]), None, level)
        rows = [_explained(catalog.functional, year, mapping, chosen=mapping.code is not None)]
        for step in was_abolished(path, year):
            now = f"该编码现称“{step.current_name}”" if step.current_name else "该编码已不再使用"
            rows[0]["reason"] = f"{rows[0]['reason']}；“{step.name}”（{step.level}）用至{step.until}年，{now}"
        return rows + _others(catalog.functional, year, printed[-1], mapping)
    digits = split_label(text).code or ""
    schemes = {"2": "functional", "3": "economic_department", "5": "economic_government", "1": "revenue"}
    wanted = schemes.get(digits[:1]) if len(digits) >= 3 else None
    rows = []
    for scheme in (catalog.functional, catalog.department, catalog.government, catalog.revenue):
        if wanted is not None and scheme.name != wanted:
            continue
        mapping = classify_in(scheme, year, None, text, (), None, None)
        rows.append(_explained(scheme, year, mapping, chosen=False))
        rows += _others(scheme, year, text, mapping)
    rows = [row for row in rows if row["code"] is not None] or rows[:1]
    rows.sort(key=lambda row: -float(str(row["score"] or 0)))
    if rows and rows[0]["method"] is not None:
        rows[0]["chosen"] = True
    return rows


def _explained(scheme: Scheme, year: int, mapping: Mapping, chosen: bool) -> dict[str, object]:
    path = [entry.name for entry in scheme.path(year, mapping.code)] if mapping.code else []
    return {
        "scheme": scheme.name,
        "code": mapping.code,
        "name": mapping.name,
        "path": path,
        "level": mapping.level,
        "method": mapping.method,
        "score": mapping.score,
        "chosen": chosen,
        "reason": "；".join(filter(None, (mapping.conflict, mapping.note)))
        or _METHOD_WORDS.get(mapping.method or "", "没有对应的科目"),
    }


_METHOD_WORDS = {
    "code": "按印出的编码",
    "name": "名称与当年目录一致",
    "alias": "名称是已知的别称、旧称或简写",
    "parent": "名称在同类的另一款中",
    "fuzzy": "与同一上级之下的科目名称相近",
}


def _others(scheme: Scheme, year: int, text: str, mapping: Mapping) -> list[dict[str, object]]:
    """Entries of the same or a similar name that were not chosen, at most eight."""
    label = split_label(text)
    if not label.name:
        return []
    same = {entry.code: entry for name in bases(label) for entry in scheme.named(year, name, SLACK)}
    scored = [(1.0, entry) for entry in same.values()]
    if not scored:
        key = bare_key(label.name)
        near = ((fuzz.ratio(key, bare_key(entry.name)) / 100, entry) for entry in scheme.in_year(year))
        scored = sorted((pair for pair in near if pair[0] >= 0.6), key=lambda pair: -pair[0])
    rows = []
    for ratio, entry in scored:
        if entry.code == mapping.code:
            continue
        row = _explained(scheme, year, mapped(entry, "", round(ratio * 0.5, 3)), chosen=False)
        row["method"] = None
        row["reason"] = "同名科目，缺少上级科目不能确定" if ratio == 1.0 else f"名称相似度{ratio:.2f}，不足以采用"
        rows.append(row)
    return rows[:8]
