"""What another place of the same document says about a figure: its name, its year, its unit, its neighbour.

These are no identities of a form: a figure that agrees is not confirmed by them. They tell where two places cannot both be
right, and where one mistake (rows exchanged, a unit, a sign, last year's sentence) explains the difference to the last place.
"""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, OFFICIAL_OPEN

_READS = ("line_item", "form_instance")
_NOWHERE = "SELECT document_id FROM x_item WHERE false"
_ALWAYS = (
    "('总计', '本年收入合计', '本年支出合计', '基本支出', '项目支出', '机关运行经费', '政府采购支出总额', '“三公”经费合计', '财政拨款支出', "
    "'一般公共预算财政拨款支出', '政府性基金预算财政拨款支出', '国有资本经营预算财政拨款支出')"
)

# Parts without codes of one whole, where the sum of the whole is not held strictly (projects on several levels).
_PARTS = """SELECT p.id AS pid, p.document_id, p.table_no, p.key, p.label, p.amount AS whole, p.half AS phalf, p.unit, c.id, c.item_name, c.amount, c.half, c.row_no,
         c.column_no, c.label AS part, sum(c.amount) OVER w AS everything, sum(c.half) OVER w AS spread, min(c.amount) OVER w AS least,
         lead(c.row_no) OVER w2 AS next_row, lead(c.item_name) OVER w2 AS next_name, lead(c.amount) OVER w2 AS next_amount, lead(c.id) OVER w2 AS next_id
  FROM x_down e JOIN x_cell p ON p.id = e.parent JOIN x_cell c ON c.id = e.child
  WHERE p.form = 'project_expenditure' AND p.scope <> 'government' AND c.fc IS NULL AND c.ec IS NULL AND NOT p.sub
  WINDOW w AS (PARTITION BY p.id), w2 AS (PARTITION BY p.id ORDER BY c.row_no, c.id)"""


def _witness(
    identifier: str,
    title: str,
    expected: str,
    sql: str,
    *,
    kind: str = "report",
    source: str = OFFICIAL_FINAL,
    applies: str = _NOWHERE,
) -> Rule:
    return Rule(
        id=identifier,
        family="witness",
        severity="warning",
        title=title,
        expected=expected,
        source=source,
        remedy=LOOK_UP,
        reads=_READS,
        kind=kind,  # type: ignore[arg-type]
        sql=sql,
        applies=applies,
    )


