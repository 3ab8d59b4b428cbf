"""More layouts of provinces, redrawn small with invented figures: funds beside uses, economic columns, balances by use."""

from __future__ import annotations

from decimal import Decimal

from extractors.model import Block
from models.disclosure import LineItem, Metadata
from models.forms import FormsReading, read_forms
from tests.models.grids import budget, extract, final_account, line, table


def _read(*blocks: Block, metadata: Metadata | None = None) -> FormsReading:
    return read_forms(extract(blocks), metadata or budget())


def _row(reading: FormsReading, name: str) -> list[LineItem]:
    return [item for item in reading.line_items if item.item_name == name]


def test_economic_columns_under_basic_expenditure_are_its_parts() -> None:
    reading = _read(
        line("预算03表 部门支出总体情况表"),
        line("单位：万元"),
        table(
            """
            科目编码|<|<|单位代码|单位（科目名称）|总计|基本支出|<|<|项目支出|<|<
            类|款|项|^|^|^|小计|工资福利支出|商品和服务支出|小计|一般性项目|专项资金
            ||||合计|600.5|400.5|350.5|50.0|200.0|150.0|50.0
            220|01|01|120001|行政运行|600.5|400.5|350.5|50.0|200.0|150.0|50.0
            """
        ),
    )
    row = _row(reading, "行政运行")
    assert [(i.component, i.economic_code, i.subset, i.published_text) for i in row] == [
        ("total", None, False, "600.5"),
        ("basic", None, False, "400.5"),
        ("basic", "301", False, "350.5"),
        ("basic", "302", False, "50.0"),
        ("project", None, False, "200.0"),
        ("project", None, True, "150.0"),
        ("project", None, True, "50.0"),
    ]
    assert {i.function_code for i in row} == {"2200101"}
    whole = next(i for i in row if i.published_text == "400.5")
    assert {i.parent_column_no for i in row if i.economic_code} == {whole.column_no}
    assert not reading.findings


def test_account_in_two_sides_with_the_funds_of_each_expenditure() -> None:
    reading = _read(
        line("2026年部门收支总体情况表"),
        line("单位：万元"),
        table(
            """
            收入|<|支出|<|<|<|<|<
            项目|金额|项目|合计|一般公共预算|<|政府性基金预算|专户管理的教育收费
            ^|^|^|^|小计|其中：财政拨款|^|^
            一般公共预算|500.5|一、基本支出|400.5|400.5|400.5||
            政府性基金预算|100.0|1、工资福利支出|400.5|400.5|400.5||
            ||二、项目支出|200.0|100.0|100.0|100.0|
            收入合计|600.5|支出合计|600.5|500.5|500.5|100.0|
            """
        ),
    )
    assert [(i.fund, i.component, i.published_text) for i in _row(reading, "二、项目支出")] == [
        ("all", "project", "200.0"),
        ("general", "project", "100.0"),
        ("general", "project", "100.0"),
        ("gov_fund", "project", "100.0"),
    ]
    assert {i.economic_code for i in _row(reading, "1、工资福利支出")} == {"301"}


def test_a_header_word_in_no_list_does_not_make_the_header_data() -> None:
    reading = _read(
        line("财政拨款收支预算总表"),
        line("金额单位：元"),
        table(
            """
            收入|<|支出|<|<|<
            项目|2026年预算数|项目|合计|一般公共预算|本年动用财政存量安排
            一、本年收入|95.44|一、本年支出|95.44|95.44|
            一般公共预算拨款收入|95.44|教育支出|95.44|95.44|
            """
        ),
    )
    assert [i.published_text for i in _row(reading, "教育支出")] == ["95.44", "95.44"]
    assert reading.forms[0].form == "grant_income_expenditure"


