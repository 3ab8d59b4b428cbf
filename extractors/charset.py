"""Bytes of text → str: by byte order mark, declaration, strict UTF-8, then GB18030, then a detector."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""", re.IGNORECASE)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030"}


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was in. Never raises: undecodable bytes become U+FFFD.

    A declaration is believed only where the bytes agree with it: pages that declare GB2312 and are UTF-8 are common.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    wide = _utf16_without_mark(data)
    if wide:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:4096])
    names = [declared.group(1).decode("ascii").lower()] if declared else []
    for name in [*names, "gb18030"]:
        encoding = _CHINESE.get(name, name)
        try:
            text = data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
        if name not in ("utf-8", "utf8", "iso-8859-1", "latin-1", "ascii", "us-ascii", "windows-1252"):
            return text, encoding
    return _best(data)


def _best(data: bytes) -> tuple[str, str]:
    """For bytes no encoding fits strictly: few bad bytes in UTF-8 or GB18030, else what the detector says."""
    candidates = [(data.decode(name, "replace"), name) for name in ("utf-8", "gb18030")]
    text, name = min(candidates, key=lambda pair: pair[0].count("\ufffd"))
    if text.count("\ufffd") * 100 <= len(text):
        return text, name
    from charset_normalizer import from_bytes

    match = from_bytes(data[:200_000]).best()
    if match is None:
        return text, name
    try:
        return data.decode(match.encoding), match.encoding
    except UnicodeDecodeError:
        return text, name


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 without a byte order mark shows as many NULs on one side of the byte pairs."""
    sample = data[:4096]
    if len(sample) < 8 or sample.count(0) * 10 < len(sample):
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > 4 * max(1, even) else "utf-16-be" if even > 4 * max(1, odd) else None
    if encoding is None:
        return None
    text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
    odd_ones = sum(
        1 for character in text if character == "\ufffd" or (character < " " and character not in "\t\r\n\f")
    )
    return encoding if odd_ones * 50 <= len(text) else None


def looks_textual(head: bytes) -> bool:
    """Whether bytes may be text at all: few control bytes, or a UTF-16/32 byte order mark or pattern."""
    if any(head.startswith(mark) for mark, _ in _BOMS) or _utf16_without_mark(head):
        return True
    control = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 27))
    return control * 50 <= len(head)
