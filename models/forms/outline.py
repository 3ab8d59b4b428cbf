"""Where the rows of an official list stand: which row each row is an addend of, by codes, numbering and totals.

What the labels say comes from models/forms/labels; what the figures prove is models/forms/trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from models.forms.labels import RowLabel
from models.text import fold

_THREE = ("overseas", "vehicle", "reception")
_VEHICLES = ("vehicle_purchase", "vehicle_operation")


def set_parents(labels: Sequence[RowLabel], *, government: bool = False) -> None:
    """Find for every row the row it is an addend of: by code, by numbering, and the total rows.

    A row whose place is not certain keeps no parent, so that no sum is made up for it. government: a government's
    accounts, where a balance is one line among others and nothing stands below it.
    """
    _Outline(labels, government).run()


class _Outline:
    """Walks the rows of one side in order and keeps what is open above the next row."""

    def __init__(self, labels: Sequence[RowLabel], government: bool = False) -> None:
        self.labels, self.government = labels, government
        totals = [r for r in labels if r.is_total]
        self.grand = next((r for r in totals if r.entry is not None and r.entry.item == "总计"), None)
        self.current = next((r for r in totals if r.entry is not None and r.entry.item.startswith("本年")), None)
        self.plain = next((r for r in totals if r is not self.grand and r is not self.current), None)
        if self.current is None and self.grand is not None and self.plain is not None:
            self.current, self.plain = self.plain, None
        part = [
            r
            for r in labels
            if r.entry is not None
            and r.entry.component in ("personnel", "operation")
            and r.code is None
            and r.depth is None
        ]
        self.whole = self.current or self.plain or self.grand or (part[0] if len(part) == 1 else None)
        self.top = self.grand or self.plain
        further = bool(labels) and labels[0].row_no >= 20_000
        if further and not any(r.entry is not None and r.entry.flow == "balance" for r in labels):
            self.top = (
                None  # a third list shares the balances printed in the second: its grand total is not its own sum
            )
        self.any_units = any(r.unit and r.text == r.unit and not r.is_total for r in labels)
        self.numbered = any(r.depth is not None for r in labels)
        self.top_length = _top_length(labels)
        self.coded: list[RowLabel] = []
        self.outline: list[tuple[int, RowLabel]] = []
        self.unit_row: RowLabel | None = None
        self.balance: RowLabel | None = None
        self.heads: dict[str, RowLabel] = {}
        self.closed = False

    def run(self) -> None:
        if self._units_only():
            self._units()
            return
        self._list_of_funds()
        self._vehicles()
        self._three_public()
        department = self._department()
        for row in self.labels:
            if row.period is not None:
                continue  # a row of another period is an addend of nothing
            if row.group is not None and row.text != row.group and row.group in self.heads:
                row.parent = self.heads[row.group].row_no if not row.subset else None
                continue
            if row.group is not None and row.text == row.group:
                self.heads[row.group] = row
            if row.is_total:
                self._total(row)
            elif self.any_units and row.unit and row.text == row.unit:
                self.unit_row, self.coded, self.outline = row, [], []
                above = department if department is not None and row is not department else self.whole
                row.parent = above.row_no if above is not None and (above.is_total or above is department) else None
            elif row.subset:
                continue
            else:
                above = self._above(row)
                row.parent = above.row_no if above is not None and above is not row else None
        self._drop_partial()
        self._below_numbers()
        self._drop_unsure()

    def _department(self) -> RowLabel | None:
        """The row of the department above the rows of its units, which have their items below them: it repeats the whole."""
        rows = [r for r in self.labels if not r.is_total]
        bodies = [r for r in rows[:2] if r.unit and r.text == r.unit]
        whole = self.whole
        repeats = whole is not None and whole.is_total and whole.amount is not None
        if len(bodies) == 2 and repeats and whole is not None and bodies[0].amount == whole.amount:
            return bodies[0]
        return None

    def _drop_partial(self) -> None:
        """Rows that follow a 其中 row inside one code belong to that list too: what the first is, they are.

        A 其中 list holds some of the parts, so its rows are addends of nothing and no level of their own to count by. Where
        they all make up the row above the list is complete, and they are its addends; where those after the first
        do, “其中” was said of that one row alone.
        """
        by_number = {r.row_no: r for r in self.labels}
        for marked in (r for r in self.labels if r.subset and r.code):
            following = [
                r
                for r in self.labels
                if r.row_no > marked.row_no and r.parent is not None and r.code and marked.code
                and len(r.code) == len(marked.code) and r.code[:-2] == marked.code[:-2]
            ]  # fmt: skip
            for number in {r.parent for r in following if r.parent is not None}:
                family = [r for r in self.labels if r.parent == number]
                if family[0].row_no < marked.row_no or by_number[number].row_no > marked.row_no:
                    continue
                whole, parts = by_number[number].amount, [r.amount for r in family if r.amount is not None]
                if whole is not None and _short(whole, parts) == 0:
                    continue
                short = _short(whole, [*parts, marked.amount or Decimal(0)]) if whole is not None else 1
                if short >= 0:
                    for row in (marked, *family):
                        row.parent, row.subset = (number, False) if short == 0 else (None, True)

    def _below_numbers(self) -> None:
        """The same of rows without codes: a 其中 row right below a numbered row, and the rows without numbers after it.

        They are all addends where they make up the numbered row, all 其中 where they are less.
        """
        for position, marked in enumerate(self.labels[1:], 1):
            head = self.labels[position - 1]
            plain = marked.subset and marked.code is None and marked.amount is not None
            if not plain or head.depth is None or head.amount is None or head.subset or head.is_total:
                continue
            following: list[RowLabel] = []
            for row in self.labels[position + 1 :]:
                if (
                    row.depth is not None
                    or row.is_total
                    or row.subset
                    or row.code
                    or row.entry
                    or row.period
                    or row.unit
                ):
                    break
                following.append(row)
            if not following:
                continue
            short = _short(head.amount, [r.amount for r in (marked, *following) if r.amount is not None])
            if short >= 0:
                for row in (marked, *following):
                    row.parent, row.subset = (head.row_no, False) if short == 0 else (None, True)

    def _units_only(self) -> bool:
        """Whether the rows are bodies (收入总表 by 预算单位) and nothing else."""
        rest = [r for r in self.labels if not r.is_total]
        return bool(rest) and all(r.unit and r.text == r.unit for r in rest)

    def _units(self) -> None:
        """Bodies add up into the total, or into the department's own row where that repeats the total; codes decide first."""
        rest = [r for r in self.labels if not r.is_total]
        total = self.plain or self.grand or self.current
        if all(r.unit_code for r in rest):
            shortest = min(len(r.unit_code or "") for r in rest)
            for row in rest:
                above = [
                    r
                    for r in rest
                    if r is not row
                    and (row.unit_code or "").startswith(r.unit_code or "?")
                    and r.unit_code != row.unit_code
                ]
                if above:
                    row.parent = max(above, key=lambda r: len(r.unit_code or "")).row_no
                elif len(row.unit_code or "") == shortest and total is not None:
                    row.parent = total.row_no
            return
        if total is None:
            return
        first = rest[0]
        repeats = len(rest) > 1 and first.amount is not None and first.amount == total.amount
        for row in rest:
            row.parent = first.row_no if repeats and row is not first else total.row_no

    def _drop_unsure(self) -> None:
        """A row nobody could place may belong to the sum it stands in: that sum is then no sum to be checked."""
        first = next((r.row_no for r in self.labels if not r.is_total), 0)
        for parent in {r.parent for r in self.labels if r.parent is not None}:
            children = [r for r in self.labels if r.parent == parent]
            low = min(
                first if any(r.row_no == parent and r.is_total for r in self.labels) else parent, children[0].row_no
            )
            high = max(parent, children[-1].row_no)
            head = next((r.depth for r in self.labels if r.row_no == parent), None)
            for row in self.labels:  # rows without a place right after the last child may be children as well
                if (
                    row.row_no == high + 1
                    and row.parent is None
                    and row.figures
                    and row is not self.whole
                    and not (row.is_total or row.subset or row.text == row.unit)
                    and (row.depth is None or head is None or row.depth > head)
                ):
                    high = row.row_no
            family = {r.row_no for r in children} | {parent}
            if any(
                low <= r.row_no <= high
                and r.parent is None
                and r is not self.whole
                and r.text != r.unit
                and not r.is_total
                and not r.subset
                and r.figures
                and r.row_no not in family
                for r in self.labels
            ):
                for row in children:
                    row.parent = None

    def _total(self, row: RowLabel) -> None:
        row.parent = self.top.row_no if self.top is not None and row is self.current and row is not self.top else None
        self.coded, self.balance = [], None
        self.closed = self.closed or (
            row is self.current
            and row.depth is None
            and any(r.row_no < row.row_no and not r.is_total for r in self.labels)
        )
        if self.closed and self.grand is not None:
            self.whole = self.grand
        self.outline = [(row.depth, row)] if row.depth is not None else []

    def _vehicles(self) -> None:
        """公务用车运行维护费 printed over 购置 and 运行维护, and adding up to both, is the whole of the vehicles."""
        for position, head in enumerate(self.labels[:-2]):
            parts = self.labels[position + 1 : position + 3]
            entries = [r.entry.component if r.entry is not None else None for r in (head, *parts)]
            told = entries[0] == "vehicle_operation" and sorted(map(str, entries[1:])) == sorted(_VEHICLES)
            amounts = [r.amount for r in parts if r.amount is not None]
            if told and head.entry is not None and len(amounts) == 2 and head.amount == sum(amounts, Decimal(0)):
                head.entry = replace(head.entry, component="vehicle", item="公务用车购置及运行维护费")

    def _three_public(self) -> None:
        """“其中：” before the first of the parts of a 三公 amount says no more than that they follow: all of them are printed."""
        for whole, parts in (("total", _THREE), ("vehicle", _VEHICLES)):
            for position, head in enumerate(self.labels):
                if head.entry is None or head.entry.component != whole:
                    continue
                list_of = [
                    row
                    for row in self.labels[position + 1 :]
                    if row.entry is not None and row.entry.component in parts and not row.entry.subset
                ]
                if sorted(row.entry.component or "" for row in list_of if row.entry is not None) == sorted(parts):
                    for row in list_of:
                        row.subset = False

    def _vehicle_above(self, row: RowLabel) -> RowLabel | None:
        """The row of all vehicles above a row of their purchase or upkeep, where nothing but the other part is between."""
        if row.entry is None or row.entry.component not in _VEHICLES or row.depth is not None:
            return None
        for other in reversed(self.labels[: self.labels.index(row)]):
            component = other.entry.component if other.entry is not None else None
            if component == "vehicle":
                return other
            if component not in _VEHICLES:
                break
        return None

    def _above(self, row: RowLabel) -> RowLabel | None:
        vehicles = self._vehicle_above(row)
        if vehicles is not None:
            return vehicles
        code = row.code or row.printed_code
        found = self._by_code(row, code) if code else None
        if found is not None:
            return found
        if row.printed_code:
            whole = self.unit_row or (
                self.outline[0][1] if self.outline and self.outline[0][1] is self.current else self.whole
            )
            certain = (not self.any_units or self.unit_row is not None) and len(code or "") == self.top_length
            return whole if certain else None
        if row.depth is not None:
            return self._by_number(row)
        if self.unit_row is not None:  # below a body its items add up to the body, never to the whole again
            return self.unit_row if len(code or "") == self.top_length else None
        return self._unnumbered(row, code)

    def _by_code(self, row: RowLabel, code: str) -> RowLabel | None:
        while self.coded and not self._under(self.coded[-1], row, code):
            self.coded.pop()
        found = self.coded[-1] if self.coded else None
        self.coded.append(row)
        return found

    @staticmethod
    def _under(above: RowLabel, row: RowLabel, code: str) -> bool:
        """Whether a code stands below another; some publishers print a 款 again as its own only 项."""
        higher = above.code or above.printed_code or "?"
        listed = above.economic is not None or row.economic is not None or above.project != row.project
        if code == higher and listed:
            return False  # one item of the function, listed once for each economic item or project
        if code == higher:
            return bool(
                row.printed_code
                and above.function is not None
                and row.function is not None
                and fold(above.text) == fold(row.text)
            )
        return code.startswith(higher)

    def _by_number(self, row: RowLabel) -> RowLabel | None:
        depth = row.depth or 0
        while self.outline and self.outline[-1][0] >= depth:
            self.outline.pop()
        above = self.outline[-1][1] if self.outline else None
        if above is None:
            if self.balance is not None and (row.entry is None or row.entry.flow != "balance" or depth > 1):
                above = self.balance
            elif row.entry is not None and row.entry.flow == "balance":
                above = self.top
            else:
                beside = self.whole is not None and self.whole.depth is not None and self.whole.depth >= depth
                above = self.top if beside and self.top is not self.whole else None if beside else self.whole
        self.outline.append((depth, row))
        self.coded = [row] if row.code else []
        return above

    @staticmethod
    def _is_fund(row: RowLabel) -> bool:
        return row.entry is not None and row.entry.component in ("general", "gov_fund", "state_capital")

    def _list_of_funds(self) -> None:
        """财政拨款收入 with "其中：一般公共预算…" and the other funds below: by definition the funds make up the whole.

        Without the general fund in the list (其中：政府性基金…) they are subsets, every one of them.
        """
        for position, head in enumerate(self.labels):
            if head.entry is None or head.entry.component != "fiscal_grant" or head.is_total:
                continue
            funds: list[RowLabel] = []
            for row in self.labels[position + 1 :]:
                if not self._is_fund(row) or (
                    row.depth is not None and head.depth is not None and row.depth <= head.depth
                ):
                    break
                funds.append(row)
            if not any(row.subset for row in funds):
                continue
            whole = any(row.entry is not None and row.entry.component == "general" for row in funds)
            for row in funds:
                row.subset = not whole

    def _unnumbered(self, row: RowLabel, code: str | None) -> RowLabel | None:
        entry = row.entry
        if entry is not None and entry.flow == "balance":
            self.balance, self.outline, self.coded = None if self.government else row, [], []
            return self.top
        if entry is not None and entry.component in ("general", "gov_fund", "state_capital"):
            if self.balance is not None:
                return self.balance
            if self.outline and not self._is_fund(self.outline[-1][1]):
                return self.outline[-1][1]
        if entry is not None and self.balance is not None and not self.closed:
            return self.balance
        if entry is not None and entry.component in ("personnel", "operation") and self.outline:
            head = self.outline[-1][1]  # what 基本支出 consists of, wherever they are printed without numbers below it
            if head.depth is not None and head.entry is not None and head.entry.component == "basic":
                return head
        if entry is not None:
            self.outline = [(0, row)]
            return self.whole
        if code and len(code) == self.top_length:
            return (
                self.outline[-1][1]
                if self.outline and self.outline[-1][0] == 1 and not self.outline[-1][1].code
                else self.whole
            )
        return None


def _short(whole: Decimal, parts: Sequence[Decimal]) -> int:
    """Whether parts are less than the whole (1), more (-1), or make it up within what rounding allows (0)."""
    unit = Decimal(1).scaleb(min(0, *(int(a.as_tuple().exponent) for a in (whole, *parts))))
    gap = whole - sum(parts, Decimal(0))
    if abs(gap) * 2 <= (len(parts) + 1) * unit:
        return 0
    return 1 if gap > 0 else -1


def _top_length(labels: Sequence[RowLabel]) -> int:
    """The shortest code length of a table: its top level (a table of 项 only has 7)."""
    return min((len(r.code or r.printed_code or "") for r in labels if r.code or r.printed_code), default=0)
