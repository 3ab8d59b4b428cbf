"""Wrong usage of the command line, said in Chinese. Click's own sentences are English; ours pass through unchanged."""

from __future__ import annotations

import re

import click

_SENTENCES = (
    (r"'?(?P<value>.*?)'? is not one of (?P<choices>.*)\.", "“{value}”不在可选之列：{choices}。"),
    (r"'(?P<value>.*)' is not a valid (?:integer|int|float)( range)?\.", "“{value}”不是数字。"),
    (r"(?P<value>.*) is not in the range (?P<range>.*)\.", "{value} 不在范围 {range} 内。"),
    (r"'(?P<value>.*)' does not match the formats? (?P<formats>.*)\.", "“{value}”不是日期，请写成 2026-12-31 的样子。"),
    (r"\S+ '(?P<value>.*)' does not exist\.", "“{value}”不存在。"),
    (r"\S+ '(?P<value>.*)' is a file\.", "“{value}”是文件，应为文件夹。"),
    (r"\S+ '(?P<value>.*)' is a directory\.", "“{value}”是文件夹，应为文件。"),
    (r"\S+ '(?P<value>.*)' is not (?:readable|writable)\.", "“{value}”不能读写。"),
    (r"Got unexpected extra arguments? \((?P<value>.*)\)", "多出的参数：{value}。"),
    (r"Option '(?P<value>.*)' requires (?:an argument|\d+ arguments)\.", "{value} 后面缺少内容。"),
    (r"Option '(?P<value>.*)' does not take a value\.", "{value} 后面不带内容。"),
    (r"Missing command\.", "缺少命令。"),
)


def sentence(text: str) -> str:
    """One of click's English sentences in Chinese; any other text as it is."""
    for pattern, chinese in _SENTENCES:
        match = re.fullmatch(pattern, text.strip(), re.DOTALL)
        if match:
            return chinese.format(**match.groupdict())
    return text


def message(error: click.ClickException) -> str:
    """What is wrong with the call, in Chinese."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。"
    if isinstance(error, click.MissingParameter):
        name = error.param.get_error_hint(error.ctx) if error.param is not None and error.ctx is not None else ""
        return f"缺少 {name.strip(chr(39))}。" if name else "缺少参数。"
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx) if error.param is not None and error.ctx is not None else ""
        said = sentence(error.message)
        return f"{name.strip(chr(39))}：{said}" if name else said
    command = re.fullmatch(r"No such command '?(.*?)'?\.", error.message.splitlines()[0] if error.message else "")
    return f"没有命令 {command.group(1)}。" if command else sentence(error.message)


def show(error: click.ClickException) -> None:
    """Print it on standard error, with the way to the help."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(context.get_usage().replace("Usage:", "用法：", 1), err=True)
    click.echo(f"错误：{message(error)}", err=True)
    if context is not None:
        click.echo(f"说明见 {context.command_path} --help", err=True)
