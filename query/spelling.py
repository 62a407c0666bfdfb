"""What a computed table is spelled with (`query.sql.Speller`)."""

from typing import Protocol

from query.dialect import Dialect
from query.plan import Condition


class Spelling(Protocol):
    """Names, the database's spellings, and conditions."""

    dialect: Dialect

    def alias(self, letter: str) -> str: ...
    def holds(self, condition: Condition | None, table: str, alias: str) -> list[str]: ...
