"""Mutations of binary containers and pictures: OLE2 (XLS, DOC), 7z, RAR, PNG, JPEG, TIFF, BMP, GIF. Pure and seeded."""

from __future__ import annotations

import random
import re
import struct
import zlib

_EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole(data: bytes, chance: random.Random) -> bytes | None:
    """An OLE2 file with its sector chains, directory, records or text changed. None where it is none."""
    if not data.startswith(_OLE) or len(data) < 1536:
        return None
    way = chance.random()
    if way < 0.2:
        return _chains(data, chance)
    if way < 0.35:
        return _directory(data, chance)
    if way < 0.85 and (start := data.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")) >= 0:
        return _records(data, start, chance)
    changed = bytearray(data)
    if way < 0.93:  # the header: versions, sector sizes, counts
        at = chance.randrange(24, 76)
        changed[at] = chance.choice((0, 1, 3, 6, 9, 12, 0x7F, 0xFF))
    else:  # a word anywhere
        at = chance.randrange(512, len(data) - 4)
        changed[at : at + 4] = struct.pack("<I", chance.choice(_EDGES))
    return bytes(changed)


def _chains(data: bytes, chance: random.Random) -> bytes:
    """Sector chains made circular, crossed, cut, or leading outside."""
    changed = bytearray(data)
    size = 1 << min(16, max(7, struct.unpack_from("<H", data, 30)[0]))
    sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < len(data) // size]
    for _ in range(chance.choice((1, 1, 3, 30))):
        if not sectors:
            break
        base = (chance.choice(sectors) + 1) * size
        used = min(size // 4, max(1, len(data) // size))
        entry = base + 4 * chance.randrange(used)
        if entry + 4 <= len(changed):
            changed[entry : entry + 4] = struct.pack(
                "<I", chance.choice((0, 1, chance.randrange(used), 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0x7FFFFFFF))
            )
    return bytes(changed)


def _directory(data: bytes, chance: random.Random) -> bytes:
    """Directory entries: kinds, links among them, first sectors, sizes, names."""
    changed = bytearray(data)
    size = 1 << min(16, max(7, struct.unpack_from("<H", data, 30)[0]))
    start = (struct.unpack_from("<I", data, 48)[0] + 1) * size
    entry = start + 128 * chance.randrange(4)
    field, width = chance.choice(((64, 2), (66, 1), (68, 4), (72, 4), (76, 4), (116, 4), (120, 4), (124, 4), (0, 2)))
    if entry + 128 <= len(changed):
        value = chance.choice((0, 1, 2, 3, 5, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, chance.randrange(200)))
        changed[entry + field : entry + field + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    return bytes(changed)


def _records(data: bytes, start: int, chance: random.Random) -> bytes:
    """BIFF records: kinds, lengths and contents changed, records doubled over the next."""
    places: list[tuple[int, int, int]] = []
    at = start
    while at + 4 <= len(data) and len(places) < 20_000:
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == 0 and length == 0:
            break
        places.append((at, kind, length))
        at += 4 + length
    if not places:
        return data
    changed = bytearray(data)
    rare = [place for place in places if place[1] not in (0x00FD, 0x0203, 0x00BE, 0x027E, 0x0208)]
    for _ in range(chance.choice((1, 1, 2, 10))):
        at, kind, length = chance.choice(rare if rare and chance.random() < 0.6 else places)
        way = chance.randrange(5)
        if way == 0:
            changed[at : at + 2] = struct.pack(
                "<H",
                chance.choice(
                    (kind ^ 1, chance.choice(places)[1], 0x002F, 0x00E5, 0x0200, 0x00FC, 0x003C, 0x0006, 0x0085)
                ),
            )
        elif way == 1:
            changed[at + 2 : at + 4] = struct.pack("<H", chance.choice((0, 1, length ^ 1, 0x2020, 0x2024, 0xFFFF)))
        elif length >= 2:
            width = chance.choice((1, 2, 2, 4, 8))
            place = at + 4 + min(chance.randrange(length), max(0, length - width))
            value = chance.choice((*_EDGES, 0x7FF0000000000000, 0x7FF8000000000001, 0xFFEFFFFFFFFFFFFF)) & (
                (1 << 8 * width) - 1
            )
            changed[place : place + width] = value.to_bytes(width, "little")
    return bytes(changed)


def seven(data: bytes, chance: random.Random) -> bytes:
    """A 7z file whose headers are changed and whose checksums are right again, so that the changes are looked at."""
    if len(data) < 40:
        return data
    place, size = struct.unpack_from("<QQ", data, 12)
    changed = bytearray(data)
    if 32 + place + size > len(data) or chance.random() < 0.3:
        changed[chance.randrange(32, len(changed))] = chance.randrange(256)
        return bytes(changed)
    for _ in range(chance.choice((1, 1, 2, 6))):
        changed[32 + place + chance.randrange(max(1, size))] = chance.choice(
            (0, 1, 2, 6, 0x17, 0x7F, 0x80, 0xC0, 0xFF, chance.randrange(256))
        )
    struct.pack_into("<I", changed, 28, zlib.crc32(changed[32 + place : 32 + place + size]))
    struct.pack_into("<I", changed, 8, zlib.crc32(changed[12:32]))
    return bytes(changed)


def rar(data: bytes, chance: random.Random) -> bytes:
    """A RAR 4 file: a header's fields changed and its checksum right again."""
    places: list[tuple[int, int]] = []
    at = 7
    while at + 7 <= len(data):
        _, kind, flags, size = struct.unpack_from("<HBHH", data, at)
        if size < 7:
            break
        places.append((at, size))
        at += size + (struct.unpack_from("<I", data, at + 7)[0] if flags & 0x8000 and kind in (0x74, 0x7A) else 0)
    changed = bytearray(data)
    if not places:
        return data
    at, size = chance.choice(places)
    for _ in range(chance.choice((1, 2, 4))):
        changed[at + chance.randrange(2, size)] = chance.choice(
            (0, 1, 4, 0x24, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )
    if chance.random() < 0.8:
        struct.pack_into("<H", changed, at, zlib.crc32(changed[at + 2 : at + size]) & 0xFFFF)
    return bytes(changed)


def picture(data: bytes, chance: random.Random) -> bytes:
    """A picture of impossible size, cut off, or with its chunks, tables and tags changed."""
    changed = bytearray(data)
    sizes = (0, 1, 7, 3000, 20_000, 100_000, 65_535, 0x7FFFFFFF, 0xFFFFFFFF)
    if chance.random() < 0.3:
        return bytes(changed[: chance.randrange(1, len(changed))])
    if data.startswith(b"\x89PNG"):
        way = chance.randrange(4)
        if way <= 1:
            changed[16 + 4 * way : 20 + 4 * way] = struct.pack(">I", chance.choice(sizes))
        elif way == 2:
            changed[24 + chance.randrange(5)] = chance.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
        else:
            at = 33 + chance.randrange(max(1, len(changed) - 40))
            changed[at] = chance.randrange(256)
        struct.pack_into(">I", changed, 29, zlib.crc32(changed[12:29]))
        if chance.random() < 0.2:
            bomb = zlib.compress(bytes(30_000_000), 9)
            changed[33:33] = (
                struct.pack(">I", len(bomb)) + b"IDAT" + bomb + struct.pack(">I", zlib.crc32(b"IDAT" + bomb))
            )
        return bytes(changed)
    if data.startswith(b"\xff\xd8"):
        frames = [match.start() for match in re.finditer(rb"\xff[\xc0-\xc2\xc4\xda\xdb\xdd]", data)]
        if frames:
            at = chance.choice(frames) + chance.randrange(2, 12)
            if at + 2 <= len(changed):
                changed[at : at + 2] = struct.pack(
                    ">H", chance.choice((0, 1, 255, 0xFFFF, 20_000, chance.randrange(65536)))
                )
        return bytes(changed)
    if data.startswith((b"II*\0", b"MM\0*")):
        order = "<" if data.startswith(b"II") else ">"
        first = struct.unpack_from(order + "I", data, 4)[0]
        count = struct.unpack_from(order + "H", data, first)[0] if first + 2 < len(data) else 0
        if count and first + 2 + 12 * count <= len(data):
            entry = first + 2 + 12 * chance.randrange(min(count, 40))
            if chance.random() < 0.2:
                struct.pack_into(order + "I", changed, first + 2 + 12 * count, chance.choice((first, 8, len(data) - 1)))
            else:
                struct.pack_into(
                    order + "I",
                    changed,
                    entry + chance.choice((4, 8)),
                    chance.choice((*sizes, chance.randrange(len(data)))),
                )
        return bytes(changed)
    at = chance.randrange(min(len(changed), 64))
    width = chance.choice((1, 2, 4))
    changed[at : at + width] = (chance.choice(sizes) & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    return bytes(changed)
