"""Layouts of the provincial and central families, redrawn small: same meaning, other words, other columns.

Headers follow the official forms of the disclosure rules (预决算公开) as the families print them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from extractors.model import Block
from models.disclosure import LineItem, Metadata
from models.forms import FormsReading, read_forms
from models.sums import sums
from tests.models.grids import budget, extract, final_account, line, table


def _read(*blocks: Block, metadata: Metadata | None = None) -> FormsReading:
    return read_forms(extract(blocks), metadata or budget())


def _government(year: int = 2025) -> Metadata:
    return Metadata("budget", "government", year, "示例市财政局", f"示例市{year}年政府预算")


def _meanings(reading: FormsReading) -> set[tuple[str, str | None, str | None]]:
    return {(i.form, i.component, i.fund) for i in reading.line_items}


def _one(reading: FormsReading, **wanted: object) -> LineItem:
    found = [i for i in reading.line_items if all(getattr(i, k) == v for k, v in wanted.items())]
    assert len(found) == 1, [
        (i.form, i.item_name, i.component, i.fund, i.measure, i.published_text) for i in reading.line_items
    ]
    return found[0]


def _holds(reading: FormsReading, at_least: int) -> None:
    found = sums(reading.line_items)
    assert len(found) >= at_least, f"{len(found)} sums"
    assert all(s.holds for s in found), [(s.parent.item_name, s.parent.component) for s in found if not s.holds]


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("表1 部门收支总表", "income_expenditure"),
        ("公开01表 收支预算总表", "income_expenditure"),
        ("预算01表 2026年部门收支总体情况表", "income_expenditure"),
        ("表1-1 部门收入总表", "income"),
        ("表1-2 部门支出总表", "expenditure"),
        ("表2 财政拨款收支预算总表", "grant_income_expenditure"),
        ("表2-1 财政拨款支出预算表（部门经济分类科目）", "grant_expenditure_detail"),
        ("表3 一般公共预算支出预算表", "general_expenditure"),
        ("表3-1 一般公共预算基本支出预算表", "general_basic_expenditure"),
        ("表3-2 一般公共预算项目支出预算表", "general_project_expenditure"),
        ("表3-3 一般公共预算“三公”经费支出预算表", "three_public"),
        ("表4 政府性基金支出预算表", "fund_income_expenditure"),
        ("表4-1 政府性基金预算“三公”经费支出预算表", "three_public"),
        ("表5 国有资本经营预算支出预算表", "capital_expenditure"),
        ("财决公开07表 一般公共预算财政拨款“三公”经费支出决算表", "three_public"),
        ("公开08表 政府性基金预算财政拨款收入支出决算表", "fund_income_expenditure"),
        ("公开09表 国有资本经营预算财政拨款支出决算表", "capital_expenditure"),
        ("表6：高等学校一般公共预算财政拨款支出决算表", "general_expenditure"),
        ("表3：高等学校支出决算表", "expenditure"),
    ],
)
def test_titles_of_the_families_name_their_forms(title: str, form: str) -> None:
    grid = table("科目编码 | 科目名称 | 合计\n201 | 一般公共服务支出 | 8.00")
    reading = _read(line(title), line("单位：万元"), grid)
    assert [f.form for f in reading.forms] == [form]


def test_sichuan_form_1_1_has_codes_in_three_columns_and_a_unit_code() -> None:
    reading = _read(
        line("表1-1"), line("部门收入总表"), line("金额单位：万元"),
        table("""
            科目编码 | < | < | 单位代码 | 单位名称（科目） | 合计 | 上年结转 | 一般公共预算拨款收入 | 政府性基金预算拨款收入 | 事业收入 | 其他收入
            类 | 款 | 项 | ^ | ^ | ^ | ^ | ^ | ^ | ^ | ^
             |  |  |  | 合计 | 100.00 | 5.00 | 90.00 |  | 3.00 | 2.00
             |  |  | 301001 | 示例市财政局（本级） | 100.00 | 5.00 | 90.00 |  | 3.00 | 2.00
            201 | 06 | 01 | 301001 | 行政运行 | 80.00 |  | 80.00 |  |  |
            201 | 06 | 02 | 301001 | 一般行政管理事务 | 20.00 | 5.00 | 10.00 |  | 3.00 | 2.00
        """),
    )  # fmt: skip
    assert _one(reading, function_code="2010601", component="total").amount_yuan == Decimal("800000")
    assert _one(reading, function_code="2010602", component="institution").amount_yuan == Decimal("30000")
    assert _one(reading, function_code="2010602", component="opening_balance").flow == "balance"
    _holds(reading, 4)


def test_shanghai_budget_by_function_in_yuan() -> None:
    reading = _read(
        line("2026年部门一般公共预算支出功能分类预算表"), line("编制部门：示例区财政局    单位：元"),
        table("""
            项目 | < | < | < | 一般公共预算支出 | < | <
            功能分类科目编码 | < | < | 功能分类科目名称 | 合计 | 基本支出 | 项目支出
            类 | 款 | 项 | ^ | ^ | ^ | ^
            201 |  |  | 一般公共服务支出 | 3,000 | 2,000 | 1,000
            201 | 06 |  | 财政事务 | 3,000 | 2,000 | 1,000
            201 | 06 | 01 | 行政运行 | 3,000 | 2,000 | 1,000
            合计 | < | < | < | 3,000 | 2,000 | 1,000
        """),
    )  # fmt: skip
    assert {i.form for i in reading.line_items} == {"general_expenditure"}
    assert _one(reading, function_code="2010601", component="basic").amount_yuan == Decimal(2000)
    _holds(reading, 10)


def test_central_final_account_with_column_numbers_and_notes() -> None:
    reading = _read(
        line("支出决算表"), line("公开03表"), line("部门：示例部 金额单位：万元"),
        table("""
            项目 | < | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出
            功能分类科目编码 | 科目名称 | ^ | ^ | ^ | ^ | ^ | ^
            栏次 | < | 1 | 2 | 3 | 4 | 5 | 6
            合计 | < | 50.00 | 30.00 | 19.00 |  | 1.00 |
            201 | 一般公共服务支出 | 50.00 | 30.00 | 19.00 |  | 1.00 |
            注：本表反映部门本年度各项支出情况。 | < | < | < | < | < | < | <
        """),
        metadata=final_account(),
    )  # fmt: skip
    assert {i.component for i in reading.line_items} == {"total", "basic", "project", "operating"}
    assert len(reading.line_items) == 8
    _holds(reading, 3)


def test_university_income_has_fees_as_a_subset_of_institution_income() -> None:
    reading = _read(
        line("表2：高等学校收入决算表"), line("单位：万元"),
        table("""
            科目编码 | 科目名称 | 本年收入合计 | 财政拨款收入 | 事业收入 | < | 其他收入
            ^ | ^ | ^ | ^ | 金额 | 其中：教育收费 | ^
            205 | 教育支出 | 100.00 | 60.00 | 30.00 | 25.00 | 10.00
            20502 | 普通教育 | 100.00 | 60.00 | 30.00 | 25.00 | 10.00
            2050205 | 高等教育 | 100.00 | 60.00 | 30.00 | 25.00 | 10.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    fees = [i for i in reading.line_items if i.subset]
    assert [i.published_text for i in fees] == ["25.00"] * 3 and all("教育收费" in i.item for i in fees)
    _holds(reading, 6)


