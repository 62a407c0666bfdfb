"""What every page of the portal stands on: its documents, refusals as pages, answers that are kept, how amounts are said."""

import doctest
from decimal import Decimal
from unittest.mock import patch

import pytest
from graphql import parse, validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

import api.portal.words
from api.operation import Service
from api.portal.asking import Questions, ask, kept, refused
from api.portal.words import exact, yuan
from schemas.errors import OpenallocError

BROWSER = {"accept": "text/html"}


def test_every_document_is_valid_with_the_fragments_it_spreads(answering: Service) -> None:
    questions = Questions()
    asked = [questions[name] for name in questions if "query " in questions[name]]
    assert asked
    for text in asked:
        assert validate(answering.schema, parse(text)) == [], text


class _Questions(Questions):
    def __getitem__(self, name: str) -> str:
        return name


@kept
async def _one(request: Request) -> Response:
    told = await ask(request, request.query_params["query"], id=request.query_params.get("id"))
    return JSONResponse(repr(told))


@pytest.fixture
def asking(app: Starlette) -> TestClient:
    """An application whose page asks what its address says."""
    made = Starlette(routes=[Route("/", _one)], exception_handlers={OpenallocError: refused})
    for name in ("catalog", "service", "subscriptions", "pages"):
        setattr(made.state, name, getattr(app.state, name))
    made.state.questions = _Questions()
    return TestClient(made)


def test_a_page_gets_numbers_as_they_are(asking: TestClient) -> None:
    query = "{ disclosures(first: 1, filter: {amount: {gt: 0}}) { nodes { amount } } }"
    assert "Decimal('" in asking.get("/", params={"query": query}).text


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{ nothing }", 400, "Q111"),
        ("query ($id: ID!) { disclosure(id: $id) { id } }", 400, "Q112"),
        ("{ disclosures(first: 1000) { totalCount } }", 400, "Q003"),
        ("{", 400, "Q110"),
    ],
)
def test_what_the_engine_refuses_is_a_page_with_its_code(
    asking: TestClient, query: str, status: int, code: str
) -> None:
    answer = asking.get("/", params={"query": query}, headers=BROWSER)
    assert (answer.status_code, f"<code>{code}</code>" in answer.text) == (status, True), answer.text
    told = asking.get("/", params={"query": query}).json()["errors"][0]
    assert told["extensions"]["code"] == code


def test_what_nobody_expected_is_a_page_with_a_reference(asking: TestClient, answering: Service) -> None:
    with patch.object(answering.runner, "fetch", side_effect=RuntimeError("秘密")):
        answer = asking.get("/", params={"query": "{ one: dataVersion }"}, headers=BROWSER)
    assert answer.status_code == 500
    assert "<code>Q202</code>" in answer.text
    assert "秘密" not in answer.text


def test_a_page_is_kept_as_long_as_the_data_are_the_same(asking: TestClient, answering: Service) -> None:
    asked = {"query": "{ dataVersion }"}
    tag = asking.get("/", params=asked).headers["etag"]
    with patch.object(answering.runner, "fetch", side_effect=AssertionError("nothing is asked")):
        again = asking.get("/", params=asked, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    english = asking.get("/", params=asked, headers={"if-none-match": tag, "accept-language": "en"})
    assert english.status_code == 200
    with patch.object(asking.app.state.subscriptions, "newest", return_value=10**6):  # type: ignore[attr-defined]
        assert asking.get("/", params=asked, headers={"if-none-match": tag}).status_code == 200


AMOUNTS = {
    "0": ("0 元", "CNY 0"),
    "0.5": ("0.5 元", "CNY 0.5"),
    "9999.99": ("9,999.99 元", "CNY 9,999.99"),
    "10000": ("1 万元", "CNY 10,000"),
    "12087000": ("1,208.7 万元", "CNY 12.09 million"),
    "99999999.99": ("10,000 万元", "CNY 100 million"),
    "100000000": ("1 亿元", "CNY 100 million"),
    "-250000": ("-25 万元", "CNY -250,000"),
    "92233720368547758.07": ("922,337,203.69 亿元", "CNY 92,233,720.37 billion"),
}


@pytest.mark.parametrize(("value", "said"), AMOUNTS.items())
def test_an_amount_can_be_read(value: str, said: tuple[str, str]) -> None:
    assert yuan(Decimal(value)) == said


def test_an_amount_is_said_exactly_beside() -> None:
    assert exact(Decimal("92233720368547758.07"))[0] == "92,233,720,368,547,758.07 元"
    assert exact(Decimal("0.1234"))[0] == "0.1234 元"
    assert exact(100)[1] == "CNY 100.00"
    assert doctest.testmod(api.portal.words).failed == 0
