"""What a table of this kind always prints and this one does not: rows, cells, levels of codes that its sums would need.

A row that is gone takes the sums with it that it stood in: nothing is left to add up wrongly. What shows it is the habit of
the form, of the table, or of the other tables of the same document.
"""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import OFFICIAL_FINAL, OFFICIAL_THREE

_READS = ("line_item", "form_instance")
_TWO_SIDED = "('income_expenditure', 'grant_income_expenditure')"
_LISTS = "('income', 'expenditure', 'general_expenditure', 'fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure')"
_NOWHERE = "SELECT document_id FROM x_item WHERE false"
_LOOK = "对照原件：漏读一行或一格的报告给维护者；公布者未列的“认可”。"

# The two sides of an overview in the document's own year, with what closes them.
_SIDES = f"""SELECT document_id, table_no, form, measure, side, bool_or(role IN ('grand', 'total')) AS has_grand,
         bool_or(role = 'current') OR bool_or(role = 'total') AND bool_or(role = 'grand') AS has_current,
         bool_or(role IN ('opening', 'closing')) AS has_balance, count(*) FILTER (role IS NULL AND flow <> 'balance' AND amount <> 0) AS parts,
         max(abs(amount)) FILTER (role IN ('grand', 'total', 'current')) AS whole, max(amount) FILTER (role IN ('grand', 'total')) AS grand,
         list(amount) FILTER (role IS NULL AND fc IS NULL AND ec IS NULL AND component = 'total') AS plain,
         list(id ORDER BY row_no, column_no) FILTER (role IS NOT NULL) AS totals, list(id ORDER BY row_no, column_no) AS everything
  FROM x_cell WHERE form IN {_TWO_SIDED} AND NOT sub AND scope <> 'government' AND year = document_year AND measure IN ('budget', 'final')
       AND side IN ('income', 'expenditure') AND body = '' GROUP BY ALL"""

_SIDE_NAME = "CASE side WHEN 'income' THEN '收入' ELSE '支出' END"


def _missing(identifier: str, title: str, expected: str, sql: str, *, source: str = OFFICIAL_FINAL) -> Rule:
    return Rule(
        id=identifier,
        family="missing",
        severity="warning",
        title=title,
        expected=expected,
        source=source,
        remedy=_LOOK,
        reads=_READS,
        kind="report",
        sql=sql,
        applies=_NOWHERE,
    )


