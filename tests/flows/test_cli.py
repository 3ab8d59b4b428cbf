"""The command line as a user meets it: help everywhere, exit codes, nothing written by a query, nothing run by a spreadsheet."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import show
from flows.cli import _COMMANDS, main
from flows.commands.demo import samples_and_others
from flows.commands.progress import document_line
from flows.home import Home
from flows.observer import DocumentReport
from tests.flows.driving import drive, query

Order = Callable[..., Path]
_ROOT = Path(__file__).parents[2]


def _run(home: Home, *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; exit code, standard output and error."""
    runner = CliRunner()
    with _captured(runner) as outcome:
        with pytest.raises(SystemExit) as exit_:
            main(["--home", str(home.root), *arguments])
        code = exit_.value.code
    return int(code or 0), outcome.stdout, outcome.stderr


class _Outcome:
    stdout = ""
    stderr = ""


@contextmanager
def _captured(runner: CliRunner) -> Iterator[_Outcome]:
    outcome = _Outcome()
    with runner.isolation() as streams:
        yield outcome
        sys.stdout.flush()
        sys.stderr.flush()
        outcome.stdout = streams[0].getvalue().decode()
        outcome.stderr = streams[1].getvalue().decode()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a published document and a failed one, whose sources lie in ``in`` beside it. Only to be read."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "in").mkdir()
    for name, what in {
        "a.html": {"amounts": ["12356300.00", "0"]},
        "b.html": {"amounts": [], "name": "某市统计局"},
    }.items():
        (folder / "in" / name).write_text(json.dumps(what), encoding="utf-8")
    home = Home(folder / "home")
    drive(home, folder / "in")
    return home


@pytest.mark.parametrize("command", list(_COMMANDS))
def test_every_command_of_the_contract_explains_itself_in_chinese(home: Home, command: str) -> None:
    code, text, _ = _run(home, command, "--help")
    assert code == 0 and len([one for one in text if "\u4e00" <= one <= "\u9fff"]) > 20


def test_help_and_queries_need_no_heavy_library(filled: Home) -> None:
    """Import times of Prefect, Great Expectations and pandas are seconds each; the commands people wait for avoid them."""
    heavy = "{'prefect', 'great_expectations', 'pandas', 'pdfplumber', 'pypdfium2', 'sqlalchemy', 'pyarrow'}"
    for arguments in (["--help"], ["sql", "select 1"], ["status"]):
        code = (
            "import sys\nfrom flows.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as e:\n    assert not e.code, e.code\n"
            f"print('LOADED', sorted({heavy} & set(sys.modules)))"
        )
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code, "--home", str(filled.root), *arguments],
            cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.endswith("LOADED []\n"), done.stdout[-200:]
        assert time.monotonic() - started < 20


def test_sql_prints_tables_csv_and_exact_json(filled: Home) -> None:
    question = "select amount_yuan, published_text from line_item order by amount_yuan desc"
    code, text, _ = _run(filled, "sql", question)
    assert code == 0 and "12,356,300.00" in text and "（2 行）" in text
    assert _run(filled, "sql", question, "--csv")[1].splitlines()[1] == "12356300.00,12356300.00"
    raw = _run(filled, "sql", question, "--json")[1]
    assert json.loads(raw, parse_float=Decimal)[0]["amount_yuan"] == Decimal("12356300.00")


@pytest.mark.parametrize(
    "statement",
    [
        "delete from line_item",
        "create table x (a int)",
        "copy line_item to '{tmp}/out.csv'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('{tmp}/secret.txt')",
        "attach '{tmp}/other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "selec 1",
    ],
)
def test_sql_can_only_read_the_warehouse(filled: Home, tmp_path: Path, statement: str) -> None:
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    before = filled.warehouse.read_bytes()
    code, text, error = _run(filled, "sql", statement.format(tmp=tmp_path))
    assert code == 2 and "SQL" in error and not text
    assert filled.warehouse.read_bytes() == before
    assert not (tmp_path / "out.csv").exists() and not (tmp_path / "other.duckdb").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ingest"],
        ["decide", "x", "approve", "--by", "a", "--reason", "b"],
        ["classify", "行政运行"],
        ["crawl"],
        ["nightly"],
        ["sql", "select 1", "--csv", "--json"],
        ["sql", ""],
        ["ingest", ""],
        ["crawl", "a.html", " "],
        ["sql", "-- nothing but a comment"],
        ["trace", "ffffffffffff"],
    ],
)
def test_wrong_usage_exits_with_2(filled: Home, arguments: list[str]) -> None:
    code, _, error = _run(filled, *arguments)
    assert code == 2 and error


def test_a_home_without_a_warehouse_says_so(tmp_path: Path) -> None:
    code, _, error = _run(Home(tmp_path / "none"), "sql", "select 1")
    assert code == 2 and "还没有仓库" in error
    assert not (tmp_path / "none").exists()


