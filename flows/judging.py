"""Two readers, one judge: where the sums of a table fail, the other reading of its page is tried.

The fast reading stands unless another one makes more printed sums hold and loses none; what was changed and why is a
note of the extract. Never the other way round: a reading is not preferred for agreeing with what we would like.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from extractors.model import Block, Extract, Note, Table
from models.disclosure import Disclosure
from models.sums import sums

MOST_PAGES = 6
"""How many pages of one document are read a second time; more broken pages than this are the publisher's or a refusal."""

_UNSURE = frozenset({"TABLE-CELL-UNREAD", "TABLE-CELL-MERGED", "TABLE-COLUMN-AMBIGUOUS"})

Interpreter = Callable[[Extract], Disclosure]
SecondReading = Callable[[int], Sequence[Block] | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a reading adds up: sums that hold, sums that do not, cells it was unsure of, amounts read."""

    held: int
    broken: int
    unsure: int
    amounts: int

    def better_than(self, other: Verdict) -> bool:
        """More printed sums hold or fewer fail, with no sum and no amount lost: only arithmetic can confirm a reading."""
        if self.held < other.held or self.amounts < other.amounts or self.broken > other.broken:
            return False
        return self.broken < other.broken or self.held > other.held


def verdict(disclosure: Disclosure) -> Verdict:
    """Count how a reading of a document adds up."""
    found = sums(disclosure.line_items)
    held = sum(one.holds for one in found)
    unsure = sum(one.code in _UNSURE for one in disclosure.findings)
    return Verdict(held, len(found) - held, unsure, len(disclosure.line_items))


def suspect_pages(disclosure: Disclosure) -> list[int]:
    """The pages worth a second reading, those of most broken sums first."""
    votes: dict[int, int] = {}
    for one in sums(disclosure.line_items):
        if not one.holds:
            for page in one.pages:
                votes[page] = votes.get(page, 0) + 1
    for finding in disclosure.findings:
        if finding.code in _UNSURE and finding.place.page is not None:
            votes[finding.place.page] = votes.get(finding.place.page, 0) + 1
    return sorted(votes, key=lambda page: (-votes[page], page))[:MOST_PAGES]


def judge(
    extract: Extract, disclosure: Disclosure, interpret: Interpreter, second: SecondReading, engine: str
) -> tuple[Extract, Disclosure]:
    """Try the second reading of every suspect page; keep it where the document adds up better with it.

    second: the blocks of one page by the other engine, None where it cannot read it. engine: that engine's name.
    """
    standing = verdict(disclosure)
    for page in suspect_pages(disclosure):
        if not standing.broken and not standing.unsure:
            break
        blocks = second(page)
        if blocks is None:
            continue
        tried = _with_tables(extract, page, blocks)
        if tried is None:
            continue
        read = interpret(tried)
        outcome = verdict(read)
        if not outcome.better_than(standing):
            continue
        message = (
            f"第 {page} 页的表格改用 {engine} 的读法：原读法有 {standing.broken} 处合计不符、{standing.unsure} 处存疑，"
            f"换读后为 {outcome.broken} 处和 {outcome.unsure} 处。"
        )
        extract = replace(tried, notes=(*tried.notes, Note("judge", message, page)))
        disclosure, standing = read, outcome
    return extract, disclosure


def _with_tables(extract: Extract, page: int, blocks: Sequence[Block]) -> Extract | None:
    """The extract with one page's tables replaced, its running text kept; None where the readings cannot be matched."""
    tables = [b for b in blocks if isinstance(b, Table)]
    mine = [b for b in extract.blocks if isinstance(b, Table) and b.place.page == page]
    if not tables or len(tables) != len(mine):
        return None
    replacement = dict(zip(map(id, mine), tables, strict=True))
    return replace(extract, blocks=tuple(replacement.get(id(b), b) for b in extract.blocks))
