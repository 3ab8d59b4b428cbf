"""A steward's work in a real browser: Debian's chromium, headless, on the sample documents. Skipped aloud where there is none."""

from __future__ import annotations

import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from flows.home import Home
from flows.operations import session_of
from models.decisions import Decision, ReviewItem
from review import access, actions, audit
from review.access import Who
from review.actions import Answer
from review.queries.queue import Filters, Queue, chosen, grouped

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
PATIENCE = 90_000
"""Milliseconds; a busy machine is slow, a broken page never comes."""
PASSWORD = "十二个字符的一个好密码"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser."""
    if CHROMIUM is None:
        pytest.skip("没有 chromium，浏览器测试跳过（apt-get install chromium）")
    sync_api = pytest.importorskip("playwright.sync_api", reason="没有 playwright，浏览器测试跳过")
    with sync_api.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; an error in the browser's console fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    outside: list[str] = []
    opened.on(
        "request",
        lambda request: (
            None if "127.0.0.1" in request.url or request.url.startswith("data:") else outside.append(request.url)
        ),
    )
    yield opened
    context.close()
    assert problems == []
    assert outside == [], "everything must come from the console itself"


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Home], str]]:
    """Start the console as a user does, once a home; its address."""
    started: dict[Home, tuple[str, subprocess.Popen[str]]] = {}

    def _serve(home: Home) -> str:
        if home in started:
            return started[home][0]
        for _ in range(3):  # another program may take the free port before the console does
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            command = [sys.executable, "-m", "flows.cli", "--home", str(home.root), "review", "--port", str(port),
                       "--by", "审核员", "--publish-after", "3600"]  # fmt: skip
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}
            )
            assert process.stdout is not None
            line = process.stdout.readline()
            if str(port) in line:
                started[home] = f"http://127.0.0.1:{port}", process
                return started[home][0]
            process.kill()
            process.wait()
        raise AssertionError(f"the console did not start: {line}")

    yield _serve
    for _, process in started.values():
        process.terminate()
    for _, process in started.values():
        try:
            process.wait(PATIENCE / 1000)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.fixture(scope="module")
def shared(faulty: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the home for tests that leave the queue nearly as it was."""
    folder = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(faulty.root, folder)
    return Home(folder)


def _on_item(page: Page, review_id: str) -> None:
    """Wait until that item stands on the screen (the address changes before the page does), no dialog in front of it, and its
    page picture (or table as read) with a mark on it is there to be seen."""
    page.wait_for_function(
        """(id) => {
          const item = document.querySelector('.kx-item');
          if (item?.dataset.review !== id || !item.querySelector('.kx-answers') || document.querySelector('.q-dialog')) return false;
          const images = [...item.querySelectorAll('.kx-sheet img')];
          const drawn = images.length && images.every((one) => one.complete && one.naturalWidth > 0);
          return drawn || item.querySelector('.kx-cell-observed, .kx-cell-expected, .kx-cell-other, .kx-leaf .kx-nothing:not(.kx-loading)') !== null;
        }""",
        arg=review_id,
    )


def _open_items(home: Home) -> list[str]:
    """The open items in the order in which the console leads through them."""
    return [row.review_id for group in grouped(chosen(Queue(home).rows(), Filters())) for row in group.rows]


