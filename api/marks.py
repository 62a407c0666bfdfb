"""What no statement can make: marks that it leaves in an answer, replaced before the answer goes out.

A mark is a text: a secret of this process (nobody can write it into a record or a query), the letter of what makes
its value, what is asked for, and the documents that it is made of, each in hexadecimal digits.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson


class Maker(Protocol):
    """Makes a value of documents, which are in hexadecimal digits."""

    def made(self, asked: Any, documents: Sequence[str]) -> Any: ...


class Marks:
    """Spells marks and replaces them, by what makes the values of each letter."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers = makers
        self._secret = secrets.token_hex(16)
        self._found = re.compile(f'"{self._secret}:([a-z]):([0-9a-f]+):([0-9a-f:-]*)"'.encode())

    def mark(self, letter: str, asked: Any) -> str:
        """What a statement puts before the documents."""
        return f"{self._secret}:{letter}:{orjson.dumps(asked).hex()}:"

    def fill(self, answer: bytes) -> bytes:
        """The answer with every mark replaced by the value it stands for."""
        return self._found.sub(self._replaced, answer) if self._secret.encode() in answer else answer

    def _replaced(self, mark: re.Match[bytes]) -> bytes:
        letter, asked, documents = (part.decode() for part in mark.groups())
        made = self._makers[letter].made(orjson.loads(bytes.fromhex(asked)), documents.split(":"))
        return orjson.dumps(made)
