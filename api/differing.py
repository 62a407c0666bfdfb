"""What a revision changed, property by property: made of both documents, which the statement gives (`api.marks`)."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import orjson

from schemas.catalog import Catalog
from schemas.field import Field
from schemas.path import crossed
from store.differences import differences

CHANGES = 10  # of one revision, at a guess
# The name of a key, and the field it is.
Wanted: TypeAlias = tuple[str, str]


class Differing:
    """Compares documents, by the types of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def made(self, asked: Sequence[Wanted], documents: Sequence[str]) -> list[dict[str, Any]] | None:
        """What differs between the earlier document and the later; nothing where the earlier is `-`, the first's.

        None where one of the two is not there.
        """
        earlier, later = documents
        if earlier == "-" and later:
            return []
        if not earlier or not later:
            return None
        before, after = (orjson.loads(bytes.fromhex(one)) for one in (earlier, later))
        found = []
        for one in differences(before, after):
            field = self._field(one.path, after) or self._field(one.path, before)
            facts = {
                "__typename": "FieldChange", "path": one.path, "title": field and field.title,
                "titleEn": field and field.title_en, "before": _sorted(one.before), "after": _sorted(one.after),
            }  # fmt: skip
            found.append({name: facts[wanted] for name, wanted in asked})
        return found

    def _field(self, path: str, document: dict[str, Any]) -> Field | None:
        """The property of a path in the version that a document says; list places are no part of its name."""
        disclosure = self._catalog.versions.get(str(document.get("schema")))
        return disclosure.by_path.get(crossed(path)) if disclosure else None


def _sorted(value: Any) -> Any:
    """A value as both databases give it: PostgreSQL does not keep the order of keys."""
    if not isinstance(value, dict | list):
        return value
    return orjson.Fragment(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
