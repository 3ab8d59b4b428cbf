-- Building blocks of the analysts' views: one chosen source per body, year, fund and measure, so that nothing counts twice.
-- The rules are explained in docs/views.md.

CREATE VIEW internal.live_document AS
SELECT d.*, coalesce(p.kind, d.scope) AS body_kind, p.parent_id
FROM main.document d LEFT JOIN main.department p USING (department_id)
WHERE d.status = 'published' AND d.department_id IS NOT NULL;
COMMENT ON VIEW internal.live_document IS '已发布且认出部门的文件 | published documents with a known body';

-- Which department holds a unit: what its document says (parent_id), else the department whose name its own name begins
-- with (西安市财政局某中心), or which has the same name (本级); only in the same place.
CREATE VIEW internal.unit_parent AS
SELECT unit.department_id, coalesce(unit.parent_id, department.department_id) AS parent_id,
       CASE WHEN unit.parent_id IS NOT NULL THEN 'stated' WHEN department.name = unit.name THEN 'same_name' ELSE 'name' END AS basis
FROM main.department unit LEFT JOIN main.department department
  ON unit.parent_id IS NULL AND department.kind = 'department' AND department.region_code IS NOT DISTINCT FROM unit.region_code
 AND unit.region_code IS NOT NULL AND starts_with(unit.name, department.name)
 AND NOT (department.name LIKE '%人民政府' AND unit.name <> department.name)
WHERE unit.kind = 'unit' AND coalesce(unit.parent_id, department.department_id) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY unit.department_id ORDER BY length(department.name) DESC NULLS LAST, department.department_id) = 1;
COMMENT ON VIEW internal.unit_parent IS '单位所属的部门：文件写明的，或名称表明的 | the department that holds a unit, as stated or told by its name';

-- Expenditure by function, every place that publishes it. Lower rank is the better source of a fund.
CREATE VIEW internal.spending_source AS
SELECT l.department_id, d.scope, l.fiscal_year, l.function_code, l.level, l.fund, l.measure, l.amount_yuan, l.item, l.quality, l.line_item_id,
       l.document_id, l.form, l.row_no, l.parent_row_no, l.component, l.budget_unit,
       -- Of prose every section is a table of its own.
       CASE WHEN l.form = 'narrative' THEN coalesce(l.section, '') ELSE lpad(coalesce(l.table_no, 0)::VARCHAR, 6, '0') END AS part,
       CASE l.form WHEN 'narrative' THEN 30 WHEN 'expenditure' THEN 1 WHEN 'general_expenditure_detail' THEN 2 WHEN 'grant_expenditure_detail' THEN 3
           WHEN 'grant_income_expenditure' THEN 4 WHEN 'income_expenditure' THEN 5 ELSE 0 END
       -- A budget column of a final account, a final column of a budget: only where the document of that kind is missing.
       + CASE WHEN (l.measure = 'budget') = (l.report_kind = 'budget') THEN 0 ELSE 10 END AS rank,
       d.published_on, d.ingested_at
FROM main.line_item l JOIN internal.live_document d ON d.document_id = l.document_id
-- The year before stands beside as a comparison (prior_final); it is never this year's or that year's own account.
WHERE l.flow = 'expenditure' AND l.measure IN ('budget', 'final') AND l.level IN ('类', '款', '项') AND length(l.function_code) <= 7
  AND l.economic_code IS NULL AND NOT coalesce(l.subset, false)
  AND (l.component = 'total' OR (l.component = 'current_expenditure' AND l.form IN ('fund_income_expenditure', 'capital_expenditure', 'capital_income_expenditure')))
  AND (
      (l.form = 'general_expenditure' AND l.fund = 'general')
      OR (l.form = 'fund_income_expenditure' AND l.fund = 'gov_fund')
      OR (l.form IN ('capital_expenditure', 'capital_income_expenditure') AND l.fund = 'state_capital')
      OR l.form IN ('expenditure', 'general_expenditure_detail', 'grant_expenditure_detail', 'grant_income_expenditure', 'income_expenditure', 'narrative')
  )
  AND l.fund IN ('general', 'gov_fund', 'state_capital', 'fiscal_grant', 'all');
COMMENT ON VIEW internal.spending_source IS '按功能分类的支出的候选来源 | candidate sources of spending by function';

