"""A release while it is made: its sections, and values put at their places."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from publish.ocds import values
from publish.ocds.carrying import carry
from publish.ocds.mapping import Mapping, Rule, Stage
from publish.ocds.parties import Parties
from schemas.field import Field

Object = dict[str, Any]
WHOLE = "1"  # the award of a record that has no lots


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a property stands: in a lot, an item, a bid, or in none of them."""

    lot: Object | None = None
    item: Object | None = None
    bid: Object | None = None


@dataclass
class Draft:
    """The parts of a release; awards and contracts by their ids, in the order in which they were begun."""

    mapping: Mapping
    stage: Stage
    parties: Parties
    id: str  # the disclosure's
    own: Object  # what the extension says of the disclosure itself
    planning: Object = field(default_factory=dict)
    tender: Object = field(default_factory=dict)
    buyer: Object = field(default_factory=dict)
    amendment: Object = field(default_factory=dict)
    awards: dict[str, Object] = field(default_factory=dict)
    contracts: dict[str, Object] = field(default_factory=dict)
    bids: dict[str, Object] = field(default_factory=dict)
    milestones: list[Object] = field(default_factory=list)

    @property
    def agreed(self) -> bool:
        """Whether the section is one that follows an award."""
        return self.stage.section in ("award", "contract", "implementation")

    @property
    def awards_some(self) -> bool:
        """Whether who takes something has an award: before it is decided nobody has."""
        return self.stage.section != "tender"

    def award(self, lot: Object | None) -> Object:
        """The award of a lot, or of the whole record."""
        known = lot["id"] if lot else WHOLE
        made = self.awards.setdefault(known, {"id": known})
        if lot and "relatedLots" not in made:
            made["relatedLots"] = [known]
        return made

    def award_of(self, suppliers: list[Object], lot: Object | None) -> Object:
        """The award of suppliers that each item names for itself."""
        known = ":".join([*([lot["id"]] if lot else []), *(one["id"] for one in suppliers)])
        made = self.awards.setdefault(known, {"id": known, "suppliers": suppliers})
        if lot:
            made["relatedLots"] = [lot["id"]]
        return made

    def contract(self, lot: Object | None) -> Object:
        """The contract of a lot, or that of the record."""
        award = self.award(lot) if lot or not self.awards else next(iter(self.awards.values()))
        known = lot["id"] if lot else WHOLE
        return self.contracts.setdefault(known, {"id": f"{self.id}-{known}", "awardID": award["id"]})

    def put(self, name: str, field: Field, value: Any, scope: Scope) -> bool:
        """Put a property at the first of its places that is free, False where there is none."""
        return any(self.place(rule, field, value, scope) for rule in self.mapping.rules.get(name, ()))

    def keep(self, field: Field, value: Any) -> None:
        """Leave a property of the record to the extension."""
        made = carry(field, value, self.parties.add)
        if made is not None:
            self.own.setdefault(field.name, made)

    def meet(self, field: Field, given: Table[str, Any]) -> None:
        """An organization of the record: a party, and where its role has a place there."""
        reference = self.parties.add(given, field.role)
        known = self.mapping.roles.get(field.role or "")
        if reference and not (known and known.place and self.refer(known.place, reference, None)):
            self.own.setdefault(field.name, reference)

    def place(self, rule: Rule, field: Field, value: Any, scope: Scope) -> bool:
        """Put a property where a rule says; False where that is taken or the rule is not for it."""
        if rule.sections and self.stage.section not in rule.sections:
            return False
        made = self._made(rule, field, value)
        if made in (None, {}, ""):
            return False
        first, *steps = rule.target
        if first == "milestone":
            return self._milestone(field, steps[0], made)
        holders = self._holders(first, steps, scope)
        done = [_put(holder, steps, made) for holder in holders]  # every one, whether or not the first could
        return bool(done) and all(done)

    def refer(self, place: tuple[str, ...], reference: Object, lot: Object | None) -> bool:
        """Put a reference to a party where its role has one; False where it has none or that is another's."""
        match place:
            case ("buyer",):
                if not self.buyer:
                    self.buyer.update(reference)
                return bool(self.buyer == reference)
            case ("tender", "tenderers"):
                _add(self.tender, "tenderers", reference)
            case ("tender", name):
                return bool(self.tender.setdefault(name, reference) == reference)
            case ("award", "suppliers"):
                _add(self.award(lot) if lot or not self.awards else self._sole(), "suppliers", reference)
            case _:
                return False
        return True

    def _sole(self) -> Object:
        """The award of what the record says of the whole: the only one, else one of its own."""
        return next(iter(self.awards.values())) if len(self.awards) == 1 else self.award(None)

    def _holders(self, name: str, steps: list[str], scope: Scope) -> list[Object]:
        """The objects that a target begins at; none where the release has no such object."""
        match name:
            case "planning":
                return [self.planning]
            case "tender":
                return [self.tender]
            case "amendment":
                return [self.amendment] if self.amendment else []
            case "lot" | "item" | "bid":
                holder = getattr(scope, name)
                return [holder] if holder is not None else []
            case "award":
                return self._awards(steps, scope)
            case "contract":
                return [self.contract(scope.lot)] if self.agreed else []
        raise ValueError(f"no such place in a release: {name}")

    def _awards(self, steps: list[str], scope: Scope) -> list[Object]:
        """A lot's award; of the whole record all awards, but not for an amount, which is not each one's."""
        if not self.agreed:
            return []
        if scope.lot is not None or not self.awards:
            return [self.award(scope.lot)]
        return list(self.awards.values()) if steps != ["value"] or len(self.awards) == 1 else []

    def _made(self, rule: Rule, field: Field, value: Any) -> Any:
        """The value as OCDS writes it at that place, None where it cannot stand there."""
        if field.many:
            return None
        if rule.coded:
            return self.mapping.code(field.codelist, value, rule.coded)
        if field.is_money:
            made = values.amount(value)
            return made if "amount" in made else None
        if field.definition == "period":
            return values.period(value)
        if field.kind in ("date", "moment"):
            return values.moment(value, end=rule.target[-1] == "endDate")
        return None if field.fields else value

    def _milestone(self, field: Field, name: str, made: Any) -> bool:
        if not self.agreed:
            return False
        met = name == "dateMet"
        self.milestones.append({
            "id": field.name, "title": field.title, "type": "delivery", name: made,
            "status": "met" if met else "scheduled",
        })  # fmt: skip
        return True


def _put(holder: Object, steps: list[str], value: Any) -> bool:
    """Set a value below an object where nothing stands yet."""
    for step in steps[:-1]:
        holder = holder.setdefault(step, {})
    if isinstance(value, dict) and isinstance(holder.get(steps[-1]), dict):
        return bool(holder[steps[-1]] == value)
    return bool(holder.setdefault(steps[-1], value) == value)


def _add(holder: Object, name: str, reference: Object) -> None:
    found = holder.setdefault(name, [])
    if all(one["id"] != reference["id"] for one in found):
        found.append(reference)
