"""Editions: whole datasets that stay the same bytes, told when they are whole, gone with what is withdrawn for privacy."""

import hashlib
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.app import application
from api.choosing import choose
from api.editions import Editions
from api.operation import Service
from publish import editions as making
from publish.editions import Holdings, Made, Maker, wanted
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import editions, tables
from store.draft import Entry
from store.engine import connect, writing
from store.withdrawing import withdraw
from store.writing import write
from tests.api.titled import NOW, TYPE, store

OTHER = "procurement/award-result"
SECRET, CODE = "虚构的秘密标题", "91530100MAXN002152"
HTML = {"Accept": "text/html"}


def take_back(engine: Engine, catalog: Catalog, one: str, *, privacy: bool = True) -> None:
    with writing(engine) as connection:
        withdraw(connection, one, "示例:含个人信息", catalog, NOW, privacy=privacy)


class Place:
    """A database, a folder of editions, a client of both."""

    def __init__(self, engine: Engine, catalog: Catalog, folder: Path) -> None:
        self.engine, self.catalog, self.holdings = engine, catalog, Holdings(folder)
        app = application(catalog, engine, editions=Editions(engine, self.holdings))
        app.state.checkers.close()
        self.tidy: Callable[[], None] = app.state.editions.tidy
        self.client = TestClient(app, follow_redirects=False)
        self.store = partial(store, engine, catalog)
        self.take_back = partial(take_back, engine, catalog)

    def make(self, *datasets: str, formats: tuple[str, ...] = ("csv.zip", "jsonl")) -> Made:
        choosing = partial(choose, Service(self.catalog, self.engine))
        files = wanted(datasets or ("everything", "land"), formats, self.catalog, choosing)
        return Maker(self.engine, self.catalog, self.holdings, "").make(files, NOW, with_empty=False)

    def get(self, edition: str, file: str, **headers: str) -> Any:
        return self.client.get(f"/editions/{edition}/{file}", headers=headers)

    def statuses(self, edition: str, *files: str) -> list[int]:
        return [self.get(edition, file).status_code for file in files]

    def refusal(self, path: str) -> tuple[int, str]:
        answer = self.client.get(path)
        return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]

    def on_disk(self) -> set[str]:
        return {str(one.relative_to(self.holdings.folder)) for one in self.holdings.folder.glob("*/*")}


@pytest.fixture
def place(engine: Engine, catalog: Catalog, tmp_path: Path) -> Place:
    return Place(engine, catalog, tmp_path / "editions")


@pytest.fixture
def file_place(sqlite_template: Path, catalog: Catalog, tmp_path: Path) -> Place:
    """The same on SQLite alone."""
    path = tmp_path / "openalloc.db"
    path.write_bytes(sqlite_template.read_bytes())
    return Place(connect(f"sqlite:///{path}"), catalog, tmp_path / "editions")


def test_an_edition_is_the_same_bytes_after_later_loads(place: Place) -> None:
    ids = place.store("甲", "乙")
    made = place.make()
    name = made.edition.name
    assert (name, made.edition.version, len(made.files)) == ("2024-07-02-v2", 2, 4)  # the day in China
    before = {file: place.get(name, file) for file in ("land.jsonl", "everything.csv.zip")}
    assert before["land.jsonl"].content == place.client.get("/datasets/land.jsonl").content
    place.store("丙")
    place.store("甲", remark="示例:改过")
    place.take_back(ids[1], privacy=False)
    for file, answer in before.items():
        after = place.get(name, file)
        sha256 = hashlib.sha256(answer.content).hexdigest()
        assert (after.status_code, after.content, after.headers["etag"]) == (
            200,
            answer.content,
            f'"{sha256}"',
        )
        assert after.headers["openalloc-records"] == "2"
        assert "max-age=5" in after.headers["cache-control"]
        assert place.get(name, f"{file}.sha256").text.split()[0] == sha256
    assert {json.loads(line)["id"] for line in before["land.jsonl"].text.splitlines()} == set(ids)
    later = place.make()
    assert (later.edition.version, len(later.files)) == (5, 4)
    assert place.get(later.edition.name, "land.jsonl").content != before["land.jsonl"].content
    told = place.client.get("/editions").json()["editions"]
    assert [one["edition"] for one in told] == [later.edition.name, name]
    assert told[1]["datasets"] == ["everything", "land"]


