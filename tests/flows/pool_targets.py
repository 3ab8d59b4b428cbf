"""Worker targets for the pool's tests; they import nothing, so that workers start quickly."""

from __future__ import annotations

import os
import signal
import time


def obey(job: str) -> None:
    """Do what the job says."""
    if job.startswith("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    elif job.startswith("exit"):
        os._exit(3)
    elif job.startswith("hang"):
        time.sleep(600)
    elif job.startswith("memory"):
        bytearray(8 << 30)
    elif job.startswith("longer"):
        from flows.pool import more_time

        more_time(30.0)
        time.sleep(1.2)
    elif job.startswith("raise"):
        raise ValueError("injected")
