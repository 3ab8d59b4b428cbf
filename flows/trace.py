"""From a number back to where it stands: document, page, cell, published text, conversion, mapping and checks."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import duckdb

from flows.home import Home, HomeError
from flows.warehouse import records


def trace_line_item(connection: duckdb.DuckDBPyConnection, line_item_id: str) -> dict[str, Any]:
    """Everything known of one line item (its id or an unambiguous beginning of it). Raises HomeError where there is none."""
    items = records(
        connection,
        "SELECT * FROM line_item WHERE starts_with(line_item_id, ?) ORDER BY line_item_id LIMIT 2",
        [line_item_id],
    )
    if not items or not line_item_id:
        raise HomeError(f"没有编号为 {line_item_id} 的金额。")
    if len(items) > 1:
        raise HomeError(f"编号 {line_item_id} 不止对应一个金额，请写全。")
    item = items[0]
    key = item["line_item_id"]
    document = records(connection, "SELECT * FROM document WHERE document_id = ?", [item["document_id"]])[0]
    department = records(connection, "SELECT * FROM department WHERE department_id = ?", [item["department_id"]])
    form = records(
        connection,
        "SELECT title, unit, first_page, last_page, sheet, note FROM form_instance WHERE document_id = ? AND table_no = ?",
        [item["document_id"], item["table_no"]],
    )
    row = _row_text(connection, item)
    code = item["function_code"] or item["economic_code"]
    names: list[dict[str, Any]] = []
    if code and item["fiscal_year"]:
        table = "function_code" if item["function_code"] else "economic_code"
        names = records(
            connection,
            f"SELECT code, name, level FROM {table} WHERE fiscal_year = ? AND starts_with(?, code) ORDER BY code",
            [item["fiscal_year"], code],
        )
    checks = records(
        connection,
        """SELECT expectation, severity, outcome, expected, observed, difference, tolerance, message, line_item_ids
           FROM expectation_result WHERE list_contains(line_item_ids, ?) ORDER BY outcome, expectation, group_key""",
        [key],
    )
    reviews = records(
        connection,
        """SELECT review_id, expectation, status, message, decided_by, decided_at, reason
           FROM review_item WHERE list_contains(line_item_ids, ?) ORDER BY review_id""",
        [key],
    )
    return {
        "line_item": item,
        "document": document,
        "department": department[0] if department else None,
        "form": form[0] if form else None,
        "row": row,
        "classification": names,
        "checks": checks,
        "reviews": reviews,
    }


_LONG_ROW = 400
"""No more characters of a row or passage are shown than this."""


def _row_text(connection: duckdb.DuckDBPyConnection, item: dict[str, Any]) -> str | None:
    """The row of a table as read (label and figures under their columns), or the passage of the prose; None where unknown."""
    if item["form"] == "narrative":
        found = records(
            connection,
            """SELECT text FROM passage WHERE document_id = ? AND page IS NOT DISTINCT FROM ? AND cell IS NOT DISTINCT FROM ?
               AND contains(text, ?) ORDER BY passage_no LIMIT 1""",
            [item["document_id"], item["page"], item["cell"], item["published_text"]],
        )
        text = found[0]["text"] if found else ""
        at = max(0, text.find(item["published_text"] or "") - _LONG_ROW // 2)
        return ("…" if at else "") + text[at : at + _LONG_ROW] + ("…" if len(text) > at + _LONG_ROW else "") or None
    if item["table_no"] is None or item["row_no"] is None:
        return None
    cells = records(
        connection,
        """SELECT item_name, column_label, published_text FROM line_item
           WHERE document_id = ? AND table_no = ? AND row_no = ? ORDER BY column_no, line_item_id""",
        [item["document_id"], item["table_no"], item["row_no"]],
    )
    parts: list[str] = []
    label = None
    for cell in cells:
        # A table with two sides has two labels in one row.
        if cell["item_name"] != label:
            label = cell["item_name"]
            parts.append(str(label))
        parts.append(f"{cell['column_label'] or ''} {cell['published_text']}".strip())
    return " | ".join(parts)[:_LONG_ROW] or None


def picture(home: Home, traced: dict[str, Any], target: Path, *, scale: float = 2.0) -> None:
    """Save the page as a picture with the cell framed. PDF, pictures, and pictures inside of DOCX and OFD. Raises HomeError where there is no page to show.

    The page is rendered by PDFium in this process: it was read once already and is asked for by a person.
    """
    from PIL import ImageDraw

    item, document = traced["line_item"], traced["document"]
    original = home.original(document["document_id"])
    kind = str(document["format"] or "")
    drawn = None
    if item["page"] is not None and (kind.startswith("pdf") or kind in _PICTURES_INSIDE):
        if not original.exists():
            raise HomeError(f"原件不在 {home.originals} 里，无法画图。")
        drawn = _page_picture(original, int(item["page"]), scale)
    if drawn is None:
        row = f"：“{traced['row']}”" if traced["row"] else "。"
        raise HomeError(f"{_FORMATS.get(kind, kind.upper())}没有页面图片可画；这个数字在{place_text(item)}{row}")
    image, fitted = drawn
    if None not in (item["x0"], item["y0"], item["x1"], item["y1"]):
        draw = ImageDraw.Draw(image)
        margin = 2
        box = [
            item["x0"] * fitted - margin,
            item["y0"] * fitted - margin,
            item["x1"] * fitted + margin,
            item["y1"] * fitted + margin,
        ]
        box = [min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])]
        draw.rectangle(box, outline=(220, 0, 0), width=max(2, round(fitted * 1.5)))
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target)


_PICTURES_INSIDE = ("docx", "ofd")
"""Formats without pages of their own to draw, whose pictures were recognised as pages."""


def _page_picture(original: Path, number: int, scale: float) -> tuple[Any, float] | None:
    """The page (1-based) of a PDF, of a picture, or the picture inside of a document that was read as that page.

    With it how many pixels a point is wide. None where there is no such picture.
    """
    import pypdfium2 as pdfium

    from extractors.detect import detect
    from extractors.limits import Limits
    from extractors.pdf_fonts import draw_with_shapes

    kind = detect(original)
    if kind == "docx":
        from extractors.docx import pictures

        found = pictures(original, Limits())
        data = found[number - 1] if number <= len(found) else None
        return None if data is None else _raster(io.BytesIO(data), 1)
    if kind == "ofd":
        from PIL import Image

        from extractors.ofd import scanned_page

        seen = scanned_page(original, number, Limits())
        return None if seen is None else (Image.fromarray(seen[0]), seen[0].shape[1] / seen[1])
    if kind != "pdf":
        return _raster(original, number)
    draw_with_shapes()
    pdf = pdfium.PdfDocument(str(original))
    try:
        page = pdf[number - 1]
        width, height = page.get_size()
        # A poster-sized page would make a picture of gigabytes.
        fitted = min(scale, 4000 / max(width, height, 1))
        return page.render(scale=fitted).to_pil().convert("RGB"), fitted
    finally:
        pdf.close()


def _raster(source: Path | io.BytesIO, number: int) -> tuple[Any, float]:
    """A picture, upright, and how many pixels a point is wide. number: of the picture in a file that holds several."""
    from PIL import Image

    from extractors.image import picture_of

    with Image.open(source, formats=("PNG", "JPEG", "TIFF", "BMP", "GIF")) as opened:
        opened.seek(number - 1)
        pixels, width, _ = picture_of(opened)
    return Image.fromarray(pixels), pixels.shape[1] / width


_FORMATS = {
    "xlsx": "电子表格（XLSX）", "xls": "电子表格（XLS）", "ods": "电子表格（ODS）", "docx": "Word 文件（DOCX）", "doc": "Word 文件（DOC）",
    "rtf": "RTF 文件", "html": "网页", "txt": "纯文本", "ofd": "OFD 文件",
}  # fmt: skip


def place_text(item: dict[str, Any]) -> str:
    """Where a figure stands, in words."""
    parts = []
    if item["sheet"]:
        parts.append(f"工作表“{item['sheet']}”")
    if item["page"] is not None:
        parts.append(f"第 {item['page']} 页")
    if item["cell"]:
        parts.append(f"单元格 {item['cell']}")
    if item["x0"] is not None:
        parts.append("版面 ({x0:.1f}, {y0:.1f})–({x1:.1f}, {y1:.1f}) 点".format(**item))
    return "，".join(parts) or "位置未知"
