"""Codes of before 2015 where a credit code should stand: the record does without, its organization is known by it."""

from collections.abc import Mapping, Sequence
from typing import Any

from loaders.issues import RULES
from schemas.formercode import former_code
from schemas.issue import Issue, issue
from store.rows import at

_CODE = ".uscc"


def without_former(record: dict[str, Any], found: Sequence[Issue]) -> tuple[dict[str, str], list[Issue]]:
    """Take the former codes out of a record for which something is found: the codes by path, and what to say of each.

    `{"lots.0.transferee.uscc": "775512343"}`. Only of an organization that has a name; a publisher's code has to be
    right, because it says whose the record is.
    """
    codes: dict[str, str] = {}
    issues: list[Issue] = []
    for one in found:
        path = one.path.removesuffix(_CODE)
        if one.severity != "error" or path == one.path or path == "publisher":
            continue
        for organization in at(record, path):
            code = former_code(str(organization.get("uscc")))
            if code is not None and organization.get("name"):
                codes[one.path] = code
                issues.append(issue(RULES, "O010", path=one.path, value=organization["uscc"]))
                del organization["uscc"]
    return codes, issues


def organizations(codes: Mapping[str, str]) -> dict[str, str] | None:
    """The codes by the paths of their organizations, as the store takes them."""
    return {path.removesuffix(_CODE): code for path, code in codes.items()} or None
