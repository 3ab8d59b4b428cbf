"""Reference data of the project and how to reach it: `data_path`, and cached readers for its CSV and TOML tables.

Works the same from a checkout, an editable install and a wheel. State never lives here; it lives in the home folder.
"""

from __future__ import annotations

import csv
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent


def data_path(name: str) -> Path:
    """The path of a reference file, e.g. ``catalog/functional.csv``.

    Raises FileNotFoundError, naming the file, when the installation lacks it, and ValueError for a name that leads
    outside of the data folder.
    """
    path = (_ROOT / name).resolve()
    if not path.is_relative_to(_ROOT):
        raise ValueError(f"数据文件名越出数据目录：{name}")
    if not path.exists():
        raise FileNotFoundError(f"缺少数据文件：data/{name}（安装不完整）")
    return path


@lru_cache(maxsize=64)
def read_csv(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV table as dictionaries of text; read once. Treat them as read-only."""
    with data_path(name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@lru_cache(maxsize=64)
def read_toml(name: str) -> dict[str, Any]:
    """A TOML vocabulary; read once. Treat it as read-only."""
    with data_path(name).open("rb") as file:
        return tomllib.load(file)
