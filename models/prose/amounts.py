"""A figure and its clause → amounts read or counted as unread, and what the text after it may refer to."""

from __future__ import annotations

import re
from dataclasses import replace

from models.prose.figures import Figure
from models.prose.flow import Line
from models.prose.items import count_unread, emit
from models.prose.measures import measure_of
from models.prose.references import fund_alone, generic_of, inherited, scoped
from models.prose.state import UNKNOWN, Clause, Context, Ratio, What


def read_money(context: Context, number: int, line: Line, group: list[Figure], clause: Clause, sentence: int) -> None:
    """Read a figure (and those that directly follow it) under what its clause says, or count it as unread.

    What was read becomes what the next amounts can refer to.
    """
    figure = group[0]
    if clause.zone is not None:
        if clause.zone == "cause;":
            _lost(context)
        count_unread(context, number, group, explained=True)
        return
    if any(each.broken for each in group) or not clause.clean or clause.mixed or clause.share or not context.year:
        _lost(context, (clause.comparing or clause.change is not None) and not clause.subjects)
        count_unread(context, number, group)
        return
    if figure.unit is None and clause.change is not None:
        context.outcome.percentless.append((number, figure))
        return
    state = context.state
    subjects = clause.subjects
    if not subjects and clause.fund == "social_insurance":
        subjects = []
    elif not subjects and clause.fund is not None:
        subjects = fund_alone(context, clause.fund)
    elif not subjects and clause.among and clause.generic is None and clause.change is None and not clause.comparing:
        # "支出9万元，包括当年预算拨款8万元": a part that is not named is not the whole.
        subjects = []
    elif not subjects and state.listed and (clause.change is not None or clause.comparing):
        # "收入9万元，其中A8万元、B1万元，比上年增加…": of the whole or of the last part, nobody can tell.
        subjects = []
    elif not subjects:
        before = inherited(context, clause)
        subjects = [before] if before is not None and before is not UNKNOWN else []
    if clause.zipped and not clause.subjects and (clause.change is not None or clause.comparing):
        # "A9万元，B8万元，分别比上年增加2万元和减少1万元": one for each of them.
        subjects = []
    if not subjects or _of_unknown(context, subjects) or _misplaced(context, subjects):
        told = state.whole_unknown
        _lost(context)
        if clause.among:
            state.whole_unknown = told  # only a part is unknown
        count_unread(context, number, group)
        return
    other_year = clause.year is None and state.opening_year is not None and state.year != state.opening_year
    if other_year and clause.subjects and subjects[0] not in state.sentence_subjects:
        # "2024年决算4万元，2023年决算3万元，公务接待费6万元": of which of the two years, nobody can tell.
        state.sentence_subjects.extend(subjects)
        count_unread(context, number, group)
        return
    if clause.measure is None and subjects[0].measure is not None:
        clause.measure = subjects[0].measure
    measured = measure_of(context, clause)
    if measured is None:
        state.sentence_subjects.extend(subjects)
        state.topic = subjects[-1] if len(subjects) == 1 else None
        count_unread(context, number, group)
        return
    if context.government:
        subjects = [placed for what in subjects if (placed := scoped(context, what, clause)) is not None]
        if not subjects:
            _lost(context)
            count_unread(context, number, group)
            return
    measure, year, compare = measured
    pairs = _pair(subjects, group, clause)
    if pairs is None:
        _lost(context)
        count_unread(context, number, group)
        return
    state.compare = compare or state.compare
    for order, (what, each) in enumerate(pairs):
        emit(
            context,
            number,
            line,
            each,
            what,
            measured,
            clause.change,
            sentence,
            order if len(pairs) > len(group) else 0,
        )
    last = subjects[-1]
    use = _USES.get(last.component) if last.group is None else None
    if use is not None and last.economic is None and not last.path:
        # "基本支出9万元、项目支出5万元": what follows may be of either.
        mixed = state.use_line == number and {state.use, use} >= {"project"} and state.use not in (None, use)
        use = state.use if use == "parts" and state.use == "basic" else use
        state.use, state.use_line = "mixed" if mixed else use, number
    floor = max(0, figure.start - 300)
    bracketed = line.text.rfind("（", floor, figure.start) > line.text.rfind("）", floor, figure.start)
    headed = last.kind == "total" and last.group is None and not last.path and not bracketed
    if (measure == "change" or compare is None) and headed:
        state.headline = last
        state.headline_year = year
    if last.component == "basic" and last.fund != "all" and not last.path:
        state.lead_fund = last.fund
    for what in subjects:
        if what not in state.sentence_subjects:
            state.sentence_subjects.append(what)
    state.topic = subjects[-1] if len(subjects) == 1 or clause.every else None


