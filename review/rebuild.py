"""Bringing decisions into the warehouse behind the console's back: one run for many decisions, in a process of its own.

A decision is recorded at once; the warehouse follows when the steward has paused for a moment, or after a while at the
latest. What comes in during a run starts another one after it. The process (`review.publishing`) is started by the first
decision and loads while the steward goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flows.home import Home

PAUSE = 5.0
"""Seconds without a decision after which the warehouse is brought up to date."""
LATEST = 60.0
"""Seconds after a decision at which it is brought up to date at the latest."""


@dataclass(frozen=True, slots=True)
class State:
    """Where the warehouse stands. name: ``idle`` | ``waiting`` | ``running`` | ``failed``; count: runs that ended; message: of a failure."""

    name: str = "idle"
    count: int = 0
    message: str = ""


class Rebuilder:
    """Publishes what was decided about a home's documents when told that something was."""

    def __init__(self, home: Home, *, pause: float = PAUSE, latest: float = LATEST) -> None:
        self._home = home
        self._pause, self._latest = pause, max(pause, latest)
        self._changed = threading.Condition()
        self._first: float | None = None
        self._last = 0.0
        self._stopping = False
        self._child: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self.state = State()

    def touch(self) -> None:
        """Something was decided."""
        with self._changed:
            now = time.monotonic()
            self._first = now if self._first is None else self._first
            self._last = now
            if self.state.name != "running":
                self.state = State("waiting", self.state.count)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="rebuild", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """End; what is recorded but not yet in the warehouse gets there with the next run."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._end()
        if self._thread is not None:
            self._thread.join(10)
        self._end()

    def _end(self) -> None:
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            child.wait(10)

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and self._first is None:
                    self._changed.wait()
            if not self._stopping:
                with suppress(OSError):
                    self._start()  # it loads while the steward goes on
            with self._changed:
                while not self._stopping and not self._due():
                    self._changed.wait(0.2)
                if self._stopping:
                    return
                self._first = None
                self.state = State("running", self.state.count)
            try:
                code, message = self._run()
            except OSError as error:
                code, message = 1, str(error)
            with self._changed:
                count = self.state.count + 1
                if self._first is not None:
                    self.state = State("waiting", count)
                elif code:
                    self.state = State("failed", count, message)
                else:
                    self.state = State("idle", count)

    def _due(self) -> bool:
        if self._first is None:
            return False
        now = time.monotonic()
        return now - self._last >= self._pause or now - self._first >= self._latest

    def _run(self) -> tuple[int, str]:
        """Publish; 0 and how, or 1 and what went wrong."""
        for _ in range(2):
            # The process ends by itself when it was idle for long: then another one is asked.
            child = self._start()
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                child.stdin.write("publish\n")
                child.stdin.flush()
                said = child.stdout.readline()
                if said:
                    answer = json.loads(said)
                    return (1, answer["problem"]) if answer["problem"] else (0, answer["how"])
            except (OSError, ValueError):
                child.kill()
            child.wait()
            if self._stopping:
                break
        return 1, "写入仓库的程序意外退出。"

    def _start(self) -> subprocess.Popen[str]:
        """The process that publishes, started now if it is not running."""
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "review.publishing", str(self._home.root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=Path(__file__).resolve().parent.parent,
            )
        return self._child
