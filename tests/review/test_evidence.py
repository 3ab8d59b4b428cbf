"""What a steward looks at: the words a passage is framed for, pages of OFD documents, tables by their own titles."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.pdf_content import PageContent, no_characters, no_rules
from flows.home import Home
from flows.warehouse import reading, records
from review.asread import AsRead, Paper, PaperCell
from review.drawing import Cannot, Easel
from review.pages.item import head_rows, label_column, marks_of
from review.pictures import NoPicture, Pictures
from review.queries import form_name, in_groups
from review.queries.item import Leaf, Mark, load
from review.queries.queue import Queue
from review.sketch import svg
from tests.extractors.ofd_builder import OfdPage, write_ofd

_PNG = b"\x89PNG\r\n\x1a\n"


def test_an_amount_of_the_prose_is_found_inside_its_passage(faulty: Home) -> None:
    with reading(faulty) as connection:
        figures = records(
            connection,
            """SELECT l.*, d.format FROM line_item l JOIN document d USING (document_id)
               WHERE form = 'narrative' AND d.format = 'pdf' AND length(published_text) > 4 AND y1 - y0 > 12 ORDER BY page, y0 LIMIT 20""",
        )
    assert figures
    easel = Easel()
    for one in figures:
        frame = [one["x0"], one["y0"], one["x1"], one["y1"]]
        [found] = easel.find(faulty.original(one["document_id"]), one["page"], [(frame, one["published_text"])])
        assert found, one["published_text"]
        for box in found:
            assert box[0] < box[2] and box[1] < box[3] and box[3] - box[1] < 30
            assert frame[0] - 3 <= box[0] and box[2] <= frame[2] + 3 and frame[1] - 4 <= box[1] <= frame[3]


def test_part_of_a_figure_and_what_stands_elsewhere_are_not_found(faulty: Home) -> None:
    with reading(faulty) as connection:
        one = records(
            connection,
            """SELECT l.* FROM line_item l JOIN document d USING (document_id) WHERE form = 'narrative' AND d.format = 'pdf'
               AND regexp_matches(published_text, '^[0-9]{3,}[.][0-9]{2}$') LIMIT 1""",
        )[0]
    frame = [one["x0"], one["y0"], one["x1"], one["y1"]]
    above = [frame[0], 0.0, frame[2], 1.0]
    seek = [
        (frame, one["published_text"][1:]),
        (frame, one["published_text"][:-1]),
        (above, one["published_text"]),
        (frame, ""),
    ]
    found = Easel().find(faulty.original(one["document_id"]), one["page"], seek)
    assert found == [[], [], [], []]


def test_a_passage_is_shaded_and_its_figure_framed() -> None:
    box = (10.0, 10.0, 200.0, 40.0)
    marks = (Mark("a", "observed", box, "甲 1.00", "", "1.00"), Mark("b", "expected", box, "乙 2.00", "", "2.00"))
    leaf = Leaf("d", "f", "pdf", 1, None, None, "observed", marks, {}, {})
    shown = marks_of(leaf, {0: [[20.0, 12.0, 40.0, 20.0]], 1: [[60.0, 12.0, 80.0, 20.0]]})
    assert [(one["role"], one["box"][0]) for one in shown] == [
        ("passage", 10.0),
        ("observed", 20.0),
        ("expected", 60.0),
    ]
    assert [one["role"] for one in marks_of(leaf, {})] == ["observed", "expected"]


def test_a_page_of_an_ofd_document_is_drawn_with_its_text_where_it_stands(tmp_path: Path) -> None:
    page = OfdPage(210, 297)
    page.line(20, 50, 190, 50)
    page.text(25, 48, "<script>合计&", 4)
    path = write_ofd(tmp_path / "a.ofd", [OfdPage(210, 297), page])
    target = tmp_path / "page.svg"
    assert [round(one) for one in Easel().draw(path, 2, 2.0, target)] == [595, 842]
    drawn = target.read_text("utf-8")
    assert "&lt;script&gt;合计&amp;" in drawn and "<script" not in drawn
    assert 'y="136.06"' in drawn and "H538.58" in drawn, "places in points from the top left"
    with pytest.raises(Cannot, match="第 3 页"):
        Easel().draw(path, 3, 2.0, target)


def test_the_console_draws_ofd_pages_as_svg_and_other_packages_not_at_all(tmp_path: Path) -> None:
    name = "ab" * 32
    original = tmp_path / "originals" / "ab" / name
    original.parent.mkdir(parents=True)
    page = OfdPage(210, 297)
    page.text(25, 48, "收入总计", 4)
    write_ofd(original, [page])
    pictures = Pictures(tmp_path / "originals", tmp_path / "cache")
    try:
        drawn = pictures.page(name, 1)
        assert drawn.path.suffix == ".svg" and "收入总计" in drawn.path.read_text("utf-8")
        assert pictures.find(name, 1, [((0.0, 0.0, 600.0, 800.0), "收入总计")]) == [[]]
        original.write_bytes(b"PK\x03\x04 no package, only OFD.xml by name")
        with pytest.raises(NoPicture):
            pictures.page(name, 2)
    finally:
        pictures.close()


def test_only_pictures_go_into_a_drawn_page() -> None:
    content = PageContent(1, 100.0, 100.0, no_characters(), no_rules())
    box = (0.0, 0.0, 10.0, 10.0)
    drawn = svg(content, [(box, _PNG + b"x"), (box, b"<svg onload=alert(1)>")])
    assert drawn.count("<image") == 1 and "data:image/png;base64," in drawn and "onload" not in drawn


def test_a_table_goes_by_its_own_title_and_long_figures_by_thousands() -> None:
    assert form_name("other", "2024年地方政府债务情况表") == "2024年地方政府债务情况表"
    assert form_name("other") == "其他表" and form_name("expenditure", "随便") == "支出表" and form_name(None) == ""
    assert in_groups("2000000000.00") == "2,000,000,000.00" and in_groups("-49256215") == "-49,256,215"
    assert [in_groups(one) for one in ("1,234", "12.5%", "", "0012345", "3-5")] == [
        "1,234",
        "12.5%",
        "",
        "0012345",
        "3-5",
    ]


def _paper(rows: list[list[str]]) -> Paper:
    cells = tuple(
        (at, {n: PaperCell(text, f"R{at}C{n}", 1, 1, 0.0) for n, text in enumerate(row)}) for at, row in enumerate(rows)
    )
    return Paper("", len(rows[0]), cells, 0)


def test_the_head_and_the_column_of_names_are_told_from_the_figures() -> None:
    paper = _paper(
        [["科目", "名称", "合计"], ["编码", "", "万元"], ["201", "教育支出", "12.00"], ["202", "外交支出", "3.00"]]
    )
    assert head_rows(paper) == 2
    assert label_column(paper, {"R3C2": "observed"}) == 1
    assert label_column(paper, {"R9C9": "observed"}) == -1
    assert head_rows(_paper([["甲", "乙"], ["丙", "丁"]])) == 0


def test_the_percentage_an_item_accuses_is_framed_or_nothing_is(faulty: Home) -> None:
    row = next(row for row in Queue(faulty).rows() if row.expectation == "RATIO-GROWTH")
    item = load(faulty, row.review_id)
    [leaf] = item.leaves
    [number] = [number for number, mark in enumerate(leaf.marks) if mark.role == "observed"]
    accused = leaf.marks[number]
    assert accused.seek == (item.observed or "").strip("-%") == "3.06"
    [found] = Easel().find(faulty.original(leaf.document_id), leaf.page or 0, [(list(accused.box), accused.seek)])
    framed = [mark for mark in marks_of(leaf, {number: found}) if mark["role"] == "observed"]
    assert [mark["box"] for mark in framed] == found and len(found) == 1
    assert not [mark for mark in marks_of(leaf, {}) if mark["role"] == "observed"], "not the whole passage"


def test_a_document_is_shown_from_its_beginning_where_nothing_points_into_it(faulty: Home, tmp_path: Path) -> None:
    with reading(faulty) as connection:
        [word] = records(connection, "SELECT document_id, file_name FROM document WHERE format = 'docx'")
    papers = AsRead(faulty.originals, tmp_path, "test")
    try:
        shown = papers.around(word["document_id"], None, [])
    finally:
        papers.close()
    first = next(cell.text for _, cells in shown.rows for cell in cells.values() if cell.text.strip())
    assert first.strip() in "澜石区卫生健康局2024年度部门决算"
