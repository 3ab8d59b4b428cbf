"""HTML → `Extract`: the main content of a published page: headings, paragraphs, data tables, attachments.

Layout tables are unfolded, navigation and hidden elements left out. Nothing is fetched and no script is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from extractors.charset import decode
from extractors.errors import DamagedDocument, TooLarge
from extractors.limits import Clock, Limits
from extractors.model import Block, Cell, Extract, Link, Note, Paragraph, Place, Table
from extractors.stacked import split_stacked
from extractors.texts import cell_text, printable, split_indent

_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "input",
        "textarea",
        "svg",
        "canvas",
        "audio",
        "video",
        "map",
        "head",
    ]
)
_BREAKING = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "center",
        "address",
        "figure",
        "figcaption",
        "fieldset",
        "body",
        "html",
        "hr",
        "ucapcontent",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|foot|breadcrumb|crumbs?|sidebar|share|sharebox|bdsharebuttonbox|qrcode|ewm|pagination|"
    r"copyright|toolbar|search|topbar|friendlink|links?box|related|recommend)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ATTACHMENT = re.compile(
    r"\.(?:pdf|docx?|wps|xlsx?|et|ods|ofd|zip|rar|7z|rtf|pptx?|csv)(?:$|[?#&])|download|attach|fileid|getfile|downfile|/file/",
    re.IGNORECASE,
)
_META_TITLE = ("articletitle", "og:title", "title")
_META_KEPT = {
    "articletitle": "ArticleTitle", "pubdate": "PubDate", "publishdate": "PubDate", "og:release_date": "PubDate",
    "contentsource": "ContentSource", "source": "ContentSource", "sitename": "SiteName", "siteidcode": "SiteIDCode",
    "sitedomain": "SiteDomain", "columnname": "ColumnName", "author": "Author", "keywords": "Keywords", "description": "Description",
    "indexnum": "IndexNum", "url": "Url",
}  # fmt: skip
_AMOUNT = re.compile(r"\d\s*(?:[万亿]\s*)?元")
_MAX_DEPTH = 1500
_MAX_SPAN = 1000


def read_html(path: Path, limits: Limits) -> Extract:
    """The page as an extract. Raises DamagedDocument or TooLarge."""
    text, encoding = decode(path.read_bytes())
    if len(text) > limits.max_characters:
        raise TooLarge(f"网页超过 {limits.max_characters} 个字符，未读取。")
    return parse_html(text, limits, encoding=encoding)


def parse_html(text: str, limits: Limits, *, encoding: str = "") -> Extract:
    """`read_html` of text already decoded."""
    clock = limits.clock()
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    body_text = re.sub(r"<\?xml[^>]*\?>", "", text.replace("\x00", ""), count=1)
    try:
        root = etree.fromstring(body_text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise DamagedDocument("网页内容为空或无法解析；请重新下载。") from error
    if root is None:
        raise DamagedDocument("网页内容为空；请重新下载。")
    if _too_deep(root) or any("depth" in entry.message.lower() for entry in parser.error_log):
        raise TooLarge("网页的元素嵌套过深，未读取；请检查来源。")
    notes: list[Note] = []
    title, properties = _head(root)
    if encoding:
        properties["encoding"] = encoding
    body = root.find("body")
    body = root if body is None else body
    links = _links(body)
    weights, concealed = _prune(body, clock)
    if concealed:
        notes.append(
            Note("hidden_content", f"网页有 {len(concealed)} 处带数字的内容被隐藏显示，单独保存，不作为正文读取。")
        )
    main = _main_content(body, weights)
    placed = _positioned(body, clock)
    if placed is not None:
        blocks, sizes = placed
        return Extract(
            format="html",
            engine="html-positioned",
            blocks=tuple(blocks),
            pages=len(sizes),
            page_sizes=sizes,
            hidden=tuple(concealed),
            notes=tuple(notes),
            links=links,
            title=title,
            properties=properties,
        )
    builder = _Builder(limits, clock)
    builder.walk(main)
    if not builder.blocks and main is not body:
        builder.walk(body)
    if not builder.blocks:
        notes.append(Note("no_content", "网页没有正文：内容可能由脚本加载，或只是跳转页、附件列表。"))
    return Extract(
        format="html",
        engine="lxml-html",
        blocks=tuple(builder.blocks),
        hidden=tuple(concealed),
        notes=tuple(notes),
        links=links,
        title=title,
        properties=properties,
    )


def _positioned(body: Any, clock: Clock) -> tuple[list[Block], tuple[tuple[float, float], ...]] | None:
    """The reading by positions of a page that is a converted PDF; its library is imported only for such a page."""
    if sum(1 for _, element in zip(range(200), _absolute(body), strict=False)) < 60:
        return None
    from extractors.html_positioned import positioned_blocks

    return positioned_blocks(body, clock)


def _absolute(body: Any) -> Iterator[Any]:
    return (element for element in body.iter("div", "span", "p") if "absolute" in (element.get("style") or ""))


def _too_deep(root: Any) -> bool:
    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest > _MAX_DEPTH


def _head(root: Any) -> tuple[str | None, dict[str, str]]:
    """Title and the meta entries that government sites state about an article."""
    found: dict[str, str] = {}
    titles: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = printable(element.get("content") or "").strip()
        if not content:
            continue
        if name in _META_TITLE:
            titles.setdefault(name, content[:500])
        if name in _META_KEPT:
            found.setdefault(_META_KEPT[name], content[:1000])
    page_title = next((" ".join("".join(element.itertext()).split()) for element in root.iter("title")), "")
    if page_title:
        found["PageTitle"] = page_title[:500]
    title = next((titles[name] for name in _META_TITLE if name in titles), None) or page_title[:500] or None
    return title, found


def _links(body: Any) -> tuple[Link, ...]:
    """Addresses that look like documents, as written; each once."""
    found: dict[str, Link] = {}
    for element in body.iter("a", "iframe", "embed", "object"):
        href = (element.get("href") or element.get("src") or element.get("data") or "").strip()
        if not href or href.lower().startswith(("javascript:", "mailto:", "#", "data:")):
            continue
        text = " ".join("".join(element.itertext()).split()) or (element.get("title") or "")
        if _ATTACHMENT.search(href) or _ATTACHMENT.search(text):
            found.setdefault(href, Link(printable(text)[:300], href[:2000]))
    return tuple(list(found.values())[:5000])


def _hidden(element: Any) -> bool:
    style = element.get("style")
    if style and _HIDDEN.search(style):
        return True
    return element.get("hidden") is not None or (element.get("type") or "").lower() == "hidden"


def _furniture(element: Any) -> bool:
    """Navigation, footers and the like by their class or id."""
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(marks.strip()) and bool(_FURNITURE.search(marks))


def _prune(body: Any, clock: Clock) -> tuple[dict[Any, tuple[int, int]], list[Block]]:
    """Remove what no reader sees; return text and link-text lengths of each element left, and hidden text with figures."""
    concealed: list[Block] = []
    for element in list(body.iter("script", "style")):
        _remove(element)
    doomed = [
        element
        for element in body.iter()
        if not isinstance(element.tag, str) or element.tag in _DROPPED or (element is not body and _hidden(element))
    ]
    for element in doomed:
        clock.check()
        # A form around the page or the article (ASP.NET, some portals) is no furniture; a search box is.
        if (
            element.tag == "form"
            and not _hidden(element)
            and (_has_figures(element) or _length(element) > 60)
        ):
            element.tag = "div"
            continue
        if isinstance(element.tag, str) and element.tag not in _DROPPED and _has_figures(element):
            text = printable(" ".join(" ".join(element.itertext()).split()))
            concealed.append(Paragraph(text[:20_000], Place(cell=f"H{len(concealed) + 1}")))
        _remove(element)
    total = _length(body)
    for element in [e for e in body.iter("div", "ul", "section", "p", "header") if _furniture(e)]:
        clock.check()
        if _length(element) * 3 < total and not _has_figures(element):
            _remove(element)
    weights: dict[Any, tuple[int, int]] = {}
    for _, element in etree.iterwalk(body, events=("end",)):
        own = len("".join((element.text or "").split()))
        linked = 0
        for child in element:
            inner, link = weights.get(child, (0, 0))
            own += inner + len("".join((child.tail or "").split()))
            linked += link
        weights[element] = (own, own if element.tag == "a" else linked)
    return weights, concealed


def _length(element: Any) -> int:
    return sum(len("".join(text.split())) for text in element.itertext())


def _remove(element: Any) -> None:
    """Take an element out, keeping the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _main_content(body: Any, weights: dict[Any, tuple[int, int]]) -> Any:
    """The innermost element that still holds nearly all running text (text outside of links) of the page."""
    current = body
    while True:
        whole = _running(weights.get(current, (0, 0)))
        best = max(
            (child for child in current if isinstance(child.tag, str)),
            key=lambda child: _running(weights.get(child, (0, 0))),
            default=None,
        )
        if best is None or best.tag in ("p", "h1", "h2", "h3", "h4", "span", "b", "strong", "ul", "ol", "a", "pre"):
            return current
        if best.tag == "table" and not _is_layout(best):
            return current
        if _running(weights.get(best, (0, 0))) < 0.8 * whole or whole < 60:
            return current
        if any(_has_figures(child) for child in current if child is not best):
            return current
        current = best


