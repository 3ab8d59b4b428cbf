"""The contract's words in Chinese, as messages and reports name them: forms, components, funds, measures."""

from __future__ import annotations

FORM_NAMES: dict[str, str] = {
    "income_expenditure": "收入支出总表",
    "income": "收入表",
    "expenditure": "支出表",
    "grant_income_expenditure": "财政拨款收入支出总表",
    "grant_expenditure_detail": "财政拨款支出明细表",
    "general_expenditure": "一般公共预算财政拨款支出表",
    "general_expenditure_detail": "一般公共预算财政拨款支出明细表",
    "general_basic_expenditure": "一般公共预算财政拨款基本支出表",
    "general_project_expenditure": "一般公共预算财政拨款项目支出表",
    "three_public": "“三公”经费表",
    "fund_income_expenditure": "政府性基金预算收入支出表",
    "capital_income_expenditure": "国有资本经营预算收入支出表",
    "capital_expenditure": "国有资本经营预算支出表",
    "project_expenditure": "项目支出表",
    "narrative": "正文",
}

COMPONENT_NAMES: dict[str, str] = {
    "total": "合计",
    "basic": "基本支出",
    "project": "项目支出",
    "personnel": "人员经费",
    "operation": "公用经费",
    "remit_superior": "上缴上级支出",
    "operating": "经营支出",
    "subsidize_subordinate": "对附属单位补助支出",
    "fiscal_grant": "财政拨款",
    "superior_subsidy": "上级补助收入",
    "institution": "事业收入",
    "operating_income": "经营收入",
    "subordinate_remittance": "附属单位上缴收入",
    "other_income": "其他收入",
    "general": "一般公共预算",
    "gov_fund": "政府性基金",
    "state_capital": "国有资本经营",
    "opening_balance": "年初结转和结余",
    "current_income": "本年收入",
    "current_expenditure": "本年支出",
    "closing_balance": "年末结转和结余",
    "overseas": "因公出国（境）费",
    "vehicle": "公务用车购置及运行维护费",
    "vehicle_purchase": "公务用车购置费",
    "vehicle_operation": "公务用车运行维护费",
    "reception": "公务接待费",
}

FUND_NAMES: dict[str, str] = {
    "general": "一般公共预算",
    "gov_fund": "政府性基金预算",
    "state_capital": "国有资本经营预算",
    "fiscal_grant": "财政拨款",
}

MEASURE_NAMES: dict[str, str] = {
    "budget": "预算数",
    "adjusted_budget": "调整预算数",
    "final": "决算数",
    "prior_final": "上年数",
    "change": "增减数",
}
