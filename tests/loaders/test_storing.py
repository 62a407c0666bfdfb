"""A load whose batches a process of its own stores: the same store, the same report, its errors where they are seen."""

import pickle
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select, text, update
from sqlalchemy.exc import DBAPIError

from cli.synthetic.world import credit_code
from formats.error import FormatError
from loaders import storing, writer
from loaders.errors import LoadError
from loaders.load import load
from loaders.report import Report
from loaders.storing import Apart, Storing
from schemas.catalog import Catalog
from store import joining, tables
from store.draft import Drafts, Entry
from store.engine import connect, writing
from store.errors import StoreError
from store.features import Waiting
from store.writing import Written, write
from tests.owners import number_of

RESULT = "land/grant-result"
PUBLISHER = "11530114MB0W00017C"
NOW = datetime(2024, 7, 1, 1, 2, 3)
HEADING = "宗地编号,土地坐落,出让面积(公顷),成交价(万元),受让人,成交日期,发布日期\n"


def line(number: int, price: int = 100) -> str:
    return f"GK-{number},示例路{number}号,1.5,{price},示例公司{number % 3},2024-06-03,2024-06-11\n"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    faulty = line(3).replace("1.5", "很大")
    path.write_text(HEADING + line(1) + faulty + "".join(map(line, range(4, 14))), "utf-8")
    return path


def run(path: Path, catalog: Catalog, engine: Engine, apart: bool) -> Report:
    where = Apart(engine.url.render_as_string(hide_password=False), 5) if apart else None
    return load(path, catalog, engine, type=RESULT, publisher=PUBLISHER, now=NOW, batch=4, apart=where)


