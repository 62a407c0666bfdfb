"""The lots of a release with their awards, bids and items, and the parties that are told by role alone."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from typing import Any

from publish.ocds import values
from publish.ocds.carrying import carry
from publish.ocds.draft import Draft, Object, Scope
from schemas.catalog import Disclosure
from schemas.field import Field
from schemas.sides import Sides

EXTRA = "allocation"  # what the extension adds to a lot, an item and a bid


class Lots:
    """Writes the lots of one record into a draft."""

    def __init__(self, draft: Draft, sides: Sides) -> None:
        self.draft = draft
        self.sides = sides
        self._by_number: dict[str, Object] = {}
        self._made: list[Object] = []

    def write(self, disclosure: Disclosure, record: Table[str, Any], lots: list[Table[str, Any]]) -> None:
        """The lots, and the items and bids that stand outside them."""
        for field in disclosure.fields:
            if field.name == "lots":
                for given in lots:
                    self._lot(field, given)
            elif field.definition == "item" and field.many:
                self._items(field, record.get(field.name) or (), None)
            elif self._bid_list(field):
                self._bids(field, record.get(field.name) or (), None)
        if self._made:
            self.draft.tender["lots"] = self._made

    def parties(self, given: Iterable[Table[str, Any]]) -> None:
        """The parties that a record lists by role; bidders with a place or an offer have a bid."""
        for one in given:
            role, organization = one.get("partyRole"), one.get("organization")
            if not isinstance(organization, Table):
                continue
            reference = self.draft.parties.add(organization, role)
            lot = self._by_number.get(str(one.get("lotNumber"))) or self._sole()
            known = self.draft.mapping.roles.get(role or "")
            if reference and known and (self.draft.awards_some or role not in self.sides.takers):
                self.draft.refer(known.place, reference, lot)
            if reference and role in self.sides.bidders and (one.get("rank") or one.get("offer")):
                bid = self._bid(reference, lot)
                if one.get("offer"):
                    bid.setdefault("value", values.amount(one["offer"]))
                if one.get("rank"):
                    bid.setdefault(EXTRA, {}).setdefault("rank", one["rank"])

    def _sole(self) -> Object | None:
        return self._made[0] if len(self._made) == 1 else None

    def _lot(self, field: Field, given: Table[str, Any]) -> None:
        lot: Object = {"id": self._number(field, given)}
        self._made.append(lot)
        extra: Object = {}
        takers: list[Object] = []
        for child in field.fields:
            value = given.get(child.name)
            if value is None or self._by_column(child, value, lot):
                continue
            if child.definition == "item" and child.many:
                self._items(child, value, lot)
            elif self._bid_list(child):
                self._bids(child, value, lot)
            elif (
                child.definition == "organization"
                and self.draft.awards_some
                and child.role in self.sides.takers
            ):
                takers += [one for each in _each(value) if (one := self.draft.parties.add(each, child.role))]
            elif not self.draft.put(child.dotted, child, value, Scope(lot=lot)):
                made = carry(child, value, self.draft.parties.add)
                extra |= {} if made is None else {child.name: made}
        if extra:
            lot[EXTRA] = extra
        if takers or self.draft.stage.section == "award":
            self._award(lot, takers, given)

    def _award(self, lot: Object, takers: list[Object], given: Table[str, Any]) -> None:
        award = self.draft.award(lot)
        for reference in takers:
            self.draft.refer(("award", "suppliers"), reference, lot)
        status = self.draft.mapping.code("outcome", given.get("lotOutcome"), "awardStatus")
        if status:
            award["status"] = status

    def _number(self, field: Field, given: Table[str, Any]) -> str:
        """A lot's identifier: its number, else its place, in any case its own."""
        numbers = [
            str(given[one.name]) for one in field.fields if one.column == "number" and given.get(one.name)
        ]
        known = numbers[0] if numbers else str(len(self._made) + 1)
        if any(one["id"] == known for one in self._made):
            known = f"{known}-{len(self._made) + 1}"
        return known

    def _by_column(self, child: Field, value: Any, lot: Object) -> bool:
        """A lot's number, title and outcome; what says the same in other words stays beside."""
        match child.column:
            case "number":
                self._by_number.setdefault(str(value), lot)
                return bool(lot["id"] == str(value))
            case "title":
                return bool(lot.setdefault("title", value) == value)
            case "outcome":
                status = self.draft.mapping.code(child.codelist, value, "tenderStatus")
                return bool(status and lot.setdefault("status", status) == status)
        return False

    def _bid_list(self, field: Field) -> bool:
        """Whether a property lists who competed, each with an offer or a place."""
        bidders = self.sides.bidders
        return field.many and any(
            one.definition == "organization" and one.role in bidders for one in field.fields
        )

    def _bids(self, field: Field, given: Iterable[Table[str, Any]], lot: Object | None) -> None:
        for one in given:
            bidder = next(
                child for child in field.fields
                if child.definition == "organization" and child.role in self.sides.bidders
            )  # fmt: skip
            reference = self.draft.parties.add(one.get(bidder.name) or {}, bidder.role)
            if reference is None:
                continue
            self.draft.refer(("tender", "tenderers"), reference, lot)
            bid = self._bid(reference, lot)
            extra = self._below(field, one, "bids", Scope(lot, bid=bid), {bidder.name})
            if extra:
                bid[EXTRA] = extra

    def _bid(self, reference: Object, lot: Object | None) -> Object:
        """A new bid of a bidder; his second one in a lot (another round) has a number."""
        known = f"{lot['id']}:{reference['id']}" if lot else reference["id"]
        number = 1
        while f"{known}{_after(number)}" in self.draft.bids:
            number += 1
        bid: Object = {"id": f"{known}{_after(number)}", "tenderers": [reference]}
        if lot:
            bid["relatedLots"] = [lot["id"]]
        self.draft.bids[bid["id"]] = bid
        return bid

    def _items(self, field: Field, given: Iterable[Table[str, Any]], lot: Object | None) -> None:
        """The items of a lot or of the record, in the section of the release; who supplies one has its award."""
        for ordinal, one in enumerate(given, 1):
            item: Object = {"id": f"{lot['id']}-{ordinal}" if lot else str(ordinal)}
            if lot:
                item["relatedLot"] = lot["id"]
            supplied: list[Object] = []
            names = set()
            for child in field.fields:
                value = one.get(child.name)
                if value is None:
                    continue
                if (
                    child.definition == "organization"
                    and self.draft.awards_some
                    and child.role in self.sides.takers
                ):
                    supplied += [
                        ref for each in _each(value) if (ref := self.draft.parties.add(each, child.role))
                    ]
                    names.add(child.name)
                elif _item_column(child, value, item):
                    names.add(child.name)
            extra = self._below(field, one, "items", Scope(lot, item=item), names)
            if extra:
                item[EXTRA] = extra
            if "classification" in item:
                item["classification"]["scheme"] = "CN-GPC"
            self._holder(lot, supplied).setdefault("items", []).append(item)

    def _below(self, field: Field, given: Table[str, Any], name: str, scope: Scope, done: set[str]) -> Object:
        """The other properties of a part: placed by their rules; what has no place is given back."""
        extra: Object = {}
        for child in field.fields:
            value = given.get(child.name)
            if value is None or child.name in done:
                continue
            if not self.draft.put(f"{name}.{child.name}", child, value, scope):
                made = carry(child, value, self.draft.parties.add)
                extra |= {} if made is None else {child.name: made}
        return extra

    def _holder(self, lot: Object | None, supplied: list[Object]) -> Object:
        """Where an item stands: the award of its supplier, the award or contract of its lot, else the tender."""
        if supplied:
            return self.draft.award_of(supplied, lot)
        match self.draft.stage.section:
            case "award":
                return self.draft.award(lot)
            case "contract" | "implementation":
                return self.draft.contract(lot)
        return self.draft.tender


def _item_column(child: Field, value: Any, item: Object) -> bool:
    match child.column:
        case "name":
            item["description"] = value
        case "quantity":
            item["quantity"] = value
        case "unit":
            item.setdefault("unit", {})["name"] = value
        case _:
            return False
    return True


def _after(number: int) -> str:
    return "" if number == 1 else f":{number}"


def _each(value: Any) -> list[Table[str, Any]]:
    return value if isinstance(value, list) else [value] if value else []
