"""Items of the same cause stand together; corrected codes teach; an answer follows its question to a new id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from expectations.causes import causes
from expectations.review import DecisionError, apply_decisions, decide, reconcile
from expectations.teaching import TeachingError, live, revoke
from models.decisions import Decision, ManualMapping, ReviewItem
from tests.expectations.warehouse import Document

Save = Callable[..., None]


@pytest.fixture
def save(candidate: duckdb.DuckDBPyConnection) -> Save:
    """Documents with failed results of our own making: (id, rule, operands, difference, message)."""

    def _save(document: Document, *results: tuple[str, str, list[str], str | None, str]) -> None:
        document.save(candidate)
        for result_id, rule, operands, difference, message in results:
            candidate.execute(
                """INSERT INTO expectation_result BY NAME SELECT ? AS result_id, 'run' AS run_id, ? AS document_id, ? AS expectation,
                   'error' AS severity, 'failed' AS outcome, ?::DECIMAL(24,2) AS difference, ? AS message, ?::VARCHAR[] AS line_item_ids, ? AS group_key""",
                [result_id, document.document_id, rule, difference, message, operands, result_id],
            )

    return _save


def _table(name: str = "F", checked: tuple[int, ...] = ()) -> tuple[Document, list[str]]:
    document = Document(name)
    document.table("expenditure", 1)
    ids = [
        document.item("expenditure", f"{n + 1}.00", table_no=1, row_no=n, column_no=0, checks=int(n in checked))
        for n in range(6)
    ]
    return document, [str(one) for one in ids]


def _groups(candidate: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {result: cause.group_id for result, cause in causes(candidate).items()}


def test_a_figure_that_breaks_several_sums_by_the_same_amount_is_one_cause(
    candidate: duckdb.DuckDBPyConnection, save: Save
) -> None:
    document, ids = _table(checked=(0, 1, 2, 3, 4, 5))
    save(
        document,
        ("a", "ROW", [ids[0], ids[1]], "100.00", "一"),
        ("b", "TREE", [ids[0], ids[2]], "-100.00", "二"),
        ("c", "TREE", [ids[0], ids[3]], "7.00", "三"),
    )
    found = causes(candidate)
    assert found["a"].group_id == found["b"].group_id != found["c"].group_id
    assert "2 项核对" in found["a"].text and found["c"].text == ""


def test_the_one_figure_no_check_confirms_is_one_cause(candidate: duckdb.DuckDBPyConnection, save: Save) -> None:
    document, ids = _table(checked=(1, 2, 3))
    save(document, ("a", "ROW", [ids[0], ids[1]], "5.00", "一"), ("b", "TREE", [ids[0], ids[2]], "9.00", "二"))
    assert len(set(_groups(candidate).values())) == 1


def test_a_confirmed_figure_in_two_unlike_failures_is_no_cause(
    candidate: duckdb.DuckDBPyConnection, save: Save
) -> None:
    document, ids = _table(checked=(0, 1, 2))
    save(document, ("a", "ROW", [ids[0], ids[1]], "5.00", "一"), ("b", "TREE", [ids[0], ids[2]], "9.00", "二"))
    assert len(set(_groups(candidate).values())) == 2


def test_the_same_rule_over_rows_of_one_table_is_one_cause_and_not_over_documents(
    candidate: duckdb.DuckDBPyConnection, save: Save
) -> None:
    for name in ("F", "G"):
        document, ids = _table(name)
        save(
            document,
            (f"{name}1", "ROW", [ids[0], ids[1]], "1.00", "一"),
            (f"{name}2", "ROW", [ids[2], ids[3]], "2.00", "二"),
        )
    groups = _groups(candidate)
    assert groups["F1"] == groups["F2"] != groups["G1"] == groups["G2"]


def test_remarks_without_figures_group_by_rule_and_repeated_wording(
    candidate: duckdb.DuckDBPyConnection, save: Save
) -> None:
    save(
        Document("F"),
        ("a", "UNREAD", [], None, "列甲未读"),
        ("b", "UNREAD", [], None, "列甲未读"),
        ("c", "UNREAD", [], None, "列乙未读"),
        ("d", "STALE", [], None, "某处"),
    )
    groups = _groups(candidate)
    assert groups["a"] == groups["b"] and len(set(groups.values())) == 3


def test_groups_keep_their_id_and_reach_the_queue(
    candidate: duckdb.DuckDBPyConnection, save: Save, session: Session
) -> None:
    document, ids = _table()
    save(document, ("a", "ROW", [ids[0], ids[1]], "1.00", "一"), ("b", "ROW", [ids[2], ids[3]], "2.00", "二"))
    reconcile(session, candidate, "run")
    before = {item.review_id: item.group_id for item in session.scalars(select(ReviewItem))}
    candidate.execute("DELETE FROM expectation_result WHERE result_id = 'b'")
    reconcile(session, candidate, "run")
    after = {item.review_id: item.group_id for item in session.scalars(select(ReviewItem))}
    assert before == after and before["a"] == before["b"]
    assert candidate.execute("SELECT count(DISTINCT group_id), count(cause) FROM review_item").fetchone() == (1, 2)


def test_an_answer_follows_the_same_question_to_its_new_id(
    candidate: duckdb.DuckDBPyConnection, save: Save, session: Session
) -> None:
    document, ids = _table()
    save(document, ("old", "ROW", [ids[0], ids[1]], "1.00", "一"), ("gone", "ROW", [ids[2], ids[3]], "1.00", "二"))
    reconcile(session, candidate, "run")
    decide(session, "old", "accept", by="甲", reason="原文如此")
    # New code names the group otherwise, and asks something new about other figures.
    candidate.execute("UPDATE expectation_result SET result_id = 'new' WHERE result_id = 'old'")
    candidate.execute(
        "UPDATE expectation_result SET result_id = 'other', expectation = 'TREE' WHERE result_id = 'gone'"
    )
    reconcile(session, candidate, "run")
    statuses = {item.review_id: item.status for item in session.scalars(select(ReviewItem))}
    assert statuses["new"] == "accepted" and statuses["other"] == "open" and statuses["gone"] == "resolved"
    last = session.scalars(select(Decision).order_by(Decision.number.desc())).first()
    assert last is not None and (last.review_id, last.decided_by, last.reason) == ("new", "甲", "原文如此")
    assert decide(session, "new", "undo", by="甲", reason="看错").status == "open"


def test_rejecting_a_document_answers_its_other_questions_until_it_is_taken_back(
    candidate: duckdb.DuckDBPyConnection, save: Save, session: Session
) -> None:
    document, ids = _table()
    save(document, ("a", "ROW", [ids[0], ids[1]], "1.00", "一"), ("b", "TREE", [ids[2], ids[3]], "2.00", "二"))
    reconcile(session, candidate, "run")
    decide(session, "b", "accept", by="甲", reason="原文如此")
    decide(session, "a", "reject", by="甲", reason="不是原件")
    assert {item.review_id: item.status for item in session.scalars(select(ReviewItem))} == {
        "a": "rejected",
        "b": "accepted",
    }
    decide(session, "a", "undo", by="甲", reason="看错")
    assert {item.review_id: item.status for item in session.scalars(select(ReviewItem))} == {
        "a": "open",
        "b": "accepted",
    }


# What a corrected code teaches


def _codes(candidate: duckdb.DuckDBPyConnection) -> None:
    for year in (2022, 2023, 2024, 2025):
        for code, name in (("2010101", "行政运行"), ("2010199", "其他人大事务支出")):
            if (year, code) != (2022, "2010199"):
                candidate.execute(
                    "INSERT INTO function_code BY NAME SELECT ? AS fiscal_year, ? AS code, ? AS name, '项' AS level",
                    [year, code, name],
                )
    for department, region in (("D1", "310107"), ("D2", "310107"), ("D3", "320500")):
        candidate.execute(
            "INSERT INTO department BY NAME SELECT ? AS department_id, '某局' AS name, ? AS region_code",
            [department, region],
        )


def _line(document_id: str, *, department: str = "D1", year: int = 2024, **values: Any) -> Document:
    document = Document(document_id, department_id=department, year=year)
    row = {
        "item_name": "其他人大 事务支出",
        "printed_code": "2010101",
        "function_code": "2010101",
        "level": "项",
        "mapping_method": "code",
    }
    document.item("expenditure", "5.00", locator="x", table_no=1, row_no=1, column_no=0, **(row | values))
    document.other("finding", finding_id=f"{document_id}-f", code="MAP-CODE-NAME", severity="warning", message="编码与名称不一致",
                   line_item_ids=[f"{document_id}-x"])  # fmt: skip
    return document


@pytest.fixture
def taught(candidate: duckdb.DuckDBPyConnection, save: Save, session: Session) -> str:
    """A queue in which the code of document F's line was corrected; the item's id."""
    _codes(candidate)
    save(_line("F"), ("a", "MAP-CODE-NAME", ["F-x"], None, "编码与名称不一致"))
    reconcile(session, candidate, "run")
    decide(session, "a", "correct", code="2010199", by="甲", reason="名称为准", connection=candidate)
    return "a"


def _code_of(candidate: duckdb.DuckDBPyConnection, document: str) -> tuple[Any, ...]:
    row = candidate.execute(
        "SELECT function_code, mapping_method, item FROM line_item WHERE document_id = ?", [document]
    ).fetchone()
    assert row is not None
    return row


def test_a_corrected_code_is_the_mapping_of_that_label_in_region_and_years(
    candidate: duckdb.DuckDBPyConnection, session: Session, taught: str
) -> None:
    (mapping,) = live(session)
    assert (mapping.year_from, mapping.year_to, mapping.region_code, mapping.was) == (2023, 2025, "310107", "2010101")
    alike = {
        "same": _line("same", department="D2", year=2025, item_name="其他人大事务支出"),
    }
    unlike = {
        "region": _line("region", department="D3"),
        "year": _line("year", year=2022),
        "label": _line("label", item_name="行政运行"),
        "printed": _line("printed", printed_code=None),
        "mapped": _line("mapped", function_code="2010103"),
    }
    for document in (*alike.values(), *unlike.values()):
        document.save(candidate)
    before = {name: _code_of(candidate, name) for name in unlike}
    apply_decisions(session, candidate)
    apply_decisions(session, candidate)
    assert _code_of(candidate, "same") == ("2010199", "manual", "其他人大事务支出")
    assert {name: _code_of(candidate, name) for name in unlike} == before
    findings = {row[0] for row in candidate.execute("SELECT document_id FROM finding").fetchall()}
    assert findings == {"F", *unlike}, "a finding is answered where the mapping covers its figures"
    # The decided figure itself keeps the machine's code on record.
    assert candidate.execute("SELECT extracted_text, quality FROM line_item WHERE document_id = 'F'").fetchone() == (
        "2010101",
        "corrected",
    )


def test_taking_the_correction_back_or_revoking_the_mapping_ends_it(
    candidate: duckdb.DuckDBPyConnection, session: Session, taught: str
) -> None:
    decide(session, taught, "undo", by="乙", reason="看错")
    assert live(session) == []
    (mapping,) = session.scalars(select(ManualMapping)).all()
    assert mapping.revoked_by == "乙" and mapping.revoked_at is not None
    decide(session, taught, "correct", code="2010199", by="甲", reason="名称为准", connection=candidate)
    (again,) = live(session)
    with pytest.raises(TeachingError, match="为什么"):
        revoke(session, again.number, by="乙", reason=" ")
    revoke(session, again.number, by="乙", reason="只对这一份")
    assert live(session) == []
    with pytest.raises(TeachingError, match="没有"):
        revoke(session, again.number, by="乙", reason="再来")
    _line("same").save(candidate)
    apply_decisions(session, candidate)
    assert _code_of(candidate, "same")[0] == "2010101"
    assert _code_of(candidate, "F")[0] == "2010199", "the decision on the figure itself stands"


def test_another_code_for_the_same_label_replaces_the_mapping(
    candidate: duckdb.DuckDBPyConnection, session: Session, taught: str
) -> None:
    candidate.execute(
        "INSERT INTO function_code BY NAME SELECT y AS fiscal_year, '2010102' AS code, '一般行政管理事务' AS name, '项' AS level FROM (VALUES (2023), (2024), (2025)) v(y)"
    )
    decide(session, taught, "correct", code="2010102", by="乙", reason="再看", connection=candidate)
    assert [mapping.code for mapping in live(session)] == ["2010102"]
    assert len(session.scalars(select(ManualMapping)).all()) == 2


def test_nothing_is_learnt_of_a_code_the_year_does_not_have_or_when_told_not_to(
    candidate: duckdb.DuckDBPyConnection, save: Save, session: Session
) -> None:
    _codes(candidate)
    save(_line("F"), ("a", "MAP-CODE-NAME", ["F-x"], None, "编码与名称不一致"))
    reconcile(session, candidate, "run")
    decide(session, "a", "correct", code="2019998", by="甲", reason="地方科目", connection=candidate)
    decide(session, "a", "correct", code="2010199", by="甲", reason="只此一处", connection=candidate, learn=False)
    assert live(session) == []
    with pytest.raises(DecisionError):
        decide(session, "a", "correct", code="20", by="甲", reason="x", connection=candidate)


def test_times_are_utc_without_zone(candidate: duckdb.DuckDBPyConnection, session: Session, taught: str) -> None:
    (mapping,) = live(session)
    assert abs((datetime.now(UTC).replace(tzinfo=None) - mapping.created_at).total_seconds()) < 600
