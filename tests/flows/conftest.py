"""Shared fixtures: a home with small limits, and a folder to put source files in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home: one worker, two seconds a document."""
    made = Home(tmp_path / "home").create()
    made.configuration_file.write_text("[reading]\nworkers = 1\nseconds = 2.0\nmemory_mb = 3000\n", encoding="utf-8")
    return made


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder of source files."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def order(inbox: Path) -> Callable[..., Path]:
    """Write a file that tells the fake reader what to do."""

    def write(file: str, /, **what: Any) -> Path:
        path = inbox / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**what, "file": file}, ensure_ascii=False), encoding="utf-8")
        return path

    return write
