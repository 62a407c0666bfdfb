"""Settings: one frozen value, made once by the command and passed on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATABASE = "OPENALLOC_DATABASE_URL"
READ = "OPENALLOC_READ_URL"
RATE = "OPENALLOC_RATE"
PROXIES = "OPENALLOC_TRUSTED_PROXIES"
SUBMISSIONS = "OPENALLOC_SUBMISSIONS"
SUBMISSION_RATE = "OPENALLOC_SUBMISSION_RATE"
SUBMISSION_FOLDER = "OPENALLOC_SUBMISSION_FOLDER"
DEFAULT_DATABASE = "sqlite:///openalloc.db"
DEFAULT_RATE = "3000000/60"
DEFAULT_SUBMISSION_RATE = "60/60"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run depends on besides its arguments.

    `read` is the replica that questions are answered from, `rate` the cost that a client may ask for in so many
    seconds (`off` for no limit), `proxies` the networks whose X-Forwarded-For is believed. With `submissions` keys may
    submit records, each key as often as `submission_rate` says; large bodies wait in `submission_folder`.
    """

    database: str = DEFAULT_DATABASE
    read: str | None = None
    rate: str = DEFAULT_RATE
    proxies: str = ""
    submissions: bool = False
    submission_rate: str = DEFAULT_SUBMISSION_RATE
    submission_folder: str | None = None

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str] = os.environ,
        database: str | None = None,
        read: str | None = None,
        submissions: bool = False,
    ) -> "Settings":
        """The settings of the environment; what the command line says comes first."""
        replica = read or environment.get(READ)
        return cls(
            database=_url(database or environment.get(DATABASE) or DEFAULT_DATABASE),
            read=_url(replica) if replica else None,
            rate=environment.get(RATE) or DEFAULT_RATE,
            proxies=environment.get(PROXIES) or "",
            submissions=submissions or environment.get(SUBMISSIONS, "").strip().lower() == "on",
            submission_rate=environment.get(SUBMISSION_RATE) or DEFAULT_SUBMISSION_RATE,
            submission_folder=environment.get(SUBMISSION_FOLDER) or None,
        )

    @property
    def kept(self) -> Path:
        """Where submitted bodies wait: as said, else beside the database's file, else in the working folder."""
        if self.submission_folder:
            return Path(self.submission_folder)
        scheme, _, file = self.database.partition(":///")
        name = file.partition("?")[0] if scheme.startswith("sqlite") else ""
        return Path(f"{name or 'openalloc'}.submissions")

    def environment(self) -> dict[str, str]:
        """The same for the environment of another process."""
        told = {
            DATABASE: self.database, READ: self.read or "", RATE: self.rate, PROXIES: self.proxies,
            SUBMISSIONS: "on" if self.submissions else "", SUBMISSION_RATE: self.submission_rate,
            SUBMISSION_FOLDER: self.submission_folder or "",
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


def _url(text: str) -> str:
    """A URL, also where only a file's name is given."""
    return text if "://" in text else f"sqlite:///{text}"
