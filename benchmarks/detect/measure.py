"""What the rules say about faulted documents: many copies in one temporary warehouse, the rules' SQL run once over all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from benchmarks.detect.plant import Fault
from expectations.engine import evaluate
from flows import staging
from models import warehouse
from models.catalog import load_catalog
from models.disclosure import Disclosure
from models.views import schema_ddl

UNSEEN = ("读数不变", "小于舍入误差", "未收录", "各和不变")
"""Reasons for which a fault cannot be seen in the figures, whatever the rules."""

Failure = tuple[str, str]
"""Rule and group."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said about one document.

    refused: it was kept out altogether. failures: failed results of severity error or warning, with the locators of the
    line items they name and the places of the reader's findings. errors: those of severity error. checks and envelope, by
    locator: how many passed identities a figure took part in, and the narrowest of their envelopes (元).
    """

    refused: bool = False
    failures: dict[Failure, frozenset[str]] = field(default_factory=dict)
    errors: frozenset[Failure] = frozenset()
    messages: dict[Failure, str] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    envelope: dict[str, Decimal] = field(default_factory=dict)
    twice: frozenset[str] = frozenset()
    down: dict[str, bool] = field(default_factory=dict)
    parent: dict[str, tuple[object, ...]] = field(default_factory=dict)
    table: dict[str, int | None] = field(default_factory=dict)


class Warehouse:
    """A temporary warehouse with the catalogue in it, emptied between batches."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET threads = 1")
        for statement in schema_ddl():
            self.connection.execute(statement)
        catalog = load_catalog()
        for table, rows in (
            (warehouse.function_code, catalog.function_rows()),
            (warehouse.economic_code, catalog.economic_rows()),
        ):
            self._insert(table.name, staging.arrow_table(table, list(rows)))

    def _insert(self, name: str, rows: object) -> None:
        self.connection.register("incoming", rows)
        self.connection.execute(f"INSERT INTO main.{name} BY NAME SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def judge(self, documents: Sequence[tuple[str, Disclosure]]) -> dict[str, Verdict]:
        """Load the documents under their ids, run all rules, give what was said about each."""
        for table in (*warehouse.DOCUMENT_TABLES, warehouse.document, warehouse.expectation_result):
            self.connection.execute(f"DELETE FROM main.{table.name}")
        verdicts: dict[str, Verdict] = {}
        collected: dict[str, list[dict[str, object]]] = defaultdict(list)
        for name, disclosure in documents:
            metadata = disclosure.metadata
            rows = staging._rows(name, disclosure)
            if (
                metadata.refusal is not None
                or metadata.report_kind is None
                or metadata.fiscal_year is None
                or not rows["line_item"]
            ):
                verdicts[name] = Verdict(refused=True)
                continue
            for table_name, found in rows.items():
                # Every copy is a body of its own: copies must not be held against each other.
                collected[table_name] += [
                    {**row, "department_id": name} if "department_id" in row else row for row in found
                ]
            collected["document"].append(
                {
                    "document_id": name,
                    "report_kind": metadata.report_kind,
                    "scope": metadata.scope,
                    "fiscal_year": metadata.fiscal_year,
                    "department_id": name,
                    "title": metadata.title,
                    "status": "published",
                }
            )
        for table in (*warehouse.DOCUMENT_TABLES, warehouse.document):
            if collected[table.name]:
                self._insert(table.name, staging.arrow_table(table, collected[table.name]))
        evaluate(self.connection, run_id="detect")
        verdicts |= self._read([str(row["document_id"]) for row in collected["document"]])
        return verdicts

    def _read(self, names: Iterable[str]) -> dict[str, Verdict]:
        verdicts = {name: Verdict() for name in names}
        errors: dict[str, set[Failure]] = defaultdict(set)
        for document, rule, group, severity, message, locators in self.connection.execute(
            """SELECT e.document_id, e.expectation, e.group_key, e.severity, e.message,
                 list(l.locator) FILTER (l.locator IS NOT NULL)
               FROM (SELECT *, unnest(CASE WHEN len(line_item_ids) = 0 THEN [NULL] ELSE line_item_ids END) AS id FROM expectation_result
                     WHERE outcome = 'failed' AND severity IN ('error', 'warning')) e
               LEFT JOIN line_item l ON l.line_item_id = e.id GROUP BY ALL"""
        ).fetchall():
            verdicts[document].failures[rule, group] = frozenset(locators or ())
            verdicts[document].messages[rule, group] = message
            if severity == "error":
                errors[document].add((rule, group))
        twice: dict[str, set[str]] = defaultdict(set)
        for document, locator in self.connection.execute(
            """SELECT l.document_id, l.locator FROM (SELECT unnest(line_item_ids) AS id FROM expectation_result e JOIN x_rule r ON r.id = e.expectation
               WHERE outcome = 'passed' AND r.kind IN ('same', 'ratio')) e JOIN line_item l ON l.line_item_id = e.id"""
        ).fetchall():
            twice[document].add(locator)
        for document, locator, table, row, adds in self.connection.execute(
            """SELECT document_id, locator, table_no, parent_row_no, line_item_id IN (SELECT child FROM x_down) FROM line_item"""
        ).fetchall():
            verdicts[document].parent[locator] = (table, row)
            verdicts[document].down[locator] = adds
        for document, locator, checks, table, amount in self.connection.execute(
            "SELECT document_id, locator, checks, table_no, amount_yuan FROM line_item"
        ).fetchall():
            verdicts[document].checks[locator] = max(checks, verdicts[document].checks.get(locator, 0))
            verdicts[document].table[locator] = table
            verdicts[document].amounts[locator] = amount
        for document, locator, envelope in self.connection.execute(
            """SELECT l.document_id, l.locator, min(e.tolerance) FROM
                 (SELECT unnest(line_item_ids) AS id, tolerance FROM expectation_result
                  WHERE outcome = 'passed' AND difference IS NOT NULL) e JOIN line_item l ON l.line_item_id = e.id GROUP BY ALL"""
        ).fetchall():
            verdicts[document].envelope[locator] = envelope
        return {
            name: Verdict(
                verdict.refused, verdict.failures, frozenset(errors[name]), verdict.messages, verdict.amounts, verdict.checks,
                verdict.envelope, frozenset(twice[name]), verdict.down, verdict.parent, verdict.table,
            )
            for name, verdict in verdicts.items()
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one fault came out.

    flagged: a failure that the correct document has not names it (or the document is refused). covered: every figure it
    makes wrong took part in an identity of the correct document. invisible: why nothing could be seen, None where something
    could. exact: every figure it makes wrong is named.
    """

    fault: Fault
    document: str
    flagged: bool
    covered: bool
    invisible: str | None = None
    by: tuple[str, ...] = ()


def outcome(fault: Fault, document: str, base: Verdict, seen: Verdict) -> Outcome:
    """Hold what was said about the faulted copy against what was said about the correct document."""
    covered = bool(fault.targets) and all(base.checks.get(one, 0) > 0 for one in fault.targets)
    if seen.refused:
        return Outcome(fault, document, True, covered, by=("拒收",))
    fresh = {key: named for key, named in seen.failures.items() if key not in base.failures}
    targets = set(fault.targets)
    own = {one for one, table in base.table.items() if fault.table is not None and table == fault.table}
    own |= {one for one, table in seen.table.items() if fault.table is not None and table == fault.table}
    lost = {one for one in targets if one not in seen.amounts}
    naming = []
    for key, named in fresh.items():
        if (
            fault.where == "document"
            or named & targets
            or ((fault.where == "table" or lost) and (named & own or not named))
        ):
            naming.append(key[0])
    if naming:
        return Outcome(fault, document, True, covered, by=tuple(sorted(set(naming))))
    return Outcome(fault, document, False, covered, _invisible(fault, base, seen))


def _invisible(fault: Fault, base: Verdict, seen: Verdict) -> str | None:
    """Why a fault that nothing named cannot be seen in the figures."""
    if fault.amount and fault.targets and seen.amounts == base.amounts:
        return "读数不变"
    if not fault.targets:
        return None
    if fault.form == "narrative" and not any(one in seen.amounts for one in fault.targets):
        return "未收录"
    # What stays the same in every sum can only be seen where the figure is printed a second time.
    if not base.twice & set(fault.targets):
        if fault.kind in ("rows_swapped", "cells_swapped") and len({base.parent[one] for one in fault.targets}) == 1:
            return "各和不变"
        if fault.kind in ("columns_exchanged", "unit"):
            return "各和不变"
        if fault.kind == "row_lost" and not any(base.down.get(one) for one in fault.targets):
            return "各和不变"
    if all(base.checks.get(one, 0) == 0 for one in fault.targets):
        return "不在任何勾稽中"
    deltas = [
        (abs(seen.amounts[one] - base.amounts[one]), base.envelope.get(one))
        for one in fault.targets
        if one in seen.amounts and one in base.amounts
    ]
    if deltas and len(deltas) == len(fault.targets) and all(e is not None and d <= e for d, e in deltas):
        return "小于舍入误差"
    return None
