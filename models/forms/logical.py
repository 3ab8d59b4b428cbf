"""Raw tables of an extract → logical tables: captions and notes lifted out, stacked tables split, continuations joined.

A logical table is one form as its publisher meant it, however many pages, header repetitions or blank pages it was
printed over. Nothing here knows what a form means beyond its title's pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from extractors.model import Cell, Extract, Paragraph, Table
from models.forms.rows import match_row
from models.forms.vocabulary import match_title, strip_title, vocabulary
from models.money import is_blank, read_amount, read_unit
from models.text import clean, fold

_TITLE = re.compile(r"(表|一览|情况|明细)(（.{0,30}）)?(（续.{0,3}）|续)?$")
_OWNER = re.compile(
    r"^(?:公开|编制|填报|预算|主管)?(?:部门|单位)(?:（(?:单位|部门|盖章)）)?(?:名称|预算)?(?:（(?:公章|盖章)）)?：(.*)$"
)
_NOTE = re.compile(
    r"^(注|备注|说明|注释|本表|附注)\d?[:：、.\s]|^(本表|注：|备注：|我(部门|单位).*(没有|无)|本(部门|单位).*(没有|无|未))"
)
_COLUMN_NUMBERS = re.compile(r"^(栏次|行次|\*+|项次|栏次行次|列次)$")
_PROSE = 90
"""A paragraph longer than this between two tables is running text: what follows is a new table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a logical table: for each logical column the cell that covers it (None where nothing does)."""

    cells: tuple[Cell | None, ...]
    number: int
    page: int | None
    source: int
    source_row: int

    def anchored(self, column: int) -> Cell | None:
        """The cell in this column unless it belongs to an earlier row (a vertical merge) or an earlier column."""
        cell = self.cells[column]
        if cell is None or cell.row != self.source_row:
            return None
        return cell if column == 0 or self.cells[column - 1] is not cell else None

    def texts(self) -> list[str]:
        """The texts of the distinct cells of this row, blanks left out."""
        seen = {id(cell): cell.text for cell in self.cells if cell is not None and cell.text.strip()}
        return list(seen.values())


@dataclass(slots=True)
class LogicalTable:
    """One form instance: its captions, header rows and data rows over all its pages.

    title: the caption that names a form some rule knows; caption: the last that reads like a title, known or not.
    torn: what stands on top of a page the table goes on over, with the place of the row it may be the rest of.
    """

    title: str | None
    unit: str | None
    owner: str | None
    captions: list[str]
    header: list[Row]
    rows: list[Row]
    n_columns: int
    edges: list[tuple[float, float] | None]
    notes: list[str] = field(default_factory=list)
    first_page: int | None = None
    last_page: int | None = None
    sheet: str | None = None
    engine: str = ""
    ordinals: set[int] = field(default_factory=set)
    had_title: bool = False
    caption: str | None = None
    torn: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Segment:
    """A part of a raw table between caption rows."""

    captions: list[str]
    rows: list[Row]
    table: Table
    ordinal: int
    notes: list[str]


def logical_tables(extract: Extract, skip: frozenset[int] = frozenset()) -> list[LogicalTable]:
    """All logical tables of an extract, in reading order; `skip` are ordinals of blocks read by another reader."""
    found: list[LogicalTable] = []
    between: list[Paragraph] = []
    for ordinal, block in enumerate(extract.blocks):
        if isinstance(block, Paragraph):
            between.append(block)
            continue
        if ordinal in skip:
            between = []
            continue
        captions = _captions(between, block)
        trailing = _trailing_notes(between)
        if found:
            found[-1].notes.extend(trailing)
        prose = any(len(p.text) > _PROSE and not _NOTE.match(fold(p.text)) for p in between)
        for index, segment in enumerate(_segments(block, ordinal)):
            own = [*(captions if index == 0 else ()), *segment.captions]
            _place(found, segment, own, prose and index == 0)
        between = []
    if found:
        found[-1].notes.extend(_trailing_notes(between))
    return found


def _captions(between: Sequence[Paragraph], table: Table) -> list[str]:
    """The caption pieces that stand before a table: the paragraphs after the last running text, newest last."""
    pieces: list[str] = []
    for paragraph in list(between)[-14:]:
        text = paragraph.text.strip()
        if len(text) > _PROSE and not read_unit(text):
            pieces = []
            continue
        if (
            table.place.page is not None
            and paragraph.place.page is not None
            and paragraph.place.page < table.place.page - 1
        ):
            continue
        if _NOTE.match(fold(text)):
            continue
        pieces.extend(_pieces(text))
    return pieces


def _pieces(text: str) -> list[str]:
    """A caption line cut where wide gaps or line breaks are, and before 单位：."""
    parts = re.split(
        r"\n|\t|[  　]{2,}|(?=(?<![制报算管开门])(?:金额)?单位\s*[:：]\s*(?:人民币)?\s*[百千万亿]?\s*元)", text
    )
    return [part.strip() for part in parts if part and part.strip()]


def _trailing_notes(between: Sequence[Paragraph]) -> list[str]:
    return [clean(p.text) for p in between if _NOTE.match(fold(p.text)) and len(p.text) < 300]


def _segments(table: Table, ordinal: int) -> list[_Segment]:
    """Cut a raw table at caption rows; caption and note rows are taken out."""
    grid = table.grid()
    segments: list[_Segment] = []
    captions: list[str] = []
    notes: list[str] = []
    rows: list[Row] = []
    started = False

    def close() -> None:
        nonlocal captions, notes, rows, started
        if rows or captions or notes:
            segments.append(_Segment(captions, rows, table, ordinal, notes))
        captions, notes, rows, started = [], [], [], False

    for index, cells in enumerate(grid):
        row = Row(tuple(cells), index, table.place.page, ordinal, index)
        texts = [clean(t) for t in row.texts()]
        role = _role(row, texts, started)
        if role == "caption":
            if started and rows:
                close()
            for text in row.texts():
                captions.extend(_pieces(text))
        elif role == "note":
            notes.extend(texts)
        elif role == "blank" and not started:
            continue
        else:
            started = True
            rows.append(row)
    close()
    return [s for s in segments if s.rows or s.captions]


def _role(row: Row, texts: list[str], started: bool) -> str:
    """Whether a row of a raw table is a caption, a note, blank, or a row of the table proper."""
    if not texts:
        return "blank"
    if any(read_amount(t) is not None and not re.fullmatch(r"(19|20)\d\d", t) for t in texts):
        return "row"
    folded = [fold(t) for t in texts]
    if len(folded) == 1:
        text = folded[0]
        wide = _width(row) >= max(2, len(row.cells) - 1) or not started
        if _NOTE.match(text) and len(text) > 6:
            return "note"
        if wide and _TITLE.search(text) and len(text) <= 60 and match_title(text) is not None:
            return "caption"
        if wide and _OWNER.match(text):
            return "caption"
        if not started and _width(row) == len(row.cells) > 2 and re.search(r"20\d\d年.{6,}|.{12,}", text):
            return "caption"  # a title over the whole width, whatever it names
        if not started and (
            _unit_in_caption(text)
            or _UNIT_STATED.search(text)
            or re.match(
                r"^(?=.{0,12}[件表开算])(附件|附表|部门)?(公开|预算|决算|表)*[\d一二三四五六七八九十—.]*表?[:：]?$",
                text,
            )
        ):
            return "caption"
        if not started and row.cells[0] is not None and row.cells[0].text.strip() and _COVER.search(text):
            return "caption"  # the document's own title in the first cell of a sheet, merged or not
        if (
            not started
            and len(row.cells) >= 2
            and _width(row) == 1
            and row.cells[0] is not None
            and row.cells[0].text.strip()
            and not _HEADERISH.search(text)
        ):
            return "caption"
        return "row"
    if len(folded) <= 4 and any(read_unit(t) for t in texts) and all(_is_caption(t) for t in folded):
        return "caption"
    if (
        len(folded) <= 4
        and _OWNER.match(folded[0])
        and all(_is_caption(t) or len(t) < 40 for t in folded)
        and not _has_header_words(folded[1:])
    ):
        return "caption"
    return "row"


_UNIT_STATED = re.compile(r"单位：(?:人民币)?[百千万亿]?元")
_COVER = re.compile(
    r"^(?=.{8}).*(?:20\d\d年|20\d\d年度|二[〇○零]..年).*(?:预算|决算)(?:公开)?(?:报表|表|信息公开|公开)?$"
    r"|^(?=.{6}).*(?:部门|单位)(?:综合)?(?:预算|决算)(?:公开)?(?:报表|表|信息公开|公开)?(?:（.{1,12}）)?$"
)
_HEADERISH = re.compile(r"科目|项目|预算|决算|合计|金额|编码|^[一二三四五六七八九十]、")


def _has_header_words(texts: Iterable[str]) -> bool:
    return any(pattern.search(text) for text in texts for pattern in vocabulary().header_words[:1])


def _is_caption(text: str) -> bool:
    return bool(
        read_unit(text) or _OWNER.match(text) or re.match(r"^(编制|填报)?日期|^\d{4}年", text)
        or (_TITLE.search(text) and match_title(text)) or len(text) < 3
        or re.match(r"^.{2,30}(局|委|委员会|办公室|厅|院|部|中心|处|所|队|站|会|校|学院|大学|政府|办|室|馆|社)(（本级）)?$", text)
    )  # fmt: skip


def _width(row: Row) -> int:
    """How many columns the only text of a row covers."""
    cell = next(c for c in row.cells if c is not None and c.text.strip())
    return cell.column_span


# A first title line that names the budget and not yet the table: the line below it is only the end of the title.
_TITLE_BEGUN = re.compile(
    r"^20\d\d年(?!.*表)[^。：:]*(一般公共预算|政府性基金|国有资本经营|社会保险基金|转移支付|财政拨款|债务)[^。：:\d]*$"
)


def _title_of(captions: list[str]) -> str | None:
    """The caption that names a form: the last piece, or last pieces joined, that look like a title and match a rule."""
    for end in range(len(captions), 0, -1):
        for count in (1, 2, 3):
            if end - count < 0:
                break
            text = clean("".join(captions[end - count : end]))
            folded = fold(text)
            if len(folded) > 80 or (
                read_unit(text) and count == 1 and not _TITLE.search(re.sub(r"（?单位：.{1,4}元）?", "", folded))
            ):
                continue
            bare = re.sub(r"（?(金额)?单位：?.{1,3}元）?$", "", folded)
            bare = re.sub(r"(编制|填报|公开)?(部门|单位)(名称)?：.*$", "", bare) or bare
            if (
                _TITLE.search(bare)
                and strip_title(bare) not in ("", "表")
                and match_title(bare) is not None
                and "....." not in text
                and "……" not in text
            ):
                before = captions[end - count - 1] if end > count else ""
                if _TITLE_BEGUN.match(fold(before)) and not re.search(r"20\d\d", text):
                    text = clean(before) + text
                text = re.sub(r"[（(]?(金额)?单位[:：]?.{1,3}元[)）]?$", "", text)
                return re.sub(r"(编制|填报|公开)?(部门|单位)(名称)?[:：].*$", "", text) or text
    return None


def _caption_title(captions: list[str]) -> str | None:
    """The last caption that reads like a table's title, whether any rule knows it or not."""
    for text in reversed(captions):
        folded = re.sub(r"（?(金额)?单位：?.{1,3}元）?$", "", fold(text))
        readable = 4 <= len(folded) <= 80 and strip_title(folded) not in ("", "表") and "……" not in text
        if readable and _TITLE.search(folded) and not _OWNER.match(folded) and not _NOTE.match(folded):
            return clean(text)
    return None


