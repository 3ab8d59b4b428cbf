"""The two overview forms (收支总表, 财政拨款收支总表): both sides, carry-over, funds."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, sum_of, with_form

_READS = ("line_item", "form_instance")


def _balance(identifier: str, form: str, title: str) -> Rule:
    return Rule(
        id=identifier,
        family="overview",
        severity="error",
        title=title,
        expected="收入总计＝支出总计",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql=f"""SELECT e.document_id, e.key || '@' || e.column_no AS group_key, '收入总计 与 ' || e.label AS label, i.amount AS expected,
                 e.amount AS observed, i.half + e.half AS tolerance, CASE WHEN i.half <> e.half THEN greatest(i.half, e.half) END AS slack, [i.id, e.id] AS ids, e.unit
          FROM x_head i JOIN x_head e ON e.document_id = i.document_id AND e.table_no = i.table_no AND e.measure = i.measure
               AND e.year = i.year AND e.body = i.body
          WHERE i.form = '{form}' AND i.side = 'income' AND e.side = 'expenditure' AND i.rank = 'grand' AND e.rank = 'grand'
                AND i.alone AND e.fund IN ('all', 'fiscal_grant') AND e.component = 'total' AND i.component = 'total'""",
        applies=f"""SELECT document_id FROM x_cell WHERE form = '{form}' GROUP BY document_id
          HAVING bool_or(side = 'income') AND bool_or(side = 'expenditure')""",
        coverage=0.6,
    )


def _side(identifier: str, form: str, side: str, title: str, expected: str) -> Rule:
    return Rule(
        id=identifier,
        family="overview",
        severity="error",
        title=title,
        expected=expected,
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql=sum_of("x_down", f"p.form = '{form}' AND p.side = '{side}'"),
        applies=f"SELECT DISTINCT document_id FROM x_cell WHERE form = '{form}' AND side = '{side}' AND role IS NOT NULL",
        coverage=0.6,
    )


RULES: tuple[Rule, ...] = (
    _balance("IE-BALANCE", "income_expenditure", "收支总表收入总计等于支出总计"),
    _side(
        "IE-INCOME",
        "income_expenditure",
        "income",
        "收支总表收入侧逐级相加",
        "本年收入合计＝各项收入之和；收入总计＝本年收入合计＋使用非财政拨款结余＋年初结转和结余",
    ),
    _side(
        "IE-EXPENDITURE",
        "income_expenditure",
        "expenditure",
        "收支总表支出侧逐级相加",
        "本年支出合计＝各类支出之和；支出总计＝本年支出合计＋结余分配＋年末结转和结余",
    ),
    _balance("GRANT-BALANCE", "grant_income_expenditure", "财政拨款收支总表收入总计等于支出总计"),
    _side(
        "GRANT-INCOME",
        "grant_income_expenditure",
        "income",
        "财政拨款收支总表收入侧逐级相加",
        "本年收入合计＝一般公共预算＋政府性基金＋国有资本经营；总计＝本年收入合计＋年初结转和结余",
    ),
    _side(
        "GRANT-EXPENDITURE",
        "grant_income_expenditure",
        "expenditure",
        "财政拨款收支总表支出侧各列逐级相加",
        "各列本年支出合计＝各类支出之和；总计＝本年支出合计＋年末结转和结余",
    ),
    Rule(
        id="GRANT-ROW",
        family="overview",
        severity="error",
        title="财政拨款收支总表每行合计等于三本预算之和",
        expected="合计＝一般公共预算＋政府性基金预算＋国有资本经营预算",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""SELECT p.document_id, p.key AS group_key, p.label, sum(c.amount) AS expected, p.amount AS observed,
                 p.half + sum(c.half) AS tolerance, [p.id] || list(c.id ORDER BY c.column_no, c.id) AS ids, p.unit
          FROM x_cell p JOIN x_cell c ON c.document_id = p.document_id AND c.table_no = p.table_no AND c.row_no = p.row_no
               AND c.side = p.side AND c.measure = p.measure AND c.year = p.year AND c.column_no <> p.column_no
          WHERE p.form = 'grant_income_expenditure' AND p.fund = 'fiscal_grant' AND NOT p.sub AND NOT c.sub
                AND c.fund IN ('general', 'gov_fund', 'state_capital')
          GROUP BY p.document_id, p.key, p.label, p.amount, p.half, p.id, p.unit HAVING count(DISTINCT c.fund) = count(*)""",
        applies="""SELECT document_id FROM x_cell WHERE form = 'grant_income_expenditure' AND side = 'expenditure'
          GROUP BY document_id HAVING bool_or(fund = 'general') AND bool_or(fund = 'fiscal_grant')""",
    ),
    Rule(
        id="GRANT-CLOSURE",
        family="overview",
        severity="error",
        title="财政拨款收支总表每本预算收支平衡",
        expected="年初结转和结余＋本年收入＝本年支出＋年末结转和结余（一般公共、政府性基金、国有资本经营各自成立）",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH part AS (
            SELECT document_id, table_no, measure, year, unit, half, amount, id, key,
                   CASE WHEN flow = 'income' AND component IN ('general', 'gov_fund', 'state_capital') THEN component ELSE fund END AS f,
                   CASE WHEN flow = 'income' AND role IS NULL THEN 'in'
                        WHEN role = 'opening' THEN 'opening' WHEN role = 'closing' THEN 'closing' END AS what
            FROM x_cell WHERE form = 'grant_income_expenditure' AND NOT sub AND (flow <> 'income' OR fc IS NULL)
            UNION ALL
            SELECT document_id, table_no, measure, year, unit, half, amount, id, key, fund, 'out'
            FROM x_head WHERE form = 'grant_income_expenditure' AND side = 'expenditure' AND rank = 'current' AND alone),
          whole AS (  -- carry-over printed only as one figure for all funds cannot be split
            SELECT document_id, table_no, measure, year,
                   coalesce(sum(amount) FILTER (what = 'opening' AND f = 'fiscal_grant'), 0) <> 0 AS lumped_opening,
                   coalesce(sum(amount) FILTER (what = 'closing' AND f = 'fiscal_grant'), 0) <> 0 AS lumped_closing
            FROM part GROUP BY ALL)
          SELECT p.document_id, 'grant|' || f || '|' || p.measure || '|' || p.year || '|' || p.table_no AS group_key,
                 '《财政拨款收入支出总表》' || any_value(n.zh) AS label,
                 coalesce(sum(amount) FILTER (what IN ('opening', 'in')), 0) AS expected,
                 coalesce(sum(amount) FILTER (what IN ('out', 'closing')), 0) AS observed,
                 sum(half) FILTER (what IS NOT NULL) AS tolerance, list(id ORDER BY id) FILTER (what IS NOT NULL) AS ids, any_value(unit) AS unit,
                 CASE WHEN any_value(lumped_opening) AND count(*) FILTER (what = 'opening') = 0
                        OR any_value(lumped_closing) AND count(*) FILTER (what = 'closing') = 0 THEN 'insufficient_data' END AS state
          FROM part p JOIN whole USING (document_id, table_no, measure, year) JOIN x_fund_name n ON n.code = f
          WHERE f IN ('general', 'gov_fund', 'state_capital')
          GROUP BY p.document_id, p.table_no, p.measure, p.year, f
          HAVING count(*) FILTER (what = 'in') = 1 AND count(*) FILTER (what = 'out') = 1
                 AND count(*) FILTER (what = 'opening') <= 1 AND count(*) FILTER (what = 'closing') <= 1""",
        applies="""SELECT document_id FROM x_head WHERE form = 'grant_income_expenditure' AND side = 'expenditure'
          AND rank = 'current' AND fund IN ('general', 'gov_fund', 'state_capital')""",
    ),
    Rule(
        id="INCOME-SIDE",
        family="overview",
        severity="info",
        title="收支总表收入侧或支出侧应有合计行",
        expected="有“本年收入合计”“本年支出合计”或“总计”行",
        source=OFFICIAL_FINAL,
        remedy="对照原件；确无合计行的无需处理。",
        reads=_READS,
        kind="report",
        sql="""SELECT document_id, 'totals' AS group_key, '收支总表' AS label,
                 CASE WHEN count(*) FILTER (role IN ('grand', 'current', 'total')) > 0 THEN 'passed' ELSE 'insufficient_data' END AS state,
                 '有合计行' AS expected_text, CASE WHEN count(*) FILTER (role IN ('grand', 'current', 'total')) > 0 THEN '有' ELSE '未见' END AS observed_text
          FROM x_cell WHERE form = 'income_expenditure' GROUP BY document_id""",
        applies=with_form("income_expenditure"),
    ),
)
