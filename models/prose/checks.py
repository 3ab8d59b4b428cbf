"""Text findings: what the wording alone shows to be wrong or left over (``data/vocabulary/prose_checks.toml``).

Sums are not compared here; only words against words, and words against the two amounts they speak of. Every rule says
what it saw and where; a severity of ``error`` is kept for figures that the text itself contradicts beyond doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from data import read_toml
from extractors.model import Extract, Paragraph, Place, Table
from models.catalog import load_catalog, name_key
from models.classify import was_abolished
from models.disclosure import Finding, Metadata
from models.prose.claims import claims
from models.prose.figures import figures
from models.prose.flow import Line, quoted
from models.prose.state import Outcome, Read
from models.text import fold

_MOST = 20
"""No more findings of one kind than a steward would read."""
_LONGEST_NAME = 40
"""No name of a 科目 is longer; what is, is a sentence."""


@lru_cache(maxsize=1)
def _rules() -> dict[str, Any]:
    return read_toml("vocabulary/prose_checks.toml")


def text_findings(
    lines: Sequence[Line], outcome: Outcome, metadata: Metadata, extract: Extract | None = None
) -> Iterator[Finding]:
    """All findings about the text, rule by rule."""
    if metadata.fiscal_year:
        yield from _stale_years(lines, outcome, metadata.fiscal_year, metadata, extract)
        yield from _compared_with_itself(lines, outcome, metadata.fiscal_year)
        yield from _names(lines, outcome, metadata.fiscal_year)
    yield from _numbering(lines, outcome)
    yield from _units(lines, outcome)
    yield from _malformed(lines)
    yield from _placeholders(lines, extract)
    yield from _denials(lines, outcome, metadata.fiscal_year or 0)
    yield from _count_sums(lines, outcome)
    yield from _wording(lines, outcome)
    yield from _punctuation(lines)
    yield from claims(lines, outcome, _rules())
    if outcome.unread:
        first = outcome.unread[0]
        apart = f"（其中 {outcome.explained} 个是原因、用途说明里的金额）" if outcome.explained else ""
        yield Finding(
            "TXT-AMOUNT-UNREAD",
            "info",
            f"正文中有 {len(outcome.unread)} 个金额含义不能确定，未收入数据{apart}",
            lines[first[0]].place(first[1].start),
            observed=str(len(outcome.unread)),
        )


def _quote(line: Line, start: int, end: int, around: int = 12) -> str:
    """The passage a finding speaks of, with a little text on both sides."""
    return quoted(line.text[max(0, start - around) : min(len(line.text), end + around)])


# --- years -------------------------------------------------------------------------------------------------------


def _stale_years(
    lines: Sequence[Line], outcome: Outcome, year: int, metadata: Metadata, extract: Extract | None
) -> Iterator[Finding]:
    rules, kind = _rules()["year"], metadata.report_kind or ""
    note = [re.compile(pattern) for pattern in rules["note"]]
    own = [*(re.compile(pattern) for pattern in rules["own"]), *note]
    heading = [re.compile(pattern) for pattern in rules["heading"]]
    title = [re.compile(pattern) for pattern in rules["title"]] if metadata.scope != "government" else []
    title_not = re.compile(rules["title_not"])
    as_of = [re.compile(pattern) for pattern in rules["as_of"]] if kind == "final_account" else []
    compared = rules["compared_budget"] if kind == "budget" else rules["compared_final"]
    same = [re.compile(pattern.replace("{year}", str(year))) for pattern in compared]
    other = [re.compile(pattern) for pattern in rules["compared_other"]]
    count = 0
    for text, place in _contents(extract):
        for match in (
            m for pattern in [*heading, *title] for m in [pattern.search(text)] if m and not title_not.search(text)
        ):
            if int(match.group(1)) != year:
                count += 1
                yield _stale(year, match.group(1), quoted(text), place)
                break
    for text, place in _cells(extract):
        for match in (m for pattern in note for m in [pattern.search(text)] if m):
            if int(match.group(1)) != year and count < _MOST:
                count += 1
                yield _stale(year, match.group(1), quoted(text[: match.end() + 12]), place)
    for number, line in enumerate(lines):
        section = outcome.kinds[number] if number < len(outcome.kinds) else None
        if section is not None and section.id == "glossary":
            continue
        hits: list[tuple[int, int, str, str]] = []
        short = len(line.text) <= 60 and line.text[-1] not in "。；"
        titles = title if short and not title_not.search(line.text) else []
        for pattern in [*own, *as_of, *(heading if short else []), *titles]:
            for match in pattern.finditer(line.text):
                if int(match.group(1)) != year:
                    hits.append((*match.span(1), match.group(1), str(year)))
        for pattern in same:
            for match in pattern.finditer(line.text):
                at = line.text.index(str(year), match.start())
                hits.append((at, at + 4, str(year), str(year - 1)))
        for pattern in other:
            for match in pattern.finditer(line.text):
                if int(match.group(1)) not in (year, year - 1) and int(match.group(1)) < year:
                    hits.append((*match.span(1), match.group(1), str(year - 1)))
        for start, end, seen, wanted in dict.fromkeys(hits):
            count += 1
            if count > _MOST:
                return
            yield _stale(wanted, seen, _quote(line, start, end), line.place(start))


def _stale(wanted: int | str, seen: str, quotation: str, place: Place) -> Finding:
    return Finding(
        "TXT-YEAR-STALE",
        "warning",
        f"此处应为 {wanted} 年，文中写作 {seen} 年：“{quotation}”",
        place,
        expected=str(wanted),
        observed=seen,
    )


def _contents(extract: Extract | None) -> Iterator[tuple[str, Place]]:
    """Entries of the table of contents, which are no lines of the text: without their dots and page numbers."""
    for block in extract.blocks if extract is not None else ():
        if isinstance(block, Paragraph) and len(block.text) <= 120:
            text = re.sub(r"\s", "", fold(block.text))
            short = re.sub(r"[.…·]{4,}\d*$", "", text)
            if short != text:
                yield short, block.place


def _cells(extract: Extract | None) -> Iterator[tuple[str, Place]]:
    """Cells that hold a remark instead of a name or a figure, folded, without blanks."""
    for block in extract.blocks if extract is not None else ():
        if isinstance(block, Table):
            for cell in block.cells:
                if 10 < len(cell.text) <= 120 and "年" in cell.text:
                    yield re.sub(r"\s", "", fold(cell.text)), cell.place


def _compared_with_itself(lines: Sequence[Line], outcome: Outcome, year: int) -> Iterator[Finding]:
    """ "2025年“三公”经费预算13万元，比2025年减少5万元" in the budget of 2026: the first year is last year's text."""
    count = 0
    for line_no, sentence, item, number in outcome.misdated:
        first = outcome.reads[number - 1] if number else None
        if first is None or (first.line_no, first.sentence, first.what.item) != (line_no, sentence, item):
            continue
        if first.measure == "change" or first.compare is not None or first.item.fiscal_year != year - 1:
            continue
        before = outcome.reads[number - 2] if number > 1 else None
        if before is not None and (before.line_no, before.what.item) == (first.line_no, first.what.item):
            continue
        count += 1
        if count > _MOST:
            return
        line = lines[first.line_no]
        yield Finding(
            "TXT-YEAR-STALE",
            "warning",
            f"此处应为 {year} 年，文中写作 {year - 1} 年（与上年相比的正是该数）：“{_quote(line, first.figure.start, first.figure.after)}”",
            line.place(first.figure.start),
            expected=str(year),
            observed=str(year - 1),
            locators=(first.item.locator,),
        )


