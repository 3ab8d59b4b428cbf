"""Functional codes carried from one year's classification to another along the published changes.

A renamed, moved or merged code has one successor. A split code has none that the whole amount belongs to, and neither has
a merged one going backwards: those stay without a target, and say why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from models.catalog import FIRST_YEAR, LAST_YEAR


def harmonized_rows(
    used: Iterable[tuple[int, str]], changes: Iterable[Mapping[str, object]]
) -> Iterator[tuple[int, str, int, str | None, str]]:
    """(year, code, target year, code there, relation) for every used code and target year where the code differs.

    The code there is None where the amount cannot be carried over whole (``split``, ``merged`` backwards, ``abolished``,
    ``new``); a code that no change names stays as it is and gives no row.
    """
    forward: dict[int, dict[str, list[tuple[str | None, str]]]] = defaultdict(lambda: defaultdict(list))
    backward: dict[int, dict[str, list[tuple[str | None, str]]]] = defaultdict(lambda: defaultdict(list))
    for change in changes:
        year, relation = int(str(change["to_year"])), str(change["relation"])
        old, new = change["from_code"], change["to_code"]
        if old is not None:
            forward[year][str(old)].append((str(new) if new is not None else None, relation))
        if new is not None:
            backward[year][str(new)].append((str(old) if old is not None else None, relation))
    for year, code in used:
        yield from _walk(year, code, range(year + 1, LAST_YEAR + 1), forward, 0)
        yield from _walk(year, code, range(year - 1, FIRST_YEAR - 1, -1), backward, 1)


def _walk(
    year: int,
    code: str,
    targets: Iterable[int],
    changes: Mapping[int, Mapping[str, list[tuple[str | None, str]]]],
    offset: int,
) -> Iterator[tuple[int, str, int, str | None, str]]:
    """Follow one code year by year. offset 1: going back from target t undoes the change of year t + 1."""
    here: str | None = code
    relation = ""
    for target in targets:
        steps = changes[target + offset].get(here, []) if here is not None and target + offset in changes else []
        if steps:
            followers = {other for other, _ in steps if other is not None}
            relation = next((name for other, name in steps if other is not None), steps[0][1])
            # Listed once or not, a split forwards and a merger backwards leave shares that nobody published.
            shared = relation == ("merged" if offset else "split")
            here = followers.pop() if len(followers) == 1 and not shared else None
        if here != code:
            yield year, code, target, here, relation
