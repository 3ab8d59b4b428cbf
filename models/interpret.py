"""One extract → everything it says: metadata, forms, prose, performance tables and what was noticed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extractors.model import Extract, Place
from models.contents import contents_findings
from models.disclosure import Disclosure, Finding, FormInstance, LineItem, Metadata
from models.forms import read_forms
from models.forms.beside import join_strips
from models.forms.vocabulary import match_title
from models.metadata import read_metadata
from models.performance import read_performance
from models.prose import read_prose
from models.prose.ties import tied


def interpret(extract: Extract, *, file_name: str, source_uri: str) -> Disclosure:
    """Interpret one document.

    file_name, source_uri: what the source called it; used only where the document itself says nothing, for both lie. A
    document that is no budget or final account comes back with `metadata.refusal` set and nothing else.
    """
    metadata = read_metadata(extract, file_name=file_name, source_uri=source_uri)
    if metadata.refusal is not None:
        return Disclosure(metadata)
    performance = read_performance(extract, metadata)
    told = replace(extract, blocks=(*join_strips(extract.blocks), *performance.lists))
    forms = read_forms(told, metadata, skip=performance.consumed)
    prose = read_prose(extract, metadata, skip_tables=performance.consumed)
    line_items = (*forms.line_items, *_recognised(extract, tied(prose.line_items, forms.line_items)))
    return Disclosure(
        metadata=metadata,
        line_items=line_items,
        statistics=(*forms.statistics, *prose.statistics),
        performance_projects=tuple(performance.projects),
        performance_indicators=tuple(performance.indicators),
        findings=(
            *_metadata_findings(metadata),
            *_recognition_findings(extract),
            *_reading_findings(extract, line_items),
            *_unread_tables(forms.forms),
            *contents_findings(extract, forms.forms),
            *forms.findings,
            *performance.findings,
            *prose.findings,
        ),
        forms=tuple(forms.forms),
        passages=tuple(prose.passages),
    )


def _unread_tables(forms: Iterable[FormInstance]) -> Iterator[Finding]:
    """A table that prints amounts and was not read is said so, with how many amounts stand in it."""
    for instance in forms:
        if instance.form is None and instance.amounts:
            message = f"表“{instance.title or '（无题）'}”印有 {instance.amounts} 个金额，未读入：{instance.reason}。"
            place = Place(page=instance.first_page, sheet=instance.sheet)
            named = match_title(instance.title) if instance.title else None
            severity = "warning" if named is not None and named.form is not None else "info"
            yield Finding("TABLE-UNREAD", severity, message, place, None, str(instance.amounts))


def _recognised(extract: Extract, items: Iterable[LineItem]) -> Iterator[LineItem]:
    """Amounts of the prose on pages that were recognised say so, as those of tables do."""
    scanned = {note.page for note in extract.notes if note.code == "ocr-page"}
    for item in items:
        yield replace(item, engine="rapidocr") if item.place.page in scanned else item


def _recognition_findings(extract: Extract) -> Iterator[Finding]:
    """What text recognition read is a proposal: said once a document, so that nobody takes unchecked amounts for sure."""
    for note in extract.notes:
        if note.code == "ocr":
            message = f"{note.message}没有核对印证的金额（质量为“未参与核对”）不可直接引用。"
            yield Finding("OCR-UNCONFIRMED", "warning", message, Place(page=note.page or 1), None, None)


_CONTENT_UNREAD = ("unreadable", "scan", "picture", "pictures", "composite", "embedded_objects", "embedded_chunk")
"""Notes of the readers that say that a part of the document was not read."""


def _reading_findings(extract: Extract, items: Sequence[LineItem]) -> Iterator[Finding]:
    """What the reader doubts or could not read is told; names from a font without a code table flag their amounts."""
    for note in extract.notes:
        place = Place(page=note.page or 1)
        if note.code in ("unmapped", "no-chinese"):
            named = tuple(item.locator for item in items if note.page is None or item.place.page == note.page)
            yield Finding("FONT-UNREADABLE", "warning", note.message, place, None, extract.engine, named)
        elif note.code == "formula_without_value":
            yield Finding("FORMULA-UNREAD", "warning", note.message, place, None, note.code)
        elif note.code == "formula_computed":
            yield Finding("FORMULA-COMPUTED", "info", note.message, place, None, note.code)
        elif note.code in _CONTENT_UNREAD:
            yield Finding("CONTENT-UNREAD", "info", note.message, place, None, note.code)


def _metadata_findings(metadata: Metadata) -> Iterator[Finding]:
    """File names and addresses lie: where they contradict the document, the document wins and the contradiction is told.

    So is a scope that nothing in the document tells.
    """
    disagreement = metadata.evidence.get("disagreement")
    if disagreement:
        yield Finding("META-DISAGREEMENT", "info", disagreement, Place(page=1), metadata.title, None)
    if metadata.refusal is None and "scope" not in metadata.evidence:
        message = "封面、表名和正文都没有说明是部门还是单位，按部门收录；如是单位，同一笔钱会与其部门重复，请核对。"
        yield Finding("META-SCOPE-ASSUMED", "warning", message, Place(page=1), None, metadata.scope)
