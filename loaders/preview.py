"""What a file would change in the store, told before it is sent: new records, revisions field by field, what is refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, and_, select

from formats.confinement import DEFAULT, Limits
from loaders.bounds import Bounds
from loaders.load import check
from loaders.outcome import Outcome
from loaders.profile import Profile
from loaders.report import Report
from loaders.run import BATCH
from loaders.sources import source_of
from schemas.catalog import Catalog, Disclosure
from schemas.path import crossed, values
from schemas.probe import is_number, titled
from store import bulk, tables
from store.differences import Difference, differences
from store.draft import content
from store.identity import Identity, identify

# How many records are shown, and how many differences of each; all are counted.
RECORDS, DIFFERENCES = 100, 50
_KINDS = ("new", "revised", "unchanged", "withdrawn", "outside")


@dataclass(slots=True)
class Preview:
    """How many records of a file are of each kind, and the first of those that would change something stored."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(_KINDS, 0)))
    records: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The preview as an answer shows it."""
        return {**self.counts, "records": self.records}


def preview(
    path: Path,
    catalog: Catalog,
    engine: Engine,
    *,
    type: str | None,
    profile: Profile | None,
    bounds: Bounds,
    limits: Limits = DEFAULT,
) -> tuple[Report, Preview]:
    """What loading a file within its bounds would do now; nothing is stored."""
    found, batch = Preview(), _Batch(engine, catalog, bounds)

    def taken(outcome: Outcome) -> None:
        batch.outcomes.append(outcome)
        if len(batch.outcomes) == BATCH:
            batch.into(found)

    report = check(path, catalog, type=type, profile=profile, limits=limits, taken=taken, bounds=bounds)
    batch.into(found)
    return report, found


class _Batch:
    """Records held against the store together."""

    def __init__(self, engine: Engine, catalog: Catalog, bounds: Bounds) -> None:
        self._engine, self._catalog, self._bounds = engine, catalog, bounds
        self.outcomes: list[Outcome] = []

    def into(self, found: Preview) -> None:
        """Count the records and show what they change."""
        claims: list[tuple[Mapping[str, Any], Identity]] = []
        for one in self.outcomes:
            identity = identify(one.record, one.disclosure)
            assert identity is not None
            claims.append((one.record, identity))
        ids = [identity.id for _, identity in claims]
        with self._engine.connect() as connection:
            beyond = self._bounds.overreaching(connection, claims, self._catalog) if claims else []
            d, doc = tables.disclosure.c, tables.document.c
            query = (
                select(d.id, d.status, doc.body)
                .outerjoin_from(
                    tables.disclosure,
                    tables.document,
                    and_(doc.shard == d.shard, doc.disclosure_number == d.number),
                )
                .where(bulk.among(connection, d.id, ids))
            )
            stored = {row.id: (row.status, row.body) for row in connection.execute(query)}
        for outcome, id_, outside in zip(self.outcomes, ids, beyond, strict=True):
            status, body = stored.get(id_, (None, None))
            if outside:
                self._show(found, "outside", outcome, id_, issues=[one.to_json() for one in outside])
            elif status is None:
                found.counts["new"] += 1
            elif status == "withdrawn":
                self._show(found, "withdrawn", outcome, id_)
            else:
                changed = [*differences(body, orjson.loads(content(outcome.record)))]
                if not changed:
                    found.counts["unchanged"] += 1
                    continue
                shown = [_said(one, outcome.disclosure) for one in changed[:DIFFERENCES]]
                self._show(found, "revised", outcome, id_, count=len(changed), differences=shown)
        self.outcomes = []

    def _show(self, found: Preview, kind: str, outcome: Outcome, id_: str, **more: Any) -> None:
        found.counts[kind] += 1
        if len(found.records) >= RECORDS:
            return
        source: Sequence[Any] | None = source_of("", outcome.sources)
        place = {"sheet": source[0], "row": source[1]} if source else {}
        caption = (values(outcome.record, path.split(".")) for path in outcome.disclosure.schema["caption"])
        title = next((str(one) for several in caption for one in several), outcome.disclosure.title)
        found.records.append({"kind": kind, "id": id_, "title": title, **place, **more})


def _said(one: Difference, disclosure: Disclosure) -> dict[str, Any]:
    """A difference with what people call the property."""
    of = disclosure.by_path.get(crossed(one.path))
    title, title_en = titled(of, disclosure) if of else (one.path, one.path)
    return {
        "path": one.path,
        "title": title,
        "titleEn": title_en,
        "before": _shown(one.before),
        "after": _shown(one.after),
    }


def _shown(value: Any) -> Any:
    """A value as people read it: what is no text and no number as JSON."""
    if value is None or isinstance(value, str) or is_number(value):
        return value
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
