"""One person's open console: who it is, which language, which part of the queue, and the way to everything shared."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from nicegui import context, ui

from flows.home import Home, HomeError
from review.access import Who, has_users, who_is
from review.actions import Refused
from review.asread import AsRead, NotRead
from review.pictures import NoPicture, Picture, Pictures
from review.queries import item as items
from review.queries.queue import Filters, Group, Queue, QueueRow, chosen, grouped
from review.rebuild import Rebuilder
from review.settings import Settings
from review.wording import Words

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Console:
    """What all open pages share."""

    home: Home
    settings: Settings
    queue: Queue
    pictures: Pictures
    papers: AsRead
    rebuilder: Rebuilder


class Ahead:
    """The next item, read and drawn while the present one is looked at. Holds a few items of one warehouse."""

    _MOST = 24

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], items.Item] = {}
        self._guard = threading.Lock()
        self._wishes: list[str] = []
        self._at_work = False

    def load(self, console: Console, review_id: str) -> items.Item:
        """The item, from memory if the warehouse is still the same; its history is always read anew."""
        mark = _mark(console.home)
        with self._guard:
            kept = self._kept.get((review_id, mark))
        fresh = items.refreshed(console.home, kept) if kept is not None else items.load(console.home, review_id)
        with self._guard:
            self._kept[review_id, mark] = fresh
            while len(self._kept) > self._MOST:
                self._kept.pop(next(iter(self._kept)))
        return fresh

    def wish(self, console: Console, review_ids: Sequence[str]) -> None:
        """Prepare these in the background, before what was wished for earlier."""
        with self._guard:
            self._wishes = [*review_ids, *(one for one in self._wishes if one not in review_ids)][: self._MOST // 2]
            if self._at_work:
                return
            self._at_work = True
        threading.Thread(target=self._work, args=(console,), name="ahead", daemon=True).start()

    def _work(self, console: Console) -> None:
        while True:
            with self._guard:
                if not self._wishes:
                    self._at_work = False
                    return
                review_id = self._wishes.pop(0)
            with suppress(Exception):  # nobody asked for it yet; whoever does is told what is wrong
                self.prepare(console, review_id)

    def prepare(self, console: Console, review_id: str) -> None:
        """Read an item and draw its pages; whatever fails will be told when it is asked for."""
        try:
            item = self.load(console, review_id)
            for leaf in item.leaves[:2]:
                if leaf.pictured and leaf.page is not None:
                    console.pictures.page(leaf.document_id, leaf.page, ahead=True)
                    spots(console, leaf)
                elif leaf.places:
                    console.papers.around(leaf.document_id, leaf.sheet, leaf.places)
        except (items.NoItem, NoPicture, NotRead, HomeError, OSError):
            return


def spots(console: Console, leaf: items.Leaf) -> dict[int, list[list[float]]]:
    """Where inside a leaf's frames the words stand that they are about, by the number of the mark."""
    seek = {number: (mark.box, mark.seek) for number, mark in enumerate(leaf.marks) if mark.seek}
    if not seek or leaf.page is None:
        return {}
    found = console.pictures.find(leaf.document_id, leaf.page, list(seek.values()))
    return {number: boxes for number, boxes in zip(seek, found, strict=True) if boxes}


def _mark(home: Home) -> int:
    try:
        return home.warehouse.stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(slots=True)
class Desk:
    """See the module. order: ids of the queue as filtered, for next and previous. undoable: what this
    person decided here, a bulk decision as one. refresh: builds the present page anew. keys: what the present item listens to.
    client: the open page as a whole; what outlives a dialog is done in it."""

    console: Console
    person: Who
    words: Words
    address: str | None = None
    filters: Filters = field(default_factory=Filters)
    ahead: Ahead = field(default_factory=Ahead)
    order: list[str] = field(default_factory=list)
    last: str | None = None
    undoable: list[list[str]] = field(default_factory=list)
    refresh: Callable[[], None] = lambda: None
    keys: Any = None
    client: Any = field(default_factory=lambda: context.client)

    @property
    def home(self) -> Home:
        """The home folder."""
        return self.console.home

    def me(self) -> Who:
        """The person, looked up anew: a login may have ended since the page was opened. Raises Refused."""
        if self.person.local:
            if not has_users(self.home):
                return self.person
        else:
            present = who_is(self.home, self.person.token)
            if present is not None:
                self.person = present
                return present
        raise Refused(self.words("error.ended"))

    def rows(self) -> list[QueueRow]:
        """The whole queue as it stands."""
        return self.console.queue.rows()

    def groups(self, rows: Sequence[QueueRow]) -> list[Group]:
        """The filtered queue by cause; remembers its order."""
        found = grouped(chosen(rows, self.filters))
        self.order = [row.review_id for group in found for row in group.rows]
        return found

    def beside(self, review_id: str, step: int) -> str | None:
        """The item so many steps on in the queue as filtered."""
        if review_id not in self.order:
            return self.order[0] if self.order and step > 0 else None
        at = self.order.index(review_id) + step
        return self.order[at] if 0 <= at < len(self.order) else None

    def look_ahead(self, review_ids: Sequence[str]) -> None:
        """Prepare items that will probably be asked for next; those asked for last come first, old wishes are dropped."""
        known = set(self.order)
        self.ahead.wish(self.console, [one for one in review_ids if one in known])

    def leave_for(self, address: str) -> None:
        """To another page. Keys pressed from now on are the next page's: the present one stops listening at once."""
        if self.keys is not None and not self.keys.is_deleted:
            self.keys.delete()
        self.keys = None
        # The dialog or page this is called from may be gone by now.
        with self.client:
            ui.navigate.to(address)

    def picture(self, document_id: str, page: int) -> Picture:
        """A page's picture, drawn now if need be. Raises NoPicture."""
        return self.console.pictures.page(document_id, page)


def when(at: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A time of the operational database (UTC) as this machine's clock shows it."""
    return f"{at.replace(tzinfo=UTC).astimezone():{pattern}}" if at is not None else ""


async def away(job: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
    """Run something that waits (databases, drawing) beside the event loop."""
    return await asyncio.to_thread(job, *arguments, **named)


def say(text: str, kind: str = "info") -> None:
    """A short message at the bottom of the page."""
    colours = {"info": "dark", "good": "positive", "bad": "negative"}
    ui.notify(
        text, color=colours[kind], position="bottom", timeout=6000 if kind == "bad" else 2500, classes="kx-notice"
    )
