"""The gate: which hosts, which origins, which logins get through; which headers go out; which files are served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from flows.home import Home
from flows.operations import session_of
from models.operations import ConsoleSession
from review import access, gate, routes
from review.gate import COOKIE, Gate
from review.pictures import Pictures
from review.settings import Settings

PASSWORD = "十二个字符的一个好密码"
HERE = "http://127.0.0.1:8377"


def _application(home: Home, settings: Settings) -> Gate:
    application = FastAPI()
    routes.add(application, home, settings, Pictures(home.originals, home.root / "console" / "pages"))

    @application.get("/")
    async def index(request: Request) -> JSONResponse:
        return JSONResponse({"who": request.scope["state"]["who"].name})

    @application.post("/act")
    async def act() -> JSONResponse:
        return JSONResponse({})

    @application.websocket("/socket")
    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("in")
        await socket.close()

    @application.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                await socket.send_text(await socket.receive_text())

    return Gate(application, home, settings)


@pytest.fixture
def blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setitem(access._COST, "n", 2**4)
    return Home(tmp_path / "home").create()


def _client(home: Home, settings: Settings | None = None, base: str = HERE) -> TestClient:
    return TestClient(_application(home, settings or Settings()), base_url=base, follow_redirects=False)


@pytest.mark.parametrize(
    ("settings", "host", "through"),
    [
        (Settings(), "127.0.0.1:8377", True),
        (Settings(), "localhost:8377", True),
        (Settings(), "[::1]:8377", True),
        (Settings(), "evil.example:8377", False),
        (Settings(), "127.0.0.1.evil.example", False),
        (Settings(), "10.0.0.7:8377", False),
        (Settings(), "", False),
        (Settings("0.0.0.0", names=("review.example",)), "review.example", True),
        (Settings("0.0.0.0"), "10.0.0.7:8377", True),
        (Settings("0.0.0.0"), "evil.example", False),
    ],
)
def test_only_its_own_names_are_answered(settings: Settings, host: str, through: bool) -> None:
    assert settings.answers_to(host) is through


def test_a_foreign_host_is_refused(blank: Home) -> None:
    assert _client(blank).get("/").json() == {"who": "本机"}
    assert _client(blank).get("/", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": HERE, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": HERE}, 200),
    ],
)
def test_what_changes_something_must_come_from_the_console(blank: Home, headers: dict[str, str], status: int) -> None:
    assert _client(blank).post("/act", headers=headers).status_code == status


def test_a_web_socket_from_another_page_is_refused(blank: Home) -> None:
    with _client(blank).websocket_connect("ws://127.0.0.1:8377/socket", headers={"origin": HERE}) as socket:
        assert socket.receive_text() == "in"
    for headers in ({}, {"origin": "http://evil.example"}):
        with (
            pytest.raises(WebSocketDisconnect),
            _client(blank).websocket_connect("ws://127.0.0.1:8377/socket", headers=headers),
        ):
            pass


def _log_in(client: TestClient, password: str = PASSWORD, following: str = "/") -> Any:
    return client.post("/login", data={"name": "甲", "password": password, "next": following}, headers={"origin": HERE})


def test_with_users_everybody_logs_in(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    client = _client(blank)
    asked = client.get("/item/x?y=1", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=%2Fitem%2Fx%3Fy%3D1")
    assert client.get("/").status_code == 401
    assert client.head("/still-here").status_code == 401
    assert client.get("/page/" + "a" * 64 + "/1/2.jpg").status_code == 401
    assert client.get("/data-docs/index.html").status_code == 401
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("ws://127.0.0.1:8377/socket", headers={"origin": HERE}),
    ):
        pass
    assert _log_in(client, "错误的密码").status_code == 403
    welcome = _log_in(client)
    assert welcome.status_code == 303
    cookie = welcome.headers["set-cookie"].lower()
    assert COOKIE in cookie and "httponly" in cookie and "samesite=lax" in cookie
    assert client.get("/").json() == {"who": "甲"}
    with client.websocket_connect("ws://127.0.0.1:8377/socket", headers={"origin": HERE}) as socket:
        assert socket.receive_text() == "in"
    client.post("/logout", headers={"origin": HERE})
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("how", ["logout", "disabled", "password", "idle"])
def test_an_open_page_ends_with_its_login(blank: Home, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(gate, "RECHECK", 0.0)
    access.set_user(blank, "甲", "viewer", PASSWORD, by="测试")
    access.set_user(blank, "管", "admin", PASSWORD, by="测试")
    client = _client(blank)
    _log_in(client)
    with client.websocket_connect("ws://127.0.0.1:8377/echo", headers={"origin": HERE}) as socket:
        socket.send_text("1")
        assert socket.receive_text() == "1"
        if how == "logout":
            other = _client(blank)
            other.cookies = client.cookies
            other.post("/logout", headers={"origin": HERE})
        elif how == "disabled":
            access.disable_user(blank, "甲", by="测试")
        elif how == "password":
            access.set_user(blank, "甲", "viewer", PASSWORD + "新", by="测试")
        else:
            monkeypatch.setattr(access, "IDLE", timedelta(0))
        socket.send_text("2")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 1008


def test_an_open_page_does_not_keep_a_forgotten_login_alive(blank: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "RECHECK", 0.0)
    access.set_user(blank, "甲", "viewer", PASSWORD, by="测试")
    client = _client(blank)
    _log_in(client)
    with session_of(blank) as session:
        login = session.scalars(select(ConsoleSession)).one()
        seen = login.seen_at = login.seen_at - timedelta(minutes=30)
    with client.websocket_connect("ws://127.0.0.1:8377/echo", headers={"origin": HERE}) as socket:
        with session_of(blank) as session:  # opening the page was a use; what the page does by itself is none
            session.scalars(select(ConsoleSession)).one().seen_at = seen
        for _ in range(3):
            socket.send_text("3")
            socket.receive_text()
        assert client.head("/still-here").status_code == 204
    with session_of(blank) as session:
        assert session.scalars(select(ConsoleSession)).one().seen_at == seen


def test_a_local_page_ends_when_users_are_set(blank: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "RECHECK", 0.0)
    with _client(blank).websocket_connect("ws://127.0.0.1:8377/echo", headers={"origin": HERE}) as socket:
        access.set_user(blank, "管", "admin", PASSWORD, by="测试")
        socket.send_text("1")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_a_login_never_takes_over_a_secret_that_was_brought_along(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    client = _client(blank)
    client.cookies.set(COOKIE, "chosen-by-somebody-else")
    assert client.get("/").status_code == 401
    _log_in(client)
    given = [one.value for one in client.cookies.jar if one.name == COOKIE]
    assert (
        "chosen-by-somebody-else" not in given[-1:]
        and access.who_is(blank, access.digest_of("chosen-by-somebody-else")) is None
    )


def test_a_login_from_another_page_is_refused(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    answer = _client(blank).post(
        "/login", data={"name": "甲", "password": PASSWORD}, headers={"origin": "http://evil.example"}
    )
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/x\r\nSet-Cookie: a=b",
        "javascript:x",
        "",
    ],
)
def test_a_login_leads_nowhere_else(blank: Home, following: str) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    assert _log_in(_client(blank), following=following).headers["location"] == "/"


def test_what_is_written_on_the_login_page_stays_text(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    page = _client(blank).get('/login?next=/"><script>alert(1)</script>').text
    assert "<script" not in page


def test_the_cookie_is_for_https_only_where_there_is_https(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    client = _client(blank, Settings(secure_proxy=True), HERE.replace("http:", "https:"))
    assert _log_in(client).status_code == 403, "a page that is not HTTPS is another page"
    answer = client.post(
        "/login", data={"name": "甲", "password": PASSWORD}, headers={"origin": HERE.replace("http:", "https:")}
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE}=") and "; secure" in cookie.lower() and "domain" not in cookie.lower()
    assert answer.headers["strict-transport-security"]
    assert client.get("/").json() == {"who": "甲"}


def test_a_second_login_ends_the_first_of_the_same_browser(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    client = _client(blank)
    _log_in(client)
    first = str(client.cookies[COOKIE])
    _log_in(client)
    assert client.cookies[COOKIE] != first, "a login is never one that was there before"
    assert access.who_is(blank, access.digest_of(first)) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
        ({"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, 200),
    ],
)
def test_other_sites_may_lead_here_but_load_nothing(blank: Home, headers: dict[str, str], status: int) -> None:
    assert _client(blank).get("/", headers=headers).status_code == status


def test_who_comes_through_a_proxy_is_not_the_local_person(blank: Home) -> None:
    from flows.home import HomeError
    from review.app import build

    assert _client(blank).get("/", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401
    for settings in (Settings(secure_proxy=True), Settings(names=("review.example",))):
        assert _client(blank, settings).get("/").status_code == 401
        with pytest.raises(HomeError, match="--add-user"):
            build(blank, settings)


def test_no_other_site_is_let_in_by_a_header_of_the_application(blank: Home) -> None:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        from starlette.responses import PlainTextResponse

        await PlainTextResponse("x", headers={"Access-Control-Allow-Origin": "*"})(scope, receive, send)

    answer = TestClient(Gate(inner, blank, Settings()), base_url=HERE).get("/")
    assert answer.status_code == 200 and "access-control-allow-origin" not in answer.headers


def test_without_users_only_this_machine_is_served(blank: Home) -> None:
    from flows.home import HomeError
    from review.app import build

    with pytest.raises(HomeError, match="--add-user"):
        build(blank, Settings("0.0.0.0"))
    remote = _client(blank, Settings("0.0.0.0"), "http://10.0.0.7:8377")
    assert remote.get("/").status_code == 401


def test_headers_keep_the_pages_to_themselves(blank: Home) -> None:
    headers = _client(blank).get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
    assert "http" not in policy.replace("https", "http"), "nothing may be loaded from elsewhere"
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "/etc/passwd",
        "link",
        "a\0b",
        "sub",
        "..\\x",
    ],
)
def test_no_file_outside_of_the_data_docs_is_served(blank: Home, path: str) -> None:
    blank.data_docs.mkdir()
    (blank.data_docs / "sub").mkdir()
    (blank.data_docs / "index.html").write_text("报告", encoding="utf-8")
    (blank.root / "secret.txt").write_text("secret", encoding="utf-8")
    (blank.data_docs / "link").symlink_to(blank.root / "secret.txt")
    assert routes.inside(blank.data_docs, path) is None
    assert routes.inside(blank.data_docs, "index.html") == (blank.data_docs / "index.html").resolve()
    client = _client(blank)
    assert client.get("/data-docs/index.html").text == "报告"
    if "\0" not in path:
        assert "secret" not in client.get(f"/data-docs/{path}").text


@pytest.mark.parametrize(
    "address", ["/page/../1/2.jpg", "/page/" + "a" * 63 + "/1/2.jpg", "/page/" + "a" * 64 + "/0/2.jpg",
                "/page/" + "a" * 64 + "/1/3.jpg", "/page/" + "A" * 64 + "/1/2.jpg", "/page/" + "a" * 64 + "/1/2.jpg"]
)  # fmt: skip
def test_pages_that_are_none(blank: Home, address: str) -> None:
    assert _client(blank).get(address).status_code == 404


def test_a_body_too_large_is_refused(blank: Home) -> None:
    answer = _client(blank).post("/act", content=b"x" * (2 * 2**20 + 1), headers={"origin": HERE})
    assert answer.status_code == 413


def test_a_body_without_a_length_is_bounded_too(blank: Home) -> None:
    access.set_user(blank, "甲", "steward", PASSWORD, by="测试")
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 50:
            sent += 1
            yield b"x" * 2**17

    answer = _client(blank).post("/login", content=endless(), headers={"origin": HERE})
    assert answer.status_code == 413


def test_other_kinds_of_messages_pass(blank: Home) -> None:
    seen: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async def nothing() -> Any:
        return {}

    asyncio.run(Gate(inner, blank, Settings())({"type": "lifespan"}, nothing, nothing))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
