"""RTF (and .doc that is RTF): Chinese in every encoding it is written in, tables with merged cells, what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import read
from extractors.errors import DamagedDocument, ExtractionError, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Paragraph, Table
from tests.extractors.builders import only_table, texts

HEAD = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset0 Arial;}}\uc1 "


def gbk(text: str) -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode("gbk"))


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in text)


def rtf(folder: Path, body: str, name: str = "a.doc") -> Extract:
    path = folder / name
    path.write_bytes((HEAD + body + "}").encode("ascii"))
    return read(path)


def row(edges: list[str], cells: list[str]) -> str:
    definition = "".join(edges)
    return rf"\trowd\trleft0{definition}\pard\intbl " + "".join(f"{cell}\\cell " for cell in cells) + r"\row "


@pytest.mark.parametrize("write", [gbk, escaped])
def test_chinese_is_read_however_it_is_written_and_whatever_the_name_says(tmp_path: Path, write: object) -> None:
    assert callable(write)
    extract = rtf(tmp_path, write("收入预算12.30万元。") + r"\par " + write("支出预算") + r"\par")
    assert extract.format == "rtf"
    assert [block.text for block in extract.paragraphs()] == ["收入预算12.30万元。", "支出预算"]
    assert [block.place.cell for block in extract.blocks] == ["P1", "P2"]


def test_raw_bytes_and_the_fallback_of_two_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(HEAD.encode() + "预算".encode("gbk") + rb"\uc2\u25968\'ca\'fd 7\par}")
    assert [block.text for block in read(path).paragraphs()] == ["预算数 7"]


def test_a_table_keeps_its_rows_blanks_and_place(tmp_path: Path) -> None:
    edges = [r"\cellx2000", r"\cellx4000", r"\cellx6000"]
    body = row(edges, [gbk("科目"), gbk("合计"), gbk("基本支出")]) + row(edges, ["201", "1,234.50", ""])
    extract = rtf(tmp_path, gbk("前言") + r"\par " + body + r"\pard " + gbk("后记") + r"\par")
    assert [type(block) for block in extract.blocks] == [Paragraph, Table, Paragraph]
    assert texts(only_table(extract)) == [["科目", "合计", "基本支出"], ["201", "1,234.50", ""]]
    assert only_table(extract).cells[4].place.cell == "T1R2C2"


def test_merged_cells_are_resolved_by_edges_and_by_flags(tmp_path: Path) -> None:
    body = (
        row([r"\clvmgf\cellx1000", r"\cellx3000"], [gbk("项目"), gbk("支出")])
        + row([r"\clvmrg\cellx1000", r"\cellx2010", r"\cellx3000"], ["", gbk("基本"), gbk("其他")])
        + row([r"\clmgf\cellx1000", r"\clmrg\cellx1990", r"\cellx3000"], [gbk("合计"), "", "9.00"])
    )
    table = only_table(rtf(tmp_path, body + r"\pard\par"))
    assert texts(table) == [["项目", "支出", "支出"], ["项目", "基本", "其他"], ["合计", "合计", "9.00"]]


def test_lines_in_a_cell_stay_lines_and_numbers_of_lists_are_printed(tmp_path: Path) -> None:
    body = row([r"\cellx1000"], [r"1,234\par .50"]) + r"\pard{\listtext 1.\tab}" + gbk("说明") + r"\par"
    extract = rtf(tmp_path, body)
    assert only_table(extract).cells[0].text == "1,234\n.50"
    assert [block.text for block in extract.paragraphs()] == ["1. 说明"]


def test_a_table_in_a_cell_follows_the_one_it_stands_in(tmp_path: Path) -> None:
    inner = (
        r"\pard\intbl\itap2 7\nestcell 8\nestcell {\*\nesttableprops\trowd\cellx500\cellx900\nestrow}"
        r"{\nonesttables\par}\pard\intbl "
    )
    body = r"\trowd\cellx2000\cellx4000\pard\intbl A\cell " + inner + r"B\cell\row\pard x\par"
    tables = list(rtf(tmp_path, body).tables())
    assert [texts(table) for table in tables] == [[["A", "B"]], [["7", "8"]]]


def test_deleted_text_is_left_out_and_hidden_text_kept_apart(tmp_path: Path) -> None:
    body = r"{\deleted 100.00}{\revised 200.00}{\v secret 300.00} end\par"
    extract = rtf(tmp_path, body)
    assert [block.text for block in extract.paragraphs()] == ["200.00 end"]
    assert ["secret 300.00" in block.text for block in extract.hidden if isinstance(block, Paragraph)] == [True]
    assert {note.code for note in extract.notes} == {"tracked_changes", "hidden_text"}


def test_what_shows_nothing_is_not_text(tmp_path: Path) -> None:
    body = (
        r"{\info{\title T}{\author 55.00}}{\header 66.00\par}{\*\generator 77.00;}{\stylesheet{\s0 Normal 88.00;}}"
        r"{\field{\*\fldinst HYPERLINK 99.00}{\fldrslt shown}}{\footnote 11.00}{\shp{\*\shpinst{\sp{\sn a}{\sv 12}}"
        r"{\shptxt boxed\par}}{\shprslt 13}}{\pict\pngblip 89504e47}\bin3 abc\par"
    )
    extract = rtf(tmp_path, body)
    said = " ".join(block.text for block in extract.paragraphs())
    assert "shown" in said and "boxed" in said
    assert not any(figure in said for figure in ("55", "66", "77", "88", "99", "11", "12", "13", "89", "abc"))
    assert extract.title == "T"
    assert {"pictures", "footnotes"} <= {note.code for note in extract.notes}


def test_what_is_cut_off_or_only_pictures_or_too_much_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.rtf"
    cut.write_bytes((HEAD + r"\par 1,234").encode())
    with pytest.raises(DamagedDocument, match="不完整"):
        read(cut)
    with pytest.raises(NoTextLayer, match="只有图片"):
        rtf(tmp_path, r"{\pict\pngblip 89504e47}")
    with pytest.raises(TooLarge, match="嵌套过深"):
        rtf(tmp_path, "{" * 600 + "}" * 600)
    many = tmp_path / "many.rtf"
    many.write_bytes((HEAD + row([r"\cellx1000"], ["1"]) * 20 + "}").encode())
    with pytest.raises(TooLarge, match="单元格"):
        read(many, limits=Limits(max_cells=10))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [r"\trowd", r"\cellx100", r"\cellx900", r"\cellx-5", r"\clmrg", r"\clvmrg", r"\clvmgf", r"\intbl", r"\itap3",
             r"\cell ", r"\nestcell ", r"\row", r"\nestrow", r"\pard", r"\par", "12.5", "{", "}", r"\u-3", r"\'d6", r"\v", r"\*"]
        ),
        max_size=60,
    )
)  # fmt: skip
def test_nonsense_never_crashes_and_cells_never_overlap(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("rtf") / "a.rtf"
    path.write_bytes((HEAD + "".join(parts) + "}").encode())
    try:
        extract = read(path)
    except ExtractionError as error:
        assert "内部结构" not in str(error)  # refused for a reason, not by accident
        return
    for table in extract.tables():
        seen: set[tuple[int, int]] = set()
        for cell in table.cells:
            places = {
                (r, c)
                for r in range(cell.row, cell.row + cell.row_span)
                for c in range(cell.column, cell.column + cell.column_span)
            }
            assert not places & seen
            assert all(r < table.n_rows and c < table.n_columns for r, c in places)
            seen |= places
