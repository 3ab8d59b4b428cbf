"""What must be there: all forms of the kind, a note under an empty one, amounts that are plausible, findings of the reader."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import OFFICIAL_FINAL, OFFICIAL_OPEN

_FINAL = (
    "('income_expenditure'), ('income'), ('expenditure'), ('grant_income_expenditure'), ('general_expenditure'), "
    "('general_basic_expenditure'), ('three_public'), ('fund_income_expenditure'), ('capital_expenditure')"
)
_BUDGET = (
    "('income_expenditure'), ('income'), ('expenditure'), ('grant_income_expenditure'), ('general_expenditure'), "
    "('general_basic_expenditure'), ('three_public'), ('fund_income_expenditure')"
)


def _forms(identifier: str, kind: str, severity: str, title: str, forms: str, least: int) -> Rule:
    return Rule(
        id=identifier,
        family="completeness",
        severity=severity,  # type: ignore[arg-type]
        title=title,
        expected="应公开的各表齐全（无数据的表也应列出并说明）",
        source=OFFICIAL_OPEN,
        remedy="对照原件：确实缺表的“认可”；有表而未认出的，报告给维护者。",
        reads=("document", "form_instance"),
        kind="report",
        # A file of text only, or of one table, is published as a part; a set of forms with one missing is not.
        sql=f"""WITH due(form) AS (VALUES {forms}),
          present AS (SELECT document_id, CASE form WHEN 'capital_income_expenditure' THEN 'capital_expenditure' ELSE form END AS form FROM x_form),
          parts AS (SELECT document_id FROM present JOIN due USING (form) JOIN x_document USING (document_id)
                    WHERE report_kind = '{kind}' AND scope IN ('department', 'unit') GROUP BY ALL HAVING count(DISTINCT form) >= {least})
          SELECT document_id, form AS group_key, '《' || fn.zh || '》' AS label,
                 CASE WHEN EXISTS (SELECT 1 FROM present p WHERE p.document_id = parts.document_id AND p.form = due.form) THEN 'passed' ELSE 'failed' END AS state,
                 '有此表' AS expected_text, '未见此表' AS observed_text
          FROM parts CROSS JOIN due JOIN x_form_name fn ON fn.code = due.form""",
        applies=f"SELECT document_id FROM x_document WHERE report_kind = '{kind}' AND scope IN ('department', 'unit')",
    )


_BELOW_ZERO = """amount < 0 AND measure IS DISTINCT FROM 'change' AND flow IS DISTINCT FROM 'balance'
  AND NOT (form = 'other' AND regexp_matches(coalesce(item_name, '') || '/' || coalesce(column_label, ''), '结余|结转|结存|盈余|赤字|差额|收支|平衡|增减|变动|净'))"""

RULES: tuple[Rule, ...] = (
    _forms("FORMS-FINAL", "final_account", "warning", "决算公开九张表齐全", _FINAL, 5),
    _forms("FORMS-BUDGET", "budget", "info", "预算公开各表齐全", _BUDGET, 5),
    Rule(
        id="FORM-EMPTY",
        family="completeness",
        severity="info",
        title="空表应附说明",
        expected="表中无数据的，表下注明本年无此项收支",
        source=OFFICIAL_OPEN,
        remedy="对照原件；确无说明的“认可”。",
        reads=("form_instance",),
        kind="report",
        sql="""SELECT document_id, form || '#' || coalesce(table_no, 0) AS group_key, '《' || fn.zh || '》' AS label,
                 CASE WHEN trim(coalesce(note, '')) <> '' THEN 'passed' ELSE 'failed' END AS state, '有说明' AS expected_text,
                 CASE WHEN trim(coalesce(note, '')) <> '' THEN note ELSE '空表，未见说明' END AS observed_text
          FROM x_form f JOIN x_form_name fn ON fn.code = f.form
          WHERE NOT has_items AND amounts = 0
                AND NOT EXISTS (SELECT 1 FROM x_form g WHERE g.document_id = f.document_id AND g.form = f.form AND g.has_items)""",
        applies="SELECT document_id FROM x_form WHERE NOT has_items AND amounts = 0",
    ),
    Rule(
        id="FORM-NOTE",
        family="completeness",
        severity="warning",
        title="空表的说明说的是本表",
        expected="政府性基金表、国有资本经营预算表、“三公”经费表的说明提到该表所列的资金",
        source=OFFICIAL_OPEN,
        remedy="对照原件：说明抄自另一张表的“认可”；表认错的报告给维护者。",
        reads=("form_instance",),
        kind="report",
        sql="""WITH word(form, own) AS (VALUES
            ('fund_income_expenditure', '政府性?基金|基金预算'), ('capital_income_expenditure', '国有?资本|国资'), ('capital_expenditure', '国有?资本|国资'),
            ('three_public', '三公|出国|接待|用车')),
          n AS (
            SELECT f.document_id, f.form, f.table_no, f.note, w.own, fn.zh,
                   -- Whether the note speaks of a fund, and of which; a sheet may hold two forms, or the title name both.
                   list_filter(['政府性基金', '国有资本经营', '“三公”经费'], lambda x: regexp_matches(f.note, regexp_replace(x, '[“”]', '', 'g'))
                     AND NOT regexp_matches(coalesce(f.title, ''), regexp_replace(x, '[“”]', '', 'g'))) AS said
            FROM x_form f JOIN word w USING (form) JOIN x_form_name fn ON fn.code = f.form
            WHERE NOT f.has_items AND f.amounts = 0 AND trim(coalesce(f.note, '')) <> '')
          SELECT document_id, 'note|' || table_no AS group_key, '《' || zh || '》' AS label,
                 CASE WHEN len(said) = 0 OR regexp_matches(note, own) THEN 'passed' ELSE 'failed' END AS state, '说明本表' AS expected_text, left(note, 60) AS observed_text
          FROM n""",
        applies="""SELECT document_id FROM x_form WHERE NOT has_items AND amounts = 0 AND trim(coalesce(note, '')) <> ''
          AND form IN ('fund_income_expenditure', 'capital_income_expenditure', 'capital_expenditure', 'three_public')""",
    ),
    Rule(
        id="FORM-UNREAD",
        family="completeness",
        severity="warning",
        title="印出的金额都应读成",
        expected="每张表印出的金额全部成为数据",
        source="本系统的完整性要求",
        remedy="对照原件：未读成的金额不在库中，用到该表时须留意；报告给维护者。",
        reads=("form_instance",),
        kind="report",
        sql="""SELECT f.document_id, f.form || '#' || coalesce(f.table_no, 0) AS group_key, '《' || fn.zh || '》' || coalesce('（' || f.title || '）', '') AS label,
                 CASE WHEN f.unread = 0 THEN 'passed' ELSE 'failed' END AS state, f.amounts || ' 个' AS expected_text,
                 f.items || ' 个，' || f.unread || ' 个未读成' AS observed_text, CASE WHEN f.unread * 20 <= f.amounts THEN 'info' END AS severity
          FROM x_form f JOIN x_form_name fn ON fn.code = f.form WHERE f.amounts > 0""",
        applies="SELECT document_id FROM x_form WHERE amounts > 0",
    ),
    Rule(
        id="AMOUNT-NEGATIVE",
        family="completeness",
        severity="info",
        title="收入、支出金额一般不为负",
        expected="金额≥0（增减数除外）",
        source=OFFICIAL_FINAL,
        remedy="对照原件；确为冲减的无需处理。",
        reads=("line_item",),
        kind="report",
        # A whole class (类) below zero is hardly ever a correction of one payment, nor is a figure whose sign no sum of its
        # table confirms. A balance, a surplus, a difference may be.
        sql=f"""WITH tie AS (SELECT child, parent FROM x_down UNION SELECT child, parent FROM x_across),
          whole AS (SELECT parent, sum(c.amount) AS amount, sum(c.half) AS half FROM tie JOIN x_cell c ON c.id = child GROUP BY parent),
          confirmed AS (SELECT child FROM tie JOIN whole USING (parent) JOIN x_cell p ON p.id = parent WHERE abs(p.amount - whole.amount) <= p.half + whole.half)
          SELECT document_id, key AS group_key, label, 'failed' AS state, '≥0' AS expected_text, published_text AS observed_text, [id] AS ids,
                 CASE WHEN scope <> 'government' AND (length(fc) = 3 AND ec IS NULL OR form <> 'narrative' AND id NOT IN (SELECT child FROM confirmed))
                      THEN 'warning' END AS severity
          FROM x_item WHERE {_BELOW_ZERO}""",
        applies=f"SELECT document_id FROM x_item WHERE {_BELOW_ZERO}",
    ),
    Rule(
        id="AMOUNT-LARGE",
        family="completeness",
        severity="warning",
        title="部门金额不应达到国家级规模（疑为单位误读）",
        expected="部门、单位的单项金额小于 1 万亿元",
        source="合理性核对",
        remedy="核对表的金额单位（元、万元、亿元）。",
        reads=("line_item", "document"),
        kind="report",
        sql="""SELECT x.document_id, x.key AS group_key, x.label, 'failed' AS state, '<1万亿元' AS expected_text,
                 in_unit(x.amount, '亿元') AS observed_text, [x.id] AS ids
          FROM x_item x JOIN x_document d USING (document_id) WHERE abs(x.amount) >= 1000000000000 AND d.scope IN ('department', 'unit')""",
        applies="SELECT x.document_id FROM x_item x JOIN x_document d USING (document_id) WHERE abs(x.amount) >= 1000000000000 AND d.scope IN ('department', 'unit')",
    ),
    Rule(
        id="TITLE-YEAR",
        family="completeness",
        severity="warning",
        title="表题中的年度与文件年度一致",
        expected="表题写有年度的，其中有文件的年度",
        source=OFFICIAL_OPEN,
        remedy="对照原件：公布者沿用上年表题的“认可”；年度读错的报告给维护者。",
        reads=("form_instance", "document"),
        kind="report",
        sql="""WITH t AS (
            SELECT f.document_id, f.table_no, f.title, d.fiscal_year, regexp_extract_all(f.title, '(20\\d\\d)\\s*年', 1) AS years, fn.zh
            FROM x_form f JOIN x_document d USING (document_id) JOIN x_form_name fn ON fn.code = f.form
            -- A government's report holds last year's execution beside this year's budget.
            WHERE f.title IS NOT NULL AND d.scope <> 'government')
          SELECT document_id, 'title|' || table_no AS group_key, '《' || zh || '》' AS label,
                 CASE WHEN list_contains(years, fiscal_year::VARCHAR) THEN 'passed' ELSE 'failed' END AS state, fiscal_year || ' 年' AS expected_text,
                 left(title, 60) AS observed_text
          FROM t WHERE len(years) > 0""",
        applies="SELECT f.document_id FROM x_form f JOIN x_document d USING (document_id) WHERE d.scope <> 'government' AND regexp_matches(f.title, '20\\d\\d\\s*年')",
    ),
)
