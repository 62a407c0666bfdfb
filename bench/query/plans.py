"""How each database carries out the statement of each shape, and how long single values take: for whoever tunes."""

import re
from time import perf_counter
from typing import Any

from sqlalchemy import Engine

from bench.query import limits
from bench.query.run import Run
from query.run import parameters_of
from query.session import SETTINGS

_SLOWEST = 3


def explain(one: Run) -> None:
    """Print for each shape and database: the slowest values, and the plan of the slowest."""
    for shape in one.shapes:
        for service in filter(None, (one.service, one.service_pg)):
            print(f"\n## {shape.name} {shape.title}: {service.reader.engine.dialect.name}\n")
            several = limits.statements(service, shape.query, one.variables[shape.name])
            _explain(several, service.reader.engine)


def _explain(several: list[limits.Ready], engine: Engine) -> None:
    postgresql = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if postgresql:
            driver.prepare_threshold = None  # it is prepared here
            for name, value in {**SETTINGS, "plan_cache_mode": several[0][0].mode}.items():
                driver.execute(f"SET {name} = {value}")
            driver.execute("DEALLOCATE ALL")  # of the shape before
            driver.execute(limits.prepared(*several[0])[0])
        times = []
        for place, one in enumerate(several):
            asked = _asked(one, postgresql)
            driver.execute(*asked).fetchone()
            begin = perf_counter()
            driver.execute(*asked).fetchone()
            times.append((perf_counter() - begin, place))
        times.sort(reverse=True)
        micros = [time * 1e6 for time, _ in times]
        print(
            f"{len(times)} values: median {micros[len(micros) // 2]:,.0f} µs, mean {sum(micros) / len(micros):,.0f},"
            f" slowest {', '.join(f'{one:,.0f}' for one in micros[:_SLOWEST])}\n"
        )
        statement, values = several[times[0][1]]
        print([one for one in values if not isinstance(one, str) or len(one) < 80])
        verb = "EXPLAIN (ANALYZE, BUFFERS)" if postgresql else "EXPLAIN QUERY PLAN"
        text, *parameters = _asked((statement, values), postgresql)
        print("```")
        print(statement.text)
        print("---")
        for row in driver.execute(f"{verb} {text}", *parameters).fetchall():
            print(re.sub(r"\s+$", "", str(row[0] if postgresql else f"{row[0]:4} {row[1]:4} {row[3]}")))
        print("```")


def _asked(one: limits.Ready, postgresql: bool) -> tuple[Any, ...]:
    """What the driver is given."""
    statement, values = one
    if postgresql:
        return (limits.prepared(statement, values)[1],)
    return statement.text, parameters_of(values)
