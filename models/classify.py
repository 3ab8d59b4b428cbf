"""What a printed label means in a year's classification: code, canonical name, how it was found and how sure that is.

A printed code leads; where the printed name says something else, the code's entry is returned with a lowered score and
the contradiction in words. Without a code the name is looked for below its parents, never all over the catalog by
similarity: 行政运行 without a parent stays unmapped.

Methods and scores: ``code`` 1.0 (0.5 with a conflict), ``name`` 0.8–1.0, ``alias`` 0.7–0.97, ``parent`` 0.6–0.75 (found in
another 款 than printed), ``fuzzy`` similarity × 0.9. The thresholds are in `_Limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from models.catalog import LEVELS, SLACK, Entry, Scheme, bare_key, load_catalog, loose_key, name_key
from models.labels import Label, parse_path, split_label

__all__ = [
    "Abolished",
    "Mapping",
    "classify_economic",
    "classify_function",
    "classify_revenue",
    "explain",
    "parse_path",
    "was_abolished",
]

_LENGTH_LEVEL = {3: "类", 5: "款", 7: "项", 9: "目"}


class _Limits(NamedTuple):
    """Similarity thresholds (0–100): a misprint of the code's own name; a match among siblings and its lead."""

    misprint: float = 80.0
    sibling: float = 84.0
    lead: float = 6.0
    prefix: int = 4


LIMITS = _Limits()


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a label maps to. All fields None: it maps to nothing (note may say why).

    method: ``code`` | ``name`` | ``alias`` | ``parent`` | ``fuzzy``; score 0–1; conflict: a Chinese sentence when the
    printed code and name (or path) contradict each other; note: what a reader of the mapping should know.
    """

    code: str | None = None
    name: str | None = None
    level: str | None = None
    method: str | None = None
    score: float | None = None
    conflict: str | None = None
    note: str | None = None

    def __bool__(self) -> bool:
        return self.code is not None


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


def classify_function(
    year: int,
    *,
    code: str | None = None,
    name: str | None = None,
    parents: Sequence[str] = (),
    fund: str | None = None,
    level: str | None = None,
) -> Mapping:
    """Map a row of the functional classification (支出功能分类).

    code, name: as printed (either may hold both). parents: names or codes of the 类 and 款 above, outermost first, as far
    as known. fund: ``general``, ``gov_fund``, ``state_capital`` narrows ambiguous names. level: ``类`` | ``款`` | ``项``
    where the layout says so.
    """
    return _classify(load_catalog().functional, year, code, name, tuple(parents), fund, level)


def classify_economic(
    year: int,
    *,
    code: str | None = None,
    name: str | None = None,
    parent: str | None = None,
    scheme: str | None = None,
    level: str | None = None,
) -> Mapping:
    """Map a row of the economic classification. scheme: ``department`` (3xx), ``government`` (5xx), None: infer.

    Without a code, a parent or a scheme that tells, the departmental scheme is meant.
    """
    catalog = load_catalog()
    if scheme is None:
        for text in (code, name, parent):
            digits = split_label(text).code if text else None
            if digits and len(digits) >= 3 and digits[0] in "35":
                scheme = "government" if digits[0] == "5" else "department"
                break
    parents = (parent,) if parent else ()
    if scheme is None and parent:
        # A parent that only the government scheme knows (机关工资福利支出) tells the scheme.
        known = [_resolve_parents(each, year, parents).top for each in (catalog.department, catalog.government)]
        if known[0] is None and known[1] is not None:
            scheme = "government"
    if scheme is None:
        mapping = _classify(catalog.department, year, code, name, parents, None, level)
        if mapping.code is not None:
            return mapping
        other = _classify(catalog.government, year, code, name, parents, None, level)
        return other if other.code is not None and other.method in ("code", "name") else mapping
    chosen = catalog.government if scheme == "government" else catalog.department
    return _classify(chosen, year, code, name, parents, None, level)


def classify_revenue(
    year: int,
    *,
    code: str | None = None,
    name: str | None = None,
    parents: Sequence[str] = (),
    fund: str | None = None,
    level: str | None = None,
) -> Mapping:
    """Map a row of a government's revenue (收入分类), like `classify_function`."""
    return _classify(load_catalog().revenue, year, code, name, tuple(parents), fund, level)


