"""The schema as its readers see it: both languages everywhere, and the rules of npm graphql-schema-linter."""

import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema, is_specified_directive, is_specified_scalar_type
from starlette.applications import Starlette

from tests.node.node import needs_packages, run

BOTH = re.compile("[\u4e00-\u9fff].*[A-Za-z]", re.DOTALL)
# Not those of the alphabet's order: ours is the schema's own. Nor that of capitals: an enum of a codelist has its codes.
RULES = (
    "relay-connection-types-spec", "relay-connection-arguments-spec", "relay-page-info-spec",
    "types-have-descriptions", "fields-have-descriptions", "arguments-have-descriptions",
    "enum-values-have-descriptions", "input-object-values-have-descriptions", "descriptions-are-capitalized",
    "defined-types-are-used", "deprecations-have-a-reason", "fields-are-camel-cased", "input-object-values-are-camel-cased", "types-are-capitalized",
)  # fmt: skip


def described(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """(coordinate, description) of everything that has one, but for what GraphQL itself defines."""
    for name, made in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(made):
            continue
        yield name, made.description
        if isinstance(made, GraphQLEnumType):
            yield from ((f"{name}.{value}", about.description) for value, about in made.values.items())
        for member, about in getattr(made, "fields", {}).items():
            yield f"{name}.{member}", about.description
            for argument, given in getattr(about, "args", {}).items():
                yield f"{name}.{member}({argument}:)", given.description
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description


def test_everything_is_described_in_chinese_then_in_english(app: Starlette) -> None:
    found = dict(described(app.state.service.schema))
    assert len(found) > 3_000
    assert [name for name, text in found.items() if not text or not BOTH.search(text)] == []


@needs_packages
def test_the_linter_of_graphql_schemas_finds_nothing(app: Starlette) -> None:
    done = run(
        "node_modules/.bin/graphql-schema-linter", "--stdin", "--format", "json", "--rules", ",".join(RULES),
        given=app.state.release.sdl.decode(),
    )  # fmt: skip
    assert json.loads(done.stdout)["errors"] == [], done.stderr


@needs_packages
def test_the_linter_sees_what_is_wrong() -> None:
    wrong = '"Query" type Query { things(first: Int): ThingConnection } type ThingConnection { edges: [Int] }'
    done = run("node_modules/.bin/graphql-schema-linter", "--stdin", "--format", "json", "--rules", ",".join(RULES), given=wrong)  # fmt: skip
    found = {one["rule"] for one in json.loads(done.stdout)["errors"]}
    assert {"relay-connection-types-spec", "fields-have-descriptions", "types-have-descriptions"} <= found
