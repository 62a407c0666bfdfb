"""The compiled release of a process: its releases laid over one another in the order of time, as OCDS merges them."""

from collections.abc import Iterable
from typing import Any

Object = dict[str, Any]


def compiled(releases: Iterable[Object]) -> Object:
    """What a process comes to: a later release replaces what an earlier one said, things with ids are merged by id.

    Releases of one moment count in the order in which they come.
    """
    made: Object = {}
    date = ""
    for release in sorted(releases, key=lambda one: str(one["date"])):
        date = str(release["date"])
        _merge(made, {key: value for key, value in release.items() if key not in ("id", "date", "tag")})
    return {"tag": ["compiled"], "id": f"{made['ocid']}-{date}", "date": date, **made}


def _merge(under: Object, over: Object) -> None:
    for key, value in over.items():
        known = under.get(key)
        if isinstance(value, dict):
            if not isinstance(known, dict):
                known = under[key] = {}
            _merge(known, value)
        elif isinstance(value, list) and value and all(_has_id(one) for one in value):
            under[key] = _by_id(known if isinstance(known, list) else [], value)
        else:
            under[key] = value


def _by_id(under: list[Object], over: list[Object]) -> list[Object]:
    """The things of two lists, those of the same id laid over one another."""
    found: dict[str, Object] = {str(one["id"]): one for one in under if _has_id(one)}
    for one in over:
        _merge(found.setdefault(str(one["id"]), {}), one)
    return list(found.values())


def _has_id(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value
