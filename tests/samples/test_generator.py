"""The sample maker: same seed, same figures; clean documents hold their identities; formats print what the truth says."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from data.samples_source import catalogue
from data.samples_source.accounts import FUNDS, ZERO, history, random_body
from data.samples_source.build import build
from data.samples_source.facts import Fact, read_truth
from data.samples_source.layout import FAMILIES, vary
from tests.conftest import TRUTH_FILE


def test_bundled_truth_comes_from_its_seed() -> None:
    """TRUTH.csv is what the generator makes: nobody edited figures by hand, and nothing drifted."""
    assert read_truth(TRUTH_FILE) == catalogue.bundled_truth()


def test_every_bundled_document_is_there(samples: Path) -> None:
    files = {sample.file for sample, _ in catalogue.bundled()}
    assert files == {path.name for path in samples.iterdir()}
    assert {Path(file).suffix for file in files} == {".pdf", ".docx", ".xlsx", ".xls", ".html"}
    assert sum(path.stat().st_size for path in samples.iterdir()) < 3_000_000


def _holds(total: Fact, parts: list[Fact]) -> bool:
    """Within the rounding envelope: half a unit in the last place for the total and for each part."""
    decimals = len(total.published_text.partition(".")[2])
    ulp = (Decimal(10_000) if total.published_unit == "万元" else Decimal(1)).scaleb(-decimals)
    return abs(total.amount_yuan - sum((part.amount_yuan for part in parts), ZERO)) <= ulp * (len(parts) + 1) / 2


def _broken(facts: list[Fact]) -> list[str]:
    """Sums of 项 into 合计, column by column, and of basic and project into total, that do not hold."""
    columns: dict[tuple[object, ...], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    rows: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    for fact in facts:
        if fact.form not in ("expenditure", "general_expenditure", "income", "grant_expenditure_detail"):
            continue
        key: tuple[object, ...] = (fact.form, fact.component, fact.economic_code, fact.measure)
        if len(fact.function_code) == 7:
            columns[key]["parts"].append(fact)
        elif fact.item_name == "合计":
            columns[key]["total"].append(fact)
        if fact.form in ("expenditure", "general_expenditure") and fact.measure != "prior_final":
            rows[fact.form, fact.function_code][fact.component] = fact
    bad = []
    for key, group in columns.items():
        if group["total"] and not _holds(group["total"][0], group["parts"]):
            bad.append(f"合计 {key}")
    for row, cells in rows.items():
        parts = [cells[name] for name in ("basic", "project") if name in cells]
        if "total" in cells and not _holds(cells["total"], parts):
            bad.append(f"行 {row}")
    return bad


def test_only_planted_documents_contradict_themselves() -> None:
    broken = {sample.file for sample, document in catalogue.bundled() if _broken(document.facts())}
    assert broken == {sample.file for sample, _ in catalogue.bundled() if sample.plants}


@pytest.mark.parametrize("number", range(12))
def test_random_documents_hold_their_identities(number: int) -> None:
    rng = random.Random(number)
    body = random_body(rng, [2022, 2023], number)
    years = history(rng, body, [2022, 2023])
    family = sorted(FAMILIES)[number % len(FAMILIES)]
    document = build("x.pdf", years[2023], years[2022], "final_account", vary(FAMILIES[family], rng))
    facts = document.facts()
    assert len(facts) > 100
    assert _broken(facts) == []
    for fund in (*FUNDS, "own"):
        books = years[2023].final
        assert years[2022].final.closing[fund] == books.opening[fund]
    total = sum(books.income.values(), ZERO) + books.used + sum(books.opening.values(), ZERO)
    assert total == books.spent() + books.allocated + sum(books.closing.values(), ZERO)


def test_workbook_prints_the_truth_and_hides_its_drafts(tmp_path: Path) -> None:
    (document,) = catalogue.generate(tmp_path, seed=5, count=1, formats=(".xlsx",))
    book = openpyxl.load_workbook(tmp_path / document.file)
    printed = sorted(
        round(cell.value, 6)
        for sheet in book
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    )
    expected = sorted(round(float(fact.published_text.replace(",", "")), 6) for fact in document.facts() if fact.table)
    assert printed == expected
    assert any(sheet.sheet_state == "hidden" for sheet in book)
    assert read_truth(tmp_path / "TRUTH.csv") == document.facts()


def test_same_document_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        catalogue.generate(tmp_path / folder, seed=3, count=3, formats=(".docx", ".xlsx", ".html"))
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
