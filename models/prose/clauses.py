"""The words before a figure → `Clause`: which things, year, measure and comparison they name, and whether all of it is understood."""

from __future__ import annotations

import re
from dataclasses import replace

from models.prose.flow import Line
from models.prose.lexicon import Token
from models.prose.names import Named
from models.prose.state import Clause, Context, What
from models.prose.subjects import FUND_ITEMS, what_of, what_of_class, what_of_path
from models.text import fold

_GROUPS = frozenset({"three_public", "operation", "procurement"})
_COMPARABLE = frozenset({"year", "last_year", "this_year", "measure", "fund", "subject", "noise"})
_BASES = frozenset({"year", "last_year", "measure"})
_YEAR = re.compile(r"((?:19|20)\d\d)年")
_USES = frozenset({"basic", "project", "remit_superior", "operating", "subsidize_subordinate"})
_WHOLE_SPENDING = frozenset({"expenditure_total", "expenditure_current"})
_LISTING = re.compile(r"(?:[、，和及或与]|以及|（[^（）]*）|支出|收入|预算|决算|数)+")
_NAMING = frozenset({"fund", "subject", "noise", "mark", "measure"})
_MOVES = frozenset({"increase", "decrease", "either"})
_COMPARISON = _MOVES | {"compare", "compared", "year", "last_year", "measure", "noise", "mark"}
_JOINED = re.compile("以及|和|及|与(?!上年|去年|年初|预算|20)")
_PREFIX = re.compile(
    r"(?:\d{1,2}[、.．]|（[一二三四五六七八九十\d]{1,3}）|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳])+"
    r"(?:[^，。；：]{2,40}(?:说明|情况)(?:（[^（）]{0,12}）)?(?=(?:19|20)\d\d年))?"
)
"""A number at the start of a line, with the heading that a broken layout left on the line of its text."""
_INLINE = re.compile(r"\d{1,2}[.、．](?!\d)|[①-⑳]")
_BEFORE_ITEM = ("：", "；", "。")
"""A number of a list inside a line: "其中：1.公务接待费9万元；2.…"."""


def read_clause(context: Context, line: Line, start: int, end: int, named: list[Named]) -> Clause:
    """What the lead of a figure says: the text from start to end, clause by clause, as far as it bears on that figure.

    named: the paths of the classification found in the line. Context.state is told of years and paths met on the way.
    """
    clause = Clause(zone=context.state.zone)
    told = _lead(context, line.text, start, end)
    if told is not None:
        clause.zone = None
        clause.subjects.append(told)
        return clause
    position = start
    if start == 0:
        prefix = _PREFIX.match(line.text, 0, end)
        position = prefix.end() if prefix else 0
    else:
        joined = _JOINED.match(line.text, start, end)
        if joined and "，" not in line.text[start:end]:
            # "人员经费9万元和公用经费2万元"
            position = joined.end()
    pieces = re.split(r"([，；：])", line.text[position:end])
    for piece in pieces:
        if piece in ("，", "；", "："):
            _boundary(context, clause, piece)
        elif piece:
            begin = position + _item_number(context, line, position, piece, clause)
            _piece(context, line, begin, position + len(piece), named, clause)
        position += len(piece)
    return clause


def _item_number(context: Context, line: Line, position: int, piece: str, clause: Clause) -> int:
    """How long the number of a list inside the line is; the numbers of a list of reasons are none."""
    number = _INLINE.match(piece) if line.text[position - 1 : position] in _BEFORE_ITEM else None
    if number is None:
        return 0
    if clause.zone is None or clause.zone == "purpose":
        context.state.itemed = True
    return number.end() if context.state.itemed else 0


def _lead(context: Context, text: str, start: int, end: int) -> What | None:
    """The thing named by words over several clauses ("在…项目中，由中小企业供应商中标或成交的，采购金额")."""
    said = _YEAR.findall(text[start:end])
    if any(int(year) != context.year for year in said):
        return None
    for pattern, subject in context.lexicon.leads:
        match = pattern.search(text, start, end)
        if match is not None:
            return what_of(context, context.lexicon.subjects[subject], None, match.group(), None)
    return None


