"""The Great Expectations run and the handbook: one suite a family, a site for stewards, nothing passes by matching nothing."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import duckdb

from expectations import validate
from expectations.engine import uncovered
from expectations.handbook import PAGE, render
from expectations.model import Tally
from expectations.rules import FAMILIES, catalogue
from tests.expectations.warehouse import final_account


def test_data_docs_show_the_failures_and_leave_the_file_free(blank_candidate: Path, tmp_path: Path) -> None:
    database = tmp_path / "candidate.duckdb"
    database.write_bytes(blank_candidate.read_bytes())
    with duckdb.connect(str(database)) as connection:
        final_account("good").save(connection)
        final_account("bad", t3_20101="501.00").save(connection)
    docs = tmp_path / "data_docs"
    docs.mkdir()
    (docs / "stale.html").write_text("old", "utf-8")
    summary = validate(database, run_id="run-1", docs_dir=docs)
    assert summary.broken == ()
    assert summary.failed["error"] == 3  # 款 against 项, 类 against 款, the row
    assert (docs / "index.html").exists()
    assert not (docs / "stale.html").exists()
    index = (docs / "index.html").read_text("utf-8")
    linked = [unquote(path) for path in re.findall(r'href="([^"]+)"', index)]
    assert len(linked) == len(FAMILIES) + 1 and all((docs / path).is_file() for path in linked)
    assert 1 <= index.count('text-danger"') < len(FAMILIES), "the families with the fault are marked, no others"
    pages = [path.read_text("utf-8") for path in docs.rglob("*.html") if "validations" in path.parts]
    assert not any("<script" in page for page in pages) and all("成立" in page for page in pages)
    assert len(pages) == len(FAMILIES) + 1
    assert any("EXPENDITURE-TREE" in page and "人大事务" in page for page in pages)
    assert not any("onclick" in page or "favicon" in page for page in pages), (
        "nothing that leads nowhere without scripts"
    )
    assert not any(re.search(r"""(?:src|href)=["']?https?:""", page) for page in pages)  # readable without the internet
    with duckdb.connect(str(database)) as connection:  # Great Expectations has let go of it
        assert connection.execute("SELECT count(DISTINCT run_id) FROM expectation_result").fetchone() == (1,)


def test_a_rule_that_found_too_few_groups_is_named() -> None:
    rule = next(rule for rule in catalogue() if rule.coverage)
    few = Tally(rule.id, documents_due=10, documents_met=int(10 * rule.coverage) - 1)
    assert len(uncovered([rule], [few])) == 1
    assert uncovered([rule], [Tally(rule.id, documents_due=10, documents_met=10)]) == ()


def test_the_handbook_is_what_the_declarations_say() -> None:
    assert PAGE.read_text("utf-8") == render(), "python -m expectations.handbook"
