"""Inside one form: rows add up along the header, and codes add up down the column."""

from __future__ import annotations

from expectations.model import Rule
from expectations.rules.common import LOOK_UP, OFFICIAL_FINAL, sum_of, with_form

_READS = ("line_item", "form_instance")
_WITHHELD = "下级之和比上级少的，也可能是公布者不列涉密科目：确属此情的“认可”。"


def _tree(identifier: str, title: str, forms: tuple[str, ...], condition: str) -> Rule:
    names = ", ".join(f"'{form}'" for form in forms)
    return Rule(
        id=identifier,
        family="within",
        severity="error",
        title=title,
        expected="上一级金额等于其下一级各行金额之和；合计行等于各顶层行之和（“其中”行不计）",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP + _WITHHELD,
        reads=_READS,
        sql=sum_of("x_down", f"p.form IN ({names}) AND {condition}"),
        applies=with_form(*forms)
        + f" INTERSECT SELECT document_id FROM x_cell WHERE form IN ({names}) GROUP BY document_id HAVING count(DISTINCT row_no) > 1",
        coverage=0.6,
    )


def _row(identifier: str, title: str, expected: str, forms: tuple[str, ...], condition: str, parts: str) -> Rule:
    names = ", ".join(f"'{form}'" for form in forms)
    return Rule(
        id=identifier,
        family="within",
        severity="error",
        title=title,
        expected=expected,
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql=sum_of("x_across", f"p.form IN ({names}) AND {condition}"),
        # A row must carry the whole and a part of it, else there is nothing to add.
        applies=f"""SELECT document_id FROM x_cell p WHERE form IN ({names}) AND NOT sub GROUP BY document_id, table_no, row_no, measure, year
          HAVING bool_or({condition}) AND count(DISTINCT CASE WHEN {parts} THEN column_no END) > 1""",
    )


_CODED = "(p.fc IS NOT NULL OR p.ec IS NOT NULL)"
_PLAIN = "(p.fc IS NULL AND p.ec IS NULL)"
_EXPENDITURE = ("expenditure", "general_expenditure", "general_project_expenditure", "project_expenditure")
_DETAIL = ("grant_expenditure_detail", "general_expenditure_detail")
_FUND = ("fund_income_expenditure", "capital_income_expenditure", "capital_expenditure")

RULES: tuple[Rule, ...] = (
    _tree("INCOME-TREE", "收入表各级科目逐级相加", ("income",), "true"),
    _tree("EXPENDITURE-TREE", "支出表各级科目逐级相加", ("expenditure",), "true"),
    _tree(
        "GENERAL-TREE",
        "一般公共预算支出表各级科目逐级相加",
        ("general_expenditure", "general_project_expenditure"),
        "true",
    ),
    _tree("DETAIL-TREE", "财政拨款支出明细表各级科目逐级相加", _DETAIL, "true"),
    _tree("BASIC-TREE", "基本支出表经济分类逐级相加", ("general_basic_expenditure",), "true"),
    _tree("FUND-TREE", "政府性基金、国有资本经营预算表各级科目逐级相加", _FUND, "true"),
    _tree("PROJECT-TREE", "项目支出表各项目相加等于合计", ("project_expenditure",), "true"),
    _row(
        "INCOME-ROW",
        "收入表每行合计等于各项收入来源之和",
        "本年收入合计＝财政拨款＋上级补助＋事业＋经营＋附属单位上缴＋其他",
        ("income",),
        "p.flow = 'income' AND p.component = 'total'",
        "flow = 'income' AND component <> 'total'",
    ),
    _row(
        "EXPENDITURE-ROW",
        "支出类各表每行合计等于各支出构成之和",
        "支出合计＝基本支出＋项目支出＋上缴上级支出＋经营支出＋对附属单位补助支出",
        _EXPENDITURE,
        "p.component IN ('total', 'project')",
        "component IN ('basic', 'project', 'remit_superior', 'operating', 'subsidize_subordinate')",
    ),
    _row(
        "BASIC-ROW",
        "基本支出等于人员经费与公用经费之和（按行）",
        "基本支出＝人员经费＋公用经费",
        (*_EXPENDITURE, "general_basic_expenditure"),
        "(p.component = 'basic' OR p.form = 'general_basic_expenditure' AND p.component = 'total')",
        "component IN ('personnel', 'operation')",
    ),
    _row(
        "DETAIL-ROW",
        "支出明细表每行合计等于各经济科目之和",
        "合计＝各类经济分类支出之和，类＝各款之和",
        _DETAIL,
        "true",
        "length(ec) = 3",
    ),
    _row(
        "FUND-ROW",
        "政府性基金、国有资本经营预算表本年支出等于基本支出与项目支出之和",
        "本年支出＝基本支出＋项目支出",
        _FUND,
        "p.component IN ('current_expenditure', 'total')",
        "component IN ('basic', 'project')",
    ),
    Rule(
        id="FUND-CLOSURE",
        family="within",
        severity="error",
        title="政府性基金、国有资本经营预算表每行收支平衡",
        expected="年初结转和结余＋本年收入＝本年支出＋年末结转和结余",
        source=OFFICIAL_FINAL,
        remedy=LOOK_UP,
        reads=_READS,
        sql="""WITH f AS (
          SELECT document_id, table_no, row_no, body, measure, year, any_value(key) AS key, any_value(label) AS label,
                 any_value(unit) AS unit, list(id ORDER BY column_no, id) AS ids, sum(half) AS tolerance,
                 sum(amount) FILTER (component = 'opening_balance') AS opening,
                 sum(amount) FILTER (component = 'current_income') AS income,
                 sum(amount) FILTER (component = 'current_expenditure') AS spent,
                 sum(amount) FILTER (component = 'closing_balance') AS closing,
                 count(*) FILTER (component = 'current_expenditure') AS spent_n,
                 count(*) FILTER (component = 'current_income') AS income_n
          FROM x_cell WHERE form IN ('fund_income_expenditure', 'capital_income_expenditure') AND NOT sub
               AND component IN ('opening_balance', 'current_income', 'current_expenditure', 'closing_balance')
          GROUP BY ALL)
        SELECT document_id, key AS group_key, label, coalesce(opening, 0) + coalesce(income, 0) AS expected,
               coalesce(spent, 0) + coalesce(closing, 0) AS observed, tolerance, ids, unit
        FROM f WHERE spent_n <= 1 AND income_n <= 1 AND (spent IS NOT NULL OR closing IS NOT NULL)
             AND (income IS NOT NULL OR opening IS NOT NULL)""",
        applies="""SELECT document_id FROM x_cell WHERE form IN ('fund_income_expenditure', 'capital_income_expenditure')
          GROUP BY document_id HAVING bool_or(component = 'current_income') AND bool_or(component = 'current_expenditure')""",
    ),
)
