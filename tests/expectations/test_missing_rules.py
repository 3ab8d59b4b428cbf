"""Rows, cells and levels a table should have: each rule where they are there, where one is gone, and where nothing is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.engine import evaluate
from tests.expectations.warehouse import Document

Row = tuple[str | None, str, Sequence[str | None]]

_SIDES = {"收入": "income", "支出": "expenditure"}


def _overview(d: Document, *, lost: Sequence[str] = (), form: str = "income_expenditure", no: int = 1) -> Document:
    """Both sides of a 收支总表; rows whose name is in `lost` are not there."""
    fund = "fiscal_grant" if form.startswith("grant") else "all"
    d.table(form, no)
    rows = (
        (0, 0, "一般公共预算财政拨款收入", "90.00", {"flow": "income", "component": "general", "fund": "general"}),
        (9, 0, "本年收入合计", "90.00", {"flow": "income", "level": "total"}),
        (10, 0, "年初结转和结余", "10.00", {"flow": "balance", "component": "opening_balance"}),
        (12, 0, "收入总计", "100.00", {"flow": "income", "level": "total", "item": "总计"}),
        (10000, 1, "一般公共服务支出", "95.00", {"function_code": "201", "level": "类"}),
        (10009, 1, "本年支出合计", "95.00", {"level": "total"}),
        (10010, 1, "年末结转和结余", "5.00", {"flow": "balance", "component": "closing_balance"}),
        (10012, 1, "支出总计", "100.00", {"level": "total", "item": "总计"}),
    )
    for row, column, name, text, values in rows:
        if name not in lost:
            d.item(
                form,
                text,
                **{"table_no": no, "row_no": row, "column_no": column, "item_name": name, "fund": fund} | values,
            )
    return d


def _without(*lost: str) -> Callable[[str], Document]:
    return lambda name: _overview(Document(name), lost=lost)


def _carried(opening: bool, again: bool) -> Callable[[str], Document]:
    def make(name: str) -> Document:
        d = _overview(Document(name), lost=() if opening else ("年初结转和结余",))
        if again:
            d.item("income_expenditure", "10.00", table_no=1, row_no=11, column_no=0, flow="income", component="general", fund="general",
                   item_name="一般公共预算财政拨款收入")  # fmt: skip
        return d

    return make


def _grant(total: str | None) -> Callable[[str], Document]:
    def make(name: str) -> Document:
        d = Document(name)
        d.table("grant_income_expenditure", 4)
        for row, (code, text) in enumerate((("201", "50.00"), ("208", "30.00"), ("210", "20.00"))):
            for column, fund in ((1, "fiscal_grant"), (2, "general")):
                printed = total if row == 2 and column == 1 else text
                d.item(
                    "grant_income_expenditure",
                    printed,
                    table_no=4,
                    row_no=row,
                    column_no=column,
                    fund=fund,
                    function_code=code,
                    item_name=code,
                )
        return d

    return make


def _funds(general: str | None) -> Callable[[str], Document]:
    """Three rows by fund; the second's only fund is the figure given."""

    def make(name: str) -> Document:
        d = Document(name)
        d.table("grant_income_expenditure", 4)
        for row, code in enumerate(("201", "208", "210")):
            for column, fund in ((1, "fiscal_grant"), (2, "general")):
                printed = general if row == 1 and column == 2 else "30.00"
                d.item(
                    "grant_income_expenditure",
                    printed,
                    table_no=4,
                    row_no=row,
                    column_no=column,
                    fund=fund,
                    function_code=code,
                    item_name=code,
                )
        return d

    return make


def _basic(personnel: str | None, operation: str | None) -> Callable[[str], Document]:
    def make(name: str) -> Document:
        d = Document(name)
        d.table("general_basic_expenditure", 6)
        common: dict[str, Any] = {"table_no": 6, "fund": "general"}
        for row, (code, text) in enumerate((("301", "30.00"), ("302", "20.00"))):
            d.item(
                "general_basic_expenditure", text, **common, row_no=row, column_no=0, economic_code=code, item_name=code
            )
        d.item(
            "general_basic_expenditure",
            personnel,
            **common,
            row_no=8,
            column_no=0,
            component="personnel",
            item_name="人员经费合计",
            item="人员经费",
        )
        d.item(
            "general_basic_expenditure",
            operation,
            **common,
            row_no=9,
            column_no=0,
            component="operation",
            item_name="公用经费合计",
            item="公用经费",
        )
        return d

    return make


