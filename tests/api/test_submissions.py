"""`/submissions`: a key writes within its bounds and nowhere else, and the same request gives the same answer."""

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest
from sqlalchemy import Engine, func, select
from starlette.testclient import TestClient

from api import receiving, submitting
from api.app import application
from api.checkers import Checkers
from api.keeping import Keeping, Kept
from api.rate import Rate
from api.receipts import GIVEN_UP
from api.submissions import Submissions
from loaders import load as loading
from loaders.bounds import Bounds
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import keys, submissions, tables
from store.engine import connect, writing
from store.identity import identify
from store.keys import Key

Headers = dict[str, str]


def _shared() -> ModuleType:
    path = Path(__file__).with_name("submitters.py")
    spec = importlib.util.spec_from_file_location("submitters", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["submitters"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


S: Any = _shared()


@pytest.fixture(scope="session")
def checkers(catalog: Catalog) -> Iterator[Checkers]:
    """The processes that load, one for all tests: a start takes two seconds."""
    made = Checkers(catalog.folder)
    yield made
    made.close()


class Office:
    """A server that takes submissions, and a department's system with its key."""

    def __init__(
        self, engine: Engine, url: str, catalog: Catalog, checkers: Checkers, rate: Rate | None = None
    ):
        self.engine, self.url, self.catalog = engine, url, catalog
        self.submissions = Submissions(catalog, connect(url), rate)
        self.submissions.checkers = checkers
        self.app = application(catalog, engine, submissions=self.submissions)
        self.client = TestClient(self.app)
        self.key, self.secret = self.issue()

    def issue(self, **more: Any) -> tuple[Key, str]:
        now = utc_now()
        with writing(self.engine) as connection:
            return keys.create(
                connection,
                **{
                    "publisher": S.OWN, "publisher_name": S.NAMES[S.OWN], "region": S.REGION, "types": S.TYPES,
                    "note": "示例系统", "now": now, "expires_at": now + timedelta(days=1), **more,
                },
            )  # fmt: skip

    def post(self, content: bytes | list[Any], format: str = "application/json", *, type: str | None = None, secret: str | None = None, **headers: str) -> Any:  # fmt: skip
        given = content if isinstance(content, bytes) else S.body(content, format)
        sent = {
            "Authorization": f"Bearer {secret or self.secret}", "Content-Type": format,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }  # fmt: skip
        query = {"type": type} if type else {}
        return self.client.post("/submissions", content=given, headers=sent, params=query)

    def count(self, table: Any) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def receive(self, id: str, content: bytes, folder: Path) -> Any:
        """Load as the process that loads does, in this one."""
        path = folder / "submission.json"
        path.write_bytes(content)
        bounds = Bounds(self.key.publisher, self.key.publisher_name, self.key.region, self.key.types)
        told = {"id": id, "database": self.url, "bounds": bounds.to_json()}
        return receiving.receive(path, self.catalog, None, None, told)[0]


@pytest.fixture
def office(
    engine: Engine, database_url: str, catalog: Catalog, checkers: Checkers
) -> Iterator[Callable[..., Office]]:
    """Opens an office over a fresh database."""
    opened: list[Office] = []

    def open_(**more: Any) -> Office:
        opened.append(Office(engine, database_url, catalog, checkers, **more))
        return opened[-1]

    yield open_
    for one in opened:
        one.submissions.engine.dispose()
        one.app.state.checkers.close()


def codes(answer: Any) -> set[str]:
    """The codes of an answer's errors, or of its report's issues that are errors."""
    said = answer.json()
    if "errors" in said:
        return {one["extensions"]["code"] for one in said["errors"]}
    return {one["code"] for one in said["report"]["groups"] if one["severity"] == "error"}


def _matrix(type: str) -> Iterator[tuple[bool, dict[str, Any]]]:
    """Every kind of record of a type, and whether a key may write it."""
    places = itertools.product((S.OWN, S.OTHER), (S.REGION, S.CHILD, S.OUTSIDE), ("new", "own", "another"))
    for number, (publisher, region, kind) in enumerate(places):
        may = (publisher, type) == (S.OWN, S.ALLOWED) and region != S.OUTSIDE and kind != "another"
        yield (
            may,
            S.record(f"{kind}-{number}", publisher=publisher, region=region, type=type, title="改过的标题"),
        )


def _standing(type: str) -> Iterator[dict[str, Any]]:
    """The records that are there before: the key's own within its region, and others of the same numbers."""
    for _, one in _matrix(type):
        if one["localId"].startswith("own"):
            yield S.record(one["localId"], type=type)
        elif one["localId"].startswith("another"):
            yield S.record(one["localId"], type=type, region=S.OUTSIDE)
            yield S.record(one["localId"], type=type, publisher=S.OTHER)


@pytest.mark.parametrize("format", submitting.FORMATS)
def test_a_key_writes_nothing_outside_its_bounds(format: str, office: Callable[..., Office]) -> None:
    """All of publisher × region × type × new, revision of its own, revision of another's record."""
    here = office()
    S.store(here.engine, here.catalog, [*_standing(S.ALLOWED), *_standing(S.FORBIDDEN)])
    before = S.stored(here.engine)
    publishers = here.count(tables.publisher)
    for type in (S.ALLOWED, S.FORBIDDEN):
        answer = here.post(
            [one for _, one in _matrix(type)], format, type=type if type == S.ALLOWED else None
        )
        assert answer.status_code == (422 if type == S.ALLOWED else 403), answer.text
        refused = 14 if type == S.ALLOWED else 18
        assert (answer.json()["taken"], answer.json()["refused"]) == (18 - refused, refused)
        expected = {"K010", "K011", "K015"} if type == S.ALLOWED else {"K010", "K011", "K013"}
        assert codes(answer) == expected
    expected_now = dict(before)
    for may, one in _matrix(S.ALLOWED):
        if may:
            at = (S.OWN, S.ALLOWED, one["localId"])
            expected_now[at] = (one["region"], 2 if at in before else 1, "改过的标题")
    assert len(expected_now) == len(before) + 2
    assert S.stored(here.engine) == expected_now
    assert here.count(tables.publisher) == publishers
    assert here.count(tables.change) == len(before) + 4
    with here.engine.connect() as connection:
        kept = connection.execute(select(tables.refused.c.cells)).scalars().all()
    assert (len(kept), any(kept)) == (32, False)


@pytest.mark.parametrize("format", submitting.FORMATS)
def test_only_a_valid_key_is_taken(format: str, office: Callable[..., Office]) -> None:
    here = office()
    _, expired = here.issue(expires_at=utc_now() - timedelta(seconds=1))
    key, revoked = here.issue()
    with writing(here.engine) as connection:
        keys.revoke(connection, key.id, utc_now())
    unknown = here.secret[:-1] + ("A" if here.secret[-1] != "A" else "B")
    other = f"oak_{'0' * 12}_{here.secret[-43:]}"
    cases = {expired: "K003", revoked: "K004", unknown: "K002", other: "K002", "示例": "K002", "oak_": "K002"}
    content = S.body([S.record("1")], format)
    for secret, code in cases.items():
        answer = here.client.post(
            "/submissions",
            content=content,
            headers={"Authorization": f"Bearer {secret}".encode(), "Content-Type": format},
        )
        assert (answer.status_code, codes(answer)) == (401, {code})
        assert secret not in answer.text or secret == "oak_"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for headers in ({}, {"Authorization": f"Basic {here.secret}"}, {"Cookie": f"key={here.secret}"}):
        answer = here.client.post("/submissions", content=content, headers=headers)
        assert (answer.status_code, len(codes(answer) & {"K001", "K002"})) == (401, 1)
    assert here.client.post(f"/submissions?key={here.secret}", content=content).status_code == 401
    assert (S.stored(here.engine), here.count(tables.submission)) == ({}, 0)


def test_a_key_that_is_revoked_while_a_body_arrives_stores_nothing(office: Callable[..., Office]) -> None:
    here = office()
    valid = here.submissions.key(f"Bearer {here.secret}")
    with writing(here.engine) as connection:
        keys.revoke(connection, here.key.id, utc_now())
    with pytest.raises(OpenallocError, match="K004"):
        here.submissions.begin(valid, None, S.JSON, "0" * 64, 1)
    assert here.count(tables.submission) == 0


def test_a_record_that_names_nobody_gets_the_keys_publisher_and_region(office: Callable[..., Office]) -> None:
    here = office()
    nobody = S.record("1")
    del nobody["publisher"], nobody["region"]
    by_name = {**S.record("2"), "publisher": {"name": S.NAMES[S.OWN]}}
    spelled = {**S.record("3"), "publisher": {"uscc": S.OWN.lower()}}
    assert here.post([nobody, by_name, spelled]).status_code == 201
    assert {one: place[0] for one, place in S.stored(here.engine).items()} == {
        (S.OWN, S.ALLOWED, "1"): S.REGION,
        (S.OWN, S.ALLOWED, "2"): S.CHILD,
        (S.OWN, S.ALLOWED, "3"): S.CHILD,
    }
    table = "本地编号,标题,公开主体\n4,示例,\n5,示例,示例市交易中心\n"
    answer = here.post(table.encode(), S.CSV, type=S.ALLOWED)
    assert (answer.json()["taken"], answer.json()["refused"], codes(answer)) == (1, 1, {"K010"})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"publisher": "示例局"}, "K010"),
        ({"publisher": ["示例局"]}, "K010"),
        ({"publisher": {"name": "别的局"}}, "K010"),
        ({"publisher": {"uscc": S.OWN, "jurisdiction": S.OUTSIDE}}, "K017"),
        ({"region": 530114}, "K012"),
        ({"region": ["530114"]}, "K012"),
        ({"region": "999999"}, "K011"),
        ({"region": None, "regionDetails": "某地"}, "K012"),
        ({"id": "530114-0123456789abcdef"}, "K014"),
        ({"schema": f"{S.FORBIDDEN}/1.0"}, "K013"),
    ],
)
def test_what_a_record_says_of_itself_is_not_believed(
    more: dict[str, Any], code: str, catalog: Catalog
) -> None:
    """Held against the bounds without a database, one fault a record."""
    bounds = Bounds(S.OWN, S.NAMES[S.OWN], S.REGION, S.TYPES)
    record = bounds.completed({**S.record("1"), **more})
    disclosure = catalog.versions[record["schema"]]
    assert [one.code for one in bounds.outside(record, disclosure, catalog)][:1] == [code]
    assert [*bounds.outside(S.record("1"), catalog.type(S.ALLOWED), catalog)] == []


