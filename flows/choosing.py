"""Figures of scans that read in more than one way: the identities of the forms choose among what recognition offered.

A figure is settled only where exactly one of its readings lets every identity it takes part in hold; where several do,
or none, it stays what it was: marked, and no amount. No digit comes from here that no look at the picture offered, and
a figure settled so stays distinguishable (`LineItem.engine`). What a figure is read as is not decided by what it should
be: an identity that holds under no reading settles nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, product

from extractors.model import Box, Cell, Doubt, Extract, Note, Table
from models.disclosure import Disclosure, LineItem
from models.money import read_amount
from models.sums import sums

IDENTITY = "+identity"
"""Ends the name of the engine of a figure that identities settled."""

MOST_COMBINATIONS = 20_000
"""Readings tried together in one identity; one with more is left alone."""

_ROUNDS = 12
_EXACT = 3  # sums of a table that come out to the last digit before its sums are held to that
_TELLING = 4  # digits: shorter amounts are equal by chance
_LEAST_CONFIRMATIONS = 2  # identities that must come right before a figure nobody doubted is read otherwise

Interpreter = Callable[[Extract], Disclosure]
Key = tuple[int, Box]


@dataclass(frozen=True, slots=True)
class Identity:
    """Σ sign × amount = 0 within the rounding of what is printed. terms: places of the amounts with their signs.
    binding: a printed sum; amounts of the same meaning in two tables confirm each other, but need not be equal."""

    terms: tuple[tuple[Key, int], ...]
    tolerance: Decimal
    binding: bool = True

    def places(self) -> list[Key]:
        """The places involved."""
        return [key for key, _ in self.terms]

    def holds(self, values: dict[Key, Decimal]) -> bool:
        """Whether it holds for these amounts."""
        return abs(sum((sign * values[key] for key, sign in self.terms), Decimal(0))) <= self.tolerance


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure settled: what it was read as, what it is, and how many identities say so."""

    doubt: Doubt
    reading: str
    how: str
    confirmed: int

    def reason(self) -> str:
        """Why, in a Chinese sentence without its full stop."""
        offered = "、".join(text for text, _ in self.doubt.readings)
        return f"识别候选为 {offered}；只有 {self.reading}（{self.how}）使它参与的 {self.confirmed} 处合计或相等关系全部成立"


def settle_figures(
    extract: Extract, disclosure: Disclosure, interpret: Interpreter
) -> tuple[Extract, Disclosure, dict[Key, Choice]]:
    """The extract and its interpretation with the figures settled that identities can settle, and which those are; else
    as they were and none."""
    places = _places(extract)
    if not places:
        return extract, disclosure, {}
    marked = {key: doubt.readings[0][0] for key, doubt in places.items() if doubt.marked}
    read = interpret(_with_texts(extract, marked)) if marked else disclosure
    choices = choose(places, read.line_items)
    if not choices:
        return extract, disclosure, {}
    settled = _with_texts(extract, {key: choice.reading for key, choice in choices.items()})
    settled = replace(settled, notes=_notes(settled, choices))
    outcome = interpret(settled)
    if not _kept(disclosure, outcome, choices):
        return extract, disclosure, {}
    return settled, told(outcome, choices), choices


def told(disclosure: Disclosure, choices: dict[Key, Choice]) -> Disclosure:
    """The disclosure with the reason in the engine of every item that was settled."""
    return replace(disclosure, line_items=tuple(_told(item, choices) for item in disclosure.line_items))


def choose(places: dict[Key, Doubt], items: Iterable[LineItem]) -> dict[Key, Choice]:
    """The figures that the identities among `items` settle. items: all marked figures read by their first reading."""
    at = _amounts(items)
    values = {key: item.amount_yuan for key, item in at.items()}
    identities = _identities(at)
    domains = {key: _domain(doubt, at[key]) for key, doubt in places.items() if doubt.marked and key in at}
    domains = {key: domain for key, domain in domains.items() if domain}
    unread = {key for key, doubt in places.items() if doubt.marked and key in at and key not in domains}
    identities = [one for one in identities if not unread & set(one.places())]
    chosen = _settled(identities, domains, values)
    found = {key: _choice(places[key], at[key], values, value, count) for key, (value, count) in chosen.items()}
    values |= {key: value for key, (value, _) in chosen.items()}
    open_ = set(domains) - set(chosen)
    firm = [one for one in identities if not open_ & set(one.places())]
    for key, value, count in _corrections(firm, places, at, values):
        found[key] = _choice(places[key], at[key], values, value, count)
    return found


