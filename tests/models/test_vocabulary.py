"""Every line item speaks the contract's words, whatever document it comes from."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import extractors
from models.disclosure import LineItem
from models.interpret import interpret
from models.money import UNITS
from models.wording import COMPONENT_NAMES, FORM_NAMES, FUND_NAMES, MEASURE_NAMES

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
REAL = Path(__file__).resolve().parents[3] / "shared" / "real" / "files"

ALLOWED: dict[str, set[str | None]] = {
    "report_kind": {"budget", "final_account"},
    "form": {
        "income_expenditure", "income", "expenditure", "grant_income_expenditure", "grant_expenditure_detail",
        "general_expenditure", "general_expenditure_detail", "general_basic_expenditure", "general_project_expenditure",
        "three_public", "fund_income_expenditure", "capital_income_expenditure", "capital_expenditure",
        "project_expenditure", "narrative",
    },
    "fund": {"all", "fiscal_grant", "general", "gov_fund", "state_capital"},
    "flow": {"income", "expenditure", "balance"},
    "component": {
        "total", "basic", "project", "personnel", "operation", "remit_superior", "operating", "subsidize_subordinate",
        "fiscal_grant", "superior_subsidy", "institution", "operating_income", "subordinate_remittance", "other_income",
        "general", "gov_fund", "state_capital", "opening_balance", "current_income", "current_expenditure",
        "closing_balance", "overseas", "vehicle", "vehicle_purchase", "vehicle_operation", "reception",
    },
    "measure": {"budget", "adjusted_budget", "final", "prior_final", "change"},
    "level": {"类", "款", "项", "total", "item"},
    "mapping_method": {"code", "name", "alias", "parent", "fuzzy", "manual", None},
}  # fmt: skip

UNLISTED: dict[str, set[str | None]] = {
    "form": {"other"}, "fund": {None}, "flow": {None}, "component": {None}, "measure": {None},
}  # fmt: skip
"""What a table outside the official forms may say besides: a column the contract has no word for stays without one."""


def _also(item: LineItem, field: str) -> set[str | None]:
    """The words an item may use beyond the contract's; silence is allowed only where the header is kept beside it."""
    if item.form == "other":
        return UNLISTED.get(field, set())
    return {None} if field == "component" and item.column_label and item.form != "narrative" else set()


DOCUMENTS = sorted(SAMPLES.glob("*.*")) + [
    path
    for name in ("r003", "r012", "r036", "r079", "r142", "r185", "r217", "r256", "r283", "r319", "r521", "r656")
    for path in (sorted(REAL.glob(f"{name}_*")) if REAL.is_dir() else [REAL / name])
]


def test_every_word_of_the_contract_has_a_chinese_name() -> None:
    assert set(FORM_NAMES) == ALLOWED["form"]
    assert set(COMPONENT_NAMES) == ALLOWED["component"]
    assert set(FUND_NAMES) == ALLOWED["fund"] - {"all"}
    assert set(MEASURE_NAMES) == ALLOWED["measure"]


@pytest.mark.parametrize("path", [d for d in DOCUMENTS if d.suffix not in (".csv", ".md")], ids=lambda p: p.stem[:24])
def test_line_items_use_the_contracts_words_and_convert_exactly(path: Path) -> None:
    if not path.is_file():
        pytest.skip("the shared real documents are not at hand: ../shared/real/files")
    disclosure = interpret(extractors.read(path), file_name=path.name, source_uri=str(path))
    assert disclosure.line_items, "a document with figures must give line items"
    for item in disclosure.line_items:
        for field, words in ALLOWED.items():
            value = getattr(item, field)
            assert value in words | _also(item, field), (field, value, item.form, item.item_name, item.published_text)
        assert isinstance(item.amount_yuan, Decimal)
        assert item.published_text, item
        if item.published_unit and item.form != "narrative":
            assert abs(item.amount_yuan) % (UNITS[item.published_unit] * Decimal("0.00000001")) == 0
        assert (item.mapping_method is None) == (item.mapping_score is None)
