"""The home folder: where all state lives, its configuration, its lock, and writing files so that a crash leaves none half done."""

from __future__ import annotations

import fcntl
import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import IO, Any

DEFAULT_HOME = Path("data") / "home"
CONFIGURATION_NAME = "kuanxiang.toml"


class HomeError(Exception):
    """The home folder cannot be used as asked; the message is a Chinese sentence for the user."""


class Busy(HomeError):
    """Another process is ingesting into the same home folder."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """How files come in from the network. Sizes in bytes, times in seconds; private_addresses: allow intranet hosts."""

    max_bytes: int = 200 * 1024 * 1024
    timeout: float = 30.0
    total_seconds: float = 300.0
    redirects: int = 5
    retries: int = 3
    retry_delay: float = 2.0
    private_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read. workers 0: one a core; seconds: wall time a document may take; memory_mb: of a worker."""

    workers: int = 0
    batch: int = 8
    seconds: float = 300.0
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True)
class Nightly:
    """The scheduled run. cron: five fields, local time of `timezone`; sources: addresses and folders; registry: a
    file with more of them; port: of the local Prefect server, 0 for any free one."""

    cron: str = "0 2 * * *"
    timezone: str = "Asia/Shanghai"
    sources: tuple[str, ...] = ()
    registry: str | None = None
    port: int = 0


@dataclass(frozen=True, slots=True)
class Configuration:
    """`kuanxiang.toml` of the home folder. operations_url: SQLAlchemy address of the operational database, None: SQLite in the home."""

    operations_url: str | None = None
    fetching: Fetching = field(default_factory=Fetching)
    reading: Reading = field(default_factory=Reading)
    nightly: Nightly = field(default_factory=Nightly)


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under one home folder. Making a `Home` touches nothing; `create` does."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The published warehouse, what analysts open."""
        return self.root / "warehouse.duckdb"

    @property
    def originals(self) -> Path:
        """Every document by its hash."""
        return self.root / "originals"

    @property
    def staged(self) -> Path:
        """What each document was read to, per hash and stage key."""
        return self.root / "staged"

    @property
    def data_docs(self) -> Path:
        """The Great Expectations site of the last runs."""
        return self.root / "data_docs"

    @property
    def prefect(self) -> Path:
        """State of the local Prefect server."""
        return self.root / "prefect"

    @property
    def logs(self) -> Path:
        """Logs of the Prefect server and the workers."""
        return self.root / "logs"

    @property
    def configuration_file(self) -> Path:
        """Where the configuration is read from, if it exists."""
        return self.root / CONFIGURATION_NAME

    def candidate(self, run_id: str) -> Path:
        """The warehouse that a run builds beside the published one."""
        return self.root / f"warehouse.candidate-{run_id}.duckdb"

    def original(self, sha256: str) -> Path:
        """Where an original lies, whether it is there or not."""
        return self.originals / sha256[:2] / sha256

    def stage(self, sha256: str, stage_key: str) -> Path:
        """The folder of one document's staged extract under one version of code and reference data."""
        return self.staged / sha256[:2] / sha256 / stage_key

    def create(self) -> Home:
        """Make the folders that are missing. Raises HomeError where that is impossible."""
        try:
            for folder in (self.root, self.originals, self.staged, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(
                f"无法建立数据目录 {self.root}：{error.strerror}。请检查权限，或用 --home 指定别处。"
            ) from error
        return self

    def configuration(self) -> Configuration:
        """The configuration; defaults where the file or a key is absent. Raises HomeError for unknown keys or wrong types."""
        if not self.configuration_file.exists():
            return Configuration()
        try:
            raw = tomllib.loads(self.configuration_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise HomeError(f"配置文件 {CONFIGURATION_NAME} 读不出来：{error}") from error
        return _configuration(raw)

    def operations_url(self) -> str:
        """Address of the operational database."""
        return self.configuration().operations_url or f"sqlite:///{self.root / 'operations.sqlite'}"


def _configuration(raw: dict[str, Any]) -> Configuration:
    sections: dict[str, Any] = {"fetching": Fetching, "reading": Reading, "nightly": Nightly}
    known: dict[str, Any] = {}
    for key, value in raw.items():
        if key == "operations_url" and isinstance(value, str):
            known[key] = value
        elif key in sections and isinstance(value, dict):
            known[key] = _section(key, sections[key], value)
        else:
            raise HomeError(f"配置文件 {CONFIGURATION_NAME} 里有不认识的项目：{key}")
    return Configuration(**known)


def _section(name: str, kind: Any, values: dict[str, Any]) -> Any:
    defaults = kind()
    known = {item.name for item in fields(kind)}
    given: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            raise HomeError(f"配置文件 {CONFIGURATION_NAME} 的 [{name}] 里有不认识的项目：{key}")
        default = getattr(defaults, key)
        if isinstance(default, tuple):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise HomeError(f"配置项 {name}.{key} 应为文字列表")
            value = tuple(value)
        elif isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif default is not None and type(value) is not type(default):
            raise HomeError(f"配置项 {name}.{key} 的类型不对，应为 {type(default).__name__}")
        given[key] = value
    return kind(**given)


@contextmanager
def ingestion_lock(home: Home, *, wait: bool = True, on_wait: Any = None) -> Iterator[None]:
    """Hold the home's lock: one ingestion at a time. Freed by the system when the process dies.

    wait: wait for the other one (calling `on_wait` once), else raise Busy.
    """
    home.create()
    with (home.root / ".lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if not wait:
                raise Busy("另一个收录正在这个数据目录里进行，请等它结束后再试。") from None
            if on_wait is not None:
                on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def atomic_file(target: Path, *, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """A binary file that appears at `target` complete and on disk, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in that folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
