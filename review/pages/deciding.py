"""The dialog in which a decision is given, for one item or for a group: reason templates, value or code, date; all by keyboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

from nicegui import ui

from review import actions
from review.actions import Answer, Refused
from review.elements import Keys
from review.pages.desk import Desk, away, say
from review.queries.codes import code_choices
from review.queries.item import Item

After = Callable[[], Awaitable[None]]
_TEMPLATES = 9
_KEYS = {"accept": "a", "waive": "w", "reject": "r"}


def allowed(desk: Desk) -> bool:
    """Whether this person may decide; told at once where not, before anything is filled in (`actions` checks again)."""
    if not desk.person.may("steward"):
        say(desk.words("error.only_looking"), "bad")
    return desk.person.may("steward")


def single(desk: Desk, item: Item, action: str, after: After, *, target: str | None = None) -> None:
    """Ask for one decision about one item; `after` runs when it is recorded."""
    t = desk.words
    form = _Form(desk, action, t("decide.heading", action=t(f"action.{action}")))
    with form.body:
        ui.label(item.message).classes("kx-dialog-message")
        if action == "correct":
            _correction(form, item, target)
        if action == "waive":
            _until(form)
        if action == "reject":
            ui.label(t("decide.reject_warning_one")).classes("kx-warning")
        form.reason()

    async def confirm() -> None:
        answer = form.answer()
        if answer is None:
            return
        try:
            await away(
                actions.decide,
                desk.home,
                desk.me(),
                item.review_id,
                answer,
                seen=item.last_decision,
                address=desk.address,
            )
        except Refused as refusal:
            form.complain(str(refusal))
            return
        form.close()
        desk.undoable.append([item.review_id])
        desk.console.rebuilder.touch()
        say(f"{t('item.recorded', action=t(f'action.{action}'))}　z {t('action.undo')}", "good")
        await after()

    form.buttons(confirm)


def bulk(desk: Desk, review_ids: Sequence[str], cause: str, after: After) -> None:
    """Ask for one decision about all open items of a group, showing first what would be touched."""
    if not allowed(desk):
        return
    t = desk.words
    members = [row for row in desk.rows() if row.review_id in set(review_ids)]
    touched = actions.preview(desk.home, review_ids)
    form = _Form(desk, "accept", t("decide.heading_bulk", n=touched.items))
    with form.body:
        if cause:
            ui.label(cause).classes("kx-dialog-message")
        ui.label(
            t(
                "decide.touched",
                items=touched.items,
                decided=touched.decided,
                figures=touched.figures,
                documents=len(touched.documents),
            )
        ).classes("kx-touched")
        with ui.element("div").classes("kx-members"):
            for row in members[:200]:
                with ui.element("div").classes("kx-member-line"):
                    ui.label(t.of("status", row.status)).classes(f"kx-chip kx-chip-{row.status}")
                    ui.label(row.message).classes("kx-member-text")
        with ui.element("div").classes("kx-choose"):
            for action in actions.BULK:
                button = ui.button(
                    f"{_KEYS[action]}　{t(f'action.{action}')}",
                    color=None,
                    on_click=lambda _, action=action: choose(action),
                ).props("no-caps dense unelevated")
                button.classes("kx-choice")
                form.choices[action] = button
        warning = ui.label(t("decide.reject_warning")).classes("kx-warning")
        until_box = ui.element("div")
        with until_box:
            _until(form)
        form.reason()

    def choose(action: str) -> None:
        form.action = action
        for name, button in form.choices.items():
            button.classes(add="kx-chosen" if name == action else "", remove="" if name == action else "kx-chosen")
        warning.set_visibility(action == "reject")
        until_box.set_visibility(action == "waive")
        form.templates()

    async def confirm() -> None:
        answer = form.answer()
        if answer is None:
            return
        try:
            done = await away(actions.decide_all, desk.home, desk.me(), list(review_ids), answer, address=desk.address)
        except Refused as refusal:
            form.complain(str(refusal))
            return
        form.close()
        if done:
            desk.undoable.append(done)
            desk.console.rebuilder.touch()
        say(f"{t('item.recorded', action=t(f'action.{answer.action}'))}：{len(done)}　z {t('action.undo')}", "good")
        await after()

    choose("accept")
    form.buttons(confirm)
    form.extra_keys = {key: action for action, key in _KEYS.items()}
    form.on_choice = choose


async def take_back(desk: Desk, review_ids: Sequence[str]) -> bool:
    """Undo the last decision on each of these; whether it was done, else the steward was told why not."""
    if not allowed(desk):
        return False
    try:
        for review_id in review_ids:
            await away(actions.undo, desk.home, desk.me(), review_id, address=desk.address)
            desk.console.rebuilder.touch()
    except Refused as refusal:
        say(str(refusal), "bad")
        return False
    if list(review_ids) in desk.undoable:
        desk.undoable.remove(list(review_ids))
    say(desk.words("item.undone"), "good")
    return True


class _Form:
    """A dialog with a reason, and whatever a kind of decision adds to it."""

    def __init__(self, desk: Desk, action: str, heading: str) -> None:
        self.desk, self.action = desk, action
        self.value: Any = None
        self.code: Any = None
        self.until: Any = None
        self.target: Any = None
        self.teach: Any = None
        self.choices: dict[str, Any] = {}
        self.extra_keys: dict[str, str] = {}
        self.on_choice: Callable[[str], None] | None = None
        self._reason: Any = None
        self._templates: Any = None
        self._confirm: Callable[[], Awaitable[None]] | None = None
        # On the right, over the panel: the evidence stays in sight while the answer is given.
        self.dialog = ui.dialog().props("transition-duration=80 position=right").classes("kx-beside")
        with self.dialog, ui.element("div").classes("kx-dialog"):
            with ui.element("div").classes("kx-dialog-head"):
                ui.label(heading.strip()).classes("kx-h2")
                if desk.words.language:
                    self._meaning = ui.label(desk.words(f"meaning.{action}")).classes("kx-faint")
            self.body = ui.element("div").classes("kx-dialog-body")
            self._problem = ui.label().classes("kx-problem")
            self._problem.set_visibility(False)
            self._foot = ui.element("div").classes("kx-dialog-foot")
            keys = [*(str(n) for n in range(1, _TEMPLATES + 1)), "Enter", "a", "w", "r"]
            Keys(keys, self._key, in_dialog=True)
        self.dialog.on("hide", self.dialog.delete)
        self.dialog.open()

    def reason(self) -> None:
        """The usual reasons and a field for another."""
        t = self.desk.words
        self._templates = ui.element("div").classes("kx-templates")
        self._reason = ui.input(label=t("decide.reason")).props("outlined dense autocomplete=off").classes("kx-wide")
        self.templates()
        ui.label(t("decide.reason_hint")).classes("kx-faint kx-hint")

    def templates(self) -> None:
        """The usual reasons of the action chosen; the first is filled in."""
        if self._templates is None:
            return
        t = self.desk.words
        reasons = t.some(f"reasons.{self.action}")[:_TEMPLATES]
        self._meaning.set_text(t(f"meaning.{self.action}"))
        self._templates.clear()
        with self._templates:
            for number, text in enumerate(reasons, 1):
                with (
                    ui.element("button")
                    .classes("kx-template")
                    .on("click", lambda _, text=text: self._reason.set_value(text))
                ):
                    ui.label(str(number)).classes("kx-key")
                    ui.label(text)
        if reasons:
            self._reason.set_value(reasons[0])

    def buttons(self, confirm: Callable[[], Awaitable[None]]) -> None:
        """Confirm and cancel."""
        t = self.desk.words
        self._confirm = confirm
        with self._foot:
            ui.button(t("decide.cancel"), color=None, on_click=self.close).props("flat no-caps").classes("kx-link")
            ui.button(t("decide.confirm"), color=None, on_click=confirm).props("unelevated no-caps").classes(
                "kx-primary kx-confirm"
            )

    async def _key(self, key: str) -> None:
        if key == "Enter":
            if self._confirm is not None:
                await self._confirm()
        elif key.isdigit():
            reasons = self.desk.words.some(f"reasons.{self.action}")
            if int(key) <= len(reasons):
                self._reason.set_value(reasons[int(key) - 1])
        elif key in self.extra_keys and self.on_choice is not None:
            self.on_choice(self.extra_keys[key])

    def answer(self) -> Answer | None:
        """What was filled in; None with a complaint where something is missing."""
        t = self.desk.words
        reason = (self._reason.value or "").strip()
        if not reason:
            self.complain(t("decide.need_reason"))
            return None
        value = (self.value.value or "").strip() if self.value is not None else ""
        code = str(self.code.value or "").strip() if self.code is not None else ""
        if self.action == "correct":
            if not value and not code:
                self.complain(t("decide.need_value"))
                return None
            if value and code:
                self.complain(t("decide.need_one"))
                return None
        until = None
        if self.action == "waive" and self.until is not None and self.until.value:
            try:
                until = date.fromisoformat(str(self.until.value))
            except ValueError:
                self.complain("2026-12-31")
                return None
        return Answer(
            self.action,
            reason,
            value=value or None,
            code=code or None,
            until=until,
            line_item=self.target.value if self.action == "correct" and self.target is not None else None,
            teach=bool(code and self.teach is not None and self.teach.value),
        )

    def complain(self, text: str) -> None:
        """Say in the dialog what is wrong."""
        self._problem.set_text(text)
        self._problem.set_visibility(True)

    def close(self) -> None:
        """Close the dialog."""
        self.dialog.close()


def _correction(form: _Form, item: Item, target: str | None) -> None:
    t = form.desk.words
    if not item.operands:
        form.complain("该事项不涉及具体金额，不能更正；可用认可、豁免或退回。")
        return
    options = {
        one.line_item_id: f"{one.text}{one.unit}　{one.label}　{one.column}　{one.form}" for one in item.operands
    }
    likely = target or next((one.line_item_id for one in item.operands if one.suspect), item.operands[0].line_item_id)
    form.target = (
        ui.select(options, value=likely, label=t("decide.target"))
        .props("outlined dense options-dense")
        .classes("kx-wide")
    )
    with ui.element("div").classes("kx-pair"):
        form.value = (
            ui.input(label=t("decide.value"))
            .props("outlined dense autofocus autocomplete=off")
            .classes("kx-half kx-value")
        )
        year = item.document.get("fiscal_year")
        code_box = ui.element("div").classes("kx-half")
        with code_box:
            form.code = (
                ui.input(label=t("decide.code"), placeholder=t("decide.code_hint"))
                .props("outlined dense debounce=200 autocomplete=off")
                .classes("kx-wide")
            )
            found = ui.element("div").classes("kx-found")

    def search(event: Any) -> None:
        found.clear()
        with found:
            for code, name in code_choices(str(event.value or ""), year):
                ui.label(f"{code}　{name}").classes("kx-found-line").on(
                    "click", lambda _, code=code: form.code.set_value(code)
                )

    form.code.on_value_change(search)
    form.teach = ui.checkbox(t("decide.teach"), value=True).props("dense").classes("kx-teach")
    form.teach.bind_visibility_from(form.code, "value", backward=bool)


def _until(form: _Form) -> None:
    t = form.desk.words
    today = date.today()  # noqa: DTZ011 - the steward's calendar day
    with ui.element("div").classes("kx-until"):
        form.until = ui.input(label=t("decide.until")).props("outlined dense type=date stack-label").classes("kx-half")
        for name, day in (
            ("three_months", today + timedelta(days=91)),
            ("year_end", date(today.year, 12, 31)),
            ("one_year", today + timedelta(days=365)),
        ):
            ui.button(
                t(f"decide.{name}"), color=None, on_click=lambda _, day=day: form.until.set_value(day.isoformat())
            ).props("flat dense no-caps").classes("kx-link")
