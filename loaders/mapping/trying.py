"""A proposal tried on the file's own rows: a column that would have many of them refused is left out, and told."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from loaders.load import check
from loaders.mapping.match import Matched
from loaders.mapping.proposal import Proposal
from loaders.mapping.specimen import OF_FILE, OF_SHEET
from loaders.mapping.writing import profile_text
from loaders.names import normal
from loaders.profile_file import parse_profile
from loaders.report import Report
from schemas.catalog import Catalog

# A column at fault in so large a part of the rows in which it says something is left out.
_MANY = 0.2
# Leaving out a column may show what another does.
_TRIES = 3


def tried(path: Path, proposal: Proposal, catalog: Catalog) -> Proposal:
    """The proposal without the columns whose cells mostly cannot be what they were taken for."""
    for _ in range(_TRIES):
        profile = parse_profile(profile_text(proposal, catalog, path.stem), "map", catalog)
        faulty = _faulty(check(path, catalog, profile=profile, first=(OF_SHEET, OF_FILE)))
        if not faulty:
            break
        left = _without_all(proposal, faulty)
        if left == proposal:
            break
        proposal = left
    return proposal


def _without_all(proposal: Proposal, faulty: dict[str, float]) -> Proposal:
    tables = tuple(
        (table, tuple(_without(one, faulty) for one in matched)) for table, matched in proposal.tables
    )
    rules = tuple(replace(rule, proposal=_without_all(rule.proposal, faulty)) for rule in proposal.rules)
    return replace(proposal, tables=tables, rules=rules)


def _faulty(report: Report) -> dict[str, float]:
    """The columns that have many rows refused, by their key, with the part of their cells that is at fault."""
    filled: Counter[str] = Counter()
    for use in report.columns:
        filled[normal(use.heading)] += use.non_empty
    wrong: Counter[str] = Counter()
    for group in report.groups:
        if group.first.severity == "error" and group.first.column:
            wrong[normal(group.first.column)] += group.count
    return {
        key: count / filled[key]
        for key, count in wrong.items()
        if filled[key] and count > _MANY * filled[key]
    }


def _without(one: Matched, faulty: dict[str, float]) -> Matched:
    share = faulty.get(one.column.key)
    if share is None or (one.best is None and not one.parts):
        return one
    if one.best is None or one.parts:
        return replace(one, parts=(), reason="单元格里的几个值读不成属性")
    reason = f"像是“{one.best.field.title}”,但 {min(share, 1):.0%} 的内容读不成它"
    return replace(one, best=None, others=(one.best, *one.others)[:4], reason=reason)
