"""The list of all documents: the way to any of them, whether somebody has to decide something about it or not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from review.pages.desk import Desk, away
from review.pages.lists import heading, table
from review.queries import library
from review.queries.library import Entry

_SHOWN = 100
"""Documents shown at once; the filters lead to the others."""


async def build(desk: Desk) -> None:
    """The page inside the frame."""
    t = desk.words
    entries = await away(library.load, desk.home)
    counts = {status: sum(one.status == status for one in entries) for status in library.STATUSES}
    options = {"": t("queue.all")} | {
        status: f"{t.of('document_status', status)}（{n}）" for status, n in counts.items() if n
    }
    with ui.element("div").classes("kx-page kx-library"):
        heading(t("library.heading"), t("library.count", n=len(entries)))
        with ui.element("div").classes("kx-filters"):
            text = (
                ui.input(placeholder=t("library.search"), on_change=lambda: show())
                .props("dense outlined clearable debounce=250 hide-bottom-space")
                .classes("kx-filter kx-filter-text")
            )
            status = (
                ui.select(options, value="", label=t("queue.status"), on_change=lambda: show())
                .props("dense outlined options-dense hide-bottom-space")
                .classes("kx-filter kx-filter-status")
            )
        holder = ui.element("div").classes("kx-card kx-library-list")

    def show() -> None:
        found = library.chosen(entries, text.value or "", status.value or "")
        holder.clear()
        with holder:
            if not found:
                ui.label(t("library.none")).classes("kx-nothing")
                return
            names = ("department", "year", "file", "status", "amounts", "confirmed", "open")
            table(
                [t(f"library.{name}") for name in names], [_row(desk, one) for one in found[:_SHOWN]], right=(4, 5, 6)
            )
            if len(found) > _SHOWN:
                ui.label(t("library.more", n=len(found) - _SHOWN)).classes("kx-faint kx-hint")

    show()


def _row(desk: Desk, one: Entry) -> list[Any]:
    t = desk.words
    year = f"{one.fiscal_year} {t.of('kind', one.report_kind)}" if one.fiscal_year else t.of("kind", one.report_kind)
    return [
        one.department or "—",
        year,
        _link(one.file_name, f"/document/{one.document_id}"),
        partial(_status, desk, one),
        f"{one.amounts:,}",
        f"{100 * one.confirmed / one.amounts:.1f}%" if one.amounts else "",
        str(one.open_items) if one.open_items else "",
    ]


def _link(text: str, address: str) -> Callable[[], None]:
    def link() -> None:
        ui.link(text, address).classes("kx-table-link")

    return link


def _status(desk: Desk, one: Entry) -> None:
    ui.label(desk.words.of("document_status", one.status)).classes(f"kx-chip kx-document-{one.status}")
    if one.reason:
        ui.label(one.reason).classes("kx-faint kx-hint")
