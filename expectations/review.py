"""The review queue: from failed results to questions, from stewards' answers to what the warehouse says.

States of an item, and what moves it:

* ``open`` → ``accepted`` | ``corrected`` | ``waived`` | ``rejected`` by a decision (`decide`).
* ``open`` → ``resolved`` when the check no longer fails; ``resolved`` → ``open`` when it fails again.
* A decided item stays decided over re-ingestion and new code. When only our reading changed, the person's answer stands.
  It opens again when the evidence itself changed (another document it rests on was replaced), or a waiver ran out.
* ``undo`` takes the last decision back; nothing is ever deleted from the list of decisions.
* Where new code asks the same question under another id (same document, rule, evidence and figures), the answer is carried over.
* Rejecting a document answers its other open questions too; taking that back asks them again.
* A corrected code teaches: the label means that code from then on (`expectations.teaching`).

The evidence of an item is the set of documents (hashes of their bytes) its figures stand in: the same bytes are the same
evidence, whatever we make of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from sqlalchemy import false, select, update
from sqlalchemy.orm import Session

from expectations.causes import Cause, causes
from expectations.teaching import apply_mappings, is_economic, teach, unteach
from models.decisions import ACTIONS, Decision, ReviewItem, utc_now
from models.money import UNITS, Amount, read_amount
from models.text import plain
from models.warehouse import DOCUMENT_TABLES

_STATUS = {"accept": "accepted", "correct": "corrected", "waive": "waived", "reject": "rejected"}
_REJECTED_WITH = "文件已由审核者拒收"
_VALUE = re.compile(r"^(.*?)(百万元|千元|万元|亿元|元)?$")


class DecisionError(ValueError):
    """A decision that cannot be taken as asked; the message says why and what to give instead."""


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
    _hold(session)
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
            _open(item)
            reopened += 1
        elif item.status in ("accepted", "corrected", "waived") and item.evidence != failure.evidence:
            _open(item)
            reopened += 1
            doubtful.update(failure.line_item_ids)
        _refresh(item, failure)
    for item in known.values():
        if item.review_id in failures:
            continue
        if item.status == "open" and item.document_id in rejected:
            item.status, item.reason = "rejected", _REJECTED_WITH
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
    _write_items(session, connection)
    return Reconciliation(opened, reopened, resolved, len(_ids_by_status(session, "open")))


def _hold(session: Session) -> None:
    """Keep other writers out until the transaction ends: a decision taken meanwhile must not be overwritten.

    SQLite takes its write lock at the first writing statement, even one that writes nothing.
    """
    session.execute(update(ReviewItem).where(false()).values(status=ReviewItem.status))


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


def _open(item: ReviewItem) -> None:
    item.status = "open"
    item.decided_by = item.decided_at = item.reason = item.until = None


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


def rejected_documents(session: Session) -> set[str]:
    """Documents a steward keeps out, by their id."""
    return {decision.document_id for decision in standing(session) if decision.action == "reject"}


def standing(session: Session) -> list[Decision]:
    """The decision in force for each item that has one: the last that was not undone."""
    stacks: dict[str, list[Decision]] = {}
    for decision in session.scalars(select(Decision).order_by(Decision.number)):
        stack = stacks.setdefault(decision.review_id, [])
        if decision.action != "undo":
            stack.append(decision)
        elif stack:
            stack.pop()
    return [stack[-1] for stack in stacks.values() if stack]


def decide(
    session: Session,
    review_id: str,
    action: str,
    *,
    by: str,
    reason: str,
    value: str | None = None,
    code: str | None = None,
    until: date | None = None,
    line_item: str | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
    learn: bool = True,
) -> ReviewItem:
    """Take a decision about one item. It takes effect in the warehouse with the next run.

    Args:
        session: operational database, inside a transaction of the caller.
        review_id: the item, or an unambiguous beginning of its id.
        action: ``accept`` | ``correct`` | ``waive`` | ``reject`` | ``undo`` (takes the last decision back).
        by, reason: who and why; both are demanded.
        value: for ``correct``, the right amount as printed, in the unit of the figure or with its own ("335.14", "3.5亿元").
        code: for ``correct``, the right functional or economic code.
        until: for ``waive``, last day it holds; None: for good.
        line_item: which figure a correction is about. Needed only where the item has several and neither the value (only
            one of them would make the check hold) nor the other checks (only one is confirmed by none) tell.
        connection: published warehouse, read only: how the figure is told from the others, and what a code decision
            teaches (`expectations.teaching`).
        learn: a corrected code becomes a mapping for that label.

    Raises:
        DecisionError: no such item, a missing or superfluous argument, or it cannot be told which figure is meant.
    """
    _hold(session)
    item = find(session, review_id)
    if action not in ACTIONS:
        raise DecisionError(f"没有“{action}”这种处理；可用：{'、'.join(ACTIONS)}。")
    if not by.strip() or not reason.strip():
        raise DecisionError("处理须写明处理人（--by）和理由（--reason）。")
    if action != "correct" and (value is not None or code is not None or line_item is not None):
        raise DecisionError("只有更正（correct）才能给出 --value、--code、--line-item。")
    if action != "waive" and until is not None:
        raise DecisionError("只有豁免（waive）才能给出 --until。")
    if until is not None and until < date.today():  # noqa: DTZ011 - the steward's calendar day
        raise DecisionError(f"豁免截止日 {until.isoformat()} 已过。")
    target: str | None = None
    if action == "correct":
        if (value is None) == (code is None):
            raise DecisionError("更正须给出正确金额（--value）或正确科目编码（--code）之一。")
        if code is not None and not re.fullmatch(r"\d{3}(\d{2}){0,3}", code):
            raise DecisionError(f"“{code}”不是科目编码（3、5 或 7 位数字）。")
        if value is not None:
            parse_value(value)
        target = _target(item, value, line_item, connection)
    if action == "undo":
        return _undo(session, item, by, reason)
    decision = Decision(
        review_id=item.review_id,
        document_id=item.document_id,
        action=action,
        line_item_id=target,
        value=value,
        code=code,
        until=until,
        decided_by=by,
        reason=reason,
        evidence=item.evidence,
        decided_at=utc_now(),
    )
    session.add(decision)
    item.status, item.decided_by, item.decided_at, item.reason, item.until = (
        _STATUS[action],
        by,
        utc_now(),
        reason,
        until,
    )
    session.flush()
    if action == "reject":
        for other in _of_document(session, item, "open"):
            other.status, other.reason = "rejected", _REJECTED_WITH
    if code is not None and target is not None and learn and connection is not None:
        teach(session, connection, decision)
    session.flush()
    return item


def _of_document(session: Session, item: ReviewItem, status: str) -> Sequence[ReviewItem]:
    """The other items of the item's document in that state."""
    return session.scalars(
        select(ReviewItem).where(
            ReviewItem.document_id == item.document_id,
            ReviewItem.review_id != item.review_id,
            ReviewItem.status == status,
        )
    ).all()


