"""The type of a file is what its bytes are, whatever its name says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from extractors import detect, read
from extractors.errors import DamagedDocument, EncryptedDocument, UnsupportedFormat
from tests.extractors.builders import write_docx, write_xlsx, write_zip


def _ole(path: Path, *streams: str) -> Path:
    """A compound file of one directory sector naming the streams."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[76:80] = (0).to_bytes(4, "little")
    header[80:512] = b"\xff" * 432
    fat = (0xFFFFFFFD).to_bytes(4, "little") + (0xFFFFFFFE).to_bytes(4, "little") + b"\xff" * 504
    directory = b""
    for name in ("Root Entry", *streams):
        raw = (name + "\0").encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + len(raw).to_bytes(2, "little") + b"\0" * 62
    path.write_bytes(bytes(header) + fat + directory.ljust(512, b"\0"))
    return path


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n%PDF-1.4\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg"),
        (b"II*\x00\x08\x00", "tiff"),
        (b"7z\xbc\xaf\x27\x1c\x00", "7z"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"<!DOCTYPE html><html></html>", "html"),
        ("\r\n<html xmlns='x'><head>".encode("utf-16"), "html"),
        ("第一部分　部门概况".encode(), "txt"),
        ("第一部分 2023 abcdefgh".encode("utf-16-le"), "txt"),
        (b"%PDF-1.5\n" + "\ufffdx".encode() * 500, "damaged-text"),
        ("第一部分　部门概况，收入1.5万元".encode("gbk"), "txt"),
        (b"\x00\x01\x02\x03\x04\x05" * 50, "unknown"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html><body><p><table><tr><td>", "mht"),
    ],
)
def test_by_content(tmp_path: Path, head: bytes, kind: str) -> None:
    path = tmp_path / "某文件.pdf"
    path.write_bytes(head)
    assert detect(path) == kind


def test_containers_are_looked_into(tmp_path: Path) -> None:
    assert detect(write_docx(tmp_path / "a.xls", "")) == "docx"
    assert detect(write_xlsx(tmp_path / "b.doc", lambda sheet: None)) == "xlsx"
    assert detect(write_zip(tmp_path / "c.docx", {"OFD.xml": "<ofd/>"})) == "ofd"
    assert detect(write_zip(tmp_path / "d", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})) == "ods"
    assert detect(write_zip(tmp_path / "e", {"表/a.pdf": b"%PDF-"})) == "zip"
    assert detect(_ole(tmp_path / "f.wps", "WordDocument", "WpsCustomData")) == "doc"
    assert detect(_ole(tmp_path / "g.xls", "Workbook", "ETExtData")) == "xls"
    assert detect(_ole(tmp_path / "h.xlsx", "EncryptedPackage", "EncryptionInfo")) == "encrypted"


def test_what_cannot_be_read_says_why_in_chinese(tmp_path: Path) -> None:
    cases = [
        (_ole(tmp_path / "a", "WordDocument"), DamagedDocument, "DOC"),
        (_ole(tmp_path / "b", "EncryptedPackage"), EncryptedDocument, "密码"),
        (write_zip(tmp_path / "c", {"OFD.xml": "x"}), DamagedDocument, "损坏"),
        (write_zip(tmp_path / "d", {"a.txt": "x"}), UnsupportedFormat, "ZIP"),
    ]
    picture = tmp_path / "e.pdf"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    empty = tmp_path / "f.pdf"
    empty.write_bytes(b"")
    cases += [(picture, DamagedDocument, "图片"), (empty, DamagedDocument, "空")]
    for path, error, word in cases:
        with pytest.raises(error, match=word):
            read(path)


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = "{'lxml', 'openpyxl', 'docx', 'xlrd', 'numpy', 'pypdfium2', 'pdfplumber', 'pandas', 'charset_normalizer'}"
    code = f"import sys, extractors; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
