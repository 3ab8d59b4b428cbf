"""``python -m benchmarks.fuzz.interrupt --times N``: kill `kuanxiang ingest` at random moments and look at what is left.

After every kill the last good warehouse must open and be whole; after some kills in a row one run that is left alone must give
the same tables as a home that was never disturbed, and nothing of the killed runs may be running still. Exit status 1 where
anything else was seen.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.fuzz import seeds

_COMMAND = [sys.executable, "-m", "flows.cli"]
_OF_THE_RUN = {
    "ingested_at",
    "run_id",
    "opened_at",
    "decided_at",
    "started_at",
    "finished_at",
    "code_version",
    "source_uri",
}
_NOT_COMPARED = {"run"}
_TOGETHER = 3
"""Kills in a row before a run is left alone."""


def main(arguments: list[str] | None = None) -> int:
    """Kill, look, compare; 0 when all was well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz.interrupt", description=__doc__)
    parser.add_argument("--times", type=int, default=21, help="kills")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    root = Path(tempfile.mkdtemp(prefix="kuanxiang-interrupt-"))
    try:
        return _trials(root, options.times, chance)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _trials(root: Path, times: int, chance: random.Random) -> int:
    few, many = _folder(root)
    _ingest(root / "base", few)
    calm = root / "calm"
    shutil.copytree(root / "base", calm)
    started = time.monotonic()
    status = _ingest(calm, many)
    whole = time.monotonic() - started
    wanted, first = tables(calm), tables(root / "base")
    print(
        f"an undisturbed run takes {whole:.1f} s, exit status {status}; {sum(map(len, wanted.values()))} rows",
        flush=True,
    )
    faults = 0
    home = root / "disturbed"
    for number in range(times):
        if number % _TOGETHER == 0:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(root / "base", home)
        after = chance.uniform(0.2, whole * 1.05)
        group = chance.random() < 0.5
        _killed(home, many, after, group)
        left = tables(home)
        state = "old" if left == first else "new" if left == wanted else "OTHER"
        faults += state == "OTHER"
        print(
            f"kill {number + 1} after {after:.1f} s ({'group' if group else 'process'}): the warehouse is the {state} one",
            flush=True,
        )
        if number % _TOGETHER == _TOGETHER - 1 or number == times - 1:
            code = _ingest(home, many)
            same = tables(home) == wanted
            litter = [path.name for path in home.rglob("*") if path.name.startswith((".part-", "warehouse.candidate"))]
            faults += (not same) + (code != status)
            print(
                f"  left alone: exit status {code}, {'the same tables' if same else 'OTHER TABLES'}, left over: {litter or 'nothing'}",
                flush=True,
            )
            if not same:
                _differences(tables(home), wanted)
    time.sleep(3)
    running = _processes(root)
    faults += len(running)
    print(f"{times} kills, {faults} faults; still running: {running or 'nothing'}")
    return 1 if faults else 0


def _folder(root: Path) -> tuple[Path, Path]:
    """Two documents, and a mixed folder of these and more, broken ones and an archive among them."""
    found = seeds.make(seeds.ROOT / "build" / "fuzz-seeds")
    few, many = root / "few", root / "many"
    few.mkdir()
    many.mkdir()
    for kind in ("xlsx", "html", "pdf", "docx", "xls", "ods", "ofd", "txt", "zip", "doc"):
        small = sorted(found.get(kind, []), key=lambda one: one.stat().st_size)
        for number, path in enumerate(small[:1]):
            shutil.copy(path, many / f"{kind}-{path.name.split('~', 1)[1]}")
            if number == 0 and kind in ("xlsx", "html"):
                shutil.copy(path, few / path.name)
    (many / "empty.pdf").write_bytes(b"")
    (many / "cut.pdf").write_bytes(found["pdf"][0].read_bytes()[:5000])
    (many / "noise.bin").write_bytes(bytes(range(256)) * 20)
    return few, many


def _ingest(home: Path, source: Path) -> int:
    done = subprocess.run(
        [*_COMMAND, "--home", str(home), "ingest", str(source)],
        cwd=seeds.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        print(done.stdout[-2000:], done.stderr[-3000:], flush=True)
    return done.returncode


def _killed(home: Path, source: Path, after: float, group: bool) -> None:
    """Start an ingestion and kill it after so many seconds, alone or with the processes it started."""
    command = [*_COMMAND, "--home", str(home), "ingest", str(source)]
    process = subprocess.Popen(
        command, cwd=seeds.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()


def tables(home: Path) -> dict[str, list[Any]]:
    """Every table's rows without what belongs to the run; nothing where there is no warehouse yet."""
    path = home / "warehouse.duckdb"
    if not path.exists():
        return {}
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        query = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1"
        for (name,) in connection.execute(query).fetchall():
            if name in _NOT_COMPARED:
                continue
            listed = connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND schema_name = 'main' ORDER BY 1",
                [name],
            ).fetchall()
            columns = ", ".join(f'"{column}"' for (column,) in listed if column not in _OF_THE_RUN)
            found[name] = sorted(connection.execute(f"SELECT {columns} FROM main.{name}").fetchall(), key=repr)
    return found


def _differences(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    for name, rows in wanted.items():
        ours, theirs = set(map(repr, found.get(name, []))), set(map(repr, rows))
        for text in [
            *(f"- {one}" for one in sorted(theirs - ours)[:3]),
            *(f"+ {one}" for one in sorted(ours - theirs)[:3]),
        ]:
            print(f"    {name} {text[:400]}")


def _processes(root: Path) -> list[str]:
    """Processes that still have to do with our homes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = path.with_name("environ").read_bytes().decode(errors="replace")
            if path.parent.name != str(os.getpid()) and (str(root) in line or str(root) in environment):
                found.append(f"{path.parent.name} {line[:80]}")
    return found


if __name__ == "__main__":
    sys.exit(main())
