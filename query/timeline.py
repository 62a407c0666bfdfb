"""A process as a time line: the stages that its kind can have, what is there, and what is missing.

What can be expected comes from the catalog as two lists of JSON objects, given as parameters (`api.course`): the
types of every domain with their stages, and the deadlines whose event another disclosure of the process may name.
"""

from query.plan import Given
from query.spelling import Spelling

_EXPECTED, _RULES, _DAY = range(3)  # the places of the parameters; a stage has the day itself
EXPECTED = (
    ("ordinal", "integer"), ("place", "integer"), ("stage", "text"), ("course", "text"), ("type", "text"),
    ("domain", "text"),
)  # fmt: skip
RULES = (
    ("ordinal", "integer"), ("type", "text"), ("stage", "text"), ("property", "text"), ("days", "integer"),
    ("working", "integer"), ("begins", "text"), ("ends", "text"),
)  # fmt: skip
_FIRST = 100  # places of three digits, so that their texts sort as they do


def stages(spelling: Spelling, p: str, given: Given) -> str:
    """One row a stage in the order of the stages, with its status; `p` is the process."""
    s, f, dialect = spelling.alias("s"), spelling.alias("f"), spelling.dialect
    before = f"OVER (ORDER BY {s}.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    after = f"OVER (ORDER BY {s}.place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    dated = (
        f"CASE WHEN {s}.first_on IS NOT NULL"
        f" THEN {dialect.text(f'{s}.place + {_FIRST}')} || {dialect.text(f'{s}.first_on')} END"
    )
    found = (
        f"SELECT {s}.*, max({dated}) {before} AS earlier,"
        f" coalesce(sum(CASE WHEN {s}.course = 'regular' THEN {s}.disclosures END) {after}, 0) AS later,"
        f" coalesce(sum(CASE WHEN {s}.course = 'final' THEN {s}.disclosures END) OVER (), 0) AS ended"
        f" FROM {_counted(spelling, p, given)} {s}"
    )
    status = (
        f"CASE WHEN {f}.disclosures > 0 THEN 'PUBLISHED' WHEN {f}.course <> 'regular' THEN 'NOT_REQUIRED'"
        f" WHEN {f}.later > 0 THEN 'MISSING' WHEN {f}.ended > 0 THEN 'NOT_REQUIRED'"
        f" WHEN {f}.due_on < {_day(spelling, given)} THEN 'DUE' ELSE 'NOT_YET' END"
    )
    days = dialect.days(dialect.day(f"substr({f}.earlier, 4)"), f"{f}.first_on")
    return (
        f"(SELECT {f}.*, {p}.serial AS process_serial, {_day(spelling, given)} AS judged_on, {status} AS status,"
        f" {days} AS days FROM ({found}) {f})"
    )


def types(spelling: Spelling, p: str, given: Given) -> str:
    """The types that a stage can have in its process, each with its status; `p` is the stage."""
    t = spelling.alias("t")
    return (
        f"(SELECT {t}.*, CASE WHEN {t}.disclosures > 0 THEN 'PUBLISHED'"
        f" WHEN {p}.status <> 'MISSING' AND {p}.ended = 0 AND {t}.due_on < {p}.judged_on THEN 'DUE'"
        f" WHEN {p}.disclosures > 0 THEN 'NOT_REQUIRED' ELSE {p}.status END AS status"
        f" FROM {_types(spelling, f'{p}.process_serial', given, f'{p}.stage')} {t})"
    )


def _day(spelling: Spelling, given: Given) -> str:
    """The day by which deadlines are judged: given, or today by the database's clock, for statements are kept."""
    if given.words == ("today",):
        return spelling.dialect.today()
    return spelling.dialect.parameter(given.parameters[_DAY], "date")


def _counted(spelling: Spelling, p: str, given: Given) -> str:
    """A row a stage: how many disclosures, from when to when, and the first deadline of a type that is not there."""
    t = spelling.alias("t")
    open_ = f"CASE WHEN {t}.disclosures = 0 THEN {t}.due_on END"
    return (
        f"(SELECT {t}.place, {t}.stage, {t}.course, sum({t}.disclosures) AS disclosures, min({t}.first_on) AS first_on,"
        f" max({t}.last_on) AS last_on, min({open_}) AS due_on"
        f" FROM {_types(spelling, f'{p}.serial', given)} {t} GROUP BY {t}.place, {t}.stage, {t}.course)"
    )


def _types(spelling: Spelling, process: str, given: Given, stage: str = "") -> str:
    """A row for each type that the process has, or that the domains of its disclosures could have; at one stage or at all."""
    x, m, e, n = (spelling.alias(letter) for letter in "xmen")
    expected = spelling.dialect.records(given.parameters[_EXPECTED], x, EXPECTED)
    named = ", ".join(f"{x}.{name}" for name, _ in EXPECTED)
    there = (
        "SELECT i.type, i.domain, count(*) AS disclosures, min(i.published_date) AS first_on,"
        " max(i.published_date) AS last_on FROM disclosure_process l"
        " JOIN disclosure i ON i.shard = l.shard AND i.number = l.disclosure_number AND i.status <> 'withdrawn'"
        f" WHERE l.process_serial = {process} GROUP BY i.type, i.domain"
    )
    at = f"{x}.stage = {stage} AND " if stage else ""
    return (
        f"(WITH {m} AS MATERIALIZED ({there}), {e} AS MATERIALIZED ({_events(spelling, process, given, stage)})"
        f" SELECT {named}, coalesce({n}.disclosures, 0) AS disclosures, {n}.first_on, {n}.last_on,"
        f" {_due(spelling, e, f'{x}.type')} AS due_on"
        f" FROM {expected} LEFT JOIN {m} {n} ON {n}.type = {x}.type"
        f" WHERE {at}({n}.type IS NOT NULL OR {x}.domain IN (SELECT domain FROM {m})))"
    )


def _events(spelling: Spelling, process: str, given: Given, stage: str) -> str:
    """The day from which each rule counts, as the disclosures of the process name it; a row a rule that has one."""
    r, dialect = spelling.alias("r"), spelling.dialect
    written = f"substr({dialect.named('b.body', f'{r}.property')}, 1, 10)"
    rule = ", ".join(f"{r}.{name}" for name in ("ordinal", "type", "days", "working", "begins", "ends"))
    at = f"{r}.stage = {stage} AND " if stage else ""
    return (
        f"SELECT {rule}, CASE WHEN {r}.days > 0 THEN max({written}) ELSE min({written}) END AS event"
        f" FROM {dialect.records(given.parameters[_RULES], r, RULES)}, disclosure_process k"
        " JOIN disclosure o ON o.shard = k.shard AND o.number = k.disclosure_number AND o.status <> 'withdrawn'"
        " JOIN document b ON b.shard = k.shard AND b.disclosure_number = k.disclosure_number"
        f" WHERE {at}k.process_serial = {process} GROUP BY {rule} HAVING max({written}) IS NOT NULL"
    )


def _due(spelling: Spelling, events: str, type_: str) -> str:
    """By when a type had to be public, counted from what the disclosures of the process say; NULL is unknown.

    Of the type's rules the first counts that finds its event and was in force then. Working days through a year
    whose calendar is not published are not in the table `working_day`: the deadline is then unknown.
    """
    e, u, dialect = spelling.alias("e"), spelling.alias("u"), spelling.dialect
    event = dialect.day(f"{e}.event")
    working = (
        f"(SELECT {u}.day FROM working_day {u} WHERE {u}.number = {e}.days"
        f" + (SELECT max(z.number) FROM working_day z WHERE z.day <= {event}))"
    )
    last = f"CASE WHEN {e}.working = 1 THEN {working} ELSE {dialect.later(event, f'{e}.days')} END"
    return (
        f"(SELECT {last} FROM {events} {e} WHERE {e}.type = {type_} AND {e}.begins <= {e}.event"
        f" AND ({e}.ends IS NULL OR {e}.event <= {e}.ends) ORDER BY {e}.ordinal LIMIT 1)"
    )
