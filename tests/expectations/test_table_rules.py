"""Rules inside one table and between tables, each on figures that hold, that do not, and with one of them blank.

A case is a maker of documents: it is given the printed text of one figure (None: blank) and gives a document in which the
rule holds for the first text and fails for the second; the third says what a blank comes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.engine import evaluate
from tests.expectations.warehouse import Document, insert

Make = Callable[[str, str | None], Sequence[Document]]
Case = tuple[str, Make, str, str, str]
_BLANK_IS_THE_FAULT = ("TOTAL-BLANK", "THREE-PUBLIC-TOTAL", "TOTAL-CURRENT")


def _columns(*components: str, **common: Any) -> list[dict[str, Any]]:
    return [{"component": component} | common for component in components]


def _expenditure(
    d: Document,
    rows: list[tuple[str | None, str, list[str | None]]],
    *,
    form: str = "expenditure",
    no: int = 3,
    fund: str = "all",
) -> None:
    d.code_table(form, no, _columns("total", "basic", "project", fund=fund), rows)


def _listing(d: Document, lost: str, *, form: str = "expenditure", no: int = 3) -> None:
    """Three classes, each with its 款 and 项; the row with the code `lost` is not there."""
    rows: list[tuple[str | None, str, list[str | None]]] = [(None, "合计", ["60.00"])]
    for code, name in (("201", "甲"), ("20101", "甲一"), ("2010101", "甲一一"), ("205", "乙"), ("20508", "乙一"), ("2050803", "乙一一"),
                       ("208", "丙"), ("20805", "丙一"), ("2080505", "丙一一"), ("210", "丁"), ("21011", "丁一"), ("2101101", "丁一一"),
                       ("221", "戊"), ("22102", "戊一"), ("2210201", "戊一一")):  # fmt: skip
        if code != lost:
            rows.append((code, name, ["12.00"]))
    d.code_table(form, no, _columns("total"), rows)


def _blank_total(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    _expenditure(d, [(None, "合计", ["30.00", "10.00", "20.00"]), ("201", "甲", [text, "10.00", "20.00"]), ("20101", "乙", ["30.00", "10.00", "20.00"]),
                     ("2010101", "丙", ["30.00", "10.00", "20.00"])])  # fmt: skip
    for row in d.rows:
        row["parent_column_no"] = 0 if row["column_no"] else None
    return [d]


def _one_sided(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("income_expenditure", 1)
    for row, (item, level) in enumerate((("财政拨款收入", "item"), ("总计", "total"))):
        if text != "缺" or level != "total":
            d.item("income_expenditure", "9.00" if text == "缺" else text, table_no=1, row_no=row, column_no=0, flow="income", component="total" if level == "total" else "general", item_name=item, level=level)  # fmt: skip
        d.item("income_expenditure", "9.00", table_no=1, row_no=row, column_no=1, item_name=item if level == "total" else "一般公共服务支出", level=level, function_code=None if level == "total" else "201")  # fmt: skip
    return [d]


def _projects(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    d.table("project_expenditure", 7)
    for row in range(6):
        figures = ("30.00", "10.00", text if row == 3 else "20.00")
        for column, (fund, printed) in enumerate(zip(("all", "general", "gov_fund"), figures, strict=True)):
            d.item(
                "project_expenditure",
                printed,
                table_no=7,
                row_no=row,
                column_no=column,
                component="project",
                fund=fund,
                item_name=f"项目{row}",
            )
    return [d]


def _change(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    d.table("three_public", 8)
    for column, (year, measure, printed) in enumerate(
        ((2023, "budget", "5.00"), (2024, "budget", "3.00"), (2024, "change", text))
    ):
        d.item("three_public", printed, table_no=8, row_no=0, column_no=column, component="reception", fund="general", item_name="公务接待费",
               fiscal_year=year, measure=measure, subset=False)  # fmt: skip
    return [d]


def _wide(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    d.table("three_public", 8)
    for column, (component, item, printed) in enumerate((("operation", "合计", text), ("total", "小计", "6.00"), ("reception", "公务接待费", "6.00"),
                                                         ("operation", "会议费", "2.00"), ("operation", "培训费", "1.00"))):  # fmt: skip
        d.item("three_public", printed, table_no=8, row_no=0, column_no=column, component=component, fund="general", item_name=item, level="total",
               subset=column == 0)  # fmt: skip
    return [d]


def _bodies(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    d.table("three_public", 8)
    for row, (body, printed) in enumerate(((None, "6.00"), ("甲中心", "4.00"), ("乙中心", text))):
        for column, component in enumerate(("overseas", "reception")):
            d.item(
                "three_public",
                printed if column else "8.00" if body is None else "4.00",
                table_no=8,
                row_no=row,
                column_no=column,
                component=component,
                fund="general",
                item_name=body or "合计",
                level="item" if body else "total",
                budget_unit=body,
                parent_row_no=0 if body else None,
            )
    return [d]


def _three_funds(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    d.table("three_public", 8)
    for column, (fund, printed) in enumerate((("fiscal_grant", "6.00"), ("general", text), ("gov_fund", "1.00"))):
        d.item(
            "three_public",
            printed,
            table_no=8,
            row_no=0,
            column_no=column,
            component="reception",
            fund=fund,
            item_name="公务接待费",
        )
    return [d]


def _other(down: bool) -> Make:
    """A total over its parts; along a row with another row of the table that adds up, for one alone teaches nothing."""

    def make(name: str, text: str | None) -> list[Document]:
        d = Document(name)
        d.table("other", 9)
        for line, printed_line in enumerate((("30.00", "10.00", text), ("3.00", "1.00", "2.00"))):
            for number, printed in enumerate(printed_line):
                place = {"row_no": number, "column_no": line} if down else {"row_no": line, "column_no": number}
                parent = {"parent_row_no" if down else "parent_column_no": 0 if number else None}
                d.item("other", printed, table_no=9, item_name="合计" if not number and down else f"项{number}", component=None, fund=None, flow=None,
                       level="total" if not number and down else "item", **place, **parent)  # fmt: skip
        return [d]

    return make


def _revenue(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget", scope="government")
    d.table("income", 1)
    rows = (
        ("税收收入", text),
        ("增值税", "5.00"),
        ("房产税", "3.00"),
        ("契税", "2.00"),
        ("非税收入", "4.00"),
        ("罚没收入", "4.00"),
        ("收入合计", "14.00"),
    )
    for row, (item, printed) in enumerate(rows):
        if printed != "缺":
            d.item("income", printed, table_no=1, row_no=row, column_no=0, flow="income", fund="general", component="total", item_name=item,
                   level="total" if row == 6 else "item")  # fmt: skip
    return [d]


def _parts_blank(name: str, text: str | None) -> list[Document]:
    """The last 项 may be blank where its 款 is not; an empty text leaves the figure out."""
    d = Document(name)
    rows: list[tuple[str | None, str, list[str | None]]] = [(None, "合计", ["30.00"])]
    for code in ("201", "205", "208"):
        rows += [(code, "类", ["10.00"]), (code + "01", "款", ["10.00"]), (code + "0101", "项", ["10.00"])]
    rows[-1] = (rows[-1][0], "项", ["10.00" if text == "-" else None])
    d.code_table("expenditure", 3, _columns("total"), rows)
    # The row is there: another column of it is filled.
    d.item("expenditure", "1.00", table_no=3, row_no=len(rows) - 1, column_no=1, parent_row_no=len(rows) - 2, component="basic", function_code="2080101")  # fmt: skip
    return [d]


def _row_twice(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    _expenditure(
        d,
        [
            (None, "合计", ["20.00", "10.00", "10.00"]),
            ("201", "甲", ["10.00", "5.00", "5.00"]),
            (text, "甲", ["10.00", "5.00", "5.00"]),
        ],
    )
    return [d]


def _no_current(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("income_expenditure", 1)
    for row, (item, printed, level) in enumerate(
        (("甲", "5.00", "item"), ("乙", "4.00", "item"), ("本年收入合计", text, "total"), ("总计", "10.00", "total"))
    ):
        d.item(
            "income_expenditure",
            printed,
            table_no=1,
            row_no=row,
            column_no=1,
            item_name=item,
            item=item,
            level=level,
            flow="income",
            component="total",
        )
    d.item(
        "income_expenditure",
        "1.00",
        table_no=1,
        row_no=4,
        column_no=1,
        item_name="年初结转和结余",
        flow="balance",
        component="opening_balance",
    )
    return [d]


def _three_total(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("three_public", 7)
    for column, (component, printed) in enumerate((("total", text), ("overseas", "1.00"), ("reception", "2.00"))):
        d.item(
            "three_public",
            printed,
            table_no=7,
            row_no=0,
            column_no=column,
            component=component,
            item_name="“三公”经费",
            fund="general",
        )
    return [d]


def _gap(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    _listing(d, text or "")
    return [d]


def _placed(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("general_basic_expenditure", 6)
    for row, code in enumerate(("30101", "30102", "30103")):
        d.item("general_basic_expenditure", "10.00" if text else None, table_no=6, row_no=row, column_no=1, component=text or "personnel", fund="general",
               item_name=code, economic_code=code)  # fmt: skip
    return [d]


def _grant_class(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("grant_income_expenditure", 4)
    d.item(
        "grant_income_expenditure",
        text,
        table_no=4,
        row_no=0,
        column_no=1,
        fund="fiscal_grant",
        item_name="一般公共服务支出",
        function_code="201",
        level="类",
    )
    d.item(
        "grant_income_expenditure",
        "30.00",
        table_no=4,
        row_no=5,
        column_no=1,
        fund="fiscal_grant",
        item_name="总计",
        level="total",
    )
    # The list has no class rows: its 项 are added up.
    d.code_table(
        "general_expenditure",
        5,
        _columns("total", fund="general"),
        [(None, "合计", ["30.00"]), ("2010101", "甲", ["10.00"]), ("2010102", "乙", ["20.00"])],
    )
    return [d]


def _all_general(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    rows: list[tuple[str | None, str, list[str | None]]] = [
        (None, "合计", ["30.00", None, None]),
        ("2010101", "甲", ["10.00", None, None]),
        ("2010102", "乙", ["20.00", None, None]),
    ]
    _expenditure(d, rows)
    _expenditure(
        d, [rows[0], ("2010101", "甲", [text, None, None]), rows[2]], form="general_expenditure", no=5, fund="general"
    )
    return [d]


def _use(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("income_expenditure", 1)
    d.item("income_expenditure", text, table_no=1, row_no=0, column_no=5, component="basic", item_name="一、基本支出")
    _expenditure(d, [(None, "合计", ["30.00", "10.00", "20.00"]), ("201", "甲", ["30.00", "10.00", "20.00"])])
    return [d]


def _source(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("income_expenditure", 1)
    d.item(
        "income_expenditure",
        text,
        table_no=1,
        row_no=0,
        column_no=0,
        flow="income",
        component="institution",
        item_name="事业收入",
    )
    d.code_table(
        "income",
        2,
        _columns("total", "institution", flow="income"),
        [(None, "合计", ["9.00", "9.00"]), ("201", "甲", ["9.00", "9.00"])],
    )
    return [d]


def _project_total(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    _expenditure(
        d,
        [(None, "合计", ["30.00", "10.00", "20.00"]), ("201", "甲", ["30.00", "10.00", "20.00"])],
        form="general_expenditure",
        no=5,
        fund="general",
    )
    d.code_table(
        "general_project_expenditure",
        6,
        _columns("project", fund="general"),
        [(None, "合计", [text]), ("201", "甲", [text])],
    )
    return [d]


def _unit(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    for no, form in ((3, "expenditure"), (5, "general_expenditure"), (6, "general_project_expenditure")):
        d.code_table(
            form,
            no,
            _columns("total"),
            [(None, "合计", [text if no == 6 else "30.00"]), ("201", "甲", [text if no == 6 else "30.00"])],
        )
    return [d]


def _project_fund(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    d.table("project_expenditure", 7)
    d.item(
        "project_expenditure",
        text,
        table_no=7,
        row_no=0,
        column_no=1,
        component="project",
        fund="gov_fund",
        item_name="合计",
        level="total",
    )
    d.table("fund_income_expenditure", 8)
    d.item(
        "fund_income_expenditure",
        "5.00",
        table_no=8,
        row_no=0,
        column_no=0,
        component="current_expenditure",
        fund="gov_fund",
        item_name="合计",
        level="total",
    )
    return [d]


def _swapped(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    codes = ("2010101", "2010102", "2010103", "2010104", "2010105")
    printed: list[str | None] = ["10.00", "20.00", "30.00", "40.00", "50.00"]
    d.code_table(
        "income",
        2,
        _columns("total", flow="income"),
        [(code, code, [text]) for code, text in zip(codes, printed, strict=True)],
    )
    if text == "swap":
        printed[1], printed[3] = printed[3], printed[1]
    elif text is None:
        printed[1] = None
    d.code_table(
        "expenditure", 3, _columns("total"), [(code, code, [text]) for code, text in zip(codes, printed, strict=True)]
    )
    return [d]


def _told(
    item: str, component: str, *, flow: str = "expenditure", fund: str = "all", table: Callable[[Document], None]
) -> Make:
    def make(name: str, text: str | None) -> list[Document]:
        d = Document(name)
        d.item("narrative", text, item_name=item, component=component, flow=flow, fund=fund, level="item", section="一")
        table(d)
        return [d]

    return make


def _balance_row(d: Document) -> None:
    d.table("income_expenditure", 1)
    d.item(
        "income_expenditure",
        "9.00",
        table_no=1,
        row_no=9,
        column_no=0,
        flow="balance",
        component="opening_balance",
        item_name="年初结转和结余",
    )


def _running_column(d: Document) -> None:
    d.table("three_public", 8)
    d.item(
        "three_public",
        "9.00",
        table_no=8,
        row_no=0,
        column_no=7,
        component="operation",
        fund="general",
        item_name="机关运行经费",
    )


def _told_change(name: str, text: str | None) -> list[Document]:
    d = Document(name, kind="budget")
    for measure, year, printed in (("budget", 2024, "9.00"), ("budget", 2023, "12.00"), ("change", 2024, text)):
        d.item(
            "narrative",
            printed,
            item_name="公务接待费",
            component="reception",
            fund="general",
            measure=measure,
            fiscal_year=year,
            section="一",
        )
    return [d]


def _last_year(name: str, text: str | None) -> list[Document]:
    new, old = (
        Document(f"{name}-new", kind="budget", year=2024, department_id=name),
        Document(f"{name}-old", kind="budget", year=2023, department_id=name),
    )
    for d, measure, printed in ((new, "budget", "9.00"), (new, "change", text), (old, "budget", "12.00")):
        d.item(
            "narrative",
            printed,
            item_name="机关运行经费",
            component="operation",
            fund="general",
            measure=measure,
            section="一",
        )
    return [new, old]


def _prior_budget(name: str, text: str | None) -> list[Document]:
    new, old = (
        Document(f"{name}-new", kind="budget", year=2024, department_id=name),
        Document(f"{name}-old", kind="budget", year=2023, department_id=name),
    )
    for d, year, printed in ((new, 2023, text), (new, 2024, "13.00"), (old, 2023, "12.00")):
        d.table("expenditure", 3)
        d.item(
            "expenditure",
            printed,
            table_no=3,
            row_no=0,
            column_no=year - 2023,
            item_name="甲",
            function_code="201",
            level="类",
            fiscal_year=year,
        )
    return [new, old]


def _unit_within(name: str, text: str | None) -> list[Document]:
    whole, part = (
        Document(f"{name}-dept", department_id=f"{name}-D"),
        Document(f"{name}-unit", department_id=f"{name}-U", scope="unit"),
    )
    for d, printed in ((whole, "12.00"), (part, text)):
        d.code_table("expenditure", 3, _columns("total"), [("201", "甲", [printed])])
    return [whole, part]


def _many_years(name: str, text: str | None) -> list[Document]:
    found = []
    for year, printed in ((2021, "10.00"), (2022, "11.00"), (2023, "12.00"), (2024, text)):
        d = Document(f"{name}-{year}", year=year, department_id=name)
        d.code_table("expenditure", 3, _columns("total"), [(None, "合计", [printed])])
        found.append(d)
    return found


def _peers(name: str, text: str | None) -> list[Document]:
    found = []
    for number in range(9):
        d = Document(f"{name}-{number}", department_id=f"{name}-{number}")
        d.code_table(
            "expenditure", 3, _columns("total"), [(None, "合计", [text if number == 8 else f"{10 + number}.00"])]
        )
        found.append(d)
    return found


def _named_project(name: str, text: str | None) -> list[Document]:
    from decimal import Decimal

    d = Document(name, kind="budget")
    d.table("project_expenditure", 7)
    d.item(
        "project_expenditure", "30.00", table_no=7, row_no=0, column_no=0, component="project", item_name="综合调研专项"
    )
    amount = None if text is None else Decimal(text) * 10_000
    d.other(
        "performance_project",
        project_no=1,
        fund_source="total",
        project_name="综合调研专项",
        budget_initial_yuan=amount,
    )
    return [d]


def _total_row(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    top: list[tuple[str | None, str, list[str | None]]] = [] if text == "无" else [(None, "合计", [text])]
    d.code_table(
        "expenditure", 3, _columns("total"), [*top, ("201", "甲", [text and "4.00"]), ("208", "乙", [text and "5.00"])]
    )
    return [d]


def _titled(name: str, text: str | None) -> list[Document]:
    d = Document(name)
    d.table("income_expenditure", 1, title=text)
    d.item(
        "income_expenditure", "9.00", table_no=1, row_no=0, column_no=0, flow="income", item_name="总计", level="total"
    )
    return [d]


CASES: list[Case] = [
    ("TOTAL-ROW", _total_row, "9.00", "无", "none"),
    ("REVENUE-CLASS", _revenue, "10.00", "缺", "failed"),
    ("TITLE-YEAR", _titled, "2024年度收入支出决算总表", "2023年度收入支出决算总表", "none"),
    ("TOTAL-BLANK", _blank_total, "30.00", "", "failed"),
    ("TOTAL-ONE-SIDED", _one_sided, "9.00", "缺", "passed"),
    ("COLUMN-SUM", _projects, "20.00", "21.00", "failed"),
    ("TABLE-CHANGE", _change, "-2.00", "2.50", "none"),
    ("THREE-PUBLIC-WIDE", _wide, "9.00", "8.00", "none"),
    ("THREE-PUBLIC-BODIES", _bodies, "2.00", "2.50", "failed"),
    ("THREE-PUBLIC-FUNDS", _three_funds, "5.00", "4.00", "none"),
    ("OTHER-DOWN", _other(True), "20.00", "21.00", "failed"),
    ("OTHER-ACROSS", _other(False), "20.00", "21.00", "failed"),
    ("THREE-PUBLIC-TOTAL", _three_total, "3.00", "", "failed"),
    ("ROW-TWICE", _row_twice, "205", "201", "none"),
    ("TOTAL-CURRENT", _no_current, "9.00", "", "failed"),
    ("TREE-GAP", _gap, "-", "20508", "passed"),
    ("TREE-CHILDLESS", _gap, "-", "2050803", "passed"),
    ("BASIC-PLACE", _placed, "personnel", "operation", "none"),
    ("X-GRANT-CLASS", _grant_class, "30.00", "31.00", "none"),
    ("X-CODE-GENERAL", _all_general, "10.00", "11.00", "passed"),
    ("X-USE", _use, "10.00", "11.00", "none"),
    ("X-INCOME-SOURCE", _source, "9.00", "9.50", "none"),
    ("X-PROJECT-TOTAL", _project_total, "20.00", "21.00", "none"),
    ("X-UNIT", _unit, "30.00", "0.003", "passed"),
    ("X-PROJECT-FUND", _project_fund, "4.00", "6.00", "none"),
    ("X-CODE-SWAPPED", _swapped, "", "swap", "passed"),
    ("PROSE-BALANCE", _told("年初结转和结余", "opening_balance", flow="balance", table=_balance_row), "9.00", "8.00", "none"),
    ("PROSE-RUNNING-TABLE", _told("机关运行经费", "operation", fund="general", table=_running_column), "9.00", "8.00", "none"),
    ("PROSE-CHANGE", _told_change, "3.00", "4.00", "none"),
    ("YEAR-CHANGE", _last_year, "-3.00", "-4.00", "none"),
    ("YEAR-PRIOR-BUDGET", _prior_budget, "12.00", "13.00", "none"),
    ("UNIT-WITHIN", _unit_within, "11.00", "13.00", "none"),
    ("PLAUSIBLE-YEARS", _many_years, "13.00", "900.00", "passed"),
    ("PLAUSIBLE-PEERS", _peers, "13.00", "900000.00", "passed"),
    ("PERFORMANCE-PROJECT", _named_project, "30.00", "25.00", "none"),
]  # fmt: skip


@pytest.fixture(scope="module")
def judged(blank_candidate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every case three times in one warehouse, judged in one run."""
    path = tmp_path_factory.mktemp("tables") / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        bodies: dict[str, dict[str, Any]] = {}
        for rule, make, good, bad, _ in CASES:
            for variant, text in (("good", good), ("bad", bad), ("blank", None)):
                # An empty text stands for a blank cell where blank is the fault itself.
                for d in make(f"{rule}/{variant}", (text or None) if rule in _BLANK_IS_THE_FAULT else text):
                    d.save(connection)
                    parent = d.department_id.removesuffix("-U") + "-D" if d.department_id.endswith("-U") else None
                    region = f"region-{rule}-{variant}"
                    bodies[d.department_id] = {
                        "department_id": d.department_id,
                        "name": d.department_id,
                        "parent_id": parent,
                        "region_code": region,
                    }
        for body in bodies.values():
            insert(connection, "department", body)
        evaluate(connection, run_id="test")
        yield connection


