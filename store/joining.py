"""Organizations that turn out to be one: what follows from codes, from names within a process, from what was accepted.

What a party is called by its disclosure alone gives its id (store/identity.py). Which ids are one organization follows
from the whole store, whatever the order in which it was filled:

- ids with the same lasting code (schemas/formercode.py);
- a party named without a code, and the only one with a code and the same name in its process;
- two that somebody accepted as one (store/suggesting.py).

Of such a group one id is the organization: the least credit code, else the least id. The others are aliases: their rows stand in
`organization_alias`, and their parties point to the organization and keep the id that their disclosure gives.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, delete, exists, func, insert, select, union

from schemas.formercode import lasting_code
from store import bulk, rollups, searching, tables
from store.engine import writing
from store.identity import FORMER, NAMED, organization_id
from store.involvement import Span
from store.names import process_key
from store.rows import Parts, Row

AFTER_FORMER = FORMER[:-1] + chr(ord(FORMER[-1]) + 1)
CODE, PROCESS, ACCEPTED = "code", "process", "accepted"
_O, _A, _P = tables.organization.c, tables.organization_alias.c, tables.party.c
_C, _LINK = tables.process.c, tables.disclosure_process.c
_LINKED = _LINK.process_serial == _C.serial
_D = tables.disclosure.c
# Codes that are settled in one transaction, with so many disclosures together: what is read of them stands in memory.
_CODES, _TOGETHER = 1_000, 2_000
_COLUMNS = ("id", "uscc", "name", "process_id", "name_key", "lasting_code")


@dataclass(frozen=True, slots=True)
class Member:
    """An id of a group: its row, and what it is an alias of, if it is."""

    id: str
    uscc: str | None
    name: str
    process_id: str | None
    name_key: str | None
    lasting_code: str | None
    organization_id: str | None = None
    basis: str | None = None
    linked_id: str | None = None

    @property
    def rank(self) -> tuple[bool, bool, bool, str]:
        """What makes the organization of a group: a credit code that is right, any credit code, any code."""
        right = self.uscc is not None and self.lasting_code is not None
        return not right, self.uscc is None, self.id.startswith(NAMED), self.id

    def row(self) -> dict[str, Any]:
        """The columns that both tables have."""
        return {name: getattr(self, name) for name in _COLUMNS}


def aliases(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Those of the ids that are aliases, with the organization they are."""
    query = select(_A.id, _A.organization_id).where(bulk.among(connection, _A.id, ids))
    return {row[0]: row[1] for row in connection.execute(query)}


def resolve(connection: Connection, made: Sequence[Parts], wanted: dict[str, Row]) -> None:
    """Let the parties of new records that are called by an alias point to the organization that it is.

    The aliases leave `wanted`, the organizations that are to be there.
    """
    known = aliases(connection, sorted(wanted))
    if not known:
        return
    for one in known:
        del wanted[one]
    for record in made:
        for party in record.parties:
            said = party["organization_id"]
            if said in known:
                party.update(organization_id=known[said], said_id=said)


def processes(connection: Connection, disclosures: Sequence[str]) -> list[str]:
    """The processes of some disclosures."""
    if not disclosures:
        return []
    theirs = and_(_LINK.shard == _D.shard, _LINK.disclosure_number == _D.number)
    query = select(_C.id).join_from(tables.disclosure, tables.disclosure_process, theirs)
    query = query.join(tables.process, _LINKED)
    return list(connection.scalars(query.where(bulk.among(connection, _D.id, disclosures)).distinct()))


def candidates(connection: Connection, made: Sequence[Parts], before: Iterable[str]) -> set[str]:
    """The processes of new records, and those `before`, in which a party can be joined, or not any longer.

    Those of several disclosures with parties of both kinds, with a code and without; those that have aliases; and
    those of a record that names one organization twice.
    """
    ids = sorted({row["id"] for one in made for row in one.processes} | set(before))
    query = (
        select(_C.id)
        .join_from(tables.process, tables.disclosure_process, _LINKED)
        .where(bulk.among(connection, _C.id, ids))
        .group_by(_C.id)
        .having(func.count() > 1)
    )
    several = list(connection.scalars(query))
    found: set[str] = set()
    if several:
        condition, parameter = bulk.one_of(connection, "c.id", several)
        kind = f"CASE WHEN coalesce(p.said_id, p.organization_id) LIKE '{NAMED}%%' THEN 0 ELSE 1 END"
        both = (
            "SELECT c.id FROM process c JOIN disclosure_process l ON l.process_serial = c.serial"  # noqa: S608
            " JOIN party p ON p.shard = l.shard AND p.disclosure_number = l.disclosure_number"
            f" WHERE {condition} GROUP BY c.id HAVING min({kind}) < max({kind})"
        )
        found.update(row[0] for row in connection.exec_driver_sql(both, (parameter,)))
    found.update(connection.scalars(select(_A.process_id).where(bulk.among(connection, _A.process_id, ids))))
    keys: dict[str, str | None] = {}
    for one in made:
        if _names_twice(one, keys):
            found.update(row["id"] for row in one.processes)
    return found


