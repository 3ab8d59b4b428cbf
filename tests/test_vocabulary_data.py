"""The vocabularies (`data/forms`, `data/vocabulary`): every entry can be used, no entry hides another, and none can be made to run for ever."""

from __future__ import annotations

import re
import signal
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from models.forms.vocabulary import vocabulary
from models.prose.lexicon import load_lexicon
from tests.conftest import ROOT

FILES = [file for folder in ("forms", "vocabulary") for file in sorted((ROOT / "data" / folder).glob("*.toml"))]
LENGTH = 2000
"""Longer than any label or sentence that the readers hand to a pattern whole."""
SECONDS = 2.0
"""What all hostile texts together may cost one pattern: a backtracking one would need years, a sound one some milliseconds."""


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, f"{path}[{number}]")


def _entries() -> list[tuple[str, str]]:
    """Every text in the vocabularies: most are patterns, and a plain word is a pattern of itself."""
    found: dict[str, str] = {}
    for file in FILES:
        for path, text in _strings(tomllib.loads(file.read_text(encoding="utf-8"))):
            if not path.endswith((".reason", ".what", ".message", ".item", ".note")):
                found.setdefault(text, f"{file.stem}{path}")
    return [(place, text) for text, place in found.items()]


def _hostile(pattern: str) -> list[str]:
    """Texts that nearly match again and again: what the pattern is made of, repeated, and an end that fits nothing."""
    soup = re.sub(r"\\[A-Za-z]|\{[\d,]*\}|\?[:=!]|\?<[=!]|[\\()|?*+\[\]^$.]", "", pattern) or "支出"
    runs = sorted(set(re.findall("[一-龥]{1,6}", soup)), key=len)[-3:]
    seeds = [soup, *runs, "1", "一", "（", "预算", "2024年度"]
    return [(seed * (LENGTH // len(seed) + 1))[:LENGTH] + "\x01" for seed in seeds]


@contextmanager
def _within(seconds: float, what: str) -> Iterator[None]:
    """Stop what takes longer: the matcher of `re` looks for signals as it goes."""

    def late(*_: object) -> None:
        raise TimeoutError(what)

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_guard_against_endless_patterns_stops_one() -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError), _within(0.2, "(a+)+b"):
        re.compile("(a+)+b").search("a" * 64)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_pattern_compiles_and_is_quick_on_hostile_text(file: Any) -> None:
    slow = []
    for place, text in _entries():
        if not place.startswith(f"{file.stem}."):
            continue
        try:
            pattern = re.compile(text.replace("{year}", "2024"))
        except re.error as error:
            pytest.fail(f"{place}: {error}: {text}")
        try:
            with _within(SECONDS, place):
                for hostile in _hostile(text):
                    pattern.search(hostile)
                    pattern.fullmatch(hostile)
        except TimeoutError:
            slow.append(f"{place}: {text}")
    assert not slow


def test_a_sentence_of_nothing_but_phrases_is_cut_in_no_time() -> None:
    lexicon = load_lexicon()
    text = "一般公共预算财政拨款基本支出决算数比年初预算数增加" * 400
    with _within(SECONDS, "lexicon"):
        tokens = list(lexicon.tokens(text, 0, len(text)))
    assert len(tokens) >= 400 and not [token for token in tokens if token.kind == "other"]


def test_no_entry_of_the_forms_stands_twice() -> None:
    """Of two entries with one pattern, the second would never be reached."""
    found = vocabulary()
    entries: dict[str, list[tuple[str | None, ...]]] = {
        "rows": [(entry.pattern.pattern, entry.side, entry.form) for entry in found.rows],
        "columns": [(entry.pattern.pattern,) for entry in found.columns],
        "titles": [(entry.pattern.pattern,) for entry in found.titles],
    }
    for name, keys in entries.items():
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, (name, twice)


def test_every_section_of_a_vocabulary_is_read_by_the_code() -> None:
    """A section or list that no module names is an edit that changes nothing."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "models").rglob("*.py"))
    unread = []
    for file in FILES:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        names = list(data) + [key for value in data.values() if isinstance(value, dict) for key in value]
        if file.stem in ("bodies", "columns", "performance", "prose"):
            names = list(data)  # their inner keys are the words and roles themselves
        unread += [f"{file.stem}: {name}" for name in names if not re.search(rf'"{re.escape(name)}"', sources)]
    assert not unread
