"""The process that takes one mutated document after another down the whole road: detected, read, interpreted, staged; looked over.

It is forked from a parent that has everything loaded, lives for some hundreds of inputs, and at the end of its life builds
and checks a warehouse of all it has staged, as a user's run would.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import time
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz.verdict import complaints
from flows import staging
from flows.home import Home
from flows.pool import watch_memory
from flows.work import Job, process

_PAGE = os.sysconf("SC_PAGE_SIZE")
_KEY = "fuzz"
_MEMBERS = 6
"""How many members of an archive are read."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one input. fault: what went wrong, None where nothing did. peak, kept: MB of resident memory while reading and left behind."""

    outcome: str
    reason: str
    fault: str | None
    seconds: float
    peak: int
    kept: int


def warm(folder: Path, documents: list[Path]) -> None:
    """Load what reading needs by reading: in the parent, so that every child starts with it."""
    home = Home(folder).create()
    for path in documents:
        _one(home, path.read_bytes(), path.name)
    shutil.rmtree(folder, ignore_errors=True)


def serve(pipe: Connection, folder: Path, memory: int, recognise: bool, build: bool) -> None:
    """Answer (path, name) with a Report until None comes; then build and check the warehouse and answer with its fault or None.

    memory: MB an input may take; recognise: let scans go to text recognition, which takes seconds a page; build: do build.
    """
    if not recognise:
        from extractors import ocr

        vars(ocr)["available"] = lambda: False
    watch_memory(memory)  # as the pool's workers are watched
    home = Home(folder).create()
    documents: list[tuple[str, str]] = []
    while (message := pipe.recv()) is not None:
        path, name = message
        _limit(memory * 2)  # the measure below tells; this keeps the machine alive
        _forget_peak()
        before, started = _resident(), time.monotonic()
        try:
            outcome, reason, fault = _input(home, Path(path).read_bytes(), name, documents)
        except BaseException as error:  # whatever leaves `process` would have ended a worker
            outcome, reason, fault = "crash", "", f"left the worker: {error!r}"[:600]
        seconds, peak = time.monotonic() - started, _peak() - before
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        if fault is None and max(peak, children) > memory:
            fault = f"memory: {peak} MB, its children {children} MB"
        pipe.send(asdict(Report(outcome, reason, fault, seconds, peak, _resident() - before)))
    pipe.send(_build(home, documents) if build else None)


def _input(home: Home, data: bytes, name: str, documents: list[tuple[str, str]]) -> tuple[str, str, str | None]:
    facts = _one(home, data, name)
    documents.append((facts.document_id, name))
    if facts.archive:
        faults = []
        for member, sha256, failure in facts.members[:_MEMBERS]:
            if failure is not None:
                continue
            read = _one(home, home.original(sha256).read_bytes(), member)
            documents.append((sha256, member))
            faults += complaints(home.stage(sha256, _KEY), read)
        return "opened", "", "; ".join(faults)[:1000] or None
    return (
        "failed" if facts.failure else "published",
        facts.failure or "",
        "; ".join(complaints(home.stage(facts.document_id, _KEY), facts))[:1000] or None,
    )


def _one(home: Home, data: bytes, name: str) -> staging.Facts:
    """One document down the road; its facts. The bytes are put down without waiting for the disk."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = home.original(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(data)
    process(Job(str(home.root), sha256, _KEY, name, f"/公开/{name}"))
    facts = staging.read_facts(home.stage(sha256, _KEY))
    if facts is None:
        raise RuntimeError("no facts were staged")
    return facts


def _build(home: Home, documents: list[tuple[str, str]]) -> str | None:
    """The candidate of everything staged, checked and looked over; what went wrong, else None."""
    from flows import road
    from flows.intake import register
    from flows.observer import Observer
    from flows.operations import session_of
    from models.operations import Original

    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        run_id = road.start_run(home, "ingest")
        for sha256, name in documents:
            register(home, run_id, sha256, home.original(sha256).stat().st_size, f"/公开/{name}", name)
        with session_of(home) as session:
            for sha256, _ in documents:
                original = session.get(Original, sha256)
                assert original is not None
                original.stage_key = _KEY
                facts = staging.read_facts(home.stage(sha256, _KEY))
                original.kind = "archive" if facts is not None and facts.archive else "document"
        entries = road.entries_of(home)
        path = road.build_candidate(home, run_id, entries, {"inputs": "fuzz"}, Observer())
        road.check_candidate(home, run_id, path)
        road.publish_candidate(home, path)
    except BaseException as error:
        import traceback

        return f"warehouse: {error!r} {traceback.format_exc()[-1500:]}"
    return None


def _resident() -> int:
    """MB of resident memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE >> 20


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """MB of the most resident memory since `_forget_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) >> 10
    return 0


def _limit(memory: int) -> None:
    """Bound the address space to what is in use and `memory` MB more: anew, so that the bound is on one input."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
    resource.setrlimit(resource.RLIMIT_AS, (used + (memory << 20), resource.RLIM_INFINITY))