def _owner_of(captions: Iterable[str]) -> str | None:
    for text in captions:
        found = _OWNER.match(fold(text))
        if found and found.group(1) and not re.match(r"^[百千万亿]?元$", found.group(1)):
            return clean(re.sub(r"(金额)?单位[:：].*$", "", re.split(r"[:：]", text, maxsplit=1)[1])) or None
    return None


_UNIT_BY_AMOUNT = re.compile(r"^金额[:：](?:人民币)?(百万元|千元|万元|亿元|元)$")


def _unit_in_caption(text: str) -> str | None:
    """The money unit a caption states (单位：万元), also where it says 金额：万元."""
    found = _UNIT_BY_AMOUNT.match(fold(text))
    return found.group(1) if found else read_unit(text)


def _unit_of(captions: Iterable[str]) -> str | None:
    captions = list(captions)
    units = [u for u in map(_unit_in_caption, captions) if u]
    return units[-1] if units else _cut_unit(captions)


_UNIT_WORDS = tuple(f"{word}：{unit}" for word in ("金额单位", "单位") for unit in ("元", "千元", "万元", "亿元"))


def _cut_unit(captions: Sequence[str]) -> str | None:
    """The unit of a caption broken over two lines of a narrow cell (金额单 / 位：万元), another caption between them or not."""
    lines = [fold(text) for text in captions]
    for number, line in enumerate(lines):
        for rest in lines[number + 1 : number + 3]:
            whole = line + rest
            if line and rest and whole in _UNIT_WORDS:
                return whole.partition("：")[2]
    return None


