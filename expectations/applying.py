"""Decisions carried out: the candidate warehouse says what stewards decided, before the rules run."""

from __future__ import annotations

from datetime import date

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from expectations.answers import parse_value
from expectations.items import open_again, standing, write_items
from expectations.teaching import apply_mappings, is_economic
from models.decisions import Decision, ReviewItem
from models.money import UNITS
from models.warehouse import DOCUMENT_TABLES


def apply_decisions(session: Session, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the candidate say what stewards decided, before the rules run.

    Corrections replace amounts and codes (``extracted_text`` keeps the machine's reading, quality ``corrected``); a rejected
    document is quarantined and its rows taken out; waivers that ran out are open again. Accepted and waived items take
    effect when the rules grade the figures they concern. Can be applied again without harm.
    """
    today = date.today()  # noqa: DTZ011 - the steward's calendar day
    for item in session.scalars(select(ReviewItem).where(ReviewItem.status == "waived")):
        if item.until is not None and item.until < today:
            open_again(item)
    session.flush()
    statuses = dict(session.execute(select(ReviewItem.review_id, ReviewItem.status)).tuples().all())
    decisions = standing(session)
    own = {decision.line_item_id for decision in decisions if decision.code is not None and decision.line_item_id}
    apply_mappings(session, connection, except_for=own)
    for decision in decisions:
        if decision.action == "reject":
            _quarantine(connection, decision)
        elif decision.action == "correct" and statuses.get(decision.review_id) == "corrected":
            _correct(connection, decision)
    write_items(session, connection)


def _quarantine(connection: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    connection.execute(
        "UPDATE document SET status = 'quarantined', status_reason = ? WHERE document_id = ? AND status <> 'failed'",
        [f"由 {decision.decided_by} 退回：{decision.reason}", decision.document_id],
    )
    for table in DOCUMENT_TABLES:
        connection.execute(f"DELETE FROM {table.name} WHERE document_id = ?", [decision.document_id])
    connection.execute("DELETE FROM expectation_result WHERE document_id = ?", [decision.document_id])


def _correct(connection: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    """One correction. A figure that cannot be found any more is left alone: its item then fails again as a new one."""
    row = connection.execute(
        "SELECT published_text, published_unit, amount_yuan, function_code, economic_code, fiscal_year, extracted_text FROM line_item WHERE line_item_id = ?",
        [decision.line_item_id],
    ).fetchone()
    if row is None:
        return
    text, unit, amount, function_code, economic_code, year, extracted = row
    if decision.value is not None:
        right, own_unit = parse_value(decision.value)
        unit = own_unit or unit or "元"
        if right.yuan(unit) == amount:
            return  # the machine reads it right by now
        printed = decision.value[: -len(own_unit)] if own_unit and decision.value.endswith(own_unit) else decision.value
        connection.execute(
            """UPDATE line_item SET amount_yuan = ?, published_text = ?, published_unit = ?, ulp_yuan = ?, quality = 'corrected',
               extracted_text = ? WHERE line_item_id = ?""",
            [
                right.yuan(unit),
                printed.strip(),
                unit,
                right.ulp_yuan(unit),
                extracted or text or str(amount / UNITS[unit]),
                decision.line_item_id,
            ],
        )
        return
    code = decision.code
    if code is None:
        return
    column = "economic_code" if is_economic(code, function_code, economic_code) else "function_code"
    old = economic_code if column == "economic_code" else function_code
    if old == code:
        return
    name = connection.execute(
        f"SELECT name, level FROM {column} WHERE code = ? AND fiscal_year = ?", [code, year]
    ).fetchone()
    connection.execute(
        f"""UPDATE line_item SET {column} = ?, item = coalesce(?, item), level = coalesce(?, level), mapping_method = 'manual', mapping_score = 1,
            quality = 'corrected', extracted_text = ? WHERE line_item_id = ?""",
        [
            code,
            name[0] if name else None,
            name[1] if name else None,
            extracted or old or "（无编码）",
            decision.line_item_id,
        ],
    )
