"""How the work stands: decided today, remaining, by person and day. Days are the machine's local ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from flows.home import Home
from flows.operations import session_of
from models.decisions import Decision, ReviewItem, utc_now

_DAYS = 14


@dataclass(frozen=True, slots=True)
class Person:
    """One person's decisions (not counting those taken back by `undo` twice: an undo counts minus one)."""

    name: str
    today: int
    week: int
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of the work. days: date, opened, decided, oldest first."""

    today: int
    remaining: int
    errors: int
    oldest_days: int
    people: tuple[Person, ...]
    days: tuple[tuple[date, int, int], ...]


def midnight(day: date) -> datetime:
    """The start of a local day in UTC without zone, as times are stored."""
    return datetime.combine(day, time.min).astimezone().astimezone(UTC).replace(tzinfo=None)


def _today() -> date:
    return datetime.now().astimezone().date()


def today(home: Home) -> int:
    """Decisions of today, those taken back subtracted."""
    with session_of(home) as session:
        rows = session.execute(
            select(Decision.action, func.count())
            .where(Decision.decided_at >= midnight(_today()))
            .group_by(Decision.action)
        ).all()
    return sum(-count if action == "undo" else count for action, count in rows)


def progress(home: Home) -> Progress:
    """See `Progress`."""
    day = _today()
    first = day - timedelta(days=_DAYS - 1)
    with session_of(home) as session:
        decisions = session.execute(select(Decision.decided_by, Decision.action, Decision.decided_at)).all()
        remaining, oldest = session.execute(
            select(func.count(), func.min(ReviewItem.opened_at)).where(ReviewItem.status == "open")
        ).one()
        errors = session.scalar(select(func.count()).where(ReviewItem.status == "open", ReviewItem.severity == "error"))
        opened_at = session.scalars(select(ReviewItem.opened_at).where(ReviewItem.opened_at >= midnight(first))).all()
    opened = Counter(_local(at) for at in opened_at)
    closed: Counter[date] = Counter()
    counts: dict[str, Counter[str]] = {}
    for who, action, at in decisions:
        weight = -1 if action == "undo" else 1
        local = _local(at)
        person = counts.setdefault(who, Counter())
        person["total"] += weight
        person["week"] += weight * (local > day - timedelta(days=7))
        person["today"] += weight * (local == day)
        closed[local] += weight
    people = [Person(name, one["today"], one["week"], one["total"]) for name, one in counts.items()]
    return Progress(
        today=closed[day],
        remaining=remaining,
        errors=errors or 0,
        oldest_days=(utc_now() - oldest).days if oldest else 0,
        people=tuple(sorted(people, key=lambda one: (-one.today, -one.week, -one.total, one.name))),
        days=tuple(
            (one, opened[one], max(0, closed[one])) for one in (first + timedelta(days=n) for n in range(_DAYS))
        ),
    )


def _local(at: datetime) -> date:
    return at.replace(tzinfo=UTC).astimezone().date()
