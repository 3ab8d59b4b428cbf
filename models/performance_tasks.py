"""The tasks of a whole body's performance table (部门整体支出绩效目标表): a list of amounts inside a card.

Such a list is headed 任务名称 | 主要内容 | 预算金额（万元）: 总额, 财政拨款, 其他资金, stands beside one tall label (年度主要任务) and ends
with its total. It is handed to the readers of forms as a table of its own; nothing is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from extractors.model import Cell, Extract, Paragraph, Table
from models.money import unit_in
from models.text import clean, fold

_NAMES = re.compile(r"(任务|工作|职责|活动|事项)(名称|内容)?|主要(任务|工作|职责|活动)")
_MONEY = re.compile(r"预算|金额|资金|经费")


def task_lists(extract: Extract, consumed: Iterable[int]) -> Iterator[Paragraph | Table]:
    """For each list of tasks in the performance tables (ordinals `consumed` in `extract.blocks`): its label as it stands
    beside the list, as a paragraph, and the list as a table whose cells keep their places."""
    for ordinal in sorted(consumed):
        table = extract.blocks[ordinal]
        if isinstance(table, Table):
            yield from _lists(table)


def _lists(table: Table) -> Iterator[Paragraph | Table]:
    for label in table.cells:
        # The label runs along the whole list: its header of two rows, a task and the total at the least.
        if label.column != 0 or label.row_span < 4 or not _NAMES.search(fold(label.text)):
            continue
        rows = range(label.row, label.row + label.row_span)
        inside = [cell for cell in table.cells if cell.row in rows and cell.column >= label.column_span]
        if any(cell.row + cell.row_span > rows.stop for cell in inside) or not _is_headed(inside, label.row):
            continue
        cells = tuple(
            replace(cell, row=cell.row - label.row, column=cell.column - label.column_span) for cell in inside
        )
        yield Paragraph(clean(label.text), label.place)
        yield replace(
            table, cells=cells, n_rows=len(rows), n_columns=table.n_columns - label.column_span, place=label.place
        )


def _is_headed(cells: list[Cell], first: int) -> bool:
    """Whether the first row names tasks and money with its unit."""
    heads = [cell for cell in cells if cell.row == first and cell.text.strip()]
    names = bool(heads) and bool(_NAMES.fullmatch(fold(heads[0].text)))
    return names and any(_MONEY.search(fold(cell.text)) and unit_in(cell.text) for cell in heads[1:])
