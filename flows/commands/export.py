"""`kuanxiang export`: the published tables as files."""

from __future__ import annotations

from pathlib import Path

import click

from flows.home import Home


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "csv", "xlsx"]),
    default="parquet",
    show_default=True,
    help="文件格式。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def export(home: Home, folder: Path, format_: str, as_json: bool) -> int:
    """把仓库的表和分析视图导出到文件夹 DIR，附数据包说明 datapackage.json。"""
    from flows import show
    from flows.export import export_tables

    try:
        resources = export_tables(home, folder, format_)
    except OSError as error:
        raise click.UsageError(f"写不进 {folder}：{error.strerror or error}") from None
    if as_json:
        show.write_json([{key: one[key] for key in ("name", "path", "rows", "bytes")} for one in resources])
        return 0
    show.write_table(
        ["表", "文件", "行数", "字节"], [(one["name"], one["path"], one["rows"], one["bytes"]) for one in resources]
    )
    click.echo(f"已导出到 {folder}，说明见 {folder / 'datapackage.json'}")
    return 0
