"""Amounts, statistics and places read from made-up sentences of the 情况说明."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import Extract, Paragraph, Place
from models.disclosure import LineItem, Metadata
from models.prose import ProseReading, read_prose
from models.prose.figures import figures
from models.prose.flow import _one_number


def read(*texts: str, kind: str = "final_account", year: int = 2024, scope: str = "department") -> ProseReading:
    """Read paragraphs as one made-up document."""
    blocks = tuple(Paragraph(text, Place(page=1, cell=f"P{n}")) for n, text in enumerate(texts, start=1))
    return read_prose(Extract("docx", "test", blocks), Metadata(kind, scope, year, "云溪县档案馆", None))


def brief(items: tuple[LineItem, ...]) -> list[tuple[str | None, str | None, str | None, str | None, int, str]]:
    """fund, flow, component, measure, year and yuan of each item."""
    return [
        (i.fund, i.flow, i.component, i.measure, i.fiscal_year, format(i.amount_yuan.normalize(), "f")) for i in items
    ]


def test_total_and_change_with_sign() -> None:
    reading = read("2024年度收、支总计均为310.5万元。与2023年度相比，收、支总计各减少12.04万元，下降3.7%。")
    assert brief(reading.line_items) == [
        ("all", "income", "total", "final", 2024, "3105000"),
        ("all", "income", "total", "change", 2024, "-120400"),
    ]
    (growth,) = reading.statistics
    assert (growth.kind, growth.value) == ("growth", Decimal("-3.7"))
    assert (growth.subject, growth.base) == (reading.line_items[1].locator, reading.line_items[0].locator)


def test_two_figures_for_income_and_expenditure() -> None:
    reading = read("2024年度收、支总计各是4001.49,4020.91万元。")
    assert brief(reading.line_items) == [
        ("all", "income", "total", "final", 2024, "40014900"),
        ("all", "expenditure", "total", "final", 2024, "40209100"),
    ]
    assert [i.published_text for i in reading.line_items] == ["4001.49", "4020.91"]


def test_one_figure_with_thousands_separator() -> None:
    (item,) = read("2024年度本年收入合计1,928.9亿元。").line_items
    assert (item.published_text, item.published_unit) == ("1,928.9", "亿元")
    assert item.amount_yuan == Decimal("192890000000")
    assert item.ulp_yuan == Decimal("10000000")


def test_zero_for_every_thing_named() -> None:
    reading = read(
        "二、收入决算情况说明",
        "2024年度本年收入合计88万元，其中：一般公共预算财政拨款收入88万元，占100%；"
        "国有资本经营预算财政拨款收入、事业收入、其他收入均为零。",
    )
    zeros = [i for i in reading.line_items if i.amount_yuan == 0]
    assert [(i.component, i.published_text) for i in zeros] == [
        ("state_capital", "零"),
        ("institution", "零"),
        ("other_income", "零"),
    ]
    assert len({i.locator for i in reading.line_items}) == len(reading.line_items)


def test_nothing_printed_is_no_zero() -> None:
    assert read("云溪县档案馆2024年度无政府性基金预算财政拨款收入和支出。").line_items == ()


def test_items_with_path_budget_and_final() -> None:
    reading = read(
        "五、一般公共预算财政拨款支出决算情况说明",
        "（三）一般公共预算财政拨款支出决算具体情况",
        "7、文化旅游体育与传媒支出（类）文化和旅游（款）图书馆（项）。主要用于：购书等支出。年初预算为 61.2 万元，"
        "支出决算为58.75万元，完成年初预算的96.00%。决算数小于预算数的主要原因：少购两批图书，减少支出2.45万元。",
    )
    assert [(i.function_code, i.measure, i.row_no, i.level) for i in reading.line_items] == [
        ("2070104", "budget", 7, "项"),
        ("2070104", "final", 7, "项"),
    ]
    (completion,) = reading.statistics
    assert completion.kind == "completion"
    assert completion.subject == reading.line_items[1].locator
    assert completion.base == reading.line_items[0].locator
    assert [f.observed for f in reading.findings if f.code == "TXT-AMOUNT-UNREAD"] == ["1"]


def test_budget_document_prior_execution_and_comparison() -> None:
    reading = read(
        "3、教育支出（205类）普通教育（02款）高中教育（04项）120.00万元。2025年当年预算执行数为118.5万元，"
        "2026年预算安排120.00万元，比2025年预算执行数增加1.27%。",
        kind="budget",
        year=2026,
    )
    assert [(i.measure, i.fiscal_year, i.function_code) for i in reading.line_items] == [
        ("budget", 2026, "2050204"),
        ("prior_final", 2025, "2050204"),
        ("budget", 2026, "2050204"),
    ]


def test_prior_budget_printed_as_base() -> None:
    reading = read(
        "二、收入预算情况说明",
        "2026年度收入预算900.5万元，比2025年年初预算数950万元减少49.5万元，下降5.21%。",
        kind="budget",
        year=2026,
    )
    assert brief(reading.line_items) == [
        ("all", "income", "total", "budget", 2026, "9005000"),
        ("all", "income", "total", "budget", 2025, "9500000"),
        ("all", "income", "total", "change", 2026, "-495000"),
    ]


def test_change_against_last_years_execution_is_kept_apart() -> None:
    reading = read("2026年支出预算700万元，比上年执行数增加30万元，增长4.5%。", kind="budget", year=2026)
    level, change = reading.line_items
    assert change.item != level.item
    assert change.measure == "change"


def test_amounts_in_a_reason_are_not_read() -> None:
    reading = read(
        "2024年度本年支出合计500万元，比2023年度增加40万元。主要原因是项目支出增加，较上年增加35万元；人员经费增加5万元。"
    )
    assert [i.measure for i in reading.line_items] == ["final", "change"]
    assert [f.observed for f in reading.findings if f.code == "TXT-AMOUNT-UNREAD"] == ["2"]


def test_purpose_does_not_hide_the_comparison_after_it() -> None:
    reading = read(
        "2026年公务接待费预算2万元，主要用于接待来访单位，比上年预算数减少0.5万元。", kind="budget", year=2026
    )
    assert brief(reading.line_items)[1] == ("general", "expenditure", "reception", "change", 2026, "-5000")


def test_three_public_parts_counts_and_fund() -> None:
    reading = read(
        "七、财政拨款“三公”经费支出决算情况说明",
        "“三公”经费财政拨款支出决算中，因公出国（境）费支出决算0.00万元，占0%；公务用车购置及运行维护费支出决算3.2万元，"
        "占80%；公务接待费支出决算0.8万元，占20%。",
        "3.公务接待费支出0.8万元。国内公务接待6批次，41人次。",
    )
    assert [(i.component, i.fund) for i in reading.line_items] == [
        ("overseas", "fiscal_grant"),
        ("vehicle", "fiscal_grant"),
        ("reception", "fiscal_grant"),
        ("reception", "fiscal_grant"),
    ]
    counts = {(s.name, s.unit): s.value for s in reading.statistics if s.kind == "count"}
    assert counts == {("国内公务接待", "批次"): 6, ("国内公务接待", "人次"): 41}


def test_parts_take_the_fund_of_their_total() -> None:
    reading = read(
        "六、一般公共预算财政拨款基本支出决算情况说明",
        "2024年度一般公共预算财政拨款基本支出80万元，其中：",
        "人员经费61万元，主要包括：基本工资、津贴补贴。",
        "公用经费19万元，主要包括：办公费、印刷费。",
    )
    assert [(i.fund, i.component) for i in reading.line_items] == [
        ("general", "basic"),
        ("general", "personnel"),
        ("general", "operation"),
    ]


def test_agency_running_and_procurement() -> None:
    reading = read(
        "（一）机关运行经费支出情况",
        "2024年度，云溪县档案馆机关运行经费支出45.1万元，比2023年度增加1.1万元，增长2.5%。",
        "（二）政府采购支出情况",
        "政府采购支出总额9.3万元，其中：政府采购货物支出6万元、政府采购工程支出0万元、政府采购服务支出3.3万元。"
        "授予中小企业合同金额9.3万元，占政府采购支出总额的100%。",
    )
    assert [i.item for i in reading.line_items] == [
        "机关运行经费",
        "机关运行经费",
        "政府采购支出总额",
        "政府采购货物支出",
        "政府采购工程支出",
        "政府采购服务支出",
        "授予中小企业合同金额",
    ]
    share = next(s for s in reading.statistics if s.kind == "share")
    assert share.base == reading.line_items[2].locator


def test_missing_unit_is_read_by_the_prose_and_reported() -> None:
    reading = read(
        "2024年度一般公共预算财政拨款支出700.00万元。", "2024年度一般公共预算支出决算数为700.12，完成预算91.8%。"
    )
    item = reading.line_items[-1]
    assert (item.amount_yuan, item.published_text, item.published_unit) == (Decimal("7001200"), "700.12", "")
    (finding,) = [f for f in reading.findings if f.code == "TXT-UNIT-MISSING"]
    assert finding.locators == (item.locator,)


def test_missing_percent_sign_is_no_amount() -> None:
    reading = read("2024年度本年支出合计50万元，与2023年度相比，本年支出合计增加5万元，增长11.11。")
    assert len(reading.line_items) == 2
    assert any(f.code == "TXT-UNIT-MISSING" for f in reading.findings)


@pytest.mark.parametrize(
    "sentence",
    [
        "单价100万元以上专用设备2台（套）。",
        "道路年维护成本不超过75万元。",
        "根据《关于规范收费的通知》（财综〔2015〕6号）执行，收费标准为300元/平方米。",
        "公务用车采购价格每辆18万元。",
        "1至6月预算执行数为106.2万元。",
        "接待邻县档案馆支出960元。",
        "因公出国费、公务接待费20万元。",
        "联系电话：0830-3101234。",
    ],
)
def test_not_an_amount_of_the_account(sentence: str) -> None:
    assert read("七、“三公”经费", sentence).line_items == ()


def test_unknown_thing_is_not_taken_for_the_one_before() -> None:
    reading = read("2024年度会议费3万元，其中：年会布展费2万元，比上年增加1万元。")
    assert [(i.item, i.measure) for i in reading.line_items] == [("会议费", "final")]


def test_shares_of_codes_inside_a_part_are_not_totals_of_the_codes() -> None:
    reading = read(
        "本部门2026年一般公共预算支出90万元，其中：",
        "（1）人员经费：①行政运行（2012601）50万元，较上年增加5万元。",
        kind="budget",
        year=2026,
    )
    assert all(i.function_code is None for i in reading.line_items)


def test_locator_points_at_the_printed_figure() -> None:
    text = "2024年度本年收入合计　1,234.50 万元。"
    (item,) = read("二、收入决算情况说明", text).line_items
    block, offset = item.locator[1:].split("o")
    assert block == "1"
    assert text[int(offset) :].startswith("1,234.50")
    assert item.place.cell == "P2"


def test_no_year_no_amounts_but_passages() -> None:
    extract = Extract("docx", "test", (Paragraph("本年收入合计5万元。", Place()),))
    reading = read_prose(extract, Metadata(None, "department", None, None, None))
    assert reading.line_items == ()
    assert [p.text for p in reading.passages] == ["本年收入合计5万元。"]


def test_government_report_tells_level_and_year_apart() -> None:
    reading = read(
        "一、2025年预算执行情况",
        "2025年，全市一般公共预算收入完成90.5亿元，占预算的100%，增长3%。一般公共预算支出完成200.25亿元，增长5.1%。"
        "2025年，市本级社会保险基金预算收入70亿元。",
        "二、2026年预算安排",
        "收入总计629.7亿元。",
        kind="budget",
        year=2025,
        scope="government",
    )
    assert [(i.item, i.measure, i.published_text) for i in reading.line_items] == [
        ("全市一般公共预算收入", "final", "90.5"),
        ("全市一般公共预算支出", "final", "200.25"),
    ]


@settings(max_examples=60, deadline=None)
@given(
    amount=st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2),
    unit=st.sampled_from(["元", "万元", "亿元"]),
    grouped=st.booleans(),
)
def test_any_amount_is_read_exactly(amount: Decimal, unit: str, grouped: bool) -> None:
    printed = f"{amount:,}" if grouped else str(amount)
    (item,) = read(f"2024年度本年支出合计{printed}{unit}。").line_items
    factor = {"元": 1, "万元": 10_000, "亿元": 100_000_000}[unit]
    assert item.amount_yuan == amount * factor
    assert item.published_text == printed
    assert item.ulp_yuan == Decimal(factor) / 100


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet="收支总计本年入出各均为零万元亿，。；：、（）其中比增加减少占%0123456789.年度预算决算“”", max_size=80
    )
)
def test_no_sentence_crashes_and_every_locator_is_unique(text: str) -> None:
    items = read(text).line_items
    assert len({item.locator for item in items}) == len(items)


def test_change_against_the_own_budget_is_named_so() -> None:
    reading = read("本部门2024年度机关运行经费支出45.1万元，比年初预算数减少2万元，降低4.2%。")
    assert [(i.item, i.measure) for i in reading.line_items] == [
        ("机关运行经费", "final"),
        ("机关运行经费（较年初预算）", "change"),
    ]


def test_composition_after_a_purpose_with_colon() -> None:
    reading = read(
        "2024年度一般公共预算财政拨款支出480万元，主要用于：一般公共服务支出400万元，占83.33%；教育支出80万元，占16.67%。"
    )
    assert [(i.function_code, i.fund) for i in reading.line_items] == [
        (None, "general"),
        ("201", "general"),
        ("205", "general"),
    ]


def test_parts_of_basic_expenditure_follow_its_fund() -> None:
    reading = read("2024年度财政拨款基本支出200万元，其中：人员经费180万元，占基本支出的90%；公用经费20万元。")
    assert {i.fund for i in reading.line_items} == {"fiscal_grant"}


def test_budget_of_the_body_with_its_parts() -> None:
    """Shenzhen: the body's name and 预算 before the total of its expenditure; 本级 only where that total was told before."""
    parts = (
        "9.5万元，包括在职人员经费4万元、公用经费1万元、对个人和家庭的补助支出2万元、增人增资0.5万元、项目支出2万元。"
    )
    reading = read("第三部分 部门预算支出具体情况", "云溪县档案馆预算" + parts, kind="budget")
    assert [(i.item, i.component, i.subset, str(i.amount_yuan.normalize())) for i in reading.line_items] == [
        ("总计", "total", False, "9.5E+4"),
        ("在职人员经费", "personnel", True, "4E+4"),
        ("公用经费", "operation", False, "1E+4"),
        ("对个人和家庭的补助", "personnel", True, "2E+4"),
        ("增人增资", "personnel", True, "5E+3"),
        ("项目支出", "project", False, "2E+4"),
    ]
    unit = read("第三部分 部门预算支出具体情况", "云溪县档案馆（本级）预算" + parts, kind="budget")
    assert all(i.item != "总计" for i in unit.line_items)


