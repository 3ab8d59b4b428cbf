"""The body that each table names as its own: one table that names another than all the rest was taken over from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from extractors.model import Place
from models.disclosure import Finding
from models.forms.logical import LogicalTable
from models.text import fold

_LEAST = 5
"""Fewer tables that agree show no habit; a file of several bodies has several tables of each."""


def owner_findings(tables: Sequence[LogicalTable]) -> Iterator[Finding]:
    """The one table whose 编制单位 is none of the others' and no part or whole of its name."""
    named = [(table, fold(table.owner)) for table in tables if table.owner]
    counts = Counter(owner for _, owner in named)
    if len(counts) != 2:
        return
    (usual, often), (stray, once) = counts.most_common()
    if often < _LEAST or once != 1 or stray in usual or usual in stray:
        return
    table = next(table for table, owner in named if owner == stray)
    yield Finding(
        "META-OWNER",
        "warning",
        f"表“{table.title or table.caption or '（无题）'}”的编制单位是“{table.owner}”，其余各表是“{usual}”",
        Place(page=table.first_page, sheet=table.sheet),
        expected=usual,
        observed=table.owner,
    )