def test_a_process_of_its_own_stores_the_same(
    results: Path,
    catalog: Catalog,
    engine: Engine,
    new_database: Callable[[], str],
    contents: Callable[[Engine], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = connect(new_database())
    for change in ("", "100,示例公司1", "100,示例公司2"):
        if change:  # first nothing changes, then some records do
            results.write_text(results.read_text("utf-8").replace(change, "200,别的公司"), "utf-8")
        with monkeypatch.context() as patched:
            expected = run(results, catalog, here, apart=False)
            patched.setattr(storing, "write_drafts", None)  # nothing is stored here
            found = run(results, catalog, engine, apart=True)
        assert found.to_json() == expected.to_json()
        assert contents(engine) == contents(here)
    here.dispose()


def test_organizations_are_joined_where_the_load_is_stored(
    results: Path, catalog: Catalog, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "settle_pending", None)  # here
    codes = (credit_code(f"91{division}MA6K00014") for division in (530114, 530102))
    lines = (f'{{"schema":"{RESULT}/1.0","localId":"L{code}","title":"示例","lots":[{{"parcelNumber":"{code}"}}],'
             f'"parties":[{{"partyRole":"transferee","organization":{{"name":"示例","uscc":"{code}"}}}}]}}\n' for code in codes)  # fmt: skip
    path = results.with_suffix(".jsonl")
    path.write_text("".join(lines), "utf-8")
    report = load(
        path, catalog, engine, publisher=PUBLISHER, now=NOW, batch=1,
        apart=Apart(engine.url.render_as_string(hide_password=False), 5),
    )  # fmt: skip
    assert report.stored == 2, report.issues
    with engine.connect() as connection:
        joined = connection.scalar(select(func.count()).select_from(tables.organization_alias))
    assert joined == 1


def test_a_file_that_was_loaded_before_starts_a_process_once_something_of_it_is_new(
    results: Path, catalog: Catalog, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Process(storing._Process):
        def __init__(self, apart: Apart) -> None:
            super().__init__(apart)
            started.append(self)

    started: list[storing._Process] = []
    monkeypatch.setattr(storing, "_Process", Process)
    first = run(results, catalog, engine, apart=True)
    assert len(started) == 1
    again = run(results, catalog, engine, apart=True)
    assert (again.stored, again.revised, again.unchanged) == (0, 0, first.stored)
    assert len(started) == 1
    with writing(engine) as connection:
        connection.execute(update(tables.document).values(digest="other"))
    changed = run(results, catalog, engine, apart=True)
    assert (changed.stored, changed.revised, changed.unchanged) == (0, first.stored, 0)
    assert len(started) == 2
    assert started[1].load is not None  # it stored what came after the first batch


def test_what_the_store_learnt_meanwhile_is_written_again(
    catalog: Catalog, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    disclosure = catalog.type(RESULT)
    entries = [Entry(disclosure.sample | {"localId": f"L{number}"}, disclosure) for number in range(4)]
    with writing(engine) as connection:
        ids = write(connection, entries, catalog, None, NOW).ids
    came: list[Written] = []
    where = Apart(engine.url.render_as_string(hide_password=False), 5)
    make_fresh = storing.make_fresh
    entries[0] = Entry({**entries[0].record, "title": "更正后的示例"}, disclosure)

    def meanwhile(reading: Connection, batch: Drafts, **asked: Any) -> None:
        make_fresh(reading, batch, **asked)
        reading.rollback()
        with writing(engine) as connection:
            d = tables.document
            own = number_of(ids[2])
            connection.execute(update(d).where(d.c.disclosure_number == own).values(digest="other"))

    monkeypatch.setattr(storing, "make_fresh", meanwhile)
    with Storing(engine, where, 0) as stores:
        stores.expect(1)
        stores.load = storing.Load("L", NOW, False, ())
        with writing(engine) as connection:
            connection.execute(
                tables.load.insert().values(
                    id="L", file_name="f", sha256="0", status="running", started_at=NOW
                )
            )
        stores.take(Drafts.of(entries[:3], catalog), (), came.append)
        assert came == []
        stores.take(Drafts.of(entries[3:], catalog), (), came.append)  # is there before the first comes again
        stores.finish()
    first, second = came
    assert (first.stored, first.unchanged, first.revised, first.ids) == (0, 1, 2, ids[:3])
    assert (second.stored, second.unchanged, second.revised, second.ids) == (0, 1, 0, ids[3:])


@dataclass
class Coming:
    """A database, and what comes to the process that writes into it: records of three each, one of them said anew."""

    engine: Engine
    sent: list[storing.Sent]

    def batches(self, *at_once: int) -> "Queue[Any]":
        """The load, then its batches, then the end: all waiting."""
        coming: Queue[Any] = Queue()
        coming.put(storing.Load("L", NOW, False, ()))
        for one in self.sent:
            coming.put(replace(one, at_once=one.number in at_once))
        coming.put(None)
        return coming

    def stored(self) -> int:
        """How many disclosures others see."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(tables.disclosure)) or 0


@pytest.fixture
def coming(catalog: Catalog, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Coming:
    disclosure = catalog.type(RESULT)
    sent = []
    for number, own in enumerate(["123", "456", "178"]):
        said = [{"localId": f"L{one}", "title": f"{one} {number}"} for one in own]
        batch = Drafts.of([Entry({**disclosure.sample, **one}, disclosure) for one in said], catalog)
        batch.make(batch.drafts)
        sent.append(storing.Sent(number, False, batch.drafts, batch.ids, batch.indexes, ()))
    monkeypatch.setattr(writer, "connect", lambda *_, **__: engine)
    return Coming(engine, sent)


def test_batches_that_wait_are_committed_together(coming: Coming) -> None:
    seen: list[tuple[int, int]] = []

    def answer(made: Any) -> None:
        if made is not None:
            seen.append((made.stored + made.revised, coming.stored()))

    writer._store_all(Apart("", 5, large=0), coming.batches(), answer)
    alone = coming.engine.dialect.name == "postgresql"
    assert seen == ([(3, 3), (3, 6), (3, 8)] if alone else [(3, 0), (3, 0), (3, 0)])
    assert coming.stored() == 8


def test_in_a_small_store_each_batch_is_committed_alone(coming: Coming) -> None:
    seen: list[int] = []
    writer._store_all(Apart("", 5), coming.batches(), lambda _: seen.append(coming.stored()))
    assert seen == [3, 6, 8, 8]


def test_a_batch_is_seen_at_once_where_that_is_asked_for(coming: Coming) -> None:
    seen: list[int] = []
    writer._store_all(Apart("", 5, large=0), coming.batches(1), lambda _: seen.append(coming.stored()))
    assert seen[1] == 6
    assert seen[3] == 8


def test_what_is_committed_together_is_what_is_committed_alone(
    coming: Coming,
    new_database: Callable[[], str],
    contents: Callable[[Engine], Any],
) -> None:
    alone = connect(new_database())
    for one in pickle.loads(pickle.dumps(coming.sent)):
        batch = Drafts(one.drafts, one.ids, one.indexes, lambda _: None)
        with writing(alone) as connection:
            storing.store(connection, storing.Load("L", NOW, False, ()), batch, ())
    writer._store_all(Apart("", 5, large=0), coming.batches(), lambda _: None)
    assert contents(coming.engine) == contents(alone)
    alone.dispose()


@pytest.mark.parametrize("fails", ["store", "commit"])
def test_nothing_is_stored_after_an_error(
    fails: str, coming: Coming, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store(connection: Any, load: Any, batch: Drafts, *others: Any) -> Written:
        if fails == "store" and batch.ids == coming.sent[1].ids:
            raise OSError
        return storing.store(connection, load, batch, *others)

    def fail(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr("loaders.together.store", store)
    alone = coming.engine.dialect.name == "postgresql"
    if fails == "commit" and alone:
        event.listen(coming.engine, "commit", fail)
    elif fails == "commit":
        monkeypatch.setattr(Waiting, "write", fail)
    answers: list[Any] = []
    writer._store_all(Apart("", 5, large=0), coming.batches(), answers.append)
    assert isinstance(answers[-1], OSError)
    assert (len(answers), coming.stored()) == {
        ("store", False): (2, 0), ("store", True): (2, 3),
        ("commit", False): (3, 0), ("commit", True): (1, 0),
    }[fails, alone]  # fmt: skip


def test_what_nobody_ends_is_left_undone(coming: Coming) -> None:
    queue = coming.batches()
    queue.queue[-1] = EOFError()
    with pytest.raises(EOFError):
        writer._store_all(Apart("", 5, large=0), queue, lambda _: None)
    assert coming.stored() == (8 if coming.engine.dialect.name == "postgresql" else 0)


def test_an_error_of_the_database_is_raised_here(
    results: Path, catalog: Catalog, engine: Engine, new_database: Callable[[], str]
) -> None:
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE feature"))
    with pytest.raises(DBAPIError, match="feature"):
        run(results, catalog, engine, apart=True)
    with engine.connect() as connection:
        assert connection.execute(select(tables.load.c.status)).scalars().all() == ["running"]
        assert connection.execute(select(tables.disclosure.c.id)).all() == []


def test_a_process_that_is_killed_loses_nothing(
    results: Path, catalog: Catalog, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends, sent = storing._Process.send, 0

    def send(self: Any, given: Any) -> None:
        nonlocal sent
        sends(self, given)
        sent += isinstance(given, storing.Sent)
        if sent == 3:  # the first is committed
            self._process.send_signal(signal.SIGKILL)

    monkeypatch.setattr(storing._Process, "send", send)
    with pytest.raises(LoadError, match=r"L111 .*SIGKILL"):
        run(results, catalog, engine, apart=True)
    monkeypatch.undo()
    again = run(results, catalog, engine, apart=True)
    assert (again.stored + again.unchanged, again.refused) == (11, 1)
    assert again.unchanged >= 4


@pytest.mark.parametrize(
    "error",
    [
        StoreError("D020", "满", "full", "腾", "free"),
        LoadError("L111", "甲", "one"),
        FormatError("F052", seconds=3),
    ],
)
def test_our_errors_go_from_process_to_process(error: Any) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.args, vars(back)) == (type(error), error.args, vars(error))
