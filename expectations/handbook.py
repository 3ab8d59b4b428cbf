"""The page of rules for people (docs/rules.md), made from the declarations: ``python -m expectations.handbook``."""

from __future__ import annotations

from pathlib import Path

from expectations.model import Rule
from expectations.rules import FAMILIES, catalogue
from expectations.rules.findings import CODES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"

_SEVERITY = {"error": "错误", "warning": "警告", "info": "提示"}
_KIND = {
    "sum": "相加（舍入范围内成立）",
    "same": "同一数两处印出",
    "ratio": "百分比",
    "bound": "不超过",
    "report": "逐项报告",
}
_HEAD = """# 核对规则

本页由规则声明生成（`python -m expectations.handbook`），不手工修改。

结果有四种：`passed` 成立，`failed` 不成立，`not_applicable` 本文件不涉及，`insufficient_data` 应当核对而数据不足（不算成立）。

**舍入按区间算，不设百分比容差。** 印到 0.01 万元的数，真值在前后各半个末位之内；n 项之和与合计最多相差 (n+1) × 半个末位。
末位按该表通行的位数算：同表都印两位小数时，“149.6”即 149.60，“0”即 0.00。正文可比通行位数少印一位。

- 相加之差在范围内：`passed`；有差额的，结果的 `severity` 记为 `info` 并在说明中写出。
- 同一数两处印出：位数相同而末位差一，记为 `failed`、`info`（如机关运行经费 335.13 与公用经费 335.14，表间 236.63 与 236.64）：
  不是错误，不开待审事项，也不算互相印证；位数不同而舍入后相同，`passed`。
- 超出范围：`failed`，严重程度如各规则所列；`error` 和 `warning` 各开一个待审事项。
- 政府预算（scope 为 government）的表内相加一律最高为 `warning`；没有编码又没有层级的行与合计不符，为 `insufficient_data`。

`line_item.checks` 只数相加与“同一数两处印出”成立的次数；“不超过”和百分比只能指出问题，不能印证金额。
"""


def render() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for family, title in FAMILIES.items():
        parts.append(f"\n## {title}\n")
        parts.extend(_entry(rule) for rule in catalogue() if rule.family == family)
    parts.append(
        "\n## 阅读发现\n\n读取文件时发现的问题（表 `finding`）按其规则编号进入结果；未列出的编号同样报告。\n\n"
    )
    parts.append("| 编号 | 内容 | 处理 |\n| --- | --- | --- |\n")
    parts.extend(f"| `{code.id}` | {code.title} | {code.remedy} |\n" for code in CODES)
    return "".join(parts)


def _entry(rule: Rule) -> str:
    lines = [
        f"\n### {rule.id}　{rule.title}\n",
        f"- 应为：{rule.expected}",
        f"- 严重程度：{_SEVERITY[rule.severity]}；方式：{_KIND[rule.kind]}",
        f"- 依据：{rule.source}",
        f"- 处理：{rule.remedy}",
        f"- 读取：{'、'.join(f'`{table}`' for table in rule.reads)}{'（跨文件）' if rule.cross else ''}",
    ]
    if rule.coverage:
        lines.append(f"- 覆盖：应核对的文件中至少 {rule.coverage:.0%} 须核对到，否则 Data Docs 中报警")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
