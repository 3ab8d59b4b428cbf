"""From the cells of all engines to figures: recall against what the engines hold together, agreement cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.extract.cells import Seen, amounts, code_rows, difference, held_by, is_amount

Page = dict[str, list[Seen]]


def recall(pages: Sequence[Page], engines: Sequence[str]) -> dict[str, Any]:
    """For amounts and for code rows: how many at least two engines have (`confirmed`), how many any has (`any`), and
    of these the share each engine has; `alone`: how many an engine has that no other has."""
    kinds: dict[str, Callable[[Sequence[Seen]], Counter[Any]]] = {"amounts": amounts, "code_rows": code_rows}
    return {kind: _recall(pages, engines, count) for kind, count in kinds.items()}


def _recall(
    pages: Sequence[Page], engines: Sequence[str], count: Callable[[Sequence[Seen]], Counter[Any]]
) -> dict[str, Any]:
    confirmed = union = 0
    hits: dict[str, Counter[str]] = {name: Counter() for name in engines}
    for page in pages:
        counts = {name: count(page[name]) for name in engines}
        two, one = held_by(counts, 2), held_by(counts, 1)
        confirmed += two.total()
        union += one.total()
        for name in engines:
            others = held_by({other: counts[other] for other in engines if other != name}, 1)
            hits[name]["confirmed"] += (counts[name] & two).total()
            hits[name]["any"] += (counts[name] & one).total()
            hits[name]["alone"] += (counts[name] - others).total()
    return {
        "confirmed": confirmed,
        "any": union,
        "engines": {
            name: {
                "confirmed": round(hit["confirmed"] / max(1, confirmed), 5),
                "any": round(hit["any"] / max(1, union), 5),
                "alone": hit["alone"],
            }
            for name, hit in hits.items()
        },
    }


def agreement(pages: Sequence[Page], ours: str, peers: Sequence[str]) -> dict[str, Any]:
    """For each peer, on pages where both have cells: of its cells (all, and those with amounts) how many we have with
    the same text at the same place, and the classes of the rest; and the same the other way round."""
    out: dict[str, Any] = {}
    for peer in peers:
        both = [page for page in pages if page[ours] or page[peer]]
        out[peer] = {
            "peer_in_ours": _compared(both, peer, ours),
            "ours_in_peer": _compared(both, ours, peer),
        }
    return out


def _compared(pages: Sequence[Page], mine: str, other: str) -> dict[str, Any]:
    everything: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    for page in pages:
        for cell in page[mine]:
            how = difference(cell, page[other])
            everything[how] += 1
            if is_amount(cell.text):
                figures[how] += 1
    return {"cells": _share(everything), "amounts": _share(figures)}


def _share(classes: Counter[str]) -> dict[str, Any]:
    total = classes.total()
    return {"count": total, "same": round(classes["same"] / max(1, total), 5), "classes": dict(classes.most_common())}
