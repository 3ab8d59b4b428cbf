"""PDF → `Extract`: the fast PDFium reader, pdfplumber as second opinion page by page, refusals with their reasons.

What is not decided here: what a table means. Pages that are pictures go to `extractors.ocr`; where that is not
installed, or nothing is recognised, scans are refused with `NoTextLayer`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.errors import DamagedDocument, EncryptedDocument, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Note, Table
from extractors.ocr import MISSING, Scanner
from extractors.pdf_content import PageContent, no_characters, no_rules
from extractors.pdf_fonts import read_with_boxes
from extractors.pdf_lattice import Lattice, find_lattices
from extractors.pdf_paragraphs import Flow, build, running_lines
from extractors.pdf_pdfium import read_content
from extractors.pdf_plumber import ENGINE as PLUMBER
from extractors.pdf_plumber import read_with_plumber
from extractors.pdf_tables import fill
from extractors.pdf_text import Line, make_lines
from extractors.pdf_unruled import find_unruled

FAST = "pdfium"
_DEFAULT = Limits()
_CJK_SHARE = 0.12  # fewer Chinese characters than this: the fast engine may have lost them
_TRIES = 3  # pages on which the second opinion saw no more before it is no longer asked
_TAIL = 8192


def read_pdf(path: Path, limits: Limits = _DEFAULT) -> Extract:
    """Read a PDF with a text layer.

    Raises EncryptedDocument (needs a password), DamagedDocument (truncated, broken, no page), TooLarge (over a limit),
    NoTextLayer (a scan that cannot be recognised). What was read with another engine, or not at all, is in the notes,
    page by page.
    """
    clock = limits.clock()
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise TooLarge(f"文件有 {size / 1048576:.0f} MB，超过上限 {limits.max_bytes / 1048576:.0f} MB，未读取。")
    _check_tail(path, size)
    document = _open(path)
    try:
        count = len(document)
        if count == 0:
            raise DamagedDocument("PDF 中没有可读的页面，文件可能已损坏或下载不完整，请重新下载。")
        if count > limits.max_pages:
            raise TooLarge(f"PDF 共 {count} 页，超过上限 {limits.max_pages} 页，未读取。")
        notes: list[Note] = []
        judge = _SecondOpinion(path)
        scanner = Scanner(clock)
        flows: list[Flow] = []
        cells = characters = chinese = 0
        for index in range(count):
            clock.check()
            content, lattices = judge.page(document, index, notes)
            flow = scanner.instead(path, index, content) or cut_page(content, lattices)
            flows.append(flow)
            cells += sum(len(item.cells) for item in flow.items if isinstance(item, Table))
            characters += len(content.characters)
            chinese += _chinese(content)
            if cells > limits.max_cells or characters > limits.max_characters:
                raise TooLarge(f"PDF 内容过多（第 {index + 1} 页时已超过单元格或字符上限），未读取。")
        properties = _properties(document)
    finally:
        document.close()
    notes.extend(_scan_notes(flows, scanner))
    notes = [note for note in notes if note.code != "unmapped" or note.page not in scanner.pages] + scanner.notes()
    if characters > 200 and chinese < 0.05 * characters:
        message = f"全文 {characters} 个字符中只有 {chinese} 个汉字，文字层可能已损坏（字体缺少编码表），需要 OCR 或人工核对。"
        notes.append(Note("no-chinese", message))
    running = running_lines(flows)
    notes.extend(Note("running-line", f"各页重复的页眉页脚“{text}”只保留第一次出现。") for text in sorted(running))
    engines = sorted({flow.content.engine for flow in flows})
    return Extract(
        format="pdf-scan" if len(scanner.pages) * 2 > count else "pdf",
        engine="+".join(engines),
        blocks=tuple(build(flows, running)),
        pages=count,
        page_sizes=tuple((round(flow.content.width, 2), round(flow.content.height, 2)) for flow in flows),
        notes=tuple(notes),
        title=properties.get("title"),
        properties=properties,
        doubts=scanner.doubts(),
    )


def read_page_with(path: Path, page: int, engine: str) -> Extract:
    """One page (1-based) through the engine named (``pdfium`` or ``pdfplumber``), for comparing readings.

    The blocks carry the page's number in the document. Raises ValueError for another engine or a page out of range,
    else what `read_pdf` raises.
    """
    if engine not in (FAST, PLUMBER):
        raise ValueError(f"unknown engine {engine!r}: use {FAST!r} or {PLUMBER!r}")
    document = _open(path)
    try:
        count = len(document)
        if not 1 <= page <= count:
            raise ValueError(f"page {page} of {count}")
        if engine == FAST:
            content = read_content(document, page - 1)
            lattices = find_lattices(content.rules)[0]
        else:
            content, lattices = read_with_plumber(path, page)
    finally:
        document.close()
    sizes = ((content.width, content.height),)
    return Extract("pdf", engine, tuple(build([cut_page(content, lattices)])), pages=count, page_sizes=sizes)


def cut_page(content: PageContent, lattices: list[Lattice]) -> Flow:
    """A page cut into tables and the lines outside of them, by their tops."""
    placed: list[tuple[float, float, Table | Line]] = []
    free = np.ones(len(content.characters), dtype=bool)
    for lattice in lattices:
        table, inside = fill(content, lattice)
        inside &= free
        if not any(cell.text for cell in table.cells):
            continue
        free &= ~inside
        placed.append((lattice.box[1], lattice.box[0], table))
    lines = make_lines(content.characters, np.flatnonzero(free))
    taken: set[int] = set()
    if any(len(line.pieces) > 1 for line in lines):
        rest = replace(content, characters=content.characters.take(free))
        spare = content.rules.horizontal
        for found in find_unruled(lines, spare, content.frame[0]):
            if any(_overlap(found.lattice, lattice) for lattice in lattices):
                continue
            table, _ = fill(rest, found.lattice)
            placed.append((found.lattice.box[1], found.lattice.box[0], replace(table, ruled=False)))
            taken.update(found.lines)
    placed.extend((line.box[1], line.box[0], line) for i, line in enumerate(lines) if i not in taken)
    placed.sort(key=lambda item: (item[0], item[1]))
    bare = replace(content, characters=no_characters(), rules=no_rules())
    return Flow(bare, tuple(item[2] for item in placed), len(content.characters))


def _overlap(one: Lattice, other: Lattice) -> bool:
    """Whether two tables share an area of the page."""
    a, b = one.box, other.box
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class _SecondOpinion:
    """Decides page by page which engine's reading is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._in_vain = 0

    def page(self, document: Any, index: int, notes: list[Note]) -> tuple[PageContent, list[Lattice]]:
        number = index + 1
        try:
            content = read_content(document, index)
        except ValueError as error:
            return self._instead(number, notes, f"快速引擎读取失败（{error}）")
        suspicion = _suspicion(content)
        if suspicion and self._in_vain < _TRIES:
            other = self._ask(number)
            if other is not None and _better(other[0], content):
                notes.append(Note("engine", f"第 {number} 页改用 pdfplumber 读取：{suspicion}。", number))
                return other
            self._in_vain += 1
        if content.unmapped > max(5, 0.03 * len(content.characters)):
            message = f"第 {number} 页有 {content.unmapped} 个字符无法对应到文字（字体缺少编码表），此页文字不可信，需要 OCR。"
            notes.append(Note("unmapped", message, number))
        return content, find_lattices(content.rules)[0]

    def _instead(self, number: int, notes: list[Note], why: str) -> tuple[PageContent, list[Lattice]]:
        other = self._ask(number)
        if other is None:
            notes.append(Note("unreadable", f"第 {number} 页无法读取：{why}，pdfplumber 也未能读出。", number))
            return PageContent(number, 0.0, 0.0, no_characters(), no_rules()), []
        notes.append(Note("engine", f"第 {number} 页改用 pdfplumber 读取：{why}。", number))
        return other

    def _ask(self, number: int) -> tuple[PageContent, list[Lattice]] | None:
        try:
            return read_with_plumber(self._path, number)
        except Exception:  # whatever pdfminer raises on hostile bytes: there is no second opinion then
            return None


