"""Checks beyond the schema: what a valid record could say better, as Issues (nearly all of them warnings).

The rules are tables (`CHECKS` of ordering, amounts, wording, parties, territory, lateness). Which of them apply is
settled once for each version of a type; a record then pays only for the properties it has.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from schemas import amounts, lateness, ordering, parties, territory, wording
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.issue import RULES, Issue, issue
from schemas.probe import Check, Finding, Look, Probe, Scope, titled

CHECKS: tuple[Check, ...] = (
    *territory.CHECKS,
    *ordering.CHECKS,
    *amounts.CHECKS,
    *wording.CHECKS,
    *parties.CHECKS,
    *lateness.CHECKS,
)

# How the reason begins why a check could find nothing: then follows what the file does not have.
LACKING, LACKING_EN = "文件里没有", "The file does not have "

_TAKES: dict[str, tuple[type, ...]] = {"object": (dict,), "number": (int, float), "integer": (int, float), "boolean": (bool,)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """A check that could find nothing in a file, whatever its rows say, and why."""

    code: str
    title: str
    title_en: str
    reason: str
    reason_en: str


class _Step(NamedTuple):
    """One property of a type with what looks at it and the properties below."""

    of: Field
    takes: tuple[type, ...]
    many: bool
    looks: list[tuple[str, Look]]
    below: dict[str, "_Step"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked at in the records of one version."""

    steps: Mapping[str, _Step]
    probes: tuple[tuple[Check, tuple[Probe, ...]], ...]

    @classmethod
    def of(cls, disclosure: Disclosure, catalog: Catalog) -> "Plan":
        """The plan of a version, every rule asked where it looks."""
        probes = tuple((check, tuple(check.probes(disclosure, catalog))) for check in CHECKS)
        root: dict[str, _Step] = {}
        for check, found in probes:
            for probe in found:
                _step(root, probe.field, disclosure).looks.append((check.code, probe.look))
        return cls(root, probes)


def plan(disclosure: Disclosure, catalog: Catalog) -> Plan:
    """The plan of a version, made once for each catalog."""
    found: Plan | None = catalog.plans.get(disclosure.name)
    if found is None:
        found = catalog.plans[disclosure.name] = Plan.of(disclosure, catalog)
    return found


def quality(record: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog) -> list[Issue]:
    """What a record could say better, in the order of its properties.

    Values whose kind the schema does not allow are passed over: they are the findings of `schemas.check`.
    """
    found: list[Issue] = []
    _look(record, plan(disclosure, catalog).steps, (record,), "", disclosure, found)
    return found


def not_run(paths: Set[str], disclosure: Disclosure, catalog: Catalog) -> Iterator[Missing]:
    """The checks of a type that no record with only these properties (dotted, lists crossed) lets run."""
    for check, probes in plan(disclosure, catalog).probes:
        if not probes or any(probe.needs <= paths for probe in probes):
            continue
        begun = [probe for probe in probes if probe.needs & paths] if len(probes) > 1 else []
        chinese, english = f"{LACKING}{check.lacking}", f"{LACKING_EN}{check.lacking_en}"
        if begun:
            nearest = min(
                (probe.needs - paths for probe in begun), key=lambda lacking: (len(lacking), sorted(lacking))
            )
            titles = [titled(disclosure.by_path[path], disclosure) for path in sorted(nearest)]
            chinese += f",例如还缺“{'”、“'.join(one for one, _ in titles)}”"
            english += f", lacking for example “{'”, “'.join(one for _, one in titles)}”"
        yield Missing(check.code, check.title, check.title_en, f"{chinese}。", f"{english}.")


def _step(root: dict[str, _Step], one: Field, disclosure: Disclosure) -> _Step:
    """The step of a field, made with those above it."""
    steps = root
    if len(one.path) > 1:
        steps = _step(root, disclosure.by_path[".".join(one.path[:-1])], disclosure).below
    return steps.setdefault(one.name, _Step(one, _TAKES.get(one.kind, (str,)), one.many, [], {}))


def _look(
    node: Any,
    steps: Mapping[str, _Step],
    scope: Scope,
    path: str,
    disclosure: Disclosure,
    found: list[Issue],
) -> None:
    """Look at the properties of one object and of those below it."""
    for name, value in node.items():
        step = steps.get(name)
        if step is None:
            continue
        of, takes, many, looks, below = step
        if many:
            for number, one in enumerate(value if isinstance(value, list) else ()):
                if isinstance(one, takes):
                    inner, place = (*scope, one), f"{path}{name}.{number}"
                    for code, look in looks:
                        if (finding := look(one, inner)) is not None:
                            found.append(as_issue(code, finding, of, place, disclosure))
                    if below:
                        _look(one, below, inner, f"{place}.", disclosure, found)
        elif isinstance(value, takes):
            for code, look in looks:
                if (finding := look(value, scope)) is not None:
                    found.append(as_issue(code, finding, of, f"{path}{name}", disclosure))
            if below:
                _look(value, below, scope, f"{path}{name}.", disclosure, found)


def as_issue(code: str, finding: Finding, one: Field, path: str, disclosure: Disclosure) -> Issue:
    """The finding at the property where it is, with that property's item of the policy."""
    at = disclosure.by_path[f"{one.dotted}{finding.below}"]
    title, title_en = titled(one if one.is_money else at, disclosure)
    return issue(
        RULES, code, path=f"{path}{finding.below}", value=finding.value, clause=at.clause,
        **{"title": title, "titleEn": title_en, **finding.names},
    )  # fmt: skip
