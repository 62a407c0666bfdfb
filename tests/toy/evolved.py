"""A type with a history, to be dropped into a copy of the catalog: 1.0, a minor 1.1, a major 2.0 that renames.

1.1 adds properties, deprecates some, calls `telephone` better and uses a code that came later; 2.0 renames at every
depth (`renamedFrom`) and drops `fax`.
"""

import json
from pathlib import Path
from typing import Any

from schemas.release import COLUMNS, file_digest

TYPE = "land/evolved"
VERSIONS = {"1.0": "2024-01-01", "1.1": "2024-06-01", "2.0": "2025-01-01"}  # version → released
LATE_CODE = "app"
_COMMON = "../../common/1.0.json#/$defs/"
_CODES = (
    "code,title,titleEn,description,added\n"
    "web,虚构网站,Invented site,虚构。,\npaper,虚构报纸,Invented paper,虚构。,\n"
    f"{LATE_CODE},虚构应用,Invented app,虚构。,2024-05-20\n"
)
# What 2.0 calls the properties of 1.0, at whatever depth.
RENAMED = {
    "parcelCode": "plotNumber", "soldOn": "saleDate", "salePrice": "dealPrice", "survey": "measurement",
    "method": "technique", "results": "findings", "point": "station", "bidders": "tenderers", "remarks": "notes",
    "verdict": "conclusion", "hue": "colour", "bid": "offerPrice", "grade": "quality",
}  # fmt: skip


def plant(folder: Path) -> None:
    """Drop the type, its codelist and its releases into a folder of schemas."""
    place = folder / TYPE
    place.mkdir(parents=True)
    (folder / "codelists" / "toy-channel.csv").write_text(_CODES, "utf-8")
    lines = [",".join(COLUMNS)]
    for version, released in VERSIONS.items():
        for name, content in (
            (f"{version}.json", schema(version)),
            (f"{version}.sample.json", sample(version)),
        ):
            (place / name).write_text(json.dumps(content, ensure_ascii=False, indent=2), "utf-8")
        lines.append(f"{TYPE}/{version},{file_digest(folder, f'{TYPE}/{version}')},{released},,,,")
    (folder / "released.csv").write_text("\n".join(lines) + "\n", "utf-8")


def schema(version: str) -> dict[str, Any]:
    """The schema of one of the three versions."""
    made: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://openalloc.org/schemas/{TYPE}/{version}.json",
        "version": version,
        **_named("演变类型", "Evolved type"),
        "stage": "result",
        "caption": ["title"],
        "featured": ["publishedDate", "parcelCode", "salePrice"],
        "key": [["localId"], ["parcelCode"]],
        "process": ["processId", "parcelCode"],
        "deadlines": [
            {"days": 20, "count": "working", "after": "soldOn", "from": "2018-06-04",
             "basis": "虚构规定", "basisEn": "An invented rule"},
        ],
        "type": "object",
        "allOf": [{"$ref": _COMMON + "disclosure"}],
        "properties": _properties(),
        "required": ["schema", "publisher"],
        "unevaluatedProperties": False,
    }  # fmt: skip
    if version != "1.0":
        _add_minor(made["properties"])
    return _major(made) if version == "2.0" else made


def sample(version: str) -> dict[str, Any]:
    """A record of one of the three versions with every property that is not deprecated."""
    record: dict[str, Any] = {
        "schema": f"{TYPE}/{version}",
        "localId": f"EVO-{version}",
        "title": f"演变类型{version}公示",
        "publisher": {"name": "虚构市虚构局", "uscc": "11530114MB0W00017C"},
        "region": "530114",
        "publishedDate": "2024-03-05",
        "parcelCode": f"P-{version}",
        "soldOn": "2024-01-26",
        "salePrice": {"amount": 300.5, "currency": "CNY"},
        "survey": {
            "method": "实地测量",
            "surveyor": {"name": "虚构测绘院", "uscc": "12530000MB0W00025M"},
            "results": [{"point": "甲点", "reading": 1.5}, {"point": "乙点"}, {"reading": 2.25}],
        },
        "bidders": [{"name": "虚构一公司"}, {"name": "虚构二公司"}],
        "remarks": ["甲", "乙"],
        "verdict": "awarded",
        "channel": "web",
        "lots": [
            {"lotNumber": "A-1", "hue": "青", "bid": {"amount": 100.25},
             "items": [{"itemName": "标的一", "grade": "上"}, {"itemName": "标的二"}]},
            {"lotNumber": "A-2", "bid": {"amount": 200.25}},
        ],
    }  # fmt: skip
    if version == "1.0":
        return record | {"telephone": "0000-1000", "fax": "0000-1001"}
    record |= {"channel": LATE_CODE, "hotline": "0000-1000", "email": "示例信箱"}
    return dict(_called(record)) if version == "2.0" else record


