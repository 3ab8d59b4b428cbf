"""The lines of a document that tell what it is: its cover, its headings, the titles and captions of its tables.

Everything here is about text of an `Extract`; what the lines mean is decided in models/metadata.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
    r"^(?:附(?:件|表)?[\d一二三四五六七八九十—.：]*|(?:公开|预算|决算)?表?[\d一二三四五六七八九十—.]+表?：?|公开表[一二三四五六七八九十]+|[\d.]+)$"
)
_DAY = re.compile(r"(20\d\d)[年./—-](\d{1,2})[月./—-](\d{1,2})日?")
_MONTH = re.compile(r"20\d\d年\d{1,2}月(?:\d{1,2}日)?")
_CHINESE_YEAR = re.compile(r"二[〇○Oo0零]([〇○Oo0零一二三四五六七八九])([〇○Oo0零一二三四五六七八九])年?")
_DIGIT = {"〇": "0", "○": "0", "O": "0", "o": "0", "0": "0", "零": "0"} | {
    c: str(i) for i, c in enumerate("一二三四五六七八九", 1)
}
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
    folded = fold(text)
    return _CHINESE_YEAR.sub(lambda m: f"20{_DIGIT[m.group(1)]}{_DIGIT[m.group(2)]}年", folded)


def read_front(extract: Extract) -> Front:
    """Collect the lines and tell the cover from what follows."""
    lines = tuple(_lines(extract))
    cover = _cover(extract, lines)
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
    return len(text) > 60 or text.count("。") > 0 or text.count("，") > 2


def years(text: str) -> list[int]:
    """The years a compact text names, in order, without those of full dates and document numbers."""
    bare = re.sub(r"〔20\d\d〕|（20\d\d）\d+号", "", _MONTH.sub("", text))
    bare = re.sub(r"20\d\d[—.]\d{1,2}[—.]\d{1,2}", "", bare)
    return [int(year) for year in re.findall(r"(?<!\d)(20[0-4]\d)(?!\d)", bare)]


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
