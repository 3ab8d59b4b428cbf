"""Claims of the text held against each other: words that exclude one another, a word against the percentage before it.

What words say of two printed amounts is judged in `checks`; here no amount is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from models.disclosure import Finding
from models.prose.flow import Line, quoted
from models.prose.state import Outcome, Ratio

_MOST = 20
"""No more findings of one kind than a steward would read."""
_LONG = 2
"""Decimals beyond which a percentage is said to be printed too finely."""


def claims(lines: Sequence[Line], outcome: Outcome, rules: dict[str, Any]) -> Iterator[Finding]:
    """All findings of this kind. rules: ``data/vocabulary/prose_checks.toml``."""
    yield from _clashes(lines, rules["clash"])
    yield from _completions(lines, outcome, rules["wording"])
    yield from _repeated(lines, rules["repeated"]["pattern"])
    yield from _fine(lines)


def _passage(line: Line, start: int, end: int) -> str:
    return quoted(line.text[max(0, start - 12) : min(len(line.text), end + 12)])


def _clashes(lines: Sequence[Line], rules: Sequence[dict[str, str]]) -> Iterator[Finding]:
    """ "增加5万元，下降2%", "增加持平": both cannot be."""
    hits = [
        (line, match, rule["what"])
        for rule in rules
        for pattern in [re.compile(rule["pattern"])]
        for line in lines
        for match in pattern.finditer(line.text)
    ]
    for line, match, what in hits[:_MOST]:
        yield Finding(
            "TXT-WORDING",
            "warning",
            f"{what}，前后矛盾：“{_passage(line, *match.span())}”",
            line.place(match.start()),
            observed=match.group(),
        )


def _completions(lines: Sequence[Line], outcome: Outcome, rules: dict[str, Any]) -> Iterator[Finding]:
    """ "完成预算的95%，决算数大于预算数": the percentage is the last figure before the words."""
    by_line: dict[int, list[Ratio]] = {}
    for ratio in outcome.ratios:
        if ratio.kind == "completion" and ratio.figure.value is not None:
            by_line.setdefault(ratio.line_no, []).append(ratio)
    pattern = re.compile(rules["pattern"])
    for number, ratios in by_line.items():
        line = lines[number]
        for match in pattern.finditer(line.text):
            before = [ratio for ratio in ratios if ratio.figure.start < match.start()]
            # Two amounts that are printed were compared with the word already.
            told = {r.measure for r in outcome.reads if r.line_no == number and r.figure.start < match.start()}
            if "final" in told and told & {"budget", "adjusted_budget"}:
                continue
            if not before or re.search(r"\d", line.text[before[-1].figure.after : match.start()]):
                continue
            word, rate = match.group(1) or match.group(2), before[-1].figure.value
            right = _right(word, rate, rules)
            if right is not None:
                yield Finding(
                    "TXT-WORDING",
                    "warning",
                    f"文中称决算数“{word}”预算数，而完成预算的 {rate}%：“{_passage(line, before[-1].figure.start, match.end())}”",
                    line.place(match.start()),
                    expected=right,
                    observed=word,
                )


def _right(word: str, rate: Any, rules: dict[str, Any]) -> str | None:
    """The word that would be right, None where the printed one may be: a rate of 100 may be rounded."""
    if word in rules["larger"] and rate < 100:
        return "小于"
    if word in rules["smaller"] and rate > 100:
        return "大于"
    if word in rules["equal"] and abs(rate - 100) >= 1:
        return "大于" if rate > 100 else "小于"
    return None


def _repeated(lines: Sequence[Line], pattern: str) -> Iterator[Finding]:
    hits = [(line, match) for line in lines for match in re.finditer(pattern, line.text)]
    for line, match in hits[:_MOST]:
        yield Finding(
            "TXT-PUNCTUATION",
            "info",
            f"词语重复：“{_passage(line, *match.span())}”",
            line.place(match.start()),
            observed=match.group(),
        )


def _fine(lines: Sequence[Line]) -> Iterator[Finding]:
    """Percentages with more than two decimals, told once."""
    pattern = re.compile(rf"\d+\.\d{{{_LONG + 1},}}%")
    hits = [(line, match) for line in lines for match in pattern.finditer(line.text)]
    if hits:
        line, match = hits[0]
        yield Finding(
            "TXT-PERCENT-DECIMALS",
            "info",
            f"百分比印有两位以上小数，共 {len(hits)} 处，如“{_passage(line, *match.span())}”",
            line.place(match.start()),
            observed=match.group(),
        )
