"""The prose of a disclosure (情况说明): amounts, statistics, text findings and passages. `read_prose` is the way in.

Nothing here adds or compares amounts: sums are checked in SQL. Findings are about the text itself: a stale year, a jump
in the numbering, a missing unit, a name that no longer exists, a template instruction left in.
"""

from __future__ import annotations

from dataclasses import dataclass

from extractors.model import Extract
from models.disclosure import Finding, LineItem, Metadata, Passage, Statistic
from models.prose.checks import text_findings
from models.prose.flow import lines as text_lines
from models.prose.flow import quoted
from models.prose.lexicon import load_lexicon
from models.prose.reader import read_lines
from models.prose.reasons import with_reasons
from models.prose.statistics import statistics


@dataclass(frozen=True, slots=True)
class ProseReading:
    """What the prose says. line_items have form ``narrative``; passages keep all text with its section path."""

    line_items: tuple[LineItem, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    findings: tuple[Finding, ...] = ()
    passages: tuple[Passage, ...] = ()


def read_prose(extract: Extract, metadata: Metadata, *, skip_tables: frozenset[int] = frozenset()) -> ProseReading:
    """Read the running text of an extract.

    skip_tables: ordinals in ``extract.blocks`` of tables that others have read; long sentences inside other tables count
    as text. Without a fiscal year in the metadata no amount is read, only passages and year-independent findings.
    """
    found = text_lines(extract, skip_tables)
    outcome = read_lines(load_lexicon(), metadata, found)
    items = tuple(read.item for read in with_reasons(found, outcome))
    return ProseReading(
        line_items=items,
        statistics=tuple(statistics(found, outcome)),
        findings=tuple(text_findings(found, outcome, metadata, extract)),
        passages=tuple(
            Passage(number, quoted(line.section) if line.section else None, line.raw, line.place())
            for number, line in enumerate(found, start=1)
        ),
    )
