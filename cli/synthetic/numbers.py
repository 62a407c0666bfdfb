"""Numbers of a plausible size: by unit and name first, then by the type's sample, then by the range allowed."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from cli.synthetic.limits import Limits
from cli.synthetic.scene import Scene
from schemas.codelist import Codelist
from schemas.field import Field

Make = Callable[[Scene], Any]

# Unit, words of the name and title, from, to, decimals. The first that fits counts; no words fit everything.
_SIZES: tuple[tuple[str, str, float, float, int], ...] = (
    ("percent", r"discount|下浮|折扣|优惠", 1, 12, 2),
    ("percent", r"density|coefficient|密度|系数", 20, 60, 0),
    ("percent", r"green|绿地", 10, 40, 0),
    ("percent", "", 1, 99, 1),
    ("permille", "", 1, 30, 1),
    ("1", r"ratio|容积率", 0.6, 3.6, 2),
    ("CNY/m2", "", 300, 6_000, 2),
    ("CNY", "", 10_000, 5_000_000, 2),
    ("m", r"height|高", 12, 100, 1),
    ("m", "", 5, 500, 1),
    ("km", "", 0.5, 60, 2),
    ("day", "", 30, 540, 0),
    ("workingDay", "", 3, 20, 0),
    ("hour", "", 1, 72, 0),
    ("minute", "", 10, 180, 0),
    ("suite", "", 20, 1_200, 0),
    ("household", "", 20, 2_000, 0),
    ("person", "", 3, 900, 0),
    ("piece", "", 1, 500, 0),
    ("kg", "", 100, 90_000, 1),
    ("m3", "", 100, 90_000, 1),
    ("kwh", "", 1_000, 900_000, 0),
    ("", r"count|数量|个数|家数|人数|次数", 3, 12, 0),
)
_TERMS = {"month": (6, 12, 18, 24, 36, 60), "year": (1, 3, 5, 10, 20, 30)}
_GRANT = re.compile(r"grant|land|出让|土地|使用年")
_WHOLE = re.compile(r"total|总")
_SCORE = re.compile(r"score|得分|评分", re.IGNORECASE)
_BOUND = re.compile(r"(.+?)(Minimum|Maximum)$")


def number_maker(
    field: Field, limits: Limits, examples: list[Any], units: Codelist | None, *, several: bool
) -> Make:
    """How numbers of a property are made; `several`: it stands in each object of a list."""
    whole = field.kind == "integer"
    if field.column == "rank" or (whole and field.name.endswith("Number")):
        return lambda scene: _fit(scene.ordinal + 1, limits, whole=whole)
    if field.name.endswith("Year") or (whole and "年度" in field.title):
        return lambda scene: _fit(scene.event.year, limits, whole=whole)
    area = _square_metres(field.unit, units)
    if area:
        return _area_maker(field, limits, area)
    if field.unit in _TERMS:
        return _term_maker(field, limits, whole=whole)
    if (
        several
        and field.unit == "percent"
        and re.search(r"share|占比|比例|比重", f"{field.name}{field.title}")
    ):
        return lambda scene: _fit(round(100 / scene.count, 2), limits, whole=whole)
    if _SCORE.search(field.name + field.title):
        return lambda scene: _fit(round(96 - 5 * scene.ordinal - 4 * scene.draw(), 2), limits, whole=whole)
    low, high, decimals = _range(field, limits, examples)
    decimals = 0 if whole else decimals

    def make(scene: Scene) -> Any:
        value = round(low + (high - low) * scene.draw(), decimals)
        return _fit(value, limits, whole=whole)

    bound = _BOUND.match(field.name)
    return make if bound is None else _bound_maker(bound[1], bound[2] == "Maximum", make, limits, whole=whole)


def pair_of(name: str) -> str | None:
    """The name without Minimum or Maximum, None where it has neither."""
    found = _BOUND.match(name)
    return found[1] if found else None


def _bound_maker(stem: str, upper: bool, make: Make, limits: Limits, *, whole: bool) -> Make:
    """The lower or upper of two numbers that a scope remembers together."""

    key = f"bounds|{stem}"

    def bound(scene: Scene) -> Any:
        pair = scene.memo.get(key)
        if pair is None:
            pair = scene.memo[key] = sorted((make(scene), make(scene)))
        return _fit(pair[upper], limits, whole=whole)

    return bound


def _area_maker(field: Field, limits: Limits, factor: float) -> Make:
    """Areas in the property's unit: the parcel's own, a total, or a part."""
    own, whole = field.column == "area", bool(_WHOLE.search(field.name + field.title))

    def make(scene: Scene) -> Any:
        lots = [scene.lot] if scene.lot else scene.lots
        metres = sum(lot.area for lot in lots)
        share = 1.0 if own or whole else (0.3 + 0.6 * scene.draw()) / scene.count
        return _fit(round(metres * share / factor, 2), limits, whole=False)

    return make


def _term_maker(field: Field, limits: Limits, *, whole: bool) -> Make:
    terms, grant = _TERMS[str(field.unit)], bool(_GRANT.search(field.name + field.title))

    def make(scene: Scene) -> Any:
        if grant and scene.lot and field.unit == "year":
            return _fit(scene.lot.term, limits, whole=whole)
        return _fit(terms[int(len(terms) * scene.draw())], limits, whole=whole)

    return make


def _range(field: Field, limits: Limits, examples: list[Any]) -> tuple[float, float, int]:
    """From, to and decimals: what the unit or the name suggests, cut to what is allowed."""
    named = f"{field.name} {field.title}".lower()
    low, high, decimals = next(
        (
            size[2:]
            for size in _SIZES
            if size[0] in ("", field.unit) and (size[0] or size[1]) and re.search(size[1], named)
        ),
        (0.0, 0.0, -1),
    )
    numbers = [one for one in examples if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if decimals < 0 and numbers:
        low, high, decimals = 0.6 * min(numbers), 1.6 * max(numbers), 2
    if decimals < 0:
        low = max(limits.minimum, 0.0) if limits.maximum >= 0 else limits.minimum
        low, high, decimals = low, low + 100.0, 1
    if high < limits.minimum or low > limits.maximum:
        low, high = limits.minimum, min(limits.maximum, limits.minimum + abs(limits.minimum) + 100)
    return max(low, limits.minimum), min(high, limits.maximum), decimals


def _fit(value: float, limits: Limits, *, whole: bool) -> int | float:
    """The nearest number allowed, an integer where it is one."""
    fitted = min(max(value, limits.minimum), limits.maximum)
    return int(fitted) if whole or fitted == int(fitted) else fitted


def _square_metres(unit: str | None, units: Codelist | None) -> float:
    """How many square metres a unit has, 0 where it is no unit of area."""
    if units is None or unit is None or unit not in units.codes:
        return 0.0
    extra: Mapping[str, str] = units.codes[unit].extra
    return float(Fraction(extra.get("factor", "1"))) if extra.get("base") == "m2" else 0.0
