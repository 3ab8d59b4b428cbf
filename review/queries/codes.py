"""Classification codes for a person who types part of a code or a name."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from models.catalog import load_catalog

_MOST = 8


@lru_cache(maxsize=16)
def _of_year(year: int) -> tuple[tuple[str, str], ...]:
    catalog = load_catalog()
    rows: list[dict[str, Any]] = [*catalog.function_rows(), *catalog.economic_rows()]
    years: set[int] = {row["fiscal_year"] for row in rows}
    nearest = year if year in years else min(years, key=lambda one: abs(one - year))
    return tuple(sorted({(row["code"], row["name"]) for row in rows if row["fiscal_year"] == nearest}))


def code_choices(text: str, year: int | None) -> list[tuple[str, str]]:
    """Codes of that year beginning with the text, or whose name contains it; the shortest first."""
    wanted = text.strip()
    if not wanted or year is None:
        return []
    found = [
        (code, name)
        for code, name in _of_year(year)
        if (code.startswith(wanted) if wanted.isdigit() else wanted in name)
    ]
    exact = [pair for pair in found if wanted in pair]
    return (
        exact
        if wanted.isdigit() and exact and len(found) == 1
        else sorted(found, key=lambda p: (len(p[1]), p[0]))[:_MOST]
    )
