"""The PDF reader on the table layouts that disclosure documents come in, drawn here: exactly the cells, in their places."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractors.model import Table
from extractors.pdf import read_pdf
from tests.extractors.test_pdf import (
    EXPECTED,
    HEIGHT,
    LATIN,
    WIDTH,
    XS,
    YS,
    body,
    grid,
    line,
    only_table,
    page,
    say,
    texts,
)


def flat(table: Table) -> list[list[str]]:
    """The texts without line breaks."""
    return [[text.replace("\n", "") for text in row] for row in texts(table)]


def fill(canvas: Canvas, x0: float, top: float, x1: float, bottom: float, shade: float = 0.85) -> None:
    canvas.setFillGray(shade)
    canvas.rect(x0, canvas._pagesize[1] - bottom, x1 - x0, bottom - top, stroke=0, fill=1)
    canvas.setFillGray(0)


@pytest.mark.parametrize("style", ["white rules", "gaps", "every other row white"])
def test_tables_drawn_with_fills_only(tmp_path: Path, style: str) -> None:
    def draw(canvas: Canvas) -> None:
        gap = 0.75 if style == "gaps" else 0.0
        for row, (top, bottom) in enumerate(itertools.pairwise([80.0, *YS, 180.0])):
            for left, right in itertools.pairwise(XS):
                if style != "every other row white" or row % 2 == 0:
                    fill(canvas, left + gap, top + gap, right - gap, bottom - gap, 0.7 + 0.05 * (row % 3))
        if style == "white rules":
            canvas.setStrokeGray(1)
            grid(canvas, XS, [80.0, *YS, 180.0])
        body(canvas)
        for x, text in zip((64, 164, 450), ("科目编码", "科目名称", "合计"), strict=True):
            say(canvas, x, 94, text)
        say(canvas, 164, 174, "其他支出")
        say(canvas, 450, 174, "0.00")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table) == [["科目编码", "科目名称", "合计"], *EXPECTED, ["", "其他支出", "0.00"]]
    cell = next(cell for cell in table.cells if cell.text == "1,511.89")
    assert cell.place.box == pytest.approx((360, 140, 500, 160), abs=1)


def test_charts_and_highlights_are_no_cells(tmp_path: Path) -> None:
    def chart(canvas: Canvas) -> None:
        for k, top in enumerate((300, 250, 200, 280)):
            fill(canvas, 100 + 60 * k, top, 140 + 60 * k, 400)
            say(canvas, 104 + 60 * k, top + 14, f"{top}.00")
            fill(canvas, 90 + 5 * k, 500 + 9 * k, 200 + 5 * k, 580 + 9 * k, 0.6)
            say(canvas, 96 + 5 * k, 512 + 9 * k, "一般公共预算")

    assert list(read_pdf(page(tmp_path, chart)).tables()) == []

    def marked(canvas: Canvas) -> None:
        for row in range(3):
            fill(canvas, 165, 103 + 20 * row, 230, 117 + 20 * row)
            fill(canvas, 450, 103 + 20 * row, 495, 117 + 20 * row)
        grid(canvas, XS, YS)
        body(canvas)

    assert texts(only_table(read_pdf(page(tmp_path, marked)))) == EXPECTED


def test_a_header_of_three_storeys(tmp_path: Path) -> None:
    xs = [50.0, 130.0, 200.0, 270.0, 340.0, 410.0, 480.0]

    def draw(canvas: Canvas) -> None:
        for x0, top, x1, bottom, text in (
            (0, 100, 1, 160, "项目"),
            (1, 100, 6, 120, "“三公”经费"),
            (1, 120, 2, 160, "合计"),
            (2, 120, 3, 160, "因公出国"),
            (3, 120, 6, 140, "公务用车"),
            (3, 140, 4, 160, "小计"),
            (4, 140, 5, 160, "购置费"),
            (5, 140, 6, 160, "运行费"),
        ):
            canvas.rect(xs[x0], HEIGHT - bottom, xs[x1] - xs[x0], bottom - top)
            say(canvas, xs[x0] + 6, (top + bottom) / 2 + 4, text)
        grid(canvas, xs, [160, 180])
        for x, text in zip(xs, ("预算数", "60.50", "20.00", "40.50", "", "40.50"), strict=False):
            say(canvas, x + 6, 174, text)

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table) == [
        ["项目", *["“三公”经费"] * 5],
        ["项目", "合计", "因公出国", *["公务用车"] * 3],
        ["项目", "合计", "因公出国", "小计", "购置费", "运行费"],
        ["预算数", "60.50", "20.00", "40.50", "", "40.50"],
    ]


@pytest.mark.parametrize("top", [112.0, 124.0, 136.0])
def test_a_name_of_three_lines_with_its_code_on_any_of_them(tmp_path: Path, top: float) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 120, 200, 280], [100, 142, 162])
        say(canvas, 54, top, "2080505")
        for row, text in enumerate(("机关事业单位", "基本养老保险", "缴费支出")):
            say(canvas, 124, 112 + 12 * row, text)
        say(canvas, 220, top, "1,280.00")
        say(canvas, 54, 156, "208")
        say(canvas, 220, 156, "-3.50")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert flat(table) == [["2080505", "机关事业单位基本养老保险缴费支出", "1,280.00"], ["208", "", "-3.50"]]


def test_a_figure_in_whole_yuan_wrapped_in_its_cell_is_one_figure(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 130, 172, 214], [100, 130, 160, 190])
        for row, (name, upper, lower) in enumerate(
            (("合计", "3118512", "46"), ("教育支出", "2118512", "00"), ("其他", "1000000", "46"))
        ):
            say(canvas, 54, 118 + 30 * row, name)
            for x in (132, 174):
                say(canvas, x, 112 + 30 * row, upper)
                say(canvas, x, 124 + 30 * row, lower)

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert flat(table) == [
        ["合计", "311851246", "311851246"],
        ["教育支出", "211851200", "211851200"],
        ["其他", "100000046", "100000046"],
    ]


def test_a_figure_up_to_the_rule_and_a_code_right_behind_it_are_two_things(tmp_path: Path) -> None:
    """Sheets printed with narrow margins in their cells: "25,094,080.21|302" is no 25,094,080.21302."""

    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 130, 200, 260, 330], [100, 120, 140])
        for row, (figure, code) in enumerate((("25,094,080.21", "302"), ("754,629.74", "30201"))):
            say(canvas, 54, 114 + 20 * row, "工资福利支出")
            say(canvas, 199.3 - canvas.stringWidth(figure, LATIN, 10), 114 + 20 * row, figure)
            say(canvas, 200.7, 114 + 20 * row, code)
            say(canvas, 264, 114 + 20 * row, "办公费")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert [row[1:3] for row in flat(table)] == [["25,094,080.21", "302"], ["754,629.74", "30201"]]


def test_a_heading_higher_than_its_row_stays_in_its_cell(tmp_path: Path) -> None:
    """Its first line is printed beside the heading above, its last over the column number below."""

    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 130, 180, 234, 288], [112, 124, 136])
        line(canvas, 50, 100, 288, 100)
        line(canvas, 50, 148, 288, 148)
        for x in (50, 130, 288):
            line(canvas, x, 100, x, 112)
            line(canvas, x, 136, x, 148)
        for x in (180, 234):
            line(canvas, x, 136, x, 148)
        say(canvas, 60, 109, "项目", 8)
        say(canvas, 178, 109, "支出", 8)
        say(canvas, 60, 121, "科目名称", 8)
        say(canvas, 146, 121, "合计", 8)
        for k, (first, second, third) in enumerate(
            (("政府性基金", "预算财政拨", "款支出"), ("国有资本经", "营预算财政", "拨款支出"))
        ):
            for row, text in enumerate((first, second, third)):
                say(canvas, 187 + 54 * k, 109.5 + 12 * row, text, 8)
        say(canvas, 60, 133, "栏次", 8)
        for k in range(3):
            say(canvas, 153 + 54 * k, 133, str(k + 1), 8)
        say(canvas, 60, 145, "其他支出", 8)
        for x, text in ((140, "30.00"), (196, "20.00"), (250, "10.00")):
            say(canvas, x, 145, text, 8)

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert flat(table)[1] == ["科目名称", "合计", "政府性基金预算财政拨款支出", "国有资本经营预算财政拨款支出"]
    assert flat(table)[0][:2] == ["项目", "支出"]
    assert flat(table)[2] == ["栏次", "1", "2", "3"]


def test_a_figure_wider_than_its_cell_is_one_figure(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 130, 180, 240], [100, 120, 140])
        for row in range(2):
            say(canvas, 54, 114 + 20 * row, "工资福利支出")
            say(canvas, 183 - canvas.stringWidth("25,094,080.21", LATIN, 10), 114 + 20 * row, "25,094,080.21")

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert flat(table) == [["工资福利支出", "25,094,080.21", ""]] * 2


def test_rows_stacked_in_one_band_with_few_figures_on_the_other_side(tmp_path: Path) -> None:
    income = [
        ("总收入", "8360187"),
        ("一、预算收入", "3308167"),
        ("二、补助收入", "3915848"),
        ("（一）返还性", "291308"),
    ]
    income += [("增值税返还", "66206"), ("体制补助", "12"), ("结算补助", "23708")]
    spent = [("总支出", "8360187"), ("一、预算支出", "8149267"), *((f"第{n}项补助支出", "") for n in range(5))]

    def draw(canvas: Canvas) -> None:
        for x in (50, 150, 190, 290, 330):
            line(canvas, x, 100, x, 240)
        for y in (100, 120, 240):
            line(canvas, 50, y, 330, y)
        for x, text in ((54, "收入"), (154, "预算"), (194, "支出"), (294, "预算")):
            say(canvas, x, 114, text)
        for row, (one, other) in enumerate(zip(income, spent, strict=True)):
            for x, text in zip((54, 152, 194, 292), (*one, *other), strict=True):
                say(canvas, x, 132 + 16 * row, text)

    table = only_table(read_pdf(page(tmp_path, draw)))
    assert texts(table)[1:] == [[*one, *other] for one, other in zip(income, spent, strict=True)]


CLOSE = [
    ("合计", "720,813.011113", "150,928.530001", "4.819416"),
    ("201 一般公共服务支出", "38,948.612207", "", "15.768902"),
    ("机关事业单位基本养老保险缴费支出", "", "-142,725.251388", "27.508965"),
    ("其他支出", "205,802.163708", "3.174072", "656.962676"),
]


@pytest.mark.parametrize("frame", [False, True])
def test_close_columns_and_wrapped_names_without_vertical_rules(tmp_path: Path, frame: bool) -> None:
    def draw(canvas: Canvas) -> None:
        tops = (120.0, 140.0, 165.0, 190.0)
        for y in (88, 108, 200):
            line(canvas, 50, y, 400, y)
        if frame:
            line(canvas, 50, 88, 50, 200)
            line(canvas, 400, 88, 400, 200)
        for x, text in zip((60, 200, 280, 360), ("项目", "合计", "基本支出", "其他"), strict=True):
            say(canvas, x, 102, text)
        for top, (name, *figures) in zip(tops, CLOSE, strict=True):
            halves = (name[:10], name[10:]) if len(name) > 14 else (name,)
            for k, half in enumerate(halves):
                say(canvas, 54, top + (k - (len(halves) - 1) / 2) * 12, half)
            for right, figure in zip((238, 316, 396), figures, strict=True):
                canvas.setFont("Times-Roman", 10)
                canvas.drawRightString(right, HEIGHT - top, figure)

    table = only_table(read_pdf(page(tmp_path, draw)))
    got = [[re.sub(r"\s", "", text) for text in row] for row in texts(table)]
    assert got[0] == ["项目", "合计", "基本支出", "其他"]
    assert got[1:] == [[name.replace(" ", ""), *figures] for name, *figures in CLOSE]


def test_several_tables_of_different_make_on_one_page(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)
        say(canvas, 200, 220, "表2 支出情况表", 14)
        for y in (240, 260, 330):
            line(canvas, 60, y, 520, y)
        for x, text in ((70, "项目"), (300, "预算数"), (450, "决算数")):
            say(canvas, x, 254, text)
        for row in range(3):
            for x, text in ((70, f"第{row}项"), (300, f"{row}1.00"), (450, f"{row}2.00")):
                say(canvas, x, 276 + 20 * row, text)

    first, second = read_pdf(page(tmp_path, draw)).tables()
    assert texts(first) == EXPECTED
    assert texts(second) == [["项目", "预算数", "决算数"], *([f"第{r}项", f"{r}1.00", f"{r}2.00"] for r in range(3))]


def test_a_blank_page_between_parts_of_a_table(tmp_path: Path) -> None:
    def part(canvas: Canvas) -> None:
        grid(canvas, XS, YS)
        body(canvas)

    extract = read_pdf(page(tmp_path, part, lambda canvas: None, part))
    assert [(table.place.page, texts(table)) for table in extract.tables()] == [(1, EXPECTED), (3, EXPECTED)]
    assert extract.pages == 3 and extract.notes == ()


Box4 = tuple[float, float, float, float]


@pytest.mark.parametrize(
    ("crop", "turn"),
    [((0, 0, 595, 842), 0), ((20, 30, 575, 812), 0), ((20, 30, 575, 812), 90), ((20, 30, 575, 812), 270)],
)
def test_boxes_stand_on_the_page_as_displayed(tmp_path: Path, crop: Box4, turn: int) -> None:
    """The frame of a cell in points from the top left corner of what a viewer shows (CropBox, /Rotate)."""
    left, bottom, right, top = crop

    def draw(canvas: Canvas) -> None:
        canvas.setCropBox(crop)
        if turn:
            canvas.setPageRotation(turn)
        grid(canvas, XS, YS)
        body(canvas)

    extract = read_pdf(page(tmp_path, draw, size=(WIDTH, HEIGHT) if turn % 180 == 0 else (HEIGHT, WIDTH)))
    cell = next(cell for cell in only_table(extract).cells if cell.text == "1,511.89")
    height = WIDTH if turn % 180 else HEIGHT
    # 360…500 from the left, 140…160 under the upper edge of the canvas, in user space:
    x0, y0, x1, y1 = 360 - left, height - 160 - bottom, 500 - left, height - 140 - bottom
    wide, high = right - left, top - bottom
    shown: dict[int, Callable[[], Box4]] = {
        0: lambda: (x0, high - y1, x1, high - y0),
        90: lambda: (y0, x0, y1, x1),
        270: lambda: (high - y1, wide - x1, high - y0, wide - x0),
    }
    assert cell.place.box == pytest.approx(shown[turn](), abs=0.6)
    assert extract.page_sizes[0] == ((wide, high) if turn % 180 == 0 else (high, wide))


def test_chinese_and_figures_on_different_baselines_are_one_line(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        grid(canvas, [50, 200, 300], [100, 120, 140])
        for row, text in enumerate(("总计", "结余")):
            say(canvas, 54, 112 + 20 * row, text)
            say(canvas, 80, 115 + 20 * row, f"（{row}）")
            say(canvas, 240, 109.5 + 20 * row, "2,995")
            say(canvas, 263, 111.5 + 20 * row, ".39")

    assert texts(only_table(read_pdf(page(tmp_path, draw)))) == [["总计（0）", "2,995.39"], ["结余（1）", "2,995.39"]]


def test_figures_written_down_one_character_a_line_make_no_rows(tmp_path: Path) -> None:
    xs, ys = [60.0, 90.0, 105.0, 120.0], [100.0, 120.0, 200.0, 280.0]

    def draw(canvas: Canvas) -> None:
        grid(canvas, xs, ys)
        for column, text in enumerate(("科目", "甲", "乙")):
            say(canvas, xs[column] + 3, 114, text, 8)
        for top, name, first, second in ((130, "培训支出", "20.75", "1.00"), (210, "进修支出", "18.20", "3.15")):
            for x, word in zip(xs, (name, first, second), strict=False):
                for number, character in enumerate(word):
                    say(canvas, x + 4, top + 9 * number, character, 8)

    found = texts(only_table(read_pdf(page(tmp_path, draw))))
    assert [[cell.replace("\n", "") for cell in row] for row in found] == [
        ["科目", "甲", "乙"],
        ["培训支出", "20.75", "1.00"],
        ["进修支出", "18.20", "3.15"],
    ]


def test_column_numbers_beside_their_figures_do_not_shift_the_columns(tmp_path: Path) -> None:
    """Without rules: numbers set left, figures set right, so that a number comes close to the figures before it."""
    lefts = [60.0, 130.0, 200.0, 270.0]

    def draw(canvas: Canvas) -> None:
        for x, number in zip(lefts[1:], "123", strict=True):
            say(canvas, x, 110, number)
        say(canvas, 60, 110, "栏次")
        for row, (name, *figures) in enumerate(
            (
                ("合计", "1,383.21", "1,383.20", "0.01"),
                ("行政运行", "993.71", "993.70", "0.01"),
                ("机关服务", "389.50", "389.50", "0.00"),
            )
        ):
            say(canvas, 60, 130 + 14 * row, name)
            for x, figure in zip(lefts[1:], figures, strict=True):
                canvas.setFont("Times-Roman", 10)
                canvas.drawRightString(x + 68, 842 - 130 - 14 * row, figure)

    rows = texts(only_table(read_pdf(page(tmp_path, draw))))
    assert [row for row in rows if row[0] == "合计"] == [["合计", "1,383.21", "1,383.20", "0.01"]]


def test_a_code_begins_a_row_of_its_own_where_nothing_is_ruled(tmp_path: Path) -> None:
    """The long name is wrapped above its figures, close under the row before it."""

    def draw(canvas: Canvas) -> None:
        lines = (
            ("项目", "合计", "基本支出"),
            ("[208]社会保障和就业支出", "257.40", "257.40"),
            ("[20805]行政事业单位养老支出", "257.40", "257.40"),
            ("[2080505]机关事业单位基本养老保险缴费", "", ""),
            ("支出", "95.15", "95.15"),
            ("[2080506]机关事业单位职业年金缴费支出", "162.25", "162.25"),
        )
        for number, (name, *figures) in enumerate(lines):
            top = 120 + 9.2 * number
            say(canvas, 60, top, name, 11)
            for right, figure in zip((340, 420), figures, strict=True):
                canvas.setFont("Times-Roman", 11)
                canvas.drawRightString(right, HEIGHT - top, figure)

    got = flat(only_table(read_pdf(page(tmp_path, draw))))
    assert [row[0] for row in got if row[1] == "95.15"] == ["[2080505]机关事业单位基本养老保险缴费支出"]
    assert [row for row in got if row[0].startswith("[20805]")] == [["[20805]行政事业单位养老支出", "257.40", "257.40"]]
