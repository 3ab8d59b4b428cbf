"""The review queue: one test for each transition, and what decisions do to the warehouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from expectations.engine import evaluate
from expectations.review import DecisionError, apply_decisions, decide, reconcile, rejected_documents
from expectations.rules import catalogue
from models.decisions import Decision, ReviewItem
from models.warehouse import DOCUMENT_TABLES
from tests.expectations.warehouse import Document, final_account

Road = Callable[..., None]
# The queue does not care which rules there are; a few keep the tests quick.
RULES = [rule for rule in catalogue() if rule.id in ("PROSE-BASIC", "PROSE-SPLIT", "BASIC-PERSONNEL", "YEAR-PRIOR")]
TODAY = datetime.now().astimezone().date()


@pytest.fixture
def road(session: Session, candidate: duckdb.DuckDBPyConnection) -> Road:
    """Rebuild the candidate from documents as flows do: decisions, rules, queue."""

    def _road(*documents: Document) -> None:
        for table in ("document", "expectation_result", "review_item", *(table.name for table in DOCUMENT_TABLES)):
            candidate.execute(f"DELETE FROM {table}")
        for document in documents:
            document.save(candidate)
        apply_decisions(session, candidate)
        evaluate(candidate, run_id="run", rules=RULES)
        reconcile(session, candidate, "run")

    return _road


def _wrong() -> Document:
    return final_account(prose_personnel="462.89")


def _item(session: Session, expectation: str = "PROSE-BASIC") -> ReviewItem:
    return session.scalars(select(ReviewItem).where(ReviewItem.expectation == expectation)).one()


def _decide(session: Session, action: str, expectation: str = "PROSE-BASIC", **values: Any) -> ReviewItem:
    return decide(session, _item(session, expectation).review_id, action, by="审核者", reason="对照原件", **values)


def _prose(candidate: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    row = candidate.execute(
        "SELECT quality, amount_yuan, published_text, extracted_text FROM line_item WHERE locator = 'b004'"
    ).fetchone()
    assert row is not None
    return row


def test_a_failure_opens_one_item_and_keeps_its_id(
    road: Road, session: Session, candidate: duckdb.DuckDBPyConnection
) -> None:
    road(_wrong())
    item = _item(session)
    first = item.review_id, item.opened_at
    assert item.status == "open"
    assert _prose(candidate)[0] == "flagged"
    # Another reading of the same bytes is the same question.
    road(final_account(prose_personnel="462.98"))
    assert (_item(session).review_id, _item(session).opened_at) == first
    assert "462.98" in _item(session).message


def test_rounding_and_information_open_nothing(road: Road, session: Session) -> None:
    road(final_account(prose_personnel="450.01", t6_30101="250.01"))
    assert session.scalars(select(ReviewItem)).all() == []


def test_open_to_resolved_and_back(road: Road, session: Session) -> None:
    road(_wrong())
    road(final_account())
    assert _item(session).status == "resolved"
    road(_wrong())
    assert _item(session).status == "open"


def test_accepted_stays_over_runs_and_its_figures_are_disputed(
    road: Road, session: Session, candidate: duckdb.DuckDBPyConnection
) -> None:
    road(_wrong())
    for expectation in ("PROSE-BASIC", "PROSE-SPLIT"):
        _decide(session, "accept", expectation)
    road(_wrong())
    assert _item(session).status == "accepted"
    assert _prose(candidate) == ("disputed", Decimal("4628900.00"), "462.89", None)
    assert candidate.execute("SELECT count(*) FROM line_item WHERE quality = 'flagged'").fetchone() == (0,)
    row = candidate.execute("SELECT status, decided_by FROM review_item WHERE expectation = 'PROSE-BASIC'").fetchone()
    assert row == ("accepted", "审核者")


def test_only_our_reading_changed_and_a_person_decided(road: Road, session: Session) -> None:
    road(_wrong())
    _decide(session, "accept")
    road(final_account(prose_personnel="999.99"))
    assert _item(session).status == "accepted"
    road(final_account())
    assert _item(session).status == "accepted"


def test_changed_evidence_opens_again(road: Road, session: Session, candidate: duckdb.DuckDBPyConnection) -> None:
    def pair(last_id: str) -> tuple[Document, Document]:
        last = Document(last_id, year=2023)
        last.code_table("general_expenditure", 1, [{"fund": "general"}], [(None, "合计", ["10.00"])])
        this = Document("this")
        column = {"fund": "general", "measure": "prior_final", "fiscal_year": 2023}
        this.code_table("general_expenditure", 1, [column], [(None, "合计", ["12.00"])])
        return last, this

    road(*pair("last-1"))
    _decide(session, "accept", "YEAR-PRIOR")
    road(*pair("last-1"))
    assert _item(session, "YEAR-PRIOR").status == "accepted"
    road(*pair("last-2"))  # last year's document was published anew
    assert _item(session, "YEAR-PRIOR").status == "open"
    quality = candidate.execute("SELECT quality FROM line_item WHERE document_id = 'this'").fetchall()
    assert quality == [("flagged",)]


def test_corrected_value_replaces_the_reading_and_keeps_it(
    road: Road, session: Session, candidate: duckdb.DuckDBPyConnection
) -> None:
    road(_wrong())
    _decide(session, "correct", value="450.00", connection=candidate)
    road(_wrong())
    assert _prose(candidate) == ("corrected", Decimal("4500000.00"), "450.00", "462.89")
    assert _item(session).status == "corrected"
    assert _item(session, "PROSE-SPLIT").status == "resolved"
    # New code reads it differently: the person's value stands.
    road(final_account(prose_personnel="46.89"))
    assert _prose(candidate) == ("corrected", Decimal("4500000.00"), "450.00", "46.89")
    # New code reads it right: nothing to correct, the decision stays.
    road(final_account())
    assert _prose(candidate)[0] == "passed"
    assert _item(session).status == "corrected"


def test_which_figure_a_correction_means(road: Road, session: Session, candidate: duckdb.DuckDBPyConnection) -> None:
    road(_wrong())
    item = _item(session)
    prose, table = item.operands
    # The value says it: only one figure, set to it, makes the check hold.
    _decide(session, "correct", value="462.89万元", connection=candidate)
    assert session.scalars(select(Decision)).all()[-1].line_item_id == table
    # It does not; but the table's figure is confirmed by other checks and the prose's is not.
    _decide(session, "correct", value="451.00", connection=candidate)
    assert session.scalars(select(Decision)).all()[-1].line_item_id == prose
    # Nothing to go by: the figures are listed.
    with pytest.raises(DecisionError, match="指明更正哪一个"):
        _decide(session, "correct", value="451.00")
    _decide(session, "correct", value="451.00", line_item=table)
    assert session.scalars(select(Decision)).all()[-1].line_item_id == table


def test_corrected_code(road: Road, session: Session, candidate: duckdb.DuckDBPyConnection) -> None:
    document = final_account()
    document.other(
        "finding",
        finding_id="1",
        code="MAP-CODE-NAME",
        severity="warning",
        message="编码与名称不一致",
        line_item_ids=["F-b002"],
    )
    road(document)
    _decide(session, "correct", "MAP-CODE-NAME", code="2010102")
    road(document)
    row = candidate.execute(
        "SELECT function_code, mapping_method, extracted_text, quality FROM line_item WHERE locator = 'b002'"
    ).fetchone()
    assert row == ("2010102", "manual", "2010101", "corrected")


def test_waived_until_its_last_day(road: Road, session: Session, candidate: duckdb.DuckDBPyConnection) -> None:
    road(_wrong())
    _decide(session, "waive", until=TODAY)
    _decide(session, "waive", "PROSE-SPLIT")
    road(_wrong())
    assert _item(session).status == "waived"
    assert _prose(candidate)[0] == "waived"
    _item(session).until = TODAY - timedelta(days=1)
    road(_wrong())
    assert _item(session).status == "open"
    assert _item(session, "PROSE-SPLIT").status == "waived"
    assert _prose(candidate)[0] == "flagged"


def test_rejected_document_is_quarantined_and_can_come_back(
    road: Road, session: Session, candidate: duckdb.DuckDBPyConnection
) -> None:
    road(_wrong())
    _decide(session, "reject")
    assert rejected_documents(session) == {"F"}
    road(_wrong())
    assert candidate.execute("SELECT status, count(status_reason) FROM document GROUP BY 1").fetchall() == [
        ("quarantined", 1)
    ]
    for table in DOCUMENT_TABLES:
        assert candidate.execute(f"SELECT count(*) FROM {table.name}").fetchone() == (0,)
    assert {item.status for item in session.scalars(select(ReviewItem))} == {"rejected"}
    _decide(session, "undo")
    road(_wrong())
    assert {item.status for item in session.scalars(select(ReviewItem))} == {"open"}
    assert _prose(candidate)[0] == "flagged"


def test_undo_goes_back_to_the_decision_before(
    road: Road, session: Session, candidate: duckdb.DuckDBPyConnection
) -> None:
    road(_wrong())
    _decide(session, "accept")
    _decide(session, "waive")
    assert _decide(session, "undo").status == "accepted"
    assert _decide(session, "undo").status == "open"
    with pytest.raises(DecisionError):
        _decide(session, "undo")
    actions = [decision.action for decision in session.scalars(select(Decision).order_by(Decision.number))]
    assert actions == ["accept", "waive", "undo", "undo"]


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("correct", {}),
        ("correct", {"value": "1.00", "code": "201"}),
        ("correct", {"value": "abc"}),
        ("correct", {"code": "20x"}),
        ("correct", {"value": "1.00", "line_item": "other"}),
        ("accept", {"value": "1.00"}),
        ("accept", {"until": date(2099, 1, 1)}),
        ("waive", {"until": date(2020, 1, 1)}),
        ("approve", {}),
    ],
)
def test_wrong_usage_changes_nothing(road: Road, session: Session, action: str, values: dict[str, Any]) -> None:
    road(_wrong())
    with pytest.raises(DecisionError):
        _decide(session, action, **values)
    assert _item(session).status == "open"
    assert session.scalars(select(Decision)).all() == []


def test_unknown_item_and_missing_reason(road: Road, session: Session) -> None:
    road(_wrong())
    with pytest.raises(DecisionError, match="没有编号"):
        decide(session, "ffffffffff", "accept", by="甲", reason="乙")
    with pytest.raises(DecisionError, match="理由"):
        decide(session, _item(session).review_id[:10], "accept", by="甲", reason=" ")
    assert decide(session, _item(session).review_id[:10], "accept", by="甲", reason="乙").status == "accepted"


def test_a_run_without_changes_touches_no_item(road: Road, session: Session) -> None:
    road(_wrong())
    session.commit()
    road(_wrong())
    assert not session.dirty
    assert not session.new
