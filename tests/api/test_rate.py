"""A client has a quota of cost; who it is, is not what anybody says."""

import asyncio
import json
import logging
from ipaddress import ip_network
from typing import Any

import pytest
from graphql import get_introspection_query
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from api.operation import Request, Service
from api.rate import LEAST, Meter, Rate, RateError, client_of
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

ONE = Request("{ disclosures(first: 50) { nodes { id } } }")
COST = 50 + 51  # nodes and rows
READ = 5  # a character of a document that is not known yet
PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


class Clock:
    """A clock that stands until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def meter(quota: int = 600, window: int = 60, most: int = 100) -> tuple[Meter, Clock]:
    clock = Clock()
    return Meter(Rate(quota, window), clock, most), clock


def test_what_costs_more_than_the_quota_is_had_with_a_full_bucket_though_a_part_was_paid_before() -> None:
    made, clock = meter()
    made.take("a", 100)
    with pytest.raises(RateError):
        made.take("a", 10_000)
    made.take("a", 10_000, paid=100)
    with pytest.raises(RateError):
        made.take("a", 1)
    made.take("b", 10_000)
    clock.now += 10_000
    made.take("b", 700)  # what is paid first may be more than the quota too
    made.take("b", 10_000, paid=700)
    made.take("c", 50)
    made.take("c", 100)
    with pytest.raises(RateError) as caught:
        made.take("c", 10_000, paid=100)
    assert dict(caught.value.headers)["Retry-After"] == "5"


def test_a_quota_is_taken_and_comes_back_with_time() -> None:
    made, clock = meter()
    assert made.take("a", 100) == (
        ("RateLimit-Policy", '"cost";q=600;w=60'), ("RateLimit", '"cost";r=500;t=10'),
    )  # fmt: skip
    made.take("a", 500)
    with pytest.raises(RateError) as caught:
        made.take("a", 30)
    assert dict(caught.value.headers) == {
        "Retry-After": "3", "RateLimit-Policy": '"cost";q=600;w=60', "RateLimit": '"cost";r=0;t=60',
    }  # fmt: skip
    assert caught.value.status == 429
    clock.now += 2.9
    with pytest.raises(RateError):
        made.take("a", 30)
    clock.now += 0.1
    made.take("a", 30)
    clock.now += 10_000
    assert made.take("a", 0)[1] == ("RateLimit", '"cost";r=600;t=0'), "never more than the quota"


def test_clients_do_not_use_up_each_other_s() -> None:
    made, _ = meter()
    made.take("a", 600)
    made.take("b", 600)


def test_what_costs_more_than_the_quota_needs_all_of_it() -> None:
    made, clock = meter()
    made.take("a", 1)
    with pytest.raises(RateError):
        made.take("a", 5_000)
    clock.now += 1
    made.take("a", 5_000)
    clock.now += 400
    with pytest.raises(RateError):
        made.take("a", 600)


def test_the_buckets_are_bounded() -> None:
    made, _ = meter(most=100)
    for number in range(1_000):
        made.take(str(number), 1)
    assert len(made._buckets) == 100
    made.take("950", 599)
    for number in range(99):
        made.take(f"other {number}", 1)
    with pytest.raises(RateError):
        made.take("950", 1)


def test_a_rate_is_written_quota_per_seconds_or_off() -> None:
    assert Rate.of("600/30", "10.0.0.0/8, ::1") == Rate(600, 30, PROXIES)
    assert Rate.of("600") == Rate(600, 60)
    assert Rate.of(" OFF ") is None


@pytest.mark.parametrize(
    "written",
    [("", ""), ("a/b", ""), ("0/60", ""), ("1/0", ""), ("-1", ""), ("1/60", "proxy"), ("off", "10.0.0.1/8")],
)
def test_a_rate_that_is_not_written_well_is_told(written: tuple[str, str]) -> None:
    with pytest.raises(OpenallocError) as caught:
        Rate.of(*written)
    assert caught.value.code == "A092"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("1.2.3.4", "", "1.2.3.4"),
        ("1.2.3.4", "5.6.7.8", "1.2.3.4"),  # nobody's proxy
        ("10.0.0.1", "5.6.7.8", "5.6.7.8"),
        ("10.0.0.1", "9.9.9.9, 5.6.7.8", "5.6.7.8"),  # what the client wrote himself
        ("10.0.0.1", "9.9.9.9, 5.6.7.8, 10.0.0.2", "5.6.7.8"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("::1", "5.6.7.8", "5.6.7.8"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", "", "1.2.3.4"),
        ("unix", "", "unix"),
        ("", "", ""),
    ],
)
def test_a_client_is_its_address_or_what_a_trusted_proxy_says(peer: str, forwarded: str, client: str) -> None:
    assert client_of(peer, forwarded, PROXIES) == client
    assert client_of("10.0.0.1", "5.6.7.8", ()) == "10.0.0.1"


@pytest.mark.parametrize("usual", [True, False], ids=["usual", "by GET"])
def test_over_http_answers_tell_and_too_much_is_429(file: Engine, catalog: Catalog, usual: bool) -> None:
    quota = 2 * COST + LEAST + READ * len(ONE.query)
    app = application(catalog, file, rate=Rate(quota, 3_600, PROXIES))
    client = TestClient(app, client=("10.1.1.1", 5))
    app.state.checkers.close()

    def ask(forwarded: str) -> Any:
        headers = {"x-forwarded-for": forwarded}
        if usual:
            return client.post("/graphql", json={"query": ONE.query}, headers=headers)
        return client.get("/graphql", params={"query": ONE.query}, headers=headers)

    for left in (COST + LEAST, LEAST):
        found = ask("1.1.1.1")
        assert found.status_code == 200
        assert found.headers["ratelimit"].startswith(f'"cost";r={left};')
        assert found.headers["ratelimit-policy"] == f'"cost";q={quota};w=3600'
    found = ask("1.1.1.1")
    assert found.status_code == 429
    assert int(found.headers["retry-after"]) > 60
    (error,) = found.json()["errors"]
    assert error["extensions"]["code"] == "A091"
    assert "限额" in error["message"]
    assert "quota" in error["message"]
    assert ask("2.2.2.2").status_code == 200


def test_what_is_refused_costs_a_little_and_reading_it_again(file: Engine, catalog: Catalog) -> None:
    query = "{ nope }"
    each = LEAST + READ * len(query)
    service = Service(catalog, file, rate=Rate(3 * each, 3_600))

    async def run() -> list[int]:
        answers = [await service.respond(Request(query), "a") for _ in range(4)]
        assert dict(answers[0].headers)["RateLimit"].startswith(f'"cost";r={2 * each};')
        return [answer.status for answer in answers]

    assert asyncio.run(run()) == [0, 0, 0, 429]


def test_work_that_is_not_kept_is_not_done_for_who_cannot_pay(
    file: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a document, planning with many values, an introspection: each is asked for before it is begun."""
    whole = get_introspection_query()
    many = Request(
        "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }",
        {"f": {"or": [{"type": {"eq": f"{n}"}} for n in range(900)]}},
    )
    for request, work in (
        (Request("{ __typename } #" + "x" * 20_000), "api.preparing.parse"),
        (many, "api.preparing.get_variable_values"),
        (Request(whole), "api.preparing.execute"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(work, _never)
            service = Service(catalog, file, rate=Rate(40_000, 3_600))
            answer = asyncio.run(service.respond(request, "a"))
        assert answer.status == 429, work
        able = Service(catalog, file, rate=Rate(1_000_000, 3_600))
        assert not asyncio.run(able.respond(request, "a")).refused, work


def _never(*_: Any, **__: Any) -> Any:
    raise AssertionError("it is not to be done")


def test_what_nobody_expected_is_a_reference_and_nothing_else(
    file: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(catalog, file)

    def broken(*_: Any) -> bytes:
        raise ValueError("secret: the value of a client")

    monkeypatch.setattr(service.reader, "fetch", broken)
    with caplog.at_level(logging.ERROR, "openalloc"):
        answer = asyncio.run(service.respond(ONE))
    (error,) = json.loads(answer.body)["errors"]
    assert answer.status == 500
    assert error["extensions"]["code"] == "Q202"
    assert "secret" not in answer.body.decode()
    (record,) = caplog.records
    said = record.getMessage()
    assert said.split()[0] in error["message"]
    assert "ValueError" in said
    assert "test_rate.py" in said
    assert "secret" not in said
