"""Reports on a whole government's budget: amounts by level (全市, 市本级), account, year and stage → line items.

One report tells of the year that ended and of the one that begins, of the whole region and of its own level, and of
four accounts. An amount is read when all of these and the thing itself are said in its clause or by the headings over
it; what is taken together with other things (加上…等), is somebody else's, or stands in a reason stays unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from data import read_toml
from models.classify import classify_function
from models.disclosure import Metadata
from models.prose.figures import Figure, figures
from models.prose.flow import Line
from models.prose.items import count_unread, emit
from models.prose.lexicon import Lexicon, Subject, Token
from models.prose.measures import Measured
from models.prose.setting import Headings, Setting, opened, scope_name, setting_of
from models.prose.state import Context, Ratio, What

_SENTENCE = re.compile(r"[。！？]")
_SKIP = re.compile(r"[①-⑳]|—+|─+|[一二三四五六七八九]是|”")
_NUMBER = re.compile(
    r"^(?:\d{1,2}[、.．]|（[一二三四五六七八九十\d]{1,3}）|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳]|—+|─+|注：)+"
)
_EXECUTED_AFTER = re.compile(r"^（?[，]?(?:完成|为|占|达到)?(?:年度|年初|汇总|调整|全年|当年)*预算的\d")
_RESTART = re.compile(r"[①-⑳]")
_OPEN = re.compile(r"^(?P<name>[一-龥][一-龥、（）”]{2,40}(?:转移支付|返还|补助|资金|基金|支出))(?=\d)")
_NAMED_ITEM = re.compile(r"^(?P<name>[一-龥][一-龥、（）]{2,40}?)(?P<stage>预算数|执行数|决算数)(?:为|是)?$")
_TRANSFERS_TOLD = re.compile(
    r"^(?:(?:19|20)\d\d年)?(?P<level>省|市|州|县|区)(?:级|本级)?对(?:各市县|各市|市县|下|各区市|区市|县区|区县|各区|各县)转移支付"
    r"(?P<account>一般公共预算|政府性基金预算|国有资本经营预算)(?:资金)?(?:支出)?(?:预算数|执行数|决算数)"
)
"""The sentence that opens a section of transfers: from which level, out of which account."""
_STAGES = {"预算数": "budget", "执行数": "final", "决算数": "final"}
_NAMED_BODY = re.compile(r"^[一-龥]{2,16}(?:开发区|高新区|新区|管理区|示范区|度假区|保税区)$")
_NOT_A_NAME = re.compile("其中|包括|用于|安排|增加|减少|比|较|为|完成")
_DEBT_PARTS = ("debt_general", "debt_special")
_SHORT = {"general": "一般公共预算", "gov_fund": "政府性基金预算", "state_capital": "国有资本经营预算"}


@lru_cache(maxsize=1)
def load_government_lexicon() -> Lexicon:
    """The words of government reports, read once."""
    return Lexicon(read_toml("vocabulary/prose_government.toml"))


@dataclass(slots=True)
class _Clause:
    """What the text before one figure says of it."""

    subject: What | Subject | None = None
    name: str = ""
    before: What | Subject | None = None
    before_name: str = ""
    fund: str | None = None
    year: int | None = None
    measure: str | None = None
    planned: bool = False
    comparing: bool = False
    base_year: int | None = None
    base_measure: str | None = None
    change: int | None = None
    several: bool = False
    scope: str | None = None
    clean: bool = True
    joined: bool = False
    until: bool = False
    outside: _Clause | None = None


@dataclass(slots=True)
class _Walk:
    """One line being read. setting: of the headings, then of what the line itself says."""

    context: Context
    number: int
    line: Line
    setting: Setting
    foreign: bool = False
    direction: str | None = None
    zone: bool = False
    sub: bool = False
    depth: int = 0
    parent: What | None = None
    last: What | None = None
    last_measured: Measured | None = None
    debt: What | None = None
    debt_measured: Measured | None = None
    balance_told: str | None = None
    topic: tuple[What | Subject, str] | None = None


def read_government(context: Context, metadata: Metadata, lines: list[Line]) -> None:
    """Read all lines of a government's report into ``context.outcome``."""
    headings = Headings(metadata.title)
    chapter, told = "", Setting()
    for number, line in enumerate(lines):
        over = headings.over(line)
        if _chapter(line) != chapter:
            chapter, told = _chapter(line), Setting()
        context.outcome.kinds.append(None)
        found = [f for f in figures(line.text) if f.kind in ("money", "percent")]
        if not any(f.kind == "money" for f in found):
            continue
        opening = _TRANSFERS_TOLD.match(line.text)
        if opening:
            account = next(key for key, name in _SHORT.items() if name == opening["account"])
            told = Setting(scope=opening["level"] + "级", account=account, downward=True)
        setting = setting_of(context.lexicon, over, context.body)
        if setting.transfer is not None and told.downward and setting.scope in (None, told.scope):
            setting = replace(setting, scope=told.scope, account=setting.account or told.account, downward=True)
        _line(_Walk(context, number, line, setting, direction=_direction(over)), found)


