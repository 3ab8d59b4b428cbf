"""Pictures inside documents: scans pasted into Word, tables pasted as pictures, OFD pages that are images."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors import read
from extractors.errors import NoTextLayer
from extractors.model import Extract, Paragraph, Table
from tests.extractors.builders import W, paragraph, texts, write_zip
from tests.extractors.ofd_builder import OfdPage, write_ofd

pytest.importorskip("cv2", reason="the optional part 'ocr' is not installed")

ROWS = [["CODE", "TOTAL"], ["201", "1,687.92"], ["20101", "375.79"]]
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/package/2006/relationships"


def form(title: str = "FORM 2024") -> Image.Image:
    picture = Image.new("RGB", (1100, 560), "white")
    draw = ImageDraw.Draw(picture)
    font: Any = ImageFont.load_default(28)
    xs, ys = [100, 500, 1000], [160, 240, 320, 400]
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill="black", width=2)
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill="black", width=2)
    draw.text((360, 60), title, fill="black", font=font)
    for y, row in zip(ys, ROWS, strict=False):
        for x, text in zip(xs[1:], row, strict=True):
            draw.text((x - 14 - draw.textlength(text, font=font), y + 22), text, fill="black", font=font)
    return picture


def photograph() -> Image.Image:
    return Image.linear_gradient("L").resize((900, 700)).point(lambda value: value * 0.7).convert("RGB")


def png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def docx(path: Path, body: str, pictures: list[bytes]) -> Path:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    main = f'<Relationships xmlns="{_P}"><Relationship Id="m" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
    related = "".join(
        f'<Relationship Id="r{i}" Type="{_R}/image" Target="media/{i}.png"/>' for i in range(len(pictures))
    )
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": types,
        "_rels/.rels": main,
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{_R}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_P}">{related}</Relationships>',
    }
    members |= {f"word/media/{i}.png": data for i, data in enumerate(pictures)}
    return write_zip(path, members)


def hung(number: int) -> str:
    return f'<w:p><w:r><w:drawing><a:blip xmlns:a="{_A}" r:embed="r{number}"/></w:drawing></w:r></w:p>'


def shape(extract: Extract) -> list[object]:
    return [texts(block) if isinstance(block, Table) else block.text for block in extract.blocks]


def test_scans_pasted_into_word_are_read_in_order(tmp_path: Path) -> None:
    # The second hangs before the first: the order of the document counts, not that of the parts.
    path = docx(tmp_path / "a.docx", hung(1) + hung(0), [png(form("LAST PAGE")), png(form("FIRST PAGE"))])
    extract = read(path)
    assert shape(extract) == ["FIRST PAGE", ROWS, "LAST PAGE", ROWS]
    assert [block.place.page for block in extract.blocks] == [1, 1, 2, 2]
    assert (extract.format, extract.pages) == ("docx", 2)
    assert {"ocr", "ocr-page"} <= {note.code for note in extract.notes}


def test_a_table_pasted_as_a_picture_stands_in_the_running_text(tmp_path: Path) -> None:
    body = paragraph("收支情况如下：") + hung(0) + hung(1) + paragraph("以上。")
    extract = read(docx(tmp_path / "a.docx", body, [png(form()), png(photograph())]))
    assert shape(extract) == ["收支情况如下：", "FORM 2024", ROWS, "以上。"]
    (left,) = (note for note in extract.notes if note.code == "pictures")
    assert "1 张图片" in left.message


def test_word_pictures_without_text_or_without_the_engine_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = docx(tmp_path / "a.docx", hung(0), [png(Image.new("RGB", (900, 700), "white"))])
    with pytest.raises(NoTextLayer, match="没有读出任何文字"):
        read(blank)
    monkeypatch.setattr("extractors.ocr.available", lambda: False)
    with pytest.raises(NoTextLayer, match=r"kuanxiang\[ocr\]"):
        read(blank)


def test_an_ofd_page_scanned_in_strips_is_read_as_one_page(tmp_path: Path) -> None:
    picture = form()
    width, height = 210.0, 210.0 * picture.height / picture.width
    cut = picture.height // 2  # through the table
    page = OfdPage(width, height)
    halves = [(0, cut), (cut, picture.height)]
    for number, (top, bottom) in enumerate(halves):
        scale = height / picture.height
        boundary = f"0 {top * scale:.4f} {width:g} {(bottom - top) * scale:.4f}"
        page.objects.append(f'<ofd:ImageObject Boundary="{boundary}" ResourceID="{number}"/>')
    images = {str(i): png(picture.crop((0, top, picture.width, bottom))) for i, (top, bottom) in enumerate(halves)}
    extract = read(write_ofd(tmp_path / "a.ofd", [page], images=images))
    assert shape(extract) == ["FORM 2024", ROWS]
    assert extract.format == "ofd"
    (note,) = (note for note in extract.notes if note.code == "ocr-page")
    assert note.page == 1
    (cell,) = (cell for table in extract.tables() for cell in table.cells if cell.text == "1,687.92")
    assert cell.place.box is not None
    points = width / 25.4 * 72 / picture.width
    assert cell.place.box == pytest.approx([500 * points, 240 * points, 1000 * points, 320 * points], abs=3)
    assert not any(isinstance(block, Paragraph) and "图片" in block.text for block in extract.blocks)
