"""Golden figures of real documents beside the repository; each test is skipped, saying so, where they are absent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

import extractors
from models.disclosure import LineItem, Metadata
from models.performance import read_performance
from models.prose import ProseReading, read_prose


def prose(path: Path, kind: str, year: int) -> ProseReading:
    """The prose of a document whose year and kind are known."""
    extract = extractors.read(path)
    metadata = Metadata(kind, "department", year, None, None)
    return read_prose(extract, metadata, skip_tables=read_performance(extract, metadata).consumed)


def real_file(folder: Path, prefix: str) -> Path:
    """One real document by its number; skips where it is not at hand."""
    found = sorted(folder.glob(f"{prefix}_*"))
    if not found:
        pytest.skip(f"../shared/real/files has no {prefix}_*")
    return found[0]


def one(items: Iterable[LineItem], **wanted: object) -> list[str]:
    """Printed texts of the items with these attributes."""
    return [i.published_text for i in items if all(getattr(i, key) == value for key, value in wanted.items())]


SEED_ITEMS = {
    1: ("2013101", "1235.63"),
    2: ("2013102", "149.6"),
    3: ("2013103", "120.44"),
    4: ("2080501", "262.12"),
    5: ("2080502", "3.82"),
    6: ("2080505", "128.27"),
    7: ("2080506", "95.2"),
    8: ("2101101", "57.4"),
    9: ("2101102", "7.94"),
    10: ("2101103", "15.36"),
    11: ("2101199", "12.51"),
    12: ("2210201", "107.8"),
    15: ("2210203", "50.03"),
}


@pytest.mark.real
@pytest.mark.parametrize("name", ["luzhou-2023.docx", "luzhou-2023.txt"])
def test_seed_prose(seed: Path, name: str) -> None:
    reading = prose(seed / name, "final_account", 2023)
    items = reading.line_items
    by_number = {i.row_no: (i.function_code, i.published_text) for i in items if i.level == "项"}
    assert by_number == SEED_ITEMS
    assert all(i.fund == "general" and i.measure == "final" for i in items if i.level == "项")
    assert one(items, fund="all", flow="income", measure="change")[:1] == ["129.29"]
    assert set(one(items, item="机关运行经费", measure="final")) == {"335.13"}
    assert one(items, component="personnel") == ["1761.38"]
    assert one(items, component="operation", item="公用经费") == ["335.14"]
    assert set(one(items, component="vehicle", measure="final")) == {"51.66"}
    assert one(items, component="vehicle", measure="change") == ["12.87"]
    assert one(items, item="政府采购支出总额") == ["2.92"]
    assert one(items, item="授予小微企业合同金额") == ["0.26"]
    zeros = [i for i in items if i.published_text == "零"]
    assert {i.component for i in zeros} == {
        "gov_fund", "state_capital", "superior_subsidy", "institution", "operating_income", "subordinate_remittance",
        "other_income", "remit_superior", "operating", "subsidize_subordinate",
    }  # fmt: skip
    assert not [i for i in items if i.amount_yuan == 960]
    codes = {f.code for f in reading.findings}
    assert codes >= {
        "TXT-YEAR-STALE", "TXT-ITEM-NUMBERING", "TXT-UNIT-MISSING", "TXT-NAME-ABOLISHED", "TXT-COUNT-SUM",
        "TXT-CONTRADICTION", "TXT-PLACEHOLDER",
    }  # fmt: skip
    assert len([f for f in reading.findings if f.code == "TXT-YEAR-STALE"]) == 1


@pytest.mark.real
def test_seed_word_and_text_say_the_same(seed: Path) -> None:
    word, text = (prose(seed / name, "final_account", 2023) for name in ("luzhou-2023.docx", "luzhou-2023.txt"))
    figures = [
        [(i.fund, i.component, i.measure, i.item, i.amount_yuan) for i in reading.line_items]
        for reading in (word, text)
    ]
    assert figures[0] == figures[1]


@pytest.mark.real
@pytest.mark.parametrize("name", ["luzhou-2023.docx", "luzhou-2023.txt"])
def test_seed_performance(seed: Path, name: str) -> None:
    reading = read_performance(extractors.read(seed / name), Metadata("final_account", "department", 2023, None, None))
    totals = [
        [p.budget_initial_yuan, p.budget_adjusted_yuan, p.executed_yuan]
        for p in reading.projects
        if p.fund_source == "total"
    ]
    assert totals == [[800000, 800000, 698600], [150000, 150000, 83200], [300000, 880000, 398900]]
    assert [len([i for i in reading.indicators if i.project_no == n]) for n in (1, 2, 3)] == [7, 6, 6]
    assert sum((i.weight or Decimal(0) for i in reading.indicators), Decimal(0)) == 270


@pytest.mark.real
def test_contradictions_between_prose_and_tables_are_read_as_printed(real: Path) -> None:
    r001 = prose(real_file(real, "r001"), "final_account", 2024).line_items
    assert one(r001, fund="fiscal_grant", item="总计") == ["0.3"]
    r003 = prose(real_file(real, "r003"), "final_account", 2024)
    assert one(r003.line_items, component="personnel") == ["4896.98"]
    assert one(r003.line_items, function_code="210", level="类") == ["236.63"]
    assert "机关事业单位退休人员活动费支出" in [f.observed for f in r003.findings if f.code == "TXT-NAME-UNKNOWN"]


@pytest.mark.real
def test_labelled_mistakes_of_a_budget(real: Path) -> None:
    reading = prose(real_file(real, "r012"), "budget", 2026)
    assert "43269.3" in one(reading.line_items, measure="prior_final", fiscal_year=2025)
    assert one(reading.line_items, function_code="2210201", measure="budget") == ["208.8", "201.50"]
    codes = [f.code for f in reading.findings]
    assert codes.count("TXT-YEAR-STALE") == 5
    assert {"TXT-PUNCTUATION", "TXT-WORDING", "TXT-NAME-ABOLISHED"} <= set(codes)


@pytest.mark.real
def test_seeded_mistakes(real: Path) -> None:
    reading = prose(real_file(real, "r002"), "final_account", 2024)
    codes = [f.code for f in reading.findings]
    assert codes.count("TXT-YEAR-STALE") == 2
    assert "TXT-PLACEHOLDER" in codes
    wording = [f.message for f in reading.findings if f.code == "TXT-WORDING" and f.observed == "大于"]
    assert any("80.38" in message and "80.81" in message for message in wording)
