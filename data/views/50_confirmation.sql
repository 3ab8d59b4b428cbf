-- How sure the published amounts are: every live amount is in exactly one of the states below.
CREATE VIEW internal.amount_state AS
SELECT l.line_item_id, l.document_id, l.form, l.amount_yuan, l.quality, l.checks,
       CASE WHEN l.quality IN ('flagged', 'disputed') THEN 'doubtful'
            WHEN l.quality = 'corrected' THEN 'corrected'
            WHEN coalesce(l.checks, 0) > 0 THEN 'confirmed'
            ELSE 'unconfirmed' END AS state
FROM main.line_item l;
COMMENT ON VIEW internal.amount_state IS
  '每个金额的把握：有疑、已更正、已证实、未证实 | how sure each amount is: doubtful, corrected, confirmed, unconfirmed';

CREATE VIEW main.confirmation AS
SELECT a.document_id, d.file_name, p.name AS department, p.region_code, p.region_name, d.fiscal_year, d.report_kind, a.form,
       count(*) AS amounts,
       count(*) FILTER (a.state = 'confirmed') AS confirmed,
       count(*) FILTER (a.state = 'unconfirmed') AS unconfirmed,
       count(*) FILTER (a.state = 'doubtful') AS doubtful,
       count(*) FILTER (a.state = 'corrected') AS corrected,
       round(count(*) FILTER (a.state IN ('confirmed', 'corrected')) / count(*), 4) AS confirmed_share
FROM internal.amount_state a
JOIN main.document d USING (document_id)
LEFT JOIN main.department p USING (department_id)
GROUP BY ALL;
COMMENT ON VIEW main.confirmation IS
  '证实情况：每份文件、每张表的金额有多少经至少一条独立的勾稽关系证实 | per document and form, how many published amounts at least one identity confirms';

CREATE VIEW main.unconfirmed AS
SELECT a.line_item_id, a.document_id, d.file_name, p.name AS department, p.region_name, l.fiscal_year, l.report_kind, l.form, l.section,
       l.item_name, l.component, l.measure, l.function_code, l.economic_code, l.amount_yuan, l.published_text, l.published_unit, l.quality,
       l.page, l.sheet, l.cell
FROM internal.amount_state a
JOIN main.line_item l USING (line_item_id)
JOIN main.document d ON d.document_id = a.document_id
LEFT JOIN main.department p ON p.department_id = d.department_id
WHERE a.state IN ('unconfirmed', 'doubtful');
COMMENT ON VIEW main.unconfirmed IS
  '未证实金额：没有任何勾稽关系证实（或有疑）的金额清单 | the published amounts that no identity confirms, or that are in doubt';

-- The grade of a document; the first line that holds gives it.
CREATE VIEW main.document_grade AS
WITH amount AS (
  SELECT document_id, count(*) AS amounts, count(*) FILTER (state IN ('confirmed', 'corrected')) AS confirmed,
         count(*) FILTER (state = 'unconfirmed') AS unconfirmed, count(*) FILTER (state = 'doubtful') AS doubtful
  FROM internal.amount_state GROUP BY document_id
), issue AS (
  SELECT document_id, count(*) FILTER (severity = 'error') AS open_errors, count(*) FILTER (severity = 'warning') AS open_warnings
  FROM main.review_item WHERE status = 'open' GROUP BY document_id
), measured AS (
  SELECT d.document_id, d.file_name, p.name AS department, p.region_code, p.region_name, d.fiscal_year, d.report_kind, a.amounts, a.confirmed,
         a.unconfirmed, a.doubtful, coalesce(d.amounts_unread, 0) AS amounts_unread, coalesce(i.open_errors, 0) AS open_errors,
         coalesce(i.open_warnings, 0) AS open_warnings, round(a.confirmed / a.amounts, 4) AS confirmed_share,
         round(a.doubtful / a.amounts, 4) AS doubtful_share,
         round(coalesce(d.amounts_unread, 0) / (a.amounts + coalesce(d.amounts_unread, 0)), 4) AS unread_share
  FROM amount a
  JOIN main.document d USING (document_id)
  LEFT JOIN main.department p USING (department_id)
  LEFT JOIN issue i USING (document_id)
)
SELECT *,
       CASE WHEN open_errors = 0 AND doubtful_share <= 0.005 AND unread_share <= 0.01 AND confirmed_share >= 0.95 THEN 'A'
            WHEN open_errors = 0 AND doubtful_share <= 0.02 AND unread_share <= 0.05 AND confirmed_share >= 0.80 THEN 'B'
            WHEN doubtful_share <= 0.05 AND unread_share <= 0.15 AND confirmed_share >= 0.60 THEN 'C'
            WHEN doubtful_share <= 0.20 AND confirmed_share >= 0.30 THEN 'D'
            ELSE 'E' END AS grade
FROM measured;
COMMENT ON VIEW main.document_grade IS
  '文件的把握等级 A–E：A 无未决错误、证实≥95%、有疑≤0.5%、未读≤1%；B 无未决错误、证实≥80%、有疑≤2%、未读≤5%；C 证实≥60%、有疑≤5%、未读≤15%；D 证实≥30%、有疑≤20%；其余 E | how sure a document is, A to E, by the shares of its amounts that are confirmed, doubtful or unread';
