"""Functional codes carried from one year's classification to another along the published changes, over any number of years.

A renamed, moved or merged code has one successor, which gets the whole amount. Where an amount would have to be divided —
a code that was split, a merged one going back, a 款 of which some 项 went elsewhere — the codes it may have gone to are kept
as candidates and none is chosen; when all of them meet again in one code later on, that one gets the whole. Nothing is
divided by estimate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from models.catalog import FIRST_YEAR, LAST_YEAR, SLACK, Catalog, Change, Scheme

_SURENESS = ("source", "memory-high", "memory-low")
"""How sure a change of the catalog is, surest first."""


@dataclass(frozen=True, slots=True)
class Harmonized:
    """What a code of one year is on another year's classification.

    to_code: the code there, None where the amount cannot be given to one. candidates: the codes that hold it together, as
    far as known. common_code: the lowest 类 or 款 that all candidates share, None where they share none or are not all
    known. relation: the last change on the way (``renamed`` ``moved`` ``merged`` ``split`` ``abolished`` ``new``), or
    ``local`` for a code no year's list has. confidence: of the least sure change on the way.
    """

    fiscal_year: int
    code: str
    to_year: int
    to_code: str | None
    relation: str
    candidates: tuple[str, ...] = ()
    common_code: str | None = None
    confidence: str = "source"


@dataclass(frozen=True, slots=True)
class _Here:
    """Where an amount stands in one year: all codes that may hold a part of it; complete: no part may be elsewhere."""

    codes: frozenset[str]
    complete: bool = True
    relation: str = ""
    confidence: str = "source"


@dataclass(frozen=True, slots=True)
class _Step:
    """What one code becomes over one change of year."""

    codes: frozenset[str]
    complete: bool
    relation: str
    confidence: str


class Crosswalk:
    """The changes of a catalog, indexed for walking forwards and backwards."""

    def __init__(self, scheme: Scheme, changes: Iterable[Change]) -> None:
        self._scheme = scheme
        self._valid: dict[int, dict[str, str]] = {
            year: {entry.code: entry.name for entry in scheme.in_year(year)}
            for year in range(FIRST_YEAR, LAST_YEAR + 1)
        }
        self._from: dict[int, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
        self._to: dict[int, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
        for change in changes:
            if change.old_code is not None:
                self._from[change.year][change.old_code].append(change)
            if change.new_code is not None:
                self._to[change.year][change.new_code].append(change)
        self._steps: dict[tuple[int, str, bool], _Step | None] = {}

    def carry(self, fiscal_year: int, code: str) -> Iterator[Harmonized]:
        """What the code is in every other year where that differs from what it is in its own.

        A code that its own year's list does not have, but a list at most two years off, is taken as of that list (local
        systems are late); a code that no list has stays where it is.
        """
        entry = self._scheme.ever(fiscal_year, code)
        if entry is None or entry.distance(fiscal_year) > SLACK:
            for target in range(FIRST_YEAR, LAST_YEAR + 1):
                yield Harmonized(fiscal_year, code, target, None, "local", confidence="memory-low")
            return
        start = fiscal_year
        if entry.distance(fiscal_year):
            start = entry.valid_from if fiscal_year < entry.valid_from else entry.valid_to or fiscal_year
        start = min(max(start, FIRST_YEAR), LAST_YEAR)
        for years, back in ((range(start + 1, LAST_YEAR + 1), False), (range(start - 1, FIRST_YEAR - 1, -1), True)):
            here = _Here(frozenset({code}))
            for target in years:
                here = self._advance(here, target + 1 if back else target, back)
                if here.codes != {code} or not here.complete:
                    yield _told(fiscal_year, code, target, here)

    def _advance(self, here: _Here, year: int, back: bool) -> _Here:
        """Undo (back) or make the changes that came with `year`'s list."""
        steps = {code: self._step(year, code, back) for code in sorted(here.codes)}
        if not any(steps.values()):
            return here
        whole = here.complete and len(here.codes) == 1
        codes: set[str] = set()
        for code, step in steps.items():
            if step is None:
                codes.add(code)
                continue
            codes |= step.codes
            here = replace(
                here,
                complete=here.complete and step.complete,
                confidence=max(here.confidence, step.confidence, key=_SURENESS.index),
                # What made the amount undividable stays the reason; later renamings of its parts do not matter.
                relation=step.relation if whole or len(codes) == 1 else here.relation,
            )
        return replace(here, codes=frozenset(codes))

    def _step(self, year: int, code: str, back: bool) -> _Step | None:
        key = (year, code, back)
        if key not in self._steps:
            self._steps[key] = self._backward(year, code) if back else self._forward(year, code)
        return self._steps[key]

    def _forward(self, year: int, code: str) -> _Step | None:
        changes = self._from[year].get(code, [])
        targets = {change.new_code for change in changes if change.new_code is not None}
        if not changes:
            strays = self._strays(year, code, code, back=False)
            return _Step(frozenset({code} | strays), True, "split", "memory-high") if strays else None
        relation, confidence = _leading(changes)
        if not targets:
            return _Step(frozenset(), False, "abolished", confidence)
        goes_on = self._valid[year - 1].get(code, "") == self._valid[year].get(code)
        if code not in targets and (goes_on or (relation == "split" and code in self._valid[year])):
            # A part went elsewhere, the code itself goes on.
            targets.add(code)
        if len(targets) > 1:
            return _Step(frozenset(targets), True, "split", confidence)
        (target,) = targets
        if relation == "split" and target != code:
            return _Step(frozenset(targets), False, "split", confidence)
        strays = self._strays(year, code, target, back=False)
        return _Step(frozenset({target} | strays), True, "split" if strays else relation, confidence)

    def _backward(self, year: int, code: str) -> _Step | None:
        changes = self._to[year].get(code, [])
        sources = {change.old_code for change in changes if change.old_code is not None}
        if not changes:
            strays = self._strays(year, code, code, back=True)
            return _Step(frozenset({code} | strays), True, "merged", "memory-high") if strays else None
        relation, confidence = _leading([change for change in changes if change.old_code is not None] or changes)
        if not sources:
            return _Step(frozenset(), False, "new", confidence)
        stayed = code in self._valid[year - 1] and not self._from[year].get(code)
        if stayed:
            # It was there before and took something up.
            sources.add(code)
        if len(sources) > 1:
            return _Step(frozenset(sources), True, "merged", confidence)
        (source,) = sources
        if relation == "merged" and source != code:
            return _Step(frozenset(sources), False, "merged", confidence)
        strays = self._strays(year, code, source, back=True)
        return _Step(frozenset({source} | strays), True, "merged" if strays else relation, confidence)

    def _strays(self, year: int, code: str, other: str, back: bool) -> set[str]:
        """Of a 类 or 款: the codes of its level that parts of it went to (came from) besides its own counterpart."""
        if len(code) >= self._scheme.depth:
            return set()
        index = self._to[year] if back else self._from[year]
        found = set()
        for child, changes in index.items():
            if len(child) <= len(code) or not child.startswith(code):
                continue
            for change in changes:
                there = change.old_code if back else change.new_code
                if there is not None and len(there) >= len(code):
                    found.add(there[: len(code)])
        return found - {other}


