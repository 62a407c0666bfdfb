"""The lock file `released.csv`: what is released, since when, and what its file was then.

A row freezes a version for good: `land/grant-result/1.0` with the SHA-256 of its file. A codelist grows, so its row
freezes the codes that were there on its day: a code may be added later with its day in the column `added`, none may
go. Whether a version is current, deprecated or retired is no part of its file: it follows from the dates here.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal

from schemas.codelist import EXTERNAL, Code, Codelist
from schemas.errors import SchemaError
from schemas.issue import Issue, Rule, issue

FILE = "released.csv"
COLUMNS = ("name", "sha256", "released", "deprecated", "retired", "note", "noteEn")
Status = Literal["draft", "current", "deprecated", "retired"]
_CODELISTS = "codelists/"

RULES: dict[str, Rule] = {
    "S130": Rule("error", "{name} 已经发布,但它的文件变了", "{name} is released, but its file has changed",
                 "已发布的版本不能修改:恢复该文件,把改动写进新的版本。",
                 "A released version never changes: restore the file and put the change into a new version."),
    "S131": Rule("error", "{name} 已经发布,但没有它的文件", "{name} is released, but its file is missing",
                 "恢复该文件;停用的版本也要保留。", "Restore the file; a retired version stays, too."),
    "S132": Rule("error", "{name} 还没有列入 released.csv", "{name} is not listed in released.csv",
                 "定稿后运行 openalloc schemas release。", "Run `openalloc schemas release` when it is final."),
    "S133": Rule("error", "代码表 {name} 在 {released} 已发布的代码变了", "the codes of {name} released on {released} have changed",
                 "恢复被删除或改写的代码;新增的代码要在 added 列写明日期(晚于 {released})。",
                 "Restore a code that was removed or rewritten; give a new one its day in the column `added`, after {released}."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Release:
    """One row of the lock file; without `released`, a version that is still a draft."""

    name: str
    sha256: str = ""
    released: date | None = None
    deprecated: date | None = None
    retired: date | None = None
    note: str = ""
    note_en: str = ""

    def status(self, on: date) -> Status:
        """What the version is on a day: a draft before its release, then current, deprecated, retired."""
        if self.released is None or on < self.released:
            return "draft"
        if self.retired is not None and on >= self.retired:
            return "retired"
        return "deprecated" if self.deprecated is not None and on >= self.deprecated else "current"

    def has(self, code: Code) -> bool:
        """Whether the version may use a code: it was in its list by the release; a draft may use any."""
        return self.released is None or code.added is None or code.added <= self.released

    def to_json(self, on: date) -> dict[str, str | None]:
        """Status and dates as catalogues show them."""
        days = {"released": self.released, "deprecated": self.deprecated, "retired": self.retired}
        shown: dict[str, str | None] = {"status": self.status(on)}
        shown |= {name: day.isoformat() if day else None for name, day in days.items()}
        return shown | ({"note": self.note, "noteEn": self.note_en} if self.note else {})


DRAFT = Release("")


@dataclass(frozen=True)
class Lock:
    """All rows of a lock file, in its order."""

    rows: tuple[Release, ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[str, Release]:
        return {row.name: row for row in self.rows}

    def of(self, name: str) -> Release:
        """The row of a version, or one without dates; of a codelist the latest."""
        return self._by_name.get(name) or Release(name)

    @classmethod
    def load(cls, path: Path) -> "Lock":
        """The lock file, empty where there is none; raises SchemaError S134 for a row that cannot be."""
        if not path.exists():
            return cls()
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return cls(tuple(_row(row, number) for number, row in enumerate(csv.DictReader(stream), 2)))

    def append(self, path: Path, rows: Iterable[Release]) -> None:
        """Write further rows at the end of the file; those that are there stay as they are, byte for byte."""
        fresh = not path.exists()
        ended = fresh or path.read_bytes()[-1:] in (b"", b"\n")
        with path.open("a", encoding="utf-8", newline="") as stream:
            if not ended:
                stream.write("\n")
            writer = csv.writer(stream, lineterminator="\n")
            if fresh:
                writer.writerow(COLUMNS)
            writer.writerows(["" if cell is None else cell for cell in astuple(row)] for row in rows)

    def faults(
        self, folder: Path, versions: Iterable[str], codelists: Mapping[str, Codelist]
    ) -> Iterator[Issue]:
        """Where the files and the lock disagree; `versions` names every version file below the folder."""
        names = list(versions)
        for row in self.rows:
            known = codelists.get(row.name.removeprefix(_CODELISTS))
            if row.name.startswith(_CODELISTS) and known and row.released:
                if codes_digest(known, row.released) != row.sha256:
                    yield issue(RULES, "S133", path=row.name, name=row.name, released=row.released)
            elif row.name not in names:
                yield issue(RULES, "S131", path=row.name, name=row.name)
            elif file_digest(folder, row.name) != row.sha256:
                yield issue(RULES, "S130", path=row.name, name=row.name)
        yield from (issue(RULES, "S132", path=name, name=name) for name in names if name not in self._by_name)

    def additions(
        self,
        folder: Path,
        versions: Iterable[str],
        codelists: Mapping[str, Codelist],
        on: date,
        patterns: Iterable[str],
    ) -> list[Release]:
        """The rows that a release on that day adds, of names that fit one of the patterns (`*/1.0`).

        A codelist gets a first row, and another one when codes were added after its last.
        """
        wanted = tuple(patterns) or ("*",)
        made = [
            Release(name, file_digest(folder, name), on) for name in versions if name not in self._by_name
        ]
        for name, codelist in codelists.items():
            last = self.of(_CODELISTS + name)
            grown = any(
                last.released and code.added and last.released < code.added <= on
                for code in codelist.codes.values()
            )
            if name not in EXTERNAL and (last.released is None or grown):
                made.append(Release(_CODELISTS + name, codes_digest(codelist, on), on))
        return [row for row in made if any(fnmatchcase(row.name, pattern) for pattern in wanted)]


def file_digest(folder: Path, name: str) -> str:
    """The SHA-256 of a version's file, as `sha256sum` prints it."""
    return hashlib.sha256((folder / f"{name}.json").read_bytes()).hexdigest()


def codes_digest(codelist: Codelist, on: date) -> str:
    """The SHA-256 of the codes that a list had on a day: sorted, one a line."""
    there = sorted(code.code for code in codelist.codes.values() if code.added is None or code.added <= on)
    return hashlib.sha256("\n".join(there).encode()).hexdigest()


def _row(row: Mapping[str, str | None], number: int) -> Release:
    try:
        released, deprecated, retired = (
            date.fromisoformat(text) if (text := row[column]) else None
            for column in ("released", "deprecated", "retired")
        )
        name, sha256 = row["name"], row["sha256"]
        days = [day for day in (released, deprecated, retired) if day]
        if not name or not sha256 or released is None or days != sorted(days):
            raise ValueError(name)
    except (KeyError, ValueError) as error:
        raise SchemaError(
            "S134", f"{FILE} 第 {number} 行有误", f"row {number} of {FILE} is wrong",
            f"各列为 {','.join(COLUMNS)};name、sha256、released 必填,日期写作 2026-12-01,先发布、后弃用、再停用。",
            f"The columns are {', '.join(COLUMNS)}; name, sha256 and released are needed, dates are written 2026-12-01 "
            "and run from released over deprecated to retired.",
        ) from error  # fmt: skip
    return Release(
        name, sha256, released, deprecated, retired, row.get("note") or "", row.get("noteEn") or ""
    )