def _names_twice(one: Parts, keys: dict[str, str | None]) -> bool:
    """Whether a record has a party without a code and one with a code of the same name; `keys` are those known."""
    if len({row["process_id"] is None for row in one.organizations.values()}) < 2:
        return False
    names: tuple[set[str | None], set[str | None]] = (set(), set())
    for party in one.parties:
        name = party["name"]
        if name not in keys:
            keys[name] = process_key(name)
        said = party["said_id"] or party["organization_id"]
        names[said.startswith(NAMED)].add(keys[name])
    return bool((names[0] & names[1]) - {None})


def note(connection: Connection, ids: Iterable[str]) -> None:
    """Remember which of these organizations, new ones, have a lasting code that another has too."""
    codes = sorted({code for one in ids if (code := code_of(one))})
    if not codes:
        return
    several: Select[Any] = (
        select(_O.lasting_code)
        .where(bulk.among(connection, _O.lasting_code, codes))
        .group_by(_O.lasting_code)
        .having(func.count() > 1)
    )
    alias: Select[Any] = select(_A.lasting_code).where(bulk.among(connection, _A.lasting_code, codes))
    found = several.union(alias).subquery()
    pending = tables.organization_pending
    new = select(found.c.lasting_code).where(found.c.lasting_code.not_in(select(pending.c.lasting_code)))
    connection.execute(insert(pending).from_select(["lasting_code"], new))


def code_of(one: str) -> str | None:
    """What stays of the code in an id when codes change; None where there is none, or its checks fail."""
    return one.removeprefix(FORMER) if one.startswith(FORMER) else lasting_code(one)


def settle_pending(engine: Engine) -> int:
    """Join what the batches noted, some codes in a transaction beside which nobody writes; gives how many there were."""
    settled = 0
    while codes := _settle_some(engine):
        settled += codes
    return settled


def _settle_some(engine: Engine) -> int:
    pending = tables.organization_pending
    first = select(pending.c.lasting_code).order_by(pending.c.lasting_code).limit(_CODES)
    with engine.connect() as connection:
        if connection.scalar(first) is None:
            return 0
    with writing(engine) as connection:
        bulk.lock_all(connection, bulk.WRITERS)
        codes = _few(connection, list(connection.scalars(first)))
        query = [select(c.id).where(bulk.among(connection, c.lasting_code, codes)) for c in (_O, _A)]
        touched = [one for each in query for one in connection.scalars(each)]
        with rollups.keeping(connection, []) as span:
            settle(connection, touched, {}, span)
        connection.execute(delete(pending).where(bulk.among(connection, pending.c.lasting_code, codes)))
    return len(codes)


def _few(connection: Connection, codes: Sequence[str]) -> list[str]:
    """The first of some codes, as many as have not too many disclosures together."""
    whose = [(_O.lasting_code, _O.id), (_A.lasting_code, _A.organization_id.label("id"))]
    theirs = union(
        *(select(code, one).where(bulk.among(connection, code, codes)) for code, one in whose)
    ).subquery()
    figures = tables.rollup_organization.c
    counted = (
        select(theirs.c.lasting_code, func.sum(figures.disclosures))
        .join(tables.rollup_organization, figures.organization_id == theirs.c.id)
        .where(figures.dimension == "domain")
        .group_by(theirs.c.lasting_code)
    )
    disclosures = Counter({code: int(several) for code, several in connection.execute(counted)})
    so_far = accumulate(disclosures[code] for code in codes)
    few = [code for code, several in zip(codes, so_far, strict=True) if several <= _TOGETHER]
    return few or list(codes[:1])


