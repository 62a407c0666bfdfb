"""Exceptions of this room: about the program or the asker, never about what stands in a file."""

from schemas.errors import OpenallocError


class LoadError(OpenallocError):
    """A file cannot be loaded as asked."""


class ProfileError(LoadError):
    """A mapping profile is missing or says something that the loader does not understand."""