def _boundary(context: Context, clause: Clause, mark: str) -> None:
    """What a comma, semicolon or colon ends: a semicolon begins a new statement, a colon the parts of the old one."""
    if mark == "；" and clause.zone == "purpose":
        clause.zone = None
        clause.subjects, clause.generic = [], None
    if mark == "；" and clause.zone == "cause":
        clause.zone = "cause;"
    if mark in "，；" and clause.fund is not None and not clause.subjects:
        clause.fund = None
    if mark in "，；" and not clause.subjects:
        clause.scope = None
    clause.clean = True
    if mark == "，":
        clause.comparing = False  # "较上年有所变动，公务接待费9万元": the amount is this year's
    if mark == "：":
        clause.change = None
    if mark == "；":
        clause.anew = True
        if context.state.year is not None:
            # "2024年决算4万元，2023年决算3万元；公务接待费6万元": the year the sentence began with.
            context.state.year = context.state.opening_year
        clause.year = None
        clause.subjects, clause.generic, clause.mixed = [], None, False
        clause.measure, clause.change, clause.comparing = None, None, False


def _piece(context: Context, line: Line, start: int, end: int, named: list[Named], clause: Clause) -> None:
    """One clause between commas. A zone (cause, purpose) swallows it unless it opens a new statement."""
    text = line.text
    inside = [each for each in named if start <= each.start and each.end <= end]
    tokens = _tokens(context, text, start, end, inside)
    if clause.zone is not None and not _reopens(context, clause, tokens):
        return
    tokens = _without_body(context, text, start, _without_brackets(tokens))
    if _whole_budget(context, line, start, end, tokens):
        total = context.lexicon.subjects["expenditure_total"]
        clause.subjects.append(what_of(context, total, None, text[tokens[-1].start : end], None))
        clause.measure, clause.last_end = tokens[-1].value, end
        return
    known = list(clause.subjects)
    for index, token in enumerate(tokens):
        follower = tokens[index + 1] if index + 1 < len(tokens) else None
        if clause.zone is not None:
            return
        _token(context, text, token, follower, clause, inside)
    clause.strange = clause.strange or (not clause.subjects and any(token.kind == "other" for token in tokens))
    if text[end : end + 1] in ("，", "；") and any(token.kind == "none" for token in tokens):
        # "因公出国（境）费未发生，公务接待费9万元": what there was none of has no amount.
        clause.subjects, clause.generic = known, None


def _whole_budget(context: Context, line: Line, start: int, end: int, tokens: list[Token]) -> bool:
    """Whether a clause is the body's name and 预算 before the total of its expenditure, told with its parts.

    "某局（本级）预算9万元，包括人员支出4万元、公用支出5万元" under a heading of expenditure.
    """
    if context.body is None or not tokens or tokens[-1].kind != "measure" or tokens[-1].end != end:
        return False
    if "支出" not in (line.section or "") + (line.part or ""):
        return False
    words = line.text[start : tokens[-1].start]
    name = re.sub(r"（[^（）]*）|^(?:\d{4}年度?)|(?:部门|单位)$", "", words)
    told = re.match(r"([\d，.]+)[百千万亿]?元，(?:包括|其中)[^，。；\d]{2,12}\d", line.text[end : end + 60])
    if told is None or name not in (context.body, "本部门", "本单位"):
        return False
    # "（本级）" may be one unit of several: then only a total that was told before is the whole.
    number = told.group(1)
    return "（" not in words or any(
        read.item.item == "总计" and fold(read.item.published_text) == number for read in context.outcome.reads
    )


