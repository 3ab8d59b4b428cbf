"""OFD: every amount in its cell whatever way the page is drawn; damaged and picture-only documents say so."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from extractors import Limits, read
from extractors.errors import DamagedDocument, ExtractionError, NoTextLayer, TooLarge
from extractors.ofd import read_ofd, resolve
from extractors.pdf import read_pdf
from extractors.pdf_pdfium import read_content
from tests.extractors.builders import only_table, texts, write_zip
from tests.extractors.ofd_builder import OfdPage, write_ofd

_SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
_ROWS = [
    ["项目", "2024年", "2023年"],
    ["一、一般公共服务支出", "1,234.56", ""],
    ["二、教育支出", "-0.50", "88"],
    ["合计", "1,234.06", "88.00"],
]
_XS = [20.0, 80.0, 120.0, 160.0]
_YS = [40.0, 48.0, 56.0, 64.0, 72.0]


@pytest.mark.parametrize("deltas", ["short", "long", "none"])
def test_ruled_table(tmp_path: Path, deltas: str) -> None:
    page = OfdPage()
    page.text(70, 20, "收入支出总表", 6)
    page.text(130, 36, "单位：万元")
    page.grid(_XS, _YS, _ROWS, deltas=deltas)
    extract = read(write_ofd(tmp_path / "a.ofd", [page], title="公开表"))
    assert (extract.format, extract.pages, extract.title) == ("ofd", 1, "公开表")
    assert texts(only_table(extract)) == _ROWS
    assert [paragraph.text for paragraph in extract.paragraphs()] == ["收入支出总表", "单位：万元"]


def test_places_are_points_on_the_page(tmp_path: Path) -> None:
    page = OfdPage()
    page.grid(_XS, _YS, _ROWS)
    extract = read(write_ofd(tmp_path / "a.ofd", [OfdPage(objects=page.objects[:0]), page]))
    cell = next(cell for cell in only_table(extract).cells if cell.text == "1,234.56")
    assert cell.place.page == 2
    assert cell.place.box == pytest.approx([value * 72 / 25.4 for value in (80, 48, 120, 56)], abs=0.05)
    assert extract.page_sizes[1] == pytest.approx((595.28, 841.89), abs=0.01)


def test_lines_drawn_as_filled_rectangles(tmp_path: Path) -> None:
    page = OfdPage()
    fill = ' Stroke="false" Fill="true"'
    for y in _YS:
        page.path("M 0 0 L 140 0 L 140 0.2 L 0 0.2 C", 20, y, 140, 0.2, fill)
    for x in _XS:
        page.path("M 0 0 L 0.2 0 L 0.2 32 L 0 32 C", x, 40, 0.2, 32, fill)
    lettering = OfdPage()
    lettering.grid(_XS, _YS, _ROWS)
    page.objects += [item for item in lettering.objects if "TextObject" in item]
    assert texts(only_table(read(write_ofd(tmp_path / "a.ofd", [page])))) == _ROWS


def test_one_path_for_all_lines_and_a_scaled_frame(tmp_path: Path) -> None:
    page = OfdPage()
    data = " ".join(
        [f"M {_XS[0] * 2} {y * 2} L {_XS[-1] * 2} {y * 2}" for y in _YS]
        + [f"M {x * 2} {_YS[0] * 2} L {x * 2} {_YS[-1] * 2}" for x in _XS]
    )
    page.path(data, 0, 0, 210, 297, ' CTM="0.5 0 0 0.5 0 0"')
    for top, row in zip(_YS, _ROWS, strict=False):
        for left, text in zip(_XS, row, strict=False):
            if text:
                page.text(left + 1, top + 5 + 4, text, 8, more=' CTM="0.5 0 0 0.5 0 0"')
    assert texts(only_table(read(write_ofd(tmp_path / "a.ofd", [page])))) == _ROWS


@pytest.mark.parametrize("direction", [90, 270])
def test_page_laid_out_sideways(tmp_path: Path, direction: int) -> None:
    upright = OfdPage(297, 210)
    upright.grid(_XS, _YS, _ROWS)
    # A turned sheet: (x, y) of the drawing stands at (210 − y, x), or at (y, 297 − x).
    matrix = "0 1 -1 0 210 0" if direction == 90 else "0 -1 1 0 0 297"
    page = OfdPage(210, 297)
    for item in upright.objects:
        boundary = item.split('Boundary="')[1].split('"')[0]
        x, y, *_ = map(float, boundary.split())
        a, b, c, d, e, f = map(float, matrix.split())
        ctm = f"{a} {b} {c} {d} {a * x + c * y + e} {b * x + d * y + f}"
        page.objects.append(item.replace(f'Boundary="{boundary}"', f'Boundary="0 0 210 297" CTM="{ctm}"'))
    table = only_table(read(write_ofd(tmp_path / "a.ofd", [page])))
    assert texts(table) == _ROWS
    box = next(cell.place.box for cell in table.cells if cell.text == "1,234.56")
    assert box is not None
    expected = (210 - 56, 80, 210 - 48, 120) if direction == 90 else (48, 297 - 120, 56, 297 - 80)
    assert box == pytest.approx([value * 72 / 25.4 for value in expected], abs=0.05)


def test_merged_header_and_wrapped_cells(tmp_path: Path) -> None:
    page = OfdPage()
    for y in (40, 56, 70):
        page.line(20, y, 140, y)
    page.line(60, 48, 140, 48)
    for x in (20, 60, 140):
        page.line(x, 40, x, 70)
    page.line(100, 48, 100, 70)
    for x, y, text in (
        (22, 49, "科目"), (80, 45, "本年支出"), (62, 53, "基本支出"), (102, 53, "项目支出"),
        (22, 61, "一般公共"), (22, 66, "服务支出"), (70, 64, "21,118.5"), (102, 61, "1,00"), (102, 66, "0.00"),
    ):  # fmt: skip
        page.text(x, y, text)
    table = only_table(read(write_ofd(tmp_path / "a.ofd", [page])))
    cells = {cell.text: (cell.row, cell.column, cell.row_span, cell.column_span) for cell in table.cells}
    assert cells["科目"] == (0, 0, 2, 1)
    assert cells["本年支出"] == (0, 1, 1, 2)
    assert cells["一般公共\n服务支出"] == (2, 0, 1, 1)
    assert cells["21,118.5"] == (2, 1, 1, 1)
    assert cells["1,00\n0.00"] == (2, 2, 1, 1)


def test_three_line_table(tmp_path: Path) -> None:
    page = OfdPage()
    rows = [["科目", "年初预算", "决算数"], *[[f"第{i}项支出", f"{i},000.10", f"{i}.20"] for i in range(1, 7)]]
    for y in (40, 48, 96):
        page.line(20, y, 160, y)
    for number, row in enumerate(rows):
        for left, text in zip((25, 80, 130), row, strict=True):
            page.text(left, 45 + 8 * number, text)
    assert texts(only_table(read(write_ofd(tmp_path / "a.ofd", [page])))) == rows


def test_template_lines_and_invisible_text(tmp_path: Path) -> None:
    form = OfdPage()
    form.grid(_XS, _YS, _ROWS[:1])
    pages = []
    for number in (1, 2):
        page = OfdPage(template='<ofd:Template TemplateID="7"/>')
        for top, row in zip(_YS[1:], _ROWS[1:], strict=False):
            for left, text in zip(_XS, row, strict=False):
                if text:
                    page.text(left + 1, top + 5, text.replace("8", str(number)))
        page.text(82, 53, "999", more=' Visible="false"')
        page.text(122, 53, "777", more=' CTM="0.7 0.7 -0.7 0.7 0 0"')
        pages.append(page)
    extract = read(write_ofd(tmp_path / "a.ofd", pages, templates={"7": form}))
    tables = list(extract.tables())
    assert [texts(table)[2][2] for table in tables] == ["11", "22"]
    assert all(texts(table)[0] == _ROWS[0] and texts(table)[1][2] == "" for table in tables)


def test_the_pages_of_a_sample_read_the_same_as_ofd_and_pdf(tmp_path: Path) -> None:
    import pypdfium2 as pdfium

    source = max(_SAMPLES.glob("*.pdf"), key=lambda path: path.stat().st_size)  # the one with most tables
    document = pdfium.PdfDocument(source)
    scale = 25.4 / 72
    pages = []
    for index in range(len(document)):
        content = read_content(document, index)
        page = OfdPage(content.frame[0] * scale, content.frame[1] * scale)
        letters = content.characters
        for i, letter in enumerate(letters.text):
            size = letters.size[i] * scale
            base = letters.middle[i] * scale + 0.36 * size
            page.text(letters.x0[i] * scale, base, letter, size)
        for y, x0, x1 in (content.rules.horizontal * scale).tolist():
            page.line(x0, y, x1, y)
        for x, y0, y1 in (content.rules.vertical * scale).tolist():
            page.line(x, y0, x, y1)
        pages.append(page)
    document.close()
    ofd, pdf = read(write_ofd(tmp_path / "a.ofd", pages)), read_pdf(source)
    assert [texts(table) for table in ofd.tables()] == [texts(table) for table in pdf.tables()]
    assert sum(1 for _ in pdf.tables()) > 5


def test_pictures_and_damage_are_refused_with_a_reason(tmp_path: Path) -> None:
    page = OfdPage()
    page.objects.append('<ofd:ImageObject Boundary="0 0 210 297" ResourceID="5"/>')
    with pytest.raises(NoTextLayer, match="OCR"):
        read(write_ofd(tmp_path / "a.ofd", [page]))
    with pytest.raises(DamagedDocument, match="OFD"):
        read(write_ofd(tmp_path / "b.ofd", []))
    with pytest.raises(DamagedDocument):
        read(write_zip(tmp_path / "c.ofd", {"OFD.xml": "<OFD><DocBody><DocRoot>x.xml</DocRoot></DocBody></OFD>"}))
    bomb = '<!DOCTYPE a [<!ENTITY b "ccc">]><OFD>&b;</OFD>'
    with pytest.raises(DamagedDocument):
        read(write_zip(tmp_path / "d.ofd", {"OFD.xml": bomb}))
    with pytest.raises(TooLarge):
        full = OfdPage()
        full.grid(_XS, _YS, _ROWS)
        read(write_ofd(tmp_path / "e.ofd", [full, full]), limits=Limits(max_pages=1))


@pytest.mark.parametrize(
    "content",
    [
        '<ofd:TextObject Boundary="x" Size="4"><ofd:TextCode DeltaX="g 999999999 1">好</ofd:TextCode></ofd:TextObject>',
        '<ofd:TextObject Size="1e308" CTM="1e308 0 0 1e308 0 0"><ofd:TextCode X="9e300">好</ofd:TextCode></ofd:TextObject>',
        "<ofd:PathObject><ofd:AbbreviatedData>M 1 L B 3 C C 1e999 M M 1 2 L nan</ofd:AbbreviatedData></ofd:PathObject>",
        "<ofd:PageBlock>" * 60 + "</ofd:PageBlock>" * 60,
    ],
)
def test_nonsense_on_a_page_never_crashes(tmp_path: Path, content: str) -> None:
    page = OfdPage(objects=[content])
    with contextlib.suppress(ExtractionError):
        read_ofd(write_ofd(tmp_path / "a.ofd", [page]), Limits())


def test_locations_of_parts() -> None:
    assert resolve("Doc_0", "Pages/Page_0/Content.xml") == "Doc_0/Pages/Page_0/Content.xml"
    assert resolve("Doc_0", "/Doc_1/a.xml") == "Doc_1/a.xml"
    assert resolve("Doc_0", "../../a.xml") == "a.xml"
