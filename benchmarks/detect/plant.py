"""Faults put into a correctly read document, one at a time: each is a copy of its extract with something wrong in it.

They are planted before interpretation, so that everything behind the reader takes part: what a fault does to the meaning
of a row or a column is found out, not assumed.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.model import Block, Cell, Extract, Paragraph, Place, Table
from models.disclosure import Disclosure, LineItem
from models.money import read_amount

LOOKS_LIKE = {"0": "68", "1": "7", "2": "7", "3": "8", "4": "1", "5": "6", "6": "05", "7": "1", "8": "36", "9": "4"}
"""Digits that text recognition takes for each other."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault.

    kind: key of `KINDS`. form: of the table (or ``narrative``). targets: locators of the line items it makes wrong. table: the
    logical table it stands in. amount: it changes what an amount says (not only a code, a name or a year).
    where: what counts as naming it: ``item`` (one of the targets), ``table`` (any figure of the table), ``document``.
    extract: the document with the fault in it. what: in words.
    """

    kind: str
    form: str
    targets: tuple[str, ...]
    table: int | None
    where: str
    extract: Extract
    what: str
    amount: bool = True


@dataclass(frozen=True, slots=True)
class Spot:
    """A printed amount of a table: the line item and the cell it was read from."""

    item: LineItem
    block: int
    cell: int


class Source:
    """A correct document with its amounts tied to their cells and paragraphs."""

    def __init__(self, extract: Extract, disclosure: Disclosure) -> None:
        self.extract, self.disclosure = extract, disclosure
        cells: dict[Place, list[tuple[int, int]]] = defaultdict(list)
        lines: dict[Place, list[int]] = defaultdict(list)
        for number, block in enumerate(extract.blocks):
            if isinstance(block, Table):
                for index, cell in enumerate(block.cells):
                    cells[cell.place].append((number, index))
            else:
                lines[block.place].append(number)
        self.spots: list[Spot] = []
        self.told: list[tuple[LineItem, int]] = []
        seen: set[tuple[int, int]] = set()
        for item in disclosure.line_items:
            if item.table_no is None:
                found = lines.get(item.place, [])
                if len(found) == 1 and _once(self.paragraph(found[0]).text, item.published_text):
                    self.told.append((item, found[0]))
                continue
            where = cells.get(item.place, [])
            if len(where) == 1 and where[0] not in seen:
                seen.add(where[0])
                self.spots.append(Spot(item, *where[0]))

    def cell(self, spot: Spot) -> Cell:
        """The cell of an amount."""
        return self.table(spot.block).cells[spot.cell]

    def table(self, number: int) -> Table:
        """The table that is this block."""
        block = self.extract.blocks[number]
        assert isinstance(block, Table)
        return block

    def paragraph(self, number: int) -> Paragraph:
        """The paragraph that is this block."""
        block = self.extract.blocks[number]
        assert isinstance(block, Paragraph)
        return block

    def with_block(self, number: int, block: Block) -> Extract:
        """The document with one block replaced."""
        blocks = self.extract.blocks
        return replace(self.extract, blocks=(*blocks[:number], block, *blocks[number + 1 :]))

    def with_texts(self, number: int, texts: dict[int, str]) -> Extract:
        """The document with other texts in some cells of one table."""
        table = self.table(number)
        cells = tuple(replace(c, text=texts[i]) if i in texts else c for i, c in enumerate(table.cells))
        return self.with_block(number, replace(table, cells=cells))


def _once(text: str, printed: str) -> bool:
    return len(re.findall(rf"(?<![\d.,]){re.escape(printed)}(?![\d.,])", text)) == 1


# ---- what is done to the text of one amount


def digit(text: str, chance: random.Random) -> str | None:
    """One digit is another."""
    places = [i for i, sign in enumerate(text) if sign.isdigit()]
    at = chance.choice(places)
    return _with(text, at, chance.choice([d for d in "0123456789" if d != text[at]]))


def transposed(text: str, chance: random.Random) -> str | None:
    """Two neighbouring digits changed places."""
    places = [i for i in range(len(text) - 1) if text[i].isdigit() and text[i + 1].isdigit() and text[i] != text[i + 1]]
    if not places:
        return None
    at = chance.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def point_lost(text: str, chance: random.Random) -> str | None:
    """The decimal point is not there."""
    return text.replace(".", "", 1) if "." in text else None


def sign_changed(text: str, chance: random.Random) -> str | None:
    """The sign is lost, or stands where none was."""
    return text[1:] if text[:1] in "-－−" else "-" + text


def confused(text: str, chance: random.Random) -> str | None:
    """A digit read as one that looks like it."""
    places = [i for i, sign in enumerate(text) if sign in LOOKS_LIKE]
    if not places:  # full-width figures
        return None
    at = chance.choice(places)
    return _with(text, at, chance.choice(LOOKS_LIKE[text[at]]))


def digit_lost(text: str, chance: random.Random) -> str | None:
    """A digit is missing."""
    places = [i for i, sign in enumerate(text) if sign.isdigit()]
    at = chance.choice(places)
    return text[:at] + text[at + 1 :] if len(places) > 1 else None


def digit_doubled(text: str, chance: random.Random) -> str | None:
    """A digit stands twice."""
    at = chance.choice([i for i, sign in enumerate(text) if sign.isdigit()])
    return text[: at + 1] + text[at:]


def emptied(text: str, chance: random.Random) -> str | None:
    """The amount is gone."""
    return ""


def _with(text: str, at: int, sign: str) -> str:
    return text[:at] + sign + text[at + 1 :]


Change = Callable[[str, random.Random], str | None]
_TEXTS: dict[str, Change] = {
    "digit": digit,
    "transposed": transposed,
    "point_lost": point_lost,
    "sign": sign_changed,
    "ocr": confused,
    "digit_lost": digit_lost,
    "digit_doubled": digit_doubled,
    "emptied": emptied,
}


def _one_amount(kind: str, source: Source, chance: random.Random) -> Fault | None:
    spots = [s for s in source.spots if s.item.amount_yuan != 0]
    if not spots:
        return None
    spot = chance.choice(spots)
    before = source.cell(spot).text
    after = _TEXTS[kind](before, chance)
    if after is None or _same(before, after):
        return None
    return Fault(
        kind,
        spot.item.form,
        (spot.item.locator,),
        spot.item.table_no,
        "item" if after else "table",
        source.with_texts(spot.block, {spot.cell: after}),
        f"{spot.item.item_name}·{spot.item.component} {before} → {after or '（空）'}",
    )


def _told_amount(kind: str, source: Source, chance: random.Random) -> Fault | None:
    told = [one for one in source.told if one[0].amount_yuan != 0]
    if not told:
        return None
    item, number = chance.choice(told)
    after = _TEXTS[kind.removeprefix("prose_")](item.published_text, chance)
    if after is None or _same(item.published_text, after):
        return None
    line = source.paragraph(number)
    text = re.sub(rf"(?<![\d.,]){re.escape(item.published_text)}(?![\d.,])", lambda _: after, line.text, count=1)
    return Fault(
        kind.removeprefix("prose_"),
        "narrative",
        (item.locator,),
        None,
        "item",
        source.with_block(number, replace(line, text=text)),
        f"正文 {item.item_name} {item.published_text} → {after}",
    )


def _same(before: str, after: str) -> bool:
    left, right = read_amount(before), read_amount(after)
    return left is not None and right is not None and left.value == right.value


# ---- rows and columns


def _lines(source: Source, key: Callable[[Spot], int | None]) -> dict[tuple[int, int], list[Spot]]:
    """Amounts by printed row or column of their block."""
    found: dict[tuple[int, int], list[Spot]] = defaultdict(list)
    for spot in source.spots:
        number = key(spot)
        if number is not None:
            found[spot.block, number].append(spot)
    return dict(found)


def _rows(source: Source) -> dict[tuple[int, int], list[Spot]]:
    return _lines(source, lambda spot: source.cell(spot).row)


def _columns(source: Source) -> dict[tuple[int, int], list[Spot]]:
    return _lines(source, lambda spot: source.cell(spot).column)


def _fault(
    kind: str, spots: Sequence[Spot], extract: Extract, what: str, where: str = "item", amount: bool = True
) -> Fault:
    item = spots[0].item
    return Fault(
        kind, item.form, tuple(s.item.locator for s in spots), item.table_no, where, extract, what, amount=amount
    )


def cells_swapped(source: Source, chance: random.Random) -> Fault | None:
    """Two amounts of one column changed places."""
    columns = [spots for spots in _columns(source).values() if len(spots) > 1]
    if not columns:
        return None
    a, b = chance.sample(chance.choice(columns), 2)
    if a.item.amount_yuan == b.item.amount_yuan:
        return None
    texts = {a.cell: source.cell(b).text, b.cell: source.cell(a).text}
    return _fault(
        "cells_swapped", (a, b), source.with_texts(a.block, texts), f"{a.item.item_name} ↔ {b.item.item_name}"
    )


def rows_swapped(source: Source, chance: random.Random) -> Fault | None:
    """All amounts of two neighbouring rows changed places, their labels did not."""
    rows = _rows(source)
    pairs = [(key, (key[0], key[1] + 1)) for key in rows if (key[0], key[1] + 1) in rows]
    if not pairs:
        return None
    first, second = chance.choice(pairs)
    upper = {source.cell(s).column: s for s in rows[first]}
    lower = {source.cell(s).column: s for s in rows[second]}
    shared = upper.keys() & lower.keys()
    if upper.keys() != lower.keys() or all(upper[c].item.amount_yuan == lower[c].item.amount_yuan for c in shared):
        return None
    texts = {upper[c].cell: source.cell(lower[c]).text for c in shared}
    texts |= {lower[c].cell: source.cell(upper[c]).text for c in shared}
    changed = [
        s for c in shared for s in (upper[c], lower[c]) if upper[c].item.amount_yuan != lower[c].item.amount_yuan
    ]
    name = f"{rows[first][0].item.item_name} ↔ {rows[second][0].item.item_name}"
    return _fault("rows_swapped", changed, source.with_texts(first[0], texts), name)


def row_shifted(source: Source, chance: random.Random) -> Fault | None:
    """The amounts of a row stand one column too far to the right; the last is gone."""
    rows = {key: spots for key, spots in _rows(source).items() if len(spots) > 1}
    if not rows:
        return None
    key = chance.choice(sorted(rows))
    spots = sorted(rows[key], key=lambda s: source.cell(s).column)
    table = source.table(key[0])
    columns = sorted({source.cell(s).column for s in source.spots if s.block == key[0]})
    at = {c.column: i for i, c in enumerate(table.cells) if c.row == key[1]}
    columns = [c for c in columns if c in at]
    texts = {
        at[c]: (table.cells[at[p]].text if p is not None else "")
        for p, c in zip([None, *columns], columns, strict=False)
    }
    if all(texts[at[c]] == table.cells[at[c]].text for c in columns):
        return None
    return _fault(
        "row_shifted", spots, source.with_texts(key[0], texts), f"{spots[0].item.item_name} 整行右移", "table"
    )


def columns_exchanged(source: Source, chance: random.Random) -> Fault | None:
    """A whole column of amounts changed places with its neighbour, the headers did not."""
    columns = _columns(source)
    numbers: dict[int, list[int]] = defaultdict(list)
    for block, column in sorted(columns):
        numbers[block].append(column)
    pairs = [(b, x, y) for b, found in numbers.items() for x, y in itertools.pairwise(found)]
    if not pairs:
        return None
    block, left, right = chance.choice(pairs)
    by_row: dict[int, dict[int, int]] = defaultdict(dict)
    rows = {source.cell(s).row for s in (*columns[block, left], *columns[block, right])}
    table = source.table(block)
    for index, cell in enumerate(table.cells):
        if cell.row in rows and cell.column in (left, right):
            by_row[cell.row][cell.column] = index
    texts: dict[int, str] = {}
    for found in by_row.values():
        if len(found) == 2:
            texts[found[left]], texts[found[right]] = table.cells[found[right]].text, table.cells[found[left]].text
    spots = [
        s
        for s in (*columns[block, left], *columns[block, right])
        if s.cell in texts and not _same(source.cell(s).text, texts[s.cell])
    ]
    if not spots:
        return None
    return _fault("columns_exchanged", spots, source.with_texts(block, texts), f"第 {left} 列 ↔ 第 {right} 列", "table")


def row_lost(source: Source, chance: random.Random) -> Fault | None:
    """A row of the table is not there."""
    rows = {key: spots for key, spots in _rows(source).items() if any(s.item.amount_yuan for s in spots)}
    found = _free_row(source, rows, chance)
    if found is None:
        return None
    block, row, spots = found
    table = source.table(block)
    cells = tuple(replace(c, row=c.row - 1) if c.row > row else c for c in table.cells if c.row != row)
    extract = source.with_block(block, replace(table, cells=cells, n_rows=table.n_rows - 1))
    return _fault("row_lost", spots, extract, f"{spots[0].item.item_name} 一行缺失", "table")


def row_doubled(source: Source, chance: random.Random) -> Fault | None:
    """A row of the table stands there twice."""
    rows = {key: spots for key, spots in _rows(source).items() if any(s.item.amount_yuan for s in spots)}
    found = _free_row(source, rows, chance)
    if found is None:
        return None
    block, row, spots = found
    table = source.table(block)
    cells: list[Cell] = []
    for cell in table.cells:
        cells.append(replace(cell, row=cell.row + 1) if cell.row > row else cell)
    cells += [replace(c, row=row + 1, place=_below(c.place)) for c in table.cells if c.row == row]
    cells.sort(key=lambda c: (c.row, c.column))
    extract = source.with_block(block, replace(table, cells=tuple(cells), n_rows=table.n_rows + 1))
    return _fault("row_doubled", spots, extract, f"{spots[0].item.item_name} 一行重复", "table")


def _below(place: Place) -> Place:
    if place.box is not None:
        x0, y0, x1, y1 = place.box
        return replace(place, box=(x0, y0 + 3, x1, y1 + 3))
    return replace(place, cell=f"{place.cell}x")


def _free_row(
    source: Source, rows: dict[tuple[int, int], list[Spot]], chance: random.Random
) -> tuple[int, int, list[Spot]] | None:
    """A row that no merged cell reaches over."""
    if not rows:
        return None
    block, row = chance.choice(sorted(rows))
    if any(c.row < row < c.row + c.row_span or (c.row == row and c.row_span > 1) for c in source.table(block).cells):
        return None
    return block, row, rows[block, row]


# ---- units, years, codes, names


def unit_mistaken(source: Source, chance: random.Random) -> Fault | None:
    """The unit printed with a table is another one."""
    places: list[tuple[int, int | None]] = []
    for number, block in enumerate(source.extract.blocks):
        if isinstance(block, Paragraph):
            if re.search(r"单位[：:]\s*(人民币)?(万元|元)", block.text):
                places.append((number, None))
        else:
            places += [
                (number, i) for i, c in enumerate(block.cells) if re.search(r"单位[：:]\s*(人民币)?(万元|元)", c.text)
            ]
    if not places:
        return None
    number, index = chance.choice(places)
    after = next((s for s in source.spots if s.block >= number and s.item.amount_yuan), None)
    if after is None:
        return None

    def wrong(text: str) -> str:
        return re.sub(
            r"(单位[：:]\s*(?:人民币)?)(万元|元)", lambda m: m[1] + ("元" if m[2] == "万元" else "万元"), text, count=1
        )

    block = source.extract.blocks[number]
    if index is None:
        assert isinstance(block, Paragraph)
        extract = source.with_block(number, replace(block, text=wrong(block.text)))
    else:
        extract = source.with_texts(number, {index: wrong(source.table(number).cells[index].text)})
    table = [s for s in source.spots if s.item.table_no == after.item.table_no and s.item.amount_yuan]
    return _fault("unit", table, extract, f"单位误为{wrong('单位：' + after.item.published_unit)[3:]}", "table")


def year_stale(source: Source, chance: random.Random) -> Fault | None:
    """A year of the running text or of a title is the one before."""
    year = source.disclosure.metadata.fiscal_year
    lines = [
        n
        for n, b in enumerate(source.extract.blocks)
        if isinstance(b, Paragraph)
        and len(re.findall(rf"{year}\s*年", b.text)) == 1
        and "20" not in b.text.replace(str(year), "")
    ]
    if year is None or not lines:
        return None
    number = chance.choice(lines)
    line = source.paragraph(number)
    extract = source.with_block(number, replace(line, text=line.text.replace(str(year), str(year - 1))))
    return Fault("year", "narrative", (), None, "document", extract, line.text[:60], amount=False)


def _labels(source: Source, pattern: str) -> Iterator[tuple[int, int, list[Spot]]]:
    """Cells whose text matches, with the amounts of their row."""
    for (block, row), spots in sorted(_rows(source).items()):
        for index, cell in enumerate(source.table(block).cells):
            if cell.row == row and re.fullmatch(pattern, cell.text.strip()):
                yield block, index, spots


def code_wrong(source: Source, chance: random.Random) -> Fault | None:
    """One digit of a printed code is another."""
    found = [one for one in _labels(source, r"[23]\d{2}(\d{2}){0,2}") if all(s.item.printed_code for s in one[2])]
    if not found:
        return None
    block, index, spots = chance.choice(found)
    text = source.table(block).cells[index].text.strip()
    at = chance.randrange(1, len(text))
    wrong = _with(text, at, chance.choice([d for d in "0123456789" if d != text[at]]))
    return _fault("code", spots, source.with_texts(block, {index: wrong}), f"{text} → {wrong}", "table", False)


def labels_swapped(source: Source, chance: random.Random) -> Fault | None:
    """The names of two rows changed places; codes and amounts did not."""
    found = [
        one
        for one in _labels(source, r"(?=.*[\u4e00-\u9fff]).{2,40}")
        if one[2][0].item.item_name in source.table(one[0]).cells[one[1]].text
    ]
    pairs = [
        (x, y)
        for x, y in itertools.pairwise(found)
        if x[0] == y[0] and source.table(x[0]).cells[x[1]].column == source.table(y[0]).cells[y[1]].column
    ]
    if not pairs:
        return None
    (block, a, upper), (_, b, lower) = chance.choice(pairs)
    cells = source.table(block).cells
    if cells[a].text.strip() == cells[b].text.strip():
        return None
    extract = source.with_texts(block, {a: cells[b].text, b: cells[a].text})
    return _fault("labels_swapped", [*upper, *lower], extract, f"{cells[a].text} ↔ {cells[b].text}", "table", False)


Planter = Callable[[Source, random.Random], Fault | None]


def _amounts(kind: str) -> Planter:
    return lambda source, chance: (_told_amount if kind.startswith("prose_") else _one_amount)(kind, source, chance)


KINDS: dict[str, Planter] = {
    **{kind: _amounts(kind) for kind in _TEXTS},
    **{f"prose_{kind}": _amounts(f"prose_{kind}") for kind in ("digit", "transposed", "point_lost", "ocr")},
    "cells_swapped": cells_swapped,
    "rows_swapped": rows_swapped,
    "row_shifted": row_shifted,
    "columns_exchanged": columns_exchanged,
    "row_lost": row_lost,
    "row_doubled": row_doubled,
    "unit": unit_mistaken,
    "year": year_stale,
    "code": code_wrong,
    "labels_swapped": labels_swapped,
}
"""Every kind of fault and how it is planted; None where the document offers no place for it."""

NAMES = {
    "digit": "一位数字改动",
    "transposed": "相邻两位颠倒",
    "point_lost": "小数点丢失",
    "sign": "正负号错",
    "ocr": "形近数字误读",
    "digit_lost": "丢一位数字",
    "digit_doubled": "多一位数字",
    "emptied": "金额丢失",
    "cells_swapped": "两格金额互换",
    "rows_swapped": "相邻两行金额互换",
    "row_shifted": "一行金额错列",
    "columns_exchanged": "整列与邻列互换",
    "row_lost": "丢一行",
    "row_doubled": "重一行",
    "unit": "单位误读",
    "year": "年度陈旧",
    "code": "编码错一位",
    "labels_swapped": "两行名称互换",
}


def plant(source: Source, chance: random.Random, kind: str, tries: int = 8) -> Fault | None:
    """A fault of this kind somewhere in the document, None where none can be planted."""
    for _ in range(tries):
        fault = KINDS[kind](source, chance)
        if fault is not None:
            return fault
    return None
