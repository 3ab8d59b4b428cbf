"""The queue page: filters, groups of one cause, bulk decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from models.decisions import utc_now
from review.elements import Keys, QueueList
from review.pages import deciding
from review.pages.desk import Desk, away
from review.queries import form_name, rule_words
from review.queries.progress import today
from review.queries.queue import Filters, Group, QueueRow, choices, chosen

_AGES = (1, 3, 7, 30)
_AHEAD = 4
"""Groups at the top of the queue whose first items are drawn before they are asked for."""
_SENT = 1500
"""Groups sent to the browser at most."""


async def build(desk: Desk) -> None:
    """The page inside the frame."""
    t = desk.words
    rows, done = await away(desk.rows), await away(today, desk.home)
    with ui.element("div").classes("kx-page kx-queue"):
        with ui.element("div").classes("kx-queue-head"):
            ui.label(t("queue.heading")).classes("kx-h1")
            count = ui.label().classes("kx-faint")
            ui.element("div").classes("kx-grow")
            pill = ui.label(t("queue.done_today", n=done)).classes("kx-pill")
            ui.button(t("queue.start"), color=None, on_click=lambda: _start(desk)).props(
                "unelevated no-caps dense"
            ).classes("kx-primary")
        bar = ui.element("div").classes("kx-filters")
        holder = ui.element("div").classes("kx-queue-body")

    groups: list[Group] = []
    listed: QueueList | None = None

    def show(*, anew: bool = True) -> None:
        """The queue as filtered; anew: from its top, else where the steward was."""
        nonlocal groups, listed
        groups = desk.groups(rows)
        count.set_text(t("queue.count", items=len(desk.order), groups=len(groups)))
        desk.look_ahead([group.head.review_id for group in groups[:_AHEAD]])
        if listed is not None and groups and not anew:
            listed.show([_group(desk, group) for group in groups[:_SENT]])
            return
        holder.clear()
        listed = None
        with holder:
            if not groups:
                nothing = desk.filters == Filters()
                ui.label(t("queue.empty") if nothing else t("queue.none")).classes("kx-nothing")
                return
            listed = QueueList(
                [_group(desk, group) for group in groups[:_SENT]],
                {key: t(f"queue.{key}") for key in ("heading", "bulk", "more")},
                desk.last,
                on_open=lambda review_id: _open(desk, review_id),
                on_bulk=bulk,
                on_peek=lambda review_id: desk.look_ahead([review_id]),
            )

    async def reload() -> None:
        nonlocal rows
        rows, done = await away(desk.rows), await away(today, desk.home)
        pill.set_text(t("queue.done_today", n=done))
        show(anew=False)
        recount()

    def bulk(group_id: str) -> None:
        group = next((one for one in groups if one.group_id == group_id), None)
        if group is not None:
            deciding.bulk(desk, [row.review_id for row in group.rows], group.cause, after=reload)

    async def undo(_: str) -> None:
        if desk.undoable and await deciding.take_back(desk, desk.undoable[-1]):
            await reload()

    def change(name: str, value: Any) -> None:
        desk.filters = desk.filters.changed(name, value)
        show()

    with bar:
        recount = _filters(desk, lambda: rows, change, show)
    Keys(["z"], undo)
    show()


def _start(desk: Desk) -> None:
    if desk.order:
        _open(desk, desk.order[0])


def _open(desk: Desk, review_id: str) -> None:
    if review_id in desk.order:
        ui.navigate.to(f"/item/{review_id}")


def _filters(desk: Desk, rows: Callable[[], list[QueueRow]], change: Any, show: Any) -> Callable[[], None]:
    """The filters; what is returned counts their choices anew after something was decided."""
    t = desk.words
    texts: dict[str, Callable[[str], str]] = {
        "severity": lambda v: t.of("severity", v),
        "status": lambda v: t.of("status", v),
        "form": form_name,
        "expectation": lambda v: rule_words(v)["title"],
    }
    kept: dict[str, Any] = {}

    attributes = {"status": "status", "severity": "severity", "region": "region", "department": "department", "rule": "expectation", "form": "form"}  # fmt: skip

    def options_of(name: str) -> dict[str, str]:
        """What can be chosen, with how many items each would leave beside the other filters."""
        attribute = attributes[name]
        word = texts.get(attribute, str)
        beside = chosen(rows(), desk.filters.changed(name, None))
        options = {"": t("queue.all")} | {value: f"{word(value)}（{n}）" for value, n in choices(beside, attribute)}
        now = getattr(desk.filters, name) or ""
        if now not in options:
            options[now] = f"{word(now)}（0）"
        return options

    def changed(name: str, value: Any) -> None:
        if (getattr(desk.filters, name) or None) == (value or None):
            return  # only its counts changed
        change(name, value)
        count_anew(name)

    def count_anew(but: str = "") -> None:
        for other, element in kept.items():
            if other in attributes and other != but:
                element.set_options(options_of(other), value=getattr(desk.filters, other) or "")

    def select(name: str, label: str) -> None:
        options = options_of(name)
        kept[name] = (
            ui.select(
                options,
                value=getattr(desk.filters, name) or "",
                label=label,
                with_input=len(options) > 8,
                on_change=lambda event: changed(name, event.value),
            )
            .props("dense outlined options-dense hide-bottom-space")
            .classes(f"kx-filter kx-filter-{name}")
        )

    search = (
        ui.input(
            value=desk.filters.text or "",
            placeholder=t("queue.search"),
            on_change=lambda event: changed("text", event.value),
        )
        .props("dense outlined clearable debounce=250 hide-bottom-space")
        .classes("kx-filter kx-filter-text")
    )
    select("status", t("queue.status"))
    select("severity", t("queue.severity"))
    select("region", t("queue.region"))
    select("department", t("queue.department"))
    select("rule", t("queue.rule"))
    select("form", t("queue.form"))
    ages: dict[int, str] = {0: t("queue.all")} | {n: t("queue.days", n=n) for n in _AGES}
    kept["days"] = (
        ui.select(
            ages,
            value=desk.filters.days or 0,
            label=t("queue.age"),
            on_change=lambda event: changed("days", event.value),
        )
        .props("dense outlined options-dense hide-bottom-space")
        .classes("kx-filter kx-filter-days")
    )

    file_name = next((row.file_name for row in rows() if row.document_id == desk.filters.document), "")
    only: Any = None
    if desk.filters.document:
        only = ui.button(f"{t('queue.only', name=file_name)}　✕", color=None, on_click=lambda: clear()).props(
            "outline dense no-caps"
        )
        only.classes("kx-outline")

    def clear() -> None:
        if only is not None:
            only.set_visibility(False)
        desk.filters = Filters()
        search.value = ""
        kept["days"].value = 0
        count_anew()
        show()

    ui.button(t("queue.clear"), color=None, on_click=clear).props("flat dense no-caps").classes("kx-link")
    return count_anew


def _group(desk: Desk, group: Group) -> dict[str, Any]:
    return {
        "id": group.group_id,
        "cause": group.cause,
        "count": desk.words("queue.group", n=len(group.rows)),
        "rows": [_row(desk, row) for row in group.rows],
    }


def _row(desk: Desk, row: QueueRow) -> dict[str, Any]:
    t = desk.words
    year = f"{row.fiscal_year} {t.of('kind', row.report_kind)}" if row.fiscal_year else ""
    if row.document_status != "published":
        year = "　".join(part for part in (year, t.of("document_status", row.document_status)) if part)
    days = (utc_now() - row.opened_at).days
    place = t("queue.page", n=row.page) if row.page else (row.sheet or "")
    return {
        "id": row.review_id,
        "severity": row.severity,
        "sev": t.of("severity", row.severity),
        "title": row.title,
        "message": row.message,
        "department": row.department or row.file_name,
        "document": year or row.file_name,
        "worth": shown_worth(row),
        "place": place,
        "age": t("queue.opened", n=days) if days else t("queue.today"),
        "status": row.status,
        "state": t.of("status", row.status),
    }


def shown_worth(row: QueueRow) -> str:
    """The size of the difference in 万元, or 元 where it is small."""
    if row.worth is None:
        return ""
    return f"{row.worth / 10_000:,.2f} 万元" if row.worth >= 10_000 else f"{row.worth:,.2f} 元"
