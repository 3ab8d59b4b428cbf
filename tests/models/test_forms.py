"""What the forms reader makes of printed tables: each case is a layout trap met in real documents, redrawn small."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.disclosure import LineItem, Metadata
from models.forms import FormsReading, columns, read_forms
from models.forms.logical import LogicalTable
from models.sums import sums
from tests.models.grids import budget, extract, final_account, line, table


def read(*blocks: object, metadata: Metadata | None = None) -> FormsReading:
    return read_forms(extract(blocks), metadata or final_account())  # type: ignore[arg-type]


def one(reading: FormsReading, **wanted: object) -> LineItem:
    found = [i for i in reading.line_items if all(getattr(i, k) == v for k, v in wanted.items())]
    assert len(found) == 1, (
        f"{wanted}: {len(found)} of {[(i.item_name, i.component, i.fund, i.amount_yuan) for i in reading.line_items]}"
    )
    return found[0]


def test_two_sided_form_reads_both_sides_and_its_continuation_without_title_or_header() -> None:
    reading = read(
        line("收入支出决算总表"),
        line("单位：万元"),
        table("""
            收入 | < | 支出 | <
            项目 | 决算数 | 项目 | 决算数
            一、一般公共预算财政拨款收入 | 2,940.05 | 一、一般公共服务支出 | 2,106.66
            八、其他收入 | 6.20 | 八、社会保障和就业支出 | 833.39
            本年收入合计 | 2,946.25 | 本年支出合计 | 2,940.05
        """),
        table("""
            使用非财政拨款结余（含专用结余） | | 结余分配 |
            年初结转和结余 | 49.14 | 年末结转和结余 | 55.34
            总计 | 2,995.39 | 总计 | 2,995.39
        """, page=2),
    )  # fmt: skip
    assert {i.form for i in reading.line_items} == {"income_expenditure"}
    assert {i.fund for i in reading.line_items} == {"all"}
    assert one(reading, component="general").amount_yuan == Decimal("29400500")
    assert one(reading, function_code="208").amount_yuan == Decimal("8333900")
    assert one(reading, component="opening_balance").amount_yuan == Decimal("491400")
    closing = one(reading, component="closing_balance")
    assert (closing.flow, closing.amount_yuan, closing.place.page) == ("balance", Decimal("553400"), 2)
    assert [i.amount_yuan for i in reading.line_items if i.item == "总计"] == [Decimal("29953900")] * 2
    assert len(reading.line_items) == 10


def test_codes_split_over_columns_take_missing_parents_from_above() -> None:
    reading = read(
        line("支出总表 单位：万元"),
        table("""
            科目编码 | < | < | 科目名称 | 合计 | 基本支出 | 项目支出
            类 | 款 | 项 | ^ | ^ | ^ | ^
             | | | 合计 | 10.00 | 7.00 | 3.00
            201 | | | 一般公共服务支出 | 10.00 | 7.00 | 3.00
             | 06 | | 财政事务 | 10.00 | 7.00 | 3.00
             | | 01 | 行政运行 | 7.00 | 7.00 |
             | | 02 | 一般行政管理事务 | 3.00 | | 3.00
        """),
        metadata=budget(),
    )  # fmt: skip
    assert one(reading, function_code="2010601", component="basic").amount_yuan == Decimal("70000")
    assert one(reading, function_code="2010602", component="project").level == "项"
    assert len(reading.line_items) == 3 * 3 + 4
    parent = one(reading, function_code="20106", component="total")
    assert one(reading, function_code="2010601", component="total").parent_row_no == parent.row_no
    assert parent.measure == "budget"


def test_header_whose_last_row_is_already_the_total_row() -> None:
    reading = read(
        line("收入决算表"), line("单位：万元"),
        table("""
            项目 | < | < | < | 本年收入合计 | 财政拨款收入 | 其他收入
            支出功能分类科目编码 | < | < | 科目名称 | ^ | ^ | ^
            类 | 款 | 项 | 合计 | 12.30 | 12.00 | 0.30
            201 | | | 一般公共服务支出 | 12.30 | 12.00 | 0.30
        """),
    )  # fmt: skip
    total = one(reading, level="total", component="total")
    assert total.amount_yuan == Decimal("123000")
    assert one(reading, level="total", component="other_income").amount_yuan == Decimal("3000")


def test_continuation_with_repeated_header_and_no_title_belongs_to_the_form_before() -> None:
    head = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出"
    reading = read(
        line("一般公共预算财政拨款支出决算表"), line("单位：万元"),
        table(f"{head}\n201 | 一般公共服务支出 | 5.00 | 5.00 |"),
        table(f"{head}\n208 | 社会保障和就业支出 | 4.00 | | 4.00", page=2),
    )  # fmt: skip
    assert {(i.form, i.table_no) for i in reading.line_items} == {("general_expenditure", 1)}
    assert one(reading, function_code="208", component="project").place.page == 2
    assert len(reading.forms) == 1
    assert reading.forms[0].last_page == 2


@pytest.mark.parametrize("numbers", ["栏次 | 1 | 2", "** | 1 | 2", "| 1 | 2"])
def test_rows_of_column_numbers_are_no_amounts(numbers: str) -> None:
    reading = read(
        line("支出决算表"), line("单位：万元"), table(f"科目名称 | 合计 | 基本支出\n{numbers}\n合计 | 8.00 | 8.00")
    )
    assert [i.amount_yuan for i in reading.line_items] == [Decimal("80000")] * 2


def test_blank_is_no_amount_and_a_printed_zero_is() -> None:
    reading = read(
        line("支出决算表"),
        line("单位：万元"),
        table("科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n201 | 一般公共服务支出 | 0.00 | - | "),
    )
    assert [(i.component, i.amount_yuan) for i in reading.line_items] == [("total", Decimal("0"))]


def test_two_figures_in_one_cell_are_never_joined() -> None:
    reading = read(
        line("支出决算表"),
        line("单位：万元"),
        table("科目编码 | 科目名称 | 合计\n201 | 一般公共服务支出 | 91 30\n208 | 社会保障和就业支出 | 12.50\\n13.60"),
    )
    assert reading.line_items == []
    assert [f.code for f in reading.findings] == ["TABLE-CELL-UNREAD"] * 2


def test_a_figure_wrapped_in_its_cell_is_read_whole() -> None:
    reading = read(
        line("支出决算表"),
        line("单位：万元"),
        table("科目编码 | 科目名称 | 合计\n201 | 一般公共服务支出 | 21,118.5\\n1"),
    )
    assert one(reading, function_code="201").amount_yuan == Decimal("211185100")


@pytest.mark.parametrize(
    ("printed", "yuan"), [("52,626,09\\n6.00", "526260960000"), ("1,23\\n4.50", "12345000"), ("12,34\\n56.00", None)]
)
def test_a_figure_wrapped_inside_a_group_of_thousands(printed: str, yuan: str | None) -> None:
    reading = read(
        line("支出决算表"),
        line("单位：万元"),
        table(f"科目编码 | 科目名称 | 合计\n201 | 一般公共服务支出 | {printed}"),
    )
    assert [i.amount_yuan for i in reading.line_items] == ([Decimal(yuan)] if yuan else [])


def test_unit_belongs_to_the_table_not_to_the_file() -> None:
    reading = read(
        line("部门支出总表"), line("单位：元"), table("科目编码 | 科目名称 | 合计\n201 | 一般公共服务支出 | 50,000.00"),
        line("“三公”经费预算表"), line("单位：万元"), table("合计 | 因公出国（境）费 | 公务接待费 | 公务用车购置及运行费 | < | <\n^ | ^ | ^ | 小计 | 购置费 | 运行费\n10.81 | 0 | 0.83 | 9.98 | 0 | 9.98"),
        metadata=budget(),
    )  # fmt: skip
    assert one(reading, function_code="201").amount_yuan == Decimal("50000")
    assert one(reading, form="three_public", component="vehicle").amount_yuan == Decimal("99800")
    assert one(reading, form="three_public", component="vehicle_operation").amount_yuan == Decimal("99800")
    assert one(reading, form="three_public", component="overseas").amount_yuan == 0


def test_table_without_unit_among_tables_of_two_units_is_refused_unless_totals_decide() -> None:
    yuan = [line("支出总表"), line("单位：元"), table("科目编码 | 科目名称 | 合计\n | 合计 | 50,000.00")]
    wan = [line("“三公”经费预算表"), line("单位：万元"), table("合计 | 公务接待费\n1.00 | 1.00")]
    silent = [line("收入总表"), table("科目编码 | 科目名称 | 合计\n | 合计 | 7.77")]
    reading = read(*yuan, *wan, *silent, metadata=budget())
    assert not [i for i in reading.line_items if i.form == "income"]
    assert "TABLE-UNIT-MISSING" in {f.code for f in reading.findings}
    told = [line("收入总表"), table("科目编码 | 科目名称 | 合计\n | 合计 | 50,000.00")]
    reading = read(*yuan, *wan, *told, metadata=budget())
    assert one(reading, form="income").amount_yuan == Decimal("50000")
    assert "TABLE-UNIT-ASSUMED" in {f.code for f in reading.findings}


def test_subset_columns_and_rows_are_marked_and_add_up_nowhere() -> None:
    reading = read(
        line("收入决算表"), line("单位：万元"),
        table("""
            科目编码 | 科目名称 | 本年收入合计 | 财政拨款收入 | 事业收入 | <
            ^ | ^ | ^ | ^ | 金额 | 其中：教育收费
            205 | 教育支出 | 30.00 | 20.00 | 10.00 | 6.00
        """),
    )  # fmt: skip
    fee = next(i for i in reading.line_items if i.amount_yuan == Decimal("60000"))
    assert (fee.component, fee.subset, fee.parent_column_no) == ("institution", True, None)
    whole = one(reading, component="institution", subset=False)
    assert whole.parent_column_no == one(reading, component="total").column_no


def test_names_without_codes_are_placed_by_the_rows_above_and_by_what_already_adds_up() -> None:
    reading = read(
        line("支出总表"), line("单位：万元"),
        table("""
            功能分类科目名称 | 总计
            合计 | 368.00
            交通运输支出 | 368.00
            公路水路运输 | 100.00
            行政运行 | 60.00
            其他公路水路运输支出 | 40.00
            其他交通运输支出 | 268.00
            公共交通运营补助 | 68.00
            其他交通运输支出 | 200.00
        """),
        metadata=budget(),
    )  # fmt: skip
    codes = [i.function_code for i in reading.line_items]
    assert codes == [None, "214", "21401", "2140101", "2140199", "21499", "2149901", "2149999"]


def test_code_and_name_that_disagree_are_a_finding_and_the_code_stands() -> None:
    reading = read(
        line("支出决算表"), line("单位：万元"), table("科目编码 | 科目名称 | 合计\n2010601 | 购房补贴 | 3.00")
    )
    assert one(reading, function_code="2010601").mapping_method == "code"
    assert [f.code for f in reading.findings] == ["MAP-CODE-NAME"]


def test_a_merged_cell_over_columns_of_different_meaning_is_reported_not_guessed() -> None:
    reading = read(
        line("支出决算表"),
        line("单位：万元"),
        table("科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n201 | 一般公共服务支出 | 9.00 | 9.00 | <"),
    )
    assert [i.component for i in reading.line_items] == ["total"]
    assert [f.code for f in reading.findings] == ["TABLE-CELL-MERGED"]


def test_columns_of_another_year_belong_to_that_year() -> None:
    reading = read(
        line("一般公共预算支出表"), line("单位：万元"),
        table("科目编码 | 科目名称 | 2025年执行数 | 2026年预算数 | < | <\n^ | ^ | ^ | 小计 | 基本支出 | 项目支出\n201 | 一般公共服务支出 | 8.00 | 9.00 | 5.00 | 4.00"),
        metadata=budget(),
    )  # fmt: skip
    prior = one(reading, measure="prior_final")
    assert (prior.fiscal_year, prior.amount_yuan) == (2025, Decimal("80000"))
    assert {i.fiscal_year for i in reading.line_items if i.measure == "budget"} == {2026}


def test_grant_form_reads_funds_by_column_and_balances_by_row() -> None:
    reading = read(
        line("财政拨款收入支出决算总表"), line("单位：万元"),
        table("""
            收入 | < | 支出 | < | < | <
            项目 | 决算数 | 项目 | 合计 | 一般公共预算财政拨款 | 政府性基金预算财政拨款
            一、一般公共预算财政拨款 | 90.00 | 一、一般公共服务支出 | 95.00 | 95.00 |
            二、政府性基金预算财政拨款 | 10.00 | 二、城乡社区支出 | 10.00 | | 10.00
            本年收入合计 | 100.00 | 本年支出合计 | 105.00 | 95.00 | 10.00
            年初财政拨款结转和结余 | 5.00 | 年末财政拨款结转和结余 | | |
            一、一般公共预算财政拨款 | 5.00 | | | |
            总计 | 105.00 | 总计 | 105.00 | 95.00 | 10.00
        """),
    )  # fmt: skip
    income = [i for i in reading.line_items if i.flow == "income" and i.fund == "general"]
    assert [i.amount_yuan for i in income] == [Decimal("900000")]
    opening = [(i.fund, i.amount_yuan) for i in reading.line_items if i.component == "opening_balance"]
    assert opening == [("fiscal_grant", Decimal("50000")), ("general", Decimal("50000"))]
    assert one(reading, function_code="212", fund="gov_fund").amount_yuan == Decimal("100000")


def test_basic_expenditure_by_economic_classification() -> None:
    reading = read(
        line("一般公共预算财政拨款基本支出决算表"), line("单位：万元"),
        table("""
            经济分类科目编码 | < | 科目名称 | 决算数 | 经济分类科目编码 | < | 科目名称 | 决算数
            类 | 款 | ^ | ^ | 类 | 款 | ^ | ^
            301 | | 工资福利支出 | 20.00 | 302 | | 商品和服务支出 | 7.00
            301 | 01 | 基本工资 | 20.00 | 302 | 01 | 办公费 | 7.00
            人员经费合计 | < | < | 20.00 | 公用经费合计 | < | < | 7.00
        """),
    )  # fmt: skip
    assert one(reading, economic_code="30201").component == "total"
    assert one(reading, component="personnel").amount_yuan == Decimal("200000")
    assert one(reading, component="operation").amount_yuan == Decimal("70000")


def test_unlisted_table_without_certain_money_is_counted_not_read() -> None:
    reading = read(line("政府采购预算表"), table("采购项目 | 金额\n办公设备 | 12.50"))
    assert reading.line_items == []
    assert [(f.form, f.amounts) for f in reading.forms] == [(None, 1)]
    assert reading.forms[0].reason


def test_title_in_the_first_row_of_the_grid() -> None:
    reading = read(table("""
        收入预算总表 | < | <
        部门：示例市财政局 | | 单位：万元
        科目编码 | 科目名称 | 合计
        201 | 一般公共服务支出 | 5.50
        注：本表反映当年收入。 | < | <
    """), metadata=budget())  # fmt: skip
    assert one(reading, form="income").amount_yuan == Decimal("55000")
    assert reading.forms[0].note is not None


def test_initial_adjusted_and_final_columns_are_three_measures() -> None:
    reading = read(
        line("收入支出决算总表"), line("单位：万元"),
        table("""
            收入 | < | < | <
            项目 | 年初预算数 | 全年预算数 | 决算数
            总计 | 10.00 | 11.00 | 12.00
        """),
    )  # fmt: skip
    measures = [(i.measure, i.amount_yuan) for i in reading.line_items]
    assert measures == [
        ("budget", Decimal("100000")),
        ("adjusted_budget", Decimal("110000")),
        ("final", Decimal("120000")),
    ]


def test_rows_that_count_vehicles_are_no_money() -> None:
    reading = read(
        line("财政拨款“三公”经费支出决算表"), line("单位：万元"),
        table("项目 | 预算数 | 决算数\n3．公务接待费 | 1.00 | 0.50\n公务用车保有量（辆） | 3 | 3"),
    )  # fmt: skip
    assert {i.component for i in reading.line_items} == {"reception"}
    assert [(s.value, s.unit) for s in reading.statistics] == [(Decimal("3"), "辆")] * 2


def test_rows_belong_to_the_body_printed_above_them() -> None:
    reading = read(
        line("部门预算支出总表"), line("单位：元"),
        table("""
            单位编码 | 单位名称 | 科目编码 | 科目名称 | 合计
             | 合计 | | | 30
            101001 | 示例局 | | | 20
             | | 2010101 | 行政运行 | 20
            101002 | 示例中心 | | | 10
             | | 2010150 | 事业运行 | 10
        """),
        metadata=budget(),
    )  # fmt: skip
    assert one(reading, function_code="2010101").budget_unit == "示例局"
    centre = one(reading, item_name="示例中心")
    assert one(reading, function_code="2010150").parent_row_no == centre.row_no
    assert centre.parent_row_no == one(reading, level="total").row_no


def test_a_column_of_shares_is_no_money_even_without_a_percent_sign() -> None:
    reading = read(
        line("一般公共预算支出执行情况表"), line("单位：万元"),
        table("科目名称 | 2025年执行数 | <\n^ | 金额 | 占预算\n一般公共服务支出 | 80 | 95.7"),
        metadata=budget(2025),
    )  # fmt: skip
    assert [i.published_text for i in reading.line_items] == ["80"]


def test_two_columns_that_mean_the_same_are_reported() -> None:
    reading = read(
        line("支出决算表"),
        line("单位：万元"),
        table("科目编码 | 科目名称 | 合计 | 决算数\n201 | 一般公共服务支出 | 9.00 | 8.00"),
    )
    assert "TABLE-COLUMN-AMBIGUOUS" in {f.code for f in reading.findings}


def test_funds_listed_under_the_grant_make_it_up_or_are_parts_of_it() -> None:
    drawing = """
        收入 | <
        项目 | 决算数
        一、财政拨款收入 | 30.00
        其中：{first} | 30.00
        {second} | 0.00
        二、其他收入 | 5.00
        本年收入合计 | 35.00
    """
    whole = read(
        line("收入支出决算总表"),
        line("单位：万元"),
        table(drawing.format(first="一般公共预算财政拨款", second="政府性基金预算财政拨款")),
    )
    assert [i.subset for i in whole.line_items if i.component in ("general", "gov_fund")] == [False, False]
    part = read(
        line("收入支出决算总表"),
        line("单位：万元"),
        table(drawing.format(first="政府性基金预算财政拨款", second="国有资本经营预算财政拨款")),
    )
    assert [i.subset for i in part.line_items if i.component in ("gov_fund", "state_capital")] == [True, True]
    assert all(s.holds for reading in (whole, part) for s in sums(reading.line_items))


def test_unnumbered_funds_stand_side_by_side() -> None:
    reading = read(
        line("财政拨款收入支出决算总表"), line("单位：万元"),
        table("收入 | <\n项目 | 决算数\n一般公共预算财政拨款 | 5.00\n政府性基金预算财政拨款 | 2.00\n本年收入合计 | 7.00"),
    )  # fmt: skip
    total = one(reading, level="total")
    assert {i.parent_row_no for i in reading.line_items if i.level != "total"} == {total.row_no}


def test_one_list_of_income_and_expenditure_is_told_apart_by_its_labels() -> None:
    reading = read(
        line("部门收支总表"), line("单位：万元"),
        table("""
            项目 | 预算数
            一、一般公共预算拨款收入 | 8.00
            二、事业收入 | 2.00
            收入总计 | 10.00
            一、一般公共服务支出 | 6.00
            二、卫生健康支出 | 4.00
            支出总计 | 10.00
        """),
        metadata=budget(),
    )  # fmt: skip
    flows = [(i.flow, i.component, i.function_code) for i in reading.line_items]
    assert flows == [
        ("income", "general", None), ("income", "institution", None), ("income", "total", None),
        ("expenditure", "total", "201"), ("expenditure", "total", "210"), ("expenditure", "total", None),
    ]  # fmt: skip


def test_rows_of_other_years_and_of_change_are_not_this_years_amounts() -> None:
    reading = read(
        line("财政拨款“三公”经费支出表"), line("单位：万元"),
        table("""
            预算单位 | 年度 | 合计 | 因公出国（境）费 | 公务接待费
            示例局（本级） | 2025年 | 9.00 | 8.00 | 1.00
             | 2026年 | 7.00 | 6.50 | 0.50
             | 增减变化金额 | -2.00 | -1.50 | -0.50
             | 增减变化率（%） | -22.2 | -18.8 | -50.0
        """),
        metadata=budget(2026),
    )  # fmt: skip
    totals = [(i.fiscal_year, i.measure, i.amount_yuan) for i in reading.line_items if i.component == "total"]
    assert totals == [
        (2025, "budget", Decimal("90000")), (2026, "budget", Decimal("70000")), (2026, "change", Decimal("-20000")),
    ]  # fmt: skip
    assert len(reading.statistics) == 3
    assert not any(i.parent_row_no for i in reading.line_items)
    assert {i.item_name for i in reading.line_items} == {"示例局（本级）"}


def test_a_header_broken_by_the_page_is_one_header_and_its_table_one_table() -> None:
    reading = read(
        line("财政拨款收入支出决算总表"),
        line("单位：万元"),
        table("""
            收入 | < | 支出 | < | < | <
            项目 | 决算数 | 项目 | 合计 | 一般公共预算财政拨款 | 政府性基金预算财政拨
        """),
        table("""
            | | | | | 款
            一、一般公共预算财政拨款 | 16.40 | 一、一般公共服务支出 | 11.63 | 11.63 |
            二、政府性基金预算财政拨款 | 2.00 | 二、城乡社区支出 | 6.77 | 4.77 | 2.00
        """, page=2),
        table("""
            国有资本经营预算财政拨款 | | | | |
            总计 | 18.40 | 总计 | 18.40 | 16.40 | 2.00
        """, page=3),
    )  # fmt: skip
    assert {i.form for i in reading.line_items} == {"grant_income_expenditure"}
    assert one(reading, function_code="212", fund="gov_fund").amount_yuan == Decimal("20000")
    assert [i.amount_yuan for i in reading.line_items if i.place.page == 3 and i.fund == "gov_fund"] == [
        Decimal("20000")
    ]
    assert len(reading.line_items) == 11


@pytest.mark.parametrize(
    "run", ["财政拨款收入上级补助收入", "上级补助收入事业收入", "基本支出上缴上级支出", "支出合计基本支出"]
)
def test_headings_that_ran_together_head_nothing(run: str) -> None:
    title = "收入决算表" if "收入" in run else "支出决算表"
    reading = read(
        line(f"{title} 单位：万元"),
        table(f"""
            科目编码 | 科目名称 | 合计 | {run}
            | 合计 | 13.80 | 13.80
            201 | 一般公共服务支出 | 9.90 | 9.90
            208 | 社会保障和就业支出 | 3.90 | 3.90
        """),
    )
    assert {i.component for i in reading.line_items if i.component is not None} == {"total"}


def test_this_years_income_and_expenditure_over_the_lists_of_an_account_are_titles_not_components() -> None:
    reading = read(
        line("2026年部门财务收支预算总表"),
        line("单位：元"),
        table("""
            本年收入 | < | 本年支出 | < | <
            项目 | 预算数 | 项目 | 预算数 | <
            ^ | ^ | ^ | 合计 | 项目支出
            一、财政拨款收入 | 9.00 | 一、公共安全支出 | 6.00 | 2.00
            1.一般公共预算 | 9.00 | 二、住房保障支出 | 5.00 | 0.00
            四、其他收入 | 2.00 | | |
            收入总计 | 11.00 | 支出总计 | 11.00 | 2.00
        """),
    )
    assert [(i.flow, i.component, i.published_text) for i in reading.line_items if i.flow == "income"] == [
        ("income", "fiscal_grant", "9.00"),
        ("income", "general", "9.00"),
        ("income", "other_income", "2.00"),
        ("income", "total", "11.00"),
    ]
    spent = [(i.function_code, i.component, i.published_text) for i in reading.line_items if i.flow == "expenditure"]
    assert spent[:2] == [("204", "total", "6.00"), ("204", "project", "2.00")]
    assert spent[-2:] == [(None, "total", "11.00"), (None, "project", "2.00")]


def test_amounts_that_begin_like_an_economic_code_do_not_make_a_table_by_function_a_matrix() -> None:
    reading = read(
        line("一般公共预算支出明细表（按支出功能分类科目）"),
        line("单位：元"),
        table("""
            功能科目编码 | 功能科目名称 | 合计 | 人员经费支出 | 公用经费支出
             | 合计 | 3052000.00 | 3050000.00 | 2000.00
            201 | 一般公共服务支出 | 3052000.00 | 3050000.00 | 2000.00
        """),
    )
    assert {i.form for i in reading.line_items} == {"general_expenditure"}


def test_projects_say_whose_money_they_spend() -> None:
    reading = read(
        line("项目支出预算情况表"),
        line("单位：万元"),
        table("""
            项目名称 | 合计 | 财政拨款 | < | < | 单位资金 | 其他资金 | 上年结转
            ^ | ^ | 小计 | 一般公共预算 | 政府性基金预算 | ^ | ^ | ^
            合计 | 21.00 | 12.00 | 10.00 | 2.00 | 3.00 | 5.00 | 1.00
            古树普查 | 21.00 | 12.00 | 10.00 | 2.00 | 3.00 | 5.00 | 1.00
        """),
    )
    rows = [i for i in reading.line_items if i.item_name == "古树普查"]
    assert {i.flow for i in rows} == {"expenditure"} and {i.component for i in rows} == {"project"}
    assert [(i.fund, i.item, i.published_text) for i in rows] == [
        ("all", "古树普查", "21.00"),
        ("fiscal_grant", "古树普查", "12.00"),
        ("general", "古树普查", "10.00"),
        ("gov_fund", "古树普查", "2.00"),
        ("all", "单位资金", "3.00"),
        ("all", "其他资金", "5.00"),
        ("all", "上年结转", "1.00"),
    ]


def test_a_part_of_a_column_is_named_where_its_component_is_that_of_the_whole() -> None:
    reading = read(
        line("部门综合预算收入总表"),
        line("单位：元"),
        table("""
            单位名称 | 合计 | 一般公共预算拨款 | < | 其他收入
            ^ | ^ | 小计 | 其中：专项资金列入部门预算项目 | ^
            合计 | 9.00 | 7.00 | 4.00 | 2.00
            某市城建档案馆 | 9.00 | 7.00 | 4.00 | 2.00
        """),
    )
    part = next(i for i in reading.line_items if i.subset and i.level != "total")
    assert (part.component, part.item_name, part.item) == (
        "general", "某市城建档案馆", "其中：专项资金列入部门预算项目",
    )  # fmt: skip
    bought = read(
        line("支出总表"),
        line("单位：万元"),
        table("""
            科目编码 | 科目名称 | 支出总计 | 2026年政府采购项目 | <
            ^ | ^ | ^ | 小计 | 其中：预留给中小企业的
            201 | 一般公共服务支出 | 9.00 | 4.00 | 1.00
        """),
    )
    assert [i.item for i in bought.line_items if i.subset] == [
        "其中：2026年政府采购项目",
        "其中：预留给中小企业的",
    ]


def test_a_source_is_not_called_by_the_group_it_stands_in() -> None:
    reading = read(
        line("收入总表"),
        line("单位：万元"),
        table("""
            预算单位 | 收入总计 | 单位资金 | <
            ^ | ^ | 事业收入 | 其他收入
            某市国资委 | 9.00 | 4.00 | 5.00
        """),
    )
    assert "单位资金" not in {i.item for i in reading.line_items}
    assert [i.component for i in reading.line_items] == ["total", "institution", "other_income"]


def test_what_was_carried_over_is_a_balance_by_fund_and_no_income() -> None:
    reading = read(
        line("财政拨款收支总表"),
        line("单位：万元"),
        table("""
            收入 | < | 支出 | <
            项目 | 预算数 | 项目 | 预算数
            财政拨款 | 9.00 | 一、一般公共服务支出 | 12.00
            1.一般公共预算拨款 | 9.00 | |
            本年收入合计 | 9.00 | 本年支出合计 | 12.00
            上年结余、结转 | 3.00 | 结转下年 | 0.00
            1.一般公共预算拨款结余、结转 | 2.00 | |
            2.政府性基金预算拨款结余、结转 | 1.00 | |
            收入总计 | 12.00 | 支出总计 | 12.00
        """),
    )
    carried = [i for i in reading.line_items if i.component == "opening_balance"]
    assert [(i.flow, i.fund, i.published_text) for i in carried] == [
        ("balance", "fiscal_grant", "3.00"),
        ("balance", "general", "2.00"),
        ("balance", "gov_fund", "1.00"),
    ]
    assert {i.parent_row_no for i in carried[1:]} == {carried[0].row_no}
    assert all(s.holds for s in sums(reading.line_items))


def test_money_on_accounts_that_is_not_spent_is_a_balance() -> None:
    reading = read(
        line("部门综合预算收支总表"),
        line("单位：元"),
        table("""
            收入 | < | 支出 | <
            项目 | 预算数 | 项目 | 预算数
            1、财政拨款 | 9.00 | 1、一般公共服务支出 | 8.00
            本年收入合计 | 9.00 | 本年支出合计 | 8.00
            上年实户资金余额 | 1.00 | 结转下年 | 1.00
            非财政拨款资金结余 | 0.00 | 未安排支出的实户资金 | 1.00
            收入总计 | 10.00 | 支出总计 | 10.00
        """),
    )
    balances = [(i.item_name, i.component) for i in reading.line_items if i.flow == "balance"]
    assert balances == [
        ("上年实户资金余额", "opening_balance"),
        ("非财政拨款资金结余", "opening_balance"),
        ("结转下年", "closing_balance"),
        ("未安排支出的实户资金", "closing_balance"),
    ]
    assert all(s.holds for s in sums(reading.line_items))


def test_codes_of_a_list_that_goes_on_elsewhere_are_not_joined_to_those_of_this_one() -> None:
    reading = read(
        line("一般公共预算财政拨款基本支出决算表 单位：万元"),
        table("""
            科目编码 | 科目名称 | 决算数 | 科目编码
            301 | 工资福利支出 | 13.00 | 302
            30101 | 基本工资 | 13.00 | 30201
        """),
    )  # fmt: skip
    assert [i.economic_code for i in reading.line_items] == ["301", "30101"]


def test_a_table_of_many_columns_is_not_looked_through_once_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    whole = columns.header_path

    def counted(of: LogicalTable, column: int) -> tuple[str, ...]:
        nonlocal looked
        looked += 1
        return whole(of, column)

    monkeypatch.setattr(columns, "header_path", counted)
    heads, figures = " | ".join(f"项目{n}" for n in range(80)), " | ".join("1.00" for _ in range(80))
    read(
        line("收入决算表 单位：万元"), table(f"科目名称 | {heads}\n一般公共服务支出 | {figures}\n外交支出 | {figures}")
    )
    assert 81 <= looked < 12 * 81
