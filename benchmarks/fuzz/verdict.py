"""What a staged document must be like whatever its bytes were: a sentence for a failure, sane rows for what is published."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from flows.staging import Facts, arrow_schema
from models import warehouse
from models.money import LARGEST_YUAN

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_OURS = ("解读时程序出错", "没有留下结果")
"""Refusals that hide a fault of ours."""

_KINDS, _SCOPES = {"budget", "final_account"}, {"department", "unit", "government"}
_FLOWS = {"income", "expenditure", "balance", None}
_FUNDS = {"all", "fiscal_grant", "general", "gov_fund", "state_capital", None}
_MEASURES = {"budget", "adjusted_budget", "final", "prior_final", "change"}
_CODE = re.compile(r"2[0-3]\d(?:\d\d){0,2}")
_DIGIT = re.compile(r"[\d零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾]")


def complaints(root: Path, facts: Facts) -> list[str]:
    """What is wrong with one staged document, nothing where all is well."""
    if facts.failure is not None:
        return _failure(facts.failure)
    found: list[str] = []
    if facts.archive:
        return found
    if facts.report_kind not in _KINDS or facts.scope not in _SCOPES:
        found.append(f"published without kind or scope: {facts.report_kind}, {facts.scope}")
    if facts.fiscal_year is None or not 1990 <= facts.fiscal_year <= 2100:
        found.append(f"published for the year {facts.fiscal_year}")
    if not facts.line_items and not facts.statistics and not facts.performance:
        found.append("published with nothing in it")
    for table in warehouse.DOCUMENT_TABLES:
        path = root / f"{table.name}.parquet"
        if not path.exists():
            continue
        content = pq.read_table(path, use_threads=False)
        if content.schema.names != arrow_schema(table).names:
            found.append(f"{table.name} has other columns")
        keys = [column.name for column in table.columns if column.primary_key]
        rows = content.to_pylist()
        if keys and len({tuple(row[key] for key in keys) for row in rows}) != len(rows):
            found.append(f"{table.name}: keys repeat")
        if table.name == "line_item" and (codes := _codes(rows)):
            found.append(f"codes read as amounts: {codes}")
        for row in rows:
            if (odd := _row(table.name, row, facts)) is not None:
                found.append(f"{table.name}: {odd}")
                break
    return found


def _failure(reason: str) -> list[str]:
    found = [f"{mark}: {reason}" for mark in _OURS if mark in reason]
    if not _CHINESE.search(reason) or len(reason) > 1000 or "\n" in reason or "Traceback" in reason:
        found.append(f"reason unfit for people: {reason[:200]!r}")
    return found


def _codes(rows: list[dict[str, object]]) -> list[str]:
    """Amounts of one column that are the codes of the functional classification; nothing where at most three are."""
    columns: dict[object, list[str]] = {}
    for row in rows:
        if row["form"] != "narrative":
            columns.setdefault((row["table_no"], row["column_no"]), []).append(str(row["published_text"]))
    for texts in columns.values():
        codes = [text for text in texts if _CODE.fullmatch(text)]
        if len(codes) > 3 and len(codes) * 2 > len(texts):
            return codes[:5]
    return []


def _row(table: str, row: dict[str, object], facts: Facts) -> str | None:
    """What no row may be."""
    for name, value in row.items():
        if isinstance(value, float) and (value != value or abs(value) > 1e9):
            return f"{name} is {value}"
        if isinstance(value, str) and ("\0" in value or len(value) > 500_000):
            return f"{name} holds a NUL or {len(value)} characters"
    page = row.get("page")
    if isinstance(page, int) and not 1 <= page <= (facts.pages or 10**6):
        return f"page {page} of {facts.pages}"
    if table != "line_item":
        return None
    amount = row["amount_yuan"]
    if not isinstance(amount, Decimal) or not amount.is_finite() or abs(amount) > LARGEST_YUAN:
        return f"amount {amount!r}"
    if not _DIGIT.search(str(row["published_text"])):
        return f"amount {amount} printed as {row['published_text']!r}"
    year = row["fiscal_year"]
    if not isinstance(year, int) or abs(year - (facts.fiscal_year or 0)) > 12:
        return f"an amount of the year {year} in a document of {facts.fiscal_year}"
    unknown = row["measure"] not in _MEASURES and (row["form"], row["measure"]) != ("other", None)
    if row["flow"] not in _FLOWS or row["fund"] not in _FUNDS or unknown:
        return f"unknown words {row['flow']}, {row['fund']}, {row['measure']}"
    if not row["item_name"] and not row["item"]:
        return f"amount {amount} of nothing"
    return None