def _wait(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def _status(home: Home, review_id: str) -> str:
    return next(row.status for row in Queue(home).rows() if row.review_id == review_id)


def test_a_wrong_reading_is_corrected_in_the_dialog(page: Page, serve: Callable[[Home], str], shared: Home) -> None:
    row = next(row for row in Queue(shared).rows() if row.expectation == "PROSE-BASIC")
    page.goto(f"{serve(shared)}/item/{row.review_id}")
    _on_item(page, row.review_id)
    assert page.locator(".kx-leaf").count() == 2, "both sides of the identity, page beside page"
    page.wait_for_selector(".kx-mark-observed")
    page.wait_for_selector(".kx-mark-expected")
    page.keyboard.press("c")
    page.wait_for_selector(".kx-value input")
    page.wait_for_function(
        """() => {
          const dialog = document.querySelector('.kx-dialog')?.getBoundingClientRect();
          return dialog && [...document.querySelectorAll('.kx-mark-observed rect, .kx-mark-expected rect')]
            .every((mark) => mark.getBoundingClientRect().right < dialog.left);
        }"""
    )  # what is answered about stays in sight
    page.keyboard.press("Enter")
    page.wait_for_selector(".kx-problem:visible")
    page.fill(".kx-value input", "不是数")
    page.press(".kx-value input", "Enter")
    page.wait_for_function("() => document.querySelector('.kx-problem')?.innerText.includes('不是金额')")
    page.fill(".kx-value input", "450.00")
    page.press(".kx-value input", "Enter")
    _wait(lambda: _status(shared, row.review_id) == "corrected")


def test_a_figure_of_the_document_leads_to_its_cell(page: Page, serve: Callable[[Home], str], shared: Home) -> None:
    row = next(row for row in Queue(shared).rows() if row.expectation == "EXPENDITURE-ROW")
    page.goto(f"{serve(shared)}/document/{row.document_id}")
    page.wait_for_selector(".kx-grid .kx-figure")
    figure = page.locator(".kx-grid .kx-figure").nth(4)
    before = figure.get_attribute("data-id")
    page.locator(".kx-table-tab").nth(2).click()
    page.wait_for_function(
        "old => { const all = document.querySelectorAll('.kx-grid .kx-figure');"
        " return all.length > 4 && all[4].dataset.id !== old }",
        arg=before,
    )
    figure.click()
    page.wait_for_selector(".kx-mark-observed.kx-mark-on")
    assert page.locator(".kx-mark-observed").count() == 1
    assert figure.get_attribute("data-id") == page.locator(".kx-picked").get_attribute("data-id")


def test_every_page_opens_in_both_languages_and_in_a_narrow_window(
    page: Page, serve: Callable[[Home], str], shared: Home
) -> None:
    address = serve(shared)
    for path, mark in (("/", ".kx-row"), ("/documents", ".kx-table-link"), ("/nowhere", ".kx-nothing"), ("/progress", ".kx-tile"), ("/runs", ".kx-table"), ("/mappings", ".kx-nothing"),
                       ("/audit", ".kx-table"), ("/users", ".kx-user-form")):  # fmt: skip
        page.goto(address + path)
        page.wait_for_selector(mark)
    page.goto(address)
    page.wait_for_selector(".kx-row")
    assert page.inner_text(".kx-nav-link.kx-here") == "待审"
    page.click(".kx-filter-rule")
    page.wait_for_selector(".q-menu .q-item")
    rules = page.locator(".q-menu .q-item").all_inner_texts()
    assert len(rules) > 5 and not [text for text in rules if re.search("[A-Z]-[A-Z]", text)], "rules by their names"
    page.keyboard.press("Escape")
    page.wait_for_selector(".q-menu", state="detached")
    everything = page.inner_text(".kx-queue-head .kx-faint")
    page.click(".kx-filter-severity")
    page.click(".q-menu .q-item >> text=错误")
    page.wait_for_function(
        "(all) => (document.querySelector('.kx-queue-head .kx-faint')?.innerText ?? all) !== all", arg=everything
    )
    shown = page.inner_text(".kx-queue-head .kx-faint").split("项")[0].strip()
    page.wait_for_function(
        "(n) => document.querySelector('.kx-filter-status')?.innerText.includes('（' + n + '）')", arg=shown
    )
    page.click(".kx-filters .kx-link")
    page.wait_for_function(
        "(all) => document.querySelector('.kx-queue-head .kx-faint')?.innerText === all", arg=everything
    )
    page.click(".kx-language")
    page.wait_for_function("() => document.querySelector('.kx-nav')?.innerText.includes('Queue')")
    page.set_viewport_size({"width": 480, "height": 800})
    page.goto(address)
    page.wait_for_selector(".kx-row")
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, "nothing sticks out of a narrow window"


def test_what_a_document_says_is_never_run(page: Page, serve: Callable[[Home], str], shared: Home) -> None:
    hostile = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>{{ 7*7 }}`${document.title='run'}`"
    first = _open_items(shared)[0]
    with session_of(shared) as session:
        session.execute(update(ReviewItem).where(ReviewItem.review_id == first).values(message=hostile, cause=hostile))
    address = serve(shared)
    page.goto(address)
    page.wait_for_selector(".kx-msg")
    assert "<img src=x" in page.inner_text(".kx-queue-body") and "{{ 7*7 }}" in page.inner_text(".kx-queue-body")
    page.goto(f"{address}/item/{first}")
    page.wait_for_selector(".kx-finding")
    assert page.inner_text(".kx-finding") == hostile
    page.keyboard.press("a")
    page.wait_for_selector(".kx-dialog-message")
    assert page.title() != "run"


def test_a_steward_clears_a_queue_of_ten_items(page: Page, serve: Callable[[Home], str], home: Home) -> None:
    rows = [row for row in Queue(home).rows() if row.status == "open"]
    pair = next(group for group in grouped(rows) if len(group.rows) == 2)
    others = [row for row in rows if row.group_id != pair.group_id][:8]
    ten = {row.review_id: row for row in (*pair.rows, *others)}
    assert len(ten) == 10
    for row in rows:
        if row.review_id not in ten:
            actions.decide(home, Who("同事", "steward"), row.review_id, Answer("waive", "不在这次的队列里"))
    page.goto(serve(home))
    page.wait_for_selector(".kx-row")
    groups = len(grouped(list(ten.values())))
    assert page.inner_text(".kx-queue-head .kx-faint") == f"10 项，{groups} 组"
    assert page.locator(".kx-row, .kx-group").count() == groups

    # The two of one cause, as a whole, with a look at what it touches; taken back, and once more.
    for again in (False, True):
        page.locator(".kx-group", has_text=pair.head.message).click()
        page.wait_for_selector(".kx-cursor.kx-group")
        page.keyboard.press("b")
        page.wait_for_selector(".kx-dialog .kx-touched")
        assert page.inner_text(".kx-touched").startswith("将处理 2 项")
        assert set(page.locator(".kx-member-text").all_inner_texts()) == {row.message for row in pair.rows}
        page.keyboard.press("w")
        page.wait_for_function("() => document.querySelector('.kx-choice.kx-chosen')?.innerText.startsWith('w')")
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "() => document.querySelector('.kx-queue-head .kx-faint')?.innerText.startsWith('8 项')"
            " && !document.querySelector('.q-dialog')"
        )
        assert {_status(home, row.review_id) for row in pair.rows} == {"waived"}
        if not again:
            page.keyboard.press("z")
            page.wait_for_function(
                "() => document.querySelector('.kx-queue-head .kx-faint')?.innerText.startsWith('10')"
            )

    # Then one by one: look at the marked page, answer, and the next one comes by itself.
    waiting = _open_items(home)
    page.click(".kx-queue-head .kx-primary")
    given: dict[str, str] = {}
    while waiting:
        review_id = waiting[0]
        _on_item(page, review_id)
        assert page.inner_text(".kx-finding") == ten[review_id].message
        assert page.inner_text(".kx-position") == f"第 {len(given) + 1} / 8 项"
        key, status = (("a", "accepted"), ("w", "waived"))[len(given) % 2]
        page.keyboard.press(key)
        page.wait_for_selector(".kx-dialog .kx-confirm")
        assert page.inner_text(".kx-dialog-message") == ten[review_id].message
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        _wait(functools.partial(lambda one, wanted: _status(home, one) == wanted, review_id, status))
        given[review_id] = status
        waiting = [one for one in waiting if one != review_id]
        assert _open_items(home) == waiting, "this one and no other"

    # Nothing left, and told so; the day's work is counted and written down.
    page.wait_for_function("() => document.querySelector('.kx-queue-body')?.innerText.includes('队列已清空')")
    page.click(".kx-nav-link >> text=进度")
    page.wait_for_selector(".kx-tile-good")
    assert page.locator(".kx-tile-value").all_inner_texts()[1:3] == ["0", "0"]
    with session_of(home) as session:
        mine = session.query(Decision).filter(Decision.decided_by == "审核员").all()
    assert {one.review_id: one.action for one in mine if one.review_id in given} == {
        review_id: "accept" if status == "accepted" else "waive" for review_id, status in given.items()
    }
    assert all(one.reason for one in mine)
    log = audit.entries(home, limit=1000, who="审核员")
    assert len(log) == len(mine) == 8 + 2 + 2 + 2

    # The last one was a mistake.
    last = list(given)[-1]
    page.goto(f"{serve(home)}/item/{last}")
    _on_item(page, last)
    page.keyboard.press("z")
    _wait(lambda: _open_items(home) == [last])
    page.wait_for_function("() => document.querySelector('.kx-item') && !document.querySelector('.kx-decided')")


