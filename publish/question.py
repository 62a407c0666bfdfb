"""A GraphQL query for a type, made from its featured properties: it runs as it stands."""

from query.model import Model
from query.objects import ObjectType
from schemas.catalog import Disclosure

_ALWAYS = ("title", "publishedDate", "publisher.name")
# What says most of an object, for objects that a query shows as a whole.
_TELLING = ("name", "amount", "startAt", "endAt", "code", "title", "number", "url", "description")
_SCALARS = {"String", "Int", "Float", "Boolean", "ID", "Date", "DateOrDateTime"}

Selection = dict[str, "Selection"]


def question(disclosure: Disclosure, model: Model) -> str:
    """The query: the first records of the type with what a list of them shows."""
    chosen: Selection = {}
    for path in (*_ALWAYS, *disclosure.schema["featured"]):
        _choose(path.split("."), model.types[disclosure.graphql_name], model, chosen)
    body = _spell({disclosure.collection + "(first: 3)": {"totalCount": {}, "nodes": chosen}}, 1)
    return f"{{\n{body}\n}}"


def _choose(path: list[str], within: ObjectType, model: Model, chosen: Selection) -> None:
    """Add a path to the selection; the part of it that the model does not have is left out."""
    attribute = next((one for one in within.attributes if one.name == path[0]), None)
    if attribute is None:
        return
    target = model.types.get(attribute.named_type)
    if target is None:
        if attribute.named_type in _SCALARS or attribute.named_type in model.enums:
            chosen.setdefault(path[0], {})
        return
    below: Selection = {}
    if len(path) > 1:
        _choose(path[1:], target, model, below)
    else:
        leaves = [one.name for one in target.attributes if one.named_type not in model.types]
        for name in [one for one in _TELLING if one in leaves] or leaves[:2]:
            below[name] = {}
    if below:
        chosen.setdefault(path[0], {}).update(below)


def _spell(selection: Selection, depth: int) -> str:
    lines = []
    for name, below in selection.items():
        indent = "  " * depth
        if not below:
            lines.append(f"{indent}{name}")
        elif all(not one for one in below.values()) and len(below) <= 3:
            lines.append(f"{indent}{name} {{ {' '.join(below)} }}")
        else:
            lines.append(f"{indent}{name} {{\n{_spell(below, depth + 1)}\n{indent}}}")
    return "\n".join(lines)
