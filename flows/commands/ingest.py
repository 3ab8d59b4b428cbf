"""`kuanxiang ingest` and `kuanxiang crawl`: sources in, warehouse out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from flows.home import Home, HomeError


def _run(home: Home, sources: list[str], as_json: bool, **options: Any) -> int:
    from flows.commands.progress import Progress, print_report
    from flows.runner import run

    if not all(source.strip() for source in sources):
        # "" would be the current folder: a variable that is empty in a script.
        raise click.UsageError("有一个来源是空的；当前文件夹请写作“.”。")
    with Progress(quiet=as_json) as progress:
        report = run(home, sources, progress, **options)
    status = print_report(report, as_json=as_json)
    _tell_of_samples(home)
    return status


def _tell_of_samples(home: Home) -> None:
    """A word where the invented accounts of the demo stand among the user's own documents."""
    from flows.commands.demo import samples_and_others, samples_folder

    with suppress(HomeError):
        samples, others = samples_and_others(home, samples_folder())
        if samples and others:
            click.echo(
                f"提示：这个数据目录里还有 {samples} 份演示用的样例（虚构的单位和数字），会一同出现在查询里；要分开请另用 --home。",
                err=True,
            )


@click.command()
@click.argument("sources", metavar="PATH_OR_URL...", nargs=-1, required=True)
@click.option("--retry", is_flag=True, help="失败过的文件重新读取一次。")
@click.option("--reread", is_flag=True, help="程序或参照数据更新后，把所有旧版本读过的文件也重新读取。")
@click.option("--allow-private", is_flag=True, help="允许访问内部网络的网址（直接写明 localhost 或 IP 的不必）。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def ingest(home: Home, sources: tuple[str, ...], retry: bool, reread: bool, allow_private: bool, as_json: bool) -> int:
    """收录文件、文件夹（含子文件夹）、压缩包和网址，每份文件打印一行结果。

    同样的字节收录多次，结果不变。中途中断，仓库保持上一次发布的样子，再次运行即接着完成。
    """
    return _run(home, list(sources), as_json, again=retry, reread=reread, allow_private=allow_private)


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--sources",
    "registry",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="来源登记表：TOML（[[source]] address = …）或 CSV（address 列），列出网址和文件夹。",
)
@click.option("--allow-private", is_flag=True, help="允许访问内部网络的网址（直接写明 localhost 或 IP 的不必）。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def crawl(home: Home, sources: tuple[str, ...], registry: Path | None, allow_private: bool, as_json: bool) -> int:
    """按来源登记表（或直接给出的 SOURCE）收录新的或有变化的文件。

    网址先按上次的 ETag、修改时间询问，没有变化就不下载。目前登记的网址须直接指向文件；门户网站的栏目页将由后续版本跟踪。
    """
    from flows.sources import SourceError, read_registry

    found = list(sources)
    try:
        if registry is not None:
            found += read_registry(registry)
        elif not found:
            configured = home.configuration().nightly
            found = list(configured.sources)
            if configured.registry:
                found += read_registry(home.root / configured.registry)
    except SourceError as error:
        raise click.UsageError(str(error)) from None
    if not found:
        raise click.UsageError("没有来源：给出 SOURCE、--sources FILE，或在配置文件 [nightly] 写明 sources。")
    return _run(home, found, as_json, kind="crawl", allow_private=allow_private)
