"""Project performance tables (绩效自评表, 绩效目标表): the head of each project, its funds, and its indicators.

A table is read by what its labels say (``data/vocabulary/performance.toml``), not by position: cards of any province,
split over pages or not, in cells or as flattened text. Tables that list many projects one per row are no cards; they
are left to the forms. What is not understood is left unconsumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from data import read_toml
from extractors.model import Cell, Extract, Paragraph, Place, Table
from models.disclosure import Finding, Metadata, PerformanceIndicator, PerformanceProject
from models.money import UNITS, is_blank, read_amount, read_unit, unit_in
from models.performance_tasks import task_lists
from models.text import clean, fold

_CODE = re.compile(r"^([0-9A-Za-z]{10,})[-—–_：:\s]*(.+)$", re.DOTALL)
_TARGET = re.compile(
    r"^(≤|≥|＝|=|＞|＜|>|<|不低于|不少于|不超过|大于等于|小于等于|等于|大于|小于)?(\d+(?:\.\d+)?)(%|[^\d\s%≤≥、，；。]{1,8})?$"
)
_OF_THE_YEAR = re.compile(r"(?:本|当|全)?年度?(?:预算)?资金")
_SERIAL = re.compile(r"^(?:\d{1,2}[.、．]|（\d{1,2}）|[一二三四五六七八九十][、.])")


@dataclass(frozen=True, slots=True)
class PerformanceReading:
    """What the performance tables say. consumed: ordinals in ``extract.blocks`` of the tables that were read; lists: lists
    of amounts found inside them, as blocks for the readers of forms."""

    projects: tuple[PerformanceProject, ...] = ()
    indicators: tuple[PerformanceIndicator, ...] = ()
    consumed: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()
    lists: tuple[Paragraph | Table, ...] = ()


@dataclass(slots=True)
class _Card:
    """One project being read, perhaps over several tables."""

    number: int
    name: str
    place: Place
    locator: str
    code: str | None = None
    department: str | None = None
    unit_name: str | None = None
    money_unit: str | None = None
    year_column: int | None = None
    total_score: Decimal | None = None
    rows: list[tuple[str, dict[str, str], Place, str]] = field(default_factory=list)
    header: dict[str, int] = field(default_factory=dict)
    order: list[str | None] = field(default_factory=list)
    columns: int = 0
    level1: str | None = None
    level2: str | None = None
    indicators: list[PerformanceIndicator] = field(default_factory=list)


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    data = read_toml("vocabulary/performance.toml")
    return {
        group: [(key, re.compile(rf"(?:{pattern})")) for key, pattern in entries.items()]
        for group, entries in data.items()
    }


def _role(group: str, label: str) -> str | None:
    """The role a whole label has in a group of the vocabulary, else None."""
    return next((key for key, pattern in _vocabulary()[group] if pattern.fullmatch(label)), None)


def _label(text: str) -> str:
    """The matching form of a label cell."""
    folded = fold(text).strip("：，。—")
    return _SERIAL.sub("", folded).strip("：")


def _bare(label: str) -> str:
    """A label without the money unit in brackets."""
    return re.sub(r"（(?:单位：)?(?:人民币)?(?:万元|元|亿元|千元)）", "", label)


def read_performance(extract: Extract, metadata: Metadata) -> PerformanceReading:
    """Read all performance cards of an extract; amounts become 元 by the unit their labels name.

    Amounts whose unit cannot be told are left out and named in a finding. Nothing is read from other tables.
    """
    reader = _Reader()
    caption = ""
    caption_unit: str | None = None
    overall: str | None = None
    for ordinal, block in enumerate(extract.blocks):
        if isinstance(block, Paragraph):
            text = fold(block.text)
            unit = read_unit(block.text)
            if unit is not None:
                caption_unit = unit
            elif len(text) <= 60:
                caption, caption_unit = text, None
                overall = text if _names_overall(text) else overall
            else:
                reader.interrupted = True
        else:
            reader.table(ordinal, block, overall or caption, caption_unit, overall is not None)
            overall = None
    result = reader.result()
    result = replace(result, lists=tuple(task_lists(extract, result.consumed)))
    return replace(result, findings=(*result.findings, *_unread_amounts(extract, result)))


def _unread_amounts(extract: Extract, result: PerformanceReading) -> Iterator[Finding]:
    """Amounts in columns headed by a money unit (任务 and 预算金额 of a 整体绩效表) that no project's budget holds: named."""
    known: dict[int | None, set[Decimal]] = {}
    for one in result.projects:
        amounts = (one.budget_initial_yuan, one.budget_adjusted_yuan, one.executed_yuan)
        known.setdefault(one.place.page, set()).update(a for a in amounts if a is not None)
    listed = {(cell.place, cell.text) for part in result.lists if isinstance(part, Table) for cell in part.cells}
    for ordinal in sorted(result.consumed):
        table = extract.blocks[ordinal]
        if not isinstance(table, Table):
            continue
        units: dict[int, str] = {}
        left: list[Cell] = []
        for cell in table.cells:
            unit = unit_in(cell.text) if len(cell.text) <= 40 and "指标" not in cell.text else None
            amount = read_amount(cell.text)
            if unit is not None and re.search("金额|预算|资金|支出|经费", cell.text):
                units.update(dict.fromkeys(range(cell.column, cell.column + cell.column_span), unit))
            elif amount is not None and cell.column in units and (cell.place, cell.text) not in listed:
                if amount.value * UNITS[units[cell.column]] not in known.get(table.place.page, set()):
                    left.append(cell)
            elif re.search("指标|分值|得分|权重|目标", cell.text):
                for column in range(cell.column, cell.column + cell.column_span):
                    units.pop(column, None)
        if left:
            message = f"绩效表里有 {len(left)} 个金额（“{clean(left[0].text)}”等）不是项目的预算或执行数，未读入。"
            yield Finding("TABLE-UNREAD", "info", message, left[0].place, None, str(len(left)))


