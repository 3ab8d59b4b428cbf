"""A printed name → its code: below its parents first, in its 类 next, on its own only where it is unmistakable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from models.catalog import SLACK, Entry, Scheme, bare_key, loose_key, name_key
from models.labels import Label, split_label
from models.mapping import LIMITS, Mapping, bases, likeness, mapped, only, similar_sibling


@dataclass(frozen=True, slots=True)
class Parents:
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
def resolve_parents(scheme: Scheme, year: int, parents: tuple[str, ...]) -> Parents:
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
    return Parents(top, middle, len(printed), len(used) < len(printed), odd)


def _top(scheme: Scheme, year: int, label: Label) -> Entry | None:
    if label.code:
        return scheme.near(year, label.code[:3]) if len(label.code) >= 3 else None
    return only(_candidates(scheme, year, label.name, "类"))


def _middle(scheme: Scheme, year: int, label: Label, top: Entry | None) -> Entry | None:
    if label.code:
        digits = label.code
        if len(digits) == 2 and top is not None:
            digits = top.code + digits
        return scheme.near(year, digits[:5]) if len(digits) >= 5 else None
    if top is not None:
        inside = _candidates(scheme, year, label.name, "款", top.code)
        if inside:
            return only(inside)
        similar = similar_sibling(scheme.children(year, top.code, SLACK), label.name)
        if similar:
            return similar[0]
    exact = [entry for entry in scheme.named(year, label.name, SLACK) if entry.level == "款"]
    return only(exact)


def _candidates(scheme: Scheme, year: int, name: str, level: str, parent: str | None = None) -> list[Entry]:
    """Entries of a level (below a parent) that a name can stand for: the first tier that has any.

    Tiers: that year's names, near years, aliases, loose forms, and old names whose code lives on under another name
    (行政事业单位离退休 still tells 20805).
    """
    forms = bases(Label(None, name, hint=split_label(name).hint))

    def fits(entry: Entry) -> bool:
        return entry.level == level and (parent is None or entry.parent == parent)

    def old_names(base: str) -> Iterable[Entry]:
        for entry in (*scheme.ever_named(base), *scheme.loosely_named(year, base, 99)):
            alive = scheme.near(year, entry.code)
            if alive is not None and scheme.goes_on(entry, alive):
                yield alive

    tiers: tuple[Callable[[str], Iterable[Entry]], ...] = (
        lambda base: scheme.named(year, base),
        lambda base: scheme.named(year, base, SLACK),
        lambda base: scheme.aliased(year, base),
        lambda base: scheme.loosely_named(year, base),
        old_names,
    )
    for base in forms:
        for tier in tiers:
            found = {entry.code: entry for entry in tier(base) if fits(entry)}
            if found:
                return list(found.values())
    return []


def complete_code(scheme: Scheme, year: int, code: str | None, place: Parents) -> str | None:
    """The full code; a two-digit part is completed by the parents, and left out when that gives nothing known."""
    if code is None or len(code) > 2:
        return code
    for parent in (place.middle, place.top):
        if parent is not None and scheme.ever(year, parent.code + code) is not None:
            return parent.code + code
    return None


def by_name(scheme: Scheme, year: int, label: Label, place: Parents, fund: str | None, level: str | None) -> Mapping:
    """Map a name without digits: among what stands below its parents where any are known, else where it is unmistakable."""
    if place.lowest is None:
        return _without_parents(scheme, year, label, place, fund, level)
    for name in bases(label):
        for step in (_in_parent, _in_class):
            found = step(scheme, year, name, place, level)
            if found.code is not None:
                if place.odd:
                    found = replace(found, method="parent", score=min(found.score or 0, 0.7), conflict=place.odd)
                return found
    where = place.lowest
    return Mapping(note=f"{year}年目录中“{where.name}”（{where.code}）之下没有名为“{label.name}”的科目")


def _in_parent(scheme: Scheme, year: int, name: str, place: Parents, level: str | None) -> Mapping:
    """The name among the children of the lowest known parent: exact, near years, alias, loose, similar."""
    parent = place.lowest
    assert parent is not None
    if parent.level == "类" and name_key(name) == parent.key and level == "类":
        return mapped(parent, "name", 1.0)
    children = scheme.children(year, parent.code, SLACK)
    if parent.level == "类" and level == "项":
        children = ()
    found = _among(scheme, year, name, parent, children)
    if found.code is None and parent.level == "款" and name_key(name) == parent.key and level != "项":
        return mapped(parent, "name", 0.9)
    if found.code is not None and parent.level == "款" and place.refused and place.top is None:
        return replace(found, score=min(found.score or 0, 0.9))
    return found


def _among(scheme: Scheme, year: int, name: str, parent: Entry, children: tuple[Entry, ...]) -> Mapping:
    key = name_key(name)
    same = [child for child in children if child.key == key]
    exact = only(child for child in same if child.distance(year) == 0)
    if exact is not None:
        return mapped(exact, "name", 1.0)
    near = only(same) or only(
        scheme.near(year, entry.code) or entry
        for entry in scheme.named(year, name, SLACK)
        if entry.parent == parent.code
    )
    if near is not None:
        return mapped(near, "alias", 0.95, f"相邻年度的名称“{name}”")
    codes = {child.code for child in children}
    alias = only(entry for entry in scheme.aliased(year, name) if entry.code in codes)
    if alias is not None:
        return mapped(alias, "alias", 0.95)
    bare = only(child for child in children if bare_key(child.name) == bare_key(name))
    if bare is not None:
        return mapped(bare, "alias", 0.97)
    loose = only(child for child in children if loose_key(child.name) == loose_key(name))
    if loose is not None:
        return mapped(loose, "alias", 0.92)
    old = only(
        child
        for child in children
        if any(
            loose_key(entry.name) == loose_key(name) and scheme.goes_on(entry, child)
            for entry in scheme.history(child.code)
        )
    )
    if old is not None:
        return mapped(old, "alias", 0.85, f"“{name}”是{old.code}的旧称，{year}年称“{old.name}”")
    similar = similar_sibling(children, name)
    if similar:
        ratio = likeness(bare_key(name), bare_key(similar[0].name)) / 100
        return mapped(similar[0], "fuzzy", round(max(ratio, 0.75) * 0.9, 3), f"印作“{name}”")
    return Mapping()


def _in_class(scheme: Scheme, year: int, name: str, place: Parents, level: str | None) -> Mapping:
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
        found = only(inside)
        if found is not None and level == "项" and found.level != "项":
            continue
        if found is not None and level is not None and found.level != level:
            return mapped(found, "parent", 0.7, f"印作{level}，“{name}”是{found.level}级科目")
        if found is not None:
            above = scheme.ever(year, found.parent or "")
            title = above.name if above else found.parent
            if place.middle is not None or place.refused:
                return mapped(
                    found, "parent", 0.7 if method == "name" else 0.6, f"“{name}”属于“{title}”，不在印出的款之下"
                )
            if place.odd is None and place.printed <= 1:
                return mapped(
                    found, method, 0.9 if method == "name" else 0.85, f"未印出款，“{name}”在该类中只有{found.code}"
                )
        if len({entry.code for entry in inside}) > 1:
            break
    return Mapping()


def _without_parents(
    scheme: Scheme, year: int, label: Label, place: Parents, fund: str | None, level: str | None
) -> Mapping:
    """A name on its own: a 类, or a name that exists once in the year's catalog. Otherwise nothing."""
    if level in (None, "类") and place.printed == 0:
        top = _class_named(scheme, year, label.name, exact_only=level is None)
        if top.code is not None:
            return top
    seen: tuple[Entry, ...] = ()
    for name in bases(label):
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
            found = only(entries)
            if found is not None:
                return mapped(found, method, score, "未印出上级科目，名称在目录中唯一")
            if entries:
                break
    if seen:
        codes = "、".join(entry.code for entry in seen[:4])
        more = "等" if len(seen) > 4 else ""
        return Mapping(
            note=f"名称“{label.name}”在{year}年目录中有{len(seen)}个（{codes}{more}），缺少上级科目，不能确定"
        )
    other = _renamed(scheme, year, label.name, level) or _misplaced(scheme, year, label.name, level)
    return (
        other or _joined(scheme, year, label.name, level) or Mapping(note=f"{year}年目录中没有名为“{label.name}”的科目")
    )


