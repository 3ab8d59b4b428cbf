"""What each column of a logical table means, from its header path matched against the vocabulary and its own figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from extractors.model import Cell
from models.forms.logical import LogicalTable, Row
from models.forms.vocabulary import vocabulary
from models.money import is_blank, read_amount, unit_in
from models.text import clean, fold

_YEAR = re.compile(r"(20\d{2})年?")
_UNIT_SUFFIX = re.compile(r"（(?:单位：)?(?:人民币)?(?:百万元|千元|万元|亿元|元)）$")
_BALANCES = {
    "opening_balance": "年初结转和结余",
    "closing_balance": "年末结转和结余",
    "current_income": "本年收入",
}
_USES = frozenset({"basic", "project", "personnel", "operation"})
_ADJUSTMENT = re.compile("^(本次|此次|拟|本年)*(预算)?(调整|调增|增减)(数|额|金额|（[^（）]{1,8}）)*$")
_ACCOUNTS = ("income_expenditure", "grant_income_expenditure")
_SOURCES = frozenset(
    {"fiscal_grant", "superior_subsidy", "institution", "operating_income", "subordinate_remittance", "other_income"}
)
_PLAN_YEAR = re.compile(r"^20\d{2}年(度)?(及?以后(年度|各年)?)?$")
"""A column of a far year: when a debt is to be paid back."""


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What a column holds.

    kind: ``amount``, ``code``, ``name``, ``unit``, ``unit_code``, ``project``, ``project_code``, ``text``, ``percent``, ``count`` or
    ``unknown`` (figures under a header nobody listed). domain: ``function`` | ``economic`` | ``government_economic`` for code and
    name columns, None where the header does not say. path: the header elements as published, top to bottom. nameless: money,
    though the contract has no word for it. told: a steward said what the column is.
    """

    index: int
    path: tuple[str, ...]
    kind: str
    domain: str | None = None
    component: str | None = None
    fund: str | None = None
    flow: str | None = None
    measure: str | None = None
    year: int | None = None
    offset: int | None = None
    subset: bool = False
    item: str | None = None
    unit: str | None = None
    total: bool = False
    side: str | None = None
    parent: int | None = None
    nameless: bool = False
    told: bool = False


def unite_columns(table: LogicalTable) -> LogicalTable:
    """One column for each header cell: grids drawn by word processors cut a printed column into several.

    Neighbouring columns under the very same header cells become one where no row prints two different things in them
    (类/款/项 under one header stay three).
    """
    if not table.header or not table.n_columns:
        return table
    runs: list[list[int]] = []
    for column in range(table.n_columns):
        same = runs and all(
            column < len(row.cells) and row.cells[column] is not None and row.cells[column] is row.cells[column - 1]
            for row in table.header
        )
        if same and not _two_things(table, [*runs[-1], column]):
            runs[-1].append(column)
        else:
            runs.append([column])
    if len(runs) == table.n_columns:
        return table
    home = {column: number for number, run in enumerate(runs) for column in run}
    return replace(
        table,
        header=[_united(row, runs, home) for row in table.header],
        rows=[_united(row, runs, home) for row in table.rows],
        n_columns=len(runs),
        edges=[next((table.edges[c] for c in run if c < len(table.edges) and table.edges[c]), None) for run in runs],
    )


def _two_things(table: LogicalTable, run: list[int]) -> bool:
    for row in table.rows:
        printed = {
            id(c) for i in run if i < len(row.cells) and (c := row.cells[i]) is not None and not is_blank(c.text)
        }
        if len(printed) > 1:
            return True
    return False


def _united(row: Row, runs: list[list[int]], home: dict[int, int]) -> Row:
    """A row with one cell a run; a cell that strays over the edge of a run stays in the one it covers most of."""
    best: dict[int, int] = {}
    for run in runs:
        for column in run:
            cell = row.cells[column] if column < len(row.cells) else None
            if cell is None or id(cell) in best:
                continue
            covered = [home[i] for i, other in enumerate(row.cells) if other is cell and i in home]
            whole = [n for n in set(covered) if covered.count(n) == len(runs[n])]
            best[id(cell)] = -1 if len(whole) > 1 else max(set(covered), key=covered.count)
    cells: list[Cell | None] = []
    for number, run in enumerate(runs):
        inside = [
            c for i in run if i < len(row.cells) and (c := row.cells[i]) is not None and best[id(c)] in (-1, number)
        ]
        cells.append(next((c for c in inside if not is_blank(c.text)), inside[0] if inside else None))
    return replace(row, cells=tuple(cells))


def live_columns(table: LogicalTable) -> list[int]:
    """Columns in which some cell begins; the others only exist because of merges elsewhere on the page."""
    rows = [*table.header, *table.rows]
    return [c for c in range(table.n_columns) if any(c < len(r.cells) and _begins(r.cells, c) for r in rows)]


