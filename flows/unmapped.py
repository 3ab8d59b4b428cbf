"""What could not be mapped, out to a person as a workbook, and back as the steward's vocabulary.

`collect` finds it in the published warehouse, `write` makes the workbook, `read` checks what came back (all of it, or
nothing is taken), `learn` stores it and marks the documents concerned, which the next run reads again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import update

from flows.home import Home, atomic_file
from flows.operations import session_of
from flows.show import harmless
from flows.warehouse import reading
from models import steward
from models.catalog import load_catalog
from models.classify import classify_economic, classify_function
from models.forms.vocabulary import strip_title
from models.operations import Original
from models.text import fold

FORMS = (
    "income_expenditure", "income", "expenditure", "grant_income_expenditure", "grant_expenditure_detail",
    "general_expenditure", "general_expenditure_detail", "general_basic_expenditure", "general_project_expenditure",
    "three_public", "fund_income_expenditure", "capital_income_expenditure", "capital_expenditure",
    "project_expenditure", "other",
)  # fmt: skip
COMPONENTS = (
    "total", "basic", "project", "personnel", "operation", "remit_superior", "operating", "subsidize_subordinate",
    "fiscal_grant", "superior_subsidy", "institution", "operating_income", "subordinate_remittance", "other_income",
    "general", "gov_fund", "state_capital", "opening_balance", "current_income", "current_expenditure",
    "closing_balance", "overseas", "vehicle", "vehicle_purchase", "vehicle_operation", "reception",
)  # fmt: skip
FUNDS = ("all", "fiscal_grant", "general", "gov_fund", "state_capital")
FLOWS = ("income", "expenditure", "balance")
MEASURES = ("budget", "adjusted_budget", "final", "prior_final", "change")
HANDLINGS = ("money", "statistic", "ignore")

_FACTS = ("文字", "例：文件", "例：页", "处数", "金额合计（元）", "建议")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook: what it asks, and which columns a person fills with which words (None: free text)."""

    kind: str
    title: str
    answers: tuple[tuple[str, str, tuple[str, ...] | None], ...]


SHEETS = (
    Sheet("title", "表题", (("form", "表式", FORMS),)),
    Sheet(
        "header",
        "表头",
        (
            ("component", "构成", COMPONENTS), ("fund", "资金", FUNDS), ("flow", "方向", FLOWS),
            ("measure", "口径", MEASURES), ("handling", "处理", HANDLINGS),
        ),
    ),
    Sheet("row", "行名", (("item", "规范名称", None), ("function_code", "功能科目编码", None), ("economic_code", "经济科目编码", None))),
)  # fmt: skip
_GUIDE = (
    "本工作簿列出没有认出的表题、表头和行名。请在各表的黄色列里填写，其余各列不要改动；不知道的留空。",
    "表题：这张表是哪一种表式（other 表示不属合同所列表式，照样读数）。",
    "表头：这一列的构成、资金、方向、口径；“处理”填 money（金额）、statistic（数量、比例）或 ignore（略过）。",
    "行名：规范名称，或功能科目编码（3、5、7 位）、经济科目编码（3、5 位）。编码须在科目表内。",
    "填好后运行：kuanxiang export --unmapped 本文件 --import --by 姓名。任何一格不对，全部不收。",
)


class WorkbookError(ValueError):
    """The workbook that came back is not usable. problems: one Chinese sentence each, naming the cell."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(self.problems[:5]))


@dataclass(slots=True)
class Question:
    """One text nobody could map. text: the folded key; shown: as printed."""

    kind: str
    text: str
    shown: str
    file: str = ""
    page: str = ""
    count: int = 0
    amount: Decimal = Decimal(0)
    suggestion: str = ""
    documents: set[str] = field(default_factory=set)


def store(home: Home) -> Path:
    """Where the steward's vocabulary lies."""
    return home.root / "vocabulary" / "steward.jsonl"


def collect(home: Home) -> dict[str, list[Question]]:
    """Everything unmapped in the published warehouse, by kind, the most frequent first."""
    with reading(home) as connection:
        found = {"title": _titles(connection), "header": _headers(connection), "row": _rows(connection)}
    return {kind: sorted(rows.values(), key=lambda q: (-q.count, q.text)) for kind, rows in found.items()}


_LIVE = "JOIN document d USING (document_id) WHERE d.status IN ('published', 'superseded')"


def _add(
    found: dict[str, Question], kind: str, key: str, shown: str, file: str, page: object, count: int,
    amount: Decimal | None, document: str,
) -> None:  # fmt: skip
    if not key or len(key) > 200:
        return
    one = found.get(key)
    if one is None:
        one = found[key] = Question(kind, key, shown, file, str(page or ""))
    one.count += count
    one.amount += amount or Decimal(0)
    one.documents.add(document)


