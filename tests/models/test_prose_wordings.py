"""Wordings met in disclosures of other provinces: what they mean, and what must stay unread (figures and bodies invented)."""

from __future__ import annotations

from models.disclosure import LineItem
from tests.models.test_prose import read

Row = tuple[str, str | None, str | None, str | None, str]


def rows(*lines: str, kind: str = "final_account") -> list[Row]:
    """Item, fund, component, measure and printed figure of every amount read."""
    return [_row(item) for item in read(*lines, kind=kind).line_items]


def _row(item: LineItem) -> Row:
    return item.item, item.fund, item.component, item.measure, item.published_text


def test_two_comparisons_in_one_sentence_are_against_two_bases() -> None:
    found = rows(
        "七、“三公”经费支出决算情况说明",
        "“三公”经费支出决算总额为5.5万元，比预算增加0.3万元，比去年增加1.5万元，增长37.5%。",
    )
    assert [row[0] for row in found] == ["“三公”经费合计", "“三公”经费合计（较年初预算）", "“三公”经费合计"]


def test_a_difference_from_the_budget_after_one_from_last_year() -> None:
    found = rows(
        "五、一般公共预算财政拨款支出决算情况说明",
        "2024年度一般公共预算财政拨款支出总计17万元，与上年相比减少2万元，降低10%；完成年初预算的110%，决算数大于预算数1.5万元。",
    )
    assert [row[0] for row in found][1:] == [
        "一般公共预算财政拨款支出",
        "一般公共预算财政拨款支出（较年初预算）",
    ]


def test_a_word_of_change_before_another_subject_is_not_about_its_amount() -> None:
    found = rows("认真执行中央八项规定，切实压减“三公”经费支出规模，全年“三公”经费支出11.7万元，较上年减少5.3万元。")
    assert found == [
        ("“三公”经费合计", "general", "total", "final", "11.7"),
        ("“三公”经费合计", "general", "total", "change", "5.3"),
    ]


def test_what_there_was_none_of_has_no_amount() -> None:
    found = rows("“三公”经费支出9万元，其中因公出国（境）费用支出未发生，公务用车购置和运行费8万元，公务接待费1万元。")
    assert [(row[2], row[4]) for row in found] == [("total", "9"), ("vehicle", "8"), ("reception", "1")]


def test_parts_of_something_unknown_are_no_totals_of_the_body() -> None:
    found = rows(
        "五、一般公共预算支出情况说明",
        "一般公共预算支出30万元。",
        "某某专项行动9万元，其中：基本支出5万元，项目支出4万元。",
        kind="budget",
    )
    assert [row[4] for row in found] == ["30"]


def test_items_named_without_marks_are_items() -> None:
    reading = read(
        "五、一般公共预算支出情况说明",
        "（一）按支出功能分类科目划分。",
        "事业单位医疗7.6万元，其中：基本支出7.6万元，项目支出0元。主要用于医疗保险缴费。",
        "住房公积金11万元，其中：基本支出11万元，项目支出0元。",
        kind="budget",
    )
    assert [(i.function_code, i.component, i.subset, i.published_text) for i in reading.line_items] == [
        ("2101102", "total", False, "7.6"),
        ("2101102", "basic", True, "7.6"),
        ("2101102", "project", True, "0"),
        ("2210201", "total", False, "11"),
        ("2210201", "basic", True, "11"),
        ("2210201", "project", True, "0"),
    ]


def test_a_name_of_both_classifications_needs_its_heading() -> None:
    found = rows(
        "六、一般公共预算财政拨款基本支出决算情况说明",
        "住房公积金11万元，主要用于职工住房公积金。",
    )
    assert found == []


