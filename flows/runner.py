"""Running the flow from the command line: no server to be started by hand, and none at all when nothing changed."""

from __future__ import annotations

import errno
import shutil
from typing import Any

from flows import reading, road
from flows.candidate import build_facts_of
from flows.home import Home, ingestion_lock
from flows.intake import take_local
from flows.observer import Intake, Observer
from flows.sources import Skipped, is_url

_LEAST_FREE = 32 << 20
"""Bytes that a run needs at the very least: a server's database, logs, a candidate of no documents."""


def run(home: Home, sources: list[str], observer: Observer, **options: Any) -> road.RunReport:
    """One run of the flow over the sources (see `flows.pipeline.ingest_flow` for the options)."""
    home.create().configuration()
    if not sources and not any(options.get(name) for name in ("again", "reread")) and not reading.unread(home):
        # Nothing to fetch or read (a steward's decision, a validation): no stage that wants a scheduler or retries.
        return road.journey(home, [], road.Steps(), observer, **{"kind": "validate", **options})
    if not any(options.get(name) for name in ("again", "force")) and not any(map(is_url, sources)):
        options["run_id"] = road.start_run(home, str(options.get("kind", "ingest")))
        report = _unchanged(home, options["run_id"], sources, observer, reread=bool(options.get("reread")))
        if report is not None:
            return report
    _room(home)
    from flows.prefect_server import PrefectServer

    with PrefectServer(home) as server:
        from flows import pipeline

        pipeline.observe(observer)
        observer.stage("启动本机 Prefect")
        server.wait()
        report = pipeline.ingest_flow(str(home.root), sources, **options)
        assert isinstance(report, road.RunReport)
        return report


def _room(home: Home) -> None:
    """Refuse to begin on a disk so full that nothing can end well. Raises OSError as the disk itself would later."""
    if shutil.disk_usage(home.root).free < _LEAST_FREE:
        raise OSError(errno.ENOSPC, "No space left on device", str(home.root))


class _Quiet(Observer):
    """Keeps what was skipped until it is known who will say so."""

    def __init__(self) -> None:
        self.items: list[Skipped] = []

    def skipped(self, item: Skipped) -> None:
        """Keep it."""
        self.items.append(item)


def _unchanged(
    home: Home, run_id: str, sources: list[str], observer: Observer, *, reread: bool
) -> road.RunReport | None:
    """The report of a run that has nothing to do, or None: then the flow is wanted."""
    if not home.warehouse.exists():
        return None
    with ingestion_lock(home, on_wait=lambda: observer.stage("等待另一个收录结束")):
        intake, quiet = Intake(), _Quiet()
        for source in sources:
            take_local(home, run_id, source, intake, quiet)
        documents = reading.staged_documents(home, intake.documents)
        if documents is None or (reading.outdated(home) if reread else reading.unread(home)):
            return None
        if road.build_facts(home, road.entries_of(home)) != build_facts_of(home):
            return None
        for item in quiet.items:
            observer.skipped(item)
        reports = road.reports(home, documents, reading.stage_keys(home))
        report = road.RunReport(run_id, tuple(reports), tuple(intake.failures), False, intake.skipped)
        road.finish_run(home, run_id, "finished", documents=len(reports), failed=report.failures)
        return report
