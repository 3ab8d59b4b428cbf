"""Make the bundled samples again, or any number of random ones: ``python -m data.make_samples --seed 7 --count 50 DIR``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.samples_source import catalogue

BUNDLED = Path(__file__).resolve().parent / "samples"
TRUTH = BUNDLED.with_name("samples_truth")
"""Kept apart from the documents, so that the folder of samples can be ingested as it is."""


def main(arguments: list[str] | None = None) -> int:
    """Without ``--count``: the bundled samples into DIR (default ``data/samples``). Exits 1 where a file was left out."""
    parser = argparse.ArgumentParser(prog="python -m data.make_samples", description="生成样例文件及其真值表")
    parser.add_argument("folder", nargs="?", type=Path, default=BUNDLED, help="输出目录（缺省为随附样例目录）")
    parser.add_argument("--seed", type=int, default=1, help="随机种子（与 --count 一起用）")
    parser.add_argument("--count", type=int, help="随机文件数；不给则生成随附样例")
    parser.add_argument("--format", action="append", help="限定格式，如 pdf（可重复）")
    options = parser.parse_args(arguments)
    if options.count is None:
        skipped = catalogue.write_bundled(options.folder, TRUTH if options.folder == BUNDLED else options.folder)
        for line in skipped:
            print(line, file=sys.stderr)
        return 1 if skipped else 0
    formats = tuple(f".{name.lstrip('.')}" for name in options.format) if options.format else catalogue.FORMATS
    documents = catalogue.generate(options.folder, options.seed, options.count, formats=formats)
    print(f"{len(documents)} 份文件，{sum(len(d.facts()) for d in documents)} 个金额 → {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
