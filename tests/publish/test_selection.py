"""Selections: the parameters of an address, and what they mean to GraphQL."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.selection import PARAMETERS, Selection, SelectionError
from schemas.catalog import Catalog

Parameters = list[tuple[str, str]]


def test_an_address_says_what_is_meant(catalog: Catalog) -> None:
    parameters = [
        ("to", "2024-02"), ("from", "2024"), ("domain", "works"), ("q", " 光电 "), ("domain", "land"), ("domain", "works"),
        ("min", "1,000.50"), ("max", "2000.00"), ("late", "1"), ("region", "530100"), ("page", "3"), ("type", ""),
        ("filter", '{"stage": {"eq": "notice"}}'), ("role", "buyer"), ("organization", "organization:91530100MA6K00027P"),
    ]  # fmt: skip
    found = Selection.of(parameters, catalog)
    assert (found.search, found.domains, found.types) == ("光电", ("land", "works"), ())
    assert (found.since, found.until) == (date(2024, 1, 1), date(2024, 2, 29))
    assert (found.least, found.most, found.late) == (Decimal("1000.5"), Decimal("2000"), True)
    assert found.filter() == {
        "domain": {"in": ["land", "works"]},
        "region": {"within": "530100"},
        "organization": {"id": {"eq": "organization:91530100MA6K00027P"}, "role": {"eq": "buyer"}},
        "publishedDate": {"gte": "2024-01-01", "lte": "2024-02-29"},
        "amount": {"gte": 1000.5, "lte": 2000},
        "daysLate": {"gt": 0},
        "and": [{"stage": {"eq": "notice"}}],
    }


@pytest.mark.parametrize(
    ("written", "yuan"),
    [("100万", "1000000"), ("1.5 亿元", "150000000"), ("1,200万元", "12000000"), ("0.00005万", "0.5"), ("99元", "99"), ("9999999999999.99", "9999999999999.99")],
)  # fmt: skip
def test_an_amount_is_in_yuan_unless_it_says_otherwise(catalog: Catalog, written: str, yuan: str) -> None:
    assert Selection.of([("min", written)], catalog).parameters() == [("min", yuan)]


def test_the_empty_selection_is_everything(catalog: Catalog) -> None:
    found = Selection.of([("q", "  "), ("late", "0"), ("filter", "{}"), ("unknown", "x")], catalog)
    assert found == Selection()
    assert (found.filter(), found.parameters(), found.query()) == ({}, [], "")


_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "q": _WORDS, "domain": st.sampled_from(["land", "works"]), "type": st.sampled_from(["land/grant-result"]),
            "region": st.sampled_from(["530000", "530114"]), "publisher": st.just("publisher:53-1"), "late": st.sampled_from("01"),
            "from": st.dates(date(1, 1, 1)).map(str), "to": st.sampled_from(["2024", "2024-12", "2023-02"]),
            "min": st.decimals(0, 10**13, allow_nan=False, places=2).filter(lambda one: one < 10**13).map(str),
            "filter": st.dictionaries(_WORDS, st.lists(_WORDS, max_size=2), max_size=2).map(json.dumps),
        },
    )
)  # fmt: skip
def test_its_own_parameters_say_the_same_again(catalog: Catalog, written: dict[str, str]) -> None:
    found = Selection.of(list(written.items()), catalog)
    assert Selection.of(found.parameters(), catalog) == found
    assert {name for name, _ in found.parameters()} <= PARAMETERS


@pytest.mark.parametrize(
    ("parameters", "code", "said"),
    [
        ([("domain", "nonsense")], "P001", "“nonsense”"),
        ([("type", "land/nothing")], "P001", "/standard/"),
        ([("region", "5301")], "P001", "530100"),
        ([("region", "昆明")], "P001", "/regions"),
        ([("publisher", "a b")], "P001", "publisher"),
        ([("from", "2024-02-30")], "P001", "2024-05-31"),
        ([("to", "9999")], "P001", "to"),
        ([("from", "0000")], "P001", "from"),
        ([("min", "-1")], "P001", "min"),
        ([("min", "1.0000001万")], "P001", "100万"),
        ([("max", "99999999999亿")], "P001", "max"),
        ([("max", "万")], "P001", "max"),
        ([("max", "1e9")], "P001", "max"),
        ([("late", "yes")], "P001", "late"),
        ([("filter", "[1]")], "P001", "JSON"),
        ([("filter", "{")], "P001", "JSON"),
        ([("filter", '{"and":' + "[" * 90 + "]" * 90 + "}")], "P001", "JSON"),
        ([("filter", '{"and":' + "[" * 9_000 + "]" * 9_000 + "}")], "P001", "JSON"),
        ([("q", "字" * 2_001)], "P001", "2000"),
        ([("q", "a\0")], "P001", "q"),
        ([("q", "a"), ("q", "b")], "P002", "2 次"),
        ([("domain", "land")] * 101, "P002", "101 次"),
    ],
)
def test_what_says_nothing_is_refused(catalog: Catalog, parameters: Parameters, code: str, said: str) -> None:
    with pytest.raises(SelectionError) as caught:
        Selection.of(parameters, catalog)
    assert caught.value.code == code
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_a_long_wrong_value_is_not_said_back_whole(catalog: Catalog) -> None:
    with pytest.raises(SelectionError) as caught:
        Selection.of([("domain", "x" * 1_000)], catalog)
    assert len(caught.value.message) < 100
