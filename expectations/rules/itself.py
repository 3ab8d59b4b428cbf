"""The 情况说明 against reason: what no figures of a body can be, whatever the tables say."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_OPEN

_READS = ("line_item", "form_instance")
_PROCUREMENT = "《政府采购促进中小企业发展管理办法》（财库〔2020〕46号）：预留份额、授予合同金额是采购总额的一部分"

# A figure of the prose that means one thing in its section: told once.
_ONE = """SELECT *, coalesce(fc, ec, item) AS what FROM x_item WHERE form = 'narrative' AND (NOT sub OR measure = 'change') AND scope <> 'government'
          QUALIFY count(*) OVER (PARTITION BY document_id, coalesce(fc, ec, item), component, fund, flow, measure, year, section) = 1"""

_INCOME = "('财政拨款收入', '上级补助收入', '事业收入', '经营收入', '附属单位上缴收入', '其他收入')"

# Part and whole of one kind of money; a part that is told beside its whole cannot exceed it.
_WITHIN = """(VALUES
  ('面向中小企业预留政府采购预算', '政府采购支出总额'), ('面向小微企业预留政府采购预算', '面向中小企业预留政府采购预算'),
  ('授予中小企业合同金额', '政府采购支出总额'), ('授予小微企业合同金额', '授予中小企业合同金额')) pair(part, whole)"""

RULES: tuple[Rule, ...] = (
    Rule(
        id="PROSE-PRIOR",
        family="prose",
        severity="warning",
        title="正文所述增加额不超过本年数",
        expected="增加额≤本年数（上年数不为负）",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="bound",
        sql=f"""WITH one AS ({_ONE})
          SELECT c.document_id, c.key || '@' || coalesce(c.section, '') AS group_key, c.label || '增加额（应不超过本年数）' AS label, a.amount AS expected, c.amount AS observed,
                 a.half + c.half AS tolerance, [c.id, a.id] AS ids, c.unit
          FROM one c JOIN one a ON a.document_id = c.document_id AND a.what = c.what AND a.component = c.component AND a.fund = c.fund
               AND a.flow = c.flow AND a.section IS NOT DISTINCT FROM c.section AND a.year = c.year
               AND a.measure = CASE a.kind WHEN 'final_account' THEN 'final' ELSE 'budget' END
          WHERE c.measure = 'change' AND a.flow <> 'balance' AND a.amount >= 0""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where both are told
    ),
    Rule(
        id="PROSE-SIDES",
        family="prose",
        severity="warning",
        title="收入总额与支出总额相等的，两者的增减额也相等",
        expected="收入总计增减额＝支出总计增减额（上年收支总计也相等）",
        source=OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="same",
        sql=f"""WITH one AS ({_ONE}),
          told AS (
            SELECT c.*, a.amount AS whole, a.half AS spread FROM one c
            JOIN one a ON a.document_id = c.document_id AND a.what = c.what AND a.fund = c.fund AND a.flow = c.flow AND a.component = c.component
                 AND a.section IS NOT DISTINCT FROM c.section AND a.year = c.year
                 AND a.measure = CASE a.kind WHEN 'final_account' THEN 'final' ELSE 'budget' END
            WHERE c.measure = 'change' AND c.item = '总计' AND c.component = 'total')
          SELECT e.document_id, e.key AS group_key, e.label || ' 与 ' || i.label AS label, i.amount AS expected, e.amount AS observed,
                 i.half + e.half AS tolerance, CASE WHEN i.half <> e.half THEN greatest(i.half, e.half) END AS slack, [e.id, i.id] AS ids, e.unit,
                 CASE WHEN i.amount * e.amount >= 0 THEN 'info' END AS severity
          FROM told e JOIN told i ON i.document_id = e.document_id AND i.flow = 'income' AND e.flow = 'expenditure' AND i.fund = e.fund
               AND i.section IS NOT DISTINCT FROM e.section AND i.year = e.year
          WHERE abs(i.whole - e.whole) <= i.spread + e.spread""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where both sides are told with their changes
    ),
    Rule(
        id="PROSE-WITHIN",
        family="prose",
        severity="warning",
        title="正文所述的一部分不超过其整体（采购预留与授予合同、各项收入）",
        expected="预留、授予中小企业的≤采购总额；小微企业的≤中小企业的；各项收入之和≤收入总额",
        source=_PROCUREMENT + "；" + OFFICIAL_OPEN,
        remedy=LOOK_UP,
        reads=_READS,
        kind="bound",
        sql=f"""WITH n AS (
            SELECT * FROM x_item WHERE form = 'narrative' AND fc IS NULL AND ec IS NULL AND scope <> 'government' AND year = document_year
                   AND measure = CASE kind WHEN 'final_account' THEN 'final' ELSE 'budget' END
            QUALIFY count(*) OVER (PARTITION BY document_id, item, flow, section) = 1)
          SELECT p.document_id, p.key || '@' || coalesce(p.section, '') AS group_key, p.label || ' 与 ' || w.label AS label, w.amount AS expected,
                 p.amount AS observed, w.half + p.half AS tolerance, [p.id, w.id] AS ids, p.unit
          FROM n p JOIN {_WITHIN} ON pair.part = p.item
               JOIN n w ON w.document_id = p.document_id AND w.item = pair.whole AND w.section IS NOT DISTINCT FROM p.section
          UNION ALL BY NAME
          SELECT w.document_id, 'income|' || w.key || '@' || coalesce(w.section, '') AS group_key, w.label || ' 与所列各项收入' AS label, w.amount AS expected,
                 sum(p.amount) AS observed, w.half + sum(p.half) AS tolerance, [w.id] || list(p.id ORDER BY p.place) AS ids, w.unit
          FROM n w JOIN n p ON p.document_id = w.document_id AND p.section IS NOT DISTINCT FROM w.section AND p.flow = 'income' AND p.item IN {_INCOME}
               AND p.fund = 'all' AND NOT p.sub
          WHERE NOT w.sub AND w.flow = 'income' AND w.fund = 'all' AND w.component = 'total' AND w.item IN ('总计', '本年收入合计')
          GROUP BY w.document_id, w.key, w.section, w.label, w.amount, w.half, w.id, w.unit HAVING count(*) > 1""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where part and whole stand under one heading
    ),
    Rule(
        id="PROSE-GOALS",
        family="prose",
        severity="info",
        title="设置绩效目标的项目资金不超过项目支出",
        expected="绩效目标管理（编报绩效目标）涉及的项目资金≤项目支出（另有部门代编、转移支付的除外）",
        source="《项目支出绩效评价管理办法》（财预〔2020〕10号）；《预算法》第三十二条",
        remedy="对照支出表：项目资金含对下级转移支付或部门代编项目的，无需处理。",
        reads=_READS,
        kind="bound",
        sql="""WITH g AS (
            SELECT * FROM x_item WHERE form = 'narrative' AND item IN ('绩效目标管理项目资金', '编报绩效目标项目资金') AND kind = 'budget'
                   AND measure = 'budget' AND year = document_year AND scope <> 'government' AND amount > 0
            QUALIFY row_number() OVER (PARTITION BY document_id, item ORDER BY place) = 1),
          p AS (
            SELECT * FROM x_head WHERE form = 'expenditure' AND component = 'project' AND n = 1 AND body = '' AND fund = 'all' AND measure = 'budget'
                   AND year = document_year AND alone)
          SELECT g.document_id, g.key AS group_key, g.label || ' 与 ' || p.label AS label, p.amount AS expected, g.amount AS observed,
                 p.half + g.half AS tolerance, [g.id, p.id] AS ids, g.unit,
                 -- A difference of one digit, or of the unit alone, is a misprint or a misreading, however large.
                 CASE WHEN x_alike(g.amount, p.amount) OR abs(g.amount / nullif(p.amount, 0)::DOUBLE) IN (10000, 1000, 100, 10) THEN 'warning' END AS severity
          FROM g JOIN p ON p.document_id = g.document_id""",
        applies="""SELECT document_id FROM x_item WHERE form = 'narrative' AND item IN ('绩效目标管理项目资金', '编报绩效目标项目资金') AND kind = 'budget'
            AND scope <> 'government' INTERSECT SELECT document_id FROM x_head WHERE form = 'expenditure' AND component = 'project' AND n = 1""",
    ),
)
