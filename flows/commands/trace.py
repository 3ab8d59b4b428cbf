"""`kuanxiang trace`: from a number back to the page and cell it stands in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.home import Home
from models.wording import COMPONENT_NAMES, FORM_NAMES, FUND_NAMES

_MEASURE = {
    "budget": "年初预算",
    "adjusted_budget": "调整预算",
    "final": "决算",
    "prior_final": "上年决算",
    "change": "增减额",
}
_FLOW = {"income": "收入", "expenditure": "支出", "balance": "结转结余"}
_LEVEL = {"total": "合计", "item": "明细"}
_METHOD = {
    "code": "按印出的编码",
    "name": "按名称",
    "alias": "按别名",
    "parent": "按上级科目",
    "fuzzy": "按相似名称",
    "manual": "人工指定",
}


@click.command()
@click.argument("line_item_id", metavar="LINE_ITEM_ID")
@click.option(
    "--picture",
    metavar="FILE.png",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把所在页画成图片并框出该格（PDF、扫描件、图片，DOCX 和 OFD 里的图片）；其他的没有页面图片，说明单元格和整行文字。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def trace(home: Home, line_item_id: str, picture: Path | None, as_json: bool) -> int:
    """从一个金额追溯到文件、页、单元格、原文、换算、科目匹配，以及它参与的核对和结果。编号可只写开头几位。"""
    from flows import show
    from flows.trace import picture as draw
    from flows.trace import trace_line_item
    from flows.warehouse import reading

    with reading(home) as connection:
        traced = trace_line_item(connection, line_item_id)
    if picture is not None:
        draw(home, traced, picture)
    if as_json:
        show.write_json({**traced, "original": str(home.original(traced["document"]["document_id"]))})
        return 0
    for line in _lines(home, traced):
        click.echo(line)
    if picture is not None:
        click.echo(f"图片      {picture}")
    return 0


def _lines(home: Home, traced: dict[str, Any]) -> list[str]:
    from flows.commands.names import OUTCOME, QUALITY, REVIEW_STATE
    from flows.trace import place_text

    item, document, form = traced["line_item"], traced["document"], traced["form"]
    body = traced["department"]["name"] if traced["department"] else "（部门未知）"
    kind = {"budget": "预算", "final_account": "决算"}.get(item["report_kind"], item["report_kind"])
    title = form["title"] if form and form["title"] else None
    if item["form"] == "other":
        where = f"“{title}”（不属于规定表式）" if title else "其他表（没有印出表题）"
    else:
        where = FORM_NAMES.get(item["form"], item["form"]) + (f"（{title}）" if title else "")
    amount = f"{item['amount_yuan']:,f} 元"
    year = f"{item['fiscal_year']} 年{_MEASURE.get(item['measure'], '')}" if item["fiscal_year"] else "年度不明"
    lines = [
        f"金额      {amount}    {item['item'] or item['item_name'] or '（没有名称）'}    {year}",
        f"编号      {item['line_item_id']}",
        f"公布      {body}，{document['fiscal_year']} 年{kind}，文件“{document['file_name']}”",
        f"来源      {document['source_uri']}",
        f"原件      {home.original(document['document_id'])}",
        f"位置      {where}，{place_text(item)}" + (f"，“{item['section']}”一节" if item["section"] else ""),
        f"原文      “{item['item_name']}”    “{item['published_text']}” {item['published_unit'] or ''}",
        *([f"{'上下文' if item['form'] == 'narrative' else '同行  '}    {traced['row']}"] if traced["row"] else []),
        f"换算      {item['published_text']} {item['published_unit'] or '元'} = {amount}",
    ]
    if item["extracted_text"]:
        lines.append(f"更正      机器读作“{item['extracted_text']}”，经审核改为“{item['published_text']}”")
    lines.append(f"含义      {_meaning(item)}")
    if traced["classification"]:
        path = " / ".join(f"{one['code']} {one['name']}" for one in traced["classification"])
        score = f"，得分 {item['mapping_score']:.2f}" if item["mapping_score"] is not None else ""
        lines.append(f"科目      {path}（{_METHOD.get(item['mapping_method'], item['mapping_method'] or '—')}{score}）")
    elif item["function_code"] or item["economic_code"]:
        lines.append(f"科目      {item['function_code'] or item['economic_code']}（该年度目录中没有这个编码）")
    lines.append(
        f"质量      {QUALITY.get(item['quality'], item['quality'])}，通过核对 {item['checks']} 次，读取引擎 {item['engine'] or document['engine'] or '—'}"
    )
    for one in traced["checks"]:
        lines.append(
            f"核对      {OUTCOME.get(one['outcome'], one['outcome'])}  {one['expectation']}  {one['message'] or ''}"
        )
    if not traced["checks"]:
        lines.append("核对      没有规则用到这个数字")
    for one in traced["reviews"]:
        decided = f"（{one['decided_by']}：{one['reason']}）" if one["decided_by"] else ""
        lines.append(
            f"审核      {one['review_id'][:12]}  {REVIEW_STATE.get(one['status'], one['status'])}{decided}  {one['message']}"
        )
        if one["status"] == "open":
            lines.extend(f"          {said}" for said in _what_to_do(one))
    return lines


def _meaning(item: dict[str, Any]) -> str:
    """What the amount is an amount of, in the words of the forms; what a header leaves open is not named."""
    fund = "全部资金" if item["fund"] == "all" else FUND_NAMES.get(item["fund"] or "", item["fund"])
    flow = _FLOW.get(item["flow"] or "", item["flow"])
    component = COMPONENT_NAMES.get(item["component"] or "", item["component"])
    level = _LEVEL.get(item["level"] or "", item["level"])
    parts = [("资金", fund), ("方向", flow), ("构成", component), ("层级", level)]
    said = [f"{name} {value}" for name, value in parts if value] + (["其中项"] if item["subset"] else [])
    open_ = [name for name, value in parts[:3] if not value]
    if open_:
        column = f"“{item['column_label']}”" if item["column_label"] else ""
        said.append(f"{'、'.join(open_)}未写明（列名{column or '没有印出'}）")
    return "，".join(said)


def _what_to_do(review: dict[str, Any]) -> list[str]:
    """How an open question is answered: in words, and by which command."""
    from expectations.rules import catalogue
    from expectations.rules.findings import CODES

    remedies = {rule.id: rule.remedy for rule in catalogue()} | {code.id: code.remedy for code in CODES}
    remedy = remedies.get(review["expectation"])
    command = f"kuanxiang decide {review['review_id'][:12]} accept|correct|waive|reject --by 姓名 --reason 理由"
    return [*([f"处理：{remedy}"] if remedy else []), f"命令：{command}"]
