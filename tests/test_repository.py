"""Habits of the repository that no single area's tests would notice."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("extractors", "models", "expectations", "flows", "review", "data")
COMMANDS = (
    "demo", "ingest", "crawl", "nightly", "status", "validate", "review", "decide", "trace", "classify", "sql", "export",
)  # fmt: skip
BINARY = {
    ".pdf",
    ".docx",
    ".xlsx",
    ".xls",
    ".doc",
    ".wps",
    ".ofd",
    ".zip",
    ".rar",
    ".7z",
    ".whl",
    ".so",
    ".ttf",
    ".png",
    ".jpg",
}


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("不在 git 工作区内，无法列出受控文件")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _texts() -> list[tuple[Path, str]]:
    return [
        (path.relative_to(ROOT), path.read_text(encoding="utf-8"))
        for path in _tracked()
        if path.suffix not in BINARY and path != Path(__file__)
    ]


def test_no_registry_hosts_and_no_paths_of_one_machine() -> None:
    """Which package index is used, and where things lie, is the user's affair."""
    forbidden = re.compile(
        r"files\.pythonhosted\.org|pypi\.org/simple|--(?:extra-)?index-url|--find-links"
        r"|(?<![\w.])/(?:work|root|home/\w+|opt|Users)/(?!\.\.)"
    )
    found = [f"{name}: {match[0]}" for name, text in _texts() if (match := forbidden.search(text))]
    assert not found


def test_third_party_binaries_only_among_the_samples() -> None:
    outside = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix.lower() in BINARY and ROOT / "data" / "samples" not in path.parents
    ]
    assert not outside


def test_every_module_says_what_it_is() -> None:
    silent = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))):
                silent.append(str(path.relative_to(ROOT)))
    assert not silent


def test_money_never_passes_through_float() -> None:
    """In `models`, `float()` may be called on scores and coordinates only: the argument must not speak of money."""
    found = []
    for path in (ROOT / "models").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                argument = " ".join(ast.unparse(argument) for argument in node.args)
                if re.search(r"amount|yuan|money|total|budget|value", argument):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} float({argument})")
    assert not found


def test_readme_names_only_what_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"^make (\w+)", readme, re.MULTILINE)) | {"demo", "test"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"Makefile 没有目标 {target}"
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", readme):
        assert (ROOT / link).exists(), f"README 指向不存在的 {link}"
    for command in re.findall(r"bin/kuanxiang (\w+)", readme):
        assert command in COMMANDS, f"README 里的 kuanxiang {command} 不是命令"


def test_licence_is_the_declared_one() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_contract_explains_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", command, "--help"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    assert len(re.findall("[一-龥]", done.stdout)) > 10, "说明应是中文"


def test_lock_names_every_requirement_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)
    assert len(pinned) > 50
    for block in re.split(r"\n(?=[A-Za-z0-9_.-]+==)", lock)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]
