"""Servers of one home: one starts after another, and a half-made database of Prefect is no end of the road."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from flows.home import Home, HomeError
from flows.prefect_server import PrefectServer

_STAND_IN = """
import http.server, pathlib, sys, time
port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
if (folder / "prefect.db").exists() and (folder / "prefect.db").read_bytes() == b"half made":
    sys.exit(3)
if (folder / "making").exists():
    sys.exit(4)  # another one makes the tables just now
(folder / "making").touch()
time.sleep(0.5)
(folder / "prefect.db").write_bytes(b"whole")
(folder / "making").unlink()
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


class _StandIn(PrefectServer):
    """A child that behaves like Prefect's server at its start, in half a second instead of ten."""

    def command(self) -> list[str]:
        return [sys.executable, "-c", _STAND_IN, str(self.port), str(self.home.prefect)]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a server sets Prefect's environment for this process: not for the tests after it."""
    monkeypatch.setattr(os, "environ", dict(os.environ))


def test_a_half_made_database_is_put_aside(home: Home) -> None:
    home.prefect.mkdir(parents=True)
    (home.prefect / "prefect.db").write_bytes(b"half made")
    with _StandIn(home) as server:
        server.wait(20)
    assert (home.prefect / "prefect.db").read_bytes() == b"whole"
    assert (home.prefect / "prefect.db.broken").read_bytes() == b"half made"


def test_two_servers_start_one_after_the_other(home: Home) -> None:
    ready: list[float] = []

    def serve() -> None:
        with _StandIn(home) as server:
            server.wait(20)
            ready.append(time.monotonic())
            time.sleep(1.5)  # both serve at the same time

    threads = [threading.Thread(target=serve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ready) == 2


def test_a_database_that_another_server_uses_is_left_alone(home: Home) -> None:
    with _StandIn(home) as running:
        running.wait(20)
        (home.prefect / "prefect.db").write_bytes(b"half made")
        with pytest.raises(HomeError, match="没有启动"), _StandIn(home) as second:
            second.wait(20)
        assert (home.prefect / "prefect.db").read_bytes() == b"half made"
