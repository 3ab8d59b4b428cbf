"""The item page: evidence on the left, the question, its figures and the answers on the right."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from review.asread import NotRead, Paper
from review.elements import Grid, Keys, PaperView, Viewer
from review.pages import deciding
from review.pages.desk import Desk, away, say, spots, when
from review.pictures import SCALES, NoPicture, Picture
from review.queries import in_groups
from review.queries.document import Sheet, sheet
from review.queries.item import Item, Leaf, Mark, NoItem, Operand

_ACTIONS = {"a": "accept", "c": "correct", "w": "waive", "r": "reject"}
_FITS = 10
"""Characters of an amount that fit beside two others at their usual size."""
_SHOWN = 2
"""Pages side by side; further ones behind buttons."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A leaf's picture, and where inside its frames the words stand that they are about (by number of the mark)."""

    picture: Picture
    spots: dict[int, list[list[float]]]


async def build(desk: Desk, review_id: str) -> None:
    """The page of one item inside the frame."""
    t = desk.words
    try:
        if not desk.order:
            desk.groups(await away(desk.rows))
        item = await away(desk.ahead.load, desk.console, review_id)
    except NoItem:
        ui.label(t("error.no_item")).classes("kx-nothing")
        return
    desk.last = review_id
    with ui.element("div").classes("kx-page kx-item") as page:
        page.props["data-review"] = review_id  # which item stands on the screen, whatever the address says
        _top(desk, item)
        with ui.element("div").classes("kx-item-body"):
            with ui.element("div").classes("kx-evidence"):
                frames = _leaves(desk, item)
            with ui.element("div").classes("kx-panel"):
                _question(desk, item)
                _answers(desk, item)
    await asyncio.gather(*(_fill(desk, frame, leaf) for frame, leaf in zip(frames, item.leaves, strict=False)))
    desk.look_ahead([one for step in (1, 2) if (one := desk.beside(review_id, step)) is not None])


async def _fill(desk: Desk, frame: Any, leaf: Leaf) -> None:
    """Show a leaf in its frame once it is drawn or read; until a workbook is read, its table as the warehouse has it."""
    if (
        not leaf.pictured
        and leaf.places
        and leaf.table_no is not None
        and not desk.console.papers.ready(leaf.document_id)
    ):
        found = await away(sheet, desk.home, leaf.document_id, leaf.table_no)
        if isinstance(found, Sheet):
            _put(desk, frame, leaf, found, waiting=True)
    _put(desk, frame, leaf, await _evidence(desk, leaf))


def _put(desk: Desk, frame: Any, leaf: Leaf, found: Any, *, waiting: bool = False) -> None:
    if frame.is_deleted:
        return  # the steward went on meanwhile
    frame.clear()
    with frame:
        show_leaf(desk, leaf, found, waiting=waiting)


def _top(desk: Desk, item: Item) -> None:
    t = desk.words
    document = item.document
    with ui.element("div").classes("kx-item-top"):
        ui.button("←", color=None, on_click=lambda: ui.navigate.to("/")).props(
            f'flat dense aria-label="{t("item.back")}"'
        ).classes("kx-link").tooltip(t("item.back"))
        ui.label(t.of("severity", item.severity)).classes(f"kx-sev kx-{item.severity}")
        with ui.element("div").classes("kx-item-name"):
            ui.label(item.rule["title"]).classes("kx-h2")
            parts = [
                document.get("department") or "",
                f"{document['fiscal_year']} {t.of('kind', document.get('report_kind'))}"
                if document.get("fiscal_year")
                else "",
                document.get("file_name") or "",
                # Why a document is not published (replaced, kept out) is said before anybody works on it.
                (document.get("status_reason") or "") if document.get("status") != "published" else "",
            ]
            ui.label("　".join(part for part in parts if part)).classes("kx-faint kx-ellipsis")
        ui.element("div").classes("kx-grow")
        if item.review_id in desk.order:
            at = desk.order.index(item.review_id) + 1
            ui.label(t("item.position", n=at, total=len(desk.order))).classes("kx-pill kx-position")
        ui.button("k ↑", color=None, on_click=lambda: _go(desk, item, -1)).props("flat dense no-caps").classes(
            "kx-link"
        ).tooltip(t("item.previous"))
        ui.button("j ↓", color=None, on_click=lambda: _go(desk, item, 1)).props("flat dense no-caps").classes(
            "kx-link"
        ).tooltip(t("item.next"))
        ui.button(f"{t('item.document')} d", color=None, on_click=lambda: _to_document(item)).props(
            "outline dense no-caps"
        ).classes("kx-outline")