def test_classes_of_the_economic_classification_belong_to_what_they_are_part_of() -> None:
    reading = read(
        "五、一般公共预算支出情况说明",
        "1.基本支出预算247万元，占一般公共预算支出的84%。其中：",
        "工资福利支出预算201万元，占基本支出预算81%，同比增加3万元。",
        "2.项目支出46万元。其中：",
        "商品和服务支出42万元，占项目支出预算91%。",
        kind="budget",
    )
    assert [(i.economic_code, i.component, i.measure, i.published_text) for i in reading.line_items] == [
        (None, "basic", "budget", "247"),
        ("301", "basic", "budget", "201"),
        ("301", "basic", "change", "3"),
        (None, "project", "budget", "46"),
        ("302", "project", "budget", "42"),
    ]


def test_an_economic_class_after_both_uses_is_of_neither_for_sure() -> None:
    found = rows("三、支出决算情况说明", "基本支出5万元，项目支出4万元，工资福利支出3万元。")
    assert [row[4] for row in found] == ["5", "4"]


def test_who_pays_for_purchases_is_no_income() -> None:
    found = rows(
        "（二）政府采购预算情况",
        "政府采购预算9万元。按政府采购资金类型划分，一般公共预算拨款8万元，财政专户管理资金1万元。",
        kind="budget",
    )
    assert found == [
        ("政府采购支出总额", "all", "total", "budget", "9"),
        ("政府采购支出总额（一般公共预算财政拨款）", "general", "total", "budget", "8"),
    ]


def test_the_whole_of_a_section_named_only_by_its_heading() -> None:
    found = rows(
        "（一）收入决算情况。",
        "2024年度，本单位收入为16万元，其中：财政拨款收入15万元，事业收入1万元。",
    )
    assert found == [
        ("总计", "all", "total", "final", "16"),
        ("财政拨款收入", "all", "fiscal_grant", "final", "15"),
        ("事业收入", "all", "institution", "final", "1"),
    ]


def test_the_parts_that_only_explain_the_word_do_not_count() -> None:
    found = rows(
        "2024年度因公出国（境）经费、公务接待费、公车购置费，公车运行费（“三公”经费）决算总额27万元。分项情况是：公务接待费决算27万元。"
    )
    assert [(row[2], row[4]) for row in found] == [("total", "27"), ("reception", "27")]


def test_three_public_of_two_funds_is_of_all_grants() -> None:
    found = rows(
        "一般公共预算及政府性基金财政拨款“三公”经费支出决算情况说明",
        "一般公共预算及政府性基金财政拨款“三公”经费支出年初预算8万元，支出决算7万元。",
    )
    assert found == [
        ("“三公”经费合计", "fiscal_grant", "total", "budget", "8"),
        ("“三公”经费合计", "fiscal_grant", "total", "final", "7"),
    ]


def test_current_income_and_expenditure_under_the_heading_of_a_fund_are_that_funds() -> None:
    found = rows(
        "七、政府性基金预算财政拨款收入支出决算情况说明",
        "2024年度政府性基金预算财政拨款年初结转和结余1万元，本年收入10万元，本年支出9万元，年末结转和结余2万元。",
        "农林水支出（类）9万元，主要用于移民后期扶持。",
    )
    assert [(row[1], row[2], row[4]) for row in found] == [
        ("gov_fund", "opening_balance", "1"),
        ("gov_fund", "total", "10"),
        ("gov_fund", "total", "9"),
        ("gov_fund", "closing_balance", "2"),
        ("gov_fund", "total", "9"),
    ]


def test_the_worth_of_counted_things_is_not_the_whole() -> None:
    found = rows("公务用车购置支出18万元。全年更新购置公务用车1辆，其中：轿车0辆、金额0万元，越野车1辆、金额18万元。")
    assert [row[4] for row in found] == ["18"]


def test_two_parts_joined_by_and() -> None:
    found = rows(
        "六、一般公共预算财政拨款基本支出决算情况说明",
        "一般公共预算财政拨款基本支出250万元，包括：人员经费支出220万元和公用经费支出30万元。",
    )
    assert [(row[2], row[4]) for row in found] == [("basic", "250"), ("personnel", "220"), ("operation", "30")]


