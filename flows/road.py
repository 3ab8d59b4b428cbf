"""The road of the documents, step by step, as plain functions: take in, read, build, check, publish.

`flows.pipeline` runs these steps as a Prefect flow; nothing here knows of Prefect. All of it happens under the home's
ingestion lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from flows import candidate, checking, staging
from flows.home import Configuration, Fetching, Home
from flows.operations import now, session_of
from flows.originals import keep_bytes, keep_file
from flows.pool import run_jobs
from flows.sources import Download, FetchError, LocalSource, Skipped, SourceError, fetch, is_url, local_files
from flows.versions import checking_key, code_version, stage_key
from flows.work import Job
from models.operations import LocalFile, Member, Original, RemoteFile, Run, Source


class Observer:
    """What the command line wants to hear while the road is travelled; silent by default."""

    def skipped(self, item: Skipped) -> None:
        """A file left out on purpose."""

    def failed_source(self, source: str, reason: str) -> None:
        """A source that gave nothing."""

    def stage(self, text: str) -> None:
        """A step begins."""

    def reading(self, total: int) -> None:
        """So many documents will be read (may grow as archives are opened)."""

    def read(self, name: str) -> None:
        """One more is done."""

    def document(self, report: DocumentReport) -> None:
        """What became of one document."""


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document in this run. new: its bytes or its reading are new in this run."""

    document_id: str
    name: str
    status: str
    reason: str | None
    forms: int = 0
    line_items: int = 0
    findings: int = 0
    seconds: float = 0.0
    new: bool = True


@dataclass(slots=True)
class Intake:
    """What the sources gave: the originals named (in order), those skipped, and sources that failed."""

    documents: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    skipped: int = 0


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


# --- taking in -----------------------------------------------------------------------------------------------------


def take_local(home: Home, run_id: str, source: str, intake: Intake, observer: Observer) -> None:
    """Take in a file or a folder. A file whose size and times are as they were is not read again."""
    try:
        for item in local_files(source, leave_out=home.root):
            if isinstance(item, Skipped):
                intake.skipped += 1
                observer.skipped(item)
            else:
                _take_file(home, run_id, item, intake, observer)
    except SourceError as error:
        intake.failures.append((source, str(error)))
        observer.failed_source(source, str(error))


def _take_file(home: Home, run_id: str, item: LocalSource, intake: Intake, observer: Observer) -> None:
    path = str(item.path)
    try:
        state = item.path.stat()
        with session_of(home) as session:
            known = session.get(LocalFile, path)
            mark = (state.st_size, state.st_mtime_ns, state.st_ctime_ns)
            if known and (known.size, known.mtime_ns, known.ctime_ns) == mark and home.original(known.sha256).exists():
                sha256, size = known.sha256, known.size
            else:
                sha256, size = keep_file(home, item.path)
                session.merge(LocalFile(path=path, size=mark[0], mtime_ns=mark[1], ctime_ns=mark[2], sha256=sha256))
        register(home, run_id, sha256, size, path, item.name)
    except OSError as error:
        reason = f"打不开：{error.strerror or error}"
        intake.failures.append((path, reason))
        observer.failed_source(path, reason)
        return
    intake.documents.append(sha256)


def fetch_remote(home: Home, url: str, settings: Fetching) -> Download:
    """Fetch an address, conditionally where it was fetched before. Raises FetchError (transient or not)."""
    with session_of(home) as session:
        known = session.get(RemoteFile, url)
        usable = known is not None and home.original(known.sha256).exists()
        etag, modified = (known.etag, known.last_modified) if known is not None and usable else (None, None)
    return fetch(url, settings, etag=etag, last_modified=modified)


def take_remote(home: Home, run_id: str, download: Download, intake: Intake) -> None:
    """Take in what an address gave."""
    with session_of(home) as session:
        known = session.get(RemoteFile, download.url)
        if download.data is None and known is not None:
            known.checked_at = now()
            intake.documents.append(known.sha256)
            return
        data = download.data or b""
        sha256, size = keep_bytes(home, data)
        session.merge(
            RemoteFile(
                url=download.url,
                etag=download.etag,
                last_modified=download.last_modified,
                sha256=sha256,
                file_name=download.name,
                checked_at=now(),
            )
        )
    register(home, run_id, sha256, size, download.url, download.name)
    intake.documents.append(sha256)


def register(home: Home, run_id: str, sha256: str, size: int, source_uri: str, name: str) -> None:
    """Enter an original, or one more address of it, in the operational database."""
    with session_of(home) as session:
        moment = now()
        if session.get(Original, sha256) is None:
            number = (session.scalar(select(func.max(Original.sequence))) or 0) + 1
            session.add(
                Original(
                    sha256=sha256,
                    size=size,
                    source_uri=source_uri,
                    file_name=name,
                    ingested_at=moment,
                    run_id=run_id,
                    sequence=number,
                )
            )
            session.flush()
        seen = session.scalar(select(Source).where(Source.sha256 == sha256, Source.source_uri == source_uri))
        if seen is None:
            session.add(
                Source(sha256=sha256, source_uri=source_uri, file_name=name, first_seen_at=moment, last_seen_at=moment)
            )
        else:
            seen.last_seen_at = moment


