"""The oracle's half of revisions, withdrawals and what disclosures say of each other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.query.oracle_flow import moment
from tests.query.reference import Row, Thing

RELATIONS = ("corrects", "terminates", "supersedes", "sameAs")
Resolver = Callable[[Any, Thing, Mapping[str, Any]], Any]


def withdrawal(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> Thing | None:
    """The last withdrawal of a record that is withdrawn."""
    if source.row["status"] != "withdrawn":
        return None
    own = sorted(
        oracle.all("withdrawal", "disclosure_id", source.row["id"]), key=lambda row: int(row["version"])
    )
    return Thing("withdrawal", own[-1]) if own else None


def withdrawal_of_change(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> Any:
    return oracle.one("withdrawal", "version", source.row["version"])


def changes(number: str) -> Resolver:
    """What differs from the revision before, of a row in which that column numbers the revision."""

    def found(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> list[Thing] | None:
        if source.row["body"] is None:
            return None
        if source.row[number] == 1:
            return []
        for row in oracle.all("revision", "disclosure_id", source.row["disclosure_id"]):
            if row["number"] == source.row[number] - 1:
                told = sorted(_leaves(oracle, row["body"], source.row["body"]), key=lambda one: one[0])
                return [
                    Thing("difference", _told(oracle, source.row["body"], row["body"], *one[1]))
                    for one in told
                ]
        return None

    return found


def _leaves(
    oracle: Any, before: Any, after: Any, path: tuple[str, ...] = (), order: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], tuple[str, Any, Any]]]:
    """(order, (path, before, after)): names by the alphabet, places of lists as numbers."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {*before, *after}:
            yield from _leaves(oracle, before.get(name), after.get(name), (*path, name), (*order, name))
    elif isinstance(before, list) and isinstance(after, list):
        old, new = list(before), list(after)
        skipped = 0
        while old and new and _same(old[0], new[0]):
            old, new, skipped = old[1:], new[1:], skipped + 1
        while old and new and _same(old[-1], new[-1]):
            old, new = old[:-1], new[:-1]
        for at in range(max(len(old), len(new))):
            pair = (one[at] if at < len(one) else None for one in (old, new))
            place = skipped + at
            yield from _leaves(oracle, *pair, (*path, str(place)), (*order, place))
    elif not _same(before, after):
        yield order, (".".join(path), before, after)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are one, a truth being no number."""
    return repr(_spelled(one)) == repr(_spelled(other))


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _spelled(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _told(oracle: Any, later: Any, earlier: Any, path: str, before: Any, after: Any) -> Row:
    names = [step for step in path.split(".") if not step.isdigit()]
    title = title_en = None
    for document in (later, earlier):
        fields, field = oracle.catalog.versions[document["schema"]].fields, None
        for name in names:
            field = next((one for one in fields if one.name == name), None)
            fields = field.fields if field else ()
        if field is not None:
            title, title_en = field.title, field.title_en
            break
    return {"path": path, "title": title, "titleEn": title_en, "before": before, "after": after}


def related(_oracle: Any, source: Thing, _given: Mapping[str, Any]) -> list[Thing] | None:
    """What a record says of others, each with the record that says it."""
    said = (source.document or {}).get("relatedDisclosures")
    return None if said is None else [Thing("related", one, owner=source) for one in said]


def named_by(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    """Those that an element means."""
    assert source.owner is not None
    own = source.owner.row.get("disclosure_id") or source.owner.row["id"]
    speaker = oracle.all("disclosure", "id", own)[0]
    rows = [row for row in oracle.rows["disclosure"] if _is_meant(row, source.row, speaker)]
    return oracle.page("disclosure", rows, given)


def related_from(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    """Those whose documents mean this one."""
    kinds = given.get("relationType")
    rows = [
        speaker
        for speaker in oracle.rows["disclosure"]
        if any(
            one.get("relationType") in (RELATIONS if kinds is None else kinds)
            and _is_meant(source.row, one, speaker)
            for one in oracle.documents.get(speaker["id"], {}).get("relatedDisclosures", ())
        )
    ]
    return oracle.page("disclosure", rows, given)


def _is_meant(row: Row, element: Mapping[str, Any], speaker: Row) -> bool:
    if row["id"] == speaker["id"]:
        return False
    name, url = element.get("disclosureId"), element.get("url")
    by_name = name is not None and (
        row["id"] == name or (row["local_id"] == name and row["publisher_id"] == speaker["publisher_id"])
    )
    return by_name or (url is not None and row["source_url"] == url)


def sources(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> Thing | None:
    """Where the values of a record came from, with the file of its load."""
    found = oracle.one("value_source", "disclosure_id", source.row["id"])
    if found is None:
        return None
    load = oracle.one("load", "id", source.row["load_id"])
    told = load.row if load else {"file_name": None, "sha256": None}
    return Thing(
        "sources", {"file": told["file_name"], "sha256": told["sha256"], "values": found.row["body"]}
    )


PAST: Mapping[str, Mapping[str, str | Resolver]] = {
    "disclosure": {
        "withdrawal": withdrawal, "relatedFrom": related_from, "relatedDisclosures": related, "sources": sources,
    },
    "sources": {name: name for name in ("file", "sha256", "values")},
    "snapshot": {"changes": changes("revision"), "relatedDisclosures": related},
    "revision": {"changes": changes("number")},
    "change": {"withdrawal": withdrawal_of_change},
    "withdrawal": {
        "version": "version", "reason": "reason", "at": moment,
        "kind": lambda oracle, source, given: source.row["kind"].upper(),
    },
    "difference": {name: name for name in ("path", "title", "titleEn", "before", "after")},
    "related": {
        **{
            name: (lambda oracle, source, given, name=name: source.row.get(name))
            for name in ("relationType", "disclosureId", "url")
        },
        "disclosures": named_by,
    },
}  # fmt: skip
