"""The candidate warehouse: built beside the published one, checked, and put in its place by one rename.

Rows of documents whose staged extract did not change are carried over from the published file; the others come from
their Parquet files. Nothing here edits the published file, so a crash at any point leaves it as it was.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePath
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy.sql.schema import Table

from flows.home import Home, sync_folder
from flows.staging import Facts, arrow_table, published_date
from models import warehouse
from models.catalog import load_catalog
from models.crosswalk import harmonized_rows
from models.text import fold
from models.views import quoted, schema_ddl, view_comments, view_files, zh_view_ddl

_INTERNAL = """
CREATE TABLE internal.stage (document_id VARCHAR NOT NULL, stage_key VARCHAR NOT NULL);
COMMENT ON TABLE internal.stage IS '每份文件按哪个读取版本装入 | which staged version each document was loaded from';
CREATE TABLE internal.build (name VARCHAR NOT NULL, value VARCHAR);
COMMENT ON TABLE internal.build IS '本次构建的依据 | what this build was made from';
CREATE TABLE internal.harmonized (fiscal_year INTEGER, code VARCHAR, to_year INTEGER, to_code VARCHAR, relation VARCHAR,
  candidates VARCHAR[], common_code VARCHAR, confidence VARCHAR);
COMMENT ON TABLE internal.harmonized IS
  '科目在另一年度对应的编码；to_code 为空表示拆分、合并不可分或已取消，candidates 为可能的去向 | code in another year; null where it cannot be told, with the candidates';
"""


_PICTURES = frozenset({"pdf-scan", "png", "jpg", "tiff", "gif", "bmp"})
_PLACELESS = frozenset({"txt"})
"""Formats that say less than others of the same content."""


class CandidateError(Exception):
    """The candidate is not fit to be published; the message is a Chinese sentence."""


class DamagedStage(CandidateError):
    """Staged extracts cannot be read any more: those of `documents` (id, stage key)."""

    def __init__(self, documents: Sequence[tuple[str, str]]) -> None:
        super().__init__(f"{len(documents)} 份文件的暂存结果已损坏，须重新读取。")
        self.documents = tuple(documents)


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as the candidate takes it: what the operational database knows and what was staged."""

    facts: Facts
    source_uri: str
    file_name: str
    ingested_at: datetime
    run_order: int
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A document's status in the warehouse, and which document it replaces."""

    status: str
    reason: str | None = None
    supersedes: str | None = None


