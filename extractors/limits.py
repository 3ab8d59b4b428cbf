"""Bounds against hostile or runaway input, checked by every reader; crossing one raises `TooLarge`.

Time is processor time of this process: a sound document is not refused because the machine is busy with others. Waiting
without working is bounded by whoever watches the process (flows/pool.py).
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from extractors.errors import TooLarge

_AGAIN = 5.0
"""Seconds after which an alarm that something swallowed rings again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one document is read before it is refused.

    max_bytes: size of the file; max_pages: pages (PDF) or worksheets; max_cells: table cells of the document;
    max_characters: characters of running text; max_unpacked_bytes: everything a container unpacks to;
    max_ratio: unpacked to packed size of one member; max_members: members of a container;
    max_depth: archives within archives; max_seconds: processor time of one reader. scan_seconds: what each page that has to
    be recognised may take beyond that, up to max_scan_seconds in all; more_time is told of it (seconds), so that whoever
    watches the reader waits as long.
    """

    max_bytes: int = 400 * 1024 * 1024
    max_pages: int = 5_000
    max_cells: int = 1_500_000
    max_characters: int = 60_000_000
    max_unpacked_bytes: int = 512 * 1024 * 1024
    max_ratio: float = 200.0
    max_members: int = 20_000
    max_depth: int = 3
    max_seconds: float = 300.0
    scan_seconds: float = 30.0
    max_scan_seconds: float = 3_600.0
    more_time: Callable[[float], None] | None = None

    def clock(self) -> Clock:
        """A clock that starts now and refuses to go on after `max_seconds`."""
        return Clock(self.max_seconds, self)


class Clock:
    """Processor time since it was made; `check` raises `TooLarge` once the time is used up."""

    __slots__ = ("_end", "_limits", "_scans", "_seconds")

    def __init__(self, seconds: float, limits: Limits | None = None) -> None:
        self._seconds = seconds
        self._end = time.process_time() + seconds
        self._limits = limits
        self._scans = 0.0

    def scan(self) -> None:
        """Grant the time that recognising one page may take."""
        if self._limits is None:
            return
        more = min(self._limits.scan_seconds, self._limits.max_scan_seconds - self._scans)
        if more <= 0:
            return
        self._scans += more
        self._end += more
        self._seconds += more
        if self._limits.more_time is not None:
            self._limits.more_time(more)

    def check(self) -> None:
        """Raise `TooLarge` when the time is used up. Cheap enough to be called for every row."""
        if time.process_time() > self._end:
            raise TooLarge(f"读取超过 {self._seconds:g} 秒的时限，已停止；请检查文件是否异常，或拆分后重新提交。")


class Alarm:
    """A running bound on time, see `at_most`."""

    __slots__ = ("_end", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.process_time() + seconds

    def more(self, seconds: float) -> None:
        """Grant so much more (or, if negative, less) time."""
        self._seconds += seconds
        self._end += seconds

    def ring(self, _signal: int, _frame: FrameType | None) -> None:
        """The signal's handler: raises `TooLarge` when the time is up, else waits on."""
        left = self._end - time.process_time()
        if left > 0.01:
            signal.setitimer(signal.ITIMER_PROF, left, _AGAIN)
            return
        raise TooLarge(f"处理超过 {self._seconds:.0f} 秒的时限，已停止；请检查文件是否异常，或拆分后重新提交。")


@contextmanager
def at_most(seconds: float) -> Iterator[Alarm]:
    """Stop whatever Python code runs in here after so many seconds of processor time with `TooLarge`: for libraries without a bound of their own.

    It interrupts Python and regular expressions, not a call into a C library. One alarm may stand within another. Only
    the main thread can have one: elsewhere, and where the system has no such timer, nothing is bounded.
    """
    alarm = Alarm(seconds)
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield alarm
        return
    began = time.process_time()
    handler = signal.signal(signal.SIGPROF, alarm.ring)
    left, _ = signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    if 0 < left < seconds:  # an outer alarm rings first
        alarm.more(left - seconds)
        signal.setitimer(signal.ITIMER_PROF, left, _AGAIN)
    try:
        yield alarm
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
        if left > 0:
            signal.setitimer(signal.ITIMER_PROF, max(0.001, left - (time.process_time() - began)), _AGAIN)
