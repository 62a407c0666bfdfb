"""The zip of the standard stands alone: whoever has only it can check records."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from publish.standard import write_zip
from schemas.catalog import Catalog
from tests.toy import evolved

ON = date(2024, 7, 1)


def packed(catalog: Catalog, on: date = ON) -> bytes:
    stream = io.BytesIO()
    write_zip(catalog, stream, on)
    return stream.getvalue()


@pytest.fixture(scope="module")
def files(catalog: Catalog) -> dict[str, bytes]:
    """What is in the zip."""
    with zipfile.ZipFile(io.BytesIO(packed(catalog))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def index(files: dict[str, bytes]) -> dict[str, Any]:
    """Its index."""
    return dict(json.loads(files["index.json"]))


def references(node: Any) -> Iterator[str]:
    """Every `$ref`, but not those that the meta-schema only speaks of."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            if key != "const":
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_index_has_every_version_and_every_file_with_its_checksum(
    files: dict[str, bytes], index: dict[str, Any], catalog: Catalog
) -> None:
    assert [f"{one['type']}/{one['version']}" for one in index["types"]] == list(catalog.versions)
    assert [one["name"] for one in index["codelists"]] == list(catalog.codelists)
    listed = [*index["codelists"], *index["others"]]
    listed += [one[part] for one in index["types"] for part in ("schema", "sample", "changelog")]
    assert {one["path"] for one in listed} == set(files) - {"index.json"}
    for one in listed:
        assert hashlib.sha256(files[one["path"]]).hexdigest() == one["sha256"], one["path"]


def test_every_reference_leads_to_a_file_of_the_zip(files: dict[str, bytes]) -> None:
    schemas = [name for name in files if name.startswith("schemas/") and name.endswith(".json")]
    found = 0
    for name in schemas:
        for reference in references(json.loads(files[name])):
            path, _, pointer = reference.partition("#")
            folder = name.rpartition("/")[0].split("/")
            for step in path.split("/"):
                folder = folder[:-1] if step == ".." else [*folder, step]
            target = "/".join(folder) if path else name
            node = json.loads(files[target])
            for step in filter(None, pointer.split("/")):
                node = node[step]
            found += 1
    assert found > 500


def test_every_sample_is_valid_by_a_plain_validator_with_the_files_alone(
    files: dict[str, bytes], index: dict[str, Any]
) -> None:
    documents = [json.loads(files[one["schema"]["path"]]) for one in index["types"]]
    documents += [json.loads(files[f"schemas/{one}/1.0.json"]) for one in ("common", "meta")]
    registry: Registry[Any] = Registry().with_resources(
        (one["$id"], Resource.from_contents(one)) for one in documents
    )
    for one in index["types"]:
        schema = json.loads(files[one["schema"]["path"]])
        checker = Draft202012Validator(schema, registry=registry)
        sample = json.loads(files[one["sample"]["path"]])
        assert list(checker.iter_errors(sample)) == [], one["type"]
        assert list(checker.iter_errors(sample | {"noSuchProperty": 1})) != [], one["type"]


def test_the_same_standard_makes_the_same_bytes(catalog: Catalog) -> None:
    assert packed(catalog) == packed(Catalog.load(catalog.folder))


def test_readme_licence_and_changelogs_are_in_it(files: dict[str, bytes], catalog: Catalog) -> None:
    readme = files["README.md"].decode()
    assert f"{len(catalog.types)} 类" in readme
    assert f"all {len(catalog.types)} disclosure types" in readme
    assert b"CC0" in files["LICENSE"]
    for type, disclosure in catalog.types.items():
        text = files[f"changelog/{type}.md"].decode()
        assert disclosure.title in text
        assert f"## {disclosure.version}" in text


def test_status_and_changes_are_those_of_the_day(toy_catalog: Catalog) -> None:
    for on, statuses in ((ON, ["current", "current", "draft"]), (date(2025, 2, 1), ["current"] * 3)):
        with zipfile.ZipFile(io.BytesIO(packed(toy_catalog, on))) as archive:
            index = json.loads(archive.read("index.json"))
            log = archive.read(f"changelog/{evolved.TYPE}.md").decode()
        found = [one for one in index["types"] if one["type"] == evolved.TYPE]
        assert [one["status"] for one in found] == statuses
        assert [one["released"] for one in found] == list(evolved.VERSIONS.values())
        assert "renamed" in log


def test_an_invented_type_is_in_the_zip(toy_catalog: Catalog, invented: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(toy_catalog))) as archive:
        assert f"schemas/{invented.TYPE}/1.0.json" in archive.namelist()
