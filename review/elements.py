"""The console's own elements for NiceGUI: queue list, page viewer, grid, keys. What they show is text and numbers, never HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments


class QueueList(Element, component="web/queue.js"):
    """Groups of one cause with the cursor; `groups` and `words` as `review.pages.queue` makes them."""

    def __init__(
        self,
        groups: list[dict[str, Any]],
        words: dict[str, str],
        start: str | None,
        *,
        on_open: Callable[[str], Any],
        on_bulk: Callable[[str], Any],
        on_peek: Callable[[str], Any],
    ) -> None:
        super().__init__()
        self._props.update(groups=groups, words=words, start=start or "")
        self.on("open", lambda event: on_open(_text(event)))
        self.on("bulk", lambda event: on_bulk(_text(event)))
        self.on("peek", lambda event: on_peek(_text(event)))

    def show(self, groups: list[dict[str, Any]]) -> None:
        """Show other groups."""
        self._props["groups"] = groups
        self.update()


class Viewer(Element, component="web/viewer.js"):
    """A page's picture with marks: src and fine are addresses, width and height points, marks as dictionaries."""

    def __init__(
        self,
        *,
        src: str,
        fine: str,
        width: float,
        height: float,
        marks: list[dict[str, Any]],
        title: str,
        words: dict[str, str],
        focus: str = "",
    ) -> None:
        super().__init__()
        self._props.update(
            src=src, fine=fine, width=width, height=height, marks=marks, title=title, words=words, focus=focus
        )

    def show(self, **props: Any) -> None:
        """Another page, or other marks on it."""
        self._props.update(props)
        self.update()


class Grid(Element, component="web/grid.js"):
    """A table as read. rows: label, depth, cells (id, text, quality, role, hint) or None where there is no figure."""

    def __init__(
        self,
        columns: list[str],
        rows: list[dict[str, Any]],
        *,
        corner: str = "",
        selected: str = "",
        on_pick: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__()
        self._props.update(columns=columns, rows=rows, corner=corner, selected=selected)
        if on_pick is not None:
            self.on("pick", lambda event: on_pick(_text(event)))


class PaperView(Element, component="web/paper.js"):
    """A part of a document as read: rows of cells with text, spans, role of a mark."""

    def __init__(self, rows: list[list[dict[str, Any]]], *, label: int = -1, head: int = 0) -> None:
        """label: column that stays in sight on the left; head: rows that stay in sight at the top."""
        super().__init__()
        self._props.update(rows=rows, label=label, head=head)

    def show(self, rows: list[list[dict[str, Any]]]) -> None:
        """Another part."""
        self._props["rows"] = rows
        self.update()


class Keys(Element, component="web/keys.js"):
    """Listens to these keys; in_dialog: only while a dialog is open; ahead: takes a key pressed shortly before it was there."""

    def __init__(
        self, keys: list[str], on_key: Callable[[str], Any], *, in_dialog: bool = False, ahead: bool = False
    ) -> None:
        super().__init__()
        self._props.update({"keys": keys, "in-dialog": in_dialog, "ahead": ahead})
        self.on("key", lambda event: on_key(_text(event)))


def _text(event: GenericEventArguments) -> str:
    """What a component said: one text. Anything else (it comes from a browser) is no text."""
    said = event.args[0] if isinstance(event.args, list) and event.args else event.args
    return said if isinstance(said, str) else ""
