"""One printed figure of a table: where it stands, what stands above it, and the figures that are no money."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.model import Cell
from models.disclosure import Finding, Statistic
from models.forms.columns import ColumnMeaning
from models.forms.logical import Row
from models.money import read_amount
from models.text import clean, fold

_COUNTED = re.compile(r"人次|批次|平方米|辆|个|人|台|套|次|天|年|户|家")


def locator(cell: Cell) -> str:
    """The position of a cell: unique within the document and stable for the same bytes."""
    place = cell.place
    if place.sheet is not None:
        return f"s{place.sheet}!{place.cell}"
    if place.cell is not None:
        return place.cell
    where = f"x{place.box[0]:.0f}y{place.box[1]:.0f}" if place.box else f"r{cell.row}c{cell.column}"
    return f"p{place.page}{where}"


def printed_text(cell: Cell) -> str:
    """The figure as printed, line breaks and blanks dropped."""
    return re.sub(r"\s+", "", cell.text)


_HALF_FIGURE = re.compile(r"[\s\d,.，．+\-—–−()（）%％OolI]*\d[\s\d,.，．+\-—–−()（）%％OolI]*")


def half_figure(text: str) -> bool:
    """Whether a cell prints digits and marks only, and yet no figure that can be read for certain (12.3.4, 29,46621)."""
    return len(clean(text)) < 60 and _HALF_FIGURE.fullmatch(text) is not None and read_amount(text) is None


_GLUED = re.compile(r"-?\d[\d,]*\.\d{1,2}\s*(?!万?元|亿元|[%％])[^\d\s.,，。;；)）]{3,}")


def glued(row: Row) -> Cell | None:
    """A cell in which a figure and the name of the next list stand together: columns were not told apart.

    Their figures would be taken for those of a neighbour. None where every cell of the row holds one thing.
    """
    return next((c for c in row.cells if c is not None and _GLUED.match(re.sub(r"\s", "", c.text))), None)


def column_label(meaning: ColumnMeaning) -> str:
    """The header path of a column as published."""
    return " / ".join(meaning.path)


def covers_others(row: Row, cell: Cell, meaning: ColumnMeaning, meanings: Sequence[ColumnMeaning]) -> bool:
    """Whether a merged cell also covers a column of figures that means something else."""
    return any(
        m.index != meaning.index
        and m.kind in ("amount", "unknown")
        and m.index < len(row.cells)
        and row.cells[m.index] is cell
        for m in meanings
    )


def finding(
    code: str, severity: str, message: str, cell: Cell, observed: str | None = None, locators: tuple[str, ...] = ()
) -> Finding:
    """A finding at a cell; observed: the cell's own text unless told otherwise."""
    return Finding(code, severity, message, cell.place, None, observed or clean(cell.text), locators)


def statistic(cell: Cell, meaning: ColumnMeaning, text: str) -> Statistic | None:
    """A figure that is no money: a count, or a percentage; None where the cell prints no figure.

    text: the row's label, which with the header names the figure and may print its unit.
    """
    printed = clean(cell.text)
    amount = read_amount(printed.rstrip("%％"))
    if amount is None:
        return None
    path = fold("".join(meaning.path))
    percent = meaning.kind == "percent" or printed.endswith(("%", "％"))
    kind = (
        "count"
        if not percent and meaning.kind in ("count", "amount")
        else "growth"
        if re.search(r"增|比上年|同比", path)
        else "completion"
        if re.search(r"执行率|完成", path)
        else "share"
    )
    unit = "%" if percent else next(iter(_COUNTED.findall("".join((*meaning.path, text)))), "")
    name = " ".join(x for x in (text, *meaning.path[-2:]) if x)
    return Statistic(locator(cell), None, name, amount.value, unit, printed, cell.place, kind)
