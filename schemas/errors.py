"""Exceptions about the program or the asker; what is wrong with data is an `Issue` and never raised."""

import copyreg
from typing import Any


class OpenallocError(Exception):
    """The base of every error that this project raises on purpose.

    `code` is stable and listed in docs/errors.md; the message and the hint come in Chinese and English.
    """

    def __init__(self, code: str, message: str, message_en: str, hint: str = "", hint_en: str = "") -> None:
        super().__init__(f"{code} {message} / {message_en}")
        self.code = code
        self.message = message
        self.message_en = message_en
        self.hint = hint
        self.hint_en = hint_en

    def __reduce__(self) -> tuple[Any, ...]:
        """An error is made again in another process from what it has, whatever its class asks for."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class SchemaError(OpenallocError):
    """A schema, a codelist or the request for one is wrong."""
