"""Pages made to look scanned: rendered, a red seal stamped on, laid in askew, noisy, compressed. Deterministic."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw


@dataclass(frozen=True)
class Damage:
    """dpi; tilt in degrees; JPEG quality; noise: standard deviation; seal: its middle as shares of the page, or None."""

    dpi: int
    tilt: float
    quality: int = 60
    noise: float = 4.0
    seal: tuple[float, float] | None = None


def render(path: Path, page: int, dpi: int) -> Image.Image:
    """One page (1-based) as a picture."""
    document = pdfium.PdfDocument(str(path))
    try:
        picture: Image.Image = document[page - 1].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return picture


def damaged(picture: Image.Image, damage: Damage, seed: int) -> Image.Image:
    """The picture as a scanner would have delivered it."""
    if damage.seal is not None:
        picture = _stamped(picture, damage.dpi, damage.seal[0] * picture.width, damage.seal[1] * picture.height)
    picture = picture.rotate(damage.tilt, resample=Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    pixels = np.asarray(picture).astype(np.float64)
    pixels += np.random.default_rng(seed).normal(0, damage.noise, pixels.shape)
    noisy = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    buffer = io.BytesIO()
    noisy.save(buffer, "JPEG", quality=damage.quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def turned_point(x: float, y: float, width: float, height: float, tilt: float) -> tuple[float, float]:
    """Where a point of the upright page lies on the page laid in askew."""
    angle = math.radians(-tilt)
    dx, dy = x - width / 2, y - height / 2
    return (
        dx * math.cos(angle) - dy * math.sin(angle) + width / 2,
        dx * math.sin(angle) + dy * math.cos(angle) + height / 2,
    )


def _stamped(picture: Image.Image, dpi: int, x: float, y: float) -> Image.Image:
    """A seal of 42 mm: ring, star and an arc of strokes, multiplied with what lies under it as ink is."""
    radius = 42 / 25.4 * dpi / 2
    stamp = Image.new("RGB", picture.size, (255, 255, 255))
    draw = ImageDraw.Draw(stamp)
    red = (222, 70, 66)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=red, width=max(2, dpi // 40))
    corners = [
        (
            x + radius * (0.34 if k % 2 == 0 else 0.14) * math.cos(-math.pi / 2 + k * math.pi / 5),
            y + radius * (0.34 if k % 2 == 0 else 0.14) * math.sin(-math.pi / 2 + k * math.pi / 5),
        )
        for k in range(10)
    ]
    draw.polygon(corners, fill=red)
    for k in range(14):
        angle = math.pi * (1.3 * k / 13 - 0.15)
        at_x, at_y, size = x - radius * 0.78 * math.cos(angle), y - radius * 0.78 * math.sin(angle), radius * 0.09
        draw.rectangle((at_x - size, at_y - size, at_x + size, at_y - size * 0.6), fill=red)
        draw.rectangle((at_x - size, at_y, at_x + size, at_y + size * 0.3), fill=red)
        draw.rectangle((at_x - size * 0.2, at_y - size, at_x + size * 0.2, at_y + size), fill=red)
        draw.rectangle((at_x - size, at_y + size * 0.7, at_x + size, at_y + size), fill=red)
    return ImageChops.multiply(picture, stamp)
