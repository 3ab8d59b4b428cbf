"""Project performance cards drawn as text: heads, funds by source, indicators over merged cells and page breaks."""

from __future__ import annotations

from decimal import Decimal

from extractors.model import Block, Extract, Paragraph, Place
from models.disclosure import Metadata
from models.forms import read_forms
from models.performance import PerformanceReading, read_performance
from tests.models.grids import line, table

METADATA = Metadata("final_account", "department", 2024, "云溪县档案馆", None)

SELF_EVALUATION = """
项目名称 | 41010021T000000009999-库房改造 | < | < | < | <
主管部门 | 云溪县档案馆 | < | 实施单位（盖章） | 云溪县档案馆 | <
预算执行情况（10分） | 年度预算数（万元） | 年初预算 | 调整后预算数 | 预算执行数 | 预算执行率
^ | 总额 | 50.00 | 48.00 | 36.00 | 75.00%
^ | 其中：财政资金 | 50.00 | 48.00 | 36.00 | 75.00%
^ | 其他资金 | 　 | 　 | 0.00 | /
绩效指标（90分） | 一级指标 | 二级指标 | 三级指标 | 指标值 | 得分
^ | 产出指标 | 数量指标 | 改造库房数量 | ≥3间 | 20
^ | ^ | 时效指标 | 完成时间 | 年底前 | 9.5
合计 | 100 | 92.5 | < | < | <
"""


def read(*blocks: Block) -> PerformanceReading:
    return read_performance(Extract("docx", "test", blocks), METADATA)


def test_card_with_funds_and_indicators() -> None:
    reading = read(table(SELF_EVALUATION))
    total, fiscal, other = reading.projects
    assert (total.project_code, total.project_name) == ("41010021T000000009999", "库房改造")
    assert (total.competent_department, total.implementing_unit) == ("云溪县档案馆", "云溪县档案馆")
    assert [p.fund_source for p in reading.projects] == ["total", "fiscal", "other"]
    assert [total.budget_initial_yuan, total.budget_adjusted_yuan, total.executed_yuan] == [500000, 480000, 360000]
    assert (total.execution_rate, total.total_score) == (Decimal("75.00"), Decimal("92.5"))
    assert fiscal.executed_yuan == 360000
    assert [other.budget_initial_yuan, other.executed_yuan, other.execution_rate] == [None, 0, None]
    assert [(i.level1, i.level2, i.level3, i.relation, i.target, i.unit, i.score) for i in reading.indicators] == [
        ("产出指标", "数量指标", "改造库房数量", "≥", "3", "间", 20),
        ("产出指标", "时效指标", "完成时间", None, "年底前", None, Decimal("9.5")),
    ]
    assert reading.consumed == {0}


def test_indicators_continue_on_the_next_page_with_fewer_columns() -> None:
    first = table(
        """
        项目名称 | < | 数字化加工 | < | < | <
        主管部门及代码 | < | 云溪县档案馆 | 实施单位 | 云溪县档案馆 | <
        项目资金（万元） | < | 年度资金总额： | 12.30 | < | <
        绩效指标 | 一级指标 | 二级指标 | 三级指标 | < | 指标值
        ^ | 产出指标 | 数量指标 | 扫描页数 | < | ≥8000页
        """
    )
    second = table(
        """
         | ^ |  | 著录条数 | ≥900条
         | 效益指标 | 社会效益指标 | 查询便利程度 | 提高
        """.replace("^", ""),
        page=2,
    )
    reading = read(first, second)
    assert [(i.project_no, i.level1, i.level3) for i in reading.indicators] == [
        (1, "产出指标", "扫描页数"),
        (1, "产出指标", "著录条数"),
        (1, "效益指标", "查询便利程度"),
    ]
    assert reading.projects[0].budget_initial_yuan == 123000
    assert reading.consumed == {0, 1}


def test_amount_without_unit_is_left_out_and_reported() -> None:
    reading = read(
        table(
            """
            项目名称 | 数字化加工 | < | <
            主管部门 | 云溪县档案馆 | 实施单位 | 云溪县档案馆
            项目资金 | 年度资金总额 | 12.30 | <
            """
        )
    )
    assert reading.projects[0].budget_initial_yuan is None
    assert [f.code for f in reading.findings] == ["PERF-UNIT-MISSING"]


def test_table_of_projects_one_per_row_is_left_to_the_forms() -> None:
    reading = read(
        Paragraph("单位：万元", Place()),
        table(
            """
            单位名称 | 项目名称 | 金额 | 绩效目标
            云溪县档案馆 | 库房改造 | 64.90 | 改善条件
            云溪县档案馆 | 数字化加工 | 36.00 | 方便查询
            """
        ),
    )
    assert reading == PerformanceReading()


def test_empty_form_gives_no_project() -> None:
    reading = read(
        table(
            """
            项目名称 |  | 主管部门 |
            绩效指标 | 指标名称 | 指标值 | 权重
             |  |  |
            """
        )
    )
    assert reading.projects == ()
    assert reading.indicators == ()


def test_columns_of_names_and_money_are_no_card() -> None:
    reading = read(
        table(
            """
            项目名称 | 投资总规模 | 资金来源 | 项目简要说明
            热电联产配套 | 124201 | 45500 | 新建
            产业园二期 | 34143 | 7400 | 续建
            """
        )
    )
    assert reading == PerformanceReading()