def _go(desk: Desk, item: Item, step: int) -> None:
    target = desk.beside(item.review_id, step)
    if target is None:
        say(desk.words("item.filtered_end"))
        return
    desk.leave_for(f"/item/{target}")


def _to_document(item: Item) -> None:
    ui.navigate.to(f"/document/{item.document_id}")


async def _evidence(desk: Desk, leaf: Leaf) -> Any:
    """What a leaf shows: a picture, a table as read, or a sentence why neither."""
    if leaf.pictured and leaf.page is not None:
        try:
            picture = await away(desk.picture, leaf.document_id, leaf.page)
        except NoPicture as error:
            return str(error)
        return Drawn(picture, await away(spots, desk.console, leaf))
    if leaf.places or leaf.sheet:
        try:
            return await away(desk.console.papers.around, leaf.document_id, leaf.sheet, leaf.places)
        except NotRead as error:
            if leaf.table_no is None:
                return str(error)
    return await away(sheet, desk.home, leaf.document_id, leaf.table_no)


def _leaves(desk: Desk, item: Item) -> list[Any]:
    """Frames for the first leaves, to be filled, and buttons for the others."""
    t = desk.words
    if not item.leaves:
        ui.label(t("item.no_place")).classes("kx-nothing")
        return []
    shown = item.leaves[:_SHOWN]
    frames: list[Any] = []
    with ui.element("div").classes("kx-leaves" + (" kx-two" if len(shown) > 1 else "")):
        for leaf in shown:
            frame = ui.element("div").classes(f"kx-leaf kx-leaf-{leaf.role}")
            frames.append(frame)
            with frame:
                ui.label(t("item.loading")).classes("kx-nothing kx-loading")
    rest = item.leaves[_SHOWN:]
    if rest:

        async def other(leaf: Leaf) -> None:
            await _fill(desk, frames[-1], leaf)

        with ui.element("div").classes("kx-more-leaves"):
            for leaf in item.leaves[1:]:
                own = leaf.document_id == item.document_id
                ui.button(
                    where_of(desk, leaf) if own else leaf_title(desk, leaf),
                    color=None,
                    on_click=lambda _, leaf=leaf: other(leaf),
                ).props("flat dense no-caps").classes("kx-link")
    return frames


def leaf_title(desk: Desk, leaf: Leaf) -> str:
    """Where a leaf is: page or sheet, and the file."""
    return "　".join(part for part in (where_of(desk, leaf, whole=False), leaf.file_name) if part)


def where_of(desk: Desk, leaf: Leaf, *, whole: bool = True) -> str:
    """Where a leaf is inside its file; whole: always something to press on."""
    t = desk.words
    if leaf.page:
        return t("item.page", n=leaf.page)
    if leaf.sheet:
        return t("item.sheet", n=leaf.sheet)
    return (leaf.title or leaf.file_name) if whole else ""


def place_of(desk: Desk, cell: str | None) -> str:
    """A cell of a Word file or web page in words (``T3R5C2``, ``P7``); a workbook's cell as everybody names it."""
    if table := re.fullmatch(r"T(\d+)R(\d+)C(\d+)", cell or ""):
        return desk.words("item.cell", table=table[1], row=table[2], column=table[3])
    if paragraph := re.fullmatch(r"P(\d+)", cell or ""):
        return desk.words("item.paragraph", n=paragraph[1])
    return cell or ""