def _reopens(context: Context, clause: Clause, tokens: list[Token]) -> bool:
    """Whether a clause leaves the zone: a comparison after a purpose, a new subject with its amount after a semicolon."""
    first = next((token for token in tokens if token.kind not in ("mark", "noise", "among")), None)
    if first is None:
        return False
    if (
        clause.zone == "purpose"
        and first.kind == "compare"
        and any(t.kind in ("increase", "decrease", "either") for t in tokens)
    ):
        clause.zone = None
        return True
    listed = {token.kind for token in tokens}
    goes_on = listed & _MOVES or "compared" in listed
    if clause.zone == "cause;" and first.kind == "compare" and listed <= _COMPARISON and goes_on:
        # "…，主要是压减接待；较2022年度决算减少0.5万元", "；与上年决算相比，减少…": the comparison goes on after the reason.
        clause.zone = None
        clause.subjects, clause.generic = [], None
        return True
    if clause.zone == "purpose" and "class" in listed and listed <= {"class", "noise", "mark", "measure"}:
        clause.zone = None
        return True
    if (
        clause.zone == "purpose"
        and first.kind in ("fund", "subject")
        and listed <= _NAMING
        and _names_income(context, tokens)
    ):
        # "本年收入9万元，主要包括：一般公共预算拨款收入8万元": an income is no purpose.
        clause.zone = None
        clause.subjects, clause.generic = [], None
        return True
    if clause.zone == "purpose" and first.kind == "completion":
        clause.zone = None
        return True
    opening = first.kind in ("subject", "path", "fund", "measure", "year", "this_year")
    named = any(t.kind in ("subject", "path", "fund", "class") for t in tokens)
    statement = (
        opening and named and not any(t.kind in ("increase", "decrease", "either", "other", "cause") for t in tokens)
    )
    if clause.zone == "cause;" and statement:
        clause.zone = None
        clause.subjects, clause.generic = [], None
        return True
    return False


def _names_income(context: Context, tokens: list[Token]) -> bool:
    """Whether the thing named last is an income."""
    last = next((token for token in reversed(tokens) if token.kind == "subject"), None)
    return last is not None and context.lexicon.subjects[last.value].flow == "income"


def _tokens(context: Context, text: str, start: int, end: int, named: list[Named]) -> list[Token]:
    """The phrases of a stretch of text; each named path in it is one token, its value the index in named."""
    tokens: list[Token] = []
    position = start
    for number, each in enumerate(named):
        tokens.extend(context.lexicon.tokens(text, position, each.start))
        tokens.append(Token("path", str(number), each.start, each.end))
        position = each.end
    tokens.extend(context.lexicon.tokens(text, position, end))
    return tokens


def _without_body(context: Context, text: str, start: int, tokens: list[Token]) -> list[Token]:
    """Drop the name of a body before the first subject ("市委办公室2023年度", "上海市某局下属1家机关")."""
    first = next((i for i, t in enumerate(tokens) if t.kind in ("subject", "fund", "path", "class")), None)
    if first is None or not any(t.kind == "other" for t in tokens[:first]):
        return tokens
    keep = [t for t in tokens[:first] if t.kind in ("year", "last_year", "this_year")]
    trailing = first
    while trailing and tokens[trailing - 1].kind in (
        "year",
        "last_year",
        "this_year",
        "noise",
        "mark",
        "scope",
        "measure",
    ):
        trailing -= 1
    leading = 0
    while leading < trailing and tokens[leading].kind in ("year", "last_year", "this_year", "mark"):
        leading += 1
    if leading >= trailing:
        return tokens
    name = text[tokens[leading].start : tokens[trailing - 1].end]
    whole = text[tokens[leading].start : tokens[first].start]
    scopes = [t for t in tokens[trailing:first] if t.kind in ("scope", "measure")]
    follower = tokens[first + 1].kind if first + 1 < len(tokens) else None
    # "接待邻县档案馆支出960元" is no body's own expenditure; "某局支出预算" is.
    generic = text[tokens[first].start : tokens[first].end] in ("支出", "收入") and follower != "measure"
    own = context.body is not None and name == context.body
    if not own and re.search(r"(?:较|比|与|增加|减少|原因|用于|超过)", name):
        return tokens
    if (
        own
        or (context.body and (name in context.body or context.body in name))
        or (
            not generic
            and (context.lexicon.organisation.search(name) or context.lexicon.organisation.search(whole.rstrip("的")))
        )
    ):
        return keep + scopes + tokens[first:]
    return tokens


