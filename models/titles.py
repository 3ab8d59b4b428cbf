"""The lines of a document that tell what it is: its cover, its headings, the titles and captions of its tables.

Everything here is about text of an `Extract`; what the lines mean is decided in models/metadata.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from extractors.model import Extract, Paragraph, Table
from models.text import clean, fold

TITLE_LENGTH = 120
"""How much of a title is kept, in characters."""

_MAX_LINES = 6000
_TABLE_ROWS = 6
_PAGE_NUMBER = re.compile(r"^(?:[-—–_·─\s]*\d{1,3}[-—–_·─\s]*|第\d{1,3}页.*|Page\d+.*)$", re.IGNORECASE)
_CONTENTS = re.compile(r"^目(?:录|次)$")
_BODY_START = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|各位代表|公开\d+表|表[一二三四五六七八九十\d]|单位：|金额单位|部门：|[―—─-]{2,}\d{4}年)"
)
_FORM_NUMBER = re.compile(
    r"^(?!20[0-4]\d$)(?:附(?:件|表)?[\d一二三四五六七八九十—.：]*|(?:公开|预算|决算)?表?[\d一二三四五六七八九十—.]+表?：?|公开表[一二三四五六七八九十]+|[\d.]+)$"
)
_DAY = re.compile(r"(20\d\d)[年./—-](\d{1,2})[月./—-](\d{1,2})日?")
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_MONTH = re.compile(rf"20\d\d年{_NUMBER}月(?:{_NUMBER}日)?")
_ZEROS = "〇○Oo0零Ｏ◯"
_FORMAL = "壹贰叁肆伍陆柒捌玖"
_CHINESE_YEAR = re.compile(
    rf"[二贰貳][{_ZEROS}]([{_ZEROS}一二三四五六七八九{_FORMAL}])([{_ZEROS}一二三四五六七八九{_FORMAL}])年?"
)
_DIGIT = (
    dict.fromkeys(_ZEROS, "0")
    | {c: str(i) for i, c in enumerate("一二三四五六七八九", 1)}
    | {c: str(i) for i, c in enumerate(_FORMAL, 1)}
)
# A letter O typed for a zero (2O23).
_LETTER_ZERO = re.compile(r"(?<![0-9A-Za-z])2(?:[Oo][0-4Oo][0-9Oo]|0[Oo][0-9Oo]|0[0-4][Oo])(?=年)")
_SMALL_BRACKETS = str.maketrans("﹙﹚﹝﹞⦅⦆", "（）（）（）")
_TITLE_BRACKETS = (
    (re.compile(r"[《》〈〉「」『』]"), ""),
    # （2023年度）…（部门决算）, （某市某局）2023年度…: brackets around the very words of the title
    (re.compile(r"（(20\d\d年度?|(?:部门|单位)(?:综合)?(?:预算|决算))）"), r"\1"),
    (re.compile(r"^（([^（）]{4,40})）(?=20\d\d)"), r"\1"),
)
# The day a report was read to an assembly is no publication date.
_DELIVERED = re.compile(r"^[—─-]{1,3}20")
_PUBLISHED = re.compile(
    r"(?:(?:发布|公开|公布|发文|成文|更新)(?:时间|日期)?|^时间|^日期)：?\s*(20\d\d)[年./—-](\d{1,2})[月./—-](\d{1,2})"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One short text of the document: compact (folded, no blanks), as printed, the page or sheet, and from a table or not."""

    text: str
    printed: str
    page: int | None
    sheet: str | None
    in_table: bool


@dataclass(frozen=True, slots=True)
class Front:
    """What stands in front: cover lines, their joined text, and all lines (bounded) of the document."""

    cover: tuple[Line, ...]
    title: str
    lines: tuple[Line, ...]


def compact(text: str) -> str:
    """Folded text without blanks; single spaced digits joined; years in Chinese digits written in Arabic ones."""
    folded = fold(text.translate(_SMALL_BRACKETS))
    folded = _LETTER_ZERO.sub(lambda m: m.group().replace("O", "0").replace("o", "0"), folded)
    return _CHINESE_YEAR.sub(lambda m: f"20{_DIGIT[m.group(1)]}{_DIGIT[m.group(2)]}年", folded)


def read_front(extract: Extract) -> Front:
    """Collect the lines and tell the cover from what follows."""
    lines = tuple(_lines(extract))
    cover = tuple(replace(line, text=_plain_title(line.text)) for line in _cover(extract, lines))
    if not any(years(line.text) for line in cover):
        cover = tuple(replace(line, text=_SHORT_YEAR.sub(r"20\g<0>", line.text)) for line in cover)
    title = without_number("".join(line.text for line in cover))
    return Front(cover, title, lines)


def without_number(title: str) -> str:
    """A title without the region's number that systems print before its name ("14山西省…", "1508巴彦淖尔市…")."""
    return re.sub(r"^(?!20\d\d年)\d{2,6}(?=[一-龥]{2,9}[省市区州县盟旗])", "", title)


