"""What a rule is: one frozen declaration, from which come its SQL, its Great Expectations entry and its page in the docs.

A rule's SQL says which figures stand against which; whether that is right, wrong or rounding is decided in one place
(`expectations.engine`), the same for all rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]
Kind = Literal["sum", "same", "ratio", "bound", "report"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation.

    id: stable name in ``expectation_result.expectation``. family: suite and chapter. severity: of a failure beyond
    rounding. title: one plain Chinese sentence of what must hold. expected: the right value in words. source: official
    text it follows from. remedy: what a steward does about a failure. reads: warehouse tables.

    kind: how the difference is judged. ``sum``: an identity between rounded figures, inside the envelope it holds.
    ``same``: one number printed twice, inside the envelope but unequal is reported as rounding (``info``). ``ratio``: a
    printed percentage against two amounts. ``bound``: observed must not exceed expected. ``report``: every row with
    state ``failed`` is a failure.

    sql: a SELECT over the prepared tables of `expectations.facts`, one row per evaluated group, passed and failed alike,
    with columns of `GROUP_COLUMNS` (absent ones are null). applies: a SELECT of ``document_id`` where the rule should
    find a group: none found there gives ``insufficient_data``; all other documents are ``not_applicable``.
    cross: compares documents of one body (or a department and its units) with each other. peers: looks at other bodies as
    well, so that only a whole run can tell; always ``info``. coverage: the least share of the documents in `applies` in which a group
    must be found, else the suite's coverage expectation fails.
    """

    id: str
    family: str
    severity: Severity
    title: str
    expected: str
    source: str
    remedy: str
    reads: tuple[str, ...]
    sql: str
    applies: str
    kind: Kind = "sum"
    cross: bool = False
    peers: bool = False
    coverage: float = 0.0


GROUP_COLUMNS: dict[str, str] = {
    "document_id": "VARCHAR",
    "group_key": "VARCHAR",
    "label": "VARCHAR",
    "expected": "DECIMAL(24,2)",
    "observed": "DECIMAL(24,2)",
    "tolerance": "DECIMAL(24,6)",
    "slack": "DECIMAL(24,6)",
    "ids": "VARCHAR[]",
    "accused": "VARCHAR[]",
    "unit": "VARCHAR",
    "state": "VARCHAR",
    "expected_text": "VARCHAR",
    "observed_text": "VARCHAR",
    "note": "VARCHAR",
    "severity": "VARCHAR",
    "rule": "VARCHAR",
}
"""Columns a rule's SQL may return.

ids: operands. accused: those a failure puts in doubt (null: all). slack: further distance beyond the envelope that is
reported as ``info`` only. state: outcome set by the rule itself. severity: of this row, instead of the rule's.
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How one rule came out: groups by outcome, and documents where it should and did find a group."""

    rule: str
    passed: int = 0
    failed: int = 0
    rounding: int = 0
    insufficient: int = 0
    documents_due: int = 0
    documents_met: int = 0


@dataclass(frozen=True, slots=True)
class ValidationSummary:
    """Result of one validation run.

    documents: how many were validated. passed, failed, insufficient: groups by outcome (failed: by severity).
    flagged: line items put in doubt. uncovered: rules whose coverage expectation failed, with the reason.
    broken: Great Expectations entries that raised instead of answering. seconds: run time.
    """

    run_id: str
    documents: int
    passed: int
    failed: dict[str, int]
    insufficient: int
    flagged: int
    checked: int
    line_items: int
    tallies: tuple[Tally, ...] = ()
    uncovered: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    data_docs: str | None = None
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)
