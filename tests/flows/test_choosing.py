"""Figures of scans that read in more than one way: what identities settle, and what they must leave alone."""

from __future__ import annotations

from dataclasses import replace

from extractors.model import Doubt, Extract, Note, Paragraph, Table
from extractors.ocr_candidates import candidates, separated
from extractors.ocr_engine import Reading
from flows.choosing import settle_figures
from models.disclosure import Disclosure, LineItem
from models.forms import read_forms
from tests.models.grids import extract, final_account, line, table

MARK = "〔识别存疑〕"
HEAD = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n"


def understand(one: Extract) -> Disclosure:
    metadata = final_account()
    reading = read_forms(one, metadata)
    return Disclosure(metadata, tuple(reading.line_items), findings=tuple(reading.findings))


def scan(rows: str, offered: dict[tuple[int, int], tuple[str, ...]]) -> Extract:
    """A scanned 支出决算表; offered: readings of the figure at a row and column, marked where its cell is."""
    grid = replace(table(HEAD + rows), engine="rapidocr")
    doubts = []
    for cell in grid.cells:
        readings = offered.get((cell.row, cell.column))
        if readings:
            assert cell.place.box is not None
            pairs = tuple((text, "复读") for text in readings)
            doubts.append(Doubt(1, cell.place.box, cell.text, pairs, cell.text.endswith(MARK)))
    read = extract([line("支出决算表"), line("单位：万元"), grid])
    notes = (Note("ocr", "第 1 页由文字识别（OCR）读出。"),)
    return replace(read, format="pdf-scan", doubts=tuple(doubts), notes=notes)


def settled(rows: str, offered: dict[tuple[int, int], tuple[str, ...]]) -> tuple[Extract, list[LineItem], int]:
    read = scan(rows, offered)
    judged, disclosure, choices = settle_figures(read, understand(read), understand)
    return judged, list(disclosure.line_items), len(choices)


def figures(items: list[LineItem]) -> list[str]:
    return [item.published_text for item in items]


WHOLE = f" | 合计 | 18.50 | 10.20 | 8.30\n201 | 一般公共服务支出 | 18.50 | 10.20{MARK} | 8.30"


def test_the_reading_under_which_its_sums_hold_is_taken_and_stays_distinguishable() -> None:
    judged, items, count = settled(WHOLE, {(2, 3): ("10.26", "10.20", "16.20")})
    assert count == 1
    (item,) = (one for one in items if one.engine and "+identity" in one.engine)
    assert (item.published_text, item.component) == ("10.20", "basic")
    assert item.engine is not None and "10.26、10.20、16.20" in item.engine and "只有 10.20" in item.engine
    (note,) = (one for one in judged.notes if one.code == "ocr-identity")
    assert note.page == 1 and "10.20" in note.message
    assert "1 处已由合计关系" in next(one.message for one in judged.notes if one.code == "ocr")
    assert len(items) == 6


def test_no_digit_is_taken_that_no_look_offered() -> None:
    judged, items, count = settled(WHOLE, {(2, 3): ("10.26", "16.20")})
    assert count == 0
    assert MARK in next(iter(judged.tables())).cells[-2].text
    assert len(items) == 5


def test_two_combinations_that_both_hold_settle_nothing() -> None:
    rows = f"201 | 一般公共服务支出 | 18.50 | 1.20{MARK} | 7.30{MARK}"
    _, items, count = settled(rows, {(1, 3): ("11.20", "1.20", "17.20"), (1, 4): ("7.30", "1.30", "17.30")})
    assert count == 0
    assert figures(items) == ["18.50"]


def test_several_doubts_in_one_row_are_settled_together_where_columns_part_them() -> None:
    rows = f" | 合计 | 18.50 | 11.20 | 7.30\n201 | 一般公共服务支出 | 18.50 | 11.20{MARK} | 7.30{MARK}"
    _, items, count = settled(rows, {(2, 3): ("17.20", "11.20"), (2, 4): ("1.30", "7.30")})
    assert count == 2
    assert "11.20" in figures(items) and "7.30" in figures(items)


def test_a_figure_in_no_sum_stays_in_doubt() -> None:
    grid = " | 合计 | 18.50 | 10.20 | 8.30\n201 | 一般公共服务支出 | 18.50 |  | "
    read = scan(grid, {})
    lone = replace(table("项目 | 金额\n公务接待费 | 7.00" + MARK), engine="rapidocr")
    assert lone.cells[-1].place.box is not None
    doubt = Doubt(1, lone.cells[-1].place.box, "7.00" + MARK, (("7.00", "初读"), ("1.00", "复读")), True)
    read = replace(read, blocks=(*read.blocks[:2], lone), doubts=(doubt,))
    judged, _, choices = settle_figures(read, understand(read), understand)
    assert choices == {}
    assert judged is read


def test_a_sum_that_holds_under_no_reading_settles_no_neighbour() -> None:
    # The total was misread for sure (or printed wrong): nobody knows, so what its row alone says is not enough.
    rows = f" | 合计 | 18.50 | 10.31 | 8.30\n201 | 一般公共服务支出 | 18.50 | 10.20{MARK} | 8.30"
    _, _, count = settled(rows, {(2, 3): ("10.20", "16.20")})
    assert count == 0


