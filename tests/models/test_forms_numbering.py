"""Rows that their publisher numbered: a missing or repeated number is named, other habits are left alone."""

from __future__ import annotations

import pytest

from extractors.model import Cell, Extract, Paragraph, Place, Table
from models.disclosure import Metadata
from models.forms import read_forms


def _said(rows: list[list[str]]) -> list[str]:
    cells = tuple(
        Cell(r, c, text, Place(page=1, cell=f"T1R{r + 1}C{c + 1}"))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table(cells, len(rows), len(rows[0]), Place(page=1))
    blocks = (Paragraph("云溪县2024年专项资金清单", Place(page=1)), Paragraph("单位：万元", Place(page=1)), table)
    reading = read_forms(
        Extract("docx", "test", blocks), Metadata("budget", "department", 2024, "云溪县档案馆", None)
    )  # fmt: skip
    return [finding.message for finding in reading.findings if finding.code == "TABLE-ROW-NUMBERING"]


def _serials(*numbers: int) -> list[list[str]]:
    return [
        ["序号", "名称", "金额"],
        *([str(number), f"事项{place}", f"{10 + place}.50"] for place, number in enumerate(numbers)),
    ]


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ((1, 2, 3, 4, 5, 6), False),
        ((1, 2, 4, 5, 6, 7), True),  # a row lost
        ((1, 2, 3, 3, 4, 5), True),  # a row doubled
        ((1, 3, 2, 4, 5, 6), True),  # two rows changed places
        ((1, 2, 3, 1, 2, 3), False),  # numbered anew
        ((3, 8, 11, 12, 20, 31), False),  # numbers that mean something else
        ((1, 2, 9, 10, 11, 12), False),  # a part of a longer list
        ((1, 2, 4), False),
    ],
)
def test_serial_numbers(numbers: tuple[int, ...], wrong: bool) -> None:
    assert bool(_said(_serials(*numbers))) is wrong


def test_numbered_labels() -> None:
    labels = ["一、年初结存", "二、本年收取", "三、本年退还", "四、本年划转", "五、本年核销", "六、年末结存"]
    rows = [[label, f"{10 + place}.50"] for place, label in enumerate(labels)]
    assert _said([["项目", "金额"], *rows]) == []
    (said,) = _said([["项目", "金额"], *rows[:2], *rows[3:]])
    assert "第 2 行之后是第 4 行" in said
