"""The warehouse's DDL: tables with comments from models/warehouse.py, the ``zh`` schema, and the analysts' views.

The analysts' views are SQL files under ``data/views``, run in the order of their names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Double, Integer, Numeric, String
from sqlalchemy.sql.schema import Table

from data import data_path, read_csv
from models.warehouse import PUBLISHED_TABLES


def sql_type(kind: Any) -> str:
    """The DuckDB type of a warehouse column."""
    if isinstance(kind, ARRAY):
        return f"{sql_type(kind.item_type)}[]"
    if isinstance(kind, Double):  # before Numeric, of which SQLAlchemy makes it a kind
        return "DOUBLE"
    if isinstance(kind, Numeric):
        return f"DECIMAL({kind.precision},{kind.scale})"
    for sql, name in (
        (BigInteger, "BIGINT"),
        (Integer, "INTEGER"),
        (Boolean, "BOOLEAN"),
        (DateTime, "TIMESTAMP"),
        (Date, "DATE"),
        (String, "VARCHAR"),
    ):
        if isinstance(kind, sql):
            return name
    raise TypeError(f"no DuckDB type for {kind!r}")


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A SQL identifier, quoted."""
    return '"' + text.replace('"', '""') + '"'


def table_ddl(table: Table) -> list[str]:
    """CREATE TABLE and the comments of one warehouse table.

    Keys are NOT NULL but carry no unique index, which would double the time of loading; the candidate is checked for
    repeated keys before it is published.
    """
    columns = ", ".join(
        f"{name(column.name)} {sql_type(column.type)}{' NOT NULL' if column.primary_key else ''}"
        for column in table.columns
    )
    return [
        f"CREATE TABLE main.{name(table.name)} ({columns})",
        f"COMMENT ON TABLE main.{name(table.name)} IS {quoted(table.comment or '')}",
        *(
            f"COMMENT ON COLUMN main.{name(table.name)}.{name(column.name)} IS {quoted(column.comment or '')}"
            for column in table.columns
        ),
    ]


def zh_ddl(table: Table) -> list[str]:
    """The view of one table in the ``zh`` schema, under its Chinese names."""
    view = f"zh.{name(table.info['zh'])}"
    columns = ", ".join(f"{name(column.name)} AS {name(column.info['zh'])}" for column in table.columns)
    return [
        f"CREATE VIEW {view} AS SELECT {columns} FROM main.{name(table.name)}",
        f"COMMENT ON VIEW {view} IS {quoted(table.comment or '')}",
        *(
            f"COMMENT ON COLUMN {view}.{name(column.info['zh'])} IS {quoted(column.comment or '')}"
            for column in table.columns
        ),
    ]


def zh_view_ddl(view: str, comment: str, columns: Iterable[tuple[str, str]]) -> list[str]:
    """An analysts' view in the ``zh`` schema, named by the head of its comment ("支出：…"), as its columns by theirs.

    columns: name and comment of each. Raises ValueError where two columns would have one name.
    """
    target = f"zh.{name(_headword(comment))}"
    named = [(column, _headword(said), said) for column, said in columns]
    if len({chinese for _, chinese, _ in named}) != len(named):
        raise ValueError(f"two columns of the view {view} have one Chinese name")
    chosen = ", ".join(f"{name(column)} AS {name(chinese)}" for column, chinese, _ in named)
    return [
        f"CREATE VIEW {target} AS SELECT {chosen} FROM main.{name(view)}",
        f"COMMENT ON VIEW {target} IS {quoted(comment)}",
        *(f"COMMENT ON COLUMN {target}.{name(chinese)} IS {quoted(said)}" for _, chinese, said in named),
    ]


_HEADWORD = re.compile(r"^(.+?)(?:[：；]| \| |（(?!元）))")


def _headword(comment: str) -> str:
    """The Chinese name at the head of a comment: what stands before the explanation, a bracket other than （元）, the English."""
    found = _HEADWORD.match(comment)
    if found is None:
        raise ValueError(f"no name at the head of {comment!r}")
    return found.group(1)


def schema_ddl() -> list[str]:
    """Every statement that makes an empty warehouse's tables and the ``zh`` views over them."""
    statements = ["CREATE SCHEMA IF NOT EXISTS zh", "CREATE SCHEMA IF NOT EXISTS internal"]
    for table in PUBLISHED_TABLES:
        statements += table_ddl(table)
    for table in PUBLISHED_TABLES:
        statements += zh_ddl(table)
    return statements


def view_comments(columns: Iterable[tuple[str, str]]) -> list[str]:
    """Comments for the columns (view, column) of the analysts' views: ``columns.toml``, else the table column of that name.

    Raises KeyError for a column that is described nowhere.
    """
    said: dict[str, str] = {
        column.name: column.comment or "" for table in reversed(PUBLISHED_TABLES) for column in table.columns
    }
    said |= tomllib.loads((data_path("views") / "columns.toml").read_text(encoding="utf-8"))
    return [f"COMMENT ON COLUMN main.{name(view)}.{name(column)} IS {quoted(said[column])}" for view, column in columns]


def view_files() -> list[str]:
    """The SQL of the analysts' views, in order; before them the reference tables that only views read."""
    folder = data_path("views")
    return [_succession_ddl(), *(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql")))]


def _succession_ddl() -> str:
    """``internal.succession``: which office took over from which in the reforms of institutions, 局 also as 厅."""
    rows = {
        (row["old"].removesuffix("局") + end, row["new"].removesuffix("局") + end, int(row["year"]), row["relation"])
        if row["old"].endswith("局") and row["new"].endswith("局")
        else (row["old"], row["new"], int(row["year"]), row["relation"])
        for row in read_csv("catalog/successions.csv")
        for end in ("局", "厅")
    }
    values = ", ".join(
        f"({quoted(old)}, {quoted(new)}, {year}, {quoted(relation)})" for old, new, year, relation in sorted(rows)
    )
    return (
        "CREATE TABLE internal.succession (old_name VARCHAR, new_name VARCHAR, reform_year INTEGER, relation VARCHAR);\n"
        f"INSERT INTO internal.succession VALUES {values};\n"
        "COMMENT ON TABLE internal.succession IS '机构改革的承接关系 | successions of offices in the reforms';"
    )
