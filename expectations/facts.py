"""The prepared tables every rule reads: live figures with their rounding, their table, and what adds up into what.

All are temporary tables of the validating connection; their names begin with ``x_``.

* ``x_document``: documents under validation. ``x_form``: every form instance, ``nth`` of ``n`` of its kind.
* ``x_item``: line items with ``half`` (half a unit in the last place, 元), ``role`` (which total or balance a row is),
  ``key`` (what it is, without amounts: the stable part of group keys) and ``label`` (for messages).
* ``x_down``: child → parent down a column; ``x_across``: child → parent along a row. Subsets (其中) are in neither.
* ``x_head``: headline figures: the total row of each table, once per column.

A figure printed with stripped trailing zeros (149.6 among 2096.52) is as exact as its neighbours: its unit in the last
place is the usual one of its table. In prose, where people do round, it may be one digit coarser than usual.
"""

from __future__ import annotations

from models.wording import COMPONENT_NAMES, FORM_NAMES, FUND_NAMES, MEASURE_NAMES

TWO_SIDED = "('income_expenditure', 'grant_income_expenditure')"


def _names(table: str, names: dict[str, str]) -> str:
    values = ", ".join(f"('{key}', '{name}')" for key, name in names.items())
    return f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM (VALUES {values}) v(code, zh)"


MACROS: tuple[str, ...] = (
    # Amounts in messages, in the unit the publisher printed them in.
    """CREATE OR REPLACE TEMP MACRO in_unit(x, u) AS
       CASE u WHEN '亿元' THEN regexp_replace(format('{:,.8f}', x / 100000000.0), '(\\.\\d\\d\\d*?)0+$', '\\1') || '亿元'
              WHEN '万元' THEN regexp_replace(format('{:,.6f}', x / 10000.0), '(\\.\\d\\d\\d*?)0+$', '\\1') || '万元'
              WHEN '千元' THEN regexp_replace(format('{:,.5f}', x / 1000.0), '(\\.\\d\\d\\d*?)0+$', '\\1') || '千元'
              ELSE format('{:,.2f}', x::DOUBLE) || '元' END""",
    # Two amounts whose digits differ by one misread: another, lost, doubled or transposed digit, a lost point or sign.
    """CREATE OR REPLACE TEMP MACRO x_digits(x) AS rtrim(replace(format('{:.2f}', (x / 10000.0)::DOUBLE), '.', ''), '0')""",
    """CREATE OR REPLACE TEMP MACRO x_alike(a, b) AS
       a <> b AND length(x_digits(a)) >= 4 AND length(x_digits(b)) >= 3 AND damerau_levenshtein(x_digits(a), x_digits(b)) <= 1""",
    # models/slips.py in SQL: whether one misread figure explains why parts do not make their sum. Of short figures too many
    # are one digit apart for parts that nobody tied to their sum.
    """CREATE OR REPLACE TEMP MACRO x_cents(x) AS ltrim(replace(abs(x)::DECIMAL(24,2)::VARCHAR, '.', ''), '0')""",
    """CREATE OR REPLACE TEMP MACRO x_zeros(a, b) AS
       least(length(x_cents(a)) - length(rtrim(x_cents(a), '0')), length(x_cents(b)) - length(rtrim(x_cents(b), '0')))""",
    """CREATE OR REPLACE TEMP MACRO x_slip(a, b) AS
       a <> b AND CASE WHEN (a < 0) <> (b < 0) THEN a < 0 AND a = -b
                       WHEN least(length(x_cents(a)), length(x_cents(b))) - x_zeros(a, b) < 5 THEN false
                       ELSE rtrim(x_cents(a), '0') = rtrim(x_cents(b), '0')
                            OR damerau_levenshtein(left(x_cents(a), length(x_cents(a)) - x_zeros(a, b)), left(x_cents(b), length(x_cents(b)) - x_zeros(a, b))) <= 1 END""",
    """CREATE OR REPLACE TEMP MACRO x_explained(whole, parts) AS
       len(parts) > 1 AND (x_slip(whole, list_sum(parts)) OR len(list_filter(parts, lambda p: x_slip(p, p + whole - list_sum(parts)))) > 0)""",
)

