"""The one Prefect flow: take in, read, build, check, publish, summarise. Its tasks are stages over batches of documents.

Only fetching is retried: there the world can fail and recover. The other stages are pure functions of what is in the home
folder; one that fails leaves the published warehouse as it was, and the next run does it again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows import road
from flows.home import Fetching, Home
from flows.intake import fetch_remote, take_local
from flows.observer import Observer
from flows.reading import read_documents
from flows.sources import Download, TransientFetchError

_observer = Observer()


def observe(observer: Observer) -> None:
    """Who hears of the progress of flows run in this process."""
    global _observer
    _observer = observer


def _worth_another_try(_task: Any, _run: Any, state: Any) -> bool:
    try:
        state.result()
    except TransientFetchError:
        return True
    except Exception:
        return False
    return False


@task(name="fetch", cache_policy=NO_CACHE, retry_condition_fn=_worth_another_try, retry_jitter_factor=0.3)
def fetch_task(home: Home, url: str, settings: Fetching) -> Download:
    """Fetch one address; transient failures are tried again with growing pauses."""
    return fetch_remote(home, url, settings)


def _fetch(home: Home, url: str, settings: Fetching) -> Download:
    delays = [settings.retry_delay * 2**number for number in range(settings.retries)]
    return fetch_task.with_options(retries=settings.retries, retry_delay_seconds=delays or 0)(home, url, settings)


STEPS = road.Steps(
    fetch=_fetch,
    take=task(name="take-in", cache_policy=NO_CACHE)(take_local),
    read=task(name="read", cache_policy=NO_CACHE)(read_documents),
    build=task(name="build", cache_policy=NO_CACHE)(road.build_candidate),
    check=task(name="check", cache_policy=NO_CACHE)(road.check_candidate),
    publish=task(name="publish", cache_policy=NO_CACHE)(road.publish_candidate),
)
"""The steps of the road as Prefect tasks."""


@flow(name="kuanxiang", validate_parameters=False)
def ingest_flow(
    home: str,
    sources: list[str],
    kind: str = "ingest",
    again: bool = False,
    reread: bool = False,
    force: bool = False,
    allow_private: bool = False,
    run_id: str | None = None,
) -> road.RunReport:
    """One run over the sources.

    again: read failed documents once more. reread: also read what an older version of the code read. force: build and check
    even when nothing changed. allow_private: fetch from private networks too. run_id: a run that was opened already.
    """
    report = road.journey(
        Home(Path(home)).create(),
        sources,
        STEPS,
        _observer,
        kind=kind,
        run_id=run_id,
        again=again,
        reread=reread,
        force=force,
        allow_private=allow_private,
    )
    create_markdown_artifact(markdown=summary_markdown(report), key="kuanxiang-run", description="收录小结")
    return report


def summary_markdown(report: road.RunReport) -> str:
    """The run in a table, as kept by Prefect."""
    failed = [one for one in report.documents if one.status == "failed"]
    lines = [
        f"# 收录 {report.run_id}",
        "",
        f"文件 {len(report.documents)}，失败 {len(failed)}，来源失败 {len(report.source_failures)}，"
        + ("已发布新的仓库。" if report.published else "没有变化，未发布。"),
        "",
        "| 状态 | 文件 | 表 | 金额 | 待审 | 说明 |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for one in report.documents[:500]:
        cells = (one.status, one.name, one.forms, one.line_items, one.findings, one.reason or "")
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    lines += [f"| 来源失败 | {source} | | | | {reason} |" for source, reason in report.source_failures]
    return "\n".join(lines)