def test_long_words_for_basic_and_project_expenditure() -> None:
    found = rows(
        "（一）基本支出情况",
        "2024年度用于保障某某县某某局机关、下属事业单位等机构正常运转的日常支出300万元。"
        "其中：基本工资、津贴补贴等人员经费支出280万元，占基本支出的93.33%；办公费、印刷费等公用经费20万元。",
        "（二）项目支出情况",
        "2024年度用于保障机构为完成特定的行政工作任务或事业发展目标，用于专项业务工作的经费支出45万元。",
        "2023年度用于保障机构为完成特定的行政工作任务或事业发展目标，用于专项业务工作的经费支出40万元。",
    )
    assert [(row[2], row[4]) for row in found] == [
        ("basic", "300"),
        ("personnel", "280"),
        ("operation", "20"),
        ("project", "45"),
    ]


def test_a_heading_that_is_a_sentence_names_what_follows() -> None:
    found = rows(
        "七、“三公”经费支出决算情况说明",
        "（3）公务接待费支出情况说明。",
        "2024年公务接待24批次，210人次，支出2.05万元，较上年减少0.03万元。",
    )
    assert [(row[2], row[3], row[4]) for row in found] == [
        ("reception", "final", "2.05"),
        ("reception", "change", "0.03"),
    ]


def test_changes_told_one_by_one_for_several_things_are_not_the_last_ones() -> None:
    found = rows("公务用车购置费30万元，公务用车运行费80万元，分别比上年增加30万元和减少25万元。")
    assert [(row[2], row[3]) for row in found] == [("vehicle_purchase", "final"), ("vehicle_operation", "final")]


def test_who_pays_for_projects_is_no_income() -> None:
    found = rows(
        "（九）关于2024年项目支出表的说明",
        "2024年预算共安排项目支出10万元。其中：财政专户管理资金安排3万元，单位资金安排2万元。",
        kind="budget",
    )
    assert [row[4] for row in found] == ["10"]


def test_current_expenditure_told_after_the_income_of_a_fund_is_of_that_fund() -> None:
    found = rows(
        "四、财政拨款收入支出决算情况说明",
        "1.一般公共预算财政拨款本年收入118万元，比上年增加3万元；本年支出119万元，比上年增加4万元。",
        "2.政府性基金预算财政拨款本年收入0万元；本年支出2万元。",
    )
    assert [(row[1], row[0], row[4]) for row in found] == [
        ("general", "本年收入合计", "118"),
        ("general", "本年收入合计", "3"),
        ("general", "本年支出合计", "119"),
        ("general", "本年支出合计", "4"),
        ("gov_fund", "本年收入合计", "0"),
        ("gov_fund", "本年支出合计", "2"),
    ]


def test_a_comparison_goes_on_after_a_reason() -> None:
    found = rows(
        "“三公”经费支出决算为9.5万元，较预算减少2.5万元，降低20.83%，主要是压减公务接待；较2023年度决算减少0.5万元，降低5%。"
    )
    assert [(row[0], row[4]) for row in found] == [
        ("“三公”经费合计", "9.5"),
        ("“三公”经费合计（较年初预算）", "2.5"),
        ("“三公”经费合计", "0.5"),
    ]


def test_a_part_that_is_not_named_is_not_the_whole() -> None:
    found = rows(
        "四、一般公共预算情况",
        "2024年一般公共预算支出165万元，包括当年预算拨款160万元和上年结转5万元。其中：基本支出125万元；项目支出40万元。",
        kind="budget",
    )
    assert [(row[2], row[4]) for row in found] == [
        ("total", "165"),
        ("opening_balance", "5"),
        ("basic", "125"),
        ("project", "40"),
    ]


def test_an_item_told_with_the_codes_of_its_parents() -> None:
    reading = read(
        "（四）财政拨款支出预算情况",
        "1.教育支出（205）高等教育（2050205）2024年预算数为50万元，比2023年执行数减少2万元。",
        kind="budget",
    )
    assert [(i.function_code, i.item, i.published_text) for i in reading.line_items] == [
        ("2050205", "高等教育", "50"),
        ("2050205", "高等教育（较上年执行数）", "2"),
    ]


