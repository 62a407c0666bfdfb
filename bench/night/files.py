"""The files of a night: records of all types, in every format that takes them, each file of one department's program."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol
from xml.sax.saxutils import escape

import orjson
import xlsxwriter

from cli.synthetic.generator import generate
from loaders.load import check
from publish.columns import Column, columns
from publish.filling import Cell, fill
from publish.template import sheet_name
from schemas.catalog import Catalog, Disclosure
from store.identity import identify
from store.rows import parts

Pair = tuple[Disclosure, dict[str, Any]]
# How many records one file holds: a reader's time and memory are limited, and JSON and workbooks are read whole.
SIZES = {".jsonl": 200_000, ".json": 20_000, ".xml": 20_000, ".csv": 50_000, ".xlsx": 15_000}
NESTED = (".jsonl", ".jsonl", ".jsonl", ".json", ".xml")  # by turns
FLAT = (".csv", ".xlsx")
TRIED = 12  # records of a type that have to come back from a table as they were


class File(Protocol):
    """A file being written."""

    def add(self, record: Mapping[str, Any]) -> None:
        """One record more."""

    def close(self) -> None:
        """The end of the file."""


@dataclass(slots=True)
class Night:
    """What lies there to be loaded, and what has to be in the store afterwards.

    `commands` are lists of files with the type they are loaded as, if it has to be said; `ids` by type; `amounts` in
    fen by type.
    """

    commands: list[tuple[list[Path], str | None]] = field(default_factory=list)
    records: int = 0
    size: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    amounts: Counter[str] = field(default_factory=Counter)
    publishers: set[str] = field(default_factory=set)


def write(catalog: Catalog, folder: Path, count: int, seed: int) -> Night:
    """Write the files of so many records."""
    night, writer = Night(), _Writer(catalog, folder)
    turns: Counter[str] = Counter()
    for disclosure, record in generate(catalog, count, seed):
        identity = identify(record, disclosure)
        assert identity is not None
        made = parts(record, disclosure, identity, catalog).disclosure
        night.records += 1
        night.ids[disclosure.type].add(identity.id)
        night.amounts[disclosure.type] += made["amount_fen"] or 0
        night.publishers.add(identity.publisher.id)
        turn = turns[disclosure.type]
        turns[disclosure.type] += 1
        flat = disclosure.name in writer.flat and turn % 2
        suffix = FLAT[turn // 2 % len(FLAT)] if flat else NESTED[turn % len(NESTED)]
        night.formats[suffix] += 1
        writer.add(suffix, disclosure if flat else None, record)
    nested, tables = writer.close()
    # A command for a handful of files, and one for each type that comes in tables.
    night.commands = [(nested[at : at + 4], None) for at in range(0, len(nested), 4)]
    night.commands += [(paths, type_) for type_, paths in sorted(tables.items())]
    night.size = sum(path.stat().st_size for paths, _ in night.commands for path in paths)
    return night


class _Writer:
    """All files that are open, one a format, and of tables one a type."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.catalog, self.folder = catalog, folder
        self.columns = {one.name: columns(one, catalog, every=True) for one in catalog.types.values()}
        self._open: dict[tuple[str, str], tuple[File, int, Path]] = {}
        self._done: list[tuple[str, str, Path]] = []
        self.flat = _flat(self)

    def add(self, suffix: str, disclosure: Disclosure | None, record: Mapping[str, Any]) -> None:
        """Write a record where it belongs; a file that is full gives way to the next."""
        key = (suffix, disclosure.type if disclosure else "")
        found = self._open.get(key)
        if found is None:
            name = (
                f"{key[1].replace('/', '-') or 'records'}-{len(self._done) + len(self._open) + 1:05}{suffix}"
            )
            path = self.folder / name
            found = (self.make(path, disclosure), 0, path)
        file, count, path = found
        file.add(record)
        self._open[key] = (file, count + 1, path)
        if count + 1 == SIZES[suffix]:
            self._close(key)

    def make(self, path: Path, disclosure: Disclosure | None) -> File:
        """A new file of the format of its suffix."""
        if disclosure is None:
            return _Texts(path, *_AROUND[path.suffix])
        made = self.columns[disclosure.name]
        table = _Csv if path.suffix == ".csv" else _Xlsx
        return table(path, made, lambda record: fill(record, made, self.catalog), sheet_name(disclosure))

    def close(self) -> tuple[list[Path], dict[str, list[Path]]]:
        """The end of all files: the nested ones, and the tables by type."""
        for key in list(self._open):
            self._close(key)
        tables: dict[str, list[Path]] = defaultdict(list)
        for _, type_, path in self._done:
            if type_:
                tables[type_].append(path)
        return sorted(path for _, type_, path in self._done if not type_), tables

    def _close(self, key: tuple[str, str]) -> None:
        file, _, path = self._open.pop(key)
        file.close()
        self._done.append((*key, path))


