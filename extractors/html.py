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
from extractors.errors import DamagedDocument, NoTextLayer, TooLarge
from extractors.html_page import attachments, is_layout, main_content, prune, read_head, too_deep
from extractors.limits import Clock, Limits
from extractors.model import Block, Cell, Extract, Note, Paragraph, Place, Table
from extractors.stacked import split_stacked
from extractors.texts import cell_text, printable, split_indent

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
_MAX_SPAN = 1000
_ORNAMENT = re.compile(
    r"icon|logo|qr_?code|ewm|weixin|wechat|banner|share|print|close|btn|button|blank|spacer|\.svg|^data:image/(?:gif|svg)"
)


def read_html(path: Path, limits: Limits) -> Extract:
    """The page as an extract. Raises DamagedDocument, NoTextLayer (the article is pictures) or TooLarge."""
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
    if too_deep(root) or any("depth" in entry.message.lower() for entry in parser.error_log):
        raise TooLarge("网页的元素嵌套过深，未读取；请检查来源。")
    notes: list[Note] = []
    title, properties = read_head(root)
    if encoding:
        properties["encoding"] = encoding
    body = root.find("body")
    body = root if body is None else body
    links = attachments(body)
    weights, concealed = prune(body, clock)
    if concealed:
        notes.append(
            Note("hidden_content", f"网页有 {len(concealed)} 处带数字的内容被隐藏显示，单独保存，不作为正文读取。")
        )
    main = main_content(body, weights)
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
    pictures = sum(1 for image in main.iter("img") if _may_print_text(image))
    if pictures:
        _speak_of(pictures, builder.blocks, bool(links), notes)
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


def _may_print_text(image: Any) -> bool:
    """Whether a picture in the article may be a pasted table or page: no icon, no logo, no code to scan."""
    source = (image.get("src") or image.get("data-src") or "").lower()
    if not source or _ORNAMENT.search(source[:300]):
        return False
    sizes = [re.match(r"\s*(\d+)", image.get(side) or "") for side in ("width", "height")]
    return all(size is None or int(size.group(1)) >= 150 for size in sizes)


def _speak_of(pictures: int, blocks: list[Block], has_links: bool, notes: list[Note]) -> None:
    """Say that pictures were not read. Raises NoTextLayer where they are (nearly) all the page has."""
    words = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    if words < 200 and not has_links and not any(isinstance(block, Table) for block in blocks):
        raise NoTextLayer(
            f"网页的正文是 {pictures} 张图片，表格和文字都在图片里，网页本身没有可读的内容；请下载这些图片（或原文件）后提交，"
            "图片可以直接做文字识别（OCR）。"
        )
    notes.append(
        Note("pictures", f"网页正文含 {pictures} 张图片，图片中的文字和表格未读取；如有表格，请下载图片后单独提交。")
    )


def _positioned(body: Any, clock: Clock) -> tuple[list[Block], tuple[tuple[float, float], ...]] | None:
    """The reading by positions of a page that is a converted PDF; its library is imported only for such a page."""
    if sum(1 for _, element in zip(range(200), _absolute(body), strict=False)) < 60:
        return None
    from extractors.html_positioned import positioned_blocks

    return positioned_blocks(body, clock)


def _absolute(body: Any) -> Iterator[Any]:
    return (element for element in body.iter("div", "span", "p") if "absolute" in (element.get("style") or ""))


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
                if tag == "table" and element is not root and not is_layout(element):
                    self._flush()
                    self._table(element)
                    data_tables.add(element)
                    skipping = element
                    continue
                if tag == "table" and element is root and not is_layout(element):
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
                row_span = _span(element.get("rowspan"), zero=_MAX_SPAN)
                text, indent = cell_text(_cell_content(element))
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
