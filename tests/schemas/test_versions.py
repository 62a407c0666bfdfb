"""Versions: the lock file, what a change asks for, codes that came later, a type through its versions."""

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql.utilities import find_breaking_changes

from api.types import graphql_schema
from query.model import Model
from schemas.catalog import FOLDER, Catalog, Disclosure
from schemas.changes import Comparison
from schemas.check import check
from schemas.compatibility import compare, faults
from schemas.errors import SchemaError
from schemas.field import walk
from schemas.lineage import readable, renewed
from schemas.release import FILE, Lock, Release, codes_digest, file_digest
from tests.toy import evolved

CATALOG = Catalog.load()
RESULT = CATALOG.types["land/grant-result"]


# the lock file


def found(catalog: Catalog) -> dict[str, list[str]]:
    """The faults of a catalog's lock: code → names."""
    made: dict[str, list[str]] = {}
    for one in catalog.lock.faults(catalog.folder, catalog.files, catalog.codelists):
        made.setdefault(one.code, []).append(one.path)
    return made


def test_released_versions_are_as_they_were_and_every_version_is_listed() -> None:
    assert CATALOG.lock.rows
    told = [
        f"{one.code} {one.message_en} → {one.hint_en}"
        for one in CATALOG.lock.faults(CATALOG.folder, CATALOG.files, CATALOG.codelists)
    ]
    assert not told, "\n".join(told)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small catalog in which all is released on 2026-01-01."""
    made = tmp_path / "schemas"
    ignored = shutil.ignore_patterns(
        "*.py", "__pycache__", *(name for name in ("mining", "works", "housing"))
    )
    shutil.copytree(FOLDER, made, ignore=ignored)
    (made / FILE).unlink(missing_ok=True)
    release(made, date(2026, 1, 1))
    return made


def release(folder: Path, on: date, *patterns: str) -> list[str]:
    catalog = Catalog.load(folder)
    rows = catalog.lock.additions(catalog.folder, catalog.files, catalog.codelists, on, patterns)
    catalog.lock.append(folder / FILE, rows)
    return [row.name for row in rows]


def test_a_fresh_release_has_no_fault_and_a_second_one_adds_nothing(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    assert found(Catalog.load(folder)) == {}
    assert release(folder, date(2026, 5, 1)) == []
    assert (folder / FILE).read_bytes() == before
    names = {row.name for row in Catalog.load(folder).lock.rows}
    assert {"common/1.0", "meta/1.0", "land/grant-result/1.0", "codelists/outcome"} <= names
    assert "codelists/region" not in names


def test_a_released_file_that_changed_is_found(folder: Path) -> None:
    path = folder / "land" / "grant-result" / "1.0.json"
    path.write_text(path.read_text("utf-8").replace("成交", "出让", 1), "utf-8")
    assert found(Catalog.load(folder)) == {"S130": ["land/grant-result/1.0"]}


def test_a_released_file_that_is_gone_is_found(folder: Path) -> None:
    shutil.rmtree(folder / "land" / "grant-result")
    assert found(Catalog.load(folder)) == {"S131": ["land/grant-result/1.0"]}


def test_a_version_that_is_not_listed_is_found_and_a_release_lists_it(folder: Path) -> None:
    kept = (folder / FILE).read_text("utf-8")
    lines = [line for line in kept.splitlines(keepends=True) if "land/supply-plan" not in line]
    (folder / FILE).write_text("".join(lines), "utf-8")
    assert found(Catalog.load(folder)) == {"S132": ["land/supply-plan/1.0"]}
    assert release(folder, date(2026, 2, 1), "works/*") == []
    assert release(folder, date(2026, 2, 1), "land/*") == ["land/supply-plan/1.0"]
    assert (folder / FILE).read_text("utf-8").startswith("".join(lines))
    assert found(Catalog.load(folder)) == {}


def outcome(folder: Path) -> Path:
    return folder / "codelists" / "outcome.csv"


def test_a_released_code_stays_and_a_new_one_says_its_day(folder: Path) -> None:
    header, *rows = outcome(folder).read_text("utf-8").splitlines()
    outcome(folder).write_text("\n".join([header, *rows[1:]]) + "\n", "utf-8")
    assert found(Catalog.load(folder)) == {"S133": ["codelists/outcome"]}
    blank = "," * (header.count(",") - 3)
    added = f"paused,中止,Paused,虚构。{blank}"
    outcome(folder).write_text("\n".join([header, *rows, added]) + "\n", "utf-8")
    assert found(Catalog.load(folder)) == {"S133": ["codelists/outcome"]}
    lines = [f"{header},added", *(f"{row}," for row in rows), f"{added},2026-03-01"]
    outcome(folder).write_text("\n".join(lines) + "\n", "utf-8")
    assert found(Catalog.load(folder)) == {}
    assert release(folder, date(2026, 2, 1)) == []
    assert release(folder, date(2026, 3, 1)) == ["codelists/outcome"]
    outcome(folder).write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    assert found(Catalog.load(folder)) == {"S133": ["codelists/outcome"]}


@pytest.mark.parametrize(
    "row",
    ["x/y/1.0,,2026-01-01,,,,", ",ab,2026-01-01,,,,", "x/y/1.0,ab,,,,,", "x/y/1.0,ab,1/1/2026,,,,", "x/y/1.0,ab,2026-01-02,2026-01-01,,,"],
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused_with_its_number(row: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"name,sha256,released,deprecated,retired,note,noteEn\n{row}\n", "utf-8")
    with pytest.raises(SchemaError, match=r"S134.*2"):
        Lock.load(tmp_path / FILE)


DAYS = Release("x", "ab", date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("row", "day", "expected"),
    [
        (Release("x"), "2024-01-01", "draft"), (DAYS, "2023-12-31", "draft"), (DAYS, "2024-01-01", "current"),
        (DAYS, "2024-12-31", "current"), (DAYS, "2025-01-01", "deprecated"), (DAYS, "2025-12-31", "deprecated"),
        (DAYS, "2026-01-01", "retired"), (replace(DAYS, deprecated=None), "2025-06-01", "current"),
        (replace(DAYS, deprecated=None, retired=None), "2030-01-01", "current"),
    ],
)  # fmt: skip
def test_the_status_follows_from_the_dates(row: Release, day: str, expected: str) -> None:
    assert row.status(date.fromisoformat(day)) == expected


# what a change asks for


def changed(change: Callable[[dict[str, Any]], Any], version: str = "1.1") -> Comparison:
    """land/grant-result compared with itself after a change; of the same day, so that both have the same codes."""
    schema = copy.deepcopy(dict(RESULT.schema))
    change(schema)
    schema["version"] = version
    new = Disclosure(RESULT.type, version, schema, {}, walk(schema, CATALOG.documents), RESULT.release)
    return compare(RESULT, new, CATALOG.codelists)


TEXT = {
    "type": "string",
    "minLength": 1,
    "maxLength": 10,
    "title": "甲",
    "titleEn": "A",
    "description": "甲。",
    "descriptionEn": "A.",
}


def lot(schema: dict[str, Any]) -> Any:
    return schema["properties"]["lots"]["items"]["properties"]


def put(**keywords: Any) -> Callable[[dict[str, Any]], Any]:
    """A keyword of a lot's first text property."""
    return lambda schema: _text(schema).update(keywords)