def test_grants_by_item_with_what_was_carried_over_by_use() -> None:
    reading = _read(
        line("公开05表"),
        line("一般公共预算财政拨款收入支出决算表"),
        line("金额单位：元"),
        table(
            """
            项目|<|<|<|年初结转和结余|<|本年收入|<|<|本年支出|<|<|年末结转和结余
            支出功能分类科目编码|<|<|科目名称|合计|项目支出结转和结余|合计|基本支出|项目支出|合计|基本支出|项目支出|^
            类|款|项|栏次|1|2|3|4|5|6|7|8|9
            |||合计|10.00|10.00|90.00|60.00|30.00|95.00|60.00|35.00|5.00
            201|||一般公共服务支出|10.00|10.00|90.00|60.00|30.00|95.00|60.00|35.00|5.00
            20103|||政府办公厅（室）及相关机构事务|10.00|10.00|90.00|60.00|30.00|95.00|60.00|35.00|5.00
            """
        ),
        metadata=final_account(),
    )
    row = _row(reading, "一般公共服务支出")
    assert {i.form for i in row} == {"general_expenditure"} and {i.fund for i in row} == {"general"}
    assert [(i.flow, i.component, i.subset, i.published_text) for i in row] == [
        ("balance", "opening_balance", False, "10.00"),
        ("balance", "opening_balance", True, "10.00"),
        ("income", "current_income", False, "90.00"),
        ("income", "current_income", True, "60.00"),
        ("income", "current_income", True, "30.00"),
        ("expenditure", "total", False, "95.00"),
        ("expenditure", "basic", False, "60.00"),
        ("expenditure", "project", False, "35.00"),
        ("balance", "closing_balance", False, "5.00"),
    ]
    assert all(i.amount_yuan >= 5 for i in reading.line_items)


def test_a_unit_in_brackets_behind_a_heading() -> None:
    reading = _read(
        line("某某局2024年“三公”经费决算表"),
        table(
            """
            项目|2024年决算（万元）
            因公出国（境）经费|0
            公务接待费|1.3
            公务用车购置及运行维护费|17.9
            其中：购置经费|0
            运行维护费|17.9
            """
        ),
        metadata=final_account(),
    )
    assert [(i.component, i.amount_yuan) for i in reading.line_items] == [
        ("overseas", Decimal(0)),
        ("reception", Decimal(13000)),
        ("vehicle", Decimal(179000)),
        ("vehicle_purchase", Decimal(0)),
        ("vehicle_operation", Decimal(179000)),
    ]


def test_short_words_for_vehicles_in_headings() -> None:
    reading = _read(
        line("2026年“三公”经费预算汇总表"),
        line("单位：万元"),
        table(
            """
            合计|因公出国|公务用车购置及运行维护|<|<|公务接待费
            ^|^|小计|公车购置|公车运行及维护|^
            58.4|1.0|53.1|6.9|46.2|4.3
            """
        ),
    )
    assert [i.component for i in reading.line_items] == [
        "total",
        "overseas",
        "vehicle",
        "vehicle_purchase",
        "vehicle_operation",
        "reception",
    ]


def test_where_the_general_budget_takes_its_money_from() -> None:
    reading = _read(
        line("部门收入总体情况表"),
        line("单位：万元"),
        table(
            """
            单位名称|总计|一般公共预算拨款|<|<|政府性基金拨款|纳入专户管理的非税收入拨款
            ^|^|小计|经费拨款|纳入一般公共预算管理的非税收入拨款|^|^
            合计|850.5|800.5|700.5|100.0||50.0
            """
        ),
    )
    assert [(i.component, i.subset, i.published_text) for i in reading.line_items] == [
        ("total", False, "850.5"),
        ("general", False, "800.5"),
        ("general", True, "700.5"),
        ("general", True, "100.0"),
        ("other_income", False, "50.0"),
    ]


def test_projects_beside_the_items_they_belong_to() -> None:
    reading = _read(
        line("项目支出情况表"),
        line("单位：万元"),
        table(
            """
            科目编码|<|<|科目名称|项目名称|项目支出合计|商品和服务支出|资本性支出
            类|款|项|^|^|^|^|^
            201|03|02|一般行政管理事务|驻村工作经费|50.5|50.5|
            201|03|02|一般行政管理事务|设备购置|30.0||30.0
            ||||合计|80.5|50.5|30.0
            """
        ),
    )
    first = _row(reading, "驻村工作经费")
    assert [(i.function_code, i.economic_code, i.published_text) for i in first] == [
        ("2010302", None, "50.5"),
        ("2010302", "302", "50.5"),
    ]
    assert not [f for f in reading.findings if f.code.startswith("MAP-")]


