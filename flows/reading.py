"""Reading: originals become staged extracts, in worker processes; what is staged under the present code is not read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import staging
from flows.home import Configuration, Home, HomeError
from flows.intake import register
from flows.observer import Observer
from flows.operations import session_of
from flows.pool import Finished, run_jobs
from flows.unmapped import stage_keys_with
from flows.versions import stage_key
from flows.work import Job
from models.operations import Member, Original

_NOTHING = "读取进程没有留下结果；未读取。"


def read_documents(
    home: Home,
    run_id: str,
    documents: Iterable[str],
    configuration: Configuration,
    observer: Observer,
    *,
    again: bool = False,
    target: str = "flows.work:process",
    pool: Callable[..., Iterator[Finished]] = run_jobs,
) -> list[str]:
    """Read what is not yet staged under the present code; archives are opened and their members read as well.

    again: read failed ones once more. target, pool: what reads a document, and what runs the reading. Returns every document concerned, members of archives in place of the archives.
    """
    key = stage_keys_with(home, stage_key())
    queue, concerned, seen = list(dict.fromkeys(documents)), list[str](), set[str]()
    while queue:
        jobs, opened = [], []
        for sha256 in queue:
            if sha256 in seen:
                continue
            seen.add(sha256)
            facts = staging.read_facts(home.stage(sha256, key(sha256)))
            if facts is None or (again and facts.failure is not None and home.original(sha256).exists()):
                jobs.append(_job(home, sha256, key(sha256), configuration))
            opened.append(sha256)
        if jobs:
            observer.reading(len(jobs))
            _read_batch(home, jobs, configuration, observer, target, pool)
        queue = []
        for sha256 in opened:
            facts = staging.read_facts(home.stage(sha256, key(sha256)))
            if facts is None:
                raise HomeError(f"暂存目录里没有 {sha256[:12]} 的读取结果；请检查磁盘空间和数据目录的权限。")
            members = _settle(home, run_id, sha256, facts, key(sha256))
            if facts.archive:
                queue += members
            else:
                concerned.append(sha256)
    return list(dict.fromkeys(concerned))


def _job(home: Home, sha256: str, key: str, configuration: Configuration) -> Job:
    with session_of(home) as session:
        original = _original(session, sha256)
        return Job(str(home.root), sha256, key, original.file_name, original.source_uri, configuration.reading.seconds)


def _original(session: Session, sha256: str) -> Original:
    original = session.get(Original, sha256)
    if original is None:
        raise HomeError(f"运行库里没有原件 {sha256[:12]} 的登记；请重新收录该文件。")
    return original


def _read_batch(
    home: Home,
    jobs: Sequence[Job],
    configuration: Configuration,
    observer: Observer,
    target: str,
    pool: Callable[..., Iterator[Finished]],
) -> None:
    """Run the jobs. Each ends in staged facts: where the reading left none, its failure with the reason."""
    reading = configuration.reading
    unsettled = {job.document_id: job for job in jobs}
    ended = pool(
        jobs,
        target=target,
        workers=reading.workers,
        batch=reading.batch,
        seconds=reading.seconds,
        memory_mb=reading.memory_mb,
    )
    for one in ended:
        unsettled.pop(one.job.document_id, None)
        root = home.stage(one.job.document_id, one.job.stage_key)
        if one.failure is not None or staging.read_facts(root) is None:
            staging.stage_failure(
                root, one.job.document_id, one.job.stage_key, one.failure or _NOTHING, seconds=one.seconds
            )
        observer.read(one.job.file_name)
    for job in unsettled.values():
        staging.stage_failure(home.stage(job.document_id, job.stage_key), job.document_id, job.stage_key, _NOTHING)
        observer.read(job.file_name)


def _settle(home: Home, run_id: str, sha256: str, facts: staging.Facts, key: str) -> list[str]:
    """Note under which key a document is staged; enter an archive's members. Returns the members."""
    with session_of(home) as session:
        original = _original(session, sha256)
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
    """Originals last read by another version of the code, the reference data or the steward's vocabulary."""
    key = stage_keys_with(home, stage_key())
    with session_of(home) as session:
        query = select(Original.sha256, Original.stage_key).order_by(Original.sequence)
        return [
            sha256 for sha256, last in session.execute(query) if last != key(sha256) and home.original(sha256).exists()
        ]


def staged_documents(home: Home, documents: Iterable[str]) -> list[str] | None:
    """The documents (members in place of archives) if all of them are staged under the present code, else None."""
    key, found, queue = stage_keys_with(home, stage_key()), list[str](), list(documents)
    while queue:
        sha256 = queue.pop(0)
        facts = staging.read_facts(home.stage(sha256, key(sha256)))
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