def test_the_same_data_version_is_made_once(place: Place) -> None:
    place.store("甲")
    first = place.make("land")
    stamps = {one: (place.holdings.folder / one).stat().st_mtime_ns for one in place.on_disk()}
    again = place.make("land", "everything", "procurement", formats=("csv.zip", "jsonl", "csv"))
    assert again.edition == first.edition
    assert {(one.dataset, one.format) for one in again.files} == {
        ("land", "csv"), ("everything", "csv.zip"), ("everything", "jsonl"), ("everything", "csv"),
    }  # fmt: skip
    assert again.empty == ("procurement",)
    assert {one: (place.holdings.folder / one).stat().st_mtime_ns for one in stamps} == stamps
    assert place.make("land").files == ()
    assert [one.name for one in place.holdings.folder.iterdir() if one.is_dir()] == [first.edition.name]
    assert {place.holdings.state(one) for one in (*first.files, *again.files)} == {"whole"}


def test_a_file_is_had_in_ranges_and_known_by_its_checksum(file_place: Place) -> None:
    file_place.store("甲", "乙")
    made = file_place.make("land", formats=("jsonl",))
    address = f"/editions/{made.edition.name}/land.jsonl"
    client, whole = file_place.client, file_place.get(made.edition.name, "land.jsonl")
    tag, changed = whole.headers["etag"], whole.headers["last-modified"]
    assert changed == "Mon, 01 Jul 2024 20:00:00 GMT"
    part = client.get(address, headers={"Range": "bytes=5-", "If-Range": tag})
    assert (part.status_code, part.content) == (206, whole.content[5:])
    assert client.get(address, headers={"Range": "bytes=5-", "If-Range": '"x"'}).status_code == 200
    assert client.get(address, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": changed}).status_code == 304
    head = client.head(address)
    assert (head.content, int(head.headers["content-length"])) == (b"", len(whole.content))


def test_what_is_cited_says_all_checksums_and_its_address(file_place: Place) -> None:
    file_place.store("甲")
    name = file_place.make("land", "everything", TYPE).edition.name
    told = file_place.client.get(f"/editions/{name}/{TYPE}").json()
    address = f"http://testserver/editions/{name}/{TYPE}"
    assert (told["address"], told["records"], told["dataVersion"]) == (address, 1, 1)
    assert told["citation"]["gbt7714"].startswith("公共资源配置开放数据. 公共资源配置公开信息(类型:")
    assert "):数据版本 1[DS/OL]. (2024-07-02)[" in told["citation"]["gbt7714"]
    entry = told["citation"]["bibtexEn"]
    assert entry.startswith(f"@misc{{openalloc-{name}-land-grant-result,\n")
    for one in told["files"]:
        content = file_place.client.get(one["address"].removeprefix("http://testserver")).content
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one["sha256"], one["size"])
        assert one["sha256"] in entry
    whole = file_place.client.get(f"/editions/{name}").json()
    assert [one["dataset"] for one in whole["datasets"]] == ["everything", "land", TYPE]
    for path in ("/editions", f"/editions/{name}", f"/editions/{name}/{TYPE}"):
        page = file_place.client.get(f"{path}?lang=en", headers=HTML)
        assert (page.status_code, name in page.text) == (200, True)
    assert "GB/T 7714" in page.text
    # Where a dataset has no edition of its own, the one that it lies in is named.
    pages = (("/datasets", name), (f"/datasets/{TYPE}", f"{name}/{TYPE}"), ("/datasets/land/grant-notice", f"{name}/land"), ("/datasets/works", f"{name}/everything"))  # fmt: skip
    for path, cited in pages:
        assert f'href="/editions/{cited}"' in file_place.client.get(path, headers=HTML).text, path


