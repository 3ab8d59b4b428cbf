"""DOCX → `Extract`: the body in order, tables on their logical grid, list numbers as printed.

Reads the XML parts directly: nothing outside the package is followed, deleted text is left out, inserted text kept,
hidden text kept aside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractors.docx_styles import Styles, flag, half_points, integer, value_of
from extractors.errors import DamagedDocument, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Block, Cell, Doubt, Extract, Link, Note, Paragraph, Place, Table
from extractors.numbering import Numbering, W
from extractors.packages import Package
from extractors.stacked import split_stacked
from extractors.texts import cell_text, join_lines, printable

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_VML = "{urn:schemas-microsoft-com:vml}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SKIPPED = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "instrText", "delText", "delInstrText", "rt", "sectPr")
)
_ITEM = re.compile(
    r"^[\s　]*(?:[（(]?[一二三四五六七八九十百]{1,3}[）)、.．]|[（(]?\d{1,3}[）)、.．](?!\d)|第[一二三四五六七八九十]+[部分章节条])"
)
_MAX_DEPTH = 40
_DEFAULT_SIZE = 10.5


def read_docx(path: Path, limits: Limits) -> Extract:
    """The document as an extract. Raises DamagedDocument, EncryptedDocument or TooLarge."""
    with Package(path, limits) as package:
        main, root, walk = _walked(package, limits)
        properties = package.properties()
        links = _links(package, main, root)
        scans = _scans(package, main, walk)
        walk.notes.extend(_left_out(package, root, bool(walk.blocks), scans.unread))
    if walk.deleted:
        walk.notes.append(
            Note("tracked_changes", f"文档带有修订痕迹：{walk.deleted} 处已删除的内容未读取，插入的内容按正文读取。")
        )
    if walk.hidden:
        walk.notes.append(Note("hidden_text", f"文档有 {len(walk.hidden)} 处隐藏文字，单独保存，不作为正文读取。"))
    return Extract(
        format="docx",
        engine="kuanxiang-docx",
        blocks=tuple(walk.blocks),
        pages=len(scans.sizes) or None,
        page_sizes=scans.sizes,
        hidden=tuple(walk.hidden),
        notes=tuple(walk.notes),
        links=links,
        title=properties.get("title") or None,
        properties=properties,
        doubts=scans.doubts,
    )


def _walked(package: Package, limits: Limits) -> tuple[str, Any, _Walk]:
    """The main part's name and tree, and the walk over its body. Raises DamagedDocument."""
    main = next(
        (target for kind, target in package.relationships("").values() if kind == "officeDocument"),
        "word/document.xml",
    )
    root = package.xml(main)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise DamagedDocument("Word 文件缺少正文部件，已损坏；请重新下载。")
    related = dict(package.relationships(main).values())
    styles = Styles(package.xml(related.get("styles", "word/styles.xml")))
    numbering = Numbering(package.xml(related.get("numbering", "word/numbering.xml")))
    walk = _Walk(styles, numbering, limits)
    walk.blocks_of(body, 0)
    return main, root, walk


def pictures(path: Path, limits: Limits) -> list[bytes | None]:
    """The pictures of the text, in the order in which `read_docx` counts those it recognises as pages; None: not to be had."""
    with Package(path, limits) as package:
        main, _, walk = _walked(package, limits)
        parts = {identifier: target for identifier, (_, target) in package.relationships(main).items()}
        return [package.data(parts[one]) if one in parts else None for _, one in walk.pictures]