def test_what_the_current_income_is_made_of() -> None:
    found = rows(
        "一、收入决算情况说明",
        "本年收入的具体构成为：财政拨款收入80万元，占91.95%；事业收入5万元；其他收入2万元。",
    )
    assert [(row[2], row[4]) for row in found] == [("fiscal_grant", "80"), ("institution", "5"), ("other_income", "2")]


def test_as_much_as_last_year_says_nothing_of_the_parts_that_follow() -> None:
    reading = read(
        "2024年区本级一般公共预算中“三公”经费支出预算为43万元，与2023年预算基本持平，其中：因公出国（境）费用3万元，"
        "公务接待费8万元，与上年持平，公务用车购置及运行维护费32万元，与2023年预算一致32万元。",
        kind="budget",
    )
    assert [(i.component, i.fiscal_year, i.measure, i.published_text) for i in reading.line_items] == [
        ("total", 2024, "budget", "43"),
        ("overseas", 2024, "budget", "3"),
        ("reception", 2024, "budget", "8"),
        ("vehicle", 2024, "budget", "32"),
    ]


def test_a_comparison_in_words_ends_with_its_clause() -> None:
    reading = read(
        "预算较2023年预算有所变动，公务接待费8万元，因公出国（境）费比2023年预算3万元增加1万元。",
        kind="budget",
    )
    assert [(i.component, i.fiscal_year, i.measure, i.published_text) for i in reading.line_items] == [
        ("reception", 2024, "budget", "8"),
        ("overseas", 2023, "budget", "3"),
        ("overseas", 2024, "change", "1"),
    ]


def test_last_year_holds_for_its_own_amount_only() -> None:
    reading = read(
        "“三公”经费支出10万元，低于预算2万元。其中公务接待费4万元，高于上年0.5万元；公务用车运行维护费6万元。"
        "机关运行经费支出8万元，上年为7万元；培训费支出3万元。"
    )
    assert [(i.item, i.fiscal_year, i.measure, int(i.amount_yuan)) for i in reading.line_items] == [
        ("“三公”经费合计", 2024, "final", 100000),
        ("“三公”经费合计（较年初预算）", 2024, "change", -20000),
        ("公务接待费", 2024, "final", 40000),
        ("公务接待费", 2024, "change", 5000),
        ("公务用车运行维护费", 2024, "final", 60000),
        ("机关运行经费", 2024, "final", 80000),
        ("机关运行经费", 2023, "prior_final", 70000),
        ("培训费", 2024, "final", 30000),
    ]


def test_after_a_semicolon_the_year_of_the_sentence_holds_again() -> None:
    reading = read(
        "公务接待费2024年决算4万元，2023年决算3万元；公务用车运行维护费6万元。",
        "2023年“三公”经费支出9万元；机关运行经费支出8万元。",
        "2024年会议费支出4万元，2023年支出3万元，培训费支出6万元。",
    )
    assert [(i.item, i.fiscal_year, i.measure) for i in reading.line_items] == [
        ("公务接待费", 2024, "final"),
        ("公务接待费", 2023, "prior_final"),
        ("公务用车运行维护费", 2024, "final"),
        ("“三公”经费合计", 2023, "prior_final"),
        ("机关运行经费", 2023, "prior_final"),
        ("会议费", 2024, "final"),
        ("会议费", 2023, "prior_final"),
    ]


def shares(*lines: str, kind: str = "final_account") -> list[tuple[str, str]]:
    """Name and value of every percentage that was tied to an amount."""
    return [(s.name, str(s.value)) for s in read(*lines, kind=kind).statistics if s.unit == "%"]


