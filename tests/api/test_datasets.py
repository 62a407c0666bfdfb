"""Downloads over HTTP and the files behind them: whole, in ranges, while they are made, and never looking whole when broken."""

import csv
import glob
import hashlib
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from api.choosing import choose
from api.operation import Service
from api.rate import Rate
from publish.datasets import building, delimited, making, workbook
from publish.datasets.building import Builder, BusyError, FailedError
from publish.datasets.envelope import OWNER
from publish.datasets.export import FORMATS, Export, dataset
from publish.datasets.kept import BrokenError, Folder, Reading
from publish.datasets.layout import Column, Table
from publish.datasets.reading import snapshot
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

ROOT = Path(__file__).resolve().parents[2]
LAND = "/datasets/land/grant-result"
NOW = datetime(2024, 7, 1, 8, 0)
TEXTS = (
    "=1+1",
    "+86",
    "-5",
    "@SUM",
    "\ttab",
    "'quoted",
    "＝1",
    "a=b",
    'say "hi", twice',
    "line\nbreak",
    "示例",
    "\rx",
    "'=1",
)
Export_ = Callable[..., Export]


@pytest.fixture
def exported(catalog: Catalog, answering: Service) -> Export_:
    return lambda path, ending, **part: dataset(
        path, ending, part.items(), catalog, partial(choose, answering)
    )


@pytest.fixture
def builder(file: Engine, catalog: Catalog, tmp_path: Path) -> Builder:
    return Builder(file, catalog, Folder(tmp_path / "kept", 10**9))


def whole(reading: Reading) -> bytes:
    """All of a file, waited for."""
    while (done := reading.look()) is None:
        time.sleep(0.005)
    content = reading.read(0, done.size + 1)
    reading.close()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (done.size, done.sha256)
    return content


