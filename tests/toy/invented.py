"""A type that nobody planned for: 120 properties of every kind, to be dropped into a copy of the catalog."""

import json
import shutil
from pathlib import Path
from typing import Any

TYPE = "land/invented"
PROPERTIES = 120
COMMON = "../../common/1.0.json#/$defs/"
_PLAIN: tuple[tuple[dict[str, Any], Any], ...] = (
    ({"type": "string", "minLength": 1, "maxLength": 200}, "虚构内容"),
    ({"type": "integer", "minimum": 0, "maximum": 1000}, 7),
    ({"type": "number", "minimum": 0, "maximum": 1000, "unit": "percent"}, 12.5),
    ({"type": "boolean"}, True),
    ({"type": "string", "format": "date"}, "2024-03-01"),
    ({"$ref": COMMON + "moment"}, "2024-03-01T09:00:00+08:00"),
    ({"type": "string", "format": "uri", "maxLength": 2000}, "https://example.org/invented"),
    ({"type": "string", "codelist": "outcome"}, "awarded"),
    ({"$ref": COMMON + "money"}, {"amount": 19.99, "currency": "CNY"}),
    ({"$ref": COMMON + "period"}, {"startAt": "2024-03-01", "endAt": "2024-03-08"}),
    ({"$ref": COMMON + "organization", "role": "authority"}, {"name": "虚构市监管局"}),
    ({"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 100}}, ["甲项", "乙项"]),
)


def plant(schemas: Path, folder: Path) -> Path:
    """A copy of a folder of schemas with the invented type in it; gives the copy."""
    copy = folder / "schemas"
    shutil.copytree(schemas, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    place = copy / TYPE
    place.mkdir(parents=True)
    schema, sample = invent()
    (place / "1.0.json").write_text(json.dumps(schema, ensure_ascii=False, indent=2), "utf-8")
    (place / "1.0.sample.json").write_text(json.dumps(sample, ensure_ascii=False, indent=2), "utf-8")
    return copy


def invent() -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema and a sample of it with every property filled."""
    properties: dict[str, Any] = {}
    sample: dict[str, Any] = {
        "schema": f"{TYPE}/1.0",
        "localId": "INV-2024-001",
        "title": "虚构类型第一号公示",
        "publisher": {"name": "虚构市虚构局", "uscc": "11530114MB0W00017C"},
        "region": "530114",
        "publishedDate": "2024-03-05",
        "formedDate": "2024-01-26",
    }
    for number in range(PROPERTIES - 4):
        shape, value = _PLAIN[number % len(_PLAIN)]
        name = f"invented{_LETTERS[number // 26]}{_LETTERS[number % 26].lower()}"
        properties[name] = shape | _named(f"虚构属性{number}", f"Invented property {number}")
        sample[name] = value
    properties |= _structured()
    sample |= {
        "survey": {"method": "实地测量", "surveyor": {"name": "虚构测绘院", "uscc": "12530000MB0W00025M"}},
        "contractors": [{"name": "虚构建设一公司"}, {"name": "虚构建设二公司"}],
        "items": [
            {"itemName": "虚构标的", "quantity": 3, "quantityUnit": "台", "unitPrice": {"amount": 1.2345},
             "maker": {"name": "虚构制造厂"}},
        ],
        "lots": [
            {"lotNumber": "A-1", "lotTitle": "虚构第一标段", "salePrice": {"amount": 1000.5}, "winner": {"name": "虚构甲公司"},
             "floorArea": 1.5},
            {"lotNumber": "A-2", "salePrice": {"amount": 2000.25}, "winner": {"name": "虚构乙公司"},
             "items": [{"itemName": "标段内标的"}]},
        ],
    }  # fmt: skip
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://openalloc.org/schemas/{TYPE}/1.0.json",
        "version": "1.0",
        **_named("虚构类型", "Invented type"),
        "stage": "result",
        "caption": ["title", "lots.lotTitle"],
        "featured": ["publishedDate", "lots.lotNumber", "lots.salePrice"],
        "key": [["localId"], ["lots.lotNumber"]],
        "process": ["processId", "project.number", "lots.lotNumber"],
        "deadlines": [
            {"days": 20, "count": "working", "after": "formedDate", "from": "2018-06-04",
             "basis": "虚构规定", "basisEn": "An invented rule"},
        ],
        "type": "object",
        "allOf": [{"$ref": COMMON + "disclosure"}],
        "properties": properties,
        "required": ["schema", "publisher"],
        "unevaluatedProperties": False,
    }  # fmt: skip
    return schema, sample


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _named(title: str, title_en: str) -> dict[str, str]:
    return {"title": title, "titleEn": title_en, "description": f"{title}。", "descriptionEn": f"{title_en}."}


def _organization(role: str, title: str, title_en: str) -> dict[str, Any]:
    return {"$ref": COMMON + "organization", "role": role, **_named(title, title_en)}


def _structured() -> dict[str, Any]:
    """A nested object, a list of organizations, items and lots, each with an organization of its own."""
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    items = {
        "type": "array", **_named("标的", "Items"),
        "items": {
            "$ref": COMMON + "item",
            "properties": {"maker": _organization("manufacturer", "制造商", "Maker")},
            "unevaluatedProperties": False,
        },
    }  # fmt: skip
    lot = {
        "$ref": COMMON + "lot",
        "properties": {
            "salePrice": {"$ref": COMMON + "money", "column": "amount", **_named("成交价", "Price")},
            "winner": _organization("supplier", "成交单位", "Winner"),
            "floorArea": {"type": "number", "minimum": 0, "maximum": 1000, "unit": "hectare", "column": "area",
                          **_named("建筑面积", "Floor area")},
            "items": items,
        },
        "unevaluatedProperties": False,
    }  # fmt: skip
    return {
        "survey": {
            "type": "object", **_named("测量", "Survey"),
            "properties": {
                "method": text | _named("测量方法", "Method"),
                "surveyor": _organization("authority", "测量单位", "Surveyor"),
            },
            "additionalProperties": False,
        },
        "contractors": {
            "type": "array", **_named("承包单位", "Contractors"),
            "items": {"$ref": COMMON + "organization", "role": "supplier"},
        },
        "items": items,
        "lots": {"items": lot},
    }  # fmt: skip
