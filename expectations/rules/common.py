"""Building blocks of rule SQL that several families share."""

from __future__ import annotations

OFFICIAL_FINAL = "《部门决算管理办法》（财库〔2021〕36号）及部门决算报表编审要求"
OFFICIAL_BUDGET = "《预算法》第三十二条、第四十六条；部门预算编制要求"
OFFICIAL_OPEN = "《地方预决算公开操作规程》（财预〔2016〕143号）"
OFFICIAL_THREE = "《党政机关厉行节约反对浪费条例》；《地方预决算公开操作规程》第十条"
LOOK_UP = "打开原件对照所列单元格：机器读错的用“更正”，公布者原文如此的用“认可”，规则不适用的用“豁免”。"

# A child the reader could not read explains a total that is larger than its parts, and nothing else.
UNREAD = "CASE WHEN coalesce(p.unread, 0) > 0 AND p.amount - sum(c.amount) > p.half + sum(c.half) THEN 'insufficient_data' END"


def sum_of(edges: str, condition: str) -> str:
    """Parent against the sum of its children, over one of the edge tables; `condition` is on the parent ``p``."""
    return f"""SELECT p.document_id, p.key AS group_key, p.label, sum(c.amount) AS expected, p.amount AS observed,
           p.half + sum(c.half) AS tolerance, [p.id] || list(c.id ORDER BY c.row_no, c.column_no) AS ids, p.unit, {UNREAD} AS state,
           CASE WHEN coalesce(p.unread, 0) > 0 THEN '本表有 ' || p.unread || ' 个金额未读成' END AS note
      FROM {edges} e JOIN x_item p ON p.id = e.parent JOIN x_item c ON c.id = e.child
      WHERE {condition}
      GROUP BY p.document_id, p.key, p.label, p.amount, p.half, p.id, p.unit, p.unread"""


def with_form(*forms: str) -> str:
    """Documents with figures in at least one of the forms."""
    names = ", ".join(f"'{form}'" for form in forms)
    return f"SELECT DISTINCT document_id FROM x_form WHERE has_items AND form IN ({names})"


def with_both(first: str, second: str) -> str:
    """Documents with figures in both forms."""
    return f"{with_form(first)} INTERSECT {with_form(second)}"


NARRATIVE = "SELECT DISTINCT document_id FROM x_item WHERE form = 'narrative'"


def same_total(left: str, right: str, *, body: bool = True) -> str:
    """Two headline figures that are one number: for each figure of `right` the nearest of `left`, in paired tables.

    `left` and `right` are conditions on ``x_head``. Where a document holds several tables of a form, they are paired in
    order, and a disagreement then only says that the pairing is not certain.
    """
    return f"""WITH l AS (SELECT * FROM x_head WHERE {left}), r AS (SELECT * FROM x_head WHERE {right}),
      pair AS (
        SELECT r.document_id, r.key, r.label, r.id, r.amount, r.half, r.unit, r.n, r.table_no, l.id AS lid, l.amount AS lamount,
               l.half AS lhalf, l.label AS llabel,
               row_number() OVER (PARTITION BY r.id ORDER BY abs(l.amount - r.amount), l.id) AS k
        FROM r JOIN l ON l.document_id = r.document_id AND l.measure = r.measure AND l.year = r.year
             AND l.nth = r.nth AND l.n = r.n {"AND l.body = r.body" if body else ""} AND l.id <> r.id
      )
      SELECT document_id, key AS group_key, label || ' 与 ' || llabel AS label, lamount AS expected, amount AS observed,
             half + lhalf AS tolerance, CASE WHEN half <> lhalf THEN greatest(half, lhalf) END AS slack, [id, lid] AS ids, unit,
             CASE WHEN n > 1 AND abs(lamount - amount) > half + lhalf THEN 'insufficient_data' END AS state,
             CASE WHEN n > 1 THEN '文件中同类表不止一张，按次序配对' END AS note
      FROM pair WHERE k = 1"""
