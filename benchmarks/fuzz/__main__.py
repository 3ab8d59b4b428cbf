"""``python -m benchmarks.fuzz --count N --seed S``: read mutated documents in child processes and report what went wrong.

Wrong is: an exception other than ExtractionError, the end of the process, more than `--seconds` for one input, more than
`--memory` MB. Each finding is kept under `--keep` with its seed; the exit status is 1 when there is one.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import random
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz.child import serve
from benchmarks.fuzz.mutate import mutate

ROOT = Path(__file__).resolve().parents[2]
_LARGEST = 3_000_000
_PICTURES = {"png", "jpg", "tiff", "bmp", "gif"}
"""Read by recognition, seconds each: only mutated when asked for."""


def main(arguments: list[str] | None = None) -> int:
    """Run and report; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="inputs to try")
    parser.add_argument("--seed", type=int, default=1, help="of the first input; input i uses seed + i")
    parser.add_argument("--seconds", type=float, default=60.0, help="for one input")
    parser.add_argument("--memory", type=int, default=2048, help="MB of a child beyond what it has loaded at its start")
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds for the whole run")
    parser.add_argument("--formats", default="", help="only these, separated by commas")
    parser.add_argument("--ocr", action="store_true", help="let scans and pictures go to text recognition (slow)")
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz", help="folder for findings")
    options = parser.parse_args(arguments)
    seeds = _seeds(set(filter(None, options.formats.split(","))))
    if not seeds:
        print("no documents to mutate")
        return 2
    return _run(seeds, options)


def _seeds(formats: set[str]) -> dict[str, list[Path]]:
    """Documents by format: the samples, made ones, and shared/real where it is present."""
    from extractors import detect

    made = ROOT / "build" / "fuzz-seeds"
    made.mkdir(parents=True, exist_ok=True)
    _make_others(made)
    found: dict[str, list[Path]] = collections.defaultdict(list)
    for folder in (ROOT / "data" / "samples", made, ROOT.parent / "shared" / "real" / "files"):
        for path in sorted(folder.glob("*")) if folder.is_dir() else []:
            if path.is_file() and 0 < path.stat().st_size <= _LARGEST:
                kind = detect(path)
                if kind in formats or (not formats and kind not in _PICTURES):
                    found[kind].append(path)
    return dict(found)


def _make_others(folder: Path) -> None:
    """Documents of the formats that the samples do not have, by the makers of the tests."""
    import py7zr

    from tests.extractors.doc_builder import write_doc
    from tests.extractors.ofd_builder import OfdPage, write_ofd

    rows = [["项目", "2024年", "2023年"], *[[f"第{i}项支出", f"{i},234.56", f"{i}.00"] for i in range(1, 12)]]
    write_doc(folder / "made.doc", ["收入支出总表", rows, "共支出 12.5 万元。"])
    page = OfdPage()
    page.text(70, 20, "收入支出总表", 6)
    page.grid([20, 80, 120, 160], [40.0 + 8 * i for i in range(13)], rows)
    page.path("M 0 0 B 1 1 2 2 3 3 A 1 1 0 0 1 5 5 C", 20, 200, 30, 30)
    write_ofd(folder / "made.ofd", [page, page])
    (folder / "made.mht").write_bytes(
        b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        + "<html><body><table><tr><td>项目</td><td>1,234.56</td></tr></table></body></html>".encode()
    )
    with py7zr.SevenZipFile(folder / "made.7z", "w") as container:
        container.writestr(b"%PDF-1.4" + b"x" * 500, "甲/乙.pdf")
        container.writestr("文字".encode(), "丙.txt")


def _run(seeds: dict[str, list[Path]], options: argparse.Namespace) -> int:
    started = time.monotonic()
    outcomes: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    findings: list[str] = []
    slowest, widest = (0.0, ""), (0, "")
    with tempfile.TemporaryDirectory(prefix="kuanxiang-fuzz-") as folder:
        child = _Child(options.memory, options.ocr)
        formats = sorted(seeds)
        for i in range(options.count):
            if time.monotonic() - started > options.budget:
                break
            seed = options.seed + i
            chance = random.Random(seed)
            kind = formats[seed % len(formats)]
            source = chance.choice(seeds[kind])
            data = mutate(source.read_bytes(), kind, chance)
            path = Path(folder) / "input"
            path.write_bytes(data)
            begun = time.monotonic()
            outcome = child.read(path, options.seconds)
            taken = time.monotonic() - begun
            widest = max(widest, (child.grown, f"{kind} {source.name} seed {seed}"))
            slowest = max(slowest, (taken, f"{kind} {source.name} seed {seed}"))
            outcomes[kind][outcome.split(":")[0]] += 1
            if outcome.split(":")[0] not in ("read", "refused", "caught"):
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{seed}.{kind}").write_bytes(data)
                findings.append(f"seed {seed} {kind} {source.name}: {outcome}")
                print(findings[-1], flush=True)
        child.stop()
    done = sum(sum(counter.values()) for counter in outcomes.values())
    print(
        f"{done} inputs in {time.monotonic() - started:.0f} s, seed {options.seed}; slowest {slowest[0]:.1f} s: {slowest[1]}"
    )
    print(f"  address space kept after one input: at most {widest[0]} MB: {widest[1]}")
    for kind, counter in sorted(outcomes.items()):
        print(f"  {kind:6} " + ", ".join(f"{name} {count}" for name, count in sorted(counter.items())))
    print(f"{len(findings)} findings")
    return 1 if findings else 0


class _Child:
    """A process that reads documents one after another; replaced when it ends, hangs or has read many."""

    def __init__(self, memory: int, recognise: bool) -> None:
        self._memory = memory
        self._recognise = recognise
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._reads = 0
        self.grown = 0  # MB of address space the last input left behind

    def read(self, path: Path, seconds: float) -> str:
        """``read``, ``refused``, ``hang``, ``ended: …``, ``memory: …`` or ``crash: …``."""
        if self._process is None or not self._process.is_alive() or self._reads >= 500:
            self.stop()
            self._start()
        self._reads += 1
        assert self._pipe is not None and self._process is not None
        try:
            self._pipe.send(str(path))
            if not self._pipe.poll(seconds):
                self.stop()
                return "hang"
            outcome, self.grown = self._pipe.recv()
            return str(outcome)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join(5)
            status = self._process.exitcode
            self.stop()
            return f"ended: {status}"

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=serve, args=(other, self._memory, self._recognise), daemon=True)
        self._process.start()
        other.close()
        self._reads = 0

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


if __name__ == "__main__":
    sys.exit(main())
