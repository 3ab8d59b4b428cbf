"""Two readers, one judge: where the sums of a table fail, the other reading of its page is tried.

The fast reading stands unless another one makes more printed sums hold and loses none; what was changed and why is a
note of the extract and stands with every amount read so (`LineItem.engine`, shown by `kuanxiang trace`). Never the
other way round: a reading is not preferred for agreeing with what we would like. Figures of scans that read in more
than one way are settled before that (flows/choosing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from extractors.model import Block, Extract, Note, Table
from flows.choosing import settle_figures, told
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


def settle(path: Path, extract: Extract, disclosure: Disclosure, interpret: Interpreter) -> tuple[Extract, Disclosure]:
    """A document as read, judged by its sums: doubtful figures of scans settled, suspect pages of a PDF read once more."""
    extract, disclosure, choices = settle_figures(extract, disclosure, interpret)
    if extract.format != "pdf":
        return extract, disclosure
    from extractors.errors import ExtractionError
    from extractors.pdf import read_page_with
    from extractors.pdf_plumber import ENGINE as PLUMBER

    recognised = {note.page for note in extract.notes if note.code == "ocr-page"}

    def second(page: int) -> Sequence[Block] | None:
        if page in recognised:
            return None  # it has no text of its own that another engine could read
        try:
            return read_page_with(path, page, PLUMBER).blocks
        except (ExtractionError, ValueError):
            return None

    return judge(extract, disclosure, lambda one: told(interpret(one), choices), second, PLUMBER)


def judge(
    extract: Extract, disclosure: Disclosure, interpret: Interpreter, second: SecondReading, engine: str
) -> tuple[Extract, Disclosure]:
    """Try the second reading of every suspect page; keep it where the document adds up better with it.

    second: the blocks of one page by the other engine, None where it cannot read it. engine: that engine's name.
    """
    standing = verdict(disclosure)
    reasons: dict[int, str] = {}
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
        reasons[page] = message.removesuffix("。")
        disclosure, standing = read, outcome
    return extract, _with_reasons(disclosure, reasons)


def _with_reasons(disclosure: Disclosure, reasons: dict[int, str]) -> Disclosure:
    """The disclosure with the reason in the engine of every table amount of a page that was read anew."""
    if not reasons:
        return disclosure
    items = tuple(
        replace(item, engine=f"{item.engine}（{reasons[item.place.page]}）")
        if item.engine is not None and item.table_no is not None and item.place.page in reasons
        else item
        for item in disclosure.line_items
    )
    return replace(disclosure, line_items=items)


def _with_tables(extract: Extract, page: int, blocks: Sequence[Block]) -> Extract | None:
    """The extract with one page's tables replaced, its running text kept; None where the readings cannot be matched."""
    tables = [b for b in blocks if isinstance(b, Table)]
    mine = [b for b in extract.blocks if isinstance(b, Table) and b.place.page == page]
    if not tables or len(tables) != len(mine):
        return None
    replacement = dict(zip(map(id, mine), tables, strict=True))
    return replace(extract, blocks=tuple(replacement.get(id(b), b) for b in extract.blocks))
