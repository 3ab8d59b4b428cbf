"""Amounts in sentences → line items. Only what is fully understood is read; the rest is counted, never guessed.

Every money figure is judged by its *lead*, the text between the figure before it and itself. The lead is cut into
phrases (lexicon); a figure is read when the phrases name what it is of (or the text before does, without doubt), which
year and measure it has, and nothing unexplained stands in its clause.

This module walks lines and sentences; `clauses` reads a lead, `subjects` and `references` say what it is of,
`measures` of which year and measure, `wholes` what parts have from their whole, `amounts` decides, `items` writes down;
`ratios` notes percentages.
"""

from __future__ import annotations

import re

from models.disclosure import Metadata
from models.prose.amounts import read_money
from models.prose.clauses import read_clause
from models.prose.figures import Figure, figures
from models.prose.flow import Line
from models.prose.government import load_government_lexicon, read_government
from models.prose.items import count_unread
from models.prose.lexicon import Lexicon
from models.prose.names import Named, PathSpan, bare_name, coded_names, map_path, path_spans
from models.prose.projects import opens_list, read_project
from models.prose.ratios import note_ratio
from models.prose.state import UNKNOWN, Context, Outcome, Outside, What
from models.prose.subjects import what_of, what_of_path
from models.prose.wholes import end_line, next_line, next_sentence

_SENTENCE = re.compile(r"[。！？](?!）)")
_OPEN = ("：", "其中", "包括", "如下", "其中:", "如下。")
_WORTH = re.compile("[，、]?(?:金额|价值|共计金额|合计金额)(?:为|共|合计)?")
_JOINED = ("和", "及", "、")
_SILENT = frozenset({"glossary", "duties"})


def read_lines(lexicon: Lexicon, metadata: Metadata, lines: list[Line]) -> Outcome:
    """Read all lines of one document. metadata gives the year, kind and body; the lexicon the words."""
    context = Context(
        lexicon,
        year=metadata.fiscal_year or 0,
        kind=metadata.report_kind or "final_account",
        body=metadata.department_name,
        government=metadata.scope == "government",
    )
    for line in lines:
        for figure in figures(line.text):
            if figure.kind == "money" and figure.unit:
                context.unit_votes[figure.unit] = context.unit_votes.get(figure.unit, 0) + 1
    if context.government:
        context.lexicon = load_government_lexicon()
        read_government(context, metadata, lines)
        return context.outcome
    for number, line in enumerate(lines):
        _line(context, number, line)
    return context.outcome


def _line(context: Context, number: int, line: Line) -> None:
    state = context.state
    if line.section != state.section:
        _enter(context, line)
    context.outcome.kinds.append(state.kind)
    if line.depth is not None:
        state.heading_topic = None
        if not (state.path_open and line.depth >= 6):
            state.path = None
    if not state.path_open:
        state.path = None
    if not state.headline_open:
        state.headline = None
    state.headline_open = state.headline is not None
    state.path_open = False
    state.topic = None
    state.sentence_subjects, state.last_subjects = [], []
    state.compare = None
    state.zone = None
    state.year = state.scope = None
    state.divided = False
    state.whole_unknown = state.inside_unknown = False
    state.procurement_fund = None
    state.foreign = False
    next_line(context)
    named = _named(context, number, line)
    if state.kind is not None and state.kind.id in _SILENT:
        return
    start, sentence = 0, 0
    covered = {position for each in named for position in range(each.start, each.end)}
    found = [figure for figure in figures(line.text) if figure.start not in covered]
    if state.projects is not None and line.depth is not None and line.depth <= state.projects.depth:
        state.projects = None
    project = read_project(context, number, line, found)
    if project is not None:
        # What the project itself is made of are no totals of the body.
        count_unread(context, number, [f for f in found if f.start > project.start], explained=True)
        return
    first_read = len(context.outcome.reads)
    for end in [*(m.end() for m in _SENTENCE.finditer(line.text)), len(line.text)]:
        if end > start:
            inside = [figure for figure in found if start <= figure.start < end]
            _sentence(context, number, line, start, end, inside, named, sentence)
            sentence += 1
        start = end
    state.projects = opens_list(context, line, first_read) or state.projects
    end_line(context, line.text.endswith(_OPEN), len(context.outcome.reads) > first_read)
    if line.text.endswith(_OPEN):
        state.headline_open = state.headline is not None
    elif any(read.line_no == number and read.what is state.headline for read in context.outcome.reads[-12:]):
        state.headline_open = False
    if named and state.path is not None and not any(read.line_no == number for read in context.outcome.reads[-1:]):
        state.path_open = True


