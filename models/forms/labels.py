"""The label side of a row: which columns hold code and name, what they map to, and where the row stands in the outline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
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
_UNNUMBERED = 99
"""Below every depth of numbering."""
_STATE_CAPITAL = "223"


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
        # A second column of codes of the same classification belongs to a list whose figures are not in this table.
        known = {m.domain for m in found[-1].labels if m.kind == "code"}
        more = (m for m in labels if m.kind != "name" and not (m.kind == "code" and m.domain in known))
        found[-1] = Side(found[-1].number, (*found[-1].labels, *more), found[-1].figures)
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
    _stack_depth: int | None = None
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
            if cell is not None and meaning.index and row.cells[meaning.index - 1] is cell and meaning.kind != "name":
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
        self._codes_in_names(codes, names, name)
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
            label.text = self._total_in_other_column(row) if label.figures else ""
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
            label.unit, label.unit_code = name, label.unit_code or label.printed_code
            label.function = label.economic = label.printed_code = None
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
        # A body's own code may look like a class of the classification (210 示例市司法局): the name decides.
        mappings = [m for m in (label.function, label.economic) if m is not None and m.code]
        unmapped = (
            all(m.conflict and len(m.code or "") == 3 for m in mappings) and label.entry is None and label.depth is None
        )
        mixed = "单位" in said and self.form not in ("project_expenditure", "three_public")
        bodily = mixed and any(p.search(fold(name)) for p in vocabulary().body_words)
        return bool(bodily and unmapped and not label.unit and not label.project)

    @staticmethod
    def _is_total_text(text: str) -> bool:
        return bool(re.fullmatch(r"(合|总|小)计|收入总计|支出总计|合计数", fold(text)))

    def _total_in_other_column(self, row: Row) -> str:
        """合计 printed in a column of texts before the figures (项目分类, 序号); empty where there is none."""
        first = min((m.index for m in self.side.figures), default=0)
        begin = min((m.index for m in self.side.labels), default=first) if self.side.number else 0
        texts = [clean(cell.text) for cell in row.cells[begin:first] if cell is not None and not is_blank(cell.text)]
        return texts[0] if texts and all(self._is_total_text(text) for text in texts) else ""

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

    @staticmethod
    def _codes_in_names(codes: dict[str, str], names: dict[str | None, str], name: str) -> None:
        """Codes printed inside the names of a second classification (50101-工资奖金津补贴 beside 2040201-行政运行)."""
        for domain in ("economic", "government_economic"):
            text = names.get(domain)
            if not text or text == name or codes[domain]:
                continue
            parsed = split_label(text)
            if parsed.code and len(parsed.code) >= 3:
                codes[domain], names[domain] = parsed.code, parsed.name or text

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
        if self.fund == "gov_fund" and top is None:
            attempts.append(("款", ()))  # most names of funds are one 款's only, whatever the row above calls their 类
        attempts.sort(key=lambda attempt: bool(attempt[1]) and self._complete(attempt[1][-1]))
        best: Mapping | None = None
        for level, parents in attempts:
            mapping = classify_function(self.year, name=bare, parents=parents, fund=self.fund, level=level)
            if mapping.code is None or mapping.level != level:
                continue
            inside = not parents or mapping.code.startswith(parents[-1])
            implied = top is None and level != "类"
            if implied and mapping.method not in _EXACT:
                continue
            if inside and mapping.method in _EXACT:
                best = mapping
                break
            if inside and best is None:
                best = mapping
        if best is None and depth is not None and self._stack_depth is not None and depth <= self._stack_depth:
            self._stack, self._stack_depth = [], None  # another list begins: its rows are none of the 类 before
            return self._function_by_name(name, depth, amount)
        if best is not None and best.code is not None:
            self._stack = [best.code[:size] for size in (3, 5) if len(best.code) >= size]
            if len(best.code) == 3:
                self._stack_depth = depth
            elif top is None:  # no 类 is open: any numbered row ends what an unnumbered one began
                self._stack_depth = _UNNUMBERED if depth is None else depth
            if amount is not None:
                self._amounts[best.code], self._sums[best.code] = amount, Decimal(0)
                above = best.code[:-2]
                self._sums[above] = self._sums.get(above, Decimal(0)) + amount
        return best
