"""Who published what for which year, from covers, titles and captions; and what is refused."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from extractors import read
from extractors.model import Cell, Extract, Link, Paragraph, Place, Table
from models.disclosure import Metadata
from models.metadata import read_metadata, title_kind

REAL = Path(__file__).resolve().parents[3] / "shared" / "real"


def pages(*contents: str, links: tuple[Link, ...] = (), title: str | None = None, format: str = "pdf") -> Extract:
    """An extract whose pages hold the given lines."""
    blocks = tuple(
        Paragraph(line, Place(page=number))
        for number, content in enumerate(contents, 1)
        for line in content.splitlines()
        if line.strip()
    )
    return Extract(format, "test", blocks, pages=len(contents), links=links, title=title)


def workbook(**sheets: list[list[str]]) -> Extract:
    """An extract of a workbook with these sheets."""
    blocks = tuple(
        Table(
            tuple(
                Cell(r, c, text, Place(sheet=name, cell=f"R{r + 1}C{c + 1}"))
                for r, row in enumerate(rows)
                for c, text in enumerate(row)
            ),
            len(rows),
            max(len(row) for row in rows),
            Place(sheet=name),
        )
        for name, rows in sheets.items()
    )
    return Extract("xlsx", "test", blocks, pages=len(sheets))


def metadata(extract: Extract, name: str = "download.pdf") -> Metadata:
    return read_metadata(extract, file_name=name, source_uri="")


FORM = "收入支出决算总表\n公开01表\n部门：某县教育局 单位：万元\n一、一般公共预算财政拨款收入 1,234.56"


@pytest.mark.parametrize(
    ("cover", "kind", "scope", "year", "body"),
    [
        ("上海市普陀区规划和\n自然资源局\n2024年度部门决算", "final_account", "department", 2024, "上海市普陀区规划和自然资源局"),
        ("中共上海市普陀区委\n社会工作部2024年度\n部 门 决 算", "final_account", "department", 2024, "中共上海市普陀区委社会工作部"),
        ("上海市普陀区2025年区级部门预算\n预算主管部门：上海市普陀区人民政府办公室", "budget", "department", 2025, "上海市普陀区人民政府办公室"),
        ("上海市2026年市级单位预算\n预算单位：上海市审计局", "budget", "unit", 2026, "上海市审计局"),
        ("2026年深圳市公安局交通管理局（本\n级）部门预算", "budget", "unit", 2026, "深圳市公安局交通管理局"),
        ("- 1 -\n江苏省政协办公厅2018年度\n部门预算公开", "budget", "department", 2018, "江苏省政协办公厅"),
        ("2018年度江苏省高级\n人民法院预算公开\n2018年2月24日", "budget", "department", 2018, "江苏省高级人民法院"),
        ("西安市财政局（汇总）\n2026年部门预算公开说明", "budget", "department", 2026, "西安市财政局"),
        ("— 1 —\n西安市住房和城乡建设局\n2022年部门综合预算", "budget", "department", 2022, "西安市住房和城乡建设局"),
        ("2 0 2 3 年度\n泸州市江阳区教育局\n部门决算\n公开时间：2024年9月10日", "final_account", "department", 2023, "泸州市江阳区教育局"),
        ("二〇二三年度西安市第一中学单位决算", "final_account", "unit", 2023, "西安市第一中学"),
        ("附件2\n成都市财政局关于2024年部门预算公开的说明", "budget", "department", 2024, "成都市财政局"),
        ("国家信访局\n2023年度部门决算\n2024年7月", "final_account", "department", 2023, "国家信访局"),
        ("西南大学2023年度部门决算\n2024年8月", "final_account", "department", 2023, "西南大学"),
        ("广州市生态环境局2026年项目支出绩效目标表", "budget", "department", 2026, "广州市生态环境局"),
    ],
)  # fmt: skip
def test_covers(cover: str, kind: str, scope: str, year: int, body: str) -> None:
    found = metadata(pages(cover, "目 录\n第一部分 概况\n一、主要职能", "与2022年度预算相比增加1.00万元。"))
    assert (found.report_kind, found.scope, found.fiscal_year, found.department_name) == (kind, scope, year, body)
    assert found.refusal is None
    assert found.department_kind == ("unit" if scope == "unit" else "department")


@pytest.mark.parametrize(
    ("cover", "kind", "year", "code"),
    [
        ("市十八届人大\n六次会议文件\n关于2025年威海市和市级\n预算执行情况与2026年威海市和市级\n预算草案的报告", "budget", 2025, "371000"),
        ("表4-1\n22 吉林省2018年地方政府债务限额及余额决算情况表\n单位：亿元", "final_account", 2018, "220000"),
        ("表1 - 1\n1 4 山西省2 0 1 8 年地方政府一般债务余额情况表", "budget", 2018, "140000"),
        ("2025年度福州市财政决算收支情况", "final_account", 2025, "350100"),
        ("关于2024年海南省省级一般公共预算支出预算的说明", "budget", 2024, "460000"),
        ("江门市人民政府关于2025年江门市本级财政预算调整方案的报告", "budget", 2025, "440700"),
    ],
)  # fmt: skip
def test_accounts_of_governments(cover: str, kind: str, year: int, code: str) -> None:
    found = metadata(pages(cover + "\n一、收入 144.80亿元，增长3%。"))
    assert (found.scope, found.report_kind, found.fiscal_year, found.region_code) == ("government", kind, year, code)


def test_a_report_on_two_years_says_the_other_one() -> None:
    found = metadata(pages("关于保定市2025年预算执行情况和\n2026年预算草案的报告\n各位代表："))
    assert found.evidence["other_years"] == "2026"


def test_without_a_cover_tables_and_captions_tell() -> None:
    found = metadata(
        pages(
            "收支预算总表\n公开01表\n部门：江苏省政协办公厅 单位：万元\n一、财政拨款 13,297.11",
            "2019年度部门支出预算总表\n部门：江苏省政协办公厅 单位：万元",
        )
    )
    assert (found.report_kind, found.fiscal_year, found.department_name) == ("budget", 2019, "江苏省政协办公厅")


def test_the_line_below_the_title_of_a_form_tells_the_year() -> None:
    form = "收入支出决算总表\n公开01表\n部门：某县教育局    2021年度    金额单位：万元\n一、一般公共预算财政拨款收入 1,234.56"
    assert metadata(pages(form)).fiscal_year == 2021


def test_without_a_title_the_text_itself_tells() -> None:
    text = (
        "第一部分 部门概况\n一、部门职责\n"
        "纳入市委办公室2022年度单位决算编制范围的二级预算单位包括：市委办公室综合服务中心。\n"
        "第二部分 2023年度部门决算情况说明\n一、收入支出决算总体情况说明\n"
        "2023年度收、支总计均为2246.12万元。与2022年度相比增加。\n附件1\n（中共泸州市委办公室）\n"
    )
    found = metadata(pages(text, format="docx"))
    assert (found.report_kind, found.fiscal_year, found.scope) == ("final_account", 2023, "department")
    assert (found.department_name, found.region_code, found.region_level) == ("中共泸州市委办公室", "510500", "city")


def test_workbooks_with_label_and_value_in_neighbouring_cells() -> None:
    found = metadata(
        workbook(
            封面=[["2024年度部门决算"], ["单位名称", "杭州市西湖区教育局"]],
            总表=[["收入支出决算总表"], ["项目", "决算数"], ["一、一般公共预算", "1,200.00"]],
        )
    )
    assert (found.report_kind, found.fiscal_year, found.department_name) == (
        "final_account",
        2024,
        "杭州市西湖区教育局",
    )
    assert found.region_code == "330106"


def test_file_names_are_asked_only_where_the_document_says_nothing() -> None:
    silent = pages("一、收支总体情况\n单位：万元\n一、财政拨款 13,297.11")
    found = metadata(silent, "2026年北京市商务局部门预算.pdf")
    assert (found.fiscal_year, found.department_name, found.report_kind) == (2026, "北京市商务局", "budget")
    assert found.evidence["department_name"].startswith("文件名")
    assert "disagreement" not in found.evidence


def test_a_file_name_that_says_something_else_is_recorded() -> None:
    extract = pages("西安市行政审批服务局（汇总）\n2025年部门预算公开说明", "一、收支 1.00万元")
    found = metadata(extract, "政务服务和数据管理局_2026年部门决算.pdf")
    assert (found.fiscal_year, found.report_kind) == (2025, "budget")
    assert "2026" in found.evidence["disagreement"]
    assert "决算" in found.evidence["disagreement"]


@pytest.mark.parametrize(
    ("extract", "word"),
    [
        (pages("工作岗位规范\n某市水务局\n2016年3月", "权限内防洪影响评价报告审查批复流程图\n办理时限20个工作日"), "不是预算或决算"),
        (pages("2026年度某区部门预算公开情况检查表\n部门名称: 上海市普陀区司法局", "是\n否"), "检查表"),
        (pages("关于批准2025年预算执行情况和2026年预算的决议\n会议决定，批准2025年预算100.00亿元。"), "决议"),
        (pages("关于编制2025年部门预算的通知\n各部门：请按时报送。"), "通知"),
        (
            pages("2023年度决算公开\n详见附件", links=(Link("附件：2023年决算.pdf", "a.pdf"),), title="某大学2023年度决算公开", format="html"),
            "附件",
        ),
        (pages("正在跳转", title="跳转", format="html"), "网页"),
        (
            pages(
                "上海市 XX 局\n2024 年度部门决算",
                "第一部分 上海市 XX 局概况\n上海市XX局收入总计XX万元，支出总计XXX万元，增加XX万元。\n单位：万元\n0.00",
            ),
            "模板",
        ),
    ],
)  # fmt: skip
def test_what_is_no_account_is_refused_with_a_reason(extract: Extract, word: str) -> None:
    refusal = metadata(extract).refusal
    assert refusal is not None
    assert word in refusal


def test_a_left_over_placeholder_does_not_make_a_template() -> None:
    figures = "\n".join(f"2010{i:02d} 行政运行 {i},234.56" for i in range(1, 40))
    found = metadata(pages("上海市普陀区财政局\n2024年度部门决算", "XX局 XX万元 XXX\nXX局的职能", figures))
    assert found.refusal is None


def test_a_landing_page_with_the_figures_inline_is_read() -> None:
    text = "一、收支情况\n2026年收入预算23,100.00万元，支出预算23,100.00万元。"
    links = (Link("附件.pdf", "a.pdf"),)
    page = pages(text, links=links, title="中共重庆市委宣传部2026年部门预算情况说明-某网", format="html")
    found = metadata(page)
    assert found.refusal is None
    assert (found.department_name, found.fiscal_year) == ("中共重庆市委宣传部", 2026)


def test_the_publication_date_of_a_page() -> None:
    page = pages(
        "发布时间：2026-02-14 16:35\n2026年收入预算1.00万元", title="杭州市气象局2026年部门预算", format="html"
    )
    assert metadata(page).published_on == date(2026, 2, 14)


def test_what_a_government_page_declares_of_itself_is_believed() -> None:
    properties = {
        "ArticleTitle": "汕尾市2025年预算执行情况和2026年预算草案的报告",
        "PubDate": "2026-02-14 16:35:00",
        "ContentSource": "汕尾市财政局",
    }
    page = pages(
        "首页\n——2026年2月4日在大会上\n一般公共预算收入58.20亿元", title="报告_市级_汕尾市财政局", format="html"
    )
    found = metadata(replace(page, properties=properties))
    assert (found.title, found.published_on) == (properties["ArticleTitle"], date(2026, 2, 14))
    assert (found.department_name, found.scope, found.fiscal_year) == ("汕尾市人民政府", "government", 2025)


def test_a_cover_that_names_another_year_than_the_forms_is_told() -> None:
    forms = "\n".join(
        f"{number}、2023年度部门{kind}决算表" for number, kind in enumerate(("收入", "支出", "收支", "财政"), 1)
    )
    found = metadata(pages("某某县教育局\n2022年度部门决算", forms))
    assert found.fiscal_year == 2022
    assert "2023" in found.evidence["disagreement"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("一般公共预算财政拨款支出决算表", "final_account"),
        ("2025年预算执行情况和2026年预算草案的报告", "budget"),
        ("2024年决算和2025年上半年预算执行情况的报告", "final_account"),
        ("部门预算", "budget"),
        ("一般公共预算", None),
        ("政府债务限额及余额决算情况表", "final_account"),
    ],
)
def test_the_kind_a_title_names(title: str, kind: str | None) -> None:
    assert title_kind(title) == kind


@pytest.mark.real
def test_real_documents_agree_with_their_index() -> None:
    """Kind, year and scope as the index has them, but for the rows whose own pages say something else."""
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not here")
    # Debt forms filed under the year of their folder; a university's 部门决算 filed as 单位.
    index_is_wrong = {"r494": "year", "r645": "year", "r646": "year", "r656": "scope"}
    wanted = {"r001", "r003", "r011", "r043", "r049", "r191", "r256", "r319", "r322", "r358", "r400", "r460", "r521", "r571", "r633", "r646", "r656"}  # fmt: skip
    wrong = []
    for row in csv.DictReader((REAL / "INDEX.csv").open(encoding="utf-8")):
        if row["id"] not in wanted:
            continue
        found = read_metadata(read(REAL / "files" / row["file"]), file_name="download", source_uri="")
        kind = "final_account" if "决算" in row["kind"] else "budget"
        scope = {"单位": "unit", "政府": "government"}.get(row["kind"][:2], "department")
        expected = {"kind": kind, "year": int(float(row["fiscal_year"])), "scope": scope}
        told = {"kind": found.report_kind, "year": found.fiscal_year, "scope": found.scope}
        skip = index_is_wrong.get(row["id"])
        wrong += [(row["id"], key, told[key]) for key in expected if key != skip and told[key] != expected[key]]
        assert found.refusal is None, row["id"]
    assert wrong == []


@pytest.mark.real
@pytest.mark.parametrize("name", ["r005", "r014", "r027", "r029", "r337", "r341", "r345", "r659"])
def test_real_documents_that_are_no_accounts_are_refused(name: str) -> None:
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not here")
    (path,) = (REAL / "files").glob(f"{name}_*")
    assert read_metadata(read(path), file_name=path.name, source_uri="").refusal


_SHEET = [["{}"], ["", "单位：万元"], ["项目", "决算数"], ["一、税收收入", "1200"]]


def _book(*titles: str) -> Extract:
    return workbook(**{f"表{n}": [[title], *_SHEET[1:]] for n, title in enumerate(titles, 1)})


def test_place_of_a_workbook_stands_in_the_title_of_a_later_sheet() -> None:
    titles = [
        f"2024年全市一般公共预算{word}决算表" for word in ("收入", "支出", "平衡", "调入", "结转", "上解", "补助")
    ]
    own = [t.replace("全市", "市本级") for t in titles]
    found = metadata(_book(*titles, *own, "2024年九江市地方政府债务限额及余额决算情况表"), "1.xlsx")
    assert (found.scope, found.department_name, found.region_name) == ("government", "九江市人民政府", "九江市")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("九江市2024年政府决算公开表.xlsx", "九江市人民政府"),
        ("2024年九江市财政决算（草案）.xlsx", "九江市人民政府"),
        ("鼓楼区2024年政府决算公开表.xlsx", "鼓楼区人民政府"),  # several of this name: which one is not said
        ("2024年政府决算公开表.xlsx", None),
    ],
)
def test_place_of_a_workbook_that_names_none_is_its_files(name: str, body: str | None) -> None:
    found = metadata(_book("2024年全市一般公共预算收入决算表", "2024年全市一般公共预算支出决算表"), name)
    assert (found.scope, found.department_name) == ("government", body)
    if body:
        assert "文件名" in found.evidence["department_name"]


@pytest.mark.parametrize(
    "title",
    [
        "九江市2024年税收返还和转移支付决算表", "九江市2024年社会保险基金决算表", "九江市本级2024年一般公共预算支出决算功能分类表",
        "2024年九江市对县（市、区）一般公共预算转移支付分地区分项目决算表",
        "2024年九江市分县区一般公共预算收支决算情况表", "2024年九江市一般公共预算收入决算表",
    ],
)  # fmt: skip
def test_accounts_only_a_government_has_are_a_governments(title: str) -> None:
    found = metadata(_book(title))
    assert (found.scope, found.department_name) == ("government", "九江市人民政府")
