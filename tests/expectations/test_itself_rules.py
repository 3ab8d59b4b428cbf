"""What prose, percentages, notes and lists of the funds say against reason: holds, fails, and a figure that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.engine import evaluate
from tests.expectations.warehouse import Document

Make = Callable[[str, str | None], Document]
"""Document id and the figure that decides (None: it is not printed) → the document."""


def _budget(name: str) -> Document:
    return Document(name, kind="budget", year=2025)


def _prior(name: str, change: str | None) -> Document:
    d = _budget(name)
    d.item("narrative", "6.51", item_name="公务接待费", component="reception", fund="general", section="三公")
    d.item(
        "narrative", change, item_name="公务接待费", component="reception", fund="general", section="三公", measure="change"
    )  # fmt: skip
    return d


def _sides(name: str, change: str | None) -> Document:
    d = _budget(name)
    for flow, moved in (("income", "5.00"), ("expenditure", change)):
        values: dict[str, Any] = {
            "item_name": "预算",
            "item": "总计",
            "level": "total",
            "flow": flow,
            "section": "收支",
        }
        d.item("narrative", "100.00", **values)
        d.item("narrative", moved, measure="change", **values)
    return d


def _reserve(name: str, reserved: str | None) -> Document:
    d = _budget(name)
    d.item("narrative", "100.00", item_name="政府采购", item="政府采购支出总额", section="采购")
    d.item("narrative", reserved, item_name="预留", item="面向中小企业预留政府采购预算", section="采购", subset=True)
    return d


def _sources(name: str, institution: str | None) -> Document:
    d = Document(name)
    d.item("narrative", "80.00", item_name="本年收入合计", level="total", flow="income", section="收入")
    d.item("narrative", "60.00", item_name="财政拨款收入", component="fiscal_grant", flow="income", section="收入")
    d.item("narrative", institution, item_name="事业收入", component="institution", flow="income", section="收入")
    return d


def _goals(name: str, goals: str | None) -> Document:
    d = _budget(name)
    d.code_table(
        "expenditure",
        1,
        [{"component": c} for c in ("total", "basic", "project")],
        [(None, "合计", ["300.00", "100.00", "200.00"]), ("201", "一般公共服务支出", ["300.00", "100.00", "200.00"])],
    )
    d.item("narrative", goals, item_name="涉及项目预算资金", item="绩效目标管理项目资金", component="project")
    return d


def _percent(kind: str) -> Make:
    def make(name: str, value: str | None) -> Document:
        d = Document(name)
        d.other(
            "statistic", statistic_id=name, kind=kind, name="占比", unit="%", published_text=value,
            value=None if value is None else Decimal(value),
        )  # fmt: skip
        return d

    return make


def _from_nothing(name: str, budget: str | None) -> Document:
    d = Document(name)
    final = d.item("narrative", "20.00", item_name="公务接待费", component="reception")
    base = d.item("narrative", budget, item_name="公务接待费", component="reception", measure="budget")
    d.other(
        "statistic", statistic_id=name, kind="completion", name="完成率", unit="%", published_text="200",
        value=Decimal(200), line_item_id=final, base_line_item_id=base,
    )  # fmt: skip
    return d


def _note(name: str, note: str | None) -> Document:
    d = _budget(name)
    d.table("capital_expenditure", 1, note=note, title="国有资本经营预算支出表")
    return d


def _funds(name: str, general: str | None, *, split: bool = False) -> Document:
    """An overview of grants (without columns of the funds unless `split`), and the lists of two funds."""
    d = _budget(name)
    d.table("grant_income_expenditure", 1)
    total: dict[str, Any] = {"table_no": 1, "row_no": 3, "item_name": "本年支出合计", "level": "total"}
    d.item("grant_income_expenditure", "100.00", column_no=1, fund="fiscal_grant", **total)
    if split:
        d.item("grant_income_expenditure", general, column_no=2, fund="general", **total)
    for number, form, fund, amount in (
        (2, "general_expenditure", "general", "100.00" if split else general),
        (3, "fund_income_expenditure", "gov_fund", "20.00"),
    ):
        if amount is not None:
            d.code_table(form, number, [{"component": "total", "fund": fund}], [(None, "合计", [amount])])
    return d


def _unlisted(name: str, general: str | None) -> Document:
    return _funds(name, general, split=True)


CASES: dict[str, tuple[Make, str, str]] = {
    "PROSE-PRIOR": (_prior, "6.51", "9.49"),
    "PROSE-SIDES": (_sides, "5.00", "-5.00"),
    "PROSE-WITHIN": (_reserve, "40.00", "120.00"),
    "PROSE-WITHIN/income": (_sources, "20.00", "30.00"),
    "PROSE-GOALS": (_goals, "150.00", "500.00"),
    "RATIO-RANGE": (_percent("share"), "99.9", "112.5"),
    "RATIO-RANGE/growth": (_percent("growth"), "250", "-150"),
    "RATIO-ZERO": (_from_nothing, "10.00", "0.00"),
    "FORM-NOTE": (_note, "本部门无国有资本经营预算支出，本表无数据。", "本部门无政府性基金预算支出，本表无数据。"),
    "X-GRANT-FUNDS": (_funds, "80.00", "79.00"),
}
"""Rule → documents, the figure with which it holds, the one with which it fails."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, blank_candidate: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = tmp_path_factory.mktemp("itself") / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for rule, (make, good, bad) in CASES.items():
            make(f"{rule}|good", good).save(connection)
            make(f"{rule}|bad", bad).save(connection)
            make(f"{rule}|none", None).save(connection)
        _unlisted("funds|bad", "100.00").save(connection)
        _unlisted("funds|good", "80.00").save(connection)
        _unlisted("funds|none", None).save(connection)
        evaluate(connection, run_id="test")
        yield connection


