"""Pages that are lists: progress, runs, mappings."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from nicegui import ui

from review import actions
from review.actions import Refused
from review.pages.desk import Desk, away, say, when
from review.queries import runs as run_queries
from review.queries.mappings import Learnt, mappings
from review.queries.progress import progress


def heading(text: str, note: str = "") -> None:
    """A page's heading."""
    with ui.element("div").classes("kx-queue-head"):
        ui.label(text).classes("kx-h1")
        if note:
            ui.label(note).classes("kx-faint")


def table(columns: list[str], rows: list[list[Any]], *, right: tuple[int, ...] = ()) -> None:
    """A plain table of texts; right: columns of numbers."""
    with ui.element("table").classes("kx-table"):
        with ui.element("thead"), ui.element("tr"):
            for number, column in enumerate(columns):
                with ui.element("th").classes("kx-right" if number in right else ""):
                    ui.label(column)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for number, value in enumerate(row):
                        with ui.element("td").classes("kx-right" if number in right else ""):
                            if callable(value):
                                value()
                            else:
                                ui.label("" if value is None else str(value))


def _tile(label: str, value: Any, kind: str = "") -> None:
    with ui.element("div").classes(f"kx-tile {kind}"):
        ui.label(str(value)).classes("kx-tile-value")
        ui.label(label).classes("kx-faint")


async def progress_page(desk: Desk) -> None:
    """The work of the day: decided, remaining, by person, by day."""
    t = desk.words
    found = await away(progress, desk.home)
    with ui.element("div").classes("kx-page kx-narrow"):
        heading(t("progress.heading"))
        with ui.element("div").classes("kx-tiles"):
            _tile(t("progress.today"), found.today, "kx-tile-good")
            _tile(t("progress.remaining"), found.remaining)
            _tile(t("progress.errors"), found.errors, "kx-tile-bad")
            _tile(t("progress.oldest"), t("progress.days", n=found.oldest_days))
        with ui.element("div").classes("kx-card"):
            ui.label(t("progress.people")).classes("kx-h3")
            if found.people:
                table(
                    [t("progress.person"), t("progress.decisions"), t("progress.week"), t("progress.total")],
                    [[one.name, one.today, one.week, one.total] for one in found.people],
                    right=(1, 2, 3),
                )
            else:
                ui.label(t("progress.none")).classes("kx-faint")
        with ui.element("div").classes("kx-card"):
            ui.label(t("progress.history")).classes("kx-h3")
            with ui.element("div").classes("kx-legend"):
                ui.label(t("progress.opened")).classes("kx-legend-opened")
                ui.label(t("progress.closed")).classes("kx-legend-closed")
            most = max([1, *(max(opened, closed) for _, opened, closed in found.days)])
            with ui.element("div").classes("kx-bars"):
                for day, opened, closed in found.days:
                    with (
                        ui.element("div")
                        .classes("kx-bar-day")
                        .tooltip(f"{day:%m-%d}　{t('progress.opened')} {opened}　{t('progress.closed')} {closed}")
                    ):
                        with ui.element("div").classes("kx-bar-pair"):
                            ui.element("div").classes("kx-bar-opened").style(f"height:{100 * opened / most:.1f}%")
                            ui.element("div").classes("kx-bar-closed").style(f"height:{100 * closed / most:.1f}%")
                        ui.label(f"{day.day}").classes("kx-faint kx-hint")


