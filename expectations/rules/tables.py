"""Inside one table, beyond sums of codes: blank totals, changes, columns by fund, tables of “三公”, forms of no known kind."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, OFFICIAL_THREE, TREES, sum_of

_READS = ("line_item", "form_instance")

_TWO_SIDED = "('income_expenditure', 'grant_income_expenditure')"

# A cell that should hold the sum of others and is blank, though its row (or column) is there.
_BLANK_DOWN = f"""SELECT c.document_id, c.table_no, c.parent_row_no AS row_no, c.column_no, 'down' AS way, any_value(c.form) AS form,
         any_value(c.unit) AS unit, sum(c.amount) AS amount, list(c.id ORDER BY c.row_no, c.column_no, c.id) AS ids, any_value(c.label ORDER BY c.row_no) AS label
  FROM x_cell c WHERE c.parent_row_no IS NOT NULL AND NOT c.sub AND c.form IN {TREES} AND c.measure <> 'change'
       AND EXISTS (SELECT 1 FROM x_cell p WHERE p.document_id = c.document_id AND p.table_no = c.table_no AND p.row_no = c.parent_row_no
                          AND p.column_no <> c.column_no AND p.side = c.side)
  GROUP BY ALL"""
_BLANK_ACROSS = f"""SELECT c.document_id, c.table_no, c.row_no, c.parent_column_no AS column_no, 'across' AS way, any_value(c.form) AS form,
         any_value(c.unit) AS unit, sum(c.amount) AS amount, list(c.id ORDER BY c.column_no, c.id) AS ids, any_value(c.label ORDER BY c.column_no) AS label
  FROM x_cell c WHERE c.parent_column_no IS NOT NULL AND NOT c.sub AND c.form IN {TREES} AND c.measure <> 'change'
  GROUP BY ALL"""
# A total that other columns print and this one does not, though most of the rows have a figure in it.
_BLANK_TOTAL = """WITH list AS (
    SELECT document_id, table_no, column_no, side, any_value(form) AS form, any_value(unit) AS unit, any_value(column_label) AS column_label,
           sum(amount) AS amount, list(id ORDER BY row_no, column_no, id)[1:3] AS ids, count(*) AS filled
    FROM x_cell WHERE role IS NULL AND NOT sub AND amount <> 0 AND (form = 'other' OR scope = 'government') GROUP BY ALL),
  size AS (SELECT document_id, table_no, side, count(DISTINCT row_no) AS rows FROM x_cell WHERE role IS NULL AND NOT sub GROUP BY ALL),
  total AS (SELECT document_id, table_no, side, row_no, any_value(label ORDER BY column_no) AS label FROM x_cell
            WHERE role = 'total' AND NOT sub GROUP BY document_id, table_no, side, row_no
            QUALIFY count(*) OVER (PARTITION BY document_id, table_no, side) = 1)
  SELECT l.document_id, l.table_no, t.row_no, l.column_no, 'total' AS way, l.form, l.unit, l.amount, l.ids, t.label || '·' || coalesce(l.column_label, '') AS label
  FROM list l JOIN size s ON s.document_id = l.document_id AND s.table_no = l.table_no AND s.side IS NOT DISTINCT FROM l.side
       JOIN total t ON t.document_id = l.document_id AND t.table_no = l.table_no AND t.side IS NOT DISTINCT FROM l.side
  WHERE l.filled >= 3 AND l.filled * 2 >= s.rows"""


RULES: tuple[Rule, ...] = (
    Rule(
        id="TOTAL-BLANK",
        family="tables",
        severity="warning",
        title="下级有数而合计、上级一格为空",
        expected="有下级金额的合计格、上级格应有金额",
        source=OFFICIAL_FINAL,
        remedy="对照原件：漏读的报告给维护者；原文如此的“认可”。",
        reads=_READS,
        kind="report",
        sql=f"""WITH part AS ({_BLANK_DOWN} UNION ALL BY NAME {_BLANK_ACROSS} UNION ALL BY NAME ({_BLANK_TOTAL})),
          judged AS (
            SELECT p.*, EXISTS (SELECT 1 FROM x_cell t WHERE t.document_id = p.document_id AND t.table_no = p.table_no
                                AND t.row_no = p.row_no AND t.column_no = p.column_no) AS there FROM part p WHERE p.amount <> 0),
          -- Where a table leaves most of these cells blank, it is made so.
          habit AS (SELECT document_id, table_no, way, count(*) FILTER (there) AS filled, count(*) AS n FROM judged GROUP BY ALL)
          SELECT document_id, form || '|' || table_no || '|' || way || '|' || row_no || '|' || column_no AS group_key,
                 label || CASE way WHEN 'down' THEN ' 的上级' WHEN 'across' THEN ' 所属的合计列' ELSE '' END AS label,
                 CASE WHEN there THEN 'passed' WHEN filled * 4 >= n * 3 OR way = 'total' AND filled > 0 THEN 'failed' ELSE 'insufficient_data' END AS state,
                 in_unit(amount, unit) AS expected_text, CASE WHEN there THEN '有金额' ELSE '空白' END AS observed_text, ids
          FROM judged JOIN habit USING (document_id, table_no, way)""",
        applies=f"""SELECT document_id FROM x_cell WHERE form IN {TREES} AND NOT sub AND amount <> 0
          AND (parent_row_no IS NOT NULL OR parent_column_no IS NOT NULL)""",
    ),
    Rule(
        id="PARTS-BLANK",
        family="tables",
        severity="warning",
        title="合计、上级一格有数而下级各格全空",
        expected="上级有金额的，其下级各格至少一格有金额（该表其他各格如此）",
        source=OFFICIAL_FINAL,
        remedy="对照原件：漏读的报告给维护者；原文如此的“认可”。",
        reads=_READS,
        kind="report",
        # The other way round from TOTAL-BLANK: a sum whose only part is gone has nothing left to be held against.
        sql=f"""WITH tied AS (SELECT DISTINCT document_id, table_no, parent_row_no AS row_no FROM x_cell WHERE parent_row_no IS NOT NULL AND NOT sub),
          wide AS (SELECT DISTINCT document_id, table_no, parent_column_no AS column_no FROM x_cell WHERE parent_column_no IS NOT NULL AND NOT sub),
          cell AS (SELECT * FROM x_cell WHERE form IN {TREES} AND scope <> 'government' AND NOT sub AND amount <> 0 AND measure <> 'change'),
          part AS (
            SELECT c.*, 'down' AS way, c.id IN (SELECT parent FROM x_down) AS there FROM cell c JOIN tied USING (document_id, table_no, row_no)
            UNION ALL
            SELECT c.*, 'across' AS way, c.id IN (SELECT parent FROM x_across) AS there FROM cell c JOIN wide USING (document_id, table_no, column_no)),
          habit AS (SELECT document_id, table_no, way, count(*) FILTER (there) AS filled, count(*) AS everyone FROM part GROUP BY ALL)
          SELECT document_id, form || '|' || table_no || '|' || way || '|' || row_no || '|' || column_no AS group_key, label,
                 CASE WHEN there THEN 'passed' WHEN filled >= 4 AND filled * 10 >= everyone * 8 THEN 'failed' ELSE 'insufficient_data' END AS state,
                 CASE way WHEN 'down' THEN '下级各行有金额' ELSE '所属各列有金额' END AS expected_text, CASE WHEN there THEN '有' ELSE '全部空白' END AS observed_text,
                 [id] AS ids
          FROM part JOIN habit USING (document_id, table_no, way)""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a table ties its rows or columns together
    ),
    Rule(
        id="ROW-TWICE",
        family="tables",
        severity="warning",
        title="同一科目的一行连续印出两次",
        expected="相邻两行的编码、名称和各列金额不全相同",
        source="表中各行各列一次",
        remedy="对照原件：读重的报告给维护者；公布者印重的“认可”。",
        reads=_READS,
        kind="report",
        # Without a code, a 款 and its only 项 of the same name look alike.
        sql="""WITH row AS (
            SELECT document_id, table_no, row_no, any_value(form) AS form, any_value(label ORDER BY column_no) AS label, list(id ORDER BY column_no, id) AS ids,
                   any_value(item_name ORDER BY column_no) AS item_name, any_value(printed_code ORDER BY column_no) AS code, any_value(body) AS body, any_value(role ORDER BY column_no) AS role, any_value(fc) AS fc, any_value(document_year) AS year,
                   list(column_no || ':' || amount ORDER BY column_no, item) AS amounts, max(abs(amount)) AS most,
                   list(item_name || '|' || coalesce(ec, '') ORDER BY column_no, item) AS names
            FROM x_cell GROUP BY document_id, table_no, row_no),
          next AS (SELECT *, lead(row_no) OVER w AS below, lead(amounts) OVER w AS amounts_below, lead(names) OVER w AS names_below, lead(code) OVER w AS code_below, lead(role) OVER w AS role_below,
                          lead(body) OVER w AS body_below, lead(ids) OVER w AS ids_below FROM row WINDOW w AS (PARTITION BY document_id, table_no ORDER BY row_no))
          SELECT document_id, form || '|' || table_no || '|' || row_no AS group_key, label, 'failed' AS state, '一行' AS expected_text, '两行' AS observed_text, ids || ids_below AS ids
          FROM next WHERE amounts = amounts_below AND names = names_below AND (code = code_below OR role = role_below AND role IN ('total', 'grand', 'current')) AND body = body_below AND below <= row_no + 1 AND most <> 0 AND form <> 'other'
                -- A 款 that has no 项 in the classification is printed as its own 项.
                AND NOT (length(fc) = 5 AND EXISTS (SELECT 1 FROM function_code f WHERE f.fiscal_year = year AND f.code = fc)
                         AND NOT EXISTS (SELECT 1 FROM function_code f WHERE f.fiscal_year = year AND f.parent_code = fc))""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a row stands there twice
    ),
    Rule(
        id="TOTAL-CURRENT",
        family="tables",
        severity="warning",
        title="列有结转和结余的收支总表应有本年收入、本年支出合计",
        expected="总计＝本年合计＋结转和结余：三者都列出",
        source=OFFICIAL_FINAL,
        remedy="对照原件：漏读一行的报告给维护者；公布者未列的“认可”。",
        reads=_READS,
        kind="report",
        sql=f"""WITH t AS (
            SELECT document_id, table_no, form, count(*) FILTER (role = 'grand') AS grands, count(*) FILTER (role IN ('current', 'total')) AS currents,
                   count(*) FILTER (role IN ('opening', 'closing')) AS balances, count(*) FILTER (role IS NULL AND amount <> 0) AS parts,
                   list(id ORDER BY row_no, column_no, id) FILTER (role IN ('grand', 'opening', 'closing')) AS ids
            FROM x_cell WHERE form IN {_TWO_SIDED} AND n = 1 AND scope <> 'government' GROUP BY ALL)
          SELECT document_id, form || '|' || table_no AS group_key, '《' || fn.zh || '》' AS label, CASE WHEN currents > 0 THEN 'passed' ELSE 'failed' END AS state,
                 '有本年收入合计、本年支出合计' AS expected_text, CASE WHEN currents > 0 THEN '有' ELSE '没有' END AS observed_text, ids
          FROM t JOIN x_form_name fn ON fn.code = form WHERE grands > 0 AND balances > 0 AND parts >= 2""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where balances stand beside a grand total
    ),
    Rule(
        id="TOTAL-ONE-SIDED",
        family="tables",
        severity="warning",
        title="收支总表收入、支出两侧都应有合计",
        expected="一侧有合计的，另一侧也有",
        source=OFFICIAL_FINAL,
        remedy="对照原件：漏读的报告给维护者；原文如此的“认可”。",
        reads=_READS,
        kind="report",
        sql=f"""WITH list AS (
            SELECT document_id, table_no, form, measure, year, side, column_no, count(*) FILTER (role IS NULL AND amount <> 0) AS n,
                   coalesce(bool_or(role IN ('grand', 'current', 'total')), false) AS closed
            FROM x_cell WHERE form IN {_TWO_SIDED} AND side IN ('income', 'expenditure') AND measure IN ('budget', 'final') AND year = document_year AND NOT sub
                 AND scope <> 'government' GROUP BY ALL),
          judged AS (SELECT *, bool_or(closed) OVER (PARTITION BY document_id, table_no, form, measure, year) AS any_closed,
                     bool_or(closed) OVER (PARTITION BY document_id, table_no, form, measure, year, side) AS side_closed,
                     max(n) OVER (PARTITION BY document_id, table_no, form, measure, year) AS most FROM list WHERE n > 0)
          SELECT i.document_id, i.form || '|' || i.table_no || '|' || i.measure || '|' || i.column_no AS group_key,
                 '《' || fn.zh || '》' || CASE i.side WHEN 'income' THEN '收入' ELSE '支出' END || '一栏' AS label,
                 CASE WHEN closed THEN 'passed' WHEN any_closed AND NOT side_closed OR NOT any_closed AND most >= 3 THEN 'failed' ELSE 'insufficient_data' END AS state,
                 '有合计' AS expected_text, CASE WHEN closed THEN '有' ELSE '没有合计' END AS observed_text,
                 (SELECT list(c.id ORDER BY c.row_no, c.column_no, c.id) FROM x_cell c WHERE c.document_id = i.document_id AND c.table_no = i.table_no
                        AND (c.column_no = i.column_no OR c.role IN ('grand', 'current', 'total'))) AS ids
          FROM judged i JOIN x_form_name fn ON fn.code = i.form""",
        applies=f"SELECT document_id FROM x_cell WHERE form IN {_TWO_SIDED} AND role IS NULL AND amount <> 0 AND NOT sub AND scope <> 'government' AND year = document_year AND measure IN ('budget', 'final')",
    ),
    Rule(
        id="COLUMN-SUM",
        family="tables",
        severity="warning",
        title="首列等于其余各列之和的表，每行都应如此",
        expected="首列＝其余各列之和（该表多数行成立）",
        source="表内各行结构一致：" + OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        # Which columns add up is learnt from the table: three rows and four fifths of all must agree.
        sql="""WITH loose AS (
            SELECT document_id, table_no FROM x_cell WHERE form IN ('project_expenditure', 'other', 'three_public', 'income', 'expenditure')
            GROUP BY ALL HAVING count(parent_column_no) = 0 AND count(DISTINCT column_no) > 1),
          line AS (
            SELECT c.*, min(column_no) OVER (PARTITION BY c.document_id, c.table_no) AS first FROM x_cell c JOIN loose USING (document_id, table_no)),
          total AS (
            SELECT document_id, table_no, row_no, measure, year, any_value(key ORDER BY column_no) AS key, any_value(label ORDER BY column_no) AS label,
                   any_value(unit) AS unit, max(amount) FILTER (column_no = first) AS amount, sum(amount) FILTER (column_no > first) AS rest,
                   sum(half) AS tolerance, list(id ORDER BY column_no, id) AS ids, count(*) FILTER (column_no > first) AS parts
            FROM line WHERE NOT sub GROUP BY ALL HAVING count(*) FILTER (column_no > first) > 0),
          judged AS (SELECT *, coalesce(abs(amount - rest) <= tolerance, false) AS holds FROM total WHERE amount <> 0 OR rest <> 0),
          habit AS (SELECT document_id, table_no, count(*) AS n, count(*) FILTER (holds) AS held, max(parts) AS widest FROM judged GROUP BY ALL)
          SELECT document_id, 'columns|' || table_no || '|' || row_no || '|' || key AS group_key, label, rest AS expected, coalesce(amount, 0) AS observed, tolerance, ids, unit,
                 CASE WHEN amount IS NULL THEN '首列空白；' ELSE '' END || '本表 ' || n || ' 行中 ' || held || ' 行如此' AS note
          FROM judged JOIN habit USING (document_id, table_no) WHERE held >= 3 AND held * 5 >= n * 4 AND widest > 1""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a table shows that its columns add up
    ),
    Rule(
        id="TABLE-CHANGE",
        family="tables",
        severity="warning",
        title="表中增减额等于本年数减上年数",
        expected="增减额＝本年数－上年数",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH c AS (
            SELECT *, count(*) OVER (PARTITION BY document_id, table_no, row_no, component, item, fund, measure, year, flow) AS twins FROM x_cell),
          across AS (
            SELECT d.id, d.document_id, d.key, d.label, d.unit, d.amount, d.half, a.id AS aid, a.amount AS present, a.half AS ahalf,
                   b.id AS bid, b.amount AS prior, b.half AS bhalf
            FROM c d JOIN c a ON a.document_id = d.document_id AND a.table_no = d.table_no AND a.row_no = d.row_no AND a.component = d.component
                   AND a.fund = d.fund AND a.flow = d.flow AND a.item = d.item AND a.year = d.year AND a.measure IN ('budget', 'final')
                 JOIN c b ON b.document_id = d.document_id AND b.table_no = d.table_no AND b.row_no = d.row_no AND b.component = d.component
                   AND b.fund = d.fund AND b.flow = d.flow AND b.item = d.item AND b.year = d.year - 1 AND b.measure IN ('budget', 'final', 'prior_final')
            WHERE d.measure = 'change' AND (d.twins = 1 AND a.twins = 1 AND b.twins = 1
                  OR a.twins = d.twins AND b.twins = d.twins AND abs(d.column_no - a.column_no) = abs(a.column_no - b.column_no))),
          down AS (
            SELECT d.id, d.document_id, d.key, d.label, d.unit, d.amount, d.half, a.id AS aid, a.amount AS present, a.half AS ahalf,
                   b.id AS bid, b.amount AS prior, b.half AS bhalf
            FROM x_cell d JOIN x_cell a ON a.document_id = d.document_id AND a.table_no = d.table_no AND a.column_no = d.column_no
                   AND a.component = d.component AND a.fund = d.fund AND a.item = d.item AND a.body = d.body AND a.year = d.year
                   AND a.measure IN ('budget', 'final') AND a.row_no <> d.row_no
                 JOIN x_cell b ON b.document_id = d.document_id AND b.table_no = d.table_no AND b.column_no = d.column_no
                   AND b.component = d.component AND b.fund = d.fund AND b.item = d.item AND b.body = d.body AND b.year = d.year - 1
                   AND b.measure IN ('budget', 'final', 'prior_final') AND b.row_no <> d.row_no
            WHERE d.measure = 'change'),
          alone AS (SELECT * FROM (SELECT * FROM across UNION ALL SELECT * FROM down) QUALIFY count(*) OVER (PARTITION BY id) = 1)
          SELECT document_id, key AS group_key, label, unit,
                 -- Some print what is less without its sign.
                 CASE WHEN amount > 0 AND present < prior THEN prior - present ELSE present - prior END AS expected, amount AS observed,
                 half + ahalf + bhalf AS tolerance, [id, aid, bid] AS ids FROM alone""",
        applies="""SELECT document_id FROM x_cell WHERE measure = 'change' AND form <> 'other' INTERSECT
          SELECT document_id FROM x_cell WHERE year = document_year - 1 AND measure IN ('budget', 'final', 'prior_final')""",
    ),
    Rule(
        id="THREE-PUBLIC-TOTAL",
        family="tables",
        severity="warning",
        title="“三公”经费表列有各项的，应有合计",
        expected="列有出国（境）、公务用车、公务接待两项以上的，有合计",
        source=OFFICIAL_THREE,
        remedy="对照原件：漏读合计的报告给维护者；公布者未列的“认可”。",
        reads=_READS,
        kind="report",
        sql="""SELECT document_id, 'total|' || table_no AS group_key, '《“三公”经费表》' AS label,
                 CASE WHEN count(*) FILTER (component = 'total' OR role = 'total' OR level = 'total') > 0 THEN 'passed' ELSE 'failed' END AS state, '有合计' AS expected_text,
                 CASE WHEN count(*) FILTER (component = 'total' OR role = 'total' OR level = 'total') > 0 THEN '有' ELSE '没有' END AS observed_text,
                 list(id ORDER BY row_no, column_no)[1:3] AS ids
          FROM x_cell WHERE form = 'three_public' AND year = document_year AND measure IN ('budget', 'final') AND NOT sub
          GROUP BY document_id, table_no HAVING count(DISTINCT component) FILTER (component IN ('overseas', 'vehicle', 'reception')) >= 2 AND max(amount) > 0""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where two of the three are listed
    ),
    Rule(
        id="THREE-PUBLIC-WIDE",
        family="tables",
        severity="warning",
        title="“三公”经费、会议费、培训费合计等于各项之和",
        expected="合计＝“三公”经费＋会议费＋培训费",
        source=OFFICIAL_THREE,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH c AS (SELECT * FROM x_cell WHERE form = 'three_public' AND measure <> 'change' AND component IN ('operation', 'total')),
          whole AS (SELECT * FROM c WHERE component = 'operation' AND level <> 'narrative'
                    QUALIFY row_number() OVER (PARTITION BY document_id, table_no, row_no, measure, year ORDER BY column_no) = 1),
          part AS (
            SELECT w.document_id, w.key, w.label, w.id, w.amount, w.half, w.unit, w.table_no, sum(p.amount) AS parts, sum(p.half) AS spread,
                   list(p.id ORDER BY p.column_no) AS ids, count(*) AS n
            FROM whole w JOIN c p ON p.document_id = w.document_id AND p.table_no = w.table_no AND p.row_no = w.row_no AND p.measure = w.measure
                 AND p.year = w.year AND p.column_no > w.column_no
            GROUP BY ALL HAVING count(*) FILTER (p.component = 'total') = 1 AND count(*) FILTER (p.component = 'operation') BETWEEN 1 AND 2)
          SELECT document_id, key || '|' || table_no AS group_key, label, parts AS expected, amount AS observed, half + spread AS tolerance, [id] || ids AS ids,
                 unit, CASE WHEN n < 3 AND abs(amount - parts) > half + spread THEN 'insufficient_data' END AS state FROM part""",
        applies="""SELECT document_id FROM x_cell WHERE form = 'three_public' GROUP BY document_id, table_no, row_no, measure, year
          HAVING count(*) FILTER (component = 'operation') > 2 AND count(*) FILTER (component = 'total') = 1""",
    ),
    Rule(
        id="THREE-PUBLIC-BODIES",
        family="tables",
        severity="warning",
        title="“三公”经费表合计行等于各单位之和",
        expected="合计＝各单位之和",
        source=OFFICIAL_THREE,
        remedy=LOOK_UP,
        reads=_READS,
        # A list may name a department and its units: the same money on several levels adds up to a multiple of the total.
        sql="""WITH family AS (
            SELECT p.id, p.document_id, p.table_no, p.key, p.label, p.amount, p.half, p.unit, sum(c.amount) AS everything, sum(c.half) AS spread, count(*) AS n,
                   list(c.id ORDER BY c.row_no, c.column_no, c.id) AS ids
            FROM x_down e JOIN x_cell p ON p.id = e.parent JOIN x_cell c ON c.id = e.child WHERE p.form = 'three_public' GROUP BY ALL),
          folded AS (SELECT *, CASE WHEN amount <> 0 THEN round(greatest(1, least(6, everything / amount::DOUBLE)))::INTEGER ELSE 1 END AS folds FROM family),
          judged AS (SELECT *, abs(everything - folds * amount) <= folds * half + spread AS holds FROM folded),
          habit AS (SELECT document_id, table_no, count(*) FILTER (holds AND amount <> 0) AS held FROM judged GROUP BY ALL)
          SELECT document_id, key || '|' || table_no AS group_key, label, everything - (folds - 1) * amount AS expected, amount AS observed, folds * half + spread AS tolerance,
                 [id] || ids AS ids, unit, CASE WHEN NOT holds AND held = 0 THEN 'insufficient_data' END AS state,
                 CASE WHEN folds > 1 THEN '同一金额分 ' || folds || ' 级列示' END AS note
          FROM judged JOIN habit USING (document_id, table_no)""",
        applies="SELECT document_id FROM x_cell WHERE form = 'three_public' AND id IN (SELECT parent FROM x_down)",
    ),
    Rule(
        id="THREE-PUBLIC-FUNDS",
        family="tables",
        severity="warning",
        title="“三公”经费表财政拨款合计等于各项资金之和",
        expected="财政拨款＝一般公共预算＋政府性基金＋国有资本经营",
        source=OFFICIAL_THREE,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""SELECT p.document_id, p.key AS group_key, p.label, sum(c.amount) AS expected, p.amount AS observed, p.half + sum(c.half) AS tolerance,
                 [p.id] || list(c.id ORDER BY c.column_no, c.id) AS ids, p.unit
          FROM x_cell p JOIN x_cell c ON c.document_id = p.document_id AND c.table_no = p.table_no AND c.row_no = p.row_no
               AND c.component = p.component AND c.measure = p.measure AND c.year = p.year
          WHERE p.form = 'three_public' AND p.fund = 'fiscal_grant' AND c.fund IN ('general', 'gov_fund', 'state_capital') AND NOT p.sub AND NOT c.sub
          GROUP BY p.document_id, p.key, p.label, p.amount, p.half, p.id, p.unit HAVING count(DISTINCT c.fund) = count(*) AND bool_or(c.fund = 'general')""",
        applies="""SELECT document_id FROM x_cell WHERE form = 'three_public' GROUP BY document_id
          HAVING bool_or(fund = 'fiscal_grant') AND bool_or(fund = 'general')""",
    ),
    Rule(
        id="OTHER-DOWN",
        family="tables",
        severity="warning",
        title="其他表式各行逐级相加",
        expected="上级行＝下级各行之和；合计＝各行之和",
        source="表中印出的合计",
        remedy=LOOK_UP,
        reads=_READS,
        sql=sum_of("x_down", "p.form = 'other'"),
        applies="SELECT document_id FROM x_cell WHERE form = 'other' AND id IN (SELECT parent FROM x_down)",
    ),
    Rule(
        id="OTHER-ACROSS",
        family="tables",
        severity="warning",
        title="其他表式各列相加等于合计列",
        expected="合计列＝所属各列之和",
        source="表中印出的合计",
        remedy=LOOK_UP,
        reads=_READS,
        sql=sum_of("x_across", "p.form = 'other'"),
        applies="SELECT document_id FROM x_cell WHERE form = 'other' AND id IN (SELECT parent FROM x_across)",
    ),
    Rule(
        id="TOTAL-ROW",
        family="tables",
        severity="warning",
        title="按科目列示的表应有合计行",
        expected="收入表、支出表、一般公共预算支出表、基本支出表、政府性基金表列有两类以上科目的，有合计行",
        source=OFFICIAL_FINAL,
        remedy="对照原件：漏读合计行的报告给维护者；公布者未列的“认可”。",
        reads=_READS,
        kind="report",
        sql="""WITH t AS (
            SELECT document_id, table_no, form, count(DISTINCT coalesce(fc, ec)) FILTER (length(coalesce(fc, ec)) = 3 AND amount <> 0) AS classes,
                   count(*) FILTER (role IN ('total', 'grand', 'current')) AS totals, count(DISTINCT body) AS bodies,
                   count(*) FILTER (fc IS NULL AND ec IS NULL AND role IS NULL) AS plain, list(id ORDER BY row_no, column_no, id) AS ids
            FROM x_cell WHERE (form IN ('income', 'expenditure', 'general_expenditure', 'fund_income_expenditure', 'general_basic_expenditure') AND n = 1 AND scope <> 'government'
                               OR form = 'general_expenditure' AND scope = 'government')
                 AND year = document_year AND measure IN ('budget', 'final') GROUP BY ALL)
          SELECT document_id, form || '|' || table_no AS group_key, '《' || fn.zh || '》' AS label, CASE WHEN totals > 0 THEN 'passed' ELSE 'failed' END AS state,
                 '有合计行' AS expected_text, CASE WHEN totals > 0 THEN '有' ELSE '没有' END AS observed_text, ids[1:3] AS ids
          FROM t JOIN x_form_name fn ON fn.code = form -- A row of a body may stand where the total would.
          WHERE classes >= 2 AND bodies = 1 AND plain = 0""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a table lists two classes
    ),
    Rule(
        id="REVENUE-CLASS",
        family="tables",
        severity="warning",
        title="政府收入表应有收入合计、税收收入、非税收入",
        expected="列有三个以上税种的，有“税收收入”；列有专项收入、罚没收入等的，有“非税收入”；两者都有的，有合计",
        source="《政府收支分类科目》收入分类 101、103 类",
        remedy="对照原件：漏读一行的报告给维护者；公布者未列的“认可”。",
        reads=_READS,
        kind="report",
        # Column by column: a class may have lost its figure in one of them only.
        sql="""WITH c AS (
            SELECT *, CASE WHEN role IN ('total', 'grand', 'current') OR regexp_matches(item_name, '本年收入$|收入(合|总)计$') THEN 'whole' WHEN regexp_matches(item_name, '非税收入$') THEN 'other'
                           WHEN regexp_matches(item_name, '税收收入$') AND NOT regexp_matches(item_name, '其他税收') THEN 'tax'
                           WHEN regexp_matches(item_name, '[^关]税$') THEN 'a tax' WHEN regexp_matches(item_name, '(专项|收费|罚没|有偿使用)收入$') THEN 'another' END AS what
            FROM x_cell WHERE form = 'income' AND scope = 'government' AND fund = 'general' AND NOT sub AND amount <> 0),
          t AS (SELECT document_id, table_no, column_no, any_value(form) AS form, any_value(column_label) AS head, count(*) FILTER (what = 'whole') AS wholes,
                       count(*) FILTER (what = 'tax') AS tax, count(*) FILTER (what = 'other') AS other, count(*) FILTER (what = 'a tax') AS taxes,
                       count(*) FILTER (what = 'another') AS others, list(id ORDER BY row_no, column_no, id) AS ids FROM c GROUP BY ALL),
          d AS (SELECT *, concat_ws('、', CASE WHEN taxes >= 3 AND tax = 0 THEN '税收收入' END, CASE WHEN others >= 3 AND other = 0 THEN '非税收入' END,
                                    CASE WHEN tax > 0 AND other > 0 AND wholes = 0 THEN '收入合计' END) AS missing
                FROM t WHERE (tax > 0 OR other > 0) AND (taxes >= 3 OR others >= 3 OR tax > 0 AND other > 0))
          SELECT document_id, form || '|' || table_no || '|' || column_no AS group_key, '政府收入表·' || coalesce(head, '') AS label,
                 CASE WHEN missing = '' THEN 'passed' ELSE 'failed' END AS state, '有收入合计、税收收入、非税收入' AS expected_text,
                 CASE WHEN missing = '' THEN '都有' ELSE '没有' || missing END AS observed_text, ids[1:3] AS ids FROM d""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a government lists its taxes
    ),
    Rule(
        id="TREE-GAP",
        family="tables",
        severity="warning",
        title="科目逐级列示：下级科目的上级科目应在表中",
        expected="列有 项 的，其 款、类 也列出（该表其他科目如此）",
        source="《政府收支分类科目》类、款、项三级；" + OFFICIAL_FINAL,
        remedy="对照原件：漏读一行的报告给维护者；公布者漏列的“认可”。",
        reads=_READS,
        kind="report",
        # A list of one level only has no gaps: where most codes have theirs above them, the one that has not is missing it.
        sql=f"""WITH row AS (
            SELECT document_id, table_no, form, body, fc, any_value(label ORDER BY column_no) AS label, list(id ORDER BY column_no, id) AS ids, max(abs(amount)) AS amount,
                   row_no FROM x_cell WHERE fc IS NOT NULL AND ec IS NULL AND NOT sub AND form IN {TREES} AND scope <> 'government' GROUP BY ALL),
          step AS (
            SELECT r.*, EXISTS (SELECT 1 FROM row p WHERE p.document_id = r.document_id AND p.table_no = r.table_no AND p.fc = left(r.fc, length(r.fc) - 2)) AS above
            FROM row r WHERE length(r.fc) IN (5, 7) AND r.amount <> 0),
          habit AS (
            SELECT document_id, table_no, length(fc) AS depth, count(DISTINCT left(fc, length(fc) - 2)) FILTER (above) AS held,
                   count(DISTINCT left(fc, length(fc) - 2)) AS n FROM step GROUP BY ALL)
          SELECT s.document_id, form || '|' || s.table_no || '|' || body || '|' || row_no || '|' || fc AS group_key, label, CASE WHEN above THEN 'passed' ELSE 'failed' END AS state,
                 '表中有 ' || left(fc, length(fc) - 2) || ' 一行' AS expected_text, CASE WHEN above THEN '有' ELSE '没有' END AS observed_text, ids
          FROM step s JOIN habit h ON h.document_id = s.document_id AND h.table_no = s.table_no AND h.depth = length(s.fc)
          WHERE held >= 2 AND (held * 3 >= n * 2 OR NOT above AND held >= n - 1)""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a table lists its codes level by level
    ),
    Rule(
        id="TREE-CHILDLESS",
        family="tables",
        severity="warning",
        title="科目逐级列示：上级科目之下应有下级科目",
        expected="类、款 之下列有 款、项（该表其他科目如此）",
        source="《政府收支分类科目》类、款、项三级；" + OFFICIAL_FINAL,
        remedy="对照原件：漏读一行的报告给维护者；公布者漏列的“认可”。",
        reads=_READS,
        kind="report",
        sql=f"""WITH row AS (
            SELECT document_id, table_no, form, body, coalesce(fc, ec) AS code, fc IS NULL AS economic, any_value(label ORDER BY column_no) AS label,
                   list(id ORDER BY column_no, id) AS ids, max(abs(amount)) AS amount, row_no
            FROM x_cell WHERE (fc IS NULL) <> (ec IS NULL) AND NOT sub AND form IN {TREES} AND scope <> 'government' GROUP BY ALL),
          step AS (
            SELECT r.*, EXISTS (SELECT 1 FROM row c WHERE c.document_id = r.document_id AND c.table_no = r.table_no AND c.economic = r.economic
                                AND starts_with(c.code, r.code) AND length(c.code) > length(r.code)) AS below
            FROM row r JOIN x_document d USING (document_id)
            -- Some 类 and 款 have nothing below them in the classification itself.
            WHERE (length(r.code) = 3 OR length(r.code) = 5 AND NOT r.economic) AND r.amount <> 0 AND (r.economic
                  OR NOT EXISTS (SELECT 1 FROM function_code f WHERE f.fiscal_year = d.fiscal_year AND f.code = r.code)
                  OR EXISTS (SELECT 1 FROM function_code f WHERE f.fiscal_year = d.fiscal_year AND f.parent_code = r.code))),
          habit AS (SELECT document_id, table_no, economic, length(code) AS depth, count(*) FILTER (below) AS held, count(*) AS n FROM step GROUP BY ALL)
          SELECT s.document_id, form || '|' || s.table_no || '|' || body || '|' || row_no || '|' || code AS group_key, label, CASE WHEN below THEN 'passed' ELSE 'failed' END AS state,
                 '其下有下级科目' AS expected_text, CASE WHEN below THEN '有' ELSE '没有' END AS observed_text, ids
          FROM step s JOIN habit h ON h.document_id = s.document_id AND h.table_no = s.table_no AND h.economic = s.economic AND h.depth = length(s.code)
          WHERE held >= 2 AND (held * 4 >= n * 3 OR NOT below AND held >= n - 1)""",
        applies="SELECT document_id FROM x_item WHERE false",  # only where a table lists its codes level by level
    ),
    Rule(
        id="BASIC-PLACE",
        family="tables",
        severity="warning",
        title="经济分类科目列在所属的人员经费、公用经费栏",
        expected="301、303 列人员经费，302 列公用经费",
        source="《政府收支分类科目》部门预算支出经济分类",
        remedy="对照原件：列读错的报告给维护者；公布者如此列示的“认可”。",
        reads=_READS,
        kind="report",
        # Single subsidies are placed either way; a whole class in the wrong column is a column misread.
        sql="""WITH c AS (
            SELECT *, (left(ec, 3) IN ('301', '303')) = (component = 'personnel') OR amount = 0 AS right_place FROM x_cell
            WHERE form = 'general_basic_expenditure' AND component IN ('personnel', 'operation') AND left(ec, 3) IN ('301', '302', '303') AND NOT sub),
          class AS (SELECT document_id, table_no, left(ec, 3) AS class, sum(amount) FILTER (NOT right_place) * 2 > sum(amount) AS most FROM c
                    WHERE amount > 0 GROUP BY ALL)
          SELECT c.document_id, c.key AS group_key, c.label, CASE WHEN right_place THEN 'passed' ELSE 'failed' END AS state,
                 CASE WHEN left(ec, 3) = '302' THEN '公用经费' ELSE '人员经费' END AS expected_text,
                 CASE component WHEN 'personnel' THEN '人员经费 ' ELSE '公用经费 ' END || coalesce(published_text, '') AS observed_text, [c.id] AS ids,
                 CASE WHEN most AND class IN ('301', '302') THEN 'warning' ELSE 'info' END AS severity
          FROM c LEFT JOIN class k ON k.document_id = c.document_id AND k.table_no = c.table_no AND k.class = left(c.ec, 3)""",
        applies="""SELECT document_id FROM x_cell WHERE form = 'general_basic_expenditure' AND component IN ('personnel', 'operation')
          AND left(ec, 3) IN ('301', '302', '303') AND NOT sub""",
    ),
)
