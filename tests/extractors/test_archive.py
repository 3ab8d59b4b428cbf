"""Archives: names as their makers meant them, nothing dangerous, nothing without bound."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import py7zr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import Limits
from extractors.archive import members, safe_label
from extractors.archive_child import library
from extractors.archive_rar import _bsdtar
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


def _seven(path: Path, files: dict[str, bytes], **options: str) -> Path:
    with py7zr.SevenZipFile(path, "w", **options) as container:  # type: ignore[arg-type]
        for name, data in files.items():
            container.writestr(data, name)
    return path


def test_seven_zip_members_in_folders_and_within_a_zip(tmp_path: Path) -> None:
    files = {"公开/甲.pdf": b"%PDF-1", "公开/乙.xls": b"2" * 5000, "空.txt": b"", "Thumbs.db": b"x"}
    path = _seven(tmp_path / "a.7z", files)
    expected = [("公开/甲.pdf", b"%PDF-1"), ("公开/乙.xls", b"2" * 5000), ("空.txt", b"")]
    assert sorted((member.name, member.data) for member in members(path, Limits())) == sorted(expected)
    outer = write_zip(tmp_path / "b.zip", {"内.7z": path.read_bytes(), "z.txt": b"z"})
    assert set(_names(outer)) == {"内.7z/公开/甲.pdf", "内.7z/公开/乙.xls", "内.7z/空.txt", "z.txt"}


def test_seven_zip_password_bomb_and_damage(tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument):
        list(members(_seven(tmp_path / "a.7z", {"a.txt": b"x"}, password="secret"), Limits()))
    bomb = _seven(tmp_path / "b.7z", {"零.bin": b"\0" * (60 * 1024 * 1024)})
    with pytest.raises(TooLarge):
        list(members(bomb, Limits()))
    small = _seven(tmp_path / "c.7z", {f"{n}.txt": b"%d" % n * 1000 for n in range(30)})
    for limits in (Limits(max_unpacked_bytes=10_000), Limits(max_members=10), Limits(max_bytes=500)):
        with pytest.raises(TooLarge):
            list(members(small, limits))
    data = bytearray(small.read_bytes())
    data[40] ^= 0xFF
    (tmp_path / "d.7z").write_bytes(data)
    with pytest.raises(DamagedDocument):
        list(members(tmp_path / "d.7z", Limits()))
    (tmp_path / "e.7z").write_bytes(small.read_bytes()[:100])
    with pytest.raises(DamagedDocument):
        list(members(tmp_path / "e.7z", Limits()))


def _rar(path: Path, files: dict[bytes, bytes], *, utf8: bool = True, flags: int = 0) -> Path:
    """A RAR 4 archive of stored files."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        head = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30, len(name), 0o100644)
        out += block(0x74, 0x8000 | (0x200 if utf8 else 0) | flags, head + name) + data
    path.write_bytes(out + block(0x7B, 0x4000, b""))
    return path


def _number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _rar5(path: Path, files: dict[str, bytes]) -> Path:
    """A RAR 5 archive of stored files, the first path component as a folder entry of its own."""

    def block(body: bytes) -> bytes:
        head = _number(len(body)) + body
        return struct.pack("<I", zlib.crc32(head)) + head

    out = b"Rar!\x1a\x07\x01\x00" + block(b"\x01\x00\x00")
    for name, data in files.items():
        label = name.encode()
        body = b"\x02\x02" + _number(len(data)) + b"\x04" + _number(len(data)) + _number(0o100644)
        body += struct.pack("<I", zlib.crc32(data)) + b"\x00\x01" + _number(len(label)) + label
        out += block(body) + data
    path.write_bytes(out + block(b"\x05\x00\x00"))
    return path


_opens_rar = pytest.mark.skipif(
    library() is None and _bsdtar() is None, reason="neither libarchive nor bsdtar on this machine: RAR is refused"
)


@_opens_rar
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_rar_members(tmp_path: Path, encoding: str) -> None:
    files = {"公开/甲.pdf".encode(encoding): b"%PDF-1", "../乙.xls".encode(encoding): b"2" * 3_000_000}
    path = _rar(tmp_path / "a.rar", files, utf8=encoding == "utf-8")
    found = [(member.name, member.data) for member in members(path, Limits())]
    assert found == [("公开/甲.pdf", b"%PDF-1"), ("乙.xls", b"2" * 3_000_000)]
    outer = write_zip(tmp_path / "b.zip", {"内.rar": path.read_bytes()})
    assert _names(outer) == ["内.rar/公开/甲.pdf", "内.rar/乙.xls"]


@_opens_rar
def test_rar_of_the_newer_kind(tmp_path: Path) -> None:
    files = {"公开/甲.pdf": b"%PDF-1", "乙.xls": b"2" * 300_000}
    path = _rar5(tmp_path / "a.rar", files)
    assert {member.name: member.data for member in members(path, Limits())} == files
    data = bytearray(path.read_bytes())
    data[-100] ^= 0xFF
    path.write_bytes(data)
    first, second = members(path, Limits())
    assert first.data == b"%PDF-1" and isinstance(second.error, DamagedDocument) and not second.data


@_opens_rar
def test_rar_password_limits_and_damage(tmp_path: Path) -> None:
    files = {b"a.txt": b"a" * 3000, b"b.txt": b"b" * 3000}
    with pytest.raises(EncryptedDocument):
        list(members(_rar(tmp_path / "a.rar", files, flags=0x04), Limits()))
    path = _rar(tmp_path / "b.rar", files)
    for limits in (Limits(max_unpacked_bytes=4000), Limits(max_members=1)):
        with pytest.raises(TooLarge):
            list(members(path, limits))
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    (tmp_path / "c.rar").write_bytes(data)
    first, second = members(tmp_path / "c.rar", Limits())
    assert isinstance(first.error, DamagedDocument) and second.data == files[b"b.txt"]
    (tmp_path / "d.rar").write_bytes(b"Rar!\x1a\x07\x00" + bytes(60))
    with pytest.raises(DamagedDocument):
        list(members(tmp_path / "d.rar", Limits()))


def test_rar_without_a_program_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.archive_rar._CHILD", tmp_path / "absent.py")
    (tmp_path / "absent.py").write_text("import sys; sys.exit(9)")
    monkeypatch.setattr("extractors.archive_rar._bsdtar", lambda: None)
    with pytest.raises(UnsupportedFormat, match="解压后提交"):
        list(members(_rar(tmp_path / "a.rar", {b"a.txt": b"x"}), Limits()))


def test_other_archives_and_broken_ones_say_so(tmp_path: Path) -> None:
    seven = tmp_path / "a.7z"
    seven.write_bytes(b"7z\xbc\xaf\x27\x1c" + b"\0" * 40)
    with pytest.raises(DamagedDocument, match="7z"):
        list(members(seven, Limits()))
    with pytest.raises(UnsupportedFormat, match="ZIP"):
        (tmp_path / "a.txt").write_text("文本")
        list(members(tmp_path / "a.txt", Limits()))
    cut = write_zip(tmp_path / "b.zip", {"a.txt": b"x" * 5000})
    cut.write_bytes(cut.read_bytes()[:60])
    with pytest.raises(DamagedDocument):
        list(members(cut, Limits()))