def test_parts_of_a_budget_told_in_final_accounts_are_budgets() -> None:
    found = rows(
        "2024年本部门“三公”经费预算为21万元，其中：因公出国（境）费0万元，公务接待费8万元，公务用车运行维护费13万元。"
    )
    assert [(row[2], row[3]) for row in found] == [
        ("total", "budget"),
        ("overseas", "budget"),
        ("reception", "budget"),
        ("vehicle_operation", "budget"),
    ]
    lines = rows(
        "2024年“三公”经费全年预算数为21万元，其中：",
        "公务接待费8万元；",
        "公务用车购置及运行费13万元（运行费13万元）。",
    )
    assert {row[3] for row in lines} == {"adjusted_budget"}


def test_parts_behind_budget_and_final_are_final() -> None:
    found = rows(
        "2024年“三公”经费支出预算为21万元，支出决算为17万元，完成预算的81%，其中：公务接待费5万元，公务用车运行维护费12万元。",
        "2024年“三公”经费支出17万元，其中公务接待费5万元。",
    )
    assert [row[3] for row in found] == ["budget", "final", "final", "final", "final", "final"]


def test_another_thing_beside_a_budget_is_neither_budget_nor_final() -> None:
    found = rows("2024年公务接待费预算8万元，公务用车运行维护费12万元，因公出国（境）费支出决算3万元。")
    assert [(row[2], row[3], row[4]) for row in found] == [
        ("reception", "budget", "8"),
        ("overseas", "final", "3"),
    ]


def test_final_amount_of_a_part_whose_budget_was_just_told() -> None:
    found = rows(
        "“三公”经费支出预算21万元，支出决算17万元。其中：公务用车运行维护费预算13万元，支出决算12万元；公务接待费预算8万元，支出决算5万元。"
    )
    assert [(row[2], row[3], row[4]) for row in found][2:] == [
        ("vehicle_operation", "budget", "13"),
        ("vehicle_operation", "final", "12"),
        ("reception", "budget", "8"),
        ("reception", "final", "5"),
    ]


def test_parts_are_of_the_level_and_the_fund_of_their_whole() -> None:
    found = rows(
        "三、“三公”经费情况",
        "2024年县本级财政预算拨款“三公”经费支出预算为921万元，其中：公务接待费305万元，公务用车购置及运行费616万元（运行费600万元）。",
        kind="budget",
    )
    assert [row[0] for row in found] == [
        "县本级“三公”经费合计",
        "县本级公务接待费",
        "县本级公务用车购置及运行维护费",
    ]
    assert {row[1] for row in found} == {"fiscal_grant"}


def test_a_total_that_names_no_fund_keeps_the_one_told_before() -> None:
    found = rows(
        "七、“三公”经费支出情况说明",
        "“三公”经费财政拨款支出决算为17万元。“三公”经费支出决算数小于预算数的原因是厉行节约。其中：公务接待费支出决算为5万元。",
    )
    assert [row[1] for row in found] == ["fiscal_grant", "fiscal_grant"]


def test_amounts_of_five_digits_are_no_codes() -> None:
    found = rows(
        "人员经费33000万元；日常公用经费21000万元，主要包括办公费。", "公务接待费2345678元，接待20000人次，支出无变化。"
    )
    assert [row[4] for row in found] == ["33000", "21000", "2345678"]


def test_what_was_held_is_not_the_thing_told_before() -> None:
    found = rows("2024年开支培训费4.7万元，用于业务培训；举办职工活动，开支6万元。组织评选表彰，支出2万元。")
    assert found == [("培训费", "all", "operation", "final", "4.7")]


def test_other_spending_among_uses_is_no_class() -> None:
    found = rows("本年支出的具体构成为：基本支出83万元；项目支出21万元；其他支出（对附属单位补助支出等）3万元。")
    assert [row[4] for row in found] == ["83", "21"]
    by_class = rows("一般公共预算财政拨款支出86万元，其中：教育支出83万元；其他支出3万元。")
    assert [row[0] for row in by_class] == ["一般公共预算财政拨款支出", "教育支出", "其他支出"]