def _token(
    context: Context, text: str, token: Token, follower: Token | None, clause: Clause, named: list[Named]
) -> None:
    """Take one phrase into the clause."""
    kind = token.kind
    told = (clause.subjects and clause.subjects[-1].kind == "total") or clause.fund is not None
    whole = told and follower is not None and follower.kind == "subject"
    if kind == "among" and text[token.start : token.end] == "中" and follower is not None and not whole:
        # "“三公”经费预算中公务接待费为9万元" names the whole before its part; any other 中 is part of a word.
        kind = "other"
    if kind == "year":
        _year(context, clause, int(token.value))
    elif kind == "last_year":
        _year(context, clause, context.year - 1, lasting=False)
    elif kind == "this_year":
        _year(context, clause, context.year)
    elif kind == "compare" and (follower is None or follower.kind not in _COMPARABLE):
        clause.clean = False
    elif kind == "compare":
        clause.comparing, clause.compare_year, clause.compare_measure = True, None, None
        if clause.generic is not None and clause.generic_followed is None:
            clause.generic_followed = "compare"
    elif kind == "compared" and not clause.comparing and follower is not None and follower.kind in _BASES:
        clause.comparing, clause.compare_year, clause.compare_measure = True, None, None  # "对比上年减少1万元"
    elif kind == "compared":
        clause.comparing, clause.compared = False, True
    elif kind == "measure":
        if clause.comparing:
            clause.compare_measure = token.value
        else:
            clause.measure = token.value
        if clause.generic is not None and clause.generic_followed is None:
            clause.generic_followed = "measure"
    elif kind in ("increase", "decrease", "either"):
        clause.dealt = clause.dealt or clause.zipped or "分别" in text[token.start : token.end]
        clause.change = {"increase": 1, "decrease": -1, "either": 0}[kind]
        clause.change_end = token.end
        clause.compared = clause.compared or clause.comparing
        clause.comparing = False
        if clause.generic is not None and clause.generic_followed is None:
            clause.generic_followed = "change"
    elif kind in ("more", "less"):
        clause.change = 1 if kind == "more" else -1
        clause.comparing, clause.compared, clause.compare_year, clause.compare_measure = True, True, None, None
    elif kind == "fund":
        last = clause.subjects[-1] if clause.subjects else None
        if last is not None and last.group == "procurement" and "，" in text[clause.last_end : token.start]:
            # "按政府采购资金类型划分，一般公共预算拨款9万元": the part of it that this fund pays.
            name = FUND_ITEMS.get(token.value)
            if name is None:
                clause.clean = False
            else:
                item = f"{last.item}（{name}）"
                clause.subjects = [replace(last, fund=token.value, item=item, subset=True, kind="part", level="item")]
                clause.last_end = token.end
        elif not (clause.subjects and _same_clause(context, text, clause, token)):
            clause.fund = token.value
            clause.fund_start = token.start
        elif (
            clause.subjects[-1].group == "operation" and clause.subjects[-1].fund == "all" and token.value in FUND_ITEMS
        ):
            # "委托业务费财政拨款预算": the fund stands behind the thing.
            clause.subjects[-1] = replace(clause.subjects[-1], fund=token.value)
    elif kind == "scope":
        # "各乡镇、县本级": of both, which is the scope of the whole document.
        listed = text[token.start - 1 : token.start] == "、" or text[token.end : token.end + 1] == "、"
        clause.scope = None if listed else text[token.start : token.end]
        clause.scope_said = clause.scope or clause.scope_said
    elif kind == "subject":
        _subject(context, text, token, clause)
    elif kind == "class" and token.value.startswith("其他支出") and _among_uses(context):
        clause.clean = False  # "基本支出9万元；项目支出8万元；其他支出0万元": no class of functions
    elif kind == "class":
        _add(context, clause, what_of_class(context, text, token, clause), token, text)
    elif kind == "path":
        what = what_of_path(context, named[int(token.value)])
        context.state.path = what
        _add(context, clause, what, token, text)
    elif kind == "among":
        context.state.inside_unknown = context.state.inside_unknown or context.state.whole_unknown
        clause.among = True
        if text[token.start : token.end] in _PARTS_FOLLOW:
            clause.comparing = False  # "与上年预算持平，其中：公务接待费9万元"
        if clause.subjects and text[token.start : token.end] in _PARTS_FOLLOW:
            context.state.sentence_subjects.extend(clause.subjects)
            clause.subjects, clause.mixed = [], False
        elif clause.subjects and _LEADS_IN.search(text, token.start, token.end):
            _lead_in(context, clause)
        clause.clean = True
    elif kind == "level":
        clause.comparing, clause.compared, clause.compare_year, clause.compare_measure = False, False, None, None
        clause.clean = False  # "与上年预算一致0万元": of this year, of that, or the difference
    elif kind == "share":
        clause.share = True
    elif kind == "completion":
        clause.done = True
    elif kind == "zip":
        clause.zipped = True
    elif kind in ("cause", "purpose"):
        clause.zone = kind
    elif kind == "noise":
        if text[token.start : token.end] in ("均", "各", "都", "皆"):
            clause.every = True
    elif kind == "mark":
        clause.depth += {"（": 1, "）": -1}.get(token.value, 0)
    elif kind == "other":
        clause.clean = False