RULES: tuple[Rule, ...] = (
    _witness(
        "PART-OVER",
        "没有负数的各行，每一行不超过合计",
        "项目金额≤合计",
        f"""WITH part AS ({_PARTS})
          SELECT document_id, key || '|' || row_no || '|' || table_no AS group_key, part || ' 与 ' || label AS label, whole AS expected, amount AS observed,
                 half + phalf AS tolerance, [id, pid] AS ids, unit
          FROM part WHERE least >= 0 AND whole > 0""",
        kind="bound",
    ),
    _witness(
        "PART-TWICE",
        "多出的正好是连续印出两次的一行",
        "合计＝各行之和，每行一次",
        f"""WITH part AS ({_PARTS})
          SELECT document_id, key || '|' || row_no || '|' || table_no AS group_key, part AS label, 'failed' AS state, '一行，合计 ' || in_unit(whole, unit) AS expected_text,
                 '两行，各行之和 ' || in_unit(everything, unit) AS observed_text, [id, next_id, pid] AS ids
          FROM part WHERE next_row = row_no + 1 AND next_name = item_name AND next_amount = amount AND amount <> 0
               AND abs(everything - whole) > spread + phalf AND abs(everything - amount - whole) <= spread + phalf""",
    ),
    _witness(
        "PART-SIGN",
        "改变一行的正负号后各行之和正好等于合计",
        "合计＝各行之和",
        f"""WITH part AS ({_PARTS})
          SELECT document_id, key || '|' || row_no || '|' || table_no AS group_key, part AS label, 'failed' AS state, in_unit(-amount, unit) AS expected_text,
                 in_unit(amount, unit) AS observed_text, [id, pid] AS ids
          FROM part WHERE abs(everything - whole) > spread + phalf AND abs(everything - 2 * amount - whole) <= spread + phalf AND amount <> 0""",
    ),
    _witness(
        "PROSE-NAME",
        "正文某科目金额与表中同名科目之一一致",
        "正文所述（项）级科目金额＝支出表中同名科目金额（名称有几个科目共用的，为其中之一）",
        """WITH told AS (
            SELECT n.document_id, n.key, n.section, n.label, n.id, n.amount, n.half, n.printed_ulp, n.unit, n.place, t.id AS tid, t.amount AS tamount, t.half AS thalf,
                   t.label AS tlabel, row_number() OVER (PARTITION BY n.id ORDER BY abs(t.amount - n.amount), t.id) AS k
            FROM x_item n JOIN x_cell t ON t.document_id = n.document_id AND t.measure = n.measure AND t.year = n.year AND NOT t.sub AND t.n = 1 AND t.body = ''
                 AND length(t.fc) = 7 AND t.ec IS NULL AND t.flow = 'expenditure' AND (t.item = n.item OR t.item_name = n.item_name)
                 AND t.component = n.component AND n.component IN ('total', 'basic', 'project')
                 AND t.form IN ('general_expenditure', 'expenditure', 'fund_income_expenditure', 'capital_expenditure', 'capital_income_expenditure')
            WHERE n.form = 'narrative' AND n.fc IS NULL AND n.ec IS NULL AND n.flow = 'expenditure' AND NOT n.sub AND n.level = '项'
                  AND n.measure IN ('budget', 'final'))
          SELECT document_id, key || '@' || coalesce(section, '') || '|' || place::VARCHAR AS group_key, label || '（正文）与 ' || tlabel AS label, tamount AS expected, amount AS observed,
                 half + thalf AS tolerance, greatest(half, thalf, CASE WHEN amount <> 0 AND printed_ulp > 2 * half THEN printed_ulp ELSE 0 END) AS slack, [id, tid] AS ids, unit
          FROM told WHERE k = 1""",
        kind="bound",
        source=OFFICIAL_OPEN,
    ),
    _witness(
        "PROSE-YEAR",
        "正文只述上年金额而未述本年的，疑为年度未改",
        "正文写出上年某数的，也写出本年的同一数",
        f"""WITH n AS (SELECT * FROM x_item WHERE form = 'narrative' AND NOT sub AND scope <> 'government' AND amount <> 0),
          told AS (
            SELECT n.*, EXISTS (SELECT 1 FROM n c WHERE c.document_id = n.document_id AND c.year = c.document_year AND c.item = n.item AND c.component = n.component
                                AND c.measure <> 'change' AND c.fc IS NOT DISTINCT FROM n.fc AND c.ec IS NOT DISTINCT FROM n.ec) AS anywhere,
                   EXISTS (SELECT 1 FROM n c WHERE c.document_id = n.document_id AND c.year = c.document_year AND c.item = n.item AND c.component = n.component
                           AND c.fc IS NOT DISTINCT FROM n.fc AND c.ec IS NOT DISTINCT FROM n.ec AND c.section IS NOT DISTINCT FROM n.section) AS here,
                   (SELECT list(t.id ORDER BY t.id) FROM x_cell t WHERE t.document_id = n.document_id AND t.year = t.document_year AND t.amount = n.amount
                    AND t.measure IN ('budget', 'final') AND (t.fc = n.fc OR n.fc IS NULL AND n.ec IS NULL AND t.fc IS NULL AND t.ec IS NULL
                         AND (t.item = n.item OR t.component = n.component AND t.role IN ('grand', 'current', 'total')))) AS same,
                   EXISTS (SELECT 1 FROM x_cell t WHERE t.document_id = n.document_id AND t.year = n.year AND t.amount = n.amount) AS printed_prior
            FROM n WHERE n.year = n.document_year - 1 AND n.measure IN ('budget', 'final', 'prior_final')),
          stale AS (
            SELECT * FROM told WHERE NOT anywhere AND (len(same) > 0 OR fc IS NULL AND ec IS NULL AND item IN {_ALWAYS})
                   OR NOT here AND len(same) > 0 AND NOT printed_prior AND length(x_digits(amount)) >= 4)
          SELECT document_id, key || '@' || coalesce(section, '') || '|' || place::VARCHAR AS group_key, label || '（正文）' AS label, 'failed' AS state,
                 document_year || ' 年的数' AS expected_text, year || ' 年 ' || in_unit(amount, unit) AS observed_text, [id] || coalesce(same, []) AS ids,
                 CASE WHEN len(same) > 0 THEN '与表中本年的数相同' END AS note
          FROM stale""",
        source=OFFICIAL_OPEN,
    ),
)
