"""Runs the catalogue over a candidate warehouse: prepared tables, one INSERT a rule, one place that judges differences.

What is decided here, the same for all rules:

* ``|difference| ≤ tolerance`` (the rounding envelope): passed. A difference that is not zero is noted, severity ``info``.
* ``same``: one number printed twice. One unit apart in the last place both print is reported (``failed``, severity
  ``info``): no error, but the two prints do differ, and neither confirms the other. Where one is printed more coarsely,
  anything inside the envelope is the same number.
* ``ratio``, ``same``: beyond the envelope by no more than ``slack`` (cut off instead of rounded): ``failed``, ``info``.
* ``bound``: only observed greater than expected counts.
* A rule that is due in a document and formed no group there gives ``insufficient_data``, never ``passed``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from expectations.facts import MACROS, PREPARE
from expectations.model import GROUP_COLUMNS, Rule, Tally, ValidationSummary
from expectations.rules import catalogue

_LIVE = "SELECT * FROM document WHERE coalesce(status, 'published') IN ('published', 'superseded')"

# `difference` is observed minus expected, NULL where the rule compares no amounts.
_JUDGE = """CREATE OR REPLACE TEMP TABLE x_result AS
WITH g AS (
  SELECT g.*, r.severity AS rule_severity, r.kind, r.title, observed - expected AS difference
  FROM x_group g JOIN x_rule r ON r.id = g.rule
), judged AS (
  SELECT *, CASE kind WHEN 'bound' THEN greatest(difference, 0) ELSE abs(difference) END AS distance FROM g
), outcome AS (
  SELECT *, CASE WHEN state IS NOT NULL THEN state
                 WHEN difference IS NULL THEN 'insufficient_data'
                 -- Two prints of equal precision that differ do differ; a coarser print of the same number does not.
                 WHEN kind = 'same' AND distance <> 0 AND distance >= tolerance THEN 'failed'
                 WHEN distance <= tolerance THEN 'passed'
                 ELSE 'failed' END AS outcome,
            coalesce(state IS NULL AND distance <= coalesce(tolerance, 0) + CASE WHEN kind IN ('ratio', 'same') THEN coalesce(slack, 0) ELSE 0 END,
                     false) AS rounding
  FROM judged
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY rule, document_id, group_key ORDER BY ids, expected, observed) AS copy FROM outcome
)
SELECT document_id, rule AS expectation, title, kind, unit, ids, accused, tolerance, expected AS expected_amount, observed AS observed_amount,
       difference, distance, outcome, rounding, note, label,
       coalesce(group_key, '') || CASE WHEN copy > 1 THEN '~' || copy ELSE '' END AS group_key,
       CASE WHEN outcome = 'failed' AND rounding THEN 'info'
            WHEN outcome = 'failed' THEN coalesce(severity, rule_severity)
            WHEN outcome = 'passed' AND rounding AND distance <> 0 THEN 'info'
            WHEN outcome = 'passed' THEN rule_severity ELSE 'info' END AS severity,
       coalesce(expected_text, x_show(expected, unit)) AS expected_text,
       coalesce(observed_text, x_show(observed, unit)) AS observed_text
