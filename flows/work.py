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
    from extractors.model import Extract
    from models.disclosure import Disclosure


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
    from flows import staging

    home = Home(Path(job.home))
    path, root = home.original(job.document_id), home.stage(job.document_id, job.stage_key)
    started = time.monotonic()
    kind: str | None = None
    try:
        kind = detect(path)
        if kind in ("zip", "7z", "rar"):
            _unpack(home, job, path, root, kind)
        else:
            _read(job, path, root, kind)
    except MemoryError:
        reason = "读取所需内存超过上限，已停止；请检查文件是否异常，或拆分后重新提交。"
        staging.stage_failure(
            root, job.document_id, job.stage_key, reason, format=kind, seconds=time.monotonic() - started
        )
    except Exception as error:
        # A defect of ours in interpreting must not stop the run, and must not pass for an empty document either.
        reason = f"解读时程序出错（{type(error).__name__}：{str(error)[:200]}），未发布；请把文件和这句话报告给维护者。"
        _log(home, job)
        staging.stage_failure(
            root, job.document_id, job.stage_key, reason, format=kind, seconds=time.monotonic() - started
        )
    return Outcome(job.document_id)


def _read(job: Job, path: Path, root: Path, kind: str) -> None:
    from extractors import Limits, read
    from extractors.errors import ExtractionError
    from flows import staging
    from flows.pool import more_time

    started = time.monotonic()
    try:
        extract = read(path, name=job.file_name, limits=Limits(max_seconds=job.seconds, more_time=more_time))
    except ExtractionError as error:
        staging.stage_failure(
            root, job.document_id, job.stage_key, str(error), format=kind, seconds=time.monotonic() - started
        )
        return
    from models.interpret import interpret

    def understand(one: Extract) -> Disclosure:
        return interpret(one, file_name=job.file_name, source_uri=job.source_uri)

    from flows.judging import settle

    extract, disclosure = settle(path, extract, understand(extract), understand)
    staging.stage(
        root, job.document_id, job.stage_key, extract=extract, disclosure=disclosure, seconds=time.monotonic() - started
    )


def _unpack(home: Home, job: Job, path: Path, root: Path, kind: str) -> None:
    """Keep every member of an archive as an original; one that cannot be read is named with its reason."""
    from extractors import Limits
    from extractors.archive import members
    from extractors.errors import ExtractionError
    from flows import staging
    from flows.originals import keep_bytes

    found: list[tuple[str, str, str | None]] = []
    try:
        for member in members(path, Limits(max_seconds=job.seconds)):
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
