-- Building blocks of the analysts' views: one chosen amount per body, year, item and measure, so that nothing counts twice.

CREATE VIEW internal.live_document AS
SELECT d.*, coalesce(p.kind, d.scope) AS body_kind, p.parent_id
FROM main.document d LEFT JOIN main.department p USING (department_id)
WHERE d.status = 'published' AND d.department_id IS NOT NULL;
COMMENT ON VIEW internal.live_document IS '已发布且认出部门的文件 | published documents with a known body';

-- 项 rows of expenditure, one source per row: the table that carries its fund, else the prose. Lower rank wins.
CREATE VIEW internal.spending_source AS
SELECT l.department_id, d.scope, l.fiscal_year, l.function_code, l.fund,
       CASE WHEN l.measure = 'budget' THEN 'budget' ELSE 'final' END AS measure,
       l.amount_yuan, l.item, l.quality, l.line_item_id, l.document_id, l.form, coalesce(l.table_no, 0) AS table_no,
       CASE
           WHEN l.measure = 'prior_final' THEN 50
           WHEN l.form = 'narrative' THEN 30
           ELSE 0
       END
       + CASE WHEN (l.measure = 'budget') = (l.report_kind = 'budget') THEN 0 ELSE 10 END
       + CASE WHEN l.component = 'total' THEN 0 ELSE 1 END AS rank,
       d.published_on, d.ingested_at
FROM main.line_item l JOIN internal.live_document d ON d.document_id = l.document_id
WHERE l.flow = 'expenditure' AND l.level = '项' AND length(l.function_code) = 7 AND l.economic_code IS NULL
  AND NOT coalesce(l.subset, false)
  AND l.measure IN ('budget', 'final', 'prior_final')
  AND (
      (l.form = 'general_expenditure' AND l.fund = 'general' AND l.component = 'total')
      OR (l.form = 'fund_income_expenditure' AND l.fund = 'gov_fund' AND l.component IN ('total', 'current_expenditure'))
      OR (l.form IN ('capital_expenditure', 'capital_income_expenditure') AND l.fund = 'state_capital'
          AND l.component IN ('total', 'current_expenditure'))
      OR (l.form = 'expenditure' AND l.fund = 'all' AND l.component = 'total')
      OR (l.form = 'narrative' AND l.fund IN ('general', 'gov_fund', 'state_capital') AND l.component = 'total')
  );
COMMENT ON VIEW internal.spending_source IS '项级支出的候选来源 | candidate sources of 项 amounts';

-- Of all candidates for a body, year, fund and measure the best source is taken whole or not at all, code by code.
CREATE VIEW internal.spending_chosen AS
WITH source AS (
    SELECT department_id, scope, fiscal_year, function_code, fund, measure, document_id, form, table_no,
           min(rank) AS rank, max(published_on) AS published_on, max(ingested_at) AS ingested_at,
           sum(amount_yuan) AS amount_yuan, any_value(item ORDER BY line_item_id) AS item,
           list(line_item_id ORDER BY line_item_id) AS line_item_ids,
           max(CASE quality WHEN 'flagged' THEN 2 WHEN 'disputed' THEN 2 WHEN 'unchecked' THEN 1 ELSE 0 END) AS doubt
    FROM (
        SELECT *, min(rank) OVER (
            PARTITION BY department_id, scope, fiscal_year, function_code, fund, measure, document_id, form, table_no
        ) AS best
        FROM internal.spending_source
    )
    WHERE rank = best
    GROUP BY ALL
)
SELECT * FROM source
QUALIFY row_number() OVER (
    PARTITION BY department_id, scope, fiscal_year, function_code, fund, measure
    ORDER BY rank, published_on DESC NULLS LAST, ingested_at DESC, document_id, table_no
) = 1;
COMMENT ON VIEW internal.spending_chosen IS '每部门、年度、科目、资金、口径选定的来源 | the chosen source per key';
