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
from extractors.model import Extract
from models.departments import always_unit, is_body, normalise
from models.disclosure import Metadata
from models.publisher import (
    Publisher,
    competent_department,
    find_publisher,
    find_region,
    government_of,
    government_publisher,
    other_department_on_cover,
    place_named_by,
)
from models.refusals import refusal_of
from models.regions import region_of
from models.text import fold
from models.titles import (
    TITLE_LENGTH,
    Front,
    compact,
    is_title,
    odd_year,
    published,
    read_front,
    without_number,
    years,
)

_OWN_PLACE = re.compile(r"^(?:关于)?(?P<place>[一-龥]{2,8}[省市区县州盟旗])20\d\d年")
_KIND_WORDS = {"budget": "预算", "final_account": "决算"}


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the text it was read from."""

    value: str
    evidence: str


def read_metadata(extract: Extract, *, file_name: str, source_uri: str) -> Metadata:
    """Tell kind, scope, year, body and place of a document, or refuse it; `Metadata.evidence` says from what."""
    front = read_front(extract)
    evidence: dict[str, str] = {}
    kind = _kind(front)
    who = find_publisher(front)
    government = _is_government(front, who)
    year = _year(front)
    named = _file_words(file_name, source_uri)
    title = _title(front, extract)
    refusal = refusal_of(extract, front, kind.evidence if kind else None, who, title)

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
        who = government_publisher(front, extract) or (who if who and re.search("财政|人民政府", who.name) else None)
    region = find_region(front, extract, who, scope)
    if scope == "government" and region is None and who is None and title_kind(named):
        region = place_named_by(without_number(compact(named)))
        if region is not None:
            evidence["department_name"] = f"文件名：{named}"
    name = speaker = who.name if who else None
    if name is None:
        named_body = _body_in(named)
        if named_body is not None:
            name = speaker = named_body
            evidence["department_name"] = f"文件名：{named}"
            region = region or region_of(named_body)
        elif scope == "government" and region is not None:
            speaker = region.name
            evidence.setdefault("department_name", f"标题中的地区：{region.name}")
    elif who:
        evidence["department_name"] = who.evidence
    if scope == "government" and region is None and name is None:
        # A place of several names, or one no list holds: its own title tells it all the same.
        for text, told in ((front.title, front.title[:TITLE_LENGTH]), (compact(named), f"文件名：{named}")):
            own = _OWN_PLACE.match(text)
            if own is not None and title_kind(text):
                name = f"{own.group('place')}人民政府"
                evidence["department_name"] = told
                break
    if scope == "government" and region is not None:
        name = government_of(region, speaker if speaker != region.name else None, front.title)
    if region:
        evidence["region"] = region.name
    if extra := _other_years(front, fiscal_year):
        evidence["other_years"] = extra
    differences = [
        _odd_year(front, fiscal_year, evidence),
        _stale_forms(front, fiscal_year),
        _other_kind(front, report_kind),
        _disagreement(named, report_kind, fiscal_year, speaker, evidence),
    ]
    if any(differences):
        evidence["disagreement"] = "；".join(filter(None, differences))
    unit = scope == "unit"
    return Metadata(
        report_kind=report_kind,
        scope=scope,
        fiscal_year=fiscal_year,
        department_name=name,
        title=title,
        published_on=published(extract, front),
        department_kind="unit" if unit else "department",
        region_code=region.code if region else None,
        region_name=region.name if region else None,
        region_level=region.level if region else None,
        parent_name=competent_department(front, name) if unit else None,
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
        return str(outright.pop())
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


def _kind(front: Front) -> Found | None:
    """From the cover; else from titles that name a year and a kind; else from the words of the whole document."""
    kind = title_kind(front.title)
    if kind:
        return Found(kind, front.title[:TITLE_LENGTH])
    votes: Counter[str] = Counter()
    example: dict[str, str] = {}
    for line in front.lines:
        if not is_title(line):
            continue
        told = title_kind(line.text)
        if told:
            votes[told] += 1
            example.setdefault(told, line.text)
    if votes:
        best, count = votes.most_common(1)[0]
        if count >= 2 * (sum(votes.values()) - count) or len(votes) == 1:
            return Found(best, example[best])
    counts = _word_counts(front)
    total = sum(counts.values())
    if total:
        kind = "final_account" if counts["final_account"] >= 0.45 * total else "budget"
        return Found(kind, f"全文用语：决算{counts['final_account']}处，预算{counts['budget']}处")
    return None


def _word_counts(front: Front) -> dict[str, int]:
    patterns = read_toml("vocabulary/metadata.toml")["count"]
    text = "\n".join(line.text for line in front.lines)
    return {kind: len(re.findall(pattern, text)) for kind, pattern in patterns.items()}


# --- year --------------------------------------------------------------------------------------------------------


_YEAR_OF_FORM = re.compile(
    r"20[0-4]\d(?:年度|年)(?:部门|单位|预算|决算|综合|市级|区级|省级|县级|收|支|财政拨款|一般公共预算|政府性基金|国有资本|”?三公|项目支出|基本支出)"
)

_YEAR_OF_CAPTION = re.compile(r"20[0-4]\d年度?(?:金额单位|金额|单位)：(?:人民币)?[百千万亿]{0,2}元$")
"""The line between a form's title and its grid: 部门：某局 2021年度 金额单位：万元."""


