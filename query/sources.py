"""Where the values of a record came from, and the file that brought them."""

from query.plan import Given
from query.spelling import Spelling


def of_disclosure(spelling: Spelling, p: str, _given: Given) -> str:
    """The sources of the record at hand, with its load's file; none of a record that no load brought."""
    v, d, f = (spelling.alias(letter) for letter in "vdf")
    owned = f"{d}.shard = {v}.shard AND {d}.number = {v}.disclosure_number"
    return (
        f"(SELECT {v}.shard, {v}.disclosure_number, {v}.body, {f}.file_name, {f}.sha256 FROM value_source {v}"
        f" JOIN disclosure {d} ON {owned} LEFT JOIN load {f} ON {f}.id = {d}.load_id"
        f" WHERE {v}.shard = {p}.shard AND {v}.disclosure_number = {p}.number)"
    )