def test_the_year_alone_over_a_column() -> None:
    reading = _read(
        line("2026年预算收支总表"),
        line("单位：万元"),
        table(
            """
            收入|<|<|<|支出|<|<|<
            项目|2025年|2026年|2026年比2025年增减%|项目|2025年|2026年|2026年比2025年增减%
            一、一般公共预算|100.00|120.00|20.00|一、一般公共服务支出|100.00|120.00|20.00
            收入总计|100.00|120.00|20.00|支出总计|100.00|120.00|20.00
            """
        ),
    )
    assert [(i.fiscal_year, i.published_text) for i in _row(reading, "一、一般公共服务支出")] == [
        (2025, "100.00"),
        (2026, "120.00"),
    ]
    assert len(reading.statistics) == 4


def test_a_body_in_a_column_for_bodies_and_items_has_the_total() -> None:
    reading = _read(
        line("一般公共预算“三公”经费支出预算表"),
        line("金额单位：元"),
        table(
            """
            单位编码|单位名称（科目）|合计|公务用车购置及运行费|<|公务接待费
            ^|^|^|公务用车购置费|公务用车运行费|^
            |合计|80.00||50.00|30.00
            301001|示例县人民政府|80.00||50.00|30.00
            """
        ),
    )
    assert [i.component for i in _row(reading, "示例县人民政府")][:1] == ["total"]


def test_the_column_behind_the_codes_holds_the_names() -> None:
    reading = _read(
        line("部门支出总体情况表"),
        line("单位：元"),
        table(
            """
            科目编码|<|<|款项名称及所属机构|支出总计|基本支出|项目支出
            类|款|项|^|^|^|^
            |||合计|1,284.89|1,000.00|284.89
            205|01|01|行政运行|1,284.89|1,000.00|284.89
            """
        ),
    )
    assert [(i.function_code, i.component) for i in _row(reading, "行政运行")] == [
        ("2050101", "total"),
        ("2050101", "basic"),
        ("2050101", "project"),
    ]


def test_rows_of_three_public_and_what_stands_beside_them() -> None:
    reading = _read(
        line("一般公共预算财政拨款“三公”经费及会议费、培训费预算表"),
        line("单位：万元"),
        table(
            """
            项目|2025年度预算|2026年度预算|比2025年增加（减少）|增减变化原因
            一、“三公”经费小计|8.00|7.00|-1.00|压减
            2.公务用车购置及运维费|6.00|6.00||
            3.公务接待费|2.00|1.00|-1.00|
            二、会议费|1.00|1.00||
            """
        ),
    )
    assert [(i.fund, i.component, i.measure, i.fiscal_year, i.published_text) for i in reading.line_items] == [
        ("general", "total", "budget", 2025, "8.00"),
        ("general", "total", "budget", 2026, "7.00"),
        ("general", "total", "change", 2026, "-1.00"),
        ("general", "vehicle", "budget", 2025, "6.00"),
        ("general", "vehicle", "budget", 2026, "6.00"),
        ("general", "reception", "budget", 2025, "2.00"),
        ("general", "reception", "budget", 2026, "1.00"),
        ("general", "reception", "change", 2026, "-1.00"),
        ("general", "operation", "budget", 2025, "1.00"),
        ("general", "operation", "budget", 2026, "1.00"),
    ]
    assert _row(reading, "二、会议费")[0].item == "会议费"
    assert not reading.findings


def test_a_sheet_whose_first_cells_hold_the_titles() -> None:
    reading = _read(
        table(
            """
            二〇二六年度某县教育局部门预算公开表|||
            预算公开01表|||
            部门收支总体情况表|||
            预算年度：2026 单位：元|||
            收入|<|支出|<
            项目|预算数|项目|预算数
            一、一般公共预算拨款|1,234.50|一、教育支出|1,234.50
            收入总计|1,234.50|支出总计|1,234.50
            """
        ),
    )
    assert [(i.form, i.flow, i.published_unit) for i in reading.line_items] == [
        ("income_expenditure", "income", "元"),
        ("income_expenditure", "income", "元"),
        ("income_expenditure", "expenditure", "元"),
        ("income_expenditure", "expenditure", "元"),
    ]


