"""``python -m benchmarks.detect --count N``: plant faults, run the rules, report what share is flagged, by kind and form.

Generated documents come from `data.make_samples` (their seed is stated); published ones from ``../shared/real`` where it is
present, those without an error only. `--cache` keeps what was extracted between runs.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import pickle
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.detect.measure import UNSEEN, Outcome, Verdict, Warehouse, outcome
from benchmarks.detect.plant import KINDS, NAMES, Source, plant
from extractors.model import Extract

ROOT = Path(__file__).resolve().parents[2]
_BATCH = 120


def main(arguments: list[str] | None = None) -> int:
    """Run and report; 1 where a correct document has an error or a generated one could not be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detect", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="faults to plant, half of them in published documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--generated", type=int, default=24, help="generated documents")
    parser.add_argument("--published", type=int, default=40, help="published documents at most")
    parser.add_argument("--kinds", default="", help="only these, separated by commas")
    parser.add_argument("--real", type=Path, default=ROOT.parent / "shared" / "real" / "files")
    parser.add_argument("--cache", type=Path, help="folder for extracts between runs")
    parser.add_argument("--results", type=Path, help="write the table there (Markdown)")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    warehouse = Warehouse()
    reports, wrong = [], 0
    for title, extracts in (
        ("生成的文件", list(_generated(options.generated, options.seed))),
        ("公开的文件", list(_published(options.real, options.published, options.seed, options.cache))),
    ):
        if not extracts:
            continue
        outcomes, errors, documents = _run(warehouse, extracts, options)
        if title == "生成的文件":
            wrong += len(errors)
        reports.append((title, documents, outcomes, errors))
    text = _report(reports, time.monotonic() - begun, options)
    print(text)
    for title, _, _, errors in reports:
        print(f"\n{title}：未改动而报错 {len(errors)}")
        for line in errors[:10]:
            print("  ", line)
    if options.results:
        options.results.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


def _generated(count: int, seed: int) -> Iterator[tuple[str, Extract]]:
    from data.samples_source import catalogue
    from extractors import read

    with tempfile.TemporaryDirectory() as folder:
        catalogue.generate(Path(folder), seed, count)
        for path in sorted(Path(folder).iterdir()):
            if path.suffix != ".csv":
                yield path.name, read(path, name=path.name)


def _published(folder: Path, count: int, seed: int, cache: Path | None) -> Iterator[tuple[str, Extract]]:
    """Published documents in an order of chance; scans are left out (each page costs seconds)."""
    from extractors import detect, read
    from extractors.errors import ExtractionError

    if not folder.is_dir() or not count:
        return
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.stat().st_size < 3_000_000)
    random.Random(seed).shuffle(paths)
    found = 0
    for path in paths:
        if found >= count:
            return
        kept = cache / f"{path.name}.pickle" if cache else None
        if kept is not None and kept.exists():
            extract = pickle.loads(kept.read_bytes())
        else:
            try:
                if detect(path) not in ("pdf", "docx", "xlsx", "xls", "html"):
                    continue
                extract = read(path, name=path.name)
            except ExtractionError:
                continue
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(pickle.dumps(extract))
        if extract.format in ("pdf", "docx", "xlsx", "xls", "html"):
            found += 1
            yield path.name, extract


