"""Every document ever taken in: what it is, what became of it, how much of it is confirmed, what waits for a steward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from flows.home import Home, HomeError
from flows.operations import session_of
from models.decisions import ReviewItem
from review.queries.published import reading, records

STATUSES = ("published", "superseded", "quarantined", "failed")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document. amounts: its figures, confirmed: of these by at least one check; open_items: for a steward, as of now."""

    document_id: str
    file_name: str
    department: str
    region: str
    fiscal_year: int | None
    report_kind: str
    format: str
    status: str
    reason: str
    amounts: int
    confirmed: int
    open_items: int


def load(home: Home) -> list[Entry]:
    """All documents, the latest year first; none where there is no warehouse yet."""
    with session_of(home) as session:
        waiting = select(ReviewItem.document_id, func.count()).where(ReviewItem.status == "open")
        open_items = {row[0]: row[1] for row in session.execute(waiting.group_by(ReviewItem.document_id))}
    try:
        with reading(home) as connection:
            found = records(
                connection,
                """SELECT d.document_id, d.file_name, coalesce(p.name, '') AS department, coalesce(p.region_name, '') AS region,
                     d.fiscal_year, coalesce(d.report_kind, '') AS report_kind, coalesce(d.format, '') AS format, d.status,
                     coalesce(d.status_reason, '') AS reason, coalesce(l.amounts, 0) AS amounts, coalesce(l.confirmed, 0) AS confirmed
                   FROM document d LEFT JOIN department p USING (department_id)
                   LEFT JOIN (SELECT document_id, count(*) AS amounts, count(*) FILTER (checks > 0) AS confirmed
                              FROM line_item GROUP BY 1) l USING (document_id)
                   ORDER BY d.fiscal_year DESC NULLS LAST, department, report_kind, d.file_name, d.document_id""",
            )
    except HomeError:
        return []
    return [Entry(**row, open_items=open_items.get(row["document_id"], 0)) for row in found]


def chosen(entries: Sequence[Entry], text: str = "", status: str = "") -> list[Entry]:
    """Those of a status (any, where it is empty) in whose names or reason every word of the text stands."""
    words = text.casefold().split()
    return [
        one
        for one in entries
        if (not status or one.status == status)
        and all(
            any(
                word in said.casefold()
                for said in (one.file_name, one.department, one.region, str(one.fiscal_year or ""), one.reason)
            )
            or one.document_id.startswith(word)
            for word in words
        )
    ]
