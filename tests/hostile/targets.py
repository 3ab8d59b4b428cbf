"""What workers do in the tests of the pool."""

from __future__ import annotations

import errno
import time

from flows.pool import more_time


def allocate(job: str) -> None:
    """Hold much memory or little, in steps as libraries do."""
    held = []
    for _ in range(80 if job == "much" else 1):
        held.append(bytearray(b"x" * (10 << 20)))
        time.sleep(0.02)


def hurry(_job: str) -> None:
    """Ask for next to no time and take more."""
    more_time(-300.0)
    time.sleep(100)


def full_disk(_job: str) -> None:
    """Fail as a write on a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")