def test_a_last_digit_inside_the_rounding_is_not_decided_by_it() -> None:
    rows = f"201 | 一般公共服务支出 | 18.50 | 10.20{MARK} | 8.30"
    _, items, count = settled(rows, {(1, 3): ("10.20", "10.21")})
    assert count == 0
    assert len(items) == 2


def test_where_all_sums_are_exact_the_last_digit_is_decided() -> None:
    rows = (
        " | 合计 | 30.00 | 20.00 | 10.00\n201 | 一般公共服务支出 | 18.50 | 10.20 | 8.30\n"
        f"205 | 教育支出 | 11.50 | 9.80{MARK} | 1.70"
    )
    _, items, count = settled(rows, {(3, 3): ("9.80", "9.81")})
    assert count == 1
    assert "9.80" in figures(items)


def test_a_sure_figure_is_read_otherwise_only_where_two_sums_say_so() -> None:
    rows = " | 合计 | 30.00 | 20.00 | 10.00\n201 | 一般公共服务支出 | 18.50 | 10.20 | 8.30\n205 | 教育支出 | 11.50 | 9.30 | 1.70"
    _, items, count = settled(rows, {(3, 3): ("9.30", "9.80")})
    assert count == 1
    assert next(one for one in items if one.published_text == "9.80").engine is not None
    alone = "205 | 教育支出 | 11.50 | 9.30 | 1.70"
    _, items, count = settled(alone, {(1, 3): ("9.30", "9.80")})
    assert count == 0
    assert "9.30" in figures(items)


def test_a_printed_contradiction_is_not_repaired_through_either_of_two_figures() -> None:
    rows = " | 合计 | 30.00 | 20.00 | 10.00\n201 | 一般公共服务支出 | 18.50 | 10.20 | 8.30\n205 | 教育支出 | 11.50 | 9.30 | 1.70"
    _, items, count = settled(rows, {(3, 3): ("9.30", "9.80"), (2, 3): ("10.20", "10.70")})
    assert count <= 1  # 10.70 breaks its own row, so only 9.80 is possible
    both = " | 合计 | 30.00 | 20.00 | 10.00\n205 | 教育支出 | 30.00 | 19.00 | 10.00"
    _, items, count = settled(both, {(1, 3): ("20.00", "19.00"), (2, 3): ("19.00", "20.00")})
    assert count == 1
    assert figures(items).count("20.00") == 2


def two_forms(elsewhere: str) -> Extract:
    """A doubtful 项 alone in its table, and a second table of the same account that prints it too."""
    lone = replace(table(HEAD + f"2010101 | 行政运行 |  | 1,312.13{MARK} | "), engine="rapidocr")
    other = table(HEAD + f"2010101 | 行政运行 | {elsewhere} | {elsewhere} | ", top=500.0)
    cell = next(one for one in lone.cells if one.text.endswith(MARK))
    assert cell.place.box is not None
    doubt = Doubt(1, cell.place.box, cell.text, (("1,372.13", "初读"), ("1,312.13", "复读")), True)
    blocks: list[Paragraph | Table] = [
        line("支出决算表"),
        line("单位：万元"),
        lone,
        line("支出决算表（二）"),
        line("单位：万元"),
        other,
    ]
    return replace(extract(blocks), format="pdf-scan", doubts=(doubt,))


def test_the_same_amount_in_another_table_settles_a_figure_and_another_amount_forbids_none() -> None:
    same, different = two_forms("1,312.13"), two_forms("9,876.54")
    _, _, choices = settle_figures(same, understand(same), understand)
    assert [choice.reading for choice in choices.values()] == ["1,312.13"]
    _, _, choices = settle_figures(different, understand(different), understand)
    assert choices == {}


def test_documents_without_doubts_are_left_as_they_are() -> None:
    read = scan(WHOLE.replace(MARK, ""), {})
    before = understand(read)
    assert settle_figures(read, before, understand) == (read, before, {})
    assert isinstance(read.blocks[2], Table)


def test_candidates_keep_to_what_was_seen() -> None:
    def said(text: str, *variants: tuple[str, float]) -> Reading:
        return Reading(tuple((sign, 0.9, 0.5) for sign in text), variants)

    found = candidates([("初读", said("1,312.13", ("1,372.13", 0.2))), ("复读", said("1,312.13"))])
    assert found[0] == ("1,312.13", "初读、复读")
    assert [text for text, _ in found] == ["1,312.13", "1,372.13"]
    assert [text for text, _ in candidates([("初读", said("10802"))], lost_point=True)] == ["10802", "108.02"]
    assert candidates([("初读", said("1O8.02"))]) == ()


def test_separators_that_cannot_be_are_put_right_and_others_left() -> None:
    assert separated("1.312.13") == "1,312.13"
    assert separated("1,312,13") == "1,312.13"
    assert separated("1.312.130") == "1,312,130"
    for fine in ("1,312.13", "1312.13", "12,13,1", "1..2", "13121,3"):
        assert separated(fine) is None
