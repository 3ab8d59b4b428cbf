"""Great Expectations' pages made fit for a machine without a network: nothing fetched, no scripts, the frame in Chinese, an index that
lists the reports.

As written they fetch styles and scripts from half a dozen hosts, and the index draws its list with them. A steward's machine
may be offline, and must not tell anyone what it looks at. What they need to be readable stands here instead.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_NOT_HERE = re.compile(
    r"""<script\b.*?</script>|<link[^>]+href="https?:[^>]*>|<img[^>]+src="https?:[^>]*>|<a[^>]+href="https?:[^>]*>.*?</a>"""
    r"""|<footer\b.*?</footer>|<button\b.*?</button>|<link[^>]+favicon[^>]*>|(?<=<label) class="[^"]*" onclick="[^"]*\"""",
    re.DOTALL,
)
_FILTER = re.compile(
    r"<[^<>]*>\s*(?:Actions|Validation Filter:|Show All|Failed Only|Show more info\.\.\.)\s*</[^<>]*>|<input\b[^>]*>"
)
_STYLE = """<style>
body{font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:1.5em;line-height:1.5}
table{border-collapse:collapse;margin:.5em 0}td,th{border:1px solid #ccc;padding:.25em .6em;vertical-align:top;text-align:left}
.text-success::before{content:"✔"}.text-danger::before{content:"✘"}.text-warning::before{content:"⚠"}
.text-success{color:#187a2f}.text-danger{color:#b3261e}.text-warning{color:#8a6100}nav ol,nav ul{padding-left:1em}
.right{text-align:right}
</style></head>"""
_WORDS = {
    "Home": "首页",
    "Expectation Validation Result": "核对报告",
    "Evaluates whether a batch of data matches expectations.": "每条规则一项；不成立的列出涉及的文件。",
    "Table of Contents": "目录",
    "Overview": "概况",
    "Table-Level Expectations": "各条规则",
    "Expectation Suite:": "规则族：",
    "Data asset:": "数据：",
    "Status:": "结果：",
    "Succeeded": "成立",
    "Failed": "有不成立的",
    "Statistics": "统计",
    "Evaluated Expectations": "核对的规则",
    "Successful Expectations": "成立",
    "Unsuccessful Expectations": "不成立",
    "Success Percent": "成立比例",
    "Expectation": "规则",
    "Observed Value": "实际",
    "Status": "结果",
    "Info": "说明",
    "Great Expectations Version": "Great Expectations 版本",
    "Run Name": "运行",
    "Run Time": "时间",
}
_TEXT = re.compile(
    r">(\s*)(" + "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True)) + r")(\s*)<"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the site. rules, failed: how many rules it holds, how many of them do not hold."""

    title: str
    path: str
    rules: int
    failed: int


def make_readable(site: Path, reports: Sequence[Report], run_id: str) -> None:
    """Rewrite every page of a finished site."""
    for page in site.rglob("*.html"):
        text = _FILTER.sub("", _NOT_HERE.sub("", page.read_text("utf-8")))
        text = _TEXT.sub(lambda match: f">{match[1]}{_WORDS[match[2]]}{match[3]}<", text)
        page.write_text(text.replace("</head>", _STYLE, 1), "utf-8")
    (site / "index.html").write_text(_index(reports, run_id), "utf-8")


def _index(reports: Sequence[Report], run_id: str) -> str:
    rows = "".join(
        f'<tr><td><span class="text-{"danger" if one.failed else "success"}"></span> <a href="{quote(one.path)}">{html.escape(one.title)}</a></td>'
        f'<td class="right">{one.rules}</td><td class="right">{one.failed}</td></tr>\n'
        for one in reports
    )
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>核对报告</title>
{_STYLE}<body><h1>核对报告</h1><p>运行 {html.escape(run_id)}。由 Great Expectations 核对并写成，不联网即可阅读。</p>
<table><thead><tr><th>规则族</th><th>规则</th><th>不成立</th></tr></thead><tbody>
{rows}</tbody></table></body></html>
"""
