"""Our extension of OCDS, made from the catalog: what a release says that OCDS and its official extensions do not.

`disclosures` of a release is the record it was made of, with every property that has no place in OCDS; `allocation` of a
lot, an item and a bid the same of these. A new type's properties are in it by themselves.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from publish.ocds.carrying import carried, list_name, shape
from publish.ocds.lots import EXTRA
from publish.ocds.mapping import Mapping
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

PATH = "/ocds/extension/"
# Official extensions that releases use, at the versions they were judged with.
OFFICIAL = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json",
)
_TEXT = {"type": ["string", "null"]}
_SCHEME = (
    "CN-GPC",
    "政府采购品目分类目录 Catalogue of government procurement items",
    "财政部《政府采购品目分类目录》的编码。Codes of the Ministry of Finance's catalogue.",
)


def addresses(base: str) -> list[str]:
    """The extensions of a package."""
    return [*OFFICIAL, f"{base}{PATH}extension.json"]


@dataclass(frozen=True)
class Extension:
    """The files of the extension over one catalog."""

    catalog: Catalog
    mapping: Mapping

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Every file by its path within the extension."""
        lists = {f"codelists/{name}": content for name, content in self._codelists()}
        return {
            "extension.json": _json(self._about(sorted(path.removeprefix("codelists/") for path in lists))),
            "release-schema.json": _json(self.schema),
            **lists,
        }

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The patch of OCDS's release schema."""
        return {
            "definitions": {
                "Value": {"properties": {"amountDetails": _said("Amount as written", "金额原文")}},
                "Period": {"properties": {"periodDetails": _said("Period as written", "期限原文")}},
                "Disclosure": {
                    **_words("Disclosure", "公开信息"), "type": "object", "required": ["id"],
                    "properties": {
                        "id": {**_words("Disclosure ID", "公开信息标识"), "type": "string"},
                        "type": {**_said("Type", "类型"), "codelist": "disclosureType.csv", "openCodelist": True},
                        "title": _said("Title", "标题"),
                        "allocationDomain": {**_said("Domain", "领域"), "codelist": "domain.csv", "openCodelist": True},
                        **self._record,
                    },
                },
                **{
                    name: {"properties": {EXTRA: {**_words("Allocation", "公共资源配置"), "type": "object", "properties": found}}}
                    for name, found in (("Lot", self._lot), ("Item", self._item), ("Bid", self._bid)) if found
                },
            },
            "properties": {
                "disclosures": {
                    **_words("Disclosures", "公开信息"), "type": "array", "items": {"$ref": "#/definitions/Disclosure"},
                },
            },
        }  # fmt: skip

    @cached_property
    def types(self) -> tuple[Disclosure, ...]:
        """Every version of every type that OCDS carries: old records stay readable."""
        return tuple(one for one in self.catalog.versions.values() if self.mapping.fits(one))

    @cached_property
    def _record(self) -> dict[str, Any]:
        return _union(
            field for type in self.types for field in type.fields if field.name not in ("lots", *_OWN) and not _is_list(field, self.catalog)
        )  # fmt: skip

    @cached_property
    def _lot(self) -> dict[str, Any]:
        return _union(field for field in self._lots() if not _is_list(field, self.catalog))

    @cached_property
    def _item(self) -> dict[str, Any]:
        return _union(
            child for field in self._lists() if field.definition == "item" for child in field.fields
        )

    @cached_property
    def _bid(self) -> dict[str, Any]:
        rank = [field for field in self._lists() if field.definition == "party"]
        found = [
            field for field in self._lists() if _is_list(field, self.catalog) and field.definition != "item"
        ]
        return _union(
            child for field in (*rank, *found) for child in field.fields if child.name not in _PARTY
        )

    def _lots(self) -> Iterator[Field]:
        for type in self.types:
            for field in type.fields:
                if field.name == "lots":
                    yield from field.fields

    def _lists(self) -> Iterator[Field]:
        """Lists of the records and of their lots."""
        for type in self.types:
            yield from (field for field in type.fields if field.many)
        yield from (field for field in self._lots() if field.many)

    def _codelists(self) -> Iterator[tuple[str, bytes]]:
        """Our codelists that the schema names, and what we add to OCDS's own."""
        for name in sorted(_named(self.schema)):
            found = next((one for one in self.catalog.codelists if list_name(one) == name), None)
            if name == "disclosureType.csv" or found is None:
                continue
            yield (
                name,
                _list(
                    (code.code, f"{code.title_en or code.title} {code.title}", code.description)
                    for code in self.catalog.codelists[found].codes.values()
                ),
            )
        yield "disclosureType.csv", _list(
            (one.type, f"{one.title_en} {one.title}", str(one.schema.get("description") or "")) for one in self.mapping.types(self.catalog)
        )  # fmt: skip
        roles = self.catalog.codelists["party-role"].codes.values()
        known = {role.ocds for role in self.mapping.roles.values()}
        yield (
            "+partyRole.csv",
            _list(
                (one.code, f"{one.title_en} {one.title}", one.description)
                for one in roles
                if one.code not in known
            ),
        )
        kinds = self.catalog.codelists["document-type"].codes.values()
        core = set(self.mapping.codes.values())
        yield (
            "+documentType.csv",
            _list(
                (one.code, f"{one.title_en} {one.title}", one.description)
                for one in kinds
                if self.mapping.code("document-type", one.code, "documentType") is None
                and one.code not in core
            ),
        )
        yield "+itemClassificationScheme.csv", _list([_SCHEME])

    def _about(self, codelists: list[str]) -> dict[str, Any]:
        return {
            "name": {"en": "Public resource allocation (China)", "zh": "公共资源配置"},
            "description": {
                "en": "What disclosures of public resource allocation in China say beyond OCDS: land parcels, mineral rights, "
                "assets, and the properties of each type of the openalloc standard.",
                "zh": "公共资源配置领域公开信息中 OCDS 没有的内容:宗地、矿业权、资产,以及 openalloc 标准各类型的属性。",
            },
            "documentationUrl": {"en": "https://openalloc.org/standard/"},
            "compatibility": ["1.1"],
            "codelists": codelists,
            "schemas": ["release-schema.json"],
            "contactPoint": {"name": "openalloc"},
        }