def _settled(
    identities: Sequence[Identity], domains: dict[Key, list[Decimal]], values: dict[Key, Decimal]
) -> dict[Key, tuple[Decimal, int]]:
    """Values of the open figures that are the same in every combination under which the identities hold, and the
    number of identities that confirm each."""
    domains = {key: list(domain) for key, domain in domains.items()}
    involved: dict[Key, list[Identity]] = defaultdict(list)
    for one in identities:
        for key in one.places():
            if key in domains:
                involved[key].append(one)
    relevant = list({id(one): one for group in involved.values() for one in group}.values())
    hopeless: set[int] = set()
    for _ in range(_ROUNDS):
        changed = False
        for one in relevant:
            if id(one) in hopeless:
                continue
            mine = [key for key in dict.fromkeys(one.places()) if key in domains]
            size = 1
            for key in mine:
                size *= len(domains[key])
            if size > MOST_COMBINATIONS:
                continue
            allowed: list[set[Decimal]] = [set() for _ in mine]
            for combination in product(*(domains[key] for key in mine)):
                if one.holds(values | dict(zip(mine, combination, strict=True))):
                    for options, value in zip(allowed, combination, strict=True):
                        options.add(value)
            if mine and not allowed[0]:
                if not one.binding:
                    continue
                hopeless.add(id(one))  # it holds under no reading: whatever is wrong there, none of its figures is sure
                continue
            for key, options in zip(mine, allowed, strict=True):
                if len(options) < len(domains[key]):
                    domains[key] = [value for value in domains[key] if value in options]
                    changed = True
        if not changed:
            break
    single = {key for key, domain in domains.items() if len(domain) == 1}
    final = values | {key: domains[key][0] for key in single}
    found: dict[Key, tuple[Decimal, int]] = {}
    for key in single:
        mine_all = involved[key]
        if any(id(one) in hopeless for one in mine_all):
            continue
        firm = [one for one in mine_all if all(other in single or other not in domains for other in one.places())]
        holding = [one for one in firm if one.holds(final)]
        if holding and not any(one.binding for one in firm if one not in holding):
            found[key] = (domains[key][0], len(holding))
    return found


def _corrections(
    identities: Sequence[Identity], places: dict[Key, Doubt], at: dict[Key, LineItem], values: dict[Key, Decimal]
) -> list[tuple[Key, Decimal, int]]:
    """Figures nobody marked that break at least two identities and mend all of them under exactly one other reading."""
    involved: dict[Key, list[Identity]] = defaultdict(list)
    identities = [one for one in identities if one.binding]
    for one in identities:
        for key in one.places():
            involved[key].append(one)
    broken = {id(one) for one in identities if not one.holds(values)}
    mending: list[tuple[Key, Decimal, int, set[int]]] = []
    for key, doubt in places.items():
        if doubt.marked or key not in at:
            continue
        mine = involved[key]
        failing = {id(one) for one in mine} & broken
        if len(failing) < _LEAST_CONFIRMATIONS or len(failing) < len(mine):
            continue
        for value in _domain(doubt, at[key]):
            if value != values[key] and all(one.holds(values | {key: value}) for one in mine):
                mending.append((key, value, len(mine), failing))
    # Two figures, or two readings, that would mend the same identity: nobody knows which was misread.
    return [
        (key, value, count)
        for i, (key, value, count, failing) in enumerate(mending)
        if not any(failing & other for k, (_, _, _, other) in enumerate(mending) if k != i)
    ]


def _amounts(items: Iterable[LineItem]) -> dict[Key, LineItem]:
    """The amounts of tables by the place of their cell; a cell that gives several amounts is none."""
    at: dict[Key, LineItem] = {}
    several: set[Key] = set()
    for item in items:
        key = _key(item.place.page, item.place.box)
        if key is None or item.table_no is None:
            continue
        if key in at:
            several.add(key)
        at[key] = item
    return {key: item for key, item in at.items() if key not in several}


def _identities(at: dict[Key, LineItem]) -> list[Identity]:
    """The printed sums of every table, and the amounts that stand in two tables with the same meaning."""
    found: list[Identity] = []
    by_table: dict[int | None, list[tuple[Identity, bool]]] = defaultdict(list)
    for one in sums(at.values()):
        members = (one.parent, *one.children)
        terms = [(_key(item.place.page, item.place.box), 1 if i else -1) for i, item in enumerate(members)]
        half = sum((item.ulp_yuan for item in members), Decimal(0)) / 2
        identity = Identity(tuple((key, sign) for key, sign in terms if key is not None), half)
        exact = identity.holds({key: at[key].amount_yuan for key in identity.places()}) and (
            one.parent.amount_yuan == sum((child.amount_yuan for child in one.children), Decimal(0))
        )
        by_table[one.parent.table_no].append((identity, exact))
    for group in by_table.values():
        holding = [exact for one, exact in group if one.holds({key: at[key].amount_yuan for key in one.places()})]
        # Where every sum of a table comes out to the last digit, nothing was rounded in it.
        strict = len(holding) >= _EXACT and all(holding)
        found.extend(replace(one, tolerance=Decimal(0)) if strict else one for one, _ in group)
    meanings: dict[tuple[object, ...], list[LineItem]] = defaultdict(list)
    for item in at.values():
        meaning = _meaning(item)
        if meaning is not None:
            meanings[meaning].append(item)
    for same in meanings.values():
        tables = [item.table_no for item in same]
        if len(set(tables)) < len(tables):
            continue  # the same words twice in one table: they do not tell apart what stands there
        for one_item, other in pairwise(same):
            keys = [_key(item.place.page, item.place.box) for item in (one_item, other)]
            tolerance = (
                max(one_item.ulp_yuan, other.ulp_yuan) / 2 if one_item.ulp_yuan != other.ulp_yuan else Decimal(0)
            )
            terms_ = tuple((key, sign) for key, sign in zip(keys, (-1, 1), strict=True) if key is not None)
            found.append(Identity(terms_, tolerance, binding=False))
    return [one for one in found if len(set(one.places())) == len(one.terms) > 1]


