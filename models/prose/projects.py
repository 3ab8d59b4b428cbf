"""Lists of projects under "项目支出9万元，具体包括：": numbered lines that begin with a project's name and its amount."""

from __future__ import annotations

import re

from models.prose.figures import Figure
from models.prose.flow import Line
from models.prose.items import emit
from models.prose.state import Context, Projects, What

_NAMED = re.compile(
    r"^(?:\d{1,2}[.、．]|（\d{1,2}）)(?P<name>(?:[一-龥A-Za-z（）、”·/／+]|—|\d+(?=[一-龥A-Za-z])){2,45})$"
)
_NO_NAME = re.compile("增加|减少|增长|下降|用于|其中|包括|原因|预算|决算|合计|共计|共|安排|计划|比|较")
_LEAD_IN = re.compile("(?:包括|如下|其中|构成)：?$")


def opens_list(context: Context, line: Line, first_read: int) -> Projects | None:
    """The list a line opens: its last amount is the body's 项目支出 and it ends with "具体包括"."""
    reads = context.outcome.reads[first_read:]
    if not reads or not _LEAD_IN.search(line.text.rstrip("：")) or line.depth is None:
        return None
    last = reads[-1]
    if last.what.component != "project" or last.what.path or last.measure not in ("budget", "final"):
        return None
    if last.figure.after < len(line.text) - 12:
        return None
    return Projects(last.what, (last.measure, last.item.fiscal_year, None), line.depth)


def read_project(context: Context, number: int, line: Line, found: list[Figure]) -> Figure | None:
    """Read the amount of a line of such a list; gives the figure it read."""
    projects = context.state.projects
    figure = next((f for f in found if f.kind in ("money", "count", "percent")), None)
    if projects is None or figure is None or figure.kind != "money" or figure.unit is None or figure.broken:
        return None
    match = _NAMED.match(line.text[: figure.start])
    if match is None or _NO_NAME.search(match["name"]) or line.text[figure.after : figure.after + 1] not in "，。；":
        return None
    name = match["name"]
    tokens = list(context.lexicon.tokens(name, 0, len(name)))
    if any(token.kind in ("subject", "class", "fund") and token.end == len(name) for token in tokens):
        return None
    what = What("expenditure", "project", name, name, projects.whole.fund, subset=True)
    emit(context, number, line, figure, what, projects.measured, None, 0, 0)
    return figure