def _of_unknown(context: Context, subjects: list[What]) -> bool:
    """Whether these are parts of an amount that could not be read ("某站9万元，其中：基本支出5万元"): no totals of the body."""
    return context.state.inside_unknown and any(what.combines and not what.path for what in subjects)


_USES = {"basic": "basic", "personnel": "parts", "operation": "parts", "project": "project"}
_OF_PROJECTS = re.compile("项目支出(?:预算|决算)?(?:表|情况)")
_OF_EXPENDITURE = frozenset({"procurement", "three_public", "agency_running"})


def _misplaced(context: Context, subjects: list[What]) -> bool:
    """Whether an income is named under a heading of purchases or 三公: it says who pays, not what the body receives."""
    kind, section = context.state.kind, context.state.section or ""
    spent = (kind is not None and kind.id in _OF_EXPENDITURE) or (
        _OF_PROJECTS.search(section) and "收入" not in section
    )
    return bool(spent) and any(w.flow in ("income", "balance") for w in subjects)


def _lost(context: Context, keep_headline: bool = False) -> None:
    """An amount of something unknown: nothing after it may be taken for what stood before it.

    keep_headline: it was only a comparison of what stood before it.
    """
    state = context.state
    if keep_headline:
        return
    state.headline = None
    state.whole_unknown = True
    state.topic = None
    state.sentence_subjects.append(UNKNOWN)


def _pair(subjects: list[What], group: list[Figure], clause: Clause) -> list[tuple[What, Figure]] | None:
    """Which figure belongs to which subject: one to one, one for all (均为零), or a joint total's two sides."""
    if len(group) == 1:
        if len(subjects) == 1:
            return [(subjects[0], group[0])]
        if clause.every or (group[0].value == 0 and not clause.zipped):
            return [(what, group[0]) for what in subjects]
        return None
    if len(subjects) == 1 and len(group) == 2 and subjects[0].item.endswith("总计") and subjects[0].flow == "income":
        income = subjects[0]
        return [(income, group[0]), (replace(income, flow="expenditure"), group[1])]
    if len(subjects) == len(group):
        return list(zip(subjects, group, strict=True))
    return None


def note_ratio(context: Context, number: int, figure: Figure, clause: Clause, sentence: int, lead: str) -> None:
    """Note a percentage whose kind is plain."""
    if clause.zone is not None or figure.broken:
        return
    subjects = clause.subjects
    if clause.share:
        kind = "share"
    elif "完成" in lead or "执行率" in lead or "执行进度" in lead:
        kind = "completion"
    elif clause.change is not None:
        kind = "growth"
    else:
        return
    state = context.state
    named = subjects[-1] if subjects else None
    if kind == "share" and named is None and clause.generic is not None:
        named = generic_of(context, clause, clause.generic)
    own = None
    if kind != "share":
        own = named or inherited(context, clause)
    if kind == "growth" and clause.change == 0 and figure.value:
        return
    context.outcome.ratios.append(
        Ratio(
            number,
            sentence,
            figure,
            kind,
            named,
            len(context.outcome.reads),
            clause.change if clause.change is not None else 1,
            state.headline,
            own,
        )
    )
