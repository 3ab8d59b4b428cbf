"""The page that holds our rules against the usual checklist names rules that exist."""

from __future__ import annotations

import re
from pathlib import Path

from expectations.rules import catalogue
from expectations.rules.findings import CODES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "checks.md"


def test_every_rule_the_page_names_exists() -> None:
    named = set(re.findall(r"`([A-Z0-9]+(?:-[A-Z0-9]+)+)`", PAGE.read_text("utf-8")))
    assert named and named <= {rule.id for rule in catalogue()} | {code.id for code in CODES}
