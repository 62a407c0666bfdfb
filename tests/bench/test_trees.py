"""Which pages a load changes, and of which tree."""

from pathlib import Path

import pytest

from bench.load.__main__ import Wanted
from bench.load.trees import NEW, changed, show, trees
from bench.query.fill import build
from schemas.catalog import Catalog
from store.engine import sqlite_driver


def test_the_pages_of_a_load_belong_to_trees(
    catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "store.db"
    build(f"sqlite:///{file}", catalog, 300, lean=False, each=1)
    connection = sqlite_driver().connect(file)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    owners = trees(file)
    known = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE rootpage > 0")}
    connection.close()
    assert set(owners.values()) == known
    assert max(owners) <= pages
    assert len(owners) > pages / 2
    batches = changed(file, Wanted(catalog, 60), tmp_path)
    assert len(batches) >= 2  # the records, and that the load is done
    named = {owners.get(one, NEW) for batch in batches for one in batch}
    assert named >= {"disclosure", "ix_disclosure_id_shard", "ix_party_organization_id_recency", NEW}
    assert not named & {"region", "refused"}
    show(batches, owners, 60)
    said = capsys.readouterr().out
    assert "| ix_disclosure_id_shard | " in said
    assert float(said.split("| **all** | ")[1].split(" ")[0]) >= 1
