"""Mutations of text and of marked-up text (HTML, MHT, RTF, XML parts): what a publisher's page or a hostile one may hold. Pure and seeded."""

from __future__ import annotations

import random
import re

_NUMBER = re.compile(rb"\d[\d,]*(?:\.\d+)?")
_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)([^<>]*)>")
_TEXT = re.compile(rb">([^<>]{2,400})<")
_ATTRIBUTE = re.compile(rb"""\s([A-Za-z][\w:.-]*)\s*=\s*("[^"<>]*"|'[^'<>]*')""")
_SPANS = re.compile(rb'((?:col|row)span|w:val|w:w|r|ref|t|s|spans|min|max|number-\w+-repeated)="[^"]*"', re.IGNORECASE)

WILD = (
    b"0",
    b"-1",
    b"1",
    b"2",
    b"255",
    b"65535",
    b"1048577",
    b"4294967296",
    b"99999999999999999999",
    b"1e308",
    b"-1e-308",
    b"NaN",
    b"INF",
    b"",
    b"0.00001",
    b"A1:XFD1048576",
    b"ZZZZ99999999",
)
"""Numbers that a reader may trust too much."""

_FIGURES = tuple(
    text.encode()
    for text in [
        "１２３．４５",
        "²",
        "½",
        "٣٤",
        "〇一二",
        "壹佰",
        "1.2.3",
        "1,23,4",
        "--",
        "－",
        "(1,234.56)",
        "△12",
        "12%",
        "1e400",
        "Infinity",
        "99999999999999999999.99",
        "0.0000001",
        "-0",
        "+5",
        "①②",
        "Ⅷ",
        "1234567890123456789012345678901234567890",
        "\u200b1",
        "1\u202e2",
        "=1+1",
        "@SUM(A1)",
        "2024年",
        "0x10",
        "1_000",
        "൧൨",
        "𝟙𝟚",
        "￥5",
        "12．3．4",
    ]
)
"""What may stand where an amount is expected."""

_PROBES = tuple(
    text.encode()
    for text in (
        "（", "）", "(", "1", "1,", "，", "一", "、", "1.", "。", " ", "\t", "万元", "增加1万元，", "其中：", "一、", "（一）", "2024年", "“", "《》",
        "款", "项", "支出", "支出决算为1.5万元，完成年初预算的100%，", "类", "-", "—", "\u3000", "甲、", "比上年增加", "主要原因是", "；", "等", "http://",
    )
)  # fmt: skip
"""Pieces whose long repetition makes a careless regular expression run for ever."""


def change(data: bytes, chance: random.Random) -> bytes:
    """One mutation of marked-up or plain text."""
    if len(data) > 4_000_000:
        return data[: chance.randrange(1, len(data))]
    ways = (
        _number,
        _number,
        _figure,
        _figure,
        _tag,
        _tag,
        _attribute,
        _probe,
        _probe,
        _structure,
        _structure,
        _encoding,
    )
    changed = chance.choice(ways)(data, chance)
    return changed if changed is not None else _probe(data, chance)


def _replace(data: bytes, match: re.Match[bytes], text: bytes, group: int = 0) -> bytes:
    return data[: match.start(group)] + text + data[match.end(group) :]


def _pick(pattern: re.Pattern[bytes], data: bytes, chance: random.Random) -> re.Match[bytes] | None:
    found = list(pattern.finditer(data))
    return chance.choice(found) if found else None


def _number(data: bytes, chance: random.Random) -> bytes | None:
    """A number anywhere set to a wild one; spans and references of cells first."""
    if chance.random() < 0.4 and (match := _pick(_SPANS, data, chance)) is not None:
        return _replace(data, match, match.group(1) + b'="' + chance.choice(WILD) + b'"')
    match = _pick(_NUMBER, data, chance)
    return None if match is None else _replace(data, match, chance.choice(WILD))


