"""The published tables as files for others: Parquet, CSV or XLSX, with a data package descriptor (datapackage.json)."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Double, Integer, Numeric
from sqlalchemy.sql.schema import Table

from flows.home import Home, atomic_file
from flows.show import cell_text, harmless
from flows.warehouse import reading
from models.views import name
from models.warehouse import PUBLISHED_TABLES

VIEWS = (
    "spending",
    "spending_by_year",
    "three_public_by_year",
    "department_year",
    "budget_vs_final",
    "open_issues",
    "prior_year_derived",
    "department_history",
    "department_lineage",
)
"""Analysts' views that are exported beside the tables."""

SPENDING_ON = "spending_on"
"""The macro of that name takes a year; the export holds what it gives for every year of the published spending."""

_BATCH = 50_000
_SHEET_ROWS = 1_048_575
_CELL_LENGTH = 32_767


def export_tables(home: Home, folder: Path, format: str) -> list[dict[str, Any]]:
    """Write every table and analysts' view into `folder` and describe them in ``datapackage.json``.

    format: ``parquet`` | ``csv`` | ``xlsx``. Returns the resources written. Text that a spreadsheet would run as a
    formula is made plain text in CSV and XLSX; Parquet holds it as published.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {table.name: table for table in PUBLISHED_TABLES}
    resources = []
    with reading(home) as connection:
        for one in (*tables, *VIEWS, SPENDING_ON):
            for part, path, rows in _write(connection, one, folder, format):
                resources.append(_resource(connection, part, one, tables.get(one), path, rows, format))
    descriptor = {
        "profile": "data-package" if format == "xlsx" else "tabular-data-package",
        "name": "kuanxiang",
        "title": "部门预算、决算公开数据",
        "description": "金额单位为元；空白不是零。列的含义见各字段说明。",
        "resources": resources,
    }
    with atomic_file(folder / "datapackage.json") as stream:
        stream.write(json.dumps(descriptor, ensure_ascii=False, indent=2).encode("utf-8"))
    return resources


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, folder: Path, format: str
) -> Iterator[tuple[str, Path, int]]:
    path = folder / f"{table}.{format}"
    # DuckDB itself may not write here: its connection is locked to the warehouse file.
    found = connection.execute(_query(connection, table))
    if format == "parquet":
        yield table, path, _parquet(found, path)
    elif format == "csv":
        yield table, path, _csv(found, path)
    else:
        yield from _xlsx(found, table, folder)


def _query(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows of a table or view; of `SPENDING_ON` those of every year, told apart by ``classification_year``."""
    if table != SPENDING_ON:
        return f"SELECT * FROM main.{name(table)}"
    years = connection.execute("SELECT DISTINCT fiscal_year FROM main.spending ORDER BY 1").fetchall()
    each = [f"SELECT * FROM main.spending_on({int(year)})" for (year,) in years if year is not None]
    return " UNION ALL ".join(each) or "SELECT * FROM main.spending_by_year WHERE false"


def _parquet(found: duckdb.DuckDBPyConnection, path: Path) -> int:
    import pyarrow.parquet as pq

    reader = found.to_arrow_reader(_BATCH)
    rows = 0
    with atomic_file(path) as stream, pq.ParquetWriter(stream, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _batches(found: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while batch := found.fetchmany(_BATCH):
        yield from batch


def _csv(found: duckdb.DuckDBPyConnection, path: Path) -> int:
    import io

    rows = 0
    columns = [column[0] for column in found.description]
    with atomic_file(path) as stream:
        # The mark lets spreadsheet programs see that it is UTF-8.
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        for row in _batches(found):
            writer.writerow([cell_text(harmless(value)) for value in row])
            rows += 1
        text.flush()
        text.detach()
    return rows


def _xlsx(found: duckdb.DuckDBPyConnection, table: str, folder: Path) -> Iterator[tuple[str, Path, int]]:
    """One workbook a table; a table longer than a sheet goes on in further workbooks."""
    from openpyxl import Workbook

    columns = [column[0] for column in found.description]
    rows = _batches(found)
    part, row = 1, next(rows, None)
    while part == 1 or row is not None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(table[:31])
        sheet.append(columns)
        count = 0
        while row is not None and count < _SHEET_ROWS:
            sheet.append([_sheet_value(value) for value in row])
            count += 1
            row = next(rows, None)
        label = table if part == 1 else f"{table}_{part}"
        path = folder / f"{label}.xlsx"
        with atomic_file(path) as stream:
            book.save(stream)
        yield label, path, count
        part += 1


def _sheet_value(value: Any) -> Any:
    """A cell's value: numbers as numbers unless a spreadsheet could not hold them exactly, lists as text, no formulas."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return value if len(value.as_tuple().digits) <= 15 else cell_text(value)
    if isinstance(value, (list, dict)):
        return cell_text(value)[:_CELL_LENGTH]
    if isinstance(value, str):
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        return harmless(ILLEGAL_CHARACTERS_RE.sub("", value))[:_CELL_LENGTH]
    return value


def _resource(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    source: str,
    table: Table | None,
    path: Path,
    rows: int,
    format: str,
) -> dict[str, Any]:
    if table is not None:
        fields = [
            {"name": column.name, "type": _field_type(column.type), "description": column.comment}
            for column in table.columns
        ]
        description = table.comment
        keys = [column.name for column in table.columns if column.primary_key]
    else:
        # `spending_by_year` is the macro's view of the newest year: the same columns.
        view = "spending_by_year" if source == SPENDING_ON else source
        described = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index",
            [view],
        ).fetchall()
        fields = [{"name": row[0], "type": _duckdb_field(row[1]), "description": row[2]} for row in described]
        comment = connection.execute("SELECT comment FROM duckdb_views() WHERE view_name = ?", [view]).fetchone()
        description, keys = (comment[0] if comment else None), []
        if source == SPENDING_ON:
            description = (
                "支出，按每一年度的分类各列一遍（classification_year）；不同 classification_year 的行不可相加 | "
                "spending on the classification of each year; never add rows of different classification_year"
            )
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if keys:
        schema["primaryKey"] = keys
    resource: dict[str, Any] = {
        "name": part,
        "path": path.name,
        "format": format,
        "mediatype": {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}.get(
            format, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        ),
        "description": description,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{_file_hash(path)}",
        "rows": rows,
        "schema": schema,
    }
    if format == "csv":
        resource["profile"], resource["encoding"] = "tabular-data-resource", "utf-8"
    return resource


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _field_type(kind: Any) -> str:
    if isinstance(kind, ARRAY):
        return "array"
    for types, label in (
        ((Double, Numeric), "number"),
        ((BigInteger, Integer), "integer"),
        ((Boolean,), "boolean"),
        ((DateTime,), "datetime"),
        ((Date,), "date"),
    ):
        if isinstance(kind, types):
            return label
    return "string"


def _duckdb_field(kind: str) -> str:
    if kind.endswith("[]"):
        return "array"
    for prefix, label in (
        ("DECIMAL", "number"),
        ("DOUBLE", "number"),
        ("TIMESTAMP", "datetime"),
        ("DATE", "date"),
        ("BOOL", "boolean"),
    ):
        if kind.startswith(prefix):
            return label
    return "integer" if "INT" in kind else "string"
