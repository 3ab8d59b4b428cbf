"""What a worker process does with one original: look what it is, unpack or read and interpret it, stage the result.

Runs in a process of its own because documents are hostile: a crash, a hang or a flood of memory costs that one
document. Everything here ends in staged facts; a failure is a result like any other.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.home import Home

if TYPE_CHECKING:
    from extractors.limits import Alarm
    from extractors.model import Extract
    from models.disclosure import Disclosure

_SECONDS, _SECONDS_PER_MB = 45.0, 45.0
"""Processor time a document may take, and more for each full MB of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One original to be read. seconds: what the readers may take (the pool kills a worker somewhat later)."""

    home: str
    document_id: str
    stage_key: str
    file_name: str
    source_uri: str
    seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """That a job is done; the facts lie in the stage folder."""

    document_id: str


def process(job: Job) -> Outcome:
    """Read one original and stage what it says. Only the process itself can fail from here on, not the document."""
    from extractors.detect import detect
    from extractors.errors import ExtractionError
    from extractors.limits import at_most
    from flows import pool, staging

    home = Home(Path(job.home))
    path, root = home.original(job.document_id), home.stage(job.document_id, job.stage_key)
    started = time.monotonic()
    kind: str | None = None
    seconds = patience(path, job.seconds)
    pool.more_time(seconds - job.seconds)
    try:
        with at_most(seconds) as alarm:
            kind = detect(path)
            if kind in ("zip", "7z", "rar"):
                _unpack(home, job, path, root, kind, seconds)
            else:
                _read(job, path, root, kind, seconds, alarm)
    except (MemoryError, ExtractionError) as error:
        reason = str(error) if isinstance(error, ExtractionError) else pool.NO_MEMORY
        staging.stage_failure(
            root, job.document_id, job.stage_key, reason, format=kind, seconds=time.monotonic() - started
        )
    except BaseException as error:
        if isinstance(error, OSError) and error.errno in pool.MACHINE_FAULTS:
            raise  # the disk is full or not ours to write: the document is to be read again, not to be refused
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise  # the process is to end; only what a library in Rust throws is no Exception and no end either
        # A defect of ours in interpreting must not stop the run, and must not pass for an empty document either.
        reason = f"解读时程序出错（{type(error).__name__}：{str(error)[:200]}），未发布；请把文件和这句话报告给维护者。"
        _log(home, job)
        staging.stage_failure(
            root, job.document_id, job.stage_key, reason, format=kind, seconds=time.monotonic() - started
        )
    return Outcome(job.document_id)


def patience(path: Path, most: float) -> float:
    """Seconds a document may take: by its size, for a small file that takes long is hostile or damaged, and at most `most`.

    The slowest real documents take a tenth of this; pages to be recognised get more (extractors/limits.py).
    """
    return min(most, _SECONDS + _SECONDS_PER_MB * (path.stat().st_size >> 20))


def _read(job: Job, path: Path, root: Path, kind: str, seconds: float, alarm: Alarm) -> None:
    from extractors import Limits, read
    from flows import staging
    from flows.pool import more_time

    def more(granted: float) -> None:
        alarm.more(granted)
        more_time(granted)

    started = time.monotonic()
    extract = read(path, name=job.file_name, limits=Limits(max_seconds=seconds, more_time=more))
    from models import steward
    from models.interpret import interpret

    steward.use(Path(job.home) / "vocabulary" / "steward.jsonl")

    def understand(one: Extract) -> Disclosure:
        return interpret(one, file_name=job.file_name, source_uri=job.source_uri)

    from flows.judging import settle

    extract, disclosure = settle(path, extract, understand(extract), understand)
    staging.stage(
        root, job.document_id, job.stage_key, extract=extract, disclosure=disclosure, seconds=time.monotonic() - started
    )


def _unpack(home: Home, job: Job, path: Path, root: Path, kind: str, seconds: float) -> None:
    """Keep every member of an archive as an original; one that cannot be read is named with its reason."""
    from extractors import Limits
    from extractors.archive import members
    from extractors.errors import ExtractionError
    from flows import staging
    from flows.originals import keep_bytes

    found: list[tuple[str, str, str | None]] = []
    try:
        for member in members(path, Limits(max_seconds=seconds)):
            if member.error is not None:
                # No bytes, so no hash of them: the member is named by the archive and its place in it.
                mark = hashlib.sha256(f"{job.document_id}!/{member.name}".encode()).hexdigest()
                found.append((member.name, mark, str(member.error)))
            else:
                found.append((member.name, keep_bytes(home, member.data)[0], None))
    except ExtractionError as error:
        if not found:
            staging.stage_failure(root, job.document_id, job.stage_key, str(error), format=kind)
            return
        mark = hashlib.sha256(f"{job.document_id}!/…".encode()).hexdigest()
        found.append(("…", mark, f"其余成员未读取：{error}"))
    if not found:
        staging.stage_failure(root, job.document_id, job.stage_key, "压缩包里没有可收录的文件。", format=kind)
        return
    staging.stage_archive(root, job.document_id, job.stage_key, found, format=kind)


def _log(home: Home, job: Job) -> None:
    import traceback

    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "interpret-errors.log").open("a", encoding="utf-8") as log:
        log.write(f"--- {job.document_id} {job.file_name}\n{traceback.format_exc()}\n")
