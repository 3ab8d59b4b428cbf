"""项目支出绩效自评表: rates, weights, scores."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP

_SOURCE = "《项目支出绩效评价管理办法》（财预〔2020〕10号）"
_LABEL = "'《项目支出绩效表》' || coalesce(p.project_name, '第' || p.project_no || '项')"
_LIVE = "SELECT document_id FROM performance_project JOIN x_document USING (document_id)"

RULES: tuple[Rule, ...] = (
    Rule(
        id="PERFORMANCE-RATE",
        family="performance",
        severity="warning",
        title="绩效自评表执行率等于执行数除以预算数",
        expected="执行率＝全年执行数÷全年（调整后）预算数×100%",
        source=_SOURCE,
        remedy=LOOK_UP,
        reads=("performance_project",),
        kind="ratio",
        sql=f"""SELECT p.document_id, 'rate|' || p.project_no || '|' || p.fund_source AS group_key, {_LABEL} AS label,
                 greatest(-1e15, least(1e15, executed_yuan::DOUBLE / coalesce(budget_adjusted_yuan, budget_initial_yuan)::DOUBLE * 100))::DECIMAL(24,2) AS expected,
                 execution_rate::DECIMAL(24,2) AS observed,
                 -- How precisely the rate is printed is not kept; anything from whole percents on is a fair rounding.
                 (CASE WHEN execution_rate = round(execution_rate) THEN 0.5 WHEN execution_rate = round(execution_rate, 1) THEN 0.05 ELSE 0.005 END
                   + 0.005 + 100 * 100.0 / coalesce(budget_adjusted_yuan, budget_initial_yuan)::DOUBLE)::DECIMAL(24,6) AS tolerance,
                 (CASE WHEN execution_rate = round(execution_rate) THEN 0.5 WHEN execution_rate = round(execution_rate, 1) THEN 0.05 ELSE 0.005 END)::DECIMAL(24,6) AS slack,
                 []::VARCHAR[] AS ids, '%' AS unit
          FROM performance_project p JOIN x_document USING (document_id)
          WHERE executed_yuan IS NOT NULL AND execution_rate IS NOT NULL AND coalesce(budget_adjusted_yuan, budget_initial_yuan) > 0""",
        applies=_LIVE
        + " WHERE execution_rate IS NOT NULL AND executed_yuan IS NOT NULL AND coalesce(budget_adjusted_yuan, budget_initial_yuan) > 0",
    ),
    Rule(
        id="PERFORMANCE-EXECUTED",
        family="performance",
        severity="warning",
        title="绩效自评表执行数不超过调整后预算数",
        expected="全年执行数≤全年（调整后）预算数",
        source=_SOURCE,
        remedy=LOOK_UP,
        reads=("performance_project",),
        kind="bound",
        sql=f"""SELECT p.document_id, 'executed|' || p.project_no || '|' || p.fund_source AS group_key, {_LABEL} AS label,
                 budget_adjusted_yuan AS expected, executed_yuan AS observed, 100 AS tolerance, []::VARCHAR[] AS ids,
                 coalesce(p.published_unit, '元') AS unit
          FROM performance_project p JOIN x_document USING (document_id)
          WHERE executed_yuan IS NOT NULL AND budget_adjusted_yuan IS NOT NULL""",
        applies=_LIVE + " WHERE executed_yuan IS NOT NULL AND budget_adjusted_yuan IS NOT NULL",
    ),
    Rule(
        id="PERFORMANCE-SCORE",
        family="performance",
        severity="warning",
        title="绩效自评表总分等于预算执行得分与各指标得分之和",
        expected="总分＝预算执行率得分＋各三级指标得分之和",
        source=_SOURCE,
        remedy=LOOK_UP,
        reads=("performance_project", "performance_indicator"),
        sql=f"""WITH i AS (SELECT document_id, project_no, sum(score) AS score, count(*) AS n, count(score) AS scored, sum(weight) AS weight
                   FROM performance_indicator JOIN x_document USING (document_id) GROUP BY ALL),
          -- The rate's own score stands in the row of the whole budget, not of its sources.
          p AS (SELECT document_id, project_no, any_value(project_name) AS project_name, max(total_score) AS total_score,
                       max(score) AS score, max(weight) AS weight
                FROM performance_project JOIN x_document USING (document_id) GROUP BY ALL)
          SELECT p.document_id, 'score|' || p.project_no AS group_key, {_LABEL} AS label,
                 (i.score + coalesce(p.score, 0))::DECIMAL(24,2) AS expected, p.total_score::DECIMAL(24,2) AS observed,
                 0.005 * (i.n + 2) AS tolerance, []::VARCHAR[] AS ids, '分' AS unit,
                 CASE WHEN i.scored < i.n OR abs(i.weight + coalesce(p.weight, 0) - 100) > 0.005 THEN 'insufficient_data' END AS state
          FROM p JOIN i USING (document_id, project_no) WHERE p.total_score IS NOT NULL AND i.score IS NOT NULL""",
        applies=_LIVE + " WHERE total_score IS NOT NULL",
    ),
    Rule(
        id="PERFORMANCE-WEIGHT",
        family="performance",
        severity="warning",
        title="绩效自评表各指标分值合计为 100 分",
        expected="预算执行率分值＋各三级指标分值＝100（或各指标分值＝100、90）",
        source=_SOURCE,
        remedy=LOOK_UP,
        reads=("performance_project", "performance_indicator"),
        sql=f"""WITH i AS (SELECT document_id, project_no, sum(weight) AS weight, count(*) AS n, count(weight) AS weighed
                   FROM performance_indicator JOIN x_document USING (document_id) GROUP BY ALL),
          p AS (SELECT document_id, project_no, any_value(project_name) AS project_name, max(weight) AS weight
                FROM performance_project JOIN x_document USING (document_id) GROUP BY ALL)
          SELECT p.document_id, 'weight|' || p.project_no AS group_key, {_LABEL} AS label, 100 AS expected,
                 CASE WHEN i.weight IN (100) THEN i.weight ELSE i.weight + coalesce(p.weight, CASE WHEN i.weight = 90 THEN 10 ELSE 0 END) END::DECIMAL(24,2) AS observed,
                 0.005 * i.n AS tolerance, []::VARCHAR[] AS ids, '分' AS unit,
                 -- Twice 100 (or 90) and more: several sets of goals under one name.
                 CASE WHEN i.weighed < i.n OR i.weight >= 180 AND (i.weight % 90 = 0 OR i.weight % 100 = 0) THEN 'insufficient_data' END AS state,
                 CASE WHEN (SELECT d.report_kind FROM x_document d WHERE d.document_id = p.document_id) = 'budget' THEN 'info' END AS severity
          FROM p JOIN i USING (document_id, project_no) WHERE i.weight > 0""",
        applies="SELECT document_id FROM performance_indicator JOIN x_document USING (document_id) WHERE weight IS NOT NULL",
    ),
    Rule(
        id="PERFORMANCE-INDICATOR",
        family="performance",
        severity="warning",
        title="绩效指标得分不超过分值",
        expected="0≤得分≤分值",
        source=_SOURCE,
        remedy=LOOK_UP,
        reads=("performance_indicator",),
        kind="bound",
        sql="""SELECT document_id, 'indicator|' || locator AS group_key, '绩效指标“' || coalesce(level3, '') || '”' AS label,
                 weight::DECIMAL(24,2) AS expected, score::DECIMAL(24,2) AS observed, 0.005 AS tolerance, []::VARCHAR[] AS ids, '分' AS unit
          FROM performance_indicator JOIN x_document USING (document_id) WHERE weight IS NOT NULL AND score IS NOT NULL""",
        applies="SELECT document_id FROM performance_indicator JOIN x_document USING (document_id) WHERE weight IS NOT NULL AND score IS NOT NULL",
    ),
    Rule(
        id="PERFORMANCE-PROJECT",
        family="performance",
        severity="warning",
        title="绩效表的项目预算数与项目支出表同名项目一致",
        expected="绩效表年度资金总额＝项目支出表同名项目金额",
        source=_SOURCE,
        remedy=LOOK_UP,
        reads=("performance_project", "line_item"),
        kind="same",
        sql=f"""WITH p AS (
            SELECT document_id, project_no, project_name, fund_source, coalesce(budget_adjusted_yuan, budget_initial_yuan) AS amount, published_unit,
                   regexp_replace(project_name, '[\\s　“”"（）()《》、，,。.·—_-]', '', 'g') AS name
            FROM performance_project JOIN x_document d USING (document_id) WHERE fund_source = 'total' AND coalesce(budget_adjusted_yuan, budget_initial_yuan) > 0
                 AND d.report_kind = 'budget' QUALIFY count(*) OVER (PARTITION BY document_id, project_name) = 1),
          t AS (
            SELECT *, regexp_replace(item_name, '[\\s　“”"（）()《》、，,。.·—_-]', '', 'g') AS name FROM x_cell
            WHERE form = 'project_expenditure' AND NOT sub AND year = document_year AND measure = 'budget' AND fund IN ('all', 'fiscal_grant')
            QUALIFY count(*) OVER (PARTITION BY document_id, item_name) = 1)
          SELECT p.document_id, 'project|' || p.project_no AS group_key, {_LABEL} || ' 与 ' || t.label AS label, t.amount AS expected, p.amount AS observed,
                 -- Targets are often set on rounded figures: within one unit of 万元 the two are one.
                 t.half + 50 AS tolerance, 10000 AS slack, [t.id] AS ids, coalesce(p.published_unit, t.unit) AS unit,
                 -- One card may hold a project and its parts from above (（省级）, （中央）).
                 CASE WHEN (SELECT count(*) > 1 AND abs(sum(s.amount) - p.amount) <= sum(s.half) + 10000 FROM t s
                            WHERE s.document_id = p.document_id AND starts_with(s.name, p.name)) THEN 'passed' END AS state
          FROM p JOIN t ON t.document_id = p.document_id AND t.name = p.name AND length(t.name) >= 4""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where both name the project alike
    ),
)
