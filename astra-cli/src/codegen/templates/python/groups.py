"""The calls, by their groups."""
