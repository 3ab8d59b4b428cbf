"""Strict interpretation over real documents: every figure of every table is an item, a statistic, ignored or unread."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import extractors
from extractors.model import Block
from models.forms import FormsReading, read_forms
from models.forms.logical import logical_tables
from models.forms.tally import figures
from models.metadata import read_metadata
from models.performance import read_performance
from tests.models.grids import budget, extract, line, table

REAL = Path(__file__).resolve().parents[3] / "shared" / "real" / "files"
ACCOUNTED = ("r031", "r208", "r319", "r397", "r514", "r654")
DEBT_PAIRS = (("r641", "r642"), ("r643", "r644"), ("r645", "r646"))
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="没有 ../shared/real/files")


def _reading(name: str) -> tuple[FormsReading, int, int]:
    """What was read of a real document; how many tables have figures, and how many figures they print."""
    path = next(REAL.glob(f"{name}_*"))
    read = extractors.read(path)
    metadata = read_metadata(read, file_name=path.name, source_uri="")
    skip = read_performance(read, metadata).consumed
    printed = {n: sum(1 for _ in figures(t)) for n, t in enumerate(logical_tables(read, skip), 1)}
    reading = read_forms(read, metadata, skip=skip)
    listed = {form.table_no for form in reading.forms}
    missing = {n: count for n, count in printed.items() if count and n not in listed}
    assert not missing, f"{name}: tables with figures and without an entry: {missing}"
    return reading, sum(1 for n in printed.values() if n), sum(printed.values())


def _accounted(reading: FormsReading) -> int:
    return sum(form.items + form.statistics + form.ignored + form.amounts - form.items for form in reading.forms)


@needs_real
@pytest.mark.real
@pytest.mark.parametrize("name", ACCOUNTED)
def test_every_figure_of_every_table_is_accounted_for(name: str) -> None:
    reading, tables, printed = _reading(name)
    broken = sum(finding.code == "TABLE-CELL-UNREAD" for finding in reading.findings)
    assert tables and printed
    assert _accounted(reading) - broken == printed
    for form in reading.forms:
        assert form.amounts == form.items or form.reason, f"{form.title}: unread without a reason"
        assert not form.ignored or form.ignored_reason


@needs_real
@pytest.mark.real
@pytest.mark.parametrize(("pdf", "workbook"), DEBT_PAIRS)
def test_debt_table_gives_the_same_amounts_from_pdf_and_workbook(pdf: str, workbook: str) -> None:
    first, second = (_reading(name)[0].line_items for name in (pdf, workbook))
    meaning = [
        sorted((i.item_name, i.fiscal_year, i.measure or "", i.amount_yuan, i.form) for i in items)
        for items in (first, second)
    ]
    assert meaning[0] == meaning[1]
    assert len(meaning[0]) >= 6
    assert sum(i.amount_yuan for i in first) > Decimal(0)


def test_a_code_column_a_count_and_an_amount_are_three_different_fates() -> None:
    blocks: list[Block] = [
        line("资产配置预算表"), line("单位：万元"),
        table("资产编码 | 资产名称 | 数量 | 金额\n2010104 | 服务器 | 3 | 12.00\n2320100 | 轿车 | 1 | 18.00"),
    ]  # fmt: skip
    form = read_forms(extract(blocks), budget()).forms[0]
    assert (form.items, form.statistics, form.ignored, form.amounts) == (2, 2, 2, 2)
