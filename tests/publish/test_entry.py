"""What is said of a field."""

from datetime import date
from typing import Any

import pytest

from publish.entry import Entry, entries
from publish.history import changelog, history
from publish.question import question
from query.model import Model
from schemas.catalog import Catalog
from tests.toy import evolved


def by_path(catalog: Catalog, type: str) -> dict[str, Entry]:
    own, envelope = entries(catalog.types[type], catalog)
    return {entry.field.dotted: entry for top in (*own, *envelope) for entry in top.walk()}


def test_every_field_of_every_type_has_one_entry(catalog: Catalog, toy_catalog: Catalog) -> None:
    for one in (catalog, toy_catalog):
        for type, disclosure in one.types.items():
            assert set(by_path(one, type)) == set(disclosure.by_path), type


def test_an_entry_says_what_a_clerk_needs(catalog: Catalog) -> None:
    found = by_path(catalog, "land/grant-result")
    price = found["lots.price.amount"]
    assert (price.label, price.unit) == (("成交价格 › 数额", "Price › Amount"), ("元", "yuan"))
    assert [(item.number, item.wording) for item in price.items] == [("2.3.6", "成交价格")]
    assert price.example == "18240000"
    use = found["lots.landUse"]
    assert (use.example, use.example_title) == ("0601", ("工业用地", "Industrial land"))
    assert (use.codes, use.code_count) == ((), len(catalog.codelists["land-use"].codes))
    assert [code.code for code in found["outcome"].codes] == list(catalog.codelists["outcome"].codes)
    assert found["transferor"].role is not None
    assert found["transferor.phone"].personal == ("电话", "telephone numbers")
    assert found["lots.parcelNumber"].label == ("宗地编号", "Parcel number")


def test_what_a_type_says_itself_stands_open_and_what_all_share_is_folded(catalog: Catalog) -> None:
    own, envelope = entries(catalog.types["land/grant-result"], catalog)
    assert "lots" in [entry.field.name for entry in own]
    assert "publisher" in [entry.field.name for entry in envelope]
    found = by_path(catalog, "land/grant-result")
    assert found["lots"].own
    assert found["lots.transferee"].own
    assert not found["approver"].own
    assert not found["publisher"].own


@pytest.mark.parametrize("many", ["catalog", "toy_catalog"])
def test_every_type_has_a_query_with_what_its_lists_show(request: Any, many: str) -> None:
    catalog: Catalog = request.getfixturevalue(many)
    model = Model.of(catalog)
    for disclosure in catalog.types.values():
        text = question(disclosure, model)
        assert disclosure.collection in text
        assert "totalCount" in text
        shown = [path for path in disclosure.schema["featured"] if path.split(".")[0] in text]
        assert len(shown) >= len(disclosure.schema["featured"]) - 1, (disclosure.type, text)


def test_a_type_has_its_history(catalog: Catalog) -> None:
    for type, newest in catalog.types.items():
        found = history(type, catalog, date(2026, 1, 1))
        assert found[0].disclosure is newest
        assert found[-1].first
        assert newest.title_en in changelog(type, catalog, date(2026, 1, 1))


def test_each_version_says_since_when_and_what_it_changed(toy_catalog: Catalog) -> None:
    newest, minor, first = history(evolved.TYPE, toy_catalog, date(2024, 7, 1))
    assert [one.disclosure.version for one in (newest, minor, first)] == ["2.0", "1.1", "1.0"]
    assert (newest.status, minor.status) == ("draft", "current")
    assert minor.days == ((("发布", "released"), date(2024, 6, 1)),)
    assert {"added", "deprecated"} <= {one.kind for one in minor.changes}
    assert "renamed" in {one.kind for one in newest.changes}
    assert first.changes == ()
    text = changelog(evolved.TYPE, toy_catalog, date(2024, 7, 1))
    assert text.index("## 2.0") < text.index("## 1.1") < text.index("## 1.0")
    assert "released: 2024-06-01" in text
