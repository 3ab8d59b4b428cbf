"""One document: its facts, the tables recognised in it, and every table as read, figure by figure with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from flows.home import Home
from models.wording import FORM_NAMES
from review.pictures import has_pages
from review.queries import form_name
from review.queries.item import IN_PROSE, box_of, column_of, label_of
from review.queries.published import reading, records

_MOST_ROWS = 3000
"""Rows of one table shown."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a table as read."""

    line_item_id: str
    text: str
    quality: str
    page: int | None
    box: tuple[float, float, float, float] | None
    hint: str
    sheet: str | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its label, depth of its place among the codes, and its figures by column number."""

    number: int
    label: str
    depth: int
    figures: dict[int, Figure]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as read. columns: number and heading; cut: rows left out because there are too many; sheet: of a workbook."""

    table_no: int | None
    title: str
    form: str
    unit: str
    page: int | None
    columns: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]
    reason: str
    amounts: int
    items: int
    cut: int = 0
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as its page shows it: facts, tables in order (prose last), and the open items on it."""

    facts: dict[str, Any]
    tables: tuple[dict[str, Any], ...]
    open_items: int

    @property
    def pictured(self) -> bool:
        """Whether its pages can be drawn."""
        return has_pages(self.facts.get("format"))


class NoDocument(Exception):
    """There is no such document; the message is a Chinese sentence."""


def load(home: Home, document_id: str) -> DocumentView:
    """The document and the list of its tables. Raises NoDocument."""
    with reading(home) as connection:
        facts = records(
            connection,
            """SELECT d.*, p.name AS department, p.region_name FROM document d LEFT JOIN department p USING (department_id)
               WHERE document_id = ?""",
            [document_id],
        )
        if not facts:
            raise NoDocument("没有这份文件。")
        tables = records(
            connection,
            """SELECT table_no, form, title, unit, first_page, last_page, sheet, amounts, items, reason FROM form_instance
               WHERE document_id = ? ORDER BY table_no""",
            [document_id],
        )
        prose = records(
            connection,
            "SELECT count(*) AS items, min(page) AS first_page FROM line_item WHERE document_id = ? AND table_no IS NULL",
            [document_id],
        )[0]
        open_items = records(
            connection,
            "SELECT count(*) AS n FROM review_item WHERE document_id = ? AND status = 'open'",
            [document_id],
        )[0]["n"]
    for table in tables:
        table["name"] = form_name(table["form"], table["title"])
    if prose["items"]:
        tables.append(
            {
                "table_no": None,
                "form": "narrative",
                "name": FORM_NAMES["narrative"],
                "title": FORM_NAMES["narrative"],
                "unit": "",
                "first_page": prose["first_page"],
                "last_page": None,
                "sheet": None,
                "amounts": prose["items"],
                "items": prose["items"],
                "reason": None,
            }
        )
    return DocumentView(facts[0], tuple(tables), open_items)


def sheet(home: Home, document_id: str, table_no: int | None) -> Sheet:
    """One table of a document as read; None: the figures of its prose."""
    with reading(home) as connection:
        return sheet_of(connection, document_id, table_no)


def sheet_of(connection: duckdb.DuckDBPyConnection, document_id: str, table_no: int | None) -> Sheet:
    """See `sheet`."""
    facts = records(
        connection, "SELECT * FROM form_instance WHERE document_id = ? AND table_no = ?", [document_id, table_no]
    )
    fact: dict[str, Any] = facts[0] if facts else {}
    found = records(
        connection,
        f"""SELECT * FROM line_item l WHERE document_id = ? AND table_no IS NOT DISTINCT FROM ?
           ORDER BY {IN_PROSE}, row_no, column_no, page, y0, x0, line_item_id""",
        [document_id, table_no],
    )
    columns: dict[int, str] = {}
    rows: dict[Any, Row] = {}
    for order, one in enumerate(found):
        prose = table_no is None
        number = 0 if prose else int(one["column_no"] or 0)
        columns.setdefault(number, "金额" if prose else column_of(one))
        key = (order,) if prose else one["row_no"]
        label = f"{label_of(one)}｜{one['section']}" if prose and one["section"] else label_of(one)
        row = rows.setdefault(key, Row(len(rows), label, _depth(one), {}))
        while number in row.figures:  # two figures under one heading: neither may hide the other
            number += 1000
            columns.setdefault(number, columns[number % 1000])
        row.figures[number] = Figure(
            one["line_item_id"],
            one["published_text"] or "",
            one["quality"] or "",
            one["page"],
            box_of(one),
            f"{column_of(one)}　{one['amount_yuan']:,.2f} 元",
            one["sheet"],
            one["cell"],
        )
    listed = list(rows.values())
    return Sheet(
        table_no=table_no,
        title=fact.get("title") or (FORM_NAMES["narrative"] if table_no is None else ""),
        form=form_name(fact.get("form")),
        unit=fact.get("unit") or "",
        page=fact.get("first_page") or next((one["page"] for one in found if one["page"]), None),
        columns=tuple(sorted(columns.items())),
        rows=tuple(listed[:_MOST_ROWS]),
        reason=fact.get("reason") or "",
        amounts=fact.get("amounts") or 0,
        items=fact.get("items") or len(found),
        cut=max(0, len(listed) - _MOST_ROWS),
        sheet=fact.get("sheet"),
    )


def _depth(row: dict[str, Any]) -> int:
    code = row["function_code"] or row["economic_code"] or ""
    return {"类": 0, "款": 1, "项": 2}.get(row["level"] or "", 1 if code else 0)


def table_of(home: Home, document_id: str, line_item_id: str) -> int | None:
    """The table of a document a figure stands in; None: its prose, or no such figure."""
    with reading(home) as connection:
        found = connection.execute(
            "SELECT table_no FROM line_item WHERE document_id = ? AND line_item_id = ?", [document_id, line_item_id]
        ).fetchone()
    return found[0] if found else None
