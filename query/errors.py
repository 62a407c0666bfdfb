"""What the asker did wrong, or what a query may not do."""

from schemas.errors import OpenallocError


class QueryError(OpenallocError):
    """The operation is refused before it runs, or was stopped; nothing is half answered."""


def invalid(what: str, what_en: str, hint: str = "", hint_en: str = "") -> QueryError:
    """An argument that cannot be used."""
    return QueryError("Q001", f"参数不能用:{what}", f"the argument cannot be used: {what_en}", hint, hint_en)
