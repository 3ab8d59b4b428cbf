"""The items of the review queue and the decisions about them, as both stand: what is in force, by which status it shows.

The only place that reads the list of decisions; `expectations.review` says what moves an item from state to state.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
from sqlalchemy import false, select, update
from sqlalchemy.orm import Session

from models.decisions import Decision, ReviewItem

STATUS = {"accept": "accepted", "correct": "corrected", "waive": "waived", "reject": "rejected"}
REJECTED_WITH = "文件已由审核者退回"


class DecisionError(ValueError):
    """A decision that cannot be taken as asked; the message says why and what to give instead, in words.

    arguments: names of the arguments of `expectations.answers.decide` it is about, for whoever names them in his own way
    (a form its fields, the command line its options).
    """

    def __init__(self, message: str, *arguments: str) -> None:
        super().__init__(message)
        self.arguments = arguments


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


def rejected_documents(session: Session) -> set[str]:
    """Documents a steward keeps out, by their id."""
    return {decision.document_id for decision in standing(session) if decision.action == "reject"}


def hold(session: Session) -> None:
    """Keep other writers out until the transaction ends: a decision taken meanwhile must not be overwritten.

    SQLite takes its write lock at the first writing statement, even one that writes nothing.
    """
    session.execute(update(ReviewItem).where(false()).values(status=ReviewItem.status))


def open_again(item: ReviewItem) -> None:
    """Ask the question again."""
    item.status = "open"
    item.decided_by = item.decided_at = item.reason = item.until = None


def write_items(session: Session, connection: duckdb.DuckDBPyConnection) -> None:
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
