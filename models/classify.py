"""What a printed label means in a year's classification: code, canonical name, how it was found and how sure that is.

A printed code leads; where the printed name says something else, the code's entry is returned with a lowered score and
the contradiction in words. Without a code the name is looked for below its parents, never all over the catalog by
similarity: 行政运行 without a parent stays unmapped.

Methods and scores: ``code`` 1.0 (0.5 with a conflict), ``name`` 0.8–1.0, ``alias`` 0.7–0.97, ``parent`` 0.6–0.75 (found in
another 款 than printed), ``fuzzy`` similarity × 0.9. The thresholds are in models/mapping.py; the work is done in
models/mapping_names.py (names) and models/mapping_codes.py (codes).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.catalog import SLACK, load_catalog
from models.labels import parse_path, split_label
from models.mapping import Mapping
from models.mapping_codes import classify_in
from models.mapping_explain import Abolished, explain, was_abolished
from models.mapping_names import resolve_parents

__all__ = [
    "Abolished",
    "Mapping",
    "classify_economic",
    "classify_function",
    "classify_revenue",
    "economic_scheme",
    "explain",
    "parse_path",
    "was_abolished",
]


def classify_function(
    year: int,
    *,
    code: str | None = None,
    name: str | None = None,
    parents: Sequence[str] = (),
    fund: str | None = None,
    level: str | None = None,
) -> Mapping:
    """Map a row of the functional classification (支出功能分类).

    code, name: as printed (either may hold both). parents: names or codes of the 类 and 款 above, outermost first, as far
    as known. fund: ``general``, ``gov_fund``, ``state_capital`` narrows ambiguous names. level: ``类`` | ``款`` | ``项``
    where the layout says so.
    """
    return classify_in(load_catalog().functional, year, code, name, tuple(parents), fund, level)


def classify_economic(
    year: int,
    *,
    code: str | None = None,
    name: str | None = None,
    parent: str | None = None,
    scheme: str | None = None,
    level: str | None = None,
) -> Mapping:
    """Map a row of the economic classification. scheme: ``department`` (3xx), ``government`` (5xx), None: infer.

    Without a code, a parent or a scheme that tells, the departmental scheme is meant.
    """
    catalog = load_catalog()
    if scheme is None:
        for text in (code, name, parent):
            digits = split_label(text).code if text else None
            if digits and len(digits) >= 3 and digits[0] in "35":
                scheme = "government" if digits[0] == "5" else "department"
                break
    parents = (parent,) if parent else ()
    if scheme is None and parent:
        # A parent that only the government scheme knows (机关工资福利支出) tells the scheme.
        known = [resolve_parents(each, year, parents).top for each in (catalog.department, catalog.government)]
        if known[0] is None and known[1] is not None:
            scheme = "government"
    if scheme is None:
        mapping = classify_in(catalog.department, year, code, name, parents, None, level)
        if mapping.code is not None and mapping.method in ("code", "name"):
            return mapping
        # The very name of one scheme beats a short or old form of the other's (社会保障缴费).
        other = classify_in(catalog.government, year, code, name, parents, None, level)
        return other if other.code is not None and other.method in ("code", "name") else mapping
    chosen = catalog.government if scheme == "government" else catalog.department
    return classify_in(chosen, year, code, name, parents, None, level)


def economic_scheme(year: int, labels: Iterable[str]) -> str | None:
    """Which economic scheme a table's row labels belong to: ``department``, ``government``, or None where they do not tell.

    Many names stand in both (会议费, 住房公积金); the ones that stand in one only (机关工资福利支出, 基本工资) tell.
    """
    catalog = load_catalog()
    votes = {"department": 0, "government": 0}
    for label in labels:
        name = split_label(label).name
        if len(name) < 3:
            continue
        department = bool(catalog.department.named(year, name, SLACK))
        government = bool(catalog.government.named(year, name, SLACK))
        if department != government:
            votes["department" if department else "government"] += 1
    if votes["department"] == votes["government"]:
        return None
    return max(votes, key=lambda scheme: votes[scheme])


def classify_revenue(
    year: int,
    *,
    code: str | None = None,
    name: str | None = None,
    parents: Sequence[str] = (),
    fund: str | None = None,
    level: str | None = None,
) -> Mapping:
    """Map a row of a government's revenue (收入分类), like `classify_function`."""
    return classify_in(load_catalog().revenue, year, code, name, tuple(parents), fund, level)
