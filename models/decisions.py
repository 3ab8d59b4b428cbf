"""The review queue and its decisions in the operational database: what a steward was asked and what was answered.

`ReviewItem` is the present state of one question; `Decision` is append-only, one row an answer, never changed. The
warehouse's ``review_item`` is a copy of the former.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.operations import Base

ACTIONS = ("accept", "correct", "waive", "reject", "undo")


def utc_now() -> datetime:
    """Now in UTC, without zone, as all times of the operational database."""
    return datetime.now(UTC).replace(tzinfo=None)


class ReviewItem(Base):
    """One failed expectation of one group of one document.

    review_id: hash of document, expectation and group key, never of amounts: the same question keeps its id over new
    readings. evidence: fingerprint of the documents it rests on. line_item_ids: space-separated operands. group_id, cause:
    the items that have the same cause, and that cause in Chinese (expectations/causes.py).
    """

    __tablename__ = "review_item"

    review_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(64), index=True)
    expectation: Mapped[str] = mapped_column(String(64))
    group_key: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default="open", index=True)
    severity: Mapped[str] = mapped_column(String(8))
    message: Mapped[str] = mapped_column(Text)
    line_item_ids: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    until: Mapped[date | None] = mapped_column(Date)
    run_id: Mapped[str | None] = mapped_column(String(64))
    group_id: Mapped[str | None] = mapped_column(String(32), index=True)
    cause: Mapped[str | None] = mapped_column(Text)

    decisions: Mapped[list[Decision]] = relationship(back_populates="item", order_by="Decision.number")

    @property
    def operands(self) -> tuple[str, ...]:
        """The line items concerned."""
        return tuple(self.line_item_ids.split())


class Decision(Base):
    """One answer to one question: who, when, what, why. Append-only.

    line_item_id and locator: the amount a correction is about. value: the right amount as printed, with unit. code: the
    right functional or economic code. evidence: fingerprint it was decided on.
    """

    __tablename__ = "decision"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("review_item.review_id"))
    document_id: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(16))
    line_item_id: Mapped[str | None] = mapped_column(String(128))
    value: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(16))
    until: Mapped[date | None] = mapped_column(Date)
    decided_by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(String(32))

    item: Mapped[ReviewItem] = relationship(back_populates="decisions")

    __table_args__ = (Index("decision_by_item", "review_id", "number"),)


class ManualMapping(Base):
    """What a steward's code decision taught: in this region and these years, this label means that code.

    scheme: ``function`` | ``economic``. label: the printed name, folded for comparison; name: as printed. printed_code,
    was: the code printed with it and the code the machine gave it (both may be null): only rows equal in all three are
    mapped, so that a name with several meanings is never touched in its other ones. region_code: of the body, null
    where it has none. year_from, year_to: years in which the code exists under the same official name. decision: the
    decision it came from. A mapping is revoked, never deleted.
    """

    __tablename__ = "manual_mapping"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    scheme: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[str] = mapped_column(Text)
    printed_code: Mapped[str | None] = mapped_column(String(16))
    was: Mapped[str | None] = mapped_column(String(16))
    region_code: Mapped[str | None] = mapped_column(String(12))
    year_from: Mapped[int] = mapped_column(Integer)
    year_to: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(16))
    decision: Mapped[int | None] = mapped_column(ForeignKey("decision.number"))
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)
    reason: Mapped[str] = mapped_column(Text)
    revoked_by: Mapped[str | None] = mapped_column(String(200))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime)
    revoked_reason: Mapped[str | None] = mapped_column(Text)
