"""Files that are not what their names say: the bytes decide, and the content is read as what it is."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from extractors import detect, read
from extractors.errors import DamagedDocument, NoTextLayer, UnsupportedFormat
from tests.extractors.builders import only_table, paragraph, texts, write_docx, write_xlsx
from tests.extractors.doc_builder import write_doc

ROWS = [["科目", "金额（万元）"], ["教育支出", "1,234.56"], ["科学技术支出", "78.90"]]
# Latin letters enough that a guess from the bytes alone would not find the Chinese.
_OFFICE = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:{}">'
    '<head><meta http-equiv=Content-Type content="text/html; charset={}"><meta name=ProgId content={}.{}>'
    "<style>td{{mso-style-parent:style0;padding-top:1px;mso-ignore:padding}} .xl65{{mso-number-format:Standard;}}</style>"
    "<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:Name>9.99</x:Name></x:ExcelWorkbook></xml><![endif]--></head>"
)


def saved_page(program: str, charset: str) -> str:
    rows = "".join(f"<tr>{''.join(f'<td class=xl65 x:str>{text}</td>' for text in row)}</tr>" for row in ROWS)
    kind = ("Excel", "Sheet") if program == "excel" else ("Word", "Document")
    return f"{_OFFICE.format(program, charset, *kind)}<body><table border=1>{rows}</table></body></html>"


@pytest.mark.parametrize("name", ["表.xls", "表.doc", "表.et", "表.pdf"])
@pytest.mark.parametrize(("encoding", "declared"), [("gbk", "gb2312"), ("utf-8", "gb2312"), ("gb18030", "utf-8")])
def test_a_web_page_saved_by_an_office_program(tmp_path: Path, name: str, encoding: str, declared: str) -> None:
    path = tmp_path / name
    path.write_bytes(saved_page("excel" if name.endswith("s") else "word", declared).encode(encoding))
    extract = read(path)
    assert extract.format == "html"
    assert texts(only_table(extract)) == ROWS


@pytest.mark.parametrize("name", ["表.doc", "表.xls"])
def test_a_saved_page_in_one_file(tmp_path: Path, name: str) -> None:
    message = EmailMessage()
    message.set_content(saved_page("word", "gb2312"), subtype="html", charset="gb2312", cte="quoted-printable")
    message.make_related()
    path = tmp_path / name
    path.write_bytes(b"MIME-Version: 1.0\n" + bytes(message).replace(b"MIME-Version: 1.0\n", b"", 1))
    assert detect(path) == "mht"
    assert texts(only_table(read(path))) == ROWS


@pytest.mark.parametrize("name", ["表.xls", "表.et", "表.doc", "表.zip"])
def test_new_formats_under_old_names(tmp_path: Path, name: str) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in ROWS:
            sheet.append(row)

    extract = read(write_xlsx(tmp_path / name, fill))
    assert (extract.format, texts(only_table(extract))) == ("xlsx", ROWS)
    assert read(write_docx(tmp_path / ("w" + name), paragraph("支出7万元"))).format == "docx"


def test_a_word_document_of_wps_under_any_name(tmp_path: Path) -> None:
    wps = bytes.fromhex("2009020000000000c000000000000046")
    extract = read(write_doc(tmp_path / "决算.xls", ["支出决算表", [["教育支出", "1,234.56"]]], class_id=wps))
    assert (extract.format, texts(only_table(extract))) == ("doc", [["教育支出", "1,234.56"]])


def test_what_stands_before_the_signature_does_not_hide_it(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xef\xbb\xbf\r\n{\\rtf1\\ansi 12.50\\par}")
    assert read(path).format == "rtf"


def test_a_page_whose_article_is_pictures_says_so_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    pictures = "<p>2024年部门决算公开</p><img src='/upload/1.jpg'><img src='/upload/2.jpg'><img src='/images/logo.png'>"
    path.write_text(f"<html><body><div class=content>{pictures}</div></body></html>")
    with pytest.raises(NoTextLayer, match=r"2 张图片.*下载"):
        read(path)
    path.write_text(f"<html><body><div>{pictures}<a href='/a.pdf'>附件：部门决算.pdf</a></div></body></html>")
    assert [link.href for link in read(path).links] == ["/a.pdf"]
    path.write_text(f"<html><body><div>{pictures}<p>{'支出情况说明。' * 50}</p></div></body></html>")
    assert "pictures" in {note.code for note in read(path).notes}


def test_programs_and_half_downloads_are_refused(tmp_path: Path) -> None:
    for data, error in ((b"MZ\x90" + bytes(200), UnsupportedFormat), (b"PK\x03\x04" + bytes(90), DamagedDocument)):
        path = tmp_path / "决算.xlsx"
        path.write_bytes(data)
        with pytest.raises(error):
            read(path)
