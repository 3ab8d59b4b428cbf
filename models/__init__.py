"""What a disclosure says: forms, prose, codes, bodies and money read from extracts, and the tables they are stored in."""
