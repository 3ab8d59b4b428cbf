"""RTF bytes → the text it shows and the marks that cut it into paragraphs and cells, as a flat stream of events.

Groups, character sets, Unicode fallbacks, hidden and deleted text, and destinations that show nothing are dealt with
here; what the marks mean is `extractors.rtf`'s business. No recursion, nothing executed, embedded objects not opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from extractors.errors import DamagedDocument, TooLarge
from extractors.limits import Clock

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.S
)
_DEEPEST = 500
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf themedata "
    b"listtable listoverridetable rsidtbl generator fldinst objdata xe tc nonshppict template filetbl revtbl "
    b"bkmkstart bkmkend datafield formfield colorschememapping latentstyles datastore background annotation atnid "
    b"atnauthor atrfstart atrfend private docvar userprops xmlnstbl ftnsep ftnsepc aftnsep aftnsepc nonesttables sp sn sv "
    b"shprslt footnote".split()
)
_KEPT_IGNORABLE = frozenset(b"nesttableprops shppict shpinst shptxt".split())
_CHARSETS = {134: "gb18030", 136: "big5", 128: "cp932", 129: "cp949", 204: "cp1251", 238: "cp1250", 161: "cp1253"}
_SPECIAL = {
    b"tab": " ", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"line": "\n", b"softline": "\n", b"emspace": "\u2003", b"enspace": "\u2002", b"qmspace": " ",
}  # fmt: skip
_MARKS = frozenset(
    b"par sect page column cell nestcell row nestrow trowd cellx trleft clmgf clmrg clvmgf clvmrg pard intbl itap".split()
)


@dataclass(frozen=True, slots=True)
class Event:
    """Shown text (`mark` empty), or a control word that matters to structure, with its parameter."""

    mark: str
    text: str = ""
    value: int | None = None
    hidden: bool = False


@dataclass(slots=True)
class _State:
    """What a group inherits and forgets at its end."""

    silent: bool = False
    hidden: bool = False
    deleted: bool = False
    fallback: int = 1
    font: int = 0
    collects: str = ""


@dataclass(slots=True)
class Tokens:
    """One pass over an RTF file. After it: how many passages were `deleted`, `pictures`, `objects`, `footnotes` not read."""

    data: bytes
    clock: Clock
    deleted: int = 0
    pictures: int = 0
    objects: int = 0
    footnotes: int = 0
    title: str = ""
    _encoding: str = "gb18030"
    _fonts: dict[int, str] = field(default_factory=dict)
    _bytes: bytearray = field(default_factory=bytearray)

    def events(self) -> Iterator[Event]:
        """The events in order. Raises DamagedDocument (cut off, no RTF) or TooLarge."""
        states = [_State()]
        at, skip, count, ignorable = 0, 0, 0, False
        high = ""
        font_being_defined: int | None = None
        data, size = self.data, len(self.data)
        while at < size:
            found = _TOKEN.match(data, at)
            if found is None:
                raise DamagedDocument("RTF 文件的控制字不完整，已损坏；请重新下载。")
            at = found.end()
            count += 1
            if count % 20_000 == 0:
                self.clock.check()
            state = states[-1]
            word, parameter, code, symbol, brace, text = found.groups()
            value = int(parameter) if parameter is not None else None
            if code is not None or text is not None:
                raw = bytes([int(code, 16)]) if code is not None else text
                if skip:
                    dropped = min(skip, len(raw))
                    raw, skip = raw[dropped:], skip - dropped
                if (raw and state.collects == "title") or (raw and not state.silent):
                    self._bytes += raw
                continue
            yield from self._flush(state)
            if brace == b"{":
                skip = 0
                if len(states) > _DEEPEST:
                    raise TooLarge("RTF 文件的结构嵌套过深，未读取；请检查来源。")
                states.append(replace(state))
                ignorable = False
                continue
            if brace == b"}":
                skip = 0
                if len(states) == 1:
                    break  # what stands after the end of the document is not shown
                states.pop()
                continue
            if symbol is not None:
                if symbol == b"*":
                    ignorable = True
                elif not state.silent and symbol in (b"\\", b"{", b"}"):
                    if skip:
                        skip -= 1
                    else:
                        yield Event("", symbol.decode("ascii"), hidden=state.hidden)
                elif not state.silent and symbol in (b"~", b"_"):
                    yield Event("", " " if symbol == b"~" else "-", hidden=state.hidden)
                elif not state.silent and symbol in (b"\n", b"\r"):
                    yield Event("par")
                continue
            if word is None:
                continue
            if word == b"bin":
                at += max(0, value or 0)
            elif word in _SILENT or (ignorable and word not in _KEPT_IGNORABLE):
                self.pictures += word == b"pict" and not state.silent
                self.footnotes += word == b"footnote" and not state.silent
                state.silent = True
                state.collects = ""
            elif word == b"title" and state.silent:
                state.collects = "title"
            elif word == b"object":
                self.objects += 1
            elif word == b"ansicpg" and value is not None:
                self._encoding = _code_page(value)
            elif word == b"f" and value is not None:
                state.font = value
                font_being_defined = value
            elif word == b"fcharset" and state.silent and font_being_defined is not None and value in _CHARSETS:
                self._fonts[font_being_defined] = _CHARSETS[value]
            elif word == b"uc" and value is not None:
                state.fallback = max(0, min(value, 16))
            elif word == b"u" and value is not None:
                skip = state.fallback
                unit = value & 0xFFFF
                if 0xD800 <= unit < 0xDC00:
                    high = chr(unit)
                    continue
                letter = (high + chr(unit)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
                high = ""
                if state.collects == "title":
                    self.title += letter
                elif not state.silent:
                    yield from self._shown(letter, state)
            elif word == b"v":
                state.hidden = value != 0
            elif word == b"deleted":
                self.deleted += value != 0 and not state.deleted
                state.deleted = value != 0
            elif word == b"plain":
                state.hidden = state.deleted = False
            elif word in _SPECIAL:
                if skip:
                    skip -= 1
                elif not state.silent:
                    yield from self._shown(_SPECIAL[word], state)
            elif word in _MARKS and not state.silent:
                yield Event(word.decode("ascii"), value=value)
            ignorable = False
        yield from self._flush(states[-1])
        if len(states) > 1 and at >= size:
            raise DamagedDocument("RTF 文件不完整（在分组结束之前中断），可能下载中断；请重新下载。")

    def _flush(self, state: _State) -> Iterator[Event]:
        if not self._bytes:
            return
        raw = bytes(self._bytes)
        self._bytes.clear()
        text = self._decoded(raw, state.font)
        if state.collects == "title":
            self.title += text
            return
        yield from self._shown(text, state)

    def _decoded(self, raw: bytes, font: int) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        for encoding in dict.fromkeys((self._fonts.get(font, self._encoding), self._encoding, "gb18030")):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        return raw.decode(self._encoding, "replace")

    def _shown(self, text: str, state: _State) -> Iterator[Event]:
        if not state.deleted:
            yield Event("", text, hidden=state.hidden)


def _code_page(number: int) -> str:
    """The codec of a Windows code page; GB18030 stands in for 936, and for what Python does not know."""
    if number in (936, 54936, 20936):
        return "gb18030"
    name = "utf-8" if number == 65001 else f"cp{number}"
    try:
        "".encode(name)
    except LookupError:
        return "gb18030"
    return name
