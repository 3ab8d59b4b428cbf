"""Building blocks of rule SQL that several families share."""

from __future__ import annotations

OFFICIAL_FINAL = "《部门决算管理办法》（财库〔2021〕36号）及部门决算报表编审要求"
OFFICIAL_OPEN = "《地方预决算公开操作规程》（财预〔2016〕143号）"
OFFICIAL_THREE = "《党政机关厉行节约反对浪费条例》；《地方预决算公开操作规程》第十条"
TREES = (
    "('income', 'expenditure', 'general_expenditure', 'general_project_expenditure', 'general_basic_expenditure', "
    "'grant_expenditure_detail', 'general_expenditure_detail', 'fund_income_expenditure', 'capital_income_expenditure', "
    "'capital_expenditure', 'project_expenditure')"
)
"""Forms of one list whose rows and columns the readers tie to what they add up into."""
LOOK_UP = "打开原件对照所列单元格：机器读错的用“更正”，公布者原文如此的用“认可”，规则不适用的用“豁免”。"


def sum_of(edges: str, condition: str) -> str:
    """Parent against the sum of its children, over one of the edge tables; `condition` is on the parent ``p``.

    Three things make a mismatch say nothing (``insufficient_data``):

    * a child that could not be read explains a total that is larger than its parts;
    * rows without codes under a total (bodies, projects) may repeat the same money on several levels nobody marked. Where
      they do so evenly, their sum is a whole multiple of the total, and that is an identity as well. Unevenly, the parts are
      more than the total by at least one of them; a total larger than all its parts is wrong whatever the levels are;
    * government forms nest transfers and subsets without marks, forms of no known kind are tied by their looks: there a parent
      must add up only where it does so in other columns (along a row: in other rows), or, short of a total,
      where nearly all of its table does and it names no subset (其中, transfers) below it.
    """
    line = "row_no" if edges == "x_down" else "column_no"
    return f"""WITH family AS (
        SELECT p.id AS pid, p.document_id, p.key, p.label, p.amount, p.half, p.unit, p.unread, p.scope, p.form, p.table_no, p.{line} AS line, p.role, p.row_no, p.item_name,
               any_value(e.how) AS how, any_value(e.doubt) AS doubt, sum(c.amount) AS everything, sum(c.half) AS spread, min(c.amount) FILTER (c.amount > 0) AS least,
               coalesce(min(c.amount), 0) < 0 AS below_zero,
               sum(c.amount) FILTER (c.fc IS NOT NULL OR c.ec IS NOT NULL) AS coded,
               count(*) FILTER (c.fc IS NULL AND c.ec IS NULL) AS uncoded, count(*) FILTER (length(c.fc) = 3) AS classes,
               list(c.id ORDER BY c.row_no, c.column_no, c.id) AS children, list(c.amount) AS amounts,
               list(c.id ORDER BY c.row_no, c.column_no, c.id) FILTER (c.fc IS NOT NULL OR c.ec IS NOT NULL) AS coded_children
        FROM {edges} e JOIN x_item p ON p.id = e.parent JOIN x_item c ON c.id = e.child
        WHERE {condition}
        GROUP BY p.id, p.document_id, p.key, p.label, p.amount, p.half, p.unit, p.unread, p.scope, p.form, p.table_no, p.{line}, p.role, p.row_no, p.item_name
      ), loose AS (
        SELECT *, (how = 'total' OR form = 'other') AND uncoded > 0 AND form NOT IN ('income_expenditure', 'grant_income_expenditure') AS is_loose,
               CASE WHEN amount <> 0 THEN round(least(1e6, greatest(-1e6, everything / amount::DOUBLE)))::INTEGER ELSE 1 END AS folds FROM family
      ), chosen AS (
        SELECT *, CASE WHEN is_loose AND coded IS NOT NULL AND abs(coded - amount) <= half + spread THEN 1
                       WHEN is_loose AND folds BETWEEN 2 AND 6 AND abs(everything - folds * amount) <= folds * half + spread THEN folds
                       ELSE 0 END AS way FROM loose
      ), judged AS (
        SELECT *, way = 0 AND abs(amount - everything) > half + spread AS off,
               amount - everything > half + spread AND NOT below_zero OR everything - amount > half + spread AND least > everything - amount + half + spread
                 AS unnested
        FROM chosen
      ), learnt AS (
        SELECT *, count(*) FILTER (NOT off AND amount <> 0) OVER (PARTITION BY document_id, table_no, line) AS line_held,
               count(*) FILTER (amount <> 0) OVER (PARTITION BY document_id, table_no, line) AS line_all,
               count(*) FILTER (NOT off AND amount <> 0) OVER (PARTITION BY document_id, table_no) AS held,
               count(*) FILTER (amount <> 0) OVER (PARTITION BY document_id, table_no) AS everyone
        FROM judged
      ), subset AS (SELECT DISTINCT document_id, table_no, parent_row_no AS row_no FROM x_cell WHERE sub AND measure IS DISTINCT FROM 'change' AND parent_row_no IS NOT NULL)
      SELECT document_id, key AS group_key, label, amount AS observed, unit,
             CASE way WHEN 0 THEN everything WHEN 1 THEN coded ELSE everything - (way - 1) * amount END AS expected,
             half * greatest(way, 1) + spread AS tolerance,
             [pid] || CASE way WHEN 1 THEN coded_children ELSE children END AS ids,
             CASE WHEN NOT off THEN NULL
                  WHEN coalesce(unread, 0) > 0 AND amount > everything THEN 'insufficient_data'
                  WHEN is_loose AND doubt IS NULL AND scope <> 'government' AND (form <> 'other' OR role IS NOT NULL) THEN CASE WHEN NOT unnested THEN 'insufficient_data' END
                  WHEN (scope = 'government' OR form = 'other') AND NOT (line_held > CASE WHEN scope = 'government' AND role IS NOT NULL THEN 1 ELSE 0 END AND line_held * 2 >= line_all OR role IS NULL AND held >= 4 AND held * 5 >= everyone * 4
                            AND NOT regexp_matches(item_name, '转移性|还本') AND (document_id, table_no, row_no) NOT IN (SELECT (document_id, table_no, row_no) FROM subset))
                       AND doubt IS NULL AND NOT coalesce(x_explained(amount, amounts), false)
                       AND NOT (form <> 'other' AND role IS NOT NULL AND uncoded = 0 AND classes >= 3)
                    THEN 'insufficient_data' END AS state,
             CASE WHEN scope = 'government' OR is_loose THEN 'warning' END AS severity,
             CASE WHEN way > 1 THEN '同一金额分 ' || way || ' 级列示' WHEN coalesce(unread, 0) > 0 THEN '本表有 ' || unread || ' 个金额未读成' END AS note
      FROM learnt"""


