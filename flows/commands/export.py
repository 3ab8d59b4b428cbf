"""`kuanxiang export`: the published tables as files."""

from __future__ import annotations

from pathlib import Path

import click

from flows.home import Home


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "csv", "xlsx"]),
    default="parquet",
    show_default=True,
    help="文件格式。",
)
@click.option(
    "--unmapped",
    metavar="FILE.xlsx",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把没有认出的表题、表头、行名导出成一个供人填写的工作簿（不导出仓库的表）。",
)
@click.option("--import", "learn", is_flag=True, help="与 --unmapped 同用：收回填好的工作簿，重读有关文件。")
@click.option("--by", metavar="WHO", help="与 --import 同用：填写人。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def export(
    home: Home,
    folder: Path | None,
    format_: str,
    unmapped: Path | None,
    learn: bool,
    by: str | None,
    as_json: bool,
) -> int:
    """把仓库的表和分析视图导出到文件夹 DIR，附数据包说明 datapackage.json。

    用 --unmapped FILE.xlsx 时导出没有认出的名称；填好后加 --import --by 姓名 收回，全部正确才收，随后只重读有关的文件。
    """
    from flows import show
    from flows.export import export_tables

    if (folder is None) == (unmapped is None):
        raise click.UsageError("请给出文件夹 DIR，或用 --unmapped FILE.xlsx（二者取一）。")
    if learn and unmapped is None:
        raise click.UsageError("--import 须与 --unmapped FILE.xlsx 同用。")
    if unmapped is not None:
        return _learn(home, unmapped, by, as_json) if learn else _ask(home, unmapped, as_json)
    assert folder is not None
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


def _ask(home: Home, path: Path, as_json: bool) -> int:
    """Write the workbook of what could not be mapped."""
    from flows import show, unmapped

    if path.suffix.lower() != ".xlsx":
        raise click.UsageError(f"{path.name}：文件名须以 .xlsx 结尾。")
    questions = unmapped.collect(home)
    try:
        unmapped.write(questions, path)
    except OSError as error:
        raise click.UsageError(f"写不进 {path}：{error.strerror or error}") from None
    counts = {sheet.title: len(questions[sheet.kind]) for sheet in unmapped.SHEETS}
    if as_json:
        show.write_json({"path": str(path), "counts": counts})
    else:
        click.echo("，".join(f"{title} {count} 项" for title, count in counts.items()) + f"；已写入 {path}")
    return 0


def _learn(home: Home, path: Path, by: str | None, as_json: bool) -> int:
    """Take a filled workbook back, all or nothing, and read the documents concerned again."""
    from flows import road, show, unmapped
    from flows.commands.progress import Progress

    if not by or not by.strip():
        raise click.UsageError("请用 --by 写明填写人。")
    if not path.is_file():
        raise click.UsageError(f"没有文件 {path}。")
    questions = unmapped.collect(home)
    try:
        entries = unmapped.read(path, questions, by.strip())
    except unmapped.WorkbookError as error:
        raise click.UsageError("工作簿有误，一项也没有收：\n" + "\n".join(error.problems[:50])) from None
    if not entries:
        raise click.UsageError("工作簿里没有填写任何一格，没有可收的内容。")
    documents = unmapped.learn(home, entries, questions)
    with Progress(quiet=as_json) as progress:
        report = road.journey(home, [], road.Steps(), progress, kind="learn")
    counts = unmapped.summary(entries)
    if as_json:
        show.write_json({"counts": counts, "documents": len(documents), "published": report.published})
    else:
        said = "，".join(f"{title} {count} 项" for title, count in counts.items() if count)
        click.echo(f"已收 {said}；重读文件 {len(documents)} 份，仓库{'已' if report.published else '未'}更新。")
    return 0
