"""Pairs of organizations that may be one, for people to decide: nothing is joined by a name alone (store/joining.py).

Only names that are surely an organization's are compared; a private person is in no pair. Of many with one name each
is paired with the one that has a code, or with the least id; where several of a name have codes only these are paired,
because nobody can tell which of them a bare name means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, update

from schemas import parties
from store import bulk, joining, rollups, tables
from store.errors import StoreError

OPEN, ACCEPTED, REJECTED = "open", joining.ACCEPTED, "rejected"
STATES = (OPEN, ACCEPTED, REJECTED)
WRONG_CODE, SAME_NAME, SIMILAR_NAME = "wrongCode", "sameName", "similarName"
# What speaks for a pair, the strongest first.
EVIDENCE = (WRONG_CODE, SAME_NAME, SIMILAR_NAME)
LONGEST = 200  # characters of who decided
_S = tables.organization_suggestion

_ENDS = ("局", "院", "校", "馆", "站", "厅", "园", "队", "办公室")
# A body's short name, 自然资源局, is that of many: with its place it has so many characters.
_LONG = 8
_FORMS = (("有限责任公司", "有限公司"), ("股份有限公司", "有限公司"), ("(", ""), (")", ""))


@dataclass(frozen=True, slots=True)
class Side:
    """One organization of a pair; nothing but the id where it is gone."""

    id: str
    name: str | None
    uscc: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair, what speaks for it, and what was decided, by whom and when (UTC)."""

    number: int
    one: Side
    other: Side
    evidence: str
    state: str
    made_at: datetime
    decided_at: datetime | None
    decided_by: str | None


def suggest(connection: Connection, now: datetime) -> dict[str, int]:
    """Find the pairs that are not known yet; gives how many by what speaks for them. Open ones that are moot go.

    In a transaction of its own, beside which others may write.
    """
    o = tables.organization.c
    there = select(o.id)
    connection.execute(
        _S.delete().where(_S.c.state == OPEN, or_(_S.c.one_id.not_in(there), _S.c.other_id.not_in(there)))
    )
    pairs = " UNION ALL ".join((_WRONG, _same_name(), _similar_name()))
    place = "?" if connection.dialect.name == "sqlite" else "CAST(%s AS timestamp)"
    escaped = pairs if connection.dialect.name == "sqlite" else pairs.replace("%", "%%")
    last = connection.scalar(select(func.coalesce(func.max(_S.c.number), 0)))
    connection.exec_driver_sql(
        "INSERT INTO organization_suggestion (number, one_id, other_id, evidence, state, made_at)"  # noqa: S608
        f" SELECT {last} + row_number() OVER (ORDER BY strength, one_id, other_id), one_id, other_id,"
        f" CASE strength WHEN 0 THEN '{WRONG_CODE}' WHEN 1 THEN '{SAME_NAME}' ELSE '{SIMILAR_NAME}' END, '{OPEN}', {place}"
        " FROM (SELECT CASE WHEN head < id THEN head ELSE id END AS one_id, CASE WHEN head < id THEN id ELSE head END AS other_id,"
        f" min(strength) AS strength FROM ({escaped}) pairs GROUP BY 1, 2) found"
        " WHERE NOT EXISTS (SELECT 1 FROM organization_suggestion s WHERE s.one_id = found.one_id AND s.other_id = found.other_id)",
        (now.isoformat(" ", "microseconds"),),
    )
    query = select(_S.c.evidence, func.count()).where(_S.c.number > last).group_by(_S.c.evidence)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    return {name: found.get(name, 0) for name in EVIDENCE}


def suggestions(
    connection: Connection, state: str | None = OPEN, first: int = 20, numbers: Sequence[int] = ()
) -> list[Suggestion]:
    """The pairs of a state (of any: None) in the order of their numbers; those of some numbers where they are given."""
    query = select(_S).order_by(_S.c.number).limit(first)
    if numbers:
        query = query.where(_S.c.number.in_(numbers))
    elif state is not None:
        query = query.where(_S.c.state == state)
    rows = connection.execute(query).all()
    sides = _sides(connection, sorted({one for row in rows for one in (row.one_id, row.other_id)}))
    return [
        Suggestion(
            row.number, sides.get(row.one_id, Side(row.one_id, None, None)),
            sides.get(row.other_id, Side(row.other_id, None, None)),
            row.evidence, row.state, row.made_at, row.decided_at, row.decided_by,
        )
        for row in rows
    ]  # fmt: skip


def counts(connection: Connection) -> dict[str, int]:
    """How many pairs there are in each state."""
    found = {
        row[0]: row[1] for row in connection.execute(select(_S.c.state, func.count()).group_by(_S.c.state))
    }
    return {state: found.get(state, 0) for state in STATES}