FROM numbered"""

_SHOW = """CREATE OR REPLACE TEMP MACRO x_show(x, u) AS
  CASE WHEN x IS NULL THEN NULL WHEN u IN ('%', '分') THEN format('{:.2f}', x::DOUBLE) || u ELSE in_unit(x, u) END"""

# What two percentages are apart by.
_GAP = """CREATE OR REPLACE TEMP MACRO x_gap(x, u) AS
  CASE WHEN u = '%' THEN format('{:.2f}', x::DOUBLE) || '个百分点' ELSE x_show(x, u) END"""

_MESSAGE = """CASE
    WHEN outcome = 'passed' AND difference <> 0 AND kind <> 'bound'
      THEN coalesce(label, '') || '：成立，差 ' || x_gap(difference, unit) || '，在舍入范围内'
    WHEN outcome = 'passed' THEN coalesce(label, '') || '：成立'
    WHEN outcome = 'failed' AND difference IS NULL
      THEN coalesce(label, '') || '：' || title || '。应为：' || coalesce(expected_text, '') || '；实为：' || coalesce(observed_text, '')
    WHEN outcome = 'failed' AND rounding
      THEN coalesce(label, '') || '：' || observed_text || ' 与 ' || expected_text || ' 相差 ' || x_gap(difference, unit) || '，属末位舍入之差'
    WHEN outcome = 'failed' AND kind = 'bound'
      THEN coalesce(label, '') || '：' || observed_text || ' 超过 ' || expected_text || '，多 ' || x_gap(difference, unit)
    WHEN outcome = 'failed'
      -- Of two figures that should be one, neither is the right one by itself.
      THEN coalesce(label, '') || CASE WHEN regexp_matches(label, '与 ') THEN '：前者 ' || observed_text || '，后者 ' || expected_text
                                       ELSE '：应为 ' || expected_text || '，实为 ' || observed_text END || '，相差 ' || x_gap(difference, unit)
           || CASE WHEN kind = 'same' AND expected_amount <> 0 AND observed_amount <> 0
                    AND abs(observed_amount / expected_amount::DOUBLE) IN (10, 100, 1000, 10000, 100000000, 0.1, 0.01, 0.001, 0.0001, 0.00000001)
                   THEN '（正好相差整数倍，疑为单位或小数点之误）' ELSE '' END
    WHEN outcome = 'insufficient_data' THEN coalesce(label || '：', '') || '数据不足，不能核对'
    ELSE coalesce(label || '：', '') || '不适用' END || coalesce('（' || note || '）', '')"""


def validate(
    database: Path,
    *,
    run_id: str,
    docs_dir: Path | None,
    document_ids: Sequence[str] | None = None,
) -> ValidationSummary:
    """Run every rule over the candidate warehouse and store the outcome in it.

    Fills ``expectation_result``, sets ``quality`` and ``checks`` of the line items, and, with `docs_dir`, runs the same
    through Great Expectations and writes its Data Docs there (``index.html``).

    Args:
        database: candidate DuckDB file with the tables of `models.warehouse`, not open elsewhere.
        run_id: written into every result.
        docs_dir: where the stewards' Data Docs go; None leaves Great Expectations out.
        document_ids: only these documents and the others of their bodies are evaluated (see `evaluate`).

    Raises:
        duckdb.Error: the file is no warehouse, or a rule's SQL is wrong (its id is added to the message).
    """
    begun = time.monotonic()
    connection = duckdb.connect(str(database))
    try:
        summary = evaluate(connection, run_id=run_id, document_ids=document_ids)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    if docs_dir is not None:
        from expectations.greatx import publish_docs  # five seconds of imports, only where wanted

        uncovered, broken, index = publish_docs(database, docs_dir, run_id=run_id, tallies=summary.tallies)
        summary = replace(summary, uncovered=uncovered, broken=broken, data_docs=str(index))
    return replace(summary, seconds=round(time.monotonic() - begun, 3))


def evaluate(
    connection: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    document_ids: Sequence[str] | None = None,
    rules: Sequence[Rule] | None = None,
) -> ValidationSummary:
    """The rules alone, on an open connection: results, quality and checks. See `validate`; `rules`: these, not all.

    With `document_ids` the outcome is the same as that of a whole run if only these documents changed: they and all
    documents of the same bodies (a department with its units) are evaluated, all other results stand. Only the rules that
    look at peers (`Rule.peers`, severity ``info``) keep what they last said until the next whole run.
    """
    chosen = catalogue() if rules is None else tuple(rules)
    timings: dict[str, float] = {}
    connection.execute("BEGIN")
    try:
        if document_ids is not None:
            _select(connection, document_ids)
            chosen = tuple(rule for rule in chosen if not rule.peers)
        _prepare(connection, chosen, selected=document_ids is not None)
        _clear(connection, selected=document_ids is not None)
        _run_rules(connection, chosen, timings)
        _judge(connection, run_id)
        _report_findings(connection, run_id)
        _grade(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return _summarise(connection, run_id, timings)


def _select(connection: duckdb.DuckDBPyConnection, document_ids: Sequence[str]) -> None:
    """``x_selected``: the documents and all others of their bodies, a department's units and their department included."""
    asked = " ".join(document_ids)  # a list as parameter makes DuckDB import pandas, a second and a half
    bodies = {
        row[0]
        for row in connection.execute(
            "SELECT department_id FROM document WHERE document_id IN (SELECT unnest(string_split(?, ' '))) AND department_id IS NOT NULL",
            [asked],
        ).fetchall()
    }
    ties = connection.execute("SELECT department_id, parent_id FROM department WHERE parent_id IS NOT NULL").fetchall()
    before = 0
    while before < len(bodies):
        before = len(bodies)
        for one, above in ties:
            if one in bodies or above in bodies:
                bodies |= {one, above}
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE x_selected AS SELECT document_id FROM ({_LIVE})
        WHERE document_id IN (SELECT unnest(string_split(?, ' '))) OR department_id IN (SELECT unnest(string_split(?, ' ')))""",
        [asked, " ".join(sorted(bodies))],
    )


def _prepare(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule], *, selected: bool) -> None:
    only = " JOIN x_selected USING (document_id)" if selected else ""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE x_document AS SELECT d.* FROM ({_LIVE}) d{only}")
    for statement in (*MACROS, _SHOW, _GAP, *PREPARE):
        connection.execute(statement)
    columns = ", ".join(f"{name} {kind}" for name, kind in GROUP_COLUMNS.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE x_group ({columns})")
    connection.execute("CREATE OR REPLACE TEMP TABLE x_due (rule VARCHAR, document_id VARCHAR)")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE x_rule (id VARCHAR, severity VARCHAR, kind VARCHAR, title VARCHAR)"
    )
    connection.executemany(
        "INSERT INTO x_rule VALUES (?, ?, ?, ?)", [(r.id, r.severity, r.kind, r.title) for r in rules]
    )


def _clear(connection: duckdb.DuckDBPyConnection, *, selected: bool) -> None:
    """Forget the results that this run replaces."""
    if not selected:
        connection.execute("DELETE FROM expectation_result")
        return
    peers = " ".join(rule.id for rule in catalogue() if rule.peers)
    connection.execute(
        f"""DELETE FROM expectation_result WHERE document_id NOT IN (SELECT document_id FROM ({_LIVE}))
           OR document_id IN (SELECT document_id FROM x_selected) AND expectation NOT IN (SELECT unnest(string_split(?, ' ')))""",
        [peers],
    )


def _run_rules(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule], timings: dict[str, float]) -> None:
    """Every rule's groups into ``x_group`` and its documents due into ``x_due``."""
    for rule in rules:
        begun = time.monotonic()
        try:
            connection.execute(f"INSERT INTO x_group BY NAME SELECT *, '{rule.id}' AS rule FROM ({rule.sql}) q")
            connection.execute(f"INSERT INTO x_due SELECT DISTINCT '{rule.id}', document_id FROM ({rule.applies}) q")
        except duckdb.Error as error:
            raise type(error)(f"规则 {rule.id}：{error}") from error
        timings[rule.id] = round(time.monotonic() - begun, 3)