def _begins(cells: tuple[object, ...], column: int) -> bool:
    return cells[column] is not None and (column == 0 or cells[column - 1] is not cells[column])


def header_path(table: LogicalTable, column: int) -> tuple[str, ...]:
    """The header texts above a column, top to bottom, each merged cell once."""
    path: list[str] = []
    previous = None
    for row in table.header:
        cell = row.cells[column] if column < len(row.cells) else None
        if cell is None or cell is previous:
            continue
        previous = cell
        text = clean(cell.text)
        if text:
            path.append(text)
    return tuple(path)


def column_meanings(table: LogicalTable, form: str, fiscal_year: int) -> list[ColumnMeaning]:
    """The meaning of every live column, in order.

    form: the official form the title named (a fund column is a component in ``income``, a fund elsewhere); fiscal_year:
    the document's, to which years in headers are compared.
    """
    headed = form != "other" and sum(bool(header_path(table, column)) for column in range(table.n_columns)) > 1
    meanings = [_meaning(table, column, form, fiscal_year, headed=headed) for column in live_columns(table)]
    meanings = _project_names(_name_columns(table, _code_domains(meanings), official=form != "other"))
    meanings = _changes(meanings)
    return list(_with_sides(_group_of_funds(meanings)))


def _group_of_funds(meanings: list[ColumnMeaning]) -> list[ColumnMeaning]:
    """A heading over columns of several funds is of none of them, whatever words stand in it.

    Its own 合计 is of all; a column that names no fund itself is not understood.
    """
    result = list(meanings)
    for position, meaning in enumerate(meanings):
        if meaning.kind != "amount" or meaning.fund is None or len(meaning.path) < 2 or _fund(meaning.path[-1]):
            continue
        level = max((n for n, text in enumerate(meaning.path) if _fund(text)), default=None)
        if level is None:
            continue
        beside = {
            _fund(m.path[-1])
            for m in meanings
            if m.kind == "amount" and len(m.path) > level + 1 and m.path[: level + 1] == meaning.path[: level + 1]
        }
        if beside - {None, meaning.fund}:
            result[position] = replace(meaning, fund=None, kind=meaning.kind if meaning.total else "unknown")
    return result


def _fund(text: str) -> str | None:
    """The fund a heading names."""
    return next((e.fund for e in vocabulary().columns if e.fund and e.pattern.search(fold(text))), None)


def _meaning(table: LogicalTable, column: int, form: str, fiscal_year: int, *, headed: bool) -> ColumnMeaning:
    path = header_path(table, column)
    folded = [_UNIT_SUFFIX.sub("", fold(p)) or fold(p) for p in path]
    kind, domain = _kind(folded)
    figures, texts = _content(table, column)
    if kind in ("name", "project", "unit") and figures > texts and figures >= 2:
        kind = None
    if kind is not None:
        return ColumnMeaning(column, path, kind, domain)
    meaning = _amount(column, path, folded, form, fiscal_year, _block_titles(table, column), headed=headed)
    if figures == 0 and texts and meaning.kind == "amount" and _all_percent(table, column):
        return replace(meaning, kind="percent")
    if figures == 0 and texts >= 2 and (meaning.kind == "unknown" or not path):
        return ColumnMeaning(column, path, "text" if path else "name")
    return meaning


def _all_percent(table: LogicalTable, column: int) -> bool:
    """Whether every figure a column prints is a percentage, whatever its header says."""
    cells = (row.anchored(column) for row in table.rows if column < len(row.cells))
    return all(c.text.strip().endswith(("%", "％")) for c in cells if c is not None and not is_blank(c.text))


def _content(table: LogicalTable, column: int) -> tuple[int, int]:
    """How many data cells of a column are amounts, and how many are other text."""
    figures = texts = 0
    for row in table.rows:
        cell = row.anchored(column) if column < len(row.cells) else None
        if cell is None or is_blank(cell.text):
            continue
        if read_amount(cell.text) is not None:
            figures += 1
        else:
            texts += 1
    return figures, texts