def test_a_comparison_behind_incomes_listed_is_of_the_last_income() -> None:
    found = rows(
        "四、2024年收入情况的说明",
        "本年收入870万元，主要包括：一般公共预算拨款收入800万元，比2023年预算增加12万元；单位资金收入70万元。",
        kind="budget",
    )
    assert [(row[2], row[3], row[4]) for row in found] == [
        ("total", "budget", "870"),
        ("general", "budget", "800"),
        ("general", "change", "12"),
        ("other_income", "budget", "70"),
    ]


def test_a_comparison_behind_an_amount_of_a_purpose_is_nobodys() -> None:
    found = rows("公务接待费9万元，主要用于招商接待4万元，比上年增加1万元。机关运行经费50万元，比上年减少2万元。")
    assert [row[4] for row in found] == ["9", "50", "2"]


def test_balances_beside_the_income_of_an_account_are_of_that_account() -> None:
    found = rows(
        "一、财政拨款收支预算总体情况",
        "2024年财政拨款收支总预算930万元。收入包括一般公共预算本年收入900万元、上年结转20万元，政府性基金预算本年收入7万元、上年结转3万元。",
        kind="budget",
    )
    assert [(row[1], row[2], row[4]) for row in found][1:] == [
        ("general", "total", "900"),
        ("general", "opening_balance", "20"),
        ("gov_fund", "total", "7"),
        ("gov_fund", "opening_balance", "3"),
    ]


def test_a_change_of_the_grant_is_of_the_grant_told_before() -> None:
    found = rows(
        "五、一般公共预算财政拨款支出决算情况说明",
        "2024年度一般公共预算财政拨款支出910万元，与上年相比，财政拨款支出增加33万元。",
    )
    assert [(row[0], row[1]) for row in found] == [("一般公共预算财政拨款支出", "general")] * 2


def test_compared_in_other_words() -> None:
    found = rows(
        "2024年机关运行经费支出50万元，与上年对比减少2万元，下降3.85%。",
        "公务接待费5万元，对比上年增加1万元。",
        "公务用车运行维护费与年初预算相比，减少1万元，变动原因：节约；与上年决算相比，减少2万元。",
        "2024年度一般公共财政拨款基本支出180万元。",
    )
    assert [(row[0], row[3], row[4]) for row in found] == [
        ("机关运行经费", "final", "50"),
        ("机关运行经费", "change", "2"),
        ("公务接待费", "final", "5"),
        ("公务接待费", "change", "1"),
        ("公务用车运行维护费（较年初预算）", "change", "1"),
        ("公务用车运行维护费", "change", "2"),
        ("基本支出", "final", "180"),
    ]


def test_purchases_named_by_one_word_behind_their_total() -> None:
    found = rows("2024年政府采购总额60万元，其中：货物预算20万元、工程预算10万元、服务预算30万元。", kind="budget")
    assert [(row[0], row[4]) for row in found][1:] == [
        ("政府采购货物支出", "20"),
        ("政府采购工程支出", "10"),
        ("政府采购服务支出", "30"),
    ]
    assert rows("本单位服务预算30万元。", kind="budget") == []


def test_a_share_that_names_its_own_amount_is_not_of_the_amount_before_it() -> None:
    found = shares(
        "政府采购支出总额88万元，其中：政府采购货物支出38万元。授予中小企业合同金额80万元，占政府采购支出总额的90.9%，"
        "其中：授予小微企业合同金额50万元，占授予中小企业合同金额的62.5%；货物采购授予中小企业合同金额占货物支出金额的100%。"
    )
    assert found == [("授予中小企业合同金额占比", "90.9"), ("授予小微企业合同金额占比", "62.5")]


def test_a_share_behind_a_bracket_is_of_what_stands_before_it() -> None:
    found = shares(
        "本年收入合计118万元；包括财政拨款收入105万元（其中：一般公共预算103万元，政府性基金预算2万元），占收入合计的89%。"
    )
    assert found == [("财政拨款收入占比", "89")]