def _seen(connection: duckdb.DuckDBPyConnection, rule: str, variant: str) -> set[str]:
    rows = connection.execute(
        "SELECT DISTINCT outcome FROM expectation_result WHERE expectation = ? AND split_part(document_id, '-old', 1) LIKE ? AND group_key <> '*'",
        [rule, f"{rule}/{variant}%"],
    ).fetchall()
    return {row[0] for row in rows}


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_rule_holds_fails_and_says_nothing_of_a_blank(judged: duckdb.DuckDBPyConnection, case: Case) -> None:
    rule, _, _, _, blank = case
    good, bad, nothing = (_seen(judged, rule, variant) for variant in ("good", "bad", "blank"))
    # A rule that only reports what is wrong has nothing to say of what is right.
    assert "failed" not in good and ("passed" in good or rule in ("ROW-TWICE",))
    assert "failed" in bad
    if blank == "none":
        assert nothing == set()
    else:
        assert blank in nothing
        assert blank == "failed" or "failed" not in nothing


def test_a_figure_whose_only_part_is_blank_is_pointed_out(blank_candidate: Path, tmp_path: Path) -> None:
    path = tmp_path / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for name, text in (("PARTS-BLANK/good", "-"), ("PARTS-BLANK/bad", None)):
            for d in _parts_blank(name, text):
                d.save(connection)
        evaluate(connection, run_id="test")
        assert "failed" not in _seen(connection, "PARTS-BLANK", "good")
        assert "failed" in _seen(connection, "PARTS-BLANK", "bad")


