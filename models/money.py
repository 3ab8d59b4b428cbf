"""Published amounts: reading them exactly, and what unit they stand in.

A blank, a dash and a zero are three different things here: `read_amount` gives None for the first two and
``Decimal(0)`` for a printed zero. Amounts are `Decimal`, never float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from models.text import plain

UNITS: dict[str, Decimal] = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
"""Money units as published → 元."""

LARGEST_YUAN = Decimal("999999999999999.99")
"""A larger figure is no amount: a thousand million million yuan is more than all public property. Sums and ratios of such
figures still fit the decimals that the checks compute in."""

_AMOUNT = re.compile(r"^[-+—–−﹣－△▲]?[¥￥]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?$|^[-+—–−﹣－△▲]?[¥￥]?\.\d+$")
_GROUPED = re.compile(r"^-?\d{1,3}(?:,\d{3})+$")
_CUT_GROUP = re.compile(r"^-?\d{1,3}(?:,\d{3})*,\d{1,2}$")
_WHOLE_GROUPS = re.compile(r"^-?\d{1,3}(?:,\d{3})+(?:\.\d{2})?$")
_MINUS = "-—–−﹣－△▲"
_UNIT = re.compile(r"(?:金额)?单位[:：]?\s*(?:人民币)?[（(]?\s*(百万元|千元|万元|亿元|元)")
_ANY_UNIT = re.compile(r"(百万元|千元|万元|亿元|(?<![万亿千百\d一-龥])元|(?<=[（(:：、/])元)")


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount as read: its value in the printed unit and the number of decimals printed."""

    value: Decimal
    decimals: int

    def yuan(self, unit: str) -> Decimal:
        """The amount in 元, exact."""
        return self.value * UNITS[unit]

    def ulp_yuan(self, unit: str) -> Decimal:
        """What one unit in the last printed place is worth in 元."""
        return UNITS[unit].scaleb(-self.decimals)


def read_amount(text: str) -> Amount | None:
    """Read a cell that holds nothing but an amount; None for blank, dash, label or anything that is not one number.

    Accepts thousands separators, currency signs, full-width digits, figures wrapped over lines, minus signs of every
    kind and brackets for negatives. A percentage is not an amount.
    """
    compact = _joined(plain(text).replace("，", ",").replace("．", ".").replace("＋", "+"))
    if not compact:
        return None
    negative = False
    if compact[0] in "(（" and compact[-1] in ")）":
        compact, negative = compact[1:-1], True
    if not _AMOUNT.match(compact):
        return None
    if compact[0] in _MINUS:
        negative, compact = not negative, compact[1:]
    compact = compact.lstrip("+¥￥").replace(",", "")
    try:
        value = Decimal(compact)
    except InvalidOperation:
        return None
    decimals = len(compact.partition(".")[2])
    return Amount(-value if negative and value else value, decimals)


def _joined(text: str) -> str | None:
    """The figure of a cell as one string; None where blanks or line breaks may stand between two figures.

    A wrapped figure is joined only where the joint shows: at a separator, inside a group of thousands, or inside decimals
    that come out two or six long. Blanks between single characters are letter-spacing; between longer groups they separate figures.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    parts = [_unspaced(line) for line in lines]
    if not parts or any(part is None for part in parts):
        return None
    joined = parts[0] or ""
    for part in parts[1:]:
        assert part is not None
        decimals = len((joined + part).partition(".")[2])
        at_separator = joined[-1] in ",.-¥￥(（" or part[0] in ",.)）"
        within_decimals = "." in joined and "." not in part and decimals in (2, 6)
        completes_group = _GROUPED.match(joined + part) is not None and _GROUPED.match(joined) is None
        cut_group = _CUT_GROUP.match(joined) is not None and _WHOLE_GROUPS.match(joined + part) is not None
        if not (at_separator or within_decimals or completes_group or cut_group):
            return None
        joined += part
    return joined


def _unspaced(line: str) -> str | None:
    groups = line.split()
    if len(groups) == 1:
        return groups[0]
    if all(len(group) == 1 for group in groups) or (groups[0] in _MINUS + "+¥￥" and len(groups) == 2):
        return "".join(groups)
    return None


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, or only dashes, slashes and the like."""
    return not re.sub(r"[\s\-—–−－/／\\.．·…]+", "", plain(text))


def read_unit(text: str) -> str | None:
    """The money unit a caption states ("单位：万元", "金额单位：元"), else None."""
    found = _UNIT.search(re.sub(r"\s+", "", plain(text)))
    return found.group(1) if found else None


def unit_in(text: str) -> str | None:
    """The money unit named in a column header ("预算数（万元）"), else None."""
    found = _ANY_UNIT.search(re.sub(r"\s+", "", plain(text)))
    return found.group(1) if found else None