def _judge(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    connection.execute(_JUDGE)
    connection.execute(
        f"""INSERT INTO expectation_result BY NAME
        SELECT md5(concat_ws('|', document_id, expectation, group_key)) AS result_id, ? AS run_id, document_id, expectation, severity,
               outcome, expected_text AS expected, observed_text AS observed, difference, tolerance::DECIMAL(24,2) AS tolerance,
               {_MESSAGE} AS message, coalesce(ids, []) AS line_item_ids, group_key
        FROM x_result""",
        [run_id],
    )
    # Due but nothing found: insufficient data. Not due: not applicable.
    connection.execute(
        """INSERT INTO expectation_result BY NAME
        SELECT md5(concat_ws('|', d.document_id, r.id, '*')) AS result_id, ? AS run_id, d.document_id, r.id AS expectation, 'info' AS severity,
               CASE WHEN u.document_id IS NULL THEN 'not_applicable' ELSE 'insufficient_data' END AS outcome,
               r.title || CASE WHEN u.document_id IS NULL THEN '：本文件不涉及' ELSE '：应当核对，但没有找到可核对的一组数' END AS message,
               []::VARCHAR[] AS line_item_ids, '*' AS group_key
        FROM x_document d CROSS JOIN x_rule r LEFT JOIN x_due u ON u.rule = r.id AND u.document_id = d.document_id
        WHERE NOT EXISTS (SELECT 1 FROM x_result x WHERE x.document_id = d.document_id AND x.expectation = r.id)""",
        [run_id],
    )


def _report_findings(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """One failed result for each finding of the readers, under the code it carries."""
    connection.execute(
        """INSERT INTO expectation_result BY NAME
        WITH f AS (
          SELECT f.*, concat_ws('|', f.page, f.sheet, f.cell, round(f.x0), round(f.y0),
                                CASE WHEN f.page IS NULL AND f.cell IS NULL THEN f.message END) AS place
          FROM finding f JOIN x_document USING (document_id) WHERE f.code IS NOT NULL
        ), numbered AS (
          SELECT *, row_number() OVER (PARTITION BY document_id, code, place ORDER BY message, finding_id) AS copy FROM f
        )
        SELECT md5(concat_ws('|', document_id, code, place, copy)) AS result_id, ? AS run_id, document_id, code AS expectation,
               CASE WHEN severity IN ('error', 'warning', 'info') THEN severity ELSE 'warning' END AS severity, 'failed' AS outcome,
               expected, observed, message, coalesce(line_item_ids, []) AS line_item_ids,
               place || CASE WHEN copy > 1 THEN '~' || copy ELSE '' END AS group_key
        FROM numbered""",
        [run_id],
    )


def _grade(connection: duckdb.DuckDBPyConnection) -> None:
    """``quality`` and ``checks`` of every live line item, from the results and what was decided about them.

    Only identities (sums, one number printed twice) confirm an amount; bounds and percentages can accuse, not confirm.
    """
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE x_grade AS
        WITH confirmed AS (
          SELECT id, count(*) AS checks FROM (
            SELECT unnest(line_item_ids) AS id FROM expectation_result JOIN x_rule r ON r.id = expectation
            WHERE outcome = 'passed' AND r.kind IN ('sum', 'same')) operands GROUP BY id
        ), accusation AS (
          SELECT unnest(coalesce(x.accused, e.line_item_ids)) AS id,
                 CASE WHEN v.status IN ('accepted', 'waived') THEN v.status ELSE 'open' END AS status
          FROM expectation_result e LEFT JOIN review_item v ON v.review_id = e.result_id
          LEFT JOIN x_result x ON x.document_id = e.document_id AND x.expectation = e.expectation AND x.group_key = e.group_key
          WHERE e.outcome = 'failed' AND e.severity IN ('error', 'warning')
        ), accused AS (
          SELECT id, max(CASE status WHEN 'open' THEN 3 WHEN 'accepted' THEN 2 ELSE 1 END) AS worst FROM accusation GROUP BY id
        )
        SELECT l.line_item_id AS id, coalesce(c.checks, 0) AS checks,
               CASE WHEN l.extracted_text IS NOT NULL THEN 'corrected'
                    WHEN a.worst = 3 THEN 'flagged' WHEN a.worst = 2 THEN 'disputed' WHEN a.worst = 1 THEN 'waived'
                    WHEN c.checks > 0 THEN 'passed' ELSE 'unchecked' END AS quality
        FROM line_item l JOIN x_document USING (document_id)
        LEFT JOIN confirmed c ON c.id = l.line_item_id LEFT JOIN accused a ON a.id = l.line_item_id"""
    )
    connection.execute(
        """UPDATE line_item SET quality = g.quality, checks = g.checks FROM x_grade g
           WHERE g.id = line_item.line_item_id
                 AND (line_item.quality IS DISTINCT FROM g.quality OR line_item.checks IS DISTINCT FROM g.checks)"""
    )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _summarise(connection: duckdb.DuckDBPyConnection, run_id: str, timings: dict[str, float]) -> ValidationSummary:
    tallies = tuple(
        Tally(*row)
        for row in connection.execute(
            """SELECT r.id, count(*) FILTER (e.outcome = 'passed'), count(*) FILTER (e.outcome = 'failed' AND e.severity <> 'info'),
                      count(*) FILTER (e.severity = 'info' AND (e.outcome = 'failed' OR e.outcome = 'passed' AND e.difference <> 0)),
                      count(*) FILTER (e.outcome = 'insufficient_data'),
                      count(DISTINCT e.document_id) FILTER (e.outcome <> 'not_applicable'),
                      count(DISTINCT e.document_id) FILTER (e.outcome IN ('passed', 'failed'))
               FROM x_rule r LEFT JOIN expectation_result e ON e.expectation = r.id GROUP BY r.id ORDER BY r.id"""
        ).fetchall()
    )
    failed = dict(
        connection.execute(
            "SELECT severity, count(*) FROM expectation_result WHERE outcome = 'failed' GROUP BY 1"
        ).fetchall()
    )
    documents = _one(connection, f"SELECT count(*) FROM ({_LIVE})")[0]
    passed, insufficient = _one(
        connection,
        """SELECT count(*) FILTER (outcome = 'passed'), count(*) FILTER (outcome = 'insufficient_data') FROM expectation_result""",
    )
    items, flagged, checked = _one(
        connection,
        f"SELECT count(*), count(*) FILTER (quality = 'flagged'), count(*) FILTER (checks > 0) FROM line_item JOIN ({_LIVE}) USING (document_id)",
    )
    return ValidationSummary(
        run_id=run_id,
        documents=documents,
        passed=passed,
        failed=failed,
        insufficient=insufficient,
        flagged=flagged,
        checked=checked,
        line_items=items,
        tallies=tallies,
        timings=timings,
    )


def uncovered(rules: Sequence[Rule], tallies: Sequence[Tally]) -> tuple[str, ...]:
    """Rules that met fewer documents than their declaration demands, one Chinese sentence each."""
    by_id = {tally.rule: tally for tally in tallies}
    sentences = []
    for rule in rules:
        tally = by_id.get(rule.id)
        if tally is None or not tally.documents_due or tally.documents_met >= rule.coverage * tally.documents_due:
            continue
        sentences.append(f"{rule.id}：应核对 {tally.documents_due} 份文件，只核对到 {tally.documents_met} 份")
    return tuple(sentences)
