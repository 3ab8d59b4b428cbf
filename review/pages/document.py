"""The document page: every table as read beside the original's pages; a click on a figure shows where it stands."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from review.asread import NotRead
from review.elements import Grid, Keys, PaperView, Viewer
from review.pages.desk import Desk, away
from review.pages.item import grid_of, head_rows, label_column, paper_rows, picture_address, viewer_words
from review.pictures import SCALES, NoPicture
from review.queries import document as documents
from review.queries.document import DocumentView, Figure, NoDocument, Sheet
from review.queries.queue import Filters


async def build(desk: Desk, document_id: str, figure: str = "", table: str = "") -> None:
    """The page of one document inside the frame. figure, table: a figure or the number of a table to begin with."""
    t = desk.words
    try:
        view = await away(documents.load, desk.home, document_id)
    except NoDocument:
        ui.label(t("error.no_document")).classes("kx-nothing")
        return
    if figure:
        table_no = await away(documents.table_of, desk.home, document_id, figure)
    else:
        numbers = {str(one["table_no"]): one["table_no"] for one in view.tables}
        table_no = numbers[table] if table in numbers else _first(view)
    page = _Page(desk, view)
    with ui.element("div").classes("kx-page kx-document"):
        _head(desk, view)
        with ui.element("div").classes("kx-item-body"):
            with ui.element("div").classes("kx-evidence"):
                if view.pictured:
                    page.turning()
                page.holder = ui.element("div").classes("kx-leaves")
            with ui.element("div").classes("kx-panel kx-panel-wide"):
                page.tabs = ui.element("div").classes("kx-table-list")
                page.grid = ui.element("div").classes("kx-table-holder")
    await page.open(table_no, figure)


def _first(view: DocumentView) -> int | None:
    read = [table for table in view.tables if table["items"]]
    for table in read or view.tables:
        number: int | None = table["table_no"]
        return number
    return None


def _head(desk: Desk, view: DocumentView) -> None:
    t = desk.words
    facts = view.facts
    with ui.element("div").classes("kx-item-top"):
        ui.button("←", color=None, on_click=ui.navigate.back).props(
            f'flat dense aria-label="{t("item.back")}"'
        ).classes("kx-link")
        with ui.element("div").classes("kx-item-name"):
            ui.label(facts["title"] or facts["file_name"]).classes("kx-h2 kx-ellipsis")
            year = f"{facts['fiscal_year']} {t.of('kind', facts['report_kind'])}" if facts["fiscal_year"] else ""
            leaves = "document.sheets" if facts["format"] in ("xlsx", "xls", "ods") else "document.pages"
            pages = t(leaves, n=facts["pages"]) if facts["pages"] else ""
            parts = (
                facts["department"] or "",
                year,
                facts["file_name"],
                t.of("format", facts["format"]),
                pages,
                facts["status_reason"] or "",
            )
            ui.label("　".join(part for part in parts if part)).classes("kx-faint kx-ellipsis")
        ui.element("div").classes("kx-grow")
        if view.open_items:

            def to_queue() -> None:
                desk.filters = Filters(document=facts["document_id"])
                ui.navigate.to("/")

            ui.label(t("document.open_items", n=view.open_items)).classes("kx-pill")
            ui.button(t("document.to_queue"), color=None, on_click=to_queue).props("outline dense no-caps").classes(
                "kx-outline"
            )


class _Page:
    """What changes on the page: the table shown, the picture beside it."""

    def __init__(self, desk: Desk, view: DocumentView) -> None:
        self._desk, self._view = desk, view
        self.holder: Any = None
        self.tabs: Any = None
        self.grid: Any = None
        self._viewer: Viewer | None = None
        self._papered = False
        self._number = 1
        self._sheet: Sheet | None = None
        self._count: Any = None

    def turning(self) -> None:
        """Buttons and keys to turn the pages of the original."""
        t = self._desk.words
        with ui.element("div").classes("kx-turning"):
            for step, sign, key in ((-1, "‹", "document.before"), (1, "›", "document.after")):
                ui.button(sign, color=None, on_click=lambda _, step=step: self.turn(step)).props(
                    f'flat dense aria-label="{t(key)}"'
                ).classes("kx-link").tooltip(t(key))
                if step < 0:
                    self._count = ui.label()
        Keys(["[", "]", "u"], self._key)

    async def _key(self, key: str) -> None:
        if key == "u":
            self._desk.leave_for("/")
        else:
            await self.turn(-1 if key == "[" else 1)

    async def turn(self, step: int) -> None:
        """To the page before or after the one shown."""
        number = self._number + step
        if self._sheet is not None and 1 <= number <= (self._view.facts["pages"] or number):
            await self._turn_to(number, self._sheet, None)

    async def open(self, table_no: int | None, figure: str = "") -> None:
        """Show a table and the page it begins on (or the page of a figure)."""
        desk, view = self._desk, self._view
        self._list(table_no)
        found = await away(documents.sheet, desk.home, view.facts["document_id"], table_no)
        self.grid.clear()
        with self.grid:
            self._title(found)
            if found.rows:
                columns, rows = grid_of(found, {})
                Grid(columns, rows, selected=figure, on_pick=lambda one: self._pick(found, one))
            elif found.reason:
                ui.label(desk.words("document.unread", reason=found.reason)).classes("kx-nothing")
            else:
                ui.label(view.facts["status_reason"] or desk.words("document.nothing")).classes("kx-nothing")
            if found.rows:
                with ui.element("div").classes("kx-colours"):
                    for quality in ("passed", "flagged", "unchecked", "corrected", "disputed"):
                        ui.label(desk.words.of("quality", quality)).classes(f"kx-q-{quality}")
                    ui.label(desk.words("document.click_figure")).classes("kx-faint")
            if found.cut:
                ui.label(desk.words("document.cut", n=found.cut)).classes("kx-faint")
        if figure:
            await self._pick(found, figure)
        else:
            await self._turn_to(found.page or 1, found, None)

    def _title(self, found: Sheet) -> None:
        t = self._desk.words
        with ui.element("div").classes("kx-table-title"):
            if not self._view.tables:
                return
            ui.label(found.title or found.form or t("item.unnamed_table")).classes("kx-h3")
            parts = (
                found.form if found.form != found.title else "",
                found.unit,
                t("document.amounts", amounts=found.amounts, items=found.items) if found.amounts else "",
            )
            ui.label("　".join(part for part in parts if part)).classes("kx-faint kx-hint")

    def _list(self, table_no: int | None) -> None:
        t = self._desk.words
        self.tabs.clear()
        with self.tabs:
            for table in self._view.tables:
                chosen = table["table_no"] == table_no
                read = bool(table["items"])
                with (
                    ui.element("button")
                    .classes("kx-table-tab" + (" kx-chosen" if chosen else "") + ("" if read else " kx-unread"))
                    .on("click", lambda _, table=table: self.open(table["table_no"]))
                ):
                    if table["title"]:
                        ui.tooltip(table["title"])
                    ui.label(table["name"] or table["title"] or t("item.unnamed_table")).classes("kx-ellipsis")
                    where = t("item.page", n=table["first_page"]) if table["first_page"] else (table["sheet"] or "")
                    ui.label(where).classes("kx-faint kx-hint")

    async def _pick(self, found: Sheet, line_item_id: str) -> None:
        figure = next((f for row in found.rows for f in row.figures.values() if f.line_item_id == line_item_id), None)
        if figure is not None:
            await self._turn_to(figure.page or found.page or 1, found, figure)

    async def _paper(self, found: Sheet, figure: Figure | None) -> None:
        """The table as read, for documents without pages."""
        t = self._desk.words
        one = figure or next((f for row in found.rows for f in row.figures.values() if f.cell), None)
        cell = one.cell if one is not None else None
        if not self._papered:
            self._say(t("item.reading"))
        try:
            paper = await away(
                self._desk.console.papers.around,
                self._view.facts["document_id"],
                one.sheet if one is not None else found.sheet,
                [cell] if cell else [],
            )
        except NotRead as error:
            self._say(str(error))
            return
        self._papered = True
        self.holder.clear()
        with self.holder, ui.element("div").classes("kx-as-read"):
            ui.label(found.title or paper.title).classes("kx-leaf-title")
            roles = {cell: "observed"} if figure is not None and cell else {}
            places = {cell: ""} if cell else {}
            PaperView(paper_rows(paper, roles), label=label_column(paper, places), head=head_rows(paper))

    def _say(self, text: str) -> None:
        """A sentence in place of a picture."""
        self._viewer = None
        self.holder.clear()
        with self.holder:
            ui.label(text).classes("kx-nothing")

    async def _turn_to(self, page: int, found: Sheet, figure: Figure | None) -> None:
        desk, facts = self._desk, self._view.facts
        if not self._view.pictured:
            await self._paper(found, figure)
            return
        self._number, self._sheet = page, found
        if self._count is not None:
            self._count.set_text(desk.words("document.page_of", n=page, total=facts["pages"] or "?"))
        marks: dict[Any, dict[str, Any]] = {}
        for one in (one for row in found.rows for one in row.figures.values()):
            if one.page == page and one.box is not None and (one is figure or figure is None):
                # Several figures of one passage: one frame.
                role = "observed" if one is figure else "plain"
                marks.setdefault(
                    one.box, {"id": one.line_item_id, "role": role, "box": list(one.box), "text": one.hint}
                )
        try:
            picture = await away(desk.picture, facts["document_id"], page)
        except NoPicture as error:
            self._say(str(error))
            return
        props: dict[str, Any] = {
            "src": picture_address(facts["document_id"], page, SCALES[0]),
            "fine": picture_address(facts["document_id"], page, SCALES[1]),
            "width": picture.width,
            "height": picture.height,
            "marks": list(marks.values()),
            "title": desk.words("item.page", n=page),
            "focus": figure.line_item_id if figure is not None else "",
        }
        if self._viewer is None:
            self.holder.clear()
            with self.holder:
                self._viewer = Viewer(words=viewer_words(desk), **props)
        else:
            self._viewer.show(**props)
