"""Codelists: what a code means, and which code a department's wording means."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from schemas.errors import SchemaError

_COLUMNS = ("code", "title", "titleEn", "description", "aliases", "parent", "validFrom", "validTo", "added")
# Lists that others keep: their codes come and go with the source, whatever a version of ours says.
EXTERNAL = frozenset(("region", "industry", "currency"))
_NOTHING: Mapping[str, str] = MappingProxyType({})
_SPACE = re.compile(r"\s+")
_BRACKETS = str.maketrans("[]{}〔〕【】〖〗「」『』《》〈〉", "()" * 9)


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a codelist.

    ``valid_from`` and ``valid_to`` are the first and the last day, month or year in which the code may have
    been in force, as precisely as the source says: ``2016-12-31``, ``2016-12`` or ``2016``. In the year of a
    change both the old and the new code are therefore in force. None: since ever, or still.
    ``added`` is the day on which the code came into the list; a version released before cannot use it. None: it
    was there from the beginning. ``extra`` holds the filled cells of the list's own columns.
    """

    code: str
    title: str
    title_en: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    added: date | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)

    def in_force(self, on: date | None = None) -> bool:
        """Whether the code may be used on that day; without a day, whether it was never retired."""
        if on is None:
            return self.valid_to is None
        day = on.isoformat()
        begun = self.valid_from is None or day[: len(self.valid_from)] >= self.valid_from
        return begun and (self.valid_to is None or day[: len(self.valid_to)] <= self.valid_to)


@dataclass(frozen=True, slots=True)
class About:
    """What the index says of a list: its titles, where its codes are from, and how it is used.

    ``edition`` is that of the source where it has one, else of the list. ``use`` says how properties take it:
    ``closed`` (a code outside it is an error), ``open`` (a warning), ``both``, ``keyword`` (a keyword of the schemas
    names its codes), or ``reference`` (no property does); ``reason`` says why where that is not plain.
    """

    title: str = ""
    title_en: str = ""
    source: str = ""
    source_en: str = ""
    edition: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    use: str = ""
    reason: str = ""


class Codelist:
    """The codes of one list, in the order of its file."""

    def __init__(self, name: str, codes: Iterable[Code], about: About | None = None) -> None:
        table: dict[str, Code] = {}
        for code in codes:
            if code.code in table:
                raise SchemaError(
                    "S122", f"代码表 {name} 中代码 {code.code} 出现了两次",
                    f"the code {code.code} stands twice in the codelist {name}",
                    "删去多余的一行。", "Remove one of the rows.",
                )  # fmt: skip
            table[code.code] = code
        self.name = name
        self.about = about or About(title=name, title_en=name)
        self.codes: Mapping[str, Code] = MappingProxyType(table)

    @property
    def title(self) -> str:
        """What the list is called; its name where the index does not know it."""
        return self.about.title

    @property
    def title_en(self) -> str:
        """What the list is called in English."""
        return self.about.title_en

    @property
    def source(self) -> str:
        """The standard or the law that the codes are from."""
        return self.about.source

    @property
    def source_en(self) -> str:
        """The source in English."""
        return self.about.source_en

    def find(self, wording: str) -> str | None:
        """The one code that a wording means: a code, a title or an alias, whatever its width, spaces, brackets.

        Titles go before aliases and codes in force before retired ones. Where one name stands on several levels
        of one branch (房地产业 is a section and its only division) the broadest is meant. None where the wording
        is unknown or means several codes.
        """
        return wording if wording in self.codes else self._meanings.get(fold(wording))

    @cached_property
    def _meanings(self) -> dict[str, str | None]:
        named: dict[str, list[Code]] = {}
        aliased: dict[str, list[Code]] = {}
        for code in self.codes.values():
            named.setdefault(fold(code.title), []).append(code)
            for alias in dict.fromkeys(map(fold, code.aliases)):
                aliased.setdefault(alias, []).append(code)
        meanings = {key: self._one(codes) for key, codes in (aliased | named).items()}
        return meanings | {fold(code): code for code in self.codes}

    def _one(self, codes: list[Code]) -> str | None:
        codes = [code for code in codes if code.valid_to is None] or codes
        if len(codes) == 1:
            return codes[0].code
        among = {code.code for code in codes}
        tops = [code for code in codes if not among.intersection(self.ancestors(code.code))]
        return tops[0].code if len(tops) == 1 else None

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above one, nearest first.

        >>> industry = Codelist("industry", [Code("A", "农、林、牧、渔业"), Code("A01", "农业", parent="A")])
        >>> industry.ancestors("A01")
        ('A',)
        """
        chain: list[str] = []
        parent = self.codes[code].parent
        while parent is not None:
            chain.append(parent)
            parent = self.codes[parent].parent
        return tuple(chain)


def fold(wording: str) -> str:
    """A wording as it is compared: half width, small letters, no white space, every bracket round.

    >>> fold(" 新增建设用地 （来自存量库）")
    '新增建设用地(来自存量库)'
    """
    text = unicodedata.normalize("NFKC", wording).translate(_BRACKETS)
    return _SPACE.sub("", text).casefold()


def load_codelists(folder: Path) -> dict[str, Codelist]:
    """Every ``<name>.csv`` of a folder, by its name, with what the index beside the folder says of it.

    Raises SchemaError S121 for a file without the columns code, title, titleEn and description, S122 for a code
    that stands twice, S139 for an `added` that is no day.
    """
    index = _index(folder.with_suffix(".csv"))
    return {path.stem: _read(path, index.get(path.stem)) for path in sorted(folder.glob("*.csv"))}


def _index(path: Path) -> dict[str, About]:
    """What the index says of each list; nothing where there is no index."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {
            row["name"]: About(
                row["title"], row["titleEn"], row["source"], row["sourceEn"], row["edition"],
                row["validFrom"] or None, row["validTo"] or None, row["use"], row["reason"],
            )
            for row in csv.DictReader(stream)
        }  # fmt: skip


def _read(path: Path, about: About | None) -> Codelist:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        if header[:4] != list(_COLUMNS[:4]):
            raise SchemaError(
                "S121", f"代码表 {path.name} 缺少规定的列", f"the codelist {path.name} lacks columns",
                f"前四列应为 {','.join(_COLUMNS[:4])}。", f"The first four are {', '.join(_COLUMNS[:4])}.",
            )  # fmt: skip
        places = [header.index(column) if column in header else -1 for column in _COLUMNS[4:]]
        others = [(i, column) for i, column in enumerate(header) if column not in _COLUMNS]
        return Codelist(path.stem, (_code(row, places, others) for row in rows), about)


def _code(row: list[str], places: list[int], others: list[tuple[int, str]]) -> Code:
    aliases, parent, valid_from, valid_to, added = (row[place] if place >= 0 else "" for place in places)
    extra = {column: row[i] for i, column in others if row[i]} if others else None
    return Code(
        row[0],
        row[1],
        row[2],
        row[3],
        tuple(aliases.split("|")) if aliases else (),
        parent or None,
        valid_from or None,
        valid_to or None,
        _day(added, row[0]) if added else None,
        extra or _NOTHING,
    )


def _day(text: str, code: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SchemaError(
            "S139", f"代码 {code} 的 added 不是日期:{text}", f"the `added` of the code {code} is no day: {text}",
            "写作 2026-12-01。", "Write it as 2026-12-01.",
        ) from error  # fmt: skip
