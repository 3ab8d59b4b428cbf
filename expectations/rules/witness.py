"""What another place of the same document says about a figure: its name, its year, its unit, its neighbour.

These are no identities of a form: a figure that agrees is not confirmed by them. They tell where two places cannot both be
right, and where one mistake (rows exchanged, a unit, a sign, last year's sentence) explains the difference to the last place.
"""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, OFFICIAL_OPEN

_READS = ("line_item", "form_instance")
_NOWHERE = "SELECT document_id FROM x_item WHERE false"
_ALWAYS = (
    "('总计', '本年收入合计', '本年支出合计', '基本支出', '项目支出', '机关运行经费', '政府采购支出总额', '“三公”经费合计', '财政拨款支出', "
    "'一般公共预算财政拨款支出', '政府性基金预算财政拨款支出', '国有资本经营预算财政拨款支出')"
)

# Parts without codes of one whole, where the sum of the whole is not held strictly (projects on several levels).
_PARTS = """SELECT p.id AS pid, p.document_id, p.table_no, p.key, p.label, p.amount AS whole, p.half AS phalf, p.unit, c.id, c.item_name, c.amount, c.half, c.row_no,
         c.column_no, c.label AS part, sum(c.amount) OVER w AS everything, sum(c.half) OVER w AS spread, min(c.amount) OVER w AS least,
         lead(c.row_no) OVER w2 AS next_row, lead(c.item_name) OVER w2 AS next_name, lead(c.amount) OVER w2 AS next_amount, lead(c.id) OVER w2 AS next_id
  FROM x_down e JOIN x_cell p ON p.id = e.parent JOIN x_cell c ON c.id = e.child
  WHERE p.form = 'project_expenditure' AND p.scope <> 'government' AND c.fc IS NULL AND c.ec IS NULL AND NOT p.sub
  WINDOW w AS (PARTITION BY p.id), w2 AS (PARTITION BY p.id ORDER BY c.row_no, c.id)"""

# The same money may be listed on several levels nobody marked: the parts are then a multiple of the whole.
_FOLDS = "(VALUES (1), (2), (3), (4), (5), (6)) folds(k)"
_OFF = "whole > 0 AND amount < whole AND list_min(list_transform(range(1, 7), lambda f: abs(everything - f * whole))) > spread + 6 * phalf"


def _witness(
    identifier: str,
    title: str,
    expected: str,
    sql: str,
    *,
    kind: str = "report",
    source: str = OFFICIAL_FINAL,
    applies: str = _NOWHERE,
) -> Rule:
    return Rule(
        id=identifier,
        family="witness",
        severity="warning",
        title=title,
        expected=expected,
        source=source,
        remedy=LOOK_UP,
        reads=_READS,
        kind=kind,  # type: ignore[arg-type]
        sql=sql,
        applies=applies,
    )


