"""One document's disclosure as Parquet files and a sheet of facts, under its hash and stage key.

The Parquet schemas come from models/warehouse.py; amounts stay exact (decimal128). Staged files are immutable: the
folder appears complete by one rename, and the facts are what makes it count.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Double, Integer, Numeric, String
from sqlalchemy.sql.schema import Table

from extractors.model import Extract, Place
from flows.home import sync_folder
from models import warehouse
from models.departments import department_id
from models.disclosure import Disclosure, Finding, LineItem, Metadata
from models.money import LARGEST_YUAN

_FACTS = "facts.json"


@dataclass(frozen=True, slots=True)
class Department:
    """A row of the warehouse table ``department`` as one document gives it."""

    department_id: str
    name: str
    region_code: str | None
    region_name: str | None
    level: str | None
    parent_id: str | None
    parent_name: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the candidate needs to know of a staged document besides its rows.

    failure: a Chinese sentence when nothing of it can be published. forms: the forms its line items come from.
    members: name, hash and failure of an archive's members; an opened archive has `archive` set and no rows.
    """

    document_id: str
    stage_key: str
    format: str | None = None
    engine: str | None = None
    pages: int | None = None
    report_kind: str | None = None
    scope: str | None = None
    fiscal_year: int | None = None
    title: str | None = None
    published_on: str | None = None
    department: Department | None = None
    failure: str | None = None
    forms: tuple[str, ...] = ()
    line_items: int = 0
    statistics: int = 0
    performance: int = 0
    findings: int = 0
    amounts_unread: int | None = None
    archive: bool = False
    members: tuple[tuple[str, str, str | None], ...] = ()
    seconds: float = 0.0


@lru_cache(maxsize=32)
def arrow_schema(table: Table) -> pa.Schema:
    """The Parquet schema of a warehouse table."""
    return pa.schema([pa.field(column.name, _arrow_type(column.type)) for column in table.columns])


def _arrow_type(kind: Any) -> pa.DataType:
    if isinstance(kind, ARRAY):
        return pa.list_(_arrow_type(kind.item_type))
    # Double is a Numeric in SQLAlchemy's tree: it must be asked first, lest coordinates become decimals.
    if isinstance(kind, Double):
        return pa.float64()
    if isinstance(kind, Numeric):
        return pa.decimal128(int(kind.precision or 38), int(kind.scale or 0))
    for sql, arrow in (
        (BigInteger, pa.int64()),
        (Integer, pa.int32()),
        (Boolean, pa.bool_()),
        (DateTime, pa.timestamp("us")),
        (Date, pa.date32()),
        (String, pa.string()),
    ):
        if isinstance(kind, sql):
            return arrow
    raise TypeError(f"no Parquet type for {kind!r}")


def identifier(document: str, locator: str) -> str:
    """The stable id of a figure: from the document's hash and its place in it."""
    return hashlib.sha256(f"{document}|{locator}".encode()).hexdigest()[:24]


def stage(
    root: Path, document: str, key: str, *, extract: Extract, disclosure: Disclosure, seconds: float = 0.0
) -> Facts:
    """Write one read document into `root` (its stage folder) and return its facts."""
    rows = _rows(document, disclosure)
    metadata = disclosure.metadata
    items = rows["line_item"]
    performance = len(rows["performance_project"]) + len(rows["performance_indicator"])
    facts = Facts(
        document_id=document,
        stage_key=key,
        format=extract.format,
        engine=_engine(extract),
        pages=extract.pages,
        report_kind=metadata.report_kind,
        scope=metadata.scope,
        fiscal_year=metadata.fiscal_year,
        title=metadata.title,
        published_on=metadata.published_on.isoformat() if metadata.published_on else None,
        department=_department(metadata),
        failure=_failure(metadata, len(items), len(rows["statistic"]), performance, rows["form_instance"]),
        forms=tuple(sorted({row["form"] for row in items})),
        line_items=len(items),
        statistics=len(rows["statistic"]),
        performance=performance,
        findings=len(rows["finding"]),
        amounts_unread=sum(max(0, form.amounts - form.items) for form in disclosure.forms),
        seconds=round(seconds, 3),
    )
    write(root, facts, rows)
    return facts


