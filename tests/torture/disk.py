"""A full disk at many points: a clear error, nothing half, and the same load ends once there is space."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.torture.databases import Server, file_of
from tests.torture.ground import Ground, Seen, reading
from tests.torture.warm import Ended

FULL = ("D020", "D021", "D022", "L110")
COULD_NOT = 2  # the command's exit status


@dataclass(slots=True)
class Tally:
    """What came of it: what the clerk was told how often, how many loads ended all the same, and what was wrong."""

    where: str
    told: Counter[str] = field(default_factory=Counter)
    enough: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{count} {code}" for code, count in sorted(self.told.items()))
        return f"{self.where}: {self.told.total()} loads met a full disk ({told}), {self.enough} had enough, {len(self.faults)} faults"


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """A file system of so many bytes in memory; for the superuser of Linux. Raises OSError where there can be none."""
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise OSError(mounted.stderr.decode())
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def can_mount(folder: Path) -> bool:
    """Whether small disks can be made here."""
    try:
        with small_disk(folder / "tried", 1 << 20):
            return True
    except OSError:
        return False


def fill(disk: Path, leave: int) -> Path:
    """A file that leaves so many bytes free."""
    ballast = disk / "ballast"
    told = os.statvfs(disk)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(told.f_bavail * told.f_frsize - leave, 1))
    return ballast


def full_disk(grounds: list[Ground], disk: Path, points: int, chance: Random, tally: Tally) -> None:
    """The database's file on a small disk with little space left, from none to nearly enough.

    A reader looks on, who has opened the file before; at some points there is none, and the load opens it first.
    """
    needed = {ground.again: grown(ground) for ground in grounds}
    while tally.told.total() < points:
        ground = chance.choice(grounds)
        home, ground.databases.folder = ground.databases.folder, disk  # type: ignore[attr-defined]
        try:
            url = ground.databases.copy(ground.before)
            leave = int(needed[ground.again] * chance.random() ** 3)
            with reading(ground, url) if chance.random() < 0.7 else nullcontext(Seen()) as seen:
                ballast = fill(disk, leave)
                ended = ground.warm.run(ground.run(url, "full", large=chance.random() < 0.5))
                _judge(ended, tally)
                ballast.unlink()
                ended = ground.warm.run(ground.run(url))
            tally.faults += seen.faults + ground.faults(url, ended)
            ground.databases.drop(url)
        finally:
            ground.databases.folder = home  # type: ignore[attr-defined]


def grown(ground: Ground) -> int:
    """How many bytes a clean load needs, its log included."""
    url = ground.databases.copy(ground.before)
    before = file_of(url).stat().st_size
    with reading(ground, url):  # a reader keeps the log
        ground.warm.run(ground.run(url))
        path = file_of(url)
        log = path.with_name(path.name + "-wal")
        size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    ground.databases.drop(url)
    return size - before


def limited_files(grounds: list[Ground], points: int, chance: Random, tally: Tally) -> None:
    """No file may become larger than so much: what a quota does, and where no disk can be made."""
    while tally.told.total() < points:
        ground = chance.choice(grounds)
        url = ground.databases.copy(ground.before)
        size = file_of(url).stat().st_size
        with reading(ground, url) as seen:
            ended = ground.warm.run(
                ground.run(
                    url, "full", file_size=chance.randint(4096, size + (1 << 20)), large=chance.random() < 0.5
                )
            )
            _judge(ended, tally)
            ended = ground.warm.run(ground.run(url))
        tally.faults += seen.faults + ground.faults(url, ended)
        ground.databases.drop(url)


def full_temporary(grounds: list[Ground], disk: Path, points: int, chance: Random, tally: Tally) -> None:
    """The folder of temporary files on a small disk, where the rows of a file wait."""
    while tally.told.total() < points:
        ground = chance.choice(grounds)
        url = ground.databases.copy(ground.before)
        ballast = fill(disk, chance.randint(0, 200_000))
        with reading(ground, url) as seen:
            ended = ground.warm.run(ground.run(url, "full", temporary=str(disk)))
            _judge(ended, tally)
            ballast.unlink()
            ended = ground.warm.run(ground.run(url))
        tally.faults += seen.faults + ground.faults(url, ended)
        ground.databases.drop(url)


def _judge(ended: Ended, tally: Tally) -> None:
    """Count what was told; anything but one of our errors in both languages is a fault."""
    code = ended.err.split(" ", 1)[0]
    if ended.status == 1 and not ended.err:
        tally.enough += 1
    elif ended.status == COULD_NOT and code in FULL and "Traceback" not in ended.err:
        tally.told[code] += 1
    else:
        tally.told["something else"] += 1
        tally.faults.append(f"status {ended.status}: {ended.err[-800:]}")


def full_tablespace(grounds: list[Ground], disk: Path, points: int, chance: Random, tally: Tally) -> None:
    """PostgreSQL: the tables on a small disk with little space left; what the server writes beside is elsewhere."""
    space = disk / "tables"
    space.mkdir()
    databases = grounds[0].databases
    assert isinstance(databases, Server)
    databases.own(space)
    databases.run(f"CREATE TABLESPACE small LOCATION '{space}'")
    while tally.told.total() < points:
        ground = chance.choice(grounds)
        url = databases.copy(ground.before, "small")
        with reading(ground, url) as seen:
            ballast = fill(disk, int((2 << 20) * chance.random() ** 2))
            ended = ground.warm.run(ground.run(url, "full"))
            _judge(ended, tally)
            ballast.unlink()
            ended = ground.warm.run(ground.run(url))
        tally.faults += seen.faults + ground.faults(url, ended)
        databases.drop(url)
    databases.run("DROP TABLESPACE small")
