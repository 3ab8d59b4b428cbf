"""Government reports: every table names its own year and measure, balances have two sides, economic names stay economic."""

from __future__ import annotations

from extractors.model import Block
from models.disclosure import LineItem, Metadata
from models.forms import read_forms
from tests.models.grids import extract, line, table


def _read(*blocks: Block, year: int = 2025, title: str | None = None) -> list[LineItem]:
    metadata = Metadata("budget", "government", year, "示例市财政局", title)
    return read_forms(extract(blocks), metadata).line_items


def _said(items: list[LineItem]) -> list[tuple[str, str | None, str | None, int, str]]:
    return [(i.item_name, i.flow, i.measure, i.fiscal_year, i.published_text) for i in items]


def test_execution_table_belongs_to_the_year_in_its_title() -> None:
    grid = table("""
        项目       | 预算数 | 执行数
        合计       | 420    | 400
        污水处理费 | 420    | 400
    """)
    said = _said(_read(line("2025年全市政府性基金收入预算执行情况"), line("单位：万元"), grid))
    assert ("污水处理费", "income", "budget", 2025, "420") in said
    assert ("污水处理费", "income", "final", 2025, "400") in said


def test_draft_table_belongs_to_the_year_in_its_title() -> None:
    grid = table("""
        序号 | 项目名称   | 金额
             | 合计       | 300
        1    | 道路改造   | 300
    """)
    items = _read(line("2026年示例市一般公共预算重点项目支出表"), line("单位：万元"), grid)
    assert {(i.measure, i.fiscal_year) for i in items} == {("budget", 2026)}


def test_draft_table_keeps_the_execution_of_the_year_before() -> None:
    grid = table("""
        项目       | 执行数 | 预算数
        合计       | 400    | 420
        印花税     | 400    | 420
    """)
    items = _read(line("2026年示例市一般公共预算收入预算表"), line("单位：万元"), grid)
    assert {(i.measure, i.fiscal_year, i.published_text) for i in items} == {
        ("final", 2025, "400"),
        ("budget", 2026, "420"),
    }


def test_balance_of_the_capital_budget_has_an_income_side() -> None:
    grid = table("""
        收入     | <      | <      | 支出             | <      | <
        项目     | 预算数 | 执行数 | 项目             | 预算数 | 执行数
        利润收入 | 191    | 1537   | 国有企业资本金注入 | 400  | 427
        合计     | 191    | 1537   | 合计             | 400    | 427
    """)
    items = _read(line("2025年全市国有资本经营预算平衡情况"), line("单位：万元"), grid)
    assert ("利润收入", "income", "final", 2025, "1537") in _said(items)
    assert ("国有企业资本金注入", "expenditure", "budget", 2025, "400") in _said(items)


def test_names_in_an_economic_table_never_become_functional_codes() -> None:
    grid = table("""
        项目                 | 预算数
        一、机关工资福利支出 | 100
        工资奖金津补贴       | 100
        二、预备费及预留     | 10
        预备费               | 10
        三、其他支出         | 13
    """)
    items = _read(line("2026年示例市一般公共预算支出预算表（按经济分类）"), line("单位：万元"), grid, year=2026)
    assert [(i.item_name, i.function_code, i.economic_code) for i in items] == [
        ("一、机关工资福利支出", None, "501"),
        ("工资奖金津补贴", None, "50101"),
        ("二、预备费及预留", None, "514"),
        ("预备费", None, "51401"),
        ("三、其他支出", None, "599"),
    ]


def test_a_title_on_two_lines_is_read_whole() -> None:
    grid = table("""
        项目               | 金额
        合计               | 300
        一、旅游发展基金   | 300
    """)
    reading = read_forms(
        extract([line("2026年省对各市政府性基金预算转移支付"), line("分项目预算表"), line("单位：万元"), grid]),
        Metadata("budget", "government", 2025, "示例省财政厅", None),
    )
    assert {i.form for i in reading.line_items} == {"other"}  # transfers to others are no expenditure form
    assert {(i.fund, i.measure, i.fiscal_year) for i in reading.line_items} == {("gov_fund", "budget", 2026)}
    assert [f.title for f in reading.forms] == ["2026年省对各市政府性基金预算转移支付分项目预算表"]


