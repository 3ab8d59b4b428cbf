"""Spreadsheet number formats: a stored number → the text a reader of the sheet sees.

Works on decimal digits, never on floats' arithmetic. Knows the format language of Excel, WPS and LibreOffice: sections,
conditions, thousands, scaling, percent, exponents, fractions, literals, dates and times. Not a layout engine: padding
blanks of accounting formats are left out, column width does not round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

BUILTIN: dict[int, str] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;[Red]"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;[Red]"¥"-#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"', 35: '上午/下午h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;[Red]-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""The formats a workbook names by number only, as a Chinese-language program shows them."""

_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?                       # literal text
    | [\\!](?P<escaped>.)                        # one literal character
    | _(?P<pad>.)                                # a blank as wide as a character
    | \*(?P<fill>.)                              # a character that fills the cell
    | \[(?P<bracket>[^\]]*)\]                    # colour, condition, currency, elapsed time, locale
    | (?P<general>General|G/通用格式|G/標準|Standard)
    | (?P<ampm>AM/PM|A/P|上午/下午)
    | (?P<exponent>E[+-])(?=[0#?])
    | (?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|aaaa?|[bB]{2,4}|[eg]+)
    | (?P<digits>[0#?]+)
    | (?P<point>\.)
    | (?P<comma>,)
    | (?P<percent>%)
    | (?P<slash>/)
    | (?P<text>@)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"^(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)$")
_WEEKDAYS = "一二三四五六日"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Section:
    """One of up to four parts of a format: its tokens as (kind, text), and when it applies."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, Decimal] | None
    is_date: bool
    is_text: bool
    is_general: bool


def display(number: str | Decimal, code: str, *, date1904: bool = False) -> str:
    """The number as the sheet shows it under a format code, outer blanks removed.

    number: as stored (``12.340000000000002``, ``1E-3``). Negative numbers keep a minus sign or brackets even where the format
    shows them by colour only: colour is lost in text, the sign must not be.
    """
    value = _decimal(number)
    if value is None:
        return str(number).strip()
    sections = _sections(code or "General")
    numeric = [section for section in sections if not section.is_text] or [_GENERAL]
    section, position = _choose(numeric, value)
    if section is None:
        return "#" * 8
    if section.is_general:
        body = general(abs(value))
        text = "".join(
            body if kind == "general" else token for kind, token in section.tokens if kind in ("general", "literal")
        )
        return _signed(text, value, position)
    if section.is_date:
        shown = _date(value, section, date1904)
        return shown if shown is not None else general(value)
    return _signed(_number(abs(value), section).strip(), value, position)


def display_text(text: str, code: str) -> str:
    """A text value under a format: the text section's literals around it; nothing where the section is empty (``;;;``)."""
    if "@" not in code and ";" not in code:
        return text
    sections = _sections(code)
    if len(sections) >= 4:
        section = sections[3]
    elif sections[-1].is_text:
        section = sections[-1]
    else:
        return text
    if not section.tokens:
        return ""
    if not section.is_text:
        return text
    return "".join(text if kind == "text" else token for kind, token in section.tokens if kind in ("text", "literal"))


def is_date(code: str) -> bool:
    """Whether numbers under this format are shown as dates or times."""
    return any(section.is_date for section in _sections(code))


def general(value: Decimal) -> str:
    """A number without a format: no float noise, no exponent for whole numbers below 10^15, no trailing zeros."""
    value = _FIFTEEN.plus(value)
    if value == 0:
        return "0"
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 15:
        return f"{value.quantize(Decimal(1)):f}"
    exponent = value.adjusted()
    if exponent >= 15 or exponent < -9:
        mantissa = (value.scaleb(-exponent)).quantize(Decimal("0.00001"), rounding=ROUND_HALF_UP).normalize()
        return f"{mantissa:f}E{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"
    decimals = -int(value.normalize().as_tuple().exponent)
    # Excel shows ten digits; what needs no more than six decimals (万元 with six decimals is real data) is kept whole.
    if decimals > 6:
        decimals = max(2, 9 - max(exponent, 0))
        value = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(number: str | Decimal) -> Decimal | None:
    try:
        value = Decimal(number)
    except (InvalidOperation, ValueError):
        return None
    return _FIFTEEN.plus(value) if value.is_finite() else None


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    """The parts between semicolons that stand outside of quotes and brackets."""
    if code.startswith(("[$-F800]", "[$-x-sysdate]")):  # the system's long date, on a Chinese system
        code = BUILTIN[31]
    parts: list[list[tuple[str, str]]] = [[]]
    conditions: list[tuple[str, Decimal] | None] = [None]
    for match in _TOKEN.finditer(code[:1000]):
        kind = match.lastgroup or "other"
        token = match.group(kind)
        if kind == "other" and token == ";":
            parts.append([])
            conditions.append(None)
        elif kind == "bracket":
            condition = _CONDITION.match(token.strip())
            if condition:
                conditions[-1] = (condition.group(1), Decimal(condition.group(2)))
            elif token.startswith("$"):
                parts[-1].append(("literal", token[1:].split("-")[0]))
            elif re.fullmatch(r"h+|m+|s+", token, re.IGNORECASE):
                parts[-1].append(("elapsed", token.lower()))
        elif kind in ("quoted", "escaped", "other"):
            parts[-1].append(("literal", token))
        elif kind == "pad":
            parts[-1].append(("literal", " "))
        elif kind != "fill":
            parts[-1].append((kind, token))
    return tuple(_section(tokens, condition) for tokens, condition in zip(parts[:4], conditions[:4], strict=True))


def _section(tokens: list[tuple[str, str]], condition: tuple[str, Decimal] | None) -> _Section:
    kinds = {kind for kind, _ in tokens}
    dated = bool(kinds & {"date", "elapsed", "ampm"}) and not kinds & {"general", "text"}
    if (
        dated
        and not kinds & {"elapsed", "ampm"}
        and all(t.lower() in ("e", "g", "b") for k, t in tokens if k == "date")
    ):
        # A lone E, G or B in a numeric format is a letter, not an era.
        dated = "digits" not in kinds
    if not dated:
        tokens = [("literal", token) if kind in ("date", "ampm") else (kind, token) for kind, token in tokens]
    return _Section(tuple(tokens), condition, dated, "text" in kinds, "general" in kinds and not dated)


_GENERAL = _Section((("general", "General"),), None, False, False, True)


def _choose(sections: list[_Section], value: Decimal) -> tuple[_Section | None, int]:
    """The section for a value, and 0 where the sign must be added, 1 where the section is the negative one."""
    if any(section.condition for section in sections):
        for index, section in enumerate(sections):
            if section.condition is None:
                if index == len(sections) - 1 or (index == 1 and len(sections) == 3 and value < 0):
                    return section, 1 if value < 0 and index else 0
                continue
            if _holds(value, *section.condition):
                negative_only = section.condition[0] in ("<", "<=") and section.condition[1] <= 0
                return section, 1 if value < 0 and negative_only else 0
        last = sections[-1]
        return (None, 0) if last.condition and len(sections) > 1 else (_GENERAL, 0)
    if value < 0 and len(sections) >= 2:
        return sections[1], 1
    if value == 0 and len(sections) >= 3:
        return sections[2], 0
    return sections[0], 0


def _holds(value: Decimal, operator: str, bound: Decimal) -> bool:
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[operator]


def _signed(text: str, value: Decimal, position: int) -> str:
    """The sign put before the text where the section does not show it itself."""
    text = text.strip()
    if value >= 0 or not text:
        return text
    if position and (
        "-" in text or "－" in text or "−" in text or "(" in text or "（" in text or "△" in text or "▲" in text
    ):
        return text
    return f"-{text}" if any(character.isdigit() for character in text) or not position else text


def _number(value: Decimal, section: _Section) -> str:
    """A non-negative number under a numeric section."""
    tokens = list(section.tokens)
    slash = next((i for i, (kind, _) in enumerate(tokens) if kind == "slash"), None)
    if slash is not None and any(kind == "digits" for kind, _ in tokens[:slash]):
        following = next((token for kind, token in tokens[slash + 1 :] if kind in ("digits", "literal")), "")
        if following and (set(following) <= set("0#?") or following.isdigit()):
            return _fraction(value, tokens, slash)
    value = value.scaleb(2 * sum(kind == "percent" for kind, _ in tokens))
    if any(kind == "exponent" for kind, _ in tokens):
        return _scientific(value, tokens)
    digit_positions = [i for i, (kind, _) in enumerate(tokens) if kind == "digits"]
    if not digit_positions:
        return "".join(_literal(kind, token) for kind, token in tokens)
    point = next((i for i, (kind, _) in enumerate(tokens) if kind == "point"), None)
    integer_end = point if point is not None else len(tokens)
    integer_digits = [i for i in digit_positions if i < integer_end]
    decimal_digits = [i for i in digit_positions if point is not None and i > point]
    commas = [i for i, (kind, _) in enumerate(tokens) if kind == "comma"]
    grouping = any(integer_digits and integer_digits[0] < i < integer_digits[-1] for i in commas)
    scaling = 0
    last = (integer_digits or digit_positions)[-1]
    after = last + 1
    while after < len(tokens) and tokens[after][0] == "comma":
        scaling += 1
        after += 1
    if decimal_digits:  # 0.00, : commas after the decimals scale too
        after = decimal_digits[-1] + 1
        while after < len(tokens) and tokens[after][0] == "comma":
            scaling += 1
            after += 1
    value = value.scaleb(-3 * scaling)
    places = "".join(tokens[i][1] for i in decimal_digits)
    rounded = value.quantize(Decimal(1).scaleb(-len(places)), rounding=ROUND_HALF_UP, context=Context(prec=60))
    whole, _, decimals = f"{rounded:f}".partition(".")
    mask = "".join(tokens[i][1] for i in integer_digits)
    whole = "" if whole == "0" and "0" not in mask else whole
    whole = _spread(whole, tokens, integer_digits, grouping)[0]
    pieces: list[str] = []
    shown = _spread_pieces(whole, tokens, integer_digits)
    rest = decimals
    for index, (kind, token) in enumerate(tokens):
        if kind == "digits" and index in shown:
            pieces.append(shown[index])
        elif kind == "digits":
            part, rest = rest[: len(token)], rest[len(token) :]
            pieces.append(_trim_decimals(part, token, rest))
        elif kind == "point":
            if not integer_digits:
                pieces.append(whole)
            pieces.append(".")
        elif kind == "comma":
            pieces.append("" if digit_positions[0] < index else token)
        else:
            pieces.append(_literal(kind, token))
    return "".join(pieces)


def _spread(whole: str, tokens: list[tuple[str, str]], positions: list[int], grouping: bool) -> tuple[str, int]:
    """The integer digits padded to the zeros of the mask, with thousands separators where asked."""
    mask = "".join(tokens[i][1] for i in positions)
    zero = mask.find("0")
    width = len(mask) - zero if zero >= 0 else 0
    whole = whole.rjust(width, "0")
    if grouping and whole:
        whole = f"{int(whole):,}" if len(whole) <= width or not whole.startswith("0") else whole
        bare = len(whole.replace(",", ""))
        if bare < width:
            digits = whole.replace(",", "").rjust(width, "0")
            whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", digits)
    return whole, width


def _spread_pieces(whole: str, tokens: list[tuple[str, str]], positions: list[int]) -> dict[int, str]:
    """Which integer digits stand where the mask is interrupted by literals (``000-00``); the first takes the surplus."""
    if not positions:
        return {}
    pieces: dict[int, str] = {}
    rest = whole
    for index in reversed(positions[1:]):
        gap = any(kind == "literal" for kind, token in tokens[positions[0] : index])
        if not gap:
            continue
        size = len(tokens[index][1])
        pieces[index], rest = rest[-size:] if size else "", rest[:-size] if size else rest
    pieces[positions[0]] = rest
    for index in positions:
        pieces.setdefault(index, "")
    return pieces


def _trim_decimals(part: str, mask: str, rest: str) -> str:
    """Optional decimals (``#``, ``?``) that are zero are not shown."""
    if rest.strip("0"):
        return part
    shown = list(part)
    for index in range(len(mask) - 1, -1, -1):
        if mask[index] == "0" or index >= len(shown) or shown[index] != "0":
            break
        shown.pop()
    return "".join(shown)


def _literal(kind: str, token: str) -> str:
    if kind == "digits":
        return ""
    return token if kind in ("literal", "percent", "point", "comma", "slash") else ""


def _scientific(value: Decimal, tokens: list[tuple[str, str]]) -> str:
    mark = next(i for i, (kind, _) in enumerate(tokens) if kind == "exponent")
    before = "".join(token for kind, token in tokens[:mark] if kind in ("digits", "point"))
    whole, _, decimals = before.partition(".")
    step = max(1, len(whole))
    exponent = (value.adjusted() // step) * step if value else 0
    places = Decimal(1).scaleb(-len(decimals))
    mantissa = value.scaleb(-exponent).quantize(places, rounding=ROUND_HALF_UP)
    if mantissa >= Decimal(10) ** step:
        exponent += step
        mantissa = value.scaleb(-exponent).quantize(places, rounding=ROUND_HALF_UP)
    width = sum(token.count("0") for kind, token in tokens[mark + 1 :] if kind == "digits")
    sign = "-" if exponent < 0 else "+" if tokens[mark][1].endswith("+") else ""
    return f"{mantissa:f}E{sign}{abs(exponent):0{width}d}"


def _fraction(value: Decimal, tokens: list[tuple[str, str]], slash: int) -> str:
    below = "".join(token for kind, token in tokens[slash + 1 :] if kind in ("digits", "literal")).strip()
    whole_mask = sum(kind == "digits" for kind, _ in tokens[:slash]) > 1
    whole = int(value) if whole_mask else 0
    rest = Fraction(value) - whole
    if below.isdigit() and int(below):
        denominator = int(below)
        numerator = round(rest * denominator)
    else:
        limited = rest.limit_denominator(10 ** max(1, len(below)) - 1)
        numerator, denominator = limited.numerator, limited.denominator
    if numerator == denominator and whole_mask:
        whole, numerator = whole + 1, 0
    if numerator == 0:
        return str(whole)
    return f"{whole} {numerator}/{denominator}" if whole else f"{numerator}/{denominator}"


def _date(value: Decimal, section: _Section, date1904: bool) -> str | None:
    """A serial day under a date section; None where no such day exists."""
    if value < 0 or value >= 2958466:
        return None
    epoch = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet has no time zone)
    if not date1904 and value < 60:
        epoch += timedelta(days=1)  # the 29 February 1900 that never was
    seconds = int((value * 86400).to_integral_value(rounding=ROUND_HALF_UP))
    moment = epoch + timedelta(seconds=seconds)
    half_day = any(kind == "ampm" for kind, _ in section.tokens)
    pieces: list[str] = []
    previous = ""
    tokens = section.tokens
    for index, (kind, token) in enumerate(tokens):
        if kind == "elapsed":
            total = seconds // {"h": 3600, "m": 60, "s": 1}[token[0]]
            pieces.append(f"{total:0{len(token)}d}")
            previous = token[0]
        elif kind == "ampm":
            morning, evening = ("上午", "下午") if token.startswith("上") else tuple(token.split("/"))
            pieces.append(morning if moment.hour < 12 else evening)
        elif kind == "date":
            letter = token[0].lower()
            if letter == "m" and (previous in ("h",) or _next_letter(tokens, index) == "s"):
                pieces.append(f"{moment.minute:0{min(len(token), 2)}d}")
                previous = "n"
                continue
            pieces.append(_date_part(moment, letter, len(token), half_day))
            previous = letter
        elif kind == "digits":
            pieces.append("0" * len(token) if previous == "s" else "")
        else:
            pieces.append(_literal(kind, token))
    return "".join(pieces).strip()


def _next_letter(tokens: tuple[tuple[str, str], ...], index: int) -> str:
    return next((token[0].lower() for kind, token in tokens[index + 1 :] if kind in ("date", "elapsed")), "")


def _date_part(moment: datetime, letter: str, length: int, half_day: bool) -> str:
    """One run of date letters."""
    match letter:
        case "y" | "e":
            return f"{moment.year:04d}" if length > 2 or letter == "e" else f"{moment.year % 100:02d}"
        case "m":
            if length >= 3:
                return (
                    _MONTHS[moment.month - 1]
                    if length == 3
                    else f"{moment:%B}"
                    if length == 4
                    else _MONTHS[moment.month - 1][0]
                )
            return f"{moment.month:0{length}d}"
        case "d":
            if length >= 3:
                return f"{moment:%a}" if length == 3 else f"{moment:%A}"
            return f"{moment.day:0{length}d}"
        case "h":
            hour = (moment.hour % 12 or 12) if half_day else moment.hour
            return f"{hour:0{min(length, 2)}d}"
        case "s":
            return f"{moment.second:0{min(length, 2)}d}"
        case "a":
            return ("星期" if length > 3 else "") + _WEEKDAYS[moment.weekday()]
        case _:
            return ""
