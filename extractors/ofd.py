"""OFD (GB/T 33190, the national fixed-layout format) → `Extract`, with the eyes of the PDF reader.

A ZIP of XML parts: OFD.xml names the documents, each Document.xml its pages and templates. Pages become `PageContent`
(`extractors.ofd_page`); tables, lines and paragraphs are found by the same code as in a PDF. Pages that are pictures are
recognised (`extractors.ocr`). Signatures, seals and annotations are not read.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from extractors.errors import DamagedDocument, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Box, Extract, Note, Table
from extractors.ocr import MISSING, Scanner
from extractors.ofd_page import ENGINE, POINTS, PageReader, children, local, numbers
from extractors.packages import Package
from extractors.pdf import cut_page
from extractors.pdf_content import PageContent
from extractors.pdf_lattice import find_lattices
from extractors.pdf_paragraphs import Flow, build, running_lines

_A4 = (0.0, 0.0, 210.0, 297.0)


def read_ofd(path: Path, limits: Limits) -> Extract:
    """The document as an extract of format ``ofd``, with page and box of every cell.

    Raises DamagedDocument, EncryptedDocument, TooLarge, or NoTextLayer (pages that are pictures).
    """
    with Package(path, limits) as package:
        entry = package.xml("OFD.xml")
        bodies = children(entry, "DocBody")
        if not bodies:
            raise DamagedDocument("OFD 文件缺少文档入口（OFD.xml 中没有 DocBody），已损坏；请重新下载。")
        reader = _Reader(package, limits)
        properties: dict[str, str] = {}
        for body in bodies:
            for info in children(body, "DocInfo"):
                properties = properties or _properties(info)
            root = next((child.text or "" for child in children(body, "DocRoot")), "")
            reader.document(root.strip())
    if not reader.flows:
        raise DamagedDocument("OFD 文件中没有可读的页面，文件可能已损坏，请重新下载。")
    scanned = reader.scanner.pages
    notes = [*reader.notes, *_scan_notes(reader.flows, scanned), *reader.scanner.notes()]
    running = running_lines(reader.flows)
    notes.extend(Note("running-line", f"各页重复的页眉页脚“{text}”只保留第一次出现。") for text in sorted(running))
    return Extract(
        format="ofd",
        engine="+".join(sorted({ENGINE, *(flow.content.engine for flow in reader.flows)})),
        blocks=tuple(build(reader.flows, running)),
        pages=len(reader.flows),
        page_sizes=tuple((round(flow.content.width, 2), round(flow.content.height, 2)) for flow in reader.flows),
        notes=tuple(notes),
        title=properties.get("title"),
        properties=properties,
        doubts=reader.scanner.doubts(),
    )


def scanned_page(path: Path, number: int, limits: Limits) -> tuple[Any, float] | None:
    """The picture (RGB pixels) of a page that is a scan, and its width in points; None where the page is text."""
    with Package(path, limits) as package:
        looker = _Looker(package, limits, number)
        for body in children(package.xml("OFD.xml"), "DocBody"):
            looker.document(next((child.text or "" for child in children(body, "DocRoot")), "").strip())
    return looker.seen


def page_layers(path: Path, number: int, limits: Limits) -> tuple[PageContent, list[tuple[Box, bytes]]] | None:
    """What a page (1-based) shows: its text and lines, and its pictures with their boxes in points. None: no such page.

    Raises what `read_ofd` raises for a damaged package.
    """
    with Package(path, limits) as package:
        layers = _Layers(package, limits, number)
        with suppress(_Found):
            for body in children(package.xml("OFD.xml"), "DocBody"):
                layers.document(next((child.text or "" for child in children(body, "DocRoot")), "").strip())
    return layers.shown


class _Reader:
    """Goes through the documents of a package, page by page."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        self.clock = limits.clock()
        self.flows: list[Flow] = []
        self.notes: list[Note] = []
        self.scanner = Scanner(self.clock)
        self._media: dict[str, str] = {}
        self._cells = 0
        self._characters = 0

    def document(self, root: str) -> None:
        """All pages of the document whose main part is named."""
        main = resolve("", root)
        document = self.package.xml(main)
        if document is None:
            raise DamagedDocument("OFD 文件缺少正文部件（Document.xml），已损坏；请重新下载。")
        folder = str(PurePosixPath(main).parent)
        common = next(iter(children(document, "CommonData")), None)
        default = _area(next(iter(children(common, "PageArea")), None)) or _A4
        templates = {
            template.get("ID") or "": resolve(folder, template.get("BaseLoc") or "")
            for template in children(common, "TemplatePage")
        }
        self._media = self._resources(folder, common)
        parsed: dict[str, Any] = {}
        for pages in children(document, "Pages"):
            for page in children(pages, "Page"):
                self.clock.check()
                if len(self.flows) >= self.limits.max_pages:
                    raise TooLarge(f"OFD 超过 {self.limits.max_pages} 页，未读取。")
                self._page(resolve(folder, page.get("BaseLoc") or ""), default, templates, parsed)
        if children(document, "Annotations"):
            self.notes.append(Note("annotations", "OFD 带有批注或签章，其中的文字未读取。"))
        if children(document, "Attachments"):
            self.notes.append(Note("embedded_objects", "OFD 带有附件，附件内容未读取。"))

    def _resources(self, folder: str, common: Any) -> dict[str, str]:
        """The parts that hold the document's pictures, by resource id."""
        found: dict[str, str] = {}
        for name in ("PublicRes", "DocumentRes"):
            for entry in children(common, name):
                part = resolve(folder, entry.text or "")
                root = self.package.xml(part)
                if root is None:
                    continue
                base = resolve(str(PurePosixPath(part).parent), root.get("BaseLoc") or "")
                for group in children(root, "MultiMedias"):
                    for media in children(group, "MultiMedia"):
                        location = next((one.text or "" for one in children(media, "MediaFile")), "")
                        found[media.get("ID") or ""] = resolve(base, location)
        return found

    def _scan(self, reader: PageReader, content: PageContent) -> Flow | None:
        """A page that shows next to nothing but pictures, recognised; None where it is none or nothing was read."""
        if len(content.characters) >= 12 or content.image_share <= 0.3 or not self.scanner.available:
            return None
        pixels = self._pixels(reader, content)
        return None if pixels is None else self.scanner.flow(pixels, content.width, content.number)

    def _pixels(self, reader: PageReader, content: PageContent) -> Any:
        """The page with its pictures drawn, as RGB pixels; None where it has none."""
        from extractors.ocr_embedded import page_picture

        return page_picture(content.width, content.height, self._parts(reader), self.clock)

    def _parts(self, reader: PageReader) -> list[tuple[Box, bytes]]:
        parts = []
        for box, resource in reader.images:
            data = self.package.data(self._media[resource]) if resource in self._media else None
            if data is not None:
                parts.append((box, data))
        return parts

    def _page(self, part: str, default: tuple[float, ...], templates: dict[str, str], parsed: dict[str, Any]) -> None:
        number = len(self.flows) + 1
        root = self.package.xml(part)
        if root is None:
            raise DamagedDocument(f"OFD 文件缺少第 {number} 页的内容，已损坏；请重新下载。")
        area = _area(next(iter(children(root, "Area")), None)) or default
        reader = PageReader(self.clock, (area[0], area[1]))
        for template in children(root, "Template"):
            name = templates.get(template.get("TemplateID") or "")
            if name is None:
                continue
            if name not in parsed:
                parsed[name] = self.package.xml(name)
            if parsed[name] is not None:
                reader.layers(parsed[name])
        reader.layers(root)
        content = reader.content(number, area[2] * POINTS, area[3] * POINTS)
        if reader.composites:
            message = f"第 {number} 页有 {reader.composites} 个复合图元，其中的文字未读取。"
            self.notes.append(Note("composite", message, number))
        if reader.unmapped > max(5, 0.03 * len(content.characters)):
            message = (
                f"第 {number} 页有 {reader.unmapped} 个字符无法对应到文字（字体缺少编码表），此页文字不可信，需要 OCR。"
            )
            self.notes.append(Note("unmapped", message, number))
        flow = self._scan(reader, content) or cut_page(content, find_lattices(content.rules)[0])
        self._cells += sum(len(item.cells) for item in flow.items if isinstance(item, Table))
        self._characters += flow.characters
        if self._cells > self.limits.max_cells or self._characters > self.limits.max_characters:
            raise TooLarge(f"OFD 内容过多（第 {number} 页时已超过单元格或字符上限），未读取。")
        self.flows.append(flow)


