"""Sixty title pages as publishers make them: old numerals, typing errors, several years, collections, covers that say little.

Each page is decided rightly or left open with a finding; never decided wrongly. All bodies and figures are invented, the
places are real because places are recognised by name.
"""

from __future__ import annotations

import pytest

from models.disclosure import Metadata
from models.interpret import interpret
from tests.models.test_metadata import metadata, pages

DEPARTMENT_FORMS = (
    "收入支出决算总表\n公开01表\n单位：万元\n一、一般公共预算财政拨款收入 1,234.56\n本年收入合计 1,234.56"
)
BUDGET_FORMS = "收支总表\n表1\n单位：万元\n一、一般公共预算拨款收入 1,234.56\n本年收入合计 1,234.56"
B, F = "budget", "final_account"


def read(cover: str, *rest: str, name: str = "download.pdf") -> Metadata:
    return metadata(pages(cover, *rest), name)


@pytest.mark.parametrize(
    ("cover", "kind", "scope", "year", "body"),
    [
        # the year in Chinese numerals, wide digits, blanks
        ("二〇二三年度\n盐城市亭湖区教育局\n部门决算", F, "department", 2023, "盐城市亭湖区教育局"),
        ("二○二四年部门预算\n长沙市民政局", B, "department", 2024, "长沙市民政局"),
        ("二零二二年度长沙市民政局部门决算", F, "department", 2022, "长沙市民政局"),
        ("二O一九年度\n长沙市民政局部门决算", F, "department", 2019, "长沙市民政局"),
        ("二〇二〇年度长沙市民政局部门决算", F, "department", 2020, "长沙市民政局"),
        ("贰零贰叁年度\n长沙市民政局部门决算", F, "department", 2023, "长沙市民政局"),
        ("２０２３年度\n长沙市民政局\n部门决算", F, "department", 2023, "长沙市民政局"),
        ("2 0 2 3 年 度\n长 沙 市 民 政 局\n部 门 决 算", F, "department", 2023, "长沙市民政局"),
        ("2023\n年度\n长沙市民政局\n部门决算", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局\n2023年度部门决算公开\n二〇二四年九月", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局\n部门决算\n2023年度\n2024年9月20日", F, "department", 2023, "长沙市民政局"),
        # brackets and marks
        ("2023年度部门决算(汇总)\n长沙市民政局", F, "department", 2023, "长沙市民政局"),
        ("長沙市民政局2023年度部門決算", F, "department", 2023, None),
        ("【2023年度】长沙市民政局【部门决算】", F, "department", 2023, "长沙市民政局"),
        ("〔长沙市民政局〕2023年度部门决算", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局(本级)2023年度单位决算", F, "unit", 2023, "长沙市民政局"),
        ("长沙市民政局﹙本级﹚\n2023年度部门决算", F, "unit", 2023, "长沙市民政局"),
        ("长沙市民政局（机关本级）2024年单位预算", B, "unit", 2024, "长沙市民政局"),
        ("《长沙市民政局2024年部门预算》", B, "department", 2024, "长沙市民政局"),
        # kinds mixed in one title
        ("2024年部门预算及“三公”经费预算\n长沙市民政局", B, "department", 2024, "长沙市民政局"),
        ("长沙市民政局2024年部门预算和“三公”经费预算公开说明", B, "department", 2024, "长沙市民政局"),
        ("长沙市民政局2023年度部门决算及“三公”经费决算公开", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局2023年度部门决算和绩效自评情况", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局2023年度预决算公开之部门决算", F, "department", 2023, "长沙市民政局"),
        ("2023年度长沙市民政局财政拨款“三公”经费支出决算", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局2023年度收支决算报告", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局2024年综合预算", B, "department", 2024, "长沙市民政局"),
        ("关于公开长沙市民政局2024年部门预算的报告", B, "department", 2024, "长沙市民政局"),
        ("2024年部门预算\n长沙市民政局\n二〇二四年二月", B, "department", 2024, "长沙市民政局"),
        ("长沙市民政局2023年度部门整体支出绩效自评报告", F, "department", 2023, "长沙市民政局"),
        ("长沙市2023年度市级部门决算\n长沙市民政局", F, "department", 2023, "长沙市民政局"),
        ("2025年长沙市民政局预算公开（含三公经费）", B, "department", 2025, "长沙市民政局"),
        ("长沙市民政局系统2023年度部门决算", F, "department", 2023, "长沙市民政局"),
        ("附件1：\n2024年度部门预算公开表\n长沙市民政局", B, "department", 2024, "长沙市民政局"),
        ("2023年度长沙市民政局本级决算公开", F, "unit", 2023, "长沙市民政局"),
        ("长沙市财政局2023年度财政总决算", F, "government", 2023, "长沙市人民政府"),
        # several years: the account is of the one that stands with it
        ("长沙市民政局2024年部门预算及2024—2026年中期财政规划", B, "department", 2024, "长沙市民政局"),
        ("长沙市民政局2024年部门预算暨2022年部门决算公开", None, "department", 2024, "长沙市民政局"),
        ("（2021—2025年规划期）\n长沙市民政局\n2023年度部门决算", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局\n2023年度部门决算\n（2024年公开）", F, "department", 2023, "长沙市民政局"),
        ("2024年公开\n长沙市民政局2023年度部门决算", F, "department", 2023, "长沙市民政局"),
        ("2024年9月\n长沙市民政局2023年度部门决算", F, "department", 2023, "长沙市民政局"),
        ("长财预〔2024〕15号\n长沙市民政局2023年度部门决算", F, "department", 2023, "长沙市民政局"),
        ("长沙市民政局23年度部门决算", F, "department", 2023, "长沙市民政局"),
        # units and collections
        ("长沙市第一社会福利院\n2023年度单位决算", F, "unit", 2023, "长沙市第一社会福利院"),
        ("长沙市民政局所属长沙市第一社会福利院2023年度单位决算", F, "unit", 2023, "长沙市第一社会福利院"),
        ("长沙市民政局婚姻登记处2024年单位预算", B, "unit", 2024, "长沙市民政局婚姻登记处"),
        ("部门预算公开（2024年）\n单位：长沙市第一社会福利院", B, "department", 2024, "长沙市第一社会福利院"),
        ("2024年部门预算\n主管部门：长沙市民政局\n单位名称：长沙市救助管理站", B, "unit", 2024, "长沙市救助管理站"),
        # places
        ("新疆生产建设兵团第八师财政局\n2023年度部门决算", F, "department", 2023, "新疆生产建设兵团第八师财政局"),
        ("南京市江北新区管理委员会教育和社会保障局2023年度部门决算", F, "department", 2023, "南京市江北新区管理委员会教育和社会保障局"),
        ("武汉东湖新技术开发区管理委员会2023年度部门决算", F, "department", 2023, "武汉东湖新技术开发区管理委员会"),
        ("福州市鼓楼区东街街道办事处2023年度部门决算", F, "department", 2023, "福州市鼓楼区东街街道办事处"),
        ("中共长沙市委组织部2023年度部门决算", F, "department", 2023, "中共长沙市委组织部"),
        ("政协长沙市委员会办公厅2023年度部门决算", F, "department", 2023, "政协长沙市委员会办公厅"),
        ("民盟长沙市委2023年度部门决算", F, "department", 2023, "民盟长沙市委"),
        ("长沙市人民检察院二〇二三年度部门决算", F, "department", 2023, "长沙市人民检察院"),
    ],
)  # fmt: skip
def test_title_pages(cover: str, kind: str | None, scope: str, year: int, body: str | None) -> None:
    forms = DEPARTMENT_FORMS if kind == F else BUDGET_FORMS
    found = read(cover, "目 录\n第一部分 概况\n一、主要职责", forms)
    told = (found.report_kind, found.scope, found.fiscal_year, found.department_name)
    if kind is None:
        # Two accounts in one: whichever is taken, the other one is told.
        assert "2022" in found.evidence["other_years"]
        told = (None, *told[1:])
    assert told == (kind, scope, year, body)
    assert found.refusal is None


def test_a_budget_that_speaks_of_the_last_account_is_a_budget() -> None:
    prose = "\n".join(f"（{n}）2022年决算数为{n}.00万元，2022年度决算比上年增加。" for n in "一二三四五六七八")
    found = read("长沙市民政局\n2024年部门预算", "第二部分 情况说明", prose, BUDGET_FORMS)
    assert (found.report_kind, found.fiscal_year) == (B, 2024)


def test_a_cover_without_a_year_takes_the_year_of_the_table_titles() -> None:
    tables = "\n".join(f"{name}\n单位：万元" for name in ("2023年度收入支出决算总表", "2023年度收入决算表", "2023年度支出决算表"))  # fmt: skip
    found = read("长沙市民政局\n部门决算", "目录", tables)
    assert (found.report_kind, found.fiscal_year) == (F, 2023)


def test_a_plan_of_three_years_names_no_fiscal_year_alone() -> None:
    found = read("长沙市民政局\n2022-2024年部门预算三年规划", "目录", BUDGET_FORMS)
    assert found.fiscal_year is None or "2022" in found.evidence.get("disagreement", "") + found.evidence.get("other_years", "")  # fmt: skip


def test_stale_table_titles_are_told_and_the_cover_stands() -> None:
    stale = "\n".join(
        f"2022年度部门{name}决算表\n单位：万元" for name in ("收入", "支出", "收支", "项目支出", "基本支出")
    )
    found = read("长沙市民政局\n2023年度部门决算", "目录", stale)
    assert found.fiscal_year == 2023
    assert "2022" in found.evidence["disagreement"]


@pytest.mark.parametrize("typo", ["20223年度", "203年度", "2O23年度", "20２３ 年度", "2203年度"])
def test_a_year_with_a_typing_error_is_no_other_year(typo: str) -> None:
    tables = "\n".join(f"2023年度{name}决算表\n单位：万元" for name in ("收入", "支出", "财政拨款收入支出"))
    found = read(f"长沙市民政局\n{typo}部门决算", "目录", tables)
    assert found.fiscal_year == 2023
    alone = read(f"长沙市民政局\n{typo}部门决算", "目录", "收入支出决算总表\n单位：万元\n合计 1,234.56")
    assert alone.fiscal_year in (None, 2023)
    if alone.fiscal_year is None:
        assert "年度" in alone.evidence["disagreement"]


def test_kinds_that_disagree_between_cover_and_forms_are_told() -> None:
    forms = "\n".join(
        f"2023年度{name}决算表\n单位：万元"
        for name in ("收入支出总", "收入", "支出", "财政拨款收入支出", "一般公共预算财政拨款支出")
    )
    found = read("长沙市民政局\n2023年部门预算", "目录", forms)
    assert "决算" in found.evidence["disagreement"]


def test_a_file_name_never_overrules_the_page() -> None:
    found = read("长沙市民政局\n2023年度部门决算", "目录", DEPARTMENT_FORMS, name="2021年株洲市财政局部门预算.pdf")
    assert (found.report_kind, found.fiscal_year, found.department_name) == (F, 2023, "长沙市民政局")
    assert all(word in found.evidence["disagreement"] for word in ("2021", "预算", "株洲市财政局"))


def test_of_a_collection_the_department_on_the_cover_is_the_body() -> None:
    units = [f"{unit}2024年单位预算\n单位：万元\n{BUDGET_FORMS}" for unit in ("长沙市救助管理站", "长沙市殡葬管理处")]
    found = read("长沙市民政局\n2024年部门预算", "目录", *units)
    assert (found.scope, found.department_name) == ("department", "长沙市民政局")


@pytest.mark.parametrize(
    ("text", "code"),
    [("福州市鼓楼区2023年财政运行平稳。", "350102"), ("鼓楼区财政运行平稳。", None), ("福州市鼓楼区与南京市鼓楼区结对。", None)],
)  # fmt: skip
def test_a_name_that_several_places_bear_is_told_by_the_text_or_not_at_all(text: str, code: str | None) -> None:
    found = read("鼓楼区财政局\n2023年度部门决算", "目录", text, DEPARTMENT_FORMS)
    assert (found.department_name, found.region_code) == ("鼓楼区财政局", code)


@pytest.mark.parametrize(
    ("cover", "title"),
    [
        ("长沙市民政局\n2023年度部门决算", "长沙市民政局2023年度部门决算"),
        ("2023年度部门决算\n长沙市民政局\n2024年9月", "长沙市民政局2023年度部门决算"),
        ("2023年度\n长沙市民政局\n部门决算", "2023年度长沙市民政局部门决算"),
        ("2024年度\n部门决算\n长沙市民政局\n二〇二五年八月", "长沙市民政局2024年度部门决算"),
        ("2024年湖南省省级政府预算表\n湖南省财政厅\n2024年2月", "2024年湖南省省级政府预算表"),
        ("长沙市2026年市本级政府预算\n（草案）\n长沙市财政局编\n2026年1月", "长沙市2026年市本级政府预算（草案）"),
        (
            "长沙市十六届人大三次\n会议大会文件（二十一）\n长沙市2024年预算执行情况与2025年预算草案\n长沙市人大会议秘书处\n2025年1月",
            "长沙市2024年预算执行情况与2025年预算草案",
        ),
        (
            "关于2024年湖南省政府预算公开\n部分事项的说明\n根据公开要求，现将转移支付、举借债务等事项说明如下：",
            "关于2024年湖南省政府预算公开部分事项的说明",
        ),
        ("关于长沙市2025年市本级预算和\n市总预算执行情况的报告", "关于长沙市2025年市本级预算和市总预算执行情况的报告"),
    ],
)
def test_the_title_is_what_one_cites(cover: str, title: str) -> None:
    assert read(cover, BUDGET_FORMS).title == title


@pytest.mark.parametrize(
    "cover",
    [
        "湖南省2023年地方政府一般债务余额情况表",
        "2023年湖南省省级政府决算表\n湖南省财政厅",
        "湖南省人民政府关于湖南省2023年财政决算的报告",
    ],
)
def test_a_government_is_one_body_whoever_prints_its_account(cover: str) -> None:
    found = read(cover, BUDGET_FORMS)
    assert (found.scope, found.department_name, found.region_code) == ("government", "湖南省人民政府", "430000")


@pytest.mark.parametrize(
    ("cover", "body"),
    [
        ("长沙市岳麓区莲花镇人民政府2023年度财政决算草案", "长沙市岳麓区莲花镇人民政府"),
        ("长沙高新区2023年财政决算报告", "长沙高新区"),
        ("关于2023年苏州工业园区财政决算的报告", "苏州工业园区"),
        ("新疆生产建设兵团2023年地方政府债务余额情况表", "新疆生产建设兵团"),
        ("天津市滨海新区2024年预算执行情况和2025年预算草案的报告", "天津市滨海新区人民政府"),
        ("上海市浦东新区2023年财政决算草案\n上海市浦东新区财政局", "上海市浦东新区人民政府"),
    ],
)
def test_an_account_of_a_township_or_zone_is_not_its_places(cover: str, body: str) -> None:
    found = read(cover, BUDGET_FORMS)
    assert (found.scope, found.department_name) == ("government", body)


def test_a_place_no_list_tells_apart_is_named_by_its_title() -> None:
    found = read("鼓楼区2023年财政决算报告", BUDGET_FORMS)
    assert (found.scope, found.department_name, found.region_code) == ("government", "鼓楼区人民政府", None)
    assert read("2024年全市预算执行情况和2025年预算草案的报告", BUDGET_FORMS).department_name is None


def test_a_table_of_goals_belongs_to_the_budget_and_its_evaluation_to_the_account() -> None:
    assert read("长沙市民政局2026年度项目预算绩效目标表").report_kind == B
    assert read("长沙市民政局2023年度项目支出绩效目标自评表").report_kind == F


def test_a_page_without_title_is_told_by_its_own_words() -> None:
    text = (
        "一、机关运行经费预算\n2026年长沙市岳麓区望月湖街道办事处（本级）财政拨款的机关运行经费预算为38.60万元。\n"
        "二、政府采购\n2026年度本单位政府采购预算140.71万元。\n三、绩效目标\n2026年度，本单位编报绩效目标的项目共4个。"
    )
    found = read("其他相关情况说明", text)
    assert (found.scope, found.department_name) == ("unit", "长沙市岳麓区望月湖街道办事处")
    assert found.parent_name == found.department_name
    plain = text.replace("（本级）", "")
    assert read("其他相关情况说明", plain).scope == "unit"
    both = read("其他相关情况说明", f"{plain}\n四、所属单位共3家，本部门共有车辆2辆。\n五、部门预算由本部门编制。")
    assert both.scope == "department"


def test_a_page_of_explanation_is_of_the_body_whose_income_it_tells() -> None:
    text = (
        "2026年，长沙市岳麓区人民政府望月湖街道办事处（本级）收入预算7,312.40万元，其中：财政拨款收入7,312.40万元，"
        "比2025年预算减少163.37万元；事业收入0万元；其他收入0万元。\n支出预算7,312.40万元，其中：财政拨款支出预算7,312.40万元。"
    )
    found = read("2026年单位预算编制说明", text)
    assert (found.scope, found.department_name) == ("unit", "长沙市岳麓区人民政府望月湖街道办事处")
    assert (
        read(
            "2026年单位预算编制说明", text.replace("，长沙市岳麓区人民政府望月湖街道办事处（本级）", "，本单位")
        ).department_name
        is None
    )


def test_a_scope_nothing_tells_is_said_to_be_assumed() -> None:
    silent = pages("一般公共预算其他教育支出2026年度预算18.00万元，2025年度预算20.00万元，主要用于社区教育。")
    codes = [f.code for f in interpret(silent, file_name="p8.png", source_uri="").findings]
    assert "META-SCOPE-ASSUMED" in codes
    told = pages("长沙市民政局2026年部门预算", BUDGET_FORMS)
    assert "META-SCOPE-ASSUMED" not in [f.code for f in interpret(told, file_name="a.pdf", source_uri="").findings]