def stage_failure(
    root: Path, document: str, key: str, reason: str, *, format: str | None = None, seconds: float = 0.0
) -> Facts:
    """Write that a document could not be read, and why."""
    facts = Facts(document, key, format=format, failure=reason, seconds=round(seconds, 3))
    write(root, facts, {})
    return facts


def stage_archive(
    root: Path, document: str, key: str, members: Iterable[tuple[str, str, str | None]], *, format: str
) -> Facts:
    """Write what an opened archive holds; its members are documents of their own."""
    facts = Facts(document, key, format=format, archive=True, members=tuple(members))
    write(root, facts, {})
    return facts


def _failure(
    metadata: Metadata, items: int, statistics: int, performance: int, forms: list[dict[str, Any]]
) -> str | None:
    if metadata.refusal is not None:
        return metadata.refusal
    if items or statistics or performance:
        missing = [
            name
            for name, value in (("报告类别（预算还是决算）", metadata.report_kind), ("年度", metadata.fiscal_year))
            if value is None
        ]
        return f"读到了数字，但认不出{'和'.join(missing)}，未发布。" if missing else None
    if forms:
        reasons = list(dict.fromkeys(str(row["reason"]) for row in forms if row["reason"]))
        return f"认出 {len(forms)} 张表，但没有读出任何金额" + (f"：{'；'.join(reasons[:3])}" if reasons else "。")
    return "没有读出任何金额、数量或绩效数据；不是预算、决算公开文件，或版式不受支持。"


def _engine(extract: Extract) -> str:
    notes = "；".join(dict.fromkeys(note.message for note in extract.notes))
    return f"{extract.engine}（{notes[:500]}）" if notes else extract.engine


def _department(metadata: Metadata) -> Department | None:
    if not metadata.department_name:
        return None
    parent = metadata.parent_name
    return Department(
        department_id=department_id(metadata.department_name, metadata.region_code, metadata.department_kind),
        name=metadata.department_name,
        region_code=metadata.region_code,
        region_name=metadata.region_name,
        level=metadata.region_level,
        parent_id=department_id(parent, metadata.region_code, "department") if parent else None,
        parent_name=parent,
        kind=metadata.department_kind,
    )


def _rows(document: str, disclosure: Disclosure) -> dict[str, list[dict[str, Any]]]:
    """Rows of every document table, with identifiers."""
    metadata = disclosure.metadata
    department = _department(metadata)
    items, ids, findings = _line_items(document, disclosure.line_items)
    common = {"document_id": document}
    rows: dict[str, list[dict[str, Any]]] = {
        "line_item": [{**row, "department_id": department.department_id if department else None} for row in items],
        "statistic": [
            {
                **_row(one, skip=("locator", "subject", "base")),
                **common,
                "statistic_id": identifier(document, f"s|{one.locator}|{number}"),
                "line_item_id": _first(ids, one.subject),
                "base_line_item_id": _first(ids, one.base),
            }
            for number, one in _numbered(disclosure.statistics)
        ],
        "performance_project": _unique(
            [{**_row(one, skip=("locator",)), **common} for one in disclosure.performance_projects],
            ("project_no", "fund_source"),
        ),
        "performance_indicator": _unique(
            [{**_row(one), **common} for one in disclosure.performance_indicators], ("locator",)
        ),
        "form_instance": _unique([{**_row(one), **common} for one in disclosure.forms], ("table_no",)),
        "passage": _unique([{**_row(one), **common} for one in disclosure.passages], ("passage_no",)),
    }
    rows["finding"] = [
        {
            **_row(one, skip=("locators",)),
            **common,
            "finding_id": identifier(
                document, f"f|{one.code}|{one.place.page}|{one.place.cell}|{one.message}|{number}"
            ),
            "line_item_ids": [id_ for locator in one.locators for id_ in ids.get(locator, ())],
        }
        for number, one in _numbered(
            (*disclosure.findings, *findings, *_unstorable(rows)),
            key=lambda one: (one.code, one.place.page, one.place.cell, one.message),
        )
    ]
    return rows


