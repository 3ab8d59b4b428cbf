"""How many amounts of form pages are read right from scans, before and after the identities, and whether a wrong one
ever passes for sure.

Takes form pages of the real PDFs (`pages.choose`), makes scans of them (`pages.make`), and sends both the born-digital
pages and the scans down the whole road (judged, checked, published). Compared amount by amount at the same place of the
page. The born-digital reading is the measure: where it is wrong itself, this bench cannot see.

    python -m benchmarks.ocr.run [--documents 10] [--pages 2] [--keep] [--out FILE] REAL_FOLDER WORK_FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.ocr.degrade import turned_point
from benchmarks.ocr.pages import DPIS, choose, damage_of, make
from extractors import Limits, read
from extractors.model import Box, Extract
from flows import road, staging
from flows.choosing import IDENTITY
from flows.home import Home
from flows.judging import settle
from flows.observer import Observer
from flows.versions import stage_key
from models.disclosure import Disclosure
from models.interpret import interpret
from models.money import read_amount

SURE = ("passed", "unchecked")
"""Qualities of an amount that nothing speaks against."""

Place = tuple[str, int, Box]


@dataclass(frozen=True)
class Read:
    """One document as read: the extract as recognised, as judged, and the CPU seconds recognition took."""

    before: Extract
    after: Extract
    seconds: float


def read_all(work: Path, name: str, keep: bool) -> dict[str, Read]:
    """Read the folder's documents in this process, judge and stage them, so that the road needs not read them again.

    keep: take recognition results from an earlier run of the same folder, where there are some."""
    home, key = Home(work / f"home-{name}").create(), stage_key()
    done: dict[str, Read] = {}
    for path in sorted((work / name).glob("*.pdf")):
        kept = work / "kept" / f"{name}-{path.stem}.pickle"
        if keep and kept.exists():
            extract, seconds = pickle.loads(kept.read_bytes())
        else:
            started = time.process_time()
            extract = read(path, limits=Limits(max_seconds=1200))
            seconds = time.process_time() - started
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(pickle.dumps((extract, seconds)))

        def understand(one: Extract, path: Path = path) -> Disclosure:
            return interpret(one, file_name=path.name, source_uri=str(path))

        judged, disclosure = settle(path, extract, understand(extract), understand)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        staging.stage(home.stage(sha256, key), sha256, key, extract=judged, disclosure=disclosure)
        done[path.name] = Read(extract, judged, seconds)
    return done


def scanned_place(truth: Extract, number: int, dpi: int, page: int, box: Box) -> tuple[float, float]:
    """Where the middle of a box of the born-digital page lies on its scan."""
    width, height = truth.page_sizes[page - 1]
    tilt = damage_of(truth, number, page, dpi).tilt
    return turned_point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, width, height, tilt)


def compare_cells(
    truth: dict[str, Extract], scans: dict[str, Extract], scanned: dict[str, set[int]], dpi: int
) -> tuple[Counter[str], list[str]]:
    """Every amount printed in the born-digital tables of the scanned pages against the scan's cell at the same place."""
    result: Counter[str] = Counter()
    details: list[str] = []
    for number, (name, extract) in enumerate(truth.items(), 1):
        cells = [cell for table in scans[name].tables() for cell in table.cells if cell.text.strip()]
        met: set[int] = set()
        for cell in (cell for table in extract.tables() for cell in table.cells):
            page, box = cell.place.page, cell.place.box
            if page is None or box is None or not cell.text.strip() or page not in scanned[name]:
                continue
            x, y = scanned_place(extract, number, dpi, page, box)
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
            kind = ("right" if found.value == amount.value else "wrong") if found is not None else "not taken"
            result[kind] += 1
            if kind != "right":
                details.append(f"{kind}: {name} p{page} {cell.text!r} -> {text!r}")
        for i, other in enumerate(cells):
            if i not in met and other.place.page in scanned[name] and read_amount(other.text) is not None:
                result["nothing printed"] += 1
                details.append(f"nothing printed: {name} p{other.place.page} {other.text!r}")
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
                      i.item_name, i.form, i.engine
               FROM line_item i JOIN document d USING (document_id) WHERE i.form <> 'narrative' AND i.x0 IS NOT NULL"""
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def compare_items(
    truth: Iterable[dict[str, Any]], found: list[dict[str, Any]], place: Callable[[dict[str, Any]], tuple[float, float]]
) -> tuple[Counter[str], list[str]]:
    """The scans' published amounts against the born-digital ones; a wrong one is sure unless something speaks against it."""
    result: Counter[str] = Counter()
    details: list[str] = []
    matched: set[int] = set()
    for one in truth:
        x, y = place(one)
        here = [
            i
            for i, other in enumerate(found)
            if (other["file_name"], other["page"]) == (one["file_name"], one["page"])
            and other["x0"] <= x <= other["x1"]
            and other["y0"] <= y <= other["y1"]
        ]
        matched.update(here)
        if not here:
            result["not published"] += 1
            continue
        other = found[here[0]]
        right = other["amount_yuan"] == one["amount_yuan"]
        result["right"] += right
        result["right, settled by identities"] += right and IDENTITY in str(other["engine"])
        if not right:
            result["wrong, not flagged" if other["quality"] in SURE else "wrong, flagged"] += 1
            details.append(
                f"WRONG {one['file_name']} p{one['page']} {one['item_name']}: {one['published_text']} -> "
                f"{other['published_text']} ({other['quality']}, {other['engine']})"
            )
    for i, other in enumerate(found):
        if i not in matched and other["scanned"]:
            result["extra, not flagged" if other["quality"] in SURE else "extra, flagged"] += 1
            details.append(
                f"EXTRA {other['file_name']} p{other['page']} {other['item_name']}: {other['published_text']} "
                f"({other['quality']})"
            )
    return result, details


