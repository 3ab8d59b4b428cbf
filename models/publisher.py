"""Which body a document is of, and where: labels on the cover, the cover's words, headings, captions, sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from data import read_toml
from extractors.model import Extract, Paragraph
from models.departments import Body, holder, is_body, normalise
from models.regions import Region, by_code, from_place, namesakes, region_of, without_place
from models.text import fold
from models.titles import TITLE_LENGTH, Front, Line, is_title


@dataclass(frozen=True, slots=True)
class Publisher:
    """The body as told by one place of the document. kind: department, unit or None; weight: how much it is trusted."""

    name: str
    kind: str | None
    weight: int
    evidence: str


_LABEL = re.compile(r"^(?P<label>[一-龥（）()/]{2,12})：(?P<value>.*)$")
_HEADING = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]、|（[一二三四五六七八九十]）)(?P<body>.+?)(?:20\d\d(?:年度|年)|概况|基本情况|的?主要职(?:能|责)|部门概况)"
)


def find_publisher(front: Front) -> Publisher | None:
    """The body: labels on the cover, the cover's own words, headings, captions of tables, sentences that name it."""
    found: list[Publisher] = []
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


_BELONGS = re.compile(r"^(?P<above>.{4,30}?)(?:所属|下属|直属)(?:的)?(?P<body>.{4,30})$")


def _candidate(text: str, weight: int, evidence: str, kind: str | None = None) -> list[Publisher]:
    body = normalise(text)
    belongs = _BELONGS.match(body.name)
    if belongs and is_body(belongs.group("above")) and is_body(belongs.group("body")):
        body = normalise(belongs.group("body"))
    if not is_body(body.name):
        return []
    return [Publisher(body.name, body.kind or kind, weight, evidence[:TITLE_LENGTH])]


def _labelled(text: str, weight: int) -> Publisher | None:
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
    return Publisher(body.name, kind, weight, text[:TITLE_LENGTH])


def _from_title(front: Front) -> list[Publisher]:
    """The body in the cover's words: what is left when year and description are taken away."""
    found: list[Publisher] = []
    joined = front.title
    rest = joined
    cut = re.search(r"(?:公开)?目录", rest)
    if cut:
        rest = rest[: cut.start()]
    rest = re.sub(r"^附件\d*：?|—.*$|20\d\d年\d{1,2}月(?:\d{1,2}日)?", "", rest)
    for whole in (rest, *(line.text for line in front.cover)):
        match = re.match(
            r"^(?:关于)?(?:公开|公布|印发)?(?:20\d\d(?:年度|年)?(?:公开)?)?(?:20\d\d(?:年度|年)?)?(?P<body>.+?)(?:关于)?(?:20\d\d(?:年度|年)?)?(?:度)?(?:市级|区级|省级|县级)?(?:部门|单位)(?:综合)?(?:整体)?(?:预算|决算)",
            whole,
        )
        if match is None:
            match = re.match(
                r"^(?:关于)?(?:公开|公布|印发)?(?:20\d\d(?:年度|年)?(?:公开)?)?(?:20\d\d(?:年度|年)?)?(?P<body>.+?)(?:20\d\d(?:年度|年)?)?(?:度)?"
                r"(?:部门|单位|项目|整体|综合|财政拨款|一般公共预算|[”“]*三公[”“]*经费|收支)*(?:支出)?(?:预算|决算|绩效)",
                whole,
            )
        tail = re.search(r"(?:预算|决算)(?:信息|情况|公开|说明|报告|报表|表|的)*(?P<body>[^预决]{4,40})$", whole)
        if match:
            found += _candidate(match.group("body"), 90, whole)
        if tail and not found:
            # What stands between the title and the body (绩效自评报告…) is not part of its name.
            found += _candidate(from_place(tail.group("body")), 90, whole)
        if found:
            break
    for line in front.cover:
        found += _candidate(line.text, 80, line.text)
    return found


_NAME_IN_PROSE = (
    re.compile(
        r"(?:^|[，。；：、（形成和]|根据)([一-龥]{2,12}[一-龥（）]{2,26}?)(?=20\d\d年|部门(?:预算|决算)|单位(?:预算|决算))"
    ),
    re.compile(
        r"(?:^|[，。；：、]|20\d\d年(?:度)?)([一-龥]{2,12}[一-龥（）]{2,30}?)(?=共有车辆|财政拨款的?(?:机关运行|”?三公)|政府采购预算|收入预算\d)"
    ),
    re.compile(
        r"^([一-龥]{2,12}[一-龥（）]{2,26}?)(?:按单位|主要职(?:责|能)|是[一-龥]{1,12}(?:组成部门|直属|工作部门)|内设)"
    ),
)
"""Where sentences and headings put the full name of a body: before the year or the kind of account, before what it owns
and buys, before its duties."""