def _chapter(line: Line) -> str:
    """The outermost numbered heading a line stands under."""
    return re.split(r"（[一二三四五六七八九十]{1,3}）", line.section or "")[0]


def _direction(headings: list[str]) -> str | None:
    """收入 or 支出, where the innermost heading that names either names only one."""
    for heading in headings:
        named = set(re.findall("收入|支出|收支", heading))
        if named:
            return named.pop() if len(named) == 1 and "收支" not in named else None
    return None


def _line(walk: _Walk, found: list[Figure]) -> None:
    text = walk.line.text
    prefix = _NUMBER.match(text)
    start, sentence = prefix.end() if prefix else 0, 0
    for end in [*(m.end() for m in _SENTENCE.finditer(text)), len(text)]:
        if end <= start:
            continue
        inside = [f for f in found if start <= f.start < end]
        walk.zone, walk.sub, walk.depth, walk.parent = False, False, 0, None
        walk.last, walk.last_measured, walk.debt, walk.balance_told = None, None, None, None
        if inside:
            _sentence(walk, start, inside, sentence)
            walk.topic = None
        else:
            _heading_sentence(walk, start, end)
        start, sentence = end, sentence + 1


def _heading_sentence(walk: _Walk, start: int, end: int) -> None:
    """A sentence without amounts: "2.市级政府性基金预算。" sets the scene, "增值税。" names what the next one is of."""
    text = walk.line.text
    if end - start > 44:
        walk.topic = None
        return
    own = setting_of(walk.context.lexicon, [text[start:end]], walk.context.body)
    walk.setting = opened(walk.setting, scope=own.scope, account=own.account, year=own.year, stage=own.stage)
    clause = _Clause()
    _read(walk, clause, start, end - 1)
    walk.topic = (clause.subject, clause.name) if clause.subject is not None and clause.clean else None


def _sentence(walk: _Walk, start: int, found: list[Figure], sentence: int) -> None:
    anchor = start
    if walk.line.depth is not None and walk.line.depth >= 2 and sentence == 0 and found[0].kind == "money":
        named = _NAMED_ITEM.match(walk.line.text[start : found[0].start])
        if named and not _NOT_A_NAME.search(named["name"]):
            paid = walk.setting.transfer is not None and walk.setting.downward
            subject = _part_of_transfer(walk, named["name"]) if paid else _named_item(walk, named["name"])
            clause = _Clause(subject=subject, measure=_STAGES[named["stage"]], planned=True)
            # A name the vocabulary knows is read as what it is.
            tokens = list(walk.context.lexicon.tokens(named["name"], 0, len(named["name"])))
            if not (len(tokens) == 1 and tokens[0].kind in ("subject", "class")):
                _decide(walk, found[0], clause, sentence)
                anchor, found = found[0].after, found[1:]
    if walk.setting.transfer and walk.line.depth in (2, 3, 4, 5) and sentence == 0 and found:
        name = _OPEN.match(walk.line.text[start : found[0].start + 1])
        if name and not _NOT_A_NAME.search(name["name"]) and walk.setting.downward and found[0].kind == "money":
            what = _part_of_transfer(walk, name["name"])
            anchor = found[0].after
            _decide(walk, found[0], _Clause(subject=what, name=name["name"]), sentence)
            found = found[1:]
    for figure in found:
        clause = _Clause()
        if walk.topic is not None and anchor == start:
            clause.before, clause.before_name = walk.topic
        _read(walk, clause, anchor, figure.start)
        if figure.kind == "percent":
            _ratio(walk, figure, clause, walk.line.text[anchor : figure.start], sentence)
        else:
            _decide(walk, figure, clause, sentence)
        anchor = figure.after