def _properties() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    item = {
        "$ref": _COMMON + "item", "properties": {"grade": text | _named("等级", "Grade")}, "unevaluatedProperties": False,
    }  # fmt: skip
    lot = {
        "$ref": _COMMON + "lot",
        "properties": {
            "hue": text | _named("颜色", "Hue"),
            "bid": {"$ref": _COMMON + "money", "column": "amount", **_named("报价", "Bid")},
            "items": {"type": "array", "items": item, **_named("标的", "Items")},
        },
        "unevaluatedProperties": False,
    }
    result = {
        "type": "object",
        "properties": {
            "point": text | _named("测点", "Point"),
            "reading": {
                "type": "number",
                "minimum": 0,
                "maximum": 100,
                "unit": "1",
                **_named("读数", "Reading"),
            },
        },
        "additionalProperties": False,
    }
    return {
        "parcelCode": text | _named("地块编号", "Parcel code"),
        "soldOn": {"type": "string", "format": "date", **_named("成交日期", "Sold on")},
        "salePrice": {"$ref": _COMMON + "money", "column": "amount", **_named("成交价", "Sale price")},
        "survey": {
            "type": "object", **_named("测量", "Survey"),
            "properties": {
                "method": text | _named("测量方法", "Method"),
                "surveyor": {"$ref": _COMMON + "organization", "role": "authority", **_named("测量单位", "Surveyor")},
                "results": {"type": "array", "items": result, **_named("结果", "Results")},
            },
            "additionalProperties": False,
        },
        "bidders": {
            "type": "array", **_named("竞买人", "Bidders"),
            "items": {"$ref": _COMMON + "organization", "role": "tenderer"},
        },
        "remarks": {"type": "array", "items": text, **_named("备注", "Remarks")},
        "verdict": {"type": "string", "codelist": "outcome", **_named("结论", "Verdict")},
        "channel": {"type": "string", "codelist": "toy-channel", **_named("渠道", "Channel")},
        "telephone": text | _named("联系电话", "Telephone"),
        "fax": text | _named("传真", "Fax"),
        "lots": {"items": lot},
    }  # fmt: skip


def _add_minor(properties: dict[str, Any]) -> None:
    """What 1.1 changes: a property added, one called better, two deprecated."""
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    properties["email"] = text | _named("电子邮箱", "Email")
    properties["hotline"] = text | {"renamedFrom": "telephone"} | _named("咨询电话", "Hotline")
    properties["telephone"] |= _deprecated("改用 hotline。", "Use hotline.")
    properties["fax"] |= _deprecated("不再使用。", "Not used any more.")


def _major(made: dict[str, Any]) -> dict[str, Any]:
    """What 2.0 changes: names at every depth; what was deprecated is gone."""
    del made["properties"]["telephone"], made["properties"]["fax"]
    made["properties"] = _renamed(made["properties"])
    for keyword in ("featured", "key", "process"):
        made[keyword] = _called(made[keyword])
    made["deadlines"][0]["after"] = RENAMED["soldOn"]
    return made


def _renamed(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties under their new names, each saying its old one, as deep as they go."""
    made: dict[str, Any] = {}
    for name, node in properties.items():
        below = node.get("items", node)
        if "properties" in below:
            below["properties"] = _renamed(below["properties"])
        if name in RENAMED:
            made[RENAMED[name]] = node | {"renamedFrom": name}
        else:
            made[name] = node
    return made


def _called(value: Any) -> Any:
    """The value with every renamed key, and every renamed name in a list, as 2.0 calls it."""
    if isinstance(value, dict):
        return {RENAMED.get(key, key): _called(one) for key, one in value.items()}
    if isinstance(value, list):
        return [RENAMED.get(one, one) if isinstance(one, str) else _called(one) for one in value]
    return value


def _deprecated(why: str, why_en: str) -> dict[str, Any]:
    return {
        "deprecated": True, "deprecatedSince": "1.1", "deprecatedDescription": why, "deprecatedDescriptionEn": why_en,
    }  # fmt: skip


def _named(title: str, title_en: str) -> dict[str, str]:
    return {"title": title, "titleEn": title_en, "description": f"{title}。", "descriptionEn": f"{title_en}."}
