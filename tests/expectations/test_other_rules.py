"""Rules beyond the sums of one account: percentages, performance, years, completeness; one warehouse for all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from expectations.engine import evaluate
from models.money import LARGEST_YUAN
from tests.expectations.warehouse import Document, create, final_account, insert


def _ratios(name: str, share: str, completion: str, growth: str, change: str = "20.00") -> Document:
    d = Document(name)
    part = d.item("narrative", "25.00", item_name="项目支出", component="project")
    whole = d.item("narrative", "100.00", item_name="本年支出合计", level="total")
    budget = d.item("narrative", "125.00", item_name="本年支出合计", measure="budget", level="total")
    changed = d.item("narrative", change, item_name="本年支出合计", measure="change", level="total")
    for kind, text, subject, base in (
        ("share", share, part, whole),
        ("completion", completion, whole, budget),
        ("growth", growth, changed, whole),
    ):
        values = {
            "statistic_id": f"{name}{kind}",
            "name": kind,
            "value": Decimal(text),
            "unit": "%",
            "published_text": text,
        }
        d.other("statistic", kind=kind, line_item_id=subject, base_line_item_id=base, **values)
    return d


def _count(name: str, *values: str) -> Document:
    d = Document(name)
    for number, value in enumerate(values):
        d.other(
            "statistic",
            statistic_id=f"{name}{number}",
            name="公务用车保有量",
            value=Decimal(value),
            unit="辆",
            published_text=value,
            kind="count",
        )
    return d


def _performance(
    name: str, *, rate: str = "50.00", score: str = "10", total: str = "98", executed: str = "50.00"
) -> Document:
    d = Document(name)
    d.other(
        "performance_project", project_no=1, fund_source="total", project_name="综合调研", budget_adjusted_yuan=Decimal(1_000_000),
        executed_yuan=Decimal(executed) * 10_000, execution_rate=Decimal(rate), weight=Decimal(10), score=Decimal(10), total_score=Decimal(total),
    )  # fmt: skip
    for number, (weight, got) in enumerate((("50", "48"), ("30", "30"), (score, "10"))):
        d.other(
            "performance_indicator",
            locator=f"i{number}",
            project_no=1,
            level3=f"指标{number}",
            weight=Decimal(weight),
            score=Decimal(got),
        )
    return d


def _detail(name: str, whole: str) -> Document:
    d = Document(name)
    d.table("general_expenditure_detail", 1)
    common: dict[str, Any] = {"table_no": 1, "fund": "general"}
    for row, code, amounts in ((0, None, (whole, "6.00", "4.00")), (1, "201", ("10.00", "6.00", "4.00"))):
        for column, (economic, text) in enumerate(zip((None, "301", "302"), amounts, strict=True)):
            d.item(
                "general_expenditure_detail", text, **common, row_no=row, column_no=column, function_code=code, economic_code=economic,
                parent_row_no=0 if code else None, parent_column_no=0 if economic else None,
                item_name="一般公共服务支出" if code else "合计", level="类" if code else "total",
            )  # fmt: skip
    return d


def _fund(name: str, basic: str, spent_t4: str = "10.00") -> Document:
    d = Document(name)
    for form, number, fund in (("fund_income_expenditure", 1, "gov_fund"), ("capital_expenditure", 2, "state_capital")):
        for row, code in ((0, None), (1, "212")):
            for column, (component, text) in enumerate(
                (("current_expenditure", "10.00"), ("basic", basic), ("project", "8.00"))
            ):
                d.table(form, number)
                d.item(
                    form, text, table_no=number, row_no=row, column_no=column, component=component, fund=fund, function_code=code,
                    parent_row_no=0 if code else None, parent_column_no=0 if column else None, item_name="合计" if code is None else "城乡社区支出",
                    level="total" if code is None else "类",
                )  # fmt: skip
    d.table("grant_income_expenditure", 3)
    for column, fund in ((2, "gov_fund"), (3, "state_capital")):
        d.item(
            "grant_income_expenditure",
            spent_t4,
            table_no=3,
            row_no=5,
            column_no=column,
            fund=fund,
            item_name="本年支出合计",
            level="total",
        )
    return d


def _uses(name: str, personnel: str) -> Document:
    d = Document(name)
    d.code_table(
        "general_expenditure", 1, [{"component": c, "fund": "general"} for c in ("basic", "personnel", "operation")],
        [(None, "合计", ["10.00", "6.00", "4.00"]), ("201", "一般公共服务支出", ["10.00", personnel, "4.00"])],
    )  # fmt: skip
    d.table("general_basic_expenditure", 2)
    for column, (component, text) in enumerate((("basic", "10.00"), ("personnel", personnel), ("operation", "4.00"))):
        d.item(
            "general_basic_expenditure", text, table_no=2, row_no=0, column_no=column, component=component, fund="general", level="total",
        )  # fmt: skip
        d.item(
            "general_basic_expenditure", None if component == "personnel" else "2.00", table_no=2, row_no=1, column_no=column, component=component, fund="general",
            economic_code="30217", item_name="公务接待费", level="款",
        )  # fmt: skip
    d.table("three_public", 3)
    d.item(
        "three_public",
        "2.00" if personnel == "6.00" else "1.00",
        table_no=3,
        row_no=0,
        column_no=0,
        component="reception",
        fund="general",
        item_name="公务接待费",
    )
    d.item(
        "narrative",
        "2.00" if personnel == "6.00" else "3.00",
        component="reception",
        fund="general",
        item_name="公务接待费",
    )
    d.item(
        "narrative",
        "2.00" if personnel == "6.00" else "3.00",
        component="basic",
        fund="general",
        item_name="公务接待费",
        economic_code="30217",
        level="款",
    )
    return d


def _overspent(name: str, final: str) -> Document:
    d = Document(name)
    d.table("three_public", 1)
    for column, (measure, text) in enumerate((("budget", "5.00"), ("final", final))):
        d.item(
            "three_public",
            text,
            table_no=1,
            row_no=0,
            column_no=column,
            component="total",
            measure=measure,
            fund="general",
            item_name="合计",
        )
    return d


def _projects(name: str, *texts: str) -> Document:
    d = Document(name)
    d.table("project_expenditure", 1)
    for row, text in enumerate(("10.00", *texts)):
        d.item(
            "project_expenditure",
            text,
            table_no=1,
            row_no=row,
            column_no=0,
            component="project",
            item_name="合计" if row == 0 else f"项目{row}",
            level="total" if row == 0 else "item",
        )
    return d


def _grant_income(name: str, income: str) -> Document:
    d = Document(name, kind="budget")
    d.code_table(
        "general_expenditure",
        1,
        [{"component": "total", "fund": "general"}],
        [(None, "合计", ["10.00"]), ("201", "一般公共服务支出", ["10.00"])],
    )
    d.table("grant_income_expenditure", 2)
    d.item(
        "grant_income_expenditure",
        income,
        table_no=2,
        row_no=0,
        column_no=0,
        flow="income",
        component="general",
        fund="general",
        item_name="一般公共预算",
    )
    d.item(
        "grant_income_expenditure",
        "10.00",
        table_no=2,
        row_no=5,
        column_no=1,
        fund="fiscal_grant",
        item_name="支出总计",
        item="总计",
        level="total",
    )
    d.code_table(
        "income", 3, [{"component": c, "flow": "income"} for c in ("total", "fiscal_grant")],
        [(None, "合计", ["10.00", income]), ("201", "一般公共服务支出", ["10.00", "10.00"])],
    )  # fmt: skip
    d.code_table(
        "expenditure",
        4,
        [{"component": "total"}],
        [(None, "合计", ["10.00"]), ("201", "一般公共服务支出", ["10.00" if income == "10.00" else "9.00"])],
    )
    d.item(
        "grant_income_expenditure",
        "10.00",
        table_no=2,
        row_no=5,
        column_no=0,
        flow="income",
        fund="fiscal_grant",
        item_name="收入总计",
        item="总计",
        level="total",
    )
    d.item(
        "grant_income_expenditure",
        "10.00",
        table_no=2,
        row_no=0,
        column_no=1,
        fund="fiscal_grant",
        function_code="201",
        item_name="一般公共服务支出",
        level="类",
    )
    d.item("narrative", income, flow="income", component="fiscal_grant", fund="all", item_name="财政拨款收入")
    return d


def _years(name: str, department: str, prior: str, budget: str) -> tuple[Document, Document, Document]:
    """Last year's account, this year's budget, this year's account that repeats figures of both."""
    row = [(None, "合计", ["10.00"])]
    last = Document(f"{name}-last", year=2023, department_id=department)
    last.code_table("general_expenditure", 1, [{"fund": "general"}], row)
    plan = Document(f"{name}-plan", kind="budget", department_id=department)
    plan.code_table("general_expenditure", 1, [{"fund": "general"}], row)
    this = Document(name, department_id=department)
    columns: list[dict[str, Any]] = [
        {"fund": "general", "measure": "prior_final", "fiscal_year": 2023},
        {"fund": "general", "measure": "budget"},
    ]
    this.code_table("general_expenditure", 1, columns, [(None, "合计", [prior, budget])])
    return last, plan, this


