"""Chinese fonts that a PDF names but does not carry: read alike on every machine, and visible in pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extractors.limits import Limits
from extractors.model import Paragraph
from extractors.ocr import Scanner
from extractors.pdf import read_pdf
from extractors.pdf_fonts import draw_with_shapes, read_with_boxes
from extractors.pdf_paragraphs import Flow

SENTENCE = "第一部分部门概况。"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A sentence whose characters are drawn one by one, as many printers do, in a font the file does not carry."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = tmp_path / "missing.pdf"
    canvas = Canvas(str(path))
    canvas.setFont("STSong-Light", 12)
    for number, character in enumerate(SENTENCE):
        canvas.drawString(60 + 12 * number, 700, character)
    canvas.save()
    return path


def test_characters_drawn_one_by_one_are_read_without_their_font(document: Path) -> None:
    read = read_pdf(document)
    assert [block.text for block in read.blocks if isinstance(block, Paragraph)] == [SENTENCE]


def test_a_missing_character_is_as_large_as_its_square(document: Path) -> None:
    read_with_boxes()
    with pdfium.PdfDocument(document) as opened:
        text = opened[0].get_textpage()
        box = text.get_charbox(0)
        text.close()
    assert box[2] - box[0] == pytest.approx(12, abs=0.1) and box[3] - box[1] == pytest.approx(12, abs=1)


def test_pictures_show_shapes_where_reading_had_boxes(document: Path) -> None:
    def ink() -> float:
        with pdfium.PdfDocument(document) as opened:
            return float((np.asarray(opened[0].render(scale=4).to_pil().convert("L")) < 128).mean())

    read_with_boxes()
    boxes = ink()
    draw_with_shapes()
    shapes = ink()
    assert 0.05 * boxes < shapes < 0.6 * boxes
    read_with_boxes()
    assert ink() == boxes


def test_recognition_sees_shapes_and_reading_goes_on_with_boxes(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def look(self: Scanner, pixels: np.ndarray, width: float, number: int) -> Flow:
        seen.append(float((pixels < 128).mean()))
        raise ValueError(number)

    monkeypatch.setattr(Scanner, "flow", look)
    read_with_boxes()
    with pdfium.PdfDocument(document) as opened:
        boxes = float((np.asarray(opened[0].render(scale=2).to_pil().convert("RGB")) < 128).mean())
    with pytest.raises(ValueError, match="1"):
        Scanner(Limits().clock()).pdf_page(document, 0)
    assert 0.05 * boxes < seen[0] < 0.6 * boxes
    assert [block.text for block in read_pdf(document).blocks if isinstance(block, Paragraph)] == [SENTENCE]
