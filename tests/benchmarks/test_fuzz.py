"""The fuzz harness: its mutations repeat by seed and reach the readers; its child goes the whole road and tells what happened."""

from __future__ import annotations

import random
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.fuzz import pdf, seeds
from benchmarks.fuzz.child import _input
from benchmarks.fuzz.mutate import mutate
from benchmarks.fuzz.verdict import complaints
from flows.home import Home
from flows.staging import Facts
from tests.extractors.builders import paragraph, write_docx
from tests.extractors.doc_builder import write_doc


def _simple_pdf() -> bytes:
    return pdf.assemble(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>",
            3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            4: pdf.packed(b"<<>>", b"BT /F 12 Tf 50 700 Td (1,234.56) Tj ET 0 0 100 100 re S"),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        },
        b"1 0 R",
    )


def test_the_same_seed_gives_the_same_input(tmp_path: Path) -> None:
    data = write_docx(tmp_path / "a.docx", paragraph("收入 1,234.56 万元")).read_bytes()
    tried = [mutate(data, "docx", random.Random(seed)) for seed in range(60)]
    assert tried == [mutate(data, "docx", random.Random(seed)) for seed in range(60)]
    assert len(set(tried)) > 40
    opened = 0
    for number, changed in enumerate(tried):
        path = tmp_path / f"{number}.docx"
        path.write_bytes(changed)
        opened += zipfile.is_zipfile(path)
    assert opened > 30  # most get past the container, into the reader


@pytest.mark.parametrize("kind", sorted(seeds.WEIGHTS))
def test_every_format_is_mutated_whatever_the_bytes(kind: str) -> None:
    start = {"pdf": _simple_pdf(), "html": b"<table><tr><td>1,2</td></tr></table>"}.get(kind, bytes(range(256)) * 8)
    assert len({mutate(start, kind, random.Random(seed)) for seed in range(40)}) > 30
    assert mutate(b"", kind, random.Random(1))


def test_a_pdf_put_together_again_is_read(tmp_path: Path) -> None:
    from extractors import read

    path = tmp_path / "a.pdf"
    path.write_bytes(_simple_pdf())
    assert "1,234.56" in "".join(block.text for block in read(path).paragraphs())


def test_outcomes(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    path = write_doc(tmp_path / "a.doc", ["正文"])
    outcome, reason, fault = _input(home, path.read_bytes(), path.name, [])
    assert (outcome, fault) == ("failed", None) and "预算" in reason
    assert _input(home, path.read_bytes()[:700], path.name, [])[0] == "failed"


def test_what_no_published_document_may_be_is_said(tmp_path: Path) -> None:
    assert complaints(tmp_path, Facts("a", "k", failure="文件为空。")) == []
    assert complaints(tmp_path, Facts("a", "k", failure="ValueError: x"))
    assert complaints(tmp_path, Facts("a", "k", failure="解读时程序出错（ValueError：x），未发布；请报告。"))
    published = Facts("a", "k", report_kind="budget", scope="department", fiscal_year=2024, line_items=1)
    assert complaints(tmp_path, published) == []
    assert complaints(
        tmp_path, Facts("a", "k", report_kind="budget", scope="department", fiscal_year=20240, line_items=1)
    )


def test_codes_read_as_amounts_are_seen() -> None:
    from benchmarks.fuzz.verdict import _codes

    row = {"form": "expenditure", "table_no": 1, "column_no": 0, "amount_yuan": Decimal(1)}
    assert _codes([{**row, "published_text": text} for text in ("201", "20133", "2013301", "205", "x")])
    assert not _codes([{**row, "published_text": text} for text in ("201", "1,234.56", "88.1", "205", "7")])
