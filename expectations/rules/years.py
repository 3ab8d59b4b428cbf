"""Across documents: this year's prior-year column against last year's document, final account against budget."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import OFFICIAL_OPEN

_READS = ("document", "line_item")

# One figure for each body, kind, year and code: only documents in force, only tables that are the only one of their form.
_FIGURES = """SELECT x.*, d.scope FROM x_item x JOIN x_document d USING (document_id)
   WHERE d.status = 'published' AND x.department_id IS NOT NULL AND x.form IN ('general_expenditure', 'expenditure', 'income', 'three_public')
         AND x.n = 1 AND x.body = '' AND NOT x.sub AND (x.fc IS NOT NULL OR x.role IS NOT NULL OR x.form = 'three_public')
   QUALIFY count(*) OVER (PARTITION BY x.document_id, x.key) = 1"""


def _across(identifier: str, title: str, expected: str, join: str, severity: str, remedy: str, note: str) -> Rule:
    return Rule(
        id=identifier,
        family="years",
        severity=severity,  # type: ignore[arg-type]
        title=title,
        expected=expected,
        source=OFFICIAL_OPEN,
        remedy=remedy,
        reads=_READS,
        kind="same",
        cross=True,
        sql=f"""WITH f AS ({_FIGURES})
          SELECT b.document_id, b.key AS group_key, b.label AS label, a.amount AS expected, b.amount AS observed,
                 a.half + b.half AS tolerance, CASE WHEN a.half <> b.half THEN greatest(a.half, b.half) END AS slack, [b.id, a.id] AS ids, [b.id] AS accused, b.unit, '{note}' AS note
          FROM f a JOIN f b ON a.department_id = b.department_id AND a.scope = b.scope AND a.form = b.form AND a.component = b.component
               AND a.fund = b.fund AND a.flow = b.flow AND a.year = b.year AND a.document_id <> b.document_id
               AND coalesce(a.fc, a.role, a.item) = coalesce(b.fc, b.role, b.item)
               AND a.ec IS NOT DISTINCT FROM b.ec
          WHERE {join}
          QUALIFY count(*) OVER (PARTITION BY b.id) = 1""",
        applies=f"WITH f AS ({_FIGURES}) SELECT DISTINCT b.document_id FROM f b JOIN f a ON a.department_id = b.department_id "
        f"AND a.scope = b.scope AND a.form = b.form AND a.year = b.year AND a.document_id <> b.document_id WHERE {join}",
    )


RULES: tuple[Rule, ...] = (
    _across(
        "YEAR-PRIOR",
        "本年文件的上年数与上年文件一致",
        "上年决算数列＝上年决算文件的决算数",
        "b.measure = 'prior_final' AND b.year = b.document_year - 1 AND a.measure = 'final' AND a.year = a.document_year AND a.kind = 'final_account'",
        "warning",
        "对照两年原件；上年数经批复调整的“认可”。",
        "与上年决算文件比较",
    ),
    _across(
        "YEAR-BUDGET",
        "决算文件的年初预算数与当年预算文件一致",
        "决算中的年初预算数＝当年部门预算公布数",
        "b.measure = 'budget' AND b.kind = 'final_account' AND b.year = b.document_year AND a.measure = 'budget' AND a.kind = 'budget' AND a.year = a.document_year",
        "warning",
        "对照两份原件；范围或口径不同（如含上年结转）的“豁免”。",
        "与当年预算文件比较",
    ),
)
