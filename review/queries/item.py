"""One item with all that a steward needs to answer it: both sides of the identity, their places, history, neighbours, siblings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from expectations.review import DecisionError, parse_value
from flows.home import Home
from flows.operations import session_of
from models.decisions import Decision, ReviewItem
from models.wording import COMPONENT_NAMES, FUND_NAMES, MEASURE_NAMES
from review.pictures import has_pages
from review.queries import form_name, money, rule_words
from review.queries.published import reading, records
from review.wording import upright

_NEIGHBOURS = 3
"""Rows above and below shown around a figure."""

_MOST = 12
"""The same amount elsewhere, and the same item in other years: at most so many."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure of the identity. side: ``observed`` | ``expected`` | ```` where the rule does not tell. suspect: no passed check
    confirms it. box: in points on its page."""

    line_item_id: str
    document_id: str
    side: str
    label: str
    column: str
    form: str
    amount: Decimal
    text: str
    unit: str
    extracted_text: str | None
    code: str
    quality: str
    checks: int
    suspect: bool
    page: int | None
    sheet: str | None
    cell: str | None
    box: tuple[float, float, float, float] | None
    table_no: int | None
    file_name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A frame on a page: role ``observed`` | ``expected`` | ``other``. row: what its row is called. seek: words inside the frame
    that it is about; the frame is a whole passage then, and they are looked for on the page. words_only: nothing is framed
    where they are not found."""

    line_item_id: str
    role: str
    box: tuple[float, float, float, float]
    text: str
    row: str = ""
    seek: str = ""
    words_only: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page (or, without pictures, a table) to be shown with marks on it. role: of its most telling mark.

    cells, places: role of each marked figure by its id, and by the cell it stands in (``B7``, ``T3R5C2``). title: of the
    table, where it shows one.
    """

    document_id: str
    file_name: str
    format: str
    page: int | None
    sheet: str | None
    table_no: int | None
    role: str
    marks: tuple[Mark, ...]
    cells: dict[str, str]
    places: dict[str, str]
    title: str = ""

    @property
    def pictured(self) -> bool:
        """Whether its page can be drawn."""
        return has_pages(self.format) and self.page is not None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an item's history."""

    number: int
    action: str
    who: str
    at: Any
    reason: str
    value: str | None
    code: str | None
    until: Any


@dataclass(frozen=True, slots=True)
class Item:
    """Everything the item page shows."""

    review_id: str
    document_id: str
    expectation: str
    rule: dict[str, str]
    severity: str
    status: str
    message: str
    cause: str
    group_id: str
    decided_by: str | None
    decided_at: Any
    reason: str | None
    until: Any
    opened_at: Any
    document: dict[str, Any]
    expected: str | None
    observed: str | None
    difference: str | None
    tolerance: Decimal | None
    in_money: bool
    operands: tuple[Operand, ...]
    leaves: tuple[Leaf, ...]
    history: tuple[Event, ...]
    neighbours: tuple[dict[str, Any], ...]
    same_amount: tuple[dict[str, Any], ...]
    other_years: tuple[dict[str, Any], ...]
    unconfirmed: tuple[Operand, ...] = ()
    """Figures of the document that no check confirms, where that is what the item is about."""
    tables: tuple[dict[str, Any], ...] = ()
    """The tables found in the document, where the item points to no figure of it."""

    @property
    def last_decision(self) -> int:
        """Number of the newest entry of its history, 0 where there is none: tells whether somebody else was quicker."""
        return self.history[-1].number if self.history else 0


class NoItem(Exception):
    """There is no such item; the message is a Chinese sentence."""


def load(home: Home, review_id: str) -> Item:
    """One item, complete. Raises NoItem."""
    with session_of(home) as session:
        item = session.get(ReviewItem, review_id)
        if item is None:
            raise NoItem("没有这个待审事项。")
        history = _history(session, review_id)
    with reading(home) as connection:
        return _item(connection, item, history)


