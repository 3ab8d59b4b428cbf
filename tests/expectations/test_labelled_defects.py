"""The defects that people marked in published documents: which of them the expectations name.

Documents with labels are not part of the project; the test reads them from ``../shared/real`` and is skipped aloud without.
What is not found, and why, is said in `NOT_FOUND`; one of these coming to light is a reason to move it, not a failure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.detect.measure import Verdict, Warehouse
from extractors import read
from models.interpret import interpret

REAL = Path(__file__).resolve().parents[3] / "shared" / "real"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.is_dir(), reason="../shared/real with the labelled documents is absent"),
]

FOUND: list[tuple[str, str, str]] = [
    # document, rule, what its message must name
    ("r012", "TXT-YEAR-STALE", "2026年预算"),
    ("r012", "RATIO-GROWTH", "其他司法支出"),  # 43269.3 for 3269.3
    ("r012", "TXT-NAME-ABOLISHED", "医疗卫生与计划生育支出"),
    ("r012", "PROSE-ITEM", "201.50"),  # 208.8 in the table and in the sentence before
    ("r001", "PROSE-TOTAL", "0.30"),
    ("r002", "TXT-PLACEHOLDER", "XX局"),
    ("r002", "FORMS-FINAL", "支出表"),
    ("r002", "PROSE-EMPTY-TABLE", "三公"),
    ("r002", "PROSE-TOTAL", "2,995.39"),
    ("r002", "TXT-YEAR-STALE", "2023年度"),
    ("r002", "TXT-WORDING", "80.38"),
    ("r002", "TXT-YEAR-STALE", "2023年12月31日"),
]

NOT_FOUND: dict[str, str] = {
    "a superfluous blank table page": "a page with nothing on it says nothing: layout is not judged",
    "part of the text in 主要职能 is not rendered": "missing glyphs are seen by looking, not in the text",
    "full stop missing": "punctuation is told as info, no review item",
    "double full stop": "punctuation is told as info, no review item",
    "unbalanced closing quote": "punctuation is told as info, no review item",
}


@pytest.fixture(scope="module")
def verdicts() -> Iterator[dict[str, Verdict]]:
    """The three documents, each as a body of its own."""
    documents = []
    for name in ("r001", "r002", "r012"):
        path = next((REAL / "files").glob(f"{name}_*"))
        documents.append((name, interpret(read(path, name=path.name), file_name=path.name, source_uri=path.name)))
    yield Warehouse().judge(documents)


@pytest.mark.parametrize("document, rule, words", FOUND, ids=[f"{d}-{r}-{w}" for d, r, w in FOUND])
def test_a_labelled_defect_is_named(verdicts: dict[str, Verdict], document: str, rule: str, words: str) -> None:
    said = [message for (found, _), message in verdicts[document].messages.items() if found == rule]
    assert any(words in message for message in said), said


def test_every_label_is_accounted_for() -> None:
    with (REAL / "DEFECTS.csv").open(encoding="utf-8-sig", newline="") as stream:
        labels = [row["what_is_wrong"] for row in csv.DictReader(stream) if row["doc"] in ("r001", "r002", "r012")]
    unseen = [label for label in labels if any(part in label for part in NOT_FOUND)]
    assert len(labels) - len(unseen) == len(FOUND)


def test_the_documents_have_no_error_beside_the_labelled_ones(verdicts: dict[str, Verdict]) -> None:
    expected = {("r001", "PROSE-TOTAL"), ("r002", "PROSE-TOTAL"), ("r012", "PROSE-ITEM")}
    assert {(name, rule) for name, verdict in verdicts.items() for rule, _ in verdict.errors} == expected
