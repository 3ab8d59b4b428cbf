"""7z archives: members unpacked in memory, within the budget of the whole archive."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any, Protocol

import py7zr
from py7zr.exceptions import ArchiveError, PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from extractors.errors import DamagedDocument, EncryptedDocument, TooLarge
from extractors.limits import Clock, Limits

_LZMA, _LZMA2, _PPMD = b"\x03\x01\x01", b"\x21", b"\x03\x04\x01"
_MOST_MEMORY = 1 << 30
"""More working memory than this (bytes) no honest archive asks its reader for."""


class Budget(Protocol):
    """What may still be unpacked, over all levels of one archive."""

    limits: Limits
    bytes_left: int
    clock: Clock


def unpack(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, bytes]]:
    """Names as stored and bytes of the files in a 7z archive; links and folders left out.

    Raises DamagedDocument, EncryptedDocument (names or contents under a password) or TooLarge; what was unpacked
    before the damage comes first.
    """
    factory = _Factory(budget)
    failure: Exception | None = None
    try:
        with py7zr.SevenZipFile(stream, "r") as container:
            if container.needs_password():
                raise EncryptedDocument("7z 压缩包设有密码，无法读取；请取得未加密的版本。")
            listed = container.list()
            _check(container, listed, budget.limits)
            wanted = [info.filename for info in listed if info.is_file]
            if wanted:
                container.extract(targets=wanted, factory=factory)
    except (TooLarge, EncryptedDocument):
        raise
    except PasswordRequired as error:
        raise EncryptedDocument("7z 压缩包设有密码，无法读取；请取得未加密的版本。") from error
    except MemoryError as error:
        raise TooLarge("解压 7z 压缩包所需内存过大，未读取；请检查来源。") from error
    except Exception as error:  # ArchiveError, lzma.LZMAError, struct.error, … on hostile bytes
        failure = error
    for writer in factory.written:
        if writer.done:
            yield writer.name, writer.take()
    if failure is not None:
        hint = "压缩方式不受支持或文件损坏" if isinstance(failure, ArchiveError) else "文件不完整或已损坏"
        raise DamagedDocument(f"7z 压缩包无法解压（{hint}）；请重新下载，或解压后提交其中的文件。") from failure


def _check(container: Any, listed: list[Any], limits: Limits) -> None:
    """Refuse an archive that promises too many members, too many bytes, an absurd ratio or a huge dictionary."""
    if len(listed) > limits.max_members:
        raise TooLarge(f"压缩包内成员超过 {limits.max_members} 个，未读取。")
    total = sum(max(0, info.uncompressed or 0) for info in listed)
    if total > limits.max_unpacked_bytes:
        raise TooLarge(
            f"解压后达 {total / 1048576:.0f} MB，超过上限 {limits.max_unpacked_bytes / 1048576:.0f} MB，未读取。"
        )
    streams = getattr(container.header, "main_streams", None)
    if streams is None:
        return
    packed = sum(streams.packinfo.packsizes)
    if total > 50 * 1024 * 1024 and total > packed * limits.max_ratio:
        raise TooLarge("压缩比异常（疑似压缩炸弹），未读取；请检查来源。")
    for folder in streams.unpackinfo.folders:
        for coder in folder.coders:
            if _memory(coder.get("method"), coder.get("properties") or b"") > _MOST_MEMORY:
                raise TooLarge("解压 7z 压缩包所需内存过大（疑似恶意构造），未读取；请检查来源。")


def _memory(method: bytes | None, properties: bytes) -> int:
    """The working memory a decoder is told to take."""
    if method in (_LZMA, _PPMD) and len(properties) >= 5:
        return int(struct.unpack_from("<I", properties, 1)[0])
    if method == _LZMA2 and properties:
        bits = properties[0]
        return (2 | (bits & 1)) << (bits // 2 + 11) if bits < 41 else 1 << 63
    return 0


class _Factory(WriterFactory):
    """Gives py7zr a buffer for each file and keeps them in order."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.written: list[_Buffer] = []

    def create(self, filename: str) -> _Buffer:
        """A buffer for a file about to be unpacked."""
        buffer = _Buffer(filename, self.budget)
        self.written.append(buffer)
        return buffer


class _Buffer(Py7zIO):
    """The bytes of one file, counted against the budget as they come."""

    def __init__(self, name: str, budget: Budget) -> None:
        self.name = name
        self.done = False
        self._budget = budget
        self._data = BytesIO()

    def take(self) -> bytes:
        """The bytes; the buffer is empty afterwards."""
        data = self._data.getvalue()
        self._data = BytesIO()
        return data

    def write(self, s: bytes | bytearray) -> int:
        """Append; raises TooLarge once the budget or the time is used up."""
        self._budget.clock.check()
        self._budget.bytes_left -= len(s)
        if self._budget.bytes_left < 0 or self.size() + len(s) > self._budget.limits.max_bytes:
            raise TooLarge("压缩包解压后过大，已停止读取；请检查来源。")
        return self._data.write(s)

    def read(self, size: int | None = None) -> bytes:
        """As of a file."""
        return self._data.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of a file."""
        return self._data.seek(offset, whence)

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        """Bytes so far."""
        return self._data.getbuffer().nbytes

    def close(self) -> None:
        """Called when the file is complete and its checksum holds."""
        self.done = True
