"""The checks against the planted contradictions: each one found by the rule it breaks, and no error on clean documents."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator

import duckdb
import pytest

from data.samples_source import catalogue
from tests.conftest import PLANTED_FILE, SAMPLES

CLEAN = (
    "云岭市司法局2023年度部门决算.pdf",
    "云岭市审计局2024年度部门决算.html",
    "云岭市统计局2024年度部门决算公开表.xls",
)


def _planted() -> list[dict[str, str]]:
    with PLANTED_FILE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


PLANTED = _planted()


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The planted documents and some clean ones, through the whole road as a user runs it."""
    home = tmp_path_factory.mktemp("home")
    files = [str(SAMPLES / name) for name in sorted({row["document"] for row in PLANTED}) + list(CLEAN)]
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), "ingest", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_planted_list_is_the_generators() -> None:
    assert catalogue.planted() == PLANTED


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant["place"])
def test_planted_contradiction_is_found(plant: dict[str, str], warehouse: duckdb.DuckDBPyConnection) -> None:
    failed = {
        row[0]
        for row in warehouse.execute(
            "select expectation from expectation_result join document using (document_id)"
            " where file_name = ? and outcome = 'failed'",
            [plant["document"]],
        ).fetchall()
    }
    assert failed & set(plant["rules"].split()), f"{plant['what']}；只发现 {sorted(failed)}"


@pytest.mark.parametrize("file", CLEAN)
def test_clean_document_raises_no_alarm(file: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    outcomes = warehouse.execute(
        "select expectation, outcome, severity, message from expectation_result join document using (document_id)"
        " where file_name = ?",
        [file],
    ).fetchall()
    assert sum(outcome == "passed" for _, outcome, _, _ in outcomes) > 100
    assert [row for row in outcomes if row[1] == "failed" and row[2] in ("error", "warning")] == []
    (flagged,) = warehouse.execute(
        "select count(*) from line_item join document using (document_id) where file_name = ? and quality = 'flagged'",
        [file],
    ).fetchone() or (None,)
    assert flagged == 0
