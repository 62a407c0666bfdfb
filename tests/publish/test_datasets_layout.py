"""The layout of datasets: what is true of the tables of every type."""

import re

import pytest

from publish.datasets.layout import KINDS, Table, digest, fields_of, tables
from schemas.catalog import Catalog

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _every(catalog: Catalog) -> list[tuple[Table, ...]]:
    return [tables(catalog), *(tables(catalog, one) for one in catalog.types.values())]


def test_names_are_plain_and_stand_once(toy_catalog: Catalog) -> None:
    for layout in _every(toy_catalog):
        names = [one.name for one in layout]
        assert len(set(names)) == len(names)
        for table in layout:
            columns = [one.name for one in table.columns]
            assert len(set(columns)) == len(columns)
            assert all(_NAME.fullmatch(name) for name in (*names, *columns))
            assert all(one.title and one.title_en and one.kind in KINDS for one in table.columns)


def test_days_late_are_of_no_one_unit(catalog: Catalog) -> None:
    """A deadline counts working days or calendar days, and so does what is late by it."""
    assert {rule.count for one in catalog.types.values() for rule in one.deadlines} == {"working", "calendar"}
    (late,) = (one for one in tables(catalog)[0].columns if one.name == "days_late")
    assert late.unit is None
    assert ("工作日" in late.description, "working" in late.description_en) == (True, True)


def test_every_leaf_of_a_type_is_a_column_once(toy_catalog: Catalog) -> None:
    for disclosure in toy_catalog.types.values():
        fields = fields_of(toy_catalog, disclosure.type)
        leaves = [one for top in fields for one in top.walk() if one.kind != "object"]
        columns = [
            column
            for table in tables(toy_catalog, disclosure)
            for column in table.columns
            if column.path or (table.rows, column.name) == ("element", "value")
        ]
        ours = {"id", "schema", "localId", "title", "region", "level", "formedDate", "publishedDate", "sourceUrl", "outcome",
                "publisher.name", "publisher.uscc"}  # fmt: skip
        assert len(columns) == len([one for one in leaves if one.dotted not in ours])


def test_a_linked_table_names_its_owner_by_the_owners_key(toy_catalog: Catalog) -> None:
    for layout in _every(toy_catalog):
        by_name = {one.name: one for one in layout}
        assert layout[0].owner is None
        for table in layout[1:]:
            owner = by_name[str(table.owner)]
            assert len(table.owner_key) == len(owner.key)
            assert {*table.key} <= {one.name for one in table.columns}
            assert table.key[: len(table.owner_key)] == table.owner_key


def test_lists_within_lists_have_the_places_of_both(catalog: Catalog) -> None:
    found = {one.name: one for one in tables(catalog, catalog.types["works/award-candidates"])}
    assert found["lots_award_candidates_certificates"].key == (
        "disclosure_id", "lot_ordinal", "award_candidate_ordinal", "ordinal",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "table", "column", "kind"),
    [
        ("land/grant-result", "disclosures", "amount", "money"),
        ("land/grant-result", "lots", "price_amount", "money"),
        ("land/grant-result", "lots", "parcel_area", "number"),
        ("land/grant-result", "related_disclosures", "stated_disclosure_id", "text"),
        ("land/grant-result", "disclosures", "publicity_period_start_at", "moment"),
    ],
)
def test_columns_are_called_by_their_paths(
    catalog: Catalog, type_: str, table: str, column: str, kind: str
) -> None:
    found = {one.name: one for one in tables(catalog, catalog.types[type_])}
    assert found[table].column(column).kind == kind


def test_layouts_are_told_apart(catalog: Catalog) -> None:
    every = [digest(layout) for layout in _every(catalog)]
    assert digest(tables(catalog)) == every[0]
    assert every[0] not in every[1:]
