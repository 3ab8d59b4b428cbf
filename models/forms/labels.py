"""The label side of a row: which columns hold code and name, what they map to, and where the row stands in the outline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from models.classify import Mapping, classify_economic, classify_function
from models.forms.columns import ColumnMeaning
from models.forms.logical import Row
from models.forms.rows import Period, is_subset_label, match_row, period_of
from models.forms.vocabulary import RowEntry, numbering_depth, vocabulary
from models.labels import split_label
from models.money import is_blank, read_amount
from models.text import clean, fold

_HEADER_WORD = re.compile(r"^(类|款|项|科目编码|科目名称|科目代码|栏次|\*+|＊+)$")
_EXACT = ("name", "alias", "code")
_STATE_CAPITAL = "223"
_VEHICLES = ("vehicle_purchase", "vehicle_operation")


@dataclass(frozen=True, slots=True)
class Side:
    """One label block with the figure columns that belong to it: a table has one, a two-sided form two, some four."""

    number: int
    labels: tuple[ColumnMeaning, ...]
    figures: tuple[ColumnMeaning, ...]

    def domain_is_open(self) -> bool:
        """Whether the header leaves open which classification the names belong to."""
        return not any(m.domain for m in self.labels)

    def domain(self, form: str) -> str:
        """Which classification names without a code belong to: ``function`` or ``economic``."""
        declared = [m.domain for m in self.labels if m.domain]
        if declared:
            return declared[0]
        path = fold("".join(p for m in self.labels for p in m.path))
        if "经济" in path and "功能" not in path:
            return "economic"
        return "economic" if form == "general_basic_expenditure" else "function"


def sides(meanings: Sequence[ColumnMeaning]) -> list[Side]:
    """Cut the columns where a label column follows a figure column."""
    found: list[Side] = []
    labels: list[ColumnMeaning] = []
    figures: list[ColumnMeaning] = []
    for meaning in meanings:
        is_label = meaning.kind in ("code", "name", "unit", "unit_code", "project", "project_code", "period")
        if is_label and figures:
            found.append(Side(len(found), tuple(labels), tuple(figures)))
            labels, figures = [], []
        if is_label:
            labels.append(meaning)
        elif meaning.kind in ("amount", "unknown", "percent", "count"):
            figures.append(meaning)
    if figures:
        found.append(Side(len(found), tuple(labels), tuple(figures)))
    elif found and labels:
        found[-1] = Side(
            found[-1].number, (*found[-1].labels, *(m for m in labels if m.kind != "name")), found[-1].figures
        )
    return found


@dataclass(slots=True)
class RowLabel:
    """What the label side of one row says."""

    row_no: int
    text: str
    entry: RowEntry | None = None
    function: Mapping | None = None
    economic: Mapping | None = None
    printed_code: str | None = None
    unit: str | None = None
    unit_code: str | None = None
    project: str | None = None
    indent: float = 0.0
    depth: int | None = None
    subset: bool = False
    parent: int | None = None
    is_total: bool = False
    group: str | None = None
    figures: bool = False
    amount: Decimal | None = None
    owner: str | None = None
    flow: str = "expenditure"
    period: Period | None = None

    @property
    def code(self) -> str | None:
        """The classification code the row stands under, functional before economic."""
        if self.function is not None and self.function.code:
            return self.function.code
        if self.economic is not None and self.economic.code:
            return self.economic.code
        return None


@dataclass(slots=True)
class LabelReader:
    """Reads the label side of the rows of one side of one table, in order: names without codes need the rows above."""

    side: Side
    form: str
    flow: str | None
    year: int
    fund: str | None
    domain: str
    government: bool = False
    scheme: str = "department"
    open_domain: bool = True
    _codes: dict[str, list[str]] = field(default_factory=dict)
    _stack: list[str] = field(default_factory=list)
    _economic_class: str | None = None
    _owner: str | None = None
    _flow: str = "income"
    _amounts: dict[str, Decimal] = field(default_factory=dict)
    _sums: dict[str, Decimal] = field(default_factory=dict)

    def read(self, row: Row, row_no: int) -> RowLabel | None:
        """The label of a row; None for a row that says nothing and only repeats header words."""
        codes = {"function": "", "economic": "", "government_economic": ""}
        names: dict[str | None, str] = {}
        groups: list[str] = []
        label = RowLabel(row_no, "")
        split: dict[str, list[str]] = {}
        for meaning in self.side.labels:
            cell = row.cells[meaning.index] if meaning.index < len(row.cells) else None
            text = clean(cell.text) if cell is not None else ""
            if (
                cell is not None
                and cell.column_span > 1
                and meaning.index
                and row.cells[meaning.index - 1] is cell
                and meaning.kind != "name"
            ):
                continue
            if _HEADER_WORD.match(fold(text)) or (meaning.kind != "code" and is_blank(text)):
                text = ""
            if meaning.kind == "code":
                split.setdefault(meaning.domain or "?", []).append(text)
            elif meaning.kind == "name" and text:
                if cell is not None and cell.row != row.source_row and self._is_total_text(text):
                    continue
                groups.extend([text] if meaning.domain is None and text not in groups else [])
                names.setdefault(meaning.domain, text)
                if meaning.domain != "government_economic":
                    label.indent = label.indent or (cell.indent if cell is not None else 0.0)
            elif meaning.kind == "unit" and text:
                label.unit = text
            elif meaning.kind == "unit_code" and text:
                if re.search(r"\d", text):
                    label.unit_code = text
                else:
                    label.unit = label.unit or text
            elif meaning.kind == "project" and text:
                label.project = text
            elif meaning.kind == "period" and text:
                label.period = period_of(text)
        for domain, parts in split.items():
            code, leftover = self._join(parts, domain)
            if leftover and not any(names.values()):
                names.setdefault(None, leftover)
            if code:
                codes["function" if domain == "?" else domain] = code
        if len(groups) > 1:
            label.group = groups[0]
            names[None] = groups[0] if self._is_total_text(groups[-1]) else groups[-1]
        name = next((n for d, n in names.items() if d != "government_economic"), "") or next(iter(names.values()), "")
        label.text = name or label.project or label.unit or ""
        parsed = split_label(name) if name else None
        if parsed is not None and parsed.code and not any(codes.values()) and len(parsed.code) >= 3:
            codes["function"] = parsed.code
        self._place_codes(codes)
        label.depth = numbering_depth(re.sub(r"^其中[：:]?", "", fold(name)))
        label.subset = is_subset_label(name) and label.depth is None
        code = codes["function"] or codes["economic"] or codes["government_economic"]
        label.figures = self._has_figures(row)
        label.amount = self._first_amount(row)
        if not code and not label.text and label.period is not None and self._owner:
            label.text = label.unit = label.owner = self._owner
            return label
        if not code and not label.text:
            return label if label.figures else None
        label.printed_code = code or None
        if not code:
            side = self.flow or ("?" if self.form == "other" else None)
            label.entry = match_row(label.text, side, self.form)
            if (
                self.government
                and self.form != "three_public"
                and label.entry is not None
                and label.entry.level != "total"
                and label.entry.flow != "balance"
            ):
                label.entry = None  # a government's own revenue is by revenue code, not by a department's sources
            label.is_total = label.entry is not None and label.entry.level == "total"
        if label.entry is None and label.text:
            self._classify(label, codes, names, name, self._first_amount(row))
        if label.unit and not code and not name and not label.project:
            label.is_total = self._is_total_text(label.unit)
            label.text = label.unit
        if self._is_body(label, name):
            label.unit = name
        if label.unit and not label.is_total:
            self._owner = label.unit
        label.owner = None if label.is_total else self._owner
        label.flow = self._flow_of(label)
        if label.period is None and label.code is None and label.entry is None and not label.unit:
            label.period = period_of(label.text)
        return label

    def _flow_of(self, label: RowLabel) -> str:
        """Income or expenditure of a row in one list of both: what its label says, else what the row above was."""
        entry = label.entry
        if self.flow is not None:
            return self.flow
        if entry is not None and entry.side is not None:
            self._flow = entry.side
        elif entry is not None and entry.flow in ("income", "expenditure"):
            self._flow = entry.flow
        elif entry is not None and entry.flow == "balance":
            self._flow = "income" if entry.component == "opening_balance" else "expenditure"
        elif label.code is not None or fold(label.text).startswith("支出"):
            self._flow = "expenditure"
        elif fold(label.text).startswith("收入"):
            self._flow = "income"
        return self._flow

    def _is_body(self, label: RowLabel, name: str) -> bool:
        """A body's name among the items, where the header says that the column holds both (支出项目类别（资金使用单位）)."""
        said = fold("".join(p for m in self.side.labels if m.kind == "name" for p in m.path))
        unmapped = label.code is None and label.entry is None and label.printed_code is None and label.depth is None
        mixed = "单位" in said and self.form not in ("project_expenditure", "three_public")
        bodily = mixed and any(p.search(fold(name)) for p in vocabulary().body_words)
        return bool(bodily and unmapped and not label.unit and not label.project)

    @staticmethod
    def _is_total_text(text: str) -> bool:
        return bool(re.fullmatch(r"(合|总|小)计|收入总计|支出总计|合计数", fold(text)))

    def _has_figures(self, row: Row) -> bool:
        return any(
            (cell := row.anchored(m.index)) is not None and not is_blank(cell.text)
            for m in self.side.figures
            if m.index < len(row.cells)
        )

    def _join(self, parts: list[str], domain: str) -> tuple[str, str]:
        """Code columns of one row → one code; 类/款/项 split over columns are joined, missing parents taken from above."""
        digits = [re.sub(r"[\s\-—.]", "", p) for p in parts]
        leftover = next((p for p in parts if p and not re.search(r"\d", p)), "")
        if len(parts) == 1:
            label = split_label(parts[0]) if parts[0] else None
            if label is not None and label.code:
                return label.code, label.name or leftover
            return "", leftover
        values = [d if re.fullmatch(r"\d{1,7}", d) else "" for d in digits]
        if not any(values):
            return "", leftover
        last = max(i for i, v in enumerate(values) if v)
        above = self._codes.get(domain, [])
        joined = ""
        for position in range(last + 1):
            value = values[position]
            if not value:
                value = above[position] if position < len(above) else ""
            elif position == 0 or len(value) <= 2:
                value = value if position == 0 else value.zfill(2)
            if joined and value.startswith(joined) and len(value) > 2:
                joined = value
            else:
                joined += value
        kept = list(values)
        for position in range(min(last + 1, len(above))):
            kept[position] = kept[position] or above[position]
        self._codes[domain] = kept[: last + 1]
        return joined, leftover

    def _place_codes(self, codes: dict[str, str]) -> None:
        """A code whose first digit belongs to another classification is put where it belongs (3xx, 5xx are economic)."""
        code = codes["function"]
        if (
            code
            and code[0] == "3"
            and len(code) in (3, 5, 7, 9)
            and not codes["economic"]
            and self.domain != "function_only"
        ):
            codes["economic"], codes["function"] = code, ""
        elif code and code[0] == "5" and len(code) in (3, 5) and not codes["government_economic"]:
            codes["government_economic"], codes["function"] = code, ""
        economic = codes["economic"]
        if economic and economic[0] == "2" and not codes["function"]:
            codes["function"], codes["economic"] = economic, ""
        elif economic and economic[0] == "5" and not codes["government_economic"]:
            codes["government_economic"], codes["economic"] = economic, ""

    def _first_amount(self, row: Row) -> Decimal | None:
        for meaning in self.side.figures:
            cell = row.anchored(meaning.index) if meaning.index < len(row.cells) and meaning.kind == "amount" else None
            amount = read_amount(cell.text) if cell is not None else None
            if amount is not None:
                return amount.value
        return None

    def _classify(
        self, label: RowLabel, codes: dict[str, str], names: dict[str | None, str], name: str, amount: Decimal | None
    ) -> None:
        if codes["function"]:
            label.function = classify_function(
                self.year, code=codes["function"], name=names.get("function", name) or None, fund=self.fund
            )
        if codes["economic"]:
            label.economic = classify_economic(
                self.year,
                code=codes["economic"],
                name=(names.get("economic") or ("" if codes["function"] else name)) or None,
            )
        elif codes["government_economic"]:
            government = names.get("government_economic") or ("" if codes["function"] else name)
            label.economic = classify_economic(
                self.year, code=codes["government_economic"], name=government or None, scheme="government"
            )
        if (
            label.function is not None
            or label.economic is not None
            or not name
            or (label.project and not any(codes.values()))
        ):
            return
        if self.flow == "income" and self.form in ("income_expenditure", "grant_income_expenditure"):
            return
        if self.form == "other":
            self._certain_by_name(label, name, amount)
        elif self.domain in ("economic", "government_economic"):
            self._economic_by_name(label, name)
        elif self.form not in ("three_public", "project_expenditure"):
            label.function = self._function_by_name(name, label.depth, amount)
            if label.function is None and label.depth is None and self.side.domain_is_open() and not self.government:
                self._economic_by_name(label, name)

    def _certain_by_name(self, label: RowLabel, name: str, amount: Decimal | None) -> None:
        """In a table nobody described a name is a classification's only where the header (or title) names that
        classification and the name is in it exactly."""
        if self.side.domain_is_open() and self.open_domain:
            return
        if self.domain in ("economic", "government_economic"):
            self._economic_by_name(label, name)
            if label.economic is not None and label.economic.method not in _EXACT:
                label.economic = None
            return
        mapping = self._function_by_name(name, label.depth, amount)
        label.function = mapping if mapping is not None and mapping.method in _EXACT else None

    def _economic_by_name(self, label: RowLabel, name: str) -> None:
        scheme = "government" if self.domain == "government_economic" else self.scheme
        bare = split_label(name).name
        if self._economic_class and label.depth != 1:
            mapping = classify_economic(self.year, name=bare, parent=self._economic_class, scheme=scheme)
            if mapping.code and mapping.method in _EXACT and mapping.code.startswith(self._economic_class):
                label.economic = mapping
                return
        mapping = classify_economic(self.year, name=bare, scheme=scheme)
        if mapping.code and len(mapping.code) == 3:
            self._economic_class = mapping.code
        label.economic = mapping if mapping.code else None

    def _complete(self, code: str) -> bool:
        """Whether the rows read below a code already add up to its amount: the next row is none of them."""
        amount, total = self._amounts.get(code), self._sums.get(code)
        return amount is not None and total is not None and amount != 0 and abs(total - amount) < Decimal("0.03")

    def _function_by_name(self, name: str, depth: int | None, amount: Decimal | None) -> Mapping | None:
        """A name without a code: a 项 of the 款 above, else a 款 of the 类 above, else a 类.

        One name may be a 项 of the open 款 and the next 款 as well (其他…支出): a 款 whose 项 already add up takes no more.
        """
        bare = split_label(name).name or name
        top = self._stack[0] if self._stack else None
        middle = self._stack[1] if len(self._stack) > 1 else None
        attempts: list[tuple[str, tuple[str, ...]]] = []
        if depth not in (1, 2) or top is None:
            if middle is not None and top is not None:
                attempts.append(("项", (top, middle)))
            if top is not None:
                attempts.append(("款", (top,)))
        if self.fund == "state_capital" and self.flow == "expenditure" and top in (None, _STATE_CAPITAL):
            attempts.append(("款", (_STATE_CAPITAL,)))  # all of this budget stands under one 类, which few lists print
        attempts.append(("类", ()))
        attempts.sort(key=lambda attempt: bool(attempt[1]) and self._complete(attempt[1][-1]))
        best: Mapping | None = None
        for level, parents in attempts:
            mapping = classify_function(self.year, name=bare, parents=parents, fund=self.fund, level=level)
            if mapping.code is None or mapping.level != level:
                continue
            inside = not parents or mapping.code.startswith(parents[-1])
            implied = parents == (_STATE_CAPITAL,) and top is None
            if implied and mapping.method not in _EXACT:
                continue
            if inside and mapping.method in _EXACT:
                best = mapping
                break
            if inside and best is None:
                best = mapping
        if best is not None and best.code is not None:
            self._stack = [best.code[:size] for size in (3, 5) if len(best.code) >= size]
            if amount is not None:
                self._amounts[best.code], self._sums[best.code] = amount, Decimal(0)
                above = best.code[:-2]
                self._sums[above] = self._sums.get(above, Decimal(0)) + amount
        return best


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
                row.parent = self.whole.row_no if self.whole is not None and self.whole.is_total else None
            elif row.subset:
                continue
            else:
                above = self._above(row)
                row.parent = above.row_no if above is not None and above is not row else None
        self._drop_partial()
        self._drop_unsure()

    def _drop_partial(self) -> None:
        """A 其中 list holds some of the parts: rows that follow a 其中 row inside one code belong to that list too, and
        add up to nothing, unless they do (“其中” said of a single row, the others complete)."""
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
                if whole is None or sum(parts, Decimal(0)) != whole:
                    for row in family:
                        row.parent = None

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
                    and not (row.is_total or row.subset or row.text == row.unit)
                    and (row.depth is None or head is None or row.depth > head)
                ):
                    high = row.row_no
            family = {r.row_no for r in children} | {parent}
            if any(
                low <= r.row_no <= high
                and r.parent is None
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


def _top_length(labels: Sequence[RowLabel]) -> int:
    """The shortest code length of a table: its top level (a table of 项 only has 7)."""
    return min((len(r.code or r.printed_code or "") for r in labels if r.code or r.printed_code), default=0)
