"""DOC and WPS text files: tables keep every amount in its cell, what cannot be read safely is refused with a reason."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from extractors import Limits, read
from extractors.doc_convert import shown_in
from extractors.errors import DamagedDocument, EncryptedDocument, ExtractionError, TooLarge, UnsupportedFormat
from extractors.model import Paragraph, Table
from tests.extractors.builders import only_table, texts
from tests.extractors.doc_builder import DocCell, DocRow, compound, write_doc

_WPS = bytes.fromhex("20090200 00000000 c0000000 00000046".replace(" ", ""))
_REAL = Path(__file__).resolve().parents[3] / "shared" / "real" / "files"


@pytest.fixture(autouse=True)
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests say of the converter holds whether or not the machine has LibreOffice."""
    monkeypatch.setattr("extractors.doc.shutil.which", lambda _: None)


@pytest.mark.parametrize("class_id", [bytes(16), _WPS], ids=["word", "wps"])
def test_tables_and_text_in_reading_order(tmp_path: Path, class_id: bytes) -> None:
    rows = [["项目", "2024年", "2023年"], ["一、教育支出", "1,234.56", ""], ["合计", "-0.50", "8"]]
    path = write_doc(tmp_path / "a.doc", ["收入支出总表", rows, "共支出 12.5 万元。"], class_id=class_id)
    extract = read(path)
    assert extract.format == "doc"
    assert [type(block) for block in extract.blocks] == [Paragraph, Table, Paragraph]
    assert texts(only_table(extract)) == rows
    assert [paragraph.text for paragraph in extract.paragraphs()] == ["收入支出总表", "共支出 12.5 万元。"]
    assert only_table(extract).cells[4].place.cell == "T1R2C2"


def test_merged_cells_by_descriptor(tmp_path: Path) -> None:
    head: DocRow = [DocCell("科目", restart=True), DocCell("支出", merged=True), DocCell("", first=True)]
    rows: list[DocRow] = [head, [DocCell("", below=True), "基本", "项目"], ["教育", "1.00", "2.00"]]
    table = only_table(read(write_doc(tmp_path / "a.doc", [rows])))
    spans = {cell.text: (cell.row, cell.column, cell.row_span, cell.column_span) for cell in table.cells}
    assert spans["科目"] == (0, 0, 2, 1)
    assert spans["支出"] == (0, 1, 1, 2)
    assert spans["2.00"] == (2, 2, 1, 1)


def test_a_cell_that_the_converter_would_drop_is_not_dropped_silently(tmp_path: Path) -> None:
    head: DocRow = ["科目", DocCell("基本支出", first=True), DocCell("", merged=True)]
    with pytest.raises(UnsupportedFormat, match="基"):
        read(write_doc(tmp_path / "a.doc", [[head, ["教育", "1.00", "2.00"]]]))


def test_wide_table_over_many_property_pages(tmp_path: Path) -> None:
    rows = [[f"{row * 100 + column}.0{column}" for column in range(9)] for row in range(150)]
    assert texts(only_table(read(write_doc(tmp_path / "a.doc", [rows])))) == rows


def test_password_damage_and_time(tmp_path: Path) -> None:
    path = write_doc(tmp_path / "a.doc", ["正文"])
    data = bytearray(path.read_bytes())
    at = data.index(struct.pack("<H", 0xA5EC))
    data[at + 11] |= 0x01  # encrypted
    path.write_bytes(data)
    with pytest.raises(EncryptedDocument):
        read(path)
    (tmp_path / "b.doc").write_bytes(compound({"WordDocument": b"\xec\xa5" + bytes(2000), "1Table": b""}))
    with pytest.raises(DamagedDocument, match="DOCX"):
        read(tmp_path / "b.doc")
    with pytest.raises(TooLarge, match="时限"):
        read(write_doc(tmp_path / "c.doc", ["正文"]), limits=Limits(max_seconds=0.01))


def test_cut_off_files_are_refused(tmp_path: Path) -> None:
    data = write_doc(tmp_path / "a.doc", [[["项目", "1.00"]]]).read_bytes()
    for size in (600, len(data) // 2, len(data) - 512):
        (tmp_path / "cut.doc").write_bytes(data[:size])
        with pytest.raises(ExtractionError):
            read(tmp_path / "cut.doc")


def test_field_codes_are_not_shown() -> None:
    shown = shown_in("第\x13 PAGE 77 \x143\x15页 1,000.5")
    assert shown["1,000.5"] == shown["3"] == 1
    assert "77" not in shown


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "sentence", "amount"),
    [
        ("r634_6guanyu2024nianhainansheng_2024.wps", "一般性转移支付预算数为", "8103187.79万元"),
        ("r638_5guanyu2024nianhainansheng_2024.doc", "国有资本经营预算收入安排", "51025万元"),
    ],
)
def test_real_wps_documents(name: str, sentence: str, amount: str) -> None:
    if not (_REAL / name).is_file():
        pytest.skip(f"shared/real/files/{name} is absent")
    extract = read(_REAL / name)
    assert extract.format == "doc"
    assert any(sentence + amount in paragraph.text for paragraph in extract.paragraphs())
