"""Addresses and folders → files: what is there, what is skipped and why, and fetching over HTTP within bounds.

Only http and https. Hosts in private networks are refused unless the configuration allows them, so that neither a
redirect nor a name that resolves there can make the crawler read its own machine; an address that a person wrote down
as a number or as localhost says itself where it leads, and is fetched.
"""

from __future__ import annotations

import csv
import ipaddress
import os
import re
import socket
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from flows.home import Fetching

_URL = re.compile(r"^https?://", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}


class SourceError(Exception):
    """A source cannot be used; the message is a Chinese sentence."""


class FetchError(SourceError):
    """An address could not be fetched, and trying again will not help."""


class TransientFetchError(FetchError):
    """An address could not be fetched this time."""


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A file of this machine."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a folder that is left out on purpose, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Download:
    """What an address gave. data None: not changed since `etag` / `last_modified`."""

    url: str
    name: str
    data: bytes | None
    etag: str | None
    last_modified: str | None


def is_url(text: str) -> bool:
    """Whether a source is an address to be fetched."""
    return bool(_URL.match(text))


def local_files(source: str, *, leave_out: Path | None = None) -> Iterator[LocalSource | Skipped]:
    """The files of a path or folder, in the order of their names. leave_out: a folder never entered (the home itself).

    Raises SourceError where there is no such path or the scheme is not supported.
    """
    if _SCHEME.match(source):
        raise SourceError(f"不支持的地址：{source}（只支持 http、https 和本机路径）")
    path = Path(source).expanduser()
    if not path.exists():
        raise SourceError(f"找不到：{source}")
    path = path.absolute()
    if path.is_file():
        yield LocalSource(path, path.name)
        return
    if not path.is_dir():
        raise SourceError(f"不是文件或文件夹：{source}")
    excluded = leave_out.resolve() if leave_out else None
    for folder, folders, files in os.walk(path):
        here = Path(folder)
        kept = []
        for one in sorted(folders):
            if one.startswith("."):
                yield Skipped(str(here / one), "隐藏文件夹")
            elif excluded is not None and (here / one).resolve() == excluded:
                yield Skipped(str(here / one), "数据目录本身")
            else:
                kept.append(one)
        folders[:] = kept
        for one in sorted(files):
            target = here / one
            if one.startswith("~$"):
                yield Skipped(str(target), "办公软件的锁文件")
            elif one.startswith(".") or one.lower() in ("thumbs.db", "desktop.ini"):
                yield Skipped(str(target), "隐藏文件或系统文件")
            elif not target.is_file():
                yield Skipped(str(target), "不是普通文件（失效的链接或设备）")
            else:
                yield LocalSource(target, one)


