"""Values that stand in the data, for made-up operations to ask about."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tests.query import meaning, reference
from tests.query import oracle_profile as profile
from tests.query.oracle import Oracle
from tests.query.oracle_summary import PATHS


@dataclass
class Vocabulary:
    """Values that stand in the data, so that filters and cursors find something."""

    oracle: Oracle

    def value(self, chance: random.Random, name: str, operator: str, type_: str = "String") -> Any:
        """A value that a filter's field could be compared with."""
        if type_ == "Boolean":
            return chance.choice((True, False))
        found = _harvest(self.oracle).get((name, type_))
        if found and (name not in _OF_ROWS or chance.random() < 0.4):
            return self._piece(chance, chance.choice(found), operator)
        if type_ == "Date":
            return self.date(chance)
        if type_ == "DateOrDateTime":
            return chance.choice((self.date(chance), "2024-06-24T01:00:00Z", "2024-06-24T09:00:00+08:00"))
        rows = self.oracle.rows
        one = chance.choice(rows["disclosure"])
        party = chance.choice(rows["party"])
        if name in PATHS:  # of a group
            whole = name in ("count", "reposts", "organizations", "processes") or name.endswith(
                ("Count", "Judged", "Late", "imumDays")
            )
            return chance.choice((0, 1, 2, 5) if whole else (0, 0.5, 0.25, 100, 1234.56, 0.333, -19.99))
        match name:
            case "amount":
                fen = one["amount_fen"] or chance.choice((1, 1999, -5))
                return chance.choice((fen / 100, fen / 100 + 0.005, 0, -1.5))
            case "area":
                return chance.choice(rows["lot"])["area"] or 0
            case "price":
                price = chance.choice(rows["item"])["unit_price"] or 1
                return chance.choice((price / 10_000, 0, 0.00005))
            case "quantity":
                return chance.choice(rows["item"])["quantity"] or 1
            case "specification" | "unit":
                return self._piece(chance, chance.choice(rows["item"])[name] or "台", operator)
            case "daysLate" | "rank" | "revision":
                return chance.choice((one["days_late"] or 0, 1, 2))
            case "type":
                return one["type"]
            case "region":
                return one["region"] or "530114"
            case "parent":
                return chance.choice(("530100", "530000"))
            case "id":
                kind = chance.choice(("organization", "publisher", "process", "disclosure"))
                prefix = "" if kind == "disclosure" else f"{kind}:"
                return prefix + chance.choice(rows[kind])["id"]
            case "uscc":
                return chance.choice([r["uscc"] for r in rows["organization"] if r["uscc"]])
            case "number":
                return self._piece(chance, chance.choice(rows["process"])["number"], operator)
            case "localId":
                return self._piece(chance, one["local_id"] or "变", operator)
            case "name":
                item = chance.choice(rows["item"])["name"] or "设备"
                return self._piece(chance, chance.choice((party["name"], item)), operator)
        if type_ in ("Int", "Float"):
            return chance.choice((0, 1, 2.5, 2024)) if type_ == "Float" else chance.choice((0, 1, 2024))
        return self._piece(chance, one["title"], operator)

    def _piece(self, chance: random.Random, text: Any, operator: str) -> Any:
        if operator == "startsWith":
            return text[: chance.randint(0, 4)]
        if operator != "contains":
            return text
        start = chance.randrange(len(text))
        return chance.choice((str.upper, str.lower, str))(text[start : start + chance.randint(1, 5)]) or "a"

    def asked(self, chance: random.Random, kind: str) -> list[str]:
        """Names or codes to be matched: some that stand there, some spelled otherwise, some that do not."""
        column = "name" if kind == "names" else "uscc"
        known = [row[column] for row in self.oracle.rows["organization"] if row[column]]
        found = chance.choices(known, k=chance.choice((0, 1, 3)))
        odd = [f" {found[0][:2]} {found[0][2:]}"] if found else []
        return [
            *found,
            *odd,
            *chance.sample(("雲南示例光電科技有限公司", "王小明", "没有", "91530100MA6K00027X"), 1),
        ]

    def search(self, chance: random.Random, kind: str) -> str:
        """A piece of what a row is searched in, in quotes, cut off, or with another to be left out."""
        texts = self.oracle.searched(kind, chance.choice(self.oracle.rows[kind])) or ["昆明"]
        text = chance.choice(texts)
        start = chance.randrange(len(text))
        piece = text[start : start + chance.choice((1, 2, 3, 6, 12))].strip('"“”「」『』-*')
        made = chance.choice(("{0}", "“{0}”", '"{0}"', "{0} {1}", "{1} -{0}", "{0} 示例")).format(
            piece, chance.choice(texts)[:2]
        )
        found = meaning.wanted(made)
        asked = any(not one.excluded for one in found)
        return (
            made
            if asked and not any(one.prefix and len("".join(one.tokens)) < 2 for one in found)
            else "昆明"
        )

    def date(self, chance: random.Random) -> str:
        """A date of some disclosure."""
        row = chance.choice(self.oracle.rows["disclosure"])
        return row["published_date"] or row["due_on"] or "2024-06-24"

    def id(self, chance: random.Random) -> str:
        """The global id of anything."""
        rows = self.oracle.rows
        kind = chance.choice(
            ("disclosure", "disclosure", "organization", "process", "publisher", "region", "change", "lot")
        )
        if kind == "disclosure":
            return str(chance.choice(rows["disclosure"])["id"])
        if kind == "lot":
            return "lot:1"
        key = {"region": "code", "change": "version"}.get(kind, "id")
        return f"{kind}:{chance.choice(rows[kind])[key]}"

    def version(self, chance: random.Random) -> int:
        """A version of the data, or one that is not there yet."""
        return chance.randint(0, len(self.oracle.rows["change"]) + 5)

    def moment(self, chance: random.Random) -> str:
        """The time of a change or near it, with an offset."""
        at = datetime.fromisoformat(chance.choice(self.oracle.rows["change"])["at"])
        return (at + timedelta(seconds=chance.choice((-1, 0, 0, 1)))).isoformat() + chance.choice(
            ("Z", "+00:00")
        )

    def cursor(self, chance: random.Random, kind: str, target: str, order: Any, default: Any) -> str | None:
        """The cursor of any row, in the order that is asked for; None where there happens to be none."""
        leaves = self.oracle.leaves(target) if kind == "disclosure" else {}
        orders = reference.order_of(kind, order, default, leaves)
        rows = self._rows(chance, kind)
        if not rows:
            return None
        return reference.cursor(self.oracle.place(kind, chance.choice(rows), orders), orders)

    def _rows(self, chance: random.Random, kind: str) -> Sequence[Mapping[str, Any]]:
        if kind == "snapshot":
            kind = "change"
        if kind == "item":
            return profile.items(self.oracle)
        if kind == "unit_price":
            return profile.unit_prices(self.oracle.rows["item"])
        party = chance.choice(self.oracle.rows["party"])
        for field, (made, _) in profile.LISTS.items():
            if made == kind:
                return profile.rows(self.oracle, field, party["organization_id"], None)
        if kind == "matched_organization":
            return [{"place": 1, "disclosures": 1, "organization_id": party["organization_id"]}]
        return self.oracle.rows[kind]


# Names that stand in rows, whatever else is called so in documents.
_OF_ROWS = ("amount", "name", "uscc", "title", "region", "type", "level", "id", "number", "area", "price")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@cache  # for every operation the same
def _harvest(oracle: Oracle) -> dict[tuple[str, str], list[Any]]:
    """The values of every property of the documents, by name and GraphQL type."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for document in oracle.documents.values():
        for name, value in _values(document, ""):
            for type_ in _types(value):
                found.setdefault((name, type_), {})[repr(value)] = value
    return {key: [values[one] for one in sorted(values)] for key, values in found.items()}


def _values(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for below, one in value.items():
            yield from _values(one, below)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one, name)
    else:
        yield name, value


def _types(value: Any) -> tuple[str, ...]:
    """The GraphQL types of which a value of a document may be."""
    if isinstance(value, bool):
        return ()
    if isinstance(value, int):
        return ("Int", "Float") if abs(value) < 2**31 else ("Float",)
    if isinstance(value, float):
        return ("Float",)
    if _DATE.fullmatch(value):
        return ("String", "Date", "DateOrDateTime")
    return ("String", "DateOrDateTime") if _DATE.match(value) and value[10:11] == "T" else ("String",)
