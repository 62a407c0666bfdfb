"""One run: every system over the same rows, its answers compared with ours before anything is measured."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg

from api.operation import Request, Service
from bench.query import computing, limits, load, serving
from bench.query.databases import Place, postgresql
from bench.query.load import Measured
from bench.query.loading import loading
from bench.query.shapes import SHAPES, Shape
from bench.query.values import Values
from schemas.catalog import Catalog
from store.engine import connect

HERE = Path(__file__).resolve().parent
OURS, OURS_PG = "openalloc", "openalloc-postgresql"
GRAPHENE, KEPT, POSTGRAPHILE = "graphene-orm", "graphene-orm-kept", "postgraphile"
TUNED, TUNED_KEPT = "graphene", "graphene-kept"
# The graphene peers: which application, and whether it keeps what it parsed.
GRAPHENES = {
    KEPT: ("ordinary_app", True),
    GRAPHENE: ("ordinary_app", False),
    TUNED_KEPT: ("tuned_app", True),
    TUNED: ("tuned_app", False),
}
EMPTY, SQL, SQL_PG, PGBENCH = "empty", "sql", "sql-postgresql", "pgbench"
WORKERS, LOADING = "two-workers", "loading"
ALL = (OURS, OURS_PG, *GRAPHENES, POSTGRAPHILE, EMPTY, SQL, SQL_PG, PGBENCH, WORKERS, LOADING)
_COMPARED = 25


@dataclass
class Results:
    """What a run found: by system and shape; `missing` and `different` say why a figure is not there."""

    measured: dict[tuple[str, str], Measured] = field(default_factory=dict)
    micros: dict[tuple[str, str], float] = field(default_factory=dict)
    rates: dict[tuple[str, str], float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    different: dict[tuple[str, str], str] = field(default_factory=dict)

    def json(self) -> str:
        """All of it, to be kept."""
        return json.dumps(
            {
                "measured": {"/".join(k): [m.rate, m.p50, m.p99, m.computing] for k, m in self.measured.items()},
                "microseconds": {"/".join(k): v for k, v in self.micros.items()},
                "rates": {"/".join(k): v for k, v in self.rates.items()},
                "missing": self.missing,
                "different": {"/".join(k): v for k, v in self.different.items()},
            },
            ensure_ascii=False, indent=1,
        )  # fmt: skip


class Run:
    """Serves each system in turn, compares and measures."""

    def __init__(
        self,
        where: Place,
        uri: str | None,
        catalog: Catalog,
        seconds: float,
        names: Sequence[str] | None = None,
    ) -> None:
        self.where, self.seconds = where, seconds
        self.file = f"sqlite:///{where.sqlite}"
        self.uri = uri
        self.service = Service(catalog, connect(self.file))
        self.service_pg = Service(catalog, connect(uri)) if uri else None
        self.values = Values(self.service.reader.engine, self.service)
        self.results = Results()
        self.shapes = [s for s in SHAPES if (names is None or s.name in names) and self._is_there(s)]
        self.variables = {shape.name: shape.variables(self.values) for shape in self.shapes}
        self.expected: dict[str, list[Any]] = {}

    def _is_there(self, shape: Shape) -> bool:
        """Whether our schema has what the shape asks; nothing is drawn from the rows before that is known."""
        errors = (
            self.service.invalid(shape.query)
            if hasattr(self.service, "invalid")
            else _invalid(self.service, shape.query)
        )
        if errors:
            self.results.missing[shape.name] = errors
            print(f"  {shape.name} is not there: {errors[:160]}", flush=True)
        return not errors

    def system(self, name: str, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        """Serve a system, compare what it answers, and measure the shapes where it answers as we do."""
        with serving.served(command, environment, self.where.folder / f"{name}.log") as (endpoint, group):
            computed = self._computed(name, group)
            if name == POSTGRAPHILE:
                self.values.their_order = _their_order(endpoint)
            for shape in self.shapes:
                asked = self._asked(name, shape)
                if asked is None:
                    continue
                query, variables, plain = asked
                if name not in (EMPTY, LOADING) and not self._is_same(
                    name, shape, endpoint, query, variables, plain
                ):
                    continue
                measured = load.measure(endpoint, query, variables, self.seconds, computed)
                self.results.measured[name, shape.name] = measured
                print(
                    f"  {name:22}{shape.name}{measured.rate:12,.0f}/s  p50 {measured.p50:.2f} ms  p99 {measured.p99:.2f} ms"
                    f"  computing {measured.computing:,.0f} µs",
                    flush=True,
                )
                if name == EMPTY:
                    return

    def _computed(self, name: str, group: int) -> Callable[[], float]:
        """Seconds that a system has computed, the database's processes included."""
        server = computing.of_group(group)
        if name not in (OURS_PG, POSTGRAPHILE):
            return server
        database = computing.of_folder(self.where.postgresql)
        return lambda: server() + database()

    def _asked(
        self, name: str, shape: Shape
    ) -> tuple[str, list[dict[str, Any]], Callable[[Any], Any]] | None:
        ours = self.variables[shape.name]
        if name == POSTGRAPHILE:
            if not shape.postgraphile:
                return None
            return shape.postgraphile, [shape.theirs(one, self.values) for one in ours], shape.plain
        if name in GRAPHENES:
            return shape.query, [shape.peer_variables(one, self.values) for one in ours], lambda data: data
        return shape.query, ours, lambda data: data

    def _is_same(
        self, name: str, shape: Shape, endpoint: str, query: str, variables: list[dict[str, Any]], plain: Callable[[Any], Any]
    ) -> bool:  # fmt: skip
        answers = []
        for one in variables[:_COMPARED]:
            answer = serving.ask(endpoint, query, one)
            if answer.get("errors"):
                self._differs(name, shape, f"errors: {answer['errors']}")
                return False
            answers.append(plain(answer["data"]))
        expected = self._expected(shape)
        for wanted, got, one in zip(expected, answers, variables, strict=False):
            if wanted != got:
                self._differs(name, shape, f"{one}: {_first_difference(wanted, got)}")
                return False
        return True

    def _expected(self, shape: Shape) -> list[Any]:
        """What we answer, in this process, on SQLite."""
        if shape.name not in self.expected:
            several = [Request(shape.query, one) for one in self.variables[shape.name][:_COMPARED]]
            self.expected[shape.name] = [
                orjson.loads(self.service.answer(one).body)["data"] for one in several
            ]
        return self.expected[shape.name]

    def _differs(self, name: str, shape: Shape, reason: str) -> None:
        self.results.different[name, shape.name] = reason[:1_000]
        print(f"  {name:22}{shape.name}  DIFFERENT ROWS, not measured: {reason[:300]}", flush=True)

    def statements_alone(self) -> None:
        """The statement alone in each driver."""
        for name, service in ((SQL, self.service), (SQL_PG, self.service_pg)):
            if service is None:
                continue
            for shape in self.shapes:
                several = limits.statements(service, shape.query, self.variables[shape.name])
                found = limits.alone(service.reader, several, self.seconds / 2)
                self.results.micros[name, shape.name] = found
                print(f"  {name:22}{shape.name}{found:12,.0f} µs", flush=True)

    def pgbench(self) -> None:
        """The same prepared statement by pgbench."""
        assert self.service_pg is not None
        assert self.uri is not None
        for shape in self.shapes:
            several = limits.statements(self.service_pg, shape.query, self.variables[shape.name])
            found = limits.pgbench(self.uri, several, self.seconds)
            self.results.rates[PGBENCH, shape.name] = found
            print(f"  {PGBENCH:22}{shape.name}{found:12,.0f}/s", flush=True)

    def beside_a_load(self) -> None:
        """Our server on a copy of the database, into which a load at the lowest priority writes meanwhile.

        What it answers is not compared: new records come first in its lists.
        """
        copy = self.where.folder / "loading.db"
        try:
            shutil.copyfile(self.where.sqlite, copy)
            url = f"sqlite:///{copy}"
            with loading(url, self.where.folder / "load.log"):
                self.system(LOADING, serving.ours(url))
        finally:
            for path in self.where.folder.glob("loading.db*"):
                path.unlink()

    def close(self) -> None:
        self.service.reader.close()
        self.service.reader.engine.dispose()
        if self.service_pg:
            self.service_pg.reader.engine.dispose()


