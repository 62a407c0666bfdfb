"""Which roles face each other: the table fits the codelist, and says every pair both ways."""

from pathlib import Path

from schemas.catalog import Catalog
from schemas.sides import Sides


def test_every_role_of_the_table_is_a_code_and_stands_once(catalog: Catalog) -> None:
    sides = catalog.sides
    parts = (*sides.takers, *sides.bidders, *sides.subjects)
    assert len(set(parts)) == len(parts) == len(sides.opposites)
    named = {*parts, *(other for others in sides.opposites.values() for other in others)}
    assert named <= set(catalog.codelists["party-role"].codes)


def test_pairs_are_told_both_ways(catalog: Catalog) -> None:
    pairs = set(catalog.sides.pairs())
    assert {("supplier", "buyer"), ("transferee", "transferor"), ("buyer", "tenderer")} <= pairs
    assert pairs == {(other, role) for role, other in pairs}
    assert not {pair for pair in pairs if pair[0] == pair[1]}


def test_a_folder_without_the_table_has_no_sides(tmp_path: Path) -> None:
    assert Sides.load(tmp_path).pairs() == ()