def settle_processes(connection: Connection, processes: Iterable[str], span: Span) -> None:
    """Join the parties without a code of some processes, all of one shard, to those that have one; or no longer."""
    ids = sorted(set(processes))
    if not ids:
        return
    said = func.coalesce(_P.said_id, _P.organization_id)
    query = (
        select(_C.id, said, _P.name)
        .join_from(tables.process, tables.disclosure_process, _LINKED)
        .join(tables.party, (_P.shard == _LINK.shard) & (_P.disclosure_number == _LINK.disclosure_number))
        .where(bulk.among(connection, _C.id, ids))
    )
    keys: dict[str, str | None] = {}
    coded: dict[tuple[str, str], set[str]] = {}
    named: dict[str, tuple[str, str]] = {}
    for process, one, name in connection.execute(query):
        if name not in keys:
            keys[name] = process_key(name)
        key = keys[name]
        if key is None:
            continue
        if not one.startswith(NAMED):
            coded.setdefault((process, key), set()).add(one)
        elif organization_id(None, name, process) == one:
            named[one] = process, key
    before: dict[str, str | None] = {}
    known = select(_A.id, _A.process_id, _A.name, _A.linked_id).where(
        bulk.among(connection, _A.process_id, ids)
    )
    for one, process, name, linked in connection.execute(known):
        key = process_key(name)
        before[one] = linked
        if key is not None:
            named.setdefault(one, (process, key))
    links = {one: _only(coded.get(place, set())) for one, place in named.items()}
    changed = {one: link for one, link in links.items() if link != before.get(one)}
    if changed:
        ends = {link for link in (*changed.values(), *map(before.get, changed)) if link}
        settle(connection, [*changed, *ends], changed, span)


def _only(coded: set[str]) -> str | None:
    """The one organization that has a code; None where there are several, or none."""
    different = {code_of(one) or one for one in coded}
    return min(coded) if len(different) == 1 else None


def forget(connection: Connection, ids: Sequence[str], span: Span) -> None:
    """Let those of the ids go by which no party is called any more, with their aliases and suggestions."""
    own = exists().where(_P.organization_id == _O.id, _P.said_id.is_(None))
    called = exists().where(_P.organization_id == _A.organization_id, _P.said_id == _A.id)
    gone = [
        *connection.scalars(select(_O.id).where(bulk.among(connection, _O.id, ids), ~own)),
        *connection.scalars(select(_A.id).where(bulk.among(connection, _A.id, ids), ~called)),
    ]
    if not gone:
        return
    settle(connection, gone, {}, span, frozenset(gone))
    table = tables.organization_suggestion
    for column in (table.c.one_id, table.c.other_id):
        connection.execute(delete(table).where(bulk.among(connection, column, gone)))


def former(connection: Connection, disclosures: Sequence[str]) -> list[str]:
    """The ids made of former codes by which the parties of some disclosures are called."""
    if not disclosures:
        return []
    said = func.coalesce(_P.said_id, _P.organization_id)
    theirs = and_(_P.shard == _D.shard, _P.disclosure_number == _D.number)
    query = select(said).join_from(tables.disclosure, tables.party, theirs)
    query = query.where(bulk.among(connection, _D.id, disclosures), said >= FORMER, said < AFTER_FORMER)
    return list(connection.scalars(query.distinct()))


