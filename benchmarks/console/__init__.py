"""How long a steward waits: from a click in the queue to the marked page picture, in a real browser."""
