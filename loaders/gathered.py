"""What has become of a file's rows: fragments of records that wait for one another, refused rows, and all that is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from loaders.alone import Alone
from loaders.asked import Asked
from loaders.build import Place
from loaders.completeness import Completeness, filled_paths
from loaders.fragment import Fragment
from loaders.groups import Issues
from loaders.issues import RULES
from loaders.ledger import Ledger
from loaders.marks import Marks
from loaders.personal import mask
from loaders.screen import masked, masked_cells
from loaders.spool import Kept, Spool
from schemas.catalog import Disclosure
from schemas.issue import RULES as SCHEMA_RULES
from schemas.issue import Issue, issue
from store.cases import UNKNOWN, Case, case_of
from store.identity import Identity, identify, publisher_of

_REMEMBERED = 10_000  # records, at 3 kB


class Gathered:
    """Each row that came was skipped, refused, or kept under the record it belongs to; `rows` is how many came.

    With a ledger, which counts good rows that are not read, it is told which records are here.
    """

    def __init__(self, asked: Asked, fragments: Spool, refusals: Spool, ledger: Ledger | None = None) -> None:
        self._asked, self._fragments, self._refusals, self._ledger = asked, fragments, refusals, ledger
        self.rows = 0
        self.skipped: Counter[str] = Counter()
        self.refused = Marks()
        self.issues = Issues()
        self.completeness = Completeness()
        self.first: dict[str, int] = {}  # the first row of each version, noted beside a ledger
        # What the first records that come tell alone; that of those after them goes with them.
        self._remembered: dict[int, Alone] = {}

    @property
    def taken(self) -> int:
        """How many rows are data, and none of them refused."""
        return self.rows - len(self.refused) - sum(self.skipped.values())

    def groups(self) -> Iterator[list[Fragment]]:
        """The fragments of each record, records in the order of their first rows."""
        versions = self._asked.catalog.versions
        return (
            [Fragment.of(one, versions, self._remembered) for one in group]
            for group in self._fragments.groups()
        )

    def said_paths(self, record: Mapping[str, Any], disclosure: Disclosure, paths: int | None = None) -> int:
        """The properties that a file's record has; not a publisher that only stands in.

        `paths` are all that it has, where they are known.
        """
        if self._asked.checking and record.get("publisher") == self._asked.stand_in:
            record, paths = {name: value for name, value in record.items() if name != "publisher"}, None
        return filled_paths(record, disclosure) if paths is None else paths

    def refuse(
        self,
        row: int,
        place: Place,
        cells: Mapping[str, Any],
        issues: Iterable[Issue],
        *,
        made: Sequence[tuple[Disclosure, Mapping[str, Any]]] = (),
        noted: bool = False,
    ) -> None:
        """Refuse a row with its issues; `made` are the records that it would have been, or been part of.

        `noted` where the report has the issues already, for the whole sheet.
        """
        found = [masked(one) for one in issues]
        self.refused.add(row)
        case = [] if self._asked.checking else self._case(made, found)
        kept = [place.sheet, place.row, masked_cells(cells), [one.to_json() for one in found], case]
        self._refusals.add(str(row), row, Kept(kept))
        if not noted:
            self.issues.add(*found)

    def keep(
        self,
        made: Sequence[tuple[Disclosure, dict[str, Any], dict[str, Any]]],
        place: Place,
        cells: Mapping[str, Any],
        lacking: tuple[str, ...] = (),
    ) -> None:
        """Keep a row's fragments (type, record, sources) under the records they belong to.

        The row is refused whole if it cannot be told to which record one of them belongs.
        """
        bounds = self._asked.bounds
        if bounds is not None:
            made = [
                (disclosure, *bounds.complete(record, sources, place.sheet, place.row))
                for disclosure, record, sources in made
            ]
        identities = [identify(record, disclosure) for disclosure, record, _ in made]
        for identity, (disclosure, record, _) in zip(identities, made, strict=True):
            if identity is None and "" not in lacking:
                found = _unidentified(record, disclosure).at(sheet=place.sheet, row=place.row)
                said = [(disclosure, record) for disclosure, record, _ in made]
                self.refuse(self.rows, place, cells, [found], made=said)
                return
        for identity, (disclosure, record, sources) in zip(identities, made, strict=True):
            fragment = Fragment(self.rows, place, disclosure, record, sources, dict(cells), lacking)
            self.keep_fragment(fragment, identity)

    def keep_fragment(self, fragment: Fragment, identity: Identity | None, body: bytes | None = None) -> None:
        """Keep a fragment under the record it belongs to; `body` is its JSON where that is known already."""
        whose, name = identity.id if identity else f"row {self.rows}", fragment.disclosure.name
        # Of any version of its type. A row of a sheet that lacks something is no part of the records of another.
        key = f"{fragment.disclosure.type} {whose}" + f" {fragment.place.sheet}" * bool(fragment.lacking)
        alone = fragment.alone
        if alone is not None and len(self._remembered) < _REMEMBERED:
            self._remembered[self.rows], alone = alone, None
        self._fragments.add(key, self.rows, fragment.keep(body, alone))
        if self._ledger is not None:
            self.first[name] = min(self.rows, self.first.get(name, self.rows))
            if identity is not None and not fragment.lacking:
                self._ledger.met(hash((fragment.disclosure.type, identity.publisher.id, *identity.key)))

    def _case(
        self, made: Sequence[tuple[Disclosure, Mapping[str, Any]]], issues: Sequence[Issue]
    ) -> list[str | None]:
        """What a refused row is known by: the record that it would have been, and its department."""
        cases = [case_of(record, disclosure, issues) for disclosure, record in made]
        told = publisher_of({"publisher": self._asked.organization}) if self._asked.organization else None
        stated = Case(None, told.id, told.name) if told else UNKNOWN
        one = next((one for one in (*cases, stated) if one.publisher_id), UNKNOWN)
        return [one.disclosure_id, one.publisher_id, one.publisher and mask(one.publisher)[0]]


def _unidentified(record: Mapping[str, Any], disclosure: Disclosure) -> Issue:
    if not record.get("publisher"):
        return issue(RULES, "L005")
    alternatives = [
        " + ".join(disclosure.by_path[path].title for path in one) for one in disclosure.schema["key"]
    ]
    return issue(SCHEMA_RULES, "S016", expected="；".join(alternatives))
