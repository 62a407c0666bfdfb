"""Records on their way into the store: which each is, what tells its content apart, and its rows once they are made.

All of it follows from the records and the catalog; only `store.writing` asks the database. So it may be made elsewhere,
and before the transaction in which it is written.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Self

import orjson

from schemas.catalog import Catalog, Disclosure
from store import features, searching
from store.errors import StoreError
from store.identity import Identity, identify, recency
from store.rows import Parts, Row, parts, publisher_row


@dataclass(frozen=True, slots=True)
class Entry:
    """A checked record of a version; `sources` says where each value came from: {path: [sheet, row, column, …]}.

    `identity` is what `identify` gives, where it is known already. `former` are codes of before 2015 of its
    organizations, `{"lots.0.transferee": "775512343"}`: the standard has no place for them in a record.
    """

    record: Mapping[str, Any]
    disclosure: Disclosure
    sources: Mapping[str, Any] | None = None
    identity: Identity | None = None
    former: Mapping[str, str] | None = None


@dataclass
class Made:
    """The rows of a record, as the recency that follows from it says; `sources` and `body` are JSON.

    `names` are what its processes are found by, see store/searching.py.
    """

    parts: Parts
    body: str
    sources: str | None
    terms: str
    features: list[features.Row]
    publisher: Row
    names: dict[str, searching.Name]


@dataclass
class Draft:
    """One record: its shard and its id, what it says, and since when; once it is written, its number."""

    shard: str
    id: str
    digest: str
    recency: int
    revision: int = 1
    number: int = 0  # in the database that it is written into
    made: Made | None = None

    def place(self, place: int) -> None:
        """Give the record another recency than follows from it."""
        self.recency = place
        assert self.made is not None
        for party in self.made.parts.parties:
            party["recency"] = place


Make = Callable[[Sequence[Draft]], None]


@dataclass(frozen=True, slots=True)
class Drafts:
    """A batch: its drafts, the ids of its entries in their order, and the digests of the indexes of its types.

    `make` makes the rows of some of the drafts.
    """

    drafts: Sequence[Draft]
    ids: tuple[str, ...]
    indexes: Mapping[str, str]
    make: Make

    @classmethod
    def of(cls, entries: Iterable[Entry], catalog: Catalog) -> Self:
        """The drafts of entries, without their rows.

        Raises StoreError D010 for two entries of one id with different content, D011 for one without identity.
        """
        drafts: dict[str, Draft] = {}
        known: dict[str, tuple[Entry, Identity, bytes]] = {}
        ids: list[str] = []
        for entry in entries:
            identity = entry.identity or identify(entry.record, entry.disclosure)
            if identity is None:
                raise _unidentified(entry.disclosure)
            body = content(entry.record)
            digest = _digest(body, entry.former)
            first = drafts.get(identity.id)
            if first is None:
                given = entry.record.get("publishedDate")
                published = date.fromisoformat(given) if given else None
                place = recency(published, identity.id)
                drafts[identity.id] = Draft(identity.publisher.shard, identity.id, digest, place)
                known[identity.id] = entry, identity, body
            elif first.digest != digest:
                raise _contradicting(identity)
            ids.append(identity.id)
        types = dict.fromkeys(entry.disclosure.type for entry, _, _ in known.values())
        indexes = {one: features.reader(one, catalog).digest for one in types}
        return cls([*drafts.values()], tuple(ids), indexes, partial(_make, known, catalog))


def content(record: Mapping[str, Any]) -> bytes:
    """A record as it is stored and compared: JSON with sorted keys, without our own `id`."""
    own = {key: value for key, value in record.items() if key != "id"} if "id" in record else record
    return orjson.dumps(own, option=orjson.OPT_SORT_KEYS)


def _digest(body: bytes, former: Mapping[str, str] | None) -> str:
    """What tells the contents of a record apart, the former codes beside it included."""
    beside = orjson.dumps(former, option=orjson.OPT_SORT_KEYS) if former else b""
    return hashlib.sha256(body + beside).hexdigest()


def _make(
    known: Mapping[str, tuple[Entry, Identity, bytes]], catalog: Catalog, drafts: Sequence[Draft]
) -> None:
    publishers: dict[str, Row] = {}
    for draft in drafts:
        entry, identity, body = known[draft.id]
        publisher = identity.publisher
        if publisher.id not in publishers:
            publishers[publisher.id] = publisher_row(entry.record, publisher, catalog)
        made = parts(entry.record, entry.disclosure, identity, catalog, entry.former)
        for row in made.parties:
            row["recency"] = draft.recency
        reader = features.reader(entry.disclosure.type, catalog)
        draft.made = Made(
            made,
            body.decode(),
            orjson.dumps(entry.sources).decode() if entry.sources else None,
            searching.spaced(made.text),
            reader.rows(entry.record),
            publishers[publisher.id],
            {row["id"]: searching.name("process", row) for row in made.processes},
        )


def _unidentified(disclosure: Disclosure) -> StoreError:
    return StoreError(
        "D011", "无法确定记录的身份", "the record cannot be told from others",
        f"填写公开主体和本类型的编号({disclosure.title})。",
        f"Give the publisher and an identifier of this type ({disclosure.title_en}).",
    )  # fmt: skip


def _contradicting(identity: Identity) -> StoreError:
    key = "、".join(identity.key)
    return StoreError(
        "D010", f"同一批中有两条标识相同、内容不同的记录:{identity.id}({key})",
        f"two records of one batch have the same id and different content: {identity.id} ({key})",
        "合并这些行,或者给它们不同的本地编号。", "Merge the rows, or give them different local identifiers.",
    )  # fmt: skip