def _seen(judged: duckdb.DuckDBPyConnection, rule: str, document: str) -> set[tuple[str, str]]:
    return set(
        judged.execute(
            "SELECT outcome, severity FROM expectation_result WHERE document_id = ? AND expectation = ?",
            [document, rule],
        ).fetchall()
    )


@pytest.mark.parametrize("case", CASES)
def test_it_holds_fails_and_says_nothing_without_the_figure(judged: duckdb.DuckDBPyConnection, case: str) -> None:
    rule = case.partition("/")[0]
    assert {outcome for outcome, _ in _seen(judged, rule, f"{case}|good")} == {"passed"}
    assert "failed" in {outcome for outcome, _ in _seen(judged, rule, f"{case}|bad")}
    assert {outcome for outcome, _ in _seen(judged, rule, f"{case}|none")} <= {"not_applicable", "insufficient_data"}


def test_a_list_of_a_fund_that_the_overview_leaves_no_room_for(judged: duckdb.DuckDBPyConnection) -> None:
    assert ("failed", "warning") in _seen(judged, "X-FUND-NONE", "funds|bad")
    assert {outcome for outcome, _ in _seen(judged, "X-FUND-NONE", "funds|good")} == {"not_applicable"}
    assert {outcome for outcome, _ in _seen(judged, "X-FUND-NONE", "funds|none")} == {"not_applicable"}


def test_projects_with_goals_beyond_all_projects_are_told_only(judged: duckdb.DuckDBPyConnection) -> None:
    """Grants to the districts have goals too, and are no expenditure of the body."""
    assert ("failed", "info") in _seen(judged, "PROSE-GOALS", "PROSE-GOALS|bad")


def test_opposite_movements_of_one_total_are_a_warning_and_unequal_ones_a_remark(
    candidate: duckdb.DuckDBPyConnection,
) -> None:
    _sides("opposite", "-5.00").save(candidate)
    _sides("unequal", "4.00").save(candidate)
    evaluate(candidate, run_id="test")
    assert ("failed", "warning") in _seen(candidate, "PROSE-SIDES", "opposite")
    assert ("failed", "info") in _seen(candidate, "PROSE-SIDES", "unequal")


@pytest.mark.parametrize(("whole", "severity"), [("3.00", "info"), ("9.00", "warning")])
def test_a_negative_amount_that_no_sum_confirms(
    candidate: duckdb.DuckDBPyConnection, whole: str, severity: str
) -> None:
    """5.00 - 2.00 = 3.00 shows that the publisher meant it; where the sum fails the sign may be what is wrong."""
    d = Document("negative")
    d.table("other", 1)
    for row, text in enumerate((whole, "5.00", "-2.00")):
        d.item("other", text, table_no=1, row_no=row, column_no=0, item_name=f"项{row}" if row else "合计", measure=None,
               component=None, fund=None, flow=None, level="item" if row else "total", parent_row_no=0 if row else None)  # fmt: skip
    d.save(candidate)
    evaluate(candidate, run_id="test")
    assert _seen(candidate, "AMOUNT-NEGATIVE", "negative") == {("failed", severity)}
