"""Small documents to mutate, made from the samples and (where present) the shared real documents, at run time; nothing of them is kept in git.

A small document is read in a tenth of a second, so that a run is many inputs and not much text.
"""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "real" / "files"
_LARGEST = 400_000

WEIGHTS = {
    "pdf": 30, "xlsx": 13, "docx": 12, "html": 12, "xls": 9, "ods": 5, "ofd": 7, "txt": 4, "mht": 3, "zip": 4, "7z": 2,
    "rar": 2, "doc": 2, "rtf": 1, "png": 1, "jpg": 1, "tiff": 1, "bmp": 0.5, "gif": 0.5,
}  # fmt: skip
"""How often each format is mutated."""


def make(folder: Path) -> dict[str, list[Path]]:
    """The documents by format, written into `folder` where they are not yet there. The same documents give the same seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / ".complete"
    if not mark.exists():
        for maker in (_pdfs, _workbooks, _words, _pages, _texts, _others, _pictures, _archives):
            for kind, name, data in maker(folder):
                (folder / f"{kind}~{name}").write_bytes(data)
        mark.touch()
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*~*")):
        found.setdefault(path.name.split("~")[0], []).append(path)
    return found


def _sources(*suffixes: str) -> list[Path]:
    folders = (ROOT / "data" / "samples", REAL)
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in suffixes
    ]


def _pdfs(_: Path) -> Iterator[tuple[str, str, bytes]]:
    """The first page, which says who and when, and another one of each PDF; small ones also as they are."""
    import pypdfium2

    for path in _sources(".pdf"):
        if path.stat().st_size > 8_000_000:
            continue
        chance = random.Random(path.name)
        try:
            with pypdfium2.PdfDocument(path) as document:
                count = len(document)
                start = chance.randrange(count)
                pages = sorted({0, start})
                with pypdfium2.PdfDocument.new() as cut:
                    cut.import_pages(document, pages)
                    out = io.BytesIO()
                    cut.save(out)
        except pypdfium2.PdfiumError:
            continue
        if len(out.getvalue()) <= _LARGEST:
            yield "pdf", path.name, out.getvalue()
        if path.stat().st_size <= 120_000 and count <= 4:
            yield "pdf", f"whole-{path.name}", path.read_bytes()


def _workbooks(_: Path) -> Iterator[tuple[str, str, bytes]]:
    """Workbooks as they are where they are small, else their first sheets of forty rows."""
    import openpyxl

    from extractors import detect

    for path in _sources(".xlsx", ".xls", ".et"):
        kind = detect(path)
        data = path.read_bytes()
        if kind in ("xlsx", "xls") and len(data) <= 60_000:
            yield kind, path.name, data
        if kind != "xlsx" or path.stat().st_size > 2_000_000:
            continue
        book = openpyxl.load_workbook(io.BytesIO(data))
        for sheet in book.worksheets[3:]:
            book.remove(sheet)
        for sheet in book.worksheets:
            sheet.delete_rows(30, max(1, sheet.max_row))
            for merged in [one for one in sheet.merged_cells.ranges if one.max_row >= 30]:
                sheet.merged_cells.remove(merged)
        out = io.BytesIO()
        book.save(out)
        if len(out.getvalue()) < _LARGEST:
            yield "xlsx", f"cut-{path.name}", out.getvalue()


def _words(_: Path) -> Iterator[tuple[str, str, bytes]]:
    """Word files with their pictures left out and their bodies cut after the second table."""
    for path in _sources(".docx"):
        with zipfile.ZipFile(path) as container:
            parts = {name: container.read(name) for name in container.namelist() if "/media/" not in name}
        body = parts.get("word/document.xml", b"")
        blocks = list(re.finditer(rb"</w:tbl>", body))
        if len(blocks) > 2:
            end = body.rfind(b"<w:sectPr")
            parts["word/document.xml"] = body[: blocks[1].end()] + (
                body[end:] if end > blocks[1].end() else b"</w:body></w:document>"
            )
        yield "docx", path.name, _zip(parts)


def _pages(_: Path) -> Iterator[tuple[str, str, bytes]]:
    """Pages cut to a window around their first tables, and the same as saved in one file."""
    for path in _sources(".html", ".htm"):
        data = path.read_bytes()
        at = max(0, data.find(b"<table"))
        cut = data if len(data) < 40_000 else data[:3000] + data[max(3000, at - 4000) : at + 25_000]
        yield "html", path.name, cut
        head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n'
        yield "mht", f"{path.stem}.mht", head + cut[:25_000] + b"\r\n--b--\r\n"


def _texts(_: Path) -> Iterator[tuple[str, str, bytes]]:
    """What stands in the samples as plain text and as RTF."""
    from extractors import read
    from extractors.model import Table

    for path in (one for one in _sources(".docx", ".html") if one.stat().st_size < 200_000):
        lines: list[str] = []
        try:
            blocks = read(path).blocks
        except Exception as error:
            print(f"{path.name}: {error}")
            continue
        for block in blocks[:160]:
            if isinstance(block, Table):
                lines += [
                    "\t".join("" if cell is None else cell.text.replace("\n", "") for cell in row)
                    for row in block.grid()
                ]
            else:
                lines.append(block.text)
        text = "\n".join(lines)[:7_000]
        yield "txt", f"{path.stem}.txt", text.encode()
        yield "txt", f"{path.stem}-gbk.txt", text.encode("gb18030")
    yield "rtf", "made.rtf", rb"{\rtf1\ansi\ansicpg936 {\fonttbl{\f0 SimSun;}} \'ca\'d5\'c8\'eb 1,234.56\par}"


def _others(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Formats that the samples do not have, with tables of a sample's workbook; by the makers of the tests."""
    from tests.extractors.doc_builder import write_doc
    from tests.extractors.ofd_builder import OfdPage, write_ofd

    made = folder / "made"
    for path in _sources(".doc", ".wps"):
        if path.stat().st_size < 120_000:
            yield "doc", path.name, path.read_bytes()
    for number, rows in enumerate(_tables()):
        title = "云岭市统计局2024年度部门决算"
        yield "ods", f"{number}.ods", _ods(title, rows)
        yield (
            "doc",
            f"{number}.doc",
            write_doc(
                made, [title, "收入支出决算总表", "单位：万元", rows[:12], "共支出 12.5 万元，比上年增加 3.2 万元。"]
            ).read_bytes(),
        )
        page = OfdPage()
        page.text(40, 14, title, 6)
        page.text(40, 22, "收入支出决算总表", 5)
        page.text(170, 26, "单位：万元", 4)
        columns = max(map(len, rows))
        page.grid(
            [10 + 190 * i / columns for i in range(columns + 1)],
            [30.0 + 7 * i for i in range(len(rows[:30]) + 1)],
            [row + [""] * (columns - len(row)) for row in rows[:30]],
        )
        page.path("M 0 0 B 1 1 2 2 3 3 A 1 1 0 0 1 5 5 C", 20, 200, 30, 30)
        yield "ofd", f"{number}.ofd", write_ofd(made, [page, page] if number % 2 else [page]).read_bytes()
    made.unlink(missing_ok=True)