def run(
    where: Place,
    folder: Path,
    catalog: Catalog,
    seconds: float,
    skipped: Sequence[str],
    names: Sequence[str] | None,
) -> Results:
    """All systems that are not skipped, on the databases of one size."""
    with ExitStack() as stack:
        uri = stack.enter_context(postgresql(where))
        one = Run(where, uri, catalog, seconds, names)
        stack.callback(one.close)
        keys = {name for name in ALL if name not in skipped}
        if OURS in keys:
            one.system(OURS, serving.ours(one.file))
        if OURS_PG in keys:
            one.system(OURS_PG, serving.ours(uri))
        if WORKERS in keys:
            one.system(WORKERS, serving.ours(one.file, workers=2))
        if EMPTY in keys:
            one.system(EMPTY, serving.granian("bench.query.peer_server:empty"))
        for name, (application, kept) in GRAPHENES.items():
            if name in keys:
                command = serving.granian(f"bench.query.peer_server:{application}")
                one.system(name, command, serving.keeping(one.file, kept))
        if POSTGRAPHILE in keys:
            home = install(folder)
            functions = (home / "functions.sql").read_text()
            with psycopg.connect(uri, autocommit=True) as connection:
                connection.execute(functions)
            one.system(POSTGRAPHILE, serving.postgraphile(home, uri))
        if LOADING in keys:
            one.beside_a_load()
        if SQL in keys:
            one.statements_alone()
        if PGBENCH in keys:
            one.pgbench()
        return one.results


