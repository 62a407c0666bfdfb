"""A type's Field tree, turned once into functions that make its records."""

import re
from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from cli.synthetic.dates import date_maker, period_maker, presumes_contract
from cli.synthetic.limits import Limits, limits
from cli.synthetic.money import presumes_award
from cli.synthetic.numbers import number_maker, pair_of
from cli.synthetic.objects import definition_maker
from cli.synthetic.scene import Scene
from cli.synthetic.schedule import Timing
from cli.synthetic.text import MARK, ROOT
from cli.synthetic.values import code_maker, is_number, settled_maker, text_maker, url_maker
from cli.synthetic.world import CANDIDATES, WINNERS
from cli.synthetic.wrappers import candidates, remembered, sized
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.path import values

Make = Callable[[Scene], Any]
Entry = tuple[str, float, int, Make]

UNDECIDED = ("planning", "notice", "candidates", "correction")
_ALWAYS = 2.0  # times the least complete publisher's share this is still more than one
_LIKELY = 1.3
_EITHER, _WON, _FAILED = 0, 1, 2  # in which lots and processes a property is told
_FAILURE = re.compile(r"^fail|废标|流标|流拍")
_ENVELOPE = {
    "localId": _ALWAYS, "title": _ALWAYS, "publishedDate": _ALWAYS, "sourceUrl": _ALWAYS, "processId": _ALWAYS,
    "region": _LIKELY, "project": _LIKELY, "parties": 0.15, "documents": 0.35, "withheld": 0.02, "value": 0.5,
}  # fmt: skip
_REMEMBERED = ("text", "integer", "number", "boolean", "code")
_NO_LIMITS = Limits()
_WORDINGS = {"1": "", "percent": "%", "month": "个月", "day": "日历天"}


