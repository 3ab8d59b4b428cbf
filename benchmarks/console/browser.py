"""The console and a browser for the measurement: a copy of a home served as a user serves it, items clicked one by one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
WINDOW: ViewportSize = {"width": 1440, "height": 900}
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")  # fmt: skip
_PATIENCE = 60_000
"""Milliseconds; what takes longer than that is a defect and ends the run."""

# The clock starts in the browser at the click itself and stops in the frame in which the item's page is complete: every
# frame of evidence filled, every picture decoded, and a mark drawn where the item has a place. Polled at every frame.
_CLOCK = """() => document.addEventListener('click', () => { window.kxClicked = performance.now(); window.kxWords = 0; }, true)"""
_SHOWN = """(id) => {
  if (!location.pathname.endsWith(id) || !document.querySelector('.kx-answers')) return null;
  if (!window.kxWords && document.querySelector('.kx-finding')) window.kxWords = performance.now();
  const frames = [...document.querySelectorAll('.kx-leaf')];
  if (frames.some((one) => one.querySelector('.kx-loading') || !one.children.length)) return null;
  const pictures = [...document.querySelectorAll('.kx-sheet img')];
  if (pictures.some((one) => !one.complete || !one.naturalWidth)) return null;
  if (document.querySelector('.kx-viewer-note')) return null;
  const grid = document.querySelector('.kx-grid');
  if (frames.length && !pictures.length && !grid && !document.querySelector('.kx-nothing')) return null;
  return {
    ms: performance.now() - window.kxClicked,
    words: window.kxWords - window.kxClicked,
    pictures: pictures.length,
    marks: document.querySelectorAll('.kx-mark, .kx-cell-observed, .kx-cell-expected, .kx-cell-other').length,
  };
}"""


def copy_of(home: Path, folder: Path) -> Path:
    """A copy of what the console needs of a home, without anything the console had drawn: originals linked, databases copied."""
    target = folder / "home"
    target.mkdir(parents=True)
    shutil.copytree(home / "originals", target / "originals", copy_function=_link)
    for name in ("warehouse.duckdb", "operations.sqlite", "operations.sqlite-wal"):
        if (home / name).exists():
            shutil.copyfile(home / name, target / name)
    if (home / "data_docs").is_dir():
        shutil.copytree(home / "data_docs", target / "data_docs", copy_function=_link)
    return target


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)
    return target


@contextmanager
def console(home: Path) -> Iterator[str]:
    """The console of a home, started by its own command; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), "review", "--port", str(port), "--by", "bench"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if str(port) not in said:
            raise RuntimeError(f"the console did not start: {said}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        raise RuntimeError("no chromium on this machine")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, headless=True, args=list(_FLAGS))
        try:
            yield opened
        finally:
            opened.close()


def open_queue(page: Page, address: str) -> None:
    """The queue with every group open, so that any item can be clicked."""
    page.set_default_timeout(_PATIENCE)
    page.goto(address)
    page.wait_for_selector(".kx-row, .kx-group")
    page.evaluate(_CLOCK)
    _unfold(page)


def _unfold(page: Page) -> None:
    page.wait_for_selector(".kx-row, .kx-group")
    while page.locator(".kx-more").count():
        page.click(".kx-more")
    page.evaluate("() => document.querySelectorAll('.kx-fold[aria-expanded=false]').forEach((one) => one.click())")


def click(page: Page, review_id: str) -> dict[str, Any]:
    """Click an item in the queue; milliseconds to its words and to its marked picture. Goes back to the queue."""
    row = page.locator(f'.kx-row[data-id="{review_id}"]')
    row.scroll_into_view_if_needed()
    row.click()
    shown = page.wait_for_function(_SHOWN, arg=review_id, polling="raf").json_value()
    assert isinstance(shown, dict)
    page.keyboard.press("u")
    _unfold(page)
    return shown


def step(page: Page, before: str) -> tuple[str, dict[str, Any]]:
    """On an item's page: `j`, as a steward who works through the queue; the id of the next item, and the same figures."""
    page.evaluate(
        "() => { window.kxWords = 0; document.addEventListener('keydown', () => { window.kxClicked = performance.now(); }, {capture: true, once: true}) }"
    )
    page.keyboard.press("j")
    page.wait_for_function("(id) => !location.pathname.endsWith(id)", arg=before, polling="raf")
    here = page.url.rsplit("/", 1)[1]
    shown = page.wait_for_function(_SHOWN, arg=here, polling="raf").json_value()
    assert isinstance(shown, dict)
    return here, shown