def test_what_small_firms_won_is_told_by_what_was_reserved() -> None:
    reading = read(
        "十、政府采购支出情况说明",
        "2024年度本部门面向中小企业预留政府采购项目预算金额9万元，面向小微企业预留政府采购项目预算金额0万元。"
        "在面向中小企业预留的政府采购项目中，由中小企业供应商中标或成交的，采购金额8.5万元；在面向小微企业预留政府采购项目中，"
        "由小微企业供应商中标或成交的，采购金额0万元；在其他政府采购项目中，由中小企业供应商中标或成交的，采购金额4.7万元。",
    )
    won = [(i.item, i.measure, i.subset, i.published_text) for i in reading.line_items if "中标" in i.item]
    assert won == [
        ("中小企业中标或成交金额（面向中小企业预留项目）", "final", True, "8.5"),
        ("小微企业中标或成交金额（面向小微企业预留项目）", "final", True, "0"),
        ("中小企业中标或成交金额（其他政府采购项目）", "final", True, "4.7"),
    ]


def test_money_under_performance_goals_by_fund() -> None:
    reading = read(
        "（三）绩效目标设置情况。2024年项目支出均实行了绩效目标管理，涉及当年一般公共预算拨款9.5万元，政府性基金预算拨款0万元。",
        kind="budget",
    )
    assert [(i.item, i.fund, i.component, i.published_text) for i in reading.line_items] == [
        ("绩效目标管理项目资金", "general", "project", "9.5"),
        ("绩效目标管理项目资金", "gov_fund", "project", "0"),
    ]