def _edges(table: Table) -> list[tuple[float, float] | None]:
    """Left and right edge of every column, from cells that span one column only."""
    edges: list[tuple[float, float] | None] = [None] * table.n_columns
    for cell in table.cells:
        if cell.column_span == 1 and cell.place.box is not None and edges[cell.column] is None:
            edges[cell.column] = (cell.place.box[0], cell.place.box[2])
    return edges


def _place(found: list[LogicalTable], segment: _Segment, captions: list[str], after_prose: bool) -> None:
    """Append a segment to the last logical table where it continues that, else open a new one."""
    title, unit, owner = _title_of(captions), _unit_of(captions), _owner_of(captions)
    if not segment.rows:
        if title:
            found.append(LogicalTable(title, unit, owner, captions, [], [], 0, [], list(segment.notes), had_title=True))
        elif found:
            found[-1].notes.extend(segment.notes)
        return
    last = found[-1] if found else None
    if last is not None and not last.rows and not last.header and last.n_columns == 0:
        found.pop()
        title, unit, owner, captions = (
            title or last.title,
            unit or last.unit,
            owner or last.owner,
            [*last.captions, *captions],
        )
        last = found[-1] if found and title is None else None
    header, rows = split_header(segment.rows)
    table = segment.table
    edges = _edges(table)
    if last is not None and title is None and rows and _is_beginning(last, table):
        # The page ended after the first header row: the table proper stands on the next, drawn in its own columns.
        found.pop()
        title, unit, owner, captions = last.title, unit or last.unit, owner or last.owner, [*last.captions, *captions]
        last = found[-1] if found else None
    repeated = len(last.header) if last is not None else 0
    if last is not None and 0 < repeated < len(header) and _header_key(header[:repeated]) == _header_key(last.header):
        # Below the repeated header the end of a name that the page broke in two ("住房保障 / 支出") looks like one row more.
        header, rows = header[:repeated], [*header[repeated:], *rows]
    if last is not None and title is None and not after_prose and _ends_header(last, header, table):
        last.header = _joined_header(last.header, header[0])
        header = []
    if (
        last is not None
        and title is None
        and last.n_columns == table.n_columns
        and 0 < _headed(header) * 2 < _headed(last.header)
    ):
        # Names over a few of the columns only are rows without figures, at the top of a page that goes on.
        header, rows = [], [row for row in segment.rows if not is_column_numbers(row) and row.texts()]
    if (
        last is not None
        and not after_prose
        and _continues(last, title, _caption_title(captions), owner, header, rows, table, edges)
    ):
        mapping = _column_mapping(last, table, edges)
        if captions and title is None and last.rows and table.place.page != last.last_page:
            last.torn.append((len(last.rows) - 1, "".join(captions)))
        for row in rows:
            cells = tuple(row.cells[m] if m is not None and m < len(row.cells) else None for m in mapping)
            last.rows.append(Row(cells, len(last.rows), row.page, row.source, row.source_row))
        last.notes.extend(segment.notes)
        last.last_page = table.place.page or last.last_page
        last.ordinals.add(segment.ordinal)
        return
    found.append(
        LogicalTable(
            title, unit, owner, captions, header,
            [Row(r.cells, n, r.page, r.source, r.source_row) for n, r in enumerate(rows)],
            table.n_columns, edges, list(segment.notes), table.place.page, table.place.page, table.place.sheet,
            table.engine, {segment.ordinal}, title is not None, title or _caption_title(captions),
        )
    )  # fmt: skip