def _kind(folded: list[str]) -> tuple[str | None, str | None]:
    """The kind and classification domain of a label column; (None, None) for a column of figures."""
    if not folded:
        return None, None
    entry_kind = None
    for element in reversed(folded):
        entry = next((e for e in vocabulary().columns if e.pattern.search(element)), None)
        if entry is None and not any(p.search(element) for p in vocabulary().total_words):
            continue
        entry_kind = entry.kind if entry is not None else None
        break
    if entry_kind is None:
        return None, None
    joined = "".join(folded)
    domain = None
    if entry_kind in (
        "code",
        "name",
        "function_code",
        "economic_code",
        "government_economic_code",
        "economic_name",
        "government_economic_name",
    ):
        bottom = folded[-1]
        where = bottom if ("经济" in bottom or "功能" in bottom) else joined
        if "经济" in where and "功能" not in where:
            domain = "government_economic" if "政府" in where else "economic"
        elif "功能" in where and "经济" not in where:
            domain = "function"
        kind = "code" if entry_kind.endswith("code") else "name"
        if kind == "code" and re.search(r"(单位|部门)(预算)?(编码|代码|编号)$", bottom):
            return "unit_code", None
        if kind == "code" and re.search(r"项目(编码|代码|编号)$", bottom):
            return "project_code", None
        return kind, domain
    return entry_kind, None


def _block_titles(table: LogicalTable, column: int) -> frozenset[str]:
    """Header cells above this column that also stand above a label column: titles of a whole list, not of its figures."""
    titles: set[str] = set()
    for row in table.header:
        cell = row.cells[column] if column < len(row.cells) else None
        if cell is None:
            continue
        for other in range(len(row.cells)):
            if other == column or row.cells[other] is not cell:
                continue
            if _kind([fold(p) for p in header_path(table, other)])[0] in ("code", "name"):
                titles.add(fold(cell.text))
    return frozenset(titles)


def _amount(
    column: int,
    path: tuple[str, ...],
    folded: list[str],
    form: str,
    fiscal_year: int,
    titles: frozenset[str],
    *,
    headed: bool = False,
) -> ColumnMeaning:
    """The meaning of a column of figures: each header element in turn, the nearer ones overriding.

    headed: other columns of the table have headings, so that one without any is not understood.
    """
    income = form == "income"
    result = ColumnMeaning(column, path, "amount")
    known = False
    for number, element in enumerate(folded):
        if _runs_together(element):
            return replace(result, kind="unknown")
        attributes: dict[str, object] = {}
        kind = None
        for entry in vocabulary().columns:
            if not entry.pattern.search(element):
                continue
            if entry.kind in ("percent", "count"):
                kind = kind or entry.kind
            if entry.three_public and form == "three_public":
                attributes.setdefault("component", entry.three_public)
                attributes.setdefault("item", entry.item)
            for name in ("component", "fund", "flow", "measure"):
                value = getattr(entry, name)
                if value is not None and not (
                    entry.three_public is None and form == "three_public" and name == "component"
                ):
                    attributes.setdefault(name, value)
            if entry.item and attributes.get("component") == entry.component is not None:
                attributes.setdefault("item", entry.item)
            if entry.year is not None:
                attributes.setdefault("offset", entry.year)
            if entry.subset:
                attributes["subset"] = True
                attributes.setdefault("item", entry.item)
        if element in titles and (
            form == "general_basic_expenditure"
            or (form in _ACCOUNTS and attributes.get("component") in ("current_income", "current_expenditure"))
        ):
            attributes.pop(
                "component", None
            )  # 本年收入 over 项目 and 预算数 titles the list: its rows say what they are
        if income and attributes.get("fund") and attributes.get("flow") != "balance" and result.flow != "balance":
            attributes["component"] = attributes.pop("fund")
        if result.component in _BALANCES and attributes.get("component") in _USES:
            # 年初结转和结余 / 基本支出结转: what was carried over, by use; no spending.
            attributes = {"subset": True, "item": f"{_BALANCES[result.component]}（{path[number]}）"}
        carried = _BALANCES.get(result.component or "") if result.flow == "balance" else None
        if income and carried and attributes.get("component") in _SOURCES and not attributes.get("flow"):
            # 上年结转结余 / 单位资金: what was carried over, by where it had come from; no income of this year.
            attributes = {"item": f"{carried}（{path[number]}）"}
        if kind is not None:
            return replace(result, kind=kind)
        if any(p.search(element) for p in vocabulary().total_words):
            known = True
            if attributes.keys() <= {"measure", "offset"}:
                result = replace(result, total=True)
        year = _YEAR.search(element)
        if year and (abs(int(year.group(1)) - fiscal_year) <= 3 or (form == "other" and _PLAN_YEAR.match(element))):
            result = replace(result, year=int(year.group(1)))
        if attributes:
            known = True
            if attributes.get("component"):
                attributes.setdefault("item", None)  # 单位资金 / 其他收入: the nearer header names the thing
            result = replace(result, **attributes)  # type: ignore[arg-type]
            if attributes.get("component"):
                result = replace(result, total=False)
        result = replace(result, unit=unit_in(path[number]) or result.unit)
    if not known and (path or headed):
        return replace(result, kind="unknown")
    return result


