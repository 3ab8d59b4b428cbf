"""A figure and its clause → amounts read or counted as unread, and what the text after it may refer to."""

from __future__ import annotations

import re
from dataclasses import replace

from models.prose.figures import Figure
from models.prose.flow import Line
from models.prose.items import count_unread, emit
from models.prose.measures import measure_of
from models.prose.references import fund_alone, inherited, scoped
from models.prose.state import UNKNOWN, Clause, Context, What
from models.prose.wholes import lose_whole, note_whole, place_part


def read_money(context: Context, number: int, line: Line, group: list[Figure], clause: Clause, sentence: int) -> None:
    """Read a figure (and those that directly follow it) under what its clause says, or count it as unread.

    What was read becomes what the next amounts can refer to.
    """
    figure = group[0]
    state = context.state
    state.budgeted, before = None, state.budgeted
    state.unread, state.paired = True, False  # unread until it is read
    state.dealt = clause.dealt or (state.dealt and not clause.anew)
    if clause.zone is not None:
        if clause.zone == "cause;":
            _lost(context)
            state.whole, state.parts = None, False
        state.of_purpose = state.of_purpose or clause.zone == "purpose"
        count_unread(context, number, group, explained=True)
        return
    if any(each.broken for each in group) or not clause.clean or clause.mixed or clause.share or not context.year:
        _lost(context, (clause.comparing or clause.change is not None) and not clause.subjects)
        lose_whole(context, number, figure, clause)
        count_unread(context, number, group)
        return
    if figure.unit is None and clause.change is not None:
        context.outcome.percentless.append((number, figure))
        return
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
    elif not subjects and clause.generic is None and clause.change is not None and (state.dealt or state.run > 1):
        # "收、支总计分别减少2万元、减少1万元"; "其中，购置费0万元，运行费8万元，比上年减少1万元": of the last one or of the whole
        subjects = []
    elif not subjects and clause.generic is None and clause.anew and state.parts:
        # "“三公”经费预算9万元，其中公务接待费6万元；决算8万元": of the whole or of the part
        subjects = []
    elif not subjects and _strange(clause):
        # "培训费2万元；举办某某活动，开支5万元": of what was held, not of what was spoken of before.
        subjects = []
    elif not subjects and state.of_purpose:
        # "本年收入9万元，主要用于某某项目2万元，比上年增加1万元": of the whole or of that project.
        subjects = []
    elif not subjects and before is not None and clause.generic is not None and clause.measure == "final":
        subjects = [before]  # "公务接待费预算2万元，支出决算1万元" among others
    elif not subjects:
        known = inherited(context, clause)
        subjects = [known] if known is not None and known is not UNKNOWN else []
    if clause.zipped and not clause.subjects and (clause.change is not None or clause.comparing):
        # "A9万元，B8万元，分别比上年增加2万元和减少1万元": one for each of them.
        subjects = []
    if not subjects or _of_unknown(context, subjects) or _misplaced(context, subjects):
        told = state.whole_unknown
        _lost(context)
        if clause.among:
            state.whole_unknown = told  # only a part is unknown
        lose_whole(context, number, figure, clause)
        count_unread(context, number, group)
        return
    subjects = _loosely_named(context, clause, subjects)
    other_year = clause.year is None and state.opening_year is not None and state.year != state.opening_year
    if other_year and clause.subjects and subjects[0] not in state.sentence_subjects:
        # "2024年决算4万元，2023年决算3万元，公务接待费6万元": of which of the two years, nobody can tell.
        state.sentence_subjects.extend(subjects)
        state.topic = None
        count_unread(context, number, group)
        return
    if clause.measure is None and subjects[0].measure is not None:
        clause.measure = subjects[0].measure
    own_measure = clause.measure
    placed = place_part(context, number, line, figure, clause, subjects)
    if placed is None:
        state.sentence_subjects.extend(subjects)
        state.topic = None
        count_unread(context, number, group)
        return
    subjects = placed
    measured = measure_of(context, clause)
    if measured is None:
        if clause.change is not None and clause.compare_year in (None, context.year - 1):
            context.outcome.misdated.append((number, sentence, subjects[0].item, len(context.outcome.reads)))
        state.sentence_subjects.extend(subjects)
        state.topic = subjects[-1] if len(subjects) == 1 else None
        count_unread(context, number, group)
        return
    if context.government:
        subjects = [found for what in subjects if (found := scoped(context, what, clause)) is not None]
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
    state.unread = False
    told = measure != "change" and compare is None and (state.parts or bool(state.outer))
    state.run = (1 if clause.among or clause.anew else state.run + 1) if told else 0
    note_whole(context, number, group[-1], clause, last, measured)
    if (
        own_measure in ("budget", "adjusted_budget")
        and compare is None
        and context.kind != "budget"
        and len(subjects) == 1
    ):
        state.budgeted = last
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


def _strange(clause: Clause) -> bool:
    """Whether an amount that names nothing stands behind words that nothing explains."""
    named = clause.generic is not None and clause.generic_followed is not None
    return clause.strange and not named and clause.change is None and not clause.comparing


def _loosely_named(context: Context, clause: Clause, subjects: list[What]) -> list[What]:
    """ "一般公共预算财政拨款支出9万元，…与上年相比，财政拨款支出增加1万元": the change is of the grant told before it."""
    told = context.state.headline
    if clause.change is None or told is None or len(subjects) != 1:
        return subjects
    (named,) = subjects
    same = named.kind == told.kind == "total" and named.flow == told.flow and named.group == told.group
    return (
        [told] if same and named.fund == "fiscal_grant" and told.fund == context.state.fund == "general" else subjects
    )


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
