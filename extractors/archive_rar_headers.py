"""The sizes and checksums RAR archives state of their files, read from the headers alone.

libarchive unpacks RAR without comparing checksums; a damaged figure must not pass for a whole one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_OLD, _NEW = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Stated:
    """One file: its size unpacked (None: unknown) and CRC-32 (None: not stated as such); encrypted; split: part of it
    lies in another volume."""

    size: int | None
    crc: int | None
    encrypted: bool
    split: bool


def stated_files(path: Path) -> list[Stated]:
    """The files of the archive in stored order, folders left out. Raises ValueError where the headers are damaged."""
    with path.open("rb") as stream:
        head = stream.read(8)
        if head == _NEW:
            return _new(stream)
        if head.startswith(_OLD):
            stream.seek(7)
            return _old(stream)
    raise ValueError("no RAR signature")


def _old(stream: IO[bytes]) -> list[Stated]:
    found: list[Stated] = []
    for _ in range(_MOST):
        base = stream.read(7)
        if len(base) < 7:
            return found
        _, kind, flags, size = struct.unpack("<HBHH", base)
        if size < 7:
            raise ValueError("header size")
        body = stream.read(size - 7)
        skip = 0
        if kind == 0x7B:
            return found
        if kind in (0x74, 0x7A):
            packed, unpacked, _, crc, _, _, _, _, _ = struct.unpack_from("<IIBIIBBHI", body)
            skip = packed
            if flags & 0x100:
                high_packed, high_unpacked = struct.unpack_from("<II", body, 25)
                skip += high_packed << 32
                unpacked += high_unpacked << 32
            if kind == 0x74 and flags & 0xE0 != 0xE0:
                found.append(Stated(unpacked, crc, bool(flags & 0x04), bool(flags & 0x03)))
        elif flags & 0x8000:
            skip = struct.unpack_from("<I", body)[0]
        stream.seek(skip, 1)
    raise ValueError("too many headers")


def _new(stream: IO[bytes]) -> list[Stated]:
    found: list[Stated] = []
    for _ in range(_MOST):
        if len(stream.read(4)) < 4:
            return found
        size = _number(stream)
        body = stream.read(size)
        if len(body) < size:
            raise ValueError("cut off")
        kind, at = _from(body, 0)
        flags, at = _from(body, at)
        extra = packed = 0
        if flags & 0x01:
            extra, at = _from(body, at)
        if flags & 0x02:
            packed, at = _from(body, at)
        if kind == 5:
            return found
        if kind == 4:  # everything that follows is encrypted
            found.append(Stated(None, None, True, False))
            return found
        if kind == 2:
            found.extend(_new_file(body, at, flags, extra))
        stream.seek(packed, 1)
    raise ValueError("too many headers")


def _new_file(body: bytes, at: int, flags: int, extra: int) -> list[Stated]:
    file_flags, at = _from(body, at)
    unpacked, at = _from(body, at)
    _, at = _from(body, at)  # attributes
    if file_flags & 0x02:
        at += 4  # time
    crc = struct.unpack_from("<I", body, at)[0] if file_flags & 0x04 else None
    if file_flags & 0x01:
        return []  # a folder
    records = body[len(body) - extra :] if extra else b""
    encrypted = link = keyed = False
    at = 0
    while at < len(records):
        length, start = _from(records, at)
        kind, after = _from(records, start)
        if kind == 1:
            encrypted = True
            _, after = _from(records, after)
            keyed = bool(_from(records, after)[0] & 0x02)
        link = link or kind == 5
        at = start + max(length, 1)
    if link:
        return []
    size = None if file_flags & 0x08 else unpacked
    return [Stated(size, None if keyed else crc, encrypted, bool(flags & 0x18))]


def _number(stream: IO[bytes]) -> int:
    """A variable-length integer: seven bits a byte, lowest first."""
    value = 0
    for shift in range(0, 28, 7):
        byte = stream.read(1)
        if not byte:
            raise ValueError("cut off")
        value |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            return value
    raise ValueError("header size")


def _from(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
    raise ValueError("cut off")
