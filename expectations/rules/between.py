"""Between the forms of one document: the same money seen from two sides."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, same_total, with_both

_READS = ("line_item", "form_instance")
_ANY = "rank IN ('current', 'grand', 'total')"


def _pair(
    identifier: str,
    title: str,
    expected: str,
    left: str,
    right: str,
    forms: tuple[str, str],
    *,
    due: str = "",
    carried: str = "",
) -> Rule:
    """Two headline figures. ``due``: condition on ``x_cell`` without which the documents' forms cannot show the figure; ``carried``: see ``same_total``."""
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
        sql=same_total(left, right, carried=carried),
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


def _classes(identifier: str, title: str, expected: str, left: str, right: str, *, carried: bool = False) -> Rule:
    """Classes (类) of an overview against a list of codes; a list that leaves its class rows out is summed up.

    ``left``: condition on ``x_cell`` for the overview's classes; ``right``: for the list. ``carried``: where the whole list is
    short of the overview by no more than what was carried over, it holds this year's grants only, and so may each class.
    """
    state = (
        f"""CASE WHEN l.amount > r.amount AND l.amount - r.amount <= (
                   SELECT max(o.opening) FROM (
                     SELECT document_id, table_no, measure, year, coalesce(nullif(sum(amount) FILTER (fund = 'general'), 0), sum(amount)) AS opening
                     FROM x_cell WHERE form = 'grant_income_expenditure' AND role = 'opening' AND NOT sub GROUP BY ALL) o
                   JOIN x_head h ON h.document_id = o.document_id AND h.table_no = o.table_no AND h.measure = o.measure AND h.year = o.year
                        AND h.side = 'expenditure' AND h.fund = 'general' AND h.{_ANY}
                   LEFT JOIN x_head e ON e.document_id = o.document_id AND e.measure = o.measure AND e.year = o.year AND e.form = 'general_expenditure'
                        AND e.component = 'total' AND e.fund = 'general' AND e.{_ANY}
                   WHERE (e.id IS NULL OR e.amount < h.amount AND h.amount - e.amount <= o.opening) AND o.document_id = l.document_id AND o.table_no = l.table_no AND o.measure = l.measure AND o.year = l.year)
                 THEN 'insufficient_data' END"""
        if carried
        else "NULL"
    )
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
        sql=f"""WITH l AS (SELECT * FROM x_cell WHERE {left} AND length(fc) = 3 AND ec IS NULL AND NOT sub AND n = 1
                 QUALIFY count(*) OVER (PARTITION BY document_id, table_no, body, fc, fund, measure, year) = 1),
          list AS (SELECT * FROM x_cell WHERE {right} AND fc IS NOT NULL AND ec IS NULL AND NOT sub AND n = 1 AND body = ''),
          leaf AS (
            SELECT * FROM list x WHERE id NOT IN (SELECT parent FROM x_down)
                   AND NOT EXISTS (SELECT 1 FROM list y WHERE y.document_id = x.document_id AND y.table_no = x.table_no AND y.column_no = x.column_no
                                          AND y.id <> x.id AND starts_with(y.fc, x.fc) AND y.fc <> x.fc)),
          r AS (
            SELECT document_id, measure, year, fc AS class, any_value(key) AS key, any_value(label) AS label, any_value(unit) AS unit, sum(amount) AS amount,
                   sum(half) AS half, list(id) AS ids FROM list WHERE length(fc) = 3 GROUP BY ALL HAVING count(*) = 1
            UNION ALL
            SELECT document_id, measure, year, left(fc, 3) AS class, 'leaves|' || left(fc, 3) AS key, '《' || any_value(fn.zh) || '》' || left(fc, 3) || ' 类下各行之和' AS label,
                   any_value(unit) AS unit, sum(amount) AS amount, sum(half) AS half, list(id ORDER BY row_no, column_no, id) AS ids
            FROM leaf JOIN x_form_name fn ON fn.code = form
            WHERE (document_id, left(fc, 3)) NOT IN (SELECT (document_id, fc) FROM list WHERE length(fc) = 3) GROUP BY document_id, measure, year, left(fc, 3))
          SELECT r.document_id, r.key || '|' || r.measure || '|' || r.year AS group_key, r.label || ' 与 ' || l.label AS label, l.amount AS expected,
                 r.amount AS observed, l.half + r.half AS tolerance, CASE WHEN l.half <> r.half THEN greatest(l.half, r.half) END AS slack,
                 r.ids || [l.id] AS ids, r.unit, {state} AS state
          FROM l JOIN r ON r.document_id = l.document_id AND r.class = l.fc AND r.measure = l.measure AND r.year = l.year
          QUALIFY count(*) OVER (PARTITION BY l.id) = 1""",
        applies=f"""WITH l AS (SELECT document_id, fc, measure, year FROM x_cell WHERE {left} AND length(fc) = 3 AND NOT sub AND n = 1),
          r AS (SELECT document_id, fc, measure, year FROM x_cell WHERE {right} AND fc IS NOT NULL AND ec IS NULL AND NOT sub AND n = 1 AND body = '')
          SELECT DISTINCT document_id FROM l SEMI JOIN r ON r.document_id = l.document_id AND r.measure = l.measure AND r.year = l.year
            AND starts_with(r.fc, l.fc)""",
    )


