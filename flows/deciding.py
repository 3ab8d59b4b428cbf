"""A steward's decision made good at once: the published warehouse copied, the bodies concerned checked again, renamed into place.

The outcome is that of a whole run in which only decisions changed (see `expectations.engine.evaluate`). What it leaves
for the next whole run: the Data Docs site, and the rules that look at peers. Where a decision moves documents in or out of
publication, or anything else changed since the last build, it is not enough, and `settle` says so by returning None.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import or_, select

from flows import candidate, road, staging
from flows.home import Home, ingestion_lock
from flows.observer import Observer
from flows.operations import now, session_of
from flows.versions import code_version
from models import warehouse
from models.decisions import Decision, ManualMapping, ReviewItem
from models.text import fold


def settle(home: Home, document_ids: Sequence[str], observer: Observer | None = None) -> str | None:
    """Publish what was decided about these documents; the run's id, or None where a whole run is needed.

    document_ids: documents of the items decided about (`expectations.review.decide` returns them). Whatever else was decided,
    taught or ran out since the warehouse was built is made good with it.

    Raises:
        CandidateError, duckdb.Error: the candidate is not fit to be published; the published warehouse stands as it was.
    """
    watch = observer or Observer()
    with ingestion_lock(home, on_wait=lambda: watch.stage("等待另一个收录结束")):
        # Read before anything is applied: a decision taken meanwhile belongs to the next run, and this says so.
        begun, facts = now(), _facts(home, document_ids)
        if facts is None:
            return None
        concerned = sorted({*document_ids, *_decided_since(home)})
        run_id = road.start_run(home, "decide")
        try:
            watch.stage("核对相关文件")
            path = _candidate(home, run_id, concerned, facts["decisions"], begun)
            watch.stage("发布")
            road.publish_candidate(home, path)
        except BaseException as error:
            candidate.clean_candidates(home)
            road.finish_run(home, run_id, "failed", message=f"{type(error).__name__}: {error}"[:1000])
            raise
        road.finish_run(home, run_id, "finished", documents=len(concerned), published=True)
        return run_id


def _facts(home: Home, document_ids: Sequence[str]) -> dict[str, str] | None:
    """What this build rests on; None unless nothing but decisions changed, and none of them keeps a document out or lets it in."""
    before = candidate.build_facts_of(home)
    entries = road.entries_of(home)
    facts = road.build_facts(home, entries)
    if not before or any(before.get(name) != facts[name] for name in ("inputs", "checking")):
        return None
    status = {name: one.status for name, one in candidate.standings(entries).items()}
    with candidate.connected(home.warehouse, read_only=True) as connection:
        stands = dict(connection.execute("SELECT document_id, status FROM document").fetchall())
    # A rejected document is quarantined and supersedes nothing any more: others may come forward.
    same = all(status.get(one) == stands.get(one) for one in {*status, *stands, *document_ids})
    return facts if same else None


def _decided_since(home: Home) -> set[str]:
    """Documents about which something was decided since the run that built the warehouse began, by whomever.

    Waivers that ran out and labels that were taught another code, or are no longer, concern documents too.
    """
    today = date.today()  # noqa: DTZ011 - a waiver's last day is the steward's calendar day
    with candidate.connected(home.warehouse, read_only=True) as connection:
        (built,) = (
            connection.execute("SELECT coalesce(max(started_at), TIMESTAMP '1970-01-01') FROM run").fetchone() or ()
        )
        with session_of(home) as session:
            found = set(session.scalars(select(Decision.document_id).where(Decision.decided_at >= built)))
            found |= set(
                session.scalars(
                    select(ReviewItem.document_id).where(ReviewItem.status == "waived", ReviewItem.until < today)
                )
            )
            taught = or_(ManualMapping.created_at >= built, ManualMapping.revoked_at >= built)
            labels = set(session.scalars(select(ManualMapping.label).where(taught)))
        if labels:
            names: list[tuple[str]] = connection.execute(
                "SELECT DISTINCT item_name FROM line_item WHERE item_name IS NOT NULL"
            ).fetchall()
            same = [name for (name,) in names if fold(name) in labels]
            rows = connection.execute("SELECT DISTINCT document_id FROM line_item WHERE item_name IN ?", [same])
            found |= {row[0] for row in rows.fetchall()}
    return found


def _candidate(home: Home, run_id: str, document_ids: Sequence[str], decisions: str, begun: datetime) -> Path:
    from expectations.engine import evaluate
    from expectations.review import apply_decisions, reconcile

    candidate.clean_candidates(home)
    path = home.candidate(run_id)
    shutil.copyfile(home.warehouse, path)
    row = {
        "run_id": run_id,
        "kind": "decide",
        "started_at": begun,
        "finished_at": now(),
        "documents": len(document_ids),
        "failed": 0,
        "code_version": code_version(),
    }
    with session_of(home) as session, candidate.connected(path) as connection:
        before = _codes_in_use(connection)
        _as_read(home, connection, document_ids)
        apply_decisions(session, connection)
        if not _codes_in_use(connection) <= before:
            candidate.harmonize(connection)
        evaluate(connection, run_id=run_id, document_ids=document_ids)
        reconcile(session, connection, run_id)
        connection.execute("UPDATE internal.build SET value = ? WHERE name = 'decisions'", [decisions])
        _insert(connection, "run", staging.arrow_table(warehouse.run, [row]))
    return path


def _codes_in_use(connection: duckdb.DuckDBPyConnection) -> set[tuple[int, str]]:
    return set(
        connection.execute(
            "SELECT DISTINCT fiscal_year, function_code FROM line_item WHERE function_code IS NOT NULL AND fiscal_year IS NOT NULL"
        ).fetchall()
    )


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
