"""The console as an application: NiceGUI inside the gate, served by uvicorn. Imported by the review command only."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from flows.home import Home, HomeError
from flows.versions import stage_key
from review import routes
from review.access import has_users
from review.asread import AsRead
from review.gate import Gate
from review.pictures import Pictures
from review.queries import published
from review.queries.queue import Queue
from review.rebuild import Rebuilder
from review.settings import Settings

_WEB = Path(__file__).resolve().parent / "web"


def build(home: Home, settings: Settings) -> ASGIApp:
    """The whole application. Raises HomeError where it must not be served as asked."""
    if not settings.private and not has_users(home):
        way = "另给主机名或放在代理后面" if settings.loopback else f"绑定到 {settings.host} "
        raise HomeError(f"{way}会让别的机器也能打开审核台，须先设用户：kuanxiang review --add-user 名字 --role admin。")
    # NiceGUI keeps browser storage in the working directory unless told otherwise; the console uses none of it.
    os.environ["NICEGUI_STORAGE_PATH"] = str(home.root / "console" / "nicegui")
    from nicegui import app as nicegui_app
    from nicegui import context, ui

    from review.pages import frame
    from review.pages.desk import Console, Desk

    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    console = Console(
        home,
        settings,
        Queue(home),
        Pictures(home.originals, home.root / "console" / "pages"),
        AsRead(home.originals, home.root / "console" / "read", stage_key()),
        Rebuilder(home, pause=settings.publish_after),
    )
    routes.add(application, home, settings, console.pictures)
    style = (_WEB / "console.css").read_text(encoding="utf-8")

    def root() -> None:
        request = context.client.request
        ui.add_css(style)
        ui.colors(primary="#123b5d", negative="#b42318", positive="#067647")
        frame.build(
            Desk(console, request.scope["state"]["who"], routes.words_of(request), address=routes.address_of(request))
        )

    def begin() -> None:
        console.pictures.warm()
        # The first person should not wait for the rules' declarations, the catalog and the queue to be loaded.
        threading.Thread(target=_warm, args=(console,), name="warm", daemon=True).start()

    def end() -> None:
        console.rebuilder.close()
        console.pictures.close()
        console.papers.close()
        published.release(home)

    nicegui_app.on_startup(begin)
    nicegui_app.on_shutdown(end)
    ui.run_with(
        application,
        root=root,
        title="款项审核台",
        favicon=_WEB / "favicon.svg",
        language="zh-CN",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=20,
    )
    return Gate(application, home, settings)


def _warm(console: Any) -> None:
    """Load what the first click needs: the queue, its first item, that item's page."""
    from review.pages.desk import Ahead

    with suppress(HomeError, OSError):
        waiting = [row for row in console.queue.rows() if row.status == "open"]
        if waiting:
            Ahead().prepare(console, waiting[0].review_id)


def serve(home: Home, settings: Settings, *, announce: Any) -> None:
    """Serve until stopped; `announce` is called with the address once it listens."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(settings.address)

    Server(
        uvicorn.Config(
            build(home, settings),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws_max_size=2 * 2**20,
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.key,
        )
    ).run()
