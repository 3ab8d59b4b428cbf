"""XLSX → `Extract`: every cell as displayed, from the stored digits and the number format.

Reads the package's parts itself, as a stream: the common libraries either lose number formats, hidden rows and merged
ranges (the fast ones) or need minutes and gigabytes for padded sheets (the complete one). What the publisher's program
stored as the result of a formula is what was published; only a formula stored without its result is computed
(`sheet_formulas`), and said to be.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors.errors import DamagedDocument, TooLarge
from extractors.limits import Clock, Limits
from extractors.model import Extract, Note
from extractors.number_format import BUILTIN, display, display_text
from extractors.packages import Package, iterate
from extractors.sheets import Sheet, build_extract
from extractors.texts import column_letters, column_number

if TYPE_CHECKING:
    from extractors.sheet_formulas import Address, Workbook

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CELL, _VALUE, _FORMULA, _INLINE = (f"{_M}{name}" for name in ("c", "v", "f", "is"))
_ADDRESS = re.compile(r"^\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
_BLANK_CELL = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="[a-z]{1,3}")? ?/>')
_UNPLACED_CELL = re.compile(rb"<c(?! r=)[ />]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_xlsx(path: Path, limits: Limits) -> Extract:
    """The workbook as an extract. Raises DamagedDocument, EncryptedDocument or TooLarge."""
    with Package(path, limits) as package:
        notes: list[Note] = []
        main = next(
            (target for kind, target in package.relationships("").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        workbook = package.xml(main)
        if workbook is None:
            raise DamagedDocument("Excel 文件缺少工作簿部件，已损坏；请重新下载。")
        links = package.relationships(main)
        parts = dict(links.values())
        strings = _shared_strings(package.data(parts.get("sharedStrings", "xl/sharedStrings.xml")))
        styles = _Styles(package.xml(parts.get("styles", "xl/styles.xml")))
        settings = workbook.find(f"{_M}workbookPr")
        date1904 = settings is not None and settings.get("date1904") in ("1", "true")
        sheets = _sheets(package, workbook, links, _Context(strings, styles, date1904, limits))
        return build_extract(
            sheets, format="xlsx", engine="kuanxiang-xlsx", limits=limits, properties=package.properties(), notes=notes
        )


class _Context:
    """What all sheets of a workbook share."""

    def __init__(self, strings: list[str], styles: _Styles, date1904: bool, limits: Limits) -> None:
        self.strings = strings
        self.styles = styles
        self.date1904 = date1904
        self.limits = limits
        self.clock: Clock = limits.clock()
        self.cells_left = limits.max_cells
        self.missing: dict[Address, tuple[int, bool]] = {}  # formulas without a stored result: style, zeros shown


class _Styles:
    """Number format and indent by cell style."""

    def __init__(self, root: Any | None) -> None:
        self.codes: list[str] = []
        self.indents: list[float] = []
        if root is None:
            return
        custom = {
            int(element.get("numFmtId") or 0): element.get("formatCode") or "General"
            for element in root.iterfind(f"{_M}numFmts/{_M}numFmt")
        }
        for element in root.iterfind(f"{_M}cellXfs/{_M}xf"):
            number = int(element.get("numFmtId") or 0)
            self.codes.append(custom.get(number) or BUILTIN.get(number, "General"))
            alignment = element.find(f"{_M}alignment")
            horizontal = alignment.get("horizontal") if alignment is not None else None
            indent = float(alignment.get("indent") or 0) if alignment is not None else 0.0
            self.indents.append(indent if horizontal not in ("right", "center") else 0.0)

    def code(self, style: int) -> str:
        return self.codes[style] if 0 <= style < len(self.codes) else "General"

    def indent(self, style: int) -> float:
        return self.indents[style] if 0 <= style < len(self.indents) else 0.0


def _shared_strings(content: bytes | None) -> list[str]:
    if content is None:
        return []
    return [_rich_text(element) for element in iterate(content, (f"{_M}si",))]


def _rich_text(element: Any) -> str:
    """The runs of a string joined; phonetic guides are not part of it."""
    pieces = []
    for child in element:
        if child.tag == f"{_M}t":
            pieces.append(child.text or "")
        elif child.tag == f"{_M}r":
            pieces.extend(part.text or "" for part in child.iterfind(f"{_M}t"))
    text = "".join(pieces)
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _sheets(package: Package, workbook: Any, links: dict[str, tuple[str, str]], context: _Context) -> list[Sheet]:
    """The worksheets in workbook order; chart sheets and the like hold no cells."""
    sheets: list[Sheet] = []
    contents: dict[str, bytes] = {}
    for element in workbook.iterfind(f"{_M}sheets/{_M}sheet"):
        kind, target = links.get(element.get(f"{_R}id") or "", ("", ""))
        name = element.get("name") or ""
        sheet = Sheet(name, hidden=(element.get("state") or "visible") != "visible")
        if kind == "worksheet":
            content = package.data(target)
            if content is None:
                raise DamagedDocument(f"Excel 文件缺少工作表“{name}”的内容，已损坏；请重新下载。")
            _fill(sheet, content, context)
            contents[name] = content
        sheets.append(sheet)
    if context.missing:
        from extractors.sheet_formulas import results  # openpyxl is loaded for the few workbooks that need it

        computed = results(_stored(contents, context))
        for sheet in sheets:
            _complete(sheet, {(r, c): value for (name, r, c), value in computed.items() if name == sheet.name}, context)
    return sheets


def _stored(contents: dict[str, bytes], context: _Context) -> Workbook:
    """All stored values of a workbook, and the formulas without any, for those to be computed."""
    from extractors.sheet_formulas import Workbook, translated

    book = Workbook()
    for name, content in contents.items():
        shared: dict[str, tuple[str, str]] = {}
        row_number = -1
        for element in iterate(content, (_TAGS[0],)):
            stated = element.get("r")
            row_number = int(stated) - 1 if stated and stated.isdigit() else row_number + 1
            context.clock.check()
            for column, cell in _filled_cells(element):
                at = (name, row_number, column)
                formula = cell.find(_FORMULA)
                place = f"{column_letters(column)}{row_number + 1}"
                text = (formula.text or "") if formula is not None else ""
                if formula is not None and formula.get("t") == "shared":
                    first = shared.setdefault(formula.get("si") or "", (text, place))
                    text = text or translated(first[0], first[1], place) or ""
                if at in context.missing:
                    if text and (formula is None or formula.get("t") in (None, "normal", "shared")):
                        book.formulas[at] = text
                    else:
                        book.formulas[at] = "#"  # an array or a table of data: no result
                    continue
                value = cell.find(_VALUE)
                number = (value.text or "") if value is not None else ""
                try:
                    book.values[at] = Decimal(number) if (cell.get("t") or "n") == "n" and number else None
                except InvalidOperation:
                    book.values[at] = number
                if book.values[at] is None and (number or cell.find(_INLINE) is not None):
                    book.values[at] = "text"
    return book


def _complete(sheet: Sheet, computed: dict[tuple[int, int], Decimal], context: _Context) -> None:
    """Fill in computed results as they would be displayed, and say which they are and which stay blank."""
    done: list[str] = []
    left: list[str] = []
    for (name, row, column), (style, zeros_shown) in context.missing.items():
        if name != sheet.name:
            continue
        value = computed.get((row, column))
        place = f"{column_letters(column)}{row + 1}"
        if value is None:
            left.append(place)
            continue
        done.append(place)
        text = display(value, context.styles.code(style), date1904=context.date1904)
        if text and (value or zeros_shown):
            sheet.cells[row, column] = (text, context.styles.indent(style))
    for code, addresses, message in (
        ("formula_computed", done, "公式没有保存计算结果，已按公式算出"),
        ("formula_without_value", left, "公式没有保存计算结果，也不能确定地算出，单元格按空白处理"),
    ):
        _note(sheet, code, addresses, message)


_TAGS = tuple(f"{_M}{name}" for name in ("row", "mergeCell", "col", "sheetFormatPr", "sheetView"))


def _fill(sheet: Sheet, content: bytes, context: _Context) -> None:
    """Cells, merged ranges and what is hidden, from a worksheet part."""
    row_number = -1
    zeros_shown = True
    rows_hidden_by_default = False
    unseen: list[str] = []
    errors: list[str] = []
    # Padded sheets are nearly all blank styled cells; they say nothing, and are dropped before anything is parsed,
    # unless some cell states no address and takes its place from the cells before it.
    if not _UNPLACED_CELL.search(content):
        content = _BLANK_CELL.sub(b"", content)
    for element in iterate(content, _TAGS):
        tag = element.tag
        if tag == _TAGS[0]:
            stated = element.get("r")
            row_number = int(stated) - 1 if stated and stated.isdigit() else row_number + 1
            context.clock.check()
            hidden = element.get("hidden") in ("1", "true") or _zero(element.get("ht"))
            if hidden:
                sheet.hidden_rows.add(row_number)
            elif rows_hidden_by_default:
                sheet.hidden_rows.discard(row_number)
            _row(sheet, element, row_number, context, zeros_shown, unseen, errors)
        elif tag == _TAGS[1]:
            merged = _range(element.get("ref") or "")
            if merged:
                sheet.merges.append(merged)
        elif tag == _TAGS[2]:
            if element.get("hidden") in ("1", "true") or _zero(element.get("width")):
                last = min(int(element.get("max") or 1), 16384)
                sheet.hidden_columns.update(range(int(element.get("min") or 1) - 1, last))
        elif tag == _TAGS[3]:
            rows_hidden_by_default = element.get("zeroHeight") in ("1", "true")
        elif element.get("showZeros") in ("0", "false"):
            zeros_shown = False
    _note(sheet, "value_not_displayed", unseen, "数值因格式设置而不显示，按空白处理")
    _note(sheet, "error_value", errors, "单元格为公式错误值")


def _note(sheet: Sheet, code: str, addresses: list[str], message: str) -> None:
    if addresses:
        shown = "、".join(addresses[:8]) + ("等" if len(addresses) > 8 else "")
        sheet.notes.append(Note(code, f"工作表“{sheet.name}”{len(addresses)} 处{message}：{shown}。"))


def _zero(size: str | None) -> bool:
    """A row height or column width of nothing hides as well."""
    try:
        return size is not None and float(size) == 0
    except ValueError:
        return False


def _row(
    sheet: Sheet,
    element: Any,
    row: int,
    context: _Context,
    zeros_shown: bool,
    unseen: list[str],
    errors: list[str],
) -> None:
    for column, cell in _filled_cells(element):
        style = int(cell.get("s") or 0)
        text, problem = _value(cell, context.styles.code(style), context, zeros_shown)
        if problem == "missing":
            context.missing[sheet.name, row, column] = (style, zeros_shown)
        elif problem:
            (unseen if problem == "unseen" else errors).append(f"{column_letters(column)}{row + 1}")
        if column > 16383 or row > 1_048_575:
            raise DamagedDocument("工作表的单元格地址超出范围，文件已损坏。")
        context.cells_left -= 1
        if context.cells_left < 0:
            raise TooLarge(f"单元格超过 {context.limits.max_cells} 个，未读取；请拆分后提交。")
        if text:
            sheet.cells[row, column] = (text, context.styles.indent(style))


def _filled_cells(row: Any) -> list[tuple[int, Any]]:
    """Column and element of the cells of a row that hold a value or formula. Most cells of padded sheets are blank and
    are never looked at."""
    filled: list[tuple[int, Any]] = []
    for child in row.iter(_VALUE, _FORMULA, _INLINE):
        cell = child.getparent()
        if filled and cell is filled[-1][1]:
            continue
        column = _address_column(cell.get("r"))
        if column is None:
            return _counted_cells(row)
        filled.append((column, cell))
    return filled


def _counted_cells(row: Any) -> list[tuple[int, Any]]:
    """`_filled_cells` where cells state no address: each stands right of the one before it."""
    filled: list[tuple[int, Any]] = []
    column = -1
    for cell in row.iterchildren(_CELL):
        stated = _address_column(cell.get("r"))
        column = column + 1 if stated is None else stated
        if len(cell):
            filled.append((column, cell))
    return filled


def _address_column(address: str | None) -> int | None:
    """The column an address states."""
    match = _ADDRESS.match(address) if address else None
    return column_number(match.group(1)) if match else None


def _value(cell: Any, code: str, context: _Context, zeros_shown: bool) -> tuple[str, str]:
    """The displayed text of a cell, and what is wrong with it (empty where nothing is)."""
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        inline = cell.find(f"{_M}is")
        return (_rich_text(inline) if inline is not None else ""), ""
    value = cell.find(f"{_M}v")
    raw = (value.text or "") if value is not None else ""
    if kind == "s":
        try:
            index = int(raw)
            text = context.strings[index] if index >= 0 else ""
        except (ValueError, IndexError):
            if not raw:
                return "", ""
            raise DamagedDocument("Excel 文件的文字索引损坏，无法可靠读取；请重新下载。") from None
        return display_text(text, code), ""
    if kind == "str":
        return display_text(raw, code), ""
    if not raw:
        return "", "missing" if cell.find(f"{_M}f") is not None else ""
    if kind == "b":
        return ("TRUE" if raw in ("1", "true") else "FALSE"), ""
    if kind == "e":
        return raw, "error"
    if kind == "d":
        return raw, ""
    shown = display(raw, code, date1904=context.date1904)
    if not zeros_shown and _is_zero(raw):
        return "", ""
    if not shown and not _is_zero(raw):
        return "", "unseen"
    return shown, ""


def _is_zero(raw: str) -> bool:
    try:
        return float(raw) == 0
    except ValueError:
        return False


def _range(reference: str) -> tuple[int, int, int, int] | None:
    first, _, last = reference.partition(":")
    start, end = _ADDRESS.match(first), _ADDRESS.match(last or first)
    if not start or not end:
        return None
    rows = sorted((int(start.group(2)) - 1, int(end.group(2)) - 1))
    columns = sorted((column_number(start.group(1)), column_number(end.group(1))))
    return rows[0], columns[0], rows[1], columns[1]
