"""Two states of a department's files: what was loaded once, and what comes now and is broken off.

Between them every fate of a record: new, unchanged, revised, withdrawn, refused for the first time, refused again,
repaired; known by its identifiers, or only by its place in the file; of every type; and two types from one row.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.synthetic.generator import generate
from schemas.catalog import Catalog, Disclosure
from store.identity import identify

PUBLISHER = "11530114MB0W00017C"
PROFILE = """
title = "公告和结果在一行里"
match = "all"

[publisher]
name = "示例市自然资源局"
uscc = "11530114MB0W00017C"
region = "530114"

[columns]
"公告编号" = "localId"
"项目" = "title"
"宗地" = "lots.parcelNumber"
"位置" = "lots.parcelLocation"
"金额" = { to = "lots.price", unit = "万元" }
"受让" = "lots.transferee"
"公告日" = "publishedDate"
"成交日" = "lots.dealDate"

[[records]]
type = "land/grant-notice"

[[records]]
type = "land/grant-result"
"""
HEADINGS = "公告编号,项目,宗地,位置,金额,受让,公告日,成交日"


@dataclass(frozen=True, slots=True)
class Files:
    """A folder with `before` and `after`, files of the same names in both, and how they are loaded.

    `withdrawn` are the ids of two records that stand in both, to be withdrawn between them.
    """

    folder: Path
    withdrawn: tuple[str, str]

    def arguments(self, state: str, database: str, *more: str) -> tuple[str, ...]:
        """The command that loads the files of a state."""
        names = [str(self.folder / state / name) for name in ("night.jsonl", "plots.csv")]
        return (
            "load",
            *names,
            "--profile",
            str(self.folder / "rows.toml"),
            "--database",
            database,
            "--json",
            *more,
        )

    def plain(self, state: str, database: str, *more: str) -> tuple[str, ...]:
        """The command that loads the records alone."""
        return ("load", str(self.folder / state / "night.jsonl"), "--database", database, "--json", *more)


def make(folder: Path, catalog: Catalog, records: int, rows: int, *, repeating: bool = False) -> Files:
    """Write the files, of so many records and rows; `repeating`: some rows known by their place alone are refused again."""
    pairs = list(generate(catalog, records))
    for state in ("before", "after"):
        (folder / state).mkdir(parents=True)
        lines = _records(pairs, state == "after")
        (folder / state / "night.jsonl").write_text("\n".join(map(_line, lines)) + "\n", "utf-8")
        table = [HEADINGS, *(_row(number, state == "after", repeating) for number in range(rows))]
        (folder / state / "plots.csv").write_text("\n".join(table) + "\n", "utf-8")
    (folder / "rows.toml").write_text(PROFILE, "utf-8")
    found = [
        identity.id
        for at, (disclosure, record) in enumerate(pairs)
        if _fate(at) in ("unchanged", "revised") and (identity := identify(record, disclosure))
    ]
    return Files(folder, (found[2], found[-3]))


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _fate(at: int) -> str:
    """What becomes of the record at a place: a cycle of twelve, none of them twice in a row."""
    return (
        "new", "unchanged", "new", "revised", "new", "repaired", "new", "refused", "unchanged", "revised", "again", "new",
    )[at % 12]  # fmt: skip


def _records(pairs: Sequence[tuple[Disclosure, dict[str, Any]]], after: bool) -> Iterator[dict[str, Any]]:
    for at, (disclosure, record) in enumerate(pairs):
        fate = _fate(at)
        wrong = {**record, "publishedDate": "昨天"}
        if fate == "new" and not after:
            continue
        if fate == "revised":
            changed = _changed(record)
            yield changed if after else record
        elif fate == "repaired":
            yield record if after else wrong
        elif fate == "refused":
            yield wrong if after else record
        elif fate == "again":
            yield {**wrong, "remark": "再次"} if after and "remark" in disclosure.by_path else wrong
        else:
            yield record


def _changed(record: dict[str, Any]) -> dict[str, Any]:
    """The record with another title, another date, and without its last lot."""
    changed = {**record, "title": record["title"].replace("(合成数据)", "(更正后)(合成数据)")}
    if len(record.get("lots", ())) > 1:
        changed["lots"] = record["lots"][:-1]
    if record["publishedDate"] < "2025-12-01":
        changed["publishedDate"] = record["publishedDate"][:8] + "27"
    return changed


def _row(number: int, after: bool, repeating: bool) -> str:
    """A row of two records, a notice and a result; some without any identifier, one good for one of its records only."""
    deal, day, parcel, name = (
        f"2024-05-{number % 20 + 1:02}",
        f"2024-06-{number % 20 + 1:02}",
        f"SL-{number}",
        f"N-{number}",
    )
    price, location = str(number + 1), f"示例路{number}号"
    fate = number % 8
    if fate == 1 and not after:
        parcel = name = ""  # nobody can tell which record it would be: known by its place, repaired later
    elif fate == 3 and repeating:
        parcel = name = ""  # the same, refused again
    elif fate == 5:
        if not after:
            parcel = name = ""
        else:  # the notice is taken, the result refused for want of a parcel: its place is repaired and refused again
            return f"{name},示例地块{number},,,,,{day},"
    elif fate == 6 and after:
        price = str(number + 2)
    elif fate == 7 and not after:
        day = "昨天"
    return f"{name},示例地块{number},{parcel},{location},{price},云南示例第{number % 5}有限公司,{day},{deal}"