# --- names -------------------------------------------------------------------------------------------------------


def _names(lines: Sequence[Line], outcome: Outcome, year: int) -> Iterator[Finding]:
    """Names that were abolished before the year, and names that no year knows; once per name."""
    scheme = load_catalog().functional
    sentence = re.compile(read_toml("vocabulary/prose.toml")["names"]["sentence"])
    seen: set[tuple[str, str]] = set()
    for number, named, section in outcome.named:
        if named.scheme != "function":
            continue
        line = lines[number]
        where = "名词解释" if section == "glossary" else "正文"
        for gone in was_abolished(named.names, year):
            key = (gone.level, name_key(gone.name))
            if key in seen:
                continue
            seen.add(key)
            today = f"，现为“{gone.current_name}”" if gone.current_name else "，已无此科目"
            yield Finding(
                "TXT-NAME-ABOLISHED",
                "warning" if year - gone.until >= 2 else "info",
                f"{where}使用的{gone.level}级科目“{gone.name}”（{gone.code}）{gone.until} 年后已停用{today}",
                line.place(named.start),
                expected=gone.current_name,
                observed=gone.name,
            )
        for level, name in zip("类款项", named.names, strict=True):
            if name is None or level == "类" or f"{name}（" not in named.text or not _stands_alone(line, named.start):
                continue
            if len(name) > _LONGEST_NAME or sentence.search(name):
                continue
            key = (level, name_key(name))
            if key in seen or _known(scheme, name, level):
                continue
            seen.add(key)
            other = next((one for one in "类款项" if one != level and _known(scheme, name, one)), None)
            told = f"不是{level}级科目，是{other}级科目" if other else "在各年度政府收支分类科目中均不存在"
            yield Finding(
                "TXT-NAME-UNKNOWN",
                "warning",
                f"{where}中的{level}级科目“{name}”{told}",
                line.place(named.start),
                observed=name,
            )


