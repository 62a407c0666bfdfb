"""The table of departments' files: what it says of a file is what loading it gives. Skipped where they are not."""

import re
from pathlib import Path

import pytest

from bench.mapping import pairs
from bench.realfiles import lines, prepared
from schemas.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".." / "shared" / "data"
# Those up to so many bytes are loaded here; `python -m bench.realfiles` loads all.
SMALL = 60_000


def table() -> dict[str, list[str]]:
    """The lines of bench/README.md by file."""
    text = (
        (ROOT / "bench" / "README.md")
        .read_text("utf-8")
        .partition("python -m bench.realfiles")[2]
        .partition("\n## ")[0]
    )
    found = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    return {cells[0]: cells for cells in found if re.search(r"\.\w{3,5}$", cells[0])}


@pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not on this machine")
def test_the_table_says_what_loading_gives(catalog: Catalog, tmp_path: Path) -> None:
    said = table()
    files = [one for one in pairs(DATA, catalog) if one[0].stat().st_size <= SMALL]
    assert len(files) >= 15
    engine = prepared(tmp_path, catalog)
    for line in lines(files, catalog, engine):
        rows, taken, refused, skipped = line.counts
        assert rows == taken + refused + skipped
        assert [cell.strip() for cell in line.text().strip("|").split("|")][:8] == said[line.file][:8]
    engine.dispose()


def test_the_table_has_every_profile() -> None:
    from loaders.profile import names

    assert {cells[1] for cells in table().values()} == set(names())
