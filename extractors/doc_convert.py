"""A child process of `extractors.doc`: one DOC or WPS text file → DOCX. Run as a script, never imported by the reader.

Apart from the converter it knows only the standard library, so that it starts quickly. It limits its own memory, runs
no macro (the converter does not know how to) and answers by its exit status: 0 converted, 3 password-protected,
4 not readable, 5 too large, 6 text lost on the way; the last line of the error stream says what happened.
"""

from __future__ import annotations

import contextlib
import re
import struct
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

MEMORY = 2 * 1024**3
"""Address space of the child, bytes."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NUMBER = re.compile(r"\d[\d,.，]*")


def _limit(seconds: int) -> None:
    """Bound this process's memory and its processor time; out of time it ends by the signal SIGXCPU."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def _neutral(source: Path, folder: Path) -> Path:
    """A copy without the class id in the header of the container: WPS writes its own there, Word writes zeros."""
    data = bytearray(source.read_bytes())
    data[8:24] = bytes(16)
    copy = folder / "source.doc"
    copy.write_bytes(data)
    return copy


def main_text(word: bytes, table: bytes) -> str:
    """The characters of the main story as the piece table lists them, cell marks and field codes included.

    word, table: the streams WordDocument and 0Table or 1Table. Raises ValueError where they do not fit together.
    """
    count = struct.unpack_from("<i", word, 0x4C)[0]
    start, size = struct.unpack_from("<II", word, 0x1A2)
    clx = table[start : start + size]
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise ValueError("no piece table")
    plc = clx[at + 5 : at + 5 + struct.unpack_from("<I", clx, at + 1)[0]]
    pieces = (len(plc) - 4) // 12
    ends = struct.unpack_from(f"<{pieces + 1}i", plc, 0)
    text: list[str] = []
    for i in range(pieces):
        length = min(ends[i + 1], count) - ends[i]
        if length <= 0:
            continue
        position = struct.unpack_from("<I", plc, (pieces + 1) * 4 + i * 8 + 2)[0]
        if position & 0x40000000:
            offset = (position & 0x3FFFFFFF) // 2
            text.append(word[offset : offset + length].decode("cp1252", "replace"))
        else:
            text.append(word[position : position + 2 * length].decode("utf-16-le", "replace"))
    return "".join(text)


def shown_in(text: str) -> Counter[str]:
    """What a story shows: the codes of fields (between 0x13 and 0x14) are not shown."""
    shown: list[str] = []
    fields: list[bool] = []  # one entry an open field: whether its code is being read
    for character in text:
        if character == "\x13":
            fields.append(True)
        elif character == "\x14" and fields:
            fields[-1] = False
        elif character == "\x15" and fields:
            fields.pop()
        elif not any(fields):
            shown.append(character)
    return _parts("".join(shown))


def _parts(text: str) -> Counter[str]:
    """The numbers of a text, each whole, and its letters and Chinese characters, each by itself."""
    return Counter(_NUMBER.findall(text)) + Counter(letter for letter in text if letter.isalpha())


def _written(path: Path) -> Counter[str]:
    """What the converted body shows, deleted text included."""
    parts: list[str] = []
    with zipfile.ZipFile(path) as container, container.open("word/document.xml") as stream:
        for _, element in ElementTree.iterparse(stream):
            if element.tag in (f"{_W}t", f"{_W}delText"):
                parts.append(element.text or "")
            elif element.tag in (f"{_W}p", f"{_W}br", f"{_W}tab", f"{_W}cr"):
                parts.append("\n")
            if element.tag == f"{_W}p":
                element.clear()
    return _parts("".join(parts))


def _lost(source: Path, target: Path) -> list[str]:
    """Numbers and letters of the original that the conversion does not show.

    Two definitions of horizontally merged cells are in use; where the converter follows the other one, a cell's text
    is missing here."""
    from doc2docx.cfb import CompoundFile

    compound = CompoundFile.from_path(source)
    word = bytes(compound.open_stream("WordDocument"))
    flags = struct.unpack_from("<H", word, 0x0A)[0]
    if flags & 0x0100:  # encrypted: only the converter can tell
        return []
    table = bytes(compound.open_stream("1Table" if flags & 0x0200 else "0Table"))
    expected = shown_in(main_text(word, table))
    return sorted((expected - _written(target)).elements())


def main(arguments: list[str]) -> int:
    """Convert `arguments[0]` to `arguments[1]`, working in the folder of the latter, in `arguments[2]` seconds."""
    source, target = Path(arguments[0]), Path(arguments[1])
    _limit(int(arguments[2]))
    try:
        from doc2docx.converter import convert
        from doc2docx.errors import EncryptedDocumentError

        copy = _neutral(source, target.parent)
        try:
            convert(copy, target)
        except EncryptedDocumentError as error:
            print(error, file=sys.stderr)
            return 3
        lost = _lost(copy, target)
    except (MemoryError, RecursionError) as error:
        print(type(error).__name__, file=sys.stderr)
        return 5
    except Exception as error:  # whatever the converter raises on hostile bytes
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        return 4
    if lost:
        print(" ".join(lost[:10]), file=sys.stderr)
        return 6
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
