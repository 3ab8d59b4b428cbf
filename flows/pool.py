"""Worker processes that take batches of jobs, each job under a time limit and each worker under a memory limit.

A job's time is its worker's processor time, so that a busy machine costs no document; waiting without working is
bounded too, at several times that.
Not a ProcessPoolExecutor: that gives up all its jobs when one worker dies. Here a dead or hung worker costs the job it
was at, which is reported with a reason; the rest of its batch goes to others. Workers die with the parent.
"""

from __future__ import annotations

import errno
import importlib
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

_GRACE = 5.0
"""Seconds beyond a job's limit before its worker is killed: the readers' own limit should speak first."""

_WAITING = 4.0
"""Of a job's limit in processor time: so much may pass on the clock, for other processes also want the machine."""

_LOOK = 1.0
"""Seconds between two looks at what the workers have used."""

_RESIDENT_SHARE = 0.45
"""Of a worker's memory limit (its address space): more than this in real memory, and it is at something hostile."""

_TOO_MUCH_MEMORY = 97
"""Exit code of a worker that used more."""

NO_MEMORY = "读取所需内存超过上限，已停止；请检查文件是否异常，或拆分后重新提交。"

_STARTING = 60.0
"""Seconds a worker may take to start, on top."""


MACHINE_FAULTS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM}
)
"""Errors of writing that are no document's fault: nothing may be noted against the one that was being read."""


class PoolError(RuntimeError):
    """Workers cannot be started or cannot write at all; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Finished:
    """One job's end. failure: a Chinese sentence when its worker crashed or ran out of time, else None."""

    job: Any
    failure: str | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    batch: deque[Any] = field(default_factory=deque)
    started: float = 0.0
    used: float = 0.0
    ready: bool = False
    more: float = 0.0


