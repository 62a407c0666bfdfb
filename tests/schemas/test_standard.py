"""What is true of every type of the standard."""

import copy
import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from schemas.catalog import FOLDER, Catalog, Disclosure
from schemas.check import check, validator
from schemas.deadline import Due, due
from schemas.field import Field
from schemas.issue import Issue
from schemas.path import values
from tests.schemas.mutations import NOT_ON_THE_CALENDAR, mutations

CATALOG = Catalog.load()
VERSIONS = pytest.mark.parametrize("disclosure", CATALOG.versions.values(), ids=lambda d: d.name)
# Those of the policy's types; tests/schemas/test_policy.py has the reasons for the others.
OF_THE_POLICY = pytest.mark.parametrize(
    "disclosure",
    [one for one in CATALOG.versions.values() if one.type in CATALOG.policy.matters],
    ids=lambda d: d.name,
)


def policy(file: str) -> list[dict[str, str]]:
    with (FOLDER / "policy" / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


ITEMS = policy("disclosure-items.csv")
TYPES = {row["type"]: row for row in policy("disclosure-types.csv")}


def leaves(disclosure: Disclosure) -> list[Field]:
    return [field for field in disclosure.walk() if field.clause]


@VERSIONS
def test_a_schema_meets_the_meta_schema(disclosure: Disclosure) -> None:
    meta = json.loads((FOLDER / "meta" / "1.0.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(meta).validate(disclosure.schema)
    jsonschema.Draft202012Validator.check_schema(disclosure.schema)


@VERSIONS
def test_a_sample_is_without_fault(disclosure: Disclosure) -> None:
    assert check(disclosure.sample, disclosure, CATALOG) == []
    assert disclosure.sample["schema"] == disclosure.name


@OF_THE_POLICY
def test_type_stage_and_titles_are_the_policys(disclosure: Disclosure) -> None:
    row = TYPES[disclosure.type]
    assert (disclosure.stage, disclosure.title) == (row["stage"], row["title_zh"])
    assert disclosure.graphql_name == row["graphql_type"]
    assert disclosure.schema["clause"] == [row["clause"]]


@VERSIONS
def test_every_item_of_the_policy_has_a_leaf(disclosure: Disclosure) -> None:
    wanted = {row["item"] for row in ITEMS if row["type"] == disclosure.type}
    carried = {item for leaf in leaves(disclosure) for item in leaf.clause}
    assert carried == wanted


@VERSIONS
def test_a_leaf_with_an_item_is_a_leaf_of_its_own_and_filled_in_the_sample(disclosure: Disclosure) -> None:
    for leaf in leaves(disclosure):
        assert not leaf.fields, f"{leaf.dotted} is no leaf"
        assert len(leaf.clause) == 1 or leaf.clause_reason, (
            f"{leaf.dotted} carries {leaf.clause} without a reason"
        )
        assert list(values(disclosure.sample, list(leaf.path))), f"{leaf.dotted} is empty in the sample"


@VERSIONS
def test_keywords_name_what_exists(disclosure: Disclosure) -> None:
    schema = disclosure.schema
    paths = [*schema["caption"], *schema["featured"], *schema["process"]]
    paths += [path for group in schema["key"] for path in group]
    bound = [codes for rule in disclosure.deadlines for codes in (*rule.when, *rule.unless)]
    bound += [(rule.by, tuple(dict(rule.dates))) for rule in disclosure.deadlines if rule.by]
    paths += [path for rule in disclosure.deadlines for path in rule.paths] + [path for path, _ in bound]
    assert [path for path in paths if path not in disclosure.by_path] == []
    for path, codes in bound:
        assert set(codes) <= set(CATALOG.codelists[str(disclosure.by_path[path].codelist)].codes), path
    for field in disclosure.walk():
        assert field.codelist is None or field.codelist in CATALOG.codelists, field.dotted
        assert field.role is None or field.role in CATALOG.codelists["party-role"].codes, field.dotted
    assert disclosure.stage in CATALOG.codelists["stage"].codes
    assert disclosure.domain in CATALOG.codelists["domain"].codes


def test_a_codelist_is_used_the_way_the_index_says() -> None:
    """Open or closed is said at the property: one list is one or the other, or the index says both and why."""
    used: dict[str, set[str]] = defaultdict(set)
    for disclosure in CATALOG.versions.values():
        for field in disclosure.walk():
            if field.codelist:
                used[field.codelist].add("open" if field.open_codelist else "closed")
    said = {name: codelist.about.use for name, codelist in CATALOG.codelists.items()}
    found = {name: "both" if len(ways) > 1 else ways.pop() for name, ways in used.items()}
    assert found == {name: use for name, use in said.items() if use in ("open", "closed", "both")}


@OF_THE_POLICY
def test_the_deadline_is_the_policys_or_a_laws(disclosure: Disclosure) -> None:
    """The days of the table of types are among the rules; what counts otherwise names a law of its own."""
    days = TYPES[disclosure.type]["deadline_days"]
    assert not days or int(days) in {abs(rule.days) for rule in disclosure.deadlines if rule.days}
    for rule in disclosure.deadlines:
        law = "实施意见" not in rule.basis
        assert law or rule.days is None or f"{rule.days}个工作日" in rule.basis, rule.basis
        assert not law or "条" in rule.basis, rule.basis
        for path in rule.paths if rule.days else ():
            assert disclosure.by_path[path].kind in ("date", "moment"), path


@OF_THE_POLICY
def test_the_deadline_of_the_sample_is_known(disclosure: Disclosure) -> None:
    assert isinstance(due(disclosure.sample, disclosure, CATALOG.calendar), Due)


@VERSIONS
def test_every_property_is_titled_and_described_in_both_languages(disclosure: Disclosure) -> None:
    for field in disclosure.walk():
        texts = (field.title, field.title_en, field.description, field.description_en)
        assert all(texts), field.dotted
        assert field.title != field.name, field.dotted


@VERSIONS
def test_every_leaf_has_an_example(disclosure: Disclosure) -> None:
    without = [f.dotted for f in disclosure.walk() if not f.fields and disclosure.example(f) is None]
    assert without == []


@VERSIONS
def test_a_record_made_of_examples_is_without_fault(disclosure: Disclosure) -> None:
    """Each example is good for its property: format, pattern, limits, codelist, check digit, decimals."""
    made = assembled(disclosure.fields, disclosure.example)
    assert faults(made, disclosure) == []
    for turn in range(max(len(field.examples) for field in disclosure.walk())):

        def own(field: Field, turn: int = turn) -> Any:
            return field.examples[turn % len(field.examples)] if field.examples else disclosure.example(field)

        made = assembled(disclosure.fields, own)
        assert faults(made, disclosure) == []


def faults(record: dict[str, Any], disclosure: Disclosure) -> list[Issue]:
    """What is wrong with a record, but for properties that are deprecated and may still be filled."""
    found = check(record | {"schema": disclosure.name}, disclosure, CATALOG)
    return [one for one in found if one.code != "S136"]


def assembled(fields: Iterable[Field], example: Callable[[Field], Any]) -> dict[str, Any]:
    """A record with every property filled, its leaves as `example` says."""
    record: dict[str, Any] = {}
    for field in fields:
        one = assembled(field.fields, example) if field.fields else example(field)
        record[field.name] = [one] if field.many else one
    return record


def test_the_sample_is_the_example_before_what_a_shared_definition_says() -> None:
    grant = CATALOG.type("land/grant-result")
    assert grant.example(grant.by_path["lots.transferee.name"]) == "云南示例光电科技有限公司"
    assert grant.example(grant.by_path["documents.mediaType"]) == "application/pdf"
    assert [list(field.examples) for field in grant.fields if field.name == "outcome"] == [["awarded"]]


@VERSIONS
def test_an_unknown_property_is_refused_wherever_it_stands(disclosure: Disclosure) -> None:
    for place, record in with_intruder(disclosure.sample):
        found = {issue.code for issue in check(record, disclosure, CATALOG)}
        assert "S002" in found, f"{disclosure.name} lets an unknown property pass at {place or 'the root'}"


def with_intruder(sample: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sample with an unknown property in each of its objects, one at a time."""

    def places(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(node, dict):
            yield path
            for key, value in node.items():
                yield from places(value, (*path, key))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                yield from places(value, (*path, index))

    for path in places(sample, ()):
        record = copy.deepcopy(dict(sample))
        node: Any = record
        for step in path:
            node = node[step]
        node["intruder"] = "x"
        yield ".".join(map(str, path)), record


def test_the_same_name_means_the_same_thing_in_every_type() -> None:
    """Kind, unit, codelist and Chinese title agree; inside a shared definition they do by construction."""
    meanings: dict[str, dict[tuple[Any, ...], str]] = defaultdict(dict)
    for disclosure in CATALOG.versions.values():
        for field in disclosure.walk():
            parent = disclosure.by_path.get(".".join(field.path[:-1]))
            if parent is not None and parent.definition and not parent.extended:
                continue
            meaning = (
                field.kind,
                field.many,
                family(field.definition),
                field.unit,
                field.codelist,
                field.title,
            )
            meanings[field.name].setdefault(meaning, f"{disclosure.type}:{field.dotted}")
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def family(definition: str | None) -> str | None:
    """The definition that a definition extends: a parcel is a lot."""
    return {"parcel": "lot"}.get(str(definition), definition)


# The finding for each keyword that a value does not meet.
OF_KEYWORDS = {
    "type": "S003", "format": "S004", "minimum": "S007", "maximum": "S007", "minLength": "S008", "maxLength": "S008",
    "pattern": "S009",
}  # fmt: skip


def as_findings(error: Any, disclosure: Disclosure) -> Iterator[tuple[str, str]]:
    """Code and path of what an error of the reference implementation says."""
    steps = [str(step) for step in error.absolute_path]
    field = disclosure.by_path.get(".".join(step for step in steps if not step.isdigit()))
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield from (("S001", ".".join([*steps, name])) for name in missing)
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        known = {one.name for one in (field.fields if field else disclosure.fields)}
        yield from (("S002", ".".join([*steps, name])) for name in set(error.instance) - known)
    elif error.validator == "anyOf":
        yield "S004" if field and field.kind == "moment" else "S012", ".".join(steps)
    else:
        yield OF_KEYWORDS[error.validator], ".".join(steps)


@VERSIONS
def test_the_reference_implementation_finds_the_same(disclosure: Disclosure) -> None:
    resources = [(uri, Resource.from_contents(document)) for uri, document in CATALOG.documents.items()]
    reference = jsonschema.Draft202012Validator(
        disclosure.schema,
        registry=Registry[Any]().with_resources(resources),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    of_schema = {"S001", "S002", "S012", "S014", *OF_KEYWORDS.values()}
    for record in mutations(disclosure, 200):
        text = json.dumps(record, ensure_ascii=False)
        found = {(one.code, one.path) for one in check(record, disclosure, CATALOG) if one.code in of_schema}
        errors = list(reference.iter_errors(record))
        expected = {one for error in errors for one in as_findings(error, disclosure)}
        if found != expected:
            assert any(f'"{day}"' in text for day in NOT_ON_THE_CALENDAR), text
            assert {code for code, _ in found} == {"S004"}, text
        if validator(disclosure, CATALOG).is_valid(record) == bool(errors):
            assert any(f'"{day}"' in text for day in NOT_ON_THE_CALENDAR), text


def test_a_shared_definition_is_never_repeated_under_another_name() -> None:
    shared = CATALOG.documents["https://openalloc.org/schemas/common/1.0.json"]["$defs"]
    for disclosure in CATALOG.versions.values():
        for field in disclosure.walk():
            names = {child.name for child in field.fields}
            if field.definition is None and names:
                assert {"amount", "currency"} - names, f"{disclosure.name}:{field.dotted} should be money"
                assert {"name", "uscc"} - names, f"{disclosure.name}:{field.dotted} should be an organization"
            assert field.definition is None or field.definition in shared
