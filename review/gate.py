"""The gate in front of everything the console serves, web sockets included: host, origin, login, headers.

* The Host header must name the console (DNS rebinding).
* Whatever can change something (any method but GET and HEAD, and every web socket, over which NiceGUI acts) must come from
  a page of the console: its Origin must be the Host. This is the protection against cross-site request forgery. Other sites
  may lead a browser here, but not load anything from here into their pages.
* Without users only a console bound to this machine serves, as the local person, and never through a proxy: whoever comes
  through one is not at this machine. With users everything but the login page needs a login, in a cookie scripts cannot read.
* An open web socket does not outlive the login it was opened with: whatever comes in over it is answered only while that stands.
* A body is read to its bound only, whatever length it claims.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.home import Home
from review.access import Who, digest_of, has_users, who_is
from review.settings import Settings

COOKIE = "kuanxiang_session"
_PROXY_MARKS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
PUBLIC = ("/login", "/favicon.ico")
"""Addresses that need no login."""
STILL_HERE = "/still-here"
"""Asks whether the login still stands, which is no use of it."""
RECHECK = 2.0
"""Seconds after which a message over a web socket has its login looked up anew."""
_LARGEST_BODY = 2 * 2**20
_TOO_LARGE = "请求过大。\n"

# NiceGUI starts from scripts in its page and compiles templates in the browser: 'unsafe-inline' and 'unsafe-eval' are what
# it needs. Everything else stays with the console itself; nothing can be sent or loaded elsewhere.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, home: Home, settings: Settings) -> None:
        self._app = app
        self._home = home
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or web socket through, or answer in its place."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        who: Who | None = None
        if refusal is None:
            who = await run_in_threadpool(self._who, HTTPConnection(scope), used=scope["path"] != STILL_HERE)
            if who is None and not self._is_public(scope):
                refusal = self._ask_for_login(scope)
        if refusal is not None:
            await self._refuse(scope, receive, send, refusal)
            return
        scope.setdefault("state", {})["who"] = who
        if scope["type"] == "http":
            await self._within_bound(scope, receive, send)
        else:
            guarded = _with_headers(send, secure=self._settings.secure)
            await self._app(scope, self._while_logged_in(scope, receive, send), guarded)

    def _while_logged_in(self, scope: Scope, receive: Receive, send: Send) -> Receive:
        """Messages of a web socket, up to the one that comes after its login ended.

        Looked up anew every few seconds at most. This is no use of the login: an open page answers the server's pings by
        itself, and must not keep a forgotten login alive.
        """
        connection = HTTPConnection(scope)
        looked = time.monotonic()

        async def checked() -> Message:
            nonlocal looked
            message = await receive()
            if message["type"] == "websocket.receive" and time.monotonic() - looked >= RECHECK:
                looked = time.monotonic()
                if await run_in_threadpool(self._who, connection, used=False) is None:
                    await send({"type": "websocket.close", "code": 1008})
                    return {"type": "websocket.disconnect", "code": 1008}
            return message

        return checked

    async def _within_bound(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose body may turn out too large: one without a length can go on for ever."""
        taken, begun = 0, False
        guarded = _with_headers(send, secure=self._settings.secure)

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= _LARGEST_BODY else {"type": "http.disconnect"}

        async def answer(message: Message) -> None:
            nonlocal begun
            if begun or taken <= _LARGEST_BODY:
                begun = True
                await guarded(message)

        try:
            await self._app(scope, bounded, answer)
        except Exception:
            if begun or taken <= _LARGEST_BODY:
                raise
        if taken > _LARGEST_BODY and not begun:
            await self._refuse(scope, receive, send, PlainTextResponse(_TOO_LARGE, 413))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._settings.answers_to(host):
            return PlainTextResponse("这个地址不是审核台的地址。用 --allow-host 加上它。\n", 421)
        changing = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if changing and not same_origin(headers, host, secure=self._settings.secure):
            return PlainTextResponse("请求不是从审核台的页面发出的，已拒绝。\n", 403)
        foreign = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
        if foreign and headers.get("sec-fetch-mode") != "navigate":
            return PlainTextResponse("别的网站不能载入审核台的内容。\n", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            return PlainTextResponse(_TOO_LARGE, 413)
        return None

    def _who(self, connection: HTTPConnection, *, used: bool = True) -> Who | None:
        if not has_users(self._home):
            proxied = any(name in connection.headers for name in _PROXY_MARKS)
            here = self._settings.private and not proxied
            return Who(self._settings.local_name, "admin", local=True) if here else None
        secret = connection.cookies.get(cookie_name(self._settings))
        return who_is(self._home, digest_of(secret), used=used) if secret else None

    @staticmethod
    def _is_public(scope: Scope) -> bool:
        return scope["type"] == "http" and scope["path"] in PUBLIC

    @staticmethod
    def _ask_for_login(scope: Scope) -> Response:
        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and "text/html" in Headers(scope=scope).get("accept", "")
        ):
            path = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            return RedirectResponse(f"/login?next={quote(path, safe='')}", 303)
        return PlainTextResponse("请先登录。\n", 401)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, response: Response) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await response(scope, receive, _with_headers(send, secure=self._settings.secure))


def cookie_name(settings: Settings) -> str:
    """The login cookie's name. Over HTTPS one that no other host of the domain and no plain page can set."""
    return f"__Host-{COOKIE}" if settings.secure else COOKIE


def same_origin(headers: Headers, host: str, *, secure: bool = False) -> bool:
    """Whether the Origin header, which browsers send and pages cannot forge, is the console itself. secure: it speaks HTTPS."""
    origins = headers.getlist("origin")
    if len(origins) != 1 or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    parts = urlsplit(origins[0])
    return parts.scheme in (("https",) if secure else ("http", "https")) and parts.netloc.lower() == host.lower()


def _with_headers(send: Send, *, secure: bool) -> Send:
    async def _send(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: Any = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                if name not in headers:
                    headers[name] = value
            # NiceGUI's socket server offers itself to every site.
            for name in ("access-control-allow-origin", "access-control-allow-credentials"):
                if name in headers:
                    del headers[name]
            if secure:
                headers["Strict-Transport-Security"] = "max-age=31536000"
        await send(message)

    return _send
