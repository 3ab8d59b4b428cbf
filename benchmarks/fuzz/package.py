"""Mutations of ZIP containers: documents made of parts (DOCX, XLSX, ODS, OFD) and archives. Pure and seeded."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile

from benchmarks.fuzz import text

Members = list[tuple[zipfile.ZipInfo, bytes]]

_TRAVERSAL = (
    "../../../etc/cron.d/x",
    "/etc/passwd",
    "C:\\windows\\x.pdf",
    "..\\..\\x.xlsx",
    "a/../../b.pdf",
    "\u202efdp.exe",
    "甲" * 300 + ".pdf",
    "",
    ".",
    "//x",
    "a\0b.pdf",
    "con.pdf",
    "x\n.pdf",
)
_RELATION = re.compile(rb'Target="[^"]*"')


def change(data: bytes, chance: random.Random) -> bytes | None:
    """One mutation of a container; its checksums are right again unless they are what is changed. None where it does not open."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            members: Members = [(_plain(info), container.read(info)) for info in container.infolist()[:200]]
    except Exception:  # already damaged by an earlier mutation
        return None
    if not members:
        return None
    way = chance.random()
    if way < 0.72:
        _part(members, chance)
    elif way < 0.9:
        _arrange(members, chance)
    else:
        return _records(write(members), chance)
    return write(members)


def _plain(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The entry without its time of day."""
    made = zipfile.ZipInfo(info.filename)
    made.external_attr = info.external_attr
    return made


def write(members: Members) -> bytes:
    """The container."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for info, content in members:
            # Repeated names are meant: readers differ in which one they take.
            container.writestr(info, content, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


def _part(members: Members, chance: random.Random) -> None:
    """The content of one part changed, by its kind."""
    weights = [_weight(info.filename, len(content)) for info, content in members]
    at = chance.choices(range(len(members)), weights)[0]
    info, content = members[at]
    name = info.filename.lower()
    if name.endswith(".rels") and chance.random() < 0.5:
        target = chance.choice(
            (
                b"../../../../etc/passwd",
                b"file:///etc/passwd",
                b"http://192.0.2.1/x.xml",
                b"",
                b"/",
                b"word/document.xml",
                b"#",
                b"styles.xml",
                b"worksheets/sheet1.xml",
            )
        )
        found = list(_RELATION.finditer(content))
        if found:
            match = chance.choice(found)
            more = chance.choice((b"", b' TargetMode="External"'))
            members[at] = (info, content[: match.start()] + b'Target="' + target + b'"' + more + content[match.end() :])
            return
    if name.endswith((".xml", ".rels", ".html", ".txt")):
        members[at] = (info, text.change(content, chance))
    else:
        from benchmarks.fuzz.mutate import mutate, scramble

        inner = {
            "pdf": "pdf",
            "xlsx": "xlsx",
            "docx": "docx",
            "xls": "xls",
            "html": "html",
            "png": "png",
            "jpg": "jpg",
            "zip": "zip",
        }
        kind = inner.get(name.rsplit(".", 1)[-1])
        members[at] = (
            info,
            mutate(content, kind, chance, depth=1) if kind and len(content) < 1_000_000 else scramble(content, chance),
        )


def _weight(name: str, size: int) -> float:
    """Which parts are worth changing: those that carry the content."""
    if name.endswith(("document.xml", "content.xml", "Content.xml", "sharedStrings.xml")) or "worksheets/sheet" in name:
        return 8.0
    if name.endswith((".xml", ".rels")):
        return 2.0
    return 1.0 if size else 0.2


def _arrange(members: Members, chance: random.Random) -> None:
    """Parts dropped, doubled, exchanged, emptied, renamed, of great size, or a great many."""
    at, other = chance.randrange(len(members)), chance.randrange(len(members))
    info, content = members[at]
    way = chance.randrange(10)
    if way == 0:
        del members[at]
    elif way == 1:
        members.append((info, text.change(content, chance)))
    elif way == 2:
        members[at], members[other] = (info, members[other][1]), (members[other][0], content)
    elif way == 3:
        members[at] = (info, b"")
    elif way == 4:
        members[at] = (zipfile.ZipInfo(chance.choice(_TRAVERSAL) or "_"), content)
    elif way == 5:
        members[at] = (info, content + b" " * chance.choice((2_000_000, 70_000_000)))
    elif way == 6:
        members += [(zipfile.ZipInfo(f"x/{number}.xml"), b"<x/>") for number in range(chance.choice((300, 25_000)))]
    elif way == 7:
        link = zipfile.ZipInfo(chance.choice((info.filename, "link.pdf")))
        link.external_attr = 0o120777 << 16
        members.append((link, b"/etc/passwd"))
    elif way == 8:
        members.append(
            (
                zipfile.ZipInfo("more.zip"),
                write(members[:]) if sum(len(one) for _, one in members) < 3_000_000 else b"PK",
            )
        )
    else:
        members[at] = (zipfile.ZipInfo(info.filename.upper()), content)


def _records(data: bytes, chance: random.Random) -> bytes:
    """The container's own records: checksums, sizes, flags, methods, names, places, the end record."""
    changed = bytearray(data)
    central = [match.start() for match in re.finditer(rb"PK\x01\x02", data)]
    local = [match.start() for match in re.finditer(rb"PK\x03\x04", data)]
    way = chance.randrange(9)
    value = struct.pack("<I", chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, len(data), chance.randrange(len(data)))))
    if way == 0 and central:  # checksum
        at = chance.choice(central)
        changed[at + 16 : at + 20] = chance.randbytes(4)
    elif way == 1 and central:  # packed or unpacked size
        at = chance.choice(central) + chance.choice((20, 24))
        changed[at : at + 4] = value
    elif way == 2 and central:  # flags: encrypted, no sizes, UTF-8
        for places, step in ((central, 8), (local, 6)):
            at = chance.choice(places) + step
            changed[at] ^= chance.choice((1, 8, 0x40, 0x41))
    elif way == 3 and central:  # method
        at = chance.choice(central)
        changed[at + 10 : at + 12] = struct.pack("<H", chance.choice((0, 1, 9, 12, 14, 93, 99)))
    elif way == 4 and central:  # where the local header is
        at = chance.choice(central)
        changed[at + 42 : at + 46] = value
    elif way == 5:  # lengths of name and extra field
        at = chance.choice(local) + chance.choice((26, 28))
        changed[at : at + 2] = struct.pack("<H", chance.choice((0, 1, 0xFFFF, 300)))
    elif way == 6:
        at = data.rfind(b"PK\x05\x06") + chance.choice((8, 10, 12, 16, 20))
        changed[at : at + 2] = chance.randbytes(2)
    elif way == 7:
        del changed[chance.randrange(len(changed)) :]
    else:
        changed[0:0] = chance.randbytes(chance.choice((1, 100, 5000)))
    return bytes(changed)
