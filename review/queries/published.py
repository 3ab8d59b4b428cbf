"""The published warehouse, held open between clicks: opening it anew and reading it cold costs more than all the queries of a page.

Held by a name of its own (a hard link beside the console's caches): DuckDB shares one database a path inside a process, so
the warehouse's own path must stay free for whoever opens the next publication. Where links cannot be made it is opened anew
each time, as the command line does.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from flows import warehouse
from flows.home import Home
from flows.warehouse import LOCKED
from review.wording import upright

_MEMORY = "512MB"
"""What it may keep of the warehouse; opened anew each time it kept nothing."""

_guard = threading.Lock()
_held: dict[Path, tuple[tuple[int, int], duckdb.DuckDBPyConnection]] = {}


def records(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """As `flows.warehouse.records`, its texts `upright`."""
    return [
        {name: upright(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in warehouse.records(connection, query, values)
    ]


@contextmanager
def reading(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """As `flows.warehouse.reading`, always of the newest publication. Raises HomeError where there is none."""
    cursor = _cursor(home)
    if cursor is None:
        with warehouse.reading(home) as connection:
            yield connection
        return
    try:
        yield cursor
    finally:
        cursor.close()


def release(home: Home) -> None:
    """Let go of what is held of this home."""
    with _guard:
        _held.pop(home.root, None)


def _cursor(home: Home) -> duckdb.DuckDBPyConnection | None:
    with _guard:
        try:
            stat = home.warehouse.stat()
        except OSError:
            _held.pop(home.root, None)
            return None  # the ordinary way says what is missing
        mark = (stat.st_ino, stat.st_mtime_ns)
        held = _held.get(home.root)
        if held is None or held[0] != mark:
            # Only let go, not closed: closing would end the cursors of pages that are being read. The last of them ends it.
            _held.pop(home.root, None)
            connection = _open(home, mark)
            if connection is None:
                return None
            held = _held[home.root] = (mark, connection)
        return held[1].cursor()


def _open(home: Home, mark: tuple[int, int]) -> duckdb.DuckDBPyConnection | None:
    name = home.root / "console" / f"open-{os.getpid()}-{mark[0]}-{mark[1]}.duckdb"
    try:
        name.parent.mkdir(parents=True, exist_ok=True)
        os.link(home.warehouse, name)
    except OSError:
        return None
    try:
        # Somebody may have published between the look and the link: then the next call sees another mark and opens anew.
        return duckdb.connect(str(name), read_only=True, config={**LOCKED, "memory_limit": _MEMORY})
    except duckdb.Error:
        return None
    finally:
        with suppress(OSError):
            name.unlink()