def _enter(context: Context, line: Line) -> None:
    state = context.state
    state.section = line.section
    kind = None
    for heading in (line.section or "", line.part or ""):
        kind = kind or context.lexicon.section(heading)
    # The innermost numbered heading says most; the outer ones give the fund.
    inner = re.split(r"(?=（[一二三四五六七八九十]{1,3}）)", line.section or "")
    inner = [part for part in inner if not re.search(r"\d.*元", part)] or [""]
    own = context.lexicon.section(inner[-1]) if inner else None
    glossary = context.lexicon.section(line.part or "") if line.part else None
    if glossary is not None and glossary.id == "glossary":
        kind, own = glossary, glossary
    state.kind = own or kind
    fund = None
    for part in reversed(inner):
        section = context.lexicon.section(part)
        # "（二）支出决算具体情况" says nothing of the fund: the heading above it does.
        if section is not None and section.fund is not None and fund in (None, "all"):
            fund = section.fund
    state.fund = fund
    state.headline = None
    state.lead_fund = None
    state.above = (None, None)
    state.heading_topic = None
    state.projects = None
    state.whole_open = False
    uses = [part for part in inner if "基本支出" in part or "项目支出" in part]
    state.use = "basic" if uses and "项目支出" not in uses[-1] else None


def _named(context: Context, number: int, line: Line) -> list[Named]:
    fund = context.state.fund
    spans: list[PathSpan] = path_spans(line.text)
    found = []
    for span in spans:
        named = map_path(span, line.text, context.year, context.state.above, fund)
        found.append(named)
        if span.level == "类":
            context.state.above = (span.names[0], None)
        elif span.level == "款" and (line.heading or line.text.endswith(_OPEN)):
            context.state.above = (span.names[0] or context.state.above[0], span.names[1])
    taken = [(named.start, named.end) for named in found]
    found.extend(coded_names(line.text, context.year, taken))
    if not found and context.state.projects is None and not context.government:
        bare = bare_name(line.text, context.year, line.section or "", context.state.above, fund)
        found.extend([bare] if bare is not None else [])
    found.sort(key=lambda named: named.start)
    section = context.state.kind.id if context.state.kind else ""
    context.outcome.named.extend((number, named, section) for named in found)
    return found


def _sentence(
    context: Context,
    number: int,
    line: Line,
    start: int,
    end: int,
    found: list[Figure],
    named: list[Named],
    sentence: int,
) -> None:
    state = context.state
    state.last_subjects, state.sentence_subjects = state.sentence_subjects or state.last_subjects, []
    state.compare, state.zone = None, None
    follows = re.match(r"(?:其中|包括)", line.text[start:end])
    numbered = start > 0 and re.match(r"\d{1,2}[.、．](?!\d)|（\d{1,2}）|[①-⑳]", line.text[start:end])
    state.whole_unknown = state.whole_unknown and follows is not None
    state.inside_unknown = state.whole_unknown
    state.budgeted, state.unread, state.of_purpose, state.paired = None, False, False, False
    state.shares = []
    next_sentence(context, follows is not None or (state.parts and bool(numbered)))
    state.opening_year, state.run, state.dealt, state.itemed = None, 0, False, False
    if not context.government:
        state.year = None
    if not any(f.kind == "money" or (f.kind == "bare" and _amount_like(line, f)) for f in found):
        _title(context, line, start, end, named)
    anchor = start
    state.outer, state.listed = [], False
    pending: list[Figure] = []
    unknown_things = False
    for index, figure in enumerate(found):
        if figure.kind in ("year", "skip") or (figure.kind == "bare" and not _amount_like(line, figure)):
            continue
        if figure in pending:
            anchor = figure.after
            continue
        lead = line.text[anchor : figure.start]
        before, anchor = anchor, _brackets(context, line, anchor, figure.start)
        clause = read_clause(context, line, anchor, figure.start, named)
        state.zone = clause.zone
        if clause.subjects:
            state.listed = lead.startswith("、")
        if figure.kind == "count":
            unknown_things = not clause.clean
        elif unknown_things and _WORTH.fullmatch(lead):
            # "轿车1辆、金额9万元" under the purchase of vehicles: a part of it, by a kind no list knows.
            count_unread(context, number, [figure])
            state.unread = True
            anchor = figure.after
            continue
        if figure.kind in ("money", "bare"):
            series = _series(line, figure, found[index + 1 :])
            read_money(context, number, line, [figure, *series], clause, sentence)
            pending = series
        elif figure.kind == "percent" and figure.unit == "%":
            after = found[index + 1] if index + 1 < len(found) else None
            joined = after is not None and after.kind == "percent" and line.text[figure.after : after.start] in _JOINED
            words = line.text[anchor : figure.start]
            note_ratio(context, number, figure, clause, sentence, words, closed=anchor > before, joined=joined)
        anchor = figure.after
    if state.outer:
        _brackets(context, line, anchor, end)


