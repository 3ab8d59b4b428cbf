"""``python -m benchmarks.console --home H --items N``: from a click to the marked page picture, cold and warm. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.console import browser
from flows.home import Home
from review.queries import item as items
from review.queries.queue import Filters, Queue, QueueRow, chosen


def drawn(home: Home, count: int, seed: int) -> list[QueueRow]:
    """Open items drawn at random, at most one for a page, different documents as far as there are any."""
    rows = chosen(Queue(home).rows(), Filters())
    random.Random(seed).shuffle(rows)
    found: list[QueueRow] = []
    pages: set[tuple[Any, ...]] = set()
    documents: dict[str, int] = {}
    for most in (1, 2, 3, 5, 1000):
        for row in rows:
            place = _place(home, row)
            if (
                len(found) < count
                and row not in found
                and place not in pages
                and documents.get(row.document_id, 0) < most
            ):
                found.append(row)
                pages.add(place)
                documents[row.document_id] = documents.get(row.document_id, 0) + 1
    return found


def _place(home: Home, row: QueueRow) -> tuple[Any, ...]:
    """The first page an item shows."""
    leaves = items.load(home, row.review_id).leaves
    return (leaves[0].document_id, leaves[0].page, leaves[0].sheet) if leaves else (row.review_id,)


def summary(figures: Sequence[float]) -> dict[str, float]:
    """Median, 90 % and greatest, in seconds."""
    ordered = sorted(figures)
    return {
        "median": round(statistics.median(ordered) / 1000, 3),
        "p90": round(ordered[max(0, -(-9 * len(ordered) // 10) - 1)] / 1000, 3),
        "max": round(ordered[-1] / 1000, 3),
    }


def measure(home: Path, count: int, seed: int, steps: int) -> dict[str, Any]:
    """One run: every item clicked once with nothing drawn yet, once more, then `steps` times on with the key."""
    passes: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="kx-console-") as folder:
        copied = browser.copy_of(home, Path(folder))
        rows = drawn(Home(copied), count, seed)
        with browser.console(copied) as address, browser.chromium() as opened:
            page = opened.new_context(viewport=browser.WINDOW).new_page()
            browser.open_queue(page, address)
            time.sleep(3)  # the first look at the queue has loaded the program; the clicks are what is measured
            for name in ("first", "again"):
                shown = []
                load = os.getloadavg()[0]
                for row in rows:
                    shown.append({**browser.click(page, row.review_id), "format": row.format, "rule": row.expectation})
                passes[name] = _told(shown, load)
            load = os.getloadavg()[0]
            page.locator(f'.kx-row[data-id="{rows[0].review_id}"]').click()
            page.wait_for_selector(".kx-answers")
            here, shown = rows[0].review_id, []
            for _ in range(steps):
                time.sleep(1.0)  # nobody decides faster
                try:
                    here, one = browser.step(page, here)
                except Exception:  # the queue's end
                    break
                shown.append({**one, "format": "", "rule": ""})
            if shown:
                passes["onward"] = _told(shown, load)
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "items": len(rows),
        "documents": len({row.document_id for row in rows}),
        "seed": seed,
        "passes": passes,
    }


def _told(shown: list[dict[str, Any]], load: float) -> dict[str, Any]:
    return {
        "load_before": round(load, 2),
        "load_after": round(os.getloadavg()[0], 2),
        "n": len(shown),
        "marked": sum(1 for one in shown if one["marks"]),
        "picture": summary([one["ms"] for one in shown]),
        "words": summary([one["words"] for one in shown]),
        "over_a_second": sum(1 for one in shown if one["ms"] > 1000),
        "slowest": [
            f"{one['ms'] / 1000:.2f} s {one['format']} {one['rule']}"
            for one in sorted(shown, key=lambda o: -o["ms"])[:5]
        ],
    }


def main() -> None:
    """Measure and print; ``--json FILE`` keeps the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="a home with documents and open items; it is copied")
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--steps", type=int, default=30, help="items gone through with the key afterwards")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = measure(arguments.home, arguments.items, arguments.seed, arguments.steps)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
