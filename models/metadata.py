"""Who published what for which year: read from the cover, titles and captions of a document.

File names and addresses are asked only where the document says nothing; where they say something else, the disagreement is
kept as evidence. A document that is beyond doubt no budget or final account, an empty template, or a page that only lists
attachments gets a refusal; anything less certain is read.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from data import read_toml
from extractors.model import Extract, Paragraph, Table
from models.departments import Body, is_body, normalise
from models.disclosure import Metadata
from models.money import read_amount
from models.regions import Region, by_code, from_place, region_of
from models.text import fold
from models.titles import Front, Line, compact, published, read_front, without_number, years

_TITLE_LENGTH = 120
_KIND_WORDS = {"budget": "预算", "final_account": "决算"}


@dataclass(frozen=True, slots=True)
class _Found:
    """A value and the text it was read from."""

    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Who:
    """The body as told by one place of the document. kind: department, unit or None; weight: how much it is trusted."""

    name: str
    kind: str | None
    weight: int
    evidence: str


def read_metadata(extract: Extract, *, file_name: str, source_uri: str) -> Metadata:
    """Tell kind, scope, year, body and place of a document, or refuse it; `Metadata.evidence` says from what."""
    front = read_front(extract)
    evidence: dict[str, str] = {}
    kind = _kind(front)
    who = _who(front)
    government = _is_government(front, who)
    year = _year(front)
    named = _file_words(file_name, source_uri)
    refusal = _refusal(extract, front, kind, who)

    report_kind = kind.value if kind else None
    if kind:
        evidence["report_kind"] = kind.evidence
    elif (guess := title_kind(named)) and refusal is None:
        report_kind = guess
        evidence["report_kind"] = f"文件名：{named}"
    fiscal_year = int(year.value) if year else None
    if year:
        evidence["fiscal_year"] = year.evidence
    elif named_years := years(named):
        fiscal_year = named_years[0]
        evidence["fiscal_year"] = f"文件名：{named}"

    scope, scope_evidence = _scope(front, government, who)
    if scope_evidence:
        evidence["scope"] = scope_evidence
    if scope == "government":
        who = _government_body(front) or (who if who and re.search("财政|人民政府", who.name) else None)
    region = _region(front, extract, who, scope)
    name = who.name if who else None
    if name is None:
        named_body = _body_in(named)
        if named_body is not None:
            name = named_body
            evidence["department_name"] = f"文件名：{named}"
            region = region or region_of(named_body)
        elif scope == "government" and region is not None:
            name = region.name
            evidence["department_name"] = f"标题中的地区：{region.name}"
    elif who:
        evidence["department_name"] = who.evidence
    if region:
        evidence["region"] = region.name
    if extra := _other_years(front, fiscal_year):
        evidence["other_years"] = extra
    if difference := _disagreement(named, report_kind, fiscal_year, name, evidence):
        evidence["disagreement"] = difference
    unit = scope == "unit"
    return Metadata(
        report_kind=report_kind,
        scope=scope,
        fiscal_year=fiscal_year,
        department_name=name,
        title=_title(front, extract),
        published_on=published(extract, front),
        department_kind="unit" if unit else "department",
        region_code=region.code if region else None,
        region_name=region.name if region else None,
        region_level=region.level if region else None,
        parent_name=_parent(front, name) if unit else None,
        refusal=refusal,
        evidence=evidence,
    )


# --- kind --------------------------------------------------------------------------------------------------------


def title_kind(text: str) -> str | None:
    """The kind a title names: ``budget``, ``final_account`` or None. Names of funds (一般公共预算…) tell nothing."""
    vocabulary = read_toml("vocabulary/metadata.toml")
    bare = compact(text)
    outright = {kind for kind, pattern in vocabulary["outright"].items() if re.search(pattern, bare)}
    settled = re.search(vocabulary["kind"][0]["pattern"], bare)
    if len(outright) == 1 and not settled:
        return outright.pop()
    for word in vocabulary["neutral"]:
        bare = bare.replace(word, "")
    if settled and not re.search(r"决算", bare):
        return "budget"
    two_accounts = re.search(r"决算.*(?:和|与|及|暨).*预算执行情况|决算草案", bare)
    if settled and re.search(r"预算草案|预算执行情况", settled.group()) and not two_accounts:
        return "budget"
    for rule in vocabulary["kind"][1:]:
        if re.search(rule["pattern"], bare):
            return str(rule["kind"])
    return None


def _kind(front: Front) -> _Found | None:
    """From the cover; else from titles that name a year and a kind; else from the words of the whole document."""
    kind = title_kind(front.title)
    if kind:
        return _Found(kind, front.title[:_TITLE_LENGTH])
    votes: Counter[str] = Counter()
    example: dict[str, str] = {}
    for line in front.lines:
        if not _is_title(line):
            continue
        told = title_kind(line.text)
        if told:
            votes[told] += 1
            example.setdefault(told, line.text)
    if votes:
        best, count = votes.most_common(1)[0]
        if count >= 2 * (sum(votes.values()) - count) or len(votes) == 1:
            return _Found(best, example[best])
    counts = _word_counts(front)
    total = sum(counts.values())
    if total:
        kind = "final_account" if counts["final_account"] >= 0.45 * total else "budget"
        return _Found(kind, f"全文用语：决算{counts['final_account']}处，预算{counts['budget']}处")
    return None


def _word_counts(front: Front) -> dict[str, int]:
    patterns = read_toml("vocabulary/metadata.toml")["count"]
    text = "\n".join(line.text for line in front.lines)
    return {kind: len(re.findall(pattern, text)) for kind, pattern in patterns.items()}


def _is_title(line: Line) -> bool:
    """A line that can be a title of the document, a part or a table: short, no sentence, no contents line."""
    return 4 <= len(line.text) <= 60 and not re.search(r"。|；|…{2,}|\.{4,}|万元|亿元|·{4,}", line.text)


# --- year --------------------------------------------------------------------------------------------------------


_YEAR_OF_FORM = re.compile(
    r"20[0-4]\d(?:年度|年)(?:部门|单位|预算|决算|综合|市级|区级|省级|县级|收|支|财政拨款|一般公共预算|政府性基金|国有资本|”?三公|项目支出|基本支出)"
)


def _year(front: Front) -> _Found | None:
    """The cover's year; else the year most titles name; else the year most sentences begin with.

    A report on one year's execution and the next year's draft is filed under the first year its title names; the other
    year is kept as evidence.
    """
    found = years(front.title)
    if found:
        return _Found(str(found[0]), front.title[:_TITLE_LENGTH])
    votes: Counter[int] = Counter()
    example: dict[int, str] = {}
    for line in front.lines:
        if not _is_title(line):
            continue
        match = re.search(r"(20[0-4]\d)(?:年度|年).{0,40}(?:预算|决算|收支|总表|情况表|支出表|收入表|绩效)", line.text)
        if match and years(line.text):
            # The year of a form or a part stands right before its name; other titles count less.
            votes[years(line.text)[0]] += 3 if _YEAR_OF_FORM.search(line.text) else 1
            example.setdefault(years(line.text)[0], line.text)
    if not votes:
        for line in front.lines:
            if line.text.endswith("编制年度") or re.match(r"^(?:20\d\d)年度?$", line.text):
                for year in years(line.text):
                    votes[year] += 1
                    example.setdefault(year, line.text)
    if not votes:
        for line in front.lines:
            match = re.match(
                r"^(?:（[一二三四五六七八九十]+）|[一二三四五六七八九十]、)?(20[0-4]\d)年(?:度)?", line.text
            )
            if match and re.search(r"预算|决算|收入|支出", line.text):
                votes[int(match.group(1))] += 1
                example.setdefault(int(match.group(1)), line.text[:60])
    if not votes:
        return None
    best = max(votes, key=lambda year: (votes[year], year))
    return _Found(str(best), example[best])


def _other_years(front: Front, year: int | None) -> str | None:
    others = sorted({other for other in years(front.title) if other != year})
    return "、".join(map(str, others)) or None


# --- scope -------------------------------------------------------------------------------------------------------


def _is_government(front: Front, who: _Who | None) -> str | None:
    """The title that shows an account of a government, if any."""
    vocabulary = read_toml("vocabulary/metadata.toml")["government"]
    if re.search(vocabulary["strong"], front.title):
        return front.title[:_TITLE_LENGTH]
    if re.search(vocabulary["not_title"], front.title):
        return None
    if re.search(vocabulary["title"], front.title):
        return front.title[:_TITLE_LENGTH]
    if who is not None and who.weight >= 60 and not re.search(vocabulary["body"], who.name):
        return None
    titles = [line.text for line in front.lines if _is_title(line)]
    against = sum(bool(re.search(vocabulary["not_title"], title)) for title in titles)
    hits = [title for title in titles if re.search(vocabulary["title"], title)]
    dated = [title for title in hits if re.search(r"20\d\d", title)]
    return dated[0] if dated and not against else None


def _scope(front: Front, government: str | None, who: _Who | None) -> tuple[str, str | None]:
    unit = read_toml("vocabulary/metadata.toml")["unit"]["title"]
    if government is not None:
        return "government", government
    match = re.search(unit, front.title)
    if match:
        return "unit", front.title[:_TITLE_LENGTH]
    if re.search(r"部门(?:综合)?(?:预算|决算)", front.title) and not (who and who.kind == "unit"):
        return "department", front.title[:_TITLE_LENGTH]
    if who is not None and who.kind is not None:
        return who.kind, who.evidence
    titles = [line.text for line in front.lines if _is_title(line)]
    units = [title for title in titles if re.search(unit, title) and re.search(r"20\d\d", title)]
    departments = [title for title in titles if re.search(r"部门(?:综合)?(?:预算|决算)", title)]
    if units and len(units) > len(departments):
        return "unit", units[0]
    return "department", departments[0] if departments else None


# --- body --------------------------------------------------------------------------------------------------------

_DESCRIPTION = re.compile(
    r"(?:关于)?(?:20\d\d(?:年度|年)?|区级|市级|省级|县级|整体|项目)*"
    r"(?:部门|单位|财政|财务)?(?:综合)?(?:整体)?(?:收支)?(?:支出)?(?:预算|决算)(?:绩效目标表?)?(?:编制|信息|情况|公开|说明|报告|表格|报表|附表|文件|文本|书面|草案|表|的|及|和|与|、|（书面）)*"
)
_LABEL = re.compile(r"^(?P<label>[一-龥（）()/]{2,12})：(?P<value>.*)$")
_HEADING = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]、|（[一二三四五六七八九十]）)(?P<body>.+?)(?:20\d\d(?:年度|年)|概况|基本情况|的?主要职(?:能|责)|部门概况)"
)
_DATED = re.compile(
    r"(?P<before>[一-龥（）]{3,40}?)20\d\d(?:年度|年)(?:度)?(?P<after>[一-龥（）]{2,40}?)?(?:部门|单位)(?:综合)?(?:预算|决算)"
)


def _who(front: Front) -> _Who | None:
    """The body: labels on the cover, the cover's own words, headings, captions of tables, sentences that name it."""
    found: list[_Who] = []
    pieces = [line.text for line in front.cover]
    found += [who for text in pieces if (who := _labelled(text, 100)) is not None]
    found += _from_title(front)
    for position, line in enumerate(front.lines):
        if len(line.text) > 90:
            continue
        if line.in_table and position + 1 < len(front.lines) and not line.text.endswith("："):
            # A label and its value in neighbouring cells.
            who = _labelled(f"{line.text}：{front.lines[position + 1].text}", 50)
            if who is not None:
                found.append(who)
        who = _labelled(line.text, 70) if (line.in_table or "：" in line.text[:14]) else None
        if who is not None:
            found.append(who)
        match = _HEADING.match(line.text)
        if match:
            found += _candidate(match.group("body"), 60, line.text)
        bracket = re.match(r"^（([^（）]{4,30}(?:（[^（）]*）)?[^（）]*)）$", line.text)
        if bracket:
            found += _candidate(bracket.group(1), 40, line.text)
    best = _best(found)
    if best is None or (region_of(best.name) is None and best.weight < 80):
        # A short form (市委办公室) is completed by the full name the text uses.
        best = _best([*found, *_from_prose(front)])
    return best