def test_bodies_among_the_items_own_the_rows_below_them() -> None:
    grid = table("""
        支出项目类别（资金使用单位） | 总计   | 一般公共预算
        合计                         | 100.00 | 100.00
        工资福利支出                 | 100.00 | 100.00
        示例市造价管理站             | 60.00  | 60.00
        工资福利支出                 | 60.00  | 60.00
        示例市建设中心               | 40.00  | 40.00
        工资福利支出                 | 40.00  | 40.00
    """)
    metadata = Metadata("budget", "department", 2026, "示例市建设局", None)
    reading = read_forms(extract([line("基本支出预算表"), line("单位：万元"), grid]), metadata)
    wages = {
        i.budget_unit: i.published_text for i in reading.line_items if i.economic_code == "301" and i.column_no == 1
    }
    assert wages == {None: "100.00", "示例市造价管理站": "60.00", "示例市建设中心": "40.00"}


def _parents(items: list[LineItem]) -> dict[str, str | None]:
    names = {i.row_no: i.item_name for i in items}
    return {i.item_name: names[i.parent_row_no] if i.parent_row_no is not None else None for i in items}


def _transfers(total: int) -> dict[str, str | None]:
    grid = table(f"""
        项目                   | 执行数
        一、一般公共服务支出   | 40
        二、教育支出           | 60
        本年支出合计           | 100
        地方政府一般债务还本支出 | 5
        转移性支出             | 30
        上解上级支出           | 10
        补充预算周转金         | 8
        年终结转               | 12
        支出总计               | {total}
    """)
    items = _read(line("2025年全市一般公共预算支出执行情况表"), line("单位：万元"), grid)
    return _parents(items)


def test_rows_below_transfers_are_their_addends_where_the_figures_say_so() -> None:
    assert _transfers(135) == {
        "一、一般公共服务支出": "本年支出合计", "二、教育支出": "本年支出合计", "本年支出合计": "支出总计",
        "地方政府一般债务还本支出": "支出总计", "转移性支出": "支出总计", "上解上级支出": "转移性支出",
        "补充预算周转金": "转移性支出", "年终结转": "转移性支出", "支出总计": None,
    }  # fmt: skip


def test_transfers_that_do_not_add_up_are_nobodys_sum() -> None:
    grid = table("""
        项目             | 执行数
        本年支出合计     | 100
        转移性支出       | 31
        上解上级支出     | 10
        调出资金         | 8
        三、债务还本支出 | 7
        结转下年支出     | 12
        四、其他         | 7
    """)
    items = _read(line("2025年全市政府性基金预算支出执行情况表"), line("单位：万元"), grid)
    below = _parents(items)
    assert [below[n] for n in ("上解上级支出", "调出资金", "三、债务还本支出", "四、其他")] == [None, None, None, None]


def test_funds_under_a_heading_no_class_is_called_are_known_by_their_own_names() -> None:
    grid = table("""
        项目                                     | 执行数
        （一）债务发行费用支出                   | 5
        （二）其他各项政府性基金支出             | 90
        彩票发行销售机构业务费安排的支出         | 30
        彩票公益金安排的支出                     | 60
        （三）地方政府专项债务付息支出           | 40
        1.土地储备专项债券付息支出               | 40
        （四）地方政府专项债务发行费用支出       | 4
        1.土地储备专项债券发行费用支出           | 4
        超长期特别国债安排的支出                 | 1
    """)
    items = _read(line("2025年全市政府性基金预算支出执行情况表"), line("单位：万元"), grid)
    assert [i.function_code for i in items] == [
        "233", None, "22908", "22960", "23204", "2320431", "23304", "2330431", None
    ]  # fmt: skip


def test_a_list_that_begins_with_some_of_the_parts_is_no_sum() -> None:
    grid = table("""
        项目           | 预算数
        公共安全支出   | 100
        公安           | 100
        其中：行政运行 | 30
        事业运行       | 20
    """)
    items = _read(line("2025年市级一般公共预算支出预算明细表"), line("单位：万元"), grid)
    assert _parents(items) == {"公共安全支出": None, "公安": "公共安全支出", "其中：行政运行": None, "事业运行": None}
    assert {i.item_name: i.subset for i in items} == {
        "公共安全支出": False, "公安": False, "其中：行政运行": True, "事业运行": True,
    }  # fmt: skip