def standings(entries: Sequence[Entry]) -> dict[str, Standing]:
    """The status of every document.

    A document is superseded by a later one of the same body, year, kind and scope whose forms cover its own; a file of
    tables and a file of prose complement each other. Later: by publication date where all of the group state one, else
    the one whose title or name calls it revised (修订版), else by the run that took it in. Of files taken in together the one read from text stands before a scan, then the one with more
    line items, then the one whose figures have their place in it (a Word file before its plain text), then the name.
    """
    found: dict[str, Standing] = {}
    groups: dict[tuple[Any, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        facts = entry.facts
        if facts.failure is not None:
            found[facts.document_id] = Standing("failed", facts.failure)
        elif entry.rejected:
            found[facts.document_id] = Standing("quarantined", "经审核退回，未发布。")
        else:
            unknown = "" if facts.department else "认不出部门名称；"
            found[facts.document_id] = Standing("published", f"{unknown}请核对。" if unknown else None)
            if facts.department is not None and facts.forms:
                key = (facts.department.department_id, facts.fiscal_year, facts.report_kind, facts.scope)
                groups[key].append(entry)
    for group in groups.values():
        _supersede(group, found)
    return found


def _supersede(group: list[Entry], found: dict[str, Standing]) -> None:
    dated = all(entry.facts.published_on for entry in group)
    order = sorted(
        group,
        key=lambda entry: (
            str(entry.facts.published_on) if dated else "",
            _is_revised(entry.facts.title) or _is_revised(PurePath(entry.file_name).stem),
            entry.run_order,
            entry.facts.format not in _PICTURES,
            entry.facts.line_items,
            entry.facts.format not in _PLACELESS,
            entry.file_name,
            entry.facts.document_id,
        ),
    )
    for index, earlier in enumerate(order):
        later = next((one for one in reversed(order[index + 1 :]) if _covers(one.facts, earlier.facts)), None)
        if later is None:
            continue
        reason = f"同一部门、年度和类别已有另一份公开文件替代它：{later.file_name}。"
        earlier_id, later_id = earlier.facts.document_id, later.facts.document_id
        found[earlier_id] = replace(found[earlier_id], status="superseded", reason=reason)
        found[later_id] = replace(found[later_id], supersedes=earlier_id)


def _covers(later: Facts, earlier: Facts) -> bool:
    """Whether a later document says what the earlier one did: all its forms, and the same title where forms do not tell.

    A body publishes several texts of one year (a report, a note on debt, one on transfers), and tables of its own making
    besides the official forms: these do not cover each other. A government publishes several accounts of one year (budget
    and adjustments, the whole region and its own level, debt): forms alone never tell those apart.
    """
    if not set(later.forms) >= set(earlier.forms):
        return False
    told = set(earlier.forms) - {"narrative", "other"} and earlier.scope != "government"
    return bool(told) or _plain(later.title) == _plain(earlier.title)


def _plain(title: str | None) -> str:
    """A title without what marks a file as a corrected one."""
    return _REVISED.sub("", fold(title or ""))


_REVISED = re.compile(
    r"(?:（(?:修订|修改|更正|订正|更新|重新公开|重新公布)[版稿后本]?）|(?:修订|更正|订正)[版稿后本]?)(?:（\d）)?$"
)


def _is_revised(text: str | None) -> bool:
    """Whether a title or file name ends by saying that it replaces an earlier publication."""
    return bool(_REVISED.search(fold(text or "")))


@contextmanager
def connected(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection that is closed at the end, whatever happens."""
    connection = duckdb.connect(str(path), read_only=read_only)
    try:
        yield connection
    finally:
        connection.close()


def build(
    home: Home,
    run_id: str,
    entries: Sequence[Entry],
    runs: list[dict[str, Any]],
    build_facts: dict[str, str],
    on_step: Callable[[str], None] = lambda text: None,
) -> Path:
    """Build the candidate of this run with everything but decisions and checks, and return its path."""
    clean_candidates(home)
    path = home.candidate(run_id)
    with connected(path) as connection:
        connection.execute("SET preserve_insertion_order = true")
        for statement in schema_ddl():
            connection.execute(statement)
        connection.execute(_INTERNAL)
        on_step("文件与部门")
        status = standings(entries)
        _documents(connection, entries, status)
        _insert(connection, warehouse.run, runs)
        on_step("参照表")
        _reference(connection)
        on_step("金额与正文")
        _rows(home, connection, entries, status)
        harmonize(connection)
        on_step("视图")
        for text in view_files():
            connection.execute(text)
        _describe_views(connection)
        connection.executemany("INSERT INTO internal.build VALUES (?, ?)", sorted(build_facts.items()))
        connection.execute("CHECKPOINT")
    return path


def _describe_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Comments on the columns of the analysts' views, and the same views under Chinese names in the ``zh`` schema."""
    views = dict(
        connection.execute(
            "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
        ).fetchall()
    )
    columns = (
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND list_contains($views, table_name) ORDER BY table_name, column_index"
    )
    said = [row[:2] for row in connection.execute(columns, {"views": list(views)}).fetchall()]
    for statement in view_comments(said):
        connection.execute(statement)
    for view, rows in groupby(connection.execute(columns, {"views": list(views)}).fetchall(), key=itemgetter(0)):
        for statement in zh_view_ddl(view, views[view], [(column, comment) for _, column, comment in rows]):
            connection.execute(statement)


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        _insert_arrow(connection, f"main.{table.name}", arrow_table(table, rows))


def _insert_arrow(connection: duckdb.DuckDBPyConnection, target: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")


def _documents(connection: duckdb.DuckDBPyConnection, entries: Sequence[Entry], status: dict[str, Standing]) -> None:
    documents: list[dict[str, Any]] = []
    departments: dict[str, dict[str, Any]] = {}
    for entry in entries:
        facts = entry.facts
        standing = status[facts.document_id]
        documents.append(
            {
                "document_id": facts.document_id,
                "source_uri": entry.source_uri,
                "file_name": entry.file_name,
                "format": facts.format,
                "report_kind": facts.report_kind,
                "scope": facts.scope,
                "fiscal_year": facts.fiscal_year,
                "department_id": facts.department.department_id if facts.department else None,
                "title": facts.title,
                "published_on": published_date(facts),
                "ingested_at": entry.ingested_at,
                "status": standing.status,
                "status_reason": standing.reason,
                "pages": facts.pages,
                "supersedes": standing.supersedes,
                "engine": facts.engine,
                "amounts_unread": facts.amounts_unread,
            }
        )
        if facts.department and facts.failure is None:
            one = facts.department
            row = {column.name: getattr(one, column.name) for column in warehouse.department.columns}
            known = departments.setdefault(one.department_id, row)
            # The same body in several files: whatever one of them leaves out, another may say.
            departments[one.department_id] = {key: known[key] if known[key] is not None else row[key] for key in row}
            if one.parent_id and one.parent_name:
                parent = {
                    **row,
                    "department_id": one.parent_id,
                    "name": one.parent_name,
                    "parent_id": None,
                    "kind": "department",
                }
                departments.setdefault(one.parent_id, parent)
    _insert(connection, warehouse.document, documents)
    _insert(connection, warehouse.department, sorted(departments.values(), key=lambda row: str(row["department_id"])))


def _reference(connection: duckdb.DuckDBPyConnection) -> None:
    catalog = load_catalog()
    _insert(connection, warehouse.function_code, list(catalog.function_rows()))
    _insert(connection, warehouse.economic_code, list(catalog.economic_rows()))
    _insert(connection, warehouse.function_crosswalk, list(catalog.crosswalk_rows()))


def _rows(
    home: Home, connection: duckdb.DuckDBPyConnection, entries: Sequence[Entry], status: dict[str, Standing]
) -> None:
    """The rows of every document that is published or superseded: carried over or from Parquet."""
    wanted = {
        entry.facts.document_id: entry.facts.stage_key
        for entry in entries
        if status[entry.facts.document_id].status in ("published", "superseded")
    }
    carried = _carry_over(home, connection, wanted)
    fresh = [
        entry.facts for entry in entries if entry.facts.document_id in wanted and entry.facts.document_id not in carried
    ]
    for table in warehouse.DOCUMENT_TABLES:
        files = [home.stage(facts.document_id, facts.stage_key) / f"{table.name}.parquet" for facts in fresh]
        present = [str(path) for path in files if path.exists()]
        # In groups, so that thousands of small files do not stay open at once.
        for start in range(0, len(present), 500):
            try:
                connection.execute(
                    f"INSERT INTO main.{table.name} BY NAME SELECT * FROM read_parquet(?)",
                    [present[start : start + 500]],
                )
            except duckdb.Error as error:
                damaged = [(facts.document_id, facts.stage_key) for facts in fresh if not _readable(home, facts)]
                if damaged:
                    raise DamagedStage(damaged) from error
                raise
    stages = [(document, key) for document, key in sorted(wanted.items())]
    stages += sorted(
        (entry.facts.document_id, entry.facts.stage_key) for entry in entries if entry.facts.document_id not in wanted
    )
    if stages:
        rows = pa.table({"document_id": [one for one, _ in stages], "stage_key": [key for _, key in stages]})
        _insert_arrow(connection, "internal.stage", rows)


def _readable(home: Home, facts: Facts) -> bool:
    """Whether all the Parquet files of a staged document can be read to the end."""
    import pyarrow.parquet as pq

    try:
        for path in home.stage(facts.document_id, facts.stage_key).glob("*.parquet"):
            pq.read_table(path)
    except (OSError, pa.ArrowException):
        return False
    return True


def _carry_over(home: Home, connection: duckdb.DuckDBPyConnection, wanted: dict[str, str]) -> set[str]:
    """Copy the rows of unchanged documents from the published warehouse; the documents that were copied.

    A document that a steward's decision touched is not carried over: its machine readings come from Parquet again, so that
    a decision taken back leaves no trace.
    """
    if not wanted or not home.warehouse.exists():
        return set()
    try:
        connection.execute(f"ATTACH {quoted(str(home.warehouse))} AS published (READ_ONLY)")
    except duckdb.Error:
        return set()  # not readable any more (an older format, damaged): everything comes from Parquet
    try:
        if not _same_columns(connection):
            return set()
        connection.register("wanted", pa.table({"document_id": list(wanted), "stage_key": list(wanted.values())}))
        connection.execute(
            """CREATE TEMP TABLE carried AS
            SELECT document_id FROM wanted
            JOIN published.internal.stage USING (document_id, stage_key)
            JOIN published.main.document AS d USING (document_id)
            WHERE d.status IN ('published', 'superseded') AND NOT EXISTS (
                SELECT 1 FROM published.main.line_item AS l
                WHERE l.document_id = d.document_id
                  AND (l.extracted_text IS NOT NULL OR l.mapping_method = 'manual' OR l.quality = 'corrected'))
              AND NOT EXISTS (
                SELECT 1 FROM published.main.review_item AS r
                WHERE r.document_id = d.document_id AND r.status IN ('accepted', 'corrected', 'waived', 'rejected'))"""
        )
        for table in warehouse.DOCUMENT_TABLES:
            reset = " REPLACE ('unchecked' AS quality, 0 AS checks)" if table.name == "line_item" else ""
            connection.execute(
                f"INSERT INTO main.{table.name} BY NAME SELECT *{reset} FROM published.main.{table.name} "
                "WHERE document_id IN (SELECT document_id FROM carried)"
            )
        return {row[0] for row in connection.execute("SELECT document_id FROM carried").fetchall()}
    finally:
        connection.execute("DROP TABLE IF EXISTS temp.carried")
        with suppress(duckdb.Error):
            connection.unregister("wanted")
        connection.execute("DETACH published")


def _same_columns(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the published file has the tables and columns of this version."""
    query = """SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = 'main' AND table_name IN (SELECT unnest(?)) ORDER BY ALL"""
    names = [table.name for table in warehouse.DOCUMENT_TABLES]
    here = connection.execute("SELECT current_database()").fetchone()
    assert here is not None
    ours, theirs = (connection.execute(query, [database, names]).fetchall() for database in (here[0], "published"))
    stage = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'published' AND schema_name = 'internal' AND table_name = 'stage'"
    ).fetchone()
    return ours == theirs and stage == (1,)


def harmonize(connection: duckdb.DuckDBPyConnection) -> None:
    """Which code each code in use has on every other year's classification, where that differs; what was there goes."""
    connection.execute("DELETE FROM internal.harmonized")
    used = connection.execute(
        "SELECT DISTINCT fiscal_year, function_code FROM main.line_item WHERE function_code IS NOT NULL AND fiscal_year IS NOT NULL"
    ).fetchall()
    rows = list(harmonized_rows(load_catalog(), used))
    if rows:
        _insert_arrow(connection, "internal.harmonized", pa.Table.from_pylist(rows))


def verify(path: Path) -> None:
    """Look the candidate over before it is published. Raises CandidateError where keys repeat or rows lost their document."""
    with connected(path, read_only=True) as connection:
        for table in warehouse.PUBLISHED_TABLES:
            keys = [column.name for column in table.columns if column.primary_key]
            if keys:
                listed = ", ".join(keys)
                repeated = connection.execute(
                    f"SELECT {listed} FROM main.{table.name} GROUP BY {listed} HAVING count(*) > 1 LIMIT 1"
                ).fetchone()
                if repeated is not None:
                    raise CandidateError(f"仓库表 {table.name} 的编号重复（{'，'.join(map(str, repeated))}），未发布。")
        for table in warehouse.DOCUMENT_TABLES:
            stray = connection.execute(
                f"""SELECT document_id FROM main.{table.name} WHERE document_id NOT IN
                (SELECT document_id FROM main.document WHERE status IN ('published', 'superseded')) LIMIT 1"""
            ).fetchone()
            if stray is not None:
                raise CandidateError(f"仓库表 {table.name} 含有未发布文件 {stray[0][:12]} 的行，未发布。")


def publish(home: Home, path: Path) -> None:
    """Put the candidate in the place of the warehouse, in one step and durably."""
    with connected(path) as connection:
        connection.execute("CHECKPOINT")
    log = path.with_name(path.name + ".wal")
    if log.exists():
        raise CandidateError("候选仓库未完整写入磁盘，未发布。")
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    path.replace(home.warehouse)
    sync_folder(home.root)


def clean_candidates(home: Home) -> None:
    """Remove what an interrupted run left behind. Only to be called under the ingestion lock."""
    for stale in home.root.glob("warehouse.candidate-*"):
        with suppress(OSError):
            stale.unlink()


def build_facts_of(home: Home) -> dict[str, str]:
    """What the published warehouse was made from; empty where there is none."""
    if not home.warehouse.exists():
        return {}
    try:
        with connected(home.warehouse, read_only=True) as connection:
            return dict(connection.execute("SELECT name, value FROM internal.build").fetchall())
    except duckdb.Error:
        return {}


def fingerprint(parts: Iterable[Any]) -> str:
    """A hash over plain values, for telling whether anything changed."""
    import hashlib

    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False, default=str).encode()).hexdigest()