def _figure(data: bytes, chance: random.Random) -> bytes | None:
    """Several numbers replaced by what looks like one, or is none."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return None
    for match in sorted(chance.sample(found, min(len(found), chance.choice((1, 5, 40)))), key=lambda one: -one.start()):
        data = _replace(data, match, chance.choice(_FIGURES))
    return data


def _tag(data: bytes, chance: random.Random) -> bytes | None:
    """A tag dropped, doubled, renamed, moved, nested in itself."""
    tags = list(_TAG.finditer(data))
    if not tags:
        return None
    match, other = chance.choice(tags), chance.choice(tags)
    way = chance.randrange(6)
    if way == 0:
        return _replace(data, match, b"")
    if way == 1:
        return _replace(data, match, match.group() * chance.choice((2, 4, 300, 20_000)))
    if way == 2:
        return _replace(data, match, b"<" + match.group(1) + other.group(2) + match.group(3) + b">")
    if way == 3:
        deep = chance.choice((3, 60, 400, 5000))
        opened = b"<" + match.group(2) + match.group(3).rstrip(b"/") + b">"
        return _replace(data, match, opened * deep + match.group() + (b"</" + match.group(2) + b">") * deep)
    start, end = sorted((match.start(), other.end()))
    piece = data[start : min(end, start + 20_000)]
    at = chance.choice(tags).end()
    if way == 4:
        return data[:at] + piece * chance.choice((1, 1, 30)) + data[at:]
    return data[:start] + data[end:]


def _attribute(data: bytes, chance: random.Random) -> bytes | None:
    """An attribute's value set to another's, to a wild one or to a very long one; attributes dropped and doubled."""
    match = _pick(_ATTRIBUTE, data, chance)
    if match is None:
        return None
    way = chance.randrange(5)
    if way == 0:
        return _replace(data, match, b"")
    if way == 1:
        return _replace(data, match, match.group() * 2)
    if way == 2:
        return _replace(data, match, b'"' + chance.choice(_PROBES) * chance.choice((1, 1000, 100_000)) + b'"', 2)
    if way == 3:
        other = _pick(_ATTRIBUTE, data, chance)
        return _replace(data, match, other.group(2) if other else b'""', 2)
    return _replace(data, match, b'"' + chance.choice(WILD) + b'"', 2)


def _probe(data: bytes, chance: random.Random) -> bytes:
    """A long repetition put into a text: what makes a careless expression quadratic or worse."""
    times = chance.choice((3, 100, 3000, 30_000))
    pieces = chance.sample(_PROBES, chance.choice((1, 1, 2, 3)))
    text = b"".join(pieces) * times
    text = text[:200_000]
    match = _pick(_TEXT, data, chance)
    at = chance.choice((match.start(1), match.end(1))) if match is not None else chance.randrange(len(data) + 1)
    return data[:at] + text + data[at:]


def _structure(data: bytes, chance: random.Random) -> bytes:
    """Cut ends, unclosed comments and scripts, odd characters, characters by number, lines joined to one."""
    at = chance.randrange(len(data) + 1)
    way = chance.randrange(8)
    if way == 0:
        return data[:at]
    if way == 1:
        return (
            data[:at]
            + chance.choice((b"<!--", b"<script>", b"<![CDATA[", b"<style>", b"<textarea>", b"<svg>", b"<xmp>"))
            + data[at:]
        )
    if way == 2:
        odd = (
            "\0",
            "\ufeff",
            "\ufffd",
            "\u202e",
            "\x1a",
            "\x0b",
            "\u2028",
            "\U000e0001",
            "\ue000",
            "\U0010ffff",
            "⼀",
            "ﬁ",
        )
        return data[:at] + chance.choice(odd).encode() * chance.choice((1, 50)) + data[at:]
    if way == 3:
        number = chance.choice((b"0", b"xD800", b"x110000", b"99999999999", b"x80", b"1", b"xFFFF", b"xDBFF"))
        return data[:at] + b"&#" + number + b";" + data[at:]
    if way == 4:
        return data.replace(b"\r", b"").replace(b"\n", chance.choice((b"", b" ", b"\r", b"\n\n")))
    if way == 5:
        lines = data.splitlines(keepends=True)
        chance.shuffle(lines)
        return b"".join(lines)
    if way == 6:
        entity = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
        start = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
        return data[:start] + entity + data[start:].replace(b">1", b">&b;&c;1", 3)
    return data[:at] + data[at : at + 500] * chance.choice((5, 200)) + data[at:]


def _encoding(data: bytes, chance: random.Random) -> bytes | None:
    """The text in another encoding, with or without saying so, or in two."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            return None
    name = chance.choice(
        ("gb18030", "gbk", "big5", "utf-16", "utf-16-be", "utf-32", "utf-7", "shift_jis", "utf-8-sig", "utf-8")
    )
    if chance.random() < 0.5:
        text = re.sub(
            r"(?i)(charset|encoding)(=[\"']?)[\w-]+",
            rf"\1\g<2>{chance.choice((name, 'utf-8', 'gb2312', 'x-none'))}",
            text,
        )
    packed = text.encode(name, "replace")
    if chance.random() < 0.2:
        half = len(packed) // 2
        return packed[:half] + data[len(data) // 2 :]
    return packed
