"""Which of several files of one body, year and kind is the published one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from flows.candidate import Entry, standings
from flows.staging import Department, Facts

_TABLES = ("income", "expenditure", "general_expenditure")


def _entry(name: str, *, run: int = 0, **facts: Any) -> Entry:
    body = Department("d", "某市审计局", "510500", "某市", "city", None, None, "department")
    values: dict[str, Any] = {
        "format": "pdf",
        "report_kind": "final_account",
        "scope": "department",
        "fiscal_year": 2023,
        "department": body,
        "forms": ("narrative",),
        "line_items": 10,
        "title": "某市审计局2023年度部门决算",
    }
    return Entry(Facts(name, "k", **{**values, **facts}), name, name, datetime(2024, 1, 1), run)  # noqa: DTZ001


def _states(*entries: Entry) -> dict[str, str]:
    orders = [entries, tuple(reversed(entries))]
    found = [{name: one.status for name, one in standings(order).items()} for order in orders]
    assert found[0] == found[1], "the order of taking in must not matter"
    return found[0]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"format": "docx"}, {"format": "txt"}),
        ({"format": "pdf"}, {"format": "pdf-scan", "line_items": 12}),
        ({"format": "txt", "line_items": 11}, {"format": "docx"}),
        ({"format": "txt", "run": 1}, {"format": "docx"}),
        ({"format": "txt", "title": "某市审计局2023年度部门决算（修订版）"}, {"format": "docx", "run": 1}),
        (
            {"format": "txt", "title": "某市审计局2023年度部门决算更正稿", "published_on": "2024-09-02"},
            {"format": "docx", "run": 1},
        ),
        ({"format": "txt", "published_on": "2024-09-02"}, {"format": "docx", "published_on": "2024-09-01", "run": 1}),
    ],
    ids=["docx-txt", "text-scan", "more-items", "later-run", "revised", "revised-dated-alone", "later-publication"],
)
def test_of_two_files_that_say_the_same_exactly_one_stays(better: dict[str, Any], worse: dict[str, Any]) -> None:
    # the names would put them the other way round
    assert _states(_entry("a", **better), _entry("b", **worse)) == {"a": "published", "b": "superseded"}


def test_a_file_named_as_corrected_replaces_the_first_although_it_came_in_with_it() -> None:
    first, corrected = _entry("z审计局决算.pdf", line_items=12), _entry("审计局决算(更正)(1).pdf")
    assert _states(first, corrected) == {"z审计局决算.pdf": "superseded", "审计局决算(更正)(1).pdf": "published"}


def test_prose_and_tables_in_two_files_complement_each_other() -> None:
    prose, tables = _entry("prose"), _entry("tables", forms=_TABLES, title="附表")
    assert _states(prose, tables) == {"prose": "published", "tables": "published"}


def test_prose_goes_only_where_the_same_text_came_again() -> None:
    prose, other = _entry("prose"), _entry("other", title="某市审计局2023年度决算公开说明")
    whole = _entry("whole", forms=(*_TABLES, "narrative"), run=1)
    assert _states(prose, other, whole) == {"prose": "superseded", "other": "published", "whole": "published"}


def test_accounts_of_a_government_stand_beside_each_other_unless_one_came_again() -> None:
    budget: dict[str, Any] = {
        "scope": "government",
        "forms": ("general_expenditure", "narrative", "other"),
        "title": "某市2023年预算草案",
    }
    whole, again = (
        _entry("whole", **budget),
        _entry("again", run=1, **{**budget, "title": "某市2023年预算草案（修订）"}),
    )
    debt = _entry("debt", scope="government", forms=("other",), title="某市2023年地方政府债务限额余额情况表")
    change = _entry("change", **{**budget, "forms": ("general_expenditure",), "title": "某市2023年预算调整方案"})
    states = _states(whole, again, debt, change)
    assert states == {"whole": "superseded", "again": "published", "debt": "published", "change": "published"}


def test_tables_of_a_bodys_own_making_do_not_cover_each_other() -> None:
    goals, assets = (
        _entry("goals", forms=("other",), title="绩效目标表"),
        _entry("assets", forms=("other",), title="资产表"),
    )
    assert _states(goals, assets) == {"goals": "published", "assets": "published"}


def test_other_years_kinds_and_bodies_stand_beside() -> None:
    other = Department("e", "某市财政局", "510500", "某市", "city", None, None, "department")
    entries = [
        _entry("a"),
        _entry("b", fiscal_year=2022),
        _entry("c", report_kind="budget"),
        _entry("d", department=other),
        _entry("e", scope="unit"),
        _entry("f", department=None),
        _entry("g", department=None),
    ]
    assert set(_states(*entries).values()) == {"published"}
