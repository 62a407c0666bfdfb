"""Statistics and facets said a second time: plain Python over plain rows, never from a rollup."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.query import reference
from tests.query.reference import Row, Thing

COLUMNS = {"DOMAIN": "domain", "TYPE": "type", "STAGE": "stage", "LEVEL": "level", "PROVINCE": "province",
           "PREFECTURE": "prefecture", "REGION": "region", "PUBLISHER": "publisher_id", "METHOD": "method",
           "OUTCOME": "outcome", "STATUS": "status", "SCHEMA_VERSION": "schema_version"}  # fmt: skip
# name in `having` → where the measure stands; in `orderBy` it is the same in capitals
PATHS = {
    "count": ("count",), "reposts": ("reposts",), "organizations": ("organizations",), "processes": ("processes",),
    **{f"amount{one.capitalize()}": ("amount", one) for one in ("sum", "mean", "minimum", "maximum", "median", "count")},
    "latenessJudged": ("lateness", "judged"), "latenessLate": ("lateness", "late"),
    "latenessShare": ("lateness", "share"), "latenessMeanDays": ("lateness", "meanDays"),
    "latenessMaximumDays": ("lateness", "maximumDays"),
}  # fmt: skip


def statistics(oracle: Any, rows: Sequence[Row], given: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The groups of rows that are asked for, in their order; `path` is the type of a type's own list."""
    dimensions = given.get("groupBy") or []
    grouped: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    if not dimensions:
        grouped[()] = []
    for row in rows:
        grouped[tuple(value(row, one) for one in dimensions)].append(row)
    groups = [group(oracle, dimensions, keys, members, path) for keys, members in grouped.items()]
    if given.get("having") is not None:
        groups = [one for one in groups if meets(one.row, given["having"])]
    for at in reversed(range(len(dimensions))):
        groups = ordered(groups, lambda one, at=at: one.row["keys"][at]["value"], descending=False)
    for order in reversed(given.get("orderBy") or []):
        descending = (order.get("direction") or "DESC") == "DESC"
        groups = ordered(groups, lambda one, name=order["field"]: by(one, name, dimensions), descending)
    first = given.get("first") or 100
    return {"groups": groups[:first], "hasMore": len(groups) > first}


