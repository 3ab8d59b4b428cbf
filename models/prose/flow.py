"""Running text as sentences a reader can work on: paragraphs joined over line ends, blanks gone, every character traced.

A PDF gives lines, a Word file gives paragraphs, a web page gives long text inside layout tables; here all become
`Line`s of normalised text (`fold`ed characters without blanks) under the headings they stand below. Each character of
a `Line` knows the block and the offset it came from, so a figure can be found again in the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from extractors.model import Cell, Extract, Paragraph, Place, Table
from models.text import fold

BREAK = "\x1e"
"""Stands where a line end separated two digits: the figures on both sides of it cannot be trusted."""

_TERMINAL = "。！？；：:;!?"
_NUMBER_PREFIXES = (
    (1, re.compile(r"^第[一二三四五六七八九十]{1,3}(?:部分|章|篇|单元)")),
    (
        1,
        re.compile(
            r"^附(?:件|录|表)(?:[一二三四五六七八九十]|\d{1,2})?(?=：|$|[^\d一二三四五六七八九十、，。]{0,30}$)"
        ),
    ),
    (2, re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]")),
    (3, re.compile(r"^（[一二三四五六七八九十]{1,3}）")),
    (4, re.compile(r"^(\d{1,2})(?:[、．]|\.(?!\d))")),
    (5, re.compile(r"^（(\d{1,2})）")),
    (6, re.compile(r"^[①-⑳]")),
)
_PAGE_NUMBER = re.compile(r"^(?:[—·─━－＿_]*\d{1,3}[—·─━－＿_]*|第\d{1,3}页(?:[，/]?共\d{1,3}页)?|\d{1,3}／\d{1,3})$")
_PAGE_MARK = re.compile(r"^—{1,2}\d{1,3}—{1,2}(?=[一-龥])|─{1,2}\d{1,3}─{1,2}")
"""A page number between dashes that was read as part of the text around it."""
_CONTENTS = re.compile(r"[.…·]{4,}\d*$|[.…·]{2,}\d{1,3}$")
_LONGEST = 6000
"""No paragraph is read as longer than this."""
_LONG = 18
"""A line of fewer characters that ends without punctuation is not continued by the next one unless it fills its line."""


@dataclass(slots=True)
class _Piece:
    """A paragraph of the extract, or a text cell of a layout table, with its block key."""

    key: str
    raw: str
    place: Place
    heading_level: int | None = None
    text: str = ""
    origins: list[tuple[str, int]] = field(default_factory=list)
    lines: int = 1
    last_length: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One logical paragraph: normalised text and, for each of its characters, block ordinal and raw offset.

    number: the printed item number of a line that starts with an arabic one. section: the headings it stands under.
    heading: the line itself is a heading (of that depth). part: the part of the document (第二部分…, 附件1…).
    """

    text: str
    origins: tuple[tuple[str, int], ...]
    sources: Mapping[str, _Piece]
    section: str | None
    part: str | None
    number: int | None = None
    depth: int | None = None
    heading: bool = False

    def locator(self, position: int) -> str:
        """Where the character at `position` stands: ``b<block>o<offset>``."""
        key, offset = self.origins[position]
        return f"{key}o{offset}"

    def place(self, position: int = 0) -> Place:
        """The place of the block that the character at `position` came from."""
        return self.sources[self.origins[position][0]].place

    def printed(self, start: int, end: int) -> str:
        """What the original prints for the characters from `start` to before `end`."""
        (first, begin), (last, final) = self.origins[start], self.origins[end - 1]
        if first == last:
            return self.sources[first].raw[begin : final + 1]
        return self.text[start:end]

    @property
    def raw(self) -> str:
        """The paragraph as published, lines joined."""
        return "".join(self.sources[key].raw.strip() for key in dict.fromkeys(key for key, _ in self.origins))


