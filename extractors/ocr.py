"""Pages that are pictures → tables and lines of text, and notes on how sure the recognition is.

One `Scanner` a document: it keeps the time, counts what was recognised and what was not, and says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from extractors.limits import Clock
from extractors.model import Doubt, Note
from extractors.ocr_engine import ENGINE, available
from extractors.pdf_content import PageContent
from extractors.pdf_fonts import shapes
from extractors.pdf_paragraphs import Flow

if TYPE_CHECKING:
    from extractors.ocr_picture import Pixels

__all__ = ["ENGINE", "MISSING", "Scanner", "is_scan"]

MISSING = "需要安装文字识别组件（pip install 'kuanxiang[ocr]'）后重新读取。"
_DPI = 200
_TRIES = 3  # pages on which recognition found no more before it is no longer asked


def is_scan(content: PageContent) -> bool:
    """Whether a page of a PDF is a picture: hardly any text of its own, and a picture over much of it (or text that
    someone else's recognition laid invisibly under it, which nobody has checked)."""
    return len(content.characters) < 12 and (content.image_share > 0.4 or content.hidden > 12)


def _suspicion(content: PageContent) -> str | None:
    """Why a page's own text may not be what the page shows, else None."""
    count = len(content.characters)
    if content.unmapped > max(5, 0.03 * count):
        return f"{content.unmapped} 个字符的字体缺少编码表，文字层不可信"
    if count >= 100 and _chinese(content.characters.text) < 0.02 * count:
        return "文字层几乎没有汉字，可能因字体未嵌入而丢失"
    if content.image_share > 0.3 and count < 200:
        return "页面大部分是图片"
    return None


def _chinese(texts: list[str]) -> int:
    return sum(1 for text in texts if "\u3400" <= text <= "\u9fff")


class Scanner:
    """Recognises the pictures of one document, page by page, within its time."""

    def __init__(self, clock: Clock, what: str = "页") -> None:
        """what: what the numbers count in messages (pages, or pictures in a document)."""
        self._clock = clock
        self._what = what
        self._done: list[Any] = []
        self._why: dict[int, str] = {}
        self._in_vain = 0

    @property
    def available(self) -> bool:
        """Whether text recognition is installed."""
        return available()

    @property
    def pages(self) -> set[int]:
        """The pages that were recognised (1-based)."""
        return {one.content.number for one in self._done}

    def instead(self, path: Path, index: int, content: PageContent) -> Flow | None:
        """A page of a PDF as recognised, where that is better than the text it carries itself (`content`), else None.

        A scan has none. Where a page's text is unreadable (fonts without an encoding) or a picture covers much of it,
        recognition has to find clearly more; after some pages where it did not, it is no longer tried.
        """
        if not self.available:
            return None
        if is_scan(content):
            return self.pdf_page(path, index)
        why, chinese, count = _suspicion(content), _chinese(content.characters.text), len(content.characters)
        if why is None or self._in_vain >= _TRIES:
            return None
        flow = self.pdf_page(path, index)
        texts = self._done[-1].content.characters.text
        if _chinese(texts) > 1.3 * chinese + 20 and len(texts) > 0.6 * count:
            self._why[index + 1] = why
            return flow
        self._done.pop()
        self._in_vain += 1
        return None

    def flow(self, pixels: Pixels, width: float, number: int) -> Flow:
        """The tables and lines of a picture (RGB) that is `width` points wide."""
        from extractors.ocr_page import recognise
        from extractors.ocr_picture import prepare
        from extractors.pdf import cut_page

        self._clock.scan()
        self._clock.check()
        recognised = recognise(prepare(pixels, width), number, self._clock)
        self._done.append(recognised)
        return cut_page(recognised.content, list(recognised.lattices))

    def pdf_page(self, path: Path, index: int) -> Flow:
        """The tables and lines of a page of a PDF, rendered. Opened anew: fonts once loaded for reading have no shapes."""
        from pypdfium2 import PdfDocument

        from extractors.ocr_picture import LONGEST

        with shapes(), PdfDocument(path) as document:
            page = document[index]
            width, height = page.get_size()
            scale = min(_DPI / 72, LONGEST / max(width, height, 1.0))
            bitmap = page.render(scale=scale, may_draw_forms=False)
            pixels = np.ascontiguousarray(np.asarray(bitmap.to_pil().convert("RGB"), dtype=np.uint8))
            page.close()
        return self.flow(pixels, width, index + 1)

    def doubts(self) -> tuple[Doubt, ...]:
        """The figures that may read otherwise, with every reading offered."""
        return tuple(doubt for one in self._done for doubt in one.figures)

    def notes(self) -> list[Note]:
        """How sure the recognition is, for the document and page by page."""
        read = [one for one in self._done if len(one.content.characters)]
        empty = [one.content.number for one in self._done if not len(one.content.characters)]
        blank = [Note("scan", f"第 {page} {self._what}是图片，文字识别（OCR）没有读出文字。", page) for page in empty]
        if not read:
            return blank
        pages = [one.content.number for one in read]
        doubts = sum(one.doubts for one in read)
        mean = sum(one.confidence for one in read) / len(read)
        message = f"第 {ranges(pages)} {self._what}由文字识别（OCR）读出，平均置信度 {mean:.3f}；识别出的数字须由勾稽关系或人工核对确认"
        message += f"，其中 {doubts} 处数字存疑，未作金额读入" if doubts else ""
        silent = sum(one.silent for one in read)
        message += f"；表内另有 {silent} 处墨迹未能识别。" if silent else "。"
        notes = [Note("ocr", message)]
        for number, why in sorted(self._why.items()):
            notes.append(Note("engine", f"第 {number} 页改用文字识别（OCR）读取：{why}。", number))
        for one in read:
            details = [f"置信度平均 {one.confidence:.3f}、最低 {one.weakest:.2f}"]
            if one.tilt:
                details.append(f"已校正倾斜 {abs(one.tilt):.1f} 度")
            if one.seals:
                details.append(f"去除印章 {one.seals} 处")
            if one.doubts:
                details.append(f"存疑数字 {one.doubts} 处")
            if one.silent:
                details.append(f"表内有 {one.silent} 处墨迹未能识别")
            number = one.content.number
            notes.append(Note("ocr-page", f"第 {number} {self._what}文字识别：{'，'.join(details)}。", number))
        return notes + blank


def ranges(pages: list[int]) -> str:
    """Page numbers in words: 1–3、7."""
    parts: list[str] = []
    start = last = None
    for page in [*sorted(set(pages)), None]:
        if start is not None and last is not None and (page is None or page != last + 1):
            parts.append(str(start) if start == last else f"{start}–{last}")
            start = None
        if start is None:
            start = page
        last = page
    return "、".join(parts)
