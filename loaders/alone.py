"""What a record tells by itself, found when its row is read; put together from several rows it may tell something else."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, Self

from loaders.across import Across, Seen
from schemas.catalog import Catalog, Disclosure
from schemas.deadline import Unknown, due
from schemas.issue import Issue
from schemas.quality import quality
from store.draft import Known
from store.identity import Identity, Publisher

Reason = tuple[str, str]  # in Chinese, in English


class Sure(NamedTuple):
    """A record in which nothing is wrong, and which it is."""

    record: Mapping[str, Any]
    disclosure: Disclosure
    identity: Identity


class Alone(NamedTuple):
    """What a sure record tells: what could be better (without its place), and what is compared with other records."""

    known: Known
    found: Sequence[Issue]
    seen: Sequence[Seen]
    no_deadline: Reason | None

    @classmethod
    def of(cls, records: Sequence[Sure], catalog: Catalog, across: Across) -> list[Self]:
        """Of several records, looked at check by check."""
        known = [Known.of(one.record, one.disclosure, identity=one.identity) for one in records]
        found = [quality(one.record, one.disclosure, catalog) for one in records]
        seen = [across.seen(one.disclosure, one.record) for one in records]
        reasons = [no_deadline(one.record, one.disclosure, catalog) for one in records]
        return [cls(*one) for one in zip(known, found, seen, reasons, strict=True)]

    def to_json(self) -> list[Any]:
        """As the spool keeps it."""
        (id_, publisher, key), digest, published = self.known
        seen = [(path, None if path == of.dotted else of.dotted, value) for path, of, value in self.seen]
        found = [asdict(one) for one in self.found]
        return [id_, [*publisher], key, digest, published, found, seen, self.no_deadline]

    @classmethod
    def from_json(cls, kept: Sequence[Any], disclosure: Disclosure) -> Self:
        """What `to_json` kept."""
        id_, publisher, key, digest, published, found, seen, reason = kept
        known = Known(Identity(id_, Publisher(*publisher), tuple(key)), digest, published)
        issues = [Issue(**{**one, "clause": tuple(one["clause"])}) for one in found]
        of = disclosure.by_path
        seen = [(path, of[dotted or path], value) for path, dotted, value in seen]
        return cls(known, issues, seen, reason and tuple(reason))


def no_deadline(record: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog) -> Reason | None:
    """Why a record's deadline is unknown, None where it is known."""
    found = due(record, catalog.newest_minor(disclosure), catalog.calendar)
    return (found.message, found.message_en) if isinstance(found, Unknown) else None