def with_form(*forms: str) -> str:
    """Documents with figures in at least one of the forms."""
    names = ", ".join(f"'{form}'" for form in forms)
    return f"SELECT DISTINCT document_id FROM x_form WHERE has_items AND form IN ({names})"


def with_both(first: str, second: str) -> str:
    """Documents with figures in both forms."""
    return f"{with_form(first)} INTERSECT {with_form(second)}"


NARRATIVE = "SELECT DISTINCT document_id FROM x_item WHERE form = 'narrative'"


def same_total(left: str, right: str, *, body: bool = True, carried: str = "") -> str:
    """Two headline figures that are one number: for each figure of `right` the nearest of `left`, in paired tables.

    `left` and `right` are conditions on ``x_head``. Where a document holds several tables of a form, they are paired in
    order, and a disagreement then only says that the pairing is not certain. carried: a fund of which the table of `right`
    may list what was granted this year only: then it is short of `left` by what was carried over, as printed beside `left`;
    where that is printed for all funds together, nobody can tell how much of it is this one's.
    """
    opening = """coalesce((SELECT sum(o.amount) FROM x_cell o WHERE o.document_id = h.document_id AND o.table_no = h.table_no AND o.role = 'opening'
          AND o.fund = '{fund}' AND o.measure = h.measure AND o.year = h.year AND NOT o.sub), 0)"""
    own, lumped = (opening.format(fund=fund) if carried else "0" for fund in (carried, "fiscal_grant"))
    return f"""WITH h AS (SELECT * FROM x_head WHERE {left}), r AS (SELECT * FROM x_head WHERE {right}),
      whole AS (SELECT *, amount AS full_amount, {own} AS own, {lumped} AS lumped FROM h),
      l AS (SELECT * FROM whole UNION ALL
            SELECT * REPLACE (amount - coalesce(nullif(own, 0), lumped) AS amount, label || '（减上年结转）' AS label) FROM whole WHERE own > 0 OR lumped > 0),
      pair AS (
        SELECT r.document_id, r.key, r.label, r.id, r.amount, r.half, r.unit, r.n, r.table_no, l.id AS lid, l.amount AS lamount,
               l.half AS lhalf, l.label AS llabel, l.own = 0 AND r.amount < l.full_amount AND l.full_amount - r.amount <= l.lumped AS unsplit,
               row_number() OVER (PARTITION BY r.id ORDER BY abs(l.amount - r.amount), l.id, l.amount DESC) AS k
        FROM r JOIN l ON l.document_id = r.document_id AND l.measure = r.measure AND l.year = r.year
             AND l.nth = r.nth AND l.n = r.n {"AND l.body = r.body" if body else ""} AND l.id <> r.id
      )
      SELECT document_id, key AS group_key, label || ' 与 ' || llabel AS label, lamount AS expected, amount AS observed,
             half + lhalf AS tolerance, CASE WHEN half <> lhalf THEN greatest(half, lhalf) END AS slack, [id, lid] AS ids, unit,
             CASE WHEN (n > 1 OR unsplit) AND abs(lamount - amount) > half + lhalf THEN 'insufficient_data' END AS state,
             CASE WHEN n > 1 THEN '文件中同类表不止一张，按次序配对' WHEN unsplit AND abs(lamount - amount) > half + lhalf THEN '上年结转未按资金分列' END AS note
      FROM pair WHERE k = 1"""
