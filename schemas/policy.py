"""The policy behind the standard: what has to be public, in whose words, by whom, where, under whose eyes.

The implementation opinions of the General Office of the Yunnan Provincial People's Government of 22 May 2018; bodies
have the names they had then. The files are in `schemas/policy/`.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from schemas.errors import SchemaError

TITLE = "云南省人民政府办公厅关于推进公共资源配置领域政府信息公开的实施意见"
TITLE_EN = (
    "Implementation opinions of the General Office of the Yunnan Provincial People's Government"
    " on disclosing government information in public resource allocation"
)
DATED = "2018-05-22"


@dataclass(frozen=True, slots=True)
class Item:
    """A content item that has to be public: its number (`2.3.6`) and the opinions' words for it."""

    number: str
    type: str
    wording: str


@dataclass(frozen=True, slots=True)
class Body:
    """An authority or a kind of institution, as the opinions name it."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Provision:
    """A channel of disclosure or a way of supervision, with the sentence and the section that name it."""

    code: str
    title: str
    title_en: str
    section: str
    section_en: str
    wording: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What the policy says of one disclosure type.

    `wording` is the opinions' sentence, `section` where it stands. `complaints` are the items by which a record of
    the type itself says where to object, complain or seek remedy.
    """

    clause: str
    type: str
    title: str
    title_en: str
    domain: str
    section: str
    section_en: str
    wording: str
    lead: tuple[Body, ...]
    responsible: tuple[Body, ...]
    channels: tuple[Provision, ...]
    items: tuple[Item, ...]
    complaints: tuple[Item, ...]


@dataclass(frozen=True)
class Policy:
    """All matters by disclosure type in the order of the opinions, all items by number, and who supervises.

    `course` says by (list, code) which stages every process has and which domains are shared by the others.
    """

    matters: Mapping[str, Matter]
    items: Mapping[str, Item]
    supervision: tuple[Provision, ...]
    course: Mapping[tuple[str, str], str]

    @classmethod
    def load(cls, folder: Path) -> "Policy":
        """The policy of a folder; raises SchemaError S104 for a file that cannot be read or names what is not there."""
        try:
            return _policy(folder)
        except (OSError, KeyError, ValueError) as error:
            raise SchemaError(
                "S104", f"政策文件有误:{error}", f"the files of the policy are wrong: {error}",
                "检查 schemas/policy 中的表。", "Check the tables in schemas/policy.",
            ) from error  # fmt: skip


def _policy(folder: Path) -> Policy:
    bodies = {row["body_zh"]: Body(row["body_zh"], row["body_en"]) for row in _rows(folder, "bodies")}
    channels = {one.code: one for one in _provisions(folder, "channels", "channel")}
    items = {
        row["item"]: Item(row["item"], row["type"], row["content_zh"])
        for row in _rows(folder, "disclosure-items")
    }
    of_type: dict[str, list[Item]] = {}
    for item in items.values():
        of_type.setdefault(item.type, []).append(item)
    matters = {
        row["type"]: Matter(
            row["clause"], row["type"], row["title_zh"], row["title_en"], row["domain_zh"],
            row["section"], row["section_en"], row["wording_zh"],
            tuple(bodies[name] for name in _several(row["lead_departments"])),
            tuple(bodies[name] for name in _several(row["responsible_bodies"])),
            tuple(channels[code] for code in _several(row["channels"])),
            tuple(of_type.get(row["type"], ())),
            tuple(items[number] for number in _several(row["complaint_items"])),
        )
        for row in _rows(folder, "disclosure-types")
    }  # fmt: skip
    return Policy(
        MappingProxyType(matters),
        MappingProxyType(items),
        tuple(_provisions(folder, "supervision", "supervision")),
        MappingProxyType({(row["list"], row["code"]): row["course"] for row in _rows(folder, "course")}),
    )


def _provisions(folder: Path, file: str, key: str) -> Iterator[Provision]:
    for row in _rows(folder, file):
        yield Provision(
            row[key], row["title_zh"], row["title_en"], row["section"], row["section_en"], row["wording_zh"]
        )


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _several(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]
