"""A steward's decision made good at once: the published warehouse copied, the bodies concerned checked again, renamed into place.

The outcome is that of a whole run in which only these documents changed (see `expectations.engine.evaluate`). What it leaves
for the next whole run: the Data Docs site, and the rules that look at peers. Where a decision moves documents in or out of
publication, or anything else changed since the last build, it is not enough, and `settle` says so by returning None.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from flows import candidate, checking, road, staging
from flows.home import Home, ingestion_lock
from flows.observer import Observer
from flows.operations import now, session_of
from flows.versions import code_version
from models import warehouse


def settle(home: Home, document_ids: Sequence[str], observer: Observer | None = None) -> str | None:
    """Publish what was decided about these documents; the run's id, or None where a whole run is needed.

    document_ids: documents of the items decided about (`expectations.review.decide` returns them).

    Raises:
        CandidateError, duckdb.Error: the candidate is not fit to be published; the published warehouse stands as it was.
    """
    watch = observer or Observer()
    with ingestion_lock(home, on_wait=lambda: watch.stage("等待另一个收录结束")):
        if not _enough(home, document_ids):
            return None
        run_id = road.start_run(home, "decide")
        try:
            watch.stage("核对相关文件")
            path = _candidate(home, run_id, document_ids)
            watch.stage("发布")
            road.publish_candidate(home, path)
        except BaseException as error:
            candidate.clean_candidates(home)
            road.finish_run(home, run_id, "failed", message=f"{type(error).__name__}: {error}"[:1000])
            raise
        road.finish_run(home, run_id, "finished", documents=len(document_ids), published=True)
        return run_id


def _enough(home: Home, document_ids: Sequence[str]) -> bool:
    """Whether nothing but decisions changed, and none of them keeps a document out or lets it in again."""
    before = candidate.build_facts_of(home)
    entries = road.entries_of(home)
    facts = road.build_facts(home, entries)
    if not before or any(before.get(name) != facts[name] for name in ("inputs", "checking")):
        return False
    status = {name: one.status for name, one in candidate.standings(entries).items()}
    with candidate.connected(home.warehouse, read_only=True) as connection:
        stands = dict(connection.execute("SELECT document_id, status FROM document").fetchall())
    # A rejected document is quarantined and supersedes nothing any more: others may come forward.
    return all(status.get(one) == stands.get(one) for one in {*status, *stands, *document_ids})


def _candidate(home: Home, run_id: str, document_ids: Sequence[str]) -> Path:
    from expectations.engine import evaluate
    from expectations.review import apply_decisions, reconcile

    candidate.clean_candidates(home)
    path = home.candidate(run_id)
    shutil.copyfile(home.warehouse, path)
    with session_of(home) as session, candidate.connected(path) as connection:
        _as_read(home, connection, document_ids)
        apply_decisions(session, connection)
        evaluate(connection, run_id=run_id, document_ids=document_ids)
        reconcile(session, connection, run_id)
    with candidate.connected(path) as connection:
        connection.execute(
            "UPDATE internal.build SET value = ? WHERE name = 'decisions'", [checking.decisions_mark(home)]
        )
        row = {
            "run_id": run_id,
            "kind": "decide",
            "started_at": now(),
            "finished_at": now(),
            "documents": len(document_ids),
            "failed": 0,
            "code_version": code_version(),
        }
        _insert(connection, "run", staging.arrow_table(warehouse.run, [row]))
    return path


def _as_read(home: Home, connection: duckdb.DuckDBPyConnection, document_ids: Sequence[str]) -> None:
    """Put the machine's own readings back, so that a decision taken back or replaced leaves no trace."""
    live: list[tuple[Any, ...]] = connection.execute(
        """SELECT document_id, stage_key FROM internal.stage JOIN document USING (document_id)
           WHERE document_id IN (SELECT unnest(string_split(?, ' '))) AND status IN ('published', 'superseded')""",
        [" ".join(document_ids)],
    ).fetchall()
    for document, key in live:
        for table in warehouse.DOCUMENT_TABLES:
            connection.execute(f"DELETE FROM main.{table.name} WHERE document_id = ?", [document])
            file = home.stage(document, key) / f"{table.name}.parquet"
            if file.exists():
                connection.execute(f"INSERT INTO main.{table.name} BY NAME SELECT * FROM read_parquet(?)", [str(file)])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: object) -> None:
    connection.register("incoming", rows)
    try:
        connection.execute(f"INSERT INTO main.{table} BY NAME SELECT * FROM incoming")
    finally:
        with suppress(duckdb.Error):
            connection.unregister("incoming")
