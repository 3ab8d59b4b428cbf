"""What a disclosure says: the result of interpreting one `Extract`, before it is stored.

Plain immutable records. Their field names are the column names of the warehouse (models/warehouse.py) where both
exist; identifiers, quality and checks are added when they are stored and validated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from extractors.model import Place


@dataclass(frozen=True, slots=True)
class Metadata:
    """Who published what for which year.

    report_kind: ``budget`` | ``final_account`` | None (it is neither, or cannot be told). scope: ``department`` |
    ``unit`` | ``government``. department_name: full official name as published, None when the document carries none.
    evidence: for each field, the sentence or title it was read from. refusal: a Chinese sentence when the document is
    no budget or final account (or an empty template), else None.
    """

    report_kind: str | None
    scope: str
    fiscal_year: int | None
    department_name: str | None
    title: str | None
    published_on: date | None = None
    department_kind: str = "department"
    region_code: str | None = None
    region_name: str | None = None
    region_level: str | None = None
    parent_name: str | None = None
    refusal: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineItem:
    """One published amount.

    locator: position that is unique within the document and stable for the same bytes, e.g. ``p8t1r5c3`` or
    ``b45o132`` (block 45, character offset 132); the line_item_id is a hash of the document's hash and this.
    amount_yuan: signed, in 元, exact. ulp_yuan: what one unit in the last printed place is worth in 元 (12.30 万元 ->
    100), for the rounding envelope. table_no: number of the logical form instance in the document (continuation pages
    share it), row_no and column_no: logical row and amount column within it; parent_row_no: the row whose amount this
    row's amount is an addend of; subset: a 其中 row or column, never an addend. For prose these are None except
    row_no, the printed item number where there is one. parent_column_no: the amount column of the same row whose amount
    this one is an addend of (基本支出 under 合计, 人员经费 under 基本支出), so that a row's sums follow the printed header
    tree; None for a top column and for subsets. budget_unit: the 预算单位 a row belongs to where one table lists several.
    column_label: the header path above the amount as printed, top to bottom, for amounts of tables. reason: why the amount
    changed or differs from the budget, as the prose states it. row_doubt, column_doubt: where the sum that this amount is
    taken for an addend of does not hold as printed in a table whose structure is not prescribed, why it is taken for one
    all the same: ``slip``, ``doubled``, ``shifted`` (`models.forms.places`), ``classification``, ``habit``.

    fund, flow, component and measure are None only in tables: where the form is ``other`` and neither header, row nor
    title says one of the contract's words, and (component) for a column of an official form that the contract has no
    word for, read because the sum of its row proves it.
    """

    locator: str
    fiscal_year: int
    report_kind: str
    form: str
    fund: str | None
    flow: str | None
    component: str | None
    measure: str | None
    item_name: str
    item: str
    level: str
    amount_yuan: Decimal
    published_text: str
    published_unit: str
    place: Place
    ulp_yuan: Decimal
    section: str | None = None
    function_code: str | None = None
    economic_code: str | None = None
    mapping_method: str | None = None
    mapping_score: float | None = None
    table_no: int | None = None
    row_no: int | None = None
    column_no: int | None = None
    parent_row_no: int | None = None
    subset: bool = False
    printed_code: str | None = None
    engine: str | None = None
    parent_column_no: int | None = None
    budget_unit: str | None = None
    column_label: str | None = None
    reason: str | None = None
    row_doubt: str | None = None
    column_doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Statistic:
    """A published figure that is not money: a count, a percentage, a score.

    kind: ``count`` | ``share`` (占) | ``growth`` (增长/下降, signed) | ``completion`` (完成预算) | ``score`` | ``other``.
    subject, base: locators of the line items the figure speaks of (the part and the whole of a share; the change and the
    present amount of a growth; the final and budget amount of a completion), None where the text gives none.
    """

    locator: str
    section: str | None
    name: str
    value: Decimal
    unit: str
    published_text: str
    place: Place
    kind: str = "count"
    subject: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class PerformanceProject:
    """The head of one 项目支出绩效自评表 / 绩效目标表. Amounts in 元; rate in percent."""

    locator: str
    project_code: str | None
    project_name: str
    competent_department: str | None
    implementing_unit: str | None
    fund_source: str
    budget_initial_yuan: Decimal | None
    budget_adjusted_yuan: Decimal | None
    executed_yuan: Decimal | None
    execution_rate: Decimal | None
    weight: Decimal | None
    score: Decimal | None
    total_score: Decimal | None
    reason: str | None
    published_unit: str | None
    place: Place
    project_no: int = 0


@dataclass(frozen=True, slots=True)
class PerformanceIndicator:
    """One indicator row (三级指标) of a project's table. project_no ties it to its project."""

    locator: str
    project_no: int
    level1: str | None
    level2: str | None
    level3: str
    relation: str | None
    target: str | None
    unit: str | None
    actual: str | None
    weight: Decimal | None
    score: Decimal | None
    deviation_reason: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed while reading that no sum can show: a stale year, a placeholder, code against name, a table unread.

    code: id of the expectation that reports it (expectations/rules), e.g. ``TXT-YEAR-STALE``. severity: ``error`` |
    ``warning`` | ``info``. message: one Chinese sentence. expected, observed: in words or figures. locators: line items.
    """

    code: str
    severity: str
    message: str
    place: Place
    expected: str | None = None
    observed: str | None = None
    locators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormInstance:
    """One logical form found in the document, read or not.

    form: contract value, or None for a table that was recognised as carrying amounts but not read (reason says why).
    amounts: how many printed amounts its cells hold; items: how many became line items. note: the publisher's own remark
    under an empty table. statistics: how many figures of it are no money and went to `Statistic`; ignored: how many
    figures are neither (codes, running numbers, dates), with why. Every figure of the table is in exactly one of items,
    statistics, ignored, or unread (amounts − items).
    """

    table_no: int
    form: str | None
    title: str | None
    unit: str | None
    first_page: int | None
    last_page: int | None
    sheet: str | None
    amounts: int
    items: int
    reason: str | None = None
    note: str | None = None
    statistics: int = 0
    ignored: int = 0
    ignored_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of running text with the heading path it stands under, kept for search and text rules."""

    passage_no: int
    section: str | None
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything one document says."""

    metadata: Metadata
    line_items: tuple[LineItem, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    performance_projects: tuple[PerformanceProject, ...] = ()
    performance_indicators: tuple[PerformanceIndicator, ...] = ()
    findings: tuple[Finding, ...] = ()
    forms: tuple[FormInstance, ...] = ()
    passages: tuple[Passage, ...] = ()
