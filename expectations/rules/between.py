"""Between the forms of one document: the same money seen from two sides."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, same_total, with_both

_READS = ("line_item", "form_instance")


def _pair(
    identifier: str, title: str, expected: str, left: str, right: str, forms: tuple[str, str], *, due: str = ""
) -> Rule:
    """Two headline figures. ``due``: condition on ``x_cell`` without which the documents' forms cannot show the figure."""
    return Rule(
        id=identifier,
        family="between",
        severity="error",
        title=title,
        expected=expected,
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql=same_total(left, right),
        applies=with_both(*forms) + (f" INTERSECT SELECT document_id FROM x_cell WHERE {due}" if due else ""),
    )


def _codes(
    identifier: str,
    title: str,
    expected: str,
    left: str,
    right: str,
    forms: tuple[str, str],
    kind: str,
    severity: str = "error",
) -> Rule:
    """The same code in two forms. ``left`` and ``right``: conditions on ``x_cell``."""
    return Rule(
        id=identifier,
        family="between",
        severity=severity,  # type: ignore[arg-type]
        title=title,
        expected=expected,
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind=kind,  # type: ignore[arg-type]
        sql=f"""WITH l AS (SELECT * FROM x_cell WHERE {left} AND fc IS NOT NULL AND ec IS NULL AND NOT sub
                 QUALIFY count(*) OVER (PARTITION BY document_id, table_no, body, fc, component, fund, measure, year) = 1),
          r AS (SELECT * FROM x_cell WHERE {right} AND fc IS NOT NULL AND ec IS NULL AND NOT sub
                 QUALIFY count(*) OVER (PARTITION BY document_id, table_no, body, fc, component, fund, measure, year) = 1)
          SELECT r.document_id, r.key AS group_key, r.label || ' 与 ' || l.label AS label, l.amount AS expected, r.amount AS observed,
                 l.half + r.half AS tolerance, CASE WHEN l.half <> r.half THEN greatest(l.half, r.half) END AS slack, [r.id, l.id] AS ids, r.unit
          FROM l JOIN r ON r.document_id = l.document_id AND r.fc = l.fc AND r.component = l.component AND r.measure = l.measure
               AND r.year = l.year AND r.body = l.body
          WHERE l.n = 1 AND r.n = 1""",
        applies=with_both(*forms),
    )


_ANY = "rank IN ('current', 'grand', 'total')"

