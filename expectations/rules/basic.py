"""基本支出 by economic classification, and “三公” with its parts."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, OFFICIAL_THREE

_READS = ("line_item", "form_instance")
_FORM = "general_basic_expenditure"
_PERSONNEL = "'301', '303'"
_OPERATION = "'302', '307', '309', '310', '311', '312', '313', '399'"


def _use(identifier: str, component: str, zh: str, codes: str, expected: str) -> Rule:
    """人员经费 or 公用经费 against its economic classes, as rows under one column or as a column of its own."""
    return Rule(
        id=identifier,
        family="basic",
        severity="error",
        title=f"基本支出表{zh}合计等于所含经济分类各类之和",
        expected=expected,
        source="《政府收支分类科目》部门预算支出经济分类；" + OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql=f"""WITH class AS (
            SELECT * FROM x_cell WHERE form = '{_FORM}' AND fc IS NULL AND length(ec) = 3 AND NOT sub AND ec LIKE '3%'),
          own AS (SELECT DISTINCT document_id, table_no FROM class WHERE component = '{component}'),
          p AS (SELECT * FROM x_cell WHERE form = '{_FORM}' AND component = '{component}' AND ec IS NULL AND fc IS NULL AND NOT sub
                AND id NOT IN (SELECT parent FROM x_down)
                QUALIFY count(*) OVER (PARTITION BY document_id, table_no, body, measure, year) = 1)
          SELECT p.document_id, p.key AS group_key, p.label, sum(c.amount) AS expected, p.amount AS observed,
                 p.half + sum(c.half) AS tolerance, [p.id] || list(c.id ORDER BY c.row_no, c.column_no, c.id) AS ids, p.unit,
                 CASE WHEN p.unread > 0 AND p.amount - sum(c.amount) > p.half + sum(c.half) THEN 'insufficient_data' END AS state
          FROM p JOIN class c ON c.document_id = p.document_id AND c.table_no = p.table_no AND c.body = p.body
               AND c.measure = p.measure AND c.year = p.year
               AND CASE WHEN (p.document_id, p.table_no) IN (SELECT (document_id, table_no) FROM own) THEN c.component = '{component}'
                        ELSE c.component IN ('total', 'basic') AND c.ec IN ({codes}) END
          GROUP BY p.document_id, p.key, p.label, p.amount, p.half, p.id, p.unit, p.unread""",
        applies=f"SELECT document_id FROM x_cell WHERE form = '{_FORM}' AND component = '{component}' AND ec IS NULL AND id NOT IN (SELECT parent FROM x_down)",
    )


_WHOLE = f"""(SELECT * FROM x_cell WHERE form = '{_FORM}' AND component IN ('basic', 'total') AND ec IS NULL AND fc IS NULL
              AND NOT sub AND (level = 'total' OR item = '基本支出')
              QUALIFY count(*) OVER (PARTITION BY document_id, table_no, body, measure, year) = 1)"""

_THREE_PARTS = "('overseas', 'vehicle', 'reception')"


def _three(identifier: str, title: str, expected: str, whole: str, parts: str, least: int) -> Rule:
    return Rule(
        id=identifier,
        family="basic",
        severity="error",
        title=title,
        expected=expected,
        source=OFFICIAL_THREE,
        remedy=LOOK_UP,
        reads=_READS,
        sql=f"""WITH c AS (
            SELECT *, CASE WHEN layout = 'row' THEN 'c' || column_no ELSE 'r' || row_no END AS line
            FROM (SELECT *, CASE WHEN count(DISTINCT component) OVER (PARTITION BY document_id, table_no, row_no) > 1
                                 THEN 'column' ELSE 'row' END AS layout
                  FROM x_cell WHERE form = 'three_public' AND NOT sub)),
          p AS (SELECT * FROM c WHERE component = '{whole}' AND item NOT IN ('机关运行经费', '会议费', '培训费')
                -- Down a list, 行政经费 may stand above “三公”: only what says 三公, or the total, is their whole.
                AND (component <> 'total' OR layout = 'column' OR regexp_matches(item_name, '三公|合计|总计|小计|总额'))),
          parts AS (SELECT * FROM c WHERE component IN {parts}
                    QUALIFY count(*) OVER (PARTITION BY document_id, table_no, line, measure, year, body, component) = 1)
          SELECT p.document_id, p.key AS group_key, p.label, sum(q.amount) AS expected, p.amount AS observed,
                 p.half + sum(q.half) AS tolerance, [p.id] || list(q.id ORDER BY q.row_no, q.column_no) AS ids, p.unit,
                 -- Three parts make “三公”, two make the vehicles: one that is not listed is nought.
                 CASE WHEN count(*) < {least} THEN 'warning' END AS severity
          FROM p JOIN parts q ON q.document_id = p.document_id AND q.table_no = p.table_no AND q.line = p.line
               AND q.measure = p.measure AND q.year = p.year AND q.body = p.body
          GROUP BY p.document_id, p.table_no, p.key, p.label, p.amount, p.half, p.id, p.unit""",
        applies=f"""SELECT document_id FROM x_cell WHERE form = 'three_public' GROUP BY document_id
          HAVING bool_or(component = '{whole}') AND bool_or(component IN {parts})""",
    )


RULES: tuple[Rule, ...] = (
    _use("BASIC-PERSONNEL", "personnel", "人员经费", _PERSONNEL, "人员经费＝301 工资福利支出＋303 对个人和家庭的补助"),
    _use(
        "BASIC-OPERATION",
        "operation",
        "公用经费",
        _OPERATION,
        "公用经费＝302 商品和服务支出＋307＋309＋310 资本性支出＋311＋312＋313＋399",
    ),
    Rule(
        id="BASIC-CLASSES",
        family="basic",
        severity="error",
        title="基本支出合计等于经济分类各类之和",
        expected="基本支出＝301＋302＋303＋307＋309＋310＋……",
        source="《政府收支分类科目》部门预算支出经济分类",
        remedy=LOOK_UP,
        reads=_READS,
        sql=f"""WITH p AS {_WHOLE}
          SELECT p.document_id, p.key AS group_key, p.label, sum(c.amount) AS expected, p.amount AS observed,
                 p.half + sum(c.half) AS tolerance, [p.id] || list(c.id ORDER BY c.row_no, c.column_no, c.id) AS ids, p.unit,
                 CASE WHEN p.unread > 0 AND p.amount - sum(c.amount) > p.half + sum(c.half) THEN 'insufficient_data' END AS state
          FROM p JOIN x_cell c ON c.document_id = p.document_id AND c.table_no = p.table_no AND c.body = p.body
               AND c.measure = p.measure AND c.year = p.year AND NOT c.sub AND c.fc IS NULL AND length(c.ec) = 3 AND c.ec LIKE '3%'
               AND c.component IN ('basic', 'total')
          WHERE p.id NOT IN (SELECT parent FROM x_down)
          GROUP BY p.document_id, p.key, p.label, p.amount, p.half, p.id, p.unit, p.unread""",
        applies=f"SELECT document_id FROM {_WHOLE} w WHERE id NOT IN (SELECT parent FROM x_down)",
    ),
    Rule(
        id="BASIC-SPLIT",
        family="basic",
        severity="error",
        title="基本支出合计等于人员经费合计与公用经费合计之和",
        expected="基本支出＝人员经费＋公用经费",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql=f"""WITH p AS {_WHOLE}
          SELECT p.document_id, p.key AS group_key, p.label, sum(c.amount) AS expected, p.amount AS observed,
                 p.half + sum(c.half) AS tolerance, [p.id] || list(c.id ORDER BY c.component) AS ids, p.unit
          FROM p JOIN x_cell c ON c.document_id = p.document_id AND c.table_no = p.table_no AND c.body = p.body
               AND c.measure = p.measure AND c.year = p.year AND NOT c.sub AND c.fc IS NULL AND c.ec IS NULL
               AND c.component IN ('personnel', 'operation') AND c.id NOT IN (SELECT child FROM x_across)
          GROUP BY p.document_id, p.key, p.label, p.amount, p.half, p.id, p.unit
          HAVING count(*) = 2 AND count(DISTINCT c.component) = 2""",
        applies=f"""SELECT w.document_id FROM {_WHOLE} w JOIN x_cell c ON c.document_id = w.document_id AND c.table_no = w.table_no
          AND c.ec IS NULL AND c.component IN ('personnel', 'operation') AND c.id NOT IN (SELECT child FROM x_across)
          GROUP BY w.document_id HAVING count(DISTINCT c.component) = 2""",
    ),
    _three(
        "THREE-PUBLIC-SUM",
        "“三公”经费合计等于三项之和",
        "“三公”经费＝因公出国（境）费＋公务用车购置及运行维护费＋公务接待费",
        "total",
        _THREE_PARTS,
        3,
    ),
    _three(
        "THREE-PUBLIC-VEHICLE",
        "公务用车购置及运行维护费等于购置费与运行维护费之和",
        "小计＝公务用车购置费＋公务用车运行维护费",
        "vehicle",
        "('vehicle_purchase', 'vehicle_operation')",
        2,
    ),
    Rule(
        id="THREE-PUBLIC-OVERSPENT",
        family="basic",
        severity="info",
        title="“三公”经费决算不应超过预算",
        expected="决算数≤预算数",
        source=OFFICIAL_THREE,
        remedy="对照原件；确属超支的，由公布者说明原因，“认可”即可。",
        reads=_READS,
        kind="bound",
        sql="""SELECT f.document_id, f.key AS group_key, f.label, b.amount AS expected, f.amount AS observed, b.half + f.half AS tolerance,
                 [f.id, b.id] AS ids, f.unit
          FROM x_cell f JOIN x_cell b ON b.document_id = f.document_id AND b.table_no = f.table_no AND b.component = f.component
               AND b.year = f.year AND b.body = f.body AND b.item = f.item
          WHERE f.form = 'three_public' AND f.measure = 'final' AND b.measure = 'budget' AND f.component = 'total' AND NOT f.sub
                AND NOT b.sub""",
        applies="""SELECT document_id FROM x_cell WHERE form = 'three_public' AND component = 'total' GROUP BY document_id
          HAVING bool_or(measure = 'final') AND bool_or(measure = 'budget')""",
    ),
    Rule(
        id="THREE-PUBLIC-ECONOMIC",
        family="basic",
        severity="info",
        title="基本支出中的因公出国、接待、公务用车科目不应超过“三公”经费对应项",
        expected="30212、30217、30231、31013 ≤ “三公”经费对应项（同一资金、同一口径）",
        source="《政府收支分类科目》经济分类 30212、30217、30231、31013 款说明；" + OFFICIAL_THREE,
        remedy="对照两表；口径确有不同（如非财政拨款开支）的“豁免”。",
        reads=_READS,
        kind="bound",
        sql="""WITH pair(code, component) AS (VALUES ('30212', 'overseas'), ('30217', 'reception'), ('30231', 'vehicle_operation'),
                 ('31013', 'vehicle_purchase'))
          SELECT e.document_id, e.key AS group_key, e.label || ' 与 ' || t.label AS label, t.amount AS expected, e.amount AS observed,
                 e.half + t.half AS tolerance, [e.id, t.id] AS ids, e.unit
          FROM x_cell e JOIN pair ON pair.code = e.ec
               JOIN x_cell t ON t.document_id = e.document_id AND t.form = 'three_public' AND t.component = pair.component
                    AND t.measure = e.measure AND t.year = e.year AND NOT t.sub AND (t.body = '' OR t.level = 'total') AND t.fund IN ('general', 'fiscal_grant')
          WHERE e.form = 'general_basic_expenditure' AND e.n = 1 AND e.fc IS NULL AND NOT e.sub AND e.body = ''
                AND e.component IN ('total', 'operation', 'basic')
          -- The fund of the code's own table first, then the whole grant; of several columns the one of all uses.
          QUALIFY row_number() OVER (PARTITION BY e.document_id, e.table_no, e.ec, e.measure, e.year
                                     ORDER BY t.fund = e.fund DESC, e.component = 'total' DESC, e.component, t.column_no, t.row_no, t.id) = 1""",
        applies="""SELECT e.document_id FROM x_cell e JOIN (VALUES ('30212', 'overseas'), ('30217', 'reception'), ('30231', 'vehicle_operation'),
              ('31013', 'vehicle_purchase')) pair(code, component) ON pair.code = e.ec
            JOIN x_cell t ON t.document_id = e.document_id AND t.form = 'three_public' AND t.component = pair.component AND t.measure = e.measure
                 AND t.year = e.year AND NOT t.sub WHERE e.form = 'general_basic_expenditure' AND e.fc IS NULL AND NOT e.sub AND e.body = ''""",
    ),
)
