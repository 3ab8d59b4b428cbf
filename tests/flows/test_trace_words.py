"""What `kuanxiang trace` says of a figure: in the words of the forms, and nothing that is not known."""

from __future__ import annotations

from typing import Any

from flows.commands.trace import _meaning, _what_to_do


def _item(**known: Any) -> dict[str, Any]:
    names = ("fund", "flow", "component", "level", "subset", "column_label")
    return {name: known.get(name) for name in names}


def test_a_figure_of_an_official_form_is_named_in_its_words() -> None:
    said = _meaning(_item(fund="general", flow="expenditure", component="basic", level="total"))
    assert said == "资金 一般公共预算，方向 支出，构成 基本支出，层级 合计"
    assert _meaning(_item(fund="all", flow="income", component="total", level="项", subset=True)).endswith(
        "层级 项，其中项"
    )


def test_what_a_header_leaves_open_is_said_to_be_open() -> None:
    said = _meaning(_item(level="item", column_label="本地区"))
    assert said == "层级 明细，资金、方向、构成未写明（列名“本地区”）"
    assert "None" not in _meaning(_item())


def test_an_open_question_comes_with_what_to_do_in_words_and_the_command() -> None:
    remedy, command = _what_to_do({"expectation": "MAP-CODE-NAME", "review_id": "ab" * 16})
    assert "更正" in remedy and "--" not in remedy
    assert command.startswith("命令：kuanxiang decide abababababab accept|")
    assert len(_what_to_do({"expectation": "SOMETHING-NEW", "review_id": "ab" * 16})) == 1


def test_no_remedy_names_an_option_of_the_command_line() -> None:
    from expectations.rules import catalogue
    from expectations.rules.findings import CODES

    remedies = {rule.id: rule.remedy for rule in catalogue()} | {code.id: code.remedy for code in CODES}
    assert not [name for name, said in remedies.items() if "--" in said or "kuanxiang " in said]
