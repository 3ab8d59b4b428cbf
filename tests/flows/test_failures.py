"""What goes wrong around the documents: full and read-only disks, damaged state. No document is blamed and nothing is lost."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import staging
from flows.cli import main
from flows.faults import explain
from flows.home import Home
from flows.pool import PoolError, run_jobs
from flows.work import Job, process
from tests.flows.driving import drive, query

Order = Callable[..., Path]


def test_a_damaged_staged_extract_is_read_again(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", amounts=["1.00"])
    order("b.html", amounts=["2.00"], name="某市统计局")
    drive(home, inbox)
    before = query(home, "SELECT * EXCLUDE (line_item_id) FROM line_item ORDER BY ALL")
    home.warehouse.unlink()
    damaged = next(home.staged.rglob("line_item.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:200])
    assert drive(home).published
    assert query(home, "SELECT * EXCLUDE (line_item_id) FROM line_item ORDER BY ALL") == before


def test_damaged_facts_are_read_again(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", amounts=["1.00"])
    drive(home, inbox)
    facts = next(home.staged.rglob("facts.json"))
    facts.write_text('{"document_id": ', encoding="utf-8")
    drive(home)
    assert query(home, "SELECT status FROM document") == [("published",)]
    assert staging.read_facts(facts.parent) is not None


def test_a_damaged_warehouse_is_built_again(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", amounts=["1.00"])
    drive(home, inbox)
    home.warehouse.write_bytes(b"\x00garbage" * 3000)
    with pytest.raises(SystemExit) as exit_:
        main(["--home", str(home.root), "sql", "select 1"])
    assert exit_.value.code == 1
    assert drive(home).published
    assert query(home, "SELECT sum(amount_yuan) FROM line_item") == [(1,)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_full_disk_is_never_a_documents_failure(home: Home, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    from flows.originals import keep_bytes

    sha256, _ = keep_bytes(home, "云岭市统计局2024年度部门决算\n共支出 12.5 万元。".encode())

    def full(*_: object, **__: object) -> None:
        raise OSError(number, "written nowhere")

    monkeypatch.setattr(staging, "write", full)
    with pytest.raises(OSError, match="written nowhere"):
        process(Job(str(home.root), sha256, "k", "a.txt", "a.txt"))
    assert staging.read_facts(home.stage(sha256, "k")) is None


def test_a_worker_that_cannot_write_ends_the_run_and_not_the_document() -> None:
    with pytest.raises(PoolError, match="磁盘空间"):
        list(run_jobs(["a", "b"], target="tests.hostile.targets:full_disk", workers=1))


@pytest.mark.parametrize("damage", ["garbage", "cut"])
def test_a_damaged_operational_database_is_said_in_chinese(
    home: Home, inbox: Path, order: Order, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    from flows.operations import _engine, engine_of

    order("a.html", amounts=["1.00"])
    drive(home, inbox)
    engine_of(home).dispose()
    _engine.cache_clear()
    for path in home.root.glob("operations.sqlite-*"):
        path.unlink()
    database = home.root / "operations.sqlite"
    data = database.read_bytes()
    database.write_bytes(b"\x07" * len(data) if damage == "garbage" else data[:100] + b"\xff" * (len(data) - 100))
    before = home.warehouse.read_bytes()
    with pytest.raises(SystemExit) as exit_:
        main(["--home", str(home.root), "ingest", str(inbox)])
    assert exit_.value.code == 1
    said = capsys.readouterr().err
    assert "备份" in said and "Error" not in said
    assert home.warehouse.read_bytes() == before


def test_a_home_that_cannot_be_written_is_said_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(SystemExit) as exit_:
        main(["--home", str(tmp_path / "file" / "home"), "ingest", str(tmp_path)])
    assert exit_.value.code == 2 and "数据目录" in capsys.readouterr().err


def test_known_faults_are_explained_and_defects_are_not() -> None:
    import sqlite3

    outer = RuntimeError("flow failed")
    outer.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert "磁盘空间不足" in str(explain(outer))
    assert "占用" in str(explain(sqlite3.OperationalError("database is locked")))
    assert "权限" in str(explain(PermissionError(errno.EACCES, "Permission denied", "/x")))
    assert explain(ValueError("x")) is None


def test_a_run_does_not_begin_on_a_full_disk(
    home: Home, inbox: Path, order: Order, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil
    from types import SimpleNamespace

    order("a.html", amounts=["1.00"])
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 20))
    with pytest.raises(SystemExit) as exit_:
        main(["--home", str(home.root), "ingest", str(inbox)])
    assert exit_.value.code == 1 and "磁盘空间不足" in capsys.readouterr().err
    assert not home.warehouse.exists()