def test_corrections_reposts_and_parties_leave_others_alone(office: Callable[..., Office]) -> None:
    here = office()
    supplier = {"name": "示例公司", "uscc": "91530114MA6K000170"}
    theirs = S.record("B-1", publisher=S.OTHER, transferor=supplier)
    S.store(here.engine, here.catalog, [theirs, S.record("A-1")])
    their_id, own_id = (identify(one, here.catalog.type(S.ALLOWED)).id for one in (theirs, S.record("A-1")))
    with here.engine.connect() as connection:
        organizations = connection.execute(select(tables.organization)).all()

    def related(number: str, kind: str, id: str) -> dict[str, Any]:
        return S.record(number, relatedDisclosures=[{"relationType": kind, "disclosureId": id}])

    wrong = [related(f"x{place}", kind, id) for place, (kind, id) in enumerate(itertools.product(
        ("corrects", "terminates", "supersedes"), (their_id, "B-1", "530114-0000000000000000")
    ))]  # fmt: skip
    answer = here.post(wrong)
    assert (answer.status_code, codes(answer), answer.json()["refused"]) == (403, {"K016"}, 9)
    right = [related("y1", "corrects", own_id), related("y2", "terminates", "A-1"), related("y3", "sameAs", their_id),
             related("y4", "corrects", "未知编号"), S.record("y5", transferor={**supplier, "name": "别的名称"})]  # fmt: skip
    answer = here.post(right)
    assert answer.status_code == 201, answer.text
    assert S.stored(here.engine)[S.OTHER, S.ALLOWED, "B-1"] == (S.CHILD, 1, "示例B-1")
    with here.engine.connect() as connection:
        assert connection.execute(select(tables.organization)).all() == organizations