def install(folder: Path) -> Path:
    """PostGraphile from its lock file, in a folder of its own; gives that folder."""
    home = folder / "postgraphile"
    home.mkdir(parents=True, exist_ok=True)
    lock = home / "package-lock.json"
    wanted = (HERE / "postgraphile" / "package-lock.json").read_bytes()
    fresh = not (lock.exists() and lock.read_bytes() == wanted and (home / "node_modules").is_dir())
    for path in (HERE / "postgraphile").iterdir():
        if path.is_file():
            shutil.copy(path, home / path.name)
    if fresh:
        # The wheel's own bin/npm does not find it.
        npm = serving.node().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
        subprocess.run([str(serving.node()), str(npm), "ci", "--no-audit", "--no-fund"], cwd=home, check=True)
    return home


def _their_order(endpoint: str) -> str:
    """How PostGraphile's cursors of its order by recency begin."""
    from base64 import urlsafe_b64decode

    found: Any = serving.ask(
        endpoint, "{ disclosures(first: 1, orderBy: [RECENCY_DESC]) { pageInfo { endCursor } } }", {}
    )
    return str(
        orjson.loads(urlsafe_b64decode(found["data"]["disclosures"]["pageInfo"]["endCursor"] + "=="))[0]
    )


def _invalid(service: Service, query: str) -> str:
    """What is wrong with an operation as such, empty where it fits the schema."""
    from graphql import parse, validate

    return "; ".join(error.message for error in validate(service.schema, parse(query)))


def _first_difference(wanted: Any, got: Any, path: str = "") -> str:
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            if wanted.get(key) != got.get(key):
                return _first_difference(wanted.get(key), got.get(key), f"{path}.{key}")
    if isinstance(wanted, list) and isinstance(got, list):
        for at, (a, b) in enumerate(zip(wanted, got, strict=False)):
            if a != b:
                return _first_difference(a, b, f"{path}[{at}]")
        return f"{path}: {len(wanted)} and {len(got)} rows"
    return f"{path}: {str(wanted)[:200]} and {str(got)[:200]}"