def _candidate(text: str, weight: int, evidence: str, kind: str | None = None) -> list[_Who]:
    body = normalise(text)
    if not is_body(body.name):
        return []
    return [_Who(body.name, body.kind or kind, weight, evidence[:_TITLE_LENGTH])]


def _labelled(text: str, weight: int) -> _Who | None:
    """A body behind a label ("预算主管部门：…", "编制单位：… 单位：万元")."""
    labels: dict[str, str] = read_toml("vocabulary/bodies.toml")["labels"]
    match = _LABEL.match(text)
    if match is None:
        return None
    label = match.group("label")
    meaning = labels.get(label) or labels.get(label.replace("（", "(").replace("）", ")"))
    if meaning is None or meaning == "parent":
        return None
    value = re.split(
        r"(?:金额)?单位：|编制日期|日期：|填报|年度：|20\d\d年|部门编码|公开网址|第\d|报送", match.group("value")
    )[0]
    body: Body = normalise(value)
    if not is_body(body.name):
        return None
    kind = body.kind or (meaning if meaning in ("department", "unit") and weight >= 100 else None)
    return _Who(body.name, kind, weight, text[:_TITLE_LENGTH])


def _from_title(front: Front) -> list[_Who]:
    """The body in the cover's words: what is left when year and description are taken away."""
    found: list[_Who] = []
    joined = front.title
    rest = joined
    cut = re.search(r"(?:公开)?目录", rest)
    if cut:
        rest = rest[: cut.start()]
    rest = re.sub(r"^附件\d*：?|—.*$|20\d\d年\d{1,2}月(?:\d{1,2}日)?", "", rest)
    for whole in (rest, *(line.text for line in front.cover)):
        match = re.match(
            r"^(?:关于)?(?:20\d\d(?:年度|年)?)?(?P<body>.+?)(?:关于)?(?:20\d\d(?:年度|年)?)?(?:度)?(?:市级|区级|省级|县级)?(?:部门|单位)(?:综合)?(?:整体)?(?:预算|决算)",
            whole,
        )
        if match is None:
            match = re.match(
                r"^(?:20\d\d(?:年度|年)?)?(?P<body>.+?)(?:20\d\d(?:年度|年)?)?(?:度)?(?:部门|单位|项目|整体)?(?:支出)?(?:预算|决算|绩效)",
                whole,
            )
        tail = re.search(r"(?:预算|决算)(?:信息|情况|公开|说明|报告|报表|表|的)*(?P<body>[^预决]{4,40})$", whole)
        for each in (match, tail):
            if each and not found:
                found += _candidate(each.group("body"), 90, whole)
        if found:
            break
    for line in front.cover:
        found += _candidate(line.text, 80, line.text)
    return found


