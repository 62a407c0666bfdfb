"""What readers report: one row, nothing of who they are, numbers masked, gone with what is withdrawn for privacy."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.app import application
from api.problems import Problems
from api.rate import Meter, Rate
from schemas.catalog import Catalog
from store import problems, tables
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

TYPE = "land/grant-result"
NOW = datetime(2024, 7, 1, 8, 0)
TEXT = "示例:金额与原文不符,电话13800001234,身份证530102199003073006。"


@pytest.fixture
def one(engine: Engine, catalog: Catalog) -> str:
    disclosure = catalog.types[TYPE]
    with writing(engine) as connection:
        (made,) = write(connection, [Entry(disclosure.sample, disclosure)], catalog, None, NOW).ids
    return made


@pytest.fixture
def client(engine: Engine, catalog: Catalog) -> Callable[..., TestClient]:
    def make(reports: Problems | None) -> TestClient:
        app = application(catalog, engine, reports=reports)
        app.state.checkers.close()
        return TestClient(app, headers={"accept": "text/html"})

    return make


def test_a_report_is_kept_masked_once_and_goes_with_the_record(
    engine: Engine, catalog: Catalog, one: str, client: Callable[..., TestClient]
) -> None:
    reader = client(Problems(engine, Meter(Rate(4, 3600)), lambda: NOW))
    path = f"/disclosures/{one}/report"
    shown = reader.get(f"{path}?lang=en")
    assert shown.status_code == 200
    assert "<textarea" in shown.text
    for _ in range(2):
        answer = reader.post(path, data={"kind": "wrong", "text": TEXT})
        assert (answer.status_code, "已收到" in answer.text) == (200, True)
    with engine.connect() as connection:
        (kept,) = problems.listed(connection)
    assert (kept.disclosure_id, kept.revision, kept.kind) == (one, 1, "wrong")
    assert "金额与原文不符" in kept.text
    assert "3073006" not in kept.text
    refused = reader.post(path, data={"text": "示例示例"})
    assert (refused.status_code, "A275" in refused.text) == (400, True)
    other = reader.post(
        path, data={"kind": "other", "text": "示例:另一个问题"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert (other.status_code, "A276" in other.text) == (403, True)
    statuses = [
        reader.post(path, data={"kind": "other", "text": f"示例:第{n}个问题"}).status_code for n in range(3)
    ]
    assert statuses == [200, 200, 429]
    with writing(engine) as connection:
        closed = problems.close(connection, kept.id, NOW)
        assert closed is not None
        assert (len(problems.listed(connection)), len(problems.listed(connection, closed=True))) == (2, 3)
        withdraw(connection, one, "示例:含个人信息", catalog, NOW, privacy=True)
        assert set(connection.scalars(select(tables.problem.c.text))) == {""}
    assert reader.get(path).status_code == 404


def test_where_none_are_taken_the_page_says_whom_to_write_to(
    engine: Engine, catalog: Catalog, one: str, client: Callable[..., TestClient]
) -> None:
    reader = client(None)
    path = f"/disclosures/{one}/report"
    shown = reader.get(path).text
    assert "<textarea" not in shown
    assert catalog.types[TYPE].sample["publisher"]["name"] in shown
    assert one in shown
    refused = reader.post(path, data={"kind": "wrong", "text": TEXT})
    assert (refused.status_code, "A278" in refused.text) == (404, True)
    for wrong in ("530114-0123456789abcdef", "x"):
        assert reader.get(f"/disclosures/{wrong}/report").status_code == 404


def test_beyond_a_number_of_open_ones_none_is_taken(engine: Engine, one: str) -> None:
    with writing(engine) as connection:
        about = problems.subject(connection, one)
        assert about is not None
        assert problems.take(connection, about, "other", "示例一", NOW, 1) is not None
        assert problems.take(connection, about, "other", "示例二", NOW, 1) is None