def _titles(connection: duckdb.DuckDBPyConnection) -> dict[str, Question]:
    found: dict[str, Question] = {}
    query = f"""SELECT f.title, d.file_name, coalesce(CAST(f.first_page AS VARCHAR), f.sheet), f.amounts, d.document_id,
            (SELECT sum(amount_yuan) FROM line_item l WHERE l.document_id = f.document_id AND l.table_no = f.table_no)
        FROM form_instance f {_LIVE} AND (f.form IS NULL OR f.form = 'other') AND f.amounts > 0 AND f.title IS NOT NULL
        ORDER BY d.file_name, f.table_no"""
    for title, file, page, amounts, document, amount in connection.execute(query).fetchall():
        _add(found, "title", strip_title(title), title, file, page, int(amounts), amount, document)
    return found


_UNREAD_COLUMN = re.compile(r"列“(.+?)”(?:认不出含义|是否金额不能确定)")


def _headers(connection: duckdb.DuckDBPyConnection) -> dict[str, Question]:
    found: dict[str, Question] = {}
    query = f"""SELECT column_label, d.file_name, coalesce(CAST(page AS VARCHAR), sheet), count(*), sum(amount_yuan), d.document_id
        FROM line_item l {_LIVE} AND l.column_label IS NOT NULL AND (l.component IS NULL OR l.measure IS NULL)
        GROUP BY ALL ORDER BY d.file_name, 3"""
    for label, file, page, count, amount, document in connection.execute(query).fetchall():
        _add(found, "header", fold(label), label, file, page, int(count), amount, document)
    query = f"""SELECT message, d.file_name, coalesce(CAST(f.page AS VARCHAR), f.sheet), d.document_id FROM finding f {_LIVE}
        AND f.code = 'TABLE-COLUMN-UNREAD' ORDER BY d.file_name"""
    for message, file, page, document in connection.execute(query).fetchall():
        label = _UNREAD_COLUMN.search(message)
        if label is not None:
            _add(found, "header", fold(label.group(1)), label.group(1), file, page, 1, None, document)
    return found


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, Question]:
    found: dict[str, Question] = {}
    years: dict[str, int] = {}
    query = f"""SELECT item_name, d.file_name, coalesce(CAST(page AS VARCHAR), sheet), count(*), sum(amount_yuan), d.document_id,
            min(l.fiscal_year)
        FROM line_item l {_LIVE} AND l.function_code IS NULL AND l.economic_code IS NULL AND l.level = 'item'
            AND l.table_no IS NOT NULL AND l.item = l.item_name AND l.form NOT IN ('three_public', 'project_expenditure')
        GROUP BY ALL ORDER BY d.file_name, 3"""
    for label, file, page, count, amount, document, year in connection.execute(query).fetchall():
        _add(found, "row", fold(label), label, file, page, int(count), amount, document)
        years.setdefault(fold(label), int(year))
    for key, one in found.items():
        for mapping in (classify_function(years[key], name=one.shown), classify_economic(years[key], name=one.shown)):
            if mapping.code:
                one.suggestion = f"{mapping.code} {mapping.name}（{mapping.method} {mapping.score or 0:.2f}）"
                break
    return found