def _stands_alone(line: Line, start: int) -> bool:
    """Whether a path opens its line or sentence: elsewhere its first name can hold words of the sentence."""
    return start == 0 or re.fullmatch(r".{0,9}[、.．）。：；]", line.text[max(0, start - 10) : start]) is not None


def _known(scheme: Any, name: str, level: str) -> bool:
    """Whether any year's catalog has that name, at that level, or knows it as another form of one."""
    short = re.sub(r"（[^（）]*）$", "", name)
    for form in dict.fromkeys((name, short)):
        if any(entry.level == level for entry in scheme.ever_named(form)):
            return True
        if any(entry.level == level for entry in scheme.loosely_named(2020, form, slack=30)):
            return True
        if any(entry.level == level for entry in scheme.aliased(2020, form, slack=30)):
            return True
    return False


# --- numbering, units --------------------------------------------------------------------------------------------


def _numbering(lines: Sequence[Line], outcome: Outcome) -> Iterator[Finding]:
    """Numbers of the items in one list: each is the one before plus one, or starts a new list."""
    itemised = {number for number, named, _ in outcome.named if named.level == "项" or named.level == "款"}
    previous: int | None = None
    section: str | None = None
    for number, line in enumerate(lines):
        if line.section != section:
            section, previous = line.section, None
        if line.number is None or line.depth != 4 or number not in itemised:
            continue
        if previous is not None and line.number != 1 and line.number != previous + 1:
            kind = "重复" if line.number == previous else "不连续"
            yield Finding(
                "TXT-ITEM-NUMBERING",
                "warning",
                f"条目编号{kind}：第 {previous} 项之后是第 {line.number} 项",
                line.place(),
                expected=str(previous + 1),
                observed=str(line.number),
            )
        previous = line.number


def _units(lines: Sequence[Line], outcome: Outcome) -> Iterator[Finding]:
    for read in outcome.unitless[:_MOST]:
        line, figure = lines[read.line_no], read.figure
        yield Finding(
            "TXT-UNIT-MISSING",
            "warning",
            f"金额“{read.item.published_text}”后缺少计量单位，按正文所用单位读取：“{_quote(line, figure.start, figure.end)}”",
            line.place(figure.start),
            observed=read.item.published_text,
            locators=(read.item.locator,),
        )

    for number, figure in outcome.percentless[:_MOST]:
        line = lines[number]
        yield Finding(
            "TXT-UNIT-MISSING",
            "warning",
            f"“{line.text[figure.start : figure.end]}”后缺少单位或百分号，未读取：“{_quote(line, figure.start, figure.end)}”",
            line.place(figure.start),
            observed=line.text[figure.start : figure.end],
        )


def _malformed(lines: Sequence[Line]) -> Iterator[Finding]:
    """Amounts whose digits are no number, or that may be negative or not: never read, always told."""
    hits = [(line, figure) for line in lines for figure in figures(line.text) if figure.malformed]
    for line, figure in hits[:_MOST]:
        printed = line.text[figure.start : figure.after]
        dash = line.text[figure.start - 1 : figure.start] == "—"
        why = "前的短横是负号还是连接号不能确定" if dash else "不是规范的数字"
        yield Finding(
            "TXT-NUMBER-MALFORMED",
            "warning",
            f"金额“{printed}”{why}，未读取：“{_quote(line, figure.start, figure.after)}”",
            line.place(figure.start),
            observed=printed,
        )