def _tables() -> list[list[list[str]]]:
    """Tables of the samples' workbooks as rows of text."""
    from extractors import read

    found = []
    for path in _sources(".xlsx", ".xls")[:4]:
        for table in list(read(path).tables())[:3]:
            found.append(
                [["" if cell is None else cell.text.replace("\n", "") for cell in row][:9] for row in table.grid()][:40]
            )
    return found


def _ods(title: str, rows: list[list[str]]) -> bytes:
    from xml.sax.saxutils import escape

    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = [[title], ["收入支出决算总表"], ["单位：万元"], *rows]
    body = "".join(
        "<table:table-row>"
        + "".join(cell.format(escape(one)) for one in row)
        + '<table:table-cell table:number-columns-repeated="3"/></table:table-row>'
        for row in lines
    )
    return _zip(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<x/>",
            "content.xml": f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="t">{body}</table:table></office:spreadsheet></office:body></office:document-content>'.encode(),
        }
    )


def _pictures(_: Path) -> Iterator[tuple[str, str, bytes]]:
    """Strips of real pictures, or of a made one, in every format of pictures."""
    from PIL import Image

    pictures: list[Image.Image] = [Image.open(path) for path in _sources(".png")[:3]] or [
        Image.new("RGB", (900, 600), "white")
    ]
    for number, picture in enumerate(pictures):
        top = picture.height // 3
        strip = picture.convert("RGB").crop((0, top, min(700, picture.width), top + 160))
        for kind, name in (("png", "PNG"), ("jpg", "JPEG"), ("tiff", "TIFF"), ("bmp", "BMP"), ("gif", "GIF")):
            out = io.BytesIO()
            strip.save(out, name)
            yield kind, f"{number}.{kind}", out.getvalue()


def _archives(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Archives of the small documents made so far: nested, with names in GBK, stored and packed."""
    import py7zr

    small = [
        path
        for path in sorted(folder.glob("*~*"))
        if path.stat().st_size < 30_000 and path.name.split("~")[0] in ("xlsx", "xls", "html", "txt", "pdf")
    ]
    for number in range(6):
        chosen = random.Random(number).sample(small, min(3, len(small)))
        files = {f"公开/{path.name.split('~')[1]}": path.read_bytes() for path in chosen}
        one = _zip(files)
        yield "zip", f"{number}.zip", one
        yield "zip", f"{number}-nested.zip", _zip({"内.zip": one, "外.txt": "文字".encode()})
        yield "zip", f"{number}-gbk.zip", _gbk(one)
        made = io.BytesIO()
        with py7zr.SevenZipFile(
            made, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}], header_encryption=False
        ) as container:
            container.set_encoded_header_mode(False)
            for name, data in files.items():
                container.writestr(data, name)
        yield "7z", f"{number}.7z", made.getvalue()
        yield "rar", f"{number}.rar", _rar(files)


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for name, data in parts.items():
            container.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def _gbk(data: bytes) -> bytes:
    """The names of a container in GBK without the flag that says so, as Windows writes them; lengths kept by padding."""
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        for name in container.namelist():
            old, new = name.encode(), name.encode("gbk", "replace")
            data = data.replace(old, new + b"x" * (len(old) - len(new)))
    changed = bytearray(data)
    for mark, step in ((b"PK\x01\x02", 9), (b"PK\x03\x04", 7)):
        for match in re.finditer(re.escape(mark), data):
            changed[match.start() + step] &= 0xF7
    return bytes(changed)


def _rar(files: dict[str, bytes]) -> bytes:
    """A RAR 4 archive of stored files."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        label = name.encode()
        head = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30, len(label), 0o100644)
        out += block(0x74, 0x8200, head + label) + data
    return out + block(0x7B, 0x4000, b"")
