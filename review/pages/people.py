"""Pages for admins: the audit log, the users."""

from __future__ import annotations

import json
from typing import Any

from nicegui import ui

from review import access, audit
from review.access import AccessError
from review.actions import Refused
from review.pages.desk import Desk, away, say, when
from review.pages.lists import heading, table
from review.queries.queue import QueueRow


async def audit_page(desk: Desk) -> None:
    """The latest entries of the audit log."""
    t = desk.words
    if not desk.person.may("admin"):
        ui.label(t("error.forbidden")).classes("kx-nothing")
        return
    entries = await away(audit.entries, desk.home, limit=300)
    items = {row.review_id: row for row in await away(desk.rows)}
    with ui.element("div").classes("kx-page kx-narrow"):
        heading(t("audit.heading"))
        with ui.element("div").classes("kx-card"):
            if not entries:
                ui.label(t("audit.none")).classes("kx-faint")
                return
            table(
                [t(f"audit.{name}") for name in ("at", "who", "address", "action", "subject", "detail")],
                [
                    [
                        when(one.at, "%Y-%m-%d %H:%M:%S"),
                        one.who,
                        one.address,
                        t.of("action", one.action),
                        _subject(one.subject or "", items.get(one.subject or "")),
                        _spoken(desk, one.detail),
                    ]
                    for one in entries
                ],
            )


async def users_page(desk: Desk) -> None:
    """Users and roles; a form for another."""
    t = desk.words
    if not desk.person.may("admin"):
        ui.label(t("error.forbidden")).classes("kx-nothing")
        return
    found = await away(access.users, desk.home)
    with ui.element("div").classes("kx-page kx-narrow"):
        heading(t("users.heading"))
        with ui.element("div").classes("kx-card"):
            if not found:
                ui.label(t("users.none")).classes("kx-faint")
            else:
                table(
                    [t("users.name"), t("users.role"), t("users.since"), t("users.state"), ""],
                    [
                        [
                            user.name,
                            t.of("role", user.role),
                            when(user.created_at),
                            t("users.disabled" if user.disabled else "users.active"),
                            (lambda name=user.name: _disable(desk, name)) if not user.disabled else "",
                        ]
                        for user in found
                    ],
                )
        with ui.element("div").classes("kx-card"):
            ui.label(t("users.add")).classes("kx-h3")
            with ui.element("div").classes("kx-user-form"):
                name = ui.input(t("users.name")).props("outlined dense autocomplete=off")
                password = ui.input(t("users.password"), password=True).props(
                    "outlined dense autocomplete=new-password"
                )
                role = ui.select(
                    {one: t.of("role", one) for one in access.ROLES},
                    value="steward" if found else "admin",
                    label=t("users.role"),
                ).props("outlined dense")

                async def save() -> None:
                    try:
                        me = _admin(desk)
                        if not await away(access.has_users, desk.home) and role.value != "admin":
                            raise AccessError(t("users.none"))
                        await away(
                            access.set_user, desk.home, name.value or "", role.value, password.value or "", by=me
                        )
                    except (AccessError, Refused) as error:
                        say(str(error), "bad")
                        return
                    say(t("users.saved"), "good")
                    desk.refresh()

                ui.button(t("users.save"), color=None, on_click=save).props("unelevated no-caps").classes("kx-primary")


def _subject(subject: str, row: QueueRow | None) -> Any:
    """What an entry is about: an item by its rule and file, with the way to it; anything else by its name."""
    if row is None:
        return subject[:24]

    def link() -> None:
        ui.link(f"{row.title}　{row.file_name}", f"/item/{row.review_id}").classes("kx-table-link")

    return link


def _spoken(desk: Desk, detail: str | None) -> str:
    """An entry's detail in words, without JSON's marks."""
    if not detail:
        return ""
    t = desk.words
    sections = {"status": "status", "role": "role", "asked": "action"}
    try:
        return "　".join(
            f"{t.of('audit_detail', name)}：{t.of(sections[name], str(value)) if name in sections else value}"
            for name, value in json.loads(detail).items()
        )
    except ValueError:  # cut at its greatest length
        return detail


def _admin(desk: Desk) -> str:
    me = desk.me()
    if not me.may("admin"):
        raise Refused(desk.words("error.forbidden"))
    return me.name


def _disable(desk: Desk, name: str) -> None:
    async def disable() -> None:
        try:
            await away(access.disable_user, desk.home, name, by=_admin(desk))
        except (AccessError, Refused) as error:
            say(str(error), "bad")
            return
        desk.refresh()

    ui.button(desk.words("users.disable"), color=None, on_click=disable).props("flat dense no-caps").classes("kx-link")
