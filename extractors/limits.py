"""Bounds against hostile or runaway input, checked by every reader; crossing one raises `TooLarge`."""

from __future__ import annotations

import time
from dataclasses import dataclass

from extractors.errors import TooLarge


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one document is read before it is refused.

    max_bytes: size of the file; max_pages: pages (PDF) or worksheets; max_cells: table cells of the document;
    max_characters: characters of running text; max_unpacked_bytes: everything a container unpacks to;
    max_ratio: unpacked to packed size of one member; max_members: members of a container;
    max_depth: archives within archives; max_seconds: wall time of one reader.
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

    def clock(self) -> Clock:
        """A clock that starts now and refuses to go on after `max_seconds`."""
        return Clock(self.max_seconds)


class Clock:
    """Wall time since it was made; `check` raises `TooLarge` once the time is used up."""

    __slots__ = ("_end", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise `TooLarge` when the time is used up. Cheap enough to be called for every row."""
        if time.monotonic() > self._end:
            raise TooLarge(f"读取超过 {self._seconds:g} 秒的时限，已停止；请检查文件是否异常，或拆分后重新提交。")
