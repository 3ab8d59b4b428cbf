"""Synthetic candidate warehouses for tests: coherent forms of both kinds, to be spoiled one figure at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import create_engine

from models.warehouse import metadata

WAN = Decimal(10_000)


def create(path: Path) -> duckdb.DuckDBPyConnection:
    """An empty candidate warehouse."""
    engine = create_engine(f"duckdb:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return duckdb.connect(str(path))


@dataclass
class Document:
    """Collects the rows of one document. Amounts are given as printed text in 万元 unless `unit` says otherwise."""

    document_id: str
    kind: str = "final_account"
    year: int = 2024
    department_id: str = "D1"
    scope: str = "department"
    status: str = "published"
    unit: str = "万元"
    rows: list[dict[str, Any]] = field(default_factory=list)
    others: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tables: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def measure(self) -> str:
        """The measure its own figures carry."""
        return "final" if self.kind == "final_account" else "budget"

    def item(self, form: str, text: str | None, **values: Any) -> str | None:
        """One amount; None text is a blank cell and gives no row. Returns its line_item_id."""
        if text is None:
            return None
        unit = values.pop("unit", self.unit)
        scale = {"元": Decimal(1), "万元": WAN, "亿元": WAN * WAN}[unit]
        digits = text.replace(",", "")
        decimals = len(digits.partition(".")[2])
        locator = values.pop("locator", f"i{len(self.rows):05d}")
        row: dict[str, Any] = {
            "line_item_id": f"{self.document_id}-{locator}",
            "document_id": self.document_id,
            "department_id": self.department_id,
            "fiscal_year": self.year,
            "report_kind": self.kind,
            "form": form,
            "fund": "all",
            "flow": "expenditure",
            "component": "total",
            "measure": self.measure,
            "item_name": "合计",
            "level": "item",
            "amount_yuan": Decimal(digits) * scale,
            "published_text": text,
            "published_unit": unit,
            "ulp_yuan": scale.scaleb(-decimals),
            "locator": locator,
            "subset": False,
            "quality": "unchecked",
            "checks": 0,
        }
        row.update(values)
        row.setdefault("item", row["item_name"])
        self.rows.append(row)
        return str(row["line_item_id"])

    def code_table(
        self,
        form: str,
        table_no: int,
        columns: Iterable[dict[str, Any]],
        rows: Iterable[tuple[str | None, str, Sequence[str | None]]],
        *,
        economic: bool = False,
        tree: bool = True,
        **common: Any,
    ) -> None:
        """A table of codes: `rows` are (code or None for the total, name, printed amounts by column)."""
        columns = list(columns)
        above: dict[int, int] = {}
        self.table(form, table_no)
        rows = list(rows)
        total_row = next((number for number, row in enumerate(rows) if row[0] is None), None)
        for number, (code, name, texts) in enumerate(rows):
            parent: int | None = None
            if code is not None:
                above = {length: row for length, row in above.items() if length < len(code)}
                parent = above[max(above)] if above else total_row
                above[len(code)] = number
            for column_no, (column, text) in enumerate(zip(columns, texts, strict=True)):
                values: dict[str, Any] = dict(common) | dict(column)
                values |= {
                    "table_no": table_no,
                    "row_no": number,
                    "column_no": column_no,
                    "item_name": name,
                    "printed_code": code,
                    "level": "total" if code is None else {3: "类", 5: "款", 7: "项"}[len(code)],
                    "parent_row_no": parent if tree else None,
                    "economic_code" if economic else "function_code": code,
                }
                self.item(form, text, **values)

    def table(self, form: str, table_no: int, **values: Any) -> None:
        """The entry of the list of forms."""
        self.tables.setdefault(
            table_no,
            {
                "document_id": self.document_id,
                "table_no": table_no,
                "form": form,
                "unit": self.unit,
                "amounts": None,
                "items": None,
            }
            | values,
        )

    def other(self, table: str, **values: Any) -> None:
        """A row of another table of the document (finding, statistic, performance_…)."""
        self.others.append((table, {"document_id": self.document_id} | values))

    def save(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write everything collected."""
        insert(
            connection,
            "document",
            {
                "document_id": self.document_id,
                "report_kind": self.kind,
                "fiscal_year": self.year,
                "department_id": self.department_id,
                "scope": self.scope,
                "status": self.status,
            },
        )
        if self.rows:
            names = list(dict.fromkeys(name for row in self.rows for name in row))
            rows = pa.table({name: [row.get(name) for row in self.rows] for name in names})
            connection.register("test_rows", rows)
            connection.execute("INSERT INTO line_item BY NAME SELECT * FROM test_rows")
            connection.unregister("test_rows")
        for table_no, values in self.tables.items():
            count = sum(row.get("table_no") == table_no for row in self.rows)
            row = dict(values)
            row["amounts"] = count if row["amounts"] is None else row["amounts"]
            row["items"] = count if row["items"] is None else row["items"]
            insert(connection, "form_instance", row)
        for table, values in self.others:
            insert(connection, table, values)


