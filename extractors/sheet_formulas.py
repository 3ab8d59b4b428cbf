"""Results of formulas that a workbook was saved without: what any spreadsheet program shows on opening it.

Only what sums of money are made of: + - * / and percent, references to cells, ranges and other sheets, SUM, ROUND, ABS,
IFERROR. Anything else, a reference in circles or a word among the operands has no result, and the
cell stays unread. Exact decimal arithmetic (OOXML, ISO/IEC 29500-1, 18.17).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, DecimalException

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.formula.translate import Translator, TranslatorError

from extractors.texts import column_number

Address = tuple[str, int, int]
"""Name of the sheet, row and column from 0."""
Value = Decimal | str | None
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_DEEPEST = 150
_MOST_STEPS = 2_000_000
_LONGEST = 2_000
_DIGITS = 15


class NoResult(Exception):
    """A formula whose result is not known here."""


@dataclass(slots=True)
class Workbook:
    """What is stored in the cells of all sheets, and the formulas that have no stored result."""

    values: dict[Address, Value] = field(default_factory=dict)
    formulas: dict[Address, str] = field(default_factory=dict)
    _known: dict[Address, Decimal | None] = field(default_factory=dict)
    _steps: int = 0

    def result(self, address: Address) -> Decimal | None:
        """The result of the formula in a cell, rounded to the fifteen digits programs keep; None where not known."""
        try:
            value = self._value(address, 0)
        except (NoResult, DecimalException):
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            return None
        places = _DIGITS - 1 - value.adjusted() if value else 0
        return round(value, places).normalize() if value and places < 60 else value

    def _value(self, address: Address, depth: int) -> Value:
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS:
            raise NoResult
        formula = self.formulas.get(address)
        if formula is None:
            return self.values.get(address)
        if address not in self._known:
            self._known[address] = None  # asked for again before it is known: it refers to itself
            try:
                self._known[address] = _Parser(formula, address[0], lambda other: self._value(other, depth + 1)).run()
            except RecursionError as error:
                raise NoResult from error
        known = self._known[address]
        if known is None:
            raise NoResult
        return known


def translated(formula: str, origin: str, target: str) -> str | None:
    """A formula shared by several cells as it reads in another of them (addresses as A1); None where it cannot be told."""
    try:
        return str(Translator(f"={formula}", origin=origin).translate_formula(target))[1:]
    except (TranslatorError, ValueError, IndexError):
        return None


class _Parser:
    """One formula, by descent: comparison and text are no part of what is read."""

    def __init__(self, formula: str, sheet: str, look: Callable[[Address], Value]) -> None:
        if len(formula) > _LONGEST:
            raise NoResult
        try:
            tokens = Tokenizer(f"={formula}").items
        except Exception as error:  # whatever the tokenizer raises on text that is no formula
            raise NoResult from error
        self._tokens = [token for token in tokens if token.type != Token.WSPACE]
        self._at = 0
        self._sheet = sheet
        self._look = look

    def run(self) -> Decimal:
        value = self._sum()
        if self._at != len(self._tokens):
            raise NoResult
        return value

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            raise NoResult
        self._at += 1
        return token

    def _infix(self, signs: str) -> str | None:
        token = self._peek()
        if token is not None and token.type == Token.OP_IN and token.value in signs:
            self._at += 1
            return str(token.value)
        return None

    def _sum(self) -> Decimal:
        value = self._product()
        while sign := self._infix("+-"):
            value = value + self._product() if sign == "+" else value - self._product()
        return value

    def _product(self) -> Decimal:
        value = self._single()
        while sign := self._infix("*/"):
            other = self._single()
            if sign == "/" and not other:
                raise NoResult
            value = value * other if sign == "*" else value / other
        return value

    def _single(self) -> Decimal:
        token = self._take()
        if token.type == Token.OP_PRE:
            value = self._single()
            return -value if token.value == "-" else value
        if token.type == Token.PAREN and token.subtype == Token.OPEN:
            value = self._sum()
            self._close(Token.PAREN)
        elif token.type == Token.FUNC and token.subtype == Token.OPEN:
            value = self._function(str(token.value).upper())
        elif token.type == Token.OPERAND and token.subtype == Token.NUMBER:
            value = Decimal(token.value)
        elif token.type == Token.OPERAND and token.subtype == Token.RANGE:
            found = self._look(self._cells(token.value, one=True)[0])
            if isinstance(found, str):
                raise NoResult
            value = found or Decimal(0)
        else:
            raise NoResult
        while (after := self._peek()) is not None and after.type == Token.OP_POST:
            self._at += 1
            value /= 100
        return value

    def _close(self, kind: str) -> None:
        token = self._take()
        if token.type != kind or token.subtype != Token.CLOSE:
            raise NoResult

    def _function(self, name: str) -> Decimal:
        if name == "SUM(":
            return self._added()
        if name == "ABS(":
            value = abs(self._sum())
        elif name == "ROUND(":
            value = self._sum()
            self._next()
            places = self._sum()
            if places != int(places) or abs(places) > 15:
                raise NoResult
            value = value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)
        elif name == "IFERROR(":
            value = self._sum()  # an error inside has no result here, whatever would stand in for it
            self._next()
            self._sum()
        else:
            raise NoResult
        self._close(Token.FUNC)
        return value

    def _next(self) -> None:
        if self._take().type != Token.SEP:
            raise NoResult

    def _added(self) -> Decimal:
        """A sum over ranges, in which words and blanks count for nothing, and over single terms."""
        total = Decimal(0)
        while True:
            token, following = self._peek(), self._tokens[self._at + 1 : self._at + 2]
            alone = not following or following[0].type in (Token.SEP, Token.FUNC)
            if token is not None and token.type == Token.OPERAND and token.subtype == Token.RANGE and alone:
                self._at += 1
                found = map(self._look, self._cells(token.value))
                total += sum((value for value in found if isinstance(value, Decimal)), Decimal(0))
            else:
                total += self._sum()
            token = self._take()
            if token.type == Token.FUNC and token.subtype == Token.CLOSE:
                return total
            if token.type != Token.SEP:
                raise NoResult

    def _cells(self, reference: str, *, one: bool = False) -> list[Address]:
        sheet, mark, rest = reference.rpartition("!")
        name = sheet.strip("'").replace("''", "'") if mark else self._sheet
        first, _, last = rest.partition(":")
        ends = [_CELL.fullmatch(end) for end in (first, last or first)]
        if "[" in sheet or ends[0] is None or ends[1] is None:
            raise NoResult
        rows = sorted(int(end.group(2)) - 1 for end in ends if end)
        columns = sorted(column_number(end.group(1)) for end in ends if end)
        count = (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1)
        if count > 200_000 or (one and count != 1):
            raise NoResult
        return [
            (name, row, column) for row in range(rows[0], rows[1] + 1) for column in range(columns[0], columns[1] + 1)
        ]


def results(workbook: Workbook) -> dict[Address, Decimal]:
    """The results of all formulas of a workbook that are known."""
    found = ((address, workbook.result(address)) for address in workbook.formulas)
    return {address: value for address, value in found if value is not None}
