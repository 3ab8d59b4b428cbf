"""Mutations of documents that keep enough of their structure to reach deep into the readers. Pure and seeded."""

from __future__ import annotations

import contextlib
import random
import struct

from benchmarks.fuzz import binary, package, pdf, text

_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_PACKAGES = frozenset({"docx", "xlsx", "ods", "ofd", "zip"})
_MARKUP = frozenset({"html", "txt", "mht", "rtf"})
_PICTURES = frozenset({"png", "jpg", "tiff", "bmp", "gif"})


def mutate(data: bytes, kind: str, chance: random.Random, depth: int = 0) -> bytes:
    """One mutated document. kind: the format as `extractors.detect` names it; depth: of containers around it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6)) if depth == 0 else 1):
        changed = None
        if chance.random() < 0.92:
            # What an earlier mutation left may not even be fit to be taken apart.
            with contextlib.suppress(IndexError, KeyError, ValueError, struct.error):
                changed = _structured(data, kind, chance)
        data = changed or scramble(data, chance)
    return data


def _structured(data: bytes, kind: str, chance: random.Random) -> bytes | None:
    """A mutation that knows the format; None where it cannot be had."""
    if not data:
        return None
    if kind in _PACKAGES:
        return package.change(data, chance)
    if kind == "pdf":
        return pdf.change(data, chance)
    if kind in _MARKUP:
        return text.change(data, chance)
    if kind in ("xls", "doc"):
        return binary.ole(data, chance)
    if kind == "7z":
        return binary.seven(data, chance)
    if kind == "rar":
        return binary.rar(data, chance)
    return binary.picture(data, chance) if kind in _PICTURES else None


def scramble(data: bytes, chance: random.Random) -> bytes:
    """Flipped, replaced, removed, doubled or moved bytes; integers set to edge values; cut-off ends. Knows no format."""
    if not data:
        return b"\0"
    changed = bytearray(data)
    way = chance.randrange(8)
    at = chance.randrange(len(changed))
    length = min(len(changed) - at, chance.choice((1, 2, 4, 16, 64, 512, 4096)))
    if way == 0:
        for _ in range(chance.choice((1, 4, 32))):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    elif way == 1:
        changed[at : at + length] = chance.randbytes(length)
    elif way == 2:
        del changed[at : at + length]
    elif way == 3:
        changed[at:at] = changed[at : at + length] * chance.choice((1, 2, 10))
    elif way == 4:
        size = chance.choice((1, 2, 4))
        value = chance.choice(_EDGES) & ((1 << 8 * size) - 1)
        changed[at : at + size] = value.to_bytes(size, chance.choice(("little", "big")))
    elif way == 5:
        return bytes(changed[:at])
    elif way == 6:
        other = chance.randrange(len(changed))
        changed[other : other + length] = changed[at : at + length]
    else:
        # The first bytes hold the tables of contents of most formats.
        at = chance.randrange(min(len(changed), 1024))
        changed[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(changed)