def _from_prose(front: Front) -> list[Publisher]:
    """The full name that sentences and headings put before the year; only names that say their place."""
    votes: Counter[str] = Counter()
    example: dict[str, str] = {}
    kinds: dict[str, set[str | None]] = {}
    for line in front.lines:
        for pattern in _NAME_IN_PROSE:
            for match in pattern.finditer(line.text):
                body = normalise(match.group(1))
                if is_body(body.name) and region_of(body.name) is not None:
                    votes[body.name] += 1
                    example.setdefault(body.name, line.text[:60])
                    kinds.setdefault(body.name, set()).add(body.kind)
    if not votes:
        return []
    name, _ = votes.most_common(1)[0]
    # Only a mark that stands at every mention (（本级）) speaks of the document; one at a single place may be of a part.
    kind = next(iter(kinds[name])) if len(kinds[name]) == 1 else None
    return [Publisher(name, kind, 30, example[name])]


def _best(found: list[Publisher]) -> Publisher | None:
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
    return Publisher(chosen.name, kinds[0] if kinds else chosen.kind, chosen.weight, chosen.evidence)


def competent_department(front: Front, name: str | None) -> str | None:
    """The competent department a unit's document names, or its own name tells (某市某局某中心)."""
    stated = _stated_department(front.lines[:400])
    if stated is not None:
        return stated
    for line in front.cover:
        belongs = _BELONGS.match(line.text)
        if belongs and is_body(belongs.group("above")):
            return belongs.group("above")
    own_office = re.compile(rf"{re.escape(fold(name))}（?(?:局|厅|委|部|机关)?本级") if name else None
    if own_office and any(
        own_office.search(text) for text in (front.title, *(line.text for line in front.lines[:400]))
    ):
        return name
    return holder(name) if name else None


def _stated_department(lines: Iterable[Line]) -> str | None:
    """The body behind a label 主管部门."""
    for line in lines:
        match = re.match(r"^(?:预算|决算)?主管部门(?:名称)?：(.+)$", line.text)
        if match and is_body(normalise(match.group(1)).name):
            return normalise(match.group(1)).name
    return None


def other_department_on_cover(front: Front, name: str) -> str | None:
    """Another body that the cover names as competent department; the document is then one of its units'."""
    stated = _stated_department(front.cover)
    return stated if stated is not None and fold(stated) != fold(name) else None


def government_publisher(front: Front, extract: Extract) -> Publisher | None:
    """Who speaks for the government: its finance bureau or itself, declared by the page, printed on the cover or in
    the opening lines."""
    pattern = read_toml("vocabulary/metadata.toml")["government"]["body"]
    source = extract.properties.get("ContentSource", "")
    if re.search(pattern, source) and region_of(source) is not None and is_body(source):
        return Publisher(fold(source), None, 50, f"网页注明的来源：{source}")
    for line in (*front.cover, *front.lines[:120]):
        for match in re.finditer(rf"[一-龥]{{2,14}}?{pattern}", line.text):
            name = from_place(match.group())
            if region_of(name) is not None and is_body(name):
                return Publisher(name, None, 50, line.text[:TITLE_LENGTH])
    return None


_AREA = re.compile(
    r"^(?:关于)?(?:20\d\d(?:年度|年末|年)?)?(?P<name>[一-龥]{2,20}?(?:兵团|[乡镇]|街道|新区|开发区|高新区|经开区|园区|保税港?区|示范区|合作区|度假区|管理区))"
)


def government_of(region: Region, speaker: str | None, title: str) -> str:
    """Whose account a government's is: the place's own (某市人民政府), whoever prints it (`speaker`); that of a township,
    a zone or the 兵团 inside the place under the name that is printed."""
    for text in (speaker or "", title):
        area = _AREA.match(text)
        if area is not None and not region.name.endswith(without_place(area.group("name"), region.code)):
            return speaker or area.group("name")
    place = by_code(region.code)
    if place is None or place.level != region.level or region.level == "central":
        return speaker or region.name
    return f"{place.name}人民政府"


def _namesake_in_text(front: Front, name: str) -> Region | None:
    """Of several places of one name (鼓楼区) the one whose full name, and no other's, stands in the text."""
    places = namesakes(name)
    if len(places) < 2:
        return None
    found = {place.code for place in places for line in front.lines[:2000] if place.name in line.text}
    chosen = [place for place in places if place.code in found]
    return region_of(name, chosen[0].code[:4] + "00") if len(chosen) == 1 else None


def find_region(front: Front, extract: Extract, who: Publisher | None, scope: str) -> Region | None:
    """The place: from the body's name, else from the title, else from the keys a system left in hidden cells."""
    if who is not None:
        region = region_of(who.name)
        if region is not None:
            return region
    texts = [front.title, *(line.text for line in front.cover)]
    if scope == "government":
        texts += [line.text for line in front.lines[:40] if is_title(line)]
    for text in texts:
        region = place_named_by(text)
        if region is not None:
            return region
    if who is not None and (region := _namesake_in_text(front, who.name)) is not None:
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
    if scope == "government":
        # A workbook names its place in the title of some later sheet (政府债务限额) where it does not in the first ones.
        later = [place_named_by(line.text) for line in front.lines[40:] if is_title(line)]
        places = {place.code: place for place in later if place is not None}
        if len(places) == 1:
            return next(iter(places.values()))
    return None


def place_named_by(title: str) -> Region | None:
    """The place a title begins with, its numbering and year left out."""
    bare = re.sub(r"^(?:(?!20\d\d年)\d+|附件|表|公开|关于|—)*(?:20\d\d(?:年度|年末|年)?)?", "", title)
    region = region_of(bare)
    return region if region is not None and region.level != "central" else None
