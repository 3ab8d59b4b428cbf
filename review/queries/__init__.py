"""What the console's pages show, read from the published warehouse and the operational database. No NiceGUI, no writing.

The warehouse says what was found by the last run; whatever was decided since then is laid over it from the operational
database, so that a decision shows at once and not only after the next publication.
"""

from __future__ import annotations

import re

from expectations.rules import catalogue
from expectations.rules.findings import CODES
from models.wording import FORM_NAMES

__all__ = ["form_name", "in_groups", "money", "rule_words"]


def rule_words(expectation: str) -> dict[str, str]:
    """A rule in plain Chinese: title, expected, source, remedy (empty where there is none)."""
    if not _WORDS:
        for rule in catalogue():
            _WORDS[rule.id] = {
                "title": rule.title,
                "expected": rule.expected,
                "source": rule.source,
                "remedy": rule.remedy,
            }
        for code in CODES:
            _WORDS[code.id] = {"title": code.title, "expected": "", "source": "", "remedy": code.remedy}
    return _WORDS.get(expectation, {"title": expectation, "expected": "", "source": "", "remedy": ""})


_WORDS: dict[str, dict[str, str]] = {}


def money(text: str | None) -> bool:
    """Whether a shown value is an amount of money (percentages and scores are not)."""
    return bool(text) and str(text).rstrip().endswith("元")


OTHER_TABLE = "其他表"


def form_name(form: str | None, title: str | None = None) -> str:
    """A form's name; a table of no official form goes by its own title."""
    if form == "other":
        return title or OTHER_TABLE
    return FORM_NAMES.get(form or "", form or "")


def in_groups(text: str) -> str:
    """A figure printed without separators with them, so that its size can be seen; anything else as it is."""
    match = re.fullmatch(r"([-−－]?)(\d{5,})(\.\d+)?", text.strip())
    return f"{match[1]}{int(match[2]):,}{match[3] or ''}" if match and not match[2].startswith("0") else text
