"""The reading engine against the truth: every printed amount read with its meaning, and nothing else read."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from data.samples_source import catalogue, pdf
from data.samples_source.facts import Fact, read_truth
from extractors import read
from models.disclosure import Disclosure
from models.interpret import interpret
from tests.conftest import SAMPLES, TRUTH_FILE
from tests.samples.compare import compare


def _truth() -> dict[str, list[Fact]]:
    result: dict[str, list[Fact]] = defaultdict(list)
    for fact in read_truth(TRUTH_FILE):
        result[fact.file].append(fact)
    return result


TRUTH = _truth()
SAMPLE_OF = {sample.file: sample for sample, _ in catalogue.bundled()}


def _read(path: Path) -> Disclosure:
    return interpret(read(path), file_name="download", source_uri="test:")


@pytest.mark.parametrize("file", sorted(TRUTH))
def test_bundled_sample_is_read_as_printed(file: str) -> None:
    """Without help from the file's name: who, when, what, and each amount with its meaning."""
    disclosure, sample = _read(SAMPLES / file), SAMPLE_OF[file]
    found = disclosure.metadata
    assert (found.fiscal_year, found.report_kind) == (sample.year, sample.kind)
    if sample.body is None:
        assert found.scope == "government"
    else:
        assert found.department_name == sample.body.name
    difference = compare(TRUTH[file], disclosure.line_items)
    assert not difference, difference.report()


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".xlsx", ".html"])
def test_random_layouts_are_read_as_printed(suffix: str, tmp_path: Path) -> None:
    """Layouts nobody has looked at: amounts that are read must mean what was printed; text may be left unread, aloud."""
    if suffix == ".pdf" and pdf.find_font() is None:
        pytest.skip("没有中文 TrueType 字体（fonts-lxgw-wenkai），不能生成 PDF 样例")
    for document in catalogue.generate(tmp_path, seed=11, count=6, formats=(suffix,)):
        disclosure = _read(tmp_path / document.file)
        difference = compare(document.facts(), disclosure.line_items)
        tables = [fact for fact in difference.missing if fact.table]
        assert not (tables or difference.wrong or difference.extra), f"{document.file}\n{difference.report()}"
        if difference.missing:
            assert any(finding.code == "TXT-AMOUNT-UNREAD" for finding in disclosure.findings)