def test_a_list_that_begins_with_of_which_and_holds_all_parts_is_a_sum() -> None:
    grid = table("""
        项目                                     | 执行数
        城乡社区支出                             | 100
        其中：国有土地使用权出让收入安排的支出   | 70
        城市基础设施配套费安排的支出             | 20
        污水处理费安排的支出                     | 10
    """)
    items = _read(line("2025年全市政府性基金预算支出执行情况表"), line("单位：万元"), grid)
    above = _parents(items)
    assert [n for n, p in above.items() if p is None] == ["城乡社区支出"] and not any(i.subset for i in items)


def test_kinds_of_state_capital_spending_are_known_without_their_class() -> None:
    grid = table("""
        项目                                 | 执行数
        一、解决历史遗留问题及改革成本支出   | 30
        “三供一业”移交补助支出               | 30
        二、国有企业资本金注入               | 50
        国有经济结构调整支出                 | 50
    """)
    items = _read(line("2025年全市国有资本经营预算支出执行情况表"), line("单位：万元"), grid)
    assert [i.function_code for i in items] == ["22301", "2230102", "22302", "2230201"]


def test_two_lists_side_by_side_outside_the_official_forms_keep_their_own_rows() -> None:
    grid = table("""
        收入科目             | 2025年执行数 | 比上年增长 | 支出科目     | 2025年执行数 | 比上年增长
        一、教育收费         | 30           | 5.1%       | 一、教育支出 | 25           | 4.1%
        本年收入合计         | 30           | 5.1%       | 本年支出合计 | 25           | 4.1%
                             |              |            | 结转下年支出 | 5            |
    """)
    items = _read(line("2025年市级财政专户管理资金收支执行情况表"), line("单位：万元"), grid)
    assert [(i.item_name, i.flow, i.published_text) for i in items] == [
        ("一、教育收费", "income", "30"),
        ("本年收入合计", "income", "30"),
        ("一、教育支出", "expenditure", "25"),
        ("本年支出合计", "expenditure", "25"),
        ("结转下年支出", "balance", "5"),
    ]


def test_a_governments_three_public_table_names_its_parts() -> None:
    grid = table("""
        支出项目               | 2025年预算数
        一、“三公”经费支出合计 | 60
        1.因公出国（境）费用   | 10
        2.公务用车运行维护费   | 35
        公务用车购置           | 15
        公务用车运行维护费     | 20
        3.公务接待费           | 15
        二、会议费             | 7
    """)
    items = _read(line("2025年市级一般公共预算“三公”经费、会议费预算表"), line("单位：万元"), grid)
    assert [(i.component, i.parent_row_no) for i in items] == [
        ("total", None), ("overseas", 0), ("vehicle", 0), ("vehicle_purchase", 2), ("vehicle_operation", 2),
        ("reception", 0), ("operation", None),
    ]  # fmt: skip


def test_execution_measured_by_its_own_budget_is_of_the_tables_year() -> None:
    """Without a word on the report's years, what stands beside a bare 完成数 tells whose it is."""
    grid = table("""
        项目   | 预算数 | 完成数 | 占预算% | 上年完成数 | 增减额
        合计   | 420    | 400    | 95.2    | 380        | 20
        印花税 | 420    | 400    | 95.2    | 380        | 20
    """)
    items = _read(line("2025年示例市一般公共预算收入情况表"), line("单位：万元"), grid)
    assert {(i.measure, i.fiscal_year, i.published_text) for i in items} == {
        ("budget", 2025, "420"), ("final", 2025, "400"), ("prior_final", 2024, "380"), ("change", 2025, "20"),
    }  # fmt: skip


def test_balance_of_a_plain_budget_is_planned() -> None:
    grid = table("""
        收入             | <    | 支出             | <
        项目             | 金额 | 项目             | 金额
        一般公共预算收入 | 100  | 一般公共预算支出 | 90
        转移性收入       | 20   | 结转下年         | 30
        收入总计         | 120  | 支出总计         | 120
    """)
    items = _read(line("2025年市级一般公共预算收支平衡表"), line("单位：万元"), grid, title="示例市2025年政府预算")
    assert {(i.measure, i.fiscal_year) for i in items} == {("budget", 2025)}