def test_percentages_behind_amounts_that_are_not_read_are_nobodys() -> None:
    assert shares("本年收入合计22万元，其中：财政拨款收入21万元，占95.5%；某某捐赠1万元，占4.5%。") == [
        ("财政拨款收入占比", "95.5")
    ]
    assert shares("收入合计31万元。其中：财政拨款收入30万元；其他收入1万元。与上年相比，下降3.87%。") == []
    assert shares("“三公”经费支出9万元，其中燃油费增长20%。") == []


def test_percentages_of_several_things_at_once_are_nobodys() -> None:
    assert shares("公务用车购置费4万元，公务用车运行费6万元，公务用车购置费和运行费分别增长3%和下降5%。") == []


def test_a_share_among_incomes_is_not_of_the_income_told_first() -> None:
    reading = read("收入中：财政拨款收入50万元，占57.77%；事业收入30万元，占34.66%。")
    assert [statistic.base for statistic in reading.statistics] == [None, None]


def test_guests_behind_a_bracket_are_those_told_before_it() -> None:
    reading = read(
        "（三）公务接待费",
        "国内公务接待共31批次（其中外事接待1批次），422人次（其中外事接待6人次）。年末公务用车保有3辆。",
    )
    assert [(s.name, str(s.value)) for s in reading.statistics] == [
        ("国内公务接待", "31"),
        ("外事接待", "1"),
        ("国内公务接待", "422"),
        ("外事接待", "6"),
        ("公务用车保有", "3"),
    ]


def test_what_each_fund_pays_of_a_thing_is_no_total() -> None:
    found = rows(
        "八、财政拨款“三公”经费支出决算情况说明",
        "财政拨款安排的“三公”经费支出决算7.6万元（其中：一般公共预算支出7.1万元；政府性基金预算支出0.5万元）。与上年相比，减少0.8万元。",
        "公务用车运行维护费支出预算6万元（其中：一般公共预算支出6万元；政府性基金预算支出0万元），支出决算5.5万元，完成预算的91.67%。",
    )
    assert [(row[0], row[1], row[3]) for row in found] == [
        ("“三公”经费合计", "fiscal_grant", "final"),
        ("“三公”经费合计（一般公共预算财政拨款）", "general", "final"),
        ("“三公”经费合计（政府性基金预算财政拨款）", "gov_fund", "final"),
        ("“三公”经费合计", "fiscal_grant", "change"),
        ("公务用车运行维护费", "fiscal_grant", "budget"),
        ("公务用车运行维护费（一般公共预算财政拨款）", "general", "budget"),
        ("公务用车运行维护费（政府性基金预算财政拨款）", "gov_fund", "budget"),
        ("公务用车运行维护费", "fiscal_grant", "final"),
    ]


def test_what_a_fund_pays_of_something_unknown_is_no_total() -> None:
    assert rows("某某大会补助支出7.6万元（其中：一般公共预算支出7.1万元；政府性基金预算支出0.5万元）。") == []


def test_a_bracket_changes_nothing_of_what_is_spoken_of() -> None:
    found = shares(
        "本年收入合计52万元，其中：事业收入20万元（其中：学费收入12万元，某某收入8万元），占38.46%；其他收入32万元，占61.54%。"
    )
    assert found == [("事业收入占比", "38.46"), ("其他收入占比", "61.54")]


def test_numbers_of_a_list_inside_a_sentence() -> None:
    found = rows(
        "2024年“三公”经费预算60万元，其中：1.因公出国（境）费0万元，与上年持平。2.公务接待费10万元，比上年减少3万元。",
        "2024年度收入合计65万元，其中：1.财政拨款收入64万元，主要原因是调资；2.其他收入1万元。",
        "机关运行经费50万元，比上年减少2万元，原因：1.压减；2.培训费3万元改列项目。",
    )
    assert [(row[0], row[3], row[4]) for row in found] == [
        ("“三公”经费合计", "budget", "60"),
        ("因公出国（境）费", "budget", "0"),
        ("公务接待费", "budget", "10"),
        ("公务接待费", "change", "3"),
        ("本年收入合计", "final", "65"),
        ("财政拨款收入", "final", "64"),
        ("其他收入", "final", "1"),
        ("机关运行经费", "final", "50"),
        ("机关运行经费", "change", "2"),
    ]


