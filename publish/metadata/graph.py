"""A graph as JSON-LD with prefixed names alone, and the same as Turtle.

A node is a mapping: `@id` (an address or a prefixed name; without it the node has no name), `@type`, and for each property
a value or a list of values: a node, a literal `{"@value": …, "@language" or "@type": …}`, a text, a number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = dict[str, Any]


def literal(value: str, language: str) -> Node:
    """A text in a language."""
    return {"@value": value, "@language": language}


def typed(value: str, type: str) -> Node:
    """A value of a type, `xsd:date`."""
    return {"@value": value, "@type": type}


def iri(address: str, *types: str) -> Node:
    """A thing by its address, with what it is."""
    return {"@id": address, **({"@type": list(types)} if types else {})}


def json_ld(prefixes: Mapping[str, str], nodes: Sequence[Node]) -> bytes:
    """The graph as JSON-LD."""
    return json.dumps(
        {"@context": dict(prefixes), "@graph": list(nodes)}, ensure_ascii=False, indent=1
    ).encode()


def turtle(prefixes: Mapping[str, str], nodes: Sequence[Node]) -> bytes:
    """The graph as Turtle."""
    lines = [f"@prefix {name}: <{address}> ." for name, address in prefixes.items()]
    for node in nodes:
        lines += ["", *_statements(node, prefixes)]
    return ("\n".join(lines) + "\n").encode()


def _statements(node: Node, prefixes: Mapping[str, str]) -> Iterator[str]:
    """A named node with everything said of it; named nodes within it come after it."""
    named: list[Node] = []
    said = list(_pairs(node, prefixes, named, 1))
    if said:
        yield f"{_name(node['@id'], prefixes)}\n" + " ;\n".join(said) + " ."
    for one in named:
        yield from _statements(one, prefixes)


def _pairs(node: Node, prefixes: Mapping[str, str], named: list[Node], depth: int) -> Iterator[str]:
    indent = "  " * depth
    types = node.get("@type")
    if types:
        several = types if isinstance(types, list) else [types]
        yield f"{indent}a {', '.join(_name(one, prefixes) for one in several)}"
    for name, value in node.items():
        if name.startswith("@"):
            continue
        values = value if isinstance(value, list) else [value]
        written = [_object(one, prefixes, named, depth) for one in values]
        if written:
            yield f"{indent}{name} {', '.join(written)}"


def _object(value: Any, prefixes: Mapping[str, str], named: list[Node], depth: int) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)  # true, 12, "text" are spelled alike
    if "@value" in value:
        text = json.dumps(str(value["@value"]), ensure_ascii=False)
        if "@language" in value:
            return f"{text}@{value['@language']}"
        return f"{text}^^{_name(value['@type'], prefixes)}"
    if "@id" in value:
        if len(value) > 1:
            named.append(value)
        return _name(value["@id"], prefixes)
    return "[\n" + " ;\n".join(_pairs(value, prefixes, named, depth + 1)) + "\n" + "  " * depth + "]"


def _name(name: str, prefixes: Mapping[str, str]) -> str:
    """A prefixed name as it is, an address in brackets with what Turtle does not allow there escaped."""
    prefix, _, rest = name.partition(":")
    if prefix in prefixes and rest and all(sign.isalnum() or sign in "-_" for sign in rest):
        return name
    full = prefixes[prefix] + rest if prefix in prefixes else name
    return "<" + "".join(f"%{ord(sign):02X}" if sign in '<>"{}|^`\\ ' else sign for sign in full) + ">"