def run_jobs(
    jobs: Sequence[Any],
    *,
    target: str = "flows.work:process",
    workers: int = 0,
    batch: int = 8,
    seconds: float = 300.0,
    memory_mb: int = 4096,
) -> Iterator[Finished]:
    """Run every job through `target` (``module:function``) and yield each as it ends, in no particular order.

    workers 0: one a core. memory_mb 0: no limit. Leaving the iterator early ends the workers.
    """
    pending = deque(jobs)
    limit = workers or os.cpu_count() or 1
    size = max(1, min(batch, -(-len(pending) // limit)))
    pool: list[_Worker] = []
    try:
        while pending or any(worker.batch for worker in pool):
            _hand_out(pool, pending, limit, size, target, memory_mb)
            yield from _collect(pool, pending, seconds + _GRACE)
    finally:
        for worker in pool:
            worker.process.kill()
        for worker in pool:
            worker.process.join(5)
            worker.pipe.close()


def _hand_out(pool: list[_Worker], pending: deque[Any], limit: int, size: int, target: str, memory_mb: int) -> None:
    """Give idle workers a batch; start workers while there are fewer than allowed and jobs are waiting."""
    for worker in pool:
        if pending and not worker.batch:
            _give(worker, pending, size)
    while pending and len(pool) < limit:
        worker = _start(target, memory_mb)
        pool.append(worker)
        _give(worker, pending, size)


def _give(worker: _Worker, pending: deque[Any], size: int) -> None:
    worker.batch.extend(pending.popleft() for _ in range(min(size, len(pending))))
    _begin(worker)
    with suppress(OSError, ValueError):  # it died meanwhile: `_collect` will see that
        worker.pipe.send(list(worker.batch))


def _start(target: str, memory_mb: int) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, target, memory_mb), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _collect(pool: list[_Worker], pending: deque[Any], allowed: float) -> Iterator[Finished]:
    """Wait for the next news of any worker and yield the jobs that ended; remove workers that died or were killed."""
    busy = [worker for worker in pool if worker.batch]
    patience = min(_left(worker, allowed) for worker in busy)
    by_pipe = {worker.pipe: worker for worker in busy}
    for pipe in wait(list(by_pipe), timeout=min(_LOOK, max(0.05, patience))):
        worker = by_pipe[pipe]  # type: ignore[index]
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from _bury(pool, pending, worker, None)
            continue
        if isinstance(message, PoolError):
            raise message
        if message == "ready":
            worker.ready = True
            _begin(worker)
        elif isinstance(message, float):
            worker.more += message
        elif worker.batch:
            job, spent = worker.batch.popleft(), time.monotonic() - worker.started
            worker.more = 0.0
            _begin(worker)
            yield Finished(job, message, spent)
    for worker in busy:
        if worker in pool and worker.batch and _left(worker, allowed) <= 0:
            worker.process.kill()
            yield from _bury(
                pool,
                pending,
                worker,
                f"处理超过 {allowed - _GRACE + worker.more:g} 秒的时限，已停止；请检查文件是否异常，或拆分后重新提交。",
            )


def _begin(worker: _Worker) -> None:
    """The worker turns to its next job: what it used until now was for others."""
    worker.started, worker.used = time.monotonic(), _processor_time(worker) or 0.0


def _left(worker: _Worker, allowed: float) -> float:
    """Seconds until a worker's patience ends; one that is still importing on a busy machine is not at its job yet."""
    limit = allowed + worker.more + (0.0 if worker.ready else _STARTING)
    passed = time.monotonic() - worker.started
    used = _processor_time(worker)
    if used is None:
        return limit - passed
    return min(limit - (used - worker.used), limit * _WAITING - passed)


def _processor_time(worker: _Worker) -> float | None:
    """Seconds of processor time the worker has used, its threads included; None where the system does not say."""
    try:
        fields = Path(f"/proc/{worker.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _bury(pool: list[_Worker], pending: deque[Any], worker: _Worker, reason: str | None) -> Iterator[Finished]:
    """Take a dead worker out: the job it was at has failed, the others of its batch go back to the queue."""
    worker.process.join(10)
    if not worker.ready and reason is None:
        # It died before it could take any job: that is the installation, not a document.
        raise PoolError(f"读取进程无法启动（退出码 {worker.process.exitcode}）。")
    pool.remove(worker)
    worker.pipe.close()
    job = worker.batch.popleft()
    pending.extendleft(reversed(worker.batch))
    worker.batch.clear()
    code = worker.process.exitcode
    if reason is None and code == _TOO_MUCH_MEMORY:
        reason = NO_MEMORY
    if reason is None:
        how = f"信号 {signal.Signals(-code).name}" if code is not None and code < 0 else f"退出码 {code}"
        reason = f"读取进程意外终止（{how}），多半是文件损坏或过大；未读取。"
    yield Finished(job, reason, time.monotonic() - worker.started)


_pipe: Connection | None = None
"""In a worker: the way to the pool."""


def more_time(seconds: float) -> None:
    """Called within a job: it needs so much longer (pages to be recognised), or if negative may take so much less.

    Does nothing outside of a worker.
    """
    if _pipe is not None:
        _pipe.send(float(seconds))


def _serve(pipe: Connection, target: str, memory_mb: int) -> None:
    """The worker: batches in, one message a finished job out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_die_with_parent, args=(os.getppid(),), daemon=True).start()
    os.nice(5)
    if memory_mb:
        limit = memory_mb << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        watch_memory(int(memory_mb * _RESIDENT_SHARE))
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    global _pipe
    _pipe = pipe
    pipe.send("ready")
    while True:
        try:
            jobs = pipe.recv()
        except (EOFError, OSError):
            return
        for job in jobs:
            failure: str | PoolError | None = None
            try:
                function(job)
            except MemoryError:
                failure = NO_MEMORY
            except OSError as error:
                failure = _written_off(error)
            except Exception as error:
                failure = f"处理时程序出错（{type(error).__name__}：{str(error)[:200]}）；未读取。"
            pipe.send(failure)


def _written_off(error: OSError) -> str | PoolError:
    """What an error of the system means: the run cannot go on, or only this document failed."""
    if error.errno in MACHINE_FAULTS:
        return PoolError(
            f"读取结果写不进数据目录（{error.strerror}）：请检查磁盘空间和权限，然后再次运行；未读完的文件会接着读。"
        )
    return f"处理时程序出错（{type(error).__name__}：{str(error)[:200]}）；未读取。"


def watch_memory(most_mb: int) -> None:
    """End this process (not the run) once it holds more than `most_mb` MB of real memory, whichever library asked for it."""
    status = Path("/proc/self/statm")
    if not status.exists():  # no such file: the limit on the address space alone has to do
        return
    page = os.sysconf("SC_PAGE_SIZE")

    def look() -> None:
        while True:
            time.sleep(0.1)
            if int(status.read_text().split()[1]) * page > most_mb << 20:
                os._exit(_TOO_MUCH_MEMORY)

    threading.Thread(target=look, daemon=True).start()


def _die_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
