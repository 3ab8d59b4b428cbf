CREATE VIEW main.spending_all AS
WITH wide AS (
    SELECT department_id, scope, fiscal_year, function_code, fund,
           (max(amount_yuan) FILTER (measure = 'budget'))::DECIMAL(20,2) AS budget,
           (max(amount_yuan) FILTER (measure = 'final'))::DECIMAL(20,2) AS final,
           any_value(item ORDER BY measure DESC) AS item, any_value(level) AS level,
           flatten(list(line_item_ids)) AS line_item_ids,
           -- a government prints the whole region and its own level: budget and final of two tables may be of two accounts
           bool_or(scope <> 'government') OR count(DISTINCT (document_id, form, part)) = 1 AS comparable,
           CASE WHEN bool_or(contradicted) OR max(doubt) = 2 THEN 'flagged' WHEN max(doubt) = 1 THEN 'unchecked' ELSE 'passed' END AS quality
    FROM internal.spending_chosen
    GROUP BY ALL
), latest AS (SELECT max(fiscal_year) AS year FROM main.function_code)
SELECT w.department_id, p.name AS department, p.region_code, p.region_name, w.scope, u.parent_id, w.fiscal_year, w.function_code,
       coalesce(f.name, w.item) AS function_name, w.level, w.fund, w.budget, w.final,
       CASE WHEN w.budget > 0 AND w.comparable THEN round(w.final / w.budget, 4) END AS execution_rate,
       CASE WHEN h.to_year IS NULL THEN w.function_code ELSE h.to_code END AS harmonized_code,
       h.relation AS harmonized_relation, h.candidates AS harmonized_candidates, w.quality, w.line_item_ids
FROM wide w
LEFT JOIN main.department p USING (department_id)
LEFT JOIN internal.unit_parent u USING (department_id)
LEFT JOIN main.function_code f ON f.fiscal_year = w.fiscal_year AND f.code = w.function_code
LEFT JOIN internal.harmonized h ON h.fiscal_year = w.fiscal_year AND h.code = w.function_code
     AND h.to_year = (SELECT year FROM latest);
COMMENT ON VIEW main.spending_all IS '全部主体支出：按功能分类，部门、单位、政府各自一行，部门已含所属单位，不可相加 | spending by function of all bodies; departments include their units, do not add them up';

CREATE VIEW main.spending AS
WITH covered AS (
    -- what a department published for a year holds its units' amounts
    SELECT u.department_id, c.fiscal_year, bool_or(c.measure = 'budget') AS budget, bool_or(c.measure = 'final') AS final
    FROM internal.unit_parent u JOIN internal.spending_chosen c ON c.department_id = u.parent_id AND c.scope = 'department'
    WHERE u.parent_id <> u.department_id
    GROUP BY ALL
)
SELECT s.* REPLACE (
       CASE WHEN s.scope = 'unit' AND coalesce(c.budget, false) THEN NULL ELSE s.budget END AS budget,
       CASE WHEN s.scope = 'unit' AND coalesce(c.final, false) THEN NULL ELSE s.final END AS final,
       CASE WHEN s.scope = 'unit' AND (coalesce(c.budget, false) OR coalesce(c.final, false)) THEN NULL ELSE s.execution_rate END AS execution_rate)
FROM main.spending_all s LEFT JOIN covered c ON c.department_id = s.department_id AND c.fiscal_year = s.fiscal_year
WHERE s.scope <> 'government'
  AND (s.scope = 'department' OR (s.budget IS NOT NULL AND NOT coalesce(c.budget, false)) OR (s.final IS NOT NULL AND NOT coalesce(c.final, false)));
COMMENT ON VIEW main.spending IS '支出：每部门、年度、项、资金一行（只公布到款、类的列到款、类，见 level）；主管部门已公开同年同口径数据的单位不另列，可以相加 | one row per department, year, 项 code and fund (款 or 类 where nothing below is published); units whose department published that measure are left out, so the rows add up';

