"""What a run prints: progress on standard error, one line a document on standard output."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import click

from flows.commands.names import STATUS
from flows.observer import DocumentReport, Observer
from flows.road import RunReport
from flows.sources import Skipped


class Progress(Observer):
    """Rich progress on standard error while a run goes on; quiet when that is no terminal or JSON was asked for."""

    def __init__(self, *, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False)
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=quiet or not self._console.is_terminal,
            transient=True,
        )
        self._task: Any = self._bars.add_task("准备", total=None)

    def __enter__(self) -> Progress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def skipped(self, item: Skipped) -> None:
        """One line for a file left out."""
        if not self._quiet:
            from flows.show import one_line

            click.echo(one_line(f"略过  {item.path}（{item.reason}）"), err=True)

    def failed_source(self, source: str, reason: str) -> None:
        """Told again at the end; here only the bar moves."""

    def stage(self, text: str) -> None:
        """The bar's caption."""
        self._bars.update(self._task, description=text)

    def reading(self, total: int) -> None:
        """More to read."""
        current = self._bars.tasks[0].total or 0
        self._bars.update(self._task, description="读取文件", total=current + total)

    def read(self, name: str) -> None:
        """One read."""
        self._bars.update(self._task, advance=1, description=f"读取文件 {name[:30]}")


def print_report(report: RunReport, *, as_json: bool) -> int:
    """The run's outcome; the exit code (1 when a document or source failed)."""
    from flows import show

    if as_json:
        show.write_json(
            {
                "run_id": report.run_id,
                "published": report.published,
                "documents": [
                    {
                        "document_id": one.document_id,
                        "file_name": one.name,
                        "status": one.status,
                        "reason": one.reason,
                        "forms": one.forms,
                        "line_items": one.line_items,
                        "open_issues": one.findings,
                        "seconds": one.seconds,
                        "new": one.new,
                    }
                    for one in report.documents
                ],
                "source_failures": [{"source": source, "reason": reason} for source, reason in report.source_failures],
                "skipped": report.skipped,
            }
        )
    else:
        for one in report.documents:
            click.echo(document_line(one))
        for source, reason in report.source_failures:
            click.echo(show.one_line(f"失败  ————————  {source}  {reason.removeprefix(source + chr(0xFF1A))}"))
        failed = report.failures
        click.echo(
            f"共 {len(report.documents)} 份文件，失败 {failed}；"
            + ("仓库已更新。" if report.published else "没有变化，仓库保持原样。")
        )
    return 1 if report.failures else 0


def document_line(one: DocumentReport) -> str:
    """One document in one line: status, id, name, what was read, why; whatever its name and reason hold."""
    from flows.show import one_line

    counts = f"表 {one.forms}  金额 {one.line_items}  待审 {one.findings}" if one.status != "failed" else ""
    state = STATUS.get(one.status, one.status) + ("" if one.new else "（未变）")
    parts = (state, one.document_id[:8], one.name, counts, one.reason or "")
    return one_line("  ".join(part for part in parts if part))
