"""The review queue: from failed results to questions, from stewards' answers to what the warehouse says.

States of an item, and what moves it:

* ``open`` → ``accepted`` | ``corrected`` | ``waived`` | ``rejected`` by a decision (`decide`).
* ``open`` → ``resolved`` when the check no longer fails; ``resolved`` → ``open`` when it fails again.
* A decided item stays decided over re-ingestion and new code. When only our reading changed, the person's answer stands.
  It opens again when the evidence itself changed (another document it rests on was replaced), or a waiver ran out.
* ``undo`` takes the last decision back, also where new code carried it over to another id; nothing is ever deleted from the
  list of decisions.
* Where new code asks the same question under another id (same document, rule, evidence and figures), the answer is carried over.
* Rejecting a document answers its other open questions too; taking that back asks them again.
* A corrected code teaches: the label means that code from then on (`expectations.teaching`).

The evidence of an item is the set of documents (hashes of their bytes) its figures stand in: the same bytes are the same
evidence, whatever we make of them.
"""

from __future__ import annotations

from expectations.answers import decide, parse_value
from expectations.applying import apply_decisions
from expectations.items import DecisionError, find, rejected_documents, standing
from expectations.reconciling import Reconciliation, reconcile

__all__ = [
    "DecisionError",
    "Reconciliation",
    "apply_decisions",
    "decide",
    "find",
    "parse_value",
    "reconcile",
    "rejected_documents",
    "standing",
]
