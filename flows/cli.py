"""The command line: one lazily loaded module a command, so that a query never waits for Prefect or a PDF library."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import click

from flows.home import DEFAULT_HOME, Home, HomeError

_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("flows.commands.demo:demo", "用随附的样例文件走完全程，并打印跨部门、多年度的查询结果"),
    "ingest": ("flows.commands.ingest:ingest", "收录文件、文件夹、压缩包或网址到仓库（可重复执行）"),
    "crawl": ("flows.commands.ingest:crawl", "按来源登记表收录新的或有变化的文件"),
    "nightly": ("flows.commands.nightly:nightly", "按配置的时间定时收录（Prefect 服务）"),
    "status": ("flows.commands.status:status", "文件状态、失败原因、待审事项、最近运行"),
    "validate": ("flows.commands.status:validate", "对仓库现有内容重新执行全部核对"),
    "review": ("flows.commands.review:review", "打开审核台（网页），或列出待审事项"),
    "decide": ("flows.commands.review:decide", "处理一个待审事项：认可、更正、豁免或退回"),
    "trace": ("flows.commands.trace:trace", "从一个数字追溯到原文的页、格和它参与的核对"),
    "classify": ("flows.commands.classify:classify", "查看一个科目名称或条目对应的编码和理由"),
    "sql": ("flows.commands.query:sql", "对仓库执行只读 SQL"),
    "export": ("flows.commands.export:export", "把仓库的表导出为 Parquet、CSV 或 XLSX"),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when it is called (the list of commands needs none)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the documentation."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    subcommand_metavar="命令 [参数]...",
)
@click.option(
    "--home",
    "home_folder",
    metavar="DIR",
    envvar="KUANXIANG_HOME",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_HOME,
    help="数据目录：原件、运行记录、仓库都在这里（环境变量 KUANXIANG_HOME；默认 data/home）。",
)
@click.version_option(
    package_name="kuanxiang", prog_name="kuanxiang", message="%(prog)s %(version)s", help="显示版本。"
)
@click.pass_context
def cli(context: click.Context, home_folder: Path) -> None:
    """款项：把部门预算、决算公开文件读成可查询、可核对、可追溯的仓库。

    退出码：0 完成；1 有文件失败（逐个说明原因）；2 用法有误。
    """
    context.obj = Home(home_folder.absolute())


def main(arguments: list[str] | None = None) -> None:
    """Entry point of `kuanxiang`: errors of the home or of a file come as one sentence, never as a traceback."""
    try:
        status: Any = cli.main(args=arguments, prog_name="kuanxiang", standalone_mode=False)
        raise SystemExit(status if isinstance(status, int) else 0)
    except click.exceptions.Abort:
        click.echo("已中断；仓库保持上一次发布的样子。", err=True)
        raise SystemExit(130) from None
    except click.ClickException as error:
        from flows import usage

        usage.show(error)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        click.echo("已中断；仓库保持上一次发布的样子。", err=True)
        raise SystemExit(130) from None
    except HomeError as error:
        click.echo(f"错误：{error}", err=True)
        raise SystemExit(2) from None
    except BrokenPipeError:
        # `kuanxiang sql … | head`: the reader has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(0) from None
    except Exception as error:
        _explain(error)
        raise SystemExit(1) from None


def _explain(error: Exception) -> None:
    """A defect of ours in one sentence; the traceback goes to a file (or to the screen where KUANXIANG_DEBUG is set)."""
    import tempfile
    import traceback

    from flows.faults import explain

    known = explain(error)
    if known is not None and not os.environ.get("KUANXIANG_DEBUG"):
        click.echo(f"错误：{known}", err=True)
        return
    text = "".join(traceback.format_exception(error))
    if os.environ.get("KUANXIANG_DEBUG"):
        click.echo(text, err=True)
    handle, name = tempfile.mkstemp(prefix="kuanxiang-error-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(text)
    click.echo(f"错误：{type(error).__name__}：{str(error)[:500]}\n仓库保持上一次发布的样子；详情见 {name}", err=True)


if __name__ == "__main__":
    main()
