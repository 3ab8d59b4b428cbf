"""``python -m benchmarks.fuzz --count N --seed S``: take mutated documents down the whole road and report what went wrong.

Wrong is: the end of the process (but for the end that the pool gives a worker which takes too long or too much memory: that
document fails with a reason, counted as `stopped`), an exception that no refusal explains, more than `--seconds` or `--memory` MB for one
input, a failure without a reason in Chinese, a published document with rows no document may have, a warehouse that cannot be
built of what was staged. Each finding is kept under `--keep` with its seed (`--seed S --count 1` makes it again); the exit
status is 1 when there is one.
"""

from __future__ import annotations

import argparse
import collections
import json
import logging
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.fuzz import seeds
from benchmarks.fuzz.mutate import mutate
from flows.pool import _GRACE, _TOO_MUCH_MEMORY
from flows.work import patience

_PICTURES = frozenset({"png", "jpg", "tiff", "bmp", "gif"})


def main(arguments: list[str] | None = None) -> int:
    """Run and report; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="inputs to try")
    parser.add_argument("--seed", type=int, default=1, help="of the first input; input i uses seed + i")
    parser.add_argument("--seconds", type=float, default=60.0, help="for one input")
    parser.add_argument("--memory", type=int, default=2048, help="MB one input may take")
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds for the whole run")
    parser.add_argument("--formats", default="", help="only these, separated by commas")
    parser.add_argument(
        "--life", type=int, default=1000, help="inputs a child reads before it builds its warehouse and is replaced"
    )
    parser.add_argument("--no-build", action="store_true", help="build no warehouses")
    parser.add_argument("--ocr", action="store_true", help="let scans and pictures go to text recognition (slow)")
    parser.add_argument(
        "--keep", type=Path, default=seeds.ROOT / "build" / "fuzz", help="folder for findings and the report"
    )
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # repeated names in a container are meant
    logging.disable(logging.ERROR)  # libraries complain of every damaged font
    wanted = set(filter(None, options.formats.split(",")))
    found = {
        kind: paths
        for kind, paths in seeds.make(seeds.ROOT / "build" / "fuzz-seeds").items()
        if not wanted or kind in wanted
    }
    if not found:
        print("no documents to mutate")
        return 2
    return Run(found, options).all()


class Run:
    """One run: its counts, its findings, its child."""

    def __init__(self, found: dict[str, list[Path]], options: argparse.Namespace) -> None:
        self._seeds, self._options = found, options
        self._outcomes: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self._reasons: collections.Counter[str] = collections.Counter()
        self._findings: list[str] = []
        self._slow: list[tuple[float, str]] = []
        self._wide: list[tuple[int, str]] = []
        self._folder = Path(
            tempfile.mkdtemp(prefix="kuanxiang-fuzz-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        )
        self._children = 0

    def all(self) -> int:
        """Every input; prints findings as they come and the figures at the end."""
        from benchmarks.fuzz.child import warm

        options, started = self._options, time.monotonic()
        self._preload()
        warm(self._folder / "warm", [paths[0] for kind, paths in self._seeds.items() if kind not in _PICTURES])
        child = self._child()
        done = 0
        try:
            for i in range(options.count):
                if time.monotonic() - started > options.budget:
                    break
                if child.inputs >= options.life:
                    self._bury(child)
                    child = self._child()
                child = self._try(child, options.seed + i)
                done += 1
                if done % 1000 == 0:
                    print(
                        f"{done} inputs, {time.monotonic() - started:.0f} s, {len(self._findings)} findings", flush=True
                    )
            self._bury(child)
        except KeyboardInterrupt:
            print("interrupted: the figures so far")
        finally:
            child.stop()
            shutil.rmtree(self._folder, ignore_errors=True)
        self._print(done, time.monotonic() - started)
        return 1 if self._findings else 0

    def _preload(self) -> None:
        """Import in the parent what a child would import at its first input."""
        for name in (
            "pdf",
            "pdf_plumber",
            "docx",
            "xlsx",
            "xls",
            "ods",
            "html",
            "ofd",
            "doc",
            "mht",
            "archive_7z",
            "archive_rar",
            "image",
            "txt",
        ):
            __import__(f"extractors.{name}")
        __import__("models.interpret")

    def _child(self) -> Child:
        self._children += 1
        return Child(self._folder / str(self._children), self._options)

    def _try(self, child: Child, seed: int) -> Child:
        """One input; the child to go on with."""
        chance = random.Random(seed)
        kinds = sorted(self._seeds)
        kind = chance.choices(kinds, [seeds.WEIGHTS.get(one, 1) for one in kinds])[0]
        source = chance.choice(self._seeds[kind])
        name = source.name.split("~", 1)[1]
        what = f"seed {seed} {kind} {name}"
        data = mutate(source.read_bytes(), kind, chance)
        path = self._folder / "input"
        path.write_bytes(data)
        report = child.read(path, name, self._options.seconds)
        self._outcomes[kind][report["outcome"]] += 1
        if report["outcome"] == "failed":
            self._reasons[_general(report["reason"])] += 1
        if report["outcome"].startswith("stopped"):
            self._options.keep.mkdir(parents=True, exist_ok=True)
            (self._options.keep / f"stopped-{seed}.{kind}").write_bytes(data)
            print(f"{what}: {report['outcome']}", flush=True)
        _top(self._slow, (round(report["seconds"], 2), what))
        _top(self._wide, (report["peak"], what))
        if report["fault"]:
            self._note(f"{what}: {report['fault']}", data, f"{seed}.{kind}")
        if child.alive:
            return child
        return self._child()

    def _note(self, text: str, data: bytes | None = None, name: str = "") -> None:
        self._options.keep.mkdir(parents=True, exist_ok=True)
        if data is not None:
            (self._options.keep / name).write_bytes(data)
        self._findings.append(text)
        print(text, flush=True)

    def _bury(self, child: Child) -> None:
        """Let a child build its warehouse, and end it."""
        fault = child.finish(600.0)
        if fault:
            kept = self._options.keep / f"warehouse-{self._options.seed}-{self._children}"
            shutil.copytree(child.folder, kept, dirs_exist_ok=True)
            self._note(f"child {self._children}: {fault} (kept in {kept.name})")
        child.stop()

    def _print(self, done: int, seconds: float) -> None:
        print(f"{done} inputs in {seconds:.0f} s, first seed {self._options.seed}, {self._children} children")
        for kind, counter in sorted(self._outcomes.items()):
            print(
                f"  {kind:5} {sum(counter.values()):6} "
                + ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))
            )
        print("refusals:")
        for reason, count in self._reasons.most_common(60):
            print(f"  {count:6} {reason}")
        print("slowest (s):", *(f"\n  {value} {what}" for value, what in self._slow[:8]))
        print("most memory (MB):", *(f"\n  {value} {what}" for value, what in self._wide[:8]))
        print(f"{len(self._findings)} findings")
        self._options.keep.mkdir(parents=True, exist_ok=True)
        record = {
            "done": done,
            "seconds": seconds,
            "outcomes": self._outcomes,
            "reasons": self._reasons,
            "findings": self._findings,
            "slow": self._slow,
            "wide": self._wide,
        }
        (self._options.keep / f"run-{self._options.seed}.json").write_text(
            json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8"
        )


def _general(reason: str) -> str:
    """A refusal without what belongs to the one document."""
    import re

    reason = re.sub(r"“[^”]*”", "“…”", reason)
    return re.sub(r"\d+(?:\.\d+)?", "N", reason)[:70]


def _top(most: list[Any], entry: Any) -> None:
    most.append(entry)
    most.sort(reverse=True)
    del most[20:]


class Child:
    """A forked process that reads documents one after another."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        from benchmarks.fuzz.child import serve

        context = multiprocessing.get_context("fork")
        self.folder, self.inputs, self.alive = folder, 0, True
        pipe, other = context.Pipe()
        self._pipe: Connection = pipe
        self._process = context.Process(
            target=serve, args=(other, folder, options.memory, options.ocr, not options.no_build), daemon=False
        )
        self._process.start()
        other.close()

    def read(self, path: Path, name: str, seconds: float) -> dict[str, Any]:
        """The child's report, or one about its end."""
        self.inputs += 1
        began = time.monotonic()
        allowed = patience(path, 300.0) + _GRACE
        fault: str | None = None
        try:
            self._pipe.send((str(path), name))
            if self._pipe.poll(allowed):
                report: dict[str, Any] = self._pipe.recv()
                return report
            outcome = "stopped (time)"
            if allowed > seconds:
                fault = f"more than {seconds:g} s"
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join(5)
            outcome = "stopped (memory)" if self._process.exitcode == _TOO_MUCH_MEMORY else "ended"
            if outcome == "ended":
                fault = f"the process ended: {self._process.exitcode}"
        self.stop()
        return {
            "outcome": outcome,
            "reason": "",
            "fault": fault,
            "seconds": time.monotonic() - began,
            "peak": 0,
            "kept": 0,
        }

    def finish(self, seconds: float) -> str | None:
        """Ask for the warehouse; what went wrong with it, else None."""
        try:
            self._pipe.send(None)
            if not self._pipe.poll(seconds):
                return f"warehouse: more than {seconds:g} s"
            fault: str | None = self._pipe.recv()
            return fault
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return "warehouse: the process ended"

    def stop(self) -> None:
        """End the process, if it still runs, and forget its folder."""
        if self.alive:
            self.alive = False
            self._process.kill()
            self._process.join()
            self._pipe.close()
            shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