def _item(connection: duckdb.DuckDBPyConnection, item: ReviewItem, history: tuple[Event, ...]) -> Item:
    found = records(
        connection,
        "SELECT expected, observed, difference, tolerance, line_item_ids FROM expectation_result WHERE result_id = ?",
        [item.review_id],
    )
    result = found[0] if found else {}
    ids = list(result.get("line_item_ids") or item.operands)
    rows = _figures(connection, ids)
    document = _document(connection, item.document_id)
    in_money = money(result.get("expected")) or money(result.get("observed"))
    operands = _operands(rows, result) if in_money or rows else ()
    findings = [] if operands else _finding_places(connection, item)
    unconfirmed = _unconfirmed(connection, item) if not operands and item.expectation in _BY_EYE else []
    shown = operands or _operands(unconfirmed, {})
    if item.expectation.startswith("PERFORMANCE"):
        findings = _projects(connection, item)
    if rows and not in_money and has_pages(document.get("format")):
        findings = _printed_ratios(connection, item, ids, result)
    leaves = _leaves(connection, item.message, shown, rows or unconfirmed, findings, document)
    return Item(
        review_id=item.review_id,
        document_id=item.document_id,
        expectation=item.expectation,
        rule=rule_words(item.expectation),
        severity=item.severity,
        status=item.status,
        message=upright(item.message),
        cause=upright(item.cause or ""),
        group_id=item.group_id or item.review_id,
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        reason=item.reason,
        until=item.until,
        opened_at=item.opened_at,
        document=document,
        expected=result.get("expected"),
        observed=result.get("observed"),
        difference=_difference(result),
        tolerance=result.get("tolerance"),
        in_money=in_money,
        operands=operands,
        leaves=leaves,
        history=history,
        neighbours=_neighbours(connection, operands),
        same_amount=_same_amount(connection, operands),
        other_years=_other_years(connection, operands),
        unconfirmed=() if operands else shown,
        tables=() if any(leaf.marks or leaf.places for leaf in leaves) else _tables(connection, item.document_id),
    )


_BY_EYE = frozenset({"OCR-UNCONFIRMED", "FONT-UNREADABLE"})
"""Findings that ask for a look at every figure that no check confirms."""
_MOST_UNCONFIRMED = 200
IN_PROSE = """CASE WHEN l.table_no IS NULL THEN try_cast(regexp_extract(l.locator, '^b([0-9]+)', 1) AS INTEGER) END,
  CASE WHEN l.table_no IS NULL THEN try_cast(regexp_extract(l.locator, 'o([0-9]+)$', 1) AS INTEGER) END"""
"""The order in which a text names its figures: by paragraph, and inside it by what comes first; ``l`` is the line item."""


def _unconfirmed(connection: duckdb.DuckDBPyConnection, item: ReviewItem) -> list[dict[str, Any]]:
    return records(
        connection,
        f"""SELECT l.*, d.file_name, d.format, f.title AS table_title FROM line_item l JOIN document d USING (document_id)
           LEFT JOIN form_instance f ON f.document_id = l.document_id AND f.table_no = l.table_no AND f.form = l.form
           WHERE l.document_id = ? AND coalesce(l.checks, 0) = 0
           ORDER BY l.page, l.table_no, {IN_PROSE}, l.row_no, l.column_no, l.y0, l.x0 LIMIT ?""",
        [item.document_id, _MOST_UNCONFIRMED],
    )


def _printed_ratios(
    connection: duckdb.DuckDBPyConnection, item: ReviewItem, ids: Sequence[str], result: dict[str, Any]
) -> list[dict[str, Any]]:
    """Where the percentage that the item accuses is printed, next to the amounts it is reckoned from."""
    observed = re.fullmatch(r"[+\-−]?([\d.,]+)%", result.get("observed") or "")
    if observed is None:
        return []
    return records(
        connection,
        """SELECT DISTINCT page, NULL AS sheet, NULL AS cell, x0, y0, x1, y1, published_text AS text, true AS words_only FROM statistic
           WHERE document_id = ? AND unit = '%' AND page IS NOT NULL AND abs(value) = ?::DECIMAL(24,6)
           AND (line_item_id IN (SELECT unnest(?::VARCHAR[])) OR base_line_item_id IN (SELECT unnest(?::VARCHAR[])))""",
        [item.document_id, observed[1].replace(",", ""), list(ids), list(ids)],
    )