def read_registry(path: Path) -> tuple[str, ...]:
    """The sources a registry file lists: TOML (``[[source]]`` with ``address``, optional ``enabled``) or CSV with a
    column ``address`` (and optional ``enabled``). Relative folders are relative to the file. Raises SourceError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".csv":
            rows: list[dict[str, object]] = [dict(row) for row in csv.DictReader(text.splitlines())]
        else:
            raw = tomllib.loads(text)
            listed = raw.get("source", [])
            plain = raw.get("sources", [])
            rows = [*({"address": one} for one in plain), *(one if isinstance(one, dict) else {} for one in listed)]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise SourceError(f"来源登记表 {path} 读不出来：{error}") from error
    found = []
    for number, row in enumerate(rows, 1):
        address = row.get("address")
        if not isinstance(address, str) or not address.strip():
            raise SourceError(f"来源登记表 {path} 第 {number} 项没有 address")
        if str(row.get("enabled", "true")).strip().lower() in ("false", "0", "no", "否"):
            continue
        address = address.strip()
        local = not is_url(address) and not Path(address).expanduser().is_absolute()
        found.append(str(path.parent / address) if local else address)
    if not found:
        raise SourceError(f"来源登记表 {path} 里没有启用的来源")
    return tuple(found)


def fetch(url: str, settings: Fetching, *, etag: str | None = None, last_modified: str | None = None) -> Download:
    """Fetch one address. Raises TransientFetchError where another try may help, FetchError otherwise."""
    import httpx

    headers = {"User-Agent": "kuanxiang/0.1", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    deadline = time.monotonic() + settings.total_seconds
    here = url
    try:
        with httpx.Client(timeout=settings.timeout, follow_redirects=False, trust_env=True) as client:
            for _ in range(settings.redirects + 1):
                _check_address(here, settings, asked=url)
                with client.stream("GET", here, headers=headers) as response:
                    if response.status_code in (301, 302, 303, 307, 308):
                        target = response.headers.get("location")
                        if not target:
                            raise FetchError(f"{url}：服务器要求转向却没有给出地址")
                        here = urljoin(here, target)
                        continue
                    return _download(url, here, response, settings, deadline)
    except httpx.TransportError as error:
        raise TransientFetchError(f"{url}：连接失败（{type(error).__name__}）") from error
    except httpx.HTTPError as error:
        raise FetchError(f"{url}：取不到（{type(error).__name__}）") from error
    except httpx.InvalidURL as error:
        raise FetchError(f"{url}：地址不合规") from error
    raise FetchError(f"{url}：转向超过 {settings.redirects} 次")


def _download(url: str, final: str, response: object, settings: Fetching, deadline: float) -> Download:
    import httpx

    assert isinstance(response, httpx.Response)
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    if response.status_code == 304:
        return Download(url, "", None, etag, modified)
    if response.status_code in _TRANSIENT:
        raise TransientFetchError(f"{url}：服务器暂时不可用（HTTP {response.status_code}）")
    if response.status_code != 200:
        raise FetchError(f"{url}：取不到（HTTP {response.status_code}）")
    limit = settings.max_bytes
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise FetchError(f"{url}：文件有 {int(declared) >> 20} MB，超过上限 {limit >> 20} MB")
    parts, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > limit:
            raise FetchError(f"{url}：文件超过上限 {limit >> 20} MB")
        if time.monotonic() > deadline:
            raise TransientFetchError(f"{url}：下载超过 {settings.total_seconds:g} 秒")
        parts.append(chunk)
    return Download(url, _name(final, response.headers.get("content-disposition", "")), b"".join(parts), etag, modified)


def _check_address(url: str, settings: Fetching, asked: str) -> None:
    """Refuse what is no web address, or leads into a private network that the address asked for does not name itself."""
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise FetchError(f"{url}：只支持 http 和 https 地址")
    if settings.private_addresses or (
        parts.hostname == urlsplit(asked).hostname and _says_it_is_private(parts.hostname)
    ):
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransientFetchError(f"{url}：找不到主机 {parts.hostname}") from error
    for *_, address in found:
        if not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global:
            raise FetchError(
                f"{url}：指向内部网络地址，未访问；确属可信时加 --allow-private，或在配置文件 [fetching] 设 private_addresses = true"
            )


def _says_it_is_private(host: str) -> bool:
    """Whether a host is written as localhost or a number of a private network; never of the link (cloud metadata)."""
    if host == "localhost":
        return True
    try:
        number = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return (number.is_loopback or number.is_private) and not (number.is_link_local or number.is_unspecified)


def _name(url: str, disposition: str) -> str:
    """The published file name: of Content-Disposition, else the last part of the address."""
    match = re.search(r"filename\*\s*=\s*([\w-]+)''([^;]+)", disposition, re.IGNORECASE)
    if match:
        name = unquote(match.group(2).strip().strip('"'), encoding=_known(match.group(1)), errors="replace")
    else:
        plain = re.search(r'filename\s*=\s*"?([^";]+)"?', disposition, re.IGNORECASE)
        name = plain.group(1) if plain else unquote(urlsplit(url).path.rsplit("/", 1)[-1])
        if plain:
            name = _mended(unquote(name))
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip()[:255] or "index.html"


def _known(encoding: str) -> str:
    try:
        return "".encode(encoding).decode(encoding) or encoding
    except (LookupError, UnicodeError):
        return "utf-8"


def _mended(name: str) -> str:
    """Header bytes are decoded as Latin-1; Chinese servers write UTF-8 or GBK there."""
    try:
        raw = name.encode("latin-1")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
