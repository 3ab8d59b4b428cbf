"""Structure-aware mutations of documents in every format: no crash, no hang, no memory without bound, no wrong exit."""
