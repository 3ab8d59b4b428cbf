"""What PDFium takes for fonts a PDF names but does not carry: the same on every machine, whatever is installed there.

Asked for a Chinese font nobody has, PDFium drops every text object of one character (its box is empty), so that what
is read would hang on the fonts of the machine. Reading needs no shapes, only boxes: it gets a font whose one glyph,
a filled em square, stands for every character. Pictures for people need shapes: they take the machine's fonts and,
where none of them is Chinese, the one that comes with the package `cvttf-notosanscjk-regular` (Noto Sans CJK, OFL).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium

_CHINESE_JAPANESE_KOREAN = {128, 129, 134, 136}  # the character sets PDFium asks fonts for, as Windows numbers them
_EM = 1000
_TOP, _FOOT = 860, -140  # of the square, about where Chinese glyphs stand


def read_with_boxes() -> None:
    """From now on, in this process, missing fonts are boxes: for reading."""
    _use("boxes", lambda: _Fonts(None, box_font()))


def draw_with_shapes() -> None:
    """From now on, in this process, missing fonts are those of the machine or the package's: for pictures."""

    def made() -> _Fonts:
        path = _packaged()
        return _Fonts(pdfium.FPDF_GetDefaultSystemFontInfo(), path.read_bytes() if path else b"")

    _use("shapes", made)


@contextmanager
def shapes() -> Iterator[None]:
    """For the time being `draw_with_shapes`: for a picture that text is to be recognised in, made while reading."""
    before = _used
    draw_with_shapes()
    try:
        yield
    finally:
        if before == "boxes":
            read_with_boxes()


@cache
def box_font() -> bytes:
    """A TrueType font of under a kilobyte that draws an em square for every character there is (ISO/IEC 14496-22)."""
    corners = [(0, _FOOT), (0, _TOP), (_EM, _TOP), (_EM, _FOOT)]
    steps = [(x - px, y - py) for (x, y), (px, py) in zip(corners, [(0, 0), *corners], strict=False)]
    glyph = struct.pack(">5h", 1, 0, _FOOT, _EM, _TOP) + struct.pack(">HH", 3, 0) + b"\x01" * 4
    glyph += b"".join(struct.pack(">h", x) for x, _ in steps) + b"".join(struct.pack(">h", y) for _, y in steps)
    glyph += b"\0" * (-len(glyph) % 4)
    every = struct.pack(">HHIIIIII", 13, 0, 28, 0, 1, 0x20, 0x10FFFF, 1)  # format 13: many characters, one glyph
    encodings = struct.pack(">HHHHIHHI", 0, 2, 0, 4, 20, 3, 10, 20)
    tables = {
        b"cmap": encodings + every,
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _EM, 0, 0, 0, _FOOT, _EM, _TOP, 0, 8, 2, 1, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, _TOP, _FOOT, 0, _EM, *(0, 0, _EM, 1, 0, 0, 0, 0, 0, 0, 0), 1
        ),
        b"hmtx": struct.pack(">Hhh", _EM, 0, 0),
        b"loca": struct.pack(">III", 0, 0, len(glyph)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 4, 1, 0, 0, 1, *(0,) * 8),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    out = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, len(tables) * 16 - 128)
    offset = len(out) + 16 * len(tables)
    body = b""
    for name, data in sorted(tables.items()):
        out += struct.pack(">4sIII", name, 0, offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return out + body


def _packaged() -> Path | None:
    """The font file of the package, where it is installed. Found without importing it."""
    spec = find_spec("cvttf_NotoSansCJK_Regular")
    for folder in spec.submodule_search_locations or () if spec else ():
        for path in sorted(Path(folder).glob("*.otf")):
            return path
    return None


class _Fonts:
    """PDFium's way of asking for fonts, answered with one font for Chinese, Japanese and Korean.

    machine: PDFium's own answers (a pointer), asked first; None to pass over what is installed. font: a whole font
    file, or nothing.
    """

    def __init__(self, machine: Any, font: bytes) -> None:
        self._machine = machine
        self._font = font
        self._ours = ctypes.create_string_buffer(1)
        fields = dict(pdfium.FPDF_SYSFONTINFO._fields_)
        calls = {
            "EnumFonts": self._enumerate,
            "MapFont": self._map,
            "GetFontData": self._data,
            "GetFaceName": self._name,
            "GetFontCharset": self._charset,
            "DeleteFont": self._delete,
        }
        # PDFium keeps the addresses: the functions must live as long as the process.
        self.info = pdfium.FPDF_SYSFONTINFO(version=1, **{name: fields[name](call) for name, call in calls.items()})

    def _is_ours(self, font: int | None) -> bool:
        return font == ctypes.addressof(self._ours)

    def _enumerate(self, _info: Any, mapper: Any) -> None:
        if self._machine and self._machine.contents.EnumFonts:
            self._machine.contents.EnumFonts(self._machine, mapper)

    def _map(self, _info: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> int | None:
        if self._machine:
            found = self._machine.contents.MapFont(self._machine, weight, italic, charset, pitch, face, exact)
            if found:
                return int(found)
        return ctypes.addressof(self._ours) if self._font and charset in _CHINESE_JAPANESE_KOREAN else None

    def _data(self, _info: Any, font: int | None, table: int, buffer: Any, size: int) -> int:
        if not self._is_ours(font):
            return (
                int(self._machine.contents.GetFontData(self._machine, font, table, buffer, size))
                if self._machine
                else 0
            )
        if table:
            return 0  # no collection of fonts, and nobody asks for anything else
        if buffer and size >= len(self._font):
            ctypes.memmove(buffer, self._font, len(self._font))
        return len(self._font)

    def _name(self, _info: Any, font: int | None, buffer: Any, size: int) -> int:
        if not self._is_ours(font):
            return int(self._machine.contents.GetFaceName(self._machine, font, buffer, size)) if self._machine else 0
        name = b"Substitute\0"
        if buffer and size >= len(name):
            ctypes.memmove(buffer, name, len(name))
        return len(name)

    def _charset(self, _info: Any, font: int | None) -> int:
        if not self._is_ours(font):
            return int(self._machine.contents.GetFontCharset(self._machine, font)) if self._machine else 1
        return 134

    def _delete(self, _info: Any, font: int | None) -> None:
        if self._machine and font and not self._is_ours(font) and self._machine.contents.DeleteFont:
            self._machine.contents.DeleteFont(self._machine, font)


_made: dict[str, _Fonts] = {}
_used = ""


def _use(name: str, make: Any) -> None:
    global _used
    if _used == name:
        return
    if name not in _made:
        _made[name] = make()
    pdfium.FPDF_SetSystemFontInfo(ctypes.byref(_made[name].info))
    _used = name
