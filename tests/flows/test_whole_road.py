"""Once through everything as a user would: the command, the Prefect flow, the worker pool, the checks and their site."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from flows.home import Home
from tests.flows.driving import query

_ROOT = Path(__file__).parents[2]


def _kuanxiang(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", "--home", str(home.root), *arguments],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_sample_travels_the_whole_road(tmp_path: Path) -> None:
    samples = sorted((_ROOT / "data" / "samples").glob("*.html"))
    if not samples:
        pytest.skip("no bundled HTML sample")
    home = Home(tmp_path / "home")
    done = _kuanxiang(home, "ingest", str(samples[0]))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and samples[0].name in done.stdout
    ((status, items, checks),) = query(
        home,
        "SELECT any_value(d.status), count(*), count(*) FILTER (l.checks > 0) FROM document d JOIN line_item l USING (document_id)",
    )
    assert status == "published" and items > 100 and checks > 50
    assert (home.data_docs / "index.html").exists()
    prefect = sqlite3.connect(home.prefect / "prefect.db")
    try:
        assert prefect.execute("SELECT state_type FROM flow_run").fetchall() == [("COMPLETED",)]
        assert prefect.execute("SELECT count(*) FROM artifact WHERE key = 'kuanxiang-run'").fetchone() == (1,)
    finally:
        prefect.close()
    again = _kuanxiang(home, "ingest", str(samples[0]))
    assert again.returncode == 0 and "没有变化" in again.stdout
