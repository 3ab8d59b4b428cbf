"""The frame around every page: name, navigation, state of the warehouse, language, person; the pages change inside it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from nicegui import ui

from review.actions import Refused
from review.elements import Keys
from review.pages import desk as desks
from review.pages import document, item, lists, people, queue

_PAGES = (("/", "queue", "viewer"), ("/progress", "progress", "viewer"), ("/runs", "runs", "viewer"), ("/mappings", "mappings", "viewer"),
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
                for address, name, role in _PAGES:
                    if desk.person.may(role):
                        ui.link(t(f"nav.{name}"), address).classes("kx-nav-link")
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
        pages = ui.sub_pages(
            {
                "/": lambda: _guarded(desk, queue.build(desk)),
                "/item/{review_id}": lambda review_id: _guarded(desk, item.build(desk, review_id)),
                "/document/{document_id}": lambda document_id, figure="": _guarded(
                    desk, document.build(desk, document_id, figure)
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
        Keys(["?"], lambda key: _help(desk))

    def watch() -> None:
        state = desk.console.rebuilder.state
        text = t(f"rebuild.{state.name}") if state.name != "idle" else ""
        chip.set_text(text)
        chip.classes(replace=f"kx-rebuild kx-rebuild-{state.name}")

    ui.timer(1.0, watch)


async def _guarded(desk: desks.Desk, page: Coroutine[Any, Any, None]) -> None:
    """A page, if the login still stands: an open browser must not outlive it."""
    try:
        await desks.away(desk.me)
    except Refused:
        page.close()
        ui.run_javascript("location.assign('/login')")
        return
    await page


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
