"""One operation on every database, each answer held against the oracle's."""

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from api.operation import Request, Service
from tests.query.operations import Maker, Operation
from tests.query.oracle import Oracle, Unordered
from tests.query.vocabulary import Vocabulary

# What the maker cannot know beforehand: fields of two types behind one interface that do not merge, and sizes.
REFUSED = ("Q022", "Q051", "Q102", "Q105", "Q109", "Q110", "Q111", "Q115")

_NUMBER = re.compile(r"-?[0-9.]+([eE][-+]?[0-9]+)?")


@dataclass
class Comparison:
    """The services by the name of their database, the reference, and how often each was compared."""

    services: dict[str, Service]
    oracle: Oracle
    compared: Counter[str] = field(default_factory=Counter)

    def made_up(self, number: int, small: bool = False) -> Operation:
        """The operation of a number."""
        return made_up(self.oracle, number, small)

    def fault(self, operation: Operation) -> str:
        """What is wrong with an answer; empty where all are right. Refusals that the maker cannot avoid are."""
        expected: Any = None
        for name, service in self.services.items():
            request = Request(operation.query, operation.variables)
            try:
                found = answered(service, operation)
            except Exception as error:  # whatever it is, the operation has to be told with it
                return f"{name}: {error!r}"
            if "errors" in found:
                code = found["errors"][0]["extensions"]["code"]
                # The older SQLite cannot parse the deepest statements, and has to say so.
                if code in REFUSED or (code == "Q201" and name.startswith("sqlite ")):
                    continue
                return f"{name}: {found['errors'][0]}"
            if expected is None:
                document = service.preparer.operation(request).document
                try:
                    expected = self.oracle.answer(document, operation.variables)
                except Exception as error:  # its own fault is found like the engine's
                    return f"the oracle: {error!r}"
            unlike = difference(expected, found["data"])
            if unlike:
                return f"{name}: oracle's / {unlike}"
            self.compared[name] += 1
        return ""


def made_up(oracle: Oracle, number: int, small: bool = False) -> Operation:
    """The operation of a number; the same on all databases."""
    maker = Maker(oracle.schema, Vocabulary(oracle), random.Random(f"{number} small" if small else number))
    if small:
        maker.deepest, maker.most = 3, 12
    return maker.make()


def answered(service: Service, operation: Operation) -> dict[str, Any]:
    """The response, in which no object may have a key twice."""
    body = service.answer(Request(operation.query, operation.variables)).body
    made: dict[str, Any] = json.loads(body, object_pairs_hook=_object)
    return made


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), f"a key stands twice: {[key for key, _ in pairs]}"
    return dict(pairs)


def difference(mine: Any, other: Any, path: str = "data") -> str:
    """Where two JSON values first differ, the order of keys included; empty where they do not."""
    if isinstance(mine, Unordered) and isinstance(other, dict):
        return "" if mine == other else f"{path}: {mine} / {other}"
    if isinstance(mine, dict) and isinstance(other, dict):
        if list(mine) != list(other):
            return f"{path}: keys {list(mine)} / {list(other)}"
        return next(filter(None, (difference(mine[key], other[key], f"{path}.{key}") for key in mine)), "")
    if isinstance(mine, list) and isinstance(other, list):
        if len(mine) != len(other):
            return f"{path}: {len(mine)} / {len(other)} elements"
        pairs = enumerate(zip(mine, other, strict=True))
        return next(filter(None, (difference(a, b, f"{path}[{at}]") for at, (a, b) in pairs)), "")
    same = mine == other and isinstance(mine, bool) == isinstance(other, bool)
    same = same or _parts(mine) == _parts(other) is not None
    return "" if same else f"{path}: {mine!r} / {other!r}"


def _parts(cursor: Any) -> list[Any] | None:
    """The parts of a cursor, in which each database spells a document's number as it keeps it; None of other values."""
    try:
        tag, *found = bytes.fromhex(cursor).decode().split("|")
    except (TypeError, ValueError):
        return None
    return [tag, *(Decimal(one) if _NUMBER.fullmatch(one) else one for one in found)] if found else None
