"""The official forms, filled from the books in a given layout, each printed amount with its fact.

One function a form; `budget_forms` and `final_forms` give the sets in their official order. Form titles and column
headings are official vocabulary; what they mean is the table "How the columns are filled" of the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from data.samples_source.accounts import FUNDS, PERSONNEL_CLASSES, ZERO, Books, Entry, Year, belongs, three_public
from data.samples_source.blocks import Cell, Grid
from data.samples_source.facts import Fact
from data.samples_source.layout import Layout
from data.samples_source.names import classes, economic_names, function_names, ordinal

UNITS = {"元": Decimal(1), "万元": Decimal(10_000)}
BLANK = "\u3000"


def printed(amount: Decimal, unit: str, decimals: int) -> Decimal:
    """The figure as printed: the amount in the unit, rounded to its decimals."""
    return (amount / UNITS[unit]).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Column:
    """An amount column: its header path and what its amounts mean. value: the exact amount of a set of entries' row."""

    header: tuple[str, ...]
    fund: str
    flow: str
    component: str
    value: Callable[[str], Decimal]
    measure: str = ""
    economic: str = ""
    year: int = 0
    percent: Callable[[str], str] | None = None
    """For a column of percentages: its text; such a column prints no amounts."""


class Forms:
    """Fills the forms of one document."""

    def __init__(self, file: str, account: Year, kind: str, layout: Layout, previous: Year | None = None) -> None:
        self.file, self.account, self.kind, self.layout, self.previous = file, account, kind, layout, previous
        self.books: Books = account.budget if kind == "budget" else account.final
        self.year = account.year
        self.measure = "budget" if kind == "budget" else "final"
        self.number = 0
        self.functions = function_names(self.year)
        self.economics = economic_names(self.year)
        self.word = "预算" if kind == "budget" else "决算"

    # ---- small parts

    def _cell(self, amount: Decimal, form: str, *, fund: str, flow: str, component: str, name: str, function: str = "",
              economic: str = "", measure: str = "", year: int = 0, unit: str = "", zero: str | None = None,
              key: str = "") -> Cell:  # fmt: skip
        """An amount's cell. A zero is printed in the layout's way, and a blank or a dash is no fact."""
        unit = unit or self.layout.unit
        decimals = self.layout.decimals if unit == self.layout.unit else 2
        zero = self.layout.zero if zero is None else zero
        figure = printed(amount, unit, decimals)
        text = f"{figure:,f}" if self.layout.separators else f"{figure:f}"
        if amount == 0:
            if not any(character.isdigit() for character in zero):
                return Cell(zero, align="right")
            text, figure = zero, ZERO
        fact = Fact(
            self.file, self.number, form, fund, flow, component, measure or self.measure, year or self.year, name,
            function, economic, figure * UNITS[unit], text, unit,
        )  # fmt: skip
        return Cell(text, fact=fact, align="right", key=key)

    def _ordinal(self, index: int) -> str:
        """The row's 一、二、 where the layout numbers its rows."""
        return f"{ordinal(index + 1)}、" if self.layout.numbered else ""

    def _grid(self, form: str, title: str, widths: list[float], *, unit: str = "", wide: bool = False) -> Grid:
        self.number += 1
        layout = self.layout
        label = layout.label.format(n=self.number)
        unit_text = f"{layout.unit_line}：{unit or layout.unit}"
        body = f"{layout.body_line}：{self.account.body.name}" if layout.body_line else ""
        return Grid(
            form, title, label, [(body, "", unit_text)], 0, widths,
            landscape=layout.landscape or wide, repeat_header=layout.repeat_header,
        )  # fmt: skip

    def _label_columns(self, grid: Grid, depth: int, head: str) -> int:
        """Header of the label columns, `depth` rows deep; gives the number of label columns."""
        if self.layout.codes == "split":
            if depth >= 3:
                grid.put(0, 0, Cell(head, 1, 4, align="center"))
                grid.put(1, 0, Cell("功能分类科目编码", depth - 2, 3, align="center"))
                grid.put(1, 3, Cell("科目名称", depth - 1, 1, align="center"))
            else:
                grid.put(0, 0, Cell("功能分类科目编码", depth - 1, 3, align="center"))
                grid.put(0, 3, Cell("功能分类科目名称", depth, 1, align="center"))
            for column, text in enumerate("类款项"):
                grid.put(depth - 1, column, Cell(text, align="center"))
            return 4
        if self.layout.codes == "column":
            if depth >= 2:
                grid.put(0, 0, Cell(head, 1, 2, align="center"))
                grid.put(1, 0, Cell("科目编码", depth - 1, 1, align="center"))
                grid.put(1, 1, Cell("科目名称", depth - 1, 1, align="center"))
            else:
                grid.put(0, 0, Cell("科目编码", align="center"))
                grid.put(0, 1, Cell("科目名称", align="center"))
            return 2
        grid.put(0, 0, Cell("功能分类科目" if self.layout.codes != "indent" else head, depth, 1, align="center"))
        return 1

    def _label_widths(self) -> list[float]:
        code = 0.55 if self.layout.narrow_codes else 1.6
        return {"split": [1.0, 0.8, 0.8, 4.2], "column": [code, 4.2]}.get(self.layout.codes, [5.0])

    def _code_cells(self, grid: Grid, row: int, code: str, name: str) -> None:
        """The label cells of a functional row, in the layout's way of printing codes."""
        depth = {3: 0, 5: 1, 7: 2}[len(code)]
        blanks = BLANK * depth
        codes = self.layout.codes
        if codes == "split":
            parts = [code[:3], code[3:5], code[5:7]]
            for column, part in enumerate(parts):
                if part and (self.layout.split_full or column == depth):
                    grid.put(row, column, Cell(part, align="center"))
            grid.put(row, 3, Cell(name))
        elif codes == "column":
            grid.put(row, 0, Cell(code))
            grid.put(row, 1, Cell(blanks * self.layout.indent + name))
        elif codes == "dash":
            grid.put(row, 0, Cell(f"{code}-{name}"))
        elif codes == "bracket":
            grid.put(row, 0, Cell(f"{blanks * self.layout.indent}[{code}]{name}"))
        else:
            grid.put(row, 0, Cell(blanks * 2 + name))

    def _number_row(self, grid: Grid, row: int, labels: int, amounts: int) -> int:
        """The row that numbers the amount columns, where the layout has one; gives the next row."""
        kind = self.layout.number_row
        if not kind:
            return row
        if kind == "栏次":
            grid.put(row, 0, Cell("栏次", 1, labels, align="center"))
        else:
            for column in range(labels):
                grid.put(row, column, Cell("**", align="center"))
        for column in range(amounts):
            grid.put(row, labels + column, Cell(str(column + 1), align="center"))
        return row + 1

    def _headers(self, grid: Grid, first: int, columns: list[Column], depth: int) -> None:
        """Amount headers as a merged tree: equal neighbours at one level are one cell, short paths reach down."""
        for level in range(depth):
            column = 0
            while column < len(columns):
                path = columns[column].header
                if level >= len(path):
                    column += 1
                    continue
                width = 1
                while (
                    column + width < len(columns)
                    and level < len(path) - 1
                    and columns[column + width].header[: level + 1] == path[: level + 1]
                ):
                    width += 1
                rows = depth - level if level == len(path) - 1 else 1
                grid.put(level, first + column, Cell(path[level], rows, width, align="center"))
                column += width

    def _function_table(self, form: str, title: str, columns: list[Column], codes: Iterable[str], *, head: str = "项目",
                        note: str = "", wide: bool = False) -> Grid:  # fmt: skip
        """A table of functional rows (项 and their parents) by amount columns, with a 合计 row."""
        leaves = sorted(codes)
        if self.layout.drop_empty and leaves:
            columns = [c for n, c in enumerate(columns) if n == 0 or c.percent or any(c.value(leaf) for leaf in leaves)]
        rows = sorted({code[:length] for code in leaves for length in (3, 5, 7)})
        depth = max(max(len(column.header) for column in columns), 2 if self.layout.codes in ("split", "column") else 1)
        if self.layout.wording == "final_split" and self.layout.codes == "split":
            depth = max(depth, 3)
        grid = self._grid(form, title, self._label_widths() + [1.7] * len(columns), wide=wide)
        labels = self._label_columns(grid, depth, head)
        self._headers(grid, labels, columns, depth)
        grid.header_rows = depth
        row = self._number_row(grid, depth, labels, len(columns))
        grid.header_rows = row

        def amounts(at: int, code: str, name: str) -> None:
            for number, column in enumerate(columns):
                if column.percent is not None:
                    grid.put(at, labels + number, Cell(column.percent(code), align="right"))
                    continue
                cell = self._cell(
                    column.value(code), form, fund=column.fund, flow=column.flow, component=column.component, name=name,
                    function=code, economic=column.economic, measure=column.measure, year=column.year,
                    key=f"{form}:{code or 'total'}:{number}",
                )  # fmt: skip
                grid.put(at, labels + number, cell)

        def total(at: int) -> None:
            grid.put(at, 0, Cell("合计", 1, labels, align="center"))
            if leaves:
                amounts(at, "", "合计")

        if self.layout.total == "first":
            total(row)
            row += 1
        for code in rows:
            name = self.functions[code]
            self._code_cells(grid, row, code, name)
            amounts(row, code, name)
            row += 1
        if not leaves:
            row += 3
            grid.n_rows = row
        elif self.layout.blank_rows and self.layout.total == "last":
            row += self.layout.blank_rows
        if self.layout.total == "last":
            total(row)
        if note and (not leaves or self.layout.notes):
            grid.notes.append(note)
        return grid

    def _leaves(self, test: Callable[[Entry], bool]) -> list[str]:
        return sorted({entry.function for entry in self.books.entries if test(entry)})

    def _sum(self, test: Callable[[Entry], bool], books: Books | None = None) -> Callable[[str], Decimal]:
        """Amount of the entries that pass the test, below a functional code."""
        entries = [entry for entry in (books or self.books).entries if test(entry)]
        return lambda code: sum((entry.amount for entry in entries if entry.function.startswith(code)), ZERO)

    def _shifted(self, fund: str, shift: Decimal) -> Callable[[str], Decimal]:
        """Expenditure of a fund below a code, plus a shift that is booked on its largest 项."""
        spent = self._sum(belongs(fund))
        leaves = self._leaves(belongs(fund))
        if not leaves:
            return lambda code: ZERO
        largest = max(leaves, key=lambda code: (spent(code), code))
        return lambda code: spent(code) + (shift if largest.startswith(code) else ZERO)

    def _only(self, fund: str, amount: Decimal) -> Callable[[str], Decimal]:
        """An amount booked wholly on the largest 项 of a fund."""
        spent = self._sum(belongs(fund))
        leaves = self._leaves(belongs(fund))
        if not leaves:
            return lambda code: ZERO
        largest = max(leaves, key=lambda code: (spent(code), code))
        return lambda code: amount if largest.startswith(code) else ZERO

    # ---- the forms

    def overview(self, title: str) -> Grid:
        """收入支出总表: kinds of income on the left, 类 (and, three-sided, natures of expenditure) on the right."""
        form, books, final = "income_expenditure", self.books, self.kind == "final_account"
        suffix = "财政拨款收入" if final else "拨款收入"
        left: list[tuple[str, str, Decimal]] = [
            (f"一般公共预算{suffix}", "general", books.income["general"]),
            (f"政府性基金预算{suffix}", "gov_fund", books.income["gov_fund"]),
            (f"国有资本经营预算{suffix}", "state_capital", books.income["state_capital"]),
            ("上级补助收入", "superior_subsidy", ZERO),
            ("事业收入", "institution", books.income.get("institution", ZERO)),
            ("经营收入", "operating_income", ZERO),
            ("附属单位上缴收入", "subordinate_remittance", ZERO),
            ("其他收入", "other_income", books.income.get("other_income", ZERO)),
        ]
        by_class = self._sum(lambda entry: True)
        used = {code[:3] for code in self._leaves(lambda entry: True)}
        right = [
            (name, code, by_class(code)) for code, name in classes(self.year) if self.layout.all_classes or code in used
        ]
        third = [
            ("基本支出", "basic", books.spent(belongs(nature="basic"))),
            ("项目支出", "project", books.spent(belongs(nature="project"))),
        ]
        sides = self.layout.sides
        lines = self.layout.wording == "final_public" and sides == 2
        amount_word = "决算数" if final else "预算数"
        if lines:
            widths, starts, amounts = [4.0, 0.7, 1.8, 4.0, 0.7, 1.8], [0, 3], [2, 5]
        else:
            widths = [4.0, 1.8] * sides
            starts, amounts = [0, 2, 4][:sides], [1, 3, 5][:sides]
        grid = self._grid(form, title, widths)
        span = 3 if lines else 2
        if sides == 3:
            grid.put(0, 0, Cell("收入", 1, 2, align="center"))
            grid.put(0, 2, Cell("支出", 1, 4, align="center"))
            heads = ["项目", "支出功能分类", "支出性质"]
        else:
            grid.put(0, 0, Cell("收入", 1, span, align="center"))
            grid.put(0, span, Cell("支出", 1, span, align="center"))
            heads = ["项目", "项目" if self.layout.wording != "plain" else "项目（按功能分类）"]
        for start, at, head in zip(starts, amounts, heads, strict=False):
            grid.put(1, start, Cell(head, align="center"))
            grid.put(1, at, Cell(amount_word, align="center"))
            if lines:
                grid.put(1, start + 1, Cell("行次", align="center"))
        row = 2
        if self.layout.number_row:
            for number, (start, at) in enumerate(zip(starts, amounts, strict=True)):
                grid.put(row, start, Cell(self.layout.number_row, align="center"))
                grid.put(row, at, Cell(str(number + 1), align="center"))
            row += 1
        grid.header_rows = row
        first = row

        def put(at: int, side: int, text: str, amount: Decimal, flow: str, component: str, function: str = "") -> None:
            grid.put(at, starts[side], Cell(text))
            cell = self._cell(amount, form, fund="all", flow=flow, component=component, name=text.strip(), function=function,
                              key=f"{form}:{component}:{function}:{side}")  # fmt: skip
            grid.put(at, amounts[side], cell)

        if self.layout.nested_grants:
            nested = [
                (BLANK * 2 + ("其中：" if n == 0 else BLANK * 3) + name, kind, amount)
                for n, (name, kind, amount) in enumerate(left[:3])
            ]
            whole = sum((amount for _, _, amount in left[:3]), ZERO)
            heads_left = [("财政拨款收入", "fiscal_grant", whole), *left[3:]]
            texts = [
                (self._ordinal(index) + name, kind, amount) for index, (name, kind, amount) in enumerate(heads_left)
            ]
            shown = [texts[0], *nested, *texts[1:]]
        else:
            shown = [(self._ordinal(index) + name, kind, amount) for index, (name, kind, amount) in enumerate(left)]
        for index, (text, kind, amount) in enumerate(shown):
            put(first + index, 0, text, amount, "income", kind)
        for index, (name, code, amount) in enumerate(right):
            put(first + index, 1, self._ordinal(index) + name, amount, "expenditure", "total", code)
        if sides == 3:
            for index, (name, nature, amount) in enumerate(third):
                put(first + index, 2, self._ordinal(index) + name, amount, "expenditure", nature)
        row = first + max(len(shown), len(right))
        opening, closing = sum(books.opening.values(), ZERO), sum(books.closing.values(), ZERO)
        income, spent = sum(books.income.values(), ZERO), books.spent()
        foot: list[tuple[tuple[str, Decimal, str, str], tuple[str, Decimal, str, str]]] = [
            (("本年收入合计", income, "income", "total"), ("本年支出合计", spent, "expenditure", "total"))
        ]
        if final:
            foot.append((("使用非财政拨款结余", books.used, "*", "*"), ("结余分配", books.allocated, "*", "*")))
            words = ("年初结转和结余", "年末结转和结余", "总计", "总计")
        else:
            words = ("上年结转结余", "结转下年", "收入总计", "支出总计")
        foot.append(
            ((words[0], opening, "balance", "opening_balance"), (words[1], closing, "balance", "closing_balance"))
        )
        foot.append(
            (
                (words[2], income + books.used + opening, "income", "total"),
                (words[3], spent + books.allocated + closing, "expenditure", "total"),
            )
        )
        for pair in foot:
            for side, (text, amount, flow, component) in enumerate(pair):
                put(row, side, text, amount, flow, component)
            if sides == 3 and pair[1][0] in ("本年支出合计", "总计", "支出总计"):
                put(row, 2, *pair[1])
            row += 1
        if lines:
            count = row - first
            for index in range(count):
                grid.put(first + index, 1, Cell(str(index + 1), align="center"))
                grid.put(first + index, 4, Cell(str(count + index + 1), align="center"))
        if final and self.layout.notes and lines:
            grid.notes.append("注：本表反映部门本年度的总收支和年末结转结余情况。")
        return grid

    def income(self, title: str) -> Grid:
        """收入表 by function and source."""
        form, books, final = "income", self.books, self.kind == "final_account"
        current = {fund: self._shifted(fund, books.income[fund] - books.spent(belongs(fund))) for fund in FUNDS}
        own_total = books.income.get("institution", ZERO) + books.income.get("other_income", ZERO)
        own = self._shifted("own", own_total - books.spent(belongs("own")))
        other = self._only("own", books.income.get("other_income", ZERO))

        def grants(code: str) -> Decimal:
            return sum((current[fund](code) for fund in FUNDS), ZERO)

        def nothing(code: str) -> Decimal:
            return ZERO

        def institution(code: str) -> Decimal:
            return own(code) - other(code)

        word = "本年收入合计" if final else "合计"
        columns: list[Column] = []
        if final:
            columns = [
                Column((word,), "all", "income", "total", lambda code: grants(code) + own(code)),
                Column(("财政拨款收入",), "all", "income", "fiscal_grant", grants),
                Column(("上级补助收入",), "all", "income", "superior_subsidy", nothing),
            ]
            if self.layout.subset_column:
                columns += [
                    Column(("事业收入", "小计"), "all", "income", "institution", institution),
                    Column(("事业收入", "其中：教育收费"), "all", "income", "*", nothing),
                ]
            else:
                columns.append(Column(("事业收入",), "all", "income", "institution", institution))
        else:
            carried = {fund: self._only(fund, books.opening[fund]) for fund in (*FUNDS, "own")}

            def opening(code: str) -> Decimal:
                return sum((carried[fund](code) for fund in carried), ZERO)

            columns = [
                Column((word,), "all", "income", "total", lambda code: grants(code) + own(code) + opening(code)),
                Column(("上年结转",), "all", "balance|income", "opening_balance", opening),
                Column(("一般公共预算拨款收入",), "all", "income", "general", current["general"]),
                Column(("政府性基金预算拨款收入",), "all", "income", "gov_fund", current["gov_fund"]),
                Column(("国有资本经营预算拨款收入",), "all", "income", "state_capital", current["state_capital"]),
                Column(("事业收入",), "all", "income", "institution", institution),
            ]
        columns += [
            Column(("经营收入",), "all", "income", "operating_income", nothing),
            Column(("附属单位上缴收入",), "all", "income", "subordinate_remittance", nothing),
            Column(("其他收入",), "all", "income", "other_income", other),
        ]
        return self._function_table(
            form, title, columns, self._leaves(lambda entry: True), wide=True,
            note="注：本表反映部门本年度取得的各项收入情况。" if final else "",
        )  # fmt: skip

    def expenditure(self, title: str) -> Grid:
        """支出表 by function and nature."""

        def nothing(code: str) -> Decimal:
            return ZERO

        word = "本年支出合计" if self.kind == "final_account" else "合计"
        columns = [
            Column((word,), "all", "expenditure", "total", self._sum(lambda entry: True)),
            Column(("基本支出",), "all", "expenditure", "basic", self._sum(belongs(nature="basic"))),
            Column(("项目支出",), "all", "expenditure", "project", self._sum(belongs(nature="project"))),
            Column(("上缴上级支出",), "all", "expenditure", "remit_superior", nothing),
            Column(("经营支出",), "all", "expenditure", "operating", nothing),
            Column(("对附属单位补助支出",), "all", "expenditure", "subsidize_subordinate", nothing),
        ]
        return self._function_table("expenditure", title, columns, self._leaves(lambda entry: True), wide=True)

    def grants(self, title: str) -> Grid:
        """财政拨款收入支出总表: sources on the left, 类 by fund on the right."""
        form, books, final = "grant_income_expenditure", self.books, self.kind == "final_account"
        suffix = "财政拨款" if final else "拨款"
        names = {"general": "一般公共预算", "gov_fund": "政府性基金预算", "state_capital": "国有资本经营预算"}
        by_fund = {fund: self._sum(belongs(fund)) for fund in FUNDS}
        grid = self._grid(form, title, [3.6, 1.7, 3.6, 1.7, 1.7, 1.7, 1.7], wide=True)
        grid.put(0, 0, Cell("收入", 1, 2, align="center"))
        grid.put(0, 2, Cell("支出", 1, 5, align="center"))
        amount_word = "决算数" if final else "预算数"
        grid.put(1, 0, Cell("项目", align="center"))
        grid.put(1, 1, Cell(amount_word, align="center"))
        grid.put(1, 2, Cell("项目", align="center"))
        for index, text in enumerate(["合计", *(names[fund] + suffix for fund in FUNDS)]):
            grid.put(1, 3 + index, Cell(text, align="center"))
        row = 2
        if self.layout.number_row:
            for column in (0, 2):
                grid.put(row, column, Cell(self.layout.number_row, align="center"))
            for index, column in enumerate((1, 3, 4, 5, 6)):
                grid.put(row, column, Cell(str(index + 1), align="center"))
            row += 1
        grid.header_rows = first = row

        def left(at: int, text: str, amount: Decimal, fund: str, flow: str, component: str) -> None:
            grid.put(at, 0, Cell(text))
            grid.put(at, 1, self._cell(amount, form, fund=fund, flow=flow, component=component, name=text,
                                       key=f"{form}:left:{text}"))  # fmt: skip

        def right(at: int, text: str, amounts: list[Decimal], flow: str, component: str, function: str = "") -> None:
            grid.put(at, 2, Cell(text))
            for index, (fund, amount) in enumerate(
                zip(("fiscal_grant", *FUNDS), [sum(amounts, ZERO), *amounts], strict=True)
            ):
                grid.put(at, 3 + index, self._cell(amount, form, fund=fund, flow=flow, component=component, name=text,
                                                   function=function, key=f"{form}:right:{text}:{index}"))  # fmt: skip

        for index, fund in enumerate(FUNDS):
            left(first + index, self._ordinal(index) + names[fund] + suffix, books.income[fund], f"{fund}|fiscal_grant",
                 "income", f"{fund}|total")  # fmt: skip
        used = {entry.function[:3] for entry in books.entries if entry.fund != "own"}
        listed = [(code, name) for code, name in classes(self.year) if self.layout.all_classes or code in used]
        for index, (code, name) in enumerate(listed):
            right(
                first + index,
                self._ordinal(index) + name,
                [by_fund[fund](code) for fund in FUNDS],
                "expenditure",
                "total",
                code,
            )
        row = first + max(3, len(listed))
        income = [books.income[fund] for fund in FUNDS]
        spent = [by_fund[fund]("") for fund in FUNDS]
        opening = [books.opening[fund] for fund in FUNDS]
        closing = [books.closing[fund] for fund in FUNDS]
        words = (
            ("年初财政拨款结转和结余", "年末财政拨款结转和结余", "总计", "总计")
            if final
            else ("上年结转", "结转下年", "收入总计", "支出总计")
        )
        left(row, "本年收入合计", sum(income, ZERO), "fiscal_grant", "income", "total")
        right(row, "本年支出合计", spent, "expenditure", "total")
        row += 1
        left(row, words[0], sum(opening, ZERO), "fiscal_grant", "balance", "opening_balance")
        right(row, words[1], closing, "balance", "closing_balance")
        row += 1
        for fund, amount in zip(FUNDS, opening, strict=True):
            left(row, f"{names[fund]}{suffix}", amount, f"{fund}|fiscal_grant", "balance", "opening_balance")
            row += 1
        left(row, words[2], sum(income + opening, ZERO), "fiscal_grant", "income", "total")
        right(row, words[3], [a + b for a, b in zip(spent, closing, strict=True)], "expenditure", "total")
        return grid

    def general(self, title: str, *, split_basic: bool = False) -> Grid:
        """一般公共预算支出表: total, basic (with personnel and operation where split), project."""

        def value(test: Callable[[Entry], bool]) -> Callable[[str], Decimal]:
            return self._sum(lambda entry: entry.fund == "general" and test(entry))

        def people(entry: Entry) -> bool:
            return entry.economic[:3] in PERSONNEL_CLASSES

        columns = [Column(("合计",), "general", "expenditure", "total", value(lambda entry: True))]
        basic = value(belongs(nature="basic"))
        if split_basic:
            columns += [
                Column(("基本支出", "小计"), "general", "expenditure", "basic", basic),
                Column(("基本支出", "人员经费"), "general", "expenditure", "personnel",
                       value(lambda entry: entry.nature == "basic" and people(entry))),
                Column(("基本支出", "公用经费"), "general", "expenditure", "operation",
                       value(lambda entry: entry.nature == "basic" and not people(entry))),
            ]  # fmt: skip
        else:
            columns.append(Column(("基本支出",), "general", "expenditure", "basic", basic))
        columns.append(Column(("项目支出",), "general", "expenditure", "project", value(belongs(nature="project"))))
        if self.layout.grant_prior_year and self.previous is not None and self.kind == "budget":
            prior = self._sum(belongs("general"), self.previous.final)
            columns.insert(
                0,
                Column(
                    (f"{self.year - 1}年决算数",),
                    "general",
                    "expenditure",
                    "total",
                    prior,
                    "prior_final",
                    "",
                    self.year - 1,
                ),
            )
            if self.layout.growth_column:
                now = columns[1].value

                def growth(code: str) -> str:
                    earlier = prior(code)
                    if not earlier:
                        return ""
                    rate = ((now(code) - earlier) * 100 / earlier).quantize(Decimal("0.01"), ROUND_HALF_UP)
                    return f"{rate}%" if self.layout.separators else f"{rate}"

                columns.append(Column(("增长（%）",), "", "", "", lambda code: ZERO, percent=growth))
        leaves = self._leaves(belongs("general"))
        return self._function_table("general_expenditure", title, columns, leaves)

    def _economic_label(self, code: str, name: str) -> list[Cell]:
        """Label cells of an economic row in the list layouts (one or two cells)."""
        deep = len(code) > 3
        if self.layout.codes in ("split", "column"):
            return [Cell(code), Cell(BLANK * (deep and self.layout.indent) + name)]
        if self.layout.codes == "dash":
            return [Cell(f"{code}-{name}")]
        if self.layout.codes == "bracket":
            return [Cell(f"{BLANK * deep}[{code}]{name}")]
        return [Cell(BLANK * 2 * deep + name)]

    def basic(self, title: str) -> Grid:
        """一般公共预算基本支出表 by economic item."""
        form = "general_basic_expenditure"
        entries = [entry for entry in self.books.entries if entry.fund == "general" and entry.nature == "basic"]

        def amount(code: str) -> Decimal:
            return sum((entry.amount for entry in entries if entry.economic.startswith(code)), ZERO)

        people = amount("301") + amount("303")
        office = amount("302") + amount("310")
        if self.layout.basic == "two_sided":
            return self._basic_two_sided(form, title, amount, people, office)
        used = sorted({code for entry in entries for code in (entry.economic[:3], entry.economic)})
        used.sort(key=lambda code: (("301", "302", "303", "310").index(code[:3]), code))
        with_columns = self.layout.basic == "columns"
        labels = 2 if self.layout.codes in ("split", "column") else 1
        grid = self._grid(form, title, ([1.5, 4.0] if labels == 2 else [5.0]) + [1.8] * (3 if with_columns else 1))
        if labels == 2:
            grid.put(0, 0, Cell("部门预算支出经济分类科目", 1, 2, align="center"))
            grid.put(1, 0, Cell("科目编码", align="center"))
            grid.put(1, 1, Cell("科目名称", align="center"))
        else:
            grid.put(0, 0, Cell("部门预算支出经济分类科目", 2, 1, align="center"))
        if with_columns:
            grid.put(0, labels, Cell(f"{self.year}年基本支出", 1, 3, align="center"))
            for index, text in enumerate(("合计", "人员经费", "公用经费")):
                grid.put(1, labels + index, Cell(text, align="center"))
        else:
            grid.put(0, labels, Cell("金额", 2, 1, align="center"))
        row = self._number_row(grid, 2, labels, 3 if with_columns else 1)
        grid.header_rows = row

        def line(at: int, code: str, name: str, values: list[Decimal]) -> None:
            components = ["total", "personnel", "operation"] if code else ["basic|total", "personnel", "operation"]
            for index, value in enumerate(values if with_columns else values[:1]):
                grid.put(at, labels + index, self._cell(value, form, fund="general", flow="expenditure",
                         component=components[index], name=name, economic=code, key=f"{form}:{code or 'total'}:{index}"))  # fmt: skip

        def total(at: int) -> None:
            grid.put(at, 0, Cell("合计", 1, labels, align="center"))
            line(at, "", "合计", [people + office, people, office])

        if self.layout.total == "first":
            total(row)
            row += 1
        for code in used:
            name = self.economics[code]
            for column, cell in enumerate(self._economic_label(code, name)):
                grid.put(row, column, cell)
            value = amount(code)
            person = code[:3] in PERSONNEL_CLASSES
            line(row, code, name, [value, value if person else ZERO, ZERO if person else value])
            row += 1
        if self.layout.total == "last":
            total(row)
        return grid

    def _basic_two_sided(
        self, form: str, title: str, amount: Callable[[str], Decimal], people: Decimal, office: Decimal
    ) -> Grid:
        """Personnel items on the left, operating items on the right, every item of the scheme listed."""
        split = self.layout.codes == "split" and self.layout.wording == "final_split"
        width = [0.9, 0.7, 3.4, 1.7] if split else [1.2, 3.6, 1.7]
        size = len(width)
        word = "决算数" if self.kind == "final_account" else "预算数"
        grid = self._grid(form, title, width * 2)
        if split:
            depth = 3
            for start in (0, size):
                grid.put(0, start, Cell("经济分类科目编码", 2, 2, align="center"))
                grid.put(2, start, Cell("类", align="center"))
                grid.put(2, start + 1, Cell("款", align="center"))
                grid.put(0, start + 2, Cell("科目名称", 3, 1, align="center"))
                grid.put(0, start + 3, Cell(word, 3, 1, align="center"))
        else:
            depth = 2
            grid.put(0, 0, Cell("人员经费", 1, 3, align="center"))
            grid.put(0, 3, Cell("公用经费", 1, 3, align="center"))
            for start in (0, 3):
                for index, text in enumerate(("科目编码", "科目名称", word)):
                    grid.put(1, start + index, Cell(text, align="center"))
        grid.header_rows = depth
        sides = [
            sorted(code for code in self.economics if code[:3] in group) for group in (("301", "303"), ("302", "310"))
        ]
        for side, codes in enumerate(sides):
            start = side * size
            for index, code in enumerate(codes):
                row = depth + index
                name = self.economics[code]
                if split:
                    grid.put(row, start, Cell(code[:3], align="center"))
                    if code[3:]:
                        grid.put(row, start + 1, Cell(code[3:], align="center"))
                    grid.put(row, start + 2, Cell(name))
                else:
                    grid.put(row, start, Cell(code))
                    grid.put(row, start + 1, Cell(BLANK * (len(code) > 3 and self.layout.indent) + name))
                cell = self._cell(amount(code), form, fund="general", flow="expenditure", component="total", name=name,
                                  economic=code, key=f"{form}:{code}:0")  # fmt: skip
                grid.put(row, start + size - 1, cell)
        row = depth + max(len(codes) for codes in sides)
        for side, (text, value, component) in enumerate(
            (("人员经费合计", people, "personnel"), ("公用经费合计", office, "operation"))
        ):
            grid.put(row, side * size, Cell(text, 1, size - 1, align="center"))
            grid.put(row, side * size + size - 1, self._cell(value, form, fund="general", flow="expenditure",
                     component=component, name=text, key=f"{form}:{component}:0"))  # fmt: skip
        return grid

    def three_public(self, title: str, fund: str) -> Grid:
        """“三公”经费表, wide (one row of amounts) or as rows; final accounts print budget and final."""
        form, unit = "three_public", "万元"
        final = self.kind == "final_account"
        sets = [("预算数", "budget", three_public(self.account.budget))]
        if final:
            sets.append(("决算数", "final", three_public(self.account.final)))
        names = {
            "total": "合计", "overseas": "因公出国（境）费", "vehicle": "公务用车购置及运行维护费",
            "vehicle_purchase": "公务用车购置费", "vehicle_operation": "公务用车运行维护费", "reception": "公务接待费",
        }  # fmt: skip
        if self.layout.three_public == "rows":
            grid = self._grid(form, title, [5.0] + [2.0] * len(sets), unit=unit)
            grid.put(0, 0, Cell("项目", align="center"))
            for index, (head, _, _) in enumerate(sets):
                grid.put(0, 1 + index, Cell(f"{self.year}年{head}" if not final else head, align="center"))
            grid.header_rows = self._number_row(grid, 1, 1, len(sets))
            labels = [
                ("total", "合计"), ("overseas", "1、因公出国（境）费"), ("reception", "2、公务接待费"),
                ("vehicle", "3、公务用车购置及运行维护费"), ("vehicle_operation", "其中：（1）公务用车运行维护费"),
                ("vehicle_purchase", "（2）公务用车购置费"),
            ]  # fmt: skip
            for index, (part, text) in enumerate(labels):
                row = grid.header_rows + index
                grid.put(row, 0, Cell(text))
                for column, (_, measure, values) in enumerate(sets):
                    grid.put(row, 1 + column, self._cell(values[part], form, fund=fund, flow="expenditure", component=part,
                             name=text, measure=measure, unit=unit, key=f"{form}:{part}:{measure}"))  # fmt: skip
            return grid
        parts = ["total", "overseas", "vehicle", "vehicle_purchase", "vehicle_operation", "reception"]
        pairs = self.layout.wording == "final_split"
        columns: list[tuple[tuple[str, ...], str, str, Decimal]] = []
        if pairs:
            for part in parts:
                path: tuple[str, ...] = (names[part],)
                if part.startswith("vehicle"):
                    path = (names["vehicle"], "小计" if part == "vehicle" else names[part])
                columns += [
                    ((*path, head) if final else path, part, measure, values[part]) for head, measure, values in sets
                ]
        else:
            for head, measure, values in sets:
                for part in parts:
                    path = (names[part],)
                    if part.startswith("vehicle"):
                        path = (names["vehicle"], "小计" if part == "vehicle" else names[part])
                    columns.append(((head, *path) if final else path, part, measure, values[part]))
        depth = max(len(path) for path, *_ in columns)
        grid = self._grid(form, title, [1.6] * len(columns), unit=unit, wide=final)
        plain = [Column(path, "", "", "", lambda code: ZERO) for path, *_ in columns]
        if pairs and final:
            # 预算数 and 决算数 stand side by side in the last header row; the groups above them reach down to it.
            for index in range(0, len(columns), 2):
                path = columns[index][0]
                if len(path) == 2:
                    grid.put(0, index, Cell(path[0], 2, 2, align="center"))
                elif path[1] == "小计":
                    grid.put(0, index, Cell(path[0], 1, 6, align="center"))
                    grid.put(1, index, Cell("小计", 1, 2, align="center"))
                else:
                    grid.put(1, index, Cell(path[1], 1, 2, align="center"))
                grid.put(2, index, Cell("预算数", align="center"))
                grid.put(2, index + 1, Cell("决算数", align="center"))
        else:
            self._headers(grid, 0, plain, depth)
        row = depth
        if self.layout.number_row == "栏次":
            for index in range(len(columns)):
                grid.put(row, index, Cell(str(index + 1), align="center"))
            row += 1
        grid.header_rows = row
        for index, (_, part, measure, value) in enumerate(columns):
            grid.put(row, index, self._cell(value, form, fund=fund, flow="expenditure", component=part, name="",
                     measure=measure, unit=unit, zero="0.00" if part == "total" else None,
                     key=f"{form}:{part}:{measure}"))  # fmt: skip
        return grid

    def fund(self, title: str, fund: str, form: str) -> Grid:
        """政府性基金 / 国有资本: opening, income, expenditure by nature, closing; budgets print expenditure only."""
        books = self.books
        leaves = self._leaves(belongs(fund))
        spent = self._sum(belongs(fund))
        basic = self._sum(belongs(fund, nature="basic"))
        project = self._sum(belongs(fund, nature="project"))
        name = "政府性基金预算" if fund == "gov_fund" else "国有资本经营预算"
        if self.kind == "final_account" and form.endswith("income_expenditure"):
            shift = books.income[fund] - books.spent(belongs(fund))
            columns = [
                Column(("年初结转和结余",), fund, "balance", "opening_balance", self._only(fund, books.opening[fund])),
                Column(("本年收入",), fund, "income", "current_income", self._shifted(fund, shift)),
                Column(("本年支出", "小计"), fund, "expenditure", "current_expenditure|total", spent),
                Column(("本年支出", "基本支出"), fund, "expenditure", "basic", basic),
                Column(("本年支出", "项目支出"), fund, "expenditure", "project", project),
                Column(("年末结转和结余",), fund, "balance", "closing_balance", self._only(fund, books.closing[fund])),
            ]
        else:
            columns = [
                Column(("本年支出", "合计"), fund, "expenditure", "total|current_expenditure", spent),
                Column(("本年支出", "基本支出"), fund, "expenditure", "basic", basic),
                Column(("本年支出", "项目支出"), fund, "expenditure", "project", project),
            ]
        note = "" if leaves else f"注：本单位{self.year}年度没有{name}财政拨款收支，本表为空。"
        return self._function_table(form, title, columns, leaves, note=note)

    def detail(self, title: str, form: str) -> Grid:
        """支出明细表: function × economic item; the columns are the items that occur, under their 类."""
        funds = FUNDS if form.startswith("grant") else ("general",)
        entries = [entry for entry in self.books.entries if entry.fund in funds]
        fund = "fiscal_grant" if form.startswith("grant") else "general"

        def below(code: str) -> Callable[[str], Decimal]:
            return self._sum(lambda entry: entry.fund in funds and entry.economic.startswith(code))

        columns = [Column(("合计",), fund, "expenditure", "total", self._sum(lambda entry: entry.fund in funds))]
        for group in sorted({entry.economic[:3] for entry in entries}):
            items = [group, *sorted({entry.economic for entry in entries if entry.economic.startswith(group)})]
            for item in items:
                head = "小计" if item == group else self.economics[item]
                columns.append(
                    Column(
                        (self.economics[group], head),
                        fund,
                        "expenditure",
                        "total",
                        below(item),
                        economic=item,
                    )
                )
        return self._function_table(form, title, columns, {entry.function for entry in entries}, wide=True)

    def general_projects(self, title: str) -> Grid:
        """一般公共预算项目支出表 by function."""

        def test(entry: Entry) -> bool:
            return entry.fund == "general" and entry.nature == "project"

        columns = [Column(("金额",), "general", "expenditure", "project|total", self._sum(test))]
        return self._function_table("general_project_expenditure", title, columns, self._leaves(test))

    def projects(self, title: str) -> Grid:
        """项目支出表: one row a project, amounts by fund."""
        form = "project_expenditure"
        entries = [entry for entry in self.books.entries if entry.nature == "project"]
        heads = [
            ("合计", "all"),
            ("一般公共预算", "general"),
            ("政府性基金预算", "gov_fund"),
            ("国有资本经营预算", "state_capital"),
        ]
        if any(entry.fund == "own" for entry in entries):
            heads.append(("单位资金", "*"))
        grid = self._grid(form, title, [5.5] + [1.8] * len(heads), wide=True)
        grid.put(0, 0, Cell("项目名称", align="center"))
        for index, (text, _) in enumerate(heads):
            grid.put(0, 1 + index, Cell(text, align="center"))
        grid.header_rows = row = self._number_row(grid, 1, 1, len(heads))
        names = list(dict.fromkeys(entry.project or "" for entry in entries))

        def line(at: int, text: str, chosen: list[Entry]) -> None:
            grid.put(at, 0, Cell(text, align="center" if text == "合计" else "left"))
            for index, (_, fund) in enumerate(heads):
                value = sum(
                    (e.amount for e in chosen if fund == "all" or e.fund == ("own" if fund == "*" else fund)), ZERO
                )
                grid.put(at, 1 + index, self._cell(value, form, fund=fund, flow="expenditure", component="project",
                         name=text, key=f"{form}:{text}:{index}"))  # fmt: skip

        if self.layout.total == "first":
            line(row, "合计", entries)
            row += 1
        for name in names:
            line(row, name, [entry for entry in entries if entry.project == name])
            row += 1
        if self.layout.total == "last":
            line(row, "合计", entries)
        return grid


