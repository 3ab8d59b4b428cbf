"""How many wrong figures are noticed: faults planted into correct documents, and what the rules say about them."""
