"""What a steward told of titles, headers and labels, laid over what the project's own vocabulary says."""

from __future__ import annotations

import re
from dataclasses import replace

from models import steward
from models.disclosure import LineItem
from models.forms.columns import ColumnMeaning
from models.text import fold

_KINDS = {"money": "amount", "statistic": "count", "ignore": "text"}
_LEVELS = {3: "类", 5: "款", 7: "项"}


def told_column(meaning: ColumnMeaning) -> ColumnMeaning:
    """A column as the steward says it is; unchanged where the steward said nothing of this header."""
    entry = steward.said("header", fold(" / ".join(meaning.path))) if meaning.path else None
    if entry is None:
        return meaning
    kind = _KINDS.get(
        entry.handling or "", "amount" if entry.component or entry.measure or entry.fund else meaning.kind
    )
    return replace(
        meaning,
        kind=kind,
        component=entry.component or meaning.component,
        fund=entry.fund or meaning.fund,
        flow=entry.flow or meaning.flow,
        measure=entry.measure or meaning.measure,
        total=meaning.total and entry.component is None,
        told=True,
    )


def told_item(item: LineItem) -> LineItem:
    """A line item with the name and codes the steward gives its label; unchanged where nothing was said of it."""
    entry = steward.said("row", fold(item.item_name))
    if entry is None:
        return item
    code = entry.function_code or entry.economic_code
    return replace(
        item,
        item=entry.item or item.item,
        function_code=entry.function_code or item.function_code,
        economic_code=entry.economic_code or item.economic_code,
        level=_LEVELS.get(len(code), item.level) if code and re.fullmatch(r"\d+", code) else item.level,
        mapping_method="manual" if code else item.mapping_method,
        mapping_score=1.0 if code else item.mapping_score,
    )