def _is_beginning(last: LogicalTable, table: Table) -> bool:
    """Whether all that was found of a titled table is a header of other columns at the foot of the page before."""
    pages = table.place.page, last.last_page
    next_page = pages[0] is not None and pages[1] is not None and pages[0] - pages[1] == 1
    return next_page and last.title is not None and not last.rows and 0 < last.n_columns < table.n_columns


def _headed(header: list[Row]) -> int:
    """How many columns some header cell with text stands over."""
    width = max((len(row.cells) for row in header), default=0)
    return sum(
        any(c < len(row.cells) and (cell := row.cells[c]) is not None and bool(cell.text.strip()) for row in header)
        for c in range(width)
    )


def _ends_header(last: LogicalTable, header: list[Row], table: Table) -> bool:
    """Whether the page broke inside the header: what stands on top of the next page are the last lines of its cells."""
    pages = table.place.page, last.last_page
    next_page = pages[0] is not None and pages[1] is not None and pages[0] - pages[1] == 1
    if not next_page or last.rows or not last.header or len(header) != 1 or last.n_columns != table.n_columns:
        return False
    begun, ended = last.header[-1], header[0]
    columns = [c for c in range(table.n_columns) if (cell := ended.anchored(c)) is not None and cell.text.strip()]
    above = [begun.cells[c] for c in columns]
    whole = sum(cell is not None and bool(cell.text.strip()) for cell in begun.cells)
    return len(columns) < whole and all(cell is not None and cell.text.strip() for cell in above)


