"""Whether one misread or misprinted figure explains why a printed sum does not add up.

A list that was never meant to add up is off by anything; a figure that was misread is off by one digit. The difference
decides what a failing sum says where the table itself does not tell whether it must add up (docs: rules OTHER-DOWN).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rapidfuzz.distance import DamerauLevenshtein

_CENT = Decimal("0.01")
_LEAST_DIGITS = 3
"""Of shorter numbers each is one digit away from very many others."""
_ROUNDED = 2
"""By how many units in the last place parts that were rounded usually miss their sum."""


def one_slip(printed: Decimal, meant: Decimal) -> bool:
    """Whether `printed` (元) is `meant` (元) with one digit other, lost, doubled or transposed, the point or a sign wrong.

    A sign that is lost is not counted: a sum with the sign of one part reversed is a difference, and tables print those.
    """
    if printed == meant:
        return False
    a, b = _digits(printed), _digits(meant)
    if (printed < 0) != (meant < 0):
        return printed < 0 and a == b
    moved = len(a.rstrip("0")) >= _LEAST_DIGITS and a.rstrip("0") == b.rstrip("0")
    while a.endswith("0") and b.endswith("0"):
        a, b = a[:-1], b[:-1]
    if min(len(a), len(b)) < _LEAST_DIGITS or len(a) + len(b) < 2 * _LEAST_DIGITS + 1 - (len(a) == len(b)):
        return False
    return moved or DamerauLevenshtein.distance(a, b, score_cutoff=1) <= 1


def explains(whole: Decimal, parts: Sequence[Decimal], step: Decimal = Decimal(0)) -> bool:
    """Whether a sum (元) that its parts (元) do not make is off by one slip in the sum or in one of at least two parts.

    step: what one unit in the last printed place is worth. Rounded parts miss their sum by one or two of them, so the
    figure that was meant may be that much beside the one that would make the sum exact.
    """
    if len(parts) < 2:
        return False
    off = whole - sum(parts, Decimal(0))
    offs = [off + n * step for n in range(-_ROUNDED, _ROUNDED + 1)] if step else [off]
    return any(one_slip(whole, whole - o) or any(one_slip(part, part + o) for part in parts) for o in offs)


def _digits(amount: Decimal) -> str:
    """The digits of an amount down to its cents, without a point, a sign or zeros before it."""
    return str(abs(amount).quantize(_CENT)).replace(".", "").lstrip("0")
