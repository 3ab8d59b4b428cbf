"""Sessions on the operational database: made on first use, WAL for SQLite, short transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from flows.home import Home
from models.operations import Base


def now() -> datetime:
    """The present in UTC, without a zone and fractions of a second (as stored)."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
    import models.decisions  # noqa: F401 - its tables share the Base

    Base.metadata.create_all(engine)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def engine_of(home: Home) -> Engine:
    """The engine of a home's operational database, its tables made if missing."""
    home.create()
    return _engine(home.operations_url())


@contextmanager
def session_of(home: Home) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on an error."""
    with Session(engine_of(home), expire_on_commit=False) as session, session.begin():
        yield session
