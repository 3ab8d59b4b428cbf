"""The classification catalog by year: entries, lookups by code, name and alias, and rows for the warehouse.

Four schemes stand side by side and are never mixed: functional (2xx), departmental economic (3xx), government
economic (5xx) and revenue (1xx). The tables are data (``data/catalog``); boundaries of an interval can be off by a
year or two (``inferred``), and local systems print old names for some years, so lookups come in an exact and a near
form. Deciding what a printed label means is not done here (models/classify.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from data import read_csv
from models.text import fold

FIRST_YEAR, LAST_YEAR = 2007, 2027
"""The years for which the warehouse tables are filled."""

SLACK = 2
"""Years by which a catalog boundary or a local system may be late."""

LEVELS = ("类", "款", "项")

_LEVEL_MARK = re.compile(r"（(?:类|款|项|目)(?:级)?(?:科目)?）$")
_QUOTES = re.compile(r"[”《》]")
_BRACKETED = re.compile(r"（[^（）]*）")
_PUNCTUATION = re.compile(r"[（）、，。；：.·—\s]")
_TAIL = re.compile(r"(?:支出|经费|费用|收入)$")


@lru_cache(maxsize=65536)
def name_key(text: str) -> str:
    """The key under which two printings of one name are equal: folded, without quotes and level mark (（类）…)."""
    key = _LEVEL_MARK.sub("", fold(text))
    return _QUOTES.sub("", key).replace("，", "、").replace("其它", "其他")


@lru_cache(maxsize=65536)
def bare_key(text: str) -> str:
    """A looser key: all brackets and punctuation gone (办公厅（室） and 办公厅室 are equal)."""
    return _PUNCTUATION.sub("", name_key(text))


@lru_cache(maxsize=65536)
def loose_key(text: str) -> str:
    """The loosest key: bracketed parts and a final 支出/经费/费用/收入 gone. Good only among siblings."""
    key = _PUNCTUATION.sub("", _BRACKETED.sub("", name_key(text)))
    return _TAIL.sub("", key) or key


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one code and the years it was valid. valid_to None: still valid.

    confidence: ``source`` (the pair was read in a published document), ``memory-high``, ``memory-low``. inferred: which
    boundary years are not certain (``from``, ``to``, ``from+to`` or empty). fund: ``general``, ``gov_fund``,
    ``state_capital``, ``social_insurance``; None where the scheme has none. seen: first and last year of the documents the
    pair was read in.
    """

    code: str
    name: str
    level: str
    parent: str | None
    fund: str | None
    valid_from: int
    valid_to: int | None
    confidence: str
    inferred: str = ""
    seen: tuple[tuple[int, int], ...] = ()

    def confidence_in(self, year: int) -> str:
        """How sure it is that the pair was valid in that year: ``source`` only between years whose documents print it,
        ``inferred`` where documents of other years print it, else the confidence of the pair itself."""
        if self.confidence != "source":
            return self.confidence
        return "source" if any(first <= year <= last for first, last in self.seen) else "inferred"

    def distance(self, year: int) -> int:
        """How many years `year` lies outside of the interval; 0 inside."""
        if year < self.valid_from:
            return self.valid_from - year
        if self.valid_to is not None and year > self.valid_to:
            return year - self.valid_to
        return 0

    @property
    def key(self) -> str:
        """`name_key` of the name."""
        return name_key(self.name)


@dataclass(frozen=True, slots=True)
class Change:
    """A code's change from one year's catalog to the next; codes are None for new and abolished ones."""

    year: int
    old_code: str | None
    old_name: str | None
    new_code: str | None
    new_name: str | None
    relation: str
    confidence: str


