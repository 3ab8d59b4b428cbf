"""The PDF readers against each other on the real documents beside the repository, in one run on one core.

    python -m benchmarks.extract [--every 8] [--only r001,r012] [--out RESULTS] REAL_FOLDER

First all pages of all PDFs with a text layer: PDFium alone, our reader, tablers. Then the sample: of the pages on
which one of those saw a table with at least six amounts every `--every`-th (over all documents in the order of their
names), with all engines. Document by document the engines take turns, each in a process of its own, one at a time, all
bound to one core; what one does to its process (crash, hang) is counted as its failure. `RESULTS.json` holds the
figures, `RESULTS.md` the same as tables; no text of the documents is in them. See README.md for the environment.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import select
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.extract.cells import Seen, amounts
from benchmarks.extract.measure import agreement, recall
from benchmarks.extract.report import markdown

EVERYWHERE = ("pdfium-pages", "pdfium-text", "kuanxiang", "kuanxiang-pages", "tablers")
SAMPLE = ("pdfium-pages", "pdfium-text", "kuanxiang-pages", "tablers", "pdfplumber", "camelot")
PEERS = ("tablers", "pdfplumber", "camelot")
LEAST = 6
_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 20.0  # seconds a page, after which an engine hangs

Cells = dict[int, list[Seen]]


@dataclass(slots=True)
class Tally:
    """What one engine took and did."""

    pages: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    failures: list[str] = field(default_factory=list)


class Worker:
    """One engine's process, started again when it crashed or hung."""

    def __init__(self, name: str, warm: Path) -> None:
        self.name, self._warm = name, warm
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.extract.engines", self.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=_ROOT,
        )  # fmt: skip
        self._ask(self._warm, [1], 60.0)

    def _ask(self, path: Path, pages: list[int], patience: float) -> dict[str, Any] | None:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps({"path": os.fspath(path), "pages": pages}) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        if not select.select([process.stdout], [], [], patience)[0]:
            return None
        line = process.stdout.readline()
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer

    def read(self, path: Path, pages: list[int], tally: Tally, key: str) -> Cells:
        """The cells of those pages; what fails is tried page by page, and what fails then is written down."""
        answer = self._ask(path, pages, 60 + _PATIENCE * len(pages))
        if answer is None:
            self.stop()
            self._start()
        if answer is None or answer["error"]:
            if len(pages) > 1 and self.name != "kuanxiang":
                whole: Cells = {}
                for page in pages:
                    whole.update(self.read(path, [page], tally, key))
                return whole
            what = answer["error"] if answer else "crash or hang"
            tally.failures.append(f"{key} p{pages[0]}: {what}" if len(pages) == 1 else f"{key}: {what}")
            if answer is None:
                return {}
        tally.pages += len(pages)
        tally.cpu += answer["cpu"]
        tally.wall += answer["wall"]
        return {
            int(page): [Seen(row, (box[0], box[1], box[2], box[3]), text) for row, box, text in cells]
            for page, cells in answer["cells"].items()
        }

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def documents(folder: Path, only: set[str]) -> list[tuple[str, Path, int]]:
    """Key, path and number of pages of the PDFs that carry text on at least half of their pages."""
    import pypdfium2 as pdfium

    out = []
    for path in sorted(folder.glob("*.pdf")):
        key = path.name.partition("_")[0]
        if only and key not in only:
            continue
        try:
            document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError:
            continue
        with_text = sum(document[i].get_textpage().count_chars() >= 12 for i in range(len(document)))
        if with_text * 2 >= len(document):
            out.append((key, path, len(document)))
        document.close()
    return out


def run(folder: Path, only: set[str], every: int, dump: Path | None) -> dict[str, Any]:
    """The whole measurement as figures."""
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    files = documents(folder / "files", only)
    warm = min((path for _, path, _ in files), key=lambda path: path.stat().st_size)
    workers = {name: Worker(name, warm) for name in dict.fromkeys(EVERYWHERE + SAMPLE)}
    everywhere = {name: Tally() for name in EVERYWHERE}
    sample = {name: Tally() for name in SAMPLE}
    full: dict[str, dict[str, Cells]] = {}
    for key, path, count in files:
        pages = list(range(1, count + 1))
        full[key] = {name: workers[name].read(path, pages, everywhere[name], key) for name in EVERYWHERE}
        print(key, count, "pages", file=sys.stderr, flush=True)
    chosen = [
        (key, path, page)
        for key, path, count in files
        for page in range(1, count + 1)
        if any(amounts(full[key][name].get(page, [])).total() >= LEAST for name in ("kuanxiang", "tablers"))
    ]
    tables = len(chosen)
    chosen = chosen[::every]
    read: dict[tuple[str, int], dict[str, list[Seen]]] = {}
    for key, path, _ in files:
        pages = [page for k, _, page in chosen if k == key]
        if not pages:
            continue
        cells = {name: workers[name].read(path, pages, sample[name], key) for name in SAMPLE}
        for page in pages:
            read[key, page] = {name: cells[name].get(page, []) for name in PEERS}
            read[key, page]["kuanxiang"] = full[key]["kuanxiang"].get(page, [])
        print(key, len(pages), "pages of the sample", file=sys.stderr, flush=True)
    for worker in workers.values():
        worker.stop()
    if dump:
        dump.write_text(json.dumps([
            {"key": k, "page": p, "cells": {n: [(c.row, c.box, c.text) for c in held] for n, held in one.items()}}
            for (k, p), one in read.items()
        ], ensure_ascii=False), encoding="utf8")  # fmt: skip
    wide = {
        (key, page): {name: full[key][name].get(page, []) for name in ("kuanxiang", "tablers")}
        for key, _, count in files
        for page in range(1, count + 1)
    }
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, one used; Python {platform.python_version()}",
        "documents": len(files),
        "pages": sum(count for _, _, count in files),
        "pages_with_tables": tables,
        "every": every,
        "sample_pages": len(chosen),
        "everywhere": {name: _figures(tally) for name, tally in everywhere.items()},
        "sample": {name: _figures(tally) for name, tally in sample.items()},
        "recall": recall(list(read.values()), ("kuanxiang", *PEERS)),
        "agreement": agreement(list(read.values()), "kuanxiang", PEERS),
        "agreement_everywhere": agreement(list(wide.values()), "kuanxiang", ("tablers",)),
    }


def _figures(tally: Tally) -> dict[str, Any]:
    pages = max(1, tally.pages)
    return {
        "pages": tally.pages,
        "cpu_s_per_page": round(tally.cpu / pages, 5),
        "wall_s_per_page": round(tally.wall / pages, 5),
        "failures": tally.failures,
    }


def _commit() -> str:
    git = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=_ROOT, check=False
    )
    return git.stdout.strip() or "unknown"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS")
    parser.add_argument(
        "--dump", type=Path, help="also write the cells of the sample here, for looking into differences"
    )
    options = parser.parse_args()
    if not (options.folder / "files").is_dir():
        print(f"no folder files/ in {options.folder}", file=sys.stderr)
        return 2
    figures = run(options.folder, set(filter(None, options.only.split(","))), options.every, options.dump)
    options.out.with_suffix(".json").write_text(
        json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf8"
    )
    options.out.with_suffix(".md").write_text(markdown(figures), encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