def _chinese(content: PageContent) -> int:
    return sum(1 for text in content.characters.text if "\u3400" <= text <= "\u9fff")


def _suspicion(content: PageContent) -> str | None:
    """Why the fast reading of a page may have lost text, else None."""
    count = len(content.characters)
    if count < 12:
        return None
    chinese = _chinese(content)
    if chinese < _CJK_SHARE * count:
        return f"快速引擎只读出 {chinese} 个汉字（共 {count} 个字符），可能因字体未嵌入而丢失"
    if content.unmapped > max(5, 0.03 * count):
        return f"快速引擎有 {content.unmapped} 个字符无法对应到文字"
    return None


def _better(other: PageContent, content: PageContent) -> bool:
    """Whether the second opinion read clearly more Chinese, or the same with fewer unknown glyphs."""
    mine, theirs = _chinese(content), _chinese(other)
    return theirs > 1.3 * mine + 5 or (
        content.unmapped > 5 and other.unmapped < 0.3 * content.unmapped and theirs >= 0.9 * mine
    )


def _check_tail(path: Path, size: int) -> None:
    """A PDF ends in its cross-reference; one cut off in download does not (and would be read in part, silently)."""
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise DamagedDocument("PDF 文件不完整（缺少结尾的交叉引用表），可能下载中断，请重新下载。")