def test_two_columns_of_changes_say_what_they_are_counted_from() -> None:
    reading = _read(
        line("2024年度“三公”经费公共预算财政拨款支出决算表"),
        line("单位：万元"),
        table(
            """
            项目|2023年决算数|2024年预算数|2024年决算数|决算比预算增减|决算比上年增减
            合计|30.0|28.0|25.0|-3.0|-5.0
            2.公务接待费|10.0|8.0|7.0|-1.0|-3.0
            """
        ),
        metadata=final_account(),
    )
    assert [(i.item, i.measure, i.fiscal_year, i.published_text) for i in _row(reading, "2.公务接待费")] == [
        ("公务接待费", "prior_final", 2023, "10.0"),
        ("公务接待费", "budget", 2024, "8.0"),
        ("公务接待费", "final", 2024, "7.0"),
        ("公务接待费（较年初预算）", "change", 2024, "-1.0"),
        ("公务接待费", "change", 2024, "-3.0"),
    ]
    assert not reading.findings


def test_the_body_of_a_project_is_no_part_of_its_name() -> None:
    reading = _read(
        line("项目支出表"),
        line("单位：万元"),
        table(
            """
            类型|项目名称|项目单位|合计|本年拨款|<
            ^|^|^|^|一般公共预算|政府性基金预算
            特定目标类|应急物资储备|某旗应急管理局本级|60.50|60.50|
            合计|<|<|60.50|60.50|
            """
        ),
    )
    assert [(i.item_name, i.budget_unit) for i in reading.line_items][:2] == [
        ("应急物资储备", "某旗应急管理局本级")
    ] * 2


def test_headings_that_are_not_merged_go_on_over_the_blank_cells_beside_them() -> None:
    reading = _read(
        line("一般公共预算财政拨款“三公”经费支出决算表"),
        line("金额单位：万元"),
        table(
            """
            预算数||||决算数|||
            合计|公务用车购置及运行维护费||公务接待费|合计|公务用车购置及运行维护费||公务接待费
            |公务用车购置费|公务用车运行维护费|||公务用车购置费|公务用车运行维护费|
            60.5||50.0|10.5|55.0||48.0|7.0
            """
        ),
        metadata=final_account(),
    )
    assert [(i.component, i.measure, i.published_text) for i in reading.line_items] == [
        ("total", "budget", "60.5"),
        ("vehicle_operation", "budget", "50.0"),
        ("reception", "budget", "10.5"),
        ("total", "final", "55.0"),
        ("vehicle_operation", "final", "48.0"),
        ("reception", "final", "7.0"),
    ]


def test_codes_under_unmerged_headings_are_no_amounts() -> None:
    reading = _read(
        line("部门支出总体情况表"),
        line("单位：万元"),
        table(
            """
            科目编码|||单位（科目名称）|总计|基本支出|||项目支出||
            类|款|项|||小计|工资福利支出|商品和服务支出|小计|一般性项目|专项资金
            |||合计|600.5|400.5|350.5|50.0|200.0|150.0|50.0
            220|01|01|行政运行|600.5|400.5|350.5|50.0|200.0|150.0|50.0
            """
        ),
    )
    assert {i.function_code for i in _row(reading, "行政运行")} == {"2200101"}
    assert len(reading.line_items) == 14


def test_figures_under_no_heading_are_not_read() -> None:
    reading = _read(
        line("部门支出总表"),
        line("单位：万元"),
        table(
            """
            科目名称|合计|基本支出|
            教育支出|600.5|400.5|200.0
            """
        ),
    )
    assert [i.published_text for i in reading.line_items] == ["600.5", "400.5"]
    assert [f.code for f in reading.findings] == ["TABLE-COLUMN-UNREAD"]


def test_codes_inside_the_names_of_both_classifications() -> None:
    reading = _read(
        line("预算07表 一般公共预算财政拨款支出表"),
        line("单位：万元"),
        table(
            """
            功能分类科目|政府预算支出经济分类|部门预算支出经济分类|合计|基本支出|项目支出
            合计|||9.5|7.5|2.0
            2080201-行政运行|50101-工资奖金津补贴|30101-基本工资|4.5|4.5|
            2080201-行政运行|50201-办公经费|30201-办公费|3.0|3.0|
            2080299-其他民政管理事务支出|50502-商品和服务支出|30227-委托业务费|2.0||2.0
            """
        ),
    )
    totals = [i for i in reading.line_items if i.component == "total"]
    assert [(i.function_code, i.economic_code, i.published_text) for i in totals] == [
        (None, None, "9.5"),
        ("2080201", "30101", "4.5"),
        ("2080201", "30201", "3.0"),
        ("2080299", "30227", "2.0"),
    ]
    assert [i.parent_row_no for i in totals] == [None, 0, 0, 0]


