"""The body that a table names as its own, against those of the other tables."""

from __future__ import annotations

import pytest

from models.forms.logical import LogicalTable
from models.forms.owners import owner_findings


def _table(number: int, owner: str | None) -> LogicalTable:
    return LogicalTable(f"表{number}", "万元", owner, [], [], [], 2, [None, None], first_page=number)


@pytest.mark.parametrize(
    ("owners", "stray"),
    [
        (["云溪县档案馆"] * 8 + ["云溪县图书馆"], True),
        (["云溪县档案馆"] * 9, False),
        (["云溪县档案馆"] * 8 + ["云溪县档案馆（本级）"], False),  # more of the same name
        (["云溪县档案馆"] * 5 + ["云溪县图书馆"] * 4, False),  # a file of two bodies
        (["云溪县档案馆"] * 2 + ["云溪县图书馆"], False),
        (["云溪县档案馆"] * 8 + [None], False),
    ],
)
def test_one_table_of_another_body(owners: list[str | None], stray: bool) -> None:
    found = list(owner_findings([_table(number, owner) for number, owner in enumerate(owners, 1)]))
    assert [finding.place.page for finding in found] == ([len(owners)] if stray else [])
    assert all("云溪县图书馆" in finding.message for finding in found)