def _normalise(piece: _Piece) -> None:
    """Fold character by character so that every one keeps its offset; a blank between two digits stays one blank."""
    characters: list[str] = []
    origins: list[tuple[str, int]] = []
    blank = False
    for offset, character in enumerate(piece.raw):
        folded = fold(character)
        if not folded:
            blank = blank or character.isspace()
            continue
        if blank and characters and _numeric(characters[-1]) and _numeric(folded[0]):
            characters.append(" ")
            origins.append((piece.key, offset))
        blank = False
        for part in folded:
            characters.append(part)
            origins.append((piece.key, offset))
    text = "".join(characters)
    for number in reversed(list(_PAGE_MARK.finditer(text))) if "─" in text or text[:1] == "—" else ():
        del origins[number.start() : number.end()]
        text = text[: number.start()] + text[number.end() :]
    piece.text = text
    piece.origins = origins
    piece.last_length = len(text)


def _numeric(character: str) -> bool:
    return character.isdigit() or character in ".，"


_AMOUNT = re.compile(r"\d{1,3}(?:，\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_DIGITS_AT_END = re.compile(r"[\d，.]+$")
_DIGITS_AT_START = re.compile(r"^[\d，.]+")


def _one_number(before: str, after: str) -> bool:
    """Whether the digits on both sides of a line end can only be one number: its thousands are cut in the middle."""
    head, tail = _DIGITS_AT_END.search(before), _DIGITS_AT_START.search(after)
    if head is None or tail is None or "，" not in head.group() or _AMOUNT.fullmatch(head.group()):
        return False
    return _AMOUNT.fullmatch(head.group() + tail.group()) is not None


def _pieces(extract: Extract, skip_tables: frozenset[int]) -> Iterator[_Piece]:
    """Paragraphs and the sentences inside of tables that nobody else read, in reading order."""
    for ordinal, block in enumerate(extract.blocks):
        if isinstance(block, Paragraph):
            yield _Piece(f"b{ordinal}", block.text, block.place, block.heading_level)
        elif isinstance(block, Table) and ordinal not in skip_tables:
            for cell in block.cells:
                if _is_prose(cell) and 2 * cell.column_span >= block.n_columns:
                    yield from _cell_pieces(ordinal, cell)


def _is_prose(cell: Cell) -> bool:
    """Whether a table cell holds sentences rather than a label or a figure (a web page laid out by tables)."""
    return len(cell.text) >= 60 and "。" in cell.text


def _cell_pieces(ordinal: int, cell: Cell) -> Iterator[_Piece]:
    for number, line in enumerate(cell.text.split("\n")):
        if line.strip():
            yield _Piece(f"b{ordinal}r{cell.row}c{cell.column}l{number}", line, cell.place)


def lines(extract: Extract, skip_tables: frozenset[int] = frozenset()) -> list[Line]:
    """All running text of the extract as logical paragraphs under their headings, in reading order.

    Lines are joined over their ends where the format breaks lines (PDF, wrapped plain text). Page numbers and table of
    contents entries are left out.
    """
    pieces = list(_pieces(extract, skip_tables))
    for piece in pieces:
        _normalise(piece)
    pieces = [p for p in pieces if p.text and not _PAGE_NUMBER.match(p.text) and not _CONTENTS.search(p.text)]
    width = _wrap_width(extract.format, pieces)
    sources = {piece.key: piece for piece in pieces}
    return list(_sectioned(list(_joined(pieces, width)), sources))


def _wrap_width(fmt: str, pieces: Sequence[_Piece]) -> int | None:
    """About how many characters a full line has where lines were broken by a page layout, else None."""
    long = [len(p.text) for p in pieces if len(p.text) > _LONG]
    if not long:
        return None
    if fmt.startswith(("pdf", "ofd")):
        return sorted(long)[len(long) // 2]
    if fmt == "txt" and len(long) >= 20:
        unfinished = [p for p in pieces if len(p.text) > _LONG and p.text[-1] not in _TERMINAL]
        if len(unfinished) > 0.5 * len(long) and sorted(long)[int(len(long) * 0.95)] < 80:
            return sorted(long)[len(long) // 2]
    return None


def _joined(pieces: Sequence[_Piece], width: int | None) -> Iterator[_Piece]:
    """Continue a broken paragraph with the next line; a new number, a heading or a full stop ends it."""
    current: _Piece | None = None
    for piece in pieces:
        if current is not None and width is not None and _continues(current, piece, width):
            if _numeric(current.text[-1]) and _numeric(piece.text[0]) and not _one_number(current.text, piece.text):
                current.text += BREAK
                current.origins.append(current.origins[-1])
            current.text += piece.text
            current.origins.extend(piece.origins)
            current.lines += 1
            current.last_length = piece.last_length
            continue
        if current is not None:
            yield current
        current = replace(piece, origins=list(piece.origins))
    if current is not None:
        yield current


def _parts(piece: _Piece) -> Iterator[_Piece]:
    """A paragraph longer than any real one is cut at a sentence end, so that no work grows with its square."""
    text, start = piece.text, 0
    while len(text) - start > _LONGEST:
        stop = text.rfind("。", start, start + _LONGEST) + 1
        end = stop if stop > start else start + _LONGEST
        yield replace(piece, text=text[start:end], origins=piece.origins[start:end])
        start = end
    yield replace(piece, text=text[start:], origins=piece.origins[start:]) if start else piece


def _continues(before: _Piece, after: _Piece, width: int) -> bool:
    if len(before.text) > _LONGEST or before.text[-1] in _TERMINAL or before.heading_level or after.heading_level:
        return False
    depth, _ = numbering(after.text)
    if depth is not None and (depth <= 3 or not (before.text[-1].isdigit() or before.text[-1] in "第（")):
        return False
    if before.lines == 1 and _TITLE_END.search(before.text):
        return False
    own_depth, _ = numbering(before.text)
    full = before.last_length >= min(width * 0.6, 30)
    if own_depth is not None and own_depth <= 3 and before.lines == 1 and before.last_length < width * 0.7:
        return False
    return full or before.text[-1] in "，、"


_TITLE_END = re.compile(r"^[^，。；：]{2,50}(?:说明|情况|概况|解释)(?:（[^（）]{0,20}）)?$")


def quoted(text: str) -> str:
    """Folded text for people: the one folded quote becomes opening and closing ones in turn, markers are gone."""
    parts = text.replace(BREAK, "").split("”")
    return "".join(part + ("“" if index % 2 == 0 else "”") for index, part in enumerate(parts[:-1])) + parts[-1]


def numbering(text: str) -> tuple[int | None, int | None]:
    """The depth of the numbering a line starts with (1 第一部分 … 6 ①) and the arabic number, where there is one."""
    for depth, pattern in _NUMBER_PREFIXES:
        found = pattern.match(text)
        if found:
            return depth, int(found.group(1)) if found.groups() and found.group(1) else None
    return None, None


def _sectioned(pieces: Sequence[_Piece], sources: Mapping[str, _Piece]) -> Iterator[Line]:
    """Keep the stack of headings while walking down the lines."""
    stack: dict[int, str] = {}
    for piece in (part for whole in pieces for part in _parts(whole)):
        depth, number = numbering(piece.text)
        heading = _is_heading(piece, depth)
        if heading:
            level = depth or (piece.heading_level or 1)
            stack = {key: value for key, value in stack.items() if key < level}
            stack[level] = piece.text.rstrip("：:。")[:60]
        elif depth in (2, 3):
            # A numbered sentence ("（一）收入情况。本年…") is text and opens a section at once.
            stack = {key: value for key, value in stack.items() if key < depth}
            stack[depth] = re.split(r"[。：；，]", piece.text, maxsplit=1)[0][:40]
        yield Line(
            text=piece.text,
            origins=tuple(piece.origins),
            sources=sources,
            section="".join(stack[key] for key in sorted(stack) if key > 1) or stack.get(1),
            part=stack.get(1),
            number=number if depth in (4, 5) else None,
            depth=depth,
            heading=heading,
        )


_TITLE = re.compile(
    r"^[^，。；：]{0,40}(?:情况说明|编制说明|预算说明|决算说明|情况的说明|名词解释|名词说明|专业名词|概况|基本情况|经费情况说明|其他相关情况说明|报表|目录|附件)$"
)


def _is_heading(piece: _Piece, depth: int | None) -> bool:
    if piece.heading_level:
        return True
    if depth is None and _TITLE.match(piece.text):
        return True
    if depth is None or depth > 3 or len(piece.text) > 60:
        return False
    return piece.text[-1] not in "。；;！？" or (len(piece.text) < 40 and not re.search(r"\d", piece.text[3:]))