def settle(
    connection: Connection, touched: Sequence[str], links: Mapping[str, str | None], span: Span,
    gone: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Find anew which of the touched ids, and all that they were one with, are one; let tables and figures say so.

    `links` are those within a process that have changed. Ids that are `gone` no disclosure gives any more: what held
    together by them comes apart, and their rows go.
    """
    stored = _members(connection, touched)
    members = {
        one: replace(member, linked_id=links[one]) if one in links else member
        for one, member in stored.items()
        if one not in gone
    }
    groups = _groups(members, _accepted(connection, sorted(members)))
    moved: list[tuple[str, str, str]] = []
    rows: list[Member] = []
    for group in groups:
        head = min(group, key=lambda one: one.rank)
        codes = [one.lasting_code for one in group if one.lasting_code]
        for one in group:
            basis = None
            if one is not head:
                alike = codes.count(one.lasting_code or "") > 1
                basis = CODE if alike else PROCESS if one.linked_id else ACCEPTED
            new = replace(one, organization_id=None if one is head else head.id, basis=basis)
            if new != stored[one.id]:
                rows.append(new)
            was = one.organization_id or one.id
            if was != head.id:
                moved.append((one.id, was, head.id))
    _point(connection, moved, span)
    _keep(connection, rows, gone)


def _members(connection: Connection, touched: Sequence[str]) -> dict[str, Member]:
    """The touched ids and all that are one with them now."""
    heads = sorted(set(touched) | set(aliases(connection, sorted(set(touched))).values()))
    members = {}
    for row in connection.execute(
        select(*(_O[name] for name in _COLUMNS)).where(bulk.among(connection, _O.id, heads))
    ):
        members[row.id] = Member(*row)
    columns = [*(_A[name] for name in _COLUMNS), _A.organization_id, _A.basis, _A.linked_id]
    among = bulk.among(connection, _A.organization_id, heads)
    for row in connection.execute(select(*columns).where(among)):
        members[row.id] = Member(*row)
    return members


def _accepted(connection: Connection, ids: Sequence[str]) -> list[tuple[str, str]]:
    s = tables.organization_suggestion.c
    query = select(s.one_id, s.other_id).where(
        s.state == ACCEPTED, bulk.among(connection, s.one_id, ids), bulk.among(connection, s.other_id, ids)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def _groups(members: Mapping[str, Member], accepted: Iterable[tuple[str, str]]) -> list[list[Member]]:
    """The members that are one, by whatever holds them together."""
    head = {one: one for one in members}

    def find(one: str) -> str:
        while head[one] != one:
            head[one] = head[head[one]]
            one = head[one]
        return one

    of_code: dict[str, str] = {}
    pairs = list(accepted)
    for one in members.values():
        if one.lasting_code:
            pairs.append((one.id, of_code.setdefault(one.lasting_code, one.id)))
        if one.linked_id:
            pairs.append((one.id, one.linked_id))
    for one_id, other_id in pairs:
        if one_id in head and other_id in head:
            head[find(one_id)] = find(other_id)
    groups: dict[str, list[Member]] = {}
    for member in members.values():
        groups.setdefault(find(member.id), []).append(member)
    return list(groups.values())


def _point(connection: Connection, moved: Sequence[tuple[str, str, str]], span: Span) -> None:
    """Let the parties that are called by an id (the first of a triple) point from one organization to another."""
    if not moved:
        return
    if connection.dialect.name == "sqlite":
        moves = "(SELECT value ->> 0 AS one, value ->> 1 AS was, value ->> 2 AS new FROM json_each(?)) AS m"
        given: tuple[Any, ...] = (bulk.json_text(moved),)
    else:
        moves = "unnest(%s::text[], %s::text[], %s::text[]) AS m(one, was, new)"
        given = tuple(list(column) for column in zip(*moved, strict=True))
    theirs = "party.organization_id = m.was AND coalesce(party.said_id, party.organization_id) = m.one"
    owner = "disclosure.shard = party.shard AND disclosure.number = party.disclosure_number"
    found = f"SELECT DISTINCT disclosure.id FROM {moves} CROSS JOIN party JOIN disclosure ON {owner} WHERE {theirs}"  # noqa: S608
    span.include([row[0] for row in connection.exec_driver_sql(found, given)])
    point = f"UPDATE party SET organization_id = m.new, said_id = nullif(m.one, m.new) FROM {moves} WHERE {theirs}"  # noqa: S608
    connection.exec_driver_sql(point, given)


def _keep(connection: Connection, rows: Sequence[Member], gone: Iterable[str]) -> None:
    """The rows of both tables, and the names that are searched."""
    changed = sorted({*(one.id for one in rows), *gone})
    if not changed:
        return
    for table in (tables.organization, tables.organization_alias):
        connection.execute(delete(table).where(bulk.among(connection, table.c.id, changed)))
    own = [one.row() for one in rows if one.organization_id is None]
    if own:
        connection.execute(insert(tables.organization), own)
    others = [
        one.row() | {"organization_id": one.organization_id, "basis": one.basis, "linked_id": one.linked_id}
        for one in rows
        if one.organization_id is not None
    ]
    if others:
        connection.execute(insert(tables.organization_alias), others)
    searching.delete_names(connection, "organization", changed)
    searching.insert_names(connection, "organization", {row["id"]: row for row in own})
