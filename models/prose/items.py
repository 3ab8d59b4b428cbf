"""A figure whose subject, measure and year are known → `LineItem`, in yuan, with its place."""

from __future__ import annotations

from decimal import Decimal

from models.disclosure import LineItem
from models.prose.figures import Figure
from models.prose.flow import Line, quoted
from models.prose.measures import Measured
from models.prose.state import Context, Read, What


def emit(
    context: Context,
    number: int,
    line: Line,
    figure: Figure,
    what: What,
    measured: Measured,
    change: int | None,
    sentence: int,
    order: int,
) -> None:
    """Note one amount as a line item; one whose unit or direction cannot be told is counted as unread.

    change: the sign of a change; order: its number among several amounts read from one figure (均为零), else 0.
    """
    measure, year, compare = measured
    unit = figure.unit
    unitless = unit is None
    if unit is None:
        unit = "元" if figure.value == 0 and line.text[figure.start] == "零" else _document_unit(context)
        if unit is None:
            count_unread(context, number, [figure])
            return
        unitless = line.text[figure.start] != "零"
    amount = figure.yuan(unit)
    if measure == "change" and change is not None:
        if (change == 0 or figure.signed) and figure.value:
            count_unread(context, number, [figure])
            return
        amount = amount * (change if change else 1)
    item = what.item
    if measure == "change" and compare is not None:
        if context.kind == "budget" and compare[1] == "final":
            item += "（较上年执行数）"
        elif context.kind != "budget" and compare[1] != "final":
            item += "（较年初预算）" if compare[0] == context.year else "（较上年预算）"
    locator = line.locator(figure.start) + (f"n{order + 1}" if order else "")
    record = LineItem(
        locator=locator,
        fiscal_year=year,
        report_kind=context.kind,
        form="narrative",
        fund=what.fund,
        flow=what.flow,
        component=context.lexicon.published_component.get(what.component, what.component),
        measure=measure,
        item_name=quoted(what.name),
        item=item,
        level=what.level,
        amount_yuan=amount + Decimal(0),
        published_text=line.printed(figure.start, figure.end),
        published_unit=figure.unit or "",
        place=line.place(figure.start),
        ulp_yuan=figure.ulp(unit),
        section=quoted(line.section) if line.section else None,
        function_code=what.code,
        economic_code=what.economic,
        mapping_method=what.method,
        mapping_score=what.score,
        row_no=line.number,
        subset=what.subset,
        printed_code=what.printed_code,
        engine="prose",
    )
    read = Read(record, number, figure, what, measure, sentence, compare)
    context.outcome.reads.append(read)
    if unitless:
        context.outcome.unitless.append(read)


def _document_unit(context: Context) -> str | None:
    """The unit that nearly all amounts of the prose are printed in."""
    total = sum(context.unit_votes.values())
    best = max(context.unit_votes, key=lambda unit: context.unit_votes[unit], default=None)
    return best if best is not None and context.unit_votes[best] >= 0.8 * total else None


def count_unread(context: Context, number: int, group: list[Figure], *, explained: bool = False) -> None:
    """Count amounts that were not read; figures without a unit may be no money at all and do not count.

    explained: they stand in a reason or a purpose.
    """
    counted = [(number, f) for f in group if f.kind == "money" and f.unit is not None]
    context.outcome.unread.extend(counted)
    context.outcome.explained += len(counted) if explained else 0
