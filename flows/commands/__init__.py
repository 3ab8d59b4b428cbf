"""One module a command (or two that belong together); each imports what it needs when it is called."""
