"""How many pages a record changes of each tree of a SQLite store: `python -m bench.load.trees --into 1000000 --times 5`.

Each of them is written twice, into the log and into the file. `pages` counts one that two transactions change twice, `of the whole
load` once. New pages are those that no tree had before. A reader who stays holds the log: it takes 120 kB a record in a
store of five million.
"""

import argparse
import struct
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bench.load.__main__ import Wanted, run, stored
from bench.load.multiplied import multiplied
from bench.query.databases import place
from schemas.catalog import Catalog
from store.engine import sqlite_driver

_PAGE = 4096
_HEADER, _FRAME = 32, 24  # bytes of the log, and before each of its pages
_INTERIOR, _LEAVES = (2, 5), (10, 13)  # the first byte of a page: of an index, of a table
NEW = "new pages"


def changed(file: Path, wanted: Wanted, folder: Path) -> list[set[int]]:
    """Load records; gives the numbers of the pages that each transaction changed."""
    url, records = f"sqlite:///{file}", folder / "records.jsonl"
    wanted.write(records, seed=stored(url))
    reader = sqlite_driver().connect(file, isolation_level=None)
    reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    reader.execute("BEGIN")
    reader.execute("SELECT 1 FROM disclosure LIMIT 1").fetchone()
    run(url, "--once", "--file", str(records))
    with Path(f"{file}-wal").open("rb") as log:
        found = list(_transactions(log))
    reader.close()
    return found


def _transactions(log: BinaryIO) -> Iterator[set[int]]:
    salts = log.read(_HEADER)[16:24]
    pages: set[int] = set()
    while len(frame := log.read(_FRAME)) == _FRAME and frame[8:16] == salts:
        number, committed = struct.unpack(">II", frame[:8])
        pages.add(number)
        log.seek(_PAGE, 1)
        if committed:
            yield pages
            pages = set()


def trees(file: Path) -> dict[int, str]:
    """The trees by the numbers of their pages, but for those where long rows go on."""
    connection = sqlite_driver().connect(file)
    roots = connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").fetchall()
    connection.close()
    found: dict[int, str] = {}
    with file.open("rb", buffering=0) as pages:
        for name, root in roots:
            waiting = [root]
            while waiting:
                found[number := waiting.pop()] = name
                below = _below(_page(pages, number))
                if below and _page(pages, below[0])[0] in _LEAVES:
                    found |= dict.fromkeys(below, name)
                else:
                    waiting += below
    return found


def _page(pages: BinaryIO, number: int) -> bytes:
    pages.seek((number - 1) * _PAGE)
    return pages.read(_PAGE)


def _below(page: bytes) -> list[int]:
    """The pages that a page of a tree leads to."""
    if page[0] not in _INTERIOR:
        return []
    (cells,) = struct.unpack(">H", page[3:5])
    places = struct.unpack(f">{cells}H", page[12 : 12 + 2 * cells])
    return [struct.unpack(">I", page[at : at + 4])[0] for at in (8, *places)]


def show(batches: list[set[int]], owners: dict[int, str], records: int) -> None:
    """The table, in Markdown, of trees that a hundred records change a page of."""
    counted: Counter[str] = Counter()
    whole: dict[str, set[int]] = defaultdict(set)
    for batch in batches:
        for number in batch:
            name = owners.get(number, NEW)
            counted[name] += 1
            whole[name].add(number)
    print("| tree | pages | of the whole load |\n|---|---|---|")
    every = len(set().union(*batches))
    print(f"| **all** | {sum(counted.values()) / records:.2f} | {every / records:.2f} |")
    for name, count in counted.most_common():
        if count >= records / 100:
            print(f"| {name} | {count / records:.2f} | {len(whole[name]) / records:.2f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=8_000)
    parser.add_argument("--into", type=int, metavar="N", required=True)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--days", type=int, metavar="N")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "openalloc-bench")
    asked = parser.parse_args()
    file = multiplied(place(asked.folder, asked.into), asked.times, "sqlite").sqlite
    owners = trees(file)
    with tempfile.TemporaryDirectory() as name:
        batches = changed(file, Wanted(Catalog.load(), asked.records, asked.days), Path(name))
    show(batches, owners, asked.records)


if __name__ == "__main__":
    main()
