"""What a steward answers: one decision taken, checked for sense, or taken back. It takes effect with the next run.

Not here: what decisions do to the warehouse (`expectations.applying`), what runs do to the queue (`expectations.reconciling`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from expectations.items import (
    REJECTED_WITH,
    STATUS,
    DecisionError,
    find,
    hold,
    open_again,
    rejected_documents,
    standing,
)
from expectations.teaching import teach, unteach
from models.decisions import ACTIONS, Decision, ReviewItem, utc_now
from models.money import Amount, read_amount
from models.text import plain

_VALUE = re.compile(r"^(.*?)(百万元|千元|万元|亿元|元)?$")


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
    hold(session)
    item = find(session, review_id)
    if action not in ACTIONS:
        raise DecisionError(f"没有“{action}”这种处理；可用：{'、'.join(ACTIONS)}。")
    if not by.strip() or not reason.strip():
        raise DecisionError("处理须写明处理人和理由。", "by", "reason")
    if action != "correct" and (value is not None or code is not None or line_item is not None):
        raise DecisionError("只有更正才能给出正确金额、科目编码和所更正的金额。", "value", "code", "line_item")
    if action != "waive" and until is not None:
        raise DecisionError("只有豁免才能给出截止日。", "until")
    if until is not None and until < date.today():  # noqa: DTZ011 - the steward's calendar day
        raise DecisionError(f"豁免截止日 {until.isoformat()} 已过。", "until")
    target: str | None = None
    if action == "correct":
        if (value is None) == (code is None):
            raise DecisionError("更正须给出正确金额或正确科目编码之一。", "value", "code")
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
        STATUS[action],
        by,
        utc_now(),
        reason,
        until,
    )
    session.flush()
    if action == "reject":
        for other in _of_document(session, item, "open"):
            other.status, other.reason = "rejected", REJECTED_WITH
    if code is not None and target is not None and learn and connection is not None:
        teach(session, connection, decision)
    session.flush()
    return item


def _undo(session: Session, item: ReviewItem, by: str, reason: str) -> ReviewItem:
    taken_back = next((one for one in standing(session) if one.review_id == item.review_id), None)
    if taken_back is None:
        raise DecisionError("该事项没有可撤销的处理。")
    answered = [taken_back, *_same_answer(session, item, taken_back)]
    twins = [decision.item for decision in answered[1:]]
    for one in (item, *twins):
        session.add(
            Decision(
                review_id=one.review_id,
                document_id=one.document_id,
                action="undo",
                decided_by=by,
                reason=reason,
                evidence=one.evidence,
                decided_at=utc_now(),
            )
        )
    session.flush()
    in_force = {decision.review_id: decision for decision in standing(session)}
    for one in (item, *twins):
        last = in_force.get(one.review_id)
        if last is None:
            open_again(one)
        else:
            one.status, one.decided_by, one.decided_at = STATUS[last.action], last.decided_by, last.decided_at
            one.reason, one.until = last.reason, last.until
    for decision in answered:
        unteach(session, decision, by)
    if taken_back.action == "reject" and item.document_id not in rejected_documents(session):
        for other in _of_document(session, item, "rejected"):
            open_again(other)
    session.flush()
    return item


def _same_answer(session: Session, item: ReviewItem, decision: Decision) -> list[Decision]:
    """This very answer at items that ask the same question under another id (see `expectations.reconciling`).

    A correction that changes a code changes the id of the question about it: taken back at one, it is taken back at both.
    """
    found = []
    for one in standing(session):
        if (
            one.review_id != item.review_id
            and (one.document_id, one.action, one.value, one.code, one.line_item_id, one.decided_by, one.decided_at)
            == (
                decision.document_id, decision.action, decision.value, decision.code, decision.line_item_id,
                decision.decided_by, decision.decided_at,
            )
        ):  # fmt: skip
            other = one.item
            if other.expectation == item.expectation and sorted(other.operands) == sorted(item.operands):
                found.append(one)
    return found


def _of_document(session: Session, item: ReviewItem, status: str) -> Sequence[ReviewItem]:
    """The other items of the item's document in that state."""
    return session.scalars(
        select(ReviewItem).where(
            ReviewItem.document_id == item.document_id,
            ReviewItem.review_id != item.review_id,
            ReviewItem.status == status,
        )
    ).all()


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
        raise DecisionError("该事项不涉及具体金额，不能更正；可用认可、豁免或退回。")
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
    raise DecisionError(f"该事项涉及 {len(operands)} 个金额，请指明更正哪一个：\n{listed}", "line_item")


def _operand_rows(connection: duckdb.DuckDBPyConnection, operands: Sequence[str]) -> list[tuple[Any, ...]]:
    return connection.execute(
        """SELECT line_item_id, amount_yuan, published_unit, coalesce(checks, 0), coalesce(item_name, ''), coalesce(published_text, '')
           FROM line_item WHERE line_item_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY list_position(?::VARCHAR[], line_item_id)""",
        [list(operands), list(operands)],
    ).fetchall()
