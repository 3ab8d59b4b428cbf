"""Numbers are shown as a reader of the sheet sees them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.number_format import BUILTIN, display, display_text, general, is_date

ACCOUNTING = '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("12.340000000000002", "General", "12.34"),
        ("0.30000000000000004", "General", "0.3"),
        ("2010101", "General", "2010101"),
        ("341001001002", "General", "341001001002"),
        ("-76", "General", "-76"),
        ("-547.235076000001", "General", "-547.235076"),
        ("123456789.12", "General", "123456789.12"),
        ("0.333333333333333", "General", "0.333333333"),
        ("1E-3", "General", "0.001"),
        ("0", "General", "0"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("1234567.891", "#,##0.00####", "1,234,567.891"),
        ("-1234.5", "#,##0.00_);[Red](#,##0.00)", "(1,234.50)"),
        ("-3.2", "0.0_ ;[Red]\\-0.0\\ ", "-3.2"),
        ("1.005", "0.00", "1.01"),
        ("2.675", "0.00", "2.68"),
        ("0.1234", "0.00%", "12.34%"),
        ("0.98", "0%;-0%", "98%"),
        ("-0.05", "0.0%", "-5.0%"),
        ("0", ACCOUNTING, "-"),
        ("-12.5", ACCOUNTING, "-12.50"),
        ("12345.6", ACCOUNTING, "12,345.60"),
        ("0", "#,##0.00;-#,##0.00;", ""),
        ("0", "#", ""),
        ("0.5", "#,##0.##", "0.5"),
        ("5", "000", "005"),
        ("1234567", "#,##0,", "1,235"),
        ("12345", '0!.0,"万"', "1.2万"),
        ("7", '0"辆"', "7辆"),
        ("1234.5", "[$¥-804]#,##0.00", "¥1,234.50"),
        ("-5", "[>=100]0;[<0](0);0.0", "(5)"),
        ("20250101", "0000-00-00", "2025-01-01"),
        ("12345.678", "0.00E+00", "1.23E+04"),
        ("1.5", "# ?/?", "1 1/2"),
        ("1234567.8", "# ##0.00", "1234 567.80"),
        ("0", '[=0]"-";#,##0.00', "-"),
        ("-1234", '[=0]"-";#,##0.00', "-1,234.00"),
        ("123456", '[>=10000]0!.0,"万";0', "12.3万"),
        ("45000", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2023年3月15日"),
        ("45000", "yyyy/m/d", "2023/3/15"),
        ("45000.5", 'yyyy"年"m"月"d"日" h:mm', "2023年3月15日 12:00"),
        ("45330", 'yyyy"年"m"月";@', "2024年2月"),
        ("1.25", "[h]:mm", "30:00"),
        ("0.75", "h:mm AM/PM", "6:00 PM"),
        ("0.5", "G/通用格式", "0.5"),
    ],
)
def test_shown_as_the_program_shows_it(number: str, code: str, shown: str) -> None:
    assert display(number, code) == shown


def test_a_negative_shown_only_in_red_keeps_its_sign() -> None:
    assert display("-1234.5", "0.00;[Red]0.00") == "-1234.50"


def test_text_passes_through_its_section() -> None:
    assert display_text("无", ACCOUNTING).strip() == "无"
    assert display_text("2010101", "@") == "2010101"
    assert display_text("隐藏", ";;;") == ""


def test_amount_formats_are_no_dates() -> None:
    assert not is_date(ACCOUNTING)
    assert not is_date('#,##0.00"元";[Red]-#,##0.00"元"')
    assert is_date("yyyy-mm-dd")


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False)


@given(amounts)
def test_two_decimals_with_thousands_read_back_as_the_rounded_amount(amount: Decimal) -> None:
    shown = display(amount, "#,##0.00")
    fifteen = Decimal(f"{amount:.15g}")
    assert Decimal(shown.replace(",", "")) == fifteen.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    whole = shown.lstrip("-").split(".")[0].split(",")
    assert all(len(group) == 3 for group in whole[1:]) and 1 <= len(whole[0]) <= 3


@given(st.decimals(min_value=-(10**8), max_value=10**8, places=6, allow_nan=False, allow_infinity=False))
def test_a_plain_number_loses_nothing_up_to_six_decimals(amount: Decimal) -> None:
    assert Decimal(general(amount)) == amount


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda number: round(number, 2)))
def test_float_noise_is_never_shown(number: float) -> None:
    assert Decimal(display(f"{number:.17g}", "General")) == Decimal(str(number))


@given(st.text(max_size=40), amounts)
def test_no_format_code_crashes(code: str, amount: Decimal) -> None:
    assert isinstance(display(amount, code), str)
    assert isinstance(display_text("文字", code), str)


@given(st.sampled_from(sorted(BUILTIN.values())), amounts)
def test_the_sign_is_never_lost(code: str, amount: Decimal) -> None:
    shown = display(amount, code)
    if amount < 0 and any(character in "123456789" for character in shown) and not is_date(code):
        assert "-" in shown or "(" in shown
