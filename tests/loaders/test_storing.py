"""A load whose batches a process of its own stores: the same store, the same report, its errors where they are seen."""

import io
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from formats.error import FormatError
from loaders import storing, writer
from loaders.errors import LoadError
from loaders.load import load
from loaders.report import Report
from loaders.storing import Apart, Storing
from schemas.catalog import Catalog
from store import tables
from store.draft import Drafts, Entry
from store.engine import connect, writing
from store.errors import StoreError
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


def test_what_the_store_learnt_meanwhile_is_written_again(
    catalog: Catalog, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    disclosure = catalog.type(RESULT)
    entries = [Entry(disclosure.sample | {"localId": f"L{number}"}, disclosure) for number in range(4)]
    with writing(engine) as connection:
        ids = write(connection, entries, catalog, None, NOW).ids
    came: list[Written] = []
    where = Apart(engine.url.render_as_string(hide_password=False), 5)

    def meanwhile(*_: Any, **__: Any) -> None:
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
    assert (first.stored, first.unchanged, first.revised, first.ids) == (0, 2, 1, ids[:3])
    assert (second.stored, second.unchanged, second.revised, second.ids) == (0, 1, 0, ids[3:])


@pytest.mark.parametrize("fails", ["store", "commit"])
def test_nothing_is_stored_after_an_error(
    fails: str, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    given, tried = io.BytesIO(), list[str]()
    for one in (
        storing.Load("L", NOW, False, ()),
        *(storing.Sent(number, (), (str(number),), {}, ()) for number in range(3)),
    ):
        pickle.dump(one, given)
    given.seek(0)

    def store(_connection: Any, _load: Any, batch: Drafts, _places: Any) -> Written:
        tried.extend(batch.ids)
        if fails == "store" and batch.ids == ("1",):
            raise OSError
        return Written(0, 1, 0, 0, batch.ids)

    def commit(transaction: ExitStack, written: Written) -> Written:
        transaction.close()
        if fails == "commit" and written.ids == ("1",):
            raise OSError
        return written

    monkeypatch.setattr(writer, "_commit", commit)
    monkeypatch.setattr(writer, "store", store)
    monkeypatch.setattr(writer, "connect", lambda *_, **__: engine)
    answers = io.BytesIO()
    with ThreadPoolExecutor(1) as ending:
        writer._store_all(Apart("", 5), given, lambda finish: ending.submit(writer._answer, answers, finish))
    answers.seek(0)
    assert pickle.load(answers).ids == ("0",)
    assert isinstance(pickle.load(answers), OSError)
    assert (answers.read(), tried) == (b"", ["0", "1"])


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