_OWN = (
    "id",
    "schema",
    "title",
    "publisher",
    "processId",
    "parties",
    "documents",
    "outcome",
    "withheld",
    "relatedDisclosures",
)
_PARTY = ("partyRole", "organization", "lotNumber")


def _is_list(field: Field, catalog: Catalog) -> bool:
    """Whether a property lists items or bids, which have places of their own."""
    bidders = catalog.sides.bidders
    return field.many and (
        field.definition == "item"
        or any(one.definition == "organization" and one.role in bidders for one in field.fields)
    )


def _union(fields: Iterable[Field]) -> dict[str, Any]:
    """The schemas of properties by their names: the same name means the same in every type, and one may say more."""
    found: dict[str, Any] = {}
    for field in fields:
        if carried(field):
            _join(found, field.name, shape(field))
    return dict(sorted(found.items()))


def _join(under: dict[str, Any], name: str, over: dict[str, Any]) -> None:
    known = under.setdefault(name, over)
    for key in ("properties", "items"):
        if key in over and key in known:
            if key == "items":
                _join(known, "items", over["items"])
            else:
                for child, schema in over[key].items():
                    _join(known[key], child, schema)


def _named(node: Any) -> set[str]:
    """The codelists that a schema names."""
    if isinstance(node, dict):
        own = {node["codelist"]} if isinstance(node.get("codelist"), str) else set()
        return own.union(*(_named(value) for value in node.values()))
    return set()


def _said(english: str, chinese: str) -> dict[str, Any]:
    return {**_words(english, chinese), **_TEXT}


def _words(english: str, chinese: str) -> dict[str, str]:
    return {"title": f"{english} {chinese}", "description": f"{english}. {chinese}。"}


def _list(rows: Iterable[tuple[str, str, str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("Code", "Title", "Description"))
    writer.writerows(rows)
    return stream.getvalue().encode()


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
