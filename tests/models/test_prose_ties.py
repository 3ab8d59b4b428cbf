"""A name that many 款 share is settled by the table row that prints the same amount under it, else left open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from models.disclosure import LineItem
from models.prose.ties import tied
from tests.models.test_prose import read


def _row(code: str, amount: str, fund: str = "general") -> LineItem:
    (item,) = read("本年收入合计1万元。").line_items
    return replace(
        item,
        form="general_expenditure",
        fund=fund,
        flow="expenditure",
        item="行政运行",
        item_name="行政运行",
        function_code=code,
        amount_yuan=Decimal(amount),
        ulp_yuan=Decimal(100),
    )


def _codes(*rows: LineItem) -> list[tuple[str | None, str | None]]:
    items = read(
        "五、一般公共预算财政拨款支出决算情况说明",
        "1.行政运行（项）年初预算为4.5万元，支出决算为5.55万元。",
    ).line_items
    return [(item.measure, item.function_code) for item in tied(items, rows)]


def test_same_name_and_amount_give_the_code_to_all_of_the_item() -> None:
    rows = (_row("2012601", "55500"), _row("2080101", "70000"))
    assert _codes(*rows) == [("budget", "2012601"), ("final", "2012601")]


def test_two_rows_that_fit_or_another_fund_settle_nothing() -> None:
    assert _codes(_row("2012601", "55500"), _row("2080101", "55500")) == [("budget", None), ("final", None)]
    assert _codes(_row("2012601", "55500", "gov_fund")) == [("budget", None), ("final", None)]
    assert _codes(_row("2012601", "55800")) == [("budget", None), ("final", None)]


def _general(amount: str) -> LineItem:
    return replace(_row("201", amount), form="general_expenditure", item="合计", item_name="合计", function_code=None)


def _funds(*rows: LineItem) -> list[tuple[str, str | None]]:
    items = read(
        "五、一般公共预算财政拨款支出决算情况说明",
        "（一）财政拨款支出决算总体情况",
        "2024年度财政拨款支出5.55万元，占本年支出合计的50%。",
        "（二）财政拨款支出决算结构情况",
        "2024年度财政拨款支出5.55万元，主要用于以下方面：教育（类）支出5.55万元，占100%。",
    ).line_items
    return [(item.item, item.fund) for item in tied(items, rows)]


def test_under_a_heading_of_the_general_budget_the_grant_is_that_of_the_heading() -> None:
    """Where a department also spends a government fund, its 财政拨款支出 of that chapter is not all of its grant."""
    whole = ("一般公共预算财政拨款支出", "general")
    assert _funds(_general("55500")) == [whole, whole, ("教育支出", "general")]


def test_where_the_tables_say_otherwise_the_words_stand() -> None:
    assert {fund for _, fund in _funds(_general("44400"))} == {"fiscal_grant"}
    assert {fund for _, fund in _funds()} == {"fiscal_grant"}