# Beside 项目名称 in a header: then the row heads a list of projects with amounts (项目支出表), and no card of one project.
_LIST_HEADER = re.compile(
    r"合计|总计|小计|金额|预算数|决算数|(本年)?(财政拨款|一般公共预算|政府性基金|国有资本经营).*|财政专户.*|单位资金"
)


class _Reader:
    """Walks the tables of one document."""

    def __init__(self) -> None:
        self.cards: list[_Card] = []
        self.consumed: set[int] = set()
        self.interrupted = False
        self._last: int | None = None

    def table(self, ordinal: int, table: Table, caption: str, caption_unit: str | None, overall: bool) -> None:
        """Read one table if it is a card, or the next part of one; overall: its title says it is the whole body's."""
        grid = table.grid()
        kinds = [self._row_kind(row) for row in grid]
        head = "project" in kinds
        listing = "indicators" in kinds
        current = self.cards[-1] if self.cards else None
        follows = current is not None and self._last is not None and not self.interrupted
        if not head and not listing and not (follows and current is not None and self._continues(grid, current, table)):
            self.interrupted = True
            return
        if head and not listing and not self._is_card(grid):
            self.interrupted = True
            return
        is_list = any(kind == "indicators" and self._lists(row) for kind, row in zip(kinds, grid, strict=True))
        if not head and not is_list and (not follows or current is None or overall or self._is_overall(grid)):
            name = self._overall_name(grid, caption)
            if name is None:
                return
            current = self._open(name, ordinal, 0, 0, table.place, caption_unit)
        self.interrupted = False
        self._last = ordinal
        inside = next((unit for row in grid[:4] for cell in _distinct(row) if (unit := read_unit(cell.text))), None)
        before = self._size()
        self._rows(ordinal, grid, kinds, inside or caption_unit, table)
        if self._size() > before:
            self.consumed.add(ordinal)

    # --- what a row is ---------------------------------------------------------------------------------------------

    def _row_kind(self, row: list[Cell | None]) -> str:
        labels = [_bare(_label(cell.text)) for cell in _distinct(row) if cell.text.strip()]
        if labels and _role("head", labels[0]) == "project_name" and self._is_head_row(labels):
            return "project"
        roles = {role for label in labels if (role := _role("indicator", label)) is not None}
        if "level3" in roles and ({"level1", "level2"} & roles or {"target", "weight"} & roles):
            return "indicators"
        amounts = {role for label in labels if (role := _role("amount", label)) is not None}
        if len(amounts & {"initial", "adjusted", "executed", "rate"}) >= 2:
            return "amounts"
        return ""

    def _is_head_row(self, labels: list[str]) -> bool:
        """Whether 项目名称 is a label with its value beside it, and not the head of a column of names."""
        if len(labels) <= 2:
            return len(labels) == 1 or _role("head", labels[1]) is not None or not _looks_like_header(labels[1])
        return len(labels) in (3, 4) and any(_role("head", label) not in (None, "goal") for label in labels[1:3])

    def _lists(self, row: list[Cell | None]) -> bool:
        return any(_role("head", _bare(_label(cell.text))) == "project_name" for cell in _distinct(row))

    def _is_card(self, grid: list[list[Cell | None]]) -> bool:
        """Whether a table with 项目名称 is one project's card and no list of projects."""
        labels = {_bare(_label(cell.text)) for row in grid for cell in _distinct(row)}
        roles = {_role("head", label) for label in labels} - {None, "project_name", "goal"}
        sources = {_role("source", label) for label in labels} - {None}
        first = next((row for row in grid if self._row_kind(row) == "project"), [])
        if any(_LIST_HEADER.fullmatch(_bare(_label(cell.text))) for cell in _distinct(first)):
            return False
        return bool(roles or sources) and len([c for c in _distinct(first) if c.text.strip()]) <= 6

    def _continues(self, grid: list[list[Cell | None]], card: _Card, table: Table) -> bool:
        """Whether a table without any header goes on with the indicators, or the head, of the card before it."""
        names = _vocabulary()["rows"]
        level = dict(names)["level_names"]
        hits = 0
        for row in grid[:6]:
            for cell in _distinct(row)[:3]:
                if level.fullmatch(_label(cell.text)):
                    hits += 1
            labels = [_bare(_label(cell.text)) for cell in _distinct(row)]
            if any(_role("head", label) or _role("source", label) for label in labels):
                hits += 1
        if self._aligned(card, table) is not None:
            return hits > 0 or bool(card.indicators)
        return hits > 1

    def _aligned(self, card: _Card, table: Table) -> dict[str, int] | None:
        """Where the columns of the indicators stand in a table that goes on without a header, else None."""
        if not card.header:
            return None
        if table.n_columns == card.columns:
            return card.header
        order = card.order
        if table.n_columns == len(order) - 1 and order and order[0] is None:
            order = order[1:]
        if table.n_columns == len(order):
            return {role: column for column, role in enumerate(order) if role is not None}
        return None

    def _is_overall(self, grid: list[list[Cell | None]]) -> bool:
        return any(_names_overall(fold(cell.text)) for row in grid[:2] for cell in _distinct(row))

    def _overall_name(self, grid: list[list[Cell | None]], caption: str) -> str | None:
        """The name of a table of indicators that names no project (部门整体绩效目标)."""
        for row in grid[:2]:
            for cell in _distinct(row):
                label = fold(cell.text)
                if _names_overall(label) and len(label) <= 40:
                    return clean(cell.text)
        return clean(caption) if "绩效" in caption else None

    # --- rows ------------------------------------------------------------------------------------------------------

    def _open(self, name: str, ordinal: int, row: int, column: int, place: Place, unit: str | None) -> _Card:
        card = _Card(len(self.cards) + 1, name, place, f"b{ordinal}r{row}c{column}", money_unit=unit)
        self.cards.append(card)
        return card

    def _rows(
        self, ordinal: int, grid: list[list[Cell | None]], kinds: list[str], caption_unit: str | None, table: Table
    ) -> None:
        amounts: dict[int, str] = {}
        listing = False
        card = self.cards[-1] if self.cards else None
        if card is not None and "project" not in kinds and "indicators" not in kinds:
            aligned = self._aligned(card, table)
            if aligned is not None:
                card.header, card.columns, listing = aligned, table.n_columns, True
        for index, row in enumerate(grid):
            cells = _distinct(row)
            if not any(cell.text.strip() for cell in cells):
                continue
            if kinds[index] == "project":
                card = self._project(ordinal, cells, caption_unit)
                listing, amounts = False, {}
                continue
            if kinds[index] == "indicators" and self._lists(row):
                self._list(ordinal, grid, index, caption_unit)
                return
            if card is None:
                continue
            if not listing:
                self._unit(card, cells)
            if kinds[index] == "indicators":
                card.header, card.order = self._header(cells)
                card.columns = table.n_columns
                card.level1 = card.level2 = None
                listing = True
                continue
            if kinds[index] == "amounts":
                amounts = {
                    c.column: role for c in cells if (role := _role("amount", _bare(_label(c.text)))) is not None
                }
                listing = False
                self._source(ordinal, card, row, cells, amounts, index)
                continue
            if self._closing(card, cells):
                listing = False
                continue
            if listing and self._indicator(ordinal, card, row, index):
                continue
            self._head(card, cells)
            self._source(ordinal, card, row, cells, amounts, index)

    def _project(self, ordinal: int, cells: list[Cell], caption_unit: str | None) -> _Card | None:
        """Open the card that a row with 项目名称 begins; None where the form was left empty."""
        at = next(i for i, c in enumerate(cells) if _role("head", _bare(_label(c.text))) == "project_name")
        cell = cells[at + 1] if at + 1 < len(cells) else cells[at]
        name = "" if cell is cells[at] else clean(cell.text.replace("\n", ""))
        if not name or _role("head", _bare(_label(name))) is not None:
            return None
        code, title = _split_name(name)
        card = self._open(title, ordinal, cell.row, cell.column, cell.place, caption_unit)
        card.code = code
        self._head(card, cells)
        return card

    def _unit(self, card: _Card, cells: list[Cell]) -> None:
        """The money unit that a label of the funds names, e.g. "项目资金（万元）"."""
        for cell in cells:
            label = fold(cell.text)
            if len(label) <= 24 and re.search(r"资金|预算|金额|总额|执行", label) and "／" not in label:
                unit = unit_in(label)
                if unit is not None and not re.search(r"\d", label.replace(unit, "")):
                    card.money_unit = unit

    def _head(self, card: _Card, cells: list[Cell]) -> None:
        for index, cell in enumerate(cells[:-1]):
            role = _role("head", _bare(_label(cell.text)))
            value = clean(cells[index + 1].text.replace("\n", ""))
            if role is None or not value or _role("head", _bare(_label(value))):
                continue
            if role == "competent_department":
                card.department = card.department or value
            elif role == "implementing_unit":
                card.unit_name = card.unit_name or value
            elif role == "project_code":
                card.code = card.code or value

    def _source(
        self, ordinal: int, card: _Card, row: list[Cell | None], cells: list[Cell], amounts: dict[int, str], index: int
    ) -> None:
        """A row of the funds: 总额, 其中：财政资金 … with its amounts by the header above, or the figure beside it.

        Where the funds of the whole term (实施期资金总额) stand beside those of the year, the year's are read.
        """
        sources = [(n, c, role) for n, c in enumerate(cells) if (role := _role("source", _bare(_label(c.text))))]
        if card.year_column is None and len({role for *_, role in sources}) < len(sources):
            card.year_column = next((c.column for _, c, _ in sources if _OF_THE_YEAR.match(_label(c.text))), None)
        for position, cell, source in sources:
            beside_year = card.year_column is not None and cell.column < card.year_column
            if beside_year or any(known == source for known, *_ in card.rows):
                continue
            values: dict[str, str] = {}
            if amounts:
                for column, role in amounts.items():
                    other = row[column] if column < len(row) else None
                    if other is not None and other.column > cell.column:
                        values.setdefault(role, other.text)
            else:
                beside = next((c for c in cells[position + 1 :] if c.text.strip()), None)
                if beside is not None and read_amount(re.sub(r"(万元|元)$", "", fold(beside.text))) is not None:
                    values["initial"] = beside.text
                elif beside is not None and not is_blank(beside.text):
                    continue
            card.rows.append((source, values, cell.place, f"b{ordinal}r{index}c{cell.column}"))
            return

    def _closing(self, card: _Card, cells: list[Cell]) -> bool:
        filled = [cell for cell in cells if cell.text.strip()]
        if not filled:
            return False
        label = _label(filled[0].text)
        rows = dict(_vocabulary()["rows"])
        if rows["total"].fullmatch(label):
            figures = [amount.value for cell in filled[1:] if (amount := read_amount(cell.text)) is not None]
            if "score" in card.header and card.total_score is None:
                if len(figures) >= 2:
                    card.total_score = figures[1]
                elif len(figures) == 1 and "weight" not in card.header:
                    card.total_score = figures[0]
            return True
        return bool(rows["closing"].fullmatch(label))

    def _list(self, ordinal: int, grid: list[list[Cell | None]], start: int, caption_unit: str | None) -> None:
        """A table that lists projects with their indicators: one column names the project, others its money."""
        cells = _distinct(grid[start])
        column = next(c.column for c in cells if _role("head", _bare(_label(c.text))) == "project_name")
        money = [
            (cell, "fiscal" if "财政拨款" in label else "total")
            for cell in cells
            if (label := fold(cell.text))
            and re.search(r"预算|金额|资金|拨款", label)
            and _role("indicator", _bare(label)) is None
        ]
        header, order = self._header(cells)
        card: _Card | None = None
        named: Cell | None = None
        for index in range(start + 1, len(grid)):
            row = grid[index]
            cell = row[column] if column < len(row) else None
            if cell is not None and cell is not named and cell.text.strip():
                named = cell
                name = clean(cell.text.replace("\n", ""))
                code, title = _split_name(name)
                card = self._open(title, ordinal, index, column, cell.place, caption_unit)
                card.code = code
                card.header, card.order = header, order
                for head, source in money:
                    value = row[head.column]
                    if value is not None and read_amount(value.text) is not None:
                        card.money_unit = unit_in(fold(head.text)) or caption_unit
                        card.rows.append(
                            (source, {"initial": value.text}, value.place, f"b{ordinal}r{index}c{value.column}")
                        )
            if card is not None:
                self._indicator(ordinal, card, row, index)

    # --- indicators ------------------------------------------------------------------------------------------------

    def _header(self, cells: list[Cell]) -> tuple[dict[str, int], list[str | None]]:
        """The column of each role, and the roles of the header cells in order (None: no column of the indicators)."""
        header: dict[str, int] = {}
        order: list[str | None] = []
        for cell in cells:
            role = _role("indicator", _bare(_label(cell.text)))
            known = role is not None and role != "ignored" and role not in header
            order.append(role if known else None)
            if role is not None and known:
                header[role] = cell.column
        return header, order

    def _indicator(self, ordinal: int, card: _Card, row: list[Cell | None], index: int) -> bool:
        def value(role: str) -> str | None:
            column = card.header.get(role)
            cell = row[column] if column is not None and column < len(row) else None
            if cell is None:
                return None
            text = clean(cell.text.replace("\n", ""))
            return text or None

        third = value("level3")
        first, second = value("level1"), value("level2")
        if first is not None and first != card.level1:
            card.level1, card.level2 = first, None
        if second is not None:
            card.level2 = second
        if third is None or (value("target") is None and value("weight") is None):
            return third is not None or first is not None
        column = card.header["level3"]
        cell = row[column]
        assert cell is not None
        relation, target, unit = value("relation"), value("target"), value("unit")
        if "relation" not in card.header and "unit" not in card.header and target is not None:
            split = _TARGET.match(re.sub(r"\s+", "", target))
            if split:
                relation, target, unit = split.group(1), split.group(2), split.group(3)
        card.indicators.append(
            PerformanceIndicator(
                locator=f"b{ordinal}r{index}c{cell.column}",
                project_no=card.number,
                level1=card.level1,
                level2=card.level2,
                level3=third,
                relation=relation,
                target=target,
                unit=unit,
                actual=value("actual"),
                weight=_number(value("weight")),
                score=_number(value("score")),
                deviation_reason=value("reason"),
                place=cell.place,
            )
        )
        return True

    # --- result ----------------------------------------------------------------------------------------------------

    def _size(self) -> int:
        """How much has been read: a table that adds nothing is left to others."""
        heads = sum(bool(card.department) + bool(card.unit_name) + bool(card.code) for card in self.cards)
        return heads + sum(len(card.rows) + len(card.indicators) for card in self.cards)

    def result(self) -> PerformanceReading:
        """All that was read, in reading order."""
        projects: list[PerformanceProject] = []
        findings: list[Finding] = []
        indicators: list[PerformanceIndicator] = []
        for card in self.cards:
            if not (card.rows or card.indicators or card.department or card.unit_name or card.code):
                continue
            indicators.extend(card.indicators)
            projects.extend(self._projects(card))
            if card.money_unit is None and any(
                read_amount(v) for _, values, _, _ in card.rows for v in values.values()
            ):
                findings.append(
                    Finding(
                        "PERF-UNIT-MISSING",
                        "warning",
                        f"绩效表“{card.name}”的金额没有注明计量单位，金额未读取",
                        card.place,
                    )
                )
        return PerformanceReading(tuple(projects), tuple(indicators), frozenset(self.consumed), tuple(findings))

    def _projects(self, card: _Card) -> Iterator[PerformanceProject]:
        rows = card.rows or [("total", {}, card.place, card.locator)]
        for source, values, place, locator in rows:
            total = source == "total"
            yield PerformanceProject(
                locator=locator,
                project_code=card.code,
                project_name=card.name,
                competent_department=card.department,
                implementing_unit=card.unit_name,
                fund_source=source,
                budget_initial_yuan=_yuan(values.get("initial"), card.money_unit),
                budget_adjusted_yuan=_yuan(values.get("adjusted"), card.money_unit),
                executed_yuan=_yuan(values.get("executed"), card.money_unit),
                execution_rate=_percent(values.get("rate")),
                weight=_number(values.get("weight")),
                score=_number(values.get("score")),
                total_score=card.total_score if total else None,
                reason=clean(values["reason"]) or None if values.get("reason") else None,
                published_unit=card.money_unit,
                place=place,
                project_no=card.number,
            )


