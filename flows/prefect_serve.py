"""Child process: a local Prefect server on 127.0.0.1 that ends when its parent does. ``python -m flows.prefect_serve PORT [--schedule]``.

Without ``--schedule`` it is the small one a single run needs (no user interface, no scheduler).
"""

from __future__ import annotations

import os
import sys
import threading


def _die_with_parent() -> None:
    # The parent holds the other end of our standard input; it closes with the parent, however that ends.
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main() -> None:
    """Serve until the parent is gone."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    schedule = "--schedule" in sys.argv[2:]
    if not schedule:
        os.environ["PREFECT__SERVER_EPHEMERAL"] = "1"
    os.environ["PREFECT__SERVER_FINAL"] = "1"
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="on")


if __name__ == "__main__":
    main()
