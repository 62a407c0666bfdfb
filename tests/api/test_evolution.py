"""What may change in the GraphQL schema between releases, on toy schemas; and the project's own against its release."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from starlette.applications import Starlette

from api import evolution
from api.evolution import NOTICE, changes, deprecated, last, release
from api.standard import today
from schemas.errors import OpenallocError

START = date(2026, 1, 1)
IN_TIME = START + timedelta(days=NOTICE)
FIRST = """
interface Named { name: String old: String }
type Query { thing(code: String, late: String): Thing things: [Thing!] other: Other color: Color find(by: By): Int }
type Thing implements Named { name: String old: String size: Int color: Color }
type Other { name: String deeper: Deeper }
type Deeper { name: String back: Other }
enum Color { RED BLUE }
input By { name: String color: Color }
"""


def evolved(*replacements: tuple[str, str]) -> GraphQLSchema:
    text = FIRST
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return build_schema(text)


SAID = '@deprecated(reason: "不再使用。No longer used.")'
# what an edit to FIRST announces, what a later one does to it, and the changes that have to have been announced
EDITS = {
    "a field goes": (("size: Int", f"size: Int {SAID}"), ("size: Int", ""), {"FIELD_REMOVED"}),
    "a field changes its type": (("size: Int", f"size: Int {SAID}"), ("size: Int", "size: String"), {"FIELD_CHANGED_KIND"}),
    "an argument goes": (("late: String)", f"late: String {SAID})"), (", late: String)", ")"), {"ARG_REMOVED"}),
    "an argument changes its type": (("late: String)", f"late: String {SAID})"), ("late: String)", "late: Int)"), {"ARG_CHANGED_KIND"}),
    "an argument goes with its field": (("find(by: By): Int", f"find(by: By): Int {SAID}"), ("find(by: By): Int", "find: Int"), {"ARG_REMOVED"}),
    "an argument becomes required": (("find(by: By): Int", f"find(by: By): Int {SAID}"), ("find(by: By)", "find(by: By, at: Int!)"), {"REQUIRED_ARG_ADDED"}),
    "an input field goes": (("{ name: String color: Color }\n", f"{{ name: String color: Color {SAID} }}\n"), ("{ name: String color: Color }\n", "{ name: String }\n"), {"FIELD_REMOVED"}),
    "an enum value goes": (("RED BLUE", f"RED BLUE {SAID}"), ("RED BLUE", "RED"), {"VALUE_REMOVED_FROM_ENUM"}),
    "types go with the only field that leads to them": (
        ("other: Other", f"other: Other {SAID}"),
        ("other: Other color", "color"),
        {"FIELD_REMOVED", "TYPE_REMOVED"},
    ),
}  # fmt: skip


def gone(*edit: tuple[str, str]) -> GraphQLSchema:
    """The schema after an edit, without the types that nothing leads to any more."""
    made = evolved(*edit)
    if "other" in made.type_map["Query"].fields:  # type: ignore[attr-defined]
        return made
    return evolved(*edit, ("type Other { name: String deeper: Deeper }\n", ""), ("type Deeper { name: String back: Other }\n", ""))  # fmt: skip


@pytest.mark.parametrize(("announced", "edit", "kinds"), EDITS.values(), ids=EDITS)
def test_what_clients_use_goes_when_a_release_has_said_so_for_long_enough(
    tmp_path: Path, announced: tuple[str, str], edit: tuple[str, str], kinds: set[str]
) -> None:
    without = evolution.Released(START, FIRST, {})
    found = changes(without, gone(edit), IN_TIME + timedelta(days=999))
    assert {(one.severity, one.kind) for one in found} == {("refused", kind) for kind in kinds}
    release(evolved(), START - timedelta(days=1), tmp_path)
    release(evolved(announced), START, tmp_path)
    said = last(tmp_path)
    assert said is not None
    for day, severity in ((IN_TIME - timedelta(days=1), "refused"), (IN_TIME, "announced")):
        assert {one.severity for one in changes(said, gone(edit), day)} == {severity}
    with pytest.raises(OpenallocError) as refused:
        release(gone(edit), IN_TIME - timedelta(days=1), tmp_path)
    assert refused.value.code == "A071"
    assert last(tmp_path) == said
    release(gone(edit), IN_TIME, tmp_path)
    assert last(tmp_path) != said


NEVER = {
    "a type stops having an interface": ("type Thing implements Named {", "type Thing {"),
    "a type becomes another kind": ("interface Named { name: String old: String }\n", "interface Named { name: String old: String }\nscalar Deeper\n"),
    "an input field becomes required": ("input By { name: String", "input By { name: String must: Int!"),
}  # fmt: skip


def test_what_cannot_be_announced_is_refused() -> None:
    before = evolution.Released(START, FIRST, {})
    for old, new in NEVER.values():
        text = FIRST.replace(old, new)
        if "scalar Deeper" in text:
            text = text.replace("type Deeper { name: String back: Other }\n", "")
        severities = {one.severity for one in changes(before, build_schema(text), date.max)}
        assert "refused" in severities, new


def test_what_only_adds_is_free_and_what_may_surprise_is_told() -> None:
    before = evolution.Released(START, FIRST, {})
    added = evolved(("size: Int", "size: Int weight: Int"), ("(by: By)", "(by: By, at: Int)"), ("RED BLUE", "RED BLUE GREEN"))  # fmt: skip
    found = changes(before, added, START)
    assert {(one.severity, one.kind) for one in found} == {("dangerous", "OPTIONAL_ARG_ADDED"), ("dangerous", "VALUE_ADDED_TO_ENUM")}  # fmt: skip


def test_a_deprecation_counts_from_the_first_release_that_has_it_without_a_break(tmp_path: Path) -> None:
    said = evolved(("size: Int", f"size: Int {SAID}"))
    release(said, START, tmp_path)
    release(said, START + timedelta(days=50), tmp_path)
    assert last(tmp_path).since == {"Thing.size": START}  # type: ignore[union-attr]
    release(evolved(), START + timedelta(days=60), tmp_path)
    release(said, START + timedelta(days=70), tmp_path)
    assert last(tmp_path).since == {"Thing.size": START + timedelta(days=70)}  # type: ignore[union-attr]


def test_a_release_is_not_edited_and_does_not_go_back(tmp_path: Path) -> None:
    release(evolved(), START, tmp_path)
    with pytest.raises(OpenallocError) as early:
        release(evolved(), START - timedelta(days=1), tmp_path)
    assert early.value.code == "A072"
    text = tmp_path / evolution.SCHEMA
    text.write_text(text.read_text("utf-8").replace("size: Int", "size: String"), "utf-8")
    with pytest.raises(OpenallocError) as changed:
        last(tmp_path)
    assert changed.value.code == "A070"


def test_coordinates_name_every_kind_of_member() -> None:
    schema = evolved(
        ("size: Int", f"size: Int {SAID}"), ("late: String)", f"late: String {SAID})"), ("RED BLUE", f"RED {SAID} BLUE"),
        ("input By { name: String", f"input By {{ name: String {SAID}"),
    )  # fmt: skip
    assert set(deprecated(schema)) == {"Thing.size", "Query.thing(late:)", "Color.RED", "By.name"}


def test_the_schema_breaks_nobody_who_relies_on_its_last_release(app: Starlette) -> None:
    before = last()
    assert before is not None
    refused = [one for one in changes(before, app.state.service.schema, today()) if one.severity == "refused"]
    assert refused == []
