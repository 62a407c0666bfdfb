"""The changes of a selection, span by span, for whoever follows them: the stream, and what webhooks are told.

Each is the change that a file of deltas has (`publish.datasets.deltas`). A look goes over a bounded number of versions
and gives a bounded number of changes, whatever the selection is.
"""

from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine

from publish.datasets.deltas import CHANGES, change_of, types_of
from publish.datasets.jsonlines import Orders, facts_of
from publish.datasets.layout import tables
from publish.datasets.reading import Snapshot, snapshot
from publish.datasets.statements import Chosen, Rows
from publish.selection import Selection
from schemas.catalog import Catalog
from store.engine import driven

SPAN = 5_000  # versions that one look goes over
PAGE = 100  # changes that it gives
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Change:
    """A change: its version, its kind (added, changed, withdrawn, removed), and all of it as JSON."""

    version: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """The changes of a span of versions, up to which version that is all, and the newest version there is."""

    told: tuple[Change, ...]
    version: int
    newest: int


@dataclass(frozen=True)
class Follower:
    """Looks at the changes in one database; `site` stands before the addresses of records."""

    engine: Engine
    catalog: Catalog
    site: str = ""

    def look(self, selection: Selection, chosen: Chosen, after: int, page: int = PAGE) -> Look:
        """What changed of a selection after a version; `chosen` is the same as a condition.

        An error of the driver comes as SQLAlchemy's, as everywhere else.
        """
        with driven(self.engine), snapshot(self.engine) as taken:
            return self._look(taken, selection, chosen, after, page)

    def _look(self, taken: Snapshot, selection: Selection, chosen: Chosen, after: int, page: int) -> Look:
        newest = taken.standing().version
        until = min(after + SPAN, newest)
        if until <= after:
            return Look((), after, newest)
        statement = Rows(taken.dialect, self.catalog, self.site).changes(
            facts_of(tables(self.catalog)[0]), chosen, types_of(selection, self.catalog), after, until
        )
        orders, told = Orders(self.catalog), list[Change]()
        for piece in taken.pieces(statement, chosen, CHANGES, page):
            for row in piece:
                change = change_of(row, after, orders)
                told.append(Change(change["version"], change["change"], _ENCODER.encode(change)))
                if len(told) == page:
                    return Look(tuple(told), told[-1].version, newest)
        return Look(tuple(told), until, newest)
