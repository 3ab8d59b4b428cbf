"""The steward's vocabulary: what a person said that a title, a header or a row label means, on top of data/forms.

Append-only, kept under the home folder as JSON lines with who and when; the last word on a text counts. Reading asks
here before the project's own vocabulary. Nothing here reads documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

KINDS = ("title", "header", "row")


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision about one text.

    kind: ``title`` (a table's title without year and label → form), ``header`` (a column's header path → component,
    fund, flow, measure, or handling ``money`` | ``statistic`` | ``ignore``) or ``row`` (a label → item, function_code,
    economic_code). text: the folded key the reader compares with. by, at: who said so, when (UTC, ISO).
    """

    kind: str
    text: str
    by: str
    at: str
    form: str | None = None
    component: str | None = None
    fund: str | None = None
    flow: str | None = None
    measure: str | None = None
    handling: str | None = None
    item: str | None = None
    function_code: str | None = None
    economic_code: str | None = None


_current: dict[tuple[str, str], Entry] = {}


def load(path: Path) -> list[Entry]:
    """All entries of a vocabulary file in the order they were made; none where there is no file.

    Raises ValueError, naming file and line, for a line that is no entry.
    """
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} 第 {number} 行不是词表条目：{error}") from None
    return entries


def lines(entries: Iterable[Entry]) -> str:
    """Entries as they stand in the file."""
    return "".join(
        json.dumps({k: v for k, v in asdict(e).items() if v is not None}, ensure_ascii=False) + "\n" for e in entries
    )


@lru_cache(maxsize=4)
def _loaded(path: Path, changed: int, size: int) -> tuple[Entry, ...]:
    return tuple(load(path))


def use(path: Path | None) -> None:
    """Read with this vocabulary from now on in this process; None: with none."""
    _current.clear()
    if path is not None and path.exists():
        state = path.stat()
        _current.update({(e.kind, e.text): e for e in _loaded(path, state.st_mtime_ns, state.st_size)})


def said(kind: str, text: str) -> Entry | None:
    """What the steward said of a folded text, None where nothing."""
    return _current.get((kind, text)) if _current else None