def _projects(connection: duckdb.DuckDBPyConnection, item: ReviewItem) -> list[dict[str, Any]]:
    """Where the performance tables stand that the message names."""
    return records(
        connection,
        """SELECT page, sheet, cell, x0, y0, x1, y1, '' AS text FROM performance_project
           WHERE document_id = ? AND length(project_name) > 3 AND contains(?, project_name) AND (page IS NOT NULL OR cell IS NOT NULL)
           ORDER BY length(project_name) DESC, project_no LIMIT 1""",
        [item.document_id, item.message],
    )


def _tables(connection: duckdb.DuckDBPyConnection, document_id: str) -> tuple[dict[str, Any], ...]:
    found = records(
        connection,
        """SELECT table_no, form, title, first_page, sheet, items FROM form_instance WHERE document_id = ? ORDER BY table_no LIMIT 60""",
        [document_id],
    )
    return tuple({**one, "name": form_name(one["form"], one["title"])} for one in found)


def _figures(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    return records(
        connection,
        """SELECT l.*, d.file_name, d.format, f.title AS table_title FROM line_item l JOIN document d USING (document_id)
           LEFT JOIN form_instance f ON f.document_id = l.document_id AND f.table_no = l.table_no AND f.form = l.form
           WHERE line_item_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY list_position(?::VARCHAR[], line_item_id)""",
        [list(ids), list(ids)],
    )


def _document(connection: duckdb.DuckDBPyConnection, document_id: str) -> dict[str, Any]:
    found = records(
        connection,
        """SELECT d.*, p.name AS department, p.region_name FROM document d LEFT JOIN department p USING (department_id)
           WHERE document_id = ?""",
        [document_id],
    )
    return found[0] if found else {"document_id": document_id, "file_name": document_id[:12], "format": ""}


def _operands(rows: Sequence[dict[str, Any]], result: dict[str, Any]) -> tuple[Operand, ...]:
    sides = sides_of(
        [(row["line_item_id"], row["amount_yuan"]) for row in rows], result.get("expected"), result.get("observed")
    )
    doubtful = [row["line_item_id"] for row in rows if not row["checks"]]
    return tuple(
        Operand(
            line_item_id=row["line_item_id"],
            document_id=row["document_id"],
            side=sides.get(row["line_item_id"], ""),
            label=label_of(row),
            column=column_of(row),
            form=form_name(row["form"], row["table_title"]),
            amount=row["amount_yuan"],
            text=row["published_text"] or "",
            unit=row["published_unit"] or "",
            extracted_text=row["extracted_text"],
            code=row["function_code"] or row["economic_code"] or "",
            quality=row["quality"] or "",
            checks=row["checks"] or 0,
            suspect=len(doubtful) == 1 and row["line_item_id"] == doubtful[0],
            page=row["page"],
            sheet=row["sheet"],
            cell=row["cell"],
            box=box_of(row),
            table_no=row["table_no"],
            file_name=row["file_name"],
        )
        for row in rows
    )


def sides_of(figures: Sequence[tuple[str, Decimal]], expected: str | None, observed: str | None) -> dict[str, str]:
    """Which side of the identity each figure stands on, as far as the amounts tell.

    The figure equal to a side's value, where only one is, stands on that side and all others on the other; where both
    sides are single figures each gets its own.
    """
    values: dict[str, Decimal | None] = {}
    for side, text in (("observed", observed), ("expected", expected)):
        values[side] = _yuan(text)
    matches = {
        side: [identity for identity, amount in figures if value is not None and amount == value]
        for side, value in values.items()
    }
    if (
        len(figures) == 2
        and len(matches["observed"]) == len(matches["expected"]) == 1
        and matches["observed"] != matches["expected"]
    ):
        return {matches["observed"][0]: "observed", matches["expected"][0]: "expected"}
    for side, other in (("observed", "expected"), ("expected", "observed")):
        if len(matches[side]) >= 1:
            single = matches[side][0]
            rest = [amount for identity, amount in figures if identity != single]
            if values[other] is not None and rest and sum(rest, Decimal(0)) == values[other]:
                return {identity: side if identity == single else other for identity, _ in figures}
    for side, other in (("observed", "expected"), ("expected", "observed")):
        if len(matches[side]) == 1:
            return {identity: side if identity == matches[side][0] else other for identity, _ in figures}
    return {}


def _yuan(text: str | None) -> Decimal | None:
    if not money(text):
        return None
    try:
        amount, unit = parse_value(str(text))
    except DecisionError:
        return None
    return amount.yuan(unit or "元")


def _difference(result: dict[str, Any]) -> str | None:
    """The signed difference in the unit the sides are shown in."""
    difference = result.get("difference")
    if difference is None:
        return None
    for text in (result.get("observed"), result.get("expected")):
        if text and str(text).endswith(("%", "分")):
            return f"{_signed(difference)}{str(text)[-1]}"
        if money(text):
            for unit, worth in (("亿元", 100_000_000), ("万元", 10_000)):
                if str(text).endswith(unit):
                    return f"{_signed(difference / worth)}{unit}"
    return f"{_signed(difference)}元"


def _signed(difference: Decimal) -> str:
    return f"{difference:+,.2f}" if difference else "0"


def box_of(row: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """The frame of a row with place columns, in points; None where it has none."""
    values = (row["x0"], row["y0"], row["x1"], row["y1"])
    if any(value is None for value in values):
        return None
    return min(values[0], values[2]), min(values[1], values[3]), max(values[0], values[2]), max(values[1], values[3])


def label_of(row: dict[str, Any]) -> str:
    """A figure's row in words: printed code and name."""
    code = row["printed_code"] or row["function_code"] or row["economic_code"] or ""
    name = row["item_name"] or row["item"] or ""
    return " ".join(part for part in (code if code not in name else "", name) if part)


def column_of(row: dict[str, Any]) -> str:
    """A figure's column in words: as printed where that is known, else what it means."""
    printed = row.get("column_label")
    if printed:
        return str(printed)
    parts = [
        MEASURE_NAMES.get(row["measure"] or "", ""),
        FUND_NAMES.get(row["fund"] or "", ""),
        COMPONENT_NAMES.get(row["component"] or "", ""),
    ]
    return "·".join(part for part in parts if part)


def _finding_places(connection: duckdb.DuckDBPyConnection, item: ReviewItem) -> list[dict[str, Any]]:
    return records(
        connection,
        """SELECT page, sheet, cell, x0, y0, x1, y1, observed AS text FROM finding
           WHERE document_id = ? AND code = ? AND message = ? AND (page IS NOT NULL OR cell IS NOT NULL)
           AND concat_ws('|', page, sheet, cell, round(x0), round(y0)) = regexp_replace(?, '~[0-9]+$', '') LIMIT 5""",
        [item.document_id, item.expectation, item.message, item.group_key],
    )


def _named_table(connection: duckdb.DuckDBPyConnection, message: str, document: dict[str, Any]) -> tuple[Leaf, ...]:
    """Where nothing points to a cell: the table the message names, else the first page."""
    found = records(
        connection,
        """SELECT table_no, first_page, sheet FROM form_instance
           WHERE document_id = ? AND length(title) > 3 AND contains(?, title) ORDER BY length(title) DESC, table_no LIMIT 1""",
        [document["document_id"], message],
    )
    table = found[0] if found else {"table_no": None, "first_page": None, "sheet": None}
    pictured = has_pages(document.get("format"))
    if not found and not pictured:
        return ()
    page = table["first_page"] or (1 if pictured else None)
    name, format_ = document["file_name"], document.get("format") or ""
    return (Leaf(document["document_id"], name, format_, page, table["sheet"], table["table_no"], "other", (), {}, {}),)


def _leaves(
    connection: duckdb.DuckDBPyConnection,
    message: str,
    operands: Sequence[Operand],
    rows: Sequence[dict[str, Any]],
    findings: Sequence[dict[str, Any]],
    document: dict[str, Any],
) -> tuple[Leaf, ...]:
    """The pages the figures stand on: the accused side first, then the other; a page never twice."""
    formats = {row["line_item_id"]: row["format"] for row in rows}
    leaves: dict[tuple[Any, ...], dict[str, Any]] = {}
    key: tuple[Any, ...]
    rank = {"observed": 0, "": 1, "expected": 2}
    for operand in sorted(operands, key=lambda one: (not one.suspect, rank.get(one.side, 1))):
        format_ = formats[operand.line_item_id] or ""
        pictured = has_pages(format_) and operand.page is not None
        # A table that goes on after a page of a web page or a Word file is read as two; each is shown with its own marks.
        piece = (re.match(r"T\d+", operand.cell or "") or [""])[0]
        key = (
            (operand.document_id, operand.page)
            if pictured
            else (operand.document_id, operand.sheet, operand.table_no, piece)
        )
        leaf = leaves.setdefault(
            key,
            {
                "document_id": operand.document_id,
                "file_name": operand.file_name,
                "format": format_,
                "page": operand.page,
                "sheet": operand.sheet,
                "table_no": operand.table_no,
                "role": operand.side or "other",
                "marks": [],
                "cells": {},
                "places": {},
                "title": operand.form if operand.table_no is not None else "",
            },
        )
        leaf["cells"][operand.line_item_id] = operand.side or "other"
        if operand.cell:
            leaf["places"][operand.cell] = operand.side or "other"
        if operand.box is not None:
            leaf["marks"].append(
                Mark(
                    operand.line_item_id,
                    operand.side or "other",
                    operand.box,
                    f"{operand.label} {operand.text}",
                    operand.label if operand.table_no is not None else "",
                    operand.text if operand.table_no is None else "",
                )
            )
    for finding in findings:
        key = (document["document_id"], finding["page"])
        if not (has_pages(document["format"]) and finding["page"] is not None):
            key = (document["document_id"], finding["sheet"], None, str(finding["page"]))
        leaf = leaves.setdefault(
            key,
            {
                "document_id": document["document_id"],
                "file_name": document["file_name"],
                "format": document["format"] or "",
                "page": finding["page"],
                "sheet": finding["sheet"],
                "table_no": None,
                "role": "observed",
                "marks": [],
                "cells": {},
                "places": {},
            },
        )
        box = box_of(finding)
        if box is not None:
            seen = str(finding["text"] or "")
            leaf["marks"].append(Mark("", "observed", box, seen, "", seen, bool(finding.get("words_only"))))
        if finding["cell"]:
            leaf["places"][str(finding["cell"])] = "observed"
    if not leaves:
        return _named_table(connection, message, document)
    return tuple(Leaf(**{**leaf, "marks": tuple(leaf["marks"])}) for leaf in leaves.values())


def _focus(operands: Sequence[Operand]) -> Operand | None:
    """The figure a steward looks at first."""
    suspects = [one for one in operands if one.suspect] or [one for one in operands if one.side == "observed"]
    return next(iter(suspects or operands), None)


def _neighbours(connection: duckdb.DuckDBPyConnection, operands: Sequence[Operand]) -> tuple[dict[str, Any], ...]:
    """The rows above and below the figure in the same table, all columns."""
    focus = _focus([one for one in operands if one.table_no is not None])
    if focus is None:
        return ()
    rows = records(
        connection,
        """WITH own AS (SELECT *, dense_rank() OVER (ORDER BY row_no) AS n FROM line_item WHERE document_id = $document AND table_no = $table)
           SELECT * FROM own WHERE abs(n - (SELECT n FROM own WHERE line_item_id = $id)) <= $around ORDER BY row_no, column_no""",
        {"id": focus.line_item_id, "document": focus.document_id, "table": focus.table_no, "around": _NEIGHBOURS},
    )
    return tuple(
        {
            "line_item_id": row["line_item_id"],
            "row_no": row["row_no"],
            "column_no": row["column_no"],
            "label": label_of(row),
            "column": column_of(row),
            "text": row["published_text"] or "",
            "quality": row["quality"],
            "here": row["line_item_id"] == focus.line_item_id,
        }
        for row in rows
    )


def _same_amount(connection: duckdb.DuckDBPyConnection, operands: Sequence[Operand]) -> tuple[dict[str, Any], ...]:
    """Where else in the document the figure's amount stands (never for zero)."""
    focus = _focus(operands)
    if focus is None or not focus.amount:
        return ()
    rows = records(
        connection,
        """SELECT l.*, f.title AS table_title FROM line_item l
           LEFT JOIN form_instance f ON f.document_id = l.document_id AND f.table_no = l.table_no AND f.form = l.form
           WHERE l.document_id = ? AND amount_yuan = ? AND line_item_id <> ?
           ORDER BY l. table_no NULLS LAST, row_no, column_no LIMIT ?""",
        [focus.document_id, focus.amount, focus.line_item_id, _MOST],
    )
    return tuple(_elsewhere(row) for row in rows)


def _other_years(connection: duckdb.DuckDBPyConnection, operands: Sequence[Operand]) -> tuple[dict[str, Any], ...]:
    """The same item of the same body in its other published documents."""
    focus = _focus(operands)
    if focus is None:
        return ()
    rows = records(
        connection,
        """SELECT o.*, d.file_name, d.report_kind AS kind, f.title AS table_title FROM line_item l
           JOIN line_item o ON o.department_id = l.department_id AND o.form = l.form AND o.component IS NOT DISTINCT FROM l.component
             AND o.flow IS NOT DISTINCT FROM l.flow AND o.fund IS NOT DISTINCT FROM l.fund AND o.level IS NOT DISTINCT FROM l.level
             AND o.function_code IS NOT DISTINCT FROM l.function_code AND o.economic_code IS NOT DISTINCT FROM l.economic_code
             AND o.item IS NOT DISTINCT FROM l.item AND o.measure IS NOT DISTINCT FROM l.measure
           JOIN document d ON d.document_id = o.document_id AND d.status = 'published'
           LEFT JOIN form_instance f ON f.document_id = o.document_id AND f.table_no = o.table_no AND f.form = o.form
           WHERE l.line_item_id = ? AND o.document_id <> l.document_id ORDER BY o.fiscal_year, d.file_name LIMIT ?""",
        [focus.line_item_id, _MOST],
    )
    return tuple({**_elsewhere(row), "year": row["fiscal_year"], "file_name": row["file_name"]} for row in rows)


def _elsewhere(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "line_item_id": row["line_item_id"],
        "document_id": row["document_id"],
        "form": form_name(row["form"], row.get("table_title")),
        "label": label_of(row),
        "column": column_of(row),
        "text": f"{row['published_text'] or ''}{row['published_unit'] or ''}",
        "page": row["page"],
        "sheet": row["sheet"],
        "quality": row["quality"],
        "year": row["fiscal_year"],
    }


def refreshed(home: Home, item: Item) -> Item:
    """An item read before, with its status and history as they are now. Raises NoItem."""
    with session_of(home) as session:
        present = session.get(ReviewItem, item.review_id)
        if present is None:
            raise NoItem("没有这个待审事项。")
        history = _history(session, item.review_id)
    return replace(
        item,
        status=present.status,
        decided_by=present.decided_by,
        decided_at=present.decided_at,
        reason=present.reason,
        until=present.until,
        history=history,
    )


def _history(session: Session, review_id: str) -> tuple[Event, ...]:
    found = session.scalars(select(Decision).where(Decision.review_id == review_id).order_by(Decision.number))
    return tuple(
        Event(one.number, one.action, one.decided_by, one.decided_at, one.reason, one.value, one.code, one.until)
        for one in found
    )
