"""What a corrected code teaches: the same label, in the same region and years, means that code from then on.

A mapping applies to rows that agree with the corrected one in label, printed code and the machine's own mapping, of bodies
in the same region, in the years in which the code exists under the same official name. That is narrow on purpose: 其他支出
of another 款 has another code by machine and stays what it is. Codes that the year's catalog does not have teach nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import duckdb
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.decisions import Decision, ManualMapping, utc_now
from models.text import fold

_ABOUT_CODES = ("MAP-CODE-NAME", "MAP-CODE-UNKNOWN")
"""Findings that a mapping answers, where it covers all their figures."""


class TeachingError(ValueError):
    """A mapping that cannot be revoked; the message is a Chinese sentence."""


def is_economic(code: str, function_code: str | None, economic_code: str | None) -> bool:
    """Departmental (3…) and governmental (5…) economic codes have at most five digits; functional ones begin with 1 or 2."""
    if function_code is None and economic_code is not None:
        return True
    return code[0] in "35" and len(code) <= 5


def teach(session: Session, connection: duckdb.DuckDBPyConnection, decision: Decision) -> ManualMapping | None:
    """Make a decision's code the mapping of its figure's label. None: the figure or the code does not allow it.

    An earlier mapping of the same rows is revoked. connection: published warehouse.
    """
    row = connection.execute(
        """SELECT l.item_name, l.printed_code, l.function_code, l.economic_code, l.fiscal_year, d.region_code
           FROM line_item l LEFT JOIN department d USING (department_id) WHERE l.line_item_id = ?""",
        [decision.line_item_id],
    ).fetchone()
    if row is None or decision.code is None:
        return None
    name, printed, function_code, economic_code, year, region = row
    label = fold(name or "")
    if not label or year is None:
        return None
    economic = is_economic(decision.code, function_code, economic_code)
    years = _years(connection, "economic_code" if economic else "function_code", decision.code, year)
    was = economic_code if economic else function_code
    if years is None or was == decision.code:
        return None
    mapping = ManualMapping(
        scheme="economic" if economic else "function",
        label=label,
        name=name,
        printed_code=printed,
        was=was,
        region_code=region,
        year_from=years[0],
        year_to=years[1],
        code=decision.code,
        decision=decision.number,
        created_by=decision.decided_by,
        created_at=utc_now(),
        reason=decision.reason,
    )
    for earlier in live(session):
        if _subject(earlier) == _subject(mapping):
            _revoke(earlier, decision.decided_by, f"由 {decision.code} 取代")
    session.add(mapping)
    session.flush()
    return mapping


def _years(connection: duckdb.DuckDBPyConnection, table: str, code: str, year: int) -> tuple[int, int] | None:
    """The unbroken years around this one in which the code has this year's name; None: not in this year's catalog."""
    names = dict(connection.execute(f"SELECT fiscal_year, name FROM {table} WHERE code = ?", [code]).fetchall())
    if year not in names:
        return None
    first = last = year
    while names.get(first - 1) == names[year]:
        first -= 1
    while names.get(last + 1) == names[year]:
        last += 1
    return first, last


def _subject(mapping: ManualMapping) -> tuple[Any, ...]:
    return (
        mapping.scheme,
        mapping.label,
        mapping.printed_code,
        mapping.was,
        mapping.region_code,
        mapping.year_from,
        mapping.year_to,
    )


def live(session: Session) -> Sequence[ManualMapping]:
    """The mappings in force."""
    return session.scalars(
        select(ManualMapping).where(ManualMapping.revoked_at.is_(None)).order_by(ManualMapping.number)
    ).all()


def unteach(session: Session, decision: Decision, by: str) -> None:
    """Revoke what a decision taught, because it was taken back."""
    for mapping in live(session):
        if mapping.decision == decision.number:
            _revoke(mapping, by, "更正已撤销")


def revoke(session: Session, number: int, *, by: str, reason: str) -> ManualMapping:
    """Revoke one mapping; the rows it mapped are the machine's again from the next run. Raises TeachingError."""
    mapping = session.get(ManualMapping, number)
    if mapping is None or mapping.revoked_at is not None:
        raise TeachingError(f"没有编号为 {number} 的有效对照。")
    if not by.strip() or not reason.strip():
        raise TeachingError("撤销须写明是谁、为什么。")
    _revoke(mapping, by, reason)
    session.flush()
    return mapping


def _revoke(mapping: ManualMapping, by: str, reason: str) -> None:
    mapping.revoked_by, mapping.revoked_at, mapping.revoked_reason = by, utc_now(), reason


def apply_mappings(
    session: Session, connection: duckdb.DuckDBPyConnection, *, except_for: Collection[str] = ()
) -> dict[int, int]:
    """Apply the mappings in force to the candidate's rows; how many each was applied to. Can be applied again.

    except_for: figures with a decision of their own. Findings about codes all of whose figures are mapped are answered.
    """
    mappings = live(session)
    if not mappings:
        return {}
    by_label: dict[str, list[ManualMapping]] = defaultdict(list)
    for mapping in mappings:
        by_label[mapping.label].append(mapping)
    names = connection.execute("SELECT DISTINCT item_name FROM line_item WHERE item_name IS NOT NULL").fetchall()
    counts: dict[int, int] = {}
    mapped: set[str] = set()
    for (name,) in names:
        for mapping in by_label.get(fold(name), ()):
            ids = _apply(connection, mapping, name, except_for)
            counts[mapping.number] = counts.get(mapping.number, 0) + len(ids)
            mapped.update(ids)
    if mapped:
        connection.execute(
            """DELETE FROM finding WHERE code IN (SELECT unnest(?::VARCHAR[])) AND len(line_item_ids) > 0
               AND len(list_filter(line_item_ids, x -> NOT list_contains(?::VARCHAR[], x))) = 0""",
            [list(_ABOUT_CODES), sorted(mapped)],
        )
    return counts


def _apply(
    connection: duckdb.DuckDBPyConnection, mapping: ManualMapping, name: str, except_for: Collection[str]
) -> list[str]:
    column = "economic_code" if mapping.scheme == "economic" else "function_code"
    ids = [
        row[0]
        for row in connection.execute(
            f"""SELECT l.line_item_id FROM line_item l LEFT JOIN department d USING (department_id)
                WHERE l.item_name = ? AND l.printed_code IS NOT DISTINCT FROM ? AND l.{column} IS NOT DISTINCT FROM ?
                  AND d.region_code IS NOT DISTINCT FROM ? AND l.fiscal_year BETWEEN ? AND ?""",
            [name, mapping.printed_code, mapping.was, mapping.region_code, mapping.year_from, mapping.year_to],
        ).fetchall()
        if row[0] not in except_for
    ]
    if ids:
        connection.execute(
            f"""UPDATE line_item SET {column} = c.code, item = c.name, level = c.level, mapping_method = 'manual', mapping_score = 1
                FROM {column} c WHERE c.code = ? AND c.fiscal_year = line_item.fiscal_year
                  AND line_item_id IN (SELECT unnest(?::VARCHAR[]))""",
            [mapping.code, ids],
        )
    return ids
