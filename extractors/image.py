"""Pictures (PNG, JPEG, TIFF, BMP, GIF) → `Extract`, through text recognition; a TIFF may hold several pages."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from extractors.errors import DamagedDocument, NoTextLayer, TooLarge
from extractors.limits import Limits
from extractors.model import Extract, Note, Table
from extractors.ocr import MISSING, Scanner
from extractors.ocr_engine import ENGINE
from extractors.pdf_paragraphs import Flow, build, running_lines

if TYPE_CHECKING:
    from extractors.ocr_picture import Pixels

_DEFAULT = Limits()
_MOST_PIXELS = 120_000_000
_A4 = 841.9  # points: the longer side of a page whose resolution is not told
_PLAUSIBLE = (500.0, 2_500.0)  # points: longer sides between A5 and A1


def read_image(path: Path, limits: Limits = _DEFAULT) -> Extract:
    """Recognise a picture of a page. Boxes are in points: pixels × 72 / resolution, or as if the page were A4 where the
    picture tells no plausible resolution.

    Raises NoTextLayer (recognition is not installed, or there is no text to be found), TooLarge (pixels, pages, time).
    """
    scanner = Scanner(limits.clock())
    if not scanner.available:
        raise NoTextLayer(f"这是图片，没有文字层；{MISSING}")
    flows: list[Flow] = []
    sizes: list[tuple[float, float]] = []
    notes: list[Note] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _opened(path) as image:
            count = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
            if count > limits.max_pages:
                raise TooLarge(f"图片共 {count} 页，超过上限 {limits.max_pages} 页，未读取。")
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                if number > count:
                    break
                pixels, width, height = picture_of(frame)
                sizes.append((round(width, 2), round(height, 2)))
                flows.append(scanner.flow(pixels, width, number))
    notes.extend(scanner.notes())
    blocks = tuple(build(flows, running_lines(flows)))
    if not any(isinstance(block, Table) or block.text.strip() for block in blocks):
        raise NoTextLayer("图片中没有识别出任何文字；请确认它是文件页面的清晰图像。")
    return Extract(
        "pdf-scan", ENGINE, blocks, pages=count, page_sizes=tuple(sizes), notes=tuple(notes), doubts=scanner.doubts()
    )


def _opened(path: Path) -> Any:
    try:
        return Image.open(path, formats=("PNG", "JPEG", "TIFF", "BMP", "GIF"))
    except Image.DecompressionBombError as error:
        raise TooLarge("图片的像素数超过上限，未读取。") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise DamagedDocument("图片不完整或已损坏，无法打开；请重新下载。") from error


def picture_of(image: Any) -> tuple[Pixels, float, float]:
    """A picture upright as its camera meant it (RGB on white), and its width and height in points. Raises TooLarge."""
    if image.width * image.height > _MOST_PIXELS:
        raise TooLarge(f"图片有 {image.width}×{image.height} 像素，超过上限，未读取。")
    resolution = image.info.get("dpi") or (0, 0)
    longest = max(image.width, image.height)
    image = ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":  # more than eight bits a pixel: what is brightest is paper
        deep = np.asarray(image, dtype=np.float64)
        image = Image.fromarray((deep * (255 / max(1.0, float(deep.max())))).clip(0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "P", "PA"):
        seen = image.convert("RGBA")
        image = Image.new("RGBA", seen.size, (255, 255, 255, 255))
        image.alpha_composite(seen)
    try:
        dpi = float(resolution[0])
    except (TypeError, ValueError, ZeroDivisionError):
        dpi = 0.0
    points = longest * 72 / dpi if dpi > 1 else 0.0
    if not _PLAUSIBLE[0] <= points <= _PLAUSIBLE[1]:
        points = _A4
    scale = points / longest
    pixels = np.asarray(image.convert("RGB"), dtype=np.uint8)
    return pixels, pixels.shape[1] * scale, pixels.shape[0] * scale