def _read(walk: _Walk, clause: _Clause, start: int, end: int) -> None:
    """Take the words before a figure into the clause."""
    text = walk.line.text
    tokens = [t for t in walk.context.lexicon.tokens(text, start, end) if not _skipped(text, t)]
    for index, token in enumerate(tokens):
        follower = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == "mark":
            _mark(walk, clause, token, text)
        elif walk.zone:
            continue
        elif token.kind == "cause":
            walk.zone = True
        elif token.kind == "other":
            _unknown(walk, clause, token, follower)
        else:
            _known(walk, clause, token, text)


def _skipped(text: str, token: Token) -> bool:
    return token.kind == "other" and not _SKIP.sub("", text[token.start : token.end])


def _mark(walk: _Walk, clause: _Clause, token: Token, text: str) -> None:
    """A comma ends a clause, a semicolon a statement, brackets hold parts of what stands before them."""
    if token.value == "（":
        walk.depth += 1
        walk.sub = True
        clause.outside = replace(clause, outside=None)
    elif token.value == "）":
        walk.depth = max(0, walk.depth - 1)
        walk.sub = False
        # A remark in brackets without amounts changes nothing of what is said around it.
        outside = clause.outside or _Clause()
        for name in ("subject", "name", "fund", "scope", "year", "measure", "planned", "clean", "several", "joined"):
            setattr(clause, name, getattr(outside, name))
    elif token.value in "；：，":
        if clause.subject is not None and clause.clean and not clause.joined and not clause.several:
            clause.before, clause.before_name = clause.subject, clause.name
        clause.subject, clause.several, clause.clean, clause.joined = None, False, True, False
        clause.comparing, clause.change, clause.fund, clause.scope = False, None, None, None
    if token.value == "；":
        clause.before = None
        walk.sub, walk.parent, walk.last = False, None, None
        if _RESTART.match(text, token.end):
            walk.zone = False
    elif token.value == "、" and clause.subject is not None:
        clause.several = True


def _unknown(walk: _Walk, clause: _Clause, token: Token, follower: Token | None) -> None:
    """Words nobody listed: the name of the government itself or of a development zone is known for what it is."""
    words = walk.line.text[token.start : token.end]
    own = (walk.context.body or "").removesuffix("财政局").removesuffix("财政厅").removesuffix("人民政府")
    if follower is not None and follower.kind == "scope" and own and own.startswith(words[:2]) and len(words) <= 4:
        return
    if follower is not None and follower.kind in ("fund", "subject") and _NAMED_BODY.match(words):
        walk.setting = replace(walk.setting, scope=words)
        walk.foreign = False
        return
    if follower is not None and follower.kind == "fund" and not walk.depth:
        walk.foreign = True
    clause.clean = False


