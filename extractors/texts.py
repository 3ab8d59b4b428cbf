"""Small text helpers every reader shares: what is dropped from published text, and leading blanks as indentation."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_EM = {"\u3000": 1.0, "\u2003": 1.0, "\t": 2.0}


def printable(text: str) -> str:
    """The text without NUL, control, zero-width and byte-order characters; all else as published."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub("", _BREAK.sub("\n", text))


def split_indent(text: str) -> tuple[str, float]:
    """The text stripped of outer blanks, and its leading blanks in full-width characters (a half-width blank is ½)."""
    stripped = text.strip()
    if not stripped:
        return "", 0.0
    lead = text[: len(text) - len(text.lstrip())]
    lead = lead.rsplit("\n", 1)[-1]
    return stripped, sum(_EM.get(character, 0.5) for character in lead)


def cell_text(text: str) -> tuple[str, float]:
    """`split_indent` of printable text whose inner lines are stripped and whose blank lines are dropped."""
    stripped, indent = split_indent(printable(text))
    if "\n" in stripped:
        stripped = "\n".join(line for line in (part.strip() for part in stripped.split("\n")) if line)
    return stripped, indent


def join_lines(first: str, second: str) -> str:
    """Two halves of a softly broken line: a blank between them only where both sides are Latin text."""
    if first and second and first[-1].isascii() and second[0].isascii() and first[-1] not in " -" and second[0] != " ":
        return f"{first} {second}"
    return first + second


def column_number(letters: str) -> int:
    """A → 0, Z → 25, AA → 26, in either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