def _classes(name: str, code_201: str) -> Document:
    d = Document(name)
    d.code_table(
        "general_expenditure",
        1,
        [{"fund": "general"}],
        [(None, "合计", ["10.00"]), ("201", "一般公共服务支出", ["10.00"])],
    )
    d.table("grant_income_expenditure", 2)
    d.item(
        "grant_income_expenditure",
        code_201,
        table_no=2,
        row_no=0,
        column_no=1,
        fund="general",
        function_code="201",
        item_name="一般公共服务支出",
        level="类",
    )
    d.item(
        "narrative",
        "10.00",
        fund="general",
        item_name="一般公共预算财政拨款支出",
        item="总计",
        level="total",
        locator="b1o9",
    )
    for number, (code, text) in enumerate(
        (("2010101", "6.00"), ("2010102", "4.00" if code_201 == "10.00" else "4.50"))
    ):
        d.item(
            "narrative",
            text,
            fund="general",
            function_code=code,
            item_name=code,
            level="项",
            locator=f"b{10 + number}o2",
        )
    d.item(
        "narrative",
        "6.00" if code_201 == "10.00" else "6.70",
        fund="general",
        function_code="2010101",
        item_name="2010101",
        level="项",
        locator="b20o1",
    )
    d.item("narrative", "9.00", item="基本支出", item_name="基本支出", component="basic", locator="b30o1")
    return d


