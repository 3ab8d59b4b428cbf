"""What the rules say about faulted documents: many copies in one temporary warehouse, the rules' SQL run once over all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from benchmarks.detect.plant import Fault
from expectations.engine import evaluate
from expectations.rules import catalogue
from flows import staging
from models import warehouse
from models.catalog import load_catalog
from models.disclosure import Disclosure
from models.views import schema_ddl

HOLDS, WITHIN, UNCHANGED = "各式仍成立", "舍入之内", "读数不变"

Failure = tuple[str, str]
"""Rule and group."""


@dataclass(slots=True)
class Verdict:
    """What was said about one document.

    refused: it was kept out altogether. failures: failed results of severity error or warning, with the locators of the
    line items they name; errors: those of severity error. results: every result's outcome and severity (``failed/info``).
    By locator: amounts; places (half of this is the rounding of the print, 元); checks: how many passed identities the
    figure took part in; identities: which; envelope: the narrowest of theirs (元); table: its logical table.
    """

    refused: bool = False
    failures: dict[Failure, frozenset[str]] = field(default_factory=dict)
    errors: set[Failure] = field(default_factory=set)
    messages: dict[Failure, str] = field(default_factory=dict)
    results: dict[Failure, str] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    places: dict[str, Decimal] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    identities: dict[str, set[Failure]] = field(default_factory=lambda: defaultdict(set))
    envelope: dict[str, Decimal] = field(default_factory=dict)
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
        # Copies are bodies of their own: what compares documents with each other has nothing to say.
        evaluate(self.connection, run_id="detect", rules=[r for r in catalogue() if not r.cross and not r.peers])
        verdicts |= self._read([str(row["document_id"]) for row in collected["document"]])
        return verdicts

    def _read(self, names: Iterable[str]) -> dict[str, Verdict]:
        verdicts = {name: Verdict() for name in names}
        for document, rule, group, severity, message, locators in self.connection.execute(
            """SELECT e.document_id, e.expectation, e.group_key, e.severity, e.message, list(l.locator) FILTER (l.locator IS NOT NULL)
               FROM (SELECT *, unnest(CASE WHEN len(line_item_ids) = 0 THEN [NULL] ELSE line_item_ids END) AS id FROM expectation_result
                     WHERE outcome = 'failed' AND severity IN ('error', 'warning')) e
               LEFT JOIN line_item l ON l.line_item_id = e.id GROUP BY ALL"""
        ).fetchall():
            verdicts[document].failures[rule, group] = frozenset(locators or ())
            verdicts[document].messages[rule, group] = message
            if severity == "error":
                verdicts[document].errors.add((rule, group))
        for document, rule, group, outcome, severity in self.connection.execute(
            "SELECT document_id, expectation, group_key, outcome, severity FROM expectation_result WHERE group_key <> '*'"
        ).fetchall():
            verdicts[document].results[rule, group] = f"{outcome}/{severity}" if outcome == "failed" else outcome
        for document, locator, rule, group, envelope in self.connection.execute(
            """SELECT l.document_id, l.locator, e.expectation, e.group_key, e.tolerance FROM
                 (SELECT unnest(line_item_ids) AS id, expectation, group_key, tolerance FROM expectation_result
                  JOIN x_rule r ON r.id = expectation WHERE outcome = 'passed' AND r.kind IN ('sum', 'same')) e
               JOIN line_item l ON l.line_item_id = e.id"""
        ).fetchall():
            verdict = verdicts[document]
            verdict.identities[locator].add((rule, group))
            if envelope is not None:
                verdict.envelope[locator] = min(envelope, verdict.envelope.get(locator, envelope))
        for document, locator, checks, table, amount, place in self.connection.execute(
            "SELECT document_id, locator, checks, table_no, amount_yuan, coalesce(ulp_yuan, 0.01)::DECIMAL(20,4) FROM line_item"
        ).fetchall():
            verdict = verdicts[document]
            verdict.checks[locator] = max(checks, verdict.checks.get(locator, 0))
            verdict.table[locator], verdict.amounts[locator], verdict.places[locator] = table, amount, place
        return verdicts


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one fault came out; the words are those of README.md.

    wrong: it is an error of an amount by more than rounding. covered: all figures it makes wrong took part in an identity
    of the correct document. flagged: by the rules in `by`. holds: every identity of those figures was evaluated again and
    still holds. slip: what became of the identities where nothing was flagged.
    """

    fault: Fault
    document: str
    wrong: bool
    covered: bool
    flagged: bool
    holds: bool = False
    slip: str = ""
    by: tuple[str, ...] = ()


def outcome(fault: Fault, document: str, base: Verdict, seen: Verdict) -> Outcome:
    """Hold what was said about the faulted copy against what was said about the correct document."""
    changed = _changed(fault, base, seen)
    judged = changed or list(fault.targets)
    covered = bool(judged) and all(base.checks.get(one, 0) > 0 for one in judged)
    wrong = fault.amount and bool(changed)
    by = ("拒收",) if seen.refused else _naming(fault, base, seen)
    if by:
        return Outcome(fault, document, wrong, covered, True, by=by)
    became: set[str] = set()
    for rule, group in set().union(*(base.identities.get(one, set()) for one in judged)):
        now = seen.results.get((rule, group), "消失")
        if now != "passed":
            became.add(f"{rule} {now}")
    return Outcome(fault, document, wrong, covered, False, holds=not became, slip="；".join(sorted(became)))


def _changed(fault: Fault, base: Verdict, seen: Verdict) -> list[str]:
    """Targets whose amount changed by at least the envelope and one printed place; a lost amount counts as nought."""
    found = []
    for one in fault.targets:
        before = base.amounts.get(one, Decimal(0))
        after = Decimal(0) if fault.kind == "row_doubled" else seen.amounts.get(one, Decimal(0))
        delta = abs(after - before)
        if delta and delta >= base.envelope.get(one, Decimal(0)) + base.places.get(one, Decimal(0)):
            found.append(one)
    return found


def _naming(fault: Fault, base: Verdict, seen: Verdict) -> tuple[str, ...]:
    """The rules that fail anew and name the fault."""
    targets = set(fault.targets)
    own = {
        one
        for side in (base, seen)
        for one, table in side.table.items()
        if fault.table is not None and table == fault.table
    }
    lost = any(one not in seen.amounts for one in targets)
    naming = set()
    for key, named in seen.failures.items():
        if key in base.failures:
            continue
        if (
            fault.where == "document"
            or named & targets
            or ((fault.where == "table" or lost) and (named & own or not named))
        ):
            naming.add(key[0])
    return tuple(sorted(naming))
