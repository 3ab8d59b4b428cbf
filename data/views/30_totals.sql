CREATE VIEW main.three_public_all AS
WITH chosen AS (
    SELECT l.department_id, d.scope, l.fiscal_year, l.measure, l.component, l.amount_yuan, l.line_item_id
    FROM main.line_item l JOIN internal.live_document d ON d.document_id = l.document_id
    WHERE l.measure IN ('budget', 'final') AND l.flow = 'expenditure'
      AND (l.form = 'three_public' AND coalesce(l.fund, '') NOT IN ('gov_fund', 'state_capital') -- tables of one fund beside that of the general budget
           -- 国内公务接待费, 外事接待费 and the like are parts of these
           OR (l.form = 'narrative' AND (l.item IN ('因公出国（境）费', '公务用车购置及运行维护费', '公务用车购置费', '公务用车运行维护费', '公务接待费')
               OR (l.component = 'total' AND l.item LIKE '%三公%'))))
      AND l.component IN ('total', 'overseas', 'vehicle', 'vehicle_purchase', 'vehicle_operation', 'reception')
    QUALIFY row_number() OVER (
        PARTITION BY l.department_id, d.scope, l.fiscal_year, l.measure, l.component
        ORDER BY l.form = 'narrative', l.budget_unit IS NOT NULL, (l.measure = 'budget') <> (l.report_kind = 'budget'), coalesce(l.subset, false) AND l.component IN ('total', 'overseas', 'vehicle', 'reception'),
                 d.published_on DESC NULLS LAST, d.ingested_at DESC, l.document_id, l.table_no, l.row_no, l.column_no, l.line_item_id
    ) = 1
)
SELECT c.department_id, p.name AS department, c.scope, c.fiscal_year, c.measure,
       max(amount_yuan) FILTER (component = 'total') AS total,
       max(amount_yuan) FILTER (component = 'overseas') AS overseas,
       max(amount_yuan) FILTER (component = 'vehicle') AS vehicle,
       max(amount_yuan) FILTER (component = 'vehicle_purchase') AS vehicle_purchase,
       max(amount_yuan) FILTER (component = 'vehicle_operation') AS vehicle_operation,
       max(amount_yuan) FILTER (component = 'reception') AS reception,
       list(line_item_id ORDER BY component) AS line_item_ids
FROM chosen c LEFT JOIN main.department p USING (department_id)
GROUP BY ALL;
COMMENT ON VIEW main.three_public_all IS '全部主体三公经费：部门、单位、政府各自一行，部门已含所属单位，不可相加 | three public expenses of all bodies; departments include their units, do not add them up';

CREATE VIEW main.three_public_by_year AS
SELECT * FROM main.three_public_all one
-- what a department published holds its units' amounts
WHERE scope = 'department' OR (scope = 'unit' AND NOT EXISTS (
    FROM internal.unit_parent u JOIN main.three_public_all whole ON whole.department_id = u.parent_id AND whole.scope = 'department'
    WHERE u.department_id = one.department_id AND u.parent_id <> u.department_id
      AND whole.fiscal_year = one.fiscal_year AND whole.measure = one.measure));
COMMENT ON VIEW main.three_public_by_year IS '三公经费：每部门、年度、口径（预算或决算）一行，单位元；主管部门已公开同年同口径数据的单位和政府的账不另列（见 three_public_all），可以相加 | three public expenses per department, year and measure, in yuan; units whose department published that measure, and governments, are in three_public_all only, so the rows add up';