def test_a_page_that_is_kept_shows_a_new_edition(file_place: Place) -> None:
    file_place.store("甲")
    tag = file_place.client.get("/datasets", headers=HTML).headers["etag"]
    assert file_place.client.get("/datasets", headers={**HTML, "If-None-Match": tag}).status_code == 304
    file_place.make("land")
    assert file_place.client.get("/datasets", headers={**HTML, "If-None-Match": tag}).status_code == 200


def test_the_catalogue_tells_what_is_left_of_the_newest_edition(file_place: Place) -> None:
    def told() -> dict[str, tuple[str, str]]:
        text = file_place.client.get("/catalog.jsonld").text
        nodes = {one["@id"]: one for one in json.loads(text)["@graph"]}
        return {
            one["dcat:downloadURL"]["@id"]: (one["spdx:checksum"]["spdx:checksumValue"]["@value"], one["dcat:byteSize"]["@value"])
            for version in nodes.values() if "dcat:hasVersion" in version
            for of in nodes[version["dcat:hasVersion"]["@id"]]["dcat:distribution"] for one in [nodes[of["@id"]]]
        }  # fmt: skip

    (secret,) = file_place.store(SECRET)
    file_place.store("丁", type=OTHER)
    assert told() == {}
    file_place.make("land")
    assert len(told()) == 2
    name = file_place.make("everything", "procurement", formats=("jsonl",)).edition.name
    found = told()  # at the same data version
    assert {one.rpartition("/")[2] for one in found} == {
        "land.jsonl",
        "land.csv.zip",
        "everything.jsonl",
        "procurement.jsonl",
    }
    for address, (digest, size) in found.items():
        content = file_place.client.get(address).content
        assert (hashlib.sha256(content).hexdigest(), str(len(content))) == (digest, size)
    file_place.take_back(secret)
    assert {one.partition(f"{name}/")[2] for one in told()} == {"procurement.jsonl"}


FILES = tuple(
    f"{dataset}.{format}" for dataset in ("everything", "land", TYPE) for format in ("csv.zip", "jsonl")
)


def test_a_withdrawal_for_privacy_takes_away_every_file_with_the_record(place: Place) -> None:
    place.store("甲")
    place.store("丁", type=OTHER)
    before = place.make("everything").edition.name
    (secret,) = place.store(SECRET)
    datasets = ("everything", "land", TYPE, "procurement", OTHER)
    name = place.make(*datasets).edition.name
    place.store(SECRET, title="改过")  # the edition has an earlier revision
    place.take_back(secret, privacy=False)
    withdrawn = place.make(*datasets).edition.name  # has the record still, as withdrawn
    assert place.statuses(name, *FILES) == [200] * 6
    assert place.statuses(withdrawn, *FILES) == [200] * 6
    place.take_back(secret)
    for edition in (name, withdrawn):
        for file in FILES:
            gone = place.get(edition, file)
            told = (gone.status_code, gone.json()["withdrawal"]["id"], gone.headers["cache-control"])
            assert told == (410, secret, "no-store"), (edition, file)
            assert "2024-07-02" in gone.text  # the day in China
            assert place.get(edition, f"{file}.sha256").status_code == 410
        page = place.get(edition, "land?lang=en", **HTML)
        assert (page.status_code, secret in page.text, "A280" in page.text) == (410, True, True)
        assert (
            place.statuses(edition, "procurement.jsonl", "procurement.csv.zip", f"{OTHER}.csv.zip")
            == [200] * 3
        )
    assert place.statuses(before, "everything.jsonl", "everything.csv.zip") == [200, 200]
    shown = place.client.get(f"/editions/{name}").json()["datasets"]
    assert [one["citation"] is None for one in shown] == [True, True, True, False, False]
    assert "withdrawn for privacy" in place.client.get(f"/editions/{name}?lang=en", headers=HTML).text
    # The bytes go with whoever comes next, and a file that is gone already is no fault.
    held = place.on_disk()
    place.tidy()
    place.tidy()
    assert {one.partition("/")[2] for one in held - place.on_disk()} == {
        one.replace("/", ".") for one in FILES
    }
    assert place.statuses(name, *FILES) == [410] * 6
    after = place.make(*datasets).edition.name
    assert SECRET not in place.get(after, "land.jsonl").text
    # Loaded again and withdrawn again: an edition from in between never had it.
    place.store(SECRET)
    with writing(place.engine) as connection:
        entry = Entry({**place.catalog.types[TYPE].sample, "localId": f"示例{SECRET}", "title": SECRET}, place.catalog.types[TYPE])  # fmt: skip
        write(connection, [entry], place.catalog, None, NOW, again=True)
    place.take_back(secret)
    assert place.statuses(after, *FILES) == [200] * 6


