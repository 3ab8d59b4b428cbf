"""Print a document as XLSX (openpyxl) or XLS (xlwt where installed): one sheet a form, drafts on hidden sheets."""

from __future__ import annotations

import importlib
import io
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from data.samples_source.blocks import Cell, Document, Grid, Heading, Text
from data.samples_source.packaging import FIXED, write_package


class NoWriter(RuntimeError):
    """No writer for the old XLS format is installed."""


def _lines(grid: Grid) -> list[tuple[int, int, int, str]]:
    """Lines above the table as (row, column, column span, text), counted from 0."""
    width = grid.n_columns
    lines, row = [], 0
    if grid.label:
        lines.append((row, 0, 1, grid.label))
        row += 1
    if grid.title:
        lines.append((row, 0, width, grid.title))
        row += 1
    for left, _, right in grid.above:
        if left and width > 1:
            lines.append((row, 0, max(1, width // 2), left))
        lines.append((row, width - 1, 1, right))
        row += 1
    return lines


def _value(cell: Cell) -> float | str:
    """Amounts as numbers (so that number formats matter), codes and labels as text."""
    return float(cell.fact.published_text.replace(",", "")) if cell.fact is not None else cell.text


def _format(cell: Cell) -> str:
    decimals = len(cell.fact.published_text.partition(".")[2]) if cell.fact is not None else 0
    comma = cell.fact is not None and "," in cell.fact.published_text
    return ("#,##0" if comma else "0") + ("." + "0" * decimals if decimals else "")


def render(document: Document, path: Path, *, as_text: bool = False) -> None:
    """Write the forms to an XLSX file, the cover and explanations on the first sheet; `as_text` stores amounts as text."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "封面"
    row = 1
    for block in document.blocks:
        if isinstance(block, (Heading, Text)):
            first.cell(row, 1, block.text)
            row += 1
    number = 0
    for block in document.blocks:
        if not isinstance(block, Grid):
            continue
        number += 1
        sheet = book.create_sheet(f"{'草稿' if block.hidden else ''}{number}")
        if block.hidden:
            sheet.sheet_state = "hidden"
        lines = _lines(block)
        for at, column, span, text in lines:
            sheet.cell(at + 1, column + 1, text)
            if span > 1:
                sheet.merge_cells(start_row=at + 1, start_column=column + 1, end_row=at + 1, end_column=column + span)
        top = lines[-1][0] + 2 if lines else 1
        for (r, c), cell in sorted(block.cells.items()):
            target = sheet.cell(top + r, c + 1)
            if cell.fact is not None and not as_text:
                target.value = _value(cell)
                target.number_format = _format(cell)
            else:
                target.value = cell.text
                target.number_format = "@"
            target.alignment = Alignment(horizontal=cell.align, vertical="center", wrap_text=True)
            if cell.rows > 1 or cell.columns > 1:
                sheet.merge_cells(
                    start_row=top + r, start_column=c + 1, end_row=top + r + cell.rows - 1, end_column=c + cell.columns
                )
        for index, note in enumerate(block.notes):
            sheet.cell(top + block.n_rows + index, 1, note)
        for index, width in enumerate(block.widths):
            sheet.column_dimensions[get_column_letter(index + 1)].width = width * 7
    book.properties.creator = "kuanxiang samples"
    book.properties.created = book.properties.modified = FIXED
    buffer = io.BytesIO()
    book.save(buffer)
    write_package(buffer.getvalue(), path)


def render_xls(document: Document, path: Path) -> None:
    """Write the forms to an XLS file. Raises NoWriter where xlwt is not installed (it is no dependency of the project)."""
    try:
        xlwt = importlib.import_module("xlwt")
    except ImportError as error:
        raise NoWriter("没有安装 xlwt，不能生成 .xls 样例") from error
    book = xlwt.Workbook(encoding="utf-8")
    cover = book.add_sheet("封面")
    row = 0
    for block in document.blocks:
        if isinstance(block, (Heading, Text)):
            cover.write(row, 0, block.text)
            row += 1
    number = 0
    for block in document.blocks:
        if not isinstance(block, Grid):
            continue
        number += 1
        sheet = book.add_sheet(f"{'草稿' if block.hidden else ''}{number}")
        if block.hidden:
            sheet.visibility = 1
        lines = _lines(block)
        for at, column, span, text in lines:
            sheet.write_merge(at, at, column, column + span - 1, text)
        top = lines[-1][0] + 1 if lines else 0
        for (r, c), cell in sorted(block.cells.items()):
            style = xlwt.easyxf(num_format_str=_format(cell) if cell.fact is not None else "@")
            sheet.write_merge(top + r, top + r + cell.rows - 1, c, c + cell.columns - 1, _value(cell), style)
        for index, note in enumerate(block.notes):
            sheet.write(top + block.n_rows + index, 0, note)
    book.save(str(path))
