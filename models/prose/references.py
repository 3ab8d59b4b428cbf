"""What an amount is of when its own clause does not say it in full: the thing, the total or the fund spoken of before."""

from __future__ import annotations

import re
from dataclasses import replace

from models.prose.lexicon import Token
from models.prose.state import Clause, Context, What
from models.prose.subjects import FUND_ITEMS, INCOME_ITEMS, what_of

_SHORT_FUNDS = {"general": "一般公共预算", "gov_fund": "政府性基金预算", "state_capital": "国有资本经营预算"}
_TOTAL_SECTIONS = frozenset({None, "income", "expenditure", "grant", "general", "gov_fund", "state_capital"})


def inherited(context: Context, clause: Clause) -> What | None:
    """The subject of an amount whose own clause names none; None when more than one could be meant."""
    state = context.state
    if state.path is not None:
        return state.path if not state.sentence_subjects or state.sentence_subjects[-1].path else None
    if clause.generic is not None:
        return generic_of(context, clause, clause.generic)
    if state.topic is not None and (state.sentence_subjects or not state.last_subjects):
        return state.topic
    if state.sentence_subjects:
        return state.sentence_subjects[-1] if len(state.sentence_subjects) == 1 else None
    if state.last_subjects:
        return state.last_subjects[0] if len(state.last_subjects) == 1 else None
    return state.topic or state.heading_topic


def generic_of(context: Context, clause: Clause, generic: Token) -> What | None:
    """A bare 支出 or 收入: the one thing spoken of, or the total it is compared with, or the total of the section."""
    state = context.state
    subject = context.lexicon.subjects[generic.value]
    known = state.sentence_subjects or state.last_subjects
    followed = clause.generic_followed
    alone = known[0] if len(known) == 1 and known[0].flow == subject.flow else None
    if alone is not None and (alone.group or alone.path or alone.kind == "total" or followed is None):
        return alone
    counterpart = all(what.kind == "total" and not what.group and what.flow not in ("", subject.flow) for what in known)
    if known and counterpart and clause.measure is not None and followed in (None, "measure"):
        # "收入预算9万元，…；支出预算9万元": the other side of the total spoken of.
        return what_of(context, subject, None, "支出" if subject.flow == "expenditure" else "收入", clause.scope)
    if known:
        total = state.headline
        # "支出预算比上年增加1万元" after its parts were told
        compared = followed in ("compare", "change") or (followed == "measure" and clause.change is not None)
        return total if compared and total is not None and total.flow == subject.flow else None
    if state.heading_topic is not None and state.heading_topic.flow == subject.flow:
        return state.heading_topic
    section = state.kind.id if state.kind is not None else None
    # "（一）收入决算情况。2017年度，本单位收入为9万元": the section is about nothing but this total.
    told = section == ("income" if subject.flow == "income" else "expenditure") and followed is None
    if (clause.measure is None and not told) or section not in _TOTAL_SECTIONS:
        return None
    return what_of(context, subject, None, "支出" if subject.flow == "expenditure" else "收入", clause.scope)


def fund_alone(context: Context, fund: str) -> list[What]:
    """ "其中：一般公共预算拨款13.5万元": the fund alone, its flow from the total before it, or the section."""
    state = context.state
    headline = state.headline
    name = FUND_ITEMS[fund]
    before = state.sentence_subjects[-1] if state.sentence_subjects else None
    if before is not None and before.group == "performance" and before.fund in _SHORT_FUNDS:
        # "绩效目标管理涉及一般公共预算拨款9万元，政府性基金预算拨款0万元"
        return [replace(before, fund=fund, name=name)]
    if headline is None:
        section = state.section or ""
        if state.fund == fund and "收入" not in section and re.search(r"支出|拨款", section):
            return [What("expenditure", "total", name + "支出", name, fund, "total", "total")]
        return []
    if headline.flow == "income" and headline.fund == "all":
        return [What("income", fund, INCOME_ITEMS[fund], name, "all", group="income")]
    ending = "收入" if headline.flow == "income" else "支出"
    return [What(headline.flow, "total", name + ending, name, fund, "total", "total")]


def scoped(context: Context, what: What, clause: Clause) -> What | None:
    """In a government report: the thing with the level of government it is of, None where that is not said."""
    state = context.state
    scope = clause.scope or what.scope or state.scope
    if scope is None and what.kind == "total" and what.fund in _SHORT_FUNDS:
        # Another body's total (a development zone): what the paragraph calls 区级 after it is not this government's.
        state.foreign = True
    if state.foreign:
        return None
    if what.scope is not None or scope is None:
        return what if what.scope is not None else None
    if what.kind == "total" and what.group is None and what.fund in _SHORT_FUNDS and what.component == "total":
        ending = {"income": "收入", "expenditure": "支出"}.get(what.flow)
        item = _SHORT_FUNDS[what.fund] + ending if ending and not what.item.endswith("总计") else what.item
    elif what.code is not None and state.headline is not None and state.headline.scope is not None:
        item, scope = what.item, state.headline.scope
    else:
        return None
    state.scope = scope
    return replace(what, item=scope + item.removeprefix(scope), scope=scope)
