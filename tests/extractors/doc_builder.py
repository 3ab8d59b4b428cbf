"""Word 97 binary documents made for tests: a compound file with text, paragraph properties and tables, byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_SECTOR = 512
_TEXT_AT = 0x600


@dataclass(frozen=True)
class DocCell:
    """A cell of a row. first, merged: part of a horizontal merge; restart, below: of a vertical one."""

    text: str
    first: bool = False
    merged: bool = False
    restart: bool = False
    below: bool = False

    @property
    def flags(self) -> int:
        """The bits of the cell descriptor."""
        return self.first | self.merged << 1 | (self.below or self.restart) << 5 | self.restart << 6


DocRow = Sequence["str | DocCell"]


def write_doc(
    path: Path,
    blocks: Iterable[str | Sequence[DocRow]],
    *,
    class_id: bytes = bytes(16),
    edges: Sequence[int] | None = None,
) -> Path:
    """A DOC of paragraphs (str) and tables (rows of cells). class_id: of the container header, as WPS fills it.

    edges: the horizontal edges of all rows in twips; default: every column 1500 wide.
    """
    text: list[str] = []
    runs: list[tuple[int, bytes]] = []  # end in characters, property bytes
    length = 0

    def put(piece: str, properties: bytes) -> None:
        nonlocal length
        text.append(piece)
        length += len(piece)
        runs.append((length, properties))

    inside = struct.pack("<HB", 0x2416, 1) + struct.pack("<Hi", 0x6649, 1)
    for block in blocks:
        if isinstance(block, str):
            put(block + "\r", b"")
            continue
        for row in block:
            cells = [cell if isinstance(cell, DocCell) else DocCell(cell) for cell in row]
            for cell in cells:
                put(cell.text + "\x07", inside)
            put("\x07", inside + struct.pack("<HB", 0x2417, 1) + _definition(cells, edges))
    put("\r", b"")
    word, table = _streams("".join(text), runs)
    path.write_bytes(compound({"WordDocument": word, "1Table": table}, class_id))
    return path


def _definition(cells: Sequence[DocCell], edges: Sequence[int] | None) -> bytes:
    """sprmTDefTable: edges and cell descriptors of one row."""
    marks = list(edges or [min(1500, 30000 // len(cells)) * i for i in range(len(cells) + 1)])[: len(cells) + 1]
    body = struct.pack("<B", len(cells)) + struct.pack(f"<{len(marks)}h", *marks)
    body += b"".join(struct.pack("<HH16x", cell.flags, 0) for cell in cells)
    return struct.pack("<HH", 0xD608, len(body) + 1) + body


def _streams(text: str, runs: list[tuple[int, bytes]]) -> tuple[bytes, bytes]:
    encoded = text.encode("utf-16-le")
    word = bytearray(_TEXT_AT) + encoded
    word += bytes(-len(word) % _SECTOR)
    ends = [_TEXT_AT + 2 * end for end, _ in runs]
    paragraph_pages, paragraph_starts = _pages(ends, [properties for _, properties in runs])
    first_paragraph_page = len(word) // _SECTOR
    word += b"".join(paragraph_pages)
    character_page = len(word) // _SECTOR
    page = bytearray(_SECTOR)
    struct.pack_into("<IIB", page, 0, _TEXT_AT, ends[-1], 0)
    page[511] = 1
    word += page
    table = bytearray()
    places: dict[int, tuple[int, int]] = {}

    def add(slot: int, data: bytes) -> None:
        places[slot] = (len(table), len(data))
        table.extend(data)

    add(0x1A2, b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, _TEXT_AT, 0))
    bounds = [*paragraph_starts, ends[-1]]
    numbers = [first_paragraph_page + i for i in range(len(paragraph_pages))]
    add(0x102, struct.pack(f"<{len(bounds)}I", *bounds) + struct.pack(f"<{len(numbers)}I", *numbers))
    add(0xFA, struct.pack("<III", _TEXT_AT, ends[-1], character_page))
    add(0xCA, struct.pack("<II", 0, len(text)) + struct.pack("<HIHI", 0, 0xFFFFFFFF, 0, 0))
    struct.pack_into("<HHHHHH", word, 0, 0xA5EC, 0x00C1, 0, 0x0804, 0, 0x0200 | 0x1000)
    struct.pack_into("<H", word, 0x0C, 0x00BF)
    struct.pack_into("<II", word, 0x18, _TEXT_AT, ends[-1])
    struct.pack_into("<H", word, 0x20, 14)
    struct.pack_into("<H", word, 0x3E, 22)
    struct.pack_into("<I", word, 0x40, len(word))
    struct.pack_into("<i", word, 0x4C, len(text))
    struct.pack_into("<H", word, 0x98, 93)
    for slot, (start, size) in places.items():
        struct.pack_into("<II", word, slot, start, size)
    return bytes(word), bytes(table)


def _pages(ends: list[int], properties: list[bytes]) -> tuple[list[bytes], list[int]]:
    """Paragraph property pages of 512 bytes and the file position each begins with."""
    pages: list[bytes] = []
    starts: list[int] = []
    index = 0
    begin = _TEXT_AT
    while index < len(ends):
        starts.append(begin)
        taken: list[tuple[int, bytes]] = []
        free = _SECTOR - 1 - 4
        while index + len(taken) < len(ends):
            body = b"\0\0" + properties[index + len(taken)]
            body += bytes(len(body) % 2)
            record = b"\0" + bytes([len(body) // 2]) + body
            if free < 17 + len(record) or len(taken) == 25:
                break
            free -= 17 + len(record)
            taken.append((ends[index + len(taken)], record))
        page = bytearray(_SECTOR)
        page[511] = len(taken)
        struct.pack_into(f"<{len(taken) + 1}I", page, 0, begin, *(end for end, _ in taken))
        offset = 510
        for number, (_, record) in enumerate(taken):
            offset -= len(record)
            page[offset : offset + len(record)] = record
            page[4 * (len(taken) + 1) + 13 * number] = offset // 2
        pages.append(bytes(page))
        index += len(taken)
        begin = taken[-1][0]
    return pages, starts


def compound(streams: dict[str, bytes], class_id: bytes = bytes(16)) -> bytes:
    """An OLE2 compound file of the streams, each padded to the size from which no mini stream is used."""
    padded = {name: data + bytes(max(0, 4096 - len(data))) for name, data in streams.items()}
    sectors: list[bytes] = []
    chain: list[int] = []

    def store(data: bytes) -> int:
        start = len(sectors)
        count = -(-len(data) // _SECTOR)
        for i in range(count):
            sectors.append(data[i * _SECTOR : (i + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            chain.append(start + i + 1 if i + 1 < count else 0xFFFFFFFE)
        return start

    firsts = {name: store(data) for name, data in padded.items()}
    ordered = sorted(padded, key=lambda name: (len(name), name.upper()))
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)]
    for number, name in enumerate(ordered, 1):
        right = number + 1 if number < len(ordered) else 0xFFFFFFFF
        entries.append(_entry(name, 2, firsts[name], len(padded[name]), right=right))
    directory = store(b"".join(entries).ljust(-(-len(entries) // 4) * _SECTOR, b"\0"))
    needed = 1
    while needed * 128 < len(chain) + needed:
        needed += 1
    table_at = len(chain)
    full = chain + [0xFFFFFFFD] * needed
    full += [0xFFFFFFFF] * (needed * 128 - len(full))
    table = struct.pack(f"<{len(full)}I", *full)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + class_id
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, needed, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *([table_at + i for i in range(needed)] + [0xFFFFFFFF] * (109 - needed)))
    return header + b"".join(sectors) + table


def _entry(name: str, kind: int, start: int, size: int, *, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, right, child)
        + bytes(16 + 4 + 16)
        + struct.pack("<IQ", start, size)
    )
