"""Scans and pictures: what is read, what is said to be doubtful, and that nothing is taken from the network."""

from __future__ import annotations

import math
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from extractors import Limits, read
from extractors.errors import DamagedDocument, NoTextLayer, TooLarge
from extractors.limits import Clock
from extractors.model import Extract, Table
from extractors.ocr import Scanner, ranges

cv2 = pytest.importorskip("cv2", reason="the optional part 'ocr' is not installed")

from extractors.ocr_engine import Reading, is_figure  # noqa: E402
from extractors.ocr_page import DOUBT, _doubtful, _Line, _lost_points, _with_stray  # noqa: E402
from extractors.ocr_picture import find_tilt, prepare  # noqa: E402
from extractors.ocr_rules import find_rules  # noqa: E402

DPI = 150
ROWS = [
    ["CODE", "TOTAL", "BASIC", "PROJECT"],
    ["201", "1,687.92", "1,204.11", "483.81"],
    ["20101", "1,312.13", "1,204.11", "108.02"],
    ["20199", "375.79", "", "375.79"],
    ["", "0.00", "7", "0.00"],
]
RED = (222, 70, 66)


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _form(seal: bool = False) -> Image.Image:
    """A ruled table of figures; the last row's first two cells are one."""
    picture = Image.new("RGB", (1240, 900), "white")
    draw = ImageDraw.Draw(picture)
    xs, ys = [120, 380, 620, 860, 1100], [200 + 60 * i for i in range(len(ROWS) + 1)]
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill="black", width=2)
    for x in xs:
        bottom = ys[-2] if x == xs[1] else ys[-1]
        draw.line((x, ys[0], x, bottom), fill="black", width=2)
    draw.text((480, 110), "FORM 2024", fill="black", font=_font(36))
    for y, row in zip(ys, ROWS, strict=False):
        for x, text in zip(xs[1:], row, strict=True):
            width = draw.textlength(text, font=_font(26))
            draw.text((x - 12 - width, y + 14), text, fill="black", font=_font(26))
    if seal:
        stamp = Image.new("RGB", picture.size, "white")
        pen = ImageDraw.Draw(stamp)
        pen.ellipse((520, 230, 770, 480), outline=RED, width=6)
        pen.polygon([(645, 300), (670, 380), (610, 330), (680, 330), (620, 380)], fill=RED)
        picture = ImageChops.multiply(picture, stamp)
    return picture


def _table(extract: Extract) -> Table:
    (table,) = extract.tables()
    return table


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Extract:
    """A sealed form laid in askew, as a scanned PDF, read without a network."""
    path = tmp_path_factory.mktemp("scan") / "scan.pdf"
    askew = _form(seal=True).rotate(1.3, resample=Image.Resampling.BICUBIC, fillcolor="white")
    askew.save(path, "PDF", resolution=DPI, quality=60)

    def refuse(*_: Any) -> None:
        raise AssertionError("a connection was tried")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        return read(path)


def test_a_scanned_form_gives_its_cells_with_spans_and_figures(scanned: Extract) -> None:
    table = _table(scanned)
    assert (scanned.format, scanned.engine, table.engine) == ("pdf-scan", "rapidocr", "rapidocr")
    assert (table.n_rows, table.n_columns) == (5, 4)
    texts = [[cell.text if cell else None for cell in row] for row in table.grid()]
    assert [row[1:] for row in texts[1:4]] == [row[1:] for row in ROWS[1:4]]
    assert texts[4] == ["0.00", "0.00", "7", "0.00"]
    assert next(cell for cell in table.cells if cell.row == 4).column_span == 2


def test_a_blank_cell_stays_blank_under_a_seal(scanned: Extract) -> None:
    assert [cell.text for cell in _table(scanned).cells if (cell.row, cell.column) == (3, 2)] == [""]


def test_boxes_stand_where_the_askew_page_shows_the_cells(scanned: Extract) -> None:
    (cell,) = (cell for cell in _table(scanned).cells if cell.text == "1,687.92")
    assert cell.place.box is not None
    angle = math.radians(-1.3)
    dx, dy = 500 - 620, 290 - 450  # the cell's middle, from the middle of the picture
    x = (dx * math.cos(angle) - dy * math.sin(angle) + 620) * 72 / DPI
    y = (dx * math.sin(angle) + dy * math.cos(angle) + 450) * 72 / DPI
    middle = ((cell.place.box[0] + cell.place.box[2]) / 2, (cell.place.box[1] + cell.place.box[3]) / 2)
    assert abs(middle[0] - x) < 3
    assert abs(middle[1] - y) < 3