def find(session: Session, review_id: str) -> ReviewItem:
    """The item with this id, or the only one whose id begins so (at least six characters).

    Raises:
        DecisionError: there is none, or more than one.
    """
    item = session.get(ReviewItem, review_id)
    if item is not None:
        return item
    matches: Sequence[ReviewItem] = ()
    if len(review_id) >= 6 and re.fullmatch(r"[0-9a-f]+", review_id):
        matches = session.scalars(select(ReviewItem).where(ReviewItem.review_id.startswith(review_id)).limit(2)).all()
    if len(matches) == 1:
        return matches[0]
    raise DecisionError(
        f"没有编号为 {review_id} 的待审事项。" if not matches else f"编号 {review_id} 不止对应一个待审事项，请写全。"
    )


def _undo(session: Session, item: ReviewItem, by: str, reason: str) -> ReviewItem:
    taken_back = next((one for one in standing(session) if one.review_id == item.review_id), None)
    if taken_back is None:
        raise DecisionError("该事项没有可撤销的处理。")
    session.add(
        Decision(
            review_id=item.review_id,
            document_id=item.document_id,
            action="undo",
            decided_by=by,
            reason=reason,
            evidence=item.evidence,
            decided_at=utc_now(),
        )
    )
    session.flush()
    last = next((d for d in standing(session) if d.review_id == item.review_id), None)
    if last is None:
        _open(item)
    else:
        item.status, item.decided_by, item.decided_at = _STATUS[last.action], last.decided_by, last.decided_at
        item.reason, item.until = last.reason, last.until
    unteach(session, taken_back, by)
    if taken_back.action == "reject" and item.document_id not in rejected_documents(session):
        for other in _of_document(session, item, "rejected"):
            _open(other)
    session.flush()
    return item


