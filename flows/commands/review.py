"""`kuanxiang review` and `kuanxiang decide`: the stewards' queue from the shell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from flows.home import Home

_LIST = """
SELECT r.review_id, r.severity, r.expectation, r.status, r.message, r.document_id, d.file_name, p.name AS department, d.fiscal_year,
       r.opened_at, r.decided_by, r.reason, r.line_item_ids
FROM review_item r LEFT JOIN document d USING (document_id) LEFT JOIN department p USING (department_id)
WHERE (r.status = 'open' OR $all) AND ($document IS NULL OR starts_with(r.document_id, $document))
  AND ($severity IS NULL OR r.severity = $severity) AND ($expectation IS NULL OR r.expectation = $expectation)
ORDER BY r.severity, d.file_name, r.expectation, r.review_id
"""


@click.command()
@click.option("--document", metavar="ID", help="只看一份文件（文件编号或其开头几位）。")
@click.option("--severity", type=click.Choice(["error", "warning"]), help="只看错误或警告。")
@click.option("--expectation", metavar="RULE", help="只看一条规则。")
@click.option("--all", "everything", is_flag=True, help="已处理的也列出。")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="最多列出多少项。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（不受 --limit 限制）。")
@click.pass_obj
def review(
    home: Home,
    document: str | None,
    severity: str | None,
    expectation: str | None,
    everything: bool,
    limit: int,
    as_json: bool,
) -> int:
    """列出待审事项，并说明怎样处理。

    网页审核台尚未提供，将由后续版本加入；目前请用 kuanxiang decide 在命令行处理。
    """
    from flows import show
    from flows.commands.names import REVIEW_STATE, SEVERITY
    from flows.warehouse import reading

    parameters = {"all": everything, "document": document, "severity": severity, "expectation": expectation}
    with reading(home) as connection:
        found = connection.execute(_LIST, parameters)
        columns = [column[0] for column in found.description]
        items: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    if as_json:
        show.write_json(items)
        return 0
    for one in items[:limit]:
        heading = f"{one['review_id'][:12]}  {SEVERITY.get(one['severity'], one['severity'])}  {one['expectation']}"
        state = (
            ""
            if one["status"] == "open"
            else f"  [{REVIEW_STATE.get(one['status'], one['status'])}，{one['decided_by'] or '自动'}：{one['reason'] or '—'}]"
        )
        click.echo(f"{heading}  {one['file_name']}{state}")
        click.echo(f"    {one['message']}")
        if one["line_item_ids"]:
            click.echo(f"    金额：{' '.join(one['line_item_ids'][:6])}{' …' if len(one['line_item_ids']) > 6 else ''}")
    rest = len(items) - limit
    click.echo(f"共 {len(items)} 项" + (f"，另有 {rest} 项未列出（--limit）。" if rest > 0 else "。"))
    if items:
        click.echo(
            "处理：kuanxiang decide 编号 accept|correct|waive|reject --by 姓名 --reason 理由\n"
            "  accept 原文如此，保留并标为自相矛盾；correct 读错了（--value 正确金额 或 --code 正确编码）；\n"
            "  waive 该规则不适用（--until 日期）；reject 整份文件不发布。先看原文：kuanxiang trace 金额编号\n"
            "网页审核台尚未提供。"
        )
    return 0


@click.command()
@click.argument("review_id", metavar="REVIEW_ID")
@click.argument(
    "action",
    metavar="accept|correct|waive|reject|undo",
    type=click.Choice(["accept", "correct", "waive", "reject", "undo"]),
)
@click.option("--value", metavar="V", help="更正：正确的金额，按原文单位，或自带单位（如 335.14、3.5亿元）。")
@click.option("--code", metavar="C", help="更正：正确的科目编码。")
@click.option("--line-item", metavar="ID", help="更正：涉及多个金额时，改的是哪一个。")
@click.option("--until", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="豁免：到这一天为止（2026-12-31）。")
@click.option("--by", metavar="WHO", required=True, help="处理人。")
@click.option("--reason", metavar="TEXT", required=True, help="理由。")
@click.option("--later", is_flag=True, help="只记下处理，不立即更新仓库（下次收录或核对时生效）。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def decide(
    home: Home,
    review_id: str,
    action: str,
    value: str | None,
    code: str | None,
    line_item: str | None,
    until: datetime | None,
    by: str,
    reason: str,
    later: bool,
    as_json: bool,
) -> int:
    """处理一个待审事项：accept 认可、correct 更正、waive 豁免、reject 退回整份文件、undo 撤销上一次处理。

    处理记入操作数据库，重新收录、程序更新都不会丢失；仓库随即按它重新核对并发布。
    """
    from expectations.review import DecisionError
    from expectations.review import decide as take_decision
    from flows import show
    from flows.operations import session_of
    from flows.warehouse import reading

    try:
        with reading(home) as connection, session_of(home) as session:
            item = take_decision(
                session,
                review_id,
                action,
                by=by,
                reason=reason,
                value=value,
                code=code,
                until=until.date() if until else None,
                line_item=line_item,
                connection=connection,
            )
            result = {
                "review_id": item.review_id,
                "document_id": item.document_id,
                "expectation": item.expectation,
                "status": item.status,
            }
    except DecisionError as error:
        raise click.UsageError(str(error)) from None
    if not later:
        from flows.commands.progress import Progress
        from flows.deciding import settle

        with Progress(quiet=as_json) as progress:
            if settle(home, [str(result["document_id"])], progress) is None:
                from flows.runner import run

                run(home, [], progress, kind="validate", force=True)
    if as_json:
        show.write_json({**result, "published": not later})
        return 0
    from flows.commands.names import REVIEW_STATE

    click.echo(
        f"{result['review_id'][:12]} {REVIEW_STATE.get(str(result['status']), result['status'])}。"
        + ("下次收录或核对时生效。" if later else "仓库已更新。")
    )
    return 0
