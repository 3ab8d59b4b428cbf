"""A last look at a table that was read: columns of money in which classification codes stand.

Where a header belongs to other rows than those below it (a page lost, a table glued to another), the code column can come
to stand under a heading of money, and 2101101 would become two million 元. Nobody prints several amounts in a column that
happen to be codes of the year's catalogue, so such a table is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from models.catalog import load_catalog
from models.disclosure import LineItem

_CODE = re.compile(r"\d{5}(?:\d{2})?$")
_SEVERAL = 3
"""So many different codes in one column are no coincidence."""

REASON = "金额栏里印着科目编码，表头与内容对不上"


def codes_as_amounts(items: Iterable[LineItem], year: int) -> bool:
    """Whether a column of these amounts holds several different codes (款 or 项) of the functional catalogue.

    year: the document's; a code of any year counts. At least half of what the column prints must be such codes.
    """
    scheme = load_catalog().functional
    codes: dict[tuple[int | None, int | None], set[str]] = {}
    printed: Counter[tuple[int | None, int | None]] = Counter()
    for item in items:
        column = item.table_no, item.column_no
        printed[column] += 1
        text = item.published_text.strip()
        if _CODE.match(text) and scheme.near(year, text) is not None:
            codes.setdefault(column, set()).add(text)
    return any(len(found) >= _SEVERAL and 2 * len(found) >= printed[column] for column, found in codes.items())
