"""A disclosure as an OCDS release."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from publish.ocds import values
from publish.ocds.draft import Draft, Object, Scope
from publish.ocds.lots import Lots
from publish.ocds.mapping import Mapping
from publish.ocds.parties import Parties
from schemas.catalog import Catalog, Disclosure
from schemas.path import values as found_at
from store.identity import key_text

# Not registered with the Open Contracting Partnership: an operator who has registered one says so (OPENALLOC_OCID).
PREFIX = "ocds-opnall"
LANGUAGE = "zh"
# The envelope's properties that are written by themselves, or that only the record has.
_APART = frozenset((
    "id", "schema", "title", "publisher", "processId", "parties", "lots", "documents", "outcome", "withheld",
    "relatedDisclosures", "publishedDate",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A disclosure in one of its processes, as the store has it. `at` is when it last changed, a date-time."""

    id: str
    revision: int
    type: str
    version: str
    record: Table[str, Any]
    process: str  # the process's id
    number: str  # the publisher's number of it
    at: str


class Releases:
    """Makes releases of one catalog; addresses begin with `base`."""

    def __init__(self, catalog: Catalog, mapping: Mapping, base: str, prefix: str = PREFIX) -> None:
        self.catalog = catalog
        self.mapping = mapping
        self.base = base
        self.prefix = prefix

    def ocid(self, process: str) -> str:
        """The identifier of a process among all of the world."""
        return f"{self.prefix}-{process}"

    def release(self, source: Source) -> Object:
        """The release of a disclosure; of a disclosure that is in several processes, one for each."""
        disclosure = self.catalog.versions[f"{source.type}/{source.version}"]
        stage = self.mapping.stages[disclosure.stage]
        parties, record = Parties(self.mapping, source.process), source.record
        own: Object = {"id": source.id, "type": source.type, "title": record.get("title")}
        draft = Draft(self.mapping, stage, parties, source.id, own)
        if stage.tag in ("tenderAmendment", "tenderCancellation"):
            draft.amendment["id"] = source.id
        self._organizations(draft, record, disclosure, taking=False)
        lots = Lots(draft, self.catalog.sides)
        lots.write(disclosure, record, of_process(record, disclosure, source.number))
        self._organizations(draft, record, disclosure, taking=True)
        lots.parties(record.get("parties") or ())
        self._properties(draft, record, disclosure)
        self._contact(draft, record, disclosure)
        self._status(draft, record)
        self._documents(draft, source)
        return self._whole(draft, source)

    def _organizations(
        self, draft: Draft, record: Table[str, Any], disclosure: Disclosure, *, taking: bool
    ) -> None:
        """The properties that are organizations: before the lots those that give, after them those that take."""
        for field in disclosure.fields:
            if field.definition != "organization" or (field.role in self.catalog.sides.takers) != taking:
                continue
            for given in _each(record.get(field.name)):
                if field.name in _APART or (taking and not draft.awards_some):
                    draft.parties.add(given, field.role)
                else:
                    draft.meet(field, given)

    def _properties(self, draft: Draft, record: Table[str, Any], disclosure: Disclosure) -> None:
        """Each property of the record: at its place in OCDS, else in what the extension says of the disclosure."""
        nowhere = Scope()
        for field in disclosure.fields:
            value = record.get(field.name)
            if (
                value is None
                or field.name in _APART
                or field.definition in ("item", "contact", "organization")
            ):
                continue
            if field.definition == "project":
                placed = [
                    draft.put(f"project.{one.name}", one, value.get(one.name), nowhere)
                    for one in field.fields
                ]
                if all(placed):
                    continue
            elif draft.put(field.dotted, field, value, nowhere):
                continue
            draft.keep(field, value)
        category = self.mapping.domains[disclosure.domain]
        if category:
            draft.tender.setdefault("mainProcurementCategory", category)
        draft.own["allocationDomain"] = disclosure.domain

    def _contact(self, draft: Draft, record: Table[str, Any], disclosure: Disclosure) -> None:
        """Whom to ask about the project: whoever carries it out, else who pays, else the publisher."""
        asked = draft.tender.get("procuringEntity") or draft.buyer
        asked = asked or draft.parties.add(record.get("publisher") or {}, None) or {}
        for field in disclosure.fields:
            if field.definition == "contact" and record.get(field.name) and asked:
                draft.parties.contact(asked["id"], record[field.name])

    def _status(self, draft: Draft, record: Table[str, Any]) -> None:
        """How far the tender is: by the outcome where it is told, else by the stage."""
        outcomes = [record.get("outcome"), *found_at(record, ["lots", "lotOutcome"])]
        known = [code for one in outcomes if (code := self.mapping.code("outcome", one, "tenderStatus"))]
        if draft.stage.status in ("complete", "cancelled") and known:
            order = ("complete", "unsuccessful", "cancelled")
            status = known[0] if record.get("outcome") else min(known, key=order.index)
        else:
            status = draft.stage.status
        if status:
            draft.tender["status"] = status
        if draft.stage.section == "award" and not draft.awards:
            draft.award(None)
        if draft.stage.section in ("award", "planning"):
            said = self.mapping.code("outcome", record.get("outcome"), "awardStatus")
            for award in draft.awards.values():
                award.setdefault("status", said or "active")
        if draft.stage.titled:
            self._title(draft, record)

    def _title(self, draft: Draft, record: Table[str, Any]) -> None:
        match draft.stage.section:
            case "planning" | "tender":
                # The project's name stays the same from one notice to the next.
                draft.tender["title"] = (record.get("project") or {}).get("name") or record.get("title")
            case "award":
                for award in draft.awards.values():
                    award.setdefault("title", record.get("title"))
            case "contract":
                draft.contract(None).setdefault("title", record.get("title"))

    def _documents(self, draft: Draft, source: Source) -> None:
        """The disclosure itself and its attachments, in the section of its stage."""
        made = list(self._attached(draft, source))
        match draft.stage.section:
            case "planning":
                draft.planning["documents"] = made
            case "award" if len(draft.awards) == 1:
                next(iter(draft.awards.values()))["documents"] = made
            case "contract":
                draft.contract(None)["documents"] = made
            case "implementation":
                draft.contract(None).setdefault("implementation", {})["documents"] = made
            case _:
                draft.tender["documents"] = made
        if draft.milestones:
            draft.contract(None).setdefault("implementation", {})["milestones"] = draft.milestones

    def _attached(self, draft: Draft, source: Source) -> Iterator[Object]:
        record, id = source.record, source.id
        own = {
            "id": id, "documentType": draft.stage.document_type, "title": record.get("title"),
            "url": record.get("sourceUrl") or f"{self.base}/disclosures/{id}",
            "datePublished": record.get("publishedDate") and values.moment(record["publishedDate"]),
            "format": "text/html", "language": LANGUAGE,
        }  # fmt: skip
        whole = {
            "id": f"{id}.json", "documentType": draft.stage.document_type, "title": record.get("title"),
            "url": f"{self.base}/disclosures/{id}.json", "format": "application/json", "language": LANGUAGE,
        }  # fmt: skip
        yield from (own, whole)
        for number, given in enumerate(record.get("documents") or (), 1):
            code = given.get("documentType")
            known = self.mapping.code("document-type", code, "documentType")
            yield {
                "id": f"{id}-{number}", "documentType": known or code, "title": given.get("title"),
                "description": given.get("text"), "url": given.get("url"), "format": given.get("mediaType"),
                "language": LANGUAGE,
            }  # fmt: skip

    def _whole(self, draft: Draft, source: Source) -> Object:
        record = source.record
        day = record.get("publishedDate") or record.get("formedDate")
        draft.tender["id"] = source.process
        if draft.amendment:
            date = draft.amendment.get("date") or (day and values.moment(day))
            draft.tender["amendments"] = [{**draft.amendment, "date": date, "releaseID": release_id(source)}]
        made: Object = {
            "ocid": self.ocid(source.process), "id": release_id(source),
            "date": values.moment(day) if day else source.at, "tag": tags(draft), "initiationType": "tender",
            "language": LANGUAGE, "parties": draft.parties.made(), "buyer": draft.buyer, "planning": draft.planning,
            "tender": draft.tender, "bids": {"details": list(draft.bids.values())},
            "awards": list(draft.awards.values()), "contracts": list(draft.contracts.values()),
            "disclosures": [draft.own],
        }  # fmt: skip
        whole: Object = dense(made)
        return whole


