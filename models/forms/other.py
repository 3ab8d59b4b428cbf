"""Tables outside the contract's forms → line items with form ``other``: what their headers and rows say, nothing more.

Not an interpretation of any particular table: the columns are judged one by one (label, money, count, code or date),
the rows by their labels; component, fund, flow and measure stay empty where no word of the table says them. A figure
becomes money only where the unit is stated and nothing speaks against it; else it is counted as unread, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from data import read_toml
from extractors.model import Cell
from models.classify import classify_function, economic_scheme
from models.disclosure import Finding, LineItem, Metadata, Statistic
from models.forms.columns import ColumnMeaning, column_meanings, unite_columns
from models.forms.figures import column_label, covers_others, finding, half_figure, locator, printed_text, statistic
from models.forms.labels import LabelReader, RowLabel, Side
from models.forms.logical import LogicalTable, Row
from models.forms.outline import set_parents
from models.forms.periods import executes, in_period, measure_of, years_of_table
from models.forms.tally import FIGURES, Tally
from models.forms.told import told_column
from models.forms.trees import proven
from models.forms.vocabulary import TitleRule, numbering_depth, strip_numbering, vocabulary
from models.money import LARGEST_YUAN, is_blank, read_amount, unit_in
from models.text import clean, fold

_LABELS = ("code", "name", "unit", "unit_code", "project", "project_code", "period")
_EXACT = ("code", "name", "alias")
_BUDGET_NAME = re.compile("预算(收入|支出|收支|拨款|外|内|单位)")
"""The word 预算 in a name of money (社会保险基金预算收入): it says nothing of whether the figure is planned."""


@dataclass(frozen=True, slots=True)
class OtherVocabulary:
    """data/forms/other.toml, compiled."""

    ignore: tuple[tuple[re.Pattern[str], str], ...]
    statistic: tuple[re.Pattern[str], ...]
    row_statistic: re.Pattern[str]
    row_year: re.Pattern[str]
    money: re.Pattern[str]
    place: re.Pattern[str]
    no_money_title: re.Pattern[str]
    handed_out: re.Pattern[str]
    book: re.Pattern[str]
    heading: re.Pattern[str]
    neither: re.Pattern[str]
    measure: tuple[tuple[str, re.Pattern[str]], ...]
    title_fund: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=1)
def other_vocabulary() -> OtherVocabulary:
    """The words by which the columns and rows of unlisted tables are judged."""
    raw = read_toml("forms/other.toml")
    return OtherVocabulary(
        tuple((re.compile(entry["pattern"]), entry["reason"]) for entry in raw["ignore"]),
        tuple(re.compile(entry["pattern"]) for entry in raw["statistic"]),
        re.compile(raw["words"]["row_statistic"]),
        re.compile(raw["words"]["row_year"]),
        re.compile(raw["words"]["money"]),
        re.compile(raw["words"]["place"]),
        re.compile(raw["words"]["no_money_title"]),
        re.compile(raw["words"]["handed_out"]),
        re.compile(raw["words"]["book"]),
        re.compile(raw["words"]["heading"]),
        re.compile(raw["words"]["neither"]),
        tuple((name, re.compile(pattern)) for name, pattern in raw["measure"].items()),
        tuple((name, re.compile(pattern)) for name, pattern in raw["title_fund"].items()),
    )


@dataclass(slots=True)
class OtherReading:
    """One table read, and what became of each of its figures."""

    items: list[LineItem] = field(default_factory=list)
    statistics: list[Statistic] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unit: str | None = None
    tally: Tally = field(default_factory=Tally)


def read_other(table: LogicalTable, number: int, rule: TitleRule | None, metadata: Metadata) -> OtherReading:
    """Read one table that is no official form. rule: what its title says, where a rule knows the title."""
    return _OtherReader(table, number, rule, metadata).read()


class _OtherReader:
    """Reads one logical table; kept apart so that each step sees the same unit, year and columns."""

    def __init__(self, table: LogicalTable, number: int, rule: TitleRule | None, metadata: Metadata) -> None:
        assert metadata.fiscal_year is not None and metadata.report_kind is not None
        self.table, self.number, self.metadata = unite_columns(table), number, metadata
        self.report_kind: str = metadata.report_kind
        self.title = fold(table.title or "")
        self.year, self.execution = years_of_table(table, metadata)
        self.words = other_vocabulary()
        self.result = OtherReading(unit=table.unit)
        self.meanings: list[ColumnMeaning] = []
        self.whys: dict[int, str] = {}
        self.doubtful: set[int] = set()
        self.cells: dict[str, Cell] = {}
        self.headings: list[tuple[int, tuple[int | None, str | None]]] = []
        self.flow = self._title_flow()
        self.fund = self._title_fund()
        self.government = metadata.scope == "government"

    # ---- what the table as a whole says

    def _title_flow(self) -> str | None:
        income, expenditure = "收入" in self.title, "支出" in self.title
        if income == expenditure or "收支" in self.title:
            return None
        return "income" if income else "expenditure"

    def _title_fund(self) -> str | None:
        said = [name for name, pattern in self.words.title_fund if pattern.search(self.title)]
        return said[0] if len(said) == 1 else None

    def read(self) -> OtherReading:
        """All amounts of the table, its other figures, and the count of what was left."""
        refusal = self._refusal()
        if refusal is not None:
            self.result.tally.close(self.table, (), {}, refusal)
            return self.result
        self.meanings = self._judged([told_column(m) for m in column_meanings(self.table, "other", self.year)])
        for side in _sides(self.meanings):
            self._read_side(side)
        self.result.items = self._without_doubtful(proven(self.result.items))
        self.result.tally.close(self.table, self.meanings, self.whys)
        return self.result

    def _without_doubtful(self, items: list[LineItem]) -> list[LineItem]:
        """A column nobody knows is money where it adds up with columns that are; else its figures are unread."""
        families: dict[int, set[int]] = {}
        for item in items:
            if item.parent_column_no is not None and item.column_no is not None:
                families.setdefault(item.parent_column_no, {item.parent_column_no}).add(item.column_no)
        sure = set().union(*(family for family in families.values() if family - self.doubtful))
        kept = []
        for item in items:
            if item.column_no is None or item.column_no not in self.doubtful or item.column_no in sure:
                kept.append(item)
            else:
                self._unread(self.whys[item.column_no], self.cells[item.locator])
        return kept

    def _unread(self, reason: str, cell: Cell) -> None:
        self.result.tally.leave(cell, reason)
        self.result.findings.append(
            finding("TABLE-COLUMN-UNREAD", "warning", f"表“{self.table.title or ''}”：{reason}，金额未读。", cell)
        )

    def _refusal(self) -> str | None:
        """Why nothing of the table can be money for certain; None where its columns may be judged."""
        if self.words.no_money_title.search(self.title):
            return "表题说明不是金额表"
        if not self.table.header:
            return "没有认出表头"
        if self.table.unit is None and not any(unit_in(fold(t)) for row in self.table.header for t in row.texts()):
            return "没有注明金额单位"
        return None

    # ---- columns

    def _judged(self, meanings: Sequence[ColumnMeaning]) -> list[ColumnMeaning]:
        """Every column with its kind made certain: label, text, statistic, amount, or unread (``unknown``)."""
        counted = {m.index: self._figures_and_texts(m.index) for m in meanings}
        kinds: list[ColumnMeaning] = []
        for meaning in meanings:
            figures, texts = counted[meaning.index]
            if meaning.told:
                if meaning.kind == "text":
                    self.whys[meaning.index] = "按词表略过"
                kinds.append(meaning)
                continue
            if meaning.kind in ("amount", "unknown") and figures == 0 and texts:
                meaning = replace(meaning, kind="text")
            elif meaning.kind in (*FIGURES, "text"):
                meaning = self._money_or_not(meaning, figures)
            kinds.append(meaning)
        first = next((n for n, m in enumerate(kinds) if m.kind in FIGURES and counted[m.index][0]), len(kinds))
        heads = {m.path[-1:] for m in kinds[:first] if m.kind in _LABELS or m.kind == "text"}
        result: list[ColumnMeaning] = []
        for number, meaning in enumerate(kinds):
            listed = any(p.search(e) for e in map(fold, meaning.path[-1:]) for p, _ in self.words.ignore)
            if meaning.kind == "text" and meaning.path and not listed and not meaning.told:
                again = number > first and (meaning.path[-1:] in heads or _begins_a_list(kinds, number))
                if (number < first or again) and counted[meaning.index][1]:
                    meaning = replace(meaning, kind="name")
            elif meaning.kind in ("unit", "project", "period") and number > first and meaning.path[-1:] not in heads:
                meaning = replace(meaning, kind="text")
            result.append(meaning)
        return result

    def _figures_and_texts(self, column: int) -> tuple[int, int]:
        figures = texts = 0
        for row in self.table.rows:
            cell = row.anchored(column) if column < len(row.cells) else None
            if cell is not None and not is_blank(cell.text):
                if read_amount(cell.text) is not None:
                    figures += 1
                else:
                    texts += 1
        return figures, texts

    def _money_or_not(self, meaning: ColumnMeaning, figures: int) -> ColumnMeaning:
        column, folded = meaning.index, [fold(p) for p in reversed(meaning.path)]
        own_unit = meaning.unit
        for element in folded:
            if unit_in(element) and not re.search("单价|均价", element):
                break
            for pattern, reason in self.words.ignore:
                if pattern.search(element):
                    self.whys[column] = reason
                    return replace(meaning, kind="text")
            if any(pattern.search(element) for pattern in self.words.statistic):
                return replace(meaning, kind="percent" if re.search("%|％|率|占比|比重|比例", element) else "count")
        if meaning.kind == "text":
            self.whys[column] = "文字说明"
            return meaning
        if meaning.kind in ("percent", "count") or not figures:
            return meaning
        values = [c.text for c in self._cells(column)]
        amounts = [a for a in map(read_amount, values) if a is not None]
        whole = all(a.decimals == 0 for a in amounts) and not any("," in v for v in values)
        if not meaning.path:
            self.whys[column] = "列没有表头"
            return replace(meaning, kind="unknown")
        if whole and len(amounts) > 1 and [a.value for a in amounts] == list(range(1, len(amounts) + 1)):
            self.whys[column] = "编码或序号"
            return replace(meaning, kind="text")
        if whole and own_unit is None and all(1990 <= a.value <= 2035 for a in amounts):
            self.whys[column] = "日期"
            return replace(meaning, kind="text")
        if own_unit is None and self.table.unit is None:
            self.whys[column] = "没有注明金额单位"
            return replace(meaning, kind="unknown")
        subset = folded[0].startswith("其中")
        said = meaning.kind == "amount" or own_unit is not None or any(map(self._says_money, folded))
        if said or subset or not whole:
            return replace(meaning, kind="amount", subset=meaning.subset or subset)
        self.whys[column] = f"列“{column_label(meaning)}”是否金额不能确定"
        self.doubtful.add(column)
        return replace(meaning, kind="amount")

    def _says_money(self, element: str) -> bool:
        """Whether a header's words are of money: an amount, a place or year money goes to, a 类 of the classification."""
        if self.words.money.search(element) or self.words.place.search(element):
            return True
        return classify_function(self.year, name=element, level="类").method in ("name", "alias")

    def _cells(self, column: int) -> Iterator[Cell]:
        for row in self.table.rows:
            cell = row.anchored(column) if column < len(row.cells) else None
            if cell is not None and not is_blank(cell.text):
                yield cell

    # ---- rows

    def _read_side(self, side: Side) -> None:
        flow, by_column = self._flow_of_side(side)
        economic = self._economic(side)
        domain = economic or side.domain("other")
        names = [clean(c.text) for m in side.labels if m.kind == "name" for c in self._cells(m.index)]
        reader = LabelReader(
            side, "other", flow, self.year, self.fund, domain, self.government,
            economic_scheme(self.year, iter(names)) or "department", open_domain=not economic,
        )  # fmt: skip
        labels: list[tuple[Row, RowLabel]] = []
        self.headings = []
        for row in self.table.rows:
            label = reader.read(row, side.number * 10_000 + row.number)
            if label is not None:
                self._total_elsewhere(row, label)
                labels.append((row, label))
        set_parents([label for _, label in labels], government=self.government)
        alone = sum(label.figures for _, label in labels) == 1
        headed = _HeadedFlow(self.words)
        for row, label in labels:
            text = self._joined(side, row, label)
            period = self._period(label, text)
            row_flow = headed.of(text)
            for meaning in side.figures:
                cell = row.anchored(meaning.index) if meaning.index < len(row.cells) else None
                if cell is None or is_blank(cell.text):
                    continue
                own = meaning.side if by_column else flow or row_flow
                self._figure(row, cell, in_period(meaning, label.period), label, text, own, alone, period)

    def _flow_of_side(self, side: Side) -> tuple[str | None, bool]:
        """The direction of a list, and whether its columns tell theirs one by one (收入 and 支出 of the same rows).

        What is transferred is named by where it came from (国有土地使用权出让收入): no income of those who hand it out.
        Nor is what is spent or bought, whatever it is paid from (事业收入, 上级补助收入).
        """
        labelled = next((m.side for m in side.labels if m.side), None)
        said = {m.side for m in side.figures if m.side}
        if self.flow == "expenditure" or self.words.handed_out.search(self.title):
            said.discard("income")
        if labelled is None and len(said) > 1:
            return None, True
        return labelled or next(iter(said), None) or self.flow, False

    def _economic(self, side: Side) -> str | None:
        """The economic classification where the title says that the rows are by it (机关运行经费, 按经济分类)."""
        if (
            side.domain_is_open()
            and re.search("经济分类|经济科目|机关运行经费", self.title)
            and "功能" not in self.title
        ):
            return "government_economic" if self.government else "economic"
        return None

    @staticmethod
    def _total_elsewhere(row: Row, label: RowLabel) -> None:
        """合计 printed in a column that holds no labels (序号): the row is a total all the same."""
        if label.text or label.printed_code:
            return
        words = (clean(t) for t in row.texts())
        label.text = next((w for w in words if re.fullmatch(r"(合|总|小|共)计(数|额)?：?", fold(w))), "")
        label.is_total = bool(label.text)

    @staticmethod
    def _joined(side: Side, row: Row, label: RowLabel) -> str:
        """The row's label, its label columns joined; a total is only its own word."""
        if label.is_total:
            return label.text
        texts: list[str] = []
        for meaning in side.labels:
            cell = row.cells[meaning.index] if meaning.index < len(row.cells) else None
            if meaning.kind in ("name", "project") and cell is not None and not is_blank(cell.text):
                text = clean(cell.text)
                if text not in texts:
                    texts.append(text)
        return " / ".join(texts) or label.text

    def _counts(self, label: RowLabel, text: str) -> bool:
        folded = fold(text)
        if label.is_total or label.code is not None or unit_in(folded):
            return False
        counted = any(p.search(folded) for p in vocabulary().count_rows) or self.words.row_statistic.search(folded)
        return bool(counted) or (label.period is not None and label.period.percent)

    def _figure(
        self, row: Row, cell: Cell, meaning: ColumnMeaning, label: RowLabel, text: str, flow: str | None, alone: bool,
        period: tuple[int | None, str | None],
    ) -> None:  # fmt: skip
        """One printed figure: a line item, a statistic, or unread with a reason."""
        amount = read_amount(cell.text)
        if meaning.kind in ("percent", "count") or cell.text.strip().endswith(("%", "％")) or self._counts(label, text):
            read = statistic(cell, meaning, text)
            if read is not None:
                self.result.statistics.append(read)
                self.result.tally.statistic(cell)
            return
        if amount is None:
            if meaning.kind == "amount" and half_figure(cell.text):
                printed = clean(cell.text)
                self.result.tally.half(cell)
                self.result.findings.append(
                    finding(
                        "TABLE-CELL-UNREAD", "warning", f"单元格“{printed}”不是一个完整的金额，未读。", cell, printed
                    )
                )
            return
        row_unit = unit_in(fold(text))
        unit = row_unit or meaning.unit or self.table.unit
        reason = None
        if meaning.kind == "unknown":
            reason = self.whys.get(meaning.index, "列的含义不明")
        elif cell.column_span > 1 and covers_others(row, cell, meaning, self.meanings):
            reason = "金额横跨含义不同的几列"
        elif row_unit and meaning.unit and row_unit != meaning.unit:
            reason = "行与列所注单位不同"
        elif unit is None:
            reason = "没有注明金额单位"
        elif not text and not label.printed_code and not alone:
            reason = "一行金额前没有名称"
        elif abs(amount.yuan(unit)) > LARGEST_YUAN:
            reason = "数字大得不可能是金额"
        if reason is not None or unit is None:
            self._unread(reason or "没有注明金额单位", cell)
            return
        item = self._item(cell, meaning, label, text, flow, unit, period)
        self.cells[item.locator] = cell
        self.result.items.append(item)
        self.result.tally.item(cell)

    def _item(
        self, cell: Cell, meaning: ColumnMeaning, label: RowLabel, text: str, flow: str | None, unit: str,
        period: tuple[int | None, str | None],
    ) -> LineItem:  # fmt: skip
        amount = read_amount(cell.text)
        assert amount is not None
        entry = label.entry
        measure, year = self._measure(meaning, *period)
        mapping = label.function or label.economic
        component = meaning.component or (entry.component if entry is not None and entry.level != "total" else None)
        if component is None and _only_total(meaning):
            component = "total"
        item_flow = meaning.flow or (entry.flow if entry is not None else None) or flow
        if component in ("opening_balance", "closing_balance"):
            item_flow = "balance"
        name = mapping.name if mapping is not None and mapping.code else None
        level = "total" if label.is_total else mapping.level if mapping is not None and mapping.code else None
        return LineItem(
            locator=locator(cell),
            fiscal_year=year,
            report_kind=self.report_kind,
            form="other",
            fund=meaning.fund or (entry.fund if entry is not None else None) or self.fund,
            flow=item_flow,
            component=component,
            measure=measure,
            item_name=text or column_label(meaning),
            item=name or (entry.item if entry is not None else None) or text or column_label(meaning),
            level=level or "item",
            amount_yuan=amount.yuan(unit),
            published_text=printed_text(cell),
            published_unit=unit,
            place=cell.place,
            ulp_yuan=amount.ulp_yuan(unit),
            function_code=label.function.code if label.function is not None else None,
            economic_code=label.economic.code if label.economic is not None else None,
            mapping_method=mapping.method if mapping is not None and mapping.code else None,
            mapping_score=mapping.score if mapping is not None and mapping.code else None,
            table_no=self.number,
            row_no=label.row_no,
            column_no=meaning.index,
            parent_row_no=None if label.subset else label.parent,
            subset=label.subset or meaning.subset or (entry is not None and entry.subset),
            printed_code=label.printed_code,
            engine=self.table.engine or None,
            budget_unit=label.owner,
            column_label=column_label(meaning) or None,
        )

    def _period(self, label: RowLabel, text: str) -> tuple[int | None, str | None]:
        """The year and measure a row's own words give its amounts, or those of the numbered row it is a part of.

        A year inside a name (a project, a meeting) is part of the name: only a row that begins with its year and
        speaks of a stock, a limit or an account (2024年末债务余额) is of that year, and so are the rows below it.
        """
        own = text.split(" / ")[0]
        bare = re.sub(r"^其中[：:]?", "", strip_numbering(own))
        years = set(re.findall(r"(?<!\d)(20\d{2})(?=年)", bare))
        found: tuple[int | None, str | None] = (None, None)
        if len(years) == 1 and self.words.row_year.search(bare) and abs(int(*years) - self.year) <= 3:
            said = next((name for name, pattern in self.words.measure if pattern.search(bare)), None)
            found = int(*years), said
        elif re.match(r"(上年|去年)(?!.*(结转|结余))", bare) and not label.subset:
            found = self.year - 1, None
        depth = 0 if label.is_total else numbering_depth(own)
        if depth is not None:
            self.headings = [h for h in self.headings if h[0] < depth]
            if found[0] is not None or not self.headings:
                self.headings.append((depth, found))
        if found[0] is None and self.headings:
            return self.headings[-1][1]
        return found

    def _measuring_title(self) -> str:
        """The title as far as it says a measure: in the year a report accounts for, the name of a book (社会保险基金预算) says none."""
        return self.words.book.sub("", self.title) if self.execution == self.year else self.title

    def _measure(self, meaning: ColumnMeaning, year: int | None, said_by_row: str | None) -> tuple[str | None, int]:
        """Measure and year of one amount: said by its column, else its row, else the title, else not at all."""
        if meaning.year is not None or meaning.offset is not None:
            year = said_by_row = None
        said = meaning.measure or said_by_row
        for words in (_BUDGET_NAME.sub("", fold("".join(meaning.path))), self._measuring_title()):
            if said is None:
                said = next((name for name, pattern in self.words.measure if pattern.search(words)), None)
        if said is None and self.execution == self.year and executes(self.table, reported=True):
            said = "final"
        if year is not None:
            meaning = replace(meaning, year=year)
        if said is None:
            own = year if year is not None else meaning.year if meaning.year is not None else self.year
            own += (meaning.offset or 0) if meaning.year is None else 0
            plain = own == self.metadata.fiscal_year and not self.government
            return ("final" if self.report_kind == "final_account" else "budget") if plain else None, own
        return measure_of(replace(meaning, measure=said), self.table, self.metadata, self.year, self.execution)


