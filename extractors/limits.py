"""Bounds against hostile or runaway input, checked by every reader; crossing one raises `TooLarge`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from extractors.errors import TooLarge


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one document is read before it is refused.

    max_bytes: size of the file; max_pages: pages (PDF) or worksheets; max_cells: table cells of the document;
    max_characters: characters of running text; max_unpacked_bytes: everything a container unpacks to;
    max_ratio: unpacked to packed size of one member; max_members: members of a container;
    max_depth: archives within archives; max_seconds: wall time of one reader. scan_seconds: what each page that has to
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
    """Wall time since it was made; `check` raises `TooLarge` once the time is used up."""

    __slots__ = ("_end", "_limits", "_scans", "_seconds")

    def __init__(self, seconds: float, limits: Limits | None = None) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds
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
        if time.monotonic() > self._end:
            raise TooLarge(f"读取超过 {self._seconds:g} 秒的时限，已停止；请检查文件是否异常，或拆分后重新提交。")