def _budget(name: str, *skipped: str) -> Document:
    d = Document(name, kind="budget")
    forms = (
        "income_expenditure",
        "income",
        "expenditure",
        "grant_income_expenditure",
        "general_expenditure",
        "general_basic_expenditure",
        "three_public",
        "fund_income_expenditure",
    )
    for number, form in enumerate(form for form in forms if form not in skipped):
        d.table(form, number, note="本表无数据")
    return d


def _forms(name: str, **changes: Any) -> Document:
    d = final_account(name)
    d.tables[8] |= changes
    return d


def _missing(name: str) -> Document:
    d = final_account(name)
    d.rows = [row for row in d.rows if row["form"] != "expenditure"]
    del d.tables[3]
    return d


def _set(document: Document, row: int, text: str) -> Document:
    """Another figure in one cell."""
    document.rows[row] |= {"published_text": text, "amount_yuan": Decimal(text) * 10_000}
    return document


def _tell(document: Document, text: str) -> Document:
    """Another figure in the prose."""
    return _set(document, next(n for n, row in enumerate(document.rows) if row["form"] == "narrative"), text)


def _extreme() -> Document:
    """Figures and places no honest document has; its being in the warehouse must not stop the checks of the others."""
    d = Document("extreme", unit="元")
    large, small = str(LARGEST_YUAN), "0.01"
    d.item("three_public", small, table_no=1, row_no=0, column_no=0, locator="p1x99999999999999999999y1")
    for row in (1, 2, 3):
        d.item("three_public", large, table_no=1, row_no=row, column_no=0, parent_row_no=0, item_name=f"项{row}")
    part = d.item("narrative", large, item_name="项目支出", component="project")
    whole = d.item("narrative", small, item_name="本年支出合计", level="total")
    change = d.item("narrative", f"-{large}", item_name="本年支出合计", measure="change", level="total")
    for kind, subject in (("share", part), ("completion", part), ("growth", change)):
        values = {
            "statistic_id": f"extreme{kind}",
            "name": kind,
            "value": Decimal("99.99"),
            "unit": "%",
            "published_text": "99.99",
        }
        d.other("statistic", kind=kind, line_item_id=subject, base_line_item_id=whole, **values)
    return d


