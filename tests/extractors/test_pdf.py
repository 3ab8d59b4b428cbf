"""The PDF reader on pages drawn here: what stands where, which cells span, what is refused and why."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extractors.errors import DamagedDocument, EncryptedDocument, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Paragraph, Table
from extractors.pdf import read_page_with, read_pdf
from extractors.pdf_content import PageContent
from extractors.pdf_pdfium import read_content

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
CHINESE, LATIN = "STSong-Light", "Times-Roman"
WIDTH, HEIGHT = 595.0, 842.0
Draw = Callable[[Canvas], None]


def page(tmp_path: Path, *draw: Draw, size: tuple[float, float] = (WIDTH, HEIGHT), **options: object) -> Path:
    """A document with one page for each drawing function."""
    path = tmp_path / "page.pdf"
    canvas = Canvas(str(path), pagesize=size, **options)
    for one in draw:
        one(canvas)
        canvas.showPage()
    canvas.save()
    return path


def say(canvas: Canvas, x: float, top: float, text: str, size: float = 10) -> None:
    """Text with its baseline `top` points under the upper edge; Latin in Times, the rest in a Chinese font."""
    for part in _runs(text):
        font = LATIN if part.isascii() else CHINESE
        canvas.setFont(font, size)
        canvas.drawString(x, canvas._pagesize[1] - top, part)
        x += canvas.stringWidth(part, font, size)


def _runs(text: str) -> list[str]:
    out: list[str] = []
    for character in text:
        if out and out[-1].isascii() == character.isascii():
            out[-1] += character
        else:
            out.append(character)
    return out


def line(canvas: Canvas, x0: float, top0: float, x1: float, top1: float) -> None:
    height = canvas._pagesize[1]
    canvas.line(x0, height - top0, x1, height - top1)


def grid(canvas: Canvas, xs: list[float], ys: list[float]) -> None:
    """Every rule of a plain table."""
    for y in ys:
        line(canvas, xs[0], y, xs[-1], y)
    for x in xs:
        line(canvas, x, ys[0], x, ys[-1])


def only_table(extract: Extract) -> Table:
    tables = list(extract.tables())
    assert len(tables) == 1
    return tables[0]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text if cell else "∅" for cell in row] for row in table.grid()]


ROWS = [("201", "一般公共服务支出", "2,106.66"), ("20106", "财政事务", "2,106.66"), ("2010601", "行政运行", "1,511.89")]
XS, YS = [60.0, 160.0, 360.0, 500.0], [100.0, 120.0, 140.0, 160.0]


def body(canvas: Canvas) -> None:
    for row, (code, name, amount) in enumerate(ROWS):
        top = 114.0 + 20 * row
        say(canvas, 64, top, code)
        say(canvas, 164, top, name)
        say(canvas, 450, top, amount)


EXPECTED = [list(row) for row in ROWS]


def test_ruled_table_with_places(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table) == EXPECTED
    cell = table.cells[5]
    assert cell.text == "2,106.66" and cell.place.page == 1
    assert cell.place.box == pytest.approx((360, 120, 500, 140), abs=0.6)
    assert table.ruled and table.engine == "pdfium"


@pytest.mark.parametrize("style", ["rectangles", "dashed", "pieces", "cells", "one path", "form", "double"])
def test_rules_however_drawn(tmp_path: Path, style: str) -> None:
    def draw(canvas: Canvas) -> None:
        height = canvas._pagesize[1]
        if style == "rectangles":
            for y in YS:
                canvas.rect(XS[0], height - y, XS[-1] - XS[0], 0.48, stroke=0, fill=1)
            for x in XS:
                canvas.rect(x, height - YS[-1], 0.48, YS[-1] - YS[0], stroke=0, fill=1)
        elif style == "dashed":
            canvas.setDash(2, 2)
            grid(canvas, XS, YS)
        elif style == "pieces":  # each side of each cell on its own, ending a little short
            for y in YS:
                for a, b in itertools.pairwise(XS):
                    line(canvas, a + 0.7, y, b - 0.7, y)
            for x in XS:
                for a, b in itertools.pairwise(YS):
                    line(canvas, x, a + 0.7, x, b - 0.7)
        elif style == "cells":
            for a, b in itertools.pairwise(XS):
                for c, d in itertools.pairwise(YS):
                    canvas.rect(a, height - d, b - a, d - c, stroke=1, fill=0)
        elif style == "one path":
            path = canvas.beginPath()
            for y in YS:
                path.moveTo(XS[0], height - y)
                path.lineTo(XS[-1], height - y)
            for x in XS:
                path.moveTo(x, height - YS[0])
                path.lineTo(x, height - YS[-1])
            canvas.drawPath(path)
        elif style == "double":
            grid(canvas, XS, YS)
            line(canvas, XS[0], YS[0] - 1.5, XS[-1], YS[0] - 1.5)
            line(canvas, XS[0] - 1.5, YS[0], XS[0] - 1.5, YS[-1])
        elif style == "form":
            canvas.beginForm("table")
            canvas.setLineWidth(1)
            for y in YS:
                canvas.line(XS[0] / 2, (height - y) / 2, XS[-1] / 2, (height - y) / 2)
            for x in XS:
                canvas.line(x / 2, (height - YS[0]) / 2, x / 2, (height - YS[-1]) / 2)
            canvas.endForm()
            canvas.saveState()
            canvas.scale(2, 2)
            canvas.doForm("table")
            canvas.restoreState()
        canvas.setDash()
        body(canvas)

    assert texts(only_table(read_pdf(page(tmp_path, draw)))) == EXPECTED


def test_missing_outer_borders(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for y in YS:
            line(canvas, XS[0], y, XS[-1], y)
        for x in XS[1:-1]:
            line(canvas, x, YS[0], x, YS[-1])
        body(canvas)

    assert texts(only_table(read_pdf(page(tmp_path, draw)))) == EXPECTED


def test_merged_headers_span_and_blank_cells_stay(tmp_path: Path) -> None:
    xs, ys = [50.0, 150.0, 230.0, 310.0, 390.0], [100.0, 120.0, 140.0, 160.0, 180.0]

    def draw(canvas: Canvas) -> None:
        for y in ys:
            line(canvas, xs[0] if y in (100, 160, 180) else 150, y, xs[-1] if y != 140 else 310, y)
        line(canvas, 310, 140, 390, 140)
        for x, top in ((50, 100), (150, 100), (230, 120), (310, 120), (390, 100)):
            line(canvas, x, top, x, 180)
        say(canvas, 80, 134, "项目")
        say(canvas, 240, 114, "支出")
        say(canvas, 170, 134, "合计")
        say(canvas, 250, 134, "基本")
        say(canvas, 330, 134, "项目")
        say(canvas, 160, 174, "5.00")

    table = only_table(read_pdf(page(tmp_path, draw)))
    spans = {cell.text: (cell.row, cell.column, cell.row_span, cell.column_span) for cell in table.cells if cell.text}
    assert spans["支出"] == (0, 1, 1, 3)
    assert (0, 0, 3, 1) in [(c.row, c.column, c.row_span, c.column_span) for c in table.cells if c.text == "项目"]
    last = [cell for cell in table.cells if cell.row == 3]
    assert [cell.text for cell in last] == ["", "5.00", "", ""]


def test_a_number_wrapped_in_its_cell_stays_in_one_cell(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 200, 240], [100, 130, 160])
        say(canvas, 54, 112, "社会保障和就业支出")
        say(canvas, 54, 124, "（养老）")
        say(canvas, 202, 112, "21,118.5")
        say(canvas, 202, 124, "1")
        say(canvas, 54, 148, "合计")
        say(canvas, 202, 148, "9.00")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table) == [["社会保障和就业支出\n（养老）", "21,118.5\n1"], ["合计", "9.00"]]


def test_a_wrapped_number_beside_a_label_of_four_lines_stays_whole(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 110, 150, 230], [100, 156, 176])
        for row, text in enumerate(("机关事业", "单位基本", "养老保险", "缴费支出")):
            say(canvas, 54, 112 + 12 * row, text)
        say(canvas, 112, 124, "21,118.5")
        say(canvas, 112, 136, "1")
        say(canvas, 160, 130, "9.00")
        say(canvas, 54, 170, "合计")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table)[0] == ["机关事业\n单位基本\n养老保险\n缴费支出", "21,118.5\n1", "9.00"]


def test_a_code_at_another_height_than_its_amounts_makes_no_second_row(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 110, 250, 330], [100, 130, 150])
        say(canvas, 54, 127, "2013302")
        say(canvas, 114, 112, "一般行政管理")
        say(canvas, 114, 127, "事务")
        say(canvas, 254, 112, "30,964.00")
        say(canvas, 54, 144, "205")
        say(canvas, 114, 144, "教育支出")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table)[0] == ["2013302", "一般行政管理\n事务", "30,964.00"]


def test_a_body_without_rules_between_rows_is_cut_into_rows(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for x in (50, 250, 330):
            line(canvas, x, 100, x, 240)
        for y in (100, 120, 240):
            line(canvas, 50, y, 330, y)
        say(canvas, 60, 114, "项目")
        say(canvas, 260, 114, "金额")
        tops = (134.0, 154.0, 180.0, 210.0, 230.0)
        for top, amount in zip(tops, ("100.00", "60.50", "30.00", "", "9.50"), strict=True):
            say(canvas, 260, top, amount)
        say(canvas, 54, 134, "合计")
        say(canvas, 64, 154, "教育支出")
        say(canvas, 64, 174, "住房保障支出和其他若干名称很长的")
        say(canvas, 64, 186, "支出")
        say(canvas, 54, 210, "二、结转")
        say(canvas, 64, 230, "其他")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table) == [
        ["项目", "金额"],
        ["合计", "100.00"],
        ["教育支出", "60.50"],
        ["住房保障支出和其他若干名称很长的\n支出", "30.00"],
        ["二、结转", ""],
        ["其他", "9.50"],
    ]


@pytest.mark.parametrize("rules", ["frame and header", "every row"])
def test_missing_inner_vertical_rules(tmp_path: Path, rules: str) -> None:
    rows = [
        ("合计", "300.00", "280.00"),
        ("教育支出", "200.00", ""),
        ("住房保障支出", "100.00", "80.00"),
        ("其他", "", "0.50"),
    ]

    def draw(canvas: Canvas) -> None:
        for side in (50, 400):
            line(canvas, side, 100, side, 220)
        for y in (100, 120, 140, 220) if rules == "frame and header" else (100, 120, 140, 160, 180, 200, 220):
            line(canvas, 50, y, 400, y)
        say(canvas, 230, 114, "2024年度支出")
        for x, text in ((60.0, "项目"), (200.0, "预算数"), (320.0, "决算数")):
            say(canvas, x, 134, text)
        for row, (name, *figures) in enumerate(rows):
            say(canvas, 54, 154 + 20 * row, name)
            for x, text in zip((200.0, 320.0), figures, strict=True):
                say(canvas, x, 154 + 20 * row, text)

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table)[1:] == [["项目", "预算数", "决算数"], *(list(row) for row in rows)]
    header = next(cell for cell in table.cells if cell.text == "2024年度支出")
    assert header.column <= 1 and header.column + header.column_span == 3


def test_an_amount_wider_than_its_cell_is_not_torn_apart(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 150, 190, 260], [100, 120, 140])
        say(canvas, 54, 114, "合计")
        say(canvas, 146, 114, "12,345.67")
        say(canvas, 200, 114, "8.00")
        say(canvas, 54, 134, "其他")

    assert texts(only_table(read_pdf(page(tmp_path, draw))))[0] == ["合计", "12,345.67", "8.00"]


def test_bold_by_overprint_is_read_once_and_repeated_digits_stay(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)
        say(canvas, 450.3, 114, "2,106.66")
        say(canvas, 164.3, 114, "一般公共服务支出")
        say(canvas, 450, 154, "")

    assert texts(only_table(read_pdf(page(tmp_path, draw))))[0] == EXPECTED[0]


def test_indentation_is_counted_and_kept_out_of_the_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 250, 350], [100, 120, 140, 160])
        say(canvas, 54, 114, "一般公共服务支出")
        say(canvas, 54, 134, "\u3000财政事务")
        say(canvas, 74, 154, "行政运行")
        for row in range(3):
            say(canvas, 300, 114 + 20 * row, "1.00")

    labels = [cell for cell in only_table(read_pdf(page(tmp_path, draw))).cells if cell.column == 0]
    assert [cell.text for cell in labels] == ["一般公共服务支出", "财政事务", "行政运行"]
    assert [cell.indent for cell in labels] == pytest.approx([0, 1, 2], abs=0.15)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_rotated_pages_are_read_as_displayed(tmp_path: Path, rotate: int) -> None:
    def draw(canvas: Canvas) -> None:
        if rotate == 90:
            canvas.translate(HEIGHT, 0)
        elif rotate == 180:
            canvas.translate(WIDTH, HEIGHT)
        else:
            canvas.translate(0, WIDTH)
        canvas.rotate({90: 90, 180: 180, 270: -90}[rotate])
        canvas.setPageRotation(rotate)
        canvas._pagesize, shown = (WIDTH, HEIGHT), canvas._pagesize
        grid(canvas, XS, YS)
        body(canvas)
        canvas._pagesize = shown

    extract = read_pdf(page(tmp_path, draw))  # reportlab takes the size as displayed
    assert extract.page_sizes[0] == (WIDTH, HEIGHT)
    table = only_table(extract)
    assert texts(table) == EXPECTED
    assert table.place.box == pytest.approx((60, 100, 500, 160), abs=1)


def test_a_table_printed_sideways_without_saying_so(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(WIDTH, 0)
        canvas.rotate(90)
        canvas._pagesize = (HEIGHT, WIDTH)
        grid(canvas, XS, YS)
        body(canvas)
        canvas._pagesize = (WIDTH, HEIGHT)

    extract = read_pdf(page(tmp_path, draw))
    assert extract.page_sizes[0] == (WIDTH, HEIGHT)
    table = only_table(extract)
    assert texts(table) == EXPECTED
    # on the displayed page the table runs upwards along its left part
    assert table.place.box == pytest.approx((100, HEIGHT - 500, 160, HEIGHT - 60), abs=1)


def test_captions_and_notes_stand_around_their_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 230, 60, "收入支出决算总表", 16)
        say(canvas, 440, 90, "公开01表")
        say(canvas, 60, 92, "编制单位：某局")
        grid(canvas, XS, YS)
        body(canvas)
        say(canvas, 60, 174, "注：本表反映部门本年度的总收支。")
        say(canvas, 290, 815, "- 12 -")

    blocks = read_pdf(page(tmp_path, draw)).blocks
    kinds = [block.text if isinstance(block, Paragraph) else "TABLE" for block in blocks]
    assert kinds == ["收入支出决算总表", "编制单位：某局    公开01表", "TABLE", "注：本表反映部门本年度的总收支。"]
    assert isinstance(blocks[0], Paragraph) and blocks[0].font_size == pytest.approx(16, abs=0.5)


def test_paragraphs_are_joined_over_lines_and_pages_without_page_numbers(tmp_path: Path) -> None:
    long = "本年度收入支出总计为一千万元与上年相比增加若干主要原因是人员经费增加和项目支"  # fills a line

    def first(canvas: Canvas) -> None:
        say(canvas, 92, 700, "一、总体情况", 12)
        say(canvas, 92, 730, long[:36], 12)
        say(canvas, 68, 760, "财政拨款收入支出总计" + "甲" * 21 + "金额为2106.", 12)
        say(canvas, 290, 815, "— 1 —")

    def second(canvas: Canvas) -> None:
        say(canvas, 68, 80, "66万元。", 12)
        say(canvas, 92, 110, "二、其他情况", 12)
        say(canvas, 290, 815, "— 2 —")

    paragraphs = [p.text for p in read_pdf(page(tmp_path, first, second)).paragraphs()]
    assert paragraphs[0] == "一、总体情况"
    assert paragraphs[1].startswith("本年度收入") and paragraphs[1].endswith("金额为2106.66万元。")
    assert paragraphs[2:] == ["二、其他情况"]


def test_a_figure_moved_to_the_next_line_stays_in_its_sentence(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 68, 60, "甲" * 38 + "。", 12)
        say(canvas, 92, 90, "二、支出决算情况说明", 12)
        say(canvas, 92, 110, "本年支出合计3635.33万元，其中：基本支出2172.39万元；项目支出", 12)
        say(canvas, 68, 130, "1462.93万元，占40.24%。", 12)
        say(canvas, 92, 150, "三、财政拨款支出情况说明", 12)

    paragraphs = [p.text for p in read_pdf(page(tmp_path, draw)).paragraphs()]
    assert paragraphs[1:] == [
        "二、支出决算情况说明",
        "本年支出合计3635.33万元，其中：基本支出2172.39万元；项目支出1462.93万元，占40.24%。",
        "三、财政拨款支出情况说明",
    ]


def test_three_line_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 200, 80, "表1 支出情况表", 14)
        for y in (100, 124, 200):
            line(canvas, 60, y, 520, y)
        for x, text in ((70, "项目"), (300, "预算数"), (450, "决算数")):
            say(canvas, x, 116, text)
        for row, (name, one, two) in enumerate(
            (("合计", "120.00", "118.50"), ("教育支出", "100.00", ""), ("其他", "20.00", "18.50"))
        ):
            say(canvas, 70, 140 + 20 * row, name)
            say(canvas, 300, 140 + 20 * row, one)
            say(canvas, 450, 140 + 20 * row, two)

    extract = read_pdf(page(tmp_path, draw))
    table = only_table(extract)
    assert not table.ruled
    assert texts(table) == [
        ["项目", "预算数", "决算数"],
        ["合计", "120.00", "118.50"],
        ["教育支出", "100.00", ""],
        ["其他", "20.00", "18.50"],
    ]
    assert [p.text for p in extract.paragraphs()] == ["表1 支出情况表"]


def test_borderless_table_with_a_spanning_header(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 60, 60, "编制单位：某局")
        say(canvas, 450, 60, "单位：万元")
        say(canvas, 350, 90, "2024年度")
        for x, text in ((70, "项目"), (300, "预算数"), (430, "决算数")):
            say(canvas, x, 110, text)
        for row in range(5):
            say(canvas, 70, 130 + 18 * row, f"第{row}项支出")
            say(canvas, 300, 130 + 18 * row, f"{row}00.00")
            say(canvas, 430, 130 + 18 * row, f"{row}1.50")

    extract = read_pdf(page(tmp_path, draw))
    table = only_table(extract)
    assert not table.ruled
    assert [row for row in texts(table) if "300.00" in row] == [["第3项支出", "300.00", "31.50"]]
    assert ["项目", "预算数", "决算数"] in texts(table)
    assert any("单位：万元" in p.text for p in extract.paragraphs())


def test_a_list_of_contents_is_no_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(8):
            say(canvas, 70, 130 + 18 * row, f"第{row}部分 部门概况")
            say(canvas, 480, 130 + 18 * row, str(row + 3))

    assert list(read_pdf(page(tmp_path, draw)).tables()) == []


def test_invisible_text_is_not_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)
        text = canvas.beginText(300, HEIGHT - 114)
        text.setTextRenderMode(3)
        text.setFont(LATIN, 10)
        text.textOut("9,999.99")
        canvas.drawText(text)

    assert texts(only_table(read_pdf(page(tmp_path, draw)))) == EXPECTED


def test_text_outside_of_the_page_is_not_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 100, 100, "页内文字共计若干个字在此处")
        say(canvas, 100, 900, "7,666.68")

    assert "7,666.68" not in str(read_pdf(page(tmp_path, draw)).blocks)


def test_what_a_printed_sheet_cuts_off_stands_on_the_next_sheet_only(tmp_path: Path) -> None:
    def sheet(first: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            path = canvas.beginPath()
            path.rect(50, HEIGHT - 400, 500, 300)
            canvas.clipPath(path, stroke=0)
            for row in range(20):
                say(canvas, 60, 110 + 30 * (row - first), f"{row}.主要用于第{row}类支出{row}00.50万元。")

        return draw

    paragraphs = [p.text for p in read_pdf(page(tmp_path, sheet(0), sheet(10))).paragraphs()]
    assert paragraphs == [f"{row}.主要用于第{row}类支出{row}00.50万元。" for row in range(20)]
    assert read_pdf(tmp_path / "page.pdf").notes == ()


def test_text_that_overflows_its_clipped_cell_is_kept(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 200, 300], [100, 130, 150])
        say(canvas, 54, 144, "合计")
        say(canvas, 230, 112, "金额")
        for x, top, text, size in (
            (54.0, 112.0, "采购组织形", 12.0),
            (54.0, 128.0, "式", 12.0),
            (270.0, 144.0, "12,345.67", 10.0),
        ):
            canvas.saveState()
            path = canvas.beginPath()
            path.rect(50 if x < 200 else 200, HEIGHT - (116 if x < 200 else 149), 148 if x < 200 else 98, 16)
            canvas.clipPath(path, stroke=0)
            say(canvas, x, top, text, size)
            canvas.restoreState()

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table) == [["采购组织形\n式", "金额"], ["合计", "12,345.67"]]


def test_the_second_opinion_is_taken_where_the_fast_engine_lost_the_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)

    path = page(tmp_path, draw, draw)
    whole = read_content

    def lossy(document: object, index: int) -> PageContent:
        content = whole(document, index)
        characters = content.characters
        return replace(content, characters=characters.take(np.array([text.isascii() for text in characters.text])))

    monkeypatch.setattr("extractors.pdf.read_content", lossy)
    extract = read_pdf(path)
    assert [texts(table) for table in extract.tables()] == [EXPECTED, EXPECTED]
    assert {table.engine for table in extract.tables()} == {"pdfplumber"}
    assert [(note.code, note.page) for note in extract.notes] == [("engine", 1), ("engine", 2)]
    assert "pdfplumber" in extract.notes[0].message and "汉字" in extract.notes[0].message

    def failing(document: object, index: int) -> PageContent:
        if index == 1:
            raise ValueError("page 2 is odd")
        return whole(document, index)

    monkeypatch.setattr("extractors.pdf.read_content", failing)
    assert [table.engine for table in read_pdf(path).tables()] == ["pdfium", "pdfplumber"]


def test_running_headers_do_not_break_sentences(tmp_path: Path) -> None:
    def sheet(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            say(canvas, 200, 50, "某市某局部门预算公开")
            if number > 1:
                say(canvas, 68, 80, "续" * 30 + f"{number}完。", 12)
            say(canvas, 92, 780, f"第{number}段" + "甲" * 33, 12)
            say(canvas, 290, 815, f"- {number} -")

        return draw

    extract = read_pdf(page(tmp_path, *(sheet(number) for number in range(1, 6))))
    paragraphs = [p.text for p in extract.paragraphs()]
    assert paragraphs.count("某市某局部门预算公开") == 1
    assert f"第3段{'甲' * 33}{'续' * 30}4完。" in paragraphs
    assert [note.code for note in extract.notes] == ["running-line"]


def test_the_second_opinion_agrees_and_names_itself(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)

    path = page(tmp_path, draw)
    other = only_table(read_page_with(path, 1, "pdfplumber"))
    assert texts(other) == EXPECTED and other.engine == "pdfplumber"
    assert texts(only_table(read_page_with(path, 1, "pdfium"))) == EXPECTED
    with pytest.raises(ValueError, match="unknown engine"):
        read_page_with(path, 1, "magic")
    with pytest.raises(ValueError, match="page 2 of 1"):
        read_page_with(path, 2, "pdfium")


def test_refusals_say_why(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 100, 100, "文字" * 20)

    good = page(tmp_path, draw, draw)
    with pytest.raises(TooLarge, match="2 页"):
        read_pdf(good, replace(Limits(), max_pages=1))
    with pytest.raises(TooLarge, match="MB"):
        read_pdf(good, replace(Limits(), max_bytes=10))
    data = good.read_bytes()
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(DamagedDocument, match="不完整"):
        read_pdf(broken)
    broken.write_bytes(b"%PDF-1.7\nnonsense\n%%EOF\n")
    with pytest.raises(DamagedDocument):
        read_pdf(broken)


@pytest.mark.parametrize("engine", ["pdfium", "pdfplumber"])
@pytest.mark.parametrize("matrix", [(1e19, 0, 0, 1e19, 60, 700), (1, 0, 0, 1, 60, -30000), (1, 0, 0, 900, 60, 700)])
def test_text_out_of_all_proportion_is_left_out(tmp_path: Path, engine: str, matrix: tuple[float, ...]) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 60, 100, "本年收入合计为100.00万元，比上年增加。")
        canvas.saveState()
        canvas.transform(*matrix)
        canvas.setFont("Times-Roman", 10)
        canvas.drawString(0, 0, "77.77")
        canvas.restoreState()

    blocks = read_page_with(page(tmp_path, draw), 1, engine).blocks
    assert ["77.77" in block.text for block in blocks if isinstance(block, Paragraph)] == [False]
    assert all(abs(edge) < 2000 for block in blocks for edge in block.place.box or ())


def test_a_text_layer_without_chinese_is_pointed_out(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(12):
            say(canvas, 60, 100 + 20 * row, "BnrLx qdZc pWk 38.20 kkrT zzQ")

    assert "no-chinese" in [note.code for note in read_pdf(page(tmp_path, draw)).notes]


def test_passwords(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        say(canvas, 100, 100, "文字" * 20)

    locked = page(tmp_path, draw, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    with pytest.raises(EncryptedDocument, match="密码"):
        read_pdf(locked)
    opened = page(tmp_path, draw, encrypt=StandardEncryption("", ownerPassword="owner"))
    assert next(read_pdf(opened).paragraphs()).text == "文字" * 20


def test_scans_are_refused_and_single_scanned_pages_noted(tmp_path: Path) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(Image.new("RGB", (60, 80), (200, 200, 210)))

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(picture, 0, 0, WIDTH, HEIGHT)

    def draw(canvas: Canvas) -> None:
        say(canvas, 100, 100, "文字" * 20)

    with pytest.raises(NoTextLayer, match="OCR"):
        read_pdf(page(tmp_path, scan, scan))
    notes = read_pdf(page(tmp_path, draw, scan)).notes
    assert [(note.code, note.page) for note in notes] == [("scan", 2)]
