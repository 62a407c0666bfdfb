"""`openalloc graphql`: print the schema, release it, compare with the release."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from api import evolution
from schemas.catalog import Catalog

Run = Callable[..., tuple[int, str, str]]
TYPES = ("land/grant-notice", "land/grant-result")


def test_a_release_is_what_is_printed_and_what_differs_from_it_is_told(
    run: Run, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a catalog of two types: of all of them a schema is read and compared for twenty seconds."""
    two = {name: one for name, one in catalog.versions.items() if one.type in TYPES}
    small = replace(catalog, versions=two)
    monkeypatch.setattr(Catalog, "load", lambda: small)
    folder = str(tmp_path / "released")
    assert run("graphql", "diff", "--released", folder)[0] == 0
    code, printed, _ = run("graphql", "schema")
    assert (code, run("graphql", "release", "--released", folder, "--on", "2026-01-01")[0]) == (0, 0)
    text = tmp_path / "released" / evolution.SCHEMA
    assert text.read_text("utf-8") == printed
    assert ("type LandGrantResult " in printed, "type ProcurementAwardResult " in printed) == (True, False)
    assert run("graphql", "diff", "--released", folder) == (0, "自 2026-01-01 以来 0 处 / 0 changes since 2026-01-01\n", "")  # fmt: skip
    # A release of a schema that had one field more, as if it had been taken away since.
    more = printed.replace("\ntype Query {", '\ntype Query {\n  "旧的。Old."\n  gone: Int\n')
    text.write_text(more, "utf-8")
    releases = tmp_path / "released" / evolution.RELEASES
    releases.write_text(f"day,sha256\n2026-01-01,{evolution._sha256(more)}\n", "utf-8")
    code, shown, _ = run("graphql", "diff", "--released", folder, "--json")
    (change,) = json.loads(shown)["changes"]
    assert (code, change["severity"], change["description"]) == (1, "refused", "Query.gone was removed.")
    code, _, error = run("graphql", "release", "--released", folder, "--on", "2026-02-01")
    assert (code, "A071" in error) == (2, True)