def _known(walk: _Walk, clause: _Clause, token: Token, text: str) -> None:
    kind = token.kind
    words = text[token.start : token.end]
    if kind == "scope":
        named = walk.setting.scope is not None and _NAMED_BODY.match(walk.setting.scope)
        own = scope_name(words)
        clause.several = clause.several or clause.scope not in (None, own)
        clause.scope = own
        if not (named and words in ("区级", "区本级")):
            walk.setting = replace(walk.setting, scope=own)
        walk.foreign = False
    elif kind == "fund":
        clause.fund = token.value
    elif kind in ("year", "last_year", "this_year"):
        _year(walk, clause, token)
    elif kind == "measure" and clause.comparing:
        clause.base_measure = token.value
    elif kind == "measure":
        clause.measure = token.value
        clause.planned = clause.planned or "预算" in words
    elif kind == "base_final":
        if clause.comparing:
            clause.base_measure = "final"
        else:
            clause.measure = "final"
    elif kind in ("increase", "decrease"):
        clause.change = 1 if kind == "increase" else -1
    elif kind == "compare":
        clause.comparing = True
    elif kind == "until":
        clause.until = True
    elif kind == "among":
        clause.subject, clause.clean = None, True
        walk.sub = True
    elif kind in ("plus", "composite"):
        clause.joined = clause.joined or kind == "composite"
    elif kind in ("subject", "class"):
        if clause.subject is not None:
            clause.several = True
        if kind == "subject":
            subject = walk.context.lexicon.subjects[token.value]
            clause.subject = subject
            if clause.fund is not None and subject.kind == "total" and not walk.depth:
                # Only its own income or expenditure makes an account the one spoken of ("政府性基金预算调入…" does not).
                walk.setting = replace(walk.setting, account=clause.fund)
        else:
            clause.subject = _class(walk, token.value)
        clause.name = words


def _year(walk: _Walk, clause: _Clause, token: Token) -> None:
    said = int(token.value) if token.kind == "year" else walk.setting.year
    if said is not None and token.kind == "last_year":
        said -= 1
    if clause.comparing:
        clause.base_year = said
        return
    clause.year = said
    if token.kind == "year" and not walk.depth:
        walk.setting = replace(walk.setting, year=said)


def _class(walk: _Walk, name: str) -> What | None:
    """A class of expenditure; in a list of transfers it is a purpose of theirs and has no code."""
    setting = walk.setting
    if setting.transfer is not None or setting.account not in _SHORT:
        return None
    mapping = classify_function(setting.year or walk.context.year, name=name, level="类", fund=setting.account)
    return What(
        "expenditure",
        "total",
        mapping.name or name,
        name,
        setting.account or "all",
        "类" if mapping.code else "item",
        code=mapping.code,
        method=mapping.method,
        score=mapping.score,
    )


def _named_item(walk: _Walk, name: str) -> What | None:
    """An item of an account that the vocabulary does not list: income or expenditure as its name or the heading says."""
    account = walk.setting.account
    ending = re.search("(收入|支出)$", name)
    said = ending.group(1) if ending else walk.direction
    if account not in _SHORT or said is None:
        return None
    return What("income" if said == "收入" else "expenditure", "total", name, name, account or "all")


def _part_of_transfer(walk: _Walk, name: str) -> What:
    item = f"对下{walk.setting.transfer}（{name}）"
    return What("expenditure", "total", item, name, walk.setting.account or "general", subset=True)


def _decide(walk: _Walk, figure: Figure, clause: _Clause, sentence: int) -> None:
    """Read the figure if everything about it is known, else count it."""
    what = None
    measured: Measured | None = None
    if not (walk.zone or walk.foreign or figure.broken or figure.unit is None):
        if clause.change is not None:
            what, measured = walk.last, _change(walk, clause)
        else:
            what = _what(walk, clause)
            measured = _measure(walk, clause, figure) if what is not None else None
    if what is None or measured is None:
        walk.last = None
        walk.debt = walk.debt if walk.depth else None
        count_unread(walk.context, walk.number, [figure], explained=walk.zone)
        return
    emit(walk.context, walk.number, walk.line, figure, what, measured, clause.change, sentence, 0)
    if clause.change is None:
        walk.last, walk.last_measured = what, measured
        if not walk.sub:
            walk.parent = what
        if what.flow == "balance" and "债务" in what.item and not walk.depth:
            walk.debt, walk.debt_measured = what, measured


