"""Plain text: lines as paragraphs, flattened tables recovered and said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors import read
from extractors.errors import DamagedDocument
from tests.extractors.builders import only_table, texts


def test_lines_are_paragraphs_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\ufeff第一部分\r\n\r\n　　2023年收入1.00万元。\r\n", encoding="utf-8")
    assert [(block.text, block.place.cell) for block in read(path).paragraphs()] == [
        ("第一部分", "L1"),
        ("2023年收入1.00万元。", "L3"),
    ]


def test_a_table_written_one_cell_a_line_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "自评表\n\t项目\n\t年初预算\n\t度量\n单位\n\t得分\n\n\t总额\n\t80.00\n\t\n\t8.7\n\n结论：正常。\n",
        encoding="utf-8",
    )
    extract = read(path)
    table = only_table(extract)
    assert texts(table) == [["项目", "年初预算", "度量\n单位", "得分"], ["总额", "80.00", "", "8.7"]]
    assert table.cells[1].place.cell == "L3"
    assert [block.text for block in extract.paragraphs()] == ["自评表", "结论：正常。"]
    assert [note.code for note in extract.notes] == ["flattened_table"]


def test_tab_separated_rows_become_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("收入表\n项目\t本年\t上年\n合计\t1\t\n其中：税收\t1\t2\n完\n", encoding="gb18030")
    extract = read(path)
    assert texts(only_table(extract)) == [["项目", "本年", "上年"], ["合计", "1", ""], ["其中：税收", "1", "2"]]
    assert extract.properties["encoding"] == "gb18030"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_chinese_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("某某局2023年度部门决算情况说明，收入总计1.50万元。".encode(encoding))
    assert [block.text for block in read(path).paragraphs()] == ["某某局2023年度部门决算情况说明，收入总计1.50万元。"]


def test_text_damaged_by_a_decoder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_text("%PDF-1.5\n" + "\ufffd\ufffdx" * 500, encoding="utf-8")
    with pytest.raises(DamagedDocument, match="编码"):
        read(path)