def _joined_header(header: list[Row], ended: Row) -> list[Row]:
    """Header rows whose lowest cells go on with the texts that stand in `ended`, in the same columns."""
    whole: dict[int, Cell] = {}
    for column, cell in enumerate(header[-1].cells):
        rest = ended.anchored(column)
        if cell is not None and rest is not None and rest.text.strip():
            whole[id(cell)] = replace(cell, text=cell.text + rest.text)
    return [
        replace(row, cells=tuple(whole.get(id(cell), cell) if cell is not None else None for cell in row.cells))
        for row in header
    ]


def _continues(
    last: LogicalTable, title: str | None, caption: str | None, owner: str | None, header: list[Row], rows: list[Row],
    table: Table, edges: list[tuple[float, float] | None],
) -> bool:  # fmt: skip
    """Whether a segment goes on with the last logical table: same or no title, compatible columns and header."""
    if title is not None and (last.title is None or strip_title(title) != strip_title(last.title)):
        return False
    if title is not None and last.title is not None and _of_other_years(title, last.title):
        return False
    if owner is not None and last.owner is not None and fold(owner) != fold(last.owner):
        return False
    if table.place.sheet != last.sheet:
        return False
    if table.place.page is not None and last.last_page is not None and not 0 <= table.place.page - last.last_page <= 2:
        return False
    if title is None and table.place.page is not None and table.place.page == last.last_page and header:
        return False
    if title is None and header and caption is not None and caption != last.caption and caption not in last.captions:
        return False
    same_width = table.n_columns == last.n_columns
    if not same_width and not _overlaps(last, edges):
        return False
    if header and rows and last.header:
        same = _header_key(header) == _header_key(last.header)
        if not same and not (same_width and (title is not None or _header_again(last, header, rows, table))):
            return False
    if title is not None and rows and last.rows and _starts_total(rows) and _starts_total(last.rows):
        return False
    return not (not header and not rows)