def _from_prose(front: Front) -> list[_Who]:
    """The full name that sentences and headings put before the year; only names that say their place."""
    votes: Counter[str] = Counter()
    example: dict[str, str] = {}
    for line in front.lines:
        for match in re.finditer(
            r"(?:^|[，。；：、（形成和]|根据)([一-龥]{2,12}[一-龥（）]{2,26}?)(?=20\d\d年|部门(?:预算|决算)|单位(?:预算|决算))",
            line.text,
        ):
            body = normalise(match.group(1))
            if is_body(body.name) and region_of(body.name) is not None:
                votes[body.name] += 1
                example.setdefault(body.name, line.text[:60])
        for match in re.finditer(
            r"^([一-龥]{2,12}[一-龥（）]{2,26}?)(?:按单位|主要职(?:责|能)|是[一-龥]{1,12}(?:组成部门|直属|工作部门)|内设)",
            line.text,
        ):
            body = normalise(match.group(1))
            if is_body(body.name) and region_of(body.name) is not None:
                votes[body.name] += 1
                example.setdefault(body.name, line.text[:60])
    if not votes:
        return []
    name, _ = votes.most_common(1)[0]
    return [_Who(name, None, 30, example[name])]


def _best(found: list[_Who]) -> _Who | None:
    """The most trusted; among equals a name that says its place, then the one found most often, then the first."""
    if not found:
        return None
    counts = Counter(who.name for who in found)
    placed = {who.name: region_of(who.name) is not None for who in found}
    best = max(
        range(len(found)),
        key=lambda i: (found[i].weight + (15 if placed[found[i].name] else 0), counts[found[i].name], -i),
    )
    chosen = found[best]
    kinds = [who.kind for who in found if who.name == chosen.name and who.kind is not None and who.weight >= 80]
    return _Who(chosen.name, kinds[0] if kinds else chosen.kind, chosen.weight, chosen.evidence)


