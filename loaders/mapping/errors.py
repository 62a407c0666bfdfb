"""Why no profile can be proposed or written."""

from loaders.errors import LoadError


class MappingError(LoadError):
    """A file cannot be mapped as asked."""