-- Every year's spending on the classification of any one year: SELECT * FROM spending_on(2024). Amounts whose code has one
-- counterpart there are added up under it; the others keep their own code, with harmonized_code null, the reason and the codes
-- that may hold them. Nothing is divided and nothing is left out: sums per department and year are those of `spending`.
CREATE MACRO main.spending_on(classification) AS TABLE
WITH carried AS (
    SELECT s.* EXCLUDE (harmonized_code, harmonized_relation, harmonized_candidates), classification::INTEGER AS classification_year,
           CASE WHEN h.to_year IS NULL THEN s.function_code ELSE h.to_code END AS harmonized_code,
           CASE WHEN h.to_year IS NULL OR h.to_code IS NOT NULL THEN NULL ELSE h.relation END AS obstacle,
           CASE WHEN h.to_code IS NULL THEN h.candidates END AS candidates, h.common_code, h.confidence
    FROM main.spending s
    LEFT JOIN internal.harmonized h ON h.fiscal_year = s.fiscal_year AND h.code = s.function_code AND h.to_year = classification
)
SELECT s.department_id, s.department, s.region_code, s.region_name, s.scope, s.classification_year, s.fiscal_year,
       coalesce(s.harmonized_code, s.function_code) AS function_code,
       coalesce(any_value(f.name), any_value(s.function_name)) AS function_name, any_value(s.level) AS level, s.fund,
       sum(s.budget)::DECIMAL(20,2) AS budget, sum(s.final)::DECIMAL(20,2) AS final,
       CASE WHEN sum(s.budget) > 0 AND count(s.budget) = count(*) AND count(s.final) = count(*) THEN round(sum(s.final) / sum(s.budget), 4) END AS execution_rate,
       s.harmonized_code, s.harmonized_code IS NOT NULL AS comparable,
       CASE any_value(s.obstacle)
           WHEN 'split' THEN '该科目后来拆分或部分划出，公布的金额不可分割，仍列原编码；可能对应的科目见 candidates'
           WHEN 'merged' THEN '该科目由几个科目合并而来，公布的金额不可分割，仍列原编码；可能对应的科目见 candidates'
           WHEN 'abolished' THEN '该科目已取消，没有对应科目，仍列原编码'
           WHEN 'new' THEN '所选年度尚无该科目，仍列原编码'
           WHEN 'local' THEN '该编码不在全国科目目录中（地方自设或印错），仍列原编码'
           WHEN 'moved' THEN '该科目有部分划转，公布的金额不可分割，仍列原编码；可能对应的科目见 candidates'
           WHEN 'renamed' THEN '该科目有部分划转，公布的金额不可分割，仍列原编码；可能对应的科目见 candidates'
       END AS note,
       any_value(s.candidates) AS candidates, any_value(s.common_code) AS common_code,
       -- the least sure change of the catalog on the way
       CASE max(CASE s.confidence WHEN 'memory-low' THEN 2 WHEN 'memory-high' THEN 1 WHEN 'source' THEN 0 END)
           WHEN 2 THEN 'memory-low' WHEN 1 THEN 'memory-high' WHEN 0 THEN 'source' END AS harmonized_confidence,
       list(DISTINCT s.function_code ORDER BY s.function_code) AS original_codes,
       CASE max(CASE s.quality WHEN 'flagged' THEN 2 WHEN 'unchecked' THEN 1 ELSE 0 END) WHEN 2 THEN 'flagged' WHEN 1 THEN 'unchecked' ELSE 'passed' END AS quality,
       flatten(list(s.line_item_ids)) AS line_item_ids
FROM carried s
LEFT JOIN main.function_code f ON f.code = s.harmonized_code AND f.fiscal_year = s.classification_year
GROUP BY s.classification_year, s.department_id, s.department, s.region_code, s.region_name, s.scope, s.fiscal_year, coalesce(s.harmonized_code, s.function_code), s.harmonized_code, s.fund;

CREATE VIEW main.spending_by_year AS
SELECT * FROM main.spending_on((SELECT max(fiscal_year) FROM main.function_code));
COMMENT ON VIEW main.spending_by_year IS '历年支出：统一按最近年度的分类（其他年度用 spending_on(年度)）；不可分割的科目保留原编码并注明 | spending on the newest classification (another year: spending_on(year)); what cannot be divided keeps its own code, see note';

CREATE VIEW main.budget_vs_final AS
SELECT department_id, department, scope, fiscal_year, function_code, function_name, level, fund, budget, final,
       (final - budget)::DECIMAL(20,2) AS difference, execution_rate, quality, line_item_ids
FROM main.spending WHERE budget IS NOT NULL AND final IS NOT NULL;
COMMENT ON VIEW main.budget_vs_final IS '预算决算对照：同一部门、年度、科目、资金的预算与决算 | budget and final account of the same item side by side';
