"""Differences say each value that changed, once, and put on the earlier document they give the later one."""

from copy import deepcopy
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from schemas.catalog import Catalog
from store.differences import MOST, differences, history
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

LEAF = st.one_of(st.integers(0, 3), st.sampled_from(("甲", "乙", "")), st.booleans(), st.just(1.0))
VALUES = st.recursive(
    LEAF,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"b": 2}, [("a", 1, None), ("b", None, 2)]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1]}}, [("a.b.1", 2, None)]),
        ({"a": [1, 2, 3]}, {"a": [9, 1, 2, 3]}, [("a.0", None, 9)]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, [("a.1.b", 2, 3)]),
        ({"a": {"b": 1}}, {"a": "x"}, [("a", {"b": 1}, "x")]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": [1, [0, 1]]}, {"a": [True, [0, True]]}, [("a.0", 1, True), ("a.1.1", 1, True)]),
    ],
)
def test_each_change_is_said_once(before: Any, after: Any, found: list[Any]) -> None:
    assert [(one.path, one.before, one.after) for one in differences(before, after)] == found


@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.dictionaries(st.sampled_from("abc"), VALUES))
def test_nothing_is_said_only_where_nothing_changed(before: Any, after: Any) -> None:
    kept = deepcopy(before)
    found = list(differences(before, after))
    assert before == kept
    assert bool(found) == (repr_of(before) != repr_of(after))
    assert len({one.path for one in found}) == len(found)


def repr_of(value: Any) -> Any:
    """A value as it is compared: numbers by their size, true and false apart from them."""
    if isinstance(value, dict):
        return {name: repr_of(one) for name, one in value.items()}
    if isinstance(value, list):
        return [repr_of(one) for one in value]
    return (isinstance(value, bool), value)


def test_the_history_of_a_record_tells_revisions_withdrawals_and_what_was_removed(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    disclosure = catalog.type("land/grant-result")
    ids: tuple[str, ...] = ()
    documents = [{"documentUrl": "https://example.org/x"}]
    for title in ("一", "二"):
        with writing(engine) as connection:
            entries = [Entry(batches.record(1, title=title, documents=documents), disclosure)]
            ids = write(connection, entries, catalog, None, batches.now()).ids
    with writing(engine) as connection:
        withdraw(connection, ids[0], "示例:有误", catalog, batches.now())
    with writing(engine) as connection:
        many = [{"documentUrl": f"https://example.org/{n}"} for n in range(MOST + 5)]
        entries = [Entry(batches.record(1, title="三", documents=many), disclosure)]
        write(connection, entries, catalog, None, batches.now(), again=True)
    with engine.connect() as connection:
        first, second, third, fourth = history(connection, ids[0])
    assert [one.kind for one in (first, second, third, fourth)] == [
        "added",
        "revised",
        "withdrawn",
        "revised",
    ]
    assert [(one.path, one.before, one.after) for one in second.differences] == [("title", "一", "二")]
    assert third.reason == "示例:有误"
    assert (fourth.revision, fourth.known) == (3, True)
    assert (len(fourth.differences), fourth.count) == (MOST, MOST + 6)  # each document, and the title
    assert [one.path for one in fourth.differences[:2]] == ["documents.0.documentUrl", "documents.1"]
    with writing(engine) as connection:
        withdraw(connection, ids[0], "示例:个人信息", catalog, batches.now(), privacy=True)
    with engine.connect() as connection:
        steps = list(history(connection, ids[0]))
        assert [one.known for one in steps] == [False, False, True, False, True]
        assert list(history(connection, "530114-0000000000000000")) == []