def _year(front: Front) -> Found | None:
    """The cover's year; else the year most titles name; else the year most sentences begin with.

    A report on one year's execution and the next year's draft is filed under the first year its title names; the other
    year is kept as evidence.
    """
    found = years(front.title)
    if found:
        return Found(str(found[0]), front.title[:TITLE_LENGTH])
    votes: Counter[int] = Counter()
    example: dict[int, str] = {}
    for line in front.lines:
        if not is_title(line):
            continue
        match = re.search(r"(20[0-4]\d)(?:年度|年).{0,40}(?:预算|决算|收支|总表|情况表|支出表|收入表|绩效)", line.text)
        if match and years(line.text):
            # The year of a form or a part stands right before its name; other titles count less.
            votes[years(line.text)[0]] += 3 if _YEAR_OF_FORM.search(line.text) else 1
            example.setdefault(years(line.text)[0], line.text)
    if not votes:
        for line in front.lines:
            if (
                line.text.endswith("编制年度")
                or re.match(r"^(?:20\d\d)年度?$", line.text)
                or _YEAR_OF_CAPTION.search(line.text)
            ):
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
    return Found(str(best), example[best])


def _other_years(front: Front, year: int | None) -> str | None:
    others = sorted({other for other in years(front.title) if other != year})
    return "、".join(map(str, others)) or None


def _stale_forms(front: Front, year: int | None) -> str | None:
    """Where the titles of forms and parts mostly name another year than the cover."""
    named = Counter(
        years(line.text)[0]
        for line in front.lines
        if is_title(line) and _YEAR_OF_FORM.search(line.text) and years(line.text)
    )
    if year is None or not named or named.most_common(1)[0][0] in years(front.title):
        return None
    other, count = named.most_common(1)[0]
    if other == year or count < 4 or count <= 2 * named[year]:
        return None
    return f"封面的年度是{year}，{count}处表名、标题却是{other}年"


def _odd_year(front: Front, year: int | None, evidence: dict[str, str]) -> str | None:
    """Where the cover prints no year that can be one, in a sentence that says what was taken instead."""
    odd = odd_year(front.title)
    ranged = re.search(r"20\d\d(?:年度?)?(?:[—～~]|至|到)20\d\d年?", front.title)
    if odd is None and (ranged is None or years(front.title)):
        return None
    printed = odd or (ranged.group() if ranged else "")
    if year is None:
        return f"封面的年度印作“{printed}”，不能确定是哪一年"
    if evidence.get("fiscal_year") == front.title[:TITLE_LENGTH]:
        return None
    return f"封面的年度印作“{printed}”，按文件其余部分取{year}年"


def _other_kind(front: Front, kind: str | None) -> str | None:
    """Where the names of the forms mostly say the other kind of account than was taken from the title."""
    told = [
        title_kind(line.text)
        for line in front.lines
        if is_title(line)
        and re.search(r"(?:预算|决算)(?:总|明细|情况|总体情况)?表$", line.text)
        and "绩效" not in line.text
    ]
    counts = Counter(one for one in told if one is not None)
    if kind is None or not counts:
        return None
    other, count = counts.most_common(1)[0]
    if other == kind or count < 4 or count <= 2 * counts[kind]:
        return None
    return f"文件按标题是{_KIND_WORDS[kind]}，{count}处表名却是{_KIND_WORDS[other]}"


# --- scope -------------------------------------------------------------------------------------------------------


