"""The audit log: every action in the console and on its users, one row each, never changed or deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from flows.home import Home
from flows.operations import session_of
from models.decisions import utc_now
from models.operations import AuditEntry

_LONGEST = 4000


def record(
    home: Home, who: str, action: str, subject: str | None = None, *, address: str | None = None, **detail: Any
) -> None:
    """Write one action down. detail: plain values, kept as JSON (never a password or a token)."""
    said = {name: value for name, value in detail.items() if value is not None}
    with session_of(home) as session:
        session.add(
            AuditEntry(
                at=utc_now(),
                who=who[:200],
                address=address[:64] if address else None,
                action=action,
                subject=subject[:_LONGEST] if subject else None,
                detail=json.dumps(said, ensure_ascii=False, default=str)[:_LONGEST] if said else None,
            )
        )


def entries(home: Home, *, limit: int = 200, who: str | None = None, action: str | None = None) -> Sequence[AuditEntry]:
    """The latest entries, newest first."""
    query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(limit)
    if who:
        query = query.where(AuditEntry.who == who)
    if action:
        query = query.where(AuditEntry.action == action)
    with session_of(home) as session:
        return session.scalars(query).all()
