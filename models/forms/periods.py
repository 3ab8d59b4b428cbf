"""Which year and measure the amounts of a table belong to: its title, its headers, its rows, its document."""

from __future__ import annotations

import re
from dataclasses import replace

from models.disclosure import Metadata
from models.forms.columns import ColumnMeaning
from models.forms.logical import LogicalTable
from models.forms.rows import Period
from models.text import clean

_TITLE_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_EXECUTION = re.compile(r"(执行|完成)(情况|数|表)|决算|平衡")


def years_of_table(table: LogicalTable, metadata: Metadata) -> tuple[int, int | None]:
    """The fiscal year a table speaks of, and the year of its execution figures where it, or its document, says so.

    One government report holds the execution of one year and the draft of the next, each table naming its own year;
    a department's tables all belong to the document's year, and another year in a title is a slip of its template.
    """
    assert metadata.fiscal_year is not None
    year = metadata.fiscal_year
    if metadata.scope != "government":
        return year, None
    said = clean(metadata.title or "")
    execution = year if f"{year + 1}年" in said and re.search(rf"{year}年(?!.*\d{{4}}年.*执行).*执行", said) else None
    years = sorted({int(y) for y in _TITLE_YEAR.findall(table.title or "")})
    if not years or abs(years[-1] - year) > 1:
        return year, execution
    if len(years) > 1:
        return years[-1], years[-1] - 1
    executed = _EXECUTION.search(table.title or "") is not None
    if years[0] > year:
        return years[0], years[0] if executed else None
    return (years[0], years[0]) if executed else (year, execution)


def in_period(meaning: ColumnMeaning, period: Period | None) -> ColumnMeaning:
    """A column as one row means it, where the row is of a period of its own."""
    if period is None:
        return meaning
    return replace(
        meaning,
        year=period.year if period.year is not None else meaning.year,
        offset=period.offset if period.offset is not None else meaning.offset,
        measure=period.measure or meaning.measure,
    )


def measure_of(
    meaning: ColumnMeaning, table: LogicalTable, metadata: Metadata, table_year: int, execution: int | None
) -> tuple[str, int]:
    """Measure and fiscal year of a column of figures.

    table_year, execution: what `years_of_table` says. A column that names no measure holds what its document reports.
    """
    year = meaning.year if meaning.year is not None else table_year + (meaning.offset or 0)
    reported = execution == table_year and _EXECUTION.search(table.title or "") is not None
    measure = meaning.measure or ("final" if metadata.report_kind == "final_account" or reported else "budget")
    if measure == "final" and metadata.report_kind == "budget" and meaning.year is None and meaning.offset is None:
        year = execution if execution is not None else table_year - 1
    if measure == "final" and year < (metadata.fiscal_year or table_year):
        measure = "prior_final"
    if measure == "change":
        year = table_year
    return measure, year
