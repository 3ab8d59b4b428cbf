"""Print a document as one HTML page: text and tables, as portals publish them."""

from __future__ import annotations

from html import escape
from pathlib import Path

from data.samples_source.blocks import Document, Grid, Heading, PlainTable, Text


def _grid(grid: Grid) -> list[str]:
    out = [f"<p>{escape(grid.label)}</p>"] if grid.label else []
    if grid.title:
        out.append(f'<p style="text-align:center"><strong>{escape(grid.title)}</strong></p>')
    out += [f'<p style="text-align:right">{escape(left)}　　{escape(right)}</p>' for left, _, right in grid.above]
    out.append('<table border="1">')
    covered = {
        (row + r, column + c)
        for (row, column), cell in grid.cells.items()
        for r in range(cell.rows)
        for c in range(cell.columns)
        if r or c
    }
    for row in range(grid.n_rows):
        out.append("<tr>")
        for column in range(grid.n_columns):
            if (row, column) in covered:
                continue
            cell = grid.cells.get((row, column))
            if cell is None:
                out.append("<td>&nbsp;</td>")
                continue
            span = (f' rowspan="{cell.rows}"' if cell.rows > 1 else "") + (
                f' colspan="{cell.columns}"' if cell.columns > 1 else ""
            )
            out.append(f"<td{span}>{escape(cell.text) or '&nbsp;'}</td>")
        out.append("</tr>")
    out.append("</table>")
    out += [f"<p>{escape(note)}</p>" for note in grid.notes]
    return out


def render(document: Document, path: Path) -> None:
    """Write the document to `path`, within the frame of a portal page (navigation, footer)."""
    title = next(block.text for block in document.blocks if isinstance(block, Heading) and block.level == 0)
    out = [
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">',
        f"<title>{escape(title)}</title></head><body>",
        "<div class='nav'><a href='/'>首页</a> &gt; <a href='/zwgk'>政务公开</a> &gt; 预算决算</div>",
        f"<h1>{escape(title)}</h1>",
        "<div class='content'>",
    ]
    for block in document.blocks:
        if isinstance(block, Heading) and block.level:
            out.append(f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>")
        elif isinstance(block, Text):
            out.append(f"<p>　　{escape(block.text)}</p>")
        elif isinstance(block, Grid) and not block.hidden:
            out += _grid(block)
        elif isinstance(block, PlainTable):
            out.append(f"<p>{escape(block.title)}</p><table border='1'>")
            for row in block.rows:
                out.append(
                    "<tr>" + "".join(f"<td colspan='{span}'>{escape(text)}</td>" for text, span in row) + "</tr>"
                )
            out.append("</table>")
    out += ["</div><div class='foot'>联系我们 | 网站地图</div></body></html>"]
    path.write_text("\n".join(out), encoding="utf-8")
