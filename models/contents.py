"""The table of contents against the document: an official form that it lists and that is nowhere to be found.

Entries with leaders ("…… 12") count as a table of contents, and the short lines that follow its heading until one of them
comes again or a sentence begins; what is not an official form is not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractors.model import Extract, Place, Table
from models.disclosure import Finding, FormInstance
from models.forms.vocabulary import match_title, strip_title
from models.text import fold

_LEADERS = re.compile(r"[.…·]{4,}[-—]?\d*[-—]?$")
_LONGEST = 120
_LEAST = 3
"""Fewer listed forms found, and the file holds only a part of what the contents list."""
_HEAD_ROWS = 6
_HEADING = re.compile(r"^(?:公开|报表)?目录$")
_ENTRY = 60
"""No entry is longer, and none ends a sentence."""


def contents_findings(extract: Extract, forms: Iterable[FormInstance]) -> Iterator[Finding]:
    """One finding for each listed form without a table, a title or a reading; none where the file is a part."""
    listed: dict[str, tuple[str, str, Place]] = {}
    seen: set[str] = set()
    inside = False
    entries: set[str] = set()
    for text, place, in_table in _texts(extract):
        entry = _LEADERS.sub("", text)
        core = _core(entry)
        if _HEADING.match(text):
            inside, entries = True, set()
            continue
        if entry == text and (in_table or core in entries or len(text) > _ENTRY or "。" in text):
            inside = False
        if not inside and entry == text:
            # A sentence that names a table is not the table.
            if len(text) <= _LONGEST:
                seen.add(core)
            continue
        entries.add(core)
        rule = match_title(entry)
        if rule is not None and rule.form is not None and not entry.endswith("说明"):
            listed.setdefault(core, (entry, rule.form, place))
    read = {form.form for form in forms} | {
        rule.form for form in forms if form.title for rule in [match_title(form.title)] if rule is not None
    }
    missing = [
        (entry, place)
        for core, (entry, form, place) in listed.items()
        if form not in read and not any(core in text and _form(text) in (form, None) for text in seen)
    ]
    if len(listed) - len(missing) < _LEAST:
        return
    for entry, place in missing:
        yield Finding(
            "TXT-CONTENTS", "warning", f"目录列有“{entry}”，文中未见此表", place, expected="有此表", observed="未见此表"
        )


def _texts(extract: Extract) -> Iterator[tuple[str, Place, bool]]:
    """Every line of text and the top of every table, in order, folded, without blanks; whether it stands in a table."""
    for block in extract.blocks:
        table = isinstance(block, Table)
        found = [cell for cell in block.cells if cell.row < _HEAD_ROWS] if isinstance(block, Table) else [block]
        for one in found:
            if one.text and (len(one.text) <= _LONGEST or not table):
                yield re.sub(r"\s", "", fold(one.text)), one.place, table


def _form(text: str) -> str | None:
    rule = match_title(text)
    return None if rule is None else rule.form


def _core(title: str) -> str:
    """A title without its number, year and brackets: what two prints of it share."""
    core = re.sub(r"20\d\d年度?|（[^（）]*）|[“”\"《》]", "", strip_title(title))
    return re.sub(r"^(?:公开|附)?表?\d{0,2}[.、:：]?|预算|决算|年度", "", core)
