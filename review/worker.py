"""A process apart for whatever opens hostile files on a person's behalf: asked by one line, answering by one line, killed when late."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
from pathlib import Path


class Stopped(Exception):
    """The process died or took too long; the message is a Chinese sentence."""


class Worker:
    """One process of `review.drawing`, started when first needed and again after it died or was killed for taking too long.

    seconds: time an answer may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """The process, started now if it is not running."""
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "review.drawing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONSAFEPATH": ""},
                cwd=Path(__file__).resolve().parent.parent,
            )
        return self._child

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        """One answer. Raises Stopped when the process died or took too long."""
        with self._lock:
            child = self.start()
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                child.stdin.write(json.dumps(request).encode() + b"\n")
                child.stdin.flush()
                with selectors.DefaultSelector() as selector:
                    selector.register(child.stdout, selectors.EVENT_READ)
                    if not selector.select(self._seconds):
                        raise Stopped(f"{self._seconds:.0f} 秒内没有完成，已放弃。")
                line = child.stdout.readline()
                if not line:
                    raise Stopped("处理文件的程序意外退出。")
                answer = json.loads(line)
            except (OSError, ValueError) as error:
                self._kill()
                raise Stopped("处理文件的程序意外退出。") from error
            except Stopped:
                self._kill()
                raise
        assert isinstance(answer, dict)
        return answer

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait(5)
            self._child = None

    @property
    def busy(self) -> bool:
        """Whether somebody is waiting for an answer."""
        return self._lock.locked()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._kill()