def facets(oracle: Any, rows: Sequence[Row], given: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """One facet a dimension."""
    found = []
    for dimension in given["of"]:
        order = [{"field": "COUNT"}]
        made = statistics(
            oracle, rows, {"groupBy": [dimension], "orderBy": order, "first": given.get("first") or 20}, path
        )
        buckets = [
            {
                **one.row["keys"][0], "key": one.row["keys"][0]["value"], "count": one.row["count"],
                "amount": one.row["amount"]["sum"],
            }
            for one in made["groups"]
        ]  # fmt: skip
        found.append({"dimension": dimension, "buckets": buckets, "hasMore": made["hasMore"]})
    return found


def value(row: Row, dimension: str) -> Any:
    """What tells a row's group apart."""
    day, region = row["published_date"], row["region"]
    match dimension:
        case "YEAR":
            return day and day[:4]
        case "MONTH":
            return day and day[:7]
        case "QUARTER":
            return day and f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"
        case "COUNTY":
            return region[:6] if region and region[4:6] != "00" else None
    return row[COLUMNS[dimension]]


def group(
    oracle: Any, dimensions: Sequence[str], keys: Sequence[Any], rows: Sequence[Row], path: str
) -> Thing:
    """A group with all its measures."""
    published = [row for row in rows if row["status"] == "published"]
    counted = [row for row in published if not row["repost"]]
    days = [row["days_late"] for row in published if row["days_late"] is not None]
    late = [one for one in days if one > 0]
    ids = {row["id"] for row in rows}
    found = {
        "keys": [key(oracle, name, one, path) for name, one in zip(dimensions, keys, strict=True)],
        "count": len(rows),
        "reposts": sum(row["repost"] for row in rows),
        "amount": numbers([Decimal(r["amount_fen"]) / 100 for r in counted if r["amount_fen"] is not None], 2),
        "lateness": {
            "judged": len(days), "late": len(late), "share": mean(len(late), len(days), 4),
            "meanDays": mean(sum(late), len(late), 2), "maximumDays": max(late, default=None),
        },
        "organizations": len({p["organization_id"] for one in ids for p in oracle.all("party", "disclosure_id", one)}),
        "processes": len({p["process_id"] for one in ids for p in oracle.all("disclosure_process", "disclosure_id", one)}),
        "properties": Thing("numbers", {"rows": counted}),
    }  # fmt: skip
    return Thing("group", found)


def key(oracle: Any, dimension: str, found: Any, path: str) -> dict[str, Any]:
    """A key with its titles."""
    titles = oracle.titles.get(dimension, {}).get(found, (None, None))
    if dimension == "METHOD" and path in oracle.methods:
        code = oracle.methods[path].codes.get(found)
        titles = (code.title, code.title_en) if code else (None, None)
    if dimension in ("PROVINCE", "PREFECTURE", "COUNTY", "REGION"):
        titles = next(
            ((row["title"], row["title_en"]) for row in oracle.all("region", "code", found)), titles
        )
    if dimension == "PUBLISHER":
        titles = next(((row["name"], None) for row in oracle.all("publisher", "id", found)), titles)
    return {"dimension": dimension, "value": found, "title": titles[0], "titleEn": titles[1]}


def titles(catalog: Any) -> dict[str, dict[str, tuple[Any, ...]]]:
    """What the codes of each dimension are called."""
    found: dict[str, Any] = {
        name: {code.code: (code.title, code.title_en) for code in catalog.codelists[name.lower()].codes.values()}
        for name in ("DOMAIN", "STAGE", "LEVEL", "OUTCOME")
    }  # fmt: skip
    found["TYPE"] = {d.type: (d.title, d.title_en) for d in catalog.types.values()}
    found["STATUS"] = {"published": ("已公开", "Published"), "withdrawn": ("已撤回", "Withdrawn")}
    called: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, codelist in sorted(catalog.codelists.items()):
        if name.endswith("-method"):
            for code in codelist.codes.values():
                called[code.code].append((code.title, code.title_en))
    found["METHOD"] = {
        code: tuple(" / ".join(dict.fromkeys(column)) for column in zip(*several, strict=True))
        for code, several in called.items()
    }
    return found


def methods(catalog: Any) -> dict[str, Any]:
    """The codelist of the methods of each type that has one directly on its records."""
    found: dict[str, Any] = {}
    for path, disclosure in catalog.types.items():
        for field in disclosure.fields:
            if field.kind == "code" and field.codelist.endswith("-method") and not field.many:
                found.setdefault(path, catalog.codelists[field.codelist])
    return found


def numbers(found: Sequence[Decimal], digits: int) -> dict[str, Any]:
    """What is said of some numbers."""
    by_size = sorted(found)
    middle = by_size[(len(found) - 1) // 2 : len(found) // 2 + 1]
    return {
        "sum": float(sum(found)) if found else None, "count": len(found),
        "mean": mean(sum(found), len(found), digits), "median": mean(sum(middle), len(middle), digits),
        "minimum": float(by_size[0]) if found else None, "maximum": float(by_size[-1]) if found else None,
    }  # fmt: skip


def mean(total: Any, count: int, digits: int) -> float | None:
    """The mean to so many decimals, halves away from zero."""
    if not count:
        return None
    return float((Decimal(total) / count).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def properties(oracle: Any, source: Thing, name: str) -> Any:
    """The numbers that documents, or their lots, have under a name."""
    if name == "lots":
        return Thing("lot numbers", source.row)
    found = []
    digits = 6
    for row in source.row["rows"]:
        for holder in holders(oracle.documents.get(row["id"]) or {}, source.kind == "lot numbers"):
            one = oracle.called_in(holder, name)
            if isinstance(one, Mapping):
                digits = 4 if (row["type"], name) in oracle.unit_prices else 2
                one = one.get("amount") if one.get("currency", "CNY") == "CNY" else None
            if one is not None:
                found.append(Decimal(repr(one)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    return numbers(found, digits)


def holders(document: Mapping[str, Any], lots: bool) -> Iterator[Mapping[str, Any]]:
    """The document, or its lots."""
    if lots:
        yield from document.get("lots") or ()
    else:
        yield document


def meets(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a group meets `having`."""
    for name, given in wanted.items():
        match name:
            case "and":
                holds = all(meets(found, part) for part in given)
            case "or":
                holds = any(meets(found, part) for part in given)
            case "not":
                holds = not meets(found, given)
            case _:
                holds = reference.meets(measure(found, PATHS[name]), given)
        if not holds:
            return False
    return True


def measure(found: Any, path: Sequence[str]) -> Any:
    """A measure of a group."""
    for step in path:
        found = found[step]
    return found


def by(one: Thing, name: str, dimensions: Sequence[str]) -> Any:
    """What a group is ordered by."""
    if name in dimensions:
        return one.row["keys"][list(dimensions).index(name)]["value"]
    path = next(path for called, path in PATHS.items() if reference.snake(called).upper() == name)
    return measure(one.row, path)


def ordered(groups: list[Thing], of: Any, descending: bool) -> list[Thing]:
    """Sorted, equals left in their order, nulls last."""
    known = sorted((one for one in groups if of(one) is not None), key=of, reverse=descending)
    return known + [one for one in groups if of(one) is None]
