"""Synthetic records of every type in the catalog, for the demonstration, for tests and for benchmarks.

Nothing here knows a type: all follows from the catalog, so a type added later gets its records without a change.
Records come process by process, each with its stages in order; a process's records share project, lots, parties
and amounts. All are marked: the title ends with "(合成数据)", `localId` begins with "SYN-", `sourceUrl` lies under
https://example.org/synthetic/.
"""

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

from cli.synthetic.plan import TypePlan
from cli.synthetic.process import Ground, Process, invent
from cli.synthetic.scene import Scene
from cli.synthetic.schedule import Step, schedule
from cli.synthetic.world import Draw, build
from schemas.catalog import Catalog, Disclosure
from schemas.path import values

# How often a process gets a record of a stage; each type is met once before chance decides.
_CHANCES = {
    "planning": 0.3, "notice": 0.95, "candidates": 1.0, "result": 0.95, "approval": 0.5, "correction": 0.1,
    "contract": 0.85, "termination": 1.0, "implementation": 0.35, "supervision": 0.08,
}  # fmt: skip
_UNLINKED = 0.3
_USUAL_AMOUNT = 2_000_000.0


def generate(catalog: Catalog, count: int, seed: int = 1) -> Iterator[tuple[Disclosure, dict[str, Any]]]:
    """So many records with their types; the same seed gives the same ones, a larger count more after them.

    What is held in memory does not grow with the count. Other seeds give other identifiers and processes of the same
    publishers and companies, so that several runs can be loaded together.
    """
    if catalog.types:
        yield from islice(_records(catalog, seed), count)


def _records(catalog: Catalog, seed: int) -> Iterator[tuple[Disclosure, dict[str, Any]]]:
    world = build(catalog)
    plans = {disclosure.name: TypePlan(disclosure, catalog) for disclosure in catalog.types.values()}
    domains = _domains(catalog, plans)
    draw = Random(seed).random  # noqa: S311 - the same on every machine, and no secret
    serial = 0
    while True:
        domain = _domain(domains, draw)
        serial += 1
        process = invent(world, domain.ground, seed, serial, domain.wanted_outcome(), draw)
        steps = domain.steps(process, draw)
        if draw() >= _UNLINKED or not _linked_otherwise([plans[step.name] for step in steps]):
            process.memo["processId"] = f"SYN-{process.tag}"
        schedule(process, steps, catalog.calendar, draw)
        scene = Scene(world, process, draw)
        for ordinal, step in enumerate(steps, 1):
            plan = plans[step.name]
            scene.begin(step, ordinal, decided=plan.decided)
            yield plan.disclosure, plan.make(scene)


class Domain:
    """The types of one domain by stage, and whose turn it is."""

    def __init__(self, ground: Ground, plans: list[TypePlan], stages: list[str]) -> None:
        self.ground = ground
        self.size = len(plans)
        self._turns = dict.fromkeys(stages, 0)
        self._single = 0
        self._plans = plans
        self._by_stage = {
            stage: [plan for plan in plans if plan.disclosure.stage == stage] for stage in stages
        }

    def waiting(self, stage: str) -> bool:
        """Whether a type of the stage has not been met yet."""
        return self._turns[stage] < len(self._by_stage[stage])

    def wanted_outcome(self) -> str | None:
        """The outcome that lets a type be met which has not been; None leaves it to chance."""
        if self._by_stage.get("termination") and self.waiting("termination"):
            return "failed"
        if any(self.waiting(stage) for stage in self._turns):
            return "awarded"
        return None

    def steps(self, process: Process, draw: Draw) -> list[Step]:
        """The records of a process, in the order of the stages."""
        won = [lot for lot in process.lots if not lot.failed]
        steps = []
        for stage, plans in self._by_stage.items():
            if not plans or not _fits(stage, process.outcome):
                continue
            if not self.waiting(stage) and draw() >= _CHANCES.get(stage, 0.5):
                continue
            plan = plans[self._turns[stage] % len(plans)]
            self._turns[stage] += 1
            groups = [[lot] for lot in won] if stage == "contract" else [process.lots]
            steps += [Step(plan.timing, plan.disclosure.name, lots) for lots in groups]
        if not steps:
            plan = self._plans[self._single % self.size]
            self._single += 1
            steps = [Step(plan.timing, plan.disclosure.name, process.lots)]
        return steps


def _domain(domains: list[Domain], draw: Draw) -> Domain:
    """The domain of the next process: more often one with many types."""
    point = draw() * sum(domain.size + 1 for domain in domains)
    for domain in domains:
        point -= domain.size + 1
        if point < 0:
            return domain
    return domains[-1]


def _fits(stage: str, outcome: str) -> bool:
    """Whether a process of that outcome reaches a stage."""
    if outcome == "awarded":
        return stage != "termination"
    if stage in ("contract", "implementation", "approval"):
        return False
    return stage != "candidates" and (outcome == "failed" or stage != "result")


def _linked_otherwise(plans: list[TypePlan]) -> bool:
    """Whether the records of these types find one another without `processId`, by the next path of `process`."""
    paths = {
        next((path for path in plan.disclosure.schema["process"] if path != "processId"), None)
        for plan in plans
    }
    return len(paths) == 1 and None not in paths


def _domains(catalog: Catalog, plans: dict[str, TypePlan]) -> list[Domain]:
    stages = list(catalog.codelists["stage"].codes)
    grouped: dict[str, list[TypePlan]] = {}
    for plan in plans.values():
        grouped.setdefault(plan.disclosure.domain, []).append(plan)
    return [Domain(_ground(domain, found, catalog), found, stages) for domain, found in grouped.items()]


def _ground(domain: str, plans: list[TypePlan], catalog: Catalog) -> Ground:
    """What the samples of a domain say about the size of its amounts."""
    amounts: list[float] = []
    parcels = False
    for plan in plans:
        lots = plan.disclosure.by_path.get("lots")
        parcels = parcels or (lots is not None and lots.definition == "parcel")
        for field in plan.disclosure.walk():
            if field.is_money and field.column == "amount":
                found = values(plan.disclosure.sample, [*field.path, "amount"])
                amounts += [one for one in found if isinstance(one, (int, float)) and one > 0]
    amounts.sort()
    known = catalog.codelists["domain"].codes.get(domain)
    title = known.title if known else domain
    return Ground(domain, title, amounts[len(amounts) // 2] if amounts else _USUAL_AMOUNT, parcels)