def _lines(extract: Extract) -> Iterator[Line]:
    count = 0
    for block in extract.blocks:
        if isinstance(block, Paragraph):
            pieces = [(piece, False) for piece in block.text.split("\n")]
        else:
            pieces = [(text, True) for text in _table_texts(block)]
        for piece, in_table in pieces:
            text = compact(piece)
            if not text:
                continue
            count += 1
            if count > _MAX_LINES:
                return
            yield Line(text, clean(piece), block.place.page, block.place.sheet, in_table)


def _table_texts(table: Table) -> Iterator[str]:
    """The texts of a table's first rows: titles and captions often are rows of the table."""
    for cell in table.cells:
        if cell.row >= _TABLE_ROWS:
            break
        if cell.text.strip() and len(cell.text) <= 200:
            yield cell.text.replace("\n", "")


def _cover(extract: Extract, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines of the title: from the top to the contents, the first heading or the first sentence."""
    chosen: list[Line] = []
    if extract.format == "html":
        return _html_cover(extract, lines)
    first_page = next((line.page for line in lines if not _PAGE_NUMBER.match(line.text)), None)
    first_sheet = lines[0].sheet if lines else None
    for line in lines:
        if line.page != first_page and line.page is not None and chosen:
            break
        if line.sheet != first_sheet and chosen:
            break
        if _PAGE_NUMBER.match(line.text) or (not chosen and _FORM_NUMBER.match(line.text)):
            continue
        if _CONTENTS.match(line.text) or _BODY_START.match(line.text):
            break
        if _is_sentence(line.text) or (line.in_table and line.sheet is None):
            break
        chosen.append(line)
        if len(chosen) >= 10:
            break
    return tuple(chosen)


def _html_cover(extract: Extract, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The page's title, without the names of the site around it."""
    declared = extract.properties.get("ArticleTitle", "").strip()
    if declared:
        return (Line(compact(declared), clean(declared), None, None, False),)
    title = re.split(r"\s*[_|]\s*|\s+[-–—]+\s+|[-–—](?=[^-–—]{2,12}$)", (extract.title or "").strip())[0].strip()
    if title:
        return (Line(compact(title), clean(title), None, None, False),)
    headed = [line for line, block in zip(lines, extract.blocks, strict=False) if getattr(block, "heading_level", None)]
    return tuple(headed[:1])


def _is_sentence(text: str) -> bool:
    """Running text below the title: long, or a sentence, or one that leads over to what follows (…，现将…说明如下：)."""
    leads = text.endswith("：") and "，" in text
    return len(text) > 60 or leads or text.count("。") > 0 or text.count("，") > 2


def years(text: str) -> list[int]:
    """The years a compact text names, in order, without those of full dates, document numbers and ranges of years.

    The year in which something is made public (2024年公开) counts only where no other is named.
    """
    bare = re.sub(r"[〔\[]20\d\d[〕\]]|（20\d\d）\d+号", "", _MONTH.sub("", text))
    bare = re.sub(r"20\d\d[—.]\d{1,2}[—.]\d{1,2}(?!\d)", "", bare)
    bare = re.sub(r"20\d\d(?:年度?)?(?:[—－–~～]+|至|到)20\d\d(?:年度?)?", "", bare)
    for pattern in (r"20\d\d年(?:公开|公布|印发|编制)(?=）|$|[^\d]{2,30}20\d\d)", r"(?!)"):
        kept = re.sub(pattern, "", bare)
        found = [int(year) for year in re.findall(r"(?<!\d)(20[0-4]\d)(?!\d)", kept)]
        if found:
            return found
    return []


_ODD_YEAR = re.compile(r"(?<![\d—.〔])(\d{2,6})年(?:度|(?=[^\d月]{0,12}(?:预算|决算)))")
_SHORT_YEAR = re.compile(r"(?<![\d—.〔年])([12]\d)年(?:度)?(?=[^\d]{0,12}(?:预算|决算))")


def odd_year(text: str) -> str | None:
    """What stands in a title in the place of its year and is none (20223年度, 203年度); None where all is well."""
    for match in _ODD_YEAR.finditer(_MONTH.sub("", text)):
        if not re.fullmatch(r"(?:19|20)\d\d|[12]\d", match.group(1)):
            return match.group()
    return None


def _plain_title(text: str) -> str:
    """A line of the cover without quotes and without brackets around the words of the title."""
    for pattern, by in _TITLE_BRACKETS:
        text = pattern.sub(by, text)
    return text


def published(extract: Extract, front: Front) -> date | None:
    """The publication date: what a web page declares or prints as such, or a full date on the cover."""
    candidates = [extract.properties.get("PubDate", "")]
    if extract.format == "html":
        candidates += [line.text for line in front.lines[:80] if not _DELIVERED.match(line.text)]
    else:
        candidates += [line.text for line in front.cover]
    for text in candidates:
        match = _PUBLISHED.search(text)
        if match is None and len(text) <= 30:
            match = _DAY.match(text)
        if match:
            try:
                return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
            except ValueError:
                continue
    return None


def is_title(line: Line) -> bool:
    """A line that can be a title of the document, a part or a table: short, no sentence, no contents line."""
    return 4 <= len(line.text) <= 60 and not re.search(r"。|；|…{2,}|\.{4,}|万元|亿元|·{4,}", line.text)
