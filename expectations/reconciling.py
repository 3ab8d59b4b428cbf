"""The queue brought up to date with the results of a run: questions opened, opened again, resolved, carried over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from expectations.causes import Cause, causes
from expectations.items import REJECTED_WITH, hold, open_again, rejected_documents, standing, write_items
from models.decisions import Decision, ReviewItem, utc_now


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a run did to the queue: how many items were opened, opened again, resolved; how many are open now."""

    opened: int
    reopened: int
    resolved: int
    open_now: int


@dataclass(frozen=True, slots=True)
class _Failure:
    review_id: str
    document_id: str
    expectation: str
    group_key: str
    severity: str
    message: str
    line_item_ids: tuple[str, ...]
    evidence: str
    cause: Cause


def reconcile(session: Session, connection: duckdb.DuckDBPyConnection, run_id: str) -> Reconciliation:
    """Bring the queue up to date with the results in the candidate, and copy it into the candidate's ``review_item``.

    Each failed result of severity error or warning is one item. Rows that did not change are not touched.

    Args:
        session: operational database, inside a transaction of the caller.
        connection: candidate warehouse, open for writing, with its results in place.
        run_id: run that found a new item.
    """
    failures = {failure.review_id: failure for failure in _failures(connection)}
    hold(session)
    known = {item.review_id: item for item in session.scalars(select(ReviewItem).with_for_update())}
    answered = _unasked(known, failures)
    rejected = rejected_documents(session)
    opened = reopened = resolved = 0
    doubtful: set[str] = set()
    for review_id, failure in failures.items():
        item = known.get(review_id)
        if item is None:
            item = ReviewItem(
                review_id=review_id,
                document_id=failure.document_id,
                expectation=failure.expectation,
                group_key=failure.group_key,
                status="open",
                opened_at=utc_now(),
                run_id=run_id,
                severity=failure.severity,
                message=failure.message,
                line_item_ids=" ".join(failure.line_item_ids),
                evidence=failure.evidence,
                group_id=failure.cause.group_id,
                cause=failure.cause.text,
            )
            session.add(item)
            if not _carry_over(session, item, answered):
                opened += 1
            continue
        if item.status == "resolved" or (item.status == "rejected" and failure.document_id not in rejected):
            open_again(item)
            reopened += 1
        elif item.status in ("accepted", "corrected", "waived") and item.evidence != failure.evidence:
            open_again(item)
            reopened += 1
            doubtful.update(failure.line_item_ids)
        _refresh(item, failure)
    for item in known.values():
        if item.review_id in failures:
            continue
        if item.status == "open" and item.document_id in rejected:
            item.status, item.reason = "rejected", REJECTED_WITH
        elif item.status == "open":
            item.status = "resolved"
            resolved += 1
    session.flush()
    if doubtful:
        connection.execute(
            """UPDATE line_item SET quality = 'flagged' WHERE line_item_id IN (SELECT unnest(?::VARCHAR[]))
               AND quality IN ('disputed', 'waived', 'passed', 'unchecked')""",
            [sorted(doubtful)],
        )
    write_items(session, connection)
    return Reconciliation(opened, reopened, resolved, len(_ids_by_status(session, "open")))


def _failures(connection: duckdb.DuckDBPyConnection) -> Iterable[_Failure]:
    rows = connection.execute(
        """WITH f AS (
             SELECT * FROM expectation_result WHERE outcome = 'failed' AND severity IN ('error', 'warning')
           ), operand AS (SELECT result_id, unnest(line_item_ids) AS id FROM f),
           resting AS (
             SELECT o.result_id, list_sort(list_distinct(list(l.document_id))) AS documents
             FROM operand o JOIN line_item l ON l.line_item_id = o.id GROUP BY 1
           )
           SELECT f.result_id, f.document_id, f.expectation, f.group_key, f.severity, f.message, f.line_item_ids, r.documents
           FROM f LEFT JOIN resting r USING (result_id) ORDER BY f.result_id"""
    ).fetchall()
    grouped = causes(connection)
    for result_id, document_id, expectation, group_key, severity, message, ids, documents in rows:
        resting = sorted({document_id, *(documents or [])})
        evidence = hashlib.sha256(" ".join(resting).encode()).hexdigest()[:32]
        yield _Failure(
            result_id,
            document_id,
            expectation,
            group_key or "",
            severity,
            message or "",
            tuple(ids or ()),
            evidence,
            grouped[result_id],
        )


def _unasked(
    known: dict[str, ReviewItem], failures: dict[str, _Failure]
) -> dict[tuple[str, str, str, tuple[str, ...]], list[ReviewItem]]:
    """Decided items whose question is not asked any more, by what they were about."""
    found: dict[tuple[str, str, str, tuple[str, ...]], list[ReviewItem]] = {}
    for item in known.values():
        if item.review_id not in failures and item.status in ("accepted", "corrected", "waived") and item.operands:
            key = (item.document_id, item.expectation, item.evidence, tuple(sorted(item.operands)))
            found.setdefault(key, []).append(item)
    return found


def _carry_over(
    session: Session,
    item: ReviewItem,
    answered: dict[tuple[str, str, str, tuple[str, ...]], list[ReviewItem]],
) -> bool:
    """Give a new item the answer that the same question had under another id; whether there was exactly one."""
    key = (item.document_id, item.expectation, item.evidence, tuple(sorted(item.operands)))
    before = answered.get(key, [])
    if not item.operands or len(before) != 1:
        return False
    old = before[0]
    last = next((one for one in standing(session) if one.review_id == old.review_id), None)
    if last is None:
        return False
    session.flush()
    session.add(
        Decision(
            review_id=item.review_id,
            document_id=item.document_id,
            action=last.action,
            line_item_id=last.line_item_id,
            value=last.value,
            code=last.code,
            until=last.until,
            decided_by=last.decided_by,
            decided_at=last.decided_at,
            reason=last.reason,
            evidence=item.evidence,
        )
    )
    item.status, item.decided_by, item.decided_at = old.status, old.decided_by, old.decided_at
    item.reason, item.until = old.reason, old.until
    session.flush()
    return True


def _refresh(item: ReviewItem, failure: _Failure) -> None:
    """What we read now; unchanged attributes leave the row alone."""
    new = {
        "severity": failure.severity,
        "message": failure.message,
        "line_item_ids": " ".join(failure.line_item_ids),
        "evidence": failure.evidence,
        "group_id": failure.cause.group_id,
        "cause": failure.cause.text,
    }
    for name, value in new.items():
        if getattr(item, name) != value:
            setattr(item, name, value)


def _ids_by_status(session: Session, *statuses: str) -> set[str]:
    return set(session.scalars(select(ReviewItem.review_id).where(ReviewItem.status.in_(statuses))))
