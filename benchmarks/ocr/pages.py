"""The form pages the bench reads, chosen by a rule, and their scans. Deterministic: the same pages, the same damage."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium

from benchmarks.ocr.degrade import Damage, damaged, render
from extractors import read
from extractors.errors import ExtractionError
from extractors.model import Extract
from models.money import read_amount

DPIS = (150, 200)
_LEAST = 25  # amounts on a page that is worth measuring
_SCANNED_TRUTH = "pdf-scan"


def choose(real: Path, documents: int, pages: int) -> list[tuple[Path, list[int]]]:
    """The first document of each family (region and kind of report, in the order of the index) that has enough full
    pages, then the second of each, and so on; of each document the pages with the most amounts."""
    families: dict[tuple[str, str], list[Path]] = defaultdict(list)
    with (real / "INDEX.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            path = real / "files" / row["file"]
            if row["format"] == "pdf" and path.exists():
                families[row["region"][:2], row["kind"]].append(path)
    chosen: list[tuple[Path, list[int]]] = []
    for path in _in_turn(list(families.values())):
        if len(chosen) == documents:
            break
        try:
            extract = read(path)
        except ExtractionError:
            continue
        if extract.format == _SCANNED_TRUTH or (extract.pages or 0) > 120:
            continue
        count: Counter[int] = Counter()
        for table in extract.tables():
            count[table.place.page or 0] += sum(1 for cell in table.cells if read_amount(cell.text) is not None)
        full = sorted(page for page, amounts in count.most_common(pages) if amounts >= _LEAST)
        if len(full) == pages:
            chosen.append((path, full))
    return chosen


def _in_turn(families: list[list[Path]]) -> Iterator[Path]:
    """One of each family, then the next of each."""
    for place in range(max(map(len, families), default=0)):
        yield from (family[place] for family in families if place < len(family))


def make(chosen: list[tuple[Path, list[int]]], work: Path) -> None:
    """Write the born-digital excerpts (title page and form pages) and, at each resolution, the same with the form pages
    as scans. The title page stays born digital, so that metadata is not what is measured."""
    for number, (path, pages) in enumerate(chosen, 1):
        kept = sorted({1, *pages})
        target = work / "truth" / f"d{number:02}.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        source, excerpt = pdfium.PdfDocument(str(path)), pdfium.PdfDocument.new()
        excerpt.import_pages(source, [page - 1 for page in kept])
        excerpt.save(str(target))
        excerpt.close()
        source.close()
        truth = read(target)
        for dpi in DPIS:
            scan = work / str(dpi) / f"d{number:02}.pdf"
            scan.parent.mkdir(parents=True, exist_ok=True)
            original, mixed = pdfium.PdfDocument(str(target)), pdfium.PdfDocument.new()
            for at, page in enumerate(kept, 1):
                if page not in pages:
                    mixed.import_pages(original, [at - 1])
                    continue
                damage = damage_of(truth, number, at, dpi)
                picture = damaged(render(target, at, dpi), damage, seed=number * 100 + at)
                buffer = io.BytesIO()
                picture.save(buffer, "PDF", resolution=dpi, quality=damage.quality)
                scanned = pdfium.PdfDocument(buffer.getvalue())
                mixed.import_pages(scanned, [0])
                scanned.close()
            mixed.save(str(scan))
            mixed.close()
            original.close()


def damage_of(truth: Extract, number: int, page: int, dpi: int) -> Damage:
    """How a page is spoilt: 0.5 to 2 degrees to either side, JPEG 60 to 80, a seal whose middle lies on a figure."""
    dice = random.Random(number * 1000 + page * 10 + dpi)
    tilt = dice.uniform(0.5, 2.0) * dice.choice((-1, 1))
    boxes = [
        cell.place.box
        for table in truth.tables()
        for cell in table.cells
        if cell.place.page == page and cell.place.box is not None and read_amount(cell.text) is not None
    ]
    width, height = truth.page_sizes[page - 1]
    seal = None
    if boxes:
        x0, y0, x1, y1 = dice.choice(boxes)
        seal = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height)
    return Damage(dpi, round(tilt, 2), dice.randint(60, 80), 4.0, seal)
