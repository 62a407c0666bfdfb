"""The memory of a check and of a load, each process for itself, as files grow.

    python -m bench.memory --records 10000 100000 1000000
    python -m bench.memory --records 5000000 --only check --kinds csv jsonl
    python -m bench.memory --records 10000 100000 --only load
    python -m bench.memory --records 5000000 --only load --kinds short

JSON Lines are those of `bench.load`, *short* what names and places an award in them, in the order of publication; CSV
and workbooks are the flat table of `bench.check`. The records of all differ in what identifies them, in their
organizations and in their texts. What counts is private memory (RssAnon), looked at every 20 ms: neither files that
are mapped (SQLite's, the parsers' code) nor pages that processes share.
"""

import argparse
import json
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path

import orjson

from bench import check
from bench.load import records
from cli.synthetic.world import credit_code
from formats.extent import COST_LIMIT, FILLED, PLACE
from schemas.catalog import Catalog

EVERY = 0.02
# So many records are made; each further round of them has other numbers, codes and names.
ROUND = 10_000
_CODE = re.compile(r"(?<=\"uscc\":\")([0-9A-Z]{10})[0-9A-Z]{2}([0-9A-Z]{5})[0-9A-Z](?=\")")
_SHORT = ("schema", "localId", "title", "publisher", "region", "publishedDate", "project", "buyer")
_FIRST, _DAYS = date(2016, 1, 1), 3653  # the ten years in which short records were published
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of credit codes
_OURS = (sys.executable, "-c", "from cli.main import main; main()")


def jsonl(path: Path, catalog: Catalog, count: int) -> None:
    """So many records as JSON Lines."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(_repeated(_made(catalog, min(count, ROUND)), count))


def short(path: Path, catalog: Catalog, count: int) -> None:
    """So many awards of half a kilobyte as JSON Lines, in the order of publication as a system exports them."""
    found = map(orjson.loads, _made(catalog, ROUND))
    awards = (one for one in found if one["schema"].startswith("procurement/"))
    thin = ({name: one[name] for name in _SHORT if name in one} for one in awards)
    lines = [orjson.dumps(one | {"publishedDate": "{}"}).decode() + "\n" for one in thin]
    with path.open("w", encoding="utf-8") as stream:
        for number, line in enumerate(_repeated(lines, count)):
            day = _FIRST + timedelta(days=number * _DAYS // count)
            stream.write(line.replace('"{}"', f'"{day}"'))


def _made(catalog: Catalog, count: int) -> list[str]:
    """So many records of `bench.load`, a line each."""
    with tempfile.NamedTemporaryFile() as first:
        records.write(Path(first.name), catalog, count)
        return Path(first.name).read_text("utf-8").splitlines(keepends=True)


def _repeated(lines: Sequence[str], count: int) -> Iterator[str]:
    """So many lines: after the last the first again, as records of their own."""
    for number in range(count):
        turn, at = divmod(number, len(lines))
        yield _other(lines[at], turn) if turn else lines[at]


def _other(line: str, turn: int) -> str:
    """A record of its own: other identifiers, credit codes, names and titles."""
    letters = _LETTERS[turn // len(_LETTERS)] + _LETTERS[turn % len(_LETTERS)]
    line = _CODE.sub(lambda code: credit_code(f"{code[1]}{letters}{code[2]}"), line)
    return (
        line.replace("SYN-5-", f"SYN-{turn}x-")
        .replace("XM5-", f"XM{turn}x-")
        .replace("示例", f"示例{turn}号")
    )


def csv(path: Path, _: Catalog, count: int) -> None:
    """So many rows of a flat table as CSV."""
    check.write(path, check.rows(count))


def faulty(path: Path, _: Catalog, count: int) -> None:
    """The same, one row of twenty at fault."""
    check.write(path, check.rows(count, faulty=0.05))


def xlsx(path: Path, _: Catalog, count: int) -> None:
    """So many rows of a flat table as a workbook, texts in a table of their own as Excel writes them.

    Of the columns the last are left out where all would be more cells than a sheet may have.
    """
    import xlsxwriter

    columns = min(len(check.HEADINGS), COST_LIMIT // (FILLED + PLACE) // (count + 1))
    with xlsxwriter.Workbook(path, {"constant_memory": False, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(chain([check.HEADINGS], check.rows(count))):
            cells = [str(cell) if hasattr(cell, "isoformat") else cell for cell in row[:columns]]
            sheet.write_row(number, 0, cells)


KINDS: dict[str, tuple[str, Callable[[Path, Catalog, int], None]]] = {
    "jsonl": ("jsonl", jsonl),
    "short": ("jsonl", short),
    "csv": ("csv", csv),
    "faulty": ("csv", faulty),
    "xlsx": ("xlsx", xlsx),
}


def tree(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = children.read_text().split()
        except OSError:
            continue
        for one in below:
            yield from tree(int(one))


def private(pid: int) -> int:
    """Bytes of memory that are the process's own; 0 where it has ended."""
    try:
        found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0


def peaks(process: subprocess.Popen[bytes]) -> dict[str, int]:
    """The most private memory of a command and of each kind of process under it, until it ends."""
    most: defaultdict[str, int] = defaultdict(int)
    roles: dict[int, str] = {process.pid: "itself"}
    while process.poll() is None:
        for pid in tree(process.pid):
            # What was only forked is not yet what it becomes.
            if roles.get(pid, "fork") == "fork":
                roles[pid] = _role(pid)
            most[roles[pid]] = max(most[roles[pid]], private(pid))
        time.sleep(EVERY)
    return dict(most)


def _role(pid: int) -> str:
    """What a process was started as: the name of its module."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return "ended"
    return words[words.index("-m") + 1] if "-m" in words else "fork"


def measure(command: str, path: Path, rows: int, database: str) -> tuple[dict[str, int], float]:
    """The peaks of one command over a file of so many rows, and the seconds that it took."""
    words = [*_OURS, command, str(path)]
    if command == "load":
        words += ["--database", database]
        subprocess.run([*_OURS, "init", "--database", database], check=True, capture_output=True)
    words += ["--type", check.TYPE] if path.suffix != ".jsonl" else []
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        found = peaks(subprocess.Popen([*words, "--json"], stdout=said))
        said.seek(0)
        report = json.load(said)
    if report["rows"] != rows or report.get("unreadable"):
        raise SystemExit(f"{command} read {report['rows']} of {rows} rows: {report['groups'][:1]}")
    return found, time.monotonic() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--only", choices=("check", "load"))
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=["jsonl", "csv", "faulty"])
    parser.add_argument("--folder", type=Path, help="where the files are made; nothing stays there")
    asked = parser.parse_args()
    catalog = Catalog.load()
    print(f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
          f"{datetime.now(UTC):%Y-%m-%d}\n")  # fmt: skip
    print(
        "| command | file | records | size | the command | other processes | s |\n|---|---|---|---|---|---|---|"
    )
    for kind in asked.kinds:
        for count in asked.records:
            with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
                suffix, write = KINDS[kind]
                path = Path(folder) / f"records.{suffix}"
                write(path, catalog, count)
                for command in (asked.only,) if asked.only else ("check", "load"):
                    found, seconds = measure(command, path, count, f"sqlite:///{folder}/store.db")
                    others = ", ".join(
                        f"{role} {peak >> 20} MB" for role, peak in found.items() if role != "itself"
                    )
                    size = path.stat().st_size >> 20
                    print(f"| {command} | {kind} | {count:,} | {size:,} MB | {found['itself'] >> 20} MB | {others} "
                          f"| {seconds:.0f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