def test_the_same_idempotency_key_gives_the_same_answer_and_refuses_other_content(
    office: Callable[..., Office],
) -> None:
    here = office()
    first = here.post([S.record("1")], Idempotency_Key="一".encode().hex())
    again = here.post([S.record("1")], Idempotency_Key="一".encode().hex())
    assert (first.status_code, first.json()["outcome"]) == (201, "stored")
    assert (again.status_code, again.content) == (201, first.content)
    other = here.post([S.record("2")], Idempotency_Key="一".encode().hex())
    assert (other.status_code, codes(other)) == (422, {"K009"})
    _, secret = here.issue()
    assert here.post([S.record("2")], secret=secret, Idempotency_Key="一".encode().hex()).status_code == 201
    without = here.post([S.record("1")])
    assert (without.status_code, without.json()["outcome"]) == (200, "unchanged")
    assert here.post([S.record("1")], Idempotency_Key="x" * 256).status_code == 400
    assert len(S.stored(here.engine)) == 2


def test_a_crash_before_the_answer_hides_nothing(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Broken off in the middle of the batches, and again after the last: the answer is that of one clean run."""
    here = office()
    S.store(here.engine, here.catalog, [S.record("1"), {**S.record("2"), "title": "从前的标题"}])
    content = S.body(
        [S.record(str(number)) for number in range(1, 8)] + [S.record("9", publisher=S.OTHER)], S.JSON
    )
    id = submissions.name(here.key.id, "k-1")
    monkeypatch.setattr(loading, "BATCH", 2)
    with monkeypatch.context() as patch:
        counted = submissions.count
        calls: list[int] = []

        def crash(*args: Any) -> None:
            calls.append(1)
            if len(calls) == 3:
                raise KeyboardInterrupt
            counted(*args)

        patch.setattr(submissions, "count", crash)
        begun = here.submissions.begin(here.key, "k-1", "application/json", _sha256(content), len(content))
        assert (begun.id, begun.outcome) == (id, None)
        with pytest.raises(KeyboardInterrupt):
            here.receive(id, content, tmp_path)
    assert len(S.stored(here.engine)) == 4
    with monkeypatch.context() as patch:
        patch.setattr(submissions, "finish", _crash)
        with pytest.raises(KeyboardInterrupt):
            here.receive(id, content, tmp_path)
    assert len(S.stored(here.engine)) == 7
    found = here.submissions.find(id)
    assert found is not None
    assert (found.outcome, found.stored, found.revised) == (None, 5, 1)
    answer = here.post(content, Idempotency_Key="k-1")
    report = answer.json()["report"]
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused")
    assert report["records"] == {"total": 7, "stored": 5, "unchanged": 1, "revised": 1, "withdrawn": 0}
    assert (here.count(tables.load), here.count(tables.change)) == (1, 8)
    assert here.post(content, Idempotency_Key="k-1").content == answer.content


def test_submissions_of_one_body_at_a_time_make_one_load(
    office: Callable[..., Office], tmp_path: Path
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    here = office()
    content = S.body(
        [S.record(str(number)) for number in range(5)] + [S.record("x", publisher=S.OTHER)], S.JSON
    )
    begun = [
        here.submissions.begin(here.key, one, "application/json", _sha256(content), len(content)).id
        for one in ("same", "same", None, None)
    ]
    folders = [tmp_path / str(place) for place in range(4)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: here.receive(one[0], content, one[1]), zip(begun, folders, strict=True)))
    assert (here.count(tables.load), len(S.stored(here.engine)), here.count(tables.change)) == (1, 5, 5)
    assert here.count(tables.refused) == 1
    found = [here.submissions.find(id) for id in dict.fromkeys(begun)]
    assert len(found) == 3
    assert sum(one.stored for one in found if one) == 5
    for one in found:
        assert one is not None
        assert one.report is not None
        assert one.report["records"]["stored"] + one.report["records"]["unchanged"] == 5
        assert one.report["records"]["stored"] == one.stored


def test_what_is_turned_away_says_why_and_is_noted(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = office()
    record = [S.record("1")]
    cases = [
        (here.post(record, type=S.FORBIDDEN), 403, "K005"),
        (here.post(b"<a/>", "application/xml"), 415, "K007"),
        (here.post(b"x", S.CSV, Content_Encoding="gzip"), 415, "K028"),
        (here.post(record, type="land/no-such"), 422, "S130"),
        (here.client.post("/submissions?profile=../x", content=b"[]", headers={"Authorization": f"Bearer {here.secret}", "Content-Type": S.JSON}), 422, "K022"),
    ]  # fmt: skip
    monkeypatch.setattr(submitting, "LIMIT", 10)
    cases.append((here.post(record), 413, "K006"))
    chunked = here.client.post(
        "/submissions", content=iter([b"[" * 6, b"[" * 6]),
        headers={"Authorization": f"Bearer {here.secret}", "Content-Type": S.JSON},
    )  # fmt: skip
    cases.append((chunked, 413, "K006"))
    for answer, status, code in cases:
        assert answer.status_code == status, answer.text
        if code[0] == "K":
            assert codes(answer) == {code}
        (said,) = answer.json()["errors"]
        assert " / " in said["message"]
        assert said["extensions"]["hint"]
    with here.engine.connect() as connection:
        trail = submissions.listed(connection)
    assert [(one.outcome, one.error) for one in reversed(trail)] == [
        ("rejected", next(iter(codes(answer)))) for answer, _, _ in cases
    ]
    assert S.stored(here.engine) == {}


def test_a_key_has_a_rate_of_its_own(office: Callable[..., Office]) -> None:
    here = office(rate=Rate(2, 600))
    _, secret = here.issue()
    for _ in range(2):
        assert here.post(b"", "application/xml").status_code == 415
    answer = here.post([S.record("1")])
    assert (answer.status_code, codes(answer), int(answer.headers["retry-after"]) > 0) == (
        429,
        {"K008"},
        True,
    )
    assert here.post(b"", "application/xml", secret=secret).status_code == 415


def test_a_large_one_is_answered_at_once_and_told_later_to_its_own_key(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = office()
    monkeypatch.setattr(submitting, "AT_ONCE", 10)
    answer = here.post([S.record("1")])
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    address = answer.headers["location"]
    own = {"Authorization": f"Bearer {here.secret}"}
    told = here.client.get(address, headers=own)
    assert (told.status_code, told.json()["state"], told.json()["outcome"]) == (200, "done", "stored")
    assert told.json()["report"]["records"]["stored"] == 1
    _, secret = here.issue()
    assert here.client.get(address, headers={"Authorization": f"Bearer {secret}"}).status_code == 404
    assert here.client.get(address).status_code == 401


def test_a_body_that_was_answered_before_it_was_loaded_outlives_the_server(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The server dies between its answer and the load, twice; another one loads what it left."""
    here = office()
    here.submissions.keeping = Keeping(tmp_path / "waiting")
    left: list[Any] = []
    monkeypatch.setattr(submitting, "BackgroundTask", lambda later: left.append(later))
    monkeypatch.setattr(submitting, "AT_ONCE", 10)
    answers = [here.post([S.record(str(one))], Idempotency_Key=str(one)) for one in range(2)]
    key, secret = here.issue()
    answers.append(here.post([S.record("9")], secret=secret))
    assert [one.status_code for one in answers] == [202] * 3
    assert [*here.submissions.keeping.left()] == []  # this process is alive and has them
    _die(left)
    with writing(here.engine) as connection:
        keys.revoke(connection, key.id, utc_now())
    folders = sorted((tmp_path / "waiting").iterdir())
    assert len(folders) == 3
    (tmp_path / "waiting" / ".new-0123").mkdir()  # a body that was not yet whole
    (tmp_path / "waiting" / "s-0123").mkdir()
    anyio.run(here.submissions.resume)
    said = []
    for answer in answers:
        found = here.submissions.find(answer.json()["id"])
        assert found is not None
        said.append((found.outcome, found.error))
    assert said == [("stored", None), ("stored", None), (None, "K004")]
    assert sorted(S.stored(here.engine)) == [(S.OWN, S.ALLOWED, "0"), (S.OWN, S.ALLOWED, "1")]
    assert [*(tmp_path / "waiting").iterdir()] == []


def _die(left: list[Any]) -> None:
    """What a process holds is let go when it dies: the locks of what it did not get to."""
    for later in left:
        for cell in later.__closure__:
            if isinstance(cell.cell_contents, Kept):
                cell.cell_contents.let_go()
            elif isinstance(cell.cell_contents, ExitStack):
                cell.cell_contents.close()


def test_what_runs_too_long_to_be_running_has_to_be_sent_again(office: Callable[..., Office]) -> None:
    here = office()
    begun = here.submissions.begin(here.key, "k", S.JSON, "0" * 64, 1)
    own = {"Authorization": f"Bearer {here.secret}"}
    assert here.client.get(f"/submissions/{begun.id}", headers=own).json()["state"] == "running"
    here.submissions.now = lambda: utc_now() + GIVEN_UP + timedelta(seconds=1)
    assert here.client.get(f"/submissions/{begun.id}", headers=own).json()["state"] == "brokenOff"


def test_a_folder_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OpenallocError, match="K050"):
        Keeping(tmp_path / "file" / "folder")