def test_list_of_projects_with_their_indicators() -> None:
    reading = read(
        table(
            """
            金额单位：万元 | < | < | < | < | <
            序号 | 项目名称 | 预算数 | 三级指标 | 指标性质 | 指标值
            1 | 41010021T000000008888-库房改造 | 1,500.00 | 改造间数 | ≥ | 3
            ^ | ^ | ^ | 完工率 | ＝ | 100
            2 | 数字化加工 | 20.50 | 扫描页数 | ≥ | 8000
            """
        )
    )
    assert [(p.project_code, p.project_name, p.budget_initial_yuan) for p in reading.projects] == [
        ("41010021T000000008888", "库房改造", Decimal(15_000_000)),
        (None, "数字化加工", Decimal(205_000)),
    ]
    assert [(i.project_no, i.level3, i.target) for i in reading.indicators] == [
        (1, "改造间数", "3"),
        (1, "完工率", "100"),
        (2, "扫描页数", "8000"),
    ]


def test_task_amounts_of_an_overall_card_are_named_as_unread() -> None:
    block = table("""
        部门整体支出绩效目标表 | < | < | <
        部门名称 | 示例市财政局 | < | <
        年度主要任务 | 任务名称 | 主要内容 | 预算金额（万元）
        ^ | 机构运转 | 保障运转 | 7910.83
        ^ | 投资评审 | 委托评审 | 2940.68
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 评审项目数 | 30
    """)
    reading = read(line("部门整体支出绩效目标表"), block)
    assert reading.consumed == {1}
    assert [(f.code, f.observed) for f in reading.findings] == [("TABLE-UNREAD", "2")]


def test_of_term_and_year_side_by_side_the_year_is_read() -> None:
    both = """
        项目名称 | < | 老馆加固专项资金 | < | < | <
        主管部门 | < | 云溪县档案馆 | < | 实施期限 | 5年
        资金金额（万元） | 实施期资金总额： | 3018.00 | 年度资金总额： | 2000.00 | <
        ^ | 其中：财政拨款 | 3018.00 | 其中：财政拨款 | 2000.00 | <
        ^ | 其他资金 | 10.00 | 其他资金 | 　 | <
        """
    total, fiscal, other = read(table(both)).projects
    assert [p.fund_source for p in (total, fiscal, other)] == ["total", "fiscal", "other"]
    assert [p.budget_initial_yuan for p in (total, fiscal, other)] == [20_000_000, 20_000_000, None]
    alone = both.replace("年度资金总额： | 2000.00", "< | <").replace("其中：财政拨款 | 2000.00", "< | <")
    assert read(table(alone)).projects[0].budget_initial_yuan == 30_180_000


def test_goals_of_the_whole_body_are_no_part_of_the_project_before() -> None:
    project = table(
        """
        项目名称 | < | 数字化加工 | <
        主管部门 | < | 云溪县档案馆 | <
        项目资金（万元） | 年度资金总额： | 12.30 | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 扫描页数 | ≥8000页
        """
    )
    whole = table(
        """
        部门（单位）名称 | < | 云溪县档案馆 | <
        一级指标 | 二级指标 | 三级指标 | 指标值
        产出指标 | 数量指标 | 开放档案数 | ≥500卷
        """,
        page=2,
    )
    title = (line("表15", 2), line("部门整体支出绩效目标表", 2), line("（2026年度）", 2))
    reading = read(project, *title, whole)
    assert [(i.project_no, i.level3) for i in reading.indicators] == [(1, "扫描页数"), (2, "开放档案数")]
    assert reading.projects[-1].project_name == "部门整体支出绩效目标表"


OVERALL = """
部门（单位）名称 | 云溪县档案馆 | < | < | < | <
年度主要任务 | 任务名称 | 主要内容 | 预算金额（万元） | < | <
^ | ^ | ^ | 总额 | 财政拨款 | 其他资金
^ | 档案接收 | 接收到期档案 | 20.50 | 20.00 | 0.50
^ | 库房改造 | 改造库房三间 | 30.00 | 30.00 |
^ | 金额合计 | < | 50.50 | 50.00 | 0.50
年度总体目标 | 1.接收档案两千卷，2.改造库房 | < | < | < | <
年度绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 | <
^ | 产出指标 | 数量指标 | 接收档案 | ≥2000卷 | <
^ | 效益指标 | 社会效益指标 | 查档人数 | ≥300人 | <
"""


def test_tasks_of_the_whole_body_are_amounts_of_a_table_of_their_own() -> None:
    document = Extract("pdf", "test", (line("2024年部门整体支出绩效目标表"), table(OVERALL)), pages=1)
    metadata = Metadata("budget", "department", 2024, "云溪县档案馆", None)
    reading = read_performance(document, metadata)
    assert [i.level3 for i in reading.indicators] == ["接收档案", "查档人数"]
    assert not reading.findings
    told = Extract("pdf", "test", (*document.blocks, *reading.lists), pages=1)
    items = read_forms(told, metadata, skip=reading.consumed).line_items
    assert {i.form for i in items} == {"other"}
    assert [int(i.amount_yuan) for i in items if i.item_name.startswith("档案接收")] == [205000, 200000, 5000]
    assert [int(i.amount_yuan) for i in items if i.item_name == "金额合计"] == [505000, 500000, 5000]
    assert len(items) == 8
    assert {i.place.box for i in items} <= {cell.place.box for cell in table(OVERALL).cells}


def test_a_list_without_a_unit_in_its_header_is_not_taken_out() -> None:
    document = Extract("pdf", "test", (table(OVERALL.replace("（万元）", "")),), pages=1)
    assert read_performance(document, METADATA).lists == ()
