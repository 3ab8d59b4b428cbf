"""Reading the published warehouse from the command line: read-only, nothing outside of the file, no configuration changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from flows.home import Home, HomeError

LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
"""What a connection on somebody's behalf is opened with."""


@contextmanager
def reading(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection that can reach nothing but the warehouse. Raises HomeError where there is none."""
    if not home.warehouse.exists():
        raise HomeError(f"{home.root} 里还没有仓库；先运行 kuanxiang ingest，或用 --home 指定数据目录。")
    connection = duckdb.connect(str(home.warehouse), read_only=True, config=dict(LOCKED))
    try:
        yield connection
    finally:
        connection.close()


def records(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    found = connection.execute(query, parameters or [])
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
