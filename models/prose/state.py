"""What the reader of prose keeps in mind: the thing an amount is of, what a clause says, what the text before established."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.disclosure import LineItem
from models.prose.figures import Figure
from models.prose.lexicon import Lexicon, SectionKind, Token
from models.prose.names import Named


@dataclass(frozen=True, slots=True)
class What:
    """What an amount is of, in the columns of a line item."""

    flow: str
    component: str
    item: str
    name: str
    fund: str
    level: str = "item"
    kind: str = "part"
    subset: bool = False
    group: str | None = None
    code: str | None = None
    economic: str | None = None
    method: str | None = None
    score: float | None = None
    printed_code: str | None = None
    path: bool = False
    combines: bool = False
    measure: str | None = None
    scope: str | None = None


UNKNOWN = What("", "", "", "", "")
"""Stands for a thing an unread amount was of."""


@dataclass(frozen=True, slots=True)
class Read:
    """One amount as read, with the figure and line it stands in. compare: what a change is measured against."""

    item: LineItem
    line_no: int
    figure: Figure
    what: What
    measure: str
    sentence: int
    compare: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A percentage in the text. kind: ``share``, ``growth``, ``completion``. named: what a share is said to be of.

    before: how many amounts had been read when it was met; change: its sign where it is a growth.
    """

    line_no: int
    sentence: int
    figure: Figure
    kind: str
    named: What | None
    before: int
    change: int
    headline: What | None
    own: What | None


@dataclass(frozen=True, slots=True)
class Projects:
    """A list of projects: the 项目支出 they are parts of, its measure and year, and how deep the line stood."""

    whole: What
    measured: tuple[str, int, tuple[int, str] | None]
    depth: int


@dataclass(slots=True)
class Clause:
    """What the lead of one figure says.

    strange: a part of it that no word explains stands before a part that names nothing. scope_said: whose money the lead
    speaks of anywhere. anew: a semicolon stands in it; dealt: its amounts are for several things in turn (分别).
    """

    subjects: list[What] = field(default_factory=list)
    generic: Token | None = None
    generic_followed: str | None = None
    fund: str | None = None
    scope: str | None = None
    year: int | None = None
    measure: str | None = None
    comparing: bool = False
    compared: bool = False
    compare_year: int | None = None
    compare_measure: str | None = None
    change: int | None = None
    change_end: int = 0
    among: bool = False
    share: bool = False
    zipped: bool = False
    every: bool = False
    clean: bool = True
    mixed: bool = False
    last_end: int = 0
    fund_start: int = 0
    done: bool = False
    depth: int = 0
    zone: str | None = None
    strange: bool = False
    anew: bool = False
    dealt: bool = False
    scope_said: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """An amount whose parts may follow: what it is of (UNKNOWN where it was not read), its measure (``either`` where both
    were told of it), whose money it is where the text says so, and where it stands.
    """

    what: What
    measure: str
    scope: str | None
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Outside:
    """What holds outside of a bracket, kept while its content is read: it is spoken of again when the bracket closes.

    topic: None where the bracket does not stand directly behind an amount.
    """

    position: int
    topic: What | None
    zone: str | None
    headline: What | None
    whole: Whole | None
    parts: bool
    run: int
    budgeted: What | None
    unread: bool
    subjects: tuple[What, ...]


@dataclass(slots=True)
class State:
    """What the text before has established, by section and paragraph."""

    section: str | None = None
    kind: SectionKind | None = None
    fund: str | None = None
    headline: What | None = None
    lead_fund: str | None = None
    above: tuple[str | None, str | None] = (None, None)
    topic: What | None = None
    path: What | None = None
    path_open: bool = False
    sentence_subjects: list[What] = field(default_factory=list)
    last_subjects: list[What] = field(default_factory=list)
    compare: tuple[int, str] | None = None
    heading_topic: What | None = None
    year: int | None = None
    opening_year: int | None = None
    scope: str | None = None
    divided: bool = False
    three_public_fund: str | None = None
    procurement_fund: str | None = None
    whole_unknown: bool = False
    inside_unknown: bool = False
    use: str | None = None  # basic, project, parts (personnel and operation), mixed: what economic classes are part of
    use_line: int = -1
    zone: str | None = None
    headline_year: int = 0
    headline_open: bool = False
    foreign: bool = False
    outer: list[Outside] = field(default_factory=list)
    listed: bool = False
    projects: Projects | None = None
    whole: Whole | None = (
        None  # the last amount that can have parts; parts: they are being told; whole_open: on the next line too
    )
    parts: bool = False
    whole_open: bool = False
    budgeted: What | None = None  # the thing whose budget the last amount was, said so in its own words
    unread: bool = False  # the last amount of this sentence was not read
    of_purpose: bool = (
        False  # an amount of this sentence stood in a purpose: what names nothing after it is of nobody for sure
    )
    shares: list[What] = field(default_factory=list)  # the total that this sentence has told a share of: a part
    paired: bool = False  # the last percentage was one of several for several things
    run: int = 0  # how many parts were told one after the other: a comparison behind them may be of their whole
    itemed: bool = False  # this sentence is a numbered list
    dealt: bool = False  # amounts of this sentence are for several things in turn (分别)


@dataclass(slots=True)
class Outcome:
    """All that was read: amounts in order, the named paths met (for text findings), and how many figures were not read.

    explained: how many of the unread stand in a reason or a purpose, where they are nobody's totals. misdated: changes from
    last year of an amount of last year (line, sentence, item, how many amounts were read before).
    """

    reads: list[Read] = field(default_factory=list)
    named: list[tuple[int, Named, str]] = field(default_factory=list)
    unread: list[tuple[int, Figure]] = field(default_factory=list)
    explained: int = 0
    unitless: list[Read] = field(default_factory=list)
    misdated: list[tuple[int, int, str, int]] = field(default_factory=list)
    percentless: list[tuple[int, Figure]] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    kinds: list[SectionKind | None] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """One document being read: what is known of it (year, kind, body), the words, and what has been read so far.

    kind: ``budget`` or ``final_account``; year 0 where the document names none. unit_votes: how many amounts are printed in each unit.
    """

    lexicon: Lexicon
    year: int
    kind: str
    body: str | None
    government: bool
    state: State = field(default_factory=State)
    outcome: Outcome = field(default_factory=Outcome)
    unit_votes: dict[str, int] = field(default_factory=dict)
