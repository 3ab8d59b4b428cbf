"""What people do in the console: decisions, alone and in bulk, taken back; mappings revoked. Roles, audit, and one writer: `expectations.review`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from expectations import review, teaching
from expectations.review import DecisionError
from expectations.teaching import TeachingError
from flows.home import Home
from flows.operations import session_of
from flows.warehouse import reading
from models.decisions import Decision, ReviewItem
from review import audit
from review.access import Who
from review.queries.published import records

BULK = ("accept", "waive", "reject")
"""Decisions that can be taken for several items at once; a correction is always of one figure."""
_UNDO = "撤销"


class Refused(Exception):
    """An action that was not done; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision as a person gives it; see `expectations.review.decide` for the values."""

    action: str
    reason: str
    value: str | None = None
    code: str | None = None
    until: date | None = None
    line_item: str | None = None
    teach: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """What a bulk decision would touch: items still open, those already decided, documents, figures."""

    items: int
    decided: int
    documents: tuple[str, ...]
    figures: int


def _steward(home: Home, who: Who, action: str, subject: str, address: str | None) -> None:
    if not who.may("steward"):
        audit.record(home, who.name, "refused", subject, address=address, asked=action, role=who.role)
        raise Refused("您的角色只能查看，不能处理。")


def decide(
    home: Home, who: Who, review_id: str, answer: Answer, *, seen: int | None = None, address: str | None = None
) -> str:
    """Take one decision; the item's new status. seen: newest decision the person saw (`Item.last_decision`).

    Raises Refused: not allowed, not possible as asked, or somebody else was quicker.
    """
    _steward(home, who, answer.action, review_id, address)
    try:
        with reading(home) as connection, session_of(home) as session:
            if seen is not None:
                newest = session.scalar(select(func.max(Decision.number)).where(Decision.review_id == review_id)) or 0
                if newest != seen:
                    raise Refused("这一项刚刚由别人处理过，请看过新的状态再定。")
            item = review.decide(
                session,
                review_id,
                answer.action,
                by=who.name,
                reason=answer.reason,
                value=answer.value,
                code=answer.code,
                until=answer.until,
                line_item=answer.line_item,
                connection=connection,
                learn=answer.teach,
            )
            status = item.status
    except DecisionError as error:
        raise Refused(str(error)) from None
    audit.record(
        home, who.name, answer.action, review_id, address=address, reason=answer.reason, value=answer.value,
        code=answer.code, until=answer.until, line_item=answer.line_item, status=status,
    )  # fmt: skip
    return status


def undo(home: Home, who: Who, review_id: str, *, address: str | None = None) -> str:
    """Take the last decision on an item back; its status afterwards. Raises Refused."""
    return decide(home, who, review_id, Answer("undo", _UNDO), address=address)


def preview(home: Home, review_ids: Sequence[str]) -> Touched:
    """What a bulk decision about these items would touch."""
    with session_of(home) as session:
        items = list(session.scalars(select(ReviewItem).where(ReviewItem.review_id.in_(list(review_ids)))))
    documents = sorted({item.document_id for item in items})
    figures = {line_item for item in items for line_item in item.operands}
    names: tuple[str, ...] = ()
    if documents:
        with reading(home) as connection:
            names = tuple(
                row["file_name"]
                for row in records(
                    connection,
                    "SELECT file_name FROM document WHERE document_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY 1",
                    [documents],
                )
            )
    is_open = sum(item.status == "open" for item in items)
    return Touched(is_open, len(items) - is_open, names, len(figures))


def decide_all(
    home: Home, who: Who, review_ids: Sequence[str], answer: Answer, *, address: str | None = None
) -> list[str]:
    """Take one decision for every item among these that is still open, all or none; the items decided. Raises Refused."""
    _steward(home, who, answer.action, f"{len(review_ids)}", address)
    if answer.action not in BULK:
        raise Refused("成批处理只能认可、豁免或退回；更正要逐项进行。")
    done: list[str] = []
    try:
        with session_of(home) as session:
            for review_id in dict.fromkeys(review_ids):
                item = session.get(ReviewItem, review_id)
                if item is None or item.status != "open":
                    continue
                review.decide(session, review_id, answer.action, by=who.name, reason=answer.reason, until=answer.until)
                done.append(review_id)
    except DecisionError as error:
        raise Refused(str(error)) from None
    for review_id in done:
        audit.record(
            home,
            who.name,
            answer.action,
            review_id,
            address=address,
            reason=answer.reason,
            until=answer.until,
            bulk=len(done),
        )
    return done


def revoke_mapping(home: Home, who: Who, number: int, reason: str, *, address: str | None = None) -> None:
    """Revoke what a correction taught. Raises Refused."""
    _steward(home, who, "revoke-mapping", str(number), address)
    try:
        with session_of(home) as session:
            teaching.revoke(session, number, by=who.name, reason=reason)
    except TeachingError as error:
        raise Refused(str(error)) from None
    audit.record(home, who.name, "revoke-mapping", str(number), address=address, reason=reason)