@lru_cache(maxsize=65536)
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
    place = _resolve_parents(scheme, year, parents)
    digits = _complete_code(scheme, year, label.code, place)
    if digits is not None:
        return _by_code(scheme, year, digits, label, place)
    if not label.name:
        return Mapping()
    if fund in (None, "all", "fiscal_grant", "n/a"):
        fund = None
    return _by_name(scheme, year, label, place, fund, level)


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


# --- parents -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Parents:
    """The 类 and 款 above a row as far as they could be told. printed: how many were printed; odd: why one was refused."""

    top: Entry | None = None
    middle: Entry | None = None
    printed: int = 0
    refused: bool = False
    odd: str | None = None

    @property
    def lowest(self) -> Entry | None:
        return self.middle or self.top


@lru_cache(maxsize=8192)
def _resolve_parents(scheme: Scheme, year: int, parents: tuple[str, ...]) -> _Parents:
    """Tell the 类 and the 款 from printed names or codes, in whatever order and with whatever level marks."""
    printed = [parent for parent in parents if parent and parent.strip()]
    labels = [split_label(parent) for parent in printed]
    top: Entry | None = None
    middle: Entry | None = None
    used: set[int] = set()
    for index, label in enumerate(labels):
        entry = _top(scheme, year, label)
        if entry is not None:
            top = entry
            used.add(index)
            break
    odd = None
    for index, label in enumerate(labels):
        if index in used and len(label.code or "") < 5:
            continue
        entry = _middle(scheme, year, label, top)
        if entry is not None:
            if top is not None and entry.parent != top.code:
                odd = f"印出的类“{top.name}”之下没有款“{entry.name}”，该款属于{entry.parent}"
            middle = entry
            used.add(index)
            break
    if middle is not None and top is not None and middle.code == top.code:
        middle = None
    if middle is not None and odd is None:
        top = scheme.ever(year, middle.code[:3]) or top
    return _Parents(top, middle, len(printed), len(used) < len(printed), odd)


def _top(scheme: Scheme, year: int, label: Label) -> Entry | None:
    if label.code:
        return scheme.near(year, label.code[:3]) if len(label.code) >= 3 else None
    return _only(_candidates(scheme, year, label.name, "类"))


def _middle(scheme: Scheme, year: int, label: Label, top: Entry | None) -> Entry | None:
    if label.code:
        digits = label.code
        if len(digits) == 2 and top is not None:
            digits = top.code + digits
        return scheme.near(year, digits[:5]) if len(digits) >= 5 else None
    if top is not None:
        inside = _candidates(scheme, year, label.name, "款", top.code)
        if inside:
            return _only(inside)
        similar = _similar(scheme.children(year, top.code, SLACK), label.name)
        if similar:
            return similar[0]
    exact = [entry for entry in scheme.named(year, label.name, SLACK) if entry.level == "款"]
    return _only(exact)


def _candidates(scheme: Scheme, year: int, name: str, level: str, parent: str | None = None) -> list[Entry]:
    """Entries of a level (below a parent) that a name can stand for: the first tier that has any.

    Tiers: that year's names, near years, aliases, loose forms, and old names whose code lives on under another name
    (行政事业单位离退休 still tells 20805).
    """
    bases = _bases(Label(None, name, hint=split_label(name).hint))

    def fits(entry: Entry) -> bool:
        return entry.level == level and (parent is None or entry.parent == parent)

    def old_names(base: str) -> Iterable[Entry]:
        for entry in (*scheme.ever_named(base), *scheme.loosely_named(year, base, 99)):
            alive = scheme.near(year, entry.code)
            if alive is not None:
                yield alive

    tiers: tuple[Callable[[str], Iterable[Entry]], ...] = (
        lambda base: scheme.named(year, base),
        lambda base: scheme.named(year, base, SLACK),
        lambda base: scheme.aliased(year, base),
        lambda base: scheme.loosely_named(year, base),
        old_names,
    )
    for base in bases:
        for tier in tiers:
            found = {entry.code: entry for entry in tier(base) if fits(entry)}
            if found:
                return list(found.values())
    return []