class _HeadedFlow:
    """The direction of the rows of one list of both: a row 收入 or 支出 gives its own and that of the rows below it."""

    def __init__(self, words: OtherVocabulary) -> None:
        self.words = words
        self.depth: int | None = None
        self.flow: str | None = None

    def of(self, text: str) -> str | None:
        """income, expenditure or None of the next row."""
        bare, depth = fold(strip_numbering(text)), numbering_depth(text)
        heading = self.words.heading.match(bare)
        if heading is not None:
            self.depth, self.flow = depth, "income" if heading["flow"] == "收入" else "expenditure"
        elif self.words.neither.search(bare) or (depth is not None and (self.depth is None or depth <= self.depth)):
            self.flow = None
        return self.flow


def _begins_a_list(columns: Sequence[ColumnMeaning], number: int) -> bool:
    """Whether a text column amid figures names the rows of a second list: it is of the other side (支出科目), or the
    headers of figures before it come again after it."""
    before = [m for m in columns[:number] if m.kind in FIGURES]
    after = [m for m in columns[number + 1 :] if m.kind in FIGURES]
    sides = {m.side for m in columns[:number] if m.side}
    side = columns[number].side
    return bool(after) and (
        (side is not None and bool(sides - {side})) or any(m.path == o.path for m in after for o in before)
    )


def _only_total(meaning: ColumnMeaning) -> bool:
    """Whether a header says 合计 of the whole row, and not of some group of columns."""
    words = [fold(p) for p in meaning.path]
    return bool(words) and re.fullmatch(r"合计|总计|总额|.{0,8}(合计|总计)", words[-1]) is not None and len(words) == 1


def _sides(meanings: Sequence[ColumnMeaning]) -> list[Side]:
    """Label blocks with their figures: a new one opens where a name stands after figures (two lists side by side)."""
    found: list[Side] = []
    labels: list[ColumnMeaning] = []
    figures: list[ColumnMeaning] = []
    for meaning in meanings:
        if meaning.kind in _LABELS:
            if figures and meaning.kind in ("name", "project", "unit"):
                found.append(Side(len(found), tuple(labels), tuple(figures)))
                labels, figures = [], []
            labels.append(meaning)
        elif meaning.kind in FIGURES:
            figures.append(meaning)
    if figures:
        found.append(Side(len(found), tuple(labels), tuple(figures)))
    return found
