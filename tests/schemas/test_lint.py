"""A linter of schemas made by others (Sourcemeta, the `jsonschema` command) finds nothing in ours."""

import json
from pathlib import Path

import pytest

from schemas.catalog import FOLDER
from tests.node.node import needs_packages, run

pytestmark = needs_packages

COMMAND = "node_modules/@sourcemeta/jsonschema/npm/cli.js"
COMMON = str(FOLDER / "common" / "1.0.json")

# Rules that are off, and why.
OFF = {
    "unknown_keywords_prefix": "ours are declared in schemas/meta; departments read them, x- would say nothing",
    "unnecessary_allof_ref_wrapper_modern": "the envelope stands in `allOf` as in every type, apart from what is the type's own",
    "required_properties_in_properties": "a type requires properties that its envelope, behind the $ref, defines",
    "orphan_definitions": "the definitions of schemas/common are there for the other files",
    "top_level_examples": "the example of a type is a file of its own, <version>.sample.json",
    "simple_properties_identifiers": "the schema of our schemas speaks of $schema, $id and $ref",
    "description_trailing_period": "descriptions are whole sentences, in both languages",
    "empty_object_as_true": "a property beside a $ref may have nothing to add, and is listed all the same",
}


@pytest.fixture(scope="module")
def files() -> list[str]:
    """Every schema; samples and codelists are none."""
    found = (
        path for path in Path(FOLDER).rglob("*.json") if "$schema" in json.loads(path.read_text("utf-8"))
    )
    return sorted(map(str, found))


def test_a_linter_finds_nothing(files: list[str]) -> None:
    off = [part for rule in OFF for part in ("--exclude", rule)]
    ran = run(COMMAND, "lint", *files, "--resolve", COMMON, "--json", *off)
    said = json.loads(ran.stdout)
    assert len(files) >= 56
    assert [(one["path"], one["id"], one["schemaLocation"], one["message"]) for one in said["errors"]] == []
    assert (ran.returncode, said["valid"]) == (0, True), ran.stderr


def test_each_rule_that_is_off_would_find_something(files: list[str]) -> None:
    ran = run(COMMAND, "lint", *files, "--resolve", COMMON, "--json")
    assert {one["id"] for one in json.loads(ran.stdout)["errors"]} == set(OFF)


def test_the_linter_finds_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"$schema": "https://json-schema.org/draft/2020-12/schema", "required": ["a", "a"]}')
    ran = run(COMMAND, "lint", str(path), "--json")
    assert "duplicate_required_values" in {one["id"] for one in json.loads(ran.stdout)["errors"]}
    assert ran.returncode != 0


def test_every_schema_meets_the_metaschema_by_a_third_implementation(files: list[str]) -> None:
    ran = run(COMMAND, "metaschema", *files, "--resolve", COMMON)
    assert ran.returncode == 0, ran.stderr


def test_every_sample_is_valid_by_a_third_implementation(files: list[str]) -> None:
    samples = [(path, path.removesuffix(".json") + ".sample.json") for path in files]
    for schema, sample in samples:
        if Path(sample).is_file():
            ran = run(
                COMMAND, "validate", schema, sample, "--resolve", COMMON, "--format-assertion", "--fast"
            )
            assert ran.returncode == 0, ran.stderr
