"""The 情况说明 against the tables, and against itself."""

from __future__ import annotations

from expectations.model import Rule, Severity
from expectations.rules.common import LOOK_UP, NARRATIVE, OFFICIAL_OPEN, with_form

_READS = ("line_item", "form_instance")
_OTHER = "('机关运行经费', '会议费', '培训费', '委托业务费')"

# A figure told in prose and the figures of the tables that mean the same; the nearest is the one to hold it against.
_COMPARE = """SELECT document_id, key || '@' || coalesce(section, '') AS group_key, label || '（正文）与 ' || tlabel AS label,
         tamount AS expected, amount AS observed, half + thalf AS tolerance,
         -- What is printed more coarsely may have been cut off, so it is the smaller one.
         greatest(CASE WHEN half < thalf AND abs(tamount) < abs(amount) OR half > thalf AND abs(tamount) > abs(amount) THEN greatest(half, thalf) ELSE 0 END, CASE WHEN amount <> 0 AND printed_ulp > 2 * half THEN printed_ulp ELSE 0 END) AS slack,
         [id, tid] AS ids, unit
  FROM (SELECT t.*, row_number() OVER (PARTITION BY id ORDER BY abs(tamount - amount) > half + thalf, preferred DESC,
                                       abs(tamount - amount), tid) AS k FROM told t) WHERE k = 1"""

_COLUMNS = """n.document_id, n.key, n.section, n.label, n.id, n.amount, n.half, n.printed_ulp, n.unit,
         t.id AS tid, t.amount AS tamount, t.half AS thalf, t.label AS tlabel,
         CASE WHEN t.role = 'grand' AND n.item = '总计' OR t.role = 'current' AND n.item IN ('本年收入合计', '本年支出合计') THEN 1 ELSE 0 END AS preferred"""
_SAME_TIME = "t.document_id = n.document_id AND t.measure = n.measure AND t.year = n.year AND NOT t.sub"


def _told(identifier: str, title: str, expected: str, told: str, applies: str, *, severity: Severity = "error") -> Rule:
    return Rule(
        id=identifier,
        family="prose",
        severity=severity,
        title=title,
        expected=expected,
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql=f"WITH told AS ({told}) {_COMPARE}",
        applies=applies,
    )


_PROSE_CODED = "SELECT document_id FROM x_item WHERE form = 'narrative' AND (fc IS NOT NULL OR ec IS NOT NULL)"
_TOTALS = "('总计', '本年收入合计', '本年支出合计', '合计')"
_FUND_TOTALS = (
    "('财政拨款支出', '一般公共预算财政拨款支出', '政府性基金预算财政拨款支出', '国有资本经营预算财政拨款支出')"
)
_PLAIN = "n.form = 'narrative' AND NOT n.sub AND n.fc IS NULL AND n.ec IS NULL"

