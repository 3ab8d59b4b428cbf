"""`kuanxiang classify`: what a label maps to, and why."""

from __future__ import annotations

import click

from flows.home import Home


@click.command()
@click.argument("text", metavar="TEXT")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, metavar="Y", help="财政年度。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def classify(home: Home, text: str, year: int, as_json: bool) -> int:
    """查看一个科目名称、编码或正文条目（如“…（类）…（款）…（项）”）在某年度对应的编码和理由。"""
    from flows import show
    from models.classify import explain

    found = explain(text, year)
    if as_json:
        show.write_json(found)
        return 0
    if not any(one.get("code") for one in found):
        click.echo(f"“{text}”在 {year} 年的科目中没有对应。" + str(found[0].get("reason") or "" if found else ""))
        return 0
    rows = [
        (
            "→" if one.get("chosen") else "",
            one.get("code"),
            _path(one.get("path")),
            one.get("method"),
            one.get("score"),
            one.get("reason"),
        )
        for one in found
    ]
    show.write_table(["", "编码", "科目", "匹配方式", "得分", "理由"], rows)
    return 0


def _path(steps: object) -> str:
    return " / ".join(map(str, steps)) if isinstance(steps, (list, tuple)) else str(steps or "")
