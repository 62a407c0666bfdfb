"""What the tests of queries store: every type's sample and variations of it that a query can stumble over.

Made from the samples of whatever catalog is given, so that a new type is tested without a word about it.
"""

import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from store.draft import Entry
from store.engine import writing
from store.identity import identify
from store.withdrawing import withdraw
from store.writing import write

NOW = datetime(2024, 7, 1, 8, 0)
TOGETHER = 7  # records that are stored at a time
HOSTILE = (
    "'; DROP TABLE disclosure; --",
    'say "hi" \\ \\" and \\u0041',
    "100% of %(p0)s, :p0, ?1, {p}, {{c}}, $1",
    "emoji 😀👩‍👩‍👧 and 𠮷野家",
    "line\u2028separator\u2029paragraph\ttab\nnewline\u0001control\u007f",
    '{"a": [1, 2]} </script><b>',
    "昆明市呈贡区“示例”、《办法》·―",
    "null",
    "ÀÉß İı ΣΑΣ",
    "|",
)
AMOUNTS = (
    0,
    0.01,
    0.05,
    0.1,
    19.99,
    1e-2,
    100,
    1234567.8,
    9999999999999.99,
    -0.05,
    -19.99,
    10_000_000_000_000,
)
NUMBERS = (0, 0.1, 1 / 3, 26668.533333333333, 1e-7, 123456789.12345678, 2.5, 1e11, 0.30000000000000004)
_KEPT = ("localId", "schema", "publisher", "processId", "uscc", "partyRole")
DATES = ("2024-06-24", "2024-06-24", "2023-12-31", "1999-01-01", "2024-02-29")