def test_adjustment_beside_the_adjusted_budget_is_a_change() -> None:
    grid = table("""
        项目   | 年初预算数 | 调整数 | 调整后预算数
        合计   | 400        | 20     | 420
        印花税 | 400        | 20     | 420
    """)
    items = _read(line("2025年市级一般公共预算收入调整表"), line("单位：万元"), grid, title="示例市2025年预算调整方案")
    assert {(i.measure, i.fiscal_year, i.published_text) for i in items} == {
        ("budget", 2025, "400"), ("change", 2025, "20"), ("adjusted_budget", 2025, "420"),
    }  # fmt: skip


def test_of_which_before_the_first_part_of_the_vehicles_leaves_out_none() -> None:
    grid = table("""
        项目                         | 2025年预算数
        “三公”经费合计               | 100
        其中：因公出国（境）费       | 10
        公务接待费                   | 20
        公务用车购置及运行维护费     | 70
        其中：公务用车购置费         | 30
        公务用车运行维护费           | 40
    """)
    items = _read(line("2025年市本级一般公共预算“三公”经费预算表"), line("单位：万元"), grid)
    assert [i.subset for i in items] == [False] * 6
    rows = {i.item: i for i in items}
    vehicle = rows["公务用车购置及运行维护费"].row_no
    assert {i.item for i in items if i.parent_row_no == vehicle} == {"公务用车购置费", "公务用车运行维护费"}


def test_two_years_of_one_table_are_two_tables() -> None:
    drawing = """
        收入             | <    | 支出             | <
        项目             | 金额 | 项目             | 金额
        一般公共预算收入 | {}   | 一般公共预算支出 | {}
        收入总计         | {}   | 支出总计         | {}
    """
    items = _read(
        line("2025年示例市一般公共预算收支平衡表"), line("单位：万元"), table(drawing.format(100, 90, 120, 120)),
        line("2026年示例市一般公共预算收支平衡表"), line("单位：万元"), table(drawing.format(101, 91, 121, 121)),
        title="示例市2025年预算执行情况和2026年预算（草案）",
    )  # fmt: skip
    assert {(i.measure, i.fiscal_year, i.published_text) for i in items} == {
        *(("final", 2025, text) for text in ("100", "90", "120")),
        *(("budget", 2026, text) for text in ("101", "91", "121")),
    }


def test_a_rank_is_no_money() -> None:
    grid = table("""
        县（区） | 一般公共预算收入 | <     | <    | 一般公共预算支出 | <     | <
        县（区） | 完成数           | 增幅% | 位次 | 完成数           | 增幅% | 位次
        东湖区   | 300              | 5.1   | 1    | 900              | 2.2   | 2
        西山区   | 200              | 3.1   | 2    | 950              | 1.2   | 1
    """)
    items = _read(line("2025年示例市分县区一般公共预算收支执行情况表"), line("单位：万元"), grid)
    assert {i.published_text for i in items} == {"300", "200", "900", "950"}


def test_a_name_cut_by_a_page_break_is_one_name() -> None:
    first = table("""
        项目                   | 预算数 | 决算数
        教育支出               | 40     | 41
        二十一、债务           | 50     | 51
    """)
    second = table(
        """
        发行费用支出           |        |
        其他支出               | 7      | 8
        一般公共预算支出       | 97     | 100
        合计                   |        |
    """,
        page=2,
    )
    items = _read(line("2024年示例市一般公共预算支出决算表"), line("单位：万元"), first, second, year=2024)
    said = {i.item_name: (i.function_code, i.level) for i in items if i.published_text in ("50", "51")}
    assert said == {"二十一、债务发行费用支出": ("233", "类")}


def test_a_heading_at_the_top_of_a_page_is_no_rest_of_a_name() -> None:
    first = table("""
        项目       | 预算数 | 决算数
        教育支出   | 40     | 41
    """)
    second = table(
        """
        科学技术支出 |      |
        基础研究     | 7    | 8
    """,
        page=2,
    )
    items = _read(line("2024年示例市一般公共预算支出决算表"), line("单位：万元"), first, second, year=2024)
    assert {i.item_name for i in items} == {"教育支出", "基础研究"}
