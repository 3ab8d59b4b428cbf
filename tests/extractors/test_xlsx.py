"""Workbooks: every visible cell as displayed and at its address; what the publisher hid is kept apart."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from extractors import Limits, read
from extractors.errors import TooLarge
from extractors.model import Paragraph, Table
from tests.extractors.builders import at, only_table, rows_of, texts, write_xlsx, write_zip


def _income(sheet: Worksheet) -> None:
    sheet["B2"] = "收入预算总表"
    sheet.merge_cells("B2:D2")
    sheet["D3"] = "单位：万元"
    sheet.append([])
    for row in (
        ["", "科目编码", "科目名称", "合计"],
        ["", "2010101", "行政运行", 1235.6],
        ["", 2010102, "　机关服务", -3.5],
    ):
        sheet.append(row)
    for cell in sheet["D"]:
        cell.number_format = "#,##0.00"


def test_cells_are_shown_formatted_and_keep_their_addresses(tmp_path: Path) -> None:
    table = only_table(read(write_xlsx(tmp_path / "a.xlsx", _income)))
    assert at(table, "D6") == "1,235.60"
    assert at(table, "D7") == "-3.50"
    assert at(table, "B6") == "2010101"
    assert at(table, "B7") == "2010102"
    assert table.place.sheet == "表1"


def test_a_merged_cell_covers_its_range_and_blanks_around_are_trimmed(tmp_path: Path) -> None:
    table = only_table(read(write_xlsx(tmp_path / "a.xlsx", _income)))
    assert texts(table)[0] == ["收入预算总表"] * 3
    assert (table.n_rows, table.n_columns) == (6, 3)


def test_indent_comes_from_blanks_and_from_alignment(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["项目", "金额"])
        sheet.append(["　　教育支出", 1])
        sheet.append(["普通教育", 1])
        sheet["A3"].alignment = Alignment(horizontal="left", indent=3)

    table = only_table(read(write_xlsx(tmp_path / "a.xlsx", fill)))
    indents = {cell.text: cell.indent for cell in table.cells if cell.column == 0}
    assert indents == {"项目": 0.0, "教育支出": 2.0, "普通教育": 3.0}


def test_hidden_sheets_rows_and_columns_are_never_read_as_data(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["KEY#1", "AD_CODE", "X"])
        sheet.append(["KEY#2", "项目", "金额"])
        sheet.append(["KEY#3", "教育支出", 12])
        sheet.row_dimensions[1].hidden = True
        sheet.column_dimensions["A"].hidden = True
        assert sheet.parent is not None
        draft = sheet.parent.create_sheet("草稿")
        draft.append(["草稿", 99])
        draft.append(["草稿", 98])
        draft.sheet_state = "hidden"

    extract = read(write_xlsx(tmp_path / "a.xlsx", fill))
    assert texts(only_table(extract)) == [["项目", "金额"], ["教育支出", "12"]]
    assert at(only_table(extract), "C3") == "12"
    hidden = [cell.text for block in extract.hidden if isinstance(block, Table) for cell in block.cells]
    assert {"AD_CODE", "KEY#2", "草稿"} <= set(hidden)
    assert {"hidden_cells", "hidden_sheets"} <= {note.code for note in extract.notes}


def test_a_title_merged_from_a_hidden_column_is_still_seen(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "支出总表"
        sheet.merge_cells("A1:C1")
        sheet.append(["k", "项目", "金额"])
        sheet.append(["k", "教育", 3])
        sheet.column_dimensions["A"].hidden = True

    table = only_table(read(write_xlsx(tmp_path / "a.xlsx", fill)))
    assert texts(table)[0] == ["支出总表", "支出总表"]
    assert at(table, "A1") == "支出总表"


def test_formulas_without_stored_values_show_what_any_program_would_show(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["项目", "金额", "占比"])
        sheet.append(["教育", 100.25, "=ROUND(B2/B4,3)*100%"])
        sheet.append(["科技", "=-(20+0.1)*2+B2", "=C2"])
        sheet.append(["合计", "=SUM(B2:B3)", "=SUM(C2:C3,-1)"])
        sheet["B4"].number_format = "#,##0.00"

    extract = read(write_xlsx(tmp_path / "a.xlsx", fill))
    table = only_table(extract)
    assert [at(table, cell) for cell in ("B3", "B4", "C2", "C4")] == ["60.05", "160.30", "0.625", "0.25"]
    (note,) = [note for note in extract.notes if note.code == "formula_computed"]
    assert "B4" in note.message


@pytest.mark.parametrize(
    "formula", ["=B3", "=A1*2", "=VLOOKUP(1,A1:B2,2)", "=1/0", "=[1]Sheet1!A1", "=SUM(B1:B3)", "=(("]
)
def test_a_formula_whose_result_is_not_certain_is_blank_and_said_to_be(tmp_path: Path, formula: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["项目", "金额"])
        sheet.append(["教育", 7])
        sheet.append(["合计", formula])

    extract = read(write_xlsx(tmp_path / "a.xlsx", fill))
    assert at(only_table(extract), "B3") == ""
    (note,) = [note for note in extract.notes if note.code == "formula_without_value"]
    assert "B3" in note.message


def test_formulas_reach_other_sheets_and_sums_of_padded_ranges_end(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        other = sheet.parent.create_sheet("附表 一")
        other.append(["项目", "金额"])
        other.append(["合计", 12.5])
        sheet.append(["项目", "金额"])
        sheet.append(["教育", "='附表 一'!B2"])
        sheet.append(["合计", "=SUM(B2:B2)+SUM(D1:XFD1000)"])

    first = next(block for block in read(write_xlsx(tmp_path / "a.xlsx", fill)).blocks if isinstance(block, Table))
    assert (at(first, "B2"), at(first, "B3")) == ("12.5", "")


def test_zeros_that_the_sheet_does_not_show_stay_blank(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["项目", "金额"])
        sheet.append(["教育", 0])
        sheet.append(["科技", 5])
        sheet.sheet_view.showZeros = False

    table = only_table(read(write_xlsx(tmp_path / "a.xlsx", fill)))
    assert (at(table, "B2"), at(table, "B3")) == ("", "5")


def test_tables_below_each_other_are_separate_where_a_title_starts_anew(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for name in ("收入预算表", "支出预算表"):
            sheet.append([name])
            sheet.append(["", "", "单位：万元"])
            sheet.append(["项目", "本年", "上年"])
            sheet.append(["合计", 1, 2])
            sheet.append([])

    extract = read(write_xlsx(tmp_path / "a.xlsx", fill))
    assert [texts(table)[0][0] for table in extract.tables()] == ["收入预算表", "支出预算表"]


def test_a_blank_row_inside_a_table_does_not_cut_it(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["收入预算表"])
        sheet.append(["项目", "本年", "上年"])
        sheet.append(["一、税收", 1, 2])
        sheet.append([])
        sheet.append(["二、非税", 1, 2])
        sheet.append([])
        sheet.append(["注：本表含上年结转。"])

    assert only_table(read(write_xlsx(tmp_path / "a.xlsx", fill))).n_rows == 7


def test_a_cover_sheet_is_running_text(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B3"] = "某某局2024年部门预算"
        sheet["B9"] = "编制日期"

    extract = read(write_xlsx(tmp_path / "a.xlsx", fill))
    assert not list(extract.tables())
    first = next(extract.paragraphs())
    assert isinstance(first, Paragraph) and first.place.cell == "B3" and first.place.sheet == "表1"


def test_a_stray_cell_far_away_does_not_blow_up_the_table(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["项目", "金额"])
        sheet.append(["教育", 3])
        sheet["XFC2000"] = "."

    first = next(read(write_xlsx(tmp_path / "a.xlsx", fill)).tables())
    assert (first.n_rows, first.n_columns) == (2, 2)


def test_too_many_cells_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows_of(*(["a", "b"] for _ in range(50))))
    with pytest.raises(TooLarge):
        read(path, limits=Limits(max_cells=60))


def test_a_workbook_named_xls_is_read_as_what_it_is(tmp_path: Path) -> None:
    assert read(write_xlsx(tmp_path / "表.xls", _income)).format == "xlsx"


def test_rich_text_is_joined_and_phonetic_guides_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["占位", "金额"])
    sheet.append(["合计", 1])
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    rich = "<r><t>一般</t></r><r><t>公共</t></r><rPh sb='0' eb='1'><t>yiban</t></rPh>"
    write_zip(path, {name: data.replace(b"<t>&#21344;&#20301;</t>", rich.encode()) for name, data in parts.items()})
    assert texts(only_table(read(path)))[0][0] == "一般公共"


def test_cells_without_an_address_stand_right_of_the_one_before(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows_of(["x", "y"]))
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    start, end = parts[name].index(b"<sheetData>"), parts[name].index(b"</sheetData>")
    row = b'<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="0"/><c><v>3</v></c></row><row><c><v>4</v></c><c/><c><v>6</v></c></row>'
    parts[name] = parts[name][:start] + b"<sheetData>" + row + parts[name][end:]
    assert texts(only_table(read(write_zip(path, parts)))) == [["1", "", "3"], ["4", "", "6"]]


def test_numbers_stored_as_text_are_shown_as_stored(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["科目编码", "金额"])
        sheet.append(["0201", "1,234.50"])
        sheet["A2"].data_type = sheet["B2"].data_type = "s"
        sheet["B2"].number_format = "0"
        sheet["A2"].quotePrefix = True

    assert texts(only_table(read(write_xlsx(tmp_path / "a.xlsx", fill))))[1] == ["0201", "1,234.50"]


def test_formats_in_ten_thousands_and_dates_are_shown_as_printed(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["万元", "日期", "月份", "会计", "零"])
        sheet.append([123456, datetime(2024, 3, 1), datetime(2024, 3, 1), -1234.5, 0])  # noqa: DTZ001 - sheets know no zones
        formats = ["0!.0,", "yyyy/m/d", 'yyyy"年"m"月"', "#,##0.00;(#,##0.00)", "#,##0.00;-#,##0.00;"]
        for column, code in zip("ABCDE", formats, strict=True):
            sheet[f"{column}2"].number_format = code

    extract = read(write_xlsx(tmp_path / "a.xlsx", fill))
    assert texts(only_table(extract))[1] == ["12.3", "2024/3/1", "2024年3月", "(1,234.50)", ""]


def test_a_range_padded_to_the_last_column_keeps_the_size_of_what_it_holds(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["科目", "金额"])
        sheet.append(["教育", 7])
        for row in range(1, 200):
            sheet.cell(row, 256).number_format = "0.00"
        sheet["IV1"].value = ""

    table = only_table(read(write_xlsx(tmp_path / "a.xlsx", fill)))
    assert (table.n_rows, table.n_columns) == (2, 2)


def test_two_lists_side_by_side_are_one_table_and_far_apart_are_two(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["收入", "金额", None, "支出", "金额"])
        sheet.append(["拨款", 7, None, "教育", 7])
        sheet["AK1"], sheet["AL1"], sheet["AK2"], sheet["AL2"] = "项目", "草算", "甲", 9

    tables = list(read(write_xlsx(tmp_path / "a.xlsx", fill)).tables())
    assert [(table.n_rows, texts(table)[1][0], texts(table)[1][-1]) for table in tables] == [
        (2, "拨款", "7"),
        (2, "甲", "9"),
    ]
