"""Tables no official form describes: read for what their headers and rows say, and never for more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.model import Block
from models.disclosure import LineItem, Metadata
from models.forms import FormsReading, read_forms
from models.sums import sums
from tests.models.grids import budget, extract, line, table

_GOVERNMENT = Metadata("budget", "government", 2025, "示例市财政局", "2025年政府预算")


def _read(*blocks: Block, metadata: Metadata | None = None) -> FormsReading:
    return read_forms(extract(blocks), metadata or budget())


def _one(reading: FormsReading, **wanted: object) -> LineItem:
    found = [i for i in reading.line_items if all(getattr(i, k) == v for k, v in wanted.items())]
    assert len(found) == 1, [(i.item_name, i.column_label, i.published_text) for i in reading.line_items]
    return found[0]


def test_purchases_are_money_and_their_quantities_and_unit_prices_are_not() -> None:
    reading = _read(
        line("政府采购预算表"), line("单位：万元"),
        table("""
            序号 | 采购品目   | 规格   | 数量 | 单价 | 采购金额
            合计 |            |        | 12   |      | 30.60
            1    | 便携式计算机 | 16英寸 | 10   | 0.80 | 8.00
            2    | 物业管理服务 | 2年    | 2    | 11.30 | 22.60
        """),
    )  # fmt: skip
    assert {i.form for i in reading.line_items} == {"other"}
    assert [i.published_text for i in reading.line_items] == ["30.60", "8.00", "22.60"]
    computer = _one(reading, item_name="便携式计算机")
    assert (computer.amount_yuan, computer.column_label, computer.measure) == (Decimal("80000"), "采购金额", "budget")
    assert (computer.component, computer.flow, computer.fund) == (None, None, None)
    assert {s.published_text for s in reading.statistics} == {"12", "10", "2", "0.80", "11.30"}
    form = reading.forms[0]
    assert (form.form, form.amounts, form.items, form.statistics) == ("other", 3, 3, 5)
    assert form.ignored == 2 and "序号" in (form.ignored_reason or "")


def test_total_of_an_unlisted_table_is_checked_where_its_figures_prove_the_sum() -> None:
    drawing = """
        地区   | 合计 | 一般债务 | 专项债务
        合计   | 60   | 35      | 25
        一、市本级 | 30   | 20      | 10
        二、县区   | 30   | 15      | 15
    """
    reading = _read(line("地方政府债务余额情况表"), line("单位：亿元"), table(drawing), metadata=_GOVERNMENT)
    assert len(reading.line_items) == 9
    found = sums(reading.line_items)
    assert len(found) == 6 and all(s.holds for s in found)


def test_one_wrong_digit_shows_in_a_sum_that_holds_elsewhere() -> None:
    drawing = """
        地区   | 合计 | 一般债务 | 专项债务
        合计   | 60   | 35      | 25
        市本级 | 30   | 20      | 10
        东区   | 20   | 10      | 10
        西区   | 10   | 5       | 9
    """
    reading = _read(line("地方政府债务余额情况表"), line("单位：亿元"), table(drawing), metadata=_GOVERNMENT)
    assert sum(not s.holds for s in sums(reading.line_items)) == 2  # the row and the column it stands in


def test_list_that_is_no_sum_is_not_made_one() -> None:
    drawing = """
        项目                 | 金额
        2024年末债务余额实际数 | 120.00
        2025年债务发行额       | 30.00
        2025年债务还本额       | 10.00
        2025年末债务余额限额   | 150.00
    """
    reading = _read(line("债务余额情况表"), line("单位：亿元"), table(drawing), metadata=_GOVERNMENT)
    assert sums(reading.line_items) == []
    assert _one(reading, published_text="120.00").fiscal_year == 2024
    assert _one(reading, published_text="120.00").measure == "prior_final"
    assert _one(reading, published_text="30.00").fiscal_year == 2025


def test_without_a_unit_nothing_is_money() -> None:
    reading = _read(line("政府采购预算表"), table("采购项目 | 金额\n办公设备 | 12.50\n车辆 | 20.00"))
    assert reading.line_items == []
    assert [(f.form, f.amounts, f.items) for f in reading.forms] == [(None, 2, 0)]
    assert "单位" in (reading.forms[0].reason or "")


def test_column_nobody_knows_is_money_only_where_the_row_adds_up_with_it() -> None:
    sure = "项目 | 合计 | 一档 | 二档\n教育 | 30 | 10 | 20\n卫生 | 70 | 30 | 40"
    unsure = "项目 | 合计 | 一档 | 二档\n教育 | 30 | 11 | 23\n卫生 | 70 | 35 | 46"
    title = (line("对各县转移支付分地区情况表"), line("单位：万元"))
    assert len(_read(*title, table(sure), metadata=_GOVERNMENT).line_items) == 6
    reading = _read(*title, table(unsure), metadata=_GOVERNMENT)
    assert [i.published_text for i in reading.line_items] == ["30", "70"]
    assert reading.forms[0].amounts - reading.forms[0].items == 4
    assert "一档" in (reading.forms[0].reason or "")


def test_codes_are_taken_where_printed_and_names_only_where_the_header_says_of_what() -> None:
    reading = _read(
        line("机关运行经费支出预算表"), line("单位：万元"),
        table("科目编码 | 科目名称 | 金额\n302 | 商品和服务支出 | 9.00\n30201 | 办公费 | 9.00"),
    )  # fmt: skip
    assert [i.economic_code for i in reading.line_items] == ["302", "30201"]
    listed = _read(line("专项资金安排表"), line("单位：万元"), table("项目 | 金额\n教育支出 | 9.00\n其他支出 | 1.00"))
    assert {i.function_code for i in listed.line_items} == {None}


def test_table_whose_title_no_rule_knows_keeps_its_caption() -> None:
    reading = _read(
        line("乡村振兴衔接资金分配一览"),
        line("单位：万元"),
        table("乡镇 | 金额\n合计 | 9.00\n甲镇 | 4.00\n乙镇 | 5.00"),
    )
    assert reading.forms[0].title == "乡村振兴衔接资金分配一览"
    assert len(sums(reading.line_items)) == 1


def test_figures_of_several_label_columns_are_named_by_all_of_them() -> None:
    reading = _read(
        line("政府购买服务支出表"), line("单位：万元"),
        table("""
            单位名称 | 购买项目 | 承接主体 | 预算金额
            示例中心 | 档案数字化 | 企业   | 6.00
            ^       | 绿化养护   | 事业单位 | 3.00
        """),
    )  # fmt: skip
    assert [i.item_name for i in reading.line_items] == ["档案数字化 / 企业", "绿化养护 / 事业单位"]
    assert {i.budget_unit for i in reading.line_items} == {"示例中心"}


def _debt(metadata: Metadata, *rows: str) -> dict[str, tuple[int, str | None]]:
    grid = table("\n".join(["项目 | 本地区", *rows]))
    reading = read_forms(extract([line("示例市地方政府债务情况表"), line("单位：亿元"), grid]), metadata)
    return {i.item_name: (i.fiscal_year, i.measure) for i in reading.line_items}


def test_parts_are_of_the_year_their_heading_names() -> None:
    metadata = Metadata("budget", "government", 2025, "示例市财政局", None)
    assert _debt(
        metadata,
        "一、2024年末地方政府债务余额实际数 | 30.5",
        "其中：一般债务 | 20.5",
        "（二）专项债务 | 10.0",
        "二、2025年地方政府债务余额限额预算数 | 40.5",
        "其中：一般债务限额 | 25.5",
        "三、其他 | 1.5",
    ) == {
        "一、2024年末地方政府债务余额实际数": (2024, "prior_final"),
        "其中：一般债务": (2024, "prior_final"),
        "（二）专项债务": (2024, "prior_final"),
        "二、2025年地方政府债务余额限额预算数": (2025, "budget"),
        "其中：一般债务限额": (2025, "budget"),
        "三、其他": (2025, None),
    }


@pytest.mark.parametrize(
    "name", ["示例市2024年信息化提升项目", "区县国有企业2024年会计决算汇审会", "2024年河道综合整治工程"]
)
def test_a_year_in_a_name_is_no_period(name: str) -> None:
    grid = table(f"""
        项目名称 | 预算数（单位：万元）
        {name}   | 58.60
    """)
    reading = read_forms(extract([line("重点项目安排情况"), grid]), budget(2026))
    assert [(i.fiscal_year, i.measure) for i in reading.line_items] == [(2026, "budget")]


def test_columns_of_far_years_keep_their_year() -> None:
    grid = table("""
        债券类型 | 2026年 | 2029年 | 2030年及以后年度
        一般债券 | 581840 | 472500 | 1645562
    """)
    metadata = Metadata("budget", "government", 2025, "示例市财政局", None)
    reading = read_forms(extract([line("示例市债券分年偿还计划情况表"), line("单位：万元"), grid]), metadata)
    assert [i.fiscal_year for i in reading.line_items] == [2026, 2029, 2030]


def test_projects_below_a_body_are_that_bodys() -> None:
    grid = table("""
        项目名称（资金使用单位） | 财政拨款
        示例市环境监测站         | 30.5
        其他运行经费             | 20.5
        购置经费                 | 10.0
    """)
    reading = read_forms(extract([line("示例市专项经费安排情况表"), line("单位：万元"), grid]), budget(2026))
    assert [i.budget_unit for i in reading.line_items] == ["示例市环境监测站"] * 3


def test_a_list_below_a_number_that_begins_with_of_which_adds_up_or_is_a_subset() -> None:
    grid = table("""
        项目                   | 金额
        1.转贷市县债务支出     | 100.00
        其中：新增一般债券     | 2.70
        新增专项债券           | 70.00
        再融资债券             | 27.30
        2.债务还本支出         | 50.00
        其中：一般债务还本     | 20.00
        专项债务还本           | 10.00
    """)
    reading = _read(line("2026年市级债务收支计划表"), line("单位：亿元"), grid)
    items = {i.item_name: i for i in reading.line_items}
    complete = ("其中：新增一般债券", "新增专项债券", "再融资债券")
    partial = ("其中：一般债务还本", "专项债务还本")
    assert {items[n].parent_row_no for n in complete} == {items["1.转贷市县债务支出"].row_no}
    assert not any(items[n].subset for n in complete)
    assert all(items[n].subset and items[n].parent_row_no is None for n in partial)


_REPORT = Metadata("budget", "government", 2025, "示例市财政局", "关于示例市2025年预算执行情况和2026年预算草案的报告")


def test_columns_of_income_and_expenditure_keep_each_its_direction() -> None:
    reading = _read(
        line("2025年示例市各区社会保险基金预算收支执行情况表"), line("单位：万元"),
        table("""
            地区   | 社会保险基金预算收入 | <        | 社会保险基金预算支出 | <
            地区   | 金额                 | 比上年增长 | 金额               | 比上年增长
            东湖区 | 300                  | 10.6%    | 290                  | 7.9%
            西山区 | 800                  | 12.5%    | 770                  | 5.5%
        """),
        metadata=_REPORT,
    )  # fmt: skip
    assert {(i.item_name, i.published_text, i.flow) for i in reading.line_items} == {
        ("东湖区", "300", "income"), ("东湖区", "290", "expenditure"),
        ("西山区", "800", "income"), ("西山区", "770", "expenditure"),
    }  # fmt: skip


def test_the_name_of_a_book_is_no_plan_in_the_year_a_report_accounts_for() -> None:
    reading = _read(
        line("2025年全市社会保险基金预算平衡情况"), line("单位：万元"),
        table("""
            项目         | 上年结余 | 本年收入 | 本年支出 | 当期结余 | 滚存结余
            合计         | 50       | 40       | 30       | 10       | 60
            失业保险基金 | 50       | 40       | 30       | 10       | 60
        """),
        metadata=_REPORT,
    )  # fmt: skip
    assert {(i.fiscal_year, i.measure) for i in reading.line_items} == {(2025, "final")}
    said = {i.column_label: (i.flow, i.component) for i in reading.line_items}
    assert said["本年收入"] == ("income", "current_income")
    assert said["本年支出"] == ("expenditure", "current_expenditure")
    assert said["当期结余"][0] is None
    assert said["滚存结余"] == ("balance", "closing_balance")


def test_transfers_received_in_the_year_reported_are_not_called_planned() -> None:
    reading = _read(
        line("2025年中央对示例省一般公共预算税收返还及转移支付情况表"), line("单位：万元"),
        table("""
            项目             | 金额
            一、返还性收入   | 120
            二、一般性转移支付收入 | 340
        """),
        metadata=_REPORT,
    )  # fmt: skip
    assert {(i.fiscal_year, i.measure, i.fund) for i in reading.line_items} == {(2025, None, "general")}


def test_what_transfers_come_from_is_no_income_of_those_who_hand_them_out() -> None:
    reading = _read(
        line("2025年示例市政府性基金预算转移支付分区县分项目执行情况表"), line("单位：万元"),
        table("""
            地区   | 合计 | 国有土地使用权出让收入 | 彩票公益金安排的支出
            合计   | 60   | 35                     | 25
            东湖区 | 60   | 35                     | 25
        """),
        metadata=_REPORT,
    )  # fmt: skip
    assert len(reading.line_items) == 6
    assert {i.measure for i in reading.line_items} == {"final"}
    assert "income" not in {i.flow for i in reading.line_items}


def test_rows_below_income_and_expenditure_are_of_that_direction() -> None:
    reading = _read(
        line("2025年示例市社会保险基金预算收支表"), line("单位：万元"),
        table("""
            项目                 | 合计 | 失业保险基金 | 工伤保险基金
            一、收入             | 60   | 35           | 25
            其中：1.保险费收入   | 50   | 30           | 20
            2.利息收入           | 10   | 5            | 5
            二、支出             | 40   | 20           | 20
            其中：社会保险待遇支出 | 30 | 15           | 15
            三、本年收支结余     | 20   | 15           | 5
            四、年末滚存结余     | 90   | 50           | 40
        """),
        metadata=_GOVERNMENT,
    )  # fmt: skip
    said = {i.item_name: i.flow for i in reading.line_items}
    assert said == {
        "一、收入": "income", "其中：1.保险费收入": "income", "2.利息收入": "income", "二、支出": "expenditure",
        "其中：社会保险待遇支出": "expenditure", "三、本年收支结余": None, "四、年末滚存结余": "balance",
    }  # fmt: skip


def test_what_is_bought_is_no_income_whatever_the_money_it_is_paid_from() -> None:
    reading = read_forms(
        extract(
            (
                line("2026年政府采购预算明细表"),
                line("单位：万元"),
                table("""
                    项目编号 | 项目 | 总计 | 事业收入 | 其他收入
                    合计 | < | 947.00 | 47.00 | 900.00
                    A | 货物 | 47.00 | 47.00 |
                    C | 服务 | 900.00 | | 900.00
                """),
            )
        ),
        budget(),
    )
    assert {i.flow for i in reading.line_items} == {None}
    assert [i.component for i in reading.line_items if i.item_name.endswith("货物")] == ["total", "institution"]
    spent = _read(
        line("2026年政府采购支出表"), line("单位：万元"),
        table("项目 | 总计 | 事业收入 | 其他收入\n货物 | 947.00 | 47.00 | 900.00"),
    )  # fmt: skip
    assert {i.flow for i in spent.line_items} == {"expenditure"}