_PARTS_FOLLOW = ("其中", "中", "包括", "含", "具体构成", "构成如下", "其构成是")
_LEADS_IN = re.compile("方面|如下|分类|划分|结构")


def _lead_in(context: Context, clause: Clause) -> None:
    """ "一般公共预算财政拨款支出主要用于以下方面：" gives its fund to the parts that follow."""
    last = clause.subjects[-1]
    if last.kind == "total" and last.flow == "expenditure" and last.group is None and not last.path:
        context.state.lead_fund = last.fund
        context.state.headline = None
        clause.subjects, clause.mixed = [], False


def _same_clause(context: Context, text: str, clause: Clause, token: Token) -> bool:
    """A fund after a grouped subject (机关运行经费财政拨款…) says nothing new."""
    return clause.subjects[-1].group in _GROUPS and "，" not in text[max(0, token.start - 12) : token.start]


def _year(context: Context, clause: Clause, year: int, *, lasting: bool = True) -> None:
    """A year said: of what is compared with, or of the clause and (outside brackets) of the sentence.

    lasting: a year in figures holds for the rest of the sentence; 上年 does not.
    """
    if clause.comparing:
        clause.compare_year = year
    else:
        clause.year = year
        if clause.depth <= 0 and lasting:
            if context.state.year is None and not context.state.sentence_subjects:
                context.state.opening_year = year
            context.state.year = year


