"""A page of an OFD document as a picture: its text, lines and pictures as SVG, which the browser draws with its own fonts.

The marks of OFD are plain enough for that: characters with their places, rules, filled areas, embedded pictures. What the page
looks like in a viewer for OFD may differ in typeface; where everything stands does not.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from extractors.model import Box
from extractors.pdf_content import Characters, PageContent

_FONTS = "'SimSun','Songti SC','Noto Serif CJK SC','Source Han Serif SC',serif"
_MOST_PICTURES = 6 * 2**20
"""Bytes of embedded pictures in one page; further ones are left out."""
_KINDS = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"BM", "bmp"))
_TURNS = {0: "", 1: "matrix(0 -1 1 0 0 {h})", 2: "matrix(-1 0 0 -1 {w} {h})", 3: "matrix(0 1 -1 0 {w} 0)"}
"""From the reading frame of a page laid out sideways to the page as displayed (`PageContent.to_display`)."""


def svg(content: PageContent, pictures: Sequence[tuple[Box, bytes]]) -> str:
    """The page as one SVG of its size in points. All text is escaped; nothing is fetched from anywhere."""
    wide, high = f"{content.width:.2f}", f"{content.height:.2f}"
    turn = _TURNS[content.turn % 4].format(w=wide, h=high)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        *_images(pictures),
        f'<g transform="{turn}">' if turn else "<g>",
        *(f'<rect x="{a:.2f}" y="{b:.2f}" width="{c - a:.2f}" height="{d - b:.2f}" fill="#000" fill-opacity=".06"/>' for a, b, c, d in content.rules.areas),
        *(f'<path d="M{left:.2f} {y:.2f}H{right:.2f}" stroke="#333" stroke-width=".6"/>' for y, left, right in content.rules.horizontal),
        *(f'<path d="M{x:.2f} {top:.2f}V{bottom:.2f}" stroke="#333" stroke-width=".6"/>' for x, top, bottom in content.rules.vertical),
        f'<g font-family="{_FONTS}" fill="#000" xml:space="preserve">',
        *_runs(content.characters),
        "</g></g></svg>",
    ]  # fmt: skip
    return "\n".join(parts)


def _images(pictures: Sequence[tuple[Box, bytes]]) -> Iterator[str]:
    room = _MOST_PICTURES
    for (x0, y0, x1, y1), data in pictures:
        kind = next((name for start, name in _KINDS if data.startswith(start)), None)
        room -= len(data)
        if kind is None or room < 0:
            continue
        place = f'x="{x0:.2f}" y="{y0:.2f}" width="{max(0.0, x1 - x0):.2f}" height="{max(0.0, y1 - y0):.2f}"'
        address = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        yield f'<image {place} preserveAspectRatio="none" href="{address}"/>'


def _runs(characters: Characters) -> Iterator[str]:
    """Characters of one line and size as one text with the place of each."""
    start = 0
    count = len(characters)
    base = characters.lower - 0.14 * characters.size  # as `extractors.ofd_page` sets them
    for at in range(1, count + 1):
        same = (
            at < count
            and abs(base[at] - base[start]) < 0.05
            and abs(characters.size[at] - characters.size[start]) < 0.05
        )
        if same and at - start < 200:
            continue
        shown = [(characters.text[i], characters.x0[i]) for i in range(start, at) if characters.text[i].strip()]
        if shown:
            places = " ".join(f"{x:.2f}" for letter, x in shown for _ in letter)
            text = escape("".join(letter for letter, _ in shown))
            yield f'<text x="{places}" y="{base[start]:.2f}" font-size="{characters.size[start]:.2f}">{text}</text>'
        start = at
