"""`kuanxiang sql`: read-only SQL on the warehouse."""

from __future__ import annotations

import sys

import click

from flows.home import Home


@click.command()
@click.argument("query", metavar="QUERY")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（对象的列表）。")
@click.pass_obj
def sql(home: Home, query: str, as_csv: bool, as_json: bool) -> int:
    """对仓库执行只读 SQL，打印成表格。QUERY 为 - 时从标准输入读取。

    表和列的含义见仓库内注释：select * from duckdb_columns()；中文表名见 zh 模式，如 select * from zh.文件。
    """
    import duckdb

    from flows import show
    from flows.warehouse import reading

    if as_csv and as_json:
        raise click.UsageError("--csv 和 --json 只能选一个。")
    text = sys.stdin.read() if query == "-" else query
    with reading(home) as connection:
        try:
            if not duckdb.extract_statements(text):
                raise click.UsageError("没有要执行的 SQL。")
            found = connection.execute(text)
            columns = [column[0] for column in found.description or ()]
            rows = found.fetchall() if columns else []
        except duckdb.Error as error:
            raise click.UsageError(f"SQL 没有执行：{error}") from None
    if as_json:
        show.write_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif as_csv:
        show.write_csv(columns, rows)
    elif columns:
        show.write_table(columns, rows)
        click.echo(f"（{len(rows)} 行）")
    return 0
