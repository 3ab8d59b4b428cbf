"""Which failed results have the same cause, so that a steward answers once.

Within one document, two results belong together when

* a figure stands in both and it explains both: they differ by the same amount, or it is the one figure of each that no
  passed check confirms (a misread or misprinted cell breaks every sum it is in); or, where neither holds,
* it is the same rule over rows of one table (a shifted column, a lost row), or the same remark of the readers again.

Nothing here says that the cause is known; it says what to look at together. The group's id rests on the shared figure or on
rule and table, so it stays the same from run to run.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

_MOST_SHARED = 60
"""A figure in more failures than this of one document (a grand total under a misread table) joins none of them."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a failed result is grouped under: the group's id and the cause in Chinese (empty for a result of its own)."""

    group_id: str
    text: str


@dataclass(frozen=True, slots=True)
class _Operand:
    line_item_id: str
    table_no: int | None
    confirmed: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Failure:
    result_id: str
    document_id: str
    expectation: str
    difference: Decimal | None
    message: str
    operands: tuple[_Operand, ...]

    @property
    def suspect(self) -> str | None:
        """The one figure that no passed check confirms."""
        doubtful = [one.line_item_id for one in self.operands if not one.confirmed]
        return doubtful[0] if len(doubtful) == 1 else None


def causes(connection: duckdb.DuckDBPyConnection) -> dict[str, Cause]:
    """The cause of every failed result of severity error or warning in this warehouse, by result id."""
    by_document: dict[str, list[_Failure]] = defaultdict(list)
    for failure in _failures(connection):
        by_document[failure.document_id].append(failure)
    found: dict[str, Cause] = {}
    for failures in by_document.values():
        found.update(_of_document(failures))
    return found


def _failures(connection: duckdb.DuckDBPyConnection) -> Iterable[_Failure]:
    rows = connection.execute(
        """WITH f AS (
             SELECT * FROM expectation_result WHERE outcome = 'failed' AND severity IN ('error', 'warning')
           ), operand AS (SELECT result_id, unnest(line_item_ids) AS id, generate_subscripts(line_item_ids, 1) AS n FROM f),
           named AS (
             SELECT o.result_id, list({'id': l.line_item_id, 'table_no': l.table_no, 'checks': coalesce(l.checks, 0),
               'text': concat_ws(' ', coalesce(l.item_name, l.item), l.published_text || coalesce(l.published_unit, ''))} ORDER BY o.n) AS operands
             FROM operand o JOIN line_item l ON l.line_item_id = o.id GROUP BY 1
           )
           SELECT f.result_id, f.document_id, f.expectation, f.difference, coalesce(f.message, ''), n.operands
           FROM f LEFT JOIN named n USING (result_id) ORDER BY f.result_id"""
    ).fetchall()
    for result_id, document_id, expectation, difference, message, operands in rows:
        yield _Failure(
            result_id,
            document_id,
            expectation,
            difference,
            message,
            tuple(_Operand(one["id"], one["table_no"], one["checks"] > 0, one["text"]) for one in operands or ()),
        )


def _of_document(failures: Sequence[_Failure]) -> dict[str, Cause]:
    found: dict[str, Cause] = {}
    for members in _by_figure(failures):
        root = _root(members)
        cause = Cause(
            _identity(members[0].document_id, "figure", root.line_item_id),
            f"同一个金额“{root.text}”牵涉 {len(members)} 项核对" + _same_difference(members),
        )
        found.update((member.result_id, cause) for member in members)
    rest = [failure for failure in failures if failure.result_id not in found]
    for key, members in _by_rule(rest).items():
        where = "同一张表" if members[0].operands else "同一份文件"
        text = f"{where}里同一条规则的 {len(members)} 处" if len(members) > 1 else ""
        cause = Cause(_identity(members[0].document_id, *key), text)
        found.update((member.result_id, cause) for member in members)
    return found


def _by_figure(failures: Sequence[_Failure]) -> list[list[_Failure]]:
    """Results joined by a figure that explains both, two or more each."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, failure in enumerate(failures):
        for line_item in {one.line_item_id for one in failure.operands}:
            holders[line_item].append(index)
    parent = list(range(len(failures)))

    def find(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for line_item, indexes in holders.items():
        if not 1 < len(indexes) <= _MOST_SHARED:
            continue
        for position, one in enumerate(indexes):
            for other in indexes[position + 1 :]:
                if _explains(line_item, failures[one], failures[other]):
                    parent[find(other)] = find(one)
    groups: dict[int, list[_Failure]] = defaultdict(list)
    for index, failure in enumerate(failures):
        groups[find(index)].append(failure)
    return [members for members in groups.values() if len(members) > 1]


def _explains(line_item: str, one: _Failure, other: _Failure) -> bool:
    if one.difference and other.difference and abs(one.difference) == abs(other.difference):
        return True
    return one.suspect == line_item == other.suspect


def _root(members: Sequence[_Failure]) -> _Operand:
    """The figure most of the members share; of several the one fewest others confirm, then the smallest id."""
    count = Counter(
        one.line_item_id for member in members for one in {o.line_item_id: o for o in member.operands}.values()
    )
    operands = {one.line_item_id: one for member in members for one in member.operands}
    return min(operands.values(), key=lambda one: (-count[one.line_item_id], one.confirmed, one.line_item_id))


def _same_difference(members: Sequence[_Failure]) -> str:
    gaps = {abs(member.difference) for member in members if member.difference is not None}
    return "，相差的数也相同" if len(gaps) == 1 else ""


def _by_rule(failures: Sequence[_Failure]) -> dict[tuple[str, ...], list[_Failure]]:
    """Results under one rule in one table; remarks without figures under one rule, and one wording where it repeats."""
    wordings = Counter((one.expectation, one.message) for one in failures if not one.operands)
    groups: dict[tuple[str, ...], list[_Failure]] = defaultdict(list)
    for failure in failures:
        if not failure.operands:
            repeated = wordings[failure.expectation, failure.message] > 1
            groups["remark", failure.expectation, failure.message if repeated else ""].append(failure)
            continue
        tables = {one.table_no for one in failure.operands if one.table_no is not None}
        if len(tables) == 1 and all(one.table_no is not None for one in failure.operands):
            groups["table", failure.expectation, str(tables.pop())].append(failure)
        else:
            groups["own", failure.result_id].append(failure)
    return groups


def _identity(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]
