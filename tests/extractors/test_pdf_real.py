"""The PDF reader on published documents: the amounts of ruled tables against an independent reading of the same pages."""

from __future__ import annotations

import collections
import json
import re
from pathlib import Path

import pytest

from extractors.model import Extract, Table
from extractors.pdf import read_pdf

REAL = Path(__file__).resolve().parents[3] / "shared" / "real"
AMOUNT = re.compile(r"^-?\(?[¥￥]?\d{1,3}(,\d{3})*(\.\d+)?\)?$|^-?\d+(\.\d+)?$")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (REAL / "reference.json").exists(), reason=f"no real documents beside the repository ({REAL})"
    ),
]


def read(key: str) -> Extract:
    (path,) = (REAL / "files").glob(f"{key}_*.pdf")
    return read_pdf(path)


def amounts(texts: list[str]) -> collections.Counter[str]:
    compact = (re.sub(r"\s+", "", text) for text in texts)
    return collections.Counter(text for text in compact if AMOUNT.match(text) and ("." in text or "," in text))


@pytest.mark.parametrize("key", ["r001", "r003", "r012", "r043", "r174", "r217", "r250", "r295", "r653"])
def test_no_amount_of_a_ruled_table_is_lost(key: str) -> None:
    entry = json.loads((REAL / "reference.json").read_text(encoding="utf8"))[key]
    texts: dict[int, list[str]] = collections.defaultdict(list)
    for table in read(key).tables():
        texts[table.place.page or 0].extend(cell.text for cell in table.cells)
    for page, printed in entry["pages"].items():
        assert amounts(printed) - amounts(texts[int(page)]) == collections.Counter(), f"page {page}"


def test_a_body_ruled_only_around_is_read_row_by_row() -> None:
    table = next(t for t in read("r358").tables() if t.place.page == 4)
    rows = [[cell.text if cell else "" for cell in row] for row in table.grid()]
    assert len(rows) == 27
    assert ["再融资一般债券发行额", "99.11", "68.65"] in rows


def test_labels_survive_where_their_font_is_not_embedded() -> None:
    table = next(iter(read("r448").tables()))
    assert ["三、2018年地方政府一般债务发行额", "", "443.23"] in [
        [c.text if c else "" for c in row] for row in table.grid()
    ]


def test_three_storeys_of_header_keep_their_spans() -> None:
    tables = [t for t in read("r001").tables() if t.place.page == 8]
    header = {cell.text: (cell.row_span, cell.column_span) for cell in tables[0].cells if cell.row < 3}
    assert header["项目"] == (1, 4) and header["支出功能分类"] == (1, 3) and header["科目名称"] == (2, 1)


def test_every_cell_lies_on_its_page() -> None:
    extract = read("r283")
    for block in extract.blocks:
        if isinstance(block, Table):
            width, height = extract.page_sizes[(block.place.page or 1) - 1]
            for cell in block.cells:
                box = cell.place.box
                assert box and -1 <= box[0] < box[2] <= width + 1 and -1 <= box[1] < box[3] <= height + 1