RULES: tuple[Rule, ...] = (
    _witness(
        "PART-OVER",
        "没有负数的各行，每一行不超过合计",
        "项目金额≤合计",
        f"""WITH part AS ({_PARTS})
          SELECT document_id, key || '|' || row_no || '|' || table_no AS group_key, part || ' 与 ' || label AS label, whole AS expected, amount AS observed,
                 half + phalf AS tolerance, [id, pid] AS ids, unit
          FROM part WHERE least >= 0 AND whole > 0""",
        kind="bound",
    ),
    _witness(
        "PART-TWICE",
        "多出的正好是连续印出两次的一行",
        "合计＝各行之和，每行一次",
        f"""WITH part AS ({_PARTS})
          SELECT document_id, key || '|' || row_no || '|' || table_no AS group_key, part AS label, 'failed' AS state, '一行，合计 ' || in_unit(whole, unit) AS expected_text,
                 '两行，各行之和 ' || in_unit(everything, unit) AS observed_text, [id, next_id, pid] AS ids
          FROM part, {_FOLDS} WHERE {_OFF} AND next_row = row_no + 1 AND next_name = item_name AND next_amount = amount AND amount <> 0
               AND abs(everything - amount - k * whole) <= spread + k * phalf QUALIFY row_number() OVER (PARTITION BY id ORDER BY k) = 1""",
    ),
    _witness(
        "PART-SIGN",
        "改变一行的正负号后各行之和正好等于合计",
        "合计＝各行之和",
        f"""WITH part AS ({_PARTS})
          SELECT document_id, key || '|' || row_no || '|' || table_no AS group_key, part AS label, 'failed' AS state, in_unit(-amount, unit) AS expected_text,
                 in_unit(amount, unit) AS observed_text, [id, pid] AS ids
          FROM part, {_FOLDS} WHERE {_OFF} AND abs(everything - 2 * amount - k * whole) <= spread + k * phalf AND amount < 0
          QUALIFY row_number() OVER (PARTITION BY id ORDER BY k) = 1""",
    ),
    _witness(
        "PART-SLIP",
        "改正一行的一位数字后各行之和正好等于合计",
        "合计＝各行之和（同一金额分几级列示的，为合计的整数倍）",
        f"""WITH part AS ({_PARTS}),
          slip AS (SELECT *, amount + k * whole - everything AS meant FROM part, {_FOLDS}
                   WHERE {_OFF} AND k * whole - everything > -amount AND x_alike(amount, amount + k * whole - everything)
                         AND abs(everything - k * whole) * 4 < whole * 3)
          SELECT document_id, key || '|slip|' || table_no AS group_key, label || ' 的各行' AS label, 'failed' AS state, min_by(in_unit(meant, unit), id) AS expected_text,
                 min_by(part || ' ' || in_unit(amount, unit), id) AS observed_text, [pid] || list(DISTINCT id ORDER BY id) AS ids
          FROM slip GROUP BY document_id, key, table_no, label, pid HAVING count(DISTINCT id) <= 2""",
    ),
    _witness(
        "PROSE-NAME",
        "正文某科目金额与表中同名科目之一一致",
        "正文所述（项）级科目金额＝支出表中同名科目金额（名称有几个科目共用的，为其中之一）",
        """WITH told AS (
            SELECT n.document_id, n.key, n.section, n.label, n.id, n.amount, n.half, n.printed_ulp, n.unit, n.place, t.id AS tid, t.amount AS tamount, t.half AS thalf,
                   t.label AS tlabel, row_number() OVER (PARTITION BY n.id ORDER BY abs(t.amount - n.amount), t.id) AS k
            FROM x_item n JOIN x_cell t ON t.document_id = n.document_id AND t.measure = n.measure AND t.year = n.year AND NOT t.sub AND t.n = 1 AND t.body = ''
                 AND length(t.fc) = 7 AND t.ec IS NULL AND t.flow = 'expenditure' AND (t.item = n.item OR t.item_name = n.item_name)
                 AND t.component = n.component AND n.component IN ('total', 'basic', 'project')
                 AND t.form IN ('general_expenditure', 'expenditure', 'fund_income_expenditure', 'capital_expenditure', 'capital_income_expenditure')
            WHERE n.form = 'narrative' AND n.fc IS NULL AND n.ec IS NULL AND n.flow = 'expenditure' AND NOT n.sub AND n.level = '项'
                  AND n.measure IN ('budget', 'final'))
          SELECT document_id, key || '@' || coalesce(section, '') || '|' || place::VARCHAR AS group_key, label || '（正文）与 ' || tlabel AS label, tamount AS expected, amount AS observed,
                 half + thalf AS tolerance, greatest(half, thalf, CASE WHEN amount <> 0 AND printed_ulp > 2 * half THEN printed_ulp ELSE 0 END) AS slack, [id, tid] AS ids, unit
          FROM told WHERE k = 1""",
        kind="bound",
        source=OFFICIAL_OPEN,
    ),
    _witness(
        "PROSE-YEAR",
        "正文只述上年金额而未述本年的，疑为年度未改",
        "正文写出上年某数的，也写出本年的同一数",
        f"""WITH n AS (SELECT * FROM x_item WHERE form = 'narrative' AND NOT sub AND scope <> 'government' AND amount <> 0),
          told AS (
            SELECT n.*, EXISTS (SELECT 1 FROM n c WHERE c.document_id = n.document_id AND c.year = c.document_year AND c.item = n.item AND c.component = n.component
                                AND c.measure <> 'change' AND c.fc IS NOT DISTINCT FROM n.fc AND c.ec IS NOT DISTINCT FROM n.ec) AS anywhere,
                   EXISTS (SELECT 1 FROM n c WHERE c.document_id = n.document_id AND c.year = c.document_year AND c.item = n.item AND c.component = n.component
                           AND c.fc IS NOT DISTINCT FROM n.fc AND c.ec IS NOT DISTINCT FROM n.ec AND c.section IS NOT DISTINCT FROM n.section) AS here,
                   (SELECT list(t.id ORDER BY t.id) FROM x_cell t WHERE t.document_id = n.document_id AND t.year = t.document_year AND t.amount = n.amount
                    AND t.measure IN ('budget', 'final') AND (t.fc = n.fc OR n.fc IS NULL AND n.ec IS NULL AND t.fc IS NULL AND t.ec IS NULL
                         AND (t.item = n.item OR t.component = n.component AND t.role IN ('grand', 'current', 'total')))) AS same,
                   EXISTS (SELECT 1 FROM x_cell t WHERE t.document_id = n.document_id AND t.year = n.year AND t.amount = n.amount) AS printed_prior
            FROM n WHERE n.year = n.document_year - 1 AND n.measure IN ('budget', 'final', 'prior_final')),
          stale AS (
            SELECT * FROM told WHERE NOT anywhere AND (len(same) > 0 OR fc IS NULL AND ec IS NULL AND item IN {_ALWAYS})
                   OR NOT here AND len(same) > 0 AND NOT printed_prior AND length(x_digits(amount)) >= 4)
          SELECT document_id, key || '@' || coalesce(section, '') || '|' || place::VARCHAR AS group_key, label || '（正文）' AS label, 'failed' AS state,
                 document_year || ' 年的数' AS expected_text, year || ' 年 ' || in_unit(amount, unit) AS observed_text, [id] || coalesce(same, []) AS ids,
                 CASE WHEN len(same) > 0 THEN '与表中本年的数相同' END AS note
          FROM stale""",
        source=OFFICIAL_OPEN,
    ),
    _witness(
        "UNIT-TWICE",
        "同一金额在两处正好相差一万倍，疑为单位误读或误印",
        "“三公”经费表、项目支出表、其他表中的金额与正文、其他表中同名金额按各自单位换算后相等",
        """WITH t AS (SELECT * FROM x_cell WHERE form IN ('three_public', 'project_expenditure', 'other') AND scope <> 'government' AND measure IN ('budget', 'final', 'adjusted_budget') AND amount > 0),
          o AS (SELECT * FROM x_item WHERE measure IN ('budget', 'final', 'adjusted_budget') AND amount > 0 AND scope <> 'government'),
          pair AS (
            SELECT t.document_id, t.table_no, t.form, t.id, t.amount, t.unit, o.id AS oid, o.amount AS oamount, o.unit AS ounit,
                   t.half + o.half >= abs(t.amount - o.amount) AS agrees,
                   abs(t.amount - 10000 * o.amount) <= t.half + 10000 * o.half OR abs(o.amount - 10000 * t.amount) <= o.half + 10000 * t.half AS mistaken
            FROM t JOIN o ON o.document_id = t.document_id AND o.table_no IS DISTINCT FROM t.table_no AND o.measure = t.measure AND o.year = t.year
                 AND (t.form = 'three_public' AND o.component = t.component AND o.form IN ('narrative', 'three_public') AND o.item = t.item
                      OR t.form = 'three_public' AND o.form = 'general_basic_expenditure' AND (o.ec, t.component) IN (('30212', 'overseas'), ('30217', 'reception'),
                         ('30231', 'vehicle_operation'), ('31013', 'vehicle_purchase'))
                      OR t.form = 'project_expenditure' AND t.role = 'total' AND o.component = 'project' AND (o.role IN ('total', 'current', 'grand') OR o.item = '项目支出')
                      OR t.form <> 'three_public' AND o.form IN ('project_expenditure', 'other') AND o.item_name = t.item_name AND length(t.item_name) >= 5 AND t.role IS NULL
                      OR t.form = 'other' AND length(t.printed_code) IN (5, 7) AND t.printed_code IN (o.fc, o.ec))),
          said AS (SELECT document_id, table_no, form, count(*) FILTER (agrees) AS agreeing, count(*) FILTER (mistaken AND length(x_digits(greatest(amount, oamount))) >= 3) AS against,
                          any_value(id ORDER BY id) FILTER (mistaken AND length(x_digits(greatest(amount, oamount))) >= 3) AS id, any_value(oid ORDER BY id, oid) FILTER (mistaken AND length(x_digits(greatest(amount, oamount))) >= 3) AS oid FROM pair GROUP BY ALL)
          SELECT s.document_id, s.form || '|' || s.table_no AS group_key, x.label || ' 与 ' || y.label AS label, 'failed' AS state, in_unit(y.amount, y.unit) AS expected_text,
                 in_unit(x.amount, x.unit) AS observed_text, [x.id, y.id] AS ids
          FROM said s JOIN x_item x ON x.id = s.id JOIN x_item y ON y.id = s.oid WHERE against > agreeing""",
    ),
    _witness(
        "ROWS-SWAPPED",
        "一行的金额与别处不等，而相邻一行正好等于别处的数，疑为两行互换",
        "基本支出表各科目与“三公”经费表、正文、功能科目所列同一笔钱一致",
        """WITH twin(ec, fc, component) AS (VALUES ('30108', '2080505', NULL), ('30109', '2080506', NULL), ('30113', '2210201', NULL), ('30111', '2101103', NULL),
              ('30212', NULL, 'overseas'), ('30217', NULL, 'reception'), ('30231', NULL, 'vehicle_operation'), ('31013', NULL, 'vehicle_purchase')),
          b AS (SELECT * FROM x_cell WHERE form = 'general_basic_expenditure' AND length(ec) = 5 AND fc IS NULL AND NOT sub AND n = 1 AND body = '' AND scope <> 'government'
                QUALIFY count(*) OVER (PARTITION BY document_id, table_no, column_no, ec, measure, year) = 1),
          said AS (
            SELECT b.id, o.id AS oid, o.amount, o.label FROM b JOIN twin w ON w.ec = b.ec JOIN x_cell o ON o.document_id = b.document_id AND o.measure = b.measure AND o.year = b.year
                   AND NOT o.sub AND o.body = '' AND (o.fc = w.fc AND o.ec IS NULL AND o.form = 'general_expenditure' AND o.component IN ('basic', 'total') AND o.n = 1
                                                     OR o.form = 'three_public' AND o.component = w.component)
            UNION ALL
            SELECT b.id, o.id, o.amount, o.label FROM b JOIN x_item o ON o.document_id = b.document_id AND o.measure = b.measure AND o.year = b.year AND NOT o.sub
                   AND (o.form = 'narrative' AND o.ec = b.ec AND o.fc IS NULL OR o.form IN ('narrative', 'three_public', 'other') AND o.item_name = b.item_name AND o.fc IS NULL AND o.body = ''
                        AND b.item_name IN ('会议费', '培训费', '公务接待费', '公务用车运行维护费'))),
          near AS (
            SELECT b.*, lag(id) OVER w AS above_id, lag(amount) OVER w AS above, lead(id) OVER w AS below_id, lead(amount) OVER w AS below
            FROM b WINDOW w AS (PARTITION BY document_id, table_no, column_no, measure, year, component ORDER BY row_no)),
          off AS (SELECT n.*, s.oid, s.amount AS said, s.label AS said_label, CASE WHEN s.amount = n.above THEN n.above_id WHEN s.amount = n.below THEN n.below_id END AS other
                  FROM near n JOIN said s ON s.id = n.id
                  WHERE s.amount <> n.amount AND length(x_digits(s.amount)) >= 3 AND s.amount IN (n.above, n.below)
                        AND NOT EXISTS (SELECT 1 FROM said h WHERE h.id = n.id AND h.amount = n.amount))
          SELECT document_id, key || '|' || table_no AS group_key, label || ' 与 ' || said_label AS label, 'failed' AS state, in_unit(said, unit) || '（相邻一行正是此数）' AS expected_text,
                 in_unit(amount, unit) AS observed_text, [id, other, oid] AS ids
          FROM off WHERE NOT EXISTS (SELECT 1 FROM said h WHERE h.id = off.other AND h.amount = off.said)
          QUALIFY row_number() OVER (PARTITION BY id ORDER BY oid) = 1""",
    ),
    _witness(
        "CODE-ORDER",
        "同级科目按编码从小到大列示",
        "同一上级之下各科目的编码依次增大（该表其余各行如此）",
        """WITH c AS (
            SELECT document_id, table_no, form, body, row_no, coalesce(CASE WHEN form = 'general_basic_expenditure' THEN ec END, fc, ec) AS code, any_value(label ORDER BY column_no) AS label,
                   list(id ORDER BY column_no, id) AS ids, any_value(item_name ORDER BY column_no) AS item_name
            FROM x_cell WHERE form IN ('income', 'expenditure', 'general_expenditure', 'general_basic_expenditure', 'fund_income_expenditure') AND scope <> 'government'
                 AND (fc IS NULL) <> (ec IS NULL) AND NOT sub GROUP BY ALL),
          next AS (
            SELECT *, lead(code) OVER w AS code_below, lead(label) OVER w AS label_below, lead(ids) OVER w AS ids_below, lag(code) OVER w AS code_above, lead(code, 2) OVER w AS code_after
            FROM c WHERE length(code) >= 5 WINDOW w AS (PARTITION BY document_id, table_no, body, left(code, length(code) - 2), row_no // 10000 ORDER BY row_no)),
          habit AS (SELECT document_id, table_no, count(*) AS n, count(*) FILTER (code_below < code) AS back FROM next WHERE code_below IS NOT NULL GROUP BY ALL)
          SELECT document_id, 'order|' || form || '|' || table_no || '|' || body || '|' || row_no AS group_key, label || ' 与 ' || label_below AS label, 'failed' AS state,
                 code_below || '、' || code AS expected_text, code || '、' || code_below AS observed_text, ids || ids_below AS ids
          FROM next JOIN habit USING (document_id, table_no)
          -- One step back among many, and the two exchanged would be in order with their neighbours.
          WHERE code_below < code AND back = 1 AND n >= 6 AND (code_above IS NULL OR code_above < code_below) AND (code_after IS NULL OR code_after > code)""",
    ),
    _witness(
        "CODE-NAME",
        "未能对应科目的编码与名称不一致",
        "印出的编码是该名称在当年科目表中的编码",
        """WITH named AS (
            SELECT fiscal_year, code, name, length(code) AS depth FROM function_code UNION ALL SELECT fiscal_year, code, name, length(code) FROM economic_code),
          row AS (
            SELECT document_id, table_no, form, row_no, any_value(printed_code) AS code, any_value(regexp_replace(item_name, '^.*/ ?', '')) AS name, any_value(document_year) AS year,
                   any_value(label ORDER BY column_no) AS label, list(id ORDER BY column_no, id) AS ids
            FROM x_cell WHERE printed_code SIMILAR TO '[235][0-9]{2}([0-9]{2}){0,2}' AND (form = 'other' OR coalesce(CASE WHEN length(printed_code) % 2 = 1 THEN coalesce(CASE WHEN printed_code LIKE '3%' THEN ec END, fc, ec) END, '') <> printed_code) AND scope <> 'government' GROUP BY ALL
            HAVING count(DISTINCT printed_code) = 1)
          SELECT document_id, 'code|' || form || '|' || table_no || '|' || row_no AS group_key, label,
                 CASE WHEN bool_or(k.code = r.code) THEN 'passed' ELSE 'failed' END AS state, string_agg(DISTINCT k.code, '、' ORDER BY k.code) AS expected_text, r.code AS observed_text, ids
          FROM row r JOIN named k ON k.fiscal_year = r.year AND k.name = r.name AND k.depth = length(r.code) AND left(k.code, 1) = left(r.code, 1)
          GROUP BY document_id, form, table_no, row_no, label, r.code, ids""",
    ),
    _witness(
        "UNIT-DECIMALS",
        "以元为单位的金额至多两位小数",
        "元之下到分为止：印有三位以上小数的表，单位不是元",
        """SELECT document_id, form || '|' || table_no AS group_key, any_value(label ORDER BY row_no, column_no) AS label, 'failed' AS state, '至多两位小数' AS expected_text,
                 any_value(published_text ORDER BY row_no, column_no) || '元' AS observed_text, list(id ORDER BY row_no, column_no, id)[1:6] AS ids, '疑为单位误读或误印' AS note
          FROM x_cell WHERE unit = '元' AND regexp_matches(published_text, '[.．][0-9０-９]*[1-9１-９][0-9０-９]*$') AND regexp_matches(published_text, '[.．][0-9０-９]{3,}$')
               AND amount <> 0 GROUP BY document_id, form, table_no HAVING count(*) >= 2""",
        source="人民币的单位为元，辅币单位为角、分（《中国人民银行法》）",
    ),
    _witness(
        "ROWS-CROSSED",
        "收入表相邻两个科目与支出表交叉相等，疑为两行互换",
        "收入表、支出表同一科目相等；不等的，不应正好等于相邻科目",
        """WITH c AS (SELECT * FROM x_cell WHERE form IN ('income', 'expenditure') AND component = 'total' AND length(fc) = 7 AND ec IS NULL AND NOT sub AND n = 1 AND body = ''
                       AND scope <> 'government' QUALIFY count(*) OVER (PARTITION BY document_id, form, fc, measure, year) = 1),
          d AS (SELECT e.document_id, e.table_no, e.measure, e.year, e.fc, e.label, e.unit, e.row_no, e.id, i.id AS iid, i.row_no AS irow, e.amount AS spent, i.amount AS got
                FROM c e JOIN c i ON i.document_id = e.document_id AND i.measure = e.measure AND i.year = e.year AND i.fc = e.fc AND i.form = 'income' WHERE e.form = 'expenditure'),
          usual AS (SELECT document_id, measure, year, count(*) AS n, count(*) FILTER (spent = got) AS equal FROM d GROUP BY ALL)
          SELECT a.document_id, 'crossed|' || a.fc || '|' || b.fc || '|' || a.measure || '|' || a.year AS group_key, a.label || ' 与 ' || b.label AS label, 'failed' AS state,
                 in_unit(a.got, a.unit) || '、' || in_unit(b.got, b.unit) AS expected_text, in_unit(a.spent, a.unit) || '、' || in_unit(b.spent, b.unit) AS observed_text,
                 [a.id, b.id, a.iid, b.iid] AS ids
          FROM d a JOIN d b ON b.document_id = a.document_id AND b.measure = a.measure AND b.year = a.year AND left(b.fc, 5) = left(a.fc, 5)
               AND (b.row_no = a.row_no + 1 OR b.irow = a.irow + 1) JOIN usual u ON u.document_id = a.document_id AND u.measure = a.measure AND u.year = a.year
          WHERE a.spent <> a.got AND b.spent <> b.got AND (a.spent = b.got OR b.spent = a.got) AND length(x_digits(a.spent)) >= 3
                AND (abs(a.spent - b.got) + abs(b.spent - a.got)) * 5 < abs(a.spent - a.got) + abs(b.spent - b.got)""",
    ),
)
