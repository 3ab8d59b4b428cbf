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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.detect.measure import Outcome, Verdict, Warehouse, outcome
from benchmarks.detect.plant import KINDS, NAMES, Fault, Source, plant
from benchmarks.detect.reread import Rereader
from extractors.model import Extract
from models.disclosure import Disclosure

ROOT = Path(__file__).resolve().parents[2]
_BATCH = 500


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
    published = list(_published(options.real, options.published, options.seed, options.cache))
    generated = list(_generated(options.generated, options.seed, options.cache)) if options.generated else []
    shares = options.count if not published or not generated else options.count // 2
    for title, extracts in (("生成的文件", generated), ("公开的文件", published)):
        if not extracts:
            continue
        outcomes, errors, documents = _run(warehouse, extracts, options, shares)
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


def _generated(count: int, seed: int, cache: Path | None) -> Iterator[tuple[str, Extract]]:
    from data.samples_source import catalogue
    from extractors import read

    kept = cache / f"generated-{seed}-{count}.pickle" if cache else None
    if kept is not None and kept.exists():
        yield from pickle.loads(kept.read_bytes())
        return
    found: list[tuple[str, Extract]] = []
    with tempfile.TemporaryDirectory() as folder:
        catalogue.generate(Path(folder), seed, count)
        for path in sorted(Path(folder).iterdir()):
            if path.suffix != ".csv":
                found.append((path.name, read(path, name=path.name)))
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(found))
    yield from found


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
    warehouse: Warehouse, extracts: Sequence[tuple[str, Extract]], options: argparse.Namespace, count: int
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
    copies: list[tuple[str, Disclosure]] = []
    waiting: list[tuple[str, str, Fault]] = []

    def settle() -> None:
        seen = warehouse.judge(copies) if copies else {}
        outcomes.extend(outcome(fault, name, base[name], seen[mark]) for mark, name, fault in waiting)
        copies.clear()
        waiting.clear()

    # One document after the other: what was learnt of its blocks serves all its faults.
    for place, (name, source) in enumerate(clean):
        reread = Rereader(name, source)
        for turn in range(count // len(clean) + (place < count % len(clean))):
            kind = (
                kinds[(turn * len(clean) + place) % len(kinds)]
                if len(clean) % len(kinds)
                else kinds[(turn + place) % len(kinds)]
            )
            mark = hashlib.sha256(f"{options.seed}|{name}|{kind}|{turn}".encode()).hexdigest()
            fault = plant(source, random.Random(mark), kind)
            if fault is None:
                continue
            copies.append((mark, reread(fault)))
            waiting.append((mark, name, fault))
            if len(copies) >= _BATCH:
                settle()
    settle()
    for one in outcomes:
        if one.wrong and one.covered and not one.flagged:
            state = "成立" if one.holds else one.slip
            print(
                f"{one.fault.kind:16} {one.fault.form:24} {one.document[:26]} {one.fault.what} | {state}",
                file=sys.stderr,
            )
    return outcomes, errors, len(clean)


def _share(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "—"
    flagged = sum(one.flagged for one in outcomes)
    return f"{flagged}/{len(outcomes)}（{100 * flagged / len(outcomes):.1f} %）"


def _rows(outcomes: Sequence[Outcome], groups: Sequence[tuple[str, Callable[[Outcome], bool]]]) -> Iterator[str]:
    yield "| | 目标所用 | 从严 | 勾稽外 |"
    yield "| --- | --- | --- | --- |"
    for title, own in groups:
        found = [o for o in outcomes if own(o)]
        inside = [o for o in found if o.covered]
        if found:
            due = [o for o in inside if o.flagged or not o.holds]
            yield f"| {title} | {_share(due)} | {_share(inside)} | {_share([o for o in found if not o.covered])} |"


def _report(
    reports: Sequence[tuple[str, int, list[Outcome], list[str]]], seconds: float, options: argparse.Namespace
) -> str:
    command = f"python -m benchmarks.detect --count {options.count} --seed {options.seed} --generated {options.generated} --published {options.published}"
    lines = [
        "# 植入错误的发现率（measured）",
        "",
        f"`{command}`：{sum(len(r[2]) for r in reports)} 个植入错误，{seconds:.0f} 秒，一个进程。名词的定义见 README.md。",
    ]
    for title, documents, outcomes, errors in reports:
        wrong = [o for o in outcomes if o.wrong]
        slips = [o for o in wrong if o.covered and not o.flagged]
        lines += [
            "",
            f"## {title}：{documents} 份无错误的文件，{len(outcomes)} 个植入错误，其中金额错误 {len(wrong)} 个",
            "",
            *_rows(wrong, [("全部金额错误", lambda o: True)]),
            "",
            f"- 各式仍成立（从严计为漏）：{sum(o.holds for o in slips)}",
            f"- 编码、名称、年度之误：发现 {_share([o for o in outcomes if not o.fault.amount])}",
            f"- 植入而不成其为金额错误（舍入之内，读数不变）：{sum(o.fault.amount and not o.wrong for o in outcomes)}",
            f"- 未改动的文件中的 error：{len(errors)}",
            "",
            *_rows(wrong, [(NAMES[k], lambda o, k=k: o.fault.kind == k) for k in NAMES]),  # type: ignore[misc]
            "",
            *(
                f"- {NAMES[k]}：发现 {_share([o for o in outcomes if o.fault.kind == k])}"
                for k in NAMES
                if any(o.fault.kind == k and not o.fault.amount for o in outcomes)
            ),
            "",
            *_rows(wrong, [(f, lambda o, f=f: o.fault.form == f) for f in sorted({o.fault.form for o in wrong})]),  # type: ignore[misc]
            "",
            "没有发现的，按种类、表、恒等式后来如何：",
            "",
            *(f"- {n}　{key}" for key, n in collections.Counter(_slip(o) for o in slips).most_common(40)),
        ]
        found = collections.Counter(rule for o in outcomes for rule in o.by)
        lines += ["", "由哪些规则发现（前十五）：" + "，".join(f"{rule} {n}" for rule, n in found.most_common(15))]
    return "\n".join(lines) + "\n"


def _slip(one: Outcome) -> str:
    return f"{NAMES[one.fault.kind]}　{one.fault.form}　{'各式仍成立' if one.holds else one.slip[:90]}"


if __name__ == "__main__":
    sys.exit(main())
