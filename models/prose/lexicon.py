"""The vocabulary of running text (``data/vocabulary/prose.toml``) and the lexer that finds its phrases.

A text is cut into tokens by the longest phrase that starts at each place; what no phrase explains becomes an ``other``
token, so that the reader can tell a fully understood clause from a guessed one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data import read_toml
from models.catalog import load_catalog
from models.text import fold


@dataclass(frozen=True, slots=True)
class Subject:
    """What an amount can be of. fund None: from the words before it or the section. pair: income and expenditure side.

    combines: under a 类款项 item it is that item's part (其中：基本支出). group: family (three_public, procurement…).
    economic: a class of the economic classification, whose component is that of the expenditure it is a part of.
    beside: it is meant only where something of that group was told in the sentence.
    stages, whole: patterns of the sentence before it: the stage its item begins with; that it is of all spending.
    """

    id: str
    flow: str
    component: str
    item: str
    fund: str | None = None
    level: str = "item"
    kind: str = "part"
    subset: bool = False
    combines: bool = False
    group: str | None = None
    pair: tuple[str, str] | None = None
    measure: str | None = None
    stages: str | None = None
    whole: str | None = None
    economic: bool = False
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One meaning of a phrase. kind: ``fund``, ``subject``, ``class``, ``scope`` or a word kind of the vocabulary."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Token:
    """A phrase found in a text: kind and value of its lexeme, and its span."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SectionKind:
    """What a heading says its section is about, and the fund meant in it (None: not said)."""

    id: str
    fund: str | None


class Lexicon:
    """All phrases, looked up by their first character, longest first."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.subjects: dict[str, Subject] = {}
        self._phrases: dict[str, Lexeme] = {}
        self._sections = [
            (re.compile(entry["pattern"]), SectionKind(entry["id"], entry.get("fund"))) for entry in data["section"]
        ]
        self.published_component: dict[str, str] = data["published_component"]
        self.leads = [(re.compile(f"(?:{entry['pattern']})$"), entry["subject"]) for entry in data.get("lead", ())]
        self.organisation = re.compile(data["organisation"]["suffix"])
        for entry in data["word"]:
            self._add(entry["phrases"], Lexeme(entry["kind"], entry.get("value", "")))
        self._add(data["scope"]["phrases"], Lexeme("scope", ""))
        for entry in data["fund"]:
            self._add(entry["phrases"], Lexeme("fund", entry["id"]))
        for entry in data["subject"]:
            subject = Subject(
                id=entry["id"],
                flow=entry["flow"],
                component=entry["component"],
                item=entry["item"],
                fund=entry.get("fund"),
                level=entry.get("level", "item"),
                kind=entry.get("kind", "part"),
                subset=entry.get("subset", False),
                combines=entry.get("combines", False),
                group=entry.get("group"),
                pair=(entry["pair"][0], entry["pair"][1]) if "pair" in entry else None,
                measure=entry.get("measure"),
                stages=entry.get("stages"),
                whole=entry.get("whole"),
                economic=entry.get("economic", False),
                beside=entry.get("beside"),
            )
            self.subjects[subject.id] = subject
            self._add(entry["phrases"], Lexeme("subject", subject.id))
        for name in _class_names():
            self._phrases.setdefault(name, Lexeme("class", name))
        self._by_first: dict[str, list[int]] = defaultdict(list)
        for phrase in self._phrases:
            lengths = self._by_first[phrase[0]]
            if len(phrase) not in lengths:
                lengths.append(len(phrase))
        for lengths in self._by_first.values():
            lengths.sort(reverse=True)

    def _add(self, phrases: list[str], lexeme: Lexeme) -> None:
        for pattern in phrases:
            for phrase in expand(pattern):
                self._phrases[fold(phrase)] = lexeme

    def tokens(self, text: str, start: int, end: int) -> Iterator[Token]:
        """Tokens of ``text[start:end]``; runs no phrase explains come as ``other``, punctuation as ``mark``."""
        position = start
        other = start
        while position < end:
            token = self._at(text, position, end)
            if token is None:
                position += 1
                continue
            if other < position:
                yield Token("other", text[other:position], other, position)
            yield token
            position = other = token.end
        if other < end:
            yield Token("other", text[other:end], other, end)

    def _at(self, text: str, position: int, end: int) -> Token | None:
        character = text[position]
        if character in "，；：。、（）”？！":
            if character == "（" or character == "”":
                for length in self._by_first.get(character, ()):
                    lexeme = self._phrases.get(text[position : position + length])
                    if lexeme is not None and position + length <= end:
                        return Token(lexeme.kind, lexeme.value, position, position + length)
            return Token("mark", character, position, position + 1)
        for length in self._by_first.get(character, ()):
            if position + length > end:
                continue
            lexeme = self._phrases.get(text[position : position + length])
            if lexeme is not None:
                return Token(lexeme.kind, lexeme.value, position, position + length)
        year = _YEAR.match(text, position, end)
        if year:
            return Token("year", year.group(1), position, year.end())
        return None

    def section(self, heading: str) -> SectionKind | None:
        """What a heading is about; the first pattern of the vocabulary that is found in it."""
        return next((kind for pattern, kind in self._sections if pattern.search(heading)), None)


_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度|年|财年)")


def expand(pattern: str) -> list[str]:
    """All phrases a pattern of the vocabulary stands for: ``(a|b)`` alternatives, ``(…)?`` optional."""
    phrases, rest = _sequence(pattern, 0)
    if rest != len(pattern):
        raise ValueError(f"词汇表短语括号不配对：{pattern}")
    return phrases


def _sequence(pattern: str, position: int) -> tuple[list[str], int]:
    results = [""]
    while position < len(pattern) and pattern[position] not in "|)":
        if pattern[position] == "(":
            options: list[str] = []
            position += 1
            while True:
                inner, position = _sequence(pattern, position)
                options.extend(inner)
                if position >= len(pattern):
                    raise ValueError(f"词汇表短语括号不配对：{pattern}")
                position += 1
                if pattern[position - 1] == ")":
                    break
            if position < len(pattern) and pattern[position] == "?":
                options.append("")
                position += 1
        else:
            options = [pattern[position]]
            position += 1
        results = [left + right for left in results for right in dict.fromkeys(options)]
    return results, position


_LONG_CLASS = 6
"""Shorter class names without 支出 (交通运输) are parts of the names of bodies."""


def _class_names() -> Iterator[str]:
    """Names of the functional 类 of all years, with and without the final 支出."""
    for entry in load_catalog().functional.entries:
        if entry.level == "类" and len(entry.name) > 3:
            name = fold(entry.name)
            short = name.removesuffix("支出")
            if short.endswith("预算") or short.startswith("社会保险基金"):
                continue
            yield short + "支出"
            if len(short) >= _LONG_CLASS:
                yield short


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The lexicon of this installation, read once."""
    return Lexicon(read_toml("vocabulary/prose.toml"))