def test_special_account_money_of_a_university_is_no_grant() -> None:
    reading = _read(
        line("收入预算总表"), line("单位：万元"),
        table("""
            合计 | 一般公共预算财政拨款 | 财政专户管理资金收入 | 事业收入 | 上年结转
            100.00 | 60.00 | 25.00 | 10.00 | 5.00
        """),
    )  # fmt: skip
    assert [(i.component, i.item) for i in reading.line_items if i.published_text == "25.00"] == [
        ("other_income", "财政专户管理资金收入")
    ]
    _holds(reading, 1)


def test_chongqing_basic_expenditure_by_one_column_of_names() -> None:
    reading = _read(
        line("表五 一般公共预算财政拨款基本支出预算表"), line("单位：万元"),
        table("""
            经济分类科目 | < | 2026年基本支出 | < | <
            科目编码 | 科目名称 | 总计 | 人员经费 | 日常公用经费
             | 合计 | 9.00 | 6.00 | 3.00
            301 | 工资福利支出 | 6.00 | 6.00 |
            30101 | 基本工资 | 6.00 | 6.00 |
            302 | 商品和服务支出 | 3.00 |  | 3.00
            30201 | 办公费 | 3.00 |  | 3.00
        """),
    )  # fmt: skip
    assert _one(reading, economic_code="30201", component="operation").amount_yuan == Decimal(30000)
    assert _one(reading, level="total", component="basic").published_text == "9.00"
    _holds(reading, 6)


def test_government_revenue_by_code_and_its_growth() -> None:
    reading = _read(
        line("2025年全市一般公共预算收入执行情况表"), line("单位：万元"),
        table("""
            科目编码 | 项目 | 预算数 | 调整预算数 | 执行数 | 为预算的% | 比上年增减%
            101 | 一、税收收入 | 90 | 92 | 95 | 103.3 | 4.1
            10101 | 增值税 | 90 | 92 | 95 | 103.3 | -0.2
             | 收入合计 | 90 | 92 | 95 | 103.3 | 4.1
        """),
        metadata=_government(),
    )  # fmt: skip
    assert {i.measure for i in reading.line_items} == {"budget", "adjusted_budget", "final"}
    assert {i.flow for i in reading.line_items} == {"income"}
    assert len(reading.line_items) == 9 and len(reading.statistics) == 6


