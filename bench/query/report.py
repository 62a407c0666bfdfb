"""The tables of a run in Markdown, and for each goal whether it was met."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import exp, log
from pathlib import Path

from bench.query.run import (
    EMPTY,
    GRAPHENE,
    KEPT,
    LOADING,
    OURS,
    OURS_PG,
    PGBENCH,
    POSTGRAPHILE,
    SQL,
    SQL_PG,
    TUNED,
    TUNED_KEPT,
    WORKERS,
    Results,
)
from bench.query.shapes import SHAPES, Kind
from store.engine import sqlite_driver

TITLES: Mapping[str, str] = {
    GRAPHENE: "graphene + SQLAlchemy with dataloaders, SQLite",
    KEPT: "the same, parse and validation kept",
    TUNED: "graphene, tuned by hand (SQLAlchemy Core)",
    TUNED_KEPT: "the same tuned, parse and validation kept",
    POSTGRAPHILE: "PostGraphile 5, PostgreSQL",
    OURS: "openalloc, SQLite",
    WORKERS: "openalloc, SQLite, two workers",
    LOADING: "openalloc, SQLite, beside a niced load",
    OURS_PG: "openalloc, PostgreSQL",
}
_MARKS = {True: "met", False: "**missed**"}
# How many times a peer's speed ours is at least, by kind of shape.
_AGAINST_GRAPHENE: Mapping[Kind, float] = {"one": 50, "list": 50, "aggregate": 12}
_AGAINST_KEPT: Mapping[Kind, float] = {"one": 12, "list": 30}
_POSTGRAPHILE_MEAN, _POSTGRAPHILE_LEAST, _POSTGRAPHILE_GOAL = 4.0, 2.5, 5.0
_OF_THE_LIMIT, _OF_PGBENCH, _TAIL, _BESIDE = 0.75, 0.5, 5.0, 0.6
_PAGES = 1.2


class Report:
    """One run's tables."""

    def __init__(self, results: Results, rows: int) -> None:
        self.results, self.rows = results, rows
        self.names = [shape.name for shape in SHAPES]
        self.kinds = {shape.name: shape.kind for shape in SHAPES}

    def lines(self) -> Iterator[str]:
        """The whole report."""
        yield f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; {self.rows:,} disclosures.\n"
        yield from self._speeds()
        yield from self._tails()
        yield from self._ratios()
        yield from self._goals()
        yield from self._notes()

    # tables

    def _speeds(self) -> Iterator[str]:
        yield "Requests a second, 16 connections:\n"
        yield from _head(self.names)
        for system, title in TITLES.items():
            found = [self._rate(system, name) for name in self.names]
            if any(found):
                yield _row(
                    title,
                    [
                        f"{one:,.0f}" if one else self._why(system, n)
                        for n, one in zip(self.names, found, strict=True)
                    ],
                )
        for system, title in ((SQL, "SQL alone, SQLite, µs"), (SQL_PG, "SQL alone, PostgreSQL, µs")):
            micros = [self.results.micros.get((system, name)) for name in self.names]
            if any(micros):
                yield _row(title, [f"{one:,.0f}" if one else "–" for one in micros])
        rates = [self.results.rates.get((PGBENCH, name)) for name in self.names]
        if any(rates):
            yield _row("pgbench, 8 clients, a second", [f"{one:,.0f}" if one else "–" for one in rates])
        empty = next((m for (system, _), m in self.results.measured.items() if system == EMPTY), None)
        if empty:
            yield (
                f"\nAn empty answer of the same server: {empty.rate:,.0f} a second, {empty.microseconds:.0f} µs,"
                f" computing {empty.computing:.0f} µs."
            )
        yield ""

    def _tails(self) -> Iterator[str]:
        yield "p50 / p99 in milliseconds:\n"
        yield from _head(self.names)
        for system in (OURS, OURS_PG, POSTGRAPHILE):
            found = [self.results.measured.get((system, name)) for name in self.names]
            if any(found):
                yield _row(
                    TITLES[system], [f"{one.p50:.1f} / {one.p99:.1f}" if one else "–" for one in found]
                )
        yield ""

    def _ratios(self) -> Iterator[str]:
        yield "Microseconds that a request makes server and database compute:\n"
        yield from _head(self.names)
        for system, title in TITLES.items():
            measured = [self.results.measured.get((system, name)) for name in self.names]
            if any(measured):
                yield _row(title, [f"{one.computing:,.0f}" if one else "–" for one in measured])
        yield ""
        yield "Ratios of this run:\n"
        yield from _head(self.names)
        for title, found in (
            ("against graphene", self._over(OURS, GRAPHENE)),
            ("against graphene, kept", self._over(OURS, KEPT)),
            ("against graphene, tuned by hand", self._over(OURS, TUNED)),
            ("against graphene, tuned by hand, kept", self._over(OURS, TUNED_KEPT)),
            ("against PostGraphile", self._over(OURS_PG, POSTGRAPHILE)),
            ("of the limit on SQLite", self._of_the_limit()),
            ("of the limit on SQLite, by computing time", self._of_the_limit_computing()),
            ("of pgbench", self._of_pgbench()),
            ("two workers over one", self._over(WORKERS, OURS)),
            ("beside a load over alone", self._over(LOADING, OURS)),
        ):
            if found:
                yield _row(title, [f"{found[name]:.2f}" if name in found else "–" for name in self.names])
        yield ""

    # goals

    def _goals(self) -> Iterator[str]:
        yield "| goal | | found |\n|---|---|---|"
        yield from self._least("graphene 50×, aggregates 12×", self._over(OURS, GRAPHENE), _AGAINST_GRAPHENE)
        yield from self._least(
            "graphene, kept: 12× on Q1, 30× on lists", self._over(OURS, KEPT), _AGAINST_KEPT
        )
        found = self._over(OURS_PG, POSTGRAPHILE)
        if found:
            mean = exp(sum(map(log, found.values())) / len(found))
            worst = min(found, key=found.__getitem__)
            yield _goal(
                f"PostGraphile, geometric mean {_POSTGRAPHILE_MEAN:g}× (hoped for: {_POSTGRAPHILE_GOAL:g}×)",
                mean >= _POSTGRAPHILE_MEAN,
                f"{mean:.2f}×",
            )
            yield _goal(
                f"PostGraphile, none below {_POSTGRAPHILE_LEAST:g}×",
                found[worst] >= _POSTGRAPHILE_LEAST,
                f"{found[worst]:.2f}× ({worst})",
            )
        yield from self._all(f"{_OF_THE_LIMIT:g} of the limit on SQLite", self._of_the_limit(), _OF_THE_LIMIT)
        of_pgbench = {name: one for name, one in self._of_pgbench().items() if self.kinds[name] != "one"}
        yield from self._all(f"{_OF_PGBENCH:g} of pgbench, but for Q1", of_pgbench, _OF_PGBENCH)
        for system in (OURS, OURS_PG):
            tails = {n: m.p99 / m.p50 for (s, n), m in self.results.measured.items() if s == system}
            if tails:
                worst = max(tails, key=tails.__getitem__)
                yield _goal(
                    f"p99 at most {_TAIL:g} × p50, {TITLES[system]}",
                    tails[worst] <= _TAIL,
                    f"{tails[worst]:.1f} ({worst})",
                )
        for system in (OURS, OURS_PG):
            first, deep = self._rate(system, "P1"), self._rate(system, "Q5")
            if first and deep:
                yield _goal(
                    f"a page costs the same at page 1 and 1,000, {TITLES[system]}",
                    1 / _PAGES <= first / deep <= _PAGES,
                    f"{first / deep:.2f}",
                )
        yield from self._all(
            f"{_BESIDE:g} of the speed beside a niced load", self._over(LOADING, OURS), _BESIDE
        )
        yield ""

    def _least(self, title: str, found: Mapping[str, float], wanted: Mapping[Kind, float]) -> Iterator[str]:
        judged = {
            name: found[name] / wanted[self.kinds[name]] for name in found if self.kinds[name] in wanted
        }
        if judged:
            worst = min(judged, key=judged.__getitem__)
            below = [name for name, one in judged.items() if one < 1]
            said = f"least: {found[worst]:.1f}× ({worst})" + (f"; below: {', '.join(below)}" if below else "")
            yield _goal(title, not below, said)

    def _all(self, title: str, found: Mapping[str, float], wanted: float) -> Iterator[str]:
        if found:
            worst = min(found, key=found.__getitem__)
            below = [name for name, one in found.items() if one < wanted]
            said = f"least: {found[worst]:.2f} ({worst})" + (f"; below: {', '.join(below)}" if below else "")
            yield _goal(title, not below, said)

    def _notes(self) -> Iterator[str]:
        for name, reason in self.results.missing.items():
            yield f"- {name} is not there: {reason}"
        for (system, name), reason in self.results.different.items():
            yield f"- {name}, {TITLES[system]}: **other rows than ours, no ratio.** {reason}"

    # figures

    def _rate(self, system: str, name: str) -> float | None:
        found = self.results.measured.get((system, name))
        return found.rate if found else None

    def _why(self, system: str, name: str) -> str:
        return "other rows" if (system, name) in self.results.different else "–"

    def _empty(self) -> float | None:
        found = [one for (system, _), one in self.results.measured.items() if system == EMPTY]
        return found[0].microseconds if found else None

    def _over(self, ours: str, theirs: str) -> dict[str, float]:
        pairs = {name: (self._rate(ours, name), self._rate(theirs, name)) for name in self.names}
        return {name: a / b for name, (a, b) in pairs.items() if a and b}

    def _of_the_limit(self) -> dict[str, float]:
        empty, found = self._empty(), {}
        for name in self.names:
            rate, micros = self._rate(OURS, name), self.results.micros.get((SQL, name))
            if empty and rate and micros:
                found[name] = rate * (empty + micros) / 1e6
        return found

    def _of_the_limit_computing(self) -> dict[str, float]:
        empty = next(
            (m.computing for (system, _), m in self.results.measured.items() if system == EMPTY), 0.0
        )
        found = {}
        for name in self.names:
            ours, micros = self.results.measured.get((OURS, name)), self.results.micros.get((SQL, name))
            if empty and ours and micros:
                found[name] = (empty + micros) / ours.computing
        return found

    def _of_pgbench(self) -> dict[str, float]:
        rates = {
            name: (self._rate(OURS_PG, name), self.results.rates.get((PGBENCH, name))) for name in self.names
        }
        return {name: a / b for name, (a, b) in rates.items() if a and b}


def machine() -> str:
    """What the figures were measured on."""
    model = "unknown"
    path = Path("/proc/cpuinfo")
    if path.exists():
        model = next(
            (
                line.split(":", 1)[1].strip()
                for line in path.read_text().splitlines()
                if line.startswith("model name")
            ),
            model,
        )
    load = os.getloadavg()[0]
    driver = sqlite_driver()
    return (
        f"{os.cpu_count()} × {model}, Python {platform.python_version()}, SQLite {driver.sqlite_version}"
        f" (Python's own: {sqlite3.sqlite_version}), load at the end {load:.1f}"
    )


def _head(names: Sequence[str]) -> Iterator[str]:
    yield f"| | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"


def _row(title: str, cells: Sequence[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def _goal(title: str, met: bool, found: str) -> str:
    return f"| {title} | {_MARKS[met]} | {found} |"