def test_what_only_the_record_said_is_gone_from_other_datasets_too(place: Place) -> None:
    """A title of a process, and the code of a company that another record knows by its name only."""
    sample = place.catalog.types[TYPE].sample
    publisher, lot = sample["publisher"], sample["lots"][0]
    titled = {"publisher": publisher, "processId": "示例过程一"}
    (first,) = place.store(SECRET, **titled, project={"name": f"{SECRET}项目"})
    place.store("丁", type=OTHER, **titled, project={"name": "示例项目"})
    joined = {"publisher": publisher, "processId": "示例过程二", "project": {"name": "示例共同项目"}}
    name = "虚构示例置业有限公司"
    (second,) = place.store("戊", **joined, lots=[{**lot, "transferee": {"name": name, "uscc": CODE}}])
    place.store("己", type="works/award-result", **joined, lots=[{**place.catalog.types["works/award-result"].sample["lots"][0], "suppliers": [{"name": name}]}])  # fmt: skip
    place.store("庚", type="mining/transaction-result")
    made = place.make(
        "procurement", "works", "mining", formats=("csv.zip", "jsonl", "csv", "sqlite")
    ).edition.name
    with place.engine.connect() as connection:
        subjects = connection.execute(select(tables.edition_subject)).all()
    assert [tuple(row) for row in subjects] == [(CODE, made, "works/award-result")]

    def touched(domain: str) -> list[int]:
        return place.statuses(
            made, *(f"{domain}.{format}" for format in ("csv.zip", "sqlite", "jsonl", "csv"))
        )

    place.take_back(first)
    assert (touched("procurement"), touched("works")) == ([410, 410, 200, 200], [200] * 4)
    assert place.get(made, "procurement.csv.zip").json()["withdrawal"]["id"] == first
    told = place.client.get(f"/editions/{made}/procurement").json()
    assert [one["withdrawal"] is None for one in told["files"]] == [True, False, True, False]
    assert told["citation"] is not None
    assert first in place.client.get(f"/editions/{made}/procurement", headers=HTML).text
    place.take_back(second)
    assert (touched("works"), touched("mining")) == ([410, 410, 200, 200], [200] * 4)
    with place.engine.connect() as connection:
        assert connection.execute(select(tables.edition_subject)).all() == []


def test_what_is_withdrawn_while_an_edition_is_made_is_not_in_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = place.store("甲", SECRET, "乙")
    waiting, move = [ids[1]], Holdings.move

    def slow(self: Holdings, *given: Any) -> None:
        move(self, *given)
        if waiting:
            place.take_back(waiting.pop())

    monkeypatch.setattr(Holdings, "move", slow)
    made = place.make()
    assert (made.edition.version, {one.records for one in made.files}) == (4, {2})
    assert SECRET not in place.get(made.edition.name, "land.jsonl").text
    with place.engine.connect() as connection:
        assert [one.name for one in editions.listed(connection)] == [made.edition.name]
    assert {one.partition("/")[0] for one in place.on_disk()} == {made.edition.name}
    rest = place.store("丙", "丁", "戊")
    monkeypatch.setattr(
        Holdings, "move", lambda self, *given: (move(self, *given), place.take_back(rest.pop()))[0]
    )
    with pytest.raises(OpenallocError) as refused:
        place.make()
    assert refused.value.code == "P113"
    assert {one.partition("/")[0] for one in place.on_disk()} == {made.edition.name}