CASES: dict[str, tuple[Document | tuple[Document, ...], Document | tuple[Document, ...]]] = {
    "RATIO-SHARE": (_ratios("a1", "25.0", "80.0", "25.00"), _ratios("a2", "26.0", "80.0", "25.00")),
    "RATIO-COMPLETION": (_ratios("b1", "25.0", "80", "25.00"), _ratios("b2", "25.0", "88", "25.00")),
    "RATIO-GROWTH": (
        _ratios("c1", "25.0", "80", "25.00"),
        (_ratios("c2", "25.0", "80", "20.00"), _ratios("c3", "25.0", "80", "17.62", change="-25.00")),
    ),
    "STATISTIC-TWICE": (_count("d1", "10", "10"), _count("d2", "10", "9")),
    "PERFORMANCE-RATE": (_performance("e1"), _performance("e2", rate="60.00")),
    "PERFORMANCE-EXECUTED": (_performance("f1"), _performance("f2", executed="150.00")),
    "PERFORMANCE-SCORE": (_performance("g1"), _performance("g2", total="99")),
    "PERFORMANCE-WEIGHT": (_performance("h1"), _performance("h2", score="25")),
    "PERFORMANCE-INDICATOR": (_performance("i1"), _performance("i2", score="9")),
    "DETAIL-TREE": (_detail("j1", "10.00"), _detail("j2", "11.00")),
    "DETAIL-ROW": (_detail("k1", "10.00"), _detail("k2", "11.00")),
    "FUND-TREE": (_fund("l1", "2.00"), _set(_fund("l2", "2.00"), 0, "11.00")),
    "FUND-ROW": (_fund("m1", "2.00"), _fund("m2", "3.00")),
    "X-FUND-TOTAL": (_fund("n1", "2.00"), _fund("n2", "2.00", "12.00")),
    "X-CAPITAL-TOTAL": (_fund("o1", "2.00"), _fund("o2", "2.00", "12.00")),
    "X-BASIC-USE": (_uses("p1", "6.00"), _uses("p2", "7.00")),
    "BASIC-ROW": (_uses("q1", "6.00"), _uses("q2", "7.00")),
    "THREE-PUBLIC-ECONOMIC": (_uses("r1", "6.00"), _uses("r2", "7.00")),
    "PROSE-THREE-PUBLIC": (_uses("s1", "6.00"), _uses("s2", "7.00")),
    "PROSE-ECONOMIC": (_uses("t1", "6.00"), _uses("t2", "7.00")),
    "THREE-PUBLIC-OVERSPENT": (_overspent("u1", "4.00"), _overspent("u2", "6.00")),
    "X-GENERAL-INCOME": (_grant_income("w1", "10.00"), _grant_income("w2", "11.00")),
    "X-GRANT-INCOME": (_grant_income("x1", "10.00"), _grant_income("x2", "11.00")),
    "PROSE-INCOME": (_grant_income("y1", "10.00"), _tell(_grant_income("y2", "10.00"), "12.00")),
    "X-CODE-IN-OUT": (_grant_income("z1", "10.00"), _grant_income("z2", "11.00")),
    "YEAR-PRIOR": (_years("A1", "DA1", "10.00", "10.00"), _years("A2", "DA2", "12.00", "10.00")),
    "YEAR-BUDGET": (_years("B1", "DB1", "10.00", "10.00"), _years("B2", "DB2", "10.00", "12.00")),
    "X-GENERAL-CLASS": (_classes("C1", "10.00"), _classes("C2", "10.50")),
    "PROSE-COMPOSITION": (_classes("E1", "10.00"), _classes("E2", "10.50")),
    "PROSE-TWICE": (_classes("F1", "10.00"), _classes("F2", "10.50")),
    "FORMS-FINAL": (final_account("G1"), _missing("G2")),
    "FORMS-BUDGET": (_budget("H1"), _budget("H2", "income")),
    "FORM-EMPTY": (_forms("I1"), _forms("I2", note=None)),
    "FORM-UNREAD": (_forms("J1"), _forms("J2", amounts=7)),
}  # fmt: skip
"""Rule → documents in which it holds, documents in which it fails."""


