"""Archives → members: names decoded as their makers meant them, sizes bounded, no member ever written to disk.

A member's name is only a label. An archive within an archive is opened in its place, a few levels deep.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from extractors.detect import NAMES, detect
from extractors.errors import DamagedDocument, EncryptedDocument, ExtractionError, TooLarge, UnsupportedFormat
from extractors.limits import Limits
from extractors.packages import check_sizes
from extractors.texts import printable

_SEVEN_ZIP, _RAR = b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"
_JUNK_NAMES = {".ds_store", "thumbs.db", "desktop.ini", ".directory"}


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its path label (folders and outer archives by ``/``), its bytes, or why it was not read."""

    name: str
    data: bytes
    error: ExtractionError | None = None


def members(path: Path, limits: Limits) -> Iterator[Member]:
    """The files in an archive, in stored order; folders, links and system litter left out.

    A member that cannot be read is yielded with its `error` and no data. Raises UnsupportedFormat for what is no ZIP, 7z
    or RAR (and for RAR where nothing on the machine opens it), EncryptedDocument where all of it is under a password,
    DamagedDocument where the archive does not open, TooLarge where it promises or delivers too much.
    """
    kind = detect(path)
    budget = _Budget(limits)
    if kind == "zip":
        with path.open("rb") as stream:
            yield from _zip_members(stream, "", 1, budget)
    elif kind in ("7z", "rar"):
        yield from _other_members(kind, path, "", 1, budget)
    else:
        label = NAMES.get(kind, "未知类型的文件")
        raise UnsupportedFormat(f"不能打开{label}，只支持 ZIP、7z 和 RAR；请解压后提交其中的文件。")


class _Budget:
    """What may still be unpacked, over all levels of one archive."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.bytes_left = limits.max_unpacked_bytes
        self.members_left = limits.max_members
        self.clock = limits.clock()


def _zip_members(stream: IO[bytes], prefix: str, depth: int, budget: _Budget) -> Iterator[Member]:
    try:
        container = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise DamagedDocument("压缩包不完整或已损坏，无法打开；请重新下载。") from error
    with container:
        check_sizes(container.infolist(), budget.limits)
        for info in container.infolist():
            budget.clock.check()
            name = member_name(info)
            if info.is_dir() or name.endswith("/") or _is_link(info) or is_junk(name):
                continue
            budget.members_left -= 1
            if budget.members_left < 0:
                raise TooLarge(f"压缩包内成员超过 {budget.limits.max_members} 个，未全部读取。")
            label = prefix + name
            try:
                data = _data(container, info, budget)
            except (EncryptedDocument, DamagedDocument) as error:
                yield Member(label, b"", error)
                continue
            yield from _member(label, data, depth, budget)


def _other_members(kind: str, path: Path, prefix: str, depth: int, budget: _Budget) -> Iterator[Member]:
    """The files of a 7z or RAR archive."""
    for name, data in _seven_zip(path, budget) if kind == "7z" else _rar(path, budget):
        budget.clock.check()
        label = safe_label(name)
        if is_junk(label):
            continue
        budget.members_left -= 1
        if budget.members_left < 0:
            raise TooLarge(f"压缩包内成员超过 {budget.limits.max_members} 个，未全部读取。")
        if isinstance(data, ExtractionError):
            yield Member(prefix + label, b"", data)
        else:
            yield from _member(prefix + label, data, depth, budget)


def _seven_zip(path: Path, budget: _Budget) -> Iterator[tuple[str, bytes | ExtractionError]]:
    from extractors.archive_7z import unpack

    with path.open("rb") as stream:
        yield from unpack(stream, budget)


def _rar(path: Path, budget: _Budget) -> Iterator[tuple[str, bytes | ExtractionError]]:
    from extractors.archive_rar import unpack

    yield from unpack(path, budget)


def _member(label: str, data: bytes, depth: int, budget: _Budget) -> Iterator[Member]:
    """A file of an archive, or the files in it where it is an archive itself."""
    if data.startswith(b"PK\x03\x04") and _is_archive(data):
        yield from _nested("zip", label, data, depth, budget)
    elif data.startswith(_SEVEN_ZIP):
        yield from _nested("7z", label, data, depth, budget)
    elif data.startswith(_RAR):
        yield from _nested("rar", label, data, depth, budget)
    else:
        yield Member(label, data)


def _nested(kind: str, label: str, data: bytes, depth: int, budget: _Budget) -> Iterator[Member]:
    """The members of an archive within an archive, or the one member that says why not."""
    if depth >= budget.limits.max_depth:
        yield Member(label, b"", TooLarge(f"压缩包嵌套超过 {budget.limits.max_depth} 层，内层未打开。"))
        return
    try:
        if kind == "zip":
            yield from _zip_members(BytesIO(data), f"{label}/", depth + 1, budget)
            return
        with tempfile.TemporaryDirectory(prefix="kuanxiang-archive-") as folder:
            inner = Path(folder) / "inner"  # the program that opens it wants a file; no member is ever written
            inner.write_bytes(data)
            yield from _other_members(kind, inner, f"{label}/", depth + 1, budget)
    except (DamagedDocument, EncryptedDocument, UnsupportedFormat) as error:
        yield Member(label, b"", error)


def _data(container: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> bytes:
    if info.flag_bits & 1:
        raise EncryptedDocument("压缩包内的文件设有密码，无法读取；请取得未加密的版本。")
    if info.file_size > budget.limits.max_bytes:
        raise TooLarge(f"压缩包内的文件解压后达 {info.file_size / 1048576:.0f} MB，超过上限，未读取。")
    try:
        with container.open(info) as member:
            data = member.read(min(info.file_size, budget.bytes_left) + 1)
    except TooLarge:
        raise
    except Exception as error:  # BadZipFile, zlib.error, NotImplementedError (compression), EOFError, …
        raise DamagedDocument("压缩包内的文件损坏或压缩方式不受支持，无法解压；请重新下载。") from error
    budget.bytes_left -= len(data)
    if budget.bytes_left < 0 or len(data) > info.file_size:
        raise TooLarge("压缩包解压后过大，已停止读取；请检查来源。")
    return data


def _is_archive(data: bytes) -> bool:
    """Whether a ZIP is an archive of documents, not itself an Office, OpenDocument or OFD document."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as inner:
            names = {name.lower().replace("\\", "/").lstrip("/") for name in inner.namelist()[:20_000]}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return not names & {"[content_types].xml", "ofd.xml", "mimetype"}


