"""Rows that a page break tore: a name that begins at the foot of one page and ends at the top of the next.

The figures stand with the first half; what is left of the name looks like a heading of its own. The halves are joined
only where together they are a name of the classifications (or of a total) and the first alone is none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from models.classify import classify_economic, classify_function, classify_revenue
from models.forms.logical import LogicalTable, Row
from models.forms.vocabulary import strip_numbering
from models.money import read_amount
from models.text import clean, fold

_TOTAL = re.compile(r"(合|总)计$")


def join_torn_rows(table: LogicalTable, year: int) -> LogicalTable:
    """The table with the halves of names joined over its page breaks; the table itself where there are none."""
    if not table.torn:
        return table
    rows = list(table.rows)
    for position, rest in table.torn:
        rows[position] = _whole(rows[position], rest, year)
    return replace(table, rows=rows)


def _whole(row: Row, rest: str, year: int) -> Row:
    """The row with its name made whole by the rest of it, where the two are one name and the first is none."""
    codes = [fold(t) for t in row.texts() if re.fullmatch(r"\d{3,7}", fold(t))]
    if not any(read_amount(text) is not None for text in row.texts()):
        return row
    for begun in dict.fromkeys(cell for cell in row.cells if cell is not None and cell.text.strip()):
        if read_amount(begun.text) is not None:
            continue
        name = clean(begun.text) + clean(rest)
        if _named(name, codes, year) and not _named(clean(begun.text), codes, year):
            whole = replace(begun, text=name)
            return replace(row, cells=tuple(whole if cell is begun else cell for cell in row.cells))
    return row


def _named(name: str, codes: list[str], year: int) -> bool:
    """Whether a label is a total or the very name of an item, of its printed code or of any."""
    bare = strip_numbering(name)
    if _TOTAL.search(bare) or any(fold(classify_function(year, code=code).name or "") == bare for code in codes):
        return True
    found = (classify_function(year, name=bare), classify_revenue(year, name=bare), classify_economic(year, name=bare))
    return any(m.code and m.method == "name" and fold(m.name or "") == bare for m in found)