def test_social_insurance_funds_side_by_side_are_other_and_add_up() -> None:
    reading = _read(
        line("2025年全市社会保险基金预算收入表"), line("单位：万元"),
        table("""
            项目 | 合计 | 企业职工基本养老保险基金 | 失业保险基金 | 工伤保险基金
            一、上年结余 | 60 | 30 | 20 | 10
            二、本年收入 | 30 | 15 | 10 | 5
            其中：社会保险费收入 | 20 | 10 | 7 | 3
            三、年末滚存结余 | 90 | 45 | 30 | 15
        """),
        metadata=_government(),
    )  # fmt: skip
    assert {i.form for i in reading.line_items} == {"other"}
    assert {i.component for i in reading.line_items if i.item_name.startswith("一、")} == {"opening_balance"}
    _holds(reading, 3)


def test_transfers_by_region_side_by_side_lists() -> None:
    reading = _read(
        line("2025年对下税收返还和转移支付分地区情况表"), line("单位：亿元"),
        table("""
            地区 | 金额 | 地区 | 金额
            甲县 | 1.20 | 丙县 | 2.10
            乙县 | 0.80 | 丁县 | 0.90
        """),
        metadata=_government(),
    )  # fmt: skip
    assert [(i.item_name, i.published_text) for i in sorted(reading.line_items, key=lambda i: i.row_no or 0)] == [
        ("甲县", "1.20"), ("乙县", "0.80"), ("丙县", "2.10"), ("丁县", "0.90"),
    ]  # fmt: skip


def test_the_same_form_of_the_department_and_of_its_unit_are_two_tables() -> None:
    grid = "科目编码 | 科目名称 | 合计\n | 合计 | {0}\n201 | 一般公共服务支出 | {0}"
    reading = _read(
        line("支出总表"), line("部门：示例市财政局 单位：万元"), table(grid.format("8.00")),
        line("支出总表", 2), line("部门：示例市国库支付中心 单位：万元", 2), table(grid.format("3.00"), page=2),
    )  # fmt: skip
    assert [(f.form, f.items) for f in reading.forms] == [("expenditure", 2), ("expenditure", 2)]
    _holds(reading, 2)


def test_one_economic_code_on_rows_that_differ_by_government_code() -> None:
    reading = _read(
        line("一般公共预算基本支出明细表（支出经济分类科目）"), line("单位：万元"),
        table("""
            部门预算支出经济科目编码 | 部门预算支出经济科目名称 | 政府预算支出经济科目编码 | 政府预算支出经济科目名称 | 合计 | 人员经费支出 | 公用经费支出
             | 合计 |  |  | 9.00 | 9.00 |
            301 | 工资福利支出 |  |  | 9.00 | 9.00 |
            30101 | 基本工资 | 50101 | 工资奖金津补贴 | 6.00 | 6.00 |
            30101 | 基本工资 | 50501 | 工资福利支出 | 3.00 | 3.00 |
        """),
    )  # fmt: skip
    assert [i.economic_code for i in reading.line_items if i.component == "total"].count("30101") == 2
    _holds(reading, 4)


def test_header_at_the_foot_of_a_page_and_the_table_on_the_next() -> None:
    reading = _read(
        line("财政拨款收支预算总表"), line("单位：万元"), table("收入 | 支出"),
        table("""
            项目名称 | 金额 | 支出用途 | <
            ^ | ^ | 项目名称 | 金额
            一、一般公共预算 | 33.15 | 一、基本支出 | 20.10
             |  | 二、项目支出 | 13.05
            收入合计 | 33.15 | 支出合计 | 33.15
        """, page=2),
    )  # fmt: skip
    assert [(f.form, f.unit, f.items, f.amounts) for f in reading.forms] == [("grant_income_expenditure", "万元", 5, 5)]
    assert _one(reading, component="basic").flow == "expenditure"


def test_general_public_revenue_without_the_word_budget_in_the_middle() -> None:
    reading = _read(
        line("2025年全市一般公共收入预算执行情况"), line("单位：万元"),
        table("收入分类 | 预算数 | 执行数 | 占预算的%\n合计 | 420 | 400 | 95.2\n印花税 | 420 | 400 | 95.2"),
        metadata=_government(),
    )  # fmt: skip
    assert {(i.form, i.fund, i.flow) for i in reading.line_items} == {("income", "general", "income")}


def test_total_that_spans_two_lists_on_the_next_page_keeps_its_name() -> None:
    first = table(
        """
        收入 | < | 支出 | < | < | <
        项目 | 金额 | 功能分类 | 金额 | 支出用途 | 金额
        一、财政拨款 | 90 | 一、教育支出 | 90 | 一、基本支出 | 90
        """
    )
    last = table("收入合计 | 90 | 支出合计 | 90", page=2)
    lefts = (0.0, 100.0, 200.0, 500.0, 600.0)  # drawn in its own columns: the third lies under three of the first page
    cells = tuple(
        replace(c, place=replace(c.place, box=(lefts[n], 100.0, lefts[n + 1], 120.0))) for n, c in enumerate(last.cells)
    )
    reading = _read(line("收支预算总表"), line("单位：万元"), first, replace(last, cells=cells))
    assert not [f for f in reading.findings if f.code == "TABLE-ROW-UNLABELLED"]
    assert [(i.item_name, i.level) for i in reading.line_items if i.place.page == 2] == [
        ("收入合计", "total"),
        ("支出合计", "total"),
    ]
