"""What is said while the road is travelled, and what is collected on the way in."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.sources import Skipped


class Observer:
    """What the command line wants to hear while the road is travelled; silent by default."""

    def skipped(self, item: Skipped) -> None:
        """A file left out on purpose."""

    def failed_source(self, source: str, reason: str) -> None:
        """A source that gave nothing."""

    def stage(self, text: str) -> None:
        """A step begins."""

    def reading(self, total: int) -> None:
        """So many documents will be read (may grow as archives are opened)."""

    def read(self, name: str) -> None:
        """One more is done."""

    def document(self, report: DocumentReport) -> None:
        """What became of one document."""


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document in this run. new: its bytes or its reading are new in this run."""

    document_id: str
    name: str
    status: str
    reason: str | None
    forms: int = 0
    line_items: int = 0
    findings: int = 0
    seconds: float = 0.0
    new: bool = True


@dataclass(slots=True)
class Intake:
    """What the sources gave: the originals named (in order), those skipped, and sources that failed."""

    documents: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    skipped: int = 0
