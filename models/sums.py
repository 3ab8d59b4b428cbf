"""The printed sums of one document, added up in memory: what steers reading before anything is stored.

The full identities are SQL over the warehouse (expectations/). These here are only the trees inside one table: children
rows against their parent row, component columns against the column they add up into.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.disclosure import LineItem


@dataclass(frozen=True, slots=True)
class Sum:
    """One printed sum and its addends. holds: whether they agree within the rounding of what is printed."""

    parent: LineItem
    children: tuple[LineItem, ...]
    holds: bool

    @property
    def pages(self) -> frozenset[int]:
        """The pages the figures stand on."""
        return frozenset(i.place.page for i in (self.parent, *self.children) if i.place.page is not None)


def sums(line_items: Iterable[LineItem]) -> list[Sum]:
    """Every sum that the tables of a document print, down the columns and along the rows.

    The rounding envelope is half a unit in the last place of every figure involved (docs: DESIGN, rounding).
    """
    cells: dict[tuple[int | None, int | None, int | None], LineItem] = {}
    down: dict[tuple[int | None, int | None, int | None], list[LineItem]] = defaultdict(list)
    across: dict[tuple[int | None, int | None, int | None], list[LineItem]] = defaultdict(list)
    for item in line_items:
        if item.table_no is None:
            continue
        cells[item.table_no, item.column_no, item.row_no] = item
        if item.subset:
            continue
        if item.parent_row_no is not None:
            down[item.table_no, item.column_no, item.parent_row_no].append(item)
        if item.parent_column_no is not None:
            across[item.table_no, item.parent_column_no, item.row_no].append(item)
    found = []
    for groups in (down, across):
        for key, children in groups.items():
            parent = cells.get(key)
            if parent is not None:
                found.append(_sum(parent, children))
    return found


def _sum(parent: LineItem, children: list[LineItem]) -> Sum:
    total = sum((c.amount_yuan for c in children), Decimal(0))
    envelope = (parent.ulp_yuan + sum((c.ulp_yuan for c in children), Decimal(0))) / 2
    return Sum(parent, tuple(children), abs(total - parent.amount_yuan) <= envelope)
