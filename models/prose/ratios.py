"""A percentage and its clause → `Ratio`: a share, a growth or a completion, and what it is of; dropped where that is not plain."""

from __future__ import annotations

import re

from models.prose.figures import Figure
from models.prose.measures import of_this_year
from models.prose.references import generic_of, inherited
from models.prose.state import UNKNOWN, Clause, Context, Ratio, What


def note_ratio(
    context: Context,
    number: int,
    figure: Figure,
    clause: Clause,
    sentence: int,
    lead: str,
    *,
    closed: bool,
    joined: bool,
) -> None:
    """Note a percentage whose kind, and what it is of, is plain.

    closed: a bracket was closed before it; joined: another percentage follows it directly ("分别增长5%和8%").
    """
    state = context.state
    several = joined or clause.zipped or "分别" in lead
    follows, state.paired = state.paired and _JOINING.match(lead) is not None, several
    if clause.zone is not None or figure.broken or state.paired or follows:
        return
    subjects = clause.subjects
    if clause.share:
        kind = "share"
    elif "完成" in lead or re.search("执行率|执行进度|执行比例", lead):
        kind = "completion"
    elif clause.change is not None:
        kind = "growth"
    else:
        return
    if state.unread and (kind == "share" or not subjects):
        return  # of an amount that was not read
    named = subjects[-1] if subjects else None
    if kind == "share" and named is None and clause.generic is not None:
        named = generic_of(context, clause, clause.generic)
    own = state.topic if closed else None
    if kind != "share":
        own = named or inherited(context, clause)
        if own is None or own is UNKNOWN or not clause.clean:
            return
        if kind == "growth" and not of_this_year(context, clause):
            return
    elif (closed and own is None) or _another_share(context, lead):
        return
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
            _headline_of_share(context, named) if kind == "share" else state.headline,
            own,
        )
    )


_JOINING = re.compile("(?:和|及|、|，)?(?:增长|下降|增加|减少|占)?$")


def _another_share(context: Context, lead: str) -> bool:
    """Whether a share says itself what it is of, and that is not the amount before it.

    "授予小微企业合同金额9万元，占…的50%；货物采购授予中小企业合同金额占货物支出金额的100%"
    """
    words = lead[: lead.rfind("占")]
    told = [
        context.lexicon.subjects[t.value] for t in context.lexicon.tokens(words, 0, len(words)) if t.kind == "subject"
    ]
    last = context.outcome.reads[-1].what if context.outcome.reads else None
    return bool(told) and (len(told) > 1 or last is None or told[0].item != last.item)


def _headline_of_share(context: Context, named: What | None) -> What | None:
    """The total a share without a name is of: not the amount itself, nor one that is a part among those told here."""
    state = context.state
    last = context.outcome.reads[-1].what if context.outcome.reads else None
    if named is None and state.headline is not None and last == state.headline:
        state.shares.append(state.headline)
    return None if state.headline in state.shares else state.headline
