"""The same results through Great Expectations: suites, one checkpoint, and the Data Docs site for stewards.

Great Expectations does not work on DuckDB out of the box: it reads a cursor after its connection went back to the pool.
An execution engine that keeps one connection open, and a datasource that names it, cure that. Importing this module
costs about five seconds; nothing else does.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from builtins import type as class_of
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import sqlalchemy
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.render.components import LegacyDiagnosticRendererType, RenderedTableContent
from great_expectations.render.renderer.renderer import renderer

from expectations.engine import uncovered
from expectations.model import Rule, Tally
from expectations.offline import Report, make_readable
from expectations.rules import FAMILIES, catalogue

_COLUMNS = {"severity": "严重程度", "document": "文件", "message": "说明", "document_id": "文件编号"}
_SHOWN = 200

logging.getLogger("great_expectations").setLevel(logging.ERROR)


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection for its lifetime, so that a result can still be read after the call that made it."""

    _alive: ClassVar[list[DuckDBExecutionEngine]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._alive.append(self)

    @classmethod
    def release(cls) -> None:
        """Close every connection, so that the file can be opened and moved again."""
        while cls._alive:
            engine = cls._alive.pop()
            if engine._connection is not None:
                engine._connection.close()
                engine._connection = None
            engine.engine.dispose()

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file as a Great Expectations datasource (``context.data_sources.add_duckdb``)."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    execution_engine_override: ClassVar[class_of[DuckDBExecutionEngine]] = DuckDBExecutionEngine

    @property
    def execution_engine_type(self) -> class_of[SqlAlchemyExecutionEngine]:
        """The engine that keeps its connection."""
        return DuckDBExecutionEngine


class RuleExpectation(UnexpectedRowsExpectation):
    """A rule's failures as a table a steward can read: the Chinese message, the document, the severity."""

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any] | None:
        rows = ((result.result or {}).get("details") or {}).get("unexpected_rows") if result is not None else None
        if not rows:
            return None
        names = list(_COLUMNS)
        table = [[str(row.get(name) or "") for name in names] for row in rows[:_SHOWN]]
        return [
            RenderedTableContent(
                content_block_type="table",
                table=table,
                header_row=[_COLUMNS[name] for name in names],
                styling={"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}},
            )
        ]


def publish_docs(
    database: Path, docs_dir: Path, *, run_id: str, tallies: Sequence[Tally]
) -> tuple[tuple[str, ...], tuple[str, ...], Path]:
    """Run one checkpoint over all suites and write the Data Docs.

    Args:
        database: warehouse with filled ``expectation_result``, not open for writing elsewhere.
        docs_dir: folder of the site; replaced only after the new site is complete.
        run_id: name of the run on the site.
        tallies: how each rule came out, for the coverage expectations.

    Returns:
        Rules whose coverage expectation failed (a sentence each); expectations that raised (with the reason); index page.
    """
    building = Path(tempfile.mkdtemp(prefix=".data_docs", dir=_parent(docs_dir)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                broken = _run(database, building, run_id)
            finally:
                DuckDBExecutionEngine.release()
        _replace(building, docs_dir)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return uncovered(catalogue(), tallies), tuple(broken), docs_dir / "index.html"


def _parent(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder.parent


def _replace(new: Path, old: Path) -> None:
    """Put the finished site in place of the old one; a reader sees one or the other."""
    aside = old.with_name(old.name + ".old")
    shutil.rmtree(aside, ignore_errors=True)
    if old.exists():
        old.rename(aside)
    new.rename(old)
    old.chmod(0o755)
    shutil.rmtree(aside, ignore_errors=True)


def _run(database: Path, site: Path, run_id: str) -> list[str]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.add_data_docs_site(
        site_name="kuanxiang",
        site_config={
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
        },
    )
    source = context.data_sources.add_duckdb(name="warehouse", connection_string=f"duckdb:///{database}")
    batch = source.add_table_asset(
        name="expectation_result", table_name="expectation_result"
    ).add_batch_definition_whole_table("全部结果")
    definitions = []
    for title, expectations in _suites().items():
        suite = context.suites.add(gx.ExpectationSuite(name=title, expectations=expectations))
        definitions.append(
            context.validation_definitions.add(gx.ValidationDefinition(name=title, data=batch, suite=suite))
        )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name="候选仓库核对", validation_definitions=definitions, result_format="COMPLETE")
    )
    outcome = checkpoint.run(run_id=gx.RunIdentifier(run_name=run_id))
    context.build_data_docs()
    make_readable(site, _reports(site, outcome), run_id)
    source.get_engine().dispose()
    return list(_broken(outcome))


def _reports(site: Path, outcome: Any) -> list[Report]:
    """What the index lists, in the order of the families."""
    pages = {
        page.relative_to(site).parts[1]: page.relative_to(site).as_posix()
        for page in site.glob("validations/*/*/*/*.html")
    }
    found = {result.suite_name: result.statistics or {} for result in outcome.run_results.values()}
    return [
        Report(title, pages[title], int(numbers["evaluated_expectations"]), int(numbers["unsuccessful_expectations"]))
        for title, numbers in found.items()
        if title in pages
    ]


def _suites() -> dict[str, list[Any]]:
    """Chinese suite name → its expectations: one suite a family, few and set-based."""
    suites: dict[str, list[Any]] = {}
    for family, title in FAMILIES.items():
        rules = [rule for rule in catalogue() if rule.family == family]
        suites[title] = [_failures(rule) for rule in rules] + [_coverage(rule) for rule in rules if rule.coverage]
    suites["阅读发现"] = [_findings()]
    return suites


def _failures(rule: Rule) -> Any:
    """No failed group of error or warning; for a rule of severity info, no failure at all."""
    severities = "('error', 'warning')" if rule.severity != "info" else "('info')"
    query = f"""SELECT r.severity, coalesce(d.file_name, d.title) AS document, r.message, r.document_id
      FROM {{batch}} r LEFT JOIN document d ON d.document_id = r.document_id
      WHERE r.expectation = '{rule.id}' AND r.outcome = 'failed' AND r.severity IN {severities} ORDER BY r.severity, r.document_id, r.group_key"""
    severity = {"error": FailureSeverity.CRITICAL, "warning": FailureSeverity.WARNING, "info": FailureSeverity.INFO}[
        rule.severity
    ]
    return RuleExpectation(
        unexpected_rows_query=query,
        description=f"{rule.id}　{rule.title}",
        severity=severity,
        notes=f"应为：{rule.expected}。依据：{rule.source}。处理：{rule.remedy}",
        meta={"rule": rule.id},
    )


def _coverage(rule: Rule) -> Any:
    """The rule found something to check in enough of the documents where it is due: it cannot pass by matching nothing."""
    query = f"""SELECT * FROM (
        SELECT count(DISTINCT document_id) AS due, count(DISTINCT document_id) FILTER (outcome IN ('passed', 'failed')) AS met
        FROM {{batch}} WHERE expectation = '{rule.id}' AND outcome <> 'not_applicable') c
      WHERE met < {rule.coverage} * due"""
    return RuleExpectation(
        unexpected_rows_query=query,
        description=f"{rule.id}　核对到的文件不少于应核对文件的 {rule.coverage:.0%}",
        severity=FailureSeverity.WARNING,
        meta={"rule": rule.id, "coverage": True},
    )


def _findings() -> Any:
    known = ", ".join(f"'{rule.id}'" for rule in catalogue())
    query = f"""SELECT r.severity, coalesce(d.file_name, d.title) AS document, r.expectation || '　' || r.message AS message, r.document_id
      FROM {{batch}} r LEFT JOIN document d ON d.document_id = r.document_id
      WHERE r.expectation NOT IN ({known}) AND r.outcome = 'failed' AND r.severity IN ('error', 'warning') ORDER BY ALL"""
    return RuleExpectation(
        unexpected_rows_query=query,
        description="阅读时发现的问题（文字、科目、未读成的表）",
        severity=FailureSeverity.WARNING,
    )


def _broken(outcome: Any) -> Generator[str, None, None]:
    """Expectations that raised: neither passed nor failed, so they must be named."""
    for result in outcome.run_results.values():
        for entry in result.results:
            info = entry.exception_info or {}
            if "raised_exception" in info:
                info = {"": info}
            for detail in info.values():
                if detail.get("raised_exception"):
                    rule = (entry.expectation_config.meta or {}).get("rule", "?")
                    yield f"{rule}：{str(detail.get('exception_message', '')).splitlines()[0][:200]}"