def test_what_was_carried_over_from_a_body_s_own_money_is_no_income_of_the_year() -> None:
    reading = _read(
        line("部门收入总表"),
        line("单位：万元"),
        table(
            """
            单位代码|单位名称|合计|本年收入|<|<|上年结转结余|<|<
            ^|^|^|小计|一般公共预算|单位资金|小计|一般公共预算|单位资金
            |合计|10.0|7.0|5.0|2.0|3.0|2.5|0.5
            101001|示例市财政局|10.0|7.0|5.0|2.0|3.0|2.5|0.5
            """
        ),
    )
    row = [i for i in reading.line_items if i.level == "total"]
    assert [(i.flow, i.component, i.subset, i.published_text) for i in row][-3:] == [
        ("balance", "opening_balance", False, "3.0"),
        ("balance", "opening_balance", False, "2.5"),
        ("balance", "opening_balance", False, "0.5"),
    ]
    assert not reading.findings


def test_personnel_and_operation_without_numbers_make_up_basic_expenditure() -> None:
    reading = _read(
        line("部门收支总表"),
        line("单位：万元"),
        table(
            """
            收入|<|支出|<|<|<
            项目|预算数|项目（按功能分类）|预算数|项目（按支出性质）|预算数
            一、一般公共预算拨款收入|9.0|一、一般公共服务支出|9.0|一、基本支出|7.0
            ||||人员经费|5.0
            ||||公用经费|2.0
            ||||二、项目支出|2.0
            本年收入合计|9.0|本年支出合计|9.0|本年支出合计|9.0
            """
        ),
    )
    parents = {i.item_name: i.parent_row_no for i in reading.line_items if i.row_no and i.row_no >= 20_000}
    whole = next(i.row_no for i in reading.line_items if i.item_name == "本年支出合计" and i.column_no == 5)
    basic = next(i.row_no for i in reading.line_items if i.item_name == "一、基本支出")
    assert (parents["一、基本支出"], parents["二、项目支出"]) == (whole, whole)
    assert (parents["人员经费"], parents["公用经费"]) == (basic, basic)


def test_a_lone_subtotal_before_the_grand_total_is_this_years_sum() -> None:
    reading = _read(
        line("部门收支总体情况表"),
        line("单位：万元"),
        table(
            """
            收入|<|支出|<
            项目|预算数|功能分类|预算数
            一般公共预算拨款|9.0|一般公共服务支出|10.0
            小计|9.0|小计|10.0
            上年结转结余|1.0|结转下年|
            收入总计|10.0|支出总计|10.0
            """
        ),
    )
    assert [(i.item, i.level, i.component) for i in _row(reading, "小计")] == [
        ("本年收入合计", "total", "total"),
        ("本年支出合计", "total", "total"),
    ]


def test_projects_of_one_item_stand_beside_each_other_and_economic_columns_are_their_parts() -> None:
    reading = _read(
        line("一般公共预算项目支出情况表"),
        line("单位：万元"),
        table(
            """
            科目编码|<|<|科目名称|项目名称|项目支出合计|商品和服务支出|资本性支出
            类|款|项|^|^|^|^|^
            213|03|06|水利工程运行与维护|渠道维修|5.0|3.0|2.0
            213|03|06|水利工程运行与维护|泵站改造|4.0|4.0|
            |||合计||9.0|7.0|2.0
            """
        ),
    )
    assert {i.component for i in reading.line_items} == {"project"}
    first = [i for i in reading.line_items if i.published_text in ("5.0", "3.0")]
    assert [(i.function_code, i.economic_code) for i in first] == [("2130306", None), ("2130306", "302")]
    whole = next(i.row_no for i in reading.line_items if i.item_name == "合计")
    assert {i.parent_row_no for i in reading.line_items if i.item_name != "合计"} == {whole}


def test_a_table_of_one_source_is_not_the_whole_expenditure() -> None:
    reading = _read(
        line("财政专户管理资金预算支出表"),
        line("单位：万元"),
        table("科目编码|科目名称|合计|基本支出|项目支出\n2050205|高等教育|9.0|4.0|5.0"),
    )
    assert {i.form for i in reading.line_items} == {"other"}


