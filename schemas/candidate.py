"""A version that is named, or one that is still a file of its own: what a diff or an impact test compares."""

import json
import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import jsonschema

from schemas.catalog import NAMESPACE, Catalog, Disclosure
from schemas.errors import SchemaError
from schemas.field import walk
from schemas.release import Release

_ID = re.compile(rf"{re.escape(NAMESPACE)}([a-z-]+/[a-z-]+)/([0-9]+\.[0-9]+)\.json")


def open_version(asked: str, catalog: Catalog) -> tuple[Disclosure, Catalog]:
    """The version that `land/grant-notice/1.1` names, or that a path to a schema file holds, and a catalog with it.

    A file need not stand in the folder of schemas; it takes the place of a version of the same name. Raises
    SchemaError S102 for a name that nothing has, S138 for a file that is no schema of a type.
    """
    found = catalog.versions.get(asked) or catalog.types.get(asked)
    if found is not None:
        return found, catalog
    path = Path(asked)
    if path.suffix != ".json":
        return catalog.type(asked), catalog
    candidate = _read(path, catalog)
    documents = {**catalog.documents, str(candidate.schema["$id"]): candidate.schema}
    versions = {**catalog.versions, candidate.name: candidate}
    in_order = dict(sorted(versions.items(), key=lambda pair: (pair[1].type, pair[1].number)))
    return candidate, replace(
        catalog, documents=MappingProxyType(documents), versions=MappingProxyType(in_order)
    )


def _read(path: Path, catalog: Catalog) -> Disclosure:
    try:
        schema = json.loads(path.read_text("utf-8"))
        meta = catalog.documents[f"{NAMESPACE}meta/1.0.json"]
        jsonschema.Draft202012Validator(meta).validate(schema)
        named = _ID.fullmatch(schema["$id"])
        if named is None or schema["version"] != named[2]:
            raise ValueError(schema["$id"])
    except (OSError, ValueError, jsonschema.ValidationError) as error:
        reason = error.message if isinstance(error, jsonschema.ValidationError) else str(error)
        raise SchemaError(
            "S138", f"{path.name} 不是类型的模式:{reason[:200]}", f"{path.name} is no schema of a type: {reason[:200]}",
            "检查文件,尤其是 $id 和 version;写法见 docs/adding-a-type.md。",
            "Check the file, its $id and version above all; docs/adding-a-type.md says how it is written.",
        ) from error  # fmt: skip
    sample = path.with_suffix(".sample.json")
    return Disclosure(
        named[1], named[2], schema, json.loads(sample.read_text("utf-8")) if sample.exists() else {},
        walk(schema, catalog.documents), Release(f"{named[1]}/{named[2]}"),
    )  # fmt: skip
