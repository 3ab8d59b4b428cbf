CREATE VIEW main.open_issues AS
SELECT r.review_id, r.severity, r.expectation, r.message, d.file_name, p.name AS department, d.fiscal_year, d.report_kind,
       r.opened_at, r.document_id, r.line_item_ids
FROM main.review_item r
LEFT JOIN main.document d USING (document_id)
LEFT JOIN main.department p USING (department_id)
WHERE r.status = 'open';
COMMENT ON VIEW main.open_issues IS '未决问题：尚待处理的问题 | review items still open';

-- The year before, worked out from a stated change: present amount minus change. Never a line item.
CREATE VIEW main.prior_year_derived AS
WITH change AS (
    SELECT *, count(*) OVER (PARTITION BY document_id, form, section, row_no, item, component, flow, fund, fiscal_year) AS n
    FROM main.line_item WHERE measure = 'change'
), present AS (
    SELECT *, count(*) OVER (PARTITION BY document_id, form, section, row_no, item, component, flow, fund, fiscal_year) AS n
    FROM main.line_item l WHERE measure = 'final' OR (measure = 'budget' AND report_kind = 'budget')
)
SELECT p.document_id, p.department_id, p.fiscal_year - 1 AS fiscal_year, p.report_kind, p.form, p.section, p.fund, p.flow,
       p.component, p.item, p.function_code, p.economic_code, p.level, (p.amount_yuan - c.amount_yuan)::DECIMAL(20,2) AS amount_yuan,
       p.amount_yuan AS present_yuan, c.amount_yuan AS change_yuan, (p.ulp_yuan + c.ulp_yuan) / 2 AS uncertainty_yuan,
       p.line_item_id AS present_line_item_id, c.line_item_id AS change_line_item_id
FROM change c JOIN internal.live_document d USING (document_id) JOIN present p
  ON p.document_id = c.document_id AND p.form = c.form AND p.section IS NOT DISTINCT FROM c.section
 AND p.row_no IS NOT DISTINCT FROM c.row_no AND p.item = c.item AND p.component = c.component AND p.flow = c.flow
 AND p.fund = c.fund AND p.fiscal_year = c.fiscal_year
WHERE c.n = 1 AND p.n = 1;
COMMENT ON VIEW main.prior_year_derived IS '推算上年数：由本年数减增减额推算；是推算，不是公布的金额 | prior-year values derived from stated changes; derived, not published';