def test_a_difference_of_one_digit_in_running_costs_is_a_warning(blank_candidate: Path, tmp_path: Path) -> None:
    path = tmp_path / "candidate.duckdb"
    path.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for name, text in (("digit", "355.13"), ("institutions", "120.40")):
            d = Document(name)
            d.item("narrative", "335.13", item_name="公用经费", component="operation", fund="general")
            d.item("narrative", text, item_name="机关运行经费", component="operation", fund="general")
            d.save(connection)
        evaluate(connection, run_id="test")
        query = "SELECT document_id, outcome, severity FROM expectation_result WHERE expectation = 'PROSE-RUNNING-COST'"
        assert set(connection.execute(query).fetchall()) == {
            ("digit", "failed", "warning"),
            ("institutions", "not_applicable", "info"),
        }


@pytest.mark.parametrize("down", [True, False])
def test_a_table_whose_columns_name_no_measure_adds_up_all_the_same(
    candidate: duckdb.DuckDBPyConnection, down: bool
) -> None:
    """Lists outside of the official forms leave the measure open; their sums are sums."""
    for name, text in (("good", "20.00"), ("bad", "21.00")):
        document = _other(down)(name, text)[0]
        for row in document.rows:
            row["measure"] = None
        document.save(candidate)
    evaluate(candidate, run_id="test")
    rule = "OTHER-DOWN" if down else "OTHER-ACROSS"
    found = candidate.execute(
        "SELECT document_id, outcome FROM expectation_result WHERE expectation = ? AND outcome IN ('passed', 'failed')",
        [rule],
    ).fetchall()
    assert ("good", "passed") in found and ("bad", "failed") in found