def test_money_under_performance_goals_of_all_spending_is_not_of_the_projects() -> None:
    reading = read(
        "2024年度，本部门整体支出纳入绩效目标管理，涉及财政性资金24.1万元；本部门共4个项目纳入绩效目标管理，涉及财政性资金合计12.7万元。",
        kind="budget",
    )
    assert [(i.item, i.component, i.published_text) for i in reading.line_items] == [
        ("绩效目标管理整体支出资金", "total", "24.1"),
        ("绩效目标管理项目资金", "project", "12.7"),
    ]


def test_sum_of_a_named_code_told_as_total_spending() -> None:
    (item,) = read("（三）支出决算具体情况", "检察（款）：2024年支出合计9.5万元。其中：").line_items
    assert (item.item, item.level, item.published_text) == ("检察", "款", "9.5")
    after = read("（三）支出决算具体情况", "检察（款）支出9.5万元，本年支出合计12万元。").line_items
    assert not any(i.function_code for i in after if i.published_text == "12")


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("收入17，329，8\x1e06.81元，占99.94%", ["99.94"]),
        ("为1，792，\x1e236.60元", []),
        ("为12\x1e34.5万元，比上年增加3万元", ["3"]),
        ("分别为12.5，13.6\x1e7万元", []),
    ],
)
def test_digits_on_both_sides_of_a_line_end_are_never_an_amount(text: str, usable: list[str]) -> None:
    """Not even the part before the line end: 17，329，8|06.81元 once was read as 17,329 and as 6.81."""
    assert [str(one.value) for one in figures(text) if not one.broken and one.unit] == usable


@pytest.mark.parametrize(
    ("before", "after", "one"),
    [("17，329，8", "06.81元", True), ("1，792，", "236.60元", True), ("12", "34.5元", False), ("3，5", "6元", False)],
)
def test_thousands_cut_by_a_line_end_are_one_number_only_where_they_can_be_nothing_else(
    before: str, after: str, one: bool
) -> None:
    assert _one_number(before, after) is one