# --- reading -------------------------------------------------------------------------------------------------------


def read_documents(
    home: Home,
    run_id: str,
    documents: Iterable[str],
    configuration: Configuration,
    observer: Observer,
    *,
    again: bool = False,
    target: str = "flows.work:process",
) -> list[str]:
    """Read what is not yet staged under the present code; archives are opened and their members read as well.

    again: read failed ones once more. Returns every document concerned, members of archives in place of the archives.
    """
    key = stage_key()
    queue, concerned, seen = list(dict.fromkeys(documents)), list[str](), set[str]()
    while queue:
        jobs, opened = [], []
        for sha256 in queue:
            if sha256 in seen:
                continue
            seen.add(sha256)
            facts = staging.read_facts(home.stage(sha256, key))
            if facts is None or (again and facts.failure is not None and home.original(sha256).exists()):
                jobs.append(_job(home, sha256, key, configuration))
            opened.append(sha256)
        if jobs:
            observer.reading(len(jobs))
            _read_batch(home, jobs, configuration, observer, target)
        queue = []
        for sha256 in opened:
            facts = staging.read_facts(home.stage(sha256, key))
            assert facts is not None
            members = _settle(home, run_id, sha256, facts, key)
            if facts.archive:
                queue += members
            else:
                concerned.append(sha256)
    return list(dict.fromkeys(concerned))


def _job(home: Home, sha256: str, key: str, configuration: Configuration) -> Job:
    with session_of(home) as session:
        original = session.get(Original, sha256)
        assert original is not None
        return Job(str(home.root), sha256, key, original.file_name, original.source_uri, configuration.reading.seconds)


def _read_batch(home: Home, jobs: Sequence[Job], configuration: Configuration, observer: Observer, target: str) -> None:
    reading = configuration.reading
    ended = run_jobs(
        jobs,
        target=target,
        workers=reading.workers,
        batch=reading.batch,
        seconds=reading.seconds,
        memory_mb=reading.memory_mb,
    )
    for one in ended:
        root = home.stage(one.job.document_id, one.job.stage_key)
        if one.failure is not None or staging.read_facts(root) is None:
            reason = one.failure or "读取进程没有留下结果；未读取。"
            staging.stage_failure(root, one.job.document_id, one.job.stage_key, reason, seconds=one.seconds)
        observer.read(one.job.file_name)


def _settle(home: Home, run_id: str, sha256: str, facts: staging.Facts, key: str) -> list[str]:
    """Note under which key a document is staged; enter an archive's members. Returns the members."""
    with session_of(home) as session:
        original = session.get(Original, sha256)
        assert original is not None
        original.stage_key = key
        original.kind = "archive" if facts.archive else "document"
        address = original.source_uri
    for name, member, failure in facts.members:
        path = home.original(member)
        register(
            home,
            run_id,
            member,
            path.stat().st_size if failure is None else 0,
            f"{address}!/{name}",
            name.rsplit("/", 1)[-1],
        )
        with session_of(home) as session:
            session.merge(Member(archive_sha256=sha256, name=name, sha256=member))
        if failure is not None:
            staging.stage_failure(home.stage(member, key), member, key, failure)
    return [member for _, member, _ in facts.members]


# --- building, checking, publishing --------------------------------------------------------------------------------


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


def unread(home: Home) -> list[str]:
    """Originals that an interrupted run left unread or whose staged extract is gone."""
    with session_of(home) as session:
        originals = list(session.scalars(select(Original).order_by(Original.sequence)))
    return [
        one.sha256
        for one in originals
        if home.original(one.sha256).exists()
        and (one.stage_key is None or staging.read_facts(home.stage(one.sha256, one.stage_key)) is None)
    ]


def outdated(home: Home) -> list[str]:
    """Originals last read by another version of the code or the reference data."""
    key = stage_key()
    with session_of(home) as session:
        query = (
            select(Original.sha256)
            .where((Original.stage_key != key) | Original.stage_key.is_(None))
            .order_by(Original.sequence)
        )
        return [sha256 for sha256 in session.scalars(query) if home.original(sha256).exists()]


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
        path = steps.build(home, run_id, entries, facts, observer)
        observer.stage("核对")
        summary = steps.check(home, run_id, path)
        observer.stage("发布")
        steps.publish(home, path)
        published = True
    found = reports(home, named, before)
    return RunReport(run_id, tuple(found), tuple(intake.failures), published, intake.skipped, summary)


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


def staged_documents(home: Home, documents: Iterable[str]) -> list[str] | None:
    """The documents (members in place of archives) if all of them are staged under the present code, else None."""
    key, found, queue = stage_key(), list[str](), list(documents)
    while queue:
        sha256 = queue.pop(0)
        facts = staging.read_facts(home.stage(sha256, key))
        if facts is None:
            return None
        if facts.archive:
            queue = [member for _, member, _ in facts.members] + queue
        else:
            found.append(sha256)
    return list(dict.fromkeys(found))


def stage_keys(home: Home) -> dict[str, str]:
    """Under which key each document was staged last."""
    with session_of(home) as session:
        return {sha256: key for sha256, key in session.execute(select(Original.sha256, Original.stage_key)) if key}