def _all(documents: Document | tuple[Document, ...]) -> tuple[Document, ...]:
    return documents if isinstance(documents, tuple) else (documents,)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """All cases in one warehouse, and some documents of their own, validated in one run."""
    with create(tmp_path_factory.mktemp("rules") / "candidate.duckdb") as connection:
        for good, bad in CASES.values():
            for document in (*_all(good), *_all(bad)):
                document.save(connection)
        _extreme().save(connection)
        negative = Document("negative")
        negative.item("narrative", "-3.00", item_name="其他支出")
        negative.save(connection)
        large = Document("large", unit="亿元")
        large.item("narrative", "20000.00", item_name="其他支出")
        large.save(connection)
        no_totals = Document("no-totals")
        no_totals.item(
            "income_expenditure",
            "3.00",
            table_no=1,
            row_no=0,
            column_no=0,
            flow="income",
            component="general",
            item_name="收入",
        )
        no_totals.save(connection)
        _projects("levels", "4.00", "1.00", "3.00", "6.00", "6.00").save(connection)
        _projects("flat", "4.00", "6.00").save(connection)
        _projects("unclear", "9.00", "2.00", "1.00").save(connection)
        _projects("short", "4.00", "5.00").save(connection)
        noticed = Document("noticed")
        noticed.other("finding", finding_id="1", code="TXT-YEAR-STALE", severity="warning", message="年度不符", page=3)
        noticed.other("finding", finding_id="2", code="NEW-KIND", severity="error", message="没有声明过的发现", page=4)
        noticed.save(connection)
        insert(connection, "document", {"document_id": "failed", "status": "failed"})
        evaluate(connection, run_id="test")
        yield connection