def _unstorable(rows: dict[str, list[dict[str, Any]]]) -> Iterator[Finding]:
    """Take out figures too large for their column (a statistic goes altogether) and tell of each."""
    for table in warehouse.DOCUMENT_TABLES:
        limits = [(column.name, limit) for column in table.columns if (limit := _limit(column.type)) is not None]
        kept = []
        for row in rows.get(table.name, ()):
            odd = [name for name, limit in limits if not _within(row.get(name), limit)]
            if odd:
                printed = str(row.get("published_text") or row[odd[0]])[:100]
                place = Place(page=row.get("page"), sheet=row.get("sheet"), cell=row.get("cell"))
                message = f"数字“{printed}”超出可存的范围，未收录。"
                yield Finding("READ-AMOUNT-RANGE", "error", message, place, observed=printed)
                if table.name == "statistic" and "value" in odd:
                    continue
                row.update(dict.fromkeys(odd))
            kept.append(row)
        rows[table.name] = kept


def _within(figure: Decimal | int | None, limit: Decimal) -> bool:
    return figure is None or (Decimal(figure).is_finite() and abs(Decimal(figure)) < limit)


def _limit(kind: Any) -> Decimal | None:
    """What the figures of a column must stay under; None where it holds no figures or any."""
    arrow = _arrow_type(kind)
    if pa.types.is_decimal(arrow):
        return Decimal(1).scaleb(arrow.precision - arrow.scale) - 1
    if pa.types.is_int32(arrow):
        return Decimal(2**31)
    return Decimal(2**63) if pa.types.is_int64(arrow) else None


def _line_items(
    document: str, line_items: tuple[LineItem, ...]
) -> tuple[list[dict[str, Any]], dict[str, list[str]], list[Finding]]:
    """Line item rows, the ids each locator stands for, and findings about amounts that cannot be stored."""
    rows: list[dict[str, Any]] = []
    ids: dict[str, list[str]] = {}
    taken: set[str] = set()
    findings: list[Finding] = []
    for one in line_items:
        if abs(one.amount_yuan) > LARGEST_YUAN or not one.amount_yuan.is_finite():
            findings.append(
                Finding(
                    "READ-AMOUNT-RANGE",
                    "error",
                    f"数字“{one.published_text}”超出金额范围，未收录。",
                    one.place,
                    observed=one.published_text,
                )
            )
            continue
        if not one.item_name and not one.item and one.function_code is None and one.economic_code is None:
            # A code or a number of a row whose column lost its header looks like this: a figure nobody can use or check.
            message = f"数字“{one.published_text}”所在的行没有名称，也没有科目编码，不能确定是什么金额，未收录。"
            findings.append(Finding("READ-AMOUNT-NAMELESS", "error", message, one.place, observed=one.published_text))
            continue
        name, number = one.locator, 1
        if name in taken:
            name = f"{one.locator}|{one.component}|{one.measure}|{one.fund}|{one.fiscal_year}"
        base = name
        while name in taken:
            number += 1
            name = f"{base}#{number}"
        taken.add(name)
        id_ = identifier(document, name)
        ids.setdefault(one.locator, []).append(id_)
        rows.append(
            {
                **_row(one),
                "document_id": document,
                "line_item_id": id_,
                "extracted_text": None,
                "quality": "unchecked",
                "checks": 0,
            }
        )
    return rows, ids, findings


