"""Exceptions of the store; each has a code with D, a message in both languages and a hint."""

from schemas.errors import OpenallocError


class StoreError(OpenallocError):
    """The database cannot be used as asked, or what is to be written contradicts itself."""