def _only(entries: Iterable[Entry]) -> Entry | None:
    """The one entry, or None when there are none or several codes."""
    found = {entry.code: entry for entry in entries}
    return next(iter(found.values())) if len(found) == 1 else None


def _complete_code(scheme: Scheme, year: int, code: str | None, place: _Parents) -> str | None:
    """The full code; a two-digit part is completed by the parents, and left out when that gives nothing known."""
    if code is None or len(code) > 2:
        return code
    for parent in (place.middle, place.top):
        if parent is not None and scheme.ever(year, parent.code + code) is not None:
            return parent.code + code
    return None


# --- by code -----------------------------------------------------------------------------------------------------


def _by_code(scheme: Scheme, year: int, code: str, label: Label, place: _Parents) -> Mapping:
    entry = scheme.get(year, code) or scheme.ever(year, code)
    if entry is None and len(code) == 9:
        parent = _by_code(scheme, year, code[:7], replace(label, name=""), place)
        if parent.code is not None:
            return replace(parent, score=0.8, note=f"印出9位编码{code}，目录列至项级")
    if entry is None:
        return _unknown_code(scheme, year, code, label, place)
    distance = entry.distance(year)
    found = Mapping(entry.code, entry.name, entry.level, "code", 1.0)
    if 0 < distance <= SLACK:
        found = replace(found, score=0.95, note=f"{year}年目录未列此编码，按相邻年度{_span(entry)}的目录")
    elif distance > SLACK:
        found = replace(found, score=0.7, note=f"此编码在目录中只见于{_span(entry)}，{year}年是否有效不能确定")
    if not label.name:
        return found
    verdict = _agrees(scheme, year, entry, label)
    if verdict.conflict is not None:
        return replace(found, score=0.5, conflict=verdict.conflict, note=found.note)
    score = min(found.score or 0.0, verdict.score or 1.0)
    return replace(found, score=score, note="；".join(filter(None, (found.note, verdict.note))) or None)


