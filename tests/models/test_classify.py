"""Labels and prose items mapped to codes: what is found, how, and what must stay unmapped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.catalog import load_catalog
from models.classify import (
    classify_economic,
    classify_function,
    classify_revenue,
    economic_scheme,
    explain,
    parse_path,
    was_abolished,
)
from models.labels import split_label

PROSE_2023 = [
    ("一般公共服务支出（类）党委办公厅（室）及相关机构事务（款）行政运行（项）", "2013101"),
    ("一般公共服务支出（类）党委办公厅（室）及相关机构事务（款）一般行政管理事务（项）", "2013102"),
    ("一般公共服务支出（类）党委办公厅（室）及相关机构事务（款）机关服务（项）", "2013103"),
    ("社会保障和就业支出（类）行政事业单位养老支出（款）行政单位离退休（项）", "2080501"),
    ("社会保障和就业支出（类）行政事业单位养老支出（款）事业单位离退休（项）", "2080502"),
    ("社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）", "2080505"),
    ("社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位职业年金缴费支出（项）", "2080506"),
    ("卫生健康支出（类）行政事业单位医疗（款）行政单位医疗（项）", "2101101"),
    ("卫生健康支出（类）行政事业单位医疗（款）事业单位医疗（项）", "2101102"),
    ("卫生健康支出（类）行政事业单位医疗（款）公务员医疗补助（项）", "2101103"),
    ("卫生健康支出（类）行政事业单位医疗（款）其他行政事业单位医疗支出（项）", "2101199"),
    ("住房保障支出（类）住房改革支出（款）住房公积金（项）", "2210201"),
    ("住房保障支出（类）住房改革支出（款）购房补贴（项）", "2210203"),
]


@pytest.mark.parametrize(("text", "code"), PROSE_2023)
@pytest.mark.parametrize("dress", ["{}", "12.{}：支出决算为1.00万元。", "（3）“{}”", "其中：{}，2023年"])
def test_prose_items_of_a_final_account(text: str, code: str, dress: str) -> None:
    path = parse_path(dress.format(text))
    assert path is not None
    mapping = classify_function(2023, name=path[2], parents=[part for part in path[:2] if part], level="项")
    assert (mapping.code, mapping.method, mapping.score, mapping.conflict) == (code, "name", 1.0, None)


def test_every_name_of_every_year_maps_to_itself_below_its_parents() -> None:
    scheme = load_catalog().functional
    for year in (2007, 2012, 2017, 2019, 2020, 2023, 2026):
        for entry in scheme.in_year(year):
            names = [step.name for step in scheme.path(year, entry.code)]
            mapping = classify_function(year, name=names[-1], parents=names[:-1])
            assert (mapping.code, mapping.method) == (entry.code, "name"), (year, entry)
            mapping = classify_function(year, code=entry.code, name=entry.name)
            assert (mapping.code, mapping.score, mapping.conflict) == (entry.code, 1.0, None), (year, entry)


def test_every_economic_name_maps_to_itself_below_its_parent() -> None:
    for scheme_name, scheme in (("department", load_catalog().department), ("government", load_catalog().government)):
        for year in (2017, 2018, 2024):
            for entry in scheme.in_year(year):
                parent = scheme.ever(year, entry.parent).name if entry.parent else None  # type: ignore[union-attr]
                mapping = classify_economic(year, name=entry.name, parent=parent, scheme=scheme_name)
                assert mapping.code == entry.code, (year, entry, mapping)


@pytest.mark.parametrize(
    "printed",
    [
        "2010101", "201 01 01", "201-01-01", "[2010101]行政运行", "2010101-行政运行", "341-2010101", "341-201-01-01",
        "2010101 行政运行", "行政运行[2010101]", "（2010101）行政运行", "２０１０１０１", "2010101.0", "2010101\n行政运行",
    ],
)  # fmt: skip
def test_codes_in_every_dress(printed: str) -> None:
    mapping = classify_function(2024, code=printed)
    assert (mapping.code, mapping.name, mapping.method, mapping.score) == ("2010101", "行政运行", "code", 1.0)


@pytest.mark.parametrize(
    ("code", "parents", "expected"),
    [("05", ("208",), "20805"), ("05", ("208", "20805"), "2080505"), ("05", ("社会保障和就业支出",), "20805")],
)
def test_a_code_split_over_columns_is_completed_by_its_parents(
    code: str, parents: tuple[str, ...], expected: str
) -> None:
    assert classify_function(2024, code=code, parents=parents).code == expected


@pytest.mark.parametrize(
    "name",
    ["行政运行", "一般行政管理事务", "机关服务", "事业运行", "其他支出（项）", "合计", "小计", "本年支出合计", ""],
)
def test_names_that_tell_nothing_alone_stay_unmapped(name: str) -> None:
    mapping = classify_function(2024, name=name)
    assert mapping.code is None
    assert mapping.method is None


@pytest.mark.parametrize(
    ("name", "parents", "code", "method"),
    [
        ("行政单位离退休", ("社会保障和就业支出",), "2080501", "name"),
        ("行政单位离退休", ("社会保障和就业支出", "社会保障和就业支出"), "2080501", "parent"),
        ("行政单位离退休", ("社会保障和就业支出", "抚恤"), "2080501", "parent"),
        ("机关事业单位基本养老保险缴费", ("社会保障和就业支出", "行政事业单位养老支出"), "2080505", "alias"),
        ("机关事业单位基本养老保险缴费支出", ("社会保障和就业", "行政事业单位离退休"), "2080505", "name"),
        ("行政运行", ("一般公共服务支出", "党委办公厅(室)及相关机构事务"), "2013101", "name"),
        ("行政运行", ("20131",), "2013101", "name"),
        ("行政运行（人大）", (), "2010101", "name"),
        ("　　行政运行", ("一、一般公共服务支出", "（一）人大事务"), "2010101", "name"),
        ("购房补贴", ("住房保障", "住房改革"), "2210203", "name"),
        ("机关事业单位基本养老保险交费支出", ("社会保障和就业支出", "行政事业单位养老支出"), "2080505", None),
    ],
)
def test_names_below_their_parents(name: str, parents: tuple[str, ...], code: str, method: str | None) -> None:
    mapping = classify_function(2023, name=name, parents=parents)
    assert mapping.code == code
    if method:
        assert mapping.method == method
    if method == "parent":
        assert (mapping.score or 1) < 0.8
        assert mapping.note


@pytest.mark.parametrize(
    ("name", "parents"),
    [
        ("机关事业单位退休人员活动费支出", ("社会保障和就业支出", "行政事业单位养老支出")),
        ("行政运行", ("一般公共服务支出",)),
        ("离退休人员管理支出", ("社会保障和就业支出", "行政事业单位养老支出")),
    ],
)
def test_a_name_that_does_not_exist_below_its_parent_is_not_invented(name: str, parents: tuple[str, ...]) -> None:
    mapping = classify_function(2024, name=name, parents=parents)
    assert mapping.code is None
    assert mapping.note


def test_code_and_name_that_disagree_are_said_and_neither_wins_silently() -> None:
    mapping = classify_function(2024, code="2101102", name="行政单位医疗")
    assert mapping.code == "2101102"
    assert mapping.method == "code"
    assert (mapping.score or 1) <= 0.5
    assert mapping.conflict is not None
    assert "2101101" in mapping.conflict


def test_a_bracket_that_makes_another_name_is_not_taken_off() -> None:
    mapping = classify_economic(2024, code="310", name="资本性支出（基本建设）")
    assert mapping.conflict is not None
    assert "309" in mapping.conflict
    assert classify_economic(2024, code="309", name="资本性支出（基本建设）").conflict is None


def test_a_name_cut_short_does_not_contradict_its_code() -> None:
    mapping = classify_function(2024, code="2060601", name="社会科学研究")
    assert (mapping.code, mapping.conflict) == ("2060601", None)
    assert mapping.note


@pytest.mark.parametrize("name", ["行政单位医", "行政单位 医疗", "行政单位医疗（项）", "行政单位医疗", "行政单位医療"])
def test_cut_or_misprinted_names_do_not_contradict_their_code(name: str) -> None:
    mapping = classify_function(2024, code="2101101", name=name)
    assert mapping.code == "2101101"
    assert mapping.conflict is None


def test_an_unknown_code_is_kept_below_a_known_parent_and_marked() -> None:
    mapping = classify_function(2024, code="2019801", name="某项支出")
    assert (mapping.code, mapping.method) == ("2019801", "code")
    assert (mapping.score or 1) <= 0.6
    assert "不在科目目录" in (mapping.note or "")
    assert classify_function(2024, code="9990101").code is None


def test_local_details_below_the_catalog_keep_their_own_code() -> None:
    mapping = classify_economic(2026, code="3010201", name="规范性津补贴")
    assert (mapping.code, mapping.level, mapping.conflict) == ("3010201", "item", None)
    mapping = classify_function(2024, code="201010101", name="人大机关运行")
    assert (mapping.code, mapping.level) == ("201010101", "item")
    assert "2010101" in (mapping.note or "")


@pytest.mark.parametrize(
    ("kwargs", "code"),
    [
        ({"name": "基本工资"}, "30101"),
        ({"code": "301 01"}, "30101"),
        ({"code": "30101-基本工资"}, "30101"),
        ({"name": "办公设备购置", "parent": "资本性支出"}, "31002"),
        ({"name": "办公设备购置", "parent": "资本性支出（基本建设）"}, "30902"),
        ({"name": "办公设备购置"}, None),
        ({"name": "其他工资福利支出"}, "30199"),
        ({"name": "其他工资福利支出", "parent": "机关工资福利支出"}, "50199"),
        ({"code": "50101", "name": "工资奖金津补贴"}, "50101"),
        ({"name": "维修(护)费"}, "30213"),
        ({"name": "其他对个人和家庭的补助支出"}, "30399"),
        ({"name": "人员经费合计"}, None),
    ],
)
def test_economic_labels(kwargs: dict[str, str], code: str | None) -> None:
    assert classify_economic(2023, **kwargs).code == code


def test_an_economic_name_follows_its_year() -> None:
    assert classify_economic(2017, name="住房公积金").code == "30311"
    assert classify_economic(2018, name="住房公积金").code == "30113"


def test_the_scheme_of_a_table_is_told_by_names_of_one_scheme() -> None:
    shared = ["会议费", "培训费", "住房公积金"]
    assert economic_scheme(2025, [*shared, "机关工资福利支出", "工资奖金津补贴"]) == "government"
    assert economic_scheme(2025, [*shared, "基本工资", "津贴补贴"]) == "department"
    assert economic_scheme(2025, shared) is None
    assert classify_economic(2025, name="社会保障缴费").code == "50102"


def test_an_exact_name_beats_a_short_form_of_a_class() -> None:
    mapping = classify_function(2024, name="地方政府一般债务还本支出", level="类")
    assert (mapping.code, mapping.method) == ("23103", "parent")


def test_revenue_labels() -> None:
    assert classify_revenue(2024, name="增值税", parents=["税收收入"]).code == "10101"
    assert classify_revenue(2024, code="103").name == "非税收入"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("201（类）", ("201", None, None)),
        ("一般公共服务支出(类)人大事务(款)行政运行(项)", ("一般公共服务支出", "人大事务", "行政运行")),
        ("教育支出[类]进修及培训[款]培训支出[项]", ("教育支出", "进修及培训", "培训支出")),
        ("社会保障和就业支出—抚恤—死亡抚恤", ("社会保障和就业支出", "抚恤", "死亡抚恤")),
        ("主要用于：卫生健康支出（类）行政单位医疗（项）支出", ("卫生健康支出", None, "行政单位医疗")),
        ("“一般公共服务支出”（类）“人大事务”（款）“行政运行”（项）", ("一般公共服务支出", "人大事务", "行政运行")),
        ("住房保障支出（类）住房改革支出（类）住房公积金（项）", ("住房保障支出", "住房改革支出", "住房公积金")),
        ("住房保障支出（类）住房改革支出（款）住房公积金（款）", ("住房保障支出", "住房改革支出", "住房公积金")),
        ("住房保障支出（类）、教育支出（类）普通教育（款）", ("住房保障支出", None, None)),
        ("行政运行（项）：反映行政单位的基本支出", (None, None, "行政运行")),
        ("2.食品、药品及医疗器械检验（项）", (None, None, "食品、药品及医疗器械检验")),
        ("2023年度收入总计2246.12万元", None),
        ("2023年12月—2024年1月—完成", None),
    ],
)
def test_paths_in_prose(text: str, path: tuple[str | None, ...] | None) -> None:
    assert parse_path(text) == path


def test_names_abolished_before_the_year_are_told() -> None:
    text = "资源勘探信息等支出（类）安全生产监管（款）其他安全生产监管支出（项）"
    assert [(step.name, step.until) for step in was_abolished(text, 2023)] == [
        ("资源勘探信息等支出", 2019),
        ("安全生产监管", 2018),
        ("其他安全生产监管支出", 2018),
    ]
    text = "医疗卫生与计划生育（类）行政事业单位医疗（款）行政单位医疗（项）"
    (step,) = was_abolished(text, 2023)
    assert (step.code, step.until, step.current_name) == ("210", 2018, "卫生健康支出")
    (step,) = was_abolished("社会保障和就业（类）行政事业单位离退休（款）", 2023)
    assert (step.name, step.until) == ("行政事业单位离退休", 2019)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("一般公共服务（类）人大事务（款）行政运行（项）", 2023),
        ("住房保障（类）住房改革支出（款）住房公积金（项）", 2023),
        ("社会保障和就业支出（类）行政事业单位离退休（款）", 2019),
        ("没有这样的（类）也没有（款）", 2023),
    ],
)
def test_current_names_and_unknown_ones_are_not_called_abolished(text: str, year: int) -> None:
    assert was_abolished(text, year) == ()


def test_explanations_name_the_candidates() -> None:
    rows = explain("行政运行", 2023)
    assert json.dumps(rows, ensure_ascii=False)
    assert not any(row["chosen"] for row in rows)
    assert len(rows) > 3
    (first, *_) = explain("社会保障和就业（类）行政事业单位离退休（款）行政单位离退休（项）", 2023)
    assert first["code"] == "2080501"
    assert first["chosen"] is True
    assert "2019" in str(first["reason"])
    (first, *_) = explain("2101102 行政单位医疗", 2023)
    assert "2101101" in str(first["reason"])


def test_brackets_inside_names_survive() -> None:
    label = split_label("党委办公厅（室）及相关机构事务（款）")
    assert (label.name, label.level) == ("党委办公厅（室）及相关机构事务", "款")


def test_texts_that_are_no_labels_cost_nothing_and_map_to_nothing() -> None:
    long = "类" * 200_000
    assert classify_function(2024, code=long, name=long, parents=[long, long]).code is None
    assert parse_path(long + "款项") is None
    assert split_label("1" * 100_000).code is None


def test_a_name_marked_with_another_level_is_found_and_said() -> None:
    mapping = classify_function(2024, name="行政事业单位养老支出（类）")
    assert (mapping.code, mapping.method) == ("20805", "parent")
    mapping = classify_function(2024, name="行政单位离退休（款）", parents=["社会保障和就业支出"])
    assert (mapping.code, mapping.method) == ("2080501", "parent")
    assert "项级" in (mapping.note or "")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("二、文化旅游体育传媒支出", "207"),
        ("十三、资源勘探工业信息支出", "215"),
        ("农林支出", "213"),
        ("其他各项支出", None),
        ("公共支出", None),
    ],
)
def test_a_misprinted_class_is_told_only_where_one_is_clearly_nearest(name: str, code: str | None) -> None:
    found = classify_function(2025, name=name, level="类")
    assert found.code == code
    if code:
        assert found.score is not None
        assert found.score < 1


@pytest.mark.parametrize("year", [2019, 2025])
def test_a_typing_error_never_leads_to_a_neighbour(year: int) -> None:
    """Every 项 with a character lost, doubled or two exchanged: below its parents it is itself or nothing."""
    scheme = load_catalog().functional
    for entry in list(scheme.in_year(year))[::23]:
        if entry.level != "项" or len(entry.name) < 5:
            continue
        parents = tuple(step.name for step in scheme.path(year, entry.code)[:-1])
        middle = len(entry.name) // 2
        for typed in (
            entry.name[:middle] + entry.name[middle + 1 :],
            entry.name[:middle] + entry.name[middle:][:1] + entry.name[middle:],
            entry.name[: middle - 1] + entry.name[middle] + entry.name[middle - 1] + entry.name[middle + 1 :],
        ):
            found = classify_function(year, name=typed, parents=parents)
            assert found.code in (None, entry.code), (typed, found)


def test_a_number_given_to_another_subject_is_no_renaming() -> None:
    # 30311 was 住房公积金 until 2017 and is 代缴社会保险费; 住房公积金 is 30113 now.
    printed = classify_economic(2024, code="30311", name="住房公积金")
    assert printed.conflict is not None
    assert "已改作" in printed.conflict
    assert classify_economic(2024, name="住房公积金", parent="对个人和家庭的补助").code is None
    assert classify_economic(2016, name="住房公积金", parent="对个人和家庭的补助").code == "30311"
    assert classify_function(2026, code="2080209", name="部队供应").conflict is not None
    # a renaming is one: the old name still tells the code
    assert classify_function(2021, code="20805", name="行政事业单位离退休").conflict is None
    assert classify_economic(2021, code="310", name="其他资本性支出").conflict is None


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ({"code": "2O80505", "name": "机关事业单位基本养老保险缴费支出"}, "2080505"),
        ({"code": "20805O5", "name": "机关事业单位基本养老保险缴费支出"}, "2080505"),
        ({"name": "行政单位医疗﹙项﹚", "parents": ("卫生健康支出", "行政事业单位医疗")}, "2101101"),
        ({"name": "行政单位医疗项", "parents": ("卫生健康支出", "行政事业单位医疗")}, "2101101"),
        ({"name": "国有资本经营预算支出项目"}, None),
    ],
)
def test_letters_for_digits_and_marks_without_brackets(printed: dict[str, Any], code: str | None) -> None:
    assert classify_function(2024, **printed).code == code


def test_a_short_form_that_is_a_name_under_another_section_is_no_contradiction() -> None:
    # 2090101 基本养老金 beside 2091101 基本养老金支出: two funds, one habit of adding 支出
    mapping = classify_function(2024, code="2090101", name="基本养老金支出")
    assert (mapping.code, mapping.conflict) == ("2090101", None)
    sibling = classify_function(2024, code="2080505", name="机关事业单位职业年金缴费支出")
    assert sibling.conflict is not None and "2080506" in sibling.conflict


def test_what_a_debt_costs_is_not_what_it_pays() -> None:
    name = "土地储备专项债券发行费用支出"
    assert classify_function(2024, name=name, parents=("23204",), fund="gov_fund", level="项").code is None
    assert classify_function(2024, name=name, parents=("23304",), fund="gov_fund", level="项").code == "2330431"


@pytest.mark.parametrize(
    "name", ["国有资本经营预算补助下级支出", "国有资本经营预算上解上级支出", "国有资本经营预算调出资金支出"]
)
def test_a_transfer_is_no_misprint_of_the_spending_it_is_named_after(name: str) -> None:
    assert not (classify_function(2025, name=name, level="类", fund="state_capital").code or "").startswith("223")
