"""The analysts' views: every amount once, the best source for each, and nothing derived passed off as published."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.candidate import Entry, build
from flows.home import Home
from flows.operations import now
from models.crosswalk import harmonized_rows
from models.disclosure import Disclosure, LineItem
from tests.flows.driving import query
from tests.flows.fakes import item, metadata, put


def _warehouse(home: Home, *documents: Disclosure) -> Home:
    """A warehouse of these disclosures, unchecked."""
    entries = [
        Entry(put(home, f"{number:064x}", one), f"/in/{number}", f"{number}.html", now(), number)
        for number, one in enumerate(documents, 1)
    ]
    build(home, "test", entries, [], {"inputs": "test"}).rename(home.warehouse)
    return home


def _prose(locator: str, amount: str, **more: Any) -> LineItem:
    return item(locator, amount, form="narrative", table_no=None, column_no=None, **more)


def test_the_table_speaks_before_the_prose_and_the_budget_stands_beside_the_final(tmp_path: Path) -> None:
    final = Disclosure(
        metadata(),
        (
            item("t1", "90.00"),
            item("t1b", "60.00", component="basic", column_no=2),
            item("e1", "95.00", form="expenditure", fund="all", table_no=2),
            _prose("p1", "91.00"),
            _prose("p2", "80.00", measure="budget"),
            item("t2", "5.00", function_code="2080505", item="养老", row_no=2, subset=True),
        ),
    )
    budget = Disclosure(metadata(kind="budget"), (item("b1", "100.00", measure="budget", report_kind="budget"),))
    home = _warehouse(Home(tmp_path).create(), final, budget)
    rows = query(home, "SELECT function_code, fund, budget, final, execution_rate FROM spending")
    assert rows == [("2010301", "general", Decimal(100), Decimal(90), 0.9)]
    assert query(home, "SELECT difference FROM budget_vs_final") == [(Decimal(-10),)]


def test_a_body_with_only_all_funds_tables_or_only_prose_still_shows(tmp_path: Path) -> None:
    tables = Disclosure(metadata("甲局"), (item("e1", "95.00", form="expenditure", fund="all"),))
    prose = Disclosure(metadata("乙局"), (_prose("p1", "7.00"), _prose("p2", "6.00", measure="budget")))
    home = _warehouse(Home(tmp_path).create(), tables, prose)
    assert query(home, "SELECT department, fund, budget, final FROM spending ORDER BY 1") == [
        ("乙局", "general", Decimal(6), Decimal(7)),
        ("甲局", "all", None, Decimal(95)),
    ]


def test_a_unit_is_left_out_where_its_department_published_and_governments_are_apart(tmp_path: Path) -> None:
    department = Disclosure(metadata("某市教育局"), (item("a", "100.00"),))
    unit = Disclosure(
        metadata("某市第一中学", scope="unit", department_kind="unit", parent_name="某市教育局"), (item("a", "40.00"),)
    )
    alone = Disclosure(
        metadata("某市图书馆", scope="unit", department_kind="unit", parent_name="某市文化局"), (item("a", "3.00"),)
    )
    government = Disclosure(metadata("某市人民政府", scope="government"), (item("a", "9999.00"),))
    home = _warehouse(Home(tmp_path).create(), department, unit, alone, government)
    assert query(home, "SELECT sum(final) FROM spending") == [(Decimal(103),)]
    assert query(home, "SELECT count(*) FROM spending_all") == [(4,)]


def test_two_files_of_one_body_and_two_tables_in_one_file_do_not_add_up(tmp_path: Path) -> None:
    first = Disclosure(metadata(), (item("a", "10.00"), item("b", "10.00", table_no=5)))
    second = Disclosure(metadata(), (item("a", "10.00"), item("x", "1.00", form="three_public", function_code=None)))
    home = _warehouse(Home(tmp_path).create(), second, first)
    assert query(home, "SELECT final FROM spending") == [(Decimal(10),)]


def test_prior_year_amounts_are_derived_only_where_the_pair_is_beyond_doubt(tmp_path: Path) -> None:
    sure = (
        _prose("p1", "120.00", section="一", row_no=1),
        _prose("p2", "20.00", measure="change", section="一", row_no=1),
    )
    unsure = tuple(_prose(f"q{n}", "5.00", measure="change", section="二", row_no=2) for n in (1, 2))
    home = _warehouse(
        Home(tmp_path).create(), Disclosure(metadata(), (*sure, *unsure, _prose("q3", "9.00", section="二", row_no=2)))
    )
    rows = query(home, "SELECT fiscal_year, amount_yuan, present_yuan, change_yuan FROM prior_year_derived")
    assert rows == [(2022, Decimal(100), Decimal(120), Decimal(20))]
    assert query(home, "SELECT count(*) FROM line_item WHERE fiscal_year = 2022") == [(0,)]


def test_headline_totals_and_three_public_take_each_meaning_once(tmp_path: Path) -> None:
    total: dict[str, Any] = {"function_code": None, "level": "total"}
    public: dict[str, Any] = {"function_code": None, "level": "item", "form": "three_public", "table_no": 7}
    document = Disclosure(
        metadata(),
        (
            item("g", "500.00", item="合计", **total),
            item("gb", "300.00", component="basic", column_no=2, item="合计", **total),
            item("x1", "510.00", form="income_expenditure", fund="all", item="本年支出合计", table_no=2, **total),
            item("x2", "550.00", form="income_expenditure", fund="all", item="总计", table_no=2, row_no=9, **total),
            item("s1", "9.00", component="total", item="合计", **public),
            item("s2", "9.00", component="reception", item="公务接待费", **public),
            item("s3", "1.00", component="reception", item="外事接待费", subset=True, row_no=3, **public),
        ),
    )
    home = _warehouse(Home(tmp_path).create(), document)
    assert query(
        home, "SELECT general_total, general_basic, expenditure_total, three_public_total FROM department_year"
    ) == [(Decimal(500), Decimal(300), Decimal(510), Decimal(9))]
    assert query(home, "SELECT total, reception, overseas FROM three_public_by_year") == [
        (Decimal(9), Decimal(9), None)
    ]


@pytest.mark.parametrize(
    ("change", "year", "code", "target", "expected"),
    [
        (("renamed", "2010301", "2010301"), 2018, "2010301", 2020, None),
        (("moved", "2010301", "2010399"), 2018, "2010301", 2020, ("2010399", "moved")),
        (("moved", "2010301", "2010399"), 2020, "2010399", 2018, ("2010301", "moved")),
        (("merged", "2010301", "2010399"), 2018, "2010301", 2020, ("2010399", "merged")),
        (("merged", "2010301", "2010399"), 2020, "2010399", 2018, (None, "merged")),
        (("split", "2010301", "2010399"), 2018, "2010301", 2020, (None, "split")),
        (("abolished", "2010301", None), 2018, "2010301", 2020, (None, "abolished")),
    ],
)
def test_codes_are_carried_to_another_year_only_where_the_whole_amount_goes(
    change: tuple[str, str, str | None], year: int, code: str, target: int, expected: tuple[str | None, str] | None
) -> None:
    relation, old, new = change
    changes = [{"from_year": 2018, "from_code": old, "to_year": 2019, "to_code": new, "relation": relation}]
    found = {row[2]: (row[3], row[4]) for row in harmonized_rows([(year, code)], changes)}
    assert found.get(target) == expected
