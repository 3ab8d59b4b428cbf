"""The operational database: what was fetched, run and decided. SQLite in WAL mode by default, any SQLAlchemy URL.

What is here cannot be rebuilt; the warehouse can. Tables of other modules (models/decisions.py) share this `Base`.
Times are UTC without a zone, as SQLite keeps them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Declarative base of all operational tables."""


class Original(Base):
    """One file ever taken in, by the sha256 of its bytes.

    kind: ``document`` | ``archive`` (its members are originals of their own). source_uri, file_name: of the first time
    it was seen, never changed later. sequence: order of arrival, a tie breaker where publication dates are unknown.
    stage_key: the key under which it was last staged; None before it was read.
    """

    __tablename__ = "original"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16), default="document")
    source_uri: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    ingested_at: Mapped[datetime]
    run_id: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    stage_key: Mapped[str | None] = mapped_column(String(24), default=None)


class Source(Base):
    """Every address under which an original was seen; the same bytes can come from many."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("sha256", "source_uri"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("original.sha256"), index=True)
    source_uri: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Member(Base):
    """What an archive holds: its members in order."""

    __tablename__ = "archive_member"

    archive_sha256: Mapped[str] = mapped_column(ForeignKey("original.sha256"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))


class LocalFile(Base):
    """A local file's state when it was last hashed, so that an unchanged file is not read again."""

    __tablename__ = "local_file"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    ctime_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


class RemoteFile(Base):
    """What a server said about an address when it was last fetched, for conditional requests."""

    __tablename__ = "remote_file"

    url: Mapped[str] = mapped_column(Text, primary_key=True)
    etag: Mapped[str | None] = mapped_column(Text, default=None)
    last_modified: Mapped[str | None] = mapped_column(Text, default=None)
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime]


class Run(Base):
    """One ingestion, crawl, nightly or validation. state: ``running`` | ``finished`` | ``failed`` | ``interrupted``."""

    __tablename__ = "run"

    run_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    documents: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    code_version: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="running")
    published: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None] = mapped_column(Text, default=None)


class ConsoleUser(Base):
    """A person who may log in to the console. role: ``viewer`` | ``steward`` | ``admin``. password: scrypt, never plain.

    failures, locked_until: login throttling. Removed users stay, disabled: their decisions name them.
    """

    __tablename__ = "console_user"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(String(256))
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(default=None)


class ConsoleSession(Base):
    """One login. token: sha256 of the cookie's value, so that whoever reads this table cannot log in with it."""

    __tablename__ = "console_session"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("console_user.name"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AuditEntry(Base):
    """One action in the console or on its users, append-only: who did what to what, from where, with what outcome.

    action: ``login``, ``login-failed``, ``decide``, ``view-page``… subject: id of the item, document or user. detail: JSON.
    """

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(64), default=None)
    action: Mapped[str] = mapped_column(String(32), index=True)
    subject: Mapped[str | None] = mapped_column(Text, default=None)
    detail: Mapped[str | None] = mapped_column(Text, default=None)


_APPEND_ONLY = ("decision", "audit")
"""Tables in which the database itself refuses changes and deletions (SQLite)."""


@event.listens_for(Base.metadata, "after_create")
def _bring_up_to_date(_target: Any, connection: Connection, **_options: Any) -> None:
    """Add the columns that an older version's tables lack, and forbid changes of append-only tables.

    Only nullable columns may ever be added to a table that exists.
    """
    inspector = inspect(connection)
    for table in Base.metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                kind = column.type.compile(connection.dialect)
                connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))
    if connection.dialect.name != "sqlite":
        return
    for name in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            if inspector.has_table(name):
                connection.execute(
                    text(
                        f"CREATE TRIGGER IF NOT EXISTS {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                        f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
                    )
                )