def _flat(writer: _Writer) -> frozenset[str]:
    """Every third type, where some of its records come back from a table as they were: identity and amount."""
    catalog, chosen = writer.catalog, list(writer.catalog.types.values())[::3]
    tried: dict[str, list[dict[str, Any]]] = {one.name: [] for one in chosen}
    for disclosure, record in generate(catalog, 60 * len(catalog.types), seed=2):
        if len(tried.get(disclosure.name, [()] * TRIED)) < TRIED:
            tried[disclosure.name].append(record)
    fit = set()
    for one in chosen:
        path = writer.folder / "tried.csv"
        file = writer.make(path, one)
        for record in tried[one.name]:
            file.add(record)
        file.close()
        back: list[Mapping[str, Any]] = []
        report = check(path, catalog, type=one.type, taken=lambda outcome: back.append(outcome.record))  # noqa: B023
        path.unlink()
        if not report.refused and _told(catalog, one, back) == _told(catalog, one, tried[one.name]):
            fit.add(one.name)
    return frozenset(fit)


def _told(catalog: Catalog, disclosure: Disclosure, records: Sequence[Mapping[str, Any]]) -> list[Any]:
    found = []
    for record in records:
        identity = identify(record, disclosure)
        if identity is not None:
            made = parts(record, disclosure, identity, catalog).disclosure
            found.append((identity.id, made["amount_fen"]))
    return sorted(found, key=repr)


class _Texts:
    """Records as they are: JSON Lines, one array of JSON, or XML."""

    def __init__(
        self, path: Path, begin: bytes, between: bytes, end: bytes, spell: Callable[[Any], bytes]
    ) -> None:
        self._stream, self._between, self._end, self._spell = path.open("wb"), between, end, spell
        self._stream.write(begin)
        self._some = False

    def add(self, record: Mapping[str, Any]) -> None:
        """One record more."""
        self._stream.write((self._between if self._some else b"") + self._spell(record))
        self._some = True

    def close(self) -> None:
        """The end of the file."""
        self._stream.write(self._end)
        self._stream.close()


class _Csv:
    """A table as a program exports it."""

    def __init__(
        self, path: Path, made: Sequence[Column], rows: Callable[[Any], list[list[Cell]]], _name: str
    ) -> None:
        self._stream, self._rows = path.open("w", encoding="utf-8-sig", newline=""), rows
        self._writer = csv.writer(self._stream)
        self._writer.writerow(column.marked for column in made)

    def add(self, record: Mapping[str, Any]) -> None:
        """One record more, in as many rows as it needs."""
        self._writer.writerows([_as_text(cell) for cell in row] for row in self._rows(record))

    def close(self) -> None:
        """The end of the file."""
        self._stream.close()


class _Xlsx:
    """A workbook of one sheet; texts stay texts, days are days."""

    def __init__(
        self, path: Path, made: Sequence[Column], rows: Callable[[Any], list[list[Cell]]], name: str
    ) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book, self._rows = xlsxwriter.Workbook(path, options), rows
        self._sheet = self._book.add_worksheet(name)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet.write_row(0, 0, [column.marked for column in made])
        self._next = 1

    def add(self, record: Mapping[str, Any]) -> None:
        """One record more, in as many rows as it needs."""
        for row in self._rows(record):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    self._sheet.write_datetime(self._next, place, cell, self._moment)
                elif isinstance(cell, date):
                    self._sheet.write_datetime(self._next, place, cell, self._day)
                elif cell is not None:
                    self._sheet.write(self._next, place, cell)
            self._next += 1

    def close(self) -> None:
        """The end of the file."""
        self._book.close()


def _as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _xml(record: Mapping[str, Any]) -> bytes:
    return f"<record>{''.join(_elements(record))}</record>".encode()


def _elements(value: Mapping[str, Any]) -> Iterator[str]:
    for name, one in value.items():
        for each in one if isinstance(one, list) else [one]:
            if isinstance(each, Mapping):
                yield f"<{name}>{''.join(_elements(each))}</{name}>"
            else:
                text = str(each).lower() if isinstance(each, bool) else str(each)
                yield f"<{name}>{escape(text)}</{name}>"


_AROUND: Mapping[str, tuple[bytes, bytes, bytes, Callable[[Any], bytes]]] = {
    ".jsonl": (b"", b"\n", b"\n", orjson.dumps),
    ".json": (b"[", b",\n", b"]", orjson.dumps),
    ".xml": (b'<?xml version="1.0" encoding="UTF-8"?>\n<records>\n', b"\n", b"\n</records>\n", _xml),
}
