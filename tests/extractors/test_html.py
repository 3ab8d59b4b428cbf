"""Published pages: the article without its surroundings, data tables on their grid, attachments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import Limits, read
from extractors.html import parse_html
from extractors.model import Extract
from tests.extractors.builders import only_table, texts

LONG = "本部门2024年收入预算合计1000.00万元，支出预算合计1000.00万元，收支平衡，与上年相比略有增长，主要原因是人员经费增加。"


def _page(body: str, head: str = "") -> Extract:
    return parse_html(f"<html><head>{head}</head><body>{body}</body></html>", Limits())


def _lines(extract: Extract) -> list[str]:
    return [block.text for block in extract.paragraphs()]


def test_the_article_is_found_among_navigation_scripts_and_footers() -> None:
    links = "".join(f"<a href='/{n}.html'>栏目{n}</a>" for n in range(30))
    body = (
        f"<div class='top'>{links}</div><script>var a='脚本'</script><style>p{{}}</style>"
        f"<div class='wrap'><div id='content'><h1>2024年部门预算</h1><p>　　{LONG}</p><p>{LONG}</p></div></div>"
        f"<div style='display:none'>隐藏文字</div><div class='footer'>版权所有 网站标识码</div>"
    )
    extract = _page(body)
    assert _lines(extract) == ["2024年部门预算", LONG, LONG]
    assert [block.heading_level for block in extract.paragraphs()] == [1, None, None]


def test_title_and_date_come_from_the_meta_entries() -> None:
    head = "<title>某市人民政府</title><meta name='ArticleTitle' content='某局2024年预算'><meta name='PubDate' content='2024-02-08'>"
    extract = _page(f"<p>{LONG}</p>", head)
    assert extract.title == "某局2024年预算"
    assert extract.properties["PubDate"] == "2024-02-08"


def test_spans_are_resolved_and_places_count_from_one() -> None:
    rows = (
        "<tr><th rowspan=2>项目</th><th colspan=2>支出</th></tr><tr><th>基本</th><th>项目</th></tr>"
        "<tr><td>　合计</td><td>1</td><td>2</td></tr>"
    )
    table = only_table(_page(f"<p>{LONG}</p><table>{rows}</table>"))
    assert texts(table) == [["项目", "支出", "支出"], ["项目", "基本", "项目"], ["合计", "1", "2"]]
    assert table.cells[-3].indent == 1.0
    assert table.cells[-1].place.cell == "T1R3C3"


def test_layout_tables_are_unfolded() -> None:
    data = "<table><tr><td>项目</td><td>金额</td></tr><tr><td>合计</td><td>5</td></tr></table>"
    extract = _page(f"<table><tr><td width=200>左栏</td><td><p>{LONG}</p>{data}<p>尾注</p></td></tr></table>")
    assert texts(only_table(extract)) == [["项目", "金额"], ["合计", "5"]]
    assert _lines(extract)[-2:] == [LONG, "尾注"]


def test_line_breaks_part_paragraphs_and_cell_lines() -> None:
    extract = _page(
        f"<div>{LONG}<br>　　第二段<br/><br/>第三段</div><table><tr><td>一<br>二</td><td>三</td></tr><tr><td>四</td><td>5</td></tr></table>"
    )
    assert _lines(extract) == [LONG, "第二段", "第三段"]
    assert texts(only_table(extract)) == [["一\n二", "三"], ["四", "5"]]


def test_attachments_are_listed_with_their_addresses() -> None:
    extract = _page(
        f"<p>{LONG}</p><a href='./P02024.pdf'>附件：预算表</a><a href='/system/download.jsp?wbfileid=1'>附件2</a>"
        "<a href='/index.html'>首页</a><a href='javascript:void(0)'>下载.pdf</a>"
    )
    assert [link.href for link in extract.links] == ["./P02024.pdf", "/system/download.jsp?wbfileid=1"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found_whatever_the_page_declares(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "页.pdf"
    path.write_bytes(f"<html><head><meta charset='gb2312'></head><body><p>{LONG}</p></body></html>".encode(encoding))
    extract = read(path)
    assert extract.format == "html"
    assert _lines(extract) == [LONG]


def test_hidden_figures_are_kept_apart_and_said() -> None:
    extract = _page(f"<p>{LONG}</p><div style='display: none'><p>草稿：支出9.99万元</p></div><p>完</p>")
    assert _lines(extract) == [LONG, "完"]
    assert "hidden_content" in {note.code for note in extract.notes}
    assert len(extract.hidden) == 1


def test_a_form_around_the_page_is_no_furniture() -> None:
    assert _lines(_page(f"<form><input value='x'><div><p>{LONG}</p></div></form>")) == [LONG]


def test_a_page_without_content_says_so() -> None:
    extract = _page("<script>location.href='/a'</script>")
    assert not extract.blocks
    assert [note.code for note in extract.notes] == ["no_content"]


def test_a_converted_pdf_page_is_read_by_positions() -> None:
    def text(left: float, top: float, content: str) -> str:
        style = f"position:absolute;left:{left}pt;top:{top}pt;line-height:10pt;font-size:10pt"
        return f"<div class='p' style='{style}'>{content}</div>"

    def rule(left: float, top: float, width: float, height: float) -> str:
        side = "border-right" if not width else "border-bottom"
        style = f"position:absolute;left:{left}pt;top:{top}pt;width:{width}pt;height:{height}pt;{side}:0.5pt solid"
        return f"<div class='r' style='{style}'> </div>"

    rows = 40
    pieces = [text(200, 20, "收支总表")]
    for row in range(rows):
        top = 50 + row * 18
        pieces += [text(55, top + 4, f"项目{row}"), text(260, top + 4, f"{row}.50")]
    pieces += [rule(50, 50 + row * 18, 300, 0) for row in range(rows + 1)]
    pieces += [rule(x, 50, 0, rows * 18) for x in (50, 200, 350)]
    extract = _page(f"<div style='width:595pt;height:842pt;position:relative'>{''.join(pieces)}</div>")
    table = only_table(extract)
    assert texts(table) == [[f"项目{row}", f"{row}.50"] for row in range(rows)]
    assert table.cells[0].place.cell == "T1R1C1" and table.cells[0].place.box is not None


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=4), min_size=1, max_size=5)
)
@settings(max_examples=60, deadline=None)
def test_no_combination_of_spans_overlaps(rows: list[list[tuple[int, int]]]) -> None:
    html = "".join(
        "<tr>" + "".join(f"<td rowspan={down} colspan={right}>文</td>" for down, right in row) + "</tr>" for row in rows
    )
    extract = _page(f"<table>{html}<tr><td>末</td><td>尾</td></tr></table>")
    for table in extract.tables():
        anchors = [(cell.row, cell.column) for cell in table.cells]
        assert len(anchors) == len(set(anchors))
        assert all(cell.row + cell.row_span <= table.n_rows for cell in table.cells)
        assert all(cell.column + cell.column_span <= table.n_columns for cell in table.cells)