def show_leaf(desk: Desk, leaf: Leaf, found: Any, *, waiting: bool = False) -> None:
    """A picture with marks, or a table with marked cells, or a sentence. waiting: the document itself is still being read."""
    t = desk.words
    if isinstance(found, str):
        ui.label(found).classes("kx-nothing")
        return
    if isinstance(found, Paper):
        with ui.element("div").classes("kx-as-read"):
            ui.label(f"{leaf_title(desk, leaf)}　{leaf.title or found.title}").classes("kx-leaf-title")
            ui.label(t("item.no_page")).classes("kx-faint kx-hint")
            PaperView(paper_rows(found, leaf.places), label=label_column(found, leaf.places), head=head_rows(found))
            if found.cut > 0:
                ui.label(t("document.cut", n=found.cut)).classes("kx-faint kx-hint")
        return
    if isinstance(found, Sheet):
        with ui.element("div").classes("kx-as-read"):
            ui.label(f"{leaf_title(desk, leaf)}　{found.title or found.form}　{found.unit}").classes("kx-leaf-title")
            ui.label(t("item.as_known" if waiting else "item.no_page")).classes("kx-faint kx-hint")
            columns, rows = grid_of(found, leaf.cells)
            Grid(columns, rows)
        return
    Viewer(
        src=picture_address(leaf.document_id, leaf.page or 1, SCALES[0]),
        fine=picture_address(leaf.document_id, leaf.page or 1, SCALES[1]),
        width=found.picture.width,
        height=found.picture.height,
        marks=marks_of(leaf, found.spots),
        title=leaf_title(desk, leaf),
        words=viewer_words(desk),
    )


_MOST_HEAD = 6


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[\s\d.,，()（）%\-−—]+", text))


def marks_of(leaf: Leaf, found: dict[int, list[list[float]]]) -> list[dict[str, Any]]:
    """A leaf's frames for the viewer. Where the words a passage is framed for were found, they are framed, and the passage is
    only shaded."""
    marks: list[dict[str, Any]] = []
    framed: set[tuple[Any, ...]] = set()
    for number, mark in enumerate(leaf.marks):
        spots_here = found.get(number)
        if mark.words_only and not spots_here:
            continue
        if (mark.role, mark.box) in framed and not spots_here:
            continue  # several figures of one passage: one frame
        framed.add((mark.role, mark.box))
        whole = {"id": mark.line_item_id, "role": mark.role, "box": list(mark.box), "text": mark.text, "row": mark.row}
        if spots_here:
            if ("passage", mark.box) not in framed:
                framed.add(("passage", mark.box))
                marks.append({**whole, "role": "passage", "id": "", "text": ""})
            marks.extend({**whole, "box": box, "print": box[3] - box[1]} for box in spots_here)
        else:
            marks.append({**whole, "print": print_size(mark)})
    return marks


def print_size(mark: Mark) -> float:
    """About how large a frame's figure is printed, in points: it fits into its cell both ways."""
    left, top, right, bottom = mark.box
    letters = len(mark.text.rsplit(" ", 1)[-1]) if mark.row else 0
    high = (bottom - top) * 0.75
    return min(high, 2 * (right - left) / letters) if letters else min(high, 9.0)


def paper_rows(found: Paper, roles: dict[str, str]) -> list[list[dict[str, Any]]]:
    """A part of a document as read for its element; roles: of the marked places."""
    return [
        [
            {
                "text": cell.text,
                "rs": cell.row_span,
                "cs": cell.column_span,
                "role": roles.get(cell.place, ""),
                "indent": cell.indent,
                "num": _is_figure(cell.text),
                "col": number,
            }
            for number, cell in sorted(cells.items())
        ]
        for _, cells in found.rows
    ]


def label_column(found: Paper, roles: dict[str, str]) -> int:
    """The column that says what a marked row is: the nearest one of words on the left; −1 where there is none."""
    for _, cells in found.rows:
        marked = [number for number, cell in cells.items() if cell.place in roles]
        if marked:
            words = [
                n for n, cell in cells.items() if n < marked[0] and cell.text.strip() and not _is_figure(cell.text)
            ]
            return max(words) if words else -1
    return -1


def head_rows(found: Paper) -> int:
    """How many rows at the top are the table's head: those before the first figure, at most six."""
    for count, (_, cells) in enumerate(found.rows):
        if any(cell.text.strip() and _is_figure(cell.text) for cell in cells.values()):
            return count if count <= _MOST_HEAD else 0
    return 0


def viewer_words(desk: Desk) -> dict[str, str]:
    """The viewer's labels."""
    t = desk.words
    return {key: t(f"viewer.{key}") for key in ("fit", "marks", "zoom_in", "zoom_out")} | {
        "loading": t("item.loading"),
        "broken": t("item.no_page"),
    }