def _unknown_code(scheme: Scheme, year: int, code: str, label: Label, place: _Parents) -> Mapping:
    """A printed code the catalog does not know: kept when its parent is known, with what the name says beside it."""
    level = _LENGTH_LEVEL.get(len(code))
    known = next(
        (scheme.ever(year, code[:size]) for size in (5, 3) if size < len(code) and scheme.ever(year, code[:size])), None
    )
    named = (
        _by_name(scheme, year, label, replace(place, top=known or place.top), None, level) if label.name else Mapping()
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


def _agrees(scheme: Scheme, year: int, entry: Entry, label: Label) -> Mapping:
    """Whether the printed name can be the name of the entry; only score, conflict and note of the result count."""
    for name in _bases(label):
        key = name_key(name)
        if key == entry.key or bare_key(name) == bare_key(entry.name):
            return Mapping(score=1.0)
        old = next((other for other in scheme.history(entry.code) if bare_key(other.name) == bare_key(name)), None)
        if old is not None:
            if old.distance(year) <= SLACK:
                return Mapping(score=0.98)
            return Mapping(score=0.9, note=f"名称“{old.name}”用于{_span(old)}，{year}年该编码称“{entry.name}”")
        if scheme.has_alias(entry.code, name) or loose_key(name) == loose_key(entry.name):
            return Mapping(score=0.97)
    others = [other for other in scheme.named(year, label.name, SLACK) if other.code != entry.code]
    if others:
        places = "、".join(f"{other.code}" for other in others[:3])
        more = "等" if len(others) > 3 else ""
        return Mapping(
            conflict=f"印出的编码{entry.code}在{year}年是“{entry.name}”，印出的名称“{label.name}”却是{places}{more}的名称"
        )
    key, own = bare_key(label.name), bare_key(entry.name)
    if len(key) >= LIMITS.prefix and (
        own.startswith(key) or own.endswith(key) or (own in key and not _differs_in_kind(own, key))
    ):
        return Mapping(score=0.95, note=f"名称印作“{label.name}”")
    ratio = fuzz.ratio(key, own)
    if ratio >= LIMITS.misprint:
        return Mapping(score=round(0.9 * ratio / 100, 3), note=f"名称印作“{label.name}”，与“{entry.name}”相近")
    if entry.confidence != "source":
        # The catalog itself is not sure of this name: no ground to accuse the publisher.
        return Mapping(score=0.75, note=f"名称印作“{label.name}”，目录推定为“{entry.name}”")
    return Mapping(conflict=f"印出的编码{entry.code}在{year}年是“{entry.name}”，与印出的名称“{label.name}”不符")


def _bases(label: Label) -> tuple[str, ...]:
    """The printed name, and without a final bracket that only repeats the 款 (行政运行（人大）)."""
    if label.hint is None:
        return (label.name,)
    return label.name, label.name[: -len(label.hint) - 2]


def _span(entry: Entry) -> str:
    """The years of an entry in words."""
    return f"{entry.valid_from}年起" if entry.valid_to is None else f"{entry.valid_from}–{entry.valid_to}年"


# --- by name -----------------------------------------------------------------------------------------------------


def _by_name(scheme: Scheme, year: int, label: Label, place: _Parents, fund: str | None, level: str | None) -> Mapping:
    if place.lowest is None:
        return _without_parents(scheme, year, label, place, fund, level)
    for name in _bases(label):
        for step in (_in_parent, _in_class):
            found = step(scheme, year, name, place, level)
            if found.code is not None:
                if place.odd:
                    found = replace(found, method="parent", score=min(found.score or 0, 0.7), conflict=place.odd)
                return found
    where = place.lowest
    return Mapping(note=f"{year}年目录中“{where.name}”（{where.code}）之下没有名为“{label.name}”的科目")


def _in_parent(scheme: Scheme, year: int, name: str, place: _Parents, level: str | None) -> Mapping:
    """The name among the children of the lowest known parent: exact, near years, alias, loose, similar."""
    parent = place.lowest
    assert parent is not None
    if parent.level == "类" and name_key(name) == parent.key and level == "类":
        return _mapping(parent, "name", 1.0)
    children = scheme.children(year, parent.code, SLACK)
    if parent.level == "类" and level == "项":
        children = ()
    found = _among(scheme, year, name, parent, children)
    if found.code is None and parent.level == "款" and name_key(name) == parent.key and level != "项":
        return _mapping(parent, "name", 0.9)
    if found.code is not None and parent.level == "款" and place.refused and place.top is None:
        return replace(found, score=min(found.score or 0, 0.9))
    return found


def _among(scheme: Scheme, year: int, name: str, parent: Entry, children: tuple[Entry, ...]) -> Mapping:
    key = name_key(name)
    same = [child for child in children if child.key == key]
    exact = _only(child for child in same if child.distance(year) == 0)
    if exact is not None:
        return _mapping(exact, "name", 1.0)
    near = _only(same) or _only(
        scheme.near(year, entry.code) or entry
        for entry in scheme.named(year, name, SLACK)
        if entry.parent == parent.code
    )
    if near is not None:
        return _mapping(near, "alias", 0.95, f"相邻年度的名称“{name}”")
    codes = {child.code for child in children}
    alias = _only(entry for entry in scheme.aliased(year, name) if entry.code in codes)
    if alias is not None:
        return _mapping(alias, "alias", 0.95)
    bare = _only(child for child in children if bare_key(child.name) == bare_key(name))
    if bare is not None:
        return _mapping(bare, "alias", 0.97)
    loose = _only(child for child in children if loose_key(child.name) == loose_key(name))
    if loose is not None:
        return _mapping(loose, "alias", 0.92)
    old = _only(
        child
        for child in children
        if any(loose_key(entry.name) == loose_key(name) for entry in scheme.history(child.code))
    )
    if old is not None:
        return _mapping(old, "alias", 0.85, f"“{name}”是{old.code}的旧称，{year}年称“{old.name}”")
    similar = _similar(children, name)
    if similar:
        ratio = _likeness(bare_key(name), bare_key(similar[0].name)) / 100
        return _mapping(similar[0], "fuzzy", round(max(ratio, 0.75) * 0.9, 3), f"印作“{name}”")
    return Mapping()


def _similar(children: Iterable[Entry], name: str) -> list[Entry]:
    """The one sibling whose name is clearly the most similar; empty when none is, or two compete."""
    key = bare_key(name)
    if len(key) < LIMITS.prefix:
        return []
    scored = sorted(((_likeness(key, bare_key(child.name)), child) for child in children), key=lambda pair: -pair[0])
    if not scored:
        return []
    ratio, best = scored[0]
    second = scored[1][0] if len(scored) > 1 else 0.0
    if ratio >= LIMITS.sibling and ratio - second >= LIMITS.lead and not _differs_in_kind(name, best.name):
        return [best]
    cut = [child for _, child in scored if len(key) >= 5 and bare_key(child.name).startswith(key)]
    return cut if len(cut) == 1 else []


def _likeness(one: str, other: str) -> float:
    """Similarity 0–100; the same characters in another order (行政事务管理, 行政管理事务) count as nearly the same."""
    if len(one) >= 6 and sorted(one) == sorted(other):
        return 95.0
    return float(fuzz.ratio(one, other))


_KINDS = (
    *("行政", "事业", "机关", "其他", "城镇", "农村", "城市", "一般", "专项"),
    *("收入", "支出", "国内", "国外", "中央", "地方"),
)


def _differs_in_kind(one: str, other: str) -> bool:
    """Whether two similar names differ in a word that makes them different things (行政单位… and 事业单位…)."""
    one, other = loose_key(one), loose_key(other)
    return any((word in one) != (word in other) for word in _KINDS)


def _in_class(scheme: Scheme, year: int, name: str, place: _Parents, level: str | None) -> Mapping:
    """The name anywhere below the 类: its only 项 of that name, when the 款 is missing (name) or another (parent)."""
    top = place.top
    if top is None:
        return Mapping()
    for method, entries in (
        ("name", scheme.named(year, name)),
        ("alias", scheme.named(year, name, SLACK)),
        ("alias", scheme.aliased(year, name)),
        ("alias", scheme.loosely_named(year, name)),
    ):
        inside = [entry for entry in entries if entry.code.startswith(top.code) and entry.level in ("款", "项")]
        if level is not None:
            inside = [entry for entry in inside if entry.level == level] or inside
        if place.middle is not None or place.refused:
            inside = [entry for entry in inside if entry.code != (place.middle.code if place.middle else None)]
        only = _only(inside)
        if only is not None and level == "项" and only.level != "项":
            continue
        if only is not None:
            above = scheme.ever(year, only.parent or "")
            title = above.name if above else only.parent
            if place.middle is not None or place.refused:
                return _mapping(
                    only, "parent", 0.7 if method == "name" else 0.6, f"“{name}”属于“{title}”，不在印出的款之下"
                )
            if place.odd is None and place.printed <= 1:
                return _mapping(
                    only, method, 0.9 if method == "name" else 0.85, f"未印出款，“{name}”在该类中只有{only.code}"
                )
        if len({entry.code for entry in inside}) > 1:
            break
    return Mapping()


def _without_parents(
    scheme: Scheme, year: int, label: Label, place: _Parents, fund: str | None, level: str | None
) -> Mapping:
    """A name on its own: a 类, or a name that exists once in the year's catalog. Otherwise nothing."""
    if level in (None, "类") and place.printed == 0:
        top = _class_named(scheme, year, label.name, exact_only=level is None)
        if top.code is not None:
            return top
    seen: tuple[Entry, ...] = ()
    for name in _bases(label):
        for method, score, entries in (
            ("name", 0.9, scheme.named(year, name)),
            ("alias", 0.85, scheme.named(year, name, SLACK)),
            ("alias", 0.8, scheme.aliased(year, name)),
            ("alias", 0.8, _bare_only(scheme, year, name)),
        ):
            if level is not None:
                entries = tuple(entry for entry in entries if entry.level == level)
            if fund is not None:
                entries = tuple(entry for entry in entries if entry.fund in (fund, None)) or entries
            if label.hint and name != label.name:
                entries = _by_hint(scheme, year, entries, label.hint)
            seen = seen or entries
            only = _only(entries)
            if only is not None:
                return _mapping(only, method, score, "未印出上级科目，名称在目录中唯一")
            if entries:
                break
    if seen:
        codes = "、".join(entry.code for entry in seen[:4])
        more = "等" if len(seen) > 4 else ""
        return Mapping(
            note=f"名称“{label.name}”在{year}年目录中有{len(seen)}个（{codes}{more}），缺少上级科目，不能确定"
        )
    found = _renamed(scheme, year, label.name, level) or _misplaced(scheme, year, label.name, level)
    return (
        found or _joined(scheme, year, label.name, level) or Mapping(note=f"{year}年目录中没有名为“{label.name}”的科目")
    )


def _class_named(scheme: Scheme, year: int, name: str, exact_only: bool) -> Mapping:
    """The 类 of that name, also without its final 支出 and under an old name.

    exact_only: the layout does not say that it is a 类; then a short form counts only where no 款 or 项 that a
    department spends on bears it (教育 is also the name of transfers).
    """
    key = bare_key(name)
    tops = scheme.children(year, None, SLACK)
    exact = _only(top for top in tops if bare_key(top.name) == key)
    if exact is not None:
        return _mapping(
            exact, "name" if exact.distance(year) == 0 else "alias", 1.0 if exact.distance(year) == 0 else 0.95
        )
    short = _only(top for top in tops if bare_key(top.name) == key + "支出")
    others = [entry for entry in scheme.named(year, name) if entry.level != "类"]
    if short is not None and (not exact_only or all(entry.code[:3] in _TRANSFERS for entry in others)):
        return _mapping(short, "alias", 0.9)
    if exact_only:
        return Mapping()
    alias = _only(entry for entry in scheme.aliased(year, name) if entry.level == "类")
    return _mapping(alias, "alias", 0.9) if alias is not None else Mapping()


_TRANSFERS = ("219", "230")
"""类 whose 款 and 项 repeat the names of other 类: aid to other regions, transfers."""


def _renamed(scheme: Scheme, year: int, name: str, level: str | None) -> Mapping | None:
    """An old name, whose code lives on: a 类, one of the level asked for, or nearly the same name."""
    old = _only(
        entry
        for entry in (
            scheme.near(year, other.code)
            for other in (*scheme.ever_named(name), *scheme.loosely_named(year, name, 99))
            if bare_key(other.name) in (bare_key(name), bare_key(name) + "支出")
        )
        if entry is not None
        and (level is None or entry.level == level)
        and (level is not None or entry.level == "类" or loose_key(entry.name) == loose_key(name))
    )
    if old is None:
        return None
    return _mapping(old, "alias", 0.75, f"“{name}”是{old.code}的旧称，{year}年称“{old.name}”")


def _misplaced(scheme: Scheme, year: int, name: str, level: str | None) -> Mapping | None:
    """A name printed with the mark of another level (a 款 called 类): the only entry of that name at any level."""
    if level is None:
        return None
    other = _only(scheme.named(year, name)) or _only(scheme.aliased(year, name))
    if other is None:
        return None
    return _mapping(other, "parent", 0.7, f"印作{level}，“{name}”是{other.level}级科目")


def _joined(scheme: Scheme, year: int, name: str, level: str | None) -> Mapping | None:
    """款 and 项 written as one name (人大事务行政运行)."""
    key = bare_key(name)
    if level not in (None, "项") or len(key) < 6:
        return None
    for entry in scheme.in_year(year):
        above = bare_key(entry.name)
        if entry.level == "款" and len(above) >= 3 and key.startswith(above) and len(key) - len(above) >= 2:
            child = _only(
                each for each in scheme.children(year, entry.code) if bare_key(each.name) == key[len(above) :]
            )
            if child is not None:
                return _mapping(child, "alias", 0.8, f"“{name}”是款“{entry.name}”与项“{child.name}”连写")
    return None


def _bare_only(scheme: Scheme, year: int, name: str) -> tuple[Entry, ...]:
    """Entries that differ from the name in brackets and punctuation only."""
    return tuple(entry for entry in scheme.loosely_named(year, name) if bare_key(entry.name) == bare_key(name))


def _by_hint(scheme: Scheme, year: int, entries: Iterable[Entry], hint: str) -> tuple[Entry, ...]:
    """Of same-named entries, those whose 款 has the bracketed short name in its own (人大 → 人大事务)."""
    kept = []
    for entry in entries:
        above = scheme.ever(year, entry.parent) if entry.parent else None
        if above is not None and hint in name_key(above.name):
            kept.append(entry)
    starting = [
        entry for entry in kept if name_key((scheme.ever(year, entry.parent or "") or entry).name).startswith(hint)
    ]
    return tuple(starting or kept)


def _mapping(entry: Entry, method: str, score: float, note: str | None = None) -> Mapping:
    return Mapping(entry.code, entry.name, entry.level, method, score, None, note)


# --- abolished names ---------------------------------------------------------------------------------------------


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


# --- explanation -------------------------------------------------------------------------------------------------


def explain(text: str, year: int) -> list[dict[str, object]]:
    """What a label or a prose item maps to in that year, and why; JSON-serialisable, the result first.

    Each entry: ``scheme``, ``code``, ``name``, ``path``, ``level``, ``method``, ``score``, ``chosen``, ``reason``.
    """
    catalog = load_catalog()
    path = parse_path(text)
    if path is not None:
        printed = [part for part in path if part]
        level = LEVELS[max(index for index, part in enumerate(path) if part)]
        mapping = classify_function(year, name=printed[-1], parents=printed[:-1], level=level)
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
        mapping = _classify(scheme, year, None, text, (), None, None)
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
    same = {entry.code: entry for name in _bases(label) for entry in scheme.named(year, name, SLACK)}
    scored = [(1.0, entry) for entry in same.values()]
    if not scored:
        key = bare_key(label.name)
        near = ((fuzz.ratio(key, bare_key(entry.name)) / 100, entry) for entry in scheme.in_year(year))
        scored = sorted((pair for pair in near if pair[0] >= 0.6), key=lambda pair: -pair[0])
    rows = []
    for ratio, entry in scored:
        if entry.code == mapping.code:
            continue
        row = _explained(scheme, year, _mapping(entry, "", round(ratio * 0.5, 3)), chosen=False)
        row["method"] = None
        row["reason"] = "同名科目，缺少上级科目不能确定" if ratio == 1.0 else f"名称相似度{ratio:.2f}，不足以采用"
        rows.append(row)
    return rows[:8]
