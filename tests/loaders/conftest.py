"""What the loaders' tests share: a reader of cells, files written by a test, and reports about them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from loaders.cells import Reader, Slot
from loaders.load import check
from loaders.profile_file import parse_profile
from loaders.report import SCHEMA, Report
from schemas.catalog import Catalog

PUBLISHER = "11530114MB0W00017C"

MakeSlot = Callable[..., Slot]
CheckText = Callable[..., Report]


@pytest.fixture(scope="session")
def reader(catalog: Catalog) -> Reader:
    """Reads cells with the published codelists."""
    return Reader(catalog)


@pytest.fixture(scope="session")
def slot(catalog: Catalog) -> MakeSlot:
    """A field of a type with its siblings: slot("land/grant-result", "lots.price", unit="万元")."""

    def make(type_: str, path: str, **more: Any) -> Slot:
        disclosure = catalog.type(type_)
        field = disclosure.by_path[path]
        parent = disclosure.by_path.get(".".join(field.path[:-1]))
        siblings = {one.name: one for one in (parent.fields if parent else disclosure.fields)}
        return Slot(field, siblings, container=parent, **more)

    return make


@pytest.fixture(scope="session")
def report_schema(catalog: Catalog) -> jsonschema.Draft202012Validator:
    """The published schema of reports."""
    return jsonschema.Draft202012Validator(catalog.documents[SCHEMA])


@pytest.fixture
def check_text(catalog: Catalog, tmp_path: Path, report_schema: jsonschema.Draft202012Validator) -> CheckText:
    """Checks a file of that text: check_text("a,b\\n1,2", type="land/grant-result", profile="title = …")."""

    def run(text: str, name: str = "file.csv", *, profile: str | None = None, **asked: Any) -> Report:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        parsed = parse_profile(profile, "test", catalog) if profile else None
        asked.setdefault("publisher", PUBLISHER if not (parsed and parsed.publisher) else None)
        report = check(path, catalog, profile=parsed, **asked)
        report_schema.validate(report.to_json())
        return report

    return run
