"""A profile proposed for a file that nobody has seen: its type, its columns, how sure that is."""
