"""Records on their way into the store: which each is, what tells its content apart, and its rows once they are made.

All of it follows from the records and the catalog; only `store.writing` asks the database. So it may be made elsewhere,
and before the transaction in which it is written.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple, Self

import orjson

from schemas.catalog import Catalog, Disclosure
from store import features, searching
from store.errors import StoreError
from store.identity import Identity, Publisher, identify, publisher_of, recency
from store.rows import Parts, Row, parts, publisher_row


class Known(NamedTuple):
    """What tells a record apart, and what tells its content apart; `published` is its date as written."""

    identity: Identity
    digest: str
    published: str | None

    @classmethod
    def of(
        cls, record: Mapping[str, Any], disclosure: Disclosure, former: Mapping[str, str] | None = None,
        identity: Identity | None = None,
    ) -> "Known":  # fmt: skip
        """Of a record, whose `identity` may be known already; raises StoreError D011 where it has none."""
        identity = identity or identify(record, disclosure)
        if identity is None:
            raise _unidentified(disclosure)
        return cls(identity, _digest(content(record), former), record.get("publishedDate"))


class Entry:
    """A checked record of a version; `sources` says where each value came from: {path: [sheet, row, column, …]}.

    The record may be given as JSON, which is read whenever it is asked for. `known` is what `Known.of` gives, where it is
    known already. `former` are codes of before 2015 of its organizations, `{"lots.0.transferee": "775512343"}`: the
    standard has no place for them in a record.
    """

    __slots__ = ("_record", "disclosure", "former", "known", "sources")

    def __init__(
        self, record: Mapping[str, Any] | bytes, disclosure: Disclosure, sources: Mapping[str, Any] | None = None,
        former: Mapping[str, str] | None = None, known: Known | None = None,
    ) -> None:  # fmt: skip
        self._record, self.disclosure, self.sources = record, disclosure, sources
        self.former, self.known = former, known

    @property
    def publisher(self) -> Publisher | None:
        """Who published it, None where it names nobody."""
        return self.known.identity.publisher if self.known else publisher_of(self.record)

    @property
    def record(self) -> Mapping[str, Any]:
        """What it says."""
        return orjson.loads(self._record) if isinstance(self._record, bytes) else self._record


@dataclass
class Made:
    """The rows of a record, as the recency that follows from it says; `sources` and `body` are JSON.

    `names` are what its processes are found by, see store/searching.py.
    """

    parts: Parts
    body: bytes
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
        made: dict[str, tuple[Entry, Identity]] = {}
        ids: list[str] = []
        for entry in entries:
            identity, digest, given = entry.known or Known.of(entry.record, entry.disclosure, entry.former)
            first = drafts.get(identity.id)
            if first is None:
                published = date.fromisoformat(given) if given else None
                place = recency(published, identity.id)
                drafts[identity.id] = Draft(identity.publisher.shard, identity.id, digest, place)
                made[identity.id] = entry, identity
            elif first.digest != digest:
                raise _contradicting(identity)
            ids.append(identity.id)
        types = dict.fromkeys(entry.disclosure.type for entry, _ in made.values())
        indexes = {one: features.reader(one, catalog).digest for one in types}
        return cls([*drafts.values()], tuple(ids), indexes, partial(_make, made, catalog))

    def let_go(self) -> set[str]:
        """Give up the rows that were made; gives the ids of their drafts."""
        made = [draft for draft in self.drafts if draft.made is not None]
        for draft in made:
            draft.made = None
        return {draft.id for draft in made}


def content(record: Mapping[str, Any]) -> bytes:
    """A record as it is stored and compared: JSON with sorted keys, without our own `id`."""
    own = {key: value for key, value in record.items() if key != "id"} if "id" in record else record
    return orjson.dumps(own, option=orjson.OPT_SORT_KEYS)


def _digest(body: bytes, former: Mapping[str, str] | None) -> str:
    """What tells the contents of a record apart, the former codes beside it included."""
    beside = orjson.dumps(former, option=orjson.OPT_SORT_KEYS) if former else b""
    return hashlib.sha256(body + beside).hexdigest()


def _make(of: Mapping[str, tuple[Entry, Identity]], catalog: Catalog, drafts: Sequence[Draft]) -> None:
    publishers: dict[str, Row] = {}
    for draft in drafts:
        entry, identity = of[draft.id]
        record, publisher = entry.record, identity.publisher
        if publisher.id not in publishers:
            publishers[publisher.id] = publisher_row(record, publisher, catalog)
        made = parts(record, entry.disclosure, identity, catalog, entry.former)
        for row in made.parties:
            row["recency"] = draft.recency
        reader = features.reader(entry.disclosure.type, catalog)
        draft.made = Made(
            made,
            content(record),
            orjson.dumps(entry.sources).decode() if entry.sources else None,
            searching.spaced(made.text),
            reader.rows(record),
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
