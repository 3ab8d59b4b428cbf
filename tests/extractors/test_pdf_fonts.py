"""Fonts that lose their Chinese: noticed by what comes out, and said, so that nothing takes it for names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from extractors.pdf import read_pdf
from extractors.pdf_glyphs import doubtful

NAMES = ("一般公共服务支出", "财政事务", "行政运行", "社会保障和就业支出")


def document(path: Path, meaning: dict[str, int] | None) -> Path:
    """A page with a ruled table whose names are in a composite font; meaning: its ToUnicode, None for a true one."""
    used = sorted(set("".join(NAMES)))
    told = meaning or {one: ord(one) for one in used}
    cmap = "\n".join(
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
            f"{len(used)} beginbfchar",
            *(f"<{ord(one):04x}> <{told[one]:04x}>" for one in used),
            "endbfchar endcmap end end",
        )
    )
    draw = [f"{x} 700 m {x} 620 l S" for x in (60, 260, 400)]
    draw += [f"60 {y} m 400 {y} l S" for y in (700, 680, 660, 640, 620)]
    for row, name in enumerate(NAMES):
        coded = "".join(f"{ord(one):04x}" for one in name)
        draw.append(f"BT /F1 10 Tf 64 {686 - 20 * row} Td <{coded}> Tj ET")
        draw.append(f"BT /F2 10 Tf 300 {686 - 20 * row} Td ({row},234.5{row}) Tj ET")
    stream = "\n".join(draw)
    system = "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            " /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
        ),
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        (
            "<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Lost /Encoding /Identity-H /DescendantFonts [7 0 R]"
            " /ToUnicode 9 0 R >>"
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        (
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Lost /CIDSystemInfo {system}"
            " /FontDescriptor 8 0 R /DW 1000 /CIDToGIDMap /Identity >>"
        ),
        (
            "<< /Type /FontDescriptor /FontName /AAAAAA+Lost /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
            " /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>"
        ),
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    )
    out, offsets = "%PDF-1.5\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{item}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    path.write_bytes(f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode("ascii"))
    return path


@pytest.fixture(autouse=True)
def _without_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.ocr.available", lambda: False)


def test_a_font_that_tells_its_characters_is_read(tmp_path: Path) -> None:
    extract = read_pdf(document(tmp_path / "a.pdf", None))
    assert [row[0].text for row in next(extract.tables()).grid() if row[0]] == list(NAMES)
    assert extract.notes == () and extract.engine == "pdfium"


@pytest.mark.parametrize(("first", "step"), [(0xE000, 1), (0x3400, 7), (0xAC00, 28), (0x1200, 3)])
def test_a_font_that_lost_its_characters_is_pointed_out(tmp_path: Path, first: int, step: int) -> None:
    used = sorted(set("".join(NAMES)))
    path = document(tmp_path / "a.pdf", {one: first + step * i for i, one in enumerate(used)})
    extract = read_pdf(path)
    assert [(note.code, note.page) for note in extract.notes] == [("unmapped", 1)]
    assert "OCR" in extract.notes[0].message
    assert [row[1].text for row in next(extract.tables()).grid() if row[1]][1] == "1,234.51"


def test_what_counts_as_doubtful() -> None:
    def count(text: str) -> int:
        return doubtful(np.array([ord(one) for one in text], dtype=np.int64))

    assert count("一、2024年“三公”经费：①因公出国（境）费12.50万元，增长 5％；⽤⼄⻔ pīnyīn αβ") == 0
    assert count("王䶮同志负责朱镕基、李喆、陈垚的材料") == 1  # rare characters of names are no trace of a lost font
    assert count("\ue000\ue001\ufffd") >= 2
    assert count("嚞囍赑" * 10) == 30