def killed(place: Place, moment: str) -> None:
    """Make an edition in a process that ends at once in the middle: of writing the second file, or before any is told."""
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        return
    try:
        place.engine = connect(str(place.engine.url))
        first = iter((making.fill,))

        def die(*_: Any) -> Any:
            os._exit(9)

        with pytest.MonkeyPatch.context() as patched:
            if moment == "writing":
                patched.setattr(making, "fill", lambda *given: next(first, die)(*given))
            else:
                patched.setattr(editions, "tell", die)
            place.make("land")
    finally:
        os._exit(1)


@pytest.mark.parametrize("moment", ["writing", "telling"])
def test_a_run_that_is_killed_leaves_no_edition_and_the_next_one_makes_it(file_place: Place, moment: str) -> None:  # fmt: skip
    file_place.store("甲")
    killed(file_place, moment)
    left = file_place.on_disk()
    assert left
    with file_place.engine.connect() as connection:
        assert editions.listed(connection) == []
    assert file_place.client.get("/editions").json() == {"editions": []}
    (guessed,) = {one.partition("/")[0] for one in left}
    assert file_place.statuses(guessed, "land.csv.zip", "land.jsonl") == [404, 404]
    file_place.store("乙")  # what was left is of an older version
    made = file_place.make("land")
    assert file_place.on_disk() == {f"{made.edition.name}/land.csv.zip", f"{made.edition.name}/land.jsonl"}
    assert {one.name for one in file_place.holdings.folder.iterdir()} == {made.edition.name, ".lock"}
    assert file_place.statuses(made.edition.name, "land.csv.zip", "land.jsonl") == [200, 200]


def test_a_file_that_is_not_as_it_was_is_told_and_never_served(file_place: Place) -> None:
    file_place.store("甲")
    made = file_place.make("land")
    name, (one, other) = made.edition.name, made.files
    file_place.holdings.path(one).unlink()
    content = file_place.holdings.path(other).read_bytes()
    file_place.holdings.path(other).write_bytes(content + b"\n")
    for of in made.files:
        path = f"/editions/{name}/land.{of.format}"
        assert file_place.refusal(path) == (503, "A281")
        assert of.sha256 in file_place.client.get(path).text
    assert [file_place.holdings.state(of) for of in made.files] == ["missing", "changed"]
    file_place.holdings.path(other).write_bytes(content[::-1])
    assert file_place.holdings.state(other) == "changed"
    file_place.holdings.path(other).write_bytes(content)
    assert file_place.statuses(name, "land.jsonl") == [200]


def test_what_cannot_be_made_or_had_is_said(file_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def code(make: Callable[..., object], *given: Any, **more: Any) -> str:
        with pytest.raises(OpenallocError) as refused:
            make(*given, **more)
        return refused.value.code

    assert code(file_place.make) == "P112"
    file_place.store("甲")
    assert code(file_place.make, "land/nothing") == "P102"
    assert code(file_place.make, formats=("parties.csv",)) == "P100"
    with file_place.holdings.held():
        assert code(file_place.make) == "P111"
    foreign = file_place.holdings.folder / "2024-07-02-v1" / "land.jsonl"
    foreign.parent.mkdir()
    foreign.write_text("of another database")
    assert code(file_place.make) == "P114"
    assert foreign.read_text() == "of another database"
    assert file_place.client.get("/editions").json() == {"editions": []}
    foreign.unlink()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(making, "fill", full)
        assert code(file_place.make) == "P110"
    assert [one.name for one in file_place.holdings.folder.iterdir() if one.name != "2024-07-02-v1"] == [
        ".lock"
    ]
    name = file_place.make("land").edition.name
    for path in ("x", f"{name}/works", f"{name}/land.csv", "x/land.jsonl", f"{name}/land.parties.csv", f"{name}/land.size", f"{name}/a/b/c"):  # fmt: skip
        assert file_place.refusal(f"/editions/{path}") == (404, "A279"), path
    assert file_place.client.get("/editions/x", headers=HTML).status_code == 404


def test_without_a_folder_nothing_is_served(file_place: Place) -> None:
    file_place.store("甲")
    name = file_place.make("land").edition.name
    app = application(file_place.catalog, file_place.engine)
    app.state.checkers.close()
    app.state.editions.tidy()
    assert TestClient(app).get(f"/editions/{name}/land.jsonl").status_code == 503
