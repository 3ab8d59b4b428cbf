"""The operational database: what was fetched, run and decided. SQLite in WAL mode by default, any SQLAlchemy URL.

What is here cannot be rebuilt; the warehouse can. Tables of other modules (models/decisions.py) share this `Base`.
"""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Declarative base of all operational tables."""
