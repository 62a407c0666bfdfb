"""ajv gives the same verdict as ours on every sample and on 200 mutated records of each version."""

import json
import re
from typing import Any

import pytest

from schemas.catalog import FOLDER, Catalog, Disclosure
from schemas.check import validator
from tests.node.node import needs_packages, run
from tests.schemas.mutations import mutations

MUTATIONS = 200

# Texts that ajv takes for the format and ours refuses, and who is right.
LENIENT = {
    r"\d{4}-\d\d-\d\d\s\S+": "RFC 3339, 5.6: date and time are joined by T; a space is only a manner of display",
    r"\d{4}-\d\d-\d\dT\S+[+-]\d{4}": "RFC 3339, 5.6: hours and minutes of an offset are apart by a colon",
}

Pair = tuple[Disclosure, dict[str, Any]]


@pytest.fixture(scope="module")
def pairs(catalog: Catalog) -> list[Pair]:
    """Every version's sample and its mutations."""
    versions = catalog.versions.values()
    return [
        (version, record)
        for version in versions
        for record in (dict(version.sample), *mutations(version, MUTATIONS))
    ]


@pytest.fixture(scope="module")
def verdicts(catalog: Catalog, pairs: list[Pair]) -> list[str]:
    """What ajv says of each record: nothing, or why not. All in one process."""
    meta = json.loads((FOLDER / "meta" / "1.0.json").read_text("utf-8"))
    documents = {**catalog.documents, **{one.schema["$id"]: one.schema for one in catalog.versions.values()}}
    begin = {
        "vocabulary": sorted({*meta["properties"], *meta["$defs"]["property"]["properties"]}),
        "documents": {address: dict(document) for address, document in documents.items()},
    }
    lines = [begin, *([version.schema["$id"], record] for version, record in pairs)]
    ran = run("verdicts.mjs", given="".join(json.dumps(line) + "\n" for line in lines))
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stderr == ""
    return ran.stdout.split("\n")[:-1]


@needs_packages
def test_two_implementations_agree_on_200_records_of_every_version(
    catalog: Catalog, pairs: list[Pair], verdicts: list[str]
) -> None:
    assert len(verdicts) == len(pairs) == (MUTATIONS + 1) * len(catalog.versions)
    assert len({version.type for version, _ in pairs}) >= 54
    apart = []
    for (version, record), reason in zip(pairs, verdicts, strict=True):
        ours = validator(version, catalog).is_valid(record)
        if ours != (reason == "") and not (reason == "" and _is_lenient(version, record, catalog)):
            apart.append((version.name, ours, reason, json.dumps(record, ensure_ascii=False)[:2000]))
    assert apart == []


@needs_packages
def test_the_records_are_of_both_kinds(pairs: list[Pair], verdicts: list[str]) -> None:
    """Agreement says something only where both verdicts are frequent, for many reasons."""
    valid = verdicts.count("")
    assert len(verdicts) / 4 < valid < len(verdicts) * 3 / 4
    keywords = {reason.split(" ")[1] for reason in verdicts if reason}
    assert keywords >= {
        "type", "format", "required", "pattern", "minLength", "maxLength", "minimum", "maximum",
        "unevaluatedProperties",
    }  # fmt: skip


@needs_packages
def test_a_sample_is_valid_for_both(pairs: list[Pair], verdicts: list[str]) -> None:
    samples = list(zip(pairs, verdicts, strict=True))[:: MUTATIONS + 1]
    assert [(version.name, reason) for (version, _), reason in samples if reason] == []
    assert all(record == version.sample for (version, record), _ in samples)


def _is_lenient(version: Disclosure, record: dict[str, Any], catalog: Catalog) -> bool:
    """Whether all that ours refuses are texts of the table above."""
    errors = validator(version, catalog).iter_errors(record)
    return all(
        isinstance(error.instance, str) and any(re.fullmatch(text, error.instance) for text in LENIENT)
        for error in errors
    )
