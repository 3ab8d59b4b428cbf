"""Automatic list numbers of Word documents: what Word prints before a paragraph but keeps out of its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    legal: bool = False
    restart: int | None = None


@dataclass(slots=True)
class _List:
    """A list instance: the abstract list whose counters it uses, its levels, and levels it restarts once."""

    abstract: str
    levels: dict[int, _Level]
    overrides: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts list paragraphs in document order; `label` must be called once for each, in that order."""

    def __init__(self, root: Any | None) -> None:
        """root: the numbering part's root element, or None where the document has no lists."""
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._seen: set[tuple[str, int]] = set()
        if root is None:
            return
        abstracts = {item.get(f"{W}abstractNumId"): item for item in root.iterfind(f"{W}abstractNum")}
        by_style = {
            link.get(f"{W}val"): item for item in abstracts.values() if (link := item.find(f"{W}styleLink")) is not None
        }
        for number in root.iterfind(f"{W}num"):
            reference = number.find(f"{W}abstractNumId")
            abstract_id = reference.get(f"{W}val") if reference is not None else None
            abstract = abstracts.get(abstract_id)
            if abstract is None:
                continue
            link = abstract.find(f"{W}numStyleLink")
            if link is not None:
                abstract = by_style.get(link.get(f"{W}val"), abstract)
            levels = {_integer(level.get(f"{W}ilvl")): _level(level) for level in abstract.iterfind(f"{W}lvl")}
            overrides: dict[int, int] = {}
            for override in number.iterfind(f"{W}lvlOverride"):
                index = _integer(override.get(f"{W}ilvl"))
                level = override.find(f"{W}lvl")
                if level is not None:
                    levels[index] = _level(level)
                start = override.find(f"{W}startOverride")
                if start is not None:
                    overrides[index] = _integer(start.get(f"{W}val"), 1)
            self._lists[number.get(f"{W}numId") or ""] = _List(
                abstract.get(f"{W}abstractNumId") or "", levels, overrides
            )

    def label(self, list_id: str, level_index: int) -> str:
        """The printed number of the next paragraph of a list, with what separates it from the text; "" for bullets."""
        numbered = self._lists.get(list_id)
        level = numbered.levels.get(level_index) if numbered else None
        if numbered is None or level is None:
            return ""
        counters = self._counters.setdefault(numbered.abstract, {})
        if level_index in numbered.overrides and (list_id, level_index) not in self._seen:
            self._seen.add((list_id, level_index))
            counters[level_index] = numbered.overrides[level_index]
        elif level_index in counters:
            counters[level_index] += 1
        else:
            counters[level_index] = level.start
        for deeper in [index for index in counters if index > level_index]:
            restart = numbered.levels[deeper].restart if deeper in numbered.levels else None
            if restart == 0 or (restart is not None and level_index + 1 > restart):
                continue
            del counters[deeper]
        if level.format in ("bullet", "none") and "%" not in level.text:
            return ""
        text = level.text
        for index in range(9):
            if f"%{index + 1}" not in text:
                continue
            other = numbered.levels.get(index, _Level())
            value = counters.get(index, other.start)
            text = text.replace(f"%{index + 1}", format_number(value, "decimal" if level.legal else other.format))
        if level.format == "bullet":
            return ""
        return text + (" " if level.suffix != "nothing" and text[-1:].isalnum() and text.isascii() else "")


def _level(element: Any) -> _Level:
    level = _Level()
    for child in element:
        value = child.get(f"{W}val")
        match child.tag.removeprefix(W) if isinstance(child.tag, str) else "":
            case "start":
                level.start = _integer(value, 1)
            case "numFmt":
                level.format = value or "decimal"
            case "lvlText":
                level.text = value or ""
            case "suff":
                level.suffix = value or "tab"
            case "isLgl":
                level.legal = value not in ("0", "false", "off")
            case "lvlRestart":
                level.restart = _integer(value)
    return level


def _integer(value: str | None, default: int = 0) -> int:
    try:
        return int(value or default)
    except ValueError:
        return default


def format_number(value: int, form: str) -> str:
    """A counter in one of Word's number forms; unknown forms are shown as decimals."""
    match form:
        case "none":
            return ""
        case (
            "chineseCounting"
            | "chineseCountingThousand"
            | "japaneseCounting"
            | "taiwaneseCounting"
            | "taiwaneseCountingThousand"
            | "koreanCounting"
        ):
            return chinese(value)
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital":
            return "".join("〇" if digit == "0" else _DIGITS[int(digit)] for digit in str(value))
        case "chineseLegalSimplified" | "ideographLegalTraditional":
            return chinese(value).translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            return _CIRCLED[value - 1] if 1 <= value <= 20 else str(value)
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        case "decimalZero":
            return f"{value:02d}"
        case "decimalEnclosedParen":
            return f"（{value}）"
        case "decimalEnclosedFullstop":
            return f"{value}."
        case "upperLetter" | "lowerLetter":
            letters = chr(65 + (value - 1) % 26) * ((value - 1) // 26 + 1) if value > 0 else ""
            return letters if form == "upperLetter" else letters.lower()
        case "upperRoman" | "lowerRoman":
            return _roman(value) if form == "upperRoman" else _roman(value).lower()
        case "ideographTraditional":
            return "甲乙丙丁戊己庚辛壬癸"[(value - 1) % 10]
        case "ideographZodiac":
            return "子丑寅卯辰巳午未申酉戌亥"[(value - 1) % 12]
        case _:
            return str(value)


def chinese(value: int) -> str:
    """1 → 一, 12 → 十二, 105 → 一百零五."""
    if value == 0:
        return "零"
    if value < 0 or value >= 10000:
        return str(value)
    text = ""
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            text += _DIGITS[digit] + unit
        elif text and not text.endswith("零") and value % power:
            text += "零"
    return text[1:] if 10 <= value < 20 else text


def _roman(value: int) -> str:
    text = ""
    for number, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
        (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        while value >= number and len(text) < 40:
            text += letters
            value -= number
    return text
