"""Running text that was recognised from a picture: figures say so, and one in doubt is no amount."""

from __future__ import annotations

from dataclasses import replace

from extractors.model import Note
from models.interpret import interpret
from tests.models.grids import extract, line


def test_a_doubtful_figure_of_the_prose_is_no_amount_and_others_name_their_engine() -> None:
    read = extract(
        [
            line("示例市财政局2026年部门预算"),
            line("二、收入预算情况说明"),
            line("（一）本年财政拨款收入101,673.03万元。"),
            line("（二）上年结转结余4,950.85〔识别存疑〕万元。"),
            line("2026年收入预算106,623.88〔识别存疑〕万元，比2025年预算增加2,669.85万元。"),
        ]
    )
    scanned = replace(read, format="pdf-scan", notes=(Note("ocr-page", "第 1 页文字识别。", 1),))
    items = interpret(scanned, file_name="a.pdf", source_uri="a.pdf").line_items
    figures = {item.published_text for item in items}
    assert "101,673.03" in figures
    assert not figures & {"4,950.85", "106,623.88"}
    assert {item.engine for item in items} == {"rapidocr"}
