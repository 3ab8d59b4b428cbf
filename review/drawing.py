"""The process that draws pages: PDFium and Pillow on hostile bytes, apart from the console, under limits of its own.

Run as ``python -m review.drawing``: one JSON line in (path, page, scale, target), one JSON line out (width and height of the page
in points, or error, a Chinese sentence). Knows no addresses and no warehouse; `pictures` says what to draw.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY_MB = 3000
"""Address space of the process."""
_LONGEST = 6000
"""Pixels of a picture's longer side, whatever the page's size."""
_OPEN = 4
"""Documents kept open: the next page is usually of the same one."""


class Cannot(Exception):
    """A page that cannot be drawn; the message is a Chinese sentence."""


class Easel:
    """Draws pages; keeps the last documents open."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, Any] = OrderedDict()

    def draw(self, path: Path, page: int, scale: float, target: Path) -> tuple[float, float]:
        """Save a page (1-based) as JPEG at `scale` pixels a point; its width and height in points. Raises Cannot."""
        from PIL import Image

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
        import pypdfium2 as pdfium

        key = str(path)
        if key not in self._documents:
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
        leaf = document[page - 1]
        try:
            width, height = leaf.get_size()
            fitted = min(scale, _LONGEST / max(width, height, 1))
            return leaf.render(scale=fitted).to_pil().convert("RGB"), width, height
        finally:
            leaf.close()


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
