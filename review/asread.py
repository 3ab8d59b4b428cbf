"""Documents without page pictures (Word, workbooks, web pages) as their tables were read, with merged cells and all their text.

Read by a process apart, kept as JSON under the home folder, shown as text in a grid: the original HTML is never served.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.worker import Stopped, Worker

_DOCUMENT = re.compile(r"[0-9a-f]{64}")
_KEPT = 3
"""Documents held in memory."""
_AROUND = 150
"""Rows shown above and below a mark in a long table."""
_HEAD = 4
"""Rows of a table's head that are always shown."""
_MOST_COLUMNS = 120
_PARAGRAPHS = 12
"""Paragraphs shown around a mark."""
_MOST_FILES = 400
"""Documents kept on disk."""


class NotRead(Exception):
    """The document cannot be shown as read; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class PaperCell:
    """One cell: text, place, how much of the grid it covers."""

    text: str
    place: str
    row_span: int
    column_span: int
    indent: float


@dataclass(frozen=True, slots=True)
class Paper:
    """A part of a document around what is marked: rows of a table (position, cells by column), or paragraphs of it.

    first_row: position of the first row shown; cut: rows left out.
    """

    title: str
    columns: int
    rows: tuple[tuple[int, dict[int, PaperCell]], ...]
    cut: int


class AsRead:
    """Documents of one home as read. version: of the reading code, part of the kept files' names."""

    def __init__(self, originals: Path, cache: Path, version: str, *, seconds: float = 75.0) -> None:
        self._originals, self._cache, self._version = originals, cache, version[:12]
        self._worker = Worker(seconds)
        self._memory: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        self._guard = threading.Lock()
        self._reading = threading.Lock()

    def close(self) -> None:
        """End the reading process."""
        self._worker.close()

    def ready(self, document_id: str) -> bool:
        """Whether the document was read already, so that showing it takes no time."""
        with self._guard:
            if document_id in self._memory:
                return True
        return bool(_DOCUMENT.fullmatch(document_id)) and self._kept_file(document_id).is_file()

    def _kept_file(self, document_id: str) -> Path:
        return self._cache / f"{document_id}-{self._version}.json.gz"

    def around(self, document_id: str, sheet: str | None, cells: Iterable[str]) -> Paper:
        """The table (or the paragraphs) in which the first of these places stands; without places the sheet, or where the
        document begins. Raises NotRead."""
        wanted = [cell for cell in cells if cell]
        blocks = self._blocks(document_id)
        for cell in wanted:
            for number, block in enumerate(blocks):
                if sheet is not None and block["sheet"] not in (None, sheet):
                    continue
                if "cells" in block:
                    rows = [one[0] for one in block["cells"] if one[5] == cell]
                    if rows:
                        return _table(block, rows[0], _title(blocks, number))
                elif block["cell"] == cell:
                    return _paragraphs(blocks, number)
        for number, block in enumerate(blocks):
            if "cells" in block and sheet is not None and block["sheet"] == sheet:
                return _table(block, 0, _title(blocks, number))
        if not wanted and sheet is None and blocks:
            return _table(blocks[0], 0, "") if "cells" in blocks[0] else _paragraphs(blocks, 0)
        raise NotRead("读取结果里找不到这一格。" if blocks else "这份文件里没有读出内容。")

    def _blocks(self, document_id: str) -> list[dict[str, Any]]:
        if not _DOCUMENT.fullmatch(document_id):
            raise NotRead("没有这份文件。")
        with self._guard:
            kept = self._memory.get(document_id)
            if kept is not None:
                self._memory.move_to_end(document_id)
                return kept
        path = self._kept_file(document_id)
        with self._reading:
            if not path.is_file():
                self._read(document_id, path)
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            blocks = [json.loads(line) for line in stream]
        with suppress(OSError):
            os.utime(path)
        with self._guard:
            self._memory[document_id] = blocks
            while len(self._memory) > _KEPT:
                self._memory.popitem(last=False)
        return blocks

    def _read(self, document_id: str, path: Path) -> None:
        original = self._originals / document_id[:2] / document_id
        if not original.is_file():
            raise NotRead("原件不在数据目录里。")
        self._cache.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", dir=self._cache)
        os.close(handle)
        part = Path(name)
        try:
            answer = self._worker.ask({"path": str(original), "blocks": str(part)})
            if "error" in answer:
                raise NotRead(str(answer["error"]))
            part.replace(path)
        except Stopped as error:
            raise NotRead(f"这份文件读不出来：{error}") from error
        finally:
            with suppress(OSError):
                part.unlink()
        kept = sorted(self._cache.glob("*.json.gz"), key=lambda one: one.stat().st_mtime)
        for stale in kept[:-_MOST_FILES]:
            with suppress(OSError):
                stale.unlink()


def _title(blocks: list[dict[str, Any]], number: int) -> str:
    """The line above a table."""
    for block in reversed(blocks[max(0, number - 3) : number]):
        if "text" in block and block["text"].strip():
            return str(block["text"]).strip()[:80]
    return ""


def _table(block: dict[str, Any], row: int, title: str) -> Paper:
    """The rows around one, every grid position filled, spans cut at the edges of what is shown."""
    height, width = block["rows"][0], min(block["rows"][1], _MOST_COLUMNS)
    first, last = max(0, row - _AROUND), min(height - 1, row + _AROUND)
    # The head of the table stays in sight however far down the mark is.
    runs = [(0, last)] if first <= _HEAD else [(0, _HEAD - 1), (first, last)]
    rows: dict[int, dict[int, PaperCell]] = {at: {} for start, end in runs for at in range(start, end + 1)}
    taken: set[tuple[int, int]] = set()
    for at, column, row_span, column_span, text, place, indent in block["cells"]:
        if column >= width:
            continue
        for start, end in runs:
            top, bottom = max(at, start), min(at + row_span - 1, end)
            right = min(column + column_span, width)
            covered = {(y, x) for y in range(top, bottom + 1) for x in range(column, right)}
            if covered and not covered & taken:
                taken |= covered
                rows[top][column] = PaperCell(text, place or "", bottom - top + 1, right - column, indent)
    for at, cells in rows.items():
        for column in range(width):
            if (at, column) not in taken:
                cells[column] = PaperCell("", "", 1, 1, 0.0)
    return Paper(title, width, tuple(sorted(rows.items())), height - len(rows))


def _paragraphs(blocks: list[dict[str, Any]], number: int) -> Paper:
    near = blocks[max(0, number - _PARAGRAPHS) : number + _PARAGRAPHS + 1]
    rows = tuple(
        (index, {0: PaperCell(block["text"], block["cell"] or "", 1, 1, 0.0)})
        for index, block in enumerate(near)
        if "text" in block
    )
    return Paper("", 1, rows, 0)
