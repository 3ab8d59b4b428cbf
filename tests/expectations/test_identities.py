"""Every identity of the forms: it holds on a coherent account, a wrong figure breaks it, a blank is no zero."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.engine import evaluate
from expectations.rules import catalogue
from tests.expectations.conftest import Results, failures, outcomes
from tests.expectations.warehouse import Document, final_account

Run = Callable[..., Results]


@pytest.mark.parametrize("tree", [True, False], ids=["with tree", "codes only"])
def test_a_coherent_account_has_no_failure_and_nothing_unchecked(
    run: Run, candidate: duckdb.DuckDBPyConnection, tree: bool
) -> None:
    results = run(final_account(tree=tree))
    assert failures(results) == set()
    assert candidate.execute("SELECT DISTINCT quality FROM line_item").fetchall() == [("passed",)]
    assert candidate.execute("SELECT min(checks) FROM line_item").fetchone()[0] >= 1  # type: ignore[index]


# What is printed wrong, and the rules that must say so (others may as well).
WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"income": "1001.00"}, {"IE-INCOME"}),
    ({"opening": "31.00"}, {"IE-INCOME"}),
    ({"grand_in": "1031.00"}, {"IE-INCOME", "IE-BALANCE"}),
    ({"grand_out": "1031.00"}, {"IE-EXPENDITURE", "IE-BALANCE"}),
    ({"spent": "1011.00"}, {"IE-EXPENDITURE", "X-EXPENDITURE-TOTAL"}),
    ({"closing": "20.10"}, {"IE-EXPENDITURE"}),
    ({"class201": "801.00"}, {"IE-EXPENDITURE", "X-EXPENDITURE-CLASS"}),
    ({"t2_total": "1001.00"}, {"INCOME-TREE", "INCOME-ROW", "X-INCOME-TOTAL"}),
    ({"t2_201": "709.00"}, {"INCOME-TREE", "INCOME-ROW"}),
    ({"t3_total": "1100.00"}, {"EXPENDITURE-TREE", "EXPENDITURE-ROW", "X-EXPENDITURE-TOTAL"}),
    ({"t3_basic": "601.00"}, {"EXPENDITURE-TREE", "EXPENDITURE-ROW"}),
    ({"t3_20101": "501.00"}, {"EXPENDITURE-TREE", "EXPENDITURE-ROW"}),
    ({"t3_2010101": "299.00"}, {"EXPENDITURE-TREE", "EXPENDITURE-ROW", "X-GENERAL-WITHIN"}),
    ({"t4_income": "1100.00"}, {"GRANT-INCOME", "GRANT-CLOSURE"}),
    ({"t4_grand": "1100.00"}, {"GRANT-BALANCE", "GRANT-INCOME"}),
    ({"prose_basic": "609.00"}, {"PROSE-USE"}),
    ({"t4_general": "999.00"}, {"GRANT-ROW", "GRANT-CLOSURE", "GRANT-EXPENDITURE"}),
    ({"t5_total": "999.00"}, {"GENERAL-TREE", "EXPENDITURE-ROW", "X-GENERAL-TOTAL"}),
    ({"t5_basic": "609.00"}, {"GENERAL-TREE", "EXPENDITURE-ROW", "X-BASIC-TOTAL"}),
    ({"t6_301": "401.00"}, {"BASIC-TREE", "BASIC-PERSONNEL", "BASIC-CLASSES"}),
    ({"t6_303": "51.00"}, {"BASIC-PERSONNEL", "BASIC-CLASSES"}),
    ({"t6_310": "11.00"}, {"BASIC-OPERATION", "BASIC-CLASSES"}),
    ({"t6_personnel": "449.00"}, {"BASIC-PERSONNEL", "BASIC-SPLIT", "PROSE-BASIC"}),
    ({"three": "11.00"}, {"THREE-PUBLIC-SUM"}),
    ({"three_vehicle": "5.00"}, {"THREE-PUBLIC-SUM", "THREE-PUBLIC-VEHICLE"}),
    ({"prose_item": "301.00"}, {"PROSE-ITEM"}),
    ({"prose_total": "1003.00"}, {"PROSE-TOTAL"}),
    ({"prose_personnel": "462.89"}, {"PROSE-BASIC", "PROSE-SPLIT"}),
]


def _name(changes: dict[str, str | None], tree: bool) -> str:
    return f"{next(iter(changes))}-{'tree' if tree else 'codes'}"


@pytest.fixture(scope="module")
def spoiled(blank_candidate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """All wrong accounts in one warehouse, validated in one run: documents do not disturb each other."""
    path = tmp_path_factory.mktemp("spoiled") / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for changes, _ in WRONG:
            for tree in (True, False):
                final_account(_name(changes, tree), tree=tree, **changes).save(connection)
        final_account("coherent").save(connection)
        evaluate(connection, run_id="test")
        yield connection


@pytest.mark.parametrize(("changes", "rules"), WRONG, ids=[next(iter(changes)) for changes, _ in WRONG])
@pytest.mark.parametrize("tree", [True, False], ids=["tree", "codes"])
def test_a_wrong_figure_is_reported(
    spoiled: duckdb.DuckDBPyConnection, changes: dict[str, str | None], rules: set[str], tree: bool
) -> None:
    name = _name(changes, tree)
    failed = spoiled.execute(
        "SELECT DISTINCT expectation FROM expectation_result WHERE document_id = ? AND outcome = 'failed' AND severity <> 'info'",
        [name],
    ).fetchall()
    assert rules <= {rule for (rule,) in failed}
    flagged = spoiled.execute(
        "SELECT published_text FROM line_item WHERE document_id = ? AND quality = 'flagged'", [name]
    ).fetchall()
    assert (next(iter(changes.values())),) in flagged


def test_wrong_neighbours_leave_a_coherent_account_alone(spoiled: duckdb.DuckDBPyConnection) -> None:
    failed = "SELECT count(*) FROM expectation_result WHERE document_id = 'coherent' AND outcome = 'failed'"
    assert spoiled.execute(failed).fetchone() == (0,)


def test_the_message_names_the_row_and_both_sums(run: Run, candidate: duckdb.DuckDBPyConnection) -> None:
    run(final_account(t3_20101="501.00"))
    row = candidate.execute(
        """SELECT message, expected, observed, difference, tolerance, len(line_item_ids) FROM expectation_result
           WHERE expectation = 'EXPENDITURE-TREE' AND outcome = 'failed' AND message LIKE '%20101 %'"""
    ).fetchone()
    assert row is not None
    message, expected, observed, difference, tolerance, operands = row
    assert "人大事务" in message
    assert "500.00万元" in message
    assert "501.00万元" in message
    assert (expected, observed) == ("500.00万元", "501.00万元")
    assert difference == 10_000
    assert tolerance == 150  # three figures, each rounded to 0.01 万元
    assert operands == 3


@pytest.mark.parametrize(
    ("missing", "rule"),
    [
        ({"t6_personnel": None}, "BASIC-SPLIT"),
        ({"t5_total": None}, "X-GENERAL-TOTAL"),
        ({"grand_in": None}, "IE-BALANCE"),
    ],
)
def test_a_missing_figure_is_not_taken_for_zero(run: Run, missing: dict[str, Any], rule: str) -> None:
    results = run(final_account(**missing))
    assert rule not in failures(results)
    assert outcomes(results, rule) <= {"insufficient_data", "not_applicable"}


def test_a_form_without_its_total_row_is_insufficient_not_passed(run: Run) -> None:
    results = run(final_account(t2_total=None))
    assert outcomes(results, "X-INCOME-TOTAL") == {"insufficient_data"}


def test_blank_parts_of_a_row_count_for_nothing(run: Run) -> None:
    # 208 has no 项目支出: the cell is blank, the row still adds up.
    assert "failed" not in outcomes(run(final_account()), "EXPENDITURE-ROW")


def test_rounding_of_sums_passes_and_is_noted(run: Run, candidate: duckdb.DuckDBPyConnection) -> None:
    results = run(final_account(t3_20101="500.01"))
    assert "EXPENDITURE-TREE" not in failures(results)
    assert ("passed", "info") in results["EXPENDITURE-TREE"]
    noted = candidate.execute(
        "SELECT message FROM expectation_result WHERE expectation = 'EXPENDITURE-TREE' AND severity = 'info'"
    ).fetchall()
    assert any("舍入" in message for (message,) in noted)


def test_the_same_number_printed_one_unit_apart_is_information(run: Run, candidate: duckdb.DuckDBPyConnection) -> None:
    results = run(final_account(class201="800.01"))
    assert results["X-EXPENDITURE-CLASS"] == {("failed", "info"), ("passed", "error")}
    assert failures(results) == set()
    assert candidate.execute("SELECT count(*) FROM line_item WHERE quality = 'flagged'").fetchone() == (0,)


def test_running_cost_one_unit_from_operating_cost_is_found(run: Run) -> None:
    assert run(final_account(prose_running="149.99"))["PROSE-RUNNING-COST"] == {("failed", "info")}


def test_running_cost_of_a_part_of_the_body_is_no_contradiction(run: Run) -> None:
    assert outcomes(run(final_account(prose_running="80.00")), "PROSE-RUNNING-COST") == {"not_applicable"}


def test_stripped_zeros_do_not_widen_the_envelope(run: Run) -> None:
    # "150" among figures with two decimals is 150.00, not "150 or so".
    results = run(final_account(t6_303="50", t6_30101="250", t6_personnel="450.4"))
    assert "BASIC-PERSONNEL" in failures(results)


def test_prose_in_coarser_print_agrees_with_the_table(run: Run) -> None:
    assert outcomes(run(final_account(prose_item="300.0")), "PROSE-ITEM") == {"passed"}


def test_unread_children_explain_a_larger_total(run: Run) -> None:
    document = final_account(t6_30101=None)
    document.tables[6]["amounts"] = 99
    results = run(document)
    assert "BASIC-TREE" not in failures(results)
    assert "insufficient_data" in outcomes(results, "BASIC-TREE")


def test_units_mistaken_by_ten_thousand_are_named(run: Run, candidate: duckdb.DuckDBPyConnection) -> None:
    document = final_account()
    row = next(row for row in document.rows if row["locator"] == "b002")
    row["amount_yuan"] /= 10_000
    row["published_unit"] = "元"
    row["ulp_yuan"] /= 10_000
    run(document)
    messages = candidate.execute(
        "SELECT message FROM expectation_result WHERE expectation = 'PROSE-ITEM' AND outcome = 'failed'"
    ).fetchall()
    assert len(messages) == 1
    assert "单位" in messages[0][0]


def test_an_empty_table_against_prose_with_money(run: Run) -> None:
    document = final_account()
    document.item(
        "narrative", "12.00", section="八", fund="gov_fund", item_name="政府性基金预算支出", item="总计", level="total"
    )
    assert "PROSE-EMPTY-TABLE" in failures(run(document))


def test_repeated_forms_are_paired_in_order_and_never_accuse(run: Run) -> None:
    document = final_account(t5_total=None)
    for number, (first, second) in enumerate((("10.00", "10.00"), ("20.00", "21.00"))):
        for form, text, offset in (("expenditure", first, 20), ("income_expenditure", second, 30)):
            document.table(form, offset + number)
            document.item(
                form, text, table_no=offset + number, row_no=0, column_no=0, level="total", item="本年支出合计"
            )
    results = run(document)
    assert "X-EXPENDITURE-TOTAL" not in failures(results)
    assert {"passed", "insufficient_data"} <= outcomes(results, "X-EXPENDITURE-TOTAL")


def test_fund_table_closes_by_row(run: Run) -> None:
    def fund(closing: str) -> Document:
        document = Document("G")
        document.table("fund_income_expenditure", 8)
        for number, (component, text) in enumerate(
            (
                ("opening_balance", "5.00"),
                ("current_income", "10.00"),
                ("current_expenditure", "12.00"),
                ("closing_balance", closing),
            )
        ):
            document.item(
                "fund_income_expenditure", text, table_no=8, row_no=0, column_no=number, component=component,
                fund="gov_fund", flow="balance" if "balance" in component else "expenditure", level="total",
            )  # fmt: skip
        return document

    assert outcomes(run(fund("3.00")), "FUND-CLOSURE") == {"passed"}


def test_fund_table_that_does_not_close(run: Run) -> None:
    document = Document("G")
    document.table("fund_income_expenditure", 8)
    for number, (component, text) in enumerate((("current_income", "10.00"), ("current_expenditure", "12.00"))):
        document.item(
            "fund_income_expenditure",
            text,
            table_no=8,
            row_no=0,
            column_no=number,
            component=component,
            fund="gov_fund",
            level="total",
        )
    assert "FUND-CLOSURE" in failures(run(document))


@pytest.mark.parametrize(
    ("opening", "printed", "outcome", "of_class"),
    [
        ({"general": "3.00"}, "7.00", "passed", "insufficient_data"),
        ({"general": "3.00"}, "10.00", "passed", "passed"),
        ({"general": "3.00"}, "8.00", "failed", "insufficient_data"),
        ({"fiscal_grant": "3.00"}, "7.00", "passed", "insufficient_data"),
        ({"fiscal_grant": "3.00"}, "8.00", "insufficient_data", "insufficient_data"),
        ({"fiscal_grant": "3.00"}, "6.00", "failed", "failed"),
        ({}, "7.00", "failed", "failed"),
    ],
)
def test_a_table_of_this_years_grants_is_short_of_the_account_by_what_was_carried_over(
    run: Run, opening: dict[str, str], printed: str, outcome: str, of_class: str
) -> None:
    document = _budget_with_carry(opening, printed)
    results = run(document)
    assert outcomes(results, "X-GENERAL-TOTAL") == {outcome}
    assert outcomes(results, "X-GENERAL-CLASS") == {of_class}


def _budget_with_carry(opening: dict[str, str], printed: str) -> Document:
    """A grant account of 7 granted and 3 carried over, spent on one class, beside its 一般公共预算支出表."""
    document = Document("B", kind="budget")
    document.table("grant_income_expenditure", 4)
    left = {"table_no": 4, "column_no": 0, "flow": "income"}
    form = "grant_income_expenditure"
    document.item(form, "7.00", **left, row_no=0, fund="general", component="total", item_name="一般公共预算拨款")
    for fund, text in opening.items():
        document.item(
            form,
            text,
            **(left | {"flow": "balance"}),
            row_no=1,
            fund=fund,
            component="opening_balance",
            item="年初结转和结余",
        )
    right = {"table_no": 4, "column_no": 1, "fund": "general"}
    document.item(form, "10.00", **right, row_no=0, function_code="213", item_name="农林水支出", level="类")
    document.item(form, "10.00", **right, row_no=5, item_name="本年支出合计", level="total")
    document.item(
        form, "0.00", **(right | {"flow": "balance"}), row_no=6, component="closing_balance", item="年末结转和结余"
    )
    document.code_table(
        "general_expenditure",
        5,
        [{"component": "total", "fund": "general"}],
        [(None, "合计", [printed]), ("213", "农林水支出", [printed])],
    )
    return document


def test_carry_over_of_all_funds_together_closes_no_single_fund(run: Run) -> None:
    assert outcomes(run(_budget_with_carry({"fiscal_grant": "3.00"}, "10.00")), "GRANT-CLOSURE") == {
        "insufficient_data"
    }


@pytest.mark.parametrize(("second", "told"), [("30202", False), ("30201", True)])
def test_equal_amounts_of_two_economic_items_of_one_function_are_no_row_printed_twice(
    run: Run, second: str, told: bool
) -> None:
    document = Document("T", kind="budget")
    document.table("general_expenditure", 5)
    for row, economic in enumerate(("30201", second)):
        document.item(
            "general_expenditure", "0.50", table_no=5, row_no=row, column_no=3, fund="general", level="项",
            item_name="2080201-行政运行", printed_code="2080201", function_code="2080201", economic_code=economic,
        )  # fmt: skip
    assert ("ROW-TWICE" in failures(run(document))) is told


def test_every_rule_is_exercised_by_some_test() -> None:
    """A rule nobody has seen fail may be unable to."""
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    named = set(re.findall(r"[A-Z0-9]+(?:-[A-Z0-9]+)+", text))
    assert {rule.id for rule in catalogue()} - named == set()
