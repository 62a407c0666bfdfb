"""Webhooks: in order, at least once, signed, tried again with longer pauses, disabled after days; secrets nowhere."""

import json
import stat
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from api.delivering import PATIENCE, PAUSES, Deliverer
from api.operation import Service
from publish.sending import Outcome
from publish.signing import read_key, secret_of
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import tables, webhooks
from store.draft import Entry
from store.engine import writing
from store.webhooks import Webhook
from store.withdrawing import withdraw
from store.writing import write

TYPE = "land/grant-result"
KEY = bytes(range(32))
URL = "https://receiver.example/secret-path?token=secret-token"
TAKEN = Outcome("204", 204)
Message = tuple[str, dict[str, str], bytes]


class Other:
    """The other side: what it got, and how it answers."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.answers: list[Outcome] = []
        self.said: list[str] = []
        self.clock = utc_now()

    def post(self, url: str, headers: dict[str, str], body: bytes, *, inside: bool) -> Outcome:
        """Take a message, or not."""
        assert not inside
        self.got.append((url, headers, body))
        return self.answers.pop(0) if self.answers else TAKEN

    @property
    def versions(self) -> list[int]:
        """The versions of the changes that were sent, one by one."""
        return [json.loads(body)["data"]["version"] for _, _, body in self.got]


@pytest.fixture
def other() -> Other:
    return Other()


@pytest.fixture
def deliverer(engine: Engine, catalog: Catalog, other: Other) -> Callable[[], Deliverer]:
    service = Service(catalog, engine)

    def make() -> Deliverer:
        return Deliverer(
            service, engine, KEY, other.said.append, other.post, "", lambda: other.clock, lambda: 0.5
        )

    return make


def store(engine: Engine, catalog: Catalog, *numbers: int, **more: Any) -> list[str]:
    disclosure = catalog.types[TYPE]
    entries = [
        Entry({**disclosure.sample, "localId": f"示例{n}", "title": f"示例{n}号", **more}, disclosure) for n in numbers
    ]  # fmt: skip
    with writing(engine) as connection:
        return list(write(connection, entries, catalog, None, datetime(2024, 7, 1)).ids)


def register(engine: Engine, batch: int = 1, selection: str = "", position: int = 0) -> Webhook:
    with writing(engine) as connection:
        return webhooks.create(
            connection, url=URL, selection=selection, batch=batch, inside=False, note="", position=position, now=utc_now(),
        )  # fmt: skip


def known(engine: Engine, id: str) -> Webhook:
    with engine.connect() as connection:
        found = webhooks.find(connection, id)
    assert found is not None
    return found


def test_changes_come_signed_in_their_order_and_once(
    engine: Engine, catalog: Catalog, other: Other, deliverer: Callable[[], Deliverer]
) -> None:
    hook = register(engine)
    ids = store(engine, catalog, 1, 2, 3)
    with writing(engine) as connection:
        withdraw(connection, ids[0], "示例:含个人信息", catalog, datetime(2024, 7, 2), privacy=True)
    assert (deliverer().round(), deliverer().round()) == (3, 0)  # 1 was withdrawn before it was told
    assert other.versions == [2, 3, 4]
    told = [json.loads(body) for _, _, body in other.got]
    assert [one["type"] for one in told] == [
        "disclosure.added",
        "disclosure.added",
        "disclosure.removed",
    ]
    assert told[0]["data"]["record"]["document"]["title"] == "示例2号"
    assert told[2]["data"]["record"] is None
    verifier = Verifier(secret_of(KEY, hook.id, hook.salt))
    for _, headers, body in other.got:
        assert verifier.verify(body, headers)["data"]["id"]
    with pytest.raises(WebhookVerificationError):
        verifier.verify(other.got[0][2] + b" ", other.got[0][1])
    assert len({headers["webhook-id"] for _, headers, _ in other.got}) == 3
    store(engine, catalog, 2, remark="示例:改过")
    assert deliverer().round() == 1
    assert known(engine, hook.id).position == 5


def test_what_is_not_taken_is_tried_again_with_longer_pauses(
    engine: Engine, catalog: Catalog, other: Other, deliverer: Callable[[], Deliverer]
) -> None:
    hook = register(engine)
    store(engine, catalog, 1, 2)
    other.answers = [Outcome("500", 500), Outcome("connection"), Outcome("503", 503, 9_000)]
    pauses = []
    for _ in range(3):
        assert deliverer().round() == 1
        assert deliverer().round() == 0  # not before its time
        found = known(engine, hook.id)
        assert found.next_at is not None
        pauses.append((found.next_at - other.clock).total_seconds())
        other.clock = found.next_at
    assert pauses == [PAUSES[0] * 1.1, PAUSES[1] * 1.1, 9_000]
    assert (known(engine, hook.id).state, known(engine, hook.id).position) == ("failing", 0)
    assert deliverer().round() == 2
    assert other.versions == [1, 1, 1, 1, 2]  # in order
    assert len({headers["webhook-id"] for _, headers, _ in other.got[:4]}) == 1
    assert (known(engine, hook.id).state, known(engine, hook.id).attempts) == ("active", 0)


def test_an_endpoint_that_takes_nothing_for_days_is_disabled_and_that_is_said(
    engine: Engine, catalog: Catalog, other: Other, deliverer: Callable[[], Deliverer]
) -> None:
    hook = register(engine)
    store(engine, catalog, 1)
    begun, attempts = other.clock, 0
    other.answers = [Outcome("500", 500)] * 99
    while (found := known(engine, hook.id)).state != "disabled":
        other.clock = found.next_at or other.clock
        attempts += deliverer().round()
    assert PATIENCE < other.clock - begun < PATIENCE + timedelta(days=1)
    assert 10 < attempts < 25
    assert "停用 disabled" in other.said[-1]
    other.clock += timedelta(days=9)
    assert deliverer().round() == 0
    other.answers = []
    with writing(engine) as connection:
        webhooks.resume(connection, hook.id)
    assert deliverer().round() == 1
    gone = register(engine)
    other.answers = [Outcome("410", 410)]
    deliverer().round()
    assert known(engine, gone.id).state == "disabled"
    revoked = register(engine)
    with writing(engine) as connection:
        webhooks.revoke(connection, revoked.id, other.clock)
    assert deliverer().round() == 0


def test_a_list_and_several_changes_of_a_message(
    engine: Engine, catalog: Catalog, other: Other, deliverer: Callable[[], Deliverer], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    works, land = register(engine, 10, "domain=works"), register(engine, 2, "domain=land")
    store(engine, catalog, *range(5))
    assert deliverer().round() == 3
    told = [json.loads(body) for _, _, body in other.got]
    assert {one["type"] for one in told} == {"disclosures.changed"}
    assert [[change["version"] for change in one["data"]["changes"]] for one in told] == [[1, 2], [3, 4], [5]]
    assert known(engine, works.id).position == known(engine, land.id).position == 5
    other.got.clear()
    monkeypatch.setattr("api.delivering._BYTES", 10)
    store(engine, catalog, *range(5, 8))
    assert deliverer().round() == 3  # too large together


def test_two_processes_send_nothing_twice(
    engine: Engine, catalog: Catalog, other: Other, deliverer: Callable[[], Deliverer]
) -> None:
    for _ in range(3):
        register(engine)
    store(engine, catalog, *range(6))
    makers = [deliverer() for _ in range(3)]
    threads = [threading.Thread(target=one.round) for one in makers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [(url, headers["webhook-id"]) for url, headers, _ in other.got]
    assert (len(ids), len(set(ids))) == (18, 18)


def test_nothing_that_signs_is_in_the_database_or_said(
    engine: Engine, catalog: Catalog, other: Other, deliverer: Callable[[], Deliverer]
) -> None:
    hook = register(engine)
    store(engine, catalog, 1)
    other.answers = [Outcome("500", 500)]
    made = deliverer()
    made.round()
    secret = secret_of(KEY, hook.id, hook.salt)
    with engine.connect() as connection:
        kept = str(connection.execute(select(tables.webhook)).all())
    for text in (kept, repr(made), *other.said):
        assert secret.removeprefix("whsec_") not in text
        assert KEY.hex() not in text
    assert other.said
    assert [one for one in other.said if "secret-" in one] == []


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(OpenallocError, match="P140"):
        read_key(path)
    key = read_key(path, make=True)
    assert (read_key(path, make=True), len(key), stat.S_IMODE(path.stat().st_mode)) == (key, 32, 0o600)
    path.chmod(0o640)
    with pytest.raises(OpenallocError, match="P141"):
        read_key(path)
    path.chmod(0o600)
    for wrong in ("", "xx", "00"):
        path.write_text(wrong)
        with pytest.raises(OpenallocError, match="P140"):
            read_key(path)
