"""Sum trees of tables nobody described: proposed from totals, codes, numbering and headers, kept where figures prove them.

In an official form the structure is known and a sum that fails is a finding. Here the structure itself is a guess: a
total may leave out rows, a list may hold its own parts. So a family (one sum and its addends) is kept only where it
holds in most of the places it is printed in, or where one misread figure explains why it does not; a place where it then
fails is worth a look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from models.classify import classify_revenue
from models.disclosure import LineItem
from models.forms.places import CLASSIFICATION, HABIT, SLIP, Grid, Places
from models.forms.vocabulary import numbering_depth
from models.text import fold

_TRANSFER = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)?转移性(支出|收入)(合计)?")
_FULL = 8
_ASIDE = re.compile(r"转移|补助|还本|结转|结余|调出|调入|上解|债|调节基金|周转金")
_TOTAL = re.compile(r"(合|总|小|共)计|总额|.{0,10}(合计|总计|小计)")


def proven(items: Sequence[LineItem]) -> list[LineItem]:
    """The items of one table with the rows and columns they are certainly addends of."""
    grid = Grid(items)
    rows = _rows(items)
    totals = {r.row_no for r in rows if _is_total(r)}
    row_parents, row_doubts = _accept(
        _row_families(rows), grid.rows, prescribed=_full_lists(rows), totals=totals, whole=partial(_plain, rows)
    )
    columns = _columns(items)
    sums = {c.column_no for c in columns if _TOTAL.fullmatch(fold((c.column_label or "").split(" / ")[-1]))}
    column_parents, column_doubts = _accept(_column_families(columns), grid.columns, totals=sums)
    return [
        replace(
            i,
            parent_row_no=None if i.subset or i.row_no is None else row_parents.get(i.row_no),
            parent_column_no=None if i.subset or i.column_no is None else column_parents.get(i.column_no),
            row_doubt=None if i.subset or i.row_no is None else row_doubts.get(i.row_no),
            column_doubt=None if i.subset or i.column_no is None else column_doubts.get(i.column_no),
        )
        for i in items
    ]


def settled(items: Sequence[LineItem]) -> list[LineItem]:
    """The items of one government table (an official form) with the sums its transfers certainly make up.

    What stands below 转移性支出, below the line of 本年合计, is each publisher's own choice: it is taken for the addends of
    the row above only where the figures add up, and stands alone else.
    """
    grid = Grid(items)
    rows = _rows(items)
    before = {r.row_no: r.parent_row_no for r in rows if r.row_no is not None and r.parent_row_no is not None}
    totals = {r.row_no for r in rows if _is_total(r)}
    for row in rows:
        # What is numbered 一、 is part of nothing but a total, whatever its code resembles.
        if row.row_no in before and before[row.row_no] not in totals and numbering_depth(fold(row.item_name)) == 1:
            del before[row.row_no]
    kept: dict[int, int] = dict(before)
    families: list[Family] = []
    for side in _by_side(rows):
        for head, below in _transfers(side):
            families.extend(_outlined(r for r in below if r.parent_row_no == head))
            families.append((head, tuple(r.row_no or 0 for r in below)))
            for row in below:
                if row.parent_row_no == head or row.parent_row_no in totals:
                    kept.pop(row.row_no or 0, None)
        families.extend(_numbered([r for r in side if not r.printed_code]))
    plain = partial(_plain, rows)
    prescribed = [family for side in _by_side(rows) for family in _revenue(side)]
    parents, doubts = _accept((*families, *prescribed), grid.rows, kept, prescribed, totals, plain)
    loose = {n: p for n, p in before.items() if n not in parents and p in totals}
    parents.update(loose)
    proposals = (*_above_totals(rows, parents), *_closed(rows))
    parents, more = _accept(proposals, grid.rows, parents, totals=totals, whole=plain)
    doubts.update(more)
    for parent in sorted(set(before.values())):
        addends = tuple(sorted(n for n, p in parents.items() if p == parent))
        seen = grid.rows(parent, addends, parent in totals)
        short = seen.short and parent in totals and len(addends) > 2 and plain(addends)
        why = seen.explained or (HABIT if short else None)
        if why is not None:
            doubts.update({n: why for n in addends if n not in doubts})
    return [
        replace(i, parent_row_no=parents.get(i.row_no), row_doubt=doubts.get(i.row_no))
        if i.row_no is not None and not i.subset
        else replace(i, parent_row_no=None)
        for i in items
    ]


def _transfers(rows: Sequence[LineItem]) -> Iterator[tuple[int, list[LineItem]]]:
    """Each row of transfers without a code of its own, and the rows after it up to the next total or numbered row."""
    for position, row in enumerate(rows):
        if row.row_no is None or row.printed_code or not _TRANSFER.fullmatch(fold(row.item_name)):
            continue
        below: list[LineItem] = []
        for other in rows[position + 1 :]:
            ends = other.level == "total" or _TRANSFER.fullmatch(fold(other.item_name)) or other.printed_code
            if ends or numbering_depth(fold(other.item_name)) == 1:
                break
            if not other.subset:
                below.append(other)
        if below:
            yield row.row_no, below


def _plain(rows: Sequence[LineItem], numbers: Sequence[int]) -> bool:
    """Whether none of the rows is a transfer, a balance or a debt, which totals of governments take in or leave out at will."""
    named = {r.row_no: fold(r.item_name) for r in rows}
    return not any(_ASIDE.search(named.get(n, "")) for n in numbers)


def _is_total(row: LineItem) -> bool:
    return row.level == "total" or _TOTAL.fullmatch(fold(row.item_name)) is not None


def _above_totals(rows: Sequence[LineItem], parents: Mapping[int, int]) -> Iterator[Family]:
    """Every total and the rows since the last total that are nobody's addend; the last one with that total among them."""
    for side in _by_side(rows):
        totals = [n for n, r in enumerate(side) if _is_total(r)]
        for number, position in enumerate(totals):
            start = totals[number - 1] if number else 0
            free = tuple(
                r.row_no
                for r in side[start:position]
                if r.row_no is not None and not r.subset and r.row_no not in parents
            )
            if free:
                yield side[position].row_no or 0, free if position == len(side) - 1 or not number else free[1:]


