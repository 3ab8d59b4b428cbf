"""What analysts rely on: the tables, columns and types of the contract, with comments in both languages and Chinese views."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows import candidate
from flows.home import Home
from models.disclosure import Disclosure
from tests.flows.fakes import item, metadata, put

_PLACE = "page:INTEGER sheet cell x0:DOUBLE y0:DOUBLE x1:DOUBLE y1:DOUBLE"
# One line a table; a column without a type is text.
_CONTRACT = {
    "document": "document_id source_uri file_name format report_kind scope fiscal_year:INTEGER department_id title published_on:DATE "
    "ingested_at:TIMESTAMP status status_reason pages:INTEGER supersedes",
    "department": "department_id name region_code region_name level parent_id kind",
    "function_code": "fiscal_year:INTEGER code name level parent_code fund",
    "economic_code": "fiscal_year:INTEGER code name level parent_code fund",
    "function_crosswalk": "from_year:INTEGER from_code to_year:INTEGER to_code relation",
    "line_item": "line_item_id document_id department_id fiscal_year:INTEGER report_kind form section fund flow component measure item_name "
    "item function_code economic_code level mapping_method mapping_score:DOUBLE amount_yuan:DECIMAL(20,2) published_text published_unit "
    f"extracted_text {_PLACE} quality checks:INTEGER",
    "statistic": f"document_id section name value:DECIMAL unit published_text {_PLACE}",
    "performance_project": "document_id project_code project_name budget_initial_yuan:DECIMAL(20,2) budget_adjusted_yuan:DECIMAL(20,2) "
    "executed_yuan:DECIMAL(20,2) execution_rate:DECIMAL weight:DECIMAL score:DECIMAL",
    "performance_indicator": "document_id level1 level2 level3 relation target unit actual weight:DECIMAL score:DECIMAL deviation_reason",
    "expectation_result": "run_id document_id expectation severity outcome expected observed difference:DECIMAL tolerance:DECIMAL message "
    "line_item_ids:VARCHAR[]",
    "review_item": "review_id document_id expectation status decided_by decided_at:TIMESTAMP reason opened_at:TIMESTAMP",
    "spending": "department fiscal_year:INTEGER function_code fund budget:DECIMAL(20,2) final:DECIMAL(20,2) execution_rate harmonized_code",
    "spending_by_year": "department fiscal_year:INTEGER function_code fund budget:DECIMAL(20,2) final:DECIMAL(20,2) execution_rate",
    "three_public_by_year": "department fiscal_year:INTEGER measure total:DECIMAL(20,2) overseas:DECIMAL(20,2) vehicle:DECIMAL(20,2) "
    "vehicle_purchase:DECIMAL(20,2) vehicle_operation:DECIMAL(20,2) reception:DECIMAL(20,2)",
    "department_year": "department fiscal_year:INTEGER measure income_total:DECIMAL(20,2) expenditure_total:DECIMAL(20,2)",
    "budget_vs_final": "department fiscal_year:INTEGER function_code fund budget:DECIMAL(20,2) final:DECIMAL(20,2)",
    "open_issues": "review_id severity expectation message file_name department",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate of one made-up document."""
    home = Home(tmp_path_factory.mktemp("schema") / "home").create()
    facts = put(home, "d" * 64, Disclosure(metadata(), (item("p1", "1.00"),)))
    entry = candidate.Entry(facts, "a.html", "a.html", datetime.now(UTC).replace(tzinfo=None), 0)
    return candidate.build(home, "run", [entry], [], {"inputs": "x"})


def _columns(path: Path, schema: str) -> dict[str, dict[str, tuple[str, str]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns() WHERE schema_name = ? AND NOT internal",
            [schema],
        ).fetchall()
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for table, column, kind, comment in rows:
        found.setdefault(table, {})[column] = (kind, comment)
    return found


@pytest.mark.parametrize("table", _CONTRACT)
def test_every_column_of_the_contract_is_there_with_its_type(warehouse: Path, table: str) -> None:
    there = _columns(warehouse, "main")[table]
    for wanted in _CONTRACT[table].split():
        column, _, kind = wanted.partition(":")
        assert column in there, f"{table}.{column} is missing"
        if column != "execution_rate" or kind:
            assert there[column][0].startswith(kind or "VARCHAR"), f"{table}.{column} is {there[column][0]}"


@pytest.mark.parametrize("schema", ["main", "zh"])
def test_everything_is_described_in_chinese_and_english(warehouse: Path, schema: str) -> None:
    bare = [
        f"{table}.{column}"
        for table, columns in _columns(warehouse, schema).items()
        for column, (_, comment) in columns.items()
        if not _both(comment)
    ]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        objects = connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = $1 AND NOT internal UNION ALL "
            "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = $1 AND NOT internal",
            [schema],
        ).fetchall()
    assert objects
    assert bare + [name for name, comment in objects if not _both(comment or "")] == []


def _both(comment: str) -> bool:
    chinese, bar, english = comment.rpartition(" | ")
    return bool(bar) and any("一" <= one <= "鿿" for one in chinese) and bool(re.search("[a-z]{2}|^n/a$", english))


def test_every_table_and_analysts_view_is_there_under_chinese_names(warehouse: Path) -> None:
    main, chinese = _columns(warehouse, "main"), _columns(warehouse, "zh")
    assert len(chinese) == len(main)
    assert {"金额", "文件", "支出", "历年支出", "三公经费", "部门年度总数", "预算决算对照", "未决问题"} <= set(chinese)
    for columns in (dict.fromkeys(chinese, ("", "")), *chinese.values()):
        assert all(any("一" <= one <= "鿿" for one in name) for name in columns)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute('SELECT "部门名称", "年度", "决算（元）" FROM zh."支出"').fetchall()
        assert found == connection.execute("SELECT department, fiscal_year, final FROM main.spending").fetchall() != []
