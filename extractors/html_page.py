"""A published page as a tree: what of it is seen, where the article is, its title, date and attachments.

Nothing is read into blocks here; `extractors.html` does that with what this leaves standing.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from extractors.limits import Clock
from extractors.model import Block, Link, Paragraph, Place
from extractors.texts import printable

_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "input",
        "textarea",
        "svg",
        "canvas",
        "audio",
        "video",
        "map",
        "head",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|foot|breadcrumb|crumbs?|sidebar|share|sharebox|bdsharebuttonbox|qrcode|ewm|pagination|"
    r"copyright|toolbar|search|topbar|friendlink|links?box|related|recommend)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ATTACHMENT = re.compile(
    r"\.(?:pdf|docx?|wps|xlsx?|et|ods|ofd|zip|rar|7z|rtf|pptx?|csv)(?:$|[?#&])|download|attach|fileid|getfile|downfile|/file/",
    re.IGNORECASE,
)
_META_TITLE = ("articletitle", "og:title", "title")
_META_KEPT = {
    "articletitle": "ArticleTitle", "pubdate": "PubDate", "publishdate": "PubDate", "og:release_date": "PubDate",
    "contentsource": "ContentSource", "source": "ContentSource", "sitename": "SiteName", "siteidcode": "SiteIDCode",
    "sitedomain": "SiteDomain", "columnname": "ColumnName", "author": "Author", "keywords": "Keywords", "description": "Description",
    "indexnum": "IndexNum", "url": "Url",
}  # fmt: skip
_MAX_DEPTH = 1500
_AMOUNT = re.compile(r"\d\s*(?:[万亿]\s*)?元")


def too_deep(root: Any) -> bool:
    """Whether elements nest deeper than any real page does."""
    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest > _MAX_DEPTH


def read_head(root: Any) -> tuple[str | None, dict[str, str]]:
    """Title and the meta entries that government sites state about an article."""
    found: dict[str, str] = {}
    titles: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = printable(element.get("content") or "").strip()
        if not content:
            continue
        if name in _META_TITLE:
            titles.setdefault(name, content[:500])
        if name in _META_KEPT:
            found.setdefault(_META_KEPT[name], content[:1000])
    page_title = next((" ".join("".join(element.itertext()).split()) for element in root.iter("title")), "")
    if page_title:
        found["PageTitle"] = page_title[:500]
    title = next((titles[name] for name in _META_TITLE if name in titles), None) or page_title[:500] or None
    return title, found


def attachments(body: Any) -> tuple[Link, ...]:
    """Addresses that look like documents, as written; each once."""
    found: dict[str, Link] = {}
    for element in body.iter("a", "iframe", "embed", "object"):
        href = (element.get("href") or element.get("src") or element.get("data") or "").strip()
        if not href or href.lower().startswith(("javascript:", "mailto:", "#", "data:")):
            continue
        text = " ".join("".join(element.itertext()).split()) or (element.get("title") or "")
        if _ATTACHMENT.search(href) or _ATTACHMENT.search(text):
            found.setdefault(href, Link(printable(text)[:300], href[:2000]))
    return tuple(list(found.values())[:5000])


def _hidden(element: Any) -> bool:
    style = element.get("style")
    if style and _HIDDEN.search(style):
        return True
    return element.get("hidden") is not None or (element.get("type") or "").lower() == "hidden"


def _furniture(element: Any) -> bool:
    """Navigation, footers and the like by their class or id."""
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(marks.strip()) and bool(_FURNITURE.search(marks))


def prune(body: Any, clock: Clock) -> tuple[dict[Any, tuple[int, int]], list[Block]]:
    """Remove what no reader sees; return text and link-text lengths of each element left, and hidden text with figures."""
    concealed: list[Block] = []
    for element in list(body.iter("script", "style")):
        _remove(element)
    doomed = [
        element
        for element in body.iter()
        if not isinstance(element.tag, str) or element.tag in _DROPPED or (element is not body and _hidden(element))
    ]
    for element in doomed:
        clock.check()
        # A form around the page or the article (ASP.NET, some portals) is no furniture; a search box is.
        if element.tag == "form" and not _hidden(element) and (_has_figures(element) or _length(element) > 60):
            element.tag = "div"
            continue
        if isinstance(element.tag, str) and element.tag not in _DROPPED and _has_figures(element):
            text = printable(" ".join(" ".join(element.itertext()).split()))
            concealed.append(Paragraph(text[:20_000], Place(cell=f"H{len(concealed) + 1}")))
        _remove(element)
    total = _length(body)
    for element in [e for e in body.iter("div", "ul", "section", "p", "header") if _furniture(e)]:
        clock.check()
        if _length(element) * 3 < total and not _has_figures(element):
            _remove(element)
    weights: dict[Any, tuple[int, int]] = {}
    for _, element in etree.iterwalk(body, events=("end",)):
        own = len("".join((element.text or "").split()))
        linked = 0
        for child in element:
            inner, link = weights.get(child, (0, 0))
            own += inner + len("".join((child.tail or "").split()))
            linked += link
        weights[element] = (own, own if element.tag == "a" else linked)
    return weights, concealed


def _length(element: Any) -> int:
    return sum(len("".join(text.split())) for text in element.itertext())


def _remove(element: Any) -> None:
    """Take an element out, keeping the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def main_content(body: Any, weights: dict[Any, tuple[int, int]]) -> Any:
    """The innermost element that still holds nearly all running text (text outside of links) of the page."""
    current = body
    while True:
        whole = _running(weights.get(current, (0, 0)))
        best = max(
            (child for child in current if isinstance(child.tag, str)),
            key=lambda child: _running(weights.get(child, (0, 0))),
            default=None,
        )
        if best is None or best.tag in ("p", "h1", "h2", "h3", "h4", "span", "b", "strong", "ul", "ol", "a", "pre"):
            return current
        if best.tag == "table" and not is_layout(best):
            return current
        if _running(weights.get(best, (0, 0))) < 0.8 * whole or whole < 60:
            return current
        if any(_has_figures(child) for child in current if child is not best):
            return current
        current = best


def _has_figures(element: Any) -> bool:
    """Whether an element holds a data table or an amount: such is never left out as surroundings of the article."""
    for table in element.iter("table"):
        if not is_layout(table) and sum(1 for _ in table.iter("td", "th")) >= 4:
            return True
    return bool(_AMOUNT.search("".join(element.itertext())) or _AMOUNT.search(element.tail or ""))


def _running(weight: tuple[int, int]) -> int:
    return weight[0] - weight[1]


def is_layout(table: Any) -> bool:
    """A table that only arranges: it holds other tables, or has a single cell, or one huge cell outweighs the rest."""
    if next((inner for inner in table.iter("table") if inner is not table), None) is not None:
        return True
    rows = list(table.iter("tr"))
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    if len(cells) <= 1:
        return True
    lengths = sorted((_length(cell) for cell in cells), reverse=True)
    paragraphs = max((sum(1 for _ in cell.iter("p", "div", "br")) for cell in cells), default=0)
    return len(cells) <= 4 and lengths[0] > 500 and paragraphs >= 4 and lengths[0] > 4 * sum(lengths[1:])
