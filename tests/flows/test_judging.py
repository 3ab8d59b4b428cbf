"""Two readers, one judge: a second reading is taken only where the printed sums hold better with it."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.model import Block, Extract
from flows.judging import judge, suspect_pages, verdict
from models.disclosure import Disclosure
from models.forms import read_forms
from tests.models.grids import extract, final_account, line, table

_HEAD = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n | 合计 | 10.00 | 6.00 | 4.00\n201 | 一般公共服务支出 | "
GOOD = table(_HEAD + "10.00 | 6.00 | 4.00")
SHIFTED = table(_HEAD + "10.00 | 4.00 | 6.00")
WORSE = table(_HEAD + "19.00 | 9.00 | 9.00")


def document(grid: Block) -> Extract:
    return extract([line("支出决算表"), line("单位：万元"), grid])


def understand(one: Extract) -> Disclosure:
    metadata = final_account()
    reading = read_forms(one, metadata)
    return Disclosure(metadata, tuple(reading.line_items), findings=tuple(reading.findings))


def decide(first: Block, second: Block | None) -> tuple[Extract, Disclosure, list[int]]:
    asked: list[int] = []

    def other(page: int) -> Sequence[Block] | None:
        asked.append(page)
        return None if second is None else [second]

    read = document(first)
    judged, disclosure = judge(read, understand(read), understand, other, "second")
    return judged, disclosure, asked


def test_the_reading_under_which_the_sums_hold_is_kept_and_said() -> None:
    judged, disclosure, _ = decide(SHIFTED, GOOD)
    assert verdict(disclosure).broken == 0
    assert [n.code for n in judged.notes] == ["judge"]
    assert "第 1 页" in judged.notes[0].message


def test_a_reading_that_adds_up_is_not_read_twice() -> None:
    judged, _, asked = decide(GOOD, SHIFTED)
    assert asked == []
    assert judged.notes == ()


def test_a_publishers_contradiction_stays_as_printed() -> None:
    judged, disclosure, asked = decide(SHIFTED, SHIFTED)
    assert asked == [1]
    assert judged.notes == ()
    assert verdict(disclosure).broken == 2


def test_a_second_reading_that_adds_up_worse_or_not_at_all_is_not_taken() -> None:
    for other in (WORSE, None):
        judged, disclosure, _ = decide(SHIFTED, other)
        assert judged.notes == ()
        assert verdict(disclosure).broken == 2


def test_pages_with_most_broken_sums_come_first() -> None:
    assert suspect_pages(understand(document(SHIFTED))) == [1]
    assert suspect_pages(understand(document(GOOD))) == []


def test_every_amount_of_a_page_read_anew_tells_why() -> None:
    _, disclosure, _ = decide(SHIFTED, GOOD)
    engines = {item.engine for item in disclosure.line_items}
    assert all(engine is not None and "第 1 页的表格改用 second 的读法" in engine for engine in engines)
    _, disclosure, _ = decide(GOOD, SHIFTED)
    assert {item.engine for item in disclosure.line_items} == {"test"}