def test_with_users_a_login_is_asked_for_and_a_viewer_cannot_decide(
    page: Page, serve: Callable[[Home], str], shared: Home
) -> None:
    # The last test of this file: from here on the shared home asks everybody for a login.
    access.set_user(shared, "管", "admin", PASSWORD, by="测试")
    access.set_user(shared, "看客", "viewer", PASSWORD, by="测试")
    before = _open_items(shared)
    page.goto(serve(shared) + f"/item/{before[0]}")
    page.fill("input[name=name]", "看客")
    page.fill("input[name=password]", PASSWORD)
    page.click("button")
    _on_item(page, before[0])
    assert page.url.endswith(before[0])
    assert not page.locator(".kx-nav-link", has_text="用户").count()
    assert not page.locator(".kx-answer").count() and "只能查看" in page.inner_text(".kx-answers")
    for key in ("a", "c", "w", "r", "z"):
        page.keyboard.press(key)
    page.wait_for_selector(".kx-notice >> text=只能查看")
    assert not page.locator(".kx-dialog").count()
    assert _open_items(shared) == before

    # Shut out while the page is open: whatever is pressed next leads to the login, and only there.
    access.disable_user(shared, "看客", by="测试")
    deadline = time.monotonic() + PATIENCE / 1000
    while "/login" not in page.url:
        assert time.monotonic() < deadline, "the page outlived its login"
        page.keyboard.press("j")
        page.wait_for_timeout(300)
    page.wait_for_selector("input[name=password]")
    assert not page.locator(".kx-finding").count()
