"""Government debt: what was owed, borrowed, repaid and is owed, and the ceiling the legislature set."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP

_SOURCE = "《预算法》第三十五条；《地方政府债务信息公开办法（试行）》（财预〔2018〕209号）附表"
_READS = ("line_item",)

# The numbered rows of the official debt forms; 其中 and 债券 rows below them are parts.
_ROWS = """SELECT *, regexp_extract(item_name, '一般|专项') AS purse,
         CASE WHEN regexp_matches(item_name, '限额') THEN 'limit'
              WHEN regexp_matches(item_name, '年末.*债务余额') THEN 'owed'
              WHEN regexp_matches(item_name, '债[务券](发行|举借)') THEN 'borrowed'
              WHEN regexp_matches(item_name, '债务还本') THEN 'repaid' END AS part
  FROM x_cell WHERE form = 'other' AND NOT sub AND regexp_matches(item_name, '^(附：|[一二三四五六七八九十]+[、：.])')
       AND regexp_matches(item_name, '债[务券]') AND NOT regexp_matches(item_name, '新增|利息|付息')
  QUALIFY count(*) OVER (PARTITION BY document_id, table_no, column_no, body, part, purse, year) = 1"""


def _slip(printed: str, due: str) -> str:
    """Whether one digit or the point tells what is printed from what would make the sum hold (``x_slip``, for the short
    figures of these forms too: their structure is known)."""
    left, right = f"rtrim(x_cents({printed}), '0')", f"rtrim(x_cents({due}), '0')"
    return f"""(x_slip({printed}, {due}) OR {printed} <> {due} AND ({printed} < 0) = ({due} < 0) AND length({left}) >= 3 AND length({right}) >= 3
        AND ({left} = {right} OR greatest(length({left}), length({right})) >= 4 AND damerau_levenshtein({left}, {right}) <= 1))"""


_ROLLED = "SELECT c.document_id FROM ({rows}) c WHERE c.part = 'repaid'"

RULES: tuple[Rule, ...] = (
    Rule(
        id="DEBT-CLOSURE",
        family="debt",
        severity="info",
        title="政府债务年末余额等于上年末余额加发行额减还本额",
        expected="年末余额＝上年末余额＋当年发行（举借）额－当年还本额（外债汇率变动、或有债务转化、核销另计）",
        source=_SOURCE,
        remedy="对照原件：差额为汇率变动、债务转化等的无需处理；一位数字之差的是印错或读错：读错的“更正”，公布者原文如此的“认可”。",
        reads=_READS,
        sql=f"""WITH r AS ({_ROWS})
          SELECT c.document_id, c.key || '|' || c.column_no AS group_key, c.label, o.amount + b.amount - p.amount AS expected, c.amount AS observed,
                 c.half + o.half + b.half + p.half AS tolerance, [c.id, o.id, b.id, p.id] AS ids, c.unit,
                 -- Debts are converted, and foreign ones revalued (some ten thousandths of the whole), so the sum may fail; that one
                 -- digit would make it hold is no chance.
                 CASE WHEN abs(c.amount - o.amount - b.amount + p.amount) * 1000 <= abs(c.amount) THEN NULL
                      WHEN {_slip("c.amount", "o.amount + b.amount - p.amount")} OR {_slip("o.amount", "c.amount - b.amount + p.amount")}
                        OR {_slip("b.amount", "c.amount - o.amount + p.amount")} OR {_slip("p.amount", "o.amount + b.amount - c.amount")}
                        OR c.amount < 0 OR o.amount < 0 OR b.amount < 0 OR p.amount < 0 THEN 'warning' END AS severity,
                 '差额也可能来自外债汇率变动、或有债务转化' AS note
          FROM r c JOIN r o ON o.document_id = c.document_id AND o.table_no = c.table_no AND o.column_no = c.column_no AND o.body = c.body
                        AND o.purse = c.purse AND o.part = 'owed' AND o.year = c.year - 1
                   JOIN r b ON b.document_id = c.document_id AND b.table_no = c.table_no AND b.column_no = c.column_no AND b.body = c.body
                        AND b.purse = c.purse AND b.part = 'borrowed' AND b.year = c.year
                   JOIN r p ON p.document_id = c.document_id AND p.table_no = c.table_no AND p.column_no = c.column_no AND p.body = c.body
                        AND p.purse = c.purse AND p.part = 'repaid' AND p.year = c.year
          WHERE c.part = 'owed'""",
        applies=_ROLLED.format(rows=_ROWS),
    ),
    Rule(
        id="DEBT-LIMIT",
        family="debt",
        severity="warning",
        title="政府债务年末余额不超过限额",
        expected="年末余额≤同年债务限额（一般、专项各自）",
        source="《预算法》第三十五条：举借债务的规模不得突破批准的限额",
        remedy=LOOK_UP,
        reads=_READS,
        kind="bound",
        sql=f"""WITH r AS ({_ROWS})
          SELECT c.document_id, c.key || '|' || c.column_no AS group_key, c.label || ' 与 ' || l.label AS label, l.amount AS expected, c.amount AS observed,
                 c.half + l.half AS tolerance, [c.id, l.id] AS ids, c.unit
          FROM r c JOIN r l ON l.document_id = c.document_id AND l.table_no = c.table_no AND l.body = c.body AND l.purse = c.purse AND l.part = 'limit'
               AND l.year = c.year
               -- The official form prints the ceiling among the budgeted, the balance among the executed figures.
               AND (l.column_no = c.column_no OR regexp_matches(coalesce(l.column_label, ''), '预算数') AND regexp_matches(coalesce(c.column_label, ''), '执行数'))
          WHERE c.part = 'owed'
          QUALIFY row_number() OVER (PARTITION BY c.id ORDER BY l.column_no <> c.column_no, l.id) = 1""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where balance and ceiling stand in one table
    ),
    Rule(
        id="DEBT-PARTS",
        family="debt",
        severity="warning",
        title="政府债务余额表上年末余额、发行额、还本额、年末余额四项都列出",
        expected="列有其中三项的，第四项也列出",
        source=_SOURCE,
        remedy="对照原件：漏读一行或一格的报告给维护者；公布者未列的“认可”。",
        reads=_READS,
        kind="report",
        sql=f"""WITH r AS ({_ROWS}),
          -- The balance of the end of the year before counts for the year.
          year AS (SELECT DISTINCT document_id, table_no, column_no, body, purse, year FROM r WHERE part IN ('borrowed', 'repaid')),
          told AS (
            SELECT y.*, r.id, r.label, r.row_no, CASE WHEN r.part = 'owed' AND r.year = y.year - 1 THEN 'opening' ELSE r.part END AS part
            FROM year y JOIN r ON r.document_id = y.document_id AND r.table_no = y.table_no AND r.column_no = y.column_no AND r.body = y.body
                 AND r.purse = y.purse AND (r.year = y.year AND r.part IN ('owed', 'borrowed', 'repaid') OR r.year = y.year - 1 AND r.part = 'owed'))
          SELECT document_id, 'debt|' || table_no || '|' || column_no || '|' || body || '|' || purse || '|' || year AS group_key, min_by(label, row_no) AS label,
                 CASE count(*) WHEN 4 THEN 'passed' ELSE 'failed' END AS state, '四项' AS expected_text, count(*) || ' 项' AS observed_text,
                 list(id ORDER BY row_no) AS ids
          FROM told GROUP BY document_id, table_no, column_no, body, purse, year HAVING count(*) IN (3, 4) AND count(DISTINCT part) = count(*)""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where at least three of the four are told
    ),
)
