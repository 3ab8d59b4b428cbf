-- One body over the years: which body took over from which in a reform of institutions (data/catalog/successions.csv), only
-- where both stand in the warehouse, in the same place, and their years do not overlap. Nothing is merged by it; analysts join.
CREATE VIEW main.department_history AS
WITH active AS (
    SELECT department_id, min(fiscal_year) AS first_year, max(fiscal_year) AS last_year
    FROM internal.live_document GROUP BY department_id
), body AS (
    SELECT p.department_id, p.name, p.region_code, p.region_name, p.kind, a.first_year, a.last_year
    FROM main.department p JOIN active a USING (department_id)
)
SELECT o.department_id, o.name AS department, n.department_id AS successor_id, n.name AS successor, s.relation,
       s.reform_year, o.region_code, o.region_name, o.last_year, n.first_year
FROM body o
JOIN internal.succession s ON ends_with(o.name, s.old_name)
JOIN body n ON ends_with(n.name, s.new_name) AND n.region_code = o.region_code AND n.kind = o.kind AND n.department_id <> o.department_id
-- the same words before it: 某市国土资源局 and 某市自然资源局, with or without the province in front
WHERE length(o.name) > length(s.old_name) AND length(n.name) > length(s.new_name)
  AND (ends_with(left(o.name, length(o.name) - length(s.old_name)), left(n.name, length(n.name) - length(s.new_name)))
    OR ends_with(left(n.name, length(n.name) - length(s.new_name)), left(o.name, length(o.name) - length(s.old_name))))
  AND o.last_year < n.first_year AND o.last_year <= s.reform_year AND n.first_year >= s.reform_year - 1;
COMMENT ON VIEW main.department_history IS '机构沿革：机构改革中由哪个部门承接（同一地区、年度不重叠；更名 renamed 为同一机构，合并 merged 只是其中一部分） | which body took over from which: renamed is the same body, merged a part of the new one';

-- Every body and the body it is today: followed through renamings only, and only where there is one successor.
CREATE VIEW main.department_lineage AS
WITH RECURSIVE renaming AS (
    SELECT department_id, any_value(successor_id) AS successor_id FROM main.department_history
    WHERE relation = 'renamed' GROUP BY department_id HAVING count(DISTINCT successor_id) = 1
), walk AS (
    SELECT department_id, department_id AS lineage_id, 0 AS steps FROM main.department
    UNION ALL
    SELECT w.department_id, r.successor_id, w.steps + 1 FROM walk w JOIN renaming r ON r.department_id = w.lineage_id WHERE w.steps < 8
)
SELECT w.department_id, p.name AS department, arg_max(w.lineage_id, w.steps) AS lineage_id,
       (SELECT name FROM main.department l WHERE l.department_id = arg_max(w.lineage_id, w.steps)) AS lineage_name
FROM walk w JOIN main.department p USING (department_id)
GROUP BY w.department_id, p.name;
COMMENT ON VIEW main.department_lineage IS '部门今名：按更名追到最近的名称（合并的不算） | every body and what it is called today, through renamings only';
