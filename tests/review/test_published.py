"""The warehouse held open between clicks: always the newest publication, never in anybody's way."""

from __future__ import annotations

import os
import shutil

import duckdb
import pytest

from flows import warehouse
from flows.home import Home, HomeError
from review.queries import published


def _documents(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute("SELECT count(*) FROM document").fetchone()
    assert found is not None
    return int(found[0])


def _publish_without_documents(home: Home) -> None:
    """As a run publishes: another file, renamed into place."""
    aside = home.root / "aside.duckdb"
    shutil.copyfile(home.warehouse, aside)
    with duckdb.connect(str(aside)) as connection:
        connection.execute("DELETE FROM document")
    aside.replace(home.warehouse)


def test_a_new_publication_is_seen_at_once_and_whoever_reads_the_old_one_finishes(home: Home) -> None:
    with published.reading(home) as before:
        assert _documents(before) == 2
        _publish_without_documents(home)
        with published.reading(home) as after:
            assert _documents(after) == 0
        assert _documents(before) == 2, "a page that is being read stays of one publication"
    with warehouse.reading(home) as anew:
        assert _documents(anew) == 0, "what is held does not stand in for the warehouse's own path"
    published.release(home)


def test_nothing_can_be_written_or_reached_through_it_and_nothing_lies_about(home: Home) -> None:
    with published.reading(home) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute("DELETE FROM document")
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM read_text('/etc/hostname')")
        with pytest.raises(duckdb.Error):
            connection.execute("SET enable_external_access = true")
    published.release(home)
    assert not list((home.root / "console").glob("open-*"))


def test_without_links_it_reads_all_the_same_and_without_a_warehouse_it_says_so(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    with published.reading(home) as connection:
        assert _documents(connection) == 2
    home.warehouse.unlink()
    with pytest.raises(HomeError, match="还没有仓库"), published.reading(home):
        pass