def store(engine: Engine, catalog: Catalog, seed: int = 1) -> None:
    """Write the variations of all types in all versions; some twice or thrice, so that there are revisions."""
    made = [entry for disclosure in catalog.versions.values() for entry in variations(disclosure, seed)]
    revised = [
        Entry({**entry.record, "title": f"更正 {turn}:{place}"}, entry.disclosure)
        for turn in (1, 2)
        for place, entry in enumerate(made)
        if place % 6 < 3 - turn
    ]
    for batch in (made, revised[: len(revised) // 2], revised[len(revised) // 2 :]):
        unique = {repr(sorted(entry.record.items(), key=str)): entry for entry in batch}
        with writing(engine) as connection:
            _write(connection, list(unique.values()), catalog)


def withdraw_some(engine: Engine, catalog: Catalog) -> None:
    """Withdraw a few records, one of them for privacy, and bring one back."""
    ids = [identify(entry.record, entry.disclosure) for entry in _withdrawn(catalog)]
    for place, one in enumerate(ids):
        assert one is not None
        with writing(engine) as connection:
            at = NOW + timedelta(days=1, seconds=place)
            withdraw(connection, one.id, f"示例理由{place}", catalog, at, privacy=place == 1)
    with writing(engine) as connection:
        back = [
            Entry({**entry.record, "title": "又公开"}, entry.disclosure) for entry in _withdrawn(catalog)[2:]
        ]
        write(connection, back, catalog, None, NOW + timedelta(days=2), again=True)


def _withdrawn(catalog: Catalog) -> list[Entry]:
    chosen = list(catalog.types.values())[:3]
    return [list(variations(disclosure, 1))[2] for disclosure in chosen]


def _write(connection: Any, entries: list[Entry], catalog: Catalog) -> None:
    """Some at a time, each batch at its own second."""
    for place, batch in enumerate(_batches(entries)):
        write(connection, batch, catalog, None, NOW + timedelta(seconds=place))


def _batches(entries: list[Entry]) -> Iterator[list[Entry]]:
    """The entries in their order, no record twice in a batch: two contents of one would be refused."""
    batch: dict[str, Entry] = {}
    for entry in entries:
        identity = identify(entry.record, entry.disclosure)
        assert identity is not None
        if identity.id in batch or len(batch) == TOGETHER:
            yield list(batch.values())
            batch = {}
        batch[identity.id] = entry
    yield list(batch.values())


def variations(disclosure: Disclosure, seed: int) -> Iterator[Entry]:
    """The sample, one as bare as can be, and others of every number of parts, but for what identifies no record."""
    return (one for one in _variations(disclosure, seed) if identify(one.record, one.disclosure))


def _variations(disclosure: Disclosure, seed: int) -> Iterator[Entry]:
    sample = dict(disclosure.sample)
    chance = random.Random(f"{seed} {disclosure.name}")
    yield Entry(sample, disclosure)
    yield Entry({"schema": disclosure.name, "localId": "bare", "publisher": {"name": "某局"}}, disclosure)
    for number, (lots, items, parties) in enumerate([(0, 0, 0), (1, 1, 1), (2, 2, 2), (2, 0, 1), (1, 2, 0)]):
        record = {
            **deepcopy(sample),
            "localId": f"变-{disclosure.version}-{number}",
            "sourceUrl": f"https://example.org/{number}",
        }
        _vary(record, disclosure, chance)
        _resize(record, "lots", lots)
        _resize(record, "items", items)
        for lot in record.get("lots", []):
            _resize(lot, "items", items)
        record["parties"] = [
            {"partyRole": "reviewBody", "organization": {"name": chance.choice(HOSTILE)}, "rank": place + 1,
             "offer": {"amount": chance.choice(AMOUNTS)}}
            for place in range(parties)
        ]  # fmt: skip
        if not parties:
            del record["parties"]
        if number == len(disclosure.type) % 5:
            record["relatedDisclosures"] = [{"relationType": "sameAs", "disclosureId": "另一条"}]
        if number == (len(disclosure.type) + 1) % 5:
            record["relatedDisclosures"] = _relations(disclosure, sample, number)
        yield Entry(record, disclosure)


def _relations(disclosure: Disclosure, sample: Mapping[str, Any], number: int) -> list[dict[str, str]]:
    """Others by id, by number, by an address that many have, itself, nobody, and one that is not there."""
    known = identify(sample, disclosure)
    assert known is not None
    return [
        {"relationType": "corrects", "disclosureId": known.id},
        {"relationType": "terminates", "disclosureId": f"变-{disclosure.version}-{(number + 1) % 5}"},
        {"relationType": "supersedes", "url": "https://example.org/3", "disclosureId": "没有这条"},
        {"relationType": "corrects", "disclosureId": f"变-{disclosure.version}-{number}"},
        {"relationType": "supersedes"},
    ]


def _vary(record: dict[str, Any], disclosure: Disclosure, chance: random.Random) -> None:
    """Other dates, places and names; texts that hurt; numbers at the limits."""
    record["publishedDate"] = chance.choice(DATES)
    record["publisher"] = chance.choice(
        [
            record["publisher"],
            {"name": "昆明市公共资源交易中心", "uscc": "12530100MB0W000574"},
            {"name": "某局"},
        ]
    )
    record["region"] = chance.choice(["530114", "530100", "530000", "530114001", "530102"])
    if chance.random() < 0.5:
        record["processId"] = "共同的过程"
        record["publisher"] = {"name": "昆明市公共资源交易中心", "uscc": "12530100MB0W000574"}
    for name in ("level", "formedDate", "publishedDate", "region", "title", "outcome"):
        if chance.random() < 0.2:
            record.pop(name, None)
    _scatter(record, disclosure.fields, chance)


def _scatter(value: dict[str, Any], fields: tuple[Field, ...], chance: random.Random) -> None:
    for field in fields:
        found = value.get(field.name)
        if found is None or field.name in _KEPT:
            continue
        if field.is_money:
            value[field.name] = {
                "amount": chance.choice(AMOUNTS),
                "currency": chance.choice(["CNY", "CNY", "USD"]),
            }
        elif field.fields:
            for one in found if field.many else [found]:
                _scatter(one, field.fields, chance)
        elif chance.random() < 0.25:
            del value[field.name]
        elif field.kind == "text" and chance.random() < 0.6:
            text = chance.choice(HOSTILE)
            value[field.name] = [text, "二"] if field.many else text
        elif field.kind == "number":
            value[field.name] = chance.choice(NUMBERS)
    if "name" not in value and "uscc" not in value and {"name", "uscc"} <= {f.name for f in fields}:
        value["name"] = chance.choice(HOSTILE)  # an organization has one of the two


def _resize(holder: dict[str, Any], name: str, size: int) -> None:
    """The list cut to that size, or grown by copies of its elements with other numbers."""
    found: list[Mapping[str, Any]] = holder.get(name, [])
    if not found:
        return
    holder[name] = [deepcopy(dict(found[at % len(found)])) for at in range(size)]
    for at, one in enumerate(holder[name]):
        one.update({number: f"第{at + 1}号" for number in ("lotNumber", "parcelNumber") if number in one})
    if size == 0:
        del holder[name]
