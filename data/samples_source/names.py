"""Names of classification codes by year, straight from the catalog files (not through the reader's own lookup)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CATALOG = Path(__file__).resolve().parents[1] / "catalog"


@dataclass(frozen=True, slots=True)
class Entry:
    """One catalog row: code, name, fund and the years it holds, and whether the pair was read in a document."""

    code: str
    name: str
    fund: str
    first: int
    last: int
    seen: bool


@lru_cache(maxsize=4)
def _rows(file: str) -> tuple[Entry, ...]:
    with (CATALOG / file).open(encoding="utf-8", newline="") as stream:
        return tuple(
            Entry(
                row["code"],
                row["name"],
                row["fund"],
                int(row["valid_from"] or 0),
                int(row["valid_to"] or 9999),
                row["confidence"] == "source",
            )
            for row in csv.DictReader(stream)
        )


@lru_cache(maxsize=64)
def function_names(year: int) -> dict[str, str]:
    """Functional codes of a year with their names; only pairs that were read in a real document."""
    return {row.code: row.name for row in _rows("functional.csv") if row.seen and row.first <= year <= row.last}


@lru_cache(maxsize=64)
def function_funds(year: int) -> dict[str, str]:
    """Functional codes of a year with the fund they belong to."""
    return {row.code: row.fund for row in _rows("functional.csv") if row.seen and row.first <= year <= row.last}


@lru_cache(maxsize=64)
def economic_names(year: int) -> dict[str, str]:
    """Departmental economic codes of a year with their names."""
    return {row.code: row.name for row in _rows("economic_department.csv") if row.first <= year <= row.last}


def classes(year: int) -> list[tuple[str, str]]:
    """The 类 of a year in order, as the overview tables list them."""
    return sorted((code, name) for code, name in function_names(year).items() if len(code) == 3)


_DIGITS = "零一二三四五六七八九"


def ordinal(number: int) -> str:
    """1 → 一, 12 → 十二, 26 → 二十六 (1–99)."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones else "")