def _of_other_years(title: str, other: str) -> bool:
    """Whether two titles that are alike name different years: the account of one year, then the draft of the next."""
    years, others = (set(re.findall(r"20\d\d(?=年)", fold(text))) for text in (title, other))
    return bool(years) and bool(others) and not years & others


def _header_again(last: LogicalTable, header: list[Row], rows: list[Row], table: Table) -> bool:
    """Whether the next page begins with the same header, cut: a merged heading may lose its lower lines in repetition.

    Nearly every column must be headed by a part of what headed it before, and the list must not begin anew.
    """
    pages = table.place.page, last.last_page
    if pages[0] is None or pages[1] is None or pages[0] - pages[1] != 1 or _starts_total(rows):
        return False
    said = cut = 0
    for column in range(last.n_columns):
        now, before = (_heading(h, column) for h in (header, last.header))
        if now:
            said += 1
            cut += before.startswith(now)
    return said >= 3 and said * 2 >= last.n_columns and cut * 5 >= said * 4


def _heading(header: list[Row], column: int) -> str:
    """All that stands above a column, each cell once."""
    cells: list[Cell] = []
    for row in header:
        cell = row.cells[column] if column < len(row.cells) else None
        if cell is not None and all(cell is not other for other in cells):
            cells.append(cell)
    return "".join(fold(c.text) for c in cells)


def _starts_total(rows: list[Row]) -> bool:
    texts = rows[0].texts()
    return bool(texts) and bool(re.match(r"^(合计|总计|收入总计|支出总计)$", fold(texts[0])))


def _header_key(header: list[Row]) -> str:
    return re.sub(r"（续.{0,3}）", "", "|".join(fold(t) for row in header for t in row.texts()))


def _overlaps(last: LogicalTable, edges: list[tuple[float, float] | None]) -> bool:
    """Whether two pages' columns lie over each other, so that cells can be matched by place."""
    known = [e for e in edges if e]
    base = [e for e in last.edges if e]
    if len(known) < 2 or len(base) < 2:
        return False
    width = max(e[1] for e in base) - min(e[0] for e in base)
    return (
        abs(min(e[0] for e in known) - min(e[0] for e in base)) < 0.05 * width
        and abs(max(e[1] for e in known) - max(e[1] for e in base)) < 0.05 * width
    )


def _column_mapping(last: LogicalTable, table: Table, edges: list[tuple[float, float] | None]) -> list[int | None]:
    """For each column of the logical table the column of the continuation that stands under it.

    One that stands under several, one beside the other, spans them all (支出合计 over the lists by function and by use).
    """
    identity: list[int | None] = list(range(last.n_columns))
    if table.n_columns == last.n_columns:
        return identity
    mapping: list[int | None] = []
    for edge in last.edges:
        best: int | None = None
        if edge is not None:
            centre = (edge[0] + edge[1]) / 2
            best = next((i for i, e in enumerate(edges) if e is not None and e[0] <= centre <= e[1]), None)
            if best is not None and best in mapping and best != mapping[-1]:
                best = None
        mapping.append(best)
    return mapping


