"""The frame around every page: name, navigation, state of the warehouse, language, person; the pages change inside it."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from nicegui import ui

from review.actions import Refused
from review.elements import Keys
from review.pages import desk as desks
from review.pages import document, item, library, lists, people, queue

_log = logging.getLogger(__name__)

_PAGES = (("/", "queue", "viewer"), ("/documents", "documents", "viewer"), ("/progress", "progress", "viewer"), ("/runs", "runs", "viewer"), ("/mappings", "mappings", "viewer"),
          ("/audit", "audit", "admin"), ("/users", "users", "admin"))  # fmt: skip


# The server closes an open page whose login ended; the page then asks, without using the login, whether it should log in again.
_ENDED = """
setInterval(async () => {
  const lost = document.getElementById('popup');
  if (!lost || lost.ariaHidden !== 'false') return;
  const answer = await fetch('/still-here', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer && answer.status === 401) location.assign('/login?next=' + encodeURIComponent(location.pathname + location.search));
}, 1500);
"""


def build(desk: desks.Desk) -> None:
    """The whole page; what stands inside follows the address."""
    t = desk.words
    ui.page_title(t("title"))
    ui.add_body_html(f"<script>{_ENDED}</script>")
    with ui.element("div").classes("kx-app"):
        with ui.element("header").classes("kx-header"):
            ui.link("款项", "/").classes("kx-brand")
            with ui.element("nav").classes("kx-nav"):
                links = {
                    address: ui.link(t(f"nav.{name}"), address).classes("kx-nav-link")
                    for address, name, role in _PAGES
                    if desk.person.may(role)
                }
            ui.element("div").classes("kx-grow")
            chip = ui.label().classes("kx-rebuild")
            ui.button("?", color=None, on_click=lambda: _help(desk)).props(
                f'flat dense round aria-label="{t("nav.help")}"'
            ).classes("kx-link").tooltip(t("nav.help"))
            other = "en" if t.language == "zh" else "zh"
            ui.button(t("nav.language"), color=None, on_click=lambda: _language(other)).props(
                "flat dense no-caps"
            ).classes("kx-link kx-language")
            if desk.person.local:
                ui.label(desk.person.name).classes("kx-person").tooltip(t("nav.local"))
            else:
                ui.label(f"{desk.person.name} · {t.of('role', desk.person.role)}").classes("kx-person")
                ui.button(t("nav.logout"), color=None, on_click=_log_out).props("flat dense no-caps").classes("kx-link")
        router = ui.context.client.sub_pages_router
        pages = ui.sub_pages(
            {
                "/": lambda: _guarded(desk, queue.build(desk) if _path(router) == "/" else _nowhere(desk)),
                "/documents": lambda: _guarded(desk, library.build(desk)),
                "/item/{review_id}": lambda review_id: _guarded(desk, item.build(desk, review_id)),
                "/document/{document_id}": lambda document_id, figure="", table="": _guarded(
                    desk, document.build(desk, document_id, figure, table)
                ),
                "/progress": lambda: _guarded(desk, lists.progress_page(desk)),
                "/runs": lambda: _guarded(desk, lists.runs_page(desk)),
                "/mappings": lambda: _guarded(desk, lists.mappings_page(desk)),
                "/audit": lambda: _guarded(desk, people.audit_page(desk)),
                "/users": lambda: _guarded(desk, people.users_page(desk)),
            },
            show_404=False,
        ).classes("kx-main")
        desk.refresh = pages.refresh

        def here(path: str) -> None:
            for address, link in links.items():
                own = _section(path.partition("?")[0]) == address
                link.classes(add="kx-here" if own else "", remove="" if own else "kx-here")

        here(router.current_path)
        router.on_path_changed(here)
        Keys(["?"], lambda key: _help(desk))

    def watch() -> None:
        state = desk.console.rebuilder.state
        text = t(f"rebuild.{state.name}") if state.name != "idle" else ""
        chip.set_text(text)
        chip.classes(replace=f"kx-rebuild kx-rebuild-{state.name}")

    ui.timer(1.0, watch)


def _path(router: Any) -> str:
    path: str = router.current_path
    return path.partition("?")[0]


def _section(path: str) -> str:
    """The page of the navigation that an address belongs to."""
    if path.startswith("/item/"):
        return "/"
    return "/documents" if path.startswith("/document/") else path


async def _nowhere(desk: desks.Desk) -> None:
    ui.label(desk.words("error.not_found")).classes("kx-nothing")


async def _guarded(desk: desks.Desk, page: Coroutine[Any, Any, None]) -> None:
    """A page, if the login still stands: an open browser must not outlive it."""
    try:
        await desks.away(desk.me)
    except Refused:
        page.close()
        ui.run_javascript("location.assign('/login')")
        return
    try:
        await page
    except Exception:
        # An empty page would leave the steward waiting; what went wrong is for the log.
        _log.exception("a page of the console could not be built")
        ui.label(desk.words("error.broken")).classes("kx-nothing")


def _help(desk: desks.Desk) -> None:
    t = desk.words
    with ui.dialog() as dialog, ui.element("div").classes("kx-dialog kx-help"):
        ui.label(t("help.heading")).classes("kx-h2")
        for line in t.some("help.keys"):
            ui.label(line).classes("kx-help-line")
        ui.button(t("help.close"), color=None, on_click=dialog.close).props("flat no-caps").classes("kx-link")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _language(language: str) -> None:
    ui.run_javascript(
        f"document.cookie = 'kuanxiang_language={language};path=/;max-age=31536000;samesite=lax'; location.reload()"
    )


def _log_out() -> Any:
    return ui.run_javascript("fetch('/logout', {method: 'POST'}).then(() => location.assign('/login'))")
