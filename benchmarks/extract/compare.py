"""The fast PDF reader against pdfplumber, page by page, on the real documents beside the repository.

For each page of ../shared/real/reference.json (amounts that pdfplumber sees in ruled tables): which of those amounts
our tables hold (recall) and which of ours stand there (precision), as multisets. With --time N, N random pages are also
read with pdfplumber in the same run, for CPU seconds a page (other processes do not count).

    python benchmarks/extract/compare.py [--only r001,r012] [--worst 20] [--time 20]
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
import sys
import time
from pathlib import Path

import pdfplumber

from extractors.errors import ExtractionError
from extractors.pdf import read_pdf

AMOUNT = re.compile(r"^-?\(?[¥￥]?\d{1,3}(,\d{3})*(\.\d+)?\)?$|^-?\d+(\.\d+)?$")
REAL = Path(__file__).resolve().parents[3] / "shared" / "real"


def amounts(texts: list[str]) -> collections.Counter[str]:
    """The amounts among cell texts, as the reference writes them."""
    compact = (re.sub(r"\s+", "", text) for text in texts)
    return collections.Counter(text for text in compact if AMOUNT.match(text) and ("." in text or "," in text))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--worst", type=int, default=20)
    parser.add_argument("--time", type=int, default=0)
    options = parser.parse_args()
    if not REAL.exists():
        print(f"no real documents at {REAL}", file=sys.stderr)
        return 2
    reference = json.loads((REAL / "reference.json").read_text(encoding="utf8"))
    only = set(filter(None, options.only.split(",")))
    total: collections.Counter[str] = collections.Counter()
    rows, pages_read, seconds, places = [], 0, 0.0, []
    for key, entry in reference.items():
        if only and key not in only:
            continue
        path = REAL / "files" / entry["file"]
        start = time.process_time()
        try:
            extract = read_pdf(path)
        except ExtractionError as error:
            print(key, "refused:", error)
            continue
        took = time.process_time() - start
        seconds += took
        pages_read += extract.pages or 0
        if took / (extract.pages or 1) > 0.02:
            print(f"slow: {key} {took / (extract.pages or 1):.3f} CPU s/page over {extract.pages} pages")
        texts: dict[int, list[str]] = collections.defaultdict(list)
        for table in extract.tables():
            texts[table.place.page or 0].extend(cell.text for cell in table.cells)
        for page, printed in entry["pages"].items():
            want, got = amounts(printed), amounts(texts[int(page)])
            hit = sum((want & got).values())
            total.update(want=sum(want.values()), got=sum(got.values()), hit=hit, pages=1)
            places.append((path, int(page)))
            if want != got:
                missing, extra = list((want - got).elements()), list((got - want).elements())
                rows.append(
                    (
                        len(missing) + len(extra),
                        key,
                        int(page),
                        sum(want.values()),
                        missing[:6],
                        extra[:6],
                        len(missing),
                        len(extra),
                    )
                )
    print(f"pages {total['pages']}, amounts {total['want']}, recall {total['hit'] / max(1, total['want']):.5f}, "
          f"precision {total['hit'] / max(1, total['got']):.5f}, pages that differ {len(rows)}")  # fmt: skip
    print(f"ours: {seconds / max(1, pages_read):.4f} CPU s/page over {pages_read} pages")
    for _, key, page, count, missing, extra, n_missing, n_extra in sorted(rows, reverse=True)[: options.worst]:
        print(f"  {key} p{page} of {count}: {n_missing} missing {missing}, {n_extra} extra {extra}")
    if options.time and places:
        random.seed(1)
        start = time.process_time()
        chosen = random.sample(places, min(options.time, len(places)))
        for path, page in chosen:
            with pdfplumber.open(path) as document:
                document.pages[page - 1].extract_tables()
        print(f"pdfplumber: {(time.process_time() - start) / len(chosen):.4f} CPU s/page over {len(chosen)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
