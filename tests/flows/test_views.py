"""The analysts' views: every amount once, the best source for each, and nothing derived passed off as published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.candidate import Entry, build
from flows.home import Home
from flows.operations import now
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


def test_headline_totals_add_up_without_units_of_a_department_that_published_and_without_governments(
    tmp_path: Path,
) -> None:
    def accounts(name: str, amount: str, **more: Any) -> Disclosure:
        public: dict[str, Any] = {"form": "three_public", "item": "合计", "function_code": None, "level": "item"}
        total = item("t", amount, function_code=None, level="total", item="合计")
        return Disclosure(metadata(name, **more), (total, item("p", "1.00", table_no=7, **public)))

    unit: dict[str, Any] = {"scope": "unit", "department_kind": "unit"}
    home = _warehouse(
        Home(tmp_path).create(),
        accounts("某市教育局", "100.00"),
        accounts("某市第一中学", "40.00", parent_name="某市教育局", **unit),
        accounts("某市图书馆", "3.00", parent_name="某市文化局", **unit),
        accounts("某市人民政府", "9999.00", scope="government"),
    )
    total = "SELECT sum(general_total), sum(three_public_total) FROM"
    assert query(home, f"{total} department_year") == [(Decimal(103), Decimal(2))]
    assert query(home, f"{total} department_year_all") == [(Decimal(10142), Decimal(4))]
    assert query(home, "SELECT sum(total) FROM three_public_by_year") == [(Decimal(2),)]
    assert query(home, "SELECT count(*) FROM three_public_all") == [(4,)]


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


def test_money_published_at_a_higher_level_only_is_not_lost_and_never_counted_twice(tmp_path: Path) -> None:
    higher: dict[str, Any] = {"level": "款", "function_code": "20809", "item": "退役安置", "item_name": "退役安置"}
    document = Disclosure(
        metadata(),
        (
            item("a", "90.00", row_no=2, parent_row_no=1),
            item("b", "90.00", row_no=1, level="款", function_code="20103", item="政府办公厅"),
            item("c", "90.00", row_no=0, level="类", function_code="201", item="一般公共服务支出"),
            item("d", "15.00", row_no=4, **higher),
            # 款 and 项 printed under one code
            item("e", "7.00", row_no=5, **{**higher, "function_code": "21999"}),
            item("f", "7.00", row_no=6, parent_row_no=5, **{**higher, "function_code": "21999"}),
        ),
    )
    home = _warehouse(Home(tmp_path).create(), document)
    assert query(home, "SELECT function_code, level, final FROM spending ORDER BY 1") == [
        ("2010301", "项", Decimal(90)),
        ("20809", "款", Decimal(15)),
        ("21999", "款", Decimal(7)),
    ]


def test_a_form_in_two_parts_is_one_and_of_two_that_disagree_the_whole_speaks_flagged(tmp_path: Path) -> None:
    def line(code: str, amount: str, table: int) -> LineItem:
        return item(f"{table}-{code}", amount, function_code=code, table_no=table)

    parts = Disclosure(metadata("甲局"), (line("2010301", "10.00", 1), line("2080505", "4.00", 3)))
    units = Disclosure(
        metadata("乙局"),
        (
            line("2010301", "3.00", 1),
            line("2010302", "1.00", 1),
            line("2010301", "13.00", 2),
            line("2010302", "1.00", 2),
        ),
    )
    home = _warehouse(Home(tmp_path).create(), parts, units)
    rows = query(home, "SELECT department, function_code, final, quality = 'flagged' FROM spending ORDER BY ALL")
    assert rows == [
        ("乙局", "2010301", Decimal(13), True),
        ("乙局", "2010302", Decimal(1), True),
        ("甲局", "2010301", Decimal(10), False),
        ("甲局", "2080505", Decimal(4), False),
    ]


def test_a_sentence_said_twice_counts_once_and_two_that_disagree_are_flagged(tmp_path: Path) -> None:
    prose = Disclosure(
        metadata(),
        (
            _prose("p1", "7.00", row_no=1),
            _prose("p2", "7.00", row_no=9),
            _prose("p3", "5.00", row_no=2, function_code="2080505"),
            _prose("p4", "6.00", row_no=3, function_code="2080505"),
        ),
    )
    home = _warehouse(Home(tmp_path).create(), prose)
    assert query(home, "SELECT function_code, final, quality FROM spending ORDER BY 1") == [
        ("2010301", Decimal(7), "unchecked"),
        ("2080505", Decimal(5), "flagged"),
    ]


def test_columns_of_the_year_before_make_no_account_of_their_own(tmp_path: Path) -> None:
    document = Disclosure(
        metadata(), (item("a", "90.00"), item("b", "80.00", measure="prior_final", fiscal_year=2022, column_no=2))
    )
    home = _warehouse(Home(tmp_path).create(), document)
    assert query(home, "SELECT fiscal_year, budget, final FROM spending") == [(2023, None, Decimal(90))]


def test_funds_are_told_apart_for_each_measure_and_a_printed_zero_is_not_a_blank(tmp_path: Path) -> None:
    budget = Disclosure(metadata(kind="budget"), (item("b", "0.00", measure="budget", report_kind="budget"),))
    final = Disclosure(metadata(), (item("f", "95.00", form="expenditure", fund="all"),))
    home = _warehouse(Home(tmp_path).create(), budget, final)
    assert query(home, "SELECT fund, budget, final, execution_rate FROM spending ORDER BY 1") == [
        ("all", None, Decimal(95), None),
        ("general", Decimal(0), None, None),
    ]


def test_a_unit_is_left_out_only_of_the_measure_its_department_published(tmp_path: Path) -> None:
    department = Disclosure(
        metadata("某市教育局", kind="budget"), (item("a", "100.00", measure="budget", report_kind="budget"),)
    )
    # Its document names no department; its name does.
    unit = (metadata("某市教育局招生中心", scope="unit", department_kind="unit"), item("a", "40.00"))
    unit_budget = Disclosure(
        metadata("某市教育局招生中心", scope="unit", department_kind="unit", kind="budget"),
        (item("a", "45.00", measure="budget", report_kind="budget"),),
    )
    elsewhere = metadata(
        "某市教育局幼儿园", scope="unit", department_kind="unit", region_code="510600", region_name="另一市"
    )
    home = _warehouse(
        Home(tmp_path).create(),
        department,
        Disclosure(unit[0], unit[1:]),
        unit_budget,
        Disclosure(elsewhere, (item("a", "3.00"),)),
    )
    assert query(home, "SELECT department, budget, final FROM spending ORDER BY 1") == [
        ("某市教育局", Decimal(100), None),
        ("某市教育局幼儿园", None, Decimal(3)),
        ("某市教育局招生中心", None, Decimal(40)),
    ]


def test_any_years_classification_keeps_every_total_and_says_what_cannot_be_divided(tmp_path: Path) -> None:
    def line(code: str, amount: str, **more: Any) -> LineItem:
        return item(code, amount, function_code=code, fiscal_year=2018, **more)

    # 2018: 2010401 stays; 2080504 was merged with others; 20808 was split by the reform; 2019977 is a local code.
    document = Disclosure(
        metadata(year=2018),
        (
            line("2080501", "1.00"),
            line("2080503", "2.00"),
            line("2080504", "4.00"),
            line("2019977", "8.00"),
            line("20808", "16.00", level="款"),
            line("2010401", "32.00"),
        ),
    )
    home = _warehouse(Home(tmp_path).create(), document)
    for year in (2007, 2012, 2017, 2018, 2019, 2021, 2024, 2027):
        rows = query(
            home,
            f"SELECT sum(final), count(*) FILTER (comparable <> (note IS NULL)), bool_and(harmonized_code IS NULL = (NOT comparable)) FROM spending_on({year})",
        )
        assert rows == [(Decimal(63), 0, True)], year
    latest = query(home, "SELECT function_code, final, comparable, note, candidates FROM spending_by_year ORDER BY 1")
    by_code = {row[0]: row for row in latest}
    assert by_code["2019977"][2] is False
    assert "不在全国科目目录" in by_code["2019977"][3]
    assert by_code["20808"][2] is False
    assert set(by_code["20808"][4]) >= {"20808", "20828"}
    assert "不可分割" in by_code["20808"][3]
    assert by_code["2010401"][2] is True
    assert query(home, "SELECT function_code FROM spending_on(2018) WHERE comparable ORDER BY 1") == [
        ("2010401",), ("2080501",), ("2080503",), ("2080504",), ("20808",)
    ]  # fmt: skip


def test_one_body_through_a_reform_and_never_two_places_in_one(tmp_path: Path) -> None:
    def body(name: str, year: int, code: str = "510500", locator: str = "a") -> Disclosure:
        return Disclosure(metadata(name, year=year, region_code=code), (item(locator, "1.00", fiscal_year=year),))

    home = _warehouse(
        Home(tmp_path).create(),
        body("泸州市环境保护局", 2017),
        body("四川省泸州市生态环境局", 2019),
        body("泸州市规划局", 2017),
        body("泸州市国土资源局", 2018),
        body("泸州市自然资源和规划局", 2020),
        body("绵阳市环境保护局", 2017, "510700"),
        # two bodies side by side are no renaming
        body("泸州市大数据局", 2024),
        body("泸州市数据局", 2024),
    )
    rows = query(home, "SELECT department, successor, relation FROM department_history ORDER BY ALL")
    assert rows == [
        ("泸州市国土资源局", "泸州市自然资源和规划局", "merged"),
        ("泸州市环境保护局", "四川省泸州市生态环境局", "renamed"),
        ("泸州市规划局", "泸州市自然资源和规划局", "merged"),
    ]
    lineage = dict(query(home, "SELECT department, lineage_name FROM department_lineage"))
    assert lineage["泸州市环境保护局"] == "四川省泸州市生态环境局"
    assert lineage["泸州市规划局"] == "泸州市规划局"
    assert lineage["绵阳市环境保护局"] == "绵阳市环境保护局"


def test_rows_of_the_units_in_a_departments_table_are_not_added_to_its_own(tmp_path: Path) -> None:
    both = (
        item("a", "10.00", row_no=1),
        item("u1", "6.00", row_no=5, budget_unit="某市审计局（本级）"),
        item("u2", "4.00", row_no=9, budget_unit="某市审计中心"),
    )
    only_units = (
        item("v1", "7.00", row_no=5, function_code="2010302", budget_unit="某市审计局（本级）"),
        item("v2", "1.00", row_no=9, function_code="2010302", budget_unit="某市审计中心"),
    )
    home = _warehouse(Home(tmp_path).create(), Disclosure(metadata(), (*both, *only_units)))
    assert query(home, "SELECT function_code, final FROM spending ORDER BY 1") == [
        ("2010301", Decimal(10)),
        ("2010302", Decimal(8)),
    ]


def test_totals_of_the_year_before_are_no_totals_of_that_year(tmp_path: Path) -> None:
    total: dict[str, Any] = {"function_code": None, "level": "total", "item": "合计"}
    document = Disclosure(
        metadata(), (item("g", "9.00", **total), item("p", "8.00", measure="prior_final", fiscal_year=2022, **total))
    )
    home = _warehouse(Home(tmp_path).create(), document)
    assert query(home, "SELECT fiscal_year, measure, general_total FROM department_year") == [
        (2023, "final", Decimal(9))
    ]


def test_a_revised_publication_stands_in_the_place_of_the_first(tmp_path: Path) -> None:
    first = Disclosure(
        metadata(published_on=date(2024, 9, 1)), (item("a", "10.00"), item("b", "3.00", function_code="2080505"))
    )
    revised = Disclosure(metadata(published_on=date(2024, 10, 1)), (item("a", "11.00"),))
    budget = Disclosure(metadata(kind="budget"), (item("c", "12.00", measure="budget", report_kind="budget"),))
    home = _warehouse(Home(tmp_path).create(), revised, first, budget)
    assert query(home, "SELECT function_code, budget, final FROM spending") == [("2010301", Decimal(12), Decimal(11))]
    assert query(home, "SELECT status, count(*) FROM document GROUP BY 1 ORDER BY 1") == [
        ("published", 2), ("superseded", 1)
    ]  # fmt: skip


def test_of_several_totals_of_a_government_none_is_picked(tmp_path: Path) -> None:
    total: dict[str, Any] = {"function_code": None, "level": "total", "item": "合计"}
    document = Disclosure(
        metadata("某市人民政府", scope="government"),
        (
            item("whole", "900.00", table_no=1, **total),
            item("own", "300.00", table_no=2, **total),
            item("basic", "80.00", component="basic", column_no=2, table_no=2, **total),
        ),
    )
    home = _warehouse(Home(tmp_path).create(), document)
    assert query(home, "SELECT general_total, general_basic FROM department_year_all") == [(None, Decimal(80))]


def test_a_governments_total_is_not_picked_beside_a_table_whose_total_has_another_name(tmp_path: Path) -> None:
    total: dict[str, Any] = {"function_code": None, "level": "total", "item": "本年支出合计"}
    own: dict[str, Any] = {"function_code": None, "level": "item", "item": "省本级本年支出"}
    region = item("whole", "900.00", table_no=1, **total)
    adjusted = item("own", "300.00", table_no=2, measure="adjusted_budget", **own)
    both = Disclosure(metadata("某省人民政府", scope="government"), (region, adjusted))
    home = _warehouse(Home(tmp_path).create(), both)
    assert query(home, "SELECT general_total FROM department_year_all WHERE general_total IS NOT NULL") == []


def test_a_governments_rate_is_of_one_table_never_of_the_region_by_its_own_level(tmp_path: Path) -> None:
    one = Disclosure(
        metadata("某市人民政府", scope="government"),
        (item("b", "100.00", measure="budget", table_no=1), item("f", "90.00", table_no=1, column_no=3)),
    )
    two = Disclosure(
        metadata("某省人民政府", scope="government"),
        (item("b", "100.00", measure="budget", table_no=1), item("f", "900.00", table_no=2)),
    )
    home = _warehouse(Home(tmp_path).create(), one, two)
    rows = query(home, "SELECT department, budget, final, execution_rate FROM spending_all ORDER BY 3")
    assert rows == [
        ("某市人民政府", Decimal(100), Decimal(90), 0.9),
        ("某省人民政府", Decimal(100), Decimal(900), None),
    ]