def _outcomes(connection: duckdb.DuckDBPyConnection, rule: str, document: str) -> set[str]:
    rows = connection.execute(
        "SELECT outcome FROM expectation_result WHERE expectation = ? AND document_id = ?", [rule, document]
    ).fetchall()
    return {outcome for (outcome,) in rows}


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_holds(warehouse: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert _outcomes(warehouse, rule, _all(CASES[rule][0])[-1].document_id) == {"passed"}


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_fails(warehouse: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert "failed" in _outcomes(warehouse, rule, _all(CASES[rule][1])[-1].document_id)


def test_negative_and_enormous_amounts_are_pointed_out(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _outcomes(warehouse, "AMOUNT-NEGATIVE", "negative") == {"failed"}
    assert _outcomes(warehouse, "AMOUNT-LARGE", "large") == {"failed"}


def test_an_overview_without_totals_is_insufficient(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _outcomes(warehouse, "INCOME-SIDE", "no-totals") == {"insufficient_data"}


def test_projects_add_up_on_one_level_or_on_two(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _outcomes(warehouse, "PROJECT-TREE", "flat") == {"passed"}
    assert _outcomes(warehouse, "PROJECT-TREE", "levels") == {"passed"}
    # Rows without codes may be of any level, and then they come to more than the total: no accusation.
    assert _outcomes(warehouse, "PROJECT-TREE", "unclear") == {"insufficient_data"}
    # To less they come only where a row is missing or a figure wrong.
    assert _outcomes(warehouse, "PROJECT-TREE", "short") == {"failed"}


def test_findings_become_results_declared_or_not(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "SELECT expectation, severity FROM expectation_result WHERE document_id = 'noticed' AND outcome = 'failed' ORDER BY 1"
    ).fetchall()
    assert rows == [("NEW-KIND", "error"), ("TXT-YEAR-STALE", "warning")]


def test_extreme_figures_do_not_stop_the_checks(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _outcomes(warehouse, "RATIO-SHARE", "extreme") == {"failed"}
    for rule in ("RATIO-COMPLETION", "RATIO-GROWTH"):
        assert _outcomes(warehouse, rule, "extreme") <= {"passed", "failed"}


def test_growth_printed_beyond_its_figures_accuses_both(warehouse: duckdb.DuckDBPyConnection) -> None:
    row = warehouse.execute(
        "SELECT expected, observed, len(line_item_ids) FROM expectation_result WHERE document_id = 'c2' AND expectation = 'RATIO-GROWTH'"
    ).fetchone()
    assert row == ("25.00%", "20.00%", 2)


def test_the_right_growth_is_named_with_its_sign(warehouse: duckdb.DuckDBPyConnection) -> None:
    row = warehouse.execute(
        "SELECT expected, observed FROM expectation_result WHERE document_id = 'c3' AND expectation = 'RATIO-GROWTH'"
    ).fetchone()
    assert row == ("-20.00%", "17.62%")


def test_only_this_years_document_is_accused_of_last_years_figure(warehouse: duckdb.DuckDBPyConnection) -> None:
    flagged = warehouse.execute(
        "SELECT DISTINCT document_id FROM line_item WHERE document_id LIKE 'A2%' AND quality = 'flagged'"
    ).fetchall()
    assert flagged == [("A2",)]


def test_documents_that_could_not_be_read_are_not_judged(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute("SELECT count(*) FROM expectation_result WHERE document_id = 'failed'").fetchone() == (0,)


def test_results_have_stable_ids(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = warehouse.execute("SELECT result_id FROM expectation_result ORDER BY 1").fetchall()
    assert len(before) == len(set(before))
    evaluate(warehouse, run_id="again")
    assert warehouse.execute("SELECT result_id FROM expectation_result ORDER BY 1").fetchall() == before


def test_validating_a_few_documents_comes_to_what_a_whole_run_does(warehouse: duckdb.DuckDBPyConnection) -> None:
    everything = "SELECT result_id, outcome, severity, message, line_item_ids FROM expectation_result ORDER BY ALL"
    evaluate(warehouse, run_id="whole")
    before = warehouse.execute(everything).fetchall()
    quality = warehouse.execute("SELECT line_item_id, quality, checks FROM line_item ORDER BY 1").fetchall()
    evaluate(warehouse, run_id="few", document_ids=["a2"])
    assert warehouse.execute(everything).fetchall() == before
    assert warehouse.execute("SELECT line_item_id, quality, checks FROM line_item ORDER BY 1").fetchall() == quality
    # Its body's documents were judged again; the rules that look at peers wait for a whole run.
    runs = warehouse.execute(
        "SELECT DISTINCT expectation = 'PLAUSIBLE-PEERS', run_id FROM expectation_result WHERE document_id = 'a2' ORDER BY 1"
    ).fetchall()
    assert runs == [(False, "few"), (True, "whole")]
