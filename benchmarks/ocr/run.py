"""How many amounts of form pages are read right from scans, and whether a wrong one ever passes for sure.

Takes form pages of the real PDFs, makes scans of them (150 and 200 dpi, askew, JPEG, a red seal), sends both the
born-digital pages and the scans down the whole road (ingest, identities, publication), and compares amount by amount
at the same place of the page: cell by cell as recognised (before), published amount by published amount (after). The born-digital reading is the measure: where it is wrong itself, this bench cannot see.

    python -m benchmarks.ocr.run [--documents 10] [--pages 2] [--out FILE] REAL_FOLDER WORK_FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pypdfium2 as pdfium

from benchmarks.ocr.degrade import Damage, damaged, render, turned_point
from extractors import Limits, read
from extractors.errors import ExtractionError
from extractors.model import Box, Extract
from extractors.ocr_page import DOUBT
from flows import road, staging
from flows.home import Home
from flows.observer import Observer
from flows.versions import stage_key
from models.interpret import interpret
from models.money import read_amount

VARIANTS = {
    "tilt200": Damage(200, 0.9, 60, 4.0, (0.62, 0.5)),
    "tilt150": Damage(150, -0.7, 60, 4.0, (0.55, 0.6)),
}
_LEAST = 25  # amounts on a page that is worth measuring


def choose(folder: Path, documents: int, pages: int) -> list[tuple[Path, list[int]]]:
    """The documents, spread over the folder, and in each the pages with the most amounts."""
    files = sorted(folder.glob("*.pdf"))
    stride = max(1, len(files) // (documents * 2))
    chosen: list[tuple[Path, list[int]]] = []
    for path in files[::stride]:
        if len(chosen) == documents:
            break
        try:
            extract = read(path)
        except ExtractionError:
            continue
        if extract.format != "pdf" or (extract.pages or 0) > 120:
            continue
        count: Counter[int] = Counter()
        for table in extract.tables():
            count[table.place.page or 0] += sum(1 for cell in table.cells if read_amount(cell.text) is not None)
        full = sorted(page for page, amounts in count.most_common(pages) if amounts >= _LEAST)
        if len(full) == pages:
            chosen.append((path, full))
    return chosen


def make(chosen: list[tuple[Path, list[int]]], work: Path) -> None:
    """Write the born-digital excerpts and their scans."""
    for number, (path, pages) in enumerate(chosen, 1):
        kept = sorted({1, *pages})
        target = work / "truth" / f"d{number:02}.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        source, excerpt = pdfium.PdfDocument(str(path)), pdfium.PdfDocument.new()
        excerpt.import_pages(source, [page - 1 for page in kept])
        excerpt.save(str(target))
        excerpt.close()
        source.close()
        for name, damage in VARIANTS.items():
            scan = work / name / f"d{number:02}.pdf"
            scan.parent.mkdir(parents=True, exist_ok=True)
            pictures = [
                damaged(render(target, i, damage.dpi), damage, seed=number * 100 + i) for i in range(1, len(kept) + 1)
            ]
            pictures[0].save(
                scan, "PDF", resolution=damage.dpi, save_all=True, append_images=pictures[1:], quality=damage.quality
            )


def read_all(work: Path, name: str) -> tuple[dict[str, Extract], float]:
    """Read the folder's documents in this process and stage them, so that the road needs not read them again."""
    home, key, started = Home(work / f"home-{name}").create(), stage_key(), time.process_time()
    extracts: dict[str, Extract] = {}
    for path in sorted((work / name).glob("*.pdf")):
        extracts[path.name] = extract = read(path, limits=Limits(max_seconds=1200))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        disclosure = interpret(extract, file_name=path.name, source_uri=str(path))
        staging.stage(home.stage(sha256, key), sha256, key, extract=extract, disclosure=disclosure)
        print(name, path.name, round(time.process_time() - started, 1), flush=True)
    return extracts, time.process_time() - started