def parse_value(value: str) -> tuple[Amount, str | None]:
    """A corrected value as a steward writes it: the amount, and its unit where one is given.

    Raises:
        DecisionError: it is not an amount.
    """
    match = _VALUE.match(plain(value).strip())
    amount = read_amount(match.group(1)) if match else None
    if match is None or amount is None:
        raise DecisionError(f"“{value}”不是金额。请写成印出的样子，如 335.14 或 335.14万元。")
    return amount, match.group(2)


def _target(
    item: ReviewItem, value: str | None, line_item: str | None, connection: duckdb.DuckDBPyConnection | None
) -> str:
    """Which of an item's figures a correction is about."""
    operands = item.operands
    if line_item is not None:
        matches = [one for one in operands if one == line_item or (len(line_item) >= 6 and one.startswith(line_item))]
        if len(matches) != 1:
            raise DecisionError(f"{line_item} 不在该事项涉及的金额之中：{'、'.join(operands) or '无'}。")
        return matches[0]
    if not operands:
        raise DecisionError("该事项不涉及具体金额，不能更正；可用认可、豁免或拒收。")
    if len(operands) == 1:
        return operands[0]
    rows = _operand_rows(connection, operands) if connection is not None else []
    if value is not None and connection is not None:
        amount, unit = parse_value(value)
        found = connection.execute(
            "SELECT difference FROM expectation_result WHERE result_id = ?", [item.review_id]
        ).fetchone()
        if found is not None and found[0] is not None:
            gap = abs(Decimal(found[0]))
            fitting = [
                row[0] for row in rows if abs(abs(amount.yuan(unit or row[2] or "元") - row[1]) - gap) < Decimal("0.01")
            ]
            if len(fitting) == 1:
                return str(fitting[0])
    unconfirmed = [row[0] for row in rows if not row[3]]
    if len(unconfirmed) == 1:
        return str(unconfirmed[0])
    listed = "\n".join(f"  {row[0]}  {row[4]} {row[5]}{row[2] or ''}" for row in rows) or "  " + "\n  ".join(operands)
    raise DecisionError(f"该事项涉及 {len(operands)} 个金额，请用 --line-item 指明更正哪一个：\n{listed}")


def _operand_rows(connection: duckdb.DuckDBPyConnection, operands: Sequence[str]) -> list[tuple[Any, ...]]:
    return connection.execute(
        """SELECT line_item_id, amount_yuan, published_unit, coalesce(checks, 0), coalesce(item_name, ''), coalesce(published_text, '')
           FROM line_item WHERE line_item_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY list_position(?::VARCHAR[], line_item_id)""",
        [list(operands), list(operands)],
    ).fetchall()


