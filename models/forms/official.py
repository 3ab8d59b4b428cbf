"""One table of an official form → line items: its columns and rows, and the meaning of every printed amount.

Which form a table is, and its unit where it prints none, is decided in models/forms/reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from extractors.model import Cell
from models.classify import Mapping, classify_economic, economic_scheme
from models.disclosure import Finding, LineItem, Metadata, Statistic
from models.forms.columns import ColumnMeaning, column_meanings, unite_columns
from models.forms.figures import (
    column_label,
    covers_others,
    glued,
    half_figure,
    locator,
    printed_text,
    statistic,
)
from models.forms.labels import LabelReader, RowLabel, Side, sides
from models.forms.logical import LogicalTable, Row
from models.forms.neighbours import Blocks, blocks
from models.forms.outline import set_parents
from models.forms.periods import in_period, measure_of, years_of_table
from models.forms.rows import match_row
from models.forms.tally import Tally
from models.forms.told import told_column
from models.forms.trees import settled
from models.forms.vocabulary import RowEntry, TitleRule, strip_numbering, vocabulary
from models.money import LARGEST_YUAN, is_blank, read_amount
from models.text import clean, fold

_FORM_FUND = {
    "income_expenditure": "all",
    "income": "all",
    "expenditure": "all",
    "grant_income_expenditure": "fiscal_grant",
    "grant_expenditure_detail": "fiscal_grant",
    "general_expenditure": "general",
    "general_expenditure_detail": "general",
    "general_basic_expenditure": "general",
    "general_project_expenditure": "general",
    "three_public": "general",
    "fund_income_expenditure": "gov_fund",
    "capital_income_expenditure": "state_capital",
    "capital_expenditure": "state_capital",
    "project_expenditure": "all",
}
_TWO_SIDED = ("income_expenditure", "grant_income_expenditure", "capital_income_expenditure", "fund_income_expenditure")
_WITH_BALANCES = ("fund_income_expenditure", "capital_income_expenditure", "capital_expenditure")
_DETAIL = ("grant_expenditure_detail", "general_expenditure_detail")
_BY_FUNCTION = (
    "expenditure", "general_expenditure", "general_project_expenditure", "project_expenditure",
    "fund_income_expenditure", "capital_expenditure",
)  # fmt: skip
_BALANCE = re.compile(
    r"^\W*(?:[一二三四五六七八九十\d]{1,3}\W)?(?:其中：?)?(?P<whose>[一-龥]{0,14}?)(?:资金)?(?:(?:、|和|及|与)?(?:结转|结余)){1,2}(?:资金)?$"
)
"""A row that says 结转 or 结余 and whose it is, nothing else."""
_SOURCES = (
    "superior_subsidy", "institution", "operating_income", "subordinate_remittance", "other_income", "opening_balance",
)  # fmt: skip
_THREE_PUBLIC_ITEM = {
    "total": "“三公”经费合计", "overseas": "因公出国（境）费", "vehicle": "公务用车购置及运行维护费",
    "vehicle_purchase": "公务用车购置费", "vehicle_operation": "公务用车运行维护费", "reception": "公务接待费",
}  # fmt: skip
_PARENT_COMPONENT = {
    "basic": ("total", "current_expenditure"), "project": ("total", "current_expenditure"),
    "remit_superior": ("total",), "operating": ("total",), "subsidize_subordinate": ("total",),
    "personnel": ("basic", "total"), "operation": ("basic", "total"),
    "fiscal_grant": ("current_income", "total"), "superior_subsidy": ("current_income", "total"), "institution": ("current_income", "total"),
    "operating_income": ("current_income", "total"), "subordinate_remittance": ("current_income", "total"), "other_income": ("current_income", "total"),
    "general": ("fiscal_grant", "current_income", "total"), "gov_fund": ("fiscal_grant", "current_income", "total"), "state_capital": ("fiscal_grant", "current_income", "total"),
    "overseas": ("total",), "vehicle": ("total",), "reception": ("total",), "vehicle_purchase": ("vehicle",), "vehicle_operation": ("vehicle",),
}  # fmt: skip


def _same_meaning(one: ColumnMeaning, other: ColumnMeaning) -> bool:
    fields = ("component", "fund", "flow", "measure", "year", "offset")
    return all(getattr(one, field) == getattr(other, field) for field in fields)


class TableReader:
    """Reads one logical table; kept apart so that each step sees the same form, unit and year."""

    def __init__(
        self, table: LogicalTable, number: int, rule: TitleRule, form: str, metadata: Metadata, known_units: set[str]
    ) -> None:
        assert metadata.fiscal_year is not None and metadata.report_kind is not None
        table = unite_columns(table)
        self.table, self.number, self.rule, self.metadata = table, number, rule, metadata
        self.form: str = form
        self.year, self.execution = years_of_table(table, metadata)
        self.report_kind: str = metadata.report_kind
        self.reason: str | None = None
        self.findings: list[Finding] = []
        self.tally = Tally()
        self._counted_in: dict[int, int] = {}
        self.unit = table.unit or self._unit_elsewhere(known_units)
        self.meanings = [told_column(m) for m in column_meanings(table, form, self.year)]
        if (
            self.form == "grant_income_expenditure"
            and rule.by_function
            and any(m.kind == "code" for m in self.meanings)
        ):
            self.form = rule.by_function
        self._detail_columns()
        self._economic_columns()
        self._parts_of_groups()

    def _unit_elsewhere(self, known: set[str]) -> str | None:
        """A table without a unit line takes the unit all other forms of the document share, and says so."""
        if len(known) != 1 or not self.table.rows:
            return None
        unit = next(iter(known))
        self._find(
            "TABLE-UNIT-ASSUMED",
            "warning",
            f"表“{self.table.title or ''}”没有注明金额单位，按本文件其他各表的“{unit}”读取，请核对。",
            None,
        )
        return unit

    def _find(
        self,
        code: str,
        severity: str,
        message: str,
        cell: Cell | None,
        observed: str | None = None,
        locators: tuple[str, ...] = (),
    ) -> None:
        place = (
            cell.place
            if cell is not None
            else self.table.rows[0].cells[0].place
            if self.table.rows and self.table.rows[0].cells and self.table.rows[0].cells[0]
            else None
        )
        if place is not None:
            self.findings.append(Finding(code, severity, message, place, None, observed, locators))

    def _detail_columns(self) -> None:
        """The columns of a function × economic matrix are named by the economic classification."""
        if self.form not in _DETAIL:
            return
        matrix: dict[int, str] = {}
        for position, meaning in enumerate(self.meanings):
            if (meaning.kind not in ("unknown", "amount") or meaning.component or meaning.fund) and not (
                meaning.kind == "amount" and meaning.component in ("operation", "personnel") and len(meaning.path) > 1
            ):
                continue
            mapping = self._economic_header(meaning)
            if mapping is not None and mapping.code:
                matrix[position] = mapping.code
        if len(matrix) < 3:
            if self.rule.by_function and not any(
                m.domain in ("economic", "government_economic") for m in self.meanings
            ):
                labels = [m.index for m in self.meanings if m.kind in ("code", "name")]
                codes = [c.text for r in self.table.rows for i in labels if i < len(r.cells) and (c := r.cells[i])]
                if not any(re.match(r"^30[1-9]", fold(c)) for c in codes):
                    self.form = self.rule.by_function or self.form
            return
        for position, code in matrix.items():
            meaning = self.meanings[position]
            self.meanings[position] = replace(
                meaning, kind="amount", item=code, component=None, total=False, domain="matrix"
            )
        for position, meaning in enumerate(self.meanings):
            if position not in matrix and meaning.kind == "amount" and any(map(self._foreign, meaning.path[:-1])):
                self.meanings[position] = replace(meaning, kind="unknown")  # a 小计 under a heading nobody knows

    @staticmethod
    def _foreign(element: str) -> bool:
        """Whether a heading is in no list: neither a word for a whole nor a kind of column."""
        words = vocabulary()
        said = fold(element)
        return not any(p.search(said) for p in words.total_words) and not any(
            e.pattern.search(said) for e in words.columns
        )

    def _economic_columns(self) -> None:
        """A column under 基本支出 or 项目支出 named by the economic classification (工资福利支出) is that part of it."""
        if self.form not in _BY_FUNCTION:
            return
        for position, meaning in enumerate(self.meanings):
            if meaning.kind not in ("amount", "unknown") or meaning.total or not meaning.path or meaning.subset:
                continue
            if meaning.component not in (None, "basic", "project"):
                continue
            mapping = classify_economic(self.year, name=meaning.path[-1])
            if mapping.code and mapping.method == "name":
                use = "project" if self.form == "general_project_expenditure" else meaning.component
                self.meanings[position] = replace(
                    meaning, kind="amount", component=use, item=mapping.code, domain="matrix"
                )

    def _parts_of_groups(self) -> None:
        """Columns that mean no other thing than the 小计 of their group (项目支出 / 专项资金) are parts of it, by their header."""
        for position, meaning in enumerate(self.meanings):
            if meaning.kind != "amount" or meaning.subset or meaning.total or meaning.domain or len(meaning.path) < 2:
                continue
            whole = [
                m
                for m in self.meanings
                if m.kind == "amount" and not m.subset and m.index != meaning.index and m.path[:-1] == meaning.path[:-1]
                and re.fullmatch(r"小计|合计", fold(m.path[-1]))
            ]  # fmt: skip
            by_source = (
                meaning.flow == "balance" and meaning.item is not None
            )  # 上年结转 / 单位资金: an addend like the rest
            if any(_same_meaning(meaning, m) for m in whole) and not by_source:
                self.meanings[position] = replace(meaning, subset=True, item=meaning.item or meaning.path[-1])

    def _economic_header(self, meaning: ColumnMeaning) -> Mapping | None:
        """The economic code a column header names, its 类 taken from the header above it; None where any part is unknown."""
        found: Mapping | None = None
        for element in meaning.path:
            if any(p.search(fold(element)) for p in vocabulary().total_words):
                continue
            mapping = classify_economic(self.year, name=element, parent=found.code if found is not None else None)
            if not mapping.code:
                return None
            found = mapping
        return found

    # ---- reading

    def lacks_unit(self) -> bool:
        """Whether the table prints amounts and nothing says in which unit."""
        return (
            self.unit is None
            and not all(m.unit for m in self.meanings if m.kind == "amount")
            and any(True for _ in self._figures())
        )

    def read(self) -> tuple[list[LineItem], list[Statistic], list[Finding]]:
        """All line items of the table, its counts and percentages, and what could not be read."""
        if self.unit is None and not all(m.unit for m in self.meanings if m.kind == "amount"):
            if any(True for _ in self._figures()):
                self.reason = "没有注明金额单位，且本文件各表单位不一，不能换算"
                self._find(
                    "TABLE-UNIT-MISSING", "warning", f"表“{self.table.title or ''}”没有注明金额单位，未读。", None
                )
            self.tally.close(self.table, self.meanings, {}, self.reason)
            return [], [], self.findings
        mixed = self._mixed_columns()
        if mixed is not None:
            self.reason = "几列没有分开，一格里有金额又有名称"
            message = f"表“{self.table.title or ''}”{self.reason}，不能确定哪个金额属于哪一行，未读。"
            self._find("TABLE-COLUMN-UNREAD", "warning", message, mixed, clean(mixed.text))
            self.tally.close(self.table, self.meanings, {}, self.reason)
            return [], [], self.findings
        items: list[LineItem] = []
        statistics: list[Statistic] = []
        all_sides = sides(self.meanings)
        read = [self._labels(side, len(all_sides)) for side in all_sides]
        several = self.form == "general_basic_expenditure"
        lists = blocks(all_sides, read) if several else Blocks(families=read)
        for side, labels in zip(all_sides, read, strict=True):
            flow = self._flow_of_side(side, len(all_sides))
            if self.form in ("income_expenditure", "grant_income_expenditure") and flow is not None:
                self._subtotal([label for _, label in labels], flow)
        for family in lists.families:
            set_parents([label for _, label in family], government=self.metadata.scope == "government")
        for side, labels in zip(all_sides, read, strict=True):
            self._balance_children(labels, self._flow_of_side(side, len(all_sides)))
        lists.tie()
        self._counted_in = lists.columns
        for side, labels in zip(all_sides, read, strict=True):
            side_items, side_statistics = self._read_side(side, labels, len(all_sides))
            items.extend(side_items)
            statistics.extend(side_statistics)
        self.tally.close(self.table, self.meanings, {})
        return items, statistics, self.findings

    def _mixed_columns(self) -> Cell | None:
        """Where two lists side by side were read as one, the first cell that shows it; projects may have text of any kind."""
        if self.form == "project_expenditure":
            return None
        mixed = [c for c in map(glued, self.table.rows) if c is not None]
        return mixed[0] if len(mixed) > 1 else None

    def unread(self) -> int:
        """How many amounts the table prints that became no line item; shares and counts are none."""
        return sum(self.tally.unread.values())

    def _figures(self) -> Iterator[Cell]:
        for row in self.table.rows:
            yield from self._figures_of(row)

    def _figures_of(self, row: Row) -> Iterator[Cell]:
        for meaning in self.meanings:
            if meaning.kind in ("amount", "unknown") and meaning.index < len(row.cells):
                cell = row.anchored(meaning.index)
                if cell is not None and read_amount(cell.text) is not None:
                    yield cell

    def _names(self, side: Side) -> Iterator[str]:
        """The printed names of a side's rows: together they tell which economic scheme they belong to."""
        for row in self.table.rows:
            for meaning in side.labels:
                cell = (
                    row.anchored(meaning.index) if meaning.kind == "name" and meaning.index < len(row.cells) else None
                )
                if cell is not None and cell.text.strip():
                    yield clean(cell.text)

    def _flow_of_side(self, side: Side, count: int) -> str | None:
        """income or expenditure; None for one list of both, where each row's own label must tell."""
        if self.form in ("income_expenditure", "grant_income_expenditure") or (self.form in _TWO_SIDED and count > 1):
            declared = next((m.side for m in (*side.labels, *side.figures) if m.side), None)
            if declared is None and count == 1 and self.rule.flow is None:
                return None
            return declared or self.rule.flow or ("income" if side.number == 0 else "expenditure")
        if self.rule.flow:
            return self.rule.flow
        return "income" if self.form == "income" else "expenditure"

    def _domain(self, side: Side) -> str:
        """Which classification a side's names belong to; where the header leaves it open, the title may say (按经济分类)."""
        title = fold(self.table.title or "")
        if side.domain_is_open() and "经济" in title and "功能" not in title:
            return "government_economic" if self.metadata.scope == "government" else "economic"
        return side.domain(self.form)

    def _labels(self, side: Side, count: int) -> list[tuple[Row, RowLabel]]:
        """The rows of a side with what their label side says."""
        flow = self._flow_of_side(side, count)
        fund = self._fund()
        reader = LabelReader(
            side,
            self.form,
            flow,
            self.year,
            fund if fund in ("general", "gov_fund", "state_capital") else None,
            self._domain(side),
            self.metadata.scope == "government",
            economic_scheme(self.year, self._names(side)) or "department",
        )
        labels: list[tuple[Row, RowLabel]] = []
        for row in self.table.rows:
            label = reader.read(row, side.number * 10_000 + row.number)
            if label is not None:
                self._economic_class(label, flow)
                labels.append((row, label))
        if len(labels) == 1 and not labels[0][1].text and not side.labels:
            labels[0][1].is_total = True
        return labels

    def _fund(self) -> str:
        return self.rule.fund or _FORM_FUND[self.form]

    def _read_side(
        self, side: Side, labels: list[tuple[Row, RowLabel]], count: int
    ) -> tuple[list[LineItem], list[Statistic]]:
        flow, fund = self._flow_of_side(side, count), self._fund()
        self._report_ambiguous(self._beyond_three_public(side.figures))
        figures = self._with_parents(self._proved_by_rows(side.figures))
        items: list[LineItem] = []
        statistics: list[Statistic] = []
        for row, label in labels:
            made: list[LineItem] = []
            counts = label.code is None and any(p.search(fold(label.text)) for p in vocabulary().count_rows)
            for meaning in figures:
                cell = row.anchored(meaning.index) if meaning.index < len(row.cells) else None
                if cell is None or is_blank(cell.text):
                    continue
                if (
                    meaning.kind in ("percent", "count")
                    or (counts and meaning.kind == "amount")
                    or (label.period is not None and label.period.percent)
                ):
                    read = statistic(cell, meaning, label.text)
                    if read is not None:
                        statistics.append(read)
                        self.tally.statistic(cell)
                    continue
                item = self._item(row, cell, meaning, label, flow or label.flow, fund, count)
                if item is not None:
                    made.append(item)
                    self.tally.item(cell)
                elif read_amount(cell.text) is not None:
                    self.tally.leave(cell, "列的含义不明")
            self._report(label, row, made)
            items.extend(made)
        return settled(items) if self.metadata.scope == "government" else items, statistics

    def _economic_class(self, label: RowLabel, flow: str | None) -> None:
        """工资福利支出 among the expenditures of an account in two sides is a class of the economic classification."""
        if self.form not in ("income_expenditure", "grant_income_expenditure") or flow != "expenditure":
            return
        if label.code is not None or label.entry is not None or label.printed_code or not label.text:
            return
        mapping = classify_economic(self.year, name=strip_numbering(label.text), level="类")
        if mapping.code and mapping.method == "name" and mapping.name != "其他支出":
            label.economic = mapping

    def _subtotal(self, labels: list[RowLabel], flow: str) -> None:
        """The one 小计 of a side, before its 总计, is what this year brought or took (Xinjiang)."""
        named = [label for label in labels if fold(label.text) == "小计" and label.entry is None]
        current = any(label.entry is not None and label.entry.item.startswith("本年") for label in labels)
        if len(named) != 1 or current:
            return
        later = [label.entry for label in labels if label.row_no > named[0].row_no and label.entry is not None]
        if any(entry.item == "总计" for entry in later):
            named[0].entry = match_row("本年收入合计" if flow == "income" else "本年支出合计", flow, self.form)
            named[0].is_total = True

    def _balance_children(self, labels: list[tuple[Row, RowLabel]], flow: str | None) -> None:
        """Rows under a balance row (年初结转和结余 / 一般公共预算…) are that balance, by fund; any other row of an account
        that says 结转 or 结余 and no more than whose is a balance too, on the side of income the opening one."""
        by_number = {label.row_no: label for _, label in labels}
        for _, label in labels:
            parent = by_number.get(label.parent) if label.parent is not None else None
            above = parent.entry if parent is not None and parent.entry is not None else None
            if above is not None and above.flow == "balance":
                entry = label.entry or self._balance_of(label, flow)
                if entry is not None:
                    label.entry = replace(entry, flow="balance", component=above.component, item=above.item)
            elif label.entry is None and self.form in ("income_expenditure", "grant_income_expenditure"):
                label.entry = self._balance_of(label, flow)

    def _balance_of(self, label: RowLabel, flow: str | None) -> RowEntry | None:
        """The balance a row of no listed name is (一般公共预算拨款结余、结转), of the fund it names."""
        stem = _BALANCE.match(label.text) if label.text and label.code is None and not label.printed_code else None
        if stem is None or flow not in ("income", "expenditure"):
            return None
        fund = match_row(stem.group("whose"), "income", self.form)
        return RowEntry(
            pattern=_BALANCE,
            component="opening_balance" if flow == "income" else "closing_balance",
            item=clean(label.text),
            flow="balance",
            fund=fund.fund if fund is not None else None,
        )

    def _proved_by_rows(self, figures: Sequence[ColumnMeaning]) -> list[ColumnMeaning]:
        """A column the contract has no word for (单位预留机动经费) is read where every row adds up only with it.

        It stays without component; its header is kept in `column_label`.
        """
        unknown = [m for m in figures if m.kind == "unknown"]
        whole = [m for m in figures if m.kind == "amount" and m.total and m.component is None and len(m.path) == 1]
        if not unknown or len(whole) != 1 or not all(m.path for m in unknown):
            return list(figures)
        top = whole[0]
        trial = [replace(m, kind="amount", nameless=True) if m in unknown else m for m in figures]
        parts = [m for m in trial if m.kind == "amount" and m is not top and not m.subset]
        parts = [m for m in parts if m.component is None or self._semantic_parent(m, trial) in (top.index, None)]
        told = False
        for row in self.table.rows:
            values = {m.index: self._value(row, m) for m in (top, *parts)}
            whole_value = values.pop(top.index)
            if whole_value is None or not any(values[m.index] for m in unknown):
                continue
            if sum((v for v in values.values() if v is not None), Decimal(0)) != whole_value:
                return list(figures)
            told = True
        if not told:
            return list(figures)
        return [replace(m, parent=top.index) if m.kind != o.kind else m for m, o in zip(trial, figures, strict=True)]

    @staticmethod
    def _value(row: Row, meaning: ColumnMeaning) -> Decimal | None:
        cell = row.anchored(meaning.index) if meaning.index < len(row.cells) else None
        amount = read_amount(cell.text) if cell is not None else None
        return amount.value if amount is not None else None

    def _with_parents(self, figures: Sequence[ColumnMeaning]) -> list[ColumnMeaning]:
        """For each amount column the column it adds up into: by the header tree first, then by what components mean."""
        result: list[ColumnMeaning] = []
        figures = self._beyond_three_public(figures)
        unread = any(m.kind == "unknown" for m in figures)
        for meaning in figures:
            parent: int | None = meaning.parent
            aside = self.form == "three_public" and meaning.component == "operation"
            if parent is None and meaning.kind == "amount" and not meaning.subset and not aside and not unread:
                parent = self._tree_parent(meaning, figures)
                if parent is None:
                    parent = self._semantic_parent(meaning, figures)
            result.append(replace(meaning, parent=parent))
        return result

    def _report_ambiguous(self, figures: Sequence[ColumnMeaning]) -> None:
        """Two columns that mean the very same thing cannot both be right: one of them was misunderstood."""
        seen: dict[tuple[object, ...], ColumnMeaning] = {}
        for m in figures:
            if m.kind != "amount" or m.subset:
                continue
            several = m.component in ("other_income", "opening_balance", "closing_balance", "operation")
            told_apart = m.path[-1:] if several else ()
            component = m.component or "total"
            base = self._base_of_change(m)
            key = (component, m.fund, m.flow, m.side, self._measure(m), m.item, m.domain, told_apart, base)
            if key in seen:
                message = f"表“{self.table.title or ''}”有两列读成同一含义（{' / '.join(seen[key].path)}；{' / '.join(m.path)}），请核对。"
                self._find("TABLE-COLUMN-AMBIGUOUS", "warning", message, None)
                return
            seen[key] = m

    def _beyond_three_public(self, figures: Sequence[ColumnMeaning]) -> list[ColumnMeaning]:
        """A 合计 that also covers 会议费 and 培训费, beside the 小计 of the 三公 proper, is no 三公 total."""
        result = list(figures)
        if self.form != "three_public" or not any(m.component == "operation" for m in figures):
            return result
        totals = [m for m in figures if m.kind == "amount" and m.total and m.component is None]
        proper = [m for m in totals if any("三公" in p for p in m.path)]
        if not proper or len(proper) == len(totals):
            return result
        return [
            replace(m, component="operation", item="“三公”经费、会议费、培训费合计", subset=True)
            if m in totals and m not in proper
            else m
            for m in result
        ]

    @staticmethod
    def _tree_parent(meaning: ColumnMeaning, figures: Sequence[ColumnMeaning]) -> int | None:
        if meaning.path and re.fullmatch(r"小计|合计|总计|金额", fold(meaning.path[-1])):
            prefix = meaning.path[:-2]
        else:
            prefix = meaning.path[:-1]
        for length in range(len(prefix), -1, -1):
            for other in figures:
                if (
                    other.index != meaning.index
                    and other.kind == "amount"
                    and not other.subset
                    and other.path[:length] == prefix[:length]
                    and len(other.path) == length + 1
                    and re.fullmatch(r"小计|合计|总计|总额", fold(other.path[-1]))
                ):
                    same = (other.measure, other.year, other.offset) == (meaning.measure, meaning.year, meaning.offset)
                    return other.index if same else None
        return None

    def _semantic_parent(self, meaning: ColumnMeaning, figures: Sequence[ColumnMeaning]) -> int | None:
        candidates = _PARENT_COMPONENT.get(meaning.component or "", ())
        if self.form in ("income", "expenditure") and meaning.component in ("opening_balance", "closing_balance"):
            candidates = ("total",)
        for wanted in candidates:
            for other in figures:
                component = other.component or ("total" if other.total else None)
                if (
                    other.kind == "amount"
                    and other.index != meaning.index
                    and component == wanted
                    and not other.subset
                    and other.fund == meaning.fund
                    and (other.measure, other.year, other.offset) == (meaning.measure, meaning.year, meaning.offset)
                ):
                    return other.index
        if meaning.component is None and meaning.fund is not None:
            for other in figures:
                if (
                    other.kind == "amount"
                    and other.fund is None
                    and other.component is None
                    and other.total
                    and (other.measure, other.year, other.offset) == (meaning.measure, meaning.year, meaning.offset)
                ):
                    return other.index
        return None

    def _item(
        self, row: Row, cell: Cell, meaning: ColumnMeaning, label: RowLabel, flow: str, fund: str, count: int
    ) -> LineItem | None:
        amount = read_amount(cell.text)
        if amount is None:
            if half_figure(cell.text):
                self.tally.half(cell)
                self._find(
                    "TABLE-CELL-UNREAD",
                    "warning",
                    f"单元格“{clean(cell.text)}”不是一个完整的金额，未读。",
                    cell,
                    clean(cell.text),
                )
            return None
        if cell.column_span > 1 and covers_others(row, cell, meaning, self.meanings):
            self._find(
                "TABLE-CELL-MERGED",
                "warning",
                f"金额“{clean(cell.text)}”的单元格横跨含义不同的几列，未读。",
                cell,
                clean(cell.text),
            )
            return None
        if meaning.kind == "unknown":
            self._find(
                "TABLE-COLUMN-UNREAD",
                "warning",
                f"表“{self.table.title or ''}”的列“{' / '.join(meaning.path) or meaning.index + 1}”认不出含义，其金额未读。",
                cell,
                clean(cell.text),
            )
            return None
        unit = meaning.unit or self.unit
        if unit is None:
            return None
        yuan = amount.yuan(unit)
        if abs(yuan) > LARGEST_YUAN:
            self._find(
                "TABLE-CELL-UNREAD",
                "warning",
                f"数字“{clean(cell.text)}”大得不可能是金额，未读。",
                cell,
                clean(cell.text),
            )
            return None
        entry = label.entry
        component: str | None
        component, item_fund, item_flow = self._meaning_of(meaning, label, flow, fund, count)
        if meaning.kind == "amount" and meaning.nameless:
            component = None
        measure, year = self._measure(in_period(meaning, label.period))
        economic = label.economic
        economic_code = economic.code if economic is not None else None
        if meaning.domain == "matrix":
            economic_code = meaning.item
        mapping = label.function or label.economic
        level = self._level(label)
        subset = label.subset or meaning.subset or (entry is not None and entry.subset)
        item = self._canonical(label, meaning, component or "") + (
            self._base_of_change(meaning) if measure == "change" else ""
        )
        return LineItem(
            locator=locator(cell),
            fiscal_year=year,
            report_kind=self.report_kind,
            form=self.form,
            fund=item_fund,
            flow=item_flow,
            component=component,
            measure=measure,
            item_name=(label.project if self.form == "project_expenditure" else None)
            or label.text
            or clean("".join(meaning.path[-1:])),
            item=item,
            level=level,
            amount_yuan=yuan,
            published_text=printed_text(cell),
            published_unit=unit,
            place=cell.place,
            ulp_yuan=amount.ulp_yuan(unit),
            function_code=label.function.code if label.function is not None else None,
            economic_code=economic_code,
            mapping_method=mapping.method if mapping is not None and mapping.code else None,
            mapping_score=mapping.score if mapping is not None and mapping.code else None,
            table_no=self.number,
            row_no=label.row_no,
            column_no=self._counted_in.get(meaning.index, meaning.index),
            parent_row_no=None if label.subset else label.parent,
            subset=subset,
            printed_code=label.printed_code,
            engine=self.table.engine or None,
            parent_column_no=None if meaning.parent is None else self._counted_in.get(meaning.parent, meaning.parent),
            budget_unit=label.owner,
            column_label=column_label(meaning) or None,
        )

    def _meaning_of(
        self, meaning: ColumnMeaning, label: RowLabel, flow: str, fund: str, count: int
    ) -> tuple[str, str, str]:
        """Component, fund and flow of one amount, from its column and its row (CONTRACT: how the columns are filled)."""
        entry = label.entry
        component = meaning.component
        item_fund = meaning.fund or fund
        item_flow = meaning.flow or (entry.flow if entry is not None and entry.flow else flow)
        if entry is not None and component is None and (entry.component != "total" or label.is_total):
            component = entry.component
        component = component or "total"
        if component == "current_expenditure" and self.form not in _WITH_BALANCES:
            component = "total"  # 本年支出 over the columns of a list of expenditure is all that was spent
        other_row = label.text and entry is None and not label.unit and not label.is_total and label.period is None
        if other_row and any(p.search(fold(label.text)) for p in vocabulary().body_words):
            other_row = False  # 单位名称（科目）: a body, though the column may hold items too
        if self.form == "three_public" and component == "total" and other_row:
            component = "operation"  # a row beside the 三公 (行政经费, 会议费): never their total
        if self.form in _TWO_SIDED and count == 1 and meaning.side and meaning.flow is None:
            item_flow = meaning.side
        if self.form == "grant_income_expenditure":
            if entry is not None and entry.fund is not None and meaning.fund is None:
                item_fund = entry.fund
            if component in ("general", "gov_fund", "state_capital", "fiscal_grant"):
                component = "total"
        elif self.form == "income_expenditure":
            item_fund = meaning.fund or "all"  # Henan prints the funds of each expenditure beside it
        elif self.form == "general_basic_expenditure":
            if component == "total" and label.is_total:
                component = "basic"
            elif component in ("basic", "total") and not label.is_total and label.entry is None:
                component = "total"
        elif self.form in ("fund_income_expenditure", "capital_income_expenditure"):
            item_fund = _FORM_FUND[self.form]
            if component in ("general", "gov_fund", "state_capital"):
                component = "current_income" if item_flow == "income" else "total"
            if component == "current_income":
                item_flow = "income"
        elif self.form == "project_expenditure":
            if component == "fiscal_grant" and meaning.fund is None:
                item_fund = "fiscal_grant"  # 财政拨款 / 小计, beside the total and the funds it is made of
            component, item_flow = "project", "expenditure"  # also what is paid from 上年结转
        if component in ("opening_balance", "closing_balance"):
            item_flow = "balance"
        elif component == "current_income":
            item_flow = "income"
        return component, item_fund, item_flow

    def _base_of_change(self, meaning: ColumnMeaning) -> str:
        """What a column of changes is counted from, where it is not the like figure of the year before; as in prose."""
        if meaning.measure != "change":
            return ""
        words = fold("".join(meaning.path))
        if self.report_kind == "final_account":
            return "（较年初预算）" if re.search("[比较](?:年初)?预算", words) else ""
        return (
            "（较上年执行数）" if re.search(r"[比较](?:上年|去年|20\d\d年)(?:度)?(?:预计)?(?:执行|决算)", words) else ""
        )

    def _measure(self, meaning: ColumnMeaning) -> tuple[str, int]:
        return measure_of(meaning, self.table, self.metadata, self.year, self.execution)

    def _level(self, label: RowLabel) -> str:
        if label.is_total:
            return "total"
        for mapping in (label.function, label.economic):
            if mapping is not None and mapping.code and mapping.level:
                return mapping.level
        if self.form == "three_public" and not label.text:
            return "total"
        return label.entry.level if label.entry is not None else "item"

    def _canonical(self, label: RowLabel, meaning: ColumnMeaning, component: str) -> str:
        whole = meaning.subset or self.form == "three_public" or label.is_total or label.code is None
        if meaning.item and meaning.domain != "matrix" and whole:
            return meaning.item
        if meaning.subset and meaning.path and (meaning.component is None or self._told_only_by_header(meaning)):
            named = [p for p in meaning.path if not re.fullmatch("小计|合计|金额", fold(p))] or list(meaning.path)
            return "其中：" + clean(named[-1]).removeprefix("其中").lstrip("：: ")
        if self.form == "project_expenditure" and meaning.fund is None and meaning.component in _SOURCES:
            return clean(meaning.path[-1])  # 其他资金, 上年结转: whose money the project spends
        if self.form == "three_public":
            return _THREE_PUBLIC_ITEM.get(component) or (label.entry.item if label.entry is not None else label.text)
        for mapping in (label.function, label.economic):
            if mapping is not None and mapping.code and mapping.name:
                return mapping.name
        if label.entry is not None:
            return label.entry.item
        return label.text or clean("".join(meaning.path[-1:]))

    def _told_only_by_header(self, meaning: ColumnMeaning) -> bool:
        """Whether a column 其中 says by its component nothing that the column it is part of does not say."""
        return any(
            m.kind == "amount" and not m.subset and m.index != meaning.index and _same_meaning(m, meaning)
            for m in self.meanings
        )

    def _report(self, label: RowLabel, row: Row, made: list[LineItem]) -> None:
        """Findings about a row: code against name, a code nobody knows, amounts without a label."""
        if not made:
            return
        locators = tuple(i.locator for i in made)
        cell = next(c for c in row.cells if c is not None)
        for mapping in (label.function, label.economic):
            if mapping is not None and mapping.conflict:
                self._find(
                    "MAP-CODE-NAME",
                    "warning",
                    mapping.conflict,
                    cell,
                    f"{label.printed_code or ''} {label.text}".strip(),
                    locators,
                )
        if label.printed_code and label.code is None:
            self._find(
                "MAP-CODE-UNKNOWN",
                "info",
                f"科目编码“{label.printed_code}”（{label.text}）不在 {self.year} 年科目表中，照印保留。",
                cell,
                label.printed_code,
                locators,
            )
        if not label.text and not label.printed_code and not label.is_total and self.form != "three_public":
            self._find(
                "TABLE-ROW-UNLABELLED", "warning", "一行金额前没有名称或编码，无法判断所指。", cell, None, locators
            )