def picture_address(document_id: str, page: int, scale: float) -> str:
    """Where the browser gets a page's picture."""
    return f"/page/{document_id}/{page}/{scale:.0f}.jpg"


def grid_of(found: Sheet, roles: dict[str, str]) -> tuple[list[str], list[dict[str, Any]]]:
    """A table as read for the grid element; roles: marked figures."""
    numbers = [number for number, _ in found.columns]
    rows = []
    for row in found.rows:
        cells = [
            {
                "id": f.line_item_id,
                "text": f.text,
                "quality": f.quality,
                "role": roles.get(f.line_item_id, ""),
                "hint": f.hint,
            }
            if (f := row.figures.get(number)) is not None
            else None
            for number in numbers
        ]
        rows.append({"label": row.label, "depth": row.depth, "cells": cells})
    return [heading for _, heading in found.columns], rows


def _question(desk: Desk, item: Item) -> None:
    t = desk.words
    with ui.element("div").classes("kx-panel-scroll"):
        with ui.element("div").classes("kx-card"):
            ui.label(item.message).classes("kx-finding")
            if item.status != "open":
                at = when(item.decided_at)
                ui.label(
                    t(
                        "item.decided",
                        who=item.decided_by or "—",
                        at=at,
                        status=t.of("status", item.status),
                        reason=item.reason or "",
                    )
                ).classes(f"kx-decided kx-chip-{item.status}")
            if item.expected is not None or item.observed is not None:
                with ui.element("div").classes("kx-sides"):
                    if item.expected is not None:
                        _side(t("item.expected"), item.expected, "expected")
                    if item.observed is not None:
                        _side(t("item.observed"), item.observed, "observed")
                    if item.difference:
                        _side(t("item.difference"), item.difference, "difference")
                if item.tolerance and item.in_money:
                    ui.label(t("item.tolerance", n=f"{item.tolerance:,.2f}".rstrip("0").rstrip("."))).classes(
                        "kx-faint kx-hint"
                    )
            if item.cause:
                with ui.element("div").classes("kx-cause"):
                    ui.label(item.cause)
                    ui.button(t("item.bulk"), color=None, on_click=lambda: _bulk(desk, item)).props(
                        "flat dense no-caps"
                    ).classes("kx-link")
        if item.operands:
            _figures(desk, item.operands, t("item.operands"))
        elif item.unconfirmed:
            _figures(desk, item.unconfirmed, t("item.unconfirmed", n=len(item.unconfirmed)))
        elif item.tables:
            _tables(desk, item)
        _tabs(desk, item)


def _side(label: str, value: str | None, kind: str) -> None:
    with ui.element("div").classes(f"kx-side-box kx-side-{kind}"):
        number, unit = amount_parts(value or "—")
        ui.label(f"{label} {unit}" if unit else label).classes("kx-faint kx-hint kx-ellipsis")
        size = (
            ""
            if not unit or len(number) <= _FITS
            else " kx-amount-long"
            if len(number) <= _FITS + 3
            else " kx-amount-longest"
        )
        ui.label(number).classes("kx-amount" + ("" if unit else " kx-amount-words") + size)


def amount_parts(shown: str) -> tuple[str, str]:
    """A shown value in its number and its unit: 6,651.38万元 → 6,651.38, 万元."""
    match = re.fullmatch(r"([+\-−]?[\d,.]+)(\D{1,2})", shown)
    return (match[1], match[2]) if match else (shown, "")


def _tables(desk: Desk, item: Item) -> None:
    """Which tables were found, where the item points to no figure."""
    t = desk.words
    with ui.element("div").classes("kx-card"):
        ui.label(t("item.tables", n=len(item.tables))).classes("kx-h3")
        for one in item.tables:
            address = f"/document/{item.document_id}?table={one['table_no']}"
            with (
                ui.element("div")
                .classes("kx-table-line kx-clickable")
                .on("click", lambda _, address=address: desk.leave_for(address))
            ):
                ui.label(one["name"] or one["title"] or t("item.unnamed_table")).classes("kx-grow")
                where = t("item.page", n=one["first_page"]) if one["first_page"] else (one["sheet"] or "")
                ui.label(where).classes("kx-faint")
                ui.label(t("item.table_items", n=one["items"]) if one["items"] else t("item.table_unread")).classes(
                    "kx-faint"
                )


