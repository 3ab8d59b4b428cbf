"""When a document is beyond doubt no budget or final account, or an empty template; anything less certain is read."""

from __future__ import annotations

import re

from data import read_toml
from extractors.model import Extract, Paragraph, Table
from models.money import read_amount
from models.publisher import Publisher
from models.text import fold
from models.titles import Front, is_title


def refusal_of(
    extract: Extract, front: Front, kind_evidence: str | None, who: Publisher | None, title: str | None
) -> str | None:
    """A sentence when the document is beyond doubt no budget or final account with figures; else None.

    title: the document's title as it is cited.
    """
    vocabulary = read_toml("vocabulary/metadata.toml")
    title = title or (front.lines[0].printed if front.lines else "")
    match = re.search(vocabulary["other"]["always"], front.title)
    if match:
        return f"不是预算或决算文件：标题为“{title}”"
    amounts = _amounts(extract)
    if amounts == 0:
        links = [
            link
            for link in extract.links
            if any(
                re.search(vocabulary["landing"]["attachment"], text, re.IGNORECASE) for text in (link.href, link.text)
            )
        ]
        if extract.format == "html" and links:
            return f"网页只列出{len(links)}个附件，没有预算或决算数字；请收录附件本身"
        if extract.format == "html":
            return "网页上没有预算或决算数字"
    # A handful of left-over placeholders is a finding; a document of placeholders without figures is a template.
    holders = _placeholders(extract, vocabulary["template"]["placeholder"]) if amounts < 30 else 0
    if holders >= 3 and amounts < 3 * holders and (who is None or re.search(r"[XＸ×x*]{2}", who.name)):
        return f"空白模板：{holders}处单位名称、数字仍为占位符，没有预算或决算数字"
    if re.search(vocabulary["other"]["about"], front.title) and amounts < 2 and not _has_forms(front):
        return f"不是预算或决算文件：标题为“{title}”，没有预算或决算表"
    if kind_evidence is None:
        if re.search(vocabulary["other"]["alone"], front.title) and not _has_forms(front):
            return f"不是预算或决算文件：标题为“{title}”，全文没有预算或决算表"
        if front.lines and not any(re.search(vocabulary["other"]["words"], line.text) for line in front.lines):
            return "不是预算或决算文件：标题、表名和正文都没有预算或决算的内容"
    elif (
        kind_evidence.startswith("全文用语")
        and re.search(vocabulary["other"]["alone"], front.title)
        and not _has_forms(front)
    ):
        return f"不是预算或决算文件：标题为“{title}”，没有预算或决算表"
    return None


def _has_forms(front: Front) -> bool:
    """Whether any official form's title stands in the document."""
    return any(
        re.search(r"(?:收支|收入|支出)(?:预算|决算)?(?:总|总体情况|明细)?表|三公”经费.*表|情况表", line.text)
        for line in front.lines
        if is_title(line)
    )


def _amounts(extract: Extract) -> int:
    """How many amounts other than zero the document prints: numeric cells, and figures with a money unit in text."""
    count = 0
    for block in extract.blocks:
        if isinstance(block, Table):
            for cell in block.cells:
                text = cell.text.strip()
                if not text or text[0] in "一二三四五六七八九十" or (amount := read_amount(text)) is None:
                    continue
                count += bool(amount.value) and (amount.decimals > 0 or "," in text or _large(text))
        else:
            text = fold(block.text)
            count += len(re.findall(r"\d[\d，,]*(?:\.\d+)?(?:万元|亿元|元)", text))
            count += (
                len(re.findall(r"(?<![\d.])\d{1,3}(?:[，,]\d{3})*\.\d{2}(?![\d.])", text)) if "元" not in text else 0
            )
        if count > 500:
            break
    return count


def _large(text: str) -> bool:
    """A bare integer that is no code, column number or year (some governments print whole 万元)."""
    return text.isdigit() and len(text) >= 4 and not re.match(r"^(?:(?:19|20)\d\d|[1235]\d{4}|[1235]\d{6})$", text)


def _placeholders(extract: Extract, pattern: str) -> int:
    compiled = re.compile(pattern)
    count = 0
    for block in extract.blocks:
        texts = [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells]
        count += sum(len(compiled.findall(re.sub(r"\s+", "", text))) for text in texts if text)
    return count
