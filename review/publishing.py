"""The process that brings decisions into the warehouse for the console: loaded before it is needed, one line asks, one answers.

Where only a whole run will do (a rejection, new code, documents taken in meanwhile) it does that, and ends: its libraries
take memory that nothing else here needs.
"""

from __future__ import annotations

import json
import os
import selectors
import sys
from pathlib import Path

from flows.home import Home

IDLE = 900.0
"""Seconds without a request after which it ends; the console starts another when one is needed."""


def publish(home: Home) -> str:
    """Make good what was decided; how: ``decide`` (only what it concerns) or ``validate`` (a whole run)."""
    from flows.deciding import settle

    if settle(home, []) is not None:
        return "decide"
    from flows.observer import Observer
    from flows.runner import run

    run(home, [], Observer(), kind="validate", force=True)
    return "validate"


def _load() -> None:
    """Import what publishing needs, DuckDB's own late imports too (it wants pandas for its first parameter)."""
    import duckdb

    import expectations.engine
    import expectations.review  # noqa: F401
    import flows.deciding  # noqa: F401
    from expectations.rules import catalogue

    with duckdb.connect() as connection:
        connection.execute("SELECT ?", [""])
    catalogue()


def main() -> None:
    """Serve one home: ``python -m review.publishing HOME``."""
    home = Home(Path(sys.argv[1]))
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # whatever is printed on the way is no answer
        _load()
        with selectors.DefaultSelector() as waiting:
            waiting.register(sys.stdin, selectors.EVENT_READ)
            while waiting.select(IDLE) and sys.stdin.readline():
                answer = {"how": "", "problem": ""}
                try:
                    answer["how"] = publish(home)
                except Exception as error:  # told to the steward; the warehouse stands as it was
                    answer["problem"] = str(error)[:500] or type(error).__name__
                answers.write(json.dumps(answer) + "\n")
                answers.flush()
                if answer["how"] == "validate":
                    return


if __name__ == "__main__":
    main()