def _what(walk: _Walk, clause: _Clause) -> What | None:
    """The thing an absolute amount is of, with level of government and account."""
    subject, name = clause.subject, clause.name
    if subject is None and clause.measure is not None:
        subject, name = clause.before, clause.before_name
    setting = walk.setting
    scope = setting.scope
    if subject is None or not scope or clause.several or not clause.clean or clause.joined or clause.comparing:
        return None
    subset = walk.sub
    if isinstance(subject, What):
        return replace(subject, item=scope + subject.item, scope=scope, subset=subset or subject.subset)
    fund = subject.fund or clause.fund or setting.account
    if fund not in _SHORT and not (subject.fund and fund == "all"):
        return None
    flow, item = subject.flow, subject.item
    if not flow:
        if walk.parent is not None and re.search("补助|转移", walk.parent.item) and walk.sub:
            flow = walk.parent.flow
        elif setting.downward:
            flow = "expenditure"
        else:
            return None
        item = f"{'上级' if flow == 'income' else '对下'}{item}"
    if subject.kind == "total":
        if subject.id in ("income", "expenditure") and clause.fund is None and clause.measure is None:
            return None
        item = _SHORT[fund] + item
    if subject.id in _DEBT_PARTS:
        if walk.debt is None or walk.debt.scope != scope or not walk.depth:
            return None
        item = f"{walk.debt.item.removeprefix(scope)}（{item}）"
    return What(
        flow,
        subject.component,
        scope + item,
        name,
        fund,
        subject.level,
        subject.kind,
        subset or subject.subset,
        measure=subject.measure,
        scope=scope,
    )


def _measure(walk: _Walk, clause: _Clause, figure: Figure) -> Measured | None:
    """Stage and year of an absolute amount."""
    context, setting = walk.context, walk.setting
    year = clause.year or setting.year
    subject = clause.subject or clause.before
    fixed = subject.measure if isinstance(subject, Subject) else None
    if isinstance(subject, Subject) and subject.id in _DEBT_PARTS:
        return walk.debt_measured
    executed = _EXECUTED_AFTER.match(walk.line.text[figure.after : figure.after + 24]) is not None
    told = clause.measure or ("final" if executed else None)
    if told == "budget" and (executed or (setting.stage == "final" and not clause.planned)):
        return None
    if subject is not None and subject.item.endswith("债务余额"):
        # What is owed is no plan because a plan stands around it.
        told = told or ("final" if clause.until or setting.stage == "final" else walk.balance_told)
        walk.balance_told = told
    elif fixed is None and told is None:
        told = setting.stage
    if told is None and context.kind == "final_account" and year == context.year:
        told = "final"
    told = fixed or told
    if told is None or year is None or year not in (context.year - 1, context.year, context.year + 1):
        return None
    if year > context.year and (told != "budget" or context.kind == "final_account"):
        return None
    return ("prior_final" if told == "final" and year < context.year else told), year, None


def _change(walk: _Walk, clause: _Clause) -> Measured | None:
    """A change of the amount just read; the year it is counted from must be the one before."""
    if walk.last is None or walk.last_measured is None or clause.subject is not None or not clause.clean:
        return None
    measure, year, _ = walk.last_measured
    if clause.base_year not in (None, year - 1) or measure not in ("budget", "final"):
        return None
    return "change", year, (year - 1, clause.base_measure or measure)


def _ratio(walk: _Walk, figure: Figure, clause: _Clause, lead: str, sentence: int) -> None:
    """A percentage of the amount just read: its growth, or how much of the budget it fulfils."""
    if walk.zone or walk.last is None or figure.broken or figure.unit != "%" or clause.subject is not None:
        return
    if "预算的" in lead and re.search("完成|为|占", lead):
        kind = "completion"
    elif clause.change is not None and clause.clean:
        kind = "growth"
    else:
        return
    reads = len(walk.context.outcome.reads)
    walk.context.outcome.ratios.append(
        Ratio(walk.number, sentence, figure, kind, None, reads, clause.change or 1, None, walk.last)
    )