@dataclass(frozen=True, slots=True)
class _Scans:
    """What became of the pictures: sizes and doubtful figures of those recognised, how many were not read."""

    sizes: tuple[tuple[float, float], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unread: int | None = None


def _scans(package: Package, main: str, walk: _Walk) -> _Scans:
    """Recognise the pictures that print text, and put what they say where they stand. unread None: nothing was tried."""
    if not walk.pictures:
        return _Scans()
    from extractors.ocr import Scanner

    scanner = Scanner(walk.clock, "张图片")
    if not scanner.available:
        return _Scans()
    from extractors.ocr_embedded import recognise_pictures

    parts = {identifier: target for identifier, (_, target) in package.relationships(main).items()}
    data = [package.data(parts[one]) if one in parts else None for _, one in walk.pictures]
    found = recognise_pictures(data, scanner, whole=not walk.blocks)
    for (position, _), blocks in reversed(list(zip(walk.pictures, found.blocks, strict=False))):
        walk.blocks[position:position] = blocks
    notes = scanner.notes()
    walk.notes.extend(notes)
    if any(note.code == "ocr" for note in notes):
        return _Scans(found.sizes, scanner.doubts(), found.left)
    return _Scans(unread=found.left)


def _left_out(package: Package, root: Any, has_text: bool, unread: int | None) -> list[Note]:
    """What the document shows that this reader does not read. Raises NoTextLayer where that is everything.

    unread: how many pictures were not recognised, None where recognition was not tried."""
    names = package.names()
    pictures = sum(1 for name in names if name.startswith("word/media/"))
    if pictures and not has_text:
        if unread is None:
            from extractors.ocr import MISSING

            raise NoTextLayer(f"Word 文件中只有图片，没有文字；{MISSING}")
        raise NoTextLayer("Word 文件中只有图片，文字识别（OCR）没有读出任何文字；请确认图片是否清晰。")
    pictures = pictures if unread is None else unread
    notes = []
    objects = sum(1 for name in names if name.startswith("word/embeddings/"))
    if objects:
        notes.append(Note("embedded_objects", f"文档嵌入了 {objects} 个对象（如 Excel 表格），其内容未读取。"))
    if next(root.iter(f"{W}altChunk"), None) is not None:
        notes.append(Note("embedded_chunk", "文档以外部片段方式嵌入了内容，该部分未读取。"))
    if pictures:
        notes.append(Note("pictures", f"文档含 {pictures} 张图片，图片中的文字和表格未读取。"))
    return notes


def _links(package: Package, main: str, root: Any) -> tuple[Link, ...]:
    """Hyperlinks as written, never followed."""
    folder, _, base = main.rpartition("/")
    part = package.xml(f"{folder}/_rels/{base}.rels")
    targets = {
        element.get("Id"): element.get("Target") or ""
        for element in (part if part is not None else ())
        if isinstance(element.tag, str) and (element.get("Type") or "").endswith("/hyperlink")
    }
    found = []
    for element in root.iter(f"{W}hyperlink"):
        target = targets.get(element.get(f"{_R}id"))
        if target:
            found.append(Link("".join(text.text or "" for text in element.iter(f"{W}t"))[:500], target[:2000]))
    return tuple(found[:2000])


@dataclass(slots=True)
class _Text:
    """A paragraph being read: visible and hidden text, what hangs in it, its size."""

    visible: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    size: float | None = None
    pictures: list[str] = field(default_factory=list)


class _Walk:
    """One pass over the body in reading order, counting paragraphs and tables for their places."""

    def __init__(self, styles: Styles, numbering: Numbering, limits: Limits) -> None:
        self.styles = styles
        self.numbering = numbering
        self.limits = limits
        self.clock = limits.clock()
        self.blocks: list[Block] = []
        self.hidden: list[Block] = []
        self.notes: list[Note] = []
        self.deleted = 0
        self.pictures: list[tuple[int, str]] = []  # before which block, and the relationship it hangs on
        self._paragraphs = 0
        self._tables = 0
        self._cells = 0

    def blocks_of(self, parent: Any, depth: int) -> None:
        """The block-level children of an element: paragraphs, tables, and what wraps them."""
        if depth > _MAX_DEPTH:
            raise TooLarge("Word 文件的结构嵌套过深，未读取；请检查来源。")
        for child in parent:
            name = child.tag
            if name == f"{W}p":
                self._paragraph(child, depth)
            elif name == f"{W}tbl":
                self._table(child, depth)
            elif name in (f"{W}sdt", f"{W}customXml", f"{W}ins", f"{W}moveTo", f"{W}sdtContent", f"{W}smartTag"):
                self.blocks_of(child, depth + 1)
            elif name == f"{_MC}AlternateContent":
                self.blocks_of(_alternative(child), depth + 1)
            elif name in (f"{W}del", f"{W}moveFrom"):
                self.deleted += 1

    def _paragraph(self, element: Any, depth: int) -> None:
        self.clock.check()
        self._paragraphs += 1
        place = Place(cell=f"P{self._paragraphs}")
        text, label = self._read(element)
        properties = element.find(f"{W}pPr")
        style = value_of(properties.find(f"{W}pStyle")) if properties is not None else None
        outline = integer(value_of(properties.find(f"{W}outlineLvl"))) if properties is not None else None
        level = (outline + 1 if outline < 9 else None) if outline is not None else self.styles.heading(style)
        lines = logical_lines(label + "".join(text.visible))
        for line in lines:
            self.blocks.append(Paragraph(line, place, level, text.size))
        self._hang(text)
        concealed = "".join(text.hidden).strip()
        if concealed:
            self.hidden.append(Paragraph(printable(concealed), place))
        for box in text.boxes:
            self.blocks_of(box, depth + 1)

    def _hang(self, text: _Text) -> None:
        self.pictures.extend((len(self.blocks), identifier) for identifier in text.pictures)

    def _read(self, element: Any) -> tuple[_Text, str]:
        """The text of a paragraph and its list number."""
        text = _Text()
        properties = element.find(f"{W}pPr")
        style = value_of(properties.find(f"{W}pStyle")) if properties is not None else None
        chain = self.styles.chain(style)
        concealed = next((item.hidden for item in chain if item.hidden is not None), False)
        self._runs(element, text, bool(concealed), 0)
        if text.size is None:
            text.size = next((item.size for item in chain if item.size is not None), None)
        number = properties.find(f"{W}numPr") if properties is not None else None
        list_id = value_of(number.find(f"{W}numId")) if number is not None else None
        level = integer(value_of(number.find(f"{W}ilvl"))) if number is not None else None
        if list_id is None:
            list_id = next((item.list_id for item in chain if item.list_id is not None), None)
        if level is None:
            level = next((item.list_level for item in chain if item.list_level is not None), None)
        label = ""
        # Word counts an empty list paragraph as well, but a paragraph that was deleted whole is not printed.
        if list_id and list_id != "0" and ("".join(text.visible).strip() or not self._is_deleted(properties)):
            label = self.numbering.label(list_id, level or 0)
            visible = "".join(text.visible).strip()
            if not visible:
                label = ""
            elif visible[0].isdigit() and label[-1:].isascii() and not label.endswith((" ", ")")):
                label += " "  # Word prints a tab here: "1." before "2023年" is not 1.2023
        return text, label

    def _is_deleted(self, properties: Any | None) -> bool:
        return properties is not None and properties.find(f"{W}rPr/{W}del") is not None

    def _runs(self, parent: Any, text: _Text, concealed: bool, depth: int) -> None:
        """The inline content of a paragraph, appended to `text`."""
        if depth > _MAX_DEPTH:
            raise TooLarge("Word 文件的结构嵌套过深，未读取；请检查来源。")
        for child in parent:
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                if tag in (f"{W}del", f"{W}moveFrom"):
                    self.deleted += 1
                continue
            target = text.hidden if concealed else text.visible
            if tag == f"{W}t" or tag == f"{_MATH}t":
                target.append(child.text or "")
            elif tag in (f"{W}tab", f"{W}ptab"):
                target.append(" ")
            elif tag in (f"{W}br", f"{W}cr"):
                target.append("\n")
            elif tag == f"{W}noBreakHyphen":
                target.append("-")
            elif tag == f"{W}sym":
                code = int(child.get(f"{W}char") or "20", 16) if _is_hex(child.get(f"{W}char")) else 0x20
                target.append("" if 0xE000 <= code <= 0xF8FF else chr(code))
            elif tag == f"{W}r":
                hidden = self._run_hidden(child, concealed)
                if text.size is None and not hidden:
                    text.size = half_points(child.find(f"{W}rPr/{W}sz"))
                self._runs(child, text, hidden, depth + 1)
            elif tag == f"{_MC}AlternateContent":
                self._runs(_alternative(child), text, concealed, depth + 1)
            elif tag == f"{W}txbxContent":
                text.boxes.append(child)
            elif tag in (f"{_DRAWING}blip", f"{_VML}imagedata"):
                identifier = child.get(f"{_R}embed") or child.get(f"{_R}id")
                if identifier and not concealed:
                    text.pictures.append(identifier)
            else:
                self._runs(child, text, concealed, depth + 1)

    def _run_hidden(self, run: Any, inherited: bool) -> bool:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return inherited
        stated = flag(properties.find(f"{W}vanish"))
        if stated is not None:
            return stated
        style = value_of(properties.find(f"{W}rStyle"))
        by_style = (
            next((item.hidden for item in self.styles.chain(style) if item.hidden is not None), None) if style else None
        )
        return inherited if by_style is None else by_style

    def _table(self, element: Any, depth: int) -> None:
        self._tables += 1
        number = self._tables
        rows = list(_children(element, f"{W}tr", 0))
        position = len(self.blocks)
        nested: list[Any] = []
        table = self._grid(rows, number, nested, depth)
        if table is None:
            return
        if nested and len([cell for cell in table.cells if cell.text]) <= 1:
            # A frame around other tables: what it says besides them is running text.
            for cell in table.cells:
                for line in filter(None, cell.text.split("\n")):
                    self.blocks.append(Paragraph(line, cell.place))
        elif any(cell.text for cell in table.cells) or not nested:
            self.blocks[position:position] = split_stacked(table)
        for inner in nested:
            self.blocks_of(inner, depth + 1)

    def _grid(self, rows: list[Any], number: int, nested: list[Any], depth: int) -> Table | None:
        """The rows of a table on its logical grid."""
        cells: list[Cell] = []
        hidden: list[Cell] = []
        open_merges: dict[int, int] = {}  # grid column → index in `cells` of the cell merged downwards
        width = 0
        row_index = 0
        for row in rows:
            self.clock.check()
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                self.deleted += 1
                continue
            concealed = properties is not None and bool(flag(properties.find(f"{W}hidden")))
            column = _span(properties, "gridBefore", 0)
            previous: int | None = None
            merges: dict[int, int] = {}
            for element in _children(row, f"{W}tc", 0):
                self._cells += 1
                if self._cells > self.limits.max_cells:
                    raise TooLarge(f"单元格超过 {self.limits.max_cells} 个，未读取；请拆分后提交。")
                options = element.find(f"{W}tcPr")
                span = max(1, _span(options, "gridSpan", 1))
                vertical = options.find(f"{W}vMerge") if options is not None else None
                horizontal = options.find(f"{W}hMerge") if options is not None else None
                text, indent, inner, boxes = self._cell(element, depth)
                if options is not None and options.find(f"{W}cellDel") is not None:
                    self.deleted += 1
                    text, indent, inner, boxes = "", 0.0, [], []  # its place stays, or its row would shift
                nested.extend(inner)
                nested.extend(boxes)
                if horizontal is not None and value_of(horizontal) != "restart" and previous is not None:
                    cells[previous] = _widened(cells[previous], span)
                    column += span
                    continue
                if vertical is not None and value_of(vertical) != "restart" and column in open_merges and not concealed:
                    index = open_merges[column]
                    cells[index] = _lowered(cells[index], text)
                    merges[column] = index
                    previous = None
                    column += span
                    continue
                cell = Cell(
                    row=row_index,
                    column=column,
                    text=text,
                    place=Place(cell=f"T{number}R{row_index + 1}C{column + 1}"),
                    column_span=span,
                    indent=indent,
                )
                if concealed:
                    hidden.append(cell)
                else:
                    cells.append(cell)
                    previous = len(cells) - 1
                    if vertical is not None:
                        merges[column] = previous
                column += span
            if concealed:
                continue
            width = max(width, column + _span(properties, "gridAfter", 0))
            open_merges = merges
            row_index += 1
        if hidden:
            place = Place(cell=f"T{number}")
            self.hidden.append(
                Table(
                    tuple(hidden), max(c.row for c in hidden) + 1, max(c.column + c.column_span for c in hidden), place
                )
            )
        if not row_index or not width:
            return None
        if width > 2000:
            raise TooLarge("表格的列数异常（超过 2000 列），未读取；请检查来源。")
        return Table(tuple(cells), row_index, width, Place(cell=f"T{number}"), "kuanxiang-docx")

    def _cell(self, element: Any, depth: int) -> tuple[str, float, list[Any], list[Any]]:
        """Text (paragraphs joined by line breaks), indent, nested tables and text boxes of a cell."""
        lines: list[str] = []
        tables: list[Any] = []
        boxes: list[Any] = []
        indent = 0.0
        for child in _cell_blocks(element, 0):
            if child.tag == f"{W}tbl":
                wrapper = [child]
                tables.append(wrapper)
                continue
            text, label = self._read(child)
            line = label + "".join(text.visible)
            if not lines and line.strip():
                indent = _paragraph_indent(child, text.size or _DEFAULT_SIZE)
            lines.append(line)
            boxes.extend(text.boxes)
            self._hang(text)
            concealed = "".join(text.hidden).strip()
            if concealed:
                self.hidden.append(Paragraph(printable(concealed), Place(cell=f"T{self._tables}")))
        stripped, blanks = cell_text("\n".join(lines))
        return stripped, blanks + indent, tables, boxes


def _alternative(element: Any) -> Any:
    """The first choice of an alternative, so that nothing is read twice; the fallback where there is no choice."""
    for name in ("Choice", "Fallback"):
        found = element.find(f"{_MC}{name}")
        if found is not None:
            return found
    return ()


def _children(parent: Any, tag: str, depth: int) -> Any:
    """Rows of a table or cells of a row, also inside content controls; moved-away and deleted ones left out."""
    if depth > _MAX_DEPTH:
        raise TooLarge("Word 文件的结构嵌套过深，未读取；请检查来源。")
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from _children(child, tag, depth + 1)


def _cell_blocks(parent: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise TooLarge("Word 文件的结构嵌套过深，未读取；请检查来源。")
    for child in parent:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from _cell_blocks(child, depth + 1)


def _span(properties: Any | None, name: str, default: int) -> int:
    number = integer(value_of(properties.find(f"{W}{name}"))) if properties is not None else None
    return default if number is None else min(max(number, 0), 2000)


def _widened(cell: Cell, by: int) -> Cell:
    return Cell(cell.row, cell.column, cell.text, cell.place, cell.row_span, cell.column_span + by, cell.indent)


def _lowered(cell: Cell, text: str) -> Cell:
    """A merged cell one row taller; text left in a continuation cell is shown by Word nowhere, but never dropped silently."""
    return Cell(cell.row, cell.column, cell.text or text, cell.place, cell.row_span + 1, cell.column_span, cell.indent)


def _paragraph_indent(paragraph: Any, size: float) -> float:
    """Layout indentation in characters: first line plus left."""
    element = paragraph.find(f"{W}pPr/{W}ind")
    if element is None:
        return 0.0
    total = 0.0
    for chars, twips in (("firstLineChars", "firstLine"), ("leftChars", "left"), ("startChars", "start")):
        hundredths = integer(element.get(f"{W}{chars}"))
        twentieths = integer(element.get(f"{W}{twips}"))
        if hundredths:
            total += hundredths / 100
        elif twentieths:
            total += twentieths / 20 / size
    hanging = integer(element.get(f"{W}hanging"))
    if hanging and not integer(element.get(f"{W}hangingChars")):
        total -= hanging / 20 / size
    return max(0.0, round(total, 2))


def _is_hex(text: str | None) -> bool:
    return (
        bool(text) and all(character in "0123456789abcdefABCDEF" for character in text or "") and len(text or "") <= 4
    )


def logical_lines(text: str) -> list[str]:
    """A paragraph's text as lines of their own where a soft break ends a sentence or starts an item, else joined."""
    lines: list[str] = []
    for part in printable(text).split("\n"):
        part = part.strip()
        if not part:
            continue
        if lines and not (lines[-1][-1] in "。；：！？:;" or _ITEM.match(part)):
            lines[-1] = join_lines(lines[-1], part)
        else:
            lines.append(part)
    return lines