def _subject(context: Context, text: str, token: Token, clause: Clause) -> None:
    """A thing named: with the fund named before it, as a What; a bare 支出 or 收入 waits for what follows."""
    subject = context.lexicon.subjects[token.value]
    words = text[token.start : token.end]
    if subject.beside is not None and all(w.group != subject.beside for w in context.state.sentence_subjects):
        clause.clean = False
        return
    if words in ("支出", "收入", "费用支出") and clause.fund is None:
        if clause.subjects or context.state.path is not None:
            return
        clause.generic = token
        clause.generic_followed = None
        return
    last = clause.subjects[-1] if clause.subjects else None
    summed = last is not None and last.path and clause.fund is None and subject.id in _WHOLE_SPENDING
    if summed and not re.search("[，；。]", text[clause.last_end : token.start]):
        # "检察（款）：2018年预算支出合计9万元": the sum of that item.
        return
    listed = context.state.sentence_subjects
    if clause.fund == "state_capital" and subject.id == "expenditure_total" and listed and listed[-1].level == "类":
        # Among classes it is the class of that name, not the total of the account.
        start = max(clause.fund_start, token.start - 20)
        clause.fund = None
        named = Token("class", "国有资本经营预算支出", start, token.end)
        _add(context, clause, what_of_class(context, text, named, clause), named, text)
        return
    start = token.start
    name = words
    if clause.fund is not None:
        while start > 0 and text[start - 1] not in "，。；：、中" and token.start - start < 24:
            start -= 1
        fund_at = max(
            text.rfind(word, max(0, token.start - 40), token.start)
            for word in ("一般公共", "公共财政", "政府性", "国有资本", "财政")
        )
        name = text[max(fund_at, start) : token.end]
    fund = clause.fund if clause.fund in FUND_ITEMS else None
    what = what_of(context, subject, fund, name, None if context.government else clause.scope)
    if subject.stages is not None:
        stage = re.findall(subject.stages, text[max(0, token.start - 300) : token.start])
        if not stage:
            clause.clean = False
            return
        what = replace(what, item=f"{stage[-1]}{subject.item}")
        sentence = re.split("[。；]", text[max(0, token.start - 120) : token.start])[-1]
        if subject.whole is not None and re.search(subject.whole, sentence):
            what = replace(what, item=f"{stage[-1]}整体支出资金", component="total")
        # "项目支出均实行了绩效目标管理，涉及…": what was spoken of before has no amount.
        clause.subjects, clause.mixed = [], False
    if clause.fund == "social_insurance" or (subject.economic and context.state.use == "mixed"):
        clause.clean = False
    if clause.fund is not None:
        token = replace(token, start=min(token.start, clause.fund_start))
    _add(context, clause, what, token, text)
    clause.fund = None


def _add(context: Context, clause: Clause, what: What, token: Token, text: str) -> None:
    """Note a subject; two in one clause must be a list (A、B和C), else it is not clear which one is meant."""
    clause.generic = None
    if clause.change is not None and "，" in text[clause.change_end : token.start]:
        # "压减经费规模，全年“三公”经费支出9万元": the amount is of what is named after it.
        clause.change, clause.compared = None, False
    if what.group == "three_public" and what.kind == "total" and text[token.start] == "（":
        # "因公出国（境）费、公务接待费（以下简称“三公”经费）合计": the parts are named to say what the whole is.
        clause.subjects = [each for each in clause.subjects if each.group != "three_public"]
    if what.path or what.level == "类":
        # "（1）人员经费：①行政运行…": codes inside a part of the whole; their amounts are not the codes' totals.
        if clause.subjects and clause.subjects[-1].combines and "：" in text[clause.last_end : token.start]:
            context.state.divided = True
        if context.state.divided:
            clause.clean = False
    if clause.subjects:
        if _same_thing(clause.subjects[-1], what):
            clause.last_end = token.end
            return
        outer = clause.subjects[-1]
        nested = outer.path and what.path and outer.code and (what.code or "").startswith(outer.code)
        if nested and clause.last_end == token.start:
            # "教育支出（205）高等教育（2050205）": one item, told with its parents.
            clause.subjects.pop()
        if clause.subjects and not _LISTING.fullmatch(text[clause.last_end : token.start]):
            clause.mixed = True
    clause.subjects.append(what)
    clause.last_end = token.end


def _same_thing(one: What, other: What) -> bool:
    return (one.item, one.fund, one.flow, one.component, one.code) == (
        other.item,
        other.fund,
        other.flow,
        other.component,
        other.code,
    )


def _among_uses(context: Context) -> bool:
    """Whether this sentence lists 基本支出, 项目支出 and the like, and no class."""
    told = context.state.sentence_subjects
    return any(what.component in _USES for what in told) and not any(what.code for what in told)


def _without_brackets(tokens: list[Token]) -> list[Token]:
    """Tokens without what stands inside closed brackets; an open bracket is kept, its content belongs to the figure."""
    kept: list[Token] = []
    opened: list[int] = []
    for token in tokens:
        if token.kind == "mark" and token.value == "（":
            opened.append(len(kept))
        if token.kind == "mark" and token.value == "）" and opened:
            del kept[opened.pop() :]
            continue
        kept.append(token)
    return kept
