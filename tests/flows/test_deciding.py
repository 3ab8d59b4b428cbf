"""A decision made good at once says what a whole run would say, and steps aside where only a whole run can."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.deciding import settle
from flows.home import Home
from flows.operations import session_of
from tests.flows.driving import drive, query
from tests.flows.test_road import Order

HUGE = "2000000000000.00"
RESULTS = """SELECT document_id, expectation, group_key, outcome, severity, message, line_item_ids FROM expectation_result ORDER BY ALL"""
ITEMS = """SELECT document_id, line_item_id, amount_yuan, function_code, item, mapping_method, quality, checks, extracted_text
FROM line_item ORDER BY ALL"""
CODES = "SELECT * FROM internal.harmonized ORDER BY ALL"
QUEUE = "SELECT review_id, document_id, status, decided_by, reason FROM review_item ORDER BY ALL"

Decide = Callable[..., str]


@pytest.fixture
def decide(home: Home, inbox: Path, order: Order) -> Decide:
    """Two documents taken in, one with an amount nobody can have spent; decides about it and gives its document."""
    order("a.html", amounts=[HUGE, "5.00"])
    order("b.html", amounts=["7.00"], name="某市统计局")
    drive(home, inbox)

    def _decide(action: str, **more: str) -> str:
        from expectations.review import decide as take
        from flows.warehouse import reading

        review_id, document = query(
            home, "SELECT review_id, document_id FROM review_item WHERE expectation = 'AMOUNT-LARGE'"
        )[0]
        with reading(home) as connection, session_of(home) as session:
            take(session, review_id, action, by="steward", reason="checked", connection=connection, **more)  # type: ignore[arg-type]
        return str(document)

    return _decide


@pytest.mark.parametrize("action, more", [("accept", {}), ("waive", {}), ("correct", {"value": "2000000.00"})])
def test_a_decision_has_the_outcome_of_a_whole_run(
    home: Home, decide: Decide, action: str, more: dict[str, str]
) -> None:
    before = query(home, ITEMS)
    document = decide(action, **more)
    assert settle(home, [document]) is not None
    at_once = [query(home, sql) for sql in (RESULTS, ITEMS, QUEUE)]
    assert at_once[1] != before
    drive(home, force=True)
    assert [query(home, sql) for sql in (RESULTS, ITEMS, QUEUE)] == at_once


def test_a_decision_taken_back_leaves_no_trace(home: Home, decide: Decide) -> None:
    before = query(home, ITEMS)
    document = decide("correct", value="2000000.00")
    settle(home, [document])
    assert query(home, ITEMS) != before
    decide("undo")
    assert settle(home, [document]) is not None
    assert query(home, ITEMS) == before
    # and there is nothing left for the next run to do
    assert not drive(home).published


def test_keeping_a_document_out_wants_a_whole_run(home: Home, decide: Decide) -> None:
    mark = home.warehouse.stat().st_mtime_ns
    document = decide("reject")
    assert settle(home, [document]) is None
    assert home.warehouse.stat().st_mtime_ns == mark


def test_a_failure_on_the_way_leaves_the_warehouse_as_it_was(
    home: Home, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import road

    document = decide("accept")
    mark = home.warehouse.stat().st_mtime_ns

    def fail(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(road, "publish_candidate", fail)
    with pytest.raises(RuntimeError):
        settle(home, [document])
    assert home.warehouse.stat().st_mtime_ns == mark
    assert not list(home.root.glob("warehouse.candidate-*"))
    assert query(home, "SELECT count(*) FROM review_item WHERE status = 'open'") == [(1,)]


def test_a_code_that_is_taught_reaches_the_other_documents_and_leaves_them_again(home: Home, decide: Decide) -> None:
    before = [query(home, sql) for sql in (ITEMS, CODES)]
    document = decide("correct", code="2010302")
    assert settle(home, [document]) is not None
    at_once = [query(home, sql) for sql in (RESULTS, ITEMS, QUEUE, CODES)]
    others = query(
        home,
        f"SELECT function_code FROM line_item WHERE document_id <> '{document}' AND item_name = '行政运行' AND fiscal_year = 2023",
    )
    assert others and {code for (code,) in others} == {"2010302"}
    drive(home, force=True)
    assert [query(home, sql) for sql in (RESULTS, ITEMS, QUEUE, CODES)] == at_once
    decide("undo")
    assert settle(home, [document]) is not None
    assert query(home, ITEMS) == before[0]


def test_what_was_decided_before_and_not_yet_published_is_published_with_it(home: Home, decide: Decide) -> None:
    document = decide("correct", value="2000000.00")
    assert settle(home, []) is not None
    assert query(
        home, f"SELECT count(*) FROM line_item WHERE document_id = '{document}' AND quality = 'corrected'"
    ) == [(1,)]
    # It is said once, and nothing is left for the next run.
    assert not drive(home).published


def test_a_decision_taken_while_another_is_published_is_left_to_the_next(
    home: Home, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import deciding

    document = decide("accept")
    build = deciding._candidate

    def slowly(*arguments: object) -> Path:
        path = build(*arguments)  # type: ignore[arg-type]
        decide("undo")
        return path

    monkeypatch.setattr(deciding, "_candidate", slowly)
    assert settle(home, [document]) is not None
    assert query(home, "SELECT status FROM review_item WHERE expectation = 'AMOUNT-LARGE'") == [("accepted",)]
    assert drive(home).published
    assert query(home, "SELECT status FROM review_item WHERE expectation = 'AMOUNT-LARGE'") == [("open",)]


def test_deciding_loads_neither_the_scheduler_nor_the_reports() -> None:
    """Each of them costs more than the decision itself."""
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys, flows.deciding, flows.road, flows.commands.progress, expectations.engine, expectations.review\n"
                "print(sorted({'prefect', 'great_expectations', 'pandas'} & set(sys.modules)))"
            ),
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert said.stdout.strip() == "[]"
