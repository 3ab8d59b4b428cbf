"""What a user counts on when ingesting: nothing twice, nothing lost, nothing half, whatever the documents do."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from flows.home import Home
from tests.flows.driving import drive, inline, query

Order = Callable[..., Path]


def _snapshot(home: Home) -> list[list[tuple[object, ...]]]:
    return [
        query(home, f"SELECT * FROM {table} ORDER BY ALL")
        for table in ("document", "line_item", "department", "review_item")
    ]


def test_ingesting_the_same_bytes_again_changes_nothing(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", amounts=["100.00", "0"])
    assert drive(home, inbox).published
    before, mark = _snapshot(home), home.warehouse.stat().st_mtime_ns
    again = drive(home, inbox)
    assert not again.published and home.warehouse.stat().st_mtime_ns == mark
    assert not again.documents[0].new
    # and a changed neighbour carries the unchanged document over as it was
    order("b.html", amounts=["7.00"], name="某市统计局")
    assert drive(home, inbox).published
    document, line_item, department, _ = _snapshot(home)
    assert all(row in document for row in before[0])
    assert all(row in line_item for row in before[1]) and len(line_item) == 3
    assert len(department) == 2


def test_a_second_address_of_the_same_bytes_is_kept_but_changes_no_row(home: Home, inbox: Path, order: Order) -> None:
    first = order("a.html", amounts=["1.00"])
    drive(home, first)
    copy = inbox / "copy" / "other name.html"
    copy.parent.mkdir()
    copy.write_bytes(first.read_bytes())
    assert not drive(home, copy).published
    assert query(home, "SELECT file_name FROM document") == [("a.html",)]
    from sqlalchemy import select

    from flows.operations import session_of
    from models.operations import Source

    with session_of(home) as session:
        assert {one.file_name for one in session.scalars(select(Source))} == {"a.html", "other name.html"}


def test_every_file_has_a_row_and_a_failed_one_a_reason(home: Home, inbox: Path, order: Order) -> None:
    order("good.html", amounts=["1.00"])
    order("nothing.html", amounts=[])
    order("unknown year.html", amounts=["1.00"], year=None)
    order("broken.html", do="raise")
    order("unread.html", do="leave nothing")
    (inbox / "empty.pdf").write_bytes(b"")
    (inbox / "~$good.docx").write_bytes(b"lock")
    (inbox / ".hidden").write_bytes(b"x")
    report = drive(home, inbox)
    assert report.failures == 5 and report.skipped == 2
    rows = dict(query(home, "SELECT file_name, status FROM document"))
    assert rows == {
        "good.html": "published",
        "nothing.html": "failed",
        "unknown year.html": "failed",
        "broken.html": "failed",
        "unread.html": "failed",
        "empty.pdf": "failed",
    }
    assert query(
        home, "SELECT count(*) FROM document WHERE status = 'failed' AND coalesce(status_reason, '') = ''"
    ) == [(0,)]
    assert query(home, "SELECT count(DISTINCT document_id) FROM line_item") == [(1,)]


def test_a_pool_that_forgets_a_document_fails_that_document_and_not_the_run(
    home: Home, inbox: Path, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    order("1 good.html", amounts=["1.00"])
    order("2 forgotten.html", amounts=["2.00"])
    monkeypatch.setattr("tests.flows.driving.inline", lambda jobs, **how: inline(jobs[:1], **how))
    assert drive(home, inbox).failures == 1
    reasons = dict(query(home, "SELECT file_name, status_reason FROM document"))
    assert reasons["1 good.html"] is None and "没有留下结果" in reasons["2 forgotten.html"]


def test_a_crashing_document_fails_alone(home: Home, inbox: Path, order: Order) -> None:
    order("1 crash.html", do="crash")
    order("2 good.html", amounts=["1.00"])
    home.configuration_file.write_text("[reading]\nworkers = 1\nseconds = 60.0\n", encoding="utf-8")
    drive(home, inbox, pool=True)
    reasons = dict(query(home, "SELECT file_name, status_reason FROM document"))
    assert "SIGSEGV" in reasons["1 crash.html"] and reasons["2 good.html"] is None
    assert dict(query(home, "SELECT file_name, status FROM document"))["2 good.html"] == "published"


def test_members_of_an_archive_are_documents_and_an_opened_archive_is_none(
    home: Home, inbox: Path, order: Order
) -> None:
    member = order("in/决算.html", amounts=["1.00"])
    with zipfile.ZipFile(inbox / "公开.zip", "w") as archive:
        archive.write(member, "2023/决算.html")
        archive.writestr("~$决算.docx", b"lock")
    member.unlink()
    (inbox / "坏.zip").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    drive(home, inbox)
    rows = dict(query(home, "SELECT source_uri, status FROM document"))
    assert rows == {f"{inbox / '公开.zip'}!/2023/决算.html": "published", str(inbox / "坏.zip"): "failed"}
    assert not drive(home, inbox).published


@pytest.mark.parametrize("step", ["read", "publish"])
def test_killed_at_any_step_the_last_warehouse_stands_and_the_next_run_finishes(
    step: str, home: Home, inbox: Path, order: Order
) -> None:
    order("a.html", amounts=["1.00"])
    drive(home, inbox)
    before = home.warehouse.read_bytes()
    order("b.html", amounts=["2.00"], name="某市统计局")
    killed = subprocess.run(
        [sys.executable, "-m", "tests.flows.driving", str(home.root), step, str(inbox)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    assert home.warehouse.read_bytes() == before
    # the next run finishes what the killed one took in, even when asked for something else
    report = drive(home)
    assert report.published
    assert query(home, "SELECT count(*), sum(amount_yuan) FROM line_item") == [(2, 3)]
    assert not list(home.root.glob("warehouse.candidate-*"))


def test_a_reader_keeps_its_snapshot_while_a_new_one_is_published(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", amounts=["1.00"])
    drive(home, inbox)
    code = (
        "import duckdb, sys\nc = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(c.execute('select count(*) from line_item').fetchone()[0], flush=True)\nsys.stdin.readline()\n"
        "print(c.execute('select count(*), sum(amount_yuan) from line_item').fetchone(), flush=True)"
    )
    command = [sys.executable, "-c", code, str(home.warehouse)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "1\n"
    order("b.html", amounts=["2.00"], name="某市统计局")
    assert drive(home, inbox).published
    assert query(home, "SELECT count(*) FROM line_item") == [(2,)]
    rest, _ = holder.communicate("\n", timeout=30)
    assert rest == "(1, Decimal('1.00'))\n"


def test_a_later_document_that_covers_an_earlier_one_supersedes_it(home: Home, inbox: Path, order: Order) -> None:
    old = order("old.html", amounts=["1.00"])
    drive(home, old)
    new = order("new.html", amounts=["2.00"])
    drive(home, new)
    rows = {
        name: (status, bool(reason), supersedes)
        for name, status, reason, supersedes in query(
            home, "SELECT file_name, status, status_reason, supersedes FROM document"
        )
    }
    (old_id,) = query(home, "SELECT document_id FROM document WHERE file_name = 'old.html'")[0]
    assert rows == {"old.html": ("superseded", True, None), "new.html": ("published", False, old_id)}
    assert query(home, "SELECT count(*) FROM line_item") == [(2,)]
    assert query(home, "SELECT final FROM spending") == [(2,)]


def test_the_warehouse_says_what_its_columns_mean_in_both_languages(home: Home, order: Order) -> None:
    drive(home, order("a.html", amounts=["1.00"]))
    bare = query(
        home,
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND table_name IN "
        "(SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main') AND coalesce(comment, '') NOT LIKE '%|%'",
    )
    assert bare == []
    assert query(home, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND comment IS NULL") == [(0,)]
    assert query(home, 'SELECT "金额（元）" FROM zh.金额') == [(1,)]


def test_two_ingestions_never_run_at_once(home: Home) -> None:
    from flows.home import Busy, ingestion_lock

    code = "import sys\nfrom pathlib import Path\nfrom flows.home import Home, ingestion_lock\nwith ingestion_lock(Home(Path(sys.argv[1]))):\n    print('held', flush=True)\n    sys.stdin.readline()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(Busy), ingestion_lock(home, wait=False):
        pass
    other.kill()
    other.wait()
    with ingestion_lock(home, wait=False):  # the lock dies with its holder
        pass


def test_a_rejected_document_is_quarantined_and_supersedes_nothing(home: Home, inbox: Path, order: Order) -> None:
    drive(home, order("old.html", amounts=["1.00"]))
    drive(home, order("new.html", amounts=["2.00"]))
    (document,) = query(home, "SELECT document_id FROM document WHERE file_name = 'new.html'")[0]
    from flows.operations import session_of
    from models.decisions import Decision, ReviewItem

    with session_of(home) as session:
        session.add(
            ReviewItem(
                review_id="r" * 24,
                document_id=document,
                expectation="X",
                group_key="",
                severity="error",
                message="m",
                evidence="e",
                status="rejected",
            )
        )
        session.flush()
        session.add(
            Decision(
                review_id="r" * 24, document_id=document, action="reject", decided_by="a", reason="b", evidence="e"
            )
        )
    assert drive(home).published
    assert dict(query(home, "SELECT file_name, status FROM document")) == {
        "old.html": "published",
        "new.html": "quarantined",
    }
    assert query(home, "SELECT final FROM spending") == [(1,)]
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM line_item WHERE document_id = ?", [document]).fetchone() == (0,)
