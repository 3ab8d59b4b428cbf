"""The process that reads mutated documents, one after another, under a bound on its memory."""

from __future__ import annotations

import contextlib
from multiprocessing.connection import Connection
from pathlib import Path

from extractors.limits import Limits


def serve(pipe: Connection, memory: int, recognise: bool) -> None:
    """Answer paths with outcomes until the other side is gone. memory: MB beyond what is loaded at the start; recognise: let scans go to text
    recognition, which takes seconds a page."""
    # Everything heavy first, so that the bound is on what a document costs.
    for name in ("pdf", "docx", "xlsx", "xls", "ods", "html", "ofd", "doc", "mht", "archive_7z"):
        __import__(f"extractors.{name}")
    if not recognise:
        from extractors import ocr

        vars(ocr)["available"] = lambda: False
    while True:
        try:
            path = Path(pipe.recv())
        except EOFError:
            return
        _limit(memory)  # anew, so that the bound is on one input and not on what an allocator keeps of the last ones
        before = _size()
        pipe.send((_outcome(path, Limits(max_seconds=55.0)), (_size() - before) // 2**20))


def _size() -> int:
    """Bytes of address space in use; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * 4096
    except OSError:
        return 0


def _limit(memory: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most = _size() + memory * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def _outcome(path: Path, limits: Limits) -> str:
    from extractors import detect, read
    from extractors.archive import members
    from extractors.errors import ExtractionError

    try:
        if detect(path) in ("zip", "7z", "rar"):
            for _ in members(path, limits):
                pass
        else:
            for cell in (cell for table in read(path, limits=limits).tables() for cell in table.cells):
                if not (cell.row >= 0 and cell.column >= 0 and cell.row_span > 0 and cell.column_span > 0):
                    return f"crash: impossible cell {cell}"
        return "read"
    except ExtractionError as error:
        if isinstance(error.__cause__, MemoryError):
            return f"memory: {error}"
        # A library's own exception, turned into a refusal at the border: no fault, but worth counting.
        return "caught" if "内部结构损坏，无法解析" in str(error) else "refused"
    except MemoryError as error:
        return f"memory: {error!r}"
    except BaseException as error:
        return f"crash: {error!r}"[:500]