-- For each body, year, fund and measure one form of one document is taken whole; 财政拨款 or all funds together only where no
-- single fund is published for that measure.
CREATE VIEW internal.spending_chosen AS
WITH source AS MATERIALIZED (
    SELECT * FROM internal.spending_source
), repeated AS (
    -- a row below another one of the same code (款 and 项 printed under one code) is the same money
    SELECT DISTINCT document_id, form, part, fund, measure, component, fiscal_year, parent_row_no AS row_no, function_code
    FROM source WHERE form <> 'narrative' AND parent_row_no IS NOT NULL AND parent_row_no <> row_no
), kept AS (
    SELECT * FROM source ANTI JOIN repeated USING (document_id, form, part, fund, measure, component, fiscal_year, row_no, function_code)
    WINDOW same_code AS (PARTITION BY department_id, scope, fiscal_year, measure, fund, document_id, form, part, function_code)
    -- 合计 is taken before 本年支出, and a row of the whole body before the rows of its units
    QUALIFY (component = 'total' OR count(*) FILTER (component = 'total') OVER same_code = 0)
        AND (budget_unit IS NULL OR count(*) FILTER (budget_unit IS NULL) OVER same_code = 0)
), per_table AS MATERIALIZED (
    -- One amount per code and table. Of a sentence said twice one counts, and of two that contradict each other the first, flagged.
    SELECT department_id, scope, fiscal_year, measure, fund, document_id, form, part, function_code,
           min(rank) AS rank, any_value(published_on) AS published_on, any_value(ingested_at) AS ingested_at, any_value(level) AS level,
           (CASE WHEN form = 'narrative' THEN arg_min(amount_yuan, (coalesce(row_no, 0), line_item_id)) ELSE sum(amount_yuan) END)::DECIMAL(20,2) AS amount_yuan,
           any_value(item ORDER BY line_item_id) AS item, list(line_item_id ORDER BY line_item_id) AS line_item_ids,
           max(CASE WHEN quality IN ('flagged', 'disputed') THEN 2 WHEN quality = 'unchecked' THEN 1 ELSE 0 END) AS doubt,
           form = 'narrative' AND count(DISTINCT amount_yuan) > 1 AS contradicted
    FROM kept GROUP BY department_id, scope, fiscal_year, measure, fund, document_id, form, part, function_code
), whole AS MATERIALIZED (
    -- what each table adds up to, of its lowest levels
    SELECT department_id, scope, fiscal_year, measure, fund, document_id, form, part, sum(amount_yuan) AS whole
    FROM (
        SELECT *, max(length(function_code)) OVER (
            PARTITION BY department_id, scope, fiscal_year, measure, fund, document_id, form, part, left(function_code, 3)) AS under_class,
            max(length(function_code)) OVER (
            PARTITION BY department_id, scope, fiscal_year, measure, fund, document_id, form, part, left(function_code, 5)) AS under_section
        FROM per_table)
    WHERE CASE length(function_code) WHEN 3 THEN under_class = 3 WHEN 5 THEN under_section = 5 ELSE true END
    GROUP BY ALL
), judged AS (
    -- A form that a document has twice: where two tables disagree on a code, the one with the greater total speaks alone (a
    -- whole is never less than its part), flagged; where they agree on all they share, they are one table in two parts.
    SELECT a.department_id, a.scope, a.fiscal_year, a.measure, a.fund, a.document_id, a.form, a.part,
           bool_and(w.whole > v.whole OR (w.whole = v.whole AND a.part < b.part)) AS wins
    FROM per_table a
    JOIN per_table b USING (department_id, scope, fiscal_year, measure, fund, document_id, form, function_code)
    JOIN whole w ON w.department_id = a.department_id AND w.scope = a.scope AND w.fiscal_year = a.fiscal_year AND w.measure = a.measure
        AND w.fund = a.fund AND w.document_id = a.document_id AND w.form = a.form AND w.part = a.part
    JOIN whole v ON v.department_id = b.department_id AND v.scope = b.scope AND v.fiscal_year = b.fiscal_year AND v.measure = b.measure
        AND v.fund = b.fund AND v.document_id = b.document_id AND v.form = b.form AND v.part = b.part
    WHERE a.part <> b.part AND a.amount_yuan <> b.amount_yuan
    GROUP BY ALL
), united AS (
    SELECT t.* REPLACE (t.contradicted OR j.wins IS NOT NULL AS contradicted)
    FROM per_table t LEFT JOIN judged j USING (department_id, scope, fiscal_year, measure, fund, document_id, form, part)
    WHERE coalesce(j.wins, true)
    QUALIFY row_number() OVER (PARTITION BY department_id, scope, fiscal_year, measure, fund, document_id, form, function_code ORDER BY part) = 1
), per_form AS MATERIALIZED (
    -- The lowest level that is published: 项; a 款 or 类 only where the form has nothing below it.
    SELECT * EXCLUDE (under_class, under_section) FROM (
        SELECT *, max(length(function_code)) OVER (
            PARTITION BY department_id, scope, fiscal_year, measure, fund, document_id, form, left(function_code, 3)) AS under_class,
            max(length(function_code)) OVER (
            PARTITION BY department_id, scope, fiscal_year, measure, fund, document_id, form, left(function_code, 5)) AS under_section
        FROM united)
    WHERE CASE length(function_code) WHEN 3 THEN under_class = 3 WHEN 5 THEN under_section = 5 ELSE true END
), best AS (
    SELECT department_id, scope, fiscal_year, measure, fund, document_id, form,
           CASE fund WHEN 'all' THEN 2 WHEN 'fiscal_grant' THEN 1 ELSE 0 END AS width
    FROM per_form GROUP BY department_id, scope, fiscal_year, measure, fund, document_id, form
    QUALIFY row_number() OVER (
        PARTITION BY department_id, scope, fiscal_year, measure, fund
        ORDER BY min(rank) > 2, max(length(function_code)) DESC, min(rank), max(published_on) DESC NULLS LAST, max(ingested_at) DESC, document_id, form) = 1
), chosen AS (
    SELECT * FROM best
    QUALIFY width = min(width) OVER (PARTITION BY department_id, scope, fiscal_year, measure)
)
SELECT f.* FROM per_form f
JOIN chosen c USING (department_id, scope, fiscal_year, measure, fund, document_id, form);
COMMENT ON VIEW internal.spending_chosen IS '每主体、年度、资金、口径选定的来源 | the chosen source per body, year, fund and measure';