def test_a_name_broken_by_the_page_below_a_repeated_header_is_no_header_row() -> None:
    header = "科目|合计|基本支出|项目支出\n"
    reading = _read(
        line("部门支出总体情况表"),
        line("单位：万元"),
        table(header + "205教育支出|9.0|4.0|5.0\n221住房保障|3.0|3.0|"),
        table(header + "支出|||\n22102住房改革支出|3.0|3.0|", page=2),
    )
    assert [i.function_code for i in reading.line_items if i.component == "total"] == ["205", "221", "22102"]
    assert len(reading.forms) == 1 and not reading.findings


def test_a_total_row_is_named_in_whatever_column_stands_before_the_figures() -> None:
    reading = _read(
        line("部门项目支出预算表"),
        line("单位：元"),
        table(
            """
            项目类别|项目名称|合计|一般公共预算|单位资金
            合计||9.00|5.00|4.00
            特定目标类|渠道维修|5.00|5.00|
            特定目标类|泵站改造|4.00||4.00
            """
        ),
    )
    assert [(i.item_name, i.published_text) for i in reading.line_items if i.level == "total"] == [
        ("合计", "9.00"),
        ("合计", "5.00"),
        ("合计", "4.00"),
    ]
    assert not reading.findings


def test_codes_of_bodies_and_of_items_in_one_column() -> None:
    reading = _read(
        line("部门支出总表"),
        line("单位：万元"),
        table(
            """
            单位代码（科目编码）|单位名称（科目名称）|合计|基本支出|项目支出
            |合计|9.0|4.0|5.0
            210|示例市司法局|9.0|4.0|5.0
            210001|示例市司法局本级|7.0|4.0|3.0
            2040601|行政运行|4.0|4.0|
            2040605|普法宣传|3.0||3.0
            210002|示例市普法中心|2.0||2.0
            2040605|普法宣传|2.0||2.0
            """
        ),
    )
    totals = [i for i in reading.line_items if i.component == "total"]
    assert [i.parent_row_no for i in totals] == [None, 0, 1, 2, 2, 1, 5]
    assert [(i.function_code, i.budget_unit) for i in totals] == [
        (None, None),
        (None, "示例市司法局"),
        (None, "示例市司法局本级"),
        ("2040601", "示例市司法局本级"),
        ("2040605", "示例市司法局本级"),
        (None, "示例市普法中心"),
        ("2040605", "示例市普法中心"),
    ]
    assert not reading.findings


def test_bodies_and_items_with_codes_before_their_names() -> None:
    reading = _read(
        line("部门支出总表"),
        line("单位：万元"),
        table(
            """
            单位（科目）|合计|基本支出|项目支出
            合计|9.0|4.0|5.0
            101001-示例市司法局本级|9.0|4.0|5.0
            2040601-行政运行|9.0|4.0|5.0
            """
        ),
    )
    totals = [i for i in reading.line_items if i.component == "total"]
    assert [(i.item_name, i.function_code, i.budget_unit) for i in totals][1:] == [
        ("101001-示例市司法局本级", None, "101001-示例市司法局本级"),
        ("2040601-行政运行", "2040601", "101001-示例市司法局本级"),
    ]


