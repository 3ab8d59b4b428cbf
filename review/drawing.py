"""The process that opens originals for the console: hostile bytes, apart from it, under limits of its own.

Run as ``python -m review.drawing``: one JSON line in, one JSON line out. To draw: path, page, scale, target → width and height
of the page in points. To look for words: path, page, seek (pairs of a box and a text) → found, boxes of each. To read as a table: path, blocks (file to write) → nothing. Or error, a Chinese sentence. Knows no
addresses and no warehouse; `pictures` and `asread` say what to do.
"""

from __future__ import annotations

import gzip
import json
import resource
import sys
import unicodedata
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY_MB = 3000
"""Address space of the process."""
_LONGEST = 6000
"""Pixels of a picture's longer side, whatever the page's size."""
_READING = 60.0
"""Seconds for reading a document as a table."""
_MOST_CELLS = 200_000
"""Cells of a document shown as read."""
_OPEN = 4
"""Documents kept open: the next page is usually of the same one."""


class Cannot(Exception):
    """A page that cannot be drawn; the message is a Chinese sentence."""


class Easel:
    """Draws pages; keeps the last documents open."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, Any] = OrderedDict()

    def draw(self, path: Path, page: int, scale: float, target: Path) -> tuple[float, float]:
        """Save a page (1-based) as JPEG at `scale` pixels a point, one of an OFD as SVG; its width and height in points.

        Raises Cannot.
        """
        from PIL import Image

        if target.suffix == ".svg":
            return _sketch(path, page, target)
        if path.open("rb").read(1024).find(b"%PDF-") >= 0:
            image, width, height = self._pdf_page(path, page, scale)
        else:
            from extractors.image import picture_of

            try:
                with Image.open(path, formats=("PNG", "JPEG", "TIFF", "BMP", "GIF")) as source:
                    source.seek(page - 1)
                    pixels, width, height = picture_of(source)
            except (OSError, ValueError, EOFError, Image.DecompressionBombError) as error:
                raise Cannot("这份文件没有可以画出的页面。") from error
            image = Image.fromarray(pixels)
            fitted = min(1.0, scale * width / image.width, _LONGEST / max(image.size))
            if fitted < 1:
                image = image.resize((max(1, round(image.width * fitted)), max(1, round(image.height * fitted))))
        image.save(target, "JPEG", quality=86, subsampling=0)
        return width, height

    def _pdf_page(self, path: Path, page: int, scale: float) -> tuple[Any, float, float]:
        leaf = self._leaf(path, page)
        try:
            width, height = leaf.get_size()
            fitted = min(scale, _LONGEST / max(width, height, 1))
            return leaf.render(scale=fitted).to_pil().convert("RGB"), width, height
        finally:
            leaf.close()

    def _leaf(self, path: Path, page: int) -> Any:
        import pypdfium2 as pdfium

        from extractors.pdf_fonts import draw_with_shapes

        key = str(path)
        if key not in self._documents:
            draw_with_shapes()
            try:
                self._documents[key] = pdfium.PdfDocument(key)
            except pdfium.PdfiumError as error:
                raise Cannot("这份 PDF 打不开，画不出页面。") from error
            if len(self._documents) > _OPEN:
                self._documents.popitem(last=False)[1].close()
        self._documents.move_to_end(key)
        document = self._documents[key]
        if not 1 <= page <= len(document):
            raise Cannot(f"文件没有第 {page} 页。")
        return document[page - 1]

    def find(self, path: Path, page: int, seek: list[tuple[list[float], str]]) -> list[list[list[float]]]:
        """Where on a page the words stand, each inside its own box; empty where they are not found (a scan has no text)."""
        if path.open("rb").read(1024).find(b"%PDF-") < 0:
            return [[] for _ in seek]
        leaf = self._leaf(path, page)
        try:
            return _spots(leaf, seek)
        finally:
            leaf.close()


def _sketch(path: Path, page: int, target: Path) -> tuple[float, float]:
    from extractors import Limits
    from extractors.errors import ExtractionError
    from extractors.ofd import page_layers
    from review.sketch import svg

    try:
        found = page_layers(path, page, Limits(max_seconds=_READING))
    except ExtractionError as error:
        raise Cannot(str(error)) from error
    if found is None:
        raise Cannot(f"文件没有第 {page} 页。")
    content, pictures = found
    target.write_text(svg(content, pictures), encoding="utf-8")
    return content.width, content.height


_MOST_SPOTS = 4
"""Places of one text shown in one passage."""
_MOST_CHARACTERS = 20_000


def _spots(leaf: Any, seek: list[tuple[list[float], str]]) -> list[list[list[float]]]:
    import ctypes

    from pypdfium2 import raw

    width, height = leaf.get_size()
    letters = leaf.get_textpage()
    try:
        seen: list[int] = []
        said: list[str] = []
        for index in range(min(letters.count_chars(), _MOST_CHARACTERS)):
            letter = unicodedata.normalize("NFKC", chr(raw.FPDFText_GetUnicode(letters, index)))
            if not letter.isspace() and letter not in ",\0":
                said.extend(letter)
                seen.extend([index] * len(letter))
        text = "".join(said)

        def box(index: int) -> list[float]:
            left, bottom, right, top = letters.get_charbox(index)
            corners = []
            for x, y in ((left, top), (right, bottom)):
                across, down = ctypes.c_int(), ctypes.c_int()
                raw.FPDF_PageToDevice(leaf, 0, 0, round(width * 100), round(height * 100), 0, x, y, across, down)
                corners += [across.value / 100, down.value / 100]
            return [min(corners[0], corners[2]), min(corners[1], corners[3]), max(corners[0], corners[2]), max(corners[1], corners[3])]  # fmt: skip

        return [_within(text, seen, box, frame, wanted) for frame, wanted in seek]
    finally:
        letters.close()


def _within(text: str, seen: list[int], box: Any, frame: list[float], wanted: str) -> list[list[float]]:
    """Boxes of a text inside a frame, one a line it stands on; a figure only where it stands whole."""
    plain = "".join(unicodedata.normalize("NFKC", wanted).split()).replace(",", "")
    found: list[list[float]] = []
    at = text.find(plain) if plain else -1
    places = 0
    while at >= 0 and places < _MOST_SPOTS:
        around = (text[at - 1 : at], text[at + len(plain) : at + len(plain) + 1])
        whole = not (plain[0].isdigit() and (around[0].isdigit() or around[0] == ".")) and not (
            plain[-1].isdigit() and around[1].isdigit()
        )
        if whole:
            boxes = [box(index) for index in dict.fromkeys(seen[at : at + len(plain)])]
            x, y = (boxes[0][0] + boxes[0][2]) / 2, (boxes[0][1] + boxes[0][3]) / 2
            if frame[0] - 2 <= x <= frame[2] + 2 and frame[1] - 2 <= y <= frame[3] + 2:
                places += 1
                found.extend(_lines(boxes))
        at = text.find(plain, at + 1)
    return found


def _lines(boxes: list[list[float]]) -> list[list[float]]:
    """Boxes of letters joined line by line."""
    lines: list[list[float]] = []
    for one in boxes:
        if lines and one[1] < lines[-1][3] and one[3] > lines[-1][1] and one[0] >= lines[-1][0]:
            last = lines[-1]
            lines[-1] = [last[0], min(last[1], one[1]), max(last[2], one[2]), max(last[3], one[3])]
        else:
            lines.append(list(one))
    return lines


def write_blocks(path: Path, target: Path) -> None:
    """The document's paragraphs and tables as JSON lines, as the reader read them. Raises Cannot."""
    from extractors import Limits, read
    from extractors.errors import ExtractionError
    from extractors.model import Table

    try:
        extract = read(path, limits=Limits(max_seconds=_READING, max_cells=_MOST_CELLS))
    except ExtractionError as error:
        raise Cannot(str(error)) from error
    with gzip.open(target, "wt", encoding="utf-8", compresslevel=1) as stream:
        for block in extract.blocks:
            place = {"sheet": block.place.sheet, "page": block.place.page, "cell": block.place.cell}
            if isinstance(block, Table):
                place["rows"] = [block.n_rows, block.n_columns]  # type: ignore[assignment]
                place["cells"] = [  # type: ignore[assignment]
                    [one.row, one.column, one.row_span, one.column_span, one.text, one.place.cell, round(one.indent, 1)]
                    for one in block.cells
                ]
            else:
                place["text"] = block.text
            stream.write(json.dumps(place, ensure_ascii=False) + "\n")


def main() -> None:
    """Answer requests until the input ends."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB * 2**20, resource.RLIM_INFINITY))
    # Warm: the first page asked for should not wait for imports.
    import pypdfium2  # noqa: F401
    from PIL import Image  # noqa: F401

    easel = Easel()
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any]
        try:
            if "blocks" in request:
                write_blocks(Path(request["path"]), Path(request["blocks"]))
                answer = {}
            elif "seek" in request:
                answer = {"found": easel.find(Path(request["path"]), request["page"], request["seek"])}
            else:
                width, height = easel.draw(
                    Path(request["path"]), request["page"], request["scale"], Path(request["target"])
                )
                answer = {"width": width, "height": height}
        except Cannot as error:
            answer = {"error": str(error)}
        except MemoryError:
            answer = {"error": "这一页太大，画不出来。"}
        except Exception as error:  # a defect of a library on hostile bytes must not end the process
            answer = {"error": f"这一页画不出来（{type(error).__name__}）。"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