def _rows(items: Iterable[LineItem]) -> list[LineItem]:
    """One item for every row, in order."""
    first: dict[int, LineItem] = {}
    for i in items:
        if i.row_no is not None:
            first.setdefault(i.row_no, i)
    return [first[n] for n in sorted(first)]


def _columns(items: Iterable[LineItem]) -> list[LineItem]:
    first: dict[int, LineItem] = {}
    for i in items:
        if i.column_no is not None:
            first.setdefault(i.column_no, i)
    return [first[n] for n in sorted(first)]


Family = tuple[int, tuple[int, ...]]
"""The number of the sum's row (or column) and of its addends'."""


def _row_families(rows: Sequence[LineItem]) -> Iterator[Family]:
    """Proposals, the most certain first."""
    for side in _by_side(rows):
        yield from _outlined(side)
        yield from ((head, tuple(r.row_no or 0 for r in below)) for head, below in _transfers(side))
        yield from _numbered(side)
        yield from _under_totals(side)


def _by_side(rows: Sequence[LineItem]) -> Iterator[list[LineItem]]:
    """Rows of one list: row numbers of a second list beside the first begin at 10,000."""
    sides: dict[int, list[LineItem]] = defaultdict(list)
    for row in rows:
        sides[(row.row_no or 0) // 10_000].append(row)
    yield from sides.values()


def _outlined(rows: Iterable[LineItem]) -> Iterator[Family]:
    """What codes, numbering and totals say by themselves (models/forms/labels)."""
    children: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.parent_row_no is not None and not row.subset and row.row_no is not None:
            children[row.parent_row_no].append(row.row_no)
    for parent, found in children.items():
        yield parent, tuple(found)


def _numbered(rows: Sequence[LineItem]) -> Iterator[Family]:
    """Rows below a numbered row up to the next of its depth or higher; rows without a number stand below the last one."""
    depths: list[int] = []
    last = 0
    for row in rows:
        depth = numbering_depth(re.sub(r"^其中[：:]?", "", fold(row.item_name)))
        if row.level == "total":
            depth = 0
        last = depth if depth is not None else last
        depths.append(depth if depth is not None else last + 1)
    ranks = {d: n for n, d in enumerate(sorted(set(depths)))}
    depths = [ranks[d] for d in depths]
    for position, row in enumerate(rows):
        below: list[int] = []
        for other, depth in zip(rows[position + 1 :], depths[position + 1 :], strict=True):
            if depth <= depths[position]:
                break
            if depth == depths[position] + 1 and not other.subset and other.row_no is not None:
                below.append(other.row_no)
        if below and row.row_no is not None:
            yield row.row_no, tuple(below)


def _under_totals(rows: Sequence[LineItem]) -> Iterator[Family]:
    """A total and the rows between it and the next total, before it or after it; a total of totals."""
    totals = [n for n, r in enumerate(rows) if _TOTAL.fullmatch(fold(r.item_name))]
    for number, position in enumerate(totals):
        before = rows[(totals[number - 1] + 1 if number else 0) : position]
        after = rows[position + 1 : totals[number + 1] if number + 1 < len(totals) else len(rows)]
        for group in (after, before):
            plain = tuple(r.row_no for r in group if r.row_no is not None and not r.subset)
            if plain:
                yield rows[position].row_no or 0, plain
    if len(totals) > 2:
        for whole in (totals[0], totals[-1]):
            rest = tuple(rows[t].row_no or 0 for t in totals if t != whole)
            yield rows[whole].row_no or 0, rest


def _column_families(columns: Sequence[LineItem]) -> Iterator[Family]:
    """小计 and 合计 over the columns of their group, the groups' sums under the whole, then the first under the rest."""
    aside = {c.column_no for c in columns if fold((c.column_label or "").split(" / ")[-1]).startswith("其中")}
    paths = {c.column_no or 0: tuple((c.column_label or "").split(" / ")) for c in columns if c.column_no not in aside}
    sums = {n for n, path in paths.items() if _TOTAL.fullmatch(fold(path[-1]))}
    depth = max((len(p) for p in paths.values()), default=0)
    for length in range(depth, -1, -1):
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, path in paths.items():
            if len(path) > length or (length == 0):
                groups[path[:length]].append(number)
        for members in groups.values():
            for whole in (m for m in members if m in sums):
                rest = [m for m in members if m != whole]
                tops = [
                    m
                    for m in rest
                    if not any(
                        o in sums and o != m and o != whole and paths[o][:-1] == paths[m][: len(paths[o]) - 1]
                        and len(paths[o][:-1]) > length
                        for o in rest
                    )
                ]  # fmt: skip
                if tops:
                    yield whole, tuple(tops)
                if rest and rest != tops:
                    yield whole, tuple(rest)
    numbers = list(paths)
    if len(numbers) > 2:
        yield numbers[0], tuple(numbers[1:])
        yield numbers[-1], tuple(numbers[:-1])


def _revenue(rows: Sequence[LineItem]) -> Iterator[Family]:
    """税收收入 and 非税收入 and the rows below them, where the revenue classification knows each row down to the next class.

    Source: 政府收支分类科目, 收入分类: the 款 of a 类 are listed in full in a government's account.
    """
    for position, row in enumerate(rows):
        head = _revenue_code(row, ())
        if row.flow != "income" or head not in ("101", "103"):
            continue
        below: list[int] = []
        for other in rows[position + 1 :]:
            if other.subset:
                continue
            code = _revenue_code(other, (head,)) or _revenue_code(other, ())
            if code is None and other.level != "total":
                below = []
                break
            if code is None or not code.startswith(head) or code == head:
                break
            if len(code) == 5 and other.row_no is not None:
                below.append(other.row_no)
        if len(below) > 1 and row.row_no is not None:
            yield row.row_no, tuple(below)


def _full_lists(rows: Sequence[LineItem]) -> Iterator[Family]:
    """A 类 and its 款 where so many stand below it that the list is meant to be whole."""
    codes = {r.row_no: r.function_code or r.economic_code for r in rows}
    for parent, children in _outlined(rows):
        head = codes.get(parent)
        own = [c for c in children if head and (codes.get(c) or "").startswith(head)]
        if head and len(head) == 3 and len(children) >= _FULL and len(own) == len(children):
            yield parent, children


def _revenue_code(row: LineItem, parents: tuple[str, ...]) -> str | None:
    mapping = classify_revenue(row.fiscal_year, name=row.item_name, parents=parents)
    return mapping.code if mapping.method in ("name", "alias", "parent") else None


def _closed(rows: Sequence[LineItem]) -> Iterator[Family]:
    """A total at the end of a list and the numbered rows of the first rank above it, since the total before."""
    for side in _by_side(rows):
        since = 0
        for position, row in enumerate(side):
            if not _is_total(row):
                continue
            ranks = [(r, numbering_depth(fold(r.item_name))) for r in side[since:position] if not r.subset]
            top = min((depth for _, depth in ranks if depth is not None), default=None)
            heads = tuple(r.row_no for r, depth in ranks if depth == top is not None and r.row_no is not None)
            if len(heads) > 1:
                yield row.row_no or 0, heads
            since = position + 1


def _accept(
    families: Iterable[Family],
    places: Callable[[int, Sequence[int], bool], Places],
    known: Mapping[int, int] | None = None,
    prescribed: Iterable[Family] = (),
    totals: Container[int | None] = (),
    whole: Callable[[Sequence[int]], bool] = lambda _: False,
) -> tuple[dict[int, int], dict[int, str]]:
    """The parent of every row (column): of the proposals that hold in two thirds of their places, the first.

    After those, proposals that fail, but each time for one reason that explains it (`Places.explained`). A misread figure
    spoils one place: such a family must hold in as many places as it fails, or have but the one.

    Last come those that hold nowhere, but are prescribed by a classification, or are a total whose rows fall short of it.

    known: parents that are certain already; no proposal touches those rows or sums. totals: rows named so. whole: whether rows
    are of one kind, so that a total cannot but be theirs.

    Returns:
        The parents; and for the children of families that fail the reason they are taken for addends all the same.
    """
    parents: dict[int, int] = dict(known or {})
    doubts: dict[int, str] = {}
    summed: set[int] = set(parents.values())
    near: list[tuple[Family, str]] = []
    last: list[tuple[Family, str]] = [(family, CLASSIFICATION) for family in prescribed]
    for parent, children in families:
        fresh = _fresh(parent, children, parents, summed)
        if not fresh:
            continue
        seen = places(parent, fresh, parent in totals)
        if seen.holds and seen.holds >= 2 * seen.fails and (seen.strong or len(fresh) > 1 or seen.holds > 1):
            parents.update(dict.fromkeys(fresh, parent))
            summed.add(parent)
        elif seen.explained is not None and (seen.explained != SLIP or seen.fails <= max(1, seen.holds)):
            near.append(((parent, children), seen.explained))
        elif seen.short and parent in totals and len(fresh) > 2 and whole(fresh):
            last.append(((parent, children), HABIT))
    for (parent, children), why in (*near, *last):
        fresh = _fresh(parent, children, parents, summed)
        if fresh and len(fresh) == len([c for c in children if c != parent]):
            parents.update(dict.fromkeys(fresh, parent))
            doubts.update(dict.fromkeys(fresh, why))
            summed.add(parent)
    return parents, doubts


def _fresh(parent: int, children: Sequence[int], parents: Mapping[int, int], summed: set[int]) -> tuple[int, ...]:
    """The addends of a proposal; none where the sum or one of them has its place already, or they would close a circle."""
    fresh = tuple(c for c in children if c != parent)
    if parent in summed or any(c in parents for c in fresh) or any(_above(parents, parent, c) for c in fresh):
        return ()
    return fresh


def _above(parents: Mapping[int, int], row: int, other: int) -> bool:
    """Whether `other` already stands above `row`: taking it for an addend would close a circle."""
    seen: set[int] = set()
    current: int | None = row
    while current is not None and current not in seen:
        if current == other:
            return True
        seen.add(current)
        current = parents.get(current)
    return False