def _run(
    warehouse: Warehouse, extracts: Sequence[tuple[str, Extract]], options: argparse.Namespace
) -> tuple[list[Outcome], list[str], int]:
    from models.interpret import interpret

    sources = []
    for name, extract in extracts:
        disclosure = interpret(extract, file_name=name, source_uri=name)
        if len([i for i in disclosure.line_items if i.table_no is not None]) >= 40:
            sources.append((name, Source(extract, disclosure)))
    base: dict[str, Verdict] = {}
    for start in range(0, len(sources), _BATCH):
        base |= warehouse.judge([(name, source.disclosure) for name, source in sources[start : start + _BATCH]])
    errors = [f"{name}：{base[name].messages[key]}" for name, _ in sources for key in sorted(base[name].errors)]
    clean = [(name, source) for name, source in sources if not base[name].errors and not base[name].refused]
    kinds = [kind for kind in KINDS if not options.kinds or kind in options.kinds.split(",")]
    outcomes: list[Outcome] = []
    waiting: list[tuple[str, str, object]] = []
    copies = []
    for number in range(options.count // 2):
        name, source = clean[number % len(clean)]
        kind = kinds[(number // len(clean) + number % len(clean)) % len(kinds)]
        mark = hashlib.sha256(f"{options.seed}|{name}|{kind}|{number}".encode()).hexdigest()
        fault = plant(source, random.Random(mark), kind)
        if fault is None:
            continue
        copies.append((mark, interpret(fault.extract, file_name=name, source_uri=name)))
        waiting.append((mark, name, fault))
        if len(copies) >= _BATCH:
            outcomes += _settle(warehouse, copies, waiting, base)
    outcomes += _settle(warehouse, copies, waiting, base)
    return outcomes, errors, len(clean)


def _settle(warehouse: Warehouse, copies: list, waiting: list, base: dict[str, Verdict]) -> list[Outcome]:  # type: ignore[type-arg]
    seen = warehouse.judge(copies) if copies else {}
    found = [outcome(fault, name, base[name], seen[mark]) for mark, name, fault in waiting]
    for one in found:
        if not one.flagged and one.covered and one.invisible is None:
            print(f"   {one.fault.kind:18} {one.fault.form:26} {one.document[:28]} {one.fault.what}", file=sys.stderr)
    copies.clear()
    waiting.clear()
    return found


def _share(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "—"
    flagged = sum(one.flagged for one in outcomes)
    return f"{flagged}/{len(outcomes)} ({100 * flagged / len(outcomes):.1f} %)"


def _report(
    reports: Sequence[tuple[str, int, list[Outcome], list[str]]], seconds: float, options: argparse.Namespace
) -> str:
    lines = [
        "# 植入错误的发现率（measured）",
        "",
        (
            f"`python -m benchmarks.detect --count {options.count} --seed {options.seed} --generated {options.generated} "
            f"--published {options.published}`：{sum(len(r[2]) for r in reports)} 个植入错误，{seconds:.0f} 秒。每个错误植入一份正确文件"
            "的副本，重新解读、重新核对；发现＝出现原文件没有的 error 或 warning，且点名该金额（整行、整列、单位之误：点名该表的数），或整份拒收。"
        ),
        "勾稽内＝原文件中该金额参与了至少一条成立的恒等式。不可见＝读数没有变；改动小于舍入误差；金额因此没有收录（不成其为数，不会误用）；各和不变：平级金额互换、整列互换、整表换单位、无合计的清单少一行，每个和都不变，别处也没有再公布。",
    ]
    for title, documents, outcomes, errors in reports:
        amounts = [o for o in outcomes if o.fault.amount and o.invisible not in UNSEEN]
        inside = [o for o in amounts if o.covered]
        lines += [
            "",
            f"## {title}：{documents} 份无错误的文件，{len(outcomes)} 个植入错误",
            "",
            f"- 勾稽内的金额错误：发现 {_share(inside)}",
            f"- 勾稽外的金额错误：发现 {_share([o for o in amounts if not o.covered])}",
            f"- 编码、名称、年度之误：发现 {_share([o for o in outcomes if not o.fault.amount])}",
            f"- 不可见（未计入）：{_counts(o.invisible for o in outcomes if o.fault.amount and o.invisible in UNSEEN)}",
            f"- 未改动的文件报错：{len(errors)} 处（这些文件未用于植入）",
            "",
            "| 种类 | 勾稽内 | 勾稽外 |",
            "| --- | --- | --- |",
        ]
        for kind in NAMES:
            own = [o for o in outcomes if o.fault.kind == kind and o.invisible not in UNSEEN]
            if own:
                lines.append(
                    f"| {NAMES[kind]} | {_share([o for o in own if o.covered])} | {_share([o for o in own if not o.covered])} |"
                )
        lines += ["", "| 表 | 金额错误，勾稽内 | 勾稽外 |", "| --- | --- | --- |"]
        for form in sorted({o.fault.form for o in amounts}):
            own = [o for o in amounts if o.fault.form == form]
            lines.append(
                f"| {form} | {_share([o for o in own if o.covered])} | {_share([o for o in own if not o.covered])} |"
            )
        found = collections.Counter(rule for o in outcomes for rule in o.by)
        lines += ["", "由哪些规则发现（前十五）：" + "，".join(f"{rule} {n}" for rule, n in found.most_common(15))]
    return "\n".join(lines) + "\n"


def _counts(values: Iterator[str | None]) -> str:
    return "，".join(f"{key} {n}" for key, n in collections.Counter(values).most_common()) or "0"


if __name__ == "__main__":
    sys.exit(main())