def _parent(front: Front, name: str | None) -> str | None:
    """The competent department a unit's document names."""
    for line in front.lines[:400]:
        match = re.match(r"^(?:预算|决算)?主管部门：(.+)$", line.text)
        if match and is_body(normalise(match.group(1)).name):
            return normalise(match.group(1)).name
    for line in front.cover:
        if name and name in line.text and re.search(r"本级", line.text):
            return name
    return None


def _government_body(front: Front) -> _Who | None:
    """Who speaks for the government: its finance bureau or itself, printed on the cover or in the opening lines."""
    pattern = read_toml("vocabulary/metadata.toml")["government"]["body"]
    for line in (*front.cover, *front.lines[:120]):
        for match in re.finditer(rf"[一-龥]{{2,14}}?{pattern}", line.text):
            name = from_place(match.group())
            if region_of(name) is not None and is_body(name):
                return _Who(name, None, 50, line.text[:_TITLE_LENGTH])
    return None


def _region(front: Front, extract: Extract, who: _Who | None, scope: str) -> Region | None:
    """The place: from the body's name, else from the title, else from the keys a system left in hidden cells."""
    if who is not None:
        region = region_of(who.name)
        if region is not None:
            return region
    texts = [front.title, *(line.text for line in front.cover)]
    if scope == "government":
        texts += [line.text for line in front.lines[:40] if _is_title(line)]
    for text in texts:
        bare = re.sub(r"^(?:\d+|附件|表|公开|关于|—)*(?:20\d\d(?:年度|年|年末)?)?", "", text)
        region = region_of(bare)
        if region is not None and region.level != "central":
            return region
    for block in extract.hidden:
        texts = [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells[:400]]
        for text in texts:
            match = re.match(r"AD_NAME#\d*\s*([一-龥]+)", text)
            if match and (region := region_of(match.group(1))) is not None:
                return region
            match = re.search(r"AD_CODE_GK[#=](\d{2,6})(?!\d)", text)
            if match and (region := by_code(match.group(1))) is not None:
                return region
    return None


