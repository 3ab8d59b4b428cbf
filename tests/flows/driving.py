"""Travelling the road in a test: fake reading, the real store, checks without the Great Expectations site, no Prefect.

Run as a program it does one run and kills itself at a given step: ``python -m tests.flows.driving HOME STEP SOURCE...``.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from flows import road
from flows.candidate import connected
from flows.home import Home
from flows.observer import Observer
from flows.operations import session_of
from flows.pool import Finished
from flows.reading import read_documents

FAKE = "tests.flows.fakes:read"


def inline(jobs: Sequence[Any], **_: Any) -> Iterator[Finished]:
    """In place of the worker pool: the fake reading in this process, without two seconds of imports a run."""
    from tests.flows import fakes

    for job in jobs:
        failure = None
        try:
            fakes.read(job)
        except ValueError as error:
            failure = f"{error}"
        yield Finished(job, failure)


def check(home: Home, run_id: str, path: Path) -> dict[str, Any]:
    """The candidate's checks without the site (five seconds of imports)."""
    from expectations import validate
    from expectations.review import apply_decisions, reconcile

    with session_of(home) as session, connected(path) as connection:
        apply_decisions(session, connection)
    validate(path, run_id=run_id, docs_dir=None)
    with session_of(home) as session, connected(path) as connection:
        reconcile(session, connection, run_id)
    return {}


def drive(home: Home, *sources: Path, die_at: str | None = None, pool: bool = False, **options: Any) -> road.RunReport:
    """One run. die_at: the step before which the process kills itself as the system would (SIGKILL). pool: read in worker
    processes.
    """

    def fatal(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            if name == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **more)

        return run

    home.create()
    how: dict[str, Any] = {"target": FAKE} if pool else {"pool": inline}
    read = functools.partial(read_documents, **how)
    steps = road.Steps(
        read=fatal("read", read),
        build=fatal("build", road.build_candidate),
        check=fatal("check", check),
        publish=fatal("publish", road.publish_candidate),
    )
    return road.journey(home, [str(one) for one in sources], steps, Observer(), kind="ingest", **options)


def query(home: Home, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the published warehouse."""
    connection = duckdb.connect(str(home.warehouse), read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


if __name__ == "__main__":
    drive(Home(Path(sys.argv[1])), *map(Path, sys.argv[3:]), die_at=sys.argv[2])
