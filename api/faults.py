"""What is wrong with an operation, as GraphQL tells it: a message in both languages, a code, hints, places."""

from typing import Any

import orjson
from graphql import GraphQLError

from api.refusal import told
from query.errors import QueryError
from schemas.errors import OpenallocError

SHOWN = 10  # errors of one document; each costs a search for what was meant


class InvalidOperationError(Exception):
    """What graphql-core found wrong, with a code of ours."""

    def __init__(self, code: str, message: str, message_en: str, errors: list[GraphQLError]) -> None:
        super().__init__(code)
        self.errors = []
        for error in errors[:SHOWN]:
            made = error.formatted
            found: dict[str, Any] = {
                "message": f"{message} / {message_en}: {told(_short(made['message']))}",
                "extensions": {"code": code},
            }
            if made.get("locations"):
                found["locations"] = made["locations"]
            self.errors.append(found)


def _short(text: str) -> str:
    """A message that may repeat what was sent, at a length that can be read."""
    return text if len(text) <= 500 else f"{text[:500]}…"


def bad_variables(errors: list[GraphQLError]) -> InvalidOperationError:
    """Variables whose values do not fit their types."""
    return InvalidOperationError(
        "Q112", "变量的值不能用", "a variable has a value that cannot be used", errors
    )


def refusal(error: OpenallocError) -> dict[str, Any]:
    """An error as one of `errors`."""
    extensions = {"code": error.code, "hint": told(error.hint), "hintEn": told(error.hint_en)}
    return {
        "message": told(f"{error.message} / {error.message_en}"),
        "extensions": {name: value for name, value in extensions.items() if value},
    }


def too_deep() -> QueryError:
    """The document is nested deeper than the program can follow."""
    return QueryError(
        "Q101",
        "查询的层数太多",
        "the operation is nested too deeply",
        "分成几个查询。",
        "Split it into several operations.",
    )


def errors_body(errors: list[dict[str, Any]]) -> bytes:
    """The body of an answer that is nothing but errors."""
    return orjson.dumps({"errors": errors})
