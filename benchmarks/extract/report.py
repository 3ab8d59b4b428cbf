"""The figures of a run as Markdown tables."""

from __future__ import annotations

from typing import Any

_CLASSES = ("joined", "cut", "elsewhere", "other", "absent")


def markdown(figures: dict[str, Any]) -> str:
    """RESULTS.md of a run; the judged causes stand in README.md, which people write."""
    f = figures
    floor, sample_floor = (f[part]["pdfium-text"]["cpu_s_per_page"] for part in ("everywhere", "sample"))
    lines = [
        "# PDF readers against each other: measured",
        "",
        f"{f['date']}, commit {f['commit']}; {f['machine']}. Made by `python -m benchmarks.extract`; README.md says what is",
        "measured and what the differences are.",
        "",
        f"## All {f['pages']} pages of {f['documents']} PDFs with a text layer",
        "",
        *_speed(f["everywhere"], floor),
        "",
        f"## The sample: every {f['every']}th of {f['pages_with_tables']} pages with a table, {f['sample_pages']} pages",
        "",
        *_speed(f["sample"], sample_floor),
        "",
        *_recall(f["recall"]),
        "",
        "Cell by cell, by place; `peer → ours`: of the peer's cells with text, those we have with the same text there.",
        "",
        *_agreement(f["agreement"]),
        "",
        f"On all {f['pages']} pages:",
        "",
        *_agreement(f["agreement_everywhere"]),
        "",
    ]
    failed = [(name, one) for name, tally in {**f["everywhere"], **f["sample"]}.items() for one in tally["failures"]]
    if failed:
        lines += ["Failures:", "", *(f"* {name}: {one}" for name, one in failed), ""]
    return "\n".join(lines)


def _speed(tallies: dict[str, Any], floor: float) -> list[str]:
    rows = [
        "| engine | pages | CPU s/page | wall s/page | times the floor | failures |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, tally in tallies.items():
        cpu = tally["cpu_s_per_page"]
        rows.append(
            f"| {name} | {tally['pages']} | {cpu:.4f} | {tally['wall_s_per_page']:.4f} "
            f"| {cpu / max(floor, 1e-9):.2f} | {len(tally['failures'])} |"
        )
    return rows


def _recall(recalls: dict[str, Any]) -> list[str]:
    rows = []
    for kind, found in recalls.items():
        rows += [
            f"{kind.replace('_', ' ').capitalize()}: {found['confirmed']} seen by at least two engines, {found['any']} by any.",
            "",
            "| engine | of those two engines see | of those any sees | seen by it alone |",
            "| --- | --- | --- | --- |",
        ]
        rows += [
            f"| {name} | {one['confirmed']:.2%} | {one['any']:.2%} | {one['alone']} |"
            for name, one in found["engines"].items()
        ]
        rows.append("")
    return rows[:-1]


def _agreement(agreements: dict[str, Any]) -> list[str]:
    rows = [
        "| pair | of | count | same | " + " | ".join(_CLASSES) + " |",
        "| --- | --- | --- | --- | " + " | ".join("---" for _ in _CLASSES) + " |",
    ]
    for peer, both in agreements.items():
        for way, label in (("peer_in_ours", f"{peer} → ours"), ("ours_in_peer", f"ours → {peer}")):
            for kind in ("cells", "amounts"):
                one = both[way][kind]
                classes = " | ".join(str(one["classes"].get(name, 0)) for name in _CLASSES)
                rows.append(f"| {label} | {kind} | {one['count']} | {one['same']:.2%} | {classes} |")
    return rows
