"""A plan → one SQL statement → bytes of JSON."""
