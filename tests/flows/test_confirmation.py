"""How sure the amounts are: every amount in one state, grades by their definition, a report that names what nothing confirms."""

from __future__ import annotations

import csv
from pathlib import Path

from flows.confirmation import totals, write_report
from flows.home import Home
from flows.warehouse import reading
from tests.flows.driving import drive, query
from tests.flows.test_road import Order


def test_every_amount_is_in_one_state(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", amounts=["2000000000000.00", "5.00"])
    drive(home, inbox)
    rows = query(home, "SELECT amounts, confirmed, unconfirmed, doubtful, corrected FROM confirmation")
    assert rows == [(2, 0, 1, 1, 0)]
    # An amount in doubt and one that nothing confirms: the worst grade, and both are listed.
    assert query(home, "SELECT grade, open_warnings FROM document_grade") == [("E", 1)]
    assert query(home, "SELECT count(*) FROM unconfirmed") == [(2,)]


def test_the_report_names_what_nothing_confirms(home: Home, inbox: Path, order: Order, tmp_path: Path) -> None:
    order("a.html", amounts=["5.00", "7.00"])
    drive(home, inbox)
    with reading(home) as connection:
        whole = totals(connection)
        write_report(connection, tmp_path / "report.md")
        write_report(connection, tmp_path / "list.csv")
    assert (whole["documents"], whole["amounts"], whole["confirmed"], whole["unconfirmed"]) == (1, 2, 0, 2)
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "0.0 % 经至少一条独立的勾稽关系证实" in text and "| a.html | E | 2 |" in text
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert {row["公布"] for row in csv.DictReader(stream)} == {"5.00", "7.00"}


def test_an_empty_home_has_nothing_to_be_sure_of(home: Home, inbox: Path, order: Order) -> None:
    order("a.html", do="raise")
    drive(home, inbox)
    with reading(home) as connection:
        assert totals(connection)["amounts"] == 0