RULES: tuple[Rule, ...] = (
    _pair(
        "X-INCOME-TOTAL",
        "收入表合计等于收支总表本年收入合计（含结转的表等于收入总计）",
        "收支总表本年收入合计＝收入表合计",
        f"form = 'income_expenditure' AND side = 'income' AND {_ANY} AND component = 'total'",
        f"form = 'income' AND component = 'total' AND {_ANY} AND fund = 'all'",
        ("income_expenditure", "income"),
    ),
    _pair(
        "X-EXPENDITURE-TOTAL",
        "支出表合计等于收支总表本年支出合计（含结转的表等于支出总计）",
        "收支总表本年支出合计＝支出表合计",
        f"form = 'income_expenditure' AND side = 'expenditure' AND {_ANY} AND component = 'total'",
        f"form = 'expenditure' AND component = 'total' AND {_ANY} AND fund = 'all'",
        ("income_expenditure", "expenditure"),
    ),
    _pair(
        "X-GRANT-INCOME",
        "收入表财政拨款收入等于财政拨款收支总表本年收入",
        "财政拨款收支总表本年收入合计＝收入表财政拨款收入合计",
        f"form = 'grant_income_expenditure' AND side = 'income' AND {_ANY} AND (fund = 'fiscal_grant' OR alone)",
        f"form = 'income' AND component = 'fiscal_grant' AND {_ANY}",
        ("grant_income_expenditure", "income"),
        due="form = 'income' AND component = 'fiscal_grant'",
    ),
    _pair(
        "X-GENERAL-TOTAL",
        "一般公共预算支出表合计等于财政拨款收支总表一般公共预算本年支出",
        "财政拨款收支总表一般公共预算本年支出合计＝一般公共预算支出表合计",
        f"form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'general' AND {_ANY}",
        f"form = 'general_expenditure' AND component = 'total' AND fund = 'general' AND {_ANY}",
        ("grant_income_expenditure", "general_expenditure"),
        due="form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'general'",
    ),
    Rule(
        id="X-GENERAL-INCOME",
        family="between",
        severity="error",
        title="财政拨款收支总表无结转时，一般公共预算收入等于一般公共预算支出表合计",
        expected="财政拨款收支总表一般公共预算收入＝一般公共预算支出表合计（支出侧不分资金列、无结转）",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql=f"""WITH whole AS (
            SELECT document_id, table_no FROM x_cell WHERE form = 'grant_income_expenditure' GROUP BY ALL
            HAVING coalesce(sum(abs(amount)) FILTER (flow = 'balance'), 0) = 0
                   AND count(*) FILTER (side = 'expenditure' AND fund IN ('general', 'gov_fund', 'state_capital')) = 0),
          l AS (SELECT x.* FROM x_cell x JOIN whole USING (document_id, table_no)
                WHERE x.flow = 'income' AND x.component = 'general' AND x.role IS NULL AND NOT x.sub AND x.n = 1
                QUALIFY count(*) OVER (PARTITION BY x.document_id, x.measure, x.year) = 1)
          SELECT r.document_id, r.key AS group_key, r.label || ' 与 ' || l.label AS label, l.amount AS expected, r.amount AS observed,
                 l.half + r.half AS tolerance, CASE WHEN l.half <> r.half THEN greatest(l.half, r.half) END AS slack, [r.id, l.id] AS ids, r.unit
          FROM x_head r JOIN l ON l.document_id = r.document_id AND l.measure = r.measure AND l.year = r.year
          WHERE r.form = 'general_expenditure' AND r.component = 'total' AND r.fund = 'general' AND {_ANY.replace("rank", "r.rank")} AND r.n = 1 AND r.body = ''""",
        applies="""SELECT document_id FROM x_cell WHERE form = 'grant_income_expenditure' AND flow = 'income' AND component = 'general'
            AND document_id NOT IN (SELECT document_id FROM x_cell WHERE form = 'grant_income_expenditure' AND (flow = 'balance' AND amount <> 0
                                    OR side = 'expenditure' AND fund IN ('general', 'gov_fund', 'state_capital')))
          INTERSECT SELECT document_id FROM x_head WHERE form = 'general_expenditure' AND component = 'total' AND fund = 'general'""",
    ),
    _pair(
        "X-FUND-TOTAL",
        "政府性基金预算表本年支出等于财政拨款收支总表政府性基金本年支出",
        "财政拨款收支总表政府性基金本年支出＝政府性基金预算表本年支出合计",
        f"form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'gov_fund' AND {_ANY}",
        f"form = 'fund_income_expenditure' AND component IN ('current_expenditure', 'total') AND {_ANY} AND side = 'expenditure'",
        ("grant_income_expenditure", "fund_income_expenditure"),
        due="form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'gov_fund'",
    ),
    _pair(
        "X-CAPITAL-TOTAL",
        "国有资本经营预算表本年支出等于财政拨款收支总表国有资本经营本年支出",
        "财政拨款收支总表国有资本经营预算本年支出＝国有资本经营预算表本年支出合计",
        f"form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'state_capital' AND {_ANY}",
        f"form IN ('capital_income_expenditure', 'capital_expenditure') AND component IN ('current_expenditure', 'total') AND {_ANY} AND side = 'expenditure'",
        ("grant_income_expenditure", "capital_expenditure"),
        due="form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'state_capital'",
    ),
    _pair(
        "X-BASIC-TOTAL",
        "基本支出表合计等于一般公共预算支出表基本支出合计",
        "一般公共预算支出表基本支出合计＝基本支出表合计",
        f"form = 'general_expenditure' AND component = 'basic' AND fund = 'general' AND {_ANY}",
        f"form = 'general_basic_expenditure' AND component IN ('basic', 'total') AND fund = 'general' AND {_ANY}",
        ("general_expenditure", "general_basic_expenditure"),
        due="form = 'general_expenditure' AND component = 'basic'",
    ),
    Rule(
        id="X-BASIC-USE",
        family="between",
        severity="error",
        title="基本支出表人员经费、公用经费等于一般公共预算支出表对应列合计",
        expected="两表人员经费合计相等，公用经费合计相等",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql="""SELECT b.document_id, b.key AS group_key, b.label || ' 与 ' || g.label AS label, g.amount AS expected, b.amount AS observed,
                 g.half + b.half AS tolerance, CASE WHEN g.half <> b.half THEN greatest(g.half, b.half) END AS slack, [b.id, g.id] AS ids, b.unit
          FROM x_head g JOIN x_cell b ON b.document_id = g.document_id AND b.form = 'general_basic_expenditure'
               AND b.component = g.component AND b.measure = g.measure AND b.year = g.year AND b.fc IS NULL AND b.ec IS NULL AND NOT b.sub
               AND b.item NOT IN ('机关运行经费', '会议费', '培训费')
          WHERE g.form = 'general_expenditure' AND g.component IN ('personnel', 'operation') AND g.n = 1 AND b.n = 1 AND g.alone
          QUALIFY count(*) OVER (PARTITION BY g.id) = 1""",
        applies=with_both("general_expenditure", "general_basic_expenditure")
        + " INTERSECT SELECT document_id FROM x_head WHERE form = 'general_expenditure' AND component IN ('personnel', 'operation')",
    ),
    _codes(
        "X-EXPENDITURE-CLASS",
        "支出表各类金额等于收支总表对应类金额",
        "收支总表各类支出＝支出表同类合计",
        "form = 'income_expenditure' AND component = 'total' AND length(fc) = 3",
        "form = 'expenditure' AND component = 'total' AND length(fc) = 3",
        ("income_expenditure", "expenditure"),
        "same",
    ),
    _codes(
        "X-GENERAL-CLASS",
        "一般公共预算支出表各类金额等于财政拨款收支总表对应类一般公共预算金额",
        "财政拨款收支总表一般公共预算列各类支出＝一般公共预算支出表同类合计",
        "form = 'grant_income_expenditure' AND fund = 'general' AND flow = 'expenditure' AND length(fc) = 3",
        "form = 'general_expenditure' AND component = 'total' AND fund = 'general' AND length(fc) = 3",
        ("grant_income_expenditure", "general_expenditure"),
        "same",
    ),
    _codes(
        "X-GENERAL-WITHIN",
        "一般公共预算支出不超过全部支出（按科目）",
        "一般公共预算支出表每个科目≤支出表同一科目",
        "form = 'expenditure' AND component IN ('total', 'basic', 'project') AND fund = 'all'",
        "form = 'general_expenditure' AND component IN ('total', 'basic', 'project') AND fund = 'general'",
        ("expenditure", "general_expenditure"),
        "bound",
    ),
    Rule(
        id="X-CODE-IN-OUT",
        family="between",
        severity="info",
        title="收入与支出总额相等时，同一科目在收入表和支出表中的金额通常相等",
        expected="收入表某科目合计＝支出表同一科目合计",
        source=OFFICIAL_FINAL,
        remedy="仅供参考：当年收支在科目之间可以不一一对应。",
        reads=_READS,
        kind="same",
        sql="""WITH level_year AS (
            SELECT i.document_id, i.measure, i.year FROM x_head i JOIN x_head e ON e.document_id = i.document_id AND e.measure = i.measure
                   AND e.year = i.year AND e.form = 'expenditure' AND e.component = 'total' AND e.n = 1
            WHERE i.form = 'income' AND i.component = 'total' AND i.n = 1 AND i.amount = e.amount),
          i AS (SELECT x.* FROM x_cell x JOIN level_year USING (document_id, measure, year) WHERE x.form = 'income' AND x.component = 'total'
                AND x.fc IS NOT NULL QUALIFY count(*) OVER (PARTITION BY x.document_id, x.fc, x.measure, x.year) = 1),
          e AS (SELECT x.* FROM x_cell x JOIN level_year USING (document_id, measure, year) WHERE x.form = 'expenditure' AND x.component = 'total'
                AND x.fc IS NOT NULL QUALIFY count(*) OVER (PARTITION BY x.document_id, x.fc, x.measure, x.year) = 1)
          SELECT e.document_id, e.key AS group_key, e.label || ' 与 ' || i.label AS label, i.amount AS expected, e.amount AS observed,
                 i.half + e.half AS tolerance, CASE WHEN i.half <> e.half THEN greatest(i.half, e.half) END AS slack, [e.id, i.id] AS ids, e.unit
          FROM i JOIN e USING (document_id, fc, measure, year)""",
        applies="""SELECT i.document_id FROM x_head i JOIN x_head e ON e.document_id = i.document_id AND e.measure = i.measure AND e.year = i.year
            AND e.form = 'expenditure' AND e.component = 'total' AND e.n = 1
          WHERE i.form = 'income' AND i.component = 'total' AND i.n = 1 AND i.amount = e.amount
          INTERSECT SELECT i.document_id FROM x_cell i JOIN x_cell e ON e.document_id = i.document_id AND e.fc = i.fc AND e.form = 'expenditure'
            AND e.component = 'total' AND e.measure = i.measure WHERE i.form = 'income' AND i.component = 'total' """,
    ),
)
