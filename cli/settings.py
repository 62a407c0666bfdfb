"""Settings: one frozen value, made once by the command and passed on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

DATABASE = "OPENALLOC_DATABASE_URL"
DEFAULT_DATABASE = "sqlite:///openalloc.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run depends on besides its arguments."""

    database: str = DEFAULT_DATABASE

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ, database: str | None = None) -> "Settings":
        """The settings of the environment; what the command line says comes first."""
        return cls(database=_url(database or environment.get(DATABASE) or DEFAULT_DATABASE))


def _url(text: str) -> str:
    """A URL, also where only a file's name is given."""
    return text if "://" in text else f"sqlite:///{text}"
