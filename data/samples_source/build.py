"""One document from the books: cover, text and forms in the publisher's order, then plants where a test wants them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from data.samples_source.accounts import Year
from data.samples_source.blocks import Block, Document, Grid, Heading, PageBreak, Text
from data.samples_source.facts import Fact
from data.samples_source.forms import UNITS, Forms, budget_forms, final_forms
from data.samples_source.layout import Layout
from data.samples_source.other_forms import other_forms
from data.samples_source.prose import FICTION, Prose


@dataclass(frozen=True, slots=True)
class Plant:
    """A contradiction put in on purpose.

    key: a cell's key (``form:code:column``) or a paragraph's; delta_yuan: added to the printed amount (cells, and the
    amount number `amount` of a paragraph); replace: text to replace in a paragraph. what, expected: for PLANTED.csv;
    rules: the expectations that must fail (ids, at least one of them).
    """

    key: str
    what: str
    expected: str
    rules: str = ""
    delta_yuan: Decimal = Decimal(0)
    replace: tuple[str, str] | None = None
    amount: int = 0


def build(
    file: str,
    account: Year,
    previous: Year | None,
    kind: str,
    layout: Layout,
    *,
    narrative: bool = True,
    drafts: bool = False,
    plants: tuple[Plant, ...] = (),
    prose: Prose | None = None,
) -> Document:
    """Lay one disclosure out. drafts: hidden draft copies of the forms with other figures (workbooks); prose: who writes
    the text, the plain writer unless given."""
    word = "预算" if kind == "budget" else "决算"
    year_word = f"{account.year}年度" if kind == "final_account" else f"{account.year}年"
    title = f"{account.body.name}{year_word}部门{word}"
    blocks: list[Block] = [Heading(title, 0), Text(FICTION), PageBreak()]
    forms = Forms(file, account, kind, layout, previous)
    grids = final_forms(forms) if kind == "final_account" else budget_forms(forms)
    if layout.other_forms and kind == "budget":
        grids += other_forms(forms)
    if layout.title_inside:
        grids = [grid.with_title_inside() for grid in grids]
    prose = prose or Prose(file, account, previous, kind)
    text: list[Block] = []
    if narrative:
        if layout.toc:
            parts = [
                "第一部分 部门概况",
                f"第二部分 {year_word}部门{word}情况说明",
                "第三部分 名词解释",
                f"第四部分 {year_word}部门{word}表",
            ]
            blocks += [
                Heading("目 录", 1),
                *(Text(f"{part}{'.' * 30}{index + 3}") for index, part in enumerate(parts)),
                PageBreak(),
            ]
        text += prose.overview()
        text += prose.final() if kind == "final_account" else prose.budget()
        text += prose.glossary()
        if layout.detail_forms:
            text += [Heading("附件 项目支出绩效自评表", 2), *prose.evaluations()]
        text.append(PageBreak())
    tables: list[Block] = [Heading(f"第四部分 {year_word}部门{word}表"), *grids]
    blocks += [*tables, PageBreak(), *text] if layout.prose_last else [*text, *tables]
    if drafts:
        blocks += [_draft(grid) for grid in grids[:3]]
    document = Document(file, account.body.name, account.year, kind, blocks)
    for plant in plants:
        _apply(document, plant)
    return document


def _draft(grid: Grid) -> Grid:
    """A hidden working copy whose figures are not the published ones."""
    copy = replace(grid, cells={}, hidden=True, title=f"{grid.title}（草稿）")
    for position, cell in grid.cells.items():
        if cell.fact is not None:
            copy.cells[position] = replace(cell, text=f"{cell.fact.amount_yuan / 7000:.2f}", fact=None)
        else:
            copy.cells[position] = cell
    return copy


def _apply(document: Document, plant: Plant) -> None:
    """Change what is printed; the truth follows, for it is what stands in the document."""
    hits = 0
    for block in document.blocks:
        if isinstance(block, Grid) and not block.hidden:
            for cell in block.cells.values():
                if cell.key == plant.key and cell.fact is not None:
                    hits += 1
                    cell.fact = _moved(cell.fact, plant.delta_yuan)
                    cell.text = cell.fact.published_text
        elif isinstance(block, Text) and block.key == plant.key:
            if plant.replace:
                if plant.replace[0] not in block.text:
                    continue
                block.text = block.text.replace(*plant.replace, 1)
            if plant.delta_yuan:
                fact = block.facts[plant.amount]
                moved = _moved(fact, plant.delta_yuan)
                head, _, tail = block.text.partition(fact.published_text)
                block.text = head + moved.published_text + tail
                block.facts[plant.amount] = moved
            hits += 1
    if hits != 1:
        raise ValueError(f"a plant must hit exactly one place: {plant.key} hit {hits} in {document.file}")


def _moved(fact: Fact, delta: Decimal) -> Fact:
    """The fact with its printed amount moved by a whole number of printed units."""
    amount = fact.amount_yuan + delta
    decimals = len(fact.published_text.partition(".")[2])
    figure = (amount / UNITS[fact.published_unit]).quantize(Decimal(1).scaleb(-decimals))
    text = f"{figure:,f}" if "," in fact.published_text else f"{figure:f}"
    return replace(fact, amount_yuan=amount, published_text=text)