def _vehicles(whole: str | None, purchase: str | None, operation: str | None) -> Callable[[str], Document]:
    """The final figures are those given; the budget beside them is complete."""

    def make(name: str) -> Document:
        d = Document(name)
        d.table("three_public", 7)
        for measure, figures in (("budget", ("6.00", "0.00", "6.00")), ("final", (whole, purchase, operation))):
            for row, (component, text) in enumerate(
                zip(("vehicle", "vehicle_purchase", "vehicle_operation"), figures, strict=True)
            ):
                d.item("three_public", text, table_no=7, row_no=row, column_no=int(measure == "final"), component=component, measure=measure,
                       fund="general", item_name=component)  # fmt: skip
        return d

    return make


def _blank(filled: bool) -> Callable[[str], Document]:
    def make(name: str) -> Document:
        d = _overview(Document(name))
        d.code_table(
            "expenditure",
            3,
            [{"component": "total"}],
            [(None, "合计", ["95.00" if filled else None]), ("201", "甲", ["95.00" if filled else None])],
        )
        return d

    return make


_NAMES = (
    ("205", "教育支出"),
    ("20508", "进修及培训"),
    ("2050803", "培训支出"),
    ("221", "住房保障支出"),
    ("22102", "住房改革支出"),
    ("2210201", "住房公积金"),
)


def _named(unknown: bool) -> Callable[[str], Document]:
    """A table of names without codes; the last row is one whose class is not known."""

    def make(name: str) -> Document:
        d = Document(name)
        d.code_table("expenditure", 3, [{"component": "total"}], [(code, text, ["9.00"]) for code, text in _NAMES])
        d.item(
            "expenditure",
            "9.00",
            table_no=3,
            row_no=9,
            column_no=0,
            item_name="行政运行",
            function_code=None if unknown else "2010101",
        )
        for row in d.rows:
            row["printed_code"] = None
        return d

    return make


def _lists(rows: Sequence[Row]) -> Callable[[str], Document]:
    """Three tables that list one 类, its 款 and 项 under a total, and the fund's table with the rows given."""

    def make(name: str) -> Document:
        d = Document(name)
        full = [
            (None, "合计", ["9.00"]),
            ("205", "教育支出", ["9.00"]),
            ("20508", "进修及培训", ["9.00"]),
            ("2050803", "培训支出", ["9.00"]),
        ]
        for no, form in enumerate(("income", "expenditure", "general_expenditure"), start=2):
            d.code_table(form, no, [{"component": "total"}], [*full, ("221", "住房保障支出", ["1.00"]), ("22102", "住房改革支出", ["1.00"]),
                         ("2210201", "住房公积金", ["1.00"])], flow="income" if form == "income" else "expenditure")  # fmt: skip
        d.code_table("fund_income_expenditure", 8, [{"component": "current_expenditure", "fund": "gov_fund"}], rows)
        return d

    return make


_WHOLE: Row = (None, "合计", ["7.00"])
_FUND: list[Row] = [
    ("212", "城乡社区支出", ["7.00"]),
    ("21208", "国有土地使用权出让收入安排的支出", ["7.00"]),
    ("2120803", "城市建设支出", ["7.00"]),
]

