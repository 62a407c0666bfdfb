"""docs/coverage.md is made from the catalog: which leaf carries each item of the policy.

OPENALLOC_WRITE_DOCS=1 writes it anew; without it the test compares.
"""

import csv
import os
from pathlib import Path

from schemas.catalog import FOLDER, Catalog

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"


def render(catalog: Catalog) -> str:
    """The whole document."""
    with (FOLDER / "policy" / "disclosure-items.csv").open(encoding="utf-8", newline="") as stream:
        items = list(csv.DictReader(stream))
    with (FOLDER / "policy" / "disclosure-types.csv").open(encoding="utf-8", newline="") as stream:
        types = list(csv.DictReader(stream))
    here = [row for row in types if row["type"] in catalog.types]
    carried = [row for row in items if row["type"] in catalog.types]
    lines = [
        "# The policy's items and the leaves that carry them", "",
        f"{len(here)} of the policy's {len(types)} disclosure types, {len(carried)} of its {len(items)} items. Where an item has",
        "several leaves, any of them carries it: a number or its wording, both ends of a range. Made from the catalog by",
        "`tests/schemas/test_coverage_document.py`.", "",
    ]  # fmt: skip
    for row in here:
        disclosure = catalog.types[row["type"]]
        lines += [f"## {row['clause']} {row['type']}", "", f"{row['title_zh']} · {row['title_en']}", ""]
        lines += ["| item | 内容 | leaf |", "|---|---|---|"]
        for item in items:
            if item["type"] == row["type"]:
                leaves = [f"`{field.dotted}`" for field in disclosure.walk() if item["item"] in field.clause]
                lines.append(f"| {item['item']} | {item['content_zh']} | {', '.join(leaves)} |")
        lines.append("")
    missing = [row for row in types if row["type"] not in catalog.types]
    if missing:
        lines += [
            "## Not here yet",
            "",
            *(f"- {row['clause']} {row['type']} {row['title_zh']}" for row in missing),
            "",
        ]
    return "\n".join(lines)


def test_every_item_is_listed_with_its_leaves(catalog: Catalog) -> None:
    if os.environ.get("OPENALLOC_WRITE_DOCS"):
        DOCUMENT.write_text(render(catalog), "utf-8")
    assert DOCUMENT.read_text("utf-8") == render(catalog), "run with OPENALLOC_WRITE_DOCS=1"
