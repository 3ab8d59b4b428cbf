"""`kuanxiang nightly`: the scheduled flow, served by a local Prefect server, or once for a timer of the system."""

from __future__ import annotations

from typing import Any

import click

from flows.home import Home


def _sources(home: Home) -> list[str]:
    from flows.sources import SourceError, read_registry

    settings = home.configuration().nightly
    try:
        found = list(settings.sources)
        if settings.registry:
            found += read_registry(home.root / settings.registry)
    except SourceError as error:
        raise click.UsageError(str(error)) from None
    if not found:
        raise click.UsageError(f"没有来源：请在 {home.configuration_file} 的 [nightly] 写明 sources 或 registry。")
    return found


@click.command()
@click.option("--once", is_flag=True, help="立即执行一次后退出（供 cron、systemd 定时器调用）。")
@click.option("--cron", metavar="CRON", help="代替配置中的时间，如“0 2 * * *”。")
@click.option("--json", "as_json", is_flag=True, help="与 --once 同用：输出 JSON。")
@click.pass_obj
def nightly(home: Home, once: bool, cron: str | None, as_json: bool) -> int:
    """按配置文件 kuanxiang.toml 定时收录（默认每天 2:00，北京时间），一直运行到被停止。

    \b
    配置示例（放在数据目录下）：
      [nightly]
      cron = "0 2 * * *"
      timezone = "Asia/Shanghai"
      sources = ["/srv/disclosures", "https://example.org/a.pdf"]
      registry = "sources.toml"

    不想让进程常驻时，用系统定时器调用 kuanxiang nightly --once。
    """
    sources = _sources(home)
    if once:
        from flows.commands.progress import Progress, print_report
        from flows.runner import run

        with Progress(quiet=as_json) as progress:
            report = run(home, sources, progress, kind="nightly", reread=True)
        return print_report(report, as_json=as_json)
    if as_json:
        raise click.UsageError("--json 须与 --once 同用。")
    return _serve(home, sources, cron)


def _serve(home: Home, sources: list[str], cron: str | None) -> int:
    """A full Prefect server (the small one does not schedule) and the flow served on its cron, both ending with this process."""
    from flows.prefect_server import PrefectServer

    settings = home.create().configuration().nightly
    with PrefectServer(home, schedule=True, port=settings.port) as server:
        click.echo("启动本机 Prefect 服务……", err=True)
        server.wait(180)
        from prefect.schedules import Cron

        from flows.pipeline import ingest_flow

        when = cron or settings.cron
        try:
            schedule = Cron(when, timezone=settings.timezone)
        except ValueError as error:
            raise click.UsageError(f"定时“{when}”（{settings.timezone}）不合规：{error}") from None
        click.echo(
            f"定时收录：{when}（{settings.timezone}），{len(sources)} 个来源；{server.api_url}；按 Ctrl-C 停止。"
        )
        parameters: dict[str, Any] = {"home": str(home.root), "sources": sources, "kind": "nightly", "reread": True}
        ingest_flow.serve(
            name="nightly", schedule=schedule, parameters=parameters, print_starting_message=False, limit=1
        )
    return 0
