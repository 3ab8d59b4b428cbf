"""OFD documents made for tests: pages of text objects and paths, written as the format's producers write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from extractors.ofd_page import em_width
from tests.extractors.builders import write_zip

_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass
class OfdPage:
    """A page being drawn, millimetres from the top left."""

    width: float = 210.0
    height: float = 297.0
    objects: list[str] = field(default_factory=list)
    template: str = ""

    def text(self, x: float, y: float, text: str, size: float = 4.0, *, deltas: str = "short", more: str = "") -> None:
        """Text whose baseline begins at x, y. deltas: ``short`` (with g), ``long``, or ``none``."""
        steps = [size * em_width(letter) for letter in text[:-1]]
        stated = ""
        if deltas == "long" and steps:
            stated = f' DeltaX="{" ".join(f"{step:g}" for step in steps)}"'
        elif deltas == "short" and steps:
            stated = f' DeltaX="{_short(steps)}"'
        width = size * sum(map(em_width, text))
        self.objects.append(
            f'<ofd:TextObject Boundary="{x:g} {y - size:g} {width:g} {size * 1.3:g}" Font="1" Size="{size:g}"{more}>'
            f'<ofd:TextCode X="0" Y="{size:g}"{stated}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
        )

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A stroked line."""
        self.path(f"M 0 0 L {x1 - x0:g} {y1 - y0:g}", x0, y0, x1 - x0, y1 - y0)

    def path(self, data: str, x: float, y: float, width: float, height: float, more: str = "") -> None:
        """A path in the frame of its boundary."""
        self.objects.append(
            f'<ofd:PathObject Boundary="{x:g} {y:g} {width:g} {height:g}" LineWidth="0.2"{more}>'
            f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def grid(self, xs: Sequence[float], ys: Sequence[float], rows: Sequence[Sequence[str]], **options: str) -> None:
        """A fully ruled table with one text a cell."""
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        for top, row in zip(ys, rows, strict=False):
            for left, text in zip(xs, row, strict=False):
                if text:
                    self.text(left + 1, top + 5, text, **options)  # type: ignore[arg-type]

    def xml(self) -> str:
        """The page's part."""
        return (
            f"{_HEAD}<ofd:Page {_NS}><ofd:Area><ofd:PhysicalBox>0 0 {self.width:g} {self.height:g}</ofd:PhysicalBox>"
            f'</ofd:Area>{self.template}<ofd:Content><ofd:Layer ID="1">{"".join(self.objects)}</ofd:Layer>'
            "</ofd:Content></ofd:Page>"
        )


def _short(steps: Sequence[float]) -> str:
    parts: list[str] = []
    at = 0
    while at < len(steps):
        count = 1
        while at + count < len(steps) and steps[at + count] == steps[at]:
            count += 1
        parts.append(f"g {count} {steps[at]:g}" if count > 2 else " ".join([f"{steps[at]:g}"] * count))
        at += count
    return " ".join(parts)


def write_ofd(
    path: Path,
    pages: Sequence[OfdPage],
    *,
    templates: Mapping[str, OfdPage] | None = None,
    images: Mapping[str, bytes] | None = None,
    title: str = "",
) -> Path:
    """An OFD document of the pages. templates: by id, for pages whose `template` refers to them; images: by resource id."""
    templates, images = templates or {}, images or {}
    members = {
        "OFD.xml": f'{_HEAD}<ofd:OFD {_NS} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:Title>{escape(title)}</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{_HEAD}<ofd:Document {_NS}><ofd:CommonData><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        + "".join(f'<ofd:TemplatePage ID="{key}" BaseLoc="Tpls/{key}.xml"/>' for key in templates)
        + ("<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>" if images else "")
        + "</ofd:CommonData><ofd:Pages>"
        + "".join(f'<ofd:Page ID="{i + 100}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages)))
        + "</ofd:Pages></ofd:Document>",
    }
    members |= {f"Doc_0/Tpls/{key}.xml": template.xml() for key, template in templates.items()}
    members |= {f"Doc_0/Pages/Page_{i}/Content.xml": page.xml() for i, page in enumerate(pages)}
    if images:
        media = "".join(
            f'<ofd:MultiMedia ID="{key}" Type="Image"><ofd:MediaFile>{key}.png</ofd:MediaFile></ofd:MultiMedia>'
            for key in images
        )
        members["Doc_0/DocumentRes.xml"] = (
            f'{_HEAD}<ofd:Res {_NS} BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>'
        )
        return write_zip(path, members | {f"Doc_0/Res/{key}.png": data for key, data in images.items()})
    return write_zip(path, members)
