"""What `benchmarks/fuzz` found: each fault once, with the smallest input that shows it."""

from __future__ import annotations

import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.fuzz import pdf
from extractors import detect, read
from extractors.errors import ExtractionError, TooLarge
from extractors.limits import at_most
from extractors.model import Extract, Place
from extractors.pdf_plumber import read_with_plumber
from flows import staging
from flows.pool import run_jobs
from models.disclosure import Disclosure, LineItem, Metadata, Statistic


def _pdf(kids: bytes = b"3 0 R", count: bytes = b"1", **more: bytes) -> bytes:
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[" + kids + b"]/Count " + count + b"/MediaBox[0 0 600 800]>>",
        3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</Z 6 0 R>>>>>>",
        4: pdf.packed(b"<<>>", b"BT /F 12 Tf 50 700 Td (1,234.56) Tj ET /Z Do"),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        6: pdf.packed(b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]>>", b"0 0 m 9 9 l S"),
    }
    return pdf.assemble({**objects, **{int(name[1:]): body for name, body in more.items()}}, b"1 0 R")


def test_a_page_tree_with_circles_does_not_hold_the_second_reader(tmp_path: Path) -> None:
    # A node among its own children twenty times over: pdfminer walked every path through it.
    path = tmp_path / "a.pdf"
    nodes = {
        f"o{number}": b"<</Type/Pages/Count 2/Kids[" + b"%d 0 R " % (number + 1) * 4 + b"2 0 R]>>"
        for number in range(10, 40)
    }
    path.write_bytes(_pdf(b"3 0 R 10 0 R", b"2", **nodes, o40=b"<</Type/Pages/Count 1/Kids[3 0 R]>>"))
    started = time.monotonic()
    content, _ = read_with_plumber(path, 1)
    assert "".join(content.characters.text) == "1,234.56"
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "broken", [b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 (x) 1e999]>>", b"<</F1 22 0 R /F2>>", b"null"]
)
def test_what_pdfminer_throws_at_a_damaged_page_stays_a_refusal(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf(o3=broken))
    try:
        read_with_plumber(path, 1)
    except ExtractionError as error:
        assert "pdfplumber" in str(error)


def test_a_member_that_does_not_unpack_does_not_stop_the_look_at_the_type(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    data = bytearray(path.read_bytes())
    start = 30 + len("mimetype")
    data[start : start + 6] = b"\xff" * 6
    path.write_bytes(bytes(data))
    assert detect(path) == "zip"
    with pytest.raises(ExtractionError):
        read(path)


def _staged(tmp_path: Path, disclosure: Disclosure) -> staging.Facts:
    return staging.stage(tmp_path / "stage", "d" * 64, "k", extract=Extract("html", "x", ()), disclosure=disclosure)


def _metadata() -> Metadata:
    return Metadata("final_account", "department", 2024, "甲局", "甲局2024年度部门决算")


def test_a_figure_too_large_for_its_column_is_told_and_left_out(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    values = {"P1": Decimal("9" * 40), "P2": Decimal(3)}
    figures = tuple(Statistic(at, "s", "人数", value, "人", str(value), Place(cell=at)) for at, value in values.items())
    facts = _staged(tmp_path, Disclosure(_metadata(), statistics=figures))
    assert facts.failure is None and facts.statistics == 1
    rows = pq.read_table(tmp_path / "stage" / "finding.parquet").to_pylist()
    assert [row["code"] for row in rows] == ["READ-AMOUNT-RANGE"]


def test_an_amount_of_a_row_without_name_or_code_is_told_and_left_out(tmp_path: Path) -> None:
    # A column of codes whose header was damaged had become amounts: 2013301 元.
    def item(at: str, name: str, text: str) -> LineItem:
        return LineItem(
            at, 2024, "final_account", "expenditure", "all", "expenditure", "total", "final", name, name, "item",
            Decimal(text), text, "元", Place(cell=at), Decimal(1),
        )  # fmt: skip

    facts = _staged(
        tmp_path, Disclosure(_metadata(), line_items=(item("A1", "", "2013301"), item("B1", "教育支出", "5")))
    )
    assert (facts.line_items, facts.findings) == (1, 1)


def test_an_alarm_ends_code_without_a_bound_and_leaves_nothing_behind() -> None:
    import re

    started = time.monotonic()
    with pytest.raises(TooLarge, match="时限"), at_most(30), at_most(0.2):
        re.match(r"(a+)+b", "a" * 64)
    assert time.monotonic() - started < 5
    with at_most(0.1) as alarm:
        alarm.more(60)
        time.sleep(0.2)
    time.sleep(0.2)


def test_a_worker_that_takes_too_much_memory_costs_its_document_only() -> None:
    jobs = ["much", "little"]
    ended = {
        one.job: one.failure
        for one in run_jobs(jobs, target="tests.hostile.targets:allocate", workers=1, memory_mb=1500)
    }
    assert ended["little"] is None
    assert ended["much"] is not None and "内存" in ended["much"]


def test_a_job_may_ask_for_less_time() -> None:
    started = time.monotonic()
    (one,) = run_jobs(["forever"], target="tests.hostile.targets:hurry", workers=1, seconds=300)
    assert one.failure is not None and "时限" in one.failure
    assert time.monotonic() - started < 60


def test_nul_characters_of_a_damaged_file_end_in_no_column(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    figure = Statistic("P1", "章\0节", "人\0数", Decimal(3), "人", "3", Place(sheet="表\0一", cell="A1"))
    assert _staged(tmp_path, Disclosure(_metadata(), statistics=(figure,))).failure is None
    (row,) = pq.read_table(tmp_path / "stage" / "statistic.parquet").to_pylist()
    assert (row["section"], row["name"], row["sheet"]) == ("章节", "人数", "表一")
