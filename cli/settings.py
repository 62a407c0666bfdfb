"""Settings: one frozen value, made once by the command and passed on."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publish.ocds.release import PREFIX
from schemas.errors import OpenallocError

DATABASE = "OPENALLOC_DATABASE_URL"
READ = "OPENALLOC_READ_URL"
RATE = "OPENALLOC_RATE"
PROXIES = "OPENALLOC_TRUSTED_PROXIES"
SUBMISSIONS = "OPENALLOC_SUBMISSIONS"
SUBMISSION_RATE = "OPENALLOC_SUBMISSION_RATE"
SUBMISSION_FOLDER = "OPENALLOC_SUBMISSION_FOLDER"
ANSWERS = "OPENALLOC_ANSWERS"
ANSWER_RATE = "OPENALLOC_ANSWER_RATE"
WEBHOOKS = "OPENALLOC_WEBHOOKS"
PROBLEMS = "OPENALLOC_PROBLEMS"
PROBLEM_RATE = "OPENALLOC_PROBLEM_RATE"
WEBHOOK_KEY_FILE = "OPENALLOC_WEBHOOK_KEY_FILE"
DEFAULT_DATABASE = "sqlite:///openalloc.db"
DEFAULT_RATE = "3000000/60"
DEFAULT_SUBMISSION_RATE = "60/60"
DEFAULT_ANSWERS = "1000"
DEFAULT_ANSWER_RATE = "20/3600"
DEFAULT_PROBLEM_RATE = "5/3600"
DATASET_FOLDER = "OPENALLOC_DATASET_FOLDER"
DATASET_BYTES = "OPENALLOC_DATASET_BYTES"
EDITION_FOLDER = "OPENALLOC_EDITION_FOLDER"
SITE = "OPENALLOC_SITE"
OCID = "OPENALLOC_OCID"
DEFAULT_DATASET_BYTES = 20_000_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run depends on besides its arguments.

    `read` is the replica that questions are answered from, `rate` the cost that a client may ask for in so many
    seconds (`off` for no limit), `proxies` the networks whose X-Forwarded-For is believed. With `submissions` keys may
    submit records, each key as often as `submission_rate` says; large bodies wait in `submission_folder`. Answers that
    are cited may take `answers` megabytes (`off` for none), each client keeps them as often as `answer_rate` says. Files of
    datasets are kept in `dataset_folder`, at most `dataset_bytes` of them, editions in `edition_folder`; `site` is the
    public address of this server, by which files name records (`https://data.example.org`). With `webhooks` a server
    delivers to them too; what signs follows from the key in `webhook_key_file`. `ocid` is the prefix that the operator has
    registered with the Open Contracting Partnership. With `problems` readers may report what is wrong, each client as
    often as `problem_rate` says.
    """

    database: str = DEFAULT_DATABASE
    read: str | None = None
    rate: str = DEFAULT_RATE
    proxies: str = ""
    submissions: bool = False
    submission_rate: str = DEFAULT_SUBMISSION_RATE
    submission_folder: str | None = None
    answers: str = DEFAULT_ANSWERS
    answer_rate: str = DEFAULT_ANSWER_RATE
    dataset_folder: str | None = None
    dataset_bytes: int = DEFAULT_DATASET_BYTES
    edition_folder: str | None = None
    site: str = ""
    webhooks: bool = False
    webhook_key_file: str | None = None
    ocid: str = PREFIX
    problems: bool = False
    problem_rate: str = DEFAULT_PROBLEM_RATE

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str] = os.environ,
        database: str | None = None,
        read: str | None = None,
        submissions: bool = False,
        webhooks: bool = False,
        problems: bool = False,
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
            answers=environment.get(ANSWERS) or DEFAULT_ANSWERS,
            answer_rate=environment.get(ANSWER_RATE) or DEFAULT_ANSWER_RATE,
            dataset_folder=environment.get(DATASET_FOLDER) or None,
            dataset_bytes=_bytes(environment.get(DATASET_BYTES)),
            edition_folder=environment.get(EDITION_FOLDER) or None,
            site=(environment.get(SITE) or "").rstrip("/"),
            webhooks=webhooks or environment.get(WEBHOOKS, "").strip().lower() == "on",
            webhook_key_file=environment.get(WEBHOOK_KEY_FILE) or None,
            ocid=_prefix(environment.get(OCID) or PREFIX),
            problems=problems or environment.get(PROBLEMS, "").strip().lower() == "on",
            problem_rate=environment.get(PROBLEM_RATE) or DEFAULT_PROBLEM_RATE,
        )

    @property
    def kept(self) -> Path:
        """Where submitted bodies wait: as said, else beside the database's file, else in the working folder."""
        return self._beside(self.submission_folder, "submissions")

    @property
    def datasets(self) -> Path:
        """Where files of datasets are kept: as said, else beside the database's file, else in the working folder."""
        return self._beside(self.dataset_folder, "datasets")

    @property
    def editions(self) -> Path:
        """Where editions lie: as said, else beside the database's file, else in the working folder."""
        return self._beside(self.edition_folder, "editions")

    @property
    def webhook_key(self) -> Path:
        """The file with the key of webhooks: as said, else beside the database's file, else in the working folder."""
        return self._beside(self.webhook_key_file, "webhooks.key")

    def _beside(self, folder: str | None, suffix: str) -> Path:
        if folder:
            return Path(folder)
        scheme, _, file = self.database.partition(":///")
        name = file.partition("?")[0] if scheme.startswith("sqlite") else ""
        return Path(f"{name or 'openalloc'}.{suffix}")

    @property
    def answer_bytes(self) -> int:
        """The bytes that kept answers may take, 0 for none; raises OpenallocError C150 for what is no number of megabytes."""
        text = self.answers.strip().lower()
        if text == "off":
            return 0
        if not text.isdecimal() or not text.isascii() or not 0 < int(text) < 10**9:
            raise OpenallocError(
                "C150", f"{ANSWERS} 不对:{self.answers}", f"{ANSWERS} is wrong: {self.answers}",
                "写兆字节数,例如 1000;不保存答复写 off。", "Write megabytes, for example 1000, or off to keep none.",
            )  # fmt: skip
        return int(text) * 1_000_000

    def environment(self) -> dict[str, str]:
        """The same for the environment of another process."""
        told = {
            DATABASE: self.database, READ: self.read or "", RATE: self.rate, PROXIES: self.proxies,
            SUBMISSIONS: "on" if self.submissions else "", SUBMISSION_RATE: self.submission_rate,
            SUBMISSION_FOLDER: self.submission_folder or "", ANSWERS: self.answers, ANSWER_RATE: self.answer_rate,
            DATASET_FOLDER: self.dataset_folder or "",
            DATASET_BYTES: str(self.dataset_bytes), EDITION_FOLDER: self.edition_folder or "", SITE: self.site,
            WEBHOOKS: "on" if self.webhooks else "", WEBHOOK_KEY_FILE: self.webhook_key_file or "", OCID: self.ocid,
            PROBLEMS: "on" if self.problems else "", PROBLEM_RATE: self.problem_rate,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


def _bytes(written: str | None) -> int:
    """A number of bytes; raises OpenallocError C130 for what is none."""
    if not written:
        return DEFAULT_DATASET_BYTES
    if not written.isascii() or not written.isdigit():
        raise OpenallocError(
            "C130", f"{DATASET_BYTES} 应是字节数,不能是“{written[:40]}”", f"{DATASET_BYTES} is a number of bytes, not {written[:40]!r}",
            f"例如 {DEFAULT_DATASET_BYTES}。", f"For example {DEFAULT_DATASET_BYTES}.",
        )  # fmt: skip
    return int(written)


def _prefix(written: str) -> str:
    """A prefix of ocids; raises OpenallocError C140 for what is none."""
    if not re.fullmatch(r"ocds-[a-z0-9]{6}", written):
        raise OpenallocError(
            "C140", f"{OCID} 应是 ocds- 加六个小写字母或数字,不能是“{written[:40]}”",
            f"{OCID} is ocds- and six small letters or digits, not {written[:40]!r}",
            f"写登记得到的前缀;没有登记就不写(用 {PREFIX})。", f"Write the prefix that was registered; without one leave it out ({PREFIX} is used).",
        )  # fmt: skip
    return written


def _url(text: str) -> str:
    """A URL, also where only a file's name is given."""
    return text if "://" in text else f"sqlite:///{text}"