def _open(path: Path) -> Any:
    read_with_boxes()
    try:
        return pdfium.PdfDocument(os.fspath(path))
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY) or "password" in str(error).lower():
            raise EncryptedDocument("PDF 设有打开密码，无法读取；请提供未加密的版本。") from error
        raise DamagedDocument("PDF 结构损坏，无法打开；请重新下载或向发布单位索取完整文件。") from error


def _properties(document: Any) -> dict[str, str]:
    """The document information dictionary: title, author, producer, dates, as far as filled."""
    try:
        entries = document.get_metadata_dict(skip_empty=True)
    except pdfium.PdfiumError:
        return {}
    return {key.lower(): " ".join(value.replace("\x00", "").split()) for key, value in entries.items() if value.strip()}


def _scan_notes(flows: list[Flow], scanner: Scanner) -> list[Note]:
    """A note for each page that is a picture without text; raises NoTextLayer when (nearly) all are."""
    scans = [
        flow.content
        for flow in flows
        if flow.characters < 12 and (flow.content.image_share > 0.4 or flow.content.hidden > 12)
    ]
    skipped = {content.number for content in scans}
    with_text = sum(1 for flow in flows if flow.characters >= 12)
    total = sum(flow.characters for flow in flows)
    if total == 0 or (scans and with_text * 10 <= len(scans)):
        if scanner.pages:
            raise NoTextLayer(
                f"PDF 共 {len(flows)} 页，是扫描件或图片，文字识别（OCR）没有读出任何文字；请确认扫描是否清晰。"
            )
        if not scans and total == 0 and not any(flow.content.image_share > 0.05 for flow in flows):
            raise DamagedDocument(f"PDF 共 {len(flows)} 页，但没有任何文字或图像内容，文件可能已损坏，请重新下载。")
        raise NoTextLayer(f"PDF 共 {len(flows)} 页，是扫描件或图片（没有文字层）；{MISSING}")
    notes = [Note("scan", f"第 {page.number} 页是图片，没有文字层，未读取；{MISSING}", page.number) for page in scans]
    for flow in flows:
        number = flow.content.number
        if number not in skipped and flow.content.image_share > 0.3 and flow.characters < 200:
            notes.append(Note("picture", f"第 {number} 页有大幅图片，图片中的文字和表格未读取。", number))
    return sorted(notes, key=lambda note: note.page or 0)