# --- what it is not ----------------------------------------------------------------------------------------------


def _refusal(extract: Extract, front: Front, kind: _Found | None, who: _Who | None) -> str | None:
    """A sentence when the document is beyond doubt no budget or final account with figures; else None."""
    vocabulary = read_toml("vocabulary/metadata.toml")
    title = front.title[:_TITLE_LENGTH] or (front.lines[0].printed if front.lines else "")
    match = re.search(vocabulary["other"]["always"], front.title)
    if match:
        return f"不是预算或决算文件：标题为“{title}”"
    amounts = _amounts(extract)
    if amounts == 0:
        links = [
            link
            for link in extract.links
            if any(
                re.search(vocabulary["landing"]["attachment"], text, re.IGNORECASE) for text in (link.href, link.text)
            )
        ]
        if extract.format == "html" and links:
            return f"网页只列出{len(links)}个附件，没有预算或决算数字；请收录附件本身"
        if extract.format == "html":
            return "网页上没有预算或决算数字"
    holders = _placeholders(extract, vocabulary["template"]["placeholder"])
    if holders >= 3 and amounts < 3 * holders and amounts < 30 and (who is None or re.search(r"[XＸ×x*]{2}", who.name)):
        return f"空白模板：{holders}处单位名称、数字仍为占位符，没有预算或决算数字"
    if re.search(vocabulary["other"]["about"], front.title) and amounts < 2 and not _has_forms(front):
        return f"不是预算或决算文件：标题为“{title}”，没有预算或决算表"
    if kind is None:
        if re.search(vocabulary["other"]["alone"], front.title) and not _has_forms(front):
            return f"不是预算或决算文件：标题为“{title}”，全文没有预算或决算表"
        if front.lines and not any(re.search(vocabulary["other"]["words"], line.text) for line in front.lines):
            return "不是预算或决算文件：标题、表名和正文都没有预算或决算的内容"
    elif (
        kind.evidence.startswith("全文用语")
        and re.search(vocabulary["other"]["alone"], front.title)
        and not _has_forms(front)
    ):
        return f"不是预算或决算文件：标题为“{title}”，没有预算或决算表"
    return None


