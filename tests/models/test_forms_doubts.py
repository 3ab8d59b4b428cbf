"""Sums that fail in tables whose structure nobody prescribed: tied all the same where one mistake explains why."""

from __future__ import annotations

import pytest

from extractors.model import Block
from models.disclosure import LineItem, Metadata
from models.forms import read_forms
from tests.models.grids import extract, line, table


def _read(*blocks: Block) -> tuple[list[LineItem], list[str]]:
    metadata = Metadata("budget", "government", 2025, "示例市财政局", None)
    reading = read_forms(extract(blocks), metadata)
    return reading.line_items, [f.code for f in reading.findings]


def _pensions(*rows: str) -> tuple[list[LineItem], list[str]]:
    grid = table("项目 | 收入 | 支出\n" + "\n".join(rows))
    return _read(line("2025年全市社会保险基金预算收支情况"), line("单位：万元"), grid)


def _doubts(items: list[LineItem]) -> set[tuple[str | None, int | None]]:
    return {(i.row_doubt, i.parent_row_no) for i in items if i.level != "total"}


ROWS = ("企业职工基本养老保险基金 | 86,341 | 77,843", "城乡居民基本养老保险基金 | 72,733 | 16,879", "机关事业单位基本养老保险基金 | 13,482 | 15,836",
        "失业保险基金 | 58,004 | 47,238")  # fmt: skip
TOTAL = "合计 | 230,560 | 157,796"


@pytest.mark.parametrize(
    ("rows", "doubt"),
    [
        ((*ROWS, TOTAL), None),
        ((ROWS[0].replace("86,341", "86,841"), *ROWS[1:], TOTAL), "slip"),
        ((*ROWS, ROWS[3], TOTAL), "doubled"),
        ((*ROWS[:3], "失业保险基金 | | 58,004", TOTAL), "shifted"),
        ((*ROWS[:3], TOTAL), "habit"),
        ((TOTAL.replace("合计", "失业保险基金"), *ROWS[:3], ROWS[3].replace("失业保险基金", "合计")), "exchanged"),
    ],
)
def test_a_total_is_the_sum_of_its_rows_though_one_of_them_is_wrong(rows: tuple[str, ...], doubt: str | None) -> None:
    items, _ = _pensions(*rows)
    total = next(i.row_no for i in items if i.level == "total")
    assert _doubts(items) == {(doubt, total)}


def test_where_no_column_is_left_that_proves_anything_nothing_is_tied() -> None:
    items, _ = _pensions(ROWS[0].replace("86,341", "86,841").replace("77,843", "77,348"), *ROWS[1:], TOTAL)
    assert _doubts(items) == {(None, None)}


def test_one_column_alone_with_one_digit_wrong() -> None:
    grid = table("项目 | 金额\n甲县 | 86,841\n乙县 | 72,733\n丙县 | 13,482\n合计 | 172,556")
    items, _ = _read(line("2025年一般性转移支付分县区情况"), line("单位：万元"), grid)
    assert _doubts(items) == {("slip", 3)}


def test_a_list_that_is_no_sum_stays_none() -> None:
    grid = table("项目 | 金额\n甲县 | 86,841\n乙县 | 72,733\n丙县 | 13,482\n合计 | 91,230")
    items, _ = _read(line("2025年一般性转移支付分县区情况"), line("单位：万元"), grid)
    assert _doubts(items) == {(None, None)}


def test_taxes_belong_to_their_class_whatever_the_figures_say() -> None:
    grid = table("""
        项目         | 预算数
        一、税收收入 | 90,125
        增值税       | 31,000
        房产税       | 20,340
        二、非税收入 | 7,000
        罚没收入     | 4,000
        专项收入     | 3,000
        收入合计     | 97,125
    """)
    items, _ = _read(line("2025年示例市一般公共预算收入预算表"), line("单位：万元"), grid)
    parents = {i.item_name: (i.parent_row_no, i.row_doubt) for i in items}
    assert parents["增值税"] == parents["房产税"] == (0, "classification")
    assert parents["罚没收入"] == (3, None)
    assert parents["一、税收收入"] == parents["二、非税收入"] == (6, None)


def test_a_figure_that_is_none_is_reported_and_counted() -> None:
    items, codes = _pensions(*ROWS[:3], ROWS[3].replace("58,004", "58,00.4"), TOTAL)
    assert "TABLE-CELL-UNREAD" in codes
    assert "58,00.4" not in {i.published_text for i in items}
