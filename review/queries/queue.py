"""The queue: every item with what is needed to filter, sort and group it; the warehouse's part is kept until a run publishes anew."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from flows.home import Home
from flows.operations import session_of
from models.decisions import ReviewItem, utc_now
from review.queries import money, rule_words
from review.queries.published import reading, records
from review.wording import upright

_SEVERITY_RANK = {"error": 0, "warning": 1, "info": 2}

_ROWS = """
WITH first AS (
  SELECT r.review_id, min_by(l.form, i.n) AS form, min_by(l.page, i.n) AS page, min_by(l.sheet, i.n) AS sheet
  FROM review_item r, LATERAL (SELECT unnest(r.line_item_ids) AS id, generate_subscripts(r.line_item_ids, 1) AS n) i
  JOIN line_item l ON l.line_item_id = i.id GROUP BY 1
)
SELECT r.review_id, r.document_id, r.expectation, e.difference, e.expected, e.observed, d.file_name, d.fiscal_year, d.report_kind,
       d.format, d.status AS document_status, p.name AS department, p.region_name AS region, f.form, coalesce(f.page, g.page) AS page, coalesce(f.sheet, g.sheet) AS sheet
FROM review_item r
LEFT JOIN document d USING (document_id) LEFT JOIN department p USING (department_id)
LEFT JOIN first f USING (review_id)
LEFT JOIN expectation_result e ON e.result_id = r.review_id
LEFT JOIN LATERAL (
  SELECT min(g.page) AS page, min(g.sheet) AS sheet FROM finding g
  WHERE f.review_id IS NULL AND g.document_id = r.document_id AND g.code = r.expectation AND g.message = r.message
) g ON true
"""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One item as the queue shows it. worth: size of the difference in yuan, null where it is none in money."""

    review_id: str
    group_id: str
    cause: str
    severity: str
    expectation: str
    title: str
    message: str
    status: str
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    opened_at: datetime
    document_id: str
    file_name: str
    format: str
    department: str
    region: str
    fiscal_year: int | None
    report_kind: str | None
    form: str
    page: int | None
    sheet: str | None
    worth: Decimal | None
    document_status: str = "published"


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is shown; None: everything. days: opened at least so many days ago. text: in message, name or id."""

    status: str | None = "open"
    severity: str | None = None
    region: str | None = None
    department: str | None = None
    rule: str | None = None
    form: str | None = None
    days: int | None = None
    text: str | None = None
    document: str | None = None

    def changed(self, name: str, value: Any) -> Filters:
        """The same with one filter set; an empty value lifts it."""
        if name not in {one.name for one in fields(self)}:
            raise ValueError(name)
        return replace(self, **{name: value or None})


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one cause, the one worth most first."""

    group_id: str
    cause: str
    rows: tuple[QueueRow, ...]

    @property
    def head(self) -> QueueRow:
        """The item the group is shown by."""
        return self.rows[0]


class Queue:
    """The queue of one home; one instance for the whole console."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._mark: tuple[int, int] | None = None
        self._found: dict[str, dict[str, Any]] = {}
        self._guard = threading.Lock()

    def rows(self) -> list[QueueRow]:
        """Every item there ever was, as it stands now, the one worth most first."""
        found = self._warehouse_rows()
        with session_of(self._home) as session:
            items = list(session.scalars(select(ReviewItem)))
        rows = [_row(item, found.get(item.review_id, {})) for item in items]
        rows.sort(key=_order)
        return rows

    def statuses(self) -> dict[str, str]:
        """Where every item stands now, by its id: all that is needed to find the next open one."""
        with session_of(self._home) as session:
            found = session.execute(select(ReviewItem.review_id, ReviewItem.status)).all()
        return {row.review_id: row.status for row in found}

    def _warehouse_rows(self) -> dict[str, dict[str, Any]]:
        try:
            stat = self._home.warehouse.stat()
        except OSError:
            return {}
        mark = (stat.st_ino, stat.st_mtime_ns)
        with self._guard:
            if mark != self._mark:
                with reading(self._home) as connection:
                    self._found = {row["review_id"]: row for row in records(connection, _ROWS)}
                self._mark = mark
            return self._found


def _row(item: ReviewItem, found: dict[str, Any]) -> QueueRow:
    shown_in_money = money(found.get("expected")) or money(found.get("observed"))
    difference = found.get("difference")
    return QueueRow(
        review_id=item.review_id,
        group_id=item.group_id or item.review_id,
        cause=upright(item.cause or ""),
        severity=item.severity,
        expectation=item.expectation,
        title=rule_words(item.expectation)["title"],
        message=upright(item.message),
        status=item.status,
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        reason=item.reason,
        opened_at=item.opened_at,
        document_id=item.document_id,
        file_name=found.get("file_name") or item.document_id[:12],
        format=found.get("format") or "",
        department=found.get("department") or "",
        region=found.get("region") or "",
        fiscal_year=found.get("fiscal_year"),
        report_kind=found.get("report_kind"),
        form=found.get("form") or "",
        page=found.get("page"),
        sheet=found.get("sheet"),
        worth=abs(difference) if shown_in_money and difference is not None else None,
        document_status=found.get("document_status") or "published",
    )


def _order(row: QueueRow) -> tuple[Any, ...]:
    return (
        _SEVERITY_RANK.get(row.severity, 3),
        -(row.worth or Decimal(0)),
        row.file_name,
        row.expectation,
        row.review_id,
    )


def chosen(rows: Iterable[QueueRow], filters: Filters, now: datetime | None = None) -> list[QueueRow]:
    """The rows that the filters let through, in the order they came."""
    latest = (now or utc_now()) - timedelta(days=filters.days) if filters.days else None
    wanted = (filters.text or "").strip().casefold()
    return [
        row
        for row in rows
        if (filters.status is None or row.status == filters.status)
        and (filters.severity is None or row.severity == filters.severity)
        and (filters.region is None or row.region == filters.region)
        and (filters.department is None or row.department == filters.department)
        and (filters.rule is None or row.expectation == filters.rule)
        and (filters.form is None or row.form == filters.form)
        and (filters.document is None or row.document_id == filters.document)
        and (latest is None or row.opened_at <= latest)
        and (
            not wanted
            or any(wanted in text.casefold() for text in (row.message, row.file_name, row.department, row.review_id))
        )
    ]


def grouped(rows: Sequence[QueueRow]) -> list[Group]:
    """Rows by cause, the groups in the order of their first row."""
    by_id: dict[str, list[QueueRow]] = {}
    for row in rows:
        by_id.setdefault(row.group_id, []).append(row)
    return [Group(key, members[0].cause, tuple(members)) for key, members in by_id.items()]


def choices(rows: Iterable[QueueRow], name: str) -> list[tuple[str, int]]:
    """The values of one attribute among the rows with their counts, the most frequent first (empty ones left out)."""
    counts: dict[str, int] = {}
    for row in rows:
        value = str(getattr(row, name) or "")
        if value:
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