class TypePlan:
    """How records of one type are made."""

    def __init__(self, disclosure: Disclosure, catalog: Catalog) -> None:
        self.disclosure = disclosure
        self.timing = Timing(disclosure, catalog.calendar)
        self.decided = disclosure.stage not in UNDECIDED
        self._catalog = catalog
        self._limits: Mapping[tuple[str, ...], Limits] = limits(disclosure)
        schema = disclosure.schema
        self._always = _with_parents([*schema["process"], *self.timing.paths])
        self._likely = _with_parents([*schema["caption"], *schema["featured"]])
        self._subjects = _subjects(disclosure)
        self._exact_amount = any(f.column == "amount" and f.name != "value" for f in disclosure.walk())
        self.make: Make = self._builder(disclosure.fields, self._envelope())

    def _envelope(self) -> Mapping[str, Make | None]:
        """The properties of the envelope that the process settles; None for those left out."""
        disclosure = self.disclosure
        yearly = disclosure.stage == "planning"

        def title(scene: Scene) -> str:
            process = scene.process
            about = f"{process.place.name}{scene.event.year}年度" if yearly else process.project
            return f"{about}{disclosure.title}{MARK}"

        settled: dict[str, Make | None] = {
            "id": None,
            "schema": lambda scene: disclosure.name,
            "localId": lambda scene: scene.local_id,
            "title": title,
            "regionDetails": lambda scene: scene.process.place.name,
            "processId": lambda scene: scene.memo.get("processId"),
            "publishedDate": lambda scene: scene.published.isoformat(),
            "sourceUrl": lambda scene: f"{ROOT}/{disclosure.type}/{scene.local_id}.html",
        }
        if self._exact_amount:
            settled["value"] = None
        if not self.decided:
            settled["outcome"] = settled["parties"] = None
        return settled

    def _builder(self, fields: tuple[Field, ...], settled: Mapping[str, Make | None]) -> Make:
        """One object of these properties."""
        entries: list[Entry] = []
        makers: dict[str, Make] = {}
        for field in fields:
            if field.deprecated is not None and not field.required:
                continue
            make = settled[field.name] if field.name in settled else self._maker(field, fields, makers)
            if make is None and field.required:
                make = self._maker(field, fields, makers)
            if make is not None:
                makers[field.name] = make = _always(make) if field.required and field.fields else make
                entries.append((field.name, self._chance(field), self._when(field), make))

        def build(scene: Scene) -> dict[str, Any] | None:
            draw, complete = scene.draw, scene.complete
            untold = _WON if scene.lost else _FAILED
            made = {}
            for name, chance, when, make in entries:
                if when == untold or (chance < _ALWAYS and draw() >= chance * complete):
                    continue
                value = make(scene)
                if value is not None:
                    made[name] = value
            return made or None

        return build

    def _chance(self, field: Field) -> float:
        """How often a property is filled, before the publisher's share is taken."""
        if field.required or field.path in self._always:
            return _ALWAYS
        if len(field.path) == 1 and _ENVELOPE.get(field.name) == _ALWAYS:
            return _ALWAYS
        above = self.disclosure.by_path.get(".".join(field.path[:-1]))
        if above is not None and above.definition in (None, "payment") and not field.name.endswith("Details"):
            return _ALWAYS  # half an object says little
        if field.path in self._likely or field.column == "area":
            return _LIKELY
        if field.name == "lots" and not field.extended:
            return 0.3
        if len(field.path) == 1 and field.name in _ENVELOPE:
            return _ENVELOPE[field.name]
        if any(one.clause for one in field.walk()) or field.column:
            return 1.1
        return 0.5 if field.name.endswith("Details") else 0.75

    def _when(self, field: Field) -> int:
        """Whether a property is told only of what was awarded, or only of what failed."""
        if _FAILURE.search(f"{field.name}") or _FAILURE.search(field.title):
            return _EITHER if field.required else _FAILED
        if field.required or field.path in self._always:
            return _EITHER
        roles = {field.role, *(child.role for child in field.fields)}
        if roles.intersection(WINNERS):
            return _WON
        if field.is_money:
            return _WON if presumes_award(field) else _EITHER
        if field.kind in ("date", "moment") and presumes_contract(field):
            return _WON
        in_lot = len(field.path) == 2 and field.path[0] == "lots"
        kept = field.column or field.codelist or field.kind == "date" or field.name.endswith("Details")
        return _WON if in_lot and not kept and field.kind != "object" else _EITHER

    def _maker(self, field: Field, siblings: tuple[Field, ...], makers: Mapping[str, Make]) -> Make | None:
        """How the values of a property are made, a list where it is one."""
        bounds = self._limits.get(field.path, _NO_LIMITS)
        if field.name.endswith("Details") and field.kind == "text" and bounds.pattern is None:
            told = self._details(field, siblings, makers)
            if told is not None:
                return told
        if field.definition in ("lot", "parcel") and field.many:
            return self._lots(field)
        if field.definition == "organization":
            return definition_maker(field, self.disclosure, self._catalog, self._limits)
        one = self._one(field)
        if one is None:
            return None
        if field.kind in _REMEMBERED and not is_number(field) and not field.many:
            same = (field.name, field.kind, field.codelist, bounds.minimum, bounds.maximum)
            key = "|".join(map(str, (*same, bounds.max_length, bounds.pattern)))  # a text keeps its hash
            return remembered(key, one)
        return self._list(field, one) if field.many else one

    def _one(self, field: Field) -> Make | None:
        """One value of a property, list or not."""
        bounds = self._limits.get(field.path, _NO_LIMITS)
        if field.kind == "object":
            return self._object(field)
        if field.kind in ("date", "moment"):
            is_event = field.dotted in self.timing.paths
            return date_maker(field, is_event=is_event, always=field.required or field.path in self._always)
        if field.kind == "code":
            if field.column == "outcome" and not self.decided and not field.required:
                return None
            return code_maker(field, self._catalog)
        if field.kind == "boolean":
            return lambda scene: scene.draw() < 0.3
        if field.kind == "url":
            return url_maker(self.disclosure.type, f"/{field.name}.html")
        examples = list(values(self.disclosure.sample, list(field.path)))
        settled = settled_maker(field, bounds)
        if settled is not None:
            return settled
        if field.kind in ("integer", "number"):
            units = self._catalog.codelists.get("unit")
            above = self.disclosure.by_path.get(".".join(field.path[:-1]))
            return number_maker(field, bounds, examples, units, several=above is not None and above.many)
        if not any(subject in str(example) for subject in self._subjects for example in examples):
            return text_maker(field, bounds, examples)
        return text_maker(field, bounds, [] if bounds.pattern is None else examples)

    def _object(self, field: Field) -> Make | None:
        if field.definition == "period":
            return period_maker(field, self.timing.paths)
        shared = definition_maker(field, self.disclosure, self._catalog, self._limits)
        if shared is not None or not field.fields:
            return shared
        build = self._builder(field.fields, {})
        if field.many:
            return build
        return lambda scene: scene.in_element(field.name, 0, 1, build)

    def _details(self, field: Field, siblings: tuple[Field, ...], makers: Mapping[str, Make]) -> Make | None:
        """The wording beside a value, from the value itself; None where there is no such value."""
        stem = field.name.removesuffix("Details")
        base = next((one for one in siblings if one.name == stem and stem in makers), None)
        if base is not None and base.kind in ("code", "integer", "number") and not base.many:
            codelist = self._catalog.codelists.get(str(base.codelist))
            titles = {code.code: code.title for code in codelist.codes.values()} if codelist else {}
            return self._worded(field, makers[stem], titles, self._unit(base))
        lower = next((one for one in siblings if pair_of(one.name) == stem and one.name in makers), None)
        if lower is not None:
            low, high = makers.get(f"{stem}Minimum"), makers.get(f"{stem}Maximum")
            unit = self._unit(lower)
            if low and high:
                bounds = self._limits.get(field.path, _NO_LIMITS)
                return lambda scene: bounds.fit(f"不小于{low(scene)}{unit}且不大于{high(scene)}{unit}")
        return None

    def _worded(self, field: Field, base: Make, titles: Mapping[str, str], unit: str) -> Make:
        bounds = self._limits.get(field.path, _NO_LIMITS)

        def make(scene: Scene) -> str | None:
            value = base(scene)
            return None if value is None else bounds.fit(titles.get(value) or f"{value}{unit}")

        return make

    def _unit(self, field: Field) -> str:
        units = self._catalog.codelists.get("unit")
        known = units.codes.get(str(field.unit)) if units else None
        return _WORDINGS.get(known.code, known.title) if known else ""

    def _lots(self, field: Field) -> Make:
        build, decided = self._builder(field.fields, {}), self.decided
        bounds = self._limits.get(field.path, _NO_LIMITS)

        def make(scene: Scene) -> list[Any] | None:
            lots = sized(scene.lots, bounds)
            made = [scene.in_lot(lot, build, decided=decided) for lot in lots]
            return [one for one in made if one] or None

        return make

    def _list(self, field: Field, one: Make) -> Make:
        """A list: of the lot's items, of its candidates, or of a few."""
        bounds = self._limits.get(field.path, _NO_LIMITS)
        if field.definition == "item":
            return lambda scene: (
                [
                    made
                    for n, item in enumerate(sized((scene.lot or scene.lots[0]).items, bounds))
                    if (made := scene.in_item(item, n, one))
                ]
                or None
            )
        key = field.name
        if any(child.role in CANDIDATES for child in field.fields):
            return lambda scene: candidates(scene, key, one, bounds)

        def make(scene: Scene) -> list[Any] | None:
            skew = scene.draw()
            count = min(max(1 + int(3 * skew * skew), bounds.min_items), bounds.max_items)
            made = [scene.in_element(key, n, count, one) for n in range(count)]
            return [value for value in made if value is not None] or None

        return make


def _always(make: Make) -> Make:
    """Where chance told nothing of what has to be there, everything of it."""

    def made(scene: Scene) -> Any:
        value = make(scene)
        if value is None:
            complete, scene.complete = scene.complete, inf
            value = make(scene)
            scene.complete = complete
        return value

    return made


def _subjects(disclosure: Disclosure) -> frozenset[str]:
    """What the sample's record is about: sentences that name it do not fit another."""
    paths = [field.path for field in disclosure.walk() if field.column in ("name", "title")]
    found = (value for path in paths for value in values(disclosure.sample, list(path)))
    return frozenset(str(value) for value in found)


def _with_parents(paths: list[str]) -> frozenset[tuple[str, ...]]:
    found = [tuple(path.split(".")) for path in paths]
    return frozenset(path[:length] for path in found for length in range(1, len(path) + 1))