def _class_named(scheme: Scheme, year: int, name: str, exact_only: bool) -> Mapping:
    """The 类 of that name, also without its final 支出 and under an old name.

    exact_only: the layout does not say that it is a 类; then a short form counts only where no 款 or 项 that a
    department spends on bears it (教育 is also the name of transfers).
    """
    key = bare_key(name)
    tops = scheme.children(year, None, SLACK)
    exact = only(top for top in tops if bare_key(top.name) == key)
    if exact is not None:
        return mapped(
            exact, "name" if exact.distance(year) == 0 else "alias", 1.0 if exact.distance(year) == 0 else 0.95
        )
    short = only(top for top in tops if bare_key(top.name) == key + "支出")
    others = [entry for entry in scheme.named(year, name) if entry.level != "类"]
    if short is not None and (not exact_only or all(entry.code[:3] in _TRANSFERS for entry in others)):
        return mapped(short, "alias", 0.9)
    if exact_only or others:
        return Mapping()
    alias = only(entry for entry in scheme.aliased(year, name) if entry.level == "类")
    if alias is not None:
        return mapped(alias, "alias", 0.9)
    # 文化旅游体育传媒支出: one character short of a 类, and of no other.
    similar = similar_sibling(tops, name)
    if similar and likeness(key, bare_key(similar[0].name)) >= LIMITS.sibling:
        ratio = likeness(key, bare_key(similar[0].name)) / 100
        return mapped(similar[0], "fuzzy", round(ratio * 0.9, 3), f"印作“{name}”")
    return Mapping()


