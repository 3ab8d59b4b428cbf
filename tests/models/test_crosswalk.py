"""Codes carried over the years: whole amounts only, chains, candidates where an amount would have to be divided."""

from __future__ import annotations

import pytest

from models.catalog import Change, Entry, Scheme, load_catalog
from models.crosswalk import Crosswalk, Harmonized


def _scheme(*entries: tuple[str, str, int, int | None]) -> Scheme:
    """Entries (code, name, from, to) of an invented classification."""
    levels = {3: "类", 5: "款", 7: "项"}
    return Scheme(
        "functional",
        (
            Entry(code, name, levels[len(code)], code[:-2] if len(code) > 3 else None, "general", first, last, "source")
            for code, name, first, last in entries
        ),
        (),
    )


def _change(year: int, old: str | None, new: str | None, relation: str, confidence: str = "source") -> Change:
    return Change(year, old, old, new, new, relation, confidence)


def _carry(crosswalk: Crosswalk, year: int, code: str) -> dict[int, Harmonized]:
    return {row.to_year: row for row in crosswalk.carry(year, code)}


CODES = _scheme(
    ("201", "甲", 2007, None),
    ("20101", "甲一", 2007, None),
    ("20102", "甲二", 2007, None),
    ("2010101", "甲一一", 2007, 2018),
    ("2010102", "甲一二", 2007, None),
    ("2010103", "甲一三", 2019, None),
    ("2010104", "甲一四", 2019, 2020),
    ("2010105", "甲一五", 2021, None),
    ("2010201", "甲二一", 2007, 2018),
)


@pytest.mark.parametrize(
    ("changes", "year", "code", "target", "expected"),
    [
        ([], 2018, "2010102", 2024, None),
        ([("2010101", "2010103", "moved")], 2018, "2010101", 2019, ("2010103", "moved")),
        ([("2010101", "2010103", "moved")], 2019, "2010103", 2018, ("2010101", "moved")),
        ([("2010101", "2010103", "merged"), ("2010201", "2010103", "merged")], 2018, "2010201", 2019, ("2010103", "merged")),
        ([("2010101", "2010103", "merged"), ("2010201", "2010103", "merged")], 2019, "2010103", 2018, (None, "merged")),
        # Taken up by a code that was there before: going back, nobody knows its share.
        ([("2010101", "2010102", "merged")], 2019, "2010102", 2018, (None, "merged")),
        ([("2010101", "2010103", "split"), ("2010101", "2010104", "split")], 2018, "2010101", 2019, (None, "split")),
        ([("2010101", "2010103", "split"), ("2010101", "2010104", "split")], 2019, "2010104", 2018, ("2010101", "split")),
        ([("2010101", None, "abolished")], 2018, "2010101", 2020, (None, "abolished")),
        ([(None, "2010103", "new")], 2019, "2010103", 2018, (None, "new")),
        # A part of the 款 went to another one: the 款 as a whole cannot follow.
        ([("2010201", "2010103", "moved")], 2018, "20102", 2019, (None, "split")),
        ([("2010201", "2010103", "moved")], 2019, "20101", 2018, (None, "merged")),
        ([("2010201", "2010103", "moved")], 2018, "201", 2019, None),
    ],
)  # fmt: skip
def test_only_whole_amounts_are_carried(
    changes: list[tuple[str | None, str | None, str]],
    year: int,
    code: str,
    target: int,
    expected: tuple[str | None, str] | None,
) -> None:
    crosswalk = Crosswalk(CODES, [_change(2019, *change) for change in changes])
    found = _carry(crosswalk, year, code).get(target)
    assert (found and (found.to_code, found.relation)) == expected


def test_what_was_split_is_whole_again_where_all_its_parts_meet() -> None:
    crosswalk = Crosswalk(
        CODES,
        [
            _change(2019, "2010101", "2010103", "split"),
            _change(2019, "2010101", "2010104", "split"),
            _change(2021, "2010104", "2010103", "merged", "memory-low"),
        ],
    )
    found = _carry(crosswalk, 2018, "2010101")
    assert (found[2020].to_code, found[2020].candidates, found[2020].common_code) == (
        None,
        ("2010103", "2010104"),
        "20101",
    )
    assert (found[2021].to_code, found[2021].confidence) == ("2010103", "memory-low")


def test_a_late_system_prints_last_years_code_and_a_local_one_belongs_to_no_year() -> None:
    crosswalk = Crosswalk(CODES, [_change(2019, "2010101", "2010103", "moved")])
    late = _carry(crosswalk, 2020, "2010101")
    assert {late[2020].to_code, late[2024].to_code} == {"2010103"}
    assert 2018 not in late
    local = _carry(crosswalk, 2020, "2010177")
    assert {(row.to_code, row.relation) for row in local.values()} == {(None, "local")}
    assert 2020 in local


def test_the_real_catalog_leads_every_code_to_a_valid_one_or_says_why_not() -> None:
    catalog = load_catalog()
    crosswalk = Crosswalk(catalog.functional, catalog.changes)
    for target in (2012, 2026):
        valid = {entry.code for entry in catalog.functional.in_year(target)}
        for entry in catalog.functional.in_year(2018):
            found = _carry(crosswalk, 2018, entry.code).get(target)
            if found is None:
                assert entry.code in valid, entry.code
            elif found.to_code is not None:
                assert found.to_code in valid, found
            else:
                assert found.relation, found
                assert set(found.candidates) <= valid, found


def test_known_chains_of_the_reform() -> None:
    catalog = load_catalog()
    crosswalk = Crosswalk(catalog.functional, catalog.changes)
    police = _carry(crosswalk, 2018, "20808")[2024]
    assert police.to_code is None
    assert {"20808", "20828"} <= set(police.candidates)
    for year in range(2019, 2027):
        assert year not in _carry(crosswalk, 2018, "2010401")


def test_every_code_that_comes_goes_or_changes_its_name_has_a_row_of_change() -> None:
    catalog = load_catalog()
    told_from = {(change.year, change.old_code) for change in catalog.changes}
    told_to = {(change.year, change.new_code) for change in catalog.changes}
    for year in range(2008, 2028):
        before = {entry.code: entry.name for entry in catalog.functional.in_year(year - 1)}
        after = {entry.code: entry.name for entry in catalog.functional.in_year(year)}
        gone = {(year, code) for code, name in before.items() if after.get(code) != name}
        come = {(year, code) for code in after.keys() - before.keys()}
        assert gone <= told_from, sorted(gone - told_from)
        assert come <= told_to, sorted(come - told_to)
