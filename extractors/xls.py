"""XLS (BIFF, also as WPS writes it) → `Extract`, as displayed; merged ranges and hidden parts by the stored formatting.

A file the formatting-aware reader cannot open is read for its values alone, which a note says: then hidden rows and
columns are not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from extractors.errors import DamagedDocument, EncryptedDocument, TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Note
from extractors.number_format import BUILTIN, display, display_text
from extractors.sheets import Sheet, build_extract

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def read_xls(path: Path, limits: Limits) -> Extract:
    """The workbook as an extract. Raises DamagedDocument, EncryptedDocument or TooLarge."""
    import xlrd
    import xlrd.compdoc

    try:
        book = xlrd.open_workbook(  # ragged: a cell far off must not fill the memory with blanks up to it
            str(path), formatting_info=True, on_demand=True, ragged_rows=True, logfile=StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypt" in str(error).lower() or "password" in str(error).lower():
            raise EncryptedDocument("Excel 文件设有密码，无法读取；请取得未加密的版本。") from error
        return _values_only(path, limits)
    except (MemoryError, RecursionError):
        raise
    except xlrd.compdoc.CompDocError as error:
        raise DamagedDocument("Excel 文件不完整或已损坏（容器结构错误），无法打开；请重新下载。") from error
    except Exception:  # damaged records surface as IndexError, struct.error, AssertionError, …
        return _values_only(path, limits)
    properties = {"creator": book.user_name} if book.user_name else {}
    try:
        return build_extract(
            _sheets(book, limits), format="xls", engine="xlrd", limits=limits, properties=properties, notes=[]
        )
    except (xlrd.XLRDError, IndexError, AssertionError, KeyError, ValueError):
        return _values_only(path, limits)
    finally:
        book.release_resources()


def _sheets(book: Any, limits: Limits) -> Iterator[Sheet]:
    left = limits.max_cells
    for index in range(book.nsheets):
        source = book.sheet_by_index(index)
        left -= sum(source.row_len(row) for row in range(source.nrows))
        if left < 0:
            raise TooLarge(f"单元格超过 {limits.max_cells} 个，未读取；请拆分后提交。")
        yield _sheet(book, source)
        book.unload_sheet(index)


def _sheet(book: Any, source: Any) -> Sheet:
    sheet = Sheet(source.name, hidden=source.visibility != 0)
    sheet.merges = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells]
    default_hidden = bool(getattr(source, "default_row_hidden", 0))
    stated = source.rowinfo_map
    for row in range(source.nrows):
        info = stated.get(row)
        if (info is not None and (info.hidden or info.height == 0)) or (info is None and default_hidden):
            sheet.hidden_rows.add(row)
    sheet.hidden_columns = {column for column, info in source.colinfo_map.items() if info.hidden or info.width == 0}
    zeros_shown = bool(getattr(source, "show_zero_values", 1))
    unseen: list[str] = []
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            kind = source.cell_type(row, column)
            if kind == 0:
                continue
            text, indent = _cell(book, source, row, column, kind, zeros_shown, unseen)
            sheet.cells[row, column] = (text, indent)
    if unseen:
        sheet.notes.append(
            Note("value_not_displayed", f"工作表“{sheet.name}”{len(unseen)} 处数值因格式设置而不显示，按空白处理。")
        )
    return sheet


def _cell(
    book: Any, source: Any, row: int, column: int, kind: int, zeros_shown: bool, unseen: list[str]
) -> tuple[str, float]:
    """Displayed text and alignment indent of one cell."""
    code, indent = _format(book, source.cell_xf_index(row, column))
    value = source.cell_value(row, column)
    if kind == 1:
        return display_text(str(value), code), indent
    if kind in (2, 3):
        if value == 0 and not zeros_shown:
            return "", indent
        shown = display(Decimal(repr(float(value))), code, date1904=book.datemode == 1)
        if not shown and value != 0:
            unseen.append(f"{row + 1}:{column + 1}")
        return shown, indent
    if kind == 4:
        return ("TRUE" if value else "FALSE"), indent
    if kind == 5:
        return _ERRORS.get(int(value), "#ERR!"), indent
    return "", indent


def _format(book: Any, index: int) -> tuple[str, float]:
    try:
        style = book.xf_list[index]
    except (IndexError, TypeError):
        return "General", 0.0
    stated = book.format_map.get(style.format_key)
    code = stated.format_str if stated is not None and stated.format_str else BUILTIN.get(style.format_key, "General")
    # The stored text of a built-in date format is the American one; its number says what a Chinese program shows.
    if style.format_key in (14, 22) or 27 <= style.format_key <= 36 or 50 <= style.format_key <= 58:
        code = BUILTIN[style.format_key]
    alignment = style.alignment
    indent = float(alignment.indent_level) if alignment is not None and alignment.hor_align in (0, 1) else 0.0
    return code, indent


def _values_only(path: Path, limits: Limits) -> Extract:
    """Values through calamine, for files the formatting-aware reader refuses."""
    from extractors.calamine import read_values

    note = Note(
        "formatting_unknown", "工作簿的格式信息无法读取：只读取了数值，数字未按显示格式呈现，隐藏的行列无法识别。"
    )
    try:
        return read_values(path, limits, format="xls", notes=[note])
    except (TooLarge, EncryptedDocument, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in the reader's native code is no Exception
        raise DamagedDocument("Excel 文件损坏，无法打开；请重新下载，或另存为 XLSX 后提交。") from error
