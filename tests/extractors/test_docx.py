"""Word documents: text in order with the numbers Word prints, tables on their logical grid."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import read
from extractors.model import Extract, Paragraph, Table
from extractors.numbering import chinese, format_number
from tests.extractors.builders import only_table, paragraph, texts, write_docx


def _lines(extract: Extract) -> list[str]:
    return [block.text for block in extract.paragraphs()]


def _cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def _row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def test_paragraphs_and_tables_come_in_reading_order_with_their_places(tmp_path: Path) -> None:
    body = paragraph("前言") + f"<w:tbl>{_row(_cell('甲'), _cell('乙'))}</w:tbl>" + paragraph("后记")
    extract = read(write_docx(tmp_path / "a.docx", body))
    assert [type(block) for block in extract.blocks] == [Paragraph, Table, Paragraph]
    assert [block.place.cell for block in extract.blocks] == ["P1", "T1", "P2"]
    assert [cell.place.cell for cell in only_table(extract).cells] == ["T1R1C1", "T1R1C2"]


def test_merged_cells_are_resolved_to_the_grid(tmp_path: Path) -> None:
    body = "<w:tbl>" + "".join(
        [
            _row(_cell("项目", '<w:vMerge w:val="restart"/>'), _cell("支出", '<w:gridSpan w:val="2"/>')),
            _row(_cell("", "<w:vMerge/>"), _cell("基本"), _cell("项目支出")),
            _row(_cell("1"), properties='<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>'),
        ]
    )
    table = only_table(read(write_docx(tmp_path / "a.docx", body + "</w:tbl>")))
    assert texts(table) == [["项目", "支出", "支出"], ["项目", "基本", "项目支出"], ["", "1", ""]]
    assert table.cells[0].row_span == 2 and table.cells[1].column_span == 2


def test_automatic_list_numbers_are_printed(tmp_path: Path) -> None:
    level = '<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    levels = [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), ("decimal", "（%4）")]
    numbering = '<w:abstractNum w:abstractNumId="0">' + "".join(
        level.format(i=i, form=form, text=text) for i, (form, text) in enumerate(levels)
    )
    numbering += '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
    item = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="7"/></w:numPr>'
    body = "".join(paragraph(f"第{n}项", item.format(n)) for n in (0, 1, 2, 2, 3, 1, 2, 0, 1))
    lines = _lines(read(write_docx(tmp_path / "a.docx", body, numbering=numbering)))
    assert [line.split("第")[0] for line in lines] == [
        "一、",
        "（一）",
        "1.",
        "2.",
        "（1）",
        "（二）",
        "1.",
        "二、",
        "（一）",
    ]


def test_headings_come_from_outline_levels_and_chinese_styles(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="标题 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="章"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="c"><w:name w:val="我的"/><w:basedOn w:val="b"/></w:style>'
    )
    names = ("a", "b", "c", "x")
    body = "".join(paragraph(name, f'<w:pStyle w:val="{name}"/>') for name in names)
    extract = read(write_docx(tmp_path / "a.docx", body, styles=styles))
    assert [block.heading_level for block in extract.paragraphs()] == [2, 1, 1, None]


def test_deleted_text_is_left_out_and_inserted_text_kept(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>支出</w:t></w:r><w:del><w:r><w:delText>10</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>12</w:t></w:r></w:ins><w:r><w:t>万元</w:t></w:r></w:p>"
    )
    extract = read(write_docx(tmp_path / "a.docx", body))
    assert _lines(extract) == ["支出12万元"]
    assert "tracked_changes" in {note.code for note in extract.notes}


def test_hidden_text_is_kept_apart(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>看得见</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r></w:p>"
    extract = read(write_docx(tmp_path / "a.docx", body))
    assert _lines(extract) == ["看得见"]
    assert [block.text for block in extract.hidden if isinstance(block, Paragraph)] == ["看不见"]


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent>" + paragraph("框中文字") + "</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing>"
        f"{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert _lines(read(write_docx(tmp_path / "a.docx", body))) == ["正文", "框中文字"]


def test_content_controls_and_nested_tables_are_read(tmp_path: Path) -> None:
    inner = f"<w:tbl>{_row(_cell('内1'), _cell('内2'))}</w:tbl>"
    outer = f"<w:tbl>{_row(f'<w:tc>{inner}{paragraph(chr(0x5916))}</w:tc>', _cell('乙'))}</w:tbl>"
    body = f"<w:sdt><w:sdtContent>{paragraph('控件')}</w:sdtContent></w:sdt>{outer}"
    extract = read(write_docx(tmp_path / "a.docx", body))
    assert _lines(extract) == ["控件"]
    assert [texts(table) for table in extract.tables()] == [[["外", "乙"]], [["内1", "内2"]]]


def test_soft_breaks_join_a_title_but_part_items(tmp_path: Path) -> None:
    title = "<w:p><w:r><w:t>某某局</w:t><w:br/><w:t>2023年度部门决算</w:t></w:r></w:p>"
    items = "<w:p><w:r><w:t>其中：</w:t><w:br/><w:t>1.行政运行</w:t></w:r></w:p>"
    assert _lines(read(write_docx(tmp_path / "a.docx", title + items))) == [
        "某某局2023年度部门决算",
        "其中：",
        "1.行政运行",
    ]


def test_tables_that_word_joined_are_cut_apart_on_their_own_grids(tmp_path: Path) -> None:
    def part(number: int, spans: list[int]) -> str:
        whole = sum(spans)
        cut = [f'<w:gridSpan w:val="{span}"/>' for span in spans]
        return "".join(
            [
                _row(_cell(f"附表{number}", f'<w:gridSpan w:val="{whole}"/>')),
                _row(_cell("单位：万元", f'<w:gridSpan w:val="{whole}"/>')),
                _row(*(_cell(text, span) for text, span in zip(("项目", "本年", "上年"), cut, strict=True))),
                _row(*(_cell(text, span) for text, span in zip(("合计", "1", "2"), cut, strict=True))),
                _row(*(_cell(text, span) for text, span in zip(("其他", "", ""), cut, strict=True))),
            ]
        )

    body = f"<w:tbl>{part(1, [1, 2, 3])}{part(2, [3, 2, 1])}</w:tbl>"
    tables = list(read(write_docx(tmp_path / "a.docx", body)).tables())
    assert [(table.n_rows, table.n_columns) for table in tables] == [(5, 3), (5, 3)]
    assert texts(tables[1])[3] == ["合计", "1", "2"]
    assert tables[1].cells[0].place.cell == "T1R6C1"


@given(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=5), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_spans_never_overlap_and_never_leave_the_grid(tmp_path_factory: object, rows: list[list[int]]) -> None:
    from tempfile import TemporaryDirectory

    cells = [_row(*(_cell("文", f'<w:gridSpan w:val="{span}"/>') for span in row)) for row in rows]
    with TemporaryDirectory() as folder:
        table = only_table(read(write_docx(Path(folder) / "a.docx", f"<w:tbl>{''.join(cells)}</w:tbl>")))
    covered = [
        (cell.row + down, cell.column + right)
        for cell in table.cells
        for down in range(cell.row_span)
        for right in range(cell.column_span)
    ]
    assert len(covered) == len(set(covered)) == sum(map(sum, rows))
    assert max(column for _, column in covered) < table.n_columns == max(map(sum, rows))


def test_numbers_in_chinese() -> None:
    assert [chinese(n) for n in (1, 10, 12, 20, 21, 100, 105, 110, 1001)] == [
        "一", "十", "十二", "二十", "二十一", "一百", "一百零五", "一百一十", "一千零一",
    ]  # fmt: skip
    assert format_number(3, "decimalEnclosedCircle") == "③"
    assert format_number(4, "lowerRoman") == "iv"


def test_deleted_rows_cells_and_figures_of_a_table_are_not_read(tmp_path: Path) -> None:
    changed = (
        "<w:tc><w:tcPr/><w:p><w:del><w:r><w:delText>10.00</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>12.00</w:t></w:r></w:ins></w:p></w:tc>"
    )
    rows = [
        _row(_cell("教育"), changed),
        _row(_cell("科技"), _cell("99.00"), properties="<w:del/>"),
        _row(_cell("文化"), _cell("77.00", "<w:cellDel/>")),
        _row(_cell("体育"), _cell("5.00"), properties="<w:ins/>"),
    ]
    extract = read(write_docx(tmp_path / "a.docx", f"<w:tbl>{''.join(rows)}</w:tbl>"))
    assert texts(only_table(extract)) == [["教育", "12.00"], ["文化", ""], ["体育", "5.00"]]
    assert "tracked_changes" in {note.code for note in extract.notes}


def test_a_hidden_row_and_a_hidden_figure_are_kept_apart(tmp_path: Path) -> None:
    hidden = "<w:tc><w:tcPr/><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>3.00</w:t></w:r><w:r><w:t>4.00</w:t></w:r></w:p></w:tc>"
    rows = [_row(_cell("教育"), hidden), _row(_cell("草稿"), _cell("9.00"), properties="<w:hidden/>")]
    extract = read(write_docx(tmp_path / "a.docx", f"<w:tbl>{''.join(rows)}</w:tbl>"))
    assert texts(only_table(extract)) == [["教育", "4.00"]]
    kept = [texts(block)[-1] if isinstance(block, Table) else block.text for block in extract.hidden]
    assert kept == ["3.00", ["草稿", "9.00"]]


def test_a_text_box_in_a_cell_and_a_table_in_a_text_box_are_read(tmp_path: Path) -> None:
    box = f"<w:r><w:drawing><w:txbxContent><w:tbl>{_row(_cell('框内'), _cell('6.00'))}</w:tbl></w:txbxContent></w:drawing></w:r>"
    cell = f"<w:tc><w:p>{box}<w:r><w:t>甲</w:t></w:r></w:p></w:tc>"
    extract = read(write_docx(tmp_path / "a.docx", f"<w:tbl>{_row(cell, _cell('1.00'))}</w:tbl>"))
    assert [texts(table) for table in extract.tables()] == [[["甲", "1.00"]], [["框内", "6.00"]]]
