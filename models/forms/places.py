"""Where a family (one sum and its addends) of a table is printed, where it holds, and what explains it where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from models.disclosure import LineItem
from models.slips import explains

SLIP, DOUBLED, SHIFTED, EXCHANGED = "slip", "doubled", "shifted", "exchanged"
CLASSIFICATION, HABIT = "classification", "habit"
"""Why a family that fails may be the sum it looks like: see `LineItem.row_doubt`."""


@dataclass(frozen=True, slots=True)
class Places:
    """In how many places (columns of a row family, rows of a column family) a family holds and fails.

    strong: it holds with two addends that are not nought. reasons: what explains each failure, None where nothing does:
    ``slip`` one figure misread, ``doubled`` an addend printed twice, ``shifted`` figures that stand one column off,
    ``exchanged`` two figures that changed places.
    short: in every place it fails the addends fall short of the sum, by less than half of it.
    """

    holds: int
    fails: int
    strong: int
    reasons: tuple[str | None, ...]
    short: bool

    @property
    def explained(self) -> str | None:
        """What explains the failures; None where one of them stays unexplained or nothing fails.

        A row that slid into the next column is out of place in both, and shows it in the one it left.
        """
        if not self.fails:
            return None
        if SHIFTED in self.reasons:
            return SHIFTED
        return self.reasons[0] if all(self.reasons) else None


class Grid:
    """The amounts of one table by logical row and column."""

    def __init__(self, items: Sequence[LineItem]) -> None:
        self._cells = {(i.row_no, i.column_no): i for i in items if i.row_no is not None and i.column_no is not None}
        self._rows = sorted({row for row, _ in self._cells})
        self._columns = sorted({column for _, column in self._cells})

    def rows(self, parent: int, children: Sequence[int], total: bool = False) -> Places:
        """A family of rows, in every column. total: the first is named a total, so none of the others can be the sum."""
        return self._places(parent, children, self._columns, across=False, exchangeable=total)

    def columns(self, parent: int, children: Sequence[int], total: bool = False) -> Places:
        """A family of columns, in every row; total as for rows."""
        return self._places(parent, children, self._rows, across=True, exchangeable=total)

    def _cell(self, member: int, line: int, across: bool) -> LineItem | None:
        return self._cells.get((line, member) if across else (member, line))

    def _places(
        self, parent: int, children: Sequence[int], lines: Sequence[int], *, across: bool, exchangeable: bool
    ) -> Places:
        holds = fails = strong = 0
        short = True
        margin = Decimal(0)
        reasons: list[str | None] = []
        offs: list[Decimal] = []
        swaps: list[set[int]] = []
        for line in lines:
            whole = self._cell(parent, line, across)
            parts = {c: cell for c in children if (cell := self._cell(c, line, across)) is not None}
            if (
                whole is None
                or not parts
                or (whole.amount_yuan == 0 and all(p.amount_yuan == 0 for p in parts.values()))
            ):
                continue
            total = sum((p.amount_yuan for p in parts.values()), Decimal(0))
            envelope = (whole.ulp_yuan + sum((p.ulp_yuan for p in parts.values()), Decimal(0))) / 2
            off = whole.amount_yuan - total
            if abs(off) <= envelope:
                holds += 1
                strong += sum(p.amount_yuan != 0 for p in parts.values()) > 1
                continue
            fails += 1
            offs.append(off)
            margin = max(margin, envelope)
            # Of three rows one may well be the difference of the others (all, own, subordinate); of columns under 合计 not.
            enough = len(parts) > 1 + (not across)
            twice = whole.amount_yuan + total
            swaps.append({c for c, p in parts.items() if enough and abs(2 * p.amount_yuan - twice) <= envelope})
            short = short and 0 < 2 * off < whole.amount_yuan
            step = min(whole.ulp_yuan, *(p.ulp_yuan for p in parts.values()))
            if explains(whole.amount_yuan, [p.amount_yuan for p in parts.values()], step):
                reasons.append(SLIP)
            elif _doubled(list(parts.values()), -off, envelope):
                reasons.append(DOUBLED)
            elif not across and self._slid(parent, children, line, off, envelope):
                reasons.append(SHIFTED)
            else:
                reasons.append(None)
        # Two figures exchanged between two places, or the sum with one of its addends in all places.
        if (fails == 2 and holds and abs(offs[0] + offs[1]) <= margin) or (
            exchangeable and fails and set.intersection(*swaps)
        ):
            reasons = [EXCHANGED] * fails
        return Places(holds, fails, strong, tuple(reasons), short and fails > 0)

    def _slid(self, parent: int, children: Sequence[int], line: int, off: Decimal, envelope: Decimal) -> bool:
        """Whether a row's figure of this column stands in the next: an addend's, or that of the sum itself."""
        nearby = [n for n in self._columns if n != line]
        for child in children:
            if self._cell(child, line, False) is None:
                moved = [self._cell(child, n, False) for n in nearby]
                if any(cell is not None and abs(cell.amount_yuan - off) <= envelope for cell in moved):
                    return True
        whole = self._cell(parent, line, False)
        for other in nearby:
            if whole is None or self._cell(parent, other, False) is not None:
                continue
            parts = [cell for c in children if (cell := self._cell(c, other, False)) is not None]
            total = sum((p.amount_yuan for p in parts), Decimal(0))
            if len(parts) > 1 and abs(total - whole.amount_yuan) <= envelope:
                return True
        return False


def _doubled(parts: Sequence[LineItem], surplus: Decimal, envelope: Decimal) -> bool:
    """Whether two addends that follow each other are the same line printed twice, and are what the sum lacks."""
    return any(
        a.item_name == b.item_name and a.amount_yuan == b.amount_yuan != 0 and abs(a.amount_yuan - surplus) <= envelope
        for a, b in pairwise(parts)
    )
