"""Torture the loading of files: `make torture`, or `python -m tests.torture --kills 1000 --points 100`.

Kills at random moments, full disks, many loads at once, a load among readers; on SQLite and on PostgreSQL. Prints what
was done and every fault with its seed, and exits with 1 where there is one. A thousand kills take about 15 minutes of
computing on each database.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from schemas.catalog import Catalog
from tests.torture import disk, kills, readers, together
from tests.torture.databases import Databases, Files, Server, server
from tests.torture.ground import Ground, prepare
from tests.torture.processes import Warm, warmed

PARTS = ("kills", "disk", "together", "readers")
RECORDS, ROWS = 96, 16
SMALL = 96 << 20  # bytes of the small disk


class Session:
    """One database under torture."""

    def __init__(
        self, asked: argparse.Namespace, warm: Warm, databases: Databases, folder: Path, catalog: Catalog
    ) -> None:
        self.asked, self.warm, self.databases = asked, warm, databases
        self.folder, self.catalog, self.faults = folder, catalog, 0
        self.grounds: list[Ground] = [
            prepare(
                warm, databases, folder / f"again-{again}", catalog, again=again, records=RECORDS, rows=ROWS
            )
            for again in (False, True)
        ]
        first = self.grounds[0]
        print(
            f"{databases.name}: {first.statements} statements, {first.commits} commits, {first.seconds:.1f} s a load"
        )

    def kills(self) -> None:
        """Kill loads at random moments."""
        chance, tally = Random(self.asked.seed), kills.Tally()
        while tally.kills.total() < self.asked.kills:
            part = min(self.asked.kills, tally.kills.total() + 25)
            self._tell(lambda part=part: kills.torture(self.grounds, part, chance, tally), tally)  # type: ignore[misc]

    def disk(self) -> None:
        """Let the disk be full at many points."""
        chance = Random(self.asked.seed)
        ways: list[tuple[str, Callable[..., Any]]] = [("a limit of file sizes", disk.limited_files)]
        if self.databases.name != "sqlite":
            ways = []
        if disk.can_mount(self.folder):
            ways.append(("the temporary folder", disk.full_temporary))
            ways.append(
                (
                    "the database's disk",
                    disk.full_disk if self.databases.name == "sqlite" else disk.full_tablespace,
                )
            )
        else:
            print(
                f"{self.databases.name}: no small disk can be made here (mount -t tmpfs); only limits of file sizes are tried"
            )
        for number, (name, way) in enumerate(ways):
            tally = disk.Tally(name)
            points = self.asked.points // len(ways) + (number < self.asked.points % len(ways))
            with ExitStack() as stack:
                given = (
                    []
                    if way is disk.limited_files
                    else [stack.enter_context(disk.small_disk(self.folder / f"disk-{number}", SMALL))]
                )
                self._tell(lambda: way(self.grounds, *given, points, chance, tally), tally)  # noqa: B023

    def together(self) -> None:
        """Load one file many times at once, and files that overlap."""
        for ground in self.grounds:
            for way in (together.one_of_many, together.side_by_side):
                began = time.monotonic()
                found = way(ground, self.asked.loads)
                self._say(
                    f"{self.asked.loads} loads, {way.__name__.replace('_', ' ')}: {len(found)} faults",
                    found,
                    began,
                )

    def readers(self) -> None:
        """Load while many read."""
        began = time.monotonic()
        tally = readers.read_and_load(
            self.warm, self.databases, self.folder, self.catalog,
            readers=self.asked.readers, records=self.asked.records, seed=self.asked.seed,
        )  # fmt: skip
        self._say(f"{self.asked.readers} readers: {tally}", tally.faults, began)

    def _tell(self, torture: Callable[[], None], tally: Any) -> None:
        began, known = time.monotonic(), len(tally.faults)
        torture()
        self._say(str(tally), tally.faults[known:], began)

    def _say(self, text: str, faults: list[str], began: float) -> None:
        print(f"{self.databases.name}: {text}; {time.monotonic() - began:.0f} s", flush=True)
        for one in faults[:20]:
            print(f"  FAULT {one[:3000]}", flush=True)
        self.faults += len(faults)


def main() -> None:
    """Torture, and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"]
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--kills", type=int, default=1000, help="on each database")
    parser.add_argument("--points", type=int, default=100, help="at which the disk is full, on each database")
    parser.add_argument("--loads", type=int, default=20, help="at once")
    parser.add_argument("--readers", type=int, default=50, help="at once")
    parser.add_argument("--records", type=int, default=600, help="of the load that is read meanwhile")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = parser.parse_args()
    print(f"again: python -m tests.torture --seed {asked.seed}")
    catalog, faults = Catalog.load(), 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-torture-")))
        warm = stack.enter_context(warmed())
        for name in asked.databases:
            place = folder / name
            place.mkdir()
            databases: Databases = Files(place / "databases")
            if name == "postgresql":
                databases = Server(stack.enter_context(server(place / "server")))
            session = Session(asked, warm, databases, place, catalog)
            for part in asked.parts:
                getattr(session, part)()
            faults += session.faults
    raise SystemExit(min(faults, 1))


if __name__ == "__main__":
    main()