_ALL_GENERAL = """SELECT e.document_id, e.measure, e.year FROM x_head e JOIN x_head g ON g.document_id = e.document_id AND g.measure = e.measure
      AND g.year = e.year AND g.form = 'general_expenditure' AND g.component = 'total' AND g.fund = 'general' AND g.n = 1 AND g.body = '' AND g.alone
    WHERE e.form = 'expenditure' AND e.component = 'total' AND e.fund = 'all' AND e.n = 1 AND e.body = '' AND e.alone AND e.amount = g.amount AND e.amount <> 0"""


RULES: tuple[Rule, ...] = (
    _pair(
        "X-INCOME-TOTAL",
        "收入表合计等于收支总表本年收入合计（含结转的表等于收入总计）",
        "收支总表本年收入合计＝收入表合计",
        f"form = 'income_expenditure' AND side = 'income' AND {_ANY} AND component IN ('total', 'current_income')",
        f"form = 'income' AND component = 'total' AND {_ANY} AND fund = 'all'",
        ("income_expenditure", "income"),
    ),
    _pair(
        "X-EXPENDITURE-TOTAL",
        "支出表合计等于收支总表本年支出合计（含结转的表等于支出总计）",
        "收支总表本年支出合计＝支出表合计",
        f"form = 'income_expenditure' AND side = 'expenditure' AND {_ANY} AND component IN ('total', 'current_expenditure')",
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
        carried="general",
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
        carried="gov_fund",
    ),
    _pair(
        "X-CAPITAL-TOTAL",
        "国有资本经营预算表本年支出等于财政拨款收支总表国有资本经营本年支出",
        "财政拨款收支总表国有资本经营预算本年支出＝国有资本经营预算表本年支出合计",
        f"form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'state_capital' AND {_ANY}",
        f"form IN ('capital_income_expenditure', 'capital_expenditure') AND component IN ('current_expenditure', 'total') AND {_ANY} AND side = 'expenditure'",
        ("grant_income_expenditure", "capital_expenditure"),
        due="form = 'grant_income_expenditure' AND side = 'expenditure' AND fund = 'state_capital'",
        carried="state_capital",
    ),
    Rule(
        id="X-GRANT-FUNDS",
        family="between",
        severity="error",
        title="财政拨款收支总表不分资金列的，其支出等于一般公共预算、政府性基金、国有资本经营预算各支出表合计之和",
        expected="财政拨款本年支出（支出总计）＝一般公共预算支出表合计＋政府性基金预算表本年支出＋国有资本经营预算表本年支出",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql=f"""WITH head AS (
            SELECT * FROM x_head WHERE n = 1 AND body = '' AND side = 'expenditure' AND NOT sub AND scope <> 'government' AND {_ANY}),
          whole AS (SELECT * FROM head WHERE form = 'grant_income_expenditure' AND fund = 'fiscal_grant'),
          fund AS (
            SELECT document_id, measure, year, form, id, amount, half FROM head
            WHERE form = 'general_expenditure' AND component = 'total' AND fund = 'general'
               OR form IN ('fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure') AND component IN ('current_expenditure', 'total')
            QUALIFY count(*) OVER (PARTITION BY document_id, measure, year, form) = 1),
          parts AS (
            SELECT document_id, measure, year, sum(amount) AS amount, sum(half) AS half, list(id ORDER BY form, id) AS ids, list(form) AS forms,
                   bool_or(form = 'general_expenditure') AS general FROM fund GROUP BY ALL),
          open AS (  -- a form of a fund that prints figures of which no total was found
            SELECT document_id, form FROM x_form WHERE has_items AND form IN ('fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure'))
          SELECT w.document_id, w.key AS group_key, w.label || ' 与各资金支出表合计之和' AS label, p.amount AS expected, w.amount AS observed, w.half + p.half AS tolerance,
                 [w.id] || p.ids AS ids, w.unit,
                 CASE WHEN EXISTS (SELECT 1 FROM open o WHERE o.document_id = w.document_id AND NOT list_contains(p.forms, o.form)) THEN 'insufficient_data'
                      -- A list of a fund that is not in this file may make up what is missing.
                      WHEN w.amount > p.amount AND NOT EXISTS (SELECT 1 FROM x_form f WHERE f.document_id = w.document_id AND f.form = 'fund_income_expenditure')
                      THEN 'insufficient_data' END AS state
          FROM whole w JOIN parts p ON p.document_id = w.document_id AND p.measure = w.measure AND p.year = w.year AND p.general
          WHERE w.document_id NOT IN (SELECT document_id FROM x_cell WHERE form = 'grant_income_expenditure' AND side = 'expenditure'
                                      AND fund IN ('general', 'gov_fund', 'state_capital'))
          -- With balances carried over the lists of the funds hold this year's expenditure only: the nearer of the two totals is meant.
          QUALIFY row_number() OVER (PARTITION BY w.document_id, w.table_no, w.measure, w.year ORDER BY abs(w.amount - p.amount), w.rank, w.id) = 1""",
        applies="""SELECT w.document_id FROM x_head w JOIN x_head g ON g.document_id = w.document_id AND g.form = 'general_expenditure' AND g.component = 'total'
              AND g.measure = w.measure AND g.year = w.year AND g.n = 1 AND g.body = ''
          WHERE w.form = 'grant_income_expenditure' AND w.side = 'expenditure' AND w.fund = 'fiscal_grant' AND w.n = 1 AND w.body = '' AND w.scope <> 'government'
            AND w.document_id NOT IN (SELECT document_id FROM x_cell WHERE form = 'grant_income_expenditure' AND side = 'expenditure'
                                      AND fund IN ('general', 'gov_fund', 'state_capital'))""",
    ),
    Rule(
        id="X-FUND-NONE",
        family="between",
        severity="warning",
        title="财政拨款支出全部是一般公共预算的，政府性基金、国有资本经营预算表不应有支出",
        expected="财政拨款收支总表合计＝一般公共预算时，政府性基金、国有资本经营预算表本年支出为零",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="bound",
        sql=f"""WITH head AS (
            SELECT * FROM x_head WHERE n = 1 AND body = '' AND side = 'expenditure' AND NOT sub AND scope <> 'government' AND {_ANY}),
          none AS (
            SELECT w.document_id, w.measure, w.year, w.id FROM head w JOIN head g ON g.document_id = w.document_id AND g.table_no = w.table_no AND g.row_no = w.row_no
                 AND g.fund = 'general' AND g.measure = w.measure AND g.year = w.year AND g.amount = w.amount
            WHERE w.form = 'grant_income_expenditure' AND w.fund = 'fiscal_grant' AND w.rank IN ('current', 'total')
            QUALIFY count(*) OVER (PARTITION BY w.document_id, w.measure, w.year) = 1)
          SELECT f.document_id, f.key AS group_key, f.label, 0 AS expected, f.amount AS observed, f.half AS tolerance, [f.id, none.id] AS ids, f.unit
          FROM head f JOIN none ON none.document_id = f.document_id AND none.measure = f.measure AND none.year = f.year
          WHERE f.form IN ('fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure') AND f.component IN ('current_expenditure', 'total')
                -- Where the overview has the column filled, X-FUND-TOTAL and X-CAPITAL-TOTAL compare the two.
                AND NOT EXISTS (SELECT 1 FROM x_cell t WHERE t.document_id = f.document_id AND t.form = 'grant_income_expenditure' AND t.side = 'expenditure'
                                AND t.fund = f.fund AND t.amount <> 0)""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where the overview leaves the funds out and a fund's form does not
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
    _classes(
        "X-EXPENDITURE-CLASS",
        "支出表各类金额等于收支总表对应类金额",
        "收支总表各类支出＝支出表同类合计（支出表只列到款、项的，为其下各行之和）",
        "form = 'income_expenditure' AND component IN ('total', 'current_expenditure') AND fund = 'all'",
        "form = 'expenditure' AND component = 'total' AND fund = 'all'",
    ),
    _classes(
        "X-GENERAL-CLASS",
        "一般公共预算支出表各类金额等于财政拨款收支总表对应类一般公共预算金额",
        "财政拨款收支总表一般公共预算列各类支出＝一般公共预算支出表同类合计",
        "form = 'grant_income_expenditure' AND fund = 'general' AND flow = 'expenditure'",
        "form = 'general_expenditure' AND component = 'total' AND fund = 'general'",
        carried=True,
    ),
    _classes(
        "X-GRANT-CLASS",
        "没有政府性基金、国有资本经营拨款时，一般公共预算支出表各类金额等于财政拨款收支总表对应类金额",
        "财政拨款收支总表各类支出＝一般公共预算支出表同类合计（两表合计相等时）",
        """form = 'grant_income_expenditure' AND fund = 'fiscal_grant' AND flow = 'expenditure' AND (document_id, measure, year) IN (
            SELECT (g.document_id, g.measure, g.year) FROM x_head g JOIN x_head e ON e.document_id = g.document_id AND e.measure = g.measure
              AND e.year = g.year AND e.form = 'general_expenditure' AND e.component = 'total' AND e.fund = 'general' AND e.body = '' AND e.n = 1
            WHERE g.form = 'grant_income_expenditure' AND g.side = 'expenditure' AND g.fund = 'fiscal_grant' AND g.amount = e.amount)""",
        "form = 'general_expenditure' AND component = 'total' AND fund = 'general'",
    ),
    Rule(
        id="X-CODE-GENERAL",
        family="between",
        severity="error",
        title="全部支出都是一般公共预算支出时，两张支出表每个科目金额相等",
        expected="支出表某科目＝一般公共预算支出表同一科目（两表合计相等时）",
        source=OFFICIAL_FINAL + "：一般公共预算支出是全部支出的一部分，合计相等则每个科目相等",
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql=f"""WITH level_year AS ({_ALL_GENERAL}),
          e AS (SELECT x.* FROM x_cell x JOIN level_year USING (document_id, measure, year) WHERE x.form = 'expenditure' AND x.fund = 'all'
                AND x.component IN ('total', 'basic', 'project') AND x.fc IS NOT NULL AND x.ec IS NULL AND NOT x.sub AND x.n = 1 AND x.body = ''
                QUALIFY count(*) OVER (PARTITION BY x.document_id, x.fc, x.component, x.measure, x.year) = 1),
          g AS (SELECT x.* FROM x_cell x JOIN level_year USING (document_id, measure, year) WHERE x.form = 'general_expenditure' AND x.fund = 'general'
                AND x.component IN ('total', 'basic', 'project') AND x.fc IS NOT NULL AND x.ec IS NULL AND NOT x.sub AND x.n = 1 AND x.body = ''
                QUALIFY count(*) OVER (PARTITION BY x.document_id, x.fc, x.component, x.measure, x.year) = 1)
          SELECT g.document_id, g.key AS group_key, g.label || ' 与 ' || e.label AS label, e.amount AS expected, g.amount AS observed,
                 e.half + g.half AS tolerance, CASE WHEN e.half <> g.half THEN greatest(e.half, g.half) END AS slack, [g.id, e.id] AS ids, g.unit
          FROM e JOIN g ON g.document_id = e.document_id AND g.fc = e.fc AND g.component = e.component AND g.measure = e.measure AND g.year = e.year""",
        applies=f"""SELECT document_id FROM ({_ALL_GENERAL}) INTERSECT
          SELECT e.document_id FROM x_cell e JOIN x_cell g ON g.document_id = e.document_id AND g.fc = e.fc AND g.measure = e.measure AND g.n = 1
            AND g.form = 'general_expenditure' AND g.component = e.component WHERE e.form = 'expenditure' AND e.n = 1""",
    ),
    Rule(
        id="X-USE",
        family="between",
        severity="error",
        title="收支总表按用途所列基本支出、项目支出等于支出表合计行",
        expected="收支总表基本支出、项目支出＝支出表基本支出、项目支出合计",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql="""SELECT u.document_id, u.key AS group_key, u.label || ' 与 ' || e.label AS label, e.amount AS expected, u.amount AS observed,
                 e.half + u.half AS tolerance, CASE WHEN e.half <> u.half THEN greatest(e.half, u.half) END AS slack, [u.id, e.id] AS ids, u.unit
          FROM x_cell u JOIN x_head e ON e.document_id = u.document_id AND e.measure = u.measure AND e.year = u.year AND e.component = u.component
               AND e.n = 1 AND e.body = '' AND e.alone
               AND CASE WHEN u.form = 'income_expenditure' THEN e.form = 'expenditure' AND e.fund = 'all'
                        ELSE e.form = 'general_expenditure' AND (u.fund = 'general' OR (u.document_id, u.table_no) IN (
                          SELECT (g.document_id, g.table_no) FROM x_head g JOIN x_head w ON w.document_id = g.document_id AND w.measure = g.measure
                            AND w.year = g.year AND w.form = 'general_expenditure' AND w.component = 'total' AND w.n = 1 AND w.amount = g.amount
                          WHERE g.form = 'grant_income_expenditure' AND g.side = 'expenditure')) END
          WHERE u.form IN ('income_expenditure', 'grant_income_expenditure') AND u.component IN ('basic', 'project') AND u.flow = 'expenditure'
                AND u.fc IS NULL AND u.ec IS NULL AND NOT u.sub AND u.n = 1
          QUALIFY count(*) OVER (PARTITION BY u.id) = 1 AND count(*) OVER (PARTITION BY u.document_id, u.form, u.component, u.fund, u.measure, u.year) = 1""",
        applies="""SELECT u.document_id FROM x_cell u JOIN x_head e ON e.document_id = u.document_id AND e.component = u.component AND e.measure = u.measure
            AND e.form = 'expenditure' WHERE u.form = 'income_expenditure' AND u.component IN ('basic', 'project') AND u.fc IS NULL""",
    ),
    Rule(
        id="X-INCOME-SOURCE",
        family="between",
        severity="error",
        title="收入表各项收入来源合计等于收支总表同一收入",
        expected="收支总表某项收入＝收入表合计行同一来源",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        # 其他收入 covers several columns (专户资金, 单位资金) and is left out.
        sql="""WITH l AS (SELECT * FROM x_cell WHERE form = 'income_expenditure' AND flow = 'income' AND role IS NULL AND fc IS NULL AND NOT sub AND n = 1 AND body = ''
                 QUALIFY count(*) OVER (PARTITION BY document_id, component, measure, year) = 1),
          r AS (SELECT * FROM x_head WHERE form = 'income' AND flow = 'income' AND n = 1 AND body = '' AND alone)
          SELECT r.document_id, r.key AS group_key, r.label || ' 与 ' || l.label AS label, l.amount AS expected, r.amount AS observed,
                 l.half + r.half AS tolerance, CASE WHEN l.half <> r.half THEN greatest(l.half, r.half) END AS slack, [r.id, l.id] AS ids, r.unit
          FROM l JOIN r ON r.document_id = l.document_id AND r.component = l.component AND r.measure = l.measure AND r.year = l.year
          WHERE r.component IN ('general', 'gov_fund', 'state_capital', 'fiscal_grant', 'superior_subsidy', 'institution', 'operating_income', 'subordinate_remittance')
          QUALIFY count(*) OVER (PARTITION BY r.document_id, r.component, r.measure, r.year) = 1""",
        applies="""SELECT l.document_id FROM x_cell l JOIN x_head r ON r.document_id = l.document_id AND r.component = l.component AND r.measure = l.measure
            AND r.year = l.year AND r.form = 'income' AND r.n = 1 AND r.body = '' AND r.alone
          WHERE l.form = 'income_expenditure' AND l.flow = 'income' AND l.role IS NULL AND l.fc IS NULL AND NOT l.sub AND l.n = 1
            AND l.component IN ('general', 'gov_fund', 'state_capital', 'fiscal_grant', 'superior_subsidy', 'institution', 'operating_income', 'subordinate_remittance')
          GROUP BY l.document_id, l.component, l.measure, l.year HAVING count(*) = 1""",
    ),
    Rule(
        id="X-PROJECT-FUND",
        family="between",
        severity="warning",
        title="项目支出表某项资金的合计不超过该资金的全部支出",
        expected="项目支出表一般公共预算（政府性基金、国有资本经营）一栏合计≤对应支出表合计",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        kind="bound",
        sql="""WITH p AS (
            SELECT document_id, table_no, fund, measure, year, sum(amount) AS amount, sum(half) AS half, list(id ORDER BY row_no, column_no, id) AS ids, any_value(unit) AS unit,
                   any_value(label ORDER BY row_no) AS label
            FROM x_cell WHERE form = 'project_expenditure' AND flow = 'expenditure' AND NOT sub AND fund IN ('general', 'gov_fund', 'state_capital') AND n = 1
                 AND (role = 'total' OR role IS NULL AND (document_id, table_no) NOT IN (
                      SELECT (document_id, table_no) FROM x_cell WHERE form = 'project_expenditure' AND role = 'total'))
                 AND (role = 'total' OR parent_row_no IS NULL AND id NOT IN (SELECT child FROM x_down))
            GROUP BY ALL HAVING count(*) FILTER (role = 'total') <= 1 AND (bool_or(role = 'total') OR count(DISTINCT body) <= 1)),
          f AS (
            SELECT document_id, measure, year, CASE form WHEN 'general_expenditure' THEN 'general' WHEN 'fund_income_expenditure' THEN 'gov_fund' ELSE 'state_capital' END AS fund,
                   max_by(id, amount) AS id, max(amount) AS amount, max(half) AS half, max_by(label, amount) AS label
            FROM x_head WHERE form IN ('general_expenditure', 'fund_income_expenditure', 'capital_expenditure', 'capital_income_expenditure')
                 AND side = 'expenditure' AND component IN ('total', 'current_expenditure') AND n = 1 AND body = '' GROUP BY ALL)
          SELECT p.document_id, 'fund|' || p.table_no || '|' || p.fund || '|' || p.measure || '|' || p.year AS group_key,
                 '《项目支出表》' || fn.zh || '一栏 与 ' || f.label AS label, f.amount AS expected, p.amount AS observed, p.half + f.half AS tolerance,
                 p.ids || [f.id] AS ids, p.unit
          FROM p JOIN f USING (document_id, fund, measure, year) JOIN x_fund_name fn ON fn.code = p.fund""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where the projects are listed by fund
    ),
    Rule(
        id="X-CODE-SWAPPED",
        family="between",
        severity="warning",
        title="两个科目的金额疑似互换",
        expected="收入表与支出表其余科目都相等，只有两个科目互差而合计相等的，疑为两行互换",
        source=OFFICIAL_FINAL,
        remedy="对照两表原件：读错的“更正”，公布者如此的“认可”，确非互换的“豁免”。",
        reads=_READS,
        kind="report",
        sql="""WITH c AS (SELECT * FROM x_cell WHERE form IN ('income', 'expenditure') AND component = 'total' AND length(fc) = 7 AND ec IS NULL AND NOT sub AND n = 1
                 AND body = '' QUALIFY count(*) OVER (PARTITION BY document_id, form, fc, measure, year) = 1),
          d AS (SELECT e.document_id, e.measure, e.year, e.fc, e.label, e.unit, e.id, i.id AS iid, e.amount - i.amount AS gap, e.amount, i.amount AS other, e.half + i.half AS tolerance
                FROM c e JOIN c i ON i.document_id = e.document_id AND i.measure = e.measure AND i.year = e.year AND i.fc = e.fc AND i.form = 'income'
                WHERE e.form = 'expenditure'),
          g AS (SELECT document_id, measure, year, count(*) AS n, count(*) FILTER (abs(gap) > tolerance) AS off, sum(gap) FILTER (abs(gap) > tolerance) AS net,
                       list(id ORDER BY id) FILTER (abs(gap) > tolerance) AS ids, list(iid ORDER BY id) FILTER (abs(gap) > tolerance) AS iids,
                       string_agg(label, '、' ORDER BY fc) FILTER (abs(gap) > tolerance) AS labels, sum(tolerance) AS tolerance,
                       max(amount) FILTER (abs(gap) > tolerance) AS most, max(other) FILTER (abs(gap) > tolerance) AS most_other FROM d GROUP BY ALL)
          SELECT document_id, 'swap|' || measure || '|' || year AS group_key, coalesce(labels, '收入表、支出表各科目') AS label,
                 CASE WHEN off = 2 AND abs(net) <= tolerance AND most = most_other AND n >= 5 THEN 'failed' WHEN off = 0 THEN 'passed' ELSE 'insufficient_data' END AS state,
                 '两表同一科目相等' AS expected_text, CASE WHEN off = 0 THEN '都相等' ELSE off || ' 个科目不等' END AS observed_text, coalesce(ids || iids, []) AS ids
          FROM g WHERE n >= 3""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where income is listed by the codes of expenditure
    ),
    _pair(
        "X-PROJECT-TOTAL",
        "项目支出表合计等于一般公共预算支出表项目支出合计",
        "一般公共预算支出表项目支出合计＝一般公共预算项目支出表合计",
        f"form = 'general_expenditure' AND component = 'project' AND fund = 'general' AND {_ANY}",
        f"form = 'general_project_expenditure' AND component IN ('project', 'total') AND fund = 'general' AND {_ANY}",
        ("general_expenditure", "general_project_expenditure"),
        due="form = 'general_expenditure' AND component = 'project'",
    ),
    Rule(
        id="X-UNIT",
        family="between",
        severity="warning",
        title="各表金额单位一致：一张表的合计不应正好是另一张表的一万倍",
        expected="各表按各自印出的单位换算后量级一致",
        source="各表合计相互衔接：" + OFFICIAL_FINAL,
        remedy="核对该表印出的金额单位（元、万元）；印错的“认可”，读错的报告给维护者。",
        reads=_READS,
        kind="report",
        sql="""WITH top AS (
            SELECT document_id, table_no, any_value(form) AS form, max_by(id, amount) AS id, max(amount) AS amount, max_by(half, amount) AS half,
                   any_value(unit) AS unit
            FROM x_cell WHERE NOT sub AND amount > 0 AND form NOT IN ('other', 'three_public') AND measure IN ('budget', 'final') GROUP BY ALL),
          pair AS (
            SELECT a.document_id, a.table_no, a.form, a.id, a.amount, a.half, a.unit, b.id AS bid, b.amount AS bamount, b.unit AS bunit, b.form AS bform,
                   abs(a.amount - 10000 * b.amount) <= a.half + 10000 * b.half OR abs(b.amount - 10000 * a.amount) <= b.half + 10000 * a.half AS mistaken,
                   abs(a.amount - b.amount) <= a.half + b.half AS agrees
            FROM top a JOIN top b ON b.document_id = a.document_id AND b.table_no <> a.table_no),
          said AS (SELECT document_id, table_no, form, id, amount, unit, count(*) FILTER (agrees) AS agreeing, count(*) FILTER (mistaken) AS against,
                          arg_min(bamount, NOT mistaken) AS bamount, arg_min(bunit, NOT mistaken) AS bunit, arg_min(bid, NOT mistaken) AS bid FROM pair GROUP BY ALL)
          SELECT document_id, form || '|' || table_no AS group_key, '《' || fn.zh || '》最大的一个数' AS label,
                 CASE WHEN against > agreeing THEN 'failed' WHEN agreeing > 0 THEN 'passed' ELSE 'insufficient_data' END AS state,
                 in_unit(bamount, bunit) AS expected_text, in_unit(amount, unit) AS observed_text, CASE WHEN against > 0 THEN [id, bid] ELSE [id] END AS ids,
                 CASE WHEN against > agreeing THEN '疑为单位误读或误印' END AS note
          FROM said JOIN x_form_name fn ON fn.code = form WHERE against > 0 OR agreeing > 0""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where two tables print the same total
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
                 i.half + e.half AS tolerance, CASE WHEN i.half <> e.half THEN greatest(i.half, e.half) END AS slack, [e.id, i.id] AS ids, e.unit,
                 -- A difference of one digit is a misprint or a misreading.
                 CASE WHEN x_alike(e.amount, i.amount) THEN 'warning' END AS severity
          FROM i JOIN e USING (document_id, fc, measure, year)""",
        applies="""SELECT i.document_id FROM x_head i JOIN x_head e ON e.document_id = i.document_id AND e.measure = i.measure AND e.year = i.year
            AND e.form = 'expenditure' AND e.component = 'total' AND e.n = 1
          WHERE i.form = 'income' AND i.component = 'total' AND i.n = 1 AND i.amount = e.amount
          INTERSECT SELECT i.document_id FROM x_cell i JOIN x_cell e ON e.document_id = i.document_id AND e.fc = i.fc AND e.form = 'expenditure'
            AND e.component = 'total' AND e.measure = i.measure WHERE i.form = 'income' AND i.component = 'total' """,
    ),
)