def _is_link(info: zipfile.ZipInfo) -> bool:
    return (info.external_attr >> 16) & 0o170000 == 0o120000


def is_junk(name: str) -> bool:
    """Litter of operating systems and lock files of office programs."""
    parts = name.split("/")
    last = parts[-1].lower()
    return "__MACOSX" in parts or last in _JUNK_NAMES or last.startswith(("~$", "._", ".~"))


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member as its maker meant it, as a harmless relative label.

    Names without the UTF-8 flag come as code page 437 from the ZIP reader; Chinese programs wrote GBK (or UTF-8) there.
    """
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        if raw and not raw.isascii():
            name = _decoded(raw, name)
    return safe_label(name)


def _decoded(raw: bytes, fallback: str) -> str:
    """The reading that gives Chinese; short GBK names can be valid UTF-8 of another script."""
    readings = []
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            readings.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return next((text for text in readings if _is_chinese(text)), readings[0] if readings else fallback)


def _is_chinese(text: str) -> bool:
    """Whether everything beyond ASCII is Chinese characters, their punctuation and full-width forms."""
    return all(
        character.isascii()
        or "\u4e00" <= character <= "\u9fff"
        or "\u3000" <= character <= "\u303f"
        or "\uff00" <= character <= "\uffef"
        or "\u2010" <= character <= "\u206f"
        or "\u2160" <= character <= "\u24ff"
        or character == "·"
        for character in text
    )


def safe_label(name: str) -> str:
    """A relative path label: no drive, no root, no way up, no control characters; never empty."""
    name = printable(name.split("\x00")[0]).replace("\\", "/").replace("\n", " ")
    folder = name.endswith("/")
    parts = [part.strip() for part in name.split("/")]
    kept = [part for part in parts if part not in ("", ".", "..")]
    if kept and len(kept[0]) == 2 and kept[0][1] == ":":
        kept = kept[1:]
    return ("/".join(part[:200] for part in kept[-20:]) or "未命名") + ("/" if folder else "")
