"""The road of the documents, step by step, as plain functions: take in, read, build, check, publish.

`flows.pipeline` runs these steps as a Prefect flow; nothing here knows of Prefect. All of it happens under the home's
ingestion lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from flows import candidate, checking, staging
from flows.home import Fetching, Home, ingestion_lock
from flows.intake import fetch_remote, take_local, take_remote
from flows.observer import DocumentReport, Intake, Observer
from flows.operations import now, session_of
from flows.reading import outdated, read_documents, stage_keys, unread
from flows.sources import Download, FetchError, is_url
from flows.versions import checking_key, code_version
from models.operations import Original, Run


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run's outcome. published: a new warehouse stands; None where nothing had changed."""

    run_id: str
    documents: tuple[DocumentReport, ...]
    source_failures: tuple[tuple[str, str], ...]
    published: bool
    skipped: int = 0
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """Documents and sources that failed."""
        return len(self.source_failures) + sum(one.status == "failed" for one in self.documents)


def new_run_id() -> str:
    """A run's id: its time of start and a random tail."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def start_run(home: Home, kind: str) -> str:
    """Open a run in the operational database; runs that never ended are marked interrupted."""
    run_id = new_run_id()
    with session_of(home) as session:
        for stale in session.scalars(select(Run).where(Run.state == "running")):
            stale.state, stale.message = "interrupted", "运行中断，未发布任何内容。"
        session.add(Run(run_id=run_id, kind=kind, started_at=now(), code_version=code_version()))
    return run_id


def finish_run(
    home: Home,
    run_id: str,
    state: str,
    *,
    documents: int = 0,
    failed: int = 0,
    published: bool = False,
    message: str | None = None,
) -> None:
    """Close a run."""
    with session_of(home) as session:
        run = session.get(Run, run_id)
        if run is not None:
            run.finished_at, run.state, run.message = now(), state, message
            run.documents, run.failed, run.published = documents, failed, published


def entries_of(home: Home) -> list[candidate.Entry]:
    """Every document ever taken in (archives that opened are not documents), as it was last staged."""
    rejected = checking.rejected_documents(home)
    with session_of(home) as session:
        originals = list(
            session.scalars(select(Original).where(Original.kind == "document").order_by(Original.sequence))
        )
        orders = {
            run_id: number
            for number, run_id in enumerate(session.scalars(select(Run.run_id).order_by(Run.started_at, Run.run_id)))
        }
    found = []
    for one in originals:
        facts = staging.read_facts(home.stage(one.sha256, one.stage_key)) if one.stage_key else None
        if facts is None:
            facts = staging.Facts(one.sha256, "", failure="收录中断，尚未读取；下次收录时会再读。")
        found.append(
            candidate.Entry(
                facts, one.source_uri, one.file_name, one.ingested_at, orders.get(one.run_id, 0), one.sha256 in rejected
            )
        )
    return found


def build_facts(home: Home, entries: Sequence[candidate.Entry]) -> dict[str, str]:
    """What a build of these documents depends on; equal facts give an equal warehouse."""
    inputs = candidate.fingerprint(
        (
            entry.facts.document_id,
            entry.facts.stage_key,
            entry.facts.failure,
            entry.source_uri,
            entry.file_name,
            str(entry.ingested_at),
        )
        for entry in entries
    )
    return {"inputs": inputs, "checking": checking_key(), "decisions": checking.decisions_mark(home)}


def build_candidate(
    home: Home, run_id: str, entries: Sequence[candidate.Entry], facts: dict[str, str], observer: Observer
) -> Path:
    """Build the candidate from the staged extracts; the present run is entered as ending now."""
    with session_of(home) as session:
        runs = [
            {
                "run_id": one.run_id,
                "kind": one.kind,
                "started_at": one.started_at,
                "finished_at": one.finished_at or (now() if one.run_id == run_id else None),
                "documents": one.documents,
                "failed": one.failed,
                "code_version": one.code_version,
            }
            for one in session.scalars(select(Run).order_by(Run.started_at, Run.run_id))
        ]
    for row in runs:
        if row["run_id"] == run_id:
            row["documents"] = len(entries)
            row["failed"] = sum(entry.facts.failure is not None for entry in entries)
    return candidate.build(home, run_id, entries, runs, facts, on_step=observer.stage)


def check_candidate(home: Home, run_id: str, path: Path) -> dict[str, Any]:
    """Decisions, expectations, review queue, in that order. Returns the summary of the checks."""
    return checking.check(home, run_id, path)


def publish_candidate(home: Home, path: Path) -> None:
    """Last look, then the atomic step."""
    candidate.verify(path)
    candidate.publish(home, path)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of the road as callables: plain functions here, Prefect tasks in `flows.pipeline`."""

    fetch: Callable[[Home, str, Fetching], Download] = fetch_remote
    take: Callable[..., None] = take_local
    read: Callable[..., list[str]] = read_documents
    build: Callable[..., Path] = build_candidate
    check: Callable[..., dict[str, Any]] = check_candidate
    publish: Callable[..., None] = publish_candidate


