"""Archives: names as their makers meant them, nothing dangerous, nothing without bound."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import Limits
from extractors.archive import members, safe_label
from extractors.errors import DamagedDocument, EncryptedDocument, TooLarge, UnsupportedFormat
from tests.extractors.builders import write_zip


def _names(path: Path, limits: Limits | None = None) -> list[str]:
    return [member.name for member in members(path, limits or Limits())]


def _zip_bytes(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in files.items():
            container.writestr(name, data)
    return buffer.getvalue()


def _patched(path: Path, old: bytes, new: bytes) -> Path:
    path.write_bytes(path.read_bytes().replace(old, new))
    return path


@given(st.text(alphabet="预算决算公开表财政局年度０一二三ab1（）、", min_size=1, max_size=12))
def test_names_in_gbk_without_the_utf8_flag_are_decoded(name: str) -> None:
    from tempfile import TemporaryDirectory

    raw = f"{name}.pdf".encode("gbk")
    with TemporaryDirectory() as folder:
        path = write_zip(Path(folder) / "a.zip", {"x" * len(raw): b"data"})
        assert _names(_patched(path, b"x" * len(raw), raw)) == [f"{name}.pdf"]


def test_folders_and_nested_archives_are_walked(tmp_path: Path) -> None:
    inner = _zip_bytes({"乙/二.xlsx": b"2"})
    path = write_zip(tmp_path / "a.zip", {"甲/一.pdf": b"1", "甲/": b"", "附件.zip": inner})
    assert _names(path) == ["甲/一.pdf", "附件.zip/乙/二.xlsx"]


def test_nesting_stops_at_the_limit(tmp_path: Path) -> None:
    data = _zip_bytes({"底.txt": b"x"})
    for level in range(5):
        data = _zip_bytes({f"{level}.zip": data})
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    (last,) = members(path, Limits())
    assert isinstance(last.error, TooLarge)


def test_an_office_file_is_a_member_not_a_folder(tmp_path: Path) -> None:
    docx = _zip_bytes({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})
    assert _names(write_zip(tmp_path / "a.zip", {"报告.docx": docx})) == ["报告.docx"]


def test_litter_and_links_are_skipped(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "a.zip",
        {"__MACOSX/._a.pdf": "x", ".DS_Store": "x", "表/Thumbs.db": "x", "~$决算.docx": "x", "决算.pdf": "x"},
    )
    link = zipfile.ZipInfo("链接.pdf")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as container:
        container.writestr(link, "/etc/passwd")
    assert _names(path) == ["决算.pdf"]


@given(st.text(max_size=60))
def test_a_label_never_points_outside(name: str) -> None:
    label = safe_label(name)
    parts = label.rstrip("/").split("/")
    assert label and not label.startswith("/") and ".." not in parts and "\\" not in label and "\x00" not in label


def test_traversal_names_become_plain_labels(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"../../etc/passwd": "x", "/abs/b.pdf": "x", "C:\\windows\\c.pdf": "x"})
    assert _names(path) == ["etc/passwd", "abs/b.pdf", "windows/c.pdf"]


def test_an_encrypted_member_is_reported_and_the_others_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.txt": "x", "b.txt": "y"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + offset] |= 1
    path.write_bytes(bytes(data))
    first, second = members(path, Limits())
    assert isinstance(first.error, EncryptedDocument) and not first.data
    assert second.error is None and second.data == b"y"


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"零.bin": b"\0" * (60 * 1024 * 1024)})
    with pytest.raises(TooLarge):
        list(members(path, Limits()))
    small = write_zip(tmp_path / "b.zip", {f"{n}.txt": b"x" * 1000 for n in range(30)})
    with pytest.raises(TooLarge):
        list(members(small, Limits(max_unpacked_bytes=10_000)))
    with pytest.raises(TooLarge):
        list(members(small, Limits(max_members=10)))


def test_a_size_that_lies_is_caught(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.txt": b"x" * 5000})
    _patched(path, (5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    (member,) = members(path, Limits())
    assert member.error is not None or len(member.data) <= 50


def test_other_archives_and_broken_ones_say_so(tmp_path: Path) -> None:
    seven = tmp_path / "a.7z"
    seven.write_bytes(b"7z\xbc\xaf\x27\x1c" + b"\0" * 40)
    with pytest.raises(UnsupportedFormat, match="7z"):
        list(members(seven, Limits()))
    cut = write_zip(tmp_path / "b.zip", {"a.txt": b"x" * 5000})
    cut.write_bytes(cut.read_bytes()[:60])
    with pytest.raises(DamagedDocument):
        list(members(cut, Limits()))