def _brackets(context: Context, line: Line, anchor: int, end: int) -> int:
    """Where the words of a figure begin: after a bracket that closed before it, with what was spoken of before it opened.

    "购置及运行维护费12万元（购置费0万元，运行费12万元），比上年减少1万元" compares the whole, not the last part.
    """
    state = context.state
    begin = anchor
    for position in range(anchor, end):
        character = line.text[position]
        if character == "（":
            state.outer.append(_outside(context, position, state.topic if position == begin else None))
        elif character == "）" and state.outer:
            outside = state.outer.pop()
            if outside.position >= anchor:
                continue
            state.topic, state.zone, state.headline = outside.topic, outside.zone, outside.headline
            state.whole, state.parts, state.run = outside.whole, outside.parts, outside.run
            state.budgeted, state.unread = outside.budgeted, outside.unread
            if outside.topic is None:
                state.sentence_subjects.append(UNKNOWN)
            else:
                state.sentence_subjects = list(outside.subjects)
            begin = position + 1
    return begin


def _outside(context: Context, position: int, topic: What | None) -> Outside:
    """What is spoken of where a bracket opens."""
    state = context.state
    return Outside(
        position,
        topic,
        state.zone,
        state.headline,
        state.whole,
        state.parts,
        state.run,
        state.budgeted,
        state.unread,
        tuple(state.sentence_subjects),
    )


def _amount_like(line: Line, figure: Figure) -> bool:
    """Whether digits without a unit can be an amount: decimals or separators, and a sentence that goes on."""
    printed = line.text[figure.start : figure.end]
    return ("." in printed or "，" in printed) and (line.text[figure.end : figure.end + 1] in ("，", "。", "；", ""))


def _series(line: Line, figure: Figure, following: list[Figure]) -> list[Figure]:
    """The figures that directly follow, joined by nothing but a separator."""
    series: list[Figure] = []
    last = figure
    for other in following:
        if other.kind != "money" or line.text[last.after : other.start] not in ("，", "、", "和", "及"):
            break
        series.append(other)
        last = other
    return series


def _title(context: Context, line: Line, start: int, end: int, named: list[Named]) -> None:
    """A sentence without figures can name the topic of what follows ("（一）基本支出。", "1.公务接待费")."""
    state = context.state
    inside = [each for each in named if start <= each.start < end]
    if inside:
        state.path = what_of_path(context, inside[-1])
        state.topic = state.path
        return
    text = line.text[start:end].rstrip("。：；，")
    if len(text) > 34:
        state.zone = None
        if text.endswith(("如下", "包括", "其中", "内容")):
            _lead_in(context, line, start, end)
        return
    clause = read_clause(context, line, start, start + len(text), [])
    if len(clause.subjects) == 1 and clause.clean and clause.zone is None:
        if line.heading or (start == 0 and end == len(line.text)):
            state.heading_topic = clause.subjects[0]
        else:
            state.topic = clause.subjects[0]
    elif not clause.subjects and clause.generic is not None and clause.clean and clause.measure is not None:
        subject = context.lexicon.subjects[clause.generic.value]
        state.topic = what_of(
            context, subject, None, line.text[clause.generic.start : clause.generic.end], clause.scope
        )
    elif text.endswith(("如下", "包括", "其中", "内容")):
        _lead_in(context, line, start, end)


def _lead_in(context: Context, line: Line, start: int, end: int) -> None:
    """ "财政拨款支出主要内容如下：" sets the fund of the items below it."""
    funds = [token for token in context.lexicon.tokens(line.text, start, end) if token.kind == "fund"]
    if len(funds) == 1:
        context.state.lead_fund = funds[0].value
        context.state.headline = None
