"""Addresses and registries: bounded, polite, and never a way into the machine's own network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.home import Configuration, Fetching, Home, HomeError
from flows.sources import FetchError, SourceError, TransientFetchError, fetch, local_files, read_registry

_OPEN = Fetching(private_addresses=True, max_bytes=1000, timeout=5, redirects=2)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/file":
            if self.headers.get("If-None-Match") == '"v1"':
                self.send_response(304)
                self.end_headers()
                return
            self._send(
                b"hello", ETag='"v1"', **{"Content-Disposition": "attachment; filename*=UTF-8''%E5%86%B3%E7%AE%97.pdf"}
            )
        elif self.path == "/big":
            self._send(b"x" * 2000)
        elif self.path == "/busy":
            self.send_error(503)
        elif self.path == "/loop":
            self._redirect("/loop")
        elif self.path == "/inside":
            self._redirect(f"http://localhost:{self.headers['Host'].rpartition(':')[2]}/file")
        elif self.path == "/away":
            self._redirect("file:///etc/passwd")
        else:
            self.send_error(404)

    def _send(self, data: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _redirect(self, target: str) -> None:
        self.send_response(302)
        self.send_header("Location", target)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A small web site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_file_is_fetched_once_and_then_asked_for(site: str) -> None:
    first = fetch(f"{site}/file", _OPEN)
    assert (first.data, first.name) == (b"hello", "决算.pdf")
    assert fetch(f"{site}/file", _OPEN, etag=first.etag).data is None


@pytest.mark.parametrize("path", ["/big", "/loop", "/away", "/nothing"])
def test_too_large_looping_leading_away_or_missing_is_refused_for_good(site: str, path: str) -> None:
    with pytest.raises(FetchError) as error:
        fetch(site + path, _OPEN)
    assert not isinstance(error.value, TransientFetchError)


def test_a_busy_server_may_be_tried_again(site: str) -> None:
    with pytest.raises(TransientFetchError):
        fetch(f"{site}/busy", _OPEN)


def test_an_address_of_this_machine_is_fetched_where_it_is_written_down_and_never_through_a_redirect(site: str) -> None:
    closed = replace(_OPEN, private_addresses=False)
    assert fetch(f"{site}/file", closed).data == b"hello"
    assert fetch(f"{site}/inside", _OPEN).data == b"hello"
    with pytest.raises(FetchError, match="内部网络"):
        fetch(f"{site}/inside", closed)


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "[fe80::1]", "portal.example.org"])
def test_other_private_networks_are_not_reached_unless_allowed(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(name: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", ("10.0.0.1" if name == "portal.example.org" else name, port))]

    monkeypatch.setattr("flows.sources.socket.getaddrinfo", resolve)
    with pytest.raises(FetchError, match="内部网络"):
        fetch(f"http://{host}:9/x", replace(_OPEN, private_addresses=False))


def test_a_registry_lists_what_is_enabled_relative_to_itself(tmp_path: Path) -> None:
    toml = tmp_path / "sources.toml"
    toml.write_text(
        '[[source]]\naddress = "in"\n[[source]]\naddress = "https://example.org/a.pdf"\n[[source]]\naddress = "no"\nenabled = false\n'
    )
    table = tmp_path / "sources.csv"
    table.write_text("address,enabled\nin,\nhttps://example.org/a.pdf,true\nno,false\n", encoding="utf-8")
    expected = (str(tmp_path / "in"), "https://example.org/a.pdf")
    assert read_registry(toml) == expected == read_registry(table)
    toml.write_text("[[source]]\nname = 'x'\n")
    with pytest.raises(SourceError, match="address"):
        read_registry(toml)


def test_what_is_not_there_or_not_supported_is_said(tmp_path: Path) -> None:
    for wrong in (str(tmp_path / "none"), "ftp://example.org/x"):
        with pytest.raises(SourceError):
            list(local_files(wrong))


@pytest.mark.parametrize("text", ["[nightly]\ncrom = 'x'", "[reading]\nworkers = 'two'", "nightly = 3", "[[["])
def test_a_wrong_configuration_is_refused_by_name(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    assert home.configuration() == Configuration()
    home.configuration_file.write_text(text, encoding="utf-8")
    with pytest.raises(HomeError):
        home.configuration()