def _figures(desk: Desk, operands: Sequence[Operand], heading: str) -> None:
    t = desk.words
    with ui.element("div").classes("kx-card"):
        forms = {one.form for one in operands}
        shared = len(operands) > 1 and len(forms) == 1  # said once for all of them
        ui.label(f"{heading}　{operands[0].form}" if shared else heading).classes("kx-h3")
        with ui.element("div").classes("kx-operands"):
            for one in operands[:60]:
                with ui.element("div").classes(f"kx-operand kx-operand-{one.side or 'other'}"):
                    with ui.element("div").classes("kx-operand-name"):
                        ui.label(one.label or one.form)
                        where = t("item.page", n=one.page) if one.page else place_of(desk, one.cell)
                        with ui.element("div").classes("kx-faint kx-hint kx-where"):
                            for part in ("" if shared else one.form, one.column, where):
                                if part:
                                    ui.label(part)
                    with ui.element("div").classes("kx-operand-value"):
                        ui.label(f"{in_groups(one.text)}{one.unit}").classes("kx-money").props(
                            f'title="{t("item.printed")}"'
                        )
                        note = (
                            t("item.suspect")
                            if one.suspect
                            else (t("item.checks", n=one.checks) if one.checks else t.of("quality", one.quality))
                        )
                        ui.label(note).classes("kx-hint " + ("kx-suspect" if one.suspect else "kx-faint"))
                        if one.extracted_text:
                            ui.label(f"{t('item.machine')} {one.extracted_text}").classes("kx-hint kx-faint")
            if len(operands) > 60:
                ui.label(f"… +{len(operands) - 60}").classes("kx-faint")


def _tabs(desk: Desk, item: Item) -> None:
    t = desk.words
    with ui.element("div").classes("kx-card"):
        with ui.tabs().props("dense no-caps align=left inline-label").classes("kx-tabs") as tabs:
            for name in ("rule", "history", "neighbours", "same_amount", "other_years"):
                count = {
                    "history": len(item.history),
                    "same_amount": len(item.same_amount),
                    "other_years": len(item.other_years),
                }.get(name)
                ui.tab(name, label=t(f"item.{name}") + (f" {count}" if count else ""))
        with ui.tab_panels(tabs, value="rule").props("transition-duration=0").classes("kx-tab-panels"):
            with ui.tab_panel("rule"):
                for key, label in (("expected", "should"), ("source", "source"), ("remedy", "remedy")):
                    if item.rule[key]:
                        with ui.element("div").classes("kx-fact"):
                            ui.label(t(f"item.{label}")).classes("kx-faint")
                            ui.label(item.rule[key])
                with ui.element("div").classes("kx-fact"):
                    ui.label(t("item.rule")).classes("kx-faint")
                    ui.label(f"{item.expectation}　·　{item.review_id[:12]}").classes("kx-code")
            with ui.tab_panel("history"):
                _history(desk, item)
            with ui.tab_panel("neighbours"):
                _neighbours(desk, item)
            with ui.tab_panel("same_amount"):
                _elsewhere(desk, item.same_amount)
            with ui.tab_panel("other_years"):
                _elsewhere(desk, item.other_years)


def _history(desk: Desk, item: Item) -> None:
    t = desk.words
    with ui.element("div").classes("kx-fact"):
        ui.label(when(item.opened_at)).classes("kx-faint")
        ui.label(t("item.opened"))
    for event in item.history:
        with ui.element("div").classes("kx-fact"):
            ui.label(when(event.at)).classes("kx-faint")
            extra = "　".join(str(part) for part in (event.value, event.code, event.until) if part)
            ui.label(f"{event.who}　{t.of('action', event.action)}　{extra}　{event.reason}")


def _neighbours(desk: Desk, item: Item) -> None:
    if not item.neighbours:
        ui.label(desk.words("item.nothing")).classes("kx-faint")
        return
    columns: dict[int, str] = {}
    rows: dict[int, dict[str, Any]] = {}
    for one in item.neighbours:
        columns.setdefault(one["column_no"], one["column"])
        row = rows.setdefault(one["row_no"], {"label": one["label"], "depth": 0, "cells": {}, "here": False})
        row["cells"][one["column_no"]] = {
            "id": one["line_item_id"], "text": one["text"], "quality": one["quality"] or "",
            "role": "observed" if one["here"] else "", "hint": one["column"],
        }  # fmt: skip
        row["here"] = row["here"] or one["here"]
    numbers = sorted(columns)
    Grid(
        [columns[number] for number in numbers],
        [{**row, "cells": [row["cells"].get(number) for number in numbers]} for row in rows.values()],
    )