def final_forms(forms: Forms) -> list[Grid]:
    """The nine forms of a final account, or the thirteen where the layout has the detail forms, in official order."""
    result = [
        forms.overview("收入支出决算总表"),
        forms.income("收入决算表"),
        forms.expenditure("支出决算表"),
        forms.grants("财政拨款收入支出决算总表"),
    ]
    if forms.layout.detail_forms:
        result.append(forms.detail("财政拨款支出决算明细表", "grant_expenditure_detail"))
    result.append(forms.general("一般公共预算财政拨款支出决算表"))
    if forms.layout.detail_forms:
        result.append(forms.detail("一般公共预算财政拨款支出决算明细表", "general_expenditure_detail"))
    result.append(forms.basic("一般公共预算财政拨款基本支出决算表"))
    if forms.layout.detail_forms:
        result.append(forms.general_projects("一般公共预算财政拨款项目支出决算表"))
        result.append(forms.fund("政府性基金预算财政拨款收入支出决算表", "gov_fund", "fund_income_expenditure"))
        result.append(
            forms.fund("国有资本经营预算财政拨款收入支出决算表", "state_capital", "capital_income_expenditure")
        )
        result.append(forms.fund("国有资本经营预算财政拨款支出决算表", "state_capital", "capital_expenditure"))
        result.append(forms.three_public("财政拨款“三公”经费支出决算表", "fiscal_grant"))
        return result
    result.append(forms.three_public("财政拨款“三公”经费支出决算表", "fiscal_grant"))
    result.append(forms.fund("政府性基金预算财政拨款收入支出决算表", "gov_fund", "fund_income_expenditure"))
    result.append(forms.fund("国有资本经营预算财政拨款支出决算表", "state_capital", "capital_expenditure"))
    return result


def budget_forms(forms: Forms) -> list[Grid]:
    """The forms of a department budget, in the usual order; titles carry the year in some layouts."""
    year = f"{forms.year}年" if forms.layout.codes in ("split", "bracket") else ""
    result = [
        forms.overview(f"{year}部门收支总表"),
        forms.income(f"{year}部门收入总表"),
        forms.expenditure(f"{year}部门支出总表"),
        forms.grants(f"{year}财政拨款收支总表"),
        forms.general(f"{year}一般公共预算支出表", split_basic=forms.layout.codes in ("column", "bracket")),
        forms.basic(f"{year}一般公共预算基本支出表"),
        forms.three_public(f"{year}一般公共预算“三公”经费支出表", "general"),
        forms.fund(f"{year}政府性基金预算支出表", "gov_fund", "fund_income_expenditure"),
        forms.fund(f"{year}国有资本经营预算支出表", "state_capital", "capital_expenditure"),
    ]
    if forms.layout.codes in ("dash", "bracket", "indent"):
        result.append(forms.projects(f"{year}项目支出表"))
    return result