# --- left-overs of a template ------------------------------------------------------------------------------------


def _placeholders(lines: Sequence[Line], extract: Extract | None) -> Iterator[Finding]:
    rules = [(re.compile(rule["pattern"]), rule["what"]) for rule in _rules()["placeholder"]]
    seen: set[str] = set()
    texts = [(line.text, line.place()) for line in lines]
    if extract is not None:
        texts.extend(
            (fold(cell.text), cell.place)
            for block in extract.blocks
            if isinstance(block, Table)
            for cell in block.cells
            if cell.text
        )
    for text, place in texts:
        for pattern, what in rules:
            match = pattern.search(text)
            if match is None:
                continue
            passage = text[max(0, match.start() - 15) : match.end() + 15]
            if passage in seen or len(seen) >= _MOST:
                continue
            seen.add(passage)
            yield Finding(
                "TXT-PLACEHOLDER",
                "warning",
                f"文中留有模板的{what}：“{quoted(passage)}”",
                place,
                observed=match.group(),
            )
    choice = re.compile(_rules()["choice"]["pattern"])
    hits = [(line, match) for line in lines for match in choice.finditer(line.text)]
    if hits:
        line, match = hits[0]
        yield Finding(
            "TXT-PLACEHOLDER",
            "info",
            f"模板中的二选一用语未删改，共 {len(hits)} 处，如“{_quote(line, *match.span())}”",
            line.place(match.start()),
            observed=match.group(),
        )


def _punctuation(lines: Sequence[Line]) -> Iterator[Finding]:
    pattern = re.compile(_rules()["punctuation"]["pattern"])
    hits = [(line, match) for line in lines for match in pattern.finditer(line.text)]
    for line, match in hits[:_MOST]:
        yield Finding(
            "TXT-PUNCTUATION",
            "info",
            f"标点重复或冲突：“{_quote(line, *match.span())}”",
            line.place(match.start()),
            observed=match.group(),
        )


# --- contradictions ----------------------------------------------------------------------------------------------


def _denials(lines: Sequence[Line], outcome: Outcome, year: int) -> Iterator[Finding]:
    """A sentence that denies what an amount of the report's year shows."""
    for rule in _rules()["denial"]:
        positive = [
            read
            for read in outcome.reads
            if read.item.item == rule["item"]
            and read.item.amount_yuan > 0
            and read.item.fiscal_year == year
            and read.measure != "change"
        ]
        if not positive:
            continue
        pattern = re.compile(rule["pattern"])
        for number, line in enumerate(lines):
            for match in pattern.finditer(line.text):
                before = re.split(r"[。；]", line.text[max(0, match.start() - 200) : match.start()])[-1]
                kind = outcome.kinds[number] if number < len(outcome.kinds) else None
                if re.search(rf"上年|去年|{year - 1}年", before) or (kind is not None and kind.id == "glossary"):
                    continue
                item = positive[0].item
                yield Finding(
                    "TXT-CONTRADICTION",
                    "warning",
                    f"“{_quote(line, *match.span())}”与{item.item_name} {item.published_text}{item.published_unit}矛盾",
                    line.place(match.start()),
                    expected=f"{item.published_text}{item.published_unit}",
                    observed=match.group(),
                    locators=tuple(read.item.locator for read in positive),
                )
                break


def _count_sums(lines: Sequence[Line], outcome: Outcome) -> Iterator[Finding]:
    """ "共有车辆10辆，其中：轿车1辆、越野车1辆": the parts listed against the whole."""
    for line in lines:
        found = [figure for figure in figures(line.text) if figure.kind == "count" and not figure.broken]
        for index, whole in enumerate(found):
            if not re.match(r"，?其中[：，]?", line.text[whole.after : whole.after + 8]):
                continue
            parts = []
            end = whole.after
            for part in found[index + 1 :]:
                if part.unit != whole.unit or re.search(r"[。；]", line.text[end : part.start]):
                    break
                parts.append(part)
                end = part.after
            total = sum((part.value for part in parts), Decimal(0))
            if whole.unit not in ("辆", "台") or len(parts) < 2 or total == whole.value:
                continue
            if line.text[end : end + 1] == "等":
                continue
            yield Finding(
                "TXT-COUNT-SUM",
                "warning",
                f"分项之和 {total}{whole.unit} 与总数 {whole.value}{whole.unit} 不符：“{_quote(line, whole.start, end, 8)}”",
                line.place(whole.start),
                expected=f"{whole.value}",
                observed=f"{total}",
            )


