"""One misread figure: what counts as one, and that the reader and the rules (SQL) mean the same by it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expectations.facts import MACROS
from models.slips import explains, one_slip

YUAN = st.integers(10_000, 10**12).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("printed", "meant", "slip"),
    [
        ("166195", "16695", True),  # a digit lost
        ("294621", "2946621", True),  # doubled
        ("100943", "100493", True),  # two changed places
        ("54.24", "5424", True),  # the point lost
        ("-4552", "4552", True),  # a sign where none was
        ("4552", "-4552", False),  # a difference, not a misreading
        ("-4552", "4562", False),
        ("166195", "166195", False),
        ("166195", "261159", False),
        ("2040", "2400", True),  # a nought among the digits
        ("12", "13", False),  # too short to say anything
        ("166195", "0", False),
    ],
)
def test_what_one_slip_is(printed: str, meant: str, slip: bool) -> None:
    assert one_slip(Decimal(printed), Decimal(meant)) is slip


@given(st.lists(YUAN, min_size=2, max_size=9), st.data())
def test_one_digit_changed_in_any_part_explains_the_sum(parts: list[Decimal], data: st.DataObject) -> None:
    whole = sum(parts, Decimal(0))
    place = data.draw(st.integers(0, len(parts) - 1))
    digits = list(str(parts[place]))
    at = data.draw(st.sampled_from([n for n, sign in enumerate(digits) if sign.isdigit() and n]))
    digits[at] = data.draw(st.sampled_from([d for d in "123456789" if d != digits[at]]))
    wrong = Decimal("".join(digits))
    assume(len(str(parts[place]).replace(".", "").strip("0")) >= 4)
    assume(len(str(wrong).replace(".", "").strip("0")) >= 4)
    assert explains(whole, [*parts[:place], wrong, *parts[place + 1 :]])
    assert not explains(whole, [whole])


@pytest.fixture(scope="module")
def rules() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for statement in MACROS:
            connection.execute(statement)
        yield connection


@settings(deadline=None)
@given(st.integers(-(10**8), 10**8), st.integers(-(10**8), 10**8))
def test_a_slip_of_long_figures_is_one_in_the_rules_too(
    rules: duckdb.DuckDBPyConnection, printed: int, meant: int
) -> None:
    a = Decimal(printed)
    for other in (Decimal(meant), a * 10 + 7, Decimal(str(printed)[:-1] + "3"), -a):
        query = f"SELECT x_slip({a}::DECIMAL(24, 2), {other}::DECIMAL(24, 2))"
        said = rules.execute(query).fetchone()
        a_digits, other_digits = str(abs(a)), str(abs(other))
        while a_digits.endswith("0") and other_digits.endswith("0"):
            a_digits, other_digits = a_digits[:-1], other_digits[:-1]
        long = min(len(a_digits), len(other_digits)) >= 5
        assert said == (one_slip(a, other) and (long or a == -other),)
