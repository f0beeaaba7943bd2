"""BIG-bench's JSON tasks: found in folders, read, and made questions of."""
