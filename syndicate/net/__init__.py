"""Everything that calls out: the guarded fetch. The only room that opens connections. Knows settings."""
