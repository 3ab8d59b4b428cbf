"""Government debt rolls forward and stays under its ceiling."""

from __future__ import annotations

import duckdb
import pytest

from expectations.engine import evaluate
from tests.expectations.warehouse import Document


def _debt(
    name: str, *, owed: str | None = "1133.51", limit: str | None = "1408.95", repaid: str | None = "104.96"
) -> Document:
    """1111.65 + 126.82 - 104.96 = 1133.51; the ceiling stands among the budgeted, the rest among the executed figures."""
    d = Document(name, scope="government", unit="亿元")
    d.table("other", 1)
    for row, (label, text, year) in enumerate(
        (
            ("一、2023年末地方政府一般债务余额实际数", "1111.65", 2023),
            ("二、2024年末地方政府一般债务余额限额", limit, 2024),
            ("三、2024年地方政府一般债务发行额", "126.82", 2024),
            ("其中：2024年地方政府一般债券发行额", "126.82", 2024),
            ("四、2024年地方政府一般债务还本额", repaid, 2024),
            ("五、2024年末地方政府一般债务余额预计执行数", owed, 2024),
        )
    ):
        ceiling = "限额" in label
        d.item(
            "other", text, table_no=1, row_no=row, column_no=1 if ceiling else 2, column_label="预算数" if ceiling else "执行数",
            item_name=label, fiscal_year=year, measure="budget" if ceiling else None, component=None, fund=None, flow=None,
        )  # fmt: skip
    return d


def _seen(candidate: duckdb.DuckDBPyConnection, rule: str) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for document, outcome, severity in candidate.execute(
        "SELECT document_id, outcome, severity FROM expectation_result WHERE expectation = ?", [rule]
    ).fetchall():
        found.setdefault(document, set()).add((outcome, severity))
    return found


def test_a_balance_one_digit_off_is_a_warning_and_a_revalued_one_a_remark(candidate: duckdb.DuckDBPyConnection) -> None:
    _debt("holds").save(candidate)
    _debt("digit", owed="1183.51").save(candidate)
    _debt("repaid", repaid="404.96").save(candidate)
    _debt("sign", owed="-1133.51").save(candidate)
    _debt("revalued", owed="1134.61").save(candidate)  # foreign loans at another rate: a tenth of a percent at most
    _debt("converted", owed="1240.77").save(candidate)
    _debt("none", owed=None).save(candidate)
    evaluate(candidate, run_id="test")
    seen = _seen(candidate, "DEBT-CLOSURE")
    assert seen["holds"] == {("passed", "info")}
    assert seen["digit"] == seen["repaid"] == seen["sign"] == {("failed", "warning")}
    assert seen["revalued"] == seen["converted"] == {("failed", "info")}
    assert seen["none"] == {("insufficient_data", "info")}


@pytest.mark.parametrize("repaid", ["496.00", "4.46", "49.6"])
def test_a_short_figure_one_digit_or_the_point_off(candidate: duckdb.DuckDBPyConnection, repaid: str) -> None:
    """Repaid 4.96 of 1111.65 + 126.82: short figures are common in these forms, and the form says what adds up."""
    _debt("debt", repaid=repaid, owed="1233.51").save(candidate)
    evaluate(candidate, run_id="test")
    expected = {
        ("failed", "info" if repaid == "4.46" else "warning")
    }  # below a tenth of a percent it may be revaluation
    assert _seen(candidate, "DEBT-CLOSURE")["debt"] == expected


def test_one_of_the_four_figures_missing(candidate: duckdb.DuckDBPyConnection) -> None:
    for name, values in {"four": {}, "balance": {"owed": None}, "repaid": {"repaid": None}}.items():
        _debt(name, **values).save(candidate)
    evaluate(candidate, run_id="test")
    seen = _seen(candidate, "DEBT-PARTS")
    assert seen["four"] == {("passed", "warning")}
    assert seen["balance"] == seen["repaid"] == {("failed", "warning")}


@pytest.mark.parametrize(("limit", "outcome"), [("1408.95", "passed"), ("1108.95", "failed"), (None, "not_applicable")])
def test_the_ceiling(candidate: duckdb.DuckDBPyConnection, limit: str | None, outcome: str) -> None:
    _debt("debt", limit=limit).save(candidate)
    evaluate(candidate, run_id="test")
    assert {one for one, _ in _seen(candidate, "DEBT-LIMIT")["debt"]} == {outcome}
