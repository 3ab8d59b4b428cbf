"""Values of a workbook through calamine: the second reader, for what the formatting-aware ones cannot open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractors.errors import TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Note
from extractors.number_format import general
from extractors.sheets import Sheet, build_extract


def read_values(path: Path, limits: Limits, *, format: str, notes: list[Note]) -> Extract:
    """The workbook's values; numbers without their formats. Raises what calamine raises, and TooLarge."""
    import python_calamine

    with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
        return build_extract(
            _sheets(book, limits, python_calamine),
            format=format,
            engine="calamine",
            limits=limits,
            properties={},
            notes=notes,
        )


def _sheets(book: Any, limits: Limits, library: Any) -> Iterator[Sheet]:
    left = limits.max_cells
    for meta in book.sheets_metadata:
        if meta.typ != library.SheetTypeEnum.WorkSheet:
            continue
        source = book.get_sheet_by_name(meta.name)
        left -= source.total_height * source.total_width
        if left < 0:
            raise TooLarge(f"单元格超过 {limits.max_cells} 个，未读取；请拆分后提交。")
        sheet = Sheet(meta.name, hidden=meta.visible != library.SheetVisibleEnum.Visible)
        for row, values in enumerate(source.to_python(skip_empty_area=False)):
            for column, value in enumerate(values):
                text = _shown(value)
                if text:
                    sheet.cells[row, column] = (text, 0.0)
        for start, end in getattr(source, "merged_cell_ranges", None) or ():
            sheet.merges.append((start[0], start[1], end[0], end[1]))
        yield sheet


def _shown(value: object) -> str:
    """A value as plain text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return general(Decimal(repr(value)))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value) if value is not None else ""
