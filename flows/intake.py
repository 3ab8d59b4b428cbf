"""Taking in: files and addresses become originals, each entered once in the operational database."""

from __future__ import annotations

from sqlalchemy import func, select

from flows.home import Fetching, Home
from flows.observer import Intake, Observer
from flows.operations import now, session_of
from flows.originals import keep_bytes, keep_file
from flows.sources import Download, LocalSource, Skipped, SourceError, fetch, local_files
from models.operations import LocalFile, Original, RemoteFile, Source


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
