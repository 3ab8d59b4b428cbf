"""Paragraph and run properties of Word documents along the chain of styles they are based on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from extractors.numbering import W

_HEADING = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)


@dataclass(slots=True)
class Style:
    """What one style states itself; None where it states nothing."""

    name: str
    based_on: str | None
    outline: int | None
    list_id: str | None
    list_level: int | None
    hidden: bool | None
    size: float | None


class Styles:
    """What a paragraph or run gets from its style, along the chain of styles it is based on."""

    def __init__(self, root: Any | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default = ""
        for element in root.iterfind(f"{W}style") if root is not None else ():
            identifier = element.get(f"{W}styleId") or ""
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true"):
                self.default = identifier
            number = element.find(f"{W}pPr/{W}numPr")
            self._styles[identifier] = Style(
                name=value_of(element.find(f"{W}name")) or "",
                based_on=value_of(element.find(f"{W}basedOn")),
                outline=integer(value_of(element.find(f"{W}pPr/{W}outlineLvl"))),
                list_id=value_of(number.find(f"{W}numId")) if number is not None else None,
                list_level=integer(value_of(number.find(f"{W}ilvl"))) if number is not None else None,
                hidden=flag(element.find(f"{W}rPr/{W}vanish")),
                size=half_points(element.find(f"{W}rPr/{W}sz")),
            )

    def chain(self, identifier: str | None) -> list[Style]:
        """The style and those it is based on, nearest first."""
        found: list[Style] = []
        seen: set[str] = set()
        current = identifier or self.default
        while current and current in self._styles and current not in seen:
            seen.add(current)
            found.append(self._styles[current])
            current = self._styles[current].based_on or ""
        return found

    def heading(self, identifier: str | None) -> int | None:
        """1 to 9 where the style is a heading by outline level or by name."""
        for style in self.chain(identifier):
            match = _HEADING.match(style.name.strip())
            if match:
                return int(match.group(1))
            if style.outline is not None:
                return style.outline + 1 if style.outline < 9 else None
            if style.name.strip().lower() in ("title", "标题", "文档标题", "大标题"):
                return 1
            if style.name.strip() in ("一级标题", "二级标题", "三级标题", "四级标题"):
                return "一二三四".index(style.name.strip()[0]) + 1
        return None


def value_of(element: Any | None) -> str | None:
    """The ``w:val`` of a property."""
    return element.get(f"{W}val") if element is not None else None


def integer(text: str | None) -> int | None:
    """A whole number, None where there is none."""
    try:
        return int(float(text)) if text is not None else None
    except (ValueError, OverflowError):
        return None


def flag(element: Any | None) -> bool | None:
    """An on/off property: None where it is not stated."""
    return None if element is None else (element.get(f"{W}val") or "1") not in ("0", "false", "off")


def half_points(element: Any | None) -> float | None:
    """A font size in points."""
    number = integer(value_of(element))
    return number / 2 if number else None