def travel(
    home: Home,
    run_id: str,
    sources: Sequence[str],
    steps: Steps,
    observer: Observer,
    *,
    again: bool = False,
    reread: bool = False,
    force: bool = False,
    allow_private: bool = False,
) -> RunReport:
    """One run over the sources, under the ingestion lock (see `flows.pipeline.ingest_flow` for the options)."""
    configuration = home.configuration()
    before, intake = stage_keys(home), Intake()
    for source in sources:
        if is_url(source):
            _take_address(home, run_id, source, steps, configuration.fetching, intake, observer, allow_private)
        else:
            steps.take(home, run_id, source, intake, observer)
    named = steps.read(home, run_id, intake.documents, configuration, observer, again=again)
    # What an interrupted run took in but did not read is finished now, whoever asked for it.
    left_over = outdated(home) if reread else unread(home)
    if left_over:
        steps.read(home, run_id, left_over, configuration, observer)
    entries = entries_of(home)
    facts = build_facts(home, entries)
    published, summary = False, dict[str, Any]()
    if entries and (force or facts != candidate.build_facts_of(home)):
        observer.stage("组建候选仓库")
        try:
            path = steps.build(home, run_id, entries, facts, observer)
        except candidate.DamagedStage as damage:
            observer.stage(f"重新读取（{damage}）")
            for document, key in damage.documents:
                staging.discard(home.stage(document, key))
            steps.read(home, run_id, [document for document, _ in damage.documents], configuration, observer)
            entries = entries_of(home)
            facts = build_facts(home, entries)
            path = steps.build(home, run_id, entries, facts, observer)
        observer.stage("核对")
        summary = steps.check(home, run_id, path)
        observer.stage("发布")
        steps.publish(home, path)
        published = True
    found = reports(home, named, before)
    return RunReport(run_id, tuple(found), tuple(intake.failures), published, intake.skipped, summary)


def journey(
    home: Home,
    sources: Sequence[str],
    steps: Steps,
    observer: Observer,
    *,
    kind: str,
    run_id: str | None = None,
    **options: Any,
) -> RunReport:
    """One whole run, entered in the operational database, under the ingestion lock (options: see `travel`).

    run_id: a run that was opened already.
    """
    with ingestion_lock(home, on_wait=lambda: observer.stage("等待另一个收录结束")):
        run_id = run_id or start_run(home, kind)
        try:
            report = travel(home, run_id, sources, steps, observer, **options)
        except BaseException as error:
            finish_run(home, run_id, "failed", message=f"{type(error).__name__}: {error}"[:1000])
            raise
        finish_run(
            home,
            run_id,
            "finished",
            documents=len(report.documents),
            failed=report.failures,
            published=report.published,
        )
    return report


def _take_address(
    home: Home,
    run_id: str,
    url: str,
    steps: Steps,
    settings: Fetching,
    intake: Intake,
    observer: Observer,
    allow_private: bool,
) -> None:
    try:
        download = steps.fetch(
            home, url, replace(settings, private_addresses=settings.private_addresses or allow_private)
        )
        take_remote(home, run_id, download, intake)
    except FetchError as error:
        intake.failures.append((url, str(error)))
        observer.failed_source(url, str(error))


def reports(home: Home, documents: Sequence[str], before: dict[str, str]) -> list[DocumentReport]:
    """What became of the documents, from the warehouse. before: their stage keys before this run."""
    if not documents or not home.warehouse.exists():
        return []
    with candidate.connected(home.warehouse, read_only=True) as connection:
        rows = connection.execute(
            """SELECT d.document_id, d.file_name, d.status, d.status_reason,
                (SELECT count(DISTINCT form) FROM line_item l WHERE l.document_id = d.document_id),
                (SELECT count(*) FROM line_item l WHERE l.document_id = d.document_id),
                (SELECT count(*) FROM review_item r WHERE r.document_id = d.document_id AND r.status = 'open'),
                s.stage_key
            FROM document d LEFT JOIN internal.stage s USING (document_id)
            WHERE d.document_id IN (SELECT unnest(?))""",
            [list(documents)],
        ).fetchall()
    by_id = {row[0]: row for row in rows}
    found = []
    for sha256 in documents:
        if sha256 in by_id:
            _, name, status, reason, forms, items, findings, key = by_id[sha256]
            facts = staging.read_facts(home.stage(sha256, key)) if key else None
            found.append(
                DocumentReport(
                    sha256,
                    name,
                    status,
                    reason,
                    forms,
                    items,
                    findings,
                    facts.seconds if facts else 0.0,
                    before.get(sha256) != key,
                )
            )
    return found