def test_a_recognised_document_says_so_once_and_page_by_page(scanned: Extract) -> None:
    assert [note.page for note in scanned.notes if note.code == "ocr"] == [None]
    (page,) = (note for note in scanned.notes if note.code == "ocr-page")
    assert page.page == 1
    assert "印章 1 处" in page.message
    assert "倾斜 1.3 度" in page.message


def test_a_picture_is_read_like_a_scan_and_measured_in_points(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"  # names lie
    _form().save(path, "PNG", dpi=(DPI, DPI))
    extract = read(path)
    assert extract.format == "pdf-scan"
    assert list(extract.page_sizes[0]) == pytest.approx([595.2, 432.0], abs=0.1)
    assert [cell.text for cell in _table(extract).cells if cell.row == 1] == ROWS[1]


def test_a_picture_without_text_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (400, 300), "white").save(blank)
    with pytest.raises(NoTextLayer, match="没有识别出任何文字"):
        read(blank)
    broken = tmp_path / "broken.png"
    broken.write_bytes(blank.read_bytes()[:60])
    with pytest.raises(DamagedDocument):
        read(broken)


def test_without_the_engine_the_refusal_tells_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.ocr.available", lambda: False)
    path = tmp_path / "scan.pdf"
    _form().save(path, "PDF", resolution=DPI)
    with pytest.raises(NoTextLayer, match=r"kuanxiang\[ocr\]"):
        read(path)


def test_a_seal_is_taken_off_and_what_is_black_under_it_stays() -> None:
    plain, sealed = (prepare(np.asarray(_form(seal)), 595.2) for seal in (False, True))
    assert (len(plain.seals), len(sealed.seals)) == (0, 1)
    ink = plain.grey < 128
    assert (sealed.grey[ink] < 160).mean() > 0.99
    assert (sealed.grey[plain.grey > 250] > 200).mean() > 0.999


def test_red_figures_are_text_and_stay() -> None:
    picture = Image.new("RGB", (1600, 1000), "white")
    ImageDraw.Draw(picture).text((300, 400), "-1,234.56", fill=(210, 20, 20), font=_font(40))
    ready = prepare(np.asarray(picture), 800)
    assert ready.seals == ()
    assert ready.grey.min() < 140


@pytest.mark.parametrize("tilt", [-2.4, -0.5, 0.8, 3.1])
def test_the_tilt_of_a_page_is_found(tilt: float) -> None:
    askew = _form().rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor="white").convert("L")
    assert find_tilt(np.asarray(askew)) == pytest.approx(-tilt, abs=0.08)


def test_rules_survive_breaks_and_strokes_of_type_are_no_rules() -> None:
    picture = _form()
    draw = ImageDraw.Draw(picture)
    for x in (300, 700, 1000):
        draw.line((x, 255, x, 265), fill="white", width=6)  # the scanner lost some of the line
    _, (lattice,), cleaned = find_rules(prepare(np.asarray(picture), 595.2), 26)
    assert (len(lattice.xs), len(lattice.ys)) == (5, 6)
    assert cleaned[430, 200:1100].min() == 255 or (cleaned[430, 200:1100] < 128).mean() < 0.1
    text = Image.new("RGB", (1600, 1000), "white")
    ImageDraw.Draw(text).text((100, 300), "EEEEEE TTTTTT -- ----- 1111111 HHHHHH", fill="black", font=_font(60))
    rules, lattices, _ = find_rules(prepare(np.asarray(text), 800), 60)
    assert lattices == []
    assert not len(rules.vertical)


def _said(text: str, second: str | None = None, scores: dict[int, float] | None = None) -> _Line:
    characters = tuple((c, (scores or {}).get(i, 0.99), i / len(text)) for i, c in enumerate(text))
    again = None if second is None else Reading(tuple((c, 0.99, 0.5) for c in second))
    return _Line((100, 100, 100 + 12 * len(text), 120), Reading(characters), again)


def test_one_weak_digit_puts_its_figure_in_doubt_and_no_other() -> None:
    assert _doubtful(_said("1,687.92", "1,687.92"), False) == set()
    assert _doubtful(_said("1,687.92", "1,687.92", {3: 0.5}), False) == {7}
    assert _doubtful(_said("预算20万元，减少35万元", None, {9: 0.4}), False) == {10}


def test_a_second_look_that_reads_otherwise_puts_a_figure_in_doubt() -> None:
    assert _doubtful(_said("375.79", "375.70"), False) == {5}
    assert _doubtful(_said("375.79", "375. 79"), False) == set()


def test_a_figure_that_lost_its_point_against_its_column_is_in_doubt() -> None:
    lines = [_said(text) for text in ("687.92", "204.11", "483.81", "10802")]
    for i, line in enumerate(lines):
        line.box = (500, 100 + 40 * i, 620, 120 + 40 * i)
    assert _lost_points(lines) == {3}
    lines[3] = _said("108")
    assert _lost_points(lines) == set()


