"""Mutations of documents that keep enough of their structure to reach deep into the readers. Pure and seeded."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib

_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_NUMBER = re.compile(rb"\d+(?:\.\d+)?")
_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)([^<>]*)>")
_WILD = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"1048577",
    b"4294967296",
    b"99999999999999999999",
    b"1e308",
    b"NaN",
    b"",
    b"0.00001",
)
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?endobj", re.DOTALL)
_STREAM = re.compile(rb"(stream\r?\n)(.*?)(\r?\nendstream)", re.DOTALL)
_PLAIN = re.compile(rb"/[A-Z][A-Za-z]+")


def mutate(data: bytes, kind: str, chance: random.Random) -> bytes:
    """One mutated document. kind: the format as `extractors.detect` names it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if kind in ("docx", "xlsx", "ods", "ofd", "zip") and chance.random() < 0.85:
            data = _package(data, chance)
        elif kind == "pdf" and chance.random() < 0.7:
            data = _pdf(data, chance)
        elif kind in ("html", "txt", "mht", "rtf") and chance.random() < 0.7:
            data = _markup(data, chance)
        else:
            data = _bytes(data, chance)
    return data


def _bytes(data: bytes, chance: random.Random) -> bytes:
    """Flipped, replaced, removed, doubled or moved bytes; integers set to edge values; cut-off ends."""
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


def _markup(data: bytes, chance: random.Random) -> bytes:
    """Numbers, tags and attributes of marked-up text changed."""
    way = chance.randrange(10)
    if way > 6 or way <= 1:  # numbers mostly: what is no longer well-formed is refused at the door
        found = list(_NUMBER.finditer(data))
        if found:
            match = chance.choice(found)
            return data[: match.start()] + chance.choice(_WILD) + data[match.end() :]
    tags = list(_TAG.finditer(data)) if len(data) < 4_000_000 else []
    if not tags or way == 2 or way > 6:
        return _bytes(data, chance)
    match = chance.choice(tags)
    if way == 3:
        return data[: match.start()] + data[match.end() :]
    if way == 4:
        return data[: match.end()] + match.group() * chance.choice((1, 3, 300)) + data[match.end() :]
    if way == 5:
        other = chance.choice(tags)
        name = b"<" + match.group(1) + other.group(2) + match.group(3) + b">"
        return data[: match.start()] + name + data[match.end() :]
    start, end = sorted((match.start(), chance.choice(tags).end()))
    piece = data[start : min(end, start + 20_000)]
    at = chance.choice(tags).end()
    return data[:at] + piece + data[at:]


def _package(data: bytes, chance: random.Random) -> bytes:
    """A ZIP container with one member changed, dropped, renamed, doubled or emptied; its checksums are right again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            members = [(info.filename, container.read(info)) for info in container.infolist()]
    except Exception:  # already damaged by an earlier mutation
        return _bytes(data, chance)
    if not members:
        return _bytes(data, chance)
    weights = [3 if name.endswith((".xml", ".rels")) else 1 for name, _ in members]
    at = chance.choices(range(len(members)), weights)[0]
    name, content = members[at]
    way = chance.randrange(12)
    if way < 8:
        textual = name.lower().endswith((".xml", ".rels"))
        members[at] = (name, _markup(content, chance) if textual and way < 6 else _bytes(content, chance))
    elif way == 8:
        del members[at]
    elif way == 9:
        members[at] = (chance.choice(members)[0], content)
    elif way == 10:
        members.append((f"{name}.x", content))
    else:
        members[at] = (name, b"")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        seen: set[str] = set()
        for name, content in members:
            if name not in seen:
                seen.add(name)
                container.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)  # no time of day in it
    return out.getvalue()


def _pdf(data: bytes, chance: random.Random) -> bytes:
    """Objects of a PDF changed: numbers, names, references, and what is inside compressed streams."""
    way = chance.randrange(6)
    if way <= 2:
        streams = list(_STREAM.finditer(data))
        if streams:
            match = chance.choice(streams)
            try:
                plain = zlib.decompress(match.group(2))
            except zlib.error:
                return _bytes(data, chance)
            changed = _operators(plain, chance) if way else _bytes(plain, chance)
            packed = zlib.compress(changed, 1)
            # The stated length is wrong now, as it often is in damaged files; readers look for the end mark.
            return data[: match.start(2)] + packed + data[match.end(2) :]
    if way == 3:
        objects = list(_OBJECT.finditer(data))
        if objects:
            one, other = chance.choice(objects), chance.choice(objects)
            return data[: one.start()] + other.group() + data[one.end() :]
    found = list((_NUMBER if way == 4 else _PLAIN).finditer(data[:200_000]))
    if not found:
        return _bytes(data, chance)
    match = chance.choice(found)
    value = chance.choice(_WILD) if way == 4 else chance.choice(found).group()
    return data[: match.start()] + value + data[match.end() :]


def _operators(plain: bytes, chance: random.Random) -> bytes:
    """Operands of a content stream set to wild values, or a stretch of it repeated."""
    if chance.random() < 0.2 and plain:
        at = chance.randrange(len(plain))
        return plain[:at] + plain[at : at + 2000] * chance.choice((2, 20)) + plain[at:]
    found = list(_NUMBER.finditer(plain[:100_000]))
    for match in sorted(chance.sample(found, min(len(found), chance.choice((1, 3, 20)))), key=lambda m: -m.start()):
        plain = plain[: match.start()] + chance.choice(_WILD) + plain[match.end() :]
    return plain
