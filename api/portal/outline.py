"""Maps: the outlines of a region's parts (`outlines/<code>.json`), shaded by a figure.

The outlines are our own schemes; the files say how they were drawn. A region without a file has no map, only a table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request

from api.portal.counting import Counted, Figures, counted
from publish.selection import Selection

FOLDER = Path(__file__).resolve().parent / "outlines"
SHADES = 5


@dataclass(frozen=True, slots=True)
class Outline:
    """A region's parts as paths in a drawing of a width and a height."""

    region: str
    width: int
    height: int
    source: tuple[str, str]
    areas: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Area:
    """A part with its figure (None where nothing is counted) and its shade, 0 for none."""

    code: str
    name: tuple[str, str]
    path: str
    place: tuple[int, int]
    value: Decimal | int | None
    shade: int


@dataclass(frozen=True, slots=True)
class Map:
    """An outline with figures; `legend` is from and to of each shade that is used."""

    outline: Outline
    measure: str
    areas: tuple[Area, ...]
    legend: tuple[tuple[int, Decimal | int, Decimal | int], ...]


@cache
def outlines(folder: Path = FOLDER) -> Mapping[str, Outline]:
    """The outlines that there are, by region."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        told = orjson.loads(path.read_bytes())
        found[told["region"]] = Outline(
            told["region"], told["width"], told["height"], (told["source"], told["sourceEn"]), told["areas"]
        )
    return found


async def drawn(
    request: Request, selection: Selection, measure: str, known: Counted | None = None
) -> Map | None:
    """The map of the selection's region, or without one of the first outline; None where there is none.

    `known` are the figures of the selection by region, which need not be asked for again where they are the map's.
    """
    code = selection.region or next(iter(outlines()), "")
    outline = outlines().get(code)
    if outline is None:
        return None
    if known is None or selection.region != code:
        parameters = [(name, value) for name, value in selection.parameters() if name != "region"]
        within = Selection.of([*parameters, ("region", code)], request.app.state.catalog)
        known = await counted(request, within, ["region"], measure)
    return shaded(outline, known.groups, measure)


def shaded(outline: Outline, groups: Iterable[Figures], measure: str) -> Map:
    """An outline with figures. Each shade has about as many parts as the next: sums are too uneven for equal steps."""
    values = {one.keys[0].value: one.measured(measure) for one in groups}
    ranked = sorted({value for code in outline.areas if (value := values.get(code))})
    steps = min(SHADES, len(ranked))
    shade = {value: SHADES - steps + 1 + at * steps // len(ranked) for at, value in enumerate(ranked)}
    areas = tuple(
        Area(
            code, (one["name"], one["nameEn"]), one["path"], (one["x"], one["y"]), values.get(code),
            shade.get(values.get(code) or 0, 0),
        )
        for code, one in outline.areas.items()
    )  # fmt: skip
    legend = []
    for number in sorted(set(shade.values())):
        members = [value for value in ranked if shade[value] == number]
        legend.append((number, members[0], members[-1]))
    return Map(outline, measure, areas, tuple(legend))
