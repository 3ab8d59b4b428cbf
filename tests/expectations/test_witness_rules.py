"""What another place says about a figure: each rule where the places agree, where they cannot, and where one is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.engine import evaluate
from tests.expectations.warehouse import Document

Make = Callable[[str], Document]


def _projects(total: str | None, parts: Sequence[tuple[str, str]]) -> Make:
    def make(name: str) -> Document:
        d = Document(name, kind="budget")
        d.table("project_expenditure", 7)
        common: dict[str, Any] = {"table_no": 7, "column_no": 0, "component": "project"}
        d.item("project_expenditure", total, **common, row_no=0, item_name="合计", level="total")
        for row, (project, text) in enumerate(parts, start=1):
            d.item("project_expenditure", text, **common, row_no=row, item_name=project, parent_row_no=0)
        return d

    return make


def _told(text: str | None, item: str = "事业运行", **values: Any) -> Make:
    """A table with one 项 of that name, and prose that names it without a code."""

    def make(name: str) -> Document:
        d = Document(name, kind="budget")
        d.code_table("general_expenditure", 5, [{"component": "total", "fund": "general"}],
                     [(None, "合计", ["173.81"]), ("2010150", "事业运行", ["73.81"]), ("2010350", "事业运行", ["100.00"])])  # fmt: skip
        d.item(
            "narrative",
            text,
            **{"item_name": item, "fund": "general", "section": "五", "level": "项", "locator": "b1"} | values,
        )
        return d

    return make


def _units(unit: str) -> Make:
    """三公 printed in 元 or 万元, the same figure told in 万元."""

    def make(name: str) -> Document:
        d = Document(name, kind="budget")
        d.table("three_public", 7)
        d.item(
            "three_public",
            "12.35",
            unit=unit,
            table_no=7,
            row_no=0,
            column_no=0,
            component="reception",
            fund="general",
            item_name="公务接待费",
        )
        d.item(
            "narrative",
            "12.35",
            component="reception",
            fund="general",
            item_name="公务接待费",
            section="三公",
            locator="b1",
        )
        return d

    return make


def _exchanged(first: str, second: str, told: str | None) -> Make:
    """Two neighbouring rows of the basic table; 三公 prints what 公务接待费 should be."""

    def make(name: str) -> Document:
        d = Document(name, kind="budget")
        d.code_table("general_basic_expenditure", 6, [{"component": "total", "fund": "general"}],
                     [("302", "商品和服务支出", ["20.00"]), ("30216", "培训费", [first]), ("30217", "公务接待费", [second])], economic=True)  # fmt: skip
        d.table("three_public", 7)
        d.item(
            "three_public",
            told,
            table_no=7,
            row_no=0,
            column_no=0,
            component="reception",
            fund="general",
            item_name="公务接待费",
        )
        return d

    return make


def _ordered(codes: Sequence[str]) -> Make:
    def make(name: str) -> Document:
        d = Document(name, kind="budget")
        rows = [(code, code, ["1.00"]) for code in ("302", *codes)]
        d.code_table("general_basic_expenditure", 6, [{"component": "total", "fund": "general"}], rows, economic=True)
        return d

    return make


def _coded(code: str | None) -> Make:
    """A table of no official form with codes and names, in a year whose classification knows both."""

    def make(name: str) -> Document:
        d = Document(name, kind="budget")
        d.table("other", 20)
        d.item("other", "5.00", table_no=20, row_no=0, column_no=0, item_name="邮电费", printed_code=code)
        return d

    return make


def _decimals(text: str | None, unit: str = "元") -> Make:
    def make(name: str) -> Document:
        d = Document(name, kind="budget", unit=unit)
        d.table("three_public", 7)
        for row, component in enumerate(("total", "reception")):
            d.item(
                "three_public",
                text,
                table_no=7,
                row_no=row,
                column_no=0,
                component=component,
                fund="general",
                item_name=component,
            )
        return d

    return make


def _in_and_out(first: str, second: str | None) -> Make:
    """Income and expenditure by code; the two figures are what the expenditure table prints."""

    def make(name: str) -> Document:
        d = Document(name)
        for no, form, figures in ((2, "income", ("30.25", "10.75")), (3, "expenditure", (first, second))):
            rows = [(code, code, [text]) for code, text in zip(("2010101", "2010102"), figures, strict=True)]
            d.code_table(form, no, [{"component": "total", "flow": form}], rows)
        return d

    return make


_ASCENDING = ["30201", "30202", "30205", "30206", "30207", "30209", "30211", "30213"]
_LAST = {"fiscal_year": 2023, "level": "total", "function_code": None}
_PARTS = [("甲", "10.00"), ("乙", "20.00"), ("丙", "5.00")]

CASES: dict[str, tuple[Make, Make, Make]] = {
    # rule: the places agree, they cannot both be right, one of them is silent
    "PART-OVER": (_projects("35.00", _PARTS), _projects("15.00", _PARTS), _projects(None, _PARTS)),
    "PART-TWICE": (_projects("35.00", _PARTS), _projects("35.00", [*_PARTS[:2], _PARTS[1], _PARTS[2]]), _projects(None, _PARTS)),
    "PART-SLIP": (
        _projects("350.25", [("甲", "130.25"), ("乙", "220.00")]),
        _projects("350.25", [("甲", "180.25"), ("乙", "220.00")]),
        _projects(None, _PARTS),
    ),
    "PART-SIGN": (_projects("35.00", _PARTS), _projects("35.00", [("甲", "10.00"), ("乙", "-20.00"), ("丙", "5.00")]), _projects(None, _PARTS)),
    "PROSE-NAME": (_told("73.81"), _told("7381"), _told(None)),
    "UNIT-TWICE": (_units("万元"), _units("元"), _told(None)),
    "ROWS-SWAPPED": (_exchanged("7.25", "9.75", "9.75"), _exchanged("9.75", "7.25", "9.75"), _exchanged("9.75", "7.25", None)),
    "UNIT-DECIMALS": (_decimals("12.35"), _decimals("12.354321"), _decimals(None)),
    "ROWS-CROSSED": (_in_and_out("30.25", "10.75"), _in_and_out("10.75", "30.25"), _in_and_out("10.75", None)),
    "CODE-ORDER": (_ordered(_ASCENDING), _ordered([*_ASCENDING[:3], "30207", "30206", *_ASCENDING[5:]]), _ordered(_ASCENDING[1::-1])),
    "CODE-NAME": (_coded("30207"), _coded("30208"), _coded(None)),
    "PROSE-YEAR": (_told("170.00", "一般公共预算财政拨款支出", level="total"), _told("170.00", "一般公共预算财政拨款支出", **_LAST), _told(None)),
}  # fmt: skip
_ONLY_FAULTS = (
    "PART-TWICE",
    "PART-SLIP",
    "PART-SIGN",
    "PROSE-YEAR",
    "UNIT-TWICE",
    "ROWS-SWAPPED",
    "CODE-ORDER",
    "UNIT-DECIMALS",
    "ROWS-CROSSED",
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, blank_candidate: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = tmp_path_factory.mktemp("witness") / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "INSERT INTO economic_code (fiscal_year, code, name) VALUES (2024, '30207', '邮电费'), (2024, '30208', '取暖费')"
        )
        for rule, makers in CASES.items():
            for variant, make in zip(("good", "bad", "silent"), makers, strict=True):
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
def test_two_places_of_a_document(judged: duckdb.DuckDBPyConnection, rule: str) -> None:
    good = _seen(judged, rule, "good")
    assert "failed" not in good and ("passed" in good or rule in _ONLY_FAULTS)
    assert "failed" in _seen(judged, rule, "bad")
    assert "failed" not in _seen(judged, rule, "silent")