def test_a_comparison_behind_several_parts_may_be_of_their_whole() -> None:
    found = rows(
        "公务用车购置及运行费20万元，其中公务用车购置费0万元，公务用车运行费20万元，比上年减少1.4万元。", kind="budget"
    )
    assert [row[4] for row in found] == ["20", "0", "20"]
    one = rows(
        "公务用车购置及运行费20万元，其中：公务用车购置费0万元；公务用车运行费20万元，比上年减少1.4万元。",
        kind="budget",
    )
    assert one[-1][0] == "公务用车运行维护费"


def test_changes_dealt_out_to_several_things_are_not_all_of_the_first() -> None:
    found = rows(
        "2024年度收入总计65万元，支出总计65万元。与上年相比，收、支总计分别减少3万元、减少2万元。公务接待费5万元，比上年减少1万元。"
    )
    assert [row[4] for row in found] == ["65", "65", "3", "5", "1"]


def test_services_bought_for_the_public_are_not_the_purchased_services() -> None:
    assert [row[0] for row in rows("2024年政府购买服务决算57万元。")] == ["政府购买服务支出"]


def test_a_comparison_after_a_list_of_parts_is_of_the_whole_or_of_the_last_and_stays_unread() -> None:
    heading = "“三公”经费预算情况说明"
    whole = "公务用车购置及运行维护费预算9万元，其中：公务用车购置费4万元，"
    for end in ("合计较上年预算减少2万元。", "较上年预算减少2万元。"):
        found = rows(heading, f"{whole}公务用车运行维护费5万元，{end}", kind="budget")
        assert [row[4] for row in found] == ["9", "4", "5"]
    found = rows(heading, f"{whole}较上年预算增加1万元，公务用车运行维护费5万元，较上年预算减少2万元。", kind="budget")
    assert [(row[2], row[4]) for row in found if row[3] == "change"] == [
        ("vehicle_purchase", "1"),
        ("vehicle_operation", "2"),
    ]


def test_behind_a_semicolon_the_whole_may_be_meant_again() -> None:
    found = rows(
        "“三公”经费预算10万元，其中公务接待费6万元；决算8万元，其中公务接待费4万元。",
        "一般公共预算财政拨款支出年初预算500万元，其中基本支出300万元，项目支出200万元；支出决算520万元，其中基本支出310万元。",
    )
    assert ("公务接待费", "general", "reception", "final", "8") not in found
    assert not [row for row in found if row[2] in ("basic", "project") and row[4] == "520"]


def test_a_change_behind_a_part_that_is_not_read_is_not_of_the_whole() -> None:
    found = rows("2023年“三公”经费预算20万元，2024年预算22万元，其中公务接待费6万元，比上年增加1万元。", kind="budget")
    assert [row[4] for row in found] == ["20", "22"]


def test_a_change_of_the_year_before_is_none_of_this_year() -> None:
    found = rows("2023年“三公”经费支出20万元，比上年减少2万元。2024年“三公”经费支出18万元，比上年减少1万元。")
    assert [(row[3], row[4]) for row in found] == [("prior_final", "20"), ("final", "18"), ("change", "1")]
    told = rows("2024年支出总计90万元，2023年支出总计80万元，比上年增加10万元。")
    assert [(row[3], row[4]) for row in told] == [("final", "90"), ("prior_final", "80"), ("change", "10")]
    assert shares("2024年公务接待费支出3万元，同比下降20%，2023年同比下降10%。") == [("公务接待费增长率", "-20")]
