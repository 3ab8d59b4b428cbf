"""Of which year and measure a figure is: said in its clause, else by the kind of the document; not at all where unclear."""

from __future__ import annotations

import re

from models.prose.state import Clause, Context

Measured = tuple[str, int, tuple[int, str] | None]
"""Measure, year, and for a change the year and measure it is counted from."""


def of_this_year(context: Context, clause: Clause) -> bool:
    """Whether a change can be of the report's year: not where its sentence speaks of another year only."""
    state, year = context.state, context.year
    if clause.year is not None:
        return clause.year == year
    return context.government or state.year is None or year in (state.year, state.opening_year)


def measure_of(context: Context, clause: Clause) -> Measured | None:
    """Measure and year of a figure, and what a change is measured against; None when that cannot be told."""
    state, year = context.state, context.year
    default = "budget" if context.kind == "budget" else "final"
    if clause.change is not None:
        own_budget = clause.compare_measure in ("budget", "adjusted_budget") and context.kind != "budget"
        base_year = clause.compare_year or (year if own_budget else state.compare[0] if state.compare else year - 1)
        # "比预算增加1万元，比去年增加2万元": what the first was compared with says nothing of the second.
        same = state.compare is not None and state.compare[0] == base_year
        base_measure = clause.compare_measure or (state.compare[1] if state.compare is not None and same else "")
        if not base_measure:
            base_measure = "budget" if context.kind == "budget" else "final"
            if base_year == year and context.kind != "budget":
                base_measure = "budget"
        if not of_this_year(context, clause) or base_year not in (year, year - 1):
            return None
        if base_year == year and base_measure == default:
            return None
        return "change", year, (base_year, base_measure)
    if clause.comparing:
        base_year = clause.compare_year or (
            year if clause.compare_measure == "budget" and context.kind != "budget" else year - 1
        )
        base_measure = clause.compare_measure or default
        return _absolute(context, base_measure, base_year, (base_year, base_measure))
    own_year = clause.year or state.year or year
    if context.government:
        return _government_measure(context, clause, own_year)
    if clause.measure is None and own_year == year - 1:
        return _absolute(context, "final", own_year, None) if context.kind != "budget" else None
    return _absolute(context, clause.measure or default, own_year, None)


def _government_measure(context: Context, clause: Clause, year: int) -> Measured | None:
    """One government report tells of the year that ended and the one that begins: only what is said counts."""
    state = context.state
    section = state.section or ""
    if state.year is None:
        if state.headline is None or not state.headline_year:
            return None
        year = state.headline_year
    told = clause.measure
    if clause.done or (told is None and "执行" in section):
        told = "final"
    if told is None and context.kind == "final_account":
        told = "final"
    if told is None and year == context.year and context.kind == "budget" and not re.search("执行|完成|决算", section):
        told = "budget"
    if told is None or year not in (context.year - 1, context.year):
        return None
    return ("prior_final" if told == "final" and year < context.year else told), year, None


def _absolute(context: Context, measure: str, year: int, compare: tuple[int, str] | None) -> Measured | None:
    if year == context.year:
        if measure == "final" and context.kind == "budget":
            return None
        return measure, year, compare
    if year == context.year - 1:
        return ("prior_final" if measure == "final" else measure), year, compare
    return None
