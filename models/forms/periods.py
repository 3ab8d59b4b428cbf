"""Which year and measure the amounts of a table belong to: its title, its headers, its rows, its document."""

from __future__ import annotations

import re
from dataclasses import replace

from models.disclosure import Metadata
from models.forms.columns import ColumnMeaning
from models.forms.logical import LogicalTable
from models.forms.rows import Period
from models.text import clean, fold

_THIS_YEARS = re.compile("(占|为|完成)(年初|调整后?|变动|全年|本年)?预算|^(上年|去年)(同期)?(执行|完成|决算)")
"""Headers beside which a bare 执行数 is of the table's own year: it is measured by its budget, or against the year before."""
_BUDGET_FIRST = re.compile(r"(^|\|)(年初)?预算数?\|(调整预算数?\|)?(执行|完成|决算)数?(\||$)")
"""A budget and then its execution, neither of a year of its own; what a draft is compared with stands before it."""
_TITLE_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_EXECUTION = re.compile(r"(执行|完成)(情况|数|表)|决算")
_BALANCED = re.compile("平衡")
"""A table of how an account balances: of what was executed in a report on execution, of what is planned in a budget."""


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
    reported = re.search(rf"{year}年(?!.*\d{{4}}年.*执行).*执行", said) is not None
    execution = year if f"{year + 1}年" in said and reported else None
    years = sorted({int(y) for y in _TITLE_YEAR.findall(table.title or "")})
    if not years or abs(years[-1] - year) > 1:
        return year, execution
    if len(years) > 1:
        return years[-1], years[-1] - 1
    executed = executes(table, reported=reported and years[0] == year)
    if years[0] > year:
        return years[0], years[0] if executed else None
    return (years[0], years[0]) if executed else (year, execution)


def executes(table: LogicalTable, *, reported: bool) -> bool:
    """Whether a table's title says that its figures are of the execution. reported: the document accounts for its year."""
    title = table.title or ""
    return _EXECUTION.search(title) is not None or (reported and _BALANCED.search(title) is not None)


def _executed_here(table: LogicalTable, metadata: Metadata) -> bool:
    """Whether a bare 执行数 in a government's table is of the table's year, as the headers beside it say."""
    if metadata.scope != "government":
        return False
    rows = [[fold(text) for text in row.texts()] for row in table.header]
    beside = any(_THIS_YEARS.search(text) for row in rows for text in row)
    return beside or any(_BUDGET_FIRST.search("|".join(row)) for row in rows)


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
    reported = execution == table_year and executes(table, reported=table_year == metadata.fiscal_year)
    measure = meaning.measure or ("final" if metadata.report_kind == "final_account" or reported else "budget")
    if measure == "final" and metadata.report_kind == "budget" and meaning.year is None and meaning.offset is None:
        year = execution if execution is not None else table_year if _executed_here(table, metadata) else table_year - 1
    if measure == "final" and year < (metadata.fiscal_year or table_year):
        measure = "prior_final"
    if measure == "change":
        year = table_year
    return measure, year
