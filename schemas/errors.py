"""Exceptions about the program or the asker; what is wrong with data is an `Issue` and never raised."""


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


class SchemaError(OpenallocError):
    """A schema, a codelist or the request for one is wrong."""
