"""Pictures inside Word documents and OFD pages → recognised blocks: which are worth it, and how they are laid out.

A Word document that is a pile of pasted scans, or running text whose tables were pasted in as pictures, prints its
figures only there. Photographs, logos and charts are left alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from extractors.errors import TooLarge
from extractors.image import picture_of
from extractors.limits import Clock
from extractors.model import Block, Table
from extractors.ocr import Scanner
from extractors.pdf_paragraphs import Flow, build, running_lines

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF")
_LEAST_WIDE, _LEAST_HIGH = 500, 200  # pixels: what is smaller is no table anybody could read
_PAPER = 0.55  # share of a picture that has to be bright for it to be a page and no photograph
_MOST_PIXELS = 120_000_000
_MOST_PICTURES = 400


@dataclass(frozen=True, slots=True)
class Recognised:
    """What pictures of a document gave. blocks: of each picture, in the order asked (empty where nothing was worth
    reading); sizes: in points; left: how many were not read."""

    blocks: tuple[tuple[Block, ...], ...]
    sizes: tuple[tuple[float, float], ...]
    left: int


def recognise_pictures(pictures: Sequence[bytes | None], scanner: Scanner, *, whole: bool) -> Recognised:
    """Read pictures in order; their places carry the picture's number (1-based) as page.

    whole: the pictures are all there is, so every one of a fair size is read and their texts run on; else only those that
    look like printed pages, each for itself. None stands for a picture that could not be had.
    """
    flows: list[Flow | None] = []
    sizes: list[tuple[float, float]] = []
    left = 0
    for number, data in enumerate(pictures[:_MOST_PICTURES], 1):
        picture = _opened(data)
        if picture is None or not (whole or _is_paper(picture)):
            flows.append(None)
            sizes.append((0.0, 0.0))
            left += 1
            continue
        pixels, width, height = picture_of(picture)
        sizes.append((round(width, 2), round(height, 2)))
        flow = scanner.flow(pixels, width, number)
        flows.append(flow if flow.characters else None)
    read = [flow for flow in flows if flow is not None]
    found: dict[int, list[Block]] = {}
    if whole:
        for block in build(read, running_lines(read)):
            found.setdefault(block.place.page or 0, []).append(block)
    else:
        for flow in read:
            own = build([flow], frozenset())
            if any(isinstance(block, Table) for block in own) or flow.characters >= 20:
                found[flow.content.number] = list(own)
    blocks = tuple(tuple(found.get(number, ())) for number in range(1, len(flows) + 1))
    return Recognised(blocks, tuple(sizes), left + max(0, len(pictures) - _MOST_PICTURES))


def page_picture(
    width: float, height: float, parts: Sequence[tuple[tuple[float, float, float, float], bytes]], clock: Clock
) -> Any:
    """A page (points) with the pictures that lie on it drawn at their boxes, as RGB pixels; None where none could be.

    Scans are often cut into strips, so it is the page that has to be recognised, not its parts.
    """
    dpi = 200.0
    scale = min(dpi / 72, 3_400 / max(width, height, 1.0))
    canvas = Image.new("RGB", (max(1, round(width * scale)), max(1, round(height * scale))), (255, 255, 255))
    drawn = False
    for (x0, y0, x1, y1), data in parts:
        clock.check()
        picture = _opened(data, least=False)
        if picture is None:
            continue
        pixels, _, _ = picture_of(picture)
        size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
        if size[0] > 2 * canvas.width or size[1] > 2 * canvas.height:
            continue
        canvas.paste(
            Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS), (round(x0 * scale), round(y0 * scale))
        )
        drawn = True
    return np.asarray(canvas, dtype=np.uint8) if drawn else None


def _opened(data: bytes | None, *, least: bool = True) -> Any | None:
    """A picture that can be decoded and is large enough, else None. Raises TooLarge."""
    if data is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > _MOST_PIXELS:
                raise TooLarge(f"文件中的图片有 {picture.width}×{picture.height} 像素，超过上限，未读取。")
            if least and (picture.width < _LEAST_WIDE or picture.height < _LEAST_HIGH):
                return None
            picture.load()
        except Image.DecompressionBombError as error:
            raise TooLarge("文件中的图片像素数超过上限，未读取。") from error
        except (OSError, ValueError, SyntaxError):
            return None
    return picture


def _is_paper(picture: Any) -> bool:
    """Whether a picture is mostly bright, as a page or a table is."""
    small = picture.convert("L").resize((200, 200))
    return bool((np.asarray(small) > 200).mean() >= _PAPER)
