"""One module a file format: bytes in, rows out."""
