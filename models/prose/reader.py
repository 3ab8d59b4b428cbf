"""Amounts in sentences → line items. Only what is fully understood is read; the rest is counted, never guessed.

Every money figure is judged by its *lead*, the text between the figure before it and itself. The lead is cut into
phrases (lexicon); a figure is read when the phrases name what it is of (or the text before does, without doubt), which
year and measure it has, and nothing unexplained stands in its clause.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from models.classify import classify_function
from models.disclosure import LineItem, Metadata
from models.prose.figures import Figure, figures
from models.prose.flow import Line, quoted
from models.prose.lexicon import Lexicon, Subject, Token
from models.prose.names import Named, PathSpan, coded_names, map_path, path_spans
from models.prose.state import UNKNOWN, Clause, Outcome, Ratio, Read, State, What

_FUND_ITEMS = {
    "general": "一般公共预算财政拨款",
    "gov_fund": "政府性基金预算财政拨款",
    "state_capital": "国有资本经营预算财政拨款",
    "fiscal_grant": "财政拨款",
}
_SHORT_FUNDS = {"general": "一般公共预算", "gov_fund": "政府性基金预算", "state_capital": "国有资本经营预算"}
_INCOME_ITEMS = {key: value + "收入" for key, value in _FUND_ITEMS.items()}
_SENTENCE = re.compile(r"[。！？]")
_CLAUSE = re.compile(r"[，；：、]")
_TRAILER = re.compile(r"(?:[（，]|以上|年度|年|的|在|于|对)+$")
_GROUPS = frozenset({"three_public", "operation", "procurement"})
_PREFIX = re.compile(
    r"(?:\d{1,2}[、.．]|（[一二三四五六七八九十\d]{1,3}）|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳])+"
    r"(?:[^，。；：]{2,40}(?:说明|情况)(?:（[^（）]{0,12}）)?(?=(?:19|20)\d\d年))?"
)
"""A number at the start of a line, with the heading that a broken layout left on the line of its text."""
_OPEN = ("：", "其中", "包括", "如下", "其中:", "如下。")
_TOTAL_SECTIONS = frozenset({None, "income", "expenditure", "grant", "general", "gov_fund", "state_capital"})
_SILENT = frozenset({"glossary", "duties"})


_LISTING = re.compile(r"(?:[、，和及或与]|以及|（[^（）]*）|支出|收入|预算|决算|数)+")


class Reader:
    """Walks the lines of one document. metadata gives the year and kind; the lexicon the words."""

    def __init__(self, lexicon: Lexicon, metadata: Metadata) -> None:
        self.lexicon = lexicon
        self.year = metadata.fiscal_year or 0
        self.kind = metadata.report_kind or "final_account"
        self.body = metadata.department_name
        self.state = State()
        self.outcome = Outcome()
        self._unit_votes: dict[str, int] = {}
        self._headline_year = 0
        self._foreign = False
        self.government = metadata.scope == "government"
        self._open_headline = False

    # --- lines ---------------------------------------------------------------------------------------------------

    def read(self, lines: list[Line]) -> Outcome:
        """Read all lines."""
        for line in lines:
            for figure in figures(line.text):
                if figure.kind == "money" and figure.unit:
                    self._unit_votes[figure.unit] = self._unit_votes.get(figure.unit, 0) + 1
        for number, line in enumerate(lines):
            self._line(number, line)
        return self.outcome

    def _line(self, number: int, line: Line) -> None:
        state = self.state
        if line.section != state.section:
            self._enter(line)
        self.outcome.kinds.append(state.kind)
        if line.depth is not None:
            state.heading_topic = None
            if not (state.path_open and line.depth >= 6):
                state.path = None
        if not state.path_open:
            state.path = None
        if not self._open_headline:
            state.headline = None
        self._open_headline = state.headline is not None
        state.path_open = False
        state.topic = None
        state.sentence_subjects, state.last_subjects = [], []
        state.compare = None
        state.zone = None
        state.year = state.scope = None
        state.divided = False
        state.procurement_fund = None
        self._foreign = False
        named = self._named(number, line)
        if state.kind is not None and state.kind.id in _SILENT:
            return
        start, sentence = 0, 0
        covered = {position for each in named for position in range(each.start, each.end)}
        found = [figure for figure in figures(line.text) if figure.start not in covered]
        for end in [*(m.end() for m in _SENTENCE.finditer(line.text)), len(line.text)]:
            if end > start:
                inside = [figure for figure in found if start <= figure.start < end]
                self._sentence(number, line, start, end, inside, named, sentence)
                sentence += 1
            start = end
        if line.text.endswith(_OPEN):
            self._open_headline = state.headline is not None
        elif any(read.line_no == number and read.what is state.headline for read in self.outcome.reads[-12:]):
            self._open_headline = False
        if named and state.path is not None and not any(read.line_no == number for read in self.outcome.reads[-1:]):
            state.path_open = True

    def _enter(self, line: Line) -> None:
        state = self.state
        state.section = line.section
        kind = None
        for heading in (line.section or "", line.part or ""):
            kind = kind or self.lexicon.section(heading)
        # The innermost numbered heading says most; the outer ones give the fund.
        inner = re.split(r"(?=（[一二三四五六七八九十]{1,3}）)", line.section or "")
        inner = [part for part in inner if not re.search(r"\d.*元", part)] or [""]
        own = self.lexicon.section(inner[-1]) if inner else None
        glossary = self.lexicon.section(line.part or "") if line.part else None
        if glossary is not None and glossary.id == "glossary":
            kind, own = glossary, glossary
        state.kind = own or kind
        fund = None
        for part in reversed(inner):
            section = self.lexicon.section(part)
            fund = fund or (section.fund if section else None)
        state.fund = fund
        state.headline = None
        state.lead_fund = None
        state.above = (None, None)
        state.heading_topic = None

    def _named(self, number: int, line: Line) -> list[Named]:
        fund = self.state.fund
        spans: list[PathSpan] = path_spans(line.text)
        found = []
        for span in spans:
            named = map_path(span, line.text, self.year, self.state.above, fund)
            found.append(named)
            if span.level == "类":
                self.state.above = (span.names[0], None)
            elif span.level == "款" and line.heading:
                self.state.above = (span.names[0] or self.state.above[0], span.names[1])
        taken = [(named.start, named.end) for named in found]
        found.extend(coded_names(line.text, self.year, taken))
        found.sort(key=lambda named: named.start)
        section = self.state.kind.id if self.state.kind else ""
        self.outcome.named.extend((number, named, section) for named in found)
        return found

    # --- sentences -----------------------------------------------------------------------------------------------

    def _sentence(
        self, number: int, line: Line, start: int, end: int, found: list[Figure], named: list[Named], sentence: int
    ) -> None:
        state = self.state
        state.last_subjects, state.sentence_subjects = state.sentence_subjects or state.last_subjects, []
        state.compare, state.zone = None, None
        if not self.government:
            state.year = None
        money = [f for f in found if f.kind in ("money", "bare")]
        if not any(f.kind == "money" for f in found) and not money:
            self._title(line, start, end, named)
        anchor = start
        pending: list[Figure] = []
        for index, figure in enumerate(found):
            if figure.kind in ("year", "skip") or (figure.kind == "bare" and not self._amount_like(line, figure)):
                continue
            if figure in pending:
                anchor = figure.after
                continue
            clause = self._clause(line, anchor, figure.start, named)
            state.zone = clause.zone
            if figure.kind in ("money", "bare"):
                series = self._series(line, figure, found[index + 1 :])
                self._money(number, line, [figure, *series], clause, sentence)
                pending = series
            elif figure.kind == "percent" and figure.unit == "%":
                self._ratio(number, figure, clause, sentence, line.text[anchor : figure.start])
            anchor = figure.after
        if anchor == start and found == []:
            return

    def _amount_like(self, line: Line, figure: Figure) -> bool:
        """Whether digits without a unit can be an amount: decimals or separators, and a sentence that goes on."""
        printed = line.text[figure.start : figure.end]
        return ("." in printed or "，" in printed) and (
            line.text[figure.end : figure.end + 1] in ("，", "。", "；", "")
        )

    def _series(self, line: Line, figure: Figure, following: list[Figure]) -> list[Figure]:
        """The figures that directly follow, joined by nothing but a separator."""
        series: list[Figure] = []
        last = figure
        for other in following:
            if other.kind != "money" or line.text[last.after : other.start] not in ("，", "、", "和", "及"):
                break
            series.append(other)
            last = other
        return series

    def _title(self, line: Line, start: int, end: int, named: list[Named]) -> None:
        """A sentence without figures can name the topic of what follows ("（一）基本支出。", "1.公务接待费")."""
        state = self.state
        inside = [each for each in named if start <= each.start < end]
        if inside:
            state.path = self._path_what(inside[-1])
            state.topic = state.path
            return
        text = line.text[start:end].rstrip("。：；，")
        if len(text) > 34:
            state.zone = None
            if text.endswith(("如下", "包括", "其中", "内容")):
                self._lead_in(line, start, end)
            return
        clause = self._clause(line, start, start + len(text), [])
        if len(clause.subjects) == 1 and clause.clean and clause.zone is None:
            if line.heading or (start == 0 and end == len(line.text)):
                state.heading_topic = clause.subjects[0]
            else:
                state.topic = clause.subjects[0]
        elif not clause.subjects and clause.generic is not None and clause.clean and clause.measure is not None:
            subject = self.lexicon.subjects[clause.generic.value]
            state.topic = self._what(subject, None, line.text[clause.generic.start : clause.generic.end], clause.scope)
        elif text.endswith(("如下", "包括", "其中", "内容")):
            self._lead_in(line, start, end)

    def _lead_in(self, line: Line, start: int, end: int) -> None:
        """ "财政拨款支出主要内容如下：" sets the fund of the items below it."""
        funds = [token for token in self.lexicon.tokens(line.text, start, end) if token.kind == "fund"]
        if len(funds) == 1:
            self.state.lead_fund = funds[0].value
            self.state.headline = None

    # --- clauses -------------------------------------------------------------------------------------------------

    def _clause(self, line: Line, start: int, end: int, named: list[Named]) -> Clause:
        clause = Clause(zone=self.state.zone)
        position = start
        if start == 0:
            prefix = _PREFIX.match(line.text, 0, end)
            position = prefix.end() if prefix else 0
        pieces = re.split(r"([，；：])", line.text[position:end])
        for piece in pieces:
            if piece in ("，", "；", "："):
                self._boundary(clause, piece)
            elif piece:
                self._piece(line, position, position + len(piece), named, clause)
            position += len(piece)
        return clause

    def _boundary(self, clause: Clause, mark: str) -> None:
        if mark == "；" and clause.zone == "purpose":
            clause.zone = None
            clause.subjects, clause.generic = [], None
        if mark == "；" and clause.zone == "cause":
            clause.zone = "cause;"
        if mark in "，；" and clause.fund is not None and not clause.subjects:
            clause.fund = None
        clause.clean = True
        if mark == "：":
            clause.change = None
        if mark == "；":
            clause.subjects, clause.generic, clause.mixed = [], None, False
            clause.measure, clause.change, clause.comparing = None, None, False

    def _piece(self, line: Line, start: int, end: int, named: list[Named], clause: Clause) -> None:
        """One clause between commas. A zone (cause, purpose) swallows it unless it opens a new statement."""
        text = line.text
        inside = [each for each in named if start <= each.start and each.end <= end]
        tokens = self._tokens(text, start, end, inside)
        if clause.zone is not None and not self._reopens(clause, tokens):
            return
        tokens = self._without_body(text, start, _without_brackets(tokens))
        for index, token in enumerate(tokens):
            follower = tokens[index + 1] if index + 1 < len(tokens) else None
            if clause.zone is not None:
                return
            self._token(text, token, follower, clause, inside)

    def _reopens(self, clause: Clause, tokens: list[Token]) -> bool:
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
        if clause.zone == "purpose" and "class" in listed and listed <= {"class", "noise", "mark", "measure"}:
            clause.zone = None
            return True
        if clause.zone == "purpose" and first.kind == "completion":
            clause.zone = None
            return True
        opening = first.kind in ("subject", "path", "fund", "measure", "year", "this_year")
        named = any(t.kind in ("subject", "path", "fund", "class") for t in tokens)
        statement = (
            opening
            and named
            and not any(t.kind in ("increase", "decrease", "either", "other", "cause") for t in tokens)
        )
        if clause.zone == "cause;" and statement:
            clause.zone = None
            clause.subjects, clause.generic = [], None
            return True
        return False

    def _tokens(self, text: str, start: int, end: int, named: list[Named]) -> list[Token]:
        tokens: list[Token] = []
        position = start
        for number, each in enumerate(named):
            tokens.extend(self.lexicon.tokens(text, position, each.start))
            tokens.append(Token("path", str(number), each.start, each.end))
            position = each.end
        tokens.extend(self.lexicon.tokens(text, position, end))
        return tokens

    def _without_body(self, text: str, start: int, tokens: list[Token]) -> list[Token]:
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
        if re.search(r"(?:较|比|与|增加|减少|原因|用于|超过)", name):
            return tokens
        if (
            name == self.body
            or (self.body and (name in self.body or self.body in name))
            or (
                not generic
                and (self.lexicon.organisation.search(name) or self.lexicon.organisation.search(whole.rstrip("的")))
            )
        ):
            return keep + scopes + tokens[first:]
        return tokens

    def _token(self, text: str, token: Token, follower: Token | None, clause: Clause, named: list[Named]) -> None:
        kind = token.kind
        if kind == "among" and text[token.start : token.end] == "中" and follower is not None:
            kind = "other"
        if kind == "year":
            self._year(clause, int(token.value))
        elif kind == "last_year":
            self._year(clause, self.year - 1)
        elif kind == "this_year":
            self._year(clause, self.year)
        elif kind == "compare" and (follower is None or follower.kind not in _COMPARABLE):
            clause.clean = False
        elif kind == "compare":
            clause.comparing, clause.compare_year, clause.compare_measure = True, None, None
            if clause.generic is not None and clause.generic_followed is None:
                clause.generic_followed = "compare"
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
            clause.change = {"increase": 1, "decrease": -1, "either": 0}[kind]
            clause.compared = clause.compared or clause.comparing
            clause.comparing = False
            if clause.generic is not None and clause.generic_followed is None:
                clause.generic_followed = "change"
        elif kind == "fund":
            if not (clause.subjects and self._same_clause(text, clause, token)):
                clause.fund = token.value
                clause.fund_start = token.start
        elif kind == "scope":
            clause.scope = text[token.start : token.end]
        elif kind == "subject":
            self._subject(text, token, clause)
        elif kind == "class":
            self._add(clause, self._class_what(text, token, clause), token, text)
        elif kind == "path":
            what = self._path_what(named[int(token.value)])
            self.state.path = what
            self._add(clause, what, token, text)
        elif kind == "among":
            if clause.subjects and text[token.start : token.end] in ("其中", "中", "包括", "含"):
                self.state.sentence_subjects.extend(clause.subjects)
                clause.subjects, clause.mixed = [], False
            clause.clean = True
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

    def _same_clause(self, text: str, clause: Clause, token: Token) -> bool:
        """A fund after a grouped subject (机关运行经费财政拨款…) says nothing new."""
        return clause.subjects[-1].group in _GROUPS and "，" not in text[max(0, token.start - 12) : token.start]

    def _year(self, clause: Clause, year: int) -> None:
        if clause.comparing:
            clause.compare_year = year
        else:
            clause.year = year
            if clause.depth <= 0:
                self.state.year = year

    # --- subjects ------------------------------------------------------------------------------------------------

    def _subject(self, text: str, token: Token, clause: Clause) -> None:
        subject = self.lexicon.subjects[token.value]
        words = text[token.start : token.end]
        if words in ("支出", "收入") and clause.fund is None:
            if clause.subjects or self.state.path is not None:
                return
            clause.generic = token
            clause.generic_followed = None
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
        fund = clause.fund if clause.fund in _FUND_ITEMS else None
        what = self._what(subject, fund, name, None if self.government else clause.scope)
        if subject.stages is not None:
            stage = re.findall(subject.stages, text[max(0, token.start - 300) : token.start])
            if not stage:
                clause.clean = False
                return
            what = replace(what, item=f"{stage[-1]}{subject.item}")
        if clause.fund == "social_insurance":
            clause.clean = False
        if clause.fund is not None:
            token = replace(token, start=min(token.start, clause.fund_start))
        self._add(clause, what, token, text)
        clause.fund = None

    def _add(self, clause: Clause, what: What, token: Token, text: str) -> None:
        """Note a subject; two in one clause must be a list (A、B和C), else it is not clear which one is meant."""
        clause.generic = None
        if what.path or what.level == "类":
            # "（1）人员经费：①行政运行…": codes inside a part of the whole; their amounts are not the codes' totals.
            if clause.subjects and clause.subjects[-1].combines and "：" in text[clause.last_end : token.start]:
                self.state.divided = True
            if self.state.divided:
                clause.clean = False
        if clause.subjects:
            if _same_thing(clause.subjects[-1], what):
                clause.last_end = token.end
                return
            if not _LISTING.fullmatch(text[clause.last_end : token.start]):
                clause.mixed = True
        clause.subjects.append(what)
        clause.last_end = token.end

    def _what(self, subject: Subject, fund: str | None, name: str, scope: str | None) -> What:
        """Give a subject its fund: from its words, else the headline it is a part of, else the section."""
        state = self.state
        flow, component, item, level = subject.flow, subject.component, subject.item, subject.level
        if subject.kind == "total" and subject.group is None:
            if fund is not None and flow == "income" and self._inside_income():
                return What("income", fund, _INCOME_ITEMS[fund], name, "all", group="income")
            resolved = fund or "all"
            if (
                fund is None
                and state.fund is not None
                and subject.id in ("income_total", "expenditure_total", "both_total")
            ):
                resolved = state.fund
            if fund is not None and subject.id in ("income_total", "expenditure_total"):
                item = _FUND_ITEMS[fund] + ("收入" if flow == "income" else "支出")
        elif subject.flow == "income":
            resolved = "all"
        elif subject.group == "three_public":
            resolved = fund or self._three_public_fund(subject, name)
        elif subject.group == "procurement":
            resolved = fund or state.procurement_fund or "all"
            if subject.kind == "total":
                state.procurement_fund = resolved
        elif subject.fund is not None:
            resolved = subject.fund
        elif fund is not None:
            resolved = fund
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
            resolved = self._context_fund()
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
            subject.subset,
            subject.group,
            combines=subject.combines,
            measure=subject.measure,
        )

    def _three_public_fund(self, subject: Subject, name: str) -> str:
        """The total says whether it is of all 财政拨款 or of 一般公共预算; its parts follow it."""
        state = self.state
        if subject.kind != "total" and state.three_public_fund is not None:
            return state.three_public_fund
        said = (state.section or "") + name
        fund = "fiscal_grant" if "财政拨款" in said and "一般公共预算" not in said else "general"
        if subject.kind == "total":
            state.three_public_fund = fund
        return fund

    def _inside_income(self) -> bool:
        """Whether incomes named now are parts of the total income of all funds."""
        state = self.state
        if state.headline is not None and state.headline.flow == "income" and state.headline.fund == "all":
            return state.headline.item in ("总计", "本年收入合计") or state.headline.kind == "total"
        return state.headline is None and state.kind is not None and state.kind.id == "income"

    def _class_what(self, text: str, token: Token, clause: Clause) -> What:
        mapping = classify_function(self.year, name=token.value, level="类")
        fund = clause.fund or self._context_fund()
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

    def _context_fund(self) -> str:
        """The fund of a part that names none: of the total it stands under, the lead-in, the section."""
        state = self.state
        if state.headline is not None and state.headline.flow != "income":
            return state.headline.fund
        return state.lead_fund or state.fund or "all"

    def _path_what(self, named: Named) -> What:
        fund = self._context_fund()
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

    # --- amounts -------------------------------------------------------------------------------------------------

    def _money(self, number: int, line: Line, group: list[Figure], clause: Clause, sentence: int) -> None:
        figure = group[0]
        if clause.zone is not None:
            if clause.zone == "cause;":
                self._lost()
            self._unread(number, group)
            return
        if any(each.broken for each in group) or not clause.clean or clause.mixed or clause.share or not self.year:
            self._lost((clause.comparing or clause.change is not None) and not clause.subjects)
            self._unread(number, group)
            return
        if figure.unit is None and clause.change is not None:
            self.outcome.percentless.append((number, figure))
            return
        state = self.state
        subjects = clause.subjects
        if not subjects and clause.fund == "social_insurance":
            subjects = []
        elif not subjects and clause.fund is not None:
            subjects = self._fund_alone(clause)
        elif not subjects:
            inherited = self._inherit(clause)
            subjects = [inherited] if inherited is not None and inherited is not UNKNOWN else []
        if not subjects:
            self._lost()
            self._unread(number, group)
            return
        if clause.measure is None and subjects[0].measure is not None:
            clause.measure = subjects[0].measure
        measured = self._measure(clause, figure)
        if measured is None:
            state.sentence_subjects.extend(subjects)
            state.topic = subjects[-1] if len(subjects) == 1 else None
            self._unread(number, group)
            return
        if self.government:
            subjects = [scoped for what in subjects if (scoped := self._scoped(what, clause)) is not None]
            if not subjects:
                self._lost()
                self._unread(number, group)
                return
        measure, year, compare = measured
        pairs = self._pair(subjects, group, clause)
        if pairs is None:
            self._lost()
            self._unread(number, group)
            return
        state.compare = compare or state.compare
        for order, (what, each) in enumerate(pairs):
            self._emit(
                number,
                line,
                each,
                what,
                measure,
                year,
                compare,
                clause.change,
                sentence,
                order if len(pairs) > len(group) else 0,
            )
        last = subjects[-1]
        floor = max(0, figure.start - 300)
        bracketed = line.text.rfind("（", floor, figure.start) > line.text.rfind("）", floor, figure.start)
        headed = last.kind == "total" and last.group is None and not last.path and not bracketed
        if (measure == "change" or compare is None) and headed:
            state.headline = last
            self._headline_year = year
        if last.component == "basic" and last.fund != "all" and not last.path:
            state.lead_fund = last.fund
        for what in subjects:
            if what not in state.sentence_subjects:
                state.sentence_subjects.append(what)
        state.topic = subjects[-1] if len(subjects) == 1 or clause.every else None

    def _lost(self, keep_headline: bool = False) -> None:
        """An amount of something unknown: nothing after it may be taken for what stood before it.

        keep_headline: it was only a comparison of what stood before it.
        """
        state = self.state
        if keep_headline:
            return
        state.headline = None
        state.topic = None
        state.sentence_subjects.append(UNKNOWN)

    def _scoped(self, what: What, clause: Clause) -> What | None:
        """In a government report: the thing with the level of government it is of, None where that is not said."""
        state = self.state
        scope = clause.scope or what.scope or state.scope
        if scope is None and what.kind == "total" and what.fund in _SHORT_FUNDS:
            # Another body's total (a development zone): what the paragraph calls 区级 after it is not this government's.
            self._foreign = True
        if self._foreign:
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

    def _fund_alone(self, clause: Clause) -> list[What]:
        """ "其中：一般公共预算拨款13.5万元": the fund alone, its flow from the total before it, or the section."""
        state = self.state
        headline, fund = state.headline, clause.fund
        assert fund is not None
        name = _FUND_ITEMS[fund]
        if headline is None:
            section = state.section or ""
            if state.fund == fund and "收入" not in section and re.search(r"支出|拨款", section):
                return [What("expenditure", "total", name + "支出", name, fund, "total", "total")]
            return []
        if headline.flow == "income" and headline.fund == "all":
            return [What("income", fund, _INCOME_ITEMS[fund], name, "all", group="income")]
        ending = "收入" if headline.flow == "income" else "支出"
        return [What(headline.flow, "total", name + ending, name, fund, "total", "total")]

    def _inherit(self, clause: Clause) -> What | None:
        """The subject of an amount whose own clause names none; None when more than one could be meant."""
        state = self.state
        if state.path is not None:
            return state.path if not state.sentence_subjects or state.sentence_subjects[-1].path else None
        if clause.generic is not None:
            return self._generic(clause)
        if state.topic is not None and (state.sentence_subjects or not state.last_subjects):
            return state.topic
        if state.sentence_subjects:
            return state.sentence_subjects[-1] if len(state.sentence_subjects) == 1 else None
        if state.last_subjects:
            return state.last_subjects[0] if len(state.last_subjects) == 1 else None
        return state.topic or state.heading_topic

    def _generic(self, clause: Clause) -> What | None:
        """A bare 支出 or 收入: the one thing spoken of, or the total it is compared with, or the total of the section."""
        state = self.state
        assert clause.generic is not None
        subject = self.lexicon.subjects[clause.generic.value]
        known = state.sentence_subjects or state.last_subjects
        followed = clause.generic_followed
        alone = known[0] if len(known) == 1 and known[0].flow == subject.flow else None
        if alone is not None and (alone.group or alone.path or alone.kind == "total" or followed is None):
            return alone
        if known:
            total = state.headline
            compared = followed in ("compare", "change")
            return total if compared and total is not None and total.flow == subject.flow else None
        if state.heading_topic is not None and state.heading_topic.flow == subject.flow:
            return state.heading_topic
        section = state.kind.id if state.kind is not None else None
        if clause.measure is None or section not in _TOTAL_SECTIONS:
            return None
        return self._what(subject, None, "支出" if subject.flow == "expenditure" else "收入", clause.scope)

    def _measure(self, clause: Clause, figure: Figure) -> tuple[str, int, tuple[int, str] | None] | None:
        """Measure and year of a figure, and what a change is measured against; None when that cannot be told."""
        state, year = self.state, self.year
        default = "budget" if self.kind == "budget" else "final"
        if clause.change is not None:
            own_budget = clause.compare_measure in ("budget", "adjusted_budget") and self.kind != "budget"
            base_year = clause.compare_year or (state.compare[0] if state.compare else year if own_budget else year - 1)
            base_measure = clause.compare_measure or (state.compare[1] if state.compare else "")
            if not base_measure:
                base_measure = "budget" if self.kind == "budget" else "final"
                if base_year == year and self.kind != "budget":
                    base_measure = "budget"
            if clause.year not in (None, year) or base_year not in (year, year - 1):
                return None
            if base_year == year and base_measure == default:
                return None
            return "change", year, (base_year, base_measure)
        if clause.comparing:
            base_year = clause.compare_year or (
                year if clause.compare_measure == "budget" and self.kind != "budget" else year - 1
            )
            base_measure = clause.compare_measure or default
            return self._absolute(base_measure, base_year, (base_year, base_measure))
        own_year = clause.year or state.year or year
        if self.government:
            return self._government_measure(clause, own_year)
        if clause.measure is None and own_year == year - 1:
            return self._absolute("final", own_year, None) if self.kind != "budget" else None
        return self._absolute(clause.measure or default, own_year, None)

    def _government_measure(self, clause: Clause, year: int) -> tuple[str, int, tuple[int, str] | None] | None:
        """One government report tells of the year that ended and the one that begins: only what is said counts."""
        section = self.state.section or ""
        if self.state.year is None:
            if self.state.headline is None or not self._headline_year:
                return None
            year = self._headline_year
        told = clause.measure
        if clause.done or (told is None and "执行" in section):
            told = "final"
        if told is None and self.kind == "final_account":
            told = "final"
        if told is None and year == self.year and self.kind == "budget" and not re.search("执行|完成|决算", section):
            told = "budget"
        if told is None or year not in (self.year - 1, self.year):
            return None
        return ("prior_final" if told == "final" and year < self.year else told), year, None

    def _absolute(
        self, measure: str, year: int, compare: tuple[int, str] | None
    ) -> tuple[str, int, tuple[int, str] | None] | None:
        if year == self.year:
            if measure == "final" and self.kind == "budget":
                return None
            return measure, year, compare
        if year == self.year - 1:
            return ("prior_final" if measure == "final" else measure), year, compare
        return None

    def _pair(self, subjects: list[What], group: list[Figure], clause: Clause) -> list[tuple[What, Figure]] | None:
        """Which figure belongs to which subject: one to one, one for all (均为零), or a joint total's two sides."""
        if len(group) == 1:
            if len(subjects) == 1:
                return [(subjects[0], group[0])]
            if clause.every or (group[0].value == 0 and not clause.zipped):
                return [(what, group[0]) for what in subjects]
            return None
        if (
            len(subjects) == 1
            and len(group) == 2
            and subjects[0].item.endswith("总计")
            and subjects[0].flow == "income"
        ):
            income = subjects[0]
            return [(income, group[0]), (replace(income, flow="expenditure"), group[1])]
        if len(subjects) == len(group):
            return list(zip(subjects, group, strict=True))
        return None

    def _ratio(self, number: int, figure: Figure, clause: Clause, sentence: int, lead: str) -> None:
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
        state = self.state
        named = subjects[-1] if subjects else None
        if kind == "share" and named is None and clause.generic is not None:
            named = self._generic(clause)
        own = None
        if kind != "share":
            own = named or self._inherit(clause)
        if kind == "growth" and clause.change == 0 and figure.value:
            return
        self.outcome.ratios.append(
            Ratio(
                number,
                sentence,
                figure,
                kind,
                named,
                len(self.outcome.reads),
                clause.change if clause.change is not None else 1,
                state.headline,
                own,
            )
        )

    def _emit(
        self,
        number: int,
        line: Line,
        figure: Figure,
        what: What,
        measure: str,
        year: int,
        compare: tuple[int, str] | None,
        change: int | None,
        sentence: int,
        order: int,
    ) -> None:
        unit = figure.unit
        unitless = unit is None
        if unit is None:
            unit = "元" if figure.value == 0 and line.text[figure.start] == "零" else self._document_unit()
            if unit is None:
                self._unread(number, [figure])
                return
            unitless = line.text[figure.start] != "零"
        amount = figure.yuan(unit)
        if measure == "change" and change is not None:
            if change == 0 and figure.value:
                self._unread(number, [figure])
                return
            amount = amount * (change if change else 1)
        item = what.item
        if measure == "change" and compare is not None:
            if self.kind == "budget" and compare[1] == "final":
                item += "（较上年执行数）"
            elif self.kind != "budget" and compare[1] != "final":
                item += "（较年初预算）" if compare[0] == self.year else "（较上年预算）"
        locator = line.locator(figure.start) + (f"n{order + 1}" if order else "")
        record = LineItem(
            locator=locator,
            fiscal_year=year,
            report_kind=self.kind,
            form="narrative",
            fund=what.fund,
            flow=what.flow,
            component=self.lexicon.published_component.get(what.component, what.component),
            measure=measure,
            item_name=quoted(what.name),
            item=item,
            level=what.level,
            amount_yuan=amount + Decimal(0),
            published_text=line.printed(figure.start, figure.end),
            published_unit=figure.unit or "",
            place=line.place(figure.start),
            ulp_yuan=figure.ulp(unit),
            section=quoted(line.section) if line.section else None,
            function_code=what.code,
            economic_code=what.economic,
            mapping_method=what.method,
            mapping_score=what.score,
            row_no=line.number,
            subset=what.subset,
            printed_code=what.printed_code,
            engine="prose",
        )
        read = Read(record, number, figure, what, measure, sentence, compare)
        self.outcome.reads.append(read)
        if unitless:
            self.outcome.unitless.append(read)

    def _document_unit(self) -> str | None:
        """The unit that nearly all amounts of the prose are printed in."""
        total = sum(self._unit_votes.values())
        best = max(self._unit_votes, key=lambda unit: self._unit_votes[unit], default=None)
        return best if best is not None and self._unit_votes[best] >= 0.8 * total else None

    def _unread(self, number: int, group: list[Figure]) -> None:
        self.outcome.unread.extend((number, f) for f in group if f.kind == "money" and f.unit is not None)


def _same_thing(one: What, other: What) -> bool:
    return (one.item, one.fund, one.flow, one.component, one.code) == (
        other.item,
        other.fund,
        other.flow,
        other.component,
        other.code,
    )


_COMPARABLE = frozenset({"year", "last_year", "this_year", "measure", "fund", "subject", "noise"})


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