# HTTP


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_has_its_checksum_and_can_be_had_in_ranges(client: TestClient, format_: str) -> None:
    address = f"{LAND}.{format_}"
    answer = client.get(address)
    assert answer.status_code == 200
    told = client.get(f"{address}.sha256")
    assert told.text == f"{hashlib.sha256(answer.content).hexdigest()}  land-grant-result.{format_}\n"
    head = client.head(address)
    assert int(head.headers["content-length"]) == len(answer.content)
    assert head.headers["openalloc-records"] == answer.headers["openalloc-records"]
    assert head.content == b""
    tag = head.headers["etag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert (
        client.get(address, headers={"If-Modified-Since": head.headers["last-modified"]}).status_code == 304
    )
    got = b""
    while len(got) < len(answer.content):
        asked = {"Range": f"bytes={len(got)}-{len(got) + 99_999}", "If-Range": tag}
        part = client.get(address, headers=asked)
        assert part.status_code == 206
        assert part.headers["content-range"].startswith(f"bytes {len(got)}-")
        got += part.content
    assert got == answer.content
    assert client.get(address, headers={"Range": "bytes=-7"}).content == got[-7:]
    assert client.get(address, headers={"Range": "bytes=5-", "If-Range": '"other"'}).status_code == 200
    beyond = client.get(address, headers={"Range": f"bytes={len(got)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(got)}")


def test_the_headers_prove_that_a_table_is_whole(client: TestClient) -> None:
    client.get(f"{LAND}.parties.csv")
    answer = client.get(f"{LAND}.parties.csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert answer.headers["openalloc-rows"] == f"parties={len(lines)}"
    assert len({one["disclosure_id"] for one in lines}) <= int(answer.headers["openalloc-records"])
    assert answer.headers["content-type"].startswith("text/csv")
    assert "gzip" not in answer.headers.get("content-encoding", "")


def test_parts_make_up_the_whole(client: TestClient, catalog: Catalog) -> None:
    def ids(address: str) -> list[str]:
        return [json.loads(line)["id"] for line in client.get(address).content.splitlines()]

    lines = [json.loads(line) for line in client.get("/datasets/land.jsonl").content.splitlines()]
    years = {line["publishedDate"][:4] for line in lines if line["publishedDate"]}
    of_years = [
        one for year in sorted(years, reverse=True) for one in ids(f"/datasets/land.jsonl?year={year}")
    ]
    assert of_years == [line["id"] for line in lines if line["publishedDate"]]
    for code in {line["prefecture"] for line in lines if line["prefecture"]}:
        found = ids(f"/datasets/land.jsonl?prefecture={code}")
        assert found == [line["id"] for line in lines if line["prefecture"] == code]
    of_types = [
        one for type_ in catalog.types if type_.startswith("land/") for one in ids(f"/datasets/{type_}.jsonl")
    ]
    assert sorted(of_types) == sorted(line["id"] for line in lines)


def test_a_selection_is_what_graphql_finds(client: TestClient) -> None:
    answer = client.post(
        "/graphql",
        json={
            "query": '{ disclosures(search: "示例", filter: {domain: {eq: land}, daysLate: {gt: 0}}, first: 100) { nodes { id status } } }'
        },
    )
    wanted = [one["id"] for one in answer.json()["data"]["disclosures"]["nodes"]]
    assert wanted
    got = client.get("/disclosures.jsonl?q=示例&domain=land&late=1")
    assert [json.loads(line)["id"] for line in got.content.splitlines()] == wanted
    same = client.get(
        "/disclosures.jsonl",
        params={"q": "示例", "filter": '{"domain": {"eq": "land"}, "daysLate": {"gt": 0}}'},
    )
    assert same.content == got.content
    size = client.get("/disclosures.size?q=示例&domain=land&late=1").json()
    assert size["records"] == len(wanted)
    assert size["formats"]["jsonl"] == {"bytes": len(got.content), "exact": True}
    assert set(size["formats"]) == set(FORMATS)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/datasets/land/nothing.csv", 404, "P102"),
        ("/datasets/land/grant-result.nothing.csv", 404, "P101"),
        ("/datasets/land.csv?year=24", 400, "P103"),
        ("/datasets/land.csv?prefecture=530114", 400, "P103"),
        ("/datasets/land.csv?region=530100", 400, "P104"),
        ("/disclosures.csv?colour=red", 400, "P104"),
        ("/disclosures.json?domain=land", 404, "P100"),
        ("/datasets/land.json", 404, "P100"),
        ("/datasets/everything.xml", 404, "P100"),
        ("/datasets/land/grant-result.xls", 404, "P100"),
        ("/disclosures.csv?type=land/nothing", 400, "P001"),
        ('/disclosures.csv?filter={"title": {"nothing": 1}}', 400, "A209"),
        ("/changes.jsonl?since=soon", 400, "P107"),
        ("/changes.jsonl?since=99999999", 400, "P108"),
        ("/changes.jsonl?since=0&colour=red", 400, "P104"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_told(client: TestClient, address: str, status: int, code: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code


def test_changes_end_with_the_version_up_to_which_they_hold(client: TestClient) -> None:
    newest = client.get("/readyz").json()["dataVersion"]
    *lines, last = map(json.loads, client.get(f"/changes.jsonl?since={newest - 3}").content.splitlines())
    assert last == {"upTo": newest, "since": newest - 3, "lines": len(lines)}
    assert 0 < len(lines) <= 3
    nothing = client.get(f"/changes.jsonl?since={newest}")
    assert json.loads(nothing.content) == {"upTo": newest, "since": newest, "lines": 0}
    assert client.head(f"/changes.jsonl?since={newest - 2}").status_code == 200


def test_a_client_has_some_downloads_made_at_a_time(file: Engine, catalog: Catalog) -> None:
    made = application(catalog, file)
    made.state.checkers.close()
    made.state.files.most_of_a_client = 0
    answer = TestClient(made).get(f"{LAND}.csv")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (429, "A200")


def test_a_file_costs_of_the_clients_quota_once(file: Engine, catalog: Catalog) -> None:
    made = application(catalog, file, rate=Rate(25_000, 3_600))
    made.state.checkers.close()
    client = TestClient(made)
    newest = client.get("/readyz").json()["dataVersion"]
    assert client.get(f"{LAND}.csv").status_code == 200
    assert client.get(f"/changes.jsonl?since={newest - 5}").status_code == 200
    refused = client.get("/datasets/works/award-result.csv")
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
    assert client.get(f"{LAND}.csv").status_code == 200


def test_a_file_that_costs_more_than_the_whole_quota_can_be_had(file: Engine, catalog: Catalog) -> None:
    made = application(catalog, file, rate=Rate(10_001, 3_600))
    made.state.checkers.close()
    client = TestClient(made)
    whole = client.get("/datasets/everything.csv")
    assert (whole.status_code, int(whole.headers["openalloc-records"]) > 1) == (200, True)
    assert client.get(f"{LAND}.csv").status_code == 429


# the files


class Slow:
    """Writes a file in two steps, the second when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.times = Event(), 0
        self._write = making.write
        monkeypatch.setattr(making, "write", self.write)

    def write(self, export: Export, rows: Any, taken: Any, begun: Any, sink: Any, scratch: Path) -> None:
        self.times += 1
        if export.grows:
            self._write(export, rows, taken, begun, sink, scratch)
        while not self.go.wait(0.01):
            if taken.stop.is_set():
                raise building.StoppedError
        if not export.grows:
            self._write(export, rows, taken, begun, sink, scratch)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow(monkeypatch)
    yield made
    made.go.set()


def test_who_asks_for_the_same_at_once_has_it_made_once(
    builder: Builder, exported: Export_, slow: Slow
) -> None:
    export = exported("land", "csv")
    other = Builder(builder.engine, builder.catalog, Folder(builder.folder.path, 10**9))  # another process
    readings = [builder.open(export), builder.open(export), other.open(export)]
    assert [one.look() for one in readings] == [None] * 3
    while not (begun := readings[2].read(0, 100)):
        time.sleep(0.005)
    assert begun.startswith("\ufeffid,type".encode())
    slow.go.set()
    assert len({whole(one) for one in readings}) == 1
    assert whole(other.open(export))
    assert slow.times == 1


def test_a_file_that_breaks_off_never_looks_whole(
    builder: Builder, exported: Export_, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ = making.write

    def breaking(export: Export, rows: Any, taken: Any, begun: Any, sink: Any, scratch: Path) -> None:
        write_(export, rows, taken, begun, sink, scratch)
        time.sleep(0.2)  # somebody has begun to read
        taken.tally["disclosures"] -= 1  # as if a row had got lost

    monkeypatch.setattr(making, "write", breaking)
    export = exported("land", "csv")
    reading = builder.open(export)
    with pytest.raises(BrokenError):
        whole(reading)
    reading.close()
    assert builder.find(export, builder.standing().version) is None
    with pytest.raises(BrokenError):
        client.get("/datasets/works/award-result.csv")  # the connection breaks off
    answer = client.get("/datasets/works/award-result.xlsx")  # nothing of it was sent yet
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "A201")
    monkeypatch.setattr(making, "write", write_)
    assert whole(builder.open(export))


def test_what_cannot_be_made_is_told(
    builder: Builder, exported: Export_, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: Any) -> int:
        raise ValueError("示例的秘密")

    monkeypatch.setattr(building, "begun", failing)
    with pytest.raises(FailedError):
        builder.open(exported("land", "csv"))
    assert "ValueError" in caplog.text
    assert "秘密" not in caplog.text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told(exported: Export_, catalog: Catalog, file: Engine, tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        making.make(exported("everything", "jsonl"), file, catalog, "", tmp_path / "full")


def test_a_file_that_nobody_waits_for_is_given_up(
    builder: Builder, exported: Export_, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_GRACE", 0.0)
    monkeypatch.setattr(building, "_LOOK", 0.02)
    reading = builder.open(exported("land", "csv"))
    time.sleep(0.1)
    assert reading.look() is None  # it is read
    reading.close()
    key = exported("land", "csv").key(builder.standing().version, "")
    while (builder.folder.path / key).exists():
        time.sleep(0.01)


def test_places_for_making_files_are_few(builder: Builder, exported: Export_, slow: Slow) -> None:
    builder.folder.places, builder.patience = 1, 0.05
    reading = builder.open(exported("land", "csv"))
    with pytest.raises(BusyError) as caught:
        builder.open(exported("works", "csv"))
    assert caught.value.code == "P105"
    same = builder.open(exported("land", "csv"))
    slow.go.set()
    assert whole(same) == whole(reading)
    assert whole(builder.open(exported("works", "csv")))


def test_what_was_used_least_recently_goes(builder: Builder, exported: Export_) -> None:
    version = builder.standing().version
    for path in ("land", "works", "mining"):
        whole(builder.open(exported(path, "csv")))
    whole(builder.open(exported("land", "csv")))  # used again
    found = builder.find(exported("land", "csv"), version)
    assert found is not None
    assert found.done is not None
    builder.folder.most = found.done.size + 1
    found.close()
    builder.folder.sweep(builder.standing())
    assert [builder.find(exported(path, "csv"), version) is None for path in ("land", "works", "mining")] == [
        False,
        True,
        True,
    ]


def test_the_same_content_is_the_same_bytes(builder: Builder, exported: Export_) -> None:
    for format_ in FORMATS:
        export = exported("land/grant-result", format_)
        one = whole(builder.open(export))
        builder.folder.most = 0
        builder.folder.sweep(builder.standing())
        builder.folder.most = 10**9
        assert whole(builder.open(export)) == one, format_


@pytest.fixture
def own(engine: Engine, catalog: Catalog, tmp_path: Path) -> TestClient:
    """A client of a database that may be written."""
    made = application(
        catalog, engine, downloads=Folder(tmp_path / "kept", 10**9), site="https://data.example.org"
    )
    made.state.checkers.close()
    return TestClient(made)


def _stored(engine: Engine, catalog: Catalog, title: str, number: str) -> str:
    disclosure = catalog.types["land/grant-result"]
    with writing(engine) as connection:
        entry = Entry({**disclosure.sample, "localId": number, "title": title}, disclosure)
        (made,) = write(connection, [entry], catalog, None, NOW).ids
    return made


def test_a_download_is_resumed_as_it_was_begun_but_never_what_was_withdrawn_for_privacy(
    engine: Engine, catalog: Catalog, own: TestClient
) -> None:
    one = _stored(engine, catalog, "虚构的秘密", "1")
    first = own.get(f"{LAND}.csv")
    assert f"https://data.example.org/disclosures/{one}" in first.text
    tag = own.head(f"{LAND}.csv").headers["etag"]
    _stored(engine, catalog, "另一条", "2")
    resumed = own.get(f"{LAND}.csv", headers={"Range": "bytes=100-", "If-Range": tag})
    assert (resumed.status_code, resumed.content) == (206, first.content[100:])
    newest = own.get(f"{LAND}.csv")
    assert "另一条" in newest.text
    assert newest.headers["etag"] != tag
    with writing(engine) as connection:
        withdraw(connection, one, "示例:含个人信息", catalog, NOW, privacy=True)
    for headers in (
        {"Range": "bytes=0-", "If-Range": tag},
        {"Range": "bytes=0-", "If-Range": newest.headers["etag"]},
        {},
    ):
        for format_ in ("csv", "jsonl"):
            answer = own.get(f"{LAND}.{format_}", headers=headers)
            assert (answer.status_code, "秘密" in answer.text, "另一条" in answer.text) == (200, False, True)
    folder = own.app.state.files.builder.folder.path  # type: ignore[attr-defined]
    assert "秘密".encode() not in b"".join(path.read_bytes() for path in folder.rglob("content"))


def test_what_was_withdrawn_for_privacy_leaves_the_disk_though_nobody_asks(
    engine: Engine, catalog: Catalog, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "kept", 10**9)
    made = application(catalog, engine, downloads=folder)
    made.state.files.tidied = 0.01
    one = _stored(engine, catalog, "虚构的秘密", "1")
    # looked at by glob: Path.rglob fails when a folder goes meanwhile
    contents = str(folder.path / "*" / "content")
    with TestClient(made) as client:
        assert "秘密" in client.get(f"{LAND}.csv").text
        assert glob.glob(contents)
        with writing(engine) as connection:
            withdraw(connection, one, "示例:含个人信息", catalog, NOW, privacy=True)
        while glob.glob(contents):
            time.sleep(0.01)


def test_all_of_a_file_is_of_one_data_version(
    engine: Engine, catalog: Catalog, own: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stored(engine, catalog, "第一条", "1")
    write_ = making.write

    def meanwhile(export: Export, rows: Any, taken: Any, begun: Any, sink: Any, scratch: Path) -> None:
        taken.standing()  # the snapshot begins
        _stored(engine, catalog, "第二条", "2")
        write_(export, rows, taken, begun, sink, scratch)

    monkeypatch.setattr(making, "write", meanwhile)
    answer = own.get(f"{LAND}.csv.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        tables = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert tables["disclosures.csv"].count("\r\n") == 2
    assert "第二条" not in tables["disclosures.csv"]
    assert {line.partition(",")[0] for line in tables["parties.csv"].splitlines()[1:]} == {
        f'"{next(csv.DictReader(io.StringIO(tables["disclosures.csv"])))["id"]}"'
    }
    assert answer.headers["openalloc-data-version"] == "1"


# what the formats do with texts


@pytest.mark.parametrize("old", [False, True])
def test_texts_are_no_formulas_and_come_back(engine: Engine, *, old: bool) -> None:
    table = Table(
        "t",
        "表",
        "Table",
        "",
        "",
        (Column("id", "integer", "号", "No"), Column("text", "text", "文", "Text")),
        ("id",),
        "party",
    )
    given = [f"SELECT {at} AS n, {_literal(text, engine)} AS t" for at, text in enumerate((*TEXTS, None))]
    number = "n" if engine.dialect.name == "sqlite" else "n::text"
    select = f"SELECT {number} AS c0, t AS c1 FROM ({' UNION ALL '.join(given)}) given ORDER BY n"
    with snapshot(engine) as taken:
        version = (3, 40) if old and engine.dialect.name == "sqlite" else ()
        lines = [
            line
            for (line,) in taken.driver.execute(
                delimited.lines(table, select, taken.dialect, version)
            ).fetchall()
        ]
        sheets = [
            line for (line,) in taken.driver.execute(workbook.lines(table, select, taken.dialect)).fetchall()
        ]
    rows = list(csv.reader(io.StringIO("".join(lines), newline="")))
    assert [delimited.read_text(cell) for _, cell in rows] == [*TEXTS, ""]
    assert not [cell for _, cell in rows if cell[:1] in tuple("=+-@\t\r\n＝")]
    assert all("<f>" not in line for line in sheets)
    assert sheets[0].startswith('<row><c><v>0</v></c><c t="inlineStr">')


def _literal(text: str | None, engine: Engine) -> str:
    null = "NULL" if engine.dialect.name == "sqlite" else "NULL::text"
    return null if text is None else "'" + text.replace("'", "''") + "'"


def test_a_table_longer_than_a_sheet_goes_on_in_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(workbook, "ROWS", 5)
    column = Column(OWNER.name, "text", "标识", "Identifier")
    table = Table("t", "表", "Table", "", "", (column,), ("id",), "party")
    cells = [f'<row><c t="inlineStr"><is><t>{at}</t></is></c></row>' for at in range(7)]
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        book = workbook.Book(archive)
        book.table(table, iter([[(cell,) for cell in cells[:4]], [(cell,) for cell in cells[4:]]]))
        book.lines("说明", ("事项",), [("a\x0b_x0041_b",)])
        book.finish()
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert read.sheetnames == ["说明", "表", "表 (2)", "表 (3)"]
    found = [[row[0].value for row in sheet.iter_rows()] for sheet in read]
    assert found[1:] == [
        ["标识", OWNER.name, *"012"],
        ["标识", OWNER.name, *"345"],
        ["标识", OWNER.name, "6"],
    ]
    assert read["表"].freeze_panes == "A3"


def test_a_slow_reader_holds_no_transaction(builder: Builder, exported: Export_) -> None:
    reading = builder.open(exported("everything", "jsonl"))
    while reading.look() is None:
        time.sleep(0.005)
    assert reading.read(0, 10)  # the file is whole while next to nothing of it was read
    assert not [one for one in _threads() if one == "dataset"]
    reading.close()


def _threads() -> list[str]:
    import threading

    time.sleep(0.05)
    return [one.name for one in threading.enumerate()]


def test_the_mirror_of_the_documentation_follows(client: TestClient) -> None:
    (code,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "datasets.md").read_text("utf-8"), re.DOTALL
    )
    names: dict[str, Any] = {}
    exec(code, names)
    names["urlopen"] = lambda url: io.BytesIO(client.get(url.removeprefix("http://here")).content)
    mirror: dict[str, Any] = {}
    newest = client.get("/readyz").json()["dataVersion"]
    assert names["follow"]("http://here", mirror, 0) == newest
    lines = map(json.loads, client.get("/datasets/land.jsonl").content.splitlines())
    assert mirror == {line["id"]: line for line in lines}