class _Looker(_Reader):
    """Goes through the pages as the reader does and keeps the picture of one of them."""

    def __init__(self, package: Package, limits: Limits, number: int) -> None:
        super().__init__(package, limits)
        self.number = number
        self.seen: tuple[Any, float] | None = None

    def _scan(self, reader: PageReader, content: PageContent) -> Flow | None:
        if content.number == self.number and len(content.characters) < 12 and content.image_share > 0.3:
            pixels = self._pixels(reader, content)
            self.seen = None if pixels is None else (pixels, content.width)
        return None


class _Found(Exception):
    """The page wanted was reached; the others need not be read."""


class _Layers(_Reader):
    """Goes through the pages as the reader does, up to one of them, and keeps what it shows."""

    def __init__(self, package: Package, limits: Limits, number: int) -> None:
        super().__init__(package, limits)
        self.number = number
        self.shown: tuple[PageContent, list[tuple[Box, bytes]]] | None = None

    def _scan(self, reader: PageReader, content: PageContent) -> Flow | None:
        if content.number == self.number:
            self.shown = content, self._parts(reader)
            raise _Found
        return Flow(content, ())


def resolve(folder: str, location: str) -> str:
    """The name of a part from a location as written: relative to its folder, or from the root."""
    location = location.strip().replace("\\", "/")
    parts = [] if location.startswith("/") or folder in ("", ".") else folder.split("/")
    for piece in location.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in ("", "."):
            parts.append(piece)
    return "/".join(parts)


