"""ODS → `Extract`: the text the publisher's program stored beside each value, merged ranges, hidden parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractors.errors import DamagedDocument, EncryptedDocument, TooLarge
from extractors.limits import Limits
from extractors.model import Extract
from extractors.packages import Package
from extractors.sheets import Sheet, build_extract

_T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_X = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_S = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def read_ods(path: Path, limits: Limits) -> Extract:
    """The workbook as an extract. Raises DamagedDocument, EncryptedDocument or TooLarge."""
    with Package(path, limits) as package:
        manifest = package.data("META-INF/manifest.xml") or b""
        if b"encryption-data" in manifest:
            raise EncryptedDocument("文件设有密码，无法读取；请取得未加密的版本。")
        root = package.xml("content.xml")
        if root is None:
            raise DamagedDocument("ODS 文件缺少内容部件，已损坏；请重新下载。")
        return build_extract(
            _sheets(root, limits), format="ods", engine="kuanxiang-ods", limits=limits, properties={}, notes=[]
        )


def _sheets(root: Any, limits: Limits) -> Iterator[Sheet]:
    concealed = {
        style.get(f"{_S}name")
        for style in root.iter(f"{_S}style")
        if (found := style.find(f"{_S}table-properties")) is not None and found.get(f"{_T}display") == "false"
    }
    for table in root.iter(f"{_T}table"):
        sheet = Sheet(table.get(f"{_T}name") or "", hidden=table.get(f"{_T}style-name") in concealed)
        column = 0
        for element in table.iter(f"{_T}table-column"):
            repeat = _count(element.get(f"{_T}number-columns-repeated"))
            if element.get(f"{_T}visibility") in ("collapse", "filter"):
                sheet.hidden_columns.update(range(column, min(column + repeat, 16384)))
            column += repeat
        row = 0
        for element in table.iter(f"{_T}table-row"):
            repeat = _count(element.get(f"{_T}number-rows-repeated"))
            hidden = element.get(f"{_T}visibility") in ("collapse", "filter")
            filled = _row_cells(element)
            if filled and repeat > 10_000:
                raise TooLarge("工作表重复的行数异常，未读取；请检查来源。")
            for copy in range(repeat if filled else 0):
                for position, text, spans in filled:
                    sheet.cells[row + copy, position] = (text, 0.0)
                    if spans != (1, 1):
                        sheet.merges.append((row + copy, position, row + copy + spans[0] - 1, position + spans[1] - 1))
                if len(sheet.cells) > limits.max_cells:
                    raise TooLarge(f"单元格超过 {limits.max_cells} 个，未读取；请拆分后提交。")
            if hidden:
                sheet.hidden_rows.update(range(row, row + min(repeat, 10_000)))
            row += repeat
        yield sheet


def _row_cells(element: Any) -> list[tuple[int, str, tuple[int, int]]]:
    """Column, displayed text and spans of the cells of a row that have text."""
    found: list[tuple[int, str, tuple[int, int]]] = []
    column = 0
    for cell in element:
        if cell.tag not in (f"{_T}table-cell", f"{_T}covered-table-cell"):
            continue
        repeat = _count(cell.get(f"{_T}number-columns-repeated"))
        text = "\n".join(_text(paragraph) for paragraph in cell.iterfind(f"{_X}p"))
        spans = (_count(cell.get(f"{_T}number-rows-spanned")), _count(cell.get(f"{_T}number-columns-spanned")))
        if text and cell.tag == f"{_T}table-cell":
            found.extend((column + copy, text, spans) for copy in range(min(repeat, 2000)))
        column += repeat
    return found


def _text(paragraph: Any) -> str:
    pieces = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == f"{_X}s":
            pieces.append(" " * min(_count(child.get(f"{_X}c")), 100))
        elif child.tag == f"{_X}tab":
            pieces.append(" ")
        elif child.tag == f"{_X}line-break":
            pieces.append("\n")
        elif isinstance(child.tag, str) and not child.tag.startswith(_O):
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _count(text: str | None) -> int:
    try:
        return min(max(1, int(text or 1)), 1_100_000)
    except ValueError:
        return 1