_TRANSFERS = ("219", "230")
"""类 whose 款 and 项 repeat the names of other 类: aid to other regions, transfers."""


def _renamed(scheme: Scheme, year: int, name: str, level: str | None) -> Mapping | None:
    """An old name, whose code lives on: a 类, one of the level asked for, or nearly the same name."""
    old = only(
        entry
        for other, entry in (
            (other, scheme.near(year, other.code))
            for other in (*scheme.ever_named(name), *scheme.loosely_named(year, name, 99))
            if bare_key(other.name) in (bare_key(name), bare_key(name) + "支出")
        )
        if entry is not None
        and scheme.goes_on(other, entry)
        and (level is None or entry.level == level)
        and (level is not None or entry.level == "类" or loose_key(entry.name) == loose_key(name))
    )
    if old is None:
        return None
    return mapped(old, "alias", 0.75, f"“{name}”是{old.code}的旧称，{year}年称“{old.name}”")


def _misplaced(scheme: Scheme, year: int, name: str, level: str | None) -> Mapping | None:
    """A name printed with the mark of another level (a 款 called 类): the only entry of that name at any level."""
    if level is None:
        return None
    other = only(scheme.named(year, name)) or only(scheme.aliased(year, name))
    if other is None:
        return None
    return mapped(other, "parent", 0.7, f"印作{level}，“{name}”是{other.level}级科目")


def _joined(scheme: Scheme, year: int, name: str, level: str | None) -> Mapping | None:
    """款 and 项 written as one name (人大事务行政运行)."""
    key = bare_key(name)
    if level not in (None, "项") or len(key) < 6:
        return None
    for entry in scheme.in_year(year):
        above = bare_key(entry.name)
        if entry.level == "款" and len(above) >= 3 and key.startswith(above) and len(key) - len(above) >= 2:
            child = only(each for each in scheme.children(year, entry.code) if bare_key(each.name) == key[len(above) :])
            if child is not None:
                return mapped(child, "alias", 0.8, f"“{name}”是款“{entry.name}”与项“{child.name}”连写")
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
