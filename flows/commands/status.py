"""`kuanxiang status` and `kuanxiang validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.home import Home


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def status(home: Home, as_json: bool) -> int:
    """显示文件状态、失败原因、待审事项和最近的运行。"""
    from flows import confirmation, show
    from flows.warehouse import reading, records

    found: dict[str, Any] = {
        "home": str(home.root),
        "documents": {},
        "failures": [],
        "open_issues": [],
        "runs": _runs(home),
    }
    if home.warehouse.exists():
        with reading(home) as connection:
            found["documents"] = dict(
                connection.execute("SELECT status, count(*) FROM document GROUP BY 1 ORDER BY 1").fetchall()
            )
            found["line_items"] = connection.execute("SELECT count(*) FROM line_item").fetchall()[0][0]
            found["confirmation"] = confirmation.totals(connection)
            found["grades"] = dict(
                connection.execute("SELECT grade, count(*) FROM document_grade GROUP BY 1 ORDER BY 1").fetchall()
            )
            found["failures"] = records(
                connection,
                "SELECT document_id, file_name, status, status_reason FROM document WHERE status IN ('failed', 'quarantined') ORDER BY file_name",
            )
            found["open_issues"] = records(
                connection,
                "SELECT severity, expectation, count(*) AS count FROM open_issues GROUP BY 1, 2 ORDER BY 3 DESC, 2",
            )
    if as_json:
        show.write_json(found)
        return 0
    _print(home, found)
    return 0


def _runs(home: Home) -> list[dict[str, Any]]:
    """The last ten runs. Plain sqlite3 for the default database: SQLAlchemy takes most of a second to import."""
    import sqlite3

    query = "SELECT run_id, kind, started_at, finished_at, documents, failed, state, published, message FROM run ORDER BY started_at DESC, run_id DESC LIMIT 10"
    columns = [part.strip() for part in query[7 : query.index(" FROM")].split(",")]
    url = home.configuration().operations_url
    path = home.root / "operations.sqlite"
    if url is not None:
        from sqlalchemy import create_engine, text

        with create_engine(url).connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]
    if not path.exists():
        return []
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [dict(zip(columns, row, strict=True)) for row in database.execute(query)]
    except sqlite3.OperationalError:
        return []
    finally:
        database.close()


def _print(home: Home, found: dict[str, Any]) -> None:
    from flows import show
    from flows.commands.names import RUN_STATE, SEVERITY, STATUS
    from flows.confirmation import share

    if not home.warehouse.exists():
        click.echo(f"{home.root} 里还没有仓库；先运行 kuanxiang ingest。")
    else:
        show.write_table(
            ["状态", "文件数"], [(STATUS.get(key, key), count) for key, count in found["documents"].items()]
        )
        sure = found["confirmation"]
        click.echo(
            f"金额 {found['line_items']} 行：{share(sure['confirmed'], sure['amounts'])} 经勾稽证实，"
            f"{share(sure['unconfirmed'], sure['amounts'])} 未证实，{share(sure['doubtful'], sure['amounts'])} 有疑；"
            f"文件等级 {'，'.join(f'{grade} {count}' for grade, count in found['grades'].items()) or '—'}"
        )
    failures = [
        (STATUS.get(one["status"], one["status"]), one["document_id"][:8], one["file_name"], one["status_reason"])
        for one in found["failures"]
    ]
    issues = [
        (SEVERITY.get(one["severity"], one["severity"]), one["expectation"], one["count"])
        for one in found["open_issues"]
    ]
    runs = [
        (
            one["run_id"],
            one["kind"],
            str(one["started_at"])[:19],
            RUN_STATE.get(one["state"], one["state"]),
            one["documents"],
            one["failed"],
            "是" if one["published"] else "否",
        )
        for one in found["runs"]
    ]
    if failures:
        show.write_table(["状态", "编号", "文件", "原因"], failures, title="未发布的文件")
    if issues:
        show.write_table(["程度", "规则", "待审"], issues, title="待审事项")
    if runs:
        show.write_table(["运行", "种类", "开始（UTC）", "结果", "文件", "失败", "发布"], runs, title="最近的运行")


@click.command()
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="另把金额的把握（证实的份额、未证实的清单）写到 FILE：.md 全文，.csv 清单。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def validate(home: Home, as_json: bool, report: Path | None) -> int:
    """对仓库现有内容重新执行全部核对，更新质量标记、待审事项和核对网页，然后发布。"""
    from flows import show
    from flows.commands.progress import Progress
    from flows.home import HomeError
    from flows.runner import run
    from flows.warehouse import reading, records

    if not home.warehouse.exists():
        raise HomeError(f"{home.root} 里还没有仓库；先运行 kuanxiang ingest。")
    with Progress(quiet=as_json) as progress:
        outcome = run(home, [], progress, kind="validate", force=True)
    with reading(home) as connection:
        if report is not None:
            from flows.confirmation import write_report

            write_report(connection, report)
        outcomes = records(
            connection,
            "SELECT expectation, severity, outcome, count(*) AS count FROM expectation_result GROUP BY ALL ORDER BY ALL",
        )
    if as_json:
        show.write_json(
            {"run_id": outcome.run_id, "results": outcomes, "data_docs": str(home.data_docs / "index.html")}
        )
        return 0
    from flows.commands.names import OUTCOME, SEVERITY

    rules: dict[tuple[str, str], dict[str, int]] = {}
    for one in outcomes:
        rules.setdefault((one["expectation"], one["severity"]), {})[one["outcome"]] = one["count"]
    rows = [
        (rule, SEVERITY.get(severity, severity), *(counts.get(outcome, 0) for outcome in OUTCOME))
        for (rule, severity), counts in rules.items()
    ]
    show.write_table(["规则", "程度", *OUTCOME.values()], rows)
    click.echo(f"核对网页：{home.data_docs / 'index.html'}")
    return 0