def split_header(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The header rows and the data rows of a segment; rows of column numbers (栏次, **) belong to neither."""
    end = 0
    reach = 0
    while end < len(rows):
        row = rows[end]
        texts = [fold(t) for t in row.texts()]
        if is_column_numbers(row):
            end += 1
            reach = max(reach, end)
            continue
        if any(read_amount(t) is not None and not re.fullmatch(r"(19|20)\d\d", t) for t in texts):
            break
        if end < reach or not texts:
            if not texts and end >= reach:
                following = rows[end + 1] if end + 1 < len(rows) else None
                if following is None or not _headerish([fold(t) for t in following.texts()], end == 0):
                    break
            end += 1
            continue
        if not _headerish(texts, end == 0) and not _divides(rows[:end], row, texts):
            break
        spans = [c.row_span - (row.source_row - c.row) for c in row.cells if c is not None and c.text.strip()]
        reach = max(reach, end + max(spans, default=1))
        end += 1
    data = [row for row in rows[end:] if not is_column_numbers(row) and row.texts()]
    return _spread([row for row in rows[:end] if not is_column_numbers(row)]), data


_DATA_START = re.compile(
    r"^([一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|\d{1,2}[、.．]|[2135]\d{2}(\d{2}){0,2}([^\d年]|$)|无$|[\[【（]\d{3,7}[\]】）])"
)


def _headerish(texts: list[str], first: bool) -> bool:
    """Whether a row without amounts reads like a header rather than like a data row with blank figures."""
    if not texts:
        return False
    if any(_DATA_START.match(t) and not re.search(r"科目|编码|名称", t) for t in texts):
        return False
    if (
        any((entry := match_row(t, None, "")) is not None and entry.flow == "balance" for t in texts[:1])
        and len(texts) <= 2
    ):
        return False
    words = [
        any(p.search(t) for p in vocabulary().header_words) or any(e.pattern.search(t) for e in vocabulary().columns)
        for t in texts
    ]
    if len(texts) == 1 and re.fullmatch(r"合计|总计|小计", texts[0]) and not first:
        return False
    if first and len(texts) >= 2:
        return sum(words) >= 1
    return all(words)


def _spread(header: list[Row]) -> list[Row]:
    """A header drawn without any merged cell: a heading goes on over the blank cells beside it.

    Only where it has a heading of its own below it, and so have these: plain text and sheets whose titles are only centred
    print "预算数" once over six columns.
    """
    cells = [cell for row in header for cell in row.cells if cell is not None]
    if len(header) < 2 or any(cell.row_span > 1 or cell.column_span > 1 for cell in cells):
        return header
    result = list(header)
    for number, row in enumerate(header[:-1]):
        spread = list(row.cells)
        head: Cell | None = None
        for column, cell in enumerate(row.cells):
            below = any(
                column < len(other.cells) and (found := other.cells[column]) is not None and found.text.strip()
                for other in header[number + 1 :]
            )
            if cell is not None and cell.text.strip():
                head = cell if below else None
            elif head is not None and below:
                spread[column] = head
            else:
                head = None
        result[number] = replace(row, cells=tuple(spread))
    return result


def _divides(header: list[Row], row: Row, texts: list[str]) -> bool:
    """Whether a row without amounts stands under header cells over several columns and names each of these.

    Then it is part of the header though a word or two of it are in no list (上年财政拨款资金结转); a row of data that is blank
    names one or two things.
    """
    if not header or len(texts) < 4 or any(_DATA_START.match(t) or len(t) > 30 for t in texts):
        return False
    divided = 0
    merged = any(cell is not None and cell.column_span > 1 for cell in header[-1].cells)
    for number, cell in enumerate(header[-1].cells):
        if cell is None or not cell.text.strip() or (number and header[-1].cells[number - 1] is cell):
            continue
        # Where nothing is merged, a heading goes on over the blank cells beside it.
        span = cell.column_span if merged else 1 + _blanks_after(header[-1].cells, number)
        under = row.cells[number : number + span]
        first = under[0] if under else None
        if span < 2 or (not merged and (first is None or not first.text.strip())):
            continue
        if len({id(c) for c in under}) < 2 or any(c is None or not c.text.strip() for c in under):
            return False
        divided += 1
    entries = vocabulary().columns
    known = sum(
        any(p.search(t) for p in vocabulary().header_words)
        or any(e.pattern.search(t) for e in entries)
        or _ECONOMIC.search(t) is not None
        for t in texts
    )
    return divided > 0 and 3 * known >= 2 * len(texts)


_ECONOMIC = re.compile("工资福利|商品和服务|对个人和家庭|资本性|债务利息|对企业|专项资金")
"""Words of the economic classification over columns; in a row of their own they name rows."""


def _blanks_after(cells: tuple[Cell | None, ...], number: int) -> int:
    """How many blank cells follow directly."""
    count = 0
    for cell in cells[number + 1 :]:
        if cell is not None and cell.text.strip():
            break
        count += 1
    return count


def is_column_numbers(row: Row) -> bool:
    """A row that numbers the columns (栏次 1 2 3, ** 1 2 3, or bare 1 2 3 …): its figures are no amounts."""
    texts = [fold(t) for t in row.texts()]
    if not texts:
        return False
    numbered = sum(re.fullmatch(r"\d{1,2}", t) is not None for t in texts)
    if texts[0] == "栏次" and numbered * 2 >= len(texts) - 1 and all(len(t) <= 6 for t in texts):
        return True  # no row of amounts is called so, though another heading is printed over one of its numbers
    if any(_COLUMN_NUMBERS.match(t.replace("＊", "*")) for t in texts):
        rest = [t for t in texts if not _COLUMN_NUMBERS.match(t.replace("＊", "*"))]
        return all(
            re.fullmatch(r"\d{1,3}|\d{1,2}[=＝].*|[A-Z](=.*)?|—|（\d{1,2}）|\d{1,2}[＋+].*|栏次|[类款项]", t)
            for t in rest
        )
    bare = [re.sub(r"\D", "", t) for t in texts]
    if len(texts) >= 5 and 2 * numbered > len(texts) and bare == [str(n) for n in range(1, len(texts) + 1)]:
        return all(re.fullmatch(r"[\d一-鿿]{1,6}", t) for t in texts)  # a heading is printed over some of the numbers
    numbers = [t for t in texts if re.fullmatch(r"\d{1,2}", t)]
    return (
        len(numbers) == len(texts) >= 2
        and [int(n) for n in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
        and int(numbers[0]) <= 2
    )


def printed_amounts(table: LogicalTable) -> int:
    """How many amounts a logical table prints: figures with decimals or separators, whole ones where it has a money unit.

    Whole figures under 编码 or 序号, small ones (column numbers, ranks) and years are none.
    """
    keys = {
        column
        for row in table.header
        for column, cell in enumerate(row.cells)
        if cell is not None and re.search(r"编码|代码|编号|序号|行次", fold(cell.text))
    }
    count = 0
    for row in table.rows:
        for column in range(len(row.cells)):
            cell = row.anchored(column)
            if cell is not None and not is_blank(cell.text) and column not in keys:
                whole = bool(table.unit) and column > 0
                count += _looks_printed(cell.text, whole=whole)
    return count


def _looks_printed(text: str, *, whole: bool) -> bool:
    amount = read_amount(text)
    if amount is None:
        return False
    if amount.decimals > 0 or "," in text:
        return True
    return whole and abs(amount.value) >= 10 and not 1990 <= amount.value <= 2035
