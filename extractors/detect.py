"""What the bytes are: the type of a file by its content, never by its name.

Containers are looked into (ZIP members, OLE2 streams). Nothing is parsed deeper than its table of contents.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from extractors.charset import decode, looks_textual

NAMES = {
    "pdf": "PDF 文件", "docx": "Word 文档（DOCX）", "doc": "旧版 Word 或 WPS 文字文档（DOC）", "xlsx": "Excel 工作簿（XLSX）",
    "xls": "旧版 Excel 工作簿（XLS）", "ods": "开放文档表格（ODS）", "odt": "开放文档文字（ODT）",
    "html": "网页", "ofd": "OFD 版式文件", "txt": "纯文本", "png": "图片（PNG）", "jpg": "图片（JPEG）", "tiff": "图片（TIFF）",
    "gif": "图片（GIF）", "bmp": "图片（BMP）", "zip": "ZIP 压缩包", "7z": "7z 压缩包", "rar": "RAR 压缩包", "rtf": "RTF 文档",
    "pptx": "演示文稿（PPTX）", "ppt": "旧版演示文稿（PPT）", "xlsb": "二进制 Excel 工作簿（XLSB）", "xml": "XML 文件", "xls-xml": "XML 电子表格 2003",
    "ole": "OLE 复合文件", "gz": "GZIP 压缩文件", "mht": "单一文件网页（MHT）", "exe": "可执行程序", "video": "音视频文件",
}  # fmt: skip
"""Chinese names of the types, for messages."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"GIF8", "gif"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b", "gz"),
    (b"MZ\x90", "exe"),
    (b"\x09\x08\x10\x00\x00\x06", "xls"),  # a BIFF8 stream without its OLE container
    (b"\x09\x08\x08\x00\x00\x05", "xls"),
    (b"\x09\x04\x06\x00", "xls"),
    (b"\x09\x02\x06\x00", "xls"),
)
_XML_WORKBOOK = re.compile(r"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")
_XML_DOCUMENT = re.compile(
    r"<\?mso-application\s+progid=.Word|<(?:\w+:)?wordDocument\b|schemas\.microsoft\.com/office/2006/xmlPackage"
)
_HEAD = 65536
_TAG = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|meta|title|table|tr|td|div|p|br|span|script|style|h[1-6]|font|center|ul|li|a)\b",
    re.IGNORECASE,
)


def detect(path: Path) -> str:
    """The type by content: ``pdf docx doc xlsx xls ods html ofd txt png jpg tiff zip 7z rar rtf … unknown``.

    WPS documents are OLE Word and Excel and reported as ``doc`` and ``xls``; a password-protected Office file as ``encrypted``;
    bytes that only look like text because a decoder replaced them as ``damaged-text``; an OLE2 file whose directory is
    cut off as ``damaged``.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head:
            return "unknown"
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
            return _zip_type(path)
        if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return _ole_type(stream)
    if head[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{\\rtf"):
        return "rtf"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:2] == b"BM" and len(head) > 30 and head[14:18] in (b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0"):
        return "bmp"
    if b"%PDF-" in head[:1024]:
        # A PDF that went through a text decoder is full of replacement characters and beyond repair.
        return "damaged-text" if head.count(b"\xef\xbf\xbd") > 100 else "pdf"
    if head[4:8] == b"ftyp" or head[:4] == b"RIFF":
        return "video"
    return _text_type(path, head)


def _text_type(path: Path, head: bytes) -> str:
    """HTML, plain text, damaged text or unknown."""
    if not looks_textual(head):
        return "unknown"
    data = path.read_bytes() if len(head) == _HEAD else head
    text, _ = decode(data)
    if (
        re.match(r"\s*(?:From|MIME-Version|Content-Type):[^\n]*\n", text, re.IGNORECASE)
        and "MIME-Version" in text[:2000]
    ):
        return "mht"
    opening = text[:4000]
    if _XML_WORKBOOK.search(opening):
        return "xls-xml"
    if _XML_DOCUMENT.search(opening):
        return "xml"
    replaced = text.count("\ufffd")
    sample = text[:200_000]
    tags = len(_TAG.findall(sample))
    start = sample.lstrip("\ufeff \r\n\t\x00")[:400].lower()
    if (
        start.startswith(("<!doctype html", "<html", "<head", "<body"))
        or (start.startswith("<") and tags >= 3)
        or tags >= 10
    ):
        return "html"
    if replaced > 20 and replaced * 200 > len(text):
        return "damaged-text"
    if start.startswith("<?xml"):
        return "html" if tags >= 3 else "xml"
    return "txt"


def _zip_type(path: Path) -> str:
    """An Office, OpenDocument or OFD container by its members, else ``zip``."""
    try:
        with zipfile.ZipFile(path) as container:
            names = {name.replace("\\", "/").lstrip("/") for name in container.namelist()[:50_000]}
            mimetype = b""
            if "mimetype" in names and container.getinfo("mimetype").file_size < 200:
                mimetype = container.read("mimetype").strip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, KeyError, ValueError):
        return "zip"
    lowered = {name.lower() for name in names}
    if "ofd.xml" in lowered:
        return "ofd"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if b"opendocument.text" in mimetype:
        return "odt"
    if "[content_types].xml" in lowered:
        if "xl/workbook.bin" in lowered:
            return "xlsb"
        for prefix, kind in (("word/document", "docx"), ("xl/workbook", "xlsx"), ("ppt/presentation", "pptx")):
            if any(name.startswith(prefix) for name in lowered):
                return kind
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in lowered):
                return kind
    return "zip"


def _ole_type(stream: BinaryIO) -> str:
    """Word, Excel, or an encrypted package, by the stream names of an OLE2 compound file."""
    names = {name.lower() for name in ole_names(stream)}
    if not names:
        return "damaged"
    if "encryptedpackage" in names or "dataspaces" in {name.strip("\x06") for name in names}:
        return "encrypted"
    if "worddocument" in names:
        return "doc"
    if "workbook" in names or "book" in names:
        return "xls"  # WPS writes the same streams plus its own ETExtData
    if "powerpoint document" in names:
        return "ppt"
    return "ole"


def ole_names(stream: BinaryIO) -> list[str]:
    """Names in the directory of an OLE2 compound file; what can be had of a damaged one, never an error."""
    stream.seek(0)
    header = stream.read(512)
    if len(header) < 512:
        return []
    shift = struct.unpack_from("<H", header, 30)[0]
    if shift not in (9, 12):
        return []
    size = 1 << shift
    sector: int = struct.unpack_from("<I", header, 48)[0]
    difat = [entry for entry in struct.unpack_from("<109I", header, 76) if entry < 0xFFFFFFF0]
    per_sector = size // 4
    names: list[str] = []
    seen: set[int] = set()
    while sector < 0xFFFFFFF0 and sector not in seen and len(seen) < 1000:
        seen.add(sector)
        stream.seek((sector + 1) * size)
        block = stream.read(size)
        for offset in range(0, len(block) - 127, 128):
            length = struct.unpack_from("<H", block, offset + 64)[0]
            if 2 <= length <= 64:
                names.append(block[offset : offset + length - 2].decode("utf-16-le", "replace"))
        index = sector // per_sector
        if index >= len(difat):
            break
        stream.seek((difat[index] + 1) * size + (sector % per_sector) * 4)
        entry = stream.read(4)
        if len(entry) < 4:
            break
        sector = struct.unpack("<I", entry)[0]
    return names
