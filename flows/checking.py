"""The candidate's checks: stewards' decisions first, then the expectations, then the review queue."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from flows.candidate import connected, fingerprint
from flows.home import Home
from flows.operations import engine_of, session_of


def check(home: Home, run_id: str, path: Path) -> dict[str, Any]:
    """Apply decisions to the candidate, validate it, bring the review queue up to date. Returns the summary."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    from expectations import validate
    from expectations.review import apply_decisions, reconcile

    with session_of(home) as session, connected(path) as connection:
        apply_decisions(session, connection)
    summary = validate(path, run_id=run_id, docs_dir=home.data_docs)
    with session_of(home) as session, connected(path) as connection:
        reconcile(session, connection, run_id)
    return asdict(summary) if is_dataclass(summary) and not isinstance(summary, type) else dict(summary or {})


def _decision_tables(home: Home) -> list[str]:
    """The operational tables of models/decisions.py (those that are not of models/operations.py)."""
    own = {"original", "source", "archive_member", "local_file", "remote_file", "run"}
    return sorted(name for name in inspect(engine_of(home)).get_table_names() if name not in own)


def decisions_mark(home: Home) -> str:
    """A hash over all decisions. A waiver ends by date, so where there are decisions the day is part of it."""
    parts: list[Any] = []
    with engine_of(home).connect() as connection:
        for name in _decision_tables(home):
            rows = [tuple(map(str, row)) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
            parts.append((name, sorted(rows)))
    if any(rows for _, rows in parts):
        parts.append(date.today().isoformat())  # noqa: DTZ011 - a waiver's last day is the steward's calendar day
    return fingerprint(parts)


def rejected_documents(home: Home) -> set[str]:
    """Documents a steward keeps out; they must not supersede others."""
    try:
        from expectations.review import rejected_documents as rejected
    except ImportError:
        return set()
    with session_of(home) as session:
        return set(rejected(session))
