"""Golden results: whole pages of real documents, transcribed by eye from the page pictures, against what is read.

The transcriptions (documents/*.toml, see the README there) say what every cell of a page means under the public
contract. A page must be read to the cell: each printed amount once, with its meaning, and nothing else.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import extractors
from models.disclosure import Disclosure, LineItem
from models.interpret import interpret
from models.text import fold

HERE = Path(__file__).parent / "documents"
GOLDEN = sorted(path.stem for path in HERE.glob("*.toml"))
MEANING = ("flow", "fund", "component", "measure", "year", "column")


class Printed(NamedTuple):
    """One amount as the page picture shows it: text, row name, code and its meaning (``*`` where nothing is laid down)."""

    page: int
    text: str
    name: str
    code: str
    economic: bool
    form: str
    unit: str
    meaning: dict[str, str]


@cache
def _golden(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _read(path: Path) -> Disclosure:
    return interpret(extractors.read(path), file_name=path.name, source_uri=path.name)


def _printed(golden: dict[str, Any]) -> Iterator[Printed]:
    """The transcribed amounts, blank cells left out."""
    for table in golden["table"]:
        columns = [dict(zip(MEANING, words.split(), strict=False)) for words in table["columns"]]
        for line in table["rows"].strip().splitlines():
            cells, _, override = line.partition("@")
            name, code, *amounts = (part.strip() for part in cells.split("|"))
            assert len(amounts) <= len(columns), f"{line}: 金额多于栏数"
            special = dict(word.split("=") for word in override.split())
            for amount, column in zip(amounts, columns, strict=False):
                if amount:
                    economic = table.get("codes") == "economic"
                    meaning = {**column, **special}
                    yield Printed(table["page"], amount, name, code, economic, table["form"], table["unit"], meaning)


def _plain(text: str | None) -> str:
    """A label without the blanks that layout put in."""
    return fold(text or "")


def _fits(printed: Printed, item: LineItem) -> bool:
    """Whether a line item says what the page shows for one amount."""
    got = {
        "flow": item.flow or "",
        "fund": item.fund or "",
        "component": item.component or "",
        "measure": item.measure or "",
        "year": str(item.fiscal_year),
        "column": _plain(item.column_label),
    }
    meaning = all(
        want == "*" or got[key] in want.split("|") for key, want in printed.meaning.items() if key != "column"
    )
    column = printed.meaning.get("column", "*")
    code = item.economic_code if printed.economic else item.function_code
    return (
        meaning
        and (column == "*" or _plain(column) in got["column"])
        and item.place.page == printed.page
        and item.published_text == printed.text
        and item.published_unit == printed.unit
        and item.form == printed.form
        and printed.code in ("*", code or "")
        and (printed.name == "*" or _plain(item.item_name) == _plain(printed.name))
    )


def _document(real: Path, golden: dict[str, Any]) -> Disclosure:
    return _read(next(real.glob(f"{golden['document']}_*")))


@pytest.mark.parametrize("name", GOLDEN)
def test_every_printed_amount_is_read_once_with_its_meaning(real: Path, name: str) -> None:
    golden = _golden(name)
    printed = list(_printed(golden))
    pages = {amount.page for amount in printed}
    left = [i for i in _document(real, golden).line_items if i.place.page in pages and i.form != "narrative"]
    missing = []
    # the most particular first, so that an amount with a free meaning does not take another's line item
    for amount in sorted(printed, key=lambda a: list(a.meaning.values()).count("*") + (a.name == "*")):
        found = next((i for i in left if _fits(amount, i)), None)
        if found is None:
            missing.append(amount)
        else:
            left.remove(found)
    told = [f"{a.page} 页 {a.name} {a.code} {a.text} {a.meaning}" for a in missing]
    near = Counter(a.text for a in missing)
    seen = [
        f"{i.place.page} 页 {i.item_name} {i.function_code or i.economic_code} {i.published_text}{i.published_unit} "
        f"{i.form} {i.flow} {i.fund} {i.component} {i.measure} {i.fiscal_year} {i.column_label}"
        for i in left
        if i.published_text in near or not missing
    ]
    assert not missing and not left, "\n".join(["没有这样读到：", *told, "读到的是：", *seen])


@pytest.mark.parametrize("name", GOLDEN)
def test_the_document_is_what_its_pages_say(real: Path, name: str) -> None:
    golden = _golden(name)
    metadata = _document(real, golden).metadata
    want = {key: golden[key] for key in ("report_kind", "scope", "fiscal_year") if key in golden}
    got = {key: getattr(metadata, key) for key in want}
    assert got == want
    if "department" in golden:
        assert metadata.department_name == golden["department"]


def test_there_is_a_golden_document_of_each_family_at_hand() -> None:
    """At least twelve, and none without amounts."""
    assert len(GOLDEN) >= 12
    assert all(list(_printed(_golden(name))) for name in GOLDEN)
