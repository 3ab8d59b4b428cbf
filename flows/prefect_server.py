"""A local Prefect server for the time of a run or a nightly service, started as cheaply as that can be done.

Prefect's own ephemeral mode imports its whole server into the client as well as into the child it starts: 15 s before a
flow begins, on the machine of docs/decisions.md. Here only the child imports it, while this process goes on working: 8 s, most
of them in parallel with other work. Prefect does not schedule on an ephemeral server; the nightly asks for a full one.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO

from flows.home import Home, HomeError

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "ERROR",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
}


def configure(home: Home, api_url: str | None = None) -> dict[str, str]:
    """Set Prefect's environment for this process and its children: state under the home, quiet, nothing sent anywhere.

    Must come before Prefect is imported. Returns the whole environment.
    """
    folder = home.prefect.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    settings = {**_QUIET, "PREFECT_HOME": str(folder), "PREFECT_PROFILES_PATH": str(folder / "profiles.toml")}
    # A database or profile that the user's own Prefect uses must not receive these runs.
    for name in (
        "PREFECT_API_DATABASE_CONNECTION_URL",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL",
        "PREFECT_API_KEY",
        "PREFECT_PROFILE",
    ):
        os.environ.pop(name, None)
    os.environ.update(settings)
    if api_url is not None:
        os.environ["PREFECT_API_URL"] = api_url
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1,localhost")))
    return dict(os.environ)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PrefectServer:
    """The child process and its address. `start` returns at once; `wait` until it answers; `stop` ends it.

    Servers of one home start one after another: two that make the tables of Prefect's database at once break it. One that
    was killed while making them left it half made; then it is put aside and made anew. It holds nothing but the history of
    runs, which is in the operational database too.
    """

    def __init__(self, home: Home, *, schedule: bool = False, port: int = 0) -> None:
        self.home = home
        self.schedule = schedule
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._starting: IO[bytes] | None = None
        self._serving: IO[bytes] | None = None

    @property
    def api_url(self) -> str:
        """The address clients use."""
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> PrefectServer:
        """Start the child; it boots while the caller goes on."""
        configure(self.home, self.api_url)
        self.home.logs.mkdir(parents=True, exist_ok=True)
        self._starting = (self.home.prefect / ".starting").open("ab")
        fcntl.flock(self._starting, fcntl.LOCK_EX)
        self._serving = (self.home.prefect / ".serving").open("ab")
        self._launch()
        return self

    def command(self) -> list[str]:
        """What the child runs."""
        return [
            sys.executable,
            "-m",
            "flows.prefect_serve",
            str(self.port),
            *(["--schedule"] if self.schedule else []),
        ]

    def _launch(self) -> None:
        environment = configure(self.home, self.api_url)
        root = Path(__file__).resolve().parent.parent
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(root), environment.get("PYTHONPATH"))))
        with (self.home.logs / "prefect-server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment
            )

    def _set_aside(self) -> bool:
        """Put a database that no server can start on aside. False where there is none, or another server is using it."""
        database = self.home.prefect / "prefect.db"
        if self._serving is None or not database.exists():
            return False
        try:
            fcntl.flock(self._serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        for path in (database, database.with_name("prefect.db-wal"), database.with_name("prefect.db-shm")):
            if path.exists():
                path.replace(path.with_name(path.name + ".broken"))
        fcntl.flock(self._serving, fcntl.LOCK_UN)
        return True

    def _release(self) -> None:
        for handle in (self._starting, self._serving):
            if handle is not None:
                handle.close()
        self._starting = self._serving = None

    def wait(self, seconds: float = 120.0) -> None:
        """Wait until the server answers. Raises HomeError where it does not."""
        deadline, tried_again = time.monotonic() + seconds, False
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                if self._process is not None and not tried_again and self._set_aside():
                    tried_again = True
                    self._launch()
                    continue
                raise HomeError(f"本机 Prefect 服务没有启动，详见 {self.home.logs / 'prefect-server.log'}")
            with suppress(urllib.error.URLError, OSError), opener.open(f"{self.api_url}/health", timeout=2) as answer:
                if answer.status == 200:
                    self._started()
                    return
            time.sleep(0.1)
        self.stop()
        raise HomeError(f"本机 Prefect 服务 {seconds:g} 秒内没有就绪，详见 {self.home.logs / 'prefect-server.log'}")

    def _started(self) -> None:
        if self._serving is not None:
            fcntl.flock(self._serving, fcntl.LOCK_SH)
        if self._starting is not None:
            self._starting.close()
            self._starting = None

    def stop(self) -> None:
        """End the child, gently first."""
        process, self._process = self._process, None
        self._release()
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def __enter__(self) -> PrefectServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