def _leading(changes: list[Change]) -> tuple[str, str]:
    """The relation and the least confidence of several changes of one code."""
    relations = [change.relation for change in changes if change.new_code is not None and change.old_code is not None]
    confidence = max((change.confidence for change in changes), key=_SURENESS.index)
    return next(iter(relations), changes[0].relation), confidence


def _told(fiscal_year: int, code: str, target: int, here: _Here) -> Harmonized:
    candidates = tuple(sorted(here.codes))
    common = _common(candidates) if here.complete else None
    whole = candidates[0] if len(candidates) == 1 and here.complete else None
    if whole is None and common is not None and len(common) == len(code):
        # All parts of a 款 lie in one 款: at its own level nothing needs dividing.
        whole = common
    return Harmonized(
        fiscal_year,
        code,
        target,
        whole,
        here.relation,
        () if whole else candidates,
        common if whole is None else None,
        here.confidence,
    )


def _common(codes: tuple[str, ...]) -> str | None:
    """The lowest 类 or 款 all codes lie in (or are)."""
    for length in (5, 3):
        heads = {code[:length] for code in codes}
        if len(heads) == 1 and all(len(code) >= length for code in codes):
            return heads.pop()
    return None


@lru_cache(maxsize=1)
def _crosswalk(catalog: Catalog) -> Crosswalk:
    return Crosswalk(catalog.functional, catalog.changes)


def harmonized_rows(catalog: Catalog, used: Iterable[tuple[int, str]]) -> Iterator[dict[str, object]]:
    """Rows of ``internal.harmonized`` for the codes in use: one per target year where the code is another there or none."""
    crosswalk = _crosswalk(catalog)
    for year, code in used:
        for row in crosswalk.carry(year, code):
            yield {
                "fiscal_year": row.fiscal_year,
                "code": row.code,
                "to_year": row.to_year,
                "to_code": row.to_code,
                "relation": row.relation,
                "candidates": list(row.candidates),
                "common_code": row.common_code,
                "confidence": row.confidence,
            }
