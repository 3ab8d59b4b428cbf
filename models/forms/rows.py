"""What a row label says: a total, a kind of income, a balance, a use of money — matched against data/forms/rows.toml."""

from __future__ import annotations

import re
from functools import lru_cache

from models.forms.vocabulary import RowEntry, strip_numbering, vocabulary
from models.text import fold

_DECORATION = re.compile(r"^[＊*※★●■·]+|[＊*:：]+$")


@lru_cache(maxsize=16384)
def match_row(label: str, side: str | None, form: str) -> RowEntry | None:
    """The row entry a label falls under on the given side of the given form, None for a classification item or project."""
    text = _DECORATION.sub("", strip_numbering(label))
    if not text:
        return None
    for entry in vocabulary().rows:
        if entry.form is not None and entry.form != form:
            continue
        if entry.side is not None and side is not None and entry.side != side:
            continue
        if entry.pattern.fullmatch(text):
            return entry
    return None


def is_subset_label(label: str) -> bool:
    """Whether a row is a 其中 of the row above it."""
    return bool(re.match(r"^(?:[一二三四五六七八九十\d（）、.]*)?(其中|#)", fold(label)))
