"""Wrong usage is explained in Chinese, whatever is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.cli import main


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["bogus"], "没有命令 bogus。"),
        (["ingest"], "缺少 PATH_OR_URL...。"),
        (["ingest", "--bogus", "x"], "没有选项 --bogus。"),
        (["classify", "行政运行"], "缺少 --year。"),
        (["classify", "行政运行", "--year", "abc"], "--year：“abc”不是数字。"),
        (["classify", "行政运行", "--year", "1900"], "--year：1900 不在范围 2000<=x<=2100 内。"),
        (["classify", "行政运行", "--year"], "--year 后面缺少内容。"),
        (["decide", "x", "approve", "--by", "a", "--reason", "b"], "“approve”不在可选之列"),
        (
            ["decide", "x", "waive", "--until", "明天", "--by", "a", "--reason", "b"],
            "不是日期，请写成 2026-12-31 的样子。",
        ),
        (["crawl", "--sources", "missing.toml"], "“missing.toml”不存在。"),
        (["status", "x"], "多出的参数：x。"),
        (["status", "--json=1"], "--json 后面不带内容。"),
        (["crawl"], "没有来源"),
    ],
)
def test_wrong_usage_is_said_in_chinese(
    arguments: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(tmp_path / "home"), *arguments])
    error = capsys.readouterr().err
    assert ended.value.code == 2 and expected in error
    sentence = error.split("错误：")[1].splitlines()[0]
    assert not re.search(r"[A-Za-z]+ (?:is|not|of|does|such|option) ", sentence)
    assert "Try" not in error and "Usage" not in error