def release_id(source: Source) -> str:
    """The id of a release: another revision is another release."""
    return f"{source.id}.{source.revision}"


def tags(draft: Draft) -> list[str]:
    """What the release is about: its stage, and what else it tells of."""
    made = [draft.stage.tag]
    if draft.awards and draft.stage.tag in ("planning", "tender", "tenderUpdate"):
        made.append("award")
    if draft.contracts and draft.stage.section == "award":
        made.append("contract")
    return made


def of_process(record: Table[str, Any], disclosure: Disclosure, number: str) -> list[Table[str, Any]]:
    """The lots of a record that belong to the process of that number: all, where a process is not a lot."""
    lots: list[Table[str, Any]] = [one for one in record.get("lots") or () if isinstance(one, dict)]
    for path in disclosure.schema["process"]:
        steps = path.split(".")
        if not any(True for _ in found_at(record, steps)):
            continue
        if steps[0] != "lots":
            return lots
        return [one for one in lots if number in map(key_text, found_at(one, steps[1:]))]
    return lots


def dense(value: Any) -> Any:
    """A value without what is empty."""
    if isinstance(value, dict):
        made = {key: dense(one) for key, one in value.items()}
        return {key: one for key, one in made.items() if one is not None and one not in ("", [], {})}
    if isinstance(value, list):
        return [one for one in map(dense, value) if one not in (None, "", [], {})]
    return value.strip() if isinstance(value, str) else value


def _each(value: Any) -> list[Table[str, Any]]:
    return value if isinstance(value, list) else [value] if value else []
