"""The pages from which a department submits: the same file, its receipt, withdrawals, statements; never the key."""

import hashlib
import importlib.util
import itertools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select

from api import papers as pages
from api import submitting
from api.rate import Rate
from api.submissions import Submissions
from loaders.load import load
from schemas.catalog import Catalog
from store import erasing, submissions, tables
from store.engine import connect
from store.errors import StoreError
from store.identity import identify

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Site": "same-origin"}
NIL = "oversight/nil-statement"


def _beside(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


_shared: Any = _beside("test_submissions")
S: Any = _shared.S
office, checkers, codes = _shared.office, _shared.checkers, _shared.codes
Office = Any


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test asks for both."""
    return str(getattr(request, "param", "sqlite"))


BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def send(
    here: Office, address: str = "", file: bytes | None = None, *, name: str = "示例.csv", **fields: str
) -> Any:
    """A form of a page, with the key unless it says another."""
    given = {"key": here.secret, **fields}
    files = None if file is None else {"file": (name, file)}
    return here.client.post(f"/submissions{address}", data=given, files=files, headers=BROWSER)


def table(*records: dict[str, Any]) -> bytes:
    made: bytes = S.body(records, S.CSV)
    return made


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def submit(here: Office, *records: dict[str, Any], **more: str) -> Any:
    content = table(*records)
    return send(here, "", content, **{"sha256": sha256(content), "type": S.ALLOWED, **more})


def code(answer: Any) -> str:
    """The code of the error that a page shows."""
    found = re.search(r'role="alert">.*?class="badge">([A-Z]\d{3})<', answer.text, re.DOTALL)
    return found[1] if found else ""


def test_a_clean_check_offers_to_submit_the_same_file_and_gives_a_receipt(
    office: Callable[..., Office],
) -> None:
    here = office()
    content = table(S.record("1"), S.record("2"))
    own, here.app.state.checkers = here.app.state.checkers, here.submissions.checkers  # one process is enough
    checked = here.client.post(
        "/validate", data={"type": S.ALLOWED}, files={"file": ("示例.csv", content)}, headers=BROWSER
    )
    here.app.state.checkers = own
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', checked.text))
    assert hidden["sha256"] == sha256(content)
    assert 'type="password"' in checked.text
    answer = send(here, "", content, **hidden)
    assert answer.status_code == 201, answer.text
    (address,) = re.findall(r'data-address="([^"]+)"', answer.text)
    assert answer.headers["content-location"] == address
    assert sha256(content) in answer.text
    assert "新增 2,修订 0,不变 0" in answer.text
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    again = send(here, "", content, **hidden)
    assert re.findall(r'data-address="([^"]+)"', again.text) == [address]
    assert here.count(tables.submission) == 1
    said = here.client.get(address, headers={"Authorization": f"Bearer {here.secret}"}).json()
    assert (said["outcome"], said["sha256"], said["report"]["file"]) == (
        "stored",
        sha256(content),
        "示例.csv",
    )


def test_another_file_than_the_checked_one_stores_nothing(office: Callable[..., Office]) -> None:
    here = office()
    content = table(S.record("1"))
    cases = {
        "K035": send(here, "", content, sha256=sha256(b"another"), type=S.ALLOWED),
        "K034": send(here, "", None, sha256=sha256(content)),
        "K005": send(here, "", content, sha256=sha256(content), type=S.FORBIDDEN),
        "K022": send(here, "", content, sha256=sha256(content), profile="../x"),
        "K002": send(here, "", content, sha256=sha256(content), key="oak_x"),
        "K001": send(here, "", content, sha256=sha256(content), key=" "),
    }
    assert {expected: code(answer) for expected, answer in cases.items()} == {one: one for one in cases}
    assert [answer.status_code for answer in cases.values()] == [409, 400, 403, 422, 401, 401]
    assert all(here.secret not in answer.text for answer in cases.values())
    with here.engine.connect() as connection:
        trail = [(one.asked, one.outcome, one.error) for one in submissions.listed(connection)]
    assert sorted(trail) == [("form", "rejected", one) for one in ("K005", "K022", "K034", "K035")]
    assert S.stored(here.engine) == {}


def test_a_form_of_another_site_and_a_broken_one_are_refused(office: Callable[..., Office]) -> None:
    here = office()
    content = table(S.record("1"))
    fields = {"key": here.secret, "sha256": sha256(content), "type": S.ALLOWED}
    for site in ("cross-site", "same-site"):
        answer = here.client.post(
            "/submissions",
            data=fields,
            files={"file": ("a.csv", content)},
            headers=BROWSER | {"Sec-Fetch-Site": site},
        )
        assert (answer.status_code, code(answer)) == (403, "K030")
    broken = here.client.post(
        "/submissions", content=b"--x", headers=BROWSER | {"Content-Type": "multipart/form-data"}
    )
    assert (broken.status_code, code(broken)) == (400, "K031")
    long = here.client.post(
        "/submissions/mine",
        content=b"key=" + b"x" * (2 << 20),
        headers=BROWSER | {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (long.status_code, code(long)) == (413, "K006")
    assert S.stored(here.engine) == {}


def test_a_key_in_the_header_is_that_of_a_system_whatever_it_calls_its_body(
    office: Callable[..., Office],
) -> None:
    here = office()
    S.store(here.engine, here.catalog, [S.record("1")])
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {here.secret}"}
    answer = here.client.post("/submissions", content=S.body([S.record("2")], S.JSON), headers=kind)
    assert (answer.status_code, codes(answer)) == (415, {"K007"})
    said = b'{"record": "1", "reason": "x"}'
    assert here.client.post("/submissions/withdrawals", content=said, headers=kind).status_code == 201


@BOTH
def test_a_preview_says_field_by_field_what_would_be_revised_and_stores_nothing(
    office: Callable[..., Office],
) -> None:
    here = office()
    S.store(here.engine, here.catalog, [S.record("9", region=S.OUTSIDE)])
    submit(here, S.record("1"), S.record("2"))
    before = S.stored(here.engine)
    content = table(
        S.record("1", title="改过的标题"),
        S.record("2"),
        S.record("3"),
        S.record("4", publisher=S.OTHER),
        S.record("9"),
    )
    answer = send(here, "/preview", content, sha256=sha256(content), type=S.ALLOWED, answer="part")
    assert answer.status_code == 200, answer.text
    text = re.sub(r"<[^>]+>|\s+", " ", answer.text)
    for said in (
        "1 新增",
        "1 修订",
        "1 不变",
        "1 行不收",
        "示例1 改过的标题",
        "K015",
        "K010",
        "1 条超出密钥的范围",
    ):
        assert re.sub(r"\s+", " ", said) in re.sub(r"\s+", " ", text), (said, text)
    whole = send(here, "/preview", content, sha256=sha256(content), type=S.ALLOWED)
    assert "改过的标题" in whole.text
    assert 'name="sha256"' in whole.text
    assert (S.stored(here.engine), here.count(tables.submission), here.count(tables.load)) == (before, 1, 1)
    wrong = send(here, "/preview", content, sha256="0" * 64, answer="part")
    assert (wrong.status_code, codes(wrong)) == (409, {"K035"})


def test_a_receipt_is_shown_to_its_own_key_only(office: Callable[..., Office]) -> None:
    here = office()
    (address,) = re.findall(r'data-address="/submissions([^"]+)"', submit(here, S.record("1")).text)
    asked = here.client.get(f"/submissions{address}", headers=BROWSER)
    assert (asked.status_code, "示例" in asked.text, 'type="password"' in asked.text) == (200, False, True)
    shown = send(here, address)
    assert (shown.status_code, "新增 1" in shown.text) == (200, True)
    saved = send(here, address, answer="json")
    assert (saved.json()["outcome"], "attachment" in saved.headers["content-disposition"]) == ("stored", True)
    _, other = here.issue()
    for answer in (send(here, address, key=other), send(here, "/s-unknown")):
        assert (answer.status_code, code(answer), "新增" in answer.text) == (404, "K019", False)
    assert send(here, address, key=here.secret[:-1]).status_code == 401


def test_a_key_sees_its_own_submissions_and_what_is_still_refused(office: Callable[..., Office]) -> None:
    here = office()
    wrong = {**S.record("2"), "title": "x" * 1001}
    submit(here, S.record("1"), wrong)
    _, other = here.issue()
    assert "1001" not in send(here, "/mine", key=other).text
    listed = send(here, "/mine")
    assert listed.status_code == 200
    assert "仍被拒收的行" in listed.text
    own = {"Authorization": f"Bearer {here.secret}"}
    said = here.client.get("/submissions", headers=own).json()
    assert [one["outcome"] for one in said["submissions"]] == ["refused"]
    assert [(one["row"], one["issues"][0]["code"]) for one in said["stillRefused"]] == [(3, "S008")]
    submit(here, S.record("1"), S.record("2"))
    said = here.client.get("/submissions", headers=own).json()
    assert ([one["outcome"] for one in said["submissions"]], said["stillRefused"]) == (
        ["stored", "refused"],
        [],
    )
    assert here.client.get("/submissions").status_code == 401


def test_nothing_to_disclose_is_stated_by_a_form_within_the_keys_types(
    office: Callable[..., Office], catalog: Catalog
) -> None:
    here = office()
    answer = send(
        here, "/statements", stated=S.ALLOWED, year="2024", part="q2", statement="示例说明", token="a" * 32
    )
    assert answer.status_code == 201, answer.text
    with here.engine.connect() as connection:
        body = connection.scalars(select(tables.document.c.body)).one()
    assert body["statedPeriod"] == {"startAt": "2024-04-01", "endAt": "2024-06-30"}
    assert (body["statedType"], body["statement"], body["region"]) == (S.ALLOWED, "示例说明", S.REGION)
    assert body["title"] == "2024年第二季度土地出让公告无应公开信息声明"
    assert body["publisher"] == {"name": S.NAMES[S.OWN], "uscc": S.OWN}
    again = send(
        here, "/statements", stated=S.ALLOWED, year="2024", part="q2", statement="示例说明", token="a" * 32
    )
    assert again.headers["content-location"] == answer.headers["content-location"]
    said = here.client.get(
        answer.headers["content-location"], headers={"Authorization": f"Bearer {here.secret}"}
    ).json()
    assert said["report"]["file"] == f"{body['localId']}.json" == "零报告-2024-q2-land-grant-notice.json"
    outside = send(here, "/statements", stated=S.FORBIDDEN, year="2024", part="year")
    assert "K042" in outside.text
    elsewhere = send(here, "/statements", stated=S.ALLOWED, year="2024", part="m2", region=S.OUTSIDE)
    assert "K011" in elsewhere.text
    cases = {
        "K036": {"stated": "", "year": "2024", "part": "q1"}, "K037": {"stated": S.ALLOWED, "year": "24", "part": "q1"},
        "K038": {"stated": S.ALLOWED, "year": str(pages.today(here.submissions).year), "part": "year"},
    }  # fmt: skip
    for expected, fields in cases.items():
        answer = send(here, "/statements", **fields)
        assert (answer.status_code, code(answer)) == (422, expected)
        assert f'value="{fields["year"]}"' in answer.text
    assert here.count(tables.disclosure) == 1


def _matrix() -> list[dict[str, Any]]:
    """Records of every publisher, region and type, and statements of every type."""
    made = []
    for publisher, region, type in itertools.product(
        (S.OWN, S.OTHER), (S.CHILD, S.OUTSIDE), (S.ALLOWED, S.FORBIDDEN, NIL)
    ):
        stated = (S.ALLOWED, S.FORBIDDEN) if type == NIL else (None,)
        for of in stated:
            more = (
                {"statedType": of, "statedPeriod": {"startAt": "2024-01-01", "endAt": "2024-03-31"}}
                if of
                else {}
            )
            made.append(S.record(f"{len(made)}", publisher=publisher, region=region, type=type, **more))
    return made


@BOTH
@pytest.mark.parametrize(("way", "kind"), [("json", "ordinary"), ("form", "privacy")])
def test_a_key_withdraws_and_states_nothing_outside_its_bounds(
    way: str, kind: str, office: Callable[..., Office], catalog: Catalog, database: str
) -> None:
    """All of publisher × region × type, statements of each type among them, by id and by number."""
    here = office()
    records = _matrix()
    S.store(here.engine, catalog, records)
    before = S.stored(here.engine)
    for place, one in enumerate(records):
        type = one["schema"].rpartition("/")[0]
        identity = identify(one, catalog.type(type))
        assert identity is not None
        of = one.get("statedType", type)
        may = (one["publisher"]["uscc"], one["region"], of) == (S.OWN, S.CHILD, S.ALLOWED)
        named = identity.id if place % 2 else one["localId"]
        answer = _withdraw(here, way, named, kind)
        said = answer.text
        if may:
            assert answer.status_code == 201, said
            again = _withdraw(here, way, identity.id, kind)
            assert again.status_code == 200, again.text
        else:
            foreign = one["publisher"]["uscc"] == S.OTHER
            expected = ("K033", 403) if not foreign else ("W003", 403) if place % 2 else ("W001", 404)
            assert (expected[0] in said, answer.status_code) == (True, expected[1]), said
    with here.engine.connect() as connection:
        gone = set(
            connection.scalars(
                select(tables.disclosure.c.local_id).where(tables.disclosure.c.status == "withdrawn")
            )
        )
        assert connection.scalars(select(tables.withdrawal.c.kind)).all() == [kind] * 2
    own = {one["localId"] for one in records if (one["publisher"]["uscc"], one["region"]) == (S.OWN, S.CHILD)}
    assert gone <= (own | {None})
    assert len(before) == len(records)
    trail = here.client.get("/submissions", headers={"Authorization": f"Bearer {here.secret}"}).json()[
        "submissions"
    ]
    assert {one["asked"] for one in trail} == {f"withdrawal {kind}"}
    assert len([one for one in trail if one["outcome"] == "withdrawn"]) == 2
    assert len(trail) == len(records) + 2


def _statement(number: str, of: str, **more: Any) -> dict[str, Any]:
    period = {"startAt": "2024-01-01", "endAt": "2024-03-31"}
    made: dict[str, Any] = S.record(number, type=NIL, statedType=of, statedPeriod=period, **more)
    return made


def test_a_statement_of_another_type_is_not_revised_into_one_of_the_keys(
    office: Callable[..., Office],
) -> None:
    here = office()
    standing = [_statement("1", S.FORBIDDEN), _statement("2", S.ALLOWED, title="从前的标题")]
    S.store(here.engine, here.catalog, standing)
    before = S.stored(here.engine)
    answer = here.post([_statement("1", S.ALLOWED), _statement("2", S.ALLOWED)])
    assert (answer.status_code, codes(answer), answer.json()["taken"]) == (422, {"K015"}, 1), answer.text
    assert S.stored(here.engine) == before | {(S.OWN, NIL, "2"): (S.CHILD, 2, "示例2")}
    alone = here.post([_statement("3", S.FORBIDDEN)])
    assert (alone.status_code, codes(alone)) == (403, {"K042"})


@BOTH
def test_what_was_removed_for_privacy_is_left_alone_until_that_is_asked(
    office: Callable[..., Office],
) -> None:
    here = office()
    submit(here, S.record("1"))
    assert _withdraw(here, "json", "1", "privacy").status_code == 201
    left = here.post([S.record("1")])
    warned = [one["code"] for one in left.json()["report"]["groups"] if one["code"][0] == "W"]
    assert (left.json()["outcome"], warned) == ("unchanged", ["W011"])
    own = {"Authorization": f"Bearer {here.secret}", "Content-Type": S.JSON}
    elsewhere = S.body([S.record("1", region=S.OUTSIDE)], S.JSON)
    assert here.client.post("/submissions?again=1", content=elsewhere, headers=own).status_code == 403
    content = S.body([S.record("1")], S.JSON)
    back = here.client.post("/submissions?again=1", content=content, headers=own)
    assert back.status_code == 201, back.text
    assert S.stored(here.engine)[S.OWN, S.ALLOWED, "1"][0] == S.CHILD


def _withdraw(here: Office, way: str, record: str, kind: str, reason: str = "示例理由 13900001234") -> Any:
    if way == "form":
        return send(here, "/withdrawals", record=record, reason=reason, kind=kind)
    return here.client.post(
        "/submissions/withdrawals", json={"record": record, "reason": reason, "kind": kind},
        headers={"Authorization": f"Bearer {here.secret}"},
    )  # fmt: skip


def test_a_withdrawal_is_a_receipt_once_for_an_idempotency_key(office: Callable[..., Office]) -> None:
    here = office()
    S.store(here.engine, here.catalog, [S.record("1")])
    own = {"Authorization": f"Bearer {here.secret}", "Idempotency-Key": "w-1"}
    said = {"record": "1", "reason": "示例理由 13900001234"}
    first = here.client.post("/submissions/withdrawals", json=said, headers=own)
    assert (first.status_code, first.json()["outcome"], first.json()["report"]) == (201, "withdrawn", None)
    assert "13900001234" not in first.text
    assert first.json()["withdrawal"]["kind"] == "ordinary"
    assert here.client.post("/submissions/withdrawals", json=said, headers=own).content == first.content
    other = here.client.post("/submissions/withdrawals", json=said | {"kind": "privacy"}, headers=own)
    assert (other.status_code, codes(other)) == (422, {"K009"})
    shown = here.client.get(first.headers["location"], headers=own)
    assert shown.json()["withdrawal"]["reason"] == first.json()["withdrawal"]["reason"]
    for wrong in ({}, [], {"record": "1"}, {"record": " ", "reason": "x"}, {**said, "kind": "x"}, "x"):
        answer = here.client.post(
            "/submissions/withdrawals", json=wrong, headers={"Authorization": own["Authorization"]}
        )
        assert (answer.status_code, codes(answer)) == (422, {"K032"})
    missing = here.client.post(
        "/submissions/withdrawals",
        json={"record": "2", "reason": "x"},
        headers={"Authorization": own["Authorization"]},
    )
    assert (missing.status_code, codes(missing), "--" in missing.text) == (404, {"W001"}, False)
    empty = here.client.post(
        "/submissions/withdrawals",
        json={"record": "1", "reason": "  "},
        headers={"Authorization": own["Authorization"]},
    )
    assert codes(empty) == {"W004"}
    assert here.client.post("/submissions/withdrawals", json=said).status_code == 401


def test_what_is_withdrawn_comes_back_only_where_that_is_asked_and_noted(
    office: Callable[..., Office],
) -> None:
    here = office()
    assert submit(here, S.record("1")).status_code == 201
    assert _withdraw(here, "json", "1", "ordinary").status_code == 201
    left = here.post([S.record("1")])
    assert (left.json()["outcome"], left.json()["report"]["records"]["withdrawn"]) == ("unchanged", 1)
    body = S.body([S.record("1")], S.JSON)
    own = {"Authorization": f"Bearer {here.secret}", "Content-Type": S.JSON}
    back = here.client.post("/submissions?again=true", content=body, headers=own)
    assert (back.status_code, back.json()["report"]["records"]["revised"]) == (201, 1)
    assert _withdraw(here, "form", "1", "ordinary").status_code == 201
    assert "修订 1" in submit(here, S.record("1"), again="on").text
    with here.engine.connect() as connection:
        asked = [one.asked for one in submissions.listed(connection)]
    assert [one for one in asked if one.endswith("again")] == [
        f"form .csv type={S.ALLOWED} again",
        f"{S.JSON} again",
    ]


def test_rows_known_by_their_place_are_no_submissions_to_repair(
    office: Callable[..., Office], catalog: Catalog, tmp_path: Path
) -> None:
    """The command refused a row that names no record; a submission of the same name and length leaves it open."""
    here = office()
    path = tmp_path / "submission.csv"
    path.write_bytes(table(S.record("1")).replace("示例1".encode(), ("x" * 1001).encode()))
    path.write_bytes(path.read_bytes().replace(S.OWN.encode(), b"").replace(S.NAMES[S.OWN].encode(), b""))
    load(path, catalog, here.engine, type=S.ALLOWED, now=S.THEN)
    open_ = select(tables.refused.c.state)
    with here.engine.connect() as connection:
        assert connection.scalars(open_).all() == ["open"]
    assert here.post([S.record("1")], S.CSV, type=S.ALLOWED).status_code == 201
    with here.engine.connect() as connection:
        assert connection.scalars(open_).all() == ["open"]
    other = here.post([S.record("2", publisher=S.OTHER)], S.CSV, type=S.ALLOWED)
    assert other.status_code == 403
    S.store(here.engine, catalog, [S.record("2", publisher=S.OTHER)])
    said = here.client.get("/submissions", headers={"Authorization": f"Bearer {here.secret}"}).json()
    assert [(one["row"], one["issues"][0]["code"]) for one in said["stillRefused"]] == [(2, "K010")]


def test_what_stays_in_the_file_after_a_withdrawal_for_privacy_is_noted(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = office()
    S.store(here.engine, here.catalog, [S.record("1"), S.record("2")])
    purged = _withdraw(here, "json", "1", "privacy")
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "purge", _busy)
        left = _withdraw(here, "json", "2", "privacy")
    own = {"Authorization": f"Bearer {here.secret}"}
    said = [here.client.get(one.headers["location"], headers=own).json() for one in (purged, left)]
    assert [(one["outcome"], one["error"]) for one in said] == [("withdrawn", None), ("withdrawn", "W005")]
    assert "W005" in send(here, left.headers["location"].removeprefix("/submissions")).text


def _busy(_engine: object) -> None:
    raise StoreError("W005", "示例", "example")


def test_a_large_file_of_a_form_is_answered_at_once(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = office()
    monkeypatch.setattr(submitting, "AT_ONCE", 10)
    answer = submit(here, S.record("1"))
    assert (answer.status_code, "已经收到,正在处理" in answer.text) == (202, True)
    (address,) = re.findall(r'data-address="/submissions([^"]+)"', answer.text)
    assert "全部接收" in send(here, address).text
    assert here.submissions._at_work.total() == here.submissions._arriving == 0


def test_an_idempotency_key_holds_across_a_restart(office: Callable[..., Office], database_url: str) -> None:
    here = office()
    first = here.post([S.record("1")], Idempotency_Key="k")
    here.app.state.submissions = Submissions(here.catalog, connect(database_url))
    again = here.post([S.record("1")], Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert codes(here.post([S.record("2")], Idempotency_Key="k")) == {"K009"}
    here.app.state.submissions.engine.dispose()


def test_the_new_addresses_are_metered_and_lead_a_browser_back(office: Callable[..., Office]) -> None:
    here = office(rate=Rate(3, 600))
    answers = [
        send(here, "/statements", stated="", year="2024", part="q1"), _withdraw(here, "form", "x", "ordinary"),
        _withdraw(here, "json", "x", "ordinary"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [422, 404, 404]
    for answer in (send(here, "/mine"), send(here, "/preview", b"x"), send(here, "", b"x")):
        assert (answer.status_code, code(answer)) == (429, "K008")
    assert _withdraw(here, "json", "x", "ordinary").status_code == 429
    for name in ("preview", "withdrawals", "statements", "mine"):
        back = here.client.get(f"/submissions/{name}?lang=en", headers=BROWSER, follow_redirects=False)
        assert (back.status_code, back.headers["location"]) == (303, "/submissions?lang=en")


def test_the_pages_say_all_in_english_too_and_without_submissions_there_are_none(
    office: Callable[..., Office], client: Any
) -> None:
    here = office()
    text = here.client.get("/submissions?lang=en", headers=BROWSER).text
    assert re.findall("[\u4e00-\u9fff]", text.replace("中文", "", 1)) == []
    assert 'href="/submissions"' in here.client.get("/", headers=BROWSER).text
    assert "/submissions" not in client.get("/", headers=BROWSER).text
    assert client.get("/submissions", headers=BROWSER).status_code == 404
