"""What became of every figure a table prints: strict interpretation, counted.

Each figure ends as exactly one of a line item, a statistic, ignored (a code, a running number, a date: with the
reason), or unread (it may be money and was not read: with the reason). A figure in a column of figures that no step
took is unread, never ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.model import Cell
from models.forms.columns import ColumnMeaning
from models.forms.logical import LogicalTable
from models.money import is_blank, read_amount

FIGURES = ("amount", "unknown", "percent", "count")
"""Kinds of columns that hold figures."""
_CODES = ("code", "unit_code", "project_code")


def is_figure(text: str) -> bool:
    """Whether a cell prints one number or percentage and nothing else."""
    return not is_blank(text) and read_amount(text.strip().rstrip("%％")) is not None


def figures(table: LogicalTable) -> Iterator[tuple[int, Cell]]:
    """Every figure of a table's rows with its column, merged cells once."""
    for row in table.rows:
        for column in range(len(row.cells)):
            cell = row.anchored(column)
            if cell is not None and is_figure(cell.text):
                yield column, cell


@dataclass(slots=True)
class Tally:
    """The fate of the figures of one table."""

    items: set[int] = field(default_factory=set)
    statistics: set[int] = field(default_factory=set)
    left: dict[int, str] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    halves: set[int] = field(default_factory=set)

    def item(self, cell: Cell) -> None:
        """The cell became a line item."""
        self.items.add(id(cell))

    def statistic(self, cell: Cell) -> None:
        """The cell became a statistic."""
        self.statistics.add(id(cell))

    def half(self, cell: Cell) -> None:
        """The cell prints digits that make no figure (`models.forms.figures.half_figure`)."""
        self.halves.add(id(cell))

    def leave(self, cell: Cell, reason: str) -> None:
        """The cell may be money and was not read."""
        self.items.discard(id(cell))
        self.left[id(cell)] = reason

    def close(
        self,
        table: LogicalTable,
        meanings: Sequence[ColumnMeaning],
        whys: Mapping[int, str],
        default: str | None = None,
    ) -> None:
        """Settle every figure of the table. whys: why a column was passed over; default: why none was read at all."""
        kinds = {m.index: m.kind for m in meanings}
        self.unread.clear()
        self.ignored.clear()
        if self.halves:
            self.unread["不是一个完整的金额"] = len(self.halves)
        for column, cell in figures(table):
            if id(cell) in self.items or id(cell) in self.statistics:
                continue
            kind = kinds.get(column)
            if default and table.unit is None and re.fullmatch(r"\s*\d+\s*", cell.text):
                self.ignored["未注明单位的整数"] += 1  # page numbers of a contents table, ranks, years
                continue
            if id(cell) in self.left:
                self.unread[self.left[id(cell)]] += 1
            elif kind in ("percent", "count"):
                self.ignored["没有名称的数量"] += 1
            elif kind in FIGURES or kind is None:
                self.unread[default or whys.get(column) or "所在的行或列认不出"] += 1
            else:
                self.ignored["编码" if kind in _CODES else whys.get(column, "文字说明")] += 1

    @property
    def reason(self) -> str | None:
        """Why figures were left unread, the commonest reason first."""
        return "；".join(reason for reason, _ in self.unread.most_common(3)) or None

    @property
    def ignored_reason(self) -> str | None:
        """What was passed over, with counts."""
        return "；".join(f"{why} {n} 个" for why, n in self.ignored.most_common()) or None
