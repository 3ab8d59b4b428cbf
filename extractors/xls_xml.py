"""“XML 电子表格 2003” (SpreadsheetML, mostly named .xls) → `Extract`, as displayed, with merged ranges and hidden parts.

Rows and cells may skip places by an index and be merged by counts; formats are named styles that inherit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from extractors.charset import decode
from extractors.errors import DamagedDocument, TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Note
from extractors.number_format import display, display_text
from extractors.packages import parse_xml
from extractors.sheets import Sheet, build_extract

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_S = f"{{{NAMESPACE}}}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_MOST_ROWS, _MOST_COLUMNS = 1_100_000, 16_384
_MOST_BYTES = 64 << 20  # it unfolds to some ten times as much in memory
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_NAMED = {
    "General Number": "General", "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00",
    "Currency": '"¥"#,##0.00;"¥"-#,##0.00', "Short Date": "yyyy/m/d", "Medium Date": "d-mmm-yy", "General Date": "yyyy/m/d h:mm",
    "Long Date": 'yyyy"年"m"月"d"日"', "Short Time": "h:mm", "Long Time": "h:mm:ss", "Euro Currency": "€#,##0.00",
}  # fmt: skip


def read_xls_xml(path: Path, limits: Limits) -> Extract:
    """The workbook as an extract of format ``xls``. Raises DamagedDocument or TooLarge."""
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise TooLarge(
            f"XML 电子表格有 {size / 1048576:.0f} MB，超过上限 {_MOST_BYTES >> 20} MB，未读取；请另存为 XLSX。"
        )
    # Declarations lie about the encoding and `decode` looks at the bytes, so the parser is given UTF-8 without one.
    text, _ = decode(path.read_bytes())
    text = text.lstrip("\ufeff \t\r\n")
    data = (text.partition("?>")[2] if text.startswith("<?xml") else text).encode("utf-8", "replace")
    root = parse_xml(data)
    if root.tag != f"{_S}Workbook":
        raise DamagedDocument("XML 电子表格缺少工作簿，已损坏；请重新下载。")
    return build_extract(
        _sheets(root, limits), format="xls", engine="kuanxiang-xls-xml", limits=limits, properties={}, notes=[]
    )


def _sheets(root: Any, limits: Limits) -> Iterator[Sheet]:
    formats = _formats(root)
    left = limits.max_cells
    for worksheet in root.iterfind(f"{_S}Worksheet"):
        options = worksheet.find(f"{_X}WorksheetOptions")
        visible = options.findtext(f"{_X}Visible") if options is not None else None
        sheet = Sheet(worksheet.get(f"{_S}Name") or "", hidden=visible in ("SheetHidden", "SheetVeryHidden"))
        zeros_hidden = options is not None and options.find(f"{_X}DoNotDisplayZeros") is not None
        for table in worksheet.iterfind(f"{_S}Table"):
            _columns(table, sheet)
            row = -1
            for element in table.iterfind(f"{_S}Row"):
                row = _index(element, row, _MOST_ROWS)
                span = _count(element.get(f"{_S}Span"), _MOST_ROWS)
                if element.get(f"{_S}Hidden") == "1" or element.get(f"{_S}Height") == "0":
                    sheet.hidden_rows.update(range(row, row + min(span, 10_000) + 1))
                left -= _cells(element, row, sheet, formats, zeros_hidden)
                if left < 0:
                    raise TooLarge(f"单元格超过 {limits.max_cells} 个，未读取；请拆分后提交。")
                row += span
        yield sheet


def _columns(table: Any, sheet: Sheet) -> None:
    column = -1
    for element in table.iterfind(f"{_S}Column"):
        column = _index(element, column, _MOST_COLUMNS)
        span = _count(element.get(f"{_S}Span"), _MOST_COLUMNS)
        if element.get(f"{_S}Hidden") == "1":
            sheet.hidden_columns.update(range(column, min(column + span + 1, _MOST_COLUMNS)))
        column += span


def _cells(element: Any, row: int, sheet: Sheet, formats: dict[str, str], zeros_hidden: bool) -> int:
    """Put the cells of a row into the sheet; how many there were."""
    column, count = -1, 0
    for cell in element.iterfind(f"{_S}Cell"):
        count += 1
        column = _index(cell, column, _MOST_COLUMNS)
        across = _count(cell.get(f"{_S}MergeAcross"), _MOST_COLUMNS)
        down = _count(cell.get(f"{_S}MergeDown"), _MOST_ROWS)
        if across or down:
            sheet.merges.append((row, column, row + down, column + across))
        style = cell.get(f"{_S}StyleID") or element.get(f"{_S}StyleID") or "Default"
        code = formats.get(style, "General")
        value = cell.find(f"{_S}Data")
        if value is not None:
            text = _shown(value.get(f"{_S}Type") or "String", "".join(value.itertext()), code, zeros_hidden)
            if text:
                sheet.cells[row, column] = (text, 0.0)
        elif cell.get(f"{_S}Formula"):
            sheet.notes.append(
                Note(
                    "formula_without_value",
                    f"工作表“{sheet.name}”第 {row + 1} 行第 {column + 1} 列的公式没有存储结果，按空白处理。",
                )
            )
        column += across
    return count


def _shown(kind: str, stored: str, code: str, zeros_hidden: bool) -> str:
    """The text a cell shows."""
    if kind == "Number":
        try:
            number = Decimal(stored.strip())
        except InvalidOperation:
            return stored.strip()
        return "" if zeros_hidden and not number else display(stored.strip(), code)
    if kind == "DateTime":
        try:
            moment = datetime.fromisoformat(stored.strip())
        except ValueError:
            return stored.strip()
        passed = moment.replace(tzinfo=UTC) - _EPOCH
        days = Decimal(passed.days) + Decimal(passed.seconds) / 86_400
        return display(days, "yyyy/m/d" if code == "General" else code)
    if kind == "Boolean":
        return "TRUE" if stored.strip() == "1" else "FALSE"
    return display_text(stored, code) if kind == "String" else stored.strip()


def _formats(root: Any) -> dict[str, str]:
    """The number format of every style, inherited ones included."""
    stated: dict[str, str | None] = {}
    parents: dict[str, str] = {}
    for style in root.iterfind(f"{_S}Styles/{_S}Style"):
        name = style.get(f"{_S}ID") or ""
        found = style.find(f"{_S}NumberFormat")
        code = found.get(f"{_S}Format") if found is not None else None
        stated[name] = _NAMED.get(code, code) if code else None
        parents[name] = style.get(f"{_S}Parent") or "Default"
    formats: dict[str, str] = {}
    for name in stated:
        at, seen = name, set[str]()
        while at in stated and stated[at] is None and at not in seen:
            seen.add(at)
            at = parents[at]
        formats[name] = stated.get(at) or "General"
    return formats


def _index(element: Any, before: int, most: int) -> int:
    """The 0-based place of a row, column or cell: stated, or the one after the last."""
    stated = element.get(f"{_S}Index")
    at = before + 1 if stated is None else _count(stated, most) - 1
    if at <= before or at >= most:
        raise DamagedDocument("XML 电子表格的行列序号混乱，已损坏；请用 Excel 或 WPS 打开后另存为 XLSX。")
    return at


def _count(text: str | None, most: int) -> int:
    try:
        return min(max(0, int(text or 0)), most)
    except ValueError:
        return 0