class Scheme:
    """One classification over all years. depth: digits of its longest code."""

    def __init__(
        self,
        name: str,
        entries: Iterable[Entry],
        aliases: Iterable[tuple[str, str]],
        renamed: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """renamed: (code, old name, new name) of codes that went on under another name."""
        self.name = name
        self.entries: tuple[Entry, ...] = tuple(entries)
        self._by_code: dict[str, list[Entry]] = defaultdict(list)
        self._children: dict[str, list[Entry]] = defaultdict(list)
        self._aliases = tuple(aliases)
        self._renamed = frozenset((code, bare_key(old), bare_key(new)) for code, old, new in renamed)
        self.depth = max((len(entry.code) for entry in self.entries), default=0)
        for entry in self.entries:
            self._by_code[entry.code].append(entry)
            self._children[entry.parent or ""].append(entry)

    @cached_property
    def _by_name(self) -> dict[str, list[Entry]]:
        names: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            names[entry.key].append(entry)
        return names

    @cached_property
    def _by_bare(self) -> dict[str, list[Entry]]:
        names: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            names[bare_key(entry.name)].append(entry)
        return names

    @cached_property
    def _by_loose(self) -> dict[str, list[Entry]]:
        names: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            names[loose_key(entry.name)].append(entry)
        return names

    @cached_property
    def _by_alias(self) -> dict[str, tuple[str, ...]]:
        aliases: dict[str, list[str]] = defaultdict(list)
        for alias, code in self._aliases:
            key = name_key(alias)
            if code not in aliases[key]:
                aliases[key].append(code)
        return {key: tuple(codes) for key, codes in aliases.items()}

    def get(self, year: int, code: str) -> Entry | None:
        """The entry of that code in exactly that year."""
        return next((entry for entry in self._by_code.get(code, ()) if entry.distance(year) == 0), None)

    def near(self, year: int, code: str, slack: int = SLACK) -> Entry | None:
        """The entry of that code whose years are nearest, at most `slack` years away."""
        entry = self.ever(year, code)
        return entry if entry is not None and entry.distance(year) <= slack else None

    def ever(self, year: int, code: str) -> Entry | None:
        """The entry of that code whose years are nearest, however far."""
        return min(self._by_code.get(code, ()), key=lambda entry: entry.distance(year), default=None)

    def history(self, code: str) -> tuple[Entry, ...]:
        """Every name the code has had."""
        return tuple(self._by_code.get(code, ()))

    def goes_on(self, old: Entry, now: Entry) -> bool:
        """Whether an earlier (or later) name of a code means what the code means now.

        A number can be given to another subject (30311 was 住房公积金, is 代缴社会保险费): each name on the way must be a listed
        renaming of the one before, or like it.
        """
        first, last = sorted((old, now), key=lambda entry: entry.valid_from)
        steps = sorted(
            (e for e in self._by_code.get(now.code, ()) if first.valid_from <= e.valid_from <= last.valid_from),
            key=lambda entry: entry.valid_from,
        )
        return all(
            (now.code, bare_key(one.name), bare_key(two.name)) in self._renamed or _alike(one.name, two.name)
            for one, two in pairwise(steps)
        )

    def named(self, year: int, name: str, slack: int = 0) -> tuple[Entry, ...]:
        """Entries of that very name (`name_key`) in that year, nearest years first."""
        return _nearest(self._by_name.get(name_key(name), ()), year, slack)

    def ever_named(self, name: str) -> tuple[Entry, ...]:
        """Entries of that very name in any year."""
        return tuple(self._by_name.get(name_key(name), ()))

    def loosely_named(self, year: int, name: str, slack: int = SLACK) -> tuple[Entry, ...]:
        """Entries whose name equals it but for brackets, punctuation or a final 支出; exact ones first."""
        bare = _nearest(self._by_bare.get(bare_key(name), ()), year, slack)
        return bare or _nearest(self._by_loose.get(loose_key(name), ()), year, slack)

    def aliased(self, year: int, name: str, slack: int = SLACK) -> tuple[Entry, ...]:
        """Entries that a known shortened, old or misspelt form stands for."""
        found = (self.near(year, code, slack) for code in self._by_alias.get(name_key(name), ()))
        return tuple(entry for entry in found if entry is not None)

    def has_alias(self, code: str, name: str) -> bool:
        """Whether the name is a known other form of that code's name."""
        return code in self._by_alias.get(name_key(name), ())

    def children(self, year: int, parent: str | None, slack: int = 0) -> tuple[Entry, ...]:
        """The codes directly below `parent` (None: the top level) in that year, one entry a code, in code order."""
        best: dict[str, Entry] = {}
        for entry in self._children.get(parent or "", ()):
            if entry.distance(year) > slack:
                continue
            other = best.get(entry.code)
            if other is None or entry.distance(year) < other.distance(year):
                best[entry.code] = entry
        return tuple(best[code] for code in sorted(best))

    def path(self, year: int, code: str) -> tuple[Entry, ...]:
        """The entries from 类 down to the code itself, as named in or nearest to that year."""
        steps = (code[:length] for length in (3, 5, 7) if length <= len(code))
        found = (self.ever(year, step) for step in steps)
        return tuple(entry for entry in found if entry is not None)

    def in_year(self, year: int) -> Iterator[Entry]:
        """All entries valid in that year, one per code, in code order."""
        for code in sorted(self._by_code):
            entry = self.get(year, code)
            if entry is not None:
                yield entry


def _alike(one: str, two: str) -> bool:
    """Whether two names of one code are forms of one name: one within the other, or more than half of it the same."""
    short = loose_key(one), loose_key(two)
    return short[0] in bare_key(two) or short[1] in bare_key(one) or fuzz.ratio(*short) >= 50


def _nearest(entries: Iterable[Entry], year: int, slack: int) -> tuple[Entry, ...]:
    """One entry a code, within slack, nearest first (stable)."""
    best: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.distance(year)):
        if entry.distance(year) <= slack:
            best.setdefault(entry.code, entry)
    return tuple(best.values())