def _wording(lines: Sequence[Line], outcome: Outcome) -> Iterator[Finding]:
    """大于/小于/持平 against the two amounts of the item, 增加/减少 against present and prior amount."""
    rules = _rules()["wording"]
    pattern = re.compile(rules["pattern"])
    by_line: dict[int, list[Read]] = {}
    for read in outcome.reads:
        by_line.setdefault(read.line_no, []).append(read)
    for number, reads in by_line.items():
        line = lines[number]
        for match in pattern.finditer(line.text):
            before = [read for read in reads if read.figure.start < match.start()]
            pair = _latest_pair(before)
            if pair is None:
                continue
            budget, final = pair
            word = match.group(1) or match.group(2)
            wrong = _wrong(word, budget.item.amount_yuan, final.item.amount_yuan, rules)
            if wrong:
                yield Finding(
                    "TXT-WORDING",
                    "warning",
                    f"文中称决算数“{word}”预算数，而决算 {final.item.published_text}、预算 {budget.item.published_text}{budget.item.published_unit}",
                    line.place(match.start()),
                    expected=wrong,
                    observed=word,
                    locators=(final.item.locator, budget.item.locator),
                )
        yield from _directions(line, reads, [ratio for ratio in outcome.ratios if ratio.line_no == number])


def _latest_pair(reads: Sequence[Read]) -> tuple[Read, Read] | None:
    """Budget and final amount of the thing last spoken of."""
    for final in reversed(reads):
        if final.measure != "final":
            continue
        for budget in reversed(reads):
            if (
                budget.measure in ("budget", "adjusted_budget")
                and budget.what.item == final.what.item
                and budget.what.code == final.what.code
            ):
                return budget, final
        return None
    return None


def _wrong(word: str, budget: Decimal, final: Decimal, rules: dict[str, Any]) -> str | None:
    """The word that would be right, None where the printed one is."""
    if word in rules["larger"] and final <= budget:
        return "小于" if final < budget else "持平"
    if word in rules["smaller"] and final >= budget:
        return "大于" if final > budget else "持平"
    if word in rules["equal"] and final != budget:
        return "大于" if final > budget else "小于"
    if word == "基本持平" and budget and abs(final - budget) > budget * Decimal("0.1"):
        return "大于" if final > budget else "小于"
    return None


def _directions(line: Line, reads: Sequence[Read], ratios: Sequence[Any]) -> Iterator[Finding]:
    """增加/减少 between a present and a prior amount that are both printed."""
    events: list[tuple[int, int, str]] = []
    for read in reads:
        if read.measure == "change" and read.item.amount_yuan:
            events.append((read.figure.start, 1 if read.item.amount_yuan > 0 else -1, read.what.item))
    events.extend(
        (ratio.figure.start, ratio.change, ratio.own.item)
        for ratio in ratios
        if ratio.kind == "growth" and ratio.own is not None and ratio.figure.value
    )
    reported: set[str] = set()
    for position, sign, item in sorted(events):
        mine = [read for read in reads if read.what.item == item and read.figure.start < position]
        present = next(
            (
                r
                for r in reversed(mine)
                if r.measure in ("budget", "final")
                and r.compare is None
                and r.item.fiscal_year == max(x.item.fiscal_year for x in mine)
            ),
            None,
        )
        prior = next(
            (
                r
                for r in reversed(mine)
                if r.measure == "prior_final"
                or (r.measure == "budget" and present is not None and r.item.fiscal_year < present.item.fiscal_year)
            ),
            None,
        )
        if present is None or prior is None or item in reported:
            continue
        difference = present.item.amount_yuan - prior.item.amount_yuan
        if difference * sign < 0:
            reported.add(item)
            word, right = ("增加", "减少") if sign > 0 else ("减少", "增加")
            yield Finding(
                "TXT-WORDING",
                "warning",
                f"文中称“{word}”，而本年 {present.item.published_text}、上年 {prior.item.published_text}{prior.item.published_unit}",
                line.place(position),
                expected=right,
                observed=word,
                locators=(present.item.locator, prior.item.locator),
            )
