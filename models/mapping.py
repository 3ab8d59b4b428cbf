"""What a mapping is, and the small means of finding one: thresholds, similarity among siblings, the one entry of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import fuzz

from models.catalog import Entry, bare_key, loose_key
from models.labels import Label


class Limits(NamedTuple):
    """Similarity thresholds (0–100): a misprint of the code's own name; a match among siblings (longer: of names that differ in length) and its lead."""

    misprint: float = 80.0
    sibling: float = 83.0
    longer: float = 84.0
    lead: float = 6.0
    prefix: int = 4


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a label maps to. All fields None: it maps to nothing (note may say why).

    method: ``code`` | ``name`` | ``alias`` | ``parent`` | ``fuzzy``; score 0–1; conflict: a Chinese sentence when the
    printed code and name (or path) contradict each other; note: what a reader of the mapping should know.
    """

    code: str | None = None
    name: str | None = None
    level: str | None = None
    method: str | None = None
    score: float | None = None
    conflict: str | None = None
    note: str | None = None

    def __bool__(self) -> bool:
        return self.code is not None


def mapped(entry: Entry, method: str, score: float, note: str | None = None) -> Mapping:
    """An entry as the result of a mapping; method and score as in `Mapping`."""
    return Mapping(entry.code, entry.name, entry.level, method, score, None, note)


def only(entries: Iterable[Entry]) -> Entry | None:
    """The one entry, or None when there are none or several codes."""
    found = {entry.code: entry for entry in entries}
    return next(iter(found.values())) if len(found) == 1 else None


def bases(label: Label) -> tuple[str, ...]:
    """The printed name, without a final bracket that only repeats the 款 (行政运行（人大）), without a bare level mark
    (公务员医疗补助项)."""
    if label.hint is not None:
        return label.name, label.name[: -len(label.hint) - 2]
    if len(label.name) > 4 and label.name[-1] in "类款项":
        return label.name, label.name[:-1]
    return (label.name,)


def span(entry: Entry) -> str:
    """The years of an entry in words."""
    return f"{entry.valid_from}年起" if entry.valid_to is None else f"{entry.valid_from}–{entry.valid_to}年"


def similar_sibling(children: Iterable[Entry], name: str) -> list[Entry]:
    """The one sibling whose name is clearly the most similar; empty when none is, or two compete."""
    key = bare_key(name)
    if len(key) < LIMITS.prefix:
        return []
    scored = sorted(((likeness(key, bare_key(child.name)), child) for child in children), key=lambda pair: -pair[0])
    if not scored:
        return []
    ratio, best = scored[0]
    second = scored[1][0] if len(scored) > 1 else 0.0
    # One character of six misread is as far from its name as four words put into a long one, which is another thing.
    near = ratio >= LIMITS.longer or (ratio >= LIMITS.sibling and len(key) == len(bare_key(best.name)))
    if near and ratio - second >= LIMITS.lead and not differs_in_kind(name, best.name):
        return [best]
    cut = [child for _, child in scored if len(key) >= 5 and bare_key(child.name).startswith(key)]
    return cut if len(cut) == 1 else []


def likeness(one: str, other: str) -> float:
    """Similarity 0–100; the same characters in another order (行政事务管理, 行政管理事务) count as nearly the same."""
    if len(one) >= 6 and sorted(one) == sorted(other):
        return 95.0
    return float(fuzz.ratio(one, other))


_KINDS = (
    *("行政", "事业", "机关", "其他", "城镇", "农村", "城市", "一般", "专项"),
    *("收入", "支出", "国内", "国外", "中央", "地方"),
    *("付息", "还本", "发行", "转贷"),
    *("补助下级", "上解", "调出", "调入", "结转下年"),
)


def differs_in_kind(one: str, other: str) -> bool:
    """Whether two similar names differ in a word that makes them different things (行政单位… and 事业单位…)."""
    one, other = loose_key(one), loose_key(other)
    return any((word in one) != (word in other) for word in _KINDS)