def _area(element: Any) -> tuple[float, ...] | None:
    """The physical box of a page area in millimetres: left, top, width, height."""
    for child in children(element, "PhysicalBox"):
        box = numbers(child.text)
        if len(box) == 4 and 1 < box[2] < 10_000 and 1 < box[3] < 10_000:
            return box
    return None


def _properties(info: Any) -> dict[str, str]:
    names = ("Title", "Author", "Subject", "CreationDate", "ModDate", "Creator", "CreatorVersion")
    return {
        local(child).lower(): child.text.strip()[:500]
        for child in info
        if local(child) in names and child.text and child.text.strip()
    }


def _scan_notes(flows: list[Flow], recognised: set[int]) -> list[Note]:
    """A note for each page that is a picture without text; raises NoTextLayer when (nearly) all are."""
    scans = [
        flow
        for flow in flows
        if flow.characters < 12 and flow.content.image_share > 0.3 and flow.content.number not in recognised
    ]
    with_text = sum(1 for flow in flows if flow.characters >= 12)
    if sum(flow.characters for flow in flows) == 0 or (scans and with_text * 10 <= len(scans)):
        if recognised:
            raise NoTextLayer(f"OFD 共 {len(flows)} 页，是图片，文字识别（OCR）没有读出任何文字；请确认图像是否清晰。")
        if not any(flow.content.image_share > 0.05 for flow in flows):
            raise DamagedDocument(f"OFD 共 {len(flows)} 页，但没有任何文字或图像内容，文件可能已损坏，请重新下载。")
        raise NoTextLayer(f"OFD 共 {len(flows)} 页，是图片（没有文字层），图片取不出来或无法识别（OCR）；{MISSING}")
    notes = []
    for flow in flows:
        number, share = flow.content.number, flow.content.image_share
        if flow in scans:
            notes.append(Note("scan", f"第 {number} 页是图片，没有文字层，未读取；需要 OCR。", number))
        elif share > 0.3 and flow.characters < 200:
            notes.append(Note("picture", f"第 {number} 页有大幅图片，图片中的文字和表格未读取。", number))
    return notes
