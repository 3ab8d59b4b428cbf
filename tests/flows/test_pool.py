"""A document that crashes, hangs or floods its worker costs itself only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import flows.pool
from flows.pool import PoolError, run_jobs

_TARGET = "tests.flows.pool_targets:obey"


def test_every_job_ends_with_its_own_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.pool, "_GRACE", 0.5)
    jobs = ["good 1", "crash", "good 2", "hang", "good 3", "memory", "exit", "raise", "good 4"]
    ended = {
        one.job: one.failure for one in run_jobs(jobs, target=_TARGET, workers=1, batch=9, seconds=1.0, memory_mb=2000)
    }
    assert set(ended) == set(jobs)
    assert [job for job in jobs if ended[job] is None] == ["good 1", "good 2", "good 3", "good 4"]
    assert "SIGSEGV" in str(ended["crash"]) and "时限" in str(ended["hang"]) and "内存" in str(ended["memory"])
    assert "退出码 3" in str(ended["exit"]) and "injected" in str(ended["raise"])


def test_a_job_that_asks_for_more_time_gets_it_and_the_next_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.pool, "_GRACE", 0.2)
    ended = list(run_jobs(["longer", "hang"], target=_TARGET, workers=1, batch=2, seconds=0.5))
    assert [one.failure is None for one in ended] == [True, False]
    assert "0.5 秒的时限" in str(ended[1].failure)


def test_workers_that_cannot_start_are_no_fault_of_a_document() -> None:
    with pytest.raises(PoolError):
        list(run_jobs(["a"], target="tests.flows.no_such_module:obey", workers=1))


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    code = "from flows.pool import run_jobs\nif __name__ == '__main__':\n    list(run_jobs(['hang'], target='tests.flows.pool_targets:obey', workers=1))"
    # a file, because spawned workers import the main module again
    path = tmp_path / "parent.py"
    path.write_text(code, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(path)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    children: list[int] = []
    deadline = time.monotonic() + 30
    while not children and time.monotonic() < deadline:
        time.sleep(0.2)
        children = _workers_of(parent.pid)
    assert children
    time.sleep(1.0)
    parent.kill()
    parent.wait()
    while any(map(_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(map(_alive, children))


def _workers_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(one) for one in listed.read_text().split()] if listed.exists() else []
    return [one for one in found if b"spawn_main" in _command(one)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _alive(pid: int) -> bool:
    return b"spawn_main" in _command(pid)
