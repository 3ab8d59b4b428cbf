"""A home with two sample documents full of planted faults, read for real; built once, copied for whoever changes it."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows import road
from flows.home import Home
from flows.observer import Observer
from flows.pool import Finished
from flows.reading import read_documents
from tests.flows.driving import check

FAULTY = ("望川县自然资源局2024年度部门决算.pdf", "澜石区卫生健康局2024年度部门决算.docx")


def read_here(jobs: Sequence[Any], **_: Any) -> Iterator[Finished]:
    """In place of the worker pool: the real reading in this process."""
    from flows.work import process

    for job in jobs:
        process(job)
        yield Finished(job)


def travel(home: Home, *sources: Path) -> road.RunReport:
    """One run without Prefect and without the Great Expectations site."""
    steps = road.Steps(read=functools.partial(read_documents, pool=read_here), check=check)
    return road.journey(home.create(), [str(one) for one in sources], steps, Observer(), kind="ingest", force=True)


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Home:
    """The home with the faulty samples. Only to be read."""
    home = Home(tmp_path_factory.mktemp("faulty") / "home")
    travel(home, *(samples / name for name in FAULTY))
    return home


@pytest.fixture
def home(faulty: Home, tmp_path: Path) -> Home:
    """A copy of it to be changed."""
    shutil.copytree(faulty.root, tmp_path / "home")
    return Home(tmp_path / "home")