def test_ingesting_unchanged_sources_needs_no_server_and_reports_failures_with_1(filled: Home) -> None:
    inbox = filled.root.parent / "in"
    # `filled` was read by the fake reader; nothing changed since, so nothing is read and no server started
    mark = filled.warehouse.stat().st_mtime_ns
    code, text, _ = _run(filled, "ingest", str(inbox))
    assert code == 1 and "没有变化" in text and filled.warehouse.stat().st_mtime_ns == mark
    assert "a.html" in text and "失败" in text
    code, text, _ = _run(filled, "ingest", str(inbox / "a.html"), "--json")
    assert code == 0 and json.loads(text)["documents"][0]["status"] == "published"
    assert _run(filled, "ingest", str(inbox / "none.pdf"))[0] == 1


def test_status_names_failures_with_their_reason(filled: Home) -> None:
    found = json.loads(_run(filled, "status", "--json")[1])
    assert found["documents"] == {"failed": 1, "published": 1}
    assert found["failures"][0]["file_name"] == "b.html" and found["failures"][0]["status_reason"]
    assert "b.html" in _run(filled, "status")[1]


def test_trace_leads_from_the_number_to_the_cell_and_its_checks(filled: Home) -> None:
    (key,) = query(filled, "SELECT line_item_id FROM line_item WHERE amount_yuan > 0")[0]
    code, text, _ = _run(filled, "trace", key[:10])
    assert code == 0
    for part in ("某市审计局", "a.html", "第 1 页", "12356300.00 元 = 12,356,300.00 元", "2010301 行政运行"):
        assert part in text
    traced = json.loads(_run(filled, "trace", key, "--json")[1])
    assert traced["line_item"]["line_item_id"] == key and Path(traced["original"]).exists()
    code, _, error = _run(filled, "trace", key, "--picture", "x.png")
    assert code == 2 and "网页没有页面图片可画" in error and "行政运行" in error  # not a PDF: the row is told instead


def test_exports_carry_no_formulas_and_a_descriptor(home: Home, order: Order, tmp_path: Path) -> None:
    drive(home, order("a.html", amounts=["-12.50"], name='=HYPERLINK("http://x")局'))
    folder = tmp_path / "out"
    assert _run(home, "export", str(folder), "--format", "csv")[0] == 0
    with (folder / "department.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.DictReader(stream))["name"].startswith("'=")
    with (folder / "line_item.csv").open(encoding="utf-8-sig", newline="") as stream:
        row = next(csv.DictReader(stream))
        assert (row["amount_yuan"], row["published_text"]) == ("-12.50", "-12.50")
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    named = {one["name"]: one for one in described["resources"]}
    assert {"document", "line_item", "spending", "spending_on", "department_history", "department_lineage"} <= set(
        named
    )
    assert named["line_item"]["schema"]["fields"][0]["name"] == "line_item_id"
    assert all(field["description"] for one in described["resources"] for field in one["schema"]["fields"])
    assert _run(home, "export", str(folder), "--format", "xlsx")[0] == 0
    from openpyxl import load_workbook

    sheet = load_workbook(folder / "department.xlsx").active
    assert sheet is not None and sheet["B2"].data_type == "s" and str(sheet["B2"].value).startswith("'=")


def test_parquet_keeps_amounts_exact(filled: Home, tmp_path: Path) -> None:
    assert _run(filled, "export", str(tmp_path / "out"))[0] == 0
    import pyarrow.parquet as pq

    amounts = pq.read_table(tmp_path / "out" / "line_item.parquet").column("amount_yuan")
    assert str(amounts.type) == "decimal128(20, 2)" and max(amounts.to_pylist()) == Decimal("12356300.00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("@x", "'@x"),
        ("-", "'-"),
        ("-12.30", "-12.30"),
        ("-1,000.00", "-1,000.00"),
        ("款", "款"),
        ("", ""),
    ],
)
def test_text_a_spreadsheet_would_run_is_made_plain(text: str, expected: str) -> None:
    assert show.harmless(text) == expected


def test_review_lists_what_is_open(filled: Home) -> None:
    code, text, _ = _run(filled, "review", "--list")
    assert code == 0 and "共" in text
    assert isinstance(json.loads(_run(filled, "review", "--json")[1]), list)


def test_a_document_is_one_line_whatever_its_name_holds() -> None:
    report = DocumentReport("d" * 64, "决算\u202efdp.\n\x1b[2J已发布.html", "failed", "读不了\r\n第二行")
    line = document_line(report)
    assert line == "失败  dddddddd  决算\ufffdfdp. \ufffd[2J已发布.html  读不了 第二行"


def test_the_demo_keeps_out_of_a_home_with_other_documents_and_ingesting_beside_it_says_so(
    home: Home, order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    sample = samples / "sample.html"
    sample.write_bytes(order("sample.html", amounts=["1.00"]).read_bytes())
    monkeypatch.setattr("flows.commands.demo.samples_folder", lambda: samples)
    drive(home, sample)
    assert samples_and_others(home, samples) == (1, 0)  # a demo of its own: run again in the same place
    code, _, error = _run(home, "ingest", str(sample))
    assert code == 0 and "样例" not in error
    drive(home, order("a.html", amounts=["2.00"]))
    assert samples_and_others(home, samples) == (1, 1)
    code, _, error = _run(home, "ingest", str(sample))
    assert code == 0 and "1 份演示用的样例" in error