def _names_overall(text: str) -> bool:
    """Whether a title is that of a body's goals as a whole (部门整体支出绩效目标表)."""
    return "整体" in text and "绩效" in text


def _split_name(name: str) -> tuple[str | None, str]:
    """Code and title of "51050021T000000206964-综合调研"; a short number before a name stays part of it."""
    coded = _CODE.match(name)
    if coded and any(character.isdigit() for character in coded.group(1)):
        return coded.group(1), coded.group(2).strip()
    return None, name


def _looks_like_header(label: str) -> bool:
    """Whether the cell beside 项目名称 is a column head (金额, 资金来源…) rather than a project's name."""
    return re.fullmatch(r".{0,8}(?:金额|规模|类型|来源|预算数?|单位|性质|内容|目标|说明|备注)", label) is not None


def _distinct(row: list[Cell | None]) -> list[Cell]:
    """The cells of a grid row, each once, left to right."""
    found: list[Cell] = []
    for cell in row:
        if cell is not None and (not found or found[-1] is not cell):
            found.append(cell)
    return found


def _yuan(text: str | None, unit: str | None) -> Decimal | None:
    if text is None or unit is None:
        return None
    own = re.search(r"(万元|亿元|千元|元)$", fold(text))
    amount = read_amount(fold(text)[: own.start()] if own else text)
    return amount.value * UNITS[own.group(1) if own else unit] if amount is not None else None


def _number(text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = read_amount(re.sub(r"(?:分|%|％)$", "", fold(text)))
    return amount.value if amount is not None else None


def _percent(text: str | None) -> Decimal | None:
    """A rate in percent: "87.32%" and, where no sign is printed, the figure as it stands."""
    return _number(text)
