"""What parts have from their whole ("“三公”经费预算9万元，其中：公务接待费3万元"): its measure, and whose money it is.

Without a word of its own a part is of the whole's measure, not of the one the document is about: final accounts tell of
budgets too. Where it is not said that it is a part, it stays unread.
"""

from __future__ import annotations

import re
from dataclasses import replace

from models.prose.figures import Figure
from models.prose.flow import Line
from models.prose.measures import Measured
from models.prose.state import UNKNOWN, Clause, Context, What, Whole
from models.prose.subjects import FUND_ITEMS

_BUDGETS = ("budget", "adjusted_budget")
_AMONG = re.compile("[，。；]?(?:其中|包括)")


def place_part(
    context: Context, number: int, line: Line, figure: Figure, clause: Clause, subjects: list[What]
) -> list[What] | None:
    """The subjects with the scope of the whole they are parts of, the clause with its measure; None where it cannot be told."""
    state = context.state
    whole = state.whole
    if whole is None or context.government:
        return subjects
    state.parts = state.parts or clause.among
    part = state.parts or bool(state.outer)
    if all(_paid_by(what) for what in subjects) and _divided_by_funds(context, number, line, figure, whole):
        # "公务接待费9万元（其中：一般公共预算支出8万元，政府性基金预算支出1万元）": what each fund pays of it, no totals
        if whole.what is UNKNOWN:
            return None
        subjects = [_by_fund(whole.what, what) for what in subjects]
        if clause.measure is None and whole.measure in _BUDGETS and context.kind != "budget":
            clause.measure = whole.measure
        return subjects
    if any(what.kind == "total" and what.group == whole.what.group for what in subjects) or whole.what in subjects:
        # The whole itself, or another one: no part of it.
        state.whole, state.parts = None, False
        return subjects
    if part and whole.scope is not None and clause.scope is None:
        subjects = [
            what if what.item.startswith(whole.scope) else replace(what, item=whole.scope + what.item)
            for what in subjects
        ]
    plain = clause.measure is None and clause.change is None and not clause.comparing
    if plain and context.kind != "budget" and whole.measure in (*_BUDGETS, "either"):
        if part and whole.measure in _BUDGETS and whole.what is not UNKNOWN:
            clause.measure = whole.measure
        elif part or "；" not in line.text[whole.end : figure.start]:
            return None
    return subjects


def _paid_by(what: What) -> bool:
    """Whether this is all that one fund pays."""
    return what.kind == "total" and what.group is None and not what.path and what.fund in FUND_ITEMS


def _divided_by_funds(context: Context, number: int, line: Line, figure: Figure, whole: Whole) -> bool:
    """Whether the figure stands in a bracket behind a spent amount that is no total of the body, or directly behind "其中"."""
    total = whole.what.kind == "total" and whole.what.group is None
    spent = whole.what is UNKNOWN or (whole.what.flow == "expenditure" and not total)
    if not spent or whole.line != number:
        return False
    between = line.text[whole.end : figure.start]
    if between.startswith("（"):
        return bool(context.state.outer)
    return whole.what is not UNKNOWN and _AMONG.match(between) is not None


def _by_fund(whole: What, paid: What) -> What:
    item = f"{whole.item}（{FUND_ITEMS[paid.fund]}）"
    return replace(whole, fund=paid.fund, item=item, name=paid.name, subset=True, kind="part", level="item")


def note_whole(context: Context, number: int, figure: Figure, clause: Clause, what: What, measured: Measured) -> None:
    """Keep an amount as one whose parts may follow. What is compared with, and a budget that was fulfilled, is none."""
    state = context.state
    measure, _, compare = measured
    if measure == "change" or compare is not None or clause.done or what.group == "performance":
        return
    if what.kind == "part" and what.item.endswith("）") and what.subset and state.whole is not None:
        return  # what one fund pays of it has no parts here
    before = state.whole
    told_twice = before is not None and before.what == what and before.measure not in _BUDGETS and measure in _BUDGETS
    scope = clause.scope
    if scope is None and before is not None and (state.parts or state.outer):
        scope = before.scope  # a part of it can have parts
    state.whole = Whole(what, "either" if told_twice else measure, scope, number, figure.after)


def lose_whole(context: Context, number: int, figure: Figure, clause: Clause) -> None:
    """An amount that could not be read: what is known of it holds for its parts."""
    state = context.state
    if clause.among or state.parts or clause.change is not None or clause.comparing:
        return
    measure = clause.measure if clause.measure in _BUDGETS else None
    state.whole = Whole(UNKNOWN, measure or "", clause.scope_said, number, figure.after)


def next_sentence(context: Context, follows: bool) -> None:
    """A new sentence tells of the parts only where it begins so."""
    state = context.state
    if not follows and not state.whole_open:
        state.whole, state.parts = None, False


def next_line(context: Context) -> None:
    """A new line tells of the parts where the one before it said that they follow, and as long as parts are told."""
    state = context.state
    if state.whole_open:
        state.parts = True
    else:
        state.whole, state.parts = None, False


def end_line(context: Context, opens: bool, read_any: bool) -> None:
    """opens: the line ends with "其中：" or the like; read_any: it told amounts."""
    state = context.state
    state.whole_open = state.whole is not None and (opens or (state.whole_open and state.parts and read_any))
