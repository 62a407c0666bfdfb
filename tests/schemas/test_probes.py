"""What a probe says it reads is all it reads: whoever asks it of columns relies on that."""

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.catalog import Catalog, Disclosure
from schemas.probe import Probe
from schemas.quality import plan


class Spied(dict[str, Any]):
    """An object that tells which of its properties were asked for."""

    path: str
    asked: set[str]

    def __getitem__(self, name: str) -> Any:
        self.asked.add(f"{self.path}{name}")
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(f"{self.path}{name}")
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.asked.add(f"{self.path}{name}")
        return super().__contains__(name)


def spied(node: Any, path: str, asked: set[str]) -> Any:
    """A copy that tells what is asked for; lists are crossed."""
    if isinstance(node, list):
        return [spied(one, path, asked) for one in node]
    if not isinstance(node, dict):
        return node
    made = Spied({name: spied(value, f"{path}{name}.", asked) for name, value in node.items()})
    made.path, made.asked = path, asked
    return made


def scopes(record: Any, probe: Probe, disclosure: Disclosure) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The values that a probe looks at in a record, each with its scope, without asking for them."""
    found: list[tuple[Any, tuple[Any, ...]]] = [(record, (record,))]
    for number, name in enumerate(probe.field.path, 1):
        many = disclosure.by_path[".".join(probe.field.path[:number])].many
        below = [(dict.get(node, name), scope) for node, scope in found]
        found = [
            (one, (*scope, one) if many else scope)
            for node, scope in below
            if node is not None
            for one in (node if many else [node])
        ]
    yield from found


def test_exact_probes_read_what_they_say(catalog: Catalog) -> None:
    looked = 0
    for disclosure in catalog.versions.values():
        for _, probes in plan(disclosure, catalog).probes:
            for probe in probes:
                if not probe.is_exact:
                    continue
                asked: set[str] = set()
                record = spied(dict(disclosure.sample), "", asked)
                for value, scope in scopes(record, probe, disclosure):
                    probe.look(value, scope)
                    looked += 1
                said = {*probe.needs, *(probe.reads or ()), probe.field.dotted}
                above = {
                    ".".join(path.split(".")[:n]) for path in said for n in range(1, path.count(".") + 1)
                }
                below = {path for path in asked if path.startswith(f"{probe.field.dotted}.")}
                assert asked - said - above - below == set(), (disclosure.name, probe.field.dotted)
    assert looked > 1000


def test_a_text_that_begins_elsewhere_is_never_found(catalog: Catalog) -> None:
    texts = [
        "详见附件",
        "（见附件）",
        "无",
        "N/A",
        "TBD",
        "500万元",
        "１２平方米",
        "12 亩",
        "-",
        "昆明市",
        "abc",
        "《略》",
        "“无”",
        ".",
        "ＮＡ",
    ]
    found = 0
    for disclosure in catalog.versions.values():
        for _, probes in plan(disclosure, catalog).probes:
            for probe in probes:
                for text in texts if probe.begins else ():
                    # Only what stands beside it could take it back, and nothing does.
                    scope: tuple[Any, ...] = tuple({} for _ in range(5))
                    if probe.look(text, scope) is not None:
                        found += 1
                        assert text[0] in probe.begins
    assert found > 100


@pytest.mark.parametrize("version", ["land/grant-result/1.0", "procurement/award-result/1.0"])
def test_nothing_is_found_without_what_a_probe_needs(version: str, catalog: Catalog) -> None:
    disclosure = catalog.versions[version]
    for _, probes in plan(disclosure, catalog).probes:
        for probe in probes:
            for path in probe.needs - {probe.field.dotted}:
                record = without(dict(disclosure.sample), path.split("."))
                for value, scope in scopes(record, probe, disclosure):
                    assert probe.look(value, scope) is None


def without(node: Any, path: list[str]) -> Any:
    """A copy of a record without a property; lists are crossed."""
    if isinstance(node, list):
        return [without(one, path) for one in node]
    if not isinstance(node, dict):
        return node
    rest = {name: value for name, value in node.items() if name != path[0]}
    if len(path) > 1 and path[0] in node:
        rest[path[0]] = without(node[path[0]], path[1:])
    return rest
