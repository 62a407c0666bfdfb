"""Searches: what the text means, in which order the rows come, where the words stand, and what is refused."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.operation import Request, Service
from query.errors import QueryError
from query.search import LONGEST, MOST, read
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.writing import write
from tests.query import meaning, reference
from tests.query.comparison import difference
from tests.query.oracle import Oracle
from tests.query.test_statements import data, statements

SEARCH = """query ($text: String, $order: [DisclosureOrder!], $first: Int = 100, $after: String) {
  found: disclosures(search: $text, orderBy: $order, first: $first, after: $after) { totalCount
    edges { cursor node { localId title } highlights { property title titleEn pieces { text hit } } }
    pageInfo { hasNextPage endCursor } } }"""
RELEVANCE = {"field": "RELEVANCE"}

# Titles and remarks of records of one type; what finds which.
TEXTS = {
    "A": ("呈贡区示例道路工程中标结果公告(KCC2024-17)", "虚构建设有限公司"),
    "B": ("呈貢區示例道路照明采购公告", "示例工程 KCC2024-18号"),
    "C": ("虚构医院设备更正公告", "原标题:示例道路工程"),
    "D": ("工程示例", "道路,第17号;LED照明灯具 15.6寸"),
    "E": ("Straße 2024年报 ﬁnal NULL", "示例(云南)置业有限公司"),
}
# Each: the search, what it finds.
FOUND = [
    ("示例", "ABCDE"),
    ("示例 道路", "ABCD"),
    ("示例道路工程", "AC"),
    ("“示例道路”", "ABC"),
    ('"示例 道路"', "ABC"),
    ("＂示例道路＂ 照明", "B"),
    ("「示例道路」『工程』", "ABC"),
    ("工程示例", "D"),
    ("呈贡区", "AB"),
    ("呈貢區", "AB"),
    ("贡", "AB"),
    ("寸", "D"),
    ("公告 -更正", "AB"),
    ("公告 -“示例道路工程”", "B"),
    ("公告 －更正", "AB"),
    ("示例 -KCC2024*", "CDE"),
    ("KCC2024", "AB"),
    ("kcc20*", "AB"),
    ("ＫＣＣ２０２４＊", "AB"),
    ("kcc2024-1*", "AB"),
    ("KCC2024-17", "A"),
    ("KCC2024-18号", "B"),
    ('"kcc2024 1"*', "AB"),
    ("第17号", "D"),
    ("17号", "D"),
    ("17", "AD"),
    ("2024", "E"),
    ("2024年", "E"),
    ("2024年报", "E"),
    ("年报 straSSE", "E"),
    ("final", "E"),
    ("fi*", "E"),
    ("null", "E"),
    ("示例云南置业", "E"),
    ("示例（云南）置业有限公司", "E"),
    ("示例*", "ABCDE"),
    ("“示例道路", "ABC"),
    ("示例道路”", "ABC"),
    ("道路;照明", "BD"),
    ("公告工程", ""),
    ("例道", "ABC"),
    ("AND", ""),
    ("15.6寸", "D"),
    ("led NOT 照明", ""),
    ("title:示例", ""),
    ("LED照明", "D"),
    ("- 更正", "C"),
    ("*", None),
    ("“” '' --", None),
    ("-更正", None),
]
CODES = {
    "": "Q005", "、。-*": "Q005", '"': "Q005", "“”": "Q005", "\0": "Q005", "\ud800": "Q005", "😀": "Q005",
    "'' OR \"": None, "示例 😀": None, "\0示例\ud800": None, "-示例": "Q043", "-“示例” -公告": "Q043",
    "k*": "Q042", "示例 7*": "Q042", "“第 7”*": None, "示" * LONGEST: None, "示" * (LONGEST + 1): "Q040",
    "示例" * 50_000: "Q040", " ".join(f"w{n}" for n in range(MOST)): None,
    " ".join(f"w{n}" for n in range(MOST + 1)): "Q041", "甲" + " 甲" * 200: None,
}  # fmt: skip


@pytest.fixture
def titled(engine: Engine, catalog: Catalog) -> Service:
    """The records of TEXTS, A the newest."""
    add(engine, catalog, TEXTS, "2024-06-20")
    return Service(catalog, engine)


def add(engine: Engine, catalog: Catalog, texts: dict[str, tuple[str, str]], date: str) -> None:
    """Store records by their local identifiers, each a day older than the one before."""
    disclosure = catalog.type("land/grant-result")
    entries = [
        Entry({
            "schema": disclosure.name, "localId": name, "title": title, "remark": remark,
            "publisher": {"name": "某局"}, "publishedDate": date[:-2] + str(int(date[-2:]) - at),
        }, disclosure)
        for at, (name, (title, remark)) in enumerate(texts.items())
    ]  # fmt: skip
    with writing(engine) as connection:
        write(connection, entries, catalog, None, datetime(2024, 7, 1))


def found(service: Service, text: str, **more: Any) -> str:
    """The local identifiers in the order of the answer."""
    edges = data(service, SEARCH, text=text, **more)["found"]["edges"]
    return "".join(edge["node"]["localId"] for edge in edges)


def test_the_table_of_searches(titled: Service) -> None:
    for text, names in FOUND:
        if names is None:
            assert b'"errors"' in titled.answer(Request(SEARCH, {"text": text})).body, text
            continue
        assert found(titled, text) == names, text
        assert "".join(name for name in TEXTS if meaning.matches(TEXTS[name], text)) == names, text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("道路", "ABCD"),  # in the title, then elsewhere
        ("示例 工程", "ADBC"),  # in the remark of B side by side
        ("示例 道路", "ABCD"),
        ("工程 示例", "DABC"),
        ("KCC*", "AB"),
        ("公告 kcc2024", "AB"),
        ("示例 -照明", "ACE"),
    ],
)
def test_relevance_asks_for_the_title_first_then_for_nearness(titled: Service, text: str, names: str) -> None:
    assert found(titled, text, order=RELEVANCE) == names
    ranks = {name: meaning.rank(*one[:1], one[1:], text) for name, one in TEXTS.items()}
    assert list(names) == sorted(names, key=lambda name: (-ranks[name], name))
    assert found(titled, text, order=RELEVANCE | {"direction": "ASC"}) == names[::-1]


@pytest.mark.parametrize("text", ["示例", "昆明市 示例", "“更正”", "示 -更正"])
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("order", ["RELEVANCE-DESC", "RELEVANCE-ASC", "PUBLISHED_DATE-DESC", "AMOUNT-DESC"])
def test_a_walk_through_a_search_neither_skips_nor_repeats(
    services: dict[str, Service], oracle: Oracle, text: str, backwards: bool, order: str
) -> None:
    field, _, direction = order.partition("-")
    count, place, fact = ("last", "before", "startCursor") if backwards else ("first", "after", "endCursor")
    given = {"field": field, "direction": direction}
    query = f"""query ($at: String) {{ found: disclosures(search: {orjson.dumps(text).decode()}, {count}: 11, {place}: $at,
      orderBy: {{field: {field}, direction: {direction}}}) {{ nodes {{ id }} totalCount
      pageInfo {{ {fact} hasNextPage hasPreviousPage }} }} }}"""
    rows = [
        row for row in oracle.rows["disclosure"] if meaning.matches(oracle.searched("disclosure", row), text)
    ]
    ranked = [oracle.ranked(row, text) for row in rows]
    expected = [row["id"] for row in reference.in_order(ranked, reference.order_of("disclosure", given))]
    assert len(expected) > 22
    for service in services.values():
        walked: list[str] = []
        at, more = None, True
        while more:
            page = data(service, query, at=at)["found"]
            ids = [node["id"] for node in page["nodes"]]
            walked = [*ids, *walked] if backwards else [*walked, *ids]
            at = page["pageInfo"][fact]
            more = page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]
        assert walked == expected
        assert page["totalCount"] == len(expected)


def test_what_comes_in_between_pages_moves_no_row(titled: Service, engine: Engine, catalog: Catalog) -> None:
    """A cursor of relevance is a rank and a place in it: what is there keeps both."""
    seen, at = "", None
    while True:
        page = data(titled, SEARCH, text="道路", order=RELEVANCE, first=1, after=at)["found"]
        seen += "".join(edge["node"]["localId"] for edge in page["edges"])
        at = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        name = f"({len(seen)})"
        add(
            engine, catalog, {name: (f"新的道路公告 {name}", "x"), f"{name}b": ("新的", "道路")}, "2024-06-28"
        )
    assert [name for name in seen if name in TEXTS] == list("ABCD")


@pytest.mark.parametrize(("text", "code"), CODES.items(), ids=[ascii(text)[:20] for text in CODES])
def test_every_text_is_answered_or_refused(titled: Service, text: str, code: str | None) -> None:
    with statements(titled.reader.engine) as sent:
        answer = orjson.loads(titled.answer(Request(SEARCH, {"text": text})).body)
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert codes == ([] if code is None else [code])
    assert len(sent) == (1 if code is None else 0)
    if code == "Q040":
        assert len(str(answer)) < 1_000, "what was sent is not sent back"


@given(st.text(max_size=40) | st.text(alphabet='"“”-－*＊ 示例kc7(){}^:+NEARORAND', max_size=40))
def test_no_text_is_more_than_words(text: str) -> None:
    """What reaches the database has no sign of a query language; reading agrees with the definition."""
    try:
        search = read(text)
    except QueryError:
        return
    for term in search.terms:
        # Not isalnum(): Python knows of no character that came to Unicode after it.
        assert not re.search(r"[\x00-/:-@\[-`{-\x7f\s]", term.rstrip("…"))
    asked = {(one.tokens, one.excluded) for one in meaning.wanted(text)}
    assert {(word.tokens, False) for word in search.words} | {
        (word.tokens, True) for word in search.without
    } == asked


def test_relevance_needs_a_search(titled: Service) -> None:
    answer = titled.answer(Request("{ disclosures(orderBy: {field: RELEVANCE}) { totalCount } }"))
    assert b'"Q044"' in answer.body


def test_a_cursor_of_another_order_is_refused(titled: Service) -> None:
    cursor = data(titled, SEARCH, text="示例")["found"]["edges"][0]["cursor"]
    answer = titled.answer(Request(SEARCH, {"text": "示例", "order": RELEVANCE, "after": cursor}))
    assert b'"Q004"' in answer.body


def test_highlights_show_where_the_words_stand(titled: Service) -> None:
    edges = data(titled, SEARCH, text="示例道路 kcc* 工程")["found"]["edges"]
    assert edges[0]["highlights"] == [
        {
            "property": "title", "title": "标题", "titleEn": edges[0]["highlights"][0]["titleEn"],
            "pieces": [
                {"text": "呈贡区", "hit": False}, {"text": "示例道路工程", "hit": True},
                {"text": "中标结果公告(", "hit": False}, {"text": "KCC2024", "hit": True}, {"text": "-17)", "hit": False},
            ],
        }
    ]  # fmt: skip
    pieces = edges[1]["highlights"][1]["pieces"]
    assert "".join(piece["text"] for piece in pieces) == TEXTS["B"][1]
    assert [piece["text"] for piece in pieces if piece["hit"]] == ["工程", "KCC2024"]


def test_highlights_keep_the_text_as_it_stands(titled: Service) -> None:
    edges = data(titled, SEARCH, text="呈贡 strasse")["found"]["edges"]
    assert edges == []
    shown = data(titled, SEARCH, text="呈贡")["found"]["edges"][1]["highlights"][0]["pieces"]
    assert shown[0] == {"text": "呈貢", "hit": True}
    shown = data(titled, SEARCH, text="STRASSE final")["found"]["edges"][0]["highlights"][0]["pieces"]
    assert [piece["text"] for piece in shown if piece["hit"]] == ["Straße", "ﬁnal"]


def test_highlights_are_selected_like_any_object(services: dict[str, Service], oracle: Oracle) -> None:
    query = """{ disclosures(search: "示例 昆明*", first: 30, orderBy: {field: RELEVANCE}) { edges {
      highlights { __typename where: property ...P pieces { t: text } } again: highlights { property }
      node { publisher { disclosures(first: 2, search: "公告") { edges { highlights { title pieces { hit } } } } } } } }
      plain: disclosures(first: 2) { edges { highlights { property } } } }
      fragment P on Highlight { pieces { hit __typename } titleEn }"""
    expected = oracle.answer(query)
    assert expected["disclosures"]["edges"][0]["highlights"]
    for service in services.values():
        assert difference(expected, data(service, query)) == ""


def test_highlights_show_nothing_that_is_not_searched(engine: Engine, catalog: Catalog) -> None:
    disclosure = catalog.type("land/grant-result")
    record = {
        "schema": disclosure.name, "localId": "P", "title": "示例公告", "publisher": {"name": "某局"},
        "transferor": {"name": "示例局", "contactPerson": "示例王五", "phone": "13800000000", "address": "示例路"},
        "documents": [{"title": "示例附件"}],
    }  # fmt: skip
    with writing(engine) as connection:
        write(connection, [Entry(record, disclosure)], catalog, None, datetime(2024, 7, 1))
    (edge,) = data(Service(catalog, engine), SEARCH, text="示例")["found"]["edges"]
    assert [one["property"] for one in edge["highlights"]] == ["title", "transferor.name"]
    assert found(Service(catalog, engine), "王五") == found(Service(catalog, engine), "附件") == ""


def test_a_long_text_is_shown_around_its_first_hit(engine: Engine, catalog: Catalog) -> None:
    title = "虚构" * 120 + "照明灯具" + "设备" * 120
    add(engine, catalog, {"L": (title, "x")}, "2024-06-20")
    (edge,) = data(Service(catalog, engine), SEARCH, text="照明")["found"]["edges"]
    pieces = edge["highlights"][0]["pieces"]
    assert (pieces[0], pieces[-1]) == ({"text": "…", "hit": False}, {"text": "…", "hit": False})
    assert {"text": "照明", "hit": True} in pieces
    shown = "".join(piece["text"] for piece in pieces[1:-1])
    assert len(shown) == 200
    assert shown in title


@pytest.mark.parametrize("root", ["organizations", "publishers", "regions"])
def test_names_are_searched_like_texts(services: dict[str, Service], oracle: Oracle, root: str) -> None:
    for text in ("昆明", "示例公司", "市 -昆明", "局", "91*", "呈貢 区", "“某局”"):
        query = (
            f"query ($text: String) {{ {root}(search: $text, first: 100) {{ totalCount nodes {{ id }} }} }}"
        )
        expected = oracle.answer(query, {"text": text})
        for service in services.values():
            assert difference(expected, data(service, query, text=text)) == "", text
    assert expected[root]["totalCount"] >= 0


def test_a_search_runs_one_statement_with_nothing_of_the_text_in_it(service: Service) -> None:
    with statements(service.reader.engine) as sent:
        for text in ("示例 昆明市", "“公告 工程” 设备", "kcc20* 示例"):
            data(service, SEARCH, text=text, order=RELEVANCE)
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert "示例" not in sent[0]


def test_the_documentation_has_the_limits() -> None:
    text = (Path(__file__).parents[2] / "docs" / "search.md").read_text("utf-8")
    assert f"{LONGEST} characters" in text
    assert f"{MOST} words" in text
