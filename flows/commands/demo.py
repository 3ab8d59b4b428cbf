"""`kuanxiang demo`: the main job on the bundled samples, ending with what it is all for."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import click

from flows.home import Home, HomeError

_ACROSS = """
SELECT department, fiscal_year,
       max(general_total) FILTER (measure = 'budget') AS budget, max(general_total) FILTER (measure = 'final') AS final,
       max(general_basic) FILTER (measure = 'final') AS basic, max(three_public_total) FILTER (measure = 'final') AS three_public
FROM department_year WHERE scope = 'department' GROUP BY ALL
HAVING budget IS NOT NULL OR final IS NOT NULL ORDER BY department, fiscal_year
"""
_ITEMS = """
SELECT department, fiscal_year, function_code, function_name, budget, final, execution_rate
FROM spending WHERE fund = 'general' AND budget IS NOT NULL AND final IS NOT NULL
ORDER BY final DESC, department, fiscal_year LIMIT 12
"""
_ISSUES = """
SELECT severity, expectation, file_name, message FROM open_issues ORDER BY severity, file_name, expectation, message LIMIT $limit
"""


def samples_folder() -> Any:
    """The folder of the bundled sample documents. Raises HomeError where the installation lacks it."""
    from data import data_path

    try:
        folder = data_path("samples")
    except FileNotFoundError as error:
        raise HomeError(str(error)) from None
    if not any(one.is_file() for one in folder.rglob("*")):
        raise HomeError("随附的样例文件不在（data/samples 是空的）。")
    return folder


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def demo(home: Home, as_json: bool) -> int:
    """用随附的样例文件走完全程：收录、核对、发布，并打印跨部门、多年度的结果和核对发现的问题。

    数据目录里已有别的文件时，演示在它的 demo 子目录里进行，虚构的样例不会混进去。重复执行不会重复收录。
    """
    from flows import show
    from flows.commands.names import SEVERITY
    from flows.commands.progress import Progress, document_line
    from flows.runner import run
    from flows.warehouse import reading, records

    folder = samples_folder()
    if samples_and_others(home, folder)[1]:
        home = Home(home.root / "demo")
    with Progress(quiet=as_json) as progress:
        report = run(home, [str(folder)], progress, kind="ingest", reread=True)
    with reading(home) as connection:
        across, items = records(connection, _ACROSS), records(connection, _ITEMS)
        issues = records(connection, _ISSUES, {"limit": 40})
        total = connection.execute("SELECT count(*) FROM open_issues").fetchall()[0][0]
        checks = connection.execute("SELECT count(*) FROM expectation_result WHERE outcome = 'passed'").fetchall()[0][0]
    status = 1 if report.source_failures else 0
    if as_json:
        show.write_json(
            {"home": str(home.root), "departments": across, "items": items, "issues": issues, "passed_checks": checks}
        )
        return status
    for one in report.documents:
        click.echo(document_line(one))
    click.echo("")
    show.write_table(
        ["部门", "年度", "一般公共预算支出：预算", "决算", "其中基本支出", "“三公”经费决算"],
        [
            (
                one["department"],
                one["fiscal_year"],
                *(_wan(one[name]) for name in ("budget", "final", "basic", "three_public")),
            )
            for one in across
        ],
        title="各部门、各年度（万元；空白为未公布）",
    )
    show.write_table(
        ["部门", "年度", "编码", "科目", "预算", "决算", "执行率"],
        [
            (
                one["department"],
                one["fiscal_year"],
                one["function_code"],
                one["function_name"],
                _wan(one["budget"]),
                _wan(one["final"]),
                _percent(one["execution_rate"]),
            )
            for one in items
        ],
        title="预算与决算对照（按项级科目，万元，决算最大的 12 项）",
    )
    show.write_table(
        ["程度", "规则", "文件", "问题"],
        [
            (SEVERITY.get(one["severity"], one["severity"]), one["expectation"], one["file_name"], one["message"])
            for one in issues
        ],
        title=f"核对发现的问题（共 {total} 项；另有 {checks} 项核对通过）",
    )
    click.echo(f'数据目录 {home.root}；继续查询：kuanxiang --home {home.root} sql "select * from spending limit 10"')
    return status


def samples_and_others(home: Home, samples: Any) -> tuple[int, int]:
    """How many of the home's originals are bundled samples, and how many are not."""
    known = {hashlib.sha256(one.read_bytes()).hexdigest() for one in samples.rglob("*") if one.is_file()}
    there = [one.name in known for one in home.originals.glob("*/*")]
    return sum(there), len(there) - sum(there)


def _wan(value: Decimal | None) -> Decimal | None:
    return None if value is None else (value / 10_000).quantize(Decimal("0.01"))


def _percent(rate: Any) -> str:
    return "" if rate is None else f"{Decimal(rate) * 100:.1f}%"
