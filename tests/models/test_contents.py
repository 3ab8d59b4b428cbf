"""A form that the table of contents lists and the document does not hold."""

from __future__ import annotations

import pytest

from extractors.model import Cell, Extract, Paragraph, Place, Table
from models.contents import contents_findings

ENTRIES = ("一、收入支出决算总表", "二、收入决算表", "三、支出决算表", "四、财政拨款收入支出决算总表")
TOLD = "关于一般公共预算收支执行情况的说明"  # names forms, and is a section of text


def _document(*titles: str, leaders: str = "", after: str = "") -> Extract:
    """The contents of ENTRIES, then a table under each of the titles."""
    blocks: list[Paragraph | Table] = [Paragraph("目　录", Place(page=1))]
    blocks += [Paragraph(entry + leaders, Place(page=1)) for entry in (*ENTRIES, TOLD)]
    if after:
        blocks.append(Paragraph(after, Place(page=2)))
    for number, title in enumerate(titles):
        blocks.append(Paragraph(title, Place(page=3 + number)))
        blocks.append(Table((Cell(0, 0, "合计", Place(page=3 + number)),), 1, 1, Place(page=3 + number)))
    return Extract("pdf", "test", tuple(blocks))


def _said(extract: Extract) -> list[str]:
    return [finding.message for finding in contents_findings(extract, ())]


@pytest.mark.parametrize("leaders", ["", "…………………………3", "......................-12-"])
def test_a_listed_form_that_is_not_there_is_named(leaders: str) -> None:
    full = ("收入支出决算总表", "2024年度收入决算表", "支出决算表（公开03表）", "财政拨款收入支出决算总表")
    assert _said(_document(*full, leaders=leaders)) == []
    longer = "一般公共预算财政拨款支出决算表"  # holds the words, and is another form
    (said,) = _said(_document(*full[:2], longer, full[3], leaders=leaders))
    assert "三、支出决算表" in said


def test_a_sentence_that_names_the_table_is_not_the_table() -> None:
    sentence = "本部门各项支出均已列入支出决算表。" + "说明如下" * 30 + "。"
    assert len(_said(_document("收入支出决算总表", "收入决算表", "财政拨款收入支出决算总表", after=sentence))) == 1


def test_a_file_that_holds_a_part_only_is_left_alone() -> None:
    assert _said(_document("收入支出决算总表")) == []
    assert _said(Extract("pdf", "test", (Paragraph("一、部门概况", Place(page=1)),))) == []