def _is_government(front: Front, who: Publisher | None) -> str | None:
    """The title that shows an account of a government, if any."""
    vocabulary = read_toml("vocabulary/metadata.toml")["government"]
    if re.search(vocabulary["strong"], front.title):
        return front.title[:TITLE_LENGTH]
    if re.search(vocabulary["not_title"], front.title):
        return None
    if re.search(vocabulary["title"], front.title):
        return front.title[:TITLE_LENGTH]
    if who is not None and who.weight >= 60 and not re.search(vocabulary["body"], who.name):
        return None
    titles = [line.text for line in front.lines if is_title(line)]
    against = sum(bool(re.search(vocabulary["not_title"], title)) for title in titles)
    hits = [title for title in titles if re.search(vocabulary["title"], title)]
    dated = [title for title in hits if re.search(r"20\d\d", title)]
    return dated[0] if dated and not against else None


def _scope(front: Front, government: str | None, who: Publisher | None) -> tuple[str, str | None]:
    unit = read_toml("vocabulary/metadata.toml")["unit"]["title"]
    if government is not None:
        return "government", government
    match = re.search(unit, front.title)
    if match:
        return "unit", front.title[:TITLE_LENGTH]
    if who is not None and (above := other_department_on_cover(front, who.name)):
        return "unit", f"主管部门：{above}"
    if re.search(r"部门(?:综合)?(?:预算|决算)", front.title) and not (who and who.kind == "unit"):
        return "department", front.title[:TITLE_LENGTH]
    if who is not None and who.kind is not None:
        return who.kind, who.evidence
    titles = [line.text for line in front.lines if is_title(line)]
    units = [title for title in titles if re.search(unit, title) and re.search(r"20\d\d", title)]
    departments = [title for title in titles if re.search(r"部门(?:综合)?(?:预算|决算)", title)]
    if units and len(units) > len(departments):
        return "unit", units[0]
    if not departments and who is not None and always_unit(who.name):
        return "unit", who.evidence
    return ("department", departments[0]) if departments else _own_words(front)


def _own_words(front: Front) -> tuple[str, str | None]:
    """What a text without telling titles calls the body it is of (本单位, 本部门); department, without evidence, where
    it says neither."""
    vocabulary = read_toml("vocabulary/metadata.toml")["own_words"]
    text = "\n".join(line.text for line in front.lines)
    said = {scope: re.findall(pattern, text) for scope, pattern in vocabulary.items()}
    unit, department = len(said["unit"]), len(said["department"])
    scope = "unit" if unit >= 2 and unit > 3 * department else "department"
    return scope, f"正文用语：“{said[scope][0]}”等{len(said[scope])}处" if said[scope] else None


# --- names and titles --------------------------------------------------------------------------------------------


_NOT_TITLE = re.compile(
    r"^(?:20\d\d年(?:\d{1,2}|[一二三四五六七八九十]{1,3})月.*|附件?[\d一二三四五六七八九十]*：?|.{0,20}(?:会议|大会)(?:大会)?(?:文件|材料).*|.{2,30}秘书处.*"
    r"|.{2,12}(?:人大|人民代表大会)(?:第?[一二三四五六七八九十]{1,3}次(?:会议)?)?|[^：]{2,10}：.*|公开(?:表[一二三四五六七八九十\d]+|\d+表))$"
)


def _title(front: Front, extract: Extract) -> str | None:
    """The title as it is cited: the cover's lines joined, without dates, labelled lines and headings of the assembly the
    document was laid before; else the first title-like line.

    A body's name below the title says who publishes. It stands in front where the title names neither body nor place.
    """
    kept = [line for line in front.cover if not _NOT_TITLE.match(line.text)] or list(front.cover)
    begins = next((i for i, line in enumerate(kept) if line.text.startswith("关于")), 0)
    if not any(is_body(normalise(line.text).name) for line in kept[:begins]):
        kept = kept[begins:]
    if len(kept) > 1 and is_body(normalise(re.sub(r"(?:编制?|印制?|编印)$", "", kept[-1].text)).name):
        above = kept[:-1]
        named = any(is_body(normalise(line.text).name) or _names_place(line.text) for line in above)
        kept = above if named else [kept[-1], *above]
    printed = "".join(line.printed for line in kept)
    if printed:
        return without_number(re.sub(r"^第[一二三四五六]部分", "", printed))[:TITLE_LENGTH]
    first = next((line.printed for line in front.lines if is_title(line) and title_kind(line.text)), "")
    return re.sub(r"^第[一二三四五六]部分\s*", "", first) or (extract.title or "").strip() or None


def _names_place(text: str) -> bool:
    return region_of(re.sub(r"^(?:关于)?(?:20\d\d(?:年度|年末|年)?)?", "", text)) is not None


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