RULES: tuple[Rule, ...] = (
    _missing(
        "TOTAL-GRAND",
        "收支总表列有本年合计的一侧应有总计",
        "收入侧有本年收入合计的，有收入总计；支出侧有本年支出合计的，有支出总计",
        f"""WITH s AS ({_SIDES})
          SELECT s.document_id, s.form || '|' || s.table_no || '|' || s.measure || '|' || s.side AS group_key,
                 '《' || fn.zh || '》' || {_SIDE_NAME.replace("side", "s.side")} || '一侧' AS label,
                 -- A row without a proper name that prints the other side's total is the total.
                 CASE WHEN s.has_grand THEN 'passed' WHEN list_contains(s.plain, o.grand) THEN 'insufficient_data' ELSE 'failed' END AS state,
                 {_SIDE_NAME.replace("side", "s.side")} || '总计' AS expected_text,
                 CASE WHEN s.has_grand THEN '有' ELSE '只有本年合计，没有总计' END AS observed_text, s.totals AS ids
          FROM s LEFT JOIN s o ON o.document_id = s.document_id AND o.table_no = s.table_no AND o.measure = s.measure AND o.side <> s.side
               JOIN x_form_name fn ON fn.code = s.form WHERE s.has_current""",
    ),
    _missing(
        "TOTAL-PAIRED",
        "收支总表一侧列有本年合计的，另一侧也应有",
        "本年收入合计与本年支出合计成对列出",
        f"""WITH s AS ({_SIDES}),
          -- 财政拨款收入 may stand where 本年收入合计 would.
          kin AS (SELECT DISTINCT document_id, table_no, side FROM x_cell WHERE form = 'grant_income_expenditure' AND role IS NULL AND flow = 'income' AND fund = 'fiscal_grant')
          SELECT s.document_id, s.form || '|' || s.table_no || '|' || s.measure || '|' || s.side AS group_key, '《' || fn.zh || '》' || {_SIDE_NAME.replace("side", "s.side")} || '一侧' AS label,
                 CASE WHEN s.has_current THEN 'passed' ELSE 'failed' END AS state, '本年' || {_SIDE_NAME.replace("side", "s.side")} || '合计' AS expected_text,
                 CASE WHEN s.has_current THEN '有' ELSE '没有，而另一侧有' END AS observed_text, s.totals || o.totals AS ids
          FROM s JOIN s o ON o.document_id = s.document_id AND o.table_no = s.table_no AND o.measure = s.measure AND o.side <> s.side
               JOIN x_form_name fn ON fn.code = s.form
          WHERE o.has_current AND s.whole > 0 AND (s.has_current OR (s.document_id, s.table_no, s.side) NOT IN (SELECT (document_id, table_no, side) FROM kin))""",
    ),
    _missing(
        "TOTAL-SOURCES",
        "收支总表一侧有合计的，其下应有收入来源或支出科目",
        "合计有金额的一侧，列有构成合计的各行",
        f"""WITH s AS ({_SIDES})
          SELECT document_id, form || '|' || table_no || '|' || measure || '|' || side AS group_key, '《' || fn.zh || '》' || {_SIDE_NAME} || '一侧' AS label,
                 CASE WHEN parts > 0 THEN 'passed' ELSE 'failed' END AS state, '合计之下有各行' AS expected_text,
                 CASE WHEN parts > 0 THEN '有' ELSE '只有合计' END AS observed_text, totals AS ids
          FROM s JOIN x_form_name fn ON fn.code = form WHERE whole > 0""",
    ),
    _missing(
        "TOTAL-CARRIED",
        "本年收入合计之后再列收入来源的，应先有上年结转一行",
        "本年收入合计之后的一般公共预算、政府性基金、国有资本经营各行列在上年结转之下",
        f"""WITH c AS (SELECT * FROM x_cell WHERE form IN {_TWO_SIDED} AND NOT sub AND scope <> 'government' AND body = '' AND side = 'income'
                       AND year = document_year AND measure IN ('budget', 'final')),
          whole AS (SELECT document_id, table_no, measure, column_no, min(row_no) AS row_no FROM c WHERE role = 'current' GROUP BY ALL)
          SELECT l.document_id, l.form || '|' || l.table_no || '|' || l.key || '|' || l.row_no AS group_key, l.label, 'failed' AS state,
                 '列在上年结转之下' AS expected_text, '列在本年收入合计之后，没有上年结转一行' AS observed_text, list(l.id ORDER BY l.id) AS ids
          FROM whole w JOIN c l ON l.document_id = w.document_id AND l.table_no = w.table_no AND l.measure = w.measure AND l.column_no = w.column_no
               AND l.row_no > w.row_no AND l.role IS NULL AND l.flow = 'income'
               JOIN c e ON e.document_id = w.document_id AND e.table_no = w.table_no AND e.measure = w.measure AND e.column_no = w.column_no
               AND e.row_no < w.row_no AND e.role IS NULL AND e.flow = 'income' AND e.item = l.item AND e.fund = l.fund
          WHERE NOT EXISTS (SELECT 1 FROM c o WHERE o.document_id = w.document_id AND o.table_no = w.table_no AND o.role = 'opening')
          GROUP BY l.document_id, l.form, l.table_no, l.key, l.row_no, l.label""",
    ),
    _missing(
        "GRANT-BLANK",
        "财政拨款收支总表分资金列有金额的行，合计一格应有金额",
        "一般公共预算、政府性基金、国有资本经营列有金额的，合计列也有（该表其他各行如此）",
        """WITH line AS (
            SELECT document_id, table_no, row_no, measure, year, any_value(label ORDER BY column_no) AS label, any_value(unit) AS unit,
                   sum(amount) FILTER (fund IN ('general', 'gov_fund', 'state_capital')) AS amount, bool_or(fund = 'fiscal_grant') AS there,
                   list(id ORDER BY column_no) AS ids
            FROM x_cell WHERE form = 'grant_income_expenditure' AND side = 'expenditure' AND NOT sub AND scope <> 'government'
            GROUP BY ALL HAVING coalesce(max(abs(amount)) FILTER (fund IN ('general', 'gov_fund', 'state_capital')), 0) > 0),
          habit AS (SELECT document_id, table_no, measure, year, count(*) AS n, count(*) FILTER (there) AS filled FROM line GROUP BY ALL)
          SELECT document_id, 'grant|' || table_no || '|' || measure || '|' || year || '|' || row_no AS group_key, label || ' 的合计列' AS label,
                 CASE WHEN there THEN 'passed' WHEN filled >= 2 AND filled * 4 >= (n - 1) * 3 THEN 'failed' ELSE 'insufficient_data' END AS state,
                 in_unit(amount, unit) AS expected_text, CASE WHEN there THEN '有金额' ELSE '空白' END AS observed_text, ids
          FROM line JOIN habit USING (document_id, table_no, measure, year)""",
    ),
    _missing(
        "GRANT-PARTS",
        "财政拨款收支总表有合计的，分资金各列、各行应有金额",
        "合计一格有金额的行，至少一个资金列有金额；某资金列本年支出合计有金额的，其上至少一行有金额（该表其他行、列如此）",
        """WITH c AS (
            SELECT * FROM x_cell WHERE form = 'grant_income_expenditure' AND side = 'expenditure' AND NOT sub AND scope <> 'government' AND body = '' AND amount <> 0),
          part AS (
            SELECT document_id, table_no, measure, year, 'row' AS way, row_no AS line, any_value(label ORDER BY column_no) AS label, any_value(unit) AS unit,
                   max(amount) FILTER (fund = 'fiscal_grant') AS amount, bool_or(fund IN ('general', 'gov_fund', 'state_capital')) AS there, list(id ORDER BY column_no) AS ids
            FROM c GROUP BY document_id, table_no, measure, year, row_no HAVING bool_or(fund = 'fiscal_grant')
            UNION ALL
            SELECT document_id, table_no, measure, year, 'column', column_no, any_value(label ORDER BY row_no DESC), any_value(unit),
                   max(amount) FILTER (role IN ('current', 'total')), bool_or(role IS NULL AND fc IS NOT NULL), list(id ORDER BY row_no) FILTER (role IS NOT NULL)
            FROM c GROUP BY document_id, table_no, measure, year, column_no HAVING bool_or(role IN ('current', 'total'))),
          habit AS (SELECT document_id, table_no, measure, year, way, count(*) AS n, count(*) FILTER (there) AS filled FROM part GROUP BY ALL)
          SELECT document_id, 'grant|' || table_no || '|' || measure || '|' || year || '|' || way || '|' || line AS group_key,
                 label || CASE way WHEN 'row' THEN ' 的各资金列' ELSE ' 的各行' END AS label,
                 CASE WHEN there THEN 'passed' WHEN filled >= 2 AND filled >= n - 1 THEN 'failed' ELSE 'insufficient_data' END AS state,
                 in_unit(amount, unit) AS expected_text, CASE WHEN there THEN '有金额' ELSE '全部空白' END AS observed_text, ids
          FROM part JOIN habit USING (document_id, table_no, measure, year, way)""",
    ),
    _missing(
        "BASIC-TOTALS",
        "基本支出表列有公用经费合计的，也应有人员经费合计；反之亦然",
        "人员经费合计、公用经费合计成对列出",
        """WITH t AS (
            SELECT document_id, table_no, measure, year, any_value(unit) AS unit,
                   bool_or(component = 'personnel' AND ec IS NULL) AS personnel, bool_or(component = 'operation' AND ec IS NULL) AS operation,
                   coalesce(sum(amount) FILTER (left(ec, 3) IN ('301', '303') AND length(ec) = 3), 0) AS paid,
                   coalesce(sum(amount) FILTER (left(ec, 3) = '302' AND length(ec) = 3), 0) AS used,
                   list(id ORDER BY row_no, column_no) FILTER (ec IS NULL OR length(ec) = 3) AS ids
            FROM x_cell WHERE form = 'general_basic_expenditure' AND fc IS NULL AND NOT sub AND body = '' AND scope <> 'government' AND n = 1
                 AND item NOT IN ('机关运行经费', '会议费', '培训费', '委托业务费') GROUP BY ALL)
          SELECT document_id, 'basic|' || table_no || '|' || measure || '|' || year AS group_key, '《一般公共预算基本支出表》' AS label,
                 CASE WHEN personnel AND operation THEN 'passed' ELSE 'failed' END AS state, '人员经费合计和公用经费合计' AS expected_text,
                 CASE WHEN personnel AND operation THEN '都有' WHEN personnel THEN '只有人员经费合计' ELSE '只有公用经费合计' END AS observed_text, ids
          FROM t WHERE (personnel OR operation) AND paid > 0 AND used > 0""",
    ),
    _missing(
        "THREE-PUBLIC-VEHICLES",
        "“三公”经费表列有购置费和运行维护费的，应有公务用车小计；小计有金额的，应有其构成",
        "公务用车购置及运行维护费＝购置费＋运行维护费：三者都列出（该表其他列、行如此）",
        """WITH c AS (SELECT * FROM x_cell WHERE form = 'three_public' AND NOT sub AND measure IN ('budget', 'final') AND scope <> 'government'),
          layout AS (
            SELECT document_id, table_no, bool_or(component = 'vehicle') AS whole, bool_or(component = 'vehicle_operation') AS operation,
                   bool_or(component = 'vehicle_purchase') AS purchase, count(DISTINCT row_no) AS rows, count(DISTINCT column_no) AS columns FROM c GROUP BY ALL),
          said AS (
            SELECT document_id, table_no, body, measure, year, sum(amount) FILTER (component = 'vehicle') AS whole,
                   sum(amount) FILTER (component = 'vehicle_operation') AS operation, sum(amount) FILTER (component = 'vehicle_purchase') AS purchase,
                   list(id ORDER BY row_no, column_no) AS ids, any_value(unit) AS unit
            FROM c GROUP BY ALL HAVING count(*) FILTER (component = 'vehicle') <= 1 AND count(*) FILTER (component = 'vehicle_operation') <= 1)
          SELECT document_id, 'vehicles|' || table_no || '|' || s.body || '|' || measure || '|' || year AS group_key, '《“三公”经费表》公务用车' AS label,
                 CASE WHEN s.whole IS NULL AND s.operation <> 0 AND s.purchase IS NOT NULL THEN 'failed'
                      WHEN s.whole <> 0 AND s.operation IS NULL AND s.purchase IS NULL THEN 'failed' ELSE 'passed' END AS state,
                 '小计、购置费、运行维护费都有' AS expected_text,
                 CASE WHEN s.whole IS NULL THEN '没有小计' WHEN s.operation IS NULL AND s.purchase IS NULL THEN '小计之下空白' ELSE '都有' END AS observed_text, ids
          FROM said s JOIN layout l USING (document_id, table_no) WHERE l.operation AND (l.whole OR l.purchase)""",
        source=OFFICIAL_THREE,
    ),
    _missing(
        "FORM-BLANK",
        "收支总表有数的，收入表、支出表、一般公共预算支出表不应为空",
        "收入表、支出表、一般公共预算支出表列有金额",
        """SELECT f.document_id, f.form || '|' || f.table_no AS group_key, '《' || fn.zh || '》' AS label,
                 CASE WHEN f.has_items THEN 'passed' ELSE 'failed' END AS state, '有金额' AS expected_text,
                 CASE WHEN f.has_items THEN '有' ELSE '空表' END AS observed_text, [h.id] AS ids
          FROM x_form f JOIN x_form_name fn ON fn.code = f.form
               JOIN x_head h ON h.document_id = f.document_id AND h.amount > 0 AND h.scope <> 'government' AND h.year = h.document_year AND h.fund IN ('all', 'fiscal_grant')
               AND CASE f.form WHEN 'income' THEN h.form = 'income_expenditure' AND h.side = 'income'
                               WHEN 'expenditure' THEN h.form = 'income_expenditure' AND h.side = 'expenditure'
                               WHEN 'general_expenditure' THEN h.form = 'grant_income_expenditure' AND h.side = 'expenditure' END
          WHERE f.form IN ('income', 'expenditure', 'general_expenditure')
                AND (f.has_items OR NOT EXISTS (SELECT 1 FROM x_form g WHERE g.document_id = f.document_id AND g.form = f.form AND g.has_items))
          QUALIFY row_number() OVER (PARTITION BY f.document_id, f.form, f.table_no ORDER BY h.row_no, h.column_no, h.id) = 1""",
    ),
    _missing(
        "TREE-UNKNOWN",
        "科目逐级列示的表中，不应有认不出科目的行",
        "每行的名称在其上级科目之下找得到",
        f"""WITH row AS (
            SELECT document_id, table_no, form, row_no, any_value(label ORDER BY column_no) AS label, list(id ORDER BY column_no) AS ids,
                   any_value(fc) AS fc, any_value(role) AS role, max(abs(amount)) AS most, bool_or(printed_code IS NOT NULL) AS coded
            FROM x_cell WHERE form IN {_LISTS} AND scope <> 'government' AND ec IS NULL AND NOT sub AND body = '' GROUP BY ALL),
          t AS (SELECT document_id, table_no, count(*) FILTER (fc IS NOT NULL) AS known, count(*) FILTER (fc IS NULL AND role IS NULL) AS unknown,
                       bool_or(coded) AS any_coded FROM row GROUP BY ALL)
          SELECT document_id, form || '|' || table_no || '|' || row_no AS group_key, label, CASE WHEN fc IS NOT NULL THEN 'passed' ELSE 'failed' END AS state,
                 '科目表中有此名称' AS expected_text, CASE WHEN fc IS NOT NULL THEN '有' ELSE '不知属于哪一类、款' END AS observed_text, ids
          -- Names alone, as far down as the classification goes: a class that is gone leaves its parts without one.
          FROM row JOIN t USING (document_id, table_no) WHERE NOT any_coded AND known >= 5 AND known >= unknown AND role IS NULL AND most > 0""",
    ),
    _missing(
        "TOTAL-HABIT",
        "同一文件其他按科目列示的表都有合计行的，本表也应有",
        "收入表、支出表、一般公共预算支出表、政府性基金表、国有资本经营表一律有合计行（该文件其他各表如此）",
        f"""WITH t AS (
            SELECT document_id, table_no, form, count(*) FILTER (fc IS NOT NULL AND amount <> 0) AS coded, bool_or(role IN ('total', 'grand', 'current')) AS there,
                   count(*) FILTER (fc IS NULL AND ec IS NULL AND role IS NULL) AS plain, count(DISTINCT body) AS bodies, list(id ORDER BY row_no, column_no) AS ids
            FROM x_cell WHERE form IN {_LISTS} AND scope <> 'government' AND year = document_year AND measure IN ('budget', 'final') GROUP BY ALL),
          habit AS (SELECT document_id, count(*) AS n, count(*) FILTER (there) AS held FROM t WHERE coded > 0 GROUP BY ALL)
          SELECT document_id, form || '|' || table_no AS group_key, '《' || fn.zh || '》' AS label, CASE WHEN there THEN 'passed' ELSE 'failed' END AS state,
                 '有合计行（其他 ' || held || ' 张表都有）' AS expected_text, CASE WHEN there THEN '有' ELSE '没有' END AS observed_text, ids[1:4] AS ids
          FROM t JOIN habit USING (document_id) JOIN x_form_name fn ON fn.code = form
          WHERE coded > 0 AND bodies = 1 AND plain = 0 AND (there OR held >= 3 AND held = n - 1)""",
    ),
    _missing(
        "TREE-HABIT",
        "同一文件其他各表逐级列到 类、款、项 的，本表也应如此",
        "下级科目之上有上级、上级科目之下有下级（该文件其他各表一律如此）",
        f"""WITH row AS (
            SELECT document_id, table_no, form, body, fc, any_value(label ORDER BY column_no) AS label, list(id ORDER BY column_no) AS ids, row_no,
                   any_value(document_year) AS year
            FROM x_cell WHERE fc IS NOT NULL AND ec IS NULL AND NOT sub AND form IN {_LISTS} AND scope <> 'government' GROUP BY ALL HAVING max(abs(amount)) > 0),
          step AS (
            SELECT r.*, 'above' AS way, EXISTS (SELECT 1 FROM row p WHERE p.document_id = r.document_id AND p.table_no = r.table_no AND p.fc = left(r.fc, length(r.fc) - 2)) AS there
            FROM row r WHERE length(r.fc) IN (5, 7)
            UNION ALL
            SELECT r.*, 'below', EXISTS (SELECT 1 FROM row c WHERE c.document_id = r.document_id AND c.table_no = r.table_no AND length(c.fc) = length(r.fc) + 2 AND starts_with(c.fc, r.fc))
            FROM row r WHERE length(r.fc) IN (3, 5) AND EXISTS (SELECT 1 FROM function_code f WHERE f.fiscal_year = r.year AND f.parent_code = r.fc)),
          own AS (SELECT document_id, table_no, way, length(fc) AS depth, count(*) AS n, count(*) FILTER (there) AS held FROM step GROUP BY ALL),
          others AS (
            SELECT o.document_id, o.table_no, o.way, o.depth, count(*) AS tables, bool_and(x.held = x.n) AS strict, sum(x.n) AS cases
            FROM own o JOIN own x ON x.document_id = o.document_id AND x.way = o.way AND x.depth = o.depth AND x.table_no <> o.table_no GROUP BY ALL)
          SELECT s.document_id, s.form || '|' || s.table_no || '|' || s.way || '|' || s.body || '|' || s.row_no || '|' || s.fc AS group_key, s.label,
                 CASE WHEN there THEN 'passed' ELSE 'failed' END AS state,
                 CASE s.way WHEN 'above' THEN '表中有 ' || left(s.fc, length(s.fc) - 2) || ' 一行' ELSE '其下有下级科目' END AS expected_text,
                 CASE WHEN there THEN '有' ELSE '没有' END AS observed_text, s.ids
          FROM step s JOIN own w ON w.document_id = s.document_id AND w.table_no = s.table_no AND w.way = s.way AND w.depth = length(s.fc)
               JOIN others h ON h.document_id = s.document_id AND h.table_no = s.table_no AND h.way = s.way AND h.depth = length(s.fc)
          -- Where a table has cases enough of its own, TREE-GAP and TREE-CHILDLESS tell.
          WHERE h.strict AND h.tables >= 2 AND h.cases >= 4 AND w.n <= 2""",
    ),
)
