"""Hostile and broken input ends in an error of our own with a Chinese sentence, quickly, never in anything else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from extractors import Limits, read
from extractors.errors import DamagedDocument, ExtractionError, TooLarge
from extractors.html import parse_html
from tests.extractors.builders import paragraph, rows_of, write_docx, write_xlsx, write_zip

LAUGHS = '<!DOCTYPE x [<!ENTITY a "哈哈哈哈">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


def _parts(path: Path) -> dict[str, bytes]:
    import zipfile

    with zipfile.ZipFile(path) as container:
        return {name: container.read(name) for name in container.namelist()}


@pytest.mark.parametrize(
    "prolog",
    [LAUGHS + "]>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x SYSTEM "http://x/y.dtd">'],
)
def test_entities_in_word_and_excel_are_refused(tmp_path: Path, prolog: str) -> None:
    entity = "&e;" if "file" in prolog else "&j;" if "ENTITY" in prolog else ""
    with pytest.raises(DamagedDocument):
        read(write_docx(tmp_path / "a.docx", paragraph(entity), prolog=prolog))
    book = write_xlsx(tmp_path / "b.xlsx", lambda sheet: sheet.append(["a", "b"]))
    parts = _parts(book)
    parts["xl/worksheets/sheet1.xml"] = prolog.encode() + parts["xl/worksheets/sheet1.xml"]
    with pytest.raises(DamagedDocument):
        read(write_zip(book, parts))


def test_entities_in_another_encoding_are_refused_too(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("x"))
    parts = _parts(path)
    text = parts["word/document.xml"].decode().replace('<?xml version="1.0" encoding="UTF-8"?>', LAUGHS + "]>")
    for data in (
        text.encode("utf-16"),
        text.encode("utf-16-be"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + text.encode("utf-7"),
    ):
        parts["word/document.xml"] = data
        with pytest.raises(DamagedDocument):
            read(write_zip(path, parts))


def test_an_external_target_is_never_followed(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("正文"))
    parts = _parts(path)
    parts["word/_rels/document.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" '
        b'Type="http://x/styles" TargetMode="External" Target="file:///etc/passwd"/></Relationships>'
    )
    assert [block.text for block in read(write_zip(path, parts)).paragraphs()] == ["正文"]


def test_a_bomb_in_an_office_file_is_refused(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("x") + " " * (60 * 1024 * 1024))
    with pytest.raises(TooLarge):
        read(path)


def test_deep_nesting_ends_well() -> None:
    for tag in ("div", "table><tr><td", "span"):
        try:
            parse_html(f"<{tag}>" * 50_000 + "文", Limits(max_seconds=20))
        except ExtractionError as error:
            assert str(error)


def test_deeply_nested_word_structures_are_refused(tmp_path: Path) -> None:
    body = "<w:tbl><w:tr><w:tc>" * 120 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 120
    with pytest.raises(TooLarge):
        read(write_docx(tmp_path / "a.docx", body))


def test_huge_spans_are_bounded(tmp_path: Path) -> None:
    cells = "<td rowspan=99999999 colspan=99999999>x</td>" * 50
    with pytest.raises(TooLarge):
        parse_html(f"<table>{f'<tr>{cells}</tr>' * 50}</table>", Limits(max_cells=500_000))
    span = '<w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr><w:p/></w:tc>'
    with pytest.raises(TooLarge):
        read(write_docx(tmp_path / "a.docx", f"<w:tbl><w:tr>{span * 2}</w:tr></w:tbl>"))


def test_merged_ranges_over_the_whole_sheet_are_harmless(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows_of(*([n, n] for n in range(5))))
    parts = _parts(path)
    merges = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 2000 + b"</mergeCells>"
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", b"</sheetData>" + merges)
    (table,) = read(write_zip(path, parts), limits=Limits(max_seconds=20)).tables()
    assert (table.n_rows, table.n_columns) <= (300, 300)


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_cut_and_scrambled_files_raise_only_our_errors(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "docx":
        write_docx(path, paragraph("正文") * 50)
    else:
        write_xlsx(path, rows_of(*(["教育", n] for n in range(50))))
    data = path.read_bytes()
    chance = random.Random(5)
    for attempt in range(120):
        broken = bytearray(data[: chance.randrange(1, len(data))] if attempt % 2 else data)
        for _ in range(attempt % 7):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(bytes(broken))
        try:
            read(path)
        except ExtractionError as error:
            assert any("\u4e00" <= character <= "\u9fff" for character in str(error))


def test_time_is_bounded(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows_of(*(["教育", n] for n in range(50))))
    with pytest.raises(TooLarge, match="时限"):
        read(path, limits=Limits(max_seconds=-1))