def decide(
    connection: Connection, numbers: Sequence[int], state: str, by: str, now: datetime, *, alike: bool = False
) -> list[int]:
    """Accept or reject pairs, in a transaction of its own; what was accepted can be rejected later, and the reverse.

    With `alike` also the open pairs that share an organization with one of these, and what speaks for it. Gives the
    numbers of all that were decided. Raises StoreError O001 to O003.
    """
    by = " ".join(by.split())
    if not by or len(by) > LONGEST:
        raise StoreError(
            "O002", "要写明由谁决定", "it has to be said who decides",
            f"用 --by 写明单位或者岗位,至多 {LONGEST} 字。", f"Give an office with --by, in {LONGEST} characters at most.",
        )  # fmt: skip
    bulk.lock_all(connection, bulk.WRITERS)
    rows = connection.execute(select(_S).where(_S.c.number.in_(numbers))).all()
    missing = sorted(set(numbers) - {row.number for row in rows})
    if missing or not rows:
        shown = "、".join(map(str, missing))
        raise StoreError(
            "O001", f"没有这一对:{shown}", f"there is no such pair: {shown}",
            "用 openalloc organizations list 查看编号。", "See the numbers with openalloc organizations list.",
        )  # fmt: skip
    if alike:
        rows = connection.execute(select(_S).where(or_(*(_alike(row) for row in rows)))).all()
    if state == ACCEPTED:
        _are_there(connection, rows)
    wanted = sorted(row.number for row in rows)
    among = bulk.among(connection, _S.c.number, wanted)
    connection.execute(update(_S).where(among).values(state=state, decided_at=now, decided_by=by))
    with rollups.keeping(connection, []) as span:
        touched = {one for row in rows for one in (row.one_id, row.other_id)}
        joining.settle(connection, sorted(touched), {}, span)
    return wanted


def _alike(row: Row[Any]) -> ColumnElement[bool]:
    ends = [row.one_id, row.other_id]
    shared = or_(_S.c.one_id.in_(ends), _S.c.other_id.in_(ends))
    others = (_S.c.state == OPEN) & (_S.c.evidence == row.evidence) & shared
    return or_(_S.c.number == row.number, others)


def _are_there(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    ids = sorted({one for row in rows for one in (row.one_id, row.other_id)})
    gone = [row.number for row in rows if not {row.one_id, row.other_id} <= _sides(connection, ids).keys()]
    if gone:
        shown = "、".join(map(str, gone))
        raise StoreError(
            "O003", f"这一对中有的单位已经不在库里:{shown}", f"an organization of the pair is no longer in the store: {shown}",
            "再运行一次 openalloc organizations suggest。", "Run openalloc organizations suggest again.",
        )  # fmt: skip


def _sides(connection: Connection, ids: Sequence[str]) -> dict[str, Side]:
    found = {}
    for table in (tables.organization, tables.organization_alias):
        query = select(table.c.id, table.c.name, table.c.uscc)
        for row in connection.execute(query.where(bulk.among(connection, table.c.id, ids))):
            found[row.id] = Side(*row)
    return found


# Codes whose check fails, beside the organization whose code they hold: (id of one, id of the other, strength).
_WRONG = """SELECT coalesce(a.organization_id, o.id) AS head, w.id AS id, 0 AS strength
FROM organization w JOIN organization o ON o.lasting_code = substr(w.uscc, 9, 9)
LEFT JOIN organization_alias a ON a.id = o.id
WHERE w.uscc IS NOT NULL AND w.lasting_code IS NULL AND o.id <> w.id"""


def _named() -> str:
    """Organizations whose names may be compared; `coded` says whether it has a code that is right."""
    like = [f"name_key LIKE '%{word}%'" for word in parties.ORGANIZED]
    like += [f"(length(name_key) >= {_LONG} AND name_key LIKE '%{end}')" for end in _ENDS]
    whole = [f"name_key NOT LIKE '%{mask}%'" for mask in (*parties.MASKS, *parties.TOGETHER)]
    return (
        "SELECT id, name_key, CASE WHEN lasting_code IS NULL THEN 0 ELSE 1 END AS coded FROM organization"  # noqa: S608
        f" WHERE ({' OR '.join(like)}) AND {' AND '.join(whole)} AND length(name_key) >= 6"
    )


def _same_name() -> str:
    return (
        "SELECT head, id, 1 FROM (SELECT id, coded, sum(coded) OVER w AS codes,"  # noqa: S608
        " first_value(id) OVER (PARTITION BY name_key ORDER BY coded DESC, id) AS head"
        f" FROM ({_named()}) named WINDOW w AS (PARTITION BY name_key)) g WHERE id <> head AND (codes < 2 OR coded = 1)"
    )


def _similar_name() -> str:
    """Names that differ in the form of a company or in brackets; of each name one."""
    key = "name_key"
    for old, new in _FORMS:
        key = f"replace({key}, '{old}', '{new}')"
    return (
        "SELECT head, id, 2 FROM (SELECT id, name_key, row_number() OVER (PARTITION BY alike, name_key ORDER BY coded DESC, id) AS nth,"  # noqa: S608
        " first_value(id) OVER (PARTITION BY alike ORDER BY coded DESC, id) AS head,"
        " first_value(name_key) OVER (PARTITION BY alike ORDER BY coded DESC, id) AS name_of_head"
        f" FROM (SELECT id, name_key, coded, {key} AS alike FROM ({_named()}) named) spelled) g WHERE nth = 1 AND name_key <> name_of_head"
    )