def test_a_doubtful_figure_is_no_amount() -> None:
    from models.money import read_amount

    assert read_amount("1,687.92" + DOUBT) is None


def test_scanned_pages_get_time_of_their_own_up_to_a_bound() -> None:
    asked: list[float] = []
    clock = Limits(max_seconds=0.0, scan_seconds=20, max_scan_seconds=50, more_time=asked.append).clock()
    for _ in range(4):
        clock.scan()
    assert asked == [20, 20, 10]
    clock.check()
    with pytest.raises(TooLarge, match="时限"):
        Limits(max_seconds=-1.0, scan_seconds=0).clock().check()


def test_page_numbers_in_words() -> None:
    assert ranges([1, 2, 3, 7, 9, 10]) == "1–3、7、9–10"
    assert Scanner(Clock(1)).notes() == []


@pytest.mark.parametrize("quarter", [2, 3])
def test_a_page_laid_in_sideways_or_upside_down_is_turned(tmp_path: Path, quarter: int) -> None:
    path = tmp_path / "page.png"
    _form().rotate(90 * quarter, expand=True).save(path, "PNG", dpi=(DPI, DPI))
    extract = read(path)
    assert [cell.text for cell in _table(extract).cells if cell.row == 1] == ROWS[1]
    (cell,) = (cell for cell in _table(extract).cells if cell.text == "1,687.92")
    x, y, width, height = 500.0, 290.0, 1240.0, 900.0
    for _ in range(quarter):  # as the picture was turned, counter-clockwise
        x, y, width, height = y, width - x, height, width
    assert cell.place.box is not None
    assert (cell.place.box[0] + cell.place.box[2]) / 2 == pytest.approx(x * 72 / DPI, abs=3)
    assert (cell.place.box[1] + cell.place.box[3]) / 2 == pytest.approx(y * 72 / DPI, abs=3)


def test_a_stroke_of_a_seal_beside_a_figure_is_offered_as_print_too() -> None:
    wrapped, stray = _said("350,034.4", "350,034.4"), _said("2")
    stray.box = (100, 130, 108, 150)  # on the next line of the cell
    offered = (("350,034.4", "初读"),)
    assert [text for text, _ in _with_stray(wrapped, stray, offered)] == ["350,034.42"]
    stray.box = (80, 100, 90, 120)
    assert [text for text, _ in _with_stray(wrapped, stray, offered)] == []  # 2350,034.4 is no figure
    dash = _said("一")
    assert [text for text, _ in _with_stray(wrapped, dash, offered)] == ["-350,034.4"]
    assert _with_stray(wrapped, _said("王"), offered) == ()


def test_a_lone_stroke_under_a_seal_is_in_doubt() -> None:
    line = _said("1", "1")
    assert _doubtful(line, False) == set()
    line.stray = True
    assert _doubtful(line, False) == {0}


def test_a_figure_with_one_misread_sign_is_still_looked_at_as_a_figure() -> None:
    assert is_figure("2,785,265.4€") and is_figure("1,234.50") and is_figure("7")
    assert not is_figure("预算20万元") and not is_figure("A4") and not is_figure("2024年")
    assert not is_figure("——")


def test_what_a_seal_leaves_is_no_ink_and_print_under_it_is_read_from_the_picture_as_it_came() -> None:
    ready = prepare(np.asarray(_form(True)), 595.2)
    assert ready.rims is not None and ready.red is not None
    assert ready.under_seal((640, 350, 650, 360))
    assert not ready.under_seal((130, 210, 150, 230))
    plain = prepare(np.asarray(_form(False)), 595.2)
    ink = plain.grey < 100
    assert (ready.without_rims()[ink] < 160).mean() > 0.98  # no figure is taken off with the rims
    assert (plain.rims, plain.red, plain.under_seal((640, 350, 650, 360))) == (None, None, False)


def test_a_ring_that_rules_tear_apart_is_one_seal_and_red_text_beside_it_stays() -> None:
    picture = _form(seal=True)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((500, 425, 790, 443), fill="white")  # nothing of the ring is left here
    draw.text((800, 470), "RED 12.50", fill=RED, font=_font(26))
    ready = prepare(np.asarray(picture), 595.2)
    (seal,) = ready.seals
    factor = ready.grey.shape[1] / picture.width
    assert seal[3] == pytest.approx(481 * factor, abs=8)  # down to the foot of the ring
    foot = ready.grey[round(455 * factor) : round(478 * factor), round(640 * factor) : round(730 * factor)]
    assert (foot < 150).mean() < 0.01
    text = ready.grey[round(470 * factor) : round(500 * factor), round(800 * factor) : round(930 * factor)]
    assert text.min() < 140
