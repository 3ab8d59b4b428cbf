"""The accounting identities and sanity rules, run over the candidate warehouse; the review queue and its decisions.

`validate` runs the catalogue (`expectations.rules`); `expectations.review` keeps the queue. Great Expectations is
imported only where its site is written.
"""

from __future__ import annotations

from expectations.engine import validate
from expectations.model import Rule, ValidationSummary

__all__ = ["Rule", "ValidationSummary", "validate"]
