"""Real workbooks, pages and Word files beside the project, against figures checked by eye or printed in a twin file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from extractors import Limits, detect, read
from extractors.archive import members
from extractors.model import Table
from tests.extractors.builders import at, texts

pytestmark = pytest.mark.real
SHARED = Path(__file__).resolve().parents[3] / "shared"
FILES = SHARED / "real" / "files"


def _file(prefix: str) -> Path:
    found = sorted(FILES.glob(f"{prefix}_*"))
    if not found:
        pytest.skip(f"../shared/real/files has no {prefix}_*: real documents are not at hand")
    return found[0]


def _amounts(tables: list[Table]) -> Counter[str]:
    return Counter(cell.text for table in tables for cell in table.cells if re.fullmatch(r"-?[\d,]+\.\d+", cell.text))


@pytest.mark.parametrize("book", ["r641", "r644", "r646"])
def test_a_workbook_shows_the_amounts_its_printed_twin_shows(book: str) -> None:
    twin = _file(f"r{int(book[1:]) + (1 if book == 'r641' else -1)}")
    shown = _amounts(list(read(_file(book)).tables()))
    printed = _amounts(list(read(twin).tables()))
    assert shown and shown == printed


def test_debt_forms_keep_their_system_keys_hidden() -> None:
    extract = read(_file("r355"))
    (table,) = extract.tables()
    assert texts(table)[0][0] == "表4-1"
    assert at(table, "I6") == "单位：亿元"
    hidden = {cell.text for block in extract.hidden if isinstance(block, Table) for cell in block.cells}
    assert any("#" in text for text in hidden)
    assert not any("#" in cell.text for cell in table.cells)


def test_hidden_drafts_are_not_read_and_big_workbooks_take_seconds() -> None:
    extract = read(_file("r635"), limits=Limits(max_seconds=60))
    sheets = {block.place.sheet for block in extract.blocks}
    assert extract.pages == 88 and len(sheets) == 30
    assert "一般全省执行1" not in sheets


def test_a_word_report_with_joined_tables_has_all_thirteen() -> None:
    labels = [texts(table)[0][0] for table in read(_file("r521")).tables()]
    assert labels[:13] == [f"附表{number}" for number in range(1, 14)]


def test_a_budget_flattened_into_a_page_is_read_whole() -> None:
    path = _file("r319")
    printed = Counter(re.findall(r">(-?[\d,]+\.\d\d)<", path.read_text(encoding="utf-8")))
    shown = Counter(cell.text for table in read(path).tables() for cell in table.cells)
    assert sum(printed.values()) == 865 and not printed - shown


def test_pages_named_pdf_list_their_attachments() -> None:
    extract = read(_file("r322"))
    assert extract.format == "html" and len(extract.links) == 8
    assert any("45,369.18万元" in block.text for block in extract.paragraphs())


def test_names_inside_real_archives_are_chinese() -> None:
    names = [member.name for prefix in ("r382", "r476") for member in members(_file(prefix), Limits())]
    assert "2023.8.15-汇总决算公开套表.pdf" in names and "当年债务限额提前下达情况表.xls" in names


def test_the_seed_reads_the_same_from_word_and_from_text() -> None:
    folder = SHARED / "seed"
    if not folder.is_dir():
        pytest.skip("../shared/seed is not at hand")
    word, text = read(folder / "luzhou-2023.docx"), read(folder / "luzhou-2023.txt")
    figures = [
        sorted(re.findall(r"\d[\d.,]*", " ".join(b.text for b in extract.paragraphs()))) for extract in (word, text)
    ]
    missing = Counter(figures[0]) - Counter(figures[1])
    assert sum(missing.values()) <= 30, missing
    tables = [[table for table in extract.tables() if table.n_rows > 10] for extract in (word, text)]
    assert [table.n_rows for table in tables[0]] == [table.n_rows for table in tables[1]]
    for wide, flat in zip(*tables, strict=True):
        assert [cell.text for cell in wide.cells if cell.text] == [cell.text for cell in flat.cells if cell.text]


def test_no_other_real_file_crashes_or_is_silently_empty() -> None:
    if not FILES.is_dir():
        pytest.skip("../shared/real/files is not at hand")
    for path in sorted(FILES.iterdir()):
        if path.stat().st_size < 5_000_000 and detect(path) in ("docx", "xlsx", "xls", "html", "txt"):
            extract = read(path)
            assert extract.blocks or extract.notes, path.name