RULES: tuple[Rule, ...] = (
    _told(
        "PROSE-ITEM",
        "正文中各功能科目金额与支出表一致",
        "正文某科目金额＝对应表中同一科目、同一口径金额",
        # A table with the code twice (several bodies) says nothing about which is meant.
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.fc = n.fc AND t.ec IS NULL
              AND (t.component = n.component OR n.component = 'total' AND t.component = 'current_expenditure')
              AND t.flow = 'expenditure' AND t.n = 1 AND t.body = ''
              AND CASE n.fund WHEN 'general' THEN t.form = 'general_expenditure' OR t.form = 'grant_income_expenditure' AND t.fund = 'general'
                              WHEN 'all' THEN t.form = 'expenditure' AND t.fund = 'all'
                              -- A 项 belongs to one fund: among all grants it is what it is in the list of that fund.
                              WHEN 'fiscal_grant' THEN t.form = 'grant_income_expenditure' AND t.fund = 'fiscal_grant'
                                                       OR length(n.fc) = 7 AND t.form = 'general_expenditure'
                              WHEN 'gov_fund' THEN t.form = 'fund_income_expenditure'
                              WHEN 'state_capital' THEN t.form IN ('capital_income_expenditure', 'capital_expenditure') END
            WHERE n.form = 'narrative' AND n.fc IS NOT NULL AND n.ec IS NULL AND n.flow = 'expenditure' AND NOT n.sub
            QUALIFY count(*) OVER (PARTITION BY n.id, t.form) = 1""",
        f"{_PROSE_CODED} AND fc IS NOT NULL AND flow = 'expenditure' INTERSECT "
        + with_form("general_expenditure", "expenditure", "fund_income_expenditure"),
    ),
    _told(
        "PROSE-ECONOMIC",
        "正文中各经济科目金额与基本支出表一致",
        "正文某经济科目金额＝基本支出表同一科目金额",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.ec = n.ec AND t.fc IS NULL AND t.fund = n.fund
              AND t.form = 'general_basic_expenditure' AND t.component IN ('total', n.component) AND t.n = 1 AND t.body = ''
            WHERE n.form = 'narrative' AND n.ec IS NOT NULL AND n.fc IS NULL AND NOT n.sub AND n.component = 'basic'
            QUALIFY count(*) OVER (PARTITION BY n.id) = 1""",
        "SELECT document_id FROM x_item WHERE form = 'narrative' AND ec IS NOT NULL AND component = 'basic' INTERSECT "
        + with_form("general_basic_expenditure"),
    ),
    _told(
        "PROSE-TOTAL",
        "正文中收入、支出总额与各表合计一致",
        "正文总计、本年收入合计、本年支出合计＝对应表合计",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_head t ON {_SAME_TIME} AND t.n = 1 AND t.body = '' AND t.side = n.flow
              AND t.rank IN ('grand', 'current', 'total')
              AND CASE n.fund WHEN 'all' THEN t.component = 'total' AND t.fund = 'all' AND t.form IN ('income_expenditure', 'income', 'expenditure')
                              WHEN 'fiscal_grant' THEN t.form = 'grant_income_expenditure' AND (t.fund = 'fiscal_grant' OR t.side = 'income')
                                                       OR t.form = 'income' AND t.component = 'fiscal_grant'
                              WHEN 'general' THEN t.form = 'general_expenditure' AND t.component = 'total'
                                                  OR t.form = 'grant_income_expenditure' AND t.fund = 'general'
                              WHEN 'gov_fund' THEN t.form = 'fund_income_expenditure' AND t.component IN ('current_expenditure', 'total', 'current_income')
                                                   OR t.form = 'grant_income_expenditure' AND t.fund = 'gov_fund'
                              WHEN 'state_capital' THEN t.form IN ('capital_income_expenditure', 'capital_expenditure')
                                                        AND t.component IN ('current_expenditure', 'total', 'current_income')
                                                   OR t.form = 'grant_income_expenditure' AND t.fund = 'state_capital' END
            WHERE {_PLAIN} AND n.component = 'total' AND n.flow IN ('income', 'expenditure') AND n.scope <> 'government'
                  AND (n.level = 'total' AND n.item IN {_TOTALS} OR n.item IN {_FUND_TOTALS})""",
        f"{NARRATIVE} AND component = 'total' AND scope <> 'government' AND (level = 'total' AND item IN {_TOTALS} OR item IN {_FUND_TOTALS}) INTERSECT "
        + with_form("income_expenditure", "income", "expenditure", "grant_income_expenditure"),
    ),
    _told(
        "PROSE-INCOME",
        "正文中各项收入来源与收入表、收支总表一致",
        "正文某项收入＝收入表合计行同一来源，或收支总表同一收入",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.n = 1 AND t.body = '' AND t.flow = 'income'
              AND t.component = n.component AND t.fc IS NULL
              AND (t.form = 'income' AND t.role IS NOT NULL OR t.form = 'income_expenditure' AND t.role IS NULL
                   OR t.form = 'grant_income_expenditure' AND t.role IS NULL AND n.fund = 'fiscal_grant')
            WHERE {_PLAIN} AND n.flow = 'income' AND n.component <> 'total'
                  -- 其他收入 covers several columns (专户资金, 单位资金): only the row of the same name is the same.
                  AND (t.item = n.item OR t.form = 'income' AND n.component <> 'other_income')
            QUALIFY count(*) OVER (PARTITION BY n.id, t.form) = 1""",
        f"{NARRATIVE} AND flow = 'income' AND component <> 'total' INTERSECT "
        + with_form("income", "income_expenditure"),
    ),
    _told(
        "PROSE-USE",
        "正文中基本支出、项目支出等与支出表一致",
        "正文基本支出、项目支出、上缴上级支出、经营支出、对附属单位补助支出＝对应表合计行",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_head t ON {_SAME_TIME} AND t.n = 1 AND t.body = '' AND t.component = n.component
              AND t.alone
              AND CASE n.fund WHEN 'all' THEN t.form = 'expenditure' AND t.fund = 'all'
                              WHEN 'general' THEN t.form = 'general_expenditure'
                                                  OR t.form = 'general_basic_expenditure' AND n.component = 'basic' AND t.fund = 'general'
                              WHEN 'gov_fund' THEN t.form = 'fund_income_expenditure'
                              WHEN 'state_capital' THEN t.form IN ('capital_income_expenditure', 'capital_expenditure') END
            WHERE {_PLAIN} AND n.flow = 'expenditure'
                  AND n.component IN ('basic', 'project', 'remit_superior', 'operating', 'subsidize_subordinate')
                  AND n.item IN ('基本支出', '项目支出', '上缴上级支出', '经营支出', '对附属单位补助支出')""",
        f"{NARRATIVE} AND component IN ('basic', 'project') AND fc IS NULL AND item IN ('基本支出', '项目支出') INTERSECT "
        + with_form("expenditure", "general_expenditure"),
    ),
    _told(
        "PROSE-BASIC",
        "正文中人员经费、公用经费与基本支出表一致",
        "正文人员经费、公用经费＝基本支出表（或一般公共预算支出表）对应合计",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.n = 1 AND t.body = '' AND t.component = n.component
              AND t.fc IS NULL AND t.ec IS NULL AND t.fund = n.fund AND t.item NOT IN {_OTHER}
              AND (t.form = 'general_basic_expenditure' OR t.form = 'general_expenditure' AND t.role IS NOT NULL)
            WHERE {_PLAIN} AND n.component IN ('personnel', 'operation') AND n.item IN ('人员经费', '公用经费') AND n.fund = 'general'
            QUALIFY count(*) OVER (PARTITION BY n.id, t.form) = 1""",
        f"{NARRATIVE} AND item IN ('人员经费', '公用经费') AND fund = 'general' AND fc IS NULL INTERSECT "
        + with_form("general_basic_expenditure"),
    ),
    _told(
        "PROSE-THREE-PUBLIC",
        "正文中“三公”经费各项与“三公”经费表一致",
        "正文各项金额＝“三公”经费表对应项",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.n = 1 AND t.body = '' AND t.component = n.component
              AND t.form = 'three_public' AND t.item NOT IN {_OTHER} AND NOT (t.fund IN ('gov_fund', 'state_capital') AND t.fund <> n.fund)
            WHERE {_PLAIN} AND n.flow = 'expenditure' AND n.item NOT LIKE '%国内%' AND n.item NOT LIKE '%外事%'
                  AND (n.component IN ('overseas', 'vehicle', 'vehicle_purchase', 'vehicle_operation', 'reception')
                       OR n.component = 'total' AND n.item = '“三公”经费合计')
            QUALIFY count(*) OVER (PARTITION BY n.id) = 1""",
        f"{NARRATIVE} AND (component IN ('overseas', 'vehicle', 'reception') OR item = '“三公”经费合计') INTERSECT "
        + with_form("three_public"),
    ),
    _told(
        "PROSE-BALANCE",
        "正文中年初、年末结转和结余与收支总表一致",
        "正文结转和结余＝收支总表（财政拨款收支总表）同一行",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.n = 1 AND t.body = '' AND t.flow = 'balance'
              AND t.component = n.component AND t.fc IS NULL
              AND (t.form = 'income_expenditure' AND n.fund = 'all' OR t.form = 'grant_income_expenditure' AND t.fund = n.fund)
            WHERE n.form = 'narrative' AND NOT n.sub AND n.flow = 'balance' AND n.component IN ('opening_balance', 'closing_balance')
                  AND n.item IN ('年初结转和结余', '年末结转和结余')
            QUALIFY count(*) OVER (PARTITION BY n.id, t.form) = 1""",
        "SELECT document_id FROM x_item WHERE form = 'narrative' AND flow = 'balance' AND item IN ('年初结转和结余', '年末结转和结余') INTERSECT "
        "SELECT document_id FROM x_cell WHERE form = 'income_expenditure' AND flow = 'balance'",
        severity="warning",
    ),
    _told(
        "PROSE-RUNNING-TABLE",
        "正文中机关运行经费、会议费、培训费与表一致",
        "正文机关运行经费、会议费、培训费＝“三公”经费（和机关运行经费）表同名一栏",
        f"""SELECT {_COLUMNS} FROM x_item n JOIN x_cell t ON {_SAME_TIME} AND t.form = 'three_public' AND t.component = 'operation' AND t.item = n.item
              AND t.body = ''
            WHERE {_PLAIN} AND n.item IN ('机关运行经费', '会议费', '培训费')
            QUALIFY count(*) OVER (PARTITION BY n.id) = 1""",
        "SELECT n.document_id FROM x_item n JOIN x_cell t ON t.document_id = n.document_id AND t.form = 'three_public' AND t.component = 'operation' "
        "AND t.item = n.item AND t.measure = n.measure AND t.year = n.year AND t.body = '' "
        "WHERE n.form = 'narrative' AND NOT n.sub AND n.item IN ('机关运行经费', '会议费', '培训费')",
        severity="warning",
    ),
    Rule(
        id="PROSE-CHANGE",
        family="prose",
        severity="warning",
        title="正文所述增减额等于所述两年金额之差",
        expected="增减额＝本年数－上年数",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH n AS (SELECT *, coalesce(fc, ec, item) AS what FROM x_item WHERE form = 'narrative' AND NOT coalesce(sub AND measure <> 'change', false)),
          one AS (SELECT * FROM n QUALIFY count(*) OVER (PARTITION BY document_id, what, component, fund, flow, measure, year) = 1)
          SELECT c.document_id, c.key AS group_key, c.label, c.unit, abs(a.amount - b.amount) AS expected, abs(c.amount) AS observed,
                 a.half + b.half + c.half AS tolerance, [c.id, a.id, b.id] AS ids
          FROM one c JOIN one a ON a.document_id = c.document_id AND a.what = c.what AND a.component = c.component AND a.fund = c.fund AND a.flow = c.flow
               AND a.section IS NOT DISTINCT FROM c.section AND a.year = c.year AND a.measure IN ('budget', 'final')
          JOIN one b ON b.document_id = c.document_id AND b.what = c.what AND b.component = c.component AND b.fund = c.fund AND b.flow = c.flow
               AND b.section IS NOT DISTINCT FROM c.section AND b.year = c.year - 1
               AND b.measure = CASE a.measure WHEN 'final' THEN 'prior_final' ELSE 'budget' END
          WHERE c.measure = 'change' QUALIFY count(*) OVER (PARTITION BY c.id) = 1""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where all three are told
    ),
    Rule(
        id="PROSE-EMPTY-TABLE",
        family="prose",
        severity="warning",
        title="正文有金额而对应表为空",
        expected="正文写有非零金额的，对应表应有数字",
        source=OFFICIAL_OPEN,
        remedy="对照原件：表确为空的“认可”（公布者的矛盾）；表有数而未读成的，报告给维护者。",
        reads=_READS,
        kind="report",
        sql="""WITH empty AS (
            SELECT DISTINCT f.document_id, f.form, fn.zh FROM x_form f JOIN x_form_name fn ON fn.code = f.form
            WHERE NOT f.has_items AND f.amounts = 0
                  AND f.form IN ('three_public', 'fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure')
                  AND f.document_id IN (SELECT document_id FROM x_item WHERE form = 'narrative')
                  AND NOT EXISTS (SELECT 1 FROM x_form g WHERE g.document_id = f.document_id AND g.form = f.form AND g.has_items)),
          told AS (
            SELECT e.*, n.id, n.amount, n.unit FROM empty e LEFT JOIN x_item n ON n.document_id = e.document_id
                 AND n.form = 'narrative' AND n.amount > 0 AND n.year = n.document_year AND NOT n.sub AND n.flow = 'expenditure'
                 AND (n.measure = CASE n.kind WHEN 'final_account' THEN 'final' ELSE 'budget' END OR n.measure = 'budget' AND e.form = 'three_public')
                 AND CASE e.form WHEN 'three_public' THEN n.component IN ('overseas', 'vehicle', 'vehicle_operation', 'vehicle_purchase', 'reception')
                                                          OR n.item = '“三公”经费合计'
                                 WHEN 'fund_income_expenditure' THEN n.fund = 'gov_fund' ELSE n.fund = 'state_capital' END)
          SELECT document_id, form AS group_key, '《' || zh || '》' AS label, CASE WHEN count(id) > 0 THEN 'failed' ELSE 'passed' END AS state,
                 '表中有数，或正文为零' AS expected_text, '表为空，正文为 ' || in_unit(max(amount), any_value(unit)) AS observed_text,
                 (list(id ORDER BY amount DESC) FILTER (id IS NOT NULL))[1:3] AS ids
          FROM told GROUP BY document_id, form, zh""",
        applies="""SELECT document_id FROM x_form f WHERE NOT has_items AND amounts = 0
          AND form IN ('three_public', 'fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure')
          AND NOT EXISTS (SELECT 1 FROM x_form g WHERE g.document_id = f.document_id AND g.form = f.form AND g.has_items)
          AND document_id IN (SELECT document_id FROM x_item WHERE form = 'narrative')""",
    ),
    Rule(
        id="PROSE-TWICE",
        family="prose",
        severity="warning",
        title="正文前后两次写出的同一金额应当一致",
        expected="同一科目、同一口径的金额各处相同",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql="""WITH n AS (
            SELECT * FROM x_item WHERE form = 'narrative' AND NOT sub AND measure IN ('final', 'budget', 'prior_final', 'adjusted_budget')
                   -- Only what can mean one thing in a document; parts are told again and again with another whole in mind.
                   AND ec IS NULL AND (length(fc) = 7 OR fc IS NULL AND item IN ('总计', '本年收入合计', '本年支出合计', '机关运行经费', '“三公”经费合计',
                        '因公出国（境）费', '公务用车购置及运行维护费', '公务用车购置费', '公务用车运行维护费', '公务接待费')
                        OR fc IS NULL AND fund = 'general' AND item IN ('基本支出', '人员经费', '公用经费'))),
          first AS (SELECT document_id, key, min_by(id, place) AS id, min_by(amount, place) AS amount, min_by(half, place) AS half
                    FROM n GROUP BY ALL HAVING count(*) > 1)
          SELECT n.document_id, n.key || '@' || coalesce(n.section, '') AS group_key, n.label, f.amount AS expected, n.amount AS observed,
                 f.half + n.half AS tolerance, CASE WHEN f.half <> n.half THEN greatest(f.half, n.half) END AS slack, [n.id, f.id] AS ids, n.unit
          FROM n JOIN first f ON f.document_id = n.document_id AND f.key = n.key AND f.id <> n.id""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where something is said twice
    ),
    Rule(
        id="PROSE-RUNNING-COST",
        family="prose",
        severity="info",
        title="机关运行经费与一般公共预算基本支出中的公用经费",
        expected="机关运行经费＝公用经费（部门只有行政、参公单位时）；有其他事业单位时小于公用经费",
        source="《预算法实施条例》及决算公开说明：机关运行经费指行政、参公单位基本支出中的公用经费",
        remedy="两数仅差末位的，按原文“认可”；相差较大的多因部门含事业单位，无需处理。",
        reads=_READS,
        kind="same",
        sql="""WITH r AS (SELECT * FROM x_item WHERE item = '机关运行经费' AND form = 'narrative' AND NOT sub AND measure IN ('final', 'budget')),
          o AS (SELECT * FROM x_item WHERE item <> '机关运行经费' AND component = 'operation' AND fc IS NULL AND ec IS NULL AND NOT sub
                AND fund = 'general' AND measure IN ('final', 'budget')
                AND (form = 'narrative' AND item = '公用经费' OR form = 'general_basic_expenditure' AND n = 1))
          SELECT r.document_id, r.key AS group_key, r.label || ' 与 ' || o.label AS label, o.amount AS expected, r.amount AS observed,
                 r.half + o.half AS tolerance, CASE WHEN r.half <> o.half THEN greatest(r.half, o.half) END AS slack, [r.id, o.id] AS ids, r.unit,
                 -- A body with institutions spends less on its offices than on all operation: only near misses contradict.
                 -- A difference of one digit is a misprint or a misreading, however large.
                 CASE WHEN abs(r.amount - o.amount) > r.half + o.half AND abs(r.amount - o.amount) * 200 > abs(o.amount) AND NOT x_alike(r.amount, o.amount)
                      THEN 'not_applicable' END AS state,
                 CASE WHEN x_alike(r.amount, o.amount) THEN 'warning' END AS severity
          FROM r JOIN o ON o.document_id = r.document_id AND o.measure = r.measure AND o.year = r.year
          QUALIFY row_number() OVER (PARTITION BY r.id ORDER BY o.form <> 'narrative', abs(r.amount - o.amount), o.id) = 1""",
        applies="SELECT document_id FROM x_item WHERE item = '机关运行经费' AND form = 'narrative'",
    ),
    Rule(
        id="PROSE-COMPOSITION",
        family="prose",
        severity="warning",
        title="正文所列各项支出之和等于正文总额",
        expected="一般公共预算财政拨款支出＝其下所列各项（项级）之和",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH item AS (
            SELECT * FROM x_item WHERE form = 'narrative' AND fc IS NOT NULL AND ec IS NULL AND length(fc) = 7 AND component = 'total'
                   AND NOT sub AND fund = 'general' AND year = document_year
                   QUALIFY row_number() OVER (PARTITION BY document_id, key ORDER BY place) = 1),
          total AS (
            SELECT * FROM x_item WHERE form = 'narrative' AND fc IS NULL AND ec IS NULL AND component = 'total' AND level = 'total'
                   AND flow = 'expenditure' AND fund = 'general' AND NOT sub AND year = document_year
                   AND item IN ('总计', '本年支出合计', '合计')
                   QUALIFY row_number() OVER (PARTITION BY document_id, measure ORDER BY place) = 1)
          SELECT t.document_id, t.key AS group_key, t.label, sum(i.amount) AS expected, t.amount AS observed, t.half + sum(i.half) AS tolerance,
                 [t.id] || list(i.id ORDER BY i.place) AS ids, t.unit,
                 -- Prose may leave items out; then the sum is smaller and says nothing.
                 CASE WHEN t.amount - sum(i.amount) > t.half + sum(i.half) THEN 'insufficient_data' END AS state
          FROM total t JOIN item i ON i.document_id = t.document_id AND i.measure = t.measure AND i.year = t.year
          GROUP BY t.document_id, t.key, t.label, t.amount, t.half, t.id, t.unit HAVING count(*) > 1""",
        applies="""SELECT document_id FROM x_item WHERE form = 'narrative' AND fund = 'general' AND NOT sub AND component = 'total'
            AND year = document_year GROUP BY document_id, measure
            HAVING count(DISTINCT fc) FILTER (length(fc) = 7) > 1 AND bool_or(level = 'total' AND fc IS NULL AND ec IS NULL AND flow = 'expenditure')""",
    ),
    Rule(
        id="PROSE-SPLIT",
        family="prose",
        severity="error",
        title="正文中总额等于其构成之和（基本＋项目，人员＋公用，三公各项，采购货物＋工程＋服务）",
        expected="总额＝各构成之和",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH n AS (
            SELECT * FROM x_item WHERE form = 'narrative' AND NOT sub AND fc IS NULL AND ec IS NULL AND measure IN ('final', 'budget', 'adjusted_budget')
                   AND flow = 'expenditure' QUALIFY row_number() OVER (PARTITION BY document_id, key ORDER BY place) = 1),
          rule(name, whole, parts) AS (VALUES
            ('use', '本年支出合计', ['基本支出', '项目支出', '上缴上级支出', '经营支出', '对附属单位补助支出']),
            ('use', '总计', ['基本支出', '项目支出', '上缴上级支出', '经营支出', '对附属单位补助支出']),
            ('basic', '基本支出', ['人员经费', '公用经费']),
            ('three', '“三公”经费合计', ['因公出国（境）费', '公务用车购置及运行维护费', '公务接待费']),
            ('vehicle', '公务用车购置及运行维护费', ['公务用车购置费', '公务用车运行维护费']),
            ('procurement', '政府采购支出总额', ['政府采购货物支出', '政府采购工程支出', '政府采购服务支出'])),
          told AS (
            SELECT p.document_id, p.key || '|' || r.name AS group_key, p.label, p.amount, p.half, p.id, p.unit, r.name, length(r.parts) AS due,
                   count(*) AS n, sum(c.amount) AS everything, sum(c.half) AS spread, list(c.id ORDER BY c.place) AS ids,
                   sum(c.amount) FILTER (c.item IN ('基本支出', '项目支出')) AS main,
                   count(*) FILTER (c.item IN ('基本支出', '项目支出')) AS mains
            FROM n p JOIN rule r ON r.whole = p.item
                 JOIN n c ON c.document_id = p.document_id AND list_contains(r.parts, c.item) AND c.measure = p.measure AND c.year = p.year
                      AND (c.fund = p.fund OR r.name IN ('procurement', 'three', 'vehicle'))
            GROUP BY ALL HAVING count(DISTINCT c.item) = count(*)),
          chosen AS (  -- 经营支出 may be told as a part of 项目支出
            SELECT *, CASE WHEN name = 'use' AND mains = 2 AND abs(main - amount) < abs(everything - amount) THEN main ELSE everything END AS total FROM told)
          SELECT document_id, group_key, label, total AS expected, amount AS observed, half + spread AS tolerance, [id] || ids AS ids, unit,
                 -- Prose may name further parts (预留经费) or leave some out: then the parts are less than the whole.
                 -- No further part is smaller than a hundred yuan.
                 CASE WHEN amount - total > half + spread AND (name = 'use' OR n < due) AND amount - total >= 100 THEN 'insufficient_data'
                      WHEN name = 'use' AND mains < 2 THEN 'insufficient_data' END AS state,
                 CASE WHEN amount > total AND (name = 'use' OR n < due) THEN 'warning' END AS severity
          FROM chosen""",
        applies="""SELECT document_id FROM x_item WHERE form = 'narrative' AND fc IS NULL GROUP BY document_id, measure, fund
            HAVING bool_or(item = '基本支出') AND bool_or(item = '人员经费') AND bool_or(item = '公用经费')
                OR bool_or(item = '本年支出合计') AND bool_or(item = '基本支出') AND bool_or(item = '项目支出')""",
    ),
)