def test_one_list_of_running_costs_in_two_blocks_adds_up_to_the_total_below_the_last() -> None:
    reading = _read(
        line("一般公共预算财政拨款基本支出决算表"), line("金额单位：万元"),
        table("""
            人员经费 | < | < | 公用经费 | < | < | < | < | <
            科目代码 | 科目名称 | 决算数 | 科目代码 | 科目名称 | 决算数 | 科目代码 | 科目名称 | 决算数
            301 | 工资福利支出 | 50.00 | 302 | 商品和服务支出 | 9.00 | 30239 | 其他交通费用 | 2.00
            30101 | 基本工资 | 50.00 | 30201 | 办公费 | 4.00 | 310 | 资本性支出 | 2.00
            303 | 对个人和家庭的补助 | 6.00 | 30211 | 差旅费 | 3.00 | 31002 | 办公设备购置 | 2.00
            人员经费合计 | < | 56.00 | 公用经费合计 | < | < | < | < | 11.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    items = {item.item_name: item for item in reading.line_items}
    whole = items["公用经费合计"]
    assert (whole.component, whole.amount_yuan) == ("operation", Decimal("110000"))
    for name in ("商品和服务支出", "资本性支出"):
        assert (items[name].parent_row_no, items[name].column_no) == (whole.row_no, whole.column_no)
    for name in ("办公费", "差旅费", "其他交通费用"):
        assert items[name].parent_row_no == items["商品和服务支出"].row_no
    assert items["工资福利支出"].parent_row_no == items["人员经费合计"].row_no
    assert not reading.findings


def test_a_total_whose_label_stands_in_the_block_before_its_figure() -> None:
    reading = _read(
        line("一般公共预算财政拨款基本支出决算表"), line("金额单位：万元"),
        table("""
            科目代码 | 科目名称 | 决算数 | 科目代码 | 科目名称 | 决算数 | 科目代码 | 科目名称 | 决算数
            301 | 工资福利支出 | 50.00 | 302 | 商品和服务支出 | 9.00 | 310 | 资本性支出 | 2.00
            30101 | 基本工资 | 50.00 | 30201 | 办公费 | 9.00 | 31002 | 办公设备购置 | 2.00
            | 人员经费合计 | 50.00 | | 公用经费合计 | | | | 11.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    (whole,) = (item for item in reading.line_items if item.component == "operation")
    assert whole.amount_yuan == Decimal("110000")
    assert not reading.findings


def test_the_sum_of_people_and_running_costs_below_both_lists() -> None:
    reading = _read(
        line("一般公共预算财政拨款基本支出决算表"), line("金额单位：万元"),
        table("""
            人员经费 | < | < | 公用经费 | < | <
            科目代码 | 科目名称 | 金额 | 科目代码 | 科目名称 | 金额
            301 | 工资福利支出 | 50.00 | 302 | 商品和服务支出 | 9.00
            30101 | 基本工资 | 50.00 | 30201 | 办公费 | 9.00
            人员经费合计 | < | 50.00 | 公用经费合计 | < | 9.00
            合计 | < | < | < | < | 59.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    items = {item.item_name: item for item in reading.line_items}
    assert (items["合计"].component, items["合计"].amount_yuan) == ("basic", Decimal("590000"))
    for part, child in (("人员经费合计", "工资福利支出"), ("公用经费合计", "商品和服务支出")):
        assert (items[part].parent_row_no, items[part].column_no) == (items["合计"].row_no, items["合计"].column_no)
        assert items[child].parent_row_no == items[part].row_no


def test_the_year_spent_over_a_list_of_basic_expenditure_is_its_total() -> None:
    reading = _read(
        line("一般公共预算财政拨款基本支出决算表"), line("金额单位：万元"),
        table("""
            科目编码 | 科目名称 | 本年支出 | < | <
            ^ | ^ | 合计 | 人员经费 | 公用经费
            合计 | < | 59.00 | 50.00 | 9.00
            301 | 工资福利支出 | 50.00 | 50.00 |
            302 | 商品和服务支出 | 9.00 | | 9.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    told = [(item.economic_code, item.component) for item in reading.line_items if item.column_no == 2]
    assert told == [(None, "basic"), ("301", "total"), ("302", "total")]


def test_the_three_public_expenses_of_one_fund_are_of_that_fund() -> None:
    reading = _read(
        line("政府性基金预算财政拨款“三公”经费支出决算表"), line("金额单位：万元"),
        table("""
            合计 | 因公出国（境）费 | 公务用车购置及运行费 | < | < | 公务接待费
            ^ | ^ | 小计 | 公务用车购置费 | 公务用车运行费 | ^
            3.00 | 0.00 | 2.00 | 0.00 | 2.00 | 1.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    assert {item.form for item in reading.line_items} == {"three_public"}
    assert {item.fund for item in reading.line_items} == {"gov_fund"}


def test_a_heading_over_columns_of_several_funds_gives_none_of_them_its_fund() -> None:
    """A heading that is higher than its row is printed into the one above it: 政府性基\n金预算财\n政拨款."""
    reading = _read(
        line("财政拨款收入支出决算总表"), line("金额单位：万元"),
        table("""
            收入 | < | 支出    国有资本 | < | < | <
            项目 | 金额 | 项目 | 合计 | 一般公共预算财政拨款 | 经营预算
            一、一般公共预算财政拨款 | 9.00 | 一、一般公共服务支出 | 9.00 | 8.00 | 1.00
            总计 | 9.00 | 总计 | 9.00 | 8.00 | 1.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    spent = [(item.fund, item.amount_yuan) for item in reading.line_items if item.function_code == "201"]
    assert spent == [("fiscal_grant", Decimal("90000")), ("general", Decimal("80000"))]
    assert {finding.code for finding in reading.findings} == {"TABLE-COLUMN-UNREAD"}


def test_parts_of_an_unknown_class_are_no_totals_of_the_matrix() -> None:
    reading = _read(
        line("财政拨款支出决算明细表"), line("金额单位：万元"),
        table("""
            科目编码 | 科目名称 | 合计 | 机关事业工资福利支出 | < | 商品和服务支出 | < | <
            ^ | ^ | ^ | 小计 | 津贴补贴 | 小计 | 办公费 | 差旅费
            2010101 | 行政运行 | 9.00 | 5.00 | 5.00 | 4.00 | 3.00 | 1.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    read = [(item.economic_code, item.amount_yuan) for item in reading.line_items]
    assert read == [
        (code, Decimal(yuan)) for code, yuan in ((None, 90000), ("302", 40000), ("30201", 30000), ("30211", 10000))
    ]
    assert {finding.code for finding in reading.findings} == {"TABLE-COLUMN-UNREAD"}


def test_a_unit_broken_over_two_lines_of_a_narrow_cell() -> None:
    reading = _read(
        line("支出决算表"), line("金额单"), line("部门：示例市财政局"), line("位：万元"),
        table("科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出\n201 | 一般公共服务支出 | 9.00 | 5.00 | 4.00"),
        metadata=final_account(),
    )  # fmt: skip
    assert [item.amount_yuan for item in reading.line_items] == [90000, 50000, 40000]
    assert not reading.findings


def test_two_lists_read_as_one_are_left_unread_and_told() -> None:
    reading = _read(
        line("收入支出决算总表"), line("金额单位：万元"),
        table("""
            收入 | 支出 | 决算数
            项目 | 决算数    项目 | 决算数
            一、一般公共预算财政拨款收入 | 72.43一、公共安全支出 | 50.51
            二、政府性基金预算财政拨款收入 | 1.45二、卫生健康支出 | 23.37
            总计 | 73.88总计 | 73.88
        """),
        metadata=final_account(),
    )  # fmt: skip
    assert reading.line_items == []
    assert [finding.code for finding in reading.findings] == ["TABLE-COLUMN-UNREAD"]


def test_a_header_repeated_without_its_lower_lines_goes_on_with_the_table() -> None:
    reading = _read(
        line("收入决算表"), line("金额单位：万元"),
        table("""
            项目 | < | 本年收入合计 | 财政拨款收入 | 上级补助收入 | 事业收入
            科目编码 | 科目名称 | ^ | ^ | ^ | ^
            栏次 | < | 1 | 2 | 3 | 4
            合计 | < | 9.00 | 8.00 | | 1.00
            201 | 一般公共服务支出 | 5.00 | 5.00 | |
        """, page=1),
        table("""
            项目 | < | 本年收入合计 | 财政拨款收入 | 上级补助 | 事业收入
            栏次 | < | 1 | 2 | 收3入 | 4
            208 | 社会保障和就业支出 | 4.00 | 3.00 | | 1.00
        """, page=2),
        metadata=final_account(),
    )  # fmt: skip
    assert [(f.form, f.amounts, f.items) for f in reading.forms] == [("income", 8, 8)]
    assert [item.component for item in reading.line_items if item.function_code == "208"] == [
        "total", "fiscal_grant", "institution",
    ]  # fmt: skip


def test_column_numbers_with_a_heading_printed_over_them_are_no_amounts() -> None:
    reading = _read(
        line("财政拨款“三公”经费支出决算表"), line("金额单位：万元"),
        table("""
            合计 | 因公出国（境）费 | 公务用车购置及运行维护费 | < | < | 公务接待费
            ^ | ^ | 小计 | 公务用车购置费 | 运行维护 | ^
            1 | 2 | 3 | 4 | 费5 | 6
            3.00 | 0.00 | 2.00 | 0.00 | 2.00 | 1.00
        """),
        metadata=final_account(),
    )  # fmt: skip
    assert [item.amount_yuan for item in reading.line_items] == [30000, 0, 20000, 0, 20000, 10000]
