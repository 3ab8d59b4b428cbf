"""Every table of a document: which official form it is, if any, in which unit it counts, and who reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from extractors.model import Extract
from models.disclosure import Finding, FormInstance, LineItem, Metadata, Statistic
from models.forms.logical import LogicalTable, logical_tables, printed_amounts
from models.forms.mislaid import REASON, codes_as_amounts
from models.forms.numbering import numbering_findings
from models.forms.official import TableReader
from models.forms.other import read_other
from models.forms.owners import owner_findings
from models.forms.tally import Tally
from models.forms.told import told_item
from models.forms.torn import join_torn_rows
from models.forms.vocabulary import TitleRule, match_title, vocabulary
from models.text import fold


@dataclass(slots=True)
class FormsReading:
    """The tables of one document, read."""

    line_items: list[LineItem] = field(default_factory=list)
    statistics: list[Statistic] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    forms: list[FormInstance] = field(default_factory=list)


def read_forms(extract: Extract, metadata: Metadata, skip: frozenset[int] = frozenset()) -> FormsReading:
    """Read every table of an extract: official forms as such, any other as `other`; what cannot be read is listed as unread.

    skip: ordinals of blocks that another reader (performance tables) has consumed.
    """
    reading = FormsReading()
    if metadata.fiscal_year is None or metadata.report_kind is None:
        return reading
    tables = [join_torn_rows(table, metadata.fiscal_year) for table in logical_tables(extract, skip)]
    reading.findings.extend(owner_findings(tables))
    known_units = {t.unit for t in tables if t.unit and t.title and match_title(t.title) is not None}
    without_unit: list[tuple[int, LogicalTable]] = []
    for number, table in enumerate(tables, 1):
        if not _read_table(table, number, metadata, known_units, reading):
            without_unit.append((number, table))
    for number, table in without_unit:
        table.unit = _unit_by_totals(table, number, metadata, known_units, reading)
        _read_table(table, number, metadata, known_units, reading, last_chance=True)
    reading.line_items = [told_item(item) for item in reading.line_items]
    reading.forms.sort(key=lambda instance: instance.table_no)
    return reading


def _unit_by_totals(
    table: LogicalTable, number: int, metadata: Metadata, known_units: set[str], reading: FormsReading
) -> str | None:
    """The one unit under which a table without unit line has the same total as another form; None where none or several do."""
    totals = {
        i.amount_yuan for i in reading.line_items if i.level == "total" and i.component == "total" and i.amount_yuan
    }
    totals |= {
        i.amount_yuan for i in reading.line_items if i.level == "类" and i.component == "total" and i.amount_yuan
    }
    fitting = []
    for unit in sorted(known_units):
        trial = FormsReading()
        table.unit = unit
        _read_table(table, number, metadata, known_units, trial, last_chance=True)
        if any(
            i.amount_yuan in totals for i in trial.line_items if i.level in ("total", "类") and i.component == "total"
        ):
            fitting.append(unit)
    table.unit = None
    if len(fitting) != 1:
        return None
    cell = next((c for row in table.rows for c in row.cells if c is not None), None)
    if cell is not None:
        message = (
            f"表“{table.title or ''}”没有注明金额单位；按“{fitting[0]}”读取时合计与其他表一致，故按此换算，请核对。"
        )
        reading.findings.append(Finding("TABLE-UNIT-ASSUMED", "warning", message, cell.place))
    return fitting[0]


def _read_table(
    table: LogicalTable,
    number: int,
    metadata: Metadata,
    known_units: set[str],
    reading: FormsReading,
    *,
    last_chance: bool = False,
) -> bool:
    """Read one table into the reading; False where only its unit is missing and another try may find it."""
    rule = match_title(table.title) if table.title else None
    amounts = printed_amounts(table)
    instance = FormInstance(
        number, rule.form if rule else None, table.title, table.unit, table.first_page, table.last_page, table.sheet,
        amounts, 0, note="；".join(dict.fromkeys(table.notes)) or None,
    )  # fmt: skip
    if rule is None:
        rule = _infer(table, metadata)
    if rule is None or rule.form is None:
        _read_other_table(table, number, rule, metadata, instance, reading)
        return True
    reader = TableReader(table, number, rule, rule.form, metadata, known_units)
    if reader.lacks_unit() and not last_chance:
        return False
    items, statistics, findings = reader.read()
    amounts = len(items) + reader.unread()
    instance = replace(instance, amounts=amounts)
    reason = reader.reason
    if codes_as_amounts(items, metadata.fiscal_year or 0):
        items, reason = [], REASON
    if not items and amounts and reason is None:
        reason = "表内没有读出金额"
    reading.line_items.extend(items)
    reading.statistics.extend(statistics)
    reading.findings.extend(findings)
    reading.findings.extend(numbering_findings(table, items))
    reading.forms.append(
        replace(
            instance,
            form=reader.form if items or not amounts else None,
            unit=reader.unit,
            items=len(items),
            reason=reason,
            statistics=len(statistics),
            ignored=sum(reader.tally.ignored.values()),
            ignored_reason=reader.tally.ignored_reason,
        )
    )
    return True


def _read_other_table(
    table: LogicalTable,
    number: int,
    rule: TitleRule | None,
    metadata: Metadata,
    instance: FormInstance,
    reading: FormsReading,
) -> None:
    """A table outside the contract's forms: read for what it says, or listed as unread with its amounts counted."""
    header = fold("".join(t for row in table.header for t in row.texts()))
    if rule is not None and rule.skip and (not table.header or re.search("指标值|分值|得分|权重|级指标", header)):
        tally = Tally()
        tally.close(table, (), {}, rule.reason)
        if tally.unread or tally.ignored:
            reading.forms.append(
                replace(
                    instance,
                    form=None,
                    amounts=sum(tally.unread.values()),
                    reason=rule.reason,
                    ignored=sum(tally.ignored.values()),
                    ignored_reason=tally.ignored_reason,
                )
            )
        return
    other = read_other(table, number, rule, metadata)
    tally = other.tally
    unread = sum(tally.unread.values())
    if codes_as_amounts(other.items, metadata.fiscal_year or 0):
        reading.forms.append(replace(instance, form=None, amounts=len(other.items) + unread, reason=REASON))
        return
    reading.line_items.extend(other.items)
    reading.statistics.extend(other.statistics)
    reading.findings.extend(other.findings)
    reading.findings.extend(numbering_findings(table, other.items))
    if other.items or other.statistics or unread or tally.ignored:
        reading.forms.append(
            replace(
                instance,
                form="other" if other.items else None,
                title=instance.title or table.caption,
                amounts=len(other.items) + unread,
                items=len(other.items),
                reason=tally.reason or (None if other.items else "表内没有金额"),
                statistics=len(other.statistics),
                ignored=sum(tally.ignored.values()),
                ignored_reason=tally.ignored_reason,
            )
        )


def _infer(table: LogicalTable, metadata: Metadata) -> TitleRule | None:
    """An untitled table is read only where its header alone says which form it is."""
    header = fold("".join(t for row in table.header for t in row.texts()))
    for rule in vocabulary().titles:
        if rule.form == "three_public" and re.search(r"因公出国.*接待", header):
            return rule
        if (
            rule.form == "general_expenditure"
            and re.search(r"一般公共预算(财政拨款)?支出", header)
            and "基本支出" in header
            and "经济" not in header
        ):
            return rule
        if (
            rule.form == "general_basic_expenditure"
            and rule.fund is None
            and re.search(r"一般公共预算(财政拨款)?基本支出", header)
            and "经济" in header
        ):
            return rule
    return None