def apply_decisions(session: Session, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the candidate say what stewards decided, before the rules run.

    Corrections replace amounts and codes (``extracted_text`` keeps the machine's reading, quality ``corrected``); a rejected
    document is quarantined and its rows taken out; waivers that ran out are open again. Accepted and waived items take
    effect when the rules grade the figures they concern. Can be applied again without harm.
    """
    today = date.today()  # noqa: DTZ011 - the steward's calendar day
    for item in session.scalars(select(ReviewItem).where(ReviewItem.status == "waived")):
        if item.until is not None and item.until < today:
            _open(item)
    session.flush()
    statuses = dict(session.execute(select(ReviewItem.review_id, ReviewItem.status)).tuples().all())
    decisions = standing(session)
    own = {decision.line_item_id for decision in decisions if decision.code is not None and decision.line_item_id}
    apply_mappings(session, connection, except_for=own)
    for decision in decisions:
        if decision.action == "reject":
            _quarantine(connection, decision)
        elif decision.action == "correct" and statuses.get(decision.review_id) == "corrected":
            _correct(connection, decision)
    _write_items(session, connection)


def _quarantine(connection: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    connection.execute(
        "UPDATE document SET status = 'quarantined', status_reason = ? WHERE document_id = ? AND status <> 'failed'",
        [f"由 {decision.decided_by} 拒收：{decision.reason}", decision.document_id],
    )
    for table in DOCUMENT_TABLES:
        connection.execute(f"DELETE FROM {table.name} WHERE document_id = ?", [decision.document_id])
    connection.execute("DELETE FROM expectation_result WHERE document_id = ?", [decision.document_id])


def _correct(connection: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    """One correction. A figure that cannot be found any more is left alone: its item then fails again as a new one."""
    row = connection.execute(
        "SELECT published_text, published_unit, amount_yuan, function_code, economic_code, fiscal_year, extracted_text FROM line_item WHERE line_item_id = ?",
        [decision.line_item_id],
    ).fetchone()
    if row is None:
        return
    text, unit, amount, function_code, economic_code, year, extracted = row
    if decision.value is not None:
        right, own_unit = parse_value(decision.value)
        unit = own_unit or unit or "元"
        if right.yuan(unit) == amount:
            return  # the machine reads it right by now
        printed = decision.value[: -len(own_unit)] if own_unit and decision.value.endswith(own_unit) else decision.value
        connection.execute(
            """UPDATE line_item SET amount_yuan = ?, published_text = ?, published_unit = ?, ulp_yuan = ?, quality = 'corrected',
               extracted_text = ? WHERE line_item_id = ?""",
            [
                right.yuan(unit),
                printed.strip(),
                unit,
                right.ulp_yuan(unit),
                extracted or text or str(amount / UNITS[unit]),
                decision.line_item_id,
            ],
        )
        return
    code = decision.code
    if code is None:
        return
    column = "economic_code" if is_economic(code, function_code, economic_code) else "function_code"
    old = economic_code if column == "economic_code" else function_code
    if old == code:
        return
    name = connection.execute(
        f"SELECT name, level FROM {column} WHERE code = ? AND fiscal_year = ?", [code, year]
    ).fetchone()
    connection.execute(
        f"""UPDATE line_item SET {column} = ?, item = coalesce(?, item), level = coalesce(?, level), mapping_method = 'manual', mapping_score = 1,
            quality = 'corrected', extracted_text = ? WHERE line_item_id = ?""",
        [
            code,
            name[0] if name else None,
            name[1] if name else None,
            extracted or old or "（无编码）",
            decision.line_item_id,
        ],
    )


def _write_items(session: Session, connection: duckdb.DuckDBPyConnection) -> None:
    """The queue as the warehouse shows it."""
    rows = [
        (
            item.review_id,
            item.document_id,
            item.expectation,
            item.status,
            item.decided_by,
            item.decided_at,
            item.reason,
            item.opened_at,
            item.severity,
            item.message,
            list(item.operands),
            item.evidence,
            item.group_id,
            item.cause,
        )
        for item in session.scalars(select(ReviewItem).order_by(ReviewItem.review_id))
    ]
    connection.execute("DELETE FROM review_item")
    if rows:
        import pyarrow as pa

        names = ["review_id", "document_id", "expectation", "status", "decided_by", "decided_at", "reason", "opened_at", "severity",
                 "message", "line_item_ids", "evidence", "group_id", "cause"]  # fmt: skip
        kinds = [pa.string()] * 5 + [pa.timestamp("us")] + [pa.string()] + [pa.timestamp("us")] + [pa.string()] * 2
        kinds += [pa.list_(pa.string()), pa.string(), pa.string(), pa.string()]
        columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
        connection.register("x_review", pa.table(columns, names=names))
        try:
            connection.execute("INSERT INTO review_item BY NAME SELECT * FROM x_review")
        finally:
            connection.unregister("x_review")
