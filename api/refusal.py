"""A request that is refused, and the body of the answer: the same form at every address."""

import orjson

from loaders.personal import mask
from schemas.errors import OpenallocError


class RequestError(OpenallocError):
    """The HTTP request cannot be answered; `status` is its answer's."""

    def __init__(
        self, status: int, code: str, message: str, message_en: str, hint: str = "", hint_en: str = ""
    ) -> None:
        super().__init__(code, message, message_en, hint, hint_en)
        self.status = status


def status_of(error: OpenallocError) -> int:
    """The status with which an error is answered: that of a request's own fault, else what it says of the data."""
    return error.status if isinstance(error, RequestError) else 422


def body_of(error: OpenallocError) -> bytes:
    """The error as JSON, as GraphQL spells errors: both languages in the message, code and hints in the extensions."""
    hints = {"code": error.code, "hint": told(error.hint), "hintEn": told(error.hint_en)}
    both = f"{error.message} / {error.message_en}"
    message = error.message if error.message == error.message_en else both  # a protocol's own word
    return orjson.dumps({"errors": [{"message": told(message), "extensions": hints}]})


def words_of(error: OpenallocError) -> dict[str, str]:
    """The error as a page says it."""
    return {
        "code": error.code, "message": told(error.message), "messageEn": told(error.message_en),
        "hint": told(error.hint), "hintEn": told(error.hint_en),
    }  # fmt: skip


def told(text: str) -> str:
    """A message as it goes out: it may repeat what was sent, but no number of a person."""
    return mask(text)[0]
