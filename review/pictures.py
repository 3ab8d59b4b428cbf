"""Pictures of pages: drawn by processes apart (`drawing`), kept in a bounded cache under the home folder.

A picture is named by document, page and scale, all checked before they become a path. Pages asked for by a person and pages
drawn ahead go to different processes, so that nobody waits for what nobody looks at yet.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.worker import Stopped, Worker

SCALES = (2.0, 4.0)
"""Pixels a point: for reading, for looking closely."""
_MOST_SPOTS = 500
"""Pages whose found words are remembered."""
_LOOK = 65536
_ENTRY = b"OFD.xml"
"""The part every OFD package has, named at its beginning or in the list at its end; the process that draws looks closer."""
_DOCUMENT = re.compile(r"[0-9a-f]{64}")
_PICTURED = frozenset({"pdf", "pdf-scan", "png", "jpg", "jpeg", "tiff", "gif", "bmp", "ofd"})


class NoPicture(Exception):
    """There is no picture of that page; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page's picture on disk; width and height of the page in points."""

    path: Path
    width: float
    height: float


def has_pages(format_: str | None) -> bool:
    """Whether documents of this format have pages that can be drawn."""
    return (format_ or "") in _PICTURED


def is_ofd(original: Path) -> bool:
    """Whether an original is an OFD package: its pages are drawn as text and lines, not as pixels."""
    try:
        with original.open("rb") as stream:
            head = stream.read(_LOOK)
            if not head.startswith(b"PK\x03\x04"):
                return False
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 4 * _LOOK))
            return _ENTRY in head or _ENTRY in stream.read()
    except OSError:
        return False


class Pictures:
    """The pictures of one home.

    originals: where the originals lie by hash. cache: folder of the pictures. most_bytes: the cache's bound. seconds: time a
    page may take.
    """

    def __init__(self, originals: Path, cache: Path, *, most_bytes: int = 512 * 2**20, seconds: float = 20.0) -> None:
        self._originals = originals
        self._cache = cache
        self._most_bytes = most_bytes
        self._processes = (Worker(seconds), Worker(seconds))
        self._busy: dict[Path, threading.Lock] = {}
        self._guard = threading.Lock()
        self._written = 0
        self._spots: dict[tuple[Any, ...], list[list[list[float]]]] = {}

    def warm(self) -> None:
        """Start the drawing processes now."""
        for process in self._processes:
            process.start()

    def close(self) -> None:
        """End them."""
        for process in self._processes:
            process.close()

    def page(self, document_id: str, page: int, scale: float = SCALES[0], *, ahead: bool = False) -> Picture:
        """The picture of a page (1-based), drawn now if it is not in the cache. ahead: nobody is waiting for it yet.

        Raises NoPicture: no such document or page, or it cannot be drawn.
        """
        if not _DOCUMENT.fullmatch(document_id) or not 1 <= page <= 100_000 or scale not in SCALES:
            raise NoPicture("没有这一页。")
        original = self._originals / document_id[:2] / document_id
        kind = "svg" if is_ofd(original) else "jpg"
        target = self._cache / document_id[:2] / f"{document_id}-{page}-{scale:.0f}.{kind}"
        with self._guard:
            lock = self._busy.setdefault(target, threading.Lock())
        try:
            with lock:
                return _kept(target) or self._draw(original, page, scale, target, ahead)
        finally:
            with self._guard:
                self._busy.pop(target, None)

    def _draw(self, original: Path, page: int, scale: float, target: Path, ahead: bool) -> Picture:
        if not original.is_file():
            raise NoPicture("原件不在数据目录里，画不出页面。")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        part = Path(name)
        try:
            try:
                answer = self._process(ahead).ask(
                    {"path": str(original), "page": page, "scale": scale, "target": str(part)}
                )
            except Stopped as error:
                raise NoPicture(f"这一页画不出来：{error}") from error
            if "error" in answer:
                raise NoPicture(str(answer["error"]))
            width, height = float(str(answer["width"])), float(str(answer["height"]))
            target.with_suffix(".json").write_text(json.dumps([width, height]), encoding="utf-8")
            part.replace(target)
        finally:
            with suppress(OSError):
                part.unlink()
        self._bound(target)
        return Picture(target, width, height)

    def find(
        self, document_id: str, page: int, seek: Sequence[tuple[tuple[float, float, float, float], str]]
    ) -> list[list[list[float]]]:
        """Where on a page words stand, each inside its frame; nothing where they cannot be found."""
        wanted = (document_id, page, tuple(seek))
        nothing: list[list[list[float]]] = [[] for _ in seek]
        if not _DOCUMENT.fullmatch(document_id):
            return nothing
        with self._guard:
            if wanted in self._spots:
                return self._spots[wanted]
        original = self._originals / document_id[:2] / document_id
        try:
            answer = self._process(False).ask(
                {"path": str(original), "page": page, "seek": [[list(frame), text] for frame, text in seek]}
            )
        except Stopped:
            return nothing
        found = answer.get("found")
        spots = found if isinstance(found, list) and len(found) == len(seek) else nothing
        with self._guard:
            self._spots[wanted] = spots
            while len(self._spots) > _MOST_SPOTS:
                self._spots.pop(next(iter(self._spots)))
        return spots

    def _process(self, ahead: bool) -> Worker:
        """Two pages a person waits for are drawn side by side where nothing is being drawn ahead."""
        first, second = self._processes
        return second if ahead or (first.busy and not second.busy) else first

    def _bound(self, drawn: Path) -> None:
        """Remove the pictures longest unused when a good deal was drawn since the last look; never the one just drawn."""
        with self._guard:
            self._written += drawn.stat().st_size
            if self._written < self._most_bytes // 20:
                return
            self._written = 0
        files = []
        for path in (*self._cache.glob("*/*.jpg"), *self._cache.glob("*/*.svg")):
            if path == drawn:
                continue
            with suppress(OSError):
                stat = path.stat()
                files.append((stat.st_mtime, stat.st_size, path))
        total = drawn.stat().st_size + sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._most_bytes:
                break
            for one in (path, path.with_suffix(".json")):
                with suppress(OSError):
                    one.unlink()
            total -= size


def _kept(target: Path) -> Picture | None:
    """The picture as it lies in the cache; touched, so that it counts as used."""
    try:
        width, height = json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))
        os.utime(target)
    except (OSError, ValueError):
        return None
    return Picture(target, float(width), float(height))
