"""Pictures for `trace --picture`: what was recognised inside a DOCX or OFD is drawn; what has no page is told in words."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from flows.home import HomeError
from flows.trace import picture
from tests.extractors.builders import paragraph
from tests.extractors.ofd_builder import OfdPage, write_ofd

pytest.importorskip("cv2", reason="the optional part 'ocr' is not installed")

from tests.extractors.test_pictures import docx, form, hung, photograph, png


def _traced(
    format_: str, page: int | None, box: tuple[float, float, float, float] | None, **more: Any
) -> dict[str, Any]:
    x0, y0, x1, y1 = box or (None, None, None, None)
    item = {"page": page, "x0": x0, "y0": y0, "x1": x1, "y1": y1, "sheet": None, "cell": None, **more}
    return {"line_item": item, "document": {"document_id": "d", "format": format_}, "row": "行政运行 | 决算数 12.5"}


def _home(original: Path) -> Any:
    return SimpleNamespace(original=lambda _: original, originals=original.parent)


def _framed(path: Path, at: tuple[int, int]) -> bool:
    """Whether the pixel, or one beside it, is of the frame's red."""
    with Image.open(path) as drawn:
        seen = drawn.convert("RGB")
        near = [seen.getpixel((at[0] + dx, at[1] + dy)) for dx in range(-4, 5) for dy in range(-4, 5)]
    return (220, 0, 0) in near


def test_a_picture_inside_a_word_file_is_drawn_with_the_cell_framed(tmp_path: Path) -> None:
    original = docx(
        tmp_path / "a.docx", paragraph("收支情况如下：") + hung(0) + hung(1), [png(photograph()), png(form())]
    )
    wide = form().width
    points = 841.89 / wide  # the longer side of a picture without a resolution is that of A4
    traced = _traced("docx", 2, (500 * points, 240 * points, 1000 * points, 320 * points))
    picture(_home(original), traced, tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as drawn:
        assert drawn.size == form().size
    assert _framed(tmp_path / "out.png", (500, 240)) and _framed(tmp_path / "out.png", (1000, 320))


def test_a_scanned_ofd_page_is_drawn_and_a_page_of_text_is_told(tmp_path: Path) -> None:
    seen = form()
    height = 210.0 * seen.height / seen.width
    scan = OfdPage(210.0, height)
    scan.objects.append(f'<ofd:ImageObject Boundary="0 0 210 {height:.4f}" ResourceID="0"/>')
    text = OfdPage()
    text.text(20, 30, "本页是文字，没有图片，只有一行说明")
    original = write_ofd(tmp_path / "a.ofd", [text, scan], images={"0": png(seen)})
    points = 210.0 / 25.4 * 72 / seen.width
    box = (500 * points, 240 * points, 1000 * points, 320 * points)
    picture(_home(original), _traced("ofd", 2, box), tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as drawn:
        scale = drawn.width / seen.width
    assert _framed(tmp_path / "out.png", (round(500 * scale), round(240 * scale)))
    with pytest.raises(HomeError, match=r"OFD 文件没有页面图片可画；这个数字在第 1 页.*行政运行 . 决算数 12\.5"):
        picture(_home(original), _traced("ofd", 1, box), tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


@pytest.mark.parametrize(("format_", "words"), [("xlsx", "电子表格（XLSX）没有页面图片"), ("html", "网页没有页面图片")])
def test_without_pages_the_cell_and_the_row_are_told(tmp_path: Path, format_: str, words: str) -> None:
    with pytest.raises(HomeError, match=f"{words}可画；这个数字在单元格 D10：“行政运行"):
        picture(_home(tmp_path / "none"), _traced(format_, None, None, cell="D10"), tmp_path / "out.png")
