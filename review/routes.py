"""What is served besides the pages: login, page pictures, Data Docs. No path from a request reaches the file system unchecked."""

from __future__ import annotations

import html
import mimetypes
import re
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

from flows.home import Home
from review import access
from review.access import AccessError
from review.gate import STILL_HERE, cookie_name
from review.pictures import NoPicture, Pictures
from review.settings import Settings
from review.wording import Words

LANGUAGE = "kuanxiang_language"
_DOCS_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "script-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_LOGIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PICTURE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
_LOGIN_BYTES = 8192
_SAFE_NEXT = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def words_of(request: Request) -> Words:
    """The language of the cookie; Chinese without one."""
    return Words(request.cookies.get(LANGUAGE, "zh"))


def address_of(request: Request) -> str | None:
    """Where a request comes from."""
    return request.client.host if request.client else None


def add(app: FastAPI, home: Home, settings: Settings, pictures: Pictures) -> None:
    """Add the routes to the application."""
    cookie = cookie_name(settings)

    @app.get("/login")
    async def login_form(request: Request) -> Response:
        return _login_page(words_of(request), request.query_params.get("next", "/"))

    @app.post("/login")
    async def login(request: Request) -> Response:
        body = await request.body()
        if len(body) > _LOGIN_BYTES:
            return PlainTextResponse("", 413)
        fields = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        following = fields.get("next", "/")
        name, password = fields.get("name", ""), fields.get("password", "")
        try:
            secret = await run_in_threadpool(lambda: access.log_in(home, name, password, address=address_of(request)))
        except AccessError as error:
            return _login_page(words_of(request), following, str(error), 403, name=name[:64])
        response = RedirectResponse(following if _SAFE_NEXT.fullmatch(following) else "/", 303)
        before = request.cookies.get(cookie)
        if before:  # whoever was logged in with this browser is not any more
            await run_in_threadpool(access.log_out, home, access.digest_of(before))
        response.set_cookie(
            cookie,
            secret,
            max_age=int(access.LASTING.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=settings.secure,
        )
        return response

    @app.post("/logout")
    async def logout(request: Request) -> Response:
        who = request.scope["state"]["who"]
        if who is not None and who.token:
            await run_in_threadpool(lambda: access.log_out(home, who.token, address=address_of(request)))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(cookie, secure=settings.secure, httponly=True, samesite="lax")
        return response

    @app.head(STILL_HERE)
    async def still_here() -> Response:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    @app.get("/page/{document_id}/{page}/{scale}.jpg")
    async def page_picture(document_id: str, page: int, scale: int) -> Response:
        try:
            picture = await run_in_threadpool(pictures.page, document_id, page, float(scale))
        except NoPicture as error:
            return PlainTextResponse(str(error), 404)
        # Named by the hash of the bytes: the same address is the same picture for ever, but never in a shared cache.
        return FileResponse(
            picture.path,
            media_type="image/svg+xml" if picture.path.suffix == ".svg" else "image/jpeg",
            headers={"Cache-Control": "private, max-age=86400, immutable", "Content-Security-Policy": _PICTURE_POLICY},
        )

    @app.get("/data-docs/{path:path}")
    async def data_docs(path: str) -> Response:
        found = await run_in_threadpool(inside, home.data_docs, path)
        if found is None:
            return PlainTextResponse("没有这一页。\n", 404)
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        return FileResponse(
            found, media_type=kind, headers={"Content-Security-Policy": _DOCS_POLICY, "Cache-Control": "no-cache"}
        )


def inside(folder: Path, path: str) -> Path | None:
    """The file of that relative name really inside the folder, or None."""
    if "\0" in path or "\\" in path:
        return None
    try:
        root = folder.resolve(strict=True)
        found = (root / path.lstrip("/")).resolve(strict=True)
    except (OSError, ValueError):
        return None
    return found if found.is_relative_to(root) and found.is_file() else None


def _login_page(t: Words, following: str, problem: str = "", status: int = 200, *, name: str = "") -> Response:
    """A page without scripts: nothing to attack before the login."""
    following = following if _SAFE_NEXT.fullmatch(following) else "/"
    said = f'<p class="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    page = f"""<!doctype html><html lang="{t.language}"><head><meta charset="utf-8"><title>{t("title")}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_LOGIN_STYLE}</style></head><body>
<form method="post" action="/login"><h1>款项</h1><p class="sub">{t("title")}</p>{said}
<label>{t("login.name")}<input name="name" value="{html.escape(name, quote=True)}" autocomplete="username"{"" if name else " autofocus"} required maxlength="64"></label>
<label>{t("login.password")}<input name="password" type="password" autocomplete="current-password"{" autofocus" if name else ""} required maxlength="1024"></label>
<input type="hidden" name="next" value="{html.escape(following, quote=True)}"><button>{t("login.submit")}</button></form></body></html>"""
    return HTMLResponse(page, status, headers={"Content-Security-Policy": _LOGIN_POLICY, "Cache-Control": "no-store"})


_LOGIN_STYLE = """
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f2f4f7;color:#101828;
 font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
form{width:320px;background:#fff;border:1px solid #e4e7ec;border-radius:12px;padding:32px;box-shadow:0 8px 24px #1018280f}
h1{margin:0;font-size:26px;color:#123b5d}.sub{margin:0 0 20px;color:#667085}
label{display:block;margin-bottom:14px;color:#344054;font-size:13px}
input{display:block;width:100%;box-sizing:border-box;margin-top:4px;padding:9px 11px;font:inherit;border:1px solid #d0d5dd;border-radius:8px}
input:focus{outline:2px solid #84adcf;border-color:#123b5d}
button{width:100%;margin-top:6px;padding:10px;font:inherit;color:#fff;background:#123b5d;border:0;border-radius:8px;cursor:pointer}
.problem{background:#fef3f2;color:#b42318;padding:8px 12px;border-radius:8px;margin:0 0 14px}
"""