def _has_forms(front: Front) -> bool:
    """Whether any official form's title stands in the document."""
    return any(
        re.search(r"(?:收支|收入|支出)(?:预算|决算)?(?:总|总体情况|明细)?表|三公”经费.*表|情况表", line.text)
        for line in front.lines
        if _is_title(line)
    )


def _amounts(extract: Extract) -> int:
    """How many amounts other than zero the document prints: numeric cells, and figures with a money unit in text."""
    count = 0
    for block in extract.blocks:
        if isinstance(block, Table):
            for cell in block.cells:
                text = cell.text.strip()
                if not text or text[0] in "一二三四五六七八九十" or (amount := read_amount(text)) is None:
                    continue
                # Codes, column numbers and years are bare integers.
                count += bool(amount.value) and (amount.decimals > 0 or "," in text)
        else:
            text = fold(block.text)
            count += len(re.findall(r"\d[\d，,]*(?:\.\d+)?(?:万元|亿元|元)", text))
            count += (
                len(re.findall(r"(?<![\d.])\d{1,3}(?:[，,]\d{3})*\.\d{2}(?![\d.])", text)) if "元" not in text else 0
            )
        if count > 500:
            break
    return count


def _placeholders(extract: Extract, pattern: str) -> int:
    compiled = re.compile(pattern)
    count = 0
    for block in extract.blocks:
        texts = [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells]
        count += sum(len(compiled.findall(re.sub(r"\s+", "", text))) for text in texts if text)
    return count


# --- names and titles --------------------------------------------------------------------------------------------


def _title(front: Front, extract: Extract) -> str | None:
    """The title as published: the cover's lines joined; else the first title-like line."""
    printed = "".join(line.printed for line in front.cover if not re.match(r"^20\d\d年\d{1,2}月", line.text))
    if printed:
        return without_number(printed)[:_TITLE_LENGTH]
    first = next((line.printed for line in front.lines if _is_title(line) and title_kind(line.text)), None)
    return first or (extract.title or "").strip() or None


def _file_words(file_name: str, source_uri: str) -> str:
    """The file's name without extension, and the last part of its address when the name says nothing in Chinese."""
    stem = re.sub(r"(?:\.[A-Za-z]{2,5})+$", "", file_name)
    if not re.search(r"[一-龥]", stem):
        last = unquote(PurePosixPath(urlsplit(source_uri).path).name)
        if re.search(r"[一-龥]", last):
            return re.sub(r"(?:\.[A-Za-z]{2,5})+$", "", last)
    return stem


def _body_in(text: str) -> str | None:
    """A body's name in a file name, when it says its place."""
    bare = re.sub(r"[\d_\-—.（）() ]*20\d\d(?:年度|年)?|附件\d*[：:_-]?", "", text)
    match = re.match(r"^(?P<body>[一-龥（）()]{4,40}?)(?:部门|单位)?(?:综合)?(?:预算|决算|收支|绩效)", bare)
    body = normalise(match.group("body")).name if match else ""
    return body if body and is_body(body) and region_of(body) is not None else None


def _disagreement(
    named: str, kind: str | None, year: int | None, name: str | None, evidence: dict[str, str]
) -> str | None:
    """Where the file name says something else than the document, in a sentence."""
    said: list[str] = []
    file_years = years(compact(named.replace("_", " ").replace(" ", "，")))
    if year and file_years and year not in file_years and not evidence.get("fiscal_year", "").startswith("文件名"):
        said.append(f"文件名的年度是{'、'.join(map(str, file_years))}，文件内是{year}")
    file_kind = title_kind(named)
    if kind and file_kind and file_kind != kind:
        said.append(f"文件名称为{_KIND_WORDS[file_kind]}，文件内是{_KIND_WORDS[kind]}")
    body = _body_in(named)
    if name and body and not evidence.get("department_name", "").startswith("文件名"):
        one, other = region_of(body), region_of(name)
        if (one and other and one.code != other.code) or not (fold(body) in fold(name) or fold(name) in fold(body)):
            said.append(f"文件名中的单位是“{body}”，文件内是“{name}”")
    return "；".join(said) or None