def _meaning(item: LineItem) -> tuple[object, ...] | None:
    """What an amount is of, as far as the contract's columns tell; None where they do not tell enough, or where so few
    digits are printed that two amounts may well be equal by chance."""
    coded = bool(item.function_code or item.economic_code)
    if item.form == "other" or item.subset or not (coded or item.level == "total"):
        return None
    if sum(sign.isdigit() for sign in item.published_text) < _TELLING:
        return None
    return (
        item.fiscal_year, item.fund, item.flow, item.component, item.measure, item.level,
        item.function_code, item.economic_code, None if coded else item.item, item.budget_unit,
    )  # fmt: skip


def _domain(doubt: Doubt, item: LineItem) -> list[Decimal]:
    """The amounts a figure may be, in 元; empty where the item's amount is not simply what its cell prints."""
    printed = read_amount(item.published_text)
    if printed is None or printed.yuan(item.published_unit) != item.amount_yuan:
        return []
    found: dict[Decimal, None] = {}
    for text, _ in doubt.readings:
        amount = read_amount(text)
        if amount is not None:
            found[amount.yuan(item.published_unit)] = None
    return list(found)


def _choice(doubt: Doubt, item: LineItem, values: dict[Key, Decimal], value: Decimal, count: int) -> Choice:
    for text, how in doubt.readings:
        amount = read_amount(text)
        if amount is not None and amount.yuan(item.published_unit) == value:
            return Choice(doubt, text, how, count)
    raise ValueError(f"no reading of {doubt.text!r} is {value}")


def _places(extract: Extract) -> dict[Key, Doubt]:
    """Doubts by the cell they stand alone in."""
    cells: dict[int, list[Cell]] = defaultdict(list)
    for table in extract.tables():
        for cell in table.cells:
            if cell.place.page is not None and cell.place.box is not None and cell.text.strip():
                cells[cell.place.page].append(cell)
    found: dict[Key, Doubt] = {}
    for doubt in extract.doubts:
        x, y = (doubt.box[0] + doubt.box[2]) / 2, (doubt.box[1] + doubt.box[3]) / 2
        for cell in cells.get(doubt.page, ()):
            key = _key(cell.place.page, cell.place.box)
            if key is None:
                continue
            x0, y0, x1, y1 = key[1]
            # The same signs in whatever order: pieces of a seal beside a figure may come before or after it.
            if x0 <= x <= x1 and y0 <= y <= y1 and sorted(_bare(cell.text)) == sorted(_bare(doubt.text)):
                found[key] = doubt
                break
    return found


def _with_texts(extract: Extract, texts: dict[Key, str]) -> Extract:
    """The extract with the text of some cells replaced."""

    def cell(one: Cell) -> Cell:
        key = _key(one.place.page, one.place.box)
        return replace(one, text=texts[key]) if key is not None and key in texts else one

    blocks = tuple(
        replace(block, cells=tuple(map(cell, block.cells))) if isinstance(block, Table) else block
        for block in extract.blocks
    )
    return replace(extract, blocks=blocks)


def _notes(extract: Extract, choices: dict[Key, Choice]) -> tuple[Note, ...]:
    """The notes of the extract, with what was settled and why."""
    resolved = sum(choice.doubt.marked for choice in choices.values())
    notes = [
        replace(note, message=f"{note.message.rstrip('。')}；存疑数字中有 {resolved} 处已由合计关系从识别候选中确定。")
        if note.code == "ocr" and resolved
        else note
        for note in extract.notes
    ]
    for choice in choices.values():
        was = choice.doubt.text
        notes.append(Note("ocr-identity", f"第 {choice.doubt.page} 页“{was}”：{choice.reason()}。", choice.doubt.page))
    return tuple(notes)


def _kept(before: Disclosure, after: Disclosure, choices: dict[Key, Choice]) -> bool:
    """Whether the settled figures are the amounts expected, and no sum that held before fails now."""
    at = _amounts(after.line_items)
    for key, choice in choices.items():
        amount = read_amount(choice.reading)
        item = at.get(key)
        if item is None or amount is None or amount.yuan(item.published_unit) != item.amount_yuan:
            return False
    was, now = sums(before.line_items), sums(after.line_items)
    return sum(one.holds for one in now) >= sum(one.holds for one in was)


def _told(item: LineItem, choices: dict[Key, Choice]) -> LineItem:
    """The item with the reason it was settled by, where it was."""
    key = _key(item.place.page, item.place.box)
    choice = choices.get(key) if key is not None else None
    if choice is None:
        return item
    return replace(item, engine=f"{item.engine or 'rapidocr'}{IDENTITY}（{choice.reason()}）")


def _key(page: int | None, box: Box | None) -> Key | None:
    return (page, box) if page is not None and box is not None else None


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