def _has_figures(element: Any) -> bool:
    """Whether an element holds a data table or an amount: such is never left out as surroundings of the article."""
    for table in element.iter("table"):
        if not _is_layout(table) and sum(1 for _ in table.iter("td", "th")) >= 4:
            return True
    return bool(_AMOUNT.search("".join(element.itertext())) or _AMOUNT.search(element.tail or ""))


def _running(weight: tuple[int, int]) -> int:
    return weight[0] - weight[1]


def _is_layout(table: Any) -> bool:
    """A table that only arranges: it holds other tables, or has a single cell, or one huge cell outweighs the rest."""
    if next((inner for inner in table.iter("table") if inner is not table), None) is not None:
        return True
    rows = list(table.iter("tr"))
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    if len(cells) <= 1:
        return True
    lengths = sorted((_length(cell) for cell in cells), reverse=True)
    paragraphs = max((sum(1 for _ in cell.iter("p", "div", "br")) for cell in cells), default=0)
    return len(cells) <= 4 and lengths[0] > 500 and paragraphs >= 4 and lengths[0] > 4 * sum(lengths[1:])


class _Builder:
    """One pass over the content in reading order."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.blocks: list[Block] = []
        self._limits = limits
        self._clock = clock
        self._paragraphs = 0
        self._tables = 0
        self._cells = 0
        self._line: list[str] = []
        self._level: int | None = None

    def walk(self, root: Any) -> None:
        """Blocks of an element, iteratively (pages nest deeply)."""
        data_tables: set[Any] = set()
        skipping: Any = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag
            if event == "start":
                if skipping is not None:
                    continue
                if tag == "table" and element is not root and not _is_layout(element):
                    self._flush()
                    self._table(element)
                    data_tables.add(element)
                    skipping = element
                    continue
                if tag == "table" and element is root and not _is_layout(element):
                    self._table(element)
                    return
                if tag in _BREAKING or tag in ("tr", "table", "caption"):
                    self._flush()
                if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                    self._level = int(tag[1])
                if tag in ("td", "th"):
                    self._flush()
                if tag == "br":
                    self._flush()
                self._line.append(_collapse(element.text, tag))
            else:
                if skipping is not None:
                    if element is skipping:
                        skipping = None
                        self._line.append(_collapse(element.tail, "") if element is not root else "")
                    continue
                if tag in _BREAKING or tag in ("tr", "table", "td", "th", "caption"):
                    self._flush()
                    self._level = None if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else self._level
                if element is not root:
                    self._line.append(_collapse(element.tail, ""))
        self._flush()

    def _flush(self) -> None:
        """What was gathered becomes a paragraph."""
        text = printable("".join(self._line))
        self._line = []
        for part in text.split("\n"):
            stripped, _ = split_indent(re.sub(r"[ \t\xa0]{2,}", " ", part))
            if stripped:
                self._clock.check()
                self._paragraphs += 1
                self.blocks.append(Paragraph(stripped, Place(cell=f"P{self._paragraphs}"), self._level))

    def _table(self, table: Any) -> None:
        """A data table on its grid."""
        self._tables += 1
        number = self._tables
        cells: list[Cell] = []
        taken: set[tuple[int, int]] = set()
        row_index = 0
        width = 0
        for caption in table.iter("caption"):
            self._line.append("".join(caption.itertext()))
            self._flush()
        groups_end: list[tuple[int, int]] = []
        for row in _rows(table):
            self._clock.check()
            column = 0
            for element in row:
                if element.tag not in ("td", "th"):
                    continue
                self._cells += 1
                if self._cells > self._limits.max_cells:
                    raise TooLarge(f"单元格超过 {self._limits.max_cells} 个，未读取。")
                while (row_index, column) in taken:
                    column += 1
                column_span = _span(element.get("colspan"))
                row_span = _span(element.get("rowspan"), zero=0)
                text, indent = cell_text(_cell_content(element))
                if row_span == 0:
                    groups_end.append((len(cells), row_index))
                    row_span = 1
                for r in range(row_index, row_index + row_span):
                    for c in range(column, column + column_span):
                        taken.add((r, c))
                if len(taken) > self._limits.max_cells:
                    raise TooLarge("网页表格的合并单元格异常庞大，未读取；请检查来源。")
                cells.append(
                    Cell(
                        row=row_index,
                        column=column,
                        text=text,
                        place=Place(cell=f"T{number}R{row_index + 1}C{column + 1}"),
                        row_span=row_span,
                        column_span=column_span,
                        indent=indent + _style_indent(element),
                    )
                )
                column += column_span
                width = max(width, column)
            row_index += 1
        if not cells or not any(cell.text for cell in cells):
            return
        clipped = tuple(_clip(cell, row_index) for cell in cells)
        self.blocks.extend(split_stacked(Table(clipped, row_index, width, Place(cell=f"T{number}"), "lxml-html")))


def _clip(cell: Cell, n_rows: int) -> Cell:
    """A row span never reaches below the last row."""
    if cell.row + cell.row_span <= n_rows:
        return cell
    return Cell(cell.row, cell.column, cell.text, cell.place, max(1, n_rows - cell.row), cell.column_span, cell.indent)


def _rows(table: Any) -> list[Any]:
    return [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]


def _span(text: str | None, *, zero: int = 1) -> int:
    match = re.match(r"\s*(\d{1,6})", text or "")
    if not match:
        return 1
    number = int(match.group(1))
    return zero if number == 0 else min(number, _MAX_SPAN)


def _collapse(text: str | None, tag: str) -> str:
    """White space of HTML source: line breaks and tabs are blanks, except in preformatted text."""
    if not text:
        return ""
    return text if tag == "pre" else re.sub(r"[ \t\r\n\f]+", " ", text)


def _cell_content(element: Any) -> str:
    """The text of a cell; blocks and line breaks inside it become lines."""
    pieces: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if inner.tag == "br" or (inner is not element and inner.tag in _BREAKING):
                pieces.append("\n")
            pieces.append(_collapse(inner.text, inner.tag))
        else:
            if inner is not element:
                if inner.tag in _BREAKING:
                    pieces.append("\n")
                pieces.append(_collapse(inner.tail, ""))
    text = "".join(pieces)
    lines = [line for line in text.split("\n") if line.strip(" ")]
    return "\n".join([lines[0].lstrip(" "), *(line.strip(" ") for line in lines[1:])]) if lines else ""


def _style_indent(element: Any) -> float:
    """``text-indent`` or ``padding-left`` in em of a cell or its first paragraph; other units are layout noise."""
    for candidate in (element, next(iter(element), None)):
        style = candidate.get("style") if candidate is not None and isinstance(candidate.tag, str) else None
        match = re.search(r"(?:text-indent|padding-left)\s*:\s*([\d.]+)em", style or "", re.IGNORECASE)
        if match:
            try:
                return min(float(match.group(1)), 20.0)
            except ValueError:
                return 0.0
    return 0.0
