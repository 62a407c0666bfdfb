"""The oracle's half of processes, regions, publishers, changes and past states: plain Python over plain rows."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from schemas.catalog import Catalog, Disclosure
from tests.query.reference import Row, Thing

Resolver = Callable[[Any, Thing, Mapping[str, Any]], Any]
REGULAR = ("planning", "notice", "candidates", "result", "contract", "implementation")
SHARED = ("trading", "credit", "oversight")
COUNTRY = "100000"


# the feed and the past


def changes(oracle: Any, _source: Thing, given: Mapping[str, Any]) -> Thing:
    kinds = given.get("kinds")
    rows = [row for row in oracle.rows["change"] if kinds is None or row["kind"].upper() in kinds]
    page: Thing = oracle.page("change", rows, given)
    return page


def data_version(oracle: Any, _source: Thing, _given: Mapping[str, Any]) -> int:
    return max((int(row["version"]) for row in oracle.rows["change"]), default=0)


def own_changes(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    return oracle.page("change", oracle.all("change", "disclosure_id", source.row["id"]), given)


def moment(_oracle: Any, source: Thing, _given: Mapping[str, Any]) -> str:
    return datetime.fromisoformat(source.row["at"]).isoformat("T", "microseconds") + "Z"


def now(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> Thing | None:
    """The disclosure of a change as it is now."""
    found: Thing | None = oracle.one("disclosure", "id", source.row["disclosure_id"])
    return found if found and found.row["status"] != "withdrawn" else None


def snapshot(oracle: Any, change: Row) -> Thing:
    """What a change made of its record."""
    (disclosure,) = oracle.all("disclosure", "id", change["disclosure_id"])
    body = digest = None
    if change["kind"] != "withdrawn":
        for row in oracle.all("revision", "disclosure_id", change["disclosure_id"]):
            if row["number"] == change["revision"]:
                body, digest = row["body"], row["digest"]
        if body is None and disclosure["revision"] == change["revision"]:
            for row in oracle.all("document", "disclosure_id", change["disclosure_id"]):
                body, digest = row["body"], row["digest"]
    row = {**change, "body": body, "digest": digest, "type": disclosure["type"]}
    return Thing("snapshot", row, body)


def _by_then(oracle: Any, given: Mapping[str, Any]) -> int:
    rows = oracle.rows["change"]
    if given.get("at") is not None:
        then = datetime.fromisoformat(given["at"]).astimezone(UTC).replace(tzinfo=None)
        before = [(row["at"], row["version"]) for row in rows if datetime.fromisoformat(row["at"]) <= then]
        return max(before)[1] if before else 0
    return max((row["version"] for row in rows if row["version"] <= given["version"]), default=0)


def as_of(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Thing | None:
    then = _by_then(oracle, given)
    own = [row for row in oracle.all("change", "disclosure_id", source.row["id"]) if row["version"] <= then]
    return snapshot(oracle, max(own, key=lambda row: int(row["version"]))) if own else None


def process_as_of(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Thing:
    return Thing("moment", {"process_id": source.row["id"], "version": _by_then(oracle, given)})


def of_moment(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    process, version = source.row["process_id"], source.row["version"]
    found = []
    for disclosure in oracle.rows["disclosure"]:
        own = [
            row
            for row in oracle.all("change", "disclosure_id", disclosure["id"])
            if row["version"] <= version
        ]
        if not own:
            continue
        change = max(own, key=lambda row: int(row["version"]))
        if change["revision"] == disclosure["revision"]:
            links = {
                row["process_id"]
                for row in oracle.all("disclosure_process", "disclosure_id", disclosure["id"])
            }
        else:
            links = set()
        links |= {
            row["process_id"]
            for row in oracle.all("revision_process", "disclosure_id", disclosure["id"])
            if row["number"] == change["revision"]
        }
        if process in links:
            found.append(snapshot(oracle, change).row)
    return oracle.page("snapshot", found, given)


# a process


def _members(oracle: Any, process: str) -> list[Row]:
    ids = {row["disclosure_id"] for row in oracle.all("disclosure_process", "process_id", process)}
    rows = [row for one in ids for row in oracle.all("disclosure", "id", one)]
    return [row for row in rows if row["status"] != "withdrawn"]


def timeline(oracle: Any, source: Thing, given: Mapping[str, Any]) -> list[Thing]:
    members = _members(oracle, source.row["id"])
    domains = {row["domain"] for row in members}
    seen = {row["type"] for row in members}
    stages = []
    for code in oracle.catalog.codelists["stage"].codes:
        types = []
        for one in sorted(oracle.catalog.types.values(), key=lambda one: str(one.type)):
            if one.stage == code and (
                one.type in seen or (one.domain in domains and one.domain not in SHARED)
            ):
                own = [row for row in members if row["type"] == one.type]
                types.append({"type": one.type, "count": len(own), "due": _due(oracle, one, members)})
        if types:
            stages.append(
                _stage(source.row["id"], code, types, [row for row in members if row["stage"] == code])
            )
    ended = any(row["stage"] == "termination" for row in members)
    for place, stage in enumerate(stages):
        later = any(after["count"] for after in stages[place + 1 :] if after["stage"] in REGULAR)
        stage["status"] = _status(stage, later, ended, given["on"])
        dated = [before["first"] for before in stages[:place] if before["first"]]
        stage["days"] = _days(dated[-1], stage["first"]) if dated and stage["first"] else None
        for one in stage["types"]:
            over = one["due"] is not None and one["due"] < given["on"]
            one["status"] = (
                "PUBLISHED" if one["count"]
                else "DUE" if over and stage["status"] != "MISSING" and not ended
                else "NOT_REQUIRED" if stage["count"]
                else stage["status"]
            )  # fmt: skip
    return [Thing("stage", stage) for stage in stages]


def _stage(process: str, code: str, types: list[dict[str, Any]], own: list[Row]) -> dict[str, Any]:
    dates = sorted(row["published_date"] for row in own if row["published_date"])
    dues = [one["due"] for one in types if one["due"] is not None and not one["count"]]
    return {
        "process": process, "stage": code, "types": types, "count": len(own), "first": dates[0] if dates else None,
        "last": dates[-1] if dates else None, "due": min(dues, default=None),
    }  # fmt: skip


def _status(stage: Mapping[str, Any], later: bool, ended: bool, on: str) -> str:
    if stage["count"]:
        return "PUBLISHED"
    if stage["stage"] not in REGULAR:
        return "NOT_REQUIRED"
    if later:
        return "MISSING"
    if ended:
        return "NOT_REQUIRED"
    return "DUE" if stage["due"] is not None and stage["due"] < on else "NOT_YET"


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _due(oracle: Any, disclosure: Disclosure, members: list[Row]) -> str | None:
    """The deadline of a type by what others say: of its rules the first whose event is there and that was in force."""
    catalog: Catalog = oracle.catalog
    if disclosure.stage not in REGULAR:
        return None
    documents = [oracle.documents[row["id"]] for row in members if row["id"] in oracle.documents]
    for rule in disclosure.deadlines:
        if rule.days is None or rule.when or rule.unless or (rule.count == "working" and rule.days < 0):
            continue
        for path in rule.paths:
            if path in ("formedDate", "publishedDate") or not _elsewhere(path, disclosure, catalog):
                continue
            events = [document[path][:10] for document in documents if document.get(path) is not None]
            if not events:
                continue
            event = date.fromisoformat(max(events) if rule.days > 0 else min(events))
            if rule.in_force(event):
                return _last(event, rule.days, rule.count, catalog)
    return None


def _last(event: date, days: int, count: str, catalog: Catalog) -> str | None:
    if count == "calendar":
        return date.fromordinal(event.toordinal() + days).isoformat()
    on, provisional = catalog.calendar.add(event, days)
    return None if provisional else on.isoformat()


def _elsewhere(name: str, disclosure: Disclosure, catalog: Catalog) -> bool:
    """Whether another type has such a property at its top."""
    others = [one for one in catalog.types.values() if one.type != disclosure.type]
    return any(name in (field.names or (field.name,)) for one in others for field in one.fields)


def stage_types(_oracle: Any, source: Thing, _given: Mapping[str, Any]) -> list[Thing]:
    return [Thing("expected", one) for one in source.row["types"]]


def stage_disclosures(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    rows = _members(oracle, source.row["process"])
    return oracle.page("disclosure", [row for row in rows if row["stage"] == source.row["stage"]], given)


# a publisher


def timeliness(oracle: Any, source: Thing, given: Mapping[str, Any]) -> list[Thing]:
    by = list(dict.fromkeys(given.get("by") or ()))
    groups: dict[tuple[Any, ...], list[Row]] = {} if by else {(): []}
    for row in oracle.all("disclosure", "publisher_id", source.row["id"]):
        if given.get("filter") is None or oracle.meets(oracle.thing("disclosure", row), given["filter"]):
            year = int(row["published_date"][:4]) if row["published_date"] else None
            key = tuple({"TYPE": row["type"], "YEAR": year}[one] for one in by)
            groups.setdefault(key, []).append(row)
    ordered = sorted(groups, key=lambda key: [(one is None, one or 0) for one in key])
    return [Thing("timeliness", _timely(dict(zip(by, key, strict=True)), groups[key])) for key in ordered]


def _timely(key: Mapping[str, Any], rows: list[Row]) -> dict[str, Any]:
    late = [row["days_late"] for row in rows if row["days_late"] is not None and row["days_late"] > 0]
    judged = sum(row["days_late"] is not None for row in rows)
    dated = [row for row in rows if row["published_date"] is not None]
    without = sum(row["due_on"] is None for row in dated)
    return {
        "type": key.get("TYPE"), "year": key.get("YEAR"), "count": len(rows), "judged": judged,
        "inTime": judged - len(late), "late": len(late), "unknown": len(rows) - judged,
        "noPublishedDate": len(rows) - len(dated), "noDeadline": without,
        "noCalendar": sum(row["due_on"] is not None and row["days_late"] is None for row in dated),
        "meanDaysLate": sum(late) / len(late) if late else None, "maxDaysLate": max(late, default=None),
    }  # fmt: skip


def late(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    rows = oracle.all("disclosure", "publisher_id", source.row["id"])
    kept = [row for row in rows if row["days_late"] is not None and row["days_late"] > 0]
    return oracle.page("disclosure", kept, given, (("days_late", True),))


def type_of(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> Any:
    return None if source.row["type"] is None else facts(oracle.catalog.types[source.row["type"]])


def facts(d: Disclosure) -> dict[str, Any]:
    """What is known of a type without the database."""
    rules = []
    for rule in d.schema["deadlines"]:
        named = rule.get("after") or rule.get("before") or rule["year"]
        days = rule.get("days")
        dates = (
            list(rule["dates"].values()) if rule.get("dates") else [rule["date"]] if "date" in rule else []
        )
        rules.append(
            {"days": -days if days and "before" in rule else days, "count": rule.get("count", "calendar"),
             "after": [named] if isinstance(named, str) else named, "since": rule["from"], "until": rule.get("to"),
             "dates": dates, "basis": rule["basis"], "basisEn": rule["basisEn"]}
        )  # fmt: skip
    return {
        "path": d.type, "version": d.version, "domain": d.type.split("/")[0], "stage": d.schema["stage"],
        **{name: d.schema[name] for name in ("title", "titleEn", "description", "descriptionEn")},
        "graphqlType": d.graphql_name, "collection": d.collection,
        "schemaUrl": f"/schemas/{d.type}/{d.version}.json", "deadlines": rules,
    }  # fmt: skip


# regions


def _chains(oracle: Any, code: str) -> tuple[list[str], list[str]]:
    """What a code has become with all above it, and what it was with the retired ones above it."""
    regions = oracle.catalog.regions
    today = regions.current(code)
    then = [code, *regions.ancestors(code)]
    return [today, *regions.ancestors(today), COUNTRY], [one for one in then if regions.get(one).valid_to]


def _lying(oracle: Any, region: Row) -> list[Row]:
    found = []
    for row in oracle.rows["disclosure"]:
        if row["region"] is not None:
            today, then = _chains(oracle, row["region"])
            if region["code"] in today or (region["valid_to"] and region["code"] in then):
                found.append(row)
    return found


def region_disclosures(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    return oracle.page("disclosure", _lying(oracle, source.row), given)


def by_child(oracle: Any, source: Thing, given: Mapping[str, Any]) -> list[Thing]:
    groups: dict[str | None, list[Row]] = {}
    for row in _lying(oracle, source.row):
        if given.get("filter") is None or oracle.meets(oracle.thing("disclosure", row), given["filter"]):
            today, then = _chains(oracle, row["region"])
            places = [*today, *then] if source.row["valid_to"] else today
            below = [one for one in places if oracle.catalog.regions.get(one).parent == source.row["code"]]
            groups.setdefault(below[0] if below else None, []).append(row)
    shares = []
    for code in sorted(groups, key=lambda one: (one is None, one)):
        amounts = [row["amount_fen"] for row in groups[code] if row["amount_fen"] is not None]
        share = {
            "region": code,
            "count": len(groups[code]),
            "amount": sum(amounts) / 100 if amounts else None,
        }
        shares.append(Thing("share", share))
    return shares


def ancestors(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> list[Any]:
    found, code = [], source.row["parent"]
    while code is not None:
        found.append(oracle.one("region", "code", code))
        code = found[-1].row["parent"]
    return found


def successors(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> list[Any]:
    return [
        oracle.one("region", "code", one)
        for one in sorted(filter(None, (source.row["successor"] or "").split("|")))
    ]


def predecessors(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> list[Any]:
    rows = [row for row in oracle.rows["region"] if source.row["code"] in (row["successor"] or "").split("|")]
    return [Thing("region", row) for row in sorted(rows, key=lambda row: str(row["code"]))]


def in_force(oracle: Any, row: Row, on: str | None) -> bool:
    code = oracle.catalog.regions.get(row["code"])
    return on is None or bool(code.in_force(date.fromisoformat(on)))


def children(oracle: Any, source: Thing, given: Mapping[str, Any]) -> list[Thing]:
    rows = [
        row
        for row in oracle.all("region", "parent", source.row["code"])
        if in_force(oracle, row, given.get("at"))
    ]
    return [Thing("region", row) for row in sorted(rows, key=lambda row: str(row["code"]))]


def regions(oracle: Any, _source: Thing, given: Mapping[str, Any]) -> Any:
    return oracle.page(
        "region", [row for row in oracle.rows["region"] if in_force(oracle, row, given.get("at"))], given
    )


PROCESS: Mapping[str, str | Resolver] = {"timeline": timeline, "asOf": process_as_of}
FLOW: Mapping[str, Mapping[str, str | Resolver]] = {
    "query": {"changes": changes, "dataVersion": data_version, "regions": regions},
    "disclosure": {"changes": own_changes, "asOf": as_of},
    "process": PROCESS,
    "organization_process": PROCESS,
    "publisher": {"timeliness": timeliness, "lateDisclosures": late},
    "region": {
        "disclosures": region_disclosures, "byChild": by_child, "ancestors": ancestors, "successors": successors,
        "predecessors": predecessors, "children": children,
    },
    "change": {
        "id": lambda oracle, source, given: f"change:{source.row['version']}", "version": "version",
        "kind": lambda oracle, source, given: source.row["kind"].upper(), "at": moment, "revision": "revision",
        "disclosureId": "disclosure_id", "disclosure": now,
        "snapshot": lambda oracle, source, given: snapshot(oracle, source.row),
    },
    "snapshot": {
        "version": "version", "at": moment, "revision": "revision", "digest": "digest", "document": "body",
        "type": "type", "withdrawn": lambda oracle, source, given: source.row["kind"] == "withdrawn",
        "disclosure": lambda oracle, source, given: oracle.one("disclosure", "id", source.row["disclosure_id"]),
    },
    "moment": {"version": "version", "disclosures": of_moment},
    "stage": {
        "stage": "stage", "status": "status", "count": "count", "firstDate": "first", "lastDate": "last",
        "days": "days", "dueOn": "due", "types": stage_types, "disclosures": stage_disclosures,
    },
    "expected": {"type": "type", "disclosureType": type_of, "status": "status", "count": "count", "dueOn": "due"},
    "timeliness": {
        **{name: name for name in ("type", "year", "count", "judged", "inTime", "late", "unknown", "noPublishedDate",
                                   "noDeadline", "noCalendar", "meanDaysLate", "maxDaysLate")},
        "disclosureType": type_of,
    },
    "share": {
        "region": lambda oracle, source, given: oracle.one("region", "code", source.row["region"]), "count": "count",
        "amount": "amount",
    },
}  # fmt: skip
