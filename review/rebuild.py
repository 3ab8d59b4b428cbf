"""Bringing decisions into the warehouse behind the console's back: one run for many decisions, in a process of its own.

A decision is recorded at once; the warehouse follows when the steward has paused for a moment, or after a while at the
latest. What comes in during a run starts another one after it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
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
    """Runs `kuanxiang validate` for a home when told that something was decided."""

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
            child = self._child
        if child is not None:
            child.terminate()
        if self._thread is not None:
            self._thread.join(10)

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and not self._due():
                    self._changed.wait(None if self._first is None else 0.2)
                if self._stopping:
                    return
                self._first = None
                self.state = State("running", self.state.count)
            code, message = self._run()
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
        command = [sys.executable, "-m", "flows.cli", "--home", str(self._home.root), "validate", "--json"]
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).resolve().parent.parent,
            )
            _, said = self._child.communicate()
            return self._child.returncode, said.strip()[-500:]
        except OSError as error:
            return 1, str(error)
        finally:
            self._child = None
