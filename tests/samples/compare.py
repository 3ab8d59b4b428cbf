"""Compare what was read with what was printed, amount by amount; both sides must be used up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from data.samples_source.facts import Fact
from models.disclosure import LineItem
from models.text import fold


@dataclass(slots=True)
class Comparison:
    """missing: printed and not read; wrong: read with another meaning; extra: read and not printed."""

    missing: list[Fact] = field(default_factory=list)
    wrong: list[tuple[Fact, LineItem]] = field(default_factory=list)
    extra: list[LineItem] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.wrong or self.extra)

    def report(self) -> str:
        """The first differences in words."""
        lines = [f"未读 {f.form} {f.item_name} {f.component} {f.published_text}" for f in self.missing[:8]]
        lines += [
            f"含义不符 {f.form} {f.item_name} {f.published_text}：应为 {f.fund}/{f.flow}/{f.component}/{f.measure}/"
            f"{f.fiscal_year}/{f.function_code}/{f.economic_code}，读成 {i.fund}/{i.flow}/{i.component}/{i.measure}/"
            f"{i.fiscal_year}/{i.function_code}/{i.economic_code}（{i.item_name}）"
            for f, i in self.wrong[:8]
        ]
        lines += [f"多读 {i.form} {i.item_name} {i.component} {i.published_text} {i.place}" for i in self.extra[:8]]
        return "\n".join(lines)


def _allows(wanted: str, read: str | None) -> bool:
    return wanted == "*" or (read or "") in wanted.split("|")


def _same_name(fact: Fact, item: LineItem) -> bool:
    if fact.form == "narrative" or not fact.item_name:
        return True  # in prose the contract does not lay the label down
    wanted, read = fold(fact.item_name), fold(item.item_name)
    return wanted == read or read in wanted or wanted in read


def _means(fact: Fact, item: LineItem) -> bool:
    return (
        _allows(fact.fund, item.fund)
        and _allows(fact.flow, item.flow)
        and _allows(fact.component, item.component)
        and _allows(fact.measure, item.measure)
        and fact.fiscal_year == item.fiscal_year
        and _allows(fact.function_code, item.function_code)
        and _allows(fact.economic_code, item.economic_code)
        and _same_name(fact, item)
    )


def compare(facts: Iterable[Fact], items: Iterable[LineItem]) -> Comparison:
    """Pair every fact with one line item of the same form, amount, unit and meaning."""
    pool: dict[tuple[str, Decimal, str], list[LineItem]] = defaultdict(list)
    for item in items:
        amount = abs(item.amount_yuan) if item.measure == "change" else item.amount_yuan
        pool[item.form, amount, item.published_unit].append(item)
    result, left = Comparison(), []
    for fact in facts:
        candidates = pool[fact.form, fact.amount_yuan, fact.published_unit]
        found = next((item for item in candidates if _means(fact, item)), None)
        if found is None:
            left.append(fact)
        else:
            candidates.remove(found)
    for fact in left:
        candidates = pool[fact.form, fact.amount_yuan, fact.published_unit]
        if candidates:
            result.wrong.append((fact, candidates.pop(0)))
        else:
            result.missing.append(fact)
    result.extra = [item for items_left in pool.values() for item in items_left]
    return result
