"""What one printed amount means, in the terms of the public contract, and the truth table of a document.

Where the contract leaves two readings open, a field holds both, separated by ``|``; ``*`` means "not laid down".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fact:
    """One printed amount. amount_yuan: exactly as printed, in 元. table: number of the form in the document, 0 in prose."""

    file: str
    table: int
    form: str
    fund: str
    flow: str
    component: str
    measure: str
    fiscal_year: int
    item_name: str
    function_code: str
    economic_code: str
    amount_yuan: Decimal
    published_text: str
    published_unit: str


COLUMNS = [field.name for field in fields(Fact)]


def write_truth(path: Path, facts: Iterable[Fact]) -> None:
    """Write the facts as CSV, in document order."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for fact in facts:
            row = asdict(fact)
            row["amount_yuan"] = f"{fact.amount_yuan:.2f}"
            writer.writerow(row)


def read_truth(path: Path) -> list[Fact]:
    """Read what `write_truth` wrote."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Fact(
                file=row["file"],
                table=int(row["table"]),
                form=row["form"],
                fund=row["fund"],
                flow=row["flow"],
                component=row["component"],
                measure=row["measure"],
                fiscal_year=int(row["fiscal_year"]),
                item_name=row["item_name"],
                function_code=row["function_code"],
                economic_code=row["economic_code"],
                amount_yuan=Decimal(row["amount_yuan"]),
                published_text=row["published_text"],
                published_unit=row["published_unit"],
            )
            for row in csv.DictReader(stream)
        ]