def insert(connection: duckdb.DuckDBPyConnection, table: str, values: dict[str, Any]) -> None:
    """One row."""
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def _columns(*components: str, **common: Any) -> list[dict[str, Any]]:
    return [{"component": component} | common for component in components]


def final_account(document_id: str = "F", *, tree: bool = True, **changes: Any) -> Document:
    """A coherent final account: nine forms and prose. `changes` replaces a printed figure by its name below."""
    d = Document(document_id)
    v: dict[str, str | None] = dict(changes)
    for name, printed in {
        "income": "1000.00", "opening": "30.00", "grand_in": "1030.00", "spent": "1010.00", "closing": "20.00",
        "grand_out": "1030.00", "class201": "800.00", "class208": "210.00", "t2_total": "1000.00", "t2_201": "790.00",
        "t3_total": "1010.00", "t3_basic": "600.00", "t3_project": "410.00", "t3_201": "800.00", "t3_20101": "500.00",
        "t3_2010101": "300.00", "t4_general": "1000.00", "t5_total": "1000.00", "t5_basic": "600.00", "t5_project": "400.00",
        "t6_301": "400.00", "t6_30101": "250.00", "t6_303": "50.00", "t6_personnel": "450.00", "t6_operation": "150.00",
        "t6_302": "140.00", "t6_310": "10.00", "three": "10.00", "three_vehicle": "6.00", "prose_personnel": "450.00",
        "prose_item": "300.00", "prose_total": "1030.00", "prose_running": "150.00", "t4_income": "1000.00", "t4_grand": "1000.00", "prose_basic": "600.00",
    }.items():  # fmt: skip
        v.setdefault(name, printed)
    d.table("income_expenditure", 1)
    left = {"table_no": 1, "column_no": 0, "flow": "income"}
    right = {"table_no": 1, "column_no": 1, "flow": "expenditure"}
    d.item(
        "income_expenditure",
        v["income"],
        **left,
        row_no=0,
        component="general",
        item_name="一般公共预算财政拨款收入",
        parent_row_no=9 if tree else None,
    )
    d.item(
        "income_expenditure",
        v["class201"],
        **right,
        row_no=0,
        item_name="一般公共服务支出",
        function_code="201",
        level="类",
        parent_row_no=9 if tree else None,
    )
    d.item(
        "income_expenditure",
        v["class208"],
        **right,
        row_no=1,
        item_name="社会保障和就业支出",
        function_code="208",
        level="类",
        parent_row_no=9 if tree else None,
    )
    d.item(
        "income_expenditure",
        "1000.00",
        **left,
        row_no=9,
        item_name="本年收入合计",
        level="total",
        parent_row_no=12 if tree else None,
    )
    d.item(
        "income_expenditure",
        v["spent"],
        **right,
        row_no=9,
        item_name="本年支出合计",
        level="total",
        parent_row_no=12 if tree else None,
    )
    d.item(
        "income_expenditure",
        v["opening"],
        **left | {"flow": "balance"},
        row_no=11,
        component="opening_balance",
        item_name="年初结转和结余",
        parent_row_no=12 if tree else None,
    )
    d.item(
        "income_expenditure",
        v["closing"],
        **right | {"flow": "balance"},
        row_no=11,
        component="closing_balance",
        item_name="年末结转和结余",
        parent_row_no=12 if tree else None,
    )
    d.item("income_expenditure", v["grand_in"], **left, row_no=12, item_name="总计", level="total")
    d.item("income_expenditure", v["grand_out"], **right, row_no=12, item_name="总计", level="total")
    d.code_table(
        "income", 2, _columns("total", "fiscal_grant", "other_income", flow="income"),
        [(None, "合计", [v["t2_total"], "1000.00", None]), ("201", "一般公共服务支出", [v["t2_201"], "790.00", None]),
         ("20101", "人大事务", ["790.00", "790.00", None]), ("208", "社会保障和就业支出", ["210.00", "210.00", None])],
        tree=tree,
    )  # fmt: skip
    d.code_table(
        "expenditure", 3, _columns("total", "basic", "project"),
        [(None, "合计", [v["t3_total"], v["t3_basic"], v["t3_project"]]), ("201", "一般公共服务支出", [v["t3_201"], "390.00", "410.00"]),
         ("20101", "人大事务", [v["t3_20101"], "200.00", "300.00"]), ("2010101", "行政运行", [v["t3_2010101"], "200.00", "100.00"]),
         ("2010102", "一般行政管理事务", ["200.00", None, "200.00"]), ("20103", "政府办公厅（室）", ["300.00", "190.00", "110.00"]),
         ("208", "社会保障和就业支出", ["210.00", "210.00", None])],
        tree=tree,
    )  # fmt: skip
    d.table("grant_income_expenditure", 4)
    left = {"table_no": 4, "column_no": 0, "flow": "income", "fund": "fiscal_grant"}
    d.item(
        "grant_income_expenditure",
        v["t4_income"],
        **left,
        row_no=0,
        component="general",
        item_name="一般公共预算财政拨款",
    )
    d.item("grant_income_expenditure", "1000.00", **left, row_no=5, item_name="本年收入合计", level="total")
    d.item("grant_income_expenditure", v["t4_grand"], **left, row_no=7, item_name="总计", level="total")
    for column, fund in ((1, "fiscal_grant"), (2, "general")):
        right = {"table_no": 4, "column_no": column, "fund": fund}
        amount = v["t4_general"] if fund == "general" else "1000.00"
        d.item(
            "grant_income_expenditure",
            "790.00",
            **right,
            row_no=0,
            item_name="一般公共服务支出",
            function_code="201",
            level="类",
        )
        d.item(
            "grant_income_expenditure",
            "210.00",
            **right,
            row_no=1,
            item_name="社会保障和就业支出",
            function_code="208",
            level="类",
        )
        d.item("grant_income_expenditure", amount, **right, row_no=5, item_name="本年支出合计", level="total")
        d.item("grant_income_expenditure", "1000.00", **right, row_no=7, item_name="总计", level="total")
    d.code_table(
        "general_expenditure", 5, _columns("total", "basic", "project", fund="general"),
        [("201", "一般公共服务支出", ["790.00", "390.00", "400.00"]), ("20101", "人大事务", ["490.00", "200.00", "290.00"]),
         ("2010101", "行政运行", ["300.00", "200.00", "100.00"]), ("2010102", "一般行政管理事务", ["190.00", None, "190.00"]),
         ("20103", "政府办公厅（室）", ["300.00", "190.00", "110.00"]), ("208", "社会保障和就业支出", ["210.00", "210.00", None]),
         (None, "合计", [v["t5_total"], v["t5_basic"], v["t5_project"]])],
        tree=tree,
    )  # fmt: skip
    d.table("general_basic_expenditure", 6)
    common = {"table_no": 6, "fund": "general"}
    for row, code, name, text, parent in (
        (0, "301", "工资福利支出", v["t6_301"], None), (1, "30101", "基本工资", v["t6_30101"], 0), (2, "30102", "津贴补贴", "150.00", 0),
        (3, "303", "对个人和家庭的补助", v["t6_303"], None),
    ):  # fmt: skip
        d.item(
            "general_basic_expenditure",
            text,
            **common,
            column_no=0,
            row_no=row,
            economic_code=code,
            item_name=name,
            level="类",
            parent_row_no=parent if tree else None,
        )
    for row, code, name, text, parent in (
        (0, "302", "商品和服务支出", v["t6_302"], None), (1, "30201", "办公费", "140.00", 0), (3, "310", "资本性支出", v["t6_310"], None),
    ):  # fmt: skip
        d.item(
            "general_basic_expenditure",
            text,
            **common,
            column_no=1,
            row_no=row,
            economic_code=code,
            item_name=name,
            level="类",
            parent_row_no=parent if tree else None,
        )
    d.item(
        "general_basic_expenditure",
        v["t6_personnel"],
        **common,
        column_no=0,
        row_no=8,
        component="personnel",
        item_name="人员经费合计",
        item="人员经费",
    )
    d.item(
        "general_basic_expenditure",
        v["t6_operation"],
        **common,
        column_no=1,
        row_no=8,
        component="operation",
        item_name="公用经费合计",
        item="公用经费",
    )
    d.item(
        "general_basic_expenditure",
        "600.00",
        **common,
        column_no=1,
        row_no=9,
        component="basic",
        item_name="合计",
        level="total",
    )
    d.table("three_public", 7)
    for measure, offset in (("budget", 0), ("final", 1)):
        for number, (component, text) in enumerate(
            (("total", v["three"]), ("overseas", "0.00"), ("vehicle", v["three_vehicle"]), ("vehicle_purchase", "0.00"), ("vehicle_operation", "6.00"), ("reception", "4.00"))
        ):  # fmt: skip
            d.item(
                "three_public",
                text,
                table_no=7,
                row_no=0,
                column_no=number * 2 + offset,
                component=component,
                measure=measure,
                fund="general",
                item_name=component,
            )
    d.table("fund_income_expenditure", 8, amounts=0, items=0, note="本部门无政府性基金预算收支，故本表无数据。")
    d.table("capital_expenditure", 9, amounts=0, items=0, note="本部门无国有资本经营预算支出，故本表无数据。")
    prose = {"section": "一、收入支出决算总体情况说明"}
    d.item("narrative", v["prose_total"], **prose, item_name="收入支出总计", item="总计", level="total", locator="b001")
    d.item(
        "narrative",
        v["prose_item"],
        section="五",
        fund="general",
        function_code="2010101",
        level="项",
        item_name="行政运行",
        locator="b002",
    )
    d.item(
        "narrative",
        v["prose_basic"],
        section="六",
        fund="general",
        component="basic",
        item_name="基本支出",
        locator="b003",
    )
    d.item(
        "narrative",
        v["prose_personnel"],
        section="六",
        fund="general",
        component="personnel",
        item_name="人员经费",
        locator="b004",
    )
    d.item(
        "narrative", "150.00", section="六", fund="general", component="operation", item_name="公用经费", locator="b005"
    )
    d.item(
        "narrative",
        v["prose_running"],
        section="十",
        fund="general",
        component="operation",
        item_name="机关运行经费",
        locator="b006",
    )
    return d