_SOURCES = frozenset({"superior_subsidy", "institution", "operating_income", "subordinate_remittance", "other_income"})
_TOTAL_THEN = re.compile(r"合计(?=[^（）()：:、,，其中和及的]{3,})")
_GRANT = re.compile("财政拨款收入")
_KINDS_OF_SPENDING = frozenset({"basic", "project", "remit_superior", "operating", "subsidize_subordinate"})


def _runs_together(element: str) -> bool:
    """Whether a header element names two kinds of income or of spending, or a total and a kind, one after the other.

    No publisher heads a column so: the headings of neighbouring columns were not told apart, and the figures may
    stand under either.
    """
    for kinds in (_SOURCES, _KINDS_OF_SPENDING):
        total = _TOTAL_THEN.search(element)
        spans: dict[str, tuple[int, int]] = {"total": total.span()} if total else {}
        for entry in vocabulary().columns:
            if entry.component in kinds and entry.component not in spans and (found := entry.pattern.search(element)):
                spans[str(entry.component)] = found.span()
        if kinds is _SOURCES and (grant := _GRANT.search(element)):
            spans["fiscal_grant"] = grant.span()
        if any(a[1] <= b[0] for a, b in permutations(spans.values(), 2) if b != spans.get("total")):
            return True
    return False


def _code_domains(meanings: list[ColumnMeaning]) -> list[ColumnMeaning]:
    """Code columns whose header names no classification take it from the name column they stand before."""
    result = list(meanings)
    following: str | None = None
    for position in range(len(result) - 1, -1, -1):
        meaning = result[position]
        if meaning.kind == "name":
            following = meaning.domain
        elif meaning.kind == "code" and meaning.domain is None and following is not None:
            result[position] = replace(meaning, domain=following)
        elif meaning.kind != "code":
            following = None
    return result


def _name_columns(table: LogicalTable, meanings: list[ColumnMeaning], *, official: bool) -> list[ColumnMeaning]:
    """A table without any label column takes its left-most text column for the names."""
    if any(m.kind in ("name", "project", "unit") for m in meanings):
        return meanings
    codes = [position for position, meaning in enumerate(meanings) if meaning.kind == "code"]
    if codes:
        # In an official form the column behind the codes holds their names, whatever its header says.
        after = codes[-1] + 1
        listed = after < len(meanings) and _kind([fold(p) for p in meanings[after].path])[0] is not None
        if official and after < len(meanings) and not listed and meanings[after].kind in ("text", "unknown", "amount"):
            figures, texts = _content(table, meanings[after].index)
            if texts >= 1 and figures == 0:
                domain = meanings[codes[-1]].domain
                meanings = [
                    *meanings[:after],
                    replace(meanings[after], kind="name", domain=domain),
                    *meanings[after + 1 :],
                ]
        return meanings
    for position, meaning in enumerate(meanings):
        if meaning.kind in ("text", "amount", "unknown"):
            figures, texts = _content(table, meaning.index)
            if texts >= 1 and texts > figures:
                return [*meanings[:position], replace(meaning, kind="name"), *meanings[position + 1 :]]
    return meanings


def _project_names(meanings: list[ColumnMeaning]) -> list[ColumnMeaning]:
    """A column 项目名称 directly beside the names of the classification names projects."""
    result = list(meanings)
    for position in range(1, len(meanings)):
        pair = meanings[position - 1 : position + 1]
        if any(m.kind != "name" or not m.path for m in pair):
            continue
        for offset, (one, other) in enumerate((pair, pair[::-1])):
            if re.fullmatch("(支出)?项目名称", fold(one.path[-1])) and re.search("科目|功能", fold(other.path[-1])):
                result[position - 1 + offset] = replace(one, kind="project")
    return result


def _changes(meanings: list[ColumnMeaning]) -> list[ColumnMeaning]:
    """调整数 is what a budget changes by where the budget after it (调整后预算数) and the one before stand beside it."""
    if not any(m.measure == "adjusted_budget" and re.search("调整后", "".join(m.path)) for m in meanings):
        return meanings
    if not any(m.measure == "budget" for m in meanings):
        return meanings
    return [
        replace(m, kind="amount", measure="change")
        if m.kind in ("unknown", "amount") and m.path and _ADJUSTMENT.search(fold(m.path[-1]))
        else m
        for m in meanings
    ]


def _with_sides(meanings: list[ColumnMeaning]) -> Iterator[ColumnMeaning]:
    """Mark on which side (income | expenditure) of a two-sided form a column stands, from its top header."""
    for meaning in meanings:
        side = None
        for element in meaning.path:
            folded = re.sub("收入支出|支出收入", "", fold(element))
            if re.search(r"支出|用途", folded):
                side = "expenditure"
            elif re.search(r"收入", folded):
                side = "income"
            if side:
                break
        yield replace(meaning, side=side)