PREPARE: tuple[str, ...] = (
    _names("x_form_name", FORM_NAMES),
    _names("x_component_name", COMPONENT_NAMES),
    _names("x_fund_name", FUND_NAMES),
    _names("x_measure_name", MEASURE_NAMES),
    """CREATE OR REPLACE TEMP TABLE x_form AS
       WITH seen AS (
         SELECT f.document_id, f.table_no, f.form, f.note, f.title, coalesce(f.amounts, 0) AS amounts, coalesce(f.items, 0) AS items
         FROM form_instance f JOIN x_document d ON d.document_id = f.document_id WHERE f.form IS NOT NULL
         UNION ALL BY NAME
         SELECT DISTINCT l.document_id, l.table_no, l.form, NULL AS note, NULL AS title, 0 AS amounts, 0 AS items
         FROM line_item l JOIN x_document d ON d.document_id = l.document_id
         WHERE l.form <> 'narrative' AND NOT EXISTS (
           SELECT 1 FROM form_instance f WHERE f.document_id = l.document_id AND f.table_no = l.table_no AND f.form = l.form)
       ), purse AS (
         -- 财政拨款基本支出表 beside 一般公共预算基本支出表: one form, two funds, no ambiguity.
         SELECT document_id, table_no, form, mode(fund) AS purse FROM line_item WHERE form <> 'narrative' GROUP BY ALL
       ), filled AS (
         SELECT s.*, (SELECT purse FROM purse p WHERE p.document_id = s.document_id AND p.table_no = s.table_no AND p.form = s.form) AS purse,
                EXISTS (SELECT 1 FROM line_item l WHERE l.document_id = s.document_id
                             AND l.table_no IS NOT DISTINCT FROM s.table_no AND l.form = s.form) AS has_items
         FROM seen s
       )
       SELECT *, greatest(amounts - items, 0) AS unread,
              -- Empty repeats of a form do not make the one that is filled ambiguous.
              CASE WHEN has_items THEN row_number() OVER (PARTITION BY document_id, form, purse, has_items ORDER BY table_no) END AS nth,
              count(*) FILTER (has_items) OVER (PARTITION BY document_id, form, purse) AS n
       FROM filled""",
    """CREATE OR REPLACE TEMP TABLE x_item AS
       WITH live AS (
         SELECT l.*, d.report_kind AS kind, d.fiscal_year AS document_year, d.scope,
                CASE WHEN l.form = 'narrative' THEN -1 ELSE coalesce(l.table_no, -2) END AS block,
                coalesce(l.ulp_yuan, 0.01) AS ulp
         FROM line_item l JOIN x_document d USING (document_id) WHERE l.amount_yuan IS NOT NULL
       ), usual AS (
         SELECT document_id, block, published_unit,
                coalesce(mode(ulp) FILTER (amount_yuan <> 0), min(ulp)) AS usual
         FROM live GROUP BY ALL
       ), exact AS (
         SELECT l.*, u.usual,
                -- Stored amounts are exact to 0.01 元 only.
                greatest(0.01, CASE WHEN amount_yuan = 0 THEN least(ulp, usual)
                                    WHEN form = 'narrative' THEN least(ulp, usual * 10)
                                    ELSE least(ulp, usual) END) AS effective_ulp
         FROM live l JOIN usual u ON u.document_id = l.document_id AND u.block = l.block
              AND u.published_unit IS NOT DISTINCT FROM l.published_unit
       )
       SELECT e.line_item_id AS id, e.document_id, e.department_id, e.kind, e.document_year, e.fiscal_year AS year,
              e.form, e.section, e.fund, e.flow, e.component, e.measure, e.item_name, coalesce(e.item, e.item_name) AS item,
              e.function_code AS fc, e.economic_code AS ec, e.level, e.amount_yuan AS amount,
              (e.effective_ulp * 0.5)::DECIMAL(24,6) AS half, greatest(e.ulp, 0.01)::DECIMAL(24,6) AS printed_ulp, e.scope,
              TRY_CAST(regexp_extract_all(coalesce(e.locator, ''), '\\d+') AS BIGINT[]) AS place, e.published_unit AS unit, e.published_text,
              e.table_no, e.row_no, e.column_no, e.parent_row_no, e.parent_column_no, coalesce(e.budget_unit, '') AS body,
              coalesce(e.subset, false) OR coalesce(e.measure = 'change', false) AS sub, e.printed_code, e.column_label, e.locator, e.row_doubt, e.column_doubt, f.nth, f.n, f.unread,
              CASE WHEN e.function_code IS NOT NULL OR e.economic_code IS NOT NULL THEN NULL
                   WHEN e.item IN ('总计', '收入总计', '支出总计') THEN 'grand'
                   WHEN e.item IN ('本年收入合计', '本年支出合计') THEN 'current'
                   WHEN e.component = 'opening_balance' AND e.flow = 'balance' THEN 'opening'
                   WHEN e.component = 'closing_balance' AND e.flow = 'balance' THEN 'closing'
                   WHEN e.level = 'total' THEN 'total' END AS role,
              CASE WHEN e.flow = 'balance' THEN CASE e.component WHEN 'opening_balance' THEN 'income'
                                                                 WHEN 'closing_balance' THEN 'expenditure' END
                   ELSE e.flow END AS side,
              concat_ws('|', e.form || CASE WHEN coalesce(f.n, 1) > 1 THEN '#' || f.nth ELSE '' END, nullif(e.budget_unit, ''),
                        coalesce(e.function_code, e.economic_code, e.item, e.item_name),
                        CASE WHEN e.function_code IS NOT NULL THEN e.economic_code END,
                        e.flow, e.component, e.fund, e.measure, e.fiscal_year) AS key,
              '《' || coalesce(fn.zh, nullif(left(trim(f.title), 40), ''), '其他表') || '》' || CASE WHEN e.budget_unit IS NULL THEN '' ELSE e.budget_unit || '·' END
                || coalesce(e.printed_code || ' ', '') || coalesce(e.item_name, e.item, '')
                || CASE WHEN cn.zh IS NULL OR cn.zh = e.item OR (cn.code = 'total' AND e.level = 'total') THEN ''
                        ELSE '·' || cn.zh END
                || CASE WHEN e.fiscal_year <> e.document_year THEN '（' || e.fiscal_year || '年）' ELSE '' END AS label
       FROM exact e
       LEFT JOIN x_form f ON f.document_id = e.document_id AND f.table_no = e.table_no AND f.form = e.form
       LEFT JOIN x_form_name fn ON fn.code = e.form
       LEFT JOIN x_component_name cn ON cn.code = e.component""",
    # ---- down a column
    """CREATE OR REPLACE TEMP TABLE x_cell AS
       SELECT * FROM x_item WHERE form <> 'narrative' AND table_no IS NOT NULL AND row_no IS NOT NULL AND column_no IS NOT NULL""",
    # Rows the reader tied to their parent.
    """CREATE OR REPLACE TEMP TABLE x_down AS
       SELECT c.id AS child, p.id AS parent, 'tree' AS how, c.row_doubt AS doubt
       FROM x_cell c JOIN x_cell p ON p.document_id = c.document_id AND p.table_no = c.table_no
            AND p.column_no = c.column_no AND p.row_no = c.parent_row_no
       WHERE NOT c.sub AND p.form <> 'three_public'""",
    # A list of bodies under their total: it may name a department and its units, so it adds up once or on every level.
    """INSERT INTO x_down
       SELECT c.id, p.id, 'total', NULL
       FROM x_cell c JOIN x_cell p ON p.document_id = c.document_id AND p.table_no = c.table_no
            AND p.column_no = c.column_no AND p.row_no = c.parent_row_no
       WHERE p.form = 'three_public' AND c.body <> '' AND c.measure <> 'change'""",
    # Rows the reader tied to nothing: the nearest row above whose code begins this one's.
    """INSERT INTO x_down
       WITH coded AS (
         SELECT c.*, coalesce(CASE WHEN c.form = 'general_basic_expenditure' THEN c.ec END, c.fc, c.ec) AS code
         FROM x_cell c WHERE NOT c.sub AND (c.fc IS NULL OR c.ec IS NULL)
       )
       SELECT c.id, arg_max(p.id, p.row_no), 'code', NULL
       FROM coded c JOIN coded p ON p.document_id = c.document_id AND p.table_no = c.table_no AND p.column_no = c.column_no
            AND p.body = c.body AND p.row_no < c.row_no AND length(p.code) < length(c.code) AND starts_with(c.code, p.code)
            AND (p.fc IS NULL) = (c.fc IS NULL)
       WHERE c.parent_row_no IS NULL
       GROUP BY c.id""",
    # Total rows the tree does not reach: the rows of the column that add up into nothing else.
    f"""INSERT INTO x_down
       WITH top AS (
         SELECT * FROM x_cell c WHERE NOT c.sub AND c.id NOT IN (SELECT child FROM x_down)
                AND (c.parent_row_no IS NULL OR NOT EXISTS (
                     SELECT 1 FROM x_cell p WHERE p.document_id = c.document_id AND p.table_no = c.table_no
                     AND p.row_no = c.parent_row_no AND p.column_no = c.column_no AND p.role IS NULL))
                AND form NOT IN ('three_public', 'general_basic_expenditure')
       ), bare_total AS (
         SELECT *, count(*) OVER (PARTITION BY document_id, table_no, column_no, side, role) AS same_role,
                count(*) FILTER (role = 'grand') OVER (PARTITION BY document_id, table_no, column_no, side) AS grands,
                count(*) FILTER (role = 'current') OVER (PARTITION BY document_id, table_no, column_no, side) AS currents,
                count(*) FILTER (role = 'total') OVER (PARTITION BY document_id, table_no, column_no, side) AS totals
         FROM x_cell WHERE role IN ('grand', 'current', 'total') AND NOT sub
       ), lone AS (
         SELECT *, CASE WHEN role = 'total' AND grands > 0 THEN 'current' WHEN role = 'total' THEN 'grand' ELSE role END AS rank,
                currents + totals > 0 AND grands > 0 OR totals > 0 AND currents > 0 AS has_current
         FROM bare_total WHERE same_role = 1 AND NOT (currents > 0 AND totals > 0 AND grands > 0)
                AND id NOT IN (SELECT parent FROM x_down)
                -- A third list (支出用途) shares the balances printed in the second: its grand total is not its own sum.
                AND NOT (role = 'grand' AND EXISTS (
                      SELECT 1 FROM x_cell b WHERE b.document_id = bare_total.document_id AND b.table_no = bare_total.table_no
                             AND b.side = bare_total.side AND b.role IN ('opening', 'closing'))
                    AND NOT EXISTS (
                      SELECT 1 FROM x_cell b WHERE b.document_id = bare_total.document_id AND b.table_no = bare_total.table_no
                             AND b.side = bare_total.side AND b.column_no = bare_total.column_no AND b.role IN ('opening', 'closing')))
       )
       SELECT DISTINCT c.id, t.id, 'total', NULL
       FROM lone t JOIN top c ON c.document_id = t.document_id AND c.table_no = t.table_no AND c.column_no = t.column_no
            AND c.side = t.side AND c.id <> t.id AND (c.body = t.body OR t.body = '')
       WHERE CASE WHEN t.form IN {TWO_SIDED} THEN
                  CASE WHEN t.rank = 'current' THEN c.role IS NULL AND c.flow = t.flow
                       WHEN t.has_current THEN c.role IN ('current', 'total', 'opening', 'closing')
                       ELSE c.role IS NULL OR c.role IN ('opening', 'closing') END
             ELSE c.role IS NULL AND (t.fc IS NULL AND t.ec IS NULL) END""",
    # ---- along a row
    """CREATE OR REPLACE TEMP TABLE x_across AS
       SELECT c.id AS child, p.id AS parent, 'tree' AS how, c.column_doubt AS doubt
       FROM x_cell c JOIN x_cell p ON p.document_id = c.document_id AND p.table_no = c.table_no AND p.row_no = c.row_no
            AND p.column_no = c.parent_column_no
       WHERE NOT c.sub AND p.form <> 'three_public' AND p.measure IS NOT DISTINCT FROM c.measure AND p.year IS NOT DISTINCT FROM c.year""",
    """INSERT INTO x_across
       WITH part(whole, part, flow) AS (VALUES
         ('total', 'basic', 'expenditure'), ('total', 'project', 'expenditure'), ('total', 'remit_superior', 'expenditure'),
         ('total', 'operating', 'expenditure'), ('total', 'subsidize_subordinate', 'expenditure'),
         ('basic', 'personnel', 'expenditure'), ('basic', 'operation', 'expenditure'),
         ('total', 'fiscal_grant', 'income'), ('total', 'superior_subsidy', 'income'), ('total', 'institution', 'income'),
         ('total', 'operating_income', 'income'), ('total', 'subordinate_remittance', 'income'),
         ('total', 'other_income', 'income')),
       bare AS (
         SELECT document_id, table_no FROM x_cell GROUP BY ALL HAVING count(parent_column_no) = 0
       )
       SELECT c.id, p.id, 'component', NULL
       FROM x_cell p JOIN bare USING (document_id, table_no) JOIN part w ON w.whole = p.component AND w.flow = p.flow
       JOIN x_cell c ON c.document_id = p.document_id AND c.table_no = p.table_no AND c.row_no = p.row_no
            AND c.component = w.part AND c.flow = p.flow AND c.measure = p.measure AND c.year = p.year AND c.fund = p.fund
            AND c.ec IS NOT DISTINCT FROM p.ec
       WHERE NOT c.sub AND NOT p.sub AND c.column_no <> p.column_no AND p.form IN ('income', 'expenditure',
             'general_expenditure', 'general_project_expenditure', 'project_expenditure', 'general_basic_expenditure')""",
    # ---- headlines
    f"""CREATE OR REPLACE TEMP TABLE x_head AS
       WITH total AS (
         SELECT * FROM x_cell WHERE role IN ('grand', 'current', 'total', 'opening', 'closing') AND NOT sub
       ), ranked AS (
         SELECT *, count(*) FILTER (role = 'grand') OVER w AS grands, count(*) FILTER (role = 'current') OVER w AS currents,
                count(*) OVER (PARTITION BY document_id, table_no, side, role, component, fund, measure, year, body, column_no) AS twins,
                count(*) OVER (PARTITION BY document_id, table_no, side, role, component, fund, measure, year, body) = 1 AS alone
         FROM total WINDOW w AS (PARTITION BY document_id, table_no, column_no, side)
       )
       SELECT *, CASE WHEN role <> 'total' THEN role
                      WHEN form IN {TWO_SIDED} AND grands > 0 THEN 'current'
                      WHEN form IN {TWO_SIDED} THEN 'grand'
                      ELSE 'total' END AS rank
       FROM ranked WHERE twins = 1""",
)
