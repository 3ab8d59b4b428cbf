"""`kuanxiang review` and `kuanxiang decide`: the console, its users, and the stewards' queue from the shell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from flows.home import Home
from review.settings import Settings

_LIST = """
SELECT r.review_id, r.severity, r.expectation, r.status, r.message, r.document_id, d.file_name, p.name AS department, d.fiscal_year,
       r.opened_at, r.decided_by, r.reason, r.line_item_ids
FROM review_item r LEFT JOIN document d USING (document_id) LEFT JOIN department p USING (department_id)
WHERE (r.status = 'open' OR $all) AND ($document IS NULL OR starts_with(r.document_id, $document))
  AND ($severity IS NULL OR r.severity = $severity) AND ($expectation IS NULL OR r.expectation = $expectation)
ORDER BY r.severity, d.file_name, r.expectation, r.review_id
"""


@click.command()
@click.option(
    "--host", metavar="ADDR", default="127.0.0.1", show_default=True, help="监听的地址；不是本机地址时须先设用户。"
)
@click.option("--port", type=click.IntRange(1, 65535), default=8377, show_default=True, help="监听的端口。")
@click.option("--allow-host", "names", metavar="NAME", multiple=True, help="审核台还应答的主机名（可重复）。")
@click.option(
    "--certificate",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="HTTPS 证书（PEM）。",
)
@click.option(
    "--key", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="HTTPS 私钥（PEM）。"
)
@click.option("--https-proxy", is_flag=True, help="前面有提供 HTTPS 的反向代理。")
@click.option("--by", "local_name", metavar="WHO", help="没有设用户时，处理记在谁名下（默认为系统登录名）。")
@click.option(
    "--publish-after",
    metavar="SECONDS",
    type=click.FloatRange(0, 86400),
    default=5.0,
    show_default=True,
    help="停手多少秒后，把处理写入仓库。",
)
@click.option("--users", "list_users", is_flag=True, help="列出用户后退出。")
@click.option("--add-user", metavar="NAME", help="新设用户或改其密码、角色后退出；密码从终端或标准输入读入。")
@click.option(
    "--role",
    type=click.Choice(["viewer", "steward", "admin"]),
    default="steward",
    show_default=True,
    help="--add-user 的角色：查看、审核、管理。",
)
@click.option("--disable-user", metavar="NAME", help="停用用户后退出。")
@click.option("--mappings", "list_mappings", is_flag=True, help="列出由更正学来的科目对照后退出。")
@click.option("--revoke-mapping", metavar="N", type=int, help="撤销一条科目对照后退出（配合 --by 与 --reason）。")
@click.option("--reason", metavar="TEXT", help="--revoke-mapping 的理由。")
@click.option("--list", "listing", is_flag=True, help="不开网页，在命令行列出待审事项。")
@click.option("--document", metavar="ID", help="列出时：只看一份文件（文件编号或其开头几位）。")
@click.option("--severity", type=click.Choice(["error", "warning"]), help="列出时：只看错误或警告。")
@click.option("--expectation", metavar="RULE", help="列出时：只看一条规则。")
@click.option("--all", "everything", is_flag=True, help="列出时：已处理的也列出。")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="列出时：最多多少项。")
@click.option("--json", "as_json", is_flag=True, help="列出为 JSON（不受 --limit 限制）。")
@click.pass_obj
def review(
    home: Home,
    host: str,
    port: int,
    names: tuple[str, ...],
    certificate: Path | None,
    key: Path | None,
    https_proxy: bool,
    local_name: str | None,
    publish_after: float,
    list_users: bool,
    add_user: str | None,
    role: str,
    disable_user: str | None,
    list_mappings: bool,
    revoke_mapping: int | None,
    reason: str | None,
    listing: bool,
    document: str | None,
    severity: str | None,
    expectation: str | None,
    everything: bool,
    limit: int,
    as_json: bool,
) -> int:
    """打开审核台（网页，默认只在本机 127.0.0.1）；加 --list 则在命令行列出待审事项。

    设了用户以后，打开审核台须登录。角色：viewer 只看，steward 可处理，admin 还可看日志、管用户。
    """
    if list_users or add_user or disable_user:
        return _users(home, add_user, role, disable_user)
    if list_mappings or revoke_mapping is not None:
        return _mappings(home, revoke_mapping, local_name, reason)
    if listing or as_json or document or severity or expectation or everything:
        parameters = {"all": everything, "document": document, "severity": severity, "expectation": expectation}
        return _list(home, parameters, limit, as_json)
    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate 与 --key 要一起给。")
    settings = Settings(host, port, names, _own_name(local_name), certificate, key, https_proxy, publish_after)
    return _serve(home, settings)


def _own_name(given: str | None) -> str:
    """Who decides while there are no users."""
    import getpass

    try:
        return given or getpass.getuser()
    except (KeyError, OSError):
        return "本机"


def _serve(home: Home, settings: Settings) -> int:
    """The console until it is stopped."""
    from flows.home import HomeError
    from review.app import serve

    if not home.warehouse.exists():
        raise HomeError(f"{home.root} 里还没有仓库；先运行 kuanxiang ingest，或用 --home 指定数据目录。")
    if not settings.loopback and not settings.secure:
        click.echo(
            "提醒：没有 HTTPS，密码和内容在网络上是明文。用 --certificate 和 --key，或放在反向代理后面。", err=True
        )
    serve(home, settings, announce=lambda address: click.echo(f"审核台：{address}　（Ctrl+C 结束）"))
    return 0


def _users(home: Home, add_user: str | None, role: str, disable_user: str | None) -> int:
    """Users listed, set or disabled."""
    import sys

    from flows import show
    from review import access

    by = f"命令行:{_own_name(None)}"
    try:
        if add_user:
            if not access.has_users(home) and role != "admin":
                raise access.AccessError("第一个用户须是管理员：加上 --role admin。")
            if sys.stdin.isatty():
                password = click.prompt("密码", hide_input=True, confirmation_prompt="再输一遍")
            else:
                password = sys.stdin.readline().rstrip("\n")
            access.set_user(home, add_user, role, password, by=by)
            click.echo(f"用户 {add_user}（{role}）已设好；打开审核台须登录。")
        if disable_user:
            access.disable_user(home, disable_user, by=by)
            click.echo(f"用户 {disable_user} 已停用。")
    except access.AccessError as error:
        raise click.UsageError(str(error)) from None
    rows = [
        (one.name, one.role, "停用" if one.disabled else "", f"{one.created_at:%Y-%m-%d}") for one in access.users(home)
    ]
    if rows:
        show.write_table(["用户", "角色", "状态", "设立"], rows)
    else:
        click.echo("还没有用户：审核台只在本机使用，不需要登录。")
    return 0


def _mappings(home: Home, number: int | None, by: str | None, reason: str | None) -> int:
    """What corrections taught, listed; one of them revoked."""
    from expectations.teaching import TeachingError, revoke
    from flows import show
    from flows.operations import session_of
    from review import audit
    from review.queries.mappings import mappings

    if number is not None:
        try:
            with session_of(home) as session:
                revoke(session, number, by=by or "", reason=reason or "")
        except TeachingError as error:
            raise click.UsageError(str(error)) from None
        audit.record(home, by or "", "revoke-mapping", str(number), reason=reason)
        click.echo(f"对照 {number} 已撤销；下次收录或核对时生效。")
        return 0
    rows = [
        (
            one.mapping.number,
            one.mapping.name,
            one.mapping.printed_code or "",
            one.mapping.was or "",
            one.mapping.code,
            one.region,
            f"{one.mapping.year_from}–{one.mapping.year_to}",
            one.mapping.created_by,
            "已撤销" if one.mapping.revoked_at else f"{one.used} 个金额",
        )
        for one in mappings(home)
    ]
    if rows:
        show.write_table(["编号", "印出名称", "印出编码", "机器", "改为", "地区", "年度", "谁", "用于"], rows)
    else:
        click.echo("还没有由更正学来的科目对照。")
    return 0


def _list(home: Home, parameters: dict[str, Any], limit: int, as_json: bool) -> int:
    """The items as lines or JSON."""
    from flows import show
    from flows.commands.names import REVIEW_STATE, SEVERITY
    from flows.warehouse import reading

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
            "  waive 该规则不适用（--until 日期）；reject 整份文件不发布。先看原文：kuanxiang trace 金额编号"
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
@click.option("--no-learn", is_flag=True, help="更正编码时：只改这一个金额，不记为科目对照。")
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
    no_learn: bool,
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
                learn=not no_learn,
            )
            result = {
                "review_id": item.review_id,
                "document_id": item.document_id,
                "expectation": item.expectation,
                "status": item.status,
            }
    except DecisionError as error:
        options = "、".join(f"--{name.replace('_', '-')}" for name in error.arguments)
        raise click.UsageError(f"{error}" + (f"\n（选项：{options}）" if options else "")) from None
    from review import audit

    audit.record(
        home, by, action, item.review_id, address="命令行", reason=reason, value=value, code=code, until=until.date() if until else None,
        line_item=line_item, status=result["status"],
    )  # fmt: skip
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
