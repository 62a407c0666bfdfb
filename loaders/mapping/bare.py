"""Headings of one bare word, which mean the record's own property: 时间, id, 公告标题."""

from loaders.mapping.heading import bare_name, without_record
from loaders.mapping.match import FORM, Match
from loaders.mapping.wording import is_bare, meanings

# What speaks at least for the property that a bare word means.
BARE = 0.6
# One word alone, by its meaning, is the record's own.
_OF_RECORD = {
    "number": "localId", "time": "publishedDate", "title": "title", "address": "sourceUrl", "region": "region",
    "remark": "remark", "text": "documents.text", "document": "documents.url",
}  # fmt: skip


def of_record(heading: str) -> str | None:
    """The record's own property that a heading of one bare word means."""
    name = without_record(bare_name(heading))
    return _OF_RECORD.get(next(iter(meanings(name)), "")) if is_bare(name) else None


def as_bare(match: Match, path: str) -> Match | None:
    """A match of a heading that is one bare word: surer for the record's own property, less so for others."""
    if match.field.dotted == path:
        return Match(match.field, max(match.score, BARE), match.why)
    if FORM in match.why:
        return match
    score = round(match.score * (0.8 if len(match.field.path) == 1 else 0.6), 3)
    return Match(match.field, score, match.why) if score > 0.2 else None
