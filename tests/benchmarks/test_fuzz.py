"""The fuzz harness: its mutations repeat by seed and keep a package a package; its children tell what happened."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

from benchmarks.fuzz.child import _outcome
from benchmarks.fuzz.mutate import mutate
from extractors import Limits
from tests.extractors.builders import paragraph, write_docx
from tests.extractors.doc_builder import write_doc


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


def test_outcomes(tmp_path: Path) -> None:
    path = write_doc(tmp_path / "a.doc", ["正文"])
    assert _outcome(path, Limits()) == "read"
    path.write_bytes(path.read_bytes()[:700])
    assert _outcome(path, Limits()) == "refused"
    assert _outcome(tmp_path / "absent", Limits()).startswith("crash")
