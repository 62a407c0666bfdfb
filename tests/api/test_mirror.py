"""A mirror that takes in the deltas stays equal, over 1,000 random changes, on both databases."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from api.choosing import choose
from api.operation import Service
from publish.datasets import deltas, jsonlines
from publish.datasets.export import DatasetError, selected
from publish.datasets.reading import snapshot
from publish.datasets.statements import Rows
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

CHANGES, AT_ONCE = 1_000, 40
TYPES = ("land/grant-result", "procurement/award-result", "works/award-candidates")
REGIONS = ("530114", "530102", "530302", "532301")
NOW = datetime(2024, 7, 1, 8, 0)
# A record comes into the last two, and leaves them again, by being revised.
SELECTIONS: tuple[list[tuple[str, str]], ...] = (
    [], [("domain", "land")], [("region", "530100")], [("type", "works/award-candidates"), ("filter", '{"title": {"contains": "甲"}}')],
)  # fmt: skip


class Mirror:
    """Somebody else's copy of a selection, which knows of it by deltas alone."""

    def __init__(self, parameters: list[tuple[str, str]]) -> None:
        self.parameters = parameters
        self.records: dict[str, Any] = {}
        self.version = 0
        self.told: set[str] = set()

    def follow(self, engine: Engine, service: Service) -> None:
        """Take in what changed since the version that it has."""
        *lines, last = self.lines(engine, service)
        for line in lines:
            self.told.add(line["change"])
            assert line["version"] > self.version
            if line["change"] == "removed":
                assert line["record"] is None
                self.records.pop(line["id"], None)
                continue
            assert (line["change"] == "added") == (line["id"] not in self.records) or line[
                "change"
            ] != "added"
            assert (line["record"]["status"] == "withdrawn") == (line["change"] == "withdrawn")
            self.records[line["id"]] = line["record"]
        assert (last["since"], last["lines"]) == (self.version, len(lines))
        self.version = last["upTo"]

    def lines(self, engine: Engine, service: Service) -> list[dict[str, Any]]:
        with snapshot(engine) as taken:
            rows = Rows(taken.dialect, service.catalog)
            asked = deltas.delta(self.parameters, self.version, service.catalog, partial(choose, service))
            return [json.loads(line) for line in b"".join(deltas.chunks(asked, rows, taken)).splitlines()]


def whole(engine: Engine, service: Service, parameters: list[tuple[str, str]]) -> dict[str, Any]:
    """The selection as its dataset has it now."""
    export = selected(parameters, "jsonl", service.catalog, partial(choose, service))
    with snapshot(engine) as taken:
        rows = Rows(taken.dialect, service.catalog)
        made = b"".join(jsonlines.chunks(export.layout[0], export.chosen, rows, taken))
    return {line["id"]: line for line in map(json.loads, made.splitlines())}


def change_at_random(engine: Engine, catalog: Catalog, seed: int) -> Iterator[int]:
    """Adds, revises, withdraws, brings back; gives how many changes were made so far."""
    chance, ids, made, turn = random.Random(seed), dict[str, tuple[str, str]](), 0, 0
    while made < CHANGES:
        turn += 1
        at = NOW + timedelta(seconds=turn)
        entries: dict[str, Entry] = {}
        for _ in range(chance.randint(1, AT_ONCE)):
            type_, number = chance.choice(TYPES), f"示例{chance.randint(1, 200)}"
            record = {
                **catalog.types[type_].sample, "localId": number, "region": chance.choice(REGIONS),
                "title": f"示例{chance.choice('甲乙丙')}{chance.randint(1, 9)}",
            }  # fmt: skip
            entries[type_ + number] = Entry(record, catalog.types[type_])
        with writing(engine) as connection:
            written = write(
                connection, list(entries.values()), catalog, None, at, again=chance.random() < 0.3
            )
        made += written.stored + written.revised
        ids.update((one, ("", "")) for one in written.ids if one)
        for one in chance.sample(sorted(ids), min(2, len(ids))):
            privacy = chance.random() < 0.25
            with writing(engine) as connection:
                withdraw(connection, one, "示例理由", catalog, at, privacy=privacy)
            made += 1
        yield made


def test_a_mirror_stays_equal(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    mirrors = [Mirror(parameters) for parameters in SELECTIONS]
    for turn, _ in enumerate(change_at_random(engine, catalog, 7)):
        for place, mirror in enumerate(mirrors):
            if turn % (2 * place + 1) == 0:  # some look seldom
                mirror.follow(engine, service)
    for mirror in mirrors:
        mirror.follow(engine, service)
        assert mirror.records == whole(engine, service, mirror.parameters)
        assert mirror.records
    assert mirrors[0].told == {"added", "changed", "withdrawn", "removed"}
    assert mirrors[0].version == max(one.version for one in mirrors)


@pytest.mark.parametrize("given", ["soon", "", "2024-13-01", "-1", "1e3"])
def test_what_is_no_version_and_no_time_is_refused(file: Engine, given: str) -> None:
    with snapshot(file) as taken, pytest.raises(DatasetError) as caught:
        deltas.version_since(given, taken)
    assert caught.value.code == "P107"


def test_a_time_is_the_last_version_by_then(file: Engine) -> None:
    with snapshot(file) as taken:
        newest = taken.standing()
        assert newest.at is not None
        assert deltas.version_since(newest.at.isoformat(), taken) == newest.version
        assert deltas.version_since("2001-01-01", taken) == 0
        with pytest.raises(DatasetError) as caught:
            deltas.version_since(str(newest.version + 1), taken)
    assert caught.value.code == "P108"