def _text(schema: dict[str, Any]) -> Any:
    return next(one for one in lot(schema).values() if one.get("type") == "string" and "maxLength" in one)


def _number(schema: dict[str, Any]) -> Any:
    return lot(schema)["parcelArea"]


def _code(schema: dict[str, Any]) -> Any:
    return next(one for one in lot(schema).values() if "codelist" in one)


def _organization(schema: dict[str, Any]) -> Any:
    return next(one for one in lot(schema).values() if one.get("role"))


def rename(schema: dict[str, Any]) -> None:
    name = next(
        name for name, one in lot(schema).items() if "column" not in one and one.get("type") == "string"
    )
    lot(schema)["renamed"] = lot(schema).pop(name) | {"renamedFrom": name}


def rename_to_another_kind(schema: dict[str, Any]) -> None:
    rename(schema)
    lot(schema)["renamed"] = TEXT | {"type": "number", "renamedFrom": lot(schema)["renamed"]["renamedFrom"]}


def add_rule(schema: dict[str, Any]) -> None:
    schema["deadlines"].append(dict(schema["deadlines"][0]) | {"from": "2030-01-01", "days": 5})


def end_rule(schema: dict[str, Any]) -> None:
    schema["deadlines"][0]["to"] = "2029-12-31"


def drop(schema: dict[str, Any]) -> None:
    del schema["properties"][next(name for name in schema["properties"] if name != "lots")]


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "nothing": (lambda s: None, "none", ""),
    "optional property": (lambda s: s["properties"].update(extra=TEXT), "minor", "added"),
    "optional property of a lot": (lambda s: lot(s).update(extra=TEXT), "minor", "added"),
    "required property": (lambda s: (s["properties"].update(extra=TEXT), s["required"].append("extra")), "major", "added required"),
    "required": (lambda s: s["required"].append("lots" if "lots" not in s["required"] else "title"), "major", "required"),
    "no longer required": (lambda s: s["required"].remove("schema"), "major", "optional"),
    "removed": (drop, "major", "removed"),
    "renamed": (rename, "major", "renamed"),
    "renamed to another kind": (rename_to_another_kind, "never", "kind changed"),
    "deprecated": (put(deprecated=True, deprecatedSince="1.1", deprecatedDescription="不用。", deprecatedDescriptionEn="No."), "minor", "deprecated"),
    "longer text": (put(maxLength=4000), "major", "loosened"),
    "shorter text": (put(maxLength=1), "major", "tightened"),
    "pattern": (put(pattern="^a$"), "major", "tightened"),
    "less": (lambda s: _number(s).update(maximum=1), "major", "tightened"),
    "more": (lambda s: _number(s).update(maximum=1e15), "major", "loosened"),
    "lower": (lambda s: _number(s).update(minimum=-1), "major", "loosened"),
    "title": (put(title="别的"), "minor", "retitled"),
    "English description": (put(descriptionEn="Other."), "minor", "retitled"),
    "alias": (put(aliases=["又一个别名"]), "minor", "aliases changed"),
    "clause": (put(clause=["9.9.9"]), "minor", "clause changed"),
    "examples": (put(examples=["例"]), "minor", "annotated"),
    "unit": (lambda s: _number(s).update(unit="hectare"), "never", "unit changed"),
    "number to text": (lambda s: (_number(s).pop("unit", 0), _number(s).update(type="string")), "never", "kind changed"),
    "codelist": (lambda s: _code(s).update(codelist="outcome"), "never", "codelist changed"),
    "codelist opened": (lambda s: _code(s).update(openCodelist=_code(s).pop("codelist")), "major", "codelist opened"),
    "code to text": (lambda s: _code(s).pop("codelist"), "major", "kind changed"),
    "role": (lambda s: _organization(s).update(role="buyer"), "major", "role changed"),
    "column": (put(column="specification"), "major", "column changed"),
    "personal": (put(personal=["phone"]), "major", "personal changed"),
    "stage": (lambda s: s.update(stage="notice"), "major", "stage changed"),
    "key": (lambda s: s.update(key=[["title"]]), "major", "key changed"),
    "process": (lambda s: s.update(process=["title"]), "major", "process changed"),
    "featured": (lambda s: s.update(featured=["title"]), "minor", "shown otherwise"),
    "heading": (lambda s: s.update(titleEn="Other"), "minor", "retitled"),
    "new deadline": (add_rule, "minor", "deadline added"),
    "deadline ends": (end_rule, "minor", "deadline ended"),
    "deadline rewritten": (lambda s: s["deadlines"][0].update(days=1), "major", "deadline changed"),
    "deadlines in another order": (lambda s: (add_rule(s), s["deadlines"].reverse()), "major", "deadline changed"),
    "deadline removed": (lambda s: s["deadlines"].clear(), "major", "deadline changed"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_asks_for_its_level(name: str) -> None:
    change, level, kind = CHANGES[name]
    made = changed(change)
    assert made.needed == level, made
    assert not kind or kind in {one.kind for one in made.changes}, made
    assert made.ok == (level == "minor")
    assert changed(change, "2.0").ok == (level == "major")
    assert not changed(change, "1.0").ok or level == "none"
    for one in made.changes:
        assert "{" not in one.message + one.message_en
        assert not one.message.isascii()


def test_versions_of_two_types_are_not_compared() -> None:
    with pytest.raises(SchemaError, match="S141"):
        compare(RESULT, CATALOG.types["land/grant-notice"], CATALOG.codelists)


@pytest.mark.parametrize("type_path", CATALOG.types)
def test_the_number_of_every_version_says_what_changed(type_path: str) -> None:
    told = [
        f"{one.message_en} {one.hint_en}" for one in faults(CATALOG.history(type_path), CATALOG.codelists)
    ]
    assert not told, "\n".join(told)


# a type through its versions


def evolved_but(
    toy: Catalog, version: str, change: Callable[[dict[str, Any]], Any], number: str = ""
) -> list[Any]:
    """The faults of the toy's history after a change of one version."""
    history = []
    for one in toy.history(evolved.TYPE):
        if one.version == version:
            schema = copy.deepcopy(dict(one.schema))
            change(schema)
            called = number or version
            one = Disclosure(one.type, called, schema, {}, walk(schema, toy.documents), one.release)
        history.append(one)
    return [one.code for one in faults(history, toy.codelists)]


def test_a_history_without_fault_and_those_with_one(toy_catalog: Catalog) -> None:
    assert evolved_but(toy_catalog, "1.1", lambda s: None) == []
    assert evolved_but(toy_catalog, "1.1", lambda s: s["required"].append("title")) == ["S137"]
    assert evolved_but(toy_catalog, "2.0", lambda s: None, "1.2") == ["S137"]
    assert evolved_but(toy_catalog, "2.0", lambda s: None, "3.0") == ["S142"]
    reused = evolved_but(toy_catalog, "2.0", lambda s: s["properties"].update(parcelCode=TEXT))
    assert "S140" in reused
    fax = TEXT | {"type": "boolean"}
    assert "S137" in evolved_but(toy_catalog, "2.0", lambda s: s["properties"].update(fax=fax))


def test_a_name_that_comes_back_as_something_else_is_refused(toy_catalog: Catalog) -> None:
    *_, newest = toy_catalog.history(evolved.TYPE)
    schema = copy.deepcopy(dict(newest.schema))
    schema["properties"]["fax"] = TEXT | {"type": "boolean"}
    later = Disclosure(newest.type, "2.1", schema, {}, walk(schema, toy_catalog.documents), Release("x"))
    codes = [one.code for one in faults([*toy_catalog.history(evolved.TYPE), later], toy_catalog.codelists)]
    assert codes == ["S143", "S143"]


def test_an_older_record_is_renewed_at_every_depth(toy_catalog: Catalog) -> None:
    fields = readable(toy_catalog.history(evolved.TYPE))
    old, new = evolved.sample("1.1"), evolved.sample("2.0")
    own = {name: old[name] for name in ("schema", "localId", "title")}
    assert renewed(old, fields) == new | own | {"plotNumber": "P-1.1"}
    assert renewed(new, fields) == new


def test_no_version_breaks_a_graphql_client(toy_catalog: Catalog) -> None:
    """Majors too: a property that is renamed or removed stays as a deprecated field."""
    schemas = []
    for last in evolved.VERSIONS:
        kept = {
            name: one for name, one in toy_catalog.versions.items()
            if one.type != evolved.TYPE or one.number <= tuple(int(part) for part in last.split("."))
        }  # fmt: skip
        schemas.append(graphql_schema(Model.of(replace(toy_catalog, versions=kept))))
    assert find_breaking_changes(schemas[0], schemas[1]) == []
    assert find_breaking_changes(schemas[1], schemas[2]) == []
    assert "dealPrice" in schemas[2].type_map["LandEvolved"].fields  # type: ignore[attr-defined]
    assert "dealPrice" not in schemas[1].type_map["LandEvolved"].fields  # type: ignore[attr-defined]


# records


@pytest.mark.parametrize("version", evolved.VERSIONS)
def test_a_record_is_judged_by_its_own_version(version: str, toy_catalog: Catalog) -> None:
    sample = evolved.sample(version)
    own = toy_catalog.versions[f"{evolved.TYPE}/{version}"]
    assert check(sample, own, toy_catalog) == []
    for other in evolved.VERSIONS:
        accepted = (version, other) in {("1.0", "1.0"), ("1.0", "1.1"), ("1.1", "1.1"), ("2.0", "2.0")}
        errors = [
            one for one in check(sample, toy_catalog.versions[f"{evolved.TYPE}/{other}"], toy_catalog)
            if one.severity == "error"
        ]  # fmt: skip
        assert (not errors) == accepted, (version, other, errors)


def test_a_code_that_came_later_is_refused_where_a_version_is_older(toy_catalog: Catalog) -> None:
    old = toy_catalog.versions[f"{evolved.TYPE}/1.0"]
    record = evolved.sample("1.0") | {"channel": evolved.LATE_CODE}
    (one,) = check(record, old, toy_catalog)
    assert (one.code, one.path, one.severity) == ("S135", "channel", "error")
    assert f"{evolved.TYPE}/1.1" in one.hint
    assert "2024-05-20" in one.message
    draft = replace(old, release=Release(old.name))
    assert check(record, draft, toy_catalog) == []
    only = replace(toy_catalog, versions={old.name: old})
    (alone,) = check(record, old, only)
    assert "下一个版本" in alone.hint


def test_a_deprecated_property_is_noted_and_not_refused(toy_catalog: Catalog) -> None:
    record = evolved.sample("1.1") | {"fax": "1"}
    (one,) = check(record, toy_catalog.versions[f"{evolved.TYPE}/1.1"], toy_catalog)
    assert (one.code, one.path, one.severity) == ("S136", "fax", "info")


def test_added_has_to_be_a_day(folder: Path) -> None:
    header, first, *_ = outcome(folder).read_text("utf-8").splitlines()
    outcome(folder).write_text(f"{header},added\n{first},soon\n", "utf-8")
    with pytest.raises(SchemaError, match="S139"):
        Catalog.load(folder)


def test_digests_are_those_of_the_file_and_the_codes(folder: Path) -> None:
    catalog = Catalog.load(folder)
    assert file_digest(folder, "common/1.0") == catalog.lock.of("common/1.0").sha256
    list_ = catalog.codelists["outcome"]
    assert codes_digest(list_, date(2026, 1, 1)) == catalog.lock.of("codelists/outcome").sha256
    assert (
        json.loads(json.dumps(catalog.lock.of("common/1.0").to_json(date(2026, 1, 1))))["status"] == "current"
    )


# the minors that are published

MINORS = {
    "land/grant-notice": ("land-supply-method", "leaseToGrant", {"documentsPeriod", "documentsPlace", "awardCriteria", "lots.industryCategory", "lots.industryCategoryDetails"}, {"lots.industry"}),
    "procurement/tender-notice": (
        "procurement-method", "onlineBidding",
        {"procurementOrganization", "procurementOrganizationDetails", "smeReservation", "smeReservationDetails", "smeReservedAmount"},
        {"centralization"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("type_path", MINORS)
def test_a_published_minor_adds_deprecates_and_has_a_new_code(type_path: str) -> None:
    codelist, code, added, deprecated = MINORS[type_path]
    old, new = (CATALOG.versions[f"{type_path}/{version}"] for version in ("1.0", "1.1"))
    known = CATALOG.codelists[codelist].codes[code].added
    assert known is not None
    before = replace(old, release=Release(old.name, "x", known - timedelta(days=1)))
    after = replace(new, release=Release(new.name, "x", known))
    made = compare(before, after, CATALOG.codelists)
    kinds = {
        kind: {one.path for one in made.changes if one.kind == kind}
        for kind in ("added", "deprecated", "codes added")
    }
    assert kinds == {"added": added, "deprecated": deprecated, "codes added": {""}}
    assert len(made.changes) == len(added) + len(deprecated) + 1
    assert made.ok


@pytest.mark.parametrize("type_path", MINORS)
def test_the_new_code_of_a_minor_is_none_of_the_version_before(type_path: str) -> None:
    codelist, code, _, _ = MINORS[type_path]
    day = CATALOG.codelists[codelist].codes[code].added
    assert day is not None
    old, new = (CATALOG.versions[f"{type_path}/{version}"] for version in ("1.0", "1.1"))
    field = next(one for one in old.fields if one.codelist == codelist)
    versions = dict(CATALOG.versions)
    versions[old.name] = replace(old, release=Release(old.name, "x", day - timedelta(days=1)))
    versions[new.name] = replace(new, release=Release(new.name, "x", day))
    catalog = replace(CATALOG, versions=versions)
    (refused,) = check({**old.sample, field.name: code}, versions[old.name], catalog)
    assert (refused.code, refused.path) == ("S135", field.name)
    assert new.name in refused.hint
    assert check({**new.sample, field.name: code}, versions[new.name], catalog) == []
    assert check(old.sample, versions[old.name], catalog) == []
