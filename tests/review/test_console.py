"""What the console's pages are made of: queue, item, document, pictures, decisions, rebuilding. No browser, no NiceGUI."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from flows.deciding import settle
from flows.home import Home
from flows.operations import session_of
from models.decisions import Decision, ReviewItem, utc_now
from review import actions, audit
from review.access import Who
from review.actions import Answer, Refused
from review.asread import AsRead, NotRead
from review.pictures import NoPicture, Pictures
from review.queries import document as documents
from review.queries import item as items
from review.queries import library, published
from review.queries.codes import code_choices
from review.queries.progress import progress, today
from review.queries.queue import Filters, Queue, QueueRow, choices, chosen, grouped
from review.rebuild import Rebuilder
from review.wording import Words, _table
from tests.flows.driving import query
from tests.review.conftest import FAULTY

STEWARD, VIEWER = Who("审核员", "steward"), Who("看客", "viewer")


def _row(home: Home, rule: str, text_: str = "") -> QueueRow:
    return next(row for row in Queue(home).rows() if row.expectation == rule and text_ in row.message)


def test_the_queue_is_sorted_by_worth_and_grouped_by_cause(faulty: Home) -> None:
    rows = Queue(faulty).rows()
    severities = [row.severity for row in rows]
    assert len(rows) >= 10 and severities == sorted(severities)
    errors = [row.worth or Decimal(0) for row in rows if row.severity == "error"]
    assert errors == sorted(errors, reverse=True) and errors[0] >= Decimal("1000000")
    groups = grouped(chosen(rows, Filters()))
    assert sum(len(group.rows) for group in groups) == len(rows)
    # The misprint of 100 万元 in one cell breaks its row and its 类; that is one cause.
    misprint = next(group for group in groups if len(group.rows) > 1 and "牵涉" in group.cause)
    assert len({row.document_id for row in misprint.rows}) == 1


def test_filters(faulty: Home) -> None:
    rows = Queue(faulty).rows()
    assert chosen(rows, Filters()) == rows
    for name, attribute in (
        ("severity", "severity"),
        ("department", "department"),
        ("rule", "expectation"),
        ("form", "form"),
    ):
        for value, count in choices(rows, attribute):
            found = chosen(rows, Filters().changed(name, value))
            assert len(found) == count and {getattr(row, attribute) for row in found} == {value}
    assert chosen(rows, Filters(status="accepted")) == []
    assert chosen(rows, Filters(days=1)) == []
    assert chosen(rows, Filters(days=1), now=utc_now() + timedelta(days=2)) == rows
    assert {row.department for row in chosen(rows, Filters(text="自然资源"))} == {"望川县自然资源局"}
    assert chosen(rows, Filters(text=rows[3].review_id)) == [rows[3]]
    with pytest.raises(ValueError, match="sql"):
        Filters().changed("sql", "1")


def test_an_item_shows_both_sides_with_their_places(faulty: Home) -> None:
    item = items.load(faulty, _row(faulty, "PROSE-BASIC").review_id)
    assert (item.document["file_name"], item.document["department"]) == (FAULTY[0], "望川县自然资源局")
    sides = {operand.side: operand for operand in item.operands}
    assert set(sides) == {"observed", "expected"}
    assert abs(sides["observed"].amount - sides["expected"].amount) == Decimal("123400.00")
    assert item.difference in ("+12.34万元", "-12.34万元")
    assert sides["observed"].suspect and not sides["expected"].suspect
    # Prose and form stand on different pages: two pictures, each with its own mark.
    first, second = item.leaves
    assert first.page != second.page and first.pictured and second.pictured
    assert [mark.role for mark in first.marks] == ["observed"] and [mark.role for mark in second.marks] == ["expected"]
    assert item.rule["title"] and item.rule["remedy"] and item.history == ()


def test_an_item_of_a_sum_shows_its_neighbours(faulty: Home) -> None:
    item = items.load(faulty, _row(faulty, "EXPENDITURE-ROW", "2200101").review_id)
    here = [one for one in item.neighbours if one["here"]]
    assert len(here) == 1 and {one["row_no"] for one in item.neighbours} > {here[0]["row_no"]}
    observed = [operand for operand in item.operands if operand.side == "observed"]
    expected = [operand for operand in item.operands if operand.side == "expected"]
    assert len(observed) == 1 and sum((one.amount for one in expected), Decimal(0)) != observed[0].amount
    found = [items.load(faulty, row.review_id) for row in Queue(faulty).rows() if row.worth]
    assert any(one["label"] and one["text"] for other in found for one in other.same_amount)


def test_a_remark_without_figures_points_to_its_place(faulty: Home) -> None:
    item = items.load(faulty, _row(faulty, "TXT-YEAR-STALE").review_id)
    assert item.operands == () and len(item.leaves) == 1
    assert item.leaves[0].pictured and item.leaves[0].marks[0].role == "observed"


def test_there_is_no_such_item(faulty: Home) -> None:
    with pytest.raises(items.NoItem):
        items.load(faulty, "nothing")


@pytest.mark.parametrize(
    ("figures", "expected", "observed", "sides"),
    [
        ([("a", "5"), ("b", "3")], "3.00元", "5.00元", {"a": "observed", "b": "expected"}),
        ([("t", "9"), ("x", "4"), ("y", "4")], "8.00元", "9.00元", {"t": "observed", "x": "expected", "y": "expected"}),
        ([("x", "4"), ("t", "9"), ("y", "4")], "9.00元", "8.00元", {"t": "expected", "x": "observed", "y": "observed"}),
        ([("a", "5"), ("b", "5")], "5.00元", "5.00元", {"a": "observed", "b": "expected"}),
        ([("a", "5"), ("b", "5"), ("c", "1")], "7.00元", "8.00元", {}),
        ([("a", "5")], "3.0%", "5.0%", {}),
        ([], None, None, {}),
    ],
)  # fmt: skip
def test_sides_of_an_identity(
    figures: list[tuple[str, str]], expected: str | None, observed: str | None, sides: dict[str, str]
) -> None:
    found = items.sides_of([(name, Decimal(amount)) for name, amount in figures], expected, observed)
    assert found == sides


def test_a_document_shows_every_table_as_read(faulty: Home) -> None:
    row = _row(faulty, "EXPENDITURE-ROW", "2200101")
    view = documents.load(faulty, row.document_id)
    assert view.pictured and len(view.tables) >= 9 and view.open_items >= 5
    table = next(one for one in view.tables if one["form"] == "expenditure")
    sheet = documents.sheet(faulty, row.document_id, table["table_no"])
    assert sum(len(one.figures) for one in sheet.rows) == table["items"]
    line = next(one for one in sheet.rows if "2200101" in one.label)
    assert all(figure.box and figure.page for figure in line.figures.values())
    figure = next(iter(line.figures.values()))
    assert documents.table_of(faulty, row.document_id, figure.line_item_id) == table["table_no"]
    prose = documents.sheet(faulty, row.document_id, None)
    assert prose.rows and prose.title == "正文"
    with pytest.raises(documents.NoDocument):
        documents.load(faulty, "0" * 64)


@pytest.fixture
def pictures(faulty: Home, tmp_path: Path) -> Iterator[Pictures]:
    """Pictures of the sample documents in a small cache."""
    made = Pictures(faulty.originals, tmp_path / "pages", most_bytes=400_000)
    yield made
    made.close()


def test_a_page_is_drawn_once_and_the_cache_is_bounded(faulty: Home, pictures: Pictures, tmp_path: Path) -> None:
    from PIL import Image

    document = _row(faulty, "PROSE-BASIC").document_id
    picture = pictures.page(document, 1)
    with Image.open(picture.path) as image:
        assert image.format == "JPEG" and abs(image.width - 2 * picture.width) <= 1
    again = time.monotonic()
    assert pictures.page(document, 1) == picture
    assert time.monotonic() - again < 0.1
    for number in range(2, 9):
        assert pictures.page(document, number, 4.0, ahead=True).path.is_file()
    kept = [path.stat().st_size for path in (tmp_path / "pages").glob("*/*.jpg")]
    assert kept and sum(kept) <= 400_000 + max(kept)


@pytest.mark.parametrize("page", [0, 10_000, -1])
def test_pages_a_document_does_not_have(faulty: Home, pictures: Pictures, page: int) -> None:
    with pytest.raises(NoPicture):
        pictures.page(_row(faulty, "PROSE-BASIC").document_id, page)


def test_hostile_bytes_cost_an_answer_and_no_more(tmp_path: Path, faulty: Home) -> None:
    originals = tmp_path / "originals"
    (originals / "aa").mkdir(parents=True)
    (originals / "aa" / ("a" * 64)).write_bytes(b"%PDF-1.7 broken")
    (originals / "aa" / ("aa" + "b" * 62)).write_bytes(b"\x89PNG\r\n\x1a\n broken")
    drawn = Pictures(originals, tmp_path / "pages")
    try:
        for name in ("a" * 64, "aa" + "b" * 62):
            with pytest.raises(NoPicture):
                drawn.page(name, 1)
        for name in ("../../etc/passwd", "a" * 63, "A" * 64, ""):
            with pytest.raises(NoPicture, match="没有这一页"):
                drawn.page(name, 1)
    finally:
        drawn.close()


def test_a_page_that_takes_too_long_is_given_up(faulty: Home, tmp_path: Path) -> None:
    slow = Pictures(faulty.originals, tmp_path / "pages", seconds=0.01)
    try:
        with pytest.raises(NoPicture, match="放弃"):
            slow.page(_row(faulty, "PROSE-BASIC").document_id, 1)
    finally:
        slow.close()


def test_a_document_without_pages_is_shown_as_read(faulty: Home, tmp_path: Path) -> None:
    row = next(row for row in Queue(faulty).rows() if row.format == "docx" and row.form == "general_expenditure")
    leaf = items.load(faulty, row.review_id).leaves[0]
    assert not leaf.pictured and leaf.places
    papers = AsRead(faulty.originals, tmp_path / "read", "v")
    try:
        paper = papers.around(leaf.document_id, leaf.sheet, leaf.places)
        shown = {cell.place: cell.text for _, cells in paper.rows for cell in cells.values()}
        assert set(leaf.places) <= set(shown)
        with pytest.raises(NotRead):
            papers.around(leaf.document_id, None, ["T99R1C1"])
        with pytest.raises(NotRead):
            papers.around("../x", None, ["T1R1C1"])
    finally:
        papers.close()


def test_a_table_as_read_keeps_its_columns_under_merged_cells() -> None:
    from review.asread import _table

    cells = [[0, 0, 2, 1, "项目", "A1", 0.0], [0, 1, 1, 2, "金额", "B1", 0.0], [2, 0, 1, 1, "甲", "A3", 0.0], [2, 2, 1, 1, "5", "C3", 0.0],
             [3, 0, 400, 1, "长", "A4", 0.0], [300, 1, 1, 1, "7", "B301", 0.0]]  # fmt: skip
    paper = _table({"rows": [403, 3], "cells": cells}, 300, "")
    shown = dict(paper.rows)
    assert list(shown) == [0, 1, 2, 3, *range(150, 403)] and paper.cut == 146
    assert shown[0][0].row_span == 2 and shown[0][1].column_span == 2 and sorted(shown[1]) == [1, 2]
    assert [shown[2][column].text for column in range(3)] == ["甲", "", "5"]
    assert shown[3][0].row_span == 1 and shown[150][0].text == "长" and shown[150][0].row_span == 253
    assert shown[300][1].place == "B301"


def test_a_decision_shows_at_once_and_reaches_the_warehouse_with_the_next_run(home: Home) -> None:
    row = _row(home, "TXT-YEAR-STALE")
    assert actions.decide(home, STEWARD, row.review_id, Answer("accept", "原文如此"), seen=0) == "accepted"
    after = _row(home, "TXT-YEAR-STALE")
    assert (after.status, after.decided_by, after.reason) == ("accepted", "审核员", "原文如此")
    assert row.review_id not in {one.review_id for one in chosen(Queue(home).rows(), Filters())}
    assert [event.action for event in items.load(home, row.review_id).history] == ["accept"]
    status = f"SELECT status FROM review_item WHERE review_id = '{row.review_id}'"
    assert query(home, status) == [("open",)]
    assert settle(home, []) is not None
    assert query(home, status) == [("accepted",)]
    entry = audit.entries(home)[0]
    assert (entry.who, entry.action, entry.subject) == ("审核员", "accept", row.review_id)


def test_somebody_else_was_quicker(home: Home) -> None:
    row = _row(home, "TXT-YEAR-STALE")
    actions.decide(home, STEWARD, row.review_id, Answer("accept", "甲"), seen=0)
    with pytest.raises(Refused, match="刚刚"):
        actions.decide(home, Who("乙", "steward"), row.review_id, Answer("waive", "乙"), seen=0)
    seen = items.load(home, row.review_id).last_decision
    actions.decide(home, Who("乙", "steward"), row.review_id, Answer("waive", "乙"), seen=seen)
    assert _row(home, "TXT-YEAR-STALE").status == "waived"


def test_a_viewer_only_looks(home: Home) -> None:
    row = _row(home, "TXT-YEAR-STALE")
    for job in (
        lambda: actions.decide(home, VIEWER, row.review_id, Answer("accept", "x")),
        lambda: actions.decide_all(home, VIEWER, [row.review_id], Answer("accept", "x")),
        lambda: actions.undo(home, VIEWER, row.review_id),
        lambda: actions.revoke_mapping(home, VIEWER, 1, "x"),
    ):
        with pytest.raises(Refused, match="只能查看"):
            job()
    assert _row(home, "TXT-YEAR-STALE").status == "open"
    refused = [one for one in audit.entries(home) if one.action == "refused"]
    assert len(refused) == 4 and {one.who for one in refused} == {VIEWER.name}, "who tried it is written down"


def test_a_group_is_decided_as_a_whole_after_a_preview(home: Home) -> None:
    group = max(grouped(chosen(Queue(home).rows(), Filters())), key=lambda one: len(one.rows))
    ids = [row.review_id for row in group.rows]
    actions.decide(home, STEWARD, ids[0], Answer("waive", "单独处理"))
    touched = actions.preview(home, ids)
    assert (touched.items, touched.decided) == (len(ids) - 1, 1)
    assert touched.documents and touched.figures >= 1
    done = actions.decide_all(home, STEWARD, ids, Answer("accept", "同因"))
    assert done == ids[1:]
    statuses = {row.review_id: row.status for row in Queue(home).rows()}
    assert [statuses[one] for one in ids] == ["waived", *["accepted"] * (len(ids) - 1)]
    with pytest.raises(Refused, match="逐项"):
        actions.decide_all(home, STEWARD, ids, Answer("correct", "x", value="1"))
    with pytest.raises(Refused, match="已过"):
        actions.decide_all(
            home, STEWARD, [_row(home, "TXT-YEAR-STALE").review_id], Answer("waive", "x", until=date(2020, 1, 1))
        )
    assert _row(home, "TXT-YEAR-STALE").status == "open"


def test_rejecting_answers_the_other_items_of_the_document_and_undo_asks_them_again(home: Home) -> None:
    row = _row(home, "TXT-YEAR-STALE")
    others = [one for one in Queue(home).rows() if one.document_id == row.document_id]
    actions.decide(home, STEWARD, row.review_id, Answer("reject", "文件不完整"))
    now = [one for one in Queue(home).rows() if one.document_id == row.document_id]
    assert {one.status for one in now} == {"rejected"} and len(now) == len(others) > 1
    actions.undo(home, STEWARD, row.review_id)
    assert {one.status for one in Queue(home).rows() if one.document_id == row.document_id} == {"open"}


def test_decisions_cannot_be_changed_behind_the_back(home: Home) -> None:
    actions.decide(home, STEWARD, _row(home, "TXT-YEAR-STALE").review_id, Answer("accept", "x"))
    for statement in ("UPDATE decision SET reason = 'y'", "DELETE FROM decision"):
        with pytest.raises(IntegrityError, match="append-only"), session_of(home) as session:
            session.execute(text(statement))


def test_a_correction_names_its_figure_and_value(home: Home) -> None:
    row = _row(home, "PROSE-BASIC")
    item = items.load(home, row.review_id)
    wrong, right = (next(one for one in item.operands if one.side == side) for side in ("observed", "expected"))
    actions.decide(
        home, STEWARD, row.review_id, Answer("correct", "对照原件", value=right.text, line_item=wrong.line_item_id)
    )
    assert settle(home, []) is not None
    shown = query(home, f"SELECT quality, extracted_text FROM line_item WHERE line_item_id = '{wrong.line_item_id}'")
    assert shown == [("corrected", wrong.text)]
    with session_of(home) as session:
        assert session.scalars(select(Decision.value)).all() == [right.text]
        assert session.get(ReviewItem, row.review_id).status == "corrected"  # type: ignore[union-attr]


def test_progress_counts_by_person_and_day(home: Home) -> None:
    before = progress(home)
    assert (before.today, before.people) == (0, ()) and before.remaining >= 10
    rows = chosen(Queue(home).rows(), Filters())
    for row in rows[:3]:
        actions.decide(home, STEWARD, row.review_id, Answer("accept", "x"))
    actions.undo(home, STEWARD, rows[0].review_id)
    after = progress(home)
    assert (after.today, today(home), after.remaining) == (2, 2, before.remaining - 2)
    assert [(one.name, one.today, one.total) for one in after.people] == [("审核员", 2, 2)]
    assert after.days[-1][1:] == (len(Queue(home).rows()), 2) and len(after.days) == 14


def test_many_decisions_make_one_rebuild_and_later_ones_another(faulty: Home) -> None:
    runs: list[float] = []
    inside, release = threading.Event(), threading.Event()

    class Counted(Rebuilder):
        def _run(self) -> tuple[int, str]:
            runs.append(time.monotonic())
            inside.set()
            release.wait(60)
            return (0, "") if len(runs) > 1 else (1, "坏了")

        def _start(self) -> Any:
            return None

    rebuilder = Counted(faulty, pause=1.0, latest=5.0)
    for _ in range(5):
        rebuilder.touch()
    assert rebuilder.state.name == "waiting"
    assert inside.wait(60) and rebuilder.state.name == "running" and len(runs) == 1
    rebuilder.touch()  # during the run: another one follows it
    release.set()
    deadline = time.monotonic() + 60
    while rebuilder.state.count < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    rebuilder.close()
    assert len(runs) == 2 and rebuilder.state.name == "idle"


def test_decisions_of_several_documents_reach_the_warehouse_behind_the_console(home: Home) -> None:
    first: dict[str, Any] = {}
    for row in Queue(home).rows():
        first.setdefault(row.document_id, row)
    assert len(first) == 2
    rebuilder = Rebuilder(home, pause=1.0)
    for row in first.values():
        actions.decide(home, STEWARD, row.review_id, Answer("accept", "原文如此"))
    for _ in first:
        rebuilder.touch()
    deadline = time.monotonic() + 180
    while rebuilder.state.name not in ("idle", "failed") and time.monotonic() < deadline:
        time.sleep(0.05)
    rebuilder.close()
    assert rebuilder.state.name == "idle", rebuilder.state.message
    assert query(home, "SELECT count(*) FROM review_item WHERE status = 'accepted'") == [(2,)]
    # Only what the decisions concern was looked at, by one run.
    assert query(home, "SELECT count(*), sum(documents) FROM run WHERE kind = 'decide'") == [(1, 2)]
    assert query(home, "SELECT count(*) > 0 FROM line_item WHERE quality = 'disputed'") == [(True,)]


def test_a_publisher_that_dies_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuilder = Rebuilder(home, pause=0.0)
    monkeypatch.setattr("review.rebuild.sys.executable", "/bin/false")
    rebuilder.touch()
    deadline = time.monotonic() + 30
    while rebuilder.state.name not in ("idle", "failed") and time.monotonic() < deadline:
        time.sleep(0.02)
    rebuilder.close()
    assert rebuilder.state.name == "failed" and "意外退出" in rebuilder.state.message


def test_codes_are_found_by_code_and_by_name() -> None:
    assert ("2200101", "行政运行") in code_choices("2200101", 2024)
    assert any(name == "行政单位医疗" for _, name in code_choices("行政单位医疗", 2024))
    assert code_choices("", 2024) == [] and code_choices("2200101", None) == []


def test_every_word_is_there_in_both_languages() -> None:
    def keys(table: dict[str, object], before: str = "") -> set[str]:
        found: set[str] = set()
        for name, value in table.items():
            found |= keys(value, f"{before}{name}.") if isinstance(value, dict) else {before + name}
        return found

    zh, en = keys(_table("zh")), keys(_table("en"))
    assert en <= zh
    assert {key for key in zh - en if not key.startswith(("reasons.", "error.", "rebuild."))} == set()
    assert Words("en")("nav.queue") == "Queue" and Words("xx")("nav.queue") == "待审"
    assert Words("en").some("reasons.accept") == Words("zh").some("reasons.accept")
    with pytest.raises(KeyError):
        Words("zh")("no.such.word")


def test_figures_of_a_text_stand_in_the_order_in_which_it_names_them(faulty: Home) -> None:
    for document in {row.document_id for row in Queue(faulty).rows()}:
        shown = [
            figure.line_item_id
            for row in documents.sheet(faulty, document, None).rows
            for figure in row.figures.values()
        ]
        with published.reading(faulty) as connection:
            places = dict(
                connection.execute("SELECT line_item_id, locator FROM line_item WHERE document_id = ?", [document])
                .fetchall()
            )  # fmt: skip
        order = [[int(part) for part in re.findall(r"\d+", places[one])] for one in shown]
        assert len(order) > 20 and order == sorted(order)


def test_every_document_is_listed_with_what_became_of_it(faulty: Home) -> None:
    entries = library.load(faulty)
    assert sorted(one.file_name for one in entries) == sorted(FAULTY)
    assert all(one.status == "published" and 0 < one.confirmed <= one.amounts for one in entries)
    assert sum(one.open_items for one in entries) == len(chosen(Queue(faulty).rows(), Filters(status="open")))
    assert [one.department for one in library.chosen(entries, "澜石 2024")] == ["澜石区卫生健康局"]
    assert library.chosen(entries, "澜石 2023") == [] and library.chosen(entries, status="failed") == []
    assert library.chosen(entries, entries[0].document_id[:9]) == entries[:1]


def test_a_name_cannot_turn_the_text_beside_it_around(faulty: Home) -> None:
    with published.reading(faulty) as connection:
        found = published.records(connection, "SELECT '甲' || chr(8238) || '12.3fdp' AS name, 1 AS n")
    assert found == [{"name": "甲12.3fdp", "n": 1}]


def test_an_item_kept_in_memory_still_shows_what_was_decided_since(home: Home) -> None:
    row = _row(home, "TXT-YEAR-STALE")
    kept = items.load(home, row.review_id)
    actions.decide(home, STEWARD, row.review_id, Answer("accept", "原文如此"))
    fresh = items.refreshed(home, kept)
    assert (fresh.status, len(fresh.history)) == ("accepted", 1)
