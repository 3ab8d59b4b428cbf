"""MHT (a web page saved in one file) → `Extract`: the page among its parts, read as HTML. Pictures are not looked at."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import Message
from pathlib import Path

from extractors.charset import decode
from extractors.errors import DamagedDocument, TooLarge
from extractors.html import parse_html
from extractors.limits import Limits
from extractors.model import Extract

_MOST_PARTS = 5_000


def read_mht(path: Path, limits: Limits) -> Extract:
    """The page as an extract of format ``html``. Raises DamagedDocument or TooLarge."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    pages: list[str] = []
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            raise TooLarge(f"单一文件网页的部件超过 {_MOST_PARTS} 个，未读取。")
        if part.get_content_type() == "text/html":
            pages.append(_text(part))
    if not pages:
        raise DamagedDocument("单一文件网页（MHT）中没有网页正文，文件可能已损坏；请重新保存为网页或 PDF 后提交。")
    # The page itself comes first or is the largest; frames of a page are parts of their own.
    page = pages[0] if len(pages[0]) * 2 > max(map(len, pages)) else max(pages, key=len)
    if len(page) > limits.max_characters:
        raise TooLarge(f"网页超过 {limits.max_characters} 个字符，未读取。")
    extract = parse_html(page, limits)
    return replace(extract, engine=f"mht+{extract.engine}")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset()
    if charset in ("utf-8", "gb2312", "gbk", "gb18030"):
        try:
            return data.decode("gb18030" if charset != "utf-8" else charset)
        except UnicodeDecodeError:
            pass
    return decode(data)[0]