def write(questions: Mapping[str, Sequence[Question]], path: Path) -> int:
    """The workbook; returns how many texts it asks about. Texts from documents are never formulas."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    for default in book.worksheets:
        book.remove(default)
    guide = book.create_sheet("说明")
    for text in _GUIDE:
        guide.append([text])
    guide.column_dimensions["A"].width = 100
    lists = book.create_sheet("选项")
    lists.sheet_state = "hidden"
    fill, bold = PatternFill("solid", fgColor="FFF2CC"), Font(bold=True)
    total = column_of_list = 0
    for sheet in SHEETS:
        page = book.create_sheet(sheet.title)
        page.append([*_FACTS, *(label for _, label, _ in sheet.answers), "标识"])
        rows = questions.get(sheet.kind, ())[:20_000]
        for one in rows:
            facts = [one.shown, one.file, one.page, one.count, one.amount, one.suggestion]
            page.append([_safe(v) for v in facts] + [None] * len(sheet.answers) + [_mark(one.kind, one.text)])
        total += len(rows)
        for cell in page[1]:
            cell.font = bold
        for number, (_, _, words) in enumerate(sheet.answers, len(_FACTS) + 1):
            letter = page.cell(1, number).column_letter
            for cell in page[letter]:
                cell.fill = fill
            page.column_dimensions[letter].width = 20
            if words is None:
                continue
            column_of_list += 1
            for row, word in enumerate(words, 1):
                lists.cell(row, column_of_list, word)
            source = lists.cell(1, column_of_list).column_letter
            choice = DataValidation("list", formula1=f"选项!${source}$1:${source}${len(words)}", allow_blank=True)
            choice.error, choice.errorTitle = "请从列表中选择，或留空。", "不在列表内"
            page.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{max(2, len(rows) + 1)}")
        page.column_dimensions["A"].width = 44
        page.column_dimensions[page.cell(1, len(_FACTS) + len(sheet.answers) + 1).column_letter].hidden = True
        page.freeze_panes = "B2"
    with atomic_file(path) as stream:
        book.save(stream)
    return total


def _safe(value: Any) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return harmless(ILLEGAL_CHARACTERS_RE.sub("", value))[:32_000] if isinstance(value, str) else value


def _mark(kind: str, text: str) -> str:
    """What ties a row that comes back to the text it asked about, however a person sorted the rows."""
    return hashlib.sha256(f"{kind}|{text}".encode()).hexdigest()[:16]


def read(path: Path, asked: Mapping[str, Sequence[Question]], by: str) -> list[steward.Entry]:
    """The answers of a filled workbook, all checked. Raises WorkbookError naming every cell that is wrong."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, data_only=False)
    except Exception as error:
        raise WorkbookError([f"{path.name} 打不开：{error}"]) from None
    entries, problems = list[steward.Entry](), list[str]()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for sheet in SHEETS:
        if sheet.title not in book.sheetnames:
            problems.append(f"缺少工作表“{sheet.title}”")
            continue
        page = book[sheet.title]
        labels = [str(c.value or "") for c in page[1]]
        wanted = [*(label for _, label, _ in sheet.answers), "标识"]
        missing = [w for w in wanted if w not in labels]
        if missing:
            problems.append(f"工作表“{sheet.title}”缺少列：{'、'.join(missing)}")
            continue
        places = {w: labels.index(w) for w in wanted}
        known = {_mark(one.kind, one.text): one for one in asked.get(sheet.kind, ())}
        seen: dict[str, int] = {}
        for number, row in enumerate(page.iter_rows(min_row=2), 2):
            answers: dict[str, str] = {}
            for name, label, words in sheet.answers:
                cell = row[places[label]] if places[label] < len(row) else None
                value = str(cell.value).strip() if cell is not None and cell.value is not None else ""
                if not value or cell is None:
                    continue
                problem = _problem(name, value, words)
                if problem:
                    problems.append(f"{sheet.title}!{cell.coordinate}：{problem}")
                answers[name] = value
            if not answers:
                continue
            mark = str(row[places["标识"]].value or "")
            if mark not in known:
                problems.append(f"{sheet.title}!A{number}：这一行不是导出的，或标识列被改动；请重新导出后填写")
            elif mark in seen:
                problems.append(f"{sheet.title}!A{number}：与第 {seen[mark]} 行是同一项，只能填一次")
            else:
                seen[mark] = number
                entries.append(steward.Entry(sheet.kind, known[mark].text, by, now, **answers))
    if problems:
        raise WorkbookError(problems)
    return entries


def _problem(name: str, value: str, words: tuple[str, ...] | None) -> str | None:
    """What is wrong with one answer, in Chinese; None where it is right."""
    if words is not None:
        return None if value in words else f"“{value}”不在可选值内（{'、'.join(words[:6])}…）"
    if name == "item":
        return None if len(value) <= 100 and not value.startswith(("=", "+", "@")) else "名称过长，或是公式"
    codes = _codes(name)
    return None if value in codes else f"科目表里没有编码“{value}”"


@lru_cache(maxsize=2)
def _codes(name: str) -> frozenset[str]:
    catalog = load_catalog()
    rows = catalog.function_rows() if name == "function_code" else catalog.economic_rows()
    return frozenset(str(row["code"]) for row in rows)


def learn(home: Home, entries: Sequence[steward.Entry], asked: Mapping[str, Sequence[Question]]) -> set[str]:
    """Append the entries to the vocabulary and mark the documents they concern as to be read; returns those documents."""
    by_key = {(one.kind, one.text): one for rows in asked.values() for one in rows}
    concerned: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for document in by_key[entry.kind, entry.text].documents:
            concerned[document].append(steward.lines([entry]))
    target = store(home)
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    marks = vocabulary_marks(home)
    for document, said in concerned.items():
        marks[document] = hashlib.sha256((marks.get(document, "") + "".join(said)).encode()).hexdigest()[:12]
    with atomic_file(target) as stream:
        stream.write((before + steward.lines(entries)).encode("utf-8"))
    with atomic_file(_marks(home)) as stream:
        stream.write(json.dumps(marks, indent=0, sort_keys=True).encode("utf-8"))
    with session_of(home) as session:
        session.execute(update(Original).where(Original.sha256.in_(concerned)).values(stage_key=None))
    return set(concerned)


def _marks(home: Home) -> Path:
    return home.root / "vocabulary" / "documents.json"


def vocabulary_marks(home: Home) -> dict[str, str]:
    """For each document that a steward's words concern, a mark of those words: part of the key it is staged under."""
    try:
        found = json.loads(_marks(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def stage_keys_with(home: Home, base: str) -> Callable[[str], str]:
    """The key a document is staged under: the code's, and the mark of the steward's words where some concern it."""
    marks = vocabulary_marks(home)
    return lambda document: f"{base}-{marks[document]}" if document in marks else base


def summary(entries: Iterable[steward.Entry]) -> dict[str, int]:
    """How many entries of each kind."""
    counts = {sheet.title: 0 for sheet in SHEETS}
    titles = {sheet.kind: sheet.title for sheet in SHEETS}
    for entry in entries:
        counts[titles[entry.kind]] += 1
    return counts
