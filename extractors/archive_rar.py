"""RAR archives: unpacked by the system's libarchive or bsdtar in a child process.

RAR is a closed format without a free Python reader; where neither is installed, the archive is refused with what to do.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import tarfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from extractors.archive_7z import Budget
from extractors.archive_rar_headers import Stated, stated_files
from extractors.errors import DamagedDocument, EncryptedDocument, ExtractionError, TooLarge, UnsupportedFormat

_CHILD = Path(__file__).with_name("archive_child.py")
_FAILED = 0xFFFFFFFFFFFFFFFF
_DAMAGED = "RAR 压缩包不完整、已损坏或压缩方式不受支持，无法解压；请重新下载，或解压后提交其中的文件。"


def unpack(path: Path, budget: Budget) -> Iterator[tuple[str, bytes | ExtractionError]]:
    """Names as stored and bytes of the files in an archive, or why one of them could not be unpacked.

    Sizes and checksums are compared with what the headers state. Raises UnsupportedFormat where the machine has nothing
    that opens RAR, DamagedDocument, EncryptedDocument, TooLarge.
    """
    try:
        stated = stated_files(path)
    except (ValueError, struct.error) as error:
        raise DamagedDocument(_DAMAGED) from error
    if any(file.encrypted for file in stated):
        raise EncryptedDocument("RAR 压缩包设有密码，无法读取；请取得未加密的版本。")
    if any(file.split for file in stated):
        raise UnsupportedFormat("这是分卷 RAR 压缩包的一卷，无法单独打开；请合并解压后提交其中的文件。")
    count = 0
    for name, data in _unpacked(path, budget):
        file = stated[count] if count < len(stated) else None
        count += 1
        if isinstance(data, bytes) and not _as_stated(data, file):
            yield name, DamagedDocument("压缩包内的文件损坏（校验和不符），未读取；请重新下载。")
        else:
            yield name, data
    if count < len(stated):
        raise DamagedDocument(_DAMAGED)


def _as_stated(data: bytes, file: Stated | None) -> bool:
    """Whether bytes are those the archive's headers state."""
    if file is None or (file.size is not None and file.size != len(data)):
        return False
    return file.crc is None or zlib.crc32(data) == file.crc


def _unpacked(path: Path, budget: Budget) -> Iterator[tuple[str, bytes | ExtractionError]]:
    """What libarchive, else bsdtar, makes of the archive."""
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(budget.bytes_left)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with _Ended(child, budget) as ended:
        assert child.stdout is not None
        while True:
            head = child.stdout.read(16)
            if len(head) < 16:
                break
            name_size, size = struct.unpack(">QQ", head)
            name = child.stdout.read(name_size).decode("utf-8", "replace")
            if size == _FAILED:
                yield name, DamagedDocument("压缩包内的文件损坏或压缩方式不受支持，无法解压；请重新下载。")
                continue
            budget.bytes_left -= size
            if budget.bytes_left < 0 or size > budget.limits.max_bytes:
                raise TooLarge("压缩包解压后过大，已停止读取；请检查来源。")
            data = child.stdout.read(size)
            if len(data) < size:
                break
            yield name, data
        status = ended.status()
    if status == 9:
        yield from _with_bsdtar(path, budget)
    elif status:
        raise _refusal(status)


def _refusal(status: int) -> ExtractionError:
    if status == 3:
        return EncryptedDocument("RAR 压缩包设有密码，无法读取；请取得未加密的版本。")
    if status == 5:
        return TooLarge("压缩包解压后过大，已停止读取；请检查来源。")
    return DamagedDocument(_DAMAGED)


class _Ended:
    """A child process that is gone when the block is left, whatever happens in it, and when the time is up."""

    def __init__(self, child: subprocess.Popen[bytes], budget: Budget) -> None:
        self._child = child
        self._late = False
        self._seconds = budget.limits.max_seconds
        self._timer = threading.Timer(self._seconds, self._stop)

    def _stop(self) -> None:
        self._late = True
        self._child.kill()

    def __enter__(self) -> _Ended:
        self._timer.start()
        return self

    def status(self) -> int:
        """The exit status. Raises TooLarge when the child was stopped for time."""
        status = self._child.wait()
        if self._late:
            raise TooLarge(f"解压超过 {self._seconds:g} 秒的时限，已停止；请检查来源。")
        return status

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()


def _bsdtar() -> str | None:
    """A program of libarchive: ``bsdtar``, or the ``tar`` of macOS and Windows."""
    for name in ("bsdtar", "tar"):
        program = shutil.which(name)
        if program is None:
            continue
        try:
            shown = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if b"libarchive" in shown.stdout:
            return program
    return None


def _with_bsdtar(path: Path, budget: Budget) -> Iterator[tuple[str, bytes | ExtractionError]]:
    """The members as bsdtar turns them into a TAR stream."""
    program = _bsdtar()
    if program is None:
        raise UnsupportedFormat(
            "本机没有能打开 RAR 压缩包的程序；请安装 libarchive（或 bsdtar）后重试，或解压后提交其中的文件，或改用 ZIP 压缩。"
        )
    child = subprocess.Popen(
        [program, "-cf", "-", "--format", "pax", f"@{path.resolve()}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with _Ended(child, budget) as ended:
        assert child.stdout is not None
        yield from _tar_members(child.stdout, budget)
        child.stdout.read()
        if ended.status():
            raise DamagedDocument(_DAMAGED)


def _tar_members(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, bytes | ExtractionError]]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as container:
            for info in container:
                if not info.isfile():
                    continue
                budget.bytes_left -= info.size
                if budget.bytes_left < 0 or info.size > budget.limits.max_bytes:
                    raise TooLarge("压缩包解压后过大，已停止读取；请检查来源。")
                member = container.extractfile(info)
                yield info.name, member.read() if member is not None else b""
    except tarfile.TarError as error:
        raise DamagedDocument(_DAMAGED) from error