async def runs_page(desk: Desk) -> None:
    """The last runs, the state of the warehouse, the Data Docs."""
    t = desk.words
    found = await away(run_queries.load, desk.home)
    with ui.element("div").classes("kx-page kx-narrow"):
        heading(t("runs.heading"))
        if found.summary:
            with ui.element("div").classes("kx-tiles"):
                total = found.summary["line_items"] or 1
                _tile(t("runs.documents"), f"{found.summary['documents']:,}")
                _tile(t("runs.line_items"), f"{found.summary['line_items']:,}")
                _tile(t("runs.checked"), f"{100 * found.summary['checked'] / total:.1f}%", "kx-tile-good")
                _tile(t("runs.flagged"), f"{found.summary['flagged']:,}", "kx-tile-bad")
        if found.docs:
            with ui.element("div").classes("kx-card"):
                ui.label(t("runs.docs")).classes("kx-h3")
                with ui.element("div").classes("kx-docs-list"):
                    ui.link(t("runs.docs_index"), "/data-docs/index.html", new_tab=True).classes("kx-primary kx-docs")
                    for family, page in found.docs:
                        ui.link(family, f"/data-docs/{quote(page)}", new_tab=True).classes("kx-outline kx-docs")
        else:
            ui.label(t("runs.no_docs")).classes("kx-faint")
        with ui.element("div").classes("kx-card"):
            rows = []
            for run in found.runs:
                seconds = f"{(run.finished_at - run.started_at).total_seconds():.0f}" if run.finished_at else ""
                state = t.of("run_state", run.state) + (f" · {t('runs.published')}" if run.published else "")
                rows.append(
                    [
                        when(run.started_at),
                        t.of("run_kind", run.kind),
                        state,
                        t("runs.seconds", n=seconds) if seconds else "",
                        run.documents,
                        run.failed,
                        run.code_version,
                        run.message or "",
                    ]
                )
            table(
                [
                    t("runs.started"),
                    t("runs.kind"),
                    t("runs.state"),
                    t("runs.finished"),
                    t("runs.documents"),
                    t("runs.failed"),
                    t("runs.version"),
                    "",
                ],
                rows,
                right=(3, 4, 5),
            )


async def mappings_page(desk: Desk) -> None:
    """What corrections taught, and taking it back."""
    t = desk.words
    found = await away(mappings, desk.home)
    with ui.element("div").classes("kx-page kx-narrow"):
        heading(t("mappings.heading"))
        ui.label(t("mappings.explain")).classes("kx-faint")
        if not found:
            ui.label(t("mappings.none")).classes("kx-nothing")
            return
        names = ("name", "printed", "was", "code", "region", "years", "by", "reason")
        with ui.element("div").classes("kx-card"):
            table([*(t(f"mappings.{name}") for name in names), ""], [_learnt(desk, one) for one in found])


def _learnt(desk: Desk, one: Learnt) -> list[Any]:
    t = desk.words
    mapping = one.mapping
    if mapping.revoked_at is not None:
        last: Any = t("mappings.revoked", who=mapping.revoked_by or "", reason=mapping.revoked_reason or "")
    else:

        def last() -> None:
            ui.label(t("mappings.applied", n=one.used)).classes("kx-faint kx-hint")
            if desk.person.may("steward"):
                ui.button(t("mappings.revoke"), color=None, on_click=lambda: _revoke(desk, mapping.number)).props(
                    "flat dense no-caps"
                ).classes("kx-link")

    years = f"{mapping.year_from}–{mapping.year_to}" if mapping.year_to != mapping.year_from else str(mapping.year_from)
    by = f"{mapping.created_by} {when(mapping.created_at)}"
    return [mapping.name, mapping.printed_code, mapping.was, mapping.code, one.region, years, by, mapping.reason, last]


def _revoke(desk: Desk, number: int) -> None:
    t = desk.words
    with ui.dialog() as dialog, ui.element("div").classes("kx-dialog"):
        ui.label(t("mappings.revoke")).classes("kx-h2")
        reason = ui.input(label=t("mappings.reason")).props("outlined dense autofocus").classes("kx-wide")

        async def confirm() -> None:
            try:
                await away(
                    actions.revoke_mapping, desk.home, desk.me(), number, reason.value or "", address=desk.address
                )
            except Refused as refusal:
                say(str(refusal), "bad")
                return
            dialog.close()
            desk.console.rebuilder.touch()
            desk.refresh()

        with ui.element("div").classes("kx-dialog-foot"):
            ui.button(t("decide.cancel"), color=None, on_click=dialog.close).props("flat no-caps").classes("kx-link")
            ui.button(t("mappings.revoke"), color=None, on_click=confirm).props("unelevated no-caps").classes(
                "kx-primary"
            )
    dialog.on("hide", dialog.delete)
    dialog.open()
