"""A code column that has come under a heading of money is not read as money."""

from __future__ import annotations

from models.forms import read_forms
from models.forms.mislaid import REASON
from tests.models.grids import extract, final_account, line, table

HEAD = """
科目名称 | 合计 | 基本支出 | 项目支出
"""


def test_codes_under_a_heading_of_money_are_no_amounts() -> None:
    rows = """
一般公共服务支出 | 2010101 | 12.00 | 3.00
教育支出 | 2050202 | 5.00 | 1.00
卫生健康支出 | 2101101 | 7.00 | 2.00
住房保障支出 | 2210201 | 6.00 | 2.00
"""
    reading = read_forms(extract([line("支出决算表"), line("单位：万元"), table(HEAD + rows)]), final_account())
    assert not reading.line_items
    (form,) = reading.forms
    assert (form.form, form.reason, form.items) == (None, REASON, 0)
    assert form.amounts == 12


def test_an_amount_that_happens_to_be_a_code_is_an_amount() -> None:
    rows = """
一般公共服务支出 | 20101 | 12000 | 8101
教育支出 | 15.00 | 12.00 | 3.00
卫生健康支出 | 9.00 | 7.00 | 2.00
"""
    reading = read_forms(extract([line("支出决算表"), line("单位：万元"), table(HEAD + rows)]), final_account())
    assert "20101" in {item.published_text for item in reading.line_items}
