"""What the shapes are asked with: many values each, so that no kept answer helps, drawn from the rows themselves."""

import random
import re
from base64 import urlsafe_b64encode
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Engine, text

from api.operation import Request, Service
from schemas.catalog import Catalog
from store.features import features

MANY = 400
PAGE = 20
TENDERS, BUYER = "procurement/tender-notice", "buyer.uscc"  # a type and a property of its own
_CHINESE = re.compile("[\u4e00-\u9fff]{2,}")
_WALK = "query($after: String) { disclosures(first: 100, after: $after) { edges { cursor node { id } } } }"


class Values:
    """Values of one database, the same for all that are asked; `service` is ours, to be told cursors by."""

    def __init__(self, engine: Engine, service: Service) -> None:
        self.engine, self.service = engine, service
        self.their_order = ""  # how PostGraphile's cursors begin, which one of its answers tells
        self._ids: dict[str, str] = {}
        self._walked: list[str] = []

    @cached_property
    def disclosures(self) -> list[str]:
        """Disclosures of all times."""
        first, last = self._all("SELECT min(recency), max(recency) FROM disclosure WHERE recency > 0")[0]
        chosen = random.Random(11)
        query = "SELECT id FROM disclosure WHERE recency >= :place ORDER BY recency LIMIT 1"
        found = (self._all(query, place=chosen.randint(first, last)) for _ in range(MANY))
        return list(dict.fromkeys(rows[0][0] for rows in found))

    @cached_property
    def organizations(self) -> list[str]:
        """Parties of the disclosures above: whoever is often a party is often asked for."""
        query = "SELECT organization_id FROM party WHERE disclosure_number = (SELECT number FROM disclosure WHERE id = :id) ORDER BY ordinal DESC"
        found = [self._all(query, id=one) for one in self.disclosures]
        return list(dict.fromkeys(rows[at % len(rows)][0] for at, rows in enumerate(found) if rows))

    @cached_property
    def domains_and_prefectures(self) -> list[tuple[str, str]]:
        rows = self._all(
            "SELECT domain, prefecture FROM disclosure WHERE prefecture IS NOT NULL"
            " GROUP BY domain, prefecture HAVING count(*) >= 50 ORDER BY prefecture, domain"
        )
        return [(domain, prefecture) for domain, prefecture in rows]

    @cached_property
    def prefectures(self) -> list[str]:
        return list(dict.fromkeys(prefecture for _, prefecture in self.domains_and_prefectures))

    @cached_property
    def buyers(self) -> list[str]:
        """Buyers of tender notices."""
        rows = self._all(
            "SELECT text FROM feature WHERE property = :number AND text IS NOT NULL ORDER BY recency DESC LIMIT 4000",
            number=self.buyer,
        )
        return list(dict.fromkeys(row[0] for row in rows))[:MANY]

    @cached_property
    def buyer(self) -> int:
        """The number of that property."""
        return property_of(self.service.catalog, TENDERS, BUYER)

    @cached_property
    def words(self) -> list[str]:
        """Words of two characters, from anywhere in titles."""
        chosen = random.Random(6)
        words: dict[str, None] = {}
        for one in self.disclosures:
            title = self._all(
                "SELECT title FROM disclosure WHERE shard = :shard AND id = :id", shard=one[:6], id=one
            )
            for run in _CHINESE.findall(title[0][0]):
                at = chosen.randrange(len(run) - 1)
                words[run[at : at + 2]] = None
        return list(words)

    def cursors(self, page: int) -> list[str]:
        """Our cursors about that page, each beginning another page."""
        wanted = page * PAGE + MANY // 2
        after = self._walked[-1] if self._walked else None
        while len(self._walked) < wanted:
            answer = self.service.answer(Request(_WALK, {"after": after}))
            edges = orjson.loads(answer.body)["data"]["disclosures"]["edges"]
            if not edges:
                break
            for edge in edges:
                self._walked.append(edge["cursor"])
                self._ids[edge["cursor"]] = edge["node"]["id"]
            after = self._walked[-1]
        first = max(0, min(page * PAGE, len(self._walked) - PAGE) - MANY // 2)
        return self._walked[first : first + MANY]

    def peer_cursor(self, ours: str) -> str:
        """The graphene peer's cursor of the same row."""
        return urlsafe_b64encode(str(self._recency(ours)).encode()).decode()

    def their_cursor(self, ours: str) -> str:
        """PostGraphile's cursor of the same row."""
        one = self._ids[ours]
        parts = [self.their_order, str(self._recency(ours)), one[:6], one]
        return urlsafe_b64encode(orjson.dumps(parts)).decode()

    def _recency(self, ours: str) -> int:
        one = self._ids[ours]
        found = self._all(
            "SELECT recency FROM disclosure WHERE shard = :shard AND id = :id", shard=one[:6], id=one
        )
        return int(found[0][0])

    def _all(self, query: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))


def property_of(catalog: Catalog, type_path: str, dotted: str) -> int:
    """The number of a property in the index of features."""
    return next(one.property for one in features(catalog.history(type_path)) if one.dotted == dotted)