def compare_cells(
    truth: dict[str, Extract], scans: dict[str, Extract], damage: Damage
) -> tuple[Counter[str], list[str]]:
    """Every amount of the born-digital tables against the scan's cell at the same place."""
    result: Counter[str] = Counter()
    details: list[str] = []
    for name, extract in truth.items():
        cells = [cell for table in scans[name].tables() for cell in table.cells if cell.text.strip()]
        met: set[int] = set()
        for cell in (cell for table in extract.tables() for cell in table.cells):
            page, box = cell.place.page, cell.place.box
            if page is None or box is None or not cell.text.strip():
                continue
            x, y = turned_point(
                (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, *extract.page_sizes[page - 1], damage.tilt
            )
            at = next(
                (i for i, other in enumerate(cells) if other.place.page == page and _holds(other.place.box, x, y)), None
            )
            if at is not None:
                met.add(at)
            amount = read_amount(cell.text)
            if amount is None:
                continue
            text = "" if at is None else cells[at].text
            found = read_amount(text)
            if found is not None:
                kind = "right" if found.value == amount.value else "WRONG"
            else:
                kind = "doubted" if DOUBT in text else "unread" if text else "missing"
            result[kind] += 1
            if kind != "right":
                details.append(f"{kind}: {name} p{page} {cell.text!r} -> {text!r}")
        for i, other in enumerate(cells):
            if i not in met and read_amount(other.text) is not None:
                result["EXTRA"] += 1
                details.append(f"EXTRA: {name} p{other.place.page} {other.text!r}")
    return result, details


def _holds(box: Box | None, x: float, y: float) -> bool:
    return box is not None and box[0] <= x <= box[2] and box[1] <= y <= box[3]


def ingest(work: Path, name: str) -> None:
    """Send a folder down the road into a home of its own, in this process."""
    road.journey(Home(work / f"home-{name}"), [str(work / name)], road.Steps(), Observer(), kind="ingest")


def items(work: Path, name: str) -> list[dict[str, Any]]:
    """The published amounts of tables, with places and quality."""
    with duckdb.connect(str(work / f"home-{name}" / "warehouse.duckdb"), read_only=True) as connection:
        cursor = connection.execute(
            """SELECT d.file_name, i.page, i.x0, i.y0, i.x1, i.y1, i.amount_yuan, i.published_text, i.quality, i.checks,
                      i.item_name, i.form
               FROM line_item i JOIN document d USING (document_id) WHERE i.form <> 'narrative' AND i.x0 IS NOT NULL"""
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def compare(work: Path, name: str, truth: list[dict[str, Any]]) -> dict[str, Any]:
    """The scans' amounts against the born-digital ones."""
    damage = VARIANTS[name]
    sizes: dict[tuple[str, int], tuple[float, float]] = {}
    for path in sorted((work / "truth").glob("*.pdf")):
        document = pdfium.PdfDocument(str(path))
        for i in range(len(document)):
            sizes[path.name, i + 1] = document[i].get_size()
        document.close()
    scanned = items(work, name)
    result: Counter[str] = Counter()
    wrong: list[str] = []
    matched: set[int] = set()
    for one in truth:
        width, height = sizes[one["file_name"], one["page"]]
        at = ((one["x0"] + one["x1"]) / 2, (one["y0"] + one["y1"]) / 2)
        x, y = turned_point(*at, width, height, damage.tilt)
        found = next(
            (
                i
                for i, other in enumerate(scanned)
                if other["file_name"] == one["file_name"]
                and other["page"] == one["page"]
                and other["x0"] <= x <= other["x1"]
                and other["y0"] <= y <= other["y1"]
            ),
            None,
        )
        if found is None:
            result["not read"] += 1
            continue
        matched.add(found)
        other = scanned[found]
        right = other["amount_yuan"] == one["amount_yuan"]
        result[("right " if right else "WRONG ") + other["quality"]] += 1
        if not right:
            wrong.append(
                f"{one['file_name']} p{one['page']} {one['item_name']}: {one['published_text']} -> "
                f"{other['published_text']} ({other['quality']})"
            )
    for i, other in enumerate(scanned):
        if i not in matched:
            result["extra " + other["quality"]] += 1
            wrong.append(
                f"{other['file_name']} p{other['page']} {other['item_name']}: nothing -> {other['published_text']} "
                f"({other['quality']})"
            )
    return {"amounts": len(truth), **dict(sorted(result.items())), "details": wrong}


def main() -> None:
    """Run the bench and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--documents", type=int, default=10)
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if not (given.work / "truth").exists():
        make(choose(given.real, given.documents, given.pages), given.work)
    report: dict[str, Any] = {}
    born, _ = read_all(given.work, "truth")
    ingest(given.work, "truth")
    truth = items(given.work, "truth")
    for name in VARIANTS:
        scans, seconds = read_all(given.work, name)
        before, details = compare_cells(born, scans, VARIANTS[name])
        print(name, dict(before), *details, sep="\n", flush=True)
        ingest(given.work, name)
        pages = sum(extract.pages or 0 for extract in scans.values())
        report[name] = {
            "cpu seconds a page": round(seconds / pages, 2),
            "before": {**before, "details": details},
            "after": compare(given.work, name, truth),
        }
        print(name, json.dumps(report[name], ensure_ascii=False, indent=1), flush=True)
    if given.out is not None:
        given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