class Catalog:
    """The four schemes, read when first used."""

    @cached_property
    def functional(self) -> Scheme:
        """支出功能分类."""
        return _read_scheme("functional")

    @cached_property
    def department(self) -> Scheme:
        """部门预算支出经济分类."""
        return _read_scheme("economic_department")

    @cached_property
    def government(self) -> Scheme:
        """政府预算支出经济分类."""
        return _read_scheme("economic_government")

    @cached_property
    def revenue(self) -> Scheme:
        """收入分类."""
        return _read_scheme("revenue")

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """How functional codes changed from year to year."""
        return tuple(
            Change(
                year=int(row["year"]),
                old_code=row["old_code"] or None,
                old_name=row["old_name"] or None,
                new_code=row["new_code"] or None,
                new_name=row["new_name"] or None,
                relation=row["relation"],
                confidence=row["confidence"],
            )
            for row in read_csv("catalog/functional_changes.csv")
        )

    @cached_property
    def government_of_department(self) -> dict[str, tuple[str, ...]]:
        """部门预算经济科目 → the 政府预算经济科目 it can correspond to."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in read_csv("catalog/economic_map.csv"):
            found[row["department"]].append(row["government"])
        return {code: tuple(codes) for code, codes in found.items()}

    def function_rows(self, first: int = FIRST_YEAR, last: int = LAST_YEAR) -> Iterator[dict[str, object]]:
        """Rows of the warehouse table ``function_code``."""
        return _year_rows((self.functional,), first, last)

    def economic_rows(self, first: int = FIRST_YEAR, last: int = LAST_YEAR) -> Iterator[dict[str, object]]:
        """Rows of ``economic_code``: the departmental and the government scheme (their codes never meet)."""
        return _year_rows((self.department, self.government), first, last)

    def crosswalk_rows(self) -> Iterator[dict[str, object]]:
        """Rows of ``function_crosswalk``. A code that only came or only went has the other side null."""
        for change in self.changes:
            yield {
                "from_year": change.year - 1,
                "from_code": change.old_code,
                "to_year": change.year,
                "to_code": change.new_code,
                "relation": change.relation,
                "confidence": change.confidence,
            }


def _year_rows(schemes: tuple[Scheme, ...], first: int, last: int) -> Iterator[dict[str, object]]:
    for year in range(first, last + 1):
        for scheme in schemes:
            for entry in scheme.in_year(year):
                yield {
                    "fiscal_year": year,
                    "code": entry.code,
                    "name": entry.name,
                    "level": entry.level,
                    "parent_code": entry.parent,
                    "fund": entry.fund,
                    "confidence": entry.confidence_in(year),
                }


def _years(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of years: "2009;2017-2026"."""
    spans = (part.split("-") for part in text.split(";") if part)
    return tuple((int(span[0]), int(span[-1])) for span in spans)


def _read_scheme(name: str) -> Scheme:
    entries = (
        Entry(
            code=row["code"],
            name=row["name"],
            level=row["level"],
            parent=row["parent"] or None,
            fund=row["fund"] or None,
            valid_from=int(row["valid_from"]),
            valid_to=int(row["valid_to"]) if row["valid_to"] else None,
            confidence=row["confidence"],
            inferred=row["inferred"],
            seen=_years(row["seen"]),
        )
        for row in read_csv(f"catalog/{name}.csv")
    )
    aliases = ((row["alias"], row["code"]) for row in read_csv("catalog/aliases.csv") if row["catalog"] == name)
    renamed = (
        (row["old_code"], row["old_name"], row["new_name"])
        for row in (read_csv("catalog/functional_changes.csv") if name == "functional" else ())
        if row["old_code"] and row["old_code"] == row["new_code"]
    )
    return Scheme(name, entries, aliases, renamed)


@lru_cache(maxsize=1)
def load_catalog() -> Catalog:
    """The catalog of this installation; nothing is read before a scheme is used."""
    return Catalog()