def _elsewhere(desk: Desk, found: Sequence[dict[str, Any]]) -> None:
    t = desk.words
    if not found:
        ui.label(t("item.nothing")).classes("kx-faint")
        return
    for one in found:
        with (
            ui.element("div")
            .classes("kx-fact kx-clickable")
            .on(
                "click",
                lambda _, one=one: ui.navigate.to(f"/document/{one['document_id']}?figure={one['line_item_id']}"),
            )
        ):
            ui.label(f"{one.get('year') or ''}").classes("kx-faint")
            where = t("item.page", n=one["page"]) if one["page"] else (one["sheet"] or "")
            with ui.element("div"):
                ui.label(f"{one['text']}　{one['label']}").classes("kx-elsewhere")
                ui.label(
                    "　".join(part for part in (one["form"], one["column"], where, one.get("file_name", "")) if part)
                ).classes("kx-faint kx-hint")


def _bulk(desk: Desk, item: Item) -> None:
    members = [row.review_id for row in desk.rows() if row.group_id == item.group_id]

    async def after() -> None:
        await _onward(desk, item)

    deciding.bulk(desk, members, item.cause, after)


async def _onward(desk: Desk, item: Item) -> None:
    """To the next open item of the queue as it was filtered; the queue when there is none."""
    statuses = await away(desk.console.queue.statuses)
    order = desk.order
    start = order.index(item.review_id) + 1 if item.review_id in order else 0
    for review_id in [*order[start:], *order[:start]]:
        if statuses.get(review_id) == "open":
            desk.leave_for(f"/item/{review_id}")
            return
    with desk.client:
        say(desk.words("item.all_done"), "good")
    desk.leave_for("/")


def _answers(desk: Desk, item: Item) -> None:
    t = desk.words

    def ask(action: str) -> None:
        if not deciding.allowed(desk):
            return

        async def after() -> None:
            await _onward(desk, item)

        deciding.single(desk, item, action, after)

    async def undo() -> None:
        # An open item has nothing to take back: then it is the last decision of this person, a bulk one as a whole.
        own = item.status in ("accepted", "corrected", "waived", "rejected")
        batch = [item.review_id] if own else (desk.undoable[-1] if desk.undoable else [])
        if not batch:
            return
        if not await deciding.take_back(desk, batch):
            return
        if item.review_id in batch:
            desk.refresh()
        else:
            ui.navigate.to(f"/item/{batch[0]}")

    with ui.element("div").classes("kx-answers"):
        if not desk.person.may("steward"):
            ui.label(t("error.only_looking")).classes("kx-faint")
        for key, action in _ACTIONS.items() if desk.person.may("steward") else ():
            with (
                ui.element("button")
                .classes(f"kx-answer kx-answer-{action}")
                .on("click", lambda _, action=action: ask(action))
                .props(f'title="{t(f"meaning.{action}")}"')
            ):
                ui.label(key).classes("kx-key")
                ui.label(t(f"action.{action}"))
        if desk.person.may("steward"):
            with (
                ui.element("button")
                .classes("kx-answer kx-answer-undo")
                .on("click", undo)
                .props(f'title="{t("meaning.undo")}"')
            ):
                ui.label("z").classes("kx-key")
                ui.label(t("action.undo"))

    async def pressed(key: str) -> None:
        jobs: dict[str, Callable[[], Any]] = {
            "j": lambda: _go(desk, item, 1),
            "k": lambda: _go(desk, item, -1),
            "u": lambda: ui.navigate.to("/"),
            "d": lambda: _to_document(item),
            "b": lambda: _bulk(desk, item) if item.cause else None,
        }
        if key in _ACTIONS:
            ask(_ACTIONS[key])
        elif key == "z":
            await undo()
        elif key in jobs:
            jobs[key]()

    desk.keys = Keys([*_ACTIONS, "z", "j", "k", "u", "d", "b"], pressed, ahead=True)
