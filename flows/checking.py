"""The candidate's checks: stewards' decisions first, then the expectations, then the review queue."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from flows.candidate import connected, fingerprint
from flows.home import Home
from flows.operations import session_of


def check(home: Home, run_id: str, path: Path) -> dict[str, Any]:
    """Apply decisions to the candidate, validate it, bring the review queue up to date. Returns the summary."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from expectations import validate
    from expectations.review import apply_decisions, reconcile

    with session_of(home) as session, connected(path) as connection:
        apply_decisions(session, connection)
    # Great Expectations sets its own log levels when it is imported, and chats at INFO.
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        summary = validate(path, run_id=run_id, docs_dir=home.data_docs)
    finally:
        logging.disable(before)
    with session_of(home) as session, connected(path) as connection:
        reconcile(session, connection, run_id)
    return asdict(summary) if is_dataclass(summary) and not isinstance(summary, type) else dict(summary or {})


def decisions_mark(home: Home) -> str:
    """A hash over all decisions. A waiver ends by date, so where there is one the day is part of it."""
    from models.decisions import Decision

    with session_of(home) as session:
        rows = session.execute(
            select(Decision.number, Decision.review_id, Decision.action, Decision.until).order_by(Decision.number)
        ).all()
    dated = any(row.until is not None for row in rows)
    today = date.today().isoformat() if dated else ""  # noqa: DTZ011 - a waiver's last day is the steward's calendar day
    return fingerprint([*(tuple(map(str, row)) for row in rows), today])


def rejected_documents(home: Home) -> set[str]:
    """Documents a steward keeps out; they must not supersede others."""
    from expectations.review import rejected_documents as rejected

    with session_of(home) as session:
        return set(rejected(session))
