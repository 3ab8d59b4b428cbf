"""Lists printed side by side that are one list: 公用经费 fills two blocks of the standard form of basic expenditure.

Its total stands below the last block, and its label may reach under both; so does that of the sum of all blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.forms.labels import RowLabel, Side
from models.forms.logical import Row
from models.text import fold

Labelled = list[tuple[Row, RowLabel]]
_PARTS = ("personnel", "operation")


@dataclass(slots=True)
class Blocks:
    """families: the lists whose rows add up together, one or several blocks each. wholes: totals over all of them, whose
    addends are the totals of the lists. columns: the column a block's figures are counted in, where that is not its own."""

    families: list[Labelled] = field(default_factory=list)
    wholes: list[RowLabel] = field(default_factory=list)
    columns: dict[int, int] = field(default_factory=dict)

    def tie(self) -> None:
        """Make the totals of the lists the addends of the total over all, once the rows of each list have their places."""
        for whole in self.wholes:
            for _, label in (pair for family in self.families for pair in family):
                if label.entry is not None and label.entry.component in _PARTS and label.code is None:
                    label.parent = whole.row_no


def blocks(sides: Sequence[Side], read: Sequence[Labelled]) -> Blocks:
    """How the blocks of a form of basic expenditure belong together. Rows that only label the next block's figure go."""
    found = Blocks()
    for number, labels in enumerate(read):
        rows = list(labels)
        joined = False
        if number:
            carried = _carry_totals(found.families[-1], rows)
            found.families[-1] = [pair for pair in found.families[-1] if pair[1].row_no not in carried]
            joined = any(_is_part(label) for label in carried.values())
            joined = joined or _continues(sides[number - 1], read[number - 1], sides[number], labels)
            totals = [label for label in carried.values() if not _is_part(label)]
            if totals and _has_part(found.families[-1]) and _has_part(rows):
                found.wholes += totals
                rows = [pair for pair in rows if all(pair[1] is not total for total in totals)]
            else:
                joined = joined or bool(totals)
            if carried or joined:
                found.columns |= _same_columns(sides)
        if joined:
            found.families[-1] += rows
        else:
            found.families.append(rows)
    return found


def _carry_totals(before: Labelled, after: Labelled) -> dict[int, RowLabel]:
    """Totals printed in one block whose figure stands in the next, by the number of the row that is only their label.

    The label (公用经费合计) covers both blocks, or stands in the first and the figure alone in the second.
    """
    figures = {row.number: label for row, label in after if label.figures}
    carried: dict[int, RowLabel] = {}
    for row, label in before:
        other = figures.get(row.number)
        if other is None or label.figures or not (label.is_total or _is_part(label)):
            continue
        if not other.text and not other.printed_code:
            other.text, other.entry, other.is_total, other.depth = label.text, label.entry, label.is_total, label.depth
        if other.text == label.text:
            carried[label.row_no] = other
    return carried


def _continues(one: Side, before: Labelled, other: Side, after: Labelled) -> bool:
    """Whether a block goes on with the list of the block before it: under one heading, or 款 of a 类 begun there."""
    titles = {fold(m.path[0]) for side in (one, other) for m in side.figures if len(m.path) > 1}
    if len(titles) == 1 and all(len(m.path) > 1 for side in (one, other) for m in side.figures):
        return True
    begun = {label.code for _, label in before if label.code is not None and len(label.code) == 3}
    here = {label.code for _, label in after if label.code is not None}
    return any(len(code) == 5 and code[:3] in begun and code[:3] not in here for code in here)


def _same_columns(sides: Sequence[Side]) -> dict[int, int]:
    """Each block's columns of figures → those of the last block, where all blocks have as many."""
    last = sides[-1].figures
    if any(len(side.figures) != len(last) for side in sides):
        return {}
    return {m.index: home.index for side in sides for m, home in zip(side.figures, last, strict=True)}


def _is_part(label: RowLabel) -> bool:
    """Whether a label names the sum of one list (人员经费合计)."""
    return label.code is None and label.entry is not None and label.entry.component in _PARTS


def _has_part(labels: Labelled) -> bool:
    return any(_is_part(label) and label.figures for _, label in labels)