CREATE VIEW main.department_year_all AS
WITH headline AS (
    SELECT l.department_id, d.scope, l.fiscal_year, l.measure,
           CASE
               WHEN l.form IN ('income', 'income_expenditure') AND l.flow = 'income' AND l.component = 'total' THEN 'income_total'
               WHEN l.form IN ('expenditure', 'income_expenditure') AND l.flow = 'expenditure' AND l.component = 'total' THEN 'expenditure_total'
               WHEN l.form = 'expenditure' AND l.component = 'basic' THEN 'basic'
               WHEN l.form = 'expenditure' AND l.component = 'project' THEN 'project'
               WHEN l.form = 'general_expenditure' AND l.component = 'total' THEN 'general_total'
               WHEN l.form = 'general_expenditure' AND l.component = 'basic' THEN 'general_basic'
               WHEN l.form = 'general_expenditure' AND l.component = 'project' THEN 'general_project'
               WHEN l.form = 'general_basic_expenditure' AND l.component = 'personnel' THEN 'personnel'
               WHEN l.form = 'general_basic_expenditure' AND l.component = 'operation' THEN 'operation'
               -- the prose, where a body publishes no tables or leaves a total out of them
               WHEN l.form <> 'narrative' THEN NULL
               WHEN l.flow = 'income' AND l.fund = 'all' AND l.component = 'total' AND l.item IN ('本年收入合计', '总计') THEN 'income_total'
               WHEN l.flow <> 'expenditure' THEN NULL
               WHEN l.fund = 'all' AND l.component = 'total' AND l.item IN ('本年支出合计', '总计') THEN 'expenditure_total'
               WHEN l.fund = 'all' AND l.component = 'basic' AND l.item = '基本支出' THEN 'basic'
               WHEN l.fund = 'all' AND l.component = 'project' AND l.item = '项目支出' THEN 'project'
               WHEN l.fund = 'general' AND l.component = 'total' AND l.level = 'total' AND l.item = '一般公共预算财政拨款支出' THEN 'general_total'
               WHEN l.fund = 'general' AND l.component = 'basic' AND l.item = '基本支出' THEN 'general_basic'
               WHEN l.fund = 'general' AND l.component = 'project' AND l.item = '项目支出' THEN 'general_project'
               WHEN l.fund = 'general' AND l.component = 'personnel' AND l.item = '人员经费' THEN 'personnel'
               WHEN l.fund = 'general' AND l.component = 'operation' AND l.item = '公用经费' THEN 'operation'
           END AS headline,
           l.amount_yuan, l.line_item_id, l.form, l.component,
           min(l.amount_yuan) OVER same AS lowest, max(l.amount_yuan) OVER same AS highest,
           row_number() OVER (
               PARTITION BY l.department_id, d.scope, l.fiscal_year, l.measure, headline
               -- 本年合计 rather than 总计 (which holds carried-over money), so of the two-sided form the income or expenditure form comes first
               ORDER BY l.form = 'narrative', l.budget_unit IS NOT NULL, l.form = 'income_expenditure', (l.measure = 'budget') <> (l.report_kind = 'budget'),
                        l.item LIKE '%总计%', d.published_on DESC NULLS LAST, d.ingested_at DESC, l.document_id, l.table_no, l.row_no, l.column_no, l.line_item_id
           ) AS choice
    FROM main.line_item l JOIN internal.live_document d ON d.document_id = l.document_id
    WHERE (l.level = 'total' OR l.form = 'narrative') AND l.function_code IS NULL AND l.economic_code IS NULL AND l.measure IN ('budget', 'final')  -- 上年决算 is a comparison, no account of its own
      AND NOT coalesce(l.subset, false)
    WINDOW same AS (PARTITION BY l.department_id, d.scope, l.fiscal_year, l.measure, headline)
), levels AS (
    -- A government prints the whole region and its own level in a table each; the total of one of them may have
    -- another name, or another measure (调整预算 beside 年初预算).
    SELECT l.department_id, l.fiscal_year, l.form, l.component, count(DISTINCT (l.document_id, l.table_no)) AS tables
    FROM main.line_item l JOIN internal.live_document d ON d.document_id = l.document_id
    WHERE d.scope = 'government' AND l.form <> 'narrative'
    GROUP BY ALL
)
SELECT h.department_id, p.name AS department, p.region_name, p.kind, h.scope, h.fiscal_year, h.measure,
       max(amount_yuan) FILTER (headline = 'income_total') AS income_total,
       max(amount_yuan) FILTER (headline = 'expenditure_total') AS expenditure_total,
       max(amount_yuan) FILTER (headline = 'basic') AS basic,
       max(amount_yuan) FILTER (headline = 'project') AS project,
       max(amount_yuan) FILTER (headline = 'general_total') AS general_total,
       max(amount_yuan) FILTER (headline = 'general_basic') AS general_basic,
       max(amount_yuan) FILTER (headline = 'general_project') AS general_project,
       max(amount_yuan) FILTER (headline = 'personnel') AS personnel,
       max(amount_yuan) FILTER (headline = 'operation') AS operation,
       any_value(t.total) AS three_public_total,
       list(line_item_id ORDER BY headline) AS line_item_ids
FROM headline h
LEFT JOIN main.department p USING (department_id)
LEFT JOIN main.three_public_all t USING (department_id, scope, fiscal_year, measure)
LEFT JOIN levels v ON h.scope = 'government' AND v.department_id = h.department_id AND v.fiscal_year = h.fiscal_year
     AND v.form = h.form AND v.component = h.component
WHERE h.headline IS NOT NULL AND h.choice = 1
  -- a government prints the same total for the whole region and for its own level: which one is meant is not for us to pick
  AND NOT (h.scope = 'government' AND (h.lowest <> h.highest OR coalesce(v.tables, 0) > 1))
GROUP BY ALL;
COMMENT ON VIEW main.department_year_all IS '全部主体年度总数：部门、单位、政府各自一行，部门已含所属单位，不可相加；政府文件的同一总数有几个（全市、市本级）时为空 | headline totals of all bodies; departments include their units, do not add them up; empty where a government prints several (whole region, own level)';

CREATE VIEW main.department_year AS
SELECT * FROM main.department_year_all one
WHERE scope = 'department' OR (scope = 'unit' AND NOT EXISTS (
    FROM internal.unit_parent u JOIN main.department_year_all whole ON whole.department_id = u.parent_id AND whole.scope = 'department'
    WHERE u.department_id = one.department_id AND u.parent_id <> u.department_id
      AND whole.fiscal_year = one.fiscal_year AND whole.measure = one.measure));
COMMENT ON VIEW main.department_year IS '部门年度总数：每部门、年度、口径一行，单位元；主管部门已公开同年同口径数据的单位和政府的账不另列（见 department_year_all），可以相加 | headline totals per department, year and measure, in yuan; units whose department published that measure, and governments, are in department_year_all only, so the rows add up';