def _row(record: Any, *, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """A record's fields as columns, its place spread out."""
    row: dict[str, Any] = {}
    for one in fields(record):
        if one.name in skip:
            continue
        value = getattr(record, one.name)
        if isinstance(value, Place):
            x0, y0, x1, y1 = value.box or (None, None, None, None)
            row.update(page=value.page, sheet=value.sheet, cell=value.cell, x0=x0, y0=y0, x1=x1, y1=y1)
        else:
            row[one.name] = value
    return row


def _numbered(records: Iterable[Any], key: Any = lambda one: one.locator) -> list[tuple[int, Any]]:
    """Each record with the number of earlier ones of the same key, so that ids stay apart and stable."""
    counts: dict[Any, int] = {}
    found = []
    for one in records:
        count = counts.get(key(one), 0)
        counts[key(one)] = count + 1
        found.append((count, one))
    return found


def _unique(rows: list[dict[str, Any]], key: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows that repeat a key are told apart in its last text column or left out when they are equal altogether."""
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        mark = tuple(row[name] for name in key)
        number = 1
        while mark in seen and seen[mark] != row:
            number += 1
            last = key[-1]
            value = row[last]
            row = {**row, last: f"{str(value).split('#')[0]}#{number}" if isinstance(value, str) else value + 100_000}
            mark = tuple(row[name] for name in key)
        seen[mark] = row
    return list(seen.values())


def _first(ids: Mapping[str, list[str]], locator: str | None) -> str | None:
    found = ids.get(locator) if locator is not None else None
    return found[0] if found else None


def arrow_table(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a warehouse table as an Arrow table of exactly its schema; columns a row lacks are null."""
    schema = arrow_schema(table)
    columns = []
    for name, kind in zip(schema.names, schema.types, strict=True):
        values = [row.get(name) for row in rows]
        if pa.types.is_decimal(kind):
            values = [_scaled(value, kind.scale) for value in values]
        elif pa.types.is_string(kind):  # damaged files hold NUL characters, which end a text elsewhere
            values = [value.replace("\0", "") if isinstance(value, str) else value for value in values]
        columns.append(pa.array(values, type=kind))
    return pa.Table.from_arrays(columns, schema=schema)


def _scaled(value: Decimal | None, scale: int) -> Decimal | None:
    """The value at the column's scale, rounded half up (figures of more than six decimals of 万元 are finer than 0.01 元)."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 60
        return Decimal(value).quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)


def write(root: Path, facts: Facts, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Make the stage folder appear complete: Parquet files of the tables that have rows, and the facts."""
    root.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".part-", dir=root.parent))
    try:
        for table in warehouse.DOCUMENT_TABLES:
            if rows.get(table.name):
                target = temporary / f"{table.name}.parquet"
                pq.write_table(arrow_table(table, rows[table.name]), target, compression="zstd")
                _sync(target)
        (temporary / _FACTS).write_text(json.dumps(asdict(facts), ensure_ascii=False, indent=1), encoding="utf-8")
        _sync(temporary / _FACTS)
        if root.exists():
            shutil.rmtree(root)
        temporary.rename(root)
        sync_folder(root.parent)
    finally:
        with suppress(OSError):
            shutil.rmtree(temporary)


def discard(root: Path) -> None:
    """Forget a staged extract: its document counts as unread again."""
    with suppress(FileNotFoundError):
        (root / _FACTS).unlink()
    shutil.rmtree(root, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def read_facts(root: Path) -> Facts | None:
    """The facts of a staged document, None where it is not (completely) staged."""
    try:
        raw = json.loads((root / _FACTS).read_text(encoding="utf-8"))
        department = Department(**raw.pop("department")) if raw.get("department") else None
        raw.pop("department", None)
        members = tuple((name, sha256, failure) for name, sha256, failure in raw.pop("members", ()))
        return Facts(**{**raw, "forms": tuple(raw.get("forms", ()))}, department=department, members=members)
    except (OSError, ValueError, TypeError):
        return None


def published_date(facts: Facts) -> date | None:
    """The publication date the document states."""
    return date.fromisoformat(facts.published_on) if facts.published_on else None
