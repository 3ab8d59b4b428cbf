"""Faulted copies interpreted quickly: what a block provably does not touch is taken over from the correct document.

Nothing is assumed. Whether a part of the interpretation depends on a block is found by emptying the block: where the reading
stays the same to the last place, it does not. The forms are read anew for every fault in a table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.detect.plant import Fault, Source
from extractors.model import Extract, Paragraph, Table
from models import interpret as stages
from models.disclosure import Disclosure
from models.forms import read_forms
from models.metadata import read_metadata
from models.performance import read_performance
from models.prose import read_prose


class Rereader:
    """Interprets copies of one document that differ from it in one block."""

    def __init__(self, name: str, source: Source) -> None:
        self._name, self._source = name, source
        self._metadata = source.disclosure.metadata
        extract = source.extract
        self._performance = read_performance(extract, self._metadata)
        skip = self._performance.consumed
        self._forms = read_forms(extract, self._metadata, skip=skip)
        self._prose = read_prose(extract, self._metadata, skip_tables=skip)
        self._free: dict[tuple[str, int], bool] = {}
        self._told_free: bool | None = None

    def __call__(self, fault: Fault) -> Disclosure:
        """The disclosure of the faulted copy."""
        changed = [
            n
            for n, (a, b) in enumerate(zip(self._source.extract.blocks, fault.extract.blocks, strict=True))
            if a is not b
        ]
        if len(changed) != 1:
            return stages.interpret(fault.extract, file_name=self._name, source_uri=self._name)
        number = changed[0]
        table = isinstance(fault.extract.blocks[number], Table)
        if not fault.amount or fault.kind == "unit" or not self._untouched("metadata", number):
            return stages.interpret(fault.extract, file_name=self._name, source_uri=self._name)
        kept: dict[str, Any] = {"read_metadata": self._metadata}
        if self._untouched("performance", number):
            kept["read_performance"] = self._performance
            if table and self._untouched("prose", number):
                kept["read_prose"] = self._prose
            elif not table and self._forms_free_of_prose():
                kept["read_forms"] = self._forms
        return _with(kept, fault.extract, self._name)

    def _untouched(self, part: str, number: int) -> bool:
        key = part, number
        if key not in self._free:
            self._free[key] = self._read(part, _emptied(self._source.extract, {number})) == self._before(part)
        return self._free[key]

    def _forms_free_of_prose(self) -> bool:
        """Whether the tables read the same without any paragraph that tells an amount."""
        if self._told_free is None:
            told = {number for _, number in self._source.told}
            empty = _emptied(self._source.extract, told)
            self._told_free = read_forms(empty, self._metadata, skip=self._performance.consumed) == self._forms
        return self._told_free

    def _before(self, part: str) -> object:
        return {"metadata": self._metadata, "performance": self._performance, "prose": self._prose}[part]

    def _read(self, part: str, extract: Extract) -> object:
        if part == "metadata":
            return read_metadata(extract, file_name=self._name, source_uri=self._name)
        if part == "performance":
            return read_performance(extract, self._metadata)
        return read_prose(extract, self._metadata, skip_tables=self._performance.consumed)


def _emptied(extract: Extract, numbers: set[int]) -> Extract:
    def empty(block: Table | Paragraph) -> Table | Paragraph:
        return replace(block, cells=()) if isinstance(block, Table) else replace(block, text="")

    blocks = tuple(empty(block) if number in numbers else block for number, block in enumerate(extract.blocks))
    return replace(extract, blocks=blocks)


def _with(kept: dict[str, Any], extract: Extract, name: str) -> Disclosure:
    """`models.interpret.interpret` with some of its stages answered from what is known."""
    before = {stage: getattr(stages, stage) for stage in kept}
    try:
        for stage, answer in kept.items():
            setattr(stages, stage, lambda *_, answer=answer, **__: answer)
        return stages.interpret(extract, file_name=name, source_uri=name)
    finally:
        for stage, function in before.items():
            setattr(stages, stage, function)
