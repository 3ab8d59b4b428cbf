"""Printing for people and machines: tables, CSV and JSON, with exact decimals and no formulas for spreadsheets to run."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")


def plain_json(value: Any, indent: int = 0) -> str:
    """JSON with decimals as exact number literals (the standard encoder would round them through float)."""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return json.dumps(value) if value == value and abs(value) != float("inf") else "null"
    if isinstance(value, datetime):
        return json.dumps(value.isoformat(sep="T"))
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    if isinstance(value, dict):
        pad = "\n" + " " * (indent + 1)
        inner = ("," + pad).join(
            f"{json.dumps(str(key), ensure_ascii=False)}: {plain_json(one, indent + 1)}" for key, one in value.items()
        )
        return "{" + pad + inner + "\n" + " " * indent + "}" if value else "{}"
    if isinstance(value, (list, tuple)):
        if all(not isinstance(one, (dict, list, tuple)) for one in value):
            return "[" + ", ".join(plain_json(one) for one in value) + "]"
        pad = "\n" + " " * (indent + 1)
        return "[" + pad + ("," + pad).join(plain_json(one, indent + 1) for one in value) + "\n" + " " * indent + "]"
    return json.dumps(str(value), ensure_ascii=False)


def write_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(plain_json(value) + "\n")


def cell_text(value: Any) -> str:
    """A value as text in a table or CSV; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple, dict)):
        return plain_json(value).replace("\n", "")
    return str(value)


_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def tame(text: str) -> str:
    """Text from a document or a file name without what would steer a terminal or turn the reading direction: "�" instead."""
    return _STEERING.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`tame` text on one line: line breaks and tabs are blanks."""
    return tame(re.sub(r"[\t\r\n\v\f\u0085\u2028\u2029]+", " ", text))


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text by a leading apostrophe; other values as they are.

    A negative number printed as text ("-12.30") is data and harmless, so it stays.
    """
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value):
        return "'" + value
    return value


def _is_number(text: str) -> bool:
    body = text[1:].replace(",", "")
    return text[0] in "+-" and bool(body) and body.isascii() and body.replace(".", "", 1).isdigit()


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(harmless(value)) for value in row])
    sys.stdout.write(buffer.getvalue())


def write_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str | None = None) -> None:
    """Print rows as a table for reading; numbers to the right. To a terminal it fits the width, to a file it is never cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    for index, column in enumerate(columns):
        numeric = any(
            isinstance(row[index], (int, float, Decimal)) and not isinstance(row[index], bool) for row in rows
        )
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_grouped(value)) for value in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        widths = [
            max([_width(column), *(_width(_grouped(row[i])) for row in rows)]) for i, column in enumerate(columns)
        ]
        console = Console(highlight=False, width=max(80, sum(widths) + 3 * len(widths) + 4))
    console.print(table)


def _grouped(value: Any) -> str:
    return f"{value:,f}" if isinstance(value, Decimal) else tame(cell_text(value))


def _width(text: str) -> int:
    return max(
        (sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) for line in text.split("\n")),
        default=0,
    )
