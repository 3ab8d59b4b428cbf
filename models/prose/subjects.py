"""What a word is of: a subject, a class or a path of the classification becomes a `What`, with its fund and its item."""

from __future__ import annotations

import re
from dataclasses import replace

from models.classify import classify_economic, classify_function
from models.prose.lexicon import Subject, Token
from models.prose.names import Named
from models.prose.state import Clause, Context, What

FUND_ITEMS = {
    "general": "一般公共预算财政拨款",
    "gov_fund": "政府性基金预算财政拨款",
    "state_capital": "国有资本经营预算财政拨款",
    "fiscal_grant": "财政拨款",
}
"""How a line item names each fund."""

_OWN_ACCOUNTS = ("gov_fund", "state_capital")
"""Under a heading of these, 本年收入 and 本年支出 are of that fund; under others it may be the whole body's."""

INCOME_ITEMS = {key: value + "收入" for key, value in FUND_ITEMS.items()}
"""How it names the income from that fund."""


def what_of(context: Context, subject: Subject, fund: str | None, name: str, scope: str | None) -> What:
    """Give a subject its fund: from its words, else the headline it is a part of, else the section."""
    state = context.state
    flow, component, item, level = subject.flow, subject.component, subject.item, subject.level
    subset = subject.subset
    if subject.kind == "total" and subject.group is None:
        if fund is not None and flow == "income" and inside_income(context):
            return What("income", fund, INCOME_ITEMS[fund], name, "all", group="income")
        resolved = fund or "all"
        if (
            fund is None
            and state.fund is not None
            and subject.id in ("income_total", "expenditure_total", "both_total")
        ):
            resolved = state.fund
        elif fund is None and subject.id in ("income_current", "expenditure_current"):
            before = state.sentence_subjects[-1] if state.sentence_subjects else None
            if before is not None and before.kind == "total" and before.group is None and before.fund in FUND_ITEMS:
                resolved = before.fund  # "财政拨款本年收入9万元；本年支出8万元"
            elif state.fund in _OWN_ACCOUNTS:
                resolved = state.fund or "all"
        if fund is not None and subject.id in ("income_total", "expenditure_total"):
            item = FUND_ITEMS[fund] + ("收入" if flow == "income" else "支出")
    elif subject.flow == "income":
        resolved = "all"
    elif subject.group == "three_public":
        resolved = fund or _three_public_fund(context, subject, name)
        if subject.kind == "total":
            state.three_public_fund = resolved
    elif subject.group == "procurement":
        resolved = fund or state.procurement_fund or "all"
        if subject.kind == "total":
            state.procurement_fund = resolved
    elif subject.fund is not None:
        resolved = subject.fund
    elif fund is not None:
        resolved = fund
    elif (account := _account_before(context, subject)) is not None:
        resolved = account
    elif state.path is not None and subject.combines:
        return replace(
            state.path,
            component=component,
            item=f"{state.path.item}（{item}）",
            name=name,
            subset=True,
            combines=True,
        )
    else:
        resolved = context_fund(context)
    economic = None
    if subject.economic:
        mapping = classify_economic(context.year, name=subject.item, level="类")
        economic, level = mapping.code, "类" if mapping.code else level
        if state.use in ("basic", "project"):
            component, subset = state.use, False
        elif state.use == "parts" and component == "total":
            component = "basic"
        elif any(what.economic for what in state.sentence_subjects):
            component, subset = "total", False
    if scope is not None:
        item = scope + item
    return What(
        flow,
        component,
        item,
        name,
        resolved,
        level,
        subject.kind,
        subset,
        subject.group,
        economic=economic,
        method="name" if economic else None,
        score=1.0 if economic else None,
        combines=subject.combines,
        measure=subject.measure,
    )


def _account_before(context: Context, subject: Subject) -> str | None:
    """ "一般公共预算本年收入9万元、上年结转1万元，政府性基金预算本年收入…": a balance is of the account whose year it stands beside."""
    told = context.state.sentence_subjects
    beside = subject.flow == "balance" and told and told[-1].item in ("本年收入合计", "本年支出合计")
    return told[-1].fund if beside and told[-1].fund in ("general", *_OWN_ACCOUNTS) else None


def _three_public_fund(context: Context, subject: Subject, name: str) -> str:
    """The total says whether it is of all 财政拨款 or of 一般公共预算; its parts follow it."""
    state = context.state
    if subject.kind != "total" and state.three_public_fund is not None:
        return state.three_public_fund
    said = (state.section or "") + name
    both = re.search("一般公共预算[及和、与]政府性基金", said) is not None
    if not both and "财政拨款" not in said and "一般公共预算" not in said:
        return state.three_public_fund or "general"
    return "fiscal_grant" if both or "一般公共预算" not in said else "general"


def inside_income(context: Context) -> bool:
    """Whether incomes named now are parts of the total income of all funds."""
    state = context.state
    if state.headline is not None and state.headline.flow == "income" and state.headline.fund == "all":
        return state.headline.item in ("总计", "本年收入合计") or state.headline.kind == "total"
    return state.headline is None and state.kind is not None and state.kind.id == "income"


def what_of_class(context: Context, text: str, token: Token, clause: Clause) -> What:
    """A class named alone (“教育支出”): its code by its name, its fund from the clause or the context."""
    mapping = classify_function(context.year, name=token.value, level="类")
    fund = clause.fund or context_fund(context)
    clause.fund = None
    item = mapping.name or token.value
    return What(
        "expenditure",
        "total",
        (clause.scope or "") + item,
        text[token.start : token.end],
        fund,
        "类" if mapping.code else "item",
        code=mapping.code,
        method=mapping.method,
        score=mapping.score,
    )


def what_of_path(context: Context, named: Named) -> What:
    """A named path of the classification (“教育（类）普通教育（款）”), in the fund of its context."""
    fund = context_fund(context)
    mapping = named.mapping
    own = next((name for name in reversed(named.names) if name), named.text)
    functional = named.scheme == "function"
    return What(
        "expenditure",
        "total",
        mapping.name or own,
        named.text,
        fund,
        named.level if functional or mapping.code else "item",
        code=mapping.code if functional else None,
        economic=None if functional else mapping.code,
        method=mapping.method,
        score=mapping.score,
        printed_code=named.code,
        path=True,
    )


def context_fund(context: Context) -> str:
    """The fund of a part that names none: of the total it stands under, the lead-in, the section."""
    state = context.state
    if state.headline is not None and state.headline.flow != "income":
        return state.headline.fund
    return state.lead_fund or state.fund or "all"
