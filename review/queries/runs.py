"""Runs and the state of the warehouse, from the operational database and the published warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flows.home import Home, HomeError
from flows.operations import session_of
from models.operations import Run
from review.queries.published import reading, records

_MOST = 50


@dataclass(frozen=True, slots=True)
class Runs:
    """The last runs, newest first; the warehouse's figures (empty where there is none); the pages of the Data
    Docs on the last whole run (family of rules, path inside the docs)."""

    runs: tuple[Run, ...]
    summary: dict[str, Any]
    docs: tuple[tuple[str, str], ...]


def load(home: Home) -> Runs:
    """See `Runs`."""
    with session_of(home) as session:
        runs = tuple(session.scalars(select(Run).order_by(Run.started_at.desc()).limit(_MOST)))
    try:
        with reading(home) as connection:
            summary = records(
                connection,
                """SELECT (SELECT count(*) FROM document) AS documents, (SELECT count(*) FROM document WHERE status = 'failed') AS failed,
                   count(*) AS line_items, count(*) FILTER (checks > 0) AS checked, count(*) FILTER (quality = 'flagged') AS flagged
                   FROM line_item""",
            )[0]
    except HomeError:
        summary = {}
    return Runs(runs, summary, _docs(home))


def _docs(home: Home) -> tuple[tuple[str, str], ...]:
    """The newest page of each family. The index that Great Expectations writes lists them by scripts from elsewhere only."""
    found: dict[str, str] = {}
    for page in sorted(home.data_docs.glob("validations/*/*/*/*.html")):
        inside = page.relative_to(home.data_docs)
        found[inside.parts[1]] = inside.as_posix()
    return tuple(found.items())
