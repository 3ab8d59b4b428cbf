"""Tables printed in strips side by side on several pages: whole again where the heights say so, left alone where not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractors.model import Block, Table
from models.disclosure import LineItem
from models.forms import read_forms
from models.forms.beside import join_strips
from tests.models.grids import extract, final_account, line, table

LEFT = """
    科目编码 | 科目名称 | 本年支出合计 | 基本支出
    201 | 一般公共服务支出 | 30.00 | 20.00
    20101 | 人大事务 | 30.00 | 20.00
    208 | 社会保障和就业支出 | 12.50 | 12.50
    合计 | | 42.50 | 32.50
"""
RIGHT = """
    项目支出 | 经营支出
    9.00 | 1.00
    9.00 | 1.00
    |
    9.00 | 1.00
"""


def read(*blocks: Block) -> tuple[LineItem, ...]:
    return tuple(read_forms(extract(join_strips(blocks)), final_account()).line_items)


def test_a_strip_of_figures_belongs_to_the_rows_at_its_heights() -> None:
    strip = table(RIGHT, page=3)
    items = read(line("支出决算表", 2), table(LEFT, page=2), line("单位：万元", 3), strip)
    assert len(items) == 14
    assert {i.form for i in items} == {"expenditure"}
    project = [i for i in items if i.component == "project"]
    assert [(i.function_code, i.amount_yuan) for i in project] == [
        ("201", Decimal(90000)),
        ("20101", Decimal(90000)),
        (None, Decimal(90000)),
    ]
    assert {(i.place.page, i.published_unit) for i in project} == {(3, "万元")}
    assert {i.place.box for i in project} <= {cell.place.box for cell in strip.cells}


def test_down_first_then_across() -> None:
    """Two pages of rows, then the two pages of their strips: each to the rows of its own page."""
    lower = LEFT.replace("201 ", "211 ").replace("20101", "21101").replace("208 ", "221 ")
    titles = (line("支出决算表", 1), line("单位：万元", 1))
    strips = (table(RIGHT, page=3), table(RIGHT.replace("9.00", "7.00"), page=4))
    items = read(*titles, table(LEFT, page=1), table(lower, page=2), *strips)
    found = {i.function_code: i.amount_yuan for i in items if i.component == "project" and i.function_code}
    assert found["20101"] == Decimal(90000) and found["21101"] == Decimal(70000)


@pytest.mark.parametrize(
    ("between", "strip"),
    [
        ((), table(RIGHT, page=3, top=103)),  # rows at other heights
        ((line("政府采购预算表", 3),), table(RIGHT, page=3)),  # a table with a title
        ((), table(LEFT, page=3)),  # the same columns: more rows of the table before
        ((), table("项目支出 | 经营支出 \n 9.00 | 1.00 \n 9.00 | 1.00", page=3)),  # rows are missing
    ],
)
def test_anything_less_is_left_where_it_stands(between: tuple[Block, ...], strip: Table) -> None:
    blocks = (line("支出决算表", 2), line("单位：万元", 2), table(LEFT, page=2), *between, strip)
    assert join_strips(blocks) == blocks


def test_the_other_side_of_an_account_is_found_by_its_columns() -> None:
    left = """
        收入 | < | 支出
        项目 | 决算数 | 项目
        一、一般公共预算财政拨款收入 | 10.00 | 一、一般公共服务支出
        二、事业收入 | 2.00 | 二、外交支出
        本年收入合计 | 12.00 | 本年支出合计
    """
    right = "决算数 \n 11.00 \n 1.00 \n 12.00"
    items = read(line("收入支出决算总表", 2), line("单位：万元", 2), table(left, page=2), table(right, page=3, top=120))
    assert [(i.flow, i.function_code, int(i.amount_yuan)) for i in items if i.flow == "expenditure"] == [
        ("expenditure", "201", 110000),
        ("expenditure", "202", 10000),
        ("expenditure", None, 120000),
    ]


def test_a_heading_cut_by_the_sheet_stands_over_both_its_halves() -> None:
    left = """
        科目编码 | 科目名称 | 合计 |
        ^ | ^ | ^ | 小计
        201 | 一般公共服务支出 | 30.00 | 20.00
        208 | 社会保障和就业支出 | 12.50 | 12.50
        合计 | | 42.50 | 32.50
    """
    right = """
        基本支出 | < | 项目支出
        人员经费 | 公用经费 | ^
        15.00 | 5.00 | 10.00
        12.00 | 0.50 |
        27.00 | 5.50 | 10.00
    """
    title = (line("一般公共预算财政拨款支出决算表", 2), line("单位：万元", 2))
    items = read(*title, table(left, page=2), table(right, page=3))
    found = {(i.component, i.place.page): int(i.amount_yuan) for i in items if i.function_code == "201"}
    assert found == {
        ("total", 2): 300000,
        ("basic", 2): 200000,
        ("personnel", 3): 150000,
        ("operation", 3): 50000,
        ("project", 3): 100000,
    }