CASES: dict[str, tuple[Callable[[str], Document], Callable[[str], Document], Callable[[str], Document]]] = {
    # rule: it holds, it fails, nothing is due
    "TOTAL-GRAND": (_without(), _without("收入总计", "支出总计"), _without("本年收入合计", "本年支出合计")),
    "TOTAL-PAIRED": (_without(), _without("本年收入合计"), _without("本年收入合计", "本年支出合计")),
    "TOTAL-SOURCES": (_without(), _without("一般公共预算财政拨款收入"), _without("本年收入合计", "收入总计", "本年支出合计", "支出总计")),
    "TOTAL-CARRIED": (_carried(True, True), _carried(False, True), _carried(False, False)),
    "GRANT-BLANK": (_grant("20.00"), _grant(None), _without()),
    "GRANT-PARTS": (_funds("30.00"), _funds(None), _without()),
    "BASIC-TOTALS": (_basic("30.00", "20.00"), _basic(None, "20.00"), _basic(None, None)),
    "THREE-PUBLIC-VEHICLES": (_vehicles("6.00", "0.00", "6.00"), _vehicles(None, "0.00", "6.00"), _without()),
    "FORM-BLANK": (_blank(True), _blank(False), _without()),
    "TREE-UNKNOWN": (_named(False), _named(True), _without()),
    "TOTAL-HABIT": (_lists([_WHOLE, *_FUND]), _lists(_FUND), _lists([])),
    "TREE-HABIT": (_lists([_WHOLE, *_FUND]), _lists([_WHOLE, *_FUND[1:]]), _lists([])),
}  # fmt: skip
_ONLY_FAULTS = ("TOTAL-CARRIED",)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, blank_candidate: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = tmp_path_factory.mktemp("missing") / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for rule, makers in CASES.items():
            for variant, make in zip(("good", "bad", "none"), makers, strict=True):
                make(f"{rule}/{variant}").save(connection)
        evaluate(connection, run_id="test")
        yield connection


def _seen(judged: duckdb.DuckDBPyConnection, rule: str, variant: str) -> set[str]:
    rows = judged.execute(
        "SELECT outcome FROM expectation_result WHERE document_id = ? AND expectation = ? AND group_key <> '*'",
        [f"{rule}/{variant}", rule],
    ).fetchall()
    return {row[0] for row in rows}


@pytest.mark.parametrize("rule", CASES)
def test_what_is_there_and_what_is_gone(judged: duckdb.DuckDBPyConnection, rule: str) -> None:
    good = _seen(judged, rule, "good")
    assert "failed" not in good and ("passed" in good or rule in _ONLY_FAULTS)
    assert "failed" in _seen(judged, rule, "bad")
    assert "failed" not in _seen(judged, rule, "none")


def test_a_misnamed_row_with_the_other_sides_total_is_that_total(candidate: duckdb.DuckDBPyConnection) -> None:
    d = _overview(Document("A"), lost=("支出总计",))
    d.item("income_expenditure", "100.00", table_no=1, row_no=10012, column_no=1, item_name="金额")
    d.save(candidate)
    evaluate(candidate, run_id="test")
    assert "failed" not in {
        row[0]
        for row in candidate.execute(
            "SELECT outcome FROM expectation_result WHERE expectation = 'TOTAL-GRAND'"
        ).fetchall()
    }


def test_vehicles_whose_parts_are_blank_in_one_column(candidate: duckdb.DuckDBPyConnection) -> None:
    _vehicles("6.00", None, None)("A").save(candidate)
    evaluate(candidate, run_id="test")
    assert ("failed",) in candidate.execute(
        "SELECT outcome FROM expectation_result WHERE expectation = 'THREE-PUBLIC-VEHICLES'"
    ).fetchall()


def test_one_of_three_parts_not_listed_is_nought(candidate: duckdb.DuckDBPyConnection) -> None:
    d = Document("A")
    d.table("three_public", 7)
    for row, (component, text) in enumerate((("total", "10.00"), ("overseas", "1.00"), ("vehicle", "6.00"))):
        d.item("three_public", text, table_no=7, row_no=row, column_no=0, component=component, fund="general", item_name="“三公”经费合计" if component == "total" else component)  # fmt: skip
    d.save(candidate)
    evaluate(candidate, run_id="test")
    assert ("failed", "warning") in candidate.execute(
        "SELECT outcome, severity FROM expectation_result WHERE expectation = 'THREE-PUBLIC-SUM'"
    ).fetchall()
