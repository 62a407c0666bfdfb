"""The past: records as they were at a version of the data.

`change` says which revision became current at which version; its document stands in `revision` once it was
replaced, in `document` until then. A process's links are those of the revision (`revision_process`).
"""

from query.plan import Given
from query.spelling import Spelling

WITHDRAWN = "withdrawn"


def of_disclosure(spelling: Spelling, p: str, given: Given) -> str:
    """The record at hand as it was; none where it was not there yet."""
    ch = spelling.alias("h")
    asked = f"{ch}.shard = {p}.shard AND {ch}.disclosure_number = {p}.number AND {ch}.version <= {_version(spelling, given)}"
    return f"({_snapshots(spelling, ch, f'change {ch}', asked)} ORDER BY {ch}.version DESC LIMIT 1)"


def of_change(spelling: Spelling, p: str, _given: Given) -> str:
    """The record as the change at hand made it."""
    ch = spelling.alias("h")
    return f"({_snapshots(spelling, ch, f'change {ch}', f'{ch}.shard = {p}.shard AND {ch}.version = {p}.version')})"


def of_process(spelling: Spelling, p: str, given: Given) -> str:
    """The last version of the data that is not later than asked for, with the process at hand."""
    return f"(SELECT {p}.serial AS process_serial, coalesce({_version(spelling, given)}, 0) AS version)"


def of_moment(spelling: Spelling, p: str, _given: Given) -> str:
    """The records of a process as they were at its moment: those whose revision of then names the process."""
    ch, m, k, late = (spelling.alias(letter) for letter in "hmkv")
    known = " UNION ".join(
        f"SELECT shard, disclosure_number FROM {table} WHERE process_serial = {p}.process_serial"
        for table in ("disclosure_process", "revision_process")
    )
    rows = (
        f"({known}) {m} JOIN disclosure {k} ON {k}.shard = {m}.shard AND {k}.number = {m}.disclosure_number"
        f" JOIN change {ch} ON {ch}.shard = {k}.shard AND {ch}.disclosure_number = {k}.number"
    )
    newest = (
        f"{ch}.version = (SELECT max({late}.version) FROM change {late} WHERE {late}.shard = {ch}.shard"
        f" AND {late}.disclosure_number = {ch}.disclosure_number AND {late}.version <= {p}.version)"
    )
    owned = (
        f"l.shard = {k}.shard AND l.disclosure_number = {k}.number AND l.process_serial = {p}.process_serial"
    )
    then = (
        f"(EXISTS (SELECT 1 FROM revision_process l WHERE {owned} AND l.number = {ch}.revision)"
        f" OR {k}.revision = {ch}.revision AND EXISTS (SELECT 1 FROM disclosure_process l WHERE {owned}))"
    )
    return f"({_snapshots(spelling, ch, rows, f'{newest} AND {then}')})"


def _version(spelling: Spelling, given: Given) -> str:
    """The last version by then: of a version, or of a time, by which it was the last to be written."""
    v, (parameter,) = spelling.alias("v"), given.parameters
    if given.words == ("at",):
        moment = spelling.dialect.parameter(parameter, "timestamp")
        return f"(SELECT {v}.version FROM change {v} WHERE {v}.at <= {moment} ORDER BY {v}.at DESC, {v}.version DESC LIMIT 1)"
    return f"(SELECT max({v}.version) FROM change {v} WHERE {v}.version <= {spelling.dialect.parameter(parameter, 'bigint')})"


def _snapshots(spelling: Spelling, ch: str, rows: str, asked: str) -> str:
    """A SELECT of the records that changes made; a record that was withdrawn has no document."""
    d, r, b = (spelling.alias(letter) for letter in "drb")
    owned = f"shard = {d}.shard AND {{}}.disclosure_number = {d}.number"
    body = f"coalesce({spelling.dialect.body(f'{r}.body')}, {b}.body)"
    return (
        f"SELECT {ch}.shard, {ch}.disclosure_number, {d}.id, {d}.publisher_id, {ch}.version, {ch}.revision, {ch}.at, {d}.type,"
        f" CASE WHEN {ch}.kind = '{WITHDRAWN}' THEN 1 ELSE 0 END AS withdrawn,"
        f" CASE WHEN {ch}.kind <> '{WITHDRAWN}' THEN coalesce({r}.digest, {b}.digest) END AS digest,"
        f" CASE WHEN {ch}.kind <> '{WITHDRAWN}' THEN {body} END AS body"
        f" FROM {rows} JOIN disclosure {d} ON {d}.shard = {ch}.shard AND {d}.number = {ch}.disclosure_number"
        f" LEFT JOIN revision {r} ON {r}.{owned.format(r)} AND {r}.number = {ch}.revision"
        f" LEFT JOIN document {b} ON {b}.{owned.format(b)} AND {d}.revision = {ch}.revision"
        f" WHERE {asked}"
    )