def test_no_page_of_another_site_may_submit(office: Callable[..., Office]) -> None:
    here = office()
    origin = {"Origin": "https://example.org"}
    answer = here.client.post("/submissions", content=b"", headers=origin)
    asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    preflight = here.client.options("/submissions", headers=asked)
    assert preflight.status_code == 405
    for one in (answer, preflight, here.post([S.record("1")], Origin="https://example.org")):
        assert [name for name in one.headers if name.startswith("access-control")] == []
        assert "set-cookie" not in one.headers
    assert here.client.options("/graphql", headers=asked).headers["access-control-allow-origin"] == "*"


def test_without_submissions_there_is_no_such_address(client: TestClient) -> None:
    assert client.post("/submissions", content=b"[]").status_code == 404
    assert client.get("/submissions/s-1").status_code == 404


def test_the_secret_is_in_no_table(
    office: Callable[..., Office], contents: Callable[[Engine], dict[str, Any]]
) -> None:
    here = office()
    here.post([S.record("1")], Idempotency_Key="k")
    here.post(b"", here.secret)
    _, _, secret = here.secret.split("_", 2)  # it may have more of them
    held = str(contents(here.engine)) + repr(here.key)
    assert here.key.id in held
    is_held = secret in held
    assert not is_held


def _crash(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
