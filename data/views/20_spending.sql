CREATE VIEW main.spending_all AS
WITH wide AS (
    SELECT department_id, scope, fiscal_year, function_code, fund,
           (max(amount_yuan) FILTER (measure = 'budget'))::DECIMAL(20,2) AS budget,
           (max(amount_yuan) FILTER (measure = 'final'))::DECIMAL(20,2) AS final,
           any_value(item ORDER BY measure DESC) AS item,
           flatten(list(line_item_ids)) AS line_item_ids,
           CASE max(doubt) WHEN 2 THEN 'flagged' WHEN 1 THEN 'unchecked' ELSE 'passed' END AS quality
    FROM internal.spending_chosen c
    -- 支出表 (all funds) speaks only where no table of a single fund does
    WHERE fund <> 'all' OR NOT EXISTS (
        SELECT 1 FROM internal.spending_chosen o
        WHERE o.department_id = c.department_id AND o.scope = c.scope AND o.fiscal_year = c.fiscal_year AND o.fund <> 'all')
    GROUP BY ALL
), latest AS (SELECT max(fiscal_year) AS year FROM main.function_code)
SELECT w.department_id, p.name AS department, p.region_code, p.region_name, w.scope, w.fiscal_year, w.function_code,
       coalesce(f.name, w.item) AS function_name, w.fund, w.budget, w.final,
       CASE WHEN w.budget > 0 THEN round(w.final / w.budget, 4) END AS execution_rate,
       CASE WHEN h.to_year IS NULL THEN w.function_code ELSE h.to_code END AS harmonized_code,
       h.relation AS harmonized_relation, w.quality, w.line_item_ids
FROM wide w
LEFT JOIN main.department p USING (department_id)
LEFT JOIN main.function_code f ON f.fiscal_year = w.fiscal_year AND f.code = w.function_code
LEFT JOIN internal.harmonized h ON h.fiscal_year = w.fiscal_year AND h.code = w.function_code
     AND h.to_year = (SELECT year FROM latest);
COMMENT ON VIEW main.spending_all IS '项级支出（全部主体）：部门、单位、政府各自一行，部门已含所属单位，不可相加 | 项 spending of all bodies; departments include their units, do not add them up';

CREATE VIEW main.spending AS
SELECT * FROM main.spending_all s
WHERE s.scope <> 'government'
  AND (s.scope = 'department' OR NOT EXISTS (
      SELECT 1 FROM main.department unit JOIN internal.live_document d ON d.department_id = unit.parent_id
      WHERE unit.department_id = s.department_id AND d.scope = 'department' AND d.fiscal_year = s.fiscal_year));
COMMENT ON VIEW main.spending IS '项级支出：每部门、年度、项、资金一行；主管部门已公开同年数据的单位不另列，可以相加 | one row per department, year, 项 code and fund; units whose department published that year are left out';

CREATE VIEW main.spending_by_year AS
SELECT department_id, department, scope, (SELECT max(fiscal_year) FROM main.function_code) AS classification_year,
       s.fiscal_year, coalesce(s.harmonized_code, s.function_code) AS function_code,
       coalesce(any_value(f.name), any_value(s.function_name)) AS function_name, s.fund,
       sum(budget)::DECIMAL(20,2) AS budget, sum(final)::DECIMAL(20,2) AS final,
       CASE WHEN sum(budget) > 0 AND count(budget) = count(final) THEN round(sum(final) / sum(budget), 4) END AS execution_rate,
       bool_and(s.harmonized_code IS NOT NULL) AS comparable,
       CASE WHEN bool_and(s.harmonized_code IS NOT NULL) THEN NULL
            ELSE '该科目后来' || CASE any_value(harmonized_relation) WHEN 'split' THEN '拆分，金额不可分割' WHEN 'abolished' THEN '取消' ELSE '变动' END || '，仍列原编码'
       END AS note,
       list(DISTINCT s.function_code ORDER BY s.function_code) AS original_codes,
       flatten(list(line_item_ids)) AS line_item_ids
FROM main.spending s
LEFT JOIN main.function_code f ON f.code = s.harmonized_code AND f.fiscal_year = (SELECT max(fiscal_year) FROM main.function_code)
GROUP BY department_id, department, scope, s.fiscal_year, coalesce(s.harmonized_code, s.function_code), s.harmonized_code IS NULL, s.fund;
COMMENT ON VIEW main.spending_by_year IS '项级支出，统一按最近年度的分类；不可分割的科目保留原编码并注明 | spending on the newest classification; what cannot be divided keeps its own code, see note';

CREATE MACRO main.spending_in(target_year) AS TABLE
SELECT s.department_id, s.department, s.scope, target_year::INTEGER AS classification_year, s.fiscal_year,
       CASE WHEN h.to_year IS NULL THEN s.function_code ELSE coalesce(h.to_code, s.function_code) END AS function_code,
       h.to_year IS NULL OR h.to_code IS NOT NULL AS comparable, any_value(h.relation) AS relation, s.fund,
       sum(s.budget) AS budget, sum(s.final) AS final,
       list(DISTINCT s.function_code ORDER BY s.function_code) AS original_codes, flatten(list(s.line_item_ids)) AS line_item_ids
FROM main.spending s
LEFT JOIN internal.harmonized h ON h.fiscal_year = s.fiscal_year AND h.code = s.function_code AND h.to_year = target_year
GROUP BY ALL;

CREATE VIEW main.budget_vs_final AS
SELECT department_id, department, scope, fiscal_year, function_code, function_name, fund, budget, final,
       (final - budget)::DECIMAL(20,2) AS difference, execution_rate, quality, line_item_ids
FROM main.spending WHERE budget IS NOT NULL AND final IS NOT NULL;
COMMENT ON VIEW main.budget_vs_final IS '同一部门、年度、项、资金的预算与决算 | budget and final account of the same item side by side';
