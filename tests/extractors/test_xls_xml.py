"""“XML 电子表格 2003”: indices that skip, merges by counts, named formats, what is hidden, lies about the encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors import detect, read
from extractors.errors import DamagedDocument, TooLarge, UnsupportedFormat
from extractors.limits import Limits
from extractors.model import Extract
from tests.extractors.builders import only_table, texts

HEAD = (
    '<?xml version="1.0" encoding="{}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
)
STYLES = (
    '<Styles><Style ss:ID="Default"/><Style ss:ID="m"><NumberFormat ss:Format="#,##0.00"/></Style>'
    '<Style ss:ID="wan"><NumberFormat ss:Format="0!.0,"/></Style><Style ss:ID="child" ss:Parent="m"/>'
    '<Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>'
)


def cell(value: str, kind: str = "String", more: str = "") -> str:
    return f'<Cell{more}><Data ss:Type="{kind}">{value}</Data></Cell>'


def book(folder: Path, rows: str, *, encoding: str = "utf-8", declared: str = "utf-8", more: str = "") -> Extract:
    path = folder / "表.xls"
    text = f'{HEAD.format(declared)}{STYLES}<Worksheet ss:Name="表1"><Table>{rows}</Table>{more}</Worksheet></Workbook>'
    path.write_bytes(text.encode(encoding))
    assert detect(path) == "xls-xml"
    return read(path)


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", "utf-8"), ("gbk", "gb2312"), ("gbk", "utf-8"), ("utf-8", "GBK")]
)
def test_cells_are_shown_formatted_whatever_encoding_is_declared(tmp_path: Path, encoding: str, declared: str) -> None:
    rows = (
        "<Row>"
        + cell("科目")
        + cell("金额")
        + "</Row><Row>"
        + cell("教育支出")
        + cell("1234.5", "Number", ' ss:StyleID="m"')
    )
    extract = book(tmp_path, rows + "</Row>", encoding=encoding, declared=declared)
    assert extract.format == "xls"
    assert texts(only_table(extract)) == [["科目", "金额"], ["教育支出", "1,234.50"]]
    assert [one.place.cell for one in only_table(extract).cells] == ["A1", "B1", "A2", "B2"]


def test_indices_skip_and_merges_cover(tmp_path: Path) -> None:
    rows = (
        "<Row>" + cell("项目", more=' ss:MergeDown="1"') + cell("支出", more=' ss:MergeAcross="1"') + "</Row>"
        '<Row ss:Index="2">' + cell("基本", more=' ss:Index="2"') + cell("其他") + "</Row>"
        '<Row ss:Index="3">' + cell("合计") + cell("3", "Number", ' ss:Index="3"') + "</Row>"
    )
    assert texts(only_table(book(tmp_path, rows))) == [
        ["项目", "支出", "支出"],
        ["项目", "基本", "其他"],
        ["合计", "", "3"],
    ]


def test_formats_scale_inherit_and_dates_are_dates(tmp_path: Path) -> None:
    shown = [
        cell("123456", "Number", ' ss:StyleID="wan"'), cell("0.5", "Number", ' ss:StyleID="child"'),
        cell("0.123", "Number", ' ss:StyleID="p"'), cell("2024-03-01T00:00:00.000", "DateTime"), cell("0012.50", "String"),
    ]  # fmt: skip
    extract = book(tmp_path, f"<Row>{cell('甲') * 5}</Row><Row>{''.join(shown)}</Row>")
    assert texts(only_table(extract))[1] == ["12.3", "0.50", "12.30%", "2024/3/1", "0012.50"]


def test_what_is_hidden_or_has_no_value_is_no_data(tmp_path: Path) -> None:
    rows = (
        '<Column ss:Index="2" ss:Hidden="1"/>'
        f"<Row>{cell('科目')}{cell('密')}{cell('金额')}</Row>"
        f'<Row ss:Hidden="1">{cell("草稿")}{cell("1", "Number")}{cell("9", "Number")}</Row>'
        f'<Row>{cell("教育")}<Cell/><Cell ss:Formula="=SUM(R1C1)"/></Row>'
    )
    extract = book(tmp_path, rows)
    assert texts(only_table(extract)) == [["科目", "金额"], ["教育", ""]]
    assert {"hidden_cells", "formula_without_value"} <= {note.code for note in extract.notes}
    concealed = book(
        tmp_path, f"<Row>{cell('草稿')}{cell('1', 'Number')}</Row>",
        more="<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>",
    )  # fmt: skip
    assert not concealed.blocks
    assert concealed.hidden


def test_disorder_entities_and_too_much_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedDocument, match="行列序号"):
        book(tmp_path, f'<Row ss:Index="5">{cell("甲")}</Row><Row ss:Index="2">{cell("乙")}</Row>')
    path = tmp_path / "bomb.xls"
    path.write_text(
        HEAD.format("utf-8").replace("<Workbook", '<!DOCTYPE a [<!ENTITY b "c">]><Workbook') + "&b;</Workbook>"
    )
    with pytest.raises(DamagedDocument):
        read(path)
    book(tmp_path, f"<Row>{cell('1')}</Row>" * 30)
    with pytest.raises(TooLarge):
        read(tmp_path / "表.xls", limits=Limits(max_cells=10))


def test_a_word_document_as_xml_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="x"/>' + " " * 99
    )
    with pytest.raises(UnsupportedFormat, match="XML"):
        read(path)
