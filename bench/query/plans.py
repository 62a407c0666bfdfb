"""How each database carries out the statement of each shape, and how long single values take: for whoever tunes."""

import re
from time import perf_counter
from typing import Any

from bench.query import limits
from bench.query.run import Run
from bench.query.shapes import Shape

_SLOWEST = 3


def explain(one: Run) -> None:
    """Print for each shape and database: the slowest values, and the plan of the slowest."""
    for shape in one.shapes:
        for service in filter(None, (one.service, one.service_pg)):
            print(f"\n## {shape.name} {shape.title}: {service.reader.engine.dialect.name}\n")
            _explain(
                shape,
                limits.statements(service, shape.query, one.variables[shape.name]),
                service.reader.engine,
            )


def _explain(shape: Shape, several: list[limits.Statement], engine: Any) -> None:
    postgresql = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        times = []
        for place, (statement, parameters) in enumerate(several):
            driver.execute(statement, parameters).fetchone()
            begin = perf_counter()
            driver.execute(statement, parameters).fetchone()
            times.append((perf_counter() - begin, place))
        times.sort(reverse=True)
        micros = [time * 1e6 for time, _ in times]
        print(
            f"{len(times)} values: median {micros[len(micros) // 2]:,.0f} µs, mean {sum(micros) / len(micros):,.0f},"
            f" slowest {', '.join(f'{one:,.0f}' for one in micros[:_SLOWEST])}\n"
        )
        statement, parameters = several[times[0][1]]
        if isinstance(parameters, dict):
            print(
                {
                    name: value
                    for name, value in parameters.items()
                    if not isinstance(value, str) or len(value) < 80
                }
            )
        verb = "EXPLAIN (ANALYZE, BUFFERS)" if postgresql else "EXPLAIN QUERY PLAN"
        print("```")
        print(statement)
        print("---")
        for row in driver.execute(f"{verb} {statement}", parameters).fetchall():
            print(re.sub(r"\s+$", "", str(row[0] if postgresql else f"{row[0]:4} {row[1]:4} {row[3]}")))
        print("```")
