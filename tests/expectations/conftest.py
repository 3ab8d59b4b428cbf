"""Shared helpers: a candidate in memory of one test, its results, an operational database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import models.decisions  # noqa: F401 - declares its tables
from expectations.engine import evaluate
from models.operations import Base
from tests.expectations.warehouse import Document, create

Results = dict[str, set[tuple[str, str]]]
"""Rule → the (outcome, severity) pairs of its groups."""


@pytest.fixture(scope="session")
def blank_candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty candidate warehouse, made once and copied."""
    path = tmp_path_factory.mktemp("blank") / "candidate.duckdb"
    create(path).close()
    return path


@pytest.fixture
def candidate(blank_candidate: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An open, empty candidate warehouse of one test."""
    path = tmp_path / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        yield connection


@pytest.fixture
def run(candidate: duckdb.DuckDBPyConnection) -> Callable[..., Results]:
    """Save documents, run all rules, give the outcomes by rule."""

    def _run(*documents: Document) -> Results:
        for document in documents:
            document.save(candidate)
        evaluate(candidate, run_id="test")
        results: Results = {}
        for rule, outcome, severity in candidate.execute(
            "SELECT expectation, outcome, severity FROM expectation_result"
        ).fetchall():
            results.setdefault(rule, set()).add((outcome, severity))
        return results

    return _run


@pytest.fixture
def session() -> Iterator[Session]:
    """An operational database in memory."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def outcomes(results: Results, rule: str) -> set[str]:
    """The outcomes of one rule."""
    return {outcome for outcome, _ in results.get(rule, set())}


def failures(results: Results) -> set[str]:
    """Rules with a failure of severity error or warning."""
    return {
        rule
        for rule, pairs in results.items()
        if any(outcome == "failed" and severity != "info" for outcome, severity in pairs)
    }
