"""The console's words, from ``texts/zh.toml`` and ``texts/en.toml``: Chinese first, English labels on request.

Findings, rules and document texts stay in Chinese in either language.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).resolve().parent / "texts"


@lru_cache(maxsize=4)
def _table(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def upright(text: str) -> str:
    """A text from outside without the marks that turn the direction of writing: with them a file name or a cell could make
    what stands beside it, figures too, be seen in another order than it is."""
    return text if text.isascii() else _TURNING.sub("", text)


class Words:
    """The words of one language; a word missing there is taken from the Chinese."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]

    def __call__(self, key: str, **values: object) -> str:
        """A text by its dotted key, with values filled in. Raises KeyError for a key nobody wrote."""
        found = _find(_table(self.language), key)
        if found is None:
            found = _find(_table("zh"), key)
        if not isinstance(found, str):
            raise KeyError(key)
        return found.format(**values) if values else found

    def some(self, key: str) -> list[str]:
        """A list of texts."""
        found = _find(_table(self.language), key) or _find(_table("zh"), key) or []
        return [str(one) for one in found]

    def of(self, section: str, name: str | None) -> str:
        """The word for one of the warehouse's values, or the value itself where there is none."""
        if not name:
            return ""
        found = _find(_table(self.language), f"{section}.{name}") or _find(_table("zh"), f"{section}.{name}")
        return found if isinstance(found, str) else name


def _find(table: dict[str, Any], key: str) -> Any:
    found: Any = table
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found
