"""The tables of the warehouse, declared once: types, keys, Chinese names and comments all come from here.

The DDL, the staged Parquet schemas, the ``zh`` views, the exports and the docs are derived from these declarations.
Every column's ``info["zh"]`` is its Chinese name in the ``zh`` schema; its comment is "Chinese explanation | English".
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
)

MONEY = Numeric(20, 2)
QUANTITY = Numeric(24, 6)

_ROW_CONFIDENCE = (
    "source 该年文件印出过；inferred 只有别的年度的文件印出过，该年系推出；memory-high、memory-low 凭对官方目录的记忆"
)
"""How sure a row of a classification is of its year."""

metadata = MetaData()


def _column(name: str, type_: Any, zh: str, explanation: str, english: str, *, key: bool = False) -> Column[Any]:
    """A warehouse column: its name in English and Chinese and what it means in both languages."""
    return Column(
        name,
        type_,
        primary_key=key,
        nullable=not key,
        autoincrement=False,
        comment=f"{zh}：{explanation} | {english}",
        info={"zh": zh},
    )


def _table(name: str, zh: str, explanation: str, english: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns, comment=f"{zh}：{explanation} | {english}", info={"zh": zh})


def _place() -> list[Column[Any]]:
    """The columns that say where a figure stands in the original."""
    return [
        _column("page", Integer, "页码", "从 1 起", "page number, from 1"),
        _column("sheet", String, "工作表", "电子表格的工作表名", "worksheet"),
        _column(
            "cell",
            String,
            "单元格",
            "电子表格地址；Word、网页为表/行/列，正文为段",
            "spreadsheet address, or table/row/column, or paragraph",
        ),
        _column("x0", Double, "左", "版面坐标（点，自页面左上角）", "left edge in points from the page's top left"),
        _column("y0", Double, "上", "版面坐标（点）", "top edge in points"),
        _column("x1", Double, "右", "版面坐标（点）", "right edge in points"),
        _column("y1", Double, "下", "版面坐标（点）", "bottom edge in points"),
    ]


document = _table(
    "document",
    "文件",
    "收进来的每一份文件，无论读成与否",
    "every file ever taken in, whatever became of it",
    _column("document_id", String, "文件编号", "原文件字节的 SHA-256", "sha256 of the bytes", key=True),
    _column("source_uri", String, "来源地址", "文件、网址或“压缩包!/成员”", "where it came from"),
    _column("file_name", String, "文件名", "来源给出的名字（不可信）", "name as given by the source"),
    _column("format", String, "格式", "按内容判定，不按扩展名", "what the bytes are"),
    _column("report_kind", String, "报告类别", "budget 预算，final_account 决算", "budget or final account"),
    _column("scope", String, "范围", "department 部门，unit 单位，government 政府", "department, unit or government"),
    _column("fiscal_year", Integer, "年度", "财政年度", "fiscal year"),
    _column("department_id", String, "部门编号", "见“部门”", "see department"),
    _column("title", String, "标题", "封面或首个标题", "title as published"),
    _column("published_on", Date, "公布日期", "文件或网页自述", "publication date where stated"),
    _column("ingested_at", DateTime, "收录时间", "首次收录（UTC）", "first taken in (UTC)"),
    _column(
        "status",
        String,
        "状态",
        "published 已发布，superseded 已被替代，quarantined 隔离，failed 失败",
        "published, superseded, quarantined, failed",
    ),
    _column("status_reason", String, "状态原因", "一句话说明", "why, in a sentence"),
    _column("pages", Integer, "页数", "页或工作表数", "pages or sheets"),
    _column("supersedes", String, "替代", "所替代的文件编号", "the document this one replaces"),
    _column("engine", String, "读取引擎", "读取所用引擎及改用原因", "reading engine"),
    _column(
        "amounts_unread",
        Integer,
        "未读金额数",
        "表格中印出而没有成为金额行的数目",
        "printed table amounts that became no line item",
    ),
)

department = _table(
    "department",
    "部门",
    "公布预算决算的部门和单位",
    "bodies that publish",
    _column("department_id", String, "部门编号", "稳定编号", "stable id", key=True),
    _column("name", String, "名称", "公布的全称", "full official name as published"),
    _column("region_code", String, "行政区划代码", "GB/T 2260 六位", "GB/T 2260, 6 digits"),
    _column("region_name", String, "行政区划", "所属地区", "region"),
    _column("level", String, "级次", "central province city county township", "level of government"),
    _column("parent_id", String, "上级部门编号", "主管部门", "competent department"),
    _column("kind", String, "类型", "department 部门，unit 单位", "department or unit"),
)

function_code = _table(
    "function_code",
    "功能分类科目",
    "各年度支出功能分类科目，一年一码一行",
    "functional classification, one row per code and year",
    _column("fiscal_year", Integer, "年度", "适用年度", "fiscal year", key=True),
    _column("code", String, "科目编码", "3、5、7 位", "3, 5 or 7 digits", key=True),
    _column("name", String, "科目名称", "当年官方名称", "official name that year"),
    _column("level", String, "层级", "类 款 项", "level"),
    _column("parent_code", String, "上级编码", "上一层级的编码", "code one level up"),
    _column("fund", String, "预算体系", "general gov_fund state_capital 等", "fund the code belongs to"),
    _column("confidence", String, "依据", _ROW_CONFIDENCE, "how sure the row is"),
)

economic_code = _table(
    "economic_code",
    "经济分类科目",
    "各年度支出经济分类科目（部门、政府）",
    "economic classification, one row per code and year",
    _column("fiscal_year", Integer, "年度", "适用年度", "fiscal year", key=True),
    _column("code", String, "科目编码", "3 或 5 位", "3 or 5 digits", key=True),
    _column("name", String, "科目名称", "当年官方名称", "official name that year"),
    _column("level", String, "层级", "类 款", "level"),
    _column("parent_code", String, "上级编码", "上一层级的编码", "code one level up"),
    _column("fund", String, "预算体系", "n/a", "fund"),
    _column("confidence", String, "依据", _ROW_CONFIDENCE, "how sure the row is"),
)

function_crosswalk = _table(
    "function_crosswalk",
    "科目对照",
    "功能分类科目在年度之间的变化",
    "changes of functional codes between years",
    _column("from_year", Integer, "原年度", "变化前一年", "year before"),
    _column("from_code", String, "原编码", "变化前编码", "code before"),
    _column("to_year", Integer, "新年度", "变化当年", "year of the change"),
    _column("to_code", String, "新编码", "变化后编码", "code after"),
    _column("relation", String, "关系", "renamed moved merged split abolished new", "kind of change"),
    _column(
        "confidence",
        String,
        "依据",
        "source 见于文件；memory-high、memory-low 凭对官方目录的记忆",
        "how sure the row is",
    ),
)

line_item = _table(
    "line_item",
    "金额",
    "每个公布的金额一行，含已被替代的文件（只要现行的，连接 document 取 status = 'published'；视图已如此）",
    "one row per published amount, those of superseded documents too (join document, status = 'published'; the views do)",
    _column("line_item_id", String, "金额编号", "同样字节得同样编号", "stable for the same bytes", key=True),
    _column("document_id", String, "文件编号", "见“文件”", "see document"),
    _column("department_id", String, "部门编号", "见“部门”", "see department"),
    _column("fiscal_year", Integer, "年度", "金额所属年度（上年列属于上年）", "year the amount belongs to"),
    _column("report_kind", String, "报告类别", "所在文件的类别", "of the document"),
    _column(
        "form",
        String,
        "表",
        "官方表式、other 其他表（见表清单的表题）或 narrative 正文",
        "official form, other (a table of another kind, see form_instance.title), or narrative",
    ),
    _column("section", String, "章节", "正文所在标题", "heading it stands under"),
    _column("fund", String, "资金", "all fiscal_grant general gov_fund state_capital", "fund"),
    _column(
        "flow", String, "方向", "income 收入，expenditure 支出，balance 结转结余", "income, expenditure or balance"
    ),
    _column("component", String, "构成", "列的含义", "meaning of the column"),
    _column(
        "measure",
        String,
        "口径",
        "budget adjusted_budget final prior_final change",
        "budget, adjusted, final, prior final, change",
    ),
    _column("item_name", String, "项目名称", "公布的名称（去换行）", "label as published"),
    _column("item", String, "规范名称", "规范后的名称", "canonical item name"),
    _column("function_code", String, "功能科目编码", "功能分类编码", "functional code"),
    _column("economic_code", String, "经济科目编码", "经济分类编码", "economic code"),
    _column("level", String, "层级", "类 款 项 total item", "level"),
    _column("mapping_method", String, "匹配方式", "code name alias parent fuzzy manual", "how the code was found"),
    _column("mapping_score", Double, "匹配得分", "0 至 1", "how sure the mapping is, 0 to 1"),
    _column("amount_yuan", MONEY, "金额（元）", "换算为元", "amount in yuan"),
    _column("published_text", String, "公布原文", "原样印出的数字", "exactly as printed"),
    _column("published_unit", String, "公布单位", "元、万元、亿元", "unit as published"),
    _column(
        "extracted_text",
        String,
        "机器读数",
        "更正前机器所读；未更正为空",
        "what the machine had read before a correction",
    ),
    *_place(),
    _column("quality", String, "质量", "passed unchecked flagged disputed waived corrected", "quality"),
    _column("checks", Integer, "通过核对数", "参与并通过的核对数目", "passed identities it took part in"),
    _column("table_no", Integer, "表序", "文件内逻辑表序号", "logical form instance"),
    _column("row_no", Integer, "行序", "表内行序；正文为条目编号", "logical row, or item number in prose"),
    _column("column_no", Integer, "列序", "表内金额列序", "amount column"),
    _column("parent_row_no", Integer, "上级行序", "本行计入的行", "row this one is an addend of"),
    _column("parent_column_no", Integer, "上级列序", "本列计入的列", "column this one is an addend of"),
    _column(
        "budget_unit",
        String,
        "预算单位",
        "一表列多个单位时所属单位",
        "unit a row belongs to where one table lists several",
    ),
    _column(
        "column_label", String, "列标题", "表头自上而下的原文，以“ / ”相连", "header path above the amount as printed"
    ),
    _column("reason", String, "原因", "正文所述增减或差异的原因", "why it changed or differs, as the prose states it"),
    _column(
        "row_doubt",
        String,
        "行合计存疑",
        "所计入的行合计不成立而仍认作合计的依据：slip 一数之差 doubled 一行印重 shifted 整行错列 classification 科目上下级 habit 同表惯例",
        "why a row sum that fails is taken for one",
    ),
    _column("column_doubt", String, "列合计存疑", "同上，所计入的列", "why a column sum that fails is taken for one"),
    _column("subset", Boolean, "其中", "是否为其中项，不重复相加", "a subset, never an addend"),
    _column("printed_code", String, "印出编码", "文件上印的编码", "code as printed"),
    _column("ulp_yuan", QUANTITY, "末位价值（元）", "末位一个单位相当于多少元", "worth of one unit in the last place"),
    _column("locator", String, "定位", "文件内位置标识", "position within the document"),
    _column("engine", String, "读取引擎", "读取该值的引擎", "engine that read it"),
)

statistic = _table(
    "statistic",
    "非金额数字",
    "数量、比例、得分",
    "figures that are not money",
    _column("statistic_id", String, "编号", "稳定编号", "stable id", key=True),
    _column("document_id", String, "文件编号", "见“文件”", "see document"),
    _column("section", String, "章节", "所在标题", "heading"),
    _column("name", String, "名称", "数字所指", "what it counts"),
    _column("value", QUANTITY, "数值", "数值", "value"),
    _column("unit", String, "单位", "辆、人、%、分等", "unit"),
    _column("published_text", String, "公布原文", "原样印出", "exactly as printed"),
    _column("kind", String, "种类", "count share growth completion score other", "kind"),
    _column("line_item_id", String, "所指金额", "数字说的是哪个金额", "line item it speaks of"),
    _column("base_line_item_id", String, "基数金额", "比例、增长的基数", "line item it is measured against"),
    *_place(),
)

performance_project = _table(
    "performance_project",
    "项目绩效",
    "项目支出绩效自评表（目标表）表头",
    "project self-evaluation tables",
    _column("document_id", String, "文件编号", "见“文件”", "see document", key=True),
    _column("project_no", Integer, "项目序", "文件内序号", "number within the document", key=True),
    _column("fund_source", String, "资金来源", "total 总额，fiscal 财政资金 等", "total or source of funds", key=True),
    _column("project_code", String, "项目编码", "公布的编码", "project code"),
    _column("project_name", String, "项目名称", "公布的名称", "project name"),
    _column("competent_department", String, "主管部门", "主管部门", "competent department"),
    _column("implementing_unit", String, "实施单位", "实施单位", "implementing unit"),
    _column("budget_initial_yuan", MONEY, "年初预算（元）", "年初预算", "initial budget"),
    _column("budget_adjusted_yuan", MONEY, "调整后预算（元）", "调整后预算", "adjusted budget"),
    _column("executed_yuan", MONEY, "执行数（元）", "预算执行数", "executed"),
    _column("execution_rate", QUANTITY, "执行率（%）", "公布的执行率", "execution rate in percent"),
    _column("weight", QUANTITY, "权重", "分值", "weight"),
    _column("score", QUANTITY, "得分", "执行得分", "score"),
    _column("total_score", QUANTITY, "总分", "自评总分", "total score"),
    _column("reason", String, "原因", "偏差原因", "reason"),
    _column("published_unit", String, "公布单位", "元、万元", "unit as published"),
    *_place(),
)

performance_indicator = _table(
    "performance_indicator",
    "绩效指标",
    "项目绩效各三级指标",
    "indicators of the performance tables",
    _column("document_id", String, "文件编号", "见“文件”", "see document", key=True),
    _column("locator", String, "定位", "文件内位置标识", "position within the document", key=True),
    _column("project_no", Integer, "项目序", "见“项目绩效”", "see performance_project"),
    _column("level1", String, "一级指标", "一级指标", "level 1"),
    _column("level2", String, "二级指标", "二级指标", "level 2"),
    _column("level3", String, "三级指标", "三级指标", "level 3"),
    _column("relation", String, "指标性质", "≥ ≤ ＝ 定性", "relation"),
    _column("target", String, "指标值", "目标值", "target"),
    _column("unit", String, "度量单位", "度量单位", "unit"),
    _column("actual", String, "完成值", "实际完成值", "actual"),
    _column("weight", QUANTITY, "权重", "分值", "weight"),
    _column("score", QUANTITY, "得分", "得分", "score"),
    _column("deviation_reason", String, "偏差原因", "未完成原因", "reason of deviation"),
    *_place(),
)

form_instance = _table(
    "form_instance",
    "表清单",
    "文件中认出的每张表，读成与否",
    "every table recognised in a document, read or not",
    _column("document_id", String, "文件编号", "见“文件”", "see document", key=True),
    _column("table_no", Integer, "表序", "文件内逻辑表序号", "logical form instance", key=True),
    _column("form", String, "表", "官方表式，other 其他表，空为未读", "official form, other, null where unread"),
    _column("title", String, "表题", "印出的表题", "title as printed"),
    _column("unit", String, "金额单位", "表的金额单位", "unit"),
    _column("first_page", Integer, "首页", "首页页码", "first page"),
    _column("last_page", Integer, "末页", "末页页码", "last page"),
    _column("sheet", String, "工作表", "工作表名", "worksheet"),
    _column("amounts", Integer, "印出金额数", "表内印出的金额数", "amounts printed in it"),
    _column("items", Integer, "读成金额数", "成为金额行的数目", "line items read from it"),
    _column("reason", String, "未读原因", "未读原因", "why it was not read"),
    _column("note", String, "表注", "表下说明", "the publisher's note"),
    _column("statistics", Integer, "非金额数字数", "表内数量、比例等的数目", "figures of it that are no money"),
    _column("ignored", Integer, "略过数字数", "编码、序号、日期等不作数据的数字", "codes, running numbers, dates"),
    _column("ignored_reason", String, "略过原因", "略过的是什么", "what was passed over"),
)

finding = _table(
    "finding",
    "阅读发现",
    "读取时发现的问题，供规则报告",
    "things noticed while reading, reported by the rules",
    _column("finding_id", String, "编号", "稳定编号", "stable id", key=True),
    _column("document_id", String, "文件编号", "见“文件”", "see document"),
    _column("code", String, "规则", "规则编号", "expectation id"),
    _column("severity", String, "严重程度", "error warning info", "severity"),
    _column("message", String, "说明", "中文说明", "message in Chinese"),
    _column("expected", String, "应为", "应有的内容", "expected"),
    _column("observed", String, "实为", "实际内容", "observed"),
    _column("line_item_ids", ARRAY(String), "涉及金额", "涉及的金额编号", "line items concerned"),
    *_place(),
)

passage = _table(
    "passage",
    "正文",
    "正文段落，供检索",
    "paragraphs of running text",
    _column("document_id", String, "文件编号", "见“文件”", "see document", key=True),
    _column("passage_no", Integer, "段序", "段落序号", "number", key=True),
    _column("section", String, "章节", "所在标题", "heading"),
    _column("text", String, "文字", "段落文字", "text"),
    *_place(),
)

expectation_result = _table(
    "expectation_result",
    "核对结果",
    "每条规则对每份文件（每组）的结果",
    "result of each rule for each group",
    _column("result_id", String, "编号", "同样证据得同样编号", "stable for the same evidence", key=True),
    _column("run_id", String, "运行编号", "核对所在的运行", "run"),
    _column("document_id", String, "文件编号", "见“文件”", "see document"),
    _column("expectation", String, "规则", "规则编号", "expectation id"),
    _column("severity", String, "严重程度", "error warning info", "severity"),
    _column("outcome", String, "结果", "passed failed not_applicable insufficient_data", "outcome"),
    _column("expected", String, "应为", "等式一边", "expected"),
    _column("observed", String, "实为", "等式另一边", "observed"),
    _column("difference", Numeric(24, 2), "差额（元）", "实为减应为", "observed minus expected, yuan"),
    _column("tolerance", Numeric(24, 2), "舍入范围（元）", "末位舍入所允许的最大差额", "rounding envelope, yuan"),
    _column("message", String, "说明", "中文说明", "message in Chinese"),
    _column("line_item_ids", ARRAY(String), "涉及金额", "参与核对的金额编号", "operands"),
    _column("group_key", String, "分组", "规则内的分组标识", "group within the rule"),
)

review_item = _table(
    "review_item",
    "待审事项",
    "未通过的核对及其处理",
    "failed expectations and what was decided",
    _column("review_id", String, "事项编号", "稳定编号", "stable id", key=True),
    _column("document_id", String, "文件编号", "见“文件”", "see document"),
    _column("expectation", String, "规则", "规则编号", "expectation id"),
    _column("status", String, "状态", "open accepted corrected waived rejected resolved", "status"),
    _column("decided_by", String, "处理人", "处理人", "who"),
    _column("decided_at", DateTime, "处理时间", "处理时间（UTC）", "when (UTC)"),
    _column("reason", String, "理由", "处理理由", "why"),
    _column("opened_at", DateTime, "提出时间", "提出时间（UTC）", "opened (UTC)"),
    _column("severity", String, "严重程度", "error warning", "severity"),
    _column("message", String, "说明", "中文说明", "message in Chinese"),
    _column("line_item_ids", ARRAY(String), "涉及金额", "涉及的金额编号", "line items concerned"),
    _column("evidence", String, "证据指纹", "证据改变则重新提出", "fingerprint of the evidence"),
    _column("group_id", String, "同因编号", "原因相同的事项同一编号", "items of the same cause share it"),
    _column("cause", String, "共同原因", "为何归在一起；单独一项为空", "why they belong together; empty for one alone"),
)

run = _table(
    "run",
    "运行",
    "每次收录或核对",
    "each ingestion or validation",
    _column("run_id", String, "运行编号", "运行编号", "run", key=True),
    _column("kind", String, "种类", "ingest validate nightly", "kind"),
    _column("started_at", DateTime, "开始", "开始时间（UTC）", "started (UTC)"),
    _column("finished_at", DateTime, "结束", "结束时间（UTC）", "finished (UTC)"),
    _column("documents", BigInteger, "文件数", "处理的文件数", "documents"),
    _column("failed", BigInteger, "失败数", "失败的文件数", "failed documents"),
    _column("code_version", String, "程序版本", "产生它的程序版本", "code version"),
)

PUBLISHED_TABLES: tuple[Table, ...] = tuple(metadata.sorted_tables)
"""All tables of the warehouse's ``main`` schema."""

DOCUMENT_TABLES: tuple[Table, ...] = (
    line_item,
    statistic,
    performance_project,
    performance_indicator,
    form_instance,
    finding,
    passage,
)
"""Tables whose rows come from one document's interpretation; they are staged as Parquet per document."""