def measure(work: Path, dpi: int, born: dict[str, Extract], truth: list[dict[str, Any]], keep: bool) -> dict[str, Any]:
    """Everything reported of one resolution."""
    name = str(dpi)
    done = read_all(work, name, keep)
    ingest(work, name)
    scanned = {
        one: {note.page for note in document.before.notes if note.code == "ocr-page" and note.page is not None}
        for one, document in done.items()
    }
    numbers = {one: number for number, one in enumerate(born, 1)}
    found = [{**item, "scanned": item["page"] in scanned[item["file_name"]]} for item in items(work, name)]

    def place(item: dict[str, Any]) -> tuple[float, float]:
        file_name, page = item["file_name"], item["page"]
        box = (item["x0"], item["y0"], item["x1"], item["y1"])
        return scanned_place(born[file_name], numbers[file_name], dpi, page, box)

    before, before_details = compare_cells(born, {k: v.before for k, v in done.items()}, scanned, dpi)
    after, after_details = compare_cells(born, {k: v.after for k, v in done.items()}, scanned, dpi)
    here = [item for item in truth if item["page"] in scanned[item["file_name"]]]
    published, wrong = compare_items(here, found, place)
    pages = sum(map(len, scanned.values()))
    return {
        "pages": pages,
        "cpu seconds a page": str(round(Decimal(sum(one.seconds for one in done.values())) / max(1, pages), 1)),
        "cells before": {**before, "printed": sum(before[k] for k in ("right", "wrong", "not taken"))},
        "cells after": dict(after),
        "published": {**published, "printed": len(here)},
        "details": {"before": before_details, "after": after_details, "published": wrong},
    }


def main() -> None:
    """Run the bench and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path, help="the folder that holds INDEX.csv and files/")
    parser.add_argument("work", type=Path)
    parser.add_argument("--documents", type=int, default=10)
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument(
        "--keep", action="store_true", help="use the recognition results an earlier run left in WORK_FOLDER"
    )
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if not (given.work / "truth").exists():
        make(choose(given.real, given.documents, given.pages), given.work)
    born = {name: one.after for name, one in read_all(given.work, "truth", False).items()}
    ingest(given.work, "truth")
    truth = items(given.work, "truth")
    report = {str(dpi): measure(given.work, dpi, born, truth, given.keep) for dpi in DPIS}
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
