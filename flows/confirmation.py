"""How sure the published amounts are, as a report: shares by document, form and region, and the amounts nothing confirms."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from models.wording import FORM_NAMES

LISTED = 5000
"""Unconfirmed amounts listed in one report; the view ``unconfirmed`` has all of them."""

_TOTAL = """SELECT count(DISTINCT document_id) AS documents, sum(amounts)::BIGINT AS amounts, sum(confirmed + corrected)::BIGINT AS confirmed,
  sum(unconfirmed)::BIGINT AS unconfirmed, sum(doubtful)::BIGINT AS doubtful FROM confirmation"""
_BY = """SELECT {key} AS what, count(DISTINCT document_id), sum(amounts)::BIGINT, sum(confirmed + corrected)::BIGINT, sum(unconfirmed)::BIGINT,
  sum(doubtful)::BIGINT FROM confirmation GROUP BY ALL ORDER BY sum(amounts) DESC, 1"""
_GRADES = """SELECT file_name, grade, amounts, confirmed, unconfirmed, doubtful, amounts_unread, open_errors, open_warnings
  FROM document_grade ORDER BY grade DESC, confirmed_share, file_name"""
_LIST = """SELECT file_name, form, coalesce(section, ''), item_name, component, published_text, published_unit, quality,
  coalesce('第 ' || page || ' 页', sheet || '!' || cell, cell, ''), line_item_id FROM unconfirmed
  ORDER BY quality <> 'flagged', file_name, form, line_item_id LIMIT ?"""

HEADINGS = ("文件", "表", "章节", "名称", "构成", "公布", "单位", "质量", "位置", "金额编号")


def share(part: int, whole: int) -> str:
    """A share in percent with one decimal, ``—`` of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "—"


def totals(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Documents and amounts of the warehouse: all, confirmed (or corrected), unconfirmed, doubtful."""
    found = connection.execute(_TOTAL)
    names = [column[0] for column in found.description]
    row = found.fetchone() or (0,) * len(names)
    return {name: int(value or 0) for name, value in zip(names, row, strict=True)}


def write_report(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the report: a CSV of the unconfirmed amounts where the name ends in ``.csv``, else the whole as Markdown.

    Raises:
        OSError: the file cannot be written.
    """
    rows = connection.execute(_LIST, [10_000_000 if path.suffix == ".csv" else LISTED]).fetchall()
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADINGS)
            writer.writerows([_plain(cell) for cell in row] for row in rows)
        return
    path.write_text("\n".join(_markdown(connection, rows)) + "\n", encoding="utf-8")


def _plain(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula is not run."""
    text = str(cell or "")
    return f"'{text}" if text[:1] in "=+@\t" else cell


def _markdown(connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    whole = totals(connection)
    yield "# 金额的把握"
    yield ""
    yield (
        f"{whole['documents']} 份文件，{whole['amounts']} 个金额：{share(whole['confirmed'], whole['amounts'])} 经至少一条独立的勾稽关系证实，"
        f"{share(whole['unconfirmed'], whole['amounts'])} 未证实，{share(whole['doubtful'], whole['amounts'])} 有疑。"
    )
    for title, key in (
        ("按表", "form"),
        ("按地区", "coalesce(region_name, '（不详）')"),
        ("按年度", "fiscal_year::VARCHAR"),
    ):
        yield from ("", f"## {title}", "")
        found = connection.execute(_BY.format(key=key)).fetchall()
        yield from _table(
            (title[1:], "文件", "金额", "证实", "未证实", "有疑"),
            [
                (
                    FORM_NAMES.get(what, what) if key == "form" else what,
                    documents,
                    amounts,
                    share(yes, amounts),
                    no,
                    doubt,
                )
                for what, documents, amounts, yes, no, doubt in found
            ],
        )
    yield from ("", "## 按文件", "", "等级的定义见视图 document_grade 的说明。", "")
    yield from _table(
        ("文件", "等级", "金额", "证实", "未证实", "有疑", "未读成", "错误", "警告"),
        [(n, g, a, share(c, a), u, d, r, e, w) for n, g, a, c, u, d, r, e, w in connection.execute(_GRADES).fetchall()],
    )
    yield from ("", f"## 未证实或有疑的金额（{whole['unconfirmed'] + whole['doubtful']} 个，列出 {len(rows)} 个）", "")
    yield from _table(HEADINGS, rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield "| " + " | ".join(headings) + " |"
    yield "| " + " | ".join("---" for _ in headings) + " |"
    for row in rows:
        yield (
            "| "
            + " | ".join(str("" if cell is None else cell).replace("|", "\\|").replace("\n", " ") for cell in row)
            + " |"
        )
